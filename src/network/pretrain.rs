//! Greedy layerwise pretraining: every layer but the last an autoencoder of what the layers below it make of the inputs.

use super::{StartError, Widths};
use crate::kernels::{View, product};
use crate::random;
use crate::task::Statistics;
use nalgebra::{DMatrix, SymmetricEigen};
use rand_chacha::ChaCha8Rng;

/// How each layer is trained before the network is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pretraining {
    /// Full-batch updates of each autoencoder: with the statistics of all samples, an update is an epoch.
    pub epochs: u64,
    /// Their learning rate, in the units of the statistics.
    pub learning_rate: f64,
    /// Standard deviation of the entries of all starting weights, and of the last layer, which is not pretrained.
    pub scale: f64,
}

impl Pretraining {
    /// Operations that all autoencoders take: six products of n×n, n×m and m×n matrices an epoch and layer.
    pub fn operations(&self, widths: &Widths) -> f64 {
        let layers = widths.shapes().take(widths.depth().saturating_sub(1));
        let each = |(n, m): (usize, usize)| 8.0 * n as f64 * n as f64 * m as f64;
        self.epochs as f64 * layers.map(each).sum::<f64>()
    }

    /// Updates before training starts: `epochs` for each layer but the last.
    pub fn updates(&self, widths: &Widths) -> u64 {
        self.epochs.saturating_mul(widths.depth().saturating_sub(1) as u64)
    }
}

/// A linear autoencoder h → BAh of what a layer receives, with C = ⟨hhᵀ⟩: A n×m, B m×n.
struct Autoencoder {
    encoder: DMatrix<f64>,
    decoder: DMatrix<f64>,
}

impl Autoencoder {
    /// A ← A + ηBᵀ(C − BAC), B ← B + η(C − BAC)Aᵀ, both of one state, where C = diag `eigenvalues`.
    ///
    /// C − BAC is never formed: with n < m the products BᵀC − (BᵀB)(AC) and CAᵀ − B(ACAᵀ) have fewer operations.
    fn descend(&mut self, eigenvalues: &[f64], rate: f64) {
        let (a, b) = (&self.encoder, &self.decoder);
        let mut ac = a.clone();
        ac.column_iter_mut().zip(eigenvalues).for_each(|(mut column, lambda)| column *= *lambda);
        let mut bc = b.transpose();
        bc.column_iter_mut().zip(eigenvalues).for_each(|(mut column, lambda)| column *= *lambda);
        let gram = product(View::from(b).t(), b.into());
        let code = product((&ac).into(), View::from(a).t());
        let up = bc - product((&gram).into(), (&ac).into());
        let down = ac.transpose() - product(b.into(), (&code).into());
        self.encoder += up * rate;
        self.decoder += down * rate;
    }
}

/// Weights whose layers, the last but one and all below, have learned to encode what they receive; W1 first, in the
/// user's coordinates (Bengio et al. 2007; Saxe et al. 2013, section 3).
///
/// All of it is linear and by the statistics: layer l receives h_{l−1} = W_{l−1}…W_1x, whose correlations are
/// C_l = W_{l−1}C_{l−1}W_{l−1}ᵀ, C_1 = Σ11. Each autoencoder starts from Gaussian weights and is trained in the frame
/// where its C is diagonal, in which the starting weights are as Gaussian as in any other.
///
/// # Errors
/// If an autoencoder diverges.
pub fn pretrained(
    pretraining: &Pretraining,
    widths: &Widths,
    statistics: &Statistics,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DMatrix<f64>>, StartError> {
    let Pretraining { epochs, learning_rate, scale } = *pretraining;
    let mut weights = Vec::with_capacity(widths.depth());
    let mut eigenvalues: Vec<f64> = statistics.eigenvalues.as_slice().to_vec();
    // From the coordinates of the layer below to those where its correlations are diagonal; Σ11 has its own.
    let mut frame: Option<DMatrix<f64>> = None;
    for (l, (rows, cols)) in widths.shapes().enumerate() {
        let start = random::gaussian(rng, rows, cols) * scale;
        if l + 1 == widths.depth() {
            weights.push(start);
            break;
        }
        let decoder = random::gaussian(rng, cols, rows) * scale;
        let mut layer = Autoencoder { encoder: start, decoder };
        for _ in 0..epochs {
            layer.descend(&eigenvalues, learning_rate);
        }
        let encoder = layer.encoder;
        let mut half = encoder.clone();
        half.column_iter_mut().zip(&eigenvalues).for_each(|(mut column, lambda)| column *= *lambda);
        let correlations = product((&half).into(), View::from(&encoder).t());
        weights.push(match &frame {
            None => statistics.frame.leave(&encoder),
            Some(frame) => product((&encoder).into(), View::from(frame).t()),
        });
        if !correlations.iter().all(|c| c.is_finite()) {
            return Err(StartError::Pretraining { layer: l + 1, learning_rate });
        }
        let eigen = SymmetricEigen::new(correlations);
        eigenvalues = eigen.eigenvalues.iter().map(|lambda| lambda.max(0.0)).collect();
        frame = Some(eigen.eigenvectors);
    }
    Ok(weights)
}
