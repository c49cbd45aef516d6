//! What every arm produces, and how it ended.

use crate::task::Scores;
use crate::text::number;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the views of the same training run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The coupled weight ODEs, all matrices, integrated.
    Flow,
    /// The reduced ODE of each mode's strength, integrated.
    Modes,
    /// The infinite-depth law of each mode, integrated beside the mode equations.
    Limit,
    /// The closed form, evaluated.
    Analytic,
    /// Discrete gradient descent on samples.
    Sgd,
}

impl Arm {
    /// All arms, in the order in which they are run and reported.
    pub const ALL: [Arm; 5] = [Arm::Flow, Arm::Modes, Arm::Limit, Arm::Analytic, Arm::Sgd];

    /// The arm's name in scenarios, file names and tables.
    pub fn name(self) -> &'static str {
        match self {
            Arm::Flow => "flow",
            Arm::Modes => "modes",
            Arm::Limit => "limit",
            Arm::Analytic => "analytic",
            Arm::Sgd => "sgd",
        }
    }
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a trajectory ended. Anything but [`Outcome::Complete`] keeps the rows reached before.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All requested times were reached.
    Complete,
    /// The weights grew beyond what a number can hold, or the loss beyond what learning can mean, after time `t`.
    Diverged {
        /// Time of the last finite state.
        t: f64,
    },
    /// The integrator could not find a step that meets the tolerance.
    StepUnderflow {
        /// Time of the last accepted state.
        t: f64,
    },
    /// More steps than allowed.
    StepLimit {
        /// Time of the last accepted state.
        t: f64,
        /// The limit.
        limit: u64,
    },
}

impl Outcome {
    /// Collects the rows of an arm as long as all that is observed is finite.
    pub fn of_rows(rows: impl Iterator<Item = Sample>) -> (Vec<Sample>, Outcome) {
        let mut samples: Vec<Sample> = Vec::with_capacity(rows.size_hint().0);
        for row in rows {
            if !row.mean.is_finite() {
                let t = samples.last().map_or(0.0, |s| s.t);
                return (samples, Outcome::Diverged { t });
            }
            samples.push(row);
        }
        (samples, Outcome::Complete)
    }

    /// The same outcome with times in units of τ turned into the scenario's.
    pub fn in_user_time(self, tau: f64) -> Outcome {
        match self {
            Outcome::Complete => Outcome::Complete,
            Outcome::Diverged { t } => Outcome::Diverged { t: t * tau },
            Outcome::StepUnderflow { t } => Outcome::StepUnderflow { t: t * tau },
            Outcome::StepLimit { t, limit } => Outcome::StepLimit { t: t * tau, limit },
        }
    }

    /// Whether every requested time was reached.
    pub fn is_complete(&self) -> bool {
        matches!(self, Outcome::Complete)
    }
}

impl Outcome {
    /// What to change, for the arm that ended so; empty for a complete one.
    pub fn advice(&self, arm: Arm) -> &'static str {
        match (self, arm) {
            (Outcome::Complete, _) => "",
            (Outcome::Diverged { .. }, Arm::Sgd) => "lower the learning rate",
            (Outcome::Diverged { .. }, _) => "the numbers leave the range of f64: scale the start or the task down",
            (Outcome::StepUnderflow { .. }, _) => "loosen rtol, raise atol, or scale the start down if it is large",
            (Outcome::StepLimit { .. }, _) => {
                "raise max_steps, loosen rtol, shorten the run, or scale the start down if it is large"
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Complete => write!(f, "complete"),
            Outcome::Diverged { t } => write!(f, "diverged after t = {}", number(*t)),
            Outcome::StepUnderflow { t } => write!(f, "step size underflow at t = {}", number(*t)),
            Outcome::StepLimit { t, limit } => {
                write!(f, "more than {limit} steps at t = {}", number(*t))
            }
        }
    }
}

impl Outcome {
    /// The outcome of these words, which are those that it is displayed as.
    pub fn from_words(words: &str) -> Option<Outcome> {
        if words == Outcome::Complete.to_string() {
            return Some(Outcome::Complete);
        }
        let (how, t) = words.rsplit_once(" t = ")?;
        let t = t.parse().ok()?;
        match how {
            "diverged after" => Some(Outcome::Diverged { t }),
            "step size underflow at" => Some(Outcome::StepUnderflow { t }),
            _ => {
                let limit = how.strip_prefix("more than ")?.strip_suffix(" steps at")?.parse().ok()?;
                Some(Outcome::StepLimit { t, limit })
            }
        }
    }
}

/// Work done to produce a trajectory.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Accepted steps of the integrator, or updates of descent.
    pub accepted: u64,
    /// Rejected steps.
    pub rejected: u64,
    /// Evaluations of the right-hand side, of the gradient, or of the closed form.
    pub evaluations: u64,
    /// Wall time in seconds.
    pub wall_s: f64,
}

/// The two terms of E = (1/2τ)Σ_α(s_α − a^α·b^α)² + (1/2τ)Σ_{α≠β}(a^α·b^β)² (Saxe et al. 2013, for Σ11 = I);
/// for Σ11 = cI, with s − cu in place of s − u, the first term over c and the second times c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Energy {
    /// Modes against their singular values, (1/2τ)Σ_α(s_α − u_α)².
    pub modes: f64,
    /// Coupling between modes, (1/2τ)Σ_{α≠β}(a^α·b^β)².
    pub coupling: f64,
}

/// What is observed of the network at one time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// L, in the units of the statistics.
    pub loss: f64,
    /// u_α = (UᵀWV)_αα, by descending singular value.
    pub modes: Vec<f64>,
    /// Frobenius norm of the off-diagonal part of UᵀWV; `None` where the arm has none.
    pub coupling: Option<f64>,
    /// The energy's two terms; `None` unless the inputs are white.
    pub energy: Option<Energy>,
    /// The largest eigenvalue of the Hessian of the loss; `None` unless it was asked for.
    pub sharpness: Option<f64>,
    /// Share of the training samples that are taken for another class; `None` where targets are no classes.
    pub training_error: Option<f64>,
    /// The same of the samples held out; `None` also where there are none.
    pub test_error: Option<f64>,
    /// The loss on the samples held out, in the units of the statistics; `None` where there are none.
    pub test_loss: Option<f64>,
}

impl Observation {
    /// Whether every number is finite: a row of a trajectory is, or the run has diverged.
    pub fn is_finite(&self) -> bool {
        self.loss.is_finite()
            && self.modes.iter().all(|u| u.is_finite())
            && self.coupling.is_none_or(f64::is_finite)
            && self.energy.is_none_or(|e| e.modes.is_finite() && e.coupling.is_finite())
            && self.sharpness.is_none_or(f64::is_finite)
            && self.test_loss.is_none_or(f64::is_finite)
    }

    /// The same with what single samples say.
    pub fn scored(self, scores: Scores) -> Observation {
        let Scores { training_error, test_error, test_loss } = scores;
        Observation { training_error, test_error, test_loss, ..self }
    }
}

/// The state itself, kept only when asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The product of the weights, N3×N1.
    pub map: DMatrix<f64>,
    /// W1, W2, ... in the user's coordinates; `None` where the arm has no weights.
    pub weights: Option<Vec<DMatrix<f64>>>,
    /// W1ᵀW1 and W2W2ᵀ, where the arm knows the weights up to a rotation of the hidden layer.
    pub grams: Option<(DMatrix<f64>, DMatrix<f64>)>,
}

/// One row of a trajectory.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Time in the scenario's units (τ included).
    pub t: f64,
    /// What is observed (the mean over runs, where there are several).
    pub mean: Observation,
    /// Standard deviation over runs, where there are several.
    pub spread: Option<Observation>,
    /// The state, if it was asked for (of the first run, where there are several).
    pub state: Option<State>,
}

/// A training run as one arm sees it: the same type for all arms.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Which arm made it.
    pub arm: Arm,
    /// What was done, in words: the integrator, the closed form used, the batch.
    pub method: String,
    /// Why the arm is only an approximation here; `None` where it is exact.
    pub approximation: Option<String>,
    /// One per requested time, or fewer if the outcome is not complete.
    pub samples: Vec<Sample>,
    /// When each mode is first at half of s/λ, in the scenario's units; `None` where it never is, or where
    /// there is no s/λ.
    pub half_times: Vec<Option<f64>>,
    /// Work done.
    pub work: Work,
    /// How it ended.
    pub outcome: Outcome,
}

impl Trajectory {
    /// The arm's name, marked where it is only an approximation.
    pub fn label(&self) -> String {
        match self.approximation {
            Some(_) => format!("{} (approximation)", self.arm),
            None => self.arm.to_string(),
        }
    }

    /// Strengths of mode `index` (from 0) over time.
    pub fn mode(&self, index: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.samples.iter().filter_map(move |s| s.mean.modes.get(index).map(|&u| (s.t, u)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_read_back_from_their_words() {
        let t = 0.1 + 0.2;
        for outcome in [
            Outcome::Complete,
            Outcome::Diverged { t },
            Outcome::StepUnderflow { t: 1e-300 },
            Outcome::StepLimit { t, limit: 10 },
        ] {
            assert_eq!(Outcome::from_words(&outcome.to_string()), Some(outcome));
        }
        assert_eq!(Outcome::from_words("more than enough steps at t = 1"), None);
        assert_eq!(Outcome::from_words("late"), None);
    }
}
