//! Form 04: signed once, sent sealed, delivered against a receipt, and what it does to the obligation.

use dunghen::db::Tx;
use dunghen::domain::apology::{ObligationState, obligation};
use dunghen::domain::applicant::Applicant;
use dunghen::domain::promise::Outcome;
use dunghen::domain::refusal::Kind;
use dunghen::letters::{Fault, NewTime};
use dunghen::seal::Sealed;
use dunghen::work::intake::NewDossier;
use dunghen::work::ledger::{Opened, milestones_of};
use dunghen::work::processing::{Change, Request};
use dunghen::work::{form_04, post};
use serde_json::json;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// A dossier due on Friday 28/8/2026, as in the vectors of section 6.2, with its team.
struct Friday<'d> {
    db: &'d TestDb,
    office: Office,
    team: Team,
    code: String,
}

impl<'d> Friday<'d> {
    async fn new(db: &'d TestDb) -> Self {
        let office = Office::open(db).await;
        let team = Team::at(&office, db, COMMUNE).await;
        let code = Self::another(db, &office, &team).await;
        Self { db, office, team, code }
    }

    async fn another(db: &TestDb, office: &Office, team: &Team) -> String {
        let applicant = Applicant {
            name: "Lò Thị Mai".to_owned(),
            email: Some("mai@example.vn".to_owned()),
            ..Applicant::default()
        };
        let new = NewDossier { applicant, ..filed(THREE_DAYS) };
        let receipt = office.receive(db, at("2026-08-25 09:00"), &team.counter, &new).await.unwrap();
        assert_eq!(receipt.promise.unwrap().due_on, day("2026-08-28"));
        office
            .act(db, at("2026-08-25 10:00"), &team.counter, &receipt.code, transfer(COMMUNE))
            .await
            .unwrap();
        receipt.code
    }

    async fn head(&self, when: &str, change: Change) -> dunghen::db::Result<Opened> {
        self.office.act(self.db, at(when), &self.team.head, &self.code, change).await
    }

    async fn counter(&self, when: &str, change: Change) -> dunghen::db::Result<Opened> {
        self.office.act(self.db, at(when), &self.team.counter, &self.code, change).await
    }

    async fn obligation(&self, when: &str) -> Option<ObligationState> {
        let dossier = self.office.dossier(self.db, &self.code).await;
        let milestones = milestones_of(&self.office.desk(at(when)), &dossier).unwrap();
        obligation(&dossier, &milestones, at(when))
    }

    async fn row(&self) -> Option<ObligationRow> {
        obligation_row(self.db, self.office.known(self.db, &self.code).await.id).await
    }
}

fn delivered() -> Change {
    change(json!({ "kind": "apology_delivered", "channel": "counter", "receipt": "Đã ký nhận" }))
}

fn numbered(number: &str) -> Change {
    change(json!({
        "kind": "apology_issued", "reason": "volume", "words": "Số lượng hồ sơ tăng cao",
        "new_due_on": "2026-09-07", "number": number,
    }))
}

fn exempted() -> Change {
    change(json!({ "kind": "exempted", "reason": "force_majeure", "words": "Bão lũ chia cắt địa bàn" }))
}

on_both! {
    /// LATE-01, LATE-05, LATE-06, LATE-10: the letter goes out, the due date stays, late is late.
    async fn a_letter_in_advance_goes_to_the_citizen_and_changes_no_due_date(db: TestDb) {
        let case = Friday::new(&db).await;
        let before = case.office.dossier(&db, &case.code).await;
        let issued = case.head("2026-08-27 16:00", apology(Some("2026-09-07"))).await.unwrap();
        assert_eq!(issued.dossier.promises, before.promises);
        let second = issued.dossier.reappointment.unwrap();
        assert_eq!((second.due_at, second.late_from), (at("2026-09-07 17:00"), at("2026-09-07 24:00")));
        assert_eq!(case.obligation("2026-08-27 16:00").await, Some(ObligationState::IssuedInAdvance));
        let row = case.row().await.unwrap();
        assert_eq!((row.issued_at, row.in_advance), (Some(at("2026-08-27 16:00")), Some(true)));

        let (sealed, key_id): (Vec<u8>, String) = db
            .read(async |tx| {
                tx.query("select sealed, key_id from outbox where kind = 'apology'").fetch_one().await
            })
            .await
            .unwrap();
        assert!(!sealed.windows(14).any(|part| part == b"mai@example.vn"));
        let letter = post::open(&case.office.desk(at("2026-08-27 16:00")), &Sealed { bytes: sealed, key_id }).unwrap();
        assert_eq!((letter.to_address.as_str(), letter.to_name.as_str()), ("mai@example.vn", "Lò Thị Mai"));
        for part in [case.code.as_str(), "Lò Thị Mai", "Số lượng hồ sơ trong tháng tăng cao", "07/09/2026", "28/08/2026", "Tam Đường, ngày"] {
            let shortened = part.replace("/09/", "/9/").replace("/08/", "/8/").replacen("07/9", "7/9", 1);
            assert!(letter.text.contains(part) || letter.text.contains(&shortened), "{part} in {}", letter.text);
        }

        let settled = case.counter("2026-09-07 09:00", Change::Settled {}).await.unwrap();
        assert_eq!(settled.dossier.outcome(), Some(Outcome::Late), "late, the new date kept");
        assert_eq!(case.row().await.unwrap().closed_at, None);
    }

    /// LATE-02, LATE-07: one letter and one re-appointment, whoever asks and whenever.
    async fn a_second_letter_is_refused(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-08-27 16:00", apology(Some("2026-09-07"))).await.unwrap();
        for when in ["2026-08-27 17:00", "2026-09-10 09:00"] {
            let again = case.head(when, apology(Some("2026-09-14"))).await;
            assert_eq!(refused(again), Kind::IllegalMove);
        }
        case.counter("2026-09-10 10:00", Change::Settled {}).await.unwrap();
        assert_eq!(refused(case.head("2026-09-10 11:00", apology(None)).await), Kind::IllegalMove);
        assert_eq!(count(&db, "select count(*) from outbox").await, 1);
        let dossier = case.office.dossier(&db, &case.code).await;
        assert_eq!(dossier.reappointment.unwrap().due_on, day("2026-09-07"));
    }

    /// LATE-14, vector 2: a letter on the day of expiry is late by rule, though the result is not.
    async fn a_letter_on_the_last_day_is_issued_late(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-08-28 08:00", apology(Some("2026-09-07"))).await.unwrap();
        assert_eq!(case.obligation("2026-08-28 08:00").await, Some(ObligationState::IssuedLate));
        assert_eq!(case.row().await.unwrap().in_advance, Some(false));
    }

    /// LATE-03, vector 3: without a letter it is owed and stays owed after the settlement.
    async fn without_a_letter_it_stays_owed(db: TestDb) {
        let case = Friday::new(&db).await;
        case.counter("2026-09-07 09:00", Change::Settled {}).await.unwrap();
        assert_eq!(case.obligation("2026-09-07 09:00").await, Some(ObligationState::OwedOverdue));
        assert_eq!(case.row().await.unwrap().opened_at, at("2026-09-07 09:00"));
        // The directive: whoever returns late apologises, also afterwards. A new date has no place then.
        let dated = case.head("2026-09-08 09:00", apology(Some("2026-09-14"))).await;
        assert_eq!(field_at_fault(dated), "new_due_on");
        case.head("2026-09-08 09:00", apology(None)).await.unwrap();
        assert_eq!(case.obligation("2026-09-08 09:00").await, Some(ObligationState::IssuedLate));
    }

    /// Vector 4: a letter overtaken by a result on time is kept, its obligation closed.
    async fn a_result_on_time_after_all_closes_the_obligation(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-08-27 09:00", apology(Some("2026-09-07"))).await.unwrap();
        let settled = case.counter("2026-08-27 16:00", Change::Settled {}).await.unwrap();
        assert_eq!(settled.dossier.outcome(), Some(Outcome::Early));
        assert_eq!(case.obligation("2026-09-30 09:00").await, Some(ObligationState::Closed));
        let row = case.row().await.unwrap();
        assert_eq!((row.closed_at, row.issued_at), (Some(at("2026-08-27 16:00")), Some(at("2026-08-27 09:00"))));
    }

    /// LATE-16: nothing to apologise for and nothing to be exempted from.
    async fn what_ended_in_time_gets_no_letter_and_no_exemption(db: TestDb) {
        let case = Friday::new(&db).await;
        case.counter("2026-08-28 16:00", Change::Settled {}).await.unwrap();
        assert_eq!(refused(case.head("2026-08-28 17:00", apology(None)).await), Kind::IllegalMove);
        assert_eq!(refused(case.head("2026-08-28 17:00", exempted()).await), Kind::IllegalMove);
        assert_eq!(case.row().await, None);
        assert_eq!(count(&db, "select count(*) from outbox").await, 0);
    }

    /// LATE-13: after the due date and after today, on a working day, within the longest extension.
    async fn a_new_date_lies_on_a_working_day_soon_after_the_old_one(db: TestDb) {
        let case = Friday::new(&db).await;
        for wrong in [
            "2026-08-26", "2026-08-27", "2026-08-28", // not after the due date
            "2026-08-31", "2026-09-01", "2026-09-05", // days off
            "2026-09-08",                             // four working days, the limit has three
        ] {
            let outcome = case.head("2026-08-27 09:00", apology(Some(wrong))).await;
            assert_eq!(field_at_fault(outcome), "new_due_on", "{wrong}");
        }
        assert_eq!(field_at_fault(case.head("2026-08-27 09:00", apology(None)).await), "new_due_on");
        // Who is late for long can't be asked to go back: the extension runs from today.
        assert_eq!(field_at_fault(case.head("2026-09-30 09:00", apology(Some("2026-09-30"))).await), "new_due_on");
        assert_eq!(field_at_fault(case.head("2026-09-30 09:00", apology(Some("2026-10-06"))).await), "new_due_on");
        case.head("2026-09-30 09:00", apology(Some("2026-10-05"))).await.unwrap();
    }

    /// LATE-12: the reason is said in words, not in a letter or two.
    async fn a_reason_is_at_least_ten_characters(db: TestDb) {
        let case = Friday::new(&db).await;
        let with = |words: &str| {
            change(json!({ "kind": "apology_issued", "reason": "volume", "words": words, "new_due_on": "2026-09-07" }))
        };
        for too_short in ["  quá nhiều ", "quá\u{200b}\u{200b}\u{202e} nhiều", "quá nhiều\0 việc"] {
            assert_eq!(field_at_fault(case.head("2026-08-27 09:00", with(too_short)).await), "words");
        }
        case.head("2026-08-27 09:00", with("quá nhiều.")).await.unwrap();
    }

    /// LATE-17: delivered needs a receipt, from the counter or from the mail channel, and counts once.
    async fn a_letter_is_delivered_against_a_receipt_once(db: TestDb) {
        let case = Friday::new(&db).await;
        assert_eq!(refused(case.counter("2026-08-27 08:00", delivered()).await), Kind::IllegalMove);
        case.head("2026-08-27 09:00", apology(Some("2026-09-07"))).await.unwrap();
        let id = case.office.known(&db, &case.code).await.id;
        let by_mail = async |when: &str| {
            let desk = case.office.desk(at(when));
            db.write(async move |tx| {
                dunghen::work::apology::delivered_by_mail(tx, &desk, id, "250 2.0.0 accepted").await
            })
            .await
            .unwrap();
        };
        by_mail("2026-08-27 09:05").await;
        by_mail("2026-08-27 09:06").await;
        assert_eq!(case.office.known(&db, &case.code).await.version, 4, "the second receipt is no event");
        assert_eq!(case.row().await.unwrap().delivered_at, Some(at("2026-08-27 09:05")));
        assert_eq!(case.obligation("2026-08-27 10:00").await, Some(ObligationState::Delivered));
        case.counter("2026-08-27 10:00", delivered()).await.unwrap();
        assert_eq!(case.row().await.unwrap().delivered_at, Some(at("2026-08-27 09:05")));
        assert!(case.office.verify(&db).await.holds());
    }

    /// LATE-08: the head exempts, once, with a reason; it ends the obligation and is seen in its row.
    async fn an_exemption_is_the_heads_and_ends_the_obligation(db: TestDb) {
        let case = Friday::new(&db).await;
        assert_eq!(refused(case.counter("2026-09-03 09:00", exempted()).await), Kind::NotAllowed);
        case.head("2026-09-03 09:00", exempted()).await.unwrap();
        assert_eq!(case.obligation("2026-09-30 09:00").await, Some(ObligationState::Exempt));
        assert_eq!(case.row().await.unwrap().exempted_at, Some(at("2026-09-03 09:00")));
        assert_eq!(refused(case.head("2026-09-04 09:00", exempted()).await), Kind::IllegalMove);
    }

    /// Section 6: the unit numbers its letters by the year; a number that is taken is refused by name.
    async fn letters_are_numbered_and_no_number_is_given_twice(db: TestDb) {
        let case = Friday::new(&db).await;
        let other = Friday::another(&db, &case.office, &case.team).await;
        let third = Friday::another(&db, &case.office, &case.team).await;
        case.head("2026-08-27 09:00", apology(Some("2026-09-07"))).await.unwrap();
        let numbers: Vec<(String,)> = db
            .read(async |tx| tx.query("select form_number from obligations").fetch_all().await)
            .await
            .unwrap();
        assert_eq!(numbers, [("1/2026/PXL-H35.21".to_owned(),)]);
        let head = &case.team.head;
        let taken = case.office.act(&db, at("2026-08-27 10:00"), head, &other, numbered("1/2026/PXL-H35.21")).await;
        assert_eq!(field_at_fault(taken), "number");
        case.office.act(&db, at("2026-08-27 10:00"), head, &other, numbered(" 77/PXL ")).await.unwrap();
        case.office.act(&db, at("2026-08-27 10:00"), head, &third, apology(Some("2026-09-07"))).await.unwrap();
        assert_eq!(count(&db, "select count(distinct form_number) from obligations").await, 3);
    }

    /// A number typed ahead of the sequence bars nothing: the unit's own numbers pass over it.
    async fn a_number_typed_ahead_is_passed_over(db: TestDb) {
        let case = Friday::new(&db).await;
        let head = &case.team.head;
        let ahead = numbered(" 2/2026/PXL-H35.21 ");
        case.head("2026-08-27 09:00", ahead).await.unwrap();
        for expected in ["1/2026/PXL-H35.21", "3/2026/PXL-H35.21", "4/2026/PXL-H35.21"] {
            let code = Friday::another(&db, &case.office, &case.team).await;
            let next = apology(Some("2026-09-07"));
            case.office.act(&db, at("2026-08-27 10:00"), head, &code, next).await.unwrap();
            let id = case.office.known(&db, &code).await.id;
            let given: String = db
                .read(async |tx| {
                    let query = tx.query("select form_number from obligations where dossier_id = $1");
                    query.bind(id).fetch_scalar().await
                })
                .await
                .unwrap();
            assert_eq!(given, expected);
        }
    }

    /// Of two who type the same number at once, one is told that it is taken.
    async fn a_number_typed_twice_at_once_is_refused_once(db: TestDb) {
        let case = Friday::new(&db).await;
        let head = &case.team.head;
        for round in 0..8 {
            let first = Friday::another(&db, &case.office, &case.team).await;
            let second = Friday::another(&db, &case.office, &case.team).await;
            let number = format!("{round}/PXL");
            let sign = |code| case.office.act(&db, at("2026-08-27 09:00"), head, code, numbered(&number));
            let (one, other) = tokio::join!(sign(&first), sign(&second));
            let (won, lost): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
            assert_eq!((won.len(), lost.len()), (1, 1));
            for outcome in lost {
                assert_eq!(field_at_fault(outcome), "number");
            }
        }
    }

    /// LATE-01, LATE-17: a letter is issued when it is recorded; no earlier time makes it one in advance.
    async fn a_letter_is_never_dated_back(db: TestDb) {
        let case = Friday::new(&db).await;
        let sign = async |now: &str, said: &str| {
            let change = apology(Some("2026-09-07"));
            let request = Request { expected_version: 2, at: Some(at(said)), change };
            case.office.ask(&db, at(now), &case.team.head, &case.code, request).await
        };
        for (now, said) in [
            ("2026-08-28 09:00", "2026-08-27 16:00"),
            ("2026-08-31 09:00", "2026-08-27 16:00"),
            ("2026-08-27 16:00", "2026-08-27 15:58"),
        ] {
            assert_eq!(field_at_fault(sign(now, said).await), "at", "{said} at {now}");
        }
        assert_eq!(case.row().await, None);
        let issued = sign("2026-08-28 00:00", "2026-08-27 23:59:30").await.unwrap();
        assert_eq!(issued.dossier.apology.unwrap().issued_at, at("2026-08-28 00:00"));
        assert_eq!(case.obligation("2026-08-28 09:00").await, Some(ObligationState::IssuedLate), "LATE-14");
    }

    /// LATE-11, LATE-16, SUP-06: what is told afterwards does not undo that the dossier became late.
    async fn no_earlier_time_makes_a_late_dossier_early(db: TestDb) {
        let case = Friday::new(&db).await;
        case.office.sweep(&db, at("2026-08-31 08:00"), 10).await.unwrap();
        let owed = case.row().await;
        assert!(owed.is_some());
        let ask = async |now: &str, said: &str, change: Change| {
            let request = Request { expected_version: 2, at: Some(at(said)), change };
            case.office.ask(&db, at(now), &case.team.counter, &case.code, request).await
        };
        let withdrawn = || Change::Withdrawn { reason: "Theo đơn".to_owned() };
        for change in [Change::Settled {}, supplement(), withdrawn()] {
            for said in ["2026-08-27 16:00", "2026-08-28 24:00"] {
                assert_eq!(field_at_fault(ask("2026-08-31 09:00", said, change.clone()).await), "at");
            }
        }
        // REP-18: nor is it put into a month that is over, be it late there.
        assert_eq!(field_at_fault(ask("2026-09-03 09:00", "2026-08-31 16:00", Change::Settled {}).await), "at");
        assert_eq!(case.office.known(&db, &case.code).await.version, 2);
        let settled = ask("2026-08-31 16:00", "2026-08-31 10:00", Change::Settled {}).await.unwrap();
        assert_eq!(settled.dossier.outcome(), Some(Outcome::Late));
        assert_eq!(case.row().await, owed, "the obligation stays open");
    }

    /// LATE-09, LATE-10: nor one that missed its second day into one that kept it.
    async fn no_earlier_time_keeps_a_second_day_that_was_missed(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-08-27 16:00", apology(Some("2026-09-07"))).await.unwrap();
        let request = Request { expected_version: 3, at: Some(at("2026-09-07 16:00")), change: Change::Settled {} };
        let told = case.office.ask(&db, at("2026-09-08 09:00"), &case.team.counter, &case.code, request).await;
        assert_eq!(field_at_fault(told), "at");
    }

    /// SUP-06: while the clock stands still nothing becomes late, and a supplement may be told a day later.
    async fn what_happened_while_the_clock_stood_still_may_be_told_later(db: TestDb) {
        let case = Friday::new(&db).await;
        case.counter("2026-08-26 09:00", supplement()).await.unwrap();
        let change = Change::Supplemented {};
        let request = Request { expected_version: 3, at: Some(at("2026-08-28 15:00")), change };
        let told = case.office.ask(&db, at("2026-08-31 09:00"), &case.team.counter, &case.code, request).await;
        let promise = told.unwrap().dossier.promise().unwrap().clone();
        assert_eq!(promise.counted_from, at("2026-08-28 15:00"));
    }

    /// LATE-08: after an exemption there is nothing to apologise for any more.
    async fn an_exempted_dossier_gets_no_letter(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-09-03 09:00", exempted()).await.unwrap();
        assert_eq!(refused(case.head("2026-09-03 10:00", apology(Some("2026-09-08"))).await), Kind::IllegalMove);
        assert_eq!(count(&db, "select count(*) from outbox").await, 0);
        assert_eq!(case.obligation("2026-09-03 10:00").await, Some(ObligationState::Exempt));
    }

    /// LATE-06, SUP-06: the letter names the promise that was missed, and not the new one that was kept;
    /// who has collected is not invited.
    async fn a_letter_after_a_restart_names_the_promise_that_was_missed(db: TestDb) {
        let case = Friday::new(&db).await;
        case.counter("2026-09-03 09:00", supplement()).await.unwrap();
        let again = case.counter("2026-09-04 09:00", Change::Supplemented {}).await.unwrap();
        assert_eq!(again.dossier.promise().unwrap().due_on, day("2026-09-09"));
        case.counter("2026-09-08 09:00", Change::Settled {}).await.unwrap();
        case.counter("2026-09-08 10:32", change(json!({ "kind": "returned" }))).await.unwrap();
        case.head("2026-09-08 16:00", apology(None)).await.unwrap();
        let (desk, head, code) = (case.office.desk(at("2026-09-08 17:00")), case.team.head.clone(), case.code.clone());
        let on_paper = async move |tx: &mut Tx| form_04::on_paper(tx, &desk, &head, &code).await;
        let letter = db.write(on_paper).await.unwrap();
        assert_eq!((letter.appointed.day, letter.fault), (day("2026-08-28"), Fault::ReturnedLate));
        let NewTime::Returned { ready, returned } = letter.new_time else { panic!("{:?}", letter.new_time) };
        assert_eq!((ready.time.to_string(), returned.time.to_string()), ("09:00".to_owned(), "10:32".to_owned()));
    }

    /// LATE-03: what is late in a new limit that still runs is said to be missed already.
    async fn a_letter_while_a_new_limit_runs_speaks_of_the_one_that_was_missed(db: TestDb) {
        let case = Friday::new(&db).await;
        case.counter("2026-09-03 09:00", supplement()).await.unwrap();
        case.counter("2026-09-04 09:00", Change::Supplemented {}).await.unwrap();
        case.head("2026-09-04 10:00", apology(Some("2026-09-10"))).await.unwrap();
        let (desk, head, code) = (case.office.desk(at("2026-09-04 17:00")), case.team.head.clone(), case.code.clone());
        let on_paper = async move |tx: &mut Tx| form_04::on_paper(tx, &desk, &head, &code).await;
        let letter = db.write(on_paper).await.unwrap();
        assert_eq!((letter.appointed.day, letter.fault), (day("2026-08-28"), Fault::Missed));
    }

    /// A clock that starts anew does not turn a letter that came too late into one in advance.
    async fn a_later_promise_does_not_improve_an_old_letter(db: TestDb) {
        let case = Friday::new(&db).await;
        case.head("2026-08-31 09:00", apology(Some("2026-09-07"))).await.unwrap();
        case.counter("2026-09-03 09:00", supplement()).await.unwrap();
        case.counter("2026-09-10 09:00", Change::Supplemented {}).await.unwrap();
        assert_eq!(case.obligation("2026-09-10 09:00").await, Some(ObligationState::IssuedLate));
        assert_eq!(case.row().await.unwrap().in_advance, Some(false));
    }
}
