//! The Hessian of the loss, matrix-free: its product with a direction, and its largest eigenvalue.

use super::Gradient;
use nalgebra::DMatrix;

/// Length of the step of the central difference, relative to the weights.
const STEP: f64 = 1e-5;

/// Buffers for products with the Hessian.
#[derive(Debug, Clone)]
pub struct Hessian {
    moved: Vec<f64>,
    ahead: Vec<f64>,
    behind: Vec<f64>,
}

impl Hessian {
    /// For a state of so many weights.
    pub fn new(weights: usize) -> Hessian {
        let buffer = || vec![0.0; weights];
        Hessian { moved: buffer(), ahead: buffer(), behind: buffer() }
    }

    /// Hd at the flat state `weights`: −(g(W + εd) − g(W − εd))/2ε with g = −∇L, exact to about 10⁻¹⁰ of it. Zero for
    /// a direction without length.
    pub fn times(&mut self, gradient: &Gradient, weights: &[f64], direction: &[f64], out: &mut [f64]) {
        let (size, length) = (norm(weights), norm(direction));
        if length == 0.0 || !length.is_finite() {
            out.fill(0.0);
            return;
        }
        // A step of the size of the weights, or of 1 where they are none.
        let step = STEP * if size > 0.0 { size } else { 1.0 } / length;
        for (side, slope) in [(step, &mut self.ahead), (-step, &mut self.behind)] {
            for ((m, w), d) in self.moved.iter_mut().zip(weights).zip(direction) {
                *m = w + side * d;
            }
            gradient.descend(&self.moved, slope);
        }
        for ((h, a), b) in out.iter_mut().zip(&self.ahead).zip(&self.behind) {
            *h = (b - a) / (2.0 * step);
        }
    }

    /// The sharpness: the largest eigenvalue of the Hessian at `weights`, by Lanczos with full reorthogonalisation.
    ///
    /// Ends when the largest Ritz value no longer changes by 10⁻¹⁰ of itself, or after all dimensions.
    pub fn sharpness(&mut self, gradient: &Gradient, weights: &[f64]) -> f64 {
        let n = weights.len();
        let mut basis: Vec<Vec<f64>> = vec![first_direction(n)];
        let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut largest = f64::NEG_INFINITY;
        let mut settled = 0;
        let mut next = vec![0.0; n];
        for step in 0..n.min(MOST) {
            self.times(gradient, weights, &basis[step], &mut next);
            diagonal.push(dot(&next, &basis[step]));
            // Twice, for orthogonality at rounding level.
            for _ in 0..2 {
                for q in &basis {
                    let part = dot(&next, q);
                    next.iter_mut().zip(q).for_each(|(x, q)| *x -= part * q);
                }
            }
            let ritz = top_of_tridiagonal(&diagonal, &beside);
            settled = if (ritz - largest).abs() <= SETTLED * ritz.abs() { settled + 1 } else { 0 };
            largest = ritz;
            let rest = norm(&next);
            let scale = diagonal.iter().chain(&beside).fold(0.0, |most: f64, x| most.max(x.abs()));
            // Twice in a row: a value may rest before it rises again.
            if settled == 2 || rest.is_nan() || rest <= 1e-9 * scale {
                break;
            }
            beside.push(rest);
            basis.push(next.iter().map(|x| x / rest).collect());
        }
        largest
    }
}

/// Lanczos steps at the most.
const MOST: usize = 120;
/// Relative change below which the largest Ritz value has settled.
const SETTLED: f64 = 1e-10;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// A unit vector with a part in every direction that matters: the fractional parts of multiples of the golden ratio.
fn first_direction(n: usize) -> Vec<f64> {
    let entries: Vec<f64> = (1..=n).map(|i| (i as f64 * 0.618_033_988_749_894_9).fract() - 0.5).collect();
    let length = norm(&entries).max(f64::MIN_POSITIVE);
    entries.into_iter().map(|x| x / length).collect()
}

/// The largest eigenvalue of a symmetric tridiagonal matrix.
fn top_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> f64 {
    let n = diagonal.len();
    let entry = |i: usize, j: usize| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    };
    let m = DMatrix::from_fn(n, n, entry);
    if m.iter().all(|x| x.is_finite()) { m.symmetric_eigenvalues().max() } else { f64::NAN }
}
