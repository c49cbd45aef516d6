//! Numbers in binary, as `.npy` and IDX files hold them.

use super::error::FileError;
use super::source::Source;

/// How one number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

/// The order of a number's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endian {
    Little,
    Big,
}

/// Bytes decoded at a time: a multiple of every element's size.
const CHUNK: usize = 64 * 1024;

impl Element {
    /// Bytes per number.
    pub(super) fn size(self) -> usize {
        match self {
            Element::Bool | Element::U8 | Element::I8 => 1,
            Element::U16 | Element::I16 => 2,
            Element::U32 | Element::I32 | Element::F32 => 4,
            Element::U64 | Element::I64 | Element::F64 => 8,
        }
    }

    /// Appends the numbers in `bytes` to `values`. Integers beyond 2⁵³ are rounded.
    fn decode(self, endian: Endian, bytes: &[u8], values: &mut Vec<f64>) {
        macro_rules! numbers {
            ($type:ty) => {{
                let (chunks, _) = bytes.as_chunks::<{ size_of::<$type>() }>();
                match endian {
                    Endian::Little => values.extend(chunks.iter().map(|&b| <$type>::from_le_bytes(b) as f64)),
                    Endian::Big => values.extend(chunks.iter().map(|&b| <$type>::from_be_bytes(b) as f64)),
                }
            }};
        }
        match self {
            Element::Bool => values.extend(bytes.iter().map(|&b| f64::from(u8::from(b != 0)))),
            Element::U8 => numbers!(u8),
            Element::U16 => numbers!(u16),
            Element::U32 => numbers!(u32),
            Element::U64 => numbers!(u64),
            Element::I8 => numbers!(i8),
            Element::I16 => numbers!(i16),
            Element::I32 => numbers!(i32),
            Element::I64 => numbers!(i64),
            Element::F32 => numbers!(f32),
            Element::F64 => numbers!(f64),
        }
    }
}

/// The rows and columns of an array of the given dimensions: the first is the rows, all others are
/// flattened. Refuses what has no numbers and what has more than `max_values`; nothing has been
/// allocated for the data by then.
pub(super) fn flattened(source: &Source, dims: &[u64], max_values: usize) -> Result<(usize, usize), FileError> {
    let product = |dims: &[u64]| dims.iter().try_fold(1u64, |n, &d| n.checked_mul(d));
    if dims.contains(&0) {
        return Err(source.fail(format!("an array of {} holds no numbers", shown(dims))));
    }
    let (rows, others) = dims.split_first().map_or((1, dims), |(&rows, others)| (rows, others));
    let small = |n: u64| usize::try_from(n).ok().filter(|&n| n <= max_values);
    match (product(dims).and_then(small), small(rows), product(others).and_then(small)) {
        (Some(_), Some(rows), Some(cols)) => Ok((rows, cols)),
        _ => {
            let dims = shown(dims);
            Err(source.fail(format!("holds {dims} numbers, but at most {max_values} fit here")))
        }
    }
}

/// Reads `count` numbers that end the file.
pub(super) fn read(source: &mut Source, element: Element, endian: Endian, count: usize) -> Result<Vec<f64>, FileError> {
    let mut values = Vec::new();
    if values.try_reserve_exact(count).is_err() {
        return Err(source.fail(format!("there is no memory for its {count} numbers")));
    }
    let mut buffer = [0; CHUNK];
    while values.len() < count {
        let wanted = (count - values.len()).saturating_mul(element.size()).min(CHUNK);
        let (chunk, _) = buffer.split_at_mut(wanted);
        if source.fill(chunk)? < wanted {
            return Err(source.fail(format!("the file ends before the {count} numbers that its header announces")));
        }
        element.decode(endian, chunk, &mut values);
    }
    source.expect_end()?;
    Ok(values)
}

/// Refuses numbers that are not finite, naming the first by row and column.
pub(super) fn require_finite(source: &Source, values: &[f64], cols: usize) -> Result<(), FileError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((index, value)) => {
            let (row, column) = (index / cols.max(1) + 1, index % cols.max(1) + 1);
            Err(source
                .fail(format!("the number in row {row}, column {column} (counted from 1) is {value}, not finite")))
        }
    }
}

/// `28 × 28`, for messages.
fn shown(dims: &[u64]) -> String {
    // A hostile header may list thousands.
    let mut text: Vec<String> = dims.iter().take(8).map(u64::to_string).collect();
    if dims.len() > 8 {
        text.push("…".into());
    }
    text.join(" × ")
}
