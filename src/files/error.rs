//! What is wrong with a data file, and where.

use crate::text::visible;
use std::fmt;
use std::path::{Path, PathBuf};

/// A data file that cannot be used: which one, where in it, and why.
///
/// Displays as `FILE:LINE:COLUMN: what is wrong`, or `FILE: what is wrong` for files without lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    path: PathBuf,
    place: Option<Place>,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    excerpt: Excerpt,
}

/// The part of a line that surrounds an error: the whole line unless it is very long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text, with `…` where it was cut.
    pub text: String,
    /// The 1-based character column within `text` that the error points at.
    pub column: usize,
}

/// Longer lines are cut to this many characters on either side of the error: a row of 784 pixels
/// would fill the terminal and hide the one field that matters.
const EXCERPT_RADIUS: usize = 60;

impl FileError {
    /// An error about the file as a whole.
    pub(super) fn new(path: &Path, message: impl Into<String>) -> Self {
        FileError { path: path.to_owned(), place: None, message: message.into() }
    }

    /// An error at the byte `offset` of the text of line number `line` (counted from 1).
    pub(super) fn at(path: &Path, line: usize, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text).chars().count();
        let place = Place { line, column: before + 1, excerpt: Excerpt::around(text, before) };
        FileError { path: path.to_owned(), place: Some(place), message: message.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line, counted from 1, where the file has lines and the error is in one of them.
    pub fn line(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.line)
    }

    /// The character within the line, counted from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.column)
    }

    /// The text of the line around the error.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        self.place.as_ref().map(|place| &place.excerpt)
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(Place { line, column, .. }) = &self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for FileError {}

impl Excerpt {
    /// The surroundings of the character number `at` (counted from 0) of `line`.
    fn around(line: &str, at: usize) -> Self {
        let first = at.saturating_sub(EXCERPT_RADIUS);
        // One more than is shown tells whether anything is left off, without walking a long line.
        let mut rest = line.chars().map(visible).skip(first);
        let mut text: String = rest.by_ref().take(at - first + EXCERPT_RADIUS).collect();
        if rest.next().is_some() {
            text.push('…');
        }
        if first == 0 {
            return Excerpt { text, column: at + 1 };
        }
        Excerpt { text: format!("…{text}"), column: at - first + 2 }
    }
}
