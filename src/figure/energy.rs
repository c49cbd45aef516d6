//! The panel of the energy's two terms.

use super::Overlay;
use super::plan::{Key, Mark, Plan, Swatch, curve};
use super::range::{log_axis, readable};
use super::scene::Ink;
use super::style::OKABE_ITO;
use crate::trajectory::{Energy, Trajectory};

/// The terms are followed this far down from the larger.
const DECADES: i32 = 16;

/// Each term in its colour, of each arm that has them in its style.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let runs = overlay.trajectories;
    let known = runs.iter().flat_map(|t| &t.samples).any(|s| s.mean.energy.is_some());
    let values = readable(runs, &[], |s| {
        let terms = s.mean.energy.map(|e| vec![e.modes, e.coupling]);
        terms.unwrap_or_default()
    });
    let y = if known {
        log_axis(&values, DECADES).ok_or("zero at all times")
    } else {
        Err("only defined for white inputs")
    };
    let [modes, coupling, ..] = OKABE_ITO;
    let mut marks = term(runs, modes, |e| e.modes);
    marks.extend(term(runs, coupling, |e| e.coupling));
    let keys = [(modes, "modes"), (coupling, "coupling")]
        .map(|(ink, label)| Key { swatch: Swatch::Patch(ink), label: label.to_string() });
    Plan { title: "energy E, its two terms".to_string(), keys: keys.to_vec(), y, marks, height: 130.0 }
}

fn term(runs: &[Trajectory], ink: Ink, value: impl Fn(Energy) -> f64) -> Vec<Mark> {
    let one = |run| curve(run, ink, |s| s.mean.energy.map(&value));
    runs.iter().map(one).collect()
}
