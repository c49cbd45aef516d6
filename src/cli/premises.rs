//! The table of premises: how far each holds, and what that means for the comparison.

use super::tables::{align_right, short, table};
use crate::experiment::Experiment;
use crate::flow::Monitor;
use crate::network::Activation;
use crate::premises::HOLDS;
use crate::stability::Sharpness;
use comfy_table::Table;

/// A premise with its violation at the start and, where the weights can leave it, the largest along the run.
struct Line {
    premise: String,
    start: String,
    along: Option<f64>,
    holds: bool,
    meaning: &'static str,
}

impl Line {
    fn measured(premise: impl Into<String>, violation: f64, meaning: &'static str) -> Line {
        let start = format!("{violation:.1e}");
        Line { premise: premise.into(), start, along: None, holds: violation <= HOLDS, meaning }
    }

    fn along(self, along: Option<f64>) -> Line {
        Line { along, ..self }
    }

    fn stated(premise: impl Into<String>, start: String, holds: bool, meaning: &'static str) -> Line {
        Line { premise: premise.into(), start, along: None, holds, meaning }
    }
}

/// The whole table; `monitor` has what was seen along the flow, if it ran.
pub(super) fn premises(experiment: &Experiment, monitor: Option<&Monitor>) -> Table {
    let mut lines = measured(experiment, monitor);
    lines.extend(structure(experiment));
    lines.extend(learning_rate(experiment));
    let mut header = vec!["premise", "at t = 0", "holds", "where it holds"];
    if monitor.is_some() {
        header.insert(2, "along the flow");
    }
    let mut table = table(&header);
    for line in lines {
        let holds = if line.holds { "yes" } else { "no" };
        let mut row = vec![line.premise, line.start, holds.to_owned(), line.meaning.to_owned()];
        if monitor.is_some() {
            row.insert(2, line.along.map_or_else(String::new, |largest| format!("{largest:.1e}")));
        }
        table.add_row(row);
    }
    align_right(&mut table, 1..header.len() - 2);
    table
}

fn measured(experiment: &Experiment, monitor: Option<&Monitor>) -> Vec<Line> {
    let p = &experiment.premises;
    let mut lines = Vec::new();
    if experiment.not_linear().is_some() {
        let what = if experiment.biases { "linear: φ(z) = z, no biases" } else { "linear: φ(z) = z" };
        let units = if experiment.activation == Activation::Linear { "biases" } else { experiment.activation.name() };
        lines.push(Line::stated(
            what,
            units.to_owned(),
            false,
            "the arms beside sgd are of the network that it trains",
        ));
    }
    lines.extend([
        Line::measured("white inputs: Σ11 ∝ I", p.white, "no input is learned faster for its variance"),
        Line::measured("commuting: Σ11v ∝ v for every mode", p.commuting, "inputs do not couple the modes"),
        Line::measured("aligned: W = R diag(a) R'ᵀ", p.aligned, "each mode has its own direction in every layer")
            .along(monitor.map(|m| m.aligned)),
        Line::measured("balanced: W2ᵀW2 = W1W1ᵀ", p.balanced, "the layers share each mode equally")
            .along(monitor.map(|m| m.balanced)),
    ]);
    if let Some(imbalance) = p.imbalance {
        let name = format!("W2ᵀW2 − W1W1ᵀ = ℓI, ℓ = {}", short(Some(imbalance.multiple)));
        lines.push(Line::measured(name, imbalance.violation, "white inputs have an exact solution in any orientation"));
    }
    if experiment.widths.depth() > 1 {
        let spread = experiment.reduction.imbalance();
        lines.push(Line::measured(
            "equal strengths of a mode's layers",
            spread,
            "its law has a closed form at any depth",
        ));
    }
    lines
}

fn structure(experiment: &Experiment) -> Vec<Line> {
    let p = &experiment.premises;
    let (rank11, rank31) = p.ranks;
    let (inputs, modes) = (experiment.widths.inputs(), experiment.basis.len());
    let rank = |rank: usize, of: usize| format!("{rank} of {of}");
    let mut lines = vec![
        Line::stated("rank of Σ11", rank(rank11, inputs), rank11 == inputs, "every input is trained"),
        Line::stated("rank of Σ31", rank(rank31, modes), rank31 == modes, "every mode is learned"),
        Line::stated(
            "room for all modes",
            rank(experiment.widths.bottleneck().min(rank31), rank31),
            !p.bottleneck,
            "no hidden layer leaves modes out",
        ),
        Line::stated(
            "distinct singular values",
            String::new(),
            !p.degenerate,
            "each mode is determined, not only blocks of them",
        ),
    ];
    if experiment.widths.depth() > 1 {
        let free = experiment.obstruction.is_none();
        let meaning = "neither a conserved sign of det W nor a = −b keeps it at a saddle";
        lines.push(Line::stated("the flow ends in a minimum", String::new(), free, meaning));
    }
    lines
}

fn learning_rate(experiment: &Experiment) -> Option<Line> {
    let rate = experiment.sgd.as_ref()?.learning_rate;
    if experiment.not_linear().is_some() {
        return None;
    }
    let Experiment { task, basis, reduction, .. } = experiment;
    let stable = Sharpness::at_minimum(&task.statistics, basis, reduction).stable_rate()?;
    let premise = format!("learning rate below {}", short(Some(stable)));
    Some(Line::stated(premise, short(Some(rate)), rate < stable, "descent settles in the minimum"))
}
