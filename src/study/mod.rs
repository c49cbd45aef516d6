//! Learning against depth: networks of one task and one kind of start, as deep as one likes, each trained
//! until the same has been learned.
//!
//! Saxe, McClelland & Ganguli (2013), section 2.1 and figures 4 and 6: at the best learning rate, which falls
//! as 1/N_l, the number of updates stays finite as layers are added, if the strength of the modes at the
//! start does not depend on depth.

mod goal;
mod learner;
mod measure;
mod predict;
mod run;
mod train;

pub use goal::{Learned, zero_excess};
pub use measure::StudyFigure;
pub use predict::{Limit, Prediction, Theory};
pub use run::{networks, progress_length, run};

use crate::experiment::Batch;
use crate::integrate::Method;
use crate::network::{Activation, Start, StartError, Widths};
use crate::task::Task;
use crate::trajectory::Outcome;

/// What is varied, and until when each network is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Its name in the scenario, and in the names of its files.
    pub name: String,
    /// What its figure is called.
    pub title: String,
    /// N_l of each network, ascending, input and output included: N_l − 2 hidden layers.
    pub layers: Vec<usize>,
    /// Units in every hidden layer.
    pub width: usize,
    /// What trains the networks.
    pub trainer: Trainer,
    /// Whether they have biases, which start at 0.
    pub biases: bool,
    /// When training ends.
    pub learned: Learned,
    /// Updates after which a network counts as one that does not learn.
    pub max_updates: u64,
    /// Independent starts of each network, where starts are random.
    pub runs: u32,
    /// What is compared.
    pub series: Vec<Series>,
    /// Whether the way to the goal is kept, besides its length.
    pub curves: bool,
    /// Whether the training error is shown on the way.
    pub errors: bool,
    /// Updates that are kept instead of those to the goal, at the same learning rate.
    pub curve_updates: Option<u64>,
}

impl Study {
    /// Whether the networks are asked for classes: only samples can be.
    pub fn classifies(&self) -> bool {
        self.errors || matches!(self.learned, Learned::TrainingError(_))
    }
}

/// What trains the networks of a study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trainer {
    /// θ ← θ − η ∂L/∂θ: a linear network's full batch by the statistics, and else on samples.
    Descent {
        /// Samples per update.
        batch: Batch,
    },
    /// The weight flow; an update is η units of t/τ.
    Flow {
        /// Runge-Kutta method.
        method: Method,
        /// Relative tolerance.
        rtol: f64,
        /// The largest number of attempted steps.
        max_steps: u64,
    },
}

/// One start at one rule for the learning rate, at every depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the scenario.
    pub name: String,
    /// What the figure calls it.
    pub label: String,
    /// The start at any depth.
    pub start: Family,
    /// The learning rate at any depth.
    pub rate: RateRule,
    /// Activation of the hidden units.
    pub activation: Activation,
}

/// A kind of start, whatever the depth.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// Aligned, u0 of every mode the same at every depth: |a_l| = u0^{1/D}.
    Aligned(f64),
    /// Aligned, a_l the same at every depth: u0 = a^D.
    PerLayer(f64),
    /// Drawn by the same rule for every matrix.
    Drawn(Start),
}

impl Series {
    /// Updates of pretraining that come before training, of the network of these widths.
    pub fn pretraining(&self, widths: &Widths) -> u64 {
        match &self.start {
            Family::Drawn(Start::Pretrained(pretraining)) => pretraining.updates(widths),
            _ => 0,
        }
    }
}

impl Family {
    /// The start of one network.
    pub fn at(&self, widths: &Widths) -> Start {
        let (modes, depth) = (widths.bottleneck(), widths.depth());
        match self {
            Family::Aligned(u0) => Start::aligned(*u0, modes, depth),
            Family::PerLayer(a) => Start::per_layer(*a, modes, depth),
            Family::Drawn(start) => start.clone(),
        }
    }

    /// Whether every run starts anew: aligned starts differ in rotations of the hidden layers only.
    pub fn is_random(&self) -> bool {
        matches!(self, Family::Drawn(_))
    }
}

/// The learning rate of each network.
#[derive(Debug, Clone, PartialEq)]
pub enum RateRule {
    /// 1/sharpness at the minimum: the "optimal" rate of Saxe et al. (2013), half of the largest stable one.
    Sharpness,
    /// The same at every depth.
    Fixed(f64),
    /// The fastest of these, in descending order.
    Best(Vec<f64>),
}

/// How a network of a study ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// The goal was reached.
    Learned,
    /// Not within the updates allowed.
    NotLearned,
    /// The weights went beyond all bounds, at every rate tried.
    Diverged,
    /// The integration broke off.
    Incomplete(Outcome),
    /// There is no such start for these widths.
    Impossible(StartError),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ended::Learned => write!(f, "learned"),
            Ended::NotLearned => write!(f, "not learned"),
            Ended::Diverged => write!(f, "diverged"),
            Ended::Incomplete(outcome) => write!(f, "{outcome}"),
            Ended::Impossible(error) => write!(f, "{error}"),
        }
    }
}

/// A row on the way to the goal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Updates so far, t/(τη), those of pretraining included.
    pub updates: f64,
    /// L.
    pub loss: f64,
    /// u of the mode that is waited for, or of the first.
    pub strength: f64,
    /// Share of the training samples that are taken for another class, where it is looked at.
    pub training_error: Option<f64>,
}

/// One network: how fast it learned, and how fast it should have.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// N_l.
    pub layers: usize,
    /// The learning rate: given, or the best one found (its geometric mean over runs); of a network that did not learn,
    /// the one at which it got furthest.
    pub rate: Option<f64>,
    /// Updates until the goal is reached, to stay so for half as many again; the mean over runs.
    pub updates: Option<f64>,
    /// Their standard deviation over runs, where there are several.
    pub spread: Option<f64>,
    /// Updates of pretraining before, which `updates` does not count but the curve does.
    pub pretraining: u64,
    /// Time until learned, in the scenario's units.
    pub time: Option<f64>,
    /// What the law of this depth says.
    pub predicted: Option<Prediction>,
    /// How it ended: the worst of the runs.
    pub ended: Ended,
    /// How many of the runs learned.
    pub learned: u32,
    /// The way there, of the first run.
    pub curve: Vec<Row>,
}

impl Point {
    /// The learning rate at which the network learned.
    pub fn best_rate(&self) -> Option<f64> {
        self.updates.and(self.rate)
    }
}

/// One series at all depths.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesResult {
    /// Its name in the scenario.
    pub name: String,
    /// What the figure calls it.
    pub label: String,
    /// In the order of the study's layers.
    pub points: Vec<Point>,
    /// What the predictions tend to as layers are added.
    pub limit: Option<Limit>,
    /// Why predictions, and rates of 1/sharpness, are approximate; `None` where they are exact for the flow.
    pub approximation: Option<String>,
}

/// What came out of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyResult {
    /// Its name in the scenario.
    pub name: String,
    /// What its figure is called.
    pub title: String,
    /// What was waited for, in words.
    pub goal: String,
    /// Whether that was the strength of a mode, rather than the loss.
    pub of_mode: bool,
    /// In the scenario's order.
    pub series: Vec<SeriesResult>,
}

impl StudyResult {
    /// Whether every network was trained to an end, be it that it did not learn in time.
    pub fn is_complete(&self) -> bool {
        self.broken().is_none()
    }

    /// The first network whose training broke off.
    pub fn broken(&self) -> Option<(&SeriesResult, &Point)> {
        let points = self.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)));
        points.into_iter().find(|(_, point)| !matches!(point.ended, Ended::Learned | Ended::NotLearned))
    }
}

/// What all networks of a study share.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The task.
    pub task: &'a Task,
    /// τ.
    pub tau: f64,
    /// The seed of all random numbers.
    pub seed: u64,
}

/// Widths of the network of N_l layers.
pub fn widths(study: &Study, task: &Task, layers: usize) -> Widths {
    let hidden = vec![study.width; layers.saturating_sub(2)];
    Widths::new(task.statistics.inputs(), &hidden, task.statistics.outputs())
}
