//! What is observed of the weights: loss, mode strengths, coupling, energy, invariants.

use crate::network::Widths;
use crate::premises::{fails, worse};
use crate::task::{Frame, ModeBasis, Statistics};
use crate::trajectory::{Energy, Observation};
use nalgebra::DMatrix;

/// Observes maps W in the frame of Σ11's eigenvectors.
#[derive(Debug, Clone)]
pub struct Probe {
    frame: Frame,
    tau: f64,
    eigenvalues: Vec<f64>,
    least_loss: f64,
    optimum: DMatrix<f64>,
    u: DMatrix<f64>,
    v: DMatrix<f64>,
    s: Vec<f64>,
    /// c, if Σ11 = cI.
    white: Option<f64>,
    alone: Alone,
}

/// What the loss of a network of which only the strengths are known takes: with λ_α = v_αᵀΣ11v_α, b_α = u_αᵀW*Σ11v_α/λ_α and
/// a rest that no strength moves, 2(L − L_min) = Σ_α λ_α(u_α − b_α)² + rest. Nothing cancels near the minimum.
#[derive(Debug, Clone)]
struct Alone {
    /// (λ_α, b_α).
    modes: Vec<(f64, f64)>,
    rest: f64,
}

impl Alone {
    /// Of the optimum W*, U and V, and the eigenvalues of Σ11, all in the frame.
    fn new(optimum: &DMatrix<f64>, u: &DMatrix<f64>, v: &DMatrix<f64>, eigenvalues: &[f64]) -> Alone {
        let dot = |a: &mut dyn Iterator<Item = (f64, f64)>| {
            a.zip(eigenvalues).map(|((a, b), lambda)| a * b * lambda).sum::<f64>()
        };
        // The rows u_αᵀW*, as columns.
        let mut rows = optimum.transpose() * u;
        let outside = optimum - u * rows.transpose();
        let mut modes = Vec::with_capacity(u.ncols());
        let mut rest = weighted_square(&outside, eigenvalues);
        for (mut row, v) in rows.column_iter_mut().zip(v.column_iter()) {
            let weight = dot(&mut v.iter().map(|v| (*v, *v)));
            let best =
                if weight.is_normal() { dot(&mut row.iter().copied().zip(v.iter().copied())) / weight } else { 0.0 };
            row.axpy(-best, &v, 1.0);
            rest += dot(&mut row.iter().map(|r| (*r, *r)));
            modes.push((weight, best));
        }
        Alone { modes, rest }
    }

    /// L − L_min.
    fn excess(&self, strengths: &[f64]) -> f64 {
        let terms = self.modes.iter().zip(strengths).map(|((weight, best), u)| weight * (u - best).powi(2));
        0.5 * (terms.sum::<f64>() + self.rest)
    }
}

/// ‖MΣ11^{1/2}‖² of M in the frame.
fn weighted_square(m: &DMatrix<f64>, eigenvalues: &[f64]) -> f64 {
    m.column_iter().zip(eigenvalues).map(|(column, lambda)| lambda * column.norm_squared()).sum()
}

impl Probe {
    /// A probe for one task in its mode basis.
    pub fn new(statistics: &Statistics, basis: &ModeBasis, tau: f64) -> Probe {
        let (u, v) = (&basis.u, statistics.frame.enter_rows(&basis.v));
        let eigenvalues = statistics.eigenvalues.as_slice();
        Probe {
            frame: statistics.frame.clone(),
            tau,
            alone: Alone::new(&statistics.optimum_frame, u, &v, eigenvalues),
            eigenvalues: eigenvalues.to_vec(),
            least_loss: statistics.least_loss,
            optimum: statistics.optimum_frame.clone(),
            u: u.clone(),
            v,
            s: basis.s.clone(),
            white: match statistics.whiteness() {
                (violation, c) if !fails(violation) && c > 0.0 => Some(c),
                _ => None,
            },
        }
    }

    /// The frame in which maps are observed.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Observes the map W, N3×N1, in the frame.
    pub fn observe(&self, map: &DMatrix<f64>) -> Observation {
        let modes = self.strengths(map);
        let coupling = self.coupling(map, &modes);
        // τE = L − ½(Tr Σ33 − ‖Σ31‖²/c) = (1/2c)Σ(s_α − cu_α)² + (c/2)Σ(couplings)².
        let energy = self.white.map(|c| Energy {
            modes: self.s.iter().zip(&modes).map(|(s, u)| (s - c * u).powi(2)).sum::<f64>() / (2.0 * c * self.tau),
            coupling: c * coupling * coupling / (2.0 * self.tau),
        });
        Observation { loss: self.loss(map), modes, coupling: Some(coupling), energy, ..Observation::default() }
    }

    /// What is known of a network of which only the strengths are, W = Σ_α u_α u_αv_αᵀ: as many operations as modes.
    pub fn observe_strengths(&self, modes: &[f64]) -> Observation {
        let loss = self.least_loss + self.alone.excess(modes);
        Observation { loss, modes: modes.to_vec(), ..Observation::default() }
    }

    /// Σ_α u_α u_αv_αᵀ in the frame.
    pub fn map_of(&self, modes: &[f64]) -> DMatrix<f64> {
        let mut left = self.u.clone();
        for (mut column, u) in left.column_iter_mut().zip(modes) {
            column *= *u;
        }
        left * self.v.transpose()
    }

    /// L = L_min + ½‖(W − W*)Σ11^{1/2}‖²: nothing cancels near the minimum.
    fn loss(&self, map: &DMatrix<f64>) -> f64 {
        self.least_loss + self.excess(map)
    }

    /// L − L_min of the map W in the frame.
    pub fn excess(&self, map: &DMatrix<f64>) -> f64 {
        let excess: f64 = map
            .column_iter()
            .zip(self.optimum.column_iter())
            .zip(&self.eigenvalues)
            .map(|((w, best), lambda)| lambda * (w - best).norm_squared())
            .sum();
        0.5 * excess
    }

    /// u_α = u_αᵀWv_α of the map W in the frame.
    pub fn strengths(&self, map: &DMatrix<f64>) -> Vec<f64> {
        let image = map * &self.v;
        self.u.column_iter().zip(image.column_iter()).map(|(u, w)| u.dot(&w)).collect()
    }

    /// The off-diagonal part of UᵀWV is what W − Σ_α u_α u_αv_αᵀ leaves; the norm is the same.
    fn coupling(&self, map: &DMatrix<f64>, modes: &[f64]) -> f64 {
        (map - self.map_of(modes)).norm()
    }
}

/// W_{l+1}ᵀW_{l+1} − W_lW_lᵀ for l = 1…D−1: constant along the flow, for any Σ11 and any start.
pub fn imbalances(weights: &[DMatrix<f64>]) -> Vec<DMatrix<f64>> {
    weights
        .windows(2)
        .map(|pair| {
            use crate::kernels::{View, gemm};
            let (lower, upper) = (View::from(&pair[0]), View::from(&pair[1]));
            let mut m = DMatrix::zeros(pair[0].nrows(), pair[0].nrows());
            gemm(1.0, upper.t(), upper, 0.0, m.as_mut_slice());
            gemm(-1.0, lower, lower.t(), 1.0, m.as_mut_slice());
            m
        })
        .collect()
}

/// Operations that [`imbalances`] and [`alignment`] take, to decide how often they are affordable.
pub fn monitoring_cost(widths: &Widths, modes: usize) -> f64 {
    let n = widths.as_slice();
    let balance: usize = n.windows(3).map(|w| 2 * w[1] * w[1] * (w[0] + w[2])).sum();
    let alignment: usize = n.windows(2).map(|w| 6 * w[0] * w[1] * modes).sum();
    (balance + alignment) as f64
}

/// Strengths a_l of the modes, and how far the weights are from W_l = R_l diag(a_l) R_{l−1}ᵀ.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// For each mode its D strengths, W1 first; their product is u_α.
    pub strengths: Vec<Vec<f64>>,
    /// Largest ‖W_l − R_l diag(a_l) R_{l−1}ᵀ‖/‖W_l‖, or overlap of two directions in a layer.
    pub violation: f64,
}

/// Follows every v_α through the layers, and every u_α back, to read the strengths off.
///
/// The direction of a mode in a layer is that of W_l…W_1v_α, or of (W_D…W_{l+1})ᵀu_α where the
/// first vanishes. `v` and the weights are in the same frame.
pub fn alignment(weights: &[DMatrix<f64>], u: &DMatrix<f64>, v: &DMatrix<f64>) -> Alignment {
    let directions = directions(weights, u, v);
    let modes = u.ncols();
    let mut strengths = vec![Vec::with_capacity(weights.len()); modes];
    let mut violation: f64 = 0.0;
    for (l, w) in weights.iter().enumerate() {
        let (right, left) = (&directions[l], &directions[l + 1]);
        let image = w * right;
        let mut scaled = left.clone();
        for (alpha, strengths) in strengths.iter_mut().enumerate() {
            let a = left.column(alpha).dot(&image.column(alpha));
            strengths.push(a);
            scaled.column_mut(alpha).scale_mut(a);
        }
        let norm = w.norm();
        if norm > 0.0 {
            violation = worse(violation, (w - scaled * right.transpose()).norm() / norm);
        }
        violation = worse(violation, overlap(left));
    }
    Alignment { strengths, violation }
}

/// r_l^α for l = 0…D, unit or zero columns.
fn directions(weights: &[DMatrix<f64>], u: &DMatrix<f64>, v: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
    let mut forward = vec![v.clone()];
    for w in weights {
        let image = w * &forward[forward.len() - 1];
        forward.push(normalised(image));
    }
    let mut backward = u.clone();
    let depth = weights.len();
    forward[depth] = u.clone();
    for l in (1..depth).rev() {
        backward = normalised(weights[l].transpose() * backward);
        for alpha in 0..u.ncols() {
            if forward[l].column(alpha).norm() == 0.0 {
                forward[l].set_column(alpha, &backward.column(alpha));
            }
        }
    }
    forward
}

/// Columns of unit norm. What is negligible beside the largest is left at zero: no direction.
fn normalised(mut m: DMatrix<f64>) -> DMatrix<f64> {
    let largest = m.column_iter().map(|c| c.norm()).fold(0.0, f64::max);
    for mut column in m.column_iter_mut() {
        let norm = column.norm();
        if norm > NO_DIRECTION * largest {
            column /= norm;
        } else {
            column.fill(0.0);
        }
    }
    m
}

/// Images below this, relative to the largest in the layer, have no direction of their own.
const NO_DIRECTION: f64 = 1e-13;

/// The largest inner product of two different columns.
fn overlap(m: &DMatrix<f64>) -> f64 {
    let gram = m.transpose() * m;
    let mut worst: f64 = 0.0;
    for j in 0..gram.ncols() {
        for i in 0..j {
            worst = worse(worst, gram[(i, j)].abs());
        }
    }
    worst
}
