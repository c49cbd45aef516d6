//! Time with more digits than a number has, so that steps late in a run keep theirs.

/// The sum of two numbers, the second below the last digit of the first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    pub now: f64,
    pub low: f64,
}

impl Clock {
    /// From now until `time`.
    pub fn until(self, time: f64) -> f64 {
        (time - self.now) - self.low
    }

    /// After a step; the sum without error, as Knuth (1997), 4.2.2, theorem B, splits it.
    pub fn after(self, step: f64) -> Clock {
        let sum = self.now + step;
        let part = sum - self.now;
        let error = (self.now - (sum - part)) + (step - part);
        let low = self.low + error;
        let now = sum + low;
        Clock { now, low: low - (now - sum) }
    }

    /// Exactly at `time`.
    pub fn at(time: f64) -> Clock {
        Clock { now: time, low: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_below_the_last_digit_add_up() {
        let start = Clock::at(1.0);
        let end = (0..1_000_000).fold(start, |clock, _| clock.after(1e-22));
        assert_eq!(end.now, 1.0);
        assert!((end.until(1.0) / -1e-16 - 1.0).abs() < 1e-9, "{end:?}");
        let end = (0..1_000_000).fold(start, |clock, _| clock.after(1e-20));
        assert!(end.now > 1.0 && (end.until(1.0) / -1e-14 - 1.0).abs() < 1e-9, "{end:?}");
    }
}
