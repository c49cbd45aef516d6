//! The analytic arm: the closed form of every mode, evaluated at the sample times.

use super::choice::{ClosedForm, Form};
use super::pair::Pair;
use crate::experiment::Experiment;
use crate::modes::rows_of_strengths;
use crate::trajectory::{Arm, Trajectory, Work};
use std::time::Instant;

/// Evaluates the form; nothing is integrated.
pub fn run(experiment: &Experiment, form: &ClosedForm, mut progress: impl FnMut(usize)) -> Trajectory {
    let clock = Instant::now();
    let row = |&t: &f64| {
        progress(1);
        (0..experiment.basis.len()).map(|mode| strength(experiment, form, mode, t)).collect()
    };
    let (samples, outcome) = rows_of_strengths(experiment, experiment.clock.times.iter().map(row));
    let evaluations = (samples.len() * experiment.basis.len()) as u64;
    Trajectory {
        arm: Arm::Analytic,
        method: format!("{}: {}", form.name, form.reason),
        approximation: (!form.exact).then(|| form.reason.clone()),
        samples,
        work: Work { evaluations, wall_s: clock.elapsed().as_secs_f64(), ..Work::default() },
        outcome,
    }
}

fn strength(experiment: &Experiment, form: &ClosedForm, mode: usize, t: f64) -> f64 {
    let pair = Pair {
        s: experiment.basis.s[mode],
        input_eigenvalue: experiment.basis.input_eigenvalues[mode],
        tau: experiment.clock.tau,
    };
    match &form.form {
        Form::Sigmoid(u0) => pair.balanced(u0[mode], t),
        Form::Unequal(starts) => {
            let (a, b) = pair.strengths(starts[mode], t);
            a * b
        }
    }
}

/// When a mode reaches `target`; `None` if it never does, or if there is no closed form to tell.
///
/// `strengths` are those of its D weights at t = 0.
pub fn time_to_reach(s: f64, input_eigenvalue: f64, tau: f64, strengths: &[f64], target: f64) -> Option<f64> {
    match strengths {
        // τ du/dt = s − λu: u = s/λ + (u0 − s/λ)e^{−λt/τ}.
        [u0] if *u0 >= target => Some(0.0),
        [u0] if input_eigenvalue > 0.0 => {
            let end = s / input_eigenvalue;
            (target < end).then(|| tau / input_eigenvalue * ((end - u0) / (end - target)).ln())
        }
        [a, b] => Pair { s, input_eigenvalue, tau }.time_to_reach((*a, *b), target),
        _ => None,
    }
}
