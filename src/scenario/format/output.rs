//! `[[check]]`, `[plot]` and `[output]`: what is judged, drawn and written.

use crate::figure::{Format, Panel};
use crate::spectra::Matrices;
use crate::trajectory::Arm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Largest drift of the conserved W(l+1)ᵀW(l+1) − W(l)W(l)ᵀ along the flow.
    LargestDrift,
    /// Largest eigenvalue of the Hessian at the last sample of one arm.
    FinalSharpness,
    /// Share of the training samples that one arm takes for another class at its last sample.
    FinalTrainingError,
    /// The same of the samples held out.
    FinalTestError,
    /// Loss of one arm on the samples held out, at its last sample.
    FinalTestLoss,
    /// Updates until learned, of one network of a study.
    LearningTime,
    /// What the law of its depth says they are.
    PredictedTime,
    /// What the predictions of a study's series tend to as layers are added.
    LimitTime,
    /// Learning rate at which a network of a study learned.
    BestRate,
    /// Slope of ln(updates) in ln N_l, over the networks of a study from `layers` on.
    TimeSlope,
    /// Slope of ln(learning rate) in ln N_l, likewise.
    RateSlope,
    /// Updates of a study's deepest network over those of the first of `layers` or more.
    TimeRatio,
    /// Largest |updates/predicted − 1| over the networks of a study from `layers` on.
    PredictionError,
    /// Runs that learned, of one network of a study.
    LearnedRuns,
    /// Mean of (t − t_pred)/t_pred of one mode over the runs of a table of delays, t its half-learning time.
    MeanDelay,
    /// The standard deviation of that over the runs.
    DelaySd,
    /// t_pred of one mode.
    PredictedHalfTime,
    /// Mean σ² of the Jacobian of random networks.
    MeanSquare,
    /// Variance of σ² over the square of its mean.
    RelativeVariance,
    /// Largest σ².
    LargestSquare,
    /// Largest |σ − 1| of all draws.
    LargestDeviation,
    /// Share of σ in [0.1, 10].
    OrderOneShare,
    /// Share of the eigenvalues with |Re|, |Im| < 0.05.
    CentralShare,
    /// Mean square of the pre-activations, over the last five layers.
    FinalActivity,
}

/// What must hold: one arm against another, or a figure of one arm, of a study, of delays or of spectra against a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckTable {
    /// The arm that is judged and the arm it is judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Vec<Arm>>,
    /// The arm whose figure is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// The study whose figure is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<String>,
    /// The table of delays whose figure is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delays: Option<String>,
    /// The series of the study or of the delays (default: its first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// N_l of the study's network, or of the first of those that a slope, a ratio or an error is taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// The spectra whose figure is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spectra: Option<String>,
    /// Kind of matrices of the spectra (default: their first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrices: Option<Matrices>,
    /// D of the spectra (default: their first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factors: Option<usize>,
    /// Gain of the spectra (default: their first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain: Option<f64>,
    /// First activity of the spectra (default: their first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<f64>,
    /// modes, loss, map, weights (compare); half_time, final_loss, final_strength, final_sharpness,
    /// largest_coupling, largest_drift, final_training_error, final_test_error, final_test_loss (arm);
    /// learning_time, predicted_time, limit_time, best_rate, time_slope, rate_slope, time_ratio,
    /// prediction_error, learned_runs, final_training_error (study);
    /// mean_delay, delay_sd, predicted_half_time (delays);
    /// mean_square, relative_variance, largest_square, largest_deviation, order_one_share, central_share,
    /// final_activity (spectra).
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
    /// The modes whose strengths are drawn, counted from 1 (default: all if they are few, else a choice).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<Vec<usize>>,
    /// File formats.
    #[serde(default = "formats")]
    pub formats: Vec<Format>,
}

impl Default for Plot {
    fn default() -> Self {
        Plot { panels: panels(), modes: None, formats: formats() }
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
    /// Also the largest eigenvalue of the Hessian at the sample times, as a column of the arms that have weights.
    #[serde(default)]
    pub sharpness: bool,
}
