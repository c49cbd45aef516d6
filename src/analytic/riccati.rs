//! Two weight matrices in any orientation: the matrix Riccati equation, solved exactly.
//!
//! For white inputs, Σ11 = cI, and weights with W2ᵀW2 − W1W1ᵀ = ℓI (which the flow keeps), the stacked
//! Q = [W1ᵀ; W2] obeys τ dQ/dt = FQ − ½QQᵀQ with F = [[−ℓ/2 I, Σ31ᵀ], [Σ31, ℓ/2 I]] (for c = 1), and
//!
//! QQᵀ(t) = e^{FT}Q0 [I + Q0ᵀ(∫₀ᵀe^{2Fσ}dσ)Q0]⁻¹ Q0ᵀe^{FT}, T = t/τ
//!
//! (Fukumizu 1998 for ℓ = 0; Braun et al. 2022; Dominé et al. 2024; with the integral in place of
//! ½(e^{FT}F⁻¹e^{FT} − F⁻¹) it holds for singular F too). Its blocks are W1ᵀW1, W = W2W1 and W2W2ᵀ; the weights
//! themselves are determined up to a rotation of the hidden layer only.
//!
//! The columns of W2 stay in the span of those of W2(0) and Σ31: of more outputs than that only the span is solved for.

use crate::kernels::{View, product};
use crate::linalg::{basis_of, complement, join, svd};
use nalgebra::{DMatrix, DVector, DVectorView, RowDVector};

/// The solution for one start.
#[derive(Debug, Clone, PartialEq)]
pub struct Riccati {
    /// N1, the rows of Q above W2's.
    inputs: usize,
    /// Orthonormal columns that span the outputs that W2 reaches, if these are not all.
    outputs: Option<DMatrix<f64>>,
    /// c of Σ11 = cI: with √c Q in place of Q and cℓ in place of ℓ, c is 1.
    input_eigenvalue: f64,
    /// Eigenvalues Λ of F, descending.
    exponents: Vec<Exponent>,
    /// Its eigenvectors P, columns.
    vectors: DMatrix<f64>,
    /// L of PᵀQ0 = LO, lower echelon, with O orthogonal: O drops out of QQᵀ.
    lower: DMatrix<f64>,
}

/// An eigenvalue of F as ±|ℓ|/2 and the rest, which may be small beside it: only differences matter in the end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Exponent {
    base: f64,
    rest: f64,
}

impl Exponent {
    fn value(self) -> f64 {
        self.base + self.rest
    }

    fn minus(self, other: Exponent) -> f64 {
        (self.base - other.base) + (self.rest - other.rest)
    }
}

/// QQᵀ at one time, by a factor Y with QQᵀ = YYᵀ.
#[derive(Debug, Clone, PartialEq)]
pub struct Gram {
    inputs: usize,
    input_eigenvalue: f64,
    factor: DMatrix<f64>,
}

impl Riccati {
    /// The solution from W1 (N2×N1) and W2 (N3×N2), for Σ31 (N3×N1), Σ11 = cI with c > 0, and the ℓ of the start.
    pub fn new(
        sigma31: &DMatrix<f64>,
        input_eigenvalue: f64,
        imbalance: f64,
        w1: &DMatrix<f64>,
        w2: &DMatrix<f64>,
    ) -> Riccati {
        let outputs = basis_of(sigma31, w2);
        let within = |m: &DMatrix<f64>| match &outputs {
            Some(basis) => product(View::from(basis).t(), m.into()),
            None => m.clone(),
        };
        // The sizes of what W2 is made of there: a component that cancels has their rounding, not its own.
        let reached = match &outputs {
            Some(basis) => basis.map(f64::abs).tr_mul(&w2.map(f64::abs)),
            None => w2.map(f64::abs),
        };
        let (sigma31, w2) = (within(sigma31), within(w2));
        let (exponents, vectors) = eigen(&sigma31, 0.5 * input_eigenvalue * imbalance);
        let inputs = sigma31.ncols();
        let stacked = |below: &DMatrix<f64>| join(w1, &below.transpose()).transpose() * input_eigenvalue.sqrt();
        let q = stacked(&w2);
        // What rounding may have made of each row of PᵀQ0.
        let sizes = vectors.map(f64::abs).transpose() * stacked(&reached).map(f64::abs);
        let rounding: Vec<f64> = sizes.row_iter().map(|row| ROUNDING * row.norm()).collect();
        let lower = echelon(&product(View::from(&vectors).t(), (&q).into()), &rounding);
        Riccati { inputs, outputs, input_eigenvalue, exponents, vectors, lower }
    }

    /// QQᵀ at T = t/τ ≥ 0, at any of them: nothing overflows.
    pub fn at(&self, t: f64) -> Gram {
        self.gram(product((&self.vectors).into(), (&self.grown(t)).into()))
    }

    /// What uᵀWv takes, for an output u (N3) and an input v (N1): Pᵀ(0, u) and Pᵀ(v, 0).
    pub fn coordinates(&self, u: DVectorView<f64>, v: DVectorView<f64>) -> [DVector<f64>; 2] {
        let u = match &self.outputs {
            Some(basis) => basis.tr_mul(&u),
            None => u.into_owned(),
        };
        let (top, bottom) = (self.vectors.rows(0, self.inputs), self.vectors.rows(self.inputs, u.len()));
        [bottom.tr_mul(&u), top.tr_mul(&v)]
    }

    /// uᵀWv at T = t/τ ≥ 0, from its [`Riccati::coordinates`]: W itself is not made.
    pub fn strength(&self, [u, v]: &[DVector<f64>; 2], t: f64) -> f64 {
        let grown = self.grown(t);
        grown.tr_mul(u).dot(&grown.tr_mul(v)) / self.input_eigenvalue
    }

    /// X of QQᵀ = PXXᵀPᵀ.
    ///
    /// With Â_ij = L_ij e^{Λ_iT − c_j}, each column scaled so that its largest entry is at most 1, and
    /// G_i² = ∫₀ᵀe^{−2Λ_iσ}dσ, the bracket is RᵀR (between scalings) for the QR factor R of [GÂ; e^{−c}], and X = ÂR⁻¹.
    fn grown(&self, t: f64) -> DMatrix<f64> {
        if t == 0.0 {
            return self.lower.clone();
        }
        let (n, m) = self.lower.shape();
        let mut grown = DMatrix::zeros(n, m);
        let mut stacked = DMatrix::zeros(n + m, m);
        for (j, column) in self.lower.column_iter().enumerate() {
            let logarithm = |i: usize| self.exponents[i].value() * t + column[i].abs().ln();
            let top = (0..n).max_by(|a, b| logarithm(*a).total_cmp(&logarithm(*b))).filter(|top| logarithm(*top) > 0.0);
            let scale = top.map_or(0.0, logarithm);
            for (i, &l) in column.iter().enumerate() {
                let rate = self.exponents[i].value();
                // Relative to the largest entry, by the difference of the exponents: each alone has lost those digits.
                grown[(i, j)] = match top {
                    Some(top) => {
                        let ratio = (l / column[top]).abs().ln();
                        (self.exponents[i].minus(self.exponents[top]) * t + ratio).exp().copysign(l)
                    }
                    None => logarithm(i).exp().copysign(l),
                };
                // G_i e^{Λ_iT} for a falling direction is the root of ∫₀ᵀe^{−2|Λ_i|σ}dσ: in this order nothing is 0·∞.
                let entry = if rate > 0.0 { grown[(i, j)] } else { (l.abs().ln() - scale).exp().copysign(l) };
                stacked[(i, j)] = decay_integral(rate.abs(), t).sqrt() * entry;
            }
            stacked[(n + j, j)] = (-scale).exp();
        }
        let r = stacked.qr().r();
        // X = ÂR⁻¹ solves RᵀXᵀ = Âᵀ. R has full rank: so has each column of what it is made of.
        let mut solved = grown.transpose();
        r.tr_solve_upper_triangular_mut(&mut solved);
        solved.transpose()
    }

    /// Of Y in the outputs that W2 reaches.
    fn gram(&self, factor: DMatrix<f64>) -> Gram {
        let factor = match &self.outputs {
            None => factor,
            Some(basis) => {
                let (top, bottom) = (factor.rows(0, self.inputs), factor.rows(self.inputs, basis.ncols()).into_owned());
                let outputs = product(basis.into(), (&bottom).into());
                join(&top.transpose(), &outputs.transpose()).transpose()
            }
        };
        Gram { inputs: self.inputs, input_eigenvalue: self.input_eigenvalue, factor }
    }
}

impl Gram {
    /// W = W2W1, N3×N1.
    pub fn map(&self) -> DMatrix<f64> {
        let (top, bottom) = self.halves();
        bottom * top.transpose() / self.input_eigenvalue
    }

    /// W1ᵀW1, N1×N1.
    pub fn input_gram(&self) -> DMatrix<f64> {
        let (top, _) = self.halves();
        &top * top.transpose() / self.input_eigenvalue
    }

    /// W2W2ᵀ, N3×N3.
    pub fn output_gram(&self) -> DMatrix<f64> {
        let (_, bottom) = self.halves();
        &bottom * bottom.transpose() / self.input_eigenvalue
    }

    fn halves(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let outputs = self.factor.nrows() - self.inputs;
        (self.factor.rows(0, self.inputs).into_owned(), self.factor.rows(self.inputs, outputs).into_owned())
    }
}

/// Rounding of a sum of products, relative to the sum of their sizes, with room for that of the factors.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// L of z = LO in echelon form, by Gram–Schmidt on the rows: a row that adds nothing but rounding to those above it
/// has no pivot. It would grow as e^{Λ_iT}, and take the solution off a saddle that the exact start leads to.
fn echelon(z: &DMatrix<f64>, rounding: &[f64]) -> DMatrix<f64> {
    let (n, m) = z.shape();
    let mut lower = DMatrix::zeros(n, m);
    let mut used: Vec<RowDVector<f64>> = Vec::with_capacity(m);
    for i in 0..n {
        let mut rest = z.row(i).into_owned();
        // Twice, for orthogonality at rounding level.
        for _ in 0..2 {
            for (j, direction) in used.iter().enumerate() {
                let part = rest.dot(direction);
                lower[(i, j)] += part;
                rest -= direction * part;
            }
        }
        let size = rest.norm();
        if used.len() < m && size > rounding[i] {
            lower[(i, used.len())] = size;
            used.push(rest / size);
        }
    }
    lower
}

/// ∫₀ᵗe^{−2rσ}dσ for r ≥ 0.
fn decay_integral(rate: f64, t: f64) -> f64 {
    let x = 2.0 * rate * t;
    if x < 1e-300 { t } else { -(-x).exp_m1() / (2.0 * rate) }
}

/// Eigenvalues, descending, and eigenvectors of F = [[−h I, Σ31ᵀ], [Σ31, h I]].
///
/// A singular value s with its vectors u, v gives ±√(s² + h²) in the plane of (v, 0) and (0, u); what is left of the
/// inputs has −h, and of the outputs h, all of them exactly.
fn eigen(sigma31: &DMatrix<f64>, h: f64) -> (Vec<Exponent>, DMatrix<f64>) {
    let (outputs, inputs) = sigma31.shape();
    let decomposition = svd(sigma31);
    let mut pairs: Vec<(Exponent, DMatrix<f64>)> = Vec::with_capacity(inputs + outputs);
    let stack = |above: DMatrix<f64>, below: DMatrix<f64>| {
        let mut both = DMatrix::zeros(inputs + outputs, 1);
        both.rows_mut(0, inputs).copy_from(&above);
        both.rows_mut(inputs, outputs).copy_from(&below);
        both
    };
    for (index, &s) in decomposition.s.iter().enumerate() {
        let kappa = s.hypot(h);
        // (s, κ + h) or (κ − h, s), whichever does not cancel, to unit length.
        let (a, b) = if h >= 0.0 { (s, kappa + h) } else { (kappa - h, s) };
        let (a, b) = (a / a.hypot(b), b / a.hypot(b));
        let (u, v) = (decomposition.u.columns(index, 1), decomposition.v.columns(index, 1));
        // √(s² + h²) = |h| + s²/(√(s² + h²) + |h|).
        let beyond = s * (s / (kappa + h.abs()));
        pairs.push((Exponent { base: h.abs(), rest: beyond }, stack(v * a, u * b)));
        pairs.push((Exponent { base: -h.abs(), rest: -beyond }, stack(v * -b, u * a)));
    }
    for v in complement(&decomposition.v).column_iter() {
        pairs.push((Exponent { base: -h, rest: 0.0 }, stack(DMatrix::from_columns(&[v]), DMatrix::zeros(outputs, 1))));
    }
    for u in complement(&decomposition.u).column_iter() {
        pairs.push((Exponent { base: h, rest: 0.0 }, stack(DMatrix::zeros(inputs, 1), DMatrix::from_columns(&[u]))));
    }
    pairs.sort_by(|(a, _), (b, _)| b.minus(*a).total_cmp(&0.0));
    let vectors = DMatrix::from_fn(inputs + outputs, pairs.len(), |i, j| pairs[j].1[(i, 0)]);
    (pairs.into_iter().map(|(value, _)| value).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, gaussian, stream};

    #[test]
    fn eigenvectors_diagonalise_singular_and_regular_matrices() {
        let mut rng = stream(5, Purpose::Task);
        for (outputs, inputs, rank, h) in [(3, 5, 3, 0.35), (5, 3, 2, 0.0), (4, 4, 2, -10.0), (2, 6, 0, 0.5)] {
            let sigma31 = gaussian(&mut rng, outputs, rank) * gaussian(&mut rng, rank, inputs);
            let (values, vectors) = eigen(&sigma31, h);
            let n = inputs + outputs;
            let f = DMatrix::from_fn(n, n, |i, j| match (i < inputs, j < inputs) {
                (true, true) => -h * f64::from(u8::from(i == j)),
                (false, false) => h * f64::from(u8::from(i == j)),
                (true, false) => sigma31[(j - inputs, i)],
                (false, true) => sigma31[(i - inputs, j)],
            });
            let values: Vec<f64> = values.into_iter().map(Exponent::value).collect();
            let diagonal = DMatrix::from_diagonal(&values.clone().into());
            assert!((&f * &vectors - &vectors * diagonal).amax() < 1e-13 * (1.0 + f.amax()));
            assert!((vectors.transpose() * &vectors - DMatrix::identity(n, n)).amax() < 1e-14);
            assert!(values.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn a_strength_is_that_of_the_map() {
        let mut rng = stream(6, Purpose::Task);
        for (outputs, inputs, hidden, imbalance) in [(3, 5, 4, 0.7), (9, 2, 3, 0.0)] {
            let sigma31 = gaussian(&mut rng, outputs, inputs);
            let (w1, w2) = (gaussian(&mut rng, hidden, inputs), gaussian(&mut rng, outputs, hidden));
            let riccati = Riccati::new(&sigma31, 1.5, imbalance, &w1, &w2);
            let (u, v) = (gaussian(&mut rng, outputs, 1), gaussian(&mut rng, inputs, 1));
            let coordinates = riccati.coordinates(u.column(0), v.column(0));
            for t in [0.0, 0.3, 4.0] {
                let expected = u.dot(&(riccati.at(t).map() * &v));
                assert!((riccati.strength(&coordinates, t) - expected).abs() < 1e-13 * u.norm() * v.norm());
            }
        }
    }
}
