//! The results folder: written whole or not at all, and read back for drawing.

mod converge;
mod curves;
mod delays;
mod folder;
mod inputs;
mod paths;
mod read;
mod spectra;
mod studies;
mod summary;
mod weights;

pub use converge::write as write_ladders;
pub use delays::file_stem as delays_file_stem;
pub use folder::{Content, Destination, FolderError, write};
pub use read::{ReadError, Saved, read};
pub use spectra::file_stem as spectra_file_stem;
pub use studies::{curves_name as study_curves_name, file_stem as study_file_stem};
pub use summary::summary;

use crate::comparison::{Difference, ModeSummary};
use crate::figure::{FigureError, Format, Overlay, Panel};
use crate::task::InputCorrelations;
use crate::text::number;
use crate::trajectory::Trajectory;

/// What a figure is made of, from a run or from its files: drawn again, it is the same.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The title.
    pub title: &'a str,
    /// τ.
    pub tau: f64,
    /// Why predicted half-times and s/λ are estimates; `None` where they are exact.
    pub obstacle: Option<&'a str>,
    /// The arms' curves.
    pub trajectories: &'a [Trajectory],
    /// The modes.
    pub modes: &'a [ModeSummary],
    /// The modes whose strengths are drawn, from 0; `None` leaves the choice to the figure.
    pub chosen: Option<&'a [usize]>,
    /// 2/η, if there is descent.
    pub stable_sharpness: Option<f64>,
    /// The inputs' correlations along the modes, if they are to be shown.
    pub inputs: Option<&'a InputCorrelations>,
    /// Each arm against each other.
    pub differences: &'a [Difference],
    /// Panels from top to bottom.
    pub panels: &'a [Panel],
}

impl Picture<'_> {
    /// Draws it.
    ///
    /// # Errors
    /// See [`FigureError`].
    pub fn draw(&self, format: Format) -> Result<Vec<u8>, FigureError> {
        let time_label = match self.tau {
            1.0 => "time t (units of τ)".to_owned(),
            tau => format!("time t (τ = {})", number(tau)),
        };
        let note = self.note();
        let overlay = Overlay {
            title: self.title,
            note: note.as_deref(),
            time_label: &time_label,
            trajectories: self.trajectories,
            modes: self.modes,
            chosen: self.chosen,
            stable_sharpness: self.stable_sharpness,
            inputs: self.inputs,
            differences: self.differences,
            panels: self.panels,
        };
        crate::figure::draw(&overlay, format)
    }

    /// What is only approximate here.
    fn note(&self) -> Option<String> {
        let arms = self.trajectories.iter().filter(|t| t.approximation.is_some()).map(|t| t.arm.name());
        let mut parts: Vec<&str> = arms.collect();
        if self.obstacle.is_some() {
            parts.push("predicted half-times");
        }
        (!parts.is_empty()).then(|| format!("approximate here: {}", parts.join(", ")))
    }
}
