//! The strengths of the watched modes at every update, and when each is first half learned.

use crate::kernels::{View, gemm};
use crate::sgd::half_way;
use crate::task::{Averaging, ModeBasis, Statistics};
use nalgebra::DMatrix;

/// A strength of so many times s/λ is on its way to infinity.
const DIVERGED: f64 = 1e6;

/// Reads u_α of some modes off what descent has at hand.
#[derive(Debug)]
pub(super) struct Reader {
    /// u_α, N3×m.
    left: DMatrix<f64>,
    /// Σ11⁺v_α in the frame of Σ11, N1×m; v_α lies in the range of Σ11, for s_α > 0.
    right: DMatrix<f64>,
    /// The same in the user's coordinates.
    right_outside: DMatrix<f64>,
    /// u_αᵀΣ31Σ11⁺v_α.
    whole: Vec<f64>,
    /// 1/P where the statistics are averages, else 1.
    unit: f64,
    /// UᵀM of the matrix read last, and UᵀWx beside vᵀΣ11⁺x.
    scratch: [Vec<f64>; 2],
}

impl Reader {
    /// Of these modes, from 0.
    pub fn new(
        statistics: &Statistics,
        basis: &ModeBasis,
        modes: &[usize],
        averaging: Averaging,
        count: usize,
    ) -> Reader {
        let left = basis.u.select_columns(modes);
        let mut right = statistics.frame.enter_rows(&basis.v.select_columns(modes));
        for (mut row, lambda) in right.row_iter_mut().zip(statistics.eigenvalues.iter()) {
            row *= if *lambda > 0.0 { 1.0 / lambda } else { 0.0 };
        }
        let right_outside = statistics.frame.leave(&right.transpose()).transpose();
        let image = &statistics.sigma31_frame * &right;
        let whole = left.column_iter().zip(image.column_iter()).map(|(u, w)| u.dot(&w)).collect();
        let unit = if averaging == Averaging::Mean { 1.0 / count.max(1) as f64 } else { 1.0 };
        Reader { left, right, right_outside, whole, unit, scratch: [Vec::new(), Vec::new()] }
    }

    /// u_α = uᵀWv = uᵀ(Σ31 − 𝓔)Σ11⁺v, of 𝓔 = Σ31 − WΣ11 in the frame of Σ11.
    pub fn of_error(&mut self, error: &[f64], strengths: &mut [f64]) {
        let (outputs, modes) = self.left.shape();
        let inputs = self.right.nrows();
        let [image, _] = &mut self.scratch;
        image.resize(modes * inputs, 0.0);
        gemm(1.0, View::from(&self.left).t(), View::new(error, outputs, inputs), 0.0, image);
        strengths.copy_from_slice(&self.whole);
        for (column, row) in image.chunks_exact(modes.max(1)).zip(self.right.row_iter()) {
            strengths.iter_mut().zip(column).zip(row.iter()).for_each(|((u, e), v)| *u -= e * v);
        }
    }

    /// Adds to u_α = uᵀ⟨f(x)xᵀ⟩Σ11⁺v, the strength of the linear map that stands for a network, what some samples
    /// have in it.
    pub fn add_samples(&mut self, x: &[f64], outputs: &[f64], strengths: &mut [f64]) {
        let (n3, modes) = self.left.shape();
        let n1 = self.right.nrows();
        let count = x.len() / n1.max(1);
        let [image, inputs] = &mut self.scratch;
        image.resize(modes * count, 0.0);
        inputs.resize(modes * count, 0.0);
        gemm(1.0, View::from(&self.left).t(), View::new(outputs, n3, count), 0.0, image);
        gemm(self.unit, View::from(&self.right_outside).t(), View::new(x, n1, count), 0.0, inputs);
        for (f, x) in image.chunks_exact(modes.max(1)).zip(inputs.chunks_exact(modes.max(1))) {
            strengths.iter_mut().zip(f).zip(x).for_each(|((u, f), x)| *u += f * x);
        }
    }
}

/// When each mode is first at half of s/λ.
#[derive(Debug)]
pub(super) struct HalfTimes {
    /// s/λ.
    ends: Vec<f64>,
    /// The shares of it at the last look.
    before: Vec<f64>,
    /// In updates.
    found: Vec<Option<f64>>,
}

impl HalfTimes {
    /// Of modes that end at these strengths.
    pub fn new(ends: Vec<f64>) -> HalfTimes {
        HalfTimes { before: vec![0.0; ends.len()], found: vec![None; ends.len()], ends }
    }

    /// Looks at the strengths after so many updates; whether they are bounded.
    pub fn see(&mut self, updates: u64, strengths: &[f64]) -> bool {
        let mut bounded = true;
        let modes = strengths.iter().zip(&self.ends).zip(&mut self.before).zip(&mut self.found);
        for (((strength, end), before), found) in modes {
            let share = strength / end;
            if found.is_none() && share >= 0.5 {
                *found = Some(match updates {
                    0 => 0.0,
                    _ => (updates - 1) as f64 + half_way(*before, share),
                });
            }
            *before = share;
            bounded &= share.abs() <= DIVERGED;
        }
        bounded
    }

    /// Whether there is nothing left to wait for.
    pub fn is_done(&self) -> bool {
        self.found.iter().all(Option::is_some)
    }

    /// What was found.
    pub fn into_inner(self) -> Vec<Option<f64>> {
        self.found
    }
}
