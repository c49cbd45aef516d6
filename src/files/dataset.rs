//! Samples from a file of inputs and a file of targets.

use super::error::FileError;
use super::read_table;
use super::table::Table;
use nalgebra::{DMatrix, DVector};
use std::path::{Path, PathBuf};

/// What is done to the numbers between the files and the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleOptions {
    /// Subtract the mean of every input and every target.
    pub centre: bool,
    /// What the inputs are divided by.
    pub scale: f64,
    /// Use the first so many samples; all of them where there are fewer.
    pub limit: Option<usize>,
}

/// Inputs and targets, a column per sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The inputs, N1×P.
    pub x: DMatrix<f64>,
    /// The targets, N3×P.
    pub y: DMatrix<f64>,
    /// The number of classes, if the targets were labels and have become one-hot.
    pub classes: Option<usize>,
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
    /// Dividing by the scale or subtracting the means leaves the range of an f64.
    #[error("{}: the numbers are not finite after scaling and centring", .file.display())]
    NotFinite {
        /// The file of inputs or targets.
        file: PathBuf,
    },
}

/// Reads samples. Targets that are a single column of integers 0 … 255 become one-hot, with as
/// many classes as the whole file has, whatever the limit. Means are those of the samples that
/// are used.
pub fn load_samples(
    inputs: &Path,
    targets: &Path,
    options: &SampleOptions,
    max_values: usize,
) -> Result<Samples, DatasetError> {
    let mut x = read_table(inputs, max_values)?;
    let mut y = read_table(targets, max_values)?;
    if x.rows != y.rows {
        return Err(DatasetError::Rows {
            inputs: inputs.to_owned(),
            input_rows: x.rows,
            targets: targets.to_owned(),
            target_rows: y.rows,
        });
    }
    let classes = y.classes();
    if let Some(limit) = options.limit {
        x.truncate(limit);
        y.truncate(limit);
    }
    if x.rows == 0 {
        return Err(DatasetError::NoSamples);
    }
    if let Some(classes) = classes {
        let rows = y.rows;
        if rows.checked_mul(classes).is_none_or(|values| values > max_values) {
            return Err(DatasetError::OneHot { targets: targets.to_owned(), rows, classes });
        }
        y = y.spread(classes);
    }
    x.values.iter_mut().for_each(|value| *value /= options.scale);
    Ok(Samples { x: columns(x, options.centre, inputs)?, y: columns(y, options.centre, targets)?, classes })
}

/// The rows of a table as the columns of a matrix, with their mean subtracted if `centre`.
fn columns(table: Table, centre: bool, file: &Path) -> Result<DMatrix<f64>, DatasetError> {
    // Row after row here is column after column there: nothing moves.
    let mut samples = DMatrix::from_vec(table.cols, table.rows, table.values);
    if centre {
        let mut mean = DVector::zeros(samples.nrows());
        samples.column_iter().for_each(|sample| mean += sample);
        mean /= samples.ncols() as f64;
        samples.column_iter_mut().for_each(|mut sample| sample -= &mean);
    }
    if samples.iter().all(|value| value.is_finite()) {
        Ok(samples)
    } else {
        Err(DatasetError::NotFinite { file: file.to_owned() })
    }
}
