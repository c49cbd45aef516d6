//! A checked scenario: every shape fits, every number is in its range. After this nothing can fail
//! on shape, and the arms need not ask.

use crate::integrate::Method;
use crate::network::{Activation, Widths};
use crate::premises::{Obstruction, Premises};
use crate::probe::Probe;
use crate::reduction::Reduction;
use crate::sgd::Trainee;
use crate::task::{ModeBasis, Task};
use crate::trajectory::Arm;
use nalgebra::DMatrix;

/// Everything that the arms need to know.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The seed of all random numbers.
    pub seed: u64,
    /// What is to be learned.
    pub task: Task,
    /// The network's widths.
    pub widths: Widths,
    /// Activation of the hidden units in the sgd arm; all other arms are of the linear network.
    pub activation: Activation,
    /// Whether the network of the sgd arm has biases, which start at 0.
    pub biases: bool,
    /// The starting weights, W1 first, in the user's coordinates.
    pub start: Vec<DMatrix<f64>>,
    /// The modes of the task, as the start resolves them.
    pub basis: ModeBasis,
    /// What observes the weights.
    pub probe: Probe,
    /// The premises of the theory, measured at t = 0.
    pub premises: Premises,
    /// The saddle at which the exact flow ends; `None` if it ends in a minimum, as far as is known.
    pub obstruction: Option<Obstruction>,
    /// The modes' strengths at t = 0, exact or effective.
    pub reduction: Reduction,
    /// τ and the sample times.
    pub clock: Clock,
    /// Settings of the flow arm, if it runs.
    pub flow: Option<FlowSettings>,
    /// Settings of the modes arm, if it runs.
    pub modes: Option<ModesSettings>,
    /// Settings of the analytic arm, if it runs.
    pub analytic: Option<crate::analytic::ClosedForm>,
    /// Settings of the sgd arm, if it runs.
    pub sgd: Option<SgdSettings>,
    /// Which parts of the state the samples keep.
    pub keep: Keep,
}

impl Experiment {
    /// Whether the scenario asks for an arm.
    pub fn has(&self, arm: Arm) -> bool {
        match arm {
            Arm::Flow => self.flow.is_some(),
            Arm::Modes => self.modes.is_some(),
            Arm::Limit => self.modes.is_some_and(|modes| modes.depth == Depth::Both),
            Arm::Analytic => self.analytic.is_some(),
            Arm::Sgd => self.sgd.is_some(),
        }
    }

    /// Whether the sgd arm trains the network that the theory is about.
    pub fn is_linear(&self) -> bool {
        self.not_linear().is_none()
    }

    /// The network that the sgd arm trains.
    pub fn trainee(&self) -> Trainee<'_> {
        Trainee { widths: &self.widths, activation: self.activation, biases: self.biases }
    }

    /// Why the arms of the linear network are approximations; `None` where they are not.
    pub fn not_linear(&self) -> Option<&'static str> {
        self.trainee().not_linear()
    }

    /// What decides which closed form is exact.
    pub fn given(&self) -> crate::analytic::Given<'_> {
        crate::analytic::Given {
            statistics: &self.task.statistics,
            widths: &self.widths,
            premises: &self.premises,
            reduction: &self.reduction,
            start: &self.start,
            basis: &self.basis,
            not_linear: self.not_linear(),
        }
    }

    /// Sample times in units of τ: T = t/τ, the only time that the equations know.
    pub fn scaled_times(&self) -> Vec<f64> {
        self.clock.times.iter().map(|t| t / self.clock.tau).collect()
    }
}

/// τ and the sample times.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The time constant τ.
    pub tau: f64,
    /// Sample times, strictly increasing, ≥ 0; training starts at 0 whether or not they contain it.
    pub times: Vec<f64>,
}

/// Which parts of the state the samples keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// The map W.
    pub map: bool,
    /// All weight matrices.
    pub weights: bool,
    /// The largest eigenvalue of the Hessian, which is a number, not a part of the state.
    pub sharpness: bool,
    /// What single samples say, which is numbers too: errors of classification and the loss on samples held out.
    pub scores: bool,
}

impl Keep {
    /// Whether there is anything to keep.
    pub fn any(self) -> bool {
        self.map || self.weights
    }
}

/// Settings of the flow arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowSettings {
    /// Runge-Kutta method.
    pub method: Method,
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance, in units of the weights.
    pub atol: f64,
    /// The largest number of attempted steps.
    pub max_steps: u64,
}

/// Which law the modes arm integrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The D strengths of each mode.
    Finite,
    /// τ du/dt = N_l u²(s − λu).
    Infinite,
    /// The D strengths of each mode in the modes arm, and the law of infinite depth beside it.
    Both,
}

/// Settings of the modes arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModesSettings {
    /// Which law.
    pub depth: Depth,
    /// Runge-Kutta method.
    pub method: Method,
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance in units of the strengths; `None`: 10⁻³·rtol times each mode's least.
    pub atol: Option<f64>,
    /// The largest number of attempted steps, for each mode.
    pub max_steps: u64,
}

/// Samples per update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// All samples.
    Full,
    /// So many, the last batch of an epoch what is left.
    Size(usize),
}

/// Order of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// A new random permutation every epoch.
    #[default]
    Shuffled,
    /// As given, epoch after epoch.
    Sequential,
}

/// Settings of the sgd arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdSettings {
    /// Step size: on the average loss of the batch, or on its sum where the statistics are sums.
    pub learning_rate: f64,
    /// Samples per update.
    pub batch: Batch,
    /// Their order.
    pub order: Order,
    /// Independent orders.
    pub runs: u32,
}
