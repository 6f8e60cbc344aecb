//! `dunghen user`: the first administrator, accounts, and the links that open them.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::setup::{self, Failed};
use crate::config::Configuration;
use crate::db::Purpose;
use crate::domain::staff::{Actor, Role, StaffId};
use crate::domain::unit::UnitCode;
use crate::seal::password;
use crate::store::audit::{self, Entry};
use crate::store::staff::{self, NewPerson};
use crate::work::identity;
use crate::work::people::{self, Link, Particulars};

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add an account; its password is read from standard input.
    Add(AddArgs),
    /// Make the first administrator and print the one-time link that opens the account.
    Bootstrap(BootstrapArgs),
    /// Print a new one-time link for an account, as where its only administrator lost the password.
    Link(LinkArgs),
    /// Link an account to whom the identity provider calls so; the subject is read from standard input.
    Identity(IdentityArgs),
}

#[derive(Debug, Args)]
struct BootstrapArgs {
    /// The name to sign in with.
    #[arg(default_value = "quantri")]
    name: String,
    /// The person's name for others to read.
    #[arg(long, default_value = "Quản trị hệ thống")]
    display: String,
    #[arg(long)]
    email: Option<String>,
    /// The unit's code; the one at the top, where none is named.
    #[arg(long)]
    unit: Option<String>,
}

#[derive(Debug, Args)]
struct LinkArgs {
    /// The name to sign in with.
    name: String,
}

#[derive(Debug, Args)]
struct IdentityArgs {
    /// The name to sign in with.
    name: String,
    /// End the link instead.
    #[arg(long)]
    remove: bool,
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
    match &args.command {
        UserCommand::Add(args) => add(config, args).await,
        UserCommand::Bootstrap(args) => bootstrap(config, args).await,
        UserCommand::Link(args) => link(config, args).await,
        UserCommand::Identity(args) => link_identity(config, args).await,
    }
}

async fn bootstrap(config: Option<&Path>, args: &BootstrapArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let root = configuration.province.root.to_string();
    let unit = unit(&configuration, args.unit.as_deref().unwrap_or(&root))?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let link = Link::generate();
    let url = link.url(&desk);
    let of = Particulars {
        name: args.display.clone(),
        email: args.email.clone(),
        unit: unit.to_string(),
        roles: vec![Role::Administrator],
    };
    let name = args.name.clone();
    let made = db.write(async move |tx| people::bootstrap(tx, &desk, &name, &of, &link).await).await;
    db.close().await;
    made?;
    announce(&url);
    Ok(ExitCode::SUCCESS)
}

async fn link(config: Option<&Path>, args: &LinkArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let link = Link::generate();
    let (url, name) = (link.url(&desk), args.name.clone());
    let given = db
        .write(async move |tx| {
            let keeper = Actor::new(StaffId::SYSTEM, desk.province.root.clone(), [Role::Administrator]);
            let person = people::named(tx, &desk, &keeper, &name).await?;
            people::give_link(tx, &desk, &keeper, person.id, &link).await
        })
        .await;
    db.close().await;
    given?;
    announce(&url);
    Ok(ExitCode::SUCCESS)
}

async fn link_identity(config: Option<&Path>, args: &IdentityArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    if !configuration.settings.identity.is_set_up() {
        return Err(Failed::Unusable("chưa cấu hình nhà cung cấp danh tính ([identity] issuer)".to_owned()));
    }
    // An argument is seen by everyone on the machine, and a subject may be a person's number.
    let subject = if args.remove { None } else { Some(from_input("mã định danh")?) };
    let db = setup::database(&configuration, Purpose::Command).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    let (issuer, name) = (configuration.settings.identity.issuer.clone(), args.name.clone());
    let changed = db
        .write(async move |tx| {
            let keeper = Actor::new(StaffId::SYSTEM, desk.province.root.clone(), [Role::Administrator]);
            identity::link_named(tx, &desk, &keeper, &name, &issuer, subject.as_deref()).await
        })
        .await;
    db.close().await;
    changed?;
    setup::print(if args.remove { "Đã gỡ danh tính." } else { "Đã gắn danh tính." });
    Ok(ExitCode::SUCCESS)
}

fn announce(url: &str) {
    setup::print("Mở liên kết này trong một giờ để đặt mật khẩu; liên kết dùng một lần:");
    setup::print(url);
}

async fn add(config: Option<&Path>, args: &AddArgs) -> Result<ExitCode, Failed> {
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
                Entry { at: desk.now, actor: &actor, action: "account_added", subject: &name, detail: "{}" };
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
    let text = from_input("mật khẩu")?;
    let given = text.as_str();
    let least = configuration.settings.session.min_password_length.size();
    if given.chars().count() < least {
        return Err(Failed::Unusable(format!("mật khẩu cần ít nhất {least} ký tự (đọc từ đầu vào chuẩn)")));
    }
    password::hash(given)
        .map_err(|_| Failed::Unusable("không băm được mật khẩu này; chọn mật khẩu khác".to_owned()))
}

/// What is typed or piped in, without the end of its line.
fn from_input(what: &str) -> Result<String, Failed> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(|error| {
        Failed::Unusable(format!("không đọc được {what} từ đầu vào chuẩn: {}", setup::why(&error)))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
