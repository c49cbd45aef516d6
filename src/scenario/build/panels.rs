//! Panels that the task has nothing for.

use super::{Builder, Fault};
use crate::figure::Panel;
use crate::scenario::checks::NO_CLASSES;
use crate::task::Task;

impl Builder<'_> {
    /// Refuses panels that would stay empty whatever the arms do.
    pub(super) fn check_panels(&self, task: &Task) -> Result<(), Fault> {
        match self.scenario.plot.panels.iter().position(|panel| *panel == Panel::Classification) {
            Some(index) if task.classes.is_none() => {
                let message = format!("there is no error of classification: {NO_CLASSES}");
                Err(Fault::new(format!("plot.panels[{index}]"), message, ""))
            }
            _ => Ok(()),
        }
    }
}
