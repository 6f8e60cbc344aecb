//! A PostgreSQL server that stops at once under nodes that serve, and comes back (invariant 15).

use std::time::Duration;

use dunghen::domain::time::Moment;
use dunghen::telemetry::Stopwatch;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::is_long;
use crate::server::Server;
use crate::service::{CENTRE, PATIENCE, PROCEDURE, Running, Site};
use crate::support::db::{postgres_server, run};

const NOW: &str = "2026-11-16T07:30:00+07:00";
const LONGEST: Duration = Duration::from_secs(30);

/// Whether a node calls itself ready and takes a dossier in.
async fn works(node: &Running, token: &str) -> bool {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let readiness = client.get(format!("http://{}/readyz", node.address())).send().await.unwrap();
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": "Tẩn Thị Sua", "phone": "0912345678" },
    });
    let (taken, _) = node.caller(token).post("/api/v1/dossiers", None, &body).await.unwrap();
    readiness.status() == StatusCode::OK && taken == StatusCode::CREATED
}

/// How long it is until all of them work.
async fn all_work(nodes: &[Running], token: &str) -> Duration {
    let waited = Stopwatch::start();
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    while join_all(nodes.iter().map(|node| works(node, token))).await.contains(&false) {
        assert!(waited.elapsed() <= LONGEST, "not all nodes work");
        looks.tick().await;
    }
    waited.elapsed()
}

/// Nobody starts a process anew: each finds the server again by itself, and one of them leads.
#[test]
fn all_nodes_work_again_soon_after_their_server_is_back() {
    if postgres_server().is_none() {
        return;
    }
    let server = Server::make();
    run(async {
        let (site, now): (_, Moment) = (Site::new(&server.url(), None), NOW.parse().unwrap());
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut nodes = join_all((0..3).map(|_| site.serve(now))).await;
        let outages = if is_long() { 20 } else { 2 };
        let mut longest = Duration::ZERO;
        for _ in 0..outages {
            all_work(&nodes, &token).await;
            tokio::task::block_in_place(|| server.stop_immediately());
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..8_000))).await;
            assert!(tokio::task::block_in_place(|| server.start()), "the server does not come back");
            longest = longest.max(all_work(&nodes, &token).await);
        }
        for node in &mut nodes {
            node.stop().await;
        }
        site.verify(now);
        println!("{outages} outages, all nodes work after at most {longest:?}");
    });
}
