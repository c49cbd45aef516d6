//! Delays over random starts: from their tables to networks that can be trained.

use super::names::{Names, check_name};
use super::numbers::{ascending, one_line, positive};
use super::{Builder, Fault};
use crate::delays::{Delays, Expected, Series, expected};
use crate::experiment::{Batch, Experiment};
use crate::network::{Activation, Start, StartError, Widths, check_imbalance};
use crate::scenario::budget;
use crate::scenario::format::{DelaySeriesTable, DelaysTable, Network};
use crate::sgd::{CHUNK, drawn_samples};
use crate::text::number;

/// Runs and series that a table may have: more is a slip of the pen.
const MOST: usize = 1000;
/// Networks in all.
const NETWORKS: usize = 100_000;
/// Updates of one network.
const UPDATES: u64 = 10_000_000_000;
/// So many times the slowest prediction is waited where nothing else is said.
const PATIENCE: f64 = 3.0;

impl Builder<'_> {
    /// Checks what needs no task, before anything is allocated, and fills in defaults.
    pub(super) fn check_delays(&mut self) -> Result<(), Fault> {
        let title = self.scenario.title.clone();
        let rate = self.scenario.sgd.as_ref().map(|sgd| sgd.learning_rate);
        let mut names = Names::of("delays", "other delays have");
        for (name, table) in &mut self.scenario.delays {
            let here = names.take(name)?;
            if table.series.is_empty() {
                table.series.insert("network".to_owned(), DelaySeriesTable::default());
            }
            table.title = table.title.take().or_else(|| title.clone());
            one_line(&format!("{here}.title"), "title", table.title.as_deref())?;
            positive(&format!("{here}.strength"), table.strength)?;
            match table.learning_rate.or(rate) {
                None => {
                    let message = "the learning rate is missing: there is no [sgd] to take it from";
                    return Err(Fault::new(here, message, "learning_rate, of full-batch descent"));
                }
                Some(given) => positive(&format!("{here}.learning_rate"), *table.learning_rate.insert(given))?,
            }
            check_counts(&here, table)?;
            for (series, table) in &table.series {
                check_name(&format!("{here}.series"), series)?;
                one_line(&format!("{here}.series.{series}.label"), "label", table.label.as_deref())?;
            }
        }
        Ok(())
    }

    /// Bytes that the delays that ask for most will need.
    pub(super) fn admit_delays(&self, widths: &Widths, samples: usize) -> Result<f64, Fault> {
        let mut most: f64 = 0.0;
        for (name, table) in &self.scenario.delays {
            let networks = table.series.len() * table.runs as usize;
            let at_once = rayon::current_num_threads().min(networks);
            let drawn = match (samples, table.series.values().all(|row| is_linear(row, &self.scenario.network))) {
                (0, false) => drawn_samples(widths.inputs(), widths.outputs(), Batch::Full, false),
                _ => 0,
            };
            // The gradient and its products besides, and per mode what it is read by and when it was learned.
            let descent = budget::of_descent(widths.as_slice(), drawn, CHUNK, at_once);
            let (ends, thin) = ((widths.inputs() + widths.outputs()) as f64, widths.bottleneck() as f64);
            let modes = table.modes.as_ref().map_or(thin, |modes| modes.len() as f64);
            let reading = 3.0 * modes * (ends + CHUNK as f64) + 4.0 * ends * thin;
            let gradient = 3.0 * budget::weights(widths.as_slice()) + 2.0 * ends * thin;
            let need = descent + 8.0 * (at_once as f64 * (gradient + reading) + networks as f64 * 3.0 * modes);
            let refuse = |message: String| Fault::new(format!("delays.{name}"), message, "");
            self.budget.admit("descent from many starts", need).map_err(refuse)?;
            most = most.max(need);
        }
        Ok(most)
    }

    /// The delays of a task.
    pub(super) fn delays(&mut self, experiment: &Experiment) -> Result<Vec<Delays>, Fault> {
        let mut tables = std::mem::take(&mut self.scenario.delays);
        let all = tables.iter_mut().map(|(name, table)| self.one_table(name, table, experiment)).collect();
        self.scenario.delays = tables;
        all
    }

    fn one_table(&self, name: &str, table: &mut DelaysTable, experiment: &Experiment) -> Result<Delays, Fault> {
        let here = format!("delays.{name}");
        let modes = watched(&here, table, experiment)?;
        let learning_rate = table.learning_rate.unwrap_or(1.0);
        let slowest = modes.iter().map(|expected| expected.half_time).fold(0.0, f64::max);
        let patience = (PATIENCE * slowest / (experiment.clock.tau * learning_rate)).ceil().max(1.0);
        if table.max_updates.is_none() && patience > UPDATES as f64 {
            let message = format!("this learning rate takes about {patience:.1e} updates");
            return Err(Fault::new(format!("{here}.learning_rate"), message, &format!("at most {:e}", UPDATES as f64)));
        }
        let network = &self.scenario.network;
        let mut series = Vec::with_capacity(table.series.len());
        for (key, row) in &table.series {
            let path = row.init.as_ref().map_or("network.init".to_owned(), |_| format!("{here}.series.{key}.init"));
            let start = self.start_rule(&path, row.init.as_ref().unwrap_or(&network.init), &experiment.widths)?;
            if let Start::Balanced { imbalance, .. } = start {
                let refuse =
                    |error: StartError| Fault::new(format!("{path}.balanced.imbalance"), error.to_string(), "");
                check_imbalance(imbalance, &experiment.widths).map_err(refuse)?;
            }
            let activation = row.activation.unwrap_or(network.activation);
            let random = Series::is_random(&start, activation, experiment.widths.depth());
            let runs = if random { table.runs } else { 1 };
            let label = row.label.clone().unwrap_or_else(|| key.clone());
            series.push(Series { name: key.clone(), label, start, activation, runs });
        }
        Ok(Delays {
            name: name.to_owned(),
            title: table.title.clone().unwrap_or_else(|| name.to_owned()),
            strength: table.strength,
            modes,
            learning_rate,
            max_updates: *table.max_updates.get_or_insert(patience as u64),
            series,
        })
    }
}

fn is_linear(row: &DelaySeriesTable, network: &Network) -> bool {
    row.activation.unwrap_or(network.activation) == Activation::Linear && !network.biases
}

fn check_counts(here: &str, table: &DelaysTable) -> Result<(), Fault> {
    if let Some(most) = table.max_updates
        && (most == 0 || most > UPDATES)
    {
        let allowed = format!("1 to {:e}", UPDATES as f64);
        return Err(Fault::new(format!("{here}.max_updates"), format!("{most} updates"), &allowed));
    }
    if table.runs == 0 || table.runs as usize > NETWORKS {
        return Err(Fault::new(format!("{here}.runs"), format!("{} runs", table.runs), &format!("1 to {NETWORKS}")));
    }
    let networks = table.series.len().saturating_mul(table.runs as usize);
    if table.series.len() > MOST || networks > NETWORKS {
        let message = format!("{networks} networks, of {} series, are too many", table.series.len());
        let allowed = format!("at most {NETWORKS} networks (series × runs), and {MOST} series");
        return Err(Fault::new(here, message, &allowed));
    }
    table.modes.as_ref().map_or(Ok(()), |modes| ascending(&format!("{here}.modes"), modes))
}

/// The modes asked for, or all that have room in the network and something to be learned to.
fn watched(here: &str, table: &mut DelaysTable, experiment: &Experiment) -> Result<Vec<Expected>, Fault> {
    let basis = &experiment.basis;
    let room = experiment.widths.bottleneck();
    let can = |mode: usize| mode < room && basis.final_strength(mode).is_some();
    let learnable: Vec<usize> = (0..basis.len()).filter(|mode| can(*mode)).map(|mode| mode + 1).collect();
    let Some(last) = learnable.last() else {
        return Err(Fault::new(here, "there is nothing to be learned", ""));
    };
    let allowed = format!("1 to {last}");
    let modes = table.modes.get_or_insert_with(|| learnable.clone());
    let of_mode = |(index, &mode): (usize, &usize)| {
        let known = mode.checked_sub(1).filter(|mode| can(*mode)).ok_or_else(|| {
            let why = if mode > room { "has no room in this network" } else { "is not there to be learned" };
            Fault::new(format!("{here}.modes[{index}]"), format!("mode {mode} {why}"), &allowed)
        })?;
        expected(experiment, table.strength, known).ok_or_else(|| {
            let end = basis.final_strength(known).unwrap_or(0.0);
            let message = format!("u0 = {} is no start from which mode {mode} is half learned", number(table.strength));
            Fault::new(format!("{here}.strength"), message, &format!("0 < u0 < about {:.3e}", end / 2.0))
        })
    };
    modes.iter().enumerate().map(of_mode).collect()
}
