//! Random problems.

use crate::matrices::Problem;
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use nalgebra::{DMatrix, DVector};

/// A task of random orientation with the given eigenvalues of Σ11, and Gaussian weights, for the given widths.
///
/// The trace of Σ33 is above its least value by one.
pub fn problem(seed: u64, widths: &[usize], eigenvalues: &[f64], scale: f64) -> Problem {
    let mut rng = stream(seed, Purpose::Task);
    let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
    let sigma11 = if eigenvalues.iter().all(|l| *l == 1.0) {
        DMatrix::identity(inputs, inputs)
    } else {
        let q = orthonormal(&mut rng, inputs, inputs);
        let m = &q * DMatrix::from_diagonal(&DVector::from_column_slice(eigenvalues)) * q.transpose();
        (&m + m.transpose()) * 0.5
    };
    let teacher = gaussian(&mut rng, outputs, inputs);
    let sigma31 = &teacher * &sigma11;
    let trace_sigma33 = (&sigma31 * teacher.transpose()).trace() + 1.0;
    let weights = widths.windows(2).map(|w| gaussian(&mut rng, w[1], w[0]) * scale).collect();
    Problem { sigma11, sigma31, trace_sigma33, weights }
}
