//! The forms of a period: made again later, they say what they said at its end.

use dunghen::domain::periodic::Period;
use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::Actor;
use dunghen::domain::time::Moment;
use dunghen::work::intake::NewDossier;
use dunghen::work::processing::Change;
use dunghen::work::report::{apologies, ii06, overdue};
use serde_json::{Value, json};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Columns 3 to 13 of the total.
async fn totals(office: &Office, db: &TestDb, now: &str, period: Period) -> [u64; 11] {
    form(office, db, at(now), period, None).await.total.columns()
}

async fn form(office: &Office, db: &TestDb, now: Moment, period: Period, unit: Option<&str>) -> ii06::Form {
    let desk = office.desk(now);
    let actor = Actor::system(desk.province.root.clone());
    let asked = ii06::Asked { period, unit: unit.map(str::to_owned), procedures: true };
    db.report(async |tx| ii06::form(tx, &desk, &actor, &asked).await).await.unwrap()
}

/// The codes and the working days late of what was late at `as_of`, as it is told at `now`.
async fn late(office: &Office, db: &TestDb, now: &str, as_of: &str) -> Vec<(String, i32)> {
    let desk = office.desk(at(now));
    let actor = Actor::system(desk.province.root.clone());
    let asked = overdue::Asked { as_of: at(as_of), unit: None };
    let found = db.report(async |tx| overdue::overdue(tx, &desk, &actor, &asked).await).await.unwrap();
    found.rows.into_iter().map(|row| (row.code, row.late_wd)).collect()
}

fn september() -> Period {
    Period::month(day("2026-09-01").month()).unwrap()
}

struct Counter<'d> {
    db: &'d TestDb,
    office: Office,
    team: Team,
}

impl<'d> Counter<'d> {
    async fn open(db: &'d TestDb) -> Self {
        let office = Office::open(db).await;
        let team = Team::at(&office, db, COMMUNE).await;
        Self { db, office, team }
    }

    /// A dossier of three working days, handed to the commune at once.
    async fn takes(&self, when: &str) -> String {
        let receipt = self.office.receive(self.db, at(when), &self.team.counter, &filed(THREE_DAYS)).await;
        let code = receipt.unwrap().code;
        self.hears(when, &code, transfer(COMMUNE)).await;
        code
    }

    /// What the applicant tells the counter, or gets from it.
    async fn hears(&self, when: &str, code: &str, change: Change) {
        self.office.act(self.db, at(when), &self.team.counter, code, change).await.unwrap();
    }

    async fn does(&self, when: &str, code: &str, change: Change) {
        self.office.act(self.db, at(when), &self.team.head, code, change).await.unwrap();
    }
}

on_both! {
    /// REP-03 to REP-05, REP-10 to REP-12: what happens after the period's end changes nothing of it.
    /// The period is 15 August to 14 September.
    async fn a_form_that_is_made_again_later_says_what_was_so_at_the_end(db: TestDb) {
        let counter = Counter::open(&db).await;
        let settled_late = counter.takes("2026-08-13 09:00").await; // due 18 August; carried over
        let waits = counter.takes("2026-09-08 09:00").await; // due 11 September
        let late_and_waits = counter.takes("2026-08-26 08:00").await; // due 3 September
        let late_one = counter.takes("2026-09-07 09:00").await; // due 10 September
        let withdrawn = counter.takes("2026-09-10 09:00").await; // due 15 September
        let open = counter.takes("2026-09-11 09:00").await; // due 16 September
        counter.does("2026-08-20 09:00", &settled_late, Change::Settled {}).await;
        counter.does("2026-09-09 09:00", &waits, supplement()).await;
        counter.does("2026-09-10 09:00", &late_and_waits, supplement()).await;
        counter.hears("2026-09-11 09:00", &withdrawn, Change::Withdrawn { reason: "Rút".to_owned() }).await;
        let at_the_end = totals(&counter.office, &db, "2026-09-15 07:00", september()).await;
        // Received 6: none online, 5 in the period, 1 carried; done 2: withdrawn on time, 1 late;
        // open 4: two within (one of them waits), two past (one of them waits).
        assert_eq!(at_the_end, [6, 0, 5, 1, 2, 0, 1, 1, 4, 2, 2]);
        let late_then = late(&counter.office, &db, "2026-09-15 07:00", "2026-09-14 17:00").await;
        let days: Vec<(&str, i32)> = late_then.iter().map(|(code, days)| (code.as_str(), *days)).collect();
        assert_eq!(days, [(late_and_waits.as_str(), 5), (late_one.as_str(), 2)]);

        counter.hears("2026-09-15 08:00", &waits, Change::Supplemented {}).await;
        counter.hears("2026-09-15 09:00", &late_and_waits, Change::Withdrawn { reason: "Rút".to_owned() }).await;
        counter.does("2026-09-15 10:00", &late_one, Change::Settled {}).await;
        counter.does("2026-09-15 11:00", &open, supplement()).await;
        let reopened = Change::Reopened { reason: "Kết quả ghi sai".to_owned() };
        counter.does("2026-09-16 08:00", &settled_late, reopened).await;
        counter.does("2026-10-01 08:00", &waits, Change::Settled {}).await;
        assert_eq!(totals(&counter.office, &db, "2026-10-20 07:00", september()).await, at_the_end);
        assert_eq!(late(&counter.office, &db, "2026-10-20 07:00", "2026-09-14 17:00").await, late_then);
    }

    /// REP-14: rows by level, field and procedure; a unit's form holds what is below it.
    async fn a_row_names_level_field_and_procedure(db: TestDb) {
        let counter = Counter::open(&db).await;
        counter.takes("2026-09-08 09:00").await;
        let online = NewDossier { channel: Channel::Online, ..filed(EIGHT_HOURS) };
        let receipt = counter.office.receive(&db, at("2026-09-08 10:00"), &counter.team.counter, &online).await.unwrap();
        let accepted = change(json!({ "kind": "received" }));
        counter.office.act(&db, at("2026-09-08 10:30"), &counter.team.counter, &receipt.code, accepted).await.unwrap();
        let whole = form(&counter.office, &db, at("2026-09-15 07:00"), september(), None).await;
        let told: Value = serde_json::from_str(&ii06::json(&whole, &counter.office.desk(at("2026-09-15 07:00")))).unwrap();
        let of = |row: &Value| ["c1", "level", "procedure_code", "c3", "c4", "c5"].map(|key| row[key].clone());
        let rows: Vec<[Value; 6]> = told["rows"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(rows, [
            [json!(1), json!("province"), json!(EIGHT_HOURS), json!(1), json!(1), json!(0)],
            [json!(2), json!("commune"), json!(THREE_DAYS), json!(1), json!(0), json!(1)],
        ]);
        assert_eq!((&told["from"], &told["to"]), (&json!("2026-08-15"), &json!("2026-09-14")));
        assert_eq!((&told["total"]["c3"], &told["total"]["c13"]), (&json!(2), &json!(2)));
        let commune = form(&counter.office, &db, at("2026-09-15 07:00"), september(), Some(COMMUNE)).await;
        assert_eq!(commune.total.columns()[0], 1);
    }

    /// LATE-08, LATE-14, LATE-17, LATE-18, PAR-05: each obligation is counted once, three of four are
    /// covered, one of them by exemption; each letter is told with number, day, signer and receipt.
    async fn apologies_are_told_in_figures_and_one_by_one(db: TestDb) {
        let counter = Counter::open(&db).await;
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(counter.takes("2026-08-25 09:00").await); // due 28 August
        }
        counter.does("2026-08-27 16:00", &codes[0], apology(Some("2026-09-07"))).await;
        counter.office.sweep(&db, at("2026-08-29 08:00"), 50).await.unwrap();
        counter.does("2026-08-31 09:00", &codes[1], apology(Some("2026-09-07"))).await;
        let receipt = json!({ "kind": "apology_delivered", "channel": "counter", "receipt": "Đã ký nhận" });
        counter.office.act(&db, at("2026-08-31 10:00"), &counter.team.counter, &codes[1], change(receipt)).await.unwrap();
        let exempted = json!({ "kind": "exempted", "reason": "force_majeure", "words": "Bão lũ chia cắt địa bàn" });
        counter.does("2026-08-31 11:00", &codes[2], change(exempted)).await;

        let desk = counter.office.desk(at("2026-09-01 07:00"));
        let actor = Actor::system(desk.province.root.clone());
        let asked = apologies::Asked { from: day("2026-08-01"), to: day("2026-08-31"), unit: None };
        let found = db.report(async |tx| apologies::apologies(tx, &desk, &actor, &asked).await).await.unwrap();
        assert_eq!((found.rows.len(), found.rows[0].unit_code.as_str()), (1, COMMUNE));
        let figures = found.total;
        assert_eq!(
            (figures.in_advance, figures.afterwards, figures.unsent, figures.exempt, figures.closed, figures.delivered),
            (1, 1, 1, 1, 0, 1)
        );
        assert_eq!((figures.obligations(), figures.rate().unwrap().to_string().as_str()), (4, "75.00"));
        let list = db.report(async |tx| apologies::evidence(tx, &desk, &actor, &asked).await).await.unwrap();
        let one = list.iter().find(|one| one.code == codes[1]).unwrap();
        let letter = one.letter.as_ref().unwrap();
        assert_eq!((letter.signed_on, letter.channel), (day("2026-08-31"), Some("counter")));
        assert_eq!((letter.receipt.as_deref(), one.state.id()), (Some("Đã ký nhận"), "delivered"));
        assert!(letter.signer.starts_with(COMMUNE) && one.number.is_some());
        assert!(list.iter().find(|one| one.code == codes[3]).unwrap().letter.is_none());
        let before = apologies::Asked { from: day("2026-07-01"), to: day("2026-07-31"), unit: None };
        let none = db.report(async |tx| apologies::apologies(tx, &desk, &actor, &before).await).await.unwrap();
        assert_eq!((none.rows.len(), none.total.rate()), (0, None));
    }
}
