//! Updates of a linear network in place, by way of its map.

use super::Widths;
use crate::kernels::{View, gemm};
use crate::parallel;
use std::ops::Range;

/// W_l ← W_l + η S_lᵀR_l for all l at once, of the network y = Wx with W = W_D…W_1 on B samples: with the errors
/// δ = Y − WX, N3×B, G = δXᵀ takes the place that Σ31 − WΣ11 has in the gradient by the statistics, and as there
/// S_{l−1} = S_lW_l from S_D = 1 and R_{l+1} = R_lW_lᵀ from R_1 = G (Saxe et al. 2013, equations 2 and 3, of a batch).
///
/// Back-propagation passes B samples through all layers; this way the N3 rows of S and R do, and the samples only meet
/// W itself: fewer multiplications where N3 is well below B. Inputs come in blocks, each of which meets its own columns
/// of W_1. By the statistics in the frame of Σ11 = diag(λ), G = Σ31 − WΣ11 itself, blocks have nothing to wait for.
#[derive(Debug)]
pub struct MapDescent {
    widths: Widths,
    blocks: Vec<Block>,
    /// S_l for l = 1…D−1, N3×n_l.
    suffixes: Vec<Vec<f64>>,
    /// δ, N3×B.
    errors: Vec<f64>,
    /// R_l and its successor, N3×n_{l−1}.
    carry: [Vec<f64>; 2],
}

/// What belongs to some of the inputs.
#[derive(Debug)]
struct Block {
    rows: Range<usize>,
    /// N3 and n_1.
    n3: usize,
    n1: usize,
    /// Their rows of X.
    x: Vec<f64>,
    /// Their columns of W, and then of G.
    map: Vec<f64>,
    /// Their share of WX.
    outputs: Vec<f64>,
    /// Their share of R_2 = GW_1ᵀ.
    carry: Vec<f64>,
}

/// Multiplications that are worth a block of their own, and the most blocks.
const BLOCK: usize = 1 << 20;
const MOST_BLOCKS: usize = 8;
/// Blocks begin at a multiple of this, so that the kernel's tiles are full.
const TILE: usize = 16;

/// Multiplications of an update on B samples, of none by the statistics; `None` without hidden layers, where nothing
/// is to be gained.
fn multiplications(widths: &Widths, size: usize) -> Option<usize> {
    let (inputs, outputs) = (widths.inputs(), widths.outputs());
    let inner: usize = widths.shapes().take(widths.depth() - 1).map(|(rows, cols)| rows * cols).sum();
    (widths.depth() > 1).then(|| outputs.saturating_mul(inner.saturating_mul(3) + 2 * inputs.saturating_mul(size)))
}

impl MapDescent {
    /// For batches of up to `size` samples, if that takes fewer multiplications than back-propagation; products as thin
    /// as these count for a third more.
    pub fn of_batches(widths: &Widths, size: usize) -> Option<MapDescent> {
        let weights: usize = widths.shapes().map(|(rows, cols)| rows * cols).sum();
        let first = widths.as_slice()[0] * widths.as_slice()[1];
        let back = size.saturating_mul(3 * weights - first);
        let count = multiplications(widths, size)?;
        (count.saturating_add(count / 3) < back).then(|| MapDescent::new(widths, size, count))
    }

    /// For the statistics, if there are hidden layers and the outputs are not more than the inputs.
    pub fn of_statistics(widths: &Widths) -> Option<MapDescent> {
        let count = multiplications(widths, 0).filter(|_| widths.outputs() <= widths.inputs())?;
        Some(MapDescent::new(widths, 0, count))
    }

    fn new(widths: &Widths, size: usize, multiplications: usize) -> MapDescent {
        let (n, outputs) = (widths.as_slice(), widths.outputs());
        let hidden = &n[1..widths.depth()];
        let widest = hidden.iter().copied().max().unwrap_or(0);
        // All shares of WX together stay within what back-propagation keeps of a batch.
        let room = 2 * n.iter().sum::<usize>() / outputs.max(1);
        let parts = (multiplications / BLOCK).min(room.saturating_sub(1)).clamp(1, MOST_BLOCKS);
        let width = n[0].div_ceil(parts).next_multiple_of(TILE).max(1);
        let block = |first: usize| {
            let rows = first..(first + width).min(n[0]);
            Block {
                x: vec![0.0; rows.len() * size],
                map: vec![0.0; rows.len() * outputs],
                outputs: vec![0.0; outputs * size],
                carry: vec![0.0; outputs * n[1]],
                n3: outputs,
                n1: n[1],
                rows,
            }
        };
        MapDescent {
            blocks: (0..n[0]).step_by(width).map(block).collect(),
            suffixes: hidden.iter().map(|n| vec![0.0; outputs * n]).collect(),
            errors: vec![0.0; outputs * size],
            carry: [vec![0.0; outputs * widest], vec![0.0; outputs * widest]],
            widths: widths.clone(),
        }
    }

    /// One update on `count` samples. `inputs` copies some rows of X, `targets` all of Y.
    pub fn update(
        &mut self,
        weights: &mut [f64],
        rate: f64,
        count: usize,
        inputs: impl Fn(Range<usize>, &mut [f64]) + Sync,
        targets: impl FnOnce(&mut [f64]),
    ) {
        let (n1, outputs) = (self.widths.as_slice()[1], self.widths.outputs());
        let (first, rest) = weights.split_at_mut(self.widths.inputs() * n1);
        self.suffixes(rest);
        let suffix = View::new(&self.suffixes[0], outputs, n1);
        each(&mut self.blocks, first, n1, |block, w| block.outputs(suffix, w, count, &inputs));
        let errors = &mut self.errors[..outputs * count];
        targets(errors);
        for block in &self.blocks {
            errors.iter_mut().zip(&block.outputs).for_each(|(error, f)| *error -= f);
        }
        let errors = &*errors;
        each(&mut self.blocks, first, n1, |block, w| {
            block.correlate(errors, count, rate);
            block.descend(suffix, w);
        });
        self.carry_on(rest);
    }

    /// One update by Σ31, N3×N1, and the eigenvalues of Σ11, in its frame.
    pub fn update_by_statistics(&mut self, weights: &mut [f64], rate: f64, sigma31: &[f64], eigenvalues: &[f64]) {
        let (n1, outputs) = (self.widths.as_slice()[1], self.widths.outputs());
        let (first, rest) = weights.split_at_mut(self.widths.inputs() * n1);
        self.suffixes(rest);
        let suffix = View::new(&self.suffixes[0], outputs, n1);
        each(&mut self.blocks, first, n1, |block, w| {
            block.map(suffix, w);
            block.residual(sigma31, eigenvalues, rate);
            block.descend(suffix, w);
        });
        self.carry_on(rest);
    }

    /// δ = Y − WX of the last update, N3×B.
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// S_{D−1} = W_D, S_{l−1} = S_lW_l; `weights` begin with W_2.
    fn suffixes(&mut self, weights: &[f64]) {
        let (n, outputs) = (self.widths.as_slice(), self.widths.outputs());
        let mut end = weights.len();
        for l in (2..=self.widths.depth()).rev() {
            let start = end - n[l] * n[l - 1];
            let w = &weights[start..end];
            if l == self.widths.depth() {
                self.suffixes[l - 2].copy_from_slice(w);
            } else {
                let (below, above) = self.suffixes.split_at_mut(l - 1);
                gemm(1.0, View::new(&above[0], outputs, n[l]), View::new(w, n[l], n[l - 1]), 0.0, &mut below[l - 2]);
            }
            end = start;
        }
    }

    /// R_2 in its shares, then R_{l+1} = R_lW_lᵀ of the old W_l and W_l ← W_l + S_lᵀR_l, for l = 2…D; η is in R.
    fn carry_on(&mut self, mut weights: &mut [f64]) {
        let (n, outputs, depth) = (self.widths.as_slice(), self.widths.outputs(), self.widths.depth());
        let [current, next] = &mut self.carry;
        current.fill(0.0);
        for block in &self.blocks {
            current.iter_mut().zip(&block.carry).for_each(|(sum, share)| *sum += share);
        }
        for l in 2..=depth {
            let (w, rest) = weights.split_at_mut(n[l] * n[l - 1]);
            let r = View::new(current, outputs, n[l - 1]);
            if l == depth {
                w.iter_mut().zip(current.iter()).for_each(|(w, step)| *w += step);
            } else {
                gemm(1.0, r, View::new(w, n[l], n[l - 1]).t(), 0.0, next);
                gemm(1.0, View::new(&self.suffixes[l - 1], outputs, n[l]).t(), r, 1.0, w);
            }
            std::mem::swap(current, next);
            weights = rest;
        }
    }
}

impl Block {
    /// The columns S_1W_1 of W.
    fn map(&mut self, suffix: View, w: &[f64]) {
        gemm(1.0, suffix, View::new(w, self.n1, self.rows.len()), 0.0, &mut self.map);
    }

    /// The same, and what they make of their inputs.
    fn outputs(&mut self, suffix: View, w: &[f64], count: usize, inputs: &impl Fn(Range<usize>, &mut [f64])) {
        let height = self.rows.len();
        let x = &mut self.x[..height * count];
        inputs(self.rows.clone(), x);
        self.map(suffix, w);
        let x = View::new(&self.x, height, count);
        gemm(1.0, View::new(&self.map, self.n3, height), x, 0.0, &mut self.outputs);
    }

    /// The columns ηG of G = δXᵀ.
    fn correlate(&mut self, errors: &[f64], count: usize, rate: f64) {
        let x = View::new(&self.x, self.rows.len(), count);
        gemm(rate, View::new(errors, self.n3, count), x.t(), 0.0, &mut self.map);
    }

    /// The same of G = Σ31 − WΣ11.
    fn residual(&mut self, sigma31: &[f64], eigenvalues: &[f64], rate: f64) {
        let Range { start, end } = self.rows;
        let sigma31 = sigma31[start * self.n3..end * self.n3].chunks_exact(self.n3);
        for ((map, sigma31), lambda) in self.map.chunks_exact_mut(self.n3).zip(sigma31).zip(&eigenvalues[start..end]) {
            map.iter_mut().zip(sigma31).for_each(|(w, s)| *w = rate * (s - *w * lambda));
        }
    }

    /// Their share of GW_1ᵀ, of the old W_1; then W_1 ← W_1 + ηS_1ᵀG.
    fn descend(&mut self, suffix: View, w: &mut [f64]) {
        let g = View::new(&self.map, self.n3, self.rows.len());
        gemm(1.0, g, View::new(w, self.n1, self.rows.len()).t(), 0.0, &mut self.carry);
        gemm(1.0, suffix.t(), g, 1.0, w);
    }
}

/// Every block with its columns of W_1, each of `height` numbers.
fn each(blocks: &mut [Block], w: &mut [f64], height: usize, act: impl Fn(&mut Block, &mut [f64]) + Sync + Copy) {
    match blocks {
        [] => (),
        [block] => act(block, w),
        _ => {
            let (left, right) = blocks.split_at_mut(blocks.len() / 2);
            let columns: usize = left.iter().map(|block| block.rows.len()).sum();
            let (w_left, w_right) = w.split_at_mut(columns * height);
            parallel::join(|| each(left, w_left, height, act), || each(right, w_right, height, act));
        }
    }
}
