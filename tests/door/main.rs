//! The door to the database keeps its promises, on both engines.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/server.rs"]
mod server;

mod entrances;
mod faults;
mod killed;
mod outage;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dunghen::db::{Db, DbSettings, Error, Purpose, Result, Sql, Tx, as_text, sql};
use dunghen::domain::time::{Day, Moment};
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use sqlx::types::Json;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use tokio_util::task::TaskTracker;

const TABLE: Sql = sql!(
    "create table thing (id ", sqlite "integer", postgres "bigint", " primary key, name text not null, version ",
    sqlite "integer", postgres "bigint", " not null)", sqlite " strict"
);
const ADD: &str = "insert into thing (id, name, version) values ($1, $2, 1)";

async fn make_table(db: &Db) {
    db.write(async |tx| tx.query(TABLE).execute().await).await.unwrap();
}

async fn add(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query(ADD).bind(id).bind("a thing").execute().await.map(drop)
}

async fn ids(db: &Db) -> Vec<i64> {
    let rows = db.read(async |tx| tx.query("select id from thing order by id").fetch_all::<(i64,)>().await);
    rows.await.unwrap().into_iter().map(|(id,)| id).collect()
}

on_both! {
    async fn a_deed_that_fails_leaves_nothing(db: TestDb) {
        make_table(&db).await;
        let refused = db.write(async |tx| {
            add(tx, 1).await?;
            Err::<(), _>(Error::Missing)
        });
        assert!(matches!(refused.await, Err(Error::Missing)));
        let clash = db.write(async |tx| {
            add(tx, 2).await?;
            add(tx, 2).await
        });
        assert!(clash.await.unwrap_err().is_unique_violation());
        let defect = db.write(async |tx| {
            add(tx, 3).await?;
            explode(true);
            Ok(())
        });
        assert!(matches!(defect.await, Err(Error::Panicked)));
        assert!(ids(&db).await.is_empty());
        db.write(async |tx| add(tx, 4).await).await.unwrap();
        assert_eq!(ids(&db).await, [4]);
    }

    async fn a_refused_statement_cannot_be_passed_over(db: TestDb) {
        make_table(&db).await;
        let deaf = db.write(async |tx| {
            add(tx, 1).await?;
            _ = add(tx, 1).await;
            _ = add(tx, 2).await;
            Ok(())
        });
        assert!(deaf.await.unwrap_err().is_unique_violation());
        assert!(ids(&db).await.is_empty());
    }

    async fn a_refused_deed_leaves_its_neighbours_alone(db: TestDb) {
        make_table(&db).await;
        let deeds = (0..200_i64).map(|id| {
            db.write(async move |tx| {
                add(tx, id).await?;
                match id % 10 {
                    3 => Err(Error::Missing),
                    6 => add(tx, id).await, // the key is taken
                    9 => panic!("a defect"),
                    _ => Ok(()),
                }
            })
        });
        let told: Vec<bool> = join_all(deeds).await.iter().map(Result::is_ok).collect();
        let expected: Vec<i64> = (0..200).filter(|id| ![3, 6, 9].contains(&(id % 10))).collect();
        assert_eq!(ids(&db).await, expected);
        assert_eq!(told.iter().filter(|ok| **ok).count(), expected.len());
    }

    /// Each task writes pairs and is aborted at another moment of its work.
    async fn a_caller_that_leaves_cuts_no_deed_in_half_and_harms_nobody(mut db: TestDb) {
        make_table(&db).await;
        let told = Arc::new(AtomicU32::new(0));
        for round in 0..200_i64 {
            let (own, told) = (Db::clone(&db), Arc::clone(&told));
            let caller = TaskTracker::new().spawn(async move {
                let pair = own.write(async move |tx| {
                    add(tx, 2 * round).await?;
                    add(tx, 2 * round + 1).await
                });
                pair.await.unwrap();
                told.fetch_add(1, Ordering::Relaxed);
                own.read(async |tx| tx.query("select count(*) from thing").fetch_scalar::<i64>().await).await.unwrap();
            });
            tokio::time::sleep(Duration::from_micros(rand::random_range(0..4_000))).await;
            caller.abort();
            _ = caller.await;
        }
        db.reopen(&DbSettings { purpose: Purpose::Serve, ..DbSettings::default() }).await;
        let ids = ids(&db).await;
        assert_eq!(ids.len() % 2, 0, "a pair is whole or not there");
        assert!(ids.chunks(2).all(|pair| pair[0] % 2 == 0 && pair[1] == pair[0] + 1));
        assert!(ids.len() >= 2 * usize::try_from(told.load(Ordering::Relaxed)).unwrap(), "what was told is there");
        join_all((0..32).map(|_| db.read(async |tx| tx.query("select cast(1 as bigint)").fetch_scalar::<i64>().await)))
            .await
            .into_iter()
            .for_each(|read| assert_eq!(read.unwrap(), 1));
        assert_eq!(db.usage().map(|(_, usage)| usage.busy), [0; 3]);
    }

    async fn of_32_writers_who_expect_a_version_one_wins(db: TestDb) {
        make_table(&db).await;
        db.write(async |tx| add(tx, 1).await).await.unwrap();
        for version in 1..=20_i64 {
            let writers = (0..32).map(|_| {
                db.write(async move |tx| {
                    let sql = "update thing set version = version + 1 where id = 1 and version = $1";
                    if tx.query(sql).bind(version).execute().await? == 1 { Ok(()) } else { Err(Error::Missing) }
                })
            });
            let outcomes = join_all(writers).await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(Error::Missing))));
        }
    }

    async fn a_look_sees_one_snapshot(db: TestDb) {
        make_table(&db).await;
        db.write(async |tx| add(tx, 1).await).await.unwrap();
        let count = "select count(*) from thing";
        let counts = db.read(async |tx| {
            let before: i64 = tx.query(count).fetch_scalar().await?;
            db.write(async |tx| add(tx, 2).await).await?;
            Ok((before, tx.query(count).fetch_scalar::<i64>().await?))
        });
        assert_eq!(counts.await.unwrap(), (1, 1));
        assert_eq!(ids(&db).await, [1, 2]);
    }

    async fn a_look_cannot_change_anything(db: TestDb) {
        make_table(&db).await;
        let change = db.read(async |tx| add(tx, 1).await);
        assert!(matches!(change.await, Err(Error::Statement(_))));
        assert!(ids(&db).await.is_empty());
    }

    async fn a_statement_without_end_is_broken_off(mut db: TestDb) {
        make_table(&db).await;
        let hurried = DbSettings {
            purpose: Purpose::Serve,
            call_limit: Duration::from_millis(1_500),
            statement_timeout: Duration::from_millis(500),
            ..DbSettings::default()
        };
        db.reopen(&hurried).await;
        const ENDLESS: &str =
            "with recursive n (i) as (select 1 union all select (i + 1) % 1000 from n) select count(*) from n";
        let look = db.read(async |tx| tx.query(ENDLESS).fetch_scalar::<i64>().await);
        assert!(matches!(look.await, Err(Error::TimedOut)));
        let deed = db.write(async |tx| {
            add(tx, 1).await?;
            tx.query(ENDLESS).fetch_scalar::<i64>().await
        });
        assert!(matches!(deed.await, Err(Error::TimedOut)));
        db.write(async |tx| add(tx, 2).await).await.unwrap();
        assert_eq!(ids(&db).await, [2]);
    }

    async fn what_was_asked_for_before_closing_is_done_and_nothing_after(mut db: TestDb) {
        make_table(&db).await;
        let deeds: Vec<_> = (0..50_i64)
            .map(|id| {
                let own = Db::clone(&db);
                TaskTracker::new().spawn(async move { own.write(async move |tx| add(tx, id).await).await })
            })
            .collect();
        db.write(async |tx| add(tx, 1000).await).await.unwrap();
        db.close().await;
        assert!(matches!(db.write(async |tx| add(tx, 2000).await).await, Err(Error::Stopped)));
        let mut told = 1;
        for deed in deeds {
            told += usize::from(deed.await.unwrap().is_ok());
        }
        db.reopen(&DbSettings::default()).await;
        assert_eq!(ids(&db).await.len(), told);
    }

    async fn instants_and_days_come_back_as_they_were_and_in_order(db: TestDb) {
        const TABLE: Sql = sql!(
            "create table at (moment ", sqlite "text", postgres "timestamptz", " not null, day ",
            sqlite "text", postgres "date", " not null, note ", sqlite "text", postgres "timestamptz", ")"
        );
        // A fraction must not sort before the whole second.
        let moments: Vec<Moment> = [-62_135_596_800_000_000, -1, 0, 1, 999_999, 1_000_000, 1_500_000, 2_000_000,
            1_795_420_800_000_000, 253_402_207_200_000_000]
            .map(|micros| Moment::from_micros(micros).unwrap())
            .into();
        let days: Vec<Day> = ["0001-01-01", "1969-12-31", "1970-01-01", "1999-12-31", "2000-01-01", "2024-02-29",
            "2026-11-23", "2026-11-24", "9998-01-01", "9999-12-31"]
            .map(|day| day.parse().unwrap())
            .into();
        let pairs: Vec<(Moment, Day)> = moments.into_iter().zip(days).collect();
        let stored = pairs.clone();
        db.write(async move |tx| {
            tx.query(TABLE).execute().await?;
            for (moment, day) in stored.iter().rev() {
                let sql = "insert into at (moment, day, note) values ($1, $2, $3)";
                tx.query(sql).bind(*moment).bind(*day).bind(None::<Moment>).execute().await?;
            }
            Ok(())
        })
        .await
        .unwrap();
        for order in [
            "select moment, day from at where note is null order by moment",
            "select moment, day from at where note is null order by day",
        ] {
            let read: Vec<(Moment, Day)> = db.read(async |tx| tx.query(order).fetch_all().await).await.unwrap();
            assert_eq!(read, pairs);
        }
        let (middle, day) = pairs[5];
        let before = db.read(async |tx| {
            let sql = "select count(*) from at where (moment, day) < ($1, $2)";
            tx.query(sql).bind(middle).bind(day).fetch_scalar::<i64>().await
        });
        assert_eq!(before.await.unwrap(), 5);
    }

    async fn five_thousand_rows_go_in_with_one_statement(db: TestDb) {
        const TABLE: Sql = sql!(
            "create table line (id ", sqlite "integer", postgres "bigint", " primary key, name text, at ",
            sqlite "text", postgres "timestamptz", " not null, until ", sqlite "text", postgres "timestamptz",
            ", on_day ", sqlite "text", postgres "date", ", open ", sqlite "integer", postgres "boolean",
            " not null, more ", sqlite "text", postgres "jsonb", " not null)", sqlite " strict"
        );
        const ADD_ALL: Sql = sql!(
            "insert into line (id, name, at, until, on_day, open, more)
             select r.id, r.name, r.at, r.until, r.on_day, r.open, r.more from ",
            rows "$1" as r {
                id: integer, name: text, at: moment, until: moment, on_day: day, open: boolean, more: json
            },
            " where true on conflict do nothing"
        );
        #[derive(Clone, Debug, PartialEq, serde::Serialize, sqlx::FromRow)]
        struct Line {
            id: i64,
            name: Option<String>,
            #[serde(serialize_with = "as_text")]
            at: Moment,
            #[serde(serialize_with = "as_text")]
            until: Option<Moment>,
            on_day: Option<Day>,
            open: bool,
            more: Json<serde_json::Value>,
        }
        let lines: Vec<Line> = (0..5_000)
            .map(|id| Line {
                id,
                name: (id % 3 != 0).then(|| format!("Nguyễn \"Văn\" {id}")),
                at: Moment::from_micros(1_795_420_800_000_000 + id).unwrap(),
                until: (id % 2 == 0).then(|| Moment::from_seconds(id).unwrap()),
                on_day: (id % 5 == 0).then(|| Day::new(2026, 11, 23).unwrap()),
                open: id % 7 == 0,
                more: Json(serde_json::json!({ "n": id, "list": [1, "hai"] })),
            })
            .collect();
        let given = Arc::new(lines.clone());
        let added = db.write(async move |tx| {
            tx.query(TABLE).execute().await?;
            tx.query(ADD_ALL).bind(Json(&*given)).execute().await?;
            tx.query(ADD_ALL).bind(Json(&given[4_000..])).execute().await
        });
        assert_eq!(added.await.unwrap(), 0, "rows that are there already are left alone");
        let all = "select id, name, at, until, on_day, open, more from line order by id";
        assert_eq!(db.read(async |tx| tx.query(all).fetch_all::<Line>().await).await.unwrap(), lines);
        let streamed = db.report(async |tx| {
            tx.query(all).fetch::<Line>().try_fold(0, async |count, _| Ok(count + 1)).await
        });
        assert_eq!(streamed.await.unwrap(), 5_000);
    }
}

#[test]
fn a_sqlite_file_has_one_writing_process_and_many_that_look() {
    on_sqlite(async |db| {
        make_table(&db).await;
        let serve = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        assert!(matches!(Db::open(&db.url, &serve).await, Err(Error::Locked(_))));

        let beside = Db::open(&db.url, &DbSettings::default()).await.unwrap();
        db.write(async |tx| add(tx, 1).await).await.unwrap();
        assert_eq!(ids(&beside).await, [1]);
        assert!(matches!(beside.write(async |tx| add(tx, 2).await).await, Err(Error::Locked(_))));

        db.close().await;
        beside.write(async |tx| add(tx, 3).await).await.unwrap();
        assert!(matches!(Db::open(&db.url, &serve).await, Err(Error::Locked(_))));
        beside.close().await;
        let again = Db::open(&db.url, &serve).await.unwrap();
        assert_eq!(ids(&again).await, [1, 3]);
    });
}

/// A defect in a deed.
fn explode(now: bool) {
    assert!(!now, "a defect");
}
