//! From a raw scenario to a checked experiment.

use super::auto_end::auto_end;
use super::budget::{self, Budget};
use super::checks::check;
use super::format::*;
use super::source::{Diagnostic, KeyPath, Source};
use super::tasks::{self, load_matrix};
use super::values::{BatchSize, End, MatrixSource, PerLayer};
use crate::analytic;
use crate::comparison::{Check, Compared};
use crate::experiment::*;
use crate::files::FileError;
use crate::network::{Start, Widths, starting_weights};
use crate::premises::Premises;
use crate::probe::Probe;
use crate::random::{self, Purpose};
use crate::reduction::Reduction;
use crate::stability::Sharpness;
use crate::task::{ModeBasis, Task};
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
    /// In a data file that has lines and says itself where.
    Data(String),
}

impl Fault {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>, allowed: &str) -> Fault {
        let allowed = (!allowed.is_empty()).then(|| allowed.to_owned());
        Fault::Here { path: path.into(), message: message.into(), allowed }
    }

    /// A data file's own fault: at its own line, or else at the key that names the file.
    pub(super) fn of_file(path: &str, error: &FileError) -> Fault {
        match error.line() {
            Some(_) => Fault::Data(error.to_string()),
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
        self.check_numbers()?;
        let keep = self.keep();
        let prepared = tasks::prepare(&self.scenario.task, self.base, self.budget)?;
        let widths = self.widths(prepared.inputs, prepared.outputs)?;
        let memory = self.admit(&widths, prepared.samples, self.sample_count(), keep)?;
        let task = tasks::load(&self.scenario.task, prepared, self.base, self.budget, self.scenario.seed)?;
        let start = self.start(&widths, &task)?;
        let basis = ModeBasis::new(&task.statistics, &start);
        let premises = Premises::measure(&task.statistics, &basis, &widths, &start);
        let reduction = Reduction::new(&start, &basis, &premises);
        let clock = self.clock(&basis, &reduction)?;
        let probe = Probe::new(&task.statistics, &basis, clock.tau);
        let analytic = self.analytic(&widths, &premises, &reduction, &start, &basis)?;
        let mut warnings = Vec::new();
        let flow = self.flow(&start, &mut warnings);
        let modes = self.modes();
        let sgd = self.sgd(&task, &clock)?;
        if let (Some(sgd), Some(stable)) =
            (&sgd, Sharpness::at_minimum(&task.statistics, &basis, &reduction).stable_rate())
            && sgd.learning_rate >= stable
        {
            warnings.push(format!(
                "sgd.learning_rate = {} is beyond the largest stable one at the minimum, about {stable:.3e}",
                sgd.learning_rate
            ));
        }
        let experiment = Experiment {
            seed: self.scenario.seed,
            widths,
            start,
            probe,
            premises,
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
        let checks = self.checks(&experiment)?;
        let stem = path.file_stem().map_or_else(|| "scenario".into(), |s| s.to_string_lossy().into_owned());
        let title = self.scenario.title.get_or_insert(stem).clone();
        Ok(Built { experiment, checks, filled: self.scenario, title, warnings, memory })
    }

    /// Ranges of plain numbers, which need nothing else to be known.
    fn check_numbers(&self) -> Result<(), Fault> {
        let s = &self.scenario;
        positive("time.tau", s.time.tau)?;
        if let Some(flow) = &s.flow {
            tolerances("flow", Some(flow.rtol), flow.atol, Some(flow.max_steps))?;
        }
        if let Some(modes) = &s.modes {
            tolerances("modes", modes.rtol, modes.atol, modes.max_steps)?;
        }
        if let Some(sgd) = &s.sgd {
            positive("sgd.learning_rate", sgd.learning_rate)?;
            if sgd.runs == 0 {
                return Err(Fault::new("sgd.runs", "there must be at least one run", "≥ 1"));
            }
            if sgd.batch == BatchSize::Size(0) {
                return Err(Fault::new("sgd.batch", "a batch must have at least one sample", "≥ 1, or \"full\""));
            }
        }
        if s.plot.panels.is_empty() {
            return Err(Fault::new(
                "plot.panels",
                "a figure needs at least one panel",
                "modes, loss, error, energy, coupling",
            ));
        }
        self.check_time()
    }

    fn check_time(&self) -> Result<(), Fault> {
        let time = &self.scenario.time;
        match (&time.times, time.end) {
            (None, None) => {
                Err(Fault::new("time", "when to look at the network is missing", "end (with samples), or times"))
            }
            (Some(_), _) if time.end.is_some() || time.samples.is_some() => {
                let key = if time.end.is_some() { "time.end" } else { "time.samples" };
                Err(Fault::new(key, "`times` already says when; it goes without `end` and `samples`", ""))
            }
            (Some(times), _) => check_times(times),
            (None, Some(end)) => {
                if let End::At(end) = end
                    && end <= 0.0
                {
                    let message = format!("the end {end} is not after the start of training at t = 0");
                    return Err(Fault::new("time.end", message, "> 0, or \"auto\""));
                }
                match time.samples {
                    Some(n) if n < 2 => {
                        Err(Fault::new("time.samples", format!("{n} samples do not span a time"), "≥ 2"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// What the checks and the output need to be kept of the state.
    fn keep(&self) -> Keep {
        let wants = |q: Quantity| self.scenario.checks.iter().any(|c| c.quantity == q);
        let weights = self.scenario.output.weights || wants(Quantity::Weights);
        Keep { map: weights || wants(Quantity::Map), weights }
    }

    fn widths(&self, inputs: usize, outputs: usize) -> Result<Widths, Fault> {
        if let Some(index) = self.scenario.network.hidden.iter().position(|w| *w == 0) {
            return Err(Fault::new(format!("network.hidden[{index}]"), "a layer needs at least one unit", "≥ 1"));
        }
        Ok(Widths::new(inputs, &self.scenario.network.hidden, outputs))
    }

    fn sample_count(&self) -> usize {
        self.scenario.time.times.as_ref().map_or(self.scenario.time.samples.unwrap_or(SAMPLES), Vec::len)
    }

    /// Refuses what would not fit in memory, naming the key that asks for most.
    fn admit(&self, widths: &Widths, samples: usize, times: usize, keep: Keep) -> Result<f64, Fault> {
        let arms = Arm::ALL.len() as f64;
        let task = budget::of_task(widths.inputs(), widths.outputs(), samples);
        let state = budget::of_integration(widths.as_slice());
        // Every run of a random order keeps its rows until all are there to be averaged.
        let runs = self.scenario.sgd.as_ref().filter(|s| s.batch != BatchSize::Full).map_or(1.0, |s| f64::from(s.runs));
        let rows = arms * budget::of_samples(widths.as_slice(), times, keep)
            + runs * budget::of_samples(widths.as_slice(), times, Keep::default());
        let refuse = |key: &str| {
            let key = key.to_owned();
            move |message: String| Fault::new(key, message, "")
        };
        self.budget.admit("the task", task).map_err(refuse(tasks::size_key(&self.scenario.task, widths)))?;
        self.budget.admit("the network", state).map_err(refuse("network.hidden"))?;
        let time_key = if self.scenario.time.times.is_some() { "time.times" } else { "time.samples" };
        self.budget.admit("what is kept of the samples", rows).map_err(refuse(time_key))?;
        self.budget.admit("the scenario", task + state + rows).map_err(refuse("network.hidden"))?;
        Ok(task + state + rows)
    }

    fn start(&self, widths: &Widths, task: &Task) -> Result<Vec<DMatrix<f64>>, Fault> {
        let start = match &self.scenario.network.init {
            Init::Aligned(init) => Start::Aligned { strengths: self.strengths(init, widths)? },
            Init::Gaussian(init) => Start::Gaussian { scale: not_negative("network.init.gaussian.scale", init.scale)? },
            Init::Glorot(init) => Start::Glorot { gain: not_negative("network.init.glorot.gain", init.gain)? },
            Init::Orthogonal(init) => {
                Start::Orthogonal { gain: not_negative("network.init.orthogonal.gain", init.gain)? }
            }
            Init::Balanced(init) => Start::Balanced {
                scale: not_negative("network.init.balanced.scale", init.scale)?,
                imbalance: init.imbalance,
            },
            Init::Matrices(init) => Start::Matrices(self.given_weights(init, widths)?),
        };
        let basis = || ModeBasis::new(&task.statistics, &[]);
        let mut rng = random::stream(self.scenario.seed, Purpose::Start);
        starting_weights(&start, widths, basis, &mut rng)
            .map_err(|error| Fault::new("network.init.balanced.imbalance", error.to_string(), ""))
    }

    fn strengths(&self, init: &AlignedInit, widths: &Widths) -> Result<Vec<Vec<f64>>, Fault> {
        let (depth, modes) = (widths.depth(), widths.bottleneck());
        let here = "network.init.aligned";
        match (init.strength, &init.strengths) {
            (Some(u0), None) => {
                // |a_l| = |u0|^{1/D}; the first weight carries the sign.
                let a = if depth == 2 { u0.abs().sqrt() } else { u0.abs().powf(1.0 / depth as f64) };
                let mut strengths = vec![vec![a; modes]; depth];
                strengths[0].iter_mut().for_each(|a| *a = a.copysign(u0));
                Ok(strengths)
            }
            (None, Some(layers)) if layers.len() == depth => {
                let expand = |(l, layer): (usize, &PerLayer)| match layer {
                    PerLayer::Same(a) => Ok(vec![*a; modes]),
                    PerLayer::PerMode(list) if list.len() <= modes => Ok(list.clone()),
                    PerLayer::PerMode(list) => Err(Fault::new(
                        format!("{here}.strengths[{l}]"),
                        format!("{} strengths for {modes} modes (the least of all widths)", list.len()),
                        &format!("at most {modes}"),
                    )),
                };
                layers.iter().enumerate().map(expand).collect()
            }
            (None, Some(layers)) => Err(Fault::new(
                format!("{here}.strengths"),
                format!("{} entries for {depth} weight matrices", layers.len()),
                &format!("{depth}: one number or list per weight matrix"),
            )),
            (Some(_), Some(_)) => {
                Err(Fault::new(format!("{here}.strengths"), "either `strength` or `strengths`, not both", ""))
            }
            (None, None) => Err(Fault::new(here, "how strong the modes start is missing", "strength, or strengths")),
        }
    }

    fn given_weights(&self, init: &MatricesInit, widths: &Widths) -> Result<Vec<DMatrix<f64>>, Fault> {
        let here = "network.init.matrices.weights";
        if init.weights.len() != widths.depth() {
            return Err(Fault::new(
                here,
                format!("{} matrices for {} weight matrices", init.weights.len(), widths.depth()),
                &format!("{}: W1 first", widths.depth()),
            ));
        }
        let load = |(l, (matrix, (rows, cols))): (usize, (&MatrixSource, (usize, usize)))| {
            let path = format!("{here}[{l}]");
            let m = load_matrix(matrix, &path, self.base, self.budget)?;
            if m.shape() == (rows, cols) {
                return Ok(m);
            }
            let message = format!("W{} is {}×{}, but the layers make it {rows}×{cols}", l + 1, m.nrows(), m.ncols());
            Err(Fault::new(path, message, ""))
        };
        init.weights.iter().zip(widths.shapes()).enumerate().map(load).collect()
    }

    fn clock(&mut self, basis: &ModeBasis, reduction: &Reduction) -> Result<Clock, Fault> {
        let time = &mut self.scenario.time;
        let tau = time.tau;
        if let Some(times) = &time.times {
            return Ok(Clock { tau, times: times.clone() });
        }
        let samples = *time.samples.get_or_insert(SAMPLES);
        let end = match time.end {
            Some(End::At(end)) => end,
            _ => auto_end(basis, reduction, tau).ok_or_else(|| {
                let message = "no mode is ever learned from this start, so there is no time until which";
                Fault::new("time.end", message, "a number")
            })?,
        };
        let last = samples - 1;
        let times = (0..samples).map(|i| if i == last { end } else { end * (i as f64 / last as f64) }).collect();
        Ok(Clock { tau, times })
    }

    fn analytic(
        &self,
        widths: &Widths,
        premises: &Premises,
        reduction: &Reduction,
        start: &[DMatrix<f64>],
        basis: &ModeBasis,
    ) -> Result<Option<analytic::ClosedForm>, Fault> {
        let Some(table) = &self.scenario.analytic else { return Ok(None) };
        analytic::choose(table.form, widths, premises, reduction, start, basis).map(Some).map_err(|reason| {
            let path = "analytic";
            Fault::new(path, format!("no closed form is exact here: {reason}"), &analytic::named_forms())
        })
    }

    fn flow(&mut self, start: &[DMatrix<f64>], warnings: &mut Vec<String>) -> Option<FlowSettings> {
        let flow = self.scenario.flow.as_mut()?;
        let scale = scale_of(start);
        let atol = *flow.atol.get_or_insert((ATOL * flow.rtol * scale).max(f64::MIN_POSITIVE));
        if atol > flow.rtol * scale {
            warnings.push(format!(
                "flow.atol = {atol:e} is above rtol × the scale of the start ({:e}): the escape from the start will be off by about {:.1e}",
                flow.rtol * scale,
                if scale > 0.0 { atol / scale } else { 1.0 }
            ));
        }
        Some(FlowSettings { method: flow.method, rtol: flow.rtol, atol, max_steps: flow.max_steps })
    }

    /// The modes are integrated as the flow is, unless they say otherwise.
    fn modes(&mut self) -> Option<ModesSettings> {
        let flow = self.scenario.flow.clone();
        let modes = self.scenario.modes.as_mut()?;
        let rtol = *modes.rtol.get_or_insert(flow.as_ref().map_or_else(rtol, |f| f.rtol));
        let method = *modes.method.get_or_insert(flow.as_ref().map_or_else(Default::default, |f| f.method));
        let max_steps = *modes.max_steps.get_or_insert(flow.as_ref().map_or_else(max_steps, |f| f.max_steps));
        let depth = match modes.depth {
            DepthName::Finite => Depth::Finite,
            DepthName::Infinite => Depth::Infinite,
        };
        Some(ModesSettings { depth, method, rtol, atol: modes.atol, max_steps })
    }

    fn sgd(&self, task: &Task, clock: &Clock) -> Result<Option<SgdSettings>, Fault> {
        let Some(sgd) = &self.scenario.sgd else { return Ok(None) };
        let batch = match sgd.batch {
            BatchSize::Full => Batch::Full,
            BatchSize::Size(n) => Batch::Size(usize::try_from(n).unwrap_or(usize::MAX)),
        };
        if let (Batch::Size(n), Some(samples)) = (batch, &task.samples)
            && n > samples.len()
        {
            let message = format!("a batch of {n} is more than the {} samples there are", samples.len());
            return Err(Fault::new("sgd.batch", message, &format!("1 to {}, or \"full\"", samples.len())));
        }
        let per_unit = match (task.averaging, batch, &task.samples) {
            (crate::task::Averaging::Sum, Batch::Size(n), Some(samples)) => samples.len().div_ceil(n) as f64,
            _ => 1.0,
        };
        let end = clock.times.last().copied().unwrap_or(0.0);
        let updates = end / clock.tau / sgd.learning_rate * per_unit;
        if batch != Batch::Full && updates * f64::from(sgd.runs) > MAX_UPDATES && updates <= MAX_UPDATES {
            let message = format!("{} runs of {updates:.1e} updates are too many", sgd.runs);
            return Err(Fault::new("sgd.runs", message, &format!("at most {MAX_UPDATES:e} updates in all")));
        }
        if updates > MAX_UPDATES {
            let message = format!("this learning rate takes {updates:.1e} updates until t = {end}");
            return Err(Fault::new("sgd.learning_rate", message, &format!("at most {MAX_UPDATES:e} updates")));
        }
        Ok(Some(SgdSettings { learning_rate: sgd.learning_rate, batch, order: sgd.order, runs: sgd.runs }))
    }

    /// Fills in the defaults of the checks on the way.
    fn checks(&mut self, experiment: &Experiment) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::with_capacity(self.scenario.checks.len());
        for (index, table) in self.scenario.checks.iter_mut().enumerate() {
            let checked = check(table, |arm| experiment.has(arm), experiment.basis.len()).map_err(
                |(key, message, allowed)| {
                    let path = if key.is_empty() { format!("check[{index}]") } else { format!("check[{index}].{key}") };
                    Fault::Here { path, message, allowed }
                },
            )?;
            table.max_error = Some(checked.max_error());
            if let Check::Figure { mode, figure, .. } = &checked
                && figure.of_a_mode()
            {
                table.mode = Some(*mode);
            }
            debug_assert!(
                !matches!(checked, Check::Compare { quantity: Compared::Weights, .. }) || experiment.keep.weights
            );
            checks.push(checked);
        }
        Ok(checks)
    }
}

/// Sample times where neither their number nor the times are given.
const SAMPLES: usize = 300;

/// The default absolute tolerance of the flow, as a share of rtol times the start's scale.
const ATOL: f64 = 1e-3;

/// Updates of descent that a scenario may ask for.
const MAX_UPDATES: f64 = 1e10;

fn positive(path: &str, value: f64) -> Result<(), Fault> {
    if value > 0.0 { Ok(()) } else { Err(Fault::new(path, format!("{value} is not positive"), "> 0")) }
}

fn not_negative(path: &str, value: f64) -> Result<f64, Fault> {
    if value >= 0.0 { Ok(value) } else { Err(Fault::new(path, format!("{value} is negative"), "≥ 0")) }
}

fn tolerances(table: &str, rtol: Option<f64>, atol: Option<f64>, max_steps: Option<u64>) -> Result<(), Fault> {
    if let Some(rtol) = rtol
        && !(rtol > 0.0 && rtol < 1.0)
    {
        return Err(Fault::new(format!("{table}.rtol"), format!("{rtol} is not a relative tolerance"), "0 < rtol < 1"));
    }
    if let Some(atol) = atol {
        positive(&format!("{table}.atol"), atol)?;
    }
    match max_steps {
        Some(0) => Err(Fault::new(format!("{table}.max_steps"), "there must be at least one step", "≥ 1")),
        _ => Ok(()),
    }
}

fn check_times(times: &[f64]) -> Result<(), Fault> {
    if times.is_empty() {
        return Err(Fault::new("time.times", "there are no times", "at least one"));
    }
    if let Some(index) = times.iter().position(|t| *t < 0.0) {
        let message = format!("{} is before the start of training at t = 0", times[index]);
        return Err(Fault::new(format!("time.times[{index}]"), message, "≥ 0"));
    }
    if let Some(index) = times.windows(2).position(|w| w[1] <= w[0]) {
        let message = format!("{} does not come after {}", times[index + 1], times[index]);
        return Err(Fault::new(format!("time.times[{}]", index + 1), message, "strictly increasing"));
    }
    Ok(())
}

/// The least root mean square of the entries over all matrices that are not zero; 1 if all are.
fn scale_of(weights: &[DMatrix<f64>]) -> f64 {
    let scales = weights.iter().map(|w| w.norm() / (w.len().max(1) as f64).sqrt()).filter(|s| *s > 0.0);
    let least = scales.fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 1.0 }
}
