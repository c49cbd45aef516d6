//! A scenario from its text.

use gradflow::scenario::{Budget, Built, Diagnostic, Source, build, parse};
use std::path::Path;

/// The scenario, or what is wrong with it.
pub fn try_build(text: &str) -> Result<Built, Diagnostic> {
    let source = Source::new(Path::new("test.toml"), text.to_owned(), &[]);
    let (scenario, document) = parse(&source)?;
    build(&source, &document, scenario, Budget::default())
}
