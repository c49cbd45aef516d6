//! What is observed of a network of any activation: its loss, and the linear map that stands for it.

use crate::kernels::{View, gemm};
use crate::network::Backprop;
use crate::task::{Averaging, Part, Samples, Scores, Task};
use nalgebra::DMatrix;

/// Samples that go through the network at a time: so few that they stay in the cache of a core, beside weights of some
/// ten thousands.
pub const CHUNK: usize = 64;

/// A network as its samples show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// L = ½⟨‖y − f(x)‖²⟩, a sum or an average as the statistics are.
    pub loss: f64,
    /// Σ31_net Σ11⁺ with Σ31_net = ⟨f(x)xᵀ⟩, the linear map that regresses the outputs on the inputs, N3×N1 in the frame
    /// of Σ11. Of a linear network it is W itself, where the inputs reach; of white inputs UᵀΣ31_net V are its modes,
    /// as Saxe et al. (2013) read the strengths of a tanh network.
    pub map: DMatrix<f64>,
    /// Share of the samples that are taken for another class; `None` where targets are no classes.
    pub training_error: Option<f64>,
}

/// Σ over samples → the loss and the map, in the units of the statistics.
#[derive(Debug)]
pub struct Assessor<'a> {
    samples: &'a Samples,
    task: &'a Task,
    unit: f64,
}

impl<'a> Assessor<'a> {
    /// Of a task's samples, its own or some that were drawn.
    pub fn new(samples: &'a Samples, task: &'a Task) -> Assessor<'a> {
        let unit = match task.averaging {
            Averaging::Mean => 1.0 / samples.len().max(1) as f64,
            Averaging::Sum => 1.0,
        };
        Assessor { samples, task, unit }
    }

    /// Shows `backprop`, which has room for [`CHUNK`] samples, all samples.
    pub fn assess(&self, backprop: &mut Backprop, parameters: &[f64]) -> Assessment {
        let (n1, n3) = (self.samples.x.nrows(), self.samples.y.nrows());
        let mut correlation = DMatrix::zeros(n3, n1);
        let (mut loss, mut wrong, mut first) = (0.0, 0, 0);
        for (x, y) in chunks(self.samples) {
            let count = x.len() / n1;
            let outputs = backprop.forward(parameters, x, count);
            loss += 0.5 * outputs.iter().zip(y).map(|(f, y)| (y - f).powi(2)).sum::<f64>();
            wrong += self.task.classes.as_ref().map_or(0, |classes| classes.wrong(Part::Training, outputs, first));
            first += count;
            gemm(1.0, View::new(outputs, n3, count), View::new(x, n1, count).t(), 1.0, correlation.as_mut_slice());
        }
        let share = wrong as f64 / self.samples.len().max(1) as f64;
        let training_error = self.task.classes.as_ref().map(|_| share);
        Assessment { loss: loss * self.unit, map: self.map_of(correlation), training_error }
    }

    /// How the network does on single samples: what it was trained on has been seen, what was held out is shown to it.
    pub fn scores(&self, assessment: &Assessment, backprop: &mut Backprop, parameters: &[f64]) -> Scores {
        let n1 = self.samples.x.nrows();
        let n3 = self.samples.y.nrows();
        let test = self.task.test_scores(&mut |x: &[f64], _: usize, outputs: &mut [f64]| {
            for (x, outputs) in x.chunks(CHUNK * n1).zip(outputs.chunks_mut(CHUNK * n3)) {
                outputs.copy_from_slice(backprop.forward(parameters, x, x.len() / n1));
            }
        });
        Scores { training_error: assessment.training_error, ..test }
    }

    /// Σ f(x)xᵀ → ⟨f(x)xᵀ⟩Σ11⁺ in the frame.
    fn map_of(&self, correlation: DMatrix<f64>) -> DMatrix<f64> {
        let mut map = self.task.statistics.frame.enter(&correlation);
        for (mut column, lambda) in map.column_iter_mut().zip(self.task.statistics.eigenvalues.iter()) {
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
