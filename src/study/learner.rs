//! What takes updates, and reads loss and strength off the networks of a study.

use super::goal::{Goal, Reading};
use crate::experiment::{Batch, Order};
use crate::network::{Backprop, Gradient};
use crate::sgd::{Assessor, CHUNK, SampleDescent, Trainee};
use crate::task::{Samples, Task};
use rand_chacha::ChaCha8Rng;

/// A network in training.
pub(super) trait Learner {
    /// Loss and strength at this state; `None` where it is not looked at, which it is at the `last`. To be asked before
    /// every update.
    fn look(&mut self, parameters: &[f64], updates: u64, last: bool) -> Option<Reading>;

    /// One update; whether anything has moved.
    fn step(&mut self, parameters: &mut [f64], rate: f64) -> bool;
}

/// A linear network on full batches, by the statistics: the gradient brings the error along.
pub(super) struct ByStatistics<'a> {
    pub gradient: &'a Gradient,
    pub goal: &'a Goal,
    pub step: Vec<f64>,
}

impl Learner for ByStatistics<'_> {
    fn look(&mut self, parameters: &[f64], _: u64, _: bool) -> Option<Reading> {
        self.gradient.descend(parameters, &mut self.step);
        Some(self.goal.read(&self.gradient.error()))
    }

    fn step(&mut self, parameters: &mut [f64], rate: f64) -> bool {
        let mut moved = false;
        for (w, g) in parameters.iter_mut().zip(&self.step) {
            let next = *w + rate * g;
            moved |= next != *w;
            *w = next;
        }
        moved
    }
}

/// The samples, the network and the order that a network of any activation is trained with.
#[derive(Debug, Clone)]
pub(super) struct OnSamples<'a> {
    pub trainee: Trainee<'a>,
    pub samples: &'a Samples,
    pub task: &'a Task,
    pub batch: Batch,
    /// Of the order: every learning rate sees the same.
    pub rng: ChaCha8Rng,
}

impl<'a> OnSamples<'a> {
    /// Updates in an epoch.
    fn epoch(&self) -> u64 {
        match self.batch {
            Batch::Full => 1,
            Batch::Size(size) => self.samples.len().div_ceil(size.max(1)).max(1) as u64,
        }
    }

    pub fn learner(&self, goal: &'a Goal) -> Sampling<'a> {
        let supply = match self.batch {
            Batch::Full => (self.samples.len(), Order::Sequential),
            Batch::Size(size) => (size, Order::Shuffled),
        };
        Sampling {
            descent: SampleDescent::new(self.trainee, self.samples, self.task.averaging, supply, self.rng.clone()),
            assessor: Assessor::new(self.samples, self.task),
            looking: self.trainee.backprop(CHUNK),
            goal,
            epoch: self.epoch(),
            next: 0,
        }
    }
}

/// A network of any activation on samples. To look at it takes a third of an epoch's time: that is done once an
/// epoch, more often in the first, and later on when it has been trained for a hundredth part longer.
pub(super) struct Sampling<'a> {
    descent: SampleDescent<'a>,
    assessor: Assessor<'a>,
    looking: Backprop,
    goal: &'a Goal,
    epoch: u64,
    next: u64,
}

/// Epochs in which a network is looked at more often, and how often.
const EARLY: u64 = 2;
const LOOKS: u64 = 8;

impl Learner for Sampling<'_> {
    fn look(&mut self, parameters: &[f64], updates: u64, last: bool) -> Option<Reading> {
        if updates < self.next && !last {
            return None;
        }
        let early = updates < EARLY * self.epoch;
        let share = if early { (self.epoch / LOOKS).max(1) } else { self.epoch };
        self.next = updates + (updates / 100).max(1).next_multiple_of(share);
        Some(self.goal.read_assessment(&self.assessor.assess(&mut self.looking, parameters)))
    }

    fn step(&mut self, parameters: &mut [f64], rate: f64) -> bool {
        self.descent.step(parameters, rate);
        true
    }
}
