//! One mode in its lane: where it begins, stops, and ends. What is plain from step to step is done in all lanes at once, in
//! [`super::control`], which holds all numbers that both take.

use super::batch::Batch;
use super::control::{ARRIVED, SHORTEST, STRETCH};
use super::course::{Course, Mode};
use super::lanes::Block;
use crate::integrate::{BLIND, Clock, MOST, first_step};

/// What follows an attempt.
pub(super) enum Next {
    /// Another one, which stands in the batch.
    Attempt,
    /// Nothing: the last time has been seen.
    Done,
    /// Nothing: something is out of the ordinary.
    Leave,
}

/// An accepted step.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    length: f64,
    end: f64,
    last: bool,
    reached: Clock,
}

/// Looks for the crossing of half of the final strength between these times within the accepted step, in so many attempts.
#[derive(Debug, Clone, Copy)]
struct Search {
    below: f64,
    above: f64,
    attempts: u32,
}

/// A mode under way.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    mode: &'a Mode,
    course: &'a mut Course,
    /// The step within which an attempt is.
    taken: Taken,
    /// What that is for; `None` for a stop at a time.
    search: Option<Search>,
    /// Attempts within steps.
    stops: u64,
}

/// Searches longer than this are for others.
const LONGEST_SEARCH: u32 = 30;
/// A correction of at most this share of a step leads to a crossing.
const SHORT: f64 = 1e-6;
/// Evaluations in an attempt, and for the first step.
const EVALUATIONS: u64 = 12;
const FIRST_EVALUATIONS: u64 = 2;

impl<'a> Lane<'a> {
    /// Before its first attempt, which is put into the batch.
    pub fn new(
        block: &Block,
        mode: &'a Mode,
        course: &'a mut Course,
        batch: &mut Batch,
        index: usize,
    ) -> (Lane<'a>, Next) {
        let u0 = mode.u0;
        let before = block.times.iter().take_while(|t| **t <= 0.0).count();
        course.strengths.reserve_exact(block.times.len());
        course.strengths.resize(before, u0);
        course.half_time = mode.half.filter(|half| u0 >= *half).map(|_| 0.0);
        let mut lane = Lane { mode, course, taken: Taken::default(), search: None, stops: 0 };
        lane.enter(block, batch, index);
        if !u0.is_finite() {
            return (lane, Next::Leave);
        }
        if block.end() <= 0.0 {
            return (lane, Next::Done);
        }
        let rate = lane.rate(block, u0);
        batch.control.step.0[index] = lane.first_step(block, rate);
        let next = if rate.is_finite() { lane.stride(block, batch, index) } else { Next::Leave };
        (lane, next)
    }

    /// Takes its place in the columns.
    fn enter(&self, block: &Block, batch: &mut Batch, index: usize) {
        let Mode { s, lambda, u0, atol, half } = *self.mode;
        (batch.s.0[index], batch.lambda.0[index], batch.atol.0[index], batch.y.0[index]) = (s, lambda, atol, u0);
        let control = &mut batch.control;
        (control.now.0[index], control.low.0[index]) = (0.0, 0.0);
        (control.tolerable.0[index], control.growth.0[index]) = (f64::INFINITY, MOST);
        (control.accepted.0[index], control.rejected.0[index]) = (0.0, 0.0);
        control.due.0[index] = self.due(block);
        control.half.0[index] = half.filter(|half| u0 < *half).unwrap_or(f64::INFINITY);
        control.limit.0[index] = s / lambda;
    }

    /// Learns of an attempt that was not plain, and puts the next one into the batch.
    pub fn proceed(&mut self, block: &Block, batch: &mut Batch, index: usize) -> Next {
        let (h, next) = (batch.h.0[index], batch.next.0[index]);
        let held = batch.error.0[index] <= 1.0;
        if !held {
            return self.stride(block, batch, index);
        }
        if batch.control.within.0[index] == 0.0 {
            let clock = batch.control.clock(index);
            // The last step ends at the end exactly, whatever the steps add up to.
            let last = h == clock.until(block.end());
            let reached = if last { Clock::at(block.end()) } else { clock.after(h) };
            self.taken = Taken { length: h, end: next, last, reached };
        } else if let Some(Search { below, above, attempts }) = self.search {
            if attempts >= LONGEST_SEARCH {
                return Next::Leave;
            }
            if let Some((offset, below, above)) = self.close_in(block, batch, index, (below, above)) {
                self.search = Some(Search { below, above, attempts: attempts + 1 });
                return self.stop(batch, index, offset);
            }
        } else {
            self.see(block, batch, index, next);
        }
        self.look_within(block, batch, index)
    }

    /// Stops at the times and the crossing within the accepted step; then goes on from its end.
    #[inline(always)]
    fn look_within(&mut self, block: &Block, batch: &mut Batch, index: usize) -> Next {
        let Taken { length, end, last, reached } = self.taken;
        while batch.control.due.0[index] <= reached.now {
            let due = batch.control.due.0[index];
            let offset = batch.control.clock(index).until(due);
            if due == reached.now || offset >= length {
                self.see(block, batch, index, end);
            } else if offset <= 0.0 {
                self.see(block, batch, index, batch.y.0[index]);
            } else {
                self.search = None;
                return self.stop(batch, index, offset);
            }
        }
        let half = batch.control.half.0[index];
        if end >= half {
            self.search = Some(Search { below: 0.0, above: length, attempts: 0 });
            let offset = self.guess(block, batch.y.0[index], half);
            return self.stop(batch, index, offset);
        }
        if last {
            return self.done(batch, index);
        }
        if self.has_arrived(block, batch.control.limit.0[index]) {
            self.course.strengths.resize(block.times.len(), batch.control.limit.0[index]);
            return self.done(batch, index);
        }
        (batch.control.now.0[index], batch.control.low.0[index]) = (reached.now, reached.low);
        batch.y.0[index] = end;
        self.stride(block, batch, index)
    }

    /// Keeps the strength at a time that was asked for.
    fn see(&mut self, block: &Block, batch: &mut Batch, index: usize, u: f64) {
        self.course.strengths.push(u);
        batch.control.due.0[index] = self.due(block);
    }

    /// The next time that is asked for.
    fn due(&self, block: &Block) -> f64 {
        block.times.get(self.course.strengths.len()).copied().unwrap_or(f64::INFINITY)
    }

    /// Whether the strength is its limit s/λ as far as the tolerance can tell: it moves towards it and never beyond, so that
    /// the error is no larger however long that takes.
    fn has_arrived(&self, block: &Block, limit: f64) -> bool {
        let u = self.taken.end;
        // Without a limit the difference is infinite or not a number.
        (limit - u).abs() <= ARRIVED * (self.mode.atol + block.rtol * u.abs())
    }

    /// Puts an attempt within the accepted step into the batch.
    fn stop(&mut self, batch: &mut Batch, index: usize, offset: f64) -> Next {
        self.stops += 1;
        batch.control.within.0[index] = 1.0;
        batch.h.0[index] = offset;
        Next::Attempt
    }

    /// Puts the next step of the run into the batch.
    fn stride(&mut self, block: &Block, batch: &mut Batch, index: usize) -> Next {
        let control = &mut batch.control;
        let (step, clock) = (control.step.0[index], control.clock(index));
        let spent = control.accepted.0[index] + control.rejected.0[index] >= block.max_steps as f64;
        if spent || step <= SHORTEST * clock.now {
            return Next::Leave;
        }
        let remaining = clock.until(block.end());
        control.within.0[index] = 0.0;
        batch.h.0[index] = if STRETCH * step > remaining { remaining } else { step };
        Next::Attempt
    }

    fn done(&mut self, batch: &Batch, index: usize) -> Next {
        let (accepted, rejected) = (batch.control.accepted.0[index] as u64, batch.control.rejected.0[index] as u64);
        let work = &mut self.course.work;
        (work.accepted, work.rejected) = (accepted, rejected);
        work.evaluations = FIRST_EVALUATIONS + EVALUATIONS * (accepted + rejected + self.stops);
        Next::Done
    }

    /// The half time from the strength u at an offset into the accepted step, or where to look next: (offset, and the
    /// offsets between which it is). The law itself gives the slope for Newton's method, as u moves one way only.
    fn close_in(
        &mut self,
        block: &Block,
        batch: &mut Batch,
        index: usize,
        (below, above): (f64, f64),
    ) -> Option<(f64, f64, f64)> {
        let (half, u, offset) = (batch.control.half.0[index], batch.next.0[index], batch.h.0[index]);
        let correction = (half - u) / self.rate(block, u);
        if correction.abs() <= SHORT * self.taken.length {
            let offset = (offset + correction).clamp(0.0, self.taken.length);
            batch.control.half.0[index] = f64::INFINITY;
            self.course.half_time = Some(batch.control.clock(index).after(offset).now);
            return None;
        }
        let (below, above) = if u < half { (offset, above) } else { (below, offset) };
        let newton = offset + correction;
        let inside = newton > below && newton < above;
        Some((if inside { newton } else { 0.5 * (below + above) }, below, above))
    }

    /// About where within the accepted step from y the strength is `half`: of the cubic T(u) through both ends, with
    /// dT/du = 1/(du/dT).
    fn guess(&self, block: &Block, y: f64, half: f64) -> f64 {
        let Taken { length, end, .. } = self.taken;
        let width = end - y;
        let (x, rest) = ((half - y) / width, (end - half) / width);
        let (first, last) = (width / self.rate(block, y), width / self.rate(block, end));
        let offset = length * x * x * (3.0 - 2.0 * x) + x * rest * (first * rest - last * x);
        if offset > 0.0 && offset < length { offset } else { 0.5 * length }
    }

    fn rate(&self, block: &Block, u: f64) -> f64 {
        block.law.rate(self.mode.s, self.mode.lambda, u)
    }

    /// The first step where this is the rate, as in `integrate::march`.
    fn first_step(&self, block: &Block, rate: f64) -> f64 {
        let y = self.mode.u0;
        let unit = self.mode.atol + y.abs() * block.rtol;
        let (size, slope) = ((y / unit).abs(), (rate / unit).abs());
        let guess = if size < 1e-5 || slope < 1e-5 { 1e-6 } else { 0.01 * size / slope };
        let bend = (self.rate(block, y + guess * rate) - rate).abs() / unit / guess;
        let step = first_step(guess, slope.max(bend), |share| share.sqrt().sqrt().sqrt());
        if step.is_finite() && step > 0.0 { step } else { BLIND * block.end() }
    }
}
