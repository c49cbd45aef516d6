//! One panel on the page: its heading, frame and ticks, and its marks placed within.

use super::axis::Axis;
use super::curve::{Rect, visible};
use super::font;
use super::legend::{
    self, BAND_OPACITY, BEYOND_SIZE, CROSS_ARM, KEY_BASELINE, Rings, Rows, arrange, draw_beyond, draw_cross, draw_dot,
    draw_line, draw_prediction,
};
use super::modes::level_pen;
use super::number::power_of_ten;
use super::plan::{Mark, Plan};
use super::scene::{Align, Ink, Point, Scene};
use super::style::{FAINT, FIELD, FRAME, GRID, INK, Pen, RING_RADIUS, RING_WIDTH, SMALL, TEXT};

/// Between a heading and the keys beside it.
const HEADING_GAP: f64 = 18.0;
/// Width of error bars, and half the length of their caps.
const BAR_WIDTH: f64 = 1.1;
const BAR_CAP: f64 = 3.0;
/// Length of ticks with and without a label.
const TICKS: (f64, f64) = (5.0, 2.5);

/// The panel's title, with the power of ten that its labels leave out.
fn heading(plan: &Plan) -> String {
    match plan.y.map_or(0, |y| y.exponent()) {
        0 => plan.title.clone(),
        exponent => format!("{} (×{})", plan.title, power_of_ten(exponent)),
    }
}

/// Where the panel's keys stand beside or below its heading, in a page `room` wide.
pub(super) fn heading_rows(plan: &Plan, room: f64) -> Rows {
    let indent = font::width(&heading(plan), TEXT, false) + HEADING_GAP;
    arrange(&plan.keys, indent, room)
}

/// How many labels the y axis has room for.
fn most_labels(plan: &Plan) -> usize {
    if plan.height > 150.0 { 6 } else { 5 }
}

/// Width of the widest label of the y axis.
pub(super) fn label_width(plan: &Plan) -> f64 {
    let ticks = plan.y.map(|y| y.ticks(most_labels(plan))).unwrap_or_default();
    let labels = ticks.iter().filter_map(|t| t.label.as_deref());
    labels.map(|l| font::width(l, SMALL, false)).fold(0.0, f64::max)
}

/// A panel's place: the frame, and the horizontal axis if anything has a place along it.
pub(super) struct Frame<'a> {
    pub rect: Rect,
    pub across: Option<&'a Axis>,
    /// Whether the horizontal axis carries its labels here.
    pub labels: bool,
}

impl Frame<'_> {
    fn x(&self, t: f64) -> Option<f64> {
        let share = self.across?.place(t)?;
        Some(self.rect.left + share * (self.rect.right - self.rect.left))
    }

    fn y(&self, axis: &Axis, value: f64) -> Option<f64> {
        let share = axis.place(value)?;
        Some(self.rect.bottom - share * (self.rect.bottom - self.rect.top))
    }

    fn place(&self, axis: &Axis, t: f64, value: f64) -> Option<Point> {
        Some((self.x(t)?, self.y(axis, value)?))
    }
}

/// Draws a panel: the heading starts at `heading_at`, the frame lies below it.
pub(super) fn draw(scene: &mut Scene, plan: &Plan, rows: &Rows, heading_at: Point, frame: &Frame) {
    let baseline = (heading_at.0, heading_at.1 + KEY_BASELINE);
    scene.text(heading(plan), baseline, TEXT, Align::Left, INK);
    legend::draw(scene, &plan.keys, rows, heading_at);
    draw_ticks_across(scene, frame);
    match &plan.y {
        Ok(axis) => {
            draw_value_ticks(scene, plan, axis, frame);
            let mut marks: Vec<&Mark> = plan.marks.iter().collect();
            marks.sort_by_key(|m| m.layer());
            let breaks: Vec<Point> = marks.into_iter().filter_map(|mark| draw_mark(scene, mark, axis, frame)).collect();
            // Above all curves: those that go on would hide where another one ends.
            for end in breaks {
                draw_cross(scene, frame.rect.inset(CROSS_ARM).nearest(end));
            }
        }
        Err(reason) => {
            let Rect { left, top, right, bottom } = frame.rect;
            let middle = ((left + right) / 2.0, (top + bottom) / 2.0 + 4.0);
            scene.text(*reason, middle, SMALL, Align::Middle, FAINT);
        }
    }
    draw_frame(scene, &frame.rect);
}

fn draw_frame(scene: &mut Scene, rect: &Rect) {
    let Rect { left, top, right, bottom } = *rect;
    let outline = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    scene.stroke(outline, 1.0, FRAME);
}

fn draw_ticks_across(scene: &mut Scene, frame: &Frame) {
    let Some(axis) = frame.across else { return };
    let Rect { left, top, right, bottom } = frame.rect;
    // Small squares have room for few labels.
    let most = if right - left > 250.0 { 6 } else { 3 };
    for tick in axis.ticks(most) {
        let x = left + tick.place * (right - left);
        if tick.label.is_some() {
            scene.stroke(vec![(x, top), (x, bottom)], 0.8, GRID);
        }
        let length = if tick.label.is_some() { TICKS.0 } else { TICKS.1 };
        scene.stroke(vec![(x, bottom), (x, bottom + length)], 1.0, FRAME);
        if let (true, Some(label)) = (frame.labels, tick.label) {
            scene.text(label, (x, bottom + 19.0), SMALL, Align::Middle, INK);
        }
    }
}

fn draw_value_ticks(scene: &mut Scene, plan: &Plan, axis: &Axis, frame: &Frame) {
    let Rect { left, top, bottom, .. } = frame.rect;
    for tick in axis.ticks(most_labels(plan)) {
        let y = bottom - tick.place * (bottom - top);
        let length = if tick.label.is_some() { TICKS.0 } else { TICKS.1 };
        scene.stroke(vec![(left - length, y), (left, y)], 1.0, FRAME);
        if let Some(label) = tick.label {
            scene.text(label, (left - 8.0, y + 0.36 * SMALL), SMALL, Align::Right, INK);
        }
    }
}

/// Draws a mark; returns where its curve broke off, if it did.
fn draw_mark(scene: &mut Scene, mark: &Mark, axis: &Axis, frame: &Frame) -> Option<Point> {
    let Rect { left, top, right, bottom } = frame.rect;
    match mark {
        Mark::Curve { points, pen, rings, cut } => {
            let placed = points.iter().map(|&(t, v)| frame.place(axis, t, v));
            let end = draw_curve(scene, visible(placed, &frame.rect), pen, rings);
            return end.filter(|_| *cut);
        }
        Mark::Points { points, ink } => {
            for place in points.iter().filter_map(|&(t, v)| frame.place(axis, t, v)) {
                if frame.rect.contains(place) {
                    scene.ring(place, RING_RADIUS, 1.3 * RING_WIDTH, *ink);
                }
            }
        }
        Mark::Dots { points, ink, radius } => {
            for place in points.iter().filter_map(|&(t, v)| frame.place(axis, t, v)) {
                if frame.rect.inset(*radius).contains(place) {
                    draw_dot(scene, place, *radius, *ink);
                }
            }
        }
        Mark::Beyond { t, ink } => {
            let x = frame.x(*t).filter(|x| (left..=right).contains(x))?;
            draw_beyond(scene, (x, top + 2.0 * BEYOND_SIZE), *ink);
        }
        Mark::Band { edges, ink } => draw_band(scene, edges, *ink, axis, frame),
        Mark::Bar { t, low, high, ink } => {
            let x = frame.x(*t).filter(|x| (left..=right).contains(x))?;
            let (low, high) = (frame.y(axis, *low)?.clamp(top, bottom), frame.y(axis, *high)?.clamp(top, bottom));
            scene.stroke(vec![(x, low), (x, high)], BAR_WIDTH, *ink);
            for end in [low, high] {
                scene.stroke(vec![(x - BAR_CAP, end), (x + BAR_CAP, end)], BAR_WIDTH, *ink);
            }
        }
        Mark::Level { value, ink } => {
            let y = frame.y(axis, *value).filter(|y| (top..=bottom).contains(y))?;
            let pen = level_pen(*ink);
            scene.stroke(vec![(left, y), (right, y)], pen.width, pen.ink);
        }
        Mark::Arrow { at, towards } => {
            let ahead = (at.0 + 1e-3 * towards.0, at.1 + 1e-3 * towards.1);
            draw_arrow(scene, frame.place(axis, at.0, at.1)?, frame.place(axis, ahead.0, ahead.1)?);
        }
        Mark::Limit { value, pen } => {
            let y = frame.y(axis, *value).filter(|y| (top..=bottom).contains(y))?;
            draw_line(scene, &[(left, y), (right, y)], pen, &Rings { gap: 1.0, most: 0, phase: 0.0 });
        }
        Mark::Prediction { t, value, ink, size } => {
            let place = frame.place(axis, *t, *value).filter(|p| frame.rect.contains(*p))?;
            draw_prediction(scene, place, *ink, *size);
        }
    }
    None
}

/// An arrow of fixed length around a place, in the direction of another.
fn draw_arrow(scene: &mut Scene, (x, y): Point, ahead: Point) {
    const HALF: f64 = 7.0;
    const HEAD: f64 = 3.5;
    let (dx, dy) = (ahead.0 - x, ahead.1 - y);
    let length = dx.hypot(dy);
    if length.is_nan() || length <= 0.0 {
        return;
    }
    let (dx, dy) = (dx / length, dy / length);
    let tip = (x + HALF * dx, y + HALF * dy);
    let side = |s: f64| (tip.0 - HEAD * (dx + s * dy), tip.1 - HEAD * (dy - s * dx));
    scene.stroke(vec![(x - HALF * dx, y - HALF * dy), tip], 0.9, FIELD);
    scene.stroke(vec![side(0.6), tip, side(-0.6)], 0.9, FIELD);
}

/// Draws the pieces of a curve; returns where the last one ends.
fn draw_curve(scene: &mut Scene, pieces: Vec<Vec<Point>>, pen: &Pen, rings: &Rings) -> Option<Point> {
    // Half the length that a single point is given, as it has none.
    const DOT: f64 = 3.0;
    for piece in &pieces {
        match piece.as_slice() {
            [(x, y)] => {
                let dot = [(x - DOT, *y), (x + DOT, *y)];
                let ring = Rings { gap: 2.0 * DOT, most: 1, phase: 0.5 };
                draw_line(scene, &dot, &Pen { dash: None, ..*pen }, &ring);
            }
            line => draw_line(scene, line, pen, rings),
        }
    }
    pieces.last().and_then(|p| p.last()).copied()
}

/// The area between two curves. Unlike a curve, it may be cut off along the frame.
fn draw_band(scene: &mut Scene, edges: &[(f64, f64, f64)], ink: Ink, axis: &Axis, frame: &Frame) {
    let Rect { top, bottom, .. } = frame.rect;
    // What has no place lies beyond the frame: zero on a logarithmic axis below, the huge above.
    let beyond = |v: f64| if v > 0.0 { top } else { bottom };
    let height = |v: f64| frame.y(axis, v).unwrap_or_else(|| beyond(v)).clamp(top, bottom);
    let placed: Vec<(f64, f64, f64)> =
        edges.iter().filter_map(|&(t, low, high)| Some((frame.x(t)?, height(low), height(high)))).collect();
    let mut upper: Vec<Point> = Vec::new();
    let mut lower: Vec<Point> = Vec::new();
    for column in placed.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let Some(&(x, _, _)) = column.first() else {
            continue;
        };
        lower.push((x, column.iter().fold(top, |y, c| y.max(c.1))));
        upper.push((x, column.iter().fold(bottom, |y, c| y.min(c.2))));
    }
    upper.extend(lower.into_iter().rev());
    scene.fill(upper, ink, BAND_OPACITY);
}
