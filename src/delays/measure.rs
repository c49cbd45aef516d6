//! Figures of delays that can be compared with a number.

use super::SeriesResult;

/// A figure of one mode of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayFigure {
    /// Mean of (t − t_pred)/t_pred over the runs.
    MeanDelay,
    /// Its standard deviation.
    DelaySd,
    /// t_pred.
    PredictedHalfTime,
}

impl DelayFigure {
    /// All of them.
    pub const ALL: [DelayFigure; 3] = [DelayFigure::MeanDelay, DelayFigure::DelaySd, DelayFigure::PredictedHalfTime];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            DelayFigure::MeanDelay => "mean_delay",
            DelayFigure::DelaySd => "delay_sd",
            DelayFigure::PredictedHalfTime => "predicted_half_time",
        }
    }
}

impl SeriesResult {
    /// A figure of a mode, from 0; `None` if a run is missing from it, for the mean of the others says too little.
    pub fn measure(&self, figure: DelayFigure, mode: usize) -> Option<f64> {
        let mode = self.modes.iter().find(|row| row.expected.mode == mode)?;
        let all = mode.learned == self.runs;
        match figure {
            DelayFigure::MeanDelay => mode.delay.filter(|_| all),
            DelayFigure::DelaySd => mode.spread.filter(|_| all),
            DelayFigure::PredictedHalfTime => Some(mode.expected.half_time),
        }
    }
}
