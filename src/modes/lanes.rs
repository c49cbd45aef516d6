//! Steps of Dormand & Prince's pair 8(5,3) for many modes at once: each lane of the registers holds a mode with a time, a
//! step and an error of its own, and takes the next mode when it is done. What is out of the ordinary is left to
//! [`crate::integrate`], which says what it is.

use super::course::{Course, Mode};
use super::lane::{Lane, Next, SAFETY};
use super::law::Law;
use crate::integrate::{DOP853, STAGES};
use pulp::{Simd, WithSimd};

/// Registers that take a step together, so that none need wait for another's results.
const REGISTERS: usize = 4;
/// Lanes of the widest registers.
const LANES: usize = REGISTERS * 8;

/// A number for each lane.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes(pub [f64; LANES]);

/// What a step takes and makes.
pub(super) struct Batch {
    pub s: Lanes,
    pub lambda: Lanes,
    pub atol: Lanes,
    /// The step's start, its length and its end.
    pub y: Lanes,
    pub h: Lanes,
    pub next: Lanes,
    /// Its error in units of the tolerance.
    pub error: Lanes,
    /// 0.9 h error^{−1/8}, the length of a step whose error is tolerable.
    pub tolerable: Lanes,
    stages: [Lanes; STAGES],
}

const ZERO: Lanes = Lanes([0.0; LANES]);
const ONE: Lanes = Lanes([1.0; LANES]);

impl Batch {
    /// Lanes at rest.
    fn new() -> Batch {
        let (error, tolerable) = (ZERO, ZERO);
        Batch {
            s: ZERO,
            lambda: ONE,
            atol: ONE,
            y: ZERO,
            h: ZERO,
            next: ZERO,
            error,
            tolerable,
            stages: [ZERO; STAGES],
        }
    }

    /// A step in every lane; see `integrate::embedded` for the error.
    #[inline(always)]
    fn attempt<S: Simd>(&mut self, simd: S, law: Law, rtol: f64) {
        let rates = self.rates(simd, law, self.y.get(simd));
        self.stages[0].put(simd, rates);
        for (index, row) in DOP853.a.iter().enumerate() {
            let at = self.along(simd, row);
            let rates = self.rates(simd, law, at);
            self.stages[index + 1].put(simd, rates);
        }
        let end = self.along(simd, DOP853.b);
        self.next.put(simd, end);
        self.judge(simd, end, rtol);
    }

    #[inline(always)]
    fn rates<S: Simd>(&self, simd: S, law: Law, mut u: Registers<S>) -> Registers<S> {
        let (s, lambda) = (self.s.get(simd), self.lambda.get(simd));
        for i in 0..REGISTERS {
            u[i] = law.rates(simd, s[i], lambda[i], u[i]);
        }
        u
    }

    /// y + h Σ_j a_j k_j.
    #[inline(always)]
    fn along<S: Simd>(&self, simd: S, row: &[(usize, f64)]) -> Registers<S> {
        let mut sum = [simd.splat_f64s(0.0); REGISTERS];
        for (j, a) in row {
            add(simd, *a, self.stages[*j].get(simd), &mut sum);
        }
        let (y, h) = (self.y.get(simd), self.h.get(simd));
        for i in 0..REGISTERS {
            sum[i] = simd.mul_add_e_f64s(h[i], sum[i], y[i]);
        }
        sum
    }

    #[inline(always)]
    fn judge<S: Simd>(&mut self, simd: S, end: Registers<S>, rtol: f64) {
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let (mut high, mut low) = ([zero; REGISTERS], [zero; REGISTERS]);
        for (j, c, d) in DOP853.error {
            let k = self.stages[*j].get(simd);
            add(simd, *c, k, &mut high);
            add(simd, *d, k, &mut low);
        }
        let (y, h, atol) = (self.y.get(simd), self.h.get(simd), self.atol.get(simd));
        for i in 0..REGISTERS {
            let larger = simd.max_f64s(simd.abs_f64s(y[i]), simd.abs_f64s(end[i]));
            let scale = simd.mul_add_e_f64s(larger, simd.splat_f64s(rtol), atol[i]);
            let scale = simd.div_f64s(one, scale);
            let (e, tame) = (simd.mul_f64s(high[i], scale), simd.mul_f64s(low[i], scale));
            // 0 times what is not finite is not a number.
            let square = simd.mul_add_e_f64s(zero, end[i], simd.mul_f64s(e, e));
            let both = simd.mul_add_e_f64s(simd.splat_f64s(0.01), simd.mul_f64s(tame, tame), square);
            let both = simd.select_f64s(simd.less_than_or_equal_f64s(both, zero), one, both);
            high[i] = simd.mul_f64s(h[i], simd.div_f64s(square, simd.sqrt_f64s(both)));
            let root = simd.sqrt_f64s(simd.sqrt_f64s(simd.sqrt_f64s(high[i])));
            low[i] = simd.div_f64s(simd.mul_f64s(simd.splat_f64s(SAFETY), h[i]), root);
        }
        self.error.put(simd, high);
        self.tolerable.put(simd, low);
    }
}

/// A number for each lane, in registers.
type Registers<S> = [<S as Simd>::f64s; REGISTERS];

/// sum ← sum + c·k.
#[inline(always)]
fn add<S: Simd>(simd: S, c: f64, k: Registers<S>, sum: &mut Registers<S>) {
    let c = simd.splat_f64s(c);
    for i in 0..REGISTERS {
        sum[i] = simd.mul_add_e_f64s(c, k[i], sum[i]);
    }
}

impl Lanes {
    #[inline(always)]
    fn get<S: Simd>(&self, simd: S) -> Registers<S> {
        let (all, _) = S::as_simd_f64s(&self.0);
        let mut registers = [simd.splat_f64s(0.0); REGISTERS];
        registers.copy_from_slice(&all[..REGISTERS]);
        registers
    }

    #[inline(always)]
    fn put<S: Simd>(&mut self, _simd: S, registers: Registers<S>) {
        let (all, _) = S::as_mut_simd_f64s(&mut self.0);
        all[..REGISTERS].copy_from_slice(&registers);
    }
}

/// Modes that follow one law to the last of the times, at a relative tolerance, with at most so many steps.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub law: Law,
    pub modes: &'a [Mode],
    pub times: &'a [f64],
    pub rtol: f64,
    pub max_steps: u64,
}

impl WithSimd for &Block<'_> {
    /// The courses; `None` for the modes that are left to others.
    type Output = Vec<Option<Course>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let mut courses: Vec<Option<Course>> = Vec::new();
        courses.resize_with(self.modes.len(), || None);
        let mut queue = Queue { block: self, next: 0, courses };
        let mut batch = Batch::new();
        let mut lanes: Vec<Option<(usize, Lane)>> = Vec::with_capacity(LANES);
        lanes.extend((0..REGISTERS * S::F64_LANES).map(|index| queue.pop(&mut batch, index)));
        while lanes.iter().any(Option::is_some) {
            batch.attempt(simd, self.law, self.rtol);
            for (index, place) in lanes.iter_mut().enumerate() {
                let Some((mode, lane)) = place else { continue };
                match lane.proceed(&mut batch, index) {
                    Next::Attempt => continue,
                    Next::Done => queue.courses[*mode] = Some(lane.course()),
                    Next::Leave => {}
                }
                *place = queue.pop(&mut batch, index);
            }
        }
        queue.courses
    }
}

/// The modes that wait for a lane, and what has become of the others.
struct Queue<'a> {
    block: &'a Block<'a>,
    next: usize,
    courses: Vec<Option<Course>>,
}

impl<'a> Queue<'a> {
    /// The next mode that takes steps, the first of which then stands in the batch.
    fn pop(&mut self, batch: &mut Batch, index: usize) -> Option<(usize, Lane<'a>)> {
        while let Some(mode) = self.block.modes.get(self.next) {
            let number = self.next;
            self.next += 1;
            match Lane::new(self.block, mode, batch, index) {
                (lane, Next::Attempt) => return Some((number, lane)),
                (mut lane, Next::Done) => self.courses[number] = Some(lane.course()),
                (_, Next::Leave) => {}
            }
        }
        // At rest.
        batch.y.0[index] = 0.0;
        batch.h.0[index] = 0.0;
        None
    }
}
