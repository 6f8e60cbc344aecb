//! Thousands of dossiers that go late at once (invariant 31): nobody is buried in letters, and
//! nothing is left untold.

use std::sync::Arc;

use dunghen::db::Db;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::time::Moment;
use dunghen::work::desk::{Desk, House};
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::processing::Change;
use dunghen::work::{digest, sweep};
use jiff::SignedDuration;

use crate::figure;
use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const FILED: &str = "2026-08-25 09:00";
const LATE: &str = "2026-08-29 08:00";
const PER_HOUR: u64 = 3;
const BATCH: i64 = 40;

fn desk(office: &Office, now: Moment) -> Desk {
    let desk = office.desk(now);
    let house = House { alerts_per_hour: PER_HOUR, ..(*desk.house).clone() };
    Desk { house: Arc::new(house), ..desk }
}

/// Many intakes at the same instant, some to a transaction.
pub async fn receive_many(office: &Office, db: &Db, clerk: &Actor, new: &NewDossier, count: usize) {
    for some in (0..count).collect::<Vec<_>>().chunks(100) {
        let (desk, actor, new, some) = (office.desk(at(FILED)), clerk.clone(), new.clone(), some.len());
        db.write(async move |tx| {
            for _ in 0..some {
                intake::receive(tx, &desk, &actor, &new, None).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    }
}

/// Sweeps as the service does: batch after batch, then those who had to wait.
async fn sweep_all(office: &Office, db: &Db, now: Moment) -> usize {
    let mut letters = 0;
    loop {
        let desk = desk(office, now);
        let swept = db.write(async move |tx| sweep::sweep(tx, &desk, BATCH).await).await.unwrap();
        letters += swept.letters;
        if i64::try_from(swept.checked).unwrap() < BATCH {
            break;
        }
    }
    loop {
        let desk = desk(office, now);
        let told =
            db.write(async move |tx| sweep::tell_those_who_wait(tx, &desk, BATCH).await).await.unwrap();
        letters += told;
        if told == 0 {
            return letters;
        }
    }
}

/// How many letters of one person lie in the hour before `now`.
async fn letters_to(db: &Db, person: &Actor, now: Moment) -> u64 {
    let (id, since) = (person.staff_id.0, now.plus(SignedDuration::from_hours(-1)));
    let sql = "select count(*) from outbox where recipient_id = $1 and created_at > $2 and created_at <= $3";
    let count =
        db.read(async move |tx| tx.query(sql).bind(id).bind(since).bind(now).fetch_scalar::<i64>().await);
    u64::try_from(count.await.unwrap()).unwrap()
}

on_both! {
    async fn a_storm_of_alerts_is_told_in_few_letters_an_hour_and_all_of_it_in_the_end(db: TestDb) {
        let office = Office::open(&db).await;
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let other = office.hire(&db, "H35.22", &[Role::UnitHead]).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let neighbour = office.hire(&db, "H35.22.01", &[Role::Reception]).await;
        let late = figure(600, 5_000);
        receive_many(&office, &db, &clerk, &filed(THREE_DAYS), late).await;
        let elsewhere = NewDossier { receiving_unit: "H35.22.01".to_owned(), ..filed(THREE_DAYS) };
        receive_many(&office, &db, &neighbour, &elsewhere, 5).await;

        let told = "select count(*) from alerts where letter_id is not null";
        let waiting = "select count(*) from alerts where waits";
        let late = i64::try_from(late).unwrap();
        sweep_all(&office, &db, at(LATE)).await;
        assert_eq!(count(&db, "select count(*) from alerts").await, late + 5);
        assert_eq!(letters_to(&db, &head, at(LATE)).await, PER_HOUR);
        assert_eq!(letters_to(&db, &other, at(LATE)).await, 1, "who has few is not held up by who has many");
        assert_eq!(count(&db, waiting).await + count(&db, told).await, late + 5);
        assert!(count(&db, waiting).await > 0);

        // What is settled meanwhile is told no more.
        let (settled, code): (i64, String) = db
            .read(async |tx| {
                tx.query("select d.id, d.code from dossiers d join alerts a on a.dossier_id = d.id where a.waits order by a.id")
                    .fetch_one()
                    .await
            })
            .await
            .unwrap();
        office.act(&db, at(LATE), &clerk, &code, transfer(COMMUNE)).await.unwrap();
        office.act(&db, at(LATE), &head, &code, Change::Settled {}).await.unwrap();

        let mut now = at(LATE);
        for step in 1..=120 {
            now = at(LATE).plus(SignedDuration::from_mins(10 * step));
            let written = sweep_all(&office, &db, now).await;
            for person in [&head, &other] {
                assert!(letters_to(&db, person, now).await <= PER_HOUR, "after {step} times ten minutes");
            }
            assert!(written == 0 || step % 6 == 0, "{written} letters after {step} times ten minutes");
            if count(&db, waiting).await == 0 {
                break;
            }
        }
        assert_eq!(count(&db, waiting).await, 0, "everybody was told");
        assert_eq!(count(&db, told).await, late + 5 - 1);
        let sql = "select count(*) from alerts where letter_id is null and dossier_id = $1";
        let left = db.read(async move |tx| tx.query(sql).bind(settled).fetch_scalar::<i64>().await);
        assert_eq!(left.await.unwrap(), 1, "the settled one alone was left out");

        // The morning's digest lists every one that is still late, told or not.
        let morning = desk(&office, now);
        let reader = db.read(async |tx| digest::readers(tx, &morning).await).await.unwrap();
        let reader = reader.into_iter().find(|reader| reader.id == head.staff_id.0).unwrap();
        let day = morning.today();
        let letter = db.report(async |tx| digest::compose(tx, &morning, &reader, day).await).await.unwrap();
        let codes = db.read(async |tx| {
            let sql = "select code from dossiers where ended_at is null and competent_unit = $1";
            tx.query(sql).bind(COMMUNE).fetch_all::<(String,)>().await
        });
        let codes = codes.await.unwrap();
        assert_eq!(i64::try_from(codes.len()).unwrap(), late - 1);
        let missing: Vec<_> = codes.iter().filter(|(code,)| !letter.text.contains(code)).collect();
        assert!(missing.is_empty(), "the digest leaves out {missing:?}");
    }
}
