//! From `[task.dataset]` to samples, those held out, and classes.

use super::budget::Budget;
use super::build::Fault;
use super::format::DatasetTask;
use crate::files::{DatasetError, HeldOut, SampleOptions, load_samples};
use crate::task::{Classes, Samples};
use std::path::Path;

/// What a data set holds.
pub(super) struct Loaded {
    /// To train on.
    pub samples: Samples,
    /// To test on.
    pub held_out: Option<Samples>,
    /// The classes, where targets are such.
    pub classes: Option<Classes>,
}

/// Checks the table and reads its files, within the budget for reading.
pub(super) fn load(task: &DatasetTask, base: &Path, budget: Budget) -> Result<Loaded, Fault> {
    check_numbers(task)?;
    let path = |name: &String| base.join(name);
    let own_files = task.test_inputs.as_ref().zip(task.test_targets.as_ref()).map(|(x, y)| (path(x), path(y)));
    let held_out = match (&own_files, task.test) {
        (Some((inputs, targets)), _) => HeldOut::Files { inputs, targets },
        (None, Some(test)) => HeldOut::Following(test),
        (None, None) => HeldOut::Nothing,
    };
    let options = SampleOptions { centre: task.centre, scale: task.scale, limit: task.limit, held_out };
    let loaded = load_samples(&path(&task.inputs), &path(&task.targets), &options, budget.values());
    let loaded = loaded.map_err(|error| fault(&error, task, base))?;
    let samples = Samples { x: loaded.x, y: loaded.y };
    let held_out = loaded.held_out.map(|(x, y)| Samples { x, y });
    let classes = loaded.classes.and_then(|_| Classes::new(&samples, held_out.as_ref(), loaded.target_mean));
    Ok(Loaded { samples, held_out, classes })
}

/// What needs no file to be known.
fn check_numbers(task: &DatasetTask) -> Result<(), Fault> {
    if task.scale == 0.0 {
        return Err(Fault::new("task.dataset.scale", "inputs cannot be divided by 0", "any other number"));
    }
    for (key, count) in [("limit", task.limit), ("test", task.test)] {
        if count == Some(0) {
            return Err(Fault::new(format!("task.dataset.{key}"), "there must be at least one sample", "≥ 1"));
        }
    }
    let (lonely, missing) = match (&task.test_inputs, &task.test_targets) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) if task.test.is_none() => return Ok(()),
        (Some(_), Some(_)) => {
            let message =
                "samples to test on are held out of the files to train on, or have files of their own, not both";
            return Err(Fault::new("task.dataset.test", message, "test, or test_inputs and test_targets"));
        }
        (Some(_), None) => ("test_inputs", "test_targets"),
        (None, Some(_)) => ("test_targets", "test_inputs"),
    };
    Err(Fault::new(format!("task.dataset.{lonely}"), format!("`{lonely}` goes with `{missing}`, which is missing"), ""))
}

/// A data set's fault at the key that names the file, or the number.
fn fault(error: &DatasetError, task: &DatasetTask, base: &Path) -> Fault {
    let files = [
        ("inputs", Some(&task.inputs)),
        ("targets", Some(&task.targets)),
        ("test_inputs", task.test_inputs.as_ref()),
        ("test_targets", task.test_targets.as_ref()),
    ];
    let key = |file: &Path| {
        let named = |name: Option<&String>| name.is_some_and(|name| base.join(name) == file);
        let key = files.iter().find(|(_, name)| named(*name)).map_or("inputs", |(key, _)| key);
        format!("task.dataset.{key}")
    };
    let at = |path: String, allowed: &str| Fault::new(path, error.to_string(), allowed);
    match error {
        DatasetError::File(error) => Fault::of_file(&key(error.path()), error),
        DatasetError::Rows { targets, .. } => at(key(targets), "as many rows as inputs"),
        DatasetError::OneHot { targets, .. } => at(key(targets), ""),
        DatasetError::NoSamples => at("task.dataset.inputs".to_owned(), ""),
        DatasetError::TooFew { rows, limit, .. } => match rows.checked_sub(limit.unwrap_or(1)) {
            Some(left) if left > 0 => at("task.dataset.test".to_owned(), &format!("at most {left}")),
            _ => at("task.dataset.test".to_owned(), "more samples, or a smaller limit"),
        },
        DatasetError::Columns { file, .. } => at(key(file), "as many columns"),
        DatasetError::Label { targets, .. } => at(key(targets), "the classes of the training samples"),
        DatasetError::NotFinite { file } => at(key(file), ""),
    }
}
