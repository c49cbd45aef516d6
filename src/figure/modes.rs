//! The panel of mode strengths.

use super::Overlay;
use super::axis::drawable;
use super::legend::Rings;
use super::plan::{Key, Mark, Plan, SPARSE_RINGS, Swatch, band, curve};
use super::range::{linear_axis, readable};
use super::scene::Ink;
use super::selection::{Selection, Shown};
use super::style::{FAINT, NULL_MODE, OKABE_ITO, PREDICTION_SIZE, Pen};
use crate::trajectory::{Observation, Sample};

/// A final value further than this times what the runs reached is left off the page.
const FAR_TARGET: f64 = 4.0;
/// So many null modes show that they stay at zero; more would show the same.
const NULL_CURVES: usize = 4;

/// Strength of each mode in its colour, of each arm in its style.
pub(super) fn plan(overlay: &Overlay, selection: &Selection) -> Plan {
    let values = held_values(overlay, selection);
    Plan {
        title: title(selection),
        keys: keys(selection),
        y: linear_axis(&values).ok_or("no samples"),
        marks: marks(overlay, selection),
        height: 200.0,
    }
}

fn title(selection: &Selection) -> String {
    let shown = selection.shown.len();
    match (selection.hidden, selection.by_value) {
        (0, _) => "mode strength u".to_string(),
        (hidden, true) => format!("mode strength u, {shown} of {} modes: one for each distinct s", shown + hidden),
        (hidden, false) => format!("mode strength u, {shown} of {} modes", shown + hidden),
    }
}

fn keys(selection: &Selection) -> Vec<Key> {
    let mut keys = Vec::new();
    if selection.shown.iter().any(|m| m.target.is_some()) {
        let swatch = Swatch::Line { pen: level_pen(FAINT), band: None, cut: false };
        keys.push(Key { swatch, label: "final value s/λ".to_string() });
    }
    if selection.shown.iter().any(|m| m.target.is_some() && m.half_time.is_some()) {
        let swatch = Swatch::Prediction(FAINT);
        keys.push(Key { swatch, label: "predicted half-time".to_string() });
    }
    keys
}

/// How final values are drawn.
pub(super) fn level_pen(ink: Ink) -> Pen {
    Pen::solid(ink.paler(0.45), 0.8, 1)
}

/// What the y axis should hold: strengths with their spread, and final values unless far away.
fn held_values(overlay: &Overlay, selection: &Selection) -> Vec<f64> {
    let strengths = |sample: &Sample| -> Vec<f64> {
        let drawn = selection.shown.iter().map(|m| m.index).chain(selection.null.iter().copied());
        drawn
            .filter_map(|i| strength(&sample.mean, i).map(|u| (i, u)))
            .flat_map(|(i, u)| {
                let sd = sample.spread.as_ref().and_then(|s| strength(s, i)).unwrap_or(0.0);
                [u - sd, u + sd]
            })
            .collect()
    };
    let reached = readable(overlay.trajectories, &[], strengths);
    let any_complete = overlay.trajectories.iter().any(|t| t.outcome.is_complete() && !t.samples.is_empty());
    let largest = reached.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    // Where every run broke off, the final values are the only measure of what is worth seeing.
    let near = |u: &f64| drawable(*u) && (!any_complete || u.abs() <= FAR_TARGET * largest);
    let targets: Vec<f64> = selection.shown.iter().filter_map(|m| m.target).filter(near).collect();
    if overlay.trajectories.iter().all(|t| t.samples.is_empty()) {
        return Vec::new();
    }
    readable(overlay.trajectories, &targets, strengths)
}

fn strength(observation: &Observation, index: usize) -> Option<f64> {
    observation.modes.get(index).copied()
}

fn marks(overlay: &Overlay, selection: &Selection) -> Vec<Mark> {
    let crowd = Crowd::of(selection);
    let mut marks: Vec<Mark> = Vec::new();
    for trajectory in overlay.trajectories {
        for &index in selection.null.iter().take(NULL_CURVES) {
            let points = trajectory.mode(index).collect();
            let pen = Pen::solid(NULL_MODE, 0.9, 1);
            marks.push(Mark::Curve { points, pen, rings: SPARSE_RINGS, cut: false });
        }
        for (rank, mode) in selection.shown.iter().enumerate() {
            marks.extend(band(trajectory, mode.ink, |s| {
                let sd = s.spread.as_ref().and_then(|o| strength(o, mode.index))?;
                Some((strength(&s.mean, mode.index)?, sd))
            }));
            let line = curve(trajectory, mode.ink, |s| strength(&s.mean, mode.index));
            marks.push(crowd.fit(line, rank));
        }
    }
    marks.extend(selection.shown.iter().flat_map(|mode| expected(mode, &crowd)));
    marks
}

/// How much finer everything is drawn where many curves share the panel.
struct Crowd {
    width: f64,
    rings: Rings,
    prediction: f64,
}

impl Crowd {
    fn of(selection: &Selection) -> Crowd {
        if selection.shown.len() <= OKABE_ITO.len() {
            return Crowd { width: 1.0, rings: SPARSE_RINGS, prediction: PREDICTION_SIZE };
        }
        let rings = Rings { gap: 80.0, most: 9, ..SPARSE_RINGS };
        Crowd { width: 0.65, rings, prediction: 0.75 * PREDICTION_SIZE }
    }

    fn fit(&self, mark: Mark, rank: usize) -> Mark {
        // Steps of the golden ratio keep the circles of neighbouring modes apart.
        let phase = (0.5 + 0.618 * rank as f64).fract();
        match mark {
            Mark::Curve { points, pen, cut, .. } => Mark::Curve {
                points,
                pen: Pen { width: pen.width * self.width, ..pen },
                rings: Rings { phase, ..self.rings },
                cut,
            },
            other => other,
        }
    }
}

/// Where a mode should end, and when it should be half way.
fn expected(mode: &Shown, crowd: &Crowd) -> Vec<Mark> {
    let Some(target) = mode.target else {
        return Vec::new();
    };
    let (ink, size) = (mode.ink, crowd.prediction);
    let half = mode.half_time.map(|t| Mark::Prediction { t, value: target / 2.0, ink, size });
    [Mark::Level { value: target, ink }].into_iter().chain(half).collect()
}
