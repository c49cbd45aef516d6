//! Which method serves: Dop853 while accuracy limits the step, the stabilised method while stability does.

use super::Method;
use super::room::Vectors;
use super::step::Ends;
use super::stepper::Stepper;

/// The method that does not make the steps now, and what speaks for it.
#[derive(Debug)]
pub(super) struct Auto<'m> {
    other: Stepper<'m>,
    /// A state's room, for estimating stiffness.
    scratch: &'m mut [f64],
    /// Steps in a row, about, that spoke for the other method.
    votes: u32,
    /// Votes that a change to the stabilised method takes: more after each that did not last.
    patience: u32,
    /// Steps since the last change.
    since: u32,
}

/// Dop853 is stable for h|λ| < 6.1 or so; where stability limits it, the controller leads it up to there again and again.
const HELD_UP: f64 = 4.0;
/// h|λ| for each evaluation below which the stabilised method leads no further than Dop853 would, which reaches 6.1 with
/// twelve.
const SLOW: f64 = 0.45;
/// Votes that a change takes.
const STIFF_VOTES: u32 = 5;
const SLOW_VOTES: u32 = 3;
const MOST_PATIENCE: u32 = 160;
/// Steps in which the stabilised method finds its length.
const WARM_UP: u32 = 6;
/// A spell of so many steps has lasted.
const LASTING: u32 = 25;

impl<'m> Auto<'m> {
    /// How many vectors it takes.
    pub fn vectors(method: Method) -> usize {
        if method == Method::Auto { Stepper::vectors(Method::Rock4) + 1 } else { 0 }
    }

    /// For [`Method::Auto`], which begins with Dop853.
    pub fn new(method: Method, vectors: &mut Vectors<'m>) -> Option<Box<Auto<'m>>> {
        (method == Method::Auto).then(|| {
            Box::new(Auto {
                other: Stepper::new(Method::Rock4, vectors),
                scratch: vectors.take(),
                votes: 0,
                patience: STIFF_VOTES,
                since: 0,
            })
        })
    }

    /// Learns of an accepted step h, whose stages and ends are still at hand.
    pub fn see(&mut self, stepper: &Stepper, ends: &Ends, h: f64) {
        self.since = self.since.saturating_add(1);
        let vote = match stepper {
            Stepper::Dop853(pair) | Stepper::Dopri5(pair) => pair.stiffness(ends, h, self.scratch) > HELD_UP,
            Stepper::Rock4(rock4) => self.since > WARM_UP && rock4.worth(h) < SLOW,
        };
        self.votes = if vote { self.votes + 1 } else { self.votes.saturating_sub(2) };
    }

    /// Changes the methods over if it is time; then no stages are at hand.
    pub fn change(&mut self, stepper: &mut Stepper<'m>) -> bool {
        let stabilised = stepper.method() == Method::Rock4;
        if self.votes < if stabilised { SLOW_VOTES } else { self.patience } {
            return false;
        }
        if stabilised {
            self.patience = if self.since > LASTING { STIFF_VOTES } else { (2 * self.patience).min(MOST_PATIENCE) };
        }
        (self.votes, self.since) = (0, 0);
        self.exchange(stepper);
        true
    }

    /// Changes the methods over.
    pub fn exchange(&mut self, stepper: &mut Stepper<'m>) {
        std::mem::swap(stepper, &mut self.other);
        // What the other one knew of the field is old.
        stepper.judged(false);
    }
}
