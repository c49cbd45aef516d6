//! Singular values and eigenvalues of one product, and what is kept of them.

use super::Wanted;
use super::measure::{CENTRAL, ORDER_ONE, SpectraFigure};
use crate::kernels::gemm;
use crate::linalg;
use nalgebra::{Complex, DMatrix, Schur};
use std::collections::BTreeMap;

/// Bins of the histogram of log₁₀σ.
pub const BINS_PER_DECADE: i32 = 16;
/// Smaller singular values count as this.
const LEAST: f64 = 1e-150;
/// Steps of the QR algorithm allowed per row: two or three are typical.
const STEPS: usize = 100;

/// A product of matrices as e^{log_scale} times a matrix within the range of numbers: a thousand factors soon leave it.
#[derive(Debug, Clone)]
pub(super) struct Scaled {
    pub matrix: DMatrix<f64>,
    pub log_scale: f64,
}

impl Scaled {
    /// The empty product.
    pub fn identity(width: usize) -> Scaled {
        Scaled { matrix: DMatrix::identity(width, width), log_scale: 0.0 }
    }

    /// diag(rows)·W·self: what the next layer makes of it.
    pub fn multiply(&mut self, w: &DMatrix<f64>, rows: Option<&[f64]>, spare: &mut DMatrix<f64>) {
        gemm(1.0, w.into(), (&self.matrix).into(), 0.0, spare.as_mut_slice());
        std::mem::swap(&mut self.matrix, spare);
        if let Some(rows) = rows {
            for mut column in self.matrix.column_iter_mut() {
                column.iter_mut().zip(rows).for_each(|(x, row)| *x *= row);
            }
        }
        let largest = self.matrix.amax();
        // Only where there is need: products of orthogonal matrices stay what they are to the last digit.
        if largest > 0.0 && !(1e-60..1e60).contains(&largest) {
            self.matrix /= largest;
            self.log_scale += largest.ln();
        }
    }

    /// Mean σ² without the scale: ‖·‖²_F/N.
    fn mean_square(&self) -> f64 {
        self.matrix.norm_squared() / self.matrix.nrows() as f64
    }

    /// Mean σ², times the square of a further scale.
    pub fn mean_square_at(&self, scale: f64) -> f64 {
        self.mean_square() * (self.log_scale.exp() * scale).powi(2)
    }
}

/// The spectrum of a product, without the scale that the gains of linear networks share out.
#[derive(Debug)]
pub(super) struct Spectrum {
    log_scale: f64,
    mean_square: f64,
    /// Descending; `None` if not wanted.
    singular_values: Option<Vec<f64>>,
    /// `None` if not wanted, or if the QR algorithm did not converge.
    eigenvalues: Option<Vec<Complex<f64>>>,
}

impl Spectrum {
    /// Decomposes a product.
    ///
    /// Singular values by bidiagonalisation and implicit QR (Golub & Reinsch), whose error is a few 10⁻¹⁵ of the
    /// largest: against one-sided Jacobi 5·10⁻¹⁵ at N = 100 and 7·10⁻¹⁵ at N = 200, for 1, 5 and 100 factors. Those below
    /// that are rounding. Eigenvalues by the QR algorithm, whose number of steps is bounded.
    pub fn new(product: &Scaled, wanted: Wanted) -> Spectrum {
        let matrix = &product.matrix;
        Spectrum {
            log_scale: product.log_scale,
            mean_square: product.mean_square(),
            singular_values: wanted.singular_values.then(|| singular_values(matrix)),
            eigenvalues: if wanted.eigenvalues { eigenvalues(matrix) } else { None },
        }
    }

    /// A figure of the network, J being the product times `gain`; `None` where it has none.
    pub fn measure(&self, figure: SpectraFigure, gain: f64) -> Option<f64> {
        let scale = self.log_scale.exp() * gain;
        let all = self.singular_values.as_deref();
        match figure {
            SpectraFigure::MeanSquare => Some(self.mean_square * scale * scale),
            SpectraFigure::RelativeVariance => {
                let fourth = all?.iter().map(|s| s.powi(4)).sum::<f64>() / all?.len() as f64;
                Some(fourth / self.mean_square.powi(2) - 1.0).filter(|v| v.is_finite()).map(|v| v.max(0.0))
            }
            SpectraFigure::LargestSquare => all?.first().map(|s| (s * scale).powi(2)),
            SpectraFigure::LargestDeviation => all?.iter().map(|s| (s * scale - 1.0).abs()).reduce(f64::max),
            SpectraFigure::OrderOneShare => {
                let (low, high) = ORDER_ONE;
                Some(share(all?, |s| (low..=high).contains(&(s * scale))))
            }
            SpectraFigure::CentralShare => {
                let inside = |z: &Complex<f64>| (z.re * scale).abs() < CENTRAL && (z.im * scale).abs() < CENTRAL;
                Some(share(self.eigenvalues.as_deref()?, inside))
            }
            SpectraFigure::FinalActivity => None,
        }
    }

    /// How many singular values lie in which bin: bin k holds those from 10^{k/16} up to the next.
    pub fn histogram(&self, gain: f64) -> BTreeMap<i32, u64> {
        let scale = self.log_scale.exp() * gain;
        let mut bins = BTreeMap::new();
        for sigma in self.singular_values.iter().flatten() {
            let place = f64::from(BINS_PER_DECADE) * (sigma * scale).max(LEAST).log10();
            // Within ±2400 and some: gains are bounded.
            *bins.entry(place.floor() as i32).or_insert(0) += 1;
        }
        bins
    }

    /// The eigenvalues, real and imaginary part.
    pub fn points(&self, gain: f64) -> Vec<(f64, f64)> {
        let scale = self.log_scale.exp() * gain;
        self.eigenvalues.iter().flatten().map(|z| (z.re * scale, z.im * scale)).collect()
    }
}

fn share<T>(all: &[T], is_in: impl Fn(&T) -> bool) -> f64 {
    all.iter().filter(|x| is_in(x)).count() as f64 / all.len() as f64
}

fn singular_values(matrix: &DMatrix<f64>) -> Vec<f64> {
    let width = matrix.nrows();
    let found = matrix.clone().try_svd(false, false, 5.0 * f64::EPSILON, STEPS * width);
    match found.map(|svd| svd.singular_values.as_slice().to_vec()) {
        Some(values) if values.iter().all(|s| s.is_finite()) => values,
        // Slow, but it always ends; values at rounding level are left out there.
        _ => {
            let mut values = linalg::svd(matrix).s;
            values.resize(width, 0.0);
            values
        }
    }
}

fn eigenvalues(matrix: &DMatrix<f64>) -> Option<Vec<Complex<f64>>> {
    let schur = Schur::try_new(matrix.clone(), f64::EPSILON, STEPS * matrix.nrows())?;
    let all: Vec<Complex<f64>> = schur.complex_eigenvalues().iter().copied().collect();
    all.iter().all(|z| z.re.is_finite() && z.im.is_finite()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{self, Purpose};

    fn product(width: usize, factors: usize) -> Scaled {
        let mut rng = random::stream(5, Purpose::Task);
        let (mut all, mut spare) = (Scaled::identity(width), DMatrix::zeros(width, width));
        for _ in 0..factors {
            let w = random::gaussian(&mut rng, width, width) / (width as f64).sqrt();
            all.multiply(&w, None, &mut spare);
        }
        all
    }

    #[test]
    fn singular_values_agree_with_one_sided_jacobi() {
        for factors in [1, 5, 20] {
            let all = product(60, factors).matrix;
            let expected = linalg::svd(&all).s;
            let found = singular_values(&all);
            assert_eq!(found.len(), 60);
            let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst <= 1e-14 * expected[0], "{factors} factors: {worst:e} of {}", expected[0]);
        }
    }

    #[test]
    fn eigenvalues_have_the_trace_and_come_in_pairs() {
        let all = product(40, 3).matrix;
        let found = eigenvalues(&all).expect("the QR algorithm converges");
        let sum: Complex<f64> = found.iter().sum();
        assert!((sum.re - all.trace()).abs() < 1e-12 && sum.im.abs() < 1e-12, "{sum} is not {}", all.trace());
        let squares: Complex<f64> = found.iter().map(|z| z * z).sum();
        assert!((squares.re - (&all * &all).trace()).abs() < 1e-12);
    }

    /// Products of thousands of narrow matrices vanish in f64; scaled, their spectrum is still there.
    #[test]
    fn products_beyond_the_range_of_numbers_keep_their_spectrum() {
        let all = product(3, 8000);
        assert!(all.log_scale < -700.0 && all.matrix.amax() > 0.0);
        let wanted = Wanted { products: true, singular_values: true, eigenvalues: true };
        let spectrum = Spectrum::new(&all, wanted);
        assert_eq!(spectrum.measure(SpectraFigure::LargestSquare, 1.0), Some(0.0));
        let spread = spectrum.measure(SpectraFigure::RelativeVariance, 1.0).expect("a spread");
        // One of three singular values is left: its square is 3 times the mean, with variance 2.
        assert!((spread - 2.0).abs() < 1e-12, "{spread}");
    }
}
