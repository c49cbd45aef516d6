//! What makes the steps: one interface for all methods.

use super::dop853::DOP853;
use super::dopri5::DOPRI5;
use super::embedded::Embedded;
use super::rock4::Rock4;
use super::room::Vectors;
use super::step::{Counted, Ends};
use super::sums::Tolerance;
use super::{Method, VectorField};

#[derive(Debug)]
pub(super) enum Stepper<'m> {
    Dop853(Embedded<'m>),
    Dopri5(Embedded<'m>),
    Rock4(Rock4<'m>),
}

impl<'m> Stepper<'m> {
    /// How many vectors the stepper of a method takes.
    pub fn vectors(method: Method) -> usize {
        match method {
            Method::Dop853 | Method::Auto => Embedded::vectors(&DOP853),
            Method::Dopri5 => Embedded::vectors(&DOPRI5),
            Method::Rock4 => Rock4::VECTORS,
        }
    }

    /// That of a method; of [`Method::Auto`] the one it begins with.
    pub fn new(method: Method, vectors: &mut Vectors<'m>) -> Stepper<'m> {
        match method {
            Method::Dop853 | Method::Auto => Stepper::Dop853(Embedded::new(&DOP853, vectors)),
            Method::Dopri5 => Stepper::Dopri5(Embedded::new(&DOPRI5, vectors)),
            Method::Rock4 => Stepper::Rock4(Rock4::new(vectors)),
        }
    }

    pub fn method(&self) -> Method {
        match self {
            Stepper::Dop853(_) => Method::Dop853,
            Stepper::Dopri5(_) => Method::Dopri5,
            Stepper::Rock4(_) => Method::Rock4,
        }
    }

    /// The exponent of h in the first step's error.
    pub fn order(&self) -> f64 {
        match self {
            Stepper::Dop853(pair) | Stepper::Dopri5(pair) => pair.order(),
            Stepper::Rock4(rock4) => rock4.order(),
        }
    }

    /// Takes what another one of the same method has learned of the field.
    pub fn start_as(&mut self, other: &Stepper) {
        if let (Stepper::Rock4(rock4), Stepper::Rock4(other)) = (self, other) {
            rock4.start_as(other);
        }
    }

    /// The longest step that the method can make from here.
    pub fn longest<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends) -> f64 {
        match self {
            Stepper::Dop853(_) | Stepper::Dopri5(_) => f64::INFINITY,
            Stepper::Rock4(rock4) => rock4.longest(field, ends),
        }
    }

    /// y₁ of a step h, into `ends.next`, and its error in units of the tolerance: not a number if y₁ is not finite.
    pub fn attempt<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &mut Ends,
        h: f64,
        tolerance: Tolerance,
    ) -> f64 {
        match self {
            Stepper::Dop853(pair) | Stepper::Dopri5(pair) => pair.attempt(field, ends, h, tolerance),
            Stepper::Rock4(rock4) => rock4.attempt(field, ends, h, tolerance),
        }
    }

    /// Learns whether the attempted step was accepted.
    pub fn judged(&mut self, accepted: bool) {
        if let Stepper::Rock4(rock4) = self {
            rock4.judged(accepted);
        }
    }

    /// Evaluates what [`Stepper::interpolate`] takes for the step h; `scratch` is of the state's length.
    pub fn prepare_dense<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &mut Ends,
        h: f64,
        scratch: &mut [f64],
    ) {
        ends.know_next_rate(field);
        if let Stepper::Dop853(pair) | Stepper::Dopri5(pair) = self {
            pair.prepare_dense(field, ends, h, scratch);
        }
    }

    /// The solution at θ of the accepted step h, about.
    pub fn interpolate(&self, ends: &Ends, h: f64, theta: f64, out: &mut [f64]) {
        ends.cubic(h, theta, out);
        if let Stepper::Dop853(pair) | Stepper::Dopri5(pair) = self {
            pair.add_dense(ends, h, theta, out);
        }
    }
}
