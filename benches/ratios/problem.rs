//! A problem as its files have it.

use crate::files::Folder;
use gradflow::network::{Activation, Widths};
use gradflow::task::Samples;
use nalgebra::DMatrix;
use std::error::Error;

/// A problem as its files have it.
pub enum Raw {
    /// Σ11, Σ31, starts (a row each) and times of weight flows.
    Flow { widths: Widths, sigma11: DMatrix<f64>, sigma31: DMatrix<f64>, starts: DMatrix<f64>, times: Vec<f64> },
    /// s, starts and times of du/dt = 2u(s − u).
    Modes { s: Vec<f64>, starts: Vec<f64>, times: Vec<f64> },
    /// A network, its samples, and the updates to make.
    Training { widths: Widths, samples: Samples, start: Vec<f64>, plan: Plan },
}

/// Updates of descent.
pub struct Plan {
    pub batch: usize,
    pub updates: usize,
    pub rate: f64,
    pub activation: Activation,
}

/// Reads the files of a problem of a kind.
pub fn read(kind: &str, files: &Folder) -> Result<Raw, Box<dyn Error>> {
    match kind {
        "flow" => {
            let sigma31 = files.matrix("sigma31")?;
            let white = || DMatrix::identity(sigma31.ncols(), sigma31.ncols());
            let sigma11 = files.matrix_if_any("sigma11")?.unwrap_or_else(white);
            let (widths, starts) = (read_widths(files)?, files.matrix("starts")?);
            Ok(Raw::Flow { widths, sigma11, sigma31, starts, times: files.vector("times")? })
        }
        "modes" => {
            Ok(Raw::Modes { s: files.vector("s")?, starts: files.vector("starts")?, times: files.vector("times")? })
        }
        "training" => {
            let samples = Samples { x: files.matrix("x")?.transpose(), y: files.matrix("y")?.transpose() };
            let [batch, updates, rate, tanh] = files.vector("plan")?[..] else { return Err("plan.npy".into()) };
            let activation = if tanh == 0.0 { Activation::Linear } else { Activation::Tanh };
            let plan = Plan { batch: batch as usize, updates: updates as usize, rate, activation };
            let (widths, start) = (read_widths(files)?, files.vector("starts")?);
            Ok(Raw::Training { widths, samples, start, plan })
        }
        _ => Err(format!("no problem of the kind {kind}").into()),
    }
}

fn read_widths(files: &Folder) -> Result<Widths, Box<dyn Error>> {
    let sizes = files.sizes("widths")?;
    let [inputs, hidden @ .., outputs] = &sizes[..] else { return Err("widths.npy".into()) };
    Ok(Widths::new(*inputs, hidden, *outputs))
}

/// Matrices whose entries come a row after the other.
pub fn from_rows(widths: &Widths, flat: &[f64]) -> Vec<DMatrix<f64>> {
    let mut rest = flat;
    let mut next = |(rows, cols): (usize, usize)| {
        let (here, after) = rest.split_at(rows * cols);
        rest = after;
        DMatrix::from_row_slice(rows, cols, here)
    };
    widths.shapes().map(&mut next).collect()
}
