//! Options that are wrong: overrides are pointed at as files are.

use crate::bench::{Bench, SCENARIO};
use insta::assert_snapshot;

#[track_caller]
fn set(overrides: &[&str]) -> String {
    let options: Vec<&str> = overrides.iter().flat_map(|given| ["--set", given]).collect();
    Bench::new(SCENARIO).refusal(&options)
}

#[test]
fn an_override_takes_the_form_key_value() {
    assert_snapshot!(set(&["flow"]), @"
    --set:1:1: an override takes the form KEY=VALUE
      1 | flow
        | ^^^^
      allowed: such as flow.rtol=1e-6
    ");
    assert_snapshot!(set(&["flow.rtol 1e-6"]), @"
    --set:1:1: an override takes the form KEY=VALUE
      1 | flow.rtol 1e-6
        | ^^^^^^^^^^^^^^
      allowed: such as flow.rtol=1e-6
    ");
    assert_snapshot!(set(&["=1e-6"]), @"
    --set:1:1: an override takes the form KEY=VALUE
      1 | =1e-6
        | ^^^^^
      allowed: such as flow.rtol=1e-6
    ");
    assert_snapshot!(set(&["# x = 1"]), @"
    --set:1:1: an override takes the form KEY=VALUE
      1 | # x = 1
        | ^^^^^^^
      allowed: such as flow.rtol=1e-6
    ");
    assert_snapshot!(set(&[""]), @"
    --set:1:1: an override takes the form KEY=VALUE
      1 | 
        | ^
      allowed: such as flow.rtol=1e-6
    ");
}

#[test]
fn a_value_has_the_syntax_of_toml() {
    assert_snapshot!(set(&["flow.rtol="]), @"
    --set:1:11: this is not a value
      1 | flow.rtol=
        |           ^
      allowed: a number, true or false, a list, a table, or text in quotes
    ");
    assert_snapshot!(set(&["flow.rtol=1e-6 x"]), @"
    --set:1:11: this is not a value
      1 | flow.rtol=1e-6 x
        |           ^^^^^^
      allowed: a number, true or false, a list, a table, or text in quotes
    ");
    assert_snapshot!(set(&["flow.method=dopri5"]), @"
    --set:1:13: this is not a value
      1 | flow.method=dopri5
        |             ^^^^^^
      allowed: a number, true or false, a list, a table, or text in quotes
    ");
    assert_snapshot!(set(&["network.hidden=[3,"]), @"
    --set:1:19: unclosed array
      1 | network.hidden=[3,
        |                   ^
      allowed: `]`
    ");
    assert_snapshot!(set(&["flow.rtol=nan"]), @"
    --set:1:11: nan is not a finite number
      1 | flow.rtol=nan
        |           ^^^
    ");
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_known_one() {
    assert_snapshot!(set(&["flow.rtoll=1e-6"]), @"
    --set:1:6: unknown key `rtoll`; did you mean `rtol`?
      1 | flow.rtoll=1e-6
        |      ^^^^^
      allowed: method, rtol, atol, max_steps
    ");
    assert_snapshot!(set(&["floww.rtol=1e-6"]), @"
    --set:1:1: unknown key `floww`; did you mean `flow`?
      1 | floww.rtol=1e-6
        | ^^^^^
      allowed: title, seed, task, network, time, flow, modes, analytic, sgd, study, delays, spectra, check, plot, output
    ");
    assert_snapshot!(set(&["network.init.gausian.scale=1"]), @"
    --set:1:14: unknown name `gausian`; did you mean `gaussian`?
      1 | network.init.gausian.scale=1
        |              ^^^^^^^
      allowed: aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
}

#[test]
fn a_wrong_value_is_pointed_at_in_its_own_override() {
    assert_snapshot!(set(&["network.hidden=12"]), @"
    --set:1:16: invalid type: integer `12`
      1 | network.hidden=12
        |                ^^
      allowed: a list
    ");
    assert_snapshot!(set(&["time.end=0"]), @r#"
    --set:1:10: the end 0 is not after the start of training at t = 0
      1 | time.end=0
        |          ^
      allowed: > 0, or "auto"
    "#);
    assert_snapshot!(set(&["task={}"]), @"
    --set:1:1: task names no task
      1 | task={}
        | ^^^^
      allowed: exactly one of spectrum, matrices, hierarchy, gaussian, dataset
    ");
    assert_snapshot!(set(&["network.init={}"]), @"
    --set:1:9: network.init names no start
      1 | network.init={}
        |         ^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(set(&["sgd={}"]), @"
    --set:1:5: missing key `learning_rate`
      1 | sgd={}
        |     ^^
    ");
    assert_snapshot!(set(&["time.times=[0, 2, 1]"]), @"
    --set:1:19: 1 does not come after 2
      1 | time.times=[0, 2, 1]
        |                   ^
      allowed: strictly increasing
    ");
    assert_snapshot!(set(&["flow.rtol=1e-6", "modes.rtol=1e-6", "sgd.learning_rate=0"]), @"
    --set:1:19: 0 is not positive
      1 | sgd.learning_rate=0
        |                   ^
      allowed: > 0
    ");
    assert_snapshot!(set(&["network.init.aligned.strengths=[1]"]), @"
    --set:1:32: 1 entries for 2 weight matrices
      1 | network.init.aligned.strengths=[1]
        |                                ^^^
      allowed: 2: one number or list per weight matrix
    ");
}

#[test]
fn a_seed_is_an_integer_that_a_scenario_can_hold() {
    for seed in ["-1", "1.5", "x", "18446744073709551616"] {
        let bench = Bench::new(SCENARIO);
        let command = bench.gradflow(&["run", "scenario.toml", &format!("--seed={seed}")]);
        let message = bench.refusal_of(command);
        assert!(message.contains("--seed"), "{message}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let bench = Bench::new(SCENARIO);
    for args in [&["run"][..], &["check"], &["plot"], &["explain"], &["runn"], &["run", "scenario.toml", "--fast"], &[]]
    {
        let message = bench.refusal_of(bench.gradflow(args));
        assert!(message.contains("Usage: gradflow"), "{message}");
    }
}
