//! The command line: one file per subcommand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod calendar;

#[derive(Debug, Parser)]
#[command(name = "dunghen", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Due dates, working time and the checks of a calendar.
    Calendar(calendar::CalendarArgs),
}

/// Runs what the arguments say.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Calendar(args) => calendar::run(&args),
    }
}
