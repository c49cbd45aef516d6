//! Checks and panels that the scenario has nothing for.

use crate::bench::{and, refusal, with};
use insta::assert_snapshot;

/// What is said of this check.
#[track_caller]
fn check(keys: &str) -> String {
    refusal(&and(&format!("[[check]]\n{keys}")))
}

#[test]
fn a_check_names_arms_that_run() {
    let without_modes = with("[modes]\n", "");
    let compare = "[[check]]\ncompare = [\"flow\", \"modes\"]\nquantity = \"loss\"\n";
    assert_snapshot!(refusal(&format!("{without_modes}\n{compare}")), @r#"
    scenario.toml:23:11: the scenario does not run the arm `modes`: it has no table [modes]
      23 | compare = ["flow", "modes"]
         |           ^^^^^^^^^^^^^^^^^
      allowed: flow, analytic, sgd
    "#);
    let figure = "[[check]]\narm = \"modes\"\nquantity = \"final_loss\"\nexpect = 0\n";
    assert_snapshot!(refusal(&format!("{without_modes}\n{figure}")), @r#"
    scenario.toml:23:7: the scenario does not run the arm `modes`: it has no table [modes]
      23 | arm = "modes"
         |       ^^^^^^^
      allowed: flow, analytic, sgd
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"flo\"]\nquantity = \"loss\""), @r#"
    scenario.toml:24:20: unknown name `flo`; did you mean `flow`?
      24 | compare = ["flow", "flo"]
         |                    ^^^^^
      allowed: flow, modes, limit, analytic, sgd
    "#);
}

#[test]
fn a_comparison_takes_two_different_arms() {
    assert_snapshot!(check("compare = [\"flow\"]\nquantity = \"loss\""), @r#"
    scenario.toml:24:11: compare takes two arms
      24 | compare = ["flow"]
         |           ^^^^^^^^
      allowed: ["flow", "analytic"]
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"modes\", \"sgd\"]\nquantity = \"loss\""), @r#"
    scenario.toml:24:11: compare takes two arms
      24 | compare = ["flow", "modes", "sgd"]
         |           ^^^^^^^^^^^^^^^^^^^^^^^^
      allowed: ["flow", "analytic"]
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"flow\"]\nquantity = \"loss\""), @r#"
    scenario.toml:24:11: compare takes two different arms, not `flow` twice
      24 | compare = ["flow", "flow"]
         |           ^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("compare = \"flow\"\nquantity = \"loss\""), @r#"
    scenario.toml:24:11: invalid type: string "flow"
      24 | compare = "flow"
         |           ^^^^^^
      allowed: a list
    "#);
}

#[test]
fn a_check_is_either_a_comparison_or_a_figure() {
    assert_snapshot!(check("quantity = \"loss\""), @r#"
    scenario.toml:23:1: a check compares two arms, or a figure of one arm, of a study, of delays or of spectra with a number
      23 | [[check]]
         | ^^^^^^^^^
      allowed: compare = ["flow", "analytic"], or arm = "flow", study = ..., delays = ... or spectra = ... with expect = ...
    "#);
    assert_snapshot!(check("arm = \"flow\"\ncompare = [\"flow\", \"sgd\"]\nquantity = \"loss\""), @r#"
    scenario.toml:23:1: a check compares two arms, or a figure of one arm, of a study, of delays or of spectra with a number
      23 | [[check]]
         | ^^^^^^^^^
      allowed: compare = ["flow", "analytic"], or arm = "flow", study = ..., delays = ... or spectra = ... with expect = ...
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]"), @"
    scenario.toml:23:1: missing key `quantity`
      23 | [[check]]
         | ^^^^^^^^^
    ");
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]\nquantity = \"half_time\""), @r#"
    scenario.toml:25:12: this is not what two arms are compared in
      25 | quantity = "half_time"
         |            ^^^^^^^^^^^
      allowed: modes, loss, map, weights
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]\nquantity = \"loss\"\nexpect = 1"), @"
    scenario.toml:26:10: `expect` belongs to a check of one arm
      26 | expect = 1
         |          ^
    ");
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]\nquantity = \"modes\"\nmode = 1"), @"
    scenario.toml:26:8: `mode` belongs to a check of one arm
      26 | mode = 1
         |        ^
    ");
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"loss\"\nexpect = 1"), @r#"
    scenario.toml:25:12: this is not a figure of one arm
      25 | quantity = "loss"
         |            ^^^^^^
      allowed: half_time, final_loss, final_strength, final_sharpness, largest_coupling, largest_drift, final_training_error, final_test_error, final_test_loss
    "#);
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"half_time\""), @"
    scenario.toml:23:1: a check of one arm needs the number to `expect`
      23 | [[check]]
         | ^^^^^^^^^
    ");
}

#[test]
fn a_mode_is_one_of_those_there_are() {
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"half_time\"\nexpect = 1\nmode = 4"), @"
    scenario.toml:27:8: there is no mode 4
      27 | mode = 4
         |        ^
      allowed: 1 to 3
    ");
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"half_time\"\nexpect = 1\nmode = 0"), @"
    scenario.toml:27:8: there is no mode 0
      27 | mode = 0
         |        ^
      allowed: 1 to 3
    ");
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"half_time\"\nexpect = 1\nmode = -1"), @"
    scenario.toml:27:8: invalid value: integer `-1`
      27 | mode = -1
         |        ^^
      allowed: an integer ≥ 0
    ");
}

#[test]
fn an_arm_is_asked_for_what_it_has() {
    assert_snapshot!(check("arm = \"modes\"\nquantity = \"largest_coupling\"\nexpect = 0"), @r#"
    scenario.toml:25:12: the arm `modes` has no coupling
      25 | quantity = "largest_coupling"
         |            ^^^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("compare = [\"flow\", \"analytic\"]\nquantity = \"weights\""), @r#"
    scenario.toml:25:12: only flow and sgd have weights
      25 | quantity = "weights"
         |            ^^^^^^^^^
      allowed: modes, loss, map
    "#);
}

#[test]
fn an_allowed_error_is_not_negative() {
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]\nquantity = \"loss\"\nmax_error = -1e-6"), @"
    scenario.toml:26:13: -0.000001 is negative
      26 | max_error = -1e-6
         |             ^^^^^
      allowed: ≥ 0
    ");
    assert_snapshot!(check("compare = [\"flow\", \"sgd\"]\nquantity = \"loss\"\nmax_error = nan"), @"
    scenario.toml:26:13: nan is not a finite number
      26 | max_error = nan
         |             ^^^
    ");
}

#[test]
fn a_figure_has_a_panel() {
    assert_snapshot!(refusal(&and("[plot]\npanels = []")), @"
    scenario.toml:24:10: a figure needs at least one panel
      24 | panels = []
         |          ^^
      allowed: modes, loss, error, energy, coupling, sharpness, saddles, phase, classification, inputs
    ");
}

#[test]
fn a_panel_of_errors_takes_classes() {
    assert_snapshot!(refusal(&and("[plot]\npanels = [\"loss\", \"classification\"]")), @r#"
    scenario.toml:24:19: there is no error of classification: it takes a data set whose targets are labels or one-hot rows
      24 | panels = ["loss", "classification"]
         |                   ^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("arm = \"modes\"\nquantity = \"final_training_error\"\nexpect = 0"), @r#"
    scenario.toml:25:12: there is no error of classification: it takes a data set whose targets are labels or one-hot rows
      25 | quantity = "final_training_error"
         |            ^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
