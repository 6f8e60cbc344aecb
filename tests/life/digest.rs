//! The morning digest lists what a direct question at its instant finds, once per reader and day.

use std::collections::{BTreeMap, BTreeSet};

use dunghen::db::Tx;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::time::Moment;
use dunghen::seal::Sealed;
use dunghen::work::intake::NewDossier;
use dunghen::work::processing::Change;
use dunghen::work::{digest, post};
use jiff::SignedDuration;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// What stands in one of the digest's lists, by a question of this test's own.
async fn found(db: &TestDb, unit: &str, now: Moment) -> BTreeMap<&'static str, BTreeSet<String>> {
    let zone = province();
    let (today, _) = zone.zone().local(now);
    let rows: Vec<(String, Moment, Moment, Moment, Option<Moment>, Option<Moment>)> = db
        .read(async |tx| {
            tx.query(
                "select code, due_at, late_from, due_soon_at, window_opens_at, stopped_at from dossiers
                 where ended_at is null and received_at is not null and competent_unit = $1",
            )
            .bind(unit)
            .fetch_all()
            .await
        })
        .await
        .unwrap();
    let mut lists: BTreeMap<_, BTreeSet<String>> =
        ["late", "today", "soon"].map(|name| (name, BTreeSet::new())).into();
    for (code, due_at, late_from, due_soon_at, opens_at, stopped_at) in rows {
        let list = match stopped_at {
            Some(stopped) if stopped > late_from => "late",
            Some(_) => continue,
            None if now > late_from => "late",
            None if zone.zone().day(due_at) == today => "today",
            None if due_soon_at <= now || opens_at.is_some_and(|opens| opens <= now) => "soon",
            None => continue,
        };
        lists.get_mut(list).unwrap().insert(code);
    }
    lists
}

/// The codes under each of a digest's headings.
fn told(text: &str) -> BTreeMap<&'static str, BTreeSet<String>> {
    let headings = [
        ("late", "Quá hạn ("),
        ("owed", "Chưa xin lỗi ("),
        ("today", "Đến hạn hôm nay ("),
        ("soon", "Sắp đến hạn ("),
    ];
    let mut lists: BTreeMap<_, BTreeSet<String>> =
        ["late", "owed", "today", "soon"].map(|name| (name, BTreeSet::new())).into();
    let mut list = None;
    for line in text.lines() {
        if let Some((name, _)) =
            headings.iter().find(|(_, heading)| line.to_lowercase().contains(&heading.to_lowercase()))
        {
            list = Some(*name);
        }
        if let (Some(list), Some((_, code))) = (list, line.split_once("/dossiers/")) {
            lists.get_mut(list).unwrap().insert(code.trim().to_owned());
        }
    }
    lists
}

async fn write_all(office: &Office, db: &TestDb, now: Moment) -> usize {
    let desk = office.desk(now);
    let mut written = 0;
    for reader in db.read(async |tx| digest::readers(tx, &desk).await).await.unwrap() {
        let letter =
            db.report(async |tx| digest::compose(tx, &desk, &reader, desk.today()).await).await.unwrap();
        let desk = desk.clone();
        let put = async move |tx: &mut Tx| digest::put(tx, &desk, &reader, desk.today(), &letter).await;
        written += usize::from(db.write(put).await.unwrap());
    }
    written
}

async fn newest_letter(office: &Office, db: &TestDb, reader: &Actor, now: Moment) -> String {
    let id = reader.staff_id.0;
    let (sealed, key_id): (Vec<u8>, String) = db
        .read(async |tx| {
            tx.query(
                "select sealed, key_id from outbox where kind = 'digest' and recipient_id = $1
                 order by id desc limit 1",
            )
            .bind(id)
            .fetch_one()
            .await
        })
        .await
        .unwrap();
    post::open(&office.desk(now), &Sealed { bytes: sealed, key_id }).unwrap().text
}

on_both! {
    /// Reliability 30: nothing is left out, nothing listed twice, and the same day makes no second one.
    async fn a_digest_lists_what_a_direct_question_finds(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        // Before the office opens on the day, of every age, some stopped, settled and apologised for.
        let kinds = [THREE_DAYS, TWENTY_CALENDAR_DAYS, EIGHTEEN_DAYS, SAME_DAY, "2.000720", "2.001035"];
        for number in 0..120_i64 {
            let received = at("2026-08-10 07:45").plus(SignedDuration::from_hours(number * 5));
            let new: NewDossier = filed(kinds[usize::try_from(number).unwrap() % kinds.len()]);
            let code = office.receive(&db, received, &team.counter, &new).await.unwrap().code;
            let later = received.plus(SignedDuration::from_hours(3 + number % 70));
            match number % 11 {
                3 => drop(office.act(&db, later, &team.counter, &code, supplement()).await.unwrap()),
                5 => {
                    office.act(&db, received, &team.counter, &code, transfer(COMMUNE)).await.unwrap();
                    office.act(&db, later, &team.counter, &code, Change::Settled {}).await.unwrap();
                }
                _ => {}
            }
        }
        for (morning, digests) in [("2026-08-28 07:00", 1), ("2026-09-03 07:00", 1), ("2026-09-07 13:30", 1)] {
            let now = at(morning);
            office.sweep(&db, now, 500).await.unwrap();
            assert_eq!(write_all(&office, &db, now).await, digests);
            let text = newest_letter(&office, &db, &team.head, now).await;
            let (mut told, found) = (told(&text), found(&db, COMMUNE, now).await);
            let owed = told.remove("owed").unwrap();
            assert_eq!(told, found, "{morning}\n{text}");
            assert!(!found["late"].is_empty() && !found["soon"].is_empty());
            let unsent: Vec<(String,)> = db
                .read(async |tx| {
                    tx.query(
                        "select d.code from obligations o join dossiers d on d.id = o.dossier_id
                         where o.issued_at is null and o.exempted_at is null and o.closed_at is null",
                    )
                    .fetch_all()
                    .await
                })
                .await
                .unwrap();
            assert_eq!(owed, unsent.into_iter().map(|(code,)| code).collect());
            assert_eq!(write_all(&office, &db, now.plus(SignedDuration::from_hours(1))).await, 0);
        }
        assert_eq!(count(&db, "select count(*) from outbox where kind = 'digest'").await, 3);
    }

    /// A backlog is told in full: the number in the first line is that of the list.
    async fn a_long_list_is_not_cut_off(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let chair_office = office.hire(&db, "H35.01", &[Role::ControlOffice]).await;
        for _ in 0..130 {
            office.receive(&db, at("2026-08-25 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        }
        let now = at("2026-09-03 07:00");
        assert_eq!(write_all(&office, &db, now).await, 2);
        for reader in [&team.head, &chair_office] {
            let text = newest_letter(&office, &db, reader, now).await;
            assert_eq!(told(&text)["late"].len(), 130);
            assert!(text.contains("130 hồ sơ quá hạn"), "{text}");
        }
    }
}
