//! Where a level crosses 0 within a step.

/// Crossings are found to this share of a step.
pub(super) const CROSSING: f64 = 1e-10;

/// Evaluations of a level that a search may take, and those after which it halves the interval each time: what jumps by far more
/// on one side of 0 than on the other takes that.
const MOST: usize = 60;
const QUICK: usize = 20;

/// An interval (time, level) at whose begin a level is below 0, and at whose end it is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bracket {
    pub below: (f64, f64),
    pub above: (f64, f64),
}

impl Bracket {
    /// Learns of a level within.
    pub fn close_in(&mut self, time: f64, level: f64) {
        if level < 0.0 {
            self.below = (time, level);
        } else if level >= 0.0 {
            self.above = (time, level);
        }
    }

    /// Whether a time is within: what is not a number is not.
    pub fn contains(&self, time: f64) -> bool {
        self.below.0 < time && time < self.above.0
    }

    /// Regula falsi as Illinois does it: an end that stays is halved, so that both close in. Ends when the interval is
    /// shorter than `width`, or a level is not a number, with its upper end.
    ///
    /// # Errors
    /// Those of `level`, which gives the level at a time.
    pub fn search<E>(mut self, width: f64, mut level: impl FnMut(f64) -> Result<f64, E>) -> Result<f64, E> {
        let mut stayed = 0;
        for count in 0..MOST {
            let (below, above) = (&mut self.below, &mut self.above);
            if above.0 - below.0 <= width || above.1 <= 0.0 {
                break;
            }
            let middle = above.0 - above.1 * (above.0 - below.0) / (above.1 - below.1);
            let within = below.0 <= middle && middle <= above.0;
            let middle = if within && count < QUICK { middle } else { 0.5 * (below.0 + above.0) };
            let value = level(middle)?;
            if value.is_nan() {
                break;
            }
            if value.abs() <= f64::EPSILON * (above.1.abs() + below.1.abs()) {
                *above = (middle, 0.0);
            } else if value > 0.0 {
                *above = (middle, value);
                below.1 *= if stayed == 1 { 0.5 } else { 1.0 };
                stayed = 1;
            } else {
                *below = (middle, value);
                above.1 *= if stayed == -1 { 0.5 } else { 1.0 };
                stayed = -1;
            }
        }
        Ok(self.above.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(level: impl Fn(f64) -> f64) -> f64 {
        let bracket = Bracket { below: (0.0, level(0.0)), above: (1.0, level(1.0)) };
        let found: Result<f64, ()> = bracket.search(CROSSING, |time| Ok(level(time)));
        found.unwrap_or(f64::NAN)
    }

    #[test]
    fn crossings_are_found_of_what_is_smooth_and_of_what_jumps() {
        for root in [1e-3, 0.3, 0.999] {
            assert!((search(|t| t.powi(3) - f64::powi(root, 3)) - root).abs() <= CROSSING);
            assert!((search(|t| (1e3 * (t - root)).tanh()) - root).abs() <= CROSSING);
            assert!((search(|t| if t < root { -1.0 } else { 1e6 }) - root).abs() <= CROSSING);
        }
    }

    #[test]
    fn what_is_not_a_number_ends_a_search_and_is_no_level() {
        assert_eq!(search(|t| if t == 0.0 || t == 1.0 { t - 0.5 } else { f64::NAN }), 1.0);
        // At the begin it says nothing of where to look.
        assert!((search(|t| if t == 0.0 { f64::NAN } else { t - 0.3 }) - 0.3).abs() <= CROSSING);
        let mut bracket = Bracket { below: (0.0, -1.0), above: (1.0, 1.0) };
        bracket.close_in(0.5, f64::NAN);
        assert_eq!((bracket.below, bracket.above), ((0.0, -1.0), (1.0, 1.0)));
        bracket.close_in(0.25, -0.5);
        bracket.close_in(0.75, 0.0);
        assert_eq!((bracket.below, bracket.above), ((0.25, -0.5), (0.75, 0.0)));
        assert!(bracket.contains(0.5) && ![0.25, 0.8, f64::NAN].iter().any(|t| bracket.contains(*t)));
    }
}
