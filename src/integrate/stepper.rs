//! What makes the steps: one interface for all methods.

use super::dop853::DOP853;
use super::dopri5::DOPRI5;
use super::embedded::Embedded;
use super::radius::Radius;
use super::rock4::Rock4;
use super::room::Vectors;
use super::stab8::STAB8;
use super::step::{Counted, Ends};
use super::sums::Tolerance;
use super::tableau::Tableau;
use super::{Method, VectorField};

#[derive(Debug)]
pub(super) enum Stepper<'m> {
    Pair(Embedded<'m>),
    Rock4(Rock4<'m>),
}

/// The pair of a method, if it is one: of [`Method::Auto`] the one that it begins with.
fn pair(method: Method) -> Option<&'static Tableau> {
    match method {
        Method::Dop853 | Method::Auto => Some(&DOP853),
        Method::Dopri5 => Some(&DOPRI5),
        Method::Stab8 => Some(&STAB8),
        Method::Rock4 => None,
    }
}

/// The pair with the most stages that may take the place of this one in a run.
fn largest(method: Method, first: &'static Tableau) -> &'static Tableau {
    if method == Method::Auto { &STAB8 } else { first }
}

impl<'m> Stepper<'m> {
    /// How many vectors the stepper of a method takes.
    pub fn vectors(method: Method) -> usize {
        pair(method).map_or(Rock4::VECTORS, |first| Embedded::vectors(largest(method, first)))
    }

    /// That of a method; of [`Method::Auto`] the one it begins with.
    pub fn new(method: Method, vectors: &mut Vectors<'m>) -> Stepper<'m> {
        match pair(method) {
            Some(first) => Stepper::Pair(Embedded::new(first, largest(method, first), vectors)),
            None => Stepper::Rock4(Rock4::new(vectors)),
        }
    }

    pub fn method(&self) -> Method {
        match self {
            Stepper::Pair(pair) => pair.method(),
            Stepper::Rock4(_) => Method::Rock4,
        }
    }

    /// Goes on by this pair's steps; Rock4 has but its own.
    pub fn follow(&mut self, method: Method) {
        if let (Stepper::Pair(embedded), Some(tableau)) = (self, pair(method)) {
            embedded.follow(tableau);
        }
    }

    /// The exponent of h in the first step's error.
    pub fn order(&self) -> f64 {
        match self {
            Stepper::Pair(pair) => pair.order(),
            Stepper::Rock4(rock4) => rock4.order(),
        }
    }

    /// Takes what another one has learned of the field.
    pub fn start_as(&mut self, other: &Stepper) {
        if let (Some(radius), Some(known)) = (self.radius_mut(), other.radius()) {
            radius.start_as(known);
        }
    }

    /// The spectral radius of the field, where it is of interest.
    pub fn radius(&self) -> Option<&Radius<'m>> {
        match self {
            Stepper::Pair(pair) => pair.radius(),
            Stepper::Rock4(rock4) => Some(rock4.radius()),
        }
    }

    fn radius_mut(&mut self) -> Option<&mut Radius<'m>> {
        match self {
            Stepper::Pair(pair) => pair.radius_mut(),
            Stepper::Rock4(rock4) => Some(rock4.radius_mut()),
        }
    }

    /// Evaluations of the last step.
    pub fn evaluations(&self) -> f64 {
        match self {
            Stepper::Pair(pair) => pair.evaluations(),
            Stepper::Rock4(rock4) => rock4.evaluations(),
        }
    }

    /// The longest step from here that is known to be stable.
    pub fn longest<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends) -> f64 {
        match self {
            Stepper::Pair(pair) => pair.longest(field, ends),
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
            Stepper::Pair(pair) => pair.attempt(field, ends, h, tolerance),
            Stepper::Rock4(rock4) => rock4.attempt(field, ends, h, tolerance),
        }
    }

    /// Learns whether the attempted step was accepted.
    pub fn judged(&mut self, accepted: bool) {
        match self {
            Stepper::Pair(pair) => pair.judged(accepted),
            Stepper::Rock4(rock4) => rock4.judged(accepted),
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
        if let Stepper::Pair(pair) = self {
            pair.prepare_dense(field, ends, h, scratch);
        }
    }

    /// The solution at θ of the accepted step h, about.
    pub fn interpolate(&self, ends: &Ends, h: f64, theta: f64, out: &mut [f64]) {
        ends.cubic(h, theta, out);
        if let Stepper::Pair(pair) = self {
            pair.add_dense(ends, h, theta, out);
        }
    }
}
