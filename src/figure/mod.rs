//! Figures of trajectories laid over each other, drawn with `plotters`.
//!
//! A figure is a column of panels over one time axis, or over the depths of a study. On its way to a file it passes through three
//! stages, each ignorant of the next:
//!
//! ```text
//! Overlay ─ panel files ─▶ Plan: axes and marks, in the units of the data
//!         ─ page, plot ──▶ Scene: shapes, in page units
//!         ─ encode ──────▶ bytes of a PNG or SVG, through plotters
//! ```
//!
//! Arms are told apart by the shape of their line and modes by colour, in such a way
//! that four curves that coincide exactly remain four visible curves. The same overlay gives the
//! same bytes.

mod axis;
mod classification;
mod coupling;
mod curve;
mod delays;
mod encode;
mod energy;
mod error;
mod font;
mod inputs;
mod ladders;
mod legend;
mod loss;
mod modes;
mod number;
mod page;
mod phase;
mod plan;
mod plot;
mod range;
mod saddles;
mod scene;
mod selection;
mod sharpness;
mod spectra;
mod study;
mod style;

use crate::comparison::{Difference, ModeSummary};
use crate::converge::Ladder;
use crate::delays::DelaysResult;
use crate::spectra::SpectraResult;
use crate::study::StudyResult;
use crate::task::InputCorrelations;
use crate::trajectory::Trajectory;
use serde::{Deserialize, Serialize};

/// One panel of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Panel {
    /// Strength of each mode, u_α, with its final value and predicted half-learning time.
    Modes,
    /// The loss L.
    Loss,
    /// Differences between the arms' mode strengths, on a logarithmic axis.
    Error,
    /// The two terms of the energy, on a logarithmic axis; needs white inputs.
    Energy,
    /// Frobenius norm of the off-diagonal part of UᵀWV, on a logarithmic axis.
    Coupling,
    /// The largest eigenvalue of the Hessian of the loss, with the limit 2/η of descent.
    Sharpness,
    /// The phase portrait of the first mode of two aligned weight matrices, in the plane of its strengths.
    Phase,
    /// How far W is from each critical point that learning passes, on a logarithmic axis.
    Saddles,
    /// Share of the samples that are taken for another class: of those trained on, and of those held out.
    Classification,
    /// The inputs' correlations along the modes, |VᵀΣ11V|, as a map of colours.
    Inputs,
}

/// A file format for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A bitmap, about 290 dots per inch at 8.5 cm width.
    Png,
    /// Vector graphics with live text.
    Svg,
}

impl Format {
    /// The usual ending of the file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
        }
    }
}

/// One panel of a study's figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StudyPanel {
    /// Updates until learned against N_l.
    Time,
    /// The learning rate against N_l.
    Rate,
    /// The way there: strength or loss against updates, a curve per network.
    Curves,
    /// The training error on the way.
    Classification,
}

impl StudyPanel {
    /// Whether it is of the way to the goal, against updates.
    pub fn is_of_curves(self) -> bool {
        matches!(self, StudyPanel::Curves | StudyPanel::Classification)
    }
}

/// One panel of the figure of random networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpectraPanel {
    /// Density of the singular values of the Jacobian per decade, a strip for each number of factors.
    SingularValues,
    /// Eigenvalues of the Jacobian in the complex plane.
    Eigenvalues,
    /// Mean σ² against the number of factors.
    Growth,
    /// Mean square of the pre-activations against layers, and its fixed point against the gain.
    Activity,
}

/// What one figure shows.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    /// Headline; wrapped where it is long.
    pub title: &'a str,
    /// A small line below the title, such as a caveat.
    pub note: Option<&'a str>,
    /// Title of the time axis, with the unit of time.
    pub time_label: &'a str,
    /// One per arm, in any order.
    pub trajectories: &'a [Trajectory],
    /// The modes of the task, by descending singular value.
    pub modes: &'a [ModeSummary],
    /// The modes whose strengths are drawn, from 0; if `None`, all where they are few, and else a choice.
    pub chosen: Option<&'a [usize]>,
    /// 2/η, the sharpness beyond which descent is not stable, if there is descent.
    pub stable_sharpness: Option<f64>,
    /// What the inputs panel shows.
    pub inputs: Option<&'a InputCorrelations>,
    /// What the error panel shows.
    pub differences: &'a [Difference],
    /// From top to bottom; a panel given twice is drawn once.
    pub panels: &'a [Panel],
}

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// The overlay asks for no panel.
    #[error("a figure needs at least one panel")]
    NoPanels,
    /// The embedded font could not be read.
    #[error("the embedded font could not be read")]
    Font,
    /// The drawing library failed.
    #[error("the figure could not be drawn: {0}")]
    Draw(String),
    /// The image could not be encoded.
    #[error("the figure could not be encoded: {0}")]
    Encode(String),
}

/// Draws a figure and returns the bytes of the file.
///
/// Any finite values give a figure: an overlay without samples gives empty panels that say so, and
/// values that no axis can hold are left out.
///
/// # Errors
///
/// [`FigureError::NoPanels`] if there is nothing to draw; the others only if a library fails.
pub fn draw(overlay: &Overlay, format: Format) -> Result<Vec<u8>, FigureError> {
    font::register()?;
    encoded(&page::compose(overlay)?, format)
}

/// Draws the figure of a study, with its panels from top to bottom, and returns the bytes of the file.
///
/// # Errors
///
/// As for [`draw`].
pub fn draw_study(study: &StudyResult, panels: &[StudyPanel], format: Format) -> Result<Vec<u8>, FigureError> {
    font::register()?;
    encoded(&study::compose(study, panels)?, format)
}

/// Draws the figure of delays and returns the bytes of the file.
///
/// # Errors
/// If the font is lost or the image cannot be encoded.
pub fn draw_delays(delays: &DelaysResult, format: Format) -> Result<Vec<u8>, FigureError> {
    font::register()?;
    encoded(&delays::compose(delays), format)
}

/// Draws the figure of random networks, with its panels from top to bottom, and returns the bytes of the file.
///
/// # Errors
///
/// As for [`draw`].
pub fn draw_spectra(result: &SpectraResult, panels: &[SpectraPanel], format: Format) -> Result<Vec<u8>, FigureError> {
    font::register()?;
    encoded(&spectra::compose(result, panels)?, format)
}

/// Draws the work-precision diagram of ladders and returns the bytes of the file.
///
/// # Errors
///
/// As for [`draw`].
pub fn draw_ladders(title: &str, ladders: &[Ladder], format: Format) -> Result<Vec<u8>, FigureError> {
    font::register()?;
    encoded(&ladders::compose(title, ladders), format)
}

fn encoded(scene: &scene::Scene, format: Format) -> Result<Vec<u8>, FigureError> {
    match format {
        Format::Png => encode::png(scene),
        Format::Svg => encode::svg(scene),
    }
}
