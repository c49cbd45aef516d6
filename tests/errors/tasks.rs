//! Tasks and starts whose numbers do not fit each other.

use crate::bench::{SCENARIO, refusal, with};
use insta::assert_snapshot;

#[test]
fn singular_values_and_variances_fit_the_task() {
    assert_snapshot!(refusal(&with("[3.0, 2.0]", "[3.0, -2.0]")), @"
    scenario.toml:4:25: the singular value -2 is negative
      4 | singular_values = [3.0, -2.0]
        |                         ^^^^
      allowed: ≥ 0
    ");
    assert_snapshot!(refusal(&with("[3.0, 2.0]", "[4, 3, 2, 1]")), @"
    scenario.toml:4:19: 4 singular values, but min(inputs, outputs) = 3
      4 | singular_values = [4, 3, 2, 1]
        |                   ^^^^^^^^^^^^
      allowed: at most 3
    ");
    let spectrum =
        |given: &str| refusal(&with("singular_values", &format!("input_spectrum = {given}\nsingular_values")));
    assert_snapshot!(spectrum("[1, 1, 1]"), @"
    scenario.toml:4:18: 3 eigenvalues for 4 inputs
      4 | input_spectrum = [1, 1, 1]
        |                  ^^^^^^^^^
      allowed: 4 eigenvalues
    ");
    assert_snapshot!(spectrum("[1, 1, 1, -1]"), @"
    scenario.toml:4:28: the eigenvalue -1 is negative
      4 | input_spectrum = [1, 1, 1, -1]
        |                            ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(spectrum("[1, 0, 1, 1]"), @"
    scenario.toml:4:18: input eigenvalue 2 is 0, but the singular value beside it is not
      4 | input_spectrum = [1, 0, 1, 1]
        |                  ^^^^^^^^^^^^
      allowed: targets cannot correlate with inputs of zero variance
    ");
    assert_snapshot!(spectrum("{ power = -2000 }"), @"
    scenario.toml:4:1: the power law leads to the eigenvalue inf
      4 | input_spectrum = { power = -2000 }
        | ^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_tree_has_levels_that_branch() {
    let network = SCENARIO.find("[network]").unwrap();
    let tree = |keys: &str| refusal(&format!("[task.hierarchy]\n{keys}\n\n{}", &SCENARIO[network..]));
    assert_snapshot!(tree("levels = 0\nbranching = 2"), @"
    scenario.toml:2:10: a tree needs at least one level
      2 | levels = 0
        |          ^
      allowed: ≥ 1
    ");
    assert_snapshot!(tree("levels = 2\nbranching = 1"), @"
    scenario.toml:3:13: a tree must branch
      3 | branching = 1
        |             ^
      allowed: ≥ 2
    ");
    assert_snapshot!(tree("levels = 2\nbranching = 2\nflip = 0.1"), @r#"
    scenario.toml:4:8: `flip` belongs to features = "diffusion"
      4 | flip = 0.1
        |        ^^^
    "#);
    assert_snapshot!(tree("levels = 2\nbranching = 2\nfeatures = \"diffusion\""), @r#"
    scenario.toml:4:12: "diffusion" needs `flip` and `outputs`
      4 | features = "diffusion"
        |            ^^^^^^^^^^^
    "#);
    assert_snapshot!(tree("levels = 2\nbranching = 2\nfeatures = \"diffusion\"\nflip = 1.1\noutputs = 3"), @"
    scenario.toml:5:8: 1.1 is not a probability
      5 | flip = 1.1
        |        ^^^
      allowed: 0 to 1
    ");
}

#[test]
fn a_teacher_has_samples_to_subtract_the_mean_of() {
    let network = SCENARIO.find("[network]").unwrap();
    let teacher = |keys: &str| {
        let task = format!("[task.gaussian]\ninputs = 3\noutputs = 2\nsingular_values = [1]\n{keys}");
        refusal(&format!("{task}\n\n{}", &SCENARIO[network..]))
    };
    assert_snapshot!(teacher("samples = 1"), @"
    scenario.toml:5:11: 1 samples leave nothing when their mean is subtracted
      5 | samples = 1
        |           ^
      allowed: ≥ 2
    ");
    assert_snapshot!(teacher("samples = 10\nnoise = -0.1"), @"
    scenario.toml:6:9: -0.1 is negative
      6 | noise = -0.1
        |         ^^^^
      allowed: ≥ 0
    ");
}

#[test]
fn a_batch_is_no_larger_than_the_samples_there_are() {
    let network = SCENARIO.find("[network]").unwrap();
    let tree = format!("[task.hierarchy]\nlevels = 2\nbranching = 2\n\n{}batch = 5\n", &SCENARIO[network..]);
    assert_snapshot!(refusal(&tree), @r#"
    scenario.toml:21:9: a batch of 5 is more than the 4 samples there are
      21 | batch = 5
         |         ^
      allowed: 1 to 4, or "full"
    "#);
}

#[test]
fn starts_fit_the_network() {
    let start = |start: &str| refusal(&with("aligned = { strength = 1e-2 }", start));
    assert_snapshot!(start("aligned = { strengths = [0.1] }"), @"
    scenario.toml:8:30: 1 entries for 2 weight matrices
      8 | init.aligned = { strengths = [0.1] }
        |                              ^^^^^
      allowed: 2: one number or list per weight matrix
    ");
    assert_snapshot!(start("aligned = { strengths = [0.1, [1, 2, 3, 4]] }"), @"
    scenario.toml:8:36: 4 strengths for 3 modes (the least of all widths)
      8 | init.aligned = { strengths = [0.1, [1, 2, 3, 4]] }
        |                                    ^^^^^^^^^^^^
      allowed: at most 3
    ");
    assert_snapshot!(start("gaussian = { scale = -1 }"), @"
    scenario.toml:8:27: -1 is negative
      8 | init.gaussian = { scale = -1 }
        |                           ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(start("glorot = { gain = -1 }"), @"
    scenario.toml:8:24: -1 is negative
      8 | init.glorot = { gain = -1 }
        |                        ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(start("orthogonal = { gain = -1 }"), @"
    scenario.toml:8:28: -1 is negative
      8 | init.orthogonal = { gain = -1 }
        |                            ^^
      allowed: ≥ 0
    ");
    assert_snapshot!(start("balanced = { scale = 0.1, imbalance = 1 }"), @"
    scenario.toml:8:44: imbalance 1 needs at least as many outputs as hidden units: 3 < 4, so that W2ᵀW2 cannot have full rank
      8 | init.balanced = { scale = 0.1, imbalance = 1 }
        |                                            ^
    ");
}
