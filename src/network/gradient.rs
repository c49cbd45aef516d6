//! The gradient of the loss of a deep linear network, from the statistics alone.

use super::Widths;
use crate::kernels::{View, gemm};
use nalgebra::DMatrix;
use pulp::{Simd, WithSimd};
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
    scales: Scales,
    offsets: Vec<usize>,
    scratch: RefCell<Scratch>,
}

/// Σ11's eigenvalues.
#[derive(Debug)]
enum Scales {
    /// One for all inputs: they are white.
    Equal(f64),
    /// That of each entry of the map.
    Each(Vec<f64>),
}

impl Scales {
    fn new(eigenvalues: &[f64], outputs: usize) -> Scales {
        match eigenvalues {
            [first, rest @ ..] if rest.iter().all(|lambda| lambda == first) => Scales::Equal(*first),
            _ => Scales::Each(eigenvalues.iter().flat_map(|lambda| std::iter::repeat_n(*lambda, outputs)).collect()),
        }
    }
}

#[derive(Debug)]
struct Scratch {
    /// S_l for l = 1…D−2 (N3×n_l; S_{D−1} is W_D), or P_l for l = 2…D−1 (n_l×N1; P_1 is W_1).
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
        let (n, depth) = (widths.as_slice(), widths.depth());
        // Of the suffixes the last, of the prefixes the first is a weight matrix.
        let hidden = if widths.outputs() <= widths.inputs() { 1..depth.max(2) - 1 } else { 2.min(depth)..depth };
        Gradient {
            widths: widths.clone(),
            sigma31: sigma31.clone(),
            scales: Scales::new(eigenvalues, widths.outputs()),
            offsets,
            scratch: RefCell::new(Scratch {
                products: n[hidden].iter().map(|n| vec![0.0; thin * n]).collect(),
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

    /// S_l, N3×n_l, for l = 1…D−1.
    fn suffix<'a>(&self, weights: &'a [f64], products: &'a [Vec<f64>], l: usize) -> View<'a> {
        match products.get(l - 1) {
            Some(product) => View::new(product, self.widths.outputs(), self.widths.as_slice()[l]),
            None => self.weight(weights, l + 1),
        }
    }

    /// S_{l−1} = S_l W_l, from S_{D−1} = W_D; the last one, S_0, is the map W, of which the error is made.
    fn suffixes(&self, weights: &[f64], scratch: &mut Scratch) {
        let Scratch { products, error, .. } = scratch;
        for l in (2..self.widths.depth()).rev() {
            let (done, rest) = products.split_at_mut(l - 1);
            let suffix = match rest.first() {
                Some(product) => View::new(product, self.widths.outputs(), self.widths.as_slice()[l]),
                None => self.weight(weights, l + 1),
            };
            gemm(1.0, suffix, self.weight(weights, l), 0.0, &mut done[l - 2]);
        }
        if self.widths.depth() == 1 {
            error.copy_from_slice(weights);
            self.residual(error);
        } else {
            self.residual_of_product(self.suffix(weights, products, 1), self.weight(weights, 1), error);
        }
    }

    /// R_1 = Σ31 − WΣ11, R_{l+1} = R_l W_lᵀ; −∂L/∂W_l = S_lᵀR_l, and R_D the last.
    fn along_outputs(&self, weights: &[f64], out: &mut [f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let Scratch { products, error, carry: [current, next] } = scratch;
        if depth == 1 {
            out.copy_from_slice(error);
        }
        for l in 1..depth {
            let r = View::new(if l == 1 { error } else { current }, self.widths.outputs(), n[l - 1]);
            gemm(1.0, self.suffix(weights, products, l).t(), r, 0.0, &mut out[self.range(l)]);
            let above = if l + 1 == depth { &mut out[self.range(depth)] } else { &mut next[..] };
            gemm(1.0, r, self.weight(weights, l).t(), 0.0, above);
            std::mem::swap(current, next);
        }
    }

    /// P_l, n_l×N1, for l = 1…D−1.
    fn prefix<'a>(&self, weights: &'a [f64], products: &'a [Vec<f64>], l: usize) -> View<'a> {
        match l.checked_sub(2) {
            Some(index) => View::new(&products[index], self.widths.as_slice()[l], self.widths.inputs()),
            None => self.weight(weights, 1),
        }
    }

    /// P_l = W_l P_{l−1}, from P_1 = W_1; the last one, P_D, is the map W, of which the error is made.
    fn prefixes(&self, weights: &[f64], scratch: &mut Scratch) {
        let depth = self.widths.depth();
        let Scratch { products, error, .. } = scratch;
        for l in 2..depth {
            let (done, rest) = products.split_at_mut(l - 2);
            gemm(1.0, self.weight(weights, l), self.prefix(weights, done, l - 1), 0.0, &mut rest[0]);
        }
        if depth == 1 {
            error.copy_from_slice(weights);
            self.residual(error);
        } else {
            self.residual_of_product(self.weight(weights, depth), self.prefix(weights, products, depth - 1), error);
        }
    }

    /// T_D = Σ31 − WΣ11, T_{l−1} = W_lᵀT_l; −∂L/∂W_l = T_lP_{l−1}ᵀ, and T_1 the first.
    fn along_inputs(&self, weights: &[f64], out: &mut [f64], scratch: &mut Scratch) {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let Scratch { products, error, carry: [current, next] } = scratch;
        if depth == 1 {
            out.copy_from_slice(error);
        }
        for l in (2..=depth).rev() {
            let t = View::new(if l == depth { error } else { current }, n[l], self.widths.inputs());
            gemm(1.0, t, self.prefix(weights, products, l - 1).t(), 0.0, &mut out[self.range(l)]);
            let below = if l == 2 { &mut out[self.range(1)] } else { &mut next[..] };
            gemm(1.0, self.weight(weights, l).t(), t, 0.0, below);
            std::mem::swap(current, next);
        }
    }

    /// W → Σ31 − WΣ11, in place.
    fn residual(&self, map: &mut [f64]) {
        let sigma31 = self.sigma31.as_slice();
        match &self.scales {
            Scales::Equal(lambda) => map.iter_mut().zip(sigma31).for_each(|(w, s)| *w = s - *w * lambda),
            Scales::Each(scales) => pulp::Arch::new().dispatch(Residual { map, sigma31, scales }),
        }
    }

    /// The same of W = AB; of white inputs along with the product, without a pass of its own.
    fn residual_of_product(&self, a: View, b: View, error: &mut [f64]) {
        if let Scales::Equal(lambda) = self.scales {
            error.copy_from_slice(self.sigma31.as_slice());
            gemm(-lambda, a, b, 1.0, error);
        } else {
            gemm(1.0, a, b, 0.0, error);
            self.residual(error);
        }
    }
}

/// w → s − λw for every entry, with the widest registers that the machine has.
struct Residual<'a> {
    map: &'a mut [f64],
    sigma31: &'a [f64],
    scales: &'a [f64],
}

impl WithSimd for Residual<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (map, map_rest) = S::as_mut_simd_f64s(self.map);
        let (sigma31, sigma31_rest) = S::as_simd_f64s(self.sigma31);
        let (scales, scales_rest) = S::as_simd_f64s(self.scales);
        for ((w, s), lambda) in map.iter_mut().zip(sigma31).zip(scales) {
            *w = simd.sub_f64s(*s, simd.mul_f64s(*w, *lambda));
        }
        for ((w, s), lambda) in map_rest.iter_mut().zip(sigma31_rest).zip(scales_rest) {
            *w = s - *w * lambda;
        }
    }
}

impl crate::integrate::VectorField for Gradient {
    /// dW_l/dT = −∂L/∂W_l, with T = t/τ.
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        self.descend(y, dy);
    }
}
