//! What is started how often, and when each mode should be half learned.

use crate::cli::tables::{align_right, short, table};
use crate::delays::{Delays, Series, approximation, progress_length};
use crate::experiment::Experiment;
use crate::text::number;
use serde_json::{Value, json};

/// In words, with a table of the predictions.
pub(super) fn text(experiment: &Experiment, delays: &Delays) -> String {
    let each = |series: &Series| format!("{} of {}", series.runs, series.name);
    let starts: Vec<String> = delays.series.iter().map(each).collect();
    let mut text = format!(
        "Delays {}: {} starts ({}), full-batch descent at rate {} until these modes are half learned, for at most {} updates.\nPredicted from u0 = {}.",
        delays.name,
        progress_length(delays),
        starts.join(", "),
        number(delays.learning_rate),
        delays.max_updates,
        number(delays.strength),
    );
    if let Some(why) = approximation(experiment) {
        text.push_str(&format!(" The prediction is approximate: {why}."));
    }
    let mut table = table(&["mode", "s", "λ", "half-time predicted", "updates"]);
    for expected in &delays.modes {
        table.add_row([
            (expected.mode + 1).to_string(),
            short(Some(expected.s)),
            short(Some(expected.input_eigenvalue)),
            short(Some(expected.half_time)),
            short(Some(expected.half_time / (experiment.clock.tau * delays.learning_rate))),
        ]);
    }
    align_right(&mut table, 0..5);
    format!("{text}\n{table}")
}

/// For programs.
pub(super) fn json(experiment: &Experiment, delays: &Delays) -> Value {
    let modes = delays.modes.iter().map(|expected| {
        json!({
            "mode": expected.mode + 1,
            "s": expected.s,
            "input_eigenvalue": expected.input_eigenvalue,
            "predicted_half_time": expected.half_time,
        })
    });
    let series = |series: &Series| json!({ "name": series.name, "activation": series.activation, "runs": series.runs });
    json!({
        "name": delays.name,
        "strength": delays.strength,
        "learning_rate": delays.learning_rate,
        "max_updates": delays.max_updates,
        "approximation": approximation(experiment),
        "series": delays.series.iter().map(series).collect::<Vec<_>>(),
        "modes": modes.collect::<Vec<_>>(),
    })
}
