//! The sharpness at the minimum that a start leads to, and the largest stable learning rate.

use crate::reduction::Reduction;
use crate::task::{ModeBasis, Statistics};

/// The largest eigenvalue of the Hessian of the loss at a minimum.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharpness {
    /// In units of the statistics.
    pub value: f64,
    /// Why it is only an estimate; `None` where it is exact.
    pub estimate: Option<String>,
}

impl Sharpness {
    /// Descent on the statistics' loss is stable at the minimum for rates below 2/sharpness.
    pub fn stable_rate(&self) -> Option<f64> {
        (self.value > 0.0).then(|| 2.0 / self.value)
    }

    /// The sharpness where this start ends, if every mode that has room is learned.
    ///
    /// Aligned weights of strengths a_l^α have the Hessian eigenvalues
    /// λ_β Σ_l (∏_{i>l} a_i^α)² (∏_{i<l} a_i^β)² over all output modes α and input modes β, null modes
    /// included; for two weights λ_β(|b^α|² + |a^β|²). Away from alignment that is an estimate, but for one weight matrix,
    /// whose Hessian is Σ11, and for two with W2ᵀW2 − W1W1ᵀ = ℓI and white inputs: c(‖W1‖² + ‖W2‖²) = √(4s_1² + c²ℓ²)
    /// in the spectral norm, since a² + b² of a mode that is learned follows from its ab = s/c and b² − a² = ℓ. That is so
    /// where the strongest mode is learned.
    pub fn at_minimum(statistics: &Statistics, basis: &ModeBasis, reduction: &Reduction) -> Sharpness {
        let depth = reduction.strengths.first().map_or(1, Vec::len);
        let exactly = |value: f64| Sharpness { value, estimate: None };
        let never_learned = || "some modes are never learned from this start".to_owned();
        match (depth, reduction.conserved.filter(|_| reduction.approximation.is_some())) {
            (1, _) => return exactly(statistics.eigenvalues.amax()),
            (_, Some(imbalance)) => {
                let largest = basis.s.first().copied().unwrap_or(0.0);
                let value = (2.0 * largest).hypot(statistics.whiteness().1 * imbalance);
                let misses = largest > 0.0 && reduction.strengths.first().is_some_and(|strengths| !learns(strengths));
                return Sharpness { value, estimate: misses.then(never_learned) };
            }
            _ => {}
        }
        let final_strengths: Vec<Vec<f64>> =
            (0..basis.len()).map(|mode| final_strengths(basis, &reduction.strengths[mode], mode)).collect();
        let nothing = vec![0.0; depth];
        let beyond = statistics.outputs() > basis.len();
        let outputs = || final_strengths.iter().chain(beyond.then_some(&nothing));
        let modes = final_strengths.iter().zip(basis.input_eigenvalues.iter().copied());
        let others = other_eigenvalues(statistics, basis).map(|lambda| (&nothing, lambda));
        let value = modes
            .chain(others)
            .flat_map(|(input, lambda)| outputs().map(move |output| lambda * curvature(output, input)))
            .fold(0.0, f64::max);
        let estimate = reduction.approximation.clone().or_else(|| {
            if depth > 2 && reduction.imbalance() > 1e-9 {
                return Some("deep strengths that differ are taken to end balanced".to_owned());
            }
            // A mode that starts at 0, or below it and balanced, never gets to its s: the end is a saddle.
            let stays = |mode: usize| basis.final_strength(mode).is_some() && !learns(&reduction.strengths[mode]);
            (0..basis.len()).any(stays).then(never_learned)
        });
        Sharpness { value, estimate }
    }
}

/// lim sharpness/N_l as balanced aligned layers are added: at u = s/λ the eigenvalues λ_β Σ_l u_α^{2(D−1−l)/D}
/// u_β^{2l/D} tend to D λ_β ∫₀¹ u_α^{2(1−x)} u_β^{2x} dx, the logarithmic mean of u_α² and u_β². Only the first `room`
/// modes are learned.
pub fn sharpness_per_layer(basis: &ModeBasis, room: usize) -> f64 {
    let ends: Vec<f64> = (0..basis.len().min(room)).map(|mode| basis.final_strength(mode).unwrap_or(0.0)).collect();
    let pairs = ends.iter().zip(&basis.input_eigenvalues).flat_map(|(input, lambda)| {
        ends.iter().map(move |output| lambda * logarithmic_mean(output * output, input * input))
    });
    pairs.fold(0.0, f64::max)
}

/// (a − b)/ln(a/b) of numbers ≥ 0; a if they are equal, 0 if one of them is.
fn logarithmic_mean(a: f64, b: f64) -> f64 {
    let ratio = (a - b) / b;
    match ratio.abs() {
        _ if a == 0.0 || b == 0.0 => 0.0,
        close if close < 1e-8 => 0.5 * (a + b),
        _ => (a - b) / ratio.ln_1p(),
    }
}

/// Whether a mode of these strengths ever rises: not from the saddle at 0, nor on its stable manifold, on
/// which two weights or more of equal modulus and negative product lie.
pub fn learns(strengths: &[f64]) -> bool {
    let u0: f64 = strengths.iter().product();
    let equal = strengths.windows(2).all(|w| w[0].abs() == w[1].abs());
    strengths.len() == 1
        || (strengths.iter().any(|a| *a != 0.0) && !(equal && u0 < 0.0) && !(strengths.len() > 2 && u0 == 0.0))
}

/// Σ_l (∏_{i>l} a_i)² (∏_{i<l} b_i)², with a of the output mode and b of the input mode: layer by layer, the sum
/// so far gains a factor a_l² and a term ∏_{i<l} b_i².
fn curvature(output: &[f64], input: &[f64]) -> f64 {
    let step = |(sum, below): (f64, f64), (a, b): (&f64, &f64)| (sum * a * a + below, below * b * b);
    output.iter().zip(input).fold((0.0, 1.0), step).0
}

/// Where a mode's strengths end: at ∏a = s/λ with the conserved a_i² − a_j² of their start.
fn final_strengths(basis: &ModeBasis, start: &[f64], mode: usize) -> Vec<f64> {
    // Neither rewarded nor punished: the strengths stay where they are.
    if basis.s[mode] == 0.0 && basis.input_eigenvalues[mode] == 0.0 {
        return start.to_vec();
    }
    let end = if start.iter().all(|a| *a == 0.0) { 0.0 } else { basis.final_strength(mode).unwrap_or(0.0) };
    match start {
        [a, b] => {
            let difference = (a - b) * (a + b);
            let sum = difference.hypot(2.0 * end);
            vec![(0.5 * (sum + difference)).max(0.0).sqrt(), (0.5 * (sum - difference)).max(0.0).sqrt()]
        }
        _ => vec![end.abs().powf(1.0 / start.len().max(1) as f64); start.len()],
    }
}

/// Eigenvalues of Σ11 beyond those of the modes.
fn other_eigenvalues(statistics: &Statistics, basis: &ModeBasis) -> impl Iterator<Item = f64> {
    let mut left: Vec<f64> = statistics.eigenvalues.iter().copied().collect();
    for lambda in &basis.input_eigenvalues {
        let nearest =
            left.iter().enumerate().min_by(|(_, a), (_, b)| (*a - lambda).abs().total_cmp(&(*b - lambda).abs()));
        if let Some((index, _)) = nearest {
            left.swap_remove(index);
        }
    }
    left.into_iter()
}
