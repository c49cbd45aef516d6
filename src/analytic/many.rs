//! The closed forms of two weights for many modes at once, in the lanes of the registers and over the cores.
//!
//! They hold as long as no number leaves the range of an `f64` on the way. Modes of which one could, as well as those that
//! have nothing to learn, are evaluated one by one, as [`Pair`] does it.

use super::pair::Pair;
use super::wide::Wide;
use crate::exponential::{LARGEST, parts};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Strengths of many modes as functions of time.
#[derive(Debug, Clone)]
pub struct Many {
    modes: Vec<(Pair, Start)>,
    tau: f64,
    form: Form,
    /// Modes that are evaluated one by one.
    alone: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Start {
    Balanced(f64),
    Unequal((f64, f64)),
}

/// The numbers that a form has for each mode, a column each.
#[derive(Debug, Clone)]
enum Form {
    Balanced([Vec<f64>; 3]),
    Unequal(Box<[Vec<f64>; 13]>),
}

/// T = t/τ, as the sum of two numbers.
#[derive(Debug, Clone, Copy)]
struct Time {
    high: f64,
    low: f64,
}

/// Times beyond this, in units of τ, are for modes one by one.
const LATEST: f64 = 1e150;
/// e^{−708} and twenty digits more.
const LOST: f64 = 1e-287;
/// Numbers to evaluate that are worth a task of their own.
const TASK: usize = 1 << 12;

impl Many {
    /// Balanced weights of strengths `u0`, as [`Pair::balanced`] has them; s, λ and u0 of each mode, of one length.
    pub fn balanced(s: &[f64], input_eigenvalues: &[f64], tau: f64, u0: &[f64]) -> Many {
        let modes = modes(s, input_eigenvalues, tau, u0.iter().map(|u0| Start::Balanced(*u0)));
        let (columns, alone) = columns(&modes);
        Many { modes, tau, form: Form::Balanced(columns), alone }
    }

    /// Weights that start at (a, b), as [`Pair::strengths`] has them; s, λ and the start of each mode, of one length.
    pub fn unequal(s: &[f64], input_eigenvalues: &[f64], tau: f64, starts: &[(f64, f64)]) -> Many {
        let modes = modes(s, input_eigenvalues, tau, starts.iter().map(|start| Start::Unequal(*start)));
        let (columns, alone) = columns(&modes);
        Many { modes, tau, form: Form::Unequal(Box::new(columns)), alone }
    }

    /// The modes' strengths at time `t` ≥ 0, into `u`, which has room for them.
    pub fn at(&self, t: f64, u: &mut [f64]) {
        let high = t / self.tau;
        let low = (-high).mul_add(self.tau, t) / self.tau;
        if !(high > 0.0 && high < LATEST) {
            u.iter_mut().zip(&self.modes).for_each(|(u, mode)| *u = strength(mode, t));
            return;
        }
        pulp::Arch::new().dispatch(Row { form: &self.form, time: Time { high, low }, u });
        for index in &self.alone {
            u[*index] = strength(&self.modes[*index], t);
        }
    }

    /// The modes' strengths at each of the `times` ≥ 0, into the rows of `table`, one for each time, over the cores.
    pub fn table(&self, times: &[f64], table: &mut [f64]) {
        let modes = self.modes.len().max(1);
        let rows = table.par_chunks_exact_mut(modes).zip(times).with_min_len(TASK.div_ceil(modes));
        rows.for_each(|(row, t)| self.at(*t, row));
    }
}

fn modes(s: &[f64], input_eigenvalues: &[f64], tau: f64, starts: impl Iterator<Item = Start>) -> Vec<(Pair, Start)> {
    let pairs = s.iter().zip(input_eigenvalues).map(|(s, lambda)| Pair { s: *s, input_eigenvalue: *lambda, tau });
    pairs.zip(starts).collect()
}

/// u(t) of one mode.
fn strength((pair, start): &(Pair, Start), t: f64) -> f64 {
    match *start {
        Start::Balanced(u0) => pair.balanced(u0, t),
        Start::Unequal(start) => {
            let (a, b) = pair.strengths(start, t);
            a * b
        }
    }
}

/// The columns of a form, with zeros for modes that are evaluated one by one, and which these are.
fn columns<const N: usize>(modes: &[(Pair, Start)]) -> ([Vec<f64>; N], Vec<usize>) {
    let mut columns: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(modes.len()));
    let mut alone = Vec::new();
    for (index, (pair, start)) in modes.iter().enumerate() {
        let numbers = match *start {
            Start::Balanced(u0) => balanced(pair, u0).map(Vec::from),
            Start::Unequal(start) => unequal(pair, start).map(Vec::from),
        };
        let numbers = numbers.unwrap_or_else(|| {
            alone.push(index);
            vec![0.0; N]
        });
        columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
    }
    (columns, alone)
}

/// Whether a number is far from both ends of its range.
fn moderate(x: f64, far: f64) -> bool {
    (1.0 / far..=far).contains(&x.abs())
}

/// (2s, λu0/s, u0), unless e^{−x} may be lost beside λu0/s before it is beyond the range, or a number leaves it.
fn balanced(pair: &Pair, u0: f64) -> Option<[f64; 3]> {
    let Pair { s, input_eigenvalue, .. } = *pair;
    let saturation = (Wide::from(input_eigenvalue) * Wide::from(u0) / Wide::from(s)).to_f64();
    let ordinary = u0 > 0.0 && moderate(u0, 1e150) && moderate(s, 1e150) && (1e-280..=1e150).contains(&saturation);
    ordinary.then_some([2.0 * s, saturation, u0])
}

/// The numbers of [`Unequal`], likewise.
fn unequal(pair: &Pair, (a, b): (f64, f64)) -> Option<[f64; 13]> {
    let Pair { s, input_eigenvalue, .. } = *pair;
    let weights = (a == 0.0 || moderate(a, 1e30)) && (b == 0.0 || moderate(b, 1e30));
    if !(weights && moderate(s, 1e30) && moderate(input_eigenvalue, 1e30)) {
        return None;
    }
    let (s, lambda, a, b) = (Wide::from(s), Wide::from(input_eigenvalue), Wide::from(a), Wide::from(b));
    let axes = pair.axes(a, b);
    let (rate, cos, sin, plus, minus) = (axes.rate, axes.cos, axes.sin, axes.plus, axes.minus);
    let numbers = [
        rate,
        lambda * plus * plus / rate,
        lambda * minus * minus / rate,
        cos * plus,
        sin * minus,
        sin * plus,
        cos * minus,
        a * cos * cos,
        a * sin * sin,
        s * b / rate,
        b * sin * sin,
        b * cos * cos,
        s * a / rate,
    ]
    .map(Wide::to_f64);
    // When e^{−x} is beyond the range, what it multiplies has to be nothing beside the rest.
    let [_, saturated, tame, cos_plus, sin_minus, sin_plus, cos_minus, ..] = numbers;
    let beside = |lost: f64, kept: f64| LOST * lost.abs() < kept.abs();
    let a = beside(sin_minus, cos_plus) && beside(a.to_f64(), cos_plus);
    let b = beside(cos_minus, sin_plus) && beside(b.to_f64(), sin_plus);
    (beside(1.0 + tame, saturated) && a && b).then_some(numbers)
}

/// A closed form with N numbers for each mode.
trait Formula<const N: usize> {
    /// u of as many modes as a register holds.
    fn at<S: Simd>(simd: S, numbers: [S::f64s; N], time: Time) -> S::f64s;
}

/// (e^{−x}, 1 − e^{−x}) for x ≥ 0; for x > 708 as if it were that.
#[inline(always)]
fn decay<S: Simd>(simd: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let least = simd.splat_f64s(-LARGEST);
    let (scale, power) = parts(simd, simd.max_f64s(simd.neg_f64s(x), least));
    let rest = simd.mul_add_e_f64s(scale, power, simd.sub_f64s(scale, simd.splat_f64s(1.0)));
    (simd.mul_add_e_f64s(scale, power, scale), simd.neg_f64s(rest))
}

/// u = u0/(e^{−x} + λu0(1 − e^{−x})/s), x = 2sT, with x as the sum of two numbers: one alone would cost x units in the last
/// place of e^{−x}.
struct Balanced;

impl Formula<3> for Balanced {
    #[inline(always)]
    fn at<S: Simd>(simd: S, [rate, saturation, start]: [S::f64s; 3], time: Time) -> S::f64s {
        let (high, low) = (simd.splat_f64s(time.high), simd.splat_f64s(time.low));
        let x = simd.mul_f64s(rate, high);
        let rest = simd.mul_add_f64s(rate, low, simd.mul_add_f64s(rate, high, simd.neg_f64s(x)));
        let rest = simd.select_f64s(simd.less_than_f64s(x, simd.splat_f64s(LARGEST)), rest, simd.splat_f64s(0.0));
        let (shrunk, grown) = decay(simd, x);
        let lost = simd.mul_f64s(shrunk, rest);
        let (shrunk, grown) = (simd.sub_f64s(shrunk, lost), simd.add_f64s(grown, lost));
        simd.div_f64s(start, simd.mul_add_e_f64s(saturation, grown, shrunk))
    }
}

/// u = ab of [`Pair::strengths`], whose den² is E(1 + λz₋²g) + λz₊²g with g = (1 − E)/2κ.
struct Unequal;

impl Formula<13> for Unequal {
    #[inline(always)]
    fn at<S: Simd>(simd: S, numbers: [S::f64s; 13], time: Time) -> S::f64s {
        let [rate, plus, minus, cos_plus, sin_minus, sin_plus, cos_minus, a_cos, a_sin, s_b, b_sin, b_cos, s_a] =
            numbers;
        let (e, g) = decay(simd, simd.mul_f64s(rate, simd.splat_f64s(time.high)));
        let one = simd.splat_f64s(1.0);
        let first = simd.mul_f64s(e, simd.mul_add_e_f64s(minus, g, one));
        let den = simd.mul_add_e_f64s(plus, g, first);
        let kept = simd.mul_add_e_f64s(e, a_sin, a_cos);
        let turned = simd.neg_f64s(simd.mul_f64s(e, sin_minus));
        let a = steadier(simd, [cos_plus, turned], [kept, simd.mul_f64s(s_b, g)]);
        let kept = simd.mul_add_e_f64s(e, b_cos, b_sin);
        let b = steadier(simd, [sin_plus, simd.mul_f64s(e, cos_minus)], [kept, simd.mul_f64s(s_a, g)]);
        simd.mul_f64s(a, simd.div_f64s(b, den))
    }
}

/// Of two sums that are equal in exact arithmetic, the one whose terms cancel less.
#[inline(always)]
fn steadier<S: Simd>(simd: S, [p, q]: [S::f64s; 2], [r, s]: [S::f64s; 2]) -> S::f64s {
    let first = simd.add_f64s(simd.abs_f64s(p), simd.abs_f64s(q));
    let second = simd.add_f64s(simd.abs_f64s(r), simd.abs_f64s(s));
    simd.select_f64s(simd.less_than_f64s(first, second), simd.add_f64s(p, q), simd.add_f64s(r, s))
}

/// The strengths of all modes at one time.
struct Row<'a> {
    form: &'a Form,
    time: Time,
    u: &'a mut [f64],
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.form {
            Form::Balanced(columns) => fill::<S, Balanced, 3>(simd, columns, self.time, self.u),
            Form::Unequal(columns) => fill::<S, Unequal, 13>(simd, columns, self.time, self.u),
        }
    }
}

#[inline(always)]
fn fill<S: Simd, F: Formula<N>, const N: usize>(simd: S, columns: &[Vec<f64>; N], time: Time, u: &mut [f64]) {
    let n = columns[0].len();
    let (whole, rest) = S::as_mut_simd_f64s(&mut u[..n]);
    let columns: [(&[S::f64s], &[f64]); N] = std::array::from_fn(|j| S::as_simd_f64s(&columns[j][..n]));
    let mut numbers = [simd.splat_f64s(0.0); N];
    for (i, u) in whole.iter_mut().enumerate() {
        for j in 0..N {
            numbers[j] = columns[j].0[i];
        }
        *u = F::at(simd, numbers, time);
    }
    if !rest.is_empty() {
        for j in 0..N {
            numbers[j] = simd.partial_load_f64s(columns[j].1);
        }
        let found = F::at(simd, numbers, time);
        simd.partial_store_f64s(rest, found);
    }
}
