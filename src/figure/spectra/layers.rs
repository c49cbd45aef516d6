//! Growth and activity: means over the draws, layer by layer, over the curves of theory.

use super::{Colours, NO_RINGS};
use crate::figure::axis::Axis;
use crate::figure::legend::DOT_RADIUS;
use crate::figure::page::lowered;
use crate::figure::plan::{Mark, Plan};
use crate::figure::range::{extent, linear_axis};
use crate::figure::scene::Ink;
use crate::figure::style::Pen;
use crate::spectra::{Layer, Matrices, Measured, SpectraFigure, SpectraResult, Theory, fixed_point};

/// From this ratio of the largest to the least on, an axis is logarithmic.
const LOG_FROM: f64 = 20.0;
/// Layers at which a mean is shown, spaced evenly in their logarithm.
const SHOWN: f64 = 18.0;
/// Places along the curve of fixed points.
const PLACES: u32 = 200;

/// Mean σ² against the number of matrices.
pub(super) fn growth(result: &SpectraResult, colours: &Colours) -> (Plan, Option<Axis>) {
    let title = "mean σ² of the Jacobian";
    along(result, colours, title, |layer| layer.mean_square, Theory::mean_square)
}

/// q against layers.
pub(super) fn activity(result: &SpectraResult, colours: &Colours) -> (Plan, Option<Axis>) {
    let title = "mean square q of the pre-activations";
    along(result, colours, title, |layer| layer.activity, Theory::activity)
}

fn along(
    result: &SpectraResult,
    colours: &Colours,
    title: &str,
    measured: impl Fn(&Layer) -> Option<Measured>,
    theory: impl Fn(&Theory, usize) -> Option<f64>,
) -> (Plan, Option<Axis>) {
    let deepest = result.spectra.deepest();
    let (mut marks, mut held) = (Vec::new(), Vec::new());
    // Kinds of matrices share their theory: the curves of one serve both.
    let first = result.spectra.matrices.first().copied();
    for series in &result.series {
        let ink = colours.ink(&series.case);
        if Some(series.case.matrices) == first {
            let law = Theory::new(&result.spectra, series.case);
            let points: Vec<(f64, f64)> =
                (1..=deepest).filter_map(|layer| Some((layer as f64, theory(&law, layer)?))).collect();
            held.extend(points.iter().map(|p| p.1));
            marks.push(Mark::Curve { points, pen: Pen::solid(ink.paler(0.2), 1.4, 4), rings: NO_RINGS, cut: false });
        }
        let all = series.layers.iter().enumerate().filter_map(|(i, layer)| Some((i + 1, measured(layer)?.value)));
        let points: Vec<(f64, f64)> = shown(all, deepest);
        held.extend(points.iter().map(|p| p.1));
        marks.push(signs(points, series.case.matrices, ink));
    }
    let across = (deepest > 0).then(|| Axis::counts(1.0, deepest as f64));
    let plan = Plan {
        title: title.to_owned(),
        keys: Vec::new(),
        y: value_axis(&held).ok_or("nothing was drawn"),
        marks,
        height: 170.0,
    };
    (lowered(plan), across)
}

/// The first of each group of layers whose logarithms are close, and the last of all.
fn shown(all: impl Iterator<Item = (usize, f64)>, deepest: usize) -> Vec<(f64, f64)> {
    let group = |layer: usize| (SHOWN * (layer as f64).ln() / (deepest.max(2) as f64).ln()).floor();
    let mut last = f64::NEG_INFINITY;
    let kept = |(layer, _): &(usize, f64)| {
        let new = group(*layer) > last || *layer == deepest;
        last = group(*layer).max(last);
        new
    };
    all.filter(kept).map(|(layer, value)| (layer as f64, value)).collect()
}

/// The sign of a kind of matrices: circles lie around dots where both coincide.
fn signs(points: Vec<(f64, f64)>, matrices: Matrices, ink: Ink) -> Mark {
    match matrices {
        Matrices::Gaussian => Mark::Points { points, ink },
        Matrices::Orthogonal => Mark::Dots { points, ink, radius: DOT_RADIUS },
    }
}

/// Logarithmic if the values span much, linear from 0 otherwise.
fn value_axis(values: &[f64]) -> Option<Axis> {
    /// Above and below, as a share of the axis: enough for a sign.
    const AIR: f64 = 0.04;
    let positive: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    let (low, high) = extent(&positive)?;
    if low * LOG_FROM >= high {
        return linear_axis(&positive);
    }
    let air = (high / low).powf(AIR);
    Some(Axis::log(low / air, high * air))
}

/// Final activity against the gain, over q∞(g); `None` for a single gain.
pub(super) fn fixed_points(result: &SpectraResult, colours: &Colours) -> Option<(Plan, Axis)> {
    let (low, high) = extent(&result.spectra.gains).filter(|(low, high)| low < high)?;
    let at = |i: u32| low + (high - low) * f64::from(i) / f64::from(PLACES);
    let points: Vec<(f64, f64)> = (0..=PLACES).map(at).map(|gain| (gain, fixed_point(gain))).collect();
    let mut held: Vec<f64> = points.iter().map(|p| p.1).collect();
    let pen = Pen::solid(crate::figure::style::NEUTRAL, 1.4, 4);
    let mut marks = vec![Mark::Curve { points, pen, rings: NO_RINGS, cut: false }];
    for series in &result.series {
        let last = series.products.last().and_then(|product| product.measured(SpectraFigure::FinalActivity));
        let points: Vec<(f64, f64)> = last.map(|q| (series.case.gain, q.value)).into_iter().collect();
        held.extend(points.iter().map(|p| p.1));
        marks.push(signs(points, series.case.matrices, colours.ink(&series.case)));
    }
    let air = 0.03 * (high - low);
    let title = "q over the last layers, and its fixed point q∞(g)".to_owned();
    let y = linear_axis(&held).ok_or("nothing was drawn");
    Some((Plan { title, keys: Vec::new(), y, marks, height: 170.0 }, Axis::linear(low - air, high + air)))
}
