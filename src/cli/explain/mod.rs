//! `gradflow explain`: what will be solved, what holds, what is exact and what it predicts.

mod delays;
mod studies;

use super::premises::premises;
use super::tables::{plateau_table, short, table};
use super::{ExplainArgs, Status, complain, run, say, spectra};
use crate::analytic::{FormName, choose, time_to_reach};
use crate::experiment::{Depth, Experiment, SgdSettings};
use crate::forecast::{Forecast, forecast};
use crate::plateaus::{Plateau, plateaus};
use crate::premises::HOLDS;
use crate::premises::fails;
use crate::scenario::Built;
use crate::sgd::{Pace, is_random};
use crate::stability::Sharpness;
use crate::task::{Averaging, Samples, Task};
use crate::text::number;
use serde_json::{Value, json};

/// Says what will be solved; integrates nothing.
pub(super) fn explain(args: &ExplainArgs) -> Status {
    let built = match run::load(&args.scenario, &args.set, None) {
        Ok(built) => built,
        Err(error) => return complain(&error),
    };
    let explanation = Explanation::new(&built);
    say(&if args.json {
        serde_json::to_string_pretty(&explanation.json()).unwrap_or_default()
    } else {
        explanation.text()
    })
}

struct Explanation<'a> {
    built: &'a Built,
    experiment: &'a Experiment,
    forecast: Forecast,
    sharpness: Sharpness,
    /// The closed form that is exact here, or the premise that fails.
    exact: Result<&'static str, String>,
}

impl<'a> Explanation<'a> {
    fn new(built: &'a Built) -> Self {
        let experiment = &built.experiment;
        let Experiment { task, basis, reduction, .. } = experiment;
        Explanation {
            built,
            experiment,
            forecast: forecast(experiment),
            sharpness: Sharpness::at_minimum(&task.statistics, basis, reduction),
            exact: choose(FormName::Auto, &experiment.given()).map(|form| form.name.name()),
        }
    }

    fn text(&self) -> String {
        let spectra = self.built.spectra.iter().map(spectra::explanation);
        if !self.built.filled.trains() {
            let memory = format!("Cost: about {} of memory.", crate::scenario::in_gib(self.built.memory));
            return std::iter::once(self.built.title.clone())
                .chain(spectra)
                .chain([memory])
                .collect::<Vec<_>>()
                .join("\n\n");
        }
        let own = [
            self.network(),
            self.equations(),
            premises(self.experiment, None).to_string(),
            self.exactness(),
            self.mode_table(),
            plateau_table(&plateaus(&self.forecast.modes, &[])).map_or_else(String::new, |table| table.to_string()),
            self.stability(),
            self.cost(),
        ];
        let studies = self.built.studies.iter().map(|study| studies::text(self.experiment, study));
        let delays = self.built.delays.iter().map(|table| delays::text(self.experiment, table));
        own.into_iter()
            .filter(|part| !part.is_empty())
            .chain(studies)
            .chain(delays)
            .chain(spectra)
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    fn network(&self) -> String {
        let (rank11, rank31) = self.experiment.premises.ranks;
        let bottleneck = if self.experiment.premises.bottleneck {
            format!(
                "\nA bottleneck: {} hidden units leave no room for all {rank31} modes.",
                self.experiment.widths.bottleneck()
            )
        } else {
            String::new()
        };
        let degenerate = if self.experiment.premises.degenerate {
            "\nSome singular values are equal: within their block only its trace is independent of the basis."
        } else {
            ""
        };
        let activation = self.experiment.activation.name();
        let biases = if self.experiment.biases { " with biases" } else { "" };
        let beside = if self.experiment.is_linear() {
            ""
        } else {
            "\nThe sgd arm trains it; what follows, and the other arms, are of the linear network of the same weights."
        };
        format!(
            "{}\nA {activation} network{biases} {}, {} weight matrices.{}\nΣ11 has rank {rank11} of {}, Σ31 has rank {rank31}.{bottleneck}{degenerate}{beside}",
            self.built.title,
            arrows(self.experiment.widths.as_slice()),
            self.experiment.widths.depth(),
            self.samples(),
            self.experiment.widths.inputs(),
        )
    }

    /// Classes and samples held out, where there are any.
    fn samples(&self) -> String {
        let Task { samples, held_out, classes, .. } = &self.experiment.task;
        let classes = classes.as_ref().map(|classes| format!("{} classes", classes.count()));
        let trained = samples.as_ref().map_or(0, Samples::len);
        let held_out = held_out.as_ref().map(|test| format!("{trained} samples to train on, {} held out", test.len()));
        let known: Vec<String> = classes.into_iter().chain(held_out).collect();
        if known.is_empty() { String::new() } else { format!("\n{}.", known.join("; ")) }
    }

    fn equations(&self) -> String {
        let tau = self.experiment.clock.tau;
        let depth = self.experiment.widths.depth();
        let mut lines = vec![format!(
            "The weight flow, with τ = {}, L_min = {}:",
            number(tau),
            number(self.experiment.task.statistics.least_loss)
        )];
        match depth {
            1 => lines.push("  τ dW1/dt = Σ31 − W1 Σ11".into()),
            2 => {
                lines.push("  τ dW1/dt = W2ᵀ (Σ31 − W2 W1 Σ11)".into());
                lines.push("  τ dW2/dt = (Σ31 − W2 W1 Σ11) W1ᵀ".into());
            }
            _ => lines.push(format!("  τ dW_l/dt = (W{depth}…W(l+1))ᵀ (Σ31 − W Σ11) (W(l−1)…W1)ᵀ, l = 1 … {depth}")),
        }
        lines.push("Its modes, one system each:".into());
        for (index, mode) in self.forecast.modes.iter().enumerate().take(EQUATIONS_SHOWN) {
            let (s, lambda) = (short(Some(mode.s)), short(Some(mode.input_eigenvalue)));
            let start: Vec<String> =
                self.experiment.reduction.strengths[index].iter().map(|a| short(Some(*a))).collect();
            lines.push(match depth {
                1 => format!("  mode {}: τ du/dt = {s} − {lambda} u, from u = {}", index + 1, start.join(", ")),
                2 => format!(
                    "  mode {}: τ da/dt = b({s} − {lambda} ab), τ db/dt = a({s} − {lambda} ab), from (a, b) = ({})",
                    index + 1,
                    start.join(", ")
                ),
                _ => format!("  mode {}: τ da_l/dt = (∏_(i≠l) a_i)({s} − {lambda} ∏ a_i)", index + 1),
            });
        }
        let layers = self.experiment.widths.layers();
        match self.experiment.modes.map(|modes| modes.depth) {
            Some(Depth::Infinite) => lines.push(format!(
                "The modes arm integrates the infinite-depth law instead, τ du/dt = {layers} u² (s − λu)."
            )),
            Some(Depth::Both) => lines.push(format!(
                "Beside them the arm `limit` integrates the infinite-depth law, τ du/dt = {layers} u² (s − λu)."
            )),
            Some(Depth::Finite) | None => {}
        }
        if self.forecast.modes.len() > EQUATIONS_SHOWN {
            lines.push(format!("  and {} more", self.forecast.modes.len() - EQUATIONS_SHOWN));
        }
        lines.join("\n")
    }

    fn exactness(&self) -> String {
        match (&self.exact, &self.experiment.reduction.approximation) {
            (Ok(name), None) => format!("The closed form \"{name}\" is exact here, and so are the mode equations."),
            (Ok(name), Some(why)) => {
                format!("The closed form \"{name}\" is exact here. The mode equations are an estimate: {why}.")
            }
            (Err(reason), _) => format!("No closed form is exact here: {reason}. What follows is an estimate."),
        }
    }

    fn mode_table(&self) -> String {
        let approximate = self.experiment.reduction.approximation.is_some();
        let estimated = approximate && fails(self.experiment.premises.aligned) && self.experiment.widths.depth() > 1;
        let start = if estimated { "effective u0" } else { "u at t = 0" };
        // Exact half-times of the map stand beside no rise by a law that is not exact.
        let rises = !approximate || self.forecast.estimate.is_some();
        let mut table = table(&["mode", "s", "λ", start, "learned to", "half-time", "10–90 %"]);
        for (index, mode) in self.forecast.modes.iter().enumerate().take(MODES_SHOWN) {
            let reach = |share: f64| self.time_to(index, share * mode.final_strength()?);
            let rise = reach(0.9).zip(reach(0.1)).map(|(late, early)| late - early);
            table.add_row([
                (index + 1).to_string(),
                short(Some(mode.s)),
                short(Some(mode.input_eigenvalue)),
                short(Some(self.experiment.reduction.initial(index))),
                short(mode.final_strength()),
                short(mode.predicted_half_time),
                short(rise.filter(|_| rises)),
            ]);
        }
        let more = self.forecast.modes.len().saturating_sub(MODES_SHOWN);
        if more > 0 { format!("{table}\nand {more} more") } else { table.to_string() }
    }

    /// When a mode reaches `target`, by the closed form; `None` for never, and for a mode that starts there.
    fn time_to(&self, mode: usize, target: f64) -> Option<f64> {
        let Experiment { basis, reduction, clock, .. } = self.experiment;
        let strengths = &reduction.strengths[mode];
        time_to_reach(basis.s[mode], basis.input_eigenvalues[mode], clock.tau, strengths, target)
            .filter(|t| *t > 0.0 && t.is_finite())
    }

    fn stability(&self) -> String {
        if let Some(why) = self.experiment.not_linear() {
            return format!("Which learning rates are stable is not known: {why}.");
        }
        let mut lines = vec![format!(
            "Sharpness at the minimum: {}{}.",
            short(Some(self.sharpness.value)),
            self.sharpness.estimate.as_ref().map_or(String::new(), |why| format!(" (an estimate: {why})"))
        )];
        if let Some(rate) = self.sharpness.stable_rate() {
            let on = match self.experiment.task.averaging {
                Averaging::Mean => "the average loss",
                Averaging::Sum => "the summed loss",
            };
            lines.push(format!(
                "Full-batch descent on {on} is stable there for learning rates below {}.",
                short(Some(rate))
            ));
            if let Some(sgd) = &self.experiment.sgd {
                let word = if sgd.learning_rate < rate { "stable" } else { "NOT stable" };
                lines.push(format!("The scenario's learning rate {} is {word}.", sgd.learning_rate));
            }
        }
        lines.join("\n")
    }

    fn cost(&self) -> String {
        let mut text = format!(
            "Cost: a state of {} weights, {} sample times, about {} of memory.",
            self.experiment.widths.weights(),
            self.experiment.clock.times.len(),
            crate::scenario::in_gib(self.built.memory)
        );
        if let Some(sgd) = &self.experiment.sgd {
            text.push_str(&format!(" Descent takes {} updates.", self.updates(sgd)));
        }
        text
    }

    fn updates(&self, sgd: &SgdSettings) -> u64 {
        let end = self.experiment.clock.times.last().copied().unwrap_or(0.0);
        let runs = if is_random(sgd) { u64::from(sgd.runs) } else { 1 };
        Pace::new(self.experiment, sgd).updates_at(end).saturating_mul(runs)
    }

    fn json(&self) -> Value {
        let spectra: Vec<Value> = self.built.spectra.iter().map(spectra::json).collect();
        if !self.built.filled.trains() {
            return json!({ "title": self.built.title, "memory_bytes": self.built.memory, "spectra": spectra });
        }
        let premises: serde_json::Map<String, Value> = [
            ("white", self.experiment.premises.white),
            ("commuting", self.experiment.premises.commuting),
            ("aligned", self.experiment.premises.aligned),
            ("balanced", self.experiment.premises.balanced),
        ]
        .into_iter()
        .map(|(name, violation)| (name.to_owned(), json!({ "violation": violation, "holds": violation <= HOLDS })))
        .collect();
        let (rank11, rank31) = self.experiment.premises.ranks;
        let modes: Vec<Value> = self
            .forecast
            .modes
            .iter()
            .enumerate()
            .map(|(index, mode)| {
                json!({
                    "mode": index + 1,
                    "s": mode.s,
                    "input_eigenvalue": mode.input_eigenvalue,
                    "initial": self.experiment.reduction.initial(index),
                    "final_strength": mode.final_strength(),
                    "predicted_half_time": mode.predicted_half_time,
                })
            })
            .collect();
        let plateau = |plateau: &Plateau| {
            json!({
                "learned": plateau.learned.iter().map(|mode| mode + 1).collect::<Vec<_>>(),
                "excess_loss": plateau.excess,
                "predicted_length": plateau.predicted,
            })
        };
        let plateaus: Vec<Value> = plateaus(&self.forecast.modes, &[]).iter().map(plateau).collect();
        json!({
            "title": self.built.title,
            "widths": self.experiment.widths.as_slice(),
            "activation": self.experiment.activation,
            "biases": self.experiment.biases,
            "tau": self.experiment.clock.tau,
            "end": self.experiment.clock.times.last(),
            "least_loss": self.experiment.task.statistics.least_loss,
            "premises": premises,
            "rank_sigma11": rank11,
            "rank_sigma31": rank31,
            "degenerate": self.experiment.premises.degenerate,
            "bottleneck": self.experiment.premises.bottleneck,
            "exact_form": self.exact.as_ref().ok(),
            "obstacle": self.exact.as_ref().err(),
            "modes": modes,
            "plateaus": plateaus,
            "sharpness": self.sharpness.value,
            "sharpness_estimate": self.sharpness.estimate,
            "largest_stable_learning_rate": self.sharpness.stable_rate(),
            "weights": self.experiment.widths.weights(),
            "memory_bytes": self.built.memory,
            "studies": self.built.studies.iter().map(|study| studies::json(self.experiment, study)).collect::<Vec<_>>(),
            "delays": self.built.delays.iter().map(|table| delays::json(self.experiment, table)).collect::<Vec<_>>(),
            "spectra": spectra,
            "updates": self.experiment.sgd.as_ref().map(|sgd| self.updates(sgd)),
        })
    }
}

/// Widths in a row, a run of equal ones counted: 784 → 100 (×8) → 10.
fn arrows(widths: &[usize]) -> String {
    let runs = widths.chunk_by(|a, b| a == b).map(|run| match run {
        [width, _, _, ..] => format!("{width} (×{})", run.len()),
        few => few.iter().map(usize::to_string).collect::<Vec<_>>().join(" → "),
    });
    runs.collect::<Vec<_>>().join(" → ")
}

const EQUATIONS_SHOWN: usize = 4;
const MODES_SHOWN: usize = 12;
