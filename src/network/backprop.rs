//! The gradient of the loss of a network of any activation, from samples, by back-propagation.

use super::{Activation, Widths};
use crate::kernels::{View, gemm};
use std::ops::Range;

/// h_l = φ(W_l h_{l−1} + b_l), h_0 = x, with linear outputs f(x) = W_D h_{D−1} + b_D, and the errors
/// δ_D = y − f(x), δ_l = φ'(z_l) ∘ W_{l+1}ᵀδ_{l+1}: of ½‖y − f(x)‖² the gradient is −∂/∂W_l = δ_l h_{l−1}ᵀ, −∂/∂b_l = δ_l
/// (Rumelhart, Hinton & Williams 1986).
///
/// A batch is a matrix, a sample a column. Parameters are flat: the weights column by column, W1 first, and then
/// the biases, if there are any.
#[derive(Debug)]
pub struct Backprop {
    widths: Widths,
    activation: Activation,
    biases: bool,
    /// Where each W_l starts; the end of the last is where the biases start.
    offsets: Vec<usize>,
    /// h_l for l = 1…D, n_l×B.
    layers: Vec<Vec<f64>>,
    /// δ_l for l = 1…D, n_l×B.
    errors: Vec<Vec<f64>>,
}

impl Backprop {
    /// Buffers for batches of up to `size` samples.
    pub fn new(widths: &Widths, activation: Activation, biases: bool, size: usize) -> Backprop {
        let mut offsets = vec![0];
        for (rows, cols) in widths.shapes() {
            offsets.push(offsets[offsets.len() - 1] + rows * cols);
        }
        let buffers = || widths.as_slice()[1..].iter().map(|n| vec![0.0; n * size]).collect();
        Backprop { widths: widths.clone(), activation, biases, offsets, layers: buffers(), errors: buffers() }
    }

    /// The number of parameters.
    pub fn len(&self) -> usize {
        let weights = self.offsets[self.offsets.len() - 1];
        weights + if self.biases { self.widths.as_slice()[1..].iter().sum() } else { 0 }
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// f(x) of `count` samples (N1×count), N3×count; the layers stay for [`Backprop::backward`].
    pub fn forward(&mut self, parameters: &[f64], x: &[f64], count: usize) -> &[f64] {
        let depth = self.widths.depth();
        for l in 1..=depth {
            let (below, here) = self.layers.split_at_mut(l - 1);
            let n = self.widths.as_slice();
            let h = &mut here[0][..n[l] * count];
            let input = View::new(below.last().map_or(x, Vec::as_slice), n[l - 1], count);
            let w = View::new(&parameters[self.offsets[l - 1]..self.offsets[l]], n[l], n[l - 1]);
            if self.biases {
                let bias = &parameters[bias_range(&self.widths, &self.offsets, l)];
                h.chunks_exact_mut(n[l]).for_each(|column| column.copy_from_slice(bias));
            }
            gemm(1.0, w, input, if self.biases { 1.0 } else { 0.0 }, h);
            if l < depth {
                self.activation.apply(h);
            }
        }
        self.outputs(count)
    }

    /// The errors δ_l of the samples last gone forward, with targets `y` (N3×count); returns Σ ½‖y − f(x)‖².
    pub fn backward(&mut self, parameters: &[f64], y: &[f64], count: usize) -> f64 {
        let (n, depth) = (self.widths.as_slice(), self.widths.depth());
        let output = &mut self.errors[depth - 1][..n[depth] * count];
        for ((error, target), h) in output.iter_mut().zip(y).zip(&self.layers[depth - 1]) {
            *error = target - h;
        }
        let loss = 0.5 * output.iter().map(|e| e * e).sum::<f64>();
        for l in (1..depth).rev() {
            let (here, above) = self.errors.split_at_mut(l);
            let error = &mut here[l - 1][..n[l] * count];
            let w = View::new(&parameters[self.offsets[l]..self.offsets[l + 1]], n[l + 1], n[l]);
            gemm(1.0, w.t(), View::new(&above[0], n[l + 1], count), 0.0, error);
            self.activation.chain(error, &self.layers[l - 1]);
        }
        loss
    }

    /// `target` += rate · Σ_b δ_l^b (h_{l−1}^b)ᵀ for all layers, of the samples last gone backward. The errors are all
    /// known by then, so that `target` may be the parameters themselves.
    pub fn accumulate(&self, rate: f64, x: &[f64], count: usize, target: &mut [f64]) {
        let (mut weights, biases) = target.split_at_mut(self.offsets[self.widths.depth()]);
        for l in 1..=self.widths.depth() {
            let (weight, rest) = weights.split_at_mut(self.weights_of(l));
            self.accumulate_layer(l, rate, x, count, weight);
            weights = rest;
        }
        self.accumulate_biases(rate, count, biases);
    }

    /// The number of weights in W_l, l from 1.
    pub fn weights_of(&self, l: usize) -> usize {
        self.offsets[l] - self.offsets[l - 1]
    }

    /// The same for W_l alone, l from 1.
    pub fn accumulate_layer(&self, l: usize, rate: f64, x: &[f64], count: usize, weight: &mut [f64]) {
        let n = self.widths.as_slice();
        let input = if l == 1 { x } else { &self.layers[l - 2] };
        let error = View::new(&self.errors[l - 1], n[l], count);
        gemm(rate, error, View::new(input, n[l - 1], count).t(), 1.0, weight);
    }

    /// The same for the biases, all that there are.
    pub fn accumulate_biases(&self, rate: f64, count: usize, biases: &mut [f64]) {
        if !self.biases {
            return;
        }
        let mut rest = biases;
        for (n, errors) in self.widths.as_slice()[1..].iter().zip(&self.errors) {
            let (bias, further) = rest.split_at_mut(*n);
            for column in errors[..n * count].chunks_exact(*n) {
                bias.iter_mut().zip(column).for_each(|(b, e)| *b += rate * e);
            }
            rest = further;
        }
    }

    /// f(x) of the samples last gone forward.
    pub fn outputs(&self, count: usize) -> &[f64] {
        &self.layers[self.widths.depth() - 1][..self.widths.outputs() * count]
    }
}

/// Where b_l stands in the parameters, l from 1.
fn bias_range(widths: &Widths, offsets: &[usize], l: usize) -> Range<usize> {
    let n = widths.as_slice();
    let start = offsets[offsets.len() - 1] + n[1..l].iter().sum::<usize>();
    start..start + n[l]
}
