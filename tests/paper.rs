//! What the figures of Saxe, McClelland & Ganguli (2013) are expected to show, from formulas that share no code with the
//! program, and that the scenarios that reproduce them are about the same.

use gradflow::scenario::{Budget, Built, Source, build, parse};
use nalgebra::{DMatrix, SymmetricEigen};
use std::path::Path;

/// A scenario of scenarios/paper.
#[track_caller]
fn built(name: &str) -> Built {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/paper").join(name);
    let source = Source::read(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let (scenario, document) = parse(&source).unwrap_or_else(|error| panic!("{error}"));
    build(&source, &document, scenario, Budget::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Figure 3: singular values with their multiplicities, and half-times in epochs at u0 = 10⁻⁶.
const FIGURE_3: [(f64, usize, f64); 6] =
    [(81.04, 1, 224.7), (55.96, 1, 318.8), (46.54, 2, 379.4), (37.56, 4, 464.4), (28.65, 8, 599.3), (18.97, 16, 883.3)];
const FEATURES: f64 = 1000.0;

/// E[y_i y_j] of two leaves of a binary tree of five levels: an edge keeps a feature's sign with probability 0.9, and
/// two leaves have (1 − 2·0.1)² for each level between them and the node where they part.
fn correlations() -> DMatrix<f64> {
    DMatrix::from_fn(32, 32, |i, j| {
        let levels = usize::BITS - (i ^ j).leading_zeros();
        (1.0f64 - 2.0 * 0.1).powi(2 * levels as i32)
    })
}

/// The eigenvalues of the correlations by descending value.
fn expected_squares() -> Vec<f64> {
    let mut values: Vec<f64> = SymmetricEigen::new(correlations()).eigenvalues.iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

#[test]
fn a_tree_of_diffused_features_has_the_singular_values_and_half_times_of_figure_3() {
    let values = expected_squares();
    let mut modes = values.iter();
    let rho = 0.8f64.powi(2);
    for (group, (s, multiplicity, half_time)) in FIGURE_3.into_iter().enumerate() {
        // Theory: 1 + Σ_{k<m} 2^{m−k−1}ρ^{m−k}, and 1 + Σ_{k>l} 2^{m−k−1}ρ^{m−k} − 2^{m−l−1}ρ^{m−l} for depth l.
        let term = |k: i32| 2f64.powi(4 - k) * rho.powi(5 - k);
        let formula = match group.checked_sub(1) {
            None => 1.0 + (0..5).map(term).sum::<f64>(),
            Some(l) => 1.0 + (l as i32 + 1..5).map(term).sum::<f64>() - term(l as i32),
        };
        for value in modes.by_ref().take(multiplicity) {
            assert!((value - formula).abs() < 1e-12 * formula, "{value} is not {formula}");
        }
        let found = (FEATURES * formula).sqrt();
        assert!((found - s).abs() < 0.005, "s = {found}, not {s}");
        // τ = 1/λ = 2000, (τ/2s) ln(s/u0 − 1).
        let found = 2000.0 / (2.0 * found) * (found / 1e-6 - 1.0).ln();
        assert!((found - half_time).abs() < 0.05, "{found} epochs, not {half_time}");
    }
    assert_eq!(modes.next(), None);
}

#[test]
fn the_scenario_of_figure_3_draws_features_of_these_correlations() {
    let built = built("fig3.toml");
    let s = &built.experiment.basis.s;
    // Features are ±1, so that the sum of squares has no scatter.
    let sum: f64 = s.iter().map(|s| s * s).sum();
    assert!((sum - 32.0 * FEATURES).abs() < 1e-9 * sum, "{sum}");
    // The product of two features at two leaves has a variance below 1, and with it every correlation of the sample.
    let sigma31 = &built.experiment.task.statistics.sigma31;
    let sampled = sigma31.transpose() * sigma31 / FEATURES;
    let off = (sampled - correlations()) * FEATURES.sqrt();
    let mean_square = off.norm_squared() / (32.0 * 31.0);
    assert!((0.4..1.0).contains(&mean_square), "{mean_square}");
    assert!(off.amax() < 5.0, "{}", off.amax());
    // The groups of equal expectation stay apart, and their mean squares where they should be.
    let mut modes = s.iter().map(|s| s * s / FEATURES);
    for (expected, multiplicity, _) in FIGURE_3 {
        let group: Vec<f64> = modes.by_ref().take(multiplicity).collect();
        let mean = group.iter().sum::<f64>() / multiplicity as f64;
        let off = mean / (expected * expected / FEATURES) - 1.0;
        assert!(off.abs() < 0.06, "{group:?} is off by {off}");
    }
    let table = &built.delays[0];
    let watched: Vec<usize> = table.modes.iter().map(|expected| expected.mode + 1).collect();
    assert_eq!((watched, table.strength), (vec![1, 2, 3, 5, 12, 18, 31], 1e-6));
}
