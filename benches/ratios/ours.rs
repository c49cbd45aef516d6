//! What gradflow is asked for in each row: every call of it stands here, timed from a state to a state.

use crate::problem::{Plan, Raw, from_rows};
use gradflow::analytic::many::Many;
use gradflow::experiment::Order;
use gradflow::integrate::{self, Method, VectorField};
use gradflow::kernels::{View, gemm};
use gradflow::modes::{Course, Law, Mode, integrate_modes};
use gradflow::network::{Activation, Compression, Widths};
use gradflow::parallel;
use gradflow::random::{Purpose, stream};
use gradflow::sampling::in_frame;
use gradflow::sgd::{SampleDescent, StatisticsDescent, Trainee};
use gradflow::task::{Averaging, Samples, Statistics};
use gradflow::trajectory::Work;
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use std::error::Error;
use std::time::Instant;

/// How to solve: `rtol` and `atol` are of the rows that are integrated.
#[derive(Deserialize)]
pub struct Settings {
    method: String,
    #[serde(default)]
    rtol: f64,
    #[serde(default)]
    atol: f64,
}

/// States one after the other in gradflow's own layout, and what they took.
#[derive(Default)]
pub struct Solved {
    pub states: Vec<f64>,
    pub seconds: f64,
    pub evaluations: u64,
    pub accepted: u64,
    pub rejected: u64,
}

/// A problem that is ready to be solved.
pub enum Problem {
    Flow { widths: Widths, statistics: Box<Statistics>, starts: Vec<Vec<f64>>, times: Vec<f64> },
    Modes { s: Vec<f64>, starts: Vec<f64>, times: Vec<f64> },
    Training { widths: Widths, samples: Samples, statistics: Option<Box<Statistics>>, start: Vec<f64>, plan: Plan },
}

/// What is done once for a problem, whatever the tolerance: Σ11's eigenvectors, and the start in them.
pub fn prepare(raw: Raw) -> Result<Problem, Box<dyn Error>> {
    Ok(match raw {
        Raw::Flow { widths, sigma11, sigma31, starts, times } => {
            let statistics = Box::new(Statistics::new(sigma11, sigma31, None)?);
            let enter = |row: Vec<f64>| widths.flatten(&in_frame(&statistics, &from_rows(&widths, &row)));
            let starts = starts.row_iter().map(|row| enter(row.iter().copied().collect())).collect();
            Problem::Flow { widths, statistics, starts, times }
        }
        Raw::Modes { s, starts, times } => Problem::Modes { s, starts, times },
        Raw::Training { widths, samples, start, plan } => {
            let start = widths.flatten(&from_rows(&widths, &start));
            // Only full batches of linear networks are descended by the statistics.
            let by_statistics = plan.batch == samples.len() && plan.activation == Activation::Linear;
            let statistics = by_statistics.then(|| Statistics::of_samples(&samples, Averaging::Mean)).transpose()?;
            Problem::Training { widths, samples, statistics: statistics.map(Box::new), start, plan }
        }
    })
}

/// Solves a problem once.
pub fn solve(problem: &Problem, settings: &Settings) -> Result<Solved, Box<dyn Error>> {
    match (problem, settings.method.as_str()) {
        (Problem::Flow { widths, statistics, starts, times }, _) => {
            let settings = integration(settings)?;
            Ok(flows(widths, statistics, starts, times, &settings))
        }
        (Problem::Modes { s, starts, times }, "closed form") => Ok(closed_forms(s, starts, times)),
        (Problem::Modes { s, starts, times }, _) => Ok(modes(s, starts, times, &integration(settings)?)),
        (Problem::Training { widths, samples, start, plan, .. }, "samples") => {
            Ok(descent_on_samples(widths, samples, start, plan))
        }
        (Problem::Training { widths, statistics: Some(statistics), start, plan, .. }, "statistics, given") => {
            Ok(descent_by_statistics(widths, statistics, start, plan, Instant::now()))
        }
        (Problem::Training { widths, samples, start, plan, .. }, "statistics, made") => {
            let clock = Instant::now();
            let statistics = parallel::within(|| Statistics::of_samples(samples, Averaging::Mean))?;
            Ok(descent_by_statistics(widths, &statistics, start, plan, clock))
        }
        (_, method) => Err(format!("no method {method} here").into()),
    }
}

fn integration(settings: &Settings) -> Result<integrate::Settings, Box<dyn Error>> {
    let methods = [Method::Dop853, Method::Dopri5, Method::Stab8, Method::Rock4, Method::Auto];
    let name = settings.method.split(',').next().unwrap_or_default();
    let method = methods.into_iter().find(|method| method.name() == name);
    let method = method.ok_or_else(|| format!("no method {}", settings.method))?;
    Ok(integrate::Settings { method, rtol: settings.rtol, atol: settings.atol, max_steps: 10_000_000 })
}

/// Whether all sums and products of a flow are too small to be shared, so that it stays on its thread.
fn is_small(widths: &Widths) -> bool {
    let largest = widths.shapes().map(|(rows, columns)| rows * columns).max().unwrap_or(0);
    widths.weights() < 1 << 15 && largest * widths.outputs().min(widths.inputs()) < 1 << 19
}

/// Rows 1 to 5: weight flows of what moves; of several, one a core.
fn flows(
    widths: &Widths,
    statistics: &Statistics,
    starts: &[Vec<f64>],
    times: &[f64],
    settings: &integrate::Settings,
) -> Solved {
    let one = |start: &Vec<f64>| {
        let weights = widths.unflatten(start);
        let compression = Compression::new(&statistics.sigma31_frame, statistics.eigenvalues.as_slice(), weights);
        let expanded = |y: &[f64]| widths.flatten(&compression.expand(y));
        let start = compression.start().to_vec();
        let (mut states, work) = follow(&compression.gradient(), start, times, settings, expanded);
        // What was not reached is no number.
        states.resize(times.len() * widths.weights(), f64::NAN);
        (states, work)
    };
    let clock = Instant::now();
    let runs = match starts {
        // A second core need not be woken for it.
        [start] if is_small(widths) => vec![one(start)],
        _ => parallel::within(|| parallel::runs(starts.iter().collect(), one)),
    };
    let seconds = clock.elapsed().as_secs_f64();
    let count = starts.len() as u64;
    summed(runs, seconds, count)
}

/// Row 6: τ du/dt = 2u(s − u), each mode with its own steps, as the modes arm follows them.
fn modes(s: &[f64], starts: &[f64], times: &[f64], settings: &integrate::Settings) -> Solved {
    let mode = |(&s, &u0): (&f64, &f64)| Mode { s, lambda: 1.0, u0, atol: settings.atol, half: None };
    let modes: Vec<Mode> = s.iter().zip(starts).map(mode).collect();
    let clock = Instant::now();
    let courses = parallel::within(|| integrate_modes(Law::balanced(2), &modes, times, settings));
    let seconds = clock.elapsed().as_secs_f64();
    let strength = |course: &Course, k: usize| course.strengths.get(k).copied().unwrap_or(f64::NAN);
    let states = (0..times.len()).flat_map(|k| courses.iter().map(move |course| strength(course, k))).collect();
    let runs = courses.iter().map(|course| (Vec::new(), course.work)).collect();
    Solved { states, ..summed(runs, seconds, modes.len() as u64) }
}

/// The states of one system at the times, as they are to be kept.
fn follow(
    field: &impl VectorField,
    start: Vec<f64>,
    times: &[f64],
    settings: &integrate::Settings,
    kept: impl Fn(&[f64]) -> Vec<f64>,
) -> (Vec<f64>, Work) {
    let mut states = Vec::new();
    let mut keep = |_: usize, y: &[f64]| {
        states.extend(kept(y));
        true
    };
    let (outcome, work) = integrate::integrate(field, DVector::from_vec(start), times, settings, &mut keep);
    if !outcome.is_complete() {
        eprintln!("{outcome}");
    }
    (states, work)
}

/// All states, and the work of one system on average.
fn summed(runs: Vec<(Vec<f64>, Work)>, seconds: f64, count: u64) -> Solved {
    let mean = |of: fn(&Work) -> u64| runs.iter().map(|(_, work)| of(work)).sum::<u64>() / count.max(1);
    Solved {
        seconds,
        evaluations: mean(|work| work.evaluations),
        accepted: mean(|work| work.accepted),
        rejected: mean(|work| work.rejected),
        states: runs.into_iter().flat_map(|(states, _)| states).collect(),
    }
}

/// Row 7: the sigmoid of every mode at every time, into a table that is there.
fn closed_forms(s: &[f64], starts: &[f64], times: &[f64]) -> Solved {
    let white = vec![1.0; s.len()];
    // Not zeros, which the system would hand out only when they are written to.
    let mut states = vec![1.0; s.len() * times.len()];
    let clock = Instant::now();
    parallel::within(|| Many::balanced(s, &white, 1.0, starts).table(times, &mut states));
    Solved { states, seconds: clock.elapsed().as_secs_f64(), ..Solved::default() }
}

/// Rows 8 and 10: descent on batches in the order of the samples.
fn descent_on_samples(widths: &Widths, samples: &Samples, start: &[f64], plan: &Plan) -> Solved {
    let mut weights = start.to_vec();
    let trainee = Trainee { widths, activation: plan.activation, biases: false };
    let supply = (plan.batch, Order::Sequential);
    let rng = stream(1, Purpose::Order(0));
    let clock = Instant::now();
    let mut descent = SampleDescent::new(trainee, samples, Averaging::Mean, supply, rng);
    parallel::within(|| (0..plan.updates).for_each(|_| descent.step(&mut weights, plan.rate)));
    Solved { states: weights, seconds: clock.elapsed().as_secs_f64(), ..Solved::default() }
}

/// Row 9: descent on the full batch, from the statistics alone, in the frame of Σ11.
fn descent_by_statistics(
    widths: &Widths,
    statistics: &Statistics,
    start: &[f64],
    plan: &Plan,
    clock: Instant,
) -> Solved {
    let mut descent = StatisticsDescent::new(widths, statistics);
    let mut weights = widths.flatten(&in_frame(statistics, &widths.unflatten(start)));
    parallel::within(|| (0..plan.updates).for_each(|_| descent.step(&mut weights, plan.rate)));
    let states = widths.flatten(&out_of_frame(statistics, widths.unflatten(&weights)));
    Solved { states, seconds: clock.elapsed().as_secs_f64(), ..Solved::default() }
}

/// The states of a problem as its files have them: matrices in the user's coordinates, a row after the other.
pub fn in_user_coordinates(problem: &Problem, states: Vec<f64>) -> Vec<f64> {
    let rows = |weights: Vec<DMatrix<f64>>| weights.into_iter().flat_map(|w| w.transpose().as_slice().to_vec());
    match problem {
        Problem::Flow { widths, statistics, .. } => states
            .chunks(widths.weights())
            .flat_map(|state| rows(out_of_frame(statistics, widths.unflatten(state))))
            .collect(),
        Problem::Training { widths, .. } => rows(widths.unflatten(&states)).collect(),
        Problem::Modes { .. } => states,
    }
}

fn out_of_frame(statistics: &Statistics, mut weights: Vec<DMatrix<f64>>) -> Vec<DMatrix<f64>> {
    if let Some(first) = weights.first_mut() {
        *first = statistics.frame.leave(first);
    }
    weights
}

/// The rates of gradflow's products on one thread and on all, GFLOP/s: the best of several square shapes.
pub fn gemm_rates() -> Result<[f64; 2], Box<dyn Error>> {
    let best = || [256, 384, 512].into_iter().map(rate_of_squares).fold(0.0, f64::max);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok([one.install(best), parallel::within(best)])
}

fn rate_of_squares(n: usize) -> f64 {
    let (a, b) = (DMatrix::from_element(n, n, 0.5), DMatrix::from_element(n, n, 0.25));
    let mut c = vec![0.0; n * n];
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let clock = Instant::now();
        gemm(1.0, View::from(&a), View::from(&b), 0.0, &mut c);
        best = best.min(clock.elapsed().as_secs_f64());
    }
    2.0 * (n as f64).powi(3) / best * 1e-9
}
