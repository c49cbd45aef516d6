//! The results folder of ladders.

use super::curves::number;
use super::folder::{Destination, FolderError, publish, put, rerunnable};
use super::summary;
use crate::converge::{Expected, Fit, Ladder, Rung};
use crate::figure::draw_ladders;
use crate::scenario::Built;
use crate::trajectory::Arm;
use serde_json::Value;
use std::path::Path;

/// Writes `converge.csv`, a row per rung, the figure, the summary and the scenario.
///
/// # Errors
/// If anything fails; then nothing is left behind, and what was there before is still there.
pub fn write(
    destination: &Destination,
    built: &Built,
    scenario: &Path,
    ladders: &[Ladder],
    plots: bool,
) -> Result<(), FolderError> {
    let content = |error: &dyn std::fmt::Display| FolderError::Content(error.to_string());
    publish(destination, |folder| {
        put(&folder.join("converge.csv"), &to_csv(ladders).map_err(|e| content(&e))?)?;
        let json = serde_json::to_string_pretty(&summary::of_ladders(built, ladders)).map_err(|e| content(&e))?;
        put(&folder.join("summary.json"), (json + "\n").as_bytes())?;
        put(&folder.join("scenario.toml"), rerunnable(built, scenario, destination)?.as_bytes())?;
        for format in built.filled.plot.formats.iter().filter(|_| plots) {
            let image = draw_ladders(&built.title, ladders, *format)?;
            put(&folder.join(format!("converge.{}", format.extension())), &image)?;
        }
        Ok(())
    })
}

/// Ladders read back from a summary; `None` if it has none, or they are not ours.
pub fn from_summary(summary: &Value) -> Option<Vec<Ladder>> {
    summary.get("ladders")?.as_array()?.iter().map(ladder).collect()
}

fn ladder(value: &Value) -> Option<Ladder> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_f64);
    let count = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64);
    let arm = Arm::ALL.into_iter().find(|arm| Some(arm.name()) == value.get("arm").and_then(Value::as_str))?;
    let varied = ["rtol", "learning_rate"].into_iter().find(|varied| text("varied").as_deref() == Some(varied))?;
    let rung = |rung: &Value| {
        Some(Rung {
            setting: number(rung, varied)?,
            error: number(rung, "error")?,
            steps: count(rung, "steps")?,
            evaluations: count(rung, "evaluations")?,
            wall_s: number(rung, "wall_s")?,
        })
    };
    let points = count(value, "fitted_rungs").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let order = number(value, "order").zip(number(value, "order_uncertainty"));
    Some(Ladder {
        arm,
        method: text("method")?,
        varied,
        reference: text("reference")?,
        rungs: value.get("rungs")?.as_array()?.iter().map(rung).collect::<Option<_>>()?,
        order: order.map(|(slope, uncertainty)| Fit { slope, uncertainty, points }),
        expected: Expected { order: number(value, "expected_order")?, within: number(value, "within")? },
        broken: text("broken"),
    })
}

fn to_csv(ladders: &[Ladder]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["arm", "method", "varied", "setting", "error", "steps", "evaluations", "wall_s"])?;
    for ladder in ladders {
        for rung in &ladder.rungs {
            writer.write_record([
                ladder.arm.name().to_owned(),
                ladder.method.clone(),
                ladder.varied.to_owned(),
                number(rung.setting),
                number(rung.error),
                rung.steps.to_string(),
                rung.evaluations.to_string(),
                number(rung.wall_s),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
