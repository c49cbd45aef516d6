//! The studies: from their tables to networks that can be trained.

use super::names::{Names, check_name};
use super::numbers::{not_negative, one_line, positive};
use super::start::{check_length, pretraining};
use super::{Builder, Fault};
use crate::experiment::Batch;
use crate::figure::StudyPanel;
use crate::network::{Activation, Start, Widths};
use crate::scenario::budget;
use crate::scenario::format::{
    AlignedInit, BalancedInit, Init, LearnedTable, Network, SeriesTable, StudyArm, StudyTable, max_steps, rtol,
};
use crate::scenario::values::{BatchSize, RateChoice, RateRange};
use crate::sgd::{CHUNK, drawn_samples};
use crate::study::{self, Family, Learned, RateRule, Series, Study, Trainer};
use crate::task::{ModeBasis, Task};
use crate::text::number;

/// Depths, runs and rates that a study may have: more is a slip of the pen.
const MOST: usize = 1000;
/// Networks in all.
const NETWORKS: usize = 100_000;
/// Updates at one rate.
const UPDATES: u64 = 10_000_000_000;
/// Numbers that a network's curve may have while it is recorded.
const CURVE: f64 = 1200.0;
/// The deepest network of a study.
const DEEPEST: usize = 100_000;
/// The share of s/λ at which a mode is learned where none is given.
const SHARE: f64 = 0.95;

impl Builder<'_> {
    /// Checks what needs no task, before anything is allocated, and fills in defaults.
    pub(super) fn check_studies(&mut self) -> Result<(), Fault> {
        let title = self.scenario.title.clone();
        let own = SeriesTable { label: None, init: None, activation: None, learning_rate: RateChoice::default() };
        let widest = self.scenario.network.hidden.iter().copied().max();
        let mut names = Names::of("study", "another study has");
        for (name, table) in &mut self.scenario.studies {
            let here = names.take(name)?;
            if table.series.is_empty() {
                table.series.insert("network".to_owned(), own.clone());
            }
            table.title = table.title.take().or_else(|| title.clone());
            one_line(&format!("{here}.title"), "title", table.title.as_deref())?;
            check_layers(&format!("{here}.layers"), &table.layers)?;
            match table.width.or(widest) {
                None => {
                    let message = "the width of the hidden layers is missing: the network has none";
                    return Err(Fault::new(here, message, "width"));
                }
                Some(0) => return Err(Fault::new(format!("{here}.width"), "a layer needs at least one unit", "≥ 1")),
                width => table.width = width,
            }
            check_counts(&here, table)?;
            for (series, table) in &table.series {
                check_name(&format!("{here}.series"), series)?;
                one_line(&format!("{here}.series.{series}.label"), "label", table.label.as_deref())?;
                check_rate(&format!("{here}.series.{series}.learning_rate"), table.learning_rate)?;
            }
        }
        Ok(())
    }

    /// Bytes that the study that asks for most will need.
    pub(super) fn admit_studies(&self, inputs: usize, outputs: usize, samples: usize) -> Result<f64, Fault> {
        let mut most: f64 = 0.0;
        for (name, table) in &self.scenario.studies {
            let (width, deepest) = (table.width.unwrap_or(1), table.layers.last().copied().unwrap_or(2));
            let networks = table.layers.len() * table.series.len() * table.runs as usize;
            let at_once = rayon::current_num_threads().min(networks) as f64;
            let thin = inputs.min(outputs) as f64;
            let (ends, hidden) = ((inputs + outputs) as f64 * width as f64, deepest.saturating_sub(2) as f64);
            let weights = match deepest {
                2 => inputs as f64 * outputs as f64,
                _ => ends + (hidden - 1.0) * width as f64 * width as f64,
            };
            let solver = match table.arm {
                StudyArm::Sgd => 5.0 * weights,
                StudyArm::Flow => budget::of_state(weights, self.flow_method()),
            };
            let solver = solver + of_samples(table, &self.scenario.network, width, hidden, inputs + outputs);
            let products = thin * width as f64 * hidden + 4.0 * inputs as f64 * outputs as f64;
            let kept =
                networks as f64 * if table.panels.iter().any(|panel| panel.is_of_curves()) { CURVE } else { 32.0 };
            let drawn = if samples > 0 { 0.0 } else { drawn(table, &self.scenario.network, inputs, outputs) };
            let need = 8.0 * (at_once * (solver + products) + kept + drawn);
            let key = format!("study.{name}.{}", if width > deepest { "width" } else { "layers" });
            self.budget.admit("the deepest network", need).map_err(|message| Fault::new(key, message, ""))?;
            most = most.max(need);
        }
        Ok(most)
    }

    /// The studies of a task.
    pub(super) fn studies(&mut self, task: &Task, basis: &ModeBasis) -> Result<Vec<Study>, Fault> {
        let flow = self.scenario.flow.clone();
        let network = self.scenario.network.init.clone();
        let own = self.scenario.network.clone();
        let Network { activation, biases, .. } = own;
        for (name, table) in &self.scenario.studies {
            check_flow(&format!("study.{name}"), table, &self.scenario.network)?;
        }
        let mut studies = Vec::with_capacity(self.scenario.studies.len());
        for (name, table) in &mut self.scenario.studies {
            let here = format!("study.{name}");
            let trainer = match table.arm {
                StudyArm::Sgd => Trainer::Descent { batch: batch(&here, table.batch, task)? },
                StudyArm::Flow => Trainer::Flow {
                    method: flow.as_ref().map_or_else(Default::default, |flow| flow.method),
                    rtol: flow.as_ref().map_or_else(rtol, |flow| flow.rtol),
                    max_steps: flow.as_ref().map_or_else(max_steps, |flow| flow.max_steps),
                },
            };
            let linear = all_linear(table, &own);
            let learned = learned(&format!("{here}.learned"), &mut table.learned, task, basis, linear)?;
            let classification = table.panels.iter().position(|panel| *panel == StudyPanel::Classification);
            if let (Some(index), None) = (classification, &task.classes) {
                let message = "the targets of this task are no classes";
                return Err(Fault::new(format!("{here}.panels[{index}]"), message, "time, rate, curves"));
            }
            let width = table.width.unwrap_or(1);
            if let Learned::Mode { mode, .. } = learned
                && mode >= width
                && table.layers.last().is_some_and(|layers| *layers > 2)
            {
                let message = format!("mode {} has no room in hidden layers of {width}", mode + 1);
                return Err(Fault::new(format!("{here}.learned.mode"), message, &format!("1 to {width}")));
            }
            let mut series = Vec::with_capacity(table.series.len());
            for (key, row) in &table.series {
                let path = format!("{here}.series.{key}");
                let start = family(&path, row.init.as_ref().unwrap_or(&network), row.init.is_some())?;
                let rate = rate_rule(&path, row.learning_rate, trainer)?;
                series.push(Series {
                    name: key.clone(),
                    label: row.label.clone().unwrap_or_else(|| key.clone()),
                    start,
                    rate,
                    activation: row.activation.unwrap_or(activation),
                });
            }
            let study = Study {
                name: name.clone(),
                title: table.title.clone().unwrap_or_else(|| name.clone()),
                layers: table.layers.clone(),
                width,
                trainer,
                biases,
                learned,
                max_updates: table.max_updates,
                runs: table.runs,
                series,
                curves: table.panels.iter().any(|panel| panel.is_of_curves()),
                errors: table.panels.contains(&StudyPanel::Classification),
                curve_updates: table.curve_updates,
            };
            check_starts(&here, &study, task, |series| table.series.get(series).is_some_and(|row| row.init.is_some()))?;
            studies.push(study);
        }
        Ok(studies)
    }
}

/// Whether all networks of a study are linear.
fn all_linear(table: &StudyTable, network: &Network) -> bool {
    let is_linear = |row: &SeriesTable| row.activation.unwrap_or(network.activation) == Activation::Linear;
    !network.biases && table.series.values().all(is_linear)
}

/// Numbers that samples take while they are drawn for a task that has none.
fn drawn(table: &StudyTable, network: &Network, inputs: usize, outputs: usize) -> f64 {
    let linear = all_linear(table, network);
    let batch = match table.batch {
        BatchSize::Size(size) => Batch::Size(usize::try_from(size).unwrap_or(usize::MAX)),
        BatchSize::Full if linear => return 0.0,
        BatchSize::Full => Batch::Full,
    };
    4.0 * (inputs + outputs) as f64 * drawn_samples(inputs, outputs, batch, linear) as f64
}

/// Numbers that a network trained on samples keeps: a batch, and what goes through the layers at a time.
fn of_samples(table: &StudyTable, network: &Network, width: usize, hidden: f64, ends: usize) -> f64 {
    let batch = match table.batch {
        BatchSize::Size(size) => size as f64,
        BatchSize::Full if all_linear(table, network) => return 0.0,
        BatchSize::Full => 0.0,
    };
    let units = ends as f64 + width as f64 * hidden;
    (batch.min(CHUNK as f64) + CHUNK as f64) * 2.0 * units + batch * ends as f64
}

fn check_layers(path: &str, layers: &[usize]) -> Result<(), Fault> {
    if layers.is_empty() || layers.len() > MOST {
        return Err(Fault::new(path, format!("{} networks make no study", layers.len()), &format!("1 to {MOST}")));
    }
    if let Some(index) = layers.iter().position(|n| !(2..=DEEPEST).contains(n)) {
        let message = format!("there is no network of {} layers, input and output included", layers[index]);
        return Err(Fault::new(format!("{path}[{index}]"), message, &format!("2 to {DEEPEST}")));
    }
    match layers.windows(2).position(|pair| pair[1] <= pair[0]) {
        Some(index) => {
            let message = format!("{} does not come after {}", layers[index + 1], layers[index]);
            Err(Fault::new(format!("{path}[{}]", index + 1), message, "strictly increasing"))
        }
        None => Ok(()),
    }
}

fn check_counts(here: &str, table: &StudyTable) -> Result<(), Fault> {
    if table.max_updates == 0 || table.max_updates > UPDATES {
        let message = format!("{} updates", table.max_updates);
        return Err(Fault::new(format!("{here}.max_updates"), message, &format!("1 to {:e}", UPDATES as f64)));
    }
    if let Some(updates) = table.curve_updates {
        let path = format!("{here}.curve_updates");
        if updates == 0 || updates > UPDATES {
            return Err(Fault::new(path, format!("{updates} updates"), &format!("1 to {:e}", UPDATES as f64)));
        }
        if table.arm == StudyArm::Flow {
            return Err(Fault::new(path, "the flow ends at the goal", "arm = \"sgd\""));
        }
    }
    if table.runs == 0 || table.runs as usize > MOST {
        let message = format!("{} runs", table.runs);
        return Err(Fault::new(format!("{here}.runs"), message, &format!("1 to {MOST}")));
    }
    let networks = table.layers.len().saturating_mul(table.series.len()).saturating_mul(table.runs as usize);
    if table.series.len() > MOST || networks > NETWORKS {
        let message = format!("{networks} networks, of {} series, are too many", table.series.len());
        let allowed = format!("at most {NETWORKS} networks (layers × series × runs), and {MOST} series");
        return Err(Fault::new(here, message, &allowed));
    }
    if table.batch == BatchSize::Size(0) {
        let message = "a batch must have at least one sample";
        return Err(Fault::new(format!("{here}.batch"), message, "≥ 1, or \"full\""));
    }
    if table.panels.is_empty() {
        return Err(Fault::new(
            format!("{here}.panels"),
            "a figure needs at least one panel",
            "time, rate, curves, classification",
        ));
    }
    Ok(())
}

/// The flow is that of linear networks on all samples.
fn check_flow(here: &str, table: &StudyTable, network: &Network) -> Result<(), Fault> {
    if table.arm != StudyArm::Flow {
        return Ok(());
    }
    if table.learned.training_error.is_some() {
        let message = "the flow knows no samples, and no errors";
        return Err(Fault::new(format!("{here}.learned.training_error"), message, "excess, or loss; or arm = \"sgd\""));
    }
    if let Some(index) = table.panels.iter().position(|panel| *panel == StudyPanel::Classification) {
        let message = "the flow knows no samples, and no errors";
        return Err(Fault::new(format!("{here}.panels[{index}]"), message, "time, rate, curves; or arm = \"sgd\""));
    }
    if table.batch != BatchSize::Full {
        let message = "the flow is that of all samples: batches are of descent";
        return Err(Fault::new(format!("{here}.batch"), message, "\"full\"; or arm = \"sgd\""));
    }
    for (name, series) in &table.series {
        let activation = series.activation.unwrap_or(network.activation);
        let own =
            series.activation.map_or("network.activation".to_owned(), |_| format!("{here}.series.{name}.activation"));
        let wrong = match (activation, network.biases) {
            (Activation::Linear, false) => continue,
            (Activation::Linear, true) => ("network.biases".to_owned(), "no biases"),
            (_, _) => (own, "linear units"),
        };
        let message = format!("the flow of a study is that of networks with {}", wrong.1);
        return Err(Fault::new(wrong.0, message, "arm = \"sgd\" trains any"));
    }
    Ok(())
}

fn check_rate(path: &str, choice: RateChoice) -> Result<(), Fault> {
    match choice {
        RateChoice::Sharpness => Ok(()),
        RateChoice::Fixed(rate) => positive(path, rate),
        RateChoice::Best(RateRange { from, to, count }) => {
            positive(&format!("{path}.from"), from)?;
            positive(&format!("{path}.to"), to)?;
            if count == 0 || count > MOST {
                return Err(Fault::new(format!("{path}.count"), format!("{count} rates"), &format!("1 to {MOST}")));
            }
            Ok(())
        }
    }
}

fn rate_rule(path: &str, choice: RateChoice, trainer: Trainer) -> Result<RateRule, Fault> {
    match (choice, trainer) {
        (RateChoice::Sharpness, _) => Ok(RateRule::Sharpness),
        (RateChoice::Fixed(rate), _) => Ok(RateRule::Fixed(rate)),
        (RateChoice::Best(_), Trainer::Flow { .. }) => Err(Fault::new(
            format!("{path}.learning_rate"),
            "the flow has no best learning rate: the larger, the fewer updates",
            "\"sharpness\" or a number; or arm = \"sgd\"",
        )),
        (RateChoice::Best(range), Trainer::Descent { .. }) => Ok(RateRule::Best(spaced(range))),
    }
}

/// Samples per update, of those that the task has.
fn batch(here: &str, size: BatchSize, task: &Task) -> Result<Batch, Fault> {
    let BatchSize::Size(size) = size else { return Ok(Batch::Full) };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    match &task.samples {
        Some(samples) if size > samples.len() => {
            let message = format!("a batch of {size} is more than the {} samples there are", samples.len());
            Err(Fault::new(format!("{here}.batch"), message, &format!("1 to {}, or \"full\"", samples.len())))
        }
        _ => Ok(Batch::Size(size)),
    }
}

/// The rates of a range, evenly spaced in their logarithm, the largest first.
fn spaced(RateRange { from, to, count }: RateRange) -> Vec<f64> {
    let (large, small) = (from.max(to), from.min(to));
    let last = count.saturating_sub(1).max(1) as f64;
    let at = |i: usize| if i == count - 1 && count > 1 { small } else { large * (small / large).powf(i as f64 / last) };
    (0..count).map(at).collect()
}

/// What is waited for; a network that is not `linear` may fall below the least loss of those that are.
fn learned(
    path: &str,
    table: &mut LearnedTable,
    task: &Task,
    basis: &ModeBasis,
    linear: bool,
) -> Result<Learned, Fault> {
    let within = |key: &str, value: f64| {
        if value > 0.0 && value < 1.0 {
            return Ok(value);
        }
        let message = format!("{} is not a share between 0 and 1", number(value));
        Err(Fault::new(format!("{path}.{key}"), message, "0 < share < 1"))
    };
    let of_mode = table.mode.is_some() || table.share.is_some();
    if let Some(error) = table.training_error {
        let alone = !of_mode && table.excess.is_none() && table.loss.is_none();
        return match (&task.classes, alone) {
            (None, _) => Err(Fault::new(
                format!("{path}.training_error"),
                "the targets of this task are no classes",
                "excess, or loss",
            )),
            (_, false) => Err(Fault::new(path, "more than one goal", GOALS)),
            (_, true) => Ok(Learned::TrainingError(within("training_error", error)?)),
        };
    }
    match (of_mode, table.excess, table.loss) {
        (false, Some(_), None) if study::zero_excess(&task.statistics) == 0.0 => {
            Err(Fault::new(path, "there is nothing to be learned: sigma31 is zero", ""))
        }
        (false, Some(excess), None) => Ok(Learned::Excess(within("excess", excess)?)),
        (false, None, Some(loss)) => {
            let least = task.statistics.least_loss;
            if loss > if linear { least } else { 0.0 } {
                return Ok(Learned::Loss(loss));
            }
            let message = format!("the loss never falls to {}", number(loss));
            Err(Fault::new(format!("{path}.loss"), message, &format!("above the least loss, {}", number(least))))
        }
        (_, None, None) => {
            let mode = *table.mode.get_or_insert(1);
            let share = within("share", *table.share.get_or_insert(SHARE))?;
            let learnable = (1..=basis.len()).filter(|mode| basis.final_strength(mode - 1).is_some()).count();
            let index = mode.checked_sub(1).filter(|index| basis.final_strength(*index).is_some());
            let Some(mode) = index else {
                let message = format!("there is no mode {mode} to be learned");
                return Err(Fault::new(format!("{path}.mode"), message, &format!("1 to {learnable}")));
            };
            Ok(Learned::Mode { mode, share })
        }
        _ => Err(Fault::new(path, "more than one goal", GOALS)),
    }
}

/// What can be waited for.
const GOALS: &str = "exactly one of { mode, share }, { excess }, { loss }, { training_error }";

/// Where a series' start stands: its own, or the network's.
fn start_path(series: &str, own: bool) -> String {
    if own { format!("{series}.init") } else { "network.init".to_owned() }
}

/// A start that makes sense at any depth.
fn family(path: &str, init: &Init, own: bool) -> Result<Family, Fault> {
    let here = start_path(path, own);
    let at = |key: &str| format!("{here}.{key}");
    let per_matrix = |key: &str| {
        let message = "a study varies the number of weight matrices, and this start gives each of them";
        Err(Fault::new(at(key), message, "aligned with strength or per_layer, gaussian, glorot, orthogonal, balanced"))
    };
    Ok(match init {
        Init::Aligned(AlignedInit { strength: Some(u0), per_layer: None, strengths: None }) => Family::Aligned(*u0),
        Init::Aligned(AlignedInit { strength: None, per_layer: Some(a), strengths: None }) => Family::PerLayer(*a),
        Init::Aligned(AlignedInit { strengths: Some(_), .. }) => return per_matrix("aligned.strengths"),
        Init::Aligned(_) => {
            let message = "one of `strength` and `per_layer` says how strong the modes start";
            return Err(Fault::new(at("aligned"), message, "strength, or per_layer"));
        }
        Init::Matrices(_) => return per_matrix("matrices"),
        Init::Pretrained(init) => Family::Drawn(Start::Pretrained(pretraining(&here, init)?)),
        Init::Gaussian(init) => {
            Family::Drawn(Start::Gaussian { scale: not_negative(&at("gaussian.scale"), init.scale)? })
        }
        Init::Glorot(init) => Family::Drawn(Start::Glorot { gain: not_negative(&at("glorot.gain"), init.gain)? }),
        Init::Orthogonal(init) => {
            Family::Drawn(Start::Orthogonal { gain: not_negative(&at("orthogonal.gain"), init.gain)? })
        }
        Init::Balanced(BalancedInit { scale, imbalance }) => Family::Drawn(Start::Balanced {
            scale: not_negative(&at("balanced.scale"), *scale)?,
            imbalance: *imbalance,
        }),
    })
}

/// An imbalance exists for two weight matrices of the right widths only; pretraining must come to an end.
fn check_starts(here: &str, study: &Study, task: &Task, own: impl Fn(&str) -> bool) -> Result<(), Fault> {
    for series in &study.series {
        let start = || start_path(&format!("{here}.series.{}", series.name), own(&series.name));
        if let Family::Drawn(Start::Pretrained(pretraining)) = &series.start {
            let deepest = study.layers.last().copied().unwrap_or(2);
            check_length(&start(), pretraining, &study::widths(study, task, deepest))?;
        }
        let Family::Drawn(Start::Balanced { imbalance, .. }) = &series.start else { continue };
        for &layers in &study.layers {
            let widths: Widths = study::widths(study, task, layers);
            if let Err(error) = crate::network::check_imbalance(*imbalance, &widths) {
                return Err(Fault::new(
                    format!("{}.balanced.imbalance", start()),
                    format!("at {layers} layers, {error}"),
                    "",
                ));
            }
        }
    }
    Ok(())
}
