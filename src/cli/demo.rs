//! `dunghen demo`: an invented province in a fresh folder, served at once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::serve;
use super::setup::{self, Failed};
use crate::clock::Clock;
use crate::config::{Configuration, Environment, LogFormat};
use crate::db::{Db, Purpose};
use crate::demo::{self, Plan, Summary};
use crate::domain::time::Moment;
use crate::jobs::sender::Courier;
use crate::seal::Keyring;
use crate::telemetry;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder for its database; a fresh one, where none is named.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many dossiers the province has.
    #[arg(long, default_value_t = 6_000)]
    dossiers: u32,
    /// The same seed and instant make the same province.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The instant that the demonstration shows as now; the real one, where it is not said.
    #[arg(long)]
    as_of: Option<Moment>,
}

pub(super) async fn run(args: &DemoArgs) -> Result<ExitCode, Failed> {
    let mut configuration = configuration()?;
    let folder = folder(args)?;
    let address = SocketAddr::from(([127, 0, 0, 1], args.port));
    configuration.settings.web.listen = address;
    let settings = &configuration.settings;
    telemetry::start(&settings.log.filter, settings.log.format == LogFormat::Json);
    let clock = match args.as_of.or(settings.fixed_now) {
        Some(shown) => Clock::from(shown),
        None => Clock::system(),
    };
    let url = format!("sqlite:{}", folder.join("dunghen.db").display());
    let db = Db::open(&url, &setup::db_settings(&configuration, Purpose::Serve)).await?;
    let desk = setup::desk(&configuration, Keyring::generate(), &clock);
    let keys = (*desk.keys).clone();
    setup::keep_province(&db, &desk).await?;
    let plan = Plan { dossiers: args.dossiers, seed: args.seed, as_of: desk.now };
    let summary = demo::build(&db, &desk, &plan).await?;
    announce(&summary, &folder, args.port);
    serve::serve(serve::app(configuration, db, keys, clock), Courier::Kept).await
}

fn configuration() -> Result<Configuration, Failed> {
    Configuration::demonstration(&Environment::of_process()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| fault.to(setup::LANGUAGE)).collect();
        Failed::Configuration(lines.join("\ndunghen: "))
    })
}

/// A folder that has no province yet: a demonstration never writes into somebody's data.
fn folder(args: &DemoArgs) -> Result<PathBuf, Failed> {
    let folder = match &args.data {
        Some(folder) => folder.clone(),
        None => fresh(&std::path::absolute("target/demo").unwrap_or_else(|_| "target/demo".into())),
    };
    if folder.join("dunghen.db").exists() {
        return Err(Failed::Unusable(format!(
            "--data: {} đã có cơ sở dữ liệu; chọn thư mục trống",
            folder.display()
        )));
    }
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failed::Unusable(format!("--data: không tạo được {}: {error}", folder.display())))?;
    Ok(folder)
}

/// The first folder of that name and a number that is not there yet.
fn fresh(stem: &Path) -> PathBuf {
    let numbered = (1..).map(|number| PathBuf::from(format!("{}-{number}", stem.display())));
    numbered.into_iter().find(|folder| !folder.exists()).unwrap_or_else(|| stem.to_owned())
}

fn announce(summary: &Summary, folder: &Path, port: u16) {
    setup::print(&format!(
        "Tỉnh trình diễn: {} hồ sơ từ {} đến {}, {} đang giải quyết, {} sự việc. Dữ liệu hoàn toàn hư cấu, nằm ở {}.",
        summary.dossiers,
        summary.from,
        summary.to,
        summary.open,
        summary.events,
        folder.display()
    ));
    setup::print("");
    setup::print(&format!("  Mở http://127.0.0.1:{port} và đăng nhập, mật khẩu chung: {}", summary.password));
    for account in &summary.accounts {
        setup::print(&format!("    {:<14} {}", account.login, account.words()));
    }
    setup::print("");
}
