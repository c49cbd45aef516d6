//! What follows an attempt, in all lanes at once where it is plain: a shorter one after a step that was rejected, the next
//! step after one that was accepted. Steps are controlled as in [`crate::integrate`], and besides grow no faster than
//! those that have held, as an estimate of a single number's error may be far too small by chance. A stop within a step
//! that does not hold revokes the step.

use super::batch::Batch;
use super::columns::{Column, LANES, REGISTERS};
use super::lanes::Block;
use crate::integrate::{Clock, LEAST, MOST};
use pulp::Simd;

/// The length of a tolerable step grows by at most this from attempt to attempt: where the estimate of a single number's
/// error passes near 0, what it says of the next step would be rejected.
const STEADY: f64 = 4.0 / 3.0;
/// A mode has arrived when it is so much of the tolerance from its limit.
pub(super) const ARRIVED: f64 = 0.1;
/// Steps shorter than this share of the time since the start are for others.
pub(super) const SHORTEST: f64 = 1e-30;
/// What remains is gone in one step that is so much longer at most.
pub(super) const STRETCH: f64 = 1.01;

/// Where the lanes are in their runs, and what they wait for.
pub(super) struct Control {
    /// The time, and what is below its last digit: [`crate::integrate::Clock`].
    pub now: Column,
    pub low: Column,
    /// The length of the next step of the run.
    pub step: Column,
    /// The length of a step whose error is tolerable, as the last attempt saw it.
    pub tolerable: Column,
    /// The next step is at most so many times the one attempted.
    pub growth: Column,
    /// 1 where the attempt is at a stop within the accepted step, 0 where it is at the next step of the run.
    pub within: Column,
    /// Steps.
    pub accepted: Column,
    pub rejected: Column,
    /// The next time at which the strength is asked for.
    pub due: Column,
    /// The strength whose crossing is waited for; infinite where none is.
    pub half: Column,
    /// s/λ.
    pub limit: Column,
}

/// A power of 2 for each lane.
const BITS: Column = {
    let mut bits = [1.0; LANES];
    let mut lane = 1;
    while lane < LANES {
        bits[lane] = 2.0 * bits[lane - 1];
        lane += 1;
    }
    Column(bits)
};

impl Control {
    /// Of lanes at rest.
    pub fn new() -> Control {
        let zero = Column::of(0.0);
        let (now, low, step, tolerable, growth) = (zero, zero, zero, zero, zero);
        let (within, accepted, rejected, due, half, limit) = (zero, zero, zero, zero, zero, zero);
        Control { now, low, step, tolerable, growth, within, accepted, rejected, due, half, limit }
    }

    /// The time in a lane.
    pub fn clock(&self, index: usize) -> Clock {
        Clock { now: self.now.0[index], low: self.low.0[index] }
    }
}

impl Batch {
    /// Learns of the attempts, and puts the next ones where that is plain. The lanes where it is not, as bits: their
    /// steps are judged and counted, and all else is as it was.
    #[inline(always)]
    pub fn follow<S: Simd>(&mut self, simd: S, block: &Block) -> u64 {
        let mut bits = simd.splat_f64s(0.0);
        for register in 0..REGISTERS {
            let held = self.judge_steps(simd, register);
            let plain = self.go_on(simd, register, held, block);
            let left = simd.select_f64s(plain, simd.splat_f64s(0.0), BITS.at(simd, register));
            bits = simd.add_f64s(bits, left);
        }
        simd.reduce_sum_f64s(bits) as u64
    }

    /// Learns of the attempts, and leaves all lanes as they are.
    #[inline(always)]
    pub fn judge_all<S: Simd>(&mut self, simd: S) -> u64 {
        for register in 0..REGISTERS {
            self.judge_steps(simd, register);
        }
        u64::MAX
    }

    /// Whether the errors are tolerable; those that are not numbers are not. Every attempt at a step of the run tells the
    /// length of the next one, and so does a stop that does not hold: the step within which it is was accepted by
    /// chance, if a part of it is worse.
    #[inline(always)]
    fn judge_steps<S: Simd>(&mut self, simd: S, register: usize) -> S::m64s {
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let h = self.h.at(simd, register);
        let control = &mut self.control;
        let held = simd.less_than_or_equal_f64s(self.error.at(simd, register), one);
        let within = control.within.at(simd, register);
        let judged = simd.or_m64s(simd.not_m64s(held), simd.equal_f64s(within, zero));
        // Comparisons pass over what is not a number.
        let (before, tolerable) = (control.tolerable.at(simd, register), self.tolerable.at(simd, register));
        let steady = simd.mul_f64s(simd.splat_f64s(STEADY), before);
        let bounded = simd.and_m64s(held, simd.less_than_f64s(steady, tolerable));
        let tolerable = simd.select_f64s(bounded, steady, tolerable);
        let least = simd.mul_f64s(simd.splat_f64s(LEAST), h);
        let step = simd.select_f64s(simd.less_than_f64s(least, tolerable), tolerable, least);
        let most = simd.mul_f64s(control.growth.at(simd, register), h);
        let step = simd.select_f64s(simd.less_than_f64s(most, step), most, step);
        // None grows after one that was rejected.
        let growth = simd.select_f64s(held, simd.splat_f64s(MOST), one);
        let keep = |column: &mut Column, new: S::f64s| {
            let kept = simd.select_f64s(judged, new, column.at(simd, register));
            column.set(simd, register, kept);
        };
        keep(&mut control.tolerable, tolerable);
        keep(&mut control.step, step);
        keep(&mut control.growth, growth);
        // A stop that holds is no step, and one that does not makes one that was accepted one that is rejected.
        let held_once = simd.select_f64s(held, one, zero);
        let accepted = simd.add_f64s(control.accepted.at(simd, register), simd.sub_f64s(held_once, within));
        let rejected = simd.add_f64s(control.rejected.at(simd, register), simd.sub_f64s(one, held_once));
        control.accepted.set(simd, register, accepted);
        control.rejected.set(simd, register, rejected);
        held
    }

    /// Puts the next step of the run where nothing is in between, as [`super::lane::Lane::proceed`] would; where that is.
    #[inline(always)]
    fn go_on<S: Simd>(&mut self, simd: S, register: usize, held: S::m64s, block: &Block) -> S::m64s {
        let at = |column: &Column| column.at(simd, register);
        let control = &self.control;
        let (h, end) = (at(&self.h), simd.splat_f64s(block.end()));
        let clock = Clocks { now: at(&control.now), low: at(&control.low) };
        let reached = clock.after(simd, h);
        let taken = simd.equal_f64s(at(&control.within), simd.splat_f64s(0.0));
        let taken = simd.and_m64s(taken, self.has_nothing_within(simd, register, reached.now, block.rtol));
        // The last step ends at the end exactly, whatever the steps add up to.
        let taken = simd.and_m64s(taken, simd.not_m64s(simd.equal_f64s(h, clock.until(simd, end))));
        let on = simd.and_m64s(held, taken);
        let now = simd.select_f64s(on, reached.now, clock.now);
        let low = simd.select_f64s(on, reached.low, clock.low);
        let step = at(&control.step);
        let plain = simd.or_m64s(on, simd.not_m64s(held));
        let plain = simd.and_m64s(plain, self.may_step(simd, register, now, block.max_steps));
        let remaining = Clocks::<S> { now, low }.until(simd, end);
        let far = simd.mul_f64s(simd.splat_f64s(STRETCH), step);
        let next = simd.select_f64s(simd.less_than_f64s(remaining, far), remaining, step);
        let y = simd.select_f64s(on, at(&self.next), at(&self.y));
        let keep = |column: &mut Column, new: S::f64s| {
            let kept = simd.select_f64s(plain, new, column.at(simd, register));
            column.set(simd, register, kept);
        };
        keep(&mut self.y, y);
        keep(&mut self.h, next);
        keep(&mut self.control.now, now);
        keep(&mut self.control.low, low);
        keep(&mut self.control.within, simd.splat_f64s(0.0));
        plain
    }

    /// Whether no strength is asked for before the end of the step, the crossing is not in it, and it does not lead to the
    /// limit.
    #[inline(always)]
    fn has_nothing_within<S: Simd>(&self, simd: S, register: usize, now: S::f64s, rtol: f64) -> S::m64s {
        let control = &self.control;
        let (end, limit) = (self.next.at(simd, register), control.limit.at(simd, register));
        let early = simd.less_than_f64s(now, control.due.at(simd, register));
        let below = simd.less_than_f64s(end, control.half.at(simd, register));
        let relative = simd.mul_f64s(simd.splat_f64s(rtol), simd.abs_f64s(end));
        let tolerance = simd.add_f64s(self.atol.at(simd, register), relative);
        let close = simd.mul_f64s(simd.splat_f64s(ARRIVED), tolerance);
        let arrived = simd.less_than_or_equal_f64s(simd.abs_f64s(simd.sub_f64s(limit, end)), close);
        simd.and_m64s(simd.and_m64s(early, below), simd.not_m64s(arrived))
    }

    /// Whether a step is left, and large enough.
    #[inline(always)]
    fn may_step<S: Simd>(&self, simd: S, register: usize, now: S::f64s, most: u64) -> S::m64s {
        let control = &self.control;
        let steps = simd.add_f64s(control.accepted.at(simd, register), control.rejected.at(simd, register));
        let left = simd.less_than_f64s(steps, simd.splat_f64s(most as f64));
        let shortest = simd.mul_f64s(simd.splat_f64s(SHORTEST), now);
        simd.and_m64s(left, simd.less_than_f64s(shortest, control.step.at(simd, register)))
    }
}

/// [`crate::integrate::Clock`] of each lane.
struct Clocks<S: Simd> {
    now: S::f64s,
    low: S::f64s,
}

impl<S: Simd> Clocks<S> {
    #[inline(always)]
    fn until(&self, simd: S, time: S::f64s) -> S::f64s {
        simd.sub_f64s(simd.sub_f64s(time, self.now), self.low)
    }

    #[inline(always)]
    fn after(&self, simd: S, step: S::f64s) -> Clocks<S> {
        let sum = simd.add_f64s(self.now, step);
        let part = simd.sub_f64s(sum, self.now);
        let error = simd.add_f64s(simd.sub_f64s(self.now, simd.sub_f64s(sum, part)), simd.sub_f64s(step, part));
        let low = simd.add_f64s(self.low, error);
        let now = simd.add_f64s(sum, low);
        Clocks { now, low: simd.sub_f64s(low, simd.sub_f64s(now, sum)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::{Arch, Scalar, WithSimd};

    struct Tick<'a>(&'a mut Control, f64);

    impl WithSimd for Tick<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Tick(control, step) = self;
            for register in 0..REGISTERS {
                let clock = Clocks { now: control.now.at(simd, register), low: control.low.at(simd, register) };
                let Clocks { now, low } = clock.after(simd, simd.splat_f64s(step));
                control.now.set(simd, register, now);
                control.low.set(simd, register, low);
            }
        }
    }

    #[test]
    fn the_clocks_of_all_lanes_go_as_one_alone() {
        let mut control = Control::new();
        let mut alone = Clock::default();
        for i in 0..10_000 {
            let step = f64::powi(1.3, -(i * 7919 % 120)) * if i == 0 { 1e6 } else { 1.0 };
            Arch::new().dispatch(Tick(&mut control, step));
            alone = alone.after(step);
            let first = control.clock(0);
            assert_eq!((first.now, first.low), (alone.now, alone.low));
        }
        assert!(control.low.0[0] != 0.0);
    }

    struct Follow<'a>(&'a mut Batch, &'a Block<'a>);

    impl WithSimd for Follow<'_> {
        /// Lanes, and those that are not plain.
        type Output = (usize, u64);

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> (usize, u64) {
            (REGISTERS * S::F64_LANES, self.0.follow(simd, self.1))
        }
    }

    #[test]
    fn lanes_that_are_not_plain_are_named_by_their_bits() {
        let block = Block { law: crate::modes::Law::balanced(2), times: &[1.0], rtol: 1e-3, max_steps: 10 };
        let mut batch = Batch::new();
        // At rest no step is large enough.
        assert_eq!(Scalar::new().vectorize(Follow(&mut batch, &block)), (REGISTERS, (1 << REGISTERS) - 1));
        let (lanes, _) = Arch::new().dispatch(Follow(&mut batch, &block));
        for lane in 0..lanes {
            // Stops that do not hold, but for one.
            batch = Batch::new();
            batch.control.within = Column::of(1.0);
            batch.control.growth = Column::of(MOST);
            batch.h = Column::of(1.0);
            batch.error = Column::of(f64::NAN);
            batch.error.0[lane] = 0.5;
            assert_eq!(Arch::new().dispatch(Follow(&mut batch, &block)), (lanes, 1 << lane));
            let other = (lane + 1) % lanes;
            assert_eq!((batch.control.within.0[lane], batch.control.within.0[other]), (1.0, 0.0));
            assert_eq!((batch.h.0[lane], batch.h.0[other]), (1.0, LEAST));
            let steps = |lane: usize| (batch.control.accepted.0[lane], batch.control.rejected.0[lane]);
            assert_eq!((steps(lane), steps(other)), ((0.0, 0.0), (-1.0, 1.0)));
        }
    }
}
