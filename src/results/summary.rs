//! `summary.json`: what was run, what was measured, what passed.

use super::{delays, spectra, studies};
use crate::comparison::{Check, Figure, Verdict, measure};
use crate::converge::{Ladder, Rung};
use crate::experiment::Experiment;
use crate::flow::Monitor;
use crate::plateaus::{Plateau, plateaus};
use crate::premises::HOLDS;
use crate::report::Report;
use crate::scenario::Built;
use crate::stability::Sharpness;
use crate::trajectory::Trajectory;
use serde_json::{Map, Value, json};

/// The whole summary. Everything but `wall_s` is the same for the same scenario and seed.
pub fn summary(built: &Built, report: &Report) -> Value {
    let experiment = &built.experiment;
    // What stands in for the task of spectra alone is not worth a word.
    let trains = built.filled.trains();
    let (premises, modes) = match trains {
        true => (premises(experiment, report.monitor.as_ref()), modes(report)),
        false => (Value::Object(Map::new()), Vec::new()),
    };
    let plateaus = if trains { plateaus(&report.forecast.modes, &report.trajectories) } else { Vec::new() };
    json!({
        "title": built.title,
        "status": report.status(),
        "seed": experiment.seed,
        "version": env!("CARGO_PKG_VERSION"),
        "arms": arms(report),
        "premises": premises,
        "obstacle": report.forecast.estimate,
        "modes": modes,
        "studies": report.studies.iter().map(studies::to_json).collect::<Vec<_>>(),
        "delays": report.delays.iter().map(delays::to_json).collect::<Vec<_>>(),
        "spectra": report.spectra.iter().map(spectra::to_json).collect::<Vec<_>>(),
        "plateaus": plateaus.iter().map(plateau).collect::<Vec<_>>(),
        "checks": report.verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "comparisons": comparisons(report),
        "invariants": invariants(report),
        "warnings": built.warnings.iter().chain(&report.warnings).collect::<Vec<_>>(),
    })
}

fn arms(report: &Report) -> Value {
    let arms = report.trajectories.iter().map(|t| (t.arm.name().to_owned(), arm(t)));
    Value::Object(arms.collect())
}

fn arm(trajectory: &Trajectory) -> Value {
    let mut described = json!({
        "method": trajectory.method,
        "approximation": trajectory.approximation,
        "status": trajectory.outcome.to_string(),
        "samples": trajectory.samples.len(),
        "accepted": trajectory.work.accepted,
        "rejected": trajectory.work.rejected,
        "evaluations": trajectory.work.evaluations,
        "wall_s": trajectory.work.wall_s,
    });
    for figure in [Figure::FinalTrainingError, Figure::FinalTestError, Figure::FinalTestLoss] {
        if let Some(value) = measure(trajectory, figure, 0) {
            described[figure.name()] = json!(value);
        }
    }
    described
}

/// Ladders of an arm's settings, in place of the arms' own runs.
pub(super) fn of_ladders(built: &Built, ladders: &[Ladder]) -> Value {
    let experiment = &built.experiment;
    json!({
        "title": built.title,
        "status": ladders.iter().find_map(|ladder| ladder.broken.as_deref()).unwrap_or("complete"),
        "seed": experiment.seed,
        "version": env!("CARGO_PKG_VERSION"),
        "arms": Value::Object(Map::new()),
        "premises": premises(experiment, None),
        "ladders": ladders.iter().map(ladder).collect::<Vec<_>>(),
        "warnings": built.warnings,
    })
}

fn ladder(ladder: &Ladder) -> Value {
    let rung = |rung: &Rung| {
        json!({
            ladder.varied: rung.setting,
            "error": rung.error,
            "steps": rung.steps,
            "evaluations": rung.evaluations,
            "wall_s": rung.wall_s,
        })
    };
    json!({
        "arm": ladder.arm.name(),
        "method": ladder.method,
        "reference": ladder.reference,
        "varied": ladder.varied,
        "rungs": ladder.rungs.iter().map(rung).collect::<Vec<_>>(),
        "order": ladder.order.map(|fit| fit.slope),
        "order_uncertainty": ladder.order.map(|fit| fit.uncertainty),
        "fitted_rungs": ladder.order.map(|fit| fit.points),
        "expected_order": ladder.expected.order,
        "within": ladder.expected.within,
        "broken": ladder.broken,
        "pass": ladder.passes(),
    })
}

/// Each assumption with its violation at t = 0 and, where the weights can leave it, the largest along the run.
fn premises(experiment: &Experiment, along: Option<&Monitor>) -> Value {
    let p = &experiment.premises;
    let entry =
        |initial: f64, largest: f64| json!({ "initial": initial, "largest": largest, "holds": initial <= HOLDS });
    let (rank11, rank31) = p.ranks;
    json!({
        "linear": { "holds": experiment.not_linear().is_none(), "reason": experiment.not_linear() },
        "white": entry(p.white, p.white),
        "commuting": entry(p.commuting, p.commuting),
        "aligned": entry(p.aligned, along.map_or(p.aligned, |m| m.aligned)),
        "balanced": entry(p.balanced, along.map_or(p.balanced, |m| m.balanced)),
        "proportional": p.imbalance.map(|imbalance| {
            json!({ "initial": imbalance.violation, "holds": imbalance.violation <= HOLDS, "imbalance": imbalance.multiple })
        }),
        "equal_strengths": entry(experiment.reduction.imbalance(), experiment.reduction.imbalance()),
        "determinant": {
            "obstructs": experiment.obstruction.as_ref().is_some_and(|o| o.modes.is_none()),
        },
        "ends_in_saddle": experiment.obstruction.as_ref().map(|o| {
            json!({
                "loss": experiment.task.statistics.least_loss + o.excess,
                "modes": o.modes.as_ref().map(|modes| modes.iter().map(|mode| mode + 1).collect::<Vec<_>>()),
            })
        }),
        "learning_rate": experiment.sgd.filter(|_| experiment.is_linear()).map(|sgd| learning_rate(experiment, sgd.learning_rate)),
        "rank_sigma11": rank11,
        "rank_sigma31": rank31,
        "degenerate": p.degenerate,
        "bottleneck": p.bottleneck,
    })
}

/// The learning rate against the largest stable one at the minimum.
fn learning_rate(experiment: &Experiment, rate: f64) -> Value {
    let Experiment { task, basis, reduction, .. } = experiment;
    let sharpness = Sharpness::at_minimum(&task.statistics, basis, reduction);
    let stable = sharpness.stable_rate();
    json!({
        "rate": rate,
        "largest_stable": stable,
        "holds": stable.is_none_or(|stable| rate < stable),
        "estimate": sharpness.estimate,
    })
}

fn plateau(plateau: &Plateau) -> Value {
    let measured: Map<String, Value> =
        plateau.measured.iter().map(|(arm, length)| (arm.name().to_owned(), json!(length))).collect();
    json!({
        "learned": plateau.learned.iter().map(|mode| mode + 1).collect::<Vec<_>>(),
        "excess_loss": plateau.excess,
        "predicted_length": plateau.predicted,
        "length": measured,
    })
}

fn modes(report: &Report) -> Vec<Value> {
    let describe = |(index, mode): (usize, &crate::comparison::ModeSummary)| {
        let measured: Map<String, Value> = report
            .trajectories
            .iter()
            .map(|t| (t.arm.name().to_owned(), json!(report.half_time(t.arm, index))))
            .collect();
        json!({
            "mode": index + 1,
            "s": mode.s,
            "input_eigenvalue": mode.input_eigenvalue,
            "start": mode.start,
            "final_strength": mode.final_strength(),
            "half_time": measured,
            "predicted_half_time": mode.predicted_half_time,
        })
    };
    report.forecast.modes.iter().enumerate().map(describe).collect()
}

/// A check as it is given in the scenario, with its error and verdict.
fn verdict(verdict: &Verdict) -> Value {
    let mut fields = match &verdict.check {
        Check::Compare { first, second, quantity, .. } => {
            json!({ "compare": [first.name(), second.name()], "quantity": quantity.name() })
        }
        Check::Figure { arm, figure, mode, expect, .. } if figure.of_a_mode() => {
            json!({ "arm": arm.name(), "quantity": figure.name(), "mode": mode, "expect": expect })
        }
        Check::Figure { arm, figure, expect, .. } => {
            json!({ "arm": arm.name(), "quantity": figure.name(), "expect": expect })
        }
        Check::Study { study, series, figure, layers, expect, .. } => {
            let mut fields = json!({ "study": study, "series": series, "quantity": figure.name(), "expect": expect });
            if let Some(layers) = layers {
                fields["layers"] = json!(layers);
            }
            fields
        }
        Check::Delays { delays, series, figure, mode, expect, .. } => {
            json!({ "delays": delays, "series": series, "quantity": figure.name(), "mode": mode, "expect": expect })
        }
        Check::Spectra { spectra, case, factors, figure, expect, .. } => {
            json!({
                "spectra": spectra,
                "matrices": case.matrices,
                "factors": factors,
                "gain": case.gain,
                "activity": case.activity,
                "quantity": figure.name(),
                "expect": expect,
            })
        }
    };
    fields["max_error"] = json!(verdict.check.max_error());
    fields["error"] = json!(verdict.error);
    fields["pass"] = json!(verdict.pass);
    fields
}

fn comparisons(report: &Report) -> Vec<Value> {
    report
        .differences
        .iter()
        .map(|d| {
            json!({
                "first": d.first.name(),
                "second": d.second.name(),
                "modes": d.largest_modes().filter(|e| e.is_finite()),
                "loss": d.largest_loss().filter(|e| e.is_finite()),
            })
        })
        .collect()
}

fn invariants(report: &Report) -> Value {
    match &report.monitor {
        Some(monitor) => json!({ "balance_drift": monitor.balance_drift, "loss_rise": monitor.loss_rise }),
        None => Value::Object(Map::new()),
    }
}
