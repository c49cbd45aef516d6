//! From full weights to one small system per mode: the strengths at t = 0, exact or effective.

use crate::premises::{Premises, fails};
use crate::probe::alignment;
use crate::task::ModeBasis;
use nalgebra::{DMatrix, DVector};

/// The modes' strengths at t = 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction {
    /// For each mode its D strengths a_l, W1 first; their product is u_α.
    pub strengths: Vec<Vec<f64>>,
    /// Why the mode equations are only an approximation; `None` where they are exact.
    pub approximation: Option<String>,
    /// ℓ of W2ᵀW2 − W1W1ᵀ = ℓI, which the flow keeps, for two weight matrices and white inputs.
    pub conserved: Option<f64>,
}

impl Reduction {
    /// Reads the strengths off aligned weights; elsewhere, estimates them.
    pub fn new(weights: &[DMatrix<f64>], basis: &ModeBasis, premises: &Premises) -> Reduction {
        let depth = weights.len();
        let approximation = premises.obstacle();
        let strengths = match (depth, &approximation) {
            (1, _) => diagonal(weights, basis).map(|u| vec![u]).collect(),
            (_, None) => alignment(weights, &basis.u, &basis.v).strengths,
            (2, _) if fails(premises.aligned) => {
                effective_start(weights, basis).iter().map(|&u| vec![u.sqrt(); 2]).collect()
            }
            (_, _) if !fails(premises.aligned) => alignment(weights, &basis.u, &basis.v).strengths,
            (_, _) => {
                let root = 1.0 / depth as f64;
                diagonal(weights, basis).map(|u| vec![u.abs().powf(root); depth]).collect()
            }
        };
        let kept = premises.imbalance.filter(|kept| !fails(premises.white) && !fails(kept.violation));
        let conserved = kept.map(|kept| kept.multiple);
        Reduction { strengths: strengths.into_iter().map(equalised).collect(), approximation, conserved }
    }

    /// u_α(0), the product of the strengths.
    pub fn initial(&self, mode: usize) -> f64 {
        self.strengths.get(mode).map_or(0.0, |a| a.iter().product())
    }

    /// Largest spread of |a_l| within a mode, relative to its largest: 0 if the strengths are balanced.
    pub fn imbalance(&self) -> f64 {
        self.strengths
            .iter()
            .map(|a| {
                let largest = a.iter().map(|x| x.abs()).fold(0.0, f64::max);
                let least = a.iter().map(|x| x.abs()).fold(f64::INFINITY, f64::min);
                if largest > 0.0 { (largest - least) / largest } else { 0.0 }
            })
            .fold(0.0, f64::max)
    }
}

/// Strengths that differ by rounding only, made equal: a balanced mode with a = −b stays on its way to the
/// saddle at 0, which any difference would make it leave.
fn equalised(strengths: Vec<f64>) -> Vec<f64> {
    let largest = strengths.iter().map(|a| a.abs()).fold(0.0, f64::max);
    let least = strengths.iter().map(|a| a.abs()).fold(f64::INFINITY, f64::min);
    if largest - least > EQUAL * largest {
        return strengths;
    }
    let mean = strengths.iter().map(|a| a.abs()).sum::<f64>() / strengths.len().max(1) as f64;
    strengths.into_iter().map(|a| mean.copysign(a)).collect()
}

/// Strengths closer than this, relative, differ by rounding.
const EQUAL: f64 = 1e-12;

/// u_αᵀW v_α.
fn diagonal<'a>(weights: &[DMatrix<f64>], basis: &'a ModeBasis) -> impl Iterator<Item = f64> + 'a {
    let image = crate::linalg::map_of(weights) * &basis.v;
    let k = basis.len();
    (0..k).map(move |alpha| basis.u.column(alpha).dot(&image.column(alpha)))
}

/// The effective start u0_α of small random weights, for two weight matrices.
///
/// While the weights are small, z_α = (W1v_α + W2ᵀu_α)/√2 grows as e^{s_αt/τ}. The modes are learned
/// one after the other, and each uses up its own direction of the hidden layer, so u0_α = ½‖residual‖² of
/// Gram–Schmidt on the z_α by descending s. A hidden layer of N2 units has room for N2 modes.
pub fn effective_start(weights: &[DMatrix<f64>], basis: &ModeBasis) -> Vec<f64> {
    let [w1, w2] = weights else { return vec![0.0; basis.len()] };
    let (read, written) = (w1 * &basis.v, w2.transpose() * &basis.u);
    let z = (&read + &written) / std::f64::consts::SQRT_2;
    let mut used: Vec<DVector<f64>> = Vec::new();
    let mut start = Vec::with_capacity(basis.len());
    for (mode, column) in z.column_iter().enumerate() {
        if used.len() == w1.nrows() {
            start.push(0.0);
            continue;
        }
        let mut residual = column.into_owned();
        // Twice, for orthogonality at rounding level.
        for _ in 0..2 {
            for direction in &used {
                residual -= direction * direction.dot(&residual);
            }
        }
        let norm = residual.norm();
        // What is at rounding level has no direction, and is no start.
        let made_of = read.column(mode).norm() + written.column(mode).norm();
        let norm = if norm > 1e-14 * made_of { norm } else { 0.0 };
        start.push(0.5 * norm * norm);
        if norm > 0.0 {
            used.push(residual / norm);
        }
    }
    start
}
