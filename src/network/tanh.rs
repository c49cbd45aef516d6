//! tanh of many numbers at once, as many at a time as a register holds.

use crate::exponential::parts;
use pulp::{Simd, WithSimd};

/// Beyond, tanh is ±1 in f64.
const SATURATED: f64 = 40.0;

/// z → tanh z, in place, within 3 units in the last place; what is not a number stays so.
pub(super) fn tanh_all(z: &mut [f64]) {
    pulp::Arch::new().dispatch(All(z));
}

/// The loop, as a type: a closure would not be inlined into what the dispatch calls.
struct All<'a>(&'a mut [f64]);

impl WithSimd for All<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (whole, rest) = S::as_mut_simd_f64s(self.0);
        for z in whole {
            *z = tanh(simd, *z);
        }
        if !rest.is_empty() {
            let found = tanh(simd, simd.partial_load_f64s(rest));
            simd.partial_store_f64s(rest, found);
        }
    }
}

/// tanh|x| = E/(E + 2) with E = e^{2|x|} − 1, in which nothing cancels.
#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let (one, two, most) = (simd.splat_f64s(1.0), simd.splat_f64s(2.0), simd.splat_f64s(SATURATED));
    let y = simd.mul_f64s(two, simd.abs_f64s(x));
    // Unlike `min`, this lets NaN through.
    let y = simd.select_f64s(simd.greater_than_f64s(y, most), most, y);
    let (scale, power) = parts(simd, y);
    let e = simd.mul_add_e_f64s(scale, power, simd.sub_f64s(scale, one));
    let modulus = simd.div_f64s(e, simd.add_f64s(e, two));
    simd.or_f64s(modulus, simd.and_f64s(x, simd.splat_f64s(-0.0)))
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
