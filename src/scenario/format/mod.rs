//! The scenario file: one struct per table, with the defaults that users see.

mod absent;
mod arms;
mod delays;
mod network;
mod output;
mod spectra;
mod study;
mod task;

pub use arms::*;
pub use delays::*;
pub use network::*;
pub use output::*;
pub use spectra::*;
pub use study::*;
pub use task::*;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A training run to be seen by up to four arms and judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["task", "network", "time"] }, { "required": ["spectra"] }]))]
pub struct Scenario {
    /// What the figure and the tables call it (default: the file's name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Seed of all random numbers.
    #[serde(default = "seed")]
    pub seed: u64,
    /// What is to be learned: exactly one of spectrum, matrices, hierarchy, gaussian, dataset.
    #[serde(default = "absent::no_task", skip_serializing_if = "absent::is_no_task")]
    pub task: TaskTable,
    /// The network and its start.
    #[serde(default = "absent::no_network", skip_serializing_if = "absent::is_no_network")]
    pub network: Network,
    /// When the network is looked at.
    #[serde(default = "absent::no_time", skip_serializing_if = "absent::is_no_time")]
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
    /// The same task and start at many depths, by name.
    #[serde(default, rename = "study", skip_serializing_if = "IndexMap::is_empty")]
    pub studies: IndexMap<String, StudyTable>,
    /// Half-learning times of descent over random starts, against the closed form, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub delays: IndexMap<String, DelaysTable>,
    /// Random networks before they are trained, by name. A scenario that has nothing else needs no task, network
    /// and time.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub spectra: IndexMap<String, SpectraTable>,
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

/// The default of keys that scale.
fn one() -> f64 {
    1.0
}

/// The JSON Schema (draft-07) of a scenario file.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft07();
    let schema = settings.into_generator().into_root_schema_for::<Scenario>();
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
