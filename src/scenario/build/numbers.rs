//! Ranges of plain numbers, which need nothing else to be known.

use super::{Builder, Fault};
use crate::scenario::values::{BatchSize, End};
use crate::text::number;

impl Builder<'_> {
    /// Ranges of plain numbers, which need nothing else to be known.
    pub(super) fn check_numbers(&self) -> Result<(), Fault> {
        let s = &self.scenario;
        one_line("title", "title", s.title.as_deref())?;
        positive("time.tau", s.time.tau)?;
        if let Some(flow) = &s.flow {
            tolerances("flow", Some(flow.rtol), flow.atol, Some(flow.max_steps))?;
        }
        if let Some(modes) = &s.modes {
            tolerances("modes", modes.rtol, modes.atol, modes.max_steps)?;
        }
        if let Some(sgd) = &s.sgd {
            positive("sgd.learning_rate", sgd.learning_rate)?;
            if sgd.runs == 0 {
                return Err(Fault::new("sgd.runs", "there must be at least one run", "≥ 1"));
            }
            if sgd.batch == BatchSize::Size(0) {
                return Err(Fault::new("sgd.batch", "a batch must have at least one sample", "≥ 1, or \"full\""));
            }
        }
        if s.plot.panels.is_empty() {
            return Err(Fault::new(
                "plot.panels",
                "a figure needs at least one panel",
                "modes, loss, error, energy, coupling, sharpness, saddles, phase, classification, inputs",
            ));
        }
        if let Some(modes) = &s.plot.modes {
            ascending("plot.modes", modes)?;
        }
        self.check_time()
    }

    fn check_time(&self) -> Result<(), Fault> {
        let time = &self.scenario.time;
        match (&time.times, time.end) {
            (None, None) => {
                Err(Fault::new("time", "when to look at the network is missing", "end (with samples), or times"))
            }
            (Some(_), _) if time.end.is_some() || time.samples.is_some() => {
                let key = if time.end.is_some() { "time.end" } else { "time.samples" };
                Err(Fault::new(key, "`times` already says when; it goes without `end` and `samples`", ""))
            }
            (Some(times), _) => check_times(times),
            (None, Some(end)) => {
                if let End::At(end) = end
                    && end <= 0.0
                {
                    let message = format!("the end {end} is not after the start of training at t = 0");
                    return Err(Fault::new("time.end", message, "> 0, or \"auto\""));
                }
                match time.samples {
                    Some(n) if n < 2 => {
                        Err(Fault::new("time.samples", format!("{n} samples do not span a time"), "≥ 2"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

pub(super) fn positive(path: &str, value: f64) -> Result<(), Fault> {
    if value > 0.0 { Ok(()) } else { Err(Fault::new(path, format!("{} is not positive", number(value)), "> 0")) }
}

/// Modes, counted from 1: at least one, and none twice.
pub(super) fn ascending(path: &str, modes: &[usize]) -> Result<(), Fault> {
    if modes.is_empty() {
        return Err(Fault::new(path, "there is no mode", "at least one"));
    }
    match modes.windows(2).position(|pair| pair[1] <= pair[0]) {
        Some(index) => {
            let message = format!("{} does not come after {}", modes[index + 1], modes[index]);
            Err(Fault::new(format!("{path}[{}]", index + 1), message, "strictly increasing"))
        }
        None => Ok(()),
    }
}

/// What is shown in a figure or a table.
pub(super) fn one_line(path: &str, what: &str, text: Option<&str>) -> Result<(), Fault> {
    match text {
        Some(text) if text.chars().any(char::is_control) => {
            Err(Fault::new(path, format!("the {what} has a character that cannot be shown"), "one line of text"))
        }
        _ => Ok(()),
    }
}

pub(super) fn not_negative(path: &str, value: f64) -> Result<f64, Fault> {
    if value >= 0.0 { Ok(value) } else { Err(Fault::new(path, format!("{} is negative", number(value)), "≥ 0")) }
}

fn tolerances(table: &str, rtol: Option<f64>, atol: Option<f64>, max_steps: Option<u64>) -> Result<(), Fault> {
    if let Some(rtol) = rtol
        && !(rtol > 0.0 && rtol < 1.0)
    {
        return Err(Fault::new(format!("{table}.rtol"), format!("{rtol} is not a relative tolerance"), "0 < rtol < 1"));
    }
    if let Some(atol) = atol {
        positive(&format!("{table}.atol"), atol)?;
    }
    match max_steps {
        Some(0) => Err(Fault::new(format!("{table}.max_steps"), "there must be at least one step", "≥ 1")),
        _ => Ok(()),
    }
}

fn check_times(times: &[f64]) -> Result<(), Fault> {
    if times.is_empty() {
        return Err(Fault::new("time.times", "there are no times", "at least one"));
    }
    if let Some(index) = times.iter().position(|t| *t < 0.0) {
        let message = format!("{} is before the start of training at t = 0", times[index]);
        return Err(Fault::new(format!("time.times[{index}]"), message, "≥ 0"));
    }
    if let Some(index) = times.windows(2).position(|w| w[1] <= w[0]) {
        let message = format!("{} does not come after {}", times[index + 1], times[index]);
        return Err(Fault::new(format!("time.times[{}]", index + 1), message, "strictly increasing"));
    }
    Ok(())
}
