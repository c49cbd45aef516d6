//! Adaptive Runge-Kutta integration of autonomous systems dy/dT = f(y), stopping at given times.
//!
//! The steps are `ode_solvers`' (Dormand & Prince 5(4), and 8(5,3) of Hairer, Nørsett & Wanner).
//! Each stop is reached exactly by a step of its own, never by interpolation, and the solver runs in
//! pieces of a bounded number of steps, because it keeps a copy of the state for each: memory
//! grows with neither steps nor stops.

use crate::trajectory::{Outcome, Work};
use nalgebra::DVector;
use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::{Dop853, Dopri5, System};
use serde::{Deserialize, Serialize};
use std::cell::Cell;

/// The right-hand side of an autonomous system.
pub trait VectorField {
    /// dy/dT ← f(y).
    fn evaluate(&self, y: &[f64], dy: &mut [f64]);
}

/// The Runge-Kutta method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Order 8 with error estimates of orders 5 and 3: best at tight tolerances.
    #[default]
    Dop853,
    /// Order 5 with an error estimate of order 4.
    Dopri5,
}

impl Method {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Method::Dop853 => "dop853",
            Method::Dopri5 => "dopri5",
        }
    }

    /// Evaluations (per attempted step, and besides per accepted step).
    fn evaluations_per_step(self) -> (u64, u64) {
        match self {
            Method::Dop853 => (11, 1),
            Method::Dopri5 => (6, 0),
        }
    }
}

/// How to integrate: a step is accepted if the root mean square of error/(atol + rtol·|y|) is below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The method.
    pub method: Method,
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance, in units of y; > 0.
    pub atol: f64,
    /// The largest number of attempted steps.
    pub max_steps: u64,
}

/// Integrates from `y` at T = 0 and calls `visit(index, y)` at each of the non-decreasing `times`.
///
/// Ends early with an [`Outcome`] that says why; `visit` has then seen every time before.
pub fn integrate(
    field: &impl VectorField,
    y: DVector<f64>,
    times: &[f64],
    settings: &Settings,
    mut visit: impl FnMut(usize, &[f64]),
) -> (Outcome, Work) {
    let mut stepper = Stepper { field, settings, y, now: 0.0, step: 0.0, work: Work::default() };
    for (index, &time) in times.iter().enumerate() {
        if let Err(outcome) = stepper.advance(time) {
            return (outcome, stepper.work);
        }
        visit(index, stepper.y.as_slice());
    }
    (Outcome::Complete, stepper.work)
}

/// `ode_solvers` keeps every accepted state of a piece: so many numbers in all, and never fewer
/// than [`MIN_PIECE`] steps, for the step size controller needs a run-up.
const PIECE_NUMBERS: usize = 4_000_000;
const MIN_PIECE: usize = 16;
const MAX_PIECE: usize = 1024;

/// A piece in which no step at all is accepted is tried again with a step so much smaller.
const RETRY_FACTOR: f64 = 1e-9;
const MAX_RETRIES: u32 = 6;

struct Stepper<'a, F> {
    field: &'a F,
    settings: &'a Settings,
    y: DVector<f64>,
    now: f64,
    /// The last step that the controller chose freely; 0 before the first.
    step: f64,
    work: Work,
}

/// What one call of the solver did.
struct Piece {
    /// Offsets from the start of the piece at which steps were accepted, the first one 0.
    offsets: Vec<f64>,
    y: Option<DVector<f64>>,
    error: Option<IntegrationError>,
    evaluations: u64,
}

impl<F: VectorField> Stepper<'_, F> {
    /// Steps to `target` exactly.
    fn advance(&mut self, target: f64) -> Result<(), Outcome> {
        let mut left = target - self.now;
        let mut retries = 0;
        while left > 0.0 {
            if self.work.accepted + self.work.rejected >= self.settings.max_steps {
                return Err(Outcome::StepLimit { t: self.now, limit: self.settings.max_steps });
            }
            let piece = self.piece(left);
            let rejected = self.account(&piece);
            let reached = piece.offsets.last().copied().unwrap_or(0.0);
            if reached == 0.0 {
                retries += 1;
                self.step = RETRY_FACTOR * if self.step > 0.0 { self.step } else { left };
                if retries > MAX_RETRIES || self.step == 0.0 {
                    return Err(self.stuck());
                }
                continue;
            }
            match piece.y {
                Some(y) if y.iter().all(|v| v.is_finite()) => self.y = y,
                _ => return Err(Outcome::Diverged { t: self.now }),
            }
            self.choose_step(&piece.offsets, piece.error.is_none(), rejected > 0);
            if let Some(IntegrationError::StepSizeUnderflow { .. }) = piece.error {
                return Err(Outcome::StepUnderflow { t: self.now + reached });
            }
            (left, self.now) = if piece.error.is_none() { (0.0, target) } else { (left - reached, self.now + reached) };
            retries = 0;
        }
        self.now = target;
        Ok(())
    }

    /// Why no step can be made from here: the field has no finite value, or no step is small enough.
    fn stuck(&self) -> Outcome {
        let mut dy = vec![0.0; self.y.len()];
        self.field.evaluate(self.y.as_slice(), &mut dy);
        if dy.iter().all(|v| v.is_finite()) {
            Outcome::StepUnderflow { t: self.now }
        } else {
            Outcome::Diverged { t: self.now }
        }
    }

    /// Remembers the last step that was not cut short by the stop ahead.
    fn choose_step(&mut self, offsets: &[f64], cut: bool, rejected: bool) {
        let steps: Vec<f64> = offsets.windows(2).map(|w| w[1] - w[0]).collect();
        self.step = match (steps.as_slice(), cut) {
            ([only], true) if !rejected => self.step.max(*only),
            ([only], true) => *only,
            ([.., free, _], true) => *free,
            ([.., free], false) => *free,
            ([], _) => self.step,
        };
    }

    /// Adds a piece to the work done; how many of its steps were rejected.
    fn account(&mut self, piece: &Piece) -> u64 {
        let (per_attempt, per_accepted) = self.settings.method.evaluations_per_step();
        let accepted = piece.offsets.len().saturating_sub(1) as u64;
        let attempts = piece.evaluations.saturating_sub(1 + per_accepted * accepted) / per_attempt;
        let rejected = attempts.saturating_sub(accepted);
        self.work.accepted += accepted;
        self.work.rejected += rejected;
        self.work.evaluations += piece.evaluations;
        rejected
    }

    /// Runs the solver from the present state over `left`, or as far as one piece reaches.
    fn piece(&self, left: f64) -> Piece {
        let counter = Cell::new(0);
        let system = Counted { field: self.field, evaluations: &counter };
        let Settings { method, rtol, atol, max_steps } = *self.settings;
        let allowed = max_steps.saturating_sub(self.work.accepted + self.work.rejected);
        let steps = (PIECE_NUMBERS / self.y.len().max(1)).clamp(MIN_PIECE, MAX_PIECE);
        let steps = allowed.min(steps as u64) as u32;
        let y = self.y.clone();
        // Local time starts at 0: the system is autonomous, and small steps late in a run keep
        // their digits. Neither stiffness test (it aborts ordinary plateaus) nor dense output.
        macro_rules! run {
            ($solver:ident, $beta:expr, $fac_min:expr, $fac_max:expr) => {{
                let mut solver = $solver::from_param(
                    system,
                    0.0,
                    left,
                    left,
                    y,
                    rtol,
                    atol,
                    0.9,
                    $beta,
                    $fac_min,
                    $fac_max,
                    f64::MAX,
                    self.step,
                    steps,
                    0,
                    OutputType::Sparse,
                );
                let result = solver.integrate();
                (result, solver.x_out().clone(), solver.y_out().last().cloned())
            }};
        }
        let (result, offsets, y) = match method {
            Method::Dop853 => run!(Dop853, 0.0, 0.333, 6.0),
            Method::Dopri5 => run!(Dopri5, 0.04, 0.2, 10.0),
        };
        Piece { offsets, y, error: result.err(), evaluations: counter.get() }
    }
}

/// The field as `ode_solvers` wants it, counting its evaluations.
struct Counted<'a, F> {
    field: &'a F,
    evaluations: &'a Cell<u64>,
}

impl<F: VectorField> System<f64, DVector<f64>> for Counted<'_, F> {
    fn system(&self, _x: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.evaluations.set(self.evaluations.get() + 1);
        self.field.evaluate(y.as_slice(), dy.as_mut_slice());
    }
}
