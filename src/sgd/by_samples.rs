//! Descent on samples, for networks of any activation.

use super::assess::CHUNK;
use super::batches::{Batches, Collected};
use super::pieces::Pieces;
use crate::experiment::Order;
use crate::network::{Activation, Backprop, MapDescent, Widths};
use crate::task::{Averaging, Samples};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// The network that is trained.
#[derive(Debug, Clone, Copy)]
pub struct Trainee<'a> {
    /// Its widths.
    pub widths: &'a Widths,
    /// Its activation.
    pub activation: Activation,
    /// Whether it has biases.
    pub biases: bool,
}

impl Trainee<'_> {
    /// Why the theory of linear networks is an approximation for it; `None` if it is linear.
    pub fn not_linear(&self) -> Option<&'static str> {
        // Without hidden units there is nothing to activate.
        let activation = if self.widths.depth() == 1 { Activation::Linear } else { self.activation };
        match (activation, self.biases) {
            (Activation::Tanh, _) => Some("the network is not linear: its hidden units are tanh"),
            (Activation::Relu, _) => Some("the network is not linear: its hidden units are relu"),
            (Activation::Linear, true) => Some("the network has biases, and the theory is of one without"),
            (Activation::Linear, false) => None,
        }
    }

    /// Its gradient, on up to so many samples at a time.
    pub fn backprop(&self, size: usize) -> Backprop {
        Backprop::new(self.widths, self.activation, self.biases, size)
    }
}

/// θ ← θ − η ∂L_B/∂θ on one batch B after the other; L_B is the average over the batch, or the sum where the statistics
/// are sums.
pub struct SampleDescent<'a> {
    batches: Batches<'a>,
    way: Way,
    averaging: Averaging,
    /// Of what is shown.
    room: Collected,
    outputs: Vec<f64>,
}

/// Looks at inputs and outputs of some samples.
type See<'s> = &'s mut dyn FnMut(&[f64], &[f64]);

/// The cheapest way to the gradient of a batch.
enum Way {
    /// Of a network of any activation.
    Backprop(Pieces),
    /// Of a linear network with fewer outputs than a batch has samples.
    Map(MapDescent),
}

impl<'a> SampleDescent<'a> {
    /// Descent on batches of `size` samples.
    pub fn new(
        trainee: Trainee,
        samples: &'a Samples,
        averaging: Averaging,
        (size, order): (usize, Order),
        rng: ChaCha8Rng,
    ) -> SampleDescent<'a> {
        let batches = Batches::new(samples, size, order, rng);
        let size = batches.size();
        let mapped = trainee.not_linear().is_none().then(|| MapDescent::of_batches(trainee.widths, size)).flatten();
        let way = mapped.map_or_else(|| Way::Backprop(Pieces::new(&trainee, size)), Way::Map);
        SampleDescent { batches, way, averaging, room: Collected::default(), outputs: Vec::new() }
    }

    /// One update at learning rate η.
    pub fn step(&mut self, parameters: &mut [f64], rate: f64) {
        self.update(parameters, rate, None);
    }

    /// The same; `see` is shown the inputs of the batch and what the network made of them before the update, some
    /// samples at a time.
    pub fn step_seeing(&mut self, parameters: &mut [f64], rate: f64, mut see: impl FnMut(&[f64], &[f64])) {
        self.update(parameters, rate, Some(&mut see));
    }

    fn update(&mut self, parameters: &mut [f64], rate: f64, see: Option<See>) {
        let SampleDescent { batches, way, averaging, room, outputs } = self;
        let batch = batches.next_batch();
        let count = batch.len();
        let rate = match averaging {
            Averaging::Mean => rate / count as f64,
            Averaging::Sum => rate,
        };
        outputs.clear();
        match way {
            Way::Backprop(pieces) => {
                pieces.update(batch, parameters, rate, see.is_some());
                if see.is_some() {
                    pieces.outputs().for_each(|piece| outputs.extend_from_slice(piece));
                }
            }
            Way::Map(map) => {
                let inputs = |rows: Range<usize>, x: &mut [f64]| batch.collect_inputs(0..count, rows, x);
                map.update(parameters, rate, count, inputs, |y| batch.collect_targets(y));
                if see.is_some() {
                    outputs.resize(batch.targets(), 0.0);
                    batch.collect_targets(outputs);
                    outputs.iter_mut().zip(map.errors()).for_each(|(output, error)| *output -= error);
                }
            }
        }
        if let Some(see) = see {
            let n3 = batch.targets() / count.max(1);
            for first in (0..count).step_by(CHUNK) {
                let slots = first..(first + CHUNK).min(count);
                see(batch.collect(slots.clone(), room).0, &outputs[slots.start * n3..slots.end * n3]);
            }
        }
    }
}
