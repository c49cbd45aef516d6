//! The premises of the theory, each measured: how far it fails to hold.

use crate::linalg::{map_of, svd};
use crate::network::Widths;
use crate::probe::{alignment, imbalances};
use crate::reduction::Reduction;
use crate::stability::learns;
use crate::task::{ModeBasis, Statistics};
use nalgebra::DMatrix;

/// A premise holds if its violation is below this.
pub const HOLDS: f64 = 1e-9;

/// What of W2ᵀW2 − W1W1ᵀ is rounding: any more may be amplified as e^{sT}, and is no balance for an exact solution.
pub const EXACTLY_BALANCED: f64 = 1e-13;

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
    /// W2ᵀW2 − W1W1ᵀ = ℓI, for two weight matrices: ℓ, and the relative difference.
    pub imbalance: Option<Imbalance>,
    /// Rank of Σ11 and of Σ31.
    pub ranks: (usize, usize),
    /// Whether two nonzero singular values are equal.
    pub degenerate: bool,
    /// Whether the hidden layers are too narrow for all modes.
    pub bottleneck: bool,
}

/// How far W2ᵀW2 − W1W1ᵀ is from a multiple of I.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Imbalance {
    /// ℓ, the mean of its diagonal.
    pub multiple: f64,
    /// ‖W2ᵀW2 − W1W1ᵀ − ℓI‖ relative to the larger of the two terms.
    pub violation: f64,
}

impl Imbalance {
    /// Of two weight matrices; `None` of more or fewer.
    fn measure(weights: &[DMatrix<f64>]) -> Option<Imbalance> {
        let [w1, w2] = weights else { return None };
        let difference = imbalances(weights).pop()?;
        let multiple = difference.trace() / difference.nrows().max(1) as f64;
        let scale = w1.norm_squared().max(w2.norm_squared());
        let rest = &difference - DMatrix::identity(difference.nrows(), difference.nrows()) * multiple;
        let violation = if scale > 0.0 { worse(0.0, rest.norm() / scale) } else { 0.0 };
        // What is at rounding level is balance: any other ℓ would be one of rounding.
        let negligible = fails_to_matter(multiple, scale);
        Some(Imbalance { multiple: if negligible { 0.0 } else { multiple }, violation })
    }
}

/// Whether ℓ is at the rounding level of the weights' squares.
fn fails_to_matter(multiple: f64, scale: f64) -> bool {
    multiple.abs() <= 4.0 * f64::EPSILON * scale
}

/// A saddle at which the exact flow from this start ends, and which what integrates or steps leaves by rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstruction {
    /// L − L_min at the saddle.
    pub excess: f64,
    /// The modes (from 0) that are never learned, where the start is aligned: they start at 0, or below it and balanced. `None`
    /// where the sign of the determinant stands in the way, of the weakest mode in effect.
    pub modes: Option<Vec<usize>>,
}

impl Obstruction {
    /// Of an aligned start mode by mode, and else by the sign of the determinant.
    pub fn find(
        statistics: &Statistics,
        basis: &ModeBasis,
        reduction: &Reduction,
        widths: &Widths,
        weights: &[DMatrix<f64>],
    ) -> Option<Obstruction> {
        if reduction.approximation.is_some() {
            return Obstruction::of_determinant(statistics, basis, widths, weights);
        }
        let room = basis.len().min(widths.bottleneck());
        let stays = |mode: &usize| basis.final_strength(*mode).is_some() && !learns(&reduction.strengths[*mode]);
        let modes: Vec<usize> = (0..room).filter(stays).collect();
        let missed = modes.iter().chain(&(room..basis.len()).collect::<Vec<_>>()).copied().collect::<Vec<_>>();
        let loss = |mode: &usize| Some(0.5 * basis.s[*mode] * basis.final_strength(*mode)?);
        let excess = missed.iter().filter_map(loss).sum();
        (!modes.is_empty()).then_some(Obstruction { excess, modes: Some(modes) })
    }

    /// If N1 = N3 ≤ all hidden widths, Σ31 is not singular and the weights are balanced, the flow conserves the sign of
    /// det W: W obeys an equation of its own, in which d ln|det W|/dt is finite. Where it differs from the sign
    /// of det Σ31, the flow ends without the weakest mode, at L_min + ½σ_min(W*Σ11^½)² (derived, with 600 random starts
    /// as evidence).
    fn of_determinant(
        statistics: &Statistics,
        basis: &ModeBasis,
        widths: &Widths,
        weights: &[DMatrix<f64>],
    ) -> Option<Obstruction> {
        let n = statistics.inputs();
        let applies = widths.depth() > 1 && n == statistics.outputs() && widths.bottleneck() == n && basis.rank == n;
        if !applies || balance_violation(weights) > EXACTLY_BALANCED {
            return None;
        }
        let (map, target) = (determinant_sign(&map_of(weights))?, determinant_sign(&statistics.sigma31)?);
        let mut best = statistics.optimum_frame.clone();
        for (mut column, lambda) in best.column_iter_mut().zip(statistics.eigenvalues.iter()) {
            column *= lambda.sqrt();
        }
        let least = svd(&best).s.last().copied()?;
        (map != target).then_some(Obstruction { excess: 0.5 * least * least, modes: None })
    }

    /// What is never learned, in words.
    pub fn missing(&self) -> String {
        match &self.modes {
            None => "the weakest mode".to_owned(),
            Some(modes) => {
                let numbers: Vec<String> = modes.iter().map(|mode| (mode + 1).to_string()).collect();
                format!("mode{} {}", if modes.len() == 1 { "" } else { "s" }, numbers.join(", "))
            }
        }
    }
}

/// The sign of a determinant, whatever its size; `None` if it is 0 or not a number, within rounding.
fn determinant_sign(m: &DMatrix<f64>) -> Option<bool> {
    if svd(m).s.len() < m.nrows() {
        return None;
    }
    let lu = m.clone().lu();
    let negative = lu.u().diagonal().iter().filter(|pivot| **pivot < 0.0).count();
    let odd = negative % 2 == 1;
    let swapped = lu.p().determinant::<f64>() < 0.0;
    Some(odd == swapped)
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
            imbalance: Imbalance::measure(weights),
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
