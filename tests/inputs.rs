//! VᵀΣ11V, the inputs' correlations along the modes: diagonal where they decouple, and what it is where they do not.

#[path = "common/text.rs"]
mod text;

use gradflow::task::InputCorrelations;
use nalgebra::DMatrix;

/// Of a task, with the network that a scenario must have.
#[track_caller]
fn correlations(task: &str) -> InputCorrelations {
    let text = format!("{task}\nnetwork = {{ hidden = [2], init.aligned.strength = 0.1 }}\ntime.end = 1.0");
    let built = text::try_build(&text).unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{text}"));
    InputCorrelations::new(&built.experiment.task.statistics, &built.experiment.basis)
}

#[test]
fn of_white_inputs_they_are_the_identity() {
    let found = correlations("task.spectrum = { inputs = 6, outputs = 3, singular_values = [3.0, 1.0] }");
    assert_eq!(found.s.len(), 6);
    assert!((&found.matrix - DMatrix::identity(6, 6)).amax() < 1e-14 && found.off_diagonal_share() < 1e-14);
    assert!((found.s[0] - 3.0).abs() < 1e-14 && (found.s[1] - 1.0).abs() < 1e-14 && found.s[2..] == [0.0; 4]);
}

#[test]
fn where_the_modes_decouple_they_are_the_variances_of_modes_and_then_of_the_rest_by_size() {
    let task = "task.spectrum = { inputs = 5, outputs = 2, singular_values = [3.0, 1.0], input_spectrum = [0.4, 2.0, 0.3, 0.9, 0.6] }";
    let found = correlations(task);
    let variances = DMatrix::from_diagonal(&nalgebra::dvector![0.4, 2.0, 0.9, 0.6, 0.3]);
    assert!((&found.matrix - variances).amax() < 1e-14, "{}", found.matrix);
    assert!(found.off_diagonal_share() < 1e-14);
}

#[test]
fn of_two_inputs_turned_by_thirty_degrees_they_are_those_of_the_hand() {
    // R diag(2, 1) Rᵀ with cos² = 3/4, sin² = 1/4, and modes along the axes.
    let off = 0.75f64.sqrt() * 0.5;
    let found = correlations(&format!(
        "task.matrices = {{ sigma11 = [[1.75, {off}], [{off}, 1.25]], sigma31 = [[3.0, 0.0], [0.0, 1.0]] }}"
    ));
    let expected = [[1.75, off], [off, 1.25]];
    for (i, row) in expected.iter().enumerate() {
        for (j, entry) in row.iter().enumerate() {
            assert!((found.matrix[(i, j)].abs() - entry).abs() < 1e-14, "{}", found.matrix);
        }
    }
    // ‖off‖² = 2·3/16, ‖Σ11‖² = 4 + 1.
    assert!((found.off_diagonal_share() - (0.375f64 / 5.0).sqrt()).abs() < 1e-14);
}

#[test]
fn directions_that_are_no_modes_are_those_of_the_rest_s_own_variances() {
    let task = "task.matrices = { sigma11 = [[1.0, 0.1, 0.2], [0.1, 0.8, 0.3], [0.2, 0.3, 0.5]], sigma31 = [[2.0, 0.0, 0.0]] }";
    let found = correlations(task).matrix;
    // Eigenvalues of [[0.8, 0.3], [0.3, 0.5]].
    let root = (0.15f64 * 0.15 + 0.3 * 0.3).sqrt();
    for (index, expected) in [(0, 1.0), (1, 0.65 + root), (2, 0.65 - root)] {
        assert!((found[(index, index)] - expected).abs() < 1e-14, "{found}");
    }
    assert!(found[(1, 2)].abs() < 1e-14, "{found}");
    // All directions are there: a rotation keeps the norm.
    assert!((found.norm_squared() - (1.0 + 0.64 + 0.25 + 2.0 * (0.01 + 0.04 + 0.09))).abs() < 1e-13);
}

#[test]
fn modes_are_filled_up_to_twenty_directions_and_cut_at_sixty_four() {
    let size = |inputs: usize, outputs: usize| {
        let values: Vec<f64> = (1..=inputs.min(outputs)).rev().map(|s| s as f64).collect();
        let task =
            format!("task.spectrum = {{ inputs = {inputs}, outputs = {outputs}, singular_values = {values:?} }}");
        correlations(&task).matrix.shape()
    };
    assert_eq!([size(3, 9), size(40, 3), size(40, 30), size(80, 70)], [(3, 3), (20, 20), (30, 30), (64, 64)]);
}
