//! `gradflow run` and `gradflow check`.

use super::{CheckArgs, RunArgs, Status, complain, peak_memory, progress_bar, say, tables};
use crate::report::{Report, execute, progress_length};
use crate::results::{self, Content, Destination};
use crate::scenario::{self, Budget, Built, Diagnostic, Source};
use std::path::{Path, PathBuf};

/// Reads and checks a scenario with its overrides.
pub(super) fn load(path: &Path, overrides: &[String], seed: Option<u64>) -> Result<Built, Diagnostic> {
    let source = Source::read(path, overrides)?;
    let (mut raw, document) = scenario::parse(&source)?;
    raw.seed = seed.unwrap_or(raw.seed);
    let budget = Budget::from_environment().map_err(|message| {
        let allowed = Some("a number > 0 without a unit, such as 8 or 0.5".to_owned());
        Diagnostic { file: String::new(), place: None, message, allowed }
    })?;
    scenario::build(&source, &document, raw, budget)
}

fn execute_with_progress(built: &Built, quiet: bool) -> Report {
    let bar = progress_bar(progress_length(built), quiet);
    bar.set_message(built.title.clone());
    let report = execute(built, &|rows| bar.inc(rows as u64));
    bar.finish_and_clear();
    report
}

fn status(report: &Report) -> Status {
    if !report.is_complete() {
        Status::Incomplete
    } else if report.passes() {
        Status::Good
    } else {
        Status::Failed
    }
}

/// Runs every scenario. All of them are checked first: one wrong one, and nothing is written.
pub(super) fn run(args: &RunArgs) -> Status {
    let mut jobs: Vec<(&PathBuf, Built, Destination)> = Vec::new();
    for path in &args.scenarios {
        let built = match load(path, &args.how.set, args.how.seed) {
            Ok(built) => built,
            Err(error) => return complain(&error),
        };
        let folder = folder(args, path);
        if let Some((other, ..)) = jobs.iter().find(|(.., d)| d.name() == folder) {
            let (path, other, folder) = (path.display(), other.display(), folder.display());
            return complain(&format!(
                "{path}: its results would replace those of {other} in {folder}; run them apart, with --out"
            ));
        }
        match Destination::new(&folder) {
            Ok(destination) => jobs.push((path, built, destination)),
            Err(error) => return complain(&error),
        }
    }
    let mut worst = Status::Good;
    for (path, built, destination) in jobs {
        if !args.how.quiet {
            warn(&built.warnings);
        }
        let report = execute_with_progress(&built, args.how.quiet);
        let content = Content { built: &built, report: &report, scenario: path, plots: !args.how.no_plots };
        if let Err(error) = results::write(&destination, content) {
            return worst.max(complain(&error));
        }
        if !args.how.quiet {
            warn(&report.warnings);
            let memory =
                peak_memory().map_or(String::new(), |bytes| format!(" (peak memory so far {:.0} MB)", bytes / 1e6));
            let (tables, folder) = (tables::report(&built, &report), destination.name().display());
            worst = worst.max(say(&format!("{tables}\nResults in {folder}{memory}\n")));
        }
        if !report.is_complete() {
            complain(&format!("{}: {}", path.display(), report.status()));
        }
        worst = worst.max(status(&report));
    }
    worst
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        complain(&format!("warning: {warning}"));
    }
}

fn folder(args: &RunArgs, scenario: &Path) -> PathBuf {
    let stem = scenario.file_stem().unwrap_or(scenario.as_os_str());
    match &args.out {
        None => Path::new("results").join(stem),
        Some(out) if args.scenarios.len() == 1 => out.clone(),
        Some(out) => out.join(stem),
    }
}

/// Runs every scenario and prints one table for all. A wrong one does not keep the others from running.
pub(super) fn check(args: &CheckArgs) -> Status {
    let mut worst = Status::Good;
    let mut rows = Vec::new();
    for path in &args.scenarios {
        match load(path, &args.set, None) {
            Err(error) => worst = worst.max(complain(&error)),
            Ok(built) => {
                warn(&built.warnings);
                let report = execute_with_progress(&built, false);
                warn(&report.warnings);
                if !report.is_complete() {
                    complain(&format!("{}: {}", path.display(), report.status()));
                }
                rows.push((path.display().to_string(), report.status(), report.verdicts.clone()));
                worst = worst.max(status(&report));
            }
        }
    }
    if !rows.is_empty() {
        worst = worst.max(say(&tables::verdicts_of_all(&rows)));
    }
    worst
}
