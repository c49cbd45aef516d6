//! Samples from a file of inputs and a file of targets, and those held out of training.

use super::error::FileError;
use super::held_out::{HeldOut, Pair};
use super::table::Table;
use nalgebra::{DMatrix, DVector};
use std::path::{Path, PathBuf};

/// What is done to the numbers between the files and the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleOptions<'a> {
    /// Subtract the mean of every input and every target.
    pub centre: bool,
    /// What the inputs are divided by.
    pub scale: f64,
    /// Train on the first so many samples; all of them where there are fewer.
    pub limit: Option<usize>,
    /// Which samples are held out of training.
    pub held_out: HeldOut<'a>,
}

/// Inputs and targets, a column per sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The inputs to train on, N1×P.
    pub x: DMatrix<f64>,
    /// Their targets, N3×P.
    pub y: DMatrix<f64>,
    /// The number of classes, if the targets were labels and have become one-hot, or if every row of them is one-hot.
    pub classes: Option<usize>,
    /// What has been subtracted from every target: the training samples' mean, or zero.
    pub target_mean: DVector<f64>,
    /// Inputs and targets that are held out, scaled as the others are and centred by the others' means.
    pub held_out: Option<(DMatrix<f64>, DMatrix<f64>)>,
}

/// Why there are no samples.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The files do not hold the same number of samples.
    #[error(
        "{} holds {input_rows} samples, but {} holds {target_rows}",
        .inputs.display(), .targets.display()
    )]
    Rows {
        /// The file of inputs.
        inputs: PathBuf,
        /// Its number of rows.
        input_rows: usize,
        /// The file of targets.
        targets: PathBuf,
        /// Its number of rows.
        target_rows: usize,
    },
    /// One-hot targets would be larger than allowed.
    #[error("{}: {rows} labels of {classes} classes are too many one-hot targets", .targets.display())]
    OneHot {
        /// The file of targets.
        targets: PathBuf,
        /// Number of samples.
        rows: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A limit of no samples at all.
    #[error("at least one sample is needed")]
    NoSamples,
    /// More samples are to be held out than training leaves.
    #[error("{} holds {rows} samples: {test} held out beside {} to train on are too many", .inputs.display(), match .limit {
        Some(limit) => limit.to_string(),
        None => "at least one".to_owned(),
    })]
    TooFew {
        /// The file of inputs.
        inputs: PathBuf,
        /// Its number of rows.
        rows: usize,
        /// How many to hold out.
        test: usize,
        /// How many to train on, if that was said.
        limit: Option<usize>,
    },
    /// Held-out samples are not of the kind that is trained on.
    #[error("{} has {}, but {} has {expected}", .file.display(), match .columns {
        1 => "1 column".to_owned(),
        columns => format!("{columns} columns"),
    }, .training.display())]
    Columns {
        /// The file of held-out inputs or targets.
        file: PathBuf,
        /// How many columns it has.
        columns: usize,
        /// The file to train on.
        training: PathBuf,
        /// How many columns it has.
        expected: usize,
    },
    /// A held-out target is of none of the classes that are trained on.
    #[error("{}: sample {sample} has the label {label}, but the labels to train on are 0 to {}", .targets.display(), .classes - 1)]
    Label {
        /// The file of held-out targets.
        targets: PathBuf,
        /// The sample, from 1.
        sample: usize,
        /// What it says.
        label: f64,
        /// The number of classes.
        classes: usize,
    },
    /// Dividing by the scale or subtracting the means leaves the range of an f64.
    #[error("{}: the numbers are not finite after scaling and centring", .file.display())]
    NotFinite {
        /// The file of inputs or targets.
        file: PathBuf,
    },
}

/// Reads samples. Targets that are a single column of integers 0 … 255 become one-hot, with as
/// many classes as the whole file has, whatever the limit. Means are those of the samples that
/// are trained on; they are subtracted from those held out too.
///
/// # Errors
/// See [`DatasetError`].
pub fn load_samples(
    inputs: &Path,
    targets: &Path,
    options: &SampleOptions,
    max_values: usize,
) -> Result<Samples, DatasetError> {
    let mut training = Pair::read(inputs, targets, max_values)?;
    let labels = training.y.classes();
    let mut held_out = training.split(options.limit, options.held_out, max_values)?;
    if training.x.rows == 0 {
        return Err(DatasetError::NoSamples);
    }
    if let Some(classes) = labels {
        training.spread(classes, max_values)?;
        held_out.iter_mut().try_for_each(|pair| pair.spread(classes, max_values))?;
    }
    // One-hot before the means go: afterwards no entry is 0 or 1.
    let classes = labels.or_else(|| {
        let all_hot = [Some(&training), held_out.as_ref()].into_iter().flatten().all(|pair| pair.y.is_one_hot());
        all_hot.then_some(training.y.cols)
    });
    let Pair { x, y, inputs, targets } = training;
    let (x, input_mean) = columns(x, options.scale, options.centre, &inputs)?;
    let (y, target_mean) = columns(y, 1.0, options.centre, &targets)?;
    let held_out = match held_out {
        Some(pair) => Some((
            shifted(scaled(pair.x, options.scale), &input_mean, &pair.inputs)?,
            shifted(scaled(pair.y, 1.0), &target_mean, &pair.targets)?,
        )),
        None => None,
    };
    Ok(Samples { x, y, classes, target_mean, held_out })
}

/// The rows of a table as the columns of a matrix, divided by `scale` and with their mean subtracted if `centre`; and
/// what was subtracted.
fn columns(table: Table, scale: f64, centre: bool, file: &Path) -> Result<(DMatrix<f64>, DVector<f64>), DatasetError> {
    let samples = scaled(table, scale);
    let mut mean = DVector::zeros(samples.nrows());
    if centre {
        samples.column_iter().for_each(|sample| mean += sample);
        mean /= samples.ncols() as f64;
    }
    Ok((shifted(samples, &mean, file)?, mean))
}

fn scaled(mut table: Table, scale: f64) -> DMatrix<f64> {
    if scale != 1.0 {
        table.values.iter_mut().for_each(|value| *value /= scale);
    }
    // Row after row here is column after column there: nothing moves.
    DMatrix::from_vec(table.cols, table.rows, table.values)
}

fn shifted(mut samples: DMatrix<f64>, mean: &DVector<f64>, file: &Path) -> Result<DMatrix<f64>, DatasetError> {
    samples.column_iter_mut().for_each(|mut sample| sample -= mean);
    if samples.iter().all(|value| value.is_finite()) {
        Ok(samples)
    } else {
        Err(DatasetError::NotFinite { file: file.to_owned() })
    }
}
