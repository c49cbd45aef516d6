//! Studies, their series and their checks that cannot be.

use crate::bench::{Bench, SCENARIO, and, refusal, with};
use insta::assert_snapshot;

/// What is said of a study with these keys.
#[track_caller]
fn study(keys: &str) -> String {
    refusal(&and(&format!("[study.depth]\n{keys}")))
}

/// What is said of a series with these keys, in a study that is right.
#[track_caller]
fn series(keys: &str) -> String {
    study(&format!("layers = [3, 5]\n[study.depth.series.a]\n{keys}"))
}

/// What is said of a check of a study that is right.
#[track_caller]
fn check(keys: &str) -> String {
    study(&format!("layers = [3, 5]\n[study.depth.series]\na = {{}}\nb = {{}}\n\n[[check]]\n{keys}"))
}

#[test]
fn an_unknown_key_at_any_level_is_named_with_the_nearest_known_one() {
    assert_snapshot!(study("layer = [3]"), @"
    scenario.toml:24:1: unknown key `layer`; did you mean `layers`?
      24 | layer = [3]
         | ^^^^^
      allowed: title, layers, width, arm, batch, learned, max_updates, curve_updates, runs, panels, series
    ");
    assert_snapshot!(study("layers = [3]\nlearned = { shares = 0.5 }"), @"
    scenario.toml:25:13: unknown key `shares`; did you mean `share`?
      25 | learned = { shares = 0.5 }
         |             ^^^^^^
      allowed: mode, share, excess, loss, training_error
    ");
    assert_snapshot!(study("layers = [3]\nlearned.modes = 1"), @"
    scenario.toml:25:9: unknown key `modes`; did you mean `mode`?
      25 | learned.modes = 1
         |         ^^^^^
      allowed: mode, share, excess, loss, training_error
    ");
    assert_snapshot!(series("lable = \"a\""), @r#"
    scenario.toml:26:1: unknown key `lable`; did you mean `label`?
      26 | lable = "a"
         | ^^^^^
      allowed: label, init, activation, learning_rate
    "#);
    assert_snapshot!(series("init.aligned.per_layers = 1"), @"
    scenario.toml:26:14: unknown key `per_layers`; did you mean `per_layer`?
      26 | init.aligned.per_layers = 1
         |              ^^^^^^^^^^
      allowed: strength, per_layer, strengths
    ");
    assert_snapshot!(series("init.alined.strength = 1"), @"
    scenario.toml:26:6: unknown name `alined`; did you mean `aligned`?
      26 | init.alined.strength = 1
         |      ^^^^^^
      allowed: aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(series("learning_rate = { from = 1, til = 0.1, count = 3 }"), @"
    scenario.toml:26:29: unknown key `til`; did you mean `to`?
      26 | learning_rate = { from = 1, til = 0.1, count = 3 }
         |                             ^^^
      allowed: from, to, count
    ");
    assert_snapshot!(study("layers = [3]\nserie.a.label = \"a\""), @r#"
    scenario.toml:25:1: unknown key `serie`; did you mean `series`?
      25 | serie.a.label = "a"
         | ^^^^^
      allowed: title, layers, width, arm, batch, learned, max_updates, curve_updates, runs, panels, series
    "#);
    assert_snapshot!(check("study = \"depth\"\nquantities = \"learning_time\""), @r#"
    scenario.toml:31:1: unknown key `quantities`; did you mean `quantity`?
      31 | quantities = "learning_time"
         | ^^^^^^^^^^
      allowed: compare, arm, study, delays, series, layers, spectra, matrices, factors, gain, activity, quantity, mode, expect, max_error
    "#);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_known_one() {
    assert_snapshot!(study("layers = [3]\narm = \"flw\""), @r#"
    scenario.toml:25:7: unknown name `flw`; did you mean `flow`?
      25 | arm = "flw"
         |       ^^^^^
      allowed: sgd, flow
    "#);
    assert_snapshot!(study("layers = [3]\npanels = [\"times\"]"), @r#"
    scenario.toml:25:11: unknown name `times`; did you mean `time`?
      25 | panels = ["times"]
         |           ^^^^^^^
      allowed: time, rate, curves, classification
    "#);
    assert_snapshot!(series("learning_rate = \"sharp\""), @r#"
    scenario.toml:26:17: invalid value: string "sharp"
      26 | learning_rate = "sharp"
         |                 ^^^^^^^
      allowed: a learning rate, "sharpness", or { from = ..., to = ..., count = ... }
    "#);
    assert_snapshot!(check("study = \"depth\"\nquantity = \"learning_tim\"\nlayers = 3\nexpect = 5"), @r#"
    scenario.toml:31:12: unknown name `learning_tim`; did you mean `learning_time`?
      31 | quantity = "learning_tim"
         |            ^^^^^^^^^^^^^^
      allowed: modes, loss, map, weights, half_time, final_loss, final_strength, largest_coupling, largest_drift, final_sharpness, final_training_error, final_test_error, final_test_loss, learning_time, predicted_time, limit_time, best_rate, time_slope, rate_slope, time_ratio, prediction_error, learned_runs, mean_delay, delay_sd, predicted_half_time, mean_square, relative_variance, largest_square, largest_deviation, order_one_share, central_share, final_activity
    "#);
}

#[test]
fn a_missing_key_is_named_at_its_table() {
    assert_snapshot!(study("width = 3"), @"
    scenario.toml:23:1: missing key `layers`
      23 | [study.depth]
         | ^^^^^^^^^^^^^
      allowed: N_l of each network, input and output included, such as [3, 5, 10]
    ");
    assert_snapshot!(series("learning_rate = { from = 1, to = 0.1 }"), @"
    scenario.toml:26:17: missing key `count`
      26 | learning_rate = { from = 1, to = 0.1 }
         |                 ^^^^^^^^^^^^^^^^^^^^^^
      allowed: { from = 1.0, to = 1e-3, count = 20 }: so many rates, from one to the other
    ");
    assert_snapshot!(series("init.gaussian = {}"), @"
    scenario.toml:26:17: missing key `scale`
      26 | init.gaussian = {}
         |                 ^^
    ");
    assert_snapshot!(check("study = \"depth\"\nlayers = 3\nexpect = 5"), @"
    scenario.toml:29:1: missing key `quantity`
      29 | [[check]]
         | ^^^^^^^^^
    ");
}

#[test]
fn values_have_the_type_that_their_key_takes() {
    assert_snapshot!(study("layers = 3"), @"
    scenario.toml:24:10: invalid type: integer `3`
      24 | layers = 3
         |          ^
      allowed: a list
    ");
    assert_snapshot!(study("layers = [\"three\"]"), @r#"
    scenario.toml:24:11: invalid type: string "three"
      24 | layers = ["three"]
         |           ^^^^^^^
      allowed: an integer ≥ 0
    "#);
    assert_snapshot!(study("layers = [3.5]"), @"
    scenario.toml:24:11: invalid type: floating point `3.5`
      24 | layers = [3.5]
         |           ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [-3]"), @"
    scenario.toml:24:11: invalid value: integer `-3`
      24 | layers = [-3]
         |           ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [99999999999999999999]"), @"
    scenario.toml:24:11: invalid type: integer `99999999999999999999`
      24 | layers = [99999999999999999999]
         |           ^^^^^^^^^^^^^^^^^^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [3]\nwidth = -1"), @"
    scenario.toml:25:9: invalid value: integer `-1`
      25 | width = -1
         |         ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [3]\nlearned = 0.5"), @"
    scenario.toml:25:11: invalid type: floating point `0.5`
      25 | learned = 0.5
         |           ^^^
      allowed: a table
    ");
    assert_snapshot!(study("layers = [3]\nlearned.mode = 1.5"), @"
    scenario.toml:25:16: invalid type: floating point `1.5`
      25 | learned.mode = 1.5
         |                ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [3]\nruns = 4294967296"), @"
    scenario.toml:25:8: invalid value: integer `4294967296`
      25 | runs = 4294967296
         |        ^^^^^^^^^^
      allowed: an integer from 0 to 4294967295
    ");
    assert_snapshot!(study("layers = [3]\nmax_updates = -1"), @"
    scenario.toml:25:15: invalid value: integer `-1`
      25 | max_updates = -1
         |               ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(study("layers = [3]\nseries = [\"a\"]"), @r#"
    scenario.toml:25:1: this must be a table, not a list
      25 | series = ["a"]
         | ^^^^^^
      allowed: keys and values
    "#);
    assert_snapshot!(study("layers = [3]\nseries.a = 1"), @"
    scenario.toml:25:12: invalid type: integer `1`
      25 | series.a = 1
         |            ^
      allowed: a table
    ");
    assert_snapshot!(study("layers = [3]\n[[study.depth.series]]\nlabel = \"a\""), @"
    scenario.toml:25:15: this must be a table, not a list
      25 | [[study.depth.series]]
         |               ^^^^^^
      allowed: keys and values
    ");
    assert_snapshot!(series("learning_rate = true"), @r#"
    scenario.toml:26:17: invalid type: boolean `true`
      26 | learning_rate = true
         |                 ^^^^
      allowed: a learning rate, "sharpness", or { from = ..., to = ..., count = ... }
    "#);
    assert_snapshot!(series("learning_rate = [0.1, 0.2]"), @r#"
    scenario.toml:26:17: invalid type: a list
      26 | learning_rate = [0.1, 0.2]
         |                 ^^^^^^^^^^
      allowed: a learning rate, "sharpness", or { from = ..., to = ..., count = ... }
    "#);
    assert_snapshot!(series("learning_rate = { from = 1, to = 0.1, count = -1 }"), @"
    scenario.toml:26:47: invalid value: integer `-1`
      26 | learning_rate = { from = 1, to = 0.1, count = -1 }
         |                                               ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(series("learning_rate = { from = 1, to = 0.1, count = 2.5 }"), @"
    scenario.toml:26:47: invalid type: floating point `2.5`
      26 | learning_rate = { from = 1, to = 0.1, count = 2.5 }
         |                                               ^^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(series("init = \"aligned\""), @r#"
    scenario.toml:26:8: invalid type: unit variant
      26 | init = "aligned"
         |        ^^^^^^^^^
      allowed: newtype variant
    "#);
    assert_snapshot!(check("study = 1\nquantity = \"learning_time\""), @"
    scenario.toml:30:9: invalid type: integer `1`
      30 | study = 1
         |         ^
      allowed: a string
    ");
}

#[test]
fn a_study_is_a_table_with_a_name() {
    assert_snapshot!(refusal(&and("[[study]]\nlayers = [3]")), @"
    scenario.toml:23:3: a study needs a name
      23 | [[study]]
         |   ^^^^^
      allowed: a table [study.NAME] for each study, with a name of your own
    ");
    assert_snapshot!(refusal(&and("[study]\nlayers = [3]")), @"
    scenario.toml:23:2: a study needs a name
      23 | [study]
         |  ^^^^^
      allowed: a table [study.NAME] for each study, with a name of your own
    ");
    assert_snapshot!(refusal(&format!("study = 1\n{SCENARIO}")), @"
    scenario.toml:1:1: a study needs a name
      1 | study = 1
        | ^^^^^
      allowed: a table [study.NAME] for each study, with a name of your own
    ");
}

#[test]
fn names_stand_in_files_and_paths() {
    for name in ["", "a b", "../up", "a/b", "a.b", "dépôt", "new\\nline"] {
        let message = refusal(&and(&format!("[study.\"{name}\"]\nlayers = [3]")));
        assert!(message.starts_with("scenario.toml:23:2: \""), "{message}");
        assert!(message.contains("cannot name a study"), "{message}");
        let message = study(&format!("layers = [3]\n[study.depth.series.\"{name}\"]\nlabel = \"a\""));
        assert!(message.contains("cannot name a series"), "{message}");
    }
    assert_snapshot!(refusal(&and("[study.\"a b\"]\nlayers = [3]")), @r#"
    scenario.toml:23:2: "a b" cannot name a study
      23 | [study."a b"]
         |  ^^^^^
      allowed: letters a to z, digits, - and _; `label` and `title` take any text
    "#);
    assert_snapshot!(study("layers = [3]\nseries.\"a b\".label = \"a\""), @r#"
    scenario.toml:25:1: "a b" cannot name a series
      25 | series."a b".label = "a"
         | ^^^^^^
      allowed: letters a to z, digits, - and _; `label` and `title` take any text
    "#);
}

#[test]
fn a_title_is_one_line() {
    assert_snapshot!(study("layers = [3]\ntitle = \"a\\nb\""), @r#"
    scenario.toml:25:9: the title has a character that cannot be shown
      25 | title = "a\nb"
         |         ^^^^^^
      allowed: one line of text
    "#);
    assert_snapshot!(study("title = \"a\\u0007b\"\nlayers = [3]"), @r#"
    scenario.toml:24:9: the title has a character that cannot be shown
      24 | title = "a\u0007b"
         |         ^^^^^^^^^^
      allowed: one line of text
    "#);
}

#[test]
fn layers_ascend_from_two() {
    assert_snapshot!(study("layers = []"), @"
    scenario.toml:24:10: 0 networks make no study
      24 | layers = []
         |          ^^
      allowed: 1 to 1000
    ");
    assert_snapshot!(study("layers = [3, 5, 4]"), @"
    scenario.toml:24:17: 4 does not come after 5
      24 | layers = [3, 5, 4]
         |                 ^
      allowed: strictly increasing
    ");
    assert_snapshot!(study("layers = [3, 5, 5]"), @"
    scenario.toml:24:17: 5 does not come after 5
      24 | layers = [3, 5, 5]
         |                 ^
      allowed: strictly increasing
    ");
    assert_snapshot!(study("layers = [1, 2]"), @"
    scenario.toml:24:11: there is no network of 1 layers, input and output included
      24 | layers = [1, 2]
         |           ^
      allowed: 2 to 100000
    ");
    assert_snapshot!(study("layers = [0]"), @"
    scenario.toml:24:11: there is no network of 0 layers, input and output included
      24 | layers = [0]
         |           ^
      allowed: 2 to 100000
    ");
    assert_snapshot!(study("layers = [3, 100001]"), @"
    scenario.toml:24:14: there is no network of 100001 layers, input and output included
      24 | layers = [3, 100001]
         |              ^^^^^^
      allowed: 2 to 100000
    ");
    assert_snapshot!(study("layers = [3, 9223372036854775807]"), @"
    scenario.toml:24:14: there is no network of 9223372036854775807 layers, input and output included
      24 | layers = [3, 9223372036854775807]
         |              ^^^^^^^^^^^^^^^^^^^
      allowed: 2 to 100000
    ");
}

#[test]
fn counts_are_at_least_one() {
    assert_snapshot!(study("layers = [3]\nwidth = 0"), @"
    scenario.toml:25:9: a layer needs at least one unit
      25 | width = 0
         |         ^
      allowed: ≥ 1
    ");
    assert_snapshot!(study("layers = [3]\nmax_updates = 0"), @"
    scenario.toml:25:15: 0 updates
      25 | max_updates = 0
         |               ^
      allowed: 1 to 1e10
    ");
    assert_snapshot!(study("layers = [3]\nruns = 0"), @"
    scenario.toml:25:8: 0 runs
      25 | runs = 0
         |        ^
      allowed: 1 to 1000
    ");
    assert_snapshot!(study("layers = [3]\nruns = 10001"), @"
    scenario.toml:25:8: 10001 runs
      25 | runs = 10001
         |        ^^^^^
      allowed: 1 to 1000
    ");
    assert_snapshot!(study("layers = [3]\npanels = []"), @"
    scenario.toml:25:10: a figure needs at least one panel
      25 | panels = []
         |          ^^
      allowed: time, rate, curves, classification
    ");
    assert_snapshot!(series("learning_rate = { from = 1, to = 0.1, count = 0 }"), @"
    scenario.toml:26:47: 0 rates
      26 | learning_rate = { from = 1, to = 0.1, count = 0 }
         |                                               ^
      allowed: 1 to 1000
    ");
    assert_snapshot!(series("learning_rate = { from = 1, to = 0.1, count = 10001 }"), @"
    scenario.toml:26:47: 10001 rates
      26 | learning_rate = { from = 1, to = 0.1, count = 10001 }
         |                                               ^^^^^
      allowed: 1 to 1000
    ");
}

#[test]
fn rates_are_positive() {
    assert_snapshot!(series("learning_rate = 0"), @"
    scenario.toml:26:17: 0 is not positive
      26 | learning_rate = 0
         |                 ^
      allowed: > 0
    ");
    assert_snapshot!(series("learning_rate = -0.1"), @"
    scenario.toml:26:17: -0.1 is not positive
      26 | learning_rate = -0.1
         |                 ^^^^
      allowed: > 0
    ");
    assert_snapshot!(series("learning_rate = { from = 0, to = 0.1, count = 3 }"), @"
    scenario.toml:26:26: 0 is not positive
      26 | learning_rate = { from = 0, to = 0.1, count = 3 }
         |                          ^
      allowed: > 0
    ");
    assert_snapshot!(series("learning_rate = { from = 1, to = -0.1, count = 3 }"), @"
    scenario.toml:26:34: -0.1 is not positive
      26 | learning_rate = { from = 1, to = -0.1, count = 3 }
         |                                  ^^^^
      allowed: > 0
    ");
}

#[test]
fn the_flow_takes_no_range_of_rates() {
    assert_snapshot!(study("layers = [3]\narm = \"flow\"\nseries.a.learning_rate = { from = 1, to = 0.1, count = 3 }"), @r#"
    scenario.toml:26:10: the flow has no best learning rate: the larger, the fewer updates
      26 | series.a.learning_rate = { from = 1, to = 0.1, count = 3 }
         |          ^^^^^^^^^^^^^
      allowed: "sharpness" or a number; or arm = "sgd"
    "#);
}

#[test]
fn a_study_waits_for_one_goal() {
    assert_snapshot!(study("layers = [3]\nlearned = { mode = 1, excess = 0.1 }"), @"
    scenario.toml:25:1: more than one goal
      25 | learned = { mode = 1, excess = 0.1 }
         | ^^^^^^^
      allowed: exactly one of { mode, share }, { excess }, { loss }, { training_error }
    ");
    assert_snapshot!(study("layers = [3]\nlearned = { share = 0.5, loss = 0.1 }"), @"
    scenario.toml:25:1: more than one goal
      25 | learned = { share = 0.5, loss = 0.1 }
         | ^^^^^^^
      allowed: exactly one of { mode, share }, { excess }, { loss }, { training_error }
    ");
    assert_snapshot!(study("layers = [3]\nlearned = { excess = 0.5, loss = 0.1 }"), @"
    scenario.toml:25:1: more than one goal
      25 | learned = { excess = 0.5, loss = 0.1 }
         | ^^^^^^^
      allowed: exactly one of { mode, share }, { excess }, { loss }, { training_error }
    ");
    assert_snapshot!(study("layers = [3]\nlearned = { mode = 1, share = 0.5, excess = 0.5, loss = 0.1 }"), @"
    scenario.toml:25:1: more than one goal
      25 | learned = { mode = 1, share = 0.5, excess = 0.5, loss = 0.1 }
         | ^^^^^^^
      allowed: exactly one of { mode, share }, { excess }, { loss }, { training_error }
    ");
}

#[test]
fn a_share_is_between_nothing_and_all() {
    assert_snapshot!(study("layers = [3]\nlearned.share = 0"), @"
    scenario.toml:25:17: 0 is not a share between 0 and 1
      25 | learned.share = 0
         |                 ^
      allowed: 0 < share < 1
    ");
    assert_snapshot!(study("layers = [3]\nlearned.share = 1"), @"
    scenario.toml:25:17: 1 is not a share between 0 and 1
      25 | learned.share = 1
         |                 ^
      allowed: 0 < share < 1
    ");
    assert_snapshot!(study("layers = [3]\nlearned.share = -0.5"), @"
    scenario.toml:25:17: -0.5 is not a share between 0 and 1
      25 | learned.share = -0.5
         |                 ^^^^
      allowed: 0 < share < 1
    ");
    assert_snapshot!(study("layers = [3]\nlearned.excess = 0"), @"
    scenario.toml:25:18: 0 is not a share between 0 and 1
      25 | learned.excess = 0
         |                  ^
      allowed: 0 < share < 1
    ");
    assert_snapshot!(study("layers = [3]\nlearned.excess = 1"), @"
    scenario.toml:25:18: 1 is not a share between 0 and 1
      25 | learned.excess = 1
         |                  ^
      allowed: 0 < share < 1
    ");
}

#[test]
fn a_loss_is_above_the_least_one() {
    assert_snapshot!(study("layers = [3]\nlearned.loss = 0"), @"
    scenario.toml:25:16: the loss never falls to 0
      25 | learned.loss = 0
         |                ^
      allowed: above the least loss, 0
    ");
    assert_snapshot!(study("layers = [3]\nlearned.loss = -1"), @"
    scenario.toml:25:16: the loss never falls to -1
      25 | learned.loss = -1
         |                ^^
      allowed: above the least loss, 0
    ");
}

#[test]
fn a_mode_is_one_that_can_be_learned() {
    assert_snapshot!(study("layers = [3]\nlearned.mode = 0"), @"
    scenario.toml:25:16: there is no mode 0 to be learned
      25 | learned.mode = 0
         |                ^
      allowed: 1 to 2
    ");
    assert_snapshot!(study("layers = [3]\nlearned.mode = 3"), @"
    scenario.toml:25:16: there is no mode 3 to be learned
      25 | learned.mode = 3
         |                ^
      allowed: 1 to 2
    ");
    assert_snapshot!(study("layers = [3]\nlearned.mode = 9223372036854775807"), @"
    scenario.toml:25:16: there is no mode 9223372036854775807 to be learned
      25 | learned.mode = 9223372036854775807
         |                ^^^^^^^^^^^^^^^^^^^
      allowed: 1 to 2
    ");
    assert_snapshot!(study("layers = [3]\nwidth = 1\nlearned.mode = 2"), @"
    scenario.toml:26:16: mode 2 has no room in hidden layers of 1
      26 | learned.mode = 2
         |                ^
      allowed: 1 to 1
    ");
}

#[test]
fn numbers_are_finite() {
    assert_snapshot!(study("layers = [3]\nlearned.share = nan"), @"
    scenario.toml:25:17: nan is not a finite number
      25 | learned.share = nan
         |                 ^^^
    ");
    assert_snapshot!(study("layers = [3]\nlearned.loss = inf"), @"
    scenario.toml:25:16: inf is not a finite number
      25 | learned.loss = inf
         |                ^^^
    ");
    assert_snapshot!(series("learning_rate = inf"), @"
    scenario.toml:26:17: inf is not a finite number
      26 | learning_rate = inf
         |                 ^^^
    ");
    assert_snapshot!(series("learning_rate = { from = nan, to = 1, count = 3 }"), @"
    scenario.toml:26:26: nan is not a finite number
      26 | learning_rate = { from = nan, to = 1, count = 3 }
         |                          ^^^
    ");
    assert_snapshot!(series("init.aligned.per_layer = -inf"), @"
    scenario.toml:26:26: -inf is not a finite number
      26 | init.aligned.per_layer = -inf
         |                          ^^^^
    ");
    assert_snapshot!(check("study = \"depth\"\nquantity = \"learning_time\"\nlayers = 3\nexpect = nan"), @"
    scenario.toml:33:10: nan is not a finite number
      33 | expect = nan
         |          ^^^
    ");
}

#[test]
fn a_start_makes_sense_at_any_depth() {
    assert_snapshot!(series("init.aligned.strengths = [0.1, 0.1]"), @"
    scenario.toml:26:26: a study varies the number of weight matrices, and this start gives each of them
      26 | init.aligned.strengths = [0.1, 0.1]
         |                          ^^^^^^^^^^
      allowed: aligned with strength or per_layer, gaussian, glorot, orthogonal, balanced
    ");
    assert_snapshot!(series("init.matrices.weights = [[[1]], [[1]]]"), @"
    scenario.toml:26:6: a study varies the number of weight matrices, and this start gives each of them
      26 | init.matrices.weights = [[[1]], [[1]]]
         |      ^^^^^^^^
      allowed: aligned with strength or per_layer, gaussian, glorot, orthogonal, balanced
    ");
    assert_snapshot!(series("init.balanced = { scale = 0.1, imbalance = 0.5 }"), @"
    scenario.toml:26:44: at 3 layers, imbalance 0.5 needs at least as many outputs as hidden units: 3 < 4, so that W2ᵀW2 cannot have full rank
      26 | init.balanced = { scale = 0.1, imbalance = 0.5 }
         |                                            ^^^
    ");
    assert_snapshot!(series("init.gaussian.scale = -1"), @"
    scenario.toml:26:23: -1 is negative
      26 | init.gaussian.scale = -1
         |                       ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(series("init.glorot.gain = -1"), @"
    scenario.toml:26:20: -1 is negative
      26 | init.glorot.gain = -1
         |                    ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(series("init.orthogonal.gain = -1"), @"
    scenario.toml:26:24: -1 is negative
      26 | init.orthogonal.gain = -1
         |                        ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(series("init.balanced.scale = -1"), @"
    scenario.toml:26:23: -1 is negative
      26 | init.balanced.scale = -1
         |                       ^^
      allowed: ≥ 0
    ");
}

#[test]
fn a_series_has_one_start() {
    assert_snapshot!(series("init = {}"), @"
    scenario.toml:26:1: study.depth.series.a.init names no start
      26 | init = {}
         | ^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(series("init = { gaussian = { scale = 1 }, glorot = {} }"), @"
    scenario.toml:26:36: more than one start: `gaussian` and `glorot`
      26 | init = { gaussian = { scale = 1 }, glorot = {} }
         |                                    ^^^^^^
      allowed: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices
    ");
    assert_snapshot!(series("init.aligned = {}"), @"
    scenario.toml:26:6: one of `strength` and `per_layer` says how strong the modes start
      26 | init.aligned = {}
         |      ^^^^^^^
      allowed: strength, or per_layer
    ");
    assert_snapshot!(series("init.aligned = { strength = 0.1, per_layer = 0.5 }"), @"
    scenario.toml:26:6: one of `strength` and `per_layer` says how strong the modes start
      26 | init.aligned = { strength = 0.1, per_layer = 0.5 }
         |      ^^^^^^^
      allowed: strength, or per_layer
    ");
}

#[test]
fn a_check_names_what_there_is() {
    assert_snapshot!(check("study = \"deph\"\nquantity = \"learning_time\"\nlayers = 3\nexpect = 5"), @r#"
    scenario.toml:30:9: there is no study "deph"
      30 | study = "deph"
         |         ^^^^^^
      allowed: depth
    "#);
    assert_snapshot!(check("study = \"depth\"\nseries = \"c\"\nquantity = \"learning_time\"\nlayers = 3\nexpect = 5"), @r#"
    scenario.toml:31:10: the study "depth" has no series "c"
      31 | series = "c"
         |          ^^^
      allowed: a, b
    "#);
    assert_snapshot!(check("study = \"depth\"\nquantity = \"half_time\"\nexpect = 5"), @r#"
    scenario.toml:31:12: this is not a figure of a study
      31 | quantity = "half_time"
         |            ^^^^^^^^^^^
      allowed: learning_time, predicted_time, limit_time, best_rate, time_slope, rate_slope, time_ratio, prediction_error, learned_runs, final_training_error
    "#);
    assert_snapshot!(check("study = \"depth\"\nquantity = \"learning_time\"\nlayers = 4\nexpect = 5"), @"
    scenario.toml:32:10: the study has no network of 4 layers
      32 | layers = 4
         |          ^
      allowed: 3, 5
    ");
    assert_snapshot!(check("study = \"depth\"\nquantity = \"time_slope\"\nlayers = 6\nexpect = 5"), @"
    scenario.toml:32:10: the study has no network of 6 layers or more
      32 | layers = 6
         |          ^
      allowed: 3, 5
    ");
}

#[test]
fn a_check_of_a_study_takes_no_arms_and_no_mode() {
    assert_snapshot!(check("study = \"depth\"\narm = \"flow\"\nquantity = \"time_slope\"\nexpect = 5"), @r#"
    scenario.toml:31:7: `arm` does not go with a check of a study
      31 | arm = "flow"
         |       ^^^^^^
    "#);
    assert_snapshot!(check("study = \"depth\"\ncompare = [\"flow\", \"sgd\"]\nquantity = \"time_slope\"\nexpect = 5"), @r#"
    scenario.toml:31:11: `compare` does not go with a check of a study
      31 | compare = ["flow", "sgd"]
         |           ^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("study = \"depth\"\nmode = 1\nquantity = \"time_slope\"\nexpect = 5"), @"
    scenario.toml:31:8: `mode` does not go with a check of a study
      31 | mode = 1
         |        ^
    ");
    assert_snapshot!(check("series = \"a\"\narm = \"flow\"\nquantity = \"half_time\"\nexpect = 5"), @r#"
    scenario.toml:30:10: `series` belongs to a check of a study or of delays
      30 | series = "a"
         |          ^^^
    "#);
    assert_snapshot!(check("layers = 3\narm = \"flow\"\nquantity = \"half_time\"\nexpect = 5"), @"
    scenario.toml:30:10: `layers` belongs to a check of a study
      30 | layers = 3
         |          ^
    ");
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"learning_time\"\nexpect = 5"), @r#"
    scenario.toml:31:12: this is not a figure of one arm
      31 | quantity = "learning_time"
         |            ^^^^^^^^^^^^^^^
      allowed: half_time, final_loss, final_strength, final_sharpness, largest_coupling, largest_drift, final_training_error, final_test_error, final_test_loss
    "#);
}

#[test]
fn a_check_of_a_network_says_which_and_what_to_expect() {
    assert_snapshot!(check("study = \"depth\"\nquantity = \"best_rate\"\nexpect = 5"), @"
    scenario.toml:29:1: best_rate is a figure of one network: its `layers` are missing
      29 | [[check]]
         | ^^^^^^^^^
      allowed: 3, 5
    ");
    assert_snapshot!(check("study = \"depth\"\nquantity = \"best_rate\"\nlayers = 3"), @"
    scenario.toml:29:1: a check of a study needs the number to `expect`
      29 | [[check]]
         | ^^^^^^^^^
    ");
    assert_snapshot!(check("study = \"depth\"\nquantity = \"limit_time\""), @"
    scenario.toml:29:1: a check of a study needs the number to `expect`
      29 | [[check]]
         | ^^^^^^^^^
    ");
    assert_snapshot!(check("study = \"depth\"\nquantity = \"limit_time\"\nexpect = 14\nmax_error = -1"), @"
    scenario.toml:33:13: -1 is negative
      33 | max_error = -1
         |             ^^
      allowed: ≥ 0
    ");
}

#[test]
fn networks_that_no_memory_holds_are_refused() {
    assert_snapshot!(study("layers = [3]\nwidth = 1000000000"), @"
    scenario.toml:25:9: the deepest network would need about 283.12 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      25 | width = 1000000000
         |         ^^^^^^^^^^
    ");
    assert_snapshot!(study("layers = [3]\nwidth = 9223372036854775807"), @"
    scenario.toml:25:9: the deepest network would need about 2.6e12 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      25 | width = 9223372036854775807
         |         ^^^^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(study("layers = [3, 100000]\nwidth = 1000"), @"
    scenario.toml:24:10: the deepest network would need about 7454.83 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      24 | layers = [3, 100000]
         |          ^^^^^^^^^^^
    ");
    assert_snapshot!(study("layers = [3, 100]\nwidth = 600\narm = \"flow\"\nseries.a.init.gaussian.scale = 1"), @"
    scenario.toml:25:9: the deepest network would need about 24.46 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      25 | width = 600
         |         ^^^
    ");
}

#[test]
fn a_width_is_needed_where_the_network_has_none() {
    let narrow = with("hidden = [4]", "hidden = []");
    assert_snapshot!(refusal(&format!("{narrow}\n[study.depth]\nlayers = [3]")), @"
    scenario.toml:23:8: the width of the hidden layers is missing: the network has none
      23 | [study.depth]
         |        ^^^^^
      allowed: width
    ");
}

#[test]
fn a_start_that_the_network_gives_is_pointed_at_there() {
    let unequal = with("{ strength = 1e-2 }", "{ strengths = [0.1, 0.2] }");
    assert_snapshot!(refusal(&format!("{unequal}\n[study.depth]\nlayers = [3]")), @"
    scenario.toml:8:30: a study varies the number of weight matrices, and this start gives each of them
      8 | init.aligned = { strengths = [0.1, 0.2] }
        |                              ^^^^^^^^^^
      allowed: aligned with strength or per_layer, gaussian, glorot, orthogonal, balanced
    ");
    let imbalanced = with("aligned = { strength = 1e-2 }", "balanced = { scale = 0.1, imbalance = -0.5 }")
        .replace("[analytic]\n", "");
    assert_snapshot!(refusal(&format!("{imbalanced}\n[study.depth]\nlayers = [3, 4]")), @"
    scenario.toml:8:44: at 4 layers, an imbalance other than 0 needs exactly two weight matrices, and here are 3
      8 | init.balanced = { scale = 0.1, imbalance = -0.5 }
        |                                            ^^^^
    ");
}

#[test]
fn a_null_mode_is_never_learned() {
    let null = with("[3.0, 2.0]", "[3.0, 0.0]");
    assert_snapshot!(refusal(&format!("{null}\n[study.depth]\nlayers = [3]\nlearned.mode = 2")), @"
    scenario.toml:25:16: there is no mode 2 to be learned
      25 | learned.mode = 2
         |                ^
      allowed: 1 to 1
    ");
}

#[test]
fn a_study_is_pointed_at_in_its_override() {
    let set = |given: &str| Bench::new(and("[study.depth]\nlayers = [3]")).refusal(&["--set", given]);
    assert_snapshot!(set("study.depth.layers=[3, 2]"), @"
    --set:1:24: 2 does not come after 3
      1 | study.depth.layers=[3, 2]
        |                        ^
      allowed: strictly increasing
    ");
    assert_snapshot!(set("study.depth.series.a.init.aligned.strengths=[1, 1]"), @"
    --set:1:45: a study varies the number of weight matrices, and this start gives each of them
      1 | study.depth.series.a.init.aligned.strengths=[1, 1]
        |                                             ^^^^^^
      allowed: aligned with strength or per_layer, gaussian, glorot, orthogonal, balanced
    ");
    assert_snapshot!(set("study.depth.lerned.mode=1"), @"
    --set:1:13: unknown key `lerned`; did you mean `learned`?
      1 | study.depth.lerned.mode=1
        |             ^^^^^^
      allowed: title, layers, width, arm, batch, learned, max_updates, curve_updates, runs, panels, series
    ");
    assert_snapshot!(set("study.other.width=3"), @"
    --set:1:7: missing key `layers`
      1 | study.other.width=3
        |       ^^^^^
      allowed: N_l of each network, input and output included, such as [3, 5, 10]
    ");
}
