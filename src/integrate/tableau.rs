//! Explicit Runge-Kutta pairs as their coefficients, zeros left out.

use super::Method;

/// (stage, coefficient); stage 0 is f(y).
pub(crate) type Row = &'static [(usize, f64)];

/// An embedded pair, with an interpolant.
///
/// Stage 0 is f(y), stages 1 … are those of the rows of `a`, and the one after the last of them is f(y₁).
#[derive(Debug)]
pub(crate) struct Tableau {
    /// The method whose steps these are.
    pub method: Method,
    /// Y_i = y + h Σ_j a_ij k_j, a row for each stage from 1 on.
    pub a: &'static [Row],
    /// y₁ = y + h Σ_j b_j k_j.
    pub b: Row,
    /// (stage, coefficient of the error estimate, coefficient of one of lower order, which tames the first): of the stages of
    /// `b`, in the same order, if it does not take f(y₁).
    pub error: &'static [(usize, f64, f64)],
    /// Whether the error estimate takes f(y₁), which is evaluated for rejected steps then, too.
    pub error_takes_end: bool,
    /// Stages that the interpolant takes besides, each written over a stage that it does not take: (stage, row).
    pub further: &'static [(usize, Row)],
    /// The interpolant's coefficients beyond those of the cubic one.
    pub dense: &'static [Row],
    /// h times the spectral radius of a field at rest may be so large; infinite where the error estimate alone is to find out.
    pub stable: f64,
    /// Order of the first step's error, as Hairer, Nørsett & Wanner (1993), II.4, count it.
    pub order: f64,
}
