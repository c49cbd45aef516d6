//! The command line: what is asked for, and the exit status that answers.

mod converge;
mod draw;
mod explain;
mod memory;
pub mod predict;
mod premises;
mod run;
mod spectra;
mod tables;

pub use memory::peak_memory;

use clap::{Args, Parser, Subcommand};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// How deep linear networks learn: theory and simulation of the same training run, laid over each
/// other and judged.
#[derive(Debug, Parser)]
#[command(name = "gradflow", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  gradflow run scenarios/three_layer.toml             a figure and a verdict in results/three_layer
  gradflow explain scenarios/three_layer.toml         what will be solved, and what is exact
  gradflow predict --s 3 --u0 1e-3 --until 1.5        when a mode is half learned

Exit status: 0 all checks hold, 1 a check fell short, 2 the command line, the scenario or a data file is
wrong, 3 a trajectory could not be completed.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios, write a results folder for each and print the verdicts
    #[command(
        after_help = "Examples:\n  gradflow run scenarios/three_layer.toml\n  gradflow run scenarios/*.toml --out results --no-plots\n  gradflow run a.toml --seed 7 --set flow.rtol=1e-6 --set 'task.spectrum.singular_values=[3,1]'"
    )]
    Run(RunArgs),
    /// Run scenarios, write nothing and print one table of verdicts for all of them
    #[command(after_help = "Example:\n  gradflow check scenarios/*.toml")]
    Check(CheckArgs),
    /// Draw the figures again from saved results, integrating nothing
    #[command(after_help = "Example:\n  gradflow plot results/three_layer")]
    Plot(PlotArgs),
    /// Say what will be solved, which premises hold, what is exact and what it predicts
    #[command(after_help = "Example:\n  gradflow explain scenarios/small_random.toml")]
    Explain(ExplainArgs),
    /// Evaluate the closed forms: strengths at given times, or the time to a given strength
    Predict(predict::PredictArgs),
    /// Run ladders of tolerances and learning rates, fit the orders of convergence and judge them
    #[command(after_help = "Example:\n  gradflow converge scenarios/three_layer.toml")]
    Converge(ConvergeArgs),
    /// Print the JSON Schema of a scenario, for completion in an editor
    #[command(after_help = "Example:\n  gradflow schema > scenario.schema.json")]
    Schema,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO.toml")]
    scenarios: Vec<PathBuf>,
    /// Results folder, by default `results/` and the file's stem; with several scenarios, the folder that holds theirs
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    how: RunOptions,
}

/// What `run` and `converge` share.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// Seed of all random numbers, in place of the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Override a key of the scenario, such as flow.rtol=1e-6; TOML's own syntax
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Draw no figures
    #[arg(long)]
    no_plots: bool,
    /// Print nothing but warnings and errors
    #[arg(long, short)]
    quiet: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO.toml")]
    scenarios: Vec<PathBuf>,
    /// Override a key of the scenarios, such as flow.rtol=1e-6; TOML's own syntax
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Options of `converge`.
#[derive(Debug, Args)]
pub(crate) struct ConvergeArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    /// Results folder, by default `results/`, the file's stem and `_converge`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    how: RunOptions,
}

/// Options of `plot`.
#[derive(Debug, Args)]
pub(crate) struct PlotArgs {
    /// Results folders
    #[arg(required = true, value_name = "RESULTS_DIR")]
    folders: Vec<PathBuf>,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Override a key of the scenario, such as flow.rtol=1e-6; TOML's own syntax
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// How a command ended; the worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// All checks hold, or there are none.
    Good = 0,
    /// A check fell short.
    Failed = 1,
    /// The command line, the scenario or a data file is wrong.
    Wrong = 2,
    /// A trajectory could not be completed.
    Incomplete = 3,
}

impl Cli {
    /// Carries the command out.
    pub fn run(self) -> ExitCode {
        let status = match self.command {
            Command::Run(args) => run::run(&args),
            Command::Check(args) => run::check(&args),
            Command::Plot(args) => draw::plot(&args),
            Command::Converge(args) => converge::run(&args),
            Command::Explain(args) => explain::explain(&args),
            Command::Predict(args) => match predict::predict(&args) {
                Ok(prediction) => say(&if args.json { prediction.to_json() } else { prediction.to_text() }),
                Err(error) => complain(&error),
            },
            Command::Schema => say(crate::scenario::schema().trim_end()),
        };
        ExitCode::from(status as u8)
    }
}

/// Prints to standard output. A reader that has gone away, as `head` does, is no error.
#[must_use]
pub(crate) fn say(text: &str) -> Status {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(&format!("standard output: {}", crate::files::describe_io(&error)))
        }
        _ => Status::Good,
    }
}

/// Prints one message to standard error.
pub(crate) fn complain(error: &dyn std::fmt::Display) -> Status {
    let _ = writeln!(std::io::stderr(), "{error}");
    Status::Wrong
}

/// A progress bar on a terminal, and none elsewhere.
pub(crate) fn progress_bar(length: usize, quiet: bool) -> indicatif::ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(length as u64);
    let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
    bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()))
}
