//! Scenario files and folders that are not there, or not what they should be.

use crate::bench::{Bench, SCENARIO, with};
use insta::assert_snapshot;
use std::fs;

#[test]
fn a_scenario_is_a_file_that_exists() {
    let bench = Bench::new(SCENARIO);
    fs::create_dir(bench.path().join("folder")).unwrap();
    for command in ["run", "check", "explain"] {
        let refused = |name: &str| bench.refusal_of(bench.gradflow(&[command, name]));
        assert_eq!(refused("none.toml"), "none.toml: no such file");
        assert_eq!(refused("folder"), "folder: is a directory, not a file");
    }
    let message = bench.refusal_of(bench.gradflow(&["run", "scenario.toml/x.toml"]));
    assert!(message.starts_with("scenario.toml/x.toml: "), "{message}");
}

#[test]
fn one_wrong_scenario_of_several_keeps_run_from_writing_anything() {
    let bench = Bench::new(SCENARIO).file("wrong.toml", with("end = 4.0", "end = 0"));
    let message = bench.refusal_of(bench.gradflow(&["run", "scenario.toml", "wrong.toml", "--out", "out"]));
    assert!(message.starts_with("wrong.toml:11:7: "), "{message}");
}

#[test]
fn two_scenarios_of_one_name_are_refused() {
    let bench = Bench::new(SCENARIO).file("other/scenario.toml", SCENARIO);
    let refused = |args: &[&str]| bench.refusal_of(bench.gradflow(args));
    assert_snapshot!(refused(&["run", "scenario.toml", "other/scenario.toml"]), @"other/scenario.toml: its results would replace those of scenario.toml in results/scenario; run them apart, with --out");
    assert_snapshot!(refused(&["run", "scenario.toml", "./scenario.toml", "--out", "out"]), @"./scenario.toml: its results would replace those of scenario.toml in out/scenario; run them apart, with --out");
}

#[test]
fn a_place_that_holds_something_else_is_left_alone() {
    let bench = Bench::new(SCENARIO).file("mine/notes.txt", "mine").file("summary/summary.json", "{}");
    let into = |out: &str| bench.refusal_of(bench.gradflow(&["run", "scenario.toml", "--quiet", "--out", out]));
    assert_snapshot!(into("mine"), @"mine: exists and holds no gradflow results; name another folder with --out");
    assert_snapshot!(into("summary"), @"summary: exists and holds no gradflow results; name another folder with --out");
    assert_snapshot!(into("scenario.toml"), @"scenario.toml: exists and holds no gradflow results; name another folder with --out");
    assert_snapshot!(into("."), @".: exists and holds no gradflow results; name another folder with --out");
    let message = into("scenario.toml/out");
    assert!(message.starts_with("scenario.toml/out: "), "{message}");
    assert_eq!(fs::read_to_string(bench.path().join("mine/notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_dir(bench.path().join("mine")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(bench.path().join("scenario.toml")).unwrap(), SCENARIO);
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_in_which_nothing_can_be_made_is_refused_before_the_run() {
    // With a warning, which a run would begin by printing.
    let bench = Bench::new(with("learning_rate = 1e-2", "learning_rate = 0.35"));
    for (command, out) in [("run", "/proc/out"), ("run", "/proc/some/out"), ("converge", "/proc/out")] {
        let message = bench.refusal_of(bench.gradflow(&[command, "scenario.toml", "--out", out]));
        assert!(message.starts_with(&format!("{out}: no folder can be made here: ")), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn what_is_not_a_results_folder_is_not_drawn() {
    let bench = Bench::new(SCENARIO).file("mine/notes.txt", "mine").file("fake/summary.json", "{}");
    let plot = |folder: &str| bench.refusal_of(bench.gradflow(&["plot", folder]));
    assert_snapshot!(plot("none"), @"none/summary.json: no such file");
    assert_snapshot!(plot("mine"), @"mine/summary.json: no such file");
    assert_snapshot!(plot("fake"), @"fake/scenario.toml: no such file");
    let message = plot("scenario.toml");
    assert!(message.starts_with("scenario.toml/summary.json: "), "{message}");
}

#[test]
fn results_that_have_been_tampered_with_are_not_drawn() {
    let bench = Bench::new(SCENARIO);
    bench.gradflow(&["run", "scenario.toml", "--out", "out", "--no-plots"]).assert().success();
    let plot = || bench.refusal_of(bench.gradflow(&["plot", "out"]));
    let flow = bench.path().join("out/flow.csv");
    let curves = fs::read(&flow).unwrap();
    fs::write(&flow, "a,b\n1,2\n").unwrap();
    assert_snapshot!(plot(), @"out/flow.csv: not a file that gradflow wrote");
    fs::write(&flow, curves).unwrap();
    fs::write(bench.path().join("out/scenario.toml"), "title = ").unwrap();
    assert_snapshot!(plot(), @"out/scenario.toml: not a file that gradflow wrote");
    fs::remove_file(bench.path().join("out/scenario.toml")).unwrap();
    assert_snapshot!(plot(), @"out/scenario.toml: no such file");
}
