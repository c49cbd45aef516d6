//! A scenario's arms run and judged.

use crate::comparison::{Difference, Findings, Verdict, differences, judge};
use crate::delays::DelaysResult;
use crate::experiment::Experiment;
use crate::flow::Monitor;
use crate::forecast::{Forecast, forecast};
use crate::parallel;
use crate::scenario::Built;
use crate::spectra::SpectraResult;
use crate::study::{Ended, Point, RateRule, Series, SeriesResult, Setting, Study, StudyResult};
use crate::text::number;
use crate::trajectory::{Arm, Trajectory};
use crate::{analytic, delays, flow, modes, sgd, spectra, study};

/// What came out of a scenario.
#[derive(Debug, Clone)]
pub struct Report {
    /// One per arm that the scenario asks for.
    pub trajectories: Vec<Trajectory>,
    /// What is conserved along the flow; `None` if that arm did not run.
    pub monitor: Option<Monitor>,
    /// The modes, with their predicted half-learning times.
    pub forecast: Forecast,
    /// Each arm against each other.
    pub differences: Vec<Difference>,
    /// What came out of the studies.
    pub studies: Vec<StudyResult>,
    /// Half-learning times over random starts.
    pub delays: Vec<DelaysResult>,
    /// What random networks show that are not trained.
    pub spectra: Vec<SpectraResult>,
    /// How the checks came out.
    pub verdicts: Vec<Verdict>,
    /// What the run itself gives reason to warn of.
    pub warnings: Vec<String>,
}

impl Report {
    /// Whether all arms, studies and delays are complete.
    pub fn is_complete(&self) -> bool {
        self.trajectories.iter().all(|t| t.outcome.is_complete())
            && self.studies.iter().all(StudyResult::is_complete)
            && self.delays.iter().all(|delays| delays.broken().is_none())
    }

    /// Whether there are arms to lay over each other: a scenario of studies, delays or spectra alone has none to speak of.
    pub fn has_arms(&self) -> bool {
        !self.trajectories.is_empty() || (self.studies.is_empty() && self.delays.is_empty() && self.spectra.is_empty())
    }

    /// Whether all checks hold.
    pub fn passes(&self) -> bool {
        self.verdicts.iter().all(|v| v.pass)
    }

    /// "complete", or which arm or study ended how.
    pub fn status(&self) -> String {
        let ended = self.trajectories.iter().filter(|t| !t.outcome.is_complete());
        let arms = ended.map(|t| format!("{}: {} ({})", t.arm, t.outcome, t.outcome.advice(t.arm)));
        let broken =
            self.studies.iter().filter_map(|study| study.broken().map(|(series, point)| (study, series, point)));
        let studies = broken.map(|(study, series, point)| {
            let advice = if point.ended == Ended::Diverged { " (lower the learning rate)" } else { "" };
            format!("study {}, {} at {} layers: {}{advice}", study.name, series.name, point.layers, point.ended)
        });
        let delays = self.delays.iter().filter_map(|delays| {
            let (series, run, how) = delays.broken()?;
            Some(format!("delays {}, {} in run {}: {how}", delays.name, series.name, run + 1))
        });
        let reasons: Vec<String> = arms.chain(studies).chain(delays).collect();
        if reasons.is_empty() { "complete".to_owned() } else { reasons.join("; ") }
    }

    /// When an arm has half learned a mode (from 0).
    pub fn half_time(&self, arm: Arm, mode: usize) -> Option<f64> {
        self.trajectories.iter().find(|t| t.arm == arm)?.half_times.get(mode).copied().flatten()
    }
}

/// Steps of progress that [`execute`] reports in all.
pub fn progress_length(built: &Built) -> usize {
    let experiment = &built.experiment;
    let times = experiment.clock.times.len();
    let runs = experiment.sgd.as_ref().filter(|s| sgd::is_random(s)).map_or(1, |s| s.runs as usize);
    let arms = Arm::ALL.into_iter().filter(|arm| experiment.has(*arm));
    let rows: usize = arms.map(|a| if a == Arm::Sgd { runs * times } else { times }).sum();
    let studies: usize = built.studies.iter().map(study::progress_length).sum();
    let delays: usize = built.delays.iter().map(delays::progress_length).sum();
    rows + studies + delays + built.spectra.iter().map(spectra::progress_length).sum::<usize>()
}

/// Runs every arm and study that the scenario asks for, draws its random networks, compares and judges. `progress` is
/// told of each row, of each random start, and of each layer trained or drawn.
pub fn execute(built: &Built, progress: &(impl Fn(usize) + Sync)) -> Report {
    parallel::within(|| execute_here(built, progress))
}

fn execute_here(built: &Built, progress: &(impl Fn(usize) + Sync)) -> Report {
    let experiment = &built.experiment;
    let mut trajectories = Vec::new();
    let mut monitor = None;
    if let Some(settings) = &experiment.flow {
        let (trajectory, watched) = flow::run(experiment, settings, progress);
        trajectories.push(trajectory);
        monitor = Some(watched);
    }
    if let Some(settings) = &experiment.modes {
        let views = [Arm::Modes, Arm::Limit].into_iter().filter(|arm| experiment.has(*arm));
        trajectories.extend(views.map(|arm| modes::run(experiment, settings, arm, progress)));
    }
    if let Some(form) = &experiment.analytic {
        trajectories.push(analytic::run(experiment, form, progress));
    }
    if let Some(settings) = &experiment.sgd {
        trajectories.push(sgd::run(experiment, settings, progress));
    }
    let mut warnings = left_saddle(experiment, &trajectories);
    let setting = Setting { task: &experiment.task, tau: experiment.clock.tau, seed: experiment.seed };
    let studies: Vec<StudyResult> = built.studies.iter().map(|study| study::run(setting, study, progress)).collect();
    warnings.extend(studies.iter().flat_map(escaped));
    warnings.extend(built.studies.iter().zip(&studies).flat_map(|(study, result)| at_the_edge(study, result)));
    let delays: Vec<DelaysResult> =
        built.delays.iter().map(|delays| delays::run(experiment, delays, progress)).collect();
    warnings.extend(delays.iter().flat_map(DelaysResult::missing));
    let numbered = built.spectra.iter().zip(0u32..);
    let spectra: Vec<SpectraResult> =
        numbered.map(|(table, index)| spectra::run(experiment.seed, index, table, progress)).collect();
    let forecast = forecast(experiment);
    let balance_drift = monitor.as_ref().map(|monitor: &Monitor| monitor.balance_drift.as_slice());
    let found =
        Findings { trajectories: &trajectories, balance_drift, studies: &studies, delays: &delays, spectra: &spectra };
    let verdicts = built.checks.iter().map(|check| judge(check, &found)).collect();
    let differences = differences(&trajectories);
    Report { differences, trajectories, monitor, forecast, studies, delays, spectra, verdicts, warnings }
}

/// The arms that leave a saddle at which the exact flow ends, by rounding or by their steps: each when it is
/// first below half of the saddle's excess loss.
fn left_saddle(experiment: &Experiment, trajectories: &[Trajectory]) -> Vec<String> {
    let Some(obstruction) = &experiment.obstruction else { return Vec::new() };
    let below = |loss: f64| loss - experiment.task.statistics.least_loss < 0.5 * obstruction.excess;
    let arms = trajectories.iter().filter(|t| matches!(t.arm, Arm::Flow | Arm::Sgd));
    let left = arms.filter_map(|t| Some((t.arm, t.samples.iter().find(|s| below(s.mean.loss))?.t)));
    left.map(|(arm, t)| {
        format!(
            "{arm} has left the saddle without {} by t = {}, through rounding or its steps: the exact flow stays",
            obstruction.missing(),
            number(t)
        )
    })
    .collect()
}

/// The networks of a study whose best learning rate is the first or the last of those tried: a better one may lie beyond.
fn at_the_edge(study: &Study, result: &StudyResult) -> Vec<String> {
    let of_series = |(series, found): (&Series, &SeriesResult)| {
        let RateRule::Best(rates) = &series.rate else { return None };
        let edge = |rate: f64| rates.len() > 1 && (rates.first() == Some(&rate) || rates.last() == Some(&rate));
        let at_edge = found.points.iter().filter(|point| point.best_rate().is_some_and(edge));
        let depths: Vec<String> = at_edge.map(|point| point.layers.to_string()).collect();
        (!depths.is_empty()).then(|| {
            let depths = depths.join(", ");
            format!(
                "study {}, {} at {depths} layers: the best rate is at the edge of those tried; a better one may lie beyond",
                result.name, found.name
            )
        })
    };
    study.series.iter().zip(&result.series).filter_map(of_series).collect()
}

/// The networks of a study that have learned what their law says they never do.
fn escaped(study: &StudyResult) -> Vec<String> {
    let never = |point: &Point| point.predicted.is_some_and(|law| law.updates.is_none()) && point.updates.is_some();
    let of_series = |series: &SeriesResult| {
        let depths: Vec<String> = series.points.iter().filter(|p| never(p)).map(|p| p.layers.to_string()).collect();
        (!depths.is_empty() && series.approximation.is_none()).then(|| {
            format!(
                "study {}, {} at {} layers: the law never gets there; rounding or steps took the network off a saddle",
                study.name,
                series.name,
                depths.join(", ")
            )
        })
    };
    study.series.iter().filter_map(of_series).collect()
}
