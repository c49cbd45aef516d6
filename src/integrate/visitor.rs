//! The times still to be visited, and the levels still to be crossed.

use super::Observer;
use crate::trajectory::Outcome;

pub(super) struct Visitor<'a, O> {
    times: &'a [f64],
    next: usize,
    pub waiting: Vec<usize>,
    pub observer: &'a mut O,
}

impl<'a, O: Observer> Visitor<'a, O> {
    /// Waits for the levels that are not crossed from the start.
    pub fn new(times: &'a [f64], observer: &'a mut O, y: &[f64]) -> Self {
        let mut visitor = Visitor { times, next: 0, waiting: Vec::new(), observer };
        for (level, value) in visitor.observer.levels(y).into_iter().enumerate() {
            if value >= 0.0 {
                visitor.observer.crossed(level, 0.0);
            } else {
                visitor.waiting.push(level);
            }
        }
        visitor
    }

    /// The last of all times.
    pub fn end(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }

    /// The next time, if it is not after `limit`.
    pub fn due(&self, limit: f64) -> Option<f64> {
        self.times.get(self.next).copied().filter(|t| *t <= limit)
    }

    pub fn show(&mut self, y: &[f64]) -> Result<(), Outcome> {
        if !self.observer.visit(self.next, y) {
            let t = self.next.checked_sub(1).and_then(|last| self.times.get(last)).copied();
            return Err(Outcome::Diverged { t: t.unwrap_or(0.0) });
        }
        self.next += 1;
        Ok(())
    }

    /// A level's value at a state.
    pub fn level(&self, level: usize, y: &[f64]) -> f64 {
        self.observer.levels(y).get(level).copied().unwrap_or(0.0)
    }
}
