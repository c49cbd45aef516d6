//! What counts as learned, read off the error of the map.

use crate::task::{ModeBasis, Statistics};
use crate::text::number;

/// What a network is trained for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Learned {
    /// u of a mode (from 0) within 1 − share of s/λ, relative.
    Mode {
        /// Which mode.
        mode: usize,
        /// How much of s/λ.
        share: f64,
    },
    /// L − L_min at most this share of what the zero map has.
    Excess(f64),
    /// L at most this.
    Loss(f64),
}

impl Learned {
    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Learned::Mode { mode, share } => format!("u of mode {} is {} of s/λ", mode + 1, number(*share)),
            Learned::Excess(share) => format!("L − L_min is {} of what the zero map has", number(*share)),
            Learned::Loss(loss) => format!("L is {}", number(*loss)),
        }
    }

    /// The mode whose strength is watched: the one waited for, or else the first.
    pub fn watched(&self) -> usize {
        if let Learned::Mode { mode, .. } = self { *mode } else { 0 }
    }
}

/// The excess of the loss at which it counts as learned; `None` if a mode is waited for.
pub(super) fn excess_wanted(learned: &Learned, statistics: &Statistics) -> Option<f64> {
    match learned {
        Learned::Mode { .. } => None,
        // What the zero map has above L_min is ½Tr Σ31Σ11⁺Σ31ᵀ.
        Learned::Excess(share) => Some(share * (0.5 * statistics.trace_sigma33 - statistics.least_loss)),
        Learned::Loss(loss) => Some(loss - statistics.least_loss),
    }
}

/// What is watched of a network in training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// L − L_min.
    pub excess: f64,
    /// u of the watched mode.
    pub strength: f64,
}

/// Reads loss and strength off 𝓔 = Σ31 − WΣ11, which every gradient has at hand, in the frame of Σ11.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    /// Eigenvalues of Σ11.
    eigenvalues: Vec<f64>,
    /// u of the watched mode.
    left: Vec<f64>,
    /// Σ11⁺v of the watched mode: v lies in the range of Σ11, so that uᵀWv = uᵀ(Σ31 − 𝓔)Σ11⁺v.
    right: Vec<f64>,
    /// uᵀΣ31Σ11⁺v.
    whole: f64,
    /// L_min.
    pub least_loss: f64,
    /// s/λ and the share of it that is waited for.
    mode: Option<(f64, f64)>,
    /// L − L_min that is waited for.
    excess: f64,
}

impl Goal {
    pub fn new(statistics: &Statistics, basis: &ModeBasis, learned: &Learned) -> Goal {
        let watched = learned.watched();
        let left: Vec<f64> = basis.u.column(watched).iter().copied().collect();
        let v = statistics.frame.enter_rows(&basis.v);
        let inverse = |(v, lambda): (&f64, &f64)| if *lambda > 0.0 { v / lambda } else { 0.0 };
        let right: Vec<f64> = v.column(watched).iter().zip(statistics.eigenvalues.iter()).map(inverse).collect();
        let mode = match learned {
            Learned::Mode { mode, share } => basis.final_strength(*mode).map(|end| (end, *share)),
            _ => None,
        };
        Goal {
            whole: bilinear(statistics.sigma31_frame.as_slice(), &left, &right),
            eigenvalues: statistics.eigenvalues.as_slice().to_vec(),
            left,
            right,
            least_loss: statistics.least_loss,
            mode,
            excess: excess_wanted(learned, statistics).unwrap_or(0.0),
        }
    }

    /// L − L_min = ½ Σ_j ‖𝓔_j‖²/λ_j over the columns, and u.
    pub fn read(&self, error: &[f64]) -> Reading {
        let columns = error.chunks_exact(self.left.len().max(1)).zip(&self.eigenvalues);
        let learnable = columns.filter(|(_, lambda)| **lambda > 0.0);
        let excess: f64 = learnable.map(|(e, lambda)| e.iter().map(|x| x * x).sum::<f64>() / lambda).sum();
        Reading { excess: 0.5 * excess, strength: self.whole - bilinear(error, &self.left, &self.right) }
    }

    /// Whether the goal is reached. A mode must be near s/λ: one that has shot beyond it has not been learned.
    pub fn is_reached(&self, reading: Reading) -> bool {
        match self.mode {
            Some((end, share)) => (share..=2.0 - share).contains(&(reading.strength / end)),
            None => reading.excess <= self.excess,
        }
    }

    /// What is below 0 until the goal is reached, along the flow.
    pub fn level(&self, reading: Reading) -> f64 {
        match self.mode {
            Some((end, share)) => reading.strength / end - share,
            None if self.excess > 0.0 => 1.0 - reading.excess / self.excess,
            None => -1.0,
        }
    }
}

/// leftᵀ M right for a column-major matrix.
fn bilinear(m: &[f64], left: &[f64], right: &[f64]) -> f64 {
    let dot = |column: &[f64]| column.iter().zip(left).map(|(x, y)| x * y).sum::<f64>();
    m.chunks_exact(left.len().max(1)).zip(right).map(|(column, y)| dot(column) * y).sum()
}
