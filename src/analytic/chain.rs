//! One mode of a chain of weights with any strengths: of any sign, zero, tied or not.
//!
//! τ da_l/dt = (∏_{i≠l} a_i)(s − λ∏a_i), l = 1 ... D (Saxe, McClelland & Ganguli 2013, the deep chain
//! before all strengths are set equal). One weight, two weights and weights of equal modulus have
//! closed forms, which are used; anything else is integrated to rounding error.

use super::deep::Deep;
use super::pair::Pair;
use super::weakest::Weakest;
use super::wide::Wide;

/// The law of a mode in a chain. Requires s ≥ 0, λ ≥ 0, τ > 0, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// Singular value s of Σ31, in the units of the statistics.
    pub s: f64,
    /// Variance λ of the inputs along the mode, in the units of the statistics (1 for white inputs).
    pub input_eigenvalue: f64,
    /// Time constant τ, in the units of time.
    pub tau: f64,
}

/// What decides how a chain is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// Two weights of any strengths: see [`Pair`].
    Pair(f64, f64),
    /// One weight, or several of equal modulus, with their product: see [`Deep`].
    Balanced {
        /// Product of the weights.
        u0: f64,
        /// Number of weights.
        weights: u32,
    },
    /// Three weights or more, not all of equal modulus: integrated.
    Unequal,
}

/// How a chain that starts with these `weights` is solved. Changing two signs changes nothing but
/// these signs, so only the sign of the product counts.
pub fn classify(weights: &[f64]) -> Start {
    if let [a, b] = *weights {
        return Start::Pair(a, b);
    }
    let first = weights.first().map_or(0.0, |a| a.abs());
    let u0 = product(weights).to_f64();
    let equal = weights.iter().all(|a| a.abs() == first);
    // A product below the range of f64 is not the start any more; weight by weight it is.
    let kept = first == 0.0 || u0.is_normal();
    match u32::try_from(weights.len()) {
        Ok(count) if equal && kept => Start::Balanced { u0, weights: count },
        _ => Start::Unequal,
    }
}

impl Chain {
    /// The weights a_l at time `t` ≥ 0 from `start`, with the strengths of [`Chain::strength`].
    pub fn weights(&self, start: &[f64], t: f64) -> Vec<f64> {
        match classify(start) {
            _ if t == 0.0 => start.to_vec(),
            Start::Pair(a, b) => {
                let (a, b) = self.pair().strengths((a, b), t);
                vec![a, b]
            }
            Start::Balanced { u0, weights } => {
                let u = self.deep(weights).strength(u0, t);
                let modulus = Wide::from(u.abs()).power((1, i64::from(weights))).to_f64();
                let turned = if weights == 1 && u * u0 < 0.0 { -1.0 } else { 1.0 };
                // A single weight leaves 0 as well, in the direction of u.
                start.iter().map(|a| if *a == 0.0 { u } else { modulus.copysign(*a) * turned }).collect()
            }
            Start::Unequal => self.integrated(start, t).0,
        }
    }

    /// Strength u = ∏a_l at time `t` ≥ 0 from the weights `start`. Infinite beyond the range of `f64`,
    /// and after the blow-up in finite time of three weights or more without a limit (λ = 0).
    pub fn strength(&self, start: &[f64], t: f64) -> f64 {
        match classify(start) {
            _ if t == 0.0 => product(start).to_f64(),
            Start::Pair(a, b) => {
                let (a, b) = self.pair().strengths((a, b), t);
                (Wide::from(a) * Wide::from(b)).to_f64()
            }
            Start::Balanced { u0, weights } => self.deep(weights).strength(u0, t),
            Start::Unequal => self.integrated(start, t).1,
        }
    }

    /// Time, in the units of τ, until ∏a_l is `target` from the weights `start`; 0 if it is there
    /// already (within the rounding of the product), `None` if it never gets there, infinite beyond the
    /// range of `f64`.
    pub fn time_to_reach(&self, start: &[f64], target: f64) -> Option<f64> {
        match classify(start) {
            Start::Pair(a, b) => self.pair().time_to_reach((a, b), target),
            Start::Balanced { u0, weights } => {
                // The product of several weights is rounded, that of one is not.
                let rounded = weights > 1 && is_start(start, target);
                if rounded { Some(0.0) } else { self.deep(weights).time_to_reach(u0, target) }
            }
            Start::Unequal if is_start(start, target) => Some(0.0),
            Start::Unequal => {
                let (x, law) = self.weakest(start)?;
                let u = Wide::from(target);
                let attractor = target == self.s / self.input_eigenvalue;
                (!attractor && law.reaches(x, u)).then(|| law.elapsed(x, u).to_f64())
            }
        }
    }

    fn pair(&self) -> Pair {
        Pair { s: self.s, input_eigenvalue: self.input_eigenvalue, tau: self.tau }
    }

    fn deep(&self, weights: u32) -> Deep {
        Deep { s: self.s, input_eigenvalue: self.input_eigenvalue, tau: self.tau, weights }
    }

    /// The weakest weight, signed like the product of all, and its law; `None` without weights.
    fn weakest(&self, start: &[f64]) -> Option<(Wide, Weakest)> {
        let (weakest, size) = least(start)?;
        let others = start.iter().enumerate().filter(|(index, _)| *index != weakest);
        let gaps = others.map(|(_, a)| gap(a.abs(), size)).collect();
        let (s, lambda) = (Wide::from(self.s), Wide::from(self.input_eigenvalue));
        let x = Wide::from(if product(start).is_negative() { -size } else { size });
        Some((x, Weakest { s, lambda, tau: Wide::from(self.tau), gaps }))
    }

    /// All weights and their product at `t`.
    fn integrated(&self, start: &[f64], t: f64) -> (Vec<f64>, f64) {
        let (Some((x0, law)), Some((weakest, size))) = (self.weakest(start), least(start)) else {
            return (start.to_vec(), product(start).to_f64());
        };
        let x = law.at(x0, Wide::from(t));
        let others = start.iter().enumerate().filter(|(index, _)| *index != weakest);
        let negative = others.filter(|(_, a)| **a < 0.0).count() % 2 == 1;
        let weight = |(index, a): (usize, &f64)| match index == weakest {
            true => (if negative { -x } else { x }).to_f64(),
            false => x.hypot(gap(a.abs(), size)).to_f64().copysign(*a),
        };
        (start.iter().enumerate().map(weight).collect(), law.strength(x).to_f64())
    }
}

/// Index and modulus of the weight of least modulus.
fn least(weights: &[f64]) -> Option<(usize, f64)> {
    let sizes = weights.iter().map(|a| a.abs()).enumerate();
    sizes.min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// √(a² − x²) for a ≥ x, without cancellation.
fn gap(a: f64, x: f64) -> Wide {
    let (a, x) = (Wide::from(a), Wide::from(x));
    ((a - x) * (a + x)).sqrt()
}

fn product(weights: &[f64]) -> Wide {
    weights.iter().fold(Wide::ONE, |product, a| product * Wide::from(*a))
}

/// Whether `target` is the product of the weights, as far as its rounding tells.
fn is_start(weights: &[f64], target: f64) -> bool {
    let product = product(weights);
    let rounding = Wide::from(weights.len() as f64 * f64::EPSILON) * product.abs();
    (Wide::from(target) - product).abs() <= rounding
}
