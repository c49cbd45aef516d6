//! Descent of linear networks on full batches: the statistics know all of their samples.

use crate::network::{Gradient, MapDescent, Widths};
use crate::task::Statistics;

/// W_l ← W_l − η ∂L/∂W_l by the statistics, of weights in the frame of Σ11.
#[derive(Debug)]
pub struct StatisticsDescent<'a> {
    statistics: &'a Statistics,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// In place.
    Map(MapDescent),
    /// By the gradient, where the inputs are the thinner end.
    Gradient(Gradient, Vec<f64>),
}

impl<'a> StatisticsDescent<'a> {
    /// Of a network of these widths.
    pub fn new(widths: &Widths, statistics: &'a Statistics) -> StatisticsDescent<'a> {
        let by_gradient = || {
            let gradient = Gradient::new(widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
            let step = vec![0.0; gradient.len()];
            Way::Gradient(gradient, step)
        };
        let way = MapDescent::of_statistics(widths).map_or_else(by_gradient, Way::Map);
        StatisticsDescent { statistics, way }
    }

    /// One update of the flat weights at learning rate η.
    pub fn step(&mut self, weights: &mut [f64], rate: f64) {
        let Statistics { sigma31_frame, eigenvalues, .. } = self.statistics;
        match &mut self.way {
            Way::Map(map) => {
                map.update_by_statistics(weights, rate, sigma31_frame.as_slice(), eigenvalues.as_slice());
            }
            Way::Gradient(gradient, step) => {
                gradient.descend(weights, step);
                weights.iter_mut().zip(step).for_each(|(w, g)| *w += rate * *g);
            }
        }
    }
}
