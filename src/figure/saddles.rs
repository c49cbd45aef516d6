//! The panel of the distances to the critical points on the way.

use super::Overlay;
use super::plan::{Key, Mark, Plan, SPARSE_RINGS, Swatch};
use super::range::log_axis;
use super::style::{OKABE_ITO, Pen, ramp};
use crate::plateaus::{Plateau, plateaus};
use crate::trajectory::{Arm, Trajectory};

/// Distances are followed this far down.
const DECADES: i32 = 8;
/// More critical points than this are not told apart.
const MOST: usize = 9;

/// ‖W − W_K‖ of the flow, or of the first arm there is, for each critical point that it passes.
pub(super) fn plan(overlay: &Overlay) -> Plan {
    let passed = plateaus(overlay.modes, &[]);
    let passed = &passed[..passed.len().min(MOST)];
    let watched = watched(overlay.trajectories);
    let curves: Vec<Vec<(f64, f64)>> = passed
        .iter()
        .map(|plateau| {
            let samples = watched.into_iter().flat_map(|t| &t.samples);
            samples.map(|s| (s.t, plateau.distance(overlay.modes, &s.mean))).collect()
        })
        .collect();
    let values: Vec<f64> = curves.iter().flatten().map(|(_, d)| *d).collect();
    let pen = |rank: usize| Pen::solid(colour(rank, passed.len()), 1.6, 4);
    let mark = |(rank, points): (usize, Vec<(f64, f64)>)| Mark::Curve {
        points,
        pen: pen(rank),
        rings: SPARSE_RINGS,
        cut: false,
    };
    let key = |(rank, plateau): (usize, &Plateau)| {
        let swatch = Swatch::Line { pen: pen(rank), band: None, cut: false };
        let label = match plateau.learned.len() {
            0 => "none".to_string(),
            1 => "1 mode".to_string(),
            n => format!("{n}"),
        };
        Key { swatch, label }
    };
    Plan {
        title: format!("distance to the critical points{}", watched.map_or(String::new(), |t| format!(" ({})", t.arm))),
        keys: passed.iter().enumerate().map(key).collect(),
        y: if passed.len() > 1 { log_axis(&values, DECADES).ok_or("no samples") } else { Err("no mode is learned") },
        marks: curves.into_iter().enumerate().map(mark).collect(),
        height: 130.0,
    }
}

fn watched(trajectories: &[Trajectory]) -> Option<&Trajectory> {
    trajectories.iter().find(|t| t.arm == Arm::Flow).or(trajectories.first())
}

fn colour(rank: usize, count: usize) -> super::scene::Ink {
    match OKABE_ITO.get(rank) {
        Some(ink) if count <= OKABE_ITO.len() => *ink,
        _ => ramp(rank as f64 / count.saturating_sub(1).max(1) as f64),
    }
}
