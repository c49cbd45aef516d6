//! The figure of delays: how much later than predicted each mode is half learned, against its singular value
//! (Saxe et al. 2013, figure 3 right).

use super::axis::Axis;
use super::legend::Rings;
use super::number::short;
use super::page::{Stack, draw_panels, draw_title, lowered};
use super::plan::{Key, Mark, Plan, Swatch};
use super::range::{extent, linear_axis};
use super::scene::{Ink, Scene};
use super::study::{draw_keys, shortened};
use super::style::{INK, NEUTRAL, OKABE_ITO, PAGE_WIDTH, Pen};
use crate::delays::{DelaysResult, ModeDelay};

/// From this ratio of the largest s to the least on, the axis is logarithmic.
const LOG_FROM: f64 = 30.0;
/// Room beside the outermost modes, as a share of the axis.
const AIR: f64 = 0.05;
/// How far apart series stand at one s, as a share of the axis: their bars would cover each other.
const APART: f64 = 0.012;
/// No rings along a line: its points have their own.
const NO_RINGS: Rings = Rings { gap: 1e9, most: 0, phase: 0.0 };

/// Lays the whole figure out.
pub(super) fn compose(delays: &DelaysResult) -> Scene {
    let mut scene = Scene { width: PAGE_WIDTH, height: 0.0, shapes: Vec::new() };
    let mut y = draw_title(&mut scene, &delays.title, Some(&note(delays)));
    y = draw_keys(&mut scene, &keys(delays), y);
    let across = Across::of(delays);
    let plans = [lowered(plan(delays, across.as_ref()))];
    let axis = across.map(|across| across.axis);
    let stack = Stack { plans: &plans, across: axis.as_ref(), title: "singular value s" };
    scene.height = draw_panels(&mut scene, &stack, y);
    scene
}

/// A number in short, powers of ten as such.
fn scientific(value: f64) -> String {
    let text = short(value);
    text.strip_prefix("1×").map_or(text.clone(), str::to_owned)
}

/// What is shown, and what is not there.
fn note(delays: &DelaysResult) -> String {
    let runs = delays.series.iter().map(|series| series.runs).max().unwrap_or(0);
    let starts = if runs == 1 { "one start".to_owned() } else { format!("mean ± sd over {runs} starts") };
    let mut note = format!("{starts}; predicted: a balanced start of u0 = {}", scientific(delays.strength));
    if delays.approximation.is_some() {
        note.push_str(", approximately");
    }
    let late = |series: &crate::delays::SeriesResult| -> u32 {
        series.modes.iter().map(|mode| series.runs.saturating_sub(mode.learned)).sum()
    };
    match delays.series.iter().map(late).sum::<u32>() {
        0 => {}
        1 => note.push_str("; one mode of one run was not half learned"),
        missing => note.push_str(&format!("; {missing} half-times were not reached")),
    }
    note
}

fn ink(index: usize) -> Ink {
    OKABE_ITO.get(index % OKABE_ITO.len()).copied().unwrap_or(INK)
}

fn keys(delays: &DelaysResult) -> Vec<Vec<Key>> {
    let key = |(index, series): (usize, &crate::delays::SeriesResult)| Key {
        swatch: Swatch::Patch(ink(index)),
        label: shortened(&series.label),
    };
    vec![delays.series.iter().enumerate().map(key).collect()]
}

fn rows(delays: &DelaysResult) -> impl Iterator<Item = &ModeDelay> {
    delays.series.iter().flat_map(|series| &series.modes)
}

/// The axis of s, and how series are set apart along it.
struct Across {
    axis: Axis,
    logarithmic: bool,
    apart: f64,
}

impl Across {
    fn of(delays: &DelaysResult) -> Option<Across> {
        let (lo, hi) = extent(&rows(delays).map(|row| row.expected.s).collect::<Vec<f64>>())?;
        let logarithmic = lo > 0.0 && hi > LOG_FROM * lo;
        let length = if logarithmic { (hi / lo).ln() } else { hi - lo };
        let air = AIR * length;
        let axis = match logarithmic {
            true => Axis::log(lo * (-air).exp(), hi * air.exp()),
            false => Axis::linear(lo - air, hi + air),
        };
        Some(Across { axis, logarithmic, apart: APART * length })
    }

    /// Where a mode of one of so many series stands.
    fn place(&self, s: f64, series: usize, count: usize) -> f64 {
        let shift = self.apart * (series as f64 - 0.5 * count.saturating_sub(1) as f64);
        if self.logarithmic { s * shift.exp() } else { s + shift }
    }
}

fn plan(delays: &DelaysResult, across: Option<&Across>) -> Plan {
    let mut marks =
        vec![Mark::Limit { value: 0.0, pen: Pen { dash: Some((4.0, 4.0)), ..Pen::solid(NEUTRAL, 1.0, 1) } }];
    let mut held = Vec::new();
    for (index, series) in delays.series.iter().enumerate() {
        let ink = ink(index);
        let mut points = Vec::new();
        for row in &series.modes {
            let (Some(across), Some(delay)) = (across, row.delay) else { continue };
            let t = across.place(row.expected.s, index, delays.series.len());
            points.push((t, delay));
            held.push(delay);
            if let Some(spread) = row.spread {
                marks.push(Mark::Bar { t, low: delay - spread, high: delay + spread, ink: ink.paler(0.35) });
                held.extend([delay - spread, delay + spread]);
            }
        }
        let pen = Pen::solid(ink.paler(0.5), 0.8, 3);
        marks.push(Mark::Curve { points: points.clone(), pen, rings: NO_RINGS, cut: false });
        marks.push(Mark::Points { points, ink });
    }
    Plan {
        title: "delay of half-learning (t − t_pred)/t_pred".to_owned(),
        keys: Vec::new(),
        y: linear_axis(&held).ok_or("no mode was half learned"),
        marks,
        height: 210.0,
    }
}
