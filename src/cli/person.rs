//! `dunghen person report`: all that is kept of one person, and who has looked at it.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::domain::staff::Actor;
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
}

pub(super) async fn run(config: Option<&Path>, args: &PersonArgs) -> Result<ExitCode, Failed> {
    let PersonCommand::Report = &args.command;
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
    read.map_err(|error| Failed::Unusable(format!("không đọc được đầu vào chuẩn: {error}")))?;
    let number = text.trim().to_owned();
    if number.is_empty() {
        return Err(Failed::Unusable("cần số định danh hoặc số điện thoại ở đầu vào chuẩn".to_owned()));
    }
    Ok(number)
}
