//! What the theory says of a run before it is made: the half-learning time of each mode.

use crate::analytic::{self, Form, FormName, choose};
use crate::comparison::ModeSummary;
use crate::experiment::Experiment;
use crate::premises::fails;

/// The modes with their predicted half-learning times.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// By descending singular value.
    pub modes: Vec<ModeSummary>,
    /// Why the times are only estimates; `None` where they are exact.
    pub estimate: Option<String>,
}

/// Predicts by the mode equations where they are exact, by the Riccati equation where that is, and else estimates by
/// the mode equations from effective strengths.
pub fn forecast(experiment: &Experiment) -> Forecast {
    let basis = &experiment.basis;
    let tau = experiment.clock.tau;
    let half = |mode: usize| basis.final_strength(mode).map(|end| end / 2.0);
    let of_strengths = |mode: usize| {
        let (s, lambda) = (basis.s[mode], basis.input_eigenvalues[mode]);
        analytic::time_to_reach(s, lambda, tau, &experiment.reduction.strengths[mode], half(mode)?)
    };
    let riccati = experiment.reduction.approximation.as_ref().and_then(|_| exact_riccati(experiment));
    let predicted = |mode: usize| match &riccati {
        Some(form) => analytic::half_time_from(experiment, form, mode, of_strengths(mode)),
        None => of_strengths(mode),
    };
    let aligned = !fails(experiment.premises.aligned);
    let modes = (0..basis.len())
        .map(|mode| ModeSummary {
            s: basis.s[mode],
            input_eigenvalue: basis.input_eigenvalues[mode],
            start: if aligned { experiment.reduction.strengths[mode].clone() } else { Vec::new() },
            predicted_half_time: predicted(mode).filter(|t| t.is_finite()),
        })
        .collect();
    let estimate = experiment.reduction.approximation.clone().filter(|_| riccati.is_none());
    Forecast { modes, estimate }
}

/// The exact solution of two weight matrices that are balanced but not aligned, if they are.
fn exact_riccati(experiment: &Experiment) -> Option<Form> {
    let premises = &experiment.premises;
    let promising = !fails(premises.white) && premises.imbalance.is_some_and(|imbalance| !fails(imbalance.violation));
    let form = promising.then(|| choose(FormName::Riccati, &experiment.given()).ok())??;
    form.exact.then_some(form.form)
}
