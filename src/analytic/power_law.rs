//! The family τ du/dt = N|u|^p(s − λu), 1 < p ≤ 2, of balanced chains of three or more weights.
//!
//! A chain of D weights has N = D, p = 2 − 2/D; the limit of infinite depth has p = 2. Their closed
//! forms give t as a function of u. What they share is here: which targets are reached, the time
//! between strengths too close for a difference of closed forms, and the inversion to u(t).

use super::quadrature::gauss;
use super::wide::Wide;

/// Newton steps allowed in an inversion. At most about ten are needed.
const STEPS: usize = 80;

/// A strength and how far it is from its limit: u and d = s − λu.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) u: Wide,
    pub(crate) d: Wide,
    /// Whether u is a given number, and d as exact as it can be, rather than both rounded.
    given: bool,
}

/// One law of the family.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PowerLaw {
    pub(crate) s: Wide,
    pub(crate) lambda: Wide,
    /// N/τ.
    pub(crate) pace: Wide,
    /// p as a fraction.
    pub(crate) power: (i64, i64),
}

impl PowerLaw {
    /// p − 1 as a fraction.
    pub(crate) fn excess(&self) -> (i64, i64) {
        (self.power.0 - self.power.1, self.power.1)
    }

    /// u with s − λu rounded once.
    pub(crate) fn point(&self, u: f64) -> Point {
        let u = Wide::from(u);
        let (scaled, lost) = self.lambda.product(u);
        Point { u, d: (self.s - scaled) - lost, given: true }
    }

    /// x·s/λ, with 1 − x given apart so that nothing is lost where it is small.
    pub(crate) fn fraction(&self, x: Wide, one_minus_x: Wide) -> Point {
        Point { u: x * self.s / self.lambda, d: one_minus_x * self.s, given: false }
    }

    /// λu/s.
    pub(crate) fn x(&self, point: Point) -> Wide {
        self.lambda * point.u / self.s
    }

    /// The two ends of the way from `u0` to `target`, `None` if it is never gone to its end.
    pub(crate) fn way(&self, u0: f64, target: f64) -> Option<(Point, Point)> {
        let (first, last) = (self.point(u0), self.point(target));
        let onward = (first.d.is_positive() && last.d.is_positive() && target > u0)
            || (first.d.is_negative() && last.d.is_negative() && target < u0);
        let crosses = u0 == 0.0 || (u0 < 0.0 && target >= 0.0);
        let attractor = target == (self.s / self.lambda).to_f64() && !self.lambda.is_zero();
        (onward && !crosses && !attractor).then_some((first, last))
    }

    /// Time between strengths so close that the law hardly varies, `None` if they are not:
    /// t = (Δu/(pace |u0|^p d0)) ∫₀¹ dy/((1 + yΔu/u0)^p (1 − yλΔu/d0)), by Gauss's rule, which has no
    /// error left when both ratios are at most 1/2. A difference of closed forms would cancel.
    pub(crate) fn near(&self, first: Point, last: Point) -> Option<Wide> {
        let by_error = first.d - last.d;
        let by_strength = self.lambda * (last.u - first.u);
        let rounded = !(first.given && last.given);
        let scaled = if rounded && last.d.abs() < (self.lambda * last.u).abs() { by_error } else { by_strength };
        let change = if self.lambda.is_zero() { last.u - first.u } else { scaled / self.lambda };
        let (rise, fall) = ((change / first.u).to_f64(), (scaled / first.d).to_f64());
        if rise.abs() > 0.5 || fall.abs() > 0.5 {
            return None;
        }
        let p = self.power.0 as f64 / self.power.1 as f64;
        let mean = gauss(0.0, 1.0, |y| 1.0 / ((1.0 + y * rise).powf(p) * (1.0 - y * fall)));
        Some(change / (self.pace * first.u.abs().power(self.power) * first.d) * Wide::from(mean))
    }

    /// Strength at `t` ≥ 0 from `u0`, infinite beyond the range of `f64` or after a blow-up (λ = 0).
    /// `elapsed` is the closed form of the time between two points.
    pub(crate) fn strength(&self, u0: f64, t: f64, elapsed: impl Fn(Point, Point) -> Wide) -> f64 {
        let start = self.point(u0);
        if t == 0.0 || u0 == 0.0 || start.d.is_zero() {
            return u0;
        }
        let t = Wide::from(t);
        if self.s.is_zero() || self.lambda.is_zero() {
            return self.one_term(start, t).to_f64();
        }
        let x = self.x(start);
        let (half, three_halves) = (Wide::from(0.5), Wide::from(1.5));
        let u = if u0 < 0.0 {
            let turn = self.fraction(-Wide::ONE, Wide::from(2.0));
            let lead = if -x > Wide::ONE { elapsed(start, turn) } else { Wide::ZERO };
            match -x > Wide::ONE {
                true if t <= lead => self.by_power(self.power, start, t, elapsed),
                true => self.by_power(self.excess(), turn, t - lead, elapsed),
                false => self.by_power(self.excess(), start, t, elapsed),
            }
        } else {
            let below = start.d.is_positive();
            let (far, turn) = if below {
                (x < half, self.fraction(half, half))
            } else {
                (x > three_halves, self.fraction(three_halves, -half))
            };
            let lead = if far { elapsed(start, turn) } else { Wide::ZERO };
            match far {
                true if t <= lead && below => self.by_power(self.excess(), start, t, elapsed),
                true if t <= lead => self.by_power(self.power, start, t, elapsed),
                true => self.by_logit(turn, t - lead, elapsed),
                false => self.by_logit(start, t, elapsed),
            }
        };
        u.to_f64()
    }

    /// s = 0: u = u0(1 + pNλ|u0|^p T)^{−1/p}; λ = 0: the same with p − 1 and −s sgn u0 in place of
    /// p and λ|u0|, infinite from the time on at which the bracket is 0.
    fn one_term(&self, start: Point, t: Wide) -> Wide {
        let exponent = if self.s.is_zero() { self.power } else { self.excess() };
        let bracket = Wide::ONE + self.slope(exponent, start) * t;
        let size = if bracket.is_positive() { bracket } else { Wide::ZERO };
        start.u * size.power((-exponent.1, exponent.0))
    }

    /// dy/dt at y = 1 of y = (u/u0)^{−m}: −m pace |u0|^{p−1} d0 sgn u0.
    fn slope(&self, (numerator, denominator): (i64, i64), start: Point) -> Wide {
        let m = Wide::from(numerator as f64) / Wide::from(denominator as f64);
        -m * self.pace * start.u.abs().power(self.power) * start.d / start.u
    }

    /// u at `t` after `start`, solved for y = (u/u0)^{−m}: far from s/λ, t is nearly linear in it
    /// with m = p − 1 for |u| below s/λ and m = p above.
    fn by_power(&self, m: (i64, i64), start: Point, t: Wide, elapsed: impl Fn(Point, Point) -> Wide) -> Wide {
        let slope = self.slope(m, start);
        let place = |y: Wide| {
            let u = start.u * y.power((-m.1, m.0));
            Point { u, d: self.s - self.lambda * u, given: false }
        };
        // Falls from 1 to its value where u = s/2λ, or rises from 1 without bound.
        let least = if slope.is_negative() {
            (Wide::from(0.5) * self.s / (self.lambda * start.u)).power((-m.0, m.1))
        } else {
            Wide::ONE
        };
        let bounded = |y: Wide| if y < least { least } else { y };
        let mut y = bounded(Wide::ONE + slope * t);
        for _ in 0..STEPS {
            let here = place(y);
            let rate = self.slope(m, here) * y;
            let next = bounded(y + (t - elapsed(start, here)) * rate);
            let moved = (next - y).abs();
            y = next;
            if moved <= y * Wide::from(1e-16) {
                break;
            }
        }
        place(y).u
    }

    /// u at `t` after `start`, solved for z = ln(u/|s/λ − u|): near s/λ, t is nearly linear in it,
    /// dz/dt = pace s (s/λ)^{p−1} x^{p−1}.
    fn by_logit(&self, start: Point, t: Wide, elapsed: impl Fn(Point, Point) -> Wide) -> Wide {
        let (limit, m) = (self.s / self.lambda, self.excess());
        let pace = self.pace * self.s * limit.power(m);
        let below = start.d.is_positive();
        let first = (self.lambda * start.u / start.d.abs()).ln();
        let mut z = first + (pace * self.x(start).power(m) * t).to_f64().min(1e3);
        for _ in 0..STEPS {
            // Beyond this, u is s/λ to the last digit.
            if z > 60.0 {
                return limit;
            }
            let z_kept = z.max(first);
            let e = (-z_kept).exp();
            let here = match below {
                true => self.fraction(Wide::from(1.0 / (1.0 + e)), Wide::from(e / (1.0 + e))),
                false => self.fraction(Wide::from(-1.0 / (-z_kept).exp_m1()), Wide::from(e / (-z_kept).exp_m1())),
            };
            let step = ((t - elapsed(start, here)) * pace * self.x(here).power(m)).to_f64();
            z = z_kept + step;
            if step.abs() <= 1e-16 * (1.0 + z.abs()) {
                return here.u;
            }
        }
        let e = (-z).exp();
        limit * Wide::from(if below { 1.0 / (1.0 + e) } else { -1.0 / (-z).exp_m1() })
    }
}
