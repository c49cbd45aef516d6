//! Steps of an embedded Runge-Kutta pair, in place: nothing is allocated once it stands.

use super::radius::{CAREFUL, Care, MARGIN, ROUGH, Radius};
use super::room::Vectors;
use super::step::{Counted, Ends};
use super::sums::{ErrorTerm, MOST, Term, Tolerance, add, combine, squares};
use super::tableau::{Row, Tableau};
use super::{Method, VectorField};

/// A pair and its inner stages.
#[derive(Debug)]
pub(super) struct Embedded<'m> {
    tableau: &'static Tableau,
    /// k_1 … k_m, and room for those of any pair that may take this one's place; k_0 = f(y) and k_{m+1} = f(y₁) stand
    /// in [`Ends`].
    stages: Vec<&'m mut [f64]>,
    /// The spectral radius of the field, where it is of interest.
    radius: Option<Radius<'m>>,
}

/// Stage `index` of a step.
fn stage<'a>(rate: &'a [f64], inner: &'a [&mut [f64]], next_rate: &'a [f64], index: usize) -> &'a [f64] {
    match index.checked_sub(1) {
        None => rate,
        Some(inside) => inner.get(inside).map_or(next_rate, |k| k),
    }
}

/// The terms h·a_j k_j of a row, and how many they are.
fn terms<'a>(row: Row, h: f64, stage: impl Fn(usize) -> &'a [f64]) -> ([Term<'a>; MOST], usize) {
    let mut terms: [Term; MOST] = [(0.0, &[]); MOST];
    for (term, (index, a)) in terms.iter_mut().zip(row) {
        *term = (h * a, stage(*index));
    }
    (terms, row.len())
}

impl<'m> Embedded<'m> {
    /// How many vectors a pair takes.
    pub fn vectors(tableau: &Tableau) -> usize {
        tableau.a.len() + if tableau.stable.is_finite() { Radius::VECTORS } else { 0 }
    }

    /// With room for the stages of another pair, too, that may take its place.
    pub fn new(tableau: &'static Tableau, room_for: &'static Tableau, vectors: &mut Vectors<'m>) -> Embedded<'m> {
        let most = tableau.a.len().max(room_for.a.len());
        let stages = (0..most).map(|_| vectors.take()).collect();
        let radius = room_for.stable.is_finite().then(|| Radius::new(vectors));
        Embedded { tableau, stages, radius }
    }

    pub fn method(&self) -> Method {
        self.tableau.method
    }

    /// Those of a step.
    pub fn evaluations(&self) -> f64 {
        (self.tableau.a.len() + 1) as f64
    }

    pub fn order(&self) -> f64 {
        self.tableau.order
    }

    /// Goes on with another pair's coefficients; no stages are at hand then.
    pub fn follow(&mut self, tableau: &'static Tableau) {
        debug_assert!(tableau.a.len() <= self.stages.len(), "no room for the pair's stages");
        self.tableau = tableau;
    }

    /// k_1 … k_m.
    fn inner(&self) -> &[&'m mut [f64]] {
        &self.stages[..self.tableau.a.len()]
    }

    /// y₁ of a step h, into `ends.next`, and its error in units of the tolerance: not a number if y₁ is not finite.
    ///
    /// err = h·E²/√((E² + E₃²/100)·n), with the sums E² and E₃² of the squares of both estimates over the tolerance
    /// (Hairer, Nørsett & Wanner 1993, II.10); the plain root mean square where there is one estimate.
    pub fn attempt<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &mut Ends,
        h: f64,
        tolerance: Tolerance,
    ) -> f64 {
        for (index, row) in self.tableau.a.iter().enumerate() {
            let (done, rest) = self.stages.split_at_mut(index);
            let (terms, count) = terms(row, h, |j| stage(ends.rate, done, &[], j));
            combine(ends.next, ends.y, &terms[..count]);
            if let Some(k) = rest.first_mut() {
                field.evaluate(ends.next, k);
            }
        }
        let (terms, count) = terms(self.tableau.b, h, |j| stage(ends.rate, self.inner(), &[], j));
        combine(ends.next, ends.y, &terms[..count]);
        ends.next_rate_known = false;
        if self.tableau.error_takes_end {
            ends.know_next_rate(field);
        }
        let (high, low) = self.error_squares(ends, tolerance);
        let scale = high + 0.01 * low;
        let scale = if scale <= 0.0 { 1.0 } else { scale };
        let scale = scale * ends.y.len().max(1) as f64;
        // Beside what is beyond the range of numbers all else would be nothing.
        if scale.is_infinite() { f64::INFINITY } else { h.abs() * high * (1.0 / scale).sqrt() }
    }

    fn error_squares(&self, ends: &Ends, tolerance: Tolerance) -> (f64, f64) {
        let mut terms: [ErrorTerm; MOST] = [(0.0, 0.0, &[]); MOST];
        for (term, (index, high, low)) in terms.iter_mut().zip(self.tableau.error) {
            *term = (*high, *low, stage(ends.rate, self.inner(), ends.next_rate, *index));
        }
        squares(&terms[..self.tableau.error.len()], ends.y, ends.next, tolerance)
    }

    pub fn radius(&self) -> Option<&Radius<'m>> {
        self.radius.as_ref()
    }

    pub fn radius_mut(&mut self) -> Option<&mut Radius<'m>> {
        self.radius.as_mut()
    }

    /// Learns whether the step was accepted.
    pub fn judged(&mut self, accepted: bool) {
        let care = self.care();
        if let Some(radius) = self.radius.as_mut() {
            radius.judged(accepted, care);
        }
    }

    fn care(&self) -> Care {
        if self.tableau.stable.is_finite() { CAREFUL } else { ROUGH }
    }

    /// The longest step from here that is known to be stable; estimates the radius if that is due.
    pub fn longest<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends) -> f64 {
        let care = self.care();
        let (Some(radius), [point, rate, ..]) = (self.radius.as_mut(), &mut self.stages[..]) else {
            return f64::INFINITY;
        };
        radius.keep(field, ends, point, rate, care);
        self.tableau.stable / (MARGIN * radius.value())
    }

    /// Evaluates what the interpolant of the step h takes besides its stages and f(y₁), which is known; `scratch` is of the state's length.
    pub fn prepare_dense<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends, h: f64, scratch: &mut [f64]) {
        for (slot, row) in self.tableau.further {
            let (terms, count) = terms(row, h, |j| stage(ends.rate, self.inner(), ends.next_rate, j));
            combine(scratch, ends.y, &terms[..count]);
            if let Some(k) = self.stages.get_mut(slot - 1) {
                field.evaluate(scratch, k);
            }
        }
    }

    /// Adds to the cubic interpolant of the step h, at θ of the step, what raises its order:
    /// h Σ_i w_i(θ) Σ_j d_ij k_j with w = θ²(1−θ)², θ³(1−θ)², θ³(1−θ)³, …
    pub fn add_dense(&self, ends: &Ends, h: f64, theta: f64, out: &mut [f64]) {
        let mut weight = h * theta * (1.0 - theta) * theta;
        for (level, row) in self.tableau.dense.iter().enumerate() {
            weight *= if level % 2 == 0 { 1.0 - theta } else { theta };
            for (index, d) in *row {
                add(out, weight * d, stage(ends.rate, self.inner(), ends.next_rate, *index));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dop853::DOP853;
    use super::super::dopri5::DOPRI5;
    use super::super::room::Room;
    use super::super::stab8::STAB8;
    use super::*;

    /// 1 until all of the way is gone, where it jumps.
    struct Cliff(f64);

    impl VectorField for Cliff {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            dy.fill(if y[0] < 0.98 { 1.0 } else { self.0 });
        }
    }

    #[test]
    fn no_step_is_held_because_its_error_leaves_the_range_of_numbers() {
        const DIMENSION: usize = 10_000;
        for tableau in [&DOP853, &DOPRI5, &STAB8] {
            for power in 10..=308 {
                let mut room = Room::new(DIMENSION, Embedded::vectors(tableau) + Ends::VECTORS);
                let mut vectors = room.vectors();
                let (mut pair, mut ends) = (Embedded::new(tableau, tableau, &mut vectors), Ends::new(&mut vectors));
                let cliff = Cliff(10f64.powi(power));
                let mut field = Counted::new(&cliff);
                ends.know_rate(&mut field);
                // Its end does not grow with the jump, as the error does, so that the tolerance stays.
                let error = pair.attempt(&mut field, &mut ends, 1.0, Tolerance { rtol: 0.0, atol: 1.0 });
                assert!(error > 1.0 || error.is_nan(), "an error of 1e{power} counts as {error:e}");
            }
        }
    }
}
