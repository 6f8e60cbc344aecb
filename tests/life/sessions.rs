//! Who is behind a session or token, and until when.

use std::cell::Cell;

use dunghen::db::Result;
use dunghen::domain::staff::Role;
use dunghen::domain::time::Moment;
use dunghen::seal::digest;
use dunghen::store;
use dunghen::store::tokens::NewToken;
use dunghen::work::sign_in::{self, Limits, SignedIn, Whence};
use jiff::SignedDuration;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const LIMITS: Limits =
    Limits { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) };

async fn behind(db: &TestDb, token: &[u8], now: Moment) -> Option<SignedIn> {
    db.read(async |tx| sign_in::of_session(tx, token, now, LIMITS).await).await.unwrap()
}

async fn write(db: &TestDb, sql: &'static str) -> Result<u64> {
    db.write(async move |tx| tx.query(sql).execute().await).await
}

on_both! {
    /// A session ends when idle, at its absolute end, when signed out, and with the account.
    async fn a_session_lasts_as_long_as_it_is_used_and_no_longer_than_a_day(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let person = db.read(async |tx| store::staff::by_id(tx, clerk.staff_id.0).await).await.unwrap().unwrap();
        let next_token = Cell::new(0_u8);
        let begin = async |when: &str| {
            next_token.set(next_token.get() + 1);
            let (desk, person, token) = (office.desk(at(when)), person.clone(), vec![next_token.get(); 32]);
            let kept = token.clone();
            db.write(async move |tx| sign_in::begin(tx, &desk, &person, &token, LIMITS, &Whence::default()).await).await.unwrap();
            kept
        };
        let token = begin("2026-08-17 08:00").await;
        assert!(behind(&db, &token, at("2026-08-17 08:29:59")).await.is_some());
        assert!(behind(&db, &token, at("2026-08-17 08:30")).await.is_none(), "idle");
        assert!(behind(&db, &[9; 32], at("2026-08-17 08:01")).await.is_none());

        // In use all day long, it ends after twelve hours all the same.
        for minutes in (20..=700).step_by(20) {
            let now = at("2026-08-17 08:00").plus(SignedDuration::from_mins(minutes));
            let signed_in = behind(&db, &token, now).await.unwrap();
            assert!(signed_in.is_due_for_a_note && signed_in.may_write);
            let hash = digest(&token);
            db.write(async move |tx| store::sessions::touch(tx, &hash, now).await).await.unwrap();
        }
        assert!(behind(&db, &token, at("2026-08-17 19:59:59")).await.is_some());
        assert!(behind(&db, &token, at("2026-08-17 20:00")).await.is_none());

        // Signed out is out, also for a request that was under way and notes its use.
        let token = begin("2026-08-18 08:00").await;
        let (desk, who, gone) = (office.desk(at("2026-08-18 08:05")), person.clone(), token.clone());
        db.write(async move |tx| sign_in::end(tx, &desk, &who, &gone).await).await.unwrap();
        let hash = digest(&token);
        db.write(async move |tx| store::sessions::touch(tx, &hash, at("2026-08-18 08:05")).await).await.unwrap();
        assert!(behind(&db, &token, at("2026-08-18 08:06")).await.is_none());

        let token = begin("2026-08-19 08:00").await;
        write(&db, if db.is_sqlite() { "update staff set active = 0" } else { "update staff set active = false" })
            .await
            .unwrap();
        assert!(behind(&db, &token, at("2026-08-19 08:01")).await.is_none(), "the account is closed");
        assert_eq!(count(&db, "select count(*) from audit").await, 4, "three sign-ins and one sign-out");
    }

    /// A bearer token is good until it ends or is revoked, and writes only where it may.
    async fn a_token_is_good_until_it_ends_or_is_revoked(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let id = clerk.staff_id.0;
        for (token, scope) in [("reads", "read"), ("writes", "write")] {
            db.write(async move |tx| {
                let new = NewToken {
                    token_hash: &digest(token.as_bytes()),
                    staff_id: id,
                    label: "",
                    scope,
                    unit: None,
                    now: at("2026-08-17 08:00"),
                    expires_at: at("2026-09-17 08:00"),
                };
                store::tokens::insert(tx, &new).await
            })
            .await
            .unwrap();
        }
        let of = async |token: &'static str, now: &str| {
            db.read(async |tx| sign_in::of_token(tx, token, at(now)).await).await.unwrap()
        };
        assert!(!of("reads", "2026-08-18 08:00").await.unwrap().may_write);
        assert!(of("writes", "2026-09-17 07:59:59").await.unwrap().may_write);
        assert!(of("writes", "2026-09-17 08:00").await.is_none());
        assert!(of("another", "2026-08-18 08:00").await.is_none());
        write(&db, "update api_tokens set revoked_at = created_at").await.unwrap();
        assert!(of("writes", "2026-08-18 08:00").await.is_none());
        let stored = count(&db, "select count(*) from api_tokens where token_hash is null").await;
        assert_eq!(stored, 0);
    }
}
