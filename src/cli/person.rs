//! `dunghen person`: all that is kept of one person and who has looked at it; how far a breach reaches.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::domain::staff::Actor;
use crate::work::breach::{self, Span};
use crate::work::person_report;

#[derive(Debug, Args)]
pub struct PersonArgs {
    #[command(subcommand)]
    command: PersonCommand,
}

#[derive(Debug, Subcommand)]
enum PersonCommand {
    /// Print as JSON what is kept of a person; the identifier or phone number is read from standard input.
    Report,
    /// Print as JSON whose data were looked at in a time, by whom and which kinds: the extent of a breach.
    Breach(BreachArgs),
}

#[derive(Debug, Args)]
struct BreachArgs {
    /// The first day.
    #[arg(long)]
    from: String,
    /// The last day.
    #[arg(long)]
    to: String,
    /// The name that one account signs in with; without it everybody's.
    #[arg(long)]
    account: Option<String>,
}

pub(super) async fn run(config: Option<&Path>, args: &PersonArgs) -> Result<ExitCode, Failed> {
    match &args.command {
        PersonCommand::Report => report(config).await,
        PersonCommand::Breach(args) => breach(config, args).await,
    }
}

async fn breach(config: Option<&Path>, args: &BreachArgs) -> Result<ExitCode, Failed> {
    let day = |option: &str, text: &str| {
        let wrong = || Failed::Unusable(format!("--{option}: “{text}” không phải ngày (2026-11-23)"));
        text.parse().map_err(|_| wrong())
    };
    let span =
        Span { from: day("from", &args.from)?, to: day("to", &args.to)?, account: args.account.clone() };
    let configuration = setup::configuration(config)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let actor = Actor::system(desk.province.root.clone());
    let noted = {
        let (desk, actor, span) = (desk.clone(), actor.clone(), span.clone());
        db.write(async move |tx| breach::note(tx, &desk, &actor, &span).await).await
    };
    let extent = match noted {
        Ok(()) => db.report(async |tx| breach::extent(tx, &desk, &actor, &span).await).await,
        Err(error) => Err(error),
    };
    db.close().await;
    setup::print(&serde_json::to_string_pretty(&extent?).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

async fn report(config: Option<&Path>) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let number = number_from_input()?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let actor = Actor::system(desk.province.root.clone());
    let found = db.write(async move |tx| person_report::of(tx, &desk, &actor, &number).await).await;
    db.close().await;
    setup::print(&serde_json::to_string_pretty(&found?).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

/// Never an argument: those are seen by everyone on the machine.
fn number_from_input() -> Result<String, Failed> {
    let mut text = String::new();
    let read = std::io::stdin().take(200).read_to_string(&mut text);
    read.map_err(|error| Failed::Unusable(format!("không đọc được đầu vào chuẩn: {}", setup::why(&error))))?;
    let number = text.trim().to_owned();
    if number.is_empty() {
        return Err(Failed::Unusable("cần số định danh hoặc số điện thoại ở đầu vào chuẩn".to_owned()));
    }
    Ok(number)
}
