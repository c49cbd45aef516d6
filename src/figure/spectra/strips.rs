//! Singular values: densities of log₁₀σ, a strip for each number of factors.

use super::{Colours, NO_RINGS, dashed, factors};
use crate::figure::axis::Axis;
use crate::figure::page::lowered;
use crate::figure::plan::{Mark, Plan};
use crate::figure::range::{extent, linear_axis};
use crate::figure::style::Pen;
use crate::spectra::{
    BINS_PER_DECADE, Case, Matrices, Product, SpectraFigure, SpectraResult, SpectraSeries, Units, log_density,
};
use std::f64::consts::LN_10;

/// Decades that the axis spans at most: products of Gaussian matrices reach down without end.
const DECADES: f64 = 5.0;
/// Share of the singular values that may lie below the axis, where it is not that long.
const TAIL: f64 = 0.02;
/// More strips than this are not drawn.
const MOST: usize = 12;
/// Places along a theoretical density.
const PLACES: u32 = 240;

/// What stands in one strip.
struct Strip<'a> {
    title: String,
    curves: Vec<(&'a Case, &'a Product)>,
}

/// The strips over the one axis that they share.
pub(super) fn plans(result: &SpectraResult, colours: &Colours) -> (Vec<Plan>, Option<Axis>) {
    let strips = strips(result, colours);
    let range = range(&strips);
    let axis = range.map(|(low, high)| Axis::log(low, high));
    let plan = |strip: &Strip| lowered(plan(strip, result, colours, range));
    (strips.iter().map(plan).collect(), axis)
}

fn strips<'a>(result: &'a SpectraResult, colours: &Colours) -> Vec<Strip<'a>> {
    let mut strips: Vec<Strip> = Vec::new();
    for (place, count) in result.spectra.factors.iter().enumerate() {
        for SpectraSeries { case, products, .. } in &result.series {
            let Some(product) = products.get(place) else { continue };
            let rest = colours.rest(case, &result.spectra);
            let comma = if rest.is_empty() { "" } else { ", " };
            let title = format!("density per decade: {}{comma}{rest}", factors(*count));
            match strips.iter_mut().find(|strip| strip.title == title) {
                Some(strip) => strip.curves.push((case, product)),
                None => strips.push(Strip { title, curves: vec![(case, product)] }),
            }
        }
    }
    strips.truncate(MOST);
    strips
}

fn bin_edge(bin: i32) -> f64 {
    10f64.powf(f64::from(bin) / f64::from(BINS_PER_DECADE))
}

/// From where all but a few lie below, though not too far down, to the largest of all.
fn range(strips: &[Strip]) -> Option<(f64, f64)> {
    let histograms = || strips.iter().flat_map(|strip| strip.curves.iter().map(|(_, product)| &product.histogram));
    let high = histograms().filter_map(|bins| bins.last()).map(|(bin, _)| bin + 2).max()?;
    let low = histograms().filter_map(|bins| {
        let mut below = 0.0;
        let reached = |(_, share): &&(i32, f64)| {
            below += share;
            below > TAIL
        };
        bins.iter().find(reached).map(|(bin, _)| *bin)
    });
    let high = bin_edge(high);
    let low = bin_edge(low.min()? - 1).max(high * 10f64.powf(-DECADES));
    Some((low, high))
}

fn plan(strip: &Strip, result: &SpectraResult, colours: &Colours, range: Option<(f64, f64)>) -> Plan {
    let mut marks = Vec::new();
    let mut held = Vec::new();
    let mut lines = Vec::new();
    for (case, product) in &strip.curves {
        let ink = colours.ink(case);
        // All singular values are one number: a density has no place for that.
        let spike = result.spectra.units == Units::Linear && case.matrices == Matrices::Orthogonal;
        if spike {
            let square = product.measured(SpectraFigure::MeanSquare);
            lines.extend(square.map(|square| (square.value.sqrt(), Pen::solid(ink, 2.2, 4))));
            continue;
        }
        let points = outline(&product.histogram);
        held.extend(points.iter().filter(|(sigma, _)| range.is_some_and(|(low, _)| *sigma >= low)).map(|p| p.1));
        marks.push(Mark::Curve { points, pen: Pen::solid(ink.paler(0.3), 1.4, 3), rings: NO_RINGS, cut: false });
        match (result.spectra.units, range) {
            (Units::Linear, Some((low, high))) => {
                let points = density(product.factors, case.gain, low, high);
                held.extend(points.iter().map(|p| p.1));
                let pen = dashed(ink.darker(0.3), 1.6);
                marks.push(Mark::Curve { points, pen, rings: NO_RINGS, cut: false });
            }
            _ => {
                let square = product.measured(SpectraFigure::MeanSquare).and_then(|square| square.theory);
                lines.extend(square.map(|square| (square.sqrt(), dashed(ink, 1.6))));
            }
        }
    }
    // Lines from the bottom to beyond the top; without a density, over a height of one.
    let top = extent(&held).map_or(1.0, |(_, high)| high);
    for (sigma, pen) in lines {
        marks.push(Mark::Curve { points: vec![(sigma, 0.0), (sigma, 2.0 * top)], pen, rings: NO_RINGS, cut: false });
    }
    let any = strip.curves.iter().any(|(_, product)| !product.histogram.is_empty());
    let y = linear_axis(&[0.0, top]).filter(|_| any).ok_or("no singular values");
    Plan { title: strip.title.clone(), keys: Vec::new(), y, marks, height: 96.0 }
}

/// The outline of a histogram, in shares per decade; empty bins fall to 0.
fn outline(bins: &[(i32, f64)]) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut end = None;
    for (bin, share) in bins {
        if end != Some(*bin) {
            points.extend(end.map(|end| (bin_edge(end), 0.0)));
            points.push((bin_edge(*bin), 0.0));
        }
        let density = share * f64::from(BINS_PER_DECADE);
        points.extend([(bin_edge(*bin), density), (bin_edge(bin + 1), density)]);
        end = Some(bin + 1);
    }
    points.extend(end.map(|end| (bin_edge(end), 0.0)));
    points
}

/// The law of Gaussian products, per decade.
fn density(factors: usize, gain: f64, low: f64, high: f64) -> Vec<(f64, f64)> {
    let scale = gain.powi(factors as i32);
    let at = |i: u32| low * (high / low).powf(f64::from(i) / f64::from(PLACES));
    (0..=PLACES).map(at).map(|sigma| (sigma, LN_10 * log_density(factors, sigma / scale))).collect()
}
