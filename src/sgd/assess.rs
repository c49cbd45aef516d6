//! What is observed of a network of any activation: its loss, and the linear map that stands for it.

use crate::kernels::{View, gemm};
use crate::network::Backprop;
use crate::task::{Averaging, Samples, Statistics};
use nalgebra::DMatrix;

/// Samples that go through the network at a time.
pub const CHUNK: usize = 128;

/// A network as its samples show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// L = ½⟨‖y − f(x)‖²⟩, a sum or an average as the statistics are.
    pub loss: f64,
    /// Σ31_net Σ11⁺ with Σ31_net = ⟨f(x)xᵀ⟩, the linear map that regresses the outputs on the inputs, N3×N1 in the frame
    /// of Σ11. Of a linear network it is W itself, where the inputs reach; of white inputs UᵀΣ31_net V are its modes,
    /// as Saxe et al. (2013) read the strengths of a tanh network.
    pub map: DMatrix<f64>,
}

/// Σ over samples → the loss and the map, in the units of the statistics.
#[derive(Debug)]
pub struct Assessor<'a> {
    samples: &'a Samples,
    statistics: &'a Statistics,
    unit: f64,
}

impl<'a> Assessor<'a> {
    /// Of a task's samples.
    pub fn new(samples: &'a Samples, statistics: &'a Statistics, averaging: Averaging) -> Assessor<'a> {
        let unit = match averaging {
            Averaging::Mean => 1.0 / samples.len().max(1) as f64,
            Averaging::Sum => 1.0,
        };
        Assessor { samples, statistics, unit }
    }

    /// Shows `backprop`, which has room for [`CHUNK`] samples, all samples.
    pub fn assess(&self, backprop: &mut Backprop, parameters: &[f64]) -> Assessment {
        let (n1, n3) = (self.samples.x.nrows(), self.samples.y.nrows());
        let mut correlation = DMatrix::zeros(n3, n1);
        let mut loss = 0.0;
        for (x, y) in chunks(self.samples) {
            let count = x.len() / n1;
            let outputs = backprop.forward(parameters, x, count);
            loss += 0.5 * outputs.iter().zip(y).map(|(f, y)| (y - f).powi(2)).sum::<f64>();
            gemm(1.0, View::new(outputs, n3, count), View::new(x, n1, count).t(), 1.0, correlation.as_mut_slice());
        }
        Assessment { loss: loss * self.unit, map: self.map_of(correlation) }
    }

    /// Σ f(x)xᵀ → ⟨f(x)xᵀ⟩Σ11⁺ in the frame.
    fn map_of(&self, correlation: DMatrix<f64>) -> DMatrix<f64> {
        let mut map = self.statistics.frame.enter(&correlation);
        for (mut column, lambda) in map.column_iter_mut().zip(self.statistics.eigenvalues.iter()) {
            column *= if *lambda > 0.0 { self.unit / lambda } else { 0.0 };
        }
        map
    }
}

/// Inputs and targets, so many samples at a time.
pub fn chunks(samples: &Samples) -> impl Iterator<Item = (&[f64], &[f64])> {
    let (x, y) = (samples.x.as_slice(), samples.y.as_slice());
    x.chunks(CHUNK * samples.x.nrows().max(1)).zip(y.chunks(CHUNK * samples.y.nrows().max(1)))
}
