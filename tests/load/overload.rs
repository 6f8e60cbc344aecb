//! Four times as much as is let in: the rest is sent away at once, and the service keeps its beat (37).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::counter::{Counter, NOW, Told, kept};
use crate::counts;
use crate::is_long;
use crate::service::{CENTRE, Running, Site};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// As many requests are let in at once.
const LET_IN: usize = 32;
/// Who is sent away comes back after so long; the service asks for more.
const PAUSE: Duration = Duration::from_millis(200);
const MOST_MEMORY_KIB: u64 = 512 * 1024;

fn length() -> Duration {
    Duration::from_secs(if is_long() { 120 } else { 6 })
}

#[derive(Default)]
struct Ledger {
    kept: Mutex<BTreeMap<String, String>>,
    lengths: Mutex<Vec<Duration>>,
    busy: Mutex<usize>,
    is_over: AtomicBool,
}

impl Ledger {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

/// Files one dossier after the other; what was sent away is not tried again under its key, and so
/// must never turn up.
async fn hand(counter: &Counter, number: usize, ledger: &Ledger) {
    for round in 0.. {
        if ledger.is_over() {
            return;
        }
        let key = format!("hand-{number}-{round}");
        match counter.file(&key).await {
            (Told::Kept(code), length) => {
                ledger.kept.lock().unwrap().insert(key, code);
                ledger.lengths.lock().unwrap().push(length);
            }
            (Told::Busy, _) => {
                *ledger.busy.lock().unwrap() += 1;
                tokio::time::sleep(PAUSE).await;
            }
            (other, _) => panic!("{key}: {other:?}"),
        }
    }
}

/// Whoever watches and whoever signs in gets through, and every loop keeps its beat.
async fn watch(counter: &Counter, service: &Running, ledger: &Ledger) {
    let end = tokio::time::sleep(length());
    tokio::pin!(end);
    let mut beat = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            () = &mut end => break,
            _ = beat.tick() => {}
        }
        let (status, text) = counter.get("/readyz").await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        let (status, text) = counter.get("/metrics").await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        let samples = counts::read(&text);
        for (key, silent) in samples.iter().filter(|(key, _)| key.starts_with("dunghen_loop_silent_seconds"))
        {
            let period = samples[&key.replace("silent", "period")];
            assert!(*silent <= 3.0 * period, "{key} is {silent}");
        }
        assert!(samples["dunghen_db_up"] > 0.0 && samples["dunghen_http_requests_under_way"] <= 64.0);
        assert_eq!(counter.sign_in("mai").await.unwrap(), StatusCode::OK);
        let memory = memory_kib(service.id());
        assert!(memory <= MOST_MEMORY_KIB, "{memory} KiB");
    }
    ledger.is_over.store(true, Ordering::Relaxed);
}

/// The most memory that the process has had.
fn memory_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

on_both! {
    async fn what_is_too_much_is_sent_away_at_once_and_the_rest_is_served(mut db: TestDb) {
        db.close().await;
        let now = NOW.parse().unwrap();
        let site = Site::new(&db.url, None).with("DUNGHEN__WEB__MAX_REQUESTS", "32").with("DUNGHEN__JOBS__SWEEP_S", "1");
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut service = site.serve(now).await;
        let url = format!("http://{}", service.address());
        let (ledger, counter) = (Ledger::default(), Counter::at(&url, &token));
        let hands = join_all((0..4 * LET_IN).map(|number| hand(&counter, number, &ledger)));
        tokio::join!(hands, watch(&counter, &service, &ledger));
        let memory = memory_kib(service.id());
        service.stop().await;

        let (told, busy) = (ledger.kept.into_inner().unwrap(), ledger.busy.into_inner().unwrap());
        assert!(busy > 0, "nobody was sent away");
        let mut lengths = ledger.lengths.into_inner().unwrap();
        lengths.sort();
        let p99 = lengths[lengths.len() * 99 / 100];
        println!("{} let in, {busy} sent away, p99 {p99:?}, {memory} KiB", told.len());
        assert!(p99 <= Duration::from_secs(2), "{p99:?}");
        assert_eq!(kept(&mut db).await, told.into_iter().collect::<Vec<_>>());
        db.close().await;
    }
}
