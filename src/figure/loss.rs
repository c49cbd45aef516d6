//! The panel of the loss.

use super::Overlay;
use super::axis::Axis;
use super::plan::{Mark, Plan, band, curve};
use super::range::{extent, linear_axis, log_axis, readable};
use super::style::NEUTRAL;
use crate::trajectory::Sample;

/// From this ratio of largest to least loss on, the axis is logarithmic.
const LOG_FROM: f64 = 100.0;
/// A loss that goes to zero is followed this far down.
const DECADES: i32 = 6;

/// The loss of each arm in its style.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let runs = overlay.trajectories;
    let mean = readable(runs, &[], |s| vec![s.mean.loss]);
    let upper = readable(runs, &[], |s| vec![s.mean.loss + spread(s).unwrap_or(0.0)]);
    let mut marks: Vec<Mark> = Vec::new();
    for run in runs {
        marks.extend(band(run, NEUTRAL, |s| Some((s.mean.loss, spread(s)?))));
        marks.push(curve(run, NEUTRAL, |s| Some(s.mean.loss)));
    }
    Plan {
        title: "loss L".to_string(),
        keys: Vec::new(),
        y: axis(&mean, &upper).ok_or("no samples"),
        marks,
        height: 130.0,
    }
}

fn spread(sample: &Sample) -> Option<f64> {
    sample.spread.as_ref().map(|o| o.loss)
}

/// Logarithmic if the losses span decades and none is negative beyond rounding. An exact zero has no
/// place on such an axis: it neither asks for one nor forbids it.
fn axis(mean: &[f64], upper: &[f64]) -> Option<Axis> {
    let (least, largest) = extent(mean)?;
    let rounding = -1e-9 * largest.abs();
    let positive = mean.iter().copied().filter(|l| *l > 0.0);
    let least_positive = positive.fold(largest, f64::min);
    if least >= rounding && least_positive * LOG_FROM < largest {
        return log_axis(mean, DECADES);
    }
    linear_axis(upper)
}
