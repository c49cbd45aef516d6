//! Follows a solution from stop to stop.

use super::clock::Clock;
use super::crossing::{Bracket, CROSSING};
use super::march::{March, Stop};
use super::room::Room;
use super::step::Counted;
use super::visitor::Visitor;
use super::{Method, Observer, Settings, VectorField};
use crate::trajectory::{Outcome, Work};
use nalgebra::DVector;

/// How many vectors of a state's length a run takes: those of the run, as many for stops within its steps, and one more.
pub(super) fn vectors(method: Method) -> usize {
    2 * March::vectors(method) + 1
}

/// Integrates in place; see [`super::integrate`].
pub(super) fn run<F: VectorField, O: Observer>(
    field: &F,
    y: DVector<f64>,
    times: &[f64],
    settings: &Settings,
    observer: &mut O,
) -> (Outcome, Work) {
    let visitor = Visitor::new(times, observer, y.as_slice());
    let mut room = Room::new(y.len(), vectors(settings.method));
    let mut vectors = room.vectors();
    let (march, aside) = (March::new(settings, &mut vectors), March::new(settings, &mut vectors));
    march.ends.y.copy_from_slice(y.as_slice());
    drop(y);
    let scratch = vectors.take();
    debug_assert_eq!(vectors.left(), 0, "fewer vectors than were counted");
    let (field, clock) = (Counted::new(field), Clock::default());
    let mut driver = Driver { field, settings, march, aside, scratch, clock, visitor };
    let outcome = driver.run();
    let Driver { field, march, .. } = driver;
    let work =
        Work { accepted: march.accepted, rejected: march.rejected, evaluations: field.evaluations, ..Work::default() };
    (outcome.err().unwrap_or(Outcome::Complete), work)
}

struct Driver<'a, 'm, F, O> {
    field: Counted<'a, F>,
    settings: &'a Settings,
    march: March<'m>,
    /// Begins where an accepted step of `march` begins, and stops within it.
    aside: March<'m>,
    scratch: &'m mut [f64],
    clock: Clock,
    visitor: Visitor<'a, O>,
}

/// Steps that a stop within a step may take.
const MOST_ASIDE: u64 = 1024;

impl<F: VectorField, O: Observer> Driver<'_, '_, F, O> {
    fn run(&mut self) -> Result<(), Outcome> {
        while self.visitor.due(0.0).is_some() {
            self.visitor.show(self.march.ends.y)?;
        }
        let end = self.visitor.end();
        if end <= 0.0 || self.visitor.observer.finished() {
            return Ok(());
        }
        self.march.ends.know_rate(&mut self.field);
        if !self.march.ends.has_rate() {
            return Err(Outcome::Diverged { t: 0.0 });
        }
        loop {
            let (now, remaining) = (self.clock.now, self.clock.until(end));
            let taken = self.march.step(&mut self.field, now, remaining, self.settings.max_steps);
            let taken = taken.map_err(|stop| self.outcome(stop))?;
            // The last step ends at `end` exactly, whatever the steps add up to.
            let reached = if taken.last { Clock::at(end) } else { self.clock.after(taken.length) };
            self.visit(taken.length, reached.now)?;
            self.find_crossings(taken.length)?;
            if taken.last || self.visitor.observer.finished() {
                return Ok(());
            }
            self.clock = reached;
            if let Some(method) = self.march.advance(&mut self.field, taken.length) {
                self.visitor.observer.changed(method, self.clock.now);
            }
        }
    }

    /// Stops at the times within an accepted step.
    fn visit(&mut self, length: f64, reached: f64) -> Result<(), Outcome> {
        while let Some(time) = self.visitor.due(reached) {
            let offset = self.clock.until(time);
            if time == reached || offset >= length {
                self.visitor.show(self.march.ends.next)?;
            } else if offset <= 0.0 {
                self.visitor.show(self.march.ends.y)?;
            } else {
                self.part_of_step(offset)?;
                self.visitor.show(self.aside.ends.next)?;
            }
        }
        Ok(())
    }

    /// Solves up to `offset` into an accepted step, into `aside.ends.next`: a step of its own, shorter than the one that
    /// met the tolerance, and error-controlled all the same.
    fn part_of_step(&mut self, offset: f64) -> Result<(), Outcome> {
        self.aside.start_as(&self.march, offset);
        let mut there = Clock::default();
        loop {
            match self.aside.step(&mut self.field, there.now, there.until(offset), MOST_ASIDE) {
                Ok(taken) if taken.last => return Ok(()),
                Ok(taken) => {
                    there = there.after(taken.length);
                    self.aside.ends.advance(&mut self.field);
                }
                // A step of the run has come further than so many steps do: they are too small.
                Err(Stop::Limit) => return Err(self.outcome(Stop::Stuck)),
                Err(stop) => return Err(self.outcome(stop)),
            }
        }
    }

    /// Finds where within an accepted step the waiting levels are crossed.
    fn find_crossings(&mut self, length: f64) -> Result<(), Outcome> {
        if self.visitor.waiting.is_empty() {
            return Ok(());
        }
        let ends = self.visitor.observer.levels(self.march.ends.next);
        let is_crossed = |level: &usize| ends.get(*level).is_some_and(|value| *value >= 0.0);
        let crossed: Vec<usize> = self.visitor.waiting.iter().copied().filter(is_crossed).collect();
        if crossed.is_empty() {
            return Ok(());
        }
        self.visitor.waiting.retain(|level| !is_crossed(level));
        let begins = self.visitor.observer.levels(self.march.ends.y);
        self.march.prepare_dense(&mut self.field, length, self.scratch);
        if !self.march.ends.has_next_rate() {
            return Err(Outcome::Diverged { t: self.clock.after(length).now });
        }
        for level in crossed {
            let value = |of: &[f64]| of.get(level).copied().unwrap_or(0.0);
            let bracket = Bracket { below: (0.0, value(&begins)), above: (length, value(&ends)) };
            let offset = self.find_crossing(level, bracket)?;
            self.visitor.observer.crossed(level, self.clock.after(offset).now);
        }
        Ok(())
    }

    /// First on the interpolant, which costs next to nothing; then by steps of their own there, from guess to guess by the
    /// slope: of the interpolant, and then of the secant. Where guesses leave the bracket, it is closed in on.
    fn find_crossing(&mut self, level: usize, mut bracket: Bracket) -> Result<f64, Outcome> {
        let length = bracket.above.0;
        if bracket.above.1 <= 0.0 {
            return Ok(length);
        }
        let mut guess = bracket.search(ROUGH * length, |offset| Ok(self.level_about(level, length, offset)))?;
        let near = NEAR * length;
        let (from, to) = ((guess - near).max(0.0), (guess + near).min(length));
        let mut slope = (self.level_about(level, length, to) - self.level_about(level, length, from)) / (to - from);
        let mut doubt = DOUBT;
        let mut before: Option<(f64, f64)> = None;
        for _ in 0..GUESSES {
            let value = self.level_at(level, guess)?;
            bracket.close_in(guess, value);
            if let Some((offset, other)) = before {
                let secant = (value - other) / (guess - offset);
                (doubt, slope) = ((1.0 - slope / secant).abs(), secant);
            }
            let better = guess - value / slope;
            if (better - guess).abs() * doubt <= CROSSING * length {
                return Ok(better.clamp(bracket.below.0, bracket.above.0));
            }
            if !bracket.contains(better) {
                break;
            }
            (before, guess) = (Some((guess, value)), better);
        }
        bracket.search(CROSSING * length, |offset| self.level_at(level, offset))
    }

    fn level_at(&mut self, level: usize, offset: f64) -> Result<f64, Outcome> {
        self.part_of_step(offset)?;
        Ok(self.visitor.level(level, self.aside.ends.next))
    }

    fn level_about(&mut self, level: usize, length: f64, offset: f64) -> f64 {
        self.march.interpolate(length, offset / length, self.scratch);
        self.visitor.level(level, self.scratch)
    }

    fn outcome(&self, stop: Stop) -> Outcome {
        let t = self.clock.now;
        match stop {
            Stop::Limit => Outcome::StepLimit { t, limit: self.settings.max_steps },
            Stop::Stuck => Outcome::StepUnderflow { t },
            Stop::NoRate => Outcome::Diverged { t },
        }
    }
}

/// The interpolant's crossing is found to this share of a step, and its slope over this one to either side.
const ROUGH: f64 = 1e-7;
const NEAR: f64 = 1e-4;
/// What that slope may be wrong by, relative to itself; that of a secant may be by as much as it differs from the slope before.
/// A correction that is wrong by no more than [`CROSSING`] for it is the last one.
const DOUBT: f64 = 1e-4;
/// Guesses that are followed: secants have come to an end before, or to nothing.
const GUESSES: u32 = 6;
