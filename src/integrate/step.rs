//! What a step leads from and to, whatever makes it.

use super::VectorField;
use super::room::Vectors;

/// A field that counts its evaluations.
pub(super) struct Counted<'a, F> {
    field: &'a F,
    pub evaluations: u64,
}

impl<'a, F: VectorField> Counted<'a, F> {
    pub fn new(field: &'a F) -> Self {
        Counted { field, evaluations: 0 }
    }

    pub fn evaluate(&mut self, y: &[f64], dy: &mut [f64]) {
        self.evaluations += 1;
        self.field.evaluate(y, dy);
    }
}

/// Both ends of a step: y and f(y), y₁ and f(y₁).
#[derive(Debug)]
pub(super) struct Ends<'m> {
    pub y: &'m mut [f64],
    pub rate: &'m mut [f64],
    pub next: &'m mut [f64],
    pub next_rate: &'m mut [f64],
    pub next_rate_known: bool,
}

impl<'m> Ends<'m> {
    pub const VECTORS: usize = 4;

    /// At 0, with nothing known yet of its rate.
    pub fn new(vectors: &mut Vectors<'m>) -> Ends<'m> {
        let (y, rate) = (vectors.take(), vectors.take());
        Ends { y, rate, next: vectors.take(), next_rate: vectors.take(), next_rate_known: false }
    }

    pub fn know_rate<F: VectorField>(&mut self, field: &mut Counted<F>) {
        field.evaluate(self.y, self.rate);
    }

    pub fn has_rate(&self) -> bool {
        self.rate.iter().all(|v| v.is_finite())
    }

    /// Whether f(y₁), which is known, is finite.
    pub fn has_next_rate(&self) -> bool {
        self.next_rate.iter().all(|v| v.is_finite())
    }

    /// Evaluates f(y₁), unless that has been done.
    pub fn know_next_rate<F: VectorField>(&mut self, field: &mut Counted<F>) {
        if !self.next_rate_known {
            field.evaluate(self.next, self.next_rate);
            self.next_rate_known = true;
        }
    }

    /// Goes on from y₁.
    pub fn advance<F: VectorField>(&mut self, field: &mut Counted<F>) {
        self.know_next_rate(field);
        std::mem::swap(&mut self.y, &mut self.next);
        std::mem::swap(&mut self.rate, &mut self.next_rate);
        self.next_rate_known = false;
    }

    /// Starts where another step starts.
    pub fn start_as(&mut self, other: &Ends) {
        self.y.copy_from_slice(other.y);
        self.rate.copy_from_slice(other.rate);
        self.next_rate_known = false;
    }

    /// The cubic through both ends with their rates, at θ of the step h.
    pub fn cubic(&self, h: f64, theta: f64, out: &mut [f64]) {
        let rest = 1.0 - theta;
        let (bend, both) = (theta * rest, theta * theta * rest);
        // With r₁ = y₁ − y, r₂ = hf − r₁ and r₃ = r₁ − hf₁ − r₂: y + θ(r₁ + (1−θ)(r₂ + θr₃)).
        let whole = theta - bend + 2.0 * both;
        let (first, last) = (h * (bend - both), -h * both);
        let ends = self.y.iter().zip(self.next.iter()).zip(self.rate.iter().zip(self.next_rate.iter()));
        for (out, ((y, next), (rate, next_rate))) in out.iter_mut().zip(ends) {
            *out = y + whole * (next - y) + first * rate + last * next_rate;
        }
    }
}
