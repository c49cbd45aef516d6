//! The matrix products, in one place: C ← αAB + βC for any mixture of transposes.
//!
//! Matrices are column-major slices, as in `nalgebra`. A transpose is a change of strides, so that
//! `nn`, `tn` and `nt` all reach the same kernel; `nalgebra`'s own `gemm_tr` does not.

use nalgebra::DMatrix;

/// A matrix read from a slice, possibly transposed.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    data: &'a [f64],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> View<'a> {
    /// The `rows`×`cols` column-major matrix at the head of `data`.
    ///
    /// # Panics
    /// If `data` is shorter than the matrix: a shape that a checked experiment cannot have.
    pub fn new(data: &'a [f64], rows: usize, cols: usize) -> Self {
        View { data: &data[..rows * cols], rows, cols, row_stride: 1, col_stride: rows }
    }

    /// The transpose: the same numbers, with the strides exchanged.
    pub fn t(self) -> Self {
        View { rows: self.cols, cols: self.rows, row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }
}

impl<'a> From<&'a DMatrix<f64>> for View<'a> {
    fn from(matrix: &'a DMatrix<f64>) -> Self {
        View::new(matrix.as_slice(), matrix.nrows(), matrix.ncols())
    }
}

/// C ← αAB + βC, with C column-major at the head of `c`.
///
/// # Panics
/// If the shapes don't fit: a checked experiment cannot bring that about.
pub fn gemm(alpha: f64, a: View, b: View, beta: f64, c: &mut [f64]) {
    assert_eq!(a.cols, b.rows, "inner dimensions of a product");
    let c = &mut c[..a.rows * b.cols];
    if c.is_empty() {
        return;
    }
    // Computed as Cᵀ = BᵀAᵀ: the kernel writes rows fastest, and C's columns are Cᵀ's rows. At
    // the flat shapes of this problem that is up to 1.4 times the speed of the direct order.
    #[allow(unsafe_code)]
    // SAFETY: `View` holds exactly rows·cols elements under strides (1, rows) or (rows, 1), `c`
    // holds a.rows·b.cols, and it is borrowed mutably, so it overlaps neither.
    unsafe {
        matrixmultiply::dgemm(
            b.cols,
            b.rows,
            a.rows,
            alpha,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            beta,
            c.as_mut_ptr(),
            a.rows as isize,
            1,
        );
    }
}

/// AB as a new matrix.
pub fn product(a: View, b: View) -> DMatrix<f64> {
    let mut c = DMatrix::zeros(a.rows, b.cols);
    gemm(1.0, a, b, 0.0, c.as_mut_slice());
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{self, Purpose};

    #[test]
    fn every_mixture_of_transposes_agrees_with_the_definition() {
        let mut rng = random::stream(3, Purpose::Task);
        let (a, b) = (random::gaussian(&mut rng, 5, 7), random::gaussian(&mut rng, 7, 3));
        let expected = DMatrix::from_fn(5, 3, |i, j| (0..7).map(|k| a[(i, k)] * b[(k, j)]).sum::<f64>());
        let (at, bt) = (a.transpose(), b.transpose());
        for (left, right) in [
            (View::from(&a), View::from(&b)),
            (View::from(&at).t(), View::from(&b)),
            (View::from(&a), View::from(&bt).t()),
            (View::from(&at).t(), View::from(&bt).t()),
        ] {
            assert!((product(left, right) - &expected).amax() < 1e-14);
        }
    }

    #[test]
    fn alpha_and_beta_weigh_product_and_sum() {
        let a = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
        let b = DMatrix::from_row_slice(2, 1, &[3.0, 4.0]);
        let mut c = [10.0];
        gemm(2.0, (&a).into(), (&b).into(), -1.0, &mut c);
        assert_eq!(c, [12.0]);
    }
}
