//! tanh of many numbers at once, as many at a time as the machine has room for in a register.

use pulp::{Simd, WithSimd};

/// 1.5·2⁵²: to add it to a number rounds that to an integer, in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two pieces, of which the first times an integer below 2¹¹ is exact.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Beyond, tanh is ±1 in f64.
const SATURATED: f64 = 40.0;
/// 1/n! for n = 13 … 2.
const TERMS: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
];

/// z → tanh z, in place, within 3 units in the last place; what is not a number stays so.
pub(super) fn tanh_all(z: &mut [f64]) {
    pulp::Arch::new().dispatch(All(z));
}

/// The loop, as a type: a closure would not be inlined into what the dispatch calls, and be left with narrow registers.
struct All<'a>(&'a mut [f64]);

impl WithSimd for All<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for z in self.0 {
            *z = if S::IS_SCALAR { tanh::<false>(*z) } else { tanh::<true>(*z) };
        }
    }
}

/// tanh|x| = E/(E + 2) with E = e^{2|x|} − 1, in which nothing cancels: for 2|x| = k ln 2 + r, |r| ≤ ½ ln 2,
/// E = 2ᵏ(eʳ − 1) + (2ᵏ − 1), and eʳ − 1 by its series, to 2·10⁻¹⁷ of it.
#[inline(always)]
fn tanh<const FUSED: bool>(x: f64) -> f64 {
    let y = 2.0 * x.abs();
    // Unlike `min`, this lets NaN through.
    let y = if y > SATURATED { SATURATED } else { y };
    let shifted = y * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = fma::<FUSED>(-k, LN2_LOW, fma::<FUSED>(-k, LN2_HIGH, y));
    // Σ r^{n−2}/n! from n = 2 on, two terms at a time: eʳ − 1 = r + r²·that.
    let square = r * r;
    let mut series = fma::<FUSED>(TERMS[0], r, TERMS[1]);
    let mut n = 2;
    while n < TERMS.len() {
        series = fma::<FUSED>(series, square, fma::<FUSED>(TERMS[n], r, TERMS[n + 1]));
        n += 2;
    }
    let power = fma::<FUSED>(square, series, r);
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    let e = fma::<FUSED>(scale, power, scale - 1.0);
    (e / (e + 2.0)).copysign(x)
}

/// ab + c, rounded once where the machine does that as fast.
#[inline(always)]
fn fma<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library_to_the_last_places() {
        // From the least to the largest magnitudes, both signs, dense around 1.
        let exponents = (0..4000).map(|i| 10f64.powf(-300.0 + 0.1 * f64::from(i)));
        let near = (0..200_000).map(|i| 1e-4 * f64::from(i));
        for x in exponents.chain(near).flat_map(|x| [x, -x]) {
            let mut found = [x];
            tanh_all(&mut found);
            let exact = x.tanh();
            let places = (found[0] - exact).abs() / (exact.abs() * f64::EPSILON).max(f64::MIN_POSITIVE);
            assert!(places <= 3.0, "tanh {x:e}: {} for {exact}, {places}", found[0]);
        }
    }

    #[test]
    fn keeps_zero_infinity_and_what_is_not_a_number() {
        let mut z = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-310];
        tanh_all(&mut z);
        assert_eq!(z[..4], [0.0, -0.0, 1.0, -1.0]);
        assert!(z[1].is_sign_negative() && z[4].is_nan());
        assert_eq!(z[5], 1e-310);
    }
}
