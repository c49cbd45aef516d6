//! Rows of a trajectory, from what an arm knows: weights, the map, or the modes alone.

use crate::experiment::Experiment;
use crate::linalg::map_of;
use crate::network::{Gradient, Hessian};
use crate::task::Statistics;
use crate::trajectory::{Sample, State};
use nalgebra::DMatrix;

/// The starting weights with W1 in the frame of Σ11.
pub fn into_frame(experiment: &Experiment) -> Vec<DMatrix<f64>> {
    in_frame(&experiment.task.statistics, &experiment.start)
}

/// Weights in the user's coordinates, with W1 taken into the frame of Σ11.
pub fn in_frame(statistics: &Statistics, weights: &[DMatrix<f64>]) -> Vec<DMatrix<f64>> {
    let mut weights = weights.to_vec();
    if let Some(first) = weights.first_mut() {
        *first = statistics.frame.enter(first);
    }
    weights
}

/// A row of an arm that has the weights, W1 in the frame of Σ11.
pub fn of_weights(experiment: &Experiment, t: f64, weights: &[DMatrix<f64>]) -> Sample {
    let kept = experiment.keep.weights.then(|| {
        let mut weights = weights.to_vec();
        if let Some(first) = weights.first_mut() {
            *first = experiment.probe.frame().leave(first);
        }
        weights
    });
    let mut sample = of_map(experiment, t, &map_of(weights), kept);
    sample.mean.sharpness = sharpness(experiment, weights);
    sample
}

/// The largest eigenvalue of the Hessian at weights with W1 in the frame of Σ11, if it is asked for.
pub fn sharpness(experiment: &Experiment, weights: &[DMatrix<f64>]) -> Option<f64> {
    if !experiment.keep.sharpness {
        return None;
    }
    let statistics = &experiment.task.statistics;
    let gradient = Gradient::new(&experiment.widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
    Some(Hessian::new(gradient.len()).sharpness(&gradient, &experiment.widths.flatten(weights)))
}

/// A row of an arm that has the map, in the frame of Σ11; `weights`, if kept, are in the user's coordinates.
pub fn of_map(experiment: &Experiment, t: f64, map: &DMatrix<f64>, weights: Option<Vec<DMatrix<f64>>>) -> Sample {
    let mean = experiment.probe.observe(map);
    let state = experiment.keep.any().then(|| State { map: experiment.probe.frame().leave(map), weights, grams: None });
    Sample { t, mean, spread: None, state }
}

/// A row of an arm that knows the modes only.
pub fn of_strengths(experiment: &Experiment, t: f64, strengths: &[f64]) -> Sample {
    let state = experiment.keep.map.then(|| State {
        map: experiment.probe.frame().leave(&experiment.probe.map_of(strengths)),
        weights: None,
        grams: None,
    });
    Sample { t, mean: experiment.probe.observe_strengths(strengths), spread: None, state }
}
