//! Dossiers that another system keeps: their history is silent, their changes are made there.

use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::{Event, Happening};
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::{Role, StaffId};
use dunghen::domain::time::Moment;
use dunghen::store;
use dunghen::store::dossiers::Projection;
use dunghen::store::imports::New;
use dunghen::work::erasure;
use dunghen::work::ledger::milestones_of;
use dunghen::work::processing::Change;
use serde_json::json;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// A dossier of [`COMMUNE`] as another system told it, due on a day and perhaps settled.
async fn import(office: &Office, db: &TestDb, code: &str, due: &str, effects_from: Moment) -> i64 {
    let (received_at, due_at) = (at("2026-07-01 09:00"), at(&format!("{due} 17:00")));
    let life = json!({
        "kind": "imported",
        "filing": {
            "code": code, "procedure": THREE_DAYS, "procedure_version": 1, "field": "Hộ tịch",
            "receiving_unit": CENTRE, "competent_unit": COMMUNE, "channel": "counter", "return_method": "counter",
        },
        "received_at": received_at, "received_on": "2026-07-01",
        "promise": {
            "cause": "imported", "counted_from": received_at, "due_at": due_at, "due_on": due,
            "early_before": at(&format!("{due} 00:00")), "late_from": at(&format!("{due} 24:00")),
        },
        "settled_at": null, "settled_on": null, "returned_at": null, "officer": null,
    });
    let what: Happening = serde_json::from_value(life).unwrap();
    let event = Event {
        seq: 1,
        at: received_at,
        recorded_at: effects_from,
        actor: StaffId::SYSTEM,
        unit: COMMUNE.parse().unwrap(),
        what,
    };
    let dossier = Dossier::begin(&event).unwrap();
    let desk = office.desk(effects_from);
    let milestones = milestones_of(&desk, &dossier);
    let projection = Projection::of(&dossier, milestones.as_ref(), desk.province.zone());
    let code = code.to_owned();
    db.write(async move |tx| {
        let row = New { code: &code, next_check_at: Some(received_at), projection: &projection };
        let made = store::imports::insert_dossiers(tx, "cũ", effects_from, &[row]).await?;
        let id = made[0].1;
        store::events::append(tx, id, &event).await?;
        Ok(id)
    })
    .await
    .unwrap()
}

on_both! {
    /// What was late before the import floods nobody; what becomes late afterwards is told as any other.
    async fn history_is_silent_before_its_effects_begin(db: TestDb) {
        let office = Office::open(&db).await;
        office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let effects_from = at("2026-08-27 12:00");
        let old = import(&office, &db, "000.00.21.H35-260701-0001", "2026-07-10", effects_from).await;
        let new = import(&office, &db, "000.00.21.H35-260701-0002", "2026-08-28", effects_from).await;
        for now in ["2026-08-27 12:00", "2026-08-28 12:00", "2026-08-29 12:00", "2026-09-30 12:00"] {
            office.sweep(&db, at(now), 10).await.unwrap();
        }
        assert_eq!(obligation_row(&db, old).await, None);
        assert!(obligation_row(&db, new).await.is_some());
        let rows = alerts(&db).await;
        assert!(rows.iter().all(|row| row.dossier_id == new && row.since >= effects_from), "{rows:?}");
        let told: Vec<_> = rows.iter().map(|row| (row.rule.as_str(), row.level)).collect();
        // Due soon since 25/8 and in the window since 26/8: both began before the import.
        assert_eq!(told, [("overdue", 0), ("overdue", 1), ("overdue", 3), ("overdue", 5)]);
        assert!(office.verify(&db).await.holds());
    }

    /// XCH-05: our events are refused; an apology, its delivery and an exemption are ours to make.
    async fn an_imported_dossier_refuses_our_events_but_can_be_apologised_for(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let code = "000.00.21.H35-260701-0003";
        import(&office, &db, code, "2026-08-28", at("2026-08-20 12:00")).await;
        let reason = || "Lý do đủ dài".to_owned();
        for (actor, what) in [
            (&team.counter, transfer(COMMUNE)),
            (&team.counter, supplement()),
            (&team.counter, Change::Settled {}),
            (&team.counter, Change::Withdrawn { reason: reason() }),
            (&team.head, Change::Stopped { reason: reason() }),
            (&team.specialist, Change::PaymentRequested { reason: reason() }),
        ] {
            let outcome = office.act(&db, at("2026-08-26 09:00"), actor, code, what).await;
            assert_eq!(refused(outcome), Kind::IllegalMove);
        }
        let letter = apology(Some("2026-09-03"));
        let issued = office.act(&db, at("2026-08-26 09:00"), &team.head, code, letter).await.unwrap();
        assert_eq!(issued.dossier.reappointment.unwrap().late_from, at("2026-09-03 24:00"));
        let delivered = change(json!({ "kind": "apology_delivered", "channel": "post", "receipt": "RB 123" }));
        office.act(&db, at("2026-08-27 09:00"), &team.counter, code, delivered).await.unwrap();
        assert!(office.verify(&db).await.holds());
    }

    /// S24: what was written here about a dossier of another system goes as it does for our own.
    async fn the_words_of_an_apology_for_an_imported_dossier_are_erased_in_their_time(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        let (code, silent) = ("000.00.21.H35-260701-0004", "000.00.21.H35-260701-0005");
        import(&office, &db, silent, "2026-08-28", at("2026-08-20 12:00")).await;
        import(&office, &db, code, "2026-08-28", at("2026-08-20 12:00")).await;
        let mark = "bà Tẩn Thị Sua ở bản Nậm Loỏng";
        let told = [
            (&team.head, json!({ "kind": "apology_issued", "reason": "volume", "words": mark, "new_due_on": "2026-09-03" })),
            (&team.counter, json!({ "kind": "apology_delivered", "channel": "post", "receipt": mark })),
            (&team.head, json!({ "kind": "exempted", "reason": "force_majeure", "words": mark })),
        ];
        for (actor, what) in told {
            office.act(&db, at("2026-08-31 09:00"), actor, code, change(what)).await.unwrap();
        }
        let bare = "update dossier_events set body = body where kind = 'imported'";
        let tell_anew = async || db.write(async move |tx| tx.query(bare).execute().await).await;
        assert!(tell_anew().await.is_err(), "its words are not over yet");
        let ended = "update dossiers set state = 'returned', version = version + 1, ended_at = registered_at,
            ended_on = '2026-09-02'";
        db.write(async move |tx| tx.query(ended).execute().await).await.unwrap();

        let due = async |before: &str| {
            let before = before.parse().unwrap();
            db.read(async |tx| store::erasure::due(tx, before, None, 10).await).await.unwrap()
        };
        assert_eq!(due("2026-09-02").await, [], "it is counted from the end");
        let over = due("2026-09-03").await;
        let id = office.known(&db, code).await.id;
        assert_eq!(over, [("2026-09-02".parse().unwrap(), id, None)], "nothing was written about the other");
        let before = office.dossier(&db, code).await;
        let desk = office.desk(at("2032-01-05 09:00"));
        db.write(async move |tx| erasure::erase(tx, &desk, &over).await).await.unwrap();
        assert_eq!(due("2026-09-03").await, []);
        let events = db.read(async |tx| store::events::of(tx, id).await).await.unwrap();
        let told = format!("{events:?}");
        assert!(!told.contains(mark) && told.matches("(đã xoá)").count() == 3, "{told}");
        let after = office.dossier(&db, code).await;
        assert_eq!((after.state, after.version, after.reappointment), (before.state, before.version, before.reappointment));
        let rewritten = "update dossier_events set body = (select o.body from dossier_events o
            where o.dossier_id = dossier_events.dossier_id and o.kind = 'imported') where kind = 'exempted'";
        assert!(db.write(async move |tx| tx.query(rewritten).execute().await).await.is_err());
    }
}
