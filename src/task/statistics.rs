//! Σ11, Σ31, Tr Σ33, and the frame of Σ11's eigenvectors in which the inputs decouple.

use super::Samples;
use crate::kernels::{gemm, gram, product};
use crate::linalg;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Whether statistics are averages or sums over samples; fixes what a step of descent is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Averaging {
    /// Σ11 = XXᵀ/P: a step of rate η is η units of t/τ.
    #[default]
    Mean,
    /// Σ11 = XXᵀ, as in Saxe et al. (2013): an epoch of rate λ is λ units of t/τ.
    Sum,
}

/// The rotation of the inputs into Σ11's eigenvectors.
///
/// Gradient flow is equivariant under rotations of the inputs, so W1 → W1Q turns W1Σ11 into a
/// scaling of columns. `None` where Σ11 is diagonal as it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame(Option<DMatrix<f64>>);

impl Frame {
    /// MQ, for a matrix whose columns are inputs (W1, the map, Σ31).
    pub fn enter(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.0 {
            Some(q) => product(m.into(), q.into()),
            None => m.clone(),
        }
    }

    /// MQᵀ: back to the user's coordinates.
    pub fn leave(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.0 {
            Some(q) => product(m.into(), crate::kernels::View::from(q).t()),
            None => m.clone(),
        }
    }

    /// What an eigenvalue may be wrong by, of n of which one is the largest; nothing where Σ11 is diagonal as it is given.
    fn rounding(&self, n: usize, largest: f64) -> f64 {
        if self.0.is_none() { 0.0 } else { f64::EPSILON * n as f64 * largest }
    }

    /// QᵀM, for a matrix whose rows are inputs (V, samples).
    pub fn enter_rows(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.0 {
            Some(q) => product(crate::kernels::View::from(q).t(), m.into()),
            None => m.clone(),
        }
    }
}

/// The second moments that gradient flow depends on, checked.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// Σ11 = ⟨xxᵀ⟩, N1×N1, in the user's coordinates.
    pub sigma11: DMatrix<f64>,
    /// Σ31 = ⟨yxᵀ⟩, N3×N1, in the user's coordinates.
    pub sigma31: DMatrix<f64>,
    /// Tr Σ33 = Tr⟨yyᵀ⟩; its least possible value where none was given.
    pub trace_sigma33: f64,
    /// L_min = ½(Tr Σ33 − Tr Σ31Σ11⁺Σ31ᵀ), ≥ 0.
    pub least_loss: f64,
    /// The rotation to the frame in which Σ11 is diagonal.
    pub frame: Frame,
    /// Eigenvalues of Σ11 in that frame; those at rounding level are zero.
    pub eigenvalues: DVector<f64>,
    /// Σ31 in that frame, N3×N1.
    pub sigma31_frame: DMatrix<f64>,
    /// W* = Σ31Σ11⁺ in that frame, N3×N1.
    pub optimum_frame: DMatrix<f64>,
}

/// Why matrices are not the statistics of any samples.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatisticsError {
    /// Σ11 differs from its transpose.
    #[error("sigma11 is not symmetric: entries ({row}, {col}) and ({col}, {row}) differ by {difference:e}")]
    Asymmetric {
        /// Row, from 1.
        row: usize,
        /// Column, from 1.
        col: usize,
        /// Their difference.
        difference: f64,
    },
    /// Σ11 has a negative eigenvalue.
    #[error("sigma11 is not positive semidefinite: it has the eigenvalue {eigenvalue:e}")]
    Indefinite {
        /// The least eigenvalue.
        eigenvalue: f64,
    },
    /// Σ31 correlates the targets with inputs that do not vary.
    #[error(
        "sigma31 leaves the range of sigma11 by {violation:e} of its norm: targets cannot correlate with inputs of zero variance"
    )]
    OutsideRange {
        /// Norm of the part of Σ31 outside Σ11's range, relative to Σ31's.
        violation: f64,
    },
    /// Tr Σ33 is less than what the inputs explain of the targets.
    #[error(
        "trace_sigma33 = {given} is below its least possible value {least}, what the inputs explain of the targets"
    )]
    TraceTooSmall {
        /// The given value.
        given: f64,
        /// Tr Σ31Σ11⁺Σ31ᵀ.
        least: f64,
    },
    /// Second moments, or what follows from them, that are no numbers.
    #[error("{what} is beyond the range of numbers (1.8e308)")]
    Overflow {
        /// Which of them.
        what: &'static str,
    },
}

/// Refuses what is not finite.
fn check_finite<'a>(what: &'static str, mut all: impl Iterator<Item = &'a f64>) -> Result<(), StatisticsError> {
    if all.all(|x| x.is_finite()) { Ok(()) } else { Err(StatisticsError::Overflow { what }) }
}

/// Symmetry, semidefiniteness, range and the least trace hold within this, relative.
const TOLERANCE: f64 = 1e-10;

impl Statistics {
    /// Checks and diagonalises the statistics; without a trace, L_min is taken as 0.
    ///
    /// # Errors
    /// If no samples can have them: see [`StatisticsError`].
    pub fn new(
        sigma11: DMatrix<f64>,
        sigma31: DMatrix<f64>,
        trace_sigma33: Option<f64>,
    ) -> Result<Statistics, StatisticsError> {
        check_symmetric(&sigma11)?;
        Statistics::within(TOLERANCE, sigma11, sigma31, trace_sigma33)
    }

    /// The same of a symmetric Σ11, with range and least trace held to a tolerance.
    fn within(
        tolerance: f64,
        sigma11: DMatrix<f64>,
        sigma31: DMatrix<f64>,
        trace_sigma33: Option<f64>,
    ) -> Result<Statistics, StatisticsError> {
        check_finite("sigma11", sigma11.iter())?;
        check_finite("sigma31", sigma31.iter())?;
        let (eigenvalues, frame) = diagonalise(&sigma11)?;
        let sigma31_frame = within_range(frame.enter(&sigma31), &eigenvalues, tolerance)?;
        let mut optimum_frame = sigma31_frame.clone();
        let mut explained = 0.0;
        for (mut column, &lambda) in optimum_frame.column_iter_mut().zip(eigenvalues.iter()) {
            if lambda > 0.0 {
                explained += column.norm_squared() / lambda;
                column /= lambda;
            }
        }
        check_finite("what the inputs explain, Tr sigma31 sigma11⁺ sigma31ᵀ,", [explained].iter())?;
        check_finite("the trace of sigma33", trace_sigma33.iter())?;
        check_finite("the best map, sigma31 sigma11⁺,", optimum_frame.iter())?;
        let trace_sigma33 = match trace_sigma33 {
            None => explained,
            Some(given) if given < explained * (1.0 - tolerance) => {
                return Err(StatisticsError::TraceTooSmall { given, least: explained });
            }
            Some(given) => given,
        };
        let least_loss = (0.5 * (trace_sigma33 - explained)).max(0.0);
        Ok(Statistics { sigma11, sigma31, trace_sigma33, least_loss, frame, eigenvalues, sigma31_frame, optimum_frame })
    }

    /// The statistics of samples: XXᵀ, YXᵀ, Tr YYᵀ, divided by P for averages.
    ///
    /// ‖Σ31v‖² ≤ vᵀΣ11v · Tr Σ33: along an input of variance ε, at rounding level, Σ31 may still be √ε. It is taken as 0
    /// there, as the variance is.
    ///
    /// # Errors
    /// If they are beyond the range of numbers. No others: rounding does not make XXᵀ indefinite by a tolerance.
    pub fn of_samples(samples: &Samples, averaging: Averaging) -> Result<Statistics, StatisticsError> {
        let weight = match averaging {
            Averaging::Mean => 1.0 / samples.len().max(1) as f64,
            Averaging::Sum => 1.0,
        };
        let (x, y) = (crate::kernels::View::from(&samples.x), crate::kernels::View::from(&samples.y));
        let mut sigma11 = DMatrix::zeros(samples.x.nrows(), samples.x.nrows());
        let mut sigma31 = DMatrix::zeros(samples.y.nrows(), samples.x.nrows());
        gram(weight, x, sigma11.as_mut_slice());
        gemm(weight, y, x.t(), 0.0, sigma31.as_mut_slice());
        // Samples have possible statistics: what seems to say otherwise is rounding.
        Statistics::within(f64::INFINITY, sigma11, sigma31, Some(weight * samples.y.norm_squared()))
    }

    /// N1.
    pub fn inputs(&self) -> usize {
        self.sigma31.ncols()
    }

    /// N3.
    pub fn outputs(&self) -> usize {
        self.sigma31.nrows()
    }

    /// What an eigenvalue of Σ11 may be wrong by.
    pub fn rounding(&self) -> f64 {
        self.frame.rounding(self.inputs(), self.eigenvalues.amax())
    }

    /// Rank of Σ11.
    pub fn input_rank(&self) -> usize {
        self.eigenvalues.iter().filter(|&&l| l > 0.0).count()
    }

    /// ‖Σ11 − cI‖/‖Σ11‖ with c the mean eigenvalue, and c: how far the inputs are from white.
    pub fn whiteness(&self) -> (f64, f64) {
        let mean = self.eigenvalues.mean();
        let norm = self.eigenvalues.norm();
        let off = self.eigenvalues.add_scalar(-mean).norm();
        (if norm > 0.0 { off / norm } else { 0.0 }, mean)
    }
}

fn check_symmetric(m: &DMatrix<f64>) -> Result<(), StatisticsError> {
    let allowed = TOLERANCE * m.amax();
    for col in 0..m.ncols() {
        for row in 0..col {
            let difference = m[(row, col)] - m[(col, row)];
            if difference.abs() > allowed {
                return Err(StatisticsError::Asymmetric { row: row + 1, col: col + 1, difference });
            }
        }
    }
    Ok(())
}

/// Eigenvalues of Σ11, those at rounding level set to zero, and the frame of its eigenvectors.
fn diagonalise(sigma11: &DMatrix<f64>) -> Result<(DVector<f64>, Frame), StatisticsError> {
    let (mut values, frame) = if is_diagonal(sigma11) {
        (sigma11.diagonal(), Frame(None))
    } else {
        let (values, vectors) = linalg::symmetric_eigen(sigma11);
        (values, Frame(Some(vectors)))
    };
    let largest = values.amax();
    let least = values.min();
    if least < -TOLERANCE * largest {
        return Err(StatisticsError::Indefinite { eigenvalue: least });
    }
    let floor = frame.rounding(values.len(), largest);
    values.apply(|v| {
        if *v <= floor {
            *v = 0.0;
        }
    });
    Ok((values, frame))
}

fn is_diagonal(m: &DMatrix<f64>) -> bool {
    (0..m.ncols()).all(|j| (0..m.nrows()).all(|i| i == j || m[(i, j)] == 0.0))
}

/// Σ31 with its components along inputs of zero variance removed, if they are within the tolerance.
fn within_range(
    mut sigma31: DMatrix<f64>,
    eigenvalues: &DVector<f64>,
    tolerance: f64,
) -> Result<DMatrix<f64>, StatisticsError> {
    let norm = sigma31.norm();
    check_finite("the norm of sigma31", [norm].iter())?;
    let mut outside = 0.0;
    for (mut column, &lambda) in sigma31.column_iter_mut().zip(eigenvalues.iter()) {
        if lambda == 0.0 {
            outside += column.norm_squared();
            column.fill(0.0);
        }
    }
    let violation = if norm > 0.0 { outside.sqrt() / norm } else { 0.0 };
    if violation > tolerance {
        return Err(StatisticsError::OutsideRange { violation });
    }
    Ok(sigma31)
}
