//! Misprints of Saxe, McClelland & Ganguli 2013: what is printed fails, and what must be meant holds.

mod common;

use common::{arm, run};
use gradflow::analytic::chain::Chain;
use gradflow::analytic::deep::Deep;
use gradflow::analytic::infinite::InfiniteDepth;
use gradflow::analytic::pair::Pair;
use gradflow::trajectory::Arm;
use nalgebra::DMatrix;

#[track_caller]
fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (got - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(error <= tolerance, "{what}: {got:e} is not {expected:e} (relative error {error:.1e})");
}

/// (c0/2) sinh θ of the paper's appendix A with s in place of 2s dates 2.95 what is reached at 1.0.
#[test]
fn misprinted_unequal_start() {
    let (s, a, b) = (2.0, 0.3, 0.05);
    let pair = Pair { s, input_eigenvalue: 1.0, tau: 1.0 };
    let (a1, b1) = pair.strengths((a, b), 1.0);
    let c = a * a - b * b;
    let theta = |u: f64| (2.0 * u / c).asinh();
    let (first, last) = (theta(a * b), theta(a1 * b1));
    let time = |drive: f64| {
        let steps = 200_000;
        let width = (last - first) / f64::from(steps);
        let slowness = |k| width / (drive - c * (first + (f64::from(k) + 0.5) * width).sinh());
        (0..steps).map(slowness).sum::<f64>()
    };
    close(time(2.0 * s), 1.0, 1e-8, "2s, as it must be");
    close(time(s), 2.95, 2e-3, "s, as printed");
}

/// The printed sigmoid has a pole at (τ/2s) ln(1 + s/|u0|) for u0 < 0; the weights decay instead.
#[test]
fn misprinted_negative_start() {
    let (s, u0): (f64, f64) = (1.0, -0.5);
    let pair = Pair { s, input_eigenvalue: 1.0, tau: 1.0 };
    let printed = |t: f64| s * (2.0 * s * t).exp() / ((2.0 * s * t).exp_m1() + s / u0);
    let pole = 0.5 * (1.0 + s / u0.abs()).ln();
    assert!(printed(pole - 1e-9) < -1e8 && printed(pole + 1e-9) > 1e8);
    for k in 1..40 {
        let t = 0.25 * f64::from(k);
        let (a, b) = pair.strengths((0.5f64.sqrt(), -0.5f64.sqrt()), t);
        close(pair.balanced(u0, t), a * b, 2e-14, "decay");
    }
}

/// Equations 27 and 32 print the energy of a chain as (s − ∏a)/2τ, not (s − ∏a)²/2τ: its gradient is not the flow,
/// and does not even vanish where all is learned.
#[test]
fn misprinted_energy_of_a_chain() {
    let (s, tau) = (1.7, 0.6);
    let chain = Chain { s, input_eigenvalue: 1.0, tau };
    let squared = |a: &[f64]| (s - a.iter().product::<f64>()).powi(2) / (2.0 * tau);
    let printed = |a: &[f64]| (s - a.iter().product::<f64>()) / (2.0 * tau);
    let descent = |energy: &dyn Fn(&[f64]) -> f64, a: &[f64], l: usize| {
        let at = |step: f64| {
            energy(&a.iter().enumerate().map(|(i, a)| a + step * f64::from(u8::from(i == l))).collect::<Vec<f64>>())
        };
        (at(-1e-5) - at(1e-5)) / 2e-5
    };
    let start = [0.5, 0.9, -0.4];
    let (h, a) = (1e-4, chain.weights(&start, 0.5));
    let (before, after) = (chain.weights(&start, 0.5 - h), chain.weights(&start, 0.5 + h));
    for l in 0..3 {
        let rate = (after[l] - before[l]) / (2.0 * h);
        close(descent(&squared, &a, l), rate, 1e-6, "the square's descent");
        assert!((descent(&printed, &a, l) / rate - 1.0).abs() > 0.5, "{l}: what is printed descends like the flow");
    }
    let learned = chain.weights(&[0.5, 0.9, 0.4], 1e3);
    close(learned.iter().product(), s, 1e-14, "the limit");
    assert!(descent(&squared, &learned, 0).abs() < 1e-9 && descent(&printed, &learned, 0).abs() > 0.1);
}

/// A task of coloured inputs that commute with the modes: Σ11 and Σ31 of V diag(2, ½, 1) Vᵀ and U diag(1.5, 1, 0.6) Vᵀ.
const COLOURED: &str = "seed = 4\n\
    task.spectrum = { inputs = 3, outputs = 3, singular_values = [1.5, 1.0, 0.6], input_spectrum = [2.0, 0.5, 1.0] }\n\
    network = { hidden = [3], init.aligned.strength = 0.1 }\ntime = { end = 60.0, samples = 3 }\n\
    output.weights = true\nflow.rtol = 1e-11";

/// Section 3 prints the optimum Σ31(Σ31)⁻¹, which is I whatever is learned; it is Σ31(Σ11)⁻¹.
#[test]
fn misprinted_optimum() {
    let (experiment, report) = run(COLOURED);
    let statistics = &experiment.task.statistics;
    let inverse = |m: &DMatrix<f64>| m.clone().try_inverse().expect("it is regular");
    let state = arm(&report, Arm::Flow).samples[2].state.as_ref().expect("it was kept");
    let distance = |optimum: DMatrix<f64>| (&state.map - optimum).norm();
    assert!(distance(&statistics.sigma31 * inverse(&statistics.sigma11)) < 1e-9);
    assert!(distance(&statistics.sigma31 * inverse(&statistics.sigma31)) > 1.0);
}

/// Section 3 prints the modes' variances as V Σ11 Vᵀ, which is not even diagonal; they are VᵀΣ11V. The columns of V are
/// the right singular vectors of Σ31 = USVᵀ.
#[test]
fn misprinted_variances_of_the_modes() {
    let (experiment, report) = run(COLOURED);
    let (sigma11, v) = (&experiment.task.statistics.sigma11, &experiment.basis.v);
    let off_diagonal = |m: &DMatrix<f64>| (m - DMatrix::from_diagonal(&m.diagonal())).norm();
    assert!((v - v.transpose()).norm() > 0.1, "for a symmetric V there is no difference");
    let (meant, printed) = (v.transpose() * sigma11 * v, v * sigma11 * v.transpose());
    assert!(off_diagonal(&meant) < 1e-14 && off_diagonal(&printed) > 0.1);
    let last = &arm(&report, Arm::Flow).samples[2].mean.modes;
    for (alpha, u) in last.iter().enumerate() {
        let limit = |variances: &DMatrix<f64>| experiment.basis.s[alpha] / variances[(alpha, alpha)];
        close(*u, limit(&meant), 1e-9, "the limit");
        assert!((u / limit(&printed) - 1.0).abs() > 0.05, "mode {alpha}: {u}");
    }
}

/// τ du/dt = N_l u²(s − u), equation 16, is not the law of N_l = 3 layers, which is 2u(s − u): the flow of the three
/// takes half of the time that it says. It is a limit, for many layers.
#[test]
fn infinite_depth_is_no_law_of_three_layers() {
    let text = "task.spectrum = { inputs = 2, outputs = 2, singular_values = [1.0, 0.5] }\n\
                network = { hidden = [2], init.aligned.strength = 0.1 }\n\
                time = { end = 6.0, samples = 13 }\nflow.rtol = 1e-11";
    let (s, input_eigenvalue, tau, u0) = (1.0, 1.0, 1.0, 0.1);
    let deep = |weights: u32| Deep { s, input_eigenvalue, tau, weights };
    let infinite = |layers: u32| InfiniteDepth { s, input_eigenvalue, tau, layers };
    let (_, report) = run(text);
    let mut apart = 0.0_f64;
    for (t, u) in arm(&report, Arm::Flow).mode(0) {
        close(u, deep(2).strength(u0, t), 1e-9, "the law of three layers");
        apart = apart.max((u - infinite(3).strength(u0, t)).abs());
    }
    assert!(apart > 0.5, "{apart}");
    // Times from 0.1 to 0.9, by either law.
    let ratio = |layers: u32| {
        let times = (infinite(layers).time_to_reach(u0, 0.9), deep(layers - 1).time_to_reach(u0, 0.9));
        times.0.expect("reached") / times.1.expect("reached") - 1.0
    };
    for (layers, expected) in [(3, 1.0), (10, 0.20), (30, 0.060), (100, 0.017), (1000, 0.0017)] {
        close(ratio(layers), expected, 0.03, "limit against finite depth");
    }
}
