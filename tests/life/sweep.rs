//! The sweep creates what has become owed, each thing once, whatever its rhythm and its number.

use std::collections::{BTreeMap, BTreeSet};

use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::time::Moment;
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::processing::Change;
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Everyone whom MON-04 names, for a dossier of [`COMMUNE`].
struct Ladder {
    specialist: Actor,
    division: Actor,
    head: Actor,
    control: Actor,
    chair: Actor,
}

impl Ladder {
    async fn of(office: &Office, db: &TestDb) -> Self {
        Self {
            specialist: office.hire(db, COMMUNE, &[Role::Specialist]).await,
            division: office.hire(db, COMMUNE, &[Role::DivisionHead]).await,
            head: office.hire(db, COMMUNE, &[Role::UnitHead]).await,
            control: office.hire(db, "H35.01", &[Role::ControlOffice]).await,
            chair: office.hire(db, "H35", &[Role::Chair]).await,
        }
    }

    /// A dossier due on Friday 28/8/2026 that the specialist has.
    async fn dossier(&self, office: &Office, db: &TestDb) -> String {
        let counter = office.hire(db, CENTRE, &[Role::Reception]).await;
        let receipt = office.receive(db, at("2026-08-25 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
        let to =
            Change::Transfer { to_unit: COMMUNE.to_owned(), to_officer: Some(self.specialist.staff_id.0) };
        office.act(db, at("2026-08-25 09:00"), &counter, &receipt.code, to).await.unwrap();
        receipt.code
    }

    /// What is owed to whom since when, to the microsecond; the days off are 29/8 to 2/9.
    fn expected(&self) -> BTreeSet<(Moment, String, i64, i64)> {
        let late = at("2026-08-28 24:00").plus(SignedDuration::from_micros(1));
        let mut all = BTreeSet::new();
        let mut owed = |since: Moment, rule: &str, level: i64, whom: &[&Actor]| {
            all.extend(whom.iter().map(|actor| (since, rule.to_owned(), level, actor.staff_id.0)));
        };
        // Of three days the two after the second step leave it half of 26/8 (PROC-04, MON-05).
        let step = at("2026-08-26 11:15").plus(SignedDuration::from_micros(1));
        owed(step, "step_overdue", 1, &[&self.specialist, &self.division]);
        owed(at("2026-08-26 07:30"), "apology_owed", 0, &[&self.head]);
        owed(at("2026-08-27 07:30"), "due_soon", 0, &[&self.division, &self.head]);
        owed(late, "overdue", 0, &[&self.specialist, &self.division, &self.head]);
        owed(at("2026-09-03 07:30"), "overdue", 1, &[&self.head]);
        owed(at("2026-09-07 07:30"), "overdue", 3, &[&self.head, &self.control]);
        owed(at("2026-09-09 07:30"), "overdue", 5, &[&self.head, &self.chair]);
        all
    }
}

fn what(rows: &[AlertRow]) -> BTreeSet<(Moment, String, i64, i64)> {
    rows.iter().map(|row| (row.since, row.rule.clone(), row.level, row.recipient_id)).collect()
}

/// Intakes at the same instant, many to a transaction.
async fn receive_many(office: &Office, db: &TestDb, when: Moment, new: &NewDossier, many: usize) {
    let actor = office.hire(db, CENTRE, &[Role::Reception]).await;
    for some in (0..many).collect::<Vec<_>>().chunks(100) {
        let (desk, actor, new, some) = (office.desk(when), actor.clone(), new.clone(), some.len());
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

on_both! {
    /// MON-02 to MON-04: swept at every turn, each alert comes at its instant and once.
    async fn alerts_come_at_their_instants_and_once(db: TestDb) {
        let office = Office::open(&db).await;
        let ladder = Ladder::of(&office, &db).await;
        ladder.dossier(&office, &db).await;
        let expected = ladder.expected();
        let mut turns: BTreeSet<Moment> = (0..17 * 24)
            .map(|hours| at("2026-08-25 09:00").plus(SignedDuration::from_hours(hours)))
            .collect();
        for (since, ..) in &expected {
            for micros in [-60_000_000, -1, 0, 1, 60_000_000] {
                turns.insert(since.plus(SignedDuration::from_micros(micros)));
            }
        }
        for now in turns {
            office.sweep(&db, now, 10).await.unwrap();
            let due: BTreeSet<_> = expected.iter().filter(|(since, ..)| *since <= now).cloned().collect();
            assert_eq!(what(&alerts(&db).await), due, "at {}", shown(now));
        }
        let rows = alerts(&db).await;
        assert!(rows.iter().all(|row| row.created_at == row.since && row.letter_id.is_some()), "{rows:?}");
        let known = count(&db, "select count(*) from dossiers where next_check_at is not null").await;
        assert_eq!(known, 0, "nothing more can become owed");
    }

    /// The rhythm does not matter; what is outdated when it is first seen is left out.
    async fn a_sweep_once_a_day_or_after_a_month_misses_nothing_that_still_holds(db: TestDb) {
        let office = Office::open(&db).await;
        let ladder = Ladder::of(&office, &db).await;
        let code = ladder.dossier(&office, &db).await;
        for days in 0..20 {
            let noon = at("2026-08-25 12:00").plus(SignedDuration::from_hours(24 * days));
            office.sweep(&db, noon, 10).await.unwrap();
        }
        assert_eq!(what(&alerts(&db).await), ladder.expected());
        let first = office.known(&db, &code).await.id;

        let late = ladder.dossier(&office, &db).await;
        let late = office.known(&db, &late).await.id;
        office.sweep(&db, at("2026-09-30 12:00"), 10).await.unwrap();
        let rows = alerts(&db).await;
        let of_late: Vec<_> = rows.into_iter().filter(|row| row.dossier_id != first).collect();
        assert!(of_late.iter().all(|row| row.dossier_id == late));
        let still_true: BTreeSet<_> =
            ladder.expected().into_iter().filter(|(_, rule, ..)| rule == "overdue").collect();
        assert_eq!(what(&of_late), still_true);
        assert_eq!(obligation_row(&db, late).await.unwrap().opened_at, at("2026-09-30 12:00"));
    }

    /// LATE-09: the re-appointed date missed is told once more, to the head and the provincial Office.
    async fn a_second_miss_is_escalated(db: TestDb) {
        let office = Office::open(&db).await;
        let ladder = Ladder::of(&office, &db).await;
        let code = ladder.dossier(&office, &db).await;
        office.sweep(&db, at("2026-08-26 08:00"), 10).await.unwrap();
        let letter = apology(Some("2026-09-04"));
        office.act(&db, at("2026-08-26 09:00"), &ladder.head, &code, letter).await.unwrap();
        for hours in 0..16 * 24 {
            let now = at("2026-08-26 09:00").plus(SignedDuration::from_hours(hours));
            office.sweep(&db, now, 10).await.unwrap();
        }
        let rows = alerts(&db).await;
        let twice: BTreeSet<_> = rows.iter().filter(|row| row.rule == "overdue_twice").collect();
        let told: BTreeSet<i64> = twice.iter().map(|row| row.recipient_id).collect();
        assert_eq!(told, BTreeSet::from([ladder.head.staff_id.0, ladder.control.staff_id.0]));
        assert!(twice.iter().all(|row| row.created_at == at("2026-09-05 01:00")), "{twice:?}");
        assert_eq!(rows.iter().filter(|row| row.rule == "apology_owed").count(), 1);
        assert_eq!(count(&db, "select count(*) from obligations").await, 1, "a second miss is no second one");
    }

    /// STOP-01, SUP-04: while the clock stands still nothing is said; the new promise has its own alerts.
    async fn a_stopped_clock_is_silent_and_a_new_promise_speaks_anew(db: TestDb) {
        let office = Office::open(&db).await;
        let ladder = Ladder::of(&office, &db).await;
        let code = ladder.dossier(&office, &db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        office.act(&db, at("2026-08-25 16:00"), &ladder.specialist, &code, supplement()).await.unwrap();
        office.sweep(&db, at("2026-09-16 12:00"), 10).await.unwrap();
        assert_eq!(alerts(&db).await, []);
        // Counted anew: 17, 18 and 21/9.
        office.act(&db, at("2026-09-16 15:00"), &counter, &code, Change::Supplemented {}).await.unwrap();
        for (now, rule) in [("2026-09-17 07:30", "apology_owed"), ("2026-09-18 07:30", "due_soon")] {
            office.sweep(&db, at(now), 10).await.unwrap();
            assert!(alerts(&db).await.iter().any(|row| row.rule == rule && row.since == at(now)), "{rule}");
        }
        office.act(&db, at("2026-09-21 16:00"), &counter, &code, Change::Settled {}).await.unwrap();
        office.sweep(&db, at("2026-10-30 12:00"), 10).await.unwrap();
        assert!(alerts(&db).await.iter().all(|row| row.rule != "overdue"));
        assert_eq!(count(&db, "select count(*) from obligations").await, 0);
    }

    /// ACC-05: whoever receives is alerted of an online filing before two working hours are over, once and
    /// with the instant until which it is to be answered (ACC-04); what was answered is told to nobody.
    async fn those_at_the_counter_are_alerted_of_what_the_portal_sent(db: TestDb) {
        let office = Office::open(&db).await;
        let _others = Ladder::of(&office, &db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        office.hire(&db, "H35.22.01", &[Role::Reception]).await;
        let online = NewDossier { channel: Channel::Online, ..filed(THREE_DAYS) };
        // Friday 21/8; Saturday 22/8 is worked.
        let file = async |when: &str| office.receive(&db, at(when), &counter, &online).await.unwrap().code;
        let waiting = file("2026-08-21 16:30").await;
        let accepted = file("2026-08-21 16:30").await;
        let asked = file("2026-08-21 16:30").await;
        let withdrawn = file("2026-08-21 16:30").await;
        let accept = change(serde_json::json!({ "kind": "received" }));
        office.act(&db, at("2026-08-22 08:00"), &counter, &accepted, accept).await.unwrap();
        office.act(&db, at("2026-08-22 08:10"), &counter, &asked, supplement()).await.unwrap();
        let back = change(serde_json::json!({ "kind": "withdrawn", "reason": "Không còn nhu cầu" }));
        office.act(&db, at("2026-08-22 08:20"), &counter, &withdrawn, back).await.unwrap();
        // Half an hour of Friday is left, an hour of Saturday makes an hour and a half: half an hour remains.
        let owed = at("2026-08-22 08:30");
        office.sweep(&db, owed.plus(SignedDuration::from_micros(-1)), 10).await.unwrap();
        assert_eq!(alerts(&db).await, []);
        for now in [owed, at("2026-08-22 08:31"), at("2026-08-24 09:00")] {
            office.sweep(&db, now, 10).await.unwrap();
            let rows = alerts(&db).await;
            let told: Vec<_> = rows.iter().filter(|row| row.rule == "reception_waiting").collect();
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told[0].dossier_id, office.known(&db, &waiting).await.id);
            assert_eq!((told[0].recipient_id, told[0].since), (counter.staff_id.0, owed));
            assert_eq!(told[0].created_at, owed);
            assert!(told[0].letter_id.is_some());
        }
        assert_eq!(office.known(&db, &waiting).await.next_check_at, None, "nothing more can become owed");
        let letter = office.letter_of(&db, "reception_waiting").await;
        // Of eight hours half of one was on Friday; the rest is all of Saturday, of which six and a half are left.
        let words = [waiting.as_str(), "Trả lời trước: Thứ Bảy 22/08/2026, 17:00", "còn 6 giờ làm việc"];
        assert!(words.iter().all(|words| letter.contains(words)), "{letter}");
    }

    /// ACC-05, MON-04: where the counter has nobody, its superiors are told.
    async fn an_online_filing_at_a_counter_without_people_is_told_to_its_superiors(db: TestDb) {
        let office = Office::open(&db).await;
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let clerk = office.hire(&db, "H35.22.01", &[Role::Reception]).await;
        let online = NewDossier { channel: Channel::Online, ..filed(THREE_DAYS) };
        office.receive(&db, at("2026-08-24 08:00"), &clerk, &online).await.unwrap_err();
        let portal = office.hire(&db, "H35", &[Role::ControlOffice, Role::Reception]).await;
        office.receive(&db, at("2026-08-24 08:00"), &portal, &online).await.unwrap();
        office.sweep(&db, at("2026-08-24 10:00"), 10).await.unwrap();
        let rows = alerts(&db).await;
        let told: Vec<_> = rows.iter().map(|row| (row.rule.as_str(), row.recipient_id)).collect();
        assert_eq!(told, [("reception_waiting", head.staff_id.0)]);
    }

    /// Reliability 21: five sweepers at once make every obligation and every alert exactly once.
    async fn five_sweepers_over_three_hundred_dossiers_do_nothing_twice(db: TestDb) {
        let office = Office::open(&db).await;
        let ladder = Ladder::of(&office, &db).await;
        receive_many(&office, &db, at("2026-08-25 09:00"), &filed(THREE_DAYS), 300).await;
        for now in ["2026-08-29 07:00", "2026-09-09 08:00"] {
            let sweepers = (0..5).map(|number| office.sweep(&db, at(now), 7 + 4 * number));
            let swept = join_all(sweepers).await;
            let checked: usize = swept.iter().map(|swept| swept.as_ref().unwrap().checked).sum();
            assert_eq!(checked, 300, "each was taken by one of them");
        }
        assert_eq!(count(&db, "select count(*) from obligations").await, 300);
        let rows = alerts(&db).await;
        let mut per_dossier: BTreeMap<i64, BTreeSet<(String, i64, i64)>> = BTreeMap::new();
        for row in &rows {
            per_dossier.entry(row.dossier_id).or_default().insert((row.rule.clone(), row.level, row.recipient_id));
        }
        let expected: BTreeSet<_> = ladder
            .expected()
            .into_iter()
            .filter(|(_, rule, _, whom)| rule == "overdue" && *whom != ladder.specialist.staff_id.0)
            .map(|(_, rule, level, whom)| (rule, level, whom))
            .collect();
        assert_eq!(per_dossier.len(), 300);
        assert!(per_dossier.values().all(|told| *told == expected));
        assert_eq!(rows.len(), 300 * expected.len());
        let untold = "select count(*) from alerts where letter_id is null and not waits";
        assert_eq!(count(&db, untold).await, 0, "each has its letter, or waits for it while its reader has had enough");
    }

    /// MON-04: an alert is never dropped for want of a reader; who can't be written to is no reader.
    async fn where_a_unit_has_nobody_its_superior_is_told_and_at_last_the_control_office(db: TestDb) {
        let office = Office::open(&db).await;
        let control = office.hire(&db, "H35.01", &[Role::ControlOffice]).await;
        office.hire_with(&db, COMMUNE, &[Role::UnitHead], false).await;
        let told = async |now: &str| {
            receive_many(&office, &db, at("2026-08-25 09:00"), &filed(THREE_DAYS), 1).await;
            office.sweep(&db, at(now), 10).await.unwrap();
            let rows = alerts(&db).await;
            let newest = rows.iter().map(|row| row.dossier_id).max().unwrap();
            let of = rows.into_iter().filter(|row| row.dossier_id == newest).map(|row| row.recipient_id);
            of.collect::<BTreeSet<i64>>()
        };
        assert_eq!(told("2026-08-29 08:00").await, BTreeSet::from([control.staff_id.0]));
        let above = office.hire(&db, "H35", &[Role::UnitHead]).await;
        assert_eq!(told("2026-08-29 08:00").await, BTreeSet::from([above.staff_id.0]));
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        assert_eq!(told("2026-08-29 08:00").await, BTreeSet::from([head.staff_id.0]));
    }

    /// Reliability 31: two thousand late at once make one letter per reader and batch, and all are in it.
    async fn two_thousand_late_at_once_are_told_in_a_handful_of_letters(db: TestDb) {
        let office = Office::open(&db).await;
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        receive_many(&office, &db, at("2026-08-25 09:00"), &filed(THREE_DAYS), 2_000).await;
        let swept = office.sweep(&db, at("2026-08-29 08:00"), 500).await.unwrap();
        assert_eq!((swept.checked, swept.alerts, swept.letters), (2_000, 2_000, 4));
        assert_eq!(count(&db, "select count(*) from obligations").await, 2_000);
        assert_eq!(count(&db, "select count(*) from outbox").await, 4);
        let rows = alerts(&db).await;
        assert!(rows.iter().all(|row| row.recipient_id == head.staff_id.0 && row.letter_id.is_some()));
        let again = office.sweep(&db, at("2026-08-29 08:00"), 500).await.unwrap();
        assert_eq!((again.checked, again.alerts, again.letters), (0, 0, 0));
    }

    /// One letter per recipient, rule and unit, however many dossiers it tells of.
    async fn letters_are_one_per_reader_rule_and_unit(db: TestDb) {
        let office = Office::open(&db).await;
        for (unit, role) in [(COMMUNE, Role::UnitHead), ("H35.22", Role::UnitHead), ("H35.01", Role::ControlOffice)] {
            office.hire(&db, unit, &[role]).await;
        }
        receive_many(&office, &db, at("2026-08-25 09:00"), &filed(THREE_DAYS), 10).await;
        let clerk = office.hire(&db, "H35.22.01", &[Role::Reception]).await;
        let new = NewDossier { receiving_unit: "H35.22.01".to_owned(), ..filed(THREE_DAYS) };
        for _ in 0..5 {
            office.receive(&db, at("2026-08-25 09:00"), &clerk, &new).await.unwrap();
        }
        // Levels 0, 1 and 3 are due: per unit three letters to its head, one to the control office.
        let swept = office.sweep(&db, at("2026-09-07 08:00"), 500).await.unwrap();
        assert_eq!((swept.checked, swept.alerts, swept.letters), (15, 15 * 4, 2 * 4));
        let letters: BTreeSet<_> = alerts(&db).await.into_iter().filter_map(|row| row.letter_id).collect();
        assert_eq!(letters.len(), 8);
    }
}
