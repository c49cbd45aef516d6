//! The matrix products, in one place: C ← αAB + βC for any mixture of transposes; and what else `faer` does faster.
//!
//! Matrices are column-major slices, as in `nalgebra`. A transpose is a change of strides, so that
//! `nn`, `tn` and `nt` all reach the same kernel, that of `faer`.

use crate::parallel;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par, Side};
use nalgebra::{DMatrix, DVector};

/// A matrix read from a slice, possibly transposed.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    data: &'a [f64],
    rows: usize,
    cols: usize,
    transposed: bool,
}

impl<'a> View<'a> {
    /// The `rows`×`cols` column-major matrix at the head of `data`.
    ///
    /// # Panics
    /// If `data` is shorter than the matrix: a shape that a checked experiment cannot have.
    pub fn new(data: &'a [f64], rows: usize, cols: usize) -> Self {
        View { data: &data[..rows * cols], rows, cols, transposed: false }
    }

    /// The transpose: the same numbers, with the strides exchanged.
    pub fn t(self) -> Self {
        View { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
    }

    fn as_mat(self) -> MatRef<'a, f64> {
        if self.transposed {
            MatRef::from_column_major_slice(self.data, self.cols, self.rows).transpose()
        } else {
            MatRef::from_column_major_slice(self.data, self.rows, self.cols)
        }
    }
}

impl<'a> From<&'a DMatrix<f64>> for View<'a> {
    fn from(matrix: &'a DMatrix<f64>) -> Self {
        View::new(matrix.as_slice(), matrix.nrows(), matrix.ncols())
    }
}

/// C ← αAB + βC, with C column-major at the head of `c`; where β = 0, whatever C held is forgotten.
///
/// # Panics
/// If the shapes don't fit: a checked experiment cannot bring that about.
pub fn gemm(alpha: f64, a: View, b: View, beta: f64, c: &mut [f64]) {
    assert_eq!(a.cols, b.rows, "inner dimensions of a product");
    let c = &mut c[..a.rows * b.cols];
    if beta != 0.0 && beta != 1.0 {
        c.iter_mut().for_each(|c| *c *= beta);
    }
    let onto = if beta == 0.0 { Accum::Replace } else { Accum::Add };
    let part = part_of(a.rows * a.cols * b.cols);
    in_parts(part, alpha, a.as_mat(), b.as_mat(), onto, MatMut::from_column_major_slice_mut(c, a.rows, b.cols));
}

/// Columns of A that C ← AAᵀ takes at a time: of all at once the halves of C would each read them anew from far away.
const PANEL: usize = 256;

/// C ← αAAᵀ at the head of `c`; of a large one about half is the mirror image of the other, and not multiplied.
///
/// # Panics
/// If `c` is shorter than C: a checked experiment cannot bring that about.
pub fn gram(alpha: f64, a: View, c: &mut [f64]) {
    let n = a.rows;
    let c = &mut c[..n * n];
    if a.cols == 0 {
        c.fill(0.0);
    }
    for first in (0..a.cols).step_by(PANEL) {
        let panel = a.as_mat().subcols(first, PANEL.min(a.cols - first));
        let onto = if first == 0 { Accum::Replace } else { Accum::Add };
        lower(part_of(n * n * panel.ncols()), alpha, panel, onto, MatMut::from_column_major_slice_mut(c, n, n));
    }
    for column in 1..n {
        for row in 0..column {
            c[row + column * n] = c[column + row * n];
        }
    }
}

/// Multiplications that are worth a thread of their own.
const PART: usize = 1 << 18;
/// Of a large product this share is: in more parts, each of them would read the same numbers once more.
const SHARE: usize = 16;
/// Parts begin at a multiple of this, so that the kernel's tiles are full.
const TILE: usize = 16;

/// The least part of so many multiplications. It depends on the shapes alone, so that a product is cut at the same places,
/// and is the same, on any number of threads.
fn part_of(multiplications: usize) -> usize {
    PART.max(multiplications / SHARE)
}

/// C ← αAB (+ C), halved along its longer side for as long as the halves are worth a thread.
fn in_parts(part: usize, alpha: f64, a: MatRef<f64>, b: MatRef<f64>, onto: Accum, c: MatMut<f64>) {
    let (rows, cols) = (c.nrows(), c.ncols());
    let middle = (rows.max(cols) / 2).next_multiple_of(TILE);
    if rows * cols * a.ncols() < 2 * part || middle >= rows.max(cols) {
        matmul(c, onto, a, b, alpha, Par::Seq);
        leave_wide_registers();
    } else if rows > cols {
        let (upper, lower) = c.split_at_row_mut(middle);
        let (a_upper, a_lower) = a.split_at_row(middle);
        parallel::join(
            || in_parts(part, alpha, a_upper, b, onto, upper),
            || in_parts(part, alpha, a_lower, b, onto, lower),
        );
    } else {
        let (left, right) = c.split_at_col_mut(middle);
        let (b_left, b_right) = b.split_at_col(middle);
        parallel::join(
            || in_parts(part, alpha, a, b_left, onto, left),
            || in_parts(part, alpha, a, b_right, onto, right),
        );
    }
}

/// The lower triangle of C ← αAAᵀ (+ C), and some of the upper one: its halves, and the block of one half with the other. Of the
/// smallest ones all is multiplied: products thinner than they are would take longer for what they save.
fn lower(part: usize, alpha: f64, a: MatRef<f64>, onto: Accum, c: MatMut<f64>) {
    if c.nrows() < 4 * TILE {
        in_parts(part, alpha, a, a.transpose(), onto, c);
        return;
    }
    let middle = (c.nrows() / 2).next_multiple_of(TILE);
    let (first, second) = a.split_at_row(middle);
    let (upper_left, _, lower_left, lower_right) = c.split_at_mut(middle, middle);
    parallel::join(
        || in_parts(part, alpha, second, first.transpose(), onto, lower_left),
        || {
            parallel::join(
                || lower(part, alpha, first, onto, upper_left),
                || lower(part, alpha, second, onto, lower_right),
            )
        },
    );
}

/// The kernel leaves the upper halves of the vector registers in use, and until they are cleared, all that the
/// compiler made of SSE instructions takes up to twice as long.
fn leave_wide_registers() {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        #[allow(unsafe_code)]
        // SAFETY: the instruction is one of AVX, which is there, and no value is kept in those halves across a call.
        unsafe {
            std::arch::x86_64::_mm256_zeroupper();
        }
    }
}

/// AB as a new matrix.
pub fn product(a: View, b: View) -> DMatrix<f64> {
    let mut c = DMatrix::zeros(a.rows, b.cols);
    gemm(1.0, a, b, 0.0, c.as_mut_slice());
    c
}

/// From this size on dividing and conquering pays.
const LARGE: usize = 64;

/// Eigenvalues, descending, and eigenvectors of a large symmetric matrix by `faer`'s method, in a quarter of the time
/// of `nalgebra`'s at 784; `None` for a small one, or if it does not converge.
pub fn divide_and_conquer(a: &DMatrix<f64>) -> Option<(DVector<f64>, DMatrix<f64>)> {
    let n = a.nrows();
    if n < LARGE {
        return None;
    }
    let eigen = View::from(a).as_mat().self_adjoint_eigen(Side::Lower);
    leave_wide_registers();
    let eigen = eigen.ok()?;
    let (values, vectors) = (eigen.S().column_vector(), eigen.U());
    // They come in ascending order.
    let values = DVector::from_fn(n, |i, _| values[n - 1 - i]);
    Some((values, DMatrix::from_fn(n, n, |i, j| vectors[(i, n - 1 - j)])))
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

    #[test]
    fn a_gram_matrix_is_the_product_with_the_transpose_and_symmetric_on_any_number_of_threads() {
        let mut rng = random::stream(7, Purpose::Task);
        for (n, k) in [(0, 3), (5, 0), (1, 5), (63, 2), (64, 9), (150, 40), (300, 700)] {
            let a = random::gaussian(&mut rng, n, k);
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                let mut c = DMatrix::from_element(n, n, f64::NAN);
                pool.install(|| gram(0.5, (&a).into(), c.as_mut_slice()));
                c
            };
            let expected = DMatrix::from_fn(n, n, |i, j| 0.5 * a.row(i).dot(&a.row(j)));
            assert!((on(1) - &expected).amax() < 1e-12, "{n}×{k}");
            assert_eq!(on(1), on(3));
            assert_eq!(on(1), on(1).transpose());
        }
    }

    #[test]
    fn a_product_over_nothing_is_zero_and_forgets_what_was_there() {
        let mut c = [f64::NAN; 6];
        gemm(1.0, View::new(&[], 2, 0), View::new(&[], 0, 3), 0.0, &mut c);
        assert_eq!(c, [0.0; 6]);
        gemm(1.0, View::new(&[], 0, 4), View::new(&[1.0; 12], 4, 3), 0.0, &mut []);
    }

    #[test]
    fn a_product_in_parts_is_the_same_on_any_number_of_threads() {
        let mut rng = random::stream(5, Purpose::Task);
        let (a, b) = (random::gaussian(&mut rng, 300, 90), random::gaussian(&mut rng, 90, 130));
        const { assert!(300 * 90 * 130 > 4 * PART) };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| product((&a).into(), (&b).into()))
        };
        let expected = DMatrix::from_fn(300, 130, |i, j| (0..90).map(|k| a[(i, k)] * b[(k, j)]).sum::<f64>());
        assert!((on(1) - expected).amax() < 1e-12);
        assert_eq!(on(1), on(3));
    }
}
