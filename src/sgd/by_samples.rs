//! Descent on samples, for networks of any activation.

use super::assess::CHUNK;
use super::batches::Batches;
use crate::experiment::Order;
use crate::network::{Activation, Backprop, Widths};
use crate::task::{Averaging, Samples};
use rand_chacha::ChaCha8Rng;

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
    backprop: Backprop,
    averaging: Averaging,
    /// Of batches that do not go through the network at once.
    gradient: Vec<f64>,
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
        let backprop = trainee.backprop(size.min(CHUNK));
        let gradient = if size > CHUNK { vec![0.0; backprop.len()] } else { Vec::new() };
        SampleDescent { batches: Batches::new(samples, size, order, rng), backprop, averaging, gradient }
    }

    /// One update at learning rate η.
    pub fn step(&mut self, parameters: &mut [f64], rate: f64) {
        self.step_seeing(parameters, rate, |_, _| ());
    }

    /// The same; `see` is shown the inputs of the batch and what the network made of them before the update, some
    /// samples at a time.
    pub fn step_seeing(&mut self, parameters: &mut [f64], rate: f64, mut see: impl FnMut(&[f64], &[f64])) {
        let SampleDescent { batches, backprop, averaging, gradient } = self;
        let (x, y, count) = batches.next_batch();
        let rate = match averaging {
            Averaging::Mean => rate / count as f64,
            Averaging::Sum => rate,
        };
        if count <= CHUNK {
            see(x, backprop.forward(parameters, x, count));
            backprop.backward(parameters, y, count);
            backprop.accumulate(rate, x, count, parameters);
            return;
        }
        gradient.fill(0.0);
        let (n1, n3) = (x.len() / count, y.len() / count);
        for (x, y) in x.chunks(CHUNK * n1).zip(y.chunks(CHUNK * n3)) {
            let count = x.len() / n1;
            see(x, backprop.forward(parameters, x, count));
            backprop.backward(parameters, y, count);
            backprop.accumulate(1.0, x, count, gradient);
        }
        parameters.iter_mut().zip(gradient).for_each(|(w, g)| *w += rate * *g);
    }
}
