//! Sums over the state, each in one pass and without temporaries: what a step costs beside its evaluations.

use crate::parallel;
use pulp::{Simd, WithSimd};

/// c·k.
pub(super) type Term<'a> = (f64, &'a [f64]);

/// The most terms of a sum.
pub(super) const MOST: usize = 16;

/// Makes a call with the terms as an array, whose length the compiler then knows: loops over it are unrolled.
macro_rules! unrolled {
    ($terms:ident, $call:expr, $($count:literal)*) => {
        match $terms.len() {
            $($count => $terms.first_chunk::<$count>().map(|$terms| $call),)*
            _ => None,
        }
    };
}

/// Components that are worth a thread of their own.
const PART: usize = 1 << 14;

/// Where to cut so many components in two, if that pays: it depends on nothing else, so that sums are the same on any number of
/// threads.
fn middle(components: usize) -> Option<usize> {
    (components >= 2 * PART).then(|| (components / 2).next_multiple_of(64))
}

/// out ← y + Σ c_j k_j, the terms added in their order, at most [`MOST`] of them. All slices have one length.
pub(super) fn combine(out: &mut [f64], y: &[f64], terms: &[Term]) {
    let combined = unrolled!(terms, combine_terms(out, y, *terms), 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    debug_assert!(combined.is_some(), "more terms than a sum takes");
}

fn combine_terms<const N: usize>(out: &mut [f64], y: &[f64], terms: [Term; N]) {
    if let Some(middle) = middle(out.len()) {
        let (out, (y, terms)) =
            (out.split_at_mut(middle), (y.split_at(middle), terms.map(|(c, k)| (c, k.split_at(middle)))));
        parallel::join(
            || combine_terms(out.0, y.0, terms.map(|(c, k)| (c, k.0))),
            || combine_terms(out.1, y.1, terms.map(|(c, k)| (c, k.1))),
        );
        return;
    }
    pulp::Arch::new().dispatch(Combine { out, y, terms: &terms });
}

/// The sums of so many terms, with the widest registers that the machine has.
struct Combine<'a, const N: usize> {
    out: &'a mut [f64],
    y: &'a [f64],
    terms: &'a [Term<'a>; N],
}

impl<const N: usize> WithSimd for Combine<'_, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Combine { out, y, terms } = self;
        let n = y.len();
        let (out, out_rest) = S::as_mut_simd_f64s(&mut out[..n]);
        let (y, y_rest) = S::as_simd_f64s(y);
        let k: [_; N] = std::array::from_fn(|j| S::as_simd_f64s(&terms[j].1[..n]));
        let c: [_; N] = std::array::from_fn(|j| simd.splat_f64s(terms[j].0));
        for (i, (out, y)) in out.iter_mut().zip(y).enumerate() {
            let mut sum = *y;
            for j in 0..N {
                sum = simd.add_f64s(sum, simd.mul_f64s(c[j], k[j].0[i]));
            }
            *out = sum;
        }
        for (i, (out, y)) in out_rest.iter_mut().zip(y_rest).enumerate() {
            *out = (0..N).fold(*y, |sum, j| sum + terms[j].0 * k[j].1[i]);
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
}

/// c·k and d·k: shares in two estimates of the error.
pub(super) type ErrorTerm<'a> = (f64, f64, &'a [f64]);

/// (Σ_i (e_i/sc_i)², the same of the second estimate), e = Σ c_j k_j, sc = atol + rtol·max(|y|, |next|), of at most
/// [`MOST`] terms; not numbers if `next` is not finite.
pub(super) fn squares(terms: &[ErrorTerm], y: &[f64], next: &[f64], tolerance: Tolerance) -> (f64, f64) {
    unrolled!(terms, squares_of(*terms, y, next, tolerance), 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
        .unwrap_or((f64::NAN, f64::NAN))
}

fn squares_of<const N: usize>(terms: [ErrorTerm; N], y: &[f64], next: &[f64], tolerance: Tolerance) -> (f64, f64) {
    if let Some(middle) = middle(y.len()) {
        let (y, next) = (y.split_at(middle), next.split_at(middle));
        let terms = terms.map(|(c, d, k)| (c, d, k.split_at(middle)));
        let (left, right) = parallel::join(
            || squares_of(terms.map(|(c, d, k)| (c, d, k.0)), y.0, next.0, tolerance),
            || squares_of(terms.map(|(c, d, k)| (c, d, k.1)), y.1, next.1, tolerance),
        );
        return (left.0 + right.0, left.1 + right.1);
    }
    pulp::Arch::new().dispatch(Squares { terms: &terms, y, next, tolerance })
}

/// As [`Combine`].
struct Squares<'a, const N: usize> {
    terms: &'a [ErrorTerm<'a>; N],
    y: &'a [f64],
    next: &'a [f64],
    tolerance: Tolerance,
}

impl<const N: usize> WithSimd for Squares<'_, N> {
    type Output = (f64, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
        let Squares { terms, y, next, tolerance } = self;
        let n = y.len();
        let (y, y_rest) = S::as_simd_f64s(y);
        let (next, next_rest) = S::as_simd_f64s(&next[..n]);
        let k: [_; N] = std::array::from_fn(|j| S::as_simd_f64s(&terms[j].2[..n]));
        let c: [_; N] = std::array::from_fn(|j| simd.splat_f64s(terms[j].0));
        let d: [_; N] = std::array::from_fn(|j| simd.splat_f64s(terms[j].1));
        let (one, zero) = (simd.splat_f64s(1.0), simd.splat_f64s(0.0));
        let (rtol, atol) = (simd.splat_f64s(tolerance.rtol), simd.splat_f64s(tolerance.atol));
        let (mut high_sum, mut low_sum) = (zero, zero);
        for (i, (y, next)) in y.iter().zip(next).enumerate() {
            let (mut high, mut low) = (zero, zero);
            for j in 0..N {
                high = simd.add_f64s(high, simd.mul_f64s(c[j], k[j].0[i]));
                low = simd.add_f64s(low, simd.mul_f64s(d[j], k[j].0[i]));
            }
            let larger = simd.max_f64s(simd.abs_f64s(*y), simd.abs_f64s(*next));
            let scale = simd.div_f64s(one, simd.add_f64s(atol, simd.mul_f64s(larger, rtol)));
            let (high, low) = (simd.mul_f64s(high, scale), simd.mul_f64s(low, scale));
            // 0 times what is not finite is not a number.
            let latch = simd.mul_f64s(zero, *next);
            high_sum = simd.add_f64s(high_sum, simd.add_f64s(simd.mul_f64s(high, high), latch));
            low_sum = simd.add_f64s(low_sum, simd.mul_f64s(low, low));
        }
        let (mut high_sum, mut low_sum) = (simd.reduce_sum_f64s(high_sum), simd.reduce_sum_f64s(low_sum));
        for (i, (y, next)) in y_rest.iter().zip(next_rest).enumerate() {
            let scale = 1.0 / tolerance.at(y.abs().max(next.abs()));
            let estimate = |weights: [f64; N]| (0..N).map(|j| weights[j] * k[j].1[i]).sum::<f64>() * scale;
            high_sum += estimate(terms.map(|term| term.0)).powi(2) + 0.0 * next;
            low_sum += estimate(terms.map(|term| term.1)).powi(2);
        }
        (high_sum, low_sum)
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

    #[test]
    fn sums_are_what_they_say_at_any_length() {
        for n in [0, 1, 7, 8, 67, 3 * PART + 5] {
            let v = vectors(n);
            let terms: Vec<Term> = [0.5, -2.0, 3.0].into_iter().zip(v[1..].iter().map(Vec::as_slice)).collect();
            let mut out = vec![0.0; n];
            combine(&mut out, &v[0], &terms);
            for i in 0..n {
                assert_eq!(out[i], v[0][i] + 0.5 * v[1][i] - 2.0 * v[2][i] + 3.0 * v[3][i]);
            }
            let tolerance = Tolerance { rtol: 0.1, atol: 0.01 };
            let terms = [(0.5, 1.0, v[1].as_slice()), (-2.0, 0.0, v[2].as_slice())];
            let (high, low) = squares(&terms, &v[0], &v[3], tolerance);
            let scale = |i: usize| 0.01 + 0.1 * v[0][i].abs().max(v[3][i].abs());
            let expected = (0..n).map(|i| ((0.5 * v[1][i] - 2.0 * v[2][i]) / scale(i)).powi(2)).sum::<f64>();
            assert!((high - expected).abs() <= 1e-12 * expected);
            let expected = (0..n).map(|i| (v[1][i] / scale(i)).powi(2)).sum::<f64>();
            assert!((low - expected).abs() <= 1e-12 * expected);
        }
    }

    #[test]
    fn sums_take_any_number_of_terms_up_to_the_most() {
        let k = [1.0; 11];
        for count in 1..=MOST {
            let terms: Vec<Term> = (1..=count).map(|c| (c as f64, &k[..])).collect();
            let sum = (count * (count + 1) / 2) as f64;
            let mut out = [0.0; 11];
            combine(&mut out, &k, &terms);
            assert_eq!(out, [1.0 + sum; 11]);
            let terms: Vec<ErrorTerm> = terms.iter().map(|(c, k)| (*c, 1.0, *k)).collect();
            let squares = squares(&terms, &k, &k, Tolerance { rtol: 0.0, atol: 1.0 });
            assert_eq!(squares, (11.0 * sum * sum, 11.0 * (count * count) as f64));
        }
    }

    #[test]
    fn an_error_of_what_is_not_finite_is_not_a_number() {
        for at in [0, 12] {
            let mut next = vec![1.0; 13];
            next[at] = f64::INFINITY;
            let k = vec![1.0; 13];
            assert!(squares(&[(1.0, 1.0, &k)], &k, &next, Tolerance { rtol: 1.0, atol: 1.0 }).0.is_nan());
        }
    }

    #[test]
    fn sums_in_parts_are_the_same_on_any_number_of_threads() {
        let v = vectors(5 * PART + 3);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let terms = [(0.5, 1.0, v[1].as_slice()), (-2.0, 0.3, v[2].as_slice())];
            pool.install(|| squares(&terms, &v[0], &v[3], Tolerance { rtol: 0.1, atol: 0.01 }))
        };
        assert_eq!(on(1), on(3));
    }
}
