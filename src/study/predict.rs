//! What the laws of the modes say of learning against depth.

use super::goal::{Learned, excess_wanted};
use super::{Family, RateRule, Row, Series, Setting, Study, widths};
use crate::analytic::chain::Chain;
use crate::analytic::infinite::InfiniteDepth;
use crate::network::Start;
use crate::premises::fails;
use crate::probe::Probe;
use crate::reduction::Reduction;
use crate::sgd::Trainee;
use crate::stability::{Sharpness, sharpness_per_layer};
use crate::task::ModeBasis;

/// What the law of one depth says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// 1/sharpness at the minimum.
    pub best_rate: f64,
    /// Updates until learned, at the series' own rate, or at 1/sharpness where the best one is looked for.
    pub updates: Option<f64>,
}

/// What the predictions tend to as N_l → ∞ at fixed u0 and rates of 1/sharpness.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Updates until learned.
    pub updates: f64,
    /// The way there.
    pub curve: Vec<Row>,
}

/// The theory of a study's task: modes of an aligned start, each by its own law.
#[derive(Debug)]
pub struct Theory<'a> {
    setting: Setting<'a>,
    study: &'a Study,
    basis: ModeBasis,
    probe: Probe,
    commuting: f64,
}

/// Rows of the limit's curve.
const ROWS: usize = 200;
/// Modes are taken to be learned at this share of s/λ, where the last of them is looked for.
const DONE: f64 = 1.0 - 1e-9;
/// Halvings of a time, as often as an interval of numbers can be halved.
const HALVINGS: u32 = 64;

impl<'a> Theory<'a> {
    /// The theory of the study's task.
    pub fn new(setting: Setting<'a>, study: &'a Study) -> Theory<'a> {
        let statistics = &setting.task.statistics;
        let basis = ModeBasis::new(statistics, &[]);
        let probe = Probe::new(statistics, &basis, 1.0);
        let commuting = basis.commuting_violation(statistics);
        Theory { setting, study, basis, probe, commuting }
    }

    /// Why the predictions of a series, and 1/sharpness, are not exact for the flow; `None` where they are.
    pub fn approximation(&self, series: &Series) -> Option<String> {
        if fails(self.commuting) {
            return Some(format!(
                "the inputs' correlations do not commute with the modes (violation {:.2e})",
                self.commuting
            ));
        }
        let deepest = self.study.layers.last().copied().unwrap_or(2);
        let trainee = Trainee {
            widths: &widths(self.study, self.setting.task, deepest),
            activation: series.activation,
            biases: self.study.biases,
        };
        if let Some(why) = trainee.not_linear() {
            return Some(why.to_owned());
        }
        let estimated = matches!(series.start, Family::Drawn(_)) && series.rate == RateRule::Sharpness;
        estimated.then(|| "1/sharpness is an estimate for starts that are not aligned".to_owned())
    }

    /// What the mode equations say of a series' network of N_l layers; `None` unless it starts aligned.
    pub fn predict(&self, series: &Series, layers: usize) -> Option<Prediction> {
        let widths = widths(self.study, self.setting.task, layers);
        if matches!(series.start, Family::Drawn(_)) {
            return None;
        }
        let Start::Aligned { strengths } = series.start.at(&widths) else { return None };
        let of_mode = |mode: usize| strengths.iter().map(|layer| layer.get(mode).copied().unwrap_or(0.0)).collect();
        let strengths: Vec<Vec<f64>> = (0..self.basis.len()).map(of_mode).collect();
        let reduction = Reduction { strengths, approximation: None, conserved: None };
        let sharpness = Sharpness::at_minimum(&self.setting.task.statistics, &self.basis, &reduction).value;
        let best_rate = 1.0 / sharpness;
        let rate = if let RateRule::Fixed(rate) = series.rate { rate } else { best_rate };
        let time = self.time_to_goal(
            |mode, target| self.chain(mode).time_to_reach(&reduction.strengths[mode], target),
            |mode, t| self.chain(mode).strength(&reduction.strengths[mode], t),
            |mode| reduction.initial(mode),
        );
        let updates = time.map(|t| t / rate).filter(|updates| updates.is_finite());
        best_rate.is_finite().then_some(Prediction { best_rate, updates })
    }

    /// What the predictions of a series tend to; `None` unless u0 and the rate's rule stay the same.
    pub fn limit(&self, series: &Series) -> Option<Limit> {
        let (Family::Aligned(u0), RateRule::Sharpness | RateRule::Best(_)) = (&series.start, &series.rate) else {
            return None;
        };
        let u0 = *u0;
        let modes = self.basis.len().min(self.study.width);
        let law = |mode: usize| InfiniteDepth {
            s: self.basis.s[mode],
            input_eigenvalue: self.basis.input_eigenvalues[mode],
            tau: 1.0,
            layers: 1,
        };
        let start = |mode: usize| if mode < modes { u0 } else { 0.0 };
        let strength = |mode: usize, t: f64| law(mode).strength(start(mode), t);
        let time = self.time_to_goal(|mode, target| law(mode).time_to_reach(start(mode), target), strength, start)?;
        // The law of N_l layers is N_l times as fast as that of one, and its rate 1/(N_l c).
        let sharpness = sharpness_per_layer(&self.basis, modes);
        let updates = time * sharpness;
        let row = |i: usize| {
            let t = time * (i as f64 / ROWS as f64);
            let strengths: Vec<f64> = (0..self.basis.len()).map(|mode| strength(mode, t)).collect();
            let loss = self.probe.observe_strengths(&strengths).loss;
            Row {
                updates: t * sharpness,
                loss,
                strength: strengths[self.study.learned.watched()],
                training_error: None,
            }
        };
        let curve = if self.study.curves { (0..=ROWS).map(row).collect() } else { Vec::new() };
        updates.is_finite().then_some(Limit { updates, curve })
    }

    fn chain(&self, mode: usize) -> Chain {
        Chain { s: self.basis.s[mode], input_eigenvalue: self.basis.input_eigenvalues[mode], tau: 1.0 }
    }

    /// T = t/τ until the goal, by a law that gives times to strengths and strengths at times.
    fn time_to_goal(
        &self,
        time_to_reach: impl Fn(usize, f64) -> Option<f64>,
        strength: impl Fn(usize, f64) -> f64,
        initial: impl Fn(usize) -> f64,
    ) -> Option<f64> {
        // From above, a mode is as near to s/λ on the other side of it.
        let reach = |mode: usize, share: f64| {
            let share_now = initial(mode) / self.basis.final_strength(mode)?;
            match share_now {
                below if below < share => time_to_reach(mode, share * self.basis.final_strength(mode)?),
                above if above > 2.0 - share => time_to_reach(mode, (2.0 - share) * self.basis.final_strength(mode)?),
                _ => Some(0.0),
            }
        };
        if let Learned::Mode { mode, share } = self.study.learned {
            return reach(mode, share);
        }
        let wanted = excess_wanted(&self.study.learned, &self.setting.task.statistics)?;
        let learned = |t: f64| {
            let strengths: Vec<f64> = (0..self.basis.len()).map(|mode| strength(mode, t)).collect();
            self.probe.excess(&self.probe.map_of(&strengths)) <= wanted
        };
        let last = (0..self.basis.len()).filter_map(|mode| reach(mode, DONE)).filter(|t| t.is_finite());
        let mut late = last.fold(0.0, f64::max);
        if !learned(late) {
            return None;
        }
        let mut early = 0.0;
        if learned(early) {
            return Some(0.0);
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (early + late);
            if learned(middle) {
                late = middle;
            } else {
                early = middle;
            }
        }
        Some(late)
    }
}
