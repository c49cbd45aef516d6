//! How fast the arms converge: ladders of tolerances and of learning rates, each against the best reference at hand.
//!
//! A ladder is one arm at a series of settings. Its errors against what each rung cost are a work-precision
//! diagram; the slope of their logarithms is an order, which theory predicts: the error of an integration follows
//! its tolerance, that of descent is first order in the learning rate, and second order against the modified flow, τ dW/dt = −∇(L + (η/4)‖∇L‖²).

mod fit;
mod ladders;
mod modified;

pub use fit::Fit;
pub use ladders::{converge, obstacle, progress_length};

use crate::trajectory::Arm;

/// One run of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rung {
    /// Relative tolerance, or learning rate.
    pub setting: f64,
    /// The largest difference from the reference over all times, relative to its largest value.
    pub error: f64,
    /// Accepted steps, or updates.
    pub steps: u64,
    /// Evaluations of the right-hand side that the steps took.
    pub evaluations: u64,
    /// Wall time in seconds.
    pub wall_s: f64,
}

/// What an order is expected to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The order.
    pub order: f64,
    /// How far the fitted one may be from it.
    pub within: f64,
}

/// One arm at a series of settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// The arm.
    pub arm: Arm,
    /// Its method, or what it is held against.
    pub method: String,
    /// What is varied: "rtol" or "learning_rate".
    pub varied: &'static str,
    /// What the errors are from.
    pub reference: String,
    /// From coarse to fine.
    pub rungs: Vec<Rung>,
    /// Slope of ln error in ln setting, over the rungs between the coarse and the reference's own error.
    pub order: Option<Fit>,
    /// What [`Ladder::order`] should be.
    pub expected: Expected,
    /// How the first run that did not come to its end ended.
    pub broken: Option<String>,
}

impl Ladder {
    /// Whether the fitted order is what it should be, within twice its own uncertainty; where every error is at rounding
    /// level there is no order to be fitted, and nothing amiss.
    pub fn passes(&self) -> bool {
        match self.order {
            Some(fit) => {
                (fit.slope - self.expected.order).abs() <= self.expected.within + 2.0 * fit.uncertainty
                    && self.broken.is_none()
            }
            None => {
                let exact = |rung: &Rung| rung.error < ladders::FITTED.start;
                self.broken.is_none() && !self.rungs.is_empty() && self.rungs.iter().all(exact)
            }
        }
    }

    /// Arm and method.
    pub fn label(&self) -> String {
        format!("{}, {}", self.arm, self.method)
    }
}
