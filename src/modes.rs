//! The modes arm: the reduced equations of each mode's strengths, integrated.

use crate::experiment::{Depth, Experiment, ModesSettings};
use crate::integrate::{Observer, Settings, VectorField, integrate};
use crate::sampling::of_strengths;
use crate::trajectory::{Arm, Outcome, Trajectory, Work};
use nalgebra::DVector;
use std::time::Instant;

/// τ da_l/dt = (∏_{i≠l} a_i)(s − λ∏_i a_i), with T = t/τ.
struct Chain {
    s: f64,
    lambda: f64,
}

impl VectorField for Chain {
    fn evaluate(&self, a: &[f64], da: &mut [f64]) {
        // da_l first holds the product of the strengths before l, then all but a_l.
        let mut product = 1.0;
        for (d, x) in da.iter_mut().zip(a) {
            *d = product;
            product *= x;
        }
        let gap = self.s - self.lambda * product;
        let mut after = gap;
        for (d, x) in da.iter_mut().zip(a).rev() {
            *d *= after;
            after *= x;
        }
    }
}

/// τ du/dt = D|u|^{2−2/D}(s − λu), with T = t/τ: D weights of one modulus, which they keep; equation (15)
/// of Saxe et al. (2013), with D = N_l − 1. One variable serves for D, above 0: below, where u = 0 attracts a
/// balanced chain and nothing else, a step across it would not come back, and [`Chain`] keeps its symmetry.
struct Balanced {
    s: f64,
    lambda: f64,
    weights: f64,
}

impl VectorField for Balanced {
    fn evaluate(&self, u: &[f64], du: &mut [f64]) {
        let power = 2.0 - 2.0 / self.weights;
        for (d, u) in du.iter_mut().zip(u) {
            *d = self.weights * u.abs().powf(power) * (self.s - self.lambda * u);
        }
    }
}

/// τ du/dt = N_l u²(s − λu), with T = t/τ: equation (16) of Saxe et al. (2013).
struct InfiniteDepth {
    s: f64,
    lambda: f64,
    layers: f64,
}

impl VectorField for InfiniteDepth {
    fn evaluate(&self, u: &[f64], du: &mut [f64]) {
        for (d, u) in du.iter_mut().zip(u) {
            *d = self.layers * u * u * (self.s - self.lambda * u);
        }
    }
}

/// Integrates every mode on its own, with its own steps, by the law of the arm: [`Arm::Limit`] follows that of
/// infinite depth whatever the settings say.
pub fn run(experiment: &Experiment, settings: &ModesSettings, arm: Arm, mut progress: impl FnMut(usize)) -> Trajectory {
    let law = if arm == Arm::Limit { Depth::Infinite } else { settings.depth };
    let clock = Instant::now();
    let times = experiment.scaled_times();
    let mut work = Work::default();
    let mut outcome = Outcome::Complete;
    let mut columns: Vec<Vec<f64>> = Vec::with_capacity(experiment.basis.len());
    let mut half_times = Vec::with_capacity(experiment.basis.len());
    for mode in 0..experiment.basis.len() {
        let (column, ended, done) = integrate_mode(experiment, settings, law, mode, &times);
        half_times.push(column.half_time.map(|t| t * experiment.clock.tau));
        work.accepted += done.accepted;
        work.rejected += done.rejected;
        work.evaluations += done.evaluations;
        if outcome.is_complete() {
            outcome = ended.in_user_time(experiment.clock.tau);
        }
        columns.push(column.strengths);
        progress(times.len() / experiment.basis.len().max(1));
    }
    let rows = columns.iter().map(Vec::len).min().unwrap_or(times.len());
    let row = |row: usize| {
        let strengths: Vec<f64> = columns.iter().filter_map(|c| c.get(row).copied()).collect();
        of_strengths(experiment, experiment.clock.times[row], &strengths)
    };
    let (samples, seen) = Outcome::of_rows((0..rows).map(row));
    let outcome = if outcome.is_complete() { seen } else { outcome };
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

fn integrate_mode(
    experiment: &Experiment,
    settings: &ModesSettings,
    law: Depth,
    mode: usize,
    times: &[f64],
) -> (Column, Outcome, Work) {
    let (s, lambda) = (experiment.basis.s[mode], experiment.basis.input_eigenvalues[mode]);
    let column = Column {
        half: experiment.basis.final_strength(mode).map(|end| end / 2.0),
        strengths: Vec::with_capacity(times.len()),
        half_time: None,
    };
    let strengths = &experiment.reduction.strengths[mode];
    match (law, balanced(strengths)) {
        (Depth::Finite | Depth::Both, Some(u0)) => {
            let weights = strengths.len() as f64;
            // A given tolerance is one of the strengths a: δu = D(u/a)δa.
            let atol = settings.atol.map(|atol| atol * weights * u0 / strengths[0].abs());
            let settings = ModesSettings { atol, ..*settings };
            observe(&Balanced { s, lambda, weights }, vec![u0], times, &settings, column)
        }
        (Depth::Finite | Depth::Both, None) => {
            observe(&Chain { s, lambda }, strengths.clone(), times, settings, column)
        }
        (Depth::Infinite, _) => {
            let layers = experiment.widths.layers() as f64;
            let start = vec![experiment.reduction.initial(mode)];
            observe(&InfiniteDepth { s, lambda, layers }, start, times, settings, column)
        }
    }
}

/// The product of two strengths or more, if it is positive, all have the same modulus, and it has full precision.
fn balanced(strengths: &[f64]) -> Option<f64> {
    let u0: f64 = strengths.iter().product();
    let equal = strengths.windows(2).all(|pair| pair[0].abs() == pair[1].abs());
    (strengths.len() > 1 && equal && u0.is_normal() && u0 > 0.0).then_some(u0)
}

/// Absolute tolerances below this would not be numbers that errors can be compared with.
const LEAST_ATOL: f64 = 1e-290;

/// u_α at the times, the product of the integrated strengths, and when it is at half of s/λ.
struct Column {
    half: Option<f64>,
    strengths: Vec<f64>,
    half_time: Option<f64>,
}

impl Observer for Column {
    fn visit(&mut self, _index: usize, a: &[f64]) -> bool {
        let u: f64 = a.iter().product();
        if u.is_finite() {
            self.strengths.push(u);
        }
        u.is_finite()
    }

    fn levels(&self, a: &[f64]) -> Vec<f64> {
        vec![self.half.map_or(-1.0, |half| a.iter().product::<f64>() / half - 1.0)]
    }

    fn crossed(&mut self, _level: usize, t: f64) {
        self.half_time = Some(t);
    }
}

fn observe(
    field: &impl VectorField,
    start: Vec<f64>,
    times: &[f64],
    settings: &ModesSettings,
    mut column: Column,
) -> (Column, Outcome, Work) {
    let least = start.iter().map(|a| a.abs()).filter(|a| *a > 0.0).fold(f64::INFINITY, f64::min);
    let atol = settings.atol.unwrap_or(if least.is_finite() { 1e-3 * settings.rtol * least } else { LEAST_ATOL });
    let settings = Settings {
        method: settings.method,
        rtol: settings.rtol,
        atol: atol.max(LEAST_ATOL),
        max_steps: settings.max_steps,
    };
    let (outcome, work) = integrate(field, DVector::from_vec(start), times, &settings, &mut column);
    (column, outcome, work)
}
