//! All starts of all series, spread over the cores.

use super::watch::{HalfTimes, Reader};
use super::{Broken, Delays, DelaysResult, Expected, ModeDelay, Series, SeriesResult, approximation};
use crate::experiment::{Batch, Experiment, Order};
use crate::network::{Activation, Gradient, starting_weights};
use crate::parallel;
use crate::random::{self, Purpose};
use crate::sampling::in_frame;
use crate::sgd::{SampleDescent, Trainee, training_samples};
use crate::task::{ModeBasis, Samples};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;

/// Updates between two looks at whether all weights are finite: the strengths may not show it.
const WATCH_EVERY: u64 = 64;

/// Half-times of the watched modes, in updates.
type Found = Result<Vec<Option<f64>>, Broken>;

/// Steps of progress that [`run`] reports in all: runs of series.
pub fn progress_length(delays: &Delays) -> usize {
    delays.series.iter().map(|series| series.runs as usize).sum()
}

/// Trains every network, on all cores; the same result on any number of them.
pub fn run(experiment: &Experiment, delays: &Delays, progress: &(impl Fn(usize) + Sync)) -> DelaysResult {
    let needed = delays.series.iter().any(|series| on_samples(experiment, series));
    let samples = needed.then(|| training_samples(&experiment.task, experiment.seed, Batch::Full, false));
    let samples = samples.as_deref();
    let jobs: Vec<(&Series, u32)> =
        delays.series.iter().flat_map(|series| (0..series.runs).map(move |run| (series, run))).collect();
    let found: Vec<Found> = parallel::runs(jobs, |(series, run)| {
        let found = one(experiment, delays, series, run, samples);
        progress(1);
        found
    });
    let mut found = found.into_iter();
    let mut of_series =
        |series: &Series| result(experiment, delays, series, found.by_ref().take(series.runs as usize).collect());
    DelaysResult {
        name: delays.name.clone(),
        title: delays.title.clone(),
        strength: delays.strength,
        max_updates: delays.max_updates,
        approximation: approximation(experiment),
        series: delays.series.iter().map(&mut of_series).collect(),
    }
}

/// Whether a series is trained on samples: a linear network's full batch is descended by the statistics.
fn on_samples(experiment: &Experiment, series: &Series) -> bool {
    series.activation != Activation::Linear || experiment.biases
}

/// One start, trained until all watched modes are half learned.
fn one(experiment: &Experiment, delays: &Delays, series: &Series, run: u32, samples: Option<&Samples>) -> Found {
    let (task, widths) = (&experiment.task, &experiment.widths);
    // Series of one start share its draws: what differs between them is the network.
    let start = delays.series.iter().position(|other| other.start == series.start).unwrap_or(0);
    let mut rng = random::stream(experiment.seed, Purpose::Delays { start: start as u32, run });
    let start = starting_weights(&series.start, widths, &task.statistics, &mut rng).map_err(Broken::Impossible)?;
    // Without equal singular values the modes are the same from any start.
    let own = experiment.basis.degenerate().then(|| ModeBasis::new(&task.statistics, &start));
    let basis = own.as_ref().unwrap_or(&experiment.basis);
    let count = samples.map_or(1, Samples::len);
    let modes: Vec<usize> = delays.modes.iter().map(|expected| expected.mode).collect();
    let mut reader = Reader::new(&task.statistics, basis, &modes, task.averaging, count);
    let ends = delays.modes.iter().map(|expected| expected.s / expected.input_eigenvalue).collect();
    let half_times = HalfTimes::new(ends);
    match samples.filter(|_| on_samples(experiment, series)) {
        Some(samples) => by_samples(experiment, delays, series, samples, (&start, rng), (&mut reader, half_times)),
        None => by_statistics(experiment, delays, &start, (&mut reader, half_times)),
    }
}

/// W_l ← W_l − η ∂L/∂W_l, by the statistics: the gradient brings the error along, and the error the strengths.
fn by_statistics(
    experiment: &Experiment,
    delays: &Delays,
    start: &[DMatrix<f64>],
    (reader, half_times): (&mut Reader, HalfTimes),
) -> Found {
    let (statistics, widths) = (&experiment.task.statistics, &experiment.widths);
    let gradient = Gradient::new(widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
    let mut weights = widths.flatten(&in_frame(statistics, start));
    let mut step = vec![0.0; weights.len()];
    wait(delays, half_times, |strengths, look| {
        gradient.descend(&weights, &mut step);
        reader.of_error(&gradient.error(), strengths);
        let mut moved = false;
        for (w, g) in weights.iter_mut().zip(&step) {
            let next = *w + delays.learning_rate * g;
            moved |= next != *w;
            *w = next;
        }
        Advance { moved, finite: !look || weights.iter().all(|w| w.is_finite()) }
    })
}

/// θ ← θ − η ∂L/∂θ on all samples, of a network of any activation.
fn by_samples(
    experiment: &Experiment,
    delays: &Delays,
    series: &Series,
    samples: &Samples,
    (start, rng): (&[DMatrix<f64>], ChaCha8Rng),
    (reader, half_times): (&mut Reader, HalfTimes),
) -> Found {
    let Experiment { task, widths, biases, .. } = experiment;
    let trainee = Trainee { widths, activation: series.activation, biases: *biases };
    let supply = (samples.len(), Order::Sequential);
    let mut descent = SampleDescent::new(trainee, samples, task.averaging, supply, rng);
    let mut parameters = widths.flatten(start);
    parameters.resize(trainee.backprop(0).len(), 0.0);
    wait(delays, half_times, |strengths, look| {
        strengths.fill(0.0);
        let see = |x: &[f64], outputs: &[f64]| reader.add_samples(x, outputs, strengths);
        descent.step_seeing(&mut parameters, delays.learning_rate, see);
        Advance { moved: true, finite: !look || parameters.iter().all(|w| w.is_finite()) }
    })
}

/// What an update did.
struct Advance {
    /// Whether any weight has moved.
    moved: bool,
    /// Whether all weights are finite, where that was looked at.
    finite: bool,
}

/// Updates until every watched mode is half learned, or for as many as are allowed. `advance` tells the strengths
/// before its update; asked to, it also looks at the weights.
fn wait(delays: &Delays, mut half_times: HalfTimes, mut advance: impl FnMut(&mut [f64], bool) -> Advance) -> Found {
    let mut strengths = vec![0.0; delays.modes.len()];
    for updates in 0..=delays.max_updates {
        let look = updates % WATCH_EVERY == 0 || updates == delays.max_updates;
        let Advance { moved, finite } = advance(&mut strengths, look);
        if !(half_times.see(updates, &strengths) && finite) {
            return Err(Broken::Diverged(updates));
        }
        // At a saddle, or at a rate too small for the digits of a number, nothing ever moves.
        if half_times.is_done() || !moved {
            break;
        }
    }
    Ok(half_times.into_inner())
}

/// Mean and standard deviation (with n − 1) over the runs of a series.
fn result(experiment: &Experiment, delays: &Delays, series: &Series, found: Vec<Found>) -> SeriesResult {
    // Full batch: T = t/τ is η per update, of averages and of sums.
    let unit = experiment.clock.tau * delays.learning_rate;
    let row = |(place, &expected): (usize, &Expected)| {
        let times = found.iter().filter_map(|run| run.as_ref().ok()?.get(place).copied().flatten());
        let delays: Vec<f64> = times.map(|updates| unit * updates / expected.half_time - 1.0).collect();
        let count = delays.len() as f64;
        let delay = (!delays.is_empty()).then(|| delays.iter().sum::<f64>() / count);
        let squares = |mean: f64| delays.iter().map(|delay| (delay - mean).powi(2)).sum::<f64>();
        let spread = delay.filter(|_| delays.len() > 1).map(|mean| (squares(mean) / (count - 1.0)).sqrt());
        ModeDelay { expected, delay, spread, learned: delays.len() as u32 }
    };
    let broken = found.iter().zip(0..).find_map(|(run, index)| Some((index, run.as_ref().err()?.clone())));
    SeriesResult {
        name: series.name.clone(),
        label: series.label.clone(),
        runs: found.len() as u32,
        modes: delays.modes.iter().enumerate().map(row).collect(),
        broken,
    }
}
