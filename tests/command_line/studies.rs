//! Studies from end to end: their files, figures and checks, the options that reach into them, and their exit status.

use crate::bench::{Bench, Results};
use serde_json::{Value, json};
use std::fs;
use toml::Table;

/// Two modes at several depths, by descent and by the flow, from aligned starts and from random ones.
const STUDIES: &str = "\
title = \"Two depths\"
seed = 3

[task.spectrum]
inputs = 4
outputs = 3
singular_values = [1.0, 0.6]

[network]
hidden = [4]
init.aligned = { strength = 0.05 }

[time]
end = 3.0
samples = 11

[study.depth]
layers = [3, 4, 6]
learned = { excess = 0.05 }
max_updates = 400
runs = 3
panels = [\"time\", \"rate\", \"curves\"]

[study.depth.series.aligned]
label = \"u0 = 0.05\"
init.aligned = { strength = 0.05 }

[study.depth.series.random]
init.orthogonal = { gain = 1.0 }
learning_rate = { from = 1.0, to = 0.01, count = 15 }

[study.flow]
layers = [2, 5]
arm = \"flow\"
learned = { mode = 2, share = 0.9 }
panels = [\"curves\"]
";

const CHECK: &str = "\n[[check]]\nstudy = \"depth\"\nquantity = \"learning_time\"\nlayers = 3\nexpect = 50\n";

/// One network of a study in a summary.
fn network(summary: &Value, study: usize, series: usize, network: usize) -> &Value {
    &summary["studies"][study]["series"][series]["networks"][network]
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::with(STUDIES);
    for threads in ["1", "2", "5"] {
        let mut command = bench.gradflow(&["run", "two.toml", "--out", threads, "--quiet"]);
        command.env("RAYON_NUM_THREADS", threads).assert().success();
    }
    bench.results("1").assert_same(&bench.results("2"));
    bench.results("1").assert_same(&bench.results("5"));
}

#[test]
fn the_results_own_scenario_reproduces_studies() {
    let bench = Bench::with(STUDIES);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--seed", "8"]);
    bench.ends(0, &["run", "out/scenario.toml", "--out", "again", "--quiet"]);
    bench.results("out").assert_same(&bench.results("again"));
}

#[test]
fn figures_of_studies_drawn_again_are_the_same_bytes() {
    let bench = Bench::with(STUDIES);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let names = ["out/study_depth.png", "out/study_depth.svg", "out/study_flow.png", "out/study_flow.svg"];
    let figures = || names.map(|name| fs::read(bench.path(name)).unwrap());
    let before = figures();
    for name in names {
        fs::remove_file(bench.path(name)).unwrap();
    }
    let mut printed: Vec<String> = bench.ends(0, &["plot", "out"]).lines().map(str::to_owned).collect();
    printed.sort();
    assert_eq!(printed, names);
    assert!(figures() == before);
}

#[test]
fn a_scenario_of_studies_alone_has_their_files_and_no_figure_of_arms() {
    let bench = Bench::with(STUDIES);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert_eq!(
        bench.names("out"),
        [
            "scenario.toml",
            "study_depth.csv",
            "study_depth.curves.csv",
            "study_depth.png",
            "study_depth.svg",
            "study_flow.csv",
            "study_flow.curves.csv",
            "study_flow.png",
            "study_flow.svg",
            "summary.json",
        ]
    );
}

#[test]
fn arms_beside_studies_have_their_figure_too() {
    let bench = Bench::with(&format!("{STUDIES}\n[modes]\n"));
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let names = bench.names("out");
    for name in ["figure.png", "figure.svg", "modes.csv", "study_depth.png", "study_flow.svg"] {
        assert!(names.iter().any(|known| known == name), "{name} is missing: {names:?}");
    }
    let printed = bench.ends(0, &["plot", "out"]);
    assert_eq!(printed.lines().count(), 6, "{printed}");
}

#[test]
fn a_network_is_a_row_of_the_table_and_an_entry_of_the_summary() {
    let results = Bench::with(STUDIES).run(&[]);
    let summary = results.summary();
    let text = results.text("study_depth.csv");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 1 + 2 * 3);
    for (index, row) in rows[1..].iter().enumerate() {
        let network = network(&summary, 0, index / 3, index % 3);
        assert_eq!(row[0], ["aligned", "random"][index / 3]);
        assert_eq!(row[2], "learned");
        for (name, cell) in
            rows[0].iter().zip(row).skip(1).filter(|(name, _)| !["status", "limit_updates"].contains(name))
        {
            assert_eq!(network[name].as_f64(), serde_json::from_str(cell).ok(), "{name} of {row:?}");
        }
    }
    let aligned = network(&summary, 0, 0, 0);
    assert_eq!((&aligned["updates_sd"], &aligned["learning_rate"]), (&Value::Null, &json!(0.5)));
    assert!(network(&summary, 0, 1, 0)["updates_sd"].is_f64());
    assert_eq!(network(&summary, 0, 1, 0)["predicted_updates"], Value::Null);
    assert_eq!(summary["studies"][1]["goal"], "u of mode 2 is 0.9 of its final value");
}

#[test]
fn curves_end_at_the_goal_where_they_are_asked_for() {
    let bench = Bench::with(STUDIES);
    let results = bench.run(&[]);
    let summary = results.summary();
    let last = |layers: &str| -> Vec<f64> {
        let text = results.text("study_flow.curves.csv");
        let row = text.lines().rfind(|line| line.starts_with(&format!("network,{layers},"))).unwrap().to_owned();
        row.split(',').skip(2).take(3).map(|cell| cell.parse().unwrap()).collect()
    };
    for (index, layers) in ["2", "5"].into_iter().enumerate() {
        let updates = network(&summary, 1, 0, index)["updates"].as_f64().unwrap();
        assert_eq!(last(layers)[0], updates);
        assert!((last(layers)[2] - 0.9 * 0.6).abs() < 1e-6, "{:?}", last(layers));
    }
    assert_eq!(last("inf")[0], summary["studies"][1]["series"][0]["limit_updates"].as_f64().unwrap());
    let without = bench.run(&["--set", "study.flow.panels=[\"time\"]"]);
    assert!(!without.path.join("study_flow.curves.csv").exists());
}

/// The study `depth` as it was run with these options.
#[track_caller]
fn filled(options: &[&str]) -> (Table, Results) {
    let results = Bench::with(STUDIES).run(options);
    let scenario: Table = results.text("scenario.toml").parse().unwrap();
    (scenario["study"]["depth"].as_table().unwrap().clone(), results)
}

#[test]
fn an_override_reaches_the_depths_of_a_study() {
    let (study, results) = filled(&["--set", "study.depth.layers=[3, 5]"]);
    assert_eq!(study["layers"].as_array().unwrap().len(), 2);
    assert_eq!(network(&results.summary(), 0, 0, 1)["layers"], 5);
}

#[test]
fn another_start_of_a_series_replaces_its_start() {
    let (study, _) = filled(&["--set", "study.depth.series.aligned.init.gaussian.scale=0.4"]);
    let init = study["series"]["aligned"]["init"].as_table().unwrap();
    assert_eq!(init.keys().collect::<Vec<_>>(), ["gaussian"]);
    let (study, _) = filled(&["--set", "study.depth.series.aligned.init.aligned.per_layer=0.5"]);
    let aligned = study["series"]["aligned"]["init"]["aligned"].as_table().unwrap();
    assert_eq!(aligned.keys().collect::<Vec<_>>(), ["per_layer"]);
}

#[test]
fn another_goal_replaces_the_goal_and_mode_and_share_go_together() {
    let keys = |options: &[&str]| {
        let (study, _) = filled(options);
        study["learned"].as_table().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&["--set", "study.depth.learned.loss=0.1"]), ["loss"]);
    assert_eq!(keys(&["--set", "study.depth.learned.share=0.5"]), ["mode", "share"]);
    let both = ["--set", "study.depth.learned.mode=2", "--set", "study.depth.learned.share=0.5"];
    assert_eq!(keys(&both), ["mode", "share"]);
}

#[test]
fn an_override_can_bring_a_series_and_a_study() {
    let (study, results) = filled(&["--set", "study.depth.series.fast.learning_rate=0.1"]);
    assert_eq!(study["series"].as_table().unwrap().keys().collect::<Vec<_>>(), ["aligned", "random", "fast"]);
    assert_eq!(network(&results.summary(), 0, 2, 0)["learning_rate"], 0.1);
    let (_, results) = filled(&["--set", "study.new={ layers = [3] }"]);
    assert_eq!(results.summary()["studies"][2]["name"], "new");
}

#[test]
fn checks_of_studies_stand_in_the_summary_with_error_and_verdict() {
    let bench = Bench::with(&format!("{STUDIES}{CHECK}"));
    bench.ends(1, &["run", "two.toml", "--out", "out", "--quiet", "--no-plots"]);
    let summary = bench.results("out").summary();
    let (check, updates) = (&summary["checks"][0], network(&summary, 0, 0, 0)["updates"].as_f64().unwrap());
    assert_eq!((&check["study"], &check["quantity"]), (&json!("depth"), &json!("learning_time")));
    assert_eq!((&check["layers"], &check["expect"], &check["pass"]), (&json!(3), &json!(50.0), &json!(false)));
    assert_eq!(check["error"].as_f64(), Some((updates - 50.0).abs() / 50.0));
    let right = CHECK.replace("expect = 50", &format!("expect = {updates}"));
    bench.file("right.toml", format!("{STUDIES}{right}")).ends(0, &["check", "right.toml"]);
}

#[test]
fn a_network_that_diverges_at_every_rate_is_marked_and_what_there_is_is_written() {
    let bench = Bench::with(STUDIES);
    let options = ["--set", "study.depth.series.aligned.learning_rate={ from = 40, to = 30, count = 3 }"];
    let output =
        bench.gradflow(&[&["run", "two.toml", "--out", "out", "--quiet"], &options[..]].concat()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said.trim_end(), "two.toml: study depth, aligned at 3 layers: diverged (lower the learning rate)");
    let summary = bench.results("out").summary();
    assert_eq!(summary["status"], "study depth, aligned at 3 layers: diverged (lower the learning rate)");
    for index in 0..3 {
        let network = network(&summary, 0, 0, index);
        assert_eq!((&network["status"], &network["updates"]), (&json!("diverged"), &Value::Null));
        assert!(network["predicted_updates"].is_f64());
    }
    assert_eq!(network(&summary, 0, 1, 0)["status"], "learned");
    assert!(bench.results("out").text("study_depth.csv").contains("aligned,3,diverged,0,,,,,"));
    bench.ends(0, &["plot", "out"]);
}

#[test]
fn a_network_that_does_not_learn_in_time_is_no_failure_unless_a_check_needs_it() {
    let slow = STUDIES.replace("max_updates = 400", "max_updates = 2");
    let bench = Bench::with(&slow).file("checked.toml", format!("{slow}{CHECK}"));
    let results = bench.run(&[]);
    assert_eq!(results.summary()["status"], "complete");
    let network = network(&results.summary(), 0, 0, 2).clone();
    assert_eq!((&network["status"], &network["updates"]), (&json!("not learned"), &Value::Null));
    bench.ends(1, &["run", "checked.toml", "--out", "checked", "--quiet", "--no-plots"]);
    let check = bench.results("checked").summary()["checks"][0].clone();
    assert_eq!((&check["error"], &check["pass"]), (&Value::Null, &json!(false)));
}

#[test]
fn the_table_has_a_row_per_network_and_says_what_was_waited_for() {
    let printed = Bench::with(STUDIES).ends(0, &["run", "two.toml", "--out", "out", "--no-plots"]);
    assert!(printed.contains("Study depth: updates until L − L_min is 0.05 of what the zero map has."), "{printed}");
    let rows = |name: &str| printed.lines().filter(|line| line.trim_start().starts_with(name)).count();
    assert_eq!((rows("aligned "), rows("random "), rows("network ")), (3, 3, 2), "{printed}");
}

#[test]
fn explain_gives_the_laws_that_a_run_will_be_held_against() {
    let bench = Bench::with(STUDIES);
    let explained: Value = serde_json::from_str(&bench.ends(0, &["explain", "two.toml", "--json"])).unwrap();
    let summary = bench.run(&[]).summary();
    for (study, run) in explained["studies"].as_array().unwrap().iter().zip(summary["studies"].as_array().unwrap()) {
        assert_eq!((&study["name"], &study["goal"]), (&run["name"], &run["goal"]));
        for (series, run) in study["series"].as_array().unwrap().iter().zip(run["series"].as_array().unwrap()) {
            assert_eq!(series["limit_updates"], run["limit_updates"]);
            let networks = series["networks"].as_array().unwrap().iter().zip(run["networks"].as_array().unwrap());
            for (network, run) in networks {
                for key in ["layers", "predicted_best_rate", "predicted_updates"] {
                    assert_eq!(network[key], run[key], "{key} of {}", series["name"]);
                }
            }
        }
    }
    assert!(explained["studies"][0]["series"][0]["networks"][2]["predicted_updates"].is_f64());
    let said = bench.ends(0, &["explain", "two.toml"]);
    assert!(said.contains("depth") && said.contains("0.9 of its final value"), "{said}");
}

#[test]
fn the_limit_beside_the_modes_is_an_arm_of_its_own() {
    let studies = STUDIES.find("[study.depth]").unwrap();
    let bench = Bench::with(&format!("{}[modes]\ndepth = \"both\"\n", &STUDIES[..studies]));
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let results = bench.results("out");
    let limit = &results.summary()["arms"]["limit"];
    assert_eq!(limit["status"], "complete");
    assert_eq!(results.column("limit", "t"), results.column("modes", "t"));
    assert_eq!(results.column("limit", "mode_1")[0], results.column("modes", "mode_1")[0]);
    assert_ne!(results.column("limit", "mode_1")[5], results.column("modes", "mode_1")[5]);
    let before = results.bytes("figure.svg");
    fs::remove_file(results.path.join("figure.svg")).unwrap();
    bench.ends(0, &["plot", "out"]);
    assert!(results.bytes("figure.svg") == before);
    bench.ends(0, &["run", "out/scenario.toml", "--out", "again", "--quiet"]);
    results.assert_same(&bench.results("again"));
}

#[test]
fn what_overflows_can_still_be_drawn_again() {
    let bench = Bench::with(STUDIES);
    let options = ["--set", "study.depth.layers=[100]", "--set", "study.depth.series.aligned.learning_rate=1e6"];
    bench.ends(3, &[&["run", "two.toml", "--out", "out", "--quiet"], &options[..]].concat());
    let curves = bench.results("out").text("study_depth.curves.csv");
    assert!(!curves.contains("NaN"), "{curves}");
    bench.ends(0, &["plot", "out"]);
}

#[test]
fn two_studies_do_not_write_the_same_file() {
    let bench = Bench::with(&format!("{STUDIES}\n[study.flow_curves]\nlayers = [3]\n"));
    let output = bench.gradflow(&["run", "two.toml", "--out", "out", "--quiet"]).output().unwrap();
    let kept = || bench.results("out").text("study_flow.curves.csv").starts_with("series,layers,updates,loss");
    assert!(output.status.code() == Some(2) || kept());
}

#[test]
fn labels_with_characters_that_cannot_be_shown_are_refused_or_cleaned() {
    let bench = Bench::with(STUDIES);
    let label = ["--set", "study.depth.series.aligned.label=\"a\\u0000b\""];
    let output =
        bench.gradflow(&[&["run", "two.toml", "--out", "out", "--quiet"], &label[..]].concat()).output().unwrap();
    let clean = || !bench.results("out").text("study_depth.svg").chars().any(|c| c.is_control() && c != '\n');
    assert!(output.status.code() == Some(2) || clean());
}

#[test]
fn a_users_file_survives_though_it_is_named_like_a_study() {
    let bench = Bench::with(STUDIES);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    fs::write(bench.results("out").path.join("study_notes.csv"), "mine").unwrap();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--set", "study.depth.layers=[3]"]);
    assert_eq!(bench.results("out").text("study_notes.csv"), "mine");
}
