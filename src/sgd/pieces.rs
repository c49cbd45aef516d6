//! Back-propagation of a batch in pieces, each of which may go on a thread of its own.
//!
//! Where a batch is cut depends on the network and on the number of samples alone, and sums over pieces are taken in
//! their order: the result is the same on any number of threads.

use super::assess::CHUNK;
use super::batches::{Batch, Collected};
use super::by_samples::Trainee;
use crate::network::Backprop;
use crate::parallel;
use std::ops::Range;

/// Multiplications that are worth a piece of their own.
const PIECE: usize = 1 << 20;
/// A piece has so many samples at least.
const LEAST: usize = 16;
/// The most pieces of a batch that goes through the network at once.
const MOST: usize = 4;
/// The most shares of a batch that does not, and the most numbers that all of them may keep: beyond, the network is so large
/// that its products are shared out instead.
const MOST_SHARES: usize = 8;
const NUMBERS: usize = 1 << 21;

/// A network with room for the pieces of a batch.
pub struct Pieces {
    pieces: Vec<Piece>,
    /// The samples of a piece; the last has what is left.
    each: usize,
    /// Whether a piece goes through the network at once, so that weights can be updated in place.
    at_once: bool,
    depth: usize,
}

/// A part of the samples of a batch.
struct Piece {
    backprop: Backprop,
    room: Collected,
    slots: Range<usize>,
    /// The sum over the samples, where they do not go through the network at once.
    gradient: Vec<f64>,
    /// What the network made of them, where that is asked for.
    outputs: Vec<f64>,
}

impl Pieces {
    /// For batches of up to `size` samples.
    pub fn new(trainee: &Trainee, size: usize) -> Pieces {
        let (weights, units) = (trainee.widths.weights(), trainee.widths.as_slice().iter().sum::<usize>());
        let at_once = size <= MOST * CHUNK;
        let worth = size.saturating_mul(weights) / PIECE;
        let parts = if at_once {
            worth.min(size / LEAST).clamp(size.div_ceil(CHUNK), MOST)
        } else {
            let each = weights + 2 * units * CHUNK;
            worth.min(NUMBERS / each).min(size / CHUNK).clamp(1, MOST_SHARES)
        };
        let unit = if at_once { 1 } else { CHUNK };
        let each = size.div_ceil(parts).next_multiple_of(unit);
        let piece = |_| {
            let backprop = trainee.backprop(each.min(CHUNK));
            let gradient = if at_once { Vec::new() } else { vec![0.0; backprop.len()] };
            Piece { backprop, room: Collected::default(), slots: 0..0, gradient, outputs: Vec::new() }
        };
        Pieces { pieces: (0..parts).map(piece).collect(), each, at_once, depth: trainee.widths.depth() }
    }

    /// θ ← θ − η Σ ∂L/∂θ over the samples of a batch. If `keep`, [`Pieces::outputs`] are there afterwards.
    pub fn update(&mut self, batch: Batch, parameters: &mut [f64], rate: f64, keep: bool) {
        let count = batch.len();
        for (index, piece) in self.pieces.iter_mut().enumerate() {
            piece.slots = (index * self.each).min(count)..((index + 1) * self.each).min(count);
        }
        let pieces = &mut self.pieces[..count.div_ceil(self.each)];
        let old = &*parameters;
        match (self.at_once, &mut *pieces) {
            (true, [piece]) => piece.errors(batch, old),
            (true, pieces) => parallel::each(pieces, &|piece| piece.errors(batch, old)),
            (false, pieces) => parallel::each(pieces, &|piece| piece.sum(batch, old, keep)),
        }
        if self.at_once {
            in_place(pieces, batch, parameters, rate, self.depth);
        } else {
            of_sums(pieces, 0, parameters, rate);
        }
        if keep && self.at_once {
            pieces.iter_mut().for_each(Piece::keep_outputs);
        }
    }

    /// What the network made of the samples of the last batch before its update, piece by piece.
    pub fn outputs(&self) -> impl Iterator<Item = &[f64]> {
        self.pieces.iter().filter(|piece| !piece.slots.is_empty()).map(|piece| piece.outputs.as_slice())
    }
}

impl Piece {
    /// The errors of all layers, of samples that go through the network at once.
    fn errors(&mut self, batch: Batch, parameters: &[f64]) {
        let count = self.slots.len();
        let (x, y) = batch.collect(self.slots.clone(), &mut self.room);
        self.backprop.forward(parameters, x, count);
        self.backprop.backward(parameters, y, count);
    }

    /// The gradient, of samples that go through the network chunk by chunk.
    fn sum(&mut self, batch: Batch, parameters: &[f64], keep: bool) {
        self.gradient.fill(0.0);
        self.outputs.clear();
        for first in self.slots.clone().step_by(CHUNK) {
            let slots = first..(first + CHUNK).min(self.slots.end);
            let count = slots.len();
            let (x, y) = batch.collect(slots, &mut self.room);
            let outputs = self.backprop.forward(parameters, x, count);
            if keep {
                self.outputs.extend_from_slice(outputs);
            }
            self.backprop.backward(parameters, y, count);
            self.backprop.accumulate(1.0, x, count, &mut self.gradient);
        }
    }

    fn keep_outputs(&mut self) {
        self.outputs.clear();
        self.outputs.extend_from_slice(self.backprop.outputs(self.slots.len()));
    }
}

/// θ ← θ + η Σ over the errors of all pieces: all of them are known, so that the weights may change.
fn in_place(pieces: &[Piece], batch: Batch, parameters: &mut [f64], rate: f64, depth: usize) {
    let Some(first) = pieces.first() else {
        return;
    };
    let weights = (1..=depth).map(|l| first.backprop.weights_of(l)).sum();
    let (weights, biases) = parameters.split_at_mut(weights);
    layers(pieces, batch, weights, rate, 1..depth + 1);
    for piece in pieces {
        piece.backprop.accumulate_biases(rate, piece.slots.len(), biases);
    }
}

/// The weights of these layers, one beside the other where there are pieces at all.
fn layers(pieces: &[Piece], batch: Batch, weights: &mut [f64], rate: f64, which: Range<usize>) {
    let Some(first) = pieces.first().filter(|_| !which.is_empty()) else {
        return;
    };
    let l = which.start;
    let (own, rest) = weights.split_at_mut(first.backprop.weights_of(l));
    let mut here = || {
        for piece in pieces {
            let (x, _) = batch.collected(piece.slots.clone(), &piece.room);
            piece.backprop.accumulate_layer(l, rate, x, piece.slots.len(), own);
        }
    };
    let mut above = || layers(pieces, batch, rest, rate, l + 1..which.end);
    if pieces.len() == 1 {
        here();
        above();
    } else {
        parallel::join(here, above);
    }
}

/// Numbers that are worth a thread of their own.
const SUM: usize = 1 << 13;

/// θ ← θ + η Σ over the sums of all pieces, in their order, for the parameters from `first` on.
fn of_sums(pieces: &[Piece], first: usize, parameters: &mut [f64], rate: f64) {
    if parameters.len() > SUM {
        let middle = parameters.len() / 2;
        let (left, right) = parameters.split_at_mut(middle);
        parallel::join(|| of_sums(pieces, first, left, rate), || of_sums(pieces, first + middle, right, rate));
        return;
    }
    let mut sum = [0.0; SUM];
    for piece in pieces {
        sum.iter_mut().zip(&piece.gradient[first..first + parameters.len()]).for_each(|(sum, part)| *sum += part);
    }
    parameters.iter_mut().zip(&sum).for_each(|(w, sum)| *w += rate * sum);
}
