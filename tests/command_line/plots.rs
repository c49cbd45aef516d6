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
fn correlations_of_the_inputs_are_written_where_they_are_shown_and_drawn_again_from_there() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert!(!bench.path("out/inputs.csv").exists());
    let spectrum = ["--set", "task.spectrum.input_spectrum=[2.0, 0.5, 1.5, 1.0]", "--set", "plot.panels=[\"inputs\"]"];
    let options = ["run", "two.toml", "--out", "out", "--quiet", "--set", "check=[]"];
    bench.ends(0, &[&options[..], &spectrum[..]].concat());
    let csv = fs::read_to_string(bench.path("out/inputs.csv")).unwrap();
    let rows: Vec<Vec<f64>> =
        csv.lines().skip(1).map(|row| row.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(csv.lines().next(), Some("s,v_1,v_2,v_3,v_4"));
    let variances: Vec<f64> = (0..4).map(|i| (1e9 * rows[i][i + 1]).round() / 1e9).collect();
    assert_eq!(variances, [2.0, 0.5, 1.5, 1.0]);
    let figure = fs::read(bench.path("out/figure.svg")).unwrap();
    fs::remove_file(bench.path("out/figure.svg")).unwrap();
    bench.ends(0, &["plot", "out"]);
    assert!(fs::read(bench.path("out/figure.svg")).unwrap() == figure);
    fs::remove_file(bench.path("out/inputs.csv")).unwrap();
    bench.ends(2, &["plot", "out"]);
    // A run that does not show them leaves none behind.
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert!(!bench.path("out/inputs.csv").exists());
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
