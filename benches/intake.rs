//! Dossiers taken in a second over HTTP, durable, with the whole way behind each: bearer
//! token, promise, sealed applicant, event, row and chained audit row.
//!
//! `cargo bench --bench intake` measures SQLite with 1, 8 and 64 clients; with
//! `DUNGHEN_BENCH_POSTGRES=postgres://…` naming an empty database, PostgreSQL as well.
//! Other numbers of clients are arguments: `cargo bench --bench intake -- 16`. Each
//! client stands at one of eight counters, since a counter's dossiers are numbered one
//! after the other.
//! Absolute figures mean little on a shared machine: run the probes of the machine's own
//! limit (one commit a dossier on SQLite, pgbench with one statement a dossier on
//! PostgreSQL) in the same minute and compare the ratio. Client and server share the
//! machine's cores.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time and reads its own switch")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::domain::staff::Role;
use dunghen::domain::time::Moment;
use dunghen::seal::{Keyring, digest};
use dunghen::store::staff::{self, NewPerson};
use dunghen::store::tokens::{self, NewToken};
use dunghen::web::{router, server};
use dunghen::work::start;
use tokio::net::TcpListener;

mod support;
use support::http::Client;
use support::{at, load};

const COUNTERS: [&str; 8] = ["H35.21", "H35.22", "H35.23", "H35.24", "H35.25", "H35.26", "H35.27", "H35.28"];
const ROUND: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let or = |usual: &[usize]| if wanted.is_empty() { usual.to_vec() } else { wanted.clone() };
    measure("SQLite", &url, &or(&[1, 8, 64])).await?;
    if let Ok(url) = std::env::var("DUNGHEN_BENCH_POSTGRES") {
        measure("PostgreSQL", &url, &or(&[1, 8, 32])).await?;
    }
    Ok(())
}

async fn measure(name: &str, url: &str, clients: &[usize]) -> Result<()> {
    let app = office(url).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let limits = server::Limits::from(&app.settings.web);
    let (routes, traffic) = (router::router(app.clone()), app.traffic.clone());
    let serving = app.tasks.spawn(server::serve(listener, routes, limits, traffic, app.stop.clone()));
    for &count in clients {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(round(address, count).await?);
        }
        rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        let median = &rounds[ROUNDS / 2];
        println!(
            "{name:<10} {count:>3} clients: {:>8.0} dossiers/s, p50 {:>6.2} ms, p99 {:>6.2} ms, \
             {:>5.0} µs of processor time each (load {})",
            median.rate,
            median.p50,
            median.p99,
            median.processor,
            load()
        );
    }
    app.close().await;
    serving.await??;
    Ok(())
}

/// A service with an officer at each counter, who has a token.
async fn office(url: &str) -> Result<App> {
    let configuration = Configuration::demonstration(&Environment::of_process())
        .map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
    let db = Db::open(url, &settings).await?;
    db.migrate().await?;
    let noon: Moment = "2026-11-23T09:00:00+07:00".parse()?;
    let keys = Keyring::generate();
    let app = App::new(db, Clock::from(noon), keys, configuration.province, configuration.settings.into());
    let desk = app.desk();
    app.db
        .write(async move |tx| {
            start::keep_province(tx, &desk).await?;
            let later = desk.now.plus(jiff::SignedDuration::from_hours(24));
            for unit in COUNTERS {
                let new = NewPerson {
                    login: Some(unit),
                    name: "bench",
                    email: None,
                    unit,
                    roles: &[Role::Reception],
                    password_hash: None,
                    source: None,
                    created_at: desk.now,
                };
                let id = staff::insert(tx, &new).await?;
                let hash = digest(token(unit).as_bytes());
                let new = NewToken {
                    token_hash: &hash,
                    staff_id: id,
                    label: "bench",
                    scope: "write",
                    unit: None,
                    now: desk.now,
                    expires_at: later,
                };
                tokens::insert(tx, &new).await?;
            }
            Ok(())
        })
        .await?;
    Ok(app)
}

fn token(unit: &str) -> String {
    format!("dh_benchmark_{unit}")
}

struct Round {
    rate: f64,
    /// Processor time of server and clients for one dossier, in microseconds.
    processor: f64,
    p50: f64,
    p99: f64,
}

/// Every client posts as fast as it is answered, on a connection of its own.
async fn round(address: SocketAddr, clients: usize) -> Result<Round> {
    let (started, used) = (Instant::now(), processor_time());
    let runs: Vec<_> = (0..clients).map(|client| tokio::spawn(post_for(address, client, started))).collect();
    let mut took = Vec::new();
    for run in runs {
        took.extend(run.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    took.sort_unstable();
    ensure!(!took.is_empty(), "nothing was taken in");
    let count = f64::from(u32::try_from(took.len())?);
    let processor = (processor_time() - used).as_secs_f64() * 1e6 / count;
    Ok(Round { rate: count / seconds, processor, p50: at(&took, 50), p99: at(&took, 99) })
}

async fn post_for(address: SocketAddr, client: usize, started: Instant) -> Result<Vec<Duration>> {
    let mut connection = Client::connect(address).await?;
    let mut took = Vec::new();
    while started.elapsed() < ROUND {
        let request = request(client, took.len(), started);
        took.push(connection.ask(&request, "201").await?.1);
    }
    Ok(took)
}

fn request(client: usize, number: usize, started: Instant) -> String {
    let unit = COUNTERS[client % COUNTERS.len()];
    let token = token(unit);
    let body = format!(
        r#"{{"procedure":"1.004873","receiving_unit":"{unit}","channel":"counter","applicant":{{"kind":"citizen","name":"Nguyễn Văn {number}","identifier":"0123456{:05}","phone":"0912{:06}"}}}}"#,
        number % 100_000,
        (client * 7919 + number) % 1_000_000
    );
    let key = format!("{client}-{number}-{}", started.elapsed().as_nanos());
    format!(
        "POST /api/v1/dossiers HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What this process has used so far.
fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(used.tv_sec).unwrap_or(0), u32::try_from(used.tv_nsec).unwrap_or(0))
}
