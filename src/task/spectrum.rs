//! Statistics with a given spectrum: random singular vectors around given singular values.

use crate::random;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// The numbers of a spectrum task.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// N1.
    pub inputs: usize,
    /// N3.
    pub outputs: usize,
    /// Singular values of Σ31, in any order; fewer than min(N1, N3) leaves the others zero.
    pub singular_values: Vec<f64>,
    /// Eigenvalues of Σ11 in the basis V, N1 of them; `None` for white inputs, Σ11 = I.
    pub input_eigenvalues: Option<Vec<f64>>,
}

/// Σ11 and Σ31 made from a spectrum.
#[derive(Debug, Clone)]
pub struct SpectrumFactors {
    /// Σ11 = V diag(λ) Vᵀ, N1×N1.
    pub sigma11: DMatrix<f64>,
    /// Σ31 = U S Vᵀ, N3×N1.
    pub sigma31: DMatrix<f64>,
}

/// Draws uniformly random orthogonal U (N3×N3) and V (N1×N1) around the spectrum.
pub fn spectrum_factors(spectrum: &Spectrum, rng: &mut ChaCha8Rng) -> SpectrumFactors {
    let rank = spectrum.singular_values.len().min(spectrum.inputs).min(spectrum.outputs);
    let u = random::leading_columns(rng, spectrum.outputs, rank);
    let v = random::orthonormal(rng, spectrum.inputs, spectrum.inputs);
    let s = DMatrix::from_diagonal(&DVector::from_column_slice(&spectrum.singular_values[..rank]));
    let sigma31 = u * s * v.columns(0, rank).transpose();
    let sigma11 = match &spectrum.input_eigenvalues {
        None => DMatrix::identity(spectrum.inputs, spectrum.inputs),
        Some(lambda) => {
            let m = &v * DMatrix::from_diagonal(&DVector::from_column_slice(lambda)) * v.transpose();
            (&m + m.transpose()) * 0.5
        }
    };
    SpectrumFactors { sigma11, sigma31 }
}
