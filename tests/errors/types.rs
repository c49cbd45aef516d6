//! Values of the wrong type, said in the words of a scenario and not of the program.

use crate::bench::{SCENARIO, and, refusal, with};
use insta::assert_snapshot;

#[test]
fn a_number_must_be_a_number() {
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = \"1e-2\"")), @r#"
    scenario.toml:21:17: invalid type: string "1e-2"
      21 | learning_rate = "1e-2"
         |                 ^^^^^^
      allowed: a number
    "#);
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = true")), @"
    scenario.toml:21:17: invalid type: boolean `true`
      21 | learning_rate = true
         |                 ^^^^
      allowed: a number
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 2024-01-01")), @"
    scenario.toml:21:17: invalid type: a table or a date
      21 | learning_rate = 2024-01-01
         |                 ^^^^^^^^^^
      allowed: a number
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = [1e-2]")), @"
    scenario.toml:21:17: invalid type: a list
      21 | learning_rate = [1e-2]
         |                 ^^^^^^
      allowed: a number
    ");
    assert_snapshot!(refusal(&with("[3.0, 2.0]", "[3.0, \"2.0\"]")), @r#"
    scenario.toml:4:25: invalid type: string "2.0"
      4 | singular_values = [3.0, "2.0"]
        |                         ^^^^^
      allowed: a number
    "#);
    assert_snapshot!(refusal(&with("end = 4.0\nsamples = 20", "times = [0, false]")), @"
    scenario.toml:11:13: invalid type: boolean `false`
      11 | times = [0, false]
         |             ^^^^^
      allowed: a number
    ");
}

#[test]
fn a_count_must_be_an_integer() {
    assert_snapshot!(refusal(&with("inputs = 4", "inputs = 4.5")), @"
    scenario.toml:2:10: invalid type: floating point `4.5`
      2 | inputs = 4.5
        |          ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&with("inputs = 4", "inputs = -4")), @"
    scenario.toml:2:10: invalid value: integer `-4`
      2 | inputs = -4
        |          ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [-4]")), @"
    scenario.toml:7:11: invalid value: integer `-4`
      7 | hidden = [-4]
        |           ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = [4, 1.5]")), @"
    scenario.toml:7:14: invalid type: floating point `1.5`
      7 | hidden = [4, 1.5]
        |              ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&with("samples = 20", "samples = -20")), @"
    scenario.toml:12:11: invalid value: integer `-20`
      12 | samples = -20
         |           ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = -1")), @r#"
    scenario.toml:21:9: invalid value: integer `-1`
      21 | batch = -1
         |         ^^
      allowed: a number of samples, or "full"
    "#);
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nbatch = 1.5")), @r#"
    scenario.toml:21:9: invalid type: floating point `1.5`
      21 | batch = 1.5
         |         ^^^
      allowed: a number of samples, or "full"
    "#);
    assert_snapshot!(refusal(&with("[sgd]", "[sgd]\nruns = 4294967296")), @"
    scenario.toml:21:8: invalid value: integer `4294967296`
      21 | runs = 4294967296
         |        ^^^^^^^^^^
      allowed: an integer from 0 to 4294967295
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nmax_steps = -1")), @"
    scenario.toml:15:13: invalid value: integer `-1`
      15 | max_steps = -1
         |             ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&format!("seed = -1\n{SCENARIO}")), @"
    scenario.toml:1:8: invalid value: integer `-1`
      1 | seed = -1
        |        ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(refusal(&format!("seed = 18446744073709551616\n{SCENARIO}")), @"
    scenario.toml:1:8: invalid type: integer `18446744073709551616`
      1 | seed = 18446744073709551616
        |        ^^^^^^^^^^^^^^^^^^^^
      allowed: an integer ≥ 0
    ");
}

#[test]
fn a_list_must_be_a_list_and_a_table_a_table() {
    assert_snapshot!(refusal(&with("hidden = [4]", "hidden = 4")), @"
    scenario.toml:7:10: invalid type: integer `4`
      7 | hidden = 4
        |          ^
      allowed: a list
    ");
    assert_snapshot!(refusal(&with("[3.0, 2.0]", "3.0")), @"
    scenario.toml:4:19: invalid type: floating point `3.0`
      4 | singular_values = 3.0
        |                   ^^^
      allowed: a list
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }", "init.aligned = 1e-2")), @"
    scenario.toml:8:16: invalid type: floating point `0.01`
      8 | init.aligned = 1e-2
        |                ^^^^
      allowed: a table
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }", "init = 1e-2")), @"
    scenario.toml:8:8: this must be a table
      8 | init = 1e-2
        |        ^^^^
      allowed: a table, such as { name = { ... } }
    ");
    assert_snapshot!(refusal(&with("init.aligned = { strength = 1e-2 }", "init = \"aligned\"")), @r#"
    scenario.toml:8:8: invalid type: unit variant
      8 | init = "aligned"
        |        ^^^^^^^^^
      allowed: newtype variant
    "#);
    assert_snapshot!(refusal(&with("[flow]", "[[flow]]")), @"
    scenario.toml:14:3: `flow` is one table, not a list of them
      14 | [[flow]]
         |   ^^^^
      allowed: a table [flow], in single brackets
    ");
    assert_snapshot!(refusal(&format!("flow = true\n{}", with("[flow]", ""))), @"
    scenario.toml:1:8: invalid type: boolean `true`
      1 | flow = true
        |        ^^^^
      allowed: a table
    ");
    assert_snapshot!(refusal(&and("[check]\nquantity = \"modes\"")), @"
    scenario.toml:23:1: invalid type: a table or a date
      23 | [check]
         | ^^^^^^^
      allowed: a list
    ");
}

#[test]
fn text_must_be_text_and_a_switch_a_switch() {
    assert_snapshot!(refusal(&format!("title = 3\n{SCENARIO}")), @"
    scenario.toml:1:9: invalid type: integer `3`
      1 | title = 3
        |         ^
      allowed: a string
    ");
    assert_snapshot!(refusal(&and("[output]\nweights = 1")), @"
    scenario.toml:24:11: invalid type: integer `1`
      24 | weights = 1
         |           ^
      allowed: true or false
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nmethod = 853")), @"
    scenario.toml:15:10: this must be a table
      15 | method = 853
         |          ^^^
      allowed: a table, such as { name = { ... } }
    ");
}

#[test]
fn a_title_is_one_line_that_a_terminal_can_show() {
    assert_snapshot!(refusal(&format!("title = \"a\\u001b[31m\"\n{SCENARIO}")), @r#"
    scenario.toml:1:9: the title has a character that cannot be shown
      1 | title = "a\u001b[31m"
        |         ^^^^^^^^^^^^^
      allowed: one line of text
    "#);
    assert_snapshot!(refusal(&format!("title = \"a\\nb\"\n{SCENARIO}")), @r#"
    scenario.toml:1:9: the title has a character that cannot be shown
      1 | title = "a\nb"
        |         ^^^^^^
      allowed: one line of text
    "#);
}

#[test]
fn one_table_is_not_a_list_of_tables() {
    assert_snapshot!(refusal(&with("[time]", "[[time]]")), @"
    scenario.toml:10:3: `time` is one table, not a list of them
      10 | [[time]]
         |   ^^^^
      allowed: a table [time], in single brackets
    ");
    assert_snapshot!(refusal(&with("[task.spectrum]", "[[task.spectrum]]")), @"
    scenario.toml:1:8: `task.spectrum` is one table, not a list of them
      1 | [[task.spectrum]]
        |        ^^^^^^^^
      allowed: a table [task.spectrum], in single brackets
    ");
    assert_snapshot!(refusal(&with("[network]", "[[network]]")), @"
    scenario.toml:6:3: `network` is one table, not a list of them
      6 | [[network]]
        |   ^^^^^^^
      allowed: a table [network], in single brackets
    ");
    assert_snapshot!(refusal(&with("[sgd]", "[[sgd]]")), @"
    scenario.toml:20:3: `sgd` is one table, not a list of them
      20 | [[sgd]]
         |   ^^^
      allowed: a table [sgd], in single brackets
    ");
    assert_snapshot!(refusal(&with("[flow]", "[[flow]]\nrtol = 1e-6")), @"
    scenario.toml:14:3: `flow` is one table, not a list of them
      14 | [[flow]]
         |   ^^^^
      allowed: a table [flow], in single brackets
    ");
    assert_snapshot!(refusal(&with("[modes]", "[[modes]]\ndepth = \"both\"")), @"
    scenario.toml:16:3: `modes` is one table, not a list of them
      16 | [[modes]]
         |   ^^^^^
      allowed: a table [modes], in single brackets
    ");
    assert_snapshot!(refusal(&with("[analytic]", "[[analytic]]\nform = \"auto\"")), @"
    scenario.toml:18:3: `analytic` is one table, not a list of them
      18 | [[analytic]]
         |   ^^^^^^^^
      allowed: a table [analytic], in single brackets
    ");
    assert_snapshot!(refusal(&and("[[plot]]\nmodes = [1]")), @"
    scenario.toml:23:3: `plot` is one table, not a list of them
      23 | [[plot]]
         |   ^^^^
      allowed: a table [plot], in single brackets
    ");
    assert_snapshot!(refusal(&and("[[output]]\nweights = true")), @"
    scenario.toml:23:3: `output` is one table, not a list of them
      23 | [[output]]
         |   ^^^^^^
      allowed: a table [output], in single brackets
    ");
    let start = with("init.aligned = { strength = 1e-2 }", "");
    assert_snapshot!(refusal(&format!("{start}\n[[network.init]]\naligned = {{ strength = 1e-2 }}")), @"
    scenario.toml:23:11: `network.init` is one table, not a list of them
      23 | [[network.init]]
         |           ^^^^
      allowed: a table [network.init], in single brackets
    ");
    assert_snapshot!(refusal(&format!("{start}\n[[network.init.aligned]]\nstrength = 1e-2")), @"
    scenario.toml:23:16: `network.init.aligned` is one table, not a list of them
      23 | [[network.init.aligned]]
         |                ^^^^^^^
      allowed: a table [network.init.aligned], in single brackets
    ");
    // A list of checks is one.
    assert_snapshot!(refusal(&and("[[check]]\nquantity = \"modes\"")), @r#"
    scenario.toml:23:1: a check compares two arms, or a figure of one arm, of a study, of delays or of spectra with a number
      23 | [[check]]
         | ^^^^^^^^^
      allowed: compare = ["flow", "analytic"], or arm = "flow", study = ..., delays = ... or spectra = ... with expect = ...
    "#);
}
