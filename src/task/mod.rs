//! What is to be learned: the statistics Σ11, Σ31, Σ33 and where they come from.

mod basis;
mod classes;
mod gaussian;
mod hierarchy;
mod inputs;
mod spectrum;
mod statistics;

pub use basis::ModeBasis;
pub use classes::{Classes, Part, Scores};
pub use gaussian::{Teacher, teacher_samples};
pub use hierarchy::{Features, Hierarchy, hierarchy_samples};
pub use inputs::InputCorrelations;
pub use spectrum::{Spectrum, SpectrumFactors, spectrum_factors};
pub use statistics::{Averaging, Frame, Statistics, StatisticsError};

use nalgebra::DMatrix;

/// Inputs and targets, one sample a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Inputs, N1×P.
    pub x: DMatrix<f64>,
    /// Targets, N3×P.
    pub y: DMatrix<f64>,
}

impl Samples {
    /// The number of samples P.
    pub fn len(&self) -> usize {
        self.x.ncols()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What is to be learned.
#[derive(Debug, Clone)]
pub struct Task {
    /// Σ11, Σ31 and Tr Σ33.
    pub statistics: Statistics,
    /// The samples the statistics are of, where there are any.
    pub samples: Option<Samples>,
    /// Samples held out of training, with inputs and targets scaled and centred as those are.
    pub held_out: Option<Samples>,
    /// The classes, where the samples' targets are such.
    pub classes: Option<Classes>,
    /// Whether the statistics are sums or averages over samples.
    pub averaging: Averaging,
}
