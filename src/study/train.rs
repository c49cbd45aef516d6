//! One network trained until its goal is reached.

use super::goal::{Goal, Reading};
use super::learner::{ByStatistics, Learner, OnSamples};
use super::{Ended, Row};
use crate::integrate::{Observer, Settings, integrate};
use crate::network::{Gradient, StartError, Widths, scale_of};
use crate::sampling::in_frame;
use crate::task::Statistics;
use crate::trajectory::Outcome;
use nalgebra::{DMatrix, DVector};

/// A network on its way: the gradient, the start, the goal.
pub(super) struct Network<'a> {
    gradient: Gradient,
    /// What it is trained on, unless it is linear and by the statistics.
    samples: Option<OnSamples<'a>>,
    start: Vec<f64>,
    scale: f64,
    goal: &'a Goal,
    /// The loss beyond which it does not come back.
    ceiling: f64,
}

/// How the training of one network went.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trained {
    pub rate: f64,
    /// Updates until the goal, or until training ended without it.
    pub updates: f64,
    pub ended: Ended,
    /// L − L_min when training ended.
    pub excess: f64,
    pub curve: Vec<Row>,
}

impl Trained {
    /// A network that learns nothing.
    pub fn not_learned(rate: f64) -> Trained {
        Trained { rate, updates: 0.0, ended: Ended::NotLearned, excess: f64::INFINITY, curve: Vec::new() }
    }

    /// A network that cannot start.
    pub fn impossible(error: StartError) -> Trained {
        Trained { ended: Ended::Impossible(error), ..Trained::not_learned(0.0) }
    }
}

/// An excess loss of so many times the larger of the first and that of the zero map is on its way to infinity.
const DIVERGED: f64 = 1e6;
/// Updates for which a goal reached after so many must stay reached: half as many again, and a few at least.
fn hold(updates: u64) -> u64 {
    (updates / 2).max(20)
}

/// The search ends so far below the best rate: there, time grows as 1/rate.
const BELOW_BEST: f64 = 3.0;
/// The default absolute tolerance of the flow, as a share of rtol times the start's scale.
const ATOL: f64 = 1e-3;

impl<'a> Network<'a> {
    /// A linear network by the statistics.
    pub fn new(statistics: &Statistics, widths: &Widths, start: &[DMatrix<f64>], goal: &'a Goal) -> Network<'a> {
        let gradient = Gradient::new(widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
        let framed = in_frame(statistics, start);
        let start = widths.flatten(&framed);
        gradient.descend(&start, &mut vec![0.0; start.len()]);
        let first = goal.read(&gradient.error()).excess;
        let zero = goal.read(statistics.sigma31_frame.as_slice()).excess;
        let ceiling = DIVERGED * first.max(zero);
        Network { gradient, samples: None, start, scale: scale_of(&framed), goal, ceiling }
    }

    /// A network of any activation on samples.
    pub fn on_samples(samples: OnSamples<'a>, start: &[DMatrix<f64>], goal: &'a Goal) -> Network<'a> {
        let mut network = Network::new(&samples.task.statistics, samples.trainee.widths, start, goal);
        network.start = samples.trainee.widths.flatten(start);
        network.start.resize(samples.trainee.backprop(0).len(), 0.0);
        network.samples = Some(samples);
        network
    }

    fn learner(&self) -> Box<dyn Learner + '_> {
        match &self.samples {
            Some(samples) => Box::new(samples.learner(self.goal)),
            None => {
                let step = vec![0.0; self.start.len()];
                Box::new(ByStatistics { gradient: &self.gradient, goal: self.goal, step })
            }
        }
    }

    /// Descends at one rate until the goal is reached for good, for at most so many updates until then.
    ///
    /// Beyond the largest stable rate descent wanders, and may pass the goal on its way; there it must stay.
    pub fn descend(&self, rate: f64, most: u64, keep: bool) -> Trained {
        let mut learner = self.learner();
        let mut parameters = self.start.clone();
        let mut curve = Curve::new(keep);
        let mut updates = 0;
        let mut reached = None;
        let mut excess = f64::INFINITY;
        let ended = loop {
            if let Some(reading) = learner.look(&parameters, updates, updates == most) {
                excess = reading.excess;
                curve.see(updates, || self.row(updates as f64, reading));
                reached = if self.goal.is_reached(reading) { reached.or(Some(updates)) } else { None };
                if reached.is_some_and(|at: u64| updates >= at.saturating_add(hold(at))) {
                    break Ended::Learned;
                }
                // Also false for what is not a number.
                let bounded = reading.excess <= self.ceiling;
                if !bounded {
                    break Ended::Diverged;
                }
                if reached.is_none() && updates >= most {
                    break Ended::NotLearned;
                }
            }
            // At a saddle, or at a rate too small for the digits of a number, nothing ever moves.
            if !learner.step(&mut parameters, rate) {
                break if reached.is_some() { Ended::Learned } else { Ended::NotLearned };
            }
            updates += 1;
        };
        let updates = reached.unwrap_or(updates) as f64;
        let mut rows = curve.rows;
        rows.retain(|row| row.updates <= updates);
        if ended == Ended::Diverged {
            // The way to infinity says nothing, and leaves no room for the others.
            rows.clear();
        }
        Trained { rate, updates, ended, excess, curve: rows }
    }

    /// So many updates at one rate, whatever is reached on the way; as far as the loss stays bounded.
    pub fn follow(&self, rate: f64, most: u64) -> Vec<Row> {
        let mut learner = self.learner();
        let mut parameters = self.start.clone();
        let mut curve = Curve::new(true);
        for updates in 0..=most {
            if let Some(reading) = learner.look(&parameters, updates, updates == most) {
                let bounded = reading.excess <= self.ceiling;
                if !bounded {
                    break;
                }
                curve.see(updates, || self.row(updates as f64, reading));
            }
            if !learner.step(&mut parameters, rate) {
                break;
            }
        }
        curve.rows
    }

    /// The fastest of several rates, which descend. A rate is given up when it has taken as long as the best.
    /// `progress` is told how many have been tried.
    pub fn search(&self, rates: &[f64], most: u64, keep: bool, progress: impl Fn(usize)) -> Trained {
        let (mut best, mut failed): (Option<Trained>, Option<Trained>) = (None, None);
        for (index, &rate) in rates.iter().enumerate() {
            if best.as_ref().is_some_and(|best| best.updates == 0.0 || rate * BELOW_BEST < best.rate) {
                progress(rates.len() - index);
                break;
            }
            let bound = best.as_ref().map_or(most, |best| (best.updates as u64).saturating_sub(1));
            let trained = self.descend(rate, bound, keep);
            match trained.ended {
                Ended::Learned => best = Some(trained),
                // One that did not diverge says more of this network than those that did, and the one that got
                // furthest says most.
                Ended::NotLearned => {
                    let further = |other: &Trained| other.ended == Ended::NotLearned && other.excess <= trained.excess;
                    failed = failed.filter(further).or(Some(trained));
                }
                _ => failed = failed.or(Some(trained)),
            }
            progress(1);
        }
        best.or(failed).unwrap_or_else(|| Trained::not_learned(0.0))
    }

    /// Follows the flow until the goal, or for so many units 1/η of time t/τ.
    pub fn flow(&self, rate: f64, settings: &Settings, most: u64, keep: bool) -> Trained {
        let start = || DVector::from_column_slice(&self.start);
        let end = [rate * most as f64];
        let mut watch = Watch { network: self, reached: None, replay: None };
        let (outcome, _) = integrate(&self.gradient, start(), &end, settings, &mut watch);
        let ended = match (watch.reached, outcome) {
            (Some(_), _) => Ended::Learned,
            (None, Outcome::Complete) => Ended::NotLearned,
            (None, Outcome::Diverged { .. }) => Ended::Diverged,
            (None, outcome) => Ended::Incomplete(outcome),
        };
        let time = watch.reached.unwrap_or(end[0]);
        let mut curve = Vec::new();
        if keep && ended == Ended::Learned && time > 0.0 {
            // Again, now that it is known where to look.
            let times: Vec<f64> = (0..=ROWS).map(|i| time * (i as f64 / ROWS as f64)).collect();
            let mut replay = Watch { network: self, reached: None, replay: Some(Vec::with_capacity(times.len())) };
            integrate(&self.gradient, start(), &times, settings, &mut replay);
            let readings = replay.replay.unwrap_or_default();
            curve = times.iter().zip(readings).map(|(t, reading)| self.row(t / rate, reading)).collect();
        }
        Trained { rate, updates: time / rate, ended, excess: f64::INFINITY, curve }
    }

    /// The absolute tolerance of the flow that goes with a relative one.
    pub fn default_atol(&self, rtol: f64) -> f64 {
        (ATOL * rtol * self.scale).max(f64::MIN_POSITIVE)
    }

    fn row(&self, updates: f64, reading: Reading) -> Row {
        let Reading { excess, strength, training_error } = reading;
        Row { updates, loss: self.goal.least_loss + excess, strength, training_error }
    }

    /// Loss and strength at a state of the flow.
    fn read(&self, flat: &[f64]) -> Reading {
        self.gradient.look(flat);
        self.goal.read(&self.gradient.error())
    }
}

/// Watches a flow until it has reached its goal, or reads off what it shows on the way.
struct Watch<'a> {
    network: &'a Network<'a>,
    reached: Option<f64>,
    replay: Option<Vec<Reading>>,
}

impl Observer for Watch<'_> {
    fn visit(&mut self, _index: usize, y: &[f64]) -> bool {
        let reading = self.network.read(y);
        if let Some(readings) = &mut self.replay {
            readings.push(reading);
        }
        reading.excess.is_finite()
    }

    fn levels(&self, y: &[f64]) -> Vec<f64> {
        match self.replay {
            None => vec![self.network.goal.level(self.network.read(y))],
            Some(_) => Vec::new(),
        }
    }

    fn crossed(&mut self, _level: usize, t: f64) {
        self.reached = Some(t);
    }

    fn finished(&self) -> bool {
        self.reached.is_some()
    }
}

/// Rows of a curve, about.
const ROWS: usize = 200;

/// Rows at equal distances, however many updates there will be: when they are twice as many as wanted, every
/// second one is dropped.
struct Curve {
    rows: Vec<Row>,
    stride: u64,
    keep: bool,
}

impl Curve {
    fn new(keep: bool) -> Curve {
        Curve { rows: Vec::new(), stride: 1, keep }
    }

    fn see(&mut self, updates: u64, row: impl FnOnce() -> Row) {
        let due =
            |rows: &[Row], stride: u64| rows.last().is_none_or(|last| last.updates + stride as f64 <= updates as f64);
        if !self.keep || !due(&self.rows, self.stride) {
            return;
        }
        if self.rows.len() == 2 * ROWS {
            self.stride *= 2;
            let mut index = 0;
            self.rows.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            if !due(&self.rows, self.stride) {
                return;
            }
        }
        self.rows.push(row());
    }
}
