//! Adaptive Runge-Kutta integration of autonomous systems dy/dT = f(y), stopping at given times.
//!
//! The steps are those of Dormand & Prince's pairs 5(4) and 8(5,3), or of stabilised methods of order 8 and 4, under the step
//! size control of Hairer, Nørsett & Wanner (1993), and know nothing of the stops: each stop is reached from the
//! accepted step before it by a step of its own, never by interpolation. They are made in place, so that a run
//! allocates nothing once it is under way and its memory grows with neither steps nor stops.
//!
//! [`Backend::Reference`] makes the steps of the pairs by `ode_solvers`.
//!
//! One direction: driver (stops, crossings, outcomes) → march (accepted steps) → the method's stepper → sums over the
//! state, whose vectors stand in one room.

mod auto;
mod changes;
mod clock;
mod crossing;
mod dop853;
mod dopri5;
mod driver;
mod embedded;
mod march;
mod radius;
mod reference;
mod rock4;
mod room;
mod stab8;
mod step;
mod stepper;
mod sums;
mod tableau;
mod visitor;

pub use changes::Changes;
pub(crate) use clock::Clock;
pub(crate) use dop853::{DOP853, STAGES};
pub(crate) use march::{BLIND, LEAST, MOST, SAFETY, first_step};

use crate::trajectory::{Outcome, Work};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};

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
    /// Stabilised, of order 8 with error estimates of orders 5 and 3: where stability limits the steps of Dop853 at tight
    /// tolerances.
    Stab8,
    /// Stabilised, of order 4 with an error estimate of order 3: where stability limits the step and not accuracy, as in
    /// deep networks whose fast modes are at rest while slow ones learn, at moderate tolerances.
    Rock4,
    /// Dop853 while accuracy limits the step, with a controller that looks back, and Stab8 or Rock4 while stability does.
    Auto,
}

impl Method {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Method::Dop853 => "dop853",
            Method::Dopri5 => "dopri5",
            Method::Stab8 => "stab8",
            Method::Rock4 => "rock4",
            Method::Auto => "auto",
        }
    }

    /// Evaluations that so many steps take, not counting those that stop at given times; `None` where they differ from
    /// step to step.
    pub fn evaluations(self, accepted: u64, rejected: u64) -> Option<u64> {
        let (per_attempt, per_accepted) = self.evaluations_per_step()?;
        Some((accepted + rejected) * per_attempt + accepted * per_accepted)
    }

    /// Evaluations (per attempted step, and besides per accepted step).
    fn evaluations_per_step(self) -> Option<(u64, u64)> {
        match self {
            Method::Dop853 => Some((11, 1)),
            Method::Dopri5 => Some((6, 0)),
            Method::Stab8 | Method::Rock4 | Method::Auto => None,
        }
    }
}

/// How many numbers a run keeps for each variable of its state.
pub(crate) fn numbers_per_variable(method: Method) -> usize {
    driver::vectors(method)
}

/// Who makes the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// The steppers of this module, in place.
    #[default]
    InPlace,
    /// `ode_solvers`: slower, and there to be compared with. It has [`Method::Dop853`] and [`Method::Dopri5`]; others are
    /// run in place.
    Reference,
}

/// How to integrate: a step is accepted if the root mean square of error/(atol + rtol·|y|) is below 1; with [`Method::Rock4`],
/// whose estimate, of order 3, is some twenty times its own error, below 20.
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

/// What looks at a solution.
pub trait Observer {
    /// Sees the state at `times[index]`; false if what it sees is not finite, which ends the run as diverged.
    fn visit(&mut self, index: usize, y: &[f64]) -> bool;

    /// Quantities whose first upward crossing of 0 is looked for; always as many, by default none.
    fn levels(&self, _y: &[f64]) -> Vec<f64> {
        Vec::new()
    }

    /// Learns that a level is first at 0 or above at time `t`, 0 if it is so from the start.
    fn crossed(&mut self, _level: usize, _t: f64) {}

    /// Learns that the steps from time `t` on are another method's: of [`Method::Auto`] only.
    fn changed(&mut self, _method: Method, _t: f64) {}

    /// Whether there is nothing left to wait for: the run then ends, complete, before its last time.
    fn finished(&self) -> bool {
        false
    }
}

/// A function that only visits.
impl<F: FnMut(usize, &[f64]) -> bool> Observer for F {
    fn visit(&mut self, index: usize, y: &[f64]) -> bool {
        self(index, y)
    }
}

/// Integrates from `y` at T = 0 and shows the observer the state at each of the non-decreasing `times`,
/// and when its levels are first crossed, to about 10⁻¹⁰ of a step.
///
/// Ends early with an [`Outcome`] that says why; the observer has then seen every time before.
pub fn integrate(
    field: &impl VectorField,
    y: DVector<f64>,
    times: &[f64],
    settings: &Settings,
    observer: &mut impl Observer,
) -> (Outcome, Work) {
    integrate_by(Backend::InPlace, field, y, times, settings, observer)
}

/// [`integrate`], by a backend of choice.
pub fn integrate_by(
    backend: Backend,
    field: &impl VectorField,
    y: DVector<f64>,
    times: &[f64],
    settings: &Settings,
    observer: &mut impl Observer,
) -> (Outcome, Work) {
    let reference = match (backend, settings.method) {
        (Backend::Reference, Method::Dop853) => Some(reference::Pair::Dop853),
        (Backend::Reference, Method::Dopri5) => Some(reference::Pair::Dopri5),
        _ => None,
    };
    match reference {
        Some(pair) => reference::run(pair, field, y, times, settings, observer),
        None => driver::run(field, y, times, settings, observer),
    }
}
