//! Trajectories against each other: differences, half-learning times, verdicts.

use crate::delays::{DelayFigure, DelaysResult};
use crate::premises::worse;
use crate::spectra::{Case, SpectraFigure, SpectraResult};
use crate::study::{StudyFigure, StudyResult};
use crate::text::number;
use crate::trajectory::{Arm, Sample, Trajectory};

/// A mode as the figure and the summary name it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeSummary {
    /// Singular value s of Σ31.
    pub s: f64,
    /// v_αᵀΣ11v_α, the variance of the inputs along the mode.
    pub input_eigenvalue: f64,
    /// Its strengths at t = 0, one per weight matrix, W1 first; none if they are not known.
    pub start: Vec<f64>,
    /// Half-learning time by the closed form; `None` where there is none or it is never reached.
    pub predicted_half_time: Option<f64>,
}

impl ModeSummary {
    /// s/λ; `None` for null modes.
    pub fn final_strength(&self) -> Option<f64> {
        (self.s > 0.0 && self.input_eigenvalue > 0.0).then(|| self.s / self.input_eigenvalue)
    }
}

/// One arm minus another at each of their common times.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The arm that is judged.
    pub first: Arm,
    /// The arm it is judged by, to whose largest value the differences are relative.
    pub second: Arm,
    /// Common times.
    pub times: Vec<f64>,
    /// Largest difference of the mode strengths at each time, relative to the second's largest |u|.
    pub modes: Vec<f64>,
    /// Difference of the losses at each time, relative to the second's largest loss.
    pub loss: Vec<f64>,
}

impl Difference {
    /// The largest difference of the mode strengths over time.
    pub fn largest_modes(&self) -> Option<f64> {
        self.modes.iter().copied().reduce(f64::max)
    }

    /// The largest difference of the losses over time.
    pub fn largest_loss(&self) -> Option<f64> {
        self.loss.iter().copied().reduce(f64::max)
    }
}

/// Which arm judges which: descent is judged by any other arm, integration by what is evaluated.
const PAIRS: [(Arm, Arm); 7] = [
    (Arm::Flow, Arm::Modes),
    (Arm::Flow, Arm::Analytic),
    (Arm::Modes, Arm::Analytic),
    (Arm::Limit, Arm::Modes),
    (Arm::Sgd, Arm::Flow),
    (Arm::Sgd, Arm::Modes),
    (Arm::Sgd, Arm::Analytic),
];

/// Every pair of arms that ran, over the times that both reached.
pub fn differences(trajectories: &[Trajectory]) -> Vec<Difference> {
    let find = |arm| trajectories.iter().find(|t| t.arm == arm);
    PAIRS
        .iter()
        .filter_map(|(first, second)| Some((find(*first)?, find(*second)?)))
        .map(|(first, second)| {
            let common = first.samples.len().min(second.samples.len());
            Difference {
                first: first.arm,
                second: second.arm,
                times: second.samples.iter().take(common).map(|s| s.t).collect(),
                modes: relative(first, second, Compared::Modes),
                loss: relative(first, second, Compared::Loss),
            }
        })
        .collect()
}

/// What two arms can be compared in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Mode strengths.
    Modes,
    /// The loss.
    Loss,
    /// The product of the weights.
    Map,
    /// All weight matrices.
    Weights,
}

impl Compared {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Compared::Modes => "modes",
            Compared::Loss => "loss",
            Compared::Map => "map",
            Compared::Weights => "weights",
        }
    }

    /// The numbers that are compared, of one sample.
    fn values(self, sample: &Sample) -> Vec<&[f64]> {
        match (self, &sample.state) {
            (Compared::Modes, _) => vec![&sample.mean.modes],
            (Compared::Loss, _) => vec![std::slice::from_ref(&sample.mean.loss)],
            (Compared::Map, Some(state)) => vec![state.map.as_slice()],
            (Compared::Weights, Some(state)) => state.weights.iter().flatten().map(|w| w.as_slice()).collect(),
            (_, None) => Vec::new(),
        }
    }
}

/// A figure of one arm that can be compared with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Half-learning time of a mode.
    HalfTime,
    /// Strength of a mode at the last sample.
    FinalStrength,
    /// Loss at the last sample.
    FinalLoss,
    /// Largest coupling over all samples.
    LargestCoupling,
    /// Largest ‖I_l(t) − I_l(0)‖ of the conserved I_l = W_{l+1}ᵀW_{l+1} − W_lW_lᵀ along the flow.
    LargestDrift,
    /// Largest eigenvalue of the Hessian at the last sample.
    FinalSharpness,
    /// Share of the training samples that are taken for another class at the last sample.
    FinalTrainingError,
    /// The same of the samples held out.
    FinalTestError,
    /// Loss on the samples held out, at the last sample.
    FinalTestLoss,
}

impl Figure {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Figure::HalfTime => "half_time",
            Figure::FinalStrength => "final_strength",
            Figure::FinalLoss => "final_loss",
            Figure::LargestCoupling => "largest_coupling",
            Figure::LargestDrift => "largest_drift",
            Figure::FinalSharpness => "final_sharpness",
            Figure::FinalTrainingError => "final_training_error",
            Figure::FinalTestError => "final_test_error",
            Figure::FinalTestLoss => "final_test_loss",
        }
    }

    /// Whether it is a figure of one mode.
    pub fn of_a_mode(self) -> bool {
        matches!(self, Figure::HalfTime | Figure::FinalStrength)
    }
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// One arm against another, over all samples.
    Compare {
        /// The arm that is judged.
        first: Arm,
        /// The arm it is judged by.
        second: Arm,
        /// In what.
        quantity: Compared,
        /// Largest difference, relative to the second arm's largest |value|.
        max_error: f64,
    },
    /// A figure of one arm against a number.
    Figure {
        /// The arm.
        arm: Arm,
        /// The figure.
        figure: Figure,
        /// The mode, from 1.
        mode: usize,
        /// What it should be.
        expect: f64,
        /// Largest difference, relative to `expect` unless that is 0.
        max_error: f64,
    },
    /// A figure of a study against a number.
    Study {
        /// The study's name.
        study: String,
        /// The series' name.
        series: String,
        /// The figure.
        figure: StudyFigure,
        /// N_l of the network, or of the first of those that the figure is taken over.
        layers: Option<usize>,
        /// What it should be.
        expect: f64,
        /// Largest difference, relative to `expect` unless that is 0.
        max_error: f64,
    },
    /// A figure of delays against a number.
    Delays {
        /// Their name.
        delays: String,
        /// The series' name.
        series: String,
        /// The figure.
        figure: DelayFigure,
        /// The mode, from 1.
        mode: usize,
        /// What it should be.
        expect: f64,
        /// Largest difference, relative to `expect` unless that is 0.
        max_error: f64,
    },
    /// A figure of spectra against a number.
    Spectra {
        /// The spectra's name.
        spectra: String,
        /// Which networks.
        case: Case,
        /// Their number of weight matrices.
        factors: usize,
        /// The figure.
        figure: SpectraFigure,
        /// What it should be.
        expect: f64,
        /// Largest difference, relative to `expect` unless that is 0.
        max_error: f64,
    },
}

impl Check {
    /// The largest error that passes.
    pub fn max_error(&self) -> f64 {
        match self {
            Check::Compare { max_error, .. }
            | Check::Figure { max_error, .. }
            | Check::Study { max_error, .. }
            | Check::Delays { max_error, .. }
            | Check::Spectra { max_error, .. } => *max_error,
        }
    }

    /// The check in words.
    pub fn describe(&self) -> String {
        match self {
            Check::Compare { first, second, quantity, .. } => {
                format!("{first} against {second}: {}", quantity.name())
            }
            Check::Figure { arm, figure, mode, expect, .. } if figure.of_a_mode() => {
                format!("{arm}: {} of mode {mode} = {expect}", figure.name())
            }
            Check::Figure { arm, figure, expect, .. } => format!("{arm}: {} = {expect}", figure.name()),
            Check::Study { study, series, figure, layers, expect, .. } => {
                let at = match (layers, figure.of_a_network()) {
                    (Some(layers), true) => format!(" at {layers} layers"),
                    (Some(layers), false) => format!(" from {layers} layers on"),
                    (None, _) => String::new(),
                };
                format!("{study}, {series}: {}{at} = {expect}", figure.name())
            }
            Check::Delays { delays, series, figure, mode, expect, .. } => {
                format!("{delays}, {series}: {} of mode {mode} = {expect}", figure.name())
            }
            Check::Spectra { spectra, case, factors, figure, expect, .. } => {
                let from = case.activity.map_or(String::new(), |q| format!(", q = {}", number(q)));
                let networks = format!("{}, {factors} factors, g = {}{from}", case.matrices.name(), number(case.gain));
                format!("{spectra}, {networks}: {} = {}", figure.name(), number(*expect))
            }
        }
    }

    fn arms(&self) -> Vec<Arm> {
        match self {
            Check::Compare { first, second, .. } => vec![*first, *second],
            Check::Figure { arm, .. } => vec![*arm],
            Check::Study { .. } | Check::Delays { .. } | Check::Spectra { .. } => Vec::new(),
        }
    }
}

/// How a check came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The check.
    pub check: Check,
    /// The error found; `None` if there is nothing to compare, such as a time that is never reached.
    pub error: Option<f64>,
    /// Whether the error is within bounds and the arms are complete.
    pub pass: bool,
}

/// What checks are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// One per arm that ran.
    pub trajectories: &'a [Trajectory],
    /// How far each conserved quantity of the flow has drifted, if that arm ran.
    pub balance_drift: Option<&'a [f64]>,
    /// What came out of the studies.
    pub studies: &'a [StudyResult],
    /// Half-learning times over random starts.
    pub delays: &'a [DelaysResult],
    /// What random networks show.
    pub spectra: &'a [SpectraResult],
}

/// Carries a check out.
pub fn judge(check: &Check, found: &Findings) -> Verdict {
    let Findings { studies, delays, spectra, .. } = found;
    let find = |arm| found.trajectories.iter().find(|t| t.arm == arm);
    let error = match check {
        Check::Compare { first, second, quantity, .. } => {
            find(*first).zip(find(*second)).and_then(|(first, second)| largest_difference(first, second, *quantity))
        }
        Check::Figure { figure: Figure::LargestDrift, expect, .. } => {
            let drift = found.balance_drift.and_then(|drift| drift.iter().copied().reduce(worse));
            drift.map(|value| off(value, *expect))
        }
        Check::Figure { arm, figure, mode, expect, .. } => {
            find(*arm).and_then(|t| measure(t, *figure, mode.saturating_sub(1))).map(|value| off(value, *expect))
        }
        Check::Study { study, series, figure, layers, expect, .. } => {
            let study = studies.iter().find(|result| result.name == *study);
            let series = study.and_then(|study| study.series.iter().find(|result| result.name == *series));
            series.and_then(|series| series.measure(*figure, *layers)).map(|value| off(value, *expect))
        }
        Check::Delays { delays: name, series, figure, mode, expect, .. } => {
            let delays = delays.iter().find(|result| result.name == *name);
            let series = delays.and_then(|delays| delays.series.iter().find(|result| result.name == *series));
            let value = series.and_then(|series| series.measure(*figure, mode.saturating_sub(1)));
            value.map(|value| off(value, *expect))
        }
        Check::Spectra { spectra: name, case, factors, figure, expect, .. } => {
            let result = spectra.iter().find(|result| result.spectra.name == *name);
            let measured = result.and_then(|result| result.measured(case, *factors, *figure));
            measured.map(|measured| off(measured.value, *expect))
        }
    };
    let error = error.filter(|e| e.is_finite());
    let complete = check.arms().into_iter().all(|arm| find(arm).is_some_and(|t| t.outcome.is_complete()));
    Verdict { check: check.clone(), error, pass: complete && error.is_some_and(|e| e <= check.max_error()) }
}

/// The error of a figure, relative to what is expected unless that is 0.
fn off(value: f64, expect: f64) -> f64 {
    (value - expect).abs() / if expect == 0.0 { 1.0 } else { expect.abs() }
}

/// A figure of one arm, of a mode (from 0) if it is one of a mode; `None` where the arm has none.
pub fn measure(trajectory: &Trajectory, figure: Figure, mode: usize) -> Option<f64> {
    let last = trajectory.samples.last();
    match figure {
        Figure::HalfTime => trajectory.half_times.get(mode).copied().flatten(),
        Figure::FinalStrength => last?.mean.modes.get(mode).copied(),
        Figure::FinalLoss => last.map(|s| s.mean.loss),
        Figure::FinalSharpness => last?.mean.sharpness,
        Figure::FinalTrainingError => last?.mean.training_error,
        Figure::FinalTestError => last?.mean.test_error,
        Figure::FinalTestLoss => last?.mean.test_loss,
        // Of the flow's monitor, not of its rows.
        Figure::LargestDrift => None,
        Figure::LargestCoupling => trajectory.samples.iter().filter_map(|s| s.mean.coupling).reduce(f64::max),
    }
}

/// The largest |first − second| over all common times, relative to the second's largest |value|; `None` if there is
/// nothing to compare.
pub fn largest_difference(first: &Trajectory, second: &Trajectory, quantity: Compared) -> Option<f64> {
    relative(first, second, quantity).into_iter().reduce(f64::max)
}

/// The largest |first − second| at each common time, relative to the second's largest |value| over all.
fn relative(first: &Trajectory, second: &Trajectory, quantity: Compared) -> Vec<f64> {
    let largest =
        |sample: &Sample| quantity.values(sample).into_iter().flatten().fold(0.0, |most: f64, v| most.max(v.abs()));
    let scale = second.samples.iter().map(largest).fold(0.0, f64::max);
    let scale = if scale > 0.0 { scale } else { 1.0 };
    first
        .samples
        .iter()
        .zip(&second.samples)
        .filter_map(|(a, b)| {
            let (a, b) = (quantity.values(a), quantity.values(b));
            let pairs = a.into_iter().flatten().zip(b.into_iter().flatten());
            pairs.map(|(x, y)| (x - y).abs()).reduce(f64::max)
        })
        .map(|difference| difference / scale)
        .collect()
}
