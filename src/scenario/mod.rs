//! The scenario: its file format, its validation, and messages that point at the line.

mod auto_end;
mod budget;
mod build;
mod checks;
mod dataset;
mod format;
mod parse;
mod source;
mod spectra_checks;
mod tasks;
mod values;

pub use budget::{Budget, in_gib};
pub use build::{Built, build};
pub use format::*;
pub use parse::parse;
pub use source::{Diagnostic, KeyPath, Source};
pub use values::*;
