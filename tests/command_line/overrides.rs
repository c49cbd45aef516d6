//! `--set` and `--seed`: what they replace, and what gives way to them.

use crate::bench::{Bench, SCENARIO};
use toml::{Table, Value};

/// The scenario that was run with these overrides, defaults filled in.
#[track_caller]
fn filled(overrides: &[&str]) -> Table {
    let options: Vec<&str> = overrides.iter().flat_map(|given| ["--set", given]).collect();
    Bench::new().run(&options).text("scenario.toml").parse().unwrap()
}

fn get<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let first = table.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

#[test]
fn a_dotted_path_replaces_one_key_and_leaves_the_others() {
    let table = filled(&["flow.rtol=1e-6", "time.samples = 5"]);
    assert_eq!(get(&table, "flow.rtol"), Some(&Value::Float(1e-6)));
    assert_eq!(get(&table, "flow.method").and_then(Value::as_str), Some("dop853"));
    assert_eq!(get(&table, "time.samples"), Some(&Value::Integer(5)));
    assert_eq!(get(&table, "time.end"), Some(&Value::Float(4.0)));
}

#[test]
fn lists_strings_and_tables_are_written_as_in_a_scenario() {
    let table = filled(&[
        "task.spectrum.singular_values=[3, 1.5, 0.5]",
        "flow.method=\"dopri5\"",
        "network.hidden=[7]",
        "check=[]",
        "sgd={ learning_rate = 0.02, batch = 2, runs = 2 }",
    ]);
    let values = get(&table, "task.spectrum.singular_values").unwrap();
    assert_eq!(values, &Value::Array([3.0, 1.5, 0.5].map(Value::Float).to_vec()));
    assert_eq!(get(&table, "flow.method").and_then(Value::as_str), Some("dopri5"));
    assert_eq!(get(&table, "network.hidden"), Some(&Value::Array(vec![Value::Integer(7)])));
    assert_eq!(get(&table, "check"), None);
    assert_eq!(get(&table, "sgd.batch"), Some(&Value::Integer(2)));
}

#[test]
fn another_start_replaces_the_start() {
    let table = filled(&["network.init.gaussian.scale=0.1", "analytic.form=\"sigmoid\"", "check=[]"]);
    assert_eq!(get(&table, "network.init.gaussian.scale"), Some(&Value::Float(0.1)));
    assert_eq!(get(&table, "network.init.aligned"), None);
    let table = filled(&["network.init.aligned.strengths=[0.1, 0.1]"]);
    assert_eq!(get(&table, "network.init.aligned.strength"), None);
}

#[test]
fn another_task_replaces_the_task() {
    let table = filled(&["task.hierarchy={ levels = 2, branching = 2 }", "check=[]"]);
    assert_eq!(get(&table, "task").unwrap().as_table().unwrap().keys().collect::<Vec<_>>(), ["hierarchy"]);
}

#[test]
fn times_replace_the_end_and_the_end_replaces_times() {
    let table = filled(&["time.times=[0, 1, 2]"]);
    assert_eq!((get(&table, "time.end"), get(&table, "time.samples")), (None, None));
    let table = filled(&["time.times=[0, 1, 2]", "time.end=3"]);
    assert_eq!((get(&table, "time.end"), get(&table, "time.times")), (Some(&Value::Float(3.0)), None));
}

#[test]
fn the_last_of_two_overrides_counts() {
    let table = filled(&["flow.rtol=1e-6", "flow.rtol=1e-7"]);
    assert_eq!(get(&table, "flow.rtol"), Some(&Value::Float(1e-7)));
}

#[test]
fn an_override_can_bring_an_arm_that_was_not_there() {
    let bench = Bench::with(&SCENARIO.replace("[modes]\n", ""));
    assert!(!bench.run(&[]).path.join("modes.csv").exists());
    assert!(bench.run(&["--set", "modes.depth=\"infinite\""]).path.join("modes.csv").exists());
}

#[test]
fn the_seed_of_the_command_line_is_that_of_the_run() {
    let bench = Bench::new();
    let start = |options: &[&str]| {
        let random =
            ["--set", "network.init.gaussian.scale=0.1", "--set", "analytic.form=\"sigmoid\"", "--set", "check=[]"];
        let results = bench.run(&[&random, options].concat());
        (results.summary()["seed"].as_u64().unwrap(), results.column("flow", "mode_1")[0])
    };
    let (given, other) = (start(&[]), start(&["--seed", "8"]));
    assert_eq!((given.0, other.0), (7, 8));
    assert_ne!(given.1, other.1);
    assert_eq!(start(&["--seed", "7"]), given);
    // The largest of all, as in the file.
    assert_eq!(start(&["--seed", "18446744073709551615"]), start(&["--set", "seed=18446744073709551615"]));
    assert_eq!(start(&["--seed", "18446744073709551615"]).0, u64::MAX);
    assert_eq!(start(&["--set", "seed=8"]), other);
}

#[test]
fn integers_stand_for_reals() {
    let (integers, reals) = (Bench::with(&SCENARIO.replace("[3.0, 2.0]", "[3, 2]").replace("4.0", "4")), Bench::new());
    integers.run(&[]).assert_same(&reals.run(&[]));
}
