//! Starting weights.

use super::Widths;
use super::pretrain::{Pretraining, pretrained};
use crate::linalg::svd;
use crate::random;
use crate::task::{ModeBasis, Statistics};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// How the weights start.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// W_l = R_l diag(a_l) R_{l−1}ᵀ with R_0 = V, R_D = U and random orthonormal R_l between:
    /// the strength a_l of every mode, a list per weight matrix; modes beyond a list start at 0.
    Aligned {
        /// a_l of the modes α = 1, 2, …, W1 first.
        strengths: Vec<Vec<f64>>,
    },
    /// Independent N(0, scale²) entries.
    Gaussian {
        /// Standard deviation of every entry.
        scale: f64,
    },
    /// Independent Gaussian entries of variance gain²·2/(fan in + fan out) (Glorot & Bengio 2010).
    Glorot {
        /// The gain.
        gain: f64,
    },
    /// Uniformly random (semi-)orthogonal matrices times the gain.
    Orthogonal {
        /// The gain.
        gain: f64,
    },
    /// Random orientation with W_{l+1}ᵀW_{l+1} − W_lW_lᵀ = imbalance·I. The singular values are those of
    /// a Gaussian W1 with entries of standard deviation `scale`.
    Balanced {
        /// Standard deviation of the entries of the Gaussian matrix.
        scale: f64,
        /// ℓ; nonzero for two weight matrices only.
        imbalance: f64,
    },
    /// Greedy layerwise autoencoders.
    Pretrained(Pretraining),
    /// Given matrices, W1 first.
    Matrices(Vec<DMatrix<f64>>),
}

impl Start {
    /// The aligned start in which each of `modes` modes has the strength u0, shared equally by `depth` weights;
    /// the first weight carries the sign.
    pub fn aligned(u0: f64, modes: usize, depth: usize) -> Start {
        // The square root where it serves, for it is correctly rounded.
        let a = if depth == 2 { u0.abs().sqrt() } else { u0.abs().powf(1.0 / depth as f64) };
        let mut strengths = vec![vec![a; modes]; depth];
        strengths[0].iter_mut().for_each(|a| *a = a.copysign(u0));
        Start::Aligned { strengths }
    }

    /// The aligned start in which each of `modes` modes has the strength a in each of `depth` weights: u0 = a^D.
    pub fn per_layer(a: f64, modes: usize, depth: usize) -> Start {
        Start::Aligned { strengths: vec![vec![a; modes]; depth] }
    }
}

/// Why a start does not exist for these widths.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StartError {
    /// ℓ ≠ 0 needs an outer layer that is wide enough.
    #[error(
        "imbalance {imbalance} needs at least as many {side} as hidden units: {outer} < {hidden}, so that {product} cannot have full rank"
    )]
    Imbalance {
        /// ℓ.
        imbalance: f64,
        /// "outputs" or "inputs".
        side: &'static str,
        /// Width of that layer.
        outer: usize,
        /// Width of the hidden layer.
        hidden: usize,
        /// The product that needs full rank.
        product: &'static str,
    },
    /// ℓ ≠ 0 beyond two matrices.
    #[error("an imbalance other than 0 needs exactly two weight matrices, and here are {0}")]
    ImbalanceDepth(usize),
    /// The learning rate of an autoencoder is too large.
    #[error("the autoencoder of layer {layer} diverges at the learning rate {learning_rate:?}")]
    Pretraining {
        /// Which weight matrix, from 1.
        layer: usize,
        /// The rate.
        learning_rate: f64,
    },
}

/// Draws the starting weights, W1 first, in the user's coordinates.
///
/// The statistics give the aligned start its modes and the pretrained one its inputs; all others are drawn without.
///
/// # Errors
/// If no weights of these widths have the properties asked for, or pretraining diverges.
pub fn starting_weights(
    start: &Start,
    widths: &Widths,
    statistics: &Statistics,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DMatrix<f64>>, StartError> {
    let scaled = |rng: &mut ChaCha8Rng, scale: &dyn Fn(usize, usize) -> f64| {
        widths.shapes().map(|(rows, cols)| random::gaussian(rng, rows, cols) * scale(rows, cols)).collect()
    };
    match start {
        Start::Aligned { strengths } => Ok(aligned(strengths, widths, &ModeBasis::new(statistics, &[]), rng)),
        Start::Gaussian { scale } => Ok(scaled(rng, &|_, _| *scale)),
        Start::Glorot { gain } => Ok(scaled(rng, &|rows, cols| gain * (2.0 / (rows + cols) as f64).sqrt())),
        Start::Orthogonal { gain } => {
            Ok(widths.shapes().map(|(rows, cols)| random::orthonormal(rng, rows, cols) * *gain).collect())
        }
        Start::Balanced { scale, imbalance } if *imbalance == 0.0 => Ok(balanced(*scale, widths, rng)),
        Start::Balanced { scale, imbalance } => imbalanced(*scale, *imbalance, widths, rng),
        Start::Pretrained(pretraining) => pretrained(pretraining, widths, statistics, rng),
        Start::Matrices(weights) => Ok(weights.clone()),
    }
}

fn aligned(strengths: &[Vec<f64>], widths: &Widths, basis: &ModeBasis, rng: &mut ChaCha8Rng) -> Vec<DMatrix<f64>> {
    let m = widths.bottleneck();
    let last = widths.depth() - 1;
    let mut right = basis.v.columns(0, m).into_owned();
    strengths
        .iter()
        .zip(widths.shapes())
        .enumerate()
        .map(|(l, (a, (rows, _)))| {
            let left = if l == last { basis.u.columns(0, m).into_owned() } else { random::orthonormal(rng, rows, m) };
            let mut scaled = left.clone();
            for (alpha, mut column) in scaled.column_iter_mut().enumerate() {
                column *= a.get(alpha).copied().unwrap_or(0.0);
            }
            let weight = scaled * right.transpose();
            right = left;
            weight
        })
        .collect()
}

/// Singular values σ shared by all layers: W_l = R_l diag(σ) R_{l−1}ᵀ with every R_l random.
fn balanced(scale: f64, widths: &Widths, rng: &mut ChaCha8Rng) -> Vec<DMatrix<f64>> {
    let m = widths.bottleneck();
    let mut sigma = svd(&(random::gaussian(rng, widths.as_slice()[1], widths.inputs()) * scale)).s;
    sigma.resize(m, 0.0);
    let sigma = DMatrix::from_diagonal(&DVector::from_vec(sigma));
    let mut right = random::orthonormal(rng, widths.inputs(), m);
    widths
        .shapes()
        .map(|(rows, _)| {
            let left = random::orthonormal(rng, rows, m);
            let weight = &left * &sigma * right.transpose();
            right = left;
            weight
        })
        .collect()
}

/// Whether weights of these widths can have W2ᵀW2 = W1W1ᵀ + ℓI.
///
/// # Errors
/// If ℓ ≠ 0 and there are not two matrices, or the layer beyond the one to be raised is too narrow.
pub fn check_imbalance(imbalance: f64, widths: &Widths) -> Result<(), StartError> {
    if imbalance == 0.0 {
        return Ok(());
    }
    let &[inputs, hidden, outputs] = widths.as_slice() else {
        return Err(StartError::ImbalanceDepth(widths.depth()));
    };
    let (outer, side, product) =
        if imbalance > 0.0 { (outputs, "outputs", "W2ᵀW2") } else { (inputs, "inputs", "W1W1ᵀ") };
    if outer < hidden {
        return Err(StartError::Imbalance { imbalance, side, outer, hidden, product });
    }
    Ok(())
}

/// Two matrices with W2ᵀW2 = W1W1ᵀ + ℓI. For ℓ > 0, W1 is drawn and W2 is an isometry times the
/// root of W1W1ᵀ + ℓI; for ℓ < 0 the same, with the layers exchanged.
fn imbalanced(
    scale: f64,
    imbalance: f64,
    widths: &Widths,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DMatrix<f64>>, StartError> {
    check_imbalance(imbalance, widths)?;
    let &[inputs, hidden, outputs] = widths.as_slice() else {
        return Err(StartError::ImbalanceDepth(widths.depth()));
    };
    let (free, fixed) = if imbalance > 0.0 { (inputs, outputs) } else { (outputs, inputs) };
    // Both in the orientation hidden×outer: R diag(σ) Pᵀ and R diag(√(σ² + |ℓ|)) Qᵀ.
    let rank = hidden.min(free).min(fixed);
    let mut sigma = svd(&(random::gaussian(rng, hidden, free) * scale)).s;
    sigma.resize(hidden, 0.0);
    sigma[rank..].fill(0.0);
    let r = random::orthonormal(rng, hidden, hidden);
    let p = random::orthonormal(rng, free, rank);
    let q = random::orthonormal(rng, fixed, hidden);
    let small =
        r.columns(0, rank) * DMatrix::from_diagonal(&DVector::from_column_slice(&sigma[..rank])) * p.transpose();
    let raised = DVector::from_iterator(hidden, sigma.iter().map(|s| (s * s + imbalance.abs()).sqrt()));
    let large = &r * DMatrix::from_diagonal(&raised) * q.transpose();
    Ok(if imbalance > 0.0 { vec![small, large.transpose()] } else { vec![large, small.transpose()] })
}

/// The scale of weights: the least root mean square of the entries over all matrices that are not zero; 1 if
/// all are.
pub fn scale_of(weights: &[DMatrix<f64>]) -> f64 {
    let scales = weights.iter().map(|w| w.norm() / (w.len().max(1) as f64).sqrt()).filter(|s| *s > 0.0);
    let least = scales.fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 1.0 }
}
