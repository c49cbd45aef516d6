//! The sharpness: the matrix-free Lanczos method against the whole Hessian, and against the theory at minima and saddles.

mod common;
#[path = "common/draw.rs"]
mod draw;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use draw::problem;
use gradflow::network::{Gradient, Hessian, Widths};
use gradflow::stability::Sharpness;
use gradflow::trajectory::{Arm, Trajectory};
use nalgebra::DMatrix;

/// The Hessian, column by column, made of products with unit vectors.
fn whole(gradient: &Gradient, weights: &[f64]) -> DMatrix<f64> {
    let n = weights.len();
    let mut hessian = Hessian::new(n);
    let mut m = DMatrix::zeros(n, n);
    let mut column = vec![0.0; n];
    for j in 0..n {
        let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
        hessian.times(gradient, weights, &unit, &mut column);
        m.column_mut(j).copy_from_slice(&column);
    }
    m
}

#[test]
fn lanczos_finds_the_largest_eigenvalue_of_the_whole_hessian() {
    for (seed, widths) in [(1, vec![4, 3, 2]), (2, vec![3, 5, 4]), (3, vec![3, 2, 4, 3]), (4, vec![2, 2, 2, 2, 2])] {
        let eigenvalues: Vec<f64> = (0..widths[0]).map(|i| 1.3 - 0.3 * i as f64).collect();
        let p = problem(seed, &widths, &eigenvalues, 0.7);
        let text = p.scenario("time.times = [0.0, 0.3]\nflow = {}\noutput.sharpness = true");
        let (experiment, report) = run(&text);
        let statistics = &experiment.task.statistics;
        let widths = Widths::new(widths[0], &widths[1..widths.len() - 1], widths[widths.len() - 1]);
        let gradient = Gradient::new(&widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
        for sample in &arm(&report, Arm::Flow).samples {
            let mut weights = matrices::weights(sample).to_vec();
            weights[0] = statistics.frame.enter(&weights[0]);
            let m = whole(&gradient, &widths.flatten(&weights));
            assert!((&m - m.transpose()).amax() < 1e-7 * m.amax(), "a Hessian is symmetric");
            let expected = ((&m + m.transpose()) * 0.5).symmetric_eigenvalues().max();
            let found = sample.mean.sharpness.expect("it was asked for");
            assert!((found - expected).abs() < 1e-6 * expected.abs(), "{widths:?}: {found} is not {expected}");
        }
    }
}

fn sharpness(task: &str, network: &str, end: f64) -> (Trajectory, f64) {
    let text = format!(
        "{task}\n{network}\ntime = {{ end = {end:?}, samples = 3 }}\nflow.rtol = 1e-11\noutput.sharpness = true"
    );
    let flow = arm(&run(&text).1, Arm::Flow).clone();
    let last = flow.samples[2].mean.sharpness.expect("it was asked for");
    (flow, last)
}

#[test]
fn balanced_chains_end_at_the_sharpness_of_theory() {
    for (depth, s) in [(2, 1.0), (3, 1.7), (4, 0.8), (6, 2.0)] {
        let task = format!("task.spectrum = {{ inputs = 3, outputs = 2, singular_values = [{s}] }}");
        let hidden = vec![2; depth - 1];
        let network = format!("network = {{ hidden = {hidden:?}, init.aligned.strength = 0.2 }}");
        let (_, found) = sharpness(&task, &network, 60.0);
        let d = depth as f64;
        let expected = d * f64::powf(s, 2.0 - 2.0 / d);
        assert!((found - expected).abs() < 1e-6 * expected, "D = {depth}: {found} is not {expected}");
    }
}

#[test]
fn an_unbalanced_pair_is_sharper_by_what_it_conserves() {
    // 2κ = √(4s² + (a² − b²)²) for a single mode.
    let (a, b): (f64, f64) = (1.5, 0.1);
    let network = format!("network = {{ hidden = [1], init.aligned.strengths = [{a}, {b}] }}");
    let (_, found) = sharpness("task.spectrum = { inputs = 1, outputs = 1, singular_values = [2] }", &network, 30.0);
    let expected = (16.0 + (a * a - b * b).powi(2)).sqrt();
    assert!((found - expected).abs() < 1e-6 * expected, "{found} is not {expected}");
}

#[test]
fn at_the_saddle_of_two_weights_the_curvature_is_that_of_the_strongest_mode() {
    let network = "network = { hidden = [4], init.gaussian.scale = 0 }";
    let (flow, _) = sharpness("task.spectrum = { inputs = 4, outputs = 3, singular_values = [2, 1] }", network, 1.0);
    // ∓s for every mode and hidden unit.
    assert!((flow.samples[0].mean.sharpness.expect("it was asked for") - 2.0).abs() < 1e-6);
}

#[test]
fn away_from_alignment_the_sharpness_at_the_minimum_is_exact_where_what_is_conserved_fixes_it() {
    let white = "spectrum = { inputs = 5, outputs = 4, singular_values = [1.0, 0.6] }";
    let scaled =
        "spectrum = { inputs = 4, outputs = 5, singular_values = [1.5, 0.9, 0.4], input_spectrum = [2, 2, 2, 2] }";
    let mixing = "matrices = { sigma11 = [[2, 0.9], [0.9, 1]], sigma31 = [[1, 0.2], [0.1, 0.5]] }";
    for (task, network) in [
        (white, "hidden = [4], init.balanced = { scale = 0.3, imbalance = 10.0 }"),
        (white, "hidden = [4], init.balanced = { scale = 0.3 }"),
        (scaled, "hidden = [3], init.balanced = { scale = 0.3, imbalance = -0.7 }"),
        // One weight matrix: the loss is quadratic.
        (mixing, "hidden = [], init.gaussian.scale = 0.3"),
    ] {
        let text = format!(
            "seed = 9\ntask.{task}\nnetwork = {{ {network} }}\ntime = {{ end = 60, samples = 3 }}\n\
             flow.rtol = 1e-11\noutput.sharpness = true"
        );
        let (experiment, report) = run(&text);
        assert!(experiment.premises.aligned > 0.1 || experiment.premises.commuting > 0.1, "{text}");
        let found = Sharpness::at_minimum(&experiment.task.statistics, &experiment.basis, &experiment.reduction);
        let flow = arm(&report, Arm::Flow).samples[2].mean.sharpness.expect("it was asked for");
        assert_eq!(found.estimate, None, "{text}");
        assert!((found.value - flow).abs() < 1e-6 * flow, "{} where the flow ends at {flow}\n{text}", found.value);
    }
}

#[test]
fn no_sharpness_is_called_exact_where_the_strongest_mode_is_never_learned() {
    let task = "task.matrices = { sigma11 = \"white\", sigma31 = [[3, 0, 0], [0, 2, 0], [0, 0, 1]] }";
    for weights in ["[[[0.1, 0.1, 0]], [[-0.1], [-0.1], [0]]]", "[[[0, 0.1, 0.1]], [[0], [0.1], [0.1]]]"] {
        let text = format!("{task}\nnetwork = {{ hidden = [1], init.matrices.weights = {weights} }}\ntime.end = 1.0");
        let e = common::built(&text).experiment;
        let found = Sharpness::at_minimum(&e.task.statistics, &e.basis, &e.reduction);
        assert_eq!(found.estimate.as_deref(), Some("some modes are never learned from this start"), "{weights}");
    }
}
