//! Where results go, what they replace and what they leave alone.

use crate::bench::{Bench, SCENARIO, names};
use std::fs;

#[test]
fn one_scenario_goes_into_the_given_folder_and_its_missing_parents_are_made() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "a/b/c", "--no-plots", "--quiet"]);
    assert!(bench.path("a/b/c/summary.json").is_file());
    assert_eq!((bench.names("a"), bench.names("a/b")), (vec!["b".to_owned()], vec!["c".to_owned()]));
}

#[test]
fn several_scenarios_go_into_a_folder_each() {
    let bench = Bench::new().file("other.toml", SCENARIO);
    bench.ends(0, &["run", "two.toml", "other.toml", "--out", "all", "--no-plots", "--quiet"]);
    assert_eq!(bench.names("all"), ["other", "two"]);
    bench.ends(0, &["run", "two.toml", "other.toml", "--no-plots", "--quiet"]);
    assert_eq!(bench.names("results"), ["other", "two"]);
}

#[test]
fn an_override_reaches_all_scenarios() {
    let bench = Bench::new().file("other.toml", SCENARIO);
    bench.ends(0, &["run", "two.toml", "other.toml", "--set", "time.samples=3", "--no-plots", "--quiet"]);
    for name in ["two", "other"] {
        let text = fs::read_to_string(bench.path(&format!("results/{name}/flow.csv"))).unwrap();
        assert_eq!(text.lines().count(), 1 + 3, "{name}");
    }
}

#[test]
fn results_are_replaced_and_what_a_user_put_beside_them_stays() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    fs::write(bench.path("out/notes.txt"), "mine").unwrap();
    fs::create_dir(bench.path("out/drafts")).unwrap();
    fs::write(bench.path("out/drafts/one.txt"), "mine too").unwrap();
    let without_modes = SCENARIO.replace("[modes]\n", "");
    fs::write(bench.path("two.toml"), without_modes).unwrap();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--no-plots"]);
    let expected = ["analytic.csv", "drafts", "flow.csv", "notes.txt", "scenario.toml", "sgd.csv", "summary.json"];
    assert_eq!(bench.names("out"), expected, "nothing of the run before is left");
    assert_eq!(fs::read_to_string(bench.path("out/notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(bench.path("out/drafts/one.txt")).unwrap(), "mine too");
    assert_eq!(bench.names("."), ["out", "two.toml"], "nothing is left beside it");
}

#[test]
fn results_of_an_incomplete_run_may_be_replaced() {
    let bench = Bench::new();
    bench.ends(3, &["run", "two.toml", "--out", "out", "--quiet", "--set", "flow.max_steps=1"]);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert_eq!(names(&bench.path(".")), ["out", "two.toml"]);
}

#[test]
fn a_wrong_scenario_leaves_earlier_results_as_they_are() {
    let bench = Bench::new();
    let before = bench.run(&[]).bytes("summary.json");
    bench.ends(2, &["run", "two.toml", "--out", "out", "--quiet", "--set", "time.end=0"]);
    assert_eq!(fs::read(bench.path("out/summary.json")).unwrap(), before);
    assert_eq!(bench.names("."), ["out", "two.toml"]);
}

#[test]
fn a_run_that_cannot_be_written_leaves_nothing_beside() {
    // A file where the folder's own file would have to go cannot be had beforehand; a parent can.
    let bench = Bench::new().file("taken/results", "a file");
    bench.ends(2, &["run", "two.toml", "--out", "taken/results/x", "--quiet"]);
    assert_eq!(
        (bench.names("."), bench.names("taken")),
        (vec!["taken".into(), "two.toml".into()], vec!["results".into()])
    );
}
