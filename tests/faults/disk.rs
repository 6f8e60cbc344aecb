//! A disk that is full, and one that can't keep what it is given (invariants 32 and 33).
//!
//! SQLite alone: what PostgreSQL does with its disk is PostgreSQL's affair, and what it answers then
//! is tested at the door. The small disk is a tmpfs in a mount namespace of the service's own; a failed
//! synchronisation is strace's work. Where either can't be had, the test says so and is left out.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dunghen::db::{Db, DbSettings};
use dunghen::domain::time::Moment;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::figure;
use crate::service::{CENTRE, Caller, PROCEDURE, Running, Site};
use crate::support::db::run;

const NOW: &str = "2026-11-16T07:30:00+07:00";

fn now() -> Moment {
    NOW.parse().unwrap()
}

fn can(program: &str, arguments: &[&str]) -> bool {
    let tried = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// One request and how long its answer took.
async fn take_in(caller: &Caller, key: &str) -> (StatusCode, Value, Duration) {
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": format!("Lò Thị {key}"), "phone": "0912345678" },
        "components": ["Tờ khai theo mẫu"],
    });
    let begun = monotonic();
    let (status, answer) = caller.post("/api/v1/dossiers", Some(key), &body).await.unwrap();
    (status, answer, begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "it measures how long an answer takes")]
fn monotonic() -> Instant {
    Instant::now()
}

/// Writes to `file` until the disk is full.
fn fill(file: &Path) {
    let mut filler = std::fs::File::create(file).unwrap();
    for piece in [1_048_576, 65_536, 4_096, 512, 1] {
        while filler.write_all(&vec![1; piece]).is_ok() {}
    }
}

/// Waits until `done`; panics with `otherwise` after a minute.
async fn until(otherwise: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..1_200 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{otherwise}");
}

/// A service whose files lie on a disk of 6 MiB, with a reserve of 1 MiB.
struct SmallDisk {
    service: Running,
    /// The disk, as this process reaches it.
    disk: PathBuf,
}

impl SmallDisk {
    async fn serve(site: &Site) -> Self {
        let command = site.command(&["serve"], now());
        let script =
            r#"mount -t tmpfs -o size=6m tmpfs "$1" && cp -a "$2/." "$1/" && cd "$1" && exec "$3" serve"#;
        let mount = site.folder().join("small");
        let mut alone = Command::new("unshare");
        alone.args(["-rm", "sh", "-c", script, "sh"]).arg(&mount).arg(site.folder().join("made"));
        alone.arg(command.get_program()).current_dir(site.folder());
        for (name, value) in command.get_envs() {
            alone.env(name, value.unwrap_or_default());
        }
        let log = std::fs::File::options().create(true).append(true).open(site.folder().join("log")).unwrap();
        alone.stderr(log);
        alone
            .env("DUNGHEN_DATABASE_URL", "sqlite:dunghen.db")
            .env("DUNGHEN__DATA__DIR", ".")
            .env("DUNGHEN__DATA__BALLAST_MB", "1");
        let service = site.run_service(alone).await;
        let disk = PathBuf::from(format!("/proc/{}/root{}", service.id(), mount.display()));
        Self { service, disk }
    }
}

#[test]
fn a_full_disk_is_told_at_once_read_on_and_survived() {
    if !can("unshare", &["-rm", "true"]) {
        println!("left out: no mount namespace can be had here, so no small disk");
        return;
    }
    run(async {
        // Set up on a large disk, then carried to the small one.
        let site = Site::new("sqlite:made/dunghen.db", None).with("DUNGHEN__DATA__DIR", "made");
        for folder in ["made", "small"] {
            std::fs::create_dir(site.folder().join(folder)).unwrap();
        }
        site.run(&["migrate"], "", now());
        let token = site.account("mai", CENTRE, "reception", now());
        let SmallDisk { mut service, disk } = SmallDisk::serve(&site).await;
        let caller = service.caller(&token);
        let ballast = disk.join("dunghen.db.ballast");
        until("there is no reserve", async || ballast.metadata().is_ok_and(|file| file.len() == 1_048_576))
            .await;

        let mut acknowledged = 0;
        for number in 0..10 {
            assert_eq!(take_in(&caller, &format!("before-{number}")).await.0, StatusCode::CREATED);
            acknowledged += 1;
        }
        for round in 0..figure(2, 20) {
            fill(&disk.join("filler"));
            // The reserve gives room once; then that is used up as well.
            let mut refused = 0;
            for number in 0..2_000 {
                let (status, answer, took) = take_in(&caller, &format!("full-{round}-{number}")).await;
                assert!(took < Duration::from_secs(2), "{status} after {took:?}");
                match status {
                    StatusCode::CREATED => acknowledged += 1,
                    StatusCode::INSUFFICIENT_STORAGE | StatusCode::SERVICE_UNAVAILABLE => refused += 1,
                    other => panic!("{other}: {answer}"),
                }
                if refused == 1 {
                    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{answer}");
                    assert!(!ballast.exists(), "the reserve was let go");
                    fill(&disk.join("more"));
                }
                if refused >= 5 {
                    break;
                }
            }
            assert!(refused >= 5, "the disk never was full");
            for _ in 0..5 {
                let listed = caller.get("/api/v1/dossiers").await;
                assert_eq!(listed.unwrap().0, StatusCode::OK, "what is there can be read");
            }
            std::fs::remove_file(disk.join("filler")).unwrap();
            std::fs::remove_file(disk.join("more")).unwrap();
            let begun = monotonic();
            until("nothing can be written again", async || {
                let (status, ..) =
                    take_in(&caller, &format!("after-{round}-{:x}", rand::random::<u32>())).await;
                acknowledged += i64::from(status == StatusCode::CREATED);
                status == StatusCode::CREATED
            })
            .await;
            assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
        }
        // What is left is whole, and holds all that was acknowledged. The disk goes with its process.
        let made = site.folder().join("made");
        for file in ["dunghen.db", "dunghen.db-wal", "dunghen.keys"] {
            std::fs::copy(disk.join(file), made.join(file)).unwrap();
        }
        service.kill();
        let url = format!("sqlite:{}", made.join("dunghen.db").display());
        let db = Db::open(&url, &DbSettings::default()).await.unwrap();
        let check = db.read(async |tx| tx.query("pragma integrity_check").fetch_scalar::<String>().await);
        assert_eq!(check.await.unwrap(), "ok");
        db.close().await;
        assert_eq!(site.verify(now())["dossiers"], acknowledged);
        println!("{acknowledged} acknowledged around a full disk, 0 lost");
    });
}

#[test]
fn a_synchronisation_that_fails_is_acknowledged_to_nobody() {
    if !can("strace", &["-qq", "-o", "/dev/null", "true"]) {
        println!("left out: no process can be traced here, so no synchronisation be made to fail");
        return;
    }
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let site = Site::new(&url, None);
        site.run(&["migrate"], "", now());
        let token = site.account("mai", CENTRE, "reception", now());
        let mut service = site.serve(now()).await;
        let caller = service.caller(&token);
        let mut acknowledged = Vec::new();
        let mut number = 0;
        let mut ask = async || {
            number += 1;
            let key = format!("key-{number}");
            let (status, answer, _) = take_in(&caller, &key).await;
            match status {
                StatusCode::CREATED => acknowledged.push(key),
                StatusCode::SERVICE_UNAVAILABLE => {}
                other => panic!("{other}: {answer}"),
            }
            status
        };
        for _ in 0..10 {
            assert_eq!(ask().await, StatusCode::CREATED);
        }
        for _ in 0..figure(1, 10) {
            let tracer = Tracer::that_fails(service.id()).await;
            for _ in 0..figure(15, 100) {
                assert_eq!(ask().await, StatusCode::SERVICE_UNAVAILABLE, "told as kept");
            }
            assert_eq!(caller.get("/api/v1/dossiers").await.unwrap().0, StatusCode::OK);
            assert!(tracer.end().contains("EIO"), "nothing was made to fail");
            // What can be read from the journal may not be on the disk: it is begun anew before anybody builds on it.
            let watcher = Tracer::that_watches(service.id()).await;
            until("nothing can be written again", async || ask().await == StatusCode::CREATED).await;
            assert!(watcher.end().contains(", 0)"), "the journal was not begun anew");
            for _ in 0..5 {
                assert_eq!(ask().await, StatusCode::CREATED);
            }
        }
        service.kill();
        let db = Db::open(&url, &DbSettings::default()).await.unwrap();
        let keys =
            db.read(async |tx| tx.query("select key from idempotency_keys").fetch_all::<(String,)>().await);
        let kept: BTreeSet<String> = keys.await.unwrap().into_iter().map(|(key,)| key).collect();
        db.close().await;
        assert!(acknowledged.iter().all(|key| kept.contains(key)));
        site.verify(now());
        println!("{} acknowledged, {} asked, {} kept", acknowledged.len(), number, kept.len());
    });
}

/// Stands between a running process and the system, until it is told to go.
struct Tracer {
    strace: Child,
    log: tempfile::NamedTempFile,
}

impl Tracer {
    /// Has no synchronisation of the process succeed.
    async fn that_fails(process: u32) -> Self {
        Self::with(process, &["-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"]).await
    }

    /// Writes down which files the process cuts off, and where.
    async fn that_watches(process: u32) -> Self {
        Self::with(process, &["-e", "trace=ftruncate"]).await
    }

    async fn with(process: u32, what: &[&str]) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq"]).args(what).arg("-o").arg(log.path()).args(["-p", &process.to_string()]);
        let strace = strace.stderr(Stdio::null()).spawn().unwrap();
        until("it can't be traced", async || are_traced(process)).await;
        Self { strace, log }
    }

    /// What it has written down.
    fn end(mut self) -> String {
        // Asked to end, it lets go of the process; killed, it might take it with it.
        let pid = rustix::process::Pid::from_child(&self.strace);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.strace.wait().unwrap();
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

/// Whether every thread of the process is under somebody's eyes.
fn are_traced(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap().flatten();
    let mut states = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("status")).ok());
    states.all(|state| !state.contains("TracerPid:\t0\n"))
}
