//! One mode of a deep chain whose D weights have equal modulus, |a_l| = |u|^{1/D}.
//!
//! τ du/dt = D|u|^{2−2/D}(s − λu), u = ∏a_l (Saxe, McClelland & Ganguli 2013, written there as
//! (N_l − 1)u^{2−2/(N_l−1)}(s − u) for N_l = D + 1 layers and λ = 1). One weight and two have the
//! solutions of a linear equation and of the sigmoid; for more, t is an explicit function of u, here
//! with q = 2/D, x = λu/s, h = 1 − x, and u(t) is its inverse (derived).

use super::pair::Pair;
use super::power_law::{Point, PowerLaw};
use super::special::{EULER, digamma};
use super::wide::Wide;

/// Terms of a series in powers of 1/2 or 2/3 that reach the last digit.
const TERMS: i32 = 96;

/// The law of a mode in a balanced chain. Requires s ≥ 0, λ ≥ 0, τ > 0, all finite, and a weight at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deep {
    /// Singular value s of Σ31, in the units of the statistics.
    pub s: f64,
    /// Variance λ of the inputs along the mode, in the units of the statistics (1 for white inputs).
    pub input_eigenvalue: f64,
    /// Time constant τ, in the units of time.
    pub tau: f64,
    /// Number of weights D, one fewer than layers of neurons.
    pub weights: u32,
}

impl Deep {
    /// Strength at time `t` ≥ 0 from `u0`. Never crosses 0 for D ≥ 2. Infinite beyond the range of
    /// `f64`, and after the blow-up in finite time of D ≥ 3 without a limit (λ = 0).
    ///
    /// Near its transition u(t) is ill-conditioned: a relative change ε of t moves it by
    /// δu/u ≈ D u^{p−1}|s − λu|(t/τ)·ε, p = 2 − 2/D. Compare times there, not strengths.
    pub fn strength(&self, u0: f64, t: f64) -> f64 {
        match self.weights {
            0 | 1 => self.single(u0, t),
            2 => self.pair().balanced(u0, t),
            _ => self.law().strength(u0, t, |first, last| self.elapsed(first, last)),
        }
    }

    /// Time, in the units of τ, until the strength is `target`; 0 if it is there already, `None` if it
    /// never gets there, infinite beyond the range of `f64`.
    pub fn time_to_reach(&self, u0: f64, target: f64) -> Option<f64> {
        if target == u0 {
            return Some(0.0);
        }
        match self.weights {
            0 | 1 => self.single_time(u0, target),
            2 => self.pair().balanced_time(u0, target),
            _ => self.law().way(u0, target).map(|(first, last)| self.elapsed(first, last).to_f64()),
        }
    }

    fn pair(&self) -> Pair {
        Pair { s: self.s, input_eigenvalue: self.input_eigenvalue, tau: self.tau }
    }

    fn law(&self) -> PowerLaw {
        let weights = i64::from(self.weights);
        PowerLaw {
            s: Wide::from(self.s),
            lambda: Wide::from(self.input_eigenvalue),
            pace: Wide::from(f64::from(self.weights)) / Wide::from(self.tau),
            power: (2 * weights - 2, weights),
        }
    }

    /// One weight, τ du/dt = s − λu: u = u0 e^{−λT} + s(1 − e^{−λT})/λ, which may cross 0.
    fn single(&self, u0: f64, t: f64) -> f64 {
        if t == 0.0 {
            return u0;
        }
        let elapsed = Wide::from(t) / Wide::from(self.tau);
        let lambda = Wide::from(self.input_eigenvalue);
        let x = lambda * elapsed;
        let reached = if x.is_zero() { elapsed } else { x.decayed() / lambda };
        (Wide::from(u0) * (-x).exp() + Wide::from(self.s) * reached).to_f64()
    }

    /// t = (τ/λ) ln(1 + λ(u − u0)/(s − λu)).
    fn single_time(&self, u0: f64, target: f64) -> Option<f64> {
        let law = self.law();
        let (first, last) = (law.point(u0), law.point(target));
        let onward = (first.d.is_positive() && last.d.is_positive() && target > u0)
            || (first.d.is_negative() && last.d.is_negative() && target < u0);
        if !onward || target == self.s / self.input_eigenvalue {
            return None;
        }
        let ratio = (last.u - first.u) / last.d;
        let x = law.lambda * ratio;
        let elapsed = if x < Wide::from(1e-18) { ratio } else { x.ln_1p() / law.lambda };
        Some((elapsed * Wide::from(self.tau)).to_f64())
    }

    /// Time between two points of one way, D ≥ 3.
    fn elapsed(&self, first: Point, last: Point) -> Wide {
        let law = self.law();
        if let Some(time) = law.near(first, last) {
            return time;
        }
        if first.u.is_negative() {
            return self.falling(&law, first, last);
        }
        if first.d.is_negative() {
            return (self.above(&law, last) - self.above(&law, first)) / (law.pace * law.lambda);
        }
        // λ = 0 leaves the first term alone: τ/(Ds) ∫ u^{q−2} du.
        let powers = power_difference(&law, first.u, last.u);
        if law.lambda.is_zero() {
            return powers / (law.pace * law.s);
        }
        let rest = self.below(&law, last) - self.below(&law, first);
        let scale = (law.lambda / law.s).power(law.excess());
        (powers + scale * Wide::from(rest)) / (law.pace * law.s)
    }

    /// 𝓛(x) − 1/q for 0 < x < 1, where K(x) = −x^{q−1}/(1 − q) + 𝓛(x) has dK/dx = x^{q−2}/(1 − x):
    ///
    /// x ≤ ½: 𝓛 = x^q Σ xⁿ/(n + q); x > ½: 𝓛 = −ln h − γ − ψ(q) − Σ_{k≥1} (1 − q)_k h^k/(k!·k).
    /// The constant 1/q, large for deep chains, is taken out by ψ(q) = ψ(1 + q) − 1/q.
    fn below(&self, law: &PowerLaw, point: Point) -> f64 {
        let q = self.q();
        let x = law.x(point);
        if x > Wide::from(0.5) {
            let h = point.d / law.s;
            return -h.ln() - EULER - digamma(1.0 + q) - pole_series(q, h.to_f64());
        }
        let x_f64 = x.to_f64();
        let sum = (1..=TERMS).rev().fold(0.0, |sum, n| (sum + 1.0 / (f64::from(n) + q)) * x_f64);
        let exponent = q * x.ln();
        exponent.exp_m1() / q + exponent.exp() * sum
    }

    /// (λ/s)^p T(x), with T(x) = ∫_x^∞ dξ/(ξ^p(ξ − 1)) for x > 1, p = 2 − q:
    ///
    /// x ≥ 1.5: T = x^{−p} Σ x^{−n}/(n + p);
    /// x < 1.5: T = −ln|h| − γ − ψ(p) + (1 − x^{1−p})/(p − 1) − Σ_{k≥1} (1 − q)_k h^k/(k!·k).
    /// It is −K(x) but for the constant π cot πq, which would drown it at large x.
    fn above(&self, law: &PowerLaw, point: Point) -> Wide {
        let x = law.x(point);
        let p = 2.0 - self.q();
        if x >= Wide::from(1.5) {
            let w = (Wide::ONE / x).to_f64();
            let sum = (0..=TERMS).rev().fold(0.0, |sum, n| sum * w + 1.0 / (f64::from(n) + p));
            return point.u.power((-law.power.0, law.power.1)) * Wide::from(sum);
        }
        let h = point.d / law.s;
        let m = p - 1.0;
        let tail = -(-m * (-h).ln_1p().to_f64()).exp_m1() / m;
        let t = -h.abs().ln() - EULER - digamma(p) + tail - pole_series(self.q(), h.to_f64());
        (law.lambda / law.s).power(law.power) * Wide::from(t)
    }

    /// u < 0: v = |u| falls by τ dv/dt = −D v^p(s + λv). By the alternating series of [`Deep::below`]
    /// and [`Deep::above`] in −x, on either side of 2 ≥ |x| ≥ ½, and directly in between.
    fn falling(&self, law: &PowerLaw, first: Point, last: Point) -> Wide {
        let mut time = Wide::ZERO;
        let mut here = first;
        let turn = |x: f64| law.fraction(Wide::from(-x), Wide::from(1.0 + x));
        let marks = if law.s.is_zero() || law.lambda.is_zero() { vec![] } else { vec![2.0, 1.0, 0.5] };
        let stops = marks.into_iter().map(turn).filter(|stop| first.u < stop.u && stop.u < last.u);
        let stops: Vec<Point> = stops.chain([last]).collect();
        for stop in stops {
            let outer = law.lambda * (here.u + stop.u).abs() > Wide::from(2.0) * law.s;
            time = time
                + law.near(here, stop).unwrap_or_else(|| match outer {
                    true => (self.outer(law, stop) - self.outer(law, here)) / (law.pace * law.lambda),
                    false => self.inner(law, here, stop),
                });
            here = stop;
        }
        time
    }

    /// |u|^{−p} Σ (−1)ⁿ |x|^{−n}/(n + p), |x| ≥ 2: the tail integral from |u| up.
    fn outer(&self, law: &PowerLaw, point: Point) -> Wide {
        let p = 2.0 - self.q();
        let w = (law.s / (law.lambda * point.u)).to_f64();
        let sum = (0..=TERMS).rev().fold(0.0, |sum, n| sum * w + 1.0 / (f64::from(n) + p));
        point.u.abs().power((-law.power.0, law.power.1)) * Wide::from(sum)
    }

    /// Time from `first` to `last`, both with |x| ≤ ½, in the units of τ.
    fn inner(&self, law: &PowerLaw, first: Point, last: Point) -> Wide {
        let q = self.q();
        let powers = power_difference(law, last.u.abs(), first.u.abs());
        if law.lambda.is_zero() {
            return powers / (law.pace * law.s);
        }
        let series = |point: Point| {
            let x = law.x(point);
            let x_f64 = x.to_f64();
            let sum = (1..=TERMS).rev().fold(0.0, |sum, n| (sum + 1.0 / (f64::from(n) + q)) * x_f64);
            let exponent = q * x.abs().ln();
            exponent.exp_m1() / q + exponent.exp() * sum
        };
        let scale = (law.lambda / law.s).power(law.excess());
        (powers - scale * Wide::from(series(first) - series(last))) / (law.pace * law.s)
    }

    /// q = 2/D.
    fn q(&self) -> f64 {
        2.0 / f64::from(self.weights)
    }
}

/// (small^{−m} − large^{−m})/m with m = p − 1 for 0 < `small` < `large`, without cancellation.
fn power_difference(law: &PowerLaw, small: Wide, large: Wide) -> Wide {
    let (numerator, denominator) = law.excess();
    let m = Wide::from(numerator as f64) / Wide::from(denominator as f64);
    let logarithm = ((large - small) / small).ln_1p();
    small.power((-numerator, denominator)) * (m * logarithm).decayed() / m
}

/// Σ_{k≥1} (1 − q)_k h^k/(k!·k), |h| ≤ ½, with the Pochhammer symbol (a)_k = a(a + 1)...(a + k − 1).
fn pole_series(q: f64, h: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 0.0;
    for k in 1..=TERMS {
        let k = f64::from(k);
        term *= (k - q) / k * h;
        sum += term / k;
    }
    sum
}
