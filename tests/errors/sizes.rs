//! Scenarios that no memory could hold are refused before anything is allocated.

use crate::bench::{Bench, SCENARIO, refusal, with};
use insta::assert_snapshot;

#[test]
fn a_task_or_a_network_of_a_billion_units_is_refused_at_its_key() {
    assert_snapshot!(refusal(&with("inputs = 4", "inputs = 1000000000")), @"
    scenario.toml:2:10: the task would need about 4.5e10 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      2 | inputs = 1000000000
        |          ^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("outputs = 3", "outputs = 1000000000")), @"
    scenario.toml:3:11: the task would need about 7.5e9 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      3 | outputs = 1000000000
        |           ^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [1000000000]")), @"
    scenario.toml:7:10: the network would need about 3.0e10 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      7 | hidden = [1000000000]
        |          ^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [9223372036854775807, 9223372036854775807]")), @"
    scenario.toml:7:10: the network would need about 3.5e31 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      7 | hidden = [9223372036854775807, 9223372036854775807]
        |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_tree_with_more_leaves_than_fit_is_refused() {
    let network = SCENARIO.find("[network]").unwrap();
    let tree = |keys: &str| refusal(&format!("[task.hierarchy]\n{keys}\n\n{}", &SCENARIO[network..]));
    assert_snapshot!(tree("levels = 20\nbranching = 2"), @"
    scenario.toml:2:10: the task would need about 237567.91 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      2 | levels = 20
        |          ^^
    ");
    assert_snapshot!(tree("levels = 4000000000\nbranching = 2"), @"
    scenario.toml:2:10: the tree has more leaves than can be counted
      2 | levels = 4000000000
        |          ^^^^^^^^^^
    ");
    assert_snapshot!(tree("levels = 2\nbranching = 4294967296"), @"
    scenario.toml:3:13: the tree has more leaves than can be counted
      3 | branching = 4294967296
        |             ^^^^^^^^^^
    ");
    assert_snapshot!(tree("levels = 2\nbranching = 1000"), @"
    scenario.toml:3:13: the task would need about 134192.49 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      3 | branching = 1000
        |             ^^^^
    ");
    assert_snapshot!(
        tree("levels = 2\nbranching = 2\nfeatures = \"diffusion\"\nflip = 0.1\noutputs = 1000000000"), @"
    scenario.toml:6:11: the task would need about 327.83 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      6 | outputs = 1000000000
        |           ^^^^^^^^^^
    ");
}

#[test]
fn absurd_numbers_of_samples_batches_and_runs_are_refused() {
    let network = SCENARIO.find("[network]").unwrap();
    let teacher = "[task.gaussian]\ninputs = 3\noutputs = 2\nsingular_values = [1]\nsamples = 100000000000";
    assert_snapshot!(refusal(&format!("{teacher}\n\n{}", &SCENARIO[network..])), @"
    scenario.toml:5:11: the task would need about 6705.52 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      5 | samples = 100000000000
        |           ^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("samples = 20", "samples = 1000000000000")), @"
    scenario.toml:12:11: what is kept of the samples would need about 774860.38 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      12 | samples = 1000000000000
         |           ^^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = 1000000000")), @"
    scenario.toml:21:9: descent on samples would need about 700.35 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      21 | batch = 1000000000
         |         ^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = 9223372036854775807")), @"
    scenario.toml:21:9: descent on samples would need about 6.5e12 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      21 | batch = 9223372036854775807
         |         ^^^^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = 2\nruns = 4294967295")), @"
    scenario.toml:22:8: what is kept of all runs would need about 16640.00 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      22 | runs = 4294967295
         |        ^^^^^^^^^^
    ");
}

#[test]
fn more_updates_than_a_lifetime_has_room_for_are_refused() {
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 1e-12")), @"
    scenario.toml:21:17: this learning rate takes 4.0e12 updates until t = 4
      21 | learning_rate = 1e-12
         |                 ^^^^^
      allowed: at most 1e10 updates
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 1e-320")), @"
    scenario.toml:21:17: this learning rate takes inf updates until t = 4
      21 | learning_rate = 1e-320
         |                 ^^^^^^
      allowed: at most 1e10 updates
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "end = 1e300")), @"
    scenario.toml:21:17: this learning rate takes 1.0e302 updates until t = 1e300
      21 | learning_rate = 1e-2
         |                 ^^^^
      allowed: at most 1e10 updates
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 1e-9\nbatch = 2\nruns = 5")), @"
    scenario.toml:23:8: 5 runs of 4.0e9 updates are too many
      23 | runs = 5
         |        ^
      allowed: at most 1e10 updates in all
    ");
}

#[test]
fn the_environment_lowers_and_raises_the_budget() {
    let bench = Bench::new(SCENARIO);
    let mut command = bench.gradflow(&["run", "scenario.toml", "--out", "out"]);
    command.env("GRADFLOW_MEMORY_GIB", "1e-6");
    assert_snapshot!(bench.refusal_of(command), @"
    scenario.toml:2:10: the task would need about 1.5e-6 GiB of memory; the budget is 1e-6 GiB (set GRADFLOW_MEMORY_GIB to change it)
      2 | inputs = 4
        |          ^
    ");
    let large = Bench::new(with("hidden = [4]", "hidden = [60000000]"));
    assert_snapshot!(large.refusal(&[]), @"
    scenario.toml:7:10: the network would need about 1.1e8 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      7 | hidden = [60000000]
        |          ^^^^^^^^^^
    ");
    let mut command = large.gradflow(&["run", "scenario.toml", "--out", "out", "--set", "time.end=0"]);
    command.env("GRADFLOW_MEMORY_GIB", "1000000");
    // Now it is another key that is wrong.
    assert_snapshot!(large.refusal_of(command), @r#"
    --set:1:10: the end 0 is not after the start of training at t = 0
      1 | time.end=0
        |          ^
      allowed: > 0, or "auto"
    "#);
}

#[test]
fn a_budget_is_a_number_of_gib() {
    let bench = Bench::new(SCENARIO);
    let said = |budget: &str| {
        let mut command = bench.gradflow(&["run", "scenario.toml", "--out", "out"]);
        command.env("GRADFLOW_MEMORY_GIB", budget);
        bench.refusal_of(command)
    };
    assert_snapshot!(said("8GB"), @r#"
    GRADFLOW_MEMORY_GIB = "8GB" is no number of GiB above 0
      allowed: a number > 0 without a unit, such as 8 or 0.5
    "#);
    for budget in [" ", "0", "-1", "nan", "inf", "4,5"] {
        assert!(said(budget).starts_with(&format!("GRADFLOW_MEMORY_GIB = {budget:?} is no number")), "{budget}");
    }
    let mut empty = bench.gradflow(&["explain", "scenario.toml"]);
    empty.env("GRADFLOW_MEMORY_GIB", "").assert().success();
}
