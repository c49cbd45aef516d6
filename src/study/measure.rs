//! Figures of a study that can be compared with a number.

use super::{Point, SeriesResult};

/// A figure of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StudyFigure {
    /// Updates until learned, of the network of N_l layers.
    LearningTime,
    /// What the law of that depth says they are.
    PredictedTime,
    /// What the predictions tend to.
    LimitTime,
    /// The learning rate at which the network of N_l layers learned.
    BestRate,
    /// Slope of ln(updates) in ln N_l, by least squares over the networks from N_l layers on.
    TimeSlope,
    /// Slope of ln(rate) in ln N_l, likewise.
    RateSlope,
    /// Updates of the deepest network over those of the first of N_l layers or more.
    TimeRatio,
    /// Largest |updates/predicted − 1| over the networks from N_l layers on.
    PredictionError,
    /// Runs of the network of N_l layers that learned.
    LearnedRuns,
    /// Training error at the end of the curve of the network of N_l layers.
    FinalTrainingError,
}

impl StudyFigure {
    /// All of them.
    pub const ALL: [StudyFigure; 10] = [
        StudyFigure::LearningTime,
        StudyFigure::PredictedTime,
        StudyFigure::LimitTime,
        StudyFigure::BestRate,
        StudyFigure::TimeSlope,
        StudyFigure::RateSlope,
        StudyFigure::TimeRatio,
        StudyFigure::PredictionError,
        StudyFigure::LearnedRuns,
        StudyFigure::FinalTrainingError,
    ];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            StudyFigure::LearningTime => "learning_time",
            StudyFigure::PredictedTime => "predicted_time",
            StudyFigure::LimitTime => "limit_time",
            StudyFigure::BestRate => "best_rate",
            StudyFigure::TimeSlope => "time_slope",
            StudyFigure::RateSlope => "rate_slope",
            StudyFigure::TimeRatio => "time_ratio",
            StudyFigure::PredictionError => "prediction_error",
            StudyFigure::LearnedRuns => "learned_runs",
            StudyFigure::FinalTrainingError => "final_training_error",
        }
    }

    /// Whether it is a figure of one network, whose N_l must be given.
    pub fn of_a_network(self) -> bool {
        use StudyFigure::{BestRate, FinalTrainingError, LearnedRuns, LearningTime, PredictedTime};
        matches!(self, LearningTime | PredictedTime | BestRate | LearnedRuns | FinalTrainingError)
    }
}

impl SeriesResult {
    /// A figure; `layers` is the network it is of, or the first of those it is taken over. `None` where a
    /// network that it needs has not learned.
    pub fn measure(&self, figure: StudyFigure, layers: Option<usize>) -> Option<f64> {
        let from = layers.unwrap_or(0);
        let network = || self.points.iter().find(|point| point.layers == from);
        let points = || self.points.iter().filter(move |point| point.layers >= from);
        match figure {
            StudyFigure::LearningTime => network()?.updates,
            StudyFigure::PredictedTime => network()?.predicted?.updates,
            StudyFigure::LimitTime => Some(self.limit.as_ref()?.updates),
            StudyFigure::BestRate => network()?.best_rate(),
            StudyFigure::LearnedRuns => network().map(|point| f64::from(point.learned)),
            StudyFigure::FinalTrainingError => network()?.curve.last()?.training_error,
            StudyFigure::TimeSlope => slope(points(), |point| point.updates),
            StudyFigure::RateSlope => slope(points(), Point::best_rate),
            StudyFigure::TimeRatio => Some(points().next_back()?.updates? / points().next()?.updates?),
            StudyFigure::PredictionError => {
                let error = |point: &Point| Some((point.updates? / point.predicted?.updates? - 1.0).abs());
                points().map(error).collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::max)
            }
        }
    }
}

/// Least-squares slope of ln y in ln N_l.
fn slope<'a>(points: impl Iterator<Item = &'a Point>, y: impl Fn(&Point) -> Option<f64>) -> Option<f64> {
    let logarithms = |point: &Point| Some(((point.layers as f64).ln(), y(point)?.ln()));
    let all: Vec<(f64, f64)> = points.map(logarithms).collect::<Option<_>>()?;
    let count = all.len() as f64;
    let (x0, y0) = all.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / count, b + y / count));
    let (xy, xx) = all.iter().fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + (x - x0) * (y - y0), xx + (x - x0) * (x - x0)));
    (xx > 0.0).then(|| xy / xx)
}
