//! `[task]`: what is to be learned.

use super::one;
use crate::scenario::values::{InputSpectrum, MatrixSource, WhiteOr};
use crate::task::Averaging;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where Σ11 and Σ31 come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TaskTable {
    /// Random orthogonal U, V around given singular values.
    Spectrum(SpectrumTask),
    /// Given matrices.
    Matrices(MatricesTask),
    /// Items at the leaves of a tree.
    Hierarchy(HierarchyTask),
    /// Jointly Gaussian samples of a noisy linear teacher.
    Gaussian(GaussianTask),
    /// Samples from files.
    Dataset(DatasetTask),
}

/// Random orthogonal U, V around given singular values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpectrumTask {
    /// N1.
    pub inputs: usize,
    /// N3.
    pub outputs: usize,
    /// Singular values of Σ31, at most min(N1, N3) of them; the others are 0.
    pub singular_values: Vec<f64>,
    /// Eigenvalues of Σ11 in the basis V: "white" (all 1), a list of N1, or { power = p } (the i-th is i^−p).
    #[serde(default)]
    pub input_spectrum: InputSpectrum,
}

/// Given matrices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatricesTask {
    /// Σ11, N1×N1, or "white".
    pub sigma11: WhiteOr,
    /// Σ31, N3×N1.
    pub sigma31: MatrixSource,
    /// Tr Σ33; without it the least loss is taken as 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_sigma33: Option<f64>,
}

/// How features follow the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeatureKind {
    /// One feature per node.
    #[default]
    Nodes,
    /// ±1 features that flip along edges.
    Diffusion,
}

/// Items at the leaves of a tree, as one-hot inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HierarchyTask {
    /// Levels below the root.
    pub levels: u32,
    /// Children of every inner node.
    pub branching: usize,
    /// "nodes", or "diffusion" with `flip` and `outputs`.
    #[serde(default)]
    pub features: FeatureKind,
    /// Probability that a feature flips along an edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flip: Option<f64>,
    /// Number of diffused features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<usize>,
    /// "mean" or "sum" over the items.
    #[serde(default)]
    pub statistics: Averaging,
}

/// Samples of y = Tx + noise, x ~ N(0, I).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GaussianTask {
    /// N1.
    pub inputs: usize,
    /// N3.
    pub outputs: usize,
    /// P.
    pub samples: usize,
    /// Singular values of the teacher T.
    pub singular_values: Vec<f64>,
    /// Standard deviation of the noise on every output.
    #[serde(default)]
    pub noise: f64,
    /// "mean" or "sum" over the samples.
    #[serde(default)]
    pub statistics: Averaging,
}

/// Samples from files, a row per sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetTask {
    /// Path of the inputs: .npy, .csv or IDX, plain or gzipped, relative to the scenario file.
    pub inputs: String,
    /// Path of the targets; a single column of integers 0 … 255 becomes one-hot.
    pub targets: String,
    /// Subtract the means of inputs and targets.
    #[serde(default = "yes")]
    pub centre: bool,
    /// Divide the inputs by this.
    #[serde(default = "one")]
    pub scale: f64,
    /// Train on the first so many samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Hold so many samples out of training: those that follow `limit`; without it, the last ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Path of inputs to test on, in place of `test`; with `test_targets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_inputs: Option<String>,
    /// Path of their targets, as those to train on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_targets: Option<String>,
    /// "mean" or "sum" over the samples.
    #[serde(default)]
    pub statistics: Averaging,
}

fn yes() -> bool {
    true
}
