//! What a scenario of spectra alone leaves out: task, network and time.
//!
//! Absent tables are such as no scenario may have: each would be refused if it were written out.

use super::{AlignedInit, Init, MatricesTask, Network, Scenario, TaskTable, Time};
use crate::scenario::values::{MatrixSource, WhiteOr};

/// The tables that training takes.
#[derive(Debug, Clone)]
pub(in crate::scenario) struct Training {
    task: TaskTable,
    network: Network,
    time: Time,
}

fn task(sigma31: Vec<Vec<f64>>) -> TaskTable {
    let sigma31 = MatrixSource::Rows(sigma31);
    TaskTable::Matrices(MatricesTask { sigma11: WhiteOr::White, sigma31, trace_sigma33: None })
}

fn network(strength: Option<f64>) -> Network {
    let init = Init::Aligned(AlignedInit { strength, per_layer: None, strengths: None });
    Network { hidden: Vec::new(), activation: Default::default(), biases: false, init }
}

fn time(times: Option<Vec<f64>>) -> Time {
    Time { tau: 1.0, end: None, samples: None, times }
}

pub(super) fn no_task() -> TaskTable {
    task(Vec::new())
}

pub(super) fn is_no_task(table: &TaskTable) -> bool {
    *table == no_task()
}

pub(super) fn no_network() -> Network {
    network(None)
}

pub(super) fn is_no_network(table: &Network) -> bool {
    *table == no_network()
}

pub(super) fn no_time() -> Time {
    time(None)
}

pub(super) fn is_no_time(table: &Time) -> bool {
    *table == no_time()
}

impl Scenario {
    /// Whether there is anything to be trained, and not spectra alone.
    pub fn trains(&self) -> bool {
        !(is_no_task(&self.task) && is_no_network(&self.network) && is_no_time(&self.time))
    }

    /// Puts one mode that has been learned in the place of what is absent, so that there is an experiment, which no arm
    /// will see; returns what to [`restore`](Self::restore). `None` if nothing is absent.
    pub(in crate::scenario) fn set_at_rest(&mut self) -> Option<Training> {
        if self.trains() {
            return None;
        }
        let task = std::mem::replace(&mut self.task, task(vec![vec![1.0]]));
        let network = std::mem::replace(&mut self.network, network(Some(1.0)));
        let time = std::mem::replace(&mut self.time, time(Some(vec![0.0])));
        Some(Training { task, network, time })
    }

    /// Undoes [`set_at_rest`](Self::set_at_rest).
    pub(in crate::scenario) fn restore(&mut self, absent: Training) {
        let Training { task, network, time } = absent;
        (self.task, self.network, self.time) = (task, network, time);
    }
}
