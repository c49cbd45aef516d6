//! The panel of the coupling between modes.

use super::Overlay;
use super::plan::{Mark, Plan, band, curve};
use super::range::{log_axis, readable};
use super::style::NEUTRAL;

/// The coupling is followed this far down from its largest value.
const DECADES: i32 = 16;

/// The coupling of each arm that has one, in its style.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let runs = overlay.trajectories;
    let known = runs.iter().flat_map(|t| &t.samples).any(|s| s.mean.coupling.is_some());
    let values = readable(runs, &[], |s| s.mean.coupling.into_iter().collect());
    let mut marks: Vec<Mark> = Vec::new();
    for run in runs {
        marks.extend(band(run, NEUTRAL, |s| Some((s.mean.coupling?, s.spread.as_ref()?.coupling?))));
        marks.push(curve(run, NEUTRAL, |s| s.mean.coupling));
    }
    Plan {
        title: "coupling, ‖off-diagonal UᵀWV‖".to_string(),
        keys: Vec::new(),
        y: if known {
            log_axis(&values, DECADES).ok_or("zero at all times")
        } else {
            Err("no arm has a coupling between modes")
        },
        marks,
        height: 130.0,
    }
}
