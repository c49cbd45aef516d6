//! Delays from end to end: their files, figures and checks.

use crate::bench::Bench;
use serde_json::{Value, json};
use std::fs;

/// Linear and tanh networks from a few random starts.
const DELAYS: &str = "\
title = \"Random starts\"
seed = 3

[task.spectrum]
inputs = 4
outputs = 3
singular_values = [1.0, 0.6]

[network]
hidden = [4]
init.gaussian = { scale = 1e-3 }

[time]
end = 3.0

[delays.starts]
runs = 5
strength = 1e-6
learning_rate = 0.1

[delays.starts.series.linear]

[delays.starts.series.tanh]
label = \"tanh units\"
activation = \"tanh\"
";

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::with(DELAYS);
    for threads in ["1", "2", "5"] {
        let mut command = bench.gradflow(&["run", "two.toml", "--out", threads, "--quiet"]);
        command.env("RAYON_NUM_THREADS", threads).assert().success();
    }
    bench.results("1").assert_same(&bench.results("2"));
    bench.results("1").assert_same(&bench.results("5"));
}

#[test]
fn the_results_own_scenario_reproduces_delays_from_given_weights_too() {
    let given = format!("{DELAYS}\n[delays.starts.series.given]\ninit.matrices.weights = [\"w1.csv\", \"w2.csv\"]\n");
    let bench = Bench::with(&given);
    fs::write(bench.path("w1.csv"), "0.01,0,0,0\n0,0.02,0,0\n0,0,0.01,0\n0,0,0,0.03\n").unwrap();
    fs::write(bench.path("w2.csv"), "0.01,0.01,0,0\n0,0.01,0.02,0\n0,0,0.01,0.01\n").unwrap();
    bench.ends(0, &["run", "two.toml", "--out", "deep/out", "--quiet", "--seed", "8"]);
    bench.ends(0, &["run", "deep/out/scenario.toml", "--out", "again", "--quiet"]);
    for name in ["delays_starts.csv", "delays_starts.svg", "summary.json"] {
        let read = |folder: &str| fs::read(bench.path(&format!("{folder}/{name}"))).unwrap();
        assert!(read("deep/out") == read("again"), "{name}");
    }
}

#[test]
fn a_scenario_of_delays_alone_writes_and_draws_them_and_nothing_else() {
    let bench = Bench::with(DELAYS);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let mut names: Vec<String> =
        fs::read_dir(bench.path("out")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected = ["delays_starts.csv", "delays_starts.png", "delays_starts.svg", "scenario.toml", "summary.json"];
    assert_eq!(names, expected);
    let figures = || ["png", "svg"].map(|e| fs::read(bench.path(&format!("out/delays_starts.{e}"))).unwrap());
    let before = figures();
    fs::remove_file(bench.path("out/delays_starts.png")).unwrap();
    fs::remove_file(bench.path("out/delays_starts.svg")).unwrap();
    let mut printed: Vec<String> = bench.ends(0, &["plot", "out"]).lines().map(str::to_owned).collect();
    printed.sort();
    assert_eq!(printed, ["out/delays_starts.png", "out/delays_starts.svg"]);
    assert!(figures() == before);
}

#[test]
fn results_that_are_replaced_leave_no_delays_behind() {
    let bench = Bench::with(DELAYS);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    fs::write(bench.path("out/delays_of_mine.txt"), "notes").unwrap();
    let other = fs::read_to_string(bench.path("two.toml")).unwrap().replace("delays.starts", "delays.others");
    fs::write(bench.path("two.toml"), other).unwrap();
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    assert!(!bench.path("out/delays_starts.csv").exists() && !bench.path("out/delays_starts.png").exists());
    assert!(bench.path("out/delays_others.csv").exists() && bench.path("out/delays_of_mine.txt").exists());
}

#[test]
fn table_file_and_summary_say_the_same() {
    let bench = Bench::with(DELAYS);
    let printed = bench.ends(0, &["run", "two.toml", "--out", "out", "--no-plots"]);
    assert!(printed.contains("Delays starts: (t − t_pred)/t_pred of half-times, t_pred from u0 = 1e-6."), "{printed}");
    let summary: Value = serde_json::from_slice(&fs::read(bench.path("out/summary.json")).unwrap()).unwrap();
    let delays = &summary["delays"][0];
    assert_eq!((&delays["name"], &delays["strength"]), (&json!("starts"), &json!(1e-6)));
    let csv = fs::read_to_string(bench.path("out/delays_starts.csv")).unwrap();
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    assert_eq!(header, "series,mode,s,input_eigenvalue,predicted_half_time,mean_delay,delay_sd,learned_runs,runs");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 4);
    for (index, row) in rows.iter().enumerate() {
        let (series, mode) = (&delays["series"][index / 2], &delays["series"][index / 2]["modes"][index % 2]);
        assert_eq!(
            (json!(row[0]), json!(row[1].parse::<u64>().unwrap())),
            (series["name"].clone(), mode["mode"].clone())
        );
        for (cell, key) in row[2..7].iter().zip(&header.split(',').collect::<Vec<_>>()[2..7]) {
            assert_eq!(json!(cell.parse::<f64>().unwrap()), mode[key], "{key}");
        }
        assert_eq!((row[7], row[8], &mode["learned_runs"]), ("5", "5", &json!(5)));
    }
}

#[test]
fn a_check_of_delays_is_written_with_its_verdict_and_can_fail() {
    let check = "\n[[check]]\ndelays = \"starts\"\nquantity = \"mean_delay\"\nexpect = 0\nmax_error = 1e-9\n";
    let bench = Bench::with(&format!("{DELAYS}{check}"));
    bench.ends(1, &["run", "two.toml", "--out", "out", "--quiet", "--no-plots"]);
    let summary: Value = serde_json::from_slice(&fs::read(bench.path("out/summary.json")).unwrap()).unwrap();
    let verdict = &summary["checks"][0];
    let named = (&verdict["delays"], &verdict["series"], &verdict["mode"], &verdict["quantity"], &verdict["pass"]);
    assert_eq!(named, (&json!("starts"), &json!("linear"), &json!(1), &json!("mean_delay"), &json!(false)));
    assert_eq!(verdict["error"], summary["delays"][0]["series"][0]["modes"][0]["mean_delay"]);
    bench.ends(0, &["check", "two.toml", "--set", "check=[]", "--set", "delays.starts.runs=2"]);
}

#[test]
fn explain_says_what_will_be_computed_and_predicted() {
    let bench = Bench::with(DELAYS);
    let text = bench.ends(0, &["explain", "two.toml"]);
    let start = text.find("Delays starts").expect("the delays are explained");
    insta::assert_snapshot!(&text[start..], @"
    Delays starts: 10 starts (5 of linear, 5 of tanh), full-batch descent at rate 0.1 until these modes are half learned, for at most 333 updates.
    Predicted from u0 = 1e-6.
    ────────────────────────────────────────────────
     mode     s   λ   half-time predicted   updates 
    ────────────────────────────────────────────────
        1     1   1                6.9078    69.078 
        2   0.6   1                11.087    110.87 
    ────────────────────────────────────────────────
    ");
    let explained: Value = serde_json::from_str(&bench.ends(0, &["explain", "two.toml", "--json"])).unwrap();
    let delays = &explained["delays"][0];
    let half_time = delays["modes"][1]["predicted_half_time"].as_f64().unwrap();
    assert!((half_time - (0.6f64 / 1e-6 - 1.0).ln() / 1.2).abs() < 1e-12);
    assert_eq!((&delays["series"][1]["activation"], &delays["series"][1]["runs"]), (&json!("tanh"), &json!(5)));
}
