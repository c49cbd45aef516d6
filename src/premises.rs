//! The premises of the theory, each measured: how far it fails to hold.

use crate::network::Widths;
use crate::probe::{alignment, imbalances};
use crate::task::{ModeBasis, Statistics};
use nalgebra::DMatrix;

/// A premise holds if its violation is below this.
pub const HOLDS: f64 = 1e-9;

/// Whether a violation is too large; one that is not a number is.
pub fn fails(violation: f64) -> bool {
    violation.is_nan() || violation > HOLDS
}

/// The larger of two violations; one that is not a number, as where weights overflow, is the largest of all.
pub fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// Violations of the theory's premises, all relative; 0 where a premise holds exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Premises {
    /// Σ11 ∝ I: ‖Σ11 − cI‖/‖Σ11‖, c the mean eigenvalue.
    pub white: f64,
    /// The mean eigenvalue c of Σ11.
    pub mean_eigenvalue: f64,
    /// Every v_α an eigenvector of Σ11: ‖Σ11V − V diag λ‖/‖Σ11‖.
    pub commuting: f64,
    /// W_l = R_l diag(a_l) R_{l−1}ᵀ: the largest relative remainder or overlap.
    pub aligned: f64,
    /// W_{l+1}ᵀW_{l+1} = W_lW_lᵀ: the largest relative difference.
    pub balanced: f64,
    /// Rank of Σ11 and of Σ31.
    pub ranks: (usize, usize),
    /// Whether two nonzero singular values are equal.
    pub degenerate: bool,
    /// Whether the hidden layers are too narrow for all modes.
    pub bottleneck: bool,
}

impl Premises {
    /// Measures all premises for weights in the user's coordinates.
    pub fn measure(statistics: &Statistics, basis: &ModeBasis, widths: &Widths, weights: &[DMatrix<f64>]) -> Premises {
        let (white, mean_eigenvalue) = statistics.whiteness();
        Premises {
            white,
            mean_eigenvalue,
            commuting: basis.commuting_violation(statistics),
            aligned: alignment(weights, &basis.u, &basis.v).violation,
            balanced: balance_violation(weights),
            ranks: (statistics.input_rank(), basis.rank),
            degenerate: basis.degenerate(),
            bottleneck: widths.bottleneck() < basis.rank,
        }
    }

    /// The first premise of the mode equations that fails, in words; `None` if they are exact.
    pub fn obstacle(&self) -> Option<String> {
        if fails(self.commuting) {
            Some(format!(
                "the inputs' correlations do not commute with the modes: sigma11 mixes the right singular vectors of sigma31 (violation {:.2e})",
                self.commuting
            ))
        } else if fails(self.aligned) {
            Some(format!("the starting weights are not aligned with the modes (violation {:.2e})", self.aligned))
        } else {
            None
        }
    }
}

/// The largest ‖W_{l+1}ᵀW_{l+1} − W_lW_lᵀ‖ relative to the larger of the two terms.
pub fn balance_violation(weights: &[DMatrix<f64>]) -> f64 {
    imbalances(weights)
        .iter()
        .zip(weights.windows(2))
        .map(|(difference, pair)| {
            let scale = pair.iter().map(|w| w.norm_squared()).fold(0.0, f64::max);
            if scale > 0.0 { difference.norm() / scale } else { 0.0 }
        })
        .fold(0.0, worse)
}
