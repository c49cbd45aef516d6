//! What gradient flow conserves, and what it only ever lowers: the balance between layers, the loss,
//! the weights of inputs that don't vary, and the energy of the modes.

mod common;
#[path = "common/draw.rs"]
mod draw;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use draw::problem;
use gradflow::trajectory::Arm;
use matrices::weights;
use nalgebra::DMatrix;

const STARTS: [&str; 6] = [
    "gaussian.scale = 0.3",
    "glorot.gain = 0.8",
    "orthogonal.gain = 0.5",
    "balanced.scale = 0.2",
    "aligned.strength = 0.01",
    "aligned.strengths = STRENGTHS",
];
const INPUTS: [&str; 4] =
    [r#""white""#, "{ power = 1.0 }", "[2.0, 1.0, 0.5, 0.25, 0.0, 0.0]", "[0.1, 3.0, 1.0, 1.0, 0.7, 0.0]"];
const HIDDEN: [&str; 3] = ["[4]", "[3, 5]", "[5, 4, 3]"];

/// W_{l+1}ᵀW_{l+1} − W_lW_lᵀ for every l.
fn balances(weights: &[DMatrix<f64>]) -> Vec<DMatrix<f64>> {
    weights.windows(2).map(|w| w[1].transpose() * &w[1] - &w[0] * w[0].transpose()).collect()
}

/// Σ31 − W2W1Σ11.
fn error(p: &matrices::Problem, w: &[DMatrix<f64>]) -> DMatrix<f64> {
    &p.sigma31 - &w[1] * &w[0] * &p.sigma11
}

#[test]
fn the_balance_between_layers_never_changes_and_the_loss_never_rises() {
    for inputs in INPUTS {
        for start in STARTS {
            for (depth, hidden) in (2..).zip(HIDDEN) {
                let strengths: Vec<f64> = (0..depth).map(|l| 0.1 + 0.2 * f64::from(l)).collect();
                let start = start.replace("STRENGTHS", &format!("{strengths:?}"));
                let text = format!(
                    "task.spectrum = {{ inputs = 6, outputs = 4, singular_values = [1.5, 1.5, 0.7], input_spectrum = {inputs} }}\n\
                     network = {{ hidden = {hidden}, init.{start} }}\n\
                     time = {{ end = 12.0, samples = 60 }}\nflow.rtol = 1e-12\noutput.weights = true"
                );
                let (experiment, report) = run(&text);
                let flow = arm(&report, Arm::Flow);
                assert!(flow.outcome.is_complete(), "{text}");
                let initial = balances(&experiment.start);
                for sample in &flow.samples {
                    for (now, then) in balances(weights(sample)).iter().zip(&initial) {
                        let drift = (now - then).norm();
                        assert!(drift < 1e-11, "drift {drift:e} at t = {} of\n{text}", sample.t);
                    }
                }
                let monitor = report.monitor.as_ref().expect("the flow was watched");
                assert_eq!(monitor.balance_drift.len(), initial.len());
                assert!(monitor.balance_drift.iter().all(|drift| *drift < 1e-11), "{monitor:?}");
                let first = flow.samples[0].mean.loss;
                for pair in flow.samples.windows(2) {
                    let rise = pair[1].mean.loss - pair[0].mean.loss;
                    assert!(rise <= 1e-13 * first, "the loss rises by {rise:e} at t = {} of\n{text}", pair[0].t);
                }
            }
        }
    }
}

#[test]
fn the_loss_falls_at_the_rate_of_the_squared_gradient() {
    let p = problem(3, &[5, 4, 3], &[2.0, 1.0, 0.5, 0.3, 0.1], 0.4);
    let (tau, t, h) = (2.5, 1.7, 1e-3);
    let times = format!("time = {{ tau = {tau}, times = [{}, {t}, {}] }}\nflow.rtol = 1e-13", t - h, t + h);
    let (_, report) = run(&p.scenario(&times));
    let [before, now, after] = arm(&report, Arm::Flow).samples.as_slice() else { panic!("three times") };
    let w = weights(now);
    let e = error(&p, w);
    let squared = (w[1].transpose() * &e).norm_squared() + (e * w[0].transpose()).norm_squared();
    let rate = (after.mean.loss - before.mean.loss) / (2.0 * h);
    assert!((rate + squared / tau).abs() < 1e-6 * squared / tau, "{rate} against {}", -squared / tau);
}

#[test]
fn weights_of_inputs_that_do_not_vary_stay_while_the_map_drifts_along_them() {
    let p = problem(11, &[6, 4, 3], &[1.5, 1.0, 0.6, 0.4, 0.0, 0.0], 0.3);
    let (_, vectors) = gradflow::linalg::symmetric_eigen(&p.sigma11);
    let null = vectors.columns(4, 2);
    assert!((&p.sigma11 * null).norm() < 1e-14);
    let (_, report) = run(&p.scenario("time = { end = 20.0, samples = 20 }\nflow.rtol = 1e-12"));
    let samples = &arm(&report, Arm::Flow).samples;
    let start = weights(&samples[0]);
    for sample in samples {
        let w = weights(sample);
        assert!((&w[0] * null - &start[0] * null).norm() < 1e-13, "W1 moves along null inputs");
    }
    let end = weights(&samples[samples.len() - 1]);
    let drift = (&end[1] * &end[0] * null - &start[1] * &start[0] * null).norm();
    assert!(drift > 0.1, "the map should drift along null inputs, not by {drift:e} only");
}

#[test]
fn a_step_of_descent_changes_the_balance_by_its_square_alone() {
    let p = problem(5, &[4, 3, 5], &[1.2, 0.8, 0.5, 0.1], 0.6);
    for rate in [0.1, 0.01] {
        let (_, report) =
            run(&p.scenario(&format!("time.times = [0.0, {rate}]\nsgd = {{ learning_rate = {rate}, runs = 1 }}")));
        let [before, after] = arm(&report, Arm::Sgd).samples.as_slice() else { panic!("two times") };
        let (w, next) = (weights(before), weights(after));
        let e = error(&p, w);
        let change = &balances(w)[0] - &balances(next)[0];
        let (up, down) = (w[1].transpose() * &e, &w[0] * e.transpose());
        let expected = (&up * up.transpose() - &down * down.transpose()) * (rate * rate);
        assert!(expected.norm() > 1e-6);
        let error = (&change - &expected).norm();
        assert!(error < 1e-13, "W1W1ᵀ − W2ᵀW2 changes by {change}, not by {expected}");
    }
}

#[test]
fn aligned_modes_never_couple() {
    for (hidden, strengths) in
        [("[5]", "[0.1, 0.03]"), ("[5, 4]", "[0.3, 0.2, 0.1]"), ("[4, 6, 5]", "[0.4, 0.4, 0.4, 0.4]")]
    {
        for inputs in [r#""white""#, "[2.0, 0.5, 1.5, 1.0, 0.2, 0.2]"] {
            let (_, report) = run(&format!(
                "task.spectrum = {{ inputs = 6, outputs = 4, singular_values = [2.0, 1.4, 1.4, 0.6], input_spectrum = {inputs} }}\n\
                 network = {{ hidden = {hidden}, init.aligned.strengths = {strengths} }}\n\
                 time.end = 8.0\nflow.rtol = 1e-11"
            ));
            for sample in &arm(&report, Arm::Flow).samples {
                let coupling = sample.mean.coupling.expect("the flow knows the coupling");
                assert!(coupling < 1e-13, "coupling {coupling:e} at t = {}", sample.t);
            }
        }
    }
}

#[test]
fn the_energy_of_the_modes_is_the_loss_up_to_a_constant_for_white_inputs() {
    for widths in [[5, 4, 3], [3, 4, 5]] {
        let p = problem(17, &widths, &vec![1.0; widths[0]], 0.4);
        let tau = 3.0;
        let (_, report) = run(&p.scenario(&format!("time = {{ tau = {tau}, end = 30.0, samples = 40 }}\nflow = {{}}")));
        let constant = 0.5 * (p.trace_sigma33 - p.sigma31.norm_squared());
        for sample in &arm(&report, Arm::Flow).samples {
            let energy = sample.mean.energy.expect("white inputs have an energy");
            let difference = tau * (energy.modes + energy.coupling) - (sample.mean.loss - constant);
            assert!(difference.abs() < 1e-13 * p.trace_sigma33, "{difference:e} at t = {}", sample.t);
        }
    }
}
