//! One mode in the limit of infinite depth: τ du/dt = N u²(s − λu).
//!
//! Saxe, McClelland & Ganguli 2013, eq. 16, with N = N_l the number of layers: a limit of the law of
//! a deep balanced chain, not an equation for few layers.

use super::power_law::{Point, PowerLaw};
use super::special::{ln_1p_minus, wright_omega};
use super::wide::Wide;

/// The law of a mode in the limit of many layers. Requires s ≥ 0, λ ≥ 0, τ > 0, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InfiniteDepth {
    /// Singular value s of Σ31, in the units of the statistics.
    pub s: f64,
    /// Variance λ of the inputs along the mode, in the units of the statistics (1 for white inputs).
    pub input_eigenvalue: f64,
    /// Time constant τ, in the units of time.
    pub tau: f64,
    /// Number of layers N_l, the prefactor of the law.
    pub layers: u32,
}

impl InfiniteDepth {
    /// Strength at time `t` ≥ 0 from `u0`. Never crosses 0. Infinite beyond the range of `f64`, and
    /// after the blow-up in finite time where there is no limit (λ = 0).
    ///
    /// y = s/(λu) − 1 obeys y + ln|y| = y0 + ln|y0| − N s²t/(λτ), so u = s/(λ(1 + 𝖶(...))) with
    /// Lambert's 𝖶 (derived). 0 < u0 < s/λ: y is Wright's omega of the right side. The other two
    /// branches, u0 > s/λ and u0 < 0, lose digits that way (in y + 1 = s/(λu), small or with y0 + ln|y0|
    /// nearly constant) and are solved for u directly.
    ///
    /// Near its transition u(t) is ill-conditioned: a relative change ε of t moves it by
    /// δu/u ≈ N u|s − λu|(t/τ)·ε. Compare times there, not strengths.
    pub fn strength(&self, u0: f64, t: f64) -> f64 {
        let law = self.law();
        let start = law.point(u0);
        let y0 = (start.d / (law.lambda * start.u)).to_f64();
        if !start.d.is_positive() || u0 <= 0.0 || t == 0.0 || law.lambda.is_zero() || !y0.is_finite() {
            return law.strength(u0, t, |first, last| self.elapsed(first, last));
        }
        let passed = (law.pace * law.s * law.s / law.lambda * Wide::from(t)).to_f64();
        // The two large terms cancel at the transition: their difference first, exact where they are close.
        let y = wright_omega((y0 - passed) + y0.ln());
        (law.s / (law.lambda * Wide::from(1.0 + y))).to_f64().max(u0)
    }

    /// Time, in the units of τ, until the strength is `target`; 0 if it is there already, `None` if it
    /// never gets there, infinite beyond the range of `f64`.
    ///
    /// t = (τ/N)[(λ/s²) ln(u(s − λu0)/(u0(s − λu))) + (1/s)(1/u0 − 1/u)] (Saxe, McClelland & Ganguli
    /// 2013, with λ = 1), in forms without cancellation.
    pub fn time_to_reach(&self, u0: f64, target: f64) -> Option<f64> {
        if target == u0 {
            return Some(0.0);
        }
        self.law().way(u0, target).map(|(first, last)| self.elapsed(first, last).to_f64())
    }

    fn law(&self) -> PowerLaw {
        PowerLaw {
            s: Wide::from(self.s),
            lambda: Wide::from(self.input_eigenvalue),
            pace: Wide::from(f64::from(self.layers)) / Wide::from(self.tau),
            power: (2, 1),
        }
    }

    /// Time between two points of one way.
    ///
    /// 0 < u0 < s/λ: both terms of t are positive. Else, with d = s − λu, ω = (u0 − u)/u, r = sω/d0,
    /// t = (τ/N){−ω/(u0 d0) + (λ/s²)[r − ln(1 + r)]} has only positive ones, and no 1/s where the last
    /// is ½λω²/d0² for small r.
    fn elapsed(&self, first: Point, last: Point) -> Wide {
        let law = self.law();
        if let Some(time) = law.near(first, last) {
            return time;
        }
        let (u0, u) = (first.u, last.u);
        if u0.is_positive() && first.d.is_positive() {
            let gain = (u - u0) / u0;
            let logarithm = (law.s * gain / last.d).ln_1p();
            return (gain / u + law.lambda / law.s * logarithm) / (law.pace * law.s);
        }
        let omega = (u0 - u) / u;
        let r = law.s * omega / first.d;
        let algebraic = -omega / (u0 * first.d);
        let ratio = omega / first.d;
        let r_f64 = r.to_f64();
        let curved = if r.abs() < Wide::from(1e-9) {
            let half = Wide::from(0.5 - r_f64 / 3.0);
            half * law.lambda * ratio * ratio
        } else if law.lambda.is_zero() {
            Wide::ZERO
        } else {
            let ln_1p = (u0 / u * (last.d / first.d)).ln();
            let excess = if r_f64.is_finite() { Wide::from(-ln_1p_minus(r_f64, ln_1p)) } else { r };
            law.lambda / (law.s * law.s) * excess
        };
        (algebraic + curved) / law.pace
    }
}
