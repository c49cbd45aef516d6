//! The panel of differences between arms.

use super::Overlay;
use super::axis::Axis;
use super::plan::{Key, Mark, Plan, SPARSE_RINGS, Swatch};
use super::range::log_axis;
use super::style::{PAIRS, Pen};
use crate::comparison::Difference;

/// Relative differences beyond this say no more than "different".
const LARGEST: f64 = 100.0;
/// Smaller relative differences are below the rounding of a single operation.
const SMALLEST: f64 = 1e-17;
/// Dash and gap of each pair's line, beside its colour; `None` is solid.
const DASHES: [Option<(f64, f64)>; 3] = [None, Some((8.0, 4.0)), Some((3.0, 3.0))];

/// The differences of mode strengths, one line for each pair of arms.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let pairs = || overlay.differences.iter().enumerate();
    Plan {
        title: "max |Δu|, relative to the largest |u|".to_string(),
        keys: pairs().map(|(rank, pair)| key(rank, pair)).collect(),
        y: axis(overlay.differences),
        marks: pairs().map(|(rank, pair)| line(rank, pair)).collect(),
        height: 130.0,
    }
}

fn pen(rank: usize) -> Pen {
    let pick = rank % PAIRS.len();
    Pen {
        dash: DASHES.get(rank % DASHES.len()).copied().flatten(),
        ..Pen::solid(PAIRS.get(pick).copied().unwrap_or(PAIRS[0]), 1.6, 4)
    }
}

fn key(rank: usize, pair: &Difference) -> Key {
    let same = !pair.modes.is_empty() && pair.modes.iter().all(|d| *d == 0.0);
    let suffix = if same { " (identical)" } else { "" };
    Key {
        swatch: Swatch::Line { pen: pen(rank), band: None, cut: false },
        label: format!("{} − {}{suffix}", pair.first, pair.second),
    }
}

fn line(rank: usize, pair: &Difference) -> Mark {
    // Magnitudes: a difference may come with a sign.
    let sizes = pair.modes.iter().map(|d| d.abs());
    Mark::Curve {
        points: pair.times.iter().copied().zip(sizes).collect(),
        pen: pen(rank),
        rings: SPARSE_RINGS,
        cut: false,
    }
}

/// Whole decades around the differences that are not zero.
fn axis(differences: &[Difference]) -> Result<Axis, &'static str> {
    let sizes = || differences.iter().flat_map(|d| d.modes.iter().map(|v| v.abs()));
    if sizes().next().is_none() {
        return Err("nothing to compare");
    }
    let seen: Vec<f64> = sizes().filter(|v| *v >= SMALLEST).collect();
    let near: Vec<f64> = seen.iter().copied().filter(|v| *v <= LARGEST).collect();
    let held = if near.is_empty() { seen } else { near };
    log_axis(&held, 20).ok_or("no difference at any time")
}
