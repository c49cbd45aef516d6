//! Sums over the state, each in one pass and without temporaries: what a step costs beside its evaluations.

/// c·k.
pub(super) type Term<'a> = (f64, &'a [f64]);

/// The most terms of a sum.
pub(super) const MOST: usize = 9;

/// Makes a call with the terms as an array, whose length the compiler then knows: loops over it are unrolled.
macro_rules! unrolled {
    ($terms:ident, $call:expr, $($count:literal)*) => {
        match $terms.len() {
            $($count => $terms.first_chunk::<$count>().map(|$terms| $call),)*
            _ => None,
        }
    };
}

/// out ← y + Σ c_j k_j, the terms added in their order. All slices have one length.
pub(super) fn combine(out: &mut [f64], y: &[f64], terms: &[Term]) {
    let whole = y.len() - y.len() % LANES;
    combine_by::<LANES>(&mut out[..whole], y, terms, 0);
    combine_by::<1>(&mut out[whole..], y, terms, whole);
}

/// The sums from `start` on, as many as `out` holds, a multiple of L. So many are made in registers before they are
/// written, which spares the compiler the question of whether slices overlap.
fn combine_by<const L: usize>(out: &mut [f64], y: &[f64], terms: &[Term], start: usize) {
    for (index, (out, y)) in out.as_chunks_mut::<L>().0.iter_mut().zip(y[start..].as_chunks::<L>().0).enumerate() {
        let mut sum = *y;
        for (c, k) in terms {
            if let Some(k) = k[start..].as_chunks::<L>().0.get(index) {
                for (sum, k) in sum.iter_mut().zip(k) {
                    *sum += c * k;
                }
            }
        }
        *out = sum;
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
    pub fn at(self, y: f64) -> f64 {
        self.atol + y.abs() * self.rtol
    }
}

/// c·k and d·k: shares in two estimates of the error.
pub(super) type ErrorTerm<'a> = (f64, f64, &'a [f64]);

/// (Σ_i (e_i/sc_i)², the same of the second estimate), e = Σ c_j k_j, sc = atol + rtol·max(|y|, |next|), of at most
/// [`MOST`] terms; not numbers if `next` is not finite.
pub(super) fn squares(terms: &[ErrorTerm], y: &[f64], next: &[f64], tolerance: Tolerance) -> (f64, f64) {
    unrolled!(terms, squares_of(terms, y, next, tolerance), 1 2 3 4 5 6 7 8 9).unwrap_or((f64::NAN, f64::NAN))
}

/// So many sums are made side by side; the order of additions depends on nothing else.
const LANES: usize = 16;

fn squares_of<const N: usize>(terms: &[ErrorTerm; N], y: &[f64], next: &[f64], tolerance: Tolerance) -> (f64, f64) {
    let whole = y.len() - y.len() % LANES;
    let lanes = squares_by::<N, LANES>(terms, 0..whole, y, next, tolerance);
    let rest = squares_by::<N, 1>(terms, whole..y.len(), y, next, tolerance);
    (lanes.0 + rest.0, lanes.1 + rest.1)
}

/// The sums over a range whose length is a multiple of L.
fn squares_by<const N: usize, const L: usize>(
    terms: &[ErrorTerm; N],
    range: std::ops::Range<usize>,
    y: &[f64],
    next: &[f64],
    tolerance: Tolerance,
) -> (f64, f64) {
    let k: [&[[f64; L]]; N] = std::array::from_fn(|j| terms[j].2[range.clone()].as_chunks().0);
    let ends = y[range.clone()].as_chunks::<L>().0.iter().zip(next[range].as_chunks::<L>().0);
    let (mut high_sum, mut low_sum) = ([0.0; L], [0.0; L]);
    for (index, (y, next)) in ends.enumerate() {
        let (mut high, mut low) = ([0.0; L], [0.0; L]);
        for j in 0..N {
            let k = &k[j][index];
            for lane in 0..L {
                high[lane] += terms[j].0 * k[lane];
                low[lane] += terms[j].1 * k[lane];
            }
        }
        for lane in 0..L {
            // Not `f64::max`, which takes care of what is not a number and several times as long.
            let (before, after) = (y[lane].abs(), next[lane].abs());
            let scale = 1.0 / tolerance.at(if before > after { before } else { after });
            // 0 times what is not finite is not a number.
            high_sum[lane] += (high[lane] * scale) * (high[lane] * scale) + 0.0 * next[lane];
            low_sum[lane] += (low[lane] * scale) * (low[lane] * scale);
        }
    }
    (high_sum.iter().sum(), low_sum.iter().sum())
}
