//! What no statement may do, whoever sends it: the database itself refuses it (invariant 6).

use std::collections::BTreeSet;

use dunghen::db::Sql;
use dunghen::domain::staff::Role;
use dunghen::domain::state::State;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

async fn run(db: &TestDb, sql: impl Into<Sql>) -> dunghen::db::Result<u64> {
    let sql = sql.into();
    db.write(async move |tx| tx.query(sql).execute().await).await
}

/// LIFE-01, as a figure of arrows.
const MOVES: [(State, &[State]); 6] = [
    (State::Registered, &[State::Received, State::SupplementRequested, State::Withdrawn, State::NotReceived]),
    (
        State::Received,
        &[State::Processing, State::SupplementRequested, State::Withdrawn, State::Stopped, State::Settled],
    ),
    (
        State::Processing,
        &[
            State::SupplementRequested,
            State::PaymentRequested,
            State::Withdrawn,
            State::Stopped,
            State::Settled,
        ],
    ),
    (State::SupplementRequested, &[State::Received, State::Processing, State::Withdrawn, State::Stopped]),
    (State::PaymentRequested, &[State::Processing, State::Withdrawn, State::Stopped]),
    (State::Settled, &[State::Returned, State::Processing]),
];

fn is_lawful(from: State, to: State) -> bool {
    MOVES.iter().any(|(one, others)| *one == from && others.contains(&to))
}

on_both! {
    async fn a_statement_that_would_undo_what_was_promised_owed_or_told_is_refused(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let receipt = office.receive(&db, at("2026-08-25 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        office.sweep(&db, at("2026-08-29 08:00"), 10).await.unwrap();
        let when = at("2026-08-29 09:00");
        office.act(&db, when, &team.head, &receipt.code, apology(Some("2026-09-04"))).await.unwrap();
        run(&db, "update outbox set state = 'sent' where id = 1").await.unwrap();
        let before = office.dossier(&db, &receipt.code).await;
        for sql in [
            "update dossiers set state = 'nonsense', version = version + 1",
            "update dossiers set outcome = 'fine'",
            "update dossiers set state = 'returned', version = version + 1, ended_at = registered_at",
            "update dossiers set state = 'processing'",
            "update dossiers set version = version - 1",
            "update dossiers set ended_at = registered_at",
            "update dossiers set state = 'settled', version = version + 1",
            "update dossiers set code = 'H35.21.01-260825-9999'",
            "update dossiers set original_due_at = due_soon_at",
            "update dossiers set original_due_on = null",
            "delete from dossiers",
            "delete from dossier_events",
            "update dossier_events set at = recorded_at",
            "delete from obligations",
            "update obligations set opened_at = issued_at",
            "update obligations set issued_at = null",
            "delete from alerts",
            "update alerts set created_at = since",
            "update alerts set recipient_id = 1, level = level + 1",
            "delete from outbox",
            "update outbox set state = 'queued' where state = 'sent'",
            "update outbox set message_id = message_id || 'x'",
            "update audit set actor_id = 0",
            "update code_sequences set last = last - 1",
        ] {
            let refused = run(&db, sql).await;
            assert!(refused.is_err(), "{sql} was carried out on {refused:?} rows");
        }
        assert_eq!(office.dossier(&db, &receipt.code).await, before);
        assert!(office.verify(&db).await.holds());
    }

    /// Every pair of states: what the law knows no move for, no statement can do.
    async fn of_all_moves_between_states_the_lawful_ones_alone_are_taken(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let mut taken = BTreeSet::new();
        for from in State::ALL {
            for to in State::ALL.into_iter().filter(|to| *to != from) {
                let receipt = office.receive(&db, at("2026-08-25 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
                let known = office.known(&db, &receipt.code).await;
                db.write(async move |tx| {
                    // A row of another source is not bound to the rules, and so is put where it is to begin.
                    for (sql, state) in [
                        ("update dossiers set source = 'another' where id = $1 and $2 <> ''", from),
                        ("update dossiers set state = $2, version = version + 1 where id = $1", from),
                        ("update dossiers set source = null where id = $1 and $2 <> ''", from),
                    ] {
                        tx.query(sql).bind(known.id).bind(state.id()).execute().await?;
                    }
                    Ok(())
                })
                .await
                .unwrap();
                let moved = db
                    .write(async move |tx| {
                        let sql = "update dossiers set state = $2, version = version + 1,
                            ended_at = case when $3 then null else registered_at end where id = $1";
                        tx.query(sql).bind(known.id).bind(to.id()).bind(to.is_open()).execute().await
                    })
                    .await;
                if moved.is_ok() {
                    taken.insert((from, to));
                }
            }
        }
        let all = State::ALL.into_iter().flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)));
        let lawful: BTreeSet<_> = all.filter(|(from, to)| is_lawful(*from, *to)).collect();
        assert_eq!(taken, lawful);
    }
}
