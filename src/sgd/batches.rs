//! Batches of samples.

use crate::experiment::Order;
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
