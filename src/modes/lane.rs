//! One mode in its lane: which steps it takes. They are controlled as in [`crate::integrate`], and besides grow no faster than
//! the steps that have held: in one variable an estimate of the error may vanish by chance. A stop within a step that does
//! not hold revokes the step.

use super::course::{Course, Mode};
use super::lanes::{Batch, Block};
use crate::integrate::Clock;
use crate::trajectory::{Outcome, Work};

/// What follows an attempt.
pub(super) enum Next {
    /// Another one, which stands in the batch.
    Attempt,
    /// Nothing: the last time has been seen.
    Done,
    /// Nothing: something is out of the ordinary.
    Leave,
}

/// What the attempt is for.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// The next step of the run.
    Step,
    /// A time within the accepted step.
    Stop,
    /// The crossing of half of the final strength, between these times within the accepted step, in so many attempts.
    Crossing { below: f64, above: f64, attempts: u32 },
}

/// An accepted step.
#[derive(Debug, Clone, Copy)]
struct Taken {
    length: f64,
    end: f64,
    last: bool,
    reached: Clock,
}

/// A mode under way.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    mode: &'a Mode,
    block: &'a Block<'a>,
    strengths: Vec<f64>,
    half_time: Option<f64>,
    /// The strength whose crossing is waited for.
    half: Option<f64>,
    /// s/λ.
    limit: f64,
    clock: Clock,
    end: f64,
    /// The length of the next step of the run.
    step: f64,
    /// Whether the last attempt at a step was rejected.
    rejected: bool,
    /// The length of a step whose error is tolerable, as the last attempt saw it.
    tolerable: f64,
    taken: Taken,
    aim: Aim,
    work: Work,
}

/// Step size control of Hairer, Nørsett & Wanner (1993), II.4, h ← 0.9 h err^{−1/8}, within bounds.
pub(super) const SAFETY: f64 = 0.9;
const LEAST: f64 = 0.333;
const MOST: f64 = 6.0;
/// Where the estimate of a single number's error passes through 0, it says nothing of the error: the length of a
/// tolerable step grows by at most this from attempt to attempt.
const STEADY: f64 = 4.0 / 3.0;
/// A mode has arrived when it is so much of the tolerance from its limit.
const ARRIVED: f64 = 0.1;
/// Steps shorter than this share of the time since the start are for others, and so are searches longer than this.
const SHORTEST: f64 = 1e-30;
const LONGEST_SEARCH: u32 = 30;
/// A correction of at most this share of a step leads to a crossing.
const SHORT: f64 = 1e-6;
/// A first step that cannot be guessed is so much of the way.
const BLIND: f64 = 1e-9;
/// Evaluations in an attempt.
const EVALUATIONS: u64 = 12;

impl<'a> Lane<'a> {
    /// Before its first attempt, which is put into the batch.
    pub fn new(block: &'a Block<'a>, mode: &'a Mode, batch: &mut Batch, index: usize) -> (Lane<'a>, Next) {
        let u0 = mode.u0;
        let half = mode.half.filter(|half| u0 / half - 1.0 < 0.0);
        let half_time = mode.half.filter(|half| u0 / half - 1.0 >= 0.0).map(|_| 0.0);
        let before = block.times.iter().take_while(|t| **t <= 0.0).count();
        let mut strengths = Vec::with_capacity(block.times.len());
        strengths.resize(before, u0);
        let clock = Clock::default();
        let taken = Taken { length: 0.0, end: u0, last: false, reached: clock };
        let end = block.times.last().copied().unwrap_or(0.0);
        let mut lane = Lane {
            mode,
            block,
            strengths,
            half_time,
            half,
            limit: mode.s / mode.lambda,
            clock,
            end,
            step: 0.0,
            rejected: false,
            tolerable: f64::INFINITY,
            taken,
            aim: Aim::Step,
            work: Work::default(),
        };
        (batch.s.0[index], batch.lambda.0[index], batch.atol.0[index]) = (mode.s, mode.lambda, mode.atol);
        batch.y.0[index] = u0;
        if !u0.is_finite() {
            return (lane, Next::Leave);
        }
        if end <= 0.0 {
            return (lane, Next::Done);
        }
        lane.step = lane.first_step();
        let next = if lane.rate(u0).is_finite() { lane.stride(batch, index) } else { Next::Leave };
        (lane, next)
    }

    /// What was found.
    pub fn course(&mut self) -> Course {
        let strengths = std::mem::take(&mut self.strengths);
        Course { strengths, half_time: self.half_time, outcome: Outcome::Complete, work: self.work }
    }

    /// Learns of an attempt, and puts the next one into the batch.
    pub fn proceed(&mut self, batch: &mut Batch, index: usize) -> Next {
        let (error, tolerable) = (batch.error.0[index], batch.tolerable.0[index]);
        let (h, next) = (batch.h.0[index], batch.next.0[index]);
        self.work.evaluations += EVALUATIONS;
        match self.aim {
            Aim::Step => {
                let remaining = self.clock.until(self.end);
                if !self.judge(error, tolerable, h) {
                    self.work.rejected += 1;
                    return self.stride(batch, index);
                }
                self.work.accepted += 1;
                // The last step ends at the end exactly, whatever the steps add up to.
                let last = h == remaining;
                let reached = if last { Clock::at(self.end) } else { self.clock.after(h) };
                let taken = Taken { length: h, end: next, last, reached };
                self.taken = taken;
                return self.look_within(taken, batch, index);
            }
            // The whole step was accepted by chance, if a part of it is worse.
            _ if error > 1.0 || error.is_nan() => {
                self.judge(error, tolerable, h);
                self.work.accepted -= 1;
                self.work.rejected += 1;
                return self.stride(batch, index);
            }
            Aim::Stop => self.strengths.push(next),
            Aim::Crossing { below, above, attempts } => {
                if attempts >= LONGEST_SEARCH {
                    return Next::Leave;
                }
                if let Some(aim) = self.close_in(next, h, (below, above)) {
                    let (h, below, above) = aim;
                    self.aim = Aim::Crossing { below, above, attempts: attempts + 1 };
                    batch.h.0[index] = h;
                    return Next::Attempt;
                }
            }
        }
        self.look_within(self.taken, batch, index)
    }

    /// Stops at the times and the crossing within the accepted step; then goes on from its end.
    #[inline(always)]
    fn look_within(&mut self, taken: Taken, batch: &mut Batch, index: usize) -> Next {
        let Taken { length, end, last, reached } = taken;
        if !end.is_finite() {
            return Next::Leave;
        }
        while let Some(time) = self.block.times.get(self.strengths.len()).copied().filter(|t| *t <= reached.now) {
            let offset = self.clock.until(time);
            if time == reached.now || offset >= length {
                self.strengths.push(end);
            } else if offset <= 0.0 {
                self.strengths.push(batch.y.0[index]);
            } else {
                self.aim = Aim::Stop;
                batch.h.0[index] = offset;
                return Next::Attempt;
            }
        }
        if let Some(half) = self.half.filter(|half| end / half - 1.0 >= 0.0) {
            self.aim = Aim::Crossing { below: 0.0, above: length, attempts: 0 };
            batch.h.0[index] = self.guess(batch.y.0[index], half);
            return Next::Attempt;
        }
        if last {
            return Next::Done;
        }
        if self.has_arrived(end) {
            self.strengths.resize(self.block.times.len(), self.limit);
            return Next::Done;
        }
        self.clock = reached;
        batch.y.0[index] = end;
        self.stride(batch, index)
    }

    /// Whether the strength is its limit s/λ as far as the tolerance can tell: it moves towards it and never beyond, so that
    /// the error is no larger however long that takes.
    fn has_arrived(&self, u: f64) -> bool {
        // Without a limit the difference is infinite or not a number.
        (self.limit - u).abs() <= ARRIVED * (self.mode.atol + self.block.rtol * u.abs())
    }

    /// Puts the next step of the run into the batch.
    fn stride(&mut self, batch: &mut Batch, index: usize) -> Next {
        let spent = self.work.accepted + self.work.rejected >= self.block.max_steps;
        if spent || self.step <= SHORTEST * self.clock.now || self.step == 0.0 {
            return Next::Leave;
        }
        let remaining = self.clock.until(self.end);
        self.aim = Aim::Step;
        batch.h.0[index] = if 1.01 * self.step > remaining { remaining } else { self.step };
        Next::Attempt
    }

    /// Whether a step of length h is accepted, and the length of the next one. An error that is not a number counts as
    /// infinite.
    fn judge(&mut self, error: f64, tolerable: f64, h: f64) -> bool {
        let accepted = error <= 1.0;
        // `min` and `max` pass over what is not a number.
        self.tolerable = if accepted { tolerable.min(STEADY * self.tolerable) } else { tolerable };
        let most = if accepted && self.rejected { h } else { MOST * h };
        self.step = self.tolerable.max(LEAST * h).min(most);
        self.rejected = !accepted;
        accepted
    }

    /// The half time from the strength u at an offset into the accepted step, or where to look next: (offset, and the
    /// offsets between which it is). The law itself gives the slope for Newton's method, as u moves one way only.
    fn close_in(&mut self, u: f64, offset: f64, (below, above): (f64, f64)) -> Option<(f64, f64, f64)> {
        let half = self.half?;
        let correction = (half - u) / self.rate(u);
        if correction.abs() <= SHORT * self.taken.length {
            let offset = (offset + correction).clamp(0.0, self.taken.length);
            (self.half, self.half_time) = (None, Some(self.clock.after(offset).now));
            return None;
        }
        let (below, above) = if u < half { (offset, above) } else { (below, offset) };
        let newton = offset + correction;
        let inside = newton > below && newton < above;
        Some((if inside { newton } else { 0.5 * (below + above) }, below, above))
    }

    /// About where within the accepted step from y the strength is `half`: of the cubic T(u) through both ends, with
    /// dT/du = 1/(du/dT).
    fn guess(&self, y: f64, half: f64) -> f64 {
        let Taken { length, end, .. } = self.taken;
        let width = end - y;
        let (x, rest) = ((half - y) / width, (end - half) / width);
        let (first, last) = (width / self.rate(y), width / self.rate(end));
        let offset = length * x * x * (3.0 - 2.0 * x) + x * rest * (first * rest - last * x);
        if offset > 0.0 && offset < length { offset } else { 0.5 * length }
    }

    fn rate(&self, u: f64) -> f64 {
        self.block.law.rate(self.mode.s, self.mode.lambda, u)
    }

    /// The first step after Hairer, Nørsett & Wanner (1993), II.4, as in `integrate::march`.
    fn first_step(&mut self) -> f64 {
        let y = self.mode.u0;
        let unit = self.mode.atol + y.abs() * self.block.rtol;
        let rate = self.rate(y);
        let (size, slope) = ((y / unit).abs(), (rate / unit).abs());
        let guess = if size < 1e-5 || slope < 1e-5 { 1e-6 } else { 0.01 * size / slope };
        let bend = (self.rate(y + guess * rate) - rate).abs() / unit / guess;
        self.work.evaluations += 2;
        let steepest = slope.max(bend);
        let other = if steepest <= 1e-15 { (guess * 1e-3).max(1e-6) } else { (0.01 / steepest).sqrt().sqrt().sqrt() };
        let step = (100.0 * guess).min(other);
        if step.is_finite() && step > 0.0 { step } else { BLIND * self.end }
    }
}
