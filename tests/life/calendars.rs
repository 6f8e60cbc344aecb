//! Decisions that change the law: proposed by one, published by another; dates move as the preview
//! said, each once, and never earlier (TIME-16).

use std::sync::Arc;

use dunghen::db::{Db, Error, Result, Tx};
use dunghen::domain::law::{Amendment, Drift, LocalDayOff, Overlay};
use dunghen::domain::promise::Cause;
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::time::Moment;
use dunghen::store;
use dunghen::work::decisions::{self, Proposal};
use dunghen::work::desk::Desk;
use dunghen::work::processing::{self, Request};
use dunghen::work::recount::{self, Foretold, Move, Pace, Preview, Step, Walk};
use dunghen::work::{coming_year, law};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

fn closure(unit: &str, days: &[&str]) -> Amendment {
    let off = days.iter().map(|on| LocalDayOff {
        unit: unit.parse().unwrap(),
        day: day(on),
        name: "Nghỉ do bão".to_owned(),
        document: "12/QĐ-UBND".to_owned(),
        makeup: None,
        alone: false,
    });
    Amendment::Overlay(Overlay { hours: Vec::new(), off: off.collect() })
}

fn proposal(amendment: Amendment) -> Proposal {
    Proposal {
        amendment,
        original: None,
        document: "12/QĐ-UBND".to_owned(),
        signer: "Chủ tịch UBND phường".to_owned(),
        effective_on: None,
        reason: "Mưa lũ chia cắt đường".to_owned(),
    }
}

/// Two people of the control office, and the law as the database has it.
struct Control {
    office: Office,
    proposer: Actor,
    publisher: Actor,
}

impl Control {
    async fn open(db: &Db) -> Self {
        let office = Office::open(db).await;
        let proposer = office.hire(db, "H35.01", &[Role::ControlOffice]).await;
        let publisher = office.hire(db, "H35.01", &[Role::ControlOffice]).await;
        Self { office, proposer, publisher }
    }

    /// A desk under the law in force.
    async fn desk(&self, db: &Db, now: Moment) -> Desk {
        let desk = self.office.desk(now);
        let province = db.read(async |tx| law::in_force(tx, &desk.province).await).await.unwrap();
        Desk { province, ..desk }
    }

    async fn propose(&self, db: &Db, now: Moment, amendment: Amendment) -> Result<i64> {
        let (desk, actor, new) = (self.desk(db, now).await, self.proposer.clone(), proposal(amendment));
        db.write(async move |tx| decisions::propose(tx, &desk, &actor, &new, None).await).await
    }

    async fn publish_by(&self, db: &Db, now: Moment, actor: &Actor, id: i64, seen: i64) -> Result<i64> {
        let (desk, actor) = (self.desk(db, now).await, actor.clone());
        db.write(async move |tx| decisions::publish(tx, &desk, &actor, id, seen).await).await
    }

    /// What is foretold of a proposal, counted to its end.
    async fn foretold(&self, db: &Db, now: Moment, id: i64) -> Preview {
        let desk = self.desk(db, now).await;
        loop {
            match recount::foretell(db, &desk, id, Pace::default()).await.unwrap() {
                Foretold::Whole { preview, .. } => return preview,
                Foretold::Counting { .. } => {
                    recount::turn(db, &desk, id, Pace::default()).await.unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
    }

    async fn publish(&self, db: &Db, now: Moment, amendment: Amendment) -> i64 {
        let id = self.propose(db, now, amendment).await.unwrap();
        self.foretold(db, now, id).await;
        let seen = self.desk(db, now).await.province.edition;
        self.publish_by(db, now, &self.publisher, id, seen).await.unwrap()
    }

    async fn preview(&self, db: &Db, now: Moment, amendment: &Amendment) -> Preview {
        recount::preview(db, &self.desk(db, now).await, amendment).await.unwrap()
    }

    async fn step(&self, db: &Db, now: Moment, limit: i64) -> Result<Step> {
        let desk = self.desk(db, now).await;
        db.write(async move |tx| recount::step(tx, &desk, limit).await).await
    }

    /// Steps until all is counted; waits as the loop does for what others have under way.
    async fn recount(&self, db: &Db, now: Moment, limit: i64) {
        loop {
            match self.step(db, now, limit).await.unwrap() {
                Step::Idle => return,
                Step::Waits => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                Step::Went { .. } | Step::Done { .. } => {}
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn number_of_edits() -> usize {
    if std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1") { 1_000 } else { 25 }
}

fn moved(dossier: &dunghen::domain::dossier::Dossier) -> (String, String) {
    let last = dossier.promise().unwrap();
    (dossier.original_promise().unwrap().due_on.to_string(), last.due_on.to_string())
}

on_both! {
    async fn a_storm_closure_moves_the_dates_of_its_unit_as_the_preview_said(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let now = at("2026-09-17 09:00");
        let three = office.receive(&db, at("2026-09-16 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        let long = office.receive(&db, at("2026-09-14 09:00"), &team.counter, &filed(EIGHTEEN_DAYS)).await.unwrap();
        let elsewhere = office.receive(&db, at("2026-09-16 09:00"), &team.counter, &filed(EIGHT_HOURS)).await.unwrap();
        let storm = closure(COMMUNE, &["2026-09-17", "2026-09-18"]);

        let preview = control.preview(&db, now, &storm).await;
        let seen: Vec<_> = preview.moves().map(|one| (one.code.clone(), one.due_on_before, one.due_on_after)).collect();
        assert_eq!(seen[0], (three.code.clone(), day("2026-09-21"), day("2026-09-23")));
        assert_eq!(seen[1].0, long.code);
        assert_eq!((preview.moved(), preview.late, preview.kept_earlier), (2, 0, 0));

        let edition = control.publish(&db, now, storm).await;
        assert_eq!(edition, 2);
        control.recount(&db, now, 1).await;
        let after = office.dossier(&db, &three.code).await;
        assert_eq!(moved(&after), ("2026-09-21".to_owned(), "2026-09-23".to_owned()));
        let promise = after.promise().unwrap();
        assert_eq!(promise.cause, Cause::CalendarChange);
        let label = &promise.basis.as_ref().unwrap().calendar;
        assert!(label.ends_with("+2"), "CAL-09: {label}");
        let untouched = office.dossier(&db, &elsewhere.code).await;
        assert_eq!(untouched.promises.len(), 1, "another unit settles it");
        assert_eq!(count(&db, "select count(*) from recounts").await, 2);

        // The head is told once, and the log has the act and its end.
        let letters = count(&db, "select count(*) from outbox where kind = 'dates_moved'").await;
        assert_eq!(letters, 1);
        let acts = count(&db, "select count(*) from audit where action in ('decision_proposed', 'decision_published')").await;
        assert_eq!(acts, 2);
        let verdict = office.verify(&db).await;
        let desk = control.desk(&db, now).await;
        let whole = dunghen::work::verify::dossiers(&db, &desk, verdict).await.unwrap();
        assert!(whole.holds(), "{:?}", whole.findings);

        // A later intake is counted by the new edition.
        let desk = control.desk(&db, at("2026-09-16 10:00")).await;
        let counter = team.counter.clone();
        let later = db
            .write(async move |tx| {
                dunghen::work::intake::receive(tx, &desk, &counter, &filed(THREE_DAYS), None).await
            })
            .await
            .unwrap();
        let steps = later.derivation.unwrap().steps;
        let closed: Vec<_> = steps.iter().filter_map(|step| step.name.clone()).collect();
        assert_eq!(closed, ["Nghỉ do bão (12/QĐ-UBND)", "Nghỉ do bão (12/QĐ-UBND)"]);
    }

    /// TIME-16 and invariant 9: late stays late, and a revoked closure moves nothing back.
    async fn what_is_late_stays_late_and_no_date_moves_back(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let late = office.receive(&db, at("2026-09-09 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        let open = office.receive(&db, at("2026-09-15 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap();
        let now = at("2026-09-16 09:00");
        let storm = closure(COMMUNE, &["2026-09-10", "2026-09-17"]);
        let preview = control.preview(&db, now, &storm).await;
        assert_eq!((preview.moved(), preview.late), (1, 1));
        let edition = control.publish(&db, now, storm).await;
        control.recount(&db, now, 10).await;
        assert_eq!(office.dossier(&db, &late.code).await.promises.len(), 1);
        assert_eq!(moved(&office.dossier(&db, &open.code).await).1, "2026-09-21");

        let revoke = Amendment::Revocation { edition };
        let preview = control.preview(&db, now, &revoke).await;
        assert_eq!((preview.moved(), preview.kept_earlier), (0, 1));
        control.publish(&db, now, revoke).await;
        control.recount(&db, now, 10).await;
        assert_eq!(moved(&office.dossier(&db, &open.code).await).1, "2026-09-21");
        let fresh = control.desk(&db, now).await;
        assert!(fresh.province.timetable(&COMMUNE.parse().unwrap()).is_working(day("2026-09-17")));
    }

    async fn a_proposal_takes_two_persons_and_what_they_saw(db: TestDb) {
        let control = Control::open(&db).await;
        let now = at("2026-09-16 09:00");
        let head = control.office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let storm = closure(COMMUNE, &["2026-09-17"]);
        let desk = control.office.desk(now);
        let (by_head, new) = (head.clone(), proposal(storm.clone()));
        let outcome = db.write(async move |tx| decisions::propose(tx, &desk, &by_head, &new, None).await).await;
        assert_eq!(refused(outcome), Kind::NotAllowed);
        let id = control.propose(&db, now, storm.clone()).await.unwrap();
        assert_eq!(refused(control.publish_by(&db, now, &control.proposer, id, 1).await), Kind::NotAllowed);
        assert_eq!(refused(control.publish_by(&db, now, &head, id, 1).await), Kind::NotAllowed);
        let other = control.propose(&db, now, closure("H35.22", &["2026-09-17"])).await.unwrap();
        let unseen = control.publish_by(&db, now, &control.publisher, id, 1).await;
        assert_eq!(refused(unseen), Kind::StaleVersion, "nobody has seen whose dates would move");
        control.foretold(&db, now, id).await;
        control.foretold(&db, now, other).await;
        control.publish_by(&db, now, &control.publisher, id, 1).await.unwrap();
        // Not while dates are being counted, not by an outdated preview, not twice.
        let busy = control.publish_by(&db, now, &control.publisher, other, 2).await;
        assert_eq!(refused(busy), Kind::IllegalMove);
        control.recount(&db, now, 10).await;
        let outdated = control.publish_by(&db, now, &control.publisher, other, 1).await;
        assert_eq!(refused(outdated), Kind::StaleVersion);
        assert_eq!(refused(control.publish_by(&db, now, &control.publisher, id, 2).await), Kind::IllegalMove);
        let outdated = control.publish_by(&db, now, &control.publisher, other, 2).await;
        assert_eq!(refused(outdated), Kind::StaleVersion, "it was foretold under the law before");
        // The same days can't be closed a second time.
        assert_eq!(refused(control.propose(&db, now, storm).await), Kind::InvalidInput);
        let (desk, actor) = (control.desk(&db, now).await, control.publisher.clone());
        db.write(async move |tx| decisions::withdraw(tx, &desk, &actor, other).await).await.unwrap();
        assert_eq!(refused(control.publish_by(&db, now, &control.publisher, other, 2).await), Kind::IllegalMove);
    }

    /// Whoever asks waits for no more than a turn and loses nothing by leaving; a turn that is never given
    /// back falls to the next; and nothing is published on less than a whole and recent preview.
    async fn a_preview_is_counted_in_turns_and_publishing_rests_on_a_whole_one(db: TestDb) {
        let control = Control::open(&db).await;
        let team = Team::at(&control.office, &db, COMMUNE).await;
        let now = at("2026-09-16 09:00");
        for _ in 0..20 {
            control.office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await.unwrap();
        }
        let storm = closure(COMMUNE, &["2026-09-17"]);
        let id = control.propose(&db, now, storm.clone()).await.unwrap();
        let desk = control.desk(&db, now).await;
        let small = Pace { dossiers: 7, snapshots: 1 };
        let looked_at = |outcome| match outcome {
            Foretold::Counting { looked_at, .. } => looked_at,
            other => panic!("{other:?}"),
        };
        for _ in 0..2 {
            assert_eq!(looked_at(recount::foretell(&db, &desk, id, small).await.unwrap()), 7);
        }
        assert_eq!(refused(control.publish_by(&db, now, &control.publisher, id, 1).await), Kind::StaleVersion);

        // Somebody takes a turn and dies of it.
        let until = now.plus(SignedDuration::from_secs(60));
        let claim = async move |tx: &mut Tx| store::previews::claim(tx, id, 1, now, until, 6).await;
        assert!(db.write(claim).await.unwrap().is_some());
        assert!(!recount::turn(&db, &desk, id, small).await.unwrap());
        let waiting = async |desk: Desk| db.read(async |tx| recount::waiting(tx, &desk).await).await.unwrap();
        assert_eq!(waiting(desk.clone()).await, None);
        let later = control.desk(&db, now.plus(SignedDuration::from_secs(61))).await;
        for _ in 0..2 {
            assert_eq!(waiting(later.clone()).await, Some(id));
            assert!(recount::turn(&db, &later, id, small).await.unwrap());
        }
        assert_eq!(waiting(later.clone()).await, None);
        let Foretold::Whole { preview, as_of, edition } = recount::foretell(&db, &later, id, small).await.unwrap() else {
            panic!("three turns of seven look at twenty")
        };
        assert_eq!((as_of, edition, preview.moved()), (now, 1, 20));
        assert_eq!(preview, control.preview(&db, now, &storm).await);

        // An hour later it is counted anew, and only then rested upon.
        let next = now.plus(SignedDuration::from_secs(3_601));
        assert_eq!(refused(control.publish_by(&db, next, &control.publisher, id, 1).await), Kind::StaleVersion);
        assert_eq!(looked_at(recount::foretell(&db, &control.desk(&db, next).await, id, small).await.unwrap()), 7);
        assert_eq!(refused(control.publish_by(&db, next, &control.publisher, id, 1).await), Kind::StaleVersion);
        control.foretold(&db, next, id).await;
        let other = control.propose(&db, next, closure("H35.22", &["2026-09-17"])).await.unwrap();
        control.publish_by(&db, next, &control.publisher, id, 1).await.unwrap();
        let busy = recount::foretell(&db, &control.desk(&db, next).await, other, small).await.unwrap();
        assert_eq!(busy, Foretold::Waits, "till the dates are counted anew");
    }

    /// A preview that always fails is tried some times, after growing rests, and then no more: the reason
    /// is there for whoever asks, and for whoever would publish; an hour later it is begun anew.
    async fn a_preview_that_always_fails_comes_to_an_end(db: TestDb) {
        let control = Control::open(&db).await;
        let team = Team::at(&control.office, &db, COMMUNE).await;
        let begun = at("2026-09-16 09:00");
        let receipt = control.office.receive(&db, begun, &team.counter, &filed(THREE_DAYS)).await.unwrap();
        let dossier = control.office.known(&db, &receipt.code).await.id;
        db.write(async move |tx| {
            let unreadable = "insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
                select dossier_id, 2, 'transfer', at, recorded_at, actor_id, unit, '{}' from dossier_events
                where dossier_id = $1";
            tx.query(unreadable).bind(dossier).execute().await
        })
        .await
        .unwrap();
        let id = control.propose(&db, begun, closure(COMMUNE, &["2026-09-17"])).await.unwrap();
        let desk = control.desk(&db, begun).await;
        let foretold = async |now: Moment| {
            let desk = Desk { now, ..desk.clone() };
            recount::foretell(&db, &desk, id, Pace::default()).await.unwrap()
        };
        assert!(matches!(foretold(begun).await, Foretold::Counting { looked_at: 0, .. }));
        // Every second of half an hour somebody looks whether there is a turn to take.
        let mut tried = vec![0];
        for second in 1..1_800 {
            let desk = Desk { now: begun.plus(SignedDuration::from_secs(second)), ..desk.clone() };
            if db.read(async |tx| recount::waiting(tx, &desk).await).await.unwrap() == Some(id) {
                recount::turn(&db, &desk, id, Pace::default()).await.unwrap_err();
                tried.push(second);
            }
        }
        let rests: Vec<i64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(rests, [16, 31, 61, 121, 241], "the first second after each rest");
        let later = begun.plus(SignedDuration::from_secs(1_800));
        let Foretold::Failed { attempts: 6, why: Some(why), .. } = foretold(later).await else {
            panic!("{:?}", foretold(later).await)
        };
        assert!(why.contains("body"), "{why}");
        let Err(Error::Refused(refusal)) = control.publish_by(&db, later, &control.publisher, id, 1).await else {
            panic!("nobody has seen it")
        };
        assert_eq!(refusal.kind, Kind::StaleVersion);
        assert!(refusal.said.vietnamese.contains(&why) && refusal.said.english.contains(&why), "{refusal:?}");
        let next = begun.plus(SignedDuration::from_secs(3_601));
        assert!(matches!(foretold(next).await, Foretold::Counting { .. }), "an hour later it is begun anew");
    }

    /// Whoever takes a turn and dies of it each time ends it as well.
    async fn a_preview_that_kills_whoever_counts_it_comes_to_an_end(db: TestDb) {
        let control = Control::open(&db).await;
        let mut now = at("2026-09-16 09:00");
        let id = control.propose(&db, now, closure(COMMUNE, &["2026-09-17"])).await.unwrap();
        let team = Team::at(&control.office, &db, COMMUNE).await;
        for _ in 0..2 {
            control.office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await.unwrap();
        }
        let desk = control.desk(&db, now).await;
        let small = Pace { dossiers: 1, snapshots: 1 };
        assert!(matches!(recount::foretell(&db, &desk, id, small).await.unwrap(), Foretold::Counting { .. }));
        let mut deaths = 0;
        for _ in 0..20 {
            now = now.plus(SignedDuration::from_secs(61));
            let desk = Desk { now, ..desk.clone() };
            let Some(id) = db.read(async |tx| recount::waiting(tx, &desk).await).await.unwrap() else { continue };
            let until = now.plus(SignedDuration::from_secs(60));
            db.write(async move |tx| store::previews::claim(tx, id, 1, now, until, 6).await).await.unwrap();
            deaths += 1;
        }
        assert_eq!(deaths, 6);
        let desk = Desk { now, ..desk };
        let found = recount::foretell(&db, &desk, id, small).await.unwrap();
        assert_eq!(found, Foretold::Failed { looked_at: 1, attempts: 6, why: None });
    }

    async fn what_a_decision_says_is_never_changed_in_the_database(db: TestDb) {
        let control = Control::open(&db).await;
        control.publish(&db, at("2026-09-16 09:00"), closure(COMMUNE, &["2026-09-17"])).await;
        for sql in [
            "update decisions set reason = 'x' where edition = 2",
            "update decisions set content = '{}' where edition = 2",
            "update decisions set edition = 9 where edition = 2",
            "delete from decisions where edition = 2",
        ] {
            let outcome = db.write(async move |tx| tx.query(sql).execute().await).await;
            assert!(matches!(outcome, Err(Error::Statement(_))), "{sql}: {outcome:?}");
        }
    }

    /// A deed that was begun under the edition before is refused, and nothing of it is kept.
    async fn a_deed_under_an_outdated_law_is_refused(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let now = at("2026-09-16 09:00");
        let receipt = office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await.unwrap();
        control.publish(&db, now, closure(COMMUNE, &["2026-09-17"])).await;
        let before = count(&db, "select count(*) from dossiers").await;
        assert_eq!(refused(office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await), Kind::LawChanged);
        let change = office.act(&db, now, &team.counter, &receipt.code, transfer(COMMUNE)).await;
        assert_eq!(refused(change), Kind::LawChanged);
        assert_eq!(count(&db, "select count(*) from dossiers").await, before);
        assert_eq!(office.sweep(&db, at("2027-01-04 09:00"), 10).await.unwrap().checked, 0);
    }

    /// What was found out beside the writer is kept as it was found; where a dossier has changed since,
    /// nothing of it is, and whoever goes on by another way than was foreseen moves no date twice.
    async fn a_foreseen_step_notices_what_has_changed_since(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let now = at("2026-09-16 09:00");
        let mut codes = Vec::new();
        for _ in 0..30 {
            codes.push(office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await.unwrap().code);
        }
        control.publish(&db, now, closure(COMMUNE, &["2026-09-17"])).await;
        let desk = control.desk(&db, now).await;
        let foresee = async |after: Option<i64>| {
            db.report(async |tx| recount::foresee(tx, &desk, after, 7).await).await.unwrap()
        };
        assert!(foresee(None).await.is_none(), "what was under way may not be over yet");
        assert_eq!(control.step(&db, now, 7).await.unwrap(), Step::Waits);
        let first = loop {
            if let Some(found) = foresee(None).await {
                break found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        let take = async |found: &recount::Found| {
            let (desk, found) = (desk.clone(), found.clone());
            db.write(async move |tx| recount::take(tx, &desk, &found, 7).await).await
        };
        let moved = async || count(&db, "select count(*) from recounts").await;
        let (transfer, actor, code) = (transfer(COMMUNE), team.counter.clone(), codes[3].clone());
        let (change, at_desk) = (Request { expected_version: 1, at: None, change: transfer }, desk.clone());
        db.write(async move |tx| processing::change(tx, &at_desk, &actor, &code, &change).await).await.unwrap();
        assert_eq!(refused(take(&first).await), Kind::LawChanged);
        assert_eq!(moved().await, 0, "nothing of it is kept");

        let first = foresee(None).await.unwrap();
        let second = foresee(Some(first.reached())).await.unwrap();
        let third = foresee(Some(second.reached())).await.unwrap();
        assert_eq!(take(&first).await.unwrap(), Step::Went { looked_at: 7, moved: 7 });
        // Not the one that comes next: the seven after the first are, whatever was foreseen.
        assert_eq!(take(&third).await.unwrap(), Step::Went { looked_at: 7, moved: 7 });
        assert_eq!(take(&second).await.unwrap(), Step::Went { looked_at: 7, moved: 7 });
        assert_eq!(moved().await, 21);
        let mut walk = Walk::default();
        while !matches!(walk.step(&db, &desk, 7).await.unwrap(), Step::Done { .. }) {}
        assert_eq!(walk.step(&db, &desk, 7).await.unwrap(), Step::Idle);
        assert_eq!(moved().await, 30);
        let events = "select count(*) from dossier_events where kind = 'recalculated'";
        assert_eq!(count(&db, events).await, 30);
        let whole = dunghen::work::verify::dossiers(&db, &desk, Default::default()).await.unwrap();
        assert!(whole.holds(), "{:?}", whole.findings);
    }

    /// A walk looks ahead while others work: each date once, and none is passed over.
    async fn a_walk_beside_others_moves_each_date_once(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let now = at("2026-09-16 09:00");
        let mut codes = Vec::new();
        for _ in 0..60 {
            codes.push(office.receive(&db, now, &team.counter, &filed(THREE_DAYS)).await.unwrap().code);
        }
        control.publish(&db, now, closure(COMMUNE, &["2026-09-17"])).await;
        let desk = control.desk(&db, now).await;
        let walk = async || {
            let mut walk = Walk::default();
            loop {
                match walk.step(&db, &desk, 4).await.unwrap() {
                    Step::Idle | Step::Done { .. } => break,
                    Step::Waits => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                    Step::Went { .. } => {}
                }
            }
        };
        let work = async || {
            for code in codes.iter().rev() {
                let known = office.known(&db, code).await;
                let change = Request { expected_version: known.version, at: None, change: transfer(COMMUNE) };
                let (desk, actor, code) = (desk.clone(), team.counter.clone(), code.clone());
                // Who comes too late for what was read sends it once more.
                let done =
                    db.write(async move |tx| processing::change(tx, &desk, &actor, &code, &change).await).await;
                assert!(done.is_ok() || refused(done) == Kind::StaleVersion);
            }
        };
        tokio::join!(walk(), work());
        control.recount(&db, now, 7).await;
        assert_eq!(count(&db, "select count(*) from recounts").await, 60);
        let twice = "select count(*) from (select dossier_id from dossier_events where kind = 'recalculated'
            group by dossier_id having count(*) > 1) as twice";
        assert_eq!(count(&db, twice).await, 0);
        assert_eq!(count(&db, "select count(*) from dossiers where due_on = '2026-09-22'").await, 60);
        let whole = dunghen::work::verify::dossiers(&db, &desk, Default::default()).await.unwrap();
        assert!(whole.holds(), "{:?}", whole.findings);
    }

    /// The service breaks off after every batch, others step at the same time: each date once.
    async fn batches_that_break_off_go_on_by_themselves_and_move_each_date_once(db: TestDb) {
        let control = Arc::new(Control::open(&db).await);
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let now = at("2026-09-16 09:00");
        let many = 60;
        let (desk, counter) = (office.desk(now), team.counter.clone());
        db.write(async move |tx| {
            for _ in 0..many {
                dunghen::work::intake::receive(tx, &desk, &counter, &filed(THREE_DAYS), None).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
        control.publish(&db, now, closure(COMMUNE, &["2026-09-17"])).await;
        let desk = control.desk(&db, now).await;
        loop {
            // A step whose deed fails at its end leaves nothing behind.
            let broken = desk.clone();
            let outcome: Result<()> = db
                .write(async move |tx| {
                    recount::step(tx, &broken, 7).await?;
                    Err(Error::Missing)
                })
                .await;
            assert!(outcome.is_err());
            let steps = (0..3).map(|_| control.step(&db, now, 7));
            let taken = futures_util::future::join_all(steps).await;
            let taken: Vec<Step> = taken.into_iter().filter_map(Result::ok).collect();
            if taken.iter().any(|step| matches!(step, Step::Done { .. })) {
                break;
            }
        }
        assert_eq!(control.step(&db, now, 7).await.unwrap(), Step::Idle);
        assert_eq!(count(&db, "select count(*) from recounts").await, many);
        assert_eq!(count(&db, "select count(*) from dossier_events where kind = 'recalculated'").await, many);
        assert_eq!(count(&db, "select count(*) from dossiers where version = 2").await, many);
        assert_eq!(count(&db, "select count(*) from outbox where kind = 'dates_moved'").await, 1);
        let whole = dunghen::work::verify::dossiers(&db, &desk, Default::default()).await.unwrap();
        assert!(whole.holds(), "{:?}", whole.findings);
    }

    /// MON-05 and TIME-15: from 1 December on, once, and only what needs the year is stopped.
    async fn a_year_that_is_not_final_is_announced_once_and_stops_only_what_needs_it(db: TestDb) {
        let control = Control::open(&db).await;
        let administrator = control.office.hire(&db, "H35.01", &[Role::Administrator]).await;
        control.office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let team = Team::at(&control.office, &db, COMMUNE).await;
        let plain = dunghen::config::Configuration::built_in(&Default::default()).unwrap().province;
        let at_desk = |now| Desk { province: plain.clone(), ..control.office.desk(now) };
        assert_eq!(coming_year::missing(&at_desk(at("2026-11-30 23:59"))), None);
        let desk = at_desk(at("2026-12-01 00:00"));
        assert_eq!(coming_year::missing(&desk).map(|one| (one.year, one.estimated)), Some((2027, true)));
        assert!(coming_year::missing_for(&desk, administrator.roles.iter().copied()).is_some());
        assert!(coming_year::missing_for(&desk, team.head.roles.iter().copied()).is_none());
        for _ in 0..2 {
            let desk = desk.clone();
            db.write(async move |tx| coming_year::tell(tx, &desk).await).await.unwrap();
        }
        let told = count(&db, "select count(*) from outbox where kind = 'calendar'").await;
        assert_eq!(told, 3, "two of the control office and the administrator, once each");
        // Still in the year, whatever comes after: a date; beyond it: none.
        let receive = async |procedure: &str| {
            let (desk, counter, new) = (at_desk(at("2026-12-28 09:00")), team.counter.clone(), filed(procedure));
            db.write(async move |tx| dunghen::work::intake::receive(tx, &desk, &counter, &new, None).await).await
        };
        assert_eq!(receive(THREE_DAYS).await.unwrap().promise.unwrap().due_on, day("2026-12-31"));
        assert_eq!(refused(receive(EIGHTEEN_DAYS).await), Kind::NoDueDate);
    }

    /// The first edition is what the files said; another start with other files changes nothing.
    async fn the_files_are_the_first_edition_and_the_database_goes_on_from_it(db: TestDb) {
        let control = Control::open(&db).await;
        let first = db.read(async |tx| store::decisions::first(tx).await).await.unwrap().unwrap();
        assert_eq!(first, *province().law);
        let plain = dunghen::config::Configuration::built_in(&Default::default()).unwrap().province;
        let desk = Desk { province: plain.clone(), ..control.office.desk(at("2026-09-16 09:00")) };
        db.write(async move |tx| dunghen::work::start::keep_province(tx, &desk).await).await.unwrap();
        let in_force = db.read(async |tx| law::in_force(tx, &plain).await).await.unwrap();
        assert_eq!(in_force.law, province().law, "the database's, not the files'");
        let drift = db.read(async |tx| law::drift(tx, &plain.law).await).await.unwrap();
        assert!(drift.contains(&Drift::Year(2027)), "and it is told what is edited: {drift:?}");
        let same = db.read(async |tx| law::drift(tx, &province().law).await).await.unwrap();
        assert_eq!(same, []);
        // Once a decision has brought it in, there is nothing to be told any more.
        let year = plain.law.calendar.years.iter().find(|one| one.year == 2027).unwrap().clone();
        let amended = first.after(&[(2, Amendment::Calendar { years: vec![year] })]);
        assert!(!plain.law.drift(&first, &amended).contains(&Drift::Year(2027)));
}

    /// Invariant 9: over random edits, what publishing did is what the preview said, every moved
    /// date has an event with old and new date and decision, and all else is as it was.
    async fn over_random_edits_no_date_changes_without_its_event(db: TestDb) {
        let control = Control::open(&db).await;
        let office = &control.office;
        let team = Team::at(office, &db, COMMUNE).await;
        let other = office.hire(&db, "H35.22.01", &[Role::Reception]).await;
        let procedures = [THREE_DAYS, TWENTY_CALENDAR_DAYS, EIGHTEEN_DAYS, EIGHT_HOURS, PAUSING, SAME_DAY];
        let mut codes = Vec::new();
        for (place, procedure) in procedures.iter().cycle().take(36).enumerate() {
            let when = at("2026-03-02 09:00").plus(SignedDuration::from_hours(5 * i64::try_from(place).unwrap()));
            let mut new = filed(procedure);
            let counter = if place % 3 == 0 { &other } else { &team.counter };
            new.receiving_unit = counter.unit.to_string();
            codes.push(office.receive(&db, when, counter, &new).await.unwrap().code);
        }
        let mut runner = TestRunner::deterministic();
        let edits = number_of_edits();
        let units = prop::sample::select(vec!["H35", COMMUNE, CENTRE, "H35.22", "H35.05", "H35.04"]);
        let strategy = (units, 0_i32..90);
        let mut now = at("2026-03-10 09:00");
        for _ in 0..edits {
            let (unit, days) = strategy.new_tree(&mut runner).unwrap().current();
            let on = day("2026-03-11").plus(days).unwrap();
            let amendment = closure(unit, &[&on.to_string()]);
            now = now.plus(SignedDuration::from_secs(61));
            let Ok(id) = control.propose(&db, now, amendment.clone()).await else { continue };
            let before = lives(office, &db, &codes).await;
            let preview = control.foretold(&db, now, id).await;
            assert_eq!(preview, control.preview(&db, now, &amendment).await);
            let seen = control.desk(&db, now).await.province.edition;
            let edition = control.publish_by(&db, now, &control.publisher, id, seen).await.unwrap();
            control.recount(&db, now, 5).await;
            let after = lives(office, &db, &codes).await;
            let mut changed: Vec<(String, Moment, Moment)> = Vec::new();
            for (was, is) in before.iter().zip(&after) {
                let (old, new) = (was.promise().unwrap(), is.promise().unwrap());
                assert_eq!(is.outcome(), was.outcome());
                assert_eq!(is.is_late_at(now), was.is_late_at(now), "no verdict changes");
                if was.version == is.version {
                    assert_eq!(old, new);
                    continue;
                }
                assert!(new.due_at > old.due_at && new.cause == Cause::CalendarChange);
                assert_eq!(is.original_promise(), was.original_promise());
                changed.push((is.filing.code.clone(), old.due_at, new.due_at));
            }
            let said = |one: &Move| (one.code.clone(), one.due_before, one.due_after);
            let mut said: Vec<_> = preview.moves().map(said).collect();
            said.sort();
            changed.sort();
            assert_eq!(said, changed, "edition {edition}: preview and act");
        }
        let explained = count(&db, "select count(*) from recounts").await;
        assert_eq!(count(&db, "select count(*) from dossier_events where kind = 'recalculated'").await, explained);
        assert!(explained > 0, "some date moved");
        let desk = control.desk(&db, now).await;
        let whole = dunghen::work::verify::dossiers(&db, &desk, Default::default()).await.unwrap();
        assert!(whole.holds(), "{:?}", whole.findings);
    }
}

async fn lives(office: &Office, db: &Db, codes: &[String]) -> Vec<dunghen::domain::dossier::Dossier> {
    let mut all = Vec::new();
    for code in codes {
        all.push(office.dossier(db, code).await);
    }
    all
}
