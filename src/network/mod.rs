//! The network: widths, activation, starting weights, and the gradient of the loss.

mod activation;
mod backprop;
mod compression;
mod gradient;
mod hessian;
mod mapped;
mod pretrain;
mod start;
mod tanh;

pub use activation::Activation;
pub use backprop::Backprop;
pub use compression::Compression;
pub use gradient::Gradient;
pub use hessian::Hessian;
pub use mapped::MapDescent;
pub use pretrain::Pretraining;
pub use start::{Start, StartError, check_imbalance, scale_of, starting_weights};

use nalgebra::DMatrix;

/// Widths n_0 = N1, n_1, ..., n_D = N3 of a network of D weight matrices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<usize>);

impl Widths {
    /// A network from `inputs` through the hidden layers to `outputs`.
    pub fn new(inputs: usize, hidden: &[usize], outputs: usize) -> Widths {
        Widths(std::iter::once(inputs).chain(hidden.iter().copied()).chain([outputs]).collect())
    }

    /// D, the number of weight matrices.
    pub fn depth(&self) -> usize {
        self.0.len() - 1
    }

    /// N_l = D + 1, the layers of neurons, input included, as Saxe et al. (2013) count them.
    pub fn layers(&self) -> usize {
        self.0.len()
    }

    /// N1.
    pub fn inputs(&self) -> usize {
        self.0[0]
    }

    /// N3.
    pub fn outputs(&self) -> usize {
        self.0[self.0.len() - 1]
    }

    /// The least of all widths: the largest rank that the map can have.
    pub fn bottleneck(&self) -> usize {
        self.0.iter().copied().min().unwrap_or(0)
    }

    /// Rows and columns of each weight matrix, W1 first.
    pub fn shapes(&self) -> impl ExactSizeIterator<Item = (usize, usize)> + DoubleEndedIterator + '_ {
        self.0.windows(2).map(|w| (w[1], w[0]))
    }

    /// The number of weights.
    pub fn weights(&self) -> usize {
        self.shapes().map(|(rows, cols)| rows * cols).sum()
    }

    /// All widths, input first.
    pub fn as_slice(&self) -> &[usize] {
        &self.0
    }

    /// The weights one after the other, column by column, W1 first.
    pub fn flatten(&self, weights: &[DMatrix<f64>]) -> Vec<f64> {
        weights.iter().map(DMatrix::as_slice).collect::<Vec<_>>().concat()
    }

    /// The matrices of a flat state.
    pub fn unflatten(&self, flat: &[f64]) -> Vec<DMatrix<f64>> {
        let mut offset = 0;
        self.shapes()
            .map(|(rows, cols)| {
                let w = DMatrix::from_column_slice(rows, cols, &flat[offset..offset + rows * cols]);
                offset += rows * cols;
                w
            })
            .collect()
    }
}
