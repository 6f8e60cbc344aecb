//! What happens to a dossier between receipt and return, and what each event does to the clock.

use dunghen::domain::dossier::Dossier;
use dunghen::domain::procedure::Channel;
use dunghen::domain::promise::{Cause, Outcome};
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::Role;
use dunghen::domain::state::State;
use dunghen::domain::time::Moment;
use dunghen::work::intake::NewDossier;
use dunghen::work::processing::{Change, Request};
use futures_util::future::join_all;
use serde_json::json;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

fn paid() -> Change {
    Change::Paid {}
}

fn payment() -> Change {
    Change::PaymentRequested { reason: "Thuế đất".to_owned() }
}

fn withdrawn() -> Change {
    Change::Withdrawn { reason: "Không còn nhu cầu".to_owned() }
}

fn stopped() -> Change {
    Change::Stopped { reason: "Không bổ sung".to_owned() }
}

/// An office, its team for one procedure, and a dossier received and handed to the agency.
struct Case<'d> {
    db: &'d TestDb,
    office: Office,
    team: Team,
    code: String,
}

impl<'d> Case<'d> {
    async fn received(db: &'d TestDb, procedure: &str, competent: &str, when: &str) -> Self {
        let office = Office::open(db).await;
        let team = Team::at(&office, db, competent).await;
        let receipt = office.receive(db, at(when), &team.counter, &filed(procedure)).await.unwrap();
        Self { db, office, team, code: receipt.code }
    }

    async fn transferred(db: &'d TestDb, procedure: &str, competent: &str, when: &str) -> Self {
        let case = Self::received(db, procedure, competent, when).await;
        case.counter(when, transfer(competent)).await;
        case
    }

    async fn counter(&self, when: &str, change: Change) -> Dossier {
        let acted = self.office.act(self.db, at(when), &self.team.counter, &self.code, change).await;
        acted.unwrap().dossier
    }

    async fn specialist(&self, when: &str, change: Change) -> Dossier {
        let acted = self.office.act(self.db, at(when), &self.team.specialist, &self.code, change).await;
        acted.unwrap().dossier
    }

    async fn next_check(&self) -> Option<Moment> {
        self.office.known(self.db, &self.code).await.next_check_at
    }
}

on_both! {
    /// SUP-04, SUP-08: counted again from the beginning; the first promise stays in the ledger.
    async fn a_supplement_restarts_the_limit(db: TestDb) {
        let case = Case::transferred(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        let asked = case.specialist("2026-08-18 10:00", supplement()).await;
        assert_eq!((asked.state, asked.stopped_since()), (State::SupplementRequested, Some(at("2026-08-18 10:00"))));
        assert!(!asked.is_late_at(at("2027-01-01 00:00")), "the clock stands still");
        assert_eq!(case.next_check().await, None, "nothing becomes owed while it does");

        // Saturday 22/8 is worked: 22, 24, 25.
        let resumed = case.counter("2026-08-21 15:00", Change::Supplemented {}).await;
        assert_eq!(resumed.state, State::Processing);
        let dues: Vec<_> = resumed.promises.iter().map(|promise| (promise.cause, promise.due_at)).collect();
        assert_eq!(dues, [
            (Cause::Receipt, at("2026-08-20 17:00")),
            (Cause::SupplementRestart, at("2026-08-25 17:00")),
        ]);
        assert!(!resumed.is_late_at(at("2026-08-25 23:59:59")) && resumed.is_late_at(at("2026-08-26 00:00:01")));
        assert_eq!(case.next_check().await, Some(at("2026-08-22 07:30")));
        assert!(case.office.verify(&db).await.holds());
    }

    /// SUP-05: calendar days move by the days between, and off a day off.
    async fn a_supplement_under_the_pause_policy_moves_the_due_date_by_the_wait(db: TestDb) {
        let case = Case::transferred(&db, PAUSING, "H35.04", "2026-08-03 09:00").await;
        assert_eq!(case.office.dossier(&db, &case.code).await.promise().unwrap().due_at, at("2026-09-07 17:00"));
        case.specialist("2026-08-10 16:00", supplement()).await;
        let resumed = case.counter("2026-08-20 09:00", Change::Supplemented {}).await;
        let promise = resumed.promise().unwrap();
        assert_eq!((promise.cause, promise.due_at), (Cause::SupplementPause, at("2026-09-17 17:00")));
        assert_eq!(promise.late_from, at("2026-09-17 24:00"));

        // Asked by the head once more: two more days lead to Saturday 19/9, which rolls.
        let head = &case.team.head;
        case.office.act(&db, at("2026-08-21 08:00"), head, &case.code, supplement()).await.unwrap();
        let again = case.counter("2026-08-23 08:00", Change::Supplemented {}).await;
        assert_eq!(again.promise().unwrap().due_at, at("2026-09-21 17:00"));
        assert_eq!(again.original_promise().unwrap().due_at, at("2026-09-07 17:00"));
    }

    /// SUP-01, SUP-02: a second request is the head's alone; one before acceptance is not counted.
    async fn a_second_supplement_is_for_the_head_alone(db: TestDb) {
        let case = Case::transferred(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        case.specialist("2026-08-18 10:00", supplement()).await;
        case.counter("2026-08-19 10:00", Change::Supplemented {}).await;
        for actor in [&case.team.specialist, &case.team.counter] {
            let outcome = case.office.act(&db, at("2026-08-20 10:00"), actor, &case.code, supplement()).await;
            assert_eq!(refused(outcome), Kind::NotAllowed);
        }
        let head = &case.team.head;
        let asked = case.office.act(&db, at("2026-08-20 10:00"), head, &case.code, supplement()).await.unwrap();
        assert_eq!(asked.dossier.supplement_requests, 2);

        let online = NewDossier { channel: Channel::Online, ..filed(THREE_DAYS) };
        let counter = &case.team.counter;
        let code = case.office.receive(&db, at("2026-08-21 09:00"), counter, &online).await.unwrap().code;
        let act = async |when: &str, change| {
            case.office.act(&db, at(when), counter, &code, change).await.unwrap().dossier
        };
        act("2026-08-21 10:00", supplement()).await;
        // 5→2: completed before the first acceptance, it is received now (LIFE-01).
        let received = act("2026-08-24 09:00", Change::Supplemented {}).await;
        assert_eq!((received.state, received.received_at), (State::Received, Some(at("2026-08-24 09:00"))));
        assert_eq!(received.ruleset.as_deref(), Some("nd118-2025"));
        let promise = received.promise().unwrap();
        assert_eq!((promise.cause, promise.due_on), (Cause::Receipt, day("2026-08-27")));
        assert_eq!(act("2026-08-24 10:00", supplement()).await.supplement_requests, 1);
    }

    /// SUP-06, END-03: who was late when the clock stopped stays late, whatever is promised anew.
    async fn a_request_after_the_due_date_cures_nothing(db: TestDb) {
        let case = Case::transferred(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        case.specialist("2026-08-21 00:00:01", supplement()).await;
        let row = obligation_row(&db, case.office.known(&db, &case.code).await.id).await.unwrap();
        assert_eq!(row.opened_at, at("2026-08-21 00:00:01"), "whoever sees the lateness first opens it");
        let resumed = case.counter("2026-08-24 09:00", Change::Supplemented {}).await;
        assert_eq!(resumed.promise().unwrap().due_on, day("2026-08-27"));
        assert!(resumed.is_late_at(at("2026-08-24 09:00")));
        let settled = case.counter("2026-08-24 16:00", Change::Settled {}).await;
        assert_eq!(settled.outcome(), Some(Outcome::Late));
    }

    /// STOP-01: after proof of payment the procedure's second limit is counted.
    async fn a_payment_leads_to_the_second_appointment(db: TestDb) {
        let case = Case::transferred(&db, SECOND_LIMIT, "H35.06.01", "2026-08-03 09:00").await;
        case.specialist("2026-08-10 09:00", payment()).await;
        let paid = case.counter("2026-09-14 09:00", paid()).await;
        let promise = paid.promise().unwrap();
        assert_eq!((promise.cause, promise.due_at), (Cause::SecondAppointment, at("2026-09-17 17:00")));
        assert_eq!(paid.state, State::Processing);
        assert!(!paid.is_late_at(at("2026-09-17 24:00")), "the interval between is outside of the limit");
    }

    /// STOP-01: without a second limit the first one goes on where it stood.
    async fn a_payment_without_a_second_limit_moves_the_first_one(db: TestDb) {
        let case = Case::transferred(&db, NO_SECOND_LIMIT, "H35.06.01", "2026-08-03 09:00").await;
        assert_eq!(case.office.dossier(&db, &case.code).await.promise().unwrap().due_on, day("2026-08-13"));
        case.specialist("2026-08-10 09:00", payment()).await;
        // 11, 12, 13, 14 and 17/8 were waited for; 13/8 and five more working days.
        let paid = case.counter("2026-08-17 14:00", paid()).await;
        assert_eq!(paid.promise().unwrap().due_at, at("2026-08-20 17:00"));
    }

    /// END-03, REP-10, SUP-06: on time unless already past due; the applicant's own waiting is not lateness.
    async fn withdrawals_and_stops_are_late_only_where_the_unit_was(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        // Received on 17/8, due on 20/8. When a supplement was asked for, the end, its instant, the outcome.
        let cases: [(Option<&str>, fn() -> Change, &str, Outcome); 8] = [
            (None, withdrawn, "2026-08-18 09:00", Outcome::OnTime),
            (None, withdrawn, "2026-08-20 24:00", Outcome::OnTime),
            (None, withdrawn, "2026-08-21 00:00:01", Outcome::Late),
            (None, stopped, "2026-08-20 23:00", Outcome::OnTime),
            (None, stopped, "2026-09-30 09:00", Outcome::Late),
            (Some("2026-08-19 09:00"), withdrawn, "2026-09-30 09:00", Outcome::OnTime),
            (Some("2026-08-19 09:00"), stopped, "2026-09-30 09:00", Outcome::OnTime),
            (Some("2026-08-21 09:00"), stopped, "2026-09-30 09:00", Outcome::Late),
        ];
        for (asked, end, when, outcome) in cases {
            let receipt = office.receive(&db, at("2026-08-17 09:00"), &team.counter, &filed(THREE_DAYS)).await;
            let code = receipt.unwrap().code;
            if let Some(asked) = asked {
                office.act(&db, at(asked), &team.counter, &code, supplement()).await.unwrap();
            }
            let ended = office.act(&db, at(when), &team.counter, &code, end()).await.unwrap();
            assert_eq!(ended.dossier.outcome(), Some(outcome), "{asked:?} {when}");
            assert_eq!(ended.known.next_check_at, None);
            let owed = obligation_row(&db, ended.known.id).await;
            assert_eq!(owed.is_some(), outcome == Outcome::Late, "{asked:?} {when}");
        }
        assert!(office.verify(&db).await.holds());
    }

    /// LIFE-01, ACC-06: 2→9 is for same-day procedures; 9→10 keeps the instant that decides (LIFE-06).
    async fn only_a_same_day_procedure_is_settled_without_a_transfer(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let received = at("2026-08-17 09:00");
        let slow = office.receive(&db, received, &team.counter, &filed(THREE_DAYS)).await.unwrap().code;
        let outcome = office.act(&db, at("2026-08-17 10:00"), &team.counter, &slow, Change::Settled {}).await;
        assert_eq!(refused(outcome), Kind::IllegalMove);
        assert_eq!(office.known(&db, &slow).await.version, 1);

        let quick = office.receive(&db, received, &team.counter, &filed(SAME_DAY)).await.unwrap().code;
        let settled_at = at("2026-08-17 10:00");
        let settled = office.act(&db, settled_at, &team.counter, &quick, Change::Settled {}).await.unwrap();
        assert_eq!((settled.dossier.state, settled.dossier.outcome()), (State::Settled, Some(Outcome::Early)));
        let hand_over = Change::Returned { method: None };
        let returned = office.act(&db, at("2026-09-30 10:00"), &team.counter, &quick, hand_over).await.unwrap();
        assert_eq!(returned.dossier.state, State::Returned);
        assert_eq!(returned.dossier.ended_at, Some(settled_at));
        assert_eq!(returned.dossier.returned_at, Some(at("2026-09-30 10:00")));
        assert_eq!(returned.dossier.outcome(), Some(Outcome::Early), "RES-05: waiting to be fetched is not lateness");
        let again = office.act(&db, at("2026-09-30 11:00"), &team.counter, &quick, Change::Returned { method: None });
        assert_eq!(refused(again.await), Kind::IllegalMove);
    }

    /// LIFE-02: before receipt a refusal is code 3 and no dossier of the statistics; afterwards code 8.
    async fn a_refusal_before_receipt_is_another_thing_than_one_after_it(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let refusal = || Change::Refused { reason: "Không thuộc thẩm quyền".to_owned() };
        let online = NewDossier { channel: Channel::Online, ..filed(THREE_DAYS) };
        let code = office.receive(&db, at("2026-08-17 09:00"), &team.counter, &online).await.unwrap().code;
        let before = office.act(&db, at("2026-08-17 10:00"), &team.counter, &code, refusal()).await.unwrap();
        assert_eq!((before.dossier.state, before.dossier.outcome()), (State::NotReceived, None));

        let received = office.receive(&db, at("2026-08-17 09:00"), &team.counter, &filed(THREE_DAYS)).await;
        let code = received.unwrap().code;
        let after = office.act(&db, at("2026-08-17 10:00"), &team.head, &code, refusal()).await.unwrap();
        assert_eq!((after.dossier.state, after.dossier.outcome()), (State::Stopped, Some(Outcome::OnTime)));
    }

    /// Reliability 5: of 32 who saw the same version one succeeds, the others are told that it is stale.
    async fn of_thirty_two_who_saw_one_version_a_single_one_wins(db: TestDb) {
        let case = Case::received(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        for version in 1..=4 {
            let attempts = join_all((0..32).map(async |number| {
                let step = json!({ "kind": "step_done", "step": format!("Bước {number}") });
                let what = if version == 1 { transfer(COMMUNE) } else { change(step) };
                let request = Request { expected_version: version, at: None, change: what };
                case.office.ask(&db, at("2026-08-17 10:00"), &case.team.counter, &case.code, request).await
            }));
            let (won, lost): (Vec<_>, Vec<_>) = attempts.await.into_iter().partition(Result::is_ok);
            assert_eq!((won.len(), lost.len()), (1, 31), "version {version}");
            for outcome in lost {
                assert_eq!(refused(outcome), Kind::StaleVersion);
            }
            assert_eq!(case.office.known(&db, &case.code).await.version, version + 1);
        }
        assert_eq!(count(&db, "select count(*) from dossier_events").await, 5);
        assert_eq!(count(&db, "select count(*) from audit").await, 5);
        assert!(case.office.verify(&db).await.holds());
    }

    /// An event is neither in the future nor before the last one; a clock set back bars nothing.
    async fn events_keep_the_order_of_time(db: TestDb) {
        let case = Case::transferred(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        let step = || change(json!({ "kind": "step_done", "step": "Thẩm định" }));
        let ask = async |now: &str, when: Option<&str>| {
            let version = case.office.known(&db, &case.code).await.version;
            let request = Request { expected_version: version, at: when.map(at), change: step() };
            case.office.ask(&db, at(now), &case.team.specialist, &case.code, request).await
        };
        let future = ask("2026-08-17 10:00", Some("2026-08-17 10:00:01")).await;
        assert_eq!(field_at_fault(future), "at");
        let past = ask("2026-08-17 10:00", Some("2026-08-17 08:59:59")).await;
        assert_eq!(field_at_fault(past), "at");
        ask("2026-08-17 12:00", Some("2026-08-17 10:00")).await.unwrap();

        let behind = ask("2026-08-17 07:00", None).await.unwrap();
        assert_eq!(behind.dossier.last_at, at("2026-08-17 10:00"));
        let recorded: Moment = db
            .read(async |tx| {
                tx.query("select recorded_at from dossier_events order by seq desc limit 1").fetch_scalar().await
            })
            .await
            .unwrap();
        assert_eq!(recorded, at("2026-08-17 07:00"), "the record says by which clock it was written");
        assert!(case.office.verify(&db).await.holds());
    }

    /// LIFE-01, LAW-01: the rule set is that of the official receipt, also where it is told a day later.
    async fn a_receipt_told_late_counts_from_the_day_that_it_was(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let online = NewDossier { channel: Channel::Online, ..filed(SECOND_LIMIT) };
        let code = office.receive(&db, at("2025-11-27 09:00"), &counter, &online).await.unwrap().code;
        // The overlay for land begins on 1/12/2025 (LAW-02); November's figures are closed by then (REP-18).
        let request = Request { expected_version: 1, at: Some(at("2025-11-28 09:00")), change: Change::Received {} };
        let too_late = office.ask(&db, at("2025-12-01 09:00"), &counter, &code, request.clone()).await;
        assert_eq!(field_at_fault(too_late), "at");
        let told = office.ask(&db, at("2025-11-30 09:00"), &counter, &code, request).await.unwrap();
        assert_eq!(told.dossier.ruleset.as_deref(), Some("nd118-2025"));
        assert_eq!(told.dossier.received_at, Some(at("2025-11-28 09:00")));
    }

    /// What a kind of event does not know is refused by name, also where it knows no field at all.
    async fn an_unknown_field_is_refused_by_name(db: TestDb) {
        drop(db);
        for kind in ["received", "supplemented", "paid", "settled", "returned"] {
            let plain = json!({ "kind": kind, "expected_version": 1 });
            assert!(Request::from_json(plain.clone()).is_ok(), "{kind}");
            let mut strange = plain;
            strange["ended_at"] = json!(1);
            let refusal = Request::from_json(strange).unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some("ended_at"), "{kind}");
            assert!(refusal.said.vietnamese.contains("ended_at"));
        }
    }

    /// LIFE-04, ORG-13: whoever gets a dossier belongs to the unit that has it then, or to one below.
    async fn a_dossier_goes_to_somebody_of_the_unit_that_has_it(db: TestDb) {
        let case = Case::received(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        let elsewhere = case.office.hire(&db, "H35.22", &[Role::Specialist]).await.staff_id.0;
        let (own, below) = (case.team.specialist.staff_id.0, case.team.counter.staff_id.0);
        let give = |officer: i64| {
            change(json!({ "kind": "transfer", "to_unit": COMMUNE, "to_officer": officer }))
        };
        let counter = &case.team.counter;
        let wrong = case.office.act(&db, at("2026-08-17 10:00"), counter, &case.code, give(elsewhere)).await;
        assert_eq!(field_at_fault(wrong), "to_officer");
        case.counter("2026-08-17 10:00", give(below)).await;
        case.counter("2026-08-17 10:00", give(own)).await;
        let step = |officer: i64| json!({ "kind": "step_done", "step": "Thẩm định", "to_officer": officer });
        let specialist = &case.team.specialist;
        let wrong = case.office.act(&db, at("2026-08-17 11:00"), specialist, &case.code, change(step(elsewhere)));
        assert_eq!(field_at_fault(wrong.await), "to_officer");
        case.specialist("2026-08-17 11:00", change(step(own))).await;
    }

    /// A text that is missing, and a person who does not exist, are named by their fields.
    async fn a_request_that_lacks_something_names_it(db: TestDb) {
        let case = Case::transferred(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        for (body, field) in [
            (json!({ "kind": "supplement_requested", "items": [" "], "reason": "x" }), "items"),
            (json!({ "kind": "supplement_requested", "items": ["x"], "reason": " " }), "reason"),
            (json!({ "kind": "step_done", "step": "" }), "step"),
            (json!({ "kind": "step_done", "step": "x", "to_officer": 999_999 }), "to_officer"),
            (json!({ "kind": "transfer", "to_unit": "H35.72" }), "to_unit"),
            (json!({ "kind": "step_done", "step": "\u{200b}\u{202e}" }), "step"),
            (json!({ "kind": "step_done", "step": "x\ny" }), "step"),
            (json!({ "kind": "payment_requested", "reason": "x".repeat(2_001) }), "reason"),
        ] {
            let outcome = case.office.act(&db, at("2026-08-17 10:00"), &case.team.specialist, &case.code, change(body));
            assert_eq!(field_at_fault(outcome.await), field);
        }
        assert_eq!(case.office.known(&db, &case.code).await.version, 2);
    }
}
