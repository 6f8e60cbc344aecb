//! `dunghen token issue`: makes a bearer token and prints it once.

use std::path::Path;
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand, ValueEnum};
use jiff::SignedDuration;

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::random;
use crate::seal::digest;
use crate::store::audit::{self, Entry};
use crate::store::staff;
use crate::store::tokens::{self, NewToken};

#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Issue a token for an account; it is printed once and stored as its hash alone.
    Issue(IssueArgs),
}

#[derive(Debug, Args)]
struct IssueArgs {
    /// The account it acts as.
    #[arg(long)]
    account: String,
    #[arg(long, value_enum, default_value_t = Scope::Read)]
    scope: Scope,
    /// Days until it expires.
    #[arg(long, default_value_t = 90)]
    days: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scope {
    Read,
    Write,
}

impl Scope {
    fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

pub(super) async fn run(config: Option<&Path>, args: &TokenArgs) -> Result<ExitCode, Failed> {
    let TokenCommand::Issue(args) = &args.command;
    let configuration = setup::configuration(config)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let now = setup::clock(&configuration).now();
    let token = format!("dh_{}", URL_SAFE_NO_PAD.encode(random::bytes::<32>()));
    let (hash, account, scope) = (digest(token.as_bytes()), args.account.clone(), args.scope.id());
    let expires_at = now.plus(SignedDuration::from_hours(24 * i64::from(args.days)));
    let root = configuration.province.root.clone();
    let issued = db
        .write(async move |tx| {
            let person = staff::by_login(tx, &account).await?.filter(|person| person.active);
            let person = person.ok_or_else(|| {
                Refusal::new(
                    Kind::NotFound,
                    format!("Không có tài khoản “{account}” đang hoạt động."),
                    format!("There is no active account {account:?}."),
                )
            })?;
            let new = NewToken {
                token_hash: &hash,
                staff_id: person.id,
                label: "",
                scope,
                unit: None,
                now,
                expires_at,
            };
            tokens::insert(tx, &new).await?;
            let actor = Actor::system(root);
            let entry =
                Entry { at: now, actor: &actor, action: "token_issued", subject: &account, detail: "{}" };
            audit::append(tx, &entry).await
        })
        .await;
    db.close().await;
    issued?;
    setup::print(&token);
    Ok(ExitCode::SUCCESS)
}
