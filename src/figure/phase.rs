//! The phase portrait of one mode of two weights (Saxe et al. 2013, figure 2).
//!
//! τ da/dt = b(s − λab), τ db/dt = a(s − λab): the minima are the hyperbola ab = s/λ, the saddle at 0 has the stable
//! manifold a = −b, and trajectories run along a² − b² = const.

use super::Overlay;
use super::axis::Axis;
use super::plan::{Key, Mark, Plan, SPARSE_RINGS, Swatch, arms};
use super::scene::Ink;
use super::style::{FAINT, INK, OKABE_ITO, Pen, pen};
use crate::comparison::ModeSummary;
use crate::trajectory::Trajectory;

/// Arrows across and up.
const ARROWS: usize = 13;
/// Points of the hyperbola's branches.
const POINTS: usize = 200;
/// Modes whose s and λ differ by less, relatively, share the portrait.
const SAME: f64 = 1e-9;

/// The portrait and its horizontal axis; `Err` says why there is none.
pub(super) fn plan(overlay: &Overlay) -> (Plan, Option<Axis>) {
    let plan = |y, marks, keys| Plan { title: "strength b of W2".to_string(), keys, y, marks, height: 330.0 };
    let Some(first) = overlay.modes.first().filter(|mode| mode.start.len() == 2 && mode.s > 0.0) else {
        return (plan(Err("a portrait takes two weight matrices"), Vec::new(), Vec::new()), None);
    };
    let alike = |mode: &ModeSummary| {
        let close = |x: f64, y: f64| (x - y).abs() <= SAME * x.abs().max(y.abs());
        close(mode.s, first.s) && close(mode.input_eigenvalue, first.input_eigenvalue) && mode.start.len() == 2
    };
    let shown: Vec<usize> = (0..overlay.modes.len()).filter(|mode| alike(&overlay.modes[*mode])).take(7).collect();
    let ways: Vec<(usize, Vec<Way>)> = overlay
        .trajectories
        .iter()
        .enumerate()
        .map(|(index, t)| (index, shown.iter().map(|mode| way(t, *mode, &overlay.modes[*mode])).collect()))
        .collect();
    let points = ways.iter().flat_map(|(_, ways)| ways.iter().flat_map(|way| way.points.iter()));
    let farthest = points.fold(0.0, |most: f64, (a, b)| most.max(a.abs()).max(b.abs()));
    let root = (first.final_strength().unwrap_or(0.0)).sqrt();
    let extent = 1.15 * farthest.max(1.3 * root);
    let axis = Axis::linear(-extent, extent);
    let mut marks = landscape(first, extent);
    for (index, ways) in &ways {
        for (rank, way) in ways.iter().enumerate() {
            let pen = pen(overlay.trajectories[*index].arm, colour(rank));
            marks.push(Mark::Curve { points: way.points.clone(), pen, rings: SPARSE_RINGS, cut: false });
        }
    }
    // Every start once, whatever arm goes on from it.
    for (rank, mode) in shown.iter().enumerate() {
        if let [a, b] = overlay.modes[*mode].start.as_slice() {
            marks.push(Mark::Points { points: vec![(*a, *b)], ink: colour(rank) });
        }
    }
    (plan(Ok(axis), marks, keys(overlay)), Some(axis))
}

fn keys(overlay: &Overlay) -> Vec<Key> {
    let line = |pen: Pen, label: &str| {
        let swatch = Swatch::Line { pen, band: None, cut: false };
        Key { swatch, label: label.to_string() }
    };
    let known = arms(overlay.trajectories).count() > 0;
    let minima = line(MINIMA, "minima ab = s/λ");
    let manifold = line(MANIFOLD, "stable manifold of 0");
    if known { vec![minima, manifold] } else { Vec::new() }
}

const MINIMA: Pen = Pen::solid(INK, 1.6, 6);
const MANIFOLD: Pen = Pen { dash: Some((5.0, 4.0)), ..Pen::solid(FAINT, 1.2, 1) };

fn colour(rank: usize) -> Ink {
    OKABE_ITO.get(rank % OKABE_ITO.len()).copied().unwrap_or(INK)
}

/// Field, minima and stable manifold.
fn landscape(mode: &ModeSummary, extent: f64) -> Vec<Mark> {
    let (s, lambda) = (mode.s, mode.input_eigenvalue);
    let place = |i: usize| extent * (2.0 * (i as f64 + 0.5) / ARROWS as f64 - 1.0);
    let arrow = |i: usize, j: usize| {
        let (a, b) = (place(i), place(j));
        let gap = s - lambda * a * b;
        Mark::Arrow { at: (a, b), towards: (b * gap, a * gap) }
    };
    let mut marks: Vec<Mark> = (0..ARROWS * ARROWS).map(|k| arrow(k % ARROWS, k / ARROWS)).collect();
    let plain = |points: Vec<(f64, f64)>, pen: Pen| Mark::Curve { points, pen, rings: SPARSE_RINGS, cut: false };
    marks.push(plain(vec![(-extent, extent), (extent, -extent)], MANIFOLD));
    if let Some(end) = mode.final_strength() {
        let (low, high) = (end / extent, extent);
        for sign in [1.0, -1.0] {
            let branch = (0..=POINTS).map(|i| low * (high / low).powf(i as f64 / POINTS as f64));
            marks.push(plain(branch.map(|a| (sign * a, sign * end / a)).collect(), MINIMA));
        }
    }
    marks
}

/// The way of a mode in the plane of its two strengths.
struct Way {
    points: Vec<(f64, f64)>,
}

/// (a, b) from u = ab and the conserved c = a² − b²: the larger of the two never changes its sign.
fn way(trajectory: &Trajectory, mode: usize, summary: &ModeSummary) -> Way {
    let &[a0, b0] = summary.start.as_slice() else { return Way { points: Vec::new() } };
    let c = (a0 - b0) * (a0 + b0);
    let point = |(_, u): (f64, f64)| {
        let large = (0.5 * (c.hypot(2.0 * u) + c.abs())).sqrt();
        let small = |large: f64| if large == 0.0 { 0.0 } else { u / large };
        if c >= 0.0 {
            let a = large.copysign(a0);
            (a, small(a))
        } else {
            let b = large.copysign(b0);
            (small(b), b)
        }
    };
    Way { points: trajectory.mode(mode).map(point).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytic::pair::Pair;
    use crate::trajectory::{Arm, Observation, Outcome, Sample, Work};

    #[test]
    fn the_way_in_the_plane_is_that_of_the_two_strengths_through_zero_too() {
        let law = Pair { s: 1.3, input_eigenvalue: 0.7, tau: 1.0 };
        for start in [(1.7, -0.6), (-1.4, 0.3), (-0.4, 1.5), (0.3, 0.3), (-0.5, -1.2)] {
            let times = (0..40).map(|i| f64::from(i) * 0.1);
            let row = |t: f64| {
                let (a, b) = law.strengths(start, t);
                let mean = Observation { modes: vec![a * b], ..Observation::default() };
                Sample { t, mean, spread: None, state: None }
            };
            let trajectory = Trajectory {
                arm: Arm::Modes,
                method: String::new(),
                approximation: None,
                samples: times.clone().map(row).collect(),
                half_times: Vec::new(),
                work: Work::default(),
                outcome: Outcome::Complete,
            };
            let start_list = vec![start.0, start.1];
            let summary = ModeSummary { s: 1.3, input_eigenvalue: 0.7, start: start_list, predicted_half_time: None };
            for (t, (a, b)) in times.zip(way(&trajectory, 0, &summary).points) {
                let (expected_a, expected_b) = law.strengths(start, t);
                assert!((a - expected_a).abs() < 1e-12 && (b - expected_b).abs() < 1e-12, "{start:?} at {t}");
            }
        }
    }
}
