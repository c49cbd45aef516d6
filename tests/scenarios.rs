//! The scenarios that ship: each teaches, each is checked, and each check can fail.

use assert_cmd::Command;
use gradflow::scenario::{Source, parse, schema};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every scenario file of a folder, by name.
fn folder(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

/// Every scenario file, and the figures of the paper.
fn files() -> Vec<PathBuf> {
    let files = [folder("scenarios"), folder("scenarios/paper")].concat();
    assert!(files.len() >= 26, "{files:?}");
    files
}

/// Whether a scenario needs data from elsewhere.
fn needs_digits(path: &PathBuf) -> bool {
    fs::read_to_string(path).unwrap().contains("shared/mnist")
}

/// Those that need no data from elsewhere.
fn own() -> Vec<PathBuf> {
    folder("scenarios").into_iter().filter(|path| !needs_digits(path)).collect()
}

/// Status and output of `gradflow check`.
fn check(scenarios: &[PathBuf]) -> (Option<i32>, String) {
    let output = Command::cargo_bin("gradflow").unwrap().arg("check").args(scenarios).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn every_scenario_names_its_schema_has_a_title_and_asks_a_question() {
    for path in files() {
        let (name, text) = (path.display(), fs::read_to_string(&path).unwrap());
        let up = if path.parent().unwrap().ends_with("paper") { ".." } else { "." };
        let schema = format!("#:schema {up}/scenario.schema.json");
        assert_eq!(text.lines().next(), Some(schema.as_str()), "{name}");
        let comment: Vec<&str> = text.lines().skip(1).take_while(|line| line.starts_with("# ")).collect();
        assert!(comment.join(" ").contains('?'), "{name} asks no question");
        let source = Source::new(&path, text, &[]);
        let (scenario, _) = parse(&source).unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.title.is_some_and(|title| title.len() > 10), "{name} has no title");
        assert!(!scenario.checks.is_empty(), "{name} checks nothing");
    }
}

#[test]
fn the_schema_beside_the_scenarios_is_current() {
    let saved = fs::read_to_string(root().join("scenarios/scenario.schema.json")).unwrap();
    assert!(saved == schema(), "run: gradflow schema > scenarios/scenario.schema.json");
}

#[test]
fn every_scenario_has_the_shape_that_the_schema_describes() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    for path in files() {
        let scenario: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let scenario = serde_json::to_value(scenario).unwrap();
        let fault = fault(&scenario, &schema, &schema, "");
        assert_eq!(fault, None, "{}", path.display());
    }
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let path = root().join("scenarios/three_layer.toml");
    let scenario: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let spoilt = |spoil: &dyn Fn(&mut Value)| {
        let mut scenario = serde_json::to_value(&scenario).unwrap();
        spoil(&mut scenario);
        fault(&scenario, &schema, &schema, "")
    };
    assert_eq!(spoilt(&|_| ()), None);
    assert_eq!(spoilt(&|s| s["flow"]["rtoll"] = 1.into()).as_deref(), Some("/flow: unknown key rtoll"));
    assert_eq!(spoilt(&|s| s["sgd"] = Value::Object(Default::default())).as_deref(), Some("/sgd: no learning_rate"));
    assert!(spoilt(&|s| s["network"]["hidden"] = "wide".into()).is_some());
    assert!(spoilt(&|s| s["task"] = Value::Object(Default::default())).is_some());
    assert!(spoilt(&|s| s["check"][0]["quantity"] = "mode".into()).is_some());
}

/// The first way in which a value does not have the shape of a schema: its type, its keys and its names.
fn fault(value: &Value, schema: &Value, all: &Value, path: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return fault(value, all.pointer(&reference[1..])?, all, path);
    }
    for (key, least) in [("allOf", usize::MAX), ("anyOf", 1), ("oneOf", 1)] {
        if let Some(several) = schema[key].as_array() {
            let faults: Vec<String> = several.iter().filter_map(|one| fault(value, one, all, path)).collect();
            if several.len() - faults.len() < least.min(several.len()) {
                // What is wrong within says more than that it is something else altogether.
                return faults.iter().find(|fault| !fault.contains(" is no ")).or(faults.first()).cloned();
            }
        }
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{path}: {value}"));
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        return Some(format!("{path}: {value}"));
    }
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind)) {
        return Some(format!("{path}: {value} is no {}", kinds.join(" or ")));
    }
    let items = value.as_array().filter(|_| schema.get("items").is_some()).into_iter().flatten().enumerate();
    if let Some(fault) =
        items.map(|(i, item)| fault(item, &schema["items"], all, &format!("{path}/{i}"))).find_map(|f| f)
    {
        return Some(fault);
    }
    let object = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.into_iter().find(|key| !object.contains_key(*key)) {
        return Some(format!("{path}: no {missing}"));
    }
    object.iter().find_map(|(key, value)| match schema["properties"].get(key) {
        Some(property) => fault(value, property, all, &format!("{path}/{key}")),
        None if schema["additionalProperties"] == false => Some(format!("{path}: unknown key {key}")),
        None => None,
    })
}

#[test]
fn every_scenario_passes_its_checks() {
    let (status, text) = check(&own());
    assert_eq!(status, Some(0), "{text}");
    assert!(!text.contains("FAIL") && !text.contains("no checks"), "{text}");
}

#[test]
fn the_real_digits_pass_their_checks_where_they_are_at_hand() {
    if !root().join("../shared/mnist").is_dir() {
        println!("SKIPPED: scenarios/mnist.toml and figure 5, for their data is not in ../shared/mnist");
        return;
    }
    // The others take longer: `gradflow check` of all of them is a step of its own in the continuous integration.
    let quick = ["scenarios/mnist.toml", "scenarios/paper/fig5.toml"].map(|name| root().join(name));
    assert!(quick.iter().all(needs_digits));
    let (status, text) = check(&quick);
    assert_eq!(status, Some(0), "{text}");
}

#[test]
fn every_check_can_fail() {
    let folder = tempfile::tempdir().unwrap();
    let mut tightened = Vec::new();
    let mut checks = 0;
    // Of the paper's figures those that take seconds and need no data.
    let figures = ["fig2", "fig3", "fig8"].map(|name| root().join(format!("scenarios/paper/{name}.toml")));
    for path in own().into_iter().chain(figures) {
        let text = fs::read_to_string(&path).unwrap();
        let scenario: toml::Table = text.parse().unwrap();
        checks += scenario["check"].as_array().unwrap().len();
        let strict = |line: &str| if line.starts_with("max_error = ") { "max_error = 0" } else { line }.to_owned();
        let file = folder.path().join(path.file_name().unwrap());
        fs::write(&file, text.lines().map(strict).collect::<Vec<_>>().join("\n")).unwrap();
        tightened.push(file);
    }
    let (status, text) = check(&tightened);
    assert_eq!(status, Some(1), "{text}");
    assert_eq!((text.matches("FAIL").count(), text.matches("pass").count()), (checks, 0), "{text}");
}
