//! Products of D wide Gaussian matrices with entries of variance 1/N: where their singular values and eigenvalues lie.
//!
//! As N → ∞, x = σ² has the Fuss–Catalan law: E x^k = C((D+1)k, k)/(Dk + 1), on 0 ≤ x ≤ (D+1)^{D+1}/D^D. With
//! 0 < φ < π/(D+1) (Biane 1998; Haagerup & Möller 2013; Forrester & Liu 2015) it is
//!
//! x = sin^{D+1}((D+1)φ)/(sin φ sin^D(Dφ)), ρ(x) = sin²φ sin^{D−1}(Dφ)/(π sin^D((D+1)φ)),
//!
//! so that xρ(x) = sin φ sin((D+1)φ)/(π sin Dφ), which never overflows. D = 1 is the quarter circle.
//! Eigenvalues fill the unit disc with P(|z| < r) = r^{2/D} (Burda, Janik & Waclaw 2010).

use crate::analytic::quadrature::adaptive;
use std::f64::consts::{FRAC_PI_4, PI};

/// The largest σ² of a product of D matrices: (D+1)^{D+1}/D^D.
pub fn edge(factors: usize) -> f64 {
    let d = factors as f64;
    // As (D+1)(1 + 1/D)^D: the powers themselves overflow from D = 143 on.
    (d + 1.0) * (d * (1.0 / d).ln_1p()).exp()
}

/// E σ^{2k} = C((D+1)k, k)/(Dk + 1).
pub fn moment(factors: usize, k: u32) -> f64 {
    let (n, k) = ((factors + 1) as f64 * f64::from(k), f64::from(k));
    let binomial: f64 = (0..k as u32).map(|i| (n - f64::from(i)) / (k - f64::from(i))).product();
    binomial / (factors as f64 * k + 1.0)
}

/// ln x at δ = π/(D+1) − φ: from −∞ at δ = 0 up to ln of the edge.
fn log_x(d: f64, delta: f64) -> f64 {
    let phi = PI / (d + 1.0) - delta;
    (d + 1.0) * ((d + 1.0) * delta).sin().ln() - phi.sin().ln() - d * (d * phi).sin().ln()
}

/// The δ at which σ lies; `None` beyond the edge.
fn angle(factors: usize, sigma: f64) -> Option<f64> {
    let d = factors as f64;
    let wanted = 2.0 * sigma.ln();
    if wanted >= edge(factors).ln() {
        return None;
    }
    let (mut low, mut high) = (0.0, PI / (d + 1.0));
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if log_x(d, middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Density of ln σ at σ > 0, 2xρ(x).
pub fn log_density(factors: usize, sigma: f64) -> f64 {
    let d = factors as f64;
    let Some(delta) = angle(factors, sigma) else { return 0.0 };
    let phi = PI / (d + 1.0) - delta;
    if phi <= 0.0 {
        return 0.0;
    }
    2.0 * phi.sin() * ((d + 1.0) * delta).sin() / (PI * (d * phi).sin())
}

/// P(σ < `sigma`) = ∫ xρ |d ln x/dφ| dφ.
fn below(factors: usize, sigma: f64) -> f64 {
    let d = factors as f64;
    if sigma <= 0.0 {
        return 0.0;
    }
    let Some(delta) = angle(factors, sigma) else { return 1.0 };
    let weight = |delta: f64| {
        let phi = PI / (d + 1.0) - delta;
        let (near, far) = (1.0 / phi.tan(), d * d / (d * phi).tan());
        let slope = ((d + 1.0) * delta).sin() * (near + far) + (d + 1.0) * (d + 1.0) * ((d + 1.0) * delta).cos();
        phi.sin() / (PI * (d * phi).sin()) * slope
    };
    adaptive(0.0, delta, &weight).min(1.0)
}

/// Share of the singular values of D Gaussian matrices of gain g between two values.
pub fn share_between(factors: usize, gain: f64, low: f64, high: f64) -> f64 {
    let scale = gain.powi(factors as i32);
    (below(factors, high / scale) - below(factors, low / scale)).max(0.0)
}

/// Share of the eigenvalues z with |Re z|, |Im z| < `half`, of D Gaussian matrices of gain g:
/// E over the directions θ of P(|z| < half/cos θ), with |θ| ≤ π/4 by symmetry.
pub fn central_share(factors: usize, gain: f64, half: f64) -> f64 {
    let radius = gain.powi(factors as i32);
    let within = |theta: f64| (half / (theta.cos() * radius)).min(1.0).powf(2.0 / factors as f64);
    // Beyond this direction the square's side lies outside the disc, where the integrand has a kink.
    let corner = (half / radius).min(1.0).acos().min(FRAC_PI_4);
    let inner = if corner > 0.0 { adaptive(0.0, corner, &within) } else { 0.0 };
    (inner + (FRAC_PI_4 - corner)) / FRAC_PI_4
}

/// The same for orthogonal matrices, whose eigenvalues lie evenly on the circle |z| = g^D.
pub(super) fn central_share_of_circle(radius: f64, half: f64) -> f64 {
    match half / radius {
        inside if inside >= 1.0 => 1.0,
        cosine => (1.0 - cosine.acos() / FRAC_PI_4).max(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "{got} is not {expected}");
    }

    /// figures.md, figure 6.
    #[test]
    fn edges_and_central_shares_are_those_of_figure_6() {
        close(edge(1), 4.0, 1e-14);
        close(edge(5), 46656.0 / 3125.0, 1e-14);
        close(edge(100), 273.186_196_771_574_2, 1e-14);
        assert!(edge(100_000).is_finite());
        close(central_share(5, 1.0, 0.05), 0.3155, 2e-4);
        close(central_share(100, 1.0, 0.05), 0.9439, 1e-4);
        assert_eq!(central_share(3, 1.0, 2.0), 1.0);
    }

    #[test]
    fn one_factor_is_the_quarter_circle() {
        for sigma in [1e-6, 0.1, 1.0, 1.9, 1.999_999] {
            let circle = f64::sqrt(4.0 - sigma * sigma) / PI;
            close(log_density(1, sigma), sigma * circle, 1e-7);
        }
        let below_one = (3f64.sqrt() / 2.0 + PI / 3.0) / PI;
        close(share_between(1, 1.0, 0.0, 1.0), below_one, 1e-13);
        close(share_between(4, 0.5, 0.0, 1.0), 1.0, 1e-13);
    }

    /// ∫ σ^{2k} density d ln σ against the binomials, by the trapezoidal rule in ln σ.
    #[test]
    fn densities_have_the_moments_of_fuss_and_catalan() {
        assert_eq!([1, 2, 3, 4].map(|k| moment(1, k)), [1.0, 2.0, 5.0, 14.0]);
        assert_eq!([1, 2, 3].map(|k| moment(2, k)), [1.0, 3.0, 12.0]);
        for factors in [1, 2, 5, 40] {
            for k in 1..4 {
                let (top, cells) = (0.5 * edge(factors).ln(), 40_000);
                let step = 18.0 / f64::from(cells);
                let at = |i: u32| top - (f64::from(i) + 0.5) * step;
                let term = |i: u32| (2.0 * f64::from(k) * at(i)).exp() * log_density(factors, at(i).exp());
                close((0..cells).map(term).sum::<f64>() * step, moment(factors, k), 2e-5);
            }
        }
    }

    #[test]
    fn a_circle_enters_the_square_by_its_corners() {
        assert_eq!(central_share_of_circle(1.0, 0.05), 0.0);
        assert_eq!(central_share_of_circle(0.04, 0.05), 1.0);
        close(central_share_of_circle(0.05 / 0.8, 0.05), 1.0 - 0.8f64.acos() / FRAC_PI_4, 1e-12);
    }
}
