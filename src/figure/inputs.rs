//! The panel of the inputs' correlations along the modes: |VᵀΣ11V| as a map of colours (Saxe et al. 2013, figure 5 left).

use super::font;
use super::legend::KEY_BASELINE;
use super::number::short;
use super::scene::{Align, Ink, Point, Scene};
use super::style::{FAINT, FRAME, INK, MARGIN, PAGE_WIDTH, SMALL, TEXT};
use crate::task::InputCorrelations;

/// Side of the map.
const SIDE: f64 = 320.0;
/// Space for the numbers of the rows.
const NUMBERS: f64 = 30.0;
/// The scale beside the map: its distance, width and number of steps.
const SCALE: (f64, f64, usize) = (18.0, 14.0, 64);
/// Colours of nothing, of the middle and of the largest.
const COLOURS: [Ink; 3] = [Ink(255, 255, 255), Ink(0, 114, 178), Ink(0, 28, 60)];

/// Draws the panel below `top`; returns where it ends.
pub(super) fn draw(scene: &mut Scene, inputs: Option<&InputCorrelations>, top: f64) -> f64 {
    let Some(inputs) = inputs.filter(|inputs| !inputs.matrix.is_empty()) else {
        scene.text("inputs VᵀΣ11V", (MARGIN, top + KEY_BASELINE), TEXT, Align::Left, INK);
        scene.text("no inputs to show", (MARGIN, top + 2.0 * KEY_BASELINE + 8.0), SMALL, Align::Left, FAINT);
        return top + 2.0 * KEY_BASELINE + 16.0;
    };
    let title = format!("inputs VᵀΣ11V: off-diagonal share {}", short(inputs.off_diagonal_share()));
    let mut y = top;
    for line in font::wrap(&title, TEXT, false, PAGE_WIDTH - 2.0 * MARGIN, 2) {
        scene.text(line, (MARGIN, y + KEY_BASELINE), TEXT, Align::Left, INK);
        y += TEXT + 4.0;
    }
    let corner = (MARGIN + NUMBERS, y + 24.0);
    let largest = inputs.matrix.amax();
    draw_cells(scene, inputs, largest, corner);
    draw_numbers(scene, inputs, corner);
    draw_scale(scene, largest, (corner.0 + SIDE + SCALE.0, corner.1));
    let below = corner.1 + SIDE;
    scene.text(explanation(inputs), (corner.0, below + 18.0), SMALL, Align::Left, FAINT);
    below + 28.0
}

/// Which rows are modes.
fn modes(inputs: &InputCorrelations) -> usize {
    inputs.s.iter().take_while(|s| **s > 0.0).count()
}

fn explanation(inputs: &InputCorrelations) -> String {
    let (modes, all) = (modes(inputs), inputs.s.len());
    let of_modes = if modes == 1 { "1: the mode".to_owned() } else { format!("1 to {modes}: modes") };
    match all - modes {
        0 => of_modes,
        1 => format!("{of_modes}; {all}: a direction with s = 0"),
        _ => format!("{of_modes}; {} to {all}: directions with s = 0", modes + 1),
    }
}

/// The colour of a share of the largest.
fn colour(share: f64) -> Ink {
    let [none, middle, most] = COLOURS;
    if share < 0.5 { none.towards(middle, 2.0 * share) } else { middle.towards(most, 2.0 * share - 1.0) }
}

fn rectangle((left, top): Point, (right, bottom): Point) -> Vec<Point> {
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

fn frame(scene: &mut Scene, from: Point, to: Point) {
    let mut outline = rectangle(from, to);
    outline.push(from);
    scene.stroke(outline, 1.0, FRAME);
}

fn draw_cells(scene: &mut Scene, inputs: &InputCorrelations, largest: f64, (left, top): Point) {
    let count = inputs.matrix.nrows();
    // What is white is not drawn: most of a large map is.
    let at = |i: usize| SIDE * i as f64 / count as f64;
    for (j, column) in inputs.matrix.column_iter().enumerate() {
        for (i, value) in column.iter().enumerate() {
            let ink = colour(if largest > 0.0 { value.abs() / largest } else { 0.0 });
            if ink != COLOURS[0] {
                let cell = rectangle((left + at(j), top + at(i)), (left + at(j + 1), top + at(i + 1)));
                scene.fill(cell, ink, 1.0);
            }
        }
    }
    frame(scene, (left, top), (left + SIDE, top + SIDE));
    let modes = modes(inputs);
    if (1..count).contains(&modes) {
        let edge = at(modes);
        scene.stroke(vec![(left, top + edge), (left + SIDE, top + edge)], 0.8, FAINT);
        scene.stroke(vec![(left + edge, top), (left + edge, top + SIDE)], 0.8, FAINT);
    }
}

/// Every so many rows and columns carry their number.
fn draw_numbers(scene: &mut Scene, inputs: &InputCorrelations, (left, top): Point) {
    let count = inputs.s.len();
    let every = [1, 2, 5, 10, 20].into_iter().find(|every| count / every <= 12).unwrap_or(50);
    for number in (1..=count).filter(|number| *number == 1 || number % every == 0) {
        let middle = SIDE * (number as f64 - 0.5) / count as f64;
        let label = number.to_string();
        scene.text(label.as_str(), (left - 6.0, top + middle + 0.36 * SMALL), SMALL, Align::Right, INK);
        scene.text(label, (left + middle, top - 6.0), SMALL, Align::Middle, INK);
    }
}

fn draw_scale(scene: &mut Scene, largest: f64, (left, top): Point) {
    let (_, width, steps) = SCALE;
    let at = |step: usize| top + SIDE * (1.0 - step as f64 / steps as f64);
    for step in 0..steps {
        let ink = colour((step as f64 + 0.5) / steps as f64);
        scene.fill(rectangle((left, at(step + 1)), (left + width, at(step))), ink, 1.0);
    }
    frame(scene, (left, top), (left + width, top + SIDE));
    for (value, y) in [(largest, top), (0.5 * largest, top + 0.5 * SIDE), (0.0, top + SIDE)] {
        scene.stroke(vec![(left + width, y), (left + width + 4.0, y)], 1.0, FRAME);
        scene.text(short(value), (left + width + 8.0, y + 0.36 * SMALL), SMALL, Align::Left, INK);
    }
    scene.text("|entry|", (left, top - 14.0), SMALL, Align::Left, INK);
}
