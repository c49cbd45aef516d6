//! Many modes at once, by Dormand & Prince's pair 8(5,3): each lane of the registers holds a mode with a time, a step and an
//! error of its own, and takes the next mode when it is done. What is out of the ordinary is left to
//! [`crate::integrate`], which says what it is.

use super::batch::Batch;
use super::columns::REGISTERS;
use super::course::{Course, Mode};
use super::lane::{Lane, Next};
use super::law::Law;
use pulp::{Simd, WithSimd};

/// How modes are followed: by one law to the last of the times, at a relative tolerance, with at most so many steps.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub law: Law,
    pub times: &'a [f64],
    pub rtol: f64,
    pub max_steps: u64,
}

impl Block<'_> {
    /// The time at which a run ends.
    pub fn end(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }
}

/// Modes that are followed, and what becomes of them.
pub(super) struct Crowd<'a> {
    pub block: &'a Block<'a>,
    pub modes: &'a [Mode],
    pub courses: &'a mut [Course],
}

impl WithSimd for Crowd<'_> {
    /// The modes that are left to others.
    type Output = Vec<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        self.run::<S, true>(simd)
    }
}

impl Crowd<'_> {
    /// Follows the modes, and where it is plain all lanes at once, or each of them alone: the steps are the same.
    #[inline(always)]
    fn run<S: Simd, const TOGETHER: bool>(self, simd: S) -> Vec<usize> {
        let block = self.block;
        let waiting = self.modes.iter().zip(self.courses).enumerate();
        let mut queue = Queue { block, waiting, left: Vec::new() };
        let mut batch = Batch::new();
        let mut lanes: Vec<Option<(usize, Lane)>> =
            (0..REGISTERS * S::F64_LANES).map(|index| queue.pop(&mut batch, index)).collect();
        let mut busy =
            lanes.iter().enumerate().fold(0, |busy, (index, lane)| busy | u64::from(lane.is_some()) << index);
        while busy != 0 {
            batch.attempt(simd, block.law, block.rtol);
            let calls = if TOGETHER { batch.follow(simd, block) } else { batch.judge_all(simd) };
            let mut calls = calls & busy;
            while calls != 0 {
                let index = calls.trailing_zeros() as usize;
                calls &= calls - 1;
                let Some(place) = lanes.get_mut(index) else { continue };
                let Some((mode, lane)) = place else { continue };
                match lane.proceed(block, &mut batch, index) {
                    Next::Attempt => continue,
                    Next::Done => {}
                    Next::Leave => queue.left.push(*mode),
                }
                *place = queue.pop(&mut batch, index);
                if place.is_none() {
                    busy &= !(1 << index);
                }
            }
        }
        queue.left
    }
}

/// The modes that wait for a lane.
struct Queue<'a, I> {
    block: &'a Block<'a>,
    waiting: I,
    left: Vec<usize>,
}

impl<'a, I: Iterator<Item = (usize, (&'a Mode, &'a mut Course))>> Queue<'a, I> {
    /// The next mode that takes steps, the first of which then stands in the batch.
    fn pop(&mut self, batch: &mut Batch, index: usize) -> Option<(usize, Lane<'a>)> {
        for (number, (mode, course)) in self.waiting.by_ref() {
            match Lane::new(self.block, mode, course, batch, index) {
                (lane, Next::Attempt) => return Some((number, lane)),
                (_, Next::Done) => {}
                (_, Next::Leave) => self.left.push(number),
            }
        }
        // At rest.
        batch.y.0[index] = 0.0;
        batch.h.0[index] = 0.0;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes() -> Vec<Mode> {
        let mode = |i: u32| {
            let (s, lambda) = (f64::from(i % 7), 0.5 + f64::from(i % 3));
            Mode { s, lambda, u0: 0.01 * f64::from(1 + i % 5), atol: 1e-9, half: Some(0.4 * s / lambda + 1e-3) }
        };
        (0..100).map(mode).collect()
    }

    struct EachAlone<'a>(Crowd<'a>);

    impl WithSimd for EachAlone<'_> {
        type Output = Vec<usize>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<usize> {
            self.0.run::<S, false>(simd)
        }
    }

    #[test]
    fn lanes_that_go_on_together_take_the_steps_that_each_takes_alone() {
        let modes = modes();
        for (law, rtol, max_steps) in
            [(Law::balanced(2), 1e-3, 1000), (Law::infinite_depth(3), 1e-9, 1000), (Law::balanced(3), 1e-6, 20)]
        {
            let block = Block { law, times: &[0.0, 0.5, 0.5, 3.0, 20.0], rtol, max_steps };
            let crowd = |courses| Crowd { block: &block, modes: &modes, courses };
            let [mut together, mut alone] = [0, 1].map(|_| vec![Course::blank(); modes.len()]);
            let left = pulp::Arch::new().dispatch(crowd(&mut together));
            assert_eq!(left, pulp::Arch::new().dispatch(EachAlone(crowd(&mut alone))));
            assert_eq!(left.is_empty(), max_steps == 1000);
            assert_eq!(together, alone);
        }
    }

    #[test]
    fn registers_of_any_width_take_the_same_steps() {
        let modes = modes();
        let block = Block { law: Law::balanced(2), times: &[0.0, 0.5, 3.0, 20.0], rtol: 1e-6, max_steps: 1000 };
        let followed = |run: &dyn Fn(Crowd) -> Vec<usize>| {
            let mut courses = vec![Course::blank(); modes.len()];
            assert!(run(Crowd { block: &block, modes: &modes, courses: &mut courses }).is_empty());
            courses
        };
        let wide = followed(&|crowd| pulp::Arch::new().dispatch(crowd));
        let one = followed(&|crowd| pulp::Scalar::new().vectorize(crowd));
        for (wide, one) in wide.iter().zip(&one) {
            assert_eq!(wide.work, one.work);
            assert_eq!(wide.half_time.is_some(), one.half_time.is_some());
            for (u, v) in wide.strengths.iter().zip(&one.strengths) {
                // Products may be rounded before they are added, or not: far below the tolerance.
                assert!((u / v - 1.0).abs() < 1e-9, "{u:e} {v:e}");
            }
        }
    }
}
