//! The arms' settings, with their defaults filled in.

use super::{Builder, Fault};
use crate::analytic;
use crate::experiment::*;
use crate::network::scale_of;
use crate::scenario::format::{DepthName, max_steps, rtol};
use crate::scenario::values::BatchSize;
use crate::sgd::is_random;
use crate::task::Task;
use crate::text::number;
use nalgebra::DMatrix;

impl Builder<'_> {
    pub(super) fn analytic(&self, given: &analytic::Given) -> Result<Option<analytic::ClosedForm>, Fault> {
        let Some(table) = &self.scenario.analytic else { return Ok(None) };
        analytic::choose(table.form, given).map(Some).map_err(|reason| {
            let path = "analytic";
            Fault::new(path, format!("no closed form is exact here: {reason}"), &analytic::named_forms())
        })
    }

    pub(super) fn flow(&mut self, start: &[DMatrix<f64>], warnings: &mut Vec<String>) -> Option<FlowSettings> {
        let flow = self.scenario.flow.as_mut()?;
        let scale = scale_of(start);
        let atol = *flow.atol.get_or_insert((ATOL * flow.rtol * scale).max(f64::MIN_POSITIVE));
        if atol > flow.rtol * scale {
            warnings.push(format!(
                "flow.atol = {atol:e} is above rtol × the scale of the start ({:e}): the escape from the start will be off by about {:.1e}",
                flow.rtol * scale,
                if scale > 0.0 { atol / scale } else { 1.0 }
            ));
        }
        Some(FlowSettings { method: flow.method, rtol: flow.rtol, atol, max_steps: flow.max_steps })
    }

    /// The modes are integrated as the flow is, unless they say otherwise.
    pub(super) fn modes(&mut self) -> Option<ModesSettings> {
        let flow = self.scenario.flow.clone();
        let modes = self.scenario.modes.as_mut()?;
        let rtol = *modes.rtol.get_or_insert(flow.as_ref().map_or_else(rtol, |f| f.rtol));
        let method = *modes.method.get_or_insert(flow.as_ref().map_or_else(Default::default, |f| f.method));
        let max_steps = *modes.max_steps.get_or_insert(flow.as_ref().map_or_else(max_steps, |f| f.max_steps));
        let depth = match modes.depth {
            DepthName::Finite => Depth::Finite,
            DepthName::Infinite => Depth::Infinite,
            DepthName::Both => Depth::Both,
        };
        Some(ModesSettings { depth, method, rtol, atol: modes.atol, max_steps })
    }

    pub(super) fn sgd(&self, task: &Task, clock: &Clock) -> Result<Option<SgdSettings>, Fault> {
        let Some(sgd) = &self.scenario.sgd else { return Ok(None) };
        let batch = match sgd.batch {
            BatchSize::Full => Batch::Full,
            BatchSize::Size(n) => Batch::Size(usize::try_from(n).unwrap_or(usize::MAX)),
        };
        if let (Batch::Size(n), Some(samples)) = (batch, &task.samples)
            && n > samples.len()
        {
            let message = format!("a batch of {n} is more than the {} samples there are", samples.len());
            return Err(Fault::new("sgd.batch", message, &format!("1 to {}, or \"full\"", samples.len())));
        }
        let per_unit = match (task.averaging, batch, &task.samples) {
            (crate::task::Averaging::Sum, Batch::Size(n), Some(samples)) => samples.len().div_ceil(n) as f64,
            _ => 1.0,
        };
        let settings = SgdSettings { learning_rate: sgd.learning_rate, batch, order: sgd.order, runs: sgd.runs };
        let end = clock.times.last().copied().unwrap_or(0.0);
        let updates = end / clock.tau / sgd.learning_rate * per_unit;
        if is_random(&settings) && updates * f64::from(sgd.runs) > MAX_UPDATES && updates <= MAX_UPDATES {
            let message = format!("{} runs of {updates:.1e} updates are too many", sgd.runs);
            return Err(Fault::new("sgd.runs", message, &format!("at most {MAX_UPDATES:e} updates in all")));
        }
        if updates > MAX_UPDATES {
            let message = format!("this learning rate takes {updates:.1e} updates until t = {}", number(end));
            return Err(Fault::new("sgd.learning_rate", message, &format!("at most {MAX_UPDATES:e} updates")));
        }
        Ok(Some(settings))
    }
}

/// The default absolute tolerance of the flow, as a share of rtol times the start's scale.
const ATOL: f64 = 1e-3;

/// Updates of descent that a scenario may ask for.
const MAX_UPDATES: f64 = 1e10;
