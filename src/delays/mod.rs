//! Delays of random starts: when each mode is half learned by descent, against the closed form of a balanced
//! start of strength u0.
//!
//! Saxe, McClelland & Ganguli (2013), figure 3 right: (t − t_pred)/t_pred against s, mean and standard deviation over
//! 100 random starts, of linear and tanh networks.

mod measure;
mod run;
mod watch;

pub use measure::DelayFigure;
pub use run::{progress_length, run};

use crate::analytic;
use crate::experiment::Experiment;
use crate::network::{Activation, Start, StartError};
use crate::premises::fails;

/// What is started how often, and what its delays are measured from.
#[derive(Debug, Clone, PartialEq)]
pub struct Delays {
    /// The name in the scenario, and in the names of the files.
    pub name: String,
    /// What the figure is called.
    pub title: String,
    /// u0 of the prediction, as the product of balanced weights.
    pub strength: f64,
    /// The modes that are watched, ascending.
    pub modes: Vec<Expected>,
    /// Learning rate η of full-batch descent.
    pub learning_rate: f64,
    /// Updates after which a mode that is not half learned counts as one that is missing.
    pub max_updates: u64,
    /// What is compared.
    pub series: Vec<Series>,
}

/// What is expected of a mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Which, from 0.
    pub mode: usize,
    /// Its singular value.
    pub s: f64,
    /// v_αᵀΣ11v_α.
    pub input_eigenvalue: f64,
    /// t_pred, in the scenario's units.
    pub half_time: f64,
}

/// One kind of start of one kind of network.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the scenario.
    pub name: String,
    /// What the figure calls it.
    pub label: String,
    /// The start; of the same one, two series see the same draws.
    pub start: Start,
    /// Activation of the hidden units.
    pub activation: Activation,
    /// Independent starts.
    pub runs: u32,
}

impl Series {
    /// Whether starts differ in something that the map of a network of so many weight matrices depends on: those that
    /// are aligned differ in rotations of the hidden layers.
    pub fn is_random(start: &Start, activation: Activation, depth: usize) -> bool {
        match start {
            Start::Matrices(_) => false,
            Start::Aligned { .. } => activation != Activation::Linear && depth > 1,
            _ => true,
        }
    }
}

/// Delays of one mode over the starts of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeDelay {
    /// The mode, and when it should be half learned.
    pub expected: Expected,
    /// Mean of (t − t_pred)/t_pred over the runs that half learned it; `None` without any.
    pub delay: Option<f64>,
    /// Its standard deviation (with n − 1) over these runs; `None` for fewer than two.
    pub spread: Option<f64>,
    /// How many runs half learned it in time.
    pub learned: u32,
}

/// Why a run says nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Broken {
    /// The weights went beyond all bounds after so many updates.
    Diverged(u64),
    /// There is no such start.
    Impossible(StartError),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Diverged(updates) => write!(f, "diverged within {updates} updates (lower the learning rate)"),
            Broken::Impossible(error) => write!(f, "{error}"),
        }
    }
}

/// What came out of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesResult {
    /// Its name in the scenario.
    pub name: String,
    /// What the figure calls it.
    pub label: String,
    /// Starts that were tried: one, if all would be the same.
    pub runs: u32,
    /// A row per mode.
    pub modes: Vec<ModeDelay>,
    /// The first run that broke off, from 0, and how.
    pub broken: Option<(u32, Broken)>,
}

/// What came out of a table of delays.
#[derive(Debug, Clone, PartialEq)]
pub struct DelaysResult {
    /// The name in the scenario.
    pub name: String,
    /// What the figure is called.
    pub title: String,
    /// u0 of the prediction.
    pub strength: f64,
    /// Updates that each run was allowed.
    pub max_updates: u64,
    /// Why the prediction does not even hold for its own start; `None` where it does.
    pub approximation: Option<String>,
    /// In the scenario's order.
    pub series: Vec<SeriesResult>,
}

impl DelaysResult {
    /// The first series with a run that broke off.
    pub fn broken(&self) -> Option<(&SeriesResult, u32, &Broken)> {
        self.series.iter().find_map(|series| series.broken.as_ref().map(|(run, how)| (series, *run, how)))
    }

    /// The modes that some runs did not half learn in time, in words.
    pub fn missing(&self) -> Vec<String> {
        let of_series = |series: &SeriesResult| {
            let late = series.modes.iter().filter(|mode| mode.learned < series.runs);
            let counted =
                |mode: &ModeDelay| format!("{} ({} of {} runs)", mode.expected.mode + 1, mode.learned, series.runs);
            let late: Vec<String> = late.map(counted).collect();
            (series.broken.is_none() && !late.is_empty()).then(|| {
                format!(
                    "delays {}, {}: not every run half learns these modes within {} updates, and their mean is of those that do: {}",
                    self.name,
                    series.name,
                    self.max_updates,
                    late.join(", ")
                )
            })
        };
        self.series.iter().filter_map(of_series).collect()
    }
}

/// What is expected of a mode, from 0, that starts at the balanced strength u0; `None` if it is never learned, or at
/// half of s/λ already.
///
/// t_pred is the time until u = s/(2λ), for two weights (τ/2s) ln(s/(λu0) − 1), and else by the law of their depth.
pub fn expected(experiment: &Experiment, strength: f64, mode: usize) -> Option<Expected> {
    let basis = &experiment.basis;
    let half = basis.final_strength(mode)? / 2.0;
    let Start::Aligned { strengths } = Start::aligned(strength, 1, experiment.widths.depth()) else { return None };
    let (s, input_eigenvalue) = (*basis.s.get(mode)?, *basis.input_eigenvalues.get(mode)?);
    if strength >= half {
        return None;
    }
    let time = analytic::time_to_reach(s, input_eigenvalue, experiment.clock.tau, &strengths.concat(), half);
    let half_time = time.filter(|t| t.is_finite() && *t > 0.0)?;
    Some(Expected { mode, s, input_eigenvalue, half_time })
}

/// Why the prediction is one of no start of a linear network either; `None` if it is exact for an aligned one.
pub fn approximation(experiment: &Experiment) -> Option<String> {
    let violation = experiment.premises.commuting;
    fails(violation)
        .then(|| format!("the inputs' correlations do not commute with the modes (violation {violation:.2e})"))
}
