//! `[spectra.NAME]`: deep networks before they are trained.

use crate::figure::SpectraPanel;
use crate::spectra::{Matrices, Units};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Random networks of square matrices: singular values and eigenvalues of their end-to-end Jacobian, and their
/// activity, against depth and gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpectraTable {
    /// What the figure calls it (default: the scenario's title).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Kinds of matrices compared: Gaussian entries of variance gain²/N, or gain × a random orthogonal matrix.
    #[serde(default = "both")]
    pub matrices: Vec<Matrices>,
    /// What follows each matrix: "linear" is nothing, so that the Jacobian is the product of the matrices; or "tanh".
    #[serde(default)]
    pub activation: Units,
    /// N, rows and columns of every matrix.
    #[serde(default = "width")]
    pub width: usize,
    /// D, numbers of weight matrices, ascending.
    pub factors: Vec<usize>,
    /// Gains.
    #[serde(default = "gains")]
    pub gains: Vec<f64>,
    /// Mean squares q of the first pre-activations, of tanh networks (default: 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Vec<f64>>,
    /// Independent networks of each kind.
    #[serde(default = "draws")]
    pub draws: u32,
    /// Panels of the figure from top to bottom (default: singular_values and eigenvalues for linear networks,
    /// singular_values, growth and activity for tanh networks). What no panel and no check asks for is not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panels: Option<Vec<SpectraPanel>>,
}

fn both() -> Vec<Matrices> {
    Matrices::ALL.to_vec()
}

fn width() -> usize {
    200
}

fn gains() -> Vec<f64> {
    vec![1.0]
}

fn draws() -> u32 {
    50
}
