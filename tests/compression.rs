//! What the flow integrates against what it stands for: the narrower network's right-hand side, expanded, is the
//! equation τ dW_l/dt = (W_D…W_{l+1})ᵀ(Σ31 − WΣ11)(W_{l−1}…W_1)ᵀ written out in the user's coordinates.

use gradflow::network::{Compression, Widths};
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use gradflow::sampling::in_frame;
use gradflow::task::Statistics;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// −∂L/∂W_l, as the equation says it.
fn plain(weights: &[DMatrix<f64>], statistics: &Statistics) -> Vec<DMatrix<f64>> {
    let through =
        |part: &[DMatrix<f64>], width: usize| part.iter().fold(DMatrix::identity(width, width), |w, next| next * w);
    let map = through(weights, statistics.inputs());
    let error = &statistics.sigma31 - map * &statistics.sigma11;
    (0..weights.len())
        .map(|l| {
            let below = through(&weights[..l], statistics.inputs());
            let above = through(&weights[l + 1..], weights[l].nrows());
            above.transpose() * &error * below.transpose()
        })
        .collect()
}

/// A task whose Σ11 has these eigenvalues in a random frame, or in that of the inputs themselves.
fn statistics(eigenvalues: &[f64], outputs: usize, rotated: bool, seed: u64) -> Statistics {
    let n1 = eigenvalues.len();
    let mut rng = stream(seed, Purpose::Task);
    let frame = if rotated { orthonormal(&mut rng, n1, n1) } else { DMatrix::identity(n1, n1) };
    let sigma11 = &frame * DMatrix::from_diagonal(&DVector::from_column_slice(eigenvalues)) * frame.transpose();
    let sigma11 = (&sigma11 + sigma11.transpose()) * 0.5;
    let sigma31 = gaussian(&mut rng, outputs, n1) * &sigma11;
    Statistics::new(sigma11, sigma31, None).expect("statistics")
}

fn start(widths: &[usize], seed: u64) -> Vec<DMatrix<f64>> {
    let mut rng = stream(seed, Purpose::Start);
    widths.windows(2).map(|w| gaussian(&mut rng, w[1], w[0]) / (w[0] as f64).sqrt()).collect()
}

fn compressed(statistics: &Statistics, weights: &[DMatrix<f64>]) -> Compression {
    Compression::new(&statistics.sigma31_frame, statistics.eigenvalues.as_slice(), in_frame(statistics, weights))
}

/// The weights that a state stands for, in the user's coordinates.
fn expanded(compression: &Compression, state: &[f64], statistics: &Statistics) -> Vec<DMatrix<f64>> {
    let mut weights = compression.expand(state);
    weights[0] = statistics.frame.leave(&weights[0]);
    weights
}

fn distance(a: &[DMatrix<f64>], b: &[DMatrix<f64>]) -> f64 {
    let scale = b.iter().map(DMatrix::amax).fold(0.0, f64::max);
    a.iter().zip(b).map(|(a, b)| (a - b).amax()).fold(0.0, f64::max) / scale
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Along a path of steps of Euler, both ways take the same steps: the directions left out are never needed.
    #[test]
    fn the_narrower_networks_steps_are_those_of_the_equation(
        eigenvalues in prop::collection::vec(prop::sample::select(vec![0.0, 0.3, 1.0, 1.0, 1.0, 2.0]), 1..24),
        hidden in prop::collection::vec(1_usize..12, 0..4),
        outputs in 1_usize..5,
        rotated: bool,
        seed in 0_u64..1000,
    ) {
        let statistics = statistics(&eigenvalues, outputs, rotated, seed);
        let widths: Vec<usize> = [eigenvalues.len()].into_iter().chain(hidden).chain([outputs]).collect();
        let mut weights = start(&widths, seed);
        let compression = compressed(&statistics, &weights);
        let gradient = compression.gradient();
        let mut state = compression.start().to_vec();
        let mut rates = vec![0.0; state.len()];
        prop_assert!(distance(&expanded(&compression, &state, &statistics), &weights) < 1e-13);
        for _ in 0..5 {
            let expected = plain(&weights, &statistics);
            gradient.descend(&state, &mut rates);
            let there: Vec<f64> = state.iter().zip(&rates).map(|(w, g)| w + g).collect();
            let from = expanded(&compression, &state, &statistics);
            let found: Vec<_> = expanded(&compression, &there, &statistics).iter().zip(&from).map(|(a, b)| a - b).collect();
            let scale = expected.iter().chain(&weights).map(DMatrix::amax).fold(0.0, f64::max);
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).amax() < 1e-13 * scale, "{:e} of {scale}", (found - expected).amax());
            }
            weights.iter_mut().zip(&expected).for_each(|(w, g)| *w += g * 0.01);
            state.iter_mut().zip(&rates).for_each(|(w, g)| *w += g * 0.01);
            prop_assert!(distance(&expanded(&compression, &state, &statistics), &weights) < 1e-13);
            let map = weights.iter().skip(1).fold(weights[0].clone(), |below, w| w * below);
            prop_assert!((statistics.frame.leave(&compression.map(&state)) - &map).amax() < 1e-13 * (1.0 + map.amax()));
        }
    }
}

#[test]
fn what_does_not_move_is_left_out() {
    let widths_of = |eigenvalues: &[f64], widths: &[usize], rotated: bool| {
        let statistics = statistics(eigenvalues, widths[widths.len() - 1], rotated, 7);
        compressed(&statistics, &start(widths, 7)).widths().clone()
    };
    // White inputs: N2 + N3 directions. An eigenvalue that is alone stays, one of no variance goes.
    assert_eq!(widths_of(&[1.0; 64], &[64, 32, 16], false), Widths::new(48, &[32], 16));
    assert_eq!(widths_of(&[1.0; 64], &[64, 32, 16], true), Widths::new(48, &[32], 16));
    let mixed: Vec<f64> = [[3.0; 30].as_slice(), &[0.5], &[0.0; 9]].concat();
    assert_eq!(widths_of(&mixed, &[40, 6, 2], true), Widths::new(8 + 1, &[6], 2));
    // A wide hidden layer: n_{l−1} + n_{l+1} directions.
    assert_eq!(widths_of(&[1.0, 0.7, 0.2], &[3, 500, 2], true), Widths::new(3, &[5], 2));
    assert_eq!(widths_of(&[1.0, 0.7, 0.2], &[3, 500, 400, 2], true), Widths::new(3, &[403, 400], 2));
    // Nothing to leave out.
    let general: Vec<f64> = (1..=9).map(|i| 1.0 / f64::from(i)).collect();
    assert_eq!(widths_of(&general, &[9, 7, 8], true), Widths::new(9, &[7], 8));
}

#[test]
fn tiny_and_huge_starts_lose_no_direction() {
    let statistics = statistics(&[1.0; 8], 3, false, 3);
    for scales in [[1e-170, 1e-170], [1e160, 1e-160]] {
        let weights: Vec<_> = start(&[8, 100, 3], 3).iter().zip(scales).map(|(w, scale)| w * scale).collect();
        let compression = compressed(&statistics, &weights);
        for (found, given) in expanded(&compression, compression.start(), &statistics).iter().zip(&weights) {
            assert!((found - given).amax() <= 1e-14 * given.amax());
        }
    }
}
