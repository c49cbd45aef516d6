//! From saddle to saddle: the fixed points that learning passes, and how long it stays near each.
//!
//! The critical points of the loss with modes K learned are W_K = Σ_{α∈K} (s_α/λ_α) u_αv_αᵀ (Baldi & Hornik 1989); all
//! but the one with the strongest modes that there is room for are saddles. Learning leaves one when the next mode
//! rises: the plateau of k learned modes lasts from the half-time of the k-th to that of the one after it.

use crate::comparison::ModeSummary;
use crate::trajectory::{Arm, Observation, Trajectory};

/// A critical point on the way, and the stay near it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plateau {
    /// The modes that have been learned (from 0), in the order in which they are.
    pub learned: Vec<usize>,
    /// L − L_min there: ½Σ s²/λ over the modes that are still to be learned.
    pub excess: f64,
    /// Its predicted length, in the scenario's units; `None` for the last, and where half-times are not predicted.
    pub predicted: Option<f64>,
    /// Its length as each arm has it.
    pub measured: Vec<(Arm, Option<f64>)>,
}

impl Plateau {
    /// ‖W − W_K‖ by what is observed of W: its strengths, and its coupling where there is one.
    pub fn distance(&self, modes: &[ModeSummary], observed: &Observation) -> f64 {
        let aim = |mode: usize| match (self.learned.contains(&mode), modes.get(mode)) {
            (true, Some(summary)) => summary.final_strength().unwrap_or(0.0),
            _ => 0.0,
        };
        let strengths = observed.modes.iter().enumerate().map(|(mode, u)| (u - aim(mode)).powi(2)).sum::<f64>();
        (strengths + observed.coupling.unwrap_or(0.0).powi(2)).sqrt()
    }
}

/// Half-times closer than this, relative, are one.
const AT_ONCE: f64 = 1e-9;

/// The plateaus of the modes that are learned, from none of them learned to all, in the predicted order. Between modes that are
/// learned at once, as those of a level of a tree, there is none.
pub fn plateaus(modes: &[ModeSummary], trajectories: &[Trajectory]) -> Vec<Plateau> {
    let predicted = |mode: usize| modes[mode].predicted_half_time;
    let mut order: Vec<usize> = (0..modes.len()).filter(|mode| predicted(*mode).is_some()).collect();
    order.sort_by(|a, b| predicted(*a).unwrap_or(0.0).total_cmp(&predicted(*b).unwrap_or(0.0)));
    let left = |learned: &[usize]| {
        let open = modes.iter().enumerate().filter(|(mode, _)| !learned.contains(mode));
        open.filter_map(|(_, mode)| Some(0.5 * mode.s * mode.final_strength()?)).fold(0.0, |sum, excess| sum + excess)
    };
    let at_once = |one: &usize, other: &usize| match (predicted(*one), predicted(*other)) {
        (Some(one), Some(other)) => other - one <= AT_ONCE * other,
        _ => false,
    };
    let groups: Vec<&[usize]> = order.chunk_by(at_once).collect();
    let mut k = 0;
    (0..=groups.len())
        .map(|at| {
            let (before, next) = (at.checked_sub(1).map(|last| groups[last]), groups.get(at));
            k += before.map_or(0, <[usize]>::len);
            // From the start, or from where all modes before are half learned, to where the first of the next is.
            let length = |half_time: &dyn Fn(usize) -> Option<f64>| {
                let all = |group: &[usize]| group.iter().map(|mode| half_time(*mode)).collect::<Option<Vec<f64>>>();
                let begin = before.map_or(Some(0.0), |group| all(group)?.into_iter().reduce(f64::max))?;
                Some(all(next?)?.into_iter().reduce(f64::min)? - begin)
            };
            Plateau {
                excess: left(&order[..k]),
                predicted: length(&predicted),
                measured: trajectories
                    .iter()
                    .map(|t| (t.arm, length(&|mode| t.half_times.get(mode).copied().flatten())))
                    .collect(),
                learned: order[..k].to_vec(),
            }
        })
        .collect()
}
