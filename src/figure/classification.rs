//! The panel of training and test error.

use super::Overlay;
use super::plan::{Key, Mark, Plan, Swatch, band, curve};
use super::range::{linear_axis, readable};
use super::scene::Ink;
use super::style::{OKABE_ITO, Pen};
use crate::trajectory::{Observation, Trajectory};

/// Dash and gap of test errors.
const DASH: (f64, f64) = (6.0, 4.0);

/// Both errors of each arm in its style, each in its colour; those of samples held out are dashed.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let runs = overlay.trajectories;
    let [training, test, ..] = OKABE_ITO;
    let values = readable(runs, &[], |s| s.mean.training_error.into_iter().chain(s.mean.test_error).collect());
    let tested = runs.iter().flat_map(|t| &t.samples).any(|s| s.mean.test_error.is_some());
    let mut marks: Vec<Mark> = runs.iter().flat_map(|run| error(run, training, |o| o.training_error)).collect();
    marks.extend(runs.iter().flat_map(|run| error(run, test, |o| o.test_error)).map(dashed));
    let key = |pen: Pen, label: &str| {
        let swatch = Swatch::Line { pen, band: None, cut: false };
        Key { swatch, label: label.to_string() }
    };
    let mut keys = vec![key(Pen::solid(training, 2.0, 4), "training")];
    if tested {
        keys.push(key(Pen { dash: Some(DASH), ..Pen::solid(test, 2.0, 4) }, "test"));
    }
    Plan {
        title: "classification error".to_string(),
        keys,
        y: linear_axis(&values).ok_or("no arm was looked at on samples of classes"),
        marks,
        height: 130.0,
    }
}

/// One arm's error, on its band where there are several runs.
fn error(run: &Trajectory, ink: Ink, value: impl Fn(&Observation) -> Option<f64>) -> Vec<Mark> {
    let spread = band(run, ink, |s| Some((value(&s.mean)?, s.spread.as_ref().and_then(&value)?)));
    spread.into_iter().chain([curve(run, ink, |s| value(&s.mean))]).collect()
}

/// The same with a dashed line, if it is not dashed or dotted already, as an arm.
fn dashed(mark: Mark) -> Mark {
    match mark {
        Mark::Curve { points, pen, rings, cut } => {
            Mark::Curve { points, pen: Pen { dash: pen.dash.or(Some(DASH)), ..pen }, rings, cut }
        }
        other => other,
    }
}
