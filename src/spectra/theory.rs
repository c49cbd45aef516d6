//! What theory says of a case, as the width tends to infinity.
//!
//! Means over networks of width N differ from it by O(1/N). Measured, with 20,000 networks: the activity of tanh networks at
//! g = 1.05 by −0.43/N (Gaussian) and +0.09/N (orthogonal), at g = 1.5 by about −0.4/N and +0.6/N. Of each network one
//! singular value, along the activity itself, falls faster than the others. Of products of D Gaussian matrices the edge
//! takes D ≪ N; the mean of σ² is exact at any width.

use super::measure::{CENTRAL, LAST_LAYERS, ORDER_ONE, SpectraFigure};
use super::products::{central_share, central_share_of_circle, edge, share_between};
use super::{Case, Matrices, MeanField, Spectra};

/// The laws of one case at any number of factors up to the deepest.
#[derive(Debug, Clone)]
pub struct Theory {
    case: Case,
    /// The layers of tanh networks.
    field: Option<MeanField>,
}

impl Theory {
    /// Of a case of these networks.
    pub fn new(spectra: &Spectra, case: Case) -> Theory {
        let field = case.activity.map(|q| MeanField::new(case.gain, q, spectra.deepest()));
        Theory { case, field }
    }

    /// g^D.
    fn gain(&self, factors: usize) -> f64 {
        self.case.gain.powi(factors as i32)
    }

    /// q_l, l from 1; `None` for linear units.
    pub fn activity(&self, layer: usize) -> Option<f64> {
        self.field.as_ref()?.activity.get(layer.checked_sub(1)?).copied()
    }

    /// Mean σ² of the Jacobian of D layers: g^{2D}, or ∏χ_l.
    pub fn mean_square(&self, factors: usize) -> Option<f64> {
        match &self.field {
            Some(field) => field.mean_square.get(factors.checked_sub(1)?).copied(),
            None => Some(self.gain(factors).powi(2)),
        }
    }

    /// Relative variance of σ²: Σ(μ₂/μ₁² − 1), and D more for Gaussian matrices.
    pub fn relative_variance(&self, factors: usize) -> Option<f64> {
        let slopes = match &self.field {
            Some(field) => field.spread.get(factors.checked_sub(1)?).copied()?,
            None => 0.0,
        };
        let matrices = match self.case.matrices {
            Matrices::Gaussian => factors as f64,
            Matrices::Orthogonal => 0.0,
        };
        Some(slopes + matrices)
    }

    /// A figure of networks of D factors; `None` where no law is known.
    pub fn expected(&self, figure: SpectraFigure, factors: usize) -> Option<f64> {
        let (low, high) = ORDER_ONE;
        let gain = self.gain(factors);
        let orthogonal = self.case.matrices == Matrices::Orthogonal;
        match figure {
            SpectraFigure::MeanSquare => self.mean_square(factors),
            SpectraFigure::RelativeVariance => self.relative_variance(factors),
            SpectraFigure::FinalActivity => {
                let first = factors.saturating_sub(LAST_LAYERS);
                let last = self.field.as_ref()?.activity.get(first..factors)?;
                Some(last.iter().sum::<f64>() / last.len() as f64)
            }
            _ if self.field.is_some() => None,
            SpectraFigure::LargestSquare if orthogonal => Some(gain.powi(2)),
            SpectraFigure::LargestSquare => Some(edge(factors) * gain.powi(2)),
            SpectraFigure::LargestDeviation => orthogonal.then_some((gain - 1.0).abs()),
            SpectraFigure::OrderOneShare if orthogonal => Some(f64::from(u8::from((low..=high).contains(&gain)))),
            SpectraFigure::OrderOneShare => Some(share_between(factors, self.case.gain, low, high)),
            SpectraFigure::CentralShare if orthogonal => Some(central_share_of_circle(gain, CENTRAL)),
            SpectraFigure::CentralShare => Some(central_share(factors, self.case.gain, CENTRAL)),
        }
    }
}
