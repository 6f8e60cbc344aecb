//! A PostgreSQL server that stops from one instant to the next, as with its machine.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use futures_util::future::join_all;

use crate::server::Server;
use crate::support::db::{postgres_server, run};
use crate::{add, ids, make_table};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const WRITERS: usize = 8;
const OUTAGES: i64 = 3;
/// Deeds begun before the server stops, in each of its lives.
const BEFORE_IT_STOPS: i64 = 300;

/// A commit is answered before the next one has to wait, and never before it is in the log for good.
#[test]
fn what_was_acknowledged_survives_a_server_that_stops_at_once() {
    if postgres_server().is_none() {
        return;
    }
    let server = Server::make();
    run(async {
        let mut kept: Vec<i64> = Vec::new();
        for life in 0..OUTAGES {
            let db = Db::open(&server.url(), &settings()).await.unwrap();
            if life == 0 {
                make_table(&db).await;
            }
            let next = AtomicI64::new(life * 1_000_000);
            let writers = join_all((0..WRITERS).map(|_| write_until_refused(&db, &next)));
            let end = stop_after(&server, &next, life * 1_000_000 + BEFORE_IT_STOPS);
            let (told, ()) = in_time(async { tokio::join!(writers, end) }).await;
            kept.extend(told.into_iter().flatten());
            db.close().await;
            assert!(server.start(), "the server does not come back");
        }
        let db = Db::open(&server.url(), &settings()).await.unwrap();
        let there = ids(&db).await;
        db.close().await;
        let lost: Vec<&i64> = kept.iter().filter(|id| there.binary_search(id).is_err()).collect();
        assert!(kept.len() > 500, "only {} were written", kept.len());
        assert!(lost.is_empty(), "{} of {} acknowledged are lost: {lost:?}", lost.len(), kept.len());
        println!("{OUTAGES} outages, {} acknowledged, 0 lost", kept.len());
    });
}

fn settings() -> DbSettings {
    DbSettings { call_limit: Duration::from_secs(4), ..DbSettings::default() }
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it takes too long")
}

/// What was acknowledged to one writer.
async fn write_until_refused(db: &Db, next: &AtomicI64) -> Vec<i64> {
    let mut told = Vec::new();
    loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        match db.write(async move |tx| add(tx, id).await).await {
            Ok(()) => told.push(id),
            Err(_) => return told,
        }
    }
}

async fn stop_after(server: &Server, next: &AtomicI64, count: i64) {
    while next.load(Ordering::Relaxed) < count {
        tokio::task::yield_now().await;
    }
    tokio::task::block_in_place(|| server.stop_immediately());
}
