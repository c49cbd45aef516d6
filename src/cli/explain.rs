//! `gradflow explain`.

use super::{ExplainArgs, Status, complain, run, say};

/// Says what will be solved; integrates nothing.
pub(super) fn explain(args: &ExplainArgs) -> Status {
    let built = match run::load(&args.scenario, &[], None) {
        Ok(built) => built,
        Err(error) => return complain(&error),
    };
    let _ = built;
    say("");
    Status::Good
}
