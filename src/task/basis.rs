//! The mode basis: which singular vectors of Σ31 the modes are, where the SVD leaves a choice.

use super::Statistics;
use crate::kernels::{View, product};
use crate::linalg::{self, blocks, complement, svd, symmetric_eigen};
use nalgebra::{DMatrix, DVector};

/// Values of a block are equal within this, relative to the larger.
const EQUAL: f64 = 1e-9;

/// What the start couples a null mode by counts as none below this, relative to the largest.
const UNCOUPLED: f64 = 1e-12;

/// The k = min(N1, N3) modes of U S Vᵀ = Σ31, by descending s.
///
/// Where singular values are equal the basis diagonalises Σ11 within the block (descending), and
/// where that leaves a choice too, the map of the starting weights. Null modes pair each u_α with the
/// v that the start couples to it most, with the sign that makes their strength positive.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeBasis {
    /// Singular values, k of them; exactly 0 beyond the rank.
    pub s: Vec<f64>,
    /// u_α, N3×k.
    pub u: DMatrix<f64>,
    /// v_α in the user's coordinates, N1×k.
    pub v: DMatrix<f64>,
    /// λ_α = v_αᵀΣ11v_α.
    pub input_eigenvalues: Vec<f64>,
    /// The number of nonzero singular values.
    pub rank: usize,
}

impl ModeBasis {
    /// The basis for these statistics and the map W(0), N3×N1, of the starting weights.
    pub fn new(statistics: &Statistics, start: &DMatrix<f64>) -> ModeBasis {
        let decomposition = svd(&statistics.sigma31);
        let rank = decomposition.s.len();
        let (mut u, mut v) = (decomposition.u, decomposition.v);
        for block in blocks(&decomposition.s, close) {
            resolve_block(&mut u, &mut v, block, statistics, start);
        }
        let k = statistics.inputs().min(statistics.outputs());
        if rank < k {
            let (null_u, null_v) = null_pairs(&u, &v, k - rank, statistics, start);
            u = join(&u, &null_u);
            v = join(&v, &null_v);
        }
        let mut s = decomposition.s;
        s.resize(k, 0.0);
        let sigma11_v = product((&statistics.sigma11).into(), (&v).into());
        let input_eigenvalues = v.column_iter().zip(sigma11_v.column_iter()).map(|(v, w)| v.dot(&w).max(0.0)).collect();
        ModeBasis { s, u, v, input_eigenvalues, rank }
    }

    /// k, the number of modes.
    pub fn len(&self) -> usize {
        self.s.len()
    }

    /// Whether there are no modes.
    pub fn is_empty(&self) -> bool {
        self.s.is_empty()
    }

    /// s_α/λ_α, what a mode is learned to; `None` for s = 0, and where λ vanishes.
    pub fn final_strength(&self, mode: usize) -> Option<f64> {
        match (self.s.get(mode), self.input_eigenvalues.get(mode)) {
            (Some(&s), Some(&lambda)) if s > 0.0 && lambda > 0.0 => Some(s / lambda),
            _ => None,
        }
    }

    /// ‖Σ11V − V diag λ‖/‖Σ11‖: 0 if every v_α is an eigenvector of Σ11.
    pub fn commuting_violation(&self, statistics: &Statistics) -> f64 {
        let norm = statistics.sigma11.norm();
        if norm == 0.0 {
            return 0.0;
        }
        let lambda = DMatrix::from_diagonal(&DVector::from_column_slice(&self.input_eigenvalues));
        (product((&statistics.sigma11).into(), (&self.v).into()) - &self.v * lambda).norm() / norm
    }

    /// Whether two singular values that are not zero are equal.
    pub fn degenerate(&self) -> bool {
        self.s[..self.rank].windows(2).any(|w| close(w[0], w[1]))
    }
}

fn close(larger: f64, smaller: f64) -> bool {
    larger - smaller <= EQUAL * larger
}

fn join(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let columns: Vec<_> = a.column_iter().chain(b.column_iter()).collect();
    DMatrix::from_columns(&columns)
}

/// Replaces the columns `range` of `m` by their combinations `rotation`.
fn rotate(m: &mut DMatrix<f64>, range: &std::ops::Range<usize>, rotation: &DMatrix<f64>) {
    let rotated = m.columns_range(range.clone()) * rotation;
    m.columns_range_mut(range.clone()).copy_from(&rotated);
}

/// Fixes u and v together in a block of equal, nonzero singular values.
fn resolve_block(
    u: &mut DMatrix<f64>,
    v: &mut DMatrix<f64>,
    block: std::ops::Range<usize>,
    statistics: &Statistics,
    start: &DMatrix<f64>,
) {
    if block.len() < 2 {
        return;
    }
    let vb = v.columns_range(block.clone()).into_owned();
    let (lambda, rotation) = symmetric_eigen(&(vb.transpose() * &statistics.sigma11 * &vb));
    rotate(u, &block, &rotation);
    rotate(v, &block, &rotation);
    for inner in blocks(lambda.as_slice(), close) {
        if inner.len() < 2 {
            continue;
        }
        let range = block.start + inner.start..block.start + inner.end;
        let map = u.columns_range(range.clone()).transpose() * start * v.columns_range(range.clone());
        let (_, rotation) = symmetric_eigen(&map);
        rotate(u, &range, &rotation);
        rotate(v, &range, &rotation);
    }
}

/// `count` pairs of null singular vectors, as the start couples them.
fn null_pairs(
    u: &DMatrix<f64>,
    v: &DMatrix<f64>,
    count: usize,
    statistics: &Statistics,
    start: &DMatrix<f64>,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let (null_u, mut null_v) = (complement(u), complement(v));
    let restricted = View::from(&null_v).t();
    let sigma11 = product(restricted, (&product((&statistics.sigma11).into(), (&null_v).into())).into());
    let (lambda, rotation) = symmetric_eigen(&sigma11);
    null_v = product((&null_v).into(), (&rotation).into());
    let floor = EQUAL * lambda.amax();
    let mut map = null_u.transpose() * start * &null_v;
    for block in blocks(lambda.as_slice(), |a, b| close(a, b) || a.abs() <= floor) {
        if block.len() > 1 {
            let right = svd(&map.columns_range(block.clone()).into_owned()).v;
            let rotation = join(&right, &complement(&right));
            rotate(&mut null_v, &block, &rotation);
            rotate(&mut map, &block, &rotation);
        }
    }
    let (coefficients, chosen) = pair_by_coupling(map, count);
    (null_u * coefficients, null_v.select_columns(chosen.iter()))
}

/// Pairs left and right null vectors: the strongest column of the start's map first, its direction
/// being the partner; what is uncoupled is filled up in order. Returns the partners' coefficients
/// in the null space of the outputs and the chosen columns, ascending.
fn pair_by_coupling(mut map: DMatrix<f64>, count: usize) -> (DMatrix<f64>, Vec<usize>) {
    let mut pairs: Vec<(usize, DVector<f64>)> = Vec::with_capacity(count);
    let largest = map.column_iter().map(|c| c.norm()).fold(0.0, f64::max);
    while pairs.len() < count {
        let norms = map.column_iter().map(|c| c.norm()).enumerate();
        let strongest = norms
            .filter(|(j, norm)| *norm > UNCOUPLED * largest && pairs.iter().all(|(taken, _)| taken != j))
            // Of equals (within rounding) the first: `max_by` would take the last.
            .fold(None, |best: Option<(usize, f64)>, (j, norm)| match best {
                Some((_, most)) if norm <= most * (1.0 + EQUAL) => best,
                _ => Some((j, norm)),
            });
        let Some((column, norm)) = strongest else { break };
        let direction = map.column(column) / norm;
        let overlap = direction.transpose() * &map;
        map -= &direction * overlap;
        pairs.push((column, direction));
    }
    fill_up(&mut pairs, map.nrows(), map.ncols(), count);
    pairs.sort_by_key(|(column, _)| *column);
    let (chosen, directions): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    (DMatrix::from_columns(&directions), chosen)
}

/// Completes the pairs with uncoupled directions and the first columns that are free.
fn fill_up(pairs: &mut Vec<(usize, DVector<f64>)>, rows: usize, cols: usize, count: usize) {
    let missing = count - pairs.len();
    if missing == 0 {
        return;
    }
    let taken = DMatrix::from_fn(rows, pairs.len(), |i, j| pairs[j].1[i]);
    let rest = linalg::complement(&taken);
    let free: Vec<usize> = (0..cols).filter(|j| pairs.iter().all(|(t, _)| t != j)).take(missing).collect();
    pairs.extend(free.into_iter().zip(rest.column_iter().map(|c| c.into_owned())));
}
