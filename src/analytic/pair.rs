//! One mode of a network with one hidden layer: two weights a and b in series.
//!
//! τ da/dt = b(s − λab), τ db/dt = a(s − λab), strength u = ab, with s the mode's singular value of
//! Σ31 and λ the variance of the inputs along it. a² − b² never changes; u moves monotonically
//! towards s/λ, through 0 unless a = −b. Balanced weights, |a| = |b|, close the equation in u alone:
//! τ du/dt = 2|u|(s − λu) (Saxe, McClelland & Ganguli 2013, the sigmoid of section 1).

use super::wide::Wide;

/// The law of a mode with two weights. Requires s ≥ 0, λ ≥ 0, τ > 0, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Singular value s of Σ31, in the units of the statistics.
    pub s: f64,
    /// Variance λ of the inputs along the mode, in the units of the statistics (1 for white inputs).
    pub input_eigenvalue: f64,
    /// Time constant τ, in the units of time.
    pub tau: f64,
}

/// The rotation of (a, b) to the directions that grow and shrink near the saddle at 0.
pub(super) struct Axes {
    /// 2κ = √(4s² + c²), c = λ(a0² − b0²): rate of approach to the attractor, times τ.
    pub(super) rate: Wide,
    /// cos φ and sin φ with tan 2φ = 2s/c.
    pub(super) cos: Wide,
    pub(super) sin: Wide,
    /// z₊ = a0 cos φ + b0 sin φ.
    pub(super) plus: Wide,
    /// z₋ = b0 cos φ − a0 sin φ.
    pub(super) minus: Wide,
}

impl Pair {
    /// Weights (a, b) at time `t` ≥ 0 from `start` = (a0, b0), any signs and zeros.
    ///
    /// With T = t/τ, E = e^{−2κT}, g = (1 − E)/2κ and the axes z₊, z₋ at angle φ (derived; the
    /// substance is Fukumizu 1998's solution of the matrix Riccati equation for vectors of length 2):
    ///
    /// a·den = z₊ cos φ − E z₋ sin φ = a0(cos²φ + E sin²φ) + s g b0,
    /// b·den = z₊ sin φ + E z₋ cos φ = b0(sin²φ + E cos²φ) + s g a0,
    /// den² = E(1 + λz₋²g) + λz₊²g.
    ///
    /// Every term of den² is positive. Of the two forms of each numerator the second has no
    /// cancellation for weights of equal sign, the first none near the saddle.
    pub fn strengths(&self, start: (f64, f64), t: f64) -> (f64, f64) {
        let (a0, b0) = start;
        if t == 0.0 || (a0 == 0.0 && b0 == 0.0) {
            return start;
        }
        let (s, lambda) = (Wide::from(self.s), Wide::from(self.input_eigenvalue));
        let elapsed = Wide::from(t) / Wide::from(self.tau);
        let (a0, b0) = (Wide::from(a0), Wide::from(b0));
        let Axes { rate, cos, sin, plus, minus } = self.axes(a0, b0);

        let x = rate * elapsed;
        let shrunk = (-x).exp();
        let g = if rate.is_zero() { elapsed } else { x.decayed() / rate };
        let den = (shrunk * (Wide::ONE + lambda * minus * minus * g) + lambda * plus * plus * g).sqrt();
        let coupled = s * g;
        let a = steadier([cos * plus, -(shrunk * sin * minus)], [a0 * (cos * cos + shrunk * sin * sin), coupled * b0]);
        let b = steadier([sin * plus, shrunk * cos * minus], [b0 * (sin * sin + shrunk * cos * cos), coupled * a0]);
        ((a / den).to_f64(), (b / den).to_f64())
    }

    /// Time, in the units of τ, until ab = `target` from `start` = (a0, b0); 0 if it is there already
    /// (within the rounding of a0·b0), `None` if it never gets there, infinite beyond the range of f64.
    ///
    /// With d = s − λu, m = a² + b² = √((a0² − b0²)² + 4u²) and 0 for the start (derived):
    ///
    /// tanh(κT)/κ = 2(u − u0)/(m0 d + m d0), or, farther away, e^{2κT} = (n/n0)(d0/d), where
    /// n = 2κm + w, w = 4su + λ(a0² − b0²)², and n = 4(a0² − b0²)²d²/(2κm − w) if w < 0.
    pub fn time_to_reach(&self, start: (f64, f64), target: f64) -> Option<f64> {
        let (a0, b0) = (Wide::from(start.0), Wide::from(start.1));
        let (product, rest) = a0.product(b0);
        let u = Wide::from(target);
        let climb = (u - product) - rest;
        if climb.abs() <= product.abs() * Wide::from(2.0 * f64::EPSILON) {
            return Some(0.0);
        }
        let difference = (a0 - b0) * (a0 + b0);
        let trapped = difference.is_zero() && !product.is_positive();
        let (from, to) = (self.slack(product, rest), self.slack_of(target));
        // Never: at rest, past the attractor, away from it, or across the saddle on its stable manifold.
        let still = a0.is_zero() && b0.is_zero();
        let onward = (from.is_positive() && to.is_positive() && climb.is_positive())
            || (from.is_negative() && to.is_negative() && climb.is_negative());
        if still || !onward || self.is_attractor(target) || (trapped && !u.is_negative()) {
            return None;
        }
        let rate = self.axes(a0, b0).rate;
        let two = Wide::from(2.0);
        let (m0, m) = (a0 * a0 + b0 * b0, difference.hypot(two * u));
        let rho = two * climb / (m0 * to + m * from);
        let tanh = (rate * rho / two).to_f64();
        let elapsed = if tanh <= 0.5 {
            rho * Wide::from(if tanh < 1e-9 { 1.0 } else { tanh.atanh() / tanh })
        } else {
            let ends = [(product, m0, from), (u, m, to)];
            Wide::from(self.growth(difference, rate, ends).ln()) / rate
        };
        Some((elapsed * Wide::from(self.tau)).to_f64())
    }

    /// Strength at time `t` ≥ 0 of balanced weights that start at `u0`, of either sign.
    ///
    /// With x = 2st/τ (Saxe, McClelland & Ganguli 2013, u_f = s eˣ/(eˣ − 1 + s/u0), rewritten so
    /// that it neither overflows nor divides by 0):
    ///
    /// u = u0/(e^{−x} + λu0(1 − e^{−x})/s) for u0 ≥ 0, and u = u0 e^{−x}/(1 + λ|u0|(1 − e^{−x})/s)
    /// for u0 < 0 (derived), where a = −b decays to the saddle at 0 and never crosses.
    pub fn balanced(&self, u0: f64, t: f64) -> f64 {
        if t == 0.0 || u0 == 0.0 {
            return u0;
        }
        let two_s = Wide::from(2.0) * Wide::from(self.s);
        let (x, rest) = quotient(two_s, Wide::from(t), Wide::from(self.tau));
        let shrunk = (-x).exp() * (Wide::ONE - rest);
        let g = if two_s.is_zero() { Wide::from(t) / Wide::from(self.tau) } else { x.decayed() / two_s };
        let start = Wide::from(u0);
        let saturation = Wide::from(2.0) * Wide::from(self.input_eigenvalue) * start.abs() * g;
        if u0 > 0.0 {
            (start / (shrunk + saturation)).to_f64()
        } else {
            (start * shrunk / (Wide::ONE + saturation)).to_f64()
        }
    }

    /// Time, in the units of τ, until balanced weights of strength `u0` reach `target`; `None` if they
    /// never do: the target is behind, beyond s/λ or that itself, or on the other side of 0.
    ///
    /// t = (τ/2s) ln[u(s − λu0)/(u0(s − λu))] = (τ/2s) ln(1 + s(u − u0)/(u0(s − λu))); for u0 < 0 the
    /// law runs backwards, so the ends change places.
    pub fn balanced_time(&self, u0: f64, target: f64) -> Option<f64> {
        if target == u0 {
            return Some(0.0);
        }
        let (from, to) = (self.slack_of(u0), self.slack_of(target));
        let onward = (from.is_positive() && to.is_positive() && target > u0)
            || (from.is_negative() && to.is_negative() && target < u0);
        if !onward || u0 == 0.0 || (u0 < 0.0 && target >= 0.0) || self.is_attractor(target) {
            return None;
        }
        let (first, last) = (Wide::from(u0), Wide::from(target));
        let q = if u0 > 0.0 { (last - first) / (first * to) } else { (first - last) / (last * from) };
        let s = Wide::from(self.s);
        let elapsed = if (s * q) < Wide::from(1e-18) { q } else { (s * q).ln_1p() / s };
        Some((elapsed * Wide::from(self.tau) / Wide::from(2.0)).to_f64())
    }

    /// The axes for weights that start at (a0, b0), without cancellation in the angle or in z₊.
    pub(super) fn axes(&self, a0: Wide, b0: Wide) -> Axes {
        let half = Wide::from(0.5);
        let two_s = Wide::from(2.0) * Wide::from(self.s);
        let c = Wide::from(self.input_eigenvalue) * (a0 - b0) * (a0 + b0);
        let rate = if c.is_zero() { two_s } else { two_s.hypot(c) };
        let (cos2, sin2) = if rate.is_zero() { (Wide::ZERO, Wide::ONE) } else { (c / rate, two_s / rate) };
        let larger = ((Wide::ONE + cos2.abs()) * half).sqrt();
        let smaller = sin2 * half / larger;
        let (cos, sin) = if cos2.is_negative() { (smaller, larger) } else { (larger, smaller) };
        if cos2.abs() >= half {
            return Axes { rate, cos, sin, plus: cos * a0 + sin * b0, minus: cos * b0 - sin * a0 };
        }
        // cos φ, sin φ = (σ ± δ)/2: in these the sum a0 + b0, small near the saddle, stays exact.
        let sigma = (Wide::ONE + sin2).sqrt();
        let delta = cos2 / sigma;
        let plus = half * (sigma * (a0 + b0) + delta * (a0 - b0));
        let minus = half * (delta * (a0 + b0) - sigma * (a0 - b0));
        Axes { rate, cos, sin, plus, minus }
    }

    /// e^{2κT} between two `ends` (u, a² + b², s − λu) of the way.
    fn growth(&self, difference: Wide, rate: Wide, ends: [(Wide, Wide, Wide); 2]) -> Wide {
        let lambda = Wide::from(self.input_eigenvalue);
        let squared = lambda * difference * difference;
        let four_s = Wide::from(4.0) * Wide::from(self.s);
        let [(sum0, even0), (sum, even)] = ends.map(|(u, m, _)| (rate * m, four_s * u + squared));
        let [(_, _, from), (_, _, to)] = ends;
        // (2κm)² − (4su + λ(a²−b²)²)² = 4(a²−b²)²d²: the conjugate, where n itself would cancel.
        match (even0.is_negative(), even.is_negative()) {
            (false, false) => (sum + even) * from / ((sum0 + even0) * to),
            (true, true) => (sum0 - even0) * to / ((sum - even) * from),
            (true, false) => {
                let crossing = Wide::from(4.0) * difference * difference;
                (sum + even) * (sum0 - even0) / (crossing * from * to)
            }
            (false, true) => {
                let crossing = Wide::from(4.0) * difference * difference;
                crossing * from * to / ((sum0 + even0) * (sum - even))
            }
        }
    }

    /// s − λu for u = `product` + `rest`, rounded once.
    fn slack(&self, product: Wide, rest: Wide) -> Wide {
        let lambda = Wide::from(self.input_eigenvalue);
        let (scaled, lost) = lambda.product(product);
        (Wide::from(self.s) - scaled) - (lost + lambda * rest)
    }

    /// s − λu, rounded once.
    fn slack_of(&self, u: f64) -> Wide {
        self.slack(Wide::from(u), Wide::ZERO)
    }

    /// Whether `u` is s/λ as far as an `f64` can tell: approached, never reached.
    fn is_attractor(&self, u: f64) -> bool {
        u == self.s / self.input_eigenvalue
    }
}

/// Of two sums that are equal in exact arithmetic, the one whose terms cancel less.
fn steadier(first: [Wide; 2], second: [Wide; 2]) -> Wide {
    let size = |[p, q]: [Wide; 2]| p.abs() + q.abs();
    let [p, q] = if size(first) < size(second) { first } else { second };
    p + q
}

/// `a`·`b`/`c` and what rounding left out of it.
fn quotient(a: Wide, b: Wide, c: Wide) -> (Wide, Wide) {
    let (product, lost) = a.product(b);
    let quotient = product / c;
    let (back, back_lost) = quotient.product(c);
    (quotient, ((product - back) - back_lost + lost) / c)
}
