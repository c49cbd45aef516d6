//! The start: from its table to matrices.

use super::numbers::{not_negative, positive};
use super::{Builder, Fault};
use crate::network::{Pretraining, Start, StartError, Widths, starting_weights};
use crate::random::{self, Purpose};
use crate::scenario::format::{AlignedInit, Init, MatricesInit, PretrainedInit};
use crate::scenario::tasks::load_matrix;
use crate::scenario::values::{MatrixSource, PerLayer};
use crate::task::Task;
use nalgebra::DMatrix;

impl Builder<'_> {
    pub(super) fn start(&self, widths: &Widths, task: &Task) -> Result<Vec<DMatrix<f64>>, Fault> {
        let start = self.start_rule("network.init", &self.scenario.network.init, widths)?;
        let mut rng = random::stream(self.scenario.seed, Purpose::Start);
        starting_weights(&start, widths, &task.statistics, &mut rng).map_err(|error| match error {
            StartError::Pretraining { .. } => {
                Fault::new("network.init.pretrained.learning_rate", error.to_string(), "a smaller one")
            }
            _ => Fault::new("network.init.balanced.imbalance", error.to_string(), ""),
        })
    }

    /// The rule that a start's table, which stands at `here`, gives for these widths.
    pub(super) fn start_rule(&self, here: &str, init: &Init, widths: &Widths) -> Result<Start, Fault> {
        let at = |key: &str| format!("{here}.{key}");
        Ok(match init {
            Init::Aligned(init) => aligned(&at("aligned"), init, widths)?,
            Init::Gaussian(init) => Start::Gaussian { scale: not_negative(&at("gaussian.scale"), init.scale)? },
            Init::Glorot(init) => Start::Glorot { gain: not_negative(&at("glorot.gain"), init.gain)? },
            Init::Orthogonal(init) => Start::Orthogonal { gain: not_negative(&at("orthogonal.gain"), init.gain)? },
            Init::Balanced(init) => {
                Start::Balanced { scale: not_negative(&at("balanced.scale"), init.scale)?, imbalance: init.imbalance }
            }
            Init::Pretrained(init) => {
                let pretraining = pretraining(here, init)?;
                check_length(here, &pretraining, widths)?;
                Start::Pretrained(pretraining)
            }
            Init::Matrices(init) => Start::Matrices(self.given_weights(&at("matrices.weights"), init, widths)?),
        })
    }

    fn given_weights(&self, here: &str, init: &MatricesInit, widths: &Widths) -> Result<Vec<DMatrix<f64>>, Fault> {
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

/// Aligned strengths; `here` is the path of their table.
fn aligned(here: &str, init: &AlignedInit, widths: &Widths) -> Result<Start, Fault> {
    let (depth, modes) = (widths.depth(), widths.bottleneck());
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

/// Autoencoder settings in range; `here` is the path of the start.
pub(super) fn pretraining(here: &str, init: &PretrainedInit) -> Result<Pretraining, Fault> {
    let here = format!("{here}.pretrained");
    if init.epochs > MOST_EPOCHS {
        return Err(Fault::new(
            format!("{here}.epochs"),
            format!("{} epochs", init.epochs),
            &format!("0 to {MOST_EPOCHS}"),
        ));
    }
    positive(&format!("{here}.learning_rate"), init.learning_rate)?;
    let scale = not_negative(&format!("{here}.scale"), init.scale)?;
    Ok(Pretraining { epochs: init.epochs, learning_rate: init.learning_rate, scale })
}

/// Pretraining must come to an end before anything is shown; `here` is the path of the start.
pub(super) fn check_length(here: &str, pretraining: &Pretraining, widths: &Widths) -> Result<(), Fault> {
    let operations = pretraining.operations(widths);
    if operations <= MOST_OPERATIONS {
        return Ok(());
    }
    let message = format!("pretraining would take {operations:.1e} operations before anything is shown");
    let allowed = format!("fewer epochs: at most {MOST_OPERATIONS:e} operations");
    Err(Fault::new(format!("{here}.pretrained.epochs"), message, &allowed))
}

/// Operations of pretraining, which a core does in a quarter of an hour or so.
const MOST_OPERATIONS: f64 = 2e13;

/// Epochs of pretraining: a start is made before anything is shown.
const MOST_EPOCHS: u64 = 100_000;
