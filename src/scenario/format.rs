//! The scenario file: one struct per table, with the defaults that users see.

use super::values::{BatchSize, End, InputSpectrum, MatrixSource, PerLayer, WhiteOr};
use crate::analytic::FormName;
use crate::experiment::Order;
use crate::figure::{Format, Panel};
use crate::integrate::Method;
use crate::task::Averaging;
use crate::trajectory::Arm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A training run to be seen by up to four arms and judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What the figure and the tables call it (default: the file's name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Seed of all random numbers.
    #[serde(default = "seed")]
    pub seed: u64,
    /// What is to be learned: exactly one of spectrum, matrices, hierarchy, gaussian, dataset.
    pub task: TaskTable,
    /// The network and its start.
    pub network: Network,
    /// When the network is looked at.
    pub time: Time,
    /// The full weight flow; the arm runs when the table is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Flow>,
    /// The reduced equations of the modes; the arm runs when the table is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<Modes>,
    /// The closed form; the arm runs when the table is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytic: Option<Analytic>,
    /// Discrete gradient descent; the arm runs when the table is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sgd: Option<Sgd>,
    /// What must hold for the scenario to pass.
    #[serde(default, rename = "check", skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckTable>,
    /// The figure.
    #[serde(default)]
    pub plot: Plot,
    /// What is written besides the curves.
    #[serde(default)]
    pub output: Output,
}

fn seed() -> u64 {
    1
}

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
    /// Use the first so many samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// "mean" or "sum" over the samples.
    #[serde(default)]
    pub statistics: Averaging,
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

/// Activation of the hidden units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// The identity.
    #[default]
    Linear,
}

/// The network and its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Widths of the hidden layers; one hidden layer makes two weight matrices.
    pub hidden: Vec<usize>,
    /// Activation of the hidden units.
    #[serde(default)]
    pub activation: Activation,
    /// The start: exactly one of aligned, gaussian, glorot, orthogonal, balanced, matrices.
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
    /// Given matrices.
    Matrices(MatricesInit),
}

/// Aligned with the modes: `strength` or `strengths`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignedInit {
    /// u0 of every mode; each weight contributes u0^{1/D}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
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

/// Given starting weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatricesInit {
    /// The matrices, W1 (N2×N1) first.
    pub weights: Vec<MatrixSource>,
}

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
    /// Runge-Kutta method.
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

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Mode strengths, of one arm against another.
    Modes,
    /// The loss, of one arm against another.
    Loss,
    /// The product of the weights, of one arm against another.
    Map,
    /// All weight matrices, of one arm against another.
    Weights,
    /// Half-learning time of one mode of one arm.
    HalfTime,
    /// Loss of one arm at its last sample.
    FinalLoss,
    /// Strength of one mode of one arm at its last sample.
    FinalStrength,
    /// Largest coupling of one arm over all samples.
    LargestCoupling,
}

/// What must hold: one arm against another, or a figure of one arm against a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckTable {
    /// The arm that is judged and the arm it is judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Vec<Arm>>,
    /// The arm whose figure is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// modes, loss, map, weights (compare); half_time, final_loss, final_strength, largest_coupling (arm).
    pub quantity: Quantity,
    /// The mode, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<usize>,
    /// The number that the arm's figure should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<f64>,
    /// Largest error allowed, relative (to the second arm's largest value; to `expect`, unless it is 0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_error: Option<f64>,
}

/// The figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plot {
    /// Panels from top to bottom.
    #[serde(default = "panels")]
    pub panels: Vec<Panel>,
    /// File formats.
    #[serde(default = "formats")]
    pub formats: Vec<Format>,
}

impl Default for Plot {
    fn default() -> Self {
        Plot { panels: panels(), formats: formats() }
    }
}

fn panels() -> Vec<Panel> {
    vec![Panel::Modes, Panel::Loss, Panel::Error]
}

fn formats() -> Vec<Format> {
    vec![Format::Png, Format::Svg]
}

/// What is written besides the curves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Also the weight matrices at the sample times.
    #[serde(default)]
    pub weights: bool,
}

/// The JSON Schema (draft-07) of a scenario file.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft07();
    let schema = settings.into_generator().into_root_schema_for::<Scenario>();
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
