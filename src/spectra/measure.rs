//! Figures of a spectrum that can be compared with a number.

/// Half the side of the square in the middle of the complex plane: |Re z|, |Im z| < 0.05.
pub const CENTRAL: f64 = 0.05;
/// Singular values of order one.
pub const ORDER_ONE: (f64, f64) = (0.1, 10.0);
/// The final activity is the mean over so many layers.
pub const LAST_LAYERS: usize = 5;

/// A figure of the networks of one kind, gain, activity and number of factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpectraFigure {
    /// Mean σ² of a network.
    MeanSquare,
    /// Variance of σ² within a network, over the square of its mean.
    RelativeVariance,
    /// Largest σ² of a network.
    LargestSquare,
    /// Largest |σ − 1| of all networks.
    LargestDeviation,
    /// Share of σ in [0.1, 10].
    OrderOneShare,
    /// Share of the eigenvalues with |Re z|, |Im z| < 0.05.
    CentralShare,
    /// q, the mean square of the pre-activations, over the last five layers.
    FinalActivity,
}

impl SpectraFigure {
    /// All of them, in the order of tables.
    pub const ALL: [SpectraFigure; 7] = [
        SpectraFigure::MeanSquare,
        SpectraFigure::RelativeVariance,
        SpectraFigure::LargestSquare,
        SpectraFigure::LargestDeviation,
        SpectraFigure::OrderOneShare,
        SpectraFigure::CentralShare,
        SpectraFigure::FinalActivity,
    ];

    /// The name in scenarios and files.
    pub fn name(self) -> &'static str {
        match self {
            SpectraFigure::MeanSquare => "mean_square",
            SpectraFigure::RelativeVariance => "relative_variance",
            SpectraFigure::LargestSquare => "largest_square",
            SpectraFigure::LargestDeviation => "largest_deviation",
            SpectraFigure::OrderOneShare => "order_one_share",
            SpectraFigure::CentralShare => "central_share",
            SpectraFigure::FinalActivity => "final_activity",
        }
    }

    /// Whether it takes singular values.
    pub fn takes_singular_values(self) -> bool {
        matches!(
            self,
            SpectraFigure::RelativeVariance
                | SpectraFigure::LargestSquare
                | SpectraFigure::LargestDeviation
                | SpectraFigure::OrderOneShare
        )
    }
}

/// A number measured over independent draws, and what theory says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The mean over the draws (of `largest_deviation` the largest).
    pub value: f64,
    /// The standard error of that mean, where there are several draws.
    pub error: Option<f64>,
    /// What it tends to as N → ∞, where that is known.
    pub theory: Option<f64>,
}

impl Measured {
    /// The mean of finite values, with its standard error; `None` if there are none.
    pub fn mean(values: &[f64], theory: Option<f64>) -> Option<Measured> {
        let count = values.len() as f64;
        let value = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|x| (x - value).powi(2)).sum();
        let error = (values.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt());
        (value.is_finite() && error.is_none_or(f64::is_finite)).then_some(Measured { value, error, theory })
    }

    /// The largest of the values.
    pub fn largest(values: &[f64], theory: Option<f64>) -> Option<Measured> {
        let value = values.iter().copied().reduce(f64::max).filter(|v| v.is_finite())?;
        Some(Measured { value, error: None, theory })
    }
}
