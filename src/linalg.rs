//! Decompositions: singular values by one-sided Jacobi, ordered eigenvalues, orthogonal complements.

use crate::kernels::{self, product};
use nalgebra::{DMatrix, DVector};

/// A thin singular value decomposition A = U S Vᵀ of numerical rank r.
#[derive(Debug, Clone)]
pub struct Svd {
    /// Left singular vectors, rows×r.
    pub u: DMatrix<f64>,
    /// Singular values above rounding level, descending.
    pub s: Vec<f64>,
    /// Right singular vectors, cols×r.
    pub v: DMatrix<f64>,
}

/// Columns whose cosine is below this count as orthogonal.
const ORTHOGONAL: f64 = 1e-15;

/// The singular value decomposition by one-sided Jacobi rotations (Golub & Van Loan, §8.6.3).
///
/// Chosen over `nalgebra`'s, which returns wrong factors for some matrices of rank one. Singular
/// values below max(rows, cols)·ε·s₁ are taken as zero and left out. A matrix that is not finite has
/// none: what started from it is reported as diverged where it is integrated.
pub fn svd(a: &DMatrix<f64>) -> Svd {
    if a.nrows() < a.ncols() {
        let Svd { u, s, v } = svd(&a.transpose());
        return Svd { u: v, s, v: u };
    }
    let scale = a.amax();
    if a.is_empty() || scale == 0.0 || !a.iter().all(|x| x.is_finite()) {
        return Svd { u: DMatrix::zeros(a.nrows(), 0), s: Vec::new(), v: DMatrix::zeros(a.ncols(), 0) };
    }
    let mut work = a / scale;
    let mut v = DMatrix::identity(a.ncols(), a.ncols());
    // Jacobi converges quadratically: ten sweeps are typical, sixty are never reached.
    for _ in 0..60 {
        if !sweep(&mut work, &mut v) {
            break;
        }
    }
    let norms: Vec<f64> = work.column_iter().map(|c| c.norm()).collect();
    let mut order: Vec<usize> = (0..norms.len()).collect();
    order.sort_by(|&i, &j| norms[j].total_cmp(&norms[i]));
    let floor = norms[order[0]] * f64::EPSILON * a.nrows() as f64;
    order.retain(|&i| norms[i] > floor);
    Svd {
        u: DMatrix::from_columns(&order.iter().map(|&i| work.column(i) / norms[i]).collect::<Vec<_>>()),
        s: order.iter().map(|&i| norms[i] * scale).collect(),
        v: v.select_columns(order.iter()),
    }
}

/// Rotates every pair of columns of `work` to orthogonality; whether any had to be.
fn sweep(work: &mut DMatrix<f64>, v: &mut DMatrix<f64>) -> bool {
    let mut rotated = false;
    for p in 0..work.ncols() {
        for q in p + 1..work.ncols() {
            let (alpha, beta) = (work.column(p).norm_squared(), work.column(q).norm_squared());
            let gamma = work.column(p).dot(&work.column(q));
            if gamma.abs() <= ORTHOGONAL * (alpha * beta).sqrt() {
                continue;
            }
            rotated = true;
            let zeta = (beta - alpha) / (2.0 * gamma);
            let t = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            rotate(work, p, q, c, c * t);
            rotate(v, p, q, c, c * t);
        }
    }
    rotated
}

fn rotate(m: &mut DMatrix<f64>, p: usize, q: usize, c: f64, s: f64) {
    for i in 0..m.nrows() {
        let (x, y) = (m[(i, p)], m[(i, q)]);
        m[(i, p)] = c * x - s * y;
        m[(i, q)] = s * x + c * y;
    }
}

/// Eigenvalues, descending, and eigenvectors of a symmetric matrix (only its symmetric part counts).
pub fn symmetric_eigen(a: &DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let symmetric = (a + a.transpose()) * 0.5;
    if !symmetric.iter().all(|x| x.is_finite()) {
        return (DVector::zeros(a.nrows()), DMatrix::identity(a.nrows(), a.nrows()));
    }
    if let Some(found) = kernels::divide_and_conquer(&symmetric) {
        return found;
    }
    let eigen = symmetric.symmetric_eigen();
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
    let values = DVector::from_iterator(order.len(), order.iter().map(|&i| eigen.eigenvalues[i]));
    (values, eigen.eigenvectors.select_columns(order.iter()))
}

/// An orthonormal basis of what the orthonormal columns of `v` leave of their space.
pub fn complement(v: &DMatrix<f64>) -> DMatrix<f64> {
    let (n, r) = v.shape();
    // Householder QR of [v, 0]: the reflections of the first r columns fill the rest of Q.
    let mut padded = DMatrix::zeros(n, n);
    padded.columns_mut(0, r).copy_from(v);
    padded.qr().q().columns(r, n - r).into_owned()
}

/// An orthonormal basis of a space that contains the columns of both matrices, if they are fewer than their rows.
pub fn basis_of(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let (columns, rows) = (a.ncols() + b.ncols(), a.nrows());
    let finite = a.iter().chain(b.iter()).all(|x| x.is_finite());
    (columns < rows && finite).then(|| {
        // Of columns that are tiny or huge the squares would leave the range of numbers.
        let mut columns = join(a, b);
        for mut column in columns.column_iter_mut() {
            let size = column.amax();
            if size > 0.0 {
                column /= size;
            }
        }
        columns.qr().q()
    })
}

/// W_D…W_1, from the thinner end.
pub fn map_of(weights: &[DMatrix<f64>]) -> DMatrix<f64> {
    let (Some(first), Some(last)) = (weights.first(), weights.last()) else {
        return DMatrix::zeros(0, 0);
    };
    if last.nrows() <= first.ncols() {
        weights[..weights.len() - 1].iter().rev().fold(last.clone(), |m, w| product((&m).into(), w.into()))
    } else {
        weights[1..].iter().fold(first.clone(), |m, w| product(w.into(), (&m).into()))
    }
}

/// The columns of `a`, then those of `b`.
pub fn join(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let mut both = DMatrix::zeros(a.nrows(), a.ncols() + b.ncols());
    both.columns_mut(0, a.ncols()).copy_from(a);
    both.columns_mut(a.ncols(), b.ncols()).copy_from(b);
    both
}

/// `count` unit vectors orthogonal to the orthonormal `taken` and to each other, from the candidates in
/// their order; what a candidate adds below 10⁻⁸ of its length is rounding.
pub fn extend_orthonormal(
    mut taken: Vec<DVector<f64>>,
    candidates: impl Iterator<Item = DVector<f64>>,
    count: usize,
) -> Vec<DVector<f64>> {
    let given = taken.len();
    for candidate in candidates {
        if taken.len() == given + count {
            break;
        }
        let mut rest = candidate.normalize();
        // Twice, for orthogonality at rounding level.
        for _ in 0..2 {
            for direction in &taken {
                rest -= direction * direction.dot(&rest);
            }
        }
        let norm = rest.norm();
        if norm > 1e-8 {
            taken.push(rest / norm);
        }
    }
    taken.split_off(given)
}

/// Ranges of consecutive, descending values that are equal within `tolerance` of the range's first.
pub fn blocks(values: &[f64], equal: impl Fn(f64, f64) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for i in 1..=values.len() {
        if i == values.len() || !equal(values[i - 1], values[i]) {
            ranges.push(start..i);
            start = i;
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{self, Purpose};

    fn check(a: &DMatrix<f64>, rank: usize) {
        let Svd { u, s, v } = svd(a);
        assert_eq!(s.len(), rank, "rank of {a}");
        let rebuilt = &u * DMatrix::from_diagonal(&DVector::from_vec(s.clone())) * v.transpose();
        assert!((rebuilt - a).norm() <= 1e-14 * a.norm().max(1e-300));
        assert!((u.transpose() * &u - DMatrix::identity(rank, rank)).norm() < 1e-13);
        assert!((v.transpose() * &v - DMatrix::identity(rank, rank)).norm() < 1e-13);
        assert!(s.is_sorted_by(|x, y| x >= y));
    }

    #[test]
    fn svd_recomposes_matrices_of_every_shape_and_rank() {
        let mut rng = random::stream(7, Purpose::Task);
        for rows in 1..7 {
            for cols in 1..9 {
                for rank in 0..=rows.min(cols) {
                    let factor = random::gaussian(&mut rng, rows, rank);
                    check(&(factor * random::gaussian(&mut rng, rank, cols)), rank);
                    let (u, v) = (random::orthonormal(&mut rng, rows, rows), random::orthonormal(&mut rng, cols, cols));
                    check(&(u.columns(0, rank) * v.columns(0, rank).transpose() * 2.0), rank);
                }
            }
        }
    }

    #[test]
    fn complement_completes_an_orthonormal_basis() {
        let mut rng = random::stream(8, Purpose::Task);
        for r in 0..=6 {
            let v = random::orthonormal(&mut rng, 6, 6).columns(0, r).into_owned();
            let rest = complement(&v);
            assert_eq!(rest.ncols(), 6 - r);
            assert!((rest.transpose() * &rest - DMatrix::identity(6 - r, 6 - r)).norm() < 1e-14);
            assert!((v.transpose() * rest).norm() < 1e-14);
        }
    }

    #[test]
    fn eigenvalues_descend() {
        let a = DMatrix::from_row_slice(3, 3, &[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 2.0]);
        let (values, vectors) = symmetric_eigen(&a);
        assert!((values - DVector::from_vec(vec![3.0, 2.0, -1.0])).norm() < 1e-14);
        assert!((&a * vectors.column(0) - vectors.column(0) * 3.0).norm() < 1e-14);
    }

    #[test]
    fn eigenvectors_recompose_small_and_large_matrices_of_equal_and_of_no_eigenvalues() {
        let mut rng = random::stream(9, Purpose::Task);
        for n in [3, 63, 64, 150] {
            let q = random::orthonormal(&mut rng, n, n);
            // A third alike, a third apart, a third zero.
            let expected = DVector::from_fn(n, |i, _| [2.0, 1.0 - i as f64 / n as f64, 0.0][3 * i / n]);
            let a = &q * DMatrix::from_diagonal(&expected) * q.transpose();
            let (values, vectors) = symmetric_eigen(&a);
            assert!((&values - &expected).amax() < 1e-13);
            assert!((vectors.transpose() * &vectors - DMatrix::identity(n, n)).amax() < 1e-13);
            assert!((&vectors * DMatrix::from_diagonal(&values) * vectors.transpose() - a).amax() < 1e-13);
        }
    }
}
