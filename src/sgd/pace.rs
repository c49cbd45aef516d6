//! How updates map to time: T = t/τ is the sum over updates of step size × scale of the gradient.

use crate::experiment::{Batch, Experiment, SgdSettings};
use crate::sgd::drawn_samples;
use crate::task::Averaging;

/// The time of each update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    tau: f64,
    /// T that an epoch takes, where a batch counts by its samples, or an update takes.
    unit: f64,
    /// Samples in an epoch and in a batch, where batches count by their samples.
    epoch: Option<(u64, u64)>,
}

impl Pace {
    /// Averages: every update of rate η takes T = η. Sums: a full batch takes T = λ, and so does an
    /// epoch of minibatches, each batch its share of the samples.
    pub fn new(experiment: &Experiment, settings: &SgdSettings) -> Pace {
        let samples = match &experiment.task.samples {
            Some(samples) => samples.len(),
            None => drawn_samples(
                experiment.widths.inputs(),
                experiment.widths.outputs(),
                settings.batch,
                experiment.is_linear(),
            ),
        };
        let epoch = match (experiment.task.averaging, settings.batch) {
            (Averaging::Sum, Batch::Size(size)) => Some((samples.max(1) as u64, size.clamp(1, samples.max(1)) as u64)),
            _ => None,
        };
        Pace { tau: experiment.clock.tau, unit: settings.learning_rate, epoch }
    }

    /// The number of updates whose time is nearest to `t`.
    pub fn updates_at(&self, t: f64) -> u64 {
        let units = t / self.tau / self.unit;
        let Some((samples, batch)) = self.epoch else {
            return units.round() as u64;
        };
        let whole = units.floor();
        let seen = (units - whole) * samples as f64;
        let updates = whole as u64 * samples.div_ceil(batch);
        // The last batch of an epoch may be smaller, so the nearest of two neighbours is looked for.
        let below = ((seen / batch as f64).floor() as u64).min(samples.div_ceil(batch));
        let at = |j: u64| (j * batch).min(samples) as f64;
        let above = (below + 1).min(samples.div_ceil(batch));
        updates + if (at(above) - seen).abs() <= (seen - at(below)).abs() { above } else { below }
    }

    /// The time after `updates`.
    pub fn time_of(&self, updates: u64) -> f64 {
        let units = match self.epoch {
            None => updates as f64,
            Some((samples, batch)) => {
                let per_epoch = samples.div_ceil(batch);
                let rest = ((updates % per_epoch) * batch).min(samples);
                (updates / per_epoch) as f64 + rest as f64 / samples as f64
            }
        };
        units * self.unit * self.tau
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_take_the_rate_per_update() {
        let pace = Pace { tau: 2.0, unit: 0.1, epoch: None };
        assert_eq!(pace.updates_at(0.0), 0);
        assert_eq!(pace.updates_at(0.3 * 2.0), 3);
        assert_eq!(pace.updates_at(0.26 * 2.0), 3);
        assert_eq!(pace.updates_at(0.24 * 2.0), 2);
    }

    #[test]
    fn sums_take_the_rate_per_epoch_and_batches_their_share() {
        // Ten samples in batches of four: updates end at 4, 8 and 10 samples.
        let pace = Pace { tau: 1.0 / 0.5, unit: 0.5, epoch: Some((10, 4)) };
        let at = |samples: f64| pace.updates_at(samples / 10.0);
        assert_eq!([0.0, 1.9, 2.1, 4.0, 7.0, 8.9, 9.1, 10.0].map(at), [0, 0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(pace.updates_at(3.0), 9);
        for updates in 0..20 {
            assert_eq!(pace.updates_at(pace.time_of(updates)), updates);
        }
    }
}
