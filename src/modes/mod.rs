//! The modes arm: the reduced equations of each mode's strengths, integrated.

mod batch;
mod columns;
mod control;
mod course;
mod lane;
mod lanes;
mod law;

pub use course::{Course, Mode, integrate_modes};
pub use law::{Law, Power};

use crate::experiment::{Depth, Experiment, ModesSettings};
use crate::integrate::Settings;
use crate::parallel;
use crate::sampling::of_strengths;
use crate::trajectory::{Arm, Outcome, Trajectory, Work};
use course::follow;
use law::Chain;
use std::time::Instant;

/// Integrates every mode on its own, with its own steps, by the law of the arm: [`Arm::Limit`] follows that of
/// infinite depth whatever the settings say.
pub fn run(experiment: &Experiment, settings: &ModesSettings, arm: Arm, mut progress: impl FnMut(usize)) -> Trajectory {
    let law = if arm == Arm::Limit { Depth::Infinite } else { settings.depth };
    let clock = Instant::now();
    let times = experiment.scaled_times();
    let courses = follow_all(experiment, settings, law, &times);
    let tau = experiment.clock.tau;
    let half_times = courses.iter().map(|course| course.half_time.map(|t| t * tau)).collect();
    let mut work = Work::default();
    for course in &courses {
        work.accepted += course.work.accepted;
        work.rejected += course.work.rejected;
        work.evaluations += course.work.evaluations;
    }
    let broken = courses.iter().map(|course| &course.outcome).find(|outcome| !outcome.is_complete()).cloned();
    let rows = courses.iter().map(|course| course.strengths.len()).min().unwrap_or(times.len());
    let row = |row: usize| {
        progress(1);
        let strengths: Vec<f64> = courses.iter().filter_map(|c| c.strengths.get(row).copied()).collect();
        of_strengths(experiment, experiment.clock.times[row], &strengths)
    };
    let (samples, seen) = Outcome::of_rows((0..rows).map(row));
    let outcome = broken.map_or(seen, |outcome| outcome.in_user_time(tau));
    work.wall_s = clock.elapsed().as_secs_f64();
    let name = match law {
        Depth::Finite | Depth::Both => "mode equations",
        Depth::Infinite => "infinite-depth law",
    };
    Trajectory {
        arm,
        method: format!("{name}, {} at rtol {:e}", settings.method.name(), settings.rtol),
        approximation: approximation(experiment, law),
        samples,
        half_times,
        work,
        outcome,
    }
}

fn approximation(experiment: &Experiment, law: Depth) -> Option<String> {
    match law {
        Depth::Finite | Depth::Both => experiment.reduction.approximation.clone(),
        Depth::Infinite => {
            Some(format!("the infinite-depth law is a limit; this network has {} layers", experiment.widths.layers()))
        }
    }
}

/// The course of every mode, in their order: those of one variable together, chains of several each on its own.
fn follow_all(experiment: &Experiment, settings: &ModesSettings, law: Depth, times: &[f64]) -> Vec<Course> {
    let modes = 0..experiment.basis.len();
    let balanced = match law {
        Depth::Finite | Depth::Both => Law::balanced(experiment.widths.depth()),
        Depth::Infinite => Law::infinite_depth(experiment.widths.layers()),
    };
    let single: Vec<Option<Mode>> = modes.clone().map(|mode| single(experiment, settings, law, mode)).collect();
    let together: Vec<Mode> = single.iter().flatten().copied().collect();
    let common =
        Settings { method: settings.method, rtol: settings.rtol, atol: LEAST_ATOL, max_steps: settings.max_steps };
    let mut together = integrate_modes(balanced, &together, times, &common).into_iter();
    let alone: Vec<usize> = modes.filter(|mode| single[*mode].is_none()).collect();
    let alone: Vec<Course> = parallel::runs(alone, |mode| follow_chain(experiment, settings, mode, times));
    let mut alone = alone.into_iter();
    let mut next = |single: &Option<Mode>| if single.is_some() { together.next() } else { alone.next() };
    single.iter().filter_map(&mut next).collect()
}

/// A mode that one variable describes: u of the limit, of one weight, and of weights of one modulus as long as it is above 0.
/// Below, where u = 0 attracts a balanced chain and nothing else, a step across it would not come back, and [`Chain`]
/// keeps its symmetry.
fn single(experiment: &Experiment, settings: &ModesSettings, law: Depth, mode: usize) -> Option<Mode> {
    let strengths = &experiment.reduction.strengths[mode];
    let (u0, given) = match (law, strengths.as_slice()) {
        (Depth::Infinite, _) => (experiment.reduction.initial(mode), settings.atol),
        (_, [u0]) => (*u0, settings.atol),
        // A given tolerance is one of the strengths a: δu = D(u/a)δa.
        (_, [a, ..]) => {
            let u0 = balanced(strengths)?;
            (u0, settings.atol.map(|atol| atol * strengths.len() as f64 * u0 / a.abs()))
        }
        (_, []) => return None,
    };
    let (s, lambda) = (experiment.basis.s[mode], experiment.basis.input_eigenvalues[mode]);
    Some(Mode { s, lambda, u0, atol: tolerance(given, settings.rtol, &[u0]), half: half(experiment, mode) })
}

fn follow_chain(experiment: &Experiment, settings: &ModesSettings, mode: usize, times: &[f64]) -> Course {
    let ModesSettings { method, rtol, max_steps, .. } = *settings;
    let (s, lambda) = (experiment.basis.s[mode], experiment.basis.input_eigenvalues[mode]);
    let strengths = &experiment.reduction.strengths[mode];
    let settings = Settings { method, rtol, atol: tolerance(settings.atol, rtol, strengths), max_steps };
    follow(&Chain { s, lambda }, strengths.clone(), half(experiment, mode), times, &settings)
}

fn half(experiment: &Experiment, mode: usize) -> Option<f64> {
    experiment.basis.final_strength(mode).map(|end| end / 2.0)
}

/// The product of two strengths or more, if it is positive, all have the same modulus, and tolerances well below it are
/// numbers that errors can be compared with. What starts nearer to 0 is followed by its strengths, which do not.
fn balanced(strengths: &[f64]) -> Option<f64> {
    let u0: f64 = strengths.iter().product();
    let equal = strengths.windows(2).all(|pair| pair[0].abs() == pair[1].abs());
    (strengths.len() > 1 && equal && u0 >= LEAST_START).then_some(u0)
}

/// Absolute tolerances below this would not be numbers that errors can be compared with.
const LEAST_ATOL: f64 = 1e-290;
/// The least start of one variable: [`LEAST_ATOL`] is a thousandth of the tightest relative tolerance of it, or less.
const LEAST_START: f64 = 1e-270;

/// The absolute tolerance that was given, or one well below the relative one at the least of the strengths at the start.
fn tolerance(given: Option<f64>, rtol: f64, start: &[f64]) -> f64 {
    let least = start.iter().map(|a| a.abs()).filter(|a| *a > 0.0).fold(f64::INFINITY, f64::min);
    let atol = given.unwrap_or(if least.is_finite() { 1e-3 * rtol * least } else { LEAST_ATOL });
    atol.max(LEAST_ATOL)
}
