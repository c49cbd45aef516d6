//! A scenario from its text, built and run.

pub mod text;

use gradflow::experiment::Experiment;
use gradflow::report::{Report, execute};
use gradflow::scenario::Built;
use gradflow::trajectory::{Arm, Trajectory};

/// A scenario, which must be right.
pub fn built(text: &str) -> Built {
    text::try_build(text).unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{text}"))
}

/// A scenario run by every arm that it asks for.
pub fn run(text: &str) -> (Experiment, Report) {
    let built = built(text);
    let report = execute(&built, &|_| ());
    (built.experiment, report)
}

/// One arm of a report, which must have it.
pub fn arm(report: &Report, arm: Arm) -> &Trajectory {
    report.trajectories.iter().find(|t| t.arm == arm).expect("the scenario runs the arm")
}
