//! The results folder: written whole or not at all, and read back for drawing.

mod curves;
mod folder;
mod paths;
mod read;
mod summary;
mod weights;

pub use folder::{Destination, FolderError, write};
pub use read::{ReadError, Saved, read};
pub use summary::summary;

use crate::comparison::{Difference, ModeSummary};
use crate::figure::{FigureError, Format, Overlay, Panel};
use crate::trajectory::Trajectory;

/// The figure of a run, made from what is also saved: drawn again from the files, it is the same.
///
/// # Errors
/// See [`FigureError`].
pub fn draw(
    title: &str,
    tau: f64,
    trajectories: &[Trajectory],
    modes: &[ModeSummary],
    differences: &[Difference],
    panels: &[Panel],
    format: Format,
) -> Result<Vec<u8>, FigureError> {
    let time_label = if tau == 1.0 { "time t (units of τ)".to_owned() } else { format!("time t (τ = {tau})") };
    let approximate: Vec<&str> =
        trajectories.iter().filter(|t| t.approximation.is_some()).map(|t| t.arm.name()).collect();
    let note = (!approximate.is_empty()).then(|| format!("approximation here: {}", approximate.join(", ")));
    let overlay =
        Overlay { title, note: note.as_deref(), time_label: &time_label, trajectories, modes, differences, panels };
    crate::figure::draw(&overlay, format)
}
