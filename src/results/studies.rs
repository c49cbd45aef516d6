//! Studies in files: a row per network, a row per step on the way, and the summary that they are drawn from again.

use super::curves::number;
use crate::study::{Ended, Limit, Point, Prediction, Row, SeriesResult, StudyResult};
use crate::trajectory::Outcome;
use serde_json::{Value, json};

/// The name of a study's file, without its ending.
pub fn file_stem(study: &str) -> String {
    format!("study_{study}")
}

/// `study_<name>.csv`: a row per network.
///
/// # Errors
/// None that a valid study can cause.
pub fn to_csv(study: &StudyResult) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "series",
        "layers",
        "status",
        "learned_runs",
        "learning_rate",
        "updates",
        "updates_sd",
        "time",
        "predicted_best_rate",
        "predicted_updates",
        "limit_updates",
        "pretraining_updates",
    ])?;
    let cell = |value: Option<f64>| value.map(number).unwrap_or_default();
    for series in &study.series {
        for point in &series.points {
            writer.write_record([
                series.name.clone(),
                point.layers.to_string(),
                point.ended.to_string(),
                point.learned.to_string(),
                cell(point.rate),
                cell(point.updates),
                cell(point.spread),
                cell(point.time),
                cell(point.predicted.map(|law| law.best_rate)),
                cell(point.predicted.and_then(|law| law.updates)),
                cell(series.limit.as_ref().map(|limit| limit.updates)),
                point.pretraining.to_string(),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// What stands for the depth of the limit's curve.
const INFINITE: &str = "inf";

/// The name of the file of its curves: no name of a study has a dot.
pub fn curves_name(study: &str) -> String {
    format!("{}.curves.csv", file_stem(study))
}

/// `study_<name>.curves.csv`: a row per step on the way, of every network and of infinite depth; `None` if no
/// curve was kept.
///
/// # Errors
/// None that a valid study can cause.
pub fn curves_to_csv(study: &StudyResult) -> Result<Option<Vec<u8>>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["series", "layers", "updates", "loss", "strength", "training_error"])?;
    let mut any = false;
    for series in &study.series {
        let networks = series.points.iter().map(|point| (point.layers.to_string(), &point.curve));
        let limit = series.limit.iter().map(|limit| (INFINITE.to_owned(), &limit.curve));
        for (layers, curve) in networks.chain(limit) {
            for row in curve {
                let [updates, loss, strength] = [row.updates, row.loss, row.strength].map(number);
                let error = row.training_error.map(number).unwrap_or_default();
                writer.write_record([series.name.as_str(), &layers, &updates, &loss, &strength, &error])?;
                any = true;
            }
        }
    }
    let text = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(any.then_some(text))
}

/// A study in `summary.json`.
pub fn to_json(study: &StudyResult) -> Value {
    json!({
        "name": study.name,
        "title": study.title,
        "goal": study.goal,
        "of_mode": study.of_mode,
        "series": study.series.iter().map(series_to_json).collect::<Vec<_>>(),
    })
}

fn series_to_json(series: &SeriesResult) -> Value {
    let network = |point: &Point| {
        json!({
            "layers": point.layers,
            "status": point.ended.to_string(),
            "learned_runs": point.learned,
            "learning_rate": point.rate,
            "updates": point.updates,
            "updates_sd": point.spread,
            "pretraining_updates": point.pretraining,
            "time": point.time,
            "predicted_best_rate": point.predicted.map(|law| law.best_rate),
            "predicted_updates": point.predicted.and_then(|law| law.updates),
        })
    };
    json!({
        "name": series.name,
        "label": series.label,
        "approximation": series.approximation,
        "limit_updates": series.limit.as_ref().map(|limit| limit.updates),
        "networks": series.points.iter().map(network).collect::<Vec<_>>(),
    })
}

/// A study from its summary and, where there are any, its curves; `None` if they are not ours.
pub fn from_files(summary: &Value, curves: Option<&[u8]>) -> Option<StudyResult> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let rows = match curves {
        Some(csv) => read_curves(csv)?,
        None => Vec::new(),
    };
    let curve = |series: &str, layers: &str| -> Vec<Row> {
        rows.iter().filter(|(s, l, _)| (s.as_str(), l.as_str()) == (series, layers)).map(|(.., row)| *row).collect()
    };
    let series = |value: &Value| {
        let name = text(value, "name")?;
        let point = |network: &Value| {
            let layers = usize::try_from(network.get("layers")?.as_u64()?).ok()?;
            point(network, curve(&name, &layers.to_string()), layers)
        };
        let limit = value.get("limit_updates").and_then(Value::as_f64);
        Some(SeriesResult {
            label: text(value, "label")?,
            points: value.get("networks")?.as_array()?.iter().map(point).collect::<Option<_>>()?,
            limit: limit.map(|updates| Limit { updates, curve: curve(&name, INFINITE) }),
            approximation: text(value, "approximation"),
            name,
        })
    };
    Some(StudyResult {
        name: text(summary, "name")?,
        title: text(summary, "title")?,
        goal: text(summary, "goal")?,
        of_mode: summary.get("of_mode")?.as_bool()?,
        series: summary.get("series")?.as_array()?.iter().map(series).collect::<Option<_>>()?,
    })
}

fn point(network: &Value, curve: Vec<Row>, layers: usize) -> Option<Point> {
    let number = |key: &str| network.get(key).and_then(Value::as_f64);
    let ended = match network.get("status")?.as_str()? {
        "learned" => Ended::Learned,
        "not learned" => Ended::NotLearned,
        "diverged" => Ended::Diverged,
        // Which way it broke off does not matter to a figure.
        _ => Ended::Incomplete(Outcome::Diverged { t: 0.0 }),
    };
    let updates = number("predicted_updates");
    Some(Point {
        layers,
        rate: number("learning_rate"),
        updates: number("updates"),
        spread: number("updates_sd"),
        pretraining: network.get("pretraining_updates").and_then(Value::as_u64).unwrap_or(0),
        time: number("time"),
        predicted: number("predicted_best_rate").map(|best_rate| Prediction { best_rate, updates }),
        learned: network.get("learned_runs").and_then(Value::as_u64).unwrap_or(0) as u32,
        ended,
        curve,
    })
}

fn read_curves(text: &[u8]) -> Option<Vec<(String, String, Row)>> {
    let mut reader = csv::Reader::from_reader(text);
    let rows = reader.records().map(|record| {
        let record = record.ok()?;
        let value = |place: usize| record.get(place)?.parse().ok().filter(|x: &f64| x.is_finite());
        let row = Row { updates: value(2)?, loss: value(3)?, strength: value(4)?, training_error: value(5) };
        Some((record.get(0)?.to_owned(), record.get(1)?.to_owned(), row))
    });
    rows.collect()
}
