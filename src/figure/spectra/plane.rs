//! Eigenvalues in the complex plane: a square for each case and number of factors, told apart by colour.

use super::{Colours, NO_RINGS, factors};
use crate::figure::axis::Axis;
use crate::figure::curve::Rect;
use crate::figure::legend::{ROW, arrange};
use crate::figure::number::short;
use crate::figure::plan::{Mark, Plan};
use crate::figure::plot::{self, Frame};
use crate::figure::scene::{Align, Scene};
use crate::figure::style::{FAINT, INK, MARGIN, NEUTRAL, PAGE_WIDTH, Pen, SMALL};
use crate::spectra::{CENTRAL, Case, Product, SpectraFigure, SpectraResult, Units};

/// Squares in a row, and in all.
const ACROSS: usize = 3;
const MOST: usize = 12;
/// Left of each square, for its tick labels, and between two.
const LABELS: f64 = 34.0;
const SPACE: f64 = 8.0;
/// Below each row of squares, for tick labels.
const BELOW: f64 = 28.0;
/// How far linear networks are shown, in units of the edge: the few that stray farther would shrink all others.
const REACH: f64 = 1.3;
/// Radius of a dot.
const DOT: f64 = 0.9;

/// Draws the squares in rows; returns where they end.
pub(super) fn draw(scene: &mut Scene, result: &SpectraResult, colours: &Colours, top: f64) -> f64 {
    let of = |series: &'_ crate::spectra::SpectraSeries| {
        let case = series.case;
        series.products.iter().filter(|p| !p.eigenvalues.is_empty()).map(move |p| (case, p.clone())).collect::<Vec<_>>()
    };
    let cells: Vec<(Case, Product)> = result.series.iter().flat_map(of).take(MOST).collect();
    if cells.is_empty() {
        scene.text("eigenvalues: none were found", (MARGIN, top + ROW), SMALL, Align::Left, FAINT);
        return top + 2.0 * ROW;
    }
    let columns = cells.len().min(ACROSS);
    let cell_width = (PAGE_WIDTH - 2.0 * MARGIN + SPACE) / columns as f64;
    let side = (cell_width - LABELS - SPACE).min(240.0);
    let mut y = top;
    for row in cells.chunks(columns) {
        for (column, (case, product)) in row.iter().enumerate() {
            let left = MARGIN + column as f64 * cell_width;
            draw_cell(scene, result, colours, (case, product), (left, y), side);
        }
        y += 2.0 * ROW + 4.0 + side + BELOW;
    }
    y
}

fn draw_cell(
    scene: &mut Scene,
    result: &SpectraResult,
    colours: &Colours,
    (case, product): (&Case, &Product),
    corner: (f64, f64),
    side: f64,
) {
    let largest = product.eigenvalues.iter().fold(0.0f64, |most, (re, im)| most.max(re.abs()).max(im.abs()));
    let radius = (result.spectra.units == Units::Linear).then(|| case.gain.powi(product.factors as i32));
    let reach = REACH * radius.unwrap_or(largest).max(CENTRAL);
    let axis = Axis::linear(-reach, reach);
    let outline =
        |points: Vec<(f64, f64)>| Mark::Curve { points, pen: Pen::solid(NEUTRAL, 0.9, 8), rings: NO_RINGS, cut: false };
    let c = CENTRAL;
    let mut marks = vec![
        Mark::Dots { points: product.eigenvalues.clone(), ink: colours.ink(case), radius: DOT },
        outline(vec![(-c, -c), (c, -c), (c, c), (-c, c), (-c, -c)]),
    ];
    marks.extend(radius.map(|radius| {
        let at = |k: u32| (f64::from(k) * std::f64::consts::TAU / 120.0).sin_cos();
        outline((0..=120).map(at).map(|(sine, cosine)| (radius * cosine, radius * sine)).collect())
    }));
    let plan = Plan { title: factors(product.factors), keys: Vec::new(), y: Ok(axis), marks, height: side };
    let left = corner.0 + LABELS;
    let frame_top = corner.1 + 2.0 * ROW + 4.0;
    let rect = Rect { left, top: frame_top, right: left + side, bottom: frame_top + side };
    let frame = Frame { rect, across: Some(&axis), labels: true };
    plot::draw(scene, &plan, &arrange(&[], 0.0, side), corner, &frame);
    if let Some(share) = product.measured(SpectraFigure::CentralShare) {
        let text = format!("{} % in the square", short(100.0 * share.value));
        scene.text(text, (corner.0, corner.1 + 2.0 * ROW - 5.0), SMALL, Align::Left, INK);
    }
}
