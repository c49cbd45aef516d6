//! What counts as learned, read off the error of the map.

use crate::sgd::Assessment;
use crate::task::{ModeBasis, Statistics};
use crate::text::number;

/// What a network is trained for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Learned {
    /// u of a mode (from 0) within 1 − share of its final value, relative: of uᵀW*v, which is s/λ where the inputs
    /// commute with the modes.
    Mode {
        /// Which mode.
        mode: usize,
        /// How much of it.
        share: f64,
    },
    /// L − L_min at most this share of what the zero map has.
    Excess(f64),
    /// L at most this.
    Loss(f64),
    /// Of the training samples, at most this share is taken for another class.
    TrainingError(f64),
}

impl Learned {
    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Learned::Mode { mode, share } => format!("u of mode {} is {} of its final value", mode + 1, number(*share)),
            Learned::Excess(share) => format!("L − L_min is {} of what the zero map has", number(*share)),
            Learned::Loss(loss) => format!("L is {}", number(*loss)),
            Learned::TrainingError(share) => format!("the training error is {}", number(*share)),
        }
    }

    /// The mode whose strength is watched: the one waited for, or else the first.
    pub fn watched(&self) -> usize {
        if let Learned::Mode { mode, .. } = self { *mode } else { 0 }
    }
}

/// The excess of the loss at which it counts as learned; `None` if a mode is waited for.
pub(super) fn excess_wanted(learned: &Learned, statistics: &Statistics) -> Option<f64> {
    match learned {
        Learned::Mode { .. } | Learned::TrainingError(_) => None,
        Learned::Excess(share) => Some(share * zero_excess(statistics)),
        Learned::Loss(loss) => Some(loss - statistics.least_loss),
    }
}

/// L − L_min of the zero map, ½Tr Σ31Σ11⁺Σ31ᵀ, summed without cancellation.
pub fn zero_excess(statistics: &Statistics) -> f64 {
    let columns = statistics.sigma31_frame.column_iter().zip(statistics.eigenvalues.iter());
    let learnable = columns.filter(|(_, lambda)| **lambda > 0.0);
    0.5 * learnable.map(|(column, lambda)| column.norm_squared() / lambda).sum::<f64>()
}

/// What is watched of a network in training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// L − L_min.
    pub excess: f64,
    /// u of the watched mode.
    pub strength: f64,
    /// The training error, of a network that is shown samples of classes.
    pub training_error: Option<f64>,
}

/// Reads loss and strength off 𝓔 = Σ31 − WΣ11, which every gradient has at hand, in the frame of Σ11.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    /// Eigenvalues of Σ11.
    eigenvalues: Vec<f64>,
    /// u of the watched mode.
    left: Vec<f64>,
    /// Σ11⁺v of the watched mode: v lies in the range of Σ11, so that uᵀWv = uᵀ(Σ31 − 𝓔)Σ11⁺v.
    right: Vec<f64>,
    /// uᵀW*v = uᵀΣ31Σ11⁺v, where the watched mode ends.
    whole: f64,
    /// L_min.
    pub least_loss: f64,
    /// The share of that end that is waited for.
    share: Option<f64>,
    /// L − L_min that is waited for.
    excess: f64,
    /// The training error that is waited for.
    error: Option<f64>,
}

impl Goal {
    pub fn new(statistics: &Statistics, basis: &ModeBasis, learned: &Learned) -> Goal {
        let watched = learned.watched();
        let left: Vec<f64> = basis.u.column(watched).iter().copied().collect();
        let v = statistics.frame.enter_rows(&basis.v);
        let inverse = |(v, lambda): (&f64, &f64)| if *lambda > 0.0 { v / lambda } else { 0.0 };
        let right: Vec<f64> = v.column(watched).iter().zip(statistics.eigenvalues.iter()).map(inverse).collect();
        let share = if let Learned::Mode { share, .. } = learned { Some(*share) } else { None };
        Goal {
            whole: bilinear(statistics.sigma31_frame.as_slice(), &left, &right),
            eigenvalues: statistics.eigenvalues.as_slice().to_vec(),
            left,
            right,
            least_loss: statistics.least_loss,
            share,
            excess: excess_wanted(learned, statistics).unwrap_or(0.0),
            error: if let Learned::TrainingError(error) = learned { Some(*error) } else { None },
        }
    }

    /// L − L_min = ½ Σ_j ‖𝓔_j‖²/λ_j over the columns, and u.
    pub fn read(&self, error: &[f64]) -> Reading {
        let columns = error.chunks_exact(self.left.len().max(1)).zip(&self.eigenvalues);
        let learnable = columns.filter(|(_, lambda)| **lambda > 0.0);
        let excess: f64 = learnable.map(|(e, lambda)| e.iter().map(|x| x * x).sum::<f64>() / lambda).sum();
        Reading {
            excess: 0.5 * excess,
            strength: self.whole - bilinear(error, &self.left, &self.right),
            training_error: None,
        }
    }

    /// The same, of a network of any activation: its own loss, and u of the linear map that stands for it.
    pub fn read_assessment(&self, assessment: &Assessment) -> Reading {
        let columns = assessment.map.as_slice().chunks_exact(self.left.len().max(1));
        let along = |(column, (v, lambda)): (&[f64], (&f64, &f64))| {
            let image: f64 = column.iter().zip(&self.left).map(|(m, u)| m * u).sum();
            image * v * lambda
        };
        let strength = columns.zip(self.right.iter().zip(&self.eigenvalues)).map(along).sum();
        Reading { excess: assessment.loss - self.least_loss, strength, training_error: assessment.training_error }
    }

    /// Whether the goal is reached. A mode must be near its end: one that has shot beyond it has not been learned.
    pub fn is_reached(&self, reading: Reading) -> bool {
        if let Some(error) = self.error {
            return reading.training_error.is_some_and(|now| now <= error);
        }
        match self.share {
            Some(share) => (share..=2.0 - share).contains(&(reading.strength / self.whole)),
            None => reading.excess <= self.excess,
        }
    }

    /// What is below 0 until the goal is reached, along the flow.
    pub fn level(&self, reading: Reading) -> f64 {
        match self.share {
            Some(share) => {
                let now = reading.strength / self.whole;
                (now - share).min(2.0 - share - now)
            }
            None if self.excess > 0.0 => 1.0 - reading.excess / self.excess,
            None => -1.0,
        }
    }
}

/// leftᵀ M right for a column-major matrix.
fn bilinear(m: &[f64], left: &[f64], right: &[f64]) -> f64 {
    let dot = |column: &[f64]| column.iter().zip(left).map(|(x, y)| x * y).sum::<f64>();
    m.chunks_exact(left.len().max(1)).zip(right).map(|(column, y)| dot(column) * y).sum()
}
