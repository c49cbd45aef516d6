//! Overlays made by formula.

use gradflow::comparison::{Difference, ModeSummary};
use gradflow::figure::{Overlay, Panel};
use gradflow::trajectory::{Arm, Energy, Observation, Outcome, Sample, Trajectory, Work};

pub const PANELS: [Panel; 5] = [Panel::Modes, Panel::Loss, Panel::Error, Panel::Energy, Panel::Coupling];
pub const STRENGTHS: [f64; 4] = [3.0, 2.0, 1.2, 0.6];
pub const START: f64 = 1e-3;

/// The sigmoid of a mode that is learned alone.
pub fn sigmoid(s: f64, t: f64) -> f64 {
    if s == 0.0 {
        return START;
    }
    s / (1.0 + (s / START - 1.0) * (-2.0 * s * t).exp())
}

pub fn observe(strengths: &[f64], t: f64) -> Observation {
    let modes: Vec<f64> = strengths.iter().map(|&s| sigmoid(s, t)).collect();
    let loss = strengths.iter().zip(&modes).map(|(s, u)| 0.5 * (s - u).powi(2)).sum();
    let coupling = 1e-8 * (-t).exp();
    Observation {
        loss,
        modes,
        coupling: Some(coupling),
        energy: Some(Energy { modes: loss, coupling }),
        ..Observation::default()
    }
}

pub fn trajectory(arm: Arm, strengths: &[f64], times: &[f64]) -> Trajectory {
    let sample = |&t: &f64| {
        let mean = observe(strengths, t);
        let spread = (arm == Arm::Sgd).then(|| Observation {
            loss: 0.1 * mean.loss,
            modes: mean.modes.iter().map(|u| 0.1 * u).collect(),
            ..Observation::default()
        });
        Sample { t, mean, spread, state: None }
    };
    Trajectory {
        arm,
        method: String::new(),
        approximation: None,
        samples: times.iter().map(sample).collect(),
        half_times: Vec::new(),
        work: Work::default(),
        outcome: Outcome::Complete,
    }
}

/// The four arms that see the same training run; the limit law describes another.
pub fn all_arms(strengths: &[f64], times: &[f64]) -> Vec<Trajectory> {
    [Arm::Flow, Arm::Modes, Arm::Analytic, Arm::Sgd].map(|arm| trajectory(arm, strengths, times)).into()
}

pub fn summaries(strengths: &[f64]) -> Vec<ModeSummary> {
    let half = |s: f64| (s / START - 1.0).ln() / (2.0 * s);
    strengths
        .iter()
        .map(|&s| ModeSummary {
            s,
            input_eigenvalue: 1.0,
            start: Vec::new(),
            predicted_half_time: (s > 0.0).then(|| half(s)),
        })
        .collect()
}

pub fn difference(times: &[f64], size: f64) -> Difference {
    Difference {
        first: Arm::Flow,
        second: Arm::Analytic,
        times: times.to_vec(),
        modes: times.iter().map(|t| size * t).collect(),
        loss: vec![0.0; times.len()],
    }
}

pub fn linear(count: u32, end: f64) -> Vec<f64> {
    (0..count).map(|i| end * f64::from(i) / f64::from(count - 1)).collect()
}

pub fn overlay<'a>(trajectories: &'a [Trajectory], modes: &'a [ModeSummary]) -> Overlay<'a> {
    Overlay {
        title: "A title",
        note: None,
        time_label: "time t (τ = 1)",
        trajectories,
        modes,
        chosen: None,
        stable_sharpness: None,
        inputs: None,
        differences: &[],
        panels: &PANELS,
    }
}
