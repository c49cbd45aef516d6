//! Classes: columns, summary, figure and re-runs of scenarios that hold samples out.

use crate::bench::Bench;
use serde_json::json;
use std::fs;

const INPUTS: &str = "1,0.2\n0.8,-0.1\n-1,0.4\n-0.7,0\n0.1,1\n-0.2,0.9\n0.9,0.3\n-0.9,-0.2\n0,1.1\n";
const LABELS: &str = "0\n0\n1\n1\n2\n2\n0\n1\n0\n";

/// Three classes of six samples, with `keys` in their table and `more` behind all.
fn bench(keys: &str, more: &str) -> Bench {
    Bench::with(&format!(
        "[task.dataset]\ninputs = \"data/x.csv\"\ntargets = \"data/y.csv\"\n{keys}\n\n[network]\nhidden = [2]\n\
         init.gaussian = {{ scale = 0.1 }}\n\n[time]\nend = 40.0\nsamples = 11\n\n[flow]\n\n[modes]\n\n[sgd]\n\
         learning_rate = 0.1\nbatch = 2\nruns = 3\n\n{more}"
    ))
    .file("data/x.csv", INPUTS)
    .file("data/y.csv", LABELS)
}

#[test]
fn errors_stand_behind_the_columns_that_were_there_before() {
    let results = bench("test = 3", "").run(&["--set", "output.sharpness=true"]);
    let before = ["t", "loss", "mode_1", "mode_2", "coupling"];
    let errors = ["training_error", "test_error", "test_loss"];
    assert_eq!(results.curve("flow").0, [&before, ["sharpness"].as_slice(), &errors].concat());
    assert_eq!(results.curve("modes").0, [before.as_slice(), &errors].concat());
    let header = results.curve("sgd").0;
    let own = [&before[1..], &["sharpness"], &errors].concat();
    assert_eq!(header[1..9], own);
    assert_eq!(header[9..], own.iter().map(|name| format!("{name}_sd")).collect::<Vec<_>>());
    let shares = results.column("flow", "test_error");
    assert!(shares.iter().all(|share| (share * 3.0 - (share * 3.0).round()).abs() < 1e-12), "thirds: {shares:?}");
}

#[test]
fn without_samples_held_out_there_is_a_training_error_alone() {
    let results = bench("", "").run(&[]);
    assert_eq!(results.curve("flow").0[5..], ["training_error"]);
    let arm = results.summary()["arms"]["flow"].clone();
    assert_eq!((arm["final_training_error"].is_f64(), arm.get("final_test_error")), (true, None));
}

#[test]
fn the_summary_has_the_last_values_and_checks_judge_them() {
    let check = |quantity: &str, expect: f64| {
        format!("[[check]]\narm = \"flow\"\nquantity = \"{quantity}\"\nexpect = {expect:?}\nmax_error = 1e-9\n\n")
    };
    // The class of the ninth sample is a mistake in the data, and one test sample of three.
    let checks = check("final_training_error", 0.0) + &check("final_test_error", 1.0 / 3.0);
    let results = bench("test = 3", &checks).run(&[]);
    let summary = results.summary();
    for arm in ["flow", "modes", "sgd"] {
        for name in ["training_error", "test_error", "test_loss"] {
            let last = results.column(arm, name).last().copied();
            assert_eq!(summary["arms"][arm][format!("final_{name}")].as_f64(), last, "{arm}: {name}");
        }
    }
    assert_eq!(summary["checks"][0]["quantity"], "final_training_error");
    assert_eq!((&summary["checks"][1]["error"], &summary["checks"][1]["pass"]), (&json!(0.0), &json!(true)));
    bench("test = 3", &check("final_test_error", 0.25)).ends(1, &["run", "two.toml", "--no-plots", "--quiet"]);
    let printed = bench("test = 3", &checks).ends(0, &["run", "two.toml", "--no-plots"]);
    assert!(printed.contains("in the end") && printed.contains("0.33333"), "{printed}");
    assert!(printed.contains("flow: final_test_error = 0.333"), "{printed}");
}

#[test]
fn the_panel_of_errors_is_drawn_again_from_what_was_saved() {
    let bench = bench("test = 3", "[plot]\npanels = [\"classification\", \"loss\"]\n");
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let figures = || ["out/figure.png", "out/figure.svg"].map(|name| fs::read(bench.path(name)).unwrap());
    let before = figures();
    let svg = String::from_utf8(before[1].clone()).unwrap();
    assert!(["classification error", ">\ntraining", ">\ntest"].iter().all(|text| svg.contains(text)), "{svg}");
    for name in ["out/figure.png", "out/figure.svg"] {
        fs::remove_file(bench.path(name)).unwrap();
    }
    bench.ends(0, &["plot", "out"]);
    assert!(figures() == before);
}

#[test]
fn explain_says_what_is_told_apart_and_held_out() {
    let printed = bench("test = 3", "").ends(0, &["explain", "two.toml"]);
    assert!(printed.contains("\n3 classes; 6 samples to train on, 3 held out.\n"), "{printed}");
    let printed = bench("", "").ends(0, &["explain", "two.toml"]);
    assert!(printed.contains("\n3 classes.\n"), "{printed}");
}

#[test]
fn files_to_test_on_are_found_from_the_results() {
    let bench = bench("test_inputs = \"test/x.csv\"\ntest_targets = \"test/y.csv\"", "")
        .file("test/x.csv", "1,0\n0,1\n")
        .file("test/y.csv", "0\n2\n");
    let results = bench.run(&[]);
    let written = results.text("scenario.toml");
    for line in ["test_inputs = \"../test/x.csv\"", "test_targets = \"../test/y.csv\""] {
        assert!(written.contains(line), "{written}");
    }
    bench.ends(0, &["run", "out/scenario.toml", "--out", "deep/down/again", "--quiet", "--no-plots"]);
    let deep = fs::read_to_string(bench.path("deep/down/again/scenario.toml")).unwrap();
    assert!(deep.contains("test_inputs = \"../../../test/x.csv\""), "{deep}");
    for arm in ["flow", "modes", "sgd"] {
        let again = fs::read(bench.path(&format!("deep/down/again/{arm}.csv"))).unwrap();
        assert!(again == results.bytes(&format!("{arm}.csv")), "{arm}");
    }
}
