//! The gradient of the loss of a deep linear network, from the statistics alone.

use super::Widths;
use crate::kernels::{View, gemm};
use nalgebra::DMatrix;
use std::cell::{Ref, RefCell};
use std::ops::Range;

/// −∂L/∂W_l = (W_D…W_{l+1})ᵀ (Σ31 − WΣ11) (W_{l−1}…W_1)ᵀ for all l at once.
///
/// In the frame where Σ11 = diag(λ), so that WΣ11 is a scaling of columns. With the suffixes
/// S_l = W_D…W_{l+1} and R_l = (Σ31 − WΣ11)(W_{l−1}…W_1)ᵀ the gradient is S_lᵀR_l, and both obey
/// recursions, S_{l−1} = S_lW_l and R_{l+1} = R_lW_lᵀ, whose matrices have N3 rows only. Where N1 is
/// the thinner end, prefixes and back-propagated errors with N1 columns serve in their place. Either
/// way the cost is three products a layer, 6·min(N1, N3)·n_l·n_{l−1} operations.
#[derive(Debug)]
pub struct Gradient {
    widths: Widths,
    sigma31: DMatrix<f64>,
    eigenvalues: Vec<f64>,
    offsets: Vec<usize>,
    scratch: RefCell<Scratch>,
}

#[derive(Debug)]
struct Scratch {
    /// S_l for l = 1…D−1 (N3×n_l), or P_l (n_l×N1).
    products: Vec<Vec<f64>>,
    /// Σ31 − WΣ11, N3×N1.
    error: Vec<f64>,
    /// R_l, or the back-propagated error, and its successor.
    carry: [Vec<f64>; 2],
}

impl Gradient {
    /// The gradient for Σ31 (N3×N1) and Σ11's eigenvalues, both in the frame of Σ11.
    pub fn new(widths: &Widths, sigma31: &DMatrix<f64>, eigenvalues: &[f64]) -> Gradient {
        let thin = widths.inputs().min(widths.outputs());
        let widest = widths.as_slice().iter().copied().max().unwrap_or(0);
        let mut offsets = vec![0];
        for (rows, cols) in widths.shapes() {
            offsets.push(offsets[offsets.len() - 1] + rows * cols);
        }
        let hidden = &widths.as_slice()[1..widths.depth()];
        Gradient {
            widths: widths.clone(),
            sigma31: sigma31.clone(),
            eigenvalues: eigenvalues.to_vec(),
            offsets,
            scratch: RefCell::new(Scratch {
                products: hidden.iter().map(|n| vec![0.0; thin * n]).collect(),
                error: vec![0.0; sigma31.len()],
                carry: [vec![0.0; thin * widest], vec![0.0; thin * widest]],
            }),
        }
    }

    /// The number of weights.
    pub fn len(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    /// Whether there are no weights.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes −∂L/∂W at the flat state `weights` to `out`, in the same layout.
    pub fn descend(&self, weights: &[f64], out: &mut [f64]) {
        let mut scratch = self.scratch.borrow_mut();
        if self.widths.outputs() <= self.widths.inputs() {
            self.suffixes(weights, &mut scratch);
            self.along_outputs(weights, out, &mut scratch);
        } else {
            self.prefixes(weights, &mut scratch);
            self.along_inputs(weights, out, &mut scratch);
        }
    }

    /// Forms the error at the flat state `weights`, for [`Gradient::error`], at a third of the cost.
    pub fn look(&self, weights: &[f64]) {
        let mut scratch = self.scratch.borrow_mut();
        if self.widths.outputs() <= self.widths.inputs() {
            self.suffixes(weights, &mut scratch);
        } else {
            self.prefixes(weights, &mut scratch);
        }
    }

    /// 𝓔 = Σ31 − WΣ11, N3×N1 in the frame of Σ11, at the state of the last call.
    pub fn error(&self) -> Ref<'_, [f64]> {
        Ref::map(self.scratch.borrow(), |scratch| scratch.error.as_slice())
    }

    /// Where W_l stands in the flat state, l from 1.
    fn range(&self, l: usize) -> Range<usize> {
        self.offsets[l - 1]..self.offsets[l]
    }

    fn weight<'a>(&self, weights: &'a [f64], l: usize) -> View<'a> {
        let n = self.widths.as_slice();
        View::new(&weights[self.range(l)], n[l], n[l - 1])
    }

    /// S_{l−1} = S_l W_l, from S_D = I; the last one, S_0, is the map W, of which the error is made.
    fn suffixes(&self, weights: &[f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let outputs = self.widths.outputs();
        let Scratch { products, error, .. } = scratch;
        for l in (1..=depth).rev() {
            let w = self.weight(weights, l);
            match (l, depth) {
                (1, 1) => error.copy_from_slice(&weights[self.range(1)]),
                (1, _) => gemm(1.0, View::new(&products[0], outputs, n[1]), w, 0.0, error),
                (l, d) if l == d => products[l - 2].copy_from_slice(&weights[self.range(l)]),
                (l, _) => {
                    let (done, rest) = products.split_at_mut(l - 1);
                    gemm(1.0, View::new(&rest[0], outputs, n[l]), w, 0.0, &mut done[l - 2]);
                }
            }
        }
        self.residual(error);
    }

    /// R_1 = Σ31 − WΣ11, R_{l+1} = R_l W_lᵀ; −∂L/∂W_l = S_lᵀR_l.
    fn along_outputs(&self, weights: &[f64], out: &mut [f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let outputs = self.widths.outputs();
        let Scratch { products, error, carry: [current, next] } = scratch;
        for l in 1..=depth {
            let r = if l == 1 { View::new(error, outputs, n[0]) } else { View::new(current, outputs, n[l - 1]) };
            if l == depth {
                copy(if l == 1 { error } else { current }, &mut out[self.range(l)]);
            } else {
                gemm(1.0, View::new(&products[l - 1], outputs, n[l]).t(), r, 0.0, &mut out[self.range(l)]);
                gemm(1.0, r, self.weight(weights, l).t(), 0.0, next);
                std::mem::swap(current, next);
            }
        }
    }

    /// P_l = W_l P_{l−1}, from P_0 = I; the last one, P_D, is the map W, of which the error is made.
    fn prefixes(&self, weights: &[f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let inputs = self.widths.inputs();
        let Scratch { products, error, .. } = scratch;
        for l in 1..=depth {
            let w = self.weight(weights, l);
            match (l, depth) {
                (1, 1) => error.copy_from_slice(&weights[self.range(1)]),
                (1, _) => products[0].copy_from_slice(&weights[self.range(1)]),
                (l, d) if l == d => gemm(1.0, w, View::new(&products[l - 2], n[l - 1], inputs), 0.0, error),
                (l, _) => {
                    let (done, rest) = products.split_at_mut(l - 1);
                    gemm(1.0, w, View::new(&done[l - 2], n[l - 1], inputs), 0.0, &mut rest[0]);
                }
            }
        }
        self.residual(error);
    }

    /// T_D = Σ31 − WΣ11, T_{l−1} = W_lᵀT_l; −∂L/∂W_l = T_lP_{l−1}ᵀ.
    fn along_inputs(&self, weights: &[f64], out: &mut [f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let inputs = self.widths.inputs();
        let Scratch { products, error, carry: [current, next] } = scratch;
        for l in (1..=depth).rev() {
            let t = if l == depth { View::new(error, n[l], inputs) } else { View::new(current, n[l], inputs) };
            if l == 1 {
                copy(if l == depth { error } else { current }, &mut out[self.range(l)]);
            } else {
                gemm(1.0, t, View::new(&products[l - 2], n[l - 1], inputs).t(), 0.0, &mut out[self.range(l)]);
                gemm(1.0, self.weight(weights, l).t(), t, 0.0, next);
                std::mem::swap(current, next);
            }
        }
    }

    /// W → Σ31 − WΣ11, in place.
    fn residual(&self, map: &mut [f64]) {
        let outputs = self.widths.outputs();
        for ((w, s), lambda) in
            map.chunks_exact_mut(outputs).zip(self.sigma31.as_slice().chunks_exact(outputs)).zip(&self.eigenvalues)
        {
            for (w, s) in w.iter_mut().zip(s) {
                *w = s - *w * lambda;
            }
        }
    }
}

/// Copies as many numbers as `out` holds.
fn copy(from: &[f64], out: &mut [f64]) {
    out.copy_from_slice(&from[..out.len()]);
}

impl crate::integrate::VectorField for Gradient {
    /// dW_l/dT = −∂L/∂W_l, with T = t/τ.
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        self.descend(y, dy);
    }
}
