//! Symmetries of the flow: rotations of inputs, outputs and hidden units, units of time and scale, the
//! exchange of the two layers, the order of samples; and the gradient against differences of the loss.

mod common;
#[path = "common/draw.rs"]
mod draw;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use draw::problem;
use gradflow::network::{Gradient, Widths};
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use gradflow::task::{Averaging, Samples, Statistics};
use gradflow::trajectory::{Arm, Sample, Trajectory};
use matrices::{Problem, weights};
use nalgebra::DMatrix;

const COLOURED: [f64; 5] = [2.0, 1.3, 0.8, 0.5, 0.2];
const TIMES: &str = "time = { end = 8.0, samples = 17 }\nflow.rtol = 1e-11";

fn flow(p: &Problem, rest: &str) -> Trajectory {
    let (_, report) = run(&p.scenario(rest));
    let flow = arm(&report, Arm::Flow).clone();
    assert!(flow.outcome.is_complete());
    flow
}

/// The largest difference between two arms' numbers at any time, relative to the second's largest.
fn distance(first: &Trajectory, second: &Trajectory, numbers: impl Fn(&Sample) -> Vec<f64>) -> f64 {
    assert_eq!(first.samples.len(), second.samples.len());
    let (mut worst, mut scale) = (0.0_f64, 0.0_f64);
    for (a, b) in first.samples.iter().zip(&second.samples) {
        let (a, b) = (numbers(a), numbers(b));
        assert_eq!(a.len(), b.len());
        scale = b.iter().fold(scale, |most, x| most.max(x.abs()));
        worst = a.iter().zip(&b).fold(worst, |most, (x, y)| most.max((x - y).abs()));
    }
    worst / scale
}

/// Modes and loss of a row.
fn curves(sample: &Sample) -> Vec<f64> {
    sample.mean.modes.iter().copied().chain([sample.mean.loss]).collect()
}

fn map(sample: &Sample) -> DMatrix<f64> {
    weights(sample).iter().rev().cloned().reduce(|w, next| w * next).expect("there are weights")
}

/// The numbers of all of `of`'s matrices in a row.
fn entries(of: impl Fn(&Sample) -> Vec<DMatrix<f64>>) -> impl Fn(&Sample) -> Vec<f64> {
    move |sample| of(sample).iter().flat_map(|m| m.iter().copied().collect::<Vec<_>>()).collect()
}

#[test]
fn rotating_the_task_rotates_the_trajectory() {
    let p = problem(1, &[5, 4, 3], &COLOURED, 0.3);
    let mut rng = stream(2, Purpose::Start);
    let (outer, inner) = (orthonormal(&mut rng, 3, 3), orthonormal(&mut rng, 5, 5));
    let turned = &inner * &p.sigma11 * inner.transpose();
    let rotated = Problem {
        sigma11: (&turned + turned.transpose()) * 0.5,
        sigma31: &outer * &p.sigma31 * inner.transpose(),
        weights: vec![&p.weights[0] * inner.transpose(), &outer * &p.weights[1]],
        ..p.clone()
    };
    let (first, second) = (flow(&p, TIMES), flow(&rotated, TIMES));
    assert!(distance(&first, &second, curves) < 1e-9);
    for (a, b) in first.samples.iter().zip(&second.samples) {
        let (a, b) = (weights(a), weights(b));
        assert!((&a[0] * inner.transpose() - &b[0]).norm() < 1e-9);
        assert!((&outer * &a[1] - &b[1]).norm() < 1e-9);
    }
}

#[test]
fn rotating_the_hidden_units_leaves_the_map_unchanged() {
    let p = problem(4, &[5, 4, 6, 3], &COLOURED, 0.5);
    let mut rng = stream(3, Purpose::Start);
    let (r, q) = (orthonormal(&mut rng, 4, 4), orthonormal(&mut rng, 6, 6));
    let w = &p.weights;
    let rotated = Problem { weights: vec![&r * &w[0], &q * &w[1] * r.transpose(), &w[2] * q.transpose()], ..p.clone() };
    let (first, second) = (flow(&p, TIMES), flow(&rotated, TIMES));
    assert!(distance(&first, &second, entries(|s| vec![map(s)])) < 1e-9);
    assert!(distance(&first, &second, curves) < 1e-9);
}

#[test]
fn tau_is_the_unit_of_time_and_nothing_else() {
    let p = problem(6, &[5, 4, 3], &COLOURED, 0.3);
    let slow = "time = { tau = 4.0, end = 32.0, samples = 17 }\nflow.rtol = 1e-11";
    let (first, second) = (flow(&p, TIMES), flow(&p, slow));
    for (a, b) in first.samples.iter().zip(&second.samples) {
        // A power of two scales without rounding, so that nothing at all may differ.
        assert_eq!(4.0 * a.t, b.t);
        assert_eq!(curves(a), curves(b));
        assert_eq!(weights(a), weights(b));
    }
    assert_eq!(first.work.evaluations, second.work.evaluations);
}

#[test]
fn with_white_inputs_the_transposed_task_exchanges_the_layers() {
    for widths in [[5, 4, 3], [3, 6, 4]] {
        let p = problem(8, &widths, &vec![1.0; widths[0]], 0.3);
        let transposed = Problem {
            sigma11: DMatrix::identity(widths[2], widths[2]),
            sigma31: p.sigma31.transpose(),
            weights: vec![p.weights[1].transpose(), p.weights[0].transpose()],
            ..p.clone()
        };
        let (first, second) = (flow(&p, TIMES), flow(&transposed, TIMES));
        assert!(distance(&first, &second, curves) < 1e-9);
        for (a, b) in first.samples.iter().zip(&second.samples) {
            let (a, b) = (weights(a), weights(b));
            assert!((a[0].transpose() - &b[1]).norm() < 1e-9 && (a[1].transpose() - &b[0]).norm() < 1e-9);
        }
    }
}

/// `p` with Σ11, Σ31 and the weights multiplied by powers of two, and its flow on times divided by `faster`.
fn scaled(p: &Problem, s11: f64, s31: f64, w: f64, faster: f64) -> Trajectory {
    let scaled = Problem {
        sigma11: &p.sigma11 * s11,
        sigma31: &p.sigma31 * s31,
        trace_sigma33: p.trace_sigma33 * s31 * s31 / s11,
        weights: p.weights.iter().map(|m| m * w).collect(),
    };
    flow(&scaled, &format!("time = {{ end = {}, samples = 17 }}\nflow.rtol = 1e-11", 8.0 / faster))
}

#[test]
fn stronger_correlations_are_learned_faster_by_the_law_of_their_depth() {
    for (widths, correlations, faster) in [(&[5, 4, 3][..], 4.0, 4.0), (&[5, 4, 6, 3], 8.0, 16.0)] {
        let p = problem(9, widths, &COLOURED, 0.4);
        let plain = scaled(&p, 1.0, 1.0, 1.0, 1.0);
        // Σ31 → cΣ31 with W_l → c^{1/D}W_l: the map is c times larger and T shrinks by c^{2−2/D}.
        let strong = scaled(&p, 1.0, correlations, 2.0, faster);
        for (a, b) in strong.samples.iter().zip(&plain.samples) {
            assert!((map(a) - map(b) * correlations).norm() < 1e-8 * map(b).norm());
            assert!((a.mean.loss - b.mean.loss * correlations * correlations).abs() < 1e-7 * a.mean.loss);
        }
        // Both correlations larger by the same factor, as sums are than averages: time alone shrinks.
        let sums = scaled(&p, 8.0, 8.0, 1.0, 8.0);
        assert!(distance(&sums, &plain, entries(|s| weights(s).to_vec())) < 1e-9);
    }
}

#[test]
fn the_order_of_the_samples_does_not_matter_to_the_statistics() {
    let mut rng = stream(5, Purpose::Samples);
    let (x, y) = (gaussian(&mut rng, 4, 30), gaussian(&mut rng, 3, 30));
    let order: Vec<usize> = (0..30).map(|i| (7 * i + 3) % 30).collect();
    let samples = |x: DMatrix<f64>, y: DMatrix<f64>| Statistics::of_samples(&Samples { x, y }, Averaging::Mean);
    let given = samples(x.clone(), y.clone()).expect("samples have statistics");
    let permuted = samples(x.select_columns(&order), y.select_columns(&order)).expect("samples have statistics");
    assert!((&given.sigma11 - &permuted.sigma11).norm() < 1e-14);
    assert!((&given.sigma31 - &permuted.sigma31).norm() < 1e-14);
    assert!((given.trace_sigma33 - permuted.trace_sigma33).abs() < 1e-13);
    assert!((given.least_loss - permuted.least_loss).abs() < 1e-13);
}

/// ½Tr(WΛWᵀ) − Tr(WᵀΣ31), entry by entry.
fn loss(weights: &[DMatrix<f64>], sigma31: &DMatrix<f64>, eigenvalues: &[f64]) -> f64 {
    let w = weights.iter().rev().cloned().reduce(|w, next| w * next).expect("there are weights");
    let mut loss = 0.0;
    for i in 0..w.nrows() {
        for (j, lambda) in eigenvalues.iter().enumerate() {
            loss += 0.5 * lambda * w[(i, j)].powi(2) - w[(i, j)] * sigma31[(i, j)];
        }
    }
    loss
}

#[test]
fn the_gradient_is_that_of_the_loss_at_every_depth_and_for_both_orders_of_widths() {
    for widths in [
        &[4, 3][..],
        &[3, 4],
        &[5, 2, 3],
        &[3, 6, 5],
        &[4, 3, 5, 2],
        &[2, 5, 3, 4],
        &[6, 3, 2, 5, 4],
        &[4, 5, 2, 3, 6],
        &[3, 1, 2, 1, 3],
    ] {
        let mut rng = stream(widths.len() as u64, Purpose::Start);
        let (n1, n3) = (widths[0], widths[widths.len() - 1]);
        let sigma31 = gaussian(&mut rng, n3, n1);
        let eigenvalues: Vec<f64> = (0..n1).map(|i| 1.5 / (i + 1) as f64).collect();
        let weights: Vec<_> = widths.windows(2).map(|w| gaussian(&mut rng, w[1], w[0]) * 0.7).collect();
        let layout = Widths::new(n1, &widths[1..widths.len() - 1], n3);
        let flat = layout.flatten(&weights);
        let mut descent = vec![f64::NAN; flat.len()];
        Gradient::new(&layout, &sigma31, &eigenvalues).descend(&flat, &mut descent);
        let h = 1e-5;
        for (index, found) in descent.iter().enumerate() {
            let at = |step: f64| {
                let mut moved = flat.clone();
                moved[index] += step;
                loss(&layout.unflatten(&moved), &sigma31, &eigenvalues)
            };
            let expected = (at(-h) - at(h)) / (2.0 * h);
            assert!((found - expected).abs() < 1e-8, "weight {index} of {widths:?}: {found} against {expected}");
        }
    }
}
