//! Matrices that are no matrices, do not fit each other, or are the statistics of no samples.

use crate::bench::{SCENARIO, refusal};
use insta::assert_snapshot;

/// With two statistics in place of the spectrum.
fn task(matrices: &str) -> String {
    let network = SCENARIO.find("[network]").unwrap();
    format!("[task.matrices]\n{matrices}\n\n{}", &SCENARIO[network..])
}

/// What is said of a start from these weights of a 2 → 4 → 1 network.
#[track_caller]
fn start(weights: &str) -> String {
    let scenario = task("sigma11 = \"white\"\nsigma31 = [[1, 2]]");
    let given = format!("matrices = {{ weights = {weights} }}");
    refusal(&scenario.replace("aligned = { strength = 1e-2 }", &given))
}

#[test]
fn a_matrix_is_a_list_of_rows_of_equal_length() {
    let sigma31 = |rows: &str| refusal(&task(&format!("sigma11 = \"white\"\nsigma31 = {rows}")));
    assert_snapshot!(sigma31("[[1, 2], [3]]"), @"
    scenario.toml:3:20: row 2 has 1 entries, the first one 2
      3 | sigma31 = [[1, 2], [3]]
        |                    ^^^
      allowed: rows of equal length
    ");
    assert_snapshot!(sigma31("[\n  [1, 2],\n  [3, 4, 5],\n]"), @"
    scenario.toml:5:3: row 2 has 3 entries, the first one 2
      5 |   [3, 4, 5],
        |   ^^^^^^^^^
      allowed: rows of equal length
    ");
    assert_snapshot!(sigma31("[]"), @"
    scenario.toml:3:11: the matrix is empty
      3 | sigma31 = []
        |           ^^
      allowed: an array of rows of equal length
    ");
    assert_snapshot!(sigma31("[[], []]"), @"
    scenario.toml:3:11: the matrix is empty
      3 | sigma31 = [[], []]
        |           ^^^^^^^^
      allowed: an array of rows of equal length
    ");
    assert_snapshot!(sigma31("[1, 2]"), @"
    scenario.toml:3:12: invalid type: integer `1`
      3 | sigma31 = [1, 2]
        |            ^
      allowed: a list
    ");
    assert_snapshot!(sigma31("[[1, \"2\"]]"), @r#"
    scenario.toml:3:16: invalid type: string "2"
      3 | sigma31 = [[1, "2"]]
        |                ^^^
      allowed: a number
    "#);
    assert_snapshot!(sigma31("[[1, 2], [3, nan]]"), @"
    scenario.toml:3:24: nan is not a finite number
      3 | sigma31 = [[1, 2], [3, nan]]
        |                        ^^^
    ");
    assert_snapshot!(sigma31("[[1, 2], [inf, 3]]"), @"
    scenario.toml:3:21: inf is not a finite number
      3 | sigma31 = [[1, 2], [inf, 3]]
        |                     ^^^
    ");
    assert_snapshot!(sigma31("3"), @"
    scenario.toml:3:11: invalid type: integer `3`
      3 | sigma31 = 3
        |           ^
      allowed: a matrix (an array of rows), or the path of a .npy or .csv file
    ");
}

#[test]
fn the_statistics_fit_each_other() {
    assert_snapshot!(refusal(&task("sigma11 = [[1, 2]]\nsigma31 = [[1, 0]]")), @"
    scenario.toml:2:11: sigma11 is 1×2, not square
      2 | sigma11 = [[1, 2]]
        |           ^^^^^^^^
    ");
    assert_snapshot!(refusal(&task("sigma11 = [[1, 0], [0, 1]]\nsigma31 = [[1, 0, 3]]")), @"
    scenario.toml:3:11: sigma31 is 1×3, but sigma11 is 2×2
      3 | sigma31 = [[1, 0, 3]]
        |           ^^^^^^^^^^^
      allowed: 2 columns, one per input
    ");
    assert_snapshot!(refusal(&task("sigma31 = [[1, 0, 3]]")), @"
    scenario.toml:1:1: missing key `sigma11`
      1 | [task.matrices]
        | ^^^^^^^^^^^^^^^
    ");
}

#[test]
fn the_statistics_are_those_of_some_samples() {
    assert_snapshot!(refusal(&task("sigma11 = [[1, 0.1], [0, 1]]\nsigma31 = [[1, 0]]")), @"
    scenario.toml:2:11: sigma11 is not symmetric: entries (1, 2) and (2, 1) differ by 1e-1
      2 | sigma11 = [[1, 0.1], [0, 1]]
        |           ^^^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&task("sigma11 = [[1, 2], [2, 1]]\nsigma31 = [[1, 0]]")), @"
    scenario.toml:2:11: sigma11 is not positive semidefinite: it has the eigenvalue -1e0
      2 | sigma11 = [[1, 2], [2, 1]]
        |           ^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(refusal(&task("sigma11 = [[1, 1], [1, 1]]\nsigma31 = [[1, 0]]")), @"
    scenario.toml:3:11: sigma31 leaves the range of sigma11 by 7.071067811865476e-1 of its norm: targets cannot correlate with inputs of zero variance
      3 | sigma31 = [[1, 0]]
        |           ^^^^^^^^
    ");
    assert_snapshot!(refusal(&task("sigma11 = \"white\"\nsigma31 = [[2, 0]]\ntrace_sigma33 = 3.9")), @"
    scenario.toml:4:17: trace_sigma33 = 3.9 is below its least possible value 4, what the inputs explain of the targets
      4 | trace_sigma33 = 3.9
        |                 ^^^
    ");
    assert_snapshot!(refusal(&task("sigma11 = \"white\"\nsigma31 = [[2, 0]]\ntrace_sigma33 = -1")), @"
    scenario.toml:4:17: trace_sigma33 = -1 is below its least possible value 4, what the inputs explain of the targets
      4 | trace_sigma33 = -1
        |                 ^^
    ");
}

#[test]
fn given_weights_fit_the_layers() {
    assert_snapshot!(start("[[[1, 2], [1, 2], [1, 2], [1, 2]]]"), @"
    scenario.toml:7:29: 1 matrices for 2 weight matrices
      7 | init.matrices = { weights = [[[1, 2], [1, 2], [1, 2], [1, 2]]] }
        |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      allowed: 2: W1 first
    ");
    assert_snapshot!(start("[[[1, 2]], [[1, 2, 3, 4]]]"), @"
    scenario.toml:7:30: W1 is 1×2, but the layers make it 4×2
      7 | init.matrices = { weights = [[[1, 2]], [[1, 2, 3, 4]]] }
        |                              ^^^^^^^^
    ");
    assert_snapshot!(start("[[[1, 2], [1, 2], [1, 2], [1, 2]], [[1], [2], [3], [4]]]"), @"
    scenario.toml:7:64: W2 is 4×1, but the layers make it 1×4
      7 | init.matrices = { weights = [[[1, 2], [1, 2], [1, 2], [1, 2]], [[1], [2], [3], [4]]] }
        |                                                                ^^^^^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(start("[[[1, 2], [1, 2], [1, 2], [1, nan]], [[1, 2, 3, 4]]]"), @"
    scenario.toml:7:59: nan is not a finite number
      7 | init.matrices = { weights = [[[1, 2], [1, 2], [1, 2], [1, nan]], [[1, 2, 3, 4]]] }
        |                                                           ^^^
    ");
    assert_snapshot!(start("[[[1, 2], [1, 2], [1, 2], [1, \"x\"]], [[1, 2, 3, 4]]]"), @r#"
    scenario.toml:7:59: invalid type: string "x"
      7 | init.matrices = { weights = [[[1, 2], [1, 2], [1, 2], [1, "x"]], [[1, 2, 3, 4]]] }
        |                                                           ^^^
      allowed: a number
    "#);
    assert_snapshot!(start("[\"none.npy\", [[1, 2, 3, 4]]]"), @r#"
    scenario.toml:7:30: none.npy: no such file
      7 | init.matrices = { weights = ["none.npy", [[1, 2, 3, 4]]] }
        |                              ^^^^^^^^^^
    "#);
}

#[test]
fn a_closed_form_that_is_not_exact_is_refused_with_the_premise_that_fails() {
    let form = |scenario: String| refusal(&scenario);
    assert_snapshot!(form(task("sigma11 = [[1, 0.5], [0.5, 2]]\nsigma31 = [[1, 0], [0, 2]]")), @r#"
    scenario.toml:17:2: no closed form is exact here: the inputs are not white (violation 4.26e-1); and the inputs' correlations do not commute with the modes: sigma11 mixes the right singular vectors of sigma31 (violation 3.02e-1)
      17 | [analytic]
         |  ^^^^^^^^
      allowed: a form by name, then marked as an approximation: "single-layer", "riccati", "sigmoid", "unequal", "deep", "infinite-depth", "effective-start"
    "#);
    let random = SCENARIO.replace("aligned = { strength = 1e-2 }", "gaussian = { scale = 1e-2 }");
    assert_snapshot!(form(random), @r#"
    scenario.toml:18:2: no closed form is exact here: W2ᵀW2 − W1W1ᵀ is not a multiple of the identity (violation 5.24e-1); and the starting weights are not aligned with the modes (violation 6.99e-1)
      18 | [analytic]
         |  ^^^^^^^^
      allowed: a form by name, then marked as an approximation: "single-layer", "riccati", "sigmoid", "unequal", "deep", "infinite-depth", "effective-start"
    "#);
    let unequal = SCENARIO.replace("strength = 1e-2", "strengths = [0.1, 0.2, 0.3]");
    assert_snapshot!(form(unequal.replace("hidden = [4]", "hidden = [4, 4]")), @r#"
    scenario.toml:18:2: no closed form is exact here: the weights of a mode start at unequal strengths (by up to 6.67e-1)
      18 | [analytic]
         |  ^^^^^^^^
      allowed: a form by name, then marked as an approximation: "single-layer", "riccati", "sigmoid", "unequal", "deep", "infinite-depth", "effective-start"
    "#);
}
