//! A folder that appears under its name only when it is complete.

use super::{Picture, curves, delays, inputs, paths, spectra, studies, summary, weights};
use crate::figure::{Panel, draw_delays, draw_spectra, draw_study};
use crate::report::Report;
use crate::scenario::{Built, Plot};
use crate::task::InputCorrelations;
use crate::trajectory::Arm;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why results cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something else under the name.
    #[error("{}: exists and holds no gradflow results; name another folder with --out", .0.display())]
    Foreign(PathBuf),
    /// The operating system refuses.
    #[error("{}: {}", .path.display(), crate::files::describe_io(.error))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
    /// No folder can be made where the results are to be.
    #[error("{}: no folder can be made here: {}", .path.display(), crate::files::describe_io(.error))]
    Unwritable {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The figure could not be drawn.
    #[error("the figure cannot be drawn: {0}")]
    Figure(#[from] crate::figure::FigureError),
    /// A file's content could not be made.
    #[error("{0}")]
    Content(String),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |error| FolderError::Io { path, error }
}

/// A place for results that has been found free, or held by results that may be replaced.
#[derive(Debug, Clone)]
pub struct Destination {
    /// As it was asked for.
    name: PathBuf,
    /// Where it really is.
    path: PathBuf,
}

impl Destination {
    /// Looks before anything is run, so that nothing is computed that cannot be kept.
    ///
    /// # Errors
    /// If something else is there, or nothing can be written there.
    pub fn new(path: &Path) -> Result<Destination, FolderError> {
        let destination = Destination::find(path)?;
        destination.probe().map_err(|error| FolderError::Unwritable { path: path.to_owned(), error })?;
        Ok(destination)
    }

    /// Makes a folder where the first new one will have to be, and takes it away: permissions alone do not
    /// tell, as of file systems that are read-only.
    fn probe(&self) -> io::Result<()> {
        let parent = self.path.ancestors().skip(1).find(|p| p.exists()).unwrap_or(Path::new("."));
        let probe = parent.join(format!(".gradflow.probe-{}", std::process::id()));
        fs::create_dir(&probe)?;
        fs::remove_dir(&probe)
    }

    fn find(path: &Path) -> Result<Destination, FolderError> {
        match fs::metadata(path) {
            // Under its real name: not `.`, and not a link, which would be replaced in the folder's place.
            Ok(_) if holds_results(path) => {
                Ok(Destination { name: path.to_owned(), path: path.canonicalize().map_err(at(path))? })
            }
            Ok(_) => Err(FolderError::Foreign(path.to_owned())),
            Err(_) if fs::symlink_metadata(path).is_ok() => Err(FolderError::Foreign(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.file_name().is_some() => {
                check_parents(path)?;
                Ok(Destination { name: path.to_owned(), path: path.to_owned() })
            }
            Err(error) => Err(at(path)(error)),
        }
    }

    /// The folder's path as it was asked for.
    pub fn name(&self) -> &Path {
        &self.name
    }
}

/// The nearest ancestor that exists must be a folder, in which the others can be made.
fn check_parents(path: &Path) -> Result<(), FolderError> {
    match path.ancestors().skip(1).find(|p| p.exists()) {
        Some(parent) if !parent.is_dir() => Err(at(parent)(io::ErrorKind::NotADirectory.into())),
        _ => Ok(()),
    }
}

/// Whether a folder is one of ours: its summary says so.
fn holds_results(path: &Path) -> bool {
    let text = fs::read_to_string(path.join("summary.json")).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    ["status", "arms", "premises", "version"].iter().all(|key| summary.get(key).is_some())
}

/// What a results folder is made of.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The checked scenario.
    pub built: &'a Built,
    /// What came out of it.
    pub report: &'a Report,
    /// The file it was read from.
    pub scenario: &'a Path,
    /// Whether figures are drawn.
    pub plots: bool,
}

/// Writes the results of a run beside the destination, then moves them there.
///
/// # Errors
/// If anything fails; then nothing is left behind, and what was there before is still there.
pub fn write(destination: &Destination, content: Content) -> Result<(), FolderError> {
    publish(destination, |folder| fill(folder, destination, content))
}

/// Writes everything beside the destination, then moves it there.
///
/// # Errors
/// If anything fails; then nothing is left behind, and what was there before is still there.
pub(super) fn publish(
    destination: &Destination,
    fill: impl FnOnce(&Path) -> Result<(), FolderError>,
) -> Result<(), FolderError> {
    let name = destination.path.file_name().ok_or_else(|| FolderError::Foreign(destination.path.clone()))?;
    let parent = match destination.path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(at(parent))?;
    let beside = |suffix: &str| parent.join(format!(".{}.{suffix}-{}", name.to_string_lossy(), std::process::id()));
    let partial = beside("partial");
    fs::create_dir(&partial).map_err(at(&partial))?;
    let result = fill(&partial).and_then(|()| put_in_place(&partial, &destination.path, &beside("replaced")));
    if result.is_err() {
        // Nothing half-written stays; a failure to clean up would hide the one that matters.
        let _ = fs::remove_dir_all(&partial);
    }
    result
}

fn put_in_place(partial: &Path, path: &Path, old: &Path) -> Result<(), FolderError> {
    // Looked at again: a long run leaves time for something else to appear there.
    Destination::find(path)?;
    let replaced = path.exists();
    if replaced {
        fs::rename(path, old).map_err(at(path))?;
    }
    if let Err(error) = fs::rename(partial, path) {
        if replaced {
            let _ = fs::rename(old, path);
        }
        return Err(at(path)(error));
    }
    if replaced {
        keep_foreign(old, path)?;
        fs::remove_dir_all(old).map_err(at(old))?;
    }
    Ok(())
}

/// Moves what gradflow did not write, such as a user's notes, from the old folder to the new one.
fn keep_foreign(old: &Path, new: &Path) -> Result<(), FolderError> {
    let (studies, delays, spectra) = (names(old, "studies"), names(old, "delays"), names(old, "spectra"));
    for entry in fs::read_dir(old).map_err(at(old))? {
        let name = entry.map_err(at(old))?.file_name();
        if !is_ours(&name.to_string_lossy(), &studies, &delays, &spectra) {
            fs::rename(old.join(&name), new.join(&name)).map_err(at(&new.join(&name)))?;
        }
    }
    Ok(())
}

/// The studies, the delays, or the spectra, whose results a folder holds.
fn names(folder: &Path, kind: &str) -> Vec<String> {
    let summary = fs::read(folder.join("summary.json")).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap_or_default();
    let all = summary.get(kind).and_then(|all| all.as_array()).into_iter().flatten();
    all.filter_map(|one| Some(one.get("name")?.as_str()?.to_owned())).collect()
}

/// Whether a file of this name in a results folder with these studies, delays and spectra is one that gradflow writes.
fn is_ours(name: &str, studies: &[String], delays: &[String], spectra: &[String]) -> bool {
    let fixed = [
        "summary.json",
        "scenario.toml",
        "figure.png",
        "figure.svg",
        "converge.csv",
        "converge.png",
        "converge.svg",
        inputs::NAME,
    ];
    let of_arm = |arm: Arm| name == format!("{arm}.csv") || name == format!("{arm}_weights.npz");
    let of_stem = |stem: String| ["csv", "png", "svg"].iter().any(|e| name == format!("{stem}.{e}"));
    let of_study = |study: &String| name == studies::curves_name(study) || of_stem(studies::file_stem(study));
    let of_spectra = |one: &String| {
        let stem = spectra::file_stem(one);
        spectra::data_names(one).iter().any(|file| name == file)
            || ["png", "svg"].iter().any(|e| name == format!("{stem}.{e}"))
    };
    fixed.contains(&name)
        || Arm::ALL.into_iter().any(of_arm)
        || studies.iter().any(of_study)
        || delays.iter().any(|delays| of_stem(delays::file_stem(delays)))
        || spectra.iter().any(of_spectra)
}

fn fill(folder: &Path, destination: &Destination, content: Content) -> Result<(), FolderError> {
    let Content { built, report, scenario, plots } = content;
    let content = |error: &dyn std::fmt::Display| FolderError::Content(error.to_string());
    for trajectory in &report.trajectories {
        let csv = curves::to_csv(trajectory, report.forecast.modes.len()).map_err(|e| content(&e))?;
        put(&folder.join(format!("{}.csv", trajectory.arm)), &csv)?;
        if built.filled.output.weights && weights::has_state(trajectory) {
            let path = folder.join(format!("{}_weights.npz", trajectory.arm));
            let mut file = BufWriter::new(File::create(&path).map_err(at(&path))?);
            weights::write(trajectory, &mut file).and_then(|()| file.flush()).map_err(at(&path))?;
        }
    }
    for study in &report.studies {
        let stem = studies::file_stem(&study.name);
        let csv = studies::to_csv(study).map_err(|e| content(&e))?;
        put(&folder.join(format!("{stem}.csv")), &csv)?;
        if let Some(csv) = studies::curves_to_csv(study).map_err(|e| content(&e))? {
            put(&folder.join(studies::curves_name(&study.name)), &csv)?;
        }
    }
    for result in &report.spectra {
        for (name, csv) in spectra::to_files(result).map_err(|e| content(&e))? {
            put(&folder.join(name), &csv)?;
        }
    }
    for result in &report.delays {
        let csv = delays::to_csv(result).map_err(|e| content(&e))?;
        put(&folder.join(format!("{}.csv", delays::file_stem(&result.name))), &csv)?;
    }
    let wanted = built.filled.plot.panels.contains(&Panel::Inputs);
    let shown = wanted.then(|| InputCorrelations::new(&built.experiment.task.statistics, &built.experiment.basis));
    if let Some(shown) = &shown {
        put(&folder.join(inputs::NAME), &inputs::to_csv(shown).map_err(|e| content(&e))?)?;
    }
    let json = serde_json::to_string_pretty(&summary::summary(built, report)).map_err(|e| content(&e))?;
    put(&folder.join("summary.json"), (json + "\n").as_bytes())?;
    put(&folder.join("scenario.toml"), rerunnable(built, scenario, destination)?.as_bytes())?;
    if plots {
        let chosen = chosen_modes(&built.filled.plot);
        let picture = Picture {
            title: &built.title,
            tau: built.experiment.clock.tau,
            obstacle: report.forecast.estimate.as_deref(),
            trajectories: &report.trajectories,
            modes: &report.forecast.modes,
            chosen: chosen.as_deref(),
            stable_sharpness: built.experiment.sgd.map(|sgd| 2.0 / sgd.learning_rate),
            inputs: shown.as_ref(),
            differences: &report.differences,
            panels: &built.filled.plot.panels,
        };
        for format in &built.filled.plot.formats {
            let extension = format.extension();
            // What the inputs look like needs no arm.
            if report.has_arms() || shown.is_some() {
                put(&folder.join(format!("figure.{extension}")), &picture.draw(*format)?)?;
            }
            for (study, table) in report.studies.iter().zip(built.filled.studies.values()) {
                let name = format!("{}.{extension}", studies::file_stem(&study.name));
                put(&folder.join(name), &draw_study(study, &table.panels, *format)?)?;
            }
            for result in &report.delays {
                let name = format!("{}.{extension}", delays::file_stem(&result.name));
                put(&folder.join(name), &draw_delays(result, *format)?)?;
            }
            for (result, table) in report.spectra.iter().zip(built.filled.spectra.values()) {
                let name = format!("{}.{extension}", spectra::file_stem(&result.spectra.name));
                let panels = table.panels.as_deref().unwrap_or_default();
                put(&folder.join(name), &draw_spectra(result, panels, *format)?)?;
            }
        }
    }
    Ok(())
}

/// The modes that a scenario wants drawn, from 0.
pub(super) fn chosen_modes(plot: &Plot) -> Option<Vec<usize>> {
    plot.modes.as_ref().map(|modes| modes.iter().filter_map(|mode| mode.checked_sub(1)).collect())
}

pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    fs::write(path, bytes).map_err(at(path))
}

/// The scenario with every default filled in, as it is to be run from the results folder.
pub(super) fn rerunnable(built: &Built, scenario: &Path, destination: &Destination) -> Result<String, FolderError> {
    let destination = destination.path.as_path();
    let mut filled = built.filled.clone();
    let base = scenario.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
    let parent = destination.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
    let folder = parent.canonicalize().map_err(at(parent))?.join(destination.file_name().unwrap_or_default());
    paths::rewrite(&mut filled, base, &folder).map_err(at(scenario))?;
    toml::to_string(&filled).map_err(|e| FolderError::Content(e.to_string()))
}
