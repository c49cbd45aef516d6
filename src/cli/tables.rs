//! Tables for the terminal.

use super::premises::premises;
use super::spectra;
use crate::comparison::{Figure, Verdict, measure};
use crate::delays::DelaysResult;
use crate::plateaus::{Plateau, plateaus};
use crate::report::Report;
use crate::scenario::Built;
use crate::study::{Ended, Point, Prediction, StudyResult};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// Modes beyond this many are counted, not listed.
const MODES_SHOWN: usize = 12;

/// A rule above, below and under the header, as in a paper.
const RULE: LineStyle = LineStyle::none().fill('─').junction('─');
const STYLE: TableStyle = TableStyle::new().top_border(RULE).header_separator(RULE).bottom_border(RULE);

/// An empty table in the project's style.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header.iter().copied());
    table
}

pub(super) fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A number in five significant digits, or a dash; what is beyond the range of numbers is said to be so.
pub(super) fn short(value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    if !value.is_finite() {
        return "beyond f64".to_owned();
    }
    let rounded: f64 = format!("{value:.4e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-3..1e6).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

pub(super) fn error(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.2e}"))
}

/// Everything about one scenario: arms, half-learning times, differences, studies, spectra, verdicts.
pub(super) fn report(built: &Built, report: &Report) -> String {
    let mut parts = vec![built.title.clone()];
    // A scenario of studies or spectra alone has no arms to speak of.
    let arms_run = report.has_arms();
    if arms_run {
        parts.push(arms(report).to_string());
    }
    if arms_run && !report.forecast.modes.is_empty() {
        parts.push(half_times(report).to_string());
        let hidden = report.forecast.modes.len().saturating_sub(MODES_SHOWN);
        if hidden > 0 {
            parts.push(format!("and {hidden} more modes, in summary.json"));
        }
    }
    let stays = plateaus(&report.forecast.modes, &report.trajectories);
    if arms_run {
        parts.extend(plateau_table(&stays).map(|table| table.to_string()));
    }
    if arms_run {
        parts.push(premises(&built.experiment, report.monitor.as_ref()).to_string());
    }
    if !report.differences.is_empty() {
        parts.push(differences(report).to_string());
    }
    parts.extend(scores(report).map(|table| table.to_string()));
    if let Some(monitor) = &report.monitor {
        let drift = monitor.balance_drift.iter().copied().fold(0.0, f64::max);
        let rise = if monitor.loss_rise > 0.0 {
            format!("rises by at most {:.1e} of its first value", monitor.loss_rise)
        } else {
            "never rises".to_owned()
        };
        parts.push(format!("Conserved along the flow: W(l+1)ᵀW(l+1) − W(l)W(l)ᵀ within {drift:.1e}; the loss {rise}."));
    }
    for result in &report.studies {
        let note = match result.series.iter().find_map(|series| series.approximation.as_ref()) {
            Some(why) => format!(" Predictions are approximate: {why}."),
            None => String::new(),
        };
        parts.push(format!("Study {}: updates until {}.{note}", result.name, result.goal));
        parts.push(study(result).to_string());
    }
    for result in &report.delays {
        let note = match &result.approximation {
            Some(why) => format!(" The prediction is approximate: {why}."),
            None => String::new(),
        };
        let (name, u0) = (&result.name, short(Some(result.strength)));
        parts.push(format!("Delays {name}: (t − t_pred)/t_pred of half-times, t_pred from u0 = {u0}.{note}"));
        parts.push(delays(result).to_string());
    }
    parts.extend(report.spectra.iter().map(spectra::text));
    if report.verdicts.is_empty() {
        parts.push("No checks.".to_owned());
    } else {
        parts.push(verdicts(&report.verdicts).to_string());
    }
    parts.join("\n")
}

fn arms(report: &Report) -> Table {
    let mut table = table(&["arm", "method", "steps", "evaluations", "ended"]);
    for t in &report.trajectories {
        let steps = if t.work.rejected > 0 {
            format!("{} + {} rejected", t.work.accepted, t.work.rejected)
        } else {
            t.work.accepted.to_string()
        };
        let label = t.label();
        table.add_row([label, t.method.clone(), steps, t.work.evaluations.to_string(), t.outcome.to_string()]);
    }
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(110);
    align_right(&mut table, 2..4);
    table
}

fn half_times(report: &Report) -> Table {
    let mut header = vec!["mode", "s", "s/λ", "half-time predicted"];
    header.extend(report.trajectories.iter().map(|t| t.arm.name()));
    let mut table = table(&header);
    for (index, mode) in report.forecast.modes.iter().enumerate().take(MODES_SHOWN) {
        let mut row = vec![
            (index + 1).to_string(),
            short(Some(mode.s)),
            short(mode.final_strength()),
            short(mode.predicted_half_time),
        ];
        row.extend(report.trajectories.iter().map(|t| short(report.half_time(t.arm, index))));
        table.add_row(row);
    }
    align_right(&mut table, 0..header.len());
    table
}

/// How long learning stays near each critical point, as predicted and as each arm has it.
/// `None` where there is nothing to pass, or too much to list.
pub(super) fn plateau_table(stays: &[Plateau]) -> Option<Table> {
    if !(2..=MODES_SHOWN).contains(&stays.len()) {
        return None;
    }
    let mut header = vec!["plateau", "L − L_min", "length predicted"];
    header.extend(stays.iter().take(1).flat_map(|stay| stay.measured.iter().map(|(arm, _)| arm.name())));
    let mut table = table(&header);
    for stay in stays {
        let name = match stay.learned.as_slice() {
            [] => "nothing learned".to_owned(),
            learned => {
                let modes: Vec<String> = learned.iter().map(|mode| (mode + 1).to_string()).collect();
                format!("learned: {}", modes.join(", "))
            }
        };
        let mut row = vec![name, short(Some(stay.excess)), short(stay.predicted)];
        row.extend(stay.measured.iter().map(|(_, length)| short(*length)));
        table.add_row(row);
    }
    align_right(&mut table, 1..header.len());
    Some(table)
}

fn differences(report: &Report) -> Table {
    let mut table = table(&["difference", "modes", "loss"]);
    for d in &report.differences {
        let pair = format!("{} − {}", d.first, d.second);
        table.add_row([pair, error(d.largest_modes()), error(d.largest_loss())]);
    }
    align_right(&mut table, 1..3);
    table
}

/// How each arm does on single samples in the end; `None` where there is nothing to say.
fn scores(report: &Report) -> Option<Table> {
    const FIGURES: [Figure; 3] = [Figure::FinalTrainingError, Figure::FinalTestError, Figure::FinalTestLoss];
    let mut table = table(&["in the end", "training error", "test error", "test loss"]);
    let mut any = false;
    for trajectory in &report.trajectories {
        let values = FIGURES.map(|figure| measure(trajectory, figure, 0));
        if values.iter().any(Option::is_some) {
            table.add_row([trajectory.label()].into_iter().chain(values.map(short)));
            any = true;
        }
    }
    align_right(&mut table, 1..4);
    any.then_some(table)
}

/// What the law of a network says: a dash where its start has none, "never" where it never gets there.
pub(super) fn law_of(law: Option<Prediction>) -> String {
    match law {
        Some(Prediction { updates: None, .. }) => "never".to_owned(),
        law => short(law.and_then(|law| law.updates)),
    }
}

/// How a network ended, and how many of its runs did better.
fn ended(point: &Point) -> String {
    match point.learned {
        0 => point.ended.to_string(),
        _ if point.ended == Ended::Learned => point.ended.to_string(),
        learned => format!("{} (runs that learned: {learned})", point.ended),
    }
}

/// A row per network: what it took, and what the laws of the modes say.
fn study(study: &StudyResult) -> Table {
    let mut table =
        table(&["series", "N_l", "learning rate", "updates", "± sd", "law", "infinite depth", "1/sharpness", "ended"]);
    for series in &study.series {
        for point in &series.points {
            table.add_row([
                series.name.clone(),
                point.layers.to_string(),
                short(point.rate),
                short(point.updates),
                short(point.spread),
                law_of(point.predicted),
                short(series.limit.as_ref().map(|limit| limit.updates)),
                short(point.predicted.map(|law| law.best_rate)),
                ended(point),
            ]);
        }
    }
    align_right(&mut table, 1..8);
    table
}

/// A row per series and mode: how much later than predicted it is half learned.
fn delays(delays: &DelaysResult) -> Table {
    let mut table = table(&["series", "mode", "s", "t_pred", "mean delay", "± sd", "runs"]);
    for series in &delays.series {
        for row in &series.modes {
            let runs = match row.learned {
                all if all == series.runs => all.to_string(),
                some => format!("{some} of {}", series.runs),
            };
            table.add_row([
                series.name.clone(),
                (row.expected.mode + 1).to_string(),
                short(Some(row.expected.s)),
                short(Some(row.expected.half_time)),
                short(row.delay),
                short(row.spread),
                runs,
            ]);
        }
    }
    align_right(&mut table, 1..7);
    table
}

fn verdict_row(verdict: &Verdict) -> [String; 4] {
    let word = if verdict.pass { "pass" } else { "FAIL" };
    [verdict.check.describe(), error(verdict.error), format!("{:.2e}", verdict.check.max_error()), word.to_owned()]
}

fn verdicts(verdicts: &[Verdict]) -> Table {
    let mut table = table(&["check", "error", "allowed", "verdict"]);
    for verdict in verdicts {
        table.add_row(verdict_row(verdict));
    }
    align_right(&mut table, 1..3);
    table
}

/// One table for several scenarios: path, status, verdicts.
pub(super) fn verdicts_of_all(rows: &[(String, String, Vec<Verdict>)]) -> String {
    let mut table = table(&["scenario", "check", "error", "allowed", "verdict"]);
    for (path, status, verdicts) in rows {
        if status != "complete" {
            table.add_row([path.as_str(), status, "–", "–", "INCOMPLETE"]);
        } else if verdicts.is_empty() {
            table.add_row([path.as_str(), "no checks", "–", "–", "–"]);
        }
        for verdict in verdicts {
            let [check, error, allowed, word] = verdict_row(verdict);
            table.add_row([path.clone(), check, error, allowed, word]);
        }
    }
    align_right(&mut table, 2..4);
    table.to_string()
}
