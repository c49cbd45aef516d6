//! Batches of samples.

use crate::experiment::Order;
use crate::task::Samples;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// An endless supply of batches, epoch after epoch.
pub struct Batches<'a> {
    samples: &'a Samples,
    size: usize,
    order: Order,
    rng: ChaCha8Rng,
    permutation: Vec<usize>,
    position: usize,
}

impl<'a> Batches<'a> {
    /// Batches of `size` samples; the last one of an epoch has what is left.
    pub fn new(samples: &'a Samples, size: usize, order: Order, rng: ChaCha8Rng) -> Self {
        let size = size.clamp(1, samples.len().max(1));
        Batches { samples, size, order, rng, permutation: (0..samples.len()).collect(), position: 0 }
    }

    /// The most samples of a batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The next batch.
    pub fn next_batch(&mut self) -> Batch<'_> {
        let total = self.samples.len();
        if self.position == 0 && self.order == Order::Shuffled {
            self.permutation.shuffle(&mut self.rng);
        }
        let start = self.position;
        let end = (start + self.size).min(total);
        self.position = if end == total { 0 } else { end };
        let in_place = self.order == Order::Sequential;
        Batch { samples: self.samples, picked: &self.permutation[start..end], in_place }
    }
}

/// Samples that stand anywhere; whoever works on some of them collects those.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    samples: &'a Samples,
    picked: &'a [usize],
    /// Whether they stand one after the other as it is.
    in_place: bool,
}

/// Room for inputs and targets of some samples, a column a sample.
#[derive(Debug, Default)]
pub struct Collected {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Batch<'_> {
    /// The number of samples.
    pub fn len(&self) -> usize {
        self.picked.len()
    }

    /// How many numbers the targets are.
    pub fn targets(&self) -> usize {
        self.picked.len() * self.samples.y.nrows()
    }

    /// Inputs and targets of some of the samples, in `room` where they do not stand together anyway.
    pub fn collect<'b>(&'b self, slots: Range<usize>, room: &'b mut Collected) -> (&'b [f64], &'b [f64]) {
        if !self.in_place {
            let (n1, n3) = (self.samples.x.nrows(), self.samples.y.nrows());
            room.x.resize(n1 * slots.len(), 0.0);
            room.y.resize(n3 * slots.len(), 0.0);
            self.collect_inputs(slots.clone(), 0..n1, &mut room.x);
            copy_columns(self.samples.y.as_slice(), n3, &self.picked[slots.clone()], 0..n3, &mut room.y);
        }
        self.collected(slots, room)
    }

    /// The same again.
    pub fn collected<'b>(&'b self, slots: Range<usize>, room: &'b Collected) -> (&'b [f64], &'b [f64]) {
        if !self.in_place {
            return (&room.x, &room.y);
        }
        let (n1, n3) = (self.samples.x.nrows(), self.samples.y.nrows());
        let first = self.picked.get(slots.start).copied().unwrap_or(0);
        let last = first + slots.len();
        (&self.samples.x.as_slice()[first * n1..last * n1], &self.samples.y.as_slice()[first * n3..last * n3])
    }

    /// Some rows of the inputs of some of the samples.
    pub fn collect_inputs(&self, slots: Range<usize>, rows: Range<usize>, x: &mut [f64]) {
        copy_columns(self.samples.x.as_slice(), self.samples.x.nrows(), &self.picked[slots], rows, x);
    }

    /// The targets of all samples.
    pub fn collect_targets(&self, y: &mut [f64]) {
        let n3 = self.samples.y.nrows();
        copy_columns(self.samples.y.as_slice(), n3, self.picked, 0..n3, y);
    }
}

/// Some rows of the picked columns of a matrix, side by side.
fn copy_columns(from: &[f64], height: usize, picked: &[usize], rows: Range<usize>, to: &mut [f64]) {
    if rows.is_empty() {
        return;
    }
    for (column, sample) in to.chunks_exact_mut(rows.len()).zip(picked) {
        let start = sample * height;
        column.copy_from_slice(&from[start + rows.start..start + rows.end]);
    }
}
