//! From accepted step to accepted step, under control of the error.

use super::auto::Auto;
use super::room::Vectors;
use super::step::{Counted, Ends};
use super::stepper::Stepper;
use super::sums::{Tolerance, combine};
use super::{Method, Settings, VectorField};

/// Step size control of Hairer, Nørsett & Wanner (1993), II.4: h ← 0.9 h err^{−α} err_before^β, within bounds. What β adds at
/// each step it takes from α, times 0.75, or 0.2 for Dop853, as their codes do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Controller {
    alpha: f64,
    beta: f64,
    /// A step is at least so many times the one before, and at most.
    least: f64,
    most: f64,
    /// The error of the last accepted step, bounded below.
    before: f64,
    rejected: bool,
}

pub(crate) const SAFETY: f64 = 0.9;
/// Least and most of [`Method::Dop853`].
pub(crate) const LEAST: f64 = 0.333;
pub(crate) const MOST: f64 = 6.0;
/// Most of [`Method::Stab8`]: the shares of all trees in its first estimate vanish at once, where y⁽⁶⁾ does, and longer steps
/// wait until that is over.
const STEADY: f64 = 1.3;
const LEAST_ERROR: f64 = 1e-4;

impl Controller {
    /// That of a method, which may be at work within [`Method::Auto`].
    pub fn new(method: Method, within_auto: bool) -> Controller {
        // Dop853's own is 0. Where one mode after the other comes and goes, looking back spares most of the rejected steps; a
        // steady error costs a few per cent more of them.
        let beta = if within_auto { 0.04 } else { 0.0 };
        let (alpha, beta, least, most) = match method {
            Method::Dop853 | Method::Auto => (1.0 / 8.0 - 0.2 * beta, beta, LEAST, MOST),
            Method::Stab8 => (1.0 / 8.0, 0.0, LEAST, STEADY),
            Method::Dopri5 => (0.2 - 0.75 * 0.04, 0.04, 0.2, 10.0),
            Method::Rock4 => (0.25 - 0.75 * 0.04, 0.04, 0.2, 5.0),
        };
        Controller { alpha, beta, least, most, before: LEAST_ERROR, rejected: false }
    }

    /// The same, of which no step is known.
    fn anew(self) -> Controller {
        Controller { before: LEAST_ERROR, rejected: false, ..self }
    }

    /// Whether a step of length h and this error is accepted, and the length of the next one.
    /// An error that is not a number counts as infinite.
    pub fn judge(&mut self, error: f64, h: f64) -> (bool, f64) {
        let shrink = error.powf(self.alpha);
        if error <= 1.0 {
            let factor = shrink * self.before.powf(-self.beta) / SAFETY;
            let next = h / factor.max(1.0 / self.most).min(1.0 / self.least);
            self.before = error.max(LEAST_ERROR);
            let next = if self.rejected { next.min(h) } else { next };
            self.rejected = false;
            (true, next)
        } else {
            self.rejected = true;
            // `min` passes over what is not a number.
            (false, h / (shrink / SAFETY).min(1.0 / self.least))
        }
    }
}

/// Why there is no further step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// As many have been attempted as may be.
    Limit,
    /// None is small enough.
    Stuck,
    /// The field has no finite value here.
    NoRate,
}

/// A step that has been accepted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub length: f64,
    /// Whether it leads all the way.
    pub last: bool,
}

/// A solution under way.
#[derive(Debug)]
pub(super) struct March<'m> {
    stepper: Stepper<'m>,
    auto: Option<Box<Auto<'m>>>,
    controller: Controller,
    tolerance: Tolerance,
    pub ends: Ends<'m>,
    /// The next step; 0 before the first.
    step: f64,
    pub accepted: u64,
    pub rejected: u64,
}

/// A first step that cannot be guessed is so much of the way.
pub(crate) const BLIND: f64 = 1e-9;
/// A step so much shorter than the time since the start is none: the digits of [`super::clock::Clock`].
const RESOLUTION: f64 = 1e-31;

impl<'m> March<'m> {
    /// How many vectors it takes.
    pub fn vectors(method: Method) -> usize {
        Stepper::vectors(method) + Auto::vectors(method) + Ends::VECTORS
    }

    /// At 0.
    pub fn new(settings: &Settings, vectors: &mut Vectors<'m>) -> March<'m> {
        March {
            stepper: Stepper::new(settings.method, vectors),
            auto: Auto::new(settings.method, vectors),
            controller: Controller::new(settings.method, settings.method == Method::Auto),
            tolerance: Tolerance { rtol: settings.rtol, atol: settings.atol },
            ends: Ends::new(vectors),
            step: 0.0,
            accepted: 0,
            rejected: 0,
        }
    }

    /// Starts anew where another one is, by the method that it follows now, with steps of at most `step`.
    pub fn start_as(&mut self, other: &March, step: f64) {
        self.ends.start_as(&other.ends);
        let method = other.stepper.method();
        if let Some(auto) = self.auto.as_mut().filter(|_| self.stepper.method() != method) {
            auto.exchange(&mut self.stepper, method);
        }
        self.stepper.start_as(&other.stepper);
        self.controller = other.controller.anew();
        self.step = step;
        (self.accepted, self.rejected) = (0, 0);
    }

    /// Attempts steps until one is accepted, whose ends then stand in `ends`; at `now`, with so much time to go.
    pub fn step<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        now: f64,
        remaining: f64,
        most: u64,
    ) -> Result<Taken, Stop> {
        if self.step == 0.0 {
            self.step = self.first_step(field);
            if !(self.step.is_finite() && self.step > 0.0) {
                self.step = BLIND * remaining;
            }
        }
        while self.accepted + self.rejected < most {
            if self.step <= RESOLUTION * now || self.step == 0.0 {
                return Err(Stop::Stuck);
            }
            self.step = self.step.min(self.stepper.longest(field, &self.ends));
            let last = 1.01 * self.step > remaining;
            let length = if last { remaining } else { self.step };
            let error = self.stepper.attempt(field, &mut self.ends, length, self.tolerance);
            if error.is_nan() && !self.ends.has_rate() {
                return Err(Stop::NoRate);
            }
            let (accepted, next) = self.controller.judge(error, length);
            self.stepper.judged(accepted);
            self.step = next;
            if accepted {
                self.accepted += 1;
                return Ok(Taken { length, last });
            }
            self.rejected += 1;
        }
        Err(Stop::Limit)
    }

    /// Goes on from the end of the accepted step h; the method to go on by, where that changes.
    pub fn advance<F: VectorField>(&mut self, field: &mut Counted<F>, h: f64) -> Option<Method> {
        self.ends.know_next_rate(field);
        let changed = self.auto.as_mut().is_some_and(|auto| {
            auto.see(&self.stepper, h);
            auto.change(&mut self.stepper)
        });
        self.ends.advance(field);
        let method = changed.then(|| self.stepper.method())?;
        self.controller = Controller::new(method, true);
        Some(method)
    }

    /// Evaluates what [`March::interpolate`] takes.
    pub fn prepare_dense<F: VectorField>(&mut self, field: &mut Counted<F>, h: f64, scratch: &mut [f64]) {
        self.stepper.prepare_dense(field, &mut self.ends, h, scratch);
    }

    /// The solution at θ of the accepted step h, about.
    pub fn interpolate(&self, h: f64, theta: f64, out: &mut [f64]) {
        self.stepper.interpolate(&self.ends, h, theta, out);
    }

    /// The first step after Hairer, Nørsett & Wanner (1993), II.4: with norms in units of the tolerance,
    /// h₀ = |y|/(100|f|), d = |f(y + h₀f) − f|/h₀, h = min(100h₀, (0.01/max(|f|, d))^{1/order}).
    fn first_step<F: VectorField>(&mut self, field: &mut Counted<F>) -> f64 {
        let Ends { y, rate, next, next_rate, .. } = &mut self.ends;
        let norm = |of: &mut dyn Iterator<Item = (f64, f64)>| {
            of.map(|(v, y)| v / self.tolerance.at(y)).map(|v| v * v).sum::<f64>()
        };
        let size = norm(&mut y.iter().map(|y| (*y, *y)));
        let slope = norm(&mut rate.iter().copied().zip(y.iter().copied()));
        let guess = if size < 1e-10 || slope < 1e-10 { 1e-6 } else { 0.01 * (size / slope).sqrt() };
        combine([next], y, &[([guess], rate)]);
        field.evaluate(next, next_rate);
        let changes = next_rate.iter().zip(rate.iter()).map(|(a, b)| a - b);
        let bend = norm(&mut changes.zip(y.iter().copied())).sqrt() / guess;
        let order = self.stepper.order();
        first_step(guess, slope.sqrt().max(bend), |share| share.powf(1.0 / order))
    }
}

/// min(100h₀, (0.01/max(|f|, d))^{1/order}) of a guess h₀, max(|f|, d), and a root of that order.
pub(crate) fn first_step(guess: f64, steepest: f64, root: impl FnOnce(f64) -> f64) -> f64 {
    let other = if steepest <= 1e-15 { (guess * 1e-3).max(1e-6) } else { root(0.01 / steepest) };
    (100.0 * guess).min(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::room::Room;

    struct Pendulum;

    impl VectorField for Pendulum {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            dy.copy_from_slice(&[y[1], -y[0].sin()]);
        }
    }

    fn room(method: Method) -> Room {
        Room::new(2, March::vectors(method))
    }

    /// At the pendulum's start, which knows its rate.
    fn started<'m>(settings: &Settings, room: &'m mut Room) -> (March<'m>, Counted<'static, Pendulum>) {
        let mut field = Counted::new(&Pendulum);
        let mut march = March::new(settings, &mut room.vectors());
        march.ends.y.copy_from_slice(&[1.5, 0.5]);
        march.ends.know_rate(&mut field);
        (march, field)
    }

    #[test]
    fn interpolants_have_their_order_within_a_step() {
        for (method, order) in [(Method::Dopri5, 4), (Method::Stab8, 5), (Method::Dop853, 7)] {
            let error = |h: f64, theta: f64| {
                // One step of this length, whatever its error.
                let mut memory = room(method);
                let settings = Settings { method, rtol: 1.0, atol: 1.0, max_steps: 1 };
                let (mut march, mut field) = started(&settings, &mut memory);
                march.step = h;
                let taken = march.step(&mut field, 0.0, h, 1);
                assert!(taken.is_ok_and(|taken| taken.last && taken.length == h));
                let (mut found, mut scratch) = ([0.0; 2], [0.0; 2]);
                march.prepare_dense(&mut field, h, &mut scratch);
                march.interpolate(h, theta, &mut found);
                // Twenty steps of order 8 there are exact beside it.
                let mut memory = room(Method::Dop853);
                let settings = Settings { method: Method::Dop853, rtol: 1e-14, atol: 1e-16, max_steps: 1 };
                let (mut exact, mut field) = started(&settings, &mut memory);
                for _ in 0..20 {
                    exact.stepper.attempt(&mut field, &mut exact.ends, h * theta / 20.0, exact.tolerance);
                    exact.ends.advance(&mut field);
                }
                (found[0] - exact.ends.y[0]).hypot(found[1] - exact.ends.y[1])
            };
            for theta in [0.5, 0.7, 0.9] {
                let (large, small) = (0.35, 0.25);
                let found = (error(large, theta) / error(small, theta)).ln() / f64::ln(large / small);
                let expected = f64::from(order) + 1.0;
                assert!((found - expected).abs() < 0.5, "{}: order {found} at {theta}", method.name());
            }
            assert!(error(0.5, 1.0) < 1e-5 && error(0.5, 0.0) == 0.0);
        }
    }

    /// Where the longest step of tolerable error goes up and down, as when one mode is learned after another, all steps of one
    /// controller: those that are accepted, and those that are not.
    fn steps_through_transitions(mut controller: Controller) -> (u32, u32) {
        let (mut t, mut h, mut accepted, mut rejected) = (0.0, 0.1, 0, 0);
        while t < 200.0 {
            let tolerable = 0.3 * (0.8 * f64::sin(0.5 * t)).exp();
            let (is_accepted, next) = controller.judge((h / tolerable).powi(8), h);
            if is_accepted {
                (t, accepted) = (t + h, accepted + 1);
            } else {
                rejected += 1;
            }
            h = next;
        }
        (accepted, rejected)
    }

    #[test]
    fn a_controller_that_looks_back_has_fewer_steps_rejected() {
        let (accepted, rejected) = steps_through_transitions(Controller::new(Method::Dop853, false));
        let (accepted_so, rejected_so) = steps_through_transitions(Controller::new(Method::Dop853, true));
        assert!(rejected > 50 && 2 * rejected_so < rejected, "{rejected_so} rejected, {rejected} otherwise");
        assert!(accepted_so + rejected_so < accepted + rejected);
    }

    #[test]
    fn a_rejected_step_is_followed_by_a_shorter_one_and_that_by_none_longer() {
        let mut controller = Controller::new(Method::Dop853, false);
        let (accepted, next) = controller.judge(2.0, 1.0);
        assert!(!accepted && next < 0.9 && next > 0.333);
        assert_eq!(controller.judge(1e-9, next), (true, next));
        assert_eq!(controller.judge(1e-9, next), (true, 6.0 * next));
        assert_eq!(controller.judge(f64::NAN, 1.0), (false, 0.333));
        assert_eq!(controller.judge(f64::INFINITY, 1.0), (false, 0.333));
    }
}
