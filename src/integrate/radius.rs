//! The spectral radius of the Jacobian, from differences of the field.

use super::VectorField;
use super::room::Vectors;
use super::step::{Counted, Ends};

/// An estimate that goes on from where it was left.
///
/// Power iteration v ← (f(y + δv) − f(y))/δ with |v| = 1 gives |Jv| ≤ ρ, which for a symmetric J grows with every
/// iteration (Sommeijer, Shampine & Verwer 1997, RKC). A share of noise at each start keeps directions in it that were
/// damped before they became the stiffest.
#[derive(Debug)]
pub(super) struct Radius<'m> {
    direction: &'m mut [f64],
    value: f64,
    starts: u64,
    /// Steps since it was last estimated; none if it has to be now.
    age: Option<u32>,
    /// Steps for which the last estimate serves.
    keeps: u32,
}

/// The radius may be larger than its estimate, and grow: steps are as short as if it were so many times as large.
pub(super) const MARGIN: f64 = 1.15;

/// How well it has to be known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Care {
    /// The iteration ends when the estimate changes by less than this share of it,
    settled: f64,
    /// and after so many evaluations at most.
    most: u32,
    /// Whether a rejected step voids it.
    doubts: bool,
}

/// Steps rest on it.
pub(super) const CAREFUL: Care = Care { settled: 0.02, most: 50, doubts: true };
/// No step rests on it, only whether another method might serve better.
pub(super) const ROUGH: Care = Care { settled: 0.1, most: 4, doubts: false };

/// Steps for which an estimate serves at first, and at most: twice as many after each that found what the one before it had.
const FIRST: u32 = 10;
const LONGEST: u32 = 40;
const FEWEST: u32 = 2;
/// Noise, as a share of the direction kept.
const NOISE: f64 = 0.2;

impl<'m> Radius<'m> {
    pub const VECTORS: usize = 1;

    pub fn new(vectors: &mut Vectors<'m>) -> Radius<'m> {
        Radius { direction: vectors.take(), value: 0.0, starts: 0, age: None, keeps: FIRST }
    }

    /// As it was last estimated.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Takes another's knowledge.
    pub fn start_as(&mut self, other: &Radius) {
        self.direction.copy_from_slice(other.direction);
        (self.value, self.starts) = (other.value, other.starts);
        (self.age, self.keeps) = (other.age, other.keeps);
    }

    /// Learns whether a step was accepted.
    pub fn judged(&mut self, accepted: bool, care: Care) {
        self.age = self.age.filter(|_| accepted || !care.doubts).map(|age| age + 1);
    }

    /// Estimates the radius at `ends.y` if that is due; `point` and `rate` are of its length and overwritten.
    pub fn keep<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &Ends,
        point: &mut [f64],
        rate: &mut [f64],
        care: Care,
    ) {
        if self.age.is_none_or(|age| age >= self.keeps) {
            let before = self.age.map(|_| self.value);
            let settled = self.estimate(field, ends, point, rate, care);
            let same = before.is_some_and(|before| (self.value - before).abs() <= care.settled * self.value);
            self.keeps = if same && settled { (2 * self.keeps).min(LONGEST) } else { FIRST };
            self.age = Some(0);
        }
    }

    /// Whether it has settled.
    fn estimate<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &Ends,
        point: &mut [f64],
        rate: &mut [f64],
        care: Care,
    ) -> bool {
        self.stir();
        let size = norm(ends.y);
        let step = f64::EPSILON.sqrt() * if size > 0.0 { size } else { 1.0 };
        for iteration in 1..=care.most {
            let length = norm(self.direction);
            if !length.is_normal() {
                return false;
            }
            for ((point, y), v) in point.iter_mut().zip(ends.y.iter()).zip(self.direction.iter()) {
                *point = y + step / length * v;
            }
            field.evaluate(point, rate);
            for ((v, moved), still) in self.direction.iter_mut().zip(rate.iter()).zip(ends.rate.iter()) {
                *v = moved - still;
            }
            let value = norm(self.direction) / step;
            if !value.is_finite() {
                return false;
            }
            let change = (value - self.value).abs();
            self.value = value;
            if iteration >= FEWEST && change <= care.settled * value {
                return true;
            }
        }
        false
    }

    /// Mixes noise into the direction: the same at every run, another at every start.
    fn stir(&mut self) {
        self.starts += 1;
        let length = norm(self.direction);
        let (keep, dimension) = (length.is_normal(), self.direction.len() as f64);
        let share = if keep { NOISE * length / dimension.sqrt() } else { 1.0 };
        for (index, v) in self.direction.iter_mut().enumerate() {
            let noise =
                if bit(self.starts.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ index as u64) { share } else { -share };
            *v = if keep { *v + noise } else { noise };
        }
    }
}

/// One bit of a number, well mixed (Steele, Lea & Flood 2014).
fn bit(number: u64) -> bool {
    let z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) & 1 == 1
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}
