//! All networks, spread over the cores, and what they show together.

use super::draw::{Drawn, DrawnProduct, draw};
use super::measure::{Measured, SpectraFigure};
use super::{Case, Matrices, Spectra, Theory};
use crate::parallel;
use crate::random::{self, Purpose};
use std::collections::BTreeMap;

/// Eigenvalues that are kept of each case and number of factors, of whole networks and at least one.
const POINTS: usize = 1000;

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectraResult {
    /// What was asked for.
    pub spectra: Spectra,
    /// A series per case, in their order.
    pub series: Vec<SpectraSeries>,
}

/// The networks of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectraSeries {
    /// Their kind, gain and activity.
    pub case: Case,
    /// By layer, from the first.
    pub layers: Vec<Layer>,
    /// By number of factors, in the order of [`Spectra::factors`].
    pub products: Vec<Product>,
}

/// What the networks show at one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// q, the mean square of the pre-activations; `None` for linear units.
    pub activity: Option<Measured>,
    /// Mean σ² of the Jacobian up to here; `None` where it was not wanted.
    pub mean_square: Option<Measured>,
}

/// What the networks show at one number of factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// D.
    pub factors: usize,
    /// Those figures that there are, in the order of [`SpectraFigure::ALL`].
    pub figures: Vec<(SpectraFigure, Measured)>,
    /// Share of the singular values per bin k, from 10^{k/16} to 10^{(k+1)/16}, of all draws; empty bins left out.
    pub histogram: Vec<(i32, f64)>,
    /// Eigenvalues of the first few draws: real and imaginary parts.
    pub eigenvalues: Vec<(f64, f64)>,
    /// Draws whose eigenvalues were not found: their QR algorithm did not converge.
    pub unresolved: usize,
}

impl Product {
    /// A figure, if there is one.
    pub fn measured(&self, figure: SpectraFigure) -> Option<Measured> {
        self.figures.iter().find(|(name, _)| *name == figure).map(|(_, measured)| *measured)
    }
}

impl SpectraResult {
    /// The figure of a case at a number of factors.
    pub fn measured(&self, case: &Case, factors: usize, figure: SpectraFigure) -> Option<Measured> {
        let series = self.series.iter().find(|series| series.case == *case)?;
        series.products.iter().find(|product| product.factors == factors)?.measured(figure)
    }
}

/// Steps of progress that [`run`] reports in all: layers drawn.
pub fn progress_length(spectra: &Spectra) -> usize {
    spectra.matrices.len() * spectra.draws as usize * spectra.deepest()
}

/// Draws every network, on all cores; the same result on any number of them. `index` is that of the table among
/// those of the scenario: each has its own random numbers.
pub fn run(seed: u64, index: u32, spectra: &Spectra, progress: &(impl Fn(usize) + Sync)) -> SpectraResult {
    let jobs: Vec<(Matrices, u32)> =
        spectra.matrices.iter().flat_map(|&kind| (0..spectra.draws).map(move |draw| (kind, draw))).collect();
    let drawn: Vec<Vec<Drawn>> = parallel::runs(jobs, |(matrices, number)| {
        let purpose = Purpose::Spectrum { spectra: index, kind: matrices as u32, draw: number };
        let points = number == 0 || (number as usize + 1) * spectra.width <= POINTS;
        draw(spectra, matrices, &mut random::stream(seed, purpose), points, progress)
    });
    let of_kind = |(kind, draws): (&Matrices, &[Vec<Drawn>])| -> Vec<SpectraSeries> {
        let cases = spectra.cases_of(*kind);
        let series = |(place, case): (usize, Case)| {
            let draws: Vec<&Drawn> = draws.iter().filter_map(|draw| draw.get(place)).collect();
            together(spectra, case, &draws)
        };
        cases.into_iter().enumerate().map(series).collect()
    };
    let by_kind = spectra.matrices.iter().zip(drawn.chunks((spectra.draws as usize).max(1)));
    SpectraResult { series: by_kind.flat_map(of_kind).collect(), spectra: spectra.clone() }
}

/// The draws of one case together.
fn together(spectra: &Spectra, case: Case, draws: &[&Drawn]) -> SpectraSeries {
    let theory = Theory::new(spectra, case);
    let layer = |index: usize| {
        let all = draws.iter().filter_map(|draw| draw.layers.get(index));
        let (activity, squares): (Vec<Option<f64>>, Vec<Option<f64>>) = all.copied().unzip();
        let mean = |values: Vec<Option<f64>>, theory| {
            Measured::mean(&values.into_iter().collect::<Option<Vec<f64>>>()?, theory)
        };
        Layer {
            activity: mean(activity, theory.activity(index + 1)),
            mean_square: mean(squares, theory.mean_square(index + 1)),
        }
    };
    let product = |(index, &factors): (usize, &usize)| {
        let all: Vec<&DrawnProduct> = draws.iter().filter_map(|draw| draw.products.get(index)).collect();
        product_of(spectra, &theory, factors, &all)
    };
    SpectraSeries {
        case,
        layers: (0..spectra.deepest()).map(layer).collect(),
        products: spectra.factors.iter().enumerate().map(product).collect(),
    }
}

fn product_of(spectra: &Spectra, theory: &Theory, factors: usize, draws: &[&DrawnProduct]) -> Product {
    let values = |place: usize| -> Vec<f64> {
        draws.iter().filter_map(|draw| draw.figures.get(place).copied().flatten()).collect()
    };
    let figure = |(place, figure): (usize, SpectraFigure)| {
        let values = values(place);
        if values.is_empty() {
            return None;
        }
        let theory = theory.expected(figure, factors).filter(|v| v.is_finite());
        let measured = match figure {
            SpectraFigure::LargestDeviation => Measured::largest(&values, theory),
            _ => Measured::mean(&values, theory),
        };
        measured.map(|measured| (figure, measured))
    };
    let figures: Vec<(SpectraFigure, Measured)> =
        SpectraFigure::ALL.into_iter().enumerate().filter_map(figure).collect();
    let mut bins: BTreeMap<i32, u64> = BTreeMap::new();
    for (bin, count) in draws.iter().flat_map(|draw| &draw.histogram) {
        *bins.entry(*bin).or_insert(0) += count;
    }
    let total = bins.values().sum::<u64>() as f64;
    let found =
        SpectraFigure::ALL.iter().position(|f| *f == SpectraFigure::CentralShare).map_or(0, |p| values(p).len());
    Product {
        factors,
        figures,
        histogram: bins.into_iter().map(|(bin, count)| (bin, count as f64 / total)).collect(),
        eigenvalues: draws.iter().flat_map(|draw| draw.eigenvalues.iter().copied()).collect(),
        unresolved: if spectra.wanted.eigenvalues { draws.len() - found } else { 0 },
    }
}
