//! Told to stop, the service ends in order and in time, whoever is still on the line (S29, S17).

use std::collections::BTreeMap;
use std::time::Duration;

use dunghen::telemetry::Stopwatch;
use futures_util::future::join_all;

use crate::counter::{Counter, NOW, Told, kept, number};
use crate::is_long;
use crate::line::Line;
use crate::service::{CENTRE, Running, Site};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

fn stops() -> usize {
    if is_long() { 20 } else { 2 }
}

/// One of each kind that would hold a connection for ever.
async fn stuck(service: &Running) -> Vec<Line> {
    let address = service.address();
    let mut lines = join_all((0..4).map(|_| Line::to(address))).await;
    lines[1].send("GET / HTTP/1.1\r\nX-Half: ").await;
    lines[2].send("POST /api/v1/sign-in HTTP/1.1\r\nContent-Length: 100\r\n\r\n{").await;
    assert_eq!(lines[3].get("/healthz").await.status, 200);
    let mut deaf = Line::with_small_ear(address).await;
    deaf.send(&"GET /api/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n".repeat(200)).await;
    lines.push(deaf);
    lines
}

/// Files dossiers until nobody answers any more; what was acknowledged.
async fn hand(counter: &Counter, life: usize, number: usize) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for round in 0.. {
        let key = format!("life-{life}-hand-{number}-{round}");
        match counter.file(&key).await.0 {
            Told::Kept(code) => told.push((key, code)),
            Told::Lost(_) => break,
            other => panic!("{key}: {other:?}"),
        }
    }
    told
}

on_both! {
    async fn it_ends_in_order_and_in_time_whoever_is_still_on_the_line(mut db: TestDb) {
        db.close().await;
        let now = NOW.parse().unwrap();
        let site = Site::new(&db.url, None).with("DUNGHEN__WEB__DRAIN_S", "2");
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut told = BTreeMap::new();
        for life in 0..stops() {
            let mut service = site.serve(now).await;
            let counter = Counter::at(&format!("http://{}", service.address()), &token);
            let lines = stuck(&service).await;
            let hands = join_all((0..4).map(|number| hand(&counter, life, number)));
            let end = async {
                // Somebody is at work when the signal comes.
                while counter.get("/healthz").await.is_err() {}
                assert!(matches!(counter.file(&format!("life-{life}")).await.0, Told::Kept(_)));
                let watch = Stopwatch::start();
                service.stop().await;
                watch.elapsed()
            };
            let (acknowledged, took) = tokio::join!(hands, end);
            drop(lines);
            assert!(took >= Duration::from_secs(2), "the stuck were not waited for: {took:?}");
            assert!(took <= Duration::from_secs(12), "{took:?}");
            told.extend(acknowledged.into_iter().flatten());
            assert!(!site.words().contains("does not end"), "{}", site.last_words());
        }
        let found: BTreeMap<_, _> = kept(&mut db).await.into_iter().collect();
        assert!(told.iter().all(|(key, code)| found.get(key) == Some(code)), "acknowledged and not there");
        assert_eq!(number(&db, "select count(*) from outbox where state = 'sending'").await, 0);
        db.close().await;
        site.verify(now);
    }
}

/// S17: what a client says about itself is not believed.
#[test]
fn the_log_names_the_address_of_the_connection() {
    on_sqlite(async |db| {
        db.close().await;
        let now = NOW.parse().unwrap();
        let site = Site::new(&db.url, None);
        let mut service = site.serve(now).await;
        let mut line = Line::to(service.address()).await;
        let forged = "POST /api/v1/sign-in HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: 203.0.113.7\r\n\
                      Content-Length: 0\r\n\r\n";
        assert_eq!(line.ask(forged).await.status, 415);
        service.stop().await;
        let log = site.words();
        let answered = log.lines().find(|line| line.contains("/api/v1/sign-in")).expect("no line in the log");
        assert!(answered.contains("\"client\":\"127.0.0.1\""), "{answered}");
        assert!(!log.contains("203.0.113.7"), "{log}");
    });
}
