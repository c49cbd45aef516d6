//! The mode basis: which singular vectors of Σ31 the modes are, where the SVD leaves a choice.

use super::Statistics;
use crate::kernels::{View, product};
use crate::linalg::{Svd, blocks, complement, extend_orthonormal, join, map_of, svd, symmetric_eigen};
use nalgebra::{DMatrix, DMatrixView, DVector};

/// Values of a block are equal within this, relative to the larger.
const EQUAL: f64 = 1e-9;

/// What a product of matrices may be wrong by, relative to the product of their norms.
const ROUNDING: f64 = 1e-14;

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
    /// The basis for these statistics and the starting weights, W1 first; without any, for the statistics alone.
    pub fn new(statistics: &Statistics, start: &[DMatrix<f64>]) -> ModeBasis {
        let decomposition = svd(&statistics.sigma31);
        let rank = decomposition.s.len();
        let (mut u, mut v) = (decomposition.u, decomposition.v);
        let map = Coupling::of(start);
        for block in blocks(&decomposition.s, close) {
            resolve_block(&mut u, &mut v, block, statistics, &map);
        }
        let k = statistics.inputs().min(statistics.outputs());
        if rank < k {
            let (null_u, null_v) = null_pairs(&u, &v, k - rank, statistics, &map);
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

    /// u_α/(½s/λ) − 1 for each mode, which is first 0 when it is half learned; −1 where there is no s/λ.
    pub fn half_learned(&self, strengths: &[f64]) -> Vec<f64> {
        let level = |(mode, u): (usize, &f64)| self.final_strength(mode).map_or(-1.0, |end| 2.0 * u / end - 1.0);
        strengths.iter().enumerate().map(level).collect()
    }

    /// ‖Σ11V − V diag λ‖/‖Σ11‖: 0 if every v_α is an eigenvector of Σ11.
    pub fn commuting_violation(&self, statistics: &Statistics) -> f64 {
        let norm = statistics.sigma11.norm();
        if norm == 0.0 {
            return 0.0;
        }
        let mut rest = product((&statistics.sigma11).into(), (&self.v).into());
        for ((mut rest, v), lambda) in rest.column_iter_mut().zip(self.v.column_iter()).zip(&self.input_eigenvalues) {
            rest.axpy(-lambda, &v, 1.0);
        }
        rest.norm() / norm
    }

    /// Whether two singular values that are not zero are equal.
    pub fn degenerate(&self) -> bool {
        self.s[..self.rank].windows(2).any(|w| close(w[0], w[1]))
    }
}

fn close(larger: f64, smaller: f64) -> bool {
    larger - smaller <= EQUAL * larger
}

/// The starting weights, and how they couple inputs to outputs.
struct Coupling<'a> {
    start: &'a [DMatrix<f64>],
    /// W_D…W_1.
    map: DMatrix<f64>,
    /// What counts as zero of it: what its rounding may be.
    rounding: f64,
}

impl Coupling<'_> {
    /// Factor after factor from the thinner end, where P' = PW is wrong by ε‖P‖‖W‖ and by what P was wrong by, as far as P' is
    /// as large as P. The norms of all factors would say far too much of deep networks.
    fn of(start: &[DMatrix<f64>]) -> Coupling<'_> {
        let (Some(first), Some(last)) = (start.first(), start.last()) else {
            return Coupling { start, map: map_of(start), rounding: 0.0 };
        };
        let from_above = last.nrows() <= first.ncols();
        let (mut map, rest) =
            if from_above { (last.clone(), &start[..start.len() - 1]) } else { (first.clone(), &start[1..]) };
        let mut rounding = 0.0;
        for at in 0..rest.len() {
            let w = if from_above { &rest[rest.len() - 1 - at] } else { &rest[at] };
            let next = if from_above { product((&map).into(), w.into()) } else { product(w.into(), (&map).into()) };
            let before = map.norm();
            let carried = if before > 0.0 { rounding * (next.norm() / before) } else { 0.0 };
            rounding = ROUNDING * before * w.norm() + carried;
            map = next;
        }
        Coupling { start, map, rounding }
    }
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
    coupling: &Coupling,
) {
    if block.len() < 2 {
        return;
    }
    let vb = v.columns_range(block.clone()).into_owned();
    let (lambda, rotation) = symmetric_eigen(&(vb.transpose() * &statistics.sigma11 * &vb));
    rotate(u, &block, &rotation);
    rotate(v, &block, &rotation);
    for inner in blocks(lambda.as_slice(), close) {
        if inner.len() < 2 || coupling.start.is_empty() {
            continue;
        }
        let range = block.start + inner.start..block.start + inner.end;
        let mut within = u.columns_range(range.clone()).transpose() * &coupling.map * v.columns_range(range.clone());
        if within.norm() <= coupling.rounding {
            within.fill(0.0);
        }
        let (strengths, rotation) = symmetric_eigen(&within);
        let inputs = v.columns_range(range.clone());
        let rotation = resolve_by_first_layer(rotation, strengths.as_slice(), coupling.start, &inputs);
        rotate(u, &range, &rotation);
        rotate(v, &range, &rotation);
    }
}

/// Where the map leaves a choice too (`strengths` that are equal), W1 makes it: the columns of `rotation`
/// are turned to diagonalise W1ᵀW1 within the inputs `v`.
fn resolve_by_first_layer(
    mut rotation: DMatrix<f64>,
    strengths: &[f64],
    start: &[DMatrix<f64>],
    v: &DMatrixView<f64>,
) -> DMatrix<f64> {
    let Some(first) = start.first() else { return rotation };
    let largest = strengths.iter().map(|x| x.abs()).fold(0.0, f64::max);
    for block in blocks(strengths, |a, b| (a - b).abs() <= EQUAL * largest) {
        if block.len() > 1 {
            let read = first * (v * rotation.columns_range(block.clone()));
            let (_, turn) = symmetric_eigen(&(read.transpose() * read));
            rotate(&mut rotation, &block, &turn);
        }
    }
    rotation
}

/// `count` pairs of null singular vectors, as the start couples them.
fn null_pairs(
    u: &DMatrix<f64>,
    v: &DMatrix<f64>,
    count: usize,
    statistics: &Statistics,
    coupling: &Coupling,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let start = coupling.start;
    let mut null_v = complement(v);
    let restricted = View::from(&null_v).t();
    let sigma11 = product(restricted, (&product((&statistics.sigma11).into(), (&null_v).into())).into());
    let (lambda, rotation) = symmetric_eigen(&sigma11);
    null_v = product((&null_v).into(), (&rotation).into());
    // Variances that differ by the rounding of Σ11 only are equal.
    let rounding = statistics.rounding();
    let floor = rounding.max(EQUAL * lambda.amax());
    let mut image = null_image(u, &null_v, coupling);
    for block in blocks(lambda.as_slice(), |a, b| close(a, b) || a.abs() <= floor) {
        if block.len() > 1 {
            let rotation = resolve_null_block(
                &image.columns_range(block.clone()).into_owned(),
                start,
                &null_v.columns_range(block.clone()),
            );
            rotate(&mut null_v, &block, &rotation);
            rotate(&mut image, &block, &rotation);
        }
    }
    let mut pairs = pair_by_coupling(image, count);
    fill_up(&mut pairs, count, u, &null_v, start);
    pairs.sort_by_key(|(column, _)| *column);
    let (chosen, directions): (Vec<usize>, Vec<DVector<f64>>) = pairs.into_iter().unzip();
    (DMatrix::from_columns(&directions), null_v.select_columns(chosen.iter()))
}

/// What the start's map makes of the null inputs, without its part in the learned outputs; exactly zero
/// where it is at rounding level.
fn null_image(u: &DMatrix<f64>, null_v: &DMatrix<f64>, coupling: &Coupling) -> DMatrix<f64> {
    if coupling.start.is_empty() {
        return DMatrix::zeros(u.nrows(), null_v.ncols());
    }
    let mut image = product((&coupling.map).into(), null_v.into());
    image -= u * (u.transpose() * &image);
    for mut column in image.column_iter_mut() {
        if column.norm() <= coupling.rounding {
            column.fill(0.0);
        }
    }
    image
}

/// Rotates null inputs of one and the same variance: those that the map couples first, by its right
/// singular vectors, then those that W1 at least reads, by W1's.
fn resolve_null_block(image: &DMatrix<f64>, start: &[DMatrix<f64>], v: &DMatrixView<f64>) -> DMatrix<f64> {
    let Svd { s, v: coupled, .. } = svd(image);
    let coupled = resolve_by_first_layer(coupled, &s, start, v);
    let rest = complement(&coupled);
    let read = start.first().map_or_else(|| DMatrix::zeros(rest.ncols(), 0), |w| svd(&(w * (v * &rest))).v);
    join(&coupled, &(&rest * join(&read, &complement(&read))))
}

/// Pairs null vectors: the input that is coupled most first, with the direction it is coupled to.
fn pair_by_coupling(mut image: DMatrix<f64>, count: usize) -> Vec<(usize, DVector<f64>)> {
    let mut pairs: Vec<(usize, DVector<f64>)> = Vec::with_capacity(count);
    let largest = image.column_iter().map(|c| c.norm()).fold(0.0, f64::max);
    while pairs.len() < count {
        let norms = image.column_iter().map(|c| c.norm()).enumerate();
        let strongest = norms
            .filter(|(j, norm)| *norm > UNCOUPLED * largest && pairs.iter().all(|(taken, _)| taken != j))
            // Of equals (within rounding) the first.
            .fold(None, |best: Option<(usize, f64)>, (j, norm)| match best {
                Some((_, most)) if norm <= most * (1.0 + EQUAL) => best,
                _ => Some((j, norm)),
            });
        let Some((column, norm)) = strongest else { break };
        let direction = image.column(column) / norm;
        let overlap = direction.transpose() * &image;
        image -= &direction * overlap;
        pairs.push((column, direction));
    }
    pairs
}

/// Completes the pairs by uncoupled ones. An input that W1 reads goes with an output that W_D does not
/// reach, and the reverse: a mode has one direction in a hidden layer, and these have two.
fn fill_up(
    pairs: &mut Vec<(usize, DVector<f64>)>,
    count: usize,
    u: &DMatrix<f64>,
    null_v: &DMatrix<f64>,
    start: &[DMatrix<f64>],
) {
    let missing = count - pairs.len();
    if missing == 0 {
        return;
    }
    let mut free: Vec<(usize, f64)> =
        (0..null_v.ncols()).filter(|j| pairs.iter().all(|(taken, _)| taken != j)).map(|j| (j, 0.0)).collect();
    if let Some(first) = start.first() {
        free.iter_mut().for_each(|(j, norm)| *norm = (first * null_v.column(*j)).norm());
    }
    let most = free.iter().map(|(_, norm)| *norm).fold(0.0, f64::max);
    // Equals, within rounding, stay in their order.
    free.sort_by_key(|(_, norm)| std::cmp::Reverse((norm / most.max(f64::MIN_POSITIVE) / EQUAL).round() as u64));
    let directions: Vec<_> = pairs.iter().map(|(_, direction)| direction.clone()).collect();
    let outputs = free_outputs(u, directions, missing, start);
    pairs.extend(free.into_iter().map(|(j, _)| j).zip(outputs));
}

/// Outputs that are still free: first those that W_D does not reach, then those that it does, the most last.
fn free_outputs(
    u: &DMatrix<f64>,
    paired: Vec<DVector<f64>>,
    missing: usize,
    start: &[DMatrix<f64>],
) -> Vec<DVector<f64>> {
    let mut taken: Vec<DVector<f64>> = u.column_iter().map(|c| c.into_owned()).collect();
    taken.extend(paired);
    let mut reached = match start.last() {
        None => Vec::new(),
        Some(last) => {
            let basis = DMatrix::from_fn(u.nrows(), taken.len(), |i, j| taken[j][i]);
            let rest = svd(&(last - &basis * (basis.transpose() * last)));
            let floor = ROUNDING * last.norm();
            let above = rest.s.iter().take_while(|s| **s > floor).count();
            let directions = rest.u.column_iter().take(above).map(|c| c.into_owned());
            extend_orthonormal(taken.clone(), directions, missing)
        }
    };
    taken.extend(reached.iter().cloned());
    let axes = (0..u.nrows()).map(|i| DVector::from_fn(u.nrows(), |j, _| f64::from(i == j)));
    let mut outputs = extend_orthonormal(taken, axes, missing - reached.len());
    reached.reverse();
    outputs.extend(reached);
    outputs
}
