//! Copies made under writing come back whole; what is damaged, foreign or newer does not come back.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use dunghen::backup::{self, Fault, Keys, Proved};
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::domain::staff::{Actor, Role};
use dunghen::work::processing::Change;
use tokio_util::task::TaskTracker;

use crate::office::*;
use crate::place::{Place, inspector, stranger};
use crate::support::db::{TestDb, command, on_both, on_postgres, on_server, on_sqlite, postgres_server, run};

/// A few dossiers, some of them settled.
async fn worked(db: &Db) -> (Office, Actor) {
    let office = Office::open(db).await;
    let counter = office.hire(db, CENTRE, &[Role::Reception]).await;
    for _ in 0..5 {
        let receipt = office.receive(db, at("2026-08-17 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
        office.act(db, at("2026-08-17 10:00"), &counter, &receipt.code, transfer(COMMUNE)).await.unwrap();
        office.act(db, at("2026-08-18 10:00"), &counter, &receipt.code, Change::Settled {}).await.unwrap();
    }
    (office, counter)
}

/// Changes some bytes in the middle of a file.
fn damage(file: &Path, part: f64) {
    let mut bytes = std::fs::read(file).unwrap();
    let at = (bytes.len() as f64 * part) as usize;
    bytes[at..at + 24].fill(0xa5);
    std::fs::write(file, bytes).unwrap();
}

async fn do_sql(db: &Db, sql: &'static str) {
    db.write(async move |tx| tx.query(sql).execute().await).await.unwrap();
}

on_both! {
    /// Invariant 34: what was acknowledged before the backup began is in it, and it restores whole.
    async fn a_copy_made_under_writing_comes_back_with_all_that_was_acknowledged(db: TestDb) {
        let (office, counter) = worked(&db).await;
        let (acknowledged, stop) = (Arc::new(AtomicI64::new(5)), Arc::new(AtomicBool::new(false)));
        let writers = TaskTracker::new();
        for _ in 0..4 {
            let (own, office, counter) = (Db::clone(&db), office.clone(), counter.clone());
            let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
            writers.spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    office.receive(&own, at("2026-08-19 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < 25 {
            tokio::task::yield_now().await;
        }
        let place = Place::like(&db).await;
        let file = place.file("copy");
        let before = acknowledged.load(Ordering::SeqCst);
        let made = backup::make(&db, &db.url, &file, false, &inspector(&office)).await.unwrap();
        stop.store(true, Ordering::SeqCst);
        writers.close();
        writers.wait().await;
        let after = acknowledged.load(Ordering::SeqCst);

        let Proved::Whole(proof) = made.proved else { panic!("not restored to try") };
        assert!(proof.findings.is_empty());
        assert_eq!(proof.keys, Keys::Open);
        assert_eq!(made.bytes, file.metadata().unwrap().len());
        let restored = backup::restore(&place.url, &file, false, &inspector(&office)).await.unwrap();
        assert_eq!(restored.proof.counts, proof.counts);
        assert!((before..=after).contains(&restored.proof.counts.dossiers), "{before} {after} {:?}", proof.counts);
        let back = place.open().await;
        assert!(back.schema_is_current().await.unwrap());
        let verdict = office.verify(&back).await;
        assert!(verdict.holds(), "{:?}", verdict.findings);
        assert_eq!(verdict.dossiers, u64::try_from(restored.proof.counts.dossiers).unwrap());
        let next = office.receive(&back, at("2026-08-20 09:00"), &counter, &filed(THREE_DAYS)).await;
        assert!(next.is_ok(), "life goes on where it came back");
        back.close().await;
        assert_eq!(scratch_databases().await, 0);
        place.remove().await;
    }

    async fn nothing_is_restored_over_anything_and_no_copy_over_another(db: TestDb) {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let file = place.file("copy");
        let inspector = inspector(&office);
        backup::make(&db, &db.url, &file, false, &inspector).await.unwrap();
        let first = std::fs::read(&file).unwrap();
        let again = backup::make(&db, &db.url, &file, false, &inspector).await;
        assert!(matches!(again, Err(Fault::Exists(_))), "{again:?}");
        assert_eq!(std::fs::read(&file).unwrap(), first);
        let over = backup::restore(&db.url, &file, false, &inspector).await;
        assert!(matches!(over, Err(Fault::Occupied(_))), "{over:?}");
        assert!(office.verify(&db).await.holds());
        assert_eq!(place.files(), ["copy"]);
        place.remove().await;
    }

    async fn a_damaged_copy_is_refused_and_nothing_of_it_comes_back(db: TestDb) {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let (good, bad) = (place.file("good"), place.file("bad"));
        let inspector = inspector(&office);
        backup::make(&db, &db.url, &good, false, &inspector).await.unwrap();
        let whole = std::fs::read(&good).unwrap();
        let cut = |length: usize| whole[..length].to_vec();
        for half in [cut(0), cut(10), cut(whole.len() / 2), cut(whole.len() - 1), b"a letter, not a database".to_vec()] {
            std::fs::write(&bad, half).unwrap();
            let fault = backup::restore(&place.url, &bad, false, &inspector).await.unwrap_err();
            assert!(fault.is_about_content(), "{fault}");
            assert!(fault.said().vietnamese.contains("bad"), "{fault}");
            assert!(place.is_empty().await);
        }
        assert_eq!(place.files(), ["bad", "good"]);
        place.remove().await;
    }

    async fn another_key_is_told_before_anything_comes_back(db: TestDb) {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let file = place.file("copy");
        backup::make(&db, &db.url, &file, false, &inspector(&office)).await.unwrap();
        let without = backup::Inspector { keys: None, ..inspector(&office) };
        if db.is_sqlite() {
            for wrong in [stranger(&office), without] {
                let fault = backup::restore(&place.url, &file, false, &wrong).await.unwrap_err();
                assert!(matches!(fault, Fault::Keys { .. }), "{fault}");
                assert!(fault.said().vietnamese.contains("/etc/dunghen/dunghen.keys"), "{fault}");
                assert!(place.is_empty().await);
            }
        } else {
            let fault = backup::restore(&place.url, &file, false, &stranger(&office)).await.unwrap_err();
            assert!(matches!(fault, Fault::Keys { .. }), "{fault}");
            assert!(place.is_empty().await);
        }
        // A copy is none the worse for it, and its maker is told.
        let made = backup::make(&db, &db.url, &place.file("other"), false, &stranger(&office)).await.unwrap();
        let Proved::Whole(proof) = made.proved else { panic!("not restored to try") };
        assert!(matches!(proof.keys, Keys::Closed { .. }));
        place.remove().await;
    }

    async fn a_newer_schema_is_refused_and_an_older_one_brought_up(db: TestDb) {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let (newer, older) = (place.file("newer"), place.file("older"));
        let inspector = inspector(&office);
        do_sql(&db, "drop table backup_runs").await;
        do_sql(&db, "delete from _sqlx_migrations where version = 2").await;
        let last = count(&db, "select max(version) from _sqlx_migrations").await;
        backup::make(&db, &db.url, &older, false, &inspector).await.unwrap();
        db.migrate().await.unwrap();
        do_sql(
            &db,
            "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             select 9999, 'of tomorrow', installed_on, success, checksum, 1 from _sqlx_migrations where version = 1",
        )
        .await;
        backup::make(&db, &db.url, &newer, false, &inspector).await.unwrap();

        let refused = backup::restore(&place.url, &newer, false, &inspector).await.unwrap_err();
        assert!(matches!(refused, Fault::Newer { last: 9999, .. }), "{refused}");
        assert!(place.is_empty().await);
        let restored = backup::restore(&place.url, &older, false, &inspector).await.unwrap();
        assert_eq!(restored.migrated_from, Some(last));
        let back = place.open().await;
        assert!(back.schema_is_current().await.unwrap());
        back.close().await;
        place.remove().await;
    }

    /// A database at fault is copied all the same, and said to be so.
    async fn what_differs_when_replayed_is_kept_and_told_and_comes_back_only_on_purpose(db: TestDb) {
        let (office, _) = worked(&db).await;
        do_sql(&db, "update dossiers set outcome = 'late' where id = 1").await;
        let place = Place::like(&db).await;
        let file = place.file("copy");
        let inspector = inspector(&office);
        let made = backup::make(&db, &db.url, &file, false, &inspector).await.unwrap();
        let Proved::Whole(proof) = made.proved else { panic!("not restored to try") };
        // The row itself, and each count that is kept ready of it: on three bases by five dimensions.
        let counts = proof.findings.iter().filter(|one| one.subject.starts_with("figures ")).count();
        assert_eq!((proof.findings.len() - counts, counts), (1, 3 * 5), "{:?}", proof.findings);
        let refused = backup::restore(&place.url, &file, false, &inspector).await.unwrap_err();
        assert!(matches!(refused, Fault::Unsound(_)), "{refused}");
        assert!(place.is_empty().await);
        let restored = backup::restore(&place.url, &file, true, &inspector).await.unwrap();
        assert_eq!(restored.proof.findings, proof.findings);
        place.remove().await;
    }
}

/// Databases that a rehearsal has left on the server of the tests.
async fn scratch_databases() -> i64 {
    let Some(server) = postgres_server() else { return 0 };
    let db = Db::open(&server, &DbSettings::default()).await.unwrap();
    // Of rehearsals under way in other tests, somebody is connected to each.
    let sql = "select count(*) from pg_database d where datname like 'dunghen_drill_%'
               and not exists (select 1 from pg_stat_activity a where a.application_name like 'dunghen-backup%')";
    let left = db.read(async |tx| tx.query(sql).fetch_scalar().await).await.unwrap();
    db.close().await;
    left
}

#[test]
fn one_bit_changed_anywhere_in_a_copy_is_found_before_it_comes_back() {
    on_sqlite(async |db| {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let inspector = inspector(&office);
        let (good, bad) = (place.file("good"), place.file("bad"));
        backup::make(&db, &db.url, &good, false, &inspector).await.unwrap();
        let whole = std::fs::read(&good).unwrap();
        let chosen = std::iter::repeat_with(|| rand::random_range(0..whole.len())).take(40);
        for at in (60..80).chain(chosen) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&bad, bytes).unwrap();
            let refused = backup::restore(&place.url, &bad, false, &inspector).await;
            assert!(refused.as_ref().is_err_and(Fault::is_about_content), "{at}: {refused:?}");
            assert!(place.is_empty().await);
        }
        backup::restore(&place.url, &good, false, &inspector).await.unwrap();
    });
}

#[test]
fn a_database_that_a_service_holds_or_that_left_its_journal_is_not_restored_into() {
    on_sqlite(async |db| {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let inspector = inspector(&office);
        let file = place.file("copy");
        backup::make(&db, &db.url, &file, false, &inspector).await.unwrap();
        let journal = place.file("restored.db-wal");
        std::fs::write(&journal, "").unwrap();
        let fault = backup::restore(&place.url, &file, false, &inspector).await.unwrap_err();
        assert!(matches!(&fault, Fault::Occupied(what) if what.ends_with("-wal")), "{fault}");
        std::fs::remove_file(&journal).unwrap();

        let held = dunghen::db::WriteLock::take(&place.file("restored.db")).unwrap();
        let fault = backup::restore(&place.url, &file, false, &inspector).await.unwrap_err();
        assert!(matches!(fault, Fault::InUse(_)), "{fault}");
        drop(held);
        backup::restore(&place.url, &file, false, &inspector).await.unwrap();
        let serve = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let back = Db::open(&place.url, &serve).await.unwrap();
        assert!(office.verify(&back).await.holds());
        back.close().await;
    });
}

/// Bytes changed anywhere in a dump are found by its sum: in rows, and in the text of the schema,
/// which would come back as something else and go unnoticed.
#[test]
fn a_dump_with_changed_bytes_is_refused_and_the_database_stays_empty() {
    on_postgres(async |db| {
        let (office, _) = worked(&db).await;
        let place = Place::like(&db).await;
        let inspector = inspector(&office);
        let good = place.file("good");
        backup::make(&db, &db.url, &good, false, &inspector).await.unwrap();
        for part in [0.05, 0.3, 0.6, 0.75, 0.9] {
            let bad = place.file("bad");
            std::fs::copy(&good, &bad).unwrap();
            damage(&bad, part);
            let refused = backup::restore(&place.url, &bad, false, &inspector).await;
            assert!(matches!(refused, Err(Fault::Damaged { .. })), "{part}: {refused:?}");
            assert!(place.is_empty().await);
        }
        backup::restore(&place.url, &good, false, &inspector).await.unwrap();
        place.remove().await;
    });
}

#[test]
fn an_account_that_may_make_no_database_gets_a_copy_read_through_and_restores_it() {
    let Some(server) = postgres_server() else { return };
    run(async {
        let role = format!("dunghen_plain_{:08x}", rand::random::<u32>());
        let names = [format!("{role}_a"), format!("{role}_b")];
        command(&server, &format!("create role {role} login")).await;
        for name in &names {
            command(&server, &format!("create database {name} template template0 owner {role}")).await;
        }
        let as_role = |name: &str| on_server(&server, name).replacen("dunghen@", &format!("{role}@"), 1);
        let urls = [as_role(&names[0]), as_role(&names[1])];
        let db = Db::open(&urls[0], &DbSettings::default()).await.unwrap();
        db.migrate().await.unwrap();
        let (office, _) = worked(&db).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy");
        let inspector = inspector(&office);
        let made = backup::make(&db, &urls[0], &file, false, &inspector).await.unwrap();
        assert!(matches!(&made.proved, Proved::ReadThrough { account } if *account == role), "{made:?}");
        let drill = backup::rehearse(&urls[0], &file, folder.path(), &inspector).await.unwrap_err();
        assert!(drill.said().vietnamese.contains(&format!("alter role {role} createdb")), "{drill}");
        let restored = backup::restore(&urls[1], &file, false, &inspector).await.unwrap();
        assert_eq!(restored.proof.counts.dossiers, 5);
        db.close().await;
        for name in &names {
            command(&server, &format!("drop database {name} with (force)")).await;
        }
        command(&server, &format!("drop role {role}")).await;
    });
}
