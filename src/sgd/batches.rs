//! Minibatches, and one update of a linear network on one of them.

use crate::experiment::Order;
use crate::kernels::{View, gemm};
use crate::network::Widths;
use crate::task::Samples;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// An endless supply of batches, epoch after epoch.
pub struct Batches<'a> {
    samples: &'a Samples,
    size: usize,
    order: Order,
    rng: ChaCha8Rng,
    permutation: Vec<usize>,
    position: usize,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl<'a> Batches<'a> {
    /// Batches of `size` samples; the last one of an epoch has what is left.
    pub fn new(samples: &'a Samples, size: usize, order: Order, rng: ChaCha8Rng) -> Self {
        let size = size.clamp(1, samples.len().max(1));
        Batches {
            samples,
            size,
            order,
            rng,
            permutation: (0..samples.len()).collect(),
            position: 0,
            x: vec![0.0; samples.x.nrows() * size],
            y: vec![0.0; samples.y.nrows() * size],
        }
    }

    /// Inputs and targets of the next batch, a column a sample, and the number of samples.
    pub fn next_batch(&mut self) -> (&[f64], &[f64], usize) {
        let total = self.samples.len();
        if self.position == 0 && self.order == Order::Shuffled {
            self.permutation.shuffle(&mut self.rng);
        }
        let start = self.position;
        let end = (start + self.size).min(total);
        self.position = if end == total { 0 } else { end };
        let (n1, n3) = (self.samples.x.nrows(), self.samples.y.nrows());
        let (all_x, all_y) = (self.samples.x.as_slice(), self.samples.y.as_slice());
        if self.order == Order::Sequential {
            return (&all_x[start * n1..end * n1], &all_y[start * n3..end * n3], end - start);
        }
        for (slot, &sample) in self.permutation[start..end].iter().enumerate() {
            self.x[slot * n1..(slot + 1) * n1].copy_from_slice(&all_x[sample * n1..(sample + 1) * n1]);
            self.y[slot * n3..(slot + 1) * n3].copy_from_slice(&all_y[sample * n3..(sample + 1) * n3]);
        }
        (&self.x, &self.y, end - start)
    }
}

/// The buffers of an update by back-propagation.
pub struct Descent {
    widths: Widths,
    /// h_l = W_l h_{l−1}, n_l×B, for l = 1…D; the last becomes the error.
    layers: Vec<Vec<f64>>,
    /// The errors propagated back to layer l and l − 1.
    errors: [Vec<f64>; 2],
}

impl Descent {
    /// Buffers for batches of up to `size` samples.
    pub fn new(widths: &Widths, size: usize) -> Descent {
        let n = widths.as_slice();
        let widest = n.iter().copied().max().unwrap_or(0);
        Descent {
            widths: widths.clone(),
            layers: n[1..].iter().map(|n| vec![0.0; n * size]).collect(),
            errors: [vec![0.0; widest * size], vec![0.0; widest * size]],
        }
    }

    /// W_l ← W_l + rate · Σ_b δ_l^b (h_{l−1}^b)ᵀ, all layers at once, for Σ_b ½‖y − Wx‖² over the batch.
    pub fn update(&mut self, weights: &mut [f64], x: &[f64], y: &[f64], count: usize, rate: f64) {
        let Descent { widths, layers, errors } = self;
        let (n, depth) = (widths.as_slice(), widths.depth());
        let mut offset = 0;
        for l in 1..=depth {
            let size = n[l] * n[l - 1];
            let (below, here) = layers.split_at_mut(l - 1);
            let input = below.last().map_or(x, Vec::as_slice);
            let w = View::new(&weights[offset..offset + size], n[l], n[l - 1]);
            gemm(1.0, w, View::new(input, n[l - 1], count), 0.0, &mut here[0]);
            offset += size;
        }
        let [current, next] = errors;
        let output = &layers[depth - 1];
        for ((error, target), h) in current.iter_mut().zip(&y[..n[depth] * count]).zip(output) {
            *error = target - h;
        }
        for l in (1..=depth).rev() {
            let size = n[l] * n[l - 1];
            offset -= size;
            let weight = &mut weights[offset..offset + size];
            let error = View::new(current, n[l], count);
            if l > 1 {
                // Before the update: the gradient is that of one and the same state.
                gemm(1.0, View::new(weight, n[l], n[l - 1]).t(), error, 0.0, next);
            }
            let input = if l == 1 { x } else { &layers[l - 2] };
            gemm(rate, error, View::new(input, n[l - 1], count).t(), 1.0, weight);
            std::mem::swap(current, next);
        }
    }
}
