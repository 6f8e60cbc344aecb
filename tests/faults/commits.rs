//! A commit whose answer is lost does no harm where the request has a key (invariant 3).

use std::collections::BTreeSet;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use axum::http::StatusCode;
use dunghen::db::{Db, DbSettings};
use dunghen::domain::staff::Role;

use crate::figure;
use crate::node::Node;
use crate::office::*;
use crate::support::db::{TestDb, on_postgres};
use crate::support::proxy::{Proxy, Weather};

/// The isolation level is named alike, hence the mark behind it.
const COMMIT: &str = "commit;";

async fn through_a_proxy(near: &TestDb) -> (Db, Proxy) {
    let (head, tail) = near.url.split_once('@').expect("a URL with a user");
    let (host, name) = tail.split_once('/').unwrap();
    let server: SocketAddr = host.to_socket_addrs().unwrap().next().unwrap();
    let proxy = Proxy::before(server).await;
    let url = format!("{head}@{}/{name}", proxy.address);
    // Each lost answer comes with the end of its connection: a slow disk must not look like one.
    let settings = DbSettings { call_limit: Duration::from_secs(60), ..DbSettings::default() };
    (Db::open(&url, &settings).await.unwrap(), proxy)
}

/// SQLite has no network in between: it answers when the commit is on the disk.
#[test]
fn a_request_repeated_after_an_unanswered_commit_makes_one_dossier_and_has_one_answer() {
    on_postgres(async |near| {
        let office = Office::open(&near).await;
        let counter = office.hire(&near, CENTRE, &[Role::Reception]).await;
        let (far, proxy) = through_a_proxy(&near).await;
        let node = Node::of(&office, &far, at("2026-08-25 09:00"));
        let token = node.token(&counter).await;
        let (trials, mut kept, mut codes) = (figure(30, 500), 0, BTreeSet::new());
        for trial in 0..trials {
            let key = format!("trial-{trial}");
            let reaches_it = trial % 2 == 0;
            proxy.set(if reaches_it { Weather::CutAfter(COMMIT) } else { Weather::CutBefore(COMMIT) });
            let (status, told) = node.take_in(&token, Some(&key), THREE_DAYS, "counter").await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{trial}: {told}");
            assert!(
                told["detail"].as_str().unwrap().contains("Chưa rõ"),
                "it is said that nobody knows: {told}"
            );
            let there = count(&near, "select count(*) from dossiers").await;
            kept += i64::from(reaches_it && there == trial + 1);

            let (status, first) = node.take_in(&token, Some(&key), THREE_DAYS, "counter").await;
            assert_eq!(status, StatusCode::CREATED, "{trial}: {first}");
            let (status, second) = node.take_in(&token, Some(&key), THREE_DAYS, "counter").await;
            assert_eq!((status, &second), (StatusCode::CREATED, &first), "{trial}");
            codes.insert(first["code"].as_str().unwrap().to_owned());
        }
        assert_eq!(kept, (trials + 1) / 2, "whenever the commit had arrived, it was kept");
        assert_eq!(i64::try_from(codes.len()).unwrap(), trials);
        assert_eq!(count(&near, "select count(*) from dossiers").await, trials);
        assert_eq!(count(&near, "select count(*) from idempotency_keys").await, trials);
        assert!(office.verify(&near).await.holds());
        far.close().await;
        println!("{trials} commits without an answer, {kept} of them kept");
    });
}
