//! Intake: the promise, the code, and what a repeated request comes to.

use std::collections::BTreeSet;

use dunghen::domain::procedure::Channel;
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::Role;
use dunghen::domain::state::State;
use dunghen::work::quote::quote;
use futures_util::future::join_all;

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

on_both! {
    /// ACC-01, PROC-05, section 5.2: the committed limit is promised, the law's is kept beside it.
    async fn a_receipt_promises_what_the_limit_and_the_calendar_give(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let received = at("2026-08-28 09:15");
        let cases = [
            // 31/8 to 2/9 are off.
            (THREE_DAYS, "2026-09-07 17:00", "2026-09-07 24:00"),
            // The last day is Thursday 17/9.
            (TWENTY_CALENDAR_DAYS, "2026-09-17 17:00", "2026-09-17 24:00"),
            (SAME_DAY, "2026-08-28 17:00", "2026-08-28 17:00"),
            // 5:45 of 7:30 hours are left today, the other 2:15 are worked on Thursday 3/9.
            (EIGHT_HOURS, "2026-09-03 09:45", "2026-09-03 09:45"),
        ];
        for (procedure, due, late_from) in cases {
            let receipt = office.receive(&db, received, &clerk, &filed(procedure)).await.unwrap();
            assert_eq!((receipt.version, receipt.state), (1, State::Received));
            assert_eq!(receipt.received_at, Some(received));
            let promise = receipt.promise.unwrap();
            assert_eq!(promise.due_at, at(due), "{procedure}");
            assert_eq!(promise.late_from, at(late_from), "{procedure}");
            let derivation = receipt.derivation.unwrap();
            assert_eq!(derivation.due.map(|due| due.at), Some(promise.due_at));
            assert_eq!(derivation.ruleset.as_deref(), Some("nd118-2025"));
        }
        let both = office.receive(&db, received, &clerk, &filed(EIGHTEEN_DAYS)).await.unwrap();
        let promise = both.promise.unwrap();
        // Counted from Thursday 3/9: the eighteenth working day is 28/9, the twenty-second 2/10.
        assert_eq!(promise.due_on, day("2026-09-28"));
        assert_eq!(promise.basis.unwrap().statutory_due_on, Some(day("2026-10-02")));
        assert!(office.verify(&db).await.holds());
    }

    /// TIME-06, TIME-14: the cut-off is that of the counter; a day off misses it.
    async fn a_same_day_procedure_after_three_is_due_on_the_next_working_day(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        for (received, due) in [
            ("2026-11-20 15:00:00", "2026-11-20 17:00"),
            ("2026-11-20 15:00:01", "2026-11-23 17:00"),
            ("2026-11-21 09:00", "2026-11-23 17:00"),
            ("2026-11-23 15:01", "2026-11-25 17:00"),
        ] {
            let receipt = office.receive(&db, at(received), &clerk, &filed(SAME_DAY)).await.unwrap();
            assert_eq!(receipt.promise.unwrap().due_at, at(due), "{received}");
        }
    }

    /// LIFE-01, ACC-04: filed online it is registered, and the settlement clock starts with acceptance.
    async fn an_online_dossier_is_promised_nothing_before_it_is_accepted(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let new = dunghen::work::intake::NewDossier { channel: Channel::Online, ..filed(THREE_DAYS) };
        let filed_at = at("2026-08-21 20:00");
        let receipt = office.receive(&db, filed_at, &clerk, &new).await.unwrap();
        assert_eq!((receipt.state, receipt.received_at, receipt.promise), (State::Registered, None, None));
        // ACC-05: those at the counter are told before two hours of the next working day are over.
        assert_eq!(office.known(&db, &receipt.code).await.next_check_at, Some(at("2026-08-22 09:00")));

        // Saturday 22/8 is worked, for Monday 31/8.
        let accepted_at = at("2026-08-22 08:00");
        let accept = change(serde_json::json!({ "kind": "received" }));
        let opened = office.act(&db, accepted_at, &clerk, &receipt.code, accept).await.unwrap();
        assert_eq!(opened.dossier.state, State::Received);
        assert_eq!(opened.dossier.received_at, Some(accepted_at));
        assert_eq!(opened.dossier.registered_at, filed_at);
        assert_eq!(opened.dossier.promise().unwrap().due_on, day("2026-08-26"));
        // TRF-01, MON-05: the counter's own step comes first.
        let overdue = at("2026-08-22 17:00").plus(jiff::SignedDuration::from_micros(1));
        assert_eq!(opened.known.next_check_at, Some(overdue));
        let handed = office.act(&db, at("2026-08-22 09:00"), &clerk, &receipt.code, transfer(COMMUNE)).await;
        assert!(handed.is_ok());
        office.sweep(&db, at("2026-08-22 18:00"), 10).await.unwrap();
        // MON-03: the window for a letter in advance opens two working days before due; the next step is
        // due that day as well, later.
        assert_eq!(office.known(&db, &receipt.code).await.next_check_at, Some(at("2026-08-24 07:30")));
    }

    /// CODE-01 to CODE-03: agency, day, and a number that begins anew each day.
    async fn codes_count_per_agency_and_day_and_never_repeat(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, "H35", &[Role::Reception]).await;
        let receive = async |when: &str, unit: &str| {
            let new = dunghen::work::intake::NewDossier { receiving_unit: unit.to_owned(), ..filed(THREE_DAYS) };
            office.receive(&db, at(when), &clerk, &new).await.unwrap().code
        };
        assert_eq!(receive("2026-08-28 23:59:59", CENTRE).await, "H35.21.01-260828-0001");
        assert_eq!(receive("2026-08-28 08:00", CENTRE).await, "H35.21.01-260828-0002");
        assert_eq!(receive("2026-08-28 08:00", "H35.22.01").await, "H35.22.01-260828-0001");
        assert_eq!(receive("2026-08-29 00:00", CENTRE).await, "H35.21.01-260829-0001");

        let at_once = join_all((0..16).map(async |number| {
            let unit = ["H35.21.01", "H35.22.01"][number % 2];
            receive("2026-09-03 08:00", unit).await
        }));
        let codes: BTreeSet<String> = at_once.await.into_iter().collect();
        let expected: BTreeSet<String> = (1..=8)
            .flat_map(|n| [format!("H35.21.01-260903-{n:04}"), format!("H35.22.01-260903-{n:04}")])
            .collect();
        assert_eq!(codes, expected);
    }

    /// The same request under its key gets the same answer; another one is told so; a key is one person's.
    async fn a_repeated_request_makes_one_dossier(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let other = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let new = filed(THREE_DAYS);
        let first = office.receive_once(&db, at("2026-08-21 09:00"), &clerk, &new, Some("k1")).await.unwrap();
        let moved = office.act(&db, at("2026-08-21 10:00"), &clerk, &first.code, transfer(COMMUNE)).await;
        assert_eq!(moved.unwrap().known.version, 2);

        let again = office.receive_once(&db, at("2026-08-24 09:00"), &clerk, &new, Some("k1")).await.unwrap();
        assert_eq!((&again.code, again.version, again.state), (&first.code, 1, State::Received));
        assert_eq!((again.promise, again.received_at), (first.promise.clone(), first.received_at));

        let changed = dunghen::work::intake::NewDossier { components: vec![], ..new.clone() };
        let outcome = office.receive_once(&db, at("2026-08-24 09:00"), &clerk, &changed, Some("k1")).await;
        assert_eq!(refused(outcome), Kind::KeyReused);
        let others = office.receive_once(&db, at("2026-08-24 09:00"), &other, &new, Some("k1")).await.unwrap();
        assert_ne!(others.code, first.code);
        assert_eq!(count(&db, "select count(*) from dossiers").await, 2);
        assert_eq!(count(&db, "select count(*) from applicants").await, 2);
    }

    /// Reliability 3: 32 repetitions at the same instant, as a client that retries would send them.
    async fn thirty_two_repetitions_at_once_make_one_dossier(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let new = filed(THREE_DAYS);
        let once = async || {
            office.receive_once(&db, at("2026-08-21 09:00"), &clerk, &new, Some("retry")).await
        };
        let attempts = join_all((0..32).map(async |_| match once().await {
            // The slower of two under one key; what it wrote is gone, and it asks again.
            Err(error) if error.is_unique_violation() => once().await,
            outcome => outcome,
        }));
        let codes: BTreeSet<String> =
            attempts.await.into_iter().map(|receipt| receipt.unwrap().code).collect();
        assert_eq!(codes.len(), 1);
        assert_eq!(count(&db, "select count(*) from dossiers").await, 1);
        assert_eq!(count(&db, "select count(*) from applicants").await, 1);
        assert_eq!(count(&db, "select count(*) from dossier_events").await, 1);
        assert!(office.verify(&db).await.holds());
    }

    /// A refused intake leaves neither row nor number behind, and names the field.
    async fn what_is_refused_leaves_nothing(db: TestDb) {
        use dunghen::work::intake::NewDossier;
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, "H35", &[Role::Reception]).await;
        let good = filed(THREE_DAYS);
        let nameless = dunghen::domain::applicant::Applicant::default();
        let wrong = [
            (NewDossier { procedure: "9.999999".into(), ..good.clone() }, "procedure"),
            (NewDossier { receiving_unit: "H35.99".into(), ..good.clone() }, "receiving_unit"),
            // Settled by a commune, and this counter belongs to none (ORG-04).
            (NewDossier { receiving_unit: "H35.01.01".into(), ..good.clone() }, "receiving_unit"),
            // A district is gone since the reform (ORG-01).
            (NewDossier { receiving_unit: "H35.72".into(), ..good.clone() }, "receiving_unit"),
            (NewDossier { applicant: nameless, ..good.clone() }, "applicant.name"),
            (NewDossier { components: vec!["x".repeat(301)], ..good.clone() }, "components"),
        ];
        for (new, field) in wrong {
            let outcome = office.receive(&db, at("2026-08-21 09:00"), &clerk, &new).await;
            assert_eq!(field_at_fault(outcome), field);
        }
        // TIME-15: 2028 is in no calendar.
        let late = office.receive(&db, at("2027-12-30 09:00"), &clerk, &good).await;
        assert_eq!(refused(late), Kind::NoDueDate);
        for sql in [
            "select count(*) from dossiers",
            "select count(*) from applicants",
            "select count(*) from code_sequences",
            "select count(*) from audit",
        ] {
            assert_eq!(count(&db, sql).await, 0, "{sql}");
        }
        let first = office.receive(&db, at("2026-08-21 09:00"), &clerk, &good).await.unwrap();
        assert!(first.code.ends_with("-0001"));
    }

    /// "If received now" promises exactly what a receipt then does.
    async fn a_quote_is_what_the_receipt_will_say(db: TestDb) {
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        for now in ["2026-08-28 09:15", "2026-11-20 15:00:01", "2026-11-21 09:00"] {
            for procedure in [THREE_DAYS, SAME_DAY, EIGHT_HOURS, PAUSING, SECOND_LIMIT] {
                let quoted = quote(&office.desk(at(now)), procedure, CENTRE).unwrap();
                let receipt = office.receive(&db, at(now), &clerk, &filed(procedure)).await.unwrap();
                assert_eq!(quoted.promise, receipt.promise, "{now} {procedure}");
            }
        }
    }
}
