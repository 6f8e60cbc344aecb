//! The door to the database keeps its promises, on both engines.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dunghen::db::{Db, DbSettings, Error, Purpose, Result, Sql, Tx, as_text, sql};
use dunghen::domain::time::{Day, Moment};
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::types::Json;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use tokio_util::task::TaskTracker;

const TABLE: Sql = sql!("create table thing (id ", sqlite "integer", postgres "bigint", " primary key, name text not null, version ", sqlite "integer", postgres "bigint", " not null)", sqlite " strict");
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
            if true { panic!("a defect") }
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
}
