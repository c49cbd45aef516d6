//! NumPy's `.npz`: a zip archive of `.npy` arrays.
//!
//! Nothing in it depends on when or where it was written: entries are stored without compression,
//! with the earliest time that zip knows (1980-01-01), in the order given.

use nalgebra::DMatrix;
use std::io::{self, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Numbers handed on to the archive at a time.
const CHUNK: usize = 8 * 1024;

/// The header of a `.npy` file, magic and all, ends at a multiple of this.
const ALIGNMENT: usize = 64;

/// Writes named arrays of f64, one after the other, into an archive that `numpy.load` reads.
pub struct NpzWriter<W: Write + Seek> {
    archive: ZipWriter<W>,
}

impl<W: Write + Seek> NpzWriter<W> {
    /// Begins an archive.
    pub fn new(writer: W) -> Self {
        NpzWriter { archive: ZipWriter::new(writer) }
    }

    /// Adds the array `name` (without `.npy`) of the given shape; `values` in C order, last axis
    /// fastest. They are never held all at once.
    ///
    /// Fails if there are more or fewer values than the shape says, or if a name occurs twice; the
    /// archive is then useless.
    pub fn array(&mut self, name: &str, shape: &[usize], values: impl IntoIterator<Item = f64>) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            // Always in the 64-bit layout, as NumPy writes it: how large an entry becomes is only
            // known when it has been written.
            .large_file(true);
        self.archive.start_file(format!("{name}.npy"), options)?;
        self.archive.write_all(&header(shape)?)?;
        let count = self.write_numbers(values.into_iter())?;
        if shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)) != Some(count) {
            let message = format!("array {name} of shape {shape:?} was given {count} numbers");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(())
    }

    fn write_numbers(&mut self, values: impl Iterator<Item = f64>) -> io::Result<usize> {
        let mut buffer = Vec::with_capacity(CHUNK * size_of::<f64>());
        let mut count = 0;
        for value in values {
            buffer.extend_from_slice(&value.to_le_bytes());
            count += 1;
            if count % CHUNK == 0 {
                self.archive.write_all(&buffer)?;
                buffer.clear();
            }
        }
        self.archive.write_all(&buffer)?;
        Ok(count)
    }

    /// Writes the archive's directory and hands the writer back.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.archive.finish()?)
    }
}

/// The numbers of a matrix row by row, as [`NpzWriter::array`] takes them.
pub fn row_major(matrix: &DMatrix<f64>) -> impl Iterator<Item = f64> {
    (0..matrix.nrows()).flat_map(move |row| (0..matrix.ncols()).map(move |col| matrix[(row, col)]))
}

/// The header of a version 1.0 `.npy` of little-endian f64 in C order.
fn header(shape: &[usize]) -> io::Result<Vec<u8>> {
    let dims: String = shape.iter().map(|dim| format!("{dim}, ")).collect();
    // Python writes `(3,)` and `(3, 4)`: the trailing comma only where it makes the tuple.
    let dims = if shape.len() == 1 { dims.trim_end() } else { dims.trim_end_matches(", ") };
    let mut text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({dims}), }}");
    let before = b"\x93NUMPY\x01\x00".len() + size_of::<u16>();
    let used = before + text.len() + "\n".len();
    text.push_str(&" ".repeat(used.next_multiple_of(ALIGNMENT) - used));
    text.push('\n');
    let length = u16::try_from(text.len()).map_err(io::Error::other)?;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    Ok(bytes)
}
