//! Data files: every format against bytes laid out by hand after its specification, and every way
//! in which a file can be wrong.

mod csv;
mod dataset;
mod gzip;
mod hostile;
mod idx;
mod names;
mod npy;
mod npy_header;
mod npz;

use gradflow::files::{FileError, Table, read_table};
use std::path::PathBuf;
use tempfile::TempDir;

/// Room for everything that these tests read.
const ROOM: usize = 1_000_000;

/// A folder that is gone after the test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Reads `bytes` as a file of this name.
fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<Table, FileError> {
    read_within(name, bytes, ROOM)
}

fn read_within(name: &str, bytes: impl AsRef<[u8]>, max_values: usize) -> Result<Table, FileError> {
    let folder = Folder::new();
    read_table(&folder.file(name, bytes), max_values)
}

fn table(rows: usize, cols: usize, values: &[f64]) -> Table {
    Table { rows, cols, values: values.to_vec() }
}

/// That reading fails, without a place, and says `part`.
#[track_caller]
fn refused(result: Result<Table, FileError>, part: &str) {
    let error = result.expect_err(part);
    assert!(error.message().contains(part), "expected {part:?} in: {error}");
    assert_eq!((error.line(), error.column()), (None, None));
    assert_eq!(error.to_string(), format!("{}: {}", error.path().display(), error.message()));
}

/// A `.npy` file with this header text, padded as NumPy does.
fn npy_bytes(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let before = if version == 1 { 10 } else { 12 };
    let length = (before + header.len() + 1).next_multiple_of(64) - before;
    match version {
        1 => bytes.extend((length as u16).to_le_bytes()),
        _ => bytes.extend((length as u32).to_le_bytes()),
    }
    bytes.extend(header.bytes());
    bytes.resize(before + length - 1, b' ');
    bytes.push(b'\n');
    bytes.extend(data);
    bytes
}

/// An IDX file.
fn idx_bytes(code: u8, dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend(data);
    bytes
}

/// The bytes of `numbers`, by a number's own conversion.
fn bytes_of<T: Copy, const N: usize>(numbers: &[T], convert: fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|&number| convert(number)).collect()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
