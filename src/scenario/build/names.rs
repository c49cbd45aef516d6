//! Names of the user's own: of studies, delays, spectra, and of their series.

use super::Fault;
use std::collections::HashSet;

/// The names that tables of one kind have so far, without the case of letters.
pub(super) struct Names {
    kind: &'static str,
    another: &'static str,
    taken: HashSet<String>,
}

impl Names {
    /// Of the tables [kind.NAME]; `another` says what the first of two alike is: "another study has".
    pub(super) fn of(kind: &'static str, another: &'static str) -> Names {
        Names { kind, another, taken: HashSet::new() }
    }

    /// Takes a name that can stand in a file's, and that no other table has: where the case of names does not count, their
    /// files would be one. Returns the path of the table.
    pub(super) fn take(&mut self, name: &str) -> Result<String, Fault> {
        check_name(self.kind, name)?;
        let here = format!("{}.{name}", self.kind);
        if self.taken.insert(name.to_lowercase()) {
            return Ok(here);
        }
        let message = format!("{} the name {name:?} but for the case of letters", self.another);
        Err(Fault::new(here, message, "names that differ in more"))
    }
}

/// Names stand in file names and paths of keys.
pub(super) fn check_name(path: &str, name: &str) -> Result<(), Fault> {
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Ok(());
    }
    let shown: String = name.chars().map(crate::text::visible).collect();
    let what = match path {
        "study" => "a study",
        "delays" => "delays",
        "spectra" => "spectra",
        _ => "a series",
    };
    let message = format!("\"{shown}\" cannot name {what}");
    Err(Fault::new(path, message, "letters a to z, digits, - and _; `label` and `title` take any text"))
}
