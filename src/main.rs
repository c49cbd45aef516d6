//! The `gradflow` command.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    gradflow::cli::Cli::parse().run()
}
