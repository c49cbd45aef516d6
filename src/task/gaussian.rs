//! Jointly Gaussian samples of a noisy linear teacher.

use super::Samples;
use super::spectrum::{Spectrum, spectrum_factors};
use crate::random;
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;

/// A linear teacher y = Tx + noise with x ~ N(0, I), observed on finitely many samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Teacher {
    /// N1.
    pub inputs: usize,
    /// N3.
    pub outputs: usize,
    /// P.
    pub samples: usize,
    /// Singular values of the teacher T.
    pub singular_values: Vec<f64>,
    /// Standard deviation of the noise on every output.
    pub noise: f64,
}

/// Draws the teacher and its samples; the means of inputs and targets are subtracted.
pub fn teacher_samples(teacher: &Teacher, rng: &mut ChaCha8Rng) -> Samples {
    let spectrum = Spectrum {
        inputs: teacher.inputs,
        outputs: teacher.outputs,
        singular_values: teacher.singular_values.clone(),
        input_eigenvalues: None,
    };
    let map = spectrum_factors(&spectrum, rng).sigma31;
    let mut x = random::gaussian(rng, teacher.inputs, teacher.samples);
    let mut y = map * &x + random::gaussian(rng, teacher.outputs, teacher.samples) * teacher.noise;
    centre(&mut x);
    centre(&mut y);
    Samples { x, y }
}

/// Subtracts the mean over samples.
fn centre(m: &mut DMatrix<f64>) {
    let mean = m.column_mean();
    for mut column in m.column_iter_mut() {
        column -= &mean;
    }
}
