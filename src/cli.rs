//! The command line: one file per subcommand.
//!
//! Exit codes: 0 done; 1 what was checked does not hold; 2 wrong usage or unusable
//! input, with one clear message on standard error; 70 the service ended by itself.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub mod calendar;
pub mod check;
pub mod migrate;
pub mod serve;
pub mod setup;
pub mod token;
pub mod user;
pub mod verify;

#[derive(Debug, Parser)]
#[command(name = "dunghen", version, about = "Đúng Hẹn: theo dõi hồ sơ thủ tục hành chính đúng ngày hẹn trả")]
struct Arguments {
    /// The folder or file with the configuration; without it `dunghen.toml` here, else what is built in.
    #[arg(long, global = true, env = "DUNGHEN_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages, the API and the scheduled work.
    Serve,
    /// Bring the database to this program's schema.
    Migrate,
    /// Check configuration, database, calendar, mail and clock, each with a verdict.
    Check,
    /// Replay all events, compare with what is stored, and check the audit chain.
    Verify(verify::VerifyArgs),
    /// Due dates, working time and the checks of a calendar.
    Calendar(calendar::CalendarArgs),
    /// Manage accounts.
    User(user::UserArgs),
    /// Manage bearer tokens.
    Token(token::TokenArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
}

/// Runs what the arguments say.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let config = arguments.config.as_deref();
    match &arguments.command {
        Command::Calendar(args) => calendar::run(args),
        Command::Openapi => openapi(),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(*shell, &mut command, "dunghen", &mut std::io::stdout());
            ExitCode::SUCCESS
        }
        Command::Serve => setup::block_on(serve::run(config)),
        Command::Migrate => setup::block_on(migrate::run(config)),
        Command::Check => setup::block_on(check::run(config)),
        Command::Verify(args) => setup::block_on(verify::run(config, args)),
        Command::User(args) => setup::block_on(user::run(config, args)),
        Command::Token(args) => setup::block_on(token::run(config, args)),
    }
}

fn openapi() -> ExitCode {
    let (_, document) = crate::web::api::router().split_for_parts();
    match document.to_pretty_json() {
        Ok(json) => {
            setup::print(&json);
            ExitCode::SUCCESS
        }
        Err(error) => setup::unusable(&error.to_string()),
    }
}
