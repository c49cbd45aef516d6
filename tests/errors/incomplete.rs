//! Trajectories that cannot be completed: exit status 3, and what there is saved and marked.

use crate::bench::{Bench, SCENARIO, with};
use insta::assert_snapshot;
use serde_json::Value;

/// Runs a scenario that does not come to its end and returns its summary and what was said.
#[track_caller]
fn incomplete(scenario: &str) -> (Value, String) {
    let bench = Bench::new(scenario);
    let output = bench.gradflow(&["run", "scenario.toml", "--quiet", "--out", "out"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(said.starts_with("scenario.toml: "), "{said}");
    let out = bench.path().join("out");
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = std::fs::read_to_string(&path).unwrap();
            let numbers = text.lines().skip(1).flat_map(|line| line.split(',')).filter(|field| !field.is_empty());
            for number in numbers {
                assert!(number.parse::<f64>().unwrap().is_finite(), "{number} in {}", path.display());
            }
        }
    }
    assert!(out.join("figure.png").is_file() && out.join("figure.svg").is_file());
    let again = bench.gradflow(&["plot", "out"]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    let summary = serde_json::from_str(&std::fs::read_to_string(out.join("summary.json")).unwrap()).unwrap();
    (summary, said.trim_end().to_owned())
}

#[test]
fn a_rate_beyond_the_stable_one_diverges_and_is_marked() {
    let check = "\n[[check]]\ncompare = [\"sgd\", \"flow\"]\nquantity = \"modes\"\nmax_error = 1e9\n";
    let scenario = with("learning_rate = 1e-2", "learning_rate = 0.8").replace("end = 4.0", "end = 60.0") + check;
    let (summary, said) = incomplete(&scenario);
    let status = summary["status"].as_str().unwrap();
    assert!(status.starts_with("sgd: diverged after t = "), "{status}");
    assert_eq!(said, format!("scenario.toml: {status}"));
    let sgd = &summary["arms"]["sgd"];
    assert!(sgd["status"].as_str().unwrap().starts_with("diverged after t = "), "{sgd}");
    let samples = sgd["samples"].as_u64().unwrap();
    assert!((1..20).contains(&samples), "{samples} of 20 samples");
    assert_eq!(summary["arms"]["flow"]["status"], "complete");
    assert_eq!(summary["arms"]["flow"]["samples"], 20);
    assert_eq!(summary["checks"][0]["pass"], false, "an arm that did not get there passes no check");
    let warning = summary["warnings"][0].as_str().unwrap();
    assert!(warning.contains("largest stable one"), "{warning}");
}

#[test]
fn minibatches_of_several_runs_diverge_in_the_same_way() {
    let scenario =
        with("learning_rate = 1e-2", "learning_rate = 3.0\nbatch = 2\nruns = 3").replace("end = 4.0", "end = 200.0");
    let (summary, _) = incomplete(&scenario);
    assert!(summary["status"].as_str().unwrap().starts_with("sgd: diverged"), "{}", summary["status"]);
}

#[test]
fn a_flow_that_needs_more_steps_than_allowed_keeps_what_it_has() {
    let (summary, said) =
        incomplete(&with("[flow]", "[flow]\nmax_steps = 10").replace("samples = 20", "samples = 200"));
    assert!(said.contains("flow: more than 10 steps at t = "), "{said}");
    assert!(said.contains("modes: more than 10 steps at t = "), "{said}");
    let samples = summary["arms"]["flow"]["samples"].as_u64().unwrap();
    assert!((2..200).contains(&samples), "{samples} of 200 samples");
    assert_eq!(summary["arms"]["analytic"]["samples"], 200);
}

#[test]
fn a_tolerance_that_no_step_can_meet_ends_the_flow() {
    let (_, said) = incomplete(&with("[flow]", "[flow]\nrtol = 1e-300"));
    assert_snapshot!(said, @"scenario.toml: flow: step size underflow at t = 0 (loosen rtol, raise atol, or scale the start down if it is large); modes: step size underflow at t = 0 (loosen rtol, raise atol, or scale the start down if it is large)");
}

#[test]
fn numbers_that_overflow_end_all_arms_before_the_first_sample() {
    let (summary, said) = incomplete(&with("{ strength = 1e-2 }", "{ strength = 1e300 }"));
    assert_snapshot!(said, @"scenario.toml: flow: diverged after t = 0 (the numbers leave the range of f64: scale the start or the task down); modes: diverged after t = 0 (the numbers leave the range of f64: scale the start or the task down); analytic: diverged after t = 0 (the numbers leave the range of f64: scale the start or the task down); sgd: diverged after t = 0 (lower the learning rate)");
    for arm in ["flow", "modes", "analytic", "sgd"] {
        assert_eq!(summary["arms"][arm]["samples"], 0, "{arm}");
    }
}

#[test]
fn an_incomplete_run_counts_more_than_a_check_that_falls_short() {
    let falls_short = "\n[[check]]\narm = \"flow\"\nquantity = \"final_loss\"\nexpect = 7\n";
    let bench = Bench::new(format!("{SCENARIO}{falls_short}"))
        .file("limit.toml", with("[flow]", "[flow]\nmax_steps = 1"))
        .file("good.toml", SCENARIO);
    let code = |args: &[&str]| bench.gradflow(args).output().unwrap().status.code();
    assert_eq!(code(&["check", "good.toml"]), Some(0));
    assert_eq!(code(&["check", "good.toml", "scenario.toml"]), Some(1));
    assert_eq!(code(&["check", "scenario.toml", "none.toml", "good.toml"]), Some(2));
    assert_eq!(code(&["check", "limit.toml", "none.toml", "scenario.toml"]), Some(3));
    assert_eq!(code(&["run", "limit.toml", "scenario.toml", "good.toml", "--quiet", "--no-plots"]), Some(3));
}
