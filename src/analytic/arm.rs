//! The analytic arm: the closed form, evaluated at the sample times.

use super::chain::Chain;
use super::choice::{ClosedForm, Form};
use super::deep::Deep;
use super::infinite::InfiniteDepth;
use super::many::Many;
use super::pair::Pair;
use super::riccati::Gram;
use crate::experiment::Experiment;
use crate::sampling::{of_map, of_strengths};
use crate::trajectory::{Arm, Outcome, Sample, Trajectory, Work};
use nalgebra::DMatrix;
use rayon::prelude::*;
use std::time::Instant;

/// Rows that are evaluated together.
const ROWS: usize = 64;

/// Evaluates the form; nothing is integrated.
pub fn run(experiment: &Experiment, form: &ClosedForm, mut progress: impl FnMut(usize)) -> Trajectory {
    let clock = Instant::now();
    let many = many(experiment, &form.form);
    let rows = experiment.clock.times.chunks(ROWS).flat_map(|times| {
        let rows = rows(experiment, &form.form, many.as_ref(), times);
        progress(rows.len());
        rows
    });
    let (samples, outcome) = Outcome::of_rows(rows);
    let evaluations = (samples.len() * experiment.basis.len()) as u64;
    let half_times = (0..experiment.basis.len()).into_par_iter();
    Trajectory {
        arm: Arm::Analytic,
        method: format!("{}: {}", form.name.name(), form.reason),
        approximation: (!form.exact).then(|| form.reason.clone()),
        samples,
        half_times: half_times.map(|mode| half_time(experiment, &form.form, mode)).collect(),
        work: Work { evaluations, wall_s: clock.elapsed().as_secs_f64(), ..Work::default() },
        outcome,
    }
}

/// The form for all modes at once, where there is one.
fn many(experiment: &Experiment, form: &Form) -> Option<Many> {
    let (s, lambda, tau) = (&experiment.basis.s, &experiment.basis.input_eigenvalues, experiment.clock.tau);
    match form {
        Form::Sigmoid(u0) => Some(Many::balanced(s, lambda, tau, u0)),
        Form::Deep(u0) if experiment.widths.depth() == 2 => Some(Many::balanced(s, lambda, tau, u0)),
        Form::Unequal(starts) => Some(Many::unequal(s, lambda, tau, starts)),
        Form::Deep(_) | Form::InfiniteDepth(_) | Form::SingleLayer(_) | Form::Riccati(_) => None,
    }
}

fn rows(experiment: &Experiment, form: &Form, many: Option<&Many>, times: &[f64]) -> Vec<Sample> {
    match form {
        Form::SingleLayer(start) => {
            times.iter().map(|t| of_map(experiment, *t, &single_layer(experiment, start, *t), None)).collect()
        }
        Form::Riccati(riccati) => {
            times.iter().map(|t| of_gram(experiment, *t, &riccati.at(*t / experiment.clock.tau))).collect()
        }
        _ => {
            let modes = experiment.basis.len();
            let mut table = vec![0.0; times.len() * modes];
            match many {
                Some(many) => many.table(times, &mut table),
                None => {
                    let cells = table.par_iter_mut().enumerate().with_min_len(16);
                    cells.for_each(|(i, u)| *u = strength(experiment, form, i % modes, times[i / modes]));
                }
            }
            // Not by chunks of the table: without modes there still are rows.
            let row = |(i, t): (usize, &f64)| of_strengths(experiment, *t, &table[i * modes..(i + 1) * modes]);
            times.iter().enumerate().map(row).collect()
        }
    }
}

/// A row of what the Riccati equation determines: the map, and the weights up to a rotation of the hidden layer.
fn of_gram(experiment: &Experiment, t: f64, gram: &Gram) -> Sample {
    let mut sample = of_map(experiment, t, &experiment.probe.frame().enter(&gram.map()), None);
    if let (true, Some(state)) = (experiment.keep.weights, &mut sample.state) {
        state.grams = Some((gram.input_gram(), gram.output_gram()));
    }
    sample
}

/// W = W0e^{−Σ11T} + Σ31∫₀ᵀe^{−Σ11σ}dσ, T = t/τ, in the frame where Σ11 = diag λ: each column goes
/// from its start to that of W* at its own rate λ, and stays where λ = 0.
fn single_layer(experiment: &Experiment, start: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
    let statistics = &experiment.task.statistics;
    let mut map = statistics.frame.enter(start);
    let columns = map.column_iter_mut().zip(statistics.optimum_frame.column_iter()).zip(statistics.eigenvalues.iter());
    for ((mut w, best), lambda) in columns {
        let decays = lambda * t / experiment.clock.tau;
        w.zip_apply(&best, |w, best| *w = share_at(*w, best, decays));
    }
    map
}

/// What goes from its start to its end at a rate, after so many time constants: no digits cancel where the end is 0.
fn share_at(start: f64, end: f64, decays: f64) -> f64 {
    start * (-decays).exp() - end * (-decays).exp_m1()
}

/// u_α(t) = u_αᵀW(t)v_α by a form that gives the map, which is not made for it; `None` for other forms.
fn strength_of_map<'a>(
    experiment: &'a Experiment,
    form: &'a Form,
    mode: usize,
) -> Option<Box<dyn Fn(f64) -> f64 + 'a>> {
    let tau = experiment.clock.tau;
    let (u, v) = (experiment.basis.u.column(mode), experiment.basis.v.column(mode));
    match form {
        Form::Riccati(riccati) => {
            let coordinates = riccati.coordinates(u, v);
            Some(Box::new(move |t| riccati.strength(&coordinates, t / tau)))
        }
        Form::SingleLayer(start) => {
            // Of each of Σ11's eigenvectors, what it adds at the start and in the end.
            let statistics = &experiment.task.statistics;
            let frame = &statistics.frame;
            let inputs = frame.enter_rows(&DMatrix::from_columns(&[v]));
            let along = |map: &DMatrix<f64>| map.tr_mul(&u).component_mul(&inputs);
            let (start, best) = (along(&frame.enter(start)), along(&statistics.optimum_frame));
            Some(Box::new(move |t| {
                let shares = start.iter().zip(&best).zip(&statistics.eigenvalues);
                shares.map(|((start, best), lambda)| share_at(*start, *best, lambda * t / tau)).sum()
            }))
        }
        Form::Sigmoid(_) | Form::Unequal(_) | Form::Deep(_) | Form::InfiniteDepth(_) => None,
    }
}

/// What counts as half, of which a mode may stay away by rounding.
fn nearly(half: f64) -> f64 {
    half * (1.0 - 4.0 * f64::EPSILON)
}

/// u_α(t); the forms that give the map have been dealt with.
fn strength(experiment: &Experiment, form: &Form, mode: usize, t: f64) -> f64 {
    let (s, input_eigenvalue) = (experiment.basis.s[mode], experiment.basis.input_eigenvalues[mode]);
    let tau = experiment.clock.tau;
    let pair = Pair { s, input_eigenvalue, tau };
    match form {
        Form::SingleLayer(_) | Form::Riccati(_) => 0.0,
        Form::Sigmoid(u0) => pair.balanced(u0[mode], t),
        Form::Unequal(starts) => {
            let (a, b) = pair.strengths(starts[mode], t);
            a * b
        }
        Form::Deep(u0) => {
            Deep { s, input_eigenvalue, tau, weights: experiment.widths.depth() as u32 }.strength(u0[mode], t)
        }
        Form::InfiniteDepth(u0) => {
            InfiniteDepth { s, input_eigenvalue, tau, layers: experiment.widths.layers() as u32 }.strength(u0[mode], t)
        }
    }
}

/// When a mode is at half of s/λ within the run, by the form itself.
fn half_time(experiment: &Experiment, form: &Form, mode: usize) -> Option<f64> {
    let half = experiment.basis.final_strength(mode)? / 2.0;
    let (s, input_eigenvalue) = (experiment.basis.s[mode], experiment.basis.input_eigenvalues[mode]);
    let tau = experiment.clock.tau;
    let pair = Pair { s, input_eigenvalue, tau };
    let time = match form {
        // Not one exponential but a sum of them, or a quotient of such: the crossing is bisected.
        Form::SingleLayer(_) | Form::Riccati(_) => {
            let strength = strength_of_map(experiment, form, mode)?;
            first_crossing(&experiment.clock.times, |t| strength(t) >= nearly(half))
        }
        Form::Sigmoid(u0) if u0[mode] >= half => Some(0.0),
        Form::Sigmoid(u0) => pair.balanced_time(u0[mode], half),
        Form::Unequal(starts) if starts[mode].0 * starts[mode].1 >= half => Some(0.0),
        Form::Unequal(starts) => pair.time_to_reach(starts[mode], half),
        Form::Deep(u0) | Form::InfiniteDepth(u0) if u0[mode] >= half => Some(0.0),
        Form::Deep(u0) => {
            let weights = experiment.widths.depth() as u32;
            Deep { s, input_eigenvalue, tau, weights }.time_to_reach(u0[mode], half)
        }
        Form::InfiniteDepth(u0) => {
            let layers = experiment.widths.layers() as u32;
            InfiniteDepth { s, input_eigenvalue, tau, layers }.time_to_reach(u0[mode], half)
        }
    };
    time.filter(|t| experiment.clock.times.last().is_some_and(|end| t <= end))
}

/// When a mode is at half of s/λ, however late, by a form that gives the map; looked for from `hint` on, up to
/// a million times that. `None` if it never is, or by another form.
pub fn half_time_from(experiment: &Experiment, form: &Form, mode: usize, hint: Option<f64>) -> Option<f64> {
    let strength = strength_of_map(experiment, form, mode)?;
    let half = experiment.basis.final_strength(mode)? / 2.0;
    let tau = experiment.clock.tau;
    let rates =
        if matches!(form, Form::SingleLayer(_)) { &experiment.basis.input_eigenvalues } else { &experiment.basis.s };
    let slowest = tau / rates.get(mode)?;
    let hint = hint.filter(|t| t.is_finite() && *t > 0.0).unwrap_or(slowest);
    // A dozen places up to the hint, then ever larger steps.
    let near = (1..=12).map(|i| hint * f64::from(i) / 10.0);
    let far = (1..=40).map(|i| 1.2 * hint * 2f64.powf(0.5 * f64::from(i)));
    first_crossing(&near.chain(far).collect::<Vec<f64>>(), |t| strength(t) >= nearly(half))
}

/// The first time from 0 on at which `above` holds, bisected between 0 and the sample times.
fn first_crossing(times: &[f64], above: impl Fn(f64) -> bool) -> Option<f64> {
    if above(0.0) {
        return Some(0.0);
    }
    let after = times.iter().position(|t| above(*t))?;
    let mut high = times[after];
    let mut low = after.checked_sub(1).map_or(0.0, |before| times[before]);
    // As often as an interval of numbers can be halved.
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if above(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// When a mode of the given strengths at t = 0, one per weight matrix, reaches `target`; `None` if never.
pub fn time_to_reach(s: f64, input_eigenvalue: f64, tau: f64, strengths: &[f64], target: f64) -> Option<f64> {
    Chain { s, input_eigenvalue, tau }.time_to_reach(strengths, target)
}
