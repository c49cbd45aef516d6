//! The scenario: its file format, its validation, and messages that point at the line.

mod auto_end;
mod budget;
mod build;
mod checks;
mod format;
mod parse;
mod source;
mod tasks;
mod values;

pub use budget::Budget;
pub use build::{Built, build};
pub use format::*;
pub use parse::parse;
pub use source::{Diagnostic, KeyPath, Source};
pub use values::*;

/// What the operating system says of a file, in lower case and without its error number.
pub fn describe_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory, not a file".to_owned(),
        _ => error.to_string(),
    }
}
