//! `gradflow predict` from its arguments to its output.

use clap::Parser;
use gradflow::cli::predict::{PredictArgs, predict};
use serde_json::Value;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: PredictArgs,
}

/// The JSON output, or the message.
fn run(line: &str) -> Result<Value, String> {
    let words = ["predict"].into_iter().chain(line.split_whitespace());
    let Cli { args } = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let prediction = predict(&args).map_err(|error| error.to_string())?;
    assert!(prediction.to_text().starts_with(prediction.form.name()));
    serde_json::from_str(&prediction.to_json()).map_err(|error| error.to_string())
}

#[track_caller]
fn time(line: &str) -> Option<f64> {
    let answer = run(line).unwrap();
    assert!(answer.get("u").is_none());
    answer["time"].as_f64()
}

#[track_caller]
fn strength(line: &str) -> f64 {
    run(line).unwrap()["u"][0].as_f64().unwrap()
}

#[test]
fn forms() {
    for (line, form) in [
        ("--s 3 --u0 1e-3 --t 1", "sigmoid"),
        ("--s 3 --u0 1e-3 --layers 3 --t 1", "sigmoid"),
        ("--s 3 --a0 0.1 --b0=-0.1 --t 1", "sigmoid"),
        ("--s 3 --a0 0.1 --b0 0.2 --layers 3 --t 1", "unequal"),
        ("--s 3 --chain=0.1,0.2 --t 1", "unequal"),
        ("--s 3 --u0 1e-3 --layers 2 --t 1", "single-layer"),
        ("--s 3 --chain=0.1 --t 1", "single-layer"),
        ("--s 3 --u0 1e-3 --layers 4 --t 1", "deep"),
        ("--s 3 --chain=0.1,-0.1,0.1 --t 1", "deep"),
        ("--s 3 --chain -0.1,0.2,0 --t 1", "integrated"),
        ("--s 3 --u0 1e-3 --infinite-depth 4 --t 1", "infinite-depth"),
    ] {
        assert_eq!(run(line).unwrap()["form"], form, "{line}");
    }
}

#[test]
fn shape_of_the_output() {
    let keys = |line| run(line).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys("--s 1 --u0 0.1 --t 0,1"), "form t u a b");
    assert_eq!(keys("--s 1 --u0 0.1 --layers 4 --t 0,1"), "form t u");
    assert_eq!(keys("--s 1 --a0 0.1 --b0 0.2 --t 0,1"), "form t u a b");
    assert_eq!(keys("--s 1 --chain 0.1,0.2 --t 0,1"), "form t u a b");
    assert_eq!(keys("--s 1 --u0 0.1 --until 0.5"), "form time");
    let answer = run("--s 1 --a0 0.3 --b0 -0.7 --t 5,0,1e300").unwrap();
    assert_eq!(answer["t"], serde_json::json!([5.0, 0.0, 1e300]));
    assert_eq!((&answer["a"][1], &answer["b"][1]), (&0.3.into(), &(-0.7).into()));
}

#[test]
fn hard_regimes() {
    assert_eq!(strength("--s 1 --u0 1e-300 --t 1e300"), 1.0);
    assert_eq!(strength("--s 1 --u0 0.1 --tau 1e-300 --t 1e300"), 1.0);
    assert_eq!(strength("--s 0 --u0 0.5 --t 1"), 0.25);
    assert_eq!(strength("--s 0 --input-eigenvalue 0 --u0 0.5 --t 1e300"), 0.5);
    assert!((strength("--s 1 --a0 1e6 --b0 1e-9 --t 1e5") - 1.0).abs() < 1e-15);
    // A decay from below ends in 0, not −0.
    let answer = run("--s 1 --u0 -0.5 --t 1e5").unwrap();
    assert_eq!(answer.to_string(), r#"{"form":"sigmoid","t":[100000.0],"u":[0.0],"a":[0.0],"b":[0.0]}"#);
    assert_eq!(strength("--s 1 --u0=-5e-1 --layers 2 --t 1e5"), 1.0);
    assert!(strength("--s 1 --chain=0.1,-0.1,0.5 --t 100") < 0.0);
    assert_eq!(strength("--s 1 --chain=0.1,-0.1,0.5 --t 1e300"), 0.0);
    assert_eq!(strength("--s 0 --chain=0.1,-0.2,0.5 --t 1e300"), 0.0);
}

#[test]
fn times() {
    assert_eq!(time("--s 1 --u0 0.5 --until 0.5"), Some(0.0));
    assert_eq!(time("--s 1 --a0 0.1 --b0 0.2 --until 0.02"), Some(0.0));
    assert_eq!(time("--s 1 --u0 0.5 --until 1"), None);
    assert_eq!(time("--s 1 --u0 0.5 --until -1"), None);
    assert_eq!(time("--s 1.1 --input-eigenvalue 0.1 --u0 0.5 --until 11"), None);
    assert_eq!(time("--s 1.1 --input-eigenvalue 0.1 --a0 0.5 --b0 0.4 --until 11"), None);
    assert_eq!(time("--s 1.1 --input-eigenvalue 0.1 --chain 0.5,0.4,1 --until 11"), None);
    assert_eq!(time("--s 1 --chain=-0.1,0.1,2 --until 0.5"), None);
    assert!(time("--s 1 --chain=-0.1,0.11,2 --until 0.5").is_some());
    let sigmoid = time("--s 3 --u0 1e-3 --until 1.5").unwrap();
    assert!((sigmoid - 2999f64.ln() / 6.0).abs() < 1e-15);
}

#[test]
fn what_is_refused_and_why() {
    for (line, part) in [
        ("--u0 1 --t 1", "--s <S>"),
        ("--s -1 --u0 1 --t 1", "at least 0"),
        ("--s nan --u0 1 --t 1", "finite"),
        ("--s inf --u0 1 --t 1", "finite"),
        ("--s 1 --u0 1e999 --t 1", "finite"),
        ("--s 1 --u0 x --t 1", "must be a number"),
        ("--s 1 --u0 1 --t 1,-2", "--t -2: must be a number, at least 0"),
        ("--s 1 --u0 1 --t 1,,2", "must be a number"),
        ("--s 1 --u0 1 --tau 0 --t 1", "above 0"),
        ("--s 1 --u0 1 --input-eigenvalue -1 --t 1", "at least 0"),
        ("--s 1 --u0 1 --layers 1 --t 1", "at least 2"),
        ("--s 1 --u0 1 --layers 2.5 --t 1", "--layers"),
        ("--s 1 --u0 1 --infinite-depth 0 --t 1", "at least 2"),
        ("--s 1 --u0 1 --infinite-depth 5 --layers 5 --t 1", "contradict"),
        ("--s 1 --u0 1 --a0 1 --b0 1 --t 1", "--u0 and --a0"),
        ("--s 1 --u0 1 --chain 1,2 --t 1", "--u0 and --chain"),
        ("--s 1 --chain 1,2 --layers 3 --t 1", "--chain and --layers"),
        ("--s 1 --a0 1 --b0 1 --layers 4 --t 1", "two weights make 3 layers"),
        ("--s 1 --a0 1 --b0 1 --infinite-depth 4 --t 1", "two weights make 3 layers"),
        ("--s 1 --a0 1 --t 1", "start is missing"),
        ("--s 1 --t 1", "start is missing"),
        ("--s 1 --u0 1", "--until"),
        ("--s 1 --u0 1 --t 1 --until 2", "contradict"),
        ("--s 1 --input-eigenvalue 0 --u0 1 --t 1e5", "beyond 1.8e308"),
        ("--s 1 --input-eigenvalue 0 --u0 1 --layers 5 --t 10", "beyond 1.8e308"),
        ("--s 1e-300 --tau 1e300 --u0 0.1 --until 0.2 --input-eigenvalue 0", "only after more than"),
    ] {
        let message = run(line).unwrap_err();
        assert!(message.contains(part), "{line}: {message}");
    }
}
