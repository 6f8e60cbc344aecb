//! Clients that leave at any byte and any moment change nothing by halves and poison nothing (4).

use std::collections::BTreeMap;
use std::net::ToSocketAddrs;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use crate::counter::{Counter, NOW, kept, number};
use crate::counts;
use crate::house::PATIENCE;
use crate::is_long;
use crate::line::Line;
use crate::service::{CENTRE, Running, Site};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::support::proxy::{Proxy, Weather};

/// At most so long takes each reply of the database.
fn slow() -> Duration {
    Duration::from_millis(if is_long() { 300 } else { 100 })
}

const HANDS: usize = 24;

fn visits() -> usize {
    if is_long() { 2_000 } else { 96 }
}

/// Files a dossier and stays for the answer, or leaves before or after the request is whole.
async fn visit(service: &Running, token: &str, number: usize) -> Option<(String, String)> {
    let key = format!("visit-{number}");
    let body = Counter::filing(&key).to_string();
    let request = format!(
        "POST /api/v1/dossiers HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut line = Line::to(service.address()).await;
    match rand::random_range(0..3) {
        0 => {
            line.send_bytes(&request.as_bytes()[..rand::random_range(0..request.len())]).await;
            None
        }
        1 => {
            line.send(&request).await;
            line.is_quiet_for(slow().mul_f64(rand::random_range(0.0..4.0))).await;
            None
        }
        _ => {
            let answer = line.ask(&request).await;
            if answer.status == 503 {
                return None; // so slow a database can't serve everybody
            }
            assert_eq!(answer.status, 201, "{}", answer.body);
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            Some((key, body["code"].as_str().unwrap().to_owned()))
        }
    }
}

/// Waits until nothing is in use any more.
async fn rest(service: &Running) {
    let idle = async {
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        loop {
            looks.tick().await;
            let samples = counts::read(&Line::to(service.address()).await.get("/metrics").await.body);
            let busy = "dunghen_db_connections{pool=\"common\",state=\"busy\"}";
            if samples[busy] + samples["dunghen_db_deeds_under_way"] == 0.0
                && samples["dunghen_http_requests_under_way"] <= 1.0
            {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), idle).await.expect("connections stay in use");
}

on_both! {
    async fn a_client_that_leaves_at_any_moment_harms_nobody(mut db: TestDb) {
        db.close().await;
        // SQLite has no network to be slow.
        let proxy = match db.url.strip_prefix("postgres://dunghen@") {
            Some(rest) => {
                let (server, name) = rest.split_once('/').unwrap();
                let proxy = Proxy::before(server.to_socket_addrs().unwrap().next().unwrap()).await;
                let url = format!("postgres://dunghen@{}/{name}", proxy.address);
                Some((proxy, url))
            }
            None => None,
        };
        let url = proxy.as_ref().map_or(&db.url, |(_, url)| url);
        let site = Site::new(url, None);
        let now = NOW.parse().unwrap();
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut service = site.serve(now).await;
        if let Some((proxy, _)) = &proxy {
            proxy.set(Weather::Slow(slow()));
        }
        let visits = stream::iter((0..visits()).map(|number| visit(&service, &token, number)));
        let told: Vec<_> = visits.buffer_unordered(HANDS).collect().await;
        let told: BTreeMap<_, _> = told.into_iter().flatten().collect();
        rest(&service).await;
        let found: BTreeMap<_, _> = kept(&mut db).await.into_iter().collect();
        if proxy.is_some() {
            let lingering = number(
                &db,
                "select count(*) from pg_stat_activity
                 where datname = current_database() and state like 'idle in transaction%'
                   and clock_timestamp() - state_change > interval '1 second'",
            );
            assert_eq!(lingering.await, 0);
        }
        assert!(!told.is_empty() && found.len() >= told.len());
        for (key, code) in &told {
            assert_eq!(found.get(key), Some(code), "{key} was acknowledged");
        }
        println!("{} acknowledged, {} kept of those who left", told.len(), found.len() - told.len());
        db.close().await;
        tokio::time::timeout(PATIENCE, service.stop()).await.unwrap();
        site.verify(now);
    }
}
