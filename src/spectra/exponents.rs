//! Lyapunov exponents of products of Gaussian matrices.

use super::Matrices;
use crate::analytic::special::{digamma, trigamma};
use crate::kernels::product;
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;

/// lim (1/D) ln σ_i and lim var(ln σ_i)/D of D Gaussian N×N matrices of gain 1, i = 1 … N (Newman 1986):
///
/// ½[ln(2/N) + ψ((N − i + 1)/2)] and ¼ψ′((N − i + 1)/2).
pub fn newman(width: usize) -> Vec<(f64, f64)> {
    let of = |i: usize| {
        let half = 0.5 * (width - i) as f64;
        (0.5 * ((2.0 / width as f64).ln() + digamma(half)), 0.25 * trigamma(half))
    };
    (0..width).map(of).collect()
}

/// (1/D) Σ_l ln|R_ii| of the QR iteration Q_l R_l = W_l Q_{l−1}, i = 1 … N, for D matrices of gain 1.
///
/// It tends to the exponents as D grows, and never under- or overflows. For Gaussian matrices W_lQ_{l−1} is Gaussian
/// again, and |R_ii| is χ_{N−i+1}/√N: mean and variance are those of [`newman`] at any D.
pub fn exponents(rng: &mut ChaCha8Rng, matrices: Matrices, width: usize, factors: usize) -> Vec<f64> {
    let mut q = DMatrix::identity(width, width);
    let mut sums = vec![0.0; width];
    for _ in 0..factors {
        let w = matrices.draw(rng, width);
        let (next, r) = product((&w).into(), (&q).into()).qr().unpack();
        for (sum, pivot) in sums.iter_mut().zip(r.diagonal().iter()) {
            *sum += pivot.abs().ln() / factors as f64;
        }
        q = next;
    }
    sums
}
