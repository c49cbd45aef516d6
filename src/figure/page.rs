//! The page: title, legend and panels from top to bottom.

use super::axis::{Axis, drawable};
use super::curve::Rect;
use super::legend::{self, KEY_BASELINE, MODES_HEADING, ROW, arm_keys, arrange, arrange_columns, mode_keys};
use super::number::power_of_ten;
use super::plan::Plan;
use super::plot::{Frame, heading_rows, label_width};
use super::scene::{Align, Scene};
use super::selection::{Selection, select};
use super::style::{FAINT, INK, MARGIN, PAGE_WIDTH, SMALL, TEXT, TITLE};
use super::{FigureError, Overlay, Panel};
use super::{
    classification, coupling, energy, error, font, inputs, loss, modes, phase, plot, range, saddles, sharpness,
};

/// Between two panels, and between the legend and the first.
const PANEL_GAP: f64 = 12.0;
/// Between a heading and its frame, whose topmost label reaches above it.
const BELOW_HEADING: f64 = 6.0;
/// Height of a panel that has nothing to show.
const EMPTY_HEIGHT: f64 = 40.0;
/// Below the last frame: tick labels and the title of the horizontal axis.
const AXIS_ACROSS: f64 = 44.0;

/// Lays the whole figure out.
pub(super) fn compose(overlay: &Overlay) -> Result<Scene, FigureError> {
    let selection = select(overlay.modes, overlay.trajectories, overlay.chosen);
    let plans = plans(overlay, &selection)?;
    let mut scene = Scene { width: PAGE_WIDTH, height: 0.0, shapes: Vec::new() };
    let below_title = draw_title(&mut scene, overlay.title, overlay.note);
    let below_legend = draw_legend(&mut scene, overlay, &selection, below_title);
    let time = time_axis(overlay);
    let stack = Stack { plans: &plans, across: time.as_ref(), title: overlay.time_label };
    let mut below = if plans.is_empty() { below_legend } else { draw_panels(&mut scene, &stack, below_legend) };
    if overlay.panels.contains(&Panel::Phase) {
        let (plan, across) = phase::plan(overlay);
        let stack = Stack { plans: &[lowered(plan)], across: across.as_ref(), title: "strength a of W1" };
        below = draw_panels(&mut scene, &stack, below + PANEL_GAP);
    }
    if overlay.panels.contains(&Panel::Inputs) {
        below = inputs::draw(&mut scene, overlay.inputs, below + PANEL_GAP);
    }
    scene.height = below;
    Ok(scene)
}

/// The panels, each once.
fn plans(overlay: &Overlay, selection: &Selection) -> Result<Vec<Plan>, FigureError> {
    let mut panels: Vec<Panel> = Vec::new();
    for panel in overlay.panels {
        if !panels.contains(panel) {
            panels.push(*panel);
        }
    }
    if panels.is_empty() {
        return Err(FigureError::NoPanels);
    }
    let plan = |panel: &Panel| match panel {
        Panel::Modes => Some(modes::plan(overlay, selection)),
        Panel::Loss => Some(loss::plan(overlay)),
        Panel::Error => Some(error::plan(overlay)),
        Panel::Energy => Some(energy::plan(overlay)),
        Panel::Coupling => Some(coupling::plan(overlay)),
        Panel::Sharpness => Some(sharpness::plan(overlay)),
        Panel::Saddles => Some(saddles::plan(overlay)),
        Panel::Classification => Some(classification::plan(overlay)),
        // Not over time: in planes of their own, below the others.
        Panel::Phase | Panel::Inputs => None,
    };
    Ok(panels.iter().filter_map(plan).map(lowered).collect())
}

/// A panel with nothing to show only says so: it needs neither height nor keys.
pub(super) fn lowered(plan: Plan) -> Plan {
    match plan.y {
        Ok(_) => plan,
        Err(_) => Plan { height: EMPTY_HEIGHT, keys: Vec::new(), ..plan },
    }
}

/// Draws title and note; returns where they end.
pub(super) fn draw_title(scene: &mut Scene, title: &str, note: Option<&str>) -> f64 {
    let room = PAGE_WIDTH - 2.0 * MARGIN;
    let mut y = MARGIN;
    for line in font::wrap(title, TITLE, true, room, 3) {
        y += TITLE + 4.0;
        scene.heading(line, (MARGIN, y - 4.0), TITLE, INK);
    }
    for line in font::wrap(note.unwrap_or_default(), SMALL, false, room, 3) {
        y += SMALL + 4.0;
        scene.text(line, (MARGIN, y - 3.0), SMALL, Align::Left, FAINT);
    }
    y + 4.0
}

/// Draws the strip of arms and modes; returns where it ends.
fn draw_legend(scene: &mut Scene, overlay: &Overlay, selection: &Selection, top: f64) -> f64 {
    let room = PAGE_WIDTH - 2.0 * MARGIN;
    let arms = arm_keys(overlay);
    let rows = arrange(&arms, 0.0, room);
    legend::draw(scene, &arms, &rows, (MARGIN, top));
    let mut y = top + rows.count as f64 * ROW;
    // Colours stand for modes in their own panel only.
    if overlay.panels.contains(&Panel::Modes) {
        let modes = mode_keys(selection);
        let indent = font::width(MODES_HEADING, SMALL, false) + 12.0;
        let rows = arrange_columns(&modes, room - indent);
        if rows.count > 0 {
            scene.text(MODES_HEADING, (MARGIN, y + KEY_BASELINE), SMALL, Align::Left, INK);
        }
        legend::draw(scene, &modes, &rows, (MARGIN + indent, y));
        y += rows.count as f64 * ROW;
    }
    y + PANEL_GAP - 2.0
}

/// Panels over one horizontal axis.
pub(super) struct Stack<'a> {
    pub plans: &'a [Plan],
    /// The axis that they share; `None` if nothing has a place along it.
    pub across: Option<&'a Axis>,
    /// Its title.
    pub title: &'a str,
}

/// Draws panels over one horizontal axis; returns where they end.
pub(super) fn draw_panels(scene: &mut Scene, stack: &Stack, top: f64) -> f64 {
    let Stack { plans, across, title } = *stack;
    let labels = plans.iter().map(label_width).fold(0.0, f64::max);
    let left = MARGIN + labels.max(20.0) + 9.0;
    let right = PAGE_WIDTH - MARGIN - last_label_overhang(across);
    let mut y = top;
    for (i, plan) in plans.iter().enumerate() {
        let last = i + 1 == plans.len();
        let rows = heading_rows(plan, PAGE_WIDTH - 2.0 * MARGIN);
        let frame_top = y + rows.count.max(1) as f64 * ROW + BELOW_HEADING;
        let rect = Rect { left, top: frame_top, right, bottom: frame_top + plan.height };
        let frame = Frame { rect, across, labels: last };
        plot::draw(scene, plan, &rows, (MARGIN, y), &frame);
        y = rect.bottom + PANEL_GAP;
    }
    let bottom = y - PANEL_GAP;
    let Some(axis) = across else { return bottom + MARGIN };
    let middle = (left + right) / 2.0;
    let room = PAGE_WIDTH - 2.0 * MARGIN;
    for line in font::wrap(&title_across(title, axis), TEXT, false, room, 1) {
        scene.text(line, (middle, bottom + 37.0), TEXT, Align::Middle, INK);
    }
    bottom + AXIS_ACROSS
}

/// Half the width of the last tick's label, which may stand at the frame's corner.
fn last_label_overhang(across: Option<&Axis>) -> f64 {
    let ticks = across.map(|t| t.ticks(6)).unwrap_or_default();
    let label = ticks.iter().rev().find_map(|t| t.label.as_deref());
    label.map_or(4.0, |l| (font::width(l, SMALL, false) / 2.0).max(4.0))
}

/// The title of the horizontal axis, with the power of ten that its labels leave out.
fn title_across(title: &str, axis: &Axis) -> String {
    match axis.exponent() {
        0 => title.to_string(),
        exponent => format!("{title} (×{})", power_of_ten(exponent)),
    }
}

/// The time axis that all panels share; `None` if nothing has a time.
fn time_axis(overlay: &Overlay) -> Option<Axis> {
    let sampled = overlay.trajectories.iter().flat_map(|t| t.samples.iter().map(|s| s.t));
    let compared = overlay
        .differences
        .iter()
        .filter(|_| overlay.panels.contains(&Panel::Error))
        .flat_map(|d| d.times.iter().copied());
    let times: Vec<f64> = sampled.chain(compared).filter(|t| drawable(*t)).collect();
    let (first, last) = range::extent(&times)?;
    if evenly_logarithmic(&times, first, last) {
        return Some(Axis::log(first, last));
    }
    Some(Axis::linear(first, last))
}

/// Whether the times span more than three decades and lie about as densely in the lower half of
/// them as in the upper: equal steps would put nearly all into the last decade.
fn evenly_logarithmic(times: &[f64], first: f64, last: f64) -> bool {
    if first <= 0.0 || last.log10() - first.log10() <= 3.0 {
        return false;
    }
    let middle = (first.log10() + last.log10()) / 2.0;
    let early = times.iter().filter(|t| t.log10() < middle).count();
    early * 4 >= times.len()
}
