//! What it costs when a province is large: the sweep, the late list, the month per unit, the
//! look-up by code, each as the whole way through, and how fast the province is made.
//!
//! `cargo bench --bench growth -- 1000000` makes a province of so many dossiers in a SQLite file
//! in a folder of its own (`DUNGHEN_BENCH_FOLDER` names one to be kept and used again), or with
//! `DUNGHEN_BENCH_POSTGRES=postgres://…` in an empty database there. `DUNGHEN_BENCH_PROGRAM` names
//! a built `dunghen` whose start is measured on the file. Ten million dossiers take about 30 GB
//! and some minutes. Absolute figures mean little on a shared machine: run the probe of the bare
//! engine (`load` and `query` over as many rows) in the same minute and compare the ratio.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time and reads its own switches")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::demo::{self, Plan};
use dunghen::domain::time::Moment;
use dunghen::jobs::sweeper;
use dunghen::seal::{Keyring, digest};
use dunghen::store::tokens::{self, NewToken};
use dunghen::store::{lists, soundness, staff};
use dunghen::web::{router, server};
use dunghen::work::start;
use tokio::net::TcpListener;

mod support;
use support::http::Client;
use support::{at, load};

const NOW: &str = "2026-11-23T10:20:00+07:00";
const TOKEN: &str = "dh_benchmark_growth";
const ROUNDS: usize = 400;
const NEWLY_LATE: i64 = 1_000;

#[tokio::main]
async fn main() -> Result<()> {
    let dossiers = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let temporary = tempfile::tempdir()?;
    let folder = std::env::var("DUNGHEN_BENCH_FOLDER").map_or(temporary.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let url = std::env::var("DUNGHEN_BENCH_POSTGRES")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("dunghen.db").display()));
    let keys = keys(&folder.join("dunghen.keys"))?;
    let now: Moment = NOW.parse()?;
    make(&url, &keys, dossiers, now).await?;
    if let Ok(program) = std::env::var("DUNGHEN_BENCH_PROGRAM") {
        begin(&program, &folder)?;
    }
    // Setting a hundred thousand checks aside is no deed of the service's.
    let call_limit = Duration::from_secs(300);
    let settings = DbSettings { purpose: Purpose::Serve, call_limit, ..DbSettings::default() };
    let db = Db::open(&url, &settings).await?;
    let configuration = configuration()?;
    let app = App::new(db, Clock::fixed(now), keys, configuration.province, configuration.settings.into());
    token(&app).await?;
    answers(&app).await?;
    sweep(&app, now).await?;
    app.close().await;
    Ok(())
}

fn configuration() -> Result<Configuration> {
    Configuration::demonstration(&Environment::default()).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn keys(file: &Path) -> Result<Keyring> {
    if !file.exists() {
        std::fs::write(file, Keyring::generate().to_file())?;
    }
    Keyring::from_file(&std::fs::read_to_string(file)?).context("the key file")
}

/// Makes the province where there is none yet.
async fn make(url: &str, keys: &Keyring, dossiers: u32, now: Moment) -> Result<()> {
    let settings = DbSettings {
        purpose: Purpose::Fill,
        call_limit: Duration::from_secs(600),
        statement_timeout: Duration::from_secs(600),
        ..DbSettings::default()
    };
    let configuration = configuration()?;
    let db = Db::open(url, &settings).await?;
    db.migrate().await?;
    let clock = Clock::fixed(now);
    let app = App::new(db, clock, keys.clone(), configuration.province, configuration.settings.into());
    let desk = app.desk();
    let kept = desk.clone();
    app.db.write(async move |tx| start::keep_province(tx, &kept).await).await?;
    if app.db.read(async |tx| soundness::counts(tx).await).await?.dossiers == 0 {
        let started = Instant::now();
        let plan = Plan { dossiers, seed: 1, as_of: now };
        let made = demo::build(&app.db, &desk, &plan).await?;
        let seconds = started.elapsed().as_secs_f64();
        let rate = f64::from(dossiers) / seconds;
        println!(
            "made {dossiers} dossiers with {} events, {} open, in {seconds:.0} s: {rate:.0} dossiers/s (load {})",
            made.events,
            made.open,
            load()
        );
    }
    app.close().await;
    Ok(())
}

/// How long the program takes until it is ready, and how much memory it has then.
fn begin(program: &str, folder: &Path) -> Result<()> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg("serve")
        .env("DUNGHEN_DATABASE_URL", format!("sqlite:{}", folder.join("dunghen.db").display()))
        .env("DUNGHEN__WEB__LISTEN", "127.0.0.1:18093")
        .env("DUNGHEN__DATA__DIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    let output = child.stdout.take().context("no output")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
    let ready = started.elapsed();
    std::thread::sleep(Duration::from_secs(5)); // what its loops begin with
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let memory = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned();
    child.kill()?;
    child.wait()?;
    println!("serve: ready after {:.0} ms, {memory} (load {})", ready.as_secs_f64() * 1e3, load());
    Ok(())
}

async fn token(app: &App) -> Result<()> {
    let now = app.clock.now();
    let later = now.plus(jiff::SignedDuration::from_hours(24));
    app.db
        .write(async move |tx| {
            let chair = staff::by_login(tx, "chutich").await?.ok_or(dunghen::db::Error::Missing)?;
            let hash = digest(TOKEN.as_bytes());
            let new = NewToken {
                token_hash: &hash,
                staff_id: chair.id,
                label: "bench",
                scope: "write",
                unit: None,
                now,
                expires_at: later,
            };
            tokens::insert(tx, &new).await?;
            Ok(())
        })
        .await?;
    Ok(())
}

/// Whole answers over HTTP, one after the other on one connection.
async fn answers(app: &App) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let limits = server::Limits { drain: Duration::from_secs(5), ..(&app.settings.web).into() };
    let stop = app.stop.child_token();
    let serving = app.tasks.spawn(server::serve(
        listener,
        router::router(app.clone()),
        limits,
        app.traffic.clone(),
        stop.clone(),
    ));
    let paths = [
        ("late list of a department", "/api/v1/dossiers?unit=H35.07&standing=overdue&limit=50"),
        ("late list of the province", "/api/v1/dossiers?standing=overdue&limit=50"),
        ("open dossiers of a centre", "/api/v1/dossiers?unit=H35.01.01&standing=due_soon&limit=50"),
        ("obligations of a department", "/api/v1/obligations?unit=H35.07"),
        ("month per department", "/api/v1/reports/on-time?month=2026-10"),
        ("month per officer", "/api/v1/reports/on-time?month=2026-10&by=officer"),
        ("all months by month", "/api/v1/reports/on-time?from=2025-07-01&to=2026-11-30&by=month"),
    ];
    for (name, path) in paths {
        measure(address, name, &[path.to_owned()]).await?;
    }
    let codes = app.db.read(async |tx| some_codes(tx).await).await?;
    let codes: Vec<String> = codes.iter().map(|code| format!("/api/v1/dossiers/{code}")).collect();
    measure(address, "one dossier by its code", &codes).await?;
    board(app).await?;
    stop.cancel();
    serving.await??;
    Ok(())
}

/// Codes from all over.
async fn some_codes(tx: &mut dunghen::db::Tx) -> dunghen::db::Result<Vec<String>> {
    let last: i64 = tx.query("select max(id) from dossiers").fetch_scalar().await?;
    let mut codes = Vec::new();
    for number in 1..=200 {
        let id = last * (number * 7_919 % 200) / 200 + 1;
        codes.push(tx.query("select code from dossiers where id = $1").bind(id).fetch_scalar().await?);
    }
    Ok(codes)
}

async fn measure(address: SocketAddr, name: &str, paths: &[String]) -> Result<()> {
    let mut client = Client::connect(address).await?;
    let mut took = Vec::new();
    let mut size = 0;
    for round in 0..ROUNDS {
        let path = &paths[round % paths.len()];
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        let (body, time) = client.ask(&request, "200").await.context(path.clone())?;
        size = body.len();
        took.push(time);
    }
    took.sort_unstable();
    let (p50, p99) = (at(&took, 50), at(&took, 99));
    println!("{name:<28} p50 {p50:>7.2} ms, p99 {p99:>7.2} ms, {size} bytes (load {})", load());
    Ok(())
}

/// What the board of the whole province and of one department counts.
async fn board(app: &App) -> Result<()> {
    let desk = app.desk();
    for root in ["H35", "H35.07"] {
        let units = serde_json::to_string(&desk.province.units.codes_within(&root.parse()?))?;
        let mut took = Vec::new();
        for _ in 0..20 {
            let started = Instant::now();
            app.db.read(async |tx| lists::counts(tx, &units, desk.now, desk.today()).await).await?;
            took.push(started.elapsed());
        }
        took.sort_unstable();
        println!("{:<28} p50 {:>7.2} ms", format!("board counts of {root}"), at(&took, 50));
    }
    Ok(())
}

/// A thousand dossiers become late at once; nothing else is due.
async fn sweep(app: &App, now: Moment) -> Result<()> {
    let until: Moment = app
        .db
        .write(async move |tx| {
            let chosen: Vec<(i64, Moment)> = tx
                .query(
                    "select id, late_from from dossiers
                     where ended_at is null and stopped_at is null and urgency > $1 and late_from is not null
                     order by urgency, id limit $2",
                )
                .bind(now)
                .bind(NEWLY_LATE)
                .fetch_all()
                .await?;
            tx.query("update dossiers set next_check_at = null where next_check_at is not null")
                .execute()
                .await?;
            for (id, late_from) in &chosen {
                tx.query("update dossiers set next_check_at = $2 where id = $1")
                    .bind(*id)
                    .bind(late_from.plus(jiff::SignedDuration::from_micros(1)))
                    .execute()
                    .await?;
            }
            let last = chosen.iter().map(|(_, late_from)| *late_from).max();
            last.ok_or(dunghen::db::Error::Missing)
        })
        .await?;
    let then = until.plus(jiff::SignedDuration::from_secs(1));
    let later = App { clock: Clock::fixed(then), ..app.clone() };
    let started = Instant::now();
    let swept = sweeper::until_done(&later).await?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(swept.checked > 0, "nothing became late");
    println!(
        "sweep of {} newly late: {:.0} ms, {} alerts, {} letters (load {})",
        swept.checked,
        seconds * 1e3,
        swept.alerts,
        swept.letters,
        load()
    );
    Ok(())
}
