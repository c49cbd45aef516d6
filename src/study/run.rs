//! All networks of a study, spread over the cores.

use super::goal::Goal;
use super::learner::OnSamples;
use super::predict::{Prediction, Theory};
use super::train::{Network, Trained};
use super::{Ended, Learned, Point, RateRule, Row, Series, SeriesResult, Setting, Study, StudyResult, Trainer, widths};
use crate::experiment::Batch;
use crate::integrate::Settings;
use crate::network::{Activation, StartError, starting_weights};
use crate::parallel;
use crate::premises::Premises;
use crate::random::{self, Purpose};
use crate::reduction::Reduction;
use crate::sgd::{Trainee, training_samples};
use crate::stability::Sharpness;
use crate::task::{Averaging, ModeBasis, Samples};
use std::borrow::Cow;

/// One network to be trained.
#[derive(Debug, Clone, Copy)]
struct Job {
    series: usize,
    layers: usize,
    run: u32,
}

/// Runs of a series.
fn runs(study: &Study, series: &Series) -> u32 {
    let batches = matches!(study.trainer, Trainer::Descent { batch: Batch::Size(_) });
    // Aligned starts differ in rotations of the hidden layers, which units that are not linear feel.
    let differ = series.start.is_random() || batches || series.activation != Activation::Linear;
    if differ { study.runs } else { 1 }
}

/// By series, then by depth, then by run.
fn jobs(study: &Study) -> Vec<Job> {
    let of_series = |(index, series): (usize, &Series)| {
        let runs = runs(study, series);
        study.layers.iter().flat_map(move |&layers| (0..runs).map(move |run| Job { series: index, layers, run }))
    };
    study.series.iter().enumerate().flat_map(of_series).collect()
}

/// How many networks [`run`] trains.
pub fn networks(study: &Study) -> usize {
    study.series.iter().map(|series| runs(study, series) as usize * study.layers.len()).sum()
}

/// Rates that a series tries.
fn rates(series: &Series) -> usize {
    if let RateRule::Best(rates) = &series.rate { rates.len() } else { 1 }
}

/// Steps of progress that [`run`] reports in all: layers trained, at each rate.
pub fn progress_length(study: &Study) -> usize {
    let layers: usize = study.layers.iter().sum();
    study.series.iter().map(|series| runs(study, series) as usize * rates(series) * layers).sum()
}

/// Trains every network, on all cores; the same result on any number of them.
pub fn run(setting: Setting, study: &Study, progress: &(impl Fn(usize) + Sync)) -> StudyResult {
    let jobs = jobs(study);
    let samples = samples(setting, study);
    let samples = samples.as_deref();
    // The deepest first, so that no core is left alone with one at the end.
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(jobs[index].layers));
    let mut trained: Vec<(usize, Trained)> = parallel::runs(order, |index| {
        (index, train_one(setting, study, samples, jobs[index], progress).unwrap_or_else(Trained::impossible))
    });
    trained.sort_by_key(|(index, _)| *index);
    let mut trained = trained.into_iter().map(|(_, trained)| trained);
    let theory = Theory::new(setting, study);
    let mut of_series = |series: &Series| {
        let mut of_depth = |&layers: &usize| {
            let runs: Vec<Trained> = trained.by_ref().take(runs(study, series) as usize).collect();
            let pretraining = series.pretraining(&widths(study, setting.task, layers));
            let clock = Clock { unit: setting.tau / updates_per_unit(setting, study), pretraining };
            point(clock, layers, &runs, theory.predict(series, layers))
        };
        SeriesResult {
            name: series.name.clone(),
            label: series.label.clone(),
            points: study.layers.iter().map(&mut of_depth).collect(),
            limit: theory.limit(series),
            approximation: theory.approximation(series),
        }
    };
    StudyResult {
        name: study.name.clone(),
        title: study.title.clone(),
        goal: study.learned.describe(),
        of_mode: matches!(study.learned, Learned::Mode { .. }),
        series: study.series.iter().map(&mut of_series).collect(),
    }
}

/// The samples that a study trains on; `None` where the statistics serve.
fn samples<'a>(setting: Setting<'a>, study: &Study) -> Option<Cow<'a, Samples>> {
    let Trainer::Descent { batch } = study.trainer else { return None };
    let nonlinear = study.biases || study.series.iter().any(|series| series.activation != Activation::Linear);
    let needed = study.series.iter().any(|series| on_samples(study, series));
    needed.then(|| training_samples(setting.task, setting.seed, batch, !nonlinear))
}

/// Whether a series is trained on samples.
fn on_samples(study: &Study, series: &Series) -> bool {
    match study.trainer {
        Trainer::Flow { .. } => false,
        _ if study.classifies() => true,
        Trainer::Descent { batch } => batch != Batch::Full || series.activation != Activation::Linear || study.biases,
    }
}

/// Updates that take a unit of rate in T = t/τ: an epoch where the statistics are sums, or else one.
fn updates_per_unit(setting: Setting, study: &Study) -> f64 {
    match (setting.task.averaging, study.trainer, &setting.task.samples) {
        (Averaging::Sum, Trainer::Descent { batch: Batch::Size(size) }, Some(samples)) => {
            samples.len().div_ceil(size.max(1)).max(1) as f64
        }
        _ => 1.0,
    }
}

fn train_one(
    setting: Setting,
    study: &Study,
    samples: Option<&Samples>,
    job: Job,
    progress: &(impl Fn(usize) + Sync),
) -> Result<Trained, StartError> {
    let statistics = &setting.task.statistics;
    let series = &study.series[job.series];
    let widths = widths(study, setting.task, job.layers);
    // Series of one start share its draws: what differs between them is the rate.
    let start = study.series.iter().position(|other| other.start == series.start).unwrap_or(job.series);
    let purpose = Purpose::Network { start: start as u32, layers: job.layers as u32, run: job.run };
    let mut rng = random::stream(setting.seed, purpose);
    let start = starting_weights(&series.start.at(&widths), &widths, statistics, &mut rng)?;
    let basis = ModeBasis::new(statistics, &start);
    let goal = Goal::new(statistics, &basis, &study.learned);
    let network = match (samples.filter(|_| on_samples(study, series)), study.trainer) {
        (Some(samples), Trainer::Descent { batch }) => {
            let trainee = Trainee { widths: &widths, activation: series.activation, biases: study.biases };
            let task = setting.task;
            Network::on_samples(OnSamples { trainee, samples, task, batch, rng }, &start, &goal)
        }
        _ => Network::new(statistics, &widths, &start, &goal),
    };
    let keep = study.curves && job.run == 0;
    let rate = match &series.rate {
        RateRule::Best(rates) => {
            let found = network.search(rates, study.max_updates, keep, |tried| progress(tried * job.layers));
            return Ok(longer(&network, study, keep, found));
        }
        RateRule::Fixed(rate) => *rate,
        RateRule::Sharpness => {
            let premises = Premises::measure(statistics, &basis, &widths, &start);
            let reduction = Reduction::new(&start, &basis, &premises);
            1.0 / Sharpness::at_minimum(statistics, &basis, &reduction).value
        }
    };
    let trained = match study.trainer {
        // Nothing is learned from this start, so that there is no minimum to be sharp.
        _ if !rate.is_finite() => Trained::not_learned(0.0),
        Trainer::Descent { .. } => network.descend(rate, study.max_updates, keep),
        Trainer::Flow { method, rtol, max_steps } => {
            let atol = network.default_atol(rtol);
            network.flow(rate, &Settings { method, rtol, atol, max_steps }, study.max_updates, keep)
        }
    };
    progress(job.layers);
    Ok(longer(&network, study, keep, trained))
}

/// With the curve of as many updates as the study asks for, at the rate of what has been trained.
fn longer(network: &Network, study: &Study, keep: bool, trained: Trained) -> Trained {
    match study.curve_updates {
        Some(updates) if keep && trained.rate > 0.0 && matches!(trained.ended, Ended::Learned | Ended::NotLearned) => {
            Trained { curve: network.follow(trained.rate, updates), ..trained }
        }
        _ => trained,
    }
}

/// How updates of a network count.
struct Clock {
    /// The scenario's time that an update takes, at a rate of 1.
    unit: f64,
    /// Updates before the first.
    pretraining: u64,
}

/// The runs of one network together.
fn point(clock: Clock, layers: usize, runs: &[Trained], predicted: Option<Prediction>) -> Point {
    let worst = runs.iter().map(|run| &run.ended).max_by_key(|ended| match ended {
        Ended::Learned => 0,
        Ended::NotLearned => 1,
        Ended::Diverged => 2,
        Ended::Incomplete(_) => 3,
        Ended::Impossible(_) => 4,
    });
    let ended = worst.cloned().unwrap_or(Ended::NotLearned);
    let count = runs.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Trained) -> f64| runs.iter().map(of).sum::<f64>() / count;
    let all = ended == Ended::Learned;
    let updates = all.then(|| mean(&|run| run.updates));
    let spread = updates.filter(|_| runs.len() > 1).map(|average| {
        let squares: f64 = runs.iter().map(|run| (run.updates - average).powi(2)).sum();
        (squares / (count - 1.0)).sqrt()
    });
    Point {
        layers,
        rate: (all || ended == Ended::NotLearned && runs.iter().all(|run| run.rate > 0.0)).then(|| match runs {
            [only] => only.rate,
            _ => mean(&|run| run.rate.ln()).exp(),
        }),
        updates,
        spread,
        pretraining: clock.pretraining,
        time: all.then(|| clock.unit * mean(&|run| run.rate * run.updates)),
        predicted,
        learned: runs.iter().filter(|run| run.ended == Ended::Learned).count() as u32,
        ended,
        curve: runs.first().map(|run| late(&run.curve, clock.pretraining)).unwrap_or_default(),
    }
}

/// A curve that starts after pretraining, during which the network stays as it will be then: nobody asks it.
fn late(curve: &[Row], pretraining: u64) -> Vec<Row> {
    curve.iter().map(|row| Row { updates: row.updates + pretraining as f64, ..*row }).collect()
}
