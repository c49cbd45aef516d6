//! Deep networks before they are trained: singular values and eigenvalues of products of random matrices and of the
//! end-to-end Jacobian of tanh networks, and how activity travels through their layers.
//!
//! Saxe, McClelland & Ganguli (2013), section 4 and figures 6B, 6C, 7 and 8; the mean-field theory is that of
//! Pennington, Schoenholz & Ganguli (2017).
//!
//! A network of D square matrices W_l, N×N, has pre-activations h_l = W_l x_{l−1} and activities x_l = φ(h_l), and the
//! Jacobian
//!
//! J = ∂x_D/∂x_0 = F_D W_D … F_1 W_1, F_l = diag φ′(h_l),
//!
//! which for linear units, F = I, is the product of the matrices. W_l is the gain g times a Gaussian matrix with entries of
//! variance 1/N, or times a random orthogonal matrix (uniform in the Haar measure). σ are the singular values of J.

mod draw;
mod exponents;
mod meanfield;
mod measure;
mod products;
mod run;
mod spectrum;
mod theory;

pub use exponents::{exponents, newman};
pub use meanfield::{MeanField, fixed_point};
pub use measure::{CENTRAL, LAST_LAYERS, Measured, ORDER_ONE, SpectraFigure};
pub use products::{central_share, edge, log_density, moment, share_between};
pub use run::{Layer, Product, SpectraResult, SpectraSeries, progress_length, run};
pub use spectrum::BINS_PER_DECADE;
pub use theory::Theory;

use crate::random::{gaussian, orthonormal};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// A kind of random square matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Matrices {
    /// Independent Gaussian entries of variance gain²/N.
    Gaussian,
    /// gain × a uniformly distributed orthogonal matrix.
    Orthogonal,
}

impl Matrices {
    /// Both, in the order of figures.
    pub const ALL: [Matrices; 2] = [Matrices::Gaussian, Matrices::Orthogonal];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Matrices::Gaussian => "gaussian",
            Matrices::Orthogonal => "orthogonal",
        }
    }

    /// An N×N matrix of gain 1.
    pub fn draw(self, rng: &mut ChaCha8Rng, width: usize) -> DMatrix<f64> {
        match self {
            Matrices::Gaussian => gaussian(rng, width, width) / (width as f64).sqrt(),
            Matrices::Orthogonal => orthonormal(rng, width, width),
        }
    }
}

/// What the units of each layer do to their input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Units {
    /// Nothing: J is the product of the matrices.
    #[default]
    Linear,
    /// φ = tanh, without bias.
    Tanh,
}

impl Units {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Units::Linear => "linear",
            Units::Tanh => "tanh",
        }
    }
}

/// Which networks are drawn, and what is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// Its name in the scenario, and in the names of its files.
    pub name: String,
    /// What its figure is called.
    pub title: String,
    /// The kinds compared.
    pub matrices: Vec<Matrices>,
    /// What follows each matrix.
    pub units: Units,
    /// N, the rows and columns of every matrix.
    pub width: usize,
    /// D, numbers of weight matrices, ascending: the deepest network passes through all of them.
    pub factors: Vec<usize>,
    /// g.
    pub gains: Vec<f64>,
    /// q₁, mean squares of the first pre-activations; empty for linear units, which do not depend on it.
    pub activity: Vec<f64>,
    /// Independent networks of each kind.
    pub draws: u32,
    /// What costs time is computed where it is wanted only.
    pub wanted: Wanted,
}

/// What is computed of each network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// J itself; without it a tanh network is drawn by the exact law of its activities, not by its matrices.
    pub products: bool,
    /// Singular values of J.
    pub singular_values: bool,
    /// Eigenvalues of J.
    pub eigenvalues: bool,
}

/// Networks that differ in their draws and depths only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// Their kind of matrices.
    pub matrices: Matrices,
    /// g.
    pub gain: f64,
    /// q₁; `None` for linear units.
    pub activity: Option<f64>,
}

impl Spectra {
    /// D of the deepest network.
    pub fn deepest(&self) -> usize {
        self.factors.iter().copied().max().unwrap_or(0)
    }

    /// The cases of one kind of matrices: each gain at each activity.
    pub fn cases_of(&self, matrices: Matrices) -> Vec<Case> {
        let starts: Vec<Option<f64>> = match self.units {
            Units::Linear => vec![None],
            Units::Tanh => self.activity.iter().copied().map(Some).collect(),
        };
        let at = |gain: f64| starts.iter().map(move |&activity| Case { matrices, gain, activity });
        self.gains.iter().flat_map(|&gain| at(gain)).collect()
    }

    /// All cases, in the order of their results.
    pub fn cases(&self) -> Vec<Case> {
        self.matrices.iter().flat_map(|&matrices| self.cases_of(matrices)).collect()
    }
}
