//! Steps of a stabilised explicit method of order 4, whose stability interval on the negative axis grows as the square
//! of its stages: where stability limits the step, and not accuracy.

mod coefficients;

use self::coefficients::{Coefficients, METHODS};
use super::VectorField;
use super::radius::{CAREFUL, MARGIN, Radius};
use super::room::Vectors;
use super::step::{Counted, Ends};
use super::sums::{Term, Tolerance, combine, finish};

/// The stages of a step, in place.
#[derive(Debug)]
pub(super) struct Rock4<'m> {
    /// g_j and g_{j−1}.
    now: &'m mut [f64],
    before: &'m mut [f64],
    /// k_1 … k_4 of the last stages.
    stages: [&'m mut [f64]; 4],
    radius: Radius<'m>,
    /// Evaluations of the last attempt.
    degree: usize,
}

/// Order of the error estimate, plus one.
const ORDER: f64 = 4.0;
/// The estimate, of order 3, is of the size of the method's own global error, of order 4, but larger than it: measured, so
/// that a run is wrong by about its tolerance and no more.
const LOOSER: f64 = 20.0;

impl<'m> Rock4<'m> {
    pub const VECTORS: usize = 6 + Radius::VECTORS;

    pub fn new(vectors: &mut Vectors<'m>) -> Rock4<'m> {
        Rock4 {
            now: vectors.take(),
            before: vectors.take(),
            stages: std::array::from_fn(|_| vectors.take()),
            radius: Radius::new(vectors),
            degree: 1,
        }
    }

    pub fn order(&self) -> f64 {
        ORDER
    }

    /// The longest step from here that is stable at the highest degree; estimates the radius if that is due.
    pub fn longest<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends) -> f64 {
        self.radius.keep(field, ends, self.now, self.before, CAREFUL);
        let most = METHODS.last().map_or(0.0, |method| method.stable);
        most / (MARGIN * self.radius.value())
    }

    pub fn radius(&self) -> &Radius<'m> {
        &self.radius
    }

    pub fn radius_mut(&mut self) -> &mut Radius<'m> {
        &mut self.radius
    }

    /// Learns whether the step was accepted.
    pub fn judged(&mut self, accepted: bool) {
        self.radius.judged(accepted, CAREFUL);
    }

    /// Evaluations of the last step.
    pub fn evaluations(&self) -> f64 {
        self.degree as f64
    }

    /// y₁ of a step h, into `ends.next`, and its error in units of the tolerance: not a number if y₁ is not finite.
    pub fn attempt<F: VectorField>(
        &mut self,
        field: &mut Counted<F>,
        ends: &mut Ends,
        h: f64,
        tolerance: Tolerance,
    ) -> f64 {
        let reach = MARGIN * h * self.radius.value();
        let Some(method) = METHODS.iter().find(|method| method.stable >= reach).or(METHODS.last()) else {
            return f64::NAN;
        };
        self.degree = method.recursion.len() + self.stages.len();
        self.recur(field, ends, h, method);
        self.finish(field, ends, h, method);
        let [k1, k2, k3, k4] = &self.stages;
        let [d1, d2, d3, d4, d5] = method.d;
        let term = |d, k| ([d, 0.0], k);
        let terms = [term(d1, &k1[..]), term(d2, k2), term(d3, k3), term(d4, k4), term(d5, ends.next_rate)];
        let (sum, _) = finish(ends.next, ends.y, &terms, tolerance);
        h.abs() * (sum / ends.y.len().max(1) as f64).sqrt() / LOOSER
    }

    /// g_j = μ_j h f(g_{j−1}) + (1 + κ_j) g_{j−1} − κ_j g_{j−2}, into `now`.
    fn recur<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &Ends, h: f64, method: &Coefficients) {
        let Rock4 { now, before, stages: [rate, ..], .. } = self;
        before.copy_from_slice(ends.y);
        for (j, (mu, kappa)) in method.recursion.iter().enumerate() {
            if j == 0 {
                combine([now], ends.y, &[([mu * h], ends.rate)]);
                continue;
            }
            field.evaluate(now, rate);
            for ((g, now), rate) in before.iter_mut().zip(now.iter()).zip(rate.iter()) {
                *g = mu * h * rate + (now + kappa * (now - *g));
            }
            std::mem::swap(now, before);
        }
    }

    /// The four last stages, y₁ and f(y₁).
    fn finish<F: VectorField>(&mut self, field: &mut Counted<F>, ends: &mut Ends, h: f64, method: &Coefficients) {
        for last in 0..=3 {
            let (done, rest) = self.stages.split_at_mut(last);
            let weights = if last == 0 { &[][..] } else { &method.a[last - 1][..last] };
            let terms: [Term; 3] = std::array::from_fn(|j| match (weights.get(j), done.get(j)) {
                (Some(a), Some(k)) => ([h * a], &k[..]),
                _ => ([0.0], &[][..]),
            });
            combine([ends.next], self.now, &terms[..last]);
            field.evaluate(ends.next, rest[0]);
        }
        let terms: [Term; 4] = std::array::from_fn(|j| ([h * method.b[j]], &self.stages[j][..]));
        combine([ends.next], self.now, &terms);
        ends.next_rate_known = false;
        ends.know_next_rate(field);
    }
}
