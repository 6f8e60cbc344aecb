//! `dunghen demo`: an invented province in a fresh folder, served at once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::progress::Progress;
use super::serve;
use super::setup::{self, Failed};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Configuration, Environment, LogFormat, Web};
use crate::db::{Db, DbSettings, Purpose};
use crate::demo::{self, Plan, Summary};
use crate::domain::time::{ClockTime, Moment};
use crate::jobs::{digest, sender::Courier};
use crate::seal::Keyring;
use crate::telemetry;

/// How long the building of the province may wait for its database.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The port on 127.0.0.1; 0 takes a free one.
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
    /// Only makes the database and its key file, for `dunghen serve` to be tried on.
    #[arg(long)]
    only_make: bool,
}

pub(super) async fn run(args: &DemoArgs) -> Result<ExitCode, Failed> {
    let mut configuration = configuration()?;
    let folder = folder(args)?;
    configuration.settings.database.url =
        format!("sqlite:{}", folder.join("dunghen.db").display()).try_into().map_err(unusable)?;
    configuration.settings.data.dir.clone_from(&folder);
    if args.only_make {
        let (_, summary, _) = make(args, &configuration).await?;
        tell(&summary, &folder);
        return Ok(ExitCode::SUCCESS);
    }
    let listener = serve::bind(SocketAddr::from(([127, 0, 0, 1], args.port))).await?;
    let port = listener.local_addr().map_or(args.port, |address| address.port());
    be_at(&mut configuration, port)?;
    let settings = &configuration.settings;
    telemetry::start(&settings.log.filter, settings.log.format == LogFormat::Json);
    let (keys, summary, clock) = make(args, &configuration).await?;
    let db = setup::database(&configuration, Purpose::Serve).await?;
    let app = serve::app(configuration, db, keys, clock);
    this_mornings_digest(&app).await?;
    tell(&summary, &folder);
    announce(&summary, port);
    serve::serve_on(app, Courier::Kept, listener).await
}

fn unusable(text: impl std::fmt::Display) -> Failed {
    Failed::Unusable(text.to_string())
}

/// Builds the province in its folder.
async fn make(args: &DemoArgs, configuration: &Configuration) -> Result<(Keyring, Summary, Clock), Failed> {
    let settings = &configuration.settings;
    let clock = match args.as_of.or(settings.fixed_now) {
        Some(shown) => Clock::from(shown),
        None => Clock::system(),
    };
    // Nobody waits for others here, and a year's lives take a slow machine a while.
    let limits = DbSettings { call_limit: PATIENCE, ..setup::db_settings(configuration, Purpose::Fill) };
    let db = Db::open(settings.database.url.as_str(), &limits).await?;
    let keys = setup::keys(configuration, &db).await?;
    let desk = setup::desk(configuration, keys.clone(), &clock);
    setup::keep_province(&db, &desk).await?;
    let plan = Plan { dossiers: args.dossiers, seed: args.seed, as_of: desk.now };
    let mut progress = Progress::of_a_demonstration();
    let told = |so_far: &Summary| {
        progress.at(u64::try_from(so_far.dossiers).unwrap_or(u64::MAX), args.dossiers.into());
    };
    let summary = demo::build_and_tell(&db, &desk, &plan, told).await?;
    progress.end();
    db.close().await;
    let file = settings.database.url.as_str().trim_start_matches("sqlite:");
    std::fs::File::open(file).and_then(|file| file.sync_all()).map_err(unusable)?;
    Ok((keys, summary, clock))
}

/// Letters and slips name the address at which the demonstration is, unless it was told another.
fn be_at(configuration: &mut Configuration, port: u16) -> Result<(), Failed> {
    let web = &mut configuration.settings.web;
    web.listen = SocketAddr::from(([127, 0, 0, 1], port));
    if web.public_url == Web::default().public_url {
        web.public_url = format!("http://127.0.0.1:{port}").try_into().map_err(Failed::Unusable)?;
    }
    Ok(())
}

/// The province lived before this process: whoever opens it later in the day finds the morning's letters.
async fn this_mornings_digest(app: &App) -> Result<(), Failed> {
    let province = app.province();
    let zone = province.zone();
    let now = app.clock.now();
    if let Some(midnight) = zone.instant(zone.day(now), ClockTime::MIDNIGHT) {
        digest::make_up(app, midnight).await?;
    }
    Ok(())
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
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failed::Unusable(format!("--data: không tạo được {}: {}", folder.display(), setup::why(&error)))
    })?;
    Ok(folder)
}

/// The first folder of that name and a number that is not there yet.
fn fresh(stem: &Path) -> PathBuf {
    let numbered = (1..).map(|number| PathBuf::from(format!("{}-{number}", stem.display())));
    numbered.into_iter().find(|folder| !folder.exists()).unwrap_or_else(|| stem.to_owned())
}

fn tell(summary: &Summary, folder: &Path) {
    setup::print(&format!(
        "Tỉnh trình diễn: {} hồ sơ từ {} đến {}, {} đang giải quyết, {} sự việc. Dữ liệu hoàn toàn hư cấu, nằm ở {}.",
        summary.dossiers,
        summary.from,
        summary.to,
        summary.open,
        summary.events,
        folder.display()
    ));
}

fn announce(summary: &Summary, port: u16) {
    setup::print("");
    setup::print(&format!("  Mở http://127.0.0.1:{port} và đăng nhập, mật khẩu chung: {}", summary.password));
    for account in &summary.accounts {
        setup::print(&format!("    {:<14} {}", account.login, account.words()));
    }
    setup::print("");
}
