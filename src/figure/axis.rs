//! Axes: from a value to a place along the axis, and the ticks that explain it.

use super::number::{fixed, power_of_ten};

/// Larger magnitudes are not drawn: sums of two of them would overflow.
const LARGEST: f64 = 1e300;
/// Shorter linear axes are widened: their steps would be subnormal.
const SHORTEST: f64 = 1e-290;
/// Linear axes are at least this long, relative to the values on them: finer labels are not readable.
const NARROWEST: f64 = 1e-6;

/// Whether a value can stand on some axis.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// A mark along an axis; those without a label are short.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// From 0, the axis's low end, to 1.
    pub place: f64,
    pub label: Option<String>,
}

/// A range of values and how it is laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Axis {
    /// From the first to the second value.
    Linear(f64, f64),
    /// From the first to the second decimal logarithm.
    Log(f64, f64),
    /// The same for counts, labelled in plain digits.
    Counts(f64, f64),
}

impl Axis {
    /// A linear axis that holds `lo` and `hi`, widened if they are too close.
    pub fn linear(lo: f64, hi: f64) -> Axis {
        let (lo, hi) = (lo.clamp(-LARGEST, LARGEST), hi.clamp(-LARGEST, LARGEST));
        let magnitude = lo.abs().max(hi.abs());
        if magnitude < SHORTEST {
            return Axis::Linear(0.0, 1.0);
        }
        if hi - lo >= (NARROWEST * magnitude).max(SHORTEST) {
            return Axis::Linear(lo, hi);
        }
        Axis::Linear(lo - 0.5 * magnitude, hi + 0.5 * magnitude)
    }

    /// A logarithmic axis from `lo` to `hi`, both positive, at least a decade long.
    pub fn log(lo: f64, hi: f64) -> Axis {
        let (lo, hi) = (lo.log10().clamp(-320.0, 300.0), hi.log10().clamp(-320.0, 300.0));
        let missing = (1.0 - (hi - lo)).max(0.0);
        Axis::Log(lo - missing / 2.0, hi + missing / 2.0)
    }

    /// A logarithmic axis that holds the counts from `lo` to `hi`, both at least 1, with some air.
    pub fn counts(lo: f64, hi: f64) -> Axis {
        const AIR: f64 = 0.04;
        let (lo, hi) = (lo.log10(), hi.log10());
        let air = (AIR * (hi - lo)).max(AIR);
        Axis::Counts(lo - air, hi + air)
    }

    /// A logarithmic axis of at least two whole decades that hold `lo` and `hi`, both positive.
    pub fn decades(lo: f64, hi: f64) -> Axis {
        // A value that sits on a decade up to rounding does not open another.
        const SLACK: f64 = 1e-6;
        let lo = (lo.log10().clamp(-320.0, 300.0) + SLACK).floor();
        let hi = (hi.log10().clamp(-320.0, 300.0) - SLACK).ceil();
        match hi - lo {
            d if d <= 0.0 => Axis::Log(lo - 1.0, lo + 1.0),
            d if d < 2.0 => Axis::Log(hi - 2.0, hi),
            _ => Axis::Log(lo, hi),
        }
    }

    /// Where along the axis a value stands: 0 at its low end, 1 at the high one, beyond for values
    /// beyond; `None` for values that have no place.
    pub fn place(&self, value: f64) -> Option<f64> {
        // So far beyond the frame, directions no longer change, and products do not overflow.
        const FAR: f64 = 1e6;
        if !drawable(value) {
            return None;
        }
        let share = match *self {
            Axis::Linear(lo, hi) => (value - lo) / (hi - lo),
            Axis::Log(lo, hi) | Axis::Counts(lo, hi) if value > 0.0 => (value.log10() - lo) / (hi - lo),
            Axis::Log(..) | Axis::Counts(..) => return None,
        };
        Some(share.clamp(-FAR, FAR))
    }

    /// The power of ten that the labels of [`Axis::ticks`] leave out; 0 if none.
    pub fn exponent(&self) -> i32 {
        match *self {
            Axis::Linear(lo, hi) => match decade_of(lo.abs().max(hi.abs())) {
                -3..=4 => 0,
                far => far,
            },
            Axis::Log(..) | Axis::Counts(..) => 0,
        }
    }

    /// Ticks from low to high, about `at_most` of them with labels.
    pub fn ticks(&self, at_most: usize) -> Vec<Tick> {
        match *self {
            Axis::Linear(lo, hi) => self.linear_ticks(lo, hi, at_most),
            Axis::Log(lo, hi) => self.decade_ticks(lo, hi, at_most),
            Axis::Counts(lo, hi) => count_ticks(lo, hi),
        }
    }

    fn linear_ticks(&self, lo: f64, hi: f64, at_most: usize) -> Vec<Tick> {
        let (digit, decade) = round_step((hi - lo) / at_most.max(1) as f64);
        let step = digit * 10f64.powi(decade);
        let exponent = self.exponent();
        let decimals = usize::try_from(exponent.saturating_sub(decade)).unwrap_or(0).min(9);
        let first = (lo / step - 1e-9).ceil();
        let last = (hi / step + 1e-9).floor();
        let count = (last - first).clamp(-1.0, 50.0) as i32;
        (0..=count)
            .filter_map(|i| {
                let value = (first + f64::from(i)) * step;
                let place = self.place(value)?.clamp(0.0, 1.0);
                let label = Some(fixed(value / 10f64.powi(exponent), decimals));
                Some(Tick { place, label })
            })
            .collect()
    }

    fn decade_ticks(&self, lo: f64, hi: f64, at_most: usize) -> Vec<Tick> {
        let (first, last) = ((lo - 1e-9).ceil() as i32, (hi + 1e-9).floor() as i32);
        let decades = usize::try_from(last - first).unwrap_or(0);
        let every =
            [1, 2, 3, 4, 5, 10, 20, 50, 100].into_iter().find(|&step| decades / step < at_most).unwrap_or(200) as i32;
        let at = |exponent: f64| ((exponent - lo) / (hi - lo)).clamp(0.0, 1.0);
        let mut ticks = Vec::new();
        for decade in first - 1..=last {
            if decade >= first {
                let label = (decade % every == 0).then(|| power_of_ten(decade));
                // A hundred unlabelled ticks would be a grey bar.
                if label.is_some() || decades <= 40 {
                    ticks.push(Tick { place: at(f64::from(decade)), label });
                }
            }
            if decades <= 4 {
                let between = (2..10).map(|digit| f64::from(decade) + f64::from(digit).log10());
                let inside = between.filter(|e| *e > lo && *e < hi);
                ticks.extend(inside.map(|e| Tick { place: at(e), label: None }));
            }
        }
        ticks
    }
}

/// Ticks at 1, 2, 3, ... 9 times each power of ten; labelled at every digit if the axis is short, else at 1, 2
/// and 5, or at 1 only.
fn count_ticks(lo: f64, hi: f64) -> Vec<Tick> {
    let labelled: &[u32] = match hi - lo {
        short if short < 0.8 => &[1, 2, 3, 4, 5, 6, 8],
        medium if medium < 2.6 => &[1, 2, 5],
        _ => &[1],
    };
    let decades = lo.floor() as i32..=hi.ceil() as i32;
    let values = decades.flat_map(|decade| (1..10).map(move |digit| (digit, decade)));
    values
        .filter_map(|(digit, decade)| {
            let value = f64::from(digit) * 10f64.powi(decade);
            let place = (value.log10() - lo) / (hi - lo);
            let label = (labelled.contains(&digit) && decade >= 0).then(|| fixed(value, 0));
            (0.0..=1.0).contains(&place).then_some(Tick { place, label })
        })
        .collect()
}

/// ⌊log₁₀⌋ of a positive value; 0 for zero.
fn decade_of(value: f64) -> i32 {
    if value > 0.0 { value.log10().floor() as i32 } else { 0 }
}

/// The least of 1, 2, 5 times a power of ten that is no less than `rough`, as (digit, power).
fn round_step(rough: f64) -> (f64, i32) {
    let decade = decade_of(rough);
    let mantissa = rough / 10f64.powi(decade);
    match [1.0, 2.0, 5.0].into_iter().find(|d| mantissa <= d * (1.0 + 1e-9)) {
        Some(digit) => (digit, decade),
        None => (1.0, decade + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, at_most: usize) -> Vec<String> {
        axis.ticks(at_most).into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Axis::linear(0.0, 12.0), 6), ["0", "2", "4", "6", "8", "10", "12"]);
        assert_eq!(labels(Axis::linear(-0.1, 0.31), 5), ["−0.1", "0.0", "0.1", "0.2", "0.3"]);
    }

    #[test]
    fn large_values_share_a_power_of_ten() {
        let axis = Axis::linear(0.0, 3e7);
        assert_eq!(axis.exponent(), 7);
        assert_eq!(labels(axis, 3), ["0", "1", "2", "3"]);
    }

    #[test]
    fn decades_are_whole_and_labelled() {
        assert_eq!(Axis::decades(2e-3, 0.7), Axis::Log(-3.0, 0.0));
        assert_eq!(Axis::decades(1e-3, 1.0), Axis::Log(-3.0, 0.0));
        assert_eq!(Axis::decades(1.0, 1.0), Axis::Log(-1.0, 1.0));
        assert_eq!(labels(Axis::decades(1e-16, 1.0), 5), ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "10⁰"]);
    }

    #[test]
    fn counts_are_labelled_in_plain_digits() {
        assert_eq!(labels(Axis::counts(3.0, 100.0), 6), ["5", "10", "20", "50", "100"]);
        assert_eq!(labels(Axis::counts(3.0, 5.0), 6), ["3", "4", "5"]);
        assert_eq!(labels(Axis::counts(3.0, 3000.0), 6), ["10", "100", "1000"]);
    }

    #[test]
    fn degenerate_ranges_have_ticks() {
        for (lo, hi) in [(0.0, 0.0), (5.0, 5.0), (1e-320, 1e-320), (-1e300, 1e300), (1.0, 1.0 + 1e-15)] {
            let axis = Axis::linear(lo, hi);
            let ticks = axis.ticks(5);
            assert!((2..12).contains(&ticks.len()), "{axis:?}: {ticks:?}");
            assert!(ticks.iter().all(|t| (0.0..=1.0).contains(&t.place)));
        }
    }

    #[test]
    fn values_without_a_place_have_none() {
        let axis = Axis::log(1.0, 10.0);
        assert_eq!(axis.place(0.0), None);
        assert_eq!(axis.place(-1.0), None);
        assert_eq!(axis.place(f64::INFINITY), None);
        assert_eq!(axis.place(10.0), Some(1.0));
    }
}
