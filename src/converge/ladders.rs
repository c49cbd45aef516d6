//! The ladders of a scenario's arms.

use super::modified::ModifiedFlow;
use super::{Expected, Fit, Ladder, Rung};
use crate::analytic::chain::Chain;
use crate::analytic::infinite::InfiniteDepth;
use crate::analytic::{self, FormName, choose};
use crate::comparison::{Compared, largest_difference};
use crate::experiment::{Batch, Clock, Depth, Experiment, FlowSettings, Keep, ModesSettings, SgdSettings};
use crate::integrate::{Method, Settings, integrate};
use crate::network::{Gradient, scale_of};
use crate::sampling::{into_frame, of_strengths, of_weights};
use crate::trajectory::{Arm, Outcome, Sample, Trajectory, Work};
use crate::{flow, modes, sgd};
use nalgebra::DVector;

/// Tolerances from coarse to fine.
const TOLERANCES: [f64; 9] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];
/// Halvings of the learning rate.
const HALVINGS: u32 = 5;
/// Times at which errors are taken.
const TIMES: usize = 12;
/// Tolerance of references that have to be integrated.
const REFERENCE: f64 = 1e-13;
/// Steps that a reference may take.
const MAX_STEPS: u64 = 1_000_000;
/// Updates that the ladders of descent may take in all.
const MAX_UPDATES: f64 = 1e9;
/// Absolute tolerance, as a share of rtol times the start's scale.
const ATOL: f64 = 1e-3;
/// Errors outside of this are those of too coarse a rung, or of the reference and of rounding.
pub(super) const FITTED: std::ops::Range<f64> = 2e-11..1e-2;

const FOLLOWS_RTOL: Expected = Expected { order: 1.0, within: 0.3 };
const FIRST: Expected = Expected { order: 1.0, within: 0.05 };
const SECOND: Expected = Expected { order: 2.0, within: 0.1 };

/// Steps of progress that [`converge`] reports in all: rungs.
pub fn progress_length(experiment: &Experiment) -> usize {
    let integrations = usize::from(experiment.flow.is_some()) + usize::from(experiment.modes.is_some());
    2 * integrations * TOLERANCES.len() + if experiment.sgd.is_some() { 2 * HALVINGS as usize } else { 0 }
}

/// Why no ladder can be climbed; `None` if it can.
pub fn obstacle(experiment: &Experiment) -> Option<String> {
    if progress_length(experiment) == 0 {
        return Some("the scenario runs neither flow nor modes nor sgd".to_owned());
    }
    let end = experiment.clock.times.last().copied().unwrap_or(0.0);
    if end <= 0.0 {
        return Some("the scenario is looked at at t = 0 only".to_owned());
    }
    let updates = end / experiment.clock.tau / experiment.sgd?.learning_rate;
    if updates < 1.0 {
        return Some("the first update of sgd leads beyond the end of the run".to_owned());
    }
    let all = updates * (f64::from(1u32 << HALVINGS) - 1.0);
    (all > MAX_UPDATES).then(|| format!("its rates take {all:.1e} updates of sgd; at most {MAX_UPDATES:e} are made"))
}

/// Every ladder of the arms that the scenario runs: flow and modes by both methods, descent against the flow and
/// against the modified flow.
pub fn converge(experiment: &Experiment, mut progress: impl FnMut()) -> Vec<Ladder> {
    let mut ladders = Vec::new();
    let looked_at = at(experiment, spread(&experiment.clock.times));
    if let Some(settings) = experiment.flow {
        let (reference, name) = flow_reference(&looked_at, settings.max_steps);
        for method in [Method::Dop853, Method::Dopri5] {
            let run = |rtol: f64| flow_at(&looked_at, method, rtol, settings.max_steps);
            ladders.push(integrated(Arm::Flow, method, &name, Compared::Map, &reference, run, &mut progress));
        }
    }
    if let Some(settings) = experiment.modes {
        let reference = modes_reference(&looked_at, settings.depth);
        for method in [Method::Dop853, Method::Dopri5] {
            let run = |rtol: f64| {
                let settings = ModesSettings { method, rtol, atol: None, ..settings };
                modes::run(&looked_at, &settings, Arm::Modes, |_| ())
            };
            let name = "the law of each mode, evaluated";
            ladders.push(integrated(Arm::Modes, method, name, Compared::Modes, &reference, run, &mut progress));
        }
    }
    if let Some(settings) = experiment.sgd {
        ladders.extend(descents(experiment, &settings, &mut progress));
    }
    ladders
}

/// The same experiment, looked at at these times, with its maps kept.
fn at(experiment: &Experiment, times: Vec<f64>) -> Experiment {
    let clock = Clock { tau: experiment.clock.tau, times };
    Experiment {
        clock,
        keep: Keep { map: true, weights: false, sharpness: false, scores: false },
        ..experiment.clone()
    }
}

/// A few of the times, evenly, without the start.
fn spread(times: &[f64]) -> Vec<f64> {
    let later: Vec<f64> = times.iter().copied().filter(|t| *t > 0.0).collect();
    let count = later.len().min(TIMES);
    (1..=count).filter_map(|i| later.get(i * later.len() / count - 1).copied()).collect()
}

fn flow_at(experiment: &Experiment, method: Method, rtol: f64, max_steps: u64) -> Trajectory {
    let atol = (ATOL * rtol * scale_of(&experiment.start)).max(f64::MIN_POSITIVE);
    flow::run(experiment, &FlowSettings { method, rtol, atol, max_steps }, |_| ()).0
}

/// The closed form where it is exact, and else the flow at the tightest tolerance.
fn flow_reference(experiment: &Experiment, max_steps: u64) -> (Trajectory, String) {
    match choose(FormName::Auto, &experiment.given()) {
        Ok(form) => {
            let name = format!("the closed form \"{}\"", form.name.name());
            (analytic::run(experiment, &form, |_| ()), name)
        }
        Err(_) => {
            let flow = flow_at(experiment, Method::Dop853, REFERENCE, max_steps.max(MAX_STEPS));
            (flow, format!("the flow, dop853 at rtol {REFERENCE:e}"))
        }
    }
}

/// The law of each mode, evaluated: what the modes arm integrates has a closed form, or is inverted to rounding.
fn modes_reference(experiment: &Experiment, depth: Depth) -> Trajectory {
    let (basis, tau) = (&experiment.basis, experiment.clock.tau);
    let strength = |mode: usize, t: f64| {
        let (s, input_eigenvalue) = (basis.s[mode], basis.input_eigenvalues[mode]);
        match depth {
            Depth::Finite | Depth::Both => {
                Chain { s, input_eigenvalue, tau }.strength(&experiment.reduction.strengths[mode], t)
            }
            Depth::Infinite => {
                let layers = experiment.widths.layers() as u32;
                InfiniteDepth { s, input_eigenvalue, tau, layers }.strength(experiment.reduction.initial(mode), t)
            }
        }
    };
    let row = |t: &f64| {
        let strengths: Vec<f64> = (0..basis.len()).map(|mode| strength(mode, *t)).collect();
        of_strengths(experiment, *t, &strengths)
    };
    bare(Arm::Modes, experiment.clock.times.iter().map(row).collect(), Outcome::Complete)
}

/// A trajectory of rows alone.
fn bare(arm: Arm, samples: Vec<Sample>, outcome: Outcome) -> Trajectory {
    let (method, work) = (String::new(), Work::default());
    Trajectory { arm, method, approximation: None, samples, half_times: Vec::new(), work, outcome }
}

fn integrated(
    arm: Arm,
    method: Method,
    reference_name: &str,
    quantity: Compared,
    reference: &Trajectory,
    run: impl Fn(f64) -> Trajectory,
    progress: &mut impl FnMut(),
) -> Ladder {
    let mut broken = broken(reference);
    let rungs: Vec<Rung> = TOLERANCES
        .iter()
        .filter_map(|&rtol| {
            let trajectory = run(rtol);
            progress();
            broken = broken.take().or_else(|| self::broken(&trajectory));
            let error = error(&trajectory, reference, quantity)?;
            let Work { accepted, rejected, evaluations, wall_s } = trajectory.work;
            let evaluations = method.evaluations(accepted, rejected).unwrap_or(evaluations);
            Some(Rung { setting: rtol, error, steps: accepted, evaluations, wall_s })
        })
        .collect();
    let fitted = rungs.iter().filter(|rung| FITTED.contains(&rung.error)).map(|rung| (rung.setting, rung.error));
    Ladder {
        arm,
        method: method.name().to_owned(),
        varied: "rtol",
        reference: reference_name.to_owned(),
        order: Fit::of_logarithms(fitted),
        expected: FOLLOWS_RTOL,
        rungs,
        broken,
    }
}

/// How a trajectory ended, if not at its end.
fn broken(trajectory: &Trajectory) -> Option<String> {
    (!trajectory.outcome.is_complete()).then(|| trajectory.outcome.to_string())
}

/// The error of a trajectory that has come as far as its reference.
fn error(trajectory: &Trajectory, reference: &Trajectory, quantity: Compared) -> Option<f64> {
    let complete = trajectory.outcome.is_complete() && reference.outcome.is_complete();
    largest_difference(trajectory, reference, quantity).filter(|error| complete && error.is_finite())
}

/// Full-batch descent at the scenario's rate and its halves, against the flow and against the modified flow.
fn descents(experiment: &Experiment, settings: &SgdSettings, progress: &mut impl FnMut()) -> [Ladder; 2] {
    // Whole updates at every rate: halves of the largest.
    let unit = settings.learning_rate * experiment.clock.tau;
    let mut times: Vec<f64> =
        spread(&experiment.clock.times).iter().map(|t| (t / unit).floor().max(1.0) * unit).collect();
    times.dedup();
    let experiment = at(experiment, times);
    let statistics = &experiment.task.statistics;
    let gradient = Gradient::new(&experiment.widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
    let flow = follow(&experiment, &gradient);
    let mut against: [Vec<Rung>; 2] = [Vec::new(), Vec::new()];
    let mut ended: [Option<String>; 2] = [broken(&flow), None];
    for halving in 0..HALVINGS {
        let rate = settings.learning_rate * 0.5f64.powi(halving as i32);
        let descent = SgdSettings { learning_rate: rate, batch: Batch::Full, runs: 1, ..*settings };
        let descent = sgd::run(&experiment, &descent, |_| ());
        let modified = follow(&experiment, &ModifiedFlow::new(&gradient, rate));
        for ((rungs, ended), reference) in against.iter_mut().zip(&mut ended).zip([&flow, &modified]) {
            progress();
            *ended = ended.take().or_else(|| broken(&descent)).or_else(|| broken(reference));
            let Some(error) = error(&descent, reference, Compared::Map) else { continue };
            let Work { accepted, evaluations, wall_s, .. } = descent.work;
            rungs.push(Rung { setting: rate, error, steps: accepted, evaluations, wall_s });
        }
    }
    let [plain, modified] = against;
    let [ended_plain, ended_modified] = ended;
    let ladder = |rungs: Vec<Rung>, broken: Option<String>, method: &str, reference: &str, expected: Expected| Ladder {
        arm: Arm::Sgd,
        method: method.to_owned(),
        varied: "learning_rate",
        reference: format!("{reference}, dop853 at rtol {REFERENCE:e}"),
        order: Fit::of_logarithms(rungs.iter().filter(|r| FITTED.contains(&r.error)).map(|r| (r.setting, r.error))),
        expected,
        rungs,
        broken,
    };
    [
        ladder(plain, ended_plain, "full batch, against the flow", "the flow", FIRST),
        ladder(modified, ended_modified, "full batch, against the modified flow", "the flow of L + (η/4)‖∇L‖²", SECOND),
    ]
}

/// The maps along a flow of the weights.
fn follow(experiment: &Experiment, field: &impl crate::integrate::VectorField) -> Trajectory {
    let mut samples: Vec<Sample> = Vec::with_capacity(experiment.clock.times.len());
    let atol = (ATOL * REFERENCE * scale_of(&experiment.start)).max(f64::MIN_POSITIVE);
    let settings = Settings { method: Method::Dop853, rtol: REFERENCE, atol, max_steps: MAX_STEPS };
    let start = DVector::from_vec(experiment.widths.flatten(&into_frame(experiment)));
    let mut visit = |index: usize, flat: &[f64]| {
        let t = experiment.clock.times[index];
        let sample = of_weights(experiment, t, &experiment.widths.unflatten(flat));
        let finite = sample.mean.is_finite();
        samples.push(sample);
        finite
    };
    let (outcome, _) = integrate(field, start, &experiment.scaled_times(), &settings, &mut visit);
    bare(Arm::Flow, samples, outcome)
}
