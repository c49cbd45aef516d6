//! The text of a scenario with its overrides, and messages that point at the line.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// What is wrong with a scenario, where, and what is allowed.
///
/// Displays as `FILE:LINE:COLUMN: what is wrong`, then the line itself, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, or `--set`; empty if the message names a data file itself.
    pub file: String,
    /// Line and column, from 1, and the line's text with the length of what to underline.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What is allowed.
    pub allowed: Option<String>,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The line.
    pub text: String,
    /// Characters to underline.
    pub length: usize,
}

impl std::error::Error for Diagnostic {}

/// Lines longer than this are shown around the column only.
const SHOWN: usize = 100;

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        let separator = if self.file.is_empty() { "" } else { ": " };
        write!(f, "{separator}{}", self.message)?;
        if let Some(place) = &self.place {
            let number = place.line.to_string();
            let skip = if place.text.chars().count() > SHOWN { place.column.saturating_sub(SHOWN / 2) } else { 0 };
            let shown: String = place.text.chars().map(crate::text::visible).skip(skip).take(SHOWN).collect();
            let before: String = (place.text.chars().skip(skip).take((place.column - 1).saturating_sub(skip)))
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            let room = shown.chars().count().saturating_sub(before.chars().count()).max(1);
            let marks = "^".repeat(place.length.clamp(1, room));
            write!(f, "\n  {number} | {shown}\n  {} | {before}{marks}", " ".repeat(number.len()))?;
        }
        match &self.allowed {
            Some(allowed) => write!(f, "\n  allowed: {allowed}"),
            None => Ok(()),
        }
    }
}

/// A step from a table or array to what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An element of an array.
    Index(usize),
}

/// Where in a scenario: `network.hidden[1]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPath(pub Vec<Step>);

impl KeyPath {
    /// The path of dotted keys, in which `[i]` steps into an array.
    pub fn new(dotted: &str) -> KeyPath {
        let steps = dotted.split(['.', '[']).filter(|part| !part.is_empty());
        KeyPath(
            steps
                .map(|part| match part.strip_suffix(']').and_then(|i| i.parse().ok()) {
                    Some(index) => Step::Index(index),
                    None => Step::Key(part.to_owned()),
                })
                .collect(),
        )
    }
}

/// One text in which spans are offsets from `start`.
#[derive(Debug, Clone)]
struct Text {
    name: String,
    start: usize,
    /// Spaces up to `start`, then the text: what the parser sees, so that its spans are unique.
    padded: String,
}

/// The text of a scenario file and of the `--set` options that override it.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    texts: Vec<Text>,
}

impl Source {
    /// Reads a scenario file and takes the overrides `KEY=VALUE`.
    ///
    /// # Errors
    /// If the file cannot be read as text.
    pub fn read(path: &Path, overrides: &[String]) -> Result<Source, Diagnostic> {
        let name = path.display().to_string();
        let fail = |message: String| Diagnostic { file: name.clone(), place: None, message, allowed: None };
        let bytes = std::fs::read(path).map_err(|error| fail(crate::files::describe_io(&error)))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let place = place_in(&String::from_utf8_lossy(error.as_bytes()), valid..valid);
            Diagnostic { place: Some(place), ..fail("not UTF-8 text".into()) }
        })?;
        Ok(Source::new(path, text, overrides))
    }

    /// A scenario from its text; `path` names it in messages and anchors relative paths.
    pub fn new(path: &Path, text: String, overrides: &[String]) -> Source {
        let mut start = text.len() + 1;
        let mut texts = vec![Text { name: path.display().to_string(), start: 0, padded: text }];
        for given in overrides {
            let padded = " ".repeat(start) + given;
            texts.push(Text { name: "--set".to_owned(), start, padded });
            start += given.len() + 1;
        }
        Source { path: path.to_owned(), texts }
    }

    /// The scenario file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The document with all overrides in place.
    ///
    /// # Errors
    /// For syntax errors and numbers that are not finite.
    pub fn document(&self) -> Result<Spanned<DeTable<'_>>, Diagnostic> {
        let mut texts = self.texts.iter();
        let mut document = match texts.next() {
            Some(text) => self.parse(text)?,
            None => Spanned::new(0..0, DeTable::new()),
        };
        for text in texts {
            let no_override = || {
                let message = "an override takes the form KEY=VALUE".to_owned();
                self.at(text.start..text.padded.len(), message, Some("such as flow.rtol=1e-6".into()))
            };
            let equals = text.padded.find('=').filter(|equals| !text.padded[..*equals].trim().is_empty());
            let equals = equals.ok_or_else(no_override)?;
            let table = self.parse(text)?;
            if table.get_ref().is_empty() {
                return Err(no_override());
            }
            merge(document.get_mut(), table.into_inner(), equals, "");
        }
        self.refuse_non_finite(document.get_ref())?;
        Ok(document)
    }

    fn parse<'a>(&self, text: &'a Text) -> Result<Spanned<DeTable<'a>>, Diagnostic> {
        DeTable::parse(&text.padded).map_err(|error| {
            let span = error.span().unwrap_or(text.start..text.start);
            let (message, allowed) = super::parse::explain_syntax(error.message());
            self.at(span.start.max(text.start)..span.end.max(text.start), message, allowed)
        })
    }

    fn refuse_non_finite(&self, table: &DeTable<'_>) -> Result<(), Diagnostic> {
        let mut values: Vec<&Spanned<DeValue<'_>>> = table.values().collect();
        while let Some(value) = values.pop() {
            match value.get_ref() {
                DeValue::Table(table) => values.extend(table.values()),
                DeValue::Array(array) => values.extend(array.iter()),
                DeValue::Float(number) => {
                    let finite = number.as_str().parse().is_ok_and(f64::is_finite);
                    if !finite {
                        let message = format!("{} is not a finite number", number.as_str());
                        return Err(self.at(value.span(), message, None));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A message about a span.
    pub fn at(&self, span: Range<usize>, message: String, allowed: Option<String>) -> Diagnostic {
        let text = self.texts.iter().rev().find(|t| t.start <= span.start).or(self.texts.first());
        let (file, place) = match text {
            Some(text) => {
                let local = span.start - text.start..span.end.max(span.start) - text.start;
                (text.name.clone(), Some(place_in(&text.padded[text.start..], local)))
            }
            None => (self.path.display().to_string(), None),
        };
        Diagnostic { file, place, message, allowed }
    }

    /// A message about what stands at a path, or at the nearest thing around it.
    pub fn at_path(
        &self,
        document: &Spanned<DeTable<'_>>,
        path: &KeyPath,
        message: String,
        allowed: Option<String>,
    ) -> Diagnostic {
        self.at(find(document, path), message, allowed)
    }
}

/// Line, column and text of a span.
fn place_in(text: &str, span: Range<usize>) -> Place {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let end = text.get(start..span.end.min(line_start + line.len()));
    Place {
        line: before.matches('\n').count() + 1,
        // A byte order mark is no column.
        column: text[line_start..start].chars().filter(|c| *c != '\u{feff}').count() + 1,
        text: line.trim_start_matches('\u{feff}').to_owned(),
        length: end.map_or(1, |s| s.chars().count()),
    }
}

/// Sets in `base`, the table at `path`, what `table` has; keys before `equals` are the override's path,
/// which is walked, what is behind it is its value, which replaces, and its rivals with it.
fn merge<'a>(base: &mut DeTable<'a>, table: DeTable<'a>, equals: usize, path: &str) {
    for (key, value) in table {
        let (span, value) = (value.span(), value.into_inner());
        let name = key.get_ref().to_string();
        let replaced: Vec<String> =
            base.keys().map(|other| other.get_ref().to_string()).filter(|other| rivals(path, &name, other)).collect();
        for other in replaced {
            base.remove(other.as_str());
        }
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match (base.get_mut(name.as_str()).map(Spanned::get_mut), value) {
            (Some(DeValue::Table(table)), DeValue::Table(inner)) if begins_before(&inner, equals) => {
                merge(table, inner, equals, &below);
            }
            (_, value) => {
                // The old key first: it would keep its place in the file.
                base.remove(name.as_str());
                base.insert(key, Spanned::new(span, value));
            }
        }
    }
}

/// Whether an override of `key` in the table at `path` takes the place of `other`: the two are
/// alternatives, and the override says which one is meant.
fn rivals(path: &str, key: &str, other: &str) -> bool {
    match path {
        "task" => key != other,
        start if is_start(start) => key != other,
        aligned if aligned.strip_suffix(".aligned").is_some_and(is_start) => key != other,
        learned if learned.starts_with("study.") && learned.ends_with(".learned") => {
            let of_mode = |key: &str| matches!(key, "mode" | "share");
            key != other && !(of_mode(key) && of_mode(other))
        }
        "time" => matches!((key, other), ("times", "end" | "samples") | ("end" | "samples", "times")),
        _ => false,
    }
}

/// Whether a path is that of a table that names the start.
fn is_start(path: &str) -> bool {
    let of_series = ["study.", "delays."].into_iter().any(|kind| path.starts_with(kind)) && path.ends_with(".init");
    path == "network.init" || of_series
}

fn begins_before(table: &DeTable<'_>, offset: usize) -> bool {
    table.keys().next().is_some_and(|key| key.span().start < offset)
}

/// The span of the value at a path, or of the key that leads furthest along it.
fn find(document: &Spanned<DeTable<'_>>, path: &KeyPath) -> Range<usize> {
    let mut span = 0..0;
    let mut table = Some(document.get_ref());
    let mut array: Option<&DeArray<'_>> = None;
    for (depth, step) in path.0.iter().enumerate() {
        let next = match step {
            Step::Key(key) => table.and_then(|t| t.get_key_value(key.as_str())).map(|(k, v)| (k.span(), v)),
            Step::Index(index) => array.and_then(|a| a.get(*index)).map(|v| (v.span(), v)),
        };
        let Some((key_span, value)) = next else { break };
        let last = depth + 1 == path.0.len();
        // A table's own span is that of its header only for [header] tables: its key says it best.
        span = match value.get_ref() {
            DeValue::Table(_) => key_span,
            _ if last => value.span(),
            _ => key_span,
        };
        table = value.get_ref().as_table();
        array = value.get_ref().as_array();
    }
    span
}
