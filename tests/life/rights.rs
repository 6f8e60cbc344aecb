//! Who may do what: by role, and through which of the dossier's units.

use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::Role;
use dunghen::work::processing::{Change, Request};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Every kind of request, by name.
fn requests() -> Vec<(&'static str, Change)> {
    let reason = || "Lý do đầy đủ của việc này".to_owned();
    vec![
        ("transfer", transfer(COMMUNE)),
        ("step_done", Change::StepDone { step: "Thẩm định".to_owned(), to_officer: None }),
        ("supplement_requested", supplement()),
        ("supplemented", Change::Supplemented {}),
        ("payment_requested", Change::PaymentRequested { reason: reason() }),
        ("paid", Change::Paid {}),
        ("stopped", Change::Stopped { reason: reason() }),
        ("withdrawn", Change::Withdrawn { reason: reason() }),
        ("refused", Change::Refused { reason: reason() }),
        ("settled", Change::Settled {}),
        ("returned", Change::Returned { method: None }),
        ("apology_issued", apology(Some("2026-08-21"))),
        (
            "exempted",
            Change::Exempted { reason: dunghen::domain::apology::LateReason::ForceMajeure, words: reason() },
        ),
    ]
}

on_both! {
    /// Section 3.3: what each role may do to a dossier of its unit; all else is refused as not theirs.
    async fn each_role_does_its_own_work_and_no_other(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let code = office.receive(&db, at("2026-08-17 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap().code;
        let allowed: [(Role, &str, &[&str]); 10] = [
            (Role::Reception, CENTRE, &[
                "transfer", "step_done", "supplement_requested", "supplemented", "paid", "stopped", "withdrawn",
                "refused", "settled", "returned",
            ]),
            (Role::Clerk, COMMUNE, &["step_done", "settled"]),
            (Role::Specialist, COMMUNE, &[
                "transfer", "step_done", "supplement_requested", "payment_requested", "paid",
            ]),
            (Role::DivisionHead, COMMUNE, &[
                "transfer", "step_done", "supplement_requested", "payment_requested",
            ]),
            (Role::UnitHead, COMMUNE, &[
                "transfer", "step_done", "supplement_requested", "payment_requested", "stopped", "refused",
                "settled", "apology_issued", "exempted",
            ]),
            (Role::CentreManager, CENTRE, &[]),
            (Role::ControlOffice, "H35.01", &[]),
            (Role::Inspector, "H35.02", &[]),
            (Role::Chair, "H35", &[]),
            (Role::System, "H35", &[]),
        ];
        for (role, unit, may) in allowed {
            let actor = office.hire(&db, unit, &[role]).await;
            for (name, change) in requests() {
                // The version is wrong on purpose: who is let in is told so, and nothing happens.
                let request = Request { expected_version: 99, at: None, change };
                let outcome = office.ask(&db, at("2026-08-17 10:00"), &actor, &code, request).await;
                let expected = if may.contains(&name) { Kind::StaleVersion } else { Kind::NotAllowed };
                assert_eq!(refused(outcome), expected, "{role} {name}");
            }
        }
        assert_eq!(office.known(&db, &code).await.version, 1);
    }

    /// ORG-13: a dossier of other units does not exist, and no answer tells it from one that there never was.
    async fn another_units_dossier_does_not_exist(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let code = office.receive(&db, at("2026-08-17 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap().code;
        let everything = [Role::Reception, Role::Specialist, Role::UnitHead, Role::Clerk, Role::CentreManager];
        for unit in ["H35.22", "H35.22.01", "H35.04", "H35.01"] {
            let actor = office.hire(&db, unit, &everything).await;
            for (name, change) in requests() {
                let outcome = office.act(&db, at("2026-08-17 10:00"), &actor, &code, change.clone()).await;
                assert_eq!(refused(outcome), Kind::NotFound, "{unit} {name}");
                let request = Request { expected_version: 1, at: None, change };
                let none = office.ask(&db, at("2026-08-17 10:00"), &actor, "H35.21.01-260817-9999", request).await;
                assert_eq!(refused(none), Kind::NotFound);
            }
        }
        // Once it is handed to them it exists, also for them.
        office.act(&db, at("2026-08-17 10:00"), &counter, &code, transfer("H35.22")).await.unwrap();
        let there = office.hire(&db, "H35.22", &[Role::Specialist]).await;
        let step = Change::StepDone { step: "Xác minh".to_owned(), to_officer: None };
        office.act(&db, at("2026-08-17 11:00"), &there, &code, step).await.unwrap();
        // The competent unit answers for the apology, whoever holds the dossier.
        let head = office.hire(&db, "H35.23", &[Role::UnitHead]).await;
        let outcome = office.act(&db, at("2026-08-17 11:00"), &head, &code, apology(Some("2026-08-21"))).await;
        assert_eq!(refused(outcome), Kind::NotFound);
    }

    /// LATE-04, LATE-08, SUP-02: the competent agency's head answers, not that of whoever holds it now.
    async fn the_head_of_a_unit_that_merely_holds_it_signs_nothing(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let code = office.receive(&db, at("2026-08-17 09:00"), &team.counter, &filed(THREE_DAYS)).await.unwrap().code;
        let act = async |when: &str, actor, change| office.act(&db, at(when), actor, &code, change).await;
        act("2026-08-17 10:00", &team.head, transfer(COMMUNE)).await.unwrap();
        act("2026-08-17 11:00", &team.head, supplement()).await.unwrap();
        act("2026-08-18 09:00", &team.counter, Change::Supplemented {}).await.unwrap();
        act("2026-08-18 10:00", &team.counter, transfer("H35.22")).await.unwrap();
        let holder = office.hire(&db, "H35.22", &[Role::UnitHead]).await;
        let exempted = Change::Exempted {
            reason: dunghen::domain::apology::LateReason::ForceMajeure,
            words: "Bão lũ chia cắt địa bàn".to_owned(),
        };
        for change in [apology(Some("2026-08-24")), exempted, supplement()] {
            assert_eq!(refused(act("2026-08-18 11:00", &holder, change).await), Kind::NotAllowed);
        }
        act("2026-08-18 11:00", &team.head, apology(Some("2026-08-24"))).await.unwrap();
    }

    /// Nobody takes in dossiers at a counter that is not theirs.
    async fn a_counter_takes_in_its_own_dossiers(db: TestDb) {
        let office = Office::open(&db).await;
        for (unit, roles, expected) in [
            ("H35.22.01", &[Role::Reception][..], Kind::NotAllowed),
            (CENTRE, &[Role::Specialist, Role::UnitHead], Kind::NotAllowed),
            ("H35", &[Role::ControlOffice, Role::Chair], Kind::NotAllowed),
        ] {
            let actor = office.hire(&db, unit, roles).await;
            let outcome = office.receive(&db, at("2026-08-17 09:00"), &actor, &filed(THREE_DAYS)).await;
            assert_eq!(refused(outcome), expected, "{unit}");
        }
        assert_eq!(count(&db, "select count(*) from applicants").await, 0);
    }
}
