//! The exponential of many numbers at once: branch-free, in registers.

use pulp::{Simd, bytemuck};

/// 1.5·2⁵²: to add it to a number rounds that to an integer, in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two pieces, of which the first times an integer below 2¹¹ is exact.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1/n! for n = 13 … 2, two at a time.
const TERMS: [(f64, f64); 6] = [
    (1.0 / 6_227_020_800.0, 1.0 / 479_001_600.0),
    (1.0 / 39_916_800.0, 1.0 / 3_628_800.0),
    (1.0 / 362_880.0, 1.0 / 40_320.0),
    (1.0 / 5_040.0, 1.0 / 720.0),
    (1.0 / 120.0, 1.0 / 24.0),
    (1.0 / 6.0, 1.0 / 2.0),
];

/// [`parts`] holds for numbers up to this, of either sign.
pub(crate) const LARGEST: f64 = 708.0;

/// 2ᵏ and eʳ − 1 with eʸ = 2ᵏeʳ, y = k ln 2 + r, |r| ≤ ½ ln 2, for |y| ≤ [`LARGEST`]: then eʸ = 2ᵏ(eʳ − 1) + 2ᵏ and
/// eʸ − 1 = 2ᵏ(eʳ − 1) + (2ᵏ − 1), in which nothing cancels. eʳ − 1 is a series, to 2·10⁻¹⁷ of it; what is not a
/// number stays so.
#[inline(always)]
pub(crate) fn parts<S: Simd>(simd: S, y: S::f64s) -> (S::f64s, S::f64s) {
    let round = simd.splat_f64s(ROUND);
    let shifted = simd.mul_add_e_f64s(y, simd.splat_f64s(std::f64::consts::LOG2_E), round);
    let k = simd.sub_f64s(shifted, round);
    let r = simd.negate_mul_add_e_f64s(k, simd.splat_f64s(LN2_HIGH), y);
    let r = simd.negate_mul_add_e_f64s(k, simd.splat_f64s(LN2_LOW), r);
    let square = simd.mul_f64s(r, r);
    let mut series = simd.splat_f64s(0.0);
    for (odd, even) in TERMS {
        let pair = simd.mul_add_e_f64s(simd.splat_f64s(odd), r, simd.splat_f64s(even));
        series = simd.mul_add_e_f64s(series, square, pair);
    }
    // Σ r^{n−2}/n! from n = 2 on is the series: eʳ − 1 = r + r²·that.
    let power = simd.mul_add_e_f64s(square, series, r);
    let mut scale = [shifted];
    for bits in bytemuck::cast_slice_mut::<S::f64s, u64>(&mut scale) {
        *bits = bits.wrapping_add(1023) << 52;
    }
    (scale[0], power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::WithSimd;

    /// e^y and e^y − 1.
    struct Both(f64);

    impl WithSimd for Both {
        type Output = (f64, f64);

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
            let (scale, power) = parts(simd, simd.splat_f64s(self.0));
            let less = simd.sub_f64s(scale, simd.splat_f64s(1.0));
            let found = [simd.mul_add_e_f64s(scale, power, scale), simd.mul_add_e_f64s(scale, power, less)];
            let found: &[f64] = bytemuck::cast_slice(&found);
            (found[0], found[found.len() / 2])
        }
    }

    #[test]
    fn agrees_with_the_standard_library_to_the_last_place() {
        let near = (1..=200_000).map(|i| 0.00354 * f64::from(i));
        let tiny = (0..3000).map(|i| 10f64.powf(-300.0 + 0.1 * f64::from(i)));
        for y in near.chain(tiny).filter(|y| *y <= LARGEST).flat_map(|y| [y, -y]) {
            let (e, less) = pulp::Arch::new().dispatch(Both(y));
            let places = |found: f64, exact: f64| (found - exact).abs() / (exact.abs() * f64::EPSILON);
            assert!(places(e, y.exp()) <= 1.0, "e^{y:e}: {e:e} for {:e}", y.exp());
            assert!(places(less, y.exp_m1()) <= 1.5, "e^{y:e} − 1: {less:e} for {:e}", y.exp_m1());
        }
        assert_eq!(pulp::Arch::new().dispatch(Both(0.0)), (1.0, 0.0));
        assert!(pulp::Arch::new().dispatch(Both(f64::NAN)).0.is_nan());
    }
}
