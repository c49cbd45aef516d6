//! Samples drawn to have exactly given statistics.

use crate::experiment::Batch;
use crate::random;
use crate::task::{Samples, Statistics};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;

/// Samples for each input and output of a network that is not linear: it learns the samples, not their statistics
/// alone, and of fewer it would learn the residuals by heart.
const PER_DIRECTION: usize = 8;

/// P: enough for inputs and residuals that are orthogonal to each other, in whole batches; more for a network that is not
/// `linear`.
pub fn count(inputs: usize, outputs: usize, batch: Batch, linear: bool) -> usize {
    let each = if linear { 1 } else { PER_DIRECTION };
    let least = inputs.saturating_add(outputs).saturating_mul(each);
    match batch {
        Batch::Full => least,
        Batch::Size(size) => least.div_ceil(size.max(1)).saturating_mul(size),
    }
}

/// X = √P Σ11^{1/2}O and Y = Σ31Σ11⁺X + √P ρO', with the rows of O (N1×P) and O' (N3×P) orthonormal and
/// orthogonal to each other: XXᵀ/P = Σ11, YXᵀ/P = Σ31, and Tr YYᵀ/P = Tr Σ33 with N3ρ² = 2L_min.
///
/// The statistics of a task without samples are averages.
pub fn with_statistics(statistics: &Statistics, batch: Batch, linear: bool, rng: &mut ChaCha8Rng) -> Samples {
    let (inputs, outputs) = (statistics.inputs(), statistics.outputs());
    let samples = count(inputs, outputs, batch, linear);
    let rows = random::orthonormal(rng, inputs + outputs, samples) * (samples as f64).sqrt();
    let mut x = rows.rows(0, inputs).into_owned();
    for (i, lambda) in statistics.eigenvalues.iter().enumerate() {
        x.row_mut(i).scale_mut(lambda.sqrt());
    }
    let residual = (2.0 * statistics.least_loss / outputs.max(1) as f64).sqrt();
    let y: DMatrix<f64> = &statistics.optimum_frame * &x + rows.rows(inputs, outputs) * residual;
    // The frame's Q: x = Qx_frame, which is (x_frameᵀQᵀ)ᵀ.
    Samples { x: statistics.frame.leave(&x.transpose()).transpose(), y }
}
