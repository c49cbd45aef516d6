//! Comma-separated numbers, a row per line.
//!
//! Lines are split here and not by the `csv` crate because every error names its line: that
//! crate skips blank lines but counts them to the record before, so its positions are off after
//! them. A quoted line break, which it would understand, has no place among numbers.

use super::error::FileError;
use super::source::Source;
use super::table::Table;
use crate::text::visible;
use std::borrow::Cow;

/// A longer line is no row of numbers that a network could take as its input.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// Bytes that a number may take on average, generously: 17 digits need 25. Together with the
/// slack it bounds what is unpacked from a small gzipped file that goes on for ever.
const BYTES_PER_NUMBER: u64 = 64;
const SLACK: u64 = 1024 * 1024;

/// Reads a table. A first line in which no field is a number is a header.
pub(super) fn read(source: &mut Source, max_values: usize) -> Result<Table, FileError> {
    let mut left = (max_values as u64).saturating_mul(BYTES_PER_NUMBER).saturating_add(SLACK);
    let mut rows = Rows { max_values, cols: None, rows: 0, values: Vec::new() };
    let mut bytes = Vec::new();
    for number in 1.. {
        let read = source.read_line(&mut bytes, LINE_MAX)? as u64;
        if read == 0 {
            break;
        }
        let mut text = String::from_utf8_lossy(&bytes);
        if number == 1 && text.starts_with('\u{feff}') {
            // A byte order mark, which spreadsheets write and editors don't show.
            text = Cow::Owned(text.trim_start_matches('\u{feff}').to_owned());
        }
        let line = Line { number, text: text.trim_end(), source };
        if read == LINE_MAX {
            return Err(line.fail(0, format!("a line of more than {LINE_MAX} bytes")));
        }
        if read > left {
            return Err(line.fail(0, format!("too long for the {max_values} numbers that fit here")));
        }
        left -= read;
        if !line.text.trim_start().is_empty() {
            rows.take(&line)?;
        }
    }
    rows.finish(source)
}

struct Line<'a> {
    number: usize,
    text: &'a str,
    source: &'a Source,
}

impl Line<'_> {
    fn fail(&self, offset: usize, message: impl Into<String>) -> FileError {
        FileError::at(self.source.path(), self.number, self.text, offset, message)
    }

    /// The fields, without surrounding spaces and quotes, each with the byte at which it begins.
    fn fields(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut quoted = false;
        let is_separator = move |c: char| {
            quoted ^= c == '"';
            c == ',' && !quoted
        };
        let mut next = 0;
        self.text.split(is_separator).map(move |piece| {
            let start = next + piece.len() - piece.trim_start().len();
            next += piece.len() + 1;
            let field = piece.trim();
            let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
            (start, inner.unwrap_or(field).trim())
        })
    }
}

/// The rows so far.
struct Rows {
    max_values: usize,
    /// Number of columns, and the line that set it: the header or the first row.
    cols: Option<(usize, usize)>,
    rows: usize,
    values: Vec<f64>,
}

impl Rows {
    fn take(&mut self, line: &Line<'_>) -> Result<(), FileError> {
        if line.text.contains('\0') {
            return Err(line.fail(0, "not a text file: there are zero bytes in it"));
        }
        if self.cols.is_none() && is_header(line) {
            self.cols = Some((line.fields().count(), line.number));
            return Ok(());
        }
        let mut count = 0;
        for (start, field) in line.fields() {
            let value = number(field).map_err(|message| line.fail(start, message))?;
            count += 1;
            if let Some((cols, model)) = self.cols.filter(|&(cols, _)| count > cols) {
                let found = line.fields().count();
                return Err(line.fail(start, ragged(found, cols, model)));
            }
            if self.values.len() == self.max_values {
                let message = format!("holds more than the {} numbers that fit here", self.max_values);
                return Err(line.fail(start, message));
            }
            self.values.push(value);
        }
        let (cols, model) = *self.cols.get_or_insert((count, line.number));
        if count < cols {
            return Err(line.fail(line.text.len(), ragged(count, cols, model)));
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self, source: &Source) -> Result<Table, FileError> {
        match self.cols {
            Some((cols, _)) if self.rows > 0 => Ok(Table { rows: self.rows, cols, values: self.values }),
            Some(_) => Err(source.fail("there are no numbers below the header")),
            None => Err(source.fail("there are no numbers in this file")),
        }
    }
}

/// Whether a first line names columns. A line in which some fields are numbers does not: it is
/// far more likely a row with a slip in it, and would be lost silently.
fn is_header(line: &Line<'_>) -> bool {
    let mut named = false;
    for (_, field) in line.fields() {
        if field.parse::<f64>().is_ok() {
            return false;
        }
        named |= !field.is_empty();
    }
    named
}

fn number(field: &str) -> Result<f64, String> {
    match field.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("`{}` is not finite", shown(field))),
        Err(_) if field.is_empty() => Err("a number is missing here".into()),
        Err(_) if field.contains([';', '\t', ' ']) => {
            Err(format!("`{}` is not a number: columns are separated by commas", shown(field)))
        }
        Err(_) => Err(format!("`{}` is not a number", shown(field))),
    }
}

fn ragged(found: usize, expected: usize, model: usize) -> String {
    let columns = if found == 1 { "column" } else { "columns" };
    format!("{found} {columns} here, but {expected} in line {model}")
}

/// A field short enough for a message.
fn shown(field: &str) -> String {
    let mut rest = field.chars().map(visible);
    let mut text: String = rest.by_ref().take(40).collect();
    if rest.next().is_some() {
        text.push('…');
    }
    text
}
