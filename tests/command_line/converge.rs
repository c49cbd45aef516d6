//! `gradflow converge`: its files, its verdicts, its exit status.

use crate::bench::{Bench, SCENARIO};
use serde_json::Value;
use std::fs;

#[test]
fn converge_writes_rungs_figures_and_verdicts() {
    let bench = Bench::new();
    let text = bench.ends(0, &["converge", "two.toml", "--out", "out"]);
    assert!(text.contains("against the modified flow") && text.contains("pass") && !text.contains("FAIL"), "{text}");
    assert_eq!(bench.names("out"), ["converge.csv", "converge.png", "converge.svg", "scenario.toml", "summary.json"]);
    let summary = bench.results("out").summary();
    let ladders = summary["ladders"].as_array().unwrap();
    assert_eq!(ladders.len(), 6);
    assert!(ladders.iter().all(|ladder| ladder["pass"] == Value::Bool(true)));
    assert_eq!(bench.results("out").text("converge.csv").lines().count(), 1 + 4 * 9 + 2 * 5);
}

#[test]
fn its_figure_is_drawn_again_from_what_was_saved() {
    let bench = Bench::new();
    bench.ends(0, &["converge", "two.toml", "--out", "out", "--quiet"]);
    let results = bench.results("out");
    let before = results.bytes("converge.svg");
    fs::remove_file(results.path.join("converge.svg")).unwrap();
    bench.ends(0, &["plot", "out"]);
    assert!(results.bytes("converge.svg") == before);
    // A run takes the folder over, and leaves none of the ladders' files.
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--no-plots"]);
    assert!(!bench.names("out").iter().any(|name| name.starts_with("converge")));
}

#[test]
fn an_order_that_falls_short_is_a_failure_and_nothing_to_climb_an_error() {
    let bench = Bench::new();
    // Beyond the largest stable rate, 2/(2s) = 0.33, nothing follows the flow.
    let text = bench.ends(1, &["converge", "two.toml", "--set", "sgd.learning_rate=0.36", "--no-plots"]);
    assert!(text.contains("FAIL"), "{text}");
    assert_eq!(bench.names("results"), ["two_converge"]);
    // Farther beyond it diverges, and says so.
    let far = ["--set", "sgd.learning_rate=0.8"];
    let output = bench.gradflow(&[&["converge", "two.toml", "--no-plots"], &far[..]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("diverged after"));
    let late = bench.gradflow(&["converge", "two.toml", "--set", "sgd.learning_rate=20"]).output().unwrap();
    assert_eq!(late.status.code(), Some(2));
    let bare = SCENARIO.split("[flow]").next().unwrap();
    let bench = Bench::with(bare);
    let output = bench.gradflow(&["converge", "two.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nothing to converge"));
    assert_eq!(bench.names("."), ["two.toml"]);
}
