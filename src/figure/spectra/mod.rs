//! The figure of random networks: singular values, eigenvalues, growth and activity.

mod layers;
mod plane;
mod strips;

use super::legend::Rings;
use super::number::short;
use super::page::{Stack, draw_panels, draw_title};
use super::plan::{Key, Swatch};
use super::scene::{Ink, Scene};
use super::study::draw_keys;
use super::style::{NEUTRAL, OKABE_ITO, PAGE_WIDTH, Pen, ramp};
use super::{FigureError, SpectraPanel};
use crate::spectra::{Case, Matrices, Spectra, SpectraResult, SpectraSeries, Units};

/// Between panels.
const GAP: f64 = 12.0;
/// No rings along a line.
const NO_RINGS: Rings = Rings { gap: 1e9, most: 0, phase: 0.0 };
/// Theory, over what was drawn.
const THEORY_DASH: (f64, f64) = (5.0, 3.0);

/// Lays the whole figure out.
pub(super) fn compose(result: &SpectraResult, panels: &[SpectraPanel]) -> Result<Scene, FigureError> {
    if panels.is_empty() {
        return Err(FigureError::NoPanels);
    }
    // A panel given twice is drawn once.
    let mut wanted: Vec<SpectraPanel> = Vec::new();
    for panel in panels {
        if !wanted.contains(panel) {
            wanted.push(*panel);
        }
    }
    let colours = Colours::new(&result.spectra);
    let mut scene = Scene { width: PAGE_WIDTH, height: 0.0, shapes: Vec::new() };
    let mut y = draw_title(&mut scene, &result.spectra.title, Some(&note(result)));
    y = draw_keys(&mut scene, &keys(result, &colours, &wanted), y);
    for (index, panel) in wanted.iter().enumerate() {
        y += if index > 0 { GAP } else { 0.0 };
        y = match panel {
            SpectraPanel::SingularValues => {
                let (plans, axis) = strips::plans(result, &colours);
                let title = "singular value σ of the Jacobian";
                draw_panels(&mut scene, &Stack { plans: &plans, across: axis.as_ref(), title }, y)
            }
            SpectraPanel::Eigenvalues => plane::draw(&mut scene, result, &colours, y),
            SpectraPanel::Growth => {
                let (plan, axis) = layers::growth(result, &colours);
                draw_panels(&mut scene, &Stack { plans: &[plan], across: axis.as_ref(), title: "weight matrices D" }, y)
            }
            SpectraPanel::Activity => {
                let (plan, axis) = layers::activity(result, &colours);
                let stack = Stack { plans: &[plan], across: axis.as_ref(), title: "layer l" };
                let below = draw_panels(&mut scene, &stack, y);
                match layers::fixed_points(result, &colours) {
                    None => below,
                    Some((plan, axis)) => {
                        let stack = Stack { plans: &[plan], across: Some(&axis), title: "gain g" };
                        draw_panels(&mut scene, &stack, below + GAP)
                    }
                }
            }
        };
    }
    scene.height = y;
    Ok(scene)
}

fn note(result: &SpectraResult) -> String {
    let Spectra { units, width, draws, wanted, .. } = &result.spectra;
    let what = match units {
        Units::Linear => "products",
        Units::Tanh => "tanh",
    };
    let networks = if *draws == 1 { "network" } else { "networks" };
    let law = if wanted.products { "" } else { ", by the law of their activities" };
    let mut note = format!("{what}, N = {width}, {draws} {networks} of each kind{law}; theory: N → ∞");
    let unresolved: usize = result.series.iter().flat_map(|series| &series.products).map(|p| p.unresolved).sum();
    if unresolved > 0 {
        note.push_str(&format!("; {unresolved} without eigenvalues"));
    }
    note
}

/// What colours tell apart: the first of gain, activity and kind in which there is more than one.
#[derive(Debug, Clone)]
struct Colours {
    by: By,
    gains: Vec<f64>,
    activities: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Gain,
    Activity,
    Kind,
}

impl Colours {
    fn new(spectra: &Spectra) -> Colours {
        let by = match (spectra.gains.len(), spectra.activity.len()) {
            (2.., _) => By::Gain,
            (_, 2..) => By::Activity,
            _ => By::Kind,
        };
        Colours { by, gains: spectra.gains.clone(), activities: spectra.activity.clone() }
    }

    /// Ink number `index` of `count`: named colours for few, a ramp for many.
    fn pick(index: usize, count: usize) -> Ink {
        match OKABE_ITO.get(index).filter(|_| count < OKABE_ITO.len()) {
            Some(ink) => *ink,
            None => ramp(index as f64 / count.saturating_sub(1).max(1) as f64),
        }
    }

    fn ink(&self, case: &Case) -> Ink {
        let place = |all: &[f64], value: f64| Self::pick(all.iter().position(|x| *x == value).unwrap_or(0), all.len());
        match self.by {
            By::Gain => place(&self.gains, case.gain),
            By::Activity => place(&self.activities, case.activity.unwrap_or(0.0)),
            By::Kind => Self::pick(case.matrices as usize, 2),
        }
    }

    /// What the colour of a case stands for.
    fn label(&self, case: &Case) -> String {
        match self.by {
            By::Gain => format!("g = {}", short(case.gain)),
            By::Activity => format!("q = {} at first", short(case.activity.unwrap_or(0.0))),
            By::Kind => kind(case.matrices).to_owned(),
        }
    }

    /// What else tells a case from others, in words; empty if nothing does.
    fn rest(&self, case: &Case, spectra: &Spectra) -> String {
        let mut parts = Vec::new();
        if self.by != By::Kind && spectra.matrices.len() > 1 {
            parts.push(kind(case.matrices).to_owned());
        }
        if let Some(q) = case.activity
            && self.by != By::Activity
            && spectra.activity.len() > 1
        {
            parts.push(format!("q = {} at first", short(q)));
        }
        parts.join(", ")
    }
}

fn kind(matrices: Matrices) -> &'static str {
    match matrices {
        Matrices::Gaussian => "Gaussian",
        Matrices::Orthogonal => "orthogonal",
    }
}

/// D in words.
fn factors(count: usize) -> String {
    if count == 1 { "1 matrix".to_owned() } else { format!("{count} matrices") }
}

fn dashed(ink: Ink, width: f64) -> Pen {
    Pen { dash: Some(THEORY_DASH), ..Pen::solid(ink, width, 5) }
}

/// Keys in rows: colours, then what lines and signs mean.
fn keys(result: &SpectraResult, colours: &Colours, panels: &[SpectraPanel]) -> Vec<Vec<Key>> {
    let line = |pen: Pen| Swatch::Line { pen, band: None, cut: false };
    let key = |swatch: Swatch, label: &str| Key { swatch, label: label.to_owned() };
    let has = |panel: SpectraPanel| panels.contains(&panel);
    let mut inks: Vec<Key> = Vec::new();
    for SpectraSeries { case, .. } in &result.series {
        let entry = key(Swatch::Patch(colours.ink(case)), &colours.label(case));
        if !inks.contains(&entry) {
            inks.push(entry);
        }
    }
    let mut meanings = Vec::new();
    if has(SpectraPanel::SingularValues) {
        meanings.push(key(line(Pen::solid(NEUTRAL.paler(0.3), 1.4, 3)), "drawn"));
        let law = match result.spectra.units {
            Units::Linear => "theory",
            Units::Tanh => "root of mean σ², theory",
        };
        meanings.push(key(line(dashed(NEUTRAL, 1.4)), law));
    }
    if has(SpectraPanel::Growth) || has(SpectraPanel::Activity) {
        for matrices in &result.spectra.matrices {
            let swatch = match matrices {
                Matrices::Gaussian => Swatch::Ring(NEUTRAL),
                Matrices::Orthogonal => Swatch::Dot(NEUTRAL),
            };
            meanings.push(key(swatch, kind(*matrices)));
        }
        meanings.push(key(line(Pen::solid(NEUTRAL, 1.4, 4)), "theory"));
    }
    if has(SpectraPanel::Eigenvalues) && result.spectra.units == Units::Linear {
        meanings.push(key(line(Pen::solid(NEUTRAL, 0.9, 4)), "edge, and central square"));
    }
    vec![inks, meanings]
}
