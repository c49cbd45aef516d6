//! `<arm>_weights.npz`: the state at the sample times.

use crate::files::{NpzWriter, row_major};
use crate::trajectory::Trajectory;
use std::io::{self, Seek, Write};

/// Whether there is anything to write: rows with weights, or with the map where there are none.
pub fn has_state(trajectory: &Trajectory) -> bool {
    use crate::trajectory::Arm;
    trajectory.arm != Arm::Modes && trajectory.samples.first().is_some_and(|s| s.state.is_some())
}

/// `t` (T), and `W1` (T×N2×N1), `W2`, … or, without weights, `map` (T×N3×N1) and,
/// where the weights are known up to a rotation of the hidden layer, `W1tW1` (T×N1×N1) and `W2W2t` (T×N3×N3).
///
/// # Errors
/// If it cannot be written.
pub fn write<W: Write + Seek>(trajectory: &Trajectory, writer: W) -> io::Result<()> {
    let mut archive = NpzWriter::new(writer);
    let rows = trajectory.samples.len();
    archive.array("t", &[rows], trajectory.samples.iter().map(|s| s.t))?;
    let states = || trajectory.samples.iter().filter_map(|s| s.state.as_ref());
    let Some(first) = states().next() else { return archive.finish().map(|_| ()) };
    match &first.weights {
        None => {
            let (n, m) = first.map.shape();
            archive.array("map", &[rows, n, m], states().flat_map(|s| row_major(&s.map)))?;
            if first.grams.is_some() {
                let grams = || states().filter_map(|s| s.grams.as_ref());
                archive.array("W1tW1", &[rows, m, m], grams().flat_map(|(inputs, _)| row_major(inputs)))?;
                archive.array("W2W2t", &[rows, n, n], grams().flat_map(|(_, outputs)| row_major(outputs)))?;
            }
        }
        Some(weights) => {
            for (l, weight) in weights.iter().enumerate() {
                let (n, m) = weight.shape();
                let layer = states().filter_map(|s| s.weights.as_ref()?.get(l));
                archive.array(&format!("W{}", l + 1), &[rows, n, m], layer.flat_map(row_major))?;
            }
        }
    }
    archive.finish().map(|_| ())
}
