//! `dunghen import`: takes over dossiers from another system's file, and lists what it could not.
//!
//! Reads arguments, drives the reading and the writing, prints; understands no record itself.

mod drive;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::db::{Db, DbSettings, Error};
use crate::domain::refusal::Language;
use crate::domain::staff::Actor;
use crate::exchange::fault::Fault;
use crate::exchange::input::Format;
use crate::exchange::mapping;
use crate::store;
use crate::store::imports::Wanted;
use crate::work::desk::Desk;
use crate::work::import::Summary;
use clap::{Args, Subcommand, ValueEnum};

pub use super::progress::Progress;
pub use drive::{Job, import, rehearse};

const LANGUAGE: Language = Language::Vietnamese;

/// How long a rehearsal may take: it is one deed from the first record to the last.
const LONGEST_REHEARSAL: std::time::Duration = std::time::Duration::from_hours(24);

/// The arguments of `dunghen import`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = "Examples:
  dunghen import old.csv --mapping config/import/wabo-receipt-csv.toml --dry-run
  dunghen import log.xes.gz --format xes --mapping config/import/wabo-receipt-xes.toml
  dunghen import book.xlsx --format xlsx --mapping my-office.toml --json
  dunghen import quarantine --source wabo-receipt

Running it again takes in only what is new, wherever it broke off. What could not be taken in is \
listed by `dunghen import quarantine` and on the page /imports. Exit codes: 0 done; 1 the database \
failed; 2 unusable input, named by file and line (what stands before that line has been taken in)."
)]
pub struct ImportArgs {
    #[command(subcommand)]
    command: Option<ImportCommand>,
    /// The file to take over. CSV and XES may be compressed with gzip.
    #[arg(required = true)]
    source: Option<PathBuf>,
    /// How to read it: a TOML file such as config/import/wabo-receipt-csv.toml.
    #[arg(long, required = true)]
    mapping: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "csv")]
    format: ImportFormat,
    /// Read and check everything, write nothing, and say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// List the records that were not taken in: line, field, reason.
    Quarantine(QuarantineArgs),
}

#[derive(Debug, Args)]
struct QuarantineArgs {
    /// Of this source only, by the name in its mapping.
    #[arg(long)]
    source: Option<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ImportFormat {
    /// A table of any size: a row for each dossier, or for each step of one.
    Csv,
    /// An event log (IEEE 1849) of any size: a trace for each dossier.
    Xes,
    /// A worksheet of a workbook up to [import] `workbook_mb`; larger ones as CSV.
    Xlsx,
}

/// Why an import did not come to its end. What was taken in before stays, and the same
/// command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Input(Vec<Fault>),
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<Fault> for ImportError {
    fn from(fault: Fault) -> Self {
        Self::Input(vec![fault])
    }
}

impl ImportArgs {
    /// The settings with which this command wants its database opened.
    #[must_use]
    pub fn db_settings(&self, settings: DbSettings) -> DbSettings {
        if self.dry_run { DbSettings { call_limit: LONGEST_REHEARSAL, ..settings } } else { settings }
    }
}

/// Runs the command as the service itself: 0 done, 1 the database failed, 2 unusable input.
///
/// `workbook_bytes` is what a workbook may unpack to.
pub async fn run(args: &ImportArgs, db: &Db, desk: &Desk, workbook_bytes: u64) -> ExitCode {
    let done = match &args.command {
        Some(ImportCommand::Quarantine(wanted)) => list_quarantine(db, wanted).await,
        None => take_over(args, db, desk, workbook_bytes).await,
    };
    done.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &ImportError) -> ExitCode {
    let (text, code) = match error {
        ImportError::Input(faults) => {
            (faults.iter().map(|fault| fault.to(LANGUAGE)).collect::<Vec<_>>().join("\n"), 2)
        }
        ImportError::Database(Error::Refused(refusal)) => (refusal.said.to(LANGUAGE).to_owned(), 2),
        ImportError::Database(error) => (error.said().to(LANGUAGE).to_owned(), 1),
    };
    eprintln!("{text}");
    ExitCode::from(code)
}

async fn take_over(
    args: &ImportArgs,
    db: &Db,
    desk: &Desk,
    workbook_bytes: u64,
) -> Result<ExitCode, ImportError> {
    let (Some(source), Some(mapping)) = (&args.source, &args.mapping) else {
        return Ok(ExitCode::from(2));
    };
    let mapping = Arc::new(mapping::read(mapping).map_err(ImportError::Input)?);
    let format = match args.format {
        ImportFormat::Csv => Format::Csv,
        ImportFormat::Xes => Format::Xes,
        ImportFormat::Xlsx => Format::Xlsx { most_bytes: workbook_bytes },
    };
    let job = Job::new(source, format, &mapping);
    let actor = Actor::system(desk.province.root.clone());
    let mut progress = Progress::on_stderr();
    let summary = if args.dry_run {
        rehearse(db, desk, &actor, &job, &mut progress).await
    } else {
        import(db, desk, &actor, &job, &mut progress).await
    };
    progress.end();
    print(&summary?, args);
    Ok(ExitCode::SUCCESS)
}

fn print(summary: &Summary, args: &ImportArgs) {
    let text = if args.json {
        serde_json::to_string(summary).unwrap_or_default()
    } else {
        text::summary(summary, args.dry_run, LANGUAGE)
    };
    // A reader that has gone away is no failure of the import.
    _ = writeln!(io::stdout(), "{text}");
}

async fn list_quarantine(db: &Db, wanted: &QuarantineArgs) -> Result<ExitCode, ImportError> {
    const PAGE: i64 = 1_000;
    let mut after = 0;
    loop {
        let page = Wanted { source: wanted.source.clone(), after, limit: PAGE, ..Wanted::default() };
        let page = db.read(async |tx| store::imports::quarantined(tx, &page).await).await?;
        let Some(last) = page.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.id;
        for row in &page {
            let line = if wanted.json {
                serde_json::to_string(row).unwrap_or_default()
            } else {
                text::quarantined(row, LANGUAGE)
            };
            if writeln!(io::stdout(), "{line}").is_err() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}
