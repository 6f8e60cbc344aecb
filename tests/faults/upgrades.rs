//! An older program on a schema that a newer one has made (invariant 36).
//!
//! Nodes are exchanged one after the other, so an older one goes on working beside a newer schema
//! whose steps it does not know: steps only ever add. What it does know must be there as it knows it;
//! and nothing of a newer program is ever restored into an older one.

use dunghen::db::{Db, DbSettings, Error, Purpose, Schema};
use dunghen::domain::staff::Role;

use crate::office::*;
use crate::service::Site;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// A step of tomorrow: it is told in the list of steps, and has added something.
async fn go_further(db: &TestDb) {
    db.write(async |tx| {
        tx.query("alter table dossiers add column of_tomorrow text").execute().await?;
        tx.query("create table tomorrow (id integer primary key)").execute().await?;
        tx.query(
            "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             select 9999, 'of tomorrow', installed_on, success, checksum, 1 from _sqlx_migrations where version = 1",
        )
        .execute()
        .await
    })
    .await
    .unwrap();
}

on_both! {
    async fn an_older_program_works_on_beside_steps_that_it_does_not_know(mut db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        go_further(&db).await;
        db.reopen(&DbSettings { purpose: Purpose::Serve, ..DbSettings::default() }).await;
        assert_eq!(db.schema().await.unwrap(), Schema::Newer(9999));
        db.migrate().await.unwrap();
        let receipt = office.receive(&db, at("2026-08-25 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        office.act(&db, at("2026-08-25 10:00"), &team.counter, &receipt.code, transfer(COMMUNE)).await.unwrap();
        office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        assert_eq!(office.sweep(&db, at("2026-08-29 08:00"), 10).await.unwrap().checked, 1);
        assert!(office.verify(&db).await.holds());
        assert_eq!(count(&db, "select count(*) from tomorrow").await, 0, "the newer step is left alone");
    }

    /// A step that is known by the same number and is another one is refused, in the operator's language.
    async fn a_schema_that_went_another_way_is_refused_clearly(db: TestDb) {
        db.write(async |tx| {
            let sql = "update _sqlx_migrations set checksum = (select checksum from _sqlx_migrations where version = 1)
                       where version = 2";
            tx.query(sql).execute().await
        })
        .await
        .unwrap();
        assert!(matches!(db.schema().await, Err(Error::Schema(what)) if what.contains("step 2")));
        db.close().await;
        let opened = Db::open(&db.url, &DbSettings { purpose: Purpose::Serve, ..DbSettings::default() }).await;
        let said = match opened {
            Err(error) => error.to_string(),
            Ok(db) => db.schema_is_current().await.unwrap_err().to_string(),
        };
        assert!(said.contains("schema does not fit"), "{said}");
        let site = Site::new(&db.url, None);
        let ended = site.command(&["serve"], at("2026-08-25 09:00")).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{}", site.last_words());
        assert!(site.last_words().contains("Lược đồ cơ sở dữ liệu không khớp"), "{}", site.last_words());
    }
}
