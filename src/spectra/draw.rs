//! One network, or one network at each gain and activity: layer by layer.

use super::measure::{LAST_LAYERS, SpectraFigure};
use super::spectrum::{Scaled, Spectrum};
use super::{Case, Matrices, Spectra, Units};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::BTreeMap;

/// What one network shows of one case.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// By layer: q_l of tanh networks, and mean σ² of the Jacobian so far.
    pub layers: Vec<(Option<f64>, Option<f64>)>,
    /// By number of factors.
    pub products: Vec<DrawnProduct>,
}

/// What one network shows at one number of factors.
#[derive(Debug)]
pub(super) struct DrawnProduct {
    /// In the order of [`SpectraFigure::ALL`].
    pub figures: Vec<Option<f64>>,
    pub histogram: BTreeMap<i32, u64>,
    /// Real and imaginary parts, if they are to be kept.
    pub eigenvalues: Vec<(f64, f64)>,
}

impl DrawnProduct {
    fn new(spectrum: Option<&Spectrum>, gain: f64, final_activity: Option<f64>, points: bool) -> DrawnProduct {
        let figure = |figure: SpectraFigure| match figure {
            SpectraFigure::FinalActivity => final_activity,
            _ => spectrum?.measure(figure, gain),
        };
        DrawnProduct {
            figures: SpectraFigure::ALL.into_iter().map(figure).collect(),
            histogram: spectrum.map(|s| s.histogram(gain)).unwrap_or_default(),
            eigenvalues: spectrum.filter(|_| points).map(|s| s.points(gain)).unwrap_or_default(),
        }
    }
}

/// Draws one network of these matrices and looks at it in every case; `points`: whether eigenvalues are kept.
pub(super) fn draw(
    spectra: &Spectra,
    matrices: Matrices,
    rng: &mut ChaCha8Rng,
    points: bool,
    progress: &impl Fn(usize),
) -> Vec<Drawn> {
    match spectra.units {
        Units::Linear => linear(spectra, matrices, rng, points, progress),
        Units::Tanh if spectra.wanted.products => tanh(spectra, matrices, rng, points, progress),
        Units::Tanh => tanh_by_law(spectra, matrices, rng, progress),
    }
}

/// The product of the matrices: a gain is a factor of g^D, so that one product serves all gains.
fn linear(
    spectra: &Spectra,
    matrices: Matrices,
    rng: &mut ChaCha8Rng,
    points: bool,
    progress: &impl Fn(usize),
) -> Vec<Drawn> {
    let n = spectra.width;
    let cases = spectra.cases_of(matrices);
    let mut drawn: Vec<Drawn> = cases.iter().map(|_| Drawn::default()).collect();
    let (mut product, mut spare) = (Scaled::identity(n), DMatrix::zeros(n, n));
    for layer in 1..=spectra.deepest() {
        product.multiply(&matrices.draw(rng, n), None, &mut spare);
        let spectrum = spectra.factors.contains(&layer).then(|| Spectrum::new(&product, spectra.wanted));
        for (drawn, case) in drawn.iter_mut().zip(&cases) {
            let gain = case.gain.powi(layer as i32);
            drawn.layers.push((None, Some(product.mean_square_at(gain))));
            if spectrum.is_some() {
                drawn.products.push(DrawnProduct::new(spectrum.as_ref(), gain, None, points));
            }
        }
        progress(1);
    }
    drawn
}

/// A network on its way through the layers.
struct Chain {
    case: Case,
    /// x_l, the input of the next layer.
    activity: DVector<f64>,
    jacobian: Scaled,
}

/// h_l = W_l x_{l−1}, x_l = tanh h_l, J_l = diag(sech² h_l) W_l J_{l−1}: the same matrices at every gain and activity.
/// x_0 has a random direction and the length that makes E h_1² = q₁.
fn tanh(
    spectra: &Spectra,
    matrices: Matrices,
    rng: &mut ChaCha8Rng,
    points: bool,
    progress: &impl Fn(usize),
) -> Vec<Drawn> {
    let n = spectra.width;
    let direction = DVector::from_fn(n, |_, _| StandardNormal.sample(rng)).normalize();
    let chain = |case: Case| Chain {
        case,
        activity: &direction * (n as f64 * case.activity.unwrap_or(0.0)).sqrt() / case.gain,
        jacobian: Scaled::identity(n),
    };
    let mut chains: Vec<Chain> = spectra.cases_of(matrices).into_iter().map(chain).collect();
    let mut drawn: Vec<Drawn> = chains.iter().map(|_| Drawn::default()).collect();
    let mut spare = DMatrix::zeros(n, n);
    for layer in 1..=spectra.deepest() {
        let w = matrices.draw(rng, n);
        for (chain, drawn) in chains.iter_mut().zip(&mut drawn) {
            let gain = chain.case.gain;
            let h = &w * &chain.activity * gain;
            let slopes: Vec<f64> = h.iter().map(|h| gain / h.cosh().powi(2)).collect();
            chain.jacobian.multiply(&w, Some(&slopes), &mut spare);
            let q = h.norm_squared() / n as f64;
            drawn.layers.push((Some(q), Some(chain.jacobian.mean_square_at(1.0))));
            chain.activity = h.map(f64::tanh);
            if spectra.factors.contains(&layer) {
                let spectrum = Spectrum::new(&chain.jacobian, spectra.wanted);
                let last = final_activity(&drawn.layers);
                drawn.products.push(DrawnProduct::new(Some(&spectrum), 1.0, last, points));
            }
        }
        progress(1);
    }
    drawn
}

/// The activities alone, without N² numbers for every layer: given x, and W independent of it, Wx is exactly
/// N(0, g²‖x‖²/N) in every entry for Gaussian matrices, and uniform on the sphere of radius g‖x‖ for orthogonal ones.
fn tanh_by_law(spectra: &Spectra, matrices: Matrices, rng: &mut ChaCha8Rng, progress: &impl Fn(usize)) -> Vec<Drawn> {
    let n = spectra.width;
    let cases = spectra.cases_of(matrices);
    let mut drawn: Vec<Drawn> = cases.iter().map(|_| Drawn::default()).collect();
    // g‖x‖ in each case.
    let mut lengths: Vec<f64> = cases.iter().map(|case| (n as f64 * case.activity.unwrap_or(0.0)).sqrt()).collect();
    let mut z = vec![0.0; n];
    for layer in 1..=spectra.deepest() {
        z.iter_mut().for_each(|z| *z = StandardNormal.sample(rng));
        let norm: f64 = match matrices {
            Matrices::Gaussian => (n as f64).sqrt(),
            Matrices::Orthogonal => z.iter().map(|z| z * z).sum::<f64>().sqrt(),
        };
        for ((drawn, length), case) in drawn.iter_mut().zip(&mut lengths).zip(&cases) {
            let scale = *length / norm;
            let (mut before, mut after) = (0.0, 0.0);
            for z in &z {
                let h = scale * z;
                before += h * h;
                after += h.tanh().powi(2);
            }
            *length = case.gain * f64::sqrt(after);
            drawn.layers.push((Some(before / n as f64), None));
            if spectra.factors.contains(&layer) {
                drawn.products.push(DrawnProduct::new(None, 1.0, final_activity(&drawn.layers), false));
            }
        }
        progress(1);
    }
    drawn
}

/// Mean q of the last layers so far.
fn final_activity(layers: &[(Option<f64>, Option<f64>)]) -> Option<f64> {
    let last = &layers[layers.len().saturating_sub(LAST_LAYERS)..];
    let sum: f64 = last.iter().map(|(q, _)| *q).sum::<Option<f64>>()?;
    Some(sum / last.len() as f64)
}
