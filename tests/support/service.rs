//! The program as its operators run it: commands, a service that can be killed, and its callers.

#![allow(dead_code, reason = "each test program uses its part")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dunghen::domain::time::Moment;
use reqwest::StatusCode;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::sync::Notify;

/// Longer than anything takes on a busy machine; who waits longer waits in vain.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Đoàn Kết ward and its centre; what is filed there takes three working days.
pub const WARD: &str = "H35.21";
pub const CENTRE: &str = "H35.21.01";
pub const PROCEDURE: &str = "1.004873";

/// A place where the service is installed: its folder, its database, its mail relay.
pub struct Site {
    folder: tempfile::TempDir,
    database: String,
    relay: Option<SocketAddr>,
    settings: Vec<(String, String)>,
}

impl Site {
    pub fn new(database: &str, relay: Option<SocketAddr>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, database: database.to_owned(), relay, settings: Vec::new() }
    }

    /// The same with one more variable of the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn command(&self, words: &[&str], now: Moment) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dunghen"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("DUNGHEN_DATABASE_URL", &self.database)
            .env("DUNGHEN_NOW", now.to_string())
            .env("DUNGHEN__DEVELOPMENT", "true")
            .env("DUNGHEN__DATA__DIR", self.folder.path())
            .env("DUNGHEN__WEB__LISTEN", "127.0.0.1:0")
            .env("DUNGHEN__WEB__DRAIN_S", "1")
            .stderr(File::options().create(true).append(true).open(self.log()).unwrap());
        if let Some(relay) = self.relay {
            command
                .env("DUNGHEN__MAIL__HOST", relay.ip().to_string())
                .env("DUNGHEN__MAIL__PORT", relay.port().to_string())
                .env("DUNGHEN__MAIL__TLS", "none")
                .env("DUNGHEN__MAIL__FROM", "Trung tâm <motcua@example.vn>")
                // The clock stands still, and with it the minute in which the relay gets so many.
                .env("DUNGHEN__MAIL__PER_MINUTE", "1000000");
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Where the service keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All that commands and service said about themselves.
    pub fn words(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The last of it.
    pub fn last_words(&self) -> String {
        let log = self.words();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Runs a command that must succeed and gives what it printed.
    pub fn run(&self, words: &[&str], input: &str, now: Moment) -> String {
        let mut command = self.command(words, now);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        let printed = String::from_utf8(stdout).unwrap();
        assert!(status.success(), "{words:?}: {printed}\n{}", self.last_words());
        printed.trim().to_owned()
    }

    /// A new account and a token that may write.
    pub fn account(&self, name: &str, unit: &str, role: &str, now: Moment) -> String {
        let words = ["user", "add", name, "--unit", unit, "--role", role];
        self.run(&words, "mật khẩu đủ dài\n", now);
        self.run(&["token", "issue", "--account", name, "--scope", "write"], "", now)
    }

    /// What `verify` found, and that it found nothing amiss.
    pub fn verify(&self, now: Moment) -> Value {
        let verdict: Value = serde_json::from_str(&self.run(&["verify", "--json"], "", now)).unwrap();
        assert_eq!(verdict["findings"], serde_json::json!([]));
        verdict
    }

    /// Starts a process and kills it a little later, wherever it has got to.
    pub async fn false_start(&self, words: &[&str], now: Moment, longest_ms: u64) {
        let mut child = self.command(words, now).stdout(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..=longest_ms))).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts the service and waits until it is ready.
    pub async fn serve(&self, now: Moment) -> Running {
        self.run_service(self.command(&["serve"], now)).await
    }

    /// Starts the service by this command and waits until it is ready.
    pub async fn run_service(&self, mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut running =
            Running { child, url: String::new(), killed: Arc::default(), answered: Arc::default() };
        let first_line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            output.read_line(&mut line).map(|_| line)
        });
        let line = tokio::time::timeout(PATIENCE, first_line).await;
        let line = line.unwrap_or_else(|_| panic!("not ready in time\n{}", self.last_words()));
        let line = line.unwrap().unwrap();
        let url = line.trim().strip_prefix("Đúng Hẹn: ");
        let url = url.unwrap_or_else(|| panic!("it said {line:?}\n{}", self.last_words()));
        running.url = url.to_owned();
        running
    }
}

/// A service between its start and its death; dropped, it is killed as well.
pub struct Running {
    child: Child,
    url: String,
    killed: Arc<AtomicBool>,
    answered: Arc<Notify>,
}

impl Running {
    /// The process that was started.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whoever calls the service as the owner of `token`.
    pub fn caller(&self, token: &str) -> Caller {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Caller {
            client,
            url: self.url.clone(),
            token: token.to_owned(),
            killed: Arc::clone(&self.killed),
            answered: Arc::clone(&self.answered),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.url.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// Waits until somebody has an answer.
    pub async fn answered(&self) {
        tokio::time::timeout(PATIENCE, self.answered.notified()).await.expect("no answer in time");
    }

    /// SIGKILL: nothing is finished, flushed or said.
    pub fn kill(&mut self) {
        self.killed.store(true, Ordering::SeqCst);
        assert_eq!(self.child.try_wait().unwrap(), None, "it had ended before it was killed");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM: it ends by itself, in order.
    pub async fn stop(&mut self) {
        self.killed.store(true, Ordering::SeqCst);
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let ended = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            loop {
                looks.tick().await;
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
            }
        };
        let status = tokio::time::timeout(PATIENCE, ended).await.expect("it doesn't stop");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// One account's way to a running service.
#[derive(Clone)]
pub struct Caller {
    client: reqwest::Client,
    url: String,
    token: String,
    killed: Arc<AtomicBool>,
    answered: Arc<Notify>,
}

impl Caller {
    /// The whole answer, or nothing where the service was killed before it was given.
    pub async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Option<(StatusCode, Value)> {
        let mut request = self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.answer(request).await
    }

    /// The same for what is only looked at.
    pub async fn get(&self, path: &str) -> Option<(StatusCode, Value)> {
        self.answer(self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token)).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Option<(StatusCode, Value)> {
        let answer = async {
            let response = request.send().await?;
            Ok::<_, reqwest::Error>((response.status(), response.json().await?))
        };
        match answer.await {
            Ok(answer) => {
                self.answered.notify_one();
                Some(answer)
            }
            Err(_) if self.killed.load(Ordering::SeqCst) => None,
            Err(error) => panic!("no answer from a service that lives: {error:?}"),
        }
    }
}
