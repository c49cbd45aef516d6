//! The flow arm: τ dW_l/dt = −∂L/∂W_l, all matrices, integrated under error control.

use crate::experiment::{Experiment, FlowSettings};
use crate::integrate::{Changes, Method, Observer, Settings, integrate};
use crate::linalg::map_of;
use crate::network::Compression;
use crate::premises::{balance_violation, worse};
use crate::probe::{alignment, imbalances, monitoring_cost};
use crate::sampling::{into_frame, of_weights};
use crate::trajectory::{Arm, Sample, Trajectory};
use nalgebra::{DMatrix, DVector};
use std::time::Instant;

/// What is conserved or assumed along the flow, and how far it was from being so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Monitor {
    /// Largest ‖I_l(t) − I_l(0)‖ for I_l = W_{l+1}ᵀW_{l+1} − W_lW_lᵀ, for each l.
    pub balance_drift: Vec<f64>,
    /// Largest rise of the loss from one sample to the next, relative to the loss at t = 0.
    pub loss_rise: f64,
    /// Largest violation of alignment.
    pub aligned: f64,
    /// Largest violation of balance.
    pub balanced: f64,
}

/// Operations that may be spent on watching invariants in one run; beyond, every n-th sample is.
const MONITORING_BUDGET: f64 = 2e10;

/// Integrates the full weight flow.
pub fn run(experiment: &Experiment, settings: &FlowSettings, mut progress: impl FnMut(usize)) -> (Trajectory, Monitor) {
    let clock = Instant::now();
    let statistics = &experiment.task.statistics;
    let weights = into_frame(experiment);
    let compression = Compression::new(&statistics.sigma31_frame, statistics.eigenvalues.as_slice(), weights.clone());
    let mut view = View {
        experiment,
        compression: &compression,
        watch: Watch::new(experiment, &weights),
        samples: Vec::with_capacity(experiment.clock.times.len()),
        half_times: vec![None; experiment.basis.len()],
        changes: Changes::default(),
        progress: &mut progress,
    };
    let solver =
        Settings { method: settings.method, rtol: settings.rtol, atol: settings.atol, max_steps: settings.max_steps };
    let start = DVector::from_column_slice(compression.start());
    let (outcome, mut work) = integrate(&compression.gradient(), start, &experiment.scaled_times(), &solver, &mut view);
    work.wall_s = clock.elapsed().as_secs_f64();
    let method = view.changes.describe(settings.method, experiment.clock.tau);
    let trajectory = Trajectory {
        arm: Arm::Flow,
        method: format!("weight flow, {method} at rtol {:e}", settings.rtol),
        approximation: experiment.not_linear().map(str::to_owned),
        samples: view.samples,
        half_times: view.half_times,
        work,
        outcome: outcome.in_user_time(experiment.clock.tau),
    };
    (trajectory, view.watch.monitor)
}

/// Makes rows of states and notes when modes are half learned.
struct View<'a, P> {
    experiment: &'a Experiment,
    compression: &'a Compression,
    watch: Watch,
    samples: Vec<Sample>,
    half_times: Vec<Option<f64>>,
    changes: Changes,
    progress: &'a mut P,
}

impl<P: FnMut(usize)> Observer for View<'_, P> {
    fn visit(&mut self, index: usize, flat: &[f64]) -> bool {
        let weights = self.compression.expand(flat);
        let sample = of_weights(self.experiment, self.experiment.clock.times[index], &weights);
        if !sample.mean.is_finite() {
            return false;
        }
        self.watch.see(index, &weights, sample.mean.loss);
        self.samples.push(sample);
        (self.progress)(1);
        true
    }

    fn levels(&self, flat: &[f64]) -> Vec<f64> {
        let strengths = self.experiment.probe.strengths(&self.compression.map(flat));
        self.experiment.basis.half_learned(&strengths)
    }

    fn crossed(&mut self, mode: usize, t: f64) {
        self.half_times[mode] = Some(t * self.experiment.clock.tau);
    }

    fn changed(&mut self, method: Method, t: f64) {
        self.changes.add(method, t);
    }
}

/// Watches invariants and premises along the run.
struct Watch {
    u: DMatrix<f64>,
    v: DMatrix<f64>,
    initial: Vec<DMatrix<f64>>,
    first_loss: f64,
    last_loss: f64,
    stride: usize,
    last_index: usize,
    monitor: Monitor,
}

impl Watch {
    fn new(experiment: &Experiment, weights: &[DMatrix<f64>]) -> Watch {
        let samples = experiment.clock.times.len();
        let cost = monitoring_cost(&experiment.widths, experiment.basis.len()) * samples as f64;
        let initial = imbalances(weights);
        let loss = experiment.probe.observe(&map_of(weights)).loss;
        Watch {
            u: experiment.basis.u.clone(),
            v: experiment.probe.frame().enter_rows(&experiment.basis.v),
            first_loss: loss,
            last_loss: loss,
            stride: (cost / MONITORING_BUDGET).ceil().max(1.0) as usize,
            last_index: samples.saturating_sub(1),
            monitor: Monitor {
                balance_drift: vec![0.0; initial.len()],
                aligned: experiment.premises.aligned,
                balanced: experiment.premises.balanced,
                loss_rise: 0.0,
            },
            initial,
        }
    }

    fn see(&mut self, index: usize, weights: &[DMatrix<f64>], loss: f64) {
        if self.first_loss > 0.0 {
            self.monitor.loss_rise = worse(self.monitor.loss_rise, (loss - self.last_loss) / self.first_loss);
        }
        self.last_loss = loss;
        if !index.is_multiple_of(self.stride) && index != self.last_index {
            return;
        }
        for ((drift, now), then) in self.monitor.balance_drift.iter_mut().zip(imbalances(weights)).zip(&self.initial) {
            *drift = worse(*drift, (now - then).norm());
        }
        self.monitor.aligned = worse(self.monitor.aligned, alignment(weights, &self.u, &self.v).violation);
        self.monitor.balanced = worse(self.monitor.balanced, balance_violation(weights));
    }
}
