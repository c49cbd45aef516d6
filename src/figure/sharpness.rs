//! The panel of the sharpness.

use super::Overlay;
use super::plan::{Key, Mark, Plan, Swatch, band, curve};
use super::range::{linear_axis, readable};
use super::style::{ALARM, NEUTRAL, Pen};

/// The limit of descent.
const LIMIT: Pen = Pen { dash: Some((6.0, 4.0)), ..Pen::solid(ALARM, 1.2, 5) };

/// The largest eigenvalue of the Hessian of each arm that has weights, in its style, and 2/η.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let runs = overlay.trajectories;
    let known = runs.iter().flat_map(|t| &t.samples).any(|s| s.mean.sharpness.is_some());
    let limit: Vec<f64> = overlay.stable_sharpness.into_iter().filter(|_| known).collect();
    let values = readable(runs, &limit, |s| s.mean.sharpness.into_iter().collect());
    let mut marks: Vec<Mark> = Vec::new();
    for run in runs {
        marks.extend(band(run, NEUTRAL, |s| Some((s.mean.sharpness?, s.spread.as_ref()?.sharpness?))));
        marks.push(curve(run, NEUTRAL, |s| s.mean.sharpness));
    }
    marks.extend(limit.iter().map(|&value| Mark::Limit { value, pen: LIMIT }));
    let key = |_: &f64| {
        let swatch = Swatch::Line { pen: LIMIT, band: None, cut: false };
        Key { swatch, label: "2/η: descent is unstable above".to_string() }
    };
    Plan {
        title: "sharpness".to_string(),
        keys: limit.iter().map(key).collect(),
        y: if known { linear_axis(&values).ok_or("no samples") } else { Err("no arm with weights was looked at") },
        marks,
        height: 130.0,
    }
}
