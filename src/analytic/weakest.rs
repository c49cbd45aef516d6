//! A chain of weights of unequal modulus, reduced to its weakest weight and integrated.
//!
//! τ da_l/dt = (∏_{i≠l} a_i)(s − λ∏a_i) keeps every a_i² − a_j², so the weight of least modulus x gives
//! all others, |a_i| = √(x² + c_i), and obeys τ dx/dt = Q(x)(s − λxQ(x)), Q = ∏√(x² + c_i) (derived).
//! There is no closed form, but the law separates: t is an integral over x, and no step size, stiffness
//! or departure from a saddle by rounding can spoil it. The sign of x is that of the product of all
//! weights; where two weights are the weakest, Q(0) = 0 and x never crosses 0.

use super::quadrature::adaptive;
use super::wide::Wide;

/// Panels on the way from the smallest to the largest f64 and on to the limit, with room to spare.
const PANELS: usize = 10_000;
/// Newton steps within a panel and in solving u(x) = u.
const STEPS: usize = 60;
/// ln|1 − λu/s| at which u is s/λ to the last digit.
const ARRIVED: f64 = -38.0;

/// The law of the weakest weight.
#[derive(Debug, Clone)]
pub(crate) struct Weakest {
    pub(crate) s: Wide,
    pub(crate) lambda: Wide,
    pub(crate) tau: Wide,
    /// √c_i of the other weights, 0 for those tied with the weakest.
    pub(crate) gaps: Vec<Wide>,
}

/// Where the chain is: by its weakest weight, or near s/λ by ln|1 − λu/s|, which resolves it there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Far(Wide),
    Near(Wide),
}

/// The way from a start to 0 or s/λ, whichever attracts it.
struct Way<'a> {
    law: &'a Weakest,
    /// Whether x falls (from above s/λ, or s = 0).
    falling: bool,
    /// Whether the way ends at 0, or nowhere.
    shrinking: bool,
    endless: bool,
    /// x where |1 − λu/s| = 1/2, from where on the way is described by its logarithm.
    turn: Option<Wide>,
    /// The modulus of x up to which the velocity hardly varies.
    flat: Wide,
}

impl Weakest {
    /// Q(x) = ∏√(x² + c_i).
    fn others(&self, x: Wide) -> Wide {
        self.gaps.iter().fold(Wide::ONE, |product, gap| product * x.hypot(*gap))
    }

    /// u = xQ(x).
    pub(crate) fn strength(&self, x: Wide) -> Wide {
        x * self.others(x)
    }

    /// s − λu.
    fn slack(&self, u: Wide) -> Wide {
        let (scaled, lost) = self.lambda.product(u);
        (self.s - scaled) - lost
    }

    /// τ dx/dt.
    fn velocity(&self, x: Wide) -> Wide {
        let others = self.others(x);
        others * self.slack(x * others)
    }

    /// d ln|u|/d ln|x| = 1 + Σ x²/(x² + c_i).
    fn steepness(&self, x: Wide) -> f64 {
        1.0 + self.gaps.iter().map(|gap| (x / x.hypot(*gap)).to_f64().powi(2)).sum::<f64>()
    }

    /// The x at which the strength is `u`: Newton in ln x from above the root, where it is monotone.
    fn solve(&self, u: Wide) -> Wide {
        if u.is_zero() {
            return Wide::ZERO;
        }
        let mut x = u.abs().power((1, self.gaps.len() as i64 + 1));
        for _ in 0..STEPS {
            let step = (self.strength(x) / u.abs()).ln() / self.steepness(x);
            x = x * Wide::from(-step).exp();
            if step.abs() < 2e-16 {
                break;
            }
        }
        if u.is_negative() { -x } else { x }
    }

    /// s/λ, if both are positive.
    fn limit(&self) -> Option<Wide> {
        (self.s.is_positive() && self.lambda.is_positive()).then(|| self.s / self.lambda)
    }

    fn is_tied(&self) -> bool {
        self.gaps.contains(&Wide::ZERO)
    }

    /// The place of strength `u`, `x` if it is known already.
    fn place(&self, u: Wide, x: Option<Wide>) -> Place {
        let h = if self.s.is_zero() { Wide::ONE } else { self.slack(u) / self.s };
        if self.limit().is_some() && h.abs() <= Wide::from(0.5) {
            return Place::Near(Wide::from(h.abs().ln()));
        }
        Place::Far(x.unwrap_or_else(|| self.solve(u)))
    }

    /// Whether the chain moves from strength `u0` to `u` in finite time.
    pub(crate) fn reaches(&self, x0: Wide, u: Wide) -> bool {
        let u0 = self.strength(x0);
        let (from, to) = (self.slack(u0), self.slack(u));
        let onward =
            (from.is_positive() && to.is_positive() && u > u0) || (from.is_negative() && to.is_negative() && u < u0);
        let trapped = self.is_tied() && !u0.is_positive();
        onward && (u.is_negative() || !trapped)
    }

    /// Time from `x0` to strength `u`, which must be reached.
    pub(crate) fn elapsed(&self, x0: Wide, u: Wide) -> Wide {
        let way = self.way(x0);
        let target = self.place(u, None);
        let mut here = self.place(self.strength(x0), Some(x0));
        let mut time = Wide::ZERO;
        for _ in 0..PANELS {
            if here == target {
                break;
            }
            let next = way.next(here, Some(target));
            time = time + way.panel(here, next);
            here = way.enter(next, target);
        }
        time
    }

    /// The weakest weight at `t` after `x0`; infinite after a blow-up (λ = 0).
    pub(crate) fn at(&self, x0: Wide, t: Wide) -> Wide {
        if self.velocity(x0).is_zero() {
            return x0;
        }
        let way = self.way(x0);
        let mut here = self.place(self.strength(x0), Some(x0));
        let mut left = t;
        for _ in 0..PANELS {
            if let Some(end) = way.end(here) {
                return end;
            }
            let next = way.next(here, None);
            let time = way.panel(here, next);
            if time >= left {
                return way.within(here, next, left);
            }
            left = left - time;
            here = way.enter(next, Place::Near(Wide::from(ARRIVED)));
        }
        Wide::from(f64::NAN)
    }

    fn way(&self, x0: Wide) -> Way<'_> {
        let falling = self.slack(self.strength(x0)).is_negative();
        let part = Wide::from(if falling { 1.5 } else { 0.5 });
        let trapped = x0.is_negative() && self.is_tied();
        let turn = self.limit().filter(|_| !trapped).map(|limit| self.solve(part * limit));
        let shrinking = trapped || self.s.is_zero();
        let scales = self.gaps.iter().copied();
        let scales = scales.chain(self.limit().map(|limit| self.solve(limit)));
        let flat = Wide::from(0.5) * scales.reduce(min).unwrap_or(Wide::ONE);
        Way { law: self, falling, shrinking, endless: self.lambda.is_zero(), turn, flat }
    }
}

impl Way<'_> {
    /// Where the chain ends if it has come `here` for good: s/λ, 0, or beyond all bounds.
    fn end(&self, here: Place) -> Option<Wide> {
        match here {
            Place::Near(l) if l <= Wide::from(ARRIVED) => self.law.limit().map(|limit| self.law.solve(limit)),
            // Where neither the weight nor the product is a number any more.
            Place::Far(x) if self.endless && x.to_f64().is_infinite() => Some(Wide::from(f64::INFINITY)),
            Place::Far(x) if self.shrinking && (x.to_f64(), self.law.strength(x).to_f64()) == (0.0, 0.0) => {
                Some(Wide::ZERO)
            }
            _ => None,
        }
    }

    /// The end of the panel that starts at `here`: x doubled or halved, linear across 0, or one unit of
    /// ln|h|; at most up to `target`.
    fn next(&self, here: Place, target: Option<Place>) -> Place {
        match (here, target) {
            (Place::Near(l), Some(Place::Near(end))) => Place::Near(max(end, l - Wide::ONE)),
            (Place::Near(l), _) => Place::Near(l - Wide::ONE),
            (Place::Far(x), _) => {
                let stop = match target {
                    Some(Place::Far(end)) => Some(end),
                    _ => self.turn,
                };
                let step = self.stride(x);
                Place::Far(match (stop, self.falling) {
                    (Some(stop), true) => max(step, stop),
                    (Some(stop), false) => min(step, stop),
                    (None, _) => step,
                })
            }
        }
    }

    /// From x to ln|h| where the two descriptions meet, unless the way ends there.
    fn enter(&self, place: Place, target: Place) -> Place {
        let turned = matches!(place, Place::Far(x) if self.turn == Some(x));
        if turned && place != target { Place::Near(Wide::from(0.5f64.ln())) } else { place }
    }

    /// The next x without regard to where the way ends.
    fn stride(&self, x: Wide) -> Wide {
        let half = Wide::from(0.5);
        match (self.falling || self.shrinking, x.is_negative()) {
            (true, _) => half * x,
            (false, true) if x < -self.flat => min(half * x, -self.flat),
            (false, true) => Wide::ZERO,
            (false, false) => max(x + x, self.flat),
        }
    }

    /// τ times the rate at which the coordinate of `place` changes: dx/dt, or
    /// d ln|h|/dt = −(λ/τ)M with M = Σ_l ∏_{i≠l} a_i² = Q² d ln u/d ln x.
    fn speed(&self, place: Place) -> Wide {
        match place {
            Place::Far(x) => self.law.velocity(x),
            Place::Near(l) => {
                let x = self.x_near(l);
                let others = self.law.others(x);
                -(others * others * Wide::from(self.law.steepness(x)) * self.law.lambda)
            }
        }
    }

    /// Time from `from` to `to`, neighbours on the way and described alike.
    ///
    /// Relative to the slower of the two ends: within a panel the speeds of many weights far above the limit
    /// differ by more than an `f64` holds, and the slowest part takes all of the time.
    fn panel(&self, from: Place, to: Place) -> Wide {
        let (a, length) = (from.value(), to.value() - from.value());
        let (first, last) = (self.speed(from), self.speed(to));
        let reference = if last.abs() < first.abs() && !last.is_zero() { last } else { first };
        let slowness = |y: f64| (reference / self.speed(from.with(a + Wide::from(y) * length))).to_f64();
        length * self.law.tau / reference * Wide::from(adaptive(0.0, 1.0, &slowness))
    }

    /// The weakest weight at `t` after `from`, within the panel that ends at `to`: Newton, and halving
    /// of what is left of the panel where it would leave that.
    fn within(&self, from: Place, to: Place, t: Wide) -> Wide {
        let (mut early, mut late) = (from.value(), to.value());
        let mut y = early;
        let mut passed = Wide::ZERO;
        for _ in 0..STEPS {
            let newton = y + (t - passed) * self.speed(from.with(y)) / self.law.tau;
            let inside = newton >= min(early, late) && newton <= max(early, late);
            let next = if inside { newton } else { Wide::from(0.5) * (early + late) };
            let moved = (next - y).abs();
            y = next;
            if moved <= Wide::from(1e-16) * y.abs() {
                break;
            }
            passed = self.panel(from, from.with(y));
            if passed <= t {
                early = y;
            } else {
                late = y;
            }
        }
        match from {
            Place::Far(_) => y,
            Place::Near(_) => self.x_near(y),
        }
    }

    /// The weakest weight where ln|1 − λu/s| = `l`.
    fn x_near(&self, l: Wide) -> Wide {
        let h = if self.falling { -l.exp() } else { l.exp() };
        self.law.solve((Wide::ONE - h) * self.law.s / self.law.lambda)
    }
}

impl Place {
    fn value(self) -> Wide {
        let (Place::Far(value) | Place::Near(value)) = self;
        value
    }

    /// Another value of the same coordinate.
    fn with(self, value: Wide) -> Place {
        match self {
            Place::Far(_) => Place::Far(value),
            Place::Near(_) => Place::Near(value),
        }
    }
}

fn min(a: Wide, b: Wide) -> Wide {
    if a < b { a } else { b }
}

fn max(a: Wide, b: Wide) -> Wide {
    if a > b { a } else { b }
}
