//! Spectra and their checks that cannot be, and what spectra alone may leave out.

use crate::bench::{SCENARIO, and, refusal};
use insta::assert_snapshot;

/// What is said of spectra alone, with these keys.
#[track_caller]
fn spectra(keys: &str) -> String {
    refusal(&format!("[spectra.a]\n{keys}"))
}

/// What is said of tanh networks with these keys.
#[track_caller]
fn tanh(keys: &str) -> String {
    spectra(&format!("factors = [3, 9]\nactivation = \"tanh\"\n{keys}"))
}

/// What is said of a check of spectra that are right.
#[track_caller]
fn check(keys: &str) -> String {
    spectra(&format!(
        "factors = [3, 9]\ngains = [1, 1.5]\n[spectra.b]\nfactors = [2]\nactivation = \"tanh\"\nactivity = [0.5, 2]\n\
         matrices = [\"orthogonal\"]\n\n[[check]]\n{keys}"
    ))
}

#[test]
fn an_unknown_key_or_name_is_answered_with_the_nearest_known_one() {
    assert_snapshot!(spectra("factor = [3]"), @"
    scenario.toml:2:1: unknown key `factor`; did you mean `factors`?
      2 | factor = [3]
        | ^^^^^^
      allowed: title, matrices, activation, width, factors, gains, activity, draws, panels
    ");
    assert_snapshot!(spectra("factors = [3]\nmatrices = [\"gausian\"]"), @r#"
    scenario.toml:3:13: unknown name `gausian`; did you mean `gaussian`?
      3 | matrices = ["gausian"]
        |             ^^^^^^^^^
      allowed: gaussian, orthogonal
    "#);
    assert_snapshot!(spectra("factors = [3]\nactivation = \"relu\""), @r#"
    scenario.toml:3:14: unknown name `relu`; did you mean `linear`?
      3 | activation = "relu"
        |              ^^^^^^
      allowed: linear, tanh
    "#);
    assert_snapshot!(spectra("factors = [3]\npanels = [\"eigenvalue\"]"), @r#"
    scenario.toml:3:11: unknown name `eigenvalue`; did you mean `eigenvalues`?
      3 | panels = ["eigenvalue"]
        |           ^^^^^^^^^^^^
      allowed: singular_values, eigenvalues, growth, activity
    "#);
    assert_snapshot!(refusal("[spectrum.a]\nfactors = [3]"), @"
    scenario.toml:1:2: unknown key `spectrum`; did you mean `spectra`?
      1 | [spectrum.a]
        |  ^^^^^^^^
      allowed: title, seed, task, network, time, flow, modes, analytic, sgd, study, delays, spectra, check, plot, output
    ");
}

#[test]
fn what_is_missing_is_named() {
    assert_snapshot!(spectra("width = 3"), @"
    scenario.toml:1:1: missing key `factors`
      1 | [spectra.a]
        | ^^^^^^^^^^^
      allowed: numbers of weight matrices, ascending, such as [1, 5, 100]
    ");
    assert_snapshot!(refusal("[spectra]\nfactors = [3]"), @"
    scenario.toml:1:2: each table of spectra needs a name
      1 | [spectra]
        |  ^^^^^^^
      allowed: tables [spectra.NAME], each with a name of your own
    ");
    assert_snapshot!(refusal("[[spectra]]\nfactors = [3]"), @"
    scenario.toml:1:3: each table of spectra needs a name
      1 | [[spectra]]
        |   ^^^^^^^
      allowed: tables [spectra.NAME], each with a name of your own
    ");
    assert_snapshot!(refusal("spectra = 3"), @"
    scenario.toml:1:1: each table of spectra needs a name
      1 | spectra = 3
        | ^^^^^^^
      allowed: tables [spectra.NAME], each with a name of your own
    ");
}

#[test]
fn names_stand_in_file_names() {
    assert_snapshot!(refusal("[spectra.\"../a\"]\nfactors = [3]"), @r#"
    scenario.toml:1:2: "../a" cannot name spectra
      1 | [spectra."../a"]
        |  ^^^^^^^
      allowed: letters a to z, digits, - and _; `label` and `title` take any text
    "#);
    assert_snapshot!(spectra("factors = [3]\n[spectra.A]\nfactors = [3]"), @r#"
    scenario.toml:3:10: other spectra have the name "A" but for the case of letters
      3 | [spectra.A]
        |          ^
      allowed: names that differ in more
    "#);
    assert_snapshot!(spectra("factors = [3]\ntitle = \"a\\nb\""), @r#"
    scenario.toml:3:9: the title has a character that cannot be shown
      3 | title = "a\nb"
        |         ^^^^^^
      allowed: one line of text
    "#);
}

/// Spectra alone need no task; spectra beside anything that is trained do.
#[test]
fn what_is_trained_needs_a_task_network_and_time() {
    assert_snapshot!(spectra("factors = [3]\n[flow]"), @"
    scenario.toml:1:1: missing key `task`
      1 | [spectra.a]
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
    assert_snapshot!(spectra("factors = [3]\n[study.b]\nlayers = [3]"), @"
    scenario.toml:1:1: missing key `task`
      1 | [spectra.a]
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
    assert_snapshot!(spectra("factors = [3]\n[time]\nend = 1.0"), @"
    scenario.toml:1:1: missing key `task`
      1 | [spectra.a]
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
    let network = SCENARIO.find("[network]").unwrap();
    assert_snapshot!(refusal(&format!("{}\n[spectra.a]\nfactors = [3]", &SCENARIO[network..])), @"
    scenario.toml:1:1: missing key `task`
      1 | [network]
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
}

#[test]
fn lists_have_something_and_nothing_twice() {
    assert_snapshot!(spectra("factors = []"), @"
    scenario.toml:2:11: 0 of them make no spectra
      2 | factors = []
        |           ^^
      allowed: 1 to 1000
    ");
    assert_snapshot!(spectra("factors = [3]\ngains = []"), @"
    scenario.toml:3:9: 0 of them make no spectra
      3 | gains = []
        |         ^^
      allowed: 1 to 1000
    ");
    assert_snapshot!(spectra("factors = [3]\nmatrices = [\"gaussian\", \"gaussian\"]"), @r#"
    scenario.toml:3:25: gaussian is given twice
      3 | matrices = ["gaussian", "gaussian"]
        |                         ^^^^^^^^^^
      allowed: each once
    "#);
    assert_snapshot!(spectra("factors = [3]\ngains = [1, 2, 1.0]"), @"
    scenario.toml:3:16: 1 is given twice
      3 | gains = [1, 2, 1.0]
        |                ^^^
      allowed: each once
    ");
    assert_snapshot!(tanh("activity = []"), @"
    scenario.toml:4:12: 0 of them make no spectra
      4 | activity = []
        |            ^^
      allowed: 1 to 1000
    ");
    assert_snapshot!(spectra("factors = [3]\npanels = []"), @"
    scenario.toml:3:10: a figure needs at least one panel
      3 | panels = []
        |          ^^
      allowed: singular_values, eigenvalues, growth, activity
    ");
}

#[test]
fn numbers_out_of_range_are_refused() {
    assert_snapshot!(spectra("factors = [0]"), @"
    scenario.toml:2:12: there is no network of 0 weight matrices here
      2 | factors = [0]
        |            ^
      allowed: 1 to 100000
    ");
    assert_snapshot!(spectra("factors = [3, 3]"), @"
    scenario.toml:2:15: 3 does not come after 3
      2 | factors = [3, 3]
        |               ^
      allowed: strictly increasing
    ");
    assert_snapshot!(spectra("factors = [3]\ngains = [0.0]"), @"
    scenario.toml:3:10: 0 is not positive
      3 | gains = [0.0]
        |          ^^^
      allowed: > 0
    ");
    assert_snapshot!(spectra("factors = [3, 1000]\ngains = [1.0, 1.5]"), @"
    scenario.toml:3:15: 1.5^1000 is beyond the range of numbers
      3 | gains = [1.0, 1.5]
        |               ^^^
      allowed: 0.7586 to 1.3183 with 1000 factors
    ");
    assert_snapshot!(tanh("gains = [1e3]"), @"
    scenario.toml:4:10: 1000 is too large a gain: all units are saturated
      4 | gains = [1e3]
        |          ^^^
      allowed: 0 < gain ≤ 100
    ");
    assert_snapshot!(tanh("activity = [0.5, -1.0]"), @"
    scenario.toml:4:18: -1 is not positive
      4 | activity = [0.5, -1.0]
        |                  ^^^^
      allowed: > 0
    ");
    assert_snapshot!(tanh("activity = [1e5]"), @"
    scenario.toml:4:13: 100000 is too large an activity: all units are saturated
      4 | activity = [1e5]
        |             ^^^
      allowed: 0 < q ≤ 10000
    ");
    assert_snapshot!(spectra("factors = [3]\nwidth = 0"), @"
    scenario.toml:3:9: a layer needs at least one unit
      3 | width = 0
        |         ^
      allowed: ≥ 1
    ");
    assert_snapshot!(spectra("factors = [3]\ndraws = 0"), @"
    scenario.toml:3:9: 0 draws
      3 | draws = 0
        |         ^
      allowed: 1 to 100000
    ");
}

#[test]
fn linear_networks_have_no_activity() {
    assert_snapshot!(spectra("factors = [3]\nactivity = [1.0]"), @r#"
    scenario.toml:3:12: the Jacobian of linear networks does not depend on their activity
      3 | activity = [1.0]
        |            ^^^^^
      allowed: none; or activation = "tanh"
    "#);
    assert_snapshot!(spectra("factors = [3]\npanels = [\"growth\", \"activity\"]"), @r#"
    scenario.toml:3:21: linear networks have no activity to be shown
      3 | panels = ["growth", "activity"]
        |                     ^^^^^^^^^^
      allowed: singular_values, eigenvalues, growth
    "#);
    assert_snapshot!(check("spectra = \"a\"\nquantity = \"final_activity\"\nexpect = 1"), @r#"
    scenario.toml:12:12: "a" are linear networks, which have no activity
      12 | quantity = "final_activity"
         |            ^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("spectra = \"a\"\nactivity = 1\nquantity = \"mean_square\"\nexpect = 1"), @r#"
    scenario.toml:12:12: "a" are linear networks, which have no activity
      12 | activity = 1
         |            ^
    "#);
}

#[test]
fn what_would_not_fit_is_refused_before_it_is_drawn() {
    assert_snapshot!(spectra("factors = [3]\nwidth = 100000"), @"
    scenario.toml:3:9: random networks would need about 1341.11 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      3 | width = 100000
        |         ^^^^^^
    ");
    assert_snapshot!(tanh("width = 2000\ngains = [1, 2, 3, 4, 5, 6, 7, 8]\nactivity = [1, 2, 3, 4, 5, 6, 7, 8]"), @"
    scenario.toml:4:9: random networks would need about 4.69 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      4 | width = 2000
        |         ^^^^
    ");
    assert_snapshot!(spectra("factors = [100000]\nwidth = 2\ndraws = 100000"), @"
    scenario.toml:4:9: random networks would need about 596.12 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      4 | draws = 100000
        |         ^^^^^^
    ");
    let many: Vec<String> = (1..=300).map(|i| i.to_string()).collect();
    let many = many.join(", ");
    assert_snapshot!(tanh(&format!("gains = [1]\nactivity = [{many}]\nmatrices = [\"gaussian\"]\nwidth = 18446744073709551615")), @"
    scenario.toml:7:9: random networks would need about 1.6e33 GiB of memory; the budget is 4 GiB (set GRADFLOW_MEMORY_GIB to change it)
      7 | width = 18446744073709551615
        |         ^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn combinations_without_end_are_refused() {
    let many: Vec<String> = (1..=90).map(|i| format!("{i}.0")).collect();
    let many = many.join(", ");
    let keys = format!("activation = \"tanh\"\nactivity = [{many}]");
    assert_snapshot!(spectra(&format!("factors = [10000]\n{keys}")), @"
    scenario.toml:2:11: 1800000 layers are too many
      2 | factors = [10000]
        |           ^^^^^^^
      allowed: at most 1000000 (matrices × gains × activity × the largest number of factors)
    ");
    let more: Vec<String> = (1..=100).map(|i| i.to_string()).collect();
    assert_snapshot!(spectra(&format!("factors = [{}]\n{keys}", more.join(", "))), @"
    scenario.toml:1:10: 18000 combinations are too many
      1 | [spectra.a]
        |          ^
      allowed: at most 10000 (matrices × gains × activity × factors)
    ");
}

#[test]
fn checks_name_what_there_is() {
    assert_snapshot!(check("spectra = \"c\"\nquantity = \"mean_square\"\nexpect = 1"), @r#"
    scenario.toml:11:11: there are no spectra "c"
      11 | spectra = "c"
         |           ^^^
      allowed: a, b
    "#);
    assert_snapshot!(check("spectra = \"a\"\nquantity = \"loss\"\nexpect = 1"), @r#"
    scenario.toml:12:12: this is not a figure of spectra
      12 | quantity = "loss"
         |            ^^^^^^
      allowed: mean_square, relative_variance, largest_square, largest_deviation, order_one_share, central_share, final_activity
    "#);
    assert_snapshot!(check("spectra = \"a\"\nquantity = \"mean_square\""), @"
    scenario.toml:10:1: a check of spectra needs the number to `expect`
      10 | [[check]]
         | ^^^^^^^^^
    ");
    assert_snapshot!(check("spectra = \"a\"\nquantity = \"mean_square\"\nfactors = 4\nexpect = 1"), @r#"
    scenario.toml:13:11: "a" have no products of 4 factors
      13 | factors = 4
         |           ^
      allowed: 3, 9
    "#);
    assert_snapshot!(check("spectra = \"a\"\nquantity = \"mean_square\"\ngain = 2\nexpect = 1"), @r#"
    scenario.toml:13:8: "a" have no gain 2
      13 | gain = 2
         |        ^
      allowed: 1, 1.5
    "#);
    assert_snapshot!(check("spectra = \"b\"\nquantity = \"mean_square\"\nactivity = 1\nexpect = 1"), @r#"
    scenario.toml:13:12: "b" have no activity 1
      13 | activity = 1
         |            ^
      allowed: 0.5, 2
    "#);
    assert_snapshot!(check("spectra = \"b\"\nquantity = \"mean_square\"\nmatrices = \"gaussian\"\nexpect = 1"), @r#"
    scenario.toml:13:12: "b" have no gaussian matrices
      13 | matrices = "gaussian"
         |            ^^^^^^^^^^
      allowed: orthogonal
    "#);
    assert_snapshot!(check("spectra = \"b\"\nquantity = \"mean_square\"\nlayers = 3\nexpect = 1"), @"
    scenario.toml:13:10: `layers` does not go with a check of spectra
      13 | layers = 3
         |          ^
    ");
    assert_snapshot!(check("arm = \"flow\"\nquantity = \"final_loss\"\nexpect = 1"), @r#"
    scenario.toml:11:7: the scenario does not run the arm `flow`: it has no table [flow]
      11 | arm = "flow"
         |       ^^^^^^
    "#);
    assert_snapshot!(refusal(&and("[[check]]\narm = \"flow\"\nquantity = \"final_loss\"\ngain = 1\nexpect = 1")), @"
    scenario.toml:26:8: `gain` belongs to a check of spectra
      26 | gain = 1
         |        ^
    ");
    assert_snapshot!(refusal(&and("[[check]]\narm = \"flow\"\nquantity = \"mean_square\"\nexpect = 1")), @r#"
    scenario.toml:25:12: this is not a figure of one arm
      25 | quantity = "mean_square"
         |            ^^^^^^^^^^^^^
      allowed: half_time, final_loss, final_strength, final_sharpness, largest_coupling, largest_drift, final_training_error, final_test_error, final_test_loss
    "#);
}

#[test]
fn a_number_that_is_none_is_refused_anywhere() {
    assert_snapshot!(spectra("factors = [3]\ngains = [nan]"), @"
    scenario.toml:3:10: nan is not a finite number
      3 | gains = [nan]
        |          ^^^
    ");
    assert_snapshot!(spectra("factors = [-3]"), @"
    scenario.toml:2:12: invalid value: integer `-3`
      2 | factors = [-3]
        |            ^^
      allowed: an integer ≥ 0
    ");
    assert_snapshot!(spectra("factors = [3]\ndraws = 1e3"), @"
    scenario.toml:3:9: invalid type: floating point `1000.0`
      3 | draws = 1e3
        |         ^^^
      allowed: an integer from 0 to 4294967295
    ");
}
