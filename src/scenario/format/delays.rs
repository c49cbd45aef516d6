//! `[delays.NAME]`: when descent half learns each mode, over random starts.

use super::Init;
use crate::network::Activation;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Half-learning times of full-batch descent over random starts, against those of a balanced start of strength u0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelaysTable {
    /// What the figure calls it (default: the scenario's title).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Independent starts of each series.
    #[serde(default = "runs")]
    pub runs: u32,
    /// u0 of the prediction: of two weights (τ/2s) ln(s/(λu0) − 1).
    pub strength: f64,
    /// The modes, counted from 1 (default: all that can be learned).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<Vec<usize>>,
    /// Updates after which a mode counts as one that is not learned (default: three times as many as predicted of the
    /// slowest).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_updates: Option<u64>,
    /// Step size: on the average loss, or on the summed one where the statistics are sums (default: that of sgd).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// What is compared, by name (default: the network's own start and activation).
    #[serde(default)]
    pub series: IndexMap<String, DelaySeriesTable>,
}

/// One kind of start of one kind of network.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelaySeriesTable {
    /// What the figure calls it (default: its name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The start (default: that of the network).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init: Option<Init>,
    /// Activation of the hidden units (default: that of the network).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
}

fn runs() -> u32 {
    100
}
