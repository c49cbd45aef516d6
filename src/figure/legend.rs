//! Keys, and the strip of them above the panels.

use super::Overlay;
use super::curve::{along, dashes};
use super::font;
use super::number::short;
use super::plan::{Key, Swatch, arms, has_spread};
use super::scene::{Align, Ink, Point, Scene};
use super::selection::Selection;
use super::style::{ALARM, INK, NEUTRAL, NULL_MODE, PREDICTION_SIZE, Pen, RING_RADIUS, RING_WIDTH, SMALL, pen};
use crate::trajectory::{Outcome, Trajectory};

/// Height of a row of keys.
pub(super) const ROW: f64 = 18.0;
/// From the top of a row down to the baseline of its text.
pub(super) const KEY_BASELINE: f64 = 13.0;
/// Width of a line's picture.
const LINE_WIDTH: f64 = 36.0;
/// Width of other pictures.
const PATCH_WIDTH: f64 = 12.0;
/// Between a picture and its label.
const LABEL_GAP: f64 = 5.0;
/// Between two keys.
const KEY_GAP: f64 = 14.0;

/// One key for each arm: its line, and how the run ended if not at its end.
pub(super) fn arm_keys(overlay: &Overlay) -> Vec<Key> {
    arms(overlay.trajectories)
        .flat_map(|arm| overlay.trajectories.iter().filter(move |t| t.arm == arm))
        .map(arm_key)
        .collect()
}

fn arm_key(trajectory: &Trajectory) -> Key {
    let spread = has_spread(trajectory);
    let mut label = trajectory.label();
    if spread {
        label.push_str(", mean ± sd");
    }
    if let Some(ending) = ending(&trajectory.outcome) {
        label.push_str(&ending);
    }
    let swatch = Swatch::Line {
        pen: pen(trajectory.arm, NEUTRAL),
        band: spread.then_some(NEUTRAL),
        cut: !trajectory.outcome.is_complete(),
    };
    Key { swatch, label }
}

/// What a legend says of a run that broke off.
fn ending(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Complete => None,
        Outcome::Diverged { t } => Some(format!(" — diverged at t = {}", short(*t))),
        Outcome::StepUnderflow { t } => Some(format!(" — step underflow at t = {}", short(*t))),
        Outcome::StepLimit { t, .. } => Some(format!(" — step limit at t = {}", short(*t))),
    }
}

/// What stands in front of the modes' keys.
pub(super) const MODES_HEADING: &str = "mode";

/// One key for each mode that is drawn: its colour.
pub(super) fn mode_keys(selection: &Selection) -> Vec<Key> {
    let mut keys: Vec<Key> = selection
        .shown
        .iter()
        .map(|mode| {
            let s = mode.s.map(|s| format!(": s = {}", short(s))).unwrap_or_default();
            let label = format!("{}{s}", mode.index + 1);
            Key { swatch: Swatch::Patch(mode.ink), label }
        })
        .collect();
    let count = selection.null.len();
    if count > 0 {
        let label = format!("{count} with s = 0");
        keys.push(Key { swatch: Swatch::Patch(NULL_MODE), label });
    }
    keys
}

/// Where keys stand: left end and row of each, and the number of rows. The first row begins at
/// `indent`, the others at 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub places: Vec<(f64, usize)>,
    pub count: usize,
}

/// Sets keys in rows of width `room`.
pub(super) fn arrange(keys: &[Key], indent: f64, room: f64) -> Rows {
    let mut places = Vec::with_capacity(keys.len());
    let (mut x, mut row) = (indent, 0);
    for key in keys {
        let width = key_width(key);
        if x > 0.0 && x + width > room {
            (x, row) = (0.0, row + 1);
        }
        places.push((x, row));
        x += width + KEY_GAP;
    }
    let count = if keys.is_empty() && indent == 0.0 { 0 } else { row + 1 };
    Rows { places, count }
}

/// Sets keys in columns of equal width, as many as fit in `room`.
pub(super) fn arrange_columns(keys: &[Key], room: f64) -> Rows {
    let widest = keys.iter().map(key_width).fold(0.0, f64::max) + KEY_GAP;
    let fitting = ((room + KEY_GAP) / widest).floor().clamp(1.0, 20.0) as usize;
    // Even rows: seven keys of which six fit stand in four and three.
    let count = keys.len().div_ceil(fitting);
    let columns = keys.len().div_ceil(count.max(1)).max(1);
    let places = (0..keys.len()).map(|i| ((i % columns) as f64 * widest, i / columns)).collect();
    Rows { places, count }
}

fn swatch_width(swatch: &Swatch) -> f64 {
    match swatch {
        Swatch::Line { .. } => LINE_WIDTH,
        Swatch::Patch(_) | Swatch::Prediction(_) | Swatch::Beyond(_) | Swatch::Ring(_) | Swatch::Dot(_) => PATCH_WIDTH,
    }
}

fn key_width(key: &Key) -> f64 {
    swatch_width(&key.swatch) + LABEL_GAP + font::width(&key.label, SMALL, false)
}

/// Draws keys where [`arrange`] put them, below and to the right of `corner`.
pub(super) fn draw(scene: &mut Scene, keys: &[Key], rows: &Rows, corner: Point) {
    for (key, &(x, row)) in keys.iter().zip(&rows.places) {
        let left = corner.0 + x;
        let baseline = corner.1 + row as f64 * ROW + KEY_BASELINE;
        // The middle of lower-case letters.
        let middle = baseline - 0.3 * SMALL;
        draw_swatch(scene, &key.swatch, left, middle);
        let at = (left + swatch_width(&key.swatch) + LABEL_GAP, baseline);
        scene.text(key.label.as_str(), at, SMALL, Align::Left, INK);
    }
}

fn draw_swatch(scene: &mut Scene, swatch: &Swatch, left: f64, middle: f64) {
    match *swatch {
        Swatch::Line { pen, band, cut } => {
            let line = vec![(left, middle), (left + LINE_WIDTH, middle)];
            if let Some(ink) = band {
                let (top, bottom) = (middle - 6.0, middle + 6.0);
                let right = left + LINE_WIDTH;
                let outline = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
                scene.fill(outline, ink, BAND_OPACITY);
            }
            // A cross takes the place of the second circle.
            let rings = Rings { gap: LINE_WIDTH / 2.0, most: 2, phase: 0.5 };
            let single = Rings { gap: LINE_WIDTH, phase: 0.25, ..rings };
            draw_line(scene, &line, &pen, if cut { &single } else { &rings });
            if cut {
                draw_cross(scene, (left + LINE_WIDTH - CROSS_ARM, middle));
            }
        }
        Swatch::Patch(ink) => {
            let (top, bottom) = (middle - 4.5, middle + 4.5);
            let right = left + PATCH_WIDTH;
            scene.fill(vec![(left, top), (right, top), (right, bottom), (left, bottom)], ink, 1.0);
        }
        Swatch::Ring(ink) => scene.ring((left + PATCH_WIDTH / 2.0, middle), RING_RADIUS, 1.3 * RING_WIDTH, ink),
        Swatch::Dot(ink) => draw_dot(scene, (left + PATCH_WIDTH / 2.0, middle), DOT_RADIUS, ink),
        Swatch::Beyond(ink) => draw_beyond(scene, (left + PATCH_WIDTH / 2.0, middle), ink),
        Swatch::Prediction(ink) => draw_prediction(scene, (left + PATCH_WIDTH / 2.0, middle), ink, PREDICTION_SIZE),
    }
}

/// Opacity of bands: their overlaps must still show which is which.
pub(super) const BAND_OPACITY: f64 = 0.22;

/// How open circles stand along a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rings {
    /// From one to the next.
    pub gap: f64,
    /// So many at most: the gap widens along longer lines.
    pub most: u32,
    /// Between 0 and 1, the share of the gap in front of the first.
    pub phase: f64,
}

/// Draws a line with its pen.
pub(super) fn draw_line(scene: &mut Scene, line: &[Point], pen: &Pen, rings: &Rings) {
    match pen.dash {
        None => scene.stroke(line.to_vec(), pen.width, pen.ink),
        Some(dash) => {
            for dash in dashes(line, dash) {
                scene.stroke(dash, pen.width, pen.ink);
            }
        }
    }
    if let Some(ink) = pen.rings {
        for place in along(line, rings.gap, rings.most, rings.phase) {
            scene.ring(place, RING_RADIUS, RING_WIDTH, ink);
        }
    }
}

/// Radius of filled dots that stand for single values.
pub(super) const DOT_RADIUS: f64 = 2.2;

/// A filled dot: eight corners, which at this size are round.
pub(super) fn draw_dot(scene: &mut Scene, (x, y): Point, radius: f64, ink: Ink) {
    let corner = |k: u32| {
        let angle = (f64::from(k) + 0.5) * std::f64::consts::FRAC_PI_4;
        (x + radius * angle.cos(), y + radius * angle.sin())
    };
    scene.fill((0..8).map(corner).collect(), ink, 1.0);
}

/// Half the size of a cross.
pub(super) const CROSS_ARM: f64 = 4.5;

/// The sign of a run that broke off here.
pub(super) fn draw_cross(scene: &mut Scene, (x, y): Point) {
    const ARM: f64 = CROSS_ARM;
    scene.stroke(vec![(x - ARM, y - ARM), (x + ARM, y + ARM)], 2.0, ALARM);
    scene.stroke(vec![(x - ARM, y + ARM), (x + ARM, y - ARM)], 2.0, ALARM);
}

/// The sign of a predicted point: a triangle that points down at it, edged in white.
pub(super) fn draw_prediction(scene: &mut Scene, (x, y): Point, ink: Ink, size: f64) {
    const EDGE: f64 = 1.4;
    let triangle = |r: f64| vec![(x - r, y - 0.75 * r), (x + r, y - 0.75 * r), (x, y + r)];
    scene.fill(triangle(size * EDGE), Ink(255, 255, 255), 1.0);
    scene.fill(triangle(size), ink, 1.0);
}

/// Half the size of the sign of a value beyond the frame.
pub(super) const BEYOND_SIZE: f64 = 4.5;

/// The sign of a value beyond the frame: an open triangle that points up and out.
pub(super) fn draw_beyond(scene: &mut Scene, (x, y): Point, ink: Ink) {
    const R: f64 = BEYOND_SIZE;
    let outline = vec![(x - R, y + 0.75 * R), (x + R, y + 0.75 * R), (x, y - R), (x - R, y + 0.75 * R)];
    scene.stroke(outline, 1.3, ink);
}
