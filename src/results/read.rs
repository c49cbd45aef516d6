//! Saved results, read back.

use super::{Picture, curves};
use crate::comparison::{Difference, ModeSummary, differences};
use crate::converge::Ladder;
use crate::delays::DelaysResult;
use crate::figure::{Format, Panel, SpectraPanel, StudyPanel};
use crate::scenario::{Plot, Scenario};
use crate::spectra::SpectraResult;
use crate::study::StudyResult;
use crate::task::InputCorrelations;
use crate::trajectory::{Arm, Outcome, Trajectory, Work};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the figure needs of saved results.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The title.
    pub title: String,
    /// τ.
    pub tau: f64,
    /// Why the mode equations are only an approximation; `None` where they are exact.
    pub obstacle: Option<String>,
    /// The arms' curves.
    pub trajectories: Vec<Trajectory>,
    /// The modes.
    pub modes: Vec<ModeSummary>,
    /// The modes whose strengths are drawn, from 0; `None` leaves the choice to the figure.
    pub chosen: Option<Vec<usize>>,
    /// 2/η, if there is descent.
    pub stable_sharpness: Option<f64>,
    /// The inputs' correlations along the modes, if they are to be shown.
    pub inputs: Option<InputCorrelations>,
    /// Each arm against each other.
    pub differences: Vec<Difference>,
    /// The panels that the scenario asks for.
    pub panels: Vec<Panel>,
    /// The studies, each with the panels of its figure.
    pub studies: Vec<(StudyResult, Vec<StudyPanel>)>,
    /// Half-learning times over random starts.
    pub delays: Vec<DelaysResult>,
    /// The spectra, each with the panels of its figure.
    pub spectra: Vec<(SpectraResult, Vec<SpectraPanel>)>,
    /// Ladders, in place of all of that.
    pub ladders: Option<Vec<Ladder>>,
    /// The formats that the scenario asks for.
    pub formats: Vec<Format>,
}

impl Saved {
    fn of_ladders(scenario: Scenario, ladders: Vec<Ladder>) -> Saved {
        Saved {
            title: scenario.title.unwrap_or_default(),
            tau: scenario.time.tau,
            obstacle: None,
            trajectories: Vec::new(),
            modes: Vec::new(),
            chosen: None,
            stable_sharpness: None,
            inputs: None,
            differences: Vec::new(),
            panels: scenario.plot.panels,
            studies: Vec::new(),
            delays: Vec::new(),
            spectra: Vec::new(),
            ladders: Some(ladders),
            formats: scenario.plot.formats,
        }
    }

    /// What its figure is made of.
    pub fn picture(&self) -> Picture<'_> {
        Picture {
            title: &self.title,
            tau: self.tau,
            obstacle: self.obstacle.as_deref(),
            trajectories: &self.trajectories,
            modes: &self.modes,
            chosen: self.chosen.as_deref(),
            stable_sharpness: self.stable_sharpness,
            inputs: self.inputs.as_ref(),
            differences: &self.differences,
            panels: &self.panels,
        }
    }
}

/// Why a folder cannot be read as results.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{}: {}", .path.display(), crate::files::describe_io(.error))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// A file is not what gradflow writes.
    #[error("{}: not a file that gradflow wrote", .0.display())]
    Foreign(PathBuf),
}

fn load(path: PathBuf) -> Result<Vec<u8>, ReadError> {
    std::fs::read(&path).map_err(|error| ReadError::Io { path, error })
}

/// Reads a results folder.
///
/// # Errors
/// If it is not one, or not readable.
pub fn read(folder: &Path) -> Result<Saved, ReadError> {
    let path = folder.join("summary.json");
    let summary: Value = serde_json::from_slice(&load(path.clone())?).map_err(|_| ReadError::Foreign(path.clone()))?;
    let scenario_path = folder.join("scenario.toml");
    let scenario: Scenario = String::from_utf8(load(scenario_path.clone())?)
        .ok()
        .and_then(|text| toml::from_str(&text).ok())
        .filter(|scenario: &Scenario| scenario.time.tau.is_finite() && scenario.time.tau > 0.0)
        .ok_or(ReadError::Foreign(scenario_path))?;
    if summary.get("ladders").is_some() {
        let ladders = super::converge::from_summary(&summary).ok_or(ReadError::Foreign(path))?;
        return Ok(Saved::of_ladders(scenario, ladders));
    }
    let arms = summary.get("arms").and_then(Value::as_object).ok_or_else(|| ReadError::Foreign(path.clone()))?;
    let mut trajectories = Vec::new();
    for arm in Arm::ALL {
        let Some(described) = arms.get(arm.name()) else { continue };
        let curves_path = folder.join(format!("{arm}.csv"));
        let samples =
            curves::from_csv(&load(curves_path.clone())?).ok_or_else(|| ReadError::Foreign(curves_path.clone()))?;
        trajectories.push(trajectory(arm, described, samples));
    }
    let mut studies = Vec::new();
    for (index, (name, table)) in scenario.studies.iter().enumerate() {
        let curves = std::fs::read(folder.join(super::study_curves_name(name))).ok();
        let described = summary.get("studies").and_then(|all| all.get(index));
        let study = described.and_then(|value| super::studies::from_files(value, curves.as_deref()));
        studies.push((study.ok_or_else(|| ReadError::Foreign(path.clone()))?, table.panels.clone()));
    }
    let all = summary.get("delays").and_then(Value::as_array).into_iter().flatten();
    let delays =
        all.map(super::delays::from_json).collect::<Option<_>>().ok_or_else(|| ReadError::Foreign(path.clone()))?;
    let mut spectra = Vec::new();
    for (index, table) in scenario.spectra.values().enumerate() {
        let described = summary.get("spectra").and_then(|all| all.get(index));
        let load = |name: &str| std::fs::read(folder.join(name)).ok();
        let result = described.and_then(|value| super::spectra::from_files(value, load));
        let panels = table.panels.clone().unwrap_or_default();
        spectra.push((result.ok_or_else(|| ReadError::Foreign(path.clone()))?, panels));
    }
    let modes = summary.get("modes").and_then(Value::as_array).ok_or_else(|| ReadError::Foreign(path.clone()))?;
    Ok(Saved {
        title: scenario.title.unwrap_or_default(),
        tau: scenario.time.tau,
        obstacle: summary.get("obstacle").and_then(Value::as_str).map(str::to_owned),
        modes: modes.iter().map(mode).collect::<Option<_>>().ok_or(ReadError::Foreign(path))?,
        chosen: super::folder::chosen_modes(&scenario.plot),
        stable_sharpness: scenario.sgd.as_ref().map(|sgd| 2.0 / sgd.learning_rate),
        inputs: inputs(folder, &scenario.plot)?,
        differences: differences(&trajectories),
        trajectories,
        panels: scenario.plot.panels,
        studies,
        delays,
        spectra,
        ladders: None,
        formats: scenario.plot.formats,
    })
}

/// The inputs' correlations, where there is a panel of them.
fn inputs(folder: &Path, plot: &Plot) -> Result<Option<InputCorrelations>, ReadError> {
    if !plot.panels.contains(&Panel::Inputs) {
        return Ok(None);
    }
    let path = folder.join(super::inputs::NAME);
    super::inputs::from_csv(&load(path.clone())?).map(Some).ok_or(ReadError::Foreign(path))
}

fn trajectory(arm: Arm, described: &Value, samples: Vec<crate::trajectory::Sample>) -> Trajectory {
    let text = |key: &str| described.get(key).and_then(Value::as_str).map(str::to_owned);
    let words = text("status").unwrap_or_else(|| Outcome::Complete.to_string());
    let last = samples.last().map_or(0.0, |s| s.t);
    Trajectory {
        arm,
        method: text("method").unwrap_or_default(),
        approximation: text("approximation"),
        samples,
        half_times: Vec::new(),
        work: Work::default(),
        outcome: Outcome::from_words(&words).unwrap_or(Outcome::Diverged { t: last }),
    }
}

fn mode(value: &Value) -> Option<ModeSummary> {
    Some(ModeSummary {
        s: value.get("s")?.as_f64()?,
        input_eigenvalue: value.get("input_eigenvalue")?.as_f64()?,
        start: value.get("start").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64).collect(),
        predicted_half_time: value.get("predicted_half_time").and_then(Value::as_f64),
    })
}
