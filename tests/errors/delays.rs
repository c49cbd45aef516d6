//! Delays, their series and their checks that cannot be.

use crate::bench::{and, refusal, with};
use insta::assert_snapshot;

/// What is said of delays with these keys.
#[track_caller]
fn delays(keys: &str) -> String {
    refusal(&and(&format!("[delays.starts]\n{keys}")))
}

/// What is said of a series with these keys, in delays that are right.
#[track_caller]
fn series(keys: &str) -> String {
    delays(&format!("strength = 1e-4\n[delays.starts.series.a]\n{keys}"))
}

/// What is said of a check of delays that are right.
#[track_caller]
fn check(keys: &str) -> String {
    delays(&format!("strength = 1e-4\n[delays.starts.series]\na = {{}}\nb = {{}}\n\n[[check]]\n{keys}"))
}

#[test]
fn an_unknown_key_at_any_level_is_named_with_the_nearest_known_one() {
    assert_snapshot!(delays("strenght = 1e-4"), @"
    scenario.toml:24:1: unknown key `strenght`; did you mean `strength`?
      24 | strenght = 1e-4
         | ^^^^^^^^
      allowed: title, runs, strength, modes, max_updates, learning_rate, series
    ");
    assert_snapshot!(series("learning_rate = 1.0"), @"
    scenario.toml:26:1: unknown key `learning_rate`; did you mean `label`?
      26 | learning_rate = 1.0
         | ^^^^^^^^^^^^^
      allowed: label, init, activation
    ");
    assert_snapshot!(series("init.gausian.scale = 1.0"), @"
    scenario.toml:26:6: unknown name `gausian`; did you mean `gaussian`?
      26 | init.gausian.scale = 1.0
         |      ^^^^^^^
      allowed: aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(series("activation = \"sigmoid\""), @r#"
    scenario.toml:26:14: unknown name `sigmoid`; did you mean `linear`?
      26 | activation = "sigmoid"
         |              ^^^^^^^^^
      allowed: linear, tanh, relu
    "#);
}

#[test]
fn what_is_missing_is_said() {
    assert_snapshot!(delays("runs = 3"), @"
    scenario.toml:23:1: missing key `strength`
      23 | [delays.starts]
         | ^^^^^^^^^^^^^^^
      allowed: u0 of the prediction, such as 1e-6
    ");
    let rate = with("[sgd]\nlearning_rate = 1e-2\n", "[delays.starts]\nstrength = 1e-4\n");
    assert_snapshot!(refusal(&rate), @"
    scenario.toml:20:9: the learning rate is missing: there is no [sgd] to take it from
      20 | [delays.starts]
         |         ^^^^^^
      allowed: learning_rate, of full-batch descent
    ");
    assert_snapshot!(series("init = {}"), @"
    scenario.toml:26:1: delays.starts.series.a.init names no start
      26 | init = {}
         | ^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
}

#[test]
fn delays_are_tables_with_names() {
    assert_snapshot!(refusal(&and("[[delays]]\nstrength = 1e-4")), @"
    scenario.toml:23:3: delays need a name
      23 | [[delays]]
         |   ^^^^^^
      allowed: a table [delays.NAME], with a name of your own
    ");
    assert_snapshot!(refusal(&and("[delays]\nstrength = 1e-4")), @"
    scenario.toml:23:2: delays need a name
      23 | [delays]
         |  ^^^^^^
      allowed: a table [delays.NAME], with a name of your own
    ");
    assert_snapshot!(refusal(&and("[delays.\"a b\"]\nstrength = 1e-4")), @r#"
    scenario.toml:23:2: "a b" cannot name delays
      23 | [delays."a b"]
         |  ^^^^^^
      allowed: letters a to z, digits, - and _; `label` and `title` take any text
    "#);
    assert_snapshot!(refusal(&and("[delays.a]\nstrength = 1e-4\n[delays.A]\nstrength = 1e-4")), @r#"
    scenario.toml:25:9: other delays have the name "A" but for the case of letters
      25 | [delays.A]
         |         ^
      allowed: names that differ in more
    "#);
    assert_snapshot!(delays("strength = 1e-4\nseries.\"a/b\" = {}"), @r#"
    scenario.toml:25:1: "a/b" cannot name a series
      25 | series."a/b" = {}
         | ^^^^^^
      allowed: letters a to z, digits, - and _; `label` and `title` take any text
    "#);
    assert_snapshot!(delays("strength = 1e-4\nseries = [\"a\"]"), @r#"
    scenario.toml:25:1: this must be a table, not a list
      25 | series = ["a"]
         | ^^^^^^
      allowed: keys and values
    "#);
}

#[test]
fn numbers_have_their_ranges() {
    assert_snapshot!(delays("strength = 0"), @"
    scenario.toml:24:12: 0 is not positive
      24 | strength = 0
         |            ^
      allowed: > 0
    ");
    assert_snapshot!(delays("strength = 1.2"), @"
    scenario.toml:24:12: u0 = 1.2 is no start from which mode 2 is half learned
      24 | strength = 1.2
         |            ^^^
      allowed: 0 < u0 < about 1.000e0
    ");
    assert_snapshot!(delays("strength = nan"), @"
    scenario.toml:24:12: nan is not a finite number
      24 | strength = nan
         |            ^^^
    ");
    assert_snapshot!(delays("strength = 1e-4\nruns = 0"), @"
    scenario.toml:25:8: 0 runs
      25 | runs = 0
         |        ^
      allowed: 1 to 100000
    ");
    assert_snapshot!(delays("strength = 1e-4\nruns = 100_001"), @"
    scenario.toml:25:8: 100001 runs
      25 | runs = 100_001
         |        ^^^^^^^
      allowed: 1 to 100000
    ");
    assert_snapshot!(delays("strength = 1e-4\nruns = 60_000\nseries = { a = {}, b = {} }"), @"
    scenario.toml:23:9: 120000 networks, of 2 series, are too many
      23 | [delays.starts]
         |         ^^^^^^
      allowed: at most 100000 networks (series × runs), and 1000 series
    ");
    assert_snapshot!(delays("strength = 1e-4\nmax_updates = 0"), @"
    scenario.toml:25:15: 0 updates
      25 | max_updates = 0
         |               ^
      allowed: 1 to 1e10
    ");
    assert_snapshot!(delays("strength = 1e-4\nlearning_rate = -1"), @"
    scenario.toml:25:17: -1 is not positive
      25 | learning_rate = -1
         |                 ^^
      allowed: > 0
    ");
    assert_snapshot!(delays("strength = 1e-4\nlearning_rate = 1e-12"), @"
    scenario.toml:25:17: this learning rate takes about 7.4e12 updates
      25 | learning_rate = 1e-12
         |                 ^^^^^
      allowed: at most 1e10
    ");
    assert_snapshot!(delays("strength = 1e-4\ntitle = \"a\\nb\""), @r#"
    scenario.toml:25:9: the title has a character that cannot be shown
      25 | title = "a\nb"
         |         ^^^^^^
      allowed: one line of text
    "#);
    assert_snapshot!(series("label = \"a\\nb\""), @r#"
    scenario.toml:26:9: the label has a character that cannot be shown
      26 | label = "a\nb"
         |         ^^^^^^
      allowed: one line of text
    "#);
    assert_snapshot!(series("init.gaussian.scale = -1"), @"
    scenario.toml:26:23: -1 is negative
      26 | init.gaussian.scale = -1
         |                       ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(series("init.balanced = { scale = 1e-3, imbalance = 0.1 }"), @"
    scenario.toml:26:45: imbalance 0.1 needs at least as many outputs as hidden units: 3 < 4, so that W2ᵀW2 cannot have full rank
      26 | init.balanced = { scale = 1e-3, imbalance = 0.1 }
         |                                             ^^^
    ");
    assert_snapshot!(series("init.matrices.weights = [[[1.0]]]"), @"
    scenario.toml:26:25: 1 matrices for 2 weight matrices
      26 | init.matrices.weights = [[[1.0]]]
         |                         ^^^^^^^^^
      allowed: 2: W1 first
    ");
}

#[test]
fn modes_must_be_there_to_be_learned() {
    assert_snapshot!(delays("strength = 1e-4\nmodes = []"), @"
    scenario.toml:25:9: there is no mode
      25 | modes = []
         |         ^^
      allowed: at least one
    ");
    assert_snapshot!(delays("strength = 1e-4\nmodes = [0]"), @"
    scenario.toml:25:10: mode 0 is not there to be learned
      25 | modes = [0]
         |          ^
      allowed: 1 to 2
    ");
    assert_snapshot!(delays("strength = 1e-4\nmodes = [1, 3]"), @"
    scenario.toml:25:13: mode 3 is not there to be learned
      25 | modes = [1, 3]
         |             ^
      allowed: 1 to 2
    ");
    assert_snapshot!(delays("strength = 1e-4\nmodes = [2, 2]"), @"
    scenario.toml:25:13: 2 does not come after 2
      25 | modes = [2, 2]
         |             ^
      allowed: strictly increasing
    ");
    let narrow = with("hidden = [4]", "hidden = [1]") + "\n[delays.starts]\nstrength = 1e-4\nmodes = [1, 2]\n";
    assert_snapshot!(refusal(&narrow), @"
    scenario.toml:25:13: mode 2 has no room in this network
      25 | modes = [1, 2]
         |             ^
      allowed: 1 to 1
    ");
    let nothing = with("[3.0, 2.0]", "[0.0]").replace("[analytic]\n", "") + "\n[delays.starts]\nstrength = 1e-4\n";
    assert_snapshot!(refusal(&nothing), @"
    scenario.toml:22:9: there is nothing to be learned
      22 | [delays.starts]
         |         ^^^^^^
    ");
}

#[test]
fn what_would_not_fit_in_memory_is_refused_before_it_is_drawn() {
    let wide = with("inputs = 4\noutputs = 3", "inputs = 3000\noutputs = 9000");
    let wide = wide + "\n[delays.starts]\nstrength = 1e-4\nseries.a.activation = \"tanh\"\n";
    assert_snapshot!(refusal(&wide), @"
    scenario.toml:23:9: descent from many starts would need about 34.38 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      23 | [delays.starts]
         |         ^^^^^^
    ");
}

#[test]
fn checks_name_what_is_there() {
    assert_snapshot!(check("delays = \"begins\"\nquantity = \"mean_delay\"\nexpect = 0"), @r#"
    scenario.toml:30:10: there are no delays "begins"
      30 | delays = "begins"
         |          ^^^^^^^^
      allowed: starts
    "#);
    assert_snapshot!(check("delays = \"starts\"\nseries = \"c\"\nquantity = \"mean_delay\"\nexpect = 0"), @r#"
    scenario.toml:31:10: the delays "starts" have no series "c"
      31 | series = "c"
         |          ^^^
      allowed: a, b
    "#);
    assert_snapshot!(check("delays = \"starts\"\nquantity = \"half_time\"\nexpect = 0"), @r#"
    scenario.toml:31:12: this is not a figure of delays
      31 | quantity = "half_time"
         |            ^^^^^^^^^^^
      allowed: mean_delay, delay_sd, predicted_half_time
    "#);
    assert_snapshot!(check("delays = \"starts\"\nquantity = \"mean_delay\"\nmode = 3\nexpect = 0"), @r#"
    scenario.toml:32:8: the delays "starts" do not watch mode 3
      32 | mode = 3
         |        ^
      allowed: 1, 2
    "#);
    assert_snapshot!(check("delays = \"starts\"\nquantity = \"mean_delay\""), @"
    scenario.toml:29:1: a check of delays needs the number to `expect`
      29 | [[check]]
         | ^^^^^^^^^
    ");
    assert_snapshot!(check("delays = \"starts\"\nquantity = \"mean_delay\"\nlayers = 3\nexpect = 0"), @"
    scenario.toml:32:10: `layers` does not go with a check of delays
      32 | layers = 3
         |          ^
    ");
    assert_snapshot!(check("delays = \"starts\"\narm = \"sgd\"\nquantity = \"mean_delay\"\nexpect = 0"), @r#"
    scenario.toml:31:7: `arm` does not go with a check of delays
      31 | arm = "sgd"
         |       ^^^^^
    "#);
    assert_snapshot!(check("arm = \"sgd\"\nquantity = \"mean_delay\"\nexpect = 0"), @r#"
    scenario.toml:31:12: this is not a figure of one arm
      31 | quantity = "mean_delay"
         |            ^^^^^^^^^^^^
      allowed: half_time, final_loss, final_strength, final_sharpness, largest_coupling, largest_drift, final_training_error, final_test_error, final_test_loss
    "#);
    assert_snapshot!(check("arm = \"sgd\"\nseries = \"a\"\nquantity = \"half_time\"\nexpect = 0"), @r#"
    scenario.toml:31:10: `series` belongs to a check of a study or of delays
      31 | series = "a"
         |          ^^^
    "#);
    let once = "strength = 1e-4\nruns = 1\n[[check]]\ndelays = \"starts\"\nquantity = \"delay_sd\"\nexpect = 0";
    assert_snapshot!(delays(once), @r#"
    scenario.toml:28:12: a standard deviation takes two runs at least
      28 | quantity = "delay_sd"
         |            ^^^^^^^^^^
    "#);
    let alike = "[[check]]\ndelays = \"starts\"\nquantity = \"delay_sd\"\nexpect = 0";
    assert_snapshot!(delays(&format!("strength = 1e-4\n{alike}")), @r#"
    scenario.toml:27:12: a standard deviation takes two runs at least
      27 | quantity = "delay_sd"
         |            ^^^^^^^^^^
    "#);
}
