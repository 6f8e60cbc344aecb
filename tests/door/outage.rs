//! A PostgreSQL server that stops from one instant to the next, as with its machine.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use futures_util::future::join_all;
use tempfile::TempDir;

use crate::support::db::{postgres_server, run};
use crate::{add, ids, make_table};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const WRITERS: usize = 8;
const OUTAGES: i64 = 3;
/// Deeds begun before the server stops, in each of its lives.
const BEFORE_IT_STOPS: i64 = 300;

/// A server of the test's own, which it may stop as it likes.
struct Server {
    folder: TempDir,
    tools: PathBuf,
    port: u16,
}

impl Server {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let mut server = Self { folder, tools: tools(), port: 0 };
        let data = server.data();
        let made = server.tool(
            "initdb",
            &["-D", &data, "-U", "dunghen", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        assert!(made, "initdb failed");
        // Somebody may be faster at a port.
        let started = (0..5).any(|_| {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            server.start()
        });
        assert!(started, "the server does not start");
        server
    }

    /// What it has handed to the operating system outlives it, so nothing need reach the disk;
    /// what it keeps to itself, it keeps for as long as it may.
    fn start(&self) -> bool {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c fsync=off -c wal_writer_delay=10s",
            self.port
        );
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &["-D", &self.data(), "-l", &log, "-o", &options, "-w", "-t", "60", "start"])
    }

    fn stop_immediately(&self) {
        self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "-t", "60", "stop"]);
    }

    fn url(&self) -> String {
        format!("postgres://dunghen@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> bool {
        let tool = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(tool);
            command
        } else {
            Command::new(tool)
        };
        let quiet = command.args(arguments).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if Path::new(&self.data()).join("postmaster.pid").exists() {
            self.stop_immediately();
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Debian keeps the server's tools out of the path, a folder for each version; others have them in it.
fn tools() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.pop().unwrap_or_default()
}

/// A commit is answered before the next one has to wait, and never before it is in the log for good.
#[test]
fn what_was_acknowledged_survives_a_server_that_stops_at_once() {
    if postgres_server().is_none() {
        return;
    }
    let server = Server::make();
    run(async {
        let mut kept: Vec<i64> = Vec::new();
        for life in 0..OUTAGES {
            let db = Db::open(&server.url(), &settings()).await.unwrap();
            if life == 0 {
                make_table(&db).await;
            }
            let next = AtomicI64::new(life * 1_000_000);
            let writers = join_all((0..WRITERS).map(|_| write_until_refused(&db, &next)));
            let end = stop_after(&server, &next, life * 1_000_000 + BEFORE_IT_STOPS);
            let (told, ()) = in_time(async { tokio::join!(writers, end) }).await;
            kept.extend(told.into_iter().flatten());
            db.close().await;
            assert!(server.start(), "the server does not come back");
        }
        let db = Db::open(&server.url(), &settings()).await.unwrap();
        let there = ids(&db).await;
        db.close().await;
        let lost: Vec<&i64> = kept.iter().filter(|id| there.binary_search(id).is_err()).collect();
        assert!(kept.len() > 500, "only {} were written", kept.len());
        assert!(lost.is_empty(), "{} of {} acknowledged are lost: {lost:?}", lost.len(), kept.len());
        println!("{OUTAGES} outages, {} acknowledged, 0 lost", kept.len());
    });
}

fn settings() -> DbSettings {
    DbSettings { call_limit: Duration::from_secs(4), ..DbSettings::default() }
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it takes too long")
}

/// What was acknowledged to one writer.
async fn write_until_refused(db: &Db, next: &AtomicI64) -> Vec<i64> {
    let mut told = Vec::new();
    loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        match db.write(async move |tx| add(tx, id).await).await {
            Ok(()) => told.push(id),
            Err(_) => return told,
        }
    }
}

async fn stop_after(server: &Server, next: &AtomicI64, count: i64) {
    while next.load(Ordering::Relaxed) < count {
        tokio::task::yield_now().await;
    }
    tokio::task::block_in_place(|| server.stop_immediately());
}
