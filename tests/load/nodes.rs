//! Several nodes on one PostgreSQL: restarted in turn under load, started and migrated at once.

use std::collections::BTreeMap;
use std::net::ToSocketAddrs;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dunghen::db::Db;
use dunghen::domain::time::Moment;
use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::balancer::Balancer;
use crate::counter::{Counter, NOW, Told, kept, number};
use crate::house::PATIENCE;
use crate::is_long;
use crate::service::{CENTRE, Running, Site};
use crate::support::db::{command, on_postgres, on_server, postgres_server, run};
use crate::support::proxy::{Proxy, Weather};

const HANDS: usize = 8;

/// Files one dossier after the other, each tried again once under its key if need be.
async fn hand(
    counter: &Counter,
    hand: usize,
    is_over: &AtomicBool,
    again: &AtomicUsize,
) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for round in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let key = format!("hand-{hand}-{round}");
        let mut answer = counter.file(&key).await.0;
        if !matches!(answer, Told::Kept(_)) {
            again.fetch_add(1, Ordering::Relaxed);
            answer = counter.file(&key).await.0;
        }
        let Told::Kept(code) = answer else { panic!("{key} failed twice: {answer:?}") };
        told.push((key, code));
    }
    told
}

/// Stops each node and starts it anew, the next one only when it is ready.
async fn restart_all(site: &Site, nodes: &mut [Running], balancer: &Balancer, now: Moment) {
    for (place, node) in nodes.iter_mut().enumerate() {
        node.stop().await;
        *node = site.serve(now).await;
        balancer.set(place, node.address());
        let counter = Counter::at(&format!("http://{}", node.address()), "");
        assert_eq!(counter.get("/readyz").await.unwrap().0, StatusCode::OK);
    }
}

#[test]
fn nodes_restarted_in_turn_lose_no_request_and_double_none() {
    on_postgres(async |mut db| {
        let now = NOW.parse().unwrap();
        let site = Site::new(&db.url, None);
        site.run(&["migrate"], "", now);
        let token = site.account("mai", CENTRE, "reception", now);
        let mut nodes: Vec<Running> = join_all((0..3).map(|_| site.serve(now))).await;
        let balancer = Balancer::before(nodes.iter().map(Running::address).collect()).await;
        let counter = Counter::at(&format!("http://{}", balancer.address), &token);
        let (is_over, again) = (AtomicBool::new(false), AtomicUsize::new(0));
        let hands = join_all((0..HANDS).map(|number| hand(&counter, number, &is_over, &again)));
        let restarts = async {
            for _ in 0..if is_long() { 10 } else { 1 } {
                restart_all(&site, &mut nodes, &balancer, now).await;
            }
            is_over.store(true, Ordering::Relaxed);
        };
        let (told, ()) = tokio::join!(hands, restarts);
        for node in &mut nodes {
            node.stop().await;
        }
        let told: BTreeMap<_, _> = told.into_iter().flatten().collect();
        println!("{} dossiers, {} tried again", told.len(), again.into_inner());
        assert!(told.len() > HANDS * 3);
        assert_eq!(kept(&mut db).await, told.into_iter().collect::<Vec<_>>());
        site.verify(now);
    });
}

/// A database without any schema, and who uses it.
async fn on_empty<T: Future<Output = ()>>(body: impl FnOnce(String) -> T) {
    let server = postgres_server().unwrap();
    let name = format!("dunghen_nodes_{:016x}", rand::random::<u64>());
    command(&server, &format!("create database {name} template template0")).await;
    body(on_server(&server, &name)).await;
    command(&server, &format!("drop database {name} with (force)")).await;
}

async fn steps_made(url: &str) -> usize {
    let db = Db::open(url, &Default::default()).await.unwrap();
    let made = number(&db, "select count(*) from _sqlx_migrations where success").await;
    assert!(db.schema_is_current().await.unwrap());
    db.close().await;
    made
}

fn steps() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "sql")).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn migrate(site: &Site, now: Moment) -> Child {
    site.command(&["migrate"], now).stdout(Stdio::null()).spawn().unwrap()
}

/// Invariant 36 (b).
#[test]
fn three_nodes_that_start_at_once_on_an_empty_database_migrate_it_once() {
    if postgres_server().is_none() {
        return;
    }
    run(on_empty(async |url| {
        let (site, now) = (Site::new(&url, None), NOW.parse().unwrap());
        let children: Vec<Child> = (0..3).map(|_| migrate(&site, now)).collect();
        for mut child in children {
            let status = child.wait().unwrap();
            assert!(status.success(), "{}", site.last_words());
        }
        assert_eq!(steps_made(&url).await, steps().len());
        let nodes: Vec<Running> = join_all((0..3).map(|_| site.serve(now))).await;
        for node in &nodes {
            let counter = Counter::at(&format!("http://{}", node.address()), "");
            assert_eq!(counter.get("/readyz").await.unwrap().0, StatusCode::OK);
        }
    }));
}

/// Invariant 36 (c): before each step reaches the server, after it was carried out, and after the
/// whole step was written down.
#[test]
fn a_migration_killed_inside_of_any_step_is_made_by_the_next() {
    if postgres_server().is_none() {
        return;
    }
    run(on_empty(async |url| {
        let (head, tail) = url.split_once('@').unwrap();
        let (server, name) = tail.split_once('/').unwrap();
        let proxy = Proxy::before(server.to_socket_addrs().unwrap().next().unwrap()).await;
        let site = Site::new(&format!("{head}@{}/{name}", proxy.address), None);
        let now = NOW.parse().unwrap();
        for step in steps() {
            let beginning: String = step.chars().take(60).collect();
            for weather in [
                Weather::SilenceBefore(beginning.clone()),
                Weather::RepliesHeldAfter(beginning),
                Weather::SilenceBefore("INSERT INTO _sqlx_migrations".to_owned()),
            ] {
                proxy.set(weather.clone());
                let mut child = migrate(&site, now);
                let held = tokio::time::timeout(PATIENCE, proxy.held()).await;
                child.kill().unwrap();
                child.wait().unwrap();
                proxy.set(Weather::Fair);
                held.unwrap_or_else(|_| panic!("{weather:?} was never reached: {}", site.last_words()));
            }
            // The next step is reached by one that is killed as well.
        }
        site.run(&["migrate"], "", now);
        assert_eq!(steps_made(&url).await, steps().len());
        site.verify(now);
    }));
}
