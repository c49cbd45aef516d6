//! What a study will train, and what the laws of the modes say of it.

use crate::cli::tables::{align_right, law_of, short, table};
use crate::experiment::{Batch, Experiment};
use crate::study::{Series, Setting, Study, Theory, Trainer, networks};
use serde_json::{Value, json};

fn setting(experiment: &Experiment) -> Setting<'_> {
    Setting { task: &experiment.task, tau: experiment.clock.tau, seed: experiment.seed }
}

/// In words, with a table of the predictions.
pub(super) fn text(experiment: &Experiment, study: &Study) -> String {
    let theory = Theory::new(setting(experiment), study);
    let by = match study.trainer {
        Trainer::Descent { batch: Batch::Full } => "full-batch descent".to_owned(),
        Trainer::Descent { batch: Batch::Size(size) } => format!("descent on batches of {size}"),
        Trainer::Flow { method, rtol, .. } => format!("the weight flow ({} at rtol {rtol:e})", method.name()),
    };
    let (name, width, goal, most) = (&study.name, study.width, study.learned.describe(), study.max_updates);
    let mut text = format!(
        "Study {name}: {} networks with hidden layers of {width} units, trained by {by} until {goal}, for at most {most} updates at each rate.",
        networks(study)
    );
    if let Some(why) = study.series.iter().find_map(|series| theory.approximation(series)) {
        text.push_str(&format!("\nThe predictions are approximate: {why}."));
    }
    let mut table = table(&["series", "N_l", "1/sharpness", "updates by the law", "infinite depth"]);
    for series in &study.series {
        let limit = theory.limit(series).map(|limit| limit.updates);
        for &layers in &study.layers {
            let law = theory.predict(series, layers);
            table.add_row([
                series.name.clone(),
                layers.to_string(),
                short(law.map(|law| law.best_rate)),
                law_of(law),
                short(limit),
            ]);
        }
    }
    align_right(&mut table, 1..5);
    format!("{text}\n{table}")
}

/// For programs.
pub(super) fn json(experiment: &Experiment, study: &Study) -> Value {
    let theory = Theory::new(setting(experiment), study);
    let network = |series: &Series, layers: usize| {
        let law = theory.predict(series, layers);
        json!({
            "layers": layers,
            "predicted_best_rate": law.map(|law| law.best_rate),
            "predicted_updates": law.and_then(|law| law.updates),
        })
    };
    let series = |series: &Series| {
        json!({
            "name": series.name,
            "approximation": theory.approximation(series),
            "limit_updates": theory.limit(series).map(|limit| limit.updates),
            "networks": study.layers.iter().map(|&layers| network(series, layers)).collect::<Vec<_>>(),
        })
    };
    json!({
        "name": study.name,
        "goal": study.learned.describe(),
        "width": study.width,
        "series": study.series.iter().map(series).collect::<Vec<_>>(),
    })
}
