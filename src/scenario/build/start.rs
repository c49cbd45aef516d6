//! The start: from its table to matrices.

use super::numbers::not_negative;
use super::{Builder, Fault};
use crate::network::{Start, Widths, starting_weights};
use crate::random::{self, Purpose};
use crate::scenario::format::{AlignedInit, Init, MatricesInit};
use crate::scenario::tasks::load_matrix;
use crate::scenario::values::{MatrixSource, PerLayer};
use crate::task::{ModeBasis, Task};
use nalgebra::DMatrix;

impl Builder<'_> {
    pub(super) fn start(&self, widths: &Widths, task: &Task) -> Result<Vec<DMatrix<f64>>, Fault> {
        let start = match &self.scenario.network.init {
            Init::Aligned(init) => Start::Aligned { strengths: self.strengths(init, widths)? },
            Init::Gaussian(init) => Start::Gaussian { scale: not_negative("network.init.gaussian.scale", init.scale)? },
            Init::Glorot(init) => Start::Glorot { gain: not_negative("network.init.glorot.gain", init.gain)? },
            Init::Orthogonal(init) => {
                Start::Orthogonal { gain: not_negative("network.init.orthogonal.gain", init.gain)? }
            }
            Init::Balanced(init) => Start::Balanced {
                scale: not_negative("network.init.balanced.scale", init.scale)?,
                imbalance: init.imbalance,
            },
            Init::Matrices(init) => Start::Matrices(self.given_weights(init, widths)?),
        };
        let basis = || ModeBasis::new(&task.statistics, &[]);
        let mut rng = random::stream(self.scenario.seed, Purpose::Start);
        starting_weights(&start, widths, basis, &mut rng)
            .map_err(|error| Fault::new("network.init.balanced.imbalance", error.to_string(), ""))
    }

    fn strengths(&self, init: &AlignedInit, widths: &Widths) -> Result<Vec<Vec<f64>>, Fault> {
        let (depth, modes) = (widths.depth(), widths.bottleneck());
        let here = "network.init.aligned";
        match (init.strength, &init.strengths) {
            (Some(u0), None) => {
                // |a_l| = |u0|^{1/D}; the first weight carries the sign.
                let a = if depth == 2 { u0.abs().sqrt() } else { u0.abs().powf(1.0 / depth as f64) };
                let mut strengths = vec![vec![a; modes]; depth];
                strengths[0].iter_mut().for_each(|a| *a = a.copysign(u0));
                Ok(strengths)
            }
            (None, Some(layers)) if layers.len() == depth => {
                let expand = |(l, layer): (usize, &PerLayer)| match layer {
                    PerLayer::Same(a) => Ok(vec![*a; modes]),
                    PerLayer::PerMode(list) if list.len() <= modes => Ok(list.clone()),
                    PerLayer::PerMode(list) => Err(Fault::new(
                        format!("{here}.strengths[{l}]"),
                        format!("{} strengths for {modes} modes (the least of all widths)", list.len()),
                        &format!("at most {modes}"),
                    )),
                };
                layers.iter().enumerate().map(expand).collect()
            }
            (None, Some(layers)) => Err(Fault::new(
                format!("{here}.strengths"),
                format!("{} entries for {depth} weight matrices", layers.len()),
                &format!("{depth}: one number or list per weight matrix"),
            )),
            (Some(_), Some(_)) => {
                Err(Fault::new(format!("{here}.strengths"), "either `strength` or `strengths`, not both", ""))
            }
            (None, None) => Err(Fault::new(here, "how strong the modes start is missing", "strength, or strengths")),
        }
    }

    fn given_weights(&self, init: &MatricesInit, widths: &Widths) -> Result<Vec<DMatrix<f64>>, Fault> {
        let here = "network.init.matrices.weights";
        if init.weights.len() != widths.depth() {
            return Err(Fault::new(
                here,
                format!("{} matrices for {} weight matrices", init.weights.len(), widths.depth()),
                &format!("{}: W1 first", widths.depth()),
            ));
        }
        let load = |(l, (matrix, (rows, cols))): (usize, (&MatrixSource, (usize, usize)))| {
            let path = format!("{here}[{l}]");
            let m = load_matrix(matrix, &path, self.base, self.budget)?;
            if m.shape() == (rows, cols) {
                return Ok(m);
            }
            let message = format!("W{} is {}×{}, but the layers make it {rows}×{cols}", l + 1, m.nrows(), m.ncols());
            Err(Fault::new(path, message, ""))
        };
        init.weights.iter().zip(widths.shapes()).enumerate().map(load).collect()
    }
}
