//! Stops, hand-overs, stages and corrections as people ask for them, and what is kept of each.

use dunghen::db::Result;
use dunghen::domain::attribution::Party;
use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::{Event, Exclusion, Happening};
use dunghen::domain::promise::{Cause, Outcome};
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::state::State;
use dunghen::store;
use dunghen::work::ledger::Opened;
use dunghen::work::process;
use dunghen::work::processing::Change;
use serde_json::json;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// A dossier received and handed over, with the people who settle it.
struct Case<'d> {
    db: &'d TestDb,
    office: Office,
    team: Team,
    code: String,
}

impl<'d> Case<'d> {
    async fn of(db: &'d TestDb, procedure: &str, competent: &str, when: &str) -> Self {
        let office = Office::open(db).await;
        let team = Team::at(&office, db, competent).await;
        let code = office.receive(db, at(when), &team.counter, &filed(procedure)).await.unwrap().code;
        let case = Self { db, office, team, code };
        case.by(&case.team.counter, when, transfer(competent)).await.unwrap();
        case
    }

    async fn by(&self, actor: &Actor, when: &str, change: Change) -> Result<Opened> {
        self.office.act(self.db, at(when), actor, &self.code, change).await
    }

    async fn specialist(&self, when: &str, body: serde_json::Value) -> Dossier {
        self.by(&self.team.specialist, when, change(body)).await.unwrap().dossier
    }

    async fn head(&self, when: &str, body: serde_json::Value) -> Result<Opened> {
        self.by(&self.team.head, when, change(body)).await
    }

    async fn events(&self) -> Vec<Event> {
        let id = self.office.known(self.db, &self.code).await.id;
        self.db.read(async |tx| store::events::of(tx, id).await).await.unwrap()
    }
}

fn excluded() -> serde_json::Value {
    json!({ "kind": "exclusion_began", "exclusion": "verification", "basis": "Điều 14", "document": "CV 12" })
}

on_both! {
    /// STOP-02, STOP-04, LATE-11: an excluded time moves the promise by itself, and nothing else stops in it.
    async fn an_excluded_time_moves_the_promise_by_its_working_days(db: TestDb) {
        let case = Case::of(&db, EIGHTEEN_DAYS, COMMUNE, "2026-08-03 09:00").await;
        let before = case.office.dossier(&db, &case.code).await.promise().unwrap().due_on;
        assert_eq!(before, day("2026-08-26"), "Saturday 22/8 is worked");
        let none = case.by(&case.team.counter, "2026-08-10 08:00", change(excluded())).await;
        assert_eq!(refused(none), Kind::NotAllowed);
        let stopped = case.specialist("2026-08-10 09:00", excluded()).await;
        assert_eq!((stopped.state, stopped.stopped_since()), (State::Processing, Some(at("2026-08-10 09:00"))));
        assert_eq!(case.office.known(&db, &case.code).await.next_check_at, None);
        for barred in [supplement(), Change::Settled {}, change(excluded())] {
            let outcome = case.by(&case.team.head, "2026-08-11 09:00", barred).await;
            assert_eq!(refused(outcome), Kind::IllegalMove);
        }
        let resumed = case.specialist("2026-08-13 16:00", json!({ "kind": "exclusion_ended", "document": "CV 15" })).await;
        let promise = resumed.promise().unwrap();
        // 11, 12 and 13/8: 26, 27, 28/8 and, over the days off, 3/9.
        assert_eq!((promise.cause, promise.due_at), (Cause::ExclusionPause, at("2026-09-03 17:00")));
        assert_eq!((resumed.stops[0].kind.id(), resumed.stops[0].documents.len()), (Exclusion::Verification.id(), 2));
        assert_eq!(resumed.stops[0].author, case.team.specialist.staff_id);
        assert!(case.office.verify(&db).await.holds());
    }

    /// SUP-01, SUP-02: what is beyond the rule set is the head's, marked, and late under index 766.
    async fn a_supplement_beyond_the_rule_set_is_marked(db: TestDb) {
        let case = Case::of(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        let ask = json!({ "kind": "supplement_requested", "items": ["Giấy xác nhận"], "reason": "Thiếu giấy", "contact": "Phòng 3" });
        case.specialist("2026-08-18 10:00", ask.clone()).await;
        case.by(&case.team.counter, "2026-08-18 11:00", Change::Supplemented {}).await.unwrap();
        let again = case.by(&case.team.specialist, "2026-08-19 10:00", change(ask.clone())).await;
        assert_eq!(refused(again), Kind::NotAllowed);
        let dossier = case.head("2026-08-19 10:00", ask).await.unwrap().dossier;
        assert!(dossier.counts_late_under_766());
        let marks: Vec<_> = case.events().await.into_iter().filter_map(|event| match event.what {
            Happening::SupplementRequested { exceptional, contact, .. } => Some((exceptional, contact)),
            _ => None,
        }).collect();
        assert_eq!(marks, [(false, Some("Phòng 3".to_owned())), (true, Some("Phòng 3".to_owned()))]);
    }

    /// LIFE-01, LIFE-05, LATE-16: opened again by the head; the promise stays and lateness counts on.
    async fn a_settled_dossier_is_opened_again_by_the_head_alone(db: TestDb) {
        let case = Case::of(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        case.head("2026-08-19 09:00", json!({
            "kind": "apology_issued", "reason": "volume", "words": "Số lượng hồ sơ tăng cao", "new_due_on": "2026-08-21",
        })).await.unwrap();
        case.by(&case.team.counter, "2026-08-20 16:00", Change::Settled {}).await.unwrap();
        let id = case.office.known(&db, &case.code).await.id;
        assert!(obligation_row(&db, id).await.unwrap().closed_at.is_some(), "settled in time after all");
        let reopen = json!({ "kind": "reopened", "reason": "Kết quả ghi sai họ tên" });
        let not_his = case.by(&case.team.specialist, "2026-08-20 16:30", change(reopen.clone())).await;
        assert_eq!(refused(not_his), Kind::NotAllowed);
        let open = case.head("2026-08-20 16:30", reopen).await.unwrap();
        assert_eq!((open.dossier.state, open.dossier.settled_before[0].at), (State::Processing, at("2026-08-20 16:00")));
        assert_eq!(open.dossier.promises.len(), 1);
        assert_eq!(obligation_row(&db, id).await.unwrap().closed_at, None);
        assert!(case.office.known(&db, &case.code).await.next_check_at.is_some());
        let settled = case.by(&case.team.counter, "2026-08-21 09:00", Change::Settled {}).await.unwrap();
        assert_eq!(settled.dossier.outcome(), Some(Outcome::Late));
        assert!(case.office.verify(&db).await.holds());
    }

    /// LIFE-05, LATE-11: a receipt that was written down a day too early; two persons, and the dates follow.
    async fn a_wrong_receipt_is_corrected_by_two_persons(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let other = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let code = office.receive(&db, at("2026-08-17 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap().code;
        office.act(&db, at("2026-08-18 10:00"), &team.counter, &code, transfer(COMMUNE)).await.unwrap();
        let act = async |actor: &Actor, when: &str, body| office.act(&db, at(when), actor, &code, change(body)).await;
        let propose = |true_at: &str| json!({
            "kind": "correction_proposed", "corrects": 1, "true_at": at(true_at).to_string(), "reason": "Nhận sáng ngày 18, ghi nhầm 17",
        });
        for wrong in ["2026-08-18 10:00:01", "2026-08-30 09:00", "2026-08-17 09:00"] {
            let outcome = act(&team.head, "2026-08-19 09:00", propose(wrong)).await;
            assert_eq!(field_at_fault(outcome), "true_at", "{wrong}");
        }
        let proposed = act(&team.head, "2026-08-19 09:00", propose("2026-08-18 09:00")).await.unwrap();
        assert_eq!(proposed.dossier.promise().unwrap().due_on, day("2026-08-20"), "nothing has moved yet");
        let approve = json!({ "kind": "corrected", "proposal": 3, "reason": "Đã đối chiếu sổ" });
        assert_eq!(refused(act(&team.head, "2026-08-19 10:00", approve.clone()).await), Kind::NotAllowed);
        assert_eq!(refused(act(&team.specialist, "2026-08-19 10:00", approve.clone()).await), Kind::NotAllowed);
        let corrected = act(&other, "2026-08-19 10:00", approve).await.unwrap();
        let ledger: Vec<_> = corrected.dossier.promises.iter().map(|one| (one.cause, one.due_on)).collect();
        assert_eq!(ledger, [(Cause::Receipt, day("2026-08-20")), (Cause::Correction, day("2026-08-21"))]);
        assert_eq!(corrected.dossier.received_at, Some(at("2026-08-18 09:00")));
        assert!(!corrected.dossier.is_late_at(at("2026-08-21 23:00")));
        assert!(office.verify(&db).await.holds());
    }

    /// LATE-11: what waits for a second person is found until it is approved or refused; a refusal changes
    /// nothing, and words about another event answer no proposal.
    async fn a_proposal_waits_until_somebody_answers_it(db: TestDb) {
        let case = Case::of(&db, THREE_DAYS, COMMUNE, "2026-08-17 09:00").await;
        let other = case.office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let id = case.office.known(&db, &case.code).await.id;
        let waiting = async |unit: &str| {
            let units = json!([unit]).to_string();
            db.read(async |tx| store::events::proposing(tx, &units, 10).await).await.unwrap()
        };
        let propose = || json!({
            "kind": "correction_proposed", "corrects": 1, "true_at": at("2026-08-17 08:00").to_string(),
            "reason": "Nhận lúc 8 giờ, ghi nhầm 9 giờ",
        });
        assert!(waiting(COMMUNE).await.is_empty());
        case.head("2026-08-18 09:00", propose()).await.unwrap();
        let words = json!({ "kind": "corrected", "corrects": 2, "words": "Chuyển buổi sáng", "reason": "Ghi thiếu nội dung" });
        case.head("2026-08-18 09:10", words).await.unwrap();
        assert_eq!((waiting(COMMUNE).await, waiting("H35.22").await), (vec![id], Vec::new()));
        let about_it = json!({ "kind": "corrected", "corrects": 3, "words": "Bỏ", "reason": "Không đúng sự việc" });
        assert_eq!(field_at_fault(case.head("2026-08-18 09:20", about_it).await), "corrects");
        let refuse = json!({ "kind": "correction_refused", "proposal": 3, "reason": "Sổ ghi đúng 9 giờ" });
        assert_eq!(refused(case.by(&case.team.specialist, "2026-08-18 09:30", change(refuse.clone())).await), Kind::NotAllowed);
        let before = case.office.dossier(&db, &case.code).await;
        let after = case.by(&other, "2026-08-18 09:30", change(refuse.clone())).await.unwrap().dossier;
        assert_eq!((after.proposal, after.promises, after.received_at), (None, before.promises, before.received_at));
        assert!(waiting(COMMUNE).await.is_empty());
        assert_eq!(field_at_fault(case.by(&other, "2026-08-18 09:40", change(refuse)).await), "proposal");
        case.head("2026-08-18 10:00", propose()).await.unwrap();
        assert_eq!(waiting(COMMUNE).await, [id]);
        let approve = json!({ "kind": "corrected", "proposal": 6, "reason": "Đã đối chiếu sổ" });
        case.by(&other, "2026-08-18 10:10", change(approve)).await.unwrap();
        assert!(waiting(COMMUNE).await.is_empty());
        assert!(case.office.verify(&db).await.holds());
    }

    /// LIFE-04, MON-05: hand-overs keep the giver's timeliness; an overdue step is told once, to whom has it.
    async fn a_hand_over_records_how_the_giver_stood(db: TestDb) {
        let case = Case::of(&db, THREE_DAYS, COMMUNE, "2026-08-25 09:00").await;
        let officer = case.team.specialist.staff_id.0;
        case.by(&case.team.head, "2026-08-26 11:16", change(json!({
            "kind": "step_done", "step": "Phân công xử lý", "to_officer": officer,
        }))).await.unwrap();
        let events = case.events().await;
        let Happening::StepDone { giver: Some(giver), .. } = &events[2].what else { panic!("{events:?}") };
        assert_eq!((giver.due_at, giver.timeliness), (at("2026-08-26 11:15"), Outcome::Late));
        // The third step leaves a half and a quarter day: it has until 9:22:30 on Friday.
        assert_eq!(case.office.known(&db, &case.code).await.next_check_at, Some(at("2026-08-26 07:30")));
        case.office.sweep(&db, at("2026-08-28 09:22:31"), 10).await.unwrap();
        let told: Vec<_> = alerts(&db).await.into_iter().filter(|alert| alert.rule == "step_overdue").collect();
        assert_eq!(told.iter().map(|alert| (alert.level, alert.recipient_id)).collect::<Vec<_>>().first(), Some(&(2, officer)));
        let lines = process::slip_of(&case.office.desk(at("2026-08-28 10:00")), &case.office.dossier(&db, &case.code).await, &events).unwrap();
        assert_eq!(lines.iter().map(|line| line.timeliness).collect::<Vec<_>>()[..2], [Some(Outcome::Early), Some(Outcome::Late)]);
        assert!(lines[2].is_late_at(at("2026-08-28 10:00")));
    }

    /// LINK-01 to LINK-05, COORD-01: stages follow each other, and the late one answers for the lateness.
    async fn an_interlinked_dossier_goes_from_stage_to_stage(db: TestDb) {
        const KARAOKE: &str = "1.000963";
        let office = Office::open(&db).await;
        let centre = office.hire(&db, "H35.01.01", &[Role::Reception]).await;
        let head = office.hire(&db, "H35.09", &[Role::UnitHead]).await;
        let new = dunghen::work::intake::NewDossier { receiving_unit: "H35.01.01".to_owned(), ..filed(KARAOKE) };
        let code = office.receive(&db, at("2026-06-01 09:00"), &centre, &new).await.unwrap().code;
        let act = async |actor: &Actor, when: &str, change| office.act(&db, at(when), actor, &code, change).await;
        act(&centre, "2026-06-01 10:00", transfer("H35.09")).await.unwrap();
        let done = |stage: &str| change(json!({ "kind": "stage_done", "stage": stage }));
        let early = act(&head, "2026-06-02 09:00", done("Cấp giấy phép karaoke")).await;
        assert_eq!(field_at_fault(early), "stage", "the stages before it go on");
        act(&head, "2026-06-04 09:00", done("Đăng ký hộ kinh doanh")).await.unwrap();
        // The second stage had three days and takes until 22/6: nine working days beyond 9/6.
        act(&head, "2026-06-22 17:00", done("Chứng nhận đủ điều kiện về an ninh, trật tự")).await.unwrap();
        let settled = act(&centre, "2026-06-26 17:00", Change::Settled {}).await.unwrap();
        assert_eq!(settled.dossier.outcome(), Some(Outcome::Late), "due on 23/6");
        let desk = office.desk(at("2026-07-01 09:00"));
        let stages = process::stages_of(&desk, &settled.dossier);
        let late: Vec<_> = stages.iter().map(|(_, run)| run.is_late_at(desk.now)).collect();
        assert_eq!(late, [false, true, false]);
        let lateness = process::attribution_of(&desk, &settled.dossier, &[], &stages);
        // 24, 25 and 26/6.
        assert_eq!(lateness.seconds, 3 * 27_000);
        let Party::Stage { unit, .. } = &lateness.shares[0].party else { panic!("{lateness:?}") };
        assert_eq!((lateness.shares.len(), unit.as_str()), (1, "H35.02"));
    }

    /// COORD-01, COORD-02, ORG-13: the asked agency sees the dossier and answers; the clock runs on.
    async fn an_asked_agency_answers_for_itself(db: TestDb) {
        let case = Case::of(&db, EIGHTEEN_DAYS, COMMUNE, "2026-08-03 09:00").await;
        let asked = case.office.hire(&db, "H35.07", &[Role::Coordinator]).await;
        let answer = json!({ "kind": "opinion_given", "answer": "Không có ý kiến khác" });
        let blind = case.by(&asked, "2026-08-04 09:00", change(answer.clone())).await;
        assert_eq!(refused(blind), Kind::NotFound);
        let ask = |due_on: &str| json!({ "kind": "opinion_requested", "unit": "H35.07", "question": "Quy hoạch", "due_on": due_on });
        let on_sunday = case.by(&case.team.specialist, "2026-08-04 09:00", change(ask("2026-08-09"))).await;
        assert_eq!(field_at_fault(on_sunday), "due_on");
        let waiting = case.specialist("2026-08-04 09:00", ask("2026-08-07")).await;
        assert_eq!((waiting.stopped_since(), waiting.opinions[0].due_at), (None, at("2026-08-07 17:00")));
        // Another agency was asked as well: each answers for itself alone, whoever it names.
        let beside = case.office.hire(&db, "H35.05", &[Role::Coordinator]).await;
        let also = json!({ "kind": "opinion_requested", "unit": "H35.05", "question": "Giá đất", "due_on": "2026-08-07" });
        case.specialist("2026-08-04 09:30", also).await;
        let mut for_other = answer.clone();
        for_other["unit"] = json!("H35.07");
        let presumed = case.by(&beside, "2026-08-05 09:00", change(for_other)).await;
        assert_eq!(refused(presumed), Kind::NotAllowed);
        let answered = case.by(&asked, "2026-08-10 09:00", change(answer)).await.unwrap().dossier;
        assert!(answered.opinions[0].is_late_at(at("2026-08-10 09:00")));
        assert_eq!(answered.promises.len(), 1);
    }
}
