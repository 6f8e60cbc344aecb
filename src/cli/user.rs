//! `dunghen user add`: makes an account.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::setup::{self, Failed};
use crate::config::Configuration;
use crate::db::Purpose;
use crate::domain::staff::{Actor, Role};
use crate::domain::unit::UnitCode;
use crate::seal::password;
use crate::store::audit::{self, Entry};
use crate::store::staff::{self, NewPerson};

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add an account; its password is read from standard input.
    Add(AddArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The name to sign in with.
    name: String,
    /// The person's name for others to read.
    #[arg(long)]
    display: Option<String>,
    #[arg(long)]
    email: Option<String>,
    /// The unit's code.
    #[arg(long)]
    unit: String,
    /// One or more roles: reception, specialist, unit_head, control_office, …
    #[arg(long = "role", required = true)]
    roles: Vec<String>,
}

pub(super) async fn run(config: Option<&Path>, args: &UserArgs) -> Result<ExitCode, Failed> {
    let UserCommand::Add(args) = &args.command;
    let configuration = setup::configuration(config)?;
    let unit = unit(&configuration, &args.unit)?;
    let roles = roles(&args.roles)?;
    let hash = hash_from_input(&configuration)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let keys = setup::keys(&configuration, &db).await?;
    let desk = setup::desk(&configuration, keys, &setup::clock(&configuration));
    setup::keep_province(&db, &desk).await?;
    let (name, display, email) = (args.name.clone(), args.display.clone(), args.email.clone());
    let added = db
        .write(async move |tx| {
            let new = NewPerson {
                login: Some(&name),
                name: display.as_deref().unwrap_or(&name),
                email: email.as_deref(),
                unit: unit.as_str(),
                roles: &roles,
                password_hash: Some(&hash),
                source: None,
                created_at: desk.now,
            };
            staff::insert(tx, &new).await?;
            let actor = Actor::system(desk.province.root.clone());
            let entry =
                Entry { at: desk.now, actor: &actor, action: "user_added", subject: &name, detail: "{}" };
            audit::append(tx, &entry).await
        })
        .await;
    db.close().await;
    match added {
        Err(error) if error.is_unique_violation() => {
            Err(Failed::Unusable(format!("tài khoản “{}” đã có; chọn tên khác", args.name)))
        }
        Err(error) => Err(error.into()),
        Ok(()) => {
            setup::print(&format!("Đã thêm tài khoản {}.", args.name));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn unit(configuration: &Configuration, code: &str) -> Result<UnitCode, Failed> {
    let known = code.parse().ok().filter(|code| configuration.province.units.get(code).is_some());
    known.ok_or_else(|| Failed::Unusable(format!("--unit: không có đơn vị mã “{code}” trong cấu hình")))
}

fn roles(names: &[String]) -> Result<Vec<Role>, Failed> {
    let known = |name: &String| {
        Role::ALL.into_iter().find(|role| role.id() == name.as_str() && *role != Role::System)
    };
    names
        .iter()
        .map(|name| {
            let all: Vec<_> = Role::ALL.iter().map(|role| role.id()).collect();
            known(name).ok_or_else(|| {
                Failed::Unusable(format!(
                    "--role: không có vai trò “{name}”; các vai trò: {}",
                    all.join(", ")
                ))
            })
        })
        .collect()
}

/// A password is never an argument: those are seen by everyone on the machine.
fn hash_from_input(configuration: &Configuration) -> Result<String, Failed> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| Failed::Unusable(format!("không đọc được mật khẩu từ đầu vào chuẩn: {error}")))?;
    let given = text.trim_end_matches(['\r', '\n']);
    let least = configuration.settings.session.min_password_length.size();
    if given.chars().count() < least {
        return Err(Failed::Unusable(format!("mật khẩu cần ít nhất {least} ký tự (đọc từ đầu vào chuẩn)")));
    }
    password::hash(given).map_err(|error| Failed::Unusable(error.to_string()))
}
