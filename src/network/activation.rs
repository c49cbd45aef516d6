//! What the hidden units make of their input.

use super::tanh::tanh_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Activation φ of the hidden units; outputs are linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// φ(z) = z.
    #[default]
    Linear,
    /// φ(z) = tanh z.
    Tanh,
    /// φ(z) = max(z, 0).
    Relu,
}

impl Activation {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Linear => "linear",
            Activation::Tanh => "tanh",
            Activation::Relu => "relu",
        }
    }

    /// z → φ(z), in place.
    pub fn apply(self, z: &mut [f64]) {
        match self {
            Activation::Linear => {}
            Activation::Tanh => tanh_all(z),
            Activation::Relu => z.iter_mut().for_each(|z| *z = if *z < 0.0 { 0.0 } else { *z }),
        }
    }

    /// e → e ∘ φ'(z), in place, with φ' from h = φ(z): 1 − h² for tanh; for relu 1 where h > 0, else 0.
    pub fn chain(self, error: &mut [f64], h: &[f64]) {
        let pairs = error.iter_mut().zip(h);
        match self {
            Activation::Linear => {}
            Activation::Tanh => pairs.for_each(|(e, h)| *e *= 1.0 - h * h),
            // Written whatever h is: a branch on signs as random as these costs more than the product before it.
            Activation::Relu => pairs.for_each(|(e, h)| *e = if *h <= 0.0 { 0.0 } else { *e }),
        }
    }
}
