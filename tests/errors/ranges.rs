//! Numbers out of their range.

use crate::bench::{and, refusal, with};
use insta::assert_snapshot;

#[test]
fn widths_are_at_least_one() {
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [4, 0]")), @"
    scenario.toml:7:14: a layer needs at least one unit
      7 | hidden = [4, 0]
        |              ^
      allowed: ≥ 1
    ");
    assert_snapshot!(refusal(&with("inputs = 4", "inputs = 0")), @"
    scenario.toml:2:10: there must be at least one
      2 | inputs = 0
        |          ^
      allowed: ≥ 1
    ");
    assert_snapshot!(refusal(&with("outputs = 3", "outputs = 0")), @"
    scenario.toml:3:11: there must be at least one
      3 | outputs = 0
        |           ^
      allowed: ≥ 1
    ");
}

#[test]
fn numbers_are_finite_wherever_they_are_given() {
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = nan")), @"
    scenario.toml:21:17: nan is not a finite number
      21 | learning_rate = nan
         |                 ^^^
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 1e400")), @"
    scenario.toml:21:17: 1e400 is not a finite number
      21 | learning_rate = 1e400
         |                 ^^^^^
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "end = inf")), @"
    scenario.toml:11:7: inf is not a finite number
      11 | end = inf
         |       ^^^
    ");
    assert_snapshot!(refusal(&with("[3.0, 2.0]", "[3.0, -inf]")), @"
    scenario.toml:4:25: -inf is not a finite number
      4 | singular_values = [3.0, -inf]
        |                         ^^^^
    ");
    assert_snapshot!(refusal(&with("{ strength = 1e-2 }", "{ strengths = [[0.1, +nan], 0.1] }")), @"
    scenario.toml:8:37: +nan is not a finite number
      8 | init.aligned = { strengths = [[0.1, +nan], 0.1] }
        |                                     ^^^^
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nrtol = nan")), @"
    scenario.toml:15:8: nan is not a finite number
      15 | rtol = nan
         |        ^^^
    ");
    assert_snapshot!(refusal(&and("[[check]]\narm = \"flow\"\nquantity = \"final_loss\"\nexpect = inf")), @"
    scenario.toml:26:10: inf is not a finite number
      26 | expect = inf
         |          ^^^
    ");
}

#[test]
fn the_end_is_after_the_start_of_training() {
    assert_snapshot!(refusal(&with("end = 4.0", "end = 0")), @r#"
    scenario.toml:11:7: the end 0 is not after the start of training at t = 0
      11 | end = 0
         |       ^
      allowed: > 0, or "auto"
    "#);
    assert_snapshot!(refusal(&with("end = 4.0", "end = -1.5")), @r#"
    scenario.toml:11:7: the end -1.5 is not after the start of training at t = 0
      11 | end = -1.5
         |       ^^^^
      allowed: > 0, or "auto"
    "#);
    assert_snapshot!(refusal(&with("samples = 20", "samples = 1")), @"
    scenario.toml:12:11: 1 samples do not span a time
      12 | samples = 1
         |           ^
      allowed: ≥ 2
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "end = 4.0\ntau = 0")), @"
    scenario.toml:12:7: 0 is not positive
      12 | tau = 0
         |       ^
      allowed: > 0
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "end = 4.0\ntau = -1e-300")), @"
    scenario.toml:12:7: -1e-300 is not positive
      12 | tau = -1e-300
         |       ^^^^^^^
      allowed: > 0
    ");
}

#[test]
fn times_increase_strictly_from_zero_on() {
    let times = |times: &str| refusal(&with("end = 4.0\nsamples = 20", &format!("times = {times}")));
    assert_snapshot!(times("[]"), @"
    scenario.toml:11:9: there are no times
      11 | times = []
         |         ^^
      allowed: at least one
    ");
    assert_snapshot!(times("[0, 2, 1]"), @"
    scenario.toml:11:16: 1 does not come after 2
      11 | times = [0, 2, 1]
         |                ^
      allowed: strictly increasing
    ");
    assert_snapshot!(times("[0, 1, 1.0]"), @"
    scenario.toml:11:16: 1 does not come after 1
      11 | times = [0, 1, 1.0]
         |                ^^^
      allowed: strictly increasing
    ");
    assert_snapshot!(times("[-0.5, 1]"), @"
    scenario.toml:11:10: -0.5 is before the start of training at t = 0
      11 | times = [-0.5, 1]
         |          ^^^^
      allowed: ≥ 0
    ");
}

#[test]
fn an_end_that_cannot_be_found_is_asked_for() {
    let scenario = with("end = 4.0", "end = \"auto\"").replace("1e-2 }", "0 }");
    assert_snapshot!(refusal(&scenario), @r#"
    scenario.toml:11:7: nothing is left to wait for: every mode has been learned at the start, or never will be
      11 | end = "auto"
         |       ^^^^^^
      allowed: a number
    "#);
}

#[test]
fn rates_tolerances_and_counts_are_positive() {
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 0")), @"
    scenario.toml:21:17: 0 is not positive
      21 | learning_rate = 0
         |                 ^
      allowed: > 0
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = -0.1")), @"
    scenario.toml:21:17: -0.1 is not positive
      21 | learning_rate = -0.1
         |                 ^^^^
      allowed: > 0
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = 0")), @r#"
    scenario.toml:21:9: a batch must have at least one sample
      21 | batch = 0
         |         ^
      allowed: ≥ 1, or "full"
    "#);
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nruns = 0")), @"
    scenario.toml:21:8: there must be at least one run
      21 | runs = 0
         |        ^
      allowed: ≥ 1
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nrtol = 0")), @"
    scenario.toml:15:8: 0 is not a relative tolerance
      15 | rtol = 0
         |        ^
      allowed: 0 < rtol < 1
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nrtol = 1.5")), @"
    scenario.toml:15:8: 1.5 is not a relative tolerance
      15 | rtol = 1.5
         |        ^^^
      allowed: 0 < rtol < 1
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\natol = 0.0")), @"
    scenario.toml:15:8: 0 is not positive
      15 | atol = 0.0
         |        ^^^
      allowed: > 0
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nmax_steps = 0")), @"
    scenario.toml:15:13: there must be at least one step
      15 | max_steps = 0
         |             ^
      allowed: ≥ 1
    ");
    assert_snapshot!(refusal(&with("[modes]", "[modes]\nrtol = -1")), @"
    scenario.toml:17:8: -1 is not a relative tolerance
      17 | rtol = -1
         |        ^^
      allowed: 0 < rtol < 1
    ");
}

#[test]
fn modes_that_are_to_be_shown_are_there() {
    let plot = |modes: &str| refusal(&and(&format!("[plot]\nmodes = {modes}")));
    assert_snapshot!(plot("[]"), @"
    scenario.toml:24:9: there is no mode
      24 | modes = []
         |         ^^
      allowed: at least one
    ");
    assert_snapshot!(plot("[0]"), @"
    scenario.toml:24:10: there is no mode 0
      24 | modes = [0]
         |          ^
      allowed: 1 to 3
    ");
    assert_snapshot!(plot("[1, 4]"), @"
    scenario.toml:24:13: there is no mode 4
      24 | modes = [1, 4]
         |             ^
      allowed: 1 to 3
    ");
    assert_snapshot!(plot("[2, 1]"), @"
    scenario.toml:24:13: 1 does not come after 2
      24 | modes = [2, 1]
         |             ^
      allowed: strictly increasing
    ");
}
