//! The command line: one file per subcommand.
//!
//! Exit codes: 0 done; 1 what was checked does not hold; 2 wrong usage or unusable
//! input, with one clear message on standard error; 70 the service ended by itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::db::Purpose;

pub mod backup;
pub mod calendar;
pub mod catalogue;
pub mod check;
pub mod demo;
mod files;
pub mod import;
pub mod keys;
mod memory;
pub mod migrate;
pub mod person;
pub mod progress;
pub mod report;
pub mod restore;
pub mod serve;
pub mod setup;
pub mod token;
mod usage;
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
    /// Create a demonstration province and serve it.
    Demo(demo::DemoArgs),
    /// Bring the database to this program's schema.
    Migrate,
    /// Check configuration, database, calendar, mail and clock, each with a verdict.
    Check,
    /// Replay all events, compare with what is stored, and check the audit chain.
    Verify(verify::VerifyArgs),
    /// Write a proved copy of the database to a file, while the service works.
    Backup(backup::BackupArgs),
    /// Bring everything back from a copy, into an empty place.
    Restore(restore::RestoreArgs),
    /// Due dates, working time and the checks of a calendar.
    Calendar(calendar::CalendarArgs),
    /// Check the catalogue of procedures, and turn it from CSV into TOML or back.
    Catalogue(catalogue::CatalogueArgs),
    /// Take over dossiers from a system that is already there.
    Import(import::ImportArgs),
    /// Official figures.
    Report(report::ReportArgs),
    /// Manage accounts.
    User(user::UserArgs),
    /// Manage the keys that seal personal data.
    Keys(keys::KeysArgs),
    /// What is kept of one person.
    Person(person::PersonArgs),
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
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::report(&error, Arguments::command()),
    };
    let config = arguments.config.as_deref();
    match &arguments.command {
        Command::Calendar(args) => calendar::run(config, args),
        Command::Catalogue(args) => catalogue::run(config, args),
        Command::Openapi => openapi(),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(*shell, &mut command, "dunghen", &mut std::io::stdout());
            ExitCode::SUCCESS
        }
        Command::Serve => setup::block_on(serve::run(config)),
        Command::Demo(args) => setup::block_on(demo::run(args)),
        Command::Migrate => setup::block_on(migrate::run(config)),
        Command::Check => setup::block_on(check::run(config)),
        Command::Verify(args) => setup::block_on(verify::run(config, args)),
        Command::Backup(args) => setup::block_on(backup::run(config, args)),
        Command::Restore(args) => setup::block_on(restore::run(config, args)),
        Command::Import(args) => setup::block_on(import(config, args)),
        Command::Report(args) => setup::block_on(report(config, args)),
        Command::User(args) => setup::block_on(user::run(config, args)),
        Command::Keys(args) => setup::block_on(keys::run(config, args)),
        Command::Person(args) => setup::block_on(person::run(config, args)),
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

async fn import(config: Option<&Path>, args: &import::ImportArgs) -> Result<ExitCode, setup::Failed> {
    let configuration = setup::configuration(config)?;
    let settings = args.db_settings(setup::db_settings(&configuration, Purpose::Command));
    let db = setup::database_with(&configuration, &settings).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let workbook_bytes = configuration.settings.import.workbook_mb.get() << 20;
    let code = import::run(args, &db, &desk, workbook_bytes).await;
    db.close().await;
    Ok(code)
}

async fn report(config: Option<&Path>, args: &report::ReportArgs) -> Result<ExitCode, setup::Failed> {
    let configuration = setup::configuration(config)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let keys = setup::keys(&configuration, &db).await?;
    let desk = setup::desk(&configuration, keys, &setup::clock(&configuration));
    let desk = setup::in_force(&db, desk).await?;
    let code = report::run(args, &db, &desk, &configuration.settings.evaluation.scales()).await;
    db.close().await;
    Ok(code)
}
