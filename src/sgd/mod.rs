//! The sgd arm: discrete gradient descent, of a linear network's full batch by the statistics, and else on samples.

mod assess;
mod batches;
mod by_samples;
mod by_statistics;
mod pace;
mod pieces;
mod samples;

pub use assess::{Assessment, Assessor, CHUNK};
pub use by_samples::{SampleDescent, Trainee};
pub use by_statistics::StatisticsDescent;
pub use pace::Pace;

use crate::experiment::{Batch, Experiment, Keep, Order, SgdSettings};
use crate::linalg::map_of;
use crate::network::Activation;
use crate::parallel;
use crate::random::{self, Purpose};
use crate::sampling::{in_frame, into_frame, of_weights, scores, sharpness};
use crate::task::{Averaging, Samples, Scores, Task};
use crate::text::number;
use crate::trajectory::{Arm, Energy, Observation, Outcome, Sample, State, Trajectory, Work};
use std::borrow::Cow;
use std::cell::RefCell;
use std::time::Instant;

/// A loss of so many times the first one, or that of the zero map, is on its way to infinity: what stays
/// bounded beyond the stable learning rate oscillates within a few times that.
const DIVERGED: f64 = 1e6;

/// Updates between two looks at whether the weights are still finite.
const WATCH_EVERY: u64 = 64;

/// One run of descent: its rows, its work, and how it ended.
struct Run {
    /// Mode strengths at t = 0, whether or not that is a row.
    start: Vec<f64>,
    samples: Vec<Sample>,
    work: Work,
    outcome: Outcome,
}

/// Trains the network by discrete descent, several times where the order of samples is random.
pub fn run(experiment: &Experiment, settings: &SgdSettings, progress: impl Fn(usize) + Sync) -> Trajectory {
    let clock = Instant::now();
    let mut runs = if settings.batch == Batch::Full && experiment.is_linear() {
        vec![by_statistics(experiment, settings, &progress)]
    } else {
        let samples = training_samples(&experiment.task, experiment.seed, settings.batch, experiment.is_linear());
        let distinct = if is_random(settings) { settings.runs } else { 1 };
        parallel::runs((0..distinct).collect(), |run| on_samples(experiment, settings, &samples, run, &progress))
    };
    let start = runs.first().map(|run| run.start.clone()).unwrap_or_default();
    let mut trajectory = if runs.len() == 1 { single(runs.remove(0), settings.runs) } else { mean(&runs) };
    trajectory.half_times =
        (0..experiment.basis.len()).map(|mode| half_time(experiment, &trajectory, &start, mode)).collect();
    trajectory.method = method(experiment, settings);
    trajectory.work.wall_s = clock.elapsed().as_secs_f64();
    trajectory
}

fn method(experiment: &Experiment, settings: &SgdSettings) -> String {
    let batch = match settings.batch {
        Batch::Full => "full batch".to_owned(),
        Batch::Size(1) => format!("single samples, {}", order_name(settings.order)),
        Batch::Size(n) => format!("batches of {n}, {}", order_name(settings.order)),
    };
    let loss = match experiment.task.averaging {
        Averaging::Mean => "",
        Averaging::Sum => " on the summed loss",
    };
    let runs = match (settings.runs, is_random(settings)) {
        (1, _) => String::new(),
        (n, true) => format!(", {n} runs"),
        (n, false) => format!(", {n} runs that are all the same"),
    };
    let network = match (experiment.activation, experiment.biases) {
        (Activation::Linear, false) => String::new(),
        (activation, false) => format!("{} network, ", activation.name()),
        (activation, true) => format!("{} network with biases, ", activation.name()),
    };
    format!("{network}{batch}, learning rate {}{loss}{runs}", number(settings.learning_rate))
}

/// Whether runs differ: they do in the order of the samples, and in nothing else.
pub fn is_random(settings: &SgdSettings) -> bool {
    settings.batch != Batch::Full && settings.order == Order::Shuffled
}

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Shuffled => "shuffled",
        Order::Sequential => "sequential",
    }
}

/// The task's samples, or some drawn to have exactly its statistics, in whole batches.
pub fn training_samples(task: &Task, seed: u64, batch: Batch, linear: bool) -> Cow<'_, Samples> {
    match &task.samples {
        Some(samples) => Cow::Borrowed(samples),
        None => {
            let mut rng = random::stream(seed, Purpose::Samples);
            Cow::Owned(samples::with_statistics(&task.statistics, batch, linear, &mut rng))
        }
    }
}

/// How many samples are drawn for a task that has none, of N1 inputs and N3 outputs.
pub fn drawn_samples(inputs: usize, outputs: usize, batch: Batch, linear: bool) -> usize {
    samples::count(inputs, outputs, batch, linear)
}

/// W_l ← W_l − η ∂L/∂W_l, by the statistics: no samples are needed.
fn by_statistics(experiment: &Experiment, settings: &SgdSettings, progress: &(impl Fn(usize) + Sync)) -> Run {
    let mut descent = StatisticsDescent::new(&experiment.widths, &experiment.task.statistics);
    let mut weights = experiment.widths.flatten(&into_frame(experiment));
    descend(
        experiment,
        Pace::new(experiment, settings),
        &mut weights,
        |weights| descent.step(weights, settings.learning_rate),
        |t, weights| of_weights(experiment, t, &experiment.widths.unflatten(weights)),
        progress,
    )
}

/// θ ← θ − η ∂L_B/∂θ on the samples themselves.
fn on_samples(
    experiment: &Experiment,
    settings: &SgdSettings,
    samples: &Samples,
    run: u32,
    progress: &(impl Fn(usize) + Sync),
) -> Run {
    let rng = random::stream(experiment.seed, Purpose::Order(run));
    // Only the first run's states are shown.
    let keep = if run == 0 { experiment.keep } else { Keep::default() };
    // A full batch is the same in any order.
    let supply = match settings.batch {
        Batch::Full => (samples.len(), Order::Sequential),
        Batch::Size(size) => (size.min(samples.len()), settings.order),
    };
    let trainee = experiment.trainee();
    let averaging = experiment.task.averaging;
    let mut descent = SampleDescent::new(trainee, samples, averaging, supply, rng);
    let assessor = Assessor::new(samples, &experiment.task);
    let looking = RefCell::new(trainee.backprop(if experiment.is_linear() { 0 } else { CHUNK }));
    let mut parameters = experiment.widths.flatten(&experiment.start);
    parameters.resize(looking.borrow().len(), 0.0);
    descend(
        experiment,
        Pace::new(experiment, settings),
        &mut parameters,
        |parameters| descent.step(parameters, settings.learning_rate),
        |t, parameters| {
            if experiment.is_linear() {
                return of_linear(experiment, keep, t, parameters);
            }
            let mut looking = looking.borrow_mut();
            let assessment = assessor.assess(&mut looking, parameters);
            let scores = assessor.scores(&assessment, &mut looking, parameters);
            of_assessment(experiment, keep, t, parameters, (assessment, scores))
        },
        progress,
    )
}

/// A row of a linear network whose weights are in the user's coordinates.
fn of_linear(experiment: &Experiment, keep: Keep, t: f64, weights: &[f64]) -> Sample {
    let weights = experiment.widths.unflatten(weights);
    let map = map_of(&weights);
    let mut mean = experiment.probe.observe(&experiment.probe.frame().enter(&map)).scored(scores(experiment, &map));
    mean.sharpness = sharpness(experiment, &in_frame(&experiment.task.statistics, &weights));
    let state = keep.any().then(|| State { map, weights: keep.weights.then_some(weights), grams: None });
    Sample { t, mean, spread: None, state }
}

/// A row of any network: its modes are those of the linear map that stands for it, its loss is its own.
fn of_assessment(
    experiment: &Experiment,
    keep: Keep,
    t: f64,
    parameters: &[f64],
    (assessment, scores): (Assessment, Scores),
) -> Sample {
    let mut mean = experiment.probe.observe(&assessment.map).scored(scores);
    mean.loss = assessment.loss;
    // The energy is that of a linear network, and so is its Hessian.
    mean.energy = None;
    let state = keep.any().then(|| State {
        map: experiment.probe.frame().leave(&assessment.map),
        weights: keep.weights.then(|| experiment.widths.unflatten(parameters)),
        grams: None,
    });
    Sample { t, mean, spread: None, state }
}

/// Updates until every requested time is reached, or until the weights are no longer finite.
fn descend(
    experiment: &Experiment,
    pace: Pace,
    weights: &mut [f64],
    mut update: impl FnMut(&mut [f64]),
    observe: impl Fn(f64, &[f64]) -> Sample,
    progress: &(impl Fn(usize) + Sync),
) -> Run {
    let mut samples: Vec<Sample> = Vec::with_capacity(experiment.clock.times.len());
    let start = observe(0.0, weights).mean;
    let ceiling = DIVERGED * start.loss.max(0.5 * experiment.task.statistics.trace_sigma33);
    let mut done = 0;
    let mut finite_at = 0.0;
    let mut outcome = Outcome::Complete;
    'times: for &t in &experiment.clock.times {
        let target = pace.updates_at(t);
        while done < target {
            update(weights);
            done += 1;
            if done % WATCH_EVERY == 0 || done == target {
                if !weights.iter().all(|w| w.is_finite()) {
                    outcome = Outcome::Diverged { t: finite_at };
                    break 'times;
                }
                finite_at = pace.time_of(done);
            }
        }
        let sample = observe(t, weights);
        if !sample.mean.is_finite() || sample.mean.loss > ceiling {
            outcome = Outcome::Diverged { t: finite_at };
            break;
        }
        samples.push(sample);
        progress(1);
    }
    Run {
        start: start.modes,
        samples,
        work: Work { accepted: done, rejected: 0, evaluations: done, wall_s: 0.0 },
        outcome,
    }
}

fn trajectory(samples: Vec<Sample>, work: Work, outcome: Outcome) -> Trajectory {
    Trajectory {
        arm: Arm::Sgd,
        method: String::new(),
        approximation: None,
        samples,
        half_times: Vec::new(),
        work,
        outcome,
    }
}

/// One run; where it stands for several that would be the same, their spread is zero.
fn single(run: Run, runs: u32) -> Trajectory {
    let mut samples = run.samples;
    if runs > 1 {
        for sample in &mut samples {
            sample.spread = Some(combine(&[&sample.mean], |_| 0.0));
        }
    }
    trajectory(samples, run.work, run.outcome)
}

/// Mean and standard deviation (with n − 1) over runs, as far as all of them got.
fn mean(runs: &[Run]) -> Trajectory {
    let rows = runs.iter().map(|r| r.samples.len()).min().unwrap_or(0);
    let samples = (0..rows)
        .filter_map(|row| {
            let first = runs.first()?.samples.get(row)?;
            let observations: Vec<&Observation> = runs.iter().map(|r| &r.samples[row].mean).collect();
            Some(Sample {
                t: first.t,
                mean: combine(&observations, average),
                spread: Some(combine(&observations, deviation)),
                state: first.state.clone(),
            })
        })
        .collect();
    let outcome = runs.iter().map(|r| &r.outcome).find(|o| !o.is_complete()).unwrap_or(&Outcome::Complete).clone();
    let sum = |of: fn(&Work) -> u64| runs.iter().map(|r| of(&r.work)).sum();
    let work = Work { accepted: sum(|w| w.accepted), evaluations: sum(|w| w.evaluations), ..Work::default() };
    trajectory(samples, work, outcome)
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = average(values);
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (squares / values.len().saturating_sub(1).max(1) as f64).sqrt()
}

/// Applies a statistic over runs to every observed number.
fn combine(runs: &[&Observation], statistic: impl Fn(&[f64]) -> f64) -> Observation {
    let over = |of: &dyn Fn(&Observation) -> f64| statistic(&runs.iter().map(|o| of(o)).collect::<Vec<_>>());
    let where_known = |of: &dyn Fn(&Observation) -> Option<f64>| {
        runs.iter().all(|o| of(o).is_some()).then(|| over(&|o| of(o).unwrap_or(0.0)))
    };
    let modes = runs.first().map_or(0, |o| o.modes.len());
    Observation {
        loss: over(&|o| o.loss),
        modes: (0..modes).map(|alpha| over(&|o| o.modes[alpha])).collect(),
        coupling: Some(over(&|o| o.coupling.unwrap_or(0.0))),
        energy: runs.iter().all(|o| o.energy.is_some()).then(|| Energy {
            modes: over(&|o| o.energy.map_or(0.0, |e| e.modes)),
            coupling: over(&|o| o.energy.map_or(0.0, |e| e.coupling)),
        }),
        sharpness: where_known(&|o| o.sharpness),
        training_error: where_known(&|o| o.training_error),
        test_error: where_known(&|o| o.test_error),
        test_loss: where_known(&|o| o.test_loss),
    }
}

/// The first time at which a mode is at half of s/λ; `None` if it never is. Descent keeps no states between
/// its rows: between two of them ln(u/(s/λ − u)) is taken to be linear in time, which it is for balanced pairs.
fn half_time(experiment: &Experiment, trajectory: &Trajectory, start: &[f64], mode: usize) -> Option<f64> {
    let end = experiment.basis.final_strength(mode)?;
    let first = start.get(mode).map(|u| (0.0, u / end));
    let shares: Vec<(f64, f64)> = first.into_iter().chain(trajectory.mode(mode).map(|(t, u)| (t, u / end))).collect();
    let after = shares.iter().position(|(_, x)| *x >= 0.5)?;
    let (t1, x1) = *shares.get(after)?;
    let Some((t0, x0)) = after.checked_sub(1).and_then(|before| shares.get(before)).copied() else {
        return Some(t1);
    };
    Some(t0 + half_way(x0, x1) * (t1 - t0))
}

/// Where between two looks a share of s/λ that goes from x0 < ½ to x1 ≥ ½ is a half: ln(x/(1 − x)) is linear in
/// between, or x itself where that has no logarithm.
pub fn half_way(x0: f64, x1: f64) -> f64 {
    if x0 > 0.0 && x1 < 1.0 {
        let (y0, y1) = ((x0 / (1.0 - x0)).ln(), (x1 / (1.0 - x1)).ln());
        -y0 / (y1 - y0)
    } else {
        (0.5 - x0) / (x1 - x0)
    }
}
