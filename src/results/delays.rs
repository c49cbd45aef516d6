//! Delays in files: a row per series and mode, and the summary that they are drawn from again.

use super::curves::number;
use crate::delays::{DelaysResult, Expected, ModeDelay, SeriesResult};
use serde_json::{Value, json};

/// The name of the files of delays, without their ending.
pub fn file_stem(delays: &str) -> String {
    format!("delays_{delays}")
}

/// `delays_<name>.csv`: a row per series and mode.
///
/// # Errors
/// None that valid delays can cause.
pub fn to_csv(delays: &DelaysResult) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "series",
        "mode",
        "s",
        "input_eigenvalue",
        "predicted_half_time",
        "mean_delay",
        "delay_sd",
        "learned_runs",
        "runs",
    ])?;
    let cell = |value: Option<f64>| value.map(number).unwrap_or_default();
    for series in &delays.series {
        for ModeDelay { expected, delay, spread, learned } in &series.modes {
            writer.write_record([
                series.name.clone(),
                (expected.mode + 1).to_string(),
                number(expected.s),
                number(expected.input_eigenvalue),
                number(expected.half_time),
                cell(*delay),
                cell(*spread),
                learned.to_string(),
                series.runs.to_string(),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// For the summary.
pub fn to_json(delays: &DelaysResult) -> Value {
    let mode = |ModeDelay { expected, delay, spread, learned }: &ModeDelay| {
        json!({
            "mode": expected.mode + 1,
            "s": expected.s,
            "input_eigenvalue": expected.input_eigenvalue,
            "predicted_half_time": expected.half_time,
            "mean_delay": delay,
            "delay_sd": spread,
            "learned_runs": learned,
        })
    };
    let series = |series: &SeriesResult| {
        json!({
            "name": series.name,
            "label": series.label,
            "status": series.broken.as_ref().map_or_else(|| "complete".to_owned(), |(_, how)| how.to_string()),
            "runs": series.runs,
            "modes": series.modes.iter().map(mode).collect::<Vec<_>>(),
        })
    };
    json!({
        "name": delays.name,
        "title": delays.title,
        "strength": delays.strength,
        "max_updates": delays.max_updates,
        "approximation": delays.approximation,
        "series": delays.series.iter().map(series).collect::<Vec<_>>(),
    })
}

/// Delays from their summary; `None` if it is not ours. How a run broke off does not matter to a figure.
pub fn from_json(summary: &Value) -> Option<DelaysResult> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_f64);
    let count = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64);
    let mode = |value: &Value| {
        Some(ModeDelay {
            expected: Expected {
                mode: usize::try_from(count(value, "mode")?).ok()?.checked_sub(1)?,
                s: number(value, "s")?,
                input_eigenvalue: number(value, "input_eigenvalue")?,
                half_time: number(value, "predicted_half_time")?,
            },
            delay: number(value, "mean_delay"),
            spread: number(value, "delay_sd"),
            learned: u32::try_from(count(value, "learned_runs")?).ok()?,
        })
    };
    let series = |value: &Value| {
        Some(SeriesResult {
            name: text(value, "name")?,
            label: text(value, "label")?,
            runs: u32::try_from(count(value, "runs")?).ok()?,
            modes: value.get("modes")?.as_array()?.iter().map(mode).collect::<Option<_>>()?,
            broken: None,
        })
    };
    Some(DelaysResult {
        name: text(summary, "name")?,
        title: text(summary, "title")?,
        strength: number(summary, "strength")?,
        max_updates: count(summary, "max_updates")?,
        approximation: text(summary, "approximation"),
        series: summary.get("series")?.as_array()?.iter().map(series).collect::<Option<_>>()?,
    })
}
