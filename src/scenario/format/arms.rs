//! `[time]` and the arms: `[flow]`, `[modes]`, `[analytic]`, `[sgd]`.

use super::one;
use crate::analytic::FormName;
use crate::experiment::Order;
use crate::integrate::Method;
use crate::scenario::values::{BatchSize, End};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the network is looked at: `end` and `samples`, or `times`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// The time constant τ.
    #[serde(default = "one")]
    pub tau: f64,
    /// The last sample time, or "auto": until the slowest mode has been learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Number of equally spaced sample times, 0 and end included (default 300).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<usize>,
    /// Sample times, strictly increasing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Vec<f64>>,
}

/// The full weight flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Runge-Kutta method: "dop853", "dopri5", or "stab8", "rock4" and "auto" where stability limits the steps, as in deep
    /// networks near rest.
    #[serde(default)]
    pub method: Method,
    /// Relative tolerance.
    #[serde(default = "rtol")]
    pub rtol: f64,
    /// Absolute tolerance (default: 10⁻³·rtol times the scale of the start).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atol: Option<f64>,
    /// The largest number of attempted steps.
    #[serde(default = "max_steps")]
    pub max_steps: u64,
}

/// Tolerance of `[flow]` and `[modes]` where none is given.
pub fn rtol() -> f64 {
    1e-9
}

/// Step limit of `[flow]` and `[modes]` where none is given.
pub fn max_steps() -> u64 {
    1_000_000
}

/// Which law the modes follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DepthName {
    /// That of this network.
    #[default]
    Finite,
    /// τ du/dt = N_l u²(s − u).
    Infinite,
    /// That of this network as the arm `modes`, and τ du/dt = N_l u²(s − u) as the arm `limit`.
    Both,
}

/// The reduced equations of the modes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Modes {
    /// Which law the modes follow.
    #[serde(default)]
    pub depth: DepthName,
    /// Runge-Kutta method (default: that of the flow arm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Relative tolerance (default: that of the flow arm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtol: Option<f64>,
    /// Absolute tolerance (default: 10⁻³·rtol times each mode's least starting strength).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atol: Option<f64>,
    /// The largest number of attempted steps for each mode (default: that of the flow arm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_steps: Option<u64>,
}

/// The closed form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Analytic {
    /// "auto": the most general closed form that is exact here; or one by name.
    #[serde(default)]
    pub form: FormName,
}

/// Discrete gradient descent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Step size: on the average loss, or on the summed one where the statistics are sums.
    pub learning_rate: f64,
    /// "full", or a number of samples.
    #[serde(default)]
    pub batch: BatchSize,
    /// "shuffled", or "sequential": the samples as given, epoch after epoch.
    #[serde(default)]
    pub order: Order,
    /// Independent seeds of the order: mean and spread.
    #[serde(default = "runs")]
    pub runs: u32,
}

fn runs() -> u32 {
    5
}
