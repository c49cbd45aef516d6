//! NumPy's `.npy`: magic bytes, version, length of the header, the header (a Python dict with the
//! element type, the order and the shape), and the numbers.
//!
//! Specification: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays", and the
//! documentation of `numpy.lib.format` for versions 2 and 3.

use super::elements;
use super::error::FileError;
use super::npy_header::{self, Header};
use super::source::Source;
use super::table::Table;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longer headers belong to structured arrays, or to nobody: versions 2 and 3 can announce 4 GiB.
const HEADER_MAX: usize = 64 * 1024;

/// Reads an array whose first axis is the rows; a vector becomes a column, axes after the second
/// are flattened. At most `max_rank` axes are allowed.
pub(super) fn read(source: &mut Source, max_values: usize, max_rank: usize) -> Result<Table, FileError> {
    let Header { element, endian, fortran_order, dims } = read_header(source)?;
    if dims.len() > max_rank {
        let rank = dims.len();
        return Err(source.fail(format!("an array of {rank} axes, where a matrix is needed")));
    }
    let (rows, cols) = elements::flattened(source, &dims, max_values)?;
    let mut values = elements::read(source, element, endian, rows * cols)?;
    if fortran_order && cols > 1 {
        values = from_fortran_order(&values, rows, cols, &dims);
    }
    elements::require_finite(source, &values, cols)?;
    Ok(Table { rows, cols, values })
}

fn read_header(source: &mut Source) -> Result<Header, FileError> {
    let mut start = [0; 8];
    let read = source.fill(&mut start)?;
    let ([magic @ .., major, _minor], true) = (&start, read == start.len()) else {
        return Err(source.fail("not a .npy file: it is too short"));
    };
    if magic != MAGIC {
        return Err(source.fail("not a .npy file: it does not begin with \\x93NUMPY"));
    }
    let mut length = [0; 4];
    match major {
        1 => source.fill_all(&mut length[..2], "its .npy header")?,
        2 | 3 => source.fill_all(&mut length, "its .npy header")?,
        _ => return Err(source.fail(format!("version {major} of .npy is not known (1, 2, 3)"))),
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > HEADER_MAX {
        return Err(source.fail(format!("announces a .npy header of {length} bytes")));
    }
    let mut text = vec![0; length];
    source.fill_all(&mut text, "its .npy header")?;
    npy_header::parse(&String::from_utf8_lossy(&text)).map_err(|message| source.fail(message))
}

/// Rows one after the other, from values stored first axis fastest. Where there are more than two
/// axes, the columns count the last axis fastest, as in a file in C order.
fn from_fortran_order(values: &[f64], rows: usize, cols: usize, dims: &[u64]) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    for (stored, column) in values.chunks_exact(rows).enumerate() {
        let mut rest = stored as u64;
        let position = dims.iter().skip(1).fold(0, |position, &dim| {
            let index = rest % dim;
            rest /= dim;
            position * dim + index
        });
        let entries = out.iter_mut().skip(position as usize).step_by(cols);
        for (entry, &value) in entries.zip(column) {
            *entry = value;
        }
    }
    out
}
