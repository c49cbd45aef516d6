//! Steps of an embedded Runge-Kutta pair, in place: nothing is allocated once it stands.

use super::radius::{CAREFUL, Care, MARGIN, ROUGH, Radius};
use super::room::Vectors;
use super::step::{Counted, Ends};
use super::sums::{MOST, Term, Tolerance, add, combine, finish};
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

/// The terms of some sums.
struct Terms<'a, const L: usize> {
    terms: [Term<'a, L>; MOST],
    count: usize,
}

impl<'a, const L: usize> Terms<'a, L> {
    fn new(mut all: impl Iterator<Item = Term<'a, L>>) -> Terms<'a, L> {
        let mut found = Terms { terms: [([0.0; L], &[]); MOST], count: 0 };
        for (place, term) in found.terms.iter_mut().zip(all.by_ref()) {
            *place = term;
            found.count += 1;
        }
        debug_assert!(all.next().is_none(), "more terms than a sum takes");
        found
    }

    fn as_slice(&self) -> &[Term<'a, L>] {
        &self.terms[..self.count]
    }
}

/// h·a_j k_j of a row, for the stages `from` some one on.
fn terms<'a>(row: Row, h: f64, from: usize, stage: impl Fn(usize) -> &'a [f64]) -> Terms<'a, 1> {
    Terms::new(row.iter().filter(|(index, _)| *index >= from).map(|(index, a)| ([h * a], stage(*index))))
}

/// Rows whose sums are begun together, at the first of them, with the stages that are known there: these are read once then
/// and not for each.
const AHEAD: usize = 4;
/// Variables from which on that pays: the stages of fewer stay in the cache nearest to the core.
const LONG: usize = 512;

/// h·a_j k_j of these rows, for the stages `below` some one. A stage that only some of them take counts 0 times in the others:
/// where it is not finite, none of their sums is.
fn terms_ahead<'a>(rows: &[Row; AHEAD], h: f64, below: usize, stage: impl Fn(usize) -> &'a [f64]) -> Terms<'a, AHEAD> {
    let coefficient = |row: Row, index| row.iter().find(|(of, _)| *of == index).map(|(_, a)| h * a);
    let coefficients = |index| rows.map(|row| coefficient(row, index));
    let taken = (0..below).map(|index| (index, coefficients(index))).filter(|(_, a)| a.iter().any(Option::is_some));
    Terms::new(taken.map(|(index, a)| (a.map(Option::unwrap_or_default), stage(index))))
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
        self.make_stages(field, ends, h);
        let (high, low) = self.finish(field, ends, h, tolerance);
        let scale = high + 0.01 * low;
        let scale = if scale <= 0.0 { 1.0 } else { scale };
        let scale = scale * ends.y.len().max(1) as f64;
        // Beside what is beyond the range of numbers all else would be nothing.
        if scale.is_infinite() { f64::INFINITY } else { h.abs() * high * (1.0 / scale).sqrt() }
    }

    /// k_1 … k_m. Sums that are begun ahead of their turn stand where their own stages are going to.
    fn make_stages<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &mut Ends, h: f64) {
        let (rows, long) = (self.tableau.a, ends.y.len() >= LONG);
        debug_assert!(rows.len() <= self.stages.len(), "no room for the pair's stages");
        let mut begun = 0..0;
        for (at, row) in rows.iter().enumerate() {
            let (done, rest) = self.stages.split_at_mut(at);
            let [k, others @ ..] = rest else { return };
            let (index, known) = (at + 1, |j| stage(ends.rate, done, &[], j));
            match (rows[at..].first_chunk(), others) {
                (Some(rows), [second, third, fourth, ..]) if long && index.is_multiple_of(AHEAD) => {
                    let sums = [&mut *ends.next, second, third, fourth];
                    combine(sums, ends.y, terms_ahead(rows, h, index, known).as_slice());
                    begun = index..index + AHEAD;
                }
                _ if begun.contains(&index) => {
                    combine([ends.next], k, terms(row, h, begun.start, known).as_slice());
                }
                _ => combine([ends.next], ends.y, terms(row, h, 0, known).as_slice()),
            }
            field.evaluate(ends.next, k);
        }
    }

    /// y₁, and the sums of the squares of both estimates.
    fn finish<F: VectorField>(
        &self,
        field: &mut Counted<F>,
        ends: &mut Ends,
        h: f64,
        tolerance: Tolerance,
    ) -> (f64, f64) {
        let Tableau { b, error, error_takes_end, .. } = self.tableau;
        let known = |j| stage(ends.rate, self.inner(), &[], j);
        ends.next_rate_known = false;
        if !error_takes_end {
            let shares = b.iter().zip(*error);
            let shares = shares.map(|((index, b), (_, high, low))| ([h * b, *high, *low], known(*index)));
            return finish(ends.next, ends.y, Terms::new(shares).as_slice(), tolerance);
        }
        combine([ends.next], ends.y, terms(b, h, 0, known).as_slice());
        ends.know_next_rate(field);
        let share = |(index, high, low): &(usize, f64, f64)| {
            ([*high, *low], stage(ends.rate, self.inner(), ends.next_rate, *index))
        };
        finish(ends.next, ends.y, Terms::new(error.iter().map(share)).as_slice(), tolerance)
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
            let terms = terms(row, h, 0, |j| stage(ends.rate, self.inner(), ends.next_rate, j));
            combine([&mut *scratch], ends.y, terms.as_slice());
            if let Some(k) = self.stages.get_mut(slot - 1) {
                field.evaluate(scratch, k);
            }
        }
    }

    /// Adds to the cubic interpolant of the step h, at θ of the step, what raises its order:
    /// h Σ_i w_i(θ) Σ_j d_ij k_j with w = θ²(1−θ)², θ³(1−θ)², θ³(1−θ)³, …
    pub fn add_dense(&self, ends: &Ends, h: f64, theta: f64, out: &mut [f64]) {
        let mut shares = [0.0; MOST + 1];
        let mut weight = h * theta * (1.0 - theta) * theta;
        for (level, row) in self.tableau.dense.iter().enumerate() {
            weight *= if level % 2 == 0 { 1.0 - theta } else { theta };
            for (index, d) in *row {
                shares[*index] += weight * d;
            }
        }
        for (index, share) in shares.iter().enumerate().filter(|(_, share)| **share != 0.0) {
            add(out, *share, stage(ends.rate, self.inner(), ends.next_rate, index));
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

    const PAIRS: [&Tableau; 3] = [&DOP853, &DOPRI5, &STAB8];

    #[test]
    fn the_end_and_its_error_are_made_of_the_same_stages() {
        for tableau in PAIRS.into_iter().filter(|tableau| !tableau.error_takes_end) {
            let of_end: Vec<usize> = tableau.b.iter().map(|(index, _)| *index).collect();
            let of_error: Vec<usize> = tableau.error.iter().map(|(index, ..)| *index).collect();
            assert_eq!(of_end, of_error, "{}", tableau.method.name());
        }
    }

    /// Pendulums that know nothing of each other.
    struct Pendulums;

    impl VectorField for Pendulums {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            for (dy, y) in dy.chunks_exact_mut(2).zip(y.chunks_exact(2)) {
                (dy[0], dy[1]) = (y[1], -y[0].sin());
            }
        }
    }

    #[test]
    fn sums_begun_ahead_lead_to_the_stages_of_those_that_are_not() {
        for tableau in PAIRS {
            let step = |pendulums: usize| {
                let n = 2 * pendulums;
                let mut room = Room::new(n, Embedded::vectors(tableau) + Ends::VECTORS);
                let mut vectors = room.vectors();
                let (mut pair, mut ends) = (Embedded::new(tableau, tableau, &mut vectors), Ends::new(&mut vectors));
                ends.y.chunks_exact_mut(2).for_each(|y| y.copy_from_slice(&[1.5, 0.5]));
                let mut field = Counted::new(&Pendulums);
                ends.know_rate(&mut field);
                let error = pair.attempt(&mut field, &mut ends, 0.7, Tolerance { rtol: 1e-6, atol: 1e-6 });
                let last: Vec<Vec<f64>> = pair.inner().iter().map(|k| k[n - 2..].to_vec()).collect();
                (error, last, ends.next[..2].to_vec(), ends.next[n - 2..].to_vec())
            };
            let (error, stages, next, _) = step(1);
            for pendulums in [LONG / 2, LONG / 2 + 3, 20_000] {
                let (same_error, same_stages, first, last) = step(pendulums);
                assert_eq!((&first, &last, &same_stages), (&next, &next, &stages), "{pendulums} pendulums");
                assert!((same_error / error - 1.0).abs() < 1e-12);
            }
        }
    }

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
        for tableau in PAIRS {
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
