//! `dunghen import`: takes over dossiers from another system's file, and lists what it could not.
//!
//! Reads arguments, drives the reading and the writing, prints; understands no record itself.

mod drive;
mod text;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::db::{Db, DbSettings, Error};
use crate::domain::refusal::Language;
use crate::domain::staff::Actor;
use crate::exchange::fault::Fault;
use crate::exchange::mapping::{self, Mapping};
use crate::store;
use crate::work::desk::Desk;
use crate::work::import::Summary;

pub use drive::{import, rehearse};

const LANGUAGE: Language = Language::Vietnamese;

/// How long one batch may take; nobody waits for a command's deeds but the command.
const LONGEST_BATCH: std::time::Duration = std::time::Duration::from_mins(2);
/// How long a rehearsal may take: it is one deed from the first record to the last.
const LONGEST_REHEARSAL: std::time::Duration = std::time::Duration::from_hours(24);

/// The arguments of `dunghen import`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ImportArgs {
    #[command(subcommand)]
    command: Option<ImportCommand>,
    /// The file to take over.
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
    Csv,
    Xes,
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
        let call_limit = if self.dry_run { LONGEST_REHEARSAL } else { LONGEST_BATCH };
        DbSettings { call_limit, statement_timeout: LONGEST_BATCH, ..settings }
    }
}

/// Runs the command as the service itself: 0 done, 1 the database failed, 2 unusable input.
pub async fn run(args: &ImportArgs, db: &Db, desk: &Desk) -> ExitCode {
    let done = match &args.command {
        Some(ImportCommand::Quarantine(wanted)) => list_quarantine(db, wanted).await,
        None => take_over(args, db, desk).await,
    };
    done.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &ImportError) -> ExitCode {
    let (text, code) = match error {
        ImportError::Input(faults) => {
            (faults.iter().map(|fault| fault.to(LANGUAGE)).collect::<Vec<_>>().join("\n"), 2)
        }
        ImportError::Database(Error::Refused(refusal)) => (refusal.said.to(LANGUAGE).to_owned(), 2),
        ImportError::Database(error) => (error.to_string(), 1),
    };
    eprintln!("{text}");
    ExitCode::from(code)
}

async fn take_over(args: &ImportArgs, db: &Db, desk: &Desk) -> Result<ExitCode, ImportError> {
    let (Some(source), Some(mapping)) = (&args.source, &args.mapping) else {
        return Ok(ExitCode::from(2));
    };
    if args.format != ImportFormat::Csv {
        eprintln!("{}", text::left_out(args.format == ImportFormat::Xes).to(LANGUAGE));
        return Ok(ExitCode::from(2));
    }
    let mapping = Arc::new(mapping::read(mapping).map_err(ImportError::Input)?);
    let actor = Actor::system(desk.province.root.clone());
    let bar = progress_bar(source);
    let summary = watched(args, db, desk, &actor, source, &mapping, &bar).await;
    bar.finish_and_clear();
    print(&summary?, args);
    Ok(ExitCode::SUCCESS)
}

async fn watched(
    args: &ImportArgs,
    db: &Db,
    desk: &Desk,
    actor: &Actor,
    source: &Path,
    mapping: &Arc<Mapping>,
    bar: &ProgressBar,
) -> Result<Summary, ImportError> {
    let bar = bar.clone();
    let watch = move |bytes| bar.set_position(bytes);
    if args.dry_run {
        rehearse(db, desk, actor, source, mapping, watch).await
    } else {
        import(db, desk, actor, source, mapping, watch).await
    }
}

/// Shown on a terminal only.
fn progress_bar(source: &Path) -> ProgressBar {
    let length = std::fs::metadata(source).map(|about| about.len()).ok();
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent}% {bytes}/{total_bytes} {eta}");
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    match style {
        Ok(style) if length.is_some() => bar.with_style(style),
        _ => bar,
    }
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
        let source = wanted.source.as_deref();
        let page = db.read(async |tx| store::imports::quarantined(tx, source, after, PAGE).await).await?;
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
