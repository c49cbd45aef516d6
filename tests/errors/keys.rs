//! Keys, tables and names that there are not, and those that are missing.

use crate::bench::{SCENARIO, and, refusal, with};
use insta::assert_snapshot;

#[test]
fn an_unknown_key_at_any_level_is_named_with_the_nearest_known_one() {
    assert_snapshot!(refusal(&format!("sead = 1\n{SCENARIO}")), @"
    scenario.toml:1:1: unknown key `sead`; did you mean `seed`?
      1 | sead = 1
        | ^^^^
      allowed: title, seed, task, network, time, flow, modes, analytic, sgd, study, delays, spectra, check, plot, output
    ");
    assert_snapshot!(refusal(&with("[task.spectrum]", "[tasks.spectrum]")), @"
    scenario.toml:1:2: unknown key `tasks`; did you mean `task`?
      1 | [tasks.spectrum]
        |  ^^^^^
      allowed: title, seed, task, network, time, flow, modes, analytic, sgd, study, delays, spectra, check, plot, output
    ");
    assert_snapshot!(refusal(&with("inputs = 4", "input = 4")), @"
    scenario.toml:2:1: unknown key `input`; did you mean `inputs`?
      2 | input = 4
        | ^^^^^
      allowed: inputs, outputs, singular_values, input_spectrum
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hiden = [4]")), @"
    scenario.toml:7:1: unknown key `hiden`; did you mean `hidden`?
      7 | hiden = [4]
        | ^^^^^
      allowed: hidden, activation, biases, init
    ");
    assert_snapshot!(refusal(&with("{ strength = 1e-2 }", "{ strenght = 1e-2 }")), @"
    scenario.toml:8:18: unknown key `strenght`; did you mean `strength`?
      8 | init.aligned = { strenght = 1e-2 }
        |                  ^^^^^^^^
      allowed: strength, per_layer, strengths
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "ende = 4.0")), @"
    scenario.toml:11:1: unknown key `ende`; did you mean `end`?
      11 | ende = 4.0
         | ^^^^
      allowed: tau, end, samples, times
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nrtoll = 1e-6")), @"
    scenario.toml:15:1: unknown key `rtoll`; did you mean `rtol`?
      15 | rtoll = 1e-6
         | ^^^^^
      allowed: method, rtol, atol, max_steps
    ");
    assert_snapshot!(refusal(&with("[modes]", "[modes]\ndeep = \"infinite\"")), @r#"
    scenario.toml:17:1: unknown key `deep`; did you mean `depth`?
      17 | deep = "infinite"
         | ^^^^
      allowed: depth, method, rtol, atol, max_steps
    "#);
    assert_snapshot!(refusal(&with("[analytic]", "[analytic]\nfrom = \"auto\"")), @r#"
    scenario.toml:19:1: unknown key `from`; did you mean `form`?
      19 | from = "auto"
         | ^^^^
      allowed: form
    "#);
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rat = 1e-2")), @"
    scenario.toml:21:1: unknown key `learning_rat`; did you mean `learning_rate`?
      21 | learning_rat = 1e-2
         | ^^^^^^^^^^^^
      allowed: learning_rate, batch, order, runs
    ");
    assert_snapshot!(refusal(&and("[[check]]\ncompares = [\"flow\", \"modes\"]")), @r#"
    scenario.toml:24:1: unknown key `compares`; did you mean `compare`?
      24 | compares = ["flow", "modes"]
         | ^^^^^^^^
      allowed: compare, arm, study, delays, series, layers, spectra, matrices, factors, gain, activity, quantity, mode, expect, max_error
    "#);
    assert_snapshot!(refusal(&and("[plot]\npanel = [\"modes\"]")), @r#"
    scenario.toml:24:1: unknown key `panel`; did you mean `panels`?
      24 | panel = ["modes"]
         | ^^^^^
      allowed: panels, modes, formats
    "#);
    assert_snapshot!(refusal(&and("[output]\nweight = true")), @"
    scenario.toml:24:1: unknown key `weight`; did you mean `weights`?
      24 | weight = true
         | ^^^^^^
      allowed: weights, sharpness
    ");
    assert_snapshot!(refusal(&with("singular_values = [3.0, 2.0]", "singular_values = [3.0]\ninput_spectrum = { pow = 1 }")), @"
    scenario.toml:5:20: unknown key `pow`; did you mean `power`?
      5 | input_spectrum = { pow = 1 }
        |                    ^^^
      allowed: power
    ");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_known_one() {
    assert_snapshot!(refusal(&with("[task.spectrum]", "[task.spectrun]")), @"
    scenario.toml:1:7: unknown name `spectrun`; did you mean `spectrum`?
      1 | [task.spectrun]
        |       ^^^^^^^^
      allowed: spectrum, matrices, hierarchy, gaussian, dataset
    ");
    assert_snapshot!(refusal(&with("init.aligned", "init.alinged")), @"
    scenario.toml:8:6: unknown name `alinged`; did you mean `aligned`?
      8 | init.alinged = { strength = 1e-2 }
        |      ^^^^^^^
      allowed: aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nmethod = \"dopri8\"")), @r#"
    scenario.toml:15:10: unknown name `dopri8`; did you mean `dopri5`?
      15 | method = "dopri8"
         |          ^^^^^^^^
      allowed: dop853, dopri5, stab8, rock4, auto
    "#);
    assert_snapshot!(refusal(&with("[modes]", "[modes]\ndepth = \"infinit\"")), @r#"
    scenario.toml:17:9: unknown name `infinit`; did you mean `infinite`?
      17 | depth = "infinit"
         |         ^^^^^^^^^
      allowed: finite, infinite, both
    "#);
    assert_snapshot!(refusal(&with("[analytic]", "[analytic]\nform = \"sigmoi\"")), @r#"
    scenario.toml:19:8: unknown name `sigmoi`; did you mean `sigmoid`?
      19 | form = "sigmoi"
         |        ^^^^^^^^
      allowed: auto, single-layer, sigmoid, unequal, riccati, deep, infinite-depth, effective-start
    "#);
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\norder = \"shufled\"")), @r#"
    scenario.toml:21:9: unknown name `shufled`; did you mean `shuffled`?
      21 | order = "shufled"
         |         ^^^^^^^^^
      allowed: shuffled, sequential
    "#);
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = \"ful\"")), @r#"
    scenario.toml:21:9: invalid value: string "ful"
      21 | batch = "ful"
         |         ^^^^^
      allowed: a number of samples, or "full"
    "#);
    assert_snapshot!(refusal(&with("end = 4.0", "end = \"never\"")), @r#"
    scenario.toml:11:7: invalid value: string "never"
      11 | end = "never"
         |       ^^^^^^^
      allowed: a time, or "auto"
    "#);
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [4]\nactivation = \"lineer\"")), @r#"
    scenario.toml:8:14: unknown name `lineer`; did you mean `linear`?
      8 | activation = "lineer"
        |              ^^^^^^^^
      allowed: linear, tanh, relu
    "#);
    assert_snapshot!(refusal(&and("[plot]\npanels = [\"modes\", \"los\"]")), @r#"
    scenario.toml:24:20: unknown name `los`; did you mean `loss`?
      24 | panels = ["modes", "los"]
         |                    ^^^^^
      allowed: modes, loss, error, energy, coupling, sharpness, phase, saddles, classification, inputs
    "#);
    assert_snapshot!(refusal(&and("[plot]\nformats = [\"pdf\"]")), @r#"
    scenario.toml:24:12: unknown name `pdf`; did you mean `png`?
      24 | formats = ["pdf"]
         |            ^^^^^
      allowed: png, svg
    "#);
}

#[test]
fn a_missing_key_is_named_at_its_table() {
    assert_snapshot!(refusal(&with("inputs = 4\n", "")), @"
    scenario.toml:1:1: missing key `inputs`
      1 | [task.spectrum]
        | ^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&with("hidden = [4]\n", "")), @"
    scenario.toml:6:1: missing key `hidden`
      6 | [network]
        | ^^^^^^^^^
      allowed: the widths of the hidden layers, such as [12]
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2\n", "")), @"
    scenario.toml:20:1: missing key `learning_rate`
      20 | [sgd]
         | ^^^^^
    ");
    assert_snapshot!(refusal(&with("{ strength = 1e-2 }", "{ }")), @"
    scenario.toml:8:6: how strong the modes start is missing
      8 | init.aligned = { }
        |      ^^^^^^^
      allowed: strength, per_layer, or strengths
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }", "init.gaussian = {}")), @"
    scenario.toml:8:17: missing key `scale`
      8 | init.gaussian = {}
        |                 ^^
    ");
}

#[test]
fn a_scenario_needs_exactly_one_task() {
    let network = SCENARIO.find("[network]").unwrap();
    assert_snapshot!(refusal(&SCENARIO[network..]), @"
    scenario.toml:1:1: missing key `task`
      1 | [network]
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
    assert_snapshot!(refusal(&format!("[task]\n{}", &SCENARIO[network..])), @"
    scenario.toml:1:2: task names no task
      1 | [task]
        |  ^^^^
      allowed: exactly one of spectrum, matrices, hierarchy, gaussian, dataset
    ");
    assert_snapshot!(refusal(&and("[task.hierarchy]\nlevels = 1\nbranching = 2")), @"
    scenario.toml:23:7: more than one task: `spectrum` and `hierarchy`
      23 | [task.hierarchy]
         |       ^^^^^^^^^
      allowed: exactly one of spectrum, matrices, hierarchy, gaussian, dataset
    ");
}

#[test]
fn a_scenario_needs_a_network_and_exactly_one_start() {
    let (network, time) = (SCENARIO.find("[network]").unwrap(), SCENARIO.find("[time]").unwrap());
    assert_snapshot!(refusal(&[&SCENARIO[..network], &SCENARIO[time..]].concat()), @"
    scenario.toml:1:1: missing key `network`
      1 | [task.spectrum]
        | ^
      allowed: a table [network] with `hidden` and `init`
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }\n", "")), @"
    scenario.toml:6:1: missing key `init`
      6 | [network]
        | ^^^^^^^^^
      allowed: such as init.aligned = { strength = 1e-3 }
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }", "init = {}")), @"
    scenario.toml:8:1: network.init names no start
      8 | init = {}
        | ^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [4]\ninit.gaussian = { scale = 1 }")), @"
    scenario.toml:9:6: more than one start: `gaussian` and `aligned`
      9 | init.aligned = { strength = 1e-2 }
        |      ^^^^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(refusal(&with("{ strength = 1e-2 }", "{ strength = 1e-2, strengths = [1, 1] }")), @"
    scenario.toml:8:47: one of `strength`, `per_layer` and `strengths` says how strong the modes start
      8 | init.aligned = { strength = 1e-2, strengths = [1, 1] }
        |                                               ^^^^^^
    ");
}

#[test]
fn a_scenario_needs_to_say_when_and_only_once() {
    let (time, flow) = (SCENARIO.find("[time]").unwrap(), SCENARIO.find("[flow]").unwrap());
    assert_snapshot!(refusal(&[&SCENARIO[..time], &SCENARIO[flow..]].concat()), @"
    scenario.toml:1:1: missing key `time`
      1 | [task.spectrum]
        | ^
      allowed: a table [time] with `end` (and `samples`), or `times`
    ");
    assert_snapshot!(refusal(&with("end = 4.0\nsamples = 20\n", "")), @"
    scenario.toml:10:2: when to look at the network is missing
      10 | [time]
         |  ^^^^
      allowed: end (with samples), or times
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "end = 4.0\ntimes = [1.0]")), @"
    scenario.toml:11:7: `times` already says when; it goes without `end` and `samples`
      11 | end = 4.0
         |       ^^^
    ");
    assert_snapshot!(refusal(&with("end = 4.0", "times = [1.0]")), @"
    scenario.toml:12:11: `times` already says when; it goes without `end` and `samples`
      12 | samples = 20
         |           ^^
    ");
}
