//! Sums over the state, each in one pass and without temporaries: what a step costs beside its evaluations.
//!
//! They take the time that reading their terms takes, so that several sums of the same terms are made in one pass.

use crate::parallel;
use pulp::{Simd, WithSimd};

/// c·k, with a coefficient c for each of L sums.
pub(super) type Term<'a, const L: usize = 1> = ([f64; L], &'a [f64]);

/// The most terms of a sum.
pub(super) const MOST: usize = 16;

/// Components that are worth a thread of their own.
const PART: usize = 1 << 14;

/// Whether so many terms can be taken, all of the state's length.
fn fit<const L: usize>(terms: &[Term<L>], y: &[f64]) -> bool {
    terms.len() <= MOST && terms.iter().all(|(_, k)| k.len() == y.len())
}

/// Where to cut so many components in two, if that pays: it depends on nothing else, so that sums are the same on any number of
/// threads.
fn middle(components: usize) -> Option<usize> {
    (components >= 2 * PART).then(|| (components / 2).next_multiple_of(64))
}

/// The terms up to the middle and from there on, in the places of `terms`.
fn halves<'a, const L: usize>(terms: &[Term<'a, L>], middle: usize) -> [[Term<'a, L>; MOST]; 2] {
    let [mut left, mut right] = [[([0.0; L], &[][..]); MOST]; 2];
    for ((left, right), (c, k)) in left.iter_mut().zip(&mut right).zip(terms) {
        let (before, after) = k.split_at(middle);
        (*left, *right) = ((*c, before), (*c, after));
    }
    [left, right]
}

/// out_l ← y + Σ_j c_jl k_j for each l, the terms added in their order, at most [`MOST`] of them. All slices have one length.
pub(super) fn combine<const L: usize>(mut outs: [&mut [f64]; L], y: &[f64], terms: &[Term<L>]) {
    debug_assert!(fit(terms, y), "terms that a sum does not take");
    let Some(middle) = middle(y.len()) else {
        return pulp::Arch::new().dispatch(Combine { outs, y, terms });
    };
    let ([first, second], (left, right)) = (halves(terms, middle), y.split_at(middle));
    let outs_left = outs.each_mut().map(|out| out.split_off_mut(..middle).unwrap_or_default());
    parallel::join(|| combine(outs_left, left, &first[..terms.len()]), || combine(outs, right, &second[..terms.len()]));
}

/// Registers that sums are made in at a time: as many as keep the adders busy.
const BLOCK: usize = 4;

/// Adds terms to L sums in U registers each, from the `first` register of the terms on.
#[inline(always)]
fn add_terms<S: Simd, const L: usize, const U: usize>(
    simd: S,
    terms: &[Term<L>],
    first: usize,
    sums: &mut [[S::f64s; U]; L],
) {
    for (c, k) in terms {
        let k = &S::as_simd_f64s(k).0[first..first + U];
        for (sum, c) in sums.iter_mut().zip(c) {
            let c = simd.splat_f64s(*c);
            for (sum, k) in sum.iter_mut().zip(k) {
                *sum = simd.add_f64s(*sum, simd.mul_f64s(c, *k));
            }
        }
    }
}

/// The same with a single number, where the terms do not fill a register.
#[inline(always)]
fn add_rest<S: Simd, const L: usize>(terms: &[Term<L>], at: usize, sums: &mut [f64; L]) {
    for (c, k) in terms {
        let k = S::as_simd_f64s(k).1[at];
        sums.iter_mut().zip(c).for_each(|(sum, c)| *sum += c * k);
    }
}

/// Does `$act` for blocks of registers, and at the end for single ones: `$first` is the first of each, `$width` how many they are.
macro_rules! in_blocks {
    ($registers:expr, |$first:ident, $width:ident| $act:expr) => {
        let whole = $registers / BLOCK * BLOCK;
        for $first in (0..whole).step_by(BLOCK) {
            const $width: usize = BLOCK;
            $act;
        }
        for $first in whole..$registers {
            const $width: usize = 1;
            $act;
        }
    };
}

/// With the widest registers that the machine has.
struct Combine<'a, const L: usize> {
    outs: [&'a mut [f64]; L],
    y: &'a [f64],
    terms: &'a [Term<'a, L>],
}

impl<const L: usize> WithSimd for Combine<'_, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Combine { outs, y, terms } = self;
        let n = y.len();
        let (y, y_rest) = S::as_simd_f64s(y);
        let mut outs = outs.map(|out| S::as_mut_simd_f64s(&mut out[..n]));
        in_blocks!(y.len(), |first, U| {
            let mut sums = [[simd.splat_f64s(0.0); U]; L];
            for sum in &mut sums {
                sum.copy_from_slice(&y[first..first + U]);
            }
            add_terms(simd, terms, first, &mut sums);
            for ((out, _), sum) in outs.iter_mut().zip(&sums) {
                out[first..first + U].copy_from_slice(sum);
            }
        });
        for (at, y) in y_rest.iter().enumerate() {
            let mut sums = [*y; L];
            add_rest::<S, _>(terms, at, &mut sums);
            outs.iter_mut().zip(sums).for_each(|((_, out), sum)| out[at] = sum);
        }
    }
}

/// out ← out + c·k.
pub(super) fn add(out: &mut [f64], c: f64, k: &[f64]) {
    for (out, k) in out.iter_mut().zip(k) {
        *out += c * k;
    }
}

/// What a component may be wrong by: atol + rtol·|y|.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tolerance {
    pub rtol: f64,
    pub atol: f64,
}

impl Tolerance {
    #[inline(always)]
    pub fn at(self, y: f64) -> f64 {
        self.atol + y.abs() * self.rtol
    }

    /// The squares of two errors over it; the first is not a number if `next` is not finite.
    #[inline(always)]
    fn squares(self, [high, low]: [f64; 2], y: f64, next: f64) -> [f64; 2] {
        let scale = 1.0 / self.at(y.abs().max(next.abs()));
        [(high * scale).powi(2) + 0.0 * next, (low * scale).powi(2)]
    }
}

/// (Σ_i (e_i/sc_i)², the same of the second estimate), e = Σ c_j k_j, sc = atol + rtol·max(|y|, |next|), with the last two
/// coefficients of at most [`MOST`] terms; not numbers if `next` is not finite. A coefficient before these makes
/// next ← y + Σ c_j k_j in the same pass; without it `next` is what it is.
pub(super) fn finish<const L: usize>(
    next: &mut [f64],
    y: &[f64],
    terms: &[Term<L>],
    tolerance: Tolerance,
) -> (f64, f64) {
    debug_assert!(fit(terms, y), "terms that a sum does not take");
    let Some(middle) = middle(y.len()) else {
        return pulp::Arch::new().dispatch(Finish { next, y, terms, tolerance });
    };
    let ([first, second], y, next) = (halves(terms, middle), y.split_at(middle), next.split_at_mut(middle));
    let (left, right) = parallel::join(
        || finish(next.0, y.0, &first[..terms.len()], tolerance),
        || finish(next.1, y.1, &second[..terms.len()], tolerance),
    );
    (left.0 + right.0, left.1 + right.1)
}

/// As [`Combine`].
struct Finish<'a, const L: usize> {
    next: &'a mut [f64],
    y: &'a [f64],
    terms: &'a [Term<'a, L>],
    tolerance: Tolerance,
}

impl<const L: usize> Finish<'_, L> {
    /// Whether `next` is made, by a coefficient before those of the two estimates.
    const MAKES_NEXT: bool = {
        assert!(L == 2 || L == 3, "two estimates, and at most one sum beside them");
        L == 3
    };
}

impl<const L: usize> WithSimd for Finish<'_, L> {
    type Output = (f64, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
        let Finish { next, y, terms, tolerance } = self;
        let n = y.len();
        let (y, y_rest) = S::as_simd_f64s(y);
        let (next, next_rest) = S::as_mut_simd_f64s(&mut next[..n]);
        let mut both = Both::new(simd, tolerance);
        in_blocks!(y.len(), |first, U| {
            let (y, next) = (&y[first..first + U], &mut next[first..first + U]);
            let mut sums = [[simd.splat_f64s(0.0); U]; L];
            if Self::MAKES_NEXT {
                sums[0].copy_from_slice(y);
            }
            add_terms(simd, terms, first, &mut sums);
            if Self::MAKES_NEXT {
                next.copy_from_slice(&sums[0]);
            }
            for at in 0..U {
                both.see(simd, sums[L - 2][at], sums[L - 1][at], y[at], next[at]);
            }
        });
        let (mut high_sum, mut low_sum) = both.sums(simd);
        for (at, (y, next)) in y_rest.iter().zip(next_rest).enumerate() {
            let mut sums = [0.0; L];
            if Self::MAKES_NEXT {
                sums[0] = *y;
            }
            add_rest::<S, _>(terms, at, &mut sums);
            if Self::MAKES_NEXT {
                *next = sums[0];
            }
            let [high, low] = tolerance.squares([sums[L - 2], sums[L - 1]], *y, *next);
            (high_sum, low_sum) = (high_sum + high, low_sum + low);
        }
        (high_sum, low_sum)
    }
}

/// The sums of squares of two estimates over the tolerance, in registers.
struct Both<S: Simd> {
    rtol: S::f64s,
    atol: S::f64s,
    high: S::f64s,
    low: S::f64s,
}

impl<S: Simd> Both<S> {
    #[inline(always)]
    fn new(simd: S, tolerance: Tolerance) -> Self {
        let zero = simd.splat_f64s(0.0);
        let (rtol, atol) = (simd.splat_f64s(tolerance.rtol), simd.splat_f64s(tolerance.atol));
        Both { rtol, atol, high: zero, low: zero }
    }

    #[inline(always)]
    fn see(&mut self, simd: S, high: S::f64s, low: S::f64s, y: S::f64s, next: S::f64s) {
        let larger = simd.max_f64s(simd.abs_f64s(y), simd.abs_f64s(next));
        let allowed = simd.add_f64s(self.atol, simd.mul_f64s(larger, self.rtol));
        let scale = simd.div_f64s(simd.splat_f64s(1.0), allowed);
        let (high, low) = (simd.mul_f64s(high, scale), simd.mul_f64s(low, scale));
        // 0 times what is not finite is not a number.
        let latch = simd.mul_f64s(simd.splat_f64s(0.0), next);
        self.high = simd.add_f64s(self.high, simd.add_f64s(simd.mul_f64s(high, high), latch));
        self.low = simd.add_f64s(self.low, simd.mul_f64s(low, low));
    }

    #[inline(always)]
    fn sums(self, simd: S) -> (f64, f64) {
        (simd.reduce_sum_f64s(self.high), simd.reduce_sum_f64s(self.low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{self, Purpose};

    /// A state and four rates, of any length and of one that goes in parts.
    fn vectors(n: usize) -> Vec<Vec<f64>> {
        let mut rng = random::stream(11, Purpose::Task);
        (0..5).map(|_| random::gaussian(&mut rng, n, 1).as_slice().to_vec()).collect()
    }

    const TOLERANCE: Tolerance = Tolerance { rtol: 0.1, atol: 0.01 };

    /// Lengths that fill blocks and registers, that do not, and one that goes in parts.
    const LENGTHS: [usize; 8] = [0, 1, 7, 8, 31, 32, 67, 3 * PART + 5];

    #[test]
    fn sums_are_what_they_say_at_any_length() {
        for n in LENGTHS {
            let v = vectors(n);
            let terms: [Term; 3] = [([0.5], &v[1]), ([-2.0], &v[2]), ([3.0], &v[3])];
            let mut out = vec![0.0; n];
            combine([&mut out], &v[0], &terms);
            for i in 0..n {
                assert_eq!(out[i], v[0][i] + 0.5 * v[1][i] - 2.0 * v[2][i] + 3.0 * v[3][i]);
            }
            let errors = [([0.5, 1.0], &v[1][..]), ([-2.0, 0.0], &v[2])];
            let (high, low) = finish(&mut v[3].clone(), &v[0], &errors, TOLERANCE);
            let scale = |i: usize| 0.01 + 0.1 * v[0][i].abs().max(v[3][i].abs());
            let expected = (0..n).map(|i| ((0.5 * v[1][i] - 2.0 * v[2][i]) / scale(i)).powi(2)).sum::<f64>();
            assert!((high - expected).abs() <= 1e-12 * expected);
            let expected = (0..n).map(|i| (v[1][i] / scale(i)).powi(2)).sum::<f64>();
            assert!((low - expected).abs() <= 1e-12 * expected);
        }
    }

    #[test]
    fn sums_made_at_once_or_begun_ahead_are_those_made_alone() {
        for n in LENGTHS {
            let v = vectors(n);
            let coefficients = [[0.3, -0.7, 1.1, 0.9], [2.3, 0.1, -1.9, 0.0], [-0.6, 1.7, 0.2, 0.4]];
            let alone = |l: usize, count: usize, y: &[f64]| {
                let terms: Vec<Term> = (0..3).map(|j| ([coefficients[j][l]], v[j + 1].as_slice())).collect();
                let mut out = vec![f64::NAN; n];
                combine([&mut out], y, &terms[3 - count..]);
                out
            };
            let mut outs = [(); 4].map(|()| vec![f64::NAN; n]);
            combine(outs.each_mut().map(Vec::as_mut_slice), &v[0], &[(coefficients[0], &v[1])]);
            for (l, begun) in outs.iter().enumerate() {
                assert_eq!(alone(l, 2, begun), alone(l, 3, &v[0]), "sum {l} of {n}");
            }
            let terms: [Term<3>; 3] = std::array::from_fn(|j| {
                let [first, second, third, _] = coefficients[j];
                ([first, second, third], v[j + 1].as_slice())
            });
            let mut next = vec![f64::NAN; n];
            let both = finish(&mut next, &v[0], &terms, TOLERANCE);
            assert_eq!(next, alone(0, 3, &v[0]));
            let errors = terms.map(|([_, high, low], k)| ([high, low], k));
            assert_eq!(both, finish(&mut next, &v[0], &errors, TOLERANCE));
        }
    }

    #[test]
    fn sums_take_any_number_of_terms_up_to_the_most() {
        let k = [1.0; 11];
        for count in 1..=MOST {
            let terms: Vec<Term> = (1..=count).map(|c| ([c as f64], &k[..])).collect();
            let sum = (count * (count + 1) / 2) as f64;
            let mut out = [0.0; 11];
            combine([&mut out], &k, &terms);
            assert_eq!(out, [1.0 + sum; 11]);
            let terms: Vec<Term<2>> = terms.iter().map(|([c], k)| ([*c, 1.0], *k)).collect();
            let squares = finish(&mut k.clone(), &k, &terms, Tolerance { rtol: 0.0, atol: 1.0 });
            assert_eq!(squares, (11.0 * sum * sum, 11.0 * (count * count) as f64));
        }
    }

    #[test]
    fn an_error_of_what_is_not_finite_is_not_a_number() {
        for at in [0, 12] {
            let mut next = vec![1.0; 13];
            next[at] = f64::INFINITY;
            let k = vec![1.0; 13];
            assert!(finish(&mut next, &k, &[([1.0, 1.0], &k)], Tolerance { rtol: 1.0, atol: 1.0 }).0.is_nan());
            let (y, mut end) = (next, vec![0.0; 13]);
            assert!(finish(&mut end, &y, &[([1.0; 3], &k)], Tolerance { rtol: 1.0, atol: 1.0 }).0.is_nan());
        }
    }

    #[test]
    fn sums_in_parts_are_the_same_on_any_number_of_threads() {
        let v = vectors(5 * PART + 3);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let mut next = vec![0.0; v[0].len()];
            let terms = [([1.0, 0.5, 1.0], v[1].as_slice()), ([0.2, -2.0, 0.3], v[2].as_slice())];
            (pool.install(|| finish(&mut next, &v[0], &terms, TOLERANCE)), next)
        };
        assert_eq!(on(1), on(3));
    }
}
