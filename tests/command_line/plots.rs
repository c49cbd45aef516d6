//! `gradflow plot`: the same figures from what was saved.

use crate::bench::{Bench, SCENARIO};
use std::fs;

#[test]
fn figures_drawn_again_are_the_same_bytes() {
    let bench = Bench::with(&format!(
        "{SCENARIO}\n[plot]\npanels = [\"modes\", \"loss\", \"energy\", \"coupling\", \"error\"]\n"
    ));
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let figures = || ["out/figure.png", "out/figure.svg"].map(|name| fs::read(bench.path(name)).unwrap());
    let before = figures();
    for name in ["out/figure.png", "out/figure.svg"] {
        fs::remove_file(bench.path(name)).unwrap();
    }
    let printed = bench.ends(0, &["plot", "out"]);
    assert_eq!(printed, "out/figure.png\nout/figure.svg\n");
    assert!(figures() == before);
    assert_eq!(bench.names("out").len(), 8, "nothing else is left: {:?}", bench.names("out"));
}

#[test]
fn plot_draws_what_was_saved_and_integrates_nothing() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let before = fs::read_to_string(bench.path("out/figure.svg")).unwrap();
    let flow = fs::read_to_string(bench.path("out/flow.csv")).unwrap();
    let cut: Vec<&str> = flow.lines().take(11).collect();
    fs::write(bench.path("out/flow.csv"), cut.join("\n")).unwrap();
    bench.ends(0, &["plot", "out"]);
    assert_ne!(fs::read_to_string(bench.path("out/figure.svg")).unwrap(), before);
    assert_eq!(fs::read_to_string(bench.path("out/flow.csv")).unwrap(), cut.join("\n"));
}

#[test]
fn only_the_formats_that_were_asked_for_are_drawn() {
    let bench = Bench::with(&format!("{SCENARIO}\n[plot]\nformats = [\"svg\"]\n"));
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert!(!bench.path("out/figure.png").exists());
    assert_eq!(bench.ends(0, &["plot", "out"]), "out/figure.svg\n");
}

#[test]
fn a_run_without_plots_can_be_drawn_afterwards() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "late", "--quiet", "--no-plots"]);
    bench.ends(0, &["run", "two.toml", "--out", "now", "--quiet"]);
    bench.ends(0, &["plot", "late"]);
    for name in ["figure.png", "figure.svg"] {
        let drawn = |folder: &str| fs::read(bench.path(&format!("{folder}/{name}"))).unwrap();
        assert!(drawn("late") == drawn("now"), "{name}");
    }
}

#[test]
fn one_folder_that_cannot_be_drawn_does_not_keep_the_others_from_it() {
    let bench = Bench::new();
    bench.run(&[]);
    assert_eq!(bench.ends(2, &["plot", "none", "out"]), "out/figure.png\nout/figure.svg\n");
}

#[test]
fn the_modes_that_are_asked_for_are_drawn_from_files_too() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--set", "plot.modes=[2]"]);
    let figure = fs::read_to_string(bench.path("out/figure.svg")).unwrap();
    assert!(figure.contains("2: s = 2") && !figure.contains("1: s = 3"));
    bench.ends(0, &["plot", "out"]);
    assert!(fs::read_to_string(bench.path("out/figure.svg")).unwrap() == figure);
}
