//! Rows of a trajectory, from what an arm knows: weights, the map, or the modes alone.

use crate::experiment::Experiment;
use crate::kernels::{View, gemm};
use crate::linalg::map_of;
use crate::network::{Gradient, Hessian};
use crate::task::{Scores, Statistics};
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
    let mean = experiment.probe.observe(map).scored(scores_in_frame(experiment, map));
    let state = experiment.keep.any().then(|| State { map: experiment.probe.frame().leave(map), weights, grams: None });
    Sample { t, mean, spread: None, state }
}

/// What single samples say of the map W in the user's coordinates, f(x) = Wx, if they are asked.
pub fn scores(experiment: &Experiment, map: &DMatrix<f64>) -> Scores {
    if !experiment.keep.scores {
        return Scores::default();
    }
    let inputs = map.ncols();
    experiment.task.scores(|x, count, outputs| gemm(1.0, map.into(), View::new(x, inputs, count), 0.0, outputs))
}

/// The same of the map in the frame of Σ11.
fn scores_in_frame(experiment: &Experiment, map: &DMatrix<f64>) -> Scores {
    // The way back costs as much as hundreds of samples.
    if asks_samples(experiment) { scores(experiment, &experiment.probe.frame().leave(map)) } else { Scores::default() }
}

/// Whether single samples have anything to say.
fn asks_samples(experiment: &Experiment) -> bool {
    let Experiment { task, keep, .. } = experiment;
    keep.scores && (task.classes.is_some() || task.held_out.is_some())
}

/// A row of an arm that knows the modes only. The map, which costs more than all else, is made if it is asked for.
pub fn of_strengths(experiment: &Experiment, t: f64, strengths: &[f64]) -> Sample {
    let mean = experiment.probe.observe_strengths(strengths);
    let asked = experiment.keep.map || asks_samples(experiment);
    let Some(map) = asked.then(|| experiment.probe.map_of(strengths)) else {
        return Sample { t, mean, spread: None, state: None };
    };
    let mean = mean.scored(scores_in_frame(experiment, &map));
    let state =
        experiment.keep.map.then(|| State { map: experiment.probe.frame().leave(&map), weights: None, grams: None });
    Sample { t, mean, spread: None, state }
}
