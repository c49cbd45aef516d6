//! Learning against depth: networks of one task and one kind of start, as deep as one likes, each trained
//! until the same has been learned.
//!
//! Saxe, McClelland & Ganguli (2013), section 2.1 and figures 4 and 6: at the best learning rate, which falls
//! as 1/N_l, the number of updates stays finite as layers are added, if the strength of the modes at the
//! start does not depend on depth.

mod goal;
mod measure;
mod predict;
mod train;

pub use goal::Learned;
pub use measure::StudyFigure;
pub use predict::{Limit, Prediction, Theory};

use crate::integrate::{Method, Settings};
use crate::network::{Start, StartError, Widths, starting_weights};
use crate::premises::Premises;
use crate::random::{self, Purpose};
use crate::reduction::Reduction;
use crate::stability::Sharpness;
use crate::task::{ModeBasis, Task};
use crate::trajectory::Outcome;
use goal::Goal;
use rayon::prelude::*;
use train::{Network, Trained};

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
}

/// What trains the networks of a study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trainer {
    /// W_l ← W_l − η ∂L/∂W_l, full batch by the statistics.
    Descent,
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
    fn is_random(&self) -> bool {
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
    /// Updates so far: t/(τη).
    pub updates: f64,
    /// L.
    pub loss: f64,
    /// u of the mode that is waited for, or of the first.
    pub strength: f64,
}

/// One network: how fast it learned, and how fast it should have.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// N_l.
    pub layers: usize,
    /// The learning rate: given, or the best one found (its geometric mean over runs).
    pub rate: Option<f64>,
    /// Updates until the goal is reached, to stay so for half as many again; the mean over runs.
    pub updates: Option<f64>,
    /// Their standard deviation over runs, where there are several.
    pub spread: Option<f64>,
    /// Time until learned, in the scenario's units.
    pub time: Option<f64>,
    /// What the law of this depth says.
    pub predicted: Option<Prediction>,
    /// How it ended: the worst of the runs.
    pub ended: Ended,
    /// The way there, of the first run.
    pub curve: Vec<Row>,
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
    /// Why predictions are approximate; `None` where they are exact for the flow.
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

/// One network to be trained.
#[derive(Debug, Clone, Copy)]
struct Job {
    series: usize,
    layers: usize,
    run: u32,
}

/// Runs of a series.
fn runs(study: &Study, series: &Series) -> u32 {
    if series.start.is_random() { study.runs } else { 1 }
}

fn jobs(study: &Study) -> Vec<Job> {
    let of_series = |(index, series): (usize, &Series)| {
        let runs = runs(study, series);
        study.layers.iter().flat_map(move |&layers| (0..runs).map(move |run| Job { series: index, layers, run }))
    };
    study.series.iter().enumerate().flat_map(of_series).collect()
}

/// The networks that [`run`] trains.
pub fn networks(study: &Study) -> usize {
    jobs(study).len()
}

/// Steps of progress that [`run`] reports in all: layers trained.
pub fn progress_length(study: &Study) -> usize {
    jobs(study).iter().map(|job| job.layers).sum()
}

/// Widths of the network of N_l layers.
pub fn widths(study: &Study, task: &Task, layers: usize) -> Widths {
    let hidden = vec![study.width; layers.saturating_sub(2)];
    Widths::new(task.statistics.inputs(), &hidden, task.statistics.outputs())
}

/// Trains every network, on all cores; the same result on any number of them.
pub fn run(setting: Setting, study: &Study, progress: &(impl Fn(usize) + Sync)) -> StudyResult {
    let jobs = jobs(study);
    // The deepest first, so that no core is left alone with one at the end.
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(jobs[index].layers));
    let trained: Vec<(usize, Trained)> = order
        .into_par_iter()
        .with_max_len(1)
        .map(|index| {
            let trained = train_one(setting, study, jobs[index]).unwrap_or_else(Trained::impossible);
            progress(jobs[index].layers);
            (index, trained)
        })
        .collect();
    let of = |series: usize, layers: usize| {
        let mut found: Vec<(usize, &Trained)> = trained
            .iter()
            .filter(|(index, _)| (jobs[*index].series, jobs[*index].layers) == (series, layers))
            .map(|(index, trained)| (*index, trained))
            .collect();
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, trained)| trained).collect::<Vec<_>>()
    };
    let theory = Theory::new(setting, study);
    let series = study
        .series
        .iter()
        .enumerate()
        .map(|(index, series)| SeriesResult {
            name: series.name.clone(),
            label: series.label.clone(),
            points: study
                .layers
                .iter()
                .map(|&layers| point(setting.tau, layers, &of(index, layers), theory.predict(series, layers)))
                .collect(),
            limit: theory.limit(series),
            approximation: theory.approximation(),
        })
        .collect();
    StudyResult {
        name: study.name.clone(),
        title: study.title.clone(),
        goal: study.learned.describe(),
        of_mode: matches!(study.learned, Learned::Mode { .. }),
        series,
    }
}

fn train_one(setting: Setting, study: &Study, job: Job) -> Result<Trained, StartError> {
    let series = &study.series[job.series];
    let widths = widths(study, setting.task, job.layers);
    let purpose = Purpose::Network { series: job.series as u32, layers: job.layers as u32, run: job.run };
    let basis = || ModeBasis::new(&setting.task.statistics, &[]);
    let start =
        starting_weights(&series.start.at(&widths), &widths, basis, &mut random::stream(setting.seed, purpose))?;
    let basis = ModeBasis::new(&setting.task.statistics, &start);
    let goal = Goal::new(&setting.task.statistics, &basis, &study.learned);
    let sharpness = || {
        let premises = Premises::measure(&setting.task.statistics, &basis, &widths, &start);
        let reduction = Reduction::new(&start, &basis, &premises);
        Sharpness::at_minimum(&setting.task.statistics, &basis, &reduction).value
    };
    let network = Network::new(&setting.task.statistics, &widths, &start, &goal);
    let keep = study.curves && job.run == 0;
    let rate = match &series.rate {
        RateRule::Best(rates) => return Ok(network.search(rates, study.max_updates, keep)),
        RateRule::Fixed(rate) => *rate,
        RateRule::Sharpness => 1.0 / sharpness(),
    };
    Ok(match study.trainer {
        Trainer::Descent => network.descend(rate, study.max_updates, keep),
        Trainer::Flow { method, rtol, max_steps } => {
            let atol = network.default_atol(rtol);
            network.flow(rate, &Settings { method, rtol, atol, max_steps }, study.max_updates, keep)
        }
    })
}

/// The runs of one network together.
fn point(tau: f64, layers: usize, runs: &[&Trained], predicted: Option<Prediction>) -> Point {
    let broken = runs.iter().map(|run| &run.ended).max_by_key(|ended| match ended {
        Ended::Learned => 0,
        Ended::NotLearned => 1,
        Ended::Diverged => 2,
        Ended::Incomplete(_) => 3,
        Ended::Impossible(_) => 4,
    });
    let ended = broken.cloned().unwrap_or(Ended::NotLearned);
    let count = runs.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Trained) -> f64| runs.iter().map(|run| of(run)).sum::<f64>() / count;
    let learned = ended == Ended::Learned;
    let updates = learned.then(|| mean(&|run| run.updates));
    let spread = updates.filter(|_| runs.len() > 1).map(|average| {
        let squares: f64 = runs.iter().map(|run| (run.updates - average).powi(2)).sum();
        (squares / (count - 1.0)).sqrt()
    });
    let first = runs.first();
    Point {
        layers,
        rate: learned.then(|| match runs {
            [only] => only.rate,
            _ => mean(&|run| run.rate.ln()).exp(),
        }),
        updates,
        spread,
        time: learned.then(|| tau * mean(&|run| run.rate * run.updates)),
        predicted,
        ended,
        curve: first.map(|run| run.curve.clone()).unwrap_or_default(),
    }
}
