//! `[network]`: the network and its start.

use super::one;
use crate::network::Activation;
use crate::scenario::values::{MatrixSource, PerLayer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The network and its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Widths of the hidden layers; one hidden layer makes two weight matrices.
    pub hidden: Vec<usize>,
    /// Activation of the hidden units; "tanh" and "relu" are trained by the sgd arm, beside which the other arms show the
    /// linear network of the same weights.
    #[serde(default)]
    pub activation: Activation,
    /// Biases, which start at 0, in the sgd arm.
    #[serde(default)]
    pub biases: bool,
    /// The start: exactly one of aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices.
    pub init: Init,
}

/// How the weights start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Init {
    /// Aligned with the modes of the task.
    Aligned(AlignedInit),
    /// Independent Gaussian entries.
    Gaussian(ScaleInit),
    /// Gaussian entries of variance gain²·2/(fan in + fan out).
    Glorot(GainInit),
    /// Random (semi-)orthogonal matrices times gain.
    Orthogonal(GainInit),
    /// Random orientation, W2ᵀW2 − W1W1ᵀ = imbalance · I.
    Balanced(BalancedInit),
    /// Greedy layerwise autoencoders, linear and full batch; the last layer stays Gaussian.
    Pretrained(PretrainedInit),
    /// Given matrices.
    Matrices(MatricesInit),
}

/// Aligned with the modes: `strength`, `per_layer` or `strengths`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignedInit {
    /// u0 of every mode; each weight contributes u0^{1/D}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Strength of every mode in every weight matrix: u0 is its D-th power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_layer: Option<f64>,
    /// Strengths per weight matrix, W1 first: a number for all modes, or a list of one per mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strengths: Option<Vec<PerLayer>>,
}

/// Independent Gaussian entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleInit {
    /// Standard deviation of every entry.
    pub scale: f64,
}

/// A start with a gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GainInit {
    /// The gain.
    #[serde(default = "one")]
    pub gain: f64,
}

/// Random orientation with W2ᵀW2 − W1W1ᵀ = imbalance · I.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalancedInit {
    /// Standard deviation of the entries of the Gaussian W1 whose singular values are used.
    pub scale: f64,
    /// ℓ.
    #[serde(default)]
    pub imbalance: f64,
}

/// Greedy layerwise autoencoders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PretrainedInit {
    /// Full-batch updates of the autoencoder of each layer but the last.
    pub epochs: u64,
    /// Their learning rate: on the average loss, or on the summed one where the statistics are sums.
    pub learning_rate: f64,
    /// Standard deviation of the entries that they start from, and of the last layer.
    pub scale: f64,
}

/// Given starting weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatricesInit {
    /// The matrices, W1 (N2×N1) first.
    pub weights: Vec<MatrixSource>,
}
