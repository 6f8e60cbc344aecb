//! Every breach obliges exactly one apology, through kills of whoever sweeps (invariant 21).

use std::collections::BTreeSet;
use std::time::Duration;

use dunghen::db::DbSettings;
use dunghen::domain::staff::Role;
use dunghen::domain::time::Moment;
use dunghen::store;

use crate::figure;
use crate::office::*;
use crate::service::{PATIENCE, Running, Site};
use crate::storms::receive_many;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Five nodes on a server; a file is swept by one process.
const NODES: usize = 5;
/// The level "vừa quá hạn" alone.
const LATE: &str = "2026-08-29 08:00";

on_both! {
    async fn sweepers_that_are_killed_leave_no_breach_out_and_none_twice(mut db: TestDb) {
        let late: Moment = at(LATE);
        let site = Site::new(&db.url, None)
            .with("DUNGHEN__JOBS__SWEEP_S", "1")
            .with("DUNGHEN__JOBS__SWEEP_BATCH", "15");
        db.close().await;
        site.run(&["migrate"], "", late);
        site.serve(late).await.kill();

        db.reopen(&DbSettings::default()).await;
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let (breaches, kills) = (figure(400, 10_000), figure(5, 100));
        receive_many(&office, &db, &clerk, &filed(THREE_DAYS), breaches).await;
        let nodes = if db.is_sqlite() { 1 } else { NODES };
        db.close().await;

        let mut swept = BTreeSet::new();
        for _ in 0..kills {
            let mut services = Vec::new();
            for _ in 0..nodes {
                services.push(site.serve(late).await);
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..=300))).await;
            services.iter_mut().for_each(Running::kill);
            db.reopen(&DbSettings::default()).await;
            swept.insert(count(&db, "select count(*) from obligations").await);
            db.close().await;
        }
        let mut service = site.serve(late).await;
        db.reopen(&DbSettings::default()).await;
        let done = async {
            let mut looks = tokio::time::interval(Duration::from_millis(50));
            while db.read(async |tx| store::sweep::backlog(tx, late).await).await.unwrap().0 > 0 {
                looks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, done).await.expect("it is never done");
        service.kill();

        let breaches = i64::try_from(breaches).unwrap();
        for sql in [
            "select count(*) from obligations",
            "select count(*) from dossiers d join obligations o on o.dossier_id = d.id
             where o.issued_at is null and o.closed_at is null",
            "select count(*) from alerts",
            "select count(distinct dossier_id) from alerts where rule = 'overdue' and level = 0",
        ] {
            assert_eq!(count(&db, sql).await, breaches, "{sql}");
        }
        let untold = "select count(*) from alerts where letter_id is null and not waits";
        assert_eq!(count(&db, untold).await, 0, "each alert has its letter or waits for it");
        assert!(office.verify(&db).await.holds());
        println!("{kills} kills of {nodes} sweepers, {breaches} breaches, found at {swept:?}");
    }
}
