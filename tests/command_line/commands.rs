//! Every command: what it prints, what it leaves alone, and its exit status.

use crate::bench::{Bench, SCENARIO};
use serde_json::Value;
use std::io::Read;
use std::process::{Command, Stdio};

#[test]
fn run_writes_the_whole_results_folder_and_prints_the_verdicts() {
    let bench = Bench::new();
    let printed = bench.ends(0, &["run", "two.toml"]);
    let files = ["analytic.csv", "figure.png", "figure.svg", "flow.csv", "modes.csv", "scenario.toml", "sgd.csv"];
    assert_eq!(bench.names("results/two"), [files.as_slice(), &["summary.json"]].concat());
    assert_eq!(bench.names("."), ["results", "two.toml"]);
    for part in ["Two modes", "flow against analytic: modes", "pass", "Results in results/two"] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
    assert!(!printed.contains("FAIL"), "{printed}");
}

#[test]
fn quiet_prints_nothing_and_no_plots_draws_nothing() {
    let bench = Bench::new();
    // A rate beyond the stable one, of which a run that is not quiet warns.
    let args = ["run", "two.toml", "--no-plots", "--set", "sgd.learning_rate=0.35"];
    let run = |options: &[&str]| bench.gradflow(&[&args, options].concat()).output().unwrap();
    assert!(run(&[]).stderr.starts_with(b"warning: sgd.learning_rate = 0.35 "));
    let output = run(&["--quiet"]);
    assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(0), vec![], vec![]));
    assert!(bench.names("results/two").iter().all(|name| !name.starts_with("figure")));
}

#[test]
fn a_check_that_falls_short_is_exit_status_one_and_said() {
    let bench = Bench::with(&SCENARIO.replace("max_error = 1e-7", "max_error = 1e-18"));
    let printed = bench.ends(1, &["run", "two.toml", "--no-plots"]);
    assert_eq!(printed.matches("FAIL").count(), 1, "{printed}");
    assert_eq!(bench.ends(1, &["check", "two.toml"]).matches("FAIL").count(), 1);
}

#[test]
fn check_writes_nothing_and_prints_one_table() {
    let bench = Bench::new().file("other.toml", SCENARIO.replace("1.3233262", "1.4"));
    let printed = bench.ends(1, &["check", "two.toml", "other.toml"]);
    assert_eq!(printed.matches("allowed").count(), 1, "{printed}");
    assert_eq!((printed.matches("pass").count(), printed.matches("FAIL").count()), (3, 1), "{printed}");
    assert_eq!(bench.names("."), ["other.toml", "two.toml"]);
}

#[test]
fn a_scenario_without_checks_passes() {
    let bench = Bench::with(&SCENARIO[..SCENARIO.find("[[check]]").unwrap()]);
    assert!(bench.ends(0, &["check", "two.toml"]).contains("no checks"));
    assert!(bench.ends(0, &["run", "two.toml", "--no-plots"]).contains("No checks."));
}

#[test]
fn explain_integrates_and_writes_nothing_and_says_what_holds() {
    let bench = Bench::new();
    let text = bench.ends(0, &["explain", "two.toml"]);
    for part in ["τ dW1/dt", "mode 2", "white inputs", "\"riccati\" is exact", "0.33333", "28 weights", "400 updates"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let json: Value = serde_json::from_str(&bench.ends(0, &["explain", "two.toml", "--json"])).unwrap();
    assert_eq!(json["exact_form"], "riccati");
    assert_eq!(json["updates"], 400);
    assert_eq!(json["premises"]["aligned"]["holds"], true);
    let rate = json["largest_stable_learning_rate"].as_f64().unwrap();
    assert!((rate - 1.0 / 3.0).abs() < 1e-12, "2/(2s) = {rate}");
    assert_eq!(bench.names("."), ["two.toml"]);
}

#[test]
fn explain_names_the_premise_that_fails() {
    let random = SCENARIO.replace("aligned = { strength", "gaussian = { scale").replace("[analytic]\n", "");
    let bench = Bench::with(&random[..random.find("[[check]]").unwrap()]);
    let json: Value = serde_json::from_str(&bench.ends(0, &["explain", "two.toml", "--json"])).unwrap();
    assert_eq!(json["exact_form"], Value::Null);
    assert!(json["obstacle"].as_str().unwrap().contains("not aligned"), "{}", json["obstacle"]);
    assert_eq!(json["premises"]["white"]["holds"], true);
    assert!(bench.ends(0, &["explain", "two.toml"]).contains("No closed form is exact here: "));
}

#[test]
fn schema_describes_every_table_of_a_scenario() {
    let schema: Value = serde_json::from_str(&Bench::new().ends(0, &["schema"])).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    for table in
        ["title", "seed", "task", "network", "time", "flow", "modes", "analytic", "sgd", "check", "plot", "output"]
    {
        assert!(properties.contains_key(table), "{table}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn help_teaches_every_command_by_an_example() {
    let bench = Bench::new();
    for command in ["run", "check", "plot", "explain", "schema"] {
        let help = bench.ends(0, &[command, "--help"]);
        assert!(help.contains("Example"), "{help}");
        assert!(help.contains(&format!("\n  gradflow {command}")), "{help}");
    }
    let help = bench.ends(0, &["--help"]);
    assert!(help.contains("Examples:") && help.contains("Exit status: 0"), "{help}");
}

#[test]
fn the_version_is_that_of_the_package() {
    let printed = Bench::new().ends(0, &["--version"]);
    assert_eq!(printed.trim_end(), format!("gradflow {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let bench = Bench::new();
    for args in [&["schema"][..], &["explain", "two.toml"], &["run", "two.toml", "--no-plots"]] {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("gradflow"));
        let command = command.current_dir(bench.path(".")).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert!(child.wait().unwrap().success(), "{args:?}: {errors}");
        assert_eq!(errors, "", "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_exit_status_two() {
    let bench = Bench::new();
    bench.ends(0, &["run", "two.toml", "--quiet"]);
    for args in [
        &["schema"][..],
        &["predict", "--s", "1", "--u0", "0.1", "--t", "1"],
        &["explain", "two.toml"],
        &["explain", "two.toml", "--json"],
        &["check", "two.toml"],
        &["run", "two.toml", "--no-plots"],
        &["converge", "two.toml", "--no-plots"],
        &["plot", "results/two"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("gradflow"));
        let output = command.current_dir(bench.path(".")).args(args).stdout(full).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {errors}");
        assert!(errors.contains("standard output: ") && !errors.contains("panicked"), "{args:?}: {errors}");
    }
    // What has been computed is kept all the same.
    assert!(bench.names("results/two").contains(&"summary.json".to_owned()));
}

#[test]
fn explain_counts_the_runs_that_differ() {
    let updates = |options: &[&str]| {
        let set = options.iter().flat_map(|option| ["--set", option]);
        let args: Vec<&str> = ["explain", "two.toml", "--json"].into_iter().chain(set).collect();
        let explained: Value = serde_json::from_str(&Bench::new().ends(0, &args)).unwrap();
        explained["updates"].as_u64().unwrap()
    };
    let one = updates(&["sgd.batch=2", "sgd.runs=1"]);
    assert_eq!(updates(&["sgd.batch=2", "sgd.runs=5"]), 5 * one);
    assert_eq!(updates(&["sgd.batch=2", "sgd.runs=5", "sgd.order='sequential'"]), one);
    assert_eq!(updates(&["sgd.runs=5"]), updates(&[]));
    // 3e9 updates: five such runs were too many, but there is one.
    let many = ["sgd.batch=2", "sgd.runs=5", "sgd.order='sequential'", "sgd.learning_rate=1.3e-9"];
    assert!(updates(&many) > 3_000_000_000);
}
