//! A thousand sockets that say, send or take almost nothing, held by the tool that others use for
//! it (S28): everybody else is served as ever.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dunghen::telemetry::Stopwatch;
use reqwest::StatusCode;

use crate::counter::{Counter, NOW};
use crate::is_long;
use crate::line::Line;
use crate::service::{CENTRE, Running, Site};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const TOOL: &str = "/usr/bin/slowhttptest";
const SOCKETS: u32 = 1_000;
const LENGTH: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(1);

/// Slow heads, slow bodies, slow readers.
const MODES: [(&str, &[&str], &str); 3] = [
    ("heads", &["-H", "-i", "5"], "/"),
    ("bodies", &["-B", "-i", "5", "-s", "8192", "-f", "application/json"], "/api/v1/sign-in"),
    ("readers", &["-X", "-k", "5", "-w", "512", "-y", "1024", "-n", "5", "-z", "32"], "/api/openapi.json"),
];

fn besiege(service: &Running, words: &[&str], path: &str) -> Child {
    let url = format!("http://{}{path}", service.address());
    Command::new(TOOL)
        .args(words)
        .args(["-c", &SOCKETS.to_string(), "-r", "250", "-l", &LENGTH.as_secs().to_string(), "-u", &url])
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// How long pages, questions and a filed dossier take meanwhile, each over a connection of its own.
async fn ask_meanwhile(url: &str, token: &str, mode: &str) -> (Vec<Duration>, f64) {
    let (begun, mut lengths, mut most) = (Stopwatch::start(), Vec::new(), 0.0_f64);
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    for round in 0.. {
        beat.tick().await;
        if begun.elapsed() >= LENGTH {
            break;
        }
        let counter = Counter::at(url, token);
        let watch = Stopwatch::start();
        let path = ["/cong-khai", "/sign-in", "/tra-cuu", "/readyz"][round % 4];
        let (status, text) = counter.get(path).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{mode}: {path}: {text}");
        lengths.push(watch.elapsed());
        if round % 10 == 0 {
            let (told, length) = Counter::at(url, token).file(&format!("{mode}-{round}")).await;
            assert!(matches!(told, crate::counter::Told::Kept(_)), "{mode}: {told:?}");
            lengths.push(length);
            let (_, text) = counter.get("/metrics").await.unwrap();
            most = most.max(crate::counts::read(&text)["dunghen_http_connections"]);
        }
    }
    (lengths, most)
}

on_both! {
    async fn a_thousand_slow_sockets_slow_nobody_else_down(db: TestDb) {
        if !is_long() {
            return; // it takes three minutes; `slow_clients` has the same in small
        }
        assert!(Path::new(TOOL).exists(), "slowhttptest is not installed");
        db.close().await;
        let now = NOW.parse().unwrap();
        // All of them come from this machine: here one client's share is no help.
        let site = Site::new(&db.url, None).with("DUNGHEN__WEB__MAX_CONNECTIONS_PER_CLIENT", "2000");
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut service = site.serve(now).await;
        let url = format!("http://{}", service.address());
        for (mode, words, path) in MODES {
            let mut siege = besiege(&service, words, path);
            let (mut lengths, most) = ask_meanwhile(&url, &token, mode).await;
            siege.kill().unwrap();
            siege.wait().unwrap();
            lengths.sort();
            let p99 = lengths[lengths.len() * 99 / 100];
            println!("{mode}: {} asked, p99 {p99:?}, {most} connections at most", lengths.len());
            assert!(most >= f64::from(SOCKETS) * 0.9, "{mode}: only {most} connections at once");
            assert!(p99 <= LONGEST, "{mode}: {p99:?}");
        }
        service.stop().await;
        site.verify(now);
    }
}

/// Every connection is an open file, and so is what the database needs beside them.
#[test]
fn clients_do_not_use_up_the_files_that_the_service_may_have_open() {
    on_sqlite(async |db| {
        db.close().await;
        let site = Site::new(&db.url, None).with("DUNGHEN__WEB__MAX_CONNECTIONS", "300");
        let plain = site.command(&["serve"], NOW.parse().unwrap());
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -Sn 128; exec \"$0\" serve"]).arg(plain.get_program());
        command.current_dir(site.folder()).stderr(Stdio::null());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut service = site.run_service(command).await;
        let mut idle = Vec::new();
        for _ in 0..250 {
            idle.push(Line::to(service.address()).await);
        }
        let counter = Counter::at(&format!("http://{}", service.address()), "");
        let (_, text) = counter.get("/metrics").await.unwrap();
        assert!(crate::counts::read(&text)["dunghen_http_connections"] >= 250.0, "{text}");
        for page in ["/readyz", "/cong-khai"] {
            assert_eq!(counter.get(page).await.unwrap().0, StatusCode::OK, "{page}");
        }
        drop(idle);
        service.stop().await;
    });
}
