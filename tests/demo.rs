//! The demonstration province holds what a real one could hold, and everything somebody wants to see.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use dunghen::config::{Configuration, Environment};
use dunghen::db::Db;
use dunghen::demo::{self, Plan, Summary};
use dunghen::domain::applicant::Applicant;
use dunghen::domain::calendar::Timetable;
use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::{Event, Happening};
use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::{Actor, Deed, Parties, Role, StaffId, Subject, may};
use dunghen::domain::standing::Standing;
use dunghen::domain::state::State;
use dunghen::domain::time::{Day, Moment};
use dunghen::seal::{Keyring, password};
use dunghen::store;
use dunghen::store::statistics::Basis;
use dunghen::work::desk::{Desk, House};
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::ledger::milestones_of;
use dunghen::work::{sweep, verify};
use support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// A Monday morning before a day off.
const MONDAY: &str = "2026-11-23T10:20:00+07:00";

fn desk(now: &str) -> Desk {
    let configuration = Configuration::demonstration(&Environment::default()).unwrap();
    let house = House {
        public_url: "http://localhost:8080".into(),
        mail_domain: "dunghen.example".into(),
        place: "Lai Châu".into(),
        alerts_per_hour: 20,
    };
    Desk {
        province: configuration.province,
        keys: Arc::new(Keyring::generate()),
        house: Arc::new(house),
        now: now.parse().unwrap(),
    }
}

async fn build(db: &Db, desk: &Desk, dossiers: u32, seed: u64) -> Summary {
    demo::build(db, desk, &Plan { dossiers, seed, as_of: desk.now }).await.unwrap()
}

/// Every dossier's number and events.
async fn lives(db: &Db) -> Vec<(i64, Vec<Event>)> {
    db.read(async |tx| {
        let mut lives = Vec::new();
        for (id, _) in store::dossiers::page_of_ids(tx, 0, 100_000).await? {
            lives.push((id, store::events::of(tx, id).await?));
        }
        Ok(lives)
    })
    .await
    .unwrap()
}

async fn dossiers(db: &Db) -> Vec<Dossier> {
    let lives = lives(db).await;
    lives.iter().map(|(_, events)| Dossier::fold(events).unwrap().unwrap()).collect()
}

async fn verdict(db: &Db, desk: &Desk) -> verify::Verdict {
    let desk = desk.clone();
    db.read(async move |tx| {
        let mut verdict = verify::Verdict::default();
        let mut after = Some(0);
        while let Some(last) = after {
            after = verify::page_of_dossiers(tx, &desk, last, &mut verdict).await?;
        }
        for basis in Basis::ALL {
            let mut after = Some(Day::BEFORE_ALL);
            while let Some(day) = after {
                let period = verify::page_of_figures(tx, basis, day, &mut verdict).await?;
                after = period.map(|period| period.last());
            }
        }
        let mut link = Some(store::audit::Head::default());
        while let Some(last) = link {
            link = verify::page_of_audit(tx, last, &mut verdict).await?;
        }
        Ok(verdict)
    })
    .await
    .unwrap()
}

fn standing(desk: &Desk, dossier: &Dossier) -> Option<Standing> {
    milestones_of(desk, dossier)?.standing(dossier, desk.now)
}

/// Who may do what an event tells, as [`dunghen::work::processing`] asks it.
fn deed(event: &Event, before: Option<&Dossier>) -> Deed {
    match &event.what {
        Happening::Submitted { .. } | Happening::Received { .. } => Deed::Receive,
        Happening::Transfer { .. } => Deed::Transfer,
        Happening::StepDone { .. } => Deed::Step,
        Happening::SupplementRequested { .. } => Deed::RequestSupplement,
        Happening::Supplemented { .. } => Deed::ReceiveSupplement,
        Happening::PaymentRequested { .. } => Deed::RequestPayment,
        Happening::Paid { .. } => Deed::ConfirmPayment,
        Happening::Withdrawn { .. } => Deed::Withdraw,
        Happening::Refused { .. } if before.is_some_and(|d| d.state == State::Registered) => {
            Deed::RefuseReceipt
        }
        Happening::Refused { .. } | Happening::Stopped { .. } => Deed::Stop,
        Happening::Settled => Deed::Settle,
        Happening::Returned { .. } => Deed::Return,
        Happening::ApologyIssued { .. } => Deed::IssueApology,
        Happening::ApologyDelivered { .. } => Deed::DeliverApology,
        Happening::Exempted { .. } => Deed::ApproveExemption,
        Happening::ExclusionBegan { .. } | Happening::ExclusionEnded { .. } => Deed::ExcludeTime,
        Happening::OpinionRequested { .. } => Deed::AskOpinion,
        Happening::OpinionGiven { .. } => Deed::AnswerOpinion,
        Happening::StageDone { .. } => Deed::Step,
        Happening::Reopened { .. } => Deed::Reopen,
        Happening::CorrectionProposed { .. } | Happening::Corrected { time: None, .. } => Deed::Correct,
        Happening::Corrected { time: Some(_), .. } => Deed::ApproveCorrection,
        Happening::Recalculated { .. } => Deed::Recompute,
        Happening::Imported(_) | Happening::ImportedStep { .. } => Deed::Import,
    }
}

fn in_office_hours(timetable: &Timetable, at: Moment) -> bool {
    let (day, clock) = timetable.zone().local(at);
    let sessions = timetable.hours(day).sessions();
    timetable.is_working(day) && sessions.iter().any(|session| session.from <= clock && clock <= session.to)
}

on_both! {
    async fn a_built_province_verifies_and_every_life_is_lawful_and_in_the_past(db: TestDb) {
        let desk = desk(MONDAY);
        let summary = build(&db, &desk, 600, 1).await;
        let verdict = verdict(&db, &desk).await;
        assert_eq!(verdict.findings, []);
        assert_eq!((verdict.dossiers, summary.dossiers), (600, 600));
        let people = db.read(async |tx| store::staff::with_email(tx).await).await.unwrap();
        let people: BTreeMap<i64, Actor> =
            people.iter().map(|person| (person.id, person.actor().unwrap())).collect();
        for (_, events) in lives(&db).await {
            let mut before: Option<Dossier> = None;
            let mut last = desk.now.plus(jiff::SignedDuration::from_hours(-24 * 400));
            for event in &events {
                let code = before.as_ref().map_or("a beginning", |dossier| dossier.filing.code.as_str());
                assert!(last <= event.at && event.at <= desk.now, "{code}: {event:?}");
                last = event.at;
                let after = Dossier::fold(&events[..usize::try_from(event.seq).unwrap()]).unwrap().unwrap();
                if event.actor != StaffId::SYSTEM {
                    assert!(in_office_hours(desk.province.timetable(&event.unit), event.at), "{code}: {event:?}");
                    let judged = before.as_ref().unwrap_or(&after);
                    let parties = Parties {
                        receiving: &judged.filing.receiving_unit,
                        competent: &judged.filing.competent_unit,
                        current: Some(&judged.holder.unit),
                        coordinating: &[],
                    };
                    let actor = &people[&event.actor.0];
                    let allowed = may(actor, deed(event, before.as_ref()), Subject::Dossier(parties), &desk.province.units);
                    assert_eq!(allowed, Ok(()), "{code}: {event:?}");
                }
                before = Some(after);
            }
            assert!(before.unwrap().ruleset.is_none_or(|rules| rules != "nd61-2018"));
        }
    }

    async fn every_standing_is_there_to_be_seen(db: TestDb) {
        let desk = desk(MONDAY);
        build(&db, &desk, 120, 5).await;
        let dossiers = dossiers(&db).await;
        let standings: BTreeSet<&str> =
            dossiers.iter().filter_map(|one| standing(&desk, one)).map(Standing::id).collect();
        assert_eq!(standings, Standing::ALL.iter().map(|one| one.id()).collect());
        let open = |fits: &dyn Fn(&Dossier) -> bool| {
            dossiers.iter().filter(|one| one.state.is_open() && fits(one)).count()
        };
        let today = desk.today();
        assert!(open(&|one| one.promise().is_some_and(|promise| promise.due_on == today)) >= 3);
        assert!(open(&|one| one.received_at.is_some() && one.promise().is_none()) >= 2, "without a limit");
        assert!(open(&|one| one.state == State::Registered) >= 2, "not yet accepted");
        assert!(open(&|one| one.state == State::PaymentRequested) >= 1);
        assert!(open(&|one| one.late_before_stop) >= 1, "late when the clock stopped");
    }

    async fn the_first_sweep_tells_what_is_new_today_and_the_second_nothing(db: TestDb) {
        let desk = desk(MONDAY);
        let summary = build(&db, &desk, 600, 2).await;
        let swept = async || {
            let desk = desk.clone();
            db.write(async move |tx| sweep::sweep(tx, &desk, 5_000).await).await.unwrap()
        };
        let first = swept().await;
        assert!(first.alerts > 0 && first.letters > 0, "{first:?}");
        assert!(first.alerts < 100, "a flood: {first:?}");
        assert!(summary.alerts > first.alerts, "most were told on the days before: {summary:?}");
        assert_eq!(swept().await, sweep::Swept::default());
    }

    async fn the_next_intake_gets_a_code_of_its_own(db: TestDb) {
        let desk = desk(MONDAY);
        build(&db, &desk, 300, 3).await;
        let receipt = db.write({
            let desk = desk.clone();
            async move |tx| {
                let counter = store::staff::by_login(tx, "doanket").await?.unwrap().actor()?;
                let mut receipts = Vec::new();
                for _ in 0..30 {
                    let new = NewDossier {
                        procedure: "1.004873".into(),
                        receiving_unit: "H35.21.01".into(),
                        channel: Channel::Counter,
                        applicant: Applicant { name: "Lò Thị Mai".into(), ..Applicant::default() },
                        components: Vec::new(),
                        return_method: Default::default(),
                    };
                    receipts.push(intake::receive(tx, &desk, &counter, &new, None).await?.code);
                }
                Ok(receipts)
            }
        });
        assert_eq!(receipt.await.unwrap().len(), 30);
        assert_eq!(verdict(&db, &desk).await.findings, []);
    }

    async fn every_late_dossier_has_its_obligation(db: TestDb) {
        let desk = desk(MONDAY);
        build(&db, &desk, 900, 4).await;
        let late: BTreeSet<String> = dossiers(&db)
            .await
            .into_iter()
            .filter(|one| one.is_late_at(desk.now))
            .map(|one| one.filing.code)
            .collect();
        let units = serde_json::to_string(&desk.province.units.codes_within(&desk.province.root)).unwrap();
        let listed = db.read(async move |tx| store::obligations::list(tx, &units, false, None, 10_000).await);
        let listed = listed.await.unwrap();
        let owed: BTreeSet<String> = listed.iter().map(|one| one.code.clone()).collect();
        assert!(late.is_subset(&owed), "{:?}", late.difference(&owed));
        assert!(listed.iter().all(|one| one.opened_at <= desk.now));
        let count = |fits: &dyn Fn(&store::obligations::Listed) -> bool| listed.iter().filter(|one| fits(one)).count();
        assert!(count(&|one| one.in_advance == Some(true)) >= 3);
        assert!(count(&|one| one.in_advance == Some(false)) >= 3);
        assert!(count(&|one| one.issued_at.is_none()) >= 3, "owed still");
        assert!(count(&|one| one.delivered_at.is_some()) >= 3);
    }

    async fn somebody_of_each_role_can_sign_in_and_nobody_else_can(db: TestDb) {
        let desk = desk(MONDAY);
        let summary = build(&db, &desk, 50, 6).await;
        let roles: BTreeSet<Role> = summary.accounts.iter().map(|account| account.role).collect();
        for role in [Role::Reception, Role::Specialist, Role::UnitHead, Role::ControlOffice, Role::Chair, Role::Administrator] {
            assert!(roles.contains(&role), "{role}");
        }
        let people = db.read(async |tx| store::staff::with_email(tx).await).await.unwrap();
        for person in &people {
            let account = summary.accounts.iter().find(|account| Some(account.login) == person.login.as_deref());
            assert_eq!(account.is_some(), person.password_hash.is_some(), "{}", person.name);
            assert!(person.email.as_ref().unwrap().ends_with("@laichau.example"));
        }
        let emails: BTreeSet<_> = people.iter().map(|person| &person.email).collect();
        assert_eq!(emails.len(), people.len());
        let known = people.iter().filter(|person| person.login.is_some()).count();
        assert_eq!(known, summary.accounts.len());
        let hash = people.iter().find_map(|person| person.password_hash.as_deref());
        assert!(password::verify(summary.password, hash));
    }

    async fn a_database_in_use_is_left_alone(db: TestDb) {
        let desk = desk(MONDAY);
        build(&db, &desk, 5, 7).await;
        let again = demo::build(&db, &desk, &Plan { dossiers: 5, seed: 7, as_of: desk.now }).await;
        assert!(matches!(again, Err(dunghen::db::Error::Refused(_))), "{again:?}");
        assert_eq!(dossiers(&db).await.len(), 5);
    }
}

#[test]
fn the_same_seed_and_instant_tell_the_same_on_every_engine() {
    type Told = (Summary, Vec<(i64, Vec<Event>)>);
    let told: Arc<Mutex<Vec<Told>>> = Arc::default();
    let tell = |seed| {
        let told = Arc::clone(&told);
        move |db: TestDb| async move {
            let summary = build(&db, &desk(MONDAY), 250, seed).await;
            let lives = lives(&db).await;
            told.lock().unwrap().push((summary, lives));
        }
    };
    on_sqlite(tell(11));
    on_sqlite(tell(11));
    on_sqlite(tell(12));
    on_postgres(tell(11));
    let told = told.lock().unwrap();
    assert!(told[0] == told[1], "twice the same seed");
    assert!(told[0] != told[2], "another seed");
    assert!(told.get(3).is_none_or(|other| *other == told[0]), "another engine");
}

#[test]
fn a_demonstration_can_be_made_at_any_hour_of_any_day() {
    // Sunday, before opening on a Monday, at night, in the days of Tết, close to the year's end.
    for now in [
        "2026-11-22T09:00:00+07:00",
        "2026-11-23T06:00:00+07:00",
        "2026-03-04T23:50:00+07:00",
        "2026-02-18T12:00:00+07:00",
        "2026-12-31T16:59:00+07:00",
        "2025-08-15T08:00:00+07:00",
    ] {
        on_sqlite(async |db| {
            let desk = desk(now);
            build(&db, &desk, 200, 9).await;
            assert_eq!(verdict(&db, &desk).await.findings, []);
            let dossiers = dossiers(&db).await;
            let standings: BTreeSet<&str> =
                dossiers.iter().filter_map(|one| standing(&desk, one)).map(Standing::id).collect();
            assert_eq!(standings, Standing::ALL.iter().map(|one| one.id()).collect(), "{now}");
        });
    }
}

#[test]
fn the_figures_are_those_of_a_province_that_mostly_keeps_its_promises() {
    on_sqlite(async |db| {
        let desk = desk(MONDAY);
        let summary = build(&db, &desk, 6_000, 1).await;
        let figures = summary.figures;
        let on_time = (figures.early + figures.on_time) * 1_000 / figures.evaluable();
        assert!((930..=970).contains(&on_time), "{figures:?}");
        assert!(figures.without_due > 0 && summary.open > 60, "{summary:?}");
        let mut by_unit: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        for dossier in dossiers(&db).await.iter().filter(|one| one.outcome().is_some()) {
            let (late, all) = by_unit.entry(dossier.filing.competent_unit.to_string()).or_default();
            *late += u32::from(dossier.is_late_at(desk.now));
            *all += 1;
        }
        // Late of all, as per mille of it: compared without dividing, so that nothing is cut off.
        let than = |unit: &str, mille: u32| (by_unit[unit].0 * 1_000).cmp(&(by_unit[unit].1 * mille));
        assert!(than("H35.04", 25).is_lt(), "the exemplary one: {by_unit:?}");
        let struggling = than("H35.06.01", 60).is_gt() && than("H35.07", 50).is_gt();
        assert!(struggling, "the struggling ones: {by_unit:?}");
    });
}
