//! From a task table to statistics and samples.

use super::budget::Budget;
use super::build::Fault;
use super::dataset;
use super::format::*;
use super::values::{InputSpectrum, MatrixSource, WhiteOr};
use crate::files::read_matrix;
use crate::network::Widths;
use crate::random::{self, Purpose};
use crate::task::*;
use nalgebra::DMatrix;
use std::path::Path;

/// A task whose numbers are in range, with what its files hold; nothing else is allocated yet.
pub(super) struct Prepared {
    /// N1.
    pub inputs: usize,
    /// N3.
    pub outputs: usize,
    /// P, 0 without samples.
    pub samples: usize,
    /// Samples held out of training.
    pub held_out: usize,
    loaded: Loaded,
}

enum Loaded {
    Nothing,
    Samples(dataset::Loaded),
    Sigma31(DMatrix<f64>),
}

/// Checks the numbers of a task and reads its files, within the budget for reading.
pub(super) fn prepare(table: &TaskTable, base: &Path, budget: Budget) -> Result<Prepared, Fault> {
    let drawn =
        |inputs, outputs, samples| Ok(Prepared { inputs, outputs, samples, held_out: 0, loaded: Loaded::Nothing });
    match table {
        TaskTable::Spectrum(task) => {
            at_least_one("task.spectrum.inputs", task.inputs)?;
            at_least_one("task.spectrum.outputs", task.outputs)?;
            singular_values("task.spectrum", &task.singular_values, task.inputs.min(task.outputs))?;
            drawn(task.inputs, task.outputs, 0)
        }
        TaskTable::Gaussian(task) => {
            at_least_one("task.gaussian.inputs", task.inputs)?;
            at_least_one("task.gaussian.outputs", task.outputs)?;
            if task.samples < 2 {
                let message = format!("{} samples leave nothing when their mean is subtracted", task.samples);
                return Err(Fault::new("task.gaussian.samples", message, "≥ 2"));
            }
            if task.noise < 0.0 {
                return Err(Fault::new("task.gaussian.noise", format!("{} is negative", task.noise), "≥ 0"));
            }
            singular_values("task.gaussian", &task.singular_values, task.inputs.min(task.outputs))?;
            drawn(task.inputs, task.outputs, task.samples)
        }
        TaskTable::Hierarchy(task) => {
            let tree = hierarchy(task)?;
            let too_many = || Fault::new(leaves_key(task), "the tree has more leaves than can be counted", "");
            let items = tree.items().ok_or_else(too_many)?;
            drawn(items, tree.outputs().ok_or_else(too_many)?, items)
        }
        TaskTable::Matrices(task) => {
            let sigma31 = load_matrix(&task.sigma31, "task.matrices.sigma31", base, budget)?;
            let (outputs, inputs) = sigma31.shape();
            Ok(Prepared { inputs, outputs, samples: 0, held_out: 0, loaded: Loaded::Sigma31(sigma31) })
        }
        TaskTable::Dataset(task) => {
            let loaded = dataset::load(task, base, budget)?;
            let dataset::Loaded { samples, held_out, .. } = &loaded;
            let (inputs, outputs, count) = (samples.x.nrows(), samples.y.nrows(), samples.len());
            let held_out = held_out.as_ref().map_or(0, Samples::len);
            Ok(Prepared { inputs, outputs, samples: count, held_out, loaded: Loaded::Samples(loaded) })
        }
    }
}

/// The key that decides how large the task is.
pub(super) fn size_key(table: &TaskTable, widths: &Widths) -> &'static str {
    let more_outputs = widths.outputs() > widths.inputs();
    match table {
        TaskTable::Spectrum(_) if more_outputs => "task.spectrum.outputs",
        TaskTable::Spectrum(_) => "task.spectrum.inputs",
        TaskTable::Gaussian(task) if task.samples > widths.inputs().max(widths.outputs()) => "task.gaussian.samples",
        TaskTable::Gaussian(_) if more_outputs => "task.gaussian.outputs",
        TaskTable::Gaussian(_) => "task.gaussian.inputs",
        TaskTable::Hierarchy(task) if more_outputs && task.outputs.is_some() => "task.hierarchy.outputs",
        TaskTable::Hierarchy(task) => leaves_key(task),
        TaskTable::Matrices(_) => "task.matrices.sigma31",
        TaskTable::Dataset(_) => "task.dataset.inputs",
    }
}

/// The key that makes most of a tree's b^m leaves: b branches at each of few levels m, or many levels.
fn leaves_key(task: &HierarchyTask) -> &'static str {
    if task.branching as f64 > f64::from(task.levels) { "task.hierarchy.branching" } else { "task.hierarchy.levels" }
}

/// Makes the task. Its sizes have been admitted.
pub(super) fn load(
    table: &TaskTable,
    prepared: Prepared,
    base: &Path,
    budget: Budget,
    seed: u64,
) -> Result<Task, Fault> {
    let mut rng = random::stream(seed, Purpose::Task);
    match (table, prepared.loaded) {
        (TaskTable::Spectrum(task), _) => {
            let spectrum = spectrum(task)?;
            let factors = spectrum_factors(&spectrum, &mut rng);
            let statistics = Statistics::new(factors.sigma11, factors.sigma31, None);
            without_samples(statistics.map_err(|e| Fault::new("task.spectrum.input_spectrum", e.to_string(), ""))?)
        }
        (TaskTable::Matrices(task), Loaded::Sigma31(sigma31)) => matrices(task, sigma31, base, budget),
        (TaskTable::Gaussian(task), _) => {
            let teacher = Teacher {
                inputs: task.inputs,
                outputs: task.outputs,
                samples: task.samples,
                singular_values: task.singular_values.clone(),
                noise: task.noise,
            };
            of_samples(teacher_samples(&teacher, &mut rng), task.statistics, "task.gaussian")
        }
        (TaskTable::Hierarchy(task), _) => {
            of_samples(hierarchy_samples(&hierarchy(task)?, &mut rng), task.statistics, "task.hierarchy")
        }
        (TaskTable::Dataset(task), Loaded::Samples(loaded)) => {
            let dataset::Loaded { samples, held_out, classes } = loaded;
            Ok(Task { held_out, classes, ..of_samples(samples, task.statistics, "task.dataset")? })
        }
        // `prepare` loads what these two need: nothing else can arrive here.
        (TaskTable::Matrices(_) | TaskTable::Dataset(_), _) => Err(Fault::new("task", "nothing was loaded", "")),
    }
}

fn without_samples(statistics: Statistics) -> Result<Task, Fault> {
    Ok(Task { statistics, samples: None, averaging: Averaging::Mean, held_out: None, classes: None })
}

fn of_samples(samples: Samples, averaging: Averaging, path: &str) -> Result<Task, Fault> {
    let statistics = Statistics::of_samples(&samples, averaging).map_err(|e| Fault::new(path, e.to_string(), ""))?;
    Ok(Task { statistics, samples: Some(samples), averaging, held_out: None, classes: None })
}

fn at_least_one(path: &str, value: usize) -> Result<(), Fault> {
    if value == 0 { Err(Fault::new(path, "there must be at least one", "≥ 1")) } else { Ok(()) }
}

fn singular_values(table: &str, values: &[f64], most: usize) -> Result<(), Fault> {
    let path = format!("{table}.singular_values");
    if values.len() > most {
        let message = format!("{} singular values, but min(inputs, outputs) = {most}", values.len());
        return Err(Fault::new(path, message, &format!("at most {most}")));
    }
    match values.iter().position(|s| *s < 0.0) {
        Some(index) => Err(Fault::new(
            format!("{path}[{index}]"),
            format!("the singular value {} is negative", values[index]),
            "≥ 0",
        )),
        None => Ok(()),
    }
}

fn spectrum(task: &SpectrumTask) -> Result<Spectrum, Fault> {
    let path = "task.spectrum.input_spectrum";
    let input_eigenvalues = match &task.input_spectrum {
        InputSpectrum::White => None,
        InputSpectrum::Power(law) => Some((1..=task.inputs).map(|i| (i as f64).powf(-law.power)).collect()),
        InputSpectrum::Eigenvalues(values) => {
            if values.len() != task.inputs {
                let message = format!("{} eigenvalues for {} inputs", values.len(), task.inputs);
                return Err(Fault::new(path, message, &format!("{} eigenvalues", task.inputs)));
            }
            if let Some(index) = values.iter().position(|v| *v < 0.0) {
                let message = format!("the eigenvalue {} is negative", values[index]);
                return Err(Fault::new(format!("{path}[{index}]"), message, "≥ 0"));
            }
            Some(values.clone())
        }
    };
    if let Some(values) = &input_eigenvalues {
        if let Some(bad) = values.iter().find(|v: &&f64| !v.is_finite()) {
            return Err(Fault::new(path, format!("the power law leads to the eigenvalue {bad}"), ""));
        }
        let unlearnable = task.singular_values.iter().zip(values).position(|(s, lambda)| *s > 0.0 && *lambda == 0.0);
        if let Some(index) = unlearnable {
            let message = format!("input eigenvalue {} is 0, but the singular value beside it is not", index + 1);
            return Err(Fault::new(path, message, "targets cannot correlate with inputs of zero variance"));
        }
    }
    Ok(Spectrum {
        inputs: task.inputs,
        outputs: task.outputs,
        singular_values: task.singular_values.clone(),
        input_eigenvalues,
    })
}

fn hierarchy(task: &HierarchyTask) -> Result<Hierarchy, Fault> {
    if task.levels == 0 {
        return Err(Fault::new("task.hierarchy.levels", "a tree needs at least one level", "≥ 1"));
    }
    if task.branching < 2 {
        return Err(Fault::new("task.hierarchy.branching", "a tree must branch", "≥ 2"));
    }
    let features = match task.features {
        FeatureKind::Nodes => {
            for (key, given) in [("flip", task.flip.is_some()), ("outputs", task.outputs.is_some())] {
                if given {
                    let message = format!("`{key}` belongs to features = \"diffusion\"");
                    return Err(Fault::new(format!("task.hierarchy.{key}"), message, ""));
                }
            }
            Features::Nodes
        }
        FeatureKind::Diffusion => {
            let (Some(flip), Some(outputs)) = (task.flip, task.outputs) else {
                return Err(Fault::new("task.hierarchy.features", "\"diffusion\" needs `flip` and `outputs`", ""));
            };
            if !(0.0..=1.0).contains(&flip) {
                return Err(Fault::new("task.hierarchy.flip", format!("{flip} is not a probability"), "0 to 1"));
            }
            at_least_one("task.hierarchy.outputs", outputs)?;
            Features::Diffusion { flip, outputs }
        }
    };
    Ok(Hierarchy { levels: task.levels, branching: task.branching, features })
}

fn matrices(task: &MatricesTask, sigma31: DMatrix<f64>, base: &Path, budget: Budget) -> Result<Task, Fault> {
    let here = "task.matrices";
    let sigma11 = match &task.sigma11 {
        WhiteOr::White => DMatrix::identity(sigma31.ncols(), sigma31.ncols()),
        WhiteOr::Matrix(matrix) => load_matrix(matrix, &format!("{here}.sigma11"), base, budget)?,
    };
    let (rows, cols) = sigma11.shape();
    if rows != cols {
        return Err(Fault::new(format!("{here}.sigma11"), format!("sigma11 is {rows}×{cols}, not square"), ""));
    }
    if cols != sigma31.ncols() {
        let message = format!("sigma31 is {}×{}, but sigma11 is {rows}×{cols}", sigma31.nrows(), sigma31.ncols());
        return Err(Fault::new(format!("{here}.sigma31"), message, &format!("{cols} columns, one per input")));
    }
    let statistics = Statistics::new(sigma11, sigma31, task.trace_sigma33).map_err(|error| {
        let key = match error {
            StatisticsError::OutsideRange { .. } => "sigma31",
            StatisticsError::TraceTooSmall { .. } => "trace_sigma33",
            _ => "sigma11",
        };
        Fault::new(format!("{here}.{key}"), error.to_string(), "")
    })?;
    without_samples(statistics)
}

/// The matrix that a key gives, by its rows or by a file.
pub(super) fn load_matrix(
    source: &MatrixSource,
    path: &str,
    base: &Path,
    budget: Budget,
) -> Result<DMatrix<f64>, Fault> {
    let rows = match source {
        MatrixSource::File(file) => {
            return read_matrix(&base.join(file), budget.values()).map_err(|e| Fault::of_file(path, &e));
        }
        MatrixSource::Rows(rows) => rows,
    };
    let cols = rows.first().map_or(0, Vec::len);
    if cols == 0 {
        return Err(Fault::new(path, "the matrix is empty", "an array of rows of equal length"));
    }
    if let Some(index) = rows.iter().position(|r| r.len() != cols) {
        let message = format!("row {} has {} entries, the first one {cols}", index + 1, rows[index].len());
        return Err(Fault::new(format!("{path}[{index}]"), message, "rows of equal length"));
    }
    Ok(DMatrix::from_row_iterator(rows.len(), cols, rows.iter().flatten().copied()))
}
