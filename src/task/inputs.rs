//! How the inputs correlate along the modes: VᵀΣ11V.

use super::{ModeBasis, Statistics};
use crate::kernels::{View, product};
use crate::linalg::{complement, join, symmetric_eigen};
use nalgebra::DMatrix;

/// Directions that are shown at least, where there are as many: null ones fill up the modes.
const LEAST: usize = 20;
/// Directions that are shown at most.
const MOST: usize = 64;

/// A block of VᵀΣ11V: diagonal where the modes decouple (Saxe, McClelland & Ganguli 2013, figure 5 left).
///
/// Its directions are the v_α of the modes with s > 0, by descending s, and then those of the other inputs along which they
/// vary most: the eigenvectors of Σ11 within what the v_α leave.
#[derive(Debug, Clone, PartialEq)]
pub struct InputCorrelations {
    /// s of each direction; 0 of those that are no modes.
    pub s: Vec<f64>,
    /// vᵀΣ11v' of each two.
    pub matrix: DMatrix<f64>,
}

impl InputCorrelations {
    /// Of a task in its mode basis: all modes with s > 0, and as many other directions as make 20; of more than 64 modes,
    /// the first.
    pub fn new(statistics: &Statistics, basis: &ModeBasis) -> InputCorrelations {
        let modes = basis.rank.min(MOST);
        let count = modes.max(LEAST).min(statistics.inputs());
        let shown = basis.v.columns(0, modes).into_owned();
        let missing = count - modes;
        let v = if missing == 0 { shown } else { join(&shown, &leading(statistics, &shown, missing)) };
        let image = product((&statistics.sigma11).into(), (&v).into());
        let mut s = basis.s.get(..modes).unwrap_or_default().to_vec();
        s.resize(count, 0.0);
        InputCorrelations { s, matrix: product(View::from(&v).t(), (&image).into()) }
    }

    /// ‖M − diag M‖/‖M‖, the share of the norm that lies off the diagonal; 0 of nothing.
    pub fn off_diagonal_share(&self) -> f64 {
        let largest = self.matrix.amax();
        if largest == 0.0 || !largest.is_finite() {
            return 0.0;
        }
        // Scaled, so that no square overflows.
        let mut off = &self.matrix / largest;
        let norm = off.norm();
        off.fill_diagonal(0.0);
        off.norm() / norm
    }
}

/// The first `count` eigenvectors of Σ11 in the complement of `v`.
fn leading(statistics: &Statistics, v: &DMatrix<f64>, count: usize) -> DMatrix<f64> {
    let rest = complement(v);
    let within = product(View::from(&rest).t(), (&product((&statistics.sigma11).into(), (&rest).into())).into());
    let (_, rotation) = symmetric_eigen(&within);
    let first = rotation.columns(0, count.min(rotation.ncols())).into_owned();
    product((&rest).into(), (&first).into())
}
