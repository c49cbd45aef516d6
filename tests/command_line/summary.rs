//! summary.json: what was run, what was measured, what passed.

use crate::bench::{Bench, SCENARIO};
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn the_summary_says_what_was_run_and_how() {
    let summary = Bench::new().run(&[]).summary();
    assert_eq!(summary["status"], "complete");
    assert_eq!(summary["seed"], 7);
    assert_eq!(summary["version"], env!("CARGO_PKG_VERSION"));
    let arms = summary["arms"].as_object().unwrap();
    assert_eq!(arms.keys().collect::<Vec<_>>(), ["flow", "modes", "analytic", "sgd"]);
    for (name, arm) in arms {
        for key in ["accepted", "rejected", "evaluations"] {
            assert!(arm[key].is_u64(), "{name}.{key} = {}", arm[key]);
        }
        assert!(arm["wall_s"].as_f64().unwrap() >= 0.0);
        assert_eq!(arm["status"], "complete");
    }
    assert_eq!(arms["sgd"]["accepted"], 400);
    let methods: Vec<&str> = arms.values().map(|arm| arm["method"].as_str().unwrap()).collect();
    assert_snapshot!(methods.join("\n"), @"
    weight flow, dop853 at rtol 1e-9
    mode equations, dop853 at rtol 1e-9
    riccati: two weight matrices, white inputs, W2ᵀW2 − W1W1ᵀ a multiple of I
    full batch, learning rate 0.01, 5 runs that are all the same
    ");
}

#[test]
fn premises_are_given_at_the_start_and_along_the_run() {
    let summary = Bench::new().run(&[]).summary();
    for premise in ["white", "commuting", "aligned", "balanced"] {
        let premise = &summary["premises"][premise];
        let (initial, largest) = (premise["initial"].as_f64().unwrap(), premise["largest"].as_f64().unwrap());
        assert!(0.0 <= initial && initial <= largest && largest < 1e-6, "{premise}");
        assert_eq!(premise["holds"], true);
    }
    assert_eq!((&summary["premises"]["rank_sigma11"], &summary["premises"]["rank_sigma31"]), (&json!(4), &json!(2)));
}

#[test]
fn modes_have_their_half_times_measured_and_predicted() {
    let summary = Bench::new().run(&[]).summary();
    let modes = summary["modes"].as_array().unwrap();
    assert_eq!(modes.len(), 3);
    for (mode, s) in modes.iter().zip([3.0, 2.0]) {
        assert!((mode["s"].as_f64().unwrap() - s).abs() < 1e-12);
        // (τ/2s) ln(s/u0 − 1)
        let expected = (s / 1e-2f64 - 1.0).ln() / (2.0 * s);
        assert!((mode["predicted_half_time"].as_f64().unwrap() - expected).abs() < 1e-9, "{mode}");
        for arm in ["flow", "modes", "analytic"] {
            let measured = mode["half_time"][arm].as_f64().unwrap();
            assert!((measured - expected).abs() < 1e-6, "{arm}: {measured}, not {expected}");
        }
        assert!((mode["half_time"]["sgd"].as_f64().unwrap() - expected).abs() < 0.02);
    }
    assert_eq!((&modes[2]["predicted_half_time"], &modes[2]["half_time"]["flow"]), (&Value::Null, &Value::Null));
}

#[test]
fn checks_stand_as_given_with_error_and_verdict() {
    let bench = Bench::with(&SCENARIO.replace("expect = 1.3233262", "expect = 1.5"));
    bench.ends(1, &["run", "two.toml", "--no-plots", "--quiet"]);
    let text = std::fs::read_to_string(bench.path("results/two/summary.json")).unwrap();
    let checks = serde_json::from_str::<Value>(&text).unwrap()["checks"].clone();
    let compare = &checks[0];
    assert_eq!((&compare["compare"], &compare["quantity"]), (&json!(["flow", "analytic"]), &json!("modes")));
    assert_eq!((&compare["max_error"], &compare["pass"]), (&json!(1e-7), &json!(true)));
    assert!((0.0..=1e-7).contains(&compare["error"].as_f64().unwrap()));
    let figure = &checks[1];
    assert_eq!((&figure["arm"], &figure["quantity"]), (&json!("flow"), &json!("half_time")));
    assert_eq!((&figure["mode"], &figure["expect"], &figure["pass"]), (&json!(2), &json!(1.5), &json!(false)));
    let error = figure["error"].as_f64().unwrap();
    assert!((error - (1.5 - 1.3233262) / 1.5).abs() < 1e-6, "{error}");
}

#[test]
fn a_figure_that_is_never_reached_fails_its_check_without_an_error() {
    let bench = Bench::with(&SCENARIO.replace("mode = 2", "mode = 3"));
    bench.ends(1, &["run", "two.toml", "--no-plots", "--quiet"]);
    let text = std::fs::read_to_string(bench.path("results/two/summary.json")).unwrap();
    let check = &serde_json::from_str::<Value>(&text).unwrap()["checks"][1];
    assert_eq!((&check["error"], &check["pass"]), (&Value::Null, &json!(false)));
}

#[test]
fn what_is_conserved_is_reported() {
    let invariants = Bench::new().run(&[]).summary()["invariants"].clone();
    let drift = invariants["balance_drift"][0].as_f64().unwrap();
    assert!((0.0..1e-8).contains(&drift), "{drift}");
    assert_eq!(invariants["loss_rise"], 0.0);
}

#[test]
fn an_approximation_says_that_it_is_one() {
    let bench = Bench::new();
    let options =
        ["--set", "network.init.gaussian.scale=0.001", "--set", "analytic.form=\"sigmoid\"", "--set", "check=[]"];
    let summary = bench.run(&options).summary();
    for arm in ["modes", "analytic"] {
        assert!(summary["arms"][arm]["approximation"].as_str().unwrap().contains("not aligned"), "{arm}");
    }
    assert_eq!(summary["arms"]["flow"]["approximation"], Value::Null);
    let printed = bench.ends(0, &[&["run", "two.toml", "--out", "out"], options.as_slice()].concat());
    assert!(printed.contains("approximation"), "{printed}");
    assert!(std::fs::read_to_string(bench.path("out/figure.svg")).unwrap().contains("approximation"));
}

#[test]
fn nothing_in_the_results_tells_where_when_or_how_they_were_made() {
    let bench = Bench::new();
    let results = bench.run(&[]);
    let here = bench.path(".").canonicalize().unwrap();
    for name in ["summary.json", "scenario.toml"] {
        let text = results.text(name);
        for part in [here.to_str().unwrap().trim_end_matches("/."), "two.toml", "thread", "date", "path"] {
            assert!(!text.contains(part), "{part} in {name}: {text}");
        }
    }
}
