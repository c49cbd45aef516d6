//! Numbers with the precision of an `f64` and an exponent that never runs out.
//!
//! The closed forms multiply quantities whose ratio is bounded but which are each far outside the
//! range of an `f64`: e^{−2κt/τ} against λz₊² with weights of 1e−170, say. With an exponent of 64
//! bits the equations can be written as they are derived, in the units in which they are given.

use std::cmp::Ordering;
use std::f64::consts::LN_2;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// ln 2 to 20 bits, so that its product with a moderate integer is exact, ...
const LN_2_HIGH: f64 = 0.693_147_182_464_599_6;
/// ... and the rest, ln 2 − [`LN_2_HIGH`].
const LN_2_LOW: f64 = -1.904_654_299_957_767_8e-9;
/// Exponents stay below this, and sums of a few of them far from overflow.
const FAR: f64 = 1e17;

/// mantissa·2^exponent with 1 ≤ |mantissa| < 2, or 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wide {
    mantissa: f64,
    exponent: i64,
}

/// 2^n as far as an `f64` reaches: 0 below, infinity above.
fn power_of_two(n: i64) -> f64 {
    match n {
        -1022..=1023 => f64::from_bits(((n + 1023) as u64) << 52),
        1024.. => f64::INFINITY,
        -1074..=-1023 => f64::from_bits(1 << (n + 1074)),
        _ => 0.0,
    }
}

impl Wide {
    pub(crate) const ZERO: Wide = Wide { mantissa: 0.0, exponent: 0 };
    pub(crate) const ONE: Wide = Wide { mantissa: 1.0, exponent: 0 };

    /// `mantissa`·2^`exponent`, normalised. What is not finite keeps its mantissa.
    fn new(mantissa: f64, exponent: i64) -> Wide {
        if mantissa == 0.0 || !mantissa.is_finite() {
            return Wide { mantissa, exponent: 0 };
        }
        if mantissa.is_subnormal() {
            return Wide::new(mantissa * power_of_two(64), exponent.saturating_sub(64));
        }
        let bits = mantissa.to_bits();
        let shift = ((bits >> 52) & 0x7ff) as i64 - 1023;
        let unit = (bits & !(0x7ff << 52)) | (1023 << 52);
        Wide { mantissa: f64::from_bits(unit), exponent: exponent.saturating_add(shift) }
    }

    /// The nearest `f64`: 0 or subnormal below its range, infinite above.
    pub(crate) fn to_f64(self) -> f64 {
        match self.exponent {
            -1022..=1023 => self.mantissa * power_of_two(self.exponent),
            // In two steps, as 2^exponent alone may already be out of range.
            1024.. => self.mantissa * power_of_two(self.exponent.min(2000) - 1000) * power_of_two(1000),
            _ => self.mantissa * power_of_two(self.exponent.max(-2000) + 1000) * power_of_two(-1000),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0.0
    }

    pub(crate) fn is_positive(self) -> bool {
        self.mantissa > 0.0
    }

    pub(crate) fn is_negative(self) -> bool {
        self.mantissa < 0.0
    }

    pub(crate) fn abs(self) -> Wide {
        Wide { mantissa: self.mantissa.abs(), exponent: self.exponent }
    }

    pub(crate) fn sqrt(self) -> Wide {
        let odd = self.exponent.rem_euclid(2);
        Wide::new((self.mantissa * power_of_two(odd)).sqrt(), (self.exponent - odd) / 2)
    }

    /// √(self² + other²).
    pub(crate) fn hypot(self, other: Wide) -> Wide {
        (self * self + other * other).sqrt()
    }

    /// The product and what its rounding left out.
    pub(crate) fn product(self, other: Wide) -> (Wide, Wide) {
        let rounded = self.mantissa * other.mantissa;
        let rest = self.mantissa.mul_add(other.mantissa, -rounded);
        let exponent = self.exponent.saturating_add(other.exponent);
        (Wide::new(rounded, exponent), Wide::new(rest, exponent))
    }

    /// e^self. Arguments beyond ±1e17 are taken as that: nothing here distinguishes them.
    pub(crate) fn exp(self) -> Wide {
        let x = self.to_f64().clamp(-FAR, FAR);
        let n = (x / LN_2).round();
        let rest = (-n).mul_add(LN_2_HIGH, x) - n * LN_2_LOW;
        // Far out the reduction has no digit left; any value of the right size does.
        Wide::new(rest.clamp(-1.0, 1.0).exp(), n as i64)
    }

    /// 1 − e^{−self} for self ≥ 0, to its last digit however small.
    pub(crate) fn decayed(self) -> Wide {
        if self.exponent < -60 { self } else { Wide::from(-(-self.to_f64()).exp_m1()) }
    }

    /// ln self for self > 0.
    pub(crate) fn ln(self) -> f64 {
        if (-1..=1).contains(&self.exponent) {
            return self.to_f64().ln();
        }
        let n = self.exponent as f64;
        n * LN_2_HIGH + (self.mantissa.ln() + n * LN_2_LOW)
    }

    /// ln(1 + self) for self > −1, to its last digit however small.
    pub(crate) fn ln_1p(self) -> Wide {
        match self.exponent {
            ..=-61 => self,
            -60..=999 => Wide::from(self.to_f64().ln_1p()),
            _ => Wide::from(self.ln()),
        }
    }

    /// self^(numerator/denominator) for self ≥ 0, `denominator` > 0. The exponent is taken as the exact
    /// fraction, as its rounding alone would cost |ln self| units in the last place.
    pub(crate) fn power(self, (numerator, denominator): (i64, i64)) -> Wide {
        if self.is_zero() {
            return if numerator > 0 { Wide::ZERO } else { Wide::new(f64::INFINITY, 0) };
        }
        let n = self.exponent.saturating_mul(numerator);
        let (whole, rest) = (n.div_euclid(denominator), n.rem_euclid(denominator));
        let exponent = numerator as f64 / denominator as f64;
        Wide::new(self.mantissa.powf(exponent), whole) * Wide::from((rest as f64 / denominator as f64).exp2())
    }
}

impl From<f64> for Wide {
    fn from(x: f64) -> Wide {
        Wide::new(x, 0)
    }
}

impl Neg for Wide {
    type Output = Wide;
    fn neg(self) -> Wide {
        Wide { mantissa: -self.mantissa, exponent: self.exponent }
    }
}

impl Mul for Wide {
    type Output = Wide;
    fn mul(self, other: Wide) -> Wide {
        Wide::new(self.mantissa * other.mantissa, self.exponent.saturating_add(other.exponent))
    }
}

impl Div for Wide {
    type Output = Wide;
    fn div(self, other: Wide) -> Wide {
        Wide::new(self.mantissa / other.mantissa, self.exponent.saturating_sub(other.exponent))
    }
}

impl Add for Wide {
    type Output = Wide;
    fn add(self, other: Wide) -> Wide {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (large, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let shift = small.exponent.saturating_sub(large.exponent);
        Wide::new(small.mantissa.mul_add(power_of_two(shift.max(-200)), large.mantissa), large.exponent)
    }
}

impl Sub for Wide {
    type Output = Wide;
    fn sub(self, other: Wide) -> Wide {
        self + -other
    }
}

impl PartialEq for Wide {
    fn eq(&self, other: &Wide) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Wide) -> Option<Ordering> {
        (*self - *other).mantissa.partial_cmp(&0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Wide;

    #[test]
    fn every_kind_of_number_survives() {
        for x in [0.0, 1.0, -3.7, 5e-324, 3e-310, f64::MIN_POSITIVE, f64::MAX, -1e300] {
            assert_eq!(Wide::from(x).to_f64(), x);
        }
        let large = Wide::from(1e300);
        assert_eq!((large * large / large).to_f64(), 1e300);
        assert_eq!((large * large).to_f64(), f64::INFINITY);
        assert_eq!((Wide::ONE / large / large).to_f64(), 0.0);
        assert_eq!((Wide::from(1e-320) / Wide::from(1e-320)).to_f64(), 1.0);
    }

    #[test]
    fn sums_round_as_f64_does() {
        for (x, y) in [(1.0, 1e-16), (0.1, 0.2), (1e300, -1e284), (3.0, -3.0), (1e-3, 7e200)] {
            assert_eq!((Wide::from(x) + Wide::from(y)).to_f64(), x + y);
        }
        assert!(Wide::from(-2.0) < Wide::from(1e-300) && Wide::ONE > Wide::ZERO);
    }

    /// Values beyond f64: mpmath at 60 digits.
    #[test]
    fn functions_beyond_the_range_of_f64() {
        let close = |got: f64, expected: f64| assert!((got / expected - 1.0).abs() < 1e-15, "{got:e} {expected:e}");
        let tiny = Wide::from(-2000.0).exp();
        close(tiny.ln(), -2000.0);
        close((tiny * Wide::from(1990.0).exp()).to_f64(), (-10f64).exp());
        close(tiny.power((-1, 4)).to_f64(), 1.403_592_217_852_837_4e217);
        close(tiny.sqrt().power((1, 2)).to_f64(), 7.124_576_406_741_286e-218);
        close((Wide::ONE / tiny).ln_1p().to_f64(), 2000.0);
        close(Wide::from(1e-30).ln_1p().to_f64(), 1e-30);
        close(Wide::from(1e-30).decayed().to_f64(), 1e-30);
        close(Wide::from(7.0).power((5, 3)).to_f64(), 25.615_139_970_160_8);
        let (product, rest) = Wide::from(0.1).product(Wide::from(0.1));
        assert_eq!((product.to_f64(), rest.to_f64()), (0.1 * 0.1, 0.1f64.mul_add(0.1, -(0.1 * 0.1))));
        // Far beyond any exponent there is still a number.
        assert!(Wide::from(-1e300).exp().is_positive());
    }
}
