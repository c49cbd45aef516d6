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

/// Predicts by the mode equations where they are exact, by the map of one weight matrix or of the Riccati equation where
/// that is, and else estimates by the mode equations from effective strengths.
pub fn forecast(experiment: &Experiment) -> Forecast {
    let basis = &experiment.basis;
    let tau = experiment.clock.tau;
    let half = |mode: usize| basis.final_strength(mode).map(|end| end / 2.0);
    let of_strengths = |mode: usize| {
        let (s, lambda, half) = (basis.s[mode], basis.input_eigenvalues[mode], half(mode)?);
        // The first time at which it is half learned or more.
        if experiment.reduction.initial(mode) >= half {
            return Some(0.0);
        }
        analytic::time_to_reach(s, lambda, tau, &experiment.reduction.strengths[mode], half)
    };
    let of_map = experiment.reduction.approximation.as_ref().and_then(|_| exact_map(experiment));
    let predicted = |mode: usize| match &of_map {
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
    let estimate = experiment.reduction.approximation.clone().filter(|_| of_map.is_none());
    Forecast { modes, estimate }
}

/// The exact solution of one weight matrix, or of two that are balanced but not aligned.
fn exact_map(experiment: &Experiment) -> Option<Form> {
    let name = match experiment.reduction.conserved {
        _ if experiment.widths.depth() == 1 => FormName::SingleLayer,
        Some(_) => FormName::Riccati,
        None => return None,
    };
    let form = choose(name, &experiment.given()).ok()?;
    form.exact.then_some(form.form)
}
