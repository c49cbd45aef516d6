//! What a panel shows, in the units of the data: the panels' side of the work.

use super::axis::Axis;
use super::legend::Rings;
use super::scene::Ink;
use super::style::{Pen, pen};
use crate::trajectory::{Arm, Sample, Trajectory};

/// One thing in a panel, by its place t across and its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A curve through (t, value); a cross ends it if it is `cut` short.
    Curve { points: Vec<(f64, f64)>, pen: Pen, rings: Rings, cut: bool },
    /// The range from the second to the third value over the first, t.
    Band { edges: Vec<(f64, f64, f64)>, ink: Ink },
    /// A range of values at t, with caps.
    Bar { t: f64, low: f64, high: f64, ink: Ink },
    /// Single values, as open circles.
    Points { points: Vec<(f64, f64)>, ink: Ink },
    /// Single values, as filled dots of this radius.
    Dots { points: Vec<(f64, f64)>, ink: Ink, radius: f64 },
    /// At t the value is beyond all values: an arrow at the top of the frame.
    Beyond { t: f64, ink: Ink },
    /// A value reached in the end.
    Level { value: f64, ink: Ink },
    /// Which way a field points at a place.
    Arrow { at: (f64, f64), towards: (f64, f64) },
    /// A value that something must not exceed.
    Limit { value: f64, pen: Pen },
    /// A predicted point of a curve.
    Prediction { t: f64, value: f64, ink: Ink, size: f64 },
}

impl Mark {
    /// Marks of a higher layer cover those of a lower one.
    pub fn layer(&self) -> u8 {
        match self {
            Mark::Band { .. } | Mark::Arrow { .. } => 0,
            Mark::Level { .. } | Mark::Bar { .. } => 1,
            Mark::Limit { pen, .. } => pen.layer,
            Mark::Curve { pen, .. } => pen.layer,
            Mark::Points { .. } | Mark::Dots { .. } | Mark::Beyond { .. } => 7,
            Mark::Prediction { .. } => 8,
        }
    }
}

/// The picture in front of a key's label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Swatch {
    /// A piece of line, on its band and with a cross at its end if it has them.
    Line { pen: Pen, band: Option<Ink>, cut: bool },
    /// A patch of colour.
    Patch(Ink),
    /// The sign of a [`Mark::Prediction`].
    Prediction(Ink),
    /// The sign of a [`Mark::Beyond`].
    Beyond(Ink),
    /// One of [`Mark::Points`].
    Ring(Ink),
    /// One of [`Mark::Dots`].
    Dot(Ink),
}

/// An entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub swatch: Swatch,
    pub label: String,
}

/// A panel, ready to be placed on the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The quantity with its symbol: the title of the y axis.
    pub title: String,
    /// Keys that only this panel needs.
    pub keys: Vec<Key>,
    /// The y axis, or why there is none.
    pub y: Result<Axis, &'static str>,
    pub marks: Vec<Mark>,
    /// Height of the frame in page units.
    pub height: f64,
}

/// Open circles along a curve that has its panel nearly for itself.
pub(super) const SPARSE_RINGS: Rings = Rings { gap: 44.0, most: 24, phase: 0.5 };

/// One arm's curve of one quantity, in the arm's style.
pub(super) fn curve<F>(trajectory: &Trajectory, ink: Ink, value: F) -> Mark
where
    F: Fn(&Sample) -> Option<f64>,
{
    let samples = trajectory.samples.iter();
    Mark::Curve {
        points: samples.filter_map(|s| value(s).map(|v| (s.t, v))).collect(),
        pen: pen(trajectory.arm, ink),
        rings: SPARSE_RINGS,
        cut: !trajectory.outcome.is_complete(),
    }
}

/// One arm's band of mean ± standard deviation, where it has one.
pub(super) fn band<F>(trajectory: &Trajectory, ink: Ink, value: F) -> Option<Mark>
where
    F: Fn(&Sample) -> Option<(f64, f64)>,
{
    let samples = trajectory.samples.iter();
    let edges: Vec<_> = samples.filter_map(|s| value(s).map(|(mean, sd)| (s.t, mean - sd, mean + sd))).collect();
    (!edges.is_empty()).then_some(Mark::Band { edges, ink })
}

/// Whether any sample of the trajectory has a spread over runs.
pub(super) fn has_spread(trajectory: &Trajectory) -> bool {
    trajectory.samples.iter().any(|s| s.spread.is_some())
}

/// The arms that occur, without repetition, in the order of reports.
pub(super) fn arms(trajectories: &[Trajectory]) -> impl Iterator<Item = Arm> + '_ {
    let occurs = |arm: &Arm| trajectories.iter().any(|t| t.arm == *arm);
    Arm::ALL.into_iter().filter(occurs)
}
