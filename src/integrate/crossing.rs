//! Where a level crosses 0 within a step.

/// Crossings are found to this share of a step.
pub(super) const CROSSING: f64 = 1e-10;

/// Evaluations of a level that a search may take.
const MOST: usize = 60;

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
        } else {
            self.above = (time, level);
        }
    }

    /// Whether a time is within: what is not a number is not.
    pub fn contains(&self, time: f64) -> bool {
        self.below.0 < time && time < self.above.0
    }

    /// Regula falsi as Illinois does it: an end that stays is halved, so that both close in. Ends when the interval is
    /// shorter than `width`, with its upper end.
    ///
    /// # Errors
    /// Those of `level`, which gives the level at a time.
    pub fn search<E>(mut self, width: f64, mut level: impl FnMut(f64) -> Result<f64, E>) -> Result<f64, E> {
        let mut stayed = 0;
        for _ in 0..MOST {
            let (below, above) = (&mut self.below, &mut self.above);
            if above.0 - below.0 <= width || above.1 <= 0.0 {
                break;
            }
            let middle = above.0 - above.1 * (above.0 - below.0) / (above.1 - below.1);
            let middle = middle.clamp(below.0, above.0);
            let value = level(middle)?;
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
