//! The same steps by `ode_solvers`: what the steppers of this crate are held against.
//!
//! The solver runs in pieces of a bounded number of steps, because it keeps a copy of the state for each, and each
//! piece begins its step size control anew.

use super::crossing::{Bracket, CROSSING};
use super::visitor::Visitor;
use super::{Observer, Settings, VectorField};
use crate::trajectory::{Outcome, Work};
use nalgebra::DVector;
use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::{Dop853, Dopri5, System};
use std::cell::Cell;

/// A method that `ode_solvers` has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pair {
    Dop853,
    Dopri5,
}

impl Pair {
    /// Evaluations (per attempted step, and besides per accepted step).
    fn evaluations_per_step(self) -> (u64, u64) {
        match self {
            Pair::Dop853 => (11, 1),
            Pair::Dopri5 => (6, 0),
        }
    }
}

/// Integrates by `ode_solvers`; see [`super::integrate`].
pub(super) fn run<F: VectorField, O: Observer>(
    pair: Pair,
    field: &F,
    y: DVector<f64>,
    times: &[f64],
    settings: &Settings,
    observer: &mut O,
) -> (Outcome, Work) {
    let mut visitor = Visitor::new(times, observer, y.as_slice());
    let end = visitor.end();
    let mut stepper = Stepper { pair, field, settings, y, now: 0.0, step: 0.0, work: Work::default() };
    let outcome = stepper.run(end, &mut visitor);
    (outcome.err().unwrap_or(Outcome::Complete), stepper.work)
}

/// `ode_solvers` keeps every accepted state of a piece: so many numbers in all, and never fewer
/// than [`MIN_PIECE`] steps, for the step size controller needs a run-up.
const PIECE_NUMBERS: usize = 4_000_000;
const MIN_PIECE: usize = 16;
const MAX_PIECE: usize = 1024;

/// A piece in which no step at all is accepted is tried again with a step so much smaller.
const RETRY_FACTOR: f64 = 1e-9;
const MAX_RETRIES: u32 = 6;

struct Stepper<'a, F> {
    pair: Pair,
    field: &'a F,
    settings: &'a Settings,
    y: DVector<f64>,
    now: f64,
    /// The last step that the controller chose freely; 0 before the first.
    step: f64,
    work: Work,
}

/// What one call of the solver did.
struct Piece {
    /// Offsets from the start of the piece at which steps were accepted, the first one 0.
    offsets: Vec<f64>,
    /// The states there.
    states: Vec<DVector<f64>>,
    error: Option<IntegrationError>,
    evaluations: u64,
}

impl<F: VectorField> Stepper<'_, F> {
    /// Steps to `end`, piece by piece, with steps that know nothing of the times to be visited.
    fn run<O: Observer>(&mut self, end: f64, visitor: &mut Visitor<'_, O>) -> Result<(), Outcome> {
        let mut retries = 0;
        while visitor.due(self.now).is_some() {
            visitor.show(self.y.as_slice())?;
        }
        if self.now < end && !self.has_rate() {
            return Err(Outcome::Diverged { t: self.now });
        }
        while self.now < end && !visitor.observer.finished() {
            if self.work.accepted + self.work.rejected >= self.settings.max_steps {
                return Err(Outcome::StepLimit { t: self.now, limit: self.settings.max_steps });
            }
            let piece = self.piece(&self.y, end - self.now, self.step, self.piece_steps());
            self.account(&piece);
            if piece.offsets.len() < 2 {
                retries += 1;
                self.step = RETRY_FACTOR * if self.step > 0.0 { self.step } else { end - self.now };
                if retries > MAX_RETRIES || self.step == 0.0 {
                    return Err(self.stuck());
                }
                continue;
            }
            retries = 0;
            self.follow(piece, end, visitor)?;
        }
        Ok(())
    }

    /// Walks along the accepted steps of a piece and stops at the times on the way.
    fn follow<O: Observer>(&mut self, piece: Piece, end: f64, visitor: &mut Visitor<'_, O>) -> Result<(), Outcome> {
        let begin = self.now;
        let (steps, finished) = (piece.offsets.len() - 1, piece.error.is_none());
        for (index, (offsets, states)) in piece.offsets.windows(2).zip(piece.states.windows(2)).enumerate() {
            let ([from, to], [before, after]) = (offsets, states) else { continue };
            if !after.iter().all(|v| v.is_finite()) {
                return Err(Outcome::Diverged { t: begin + from });
            }
            // The last step of a finished piece ends at `end` exactly, whatever the offsets add up to.
            let reached = if finished && index + 1 == steps { end } else { begin + to };
            while let Some(time) = visitor.due(reached) {
                let y = if time == reached { after.clone() } else { self.part_of_step(before, time - (begin + from))? };
                visitor.show(y.as_slice())?;
            }
            self.find_crossings(before, (begin + from, to - from), after, visitor)?;
            if visitor.observer.finished() {
                return Ok(());
            }
            if !finished || index + 1 < steps {
                self.step = to - from;
            }
            self.now = reached;
        }
        if let Some(last) = piece.states.into_iter().next_back() {
            self.y = last;
        }
        match piece.error {
            Some(IntegrationError::StepSizeUnderflow { .. }) => Err(self.stuck()),
            _ => Ok(()),
        }
    }

    /// The state at `offset` into an accepted step: a step of its own, shorter than the one that met the
    /// tolerance, and error-controlled all the same.
    fn part_of_step(&mut self, from: &DVector<f64>, offset: f64) -> Result<DVector<f64>, Outcome> {
        if offset <= 0.0 {
            return Ok(from.clone());
        }
        let piece = self.piece(from, offset, offset, MAX_PIECE as u32);
        // Not one of the run's own steps.
        self.work.evaluations += piece.evaluations;
        match (piece.error, piece.states.into_iter().next_back()) {
            (None, Some(y)) if y.iter().all(|v| v.is_finite()) => Ok(y),
            _ => Err(self.stuck()),
        }
    }

    /// Finds where within an accepted step from `before` at `start` to `after` the waiting levels are crossed.
    fn find_crossings<O: Observer>(
        &mut self,
        before: &DVector<f64>,
        (start, length): (f64, f64),
        after: &DVector<f64>,
        visitor: &mut Visitor<'_, O>,
    ) -> Result<(), Outcome> {
        if visitor.waiting.is_empty() {
            return Ok(());
        }
        let ends = visitor.observer.levels(after.as_slice());
        let (crossed, waiting): (Vec<usize>, Vec<usize>) =
            visitor.waiting.iter().partition(|level| ends.get(**level).is_some_and(|value| *value >= 0.0));
        visitor.waiting = waiting;
        for level in crossed {
            let begins = visitor.observer.levels(before.as_slice());
            let value = |of: &[f64]| of.get(level).copied().unwrap_or(0.0);
            let bracket = Bracket { below: (0.0, value(&begins)), above: (length, value(&ends)) };
            let offset = bracket.search(CROSSING * length, |offset| {
                let y = self.part_of_step(before, offset)?;
                Ok(visitor.level(level, y.as_slice()))
            })?;
            visitor.observer.crossed(level, start + offset);
        }
        Ok(())
    }

    /// Why no step can be made from here: the field has no finite value, or no step is small enough.
    fn stuck(&mut self) -> Outcome {
        let t = self.now;
        if self.has_rate() { Outcome::StepUnderflow { t } } else { Outcome::Diverged { t } }
    }

    /// Whether the field has a finite value here.
    fn has_rate(&mut self) -> bool {
        let mut dy = vec![0.0; self.y.len()];
        self.field.evaluate(self.y.as_slice(), &mut dy);
        self.work.evaluations += 1;
        dy.iter().all(|v| v.is_finite())
    }

    /// Adds a piece to the work done.
    fn account(&mut self, piece: &Piece) {
        let (per_attempt, per_accepted) = self.pair.evaluations_per_step();
        let accepted = piece.offsets.len().saturating_sub(1) as u64;
        let attempts = piece.evaluations.saturating_sub(1 + per_accepted * accepted) / per_attempt;
        self.work.accepted += accepted;
        self.work.rejected += attempts.saturating_sub(accepted);
        self.work.evaluations += piece.evaluations;
    }

    fn piece_steps(&self) -> u32 {
        let allowed = self.settings.max_steps.saturating_sub(self.work.accepted + self.work.rejected);
        let steps = (PIECE_NUMBERS / self.y.len().max(1)).clamp(MIN_PIECE, MAX_PIECE);
        allowed.min(steps as u64) as u32
    }

    /// Runs the solver from `y` over `span`, or as far as so many steps reach.
    fn piece(&self, y: &DVector<f64>, span: f64, step: f64, steps: u32) -> Piece {
        let counter = Cell::new(0);
        let system = Counted { field: self.field, evaluations: &counter };
        let Settings { rtol, atol, .. } = *self.settings;
        // Local time starts at 0: the system is autonomous, and small steps late in a run keep
        // their digits. Neither stiffness test (it aborts ordinary plateaus) nor dense output.
        macro_rules! run {
            ($solver:ident, $beta:expr, $fac_min:expr, $fac_max:expr) => {{
                let mut solver = $solver::from_param(
                    system,
                    0.0,
                    span,
                    span,
                    y.clone(),
                    rtol,
                    atol,
                    0.9,
                    $beta,
                    $fac_min,
                    $fac_max,
                    f64::MAX,
                    step,
                    steps,
                    0,
                    OutputType::Sparse,
                );
                let error = solver.integrate().err();
                let (offsets, states) = solver.results().get();
                (error, offsets.clone(), states.clone())
            }};
        }
        let (error, offsets, states) = match self.pair {
            Pair::Dop853 => run!(Dop853, 0.0, 0.333, 6.0),
            Pair::Dopri5 => run!(Dopri5, 0.04, 0.2, 10.0),
        };
        Piece { offsets, states, error, evaluations: counter.get() }
    }
}

/// The field as `ode_solvers` wants it, counting its evaluations.
struct Counted<'a, F> {
    field: &'a F,
    evaluations: &'a Cell<u64>,
}

impl<F: VectorField> System<f64, DVector<f64>> for Counted<'_, F> {
    fn system(&self, _x: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.evaluations.set(self.evaluations.get() + 1);
        self.field.evaluate(y.as_slice(), dy.as_mut_slice());
    }
}
