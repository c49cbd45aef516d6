//! `gradflow converge`.

use super::tables::{align_right, error, table};
use super::{ConvergeArgs, Status, complain, progress_bar, run, say};
use crate::converge::{Fit, Ladder, converge, obstacle, progress_length};
use crate::results::{Destination, write_ladders};
use std::path::Path;

/// Climbs the ladders of a scenario's arms, writes what was measured and judges the orders.
pub(super) fn run(args: &ConvergeArgs) -> Status {
    let built = match run::load(&args.scenario, &args.how.set, args.how.seed) {
        Ok(built) => built,
        Err(error) => return complain(&error),
    };
    if let Some(why) = obstacle(&built.experiment) {
        return complain(&format!("{}: nothing to converge: {why}", args.scenario.display()));
    }
    let folder = args.out.clone().unwrap_or_else(|| {
        let stem = args.scenario.file_stem().unwrap_or(args.scenario.as_os_str()).to_string_lossy();
        Path::new("results").join(format!("{stem}_converge"))
    });
    let destination = match Destination::new(&folder) {
        Ok(destination) => destination,
        Err(error) => return complain(&error),
    };
    if !args.how.quiet {
        built.warnings.iter().for_each(|warning| {
            complain(&format!("warning: {warning}"));
        });
    }
    let bar = progress_bar(progress_length(&built.experiment), args.how.quiet);
    bar.set_message(built.title.clone());
    let ladders = converge(&built.experiment, || bar.inc(1));
    bar.finish_and_clear();
    if let Err(error) = write_ladders(&destination, &built, &args.scenario, &ladders, !args.how.no_plots) {
        return complain(&error);
    }
    let mut printed = Status::Good;
    if !args.how.quiet {
        let (tables, folder) = (text(&built.title, &ladders), destination.name().display());
        printed = say(&format!("{tables}\nResults in {folder}\n"));
    }
    for ladder in &ladders {
        if let Some(how) = &ladder.broken {
            complain(&format!("{}: {}: {how}", args.scenario.display(), ladder.label()));
        }
    }
    let judged = match ladders.iter().all(Ladder::passes) {
        _ if ladders.iter().any(|ladder| ladder.broken.is_some()) => Status::Incomplete,
        true => Status::Good,
        false => Status::Failed,
    };
    judged.max(printed)
}

/// Every rung, then the orders and their verdicts.
fn text(title: &str, ladders: &[Ladder]) -> String {
    let mut rungs = table(&["ladder", "", "setting", "error", "steps", "evaluations", "time (s)"]);
    let mut orders = table(&["ladder", "reference", "order", "expected", "verdict"]);
    for ladder in ladders {
        for rung in &ladder.rungs {
            rungs.add_row([
                ladder.label(),
                ladder.varied.replace('_', " "),
                format!("{:e}", rung.setting),
                error(Some(rung.error)),
                rung.steps.to_string(),
                rung.evaluations.to_string(),
                format!("{:.1e}", rung.wall_s),
            ]);
        }
        let fitted = |Fit { slope, uncertainty, .. }| format!("{slope:.3} ± {uncertainty:.3}");
        orders.add_row([
            ladder.label(),
            ladder.reference.clone(),
            ladder.order.map_or_else(|| "none to fit".to_owned(), fitted),
            format!("{} ± {}", ladder.expected.order, ladder.expected.within),
            if ladder.passes() { "pass" } else { "FAIL" }.to_owned(),
        ]);
    }
    align_right(&mut rungs, 2..7);
    align_right(&mut orders, 2..4);
    format!("{title}\n{rungs}\n{orders}")
}
