//! The figure of a study: learning time and learning rate against depth, and the way to the goal.

use super::axis::Axis;
use super::font;
use super::legend::{self, ROW, arrange, arrange_columns};
use super::page::{Stack, draw_panels, draw_title, lowered};
use super::plan::{Key, Mark, Plan, SPARSE_RINGS, Swatch};
use super::range::{extent, linear_axis};
use super::scene::{Ink, Scene};
use super::style::{INK, MARGIN, NEUTRAL, OKABE_ITO, PAGE_WIDTH, Pen, SMALL, ramp};
use super::{FigureError, StudyPanel};
use crate::study::{Ended, Point, Row, SeriesResult, StudyResult};

/// From this ratio of the largest to the least on, an axis of times or losses is logarithmic.
const LOG_FROM: f64 = 20.0;
/// And one of rates, of which what matters is the power of the depth that they fall with.
const RATES_LOG_FROM: f64 = 2.0;
/// Between the legend and the first panel, and between stacks of panels.
const GAP: f64 = 10.0;
/// Predictions.
const LAW: f64 = 1.7;
const LIMIT_DASH: (f64, f64) = (7.0, 4.0);
const STABLE_DASH: (f64, f64) = (1.5, 3.5);

/// Lays the whole figure out.
pub(super) fn compose(study: &StudyResult, panels: &[StudyPanel]) -> Result<Scene, FigureError> {
    if panels.is_empty() {
        return Err(FigureError::NoPanels);
    }
    let mut scene = Scene { width: PAGE_WIDTH, height: 0.0, shapes: Vec::new() };
    let note = note(study);
    let mut y = draw_title(&mut scene, &study.title, Some(&note));
    let has = |panel: StudyPanel| panels.contains(&panel);
    let over_depth = has(StudyPanel::Time) || has(StudyPanel::Rate);
    y = draw_keys(&mut scene, &keys(study, panels), y);
    if over_depth {
        // In the order asked for, a panel given twice once.
        let plan = |panel: &StudyPanel| if *panel == StudyPanel::Rate { rate(study) } else { time(study) };
        let plans: Vec<Plan> = distinct(panels, |panel| !panel.is_of_curves()).iter().map(plan).map(lowered).collect();
        let axis = depth_axis(study);
        let stack = Stack { plans: &plans, across: axis.as_ref(), title: "layers N_l, input and output included" };
        y = draw_panels(&mut scene, &stack, y);
    }
    let curved = distinct(panels, StudyPanel::is_of_curves);
    if !curved.is_empty() {
        let plan = |panel: &StudyPanel| match panel {
            StudyPanel::Classification => curves(study, Shown::TrainingError),
            _ if study.of_mode => curves(study, Shown::Strength),
            _ => curves(study, Shown::Loss),
        };
        let plans: Vec<Plan> = curved.iter().map(plan).map(lowered).collect();
        let updates: Vec<f64> = all_rows(study).map(|row| row.updates).collect();
        let axis = extent(&updates).map(|(lo, hi)| Axis::linear(lo, hi));
        let stack = Stack { plans: &plans, across: axis.as_ref(), title: "updates t/(τη)" };
        y = draw_panels(&mut scene, &stack, if over_depth { y + GAP } else { y });
    }
    scene.height = y;
    Ok(scene)
}

/// The panels of a kind in the order asked for, one given twice once.
fn distinct(panels: &[StudyPanel], kind: impl Fn(StudyPanel) -> bool) -> Vec<StudyPanel> {
    let mut wanted = Vec::new();
    for panel in panels.iter().filter(|panel| kind(**panel)) {
        if !wanted.contains(panel) {
            wanted.push(*panel);
        }
    }
    wanted
}

/// What was waited for, and what is not exact or not there.
fn note(study: &StudyResult) -> String {
    let mut note = format!("trained until {}", study.goal);
    if study.series.iter().any(|series| series.approximation.is_some() && has_law(series)) {
        note.push_str("; the laws are approximate");
    }
    let missing: usize = study.series.iter().flat_map(|s| &s.points).filter(|p| p.updates.is_none()).count();
    if missing > 0 {
        let networks = if missing == 1 { "network" } else { "networks" };
        note.push_str(&format!("; {missing} {networks} did not learn"));
    }
    note
}

fn has_law(series: &SeriesResult) -> bool {
    series.points.iter().any(|point| point.predicted.is_some())
}

fn ink(index: usize) -> Ink {
    OKABE_ITO.get(index % OKABE_ITO.len()).copied().unwrap_or(INK)
}

fn dashed(ink: Ink, width: f64, dash: (f64, f64)) -> Pen {
    Pen { dash: Some(dash), ..Pen::solid(ink, width, 5) }
}

/// The colour of a network's curve: of its depth, if there is one series only.
fn curve_ink(study: &StudyResult, series: usize, point: usize) -> Ink {
    let points = study.series.get(series).map_or(1, |series| series.points.len());
    // A network that is alone has the whole colour.
    let share = if points == 1 { 1.0 } else { point as f64 / (points - 1) as f64 };
    if study.series.len() == 1 { ramp(share) } else { ink(series).paler(0.65 * (1.0 - share)) }
}

/// Keys in rows: series, then what the lines mean, then depths.
fn keys(study: &StudyResult, panels: &[StudyPanel]) -> Vec<Vec<Key>> {
    let line = |pen: Pen| Swatch::Line { pen, band: None, cut: false };
    let key = |swatch: Swatch, label: &str| Key { swatch, label: label.to_owned() };
    let series = |(index, series): (usize, &SeriesResult)| key(Swatch::Patch(ink(index)), &shortened(&series.label));
    let mut rows = Vec::new();
    if study.series.len() > 1 {
        rows.push(study.series.iter().enumerate().map(series).collect());
    }
    let mut meanings = Vec::new();
    let (laws, limits) = (study.series.iter().any(has_law), study.series.iter().any(|s| s.limit.is_some()));
    if panels.iter().any(|panel| !panel.is_of_curves()) {
        let rings = Pen { rings: Some(NEUTRAL), ..Pen::solid(NEUTRAL.paler(0.5), 0.8, 3) };
        meanings.push(key(line(rings), "trained"));
        if laws {
            meanings.push(key(line(Pen::solid(NEUTRAL, LAW, 4)), "law of this depth"));
        }
        let missing = study.series.iter().flat_map(|s| &s.points).any(|p| p.updates.is_none());
        if missing && panels.contains(&StudyPanel::Time) {
            meanings.push(key(Swatch::Beyond(NEUTRAL), "did not learn"));
        }
    }
    if limits {
        meanings.push(key(line(dashed(NEUTRAL, 1.3, LIMIT_DASH)), "infinite depth"));
    }
    if laws && panels.contains(&StudyPanel::Rate) {
        meanings.push(key(line(dashed(NEUTRAL, 1.3, STABLE_DASH)), "2/sharpness: largest stable rate"));
    }
    rows.push(meanings);
    if panels.iter().any(|panel| panel.is_of_curves()) {
        let depth = |(index, point): (usize, &Point)| {
            key(Swatch::Patch(curve_ink(study, 0, index)), &format!("N_l = {}", point.layers))
        };
        let told_apart = study.series.iter().any(|series| series.points.len() > 1) || study.series.len() == 1;
        let with_curve = |(_, point): &(usize, &Point)| is_bounded(point) && !point.curve.is_empty();
        let depths = study.series.first().map(|s| s.points.iter().enumerate().filter(with_curve).map(depth).collect());
        rows.push(depths.filter(|_| told_apart).unwrap_or_default());
    }
    rows
}

/// As much of a label as fits in a row.
pub(super) fn shortened(label: &str) -> String {
    font::wrap(label, SMALL, false, PAGE_WIDTH - 2.0 * MARGIN - 20.0, 1).into_iter().next().unwrap_or_default()
}

pub(super) fn draw_keys(scene: &mut Scene, rows: &[Vec<Key>], top: f64) -> f64 {
    let room = PAGE_WIDTH - 2.0 * MARGIN;
    let mut y = top;
    for keys in rows {
        // Many patches of colour are found faster in columns; what lines mean needs no order.
        let patches = keys.iter().all(|key| matches!(key.swatch, Swatch::Patch(_)));
        let columns = keys.len() > 4 && patches;
        let places = if columns { arrange_columns(keys, room) } else { arrange(keys, 0.0, room) };
        legend::draw(scene, keys, &places, (MARGIN, y));
        y += places.count as f64 * ROW;
    }
    y + GAP
}

fn depths(study: &StudyResult) -> Vec<f64> {
    study.series.iter().flat_map(|series| &series.points).map(|point| point.layers as f64).collect()
}

fn depth_axis(study: &StudyResult) -> Option<Axis> {
    extent(&depths(study)).map(|(lo, hi)| Axis::counts(lo, hi))
}

/// Logarithmic if the values span much, linear from 0 otherwise.
fn value_axis(values: &[f64], log_from: f64) -> Option<Axis> {
    const AIR: f64 = 1.3;
    let (lo, hi) = extent(values)?;
    if lo > 0.0 && lo * log_from < hi { Some(Axis::log(lo / AIR, hi * AIR)) } else { linear_axis(values) }
}

/// The values that an axis should hold: all of the `anchors`, and of the others those not far above them.
fn near(mut anchors: Vec<f64>, others: Vec<f64>) -> Vec<f64> {
    const FAR: f64 = 100.0;
    let limit = anchors.iter().copied().reduce(f64::max).map_or(f64::INFINITY, |largest| FAR * largest);
    anchors.extend(others.into_iter().filter(|v| *v <= limit));
    anchors
}

/// A curve of one figure of every network.
fn along(series: &SeriesResult, value: impl Fn(&Point) -> Option<f64>, pen: Pen) -> Mark {
    let points = series.points.iter().filter_map(|p| value(p).map(|v| (p.layers as f64, v)));
    Mark::Curve { points: points.collect(), pen, rings: SPARSE_RINGS, cut: false }
}

/// The trained networks of a series: open circles on a thin line.
fn trained(series: &SeriesResult, ink: Ink, value: impl Fn(&Point) -> Option<f64> + Copy) -> [Mark; 2] {
    let points = series.points.iter().filter_map(|p| value(p).map(|v| (p.layers as f64, v))).collect();
    [along(series, value, Pen::solid(ink.paler(0.5), 0.8, 3)), Mark::Points { points, ink }]
}

/// Updates until learned.
fn time(study: &StudyResult) -> Plan {
    let across = extent(&depths(study));
    let mut marks = Vec::new();
    let (mut held, mut laws) = (Vec::new(), Vec::new());
    for (index, series) in study.series.iter().enumerate() {
        let ink = ink(index);
        let spread = |p: &Point| Some((p.layers as f64, p.updates? - p.spread?, p.updates? + p.spread?));
        let edges: Vec<_> = series.points.iter().filter_map(spread).collect();
        if !edges.is_empty() {
            marks.push(Mark::Band { edges, ink });
        }
        let missing = series.points.iter().filter(|p| p.updates.is_none()).map(|p| p.layers as f64);
        marks.extend(missing.map(|t| Mark::Beyond { t, ink }));
        let predicted = |p: &Point| p.predicted?.updates;
        // Series of one law share its line, and its limit.
        let before = study.series.iter().take(index);
        let drawn =
            before.clone().any(|other| other.points.iter().map(predicted).eq(series.points.iter().map(predicted)));
        if !drawn {
            marks.push(along(series, predicted, Pen::solid(ink, LAW, 4)));
        }
        marks.extend(trained(series, ink, |p| p.updates));
        if let (Some(limit), Some((lo, hi))) = (&series.limit, across) {
            held.push(limit.updates);
            if !before.clone().any(|other| other.limit.as_ref() == Some(limit)) {
                let points = vec![(0.5 * lo, limit.updates), (2.0 * hi, limit.updates)];
                let pen = dashed(ink, 1.3, LIMIT_DASH);
                marks.push(Mark::Curve { points, pen, rings: SPARSE_RINGS, cut: false });
            }
        }
        held.extend(series.points.iter().filter_map(|p| p.updates));
        laws.extend(series.points.iter().filter_map(predicted));
    }
    Plan {
        title: "updates until learned".to_owned(),
        keys: Vec::new(),
        y: value_axis(&near(held, laws), LOG_FROM).ok_or("no network learned"),
        marks,
        height: 190.0,
    }
}

/// Learning rates: found or given, 1/sharpness, and the largest stable one.
fn rate(study: &StudyResult) -> Plan {
    let mut marks = Vec::new();
    let mut held = Vec::new();
    let mut laws: Vec<Vec<f64>> = Vec::new();
    for (index, series) in study.series.iter().enumerate() {
        let ink = ink(index);
        marks.extend(trained(series, ink, Point::best_rate));
        held.extend(series.points.iter().filter_map(Point::best_rate));
        let best = |p: &Point| p.predicted.map(|law| law.best_rate);
        let law: Vec<f64> = series.points.iter().filter_map(best).collect();
        // Starts that lead to the same minimum share its sharpness: one line for all of them.
        if law.is_empty() || laws.contains(&law) {
            continue;
        }
        marks.push(along(series, best, Pen::solid(ink, LAW, 4)));
        marks.push(along(series, |p| best(p).map(|rate| 2.0 * rate), dashed(ink, 1.3, STABLE_DASH)));
        held.extend(law.iter().flat_map(|rate| [*rate, 2.0 * rate]));
        laws.push(law);
    }
    Plan {
        title: "learning rate η".to_owned(),
        keys: Vec::new(),
        y: value_axis(&held, RATES_LOG_FROM).ok_or("no network learned"),
        marks,
        height: 150.0,
    }
}

fn all_rows(study: &StudyResult) -> impl Iterator<Item = &Row> {
    let trained = study.series.iter().flat_map(|s| s.points.iter().filter(|p| is_bounded(p)).flat_map(|p| &p.curve));
    trained.chain(study.series.iter().flat_map(|s| s.limit.iter().flat_map(|l| &l.curve)))
}

/// Whether a network's curve can share an axis with others.
fn is_bounded(point: &Point) -> bool {
    matches!(point.ended, Ended::Learned | Ended::NotLearned)
}

/// What a panel of curves shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Strength,
    Loss,
    TrainingError,
}

impl Shown {
    fn value(self, row: &Row) -> Option<(f64, f64)> {
        let value = match self {
            Shown::Strength => Some(row.strength),
            Shown::Loss => Some(row.loss),
            Shown::TrainingError => row.training_error,
        };
        value.map(|value| (row.updates, value))
    }
}

/// The way to the goal, a curve per network, and that of infinite depth.
fn curves(study: &StudyResult, shown: Shown) -> Plan {
    let mut marks = Vec::new();
    for (index, series) in study.series.iter().enumerate() {
        for (rank, point) in series.points.iter().enumerate().filter(|(_, point)| is_bounded(point)) {
            let points = point.curve.iter().filter_map(|row| shown.value(row)).collect();
            let pen = Pen::solid(curve_ink(study, index, rank), 1.6, 4);
            marks.push(Mark::Curve { points, pen, rings: SPARSE_RINGS, cut: false });
        }
        if let Some(limit) = &series.limit {
            let ink = if study.series.len() == 1 { INK } else { ink(index) };
            let points = limit.curve.iter().filter_map(|row| shown.value(row)).collect();
            marks.push(Mark::Curve { points, pen: dashed(ink, 1.6, LIMIT_DASH), rings: SPARSE_RINGS, cut: false });
        }
    }
    let held = all_rows(study).filter_map(|row| shown.value(row)).map(|(_, value)| value).filter(|v| v.is_finite());
    let held: Vec<f64> = held.collect();
    let (y, title) = match shown {
        Shown::Strength => (linear_axis(&held), "mode strength u"),
        Shown::Loss => (value_axis(&held, LOG_FROM), "loss L"),
        Shown::TrainingError => (linear_axis(&held), "training error"),
    };
    Plan { title: title.to_owned(), keys: Vec::new(), y: y.ok_or("no network learned"), marks, height: 200.0 }
}
