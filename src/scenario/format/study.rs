//! `[study.NAME]`: the same task and start at many depths.

use super::Init;
use crate::figure::StudyPanel;
use crate::network::Activation;
use crate::scenario::values::{BatchSize, RateChoice};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What trains the networks of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StudyArm {
    /// Gradient descent: of linear networks on full batches by the statistics, and else on samples.
    #[default]
    Sgd,
    /// The weight flow, with the method and rtol of `[flow]`; an update is learning_rate units of t/τ.
    Flow,
}

/// Networks of one task at many depths, each trained until the same has been learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudyTable {
    /// What the figure calls it (default: the scenario's title).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// N_l of each network, ascending, input and output included: N_l − 2 hidden layers.
    pub layers: Vec<usize>,
    /// Units in every hidden layer (default: the widest of network.hidden).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    /// What trains the networks.
    #[serde(default)]
    pub arm: StudyArm,
    /// Samples per update of descent: "full", or a number, in a new order every epoch.
    #[serde(default)]
    pub batch: BatchSize,
    /// When training ends: { mode, share }, { excess }, { loss } or { training_error }, which must stay so for half as many updates of
    /// descent again.
    #[serde(default)]
    pub learned: LearnedTable,
    /// Updates after which a network counts as one that does not learn.
    #[serde(default = "max_updates")]
    pub max_updates: u64,
    /// Updates of descent that the curves show, at the learning rate that was found (default: those to the goal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve_updates: Option<u64>,
    /// Independent starts of each network, where starts are random: mean and spread.
    #[serde(default = "one_run")]
    pub runs: u32,
    /// Panels of the figure from top to bottom.
    #[serde(default = "panels")]
    pub panels: Vec<StudyPanel>,
    /// What is compared, by name (default: the network's own start at 1/sharpness).
    #[serde(default)]
    pub series: IndexMap<String, SeriesTable>,
}

/// When a network of a study counts as learned: exactly one of mode (with share), excess, loss,
/// training_error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LearnedTable {
    /// The mode that is waited for, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<usize>,
    /// The share of its final value at which it is learned (default 0.95).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Instead, L − L_min as a share of that of the zero map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<f64>,
    /// Instead, the loss L.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Instead, the share of the training samples that are taken for another class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_error: Option<f64>,
}

/// One start at one rule for the learning rate, at every depth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesTable {
    /// What the figure calls it (default: its name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The start (default: that of the network); not one that is given per weight matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init: Option<Init>,
    /// Activation of the hidden units (default: that of the network).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// "sharpness": 1/sharpness at the minimum; a number; or { from, to, count }: the best of so many, spaced
    /// evenly in their logarithm.
    #[serde(default)]
    pub learning_rate: RateChoice,
}

fn max_updates() -> u64 {
    100_000
}

fn one_run() -> u32 {
    1
}

fn panels() -> Vec<StudyPanel> {
    vec![StudyPanel::Time, StudyPanel::Rate]
}
