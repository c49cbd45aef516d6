//! Steps of Dormand & Prince's pair 8(5,3), one in every lane.

use super::columns::{Column, REGISTERS, Registers};
use super::control::Control;
use super::law::Law;
use crate::integrate::{DOP853, SAFETY, STAGES};
use pulp::Simd;

/// c of [`Batch::square`]: more takes more steps, less lets errors pass.
const FLOOR: f64 = 0.1;

/// What a step takes and makes.
pub(super) struct Batch {
    pub s: Column,
    pub lambda: Column,
    pub atol: Column,
    /// The step's start, its length and its end.
    pub y: Column,
    pub h: Column,
    pub next: Column,
    /// Its error in units of the tolerance.
    pub error: Column,
    /// 0.9 h error^{−1/8}, the length of a step whose error is tolerable.
    pub tolerable: Column,
    stages: [Column; STAGES],
    /// Which steps it takes.
    pub control: Control,
}

impl Batch {
    /// Lanes at rest.
    pub fn new() -> Batch {
        let (zero, one) = (Column::of(0.0), Column::of(1.0));
        let (s, lambda, atol, y, h, next) = (zero, one, one, zero, zero, zero);
        let (error, tolerable, stages) = (zero, zero, [zero; STAGES]);
        Batch { s, lambda, atol, y, h, next, error, tolerable, stages, control: Control::new() }
    }

    /// A step in every lane; see `integrate::embedded` for the error.
    #[inline(always)]
    pub fn attempt<S: Simd>(&mut self, simd: S, law: Law, rtol: f64) {
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
            let tolerance = simd.mul_add_e_f64s(larger, simd.splat_f64s(rtol), atol[i]);
            let scale = simd.div_f64s(one, tolerance);
            let (e, tame) = (simd.mul_f64s(high[i], scale), simd.mul_f64s(low[i], scale));
            let relative = simd.min_f64s(simd.div_f64s(tolerance, larger), one);
            let square = Batch::square(simd, simd.mul_f64s(relative, h[i]), e, tame);
            // 0 times what is not finite is not a number.
            let square = simd.mul_add_e_f64s(zero, end[i], square);
            let both = simd.mul_add_e_f64s(simd.splat_f64s(0.01), simd.mul_f64s(tame, tame), square);
            let both = simd.select_f64s(simd.less_than_or_equal_f64s(both, zero), one, both);
            let error = simd.mul_f64s(h[i], simd.div_f64s(square, simd.sqrt_f64s(both)));
            // Beside what is beyond the range of numbers all else would be nothing.
            high[i] = simd.mul_add_e_f64s(zero, both, error);
            let root = simd.sqrt_f64s(simd.sqrt_f64s(simd.sqrt_f64s(high[i])));
            low[i] = simd.div_f64s(simd.mul_f64s(simd.splat_f64s(SAFETY), h[i]), root);
        }
        self.error.put(simd, high);
        self.tolerable.put(simd, low);
    }

    /// max(E², c² r h |E₃|³) for E²: of a single number the estimate E of order 5 may vanish by chance, but seldom that of
    /// order 3 with it, and rates that change in a time T₀ make E ~ (h/T₀)⁶/(r h) and E₃ ~ (h/T₀)⁴/(r h) at the relative
    /// tolerance r = rtol + atol/|u|.
    #[inline(always)]
    fn square<S: Simd>(simd: S, rh: S::f64s, high: S::f64s, low: S::f64s) -> S::f64s {
        let square = simd.mul_f64s(high, high);
        let scale = simd.mul_f64s(simd.splat_f64s(FLOOR * FLOOR), rh);
        let least = simd.mul_f64s(scale, simd.mul_f64s(simd.abs_f64s(low), simd.mul_f64s(low, low)));
        simd.select_f64s(simd.less_than_f64s(square, least), least, square)
    }
}

/// sum ← sum + c·k.
#[inline(always)]
fn add<S: Simd>(simd: S, c: f64, k: Registers<S>, sum: &mut Registers<S>) {
    let c = simd.splat_f64s(c);
    for i in 0..REGISTERS {
        sum[i] = simd.mul_add_e_f64s(c, k[i], sum[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::{Arch, WithSimd};

    struct Judge<'a>(&'a mut Batch);

    impl WithSimd for Judge<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let end = self.0.next.get(simd);
            self.0.judge(simd, end, 0.0);
        }
    }

    #[test]
    fn no_step_is_held_because_its_error_leaves_the_range_of_numbers() {
        for power in 10..=308 {
            for stage in [0, 5, 11] {
                let mut batch = Batch::new();
                batch.h = Column::of(1.0);
                batch.stages[stage] = Column::of(10f64.powi(power));
                Arch::new().dispatch(Judge(&mut batch));
                let error = batch.error.0[0];
                assert!(error > 1.0 || error.is_nan(), "an error of 1e{power} counts as {error:e}");
            }
        }
    }
}
