//! Real processes and real signals: who leads when the leader is stopped, killed or frozen, and
//! what becomes of a service that is killed again and again in the middle of its tasks.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::store;
use dunghen::telemetry::Stopwatch;
use rustix::process::{Pid, Signal, kill_process};

use crate::is_long;
use crate::nodes::number;
use crate::office::at;
use crate::service::{PATIENCE, Site};
use crate::support::db::{TestDb, on_postgres, on_sqlite};

/// A service under the name of a node; it ends when dropped.
struct Process {
    child: Child,
    name: String,
    url: String,
}

impl Process {
    /// Starts it and waits until it is ready. Its clock runs, unlike in other tests.
    async fn start(site: &Site, name: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = site.command(&["serve"], at("2026-08-03 06:00"));
        command.env_remove("DUNGHEN_NOW").env("DUNGHEN__JOBS__NODE", name).stdout(Stdio::piped());
        let mut child = command.envs(settings.iter().copied()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            output.read_line(&mut line).map(|_| line)
        });
        let line = tokio::time::timeout(PATIENCE, line).await.unwrap().unwrap().unwrap();
        let url = line.trim().strip_prefix("Đúng Hẹn: ");
        let url = url.unwrap_or_else(|| panic!("it said {line:?}\n{}", site.last_words())).to_owned();
        Self { child, name: name.to_owned(), url }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    async fn ready(&self) -> u16 {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        client.get(format!("{}/readyz", self.url)).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

async fn leader(db: &Db) -> (i64, Option<String>) {
    let leader = db.read(async |tx| store::lease::leader(tx).await).await.unwrap();
    (leader.epoch, leader.name)
}

/// Waits until somebody else than `old` leads; says who and how long it took.
async fn another_leads(db: &Db, old: &str) -> (String, Duration) {
    let waited = Stopwatch::start();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    loop {
        looks.tick().await;
        match leader(db).await.1 {
            Some(name) if name != old => return (name, waited.elapsed()),
            _ => assert!(waited.elapsed() < PATIENCE, "nobody leads"),
        }
    }
}

/// Takes the leader out of the nodes.
async fn take_leader(db: &Db, nodes: &mut Vec<Process>) -> Process {
    let (_, name) = leader(db).await;
    let place = nodes.iter().position(|node| Some(&node.name) == name.as_ref()).unwrap();
    nodes.remove(place)
}

/// SQLite has one process, whose successor leads at once: see the turns.
#[test]
fn another_node_leads_soon_after_the_leader_is_stopped_killed_or_frozen() {
    on_postgres(async |db: TestDb| {
        let site = Site::new(&db.url, None);
        let mut nodes = Vec::new();
        for name in ["one", "two", "three", "four"] {
            nodes.push(Process::start(&site, name, &[]).await);
        }
        for node in &nodes {
            assert_eq!(node.ready().await, 200, "{}", node.name);
        }
        let checked = site.run(&["check"], "", at("2026-08-03 06:00"));
        assert!(checked.contains("one điều phối"), "{checked}");

        let mut stopped = take_leader(&db, &mut nodes).await;
        stopped.signal(Signal::TERM);
        let (_, took) = another_leads(&db, &stopped.name).await;
        assert!(took <= Duration::from_secs(3), "after a clean stop: {took:?}");
        println!("clean stop: {took:?}");
        assert!(stopped.child.wait().unwrap().success());

        for _ in 0..if is_long() { 20 } else { 1 } {
            let mut killed = take_leader(&db, &mut nodes).await;
            killed.signal(Signal::KILL);
            let (_, took) = another_leads(&db, &killed.name).await;
            assert!(took <= Duration::from_secs(20), "after a kill: {took:?}");
            println!("kill -9: {took:?}");
            killed.child.wait().unwrap();
            if is_long() {
                nodes.push(Process::start(&site, &format!("after {}", killed.name), &[]).await);
            }
        }

        for _ in 0..if is_long() { 10 } else { 1 } {
            let frozen = take_leader(&db, &mut nodes).await;
            let (epoch, _) = leader(&db).await;
            frozen.signal(Signal::STOP);
            let (next, took) = another_leads(&db, &frozen.name).await;
            println!("frozen: {took:?}");
            frozen.signal(Signal::CONT);
            // It follows now: the lease is renewed past two of its rounds and stays the other's.
            let renewed = "select count(*) from nodes where seen_at > (select acquired_at from leadership)";
            let looked = Stopwatch::start();
            while number(&db, renewed).await < i64::try_from(nodes.len() + 1).unwrap() {
                assert!(looked.elapsed() < PATIENCE, "not all nodes are heard of");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(leader(&db).await, (epoch + 1, Some(next)));
            let stale = "select count(*) from job_ticks t where exists (select 1 from job_ticks e
                         where e.task = t.task and e.epoch > t.epoch and e.due_at < t.due_at)";
            assert_eq!(number(&db, stale).await, 0);
            nodes.push(frozen);
        }
    });
}

/// Tasks are due each second and the service is killed in the middle of them, again and again.
#[test]
fn a_service_killed_in_its_tasks_loses_no_second_of_them() {
    on_sqlite(async |mut db: TestDb| {
        let url = db.url.clone();
        db.reopen(&DbSettings { purpose: Purpose::Command, ..DbSettings::default() }).await;
        let site = Site::new(&url, None);
        let table = "[tidy]\ncron = \"* * * * * *\"\nmissed = \"every\"\n[statistics]\ncron = \"* * * * * *\"\nmissed = \"every\"\n\
            [digest]\ncron = \"* * * * * *\"\nmissed = \"once_latest\"\n";
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jobs.toml"), table).unwrap();
        let config = [("DUNGHEN_CONFIG", folder.path().to_str().unwrap())];
        for _ in 0..if is_long() { 40 } else { 4 } {
            let mut process = Process::start(&site, "only", &config).await;
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..2_500))).await;
            process.child.kill().unwrap();
            process.child.wait().unwrap();
        }
        let mut last = Process::start(&site, "only", &config).await;
        let waited = Stopwatch::start();
        // All that waited is done, and new seconds go on being done.
        let behind = "select count(*) from job_ticks where state in ('waiting', 'running')";
        while number(&db, behind).await > 3
            || number(&db, "select count(*) from job_ticks where task = 'tidy' and state = 'done'").await < 5
        {
            assert!(
                waited.elapsed() < PATIENCE,
                "{} are left\n{}",
                number(&db, behind).await,
                site.last_words()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(last.ready().await, 200);
        last.signal(Signal::TERM);
        assert!(last.child.wait().unwrap().success());
        for task in ["tidy", "statistics", "digest"] {
            let rows = crate::nodes::rows(&db, task).await;
            let seconds: Vec<i64> = rows.iter().map(|(due_at, _)| due_at.seconds()).collect();
            assert!(seconds.windows(2).all(|two| two[1] == two[0] + 1), "{task}: a second is missing");
            let odd: Vec<_> =
                rows.iter().filter(|(_, state)| state == "dead" || state == "running").collect();
            assert!(odd.is_empty(), "{task}: {odd:?}");
            if task != "digest" {
                assert!(rows.iter().all(|(_, state)| state == "done" || state == "waiting"), "{task}");
            }
        }
    });
}
