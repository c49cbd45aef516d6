//! Data files: numbers in from `.npy`, `.csv` and IDX, plain or gzipped; arrays out as `.npz`.
//!
//! The name says what a file is meant to be, its bytes have to agree. Reading takes the largest
//! number of values that the caller has room for: what claims more is refused before anything is
//! allocated for it, and a gzipped file is never unpacked beyond what it needs.

mod csv;
mod dataset;
mod elements;
mod error;
mod held_out;
mod idx;
mod npy;
mod npy_header;
mod npz;
mod source;
mod table;

pub use dataset::{DatasetError, SampleOptions, Samples, load_samples};
pub use error::{Excerpt, FileError};
pub use held_out::HeldOut;
pub use npz::{NpzWriter, row_major};
pub use table::{Table, one_hot};

use nalgebra::DMatrix;
use source::Source;
use std::path::Path;

/// What a file's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Npy,
    Csv,
    Idx,
}

/// Reads a table from a `.npy`, `.csv` or IDX file, plain or gzipped: a row per sample. A vector
/// becomes a column, images are flattened.
pub fn read_table(path: &Path, max_values: usize) -> Result<Table, FileError> {
    let (format, named_gzip) = format_of(path)?;
    let source = &mut Source::open(path, named_gzip)?;
    match format {
        Format::Npy => npy::read(source, max_values, usize::MAX),
        Format::Csv => csv::read(source, max_values),
        Format::Idx => idx::read(source, max_values),
    }
}

/// Reads a matrix from a `.npy` or `.csv` file, plain or gzipped. A vector becomes a column; an
/// array of more than two axes is refused.
pub fn read_matrix(path: &Path, max_values: usize) -> Result<DMatrix<f64>, FileError> {
    let (format, named_gzip) = format_of(path)?;
    let source = &mut Source::open(path, named_gzip)?;
    let table = match format {
        Format::Npy => npy::read(source, max_values, 2)?,
        Format::Csv => csv::read(source, max_values)?,
        Format::Idx => return Err(source.fail("a matrix is read from a .npy or .csv file")),
    };
    Ok(DMatrix::from_row_slice(table.rows, table.cols, &table.values))
}

/// The format that a name promises, and whether it promises gzip.
fn format_of(path: &Path) -> Result<(Format, bool), FileError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name = name.unwrap_or_default();
    let (stem, named_gzip) = match name.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (name.as_str(), false),
    };
    let format = match stem.rsplit_once('.').map(|(_, extension)| extension) {
        Some("npy") => Format::Npy,
        Some("csv") => Format::Csv,
        Some("npz") => {
            let message = "a .npz holds several arrays: save the one that is meant as .npy";
            return Err(FileError::new(path, message));
        }
        // MNIST's files are `train-images-idx3-ubyte`, or `train-images.idx3-ubyte`.
        _ if stem.contains("idx") => Format::Idx,
        _ => {
            let message = "its name does not say what it is: `.npy`, `.csv` and names with `idx` \
                           in them (such as `images-idx3-ubyte`) are known, each also with `.gz`";
            return Err(FileError::new(path, message));
        }
    };
    Ok((format, named_gzip))
}

/// What the operating system says of a file, in lower case and without its error number.
pub fn describe_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotADirectory => "a part of this path is a file, not a directory".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory, not a file".to_owned(),
        _ => error.to_string(),
    }
}
