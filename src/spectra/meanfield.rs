//! Wide tanh networks without bias: layer by layer, pre-activations are Gaussian of variance q.
//!
//! Saxe, McClelland & Ganguli (2013), section 4.2; Pennington, Schoenholz & Ganguli (2017), sections 2 and 3. With
//! z ~ N(0, 1),
//!
//! q_{l+1} = g² E tanh²(√q_l z), χ_l = g² E sech⁴(√q_l z), μ_k = E sech^{4k}(√q z),
//!
//! and the squared singular values of the Jacobian of D layers have the mean ∏χ_l and the relative variance
//! Σ(μ₂/μ₁² − 1), with D more for Gaussian matrices: S-transforms multiply, so that relative variances add.

use std::f64::consts::PI;

/// Where the tails of N(0, 1) end: beyond, its density is below 10⁻²⁰.
const TAIL: f64 = 9.5;

/// E f(√q z) for an even f whose poles nearest to the real axis are those of tanh, at ±iπ/2.
///
/// By the trapezoidal rule, whose error for a function analytic in |Im z| < d is of the order e^{−2πd/h} (Trefethen &
/// Weideman 2014, theorem 5.1): here d = π/(2√q), and a step of 2πd/60 leaves e^{−60}, times what a pole of order eight
/// makes of it, 10⁷ or so. Where q is small the Gaussian alone limits the step: 0.3 leaves e^{−2π²/0.09}.
fn expectation(q: f64, f: impl Fn(f64) -> f64) -> f64 {
    let root = q.sqrt();
    let step = (PI * PI / (60.0 * root)).min(0.3);
    let count = (TAIL / step).ceil() as u32;
    let term = |k: u32| {
        let z = f64::from(k) * step;
        (-0.5 * z * z).exp() * f(root * z)
    };
    let half: f64 = (1..=count).rev().map(term).sum();
    step * (term(0) + 2.0 * half) / (2.0 * PI).sqrt()
}

fn sech(x: f64) -> f64 {
    1.0 / x.cosh()
}

/// E tanh²(√q z).
fn squashed(q: f64) -> f64 {
    expectation(q, |h| h.tanh().powi(2))
}

/// E sech^{4k}(√q z), k = 1 or 2.
fn slope_moment(q: f64, k: i32) -> f64 {
    expectation(q, |h| sech(h).powi(4 * k))
}

/// q∞(g): the q > 0 with q = g² E tanh²(√q z), and 0 for g ≤ 1, where there is none.
///
/// E tanh²(√q z)/q falls from 1 at q = 0, so that the equation has one root, by bisection to the last digit.
pub fn fixed_point(gain: f64) -> f64 {
    let square = gain * gain;
    if square <= 1.0 {
        return 0.0;
    }
    // tanh² < 1 keeps q below g².
    let (mut low, mut high) = (0.0, square);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if square * squashed(middle) > middle {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The layers of a wide tanh network from q₁ on.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanField {
    /// q_l, l = 1 … D.
    pub activity: Vec<f64>,
    /// ∏_{k ≤ l} χ_k: the mean σ² of the Jacobian of l layers.
    pub mean_square: Vec<f64>,
    /// Σ_{k ≤ l} (μ₂/μ₁² − 1): its relative variance for orthogonal matrices.
    pub spread: Vec<f64>,
}

impl MeanField {
    /// `layers` layers of gain g, the first at q₁ = `activity`.
    pub fn new(gain: f64, activity: f64, layers: usize) -> MeanField {
        let mut field = MeanField { activity: Vec::new(), mean_square: Vec::new(), spread: Vec::new() };
        let (mut q, mut product, mut spread) = (activity, 1.0, 0.0);
        for _ in 0..layers {
            let (first, second) = (slope_moment(q, 1), slope_moment(q, 2));
            product *= gain * gain * first;
            spread += second / (first * first) - 1.0;
            field.activity.push(q);
            field.mean_square.push(product);
            field.spread.push(spread);
            q = gain * gain * squashed(q);
        }
        field
    }

    /// χ and μ₂/μ₁² − 1 of a layer at q.
    pub fn layer(gain: f64, q: f64) -> (f64, f64) {
        let (first, second) = (slope_moment(q, 1), slope_moment(q, 2));
        (gain * gain * first, second / (first * first) - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E tanh² for small q is q − 2q² + 17q³/3 − …, and E sech⁴ is 1 − 2q + …, by moments of z.
    #[test]
    fn small_activities_follow_their_series() {
        for q in [1e-12, 1e-6, 1e-4] {
            let series = q - 2.0 * q * q + 17.0 / 3.0 * q * q * q;
            assert!((squashed(q) - series).abs() <= 60.0 * q.powi(4) + 1e-15 * q, "q = {q}");
            assert!((slope_moment(q, 1) - (1.0 - 2.0 * q)).abs() <= 12.0 * q * q + 1e-14, "q = {q}");
        }
    }

    /// Stein's lemma: E[z f(√q z)] = √q E f′, for f = tanh.
    #[test]
    fn the_quadrature_obeys_integration_by_parts_at_any_activity() {
        for q in [1e-3, 0.05, 0.8, 5.0, 300.0, 1e4] {
            let root: f64 = f64::sqrt(q);
            let left = expectation(q, |h| h / root * h.tanh());
            let right = root * expectation(q, |h| sech(h).powi(2));
            assert!((left / right - 1.0).abs() < 1e-13, "q = {q}: {left} {right}");
        }
    }
}
