//! Gauss–Legendre quadrature, on one interval and adaptively.

/// Abscissae in (1/2, 1) and weights of the rule of 12 points on [0, 1], exact to degree 23; the
/// other half mirrors them. Values: zeros of the Legendre polynomial P12, mpmath at 40 digits.
const RULE: [(f64, f64); 6] = [
    (0.562_616_704_255_734_5, 0.124_573_522_906_701_39),
    (0.683_915_749_499_090_1, 0.116_746_268_269_177_4),
    (0.793_658_977_143_308_7, 0.101_583_713_361_532_96),
    (0.884_951_337_097_152_3, 0.080_039_164_271_673_11),
    (0.952_058_628_185_237_5, 0.053_469_662_997_659_21),
    (0.990_780_317_123_359_7, 0.023_587_668_193_255_914),
];

/// ∫ from `a` to `b` of `f`.
pub(crate) fn gauss(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let length = b - a;
    let pairs = RULE.iter().rev().map(|&(y, weight)| weight * (f(a + length * y) + f(b - length * y)));
    length * pairs.sum::<f64>()
}

/// Relative change by halving below which an interval counts as done: the integrands are smooth, so
/// the halves are then correct to rounding.
const TOLERANCE: f64 = 1e-13;
/// Halvings in all, far more than a smooth integrand needs: whatever the integrand, the sum ends.
const HALVINGS: u32 = 4000;

/// ∫ from `a` to `b` of `f` > 0, each interval halved until that no longer changes it.
pub(crate) fn adaptive(a: f64, b: f64, f: &impl Fn(f64) -> f64) -> f64 {
    let mut halvings = HALVINGS;
    refine(a, b, gauss(a, b, f), &mut halvings, f)
}

fn refine(a: f64, b: f64, whole: f64, halvings: &mut u32, f: &impl Fn(f64) -> f64) -> f64 {
    let middle = 0.5 * (a + b);
    let (left, right) = (gauss(a, middle, f), gauss(middle, b, f));
    let sum = left + right;
    let done = (sum - whole).abs() <= TOLERANCE * sum.abs();
    if done || *halvings == 0 || !sum.is_finite() {
        return sum;
    }
    *halvings -= 1;
    refine(a, middle, left, halvings, f) + refine(middle, b, right, halvings, f)
}

#[cfg(test)]
mod tests {
    use super::{adaptive, gauss};

    #[test]
    fn adaptive_resolves_a_narrow_peak() {
        let got = adaptive(-1.0, 1.0, &|x| 1.0 / (x * x + 1e-6));
        let expected = 2e3 * 1e3f64.atan();
        assert!((got - expected).abs() <= 1e-14 * expected, "{got} is not {expected}");
    }

    #[test]
    fn exact_for_polynomials_of_degree_23() {
        for n in 0..=23 {
            let got = gauss(1.0, 2.0, |x| x.powi(n));
            let expected = (2f64.powi(n + 1) - 1.0) / f64::from(n + 1);
            assert!((got - expected).abs() <= 2e-15 * expected, "degree {n}: {got} is not {expected}");
        }
    }
}
