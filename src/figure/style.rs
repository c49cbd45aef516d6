//! Sizes, colours, and how each arm's line looks.
//!
//! The page is as wide as a column of a paper, 8.5 cm: one page unit is half a printed point, so that
//! text of 14 units prints at 7 pt.

use super::scene::Ink;
use crate::trajectory::Arm;

/// Width of the page in page units.
pub(super) const PAGE_WIDTH: f64 = 480.0;
/// Space between the page's edge and what is on it.
pub(super) const MARGIN: f64 = 8.0;
/// Text size of the title.
pub(super) const TITLE: f64 = 16.0;
/// Text size of axis titles and panel headings.
pub(super) const TEXT: f64 = 14.0;
/// Text size of tick labels, keys and notes.
pub(super) const SMALL: f64 = 13.0;

/// Text and frames.
pub(super) const INK: Ink = Ink(30, 30, 30);
/// Notes.
pub(super) const FAINT: Ink = Ink(95, 95, 95);
/// Frames and ticks.
pub(super) const FRAME: Ink = Ink(120, 120, 120);
/// Arrows of a field.
pub(super) const FIELD: Ink = Ink(175, 175, 175);
/// Grid lines.
pub(super) const GRID: Ink = Ink(232, 232, 232);
/// Modes that the task does not ask for (s = 0).
pub(super) const NULL_MODE: Ink = Ink(185, 185, 185);
/// Curves that belong to no mode.
pub(super) const NEUTRAL: Ink = Ink(70, 70, 70);
/// What went wrong.
pub(super) const ALARM: Ink = Ink(190, 0, 0);

/// Okabe and Ito's colours, told apart by most colour-blind readers; without their yellow, too light
/// for thin lines on white.
pub(super) const OKABE_ITO: [Ink; 7] = [
    Ink(0, 114, 178),
    Ink(213, 94, 0),
    Ink(0, 158, 115),
    Ink(204, 121, 167),
    Ink(230, 159, 0),
    Ink(86, 180, 233),
    Ink(0, 0, 0),
];

/// Colours for pairs of arms: dark ones, so that they are not taken for the modes' colours.
pub(super) const PAIRS: [Ink; 6] =
    [Ink(0, 0, 0), Ink(170, 51, 119), Ink(17, 119, 51), Ink(0, 68, 136), Ink(153, 119, 0), Ink(187, 85, 102)];

/// Supports of a ramp from dark violet to orange, of rising lightness.
const RAMP: [Ink; 5] = [Ink(13, 8, 135), Ink(110, 0, 168), Ink(177, 42, 144), Ink(225, 100, 98), Ink(250, 160, 55)];

/// The ramp's colour at `share` of its length.
pub(super) fn ramp(share: f64) -> Ink {
    let place = share.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
    let below = place.floor() as usize;
    match (RAMP.get(below), RAMP.get(below + 1)) {
        (Some(a), Some(b)) => a.towards(*b, place.fract()),
        (Some(a), None) => *a,
        _ => INK,
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub ink: Ink,
    pub width: f64,
    /// Lengths of dash and gap; `None` for a solid line.
    pub dash: Option<(f64, f64)>,
    /// The colour of open circles along the line, if it carries any.
    pub rings: Option<Ink>,
    /// Lines of a higher layer cover those of a lower one.
    pub layer: u8,
}

impl Pen {
    /// A plain solid line.
    pub const fn solid(ink: Ink, width: f64, layer: u8) -> Pen {
        Pen { ink, width, dash: None, rings: None, layer }
    }
}

/// How an arm is drawn in a colour. Each arm leaves room for the others on the same curve: a wide
/// pale line below, dashes within it, dark dots within the dashes, and open circles around all. The limit law,
/// which lies elsewhere, has long thin dashes.
pub(super) fn pen(arm: Arm, ink: Ink) -> Pen {
    match arm {
        Arm::Flow => Pen::solid(ink.paler(0.5), 5.5, 2),
        Arm::Sgd => Pen { rings: Some(ink), ..Pen::solid(ink.paler(0.3), 0.7, 3) },
        Arm::Modes => Pen { dash: Some((8.0, 6.0)), ..Pen::solid(ink, 2.6, 4) },
        Arm::Limit => Pen { dash: Some((14.0, 3.0)), ..Pen::solid(ink.darker(0.35), 1.0, 4) },
        Arm::Analytic => Pen { dash: Some((1.3, 3.7)), ..Pen::solid(ink.darker(0.62), 1.3, 5) },
    }
}

/// Radius of the open circles.
pub(super) const RING_RADIUS: f64 = 3.4;
/// Line width of the open circles.
pub(super) const RING_WIDTH: f64 = 1.1;
/// Half the width of the sign of a predicted point.
pub(super) const PREDICTION_SIZE: f64 = 5.0;
