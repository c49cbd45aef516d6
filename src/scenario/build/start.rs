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
            Init::Aligned(init) => self.aligned(init, widths)?,
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

    fn aligned(&self, init: &AlignedInit, widths: &Widths) -> Result<Start, Fault> {
        let (depth, modes) = (widths.depth(), widths.bottleneck());
        let here = "network.init.aligned";
        match (init.strength, init.per_layer, &init.strengths) {
            (Some(u0), None, None) => Ok(Start::aligned(u0, modes, depth)),
            (None, Some(a), None) => Ok(Start::per_layer(a, modes, depth)),
            (None, None, Some(layers)) if layers.len() == depth => {
                let expand = |(l, layer): (usize, &PerLayer)| match layer {
                    PerLayer::Same(a) => Ok(vec![*a; modes]),
                    PerLayer::PerMode(list) if list.len() <= modes => Ok(list.clone()),
                    PerLayer::PerMode(list) => Err(Fault::new(
                        format!("{here}.strengths[{l}]"),
                        format!("{} strengths for {modes} modes (the least of all widths)", list.len()),
                        &format!("at most {modes}"),
                    )),
                };
                Ok(Start::Aligned { strengths: layers.iter().enumerate().map(expand).collect::<Result<_, _>>()? })
            }
            (None, None, Some(layers)) => Err(Fault::new(
                format!("{here}.strengths"),
                format!("{} entries for {depth} weight matrices", layers.len()),
                &format!("{depth}: one number or list per weight matrix"),
            )),
            (None, None, None) => {
                Err(Fault::new(here, "how strong the modes start is missing", "strength, per_layer, or strengths"))
            }
            (_, _, strengths) => {
                let key = if strengths.is_some() { "strengths" } else { "per_layer" };
                let message = "one of `strength`, `per_layer` and `strengths` says how strong the modes start";
                Err(Fault::new(format!("{here}.{key}"), message, ""))
            }
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
