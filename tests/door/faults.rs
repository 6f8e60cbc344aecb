//! What the door does when the database, the disk or the network does not do its part.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dunghen::db::{Db, DbSettings, Error, Purpose, Result, Tx};
use futures_util::future::join_all;
use tokio::sync::Barrier;
use tokio_util::task::TaskTracker;

use crate::support::db::{TestDb, command, on_both, on_postgres, on_server, on_sqlite, postgres_server};
use crate::support::proxy::{Proxy, Weather};
use crate::{add, ids, make_table};

on_both! {
    async fn a_deed_waits_for_room_in_the_queue_and_all_are_done(db: TestDb) {
        make_table(&db).await;
        let deeds = (0..2_000_i64).map(|id| db.write(async move |tx| add(tx, id).await));
        for done in join_all(deeds).await {
            done.unwrap();
        }
        assert_eq!(ids(&db).await.len(), 2_000);
    }
}

#[test]
fn a_full_disk_costs_the_deed_that_met_it_and_no_neighbour() {
    on_sqlite(async |db| {
        make_table(&db).await;
        // Ends with the connection, as the disk's end does when there is room again.
        let full = |id: i64| {
            db.write(async move |tx| {
                tx.query("pragma max_page_count = 8").execute().await?;
                let sql = "insert into thing (id, name, version) values ($1, $2, 1)";
                tx.query(sql).bind(id).bind("x".repeat(1_000_000)).execute().await.map(drop)
            })
        };
        let small = |id: i64| db.write(async move |tx| add(tx, id).await);
        let (a, b, c, d, e) = tokio::join!(small(1), full(2), small(3), full(4), small(5));
        assert!(matches!((b, d), (Err(Error::Full(_)), Err(Error::Full(_)))));
        assert!(matches!((a, c, e), (Ok(()), Ok(()), Ok(()))));
        assert_eq!(ids(&db).await, [1, 3, 5]);
    });
}

/// SQLite undoes the whole transaction when a change is broken off.
#[test]
fn a_deed_that_takes_the_transaction_with_it_costs_no_neighbour() {
    on_sqlite(async |mut db| {
        make_table(&db).await;
        let serve = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        db.reopen(&DbSettings { call_limit: Duration::from_secs(3), ..serve.clone() }).await;
        let endless = db.write(async |tx| {
            let sql = "with recursive n (i) as (select 1 union all select (i + 1) % 1000 from n)
                       insert into thing (id, name, version) select i + 100, 'x', 1 from n where i < 0";
            tx.query(sql).execute().await
        });
        let small = |id: i64| db.write(async move |tx| add(tx, id).await);
        let (first, endless, last) = tokio::join!(small(1), endless, small(2));
        assert!(matches!(endless, Err(Error::TimedOut)));
        assert!(matches!((first, last), (Ok(()), Ok(()))));
        assert_eq!(ids(&db).await, [1, 2]);
    });
}

#[test]
fn a_copy_is_whole_while_the_service_goes_on() {
    on_sqlite(async |db| {
        make_table(&db).await;
        db.write(async |tx| add(tx, 1).await).await.unwrap();
        let copy = db.path().unwrap().with_file_name("copy.db");
        let (copied, added) = tokio::join!(db.copy_to(&copy), db.write(async |tx| add(tx, 2).await));
        copied.unwrap();
        added.unwrap();
        assert!(db.copy_to(&copy).await.is_err(), "nothing is overwritten");
        let url = format!("sqlite:{}", copy.display());
        let other = Db::open(&url, &DbSettings::default()).await.unwrap();
        assert_eq!(ids(&other).await[0], 1);
        let check = other.read(async |tx| tx.query("pragma integrity_check").fetch_scalar::<String>().await);
        assert_eq!(check.await.unwrap(), "ok");
    });
}

/// PostgreSQL through a proxy, on one connection so that every user meets the same one.
struct Far {
    db: Db,
    proxy: Proxy,
}

impl Far {
    async fn from(near: &TestDb) -> Self {
        Self::with(near, 1).await
    }

    async fn with(near: &TestDb, postgres_connections: u32) -> Self {
        let (server, head, name) = server_of(near);
        let proxy = Proxy::before(server).await;
        let url = format!("{head}@{}/{name}", proxy.address);
        let settings = DbSettings {
            application_name: "far".to_owned(),
            postgres_connections,
            call_limit: Duration::from_secs(4),
            acquire_limit: Duration::from_secs(2),
            ..DbSettings::default()
        };
        Self { db: Db::open(&url, &settings).await.unwrap(), proxy }
    }
}

/// Where the server listens, what stands before that in the URL, and the database's name.
fn server_of(near: &TestDb) -> (SocketAddr, &str, &str) {
    let (head, tail) = near.url.split_once('@').expect("a URL with a user");
    let (host, name) = tail.split_once('/').unwrap();
    (host.to_socket_addrs().unwrap().next().unwrap(), head, name)
}

/// Finding out about a transaction that is begun while its user is already gone.
#[test]
fn what_is_acknowledged_after_a_cancelled_begin_is_seen_by_everybody() {
    on_postgres(async |near| {
        make_table(&near).await;
        let far = Far::from(&near).await;
        for round in 0..5_i64 {
            let reached = Arc::new(AtomicU32::new(0));
            far.proxy.set(Weather::RepliesHeld);
            let (own, reach) = (far.db.clone(), Arc::clone(&reached));
            let reader = TaskTracker::new().spawn(async move {
                let look = own.read(async move |_| {
                    reach.store(1, Ordering::Relaxed);
                    Ok(())
                });
                look.await
            });
            far.proxy.held().await;
            reader.abort();
            assert!(reader.await.unwrap_err().is_cancelled());
            assert_eq!(reached.load(Ordering::Relaxed), 0, "the reply to begin was held back");
            far.proxy.set(Weather::Fair);

            far.db.write(async move |tx| add(tx, round).await).await.unwrap();
            assert_eq!(ids(&near).await.last(), Some(&round), "acknowledged, so another connection sees it");
        }
        let lingering = near.read(async |tx| {
            let sql = "select count(*) from pg_stat_activity
                       where datname = current_database() and state like 'idle in transaction%'";
            tx.query(sql).fetch_scalar::<i64>().await
        });
        assert_eq!(lingering.await.unwrap(), 0);
        far.db.close().await;
    });
}

#[test]
fn a_connection_lost_before_the_commit_is_replaced_and_the_deed_done_again() {
    on_postgres(async |near| {
        make_table(&near).await;
        let far = Far::from(&near).await;
        let done = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&done);
        far.proxy.set(Weather::CutBefore("insert into thing"));
        let deed = far.db.write(async move |tx| {
            count.fetch_add(1, Ordering::Relaxed);
            add(tx, 1).await
        });
        deed.await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 2);
        assert_eq!(ids(&near).await, [1]);
        far.db.close().await;
    });
}

#[test]
fn a_connection_lost_during_the_commit_is_told_as_such_and_never_tried_again() {
    on_postgres(async |near| {
        make_table(&near).await;
        let far = Far::from(&near).await;
        let done = Arc::new(AtomicU32::new(0));
        const COMMIT: &str = "commit;"; // the isolation level is named alike
        for (id, weather) in [(1, Weather::CutAfter(COMMIT)), (2, Weather::CutBefore(COMMIT))] {
            let count = Arc::clone(&done);
            far.proxy.set(weather);
            let deed = far.db.write(async move |tx| {
                count.fetch_add(1, Ordering::Relaxed);
                add(tx, id).await
            });
            assert!(matches!(deed.await, Err(Error::CommitUnknown(_))));
        }
        assert_eq!(done.load(Ordering::Relaxed), 2, "each was done once");
        far.db.write(async |tx| add(tx, 3).await).await.unwrap();
        assert_eq!(ids(&near).await, [1, 3], "the first was kept, the second was not");
        far.db.close().await;
    });
}

/// Invariant 35: whatever the server was asked last.
#[test]
fn a_server_that_falls_silent_costs_no_more_than_the_limit_and_is_found_again() {
    on_postgres(async |near| {
        make_table(&near).await;
        let far = Far::from(&near).await;
        let patience = Duration::from_secs(8);
        let read = async || tokio::time::timeout(patience, far.db.read(async |_| Ok(()))).await.unwrap();
        let write = async |id| {
            let write = far.db.write(async move |tx| add(tx, id).await);
            tokio::time::timeout(patience, write).await.expect("it outlives its limit")
        };
        far.proxy.set(Weather::Silence);
        assert!(matches!(write(1).await, Err(Error::Unavailable(_) | Error::TimedOut)));
        assert!(matches!(read().await, Err(Error::Unavailable(_) | Error::TimedOut)));
        far.proxy.set(Weather::Fair);
        write(2).await.unwrap();
        far.proxy.set(Weather::SilenceBefore("for the first time".to_owned()));
        let asked = far.db.write(async |tx| {
            add(tx, 3).await?;
            tx.query("select 'for the first time'").execute().await
        });
        assert!(matches!(tokio::time::timeout(patience, asked).await.unwrap(), Err(Error::TimedOut)));
        far.proxy.set(Weather::Fair);
        write(4).await.unwrap();
        for (id, weather) in
            [(5, Weather::SilenceBefore as fn(String) -> Weather), (6, Weather::RepliesHeldAfter)]
        {
            far.proxy.set(weather("commit;".to_owned()));
            assert!(matches!(write(id).await, Err(Error::CommitUnknown(_))), "{id}");
            far.proxy.set(Weather::Fair);
            read().await.unwrap();
        }
        let mut kept = ids(&near).await;
        kept.retain(|id| *id != 5); // its commit may have been on its way all the time
        assert_eq!(kept, [2, 4, 6], "what was not told as unknown is as it was told");
        far.db.close().await;
    });
}

#[test]
fn a_server_that_is_silent_from_the_start_is_not_waited_for_without_end() {
    on_postgres(async |near| {
        let proxy = Proxy::before(server_of(&near).0).await;
        proxy.set(Weather::Silence);
        let (_, head, name) = server_of(&near);
        let url = format!("{head}@{}/{name}", proxy.address);
        let settings = DbSettings { acquire_limit: Duration::from_secs(1), ..DbSettings::default() };
        let open = tokio::time::timeout(Duration::from_secs(5), Db::open(&url, &settings)).await;
        assert!(matches!(open.expect("it outlives its limit"), Err(Error::Unavailable(_))));
    });
}

#[test]
fn a_network_that_comes_and_goes_leaves_no_connection_behind() {
    on_postgres(async |near| {
        make_table(&near).await;
        let far = Far::with(&near, 3).await;
        for flap in 0..50_i64 {
            far.proxy.set(Weather::CutBefore("begin isolation level read committed"));
            let deeds = (0..6).map(|id| far.db.write(async move |tx| add(tx, flap * 10 + id).await));
            for outcome in join_all(deeds).await {
                outcome.unwrap();
            }
        }
        assert_eq!(ids(&near).await.len(), 300);
        let backends = near.read(async |tx| {
            let sql = "select count(*) from pg_stat_activity
                       where datname = current_database() and application_name = 'far'";
            tx.query(sql).fetch_scalar::<i64>().await
        });
        assert!(backends.await.unwrap() <= 3);
        far.db.close().await;
    });
}

#[test]
fn three_nodes_that_migrate_at_once_do_it_once() {
    on_postgres(async |db| {
        let server = postgres_server().unwrap();
        let (_, name) = db.url.rsplit_once('/').unwrap();
        command(&server, &format!("create database {name}_empty template template0")).await;
        let url = on_server(&server, &format!("{name}_empty"));
        let node = Db::open(&url, &DbSettings::default()).await.unwrap();
        let steps = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres")).unwrap();
        let steps =
            steps.filter(|step| step.as_ref().unwrap().path().extension().is_some_and(|end| end == "sql"));
        let known = steps.count();
        assert_eq!(node.schema_is_current().await.unwrap(), known == 0);
        for outcome in join_all([node.migrate(), node.migrate(), node.migrate()]).await {
            outcome.unwrap();
        }
        assert!(node.schema_is_current().await.unwrap());
        let made = node.read(async |tx| {
            tx.query("select count(*) from _sqlx_migrations where success").fetch_scalar::<i64>().await
        });
        assert_eq!(usize::try_from(made.await.unwrap()).unwrap(), known);
        node.close().await;
        command(&server, &format!("drop database {name}_empty with (force)")).await;
    });
}

#[test]
fn backends_killed_while_idle_are_not_noticed_by_anybody() {
    on_postgres(async |db| {
        make_table(&db).await;
        join_all((0..10_i64).map(|id| db.write(async move |tx| add(tx, id).await))).await;
        let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()";
        db.write(async move |tx| tx.query(kill).fetch_scalar::<i64>().await).await.unwrap();
        for outcome in join_all((10..20_i64).map(|id| db.write(async move |tx| add(tx, id).await))).await {
            outcome.unwrap();
        }
        assert_eq!(ids(&db).await.len(), 20);
    });
}

#[test]
fn a_serialization_failure_is_tried_again_until_it_succeeds() {
    on_postgres(async |db| {
        make_table(&db).await;
        let done = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&done);
        let deed = db.write(async move |tx| {
            add(tx, 1).await?;
            if count.fetch_add(1, Ordering::Relaxed) < 2 {
                let fail = "do $$ begin raise exception 'not now' using errcode = '40001'; end $$";
                tx.query(fail).execute().await?;
            }
            Ok(())
        });
        deed.await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 3);
        assert_eq!(ids(&db).await, [1]);

        let never = db.write(async |tx| {
            tx.query("do $$ begin raise exception 'never' using errcode = '40001'; end $$").execute().await
        });
        assert!(matches!(never.await, Err(Error::Contended(_))));
    });
}

#[test]
fn of_two_deeds_in_a_deadlock_both_are_done_in_the_end() {
    async fn raise(tx: &mut Tx, id: i64) -> Result<u64> {
        tx.query("update thing set version = version + 1 where id = $1").bind(id).execute().await
    }

    on_postgres(async |db| {
        make_table(&db).await;
        db.write(async |tx| {
            add(tx, 1).await?;
            add(tx, 2).await
        })
        .await
        .unwrap();
        let (both, done) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        let deeds = [(1, 2), (2, 1)].map(|(first, second)| {
            let (both, done) = (Arc::clone(&both), Arc::clone(&done));
            db.write(async move |tx| {
                raise(tx, first).await?;
                if done.fetch_add(1, Ordering::Relaxed) < 2 {
                    both.wait().await;
                }
                raise(tx, second).await
            })
        });
        for outcome in join_all(deeds).await {
            assert_eq!(outcome.unwrap(), 1);
        }
        assert_eq!(done.load(Ordering::Relaxed), 3, "one of them was done twice");
        let versions =
            db.read(async |tx| tx.query("select version from thing order by id").fetch_all::<(i64,)>().await);
        assert_eq!(versions.await.unwrap(), [(3,), (3,)]);
    });
}
