//! IDX, the format of MNIST: two zero bytes, the element type, the number of dimensions, the
//! dimensions as big-endian 32-bit integers, and the numbers, big-endian, last dimension fastest.
//!
//! Specification: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits",
//! section "The IDX file format".

use super::elements::{self, Element, Endian};
use super::error::FileError;
use super::source::Source;
use super::table::Table;

/// Reads an array whose first dimension is the samples; the others are flattened.
pub(super) fn read(source: &mut Source, max_values: usize) -> Result<Table, FileError> {
    let mut magic = [0; 4];
    let read = source.fill(&mut magic)?;
    let [0, 0, code, rank] = magic else {
        return Err(source.fail("not an IDX file: it does not begin with two zero bytes"));
    };
    if read < magic.len() {
        return Err(source.fail("the file ends within its IDX header"));
    }
    let element = element(code).ok_or_else(|| {
        source.fail(format!(
            "not an IDX file: 0x{code:02X} is none of its element types \
             (0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E)"
        ))
    })?;
    if rank == 0 {
        return Err(source.fail("an IDX file without dimensions holds no samples"));
    }
    let mut dims = Vec::with_capacity(usize::from(rank));
    for _ in 0..rank {
        let mut dim = [0; 4];
        source.fill_all(&mut dim, "its IDX header")?;
        dims.push(u64::from(u32::from_be_bytes(dim)));
    }
    let (rows, cols) = elements::flattened(source, &dims, max_values)?;
    let values = elements::read(source, element, Endian::Big, rows * cols)?;
    elements::require_finite(source, &values, cols)?;
    Ok(Table { rows, cols, values })
}

fn element(code: u8) -> Option<Element> {
    match code {
        0x08 => Some(Element::U8),
        0x09 => Some(Element::I8),
        0x0B => Some(Element::I16),
        0x0C => Some(Element::I32),
        0x0D => Some(Element::F32),
        0x0E => Some(Element::F64),
        _ => None,
    }
}
