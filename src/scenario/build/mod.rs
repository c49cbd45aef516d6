//! From a raw scenario to a checked experiment.

mod arms;
mod delays;
mod names;
mod numbers;
mod panels;
mod spectra;
mod start;
mod studies;

use super::auto_end::auto_end;
use super::budget::{self, Budget};
use super::checks::{Known, check};
use super::format::*;
use super::source::{Diagnostic, KeyPath, Source};
use super::tasks::{self, Prepared};
use super::values::{BatchSize, End};
use crate::analytic::Given;
use crate::comparison::{Check, Compared};
use crate::delays::Delays;
use crate::experiment::*;
use crate::figure::Panel;
use crate::files::FileError;
use crate::integrate::Method;
use crate::network::{Gradient, Widths};
use crate::premises::{Obstruction, Premises};
use crate::probe::Probe;
use crate::reduction::Reduction;
use crate::sampling::in_frame;
use crate::sgd::{CHUNK, Trainee, drawn_samples};
use crate::spectra::Spectra;
use crate::stability::Sharpness;
use crate::study::Study;
use crate::task::{ModeBasis, Statistics, Task};
use crate::text::number;
use crate::trajectory::Arm;
use nalgebra::DMatrix;
use std::path::Path;
use toml::Spanned;
use toml::de::DeTable;

/// A checked scenario with all that the arms don't need to know.
#[derive(Debug, Clone)]
pub struct Built {
    /// What the arms run.
    pub experiment: Experiment,
    /// The same task at many depths.
    pub studies: Vec<Study>,
    /// Half-learning times over random starts.
    pub delays: Vec<Delays>,
    /// Random networks that are not trained.
    pub spectra: Vec<Spectra>,
    /// What must hold.
    pub checks: Vec<Check>,
    /// The scenario with every default filled in; paths still relative to the scenario file.
    pub filled: Scenario,
    /// The title, never empty.
    pub title: String,
    /// What a user should know before trusting the run.
    pub warnings: Vec<String>,
    /// Bytes that the run will need.
    pub memory: f64,
}

/// What is wrong at which path, before it is known which line that is.
#[derive(Debug)]
pub(super) enum Fault {
    /// In the scenario itself.
    Here { path: String, message: String, allowed: Option<String> },
    /// In a data file that has lines: the whole message.
    Data(String),
}

impl Fault {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>, allowed: &str) -> Fault {
        let allowed = (!allowed.is_empty()).then(|| allowed.to_owned());
        Fault::Here { path: path.into(), message: message.into(), allowed }
    }

    /// A data file's own fault: at its own line, or else at the key that names the file.
    pub(super) fn of_file(path: &str, error: &FileError) -> Fault {
        match error.line().zip(error.excerpt()) {
            Some((line, excerpt)) => {
                let line = line.to_string();
                let (margin, before) = (" ".repeat(line.len()), " ".repeat(excerpt.column.saturating_sub(1)));
                Fault::Data(format!("{error}\n  {line} | {}\n  {margin} | {before}^", excerpt.text))
            }
            None => Fault::new(path, error.to_string(), ""),
        }
    }
}

/// Checks a raw scenario and makes the task, the network and the starting weights.
///
/// # Errors
/// With the line that is wrong, or the data file. Nothing large is allocated before the budget admits it.
pub fn build(
    source: &Source,
    document: &Spanned<DeTable<'_>>,
    scenario: Scenario,
    budget: Budget,
) -> Result<Built, Diagnostic> {
    Builder { base: source.path().parent().unwrap_or(Path::new(".")), budget, scenario }.build(source.path()).map_err(
        |fault| match fault {
            Fault::Here { path, message, allowed } => source.at_path(document, &KeyPath::new(&path), message, allowed),
            Fault::Data(message) => Diagnostic { file: String::new(), place: None, message, allowed: None },
        },
    )
}

struct Builder<'a> {
    base: &'a Path,
    budget: Budget,
    scenario: Scenario,
}

impl Builder<'_> {
    fn build(mut self, path: &Path) -> Result<Built, Fault> {
        let absent = self.scenario.set_at_rest();
        let stem = path.file_stem().map_or_else(|| "scenario".into(), |s| s.to_string_lossy().into_owned());
        let title = self.scenario.title.get_or_insert(stem).clone();
        self.check_numbers()?;
        self.check_studies()?;
        self.check_delays()?;
        self.check_spectra()?;
        let keep = self.keep();
        let prepared = tasks::prepare(&self.scenario.task, self.base, self.budget)?;
        let widths = self.widths(prepared.inputs, prepared.outputs)?;
        let memory = self.admit(&widths, &prepared, self.sample_count(), keep)?;
        let task = tasks::load(&self.scenario.task, prepared, self.base, self.budget, self.scenario.seed)?;
        let start = self.start(&widths, &task)?;
        let basis = ModeBasis::new(&task.statistics, &start);
        let premises = Premises::measure(&task.statistics, &basis, &widths, &start);
        let mut reduction = Reduction::new(&start, &basis, &premises);
        let Network { activation, biases, .. } = self.scenario.network;
        let trainee = Trainee { widths: &widths, activation, biases };
        let not_linear = trainee.not_linear();
        reduction.approximation = not_linear.map(str::to_owned).or(reduction.approximation);
        let clock = self.clock(&basis, &reduction)?;
        let probe = Probe::new(&task.statistics, &basis, clock.tau);
        let given = Given {
            statistics: &task.statistics,
            widths: &widths,
            premises: &premises,
            reduction: &reduction,
            start: &start,
            basis: &basis,
            not_linear,
        };
        let analytic = self.analytic(&given)?;
        let mut warnings = Vec::new();
        let flow = self.flow(&start, &mut warnings);
        let modes = self.modes();
        let sgd = self.sgd(&task, &clock)?;
        if let (Some(sgd), Some(stable)) =
            (&sgd, Sharpness::at_minimum(&task.statistics, &basis, &reduction).stable_rate())
            && not_linear.is_none()
            && sgd.learning_rate >= stable
        {
            warnings.push(format!(
                "sgd.learning_rate = {} is beyond the largest stable one at the minimum, about {stable:.3e}",
                number(sgd.learning_rate)
            ));
        }
        // A network that is not linear conserves no determinant, and its arms are no exact flow.
        let linear = || Obstruction::find(&task.statistics, &basis, &reduction, &widths, &start);
        let obstruction = if not_linear.is_none() { linear() } else { None };
        if not_linear.is_some() {
            warnings.extend(self.of_another_network(&task));
        }
        if let Some(obstruction) = &obstruction {
            let loss = number(task.statistics.least_loss + obstruction.excess);
            let why = match obstruction.modes {
                None => {
                    "the determinant of the starting map has not the sign of sigma31's, and balanced weights keep it"
                }
                Some(_) => "the start lies on the stable manifold of a saddle",
            };
            let missing = obstruction.missing();
            warnings.push(format!("{why}: the exact flow ends in a saddle without {missing}, at L = {loss}"));
        }
        if vanishes(&task.statistics, &widths, &start) {
            let depth = widths.depth();
            warnings.push(format!(
                "the product of the {depth} starting weight matrices is below the range of f64: nothing will ever move"
            ));
        }
        let experiment = Experiment {
            seed: self.scenario.seed,
            widths,
            activation,
            biases,
            start,
            probe,
            premises,
            obstruction,
            reduction,
            clock,
            flow,
            modes,
            analytic,
            sgd,
            keep,
            task,
            basis,
        };
        self.check_panels(&experiment.task)?;
        self.check_shown_modes(experiment.basis.len())?;
        let studies = self.studies(&experiment.task, &experiment.basis)?;
        let delays = self.delays(&experiment)?;
        let spectra = self.spectra(&title);
        let checks = self.checks(&experiment, &studies, &delays, &spectra)?;
        if let Some(absent) = absent {
            self.scenario.restore(absent);
        }
        Ok(Built { experiment, studies, delays, spectra, checks, filled: self.scenario, title, warnings, memory })
    }

    /// What a user should know of a network that is not the one of the theory.
    fn of_another_network(&self, task: &Task) -> Vec<String> {
        let Scenario { network, sgd, studies, delays, output, .. } = &self.scenario;
        let mut warnings = Vec::new();
        if sgd.is_none() && studies.is_empty() && delays.is_empty() {
            warnings.push("no arm trains the network: it is not linear, and there is no [sgd]".to_owned());
        }
        if sgd.is_some() && task.samples.is_none() {
            warnings.push(
                "the task has no samples: some are drawn, and a network that is not linear learns these, not their \
                 statistics alone"
                    .to_owned(),
            );
        }
        if network.biases {
            warnings.push("L_min, and what is excess beyond it, are those of networks without biases".to_owned());
        }
        if output.sharpness && sgd.is_some() {
            warnings.push("the sharpness is that of linear networks: the sgd arm has none".to_owned());
        }
        warnings
    }

    /// What the checks and the output need to be kept of the state.
    fn keep(&self) -> Keep {
        let wants = |q: Quantity| self.scenario.checks.iter().any(|c| c.quantity == q);
        let weights = self.scenario.output.weights || wants(Quantity::Weights);
        let shown = self.scenario.plot.panels.contains(&Panel::Sharpness);
        let sharpness = shown || self.scenario.output.sharpness || wants(Quantity::FinalSharpness);
        Keep { map: weights || wants(Quantity::Map), weights, sharpness, scores: true }
    }

    fn widths(&self, inputs: usize, outputs: usize) -> Result<Widths, Fault> {
        if let Some(index) = self.scenario.network.hidden.iter().position(|w| *w == 0) {
            return Err(Fault::new(format!("network.hidden[{index}]"), "a layer needs at least one unit", "≥ 1"));
        }
        Ok(Widths::new(inputs, &self.scenario.network.hidden, outputs))
    }

    /// That of the weight flow.
    fn flow_method(&self) -> Method {
        self.scenario.flow.as_ref().map_or_else(Method::default, |flow| flow.method)
    }

    fn sample_count(&self) -> usize {
        self.scenario.time.times.as_ref().map_or(self.scenario.time.samples.unwrap_or(SAMPLES), Vec::len)
    }

    /// Refuses what would not fit in memory, naming the key that asks for most.
    fn admit(&self, widths: &Widths, prepared: &Prepared, times: usize, keep: Keep) -> Result<f64, Fault> {
        let limit = self.scenario.modes.as_ref().is_some_and(|modes| modes.depth == DepthName::Both);
        let arms = (Arm::ALL.len() - usize::from(!limit)) as f64;
        let shown =
            if self.scenario.plot.panels.contains(&Panel::Inputs) { budget::of_inputs(widths.inputs()) } else { 0.0 };
        let Prepared { samples, held_out, .. } = *prepared;
        let drawn = match self.scenario.task {
            TaskTable::Spectrum(_) | TaskTable::Gaussian(_) => budget::of_drawn_outputs(widths.outputs()),
            TaskTable::Matrices(_) | TaskTable::Hierarchy(_) | TaskTable::Dataset(_) => 0.0,
        };
        let moments = budget::of_task(widths.inputs(), widths.outputs(), samples.saturating_add(held_out));
        let task = moments + drawn + shown;
        let state = budget::of_integration(widths.as_slice(), self.flow_method());
        let rows = arms * budget::of_samples(widths.as_slice(), times, keep);
        let refuse = |key: &str| {
            let key = key.to_owned();
            move |message: String| Fault::new(key, message, "")
        };
        self.budget.admit("the task", task).map_err(refuse(tasks::size_key(&self.scenario.task, widths)))?;
        self.budget.admit("the network", state).map_err(refuse("network.hidden"))?;
        let time_key = if self.scenario.time.times.is_some() { "time.times" } else { "time.samples" };
        self.budget.admit("what is kept of the samples", rows).map_err(refuse(time_key))?;
        let (batches, runs) = self.descent(widths, samples, times);
        self.budget.admit("descent on samples", batches).map_err(refuse("sgd.batch"))?;
        self.budget.admit("what is kept of all runs", runs).map_err(refuse("sgd.runs"))?;
        let studies = self.admit_studies(widths.inputs(), widths.outputs(), samples)?;
        let delays = self.admit_delays(widths, samples)?;
        let spectra = self.admit_spectra()?;
        let all = task + state.max(studies).max(delays).max(spectra) + rows + batches + runs;
        self.budget.admit("the scenario", all).map_err(refuse("network.hidden"))?;
        Ok(all)
    }

    /// What descent on samples needs: for its batches, and for the rows of all its runs.
    fn descent(&self, widths: &Widths, samples: usize, times: usize) -> (f64, f64) {
        let Some(Sgd { batch, order, runs, .. }) = &self.scenario.sgd else { return (0.0, 0.0) };
        let Network { activation, biases, .. } = self.scenario.network;
        let batch = match batch {
            BatchSize::Size(size) => Batch::Size(usize::try_from(*size).unwrap_or(usize::MAX)),
            BatchSize::Full if (Trainee { widths, activation, biases }).not_linear().is_none() => return (0.0, 0.0),
            BatchSize::Full => Batch::Full,
        };
        let linear = (Trainee { widths, activation, biases }).not_linear().is_none();
        let drawn = if samples > 0 { 0 } else { drawn_samples(widths.inputs(), widths.outputs(), batch, linear) };
        let size = match batch {
            Batch::Size(size) => size.min(samples.max(drawn)),
            Batch::Full => CHUNK,
        };
        let runs = if batch == Batch::Full || *order == Order::Sequential { 1 } else { *runs };
        let at_once = rayon::current_num_threads().min(runs as usize);
        let kept = f64::from(runs) * budget::of_samples(widths.as_slice(), times, Keep::default());
        (budget::of_descent(widths.as_slice(), drawn, size, at_once), kept)
    }

    fn clock(&mut self, basis: &ModeBasis, reduction: &Reduction) -> Result<Clock, Fault> {
        let clock = self.sample_times(basis, reduction)?;
        match clock.times.last() {
            Some(end) if !(end / clock.tau).is_finite() => {
                let message = format!("t/τ = {end:?}/{:?} is beyond the range of numbers", clock.tau);
                Err(Fault::new("time.tau", message, ""))
            }
            _ => Ok(clock),
        }
    }

    fn sample_times(&mut self, basis: &ModeBasis, reduction: &Reduction) -> Result<Clock, Fault> {
        let Scenario { flow, modes, analytic, sgd, .. } = &self.scenario;
        let arms = flow.is_some() || modes.is_some() || analytic.is_some() || sgd.is_some();
        let time = &mut self.scenario.time;
        let tau = time.tau;
        if let Some(times) = &time.times {
            return Ok(Clock { tau, times: times.clone() });
        }
        let samples = *time.samples.get_or_insert(SAMPLES);
        let end = match time.end {
            Some(End::At(end)) => end,
            // Without an arm there is nothing to wait for.
            _ => auto_end(basis, reduction, tau).or((!arms).then_some(tau)).ok_or_else(|| {
                let message = "nothing is left to wait for: every mode has been learned at the start, or never will be";
                Fault::new("time.end", message, "a number")
            })?,
        };
        let last = samples - 1;
        let times = (0..samples).map(|i| if i == last { end } else { end * (i as f64 / last as f64) }).collect();
        Ok(Clock { tau, times })
    }

    /// The modes that the figure is to show are there.
    fn check_shown_modes(&self, count: usize) -> Result<(), Fault> {
        let modes = self.scenario.plot.modes.as_deref().unwrap_or_default();
        match modes.iter().position(|mode| !(1..=count).contains(mode)) {
            Some(index) => {
                let message = format!("there is no mode {}", modes[index]);
                Err(Fault::new(format!("plot.modes[{index}]"), message, &format!("1 to {count}")))
            }
            None => Ok(()),
        }
    }

    /// Fills in the defaults of the checks on the way.
    fn checks(
        &mut self,
        experiment: &Experiment,
        studies: &[Study],
        delays: &[Delays],
        spectra: &[Spectra],
    ) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::with_capacity(self.scenario.checks.len());
        for (index, table) in self.scenario.checks.iter_mut().enumerate() {
            let known = Known {
                modes: experiment.basis.len(),
                task: &experiment.task,
                not_linear: !experiment.is_linear(),
                map_in_closed_form: experiment.analytic.as_ref().is_some_and(|form| form.form.gives_map()),
                studies,
                delays,
                spectra,
            };
            let checked = check(table, |arm| experiment.has(arm), &known).map_err(|(key, message, allowed)| {
                let path = if key.is_empty() { format!("check[{index}]") } else { format!("check[{index}].{key}") };
                Fault::Here { path, message, allowed }
            })?;
            table.max_error = Some(checked.max_error());
            if let Check::Figure { mode, figure, .. } = &checked
                && figure.of_a_mode()
            {
                table.mode = Some(*mode);
            }
            if let Check::Study { series, .. } | Check::Delays { series, .. } = &checked {
                table.series = Some(series.clone());
            }
            if let Check::Delays { mode, .. } = &checked {
                table.mode = Some(*mode);
            }
            if let Check::Spectra { case, factors, .. } = &checked {
                (table.matrices, table.factors) = (Some(case.matrices), Some(*factors));
                (table.gain, table.activity) = (Some(case.gain), case.activity);
            }
            debug_assert!(
                !matches!(checked, Check::Compare { quantity: Compared::Weights, .. }) || experiment.keep.weights
            );
            checks.push(checked);
        }
        Ok(checks)
    }
}

/// Whether no weight can move though none is zero: what moves each is a product of all others.
fn vanishes(statistics: &Statistics, widths: &Widths, start: &[DMatrix<f64>]) -> bool {
    if widths.depth() < 3 || start.iter().any(|w| w.amax() == 0.0) || statistics.sigma31_frame.amax() == 0.0 {
        return false;
    }
    let gradient = Gradient::new(widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
    let weights = widths.flatten(&in_frame(statistics, start));
    let mut rate = vec![0.0; weights.len()];
    gradient.descend(&weights, &mut rate);
    rate.iter().all(|g| *g == 0.0)
}

/// Sample times where neither their number nor the times are given.
const SAMPLES: usize = 300;
