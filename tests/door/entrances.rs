//! Requests are turned away where too many wait; what the clock does goes before them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dunghen::db::{Db, DbSettings, Error, Purpose, Result};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::{add, ids, make_table};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The order in which deeds were done.
type Order = Arc<Mutex<Vec<i64>>>;

fn do_it(db: &Db, order: &Order, id: i64) -> JoinHandle<Result<()>> {
    let (own, order) = (db.clone(), Arc::clone(order));
    TaskTracker::new().spawn(async move {
        let deed = own.write(async move |tx| {
            order.lock().unwrap().push(id);
            add(tx, id).await
        });
        deed.await
    })
}

async fn until_so_many_wait(db: &Db, count: u64) {
    let looks = async {
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        while db.meter().deeds.get() != count {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, looks).await.expect("they don't wait");
}

on_both! {
    async fn above_the_limit_a_request_is_turned_away_and_the_clock_gets_through(mut db: TestDb) {
        make_table(&db).await;
        let narrow = DbSettings {
            purpose: Purpose::Serve,
            waiting_deeds: 3,
            postgres_connections: 1,
            sqlite_readers: 1,
            ..DbSettings::default()
        };
        db.reopen(&narrow).await;
        let (requests, clock) = (db.for_requests(), db.for_the_clock());
        let (begun, go_on, order) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Order::default());
        let (own, begin, end) = (requests.clone(), Arc::clone(&begun), Arc::clone(&go_on));
        let holding = TaskTracker::new().spawn(async move {
            let deed = own.write(async move |tx| {
                begin.notify_one();
                end.notified().await;
                add(tx, 1).await
            });
            deed.await
        });
        begun.notified().await;
        let waiting = [2, 3].map(|id| do_it(&requests, &order, id));
        until_so_many_wait(&db, 3).await;
        let refused = tokio::time::timeout(Duration::from_secs(1), requests.write(async |tx| add(tx, 4).await));
        assert!(matches!(refused.await.expect("at once"), Err(Error::Busy)));

        let by_the_clock = do_it(&clock, &order, 10);
        if db.is_sqlite() {
            until_so_many_wait(&db, 4).await;
        } else {
            by_the_clock.await.unwrap().unwrap();
            order.lock().unwrap().push(0);
        }
        go_on.notify_one();
        for done in [holding].into_iter().chain(waiting) {
            done.await.unwrap().unwrap();
        }
        let order = order.lock().unwrap().clone();
        let expected: &[i64] = if db.is_sqlite() { &[10] } else { &[10, 0] };
        assert!(order.starts_with(expected), "{order:?}");
        requests.write(async |tx| add(tx, 5).await).await.unwrap();
        assert!(ids(&db).await.starts_with(&[1, 2, 3, 5]));
    }

    async fn the_clock_looks_while_every_other_connection_is_in_use(mut db: TestDb) {
        let narrow = DbSettings {
            purpose: Purpose::Serve,
            postgres_connections: 1,
            sqlite_readers: 1,
            acquire_limit: Duration::from_secs(1),
            ..DbSettings::default()
        };
        db.reopen(&narrow).await;
        let (looking, looks) = oneshot::channel();
        let look = db.read(async move |_| {
            looking.send(()).unwrap();
            std::future::pending::<Result<()>>().await
        });
        let others = async {
            looks.await.unwrap();
            assert!(matches!(db.read(async |_| Ok(())).await, Err(Error::Unavailable(_))));
            db.for_the_clock().read(async |_| Ok(())).await.unwrap();
        };
        tokio::select! {
            _ = look => panic!("it looks for ever"),
            () = others => {}
        }
    }
}
