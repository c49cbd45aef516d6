//! Which method serves: Dop853 while accuracy limits the step, and while stability does Stab8 or, where that is held up,
//! too, Rock4.

use super::Method;
use super::radius::Radius;
use super::room::Vectors;
use super::stepper::Stepper;

/// The methods that do not make the steps now, and what speaks for them.
#[derive(Debug)]
pub(super) struct Auto<'m> {
    other: Stepper<'m>,
    /// Steps in a row, about, that spoke for a method with a longer stability interval, and for one with a shorter one.
    longer: u32,
    shorter: u32,
    /// Votes that a change to a longer interval takes: more after each that did not last.
    patience: u32,
    /// Steps since the last change.
    since: u32,
}

/// From the shortest stability interval to the longest.
const LADDER: [Method; 3] = [Method::Dop853, Method::Stab8, Method::Rock4];

/// h|λ| above which the next method on the ladder may make longer steps. Dop853 is stable to 6.4, but its error grows before,
/// while that of Stab8, about the same at shorter steps, does not. Stab8 goes to 25.
fn held_up(method: Method) -> f64 {
    match method {
        Method::Dop853 => 2.5,
        Method::Stab8 => 20.0,
        _ => f64::INFINITY,
    }
}

/// h|λ| below which the method before it on the ladder does: where accuracy limits both, Dop853 makes Stab8's steps with
/// twelve evaluations instead of sixteen, and Stab8, which reaches 25 with sixteen, goes further than Rock4 does with as many
/// as this one takes. Clearly below [`held_up`] of that method, or the two would take turns.
fn slow(method: Method, evaluations: f64) -> f64 {
    match method {
        Method::Stab8 => 1.6,
        Method::Rock4 => 1.5 * evaluations,
        _ => 0.0,
    }
}

/// Votes that a change takes.
const STIFF_VOTES: u32 = 5;
const SLOW_VOTES: u32 = 3;
const MOST_PATIENCE: u32 = 160;
/// Steps in which a stabilised method finds its length.
const WARM_UP: u32 = 6;
/// A spell of so many steps has lasted.
const LASTING: u32 = 25;

impl<'m> Auto<'m> {
    /// How many vectors it takes.
    pub fn vectors(method: Method) -> usize {
        if method == Method::Auto { Stepper::vectors(Method::Rock4) } else { 0 }
    }

    /// For [`Method::Auto`], which begins with Dop853.
    pub fn new(method: Method, vectors: &mut Vectors<'m>) -> Option<Box<Auto<'m>>> {
        (method == Method::Auto).then(|| {
            Box::new(Auto {
                other: Stepper::new(Method::Rock4, vectors),
                longer: 0,
                shorter: 0,
                patience: STIFF_VOTES,
                since: 0,
            })
        })
    }

    /// Learns of an accepted step h.
    pub fn see(&mut self, stepper: &Stepper, h: f64) {
        self.since = self.since.saturating_add(1);
        let (method, radius) = (stepper.method(), stepper.radius().map_or(0.0, Radius::value));
        let reach = h * radius;
        let count = |votes: u32, vote| if vote { votes + 1 } else { votes.saturating_sub(2) };
        self.longer = count(self.longer, reach > held_up(method));
        let warm = self.since > WARM_UP;
        self.shorter = count(self.shorter, warm && reach < slow(method, stepper.evaluations()));
    }

    /// Changes the methods over if it is time; then no stages are at hand.
    pub fn change(&mut self, stepper: &mut Stepper<'m>) -> bool {
        let Some(at) = LADDER.iter().position(|method| *method == stepper.method()) else { return false };
        let next = if self.longer >= self.patience {
            LADDER.get(at + 1)
        } else if self.shorter >= SLOW_VOTES {
            self.patience = if self.since > LASTING { STIFF_VOTES } else { (2 * self.patience).min(MOST_PATIENCE) };
            at.checked_sub(1).and_then(|before| LADDER.get(before))
        } else {
            None
        };
        let Some(next) = next else { return false };
        (self.longer, self.shorter, self.since) = (0, 0, 0);
        self.exchange(stepper, *next);
        true
    }

    /// Goes on by this method.
    pub fn exchange(&mut self, stepper: &mut Stepper<'m>, method: Method) {
        if (method == Method::Rock4) != (stepper.method() == Method::Rock4) {
            std::mem::swap(stepper, &mut self.other);
            stepper.start_as(&self.other);
        }
        stepper.follow(method);
        // It may have been looked at with less care.
        stepper.judged(false);
    }
}
