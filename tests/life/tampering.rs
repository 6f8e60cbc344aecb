//! Events and audit only grow; who gets around that is named by `verify`.

use dunghen::db::Sql;
use dunghen::domain::staff::Role;
use dunghen::work::processing::Change;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Three dossiers with a few events each; seven events and audit rows in all.
async fn worked(db: &TestDb) -> (Office, Vec<String>) {
    let office = Office::open(db).await;
    let counter = office.hire(db, CENTRE, &[Role::Reception]).await;
    let mut codes = Vec::new();
    for number in 0..3 {
        let receipt = office.receive(db, at("2026-08-17 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
        if number < 2 {
            office.act(db, at("2026-08-17 10:00"), &counter, &receipt.code, transfer(COMMUNE)).await.unwrap();
            office
                .act(db, at("2026-08-18 10:00"), &counter, &receipt.code, Change::Settled {})
                .await
                .unwrap();
        }
        codes.push(receipt.code);
    }
    assert!(office.verify(db).await.holds());
    (office, codes)
}

async fn run(db: &TestDb, sql: impl Into<Sql>) -> dunghen::db::Result<u64> {
    let sql = sql.into();
    db.write(async move |tx| tx.query(sql).execute().await).await
}

/// What only the owner of the database can do.
async fn unlock(db: &TestDb) {
    let triggers = if db.is_sqlite() {
        [
            "drop trigger dossier_events_are_never_changed",
            "drop trigger dossier_events_are_never_removed",
            "drop trigger audit_is_never_changed",
            "drop trigger audit_is_never_removed",
            "drop trigger dossiers_only_go_forward",
        ]
        .as_slice()
    } else {
        &[
            "drop trigger dossier_events_are_append_only on dossier_events",
            "drop trigger audit_is_append_only on audit",
            "drop trigger dossiers_only_go_forward on dossiers",
        ]
    };
    for sql in triggers {
        run(db, *sql).await.unwrap();
    }
}

/// The subjects that are named after these statements, and all that is said of them.
async fn named_after(office: &Office, db: &TestDb, statements: &[&'static str]) -> (Vec<String>, String) {
    for sql in statements {
        assert!(run(db, *sql).await.unwrap() > 0, "{sql}");
    }
    let verdict = office.verify(db).await;
    let subjects = verdict.findings.iter().map(|finding| finding.subject.clone()).collect();
    let said: Vec<_> = verdict.findings.into_iter().map(|finding| finding.what).collect();
    (subjects, said.join("; "))
}

on_both! {
    /// LIFE-05: neither events nor audit rows can be changed or removed.
    async fn both_logs_refuse_to_be_changed(db: TestDb) {
        let (office, _) = worked(&db).await;
        for sql in [
            "update dossier_events set kind = 'returned'",
            "update dossier_events set at = recorded_at where seq = 1",
            "delete from dossier_events where seq = 3",
            "update audit set actor_id = 0",
            "delete from audit where seq = 7",
        ] {
            let refused = run(&db, sql).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
        }
        assert!(office.verify(&db).await.holds());
        assert_eq!(count(&db, "select count(*) from dossier_events").await, 7);
    }

    /// MON-06: a row that does not say what the events give is named with its columns.
    async fn an_edited_row_is_named_with_what_differs(db: TestDb) {
        let (office, codes) = worked(&db).await;
        unlock(&db).await;
        for (edit, column, back) in [
            ("update dossiers set outcome = 'late' where id = 1", "outcome", "update dossiers set outcome = 'early' where id = 1"),
            ("update dossiers set late_from = registered_at where id = 1", "late_from", "update dossiers set late_from = (select late_from from dossiers where id = 2) where id = 1"),
            ("update dossiers set version = version + 1 where id = 1", "version", "update dossiers set version = version - 1 where id = 1"),
        ] {
            let (subjects, said) = named_after(&office, &db, &[edit]).await;
            assert_eq!(subjects, [codes[0].clone()], "{edit}");
            assert!(said.contains(column), "{said}");
            let (subjects, _) = named_after(&office, &db, &[back]).await;
            assert!(subjects.is_empty(), "{back}");
        }
    }

    async fn a_removed_event_is_named(db: TestDb) {
        let (office, codes) = worked(&db).await;
        unlock(&db).await;
        let (subjects, said) =
            named_after(&office, &db, &["delete from dossier_events where dossier_id = 1 and seq = 3"]).await;
        assert_eq!(subjects, [codes[0].clone()], "the last one");
        assert!(said.contains("ended_at"), "{said}");
        let (subjects, _) =
            named_after(&office, &db, &["delete from dossier_events where dossier_id = 2 and seq = 2"]).await;
        assert_eq!(subjects, codes[..2], "one in the middle");
        let (subjects, _) = named_after(&office, &db, &["delete from dossier_events where dossier_id = 3"]).await;
        assert_eq!(subjects, codes, "all of them");
    }

    async fn a_changed_audit_row_is_named(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, said) =
            named_after(&office, &db, &["update audit set subject = 'H35.21.01-260817-0002' where seq = 2"]).await;
        assert_eq!(subjects, ["audit row 2"]);
        assert!(said.contains("content"), "{said}");
    }

    async fn a_removed_audit_row_is_named(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, said) = named_after(&office, &db, &["delete from audit where seq = 4"]).await;
        assert!(subjects.iter().all(|subject| subject == "audit row 5"), "{subjects:?}");
        assert!(said.contains("follows row 3"), "{said}");
    }

    /// Closing the gap in the numbers does not close it in the chain.
    async fn a_removed_audit_row_is_named_though_the_others_move_up(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, _) = named_after(&office, &db, &[
            "delete from audit where seq = 4",
            "update audit set seq = 4 where seq = 5",
            "update audit set seq = 5 where seq = 6",
            "update audit set seq = 6 where seq = 7",
            "update audit_head set seq = 6",
        ])
        .await;
        assert_eq!(subjects.first().map(String::as_str), Some("audit row 4"));
    }

    async fn an_inserted_audit_row_is_named(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, said) = named_after(&office, &db, &[
            "insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
             select 8, at, actor_id, unit, action, subject, detail, hash, hash from audit where seq = 7",
        ])
        .await;
        assert!(subjects.contains(&"audit row 8".to_owned()), "{subjects:?} {said}");
    }

    async fn two_swapped_audit_rows_are_named(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, _) = named_after(&office, &db, &[
            "update audit set seq = 99 where seq = 3",
            "update audit set seq = 3 where seq = 4",
            "update audit set seq = 4 where seq = 99",
        ])
        .await;
        assert!(["audit row 3", "audit row 4"].iter().all(|row| subjects.contains(&(*row).to_owned())), "{subjects:?}");
    }

    async fn a_cut_off_tail_of_the_audit_is_named(db: TestDb) {
        let (office, _) = worked(&db).await;
        unlock(&db).await;
        let (subjects, said) = named_after(&office, &db, &["delete from audit where seq >= 6"]).await;
        assert_eq!(subjects, ["audit row 6"]);
        assert!(said.contains("gone"), "{said}");
    }
}
