//! Which moves a life knows, and how it counts as it ends.

use super::fixture::*;
use super::*;
use crate::domain::deadline::Counted;
use crate::domain::event::{Event, Exclusion, Happening, ReturnMethod, TrueTime};
use crate::domain::promise::Cause;
use crate::domain::time::Moment;
use jiff::SignedDuration;

/// One of every kind of event that may move a dossier, by its name.
fn happenings() -> Vec<(&'static str, Happening)> {
    let promise = || Some(promise("2026-08-25 09:00", "3wd", None));
    let reason = || "Lý do".to_owned();
    vec![
        ("submitted", Happening::Submitted { filing: filing() }),
        ("received at the counter", received(promise())),
        (
            "accepted",
            Happening::Received { filing: None, ruleset: "nd118-2025".to_owned(), promise: promise() },
        ),
        ("transfer", transfer()),
        ("step_done", Happening::StepDone { step: "Thẩm định".to_owned(), to_officer: None, giver: None }),
        ("supplement_requested", supplement()),
        ("supplemented", Happening::Supplemented { promise: promise() }),
        ("payment_requested", Happening::PaymentRequested { reason: reason() }),
        ("paid", Happening::Paid { promise: promise() }),
        ("withdrawn", withdrawn()),
        ("stopped", stopped()),
        ("refused", Happening::Refused { reason: reason() }),
        ("settled", Happening::Settled),
        ("reopened", Happening::Reopened { reason: reason() }),
        ("stage_done", Happening::StageDone { stage: "Khâu 1".to_owned(), giver: None }),
        ("exclusion_began", excluded()),
        ("exclusion_ended", exclusion_ended(promise())),
        ("returned", Happening::Returned { method: crate::domain::event::ReturnMethod::Counter }),
    ]
}

/// A dossier in each national state, by its code; 5 also as it is before acceptance.
fn in_every_state() -> Vec<(&'static str, Life)> {
    let now = "2026-08-25 09:00";
    let happening = |name: &str| happenings().into_iter().find(|(one, _)| *one == name).unwrap().1;
    let life = |names: &[&str]| {
        let first = Life::begins(now, happening(names[0]));
        names[1..].iter().fold(first, |life, name| life.then(now, happening(name)))
    };
    let counter = "received at the counter";
    vec![
        ("1", life(&["submitted"])),
        ("2", life(&[counter])),
        ("3", life(&["submitted", "refused"])),
        ("4", life(&[counter, "transfer"])),
        ("5 before acceptance", life(&["submitted", "supplement_requested"])),
        ("5", life(&[counter, "supplement_requested"])),
        ("6", life(&[counter, "transfer", "payment_requested"])),
        ("7", life(&[counter, "withdrawn"])),
        ("8", life(&[counter, "stopped"])),
        ("9", life(&[counter, "transfer", "settled"])),
        ("10", life(&[counter, "transfer", "settled", "returned"])),
    ]
}

/// LIFE-01, every state with every event; what is not in this table is refused. Hand-overs, steps and
/// excluded times move no state.
#[test]
fn every_move_is_allowed_that_the_rules_name_and_no_other() {
    let allowed = [
        ("1", "accepted", 2),
        ("1", "refused", 3),
        ("1", "supplement_requested", 5),
        ("1", "withdrawn", 7),
        ("2", "transfer", 4),
        ("2", "supplement_requested", 5),
        ("2", "withdrawn", 7),
        ("2", "stopped", 8),
        ("2", "refused", 8),
        ("2", "settled", 9),
        ("2", "exclusion_began", 2),
        ("4", "transfer", 4),
        ("4", "step_done", 4),
        ("4", "supplement_requested", 5),
        ("4", "payment_requested", 6),
        ("4", "withdrawn", 7),
        ("4", "stopped", 8),
        ("4", "refused", 8),
        ("4", "settled", 9),
        ("4", "stage_done", 4),
        ("4", "exclusion_began", 4),
        ("5 before acceptance", "supplemented", 2),
        ("5 before acceptance", "withdrawn", 7),
        ("5 before acceptance", "stopped", 8),
        ("5", "supplemented", 4),
        ("5", "withdrawn", 7),
        ("5", "stopped", 8),
        ("6", "paid", 4),
        ("6", "withdrawn", 7),
        ("6", "stopped", 8),
        ("9", "returned", 10),
        ("9", "reopened", 4),
    ];
    for (from, life) in in_every_state() {
        for (name, what) in happenings() {
            let expected = allowed.iter().find(|(state, event, _)| *state == from && *event == name);
            let outcome = life.0.clone().after(&event(life.0.version + 1, life.0.last_at, what));
            let reached = outcome.ok().map(|dossier| dossier.state.code());
            assert_eq!(reached, expected.map(|(.., to)| *to), "{from} and {name}");
        }
    }
}

/// LIFE-01: a life begins online (∅→1), at the counter (∅→2), or is taken over whole.
#[test]
fn a_life_begins_in_one_of_three_ways() {
    for (name, what) in happenings() {
        let begun = Dossier::begin(&event(1, moment("2026-08-25 09:00"), what));
        let state = begun.ok().map(|dossier| dossier.state);
        let expected = match name {
            "submitted" => Some(State::Registered),
            "received at the counter" => Some(State::Received),
            _ => None,
        };
        assert_eq!(state, expected, "{name}");
    }
}

/// Events follow each other without a gap; one is never counted twice.
#[test]
fn an_event_out_of_its_number_does_not_fit() {
    let life = Life::due_on_friday();
    for seq in [1, 2, 4] {
        let event = event(seq, moment("2026-08-26 09:00"), Happening::Settled);
        assert!(life.0.clone().after(&event).is_err(), "{seq}");
    }
}

fn just_after(moment: Moment) -> Moment {
    moment.plus(SignedDuration::from_micros(1))
}

/// LATE-00, TIME-03, REP-06: before the due day early, on it on time to 24:00, then late.
#[test]
fn a_limit_in_days_is_kept_until_the_end_of_the_due_day() {
    let ends = [
        (moment("2026-08-27 23:59:59"), Outcome::Early),
        (moment("2026-08-28 00:00"), Outcome::OnTime),
        (moment("2026-08-28 17:00"), Outcome::OnTime),
        (moment("2026-08-28 20:00"), Outcome::OnTime),
        (end_of("2026-08-28"), Outcome::OnTime),
        (just_after(end_of("2026-08-28")), Outcome::Late),
    ];
    for (end, outcome) in ends {
        let settled = Life::due_on_friday().then_at(end, Happening::Settled);
        assert_eq!(settled.0.outcome(), Some(outcome), "{end}");
        assert_eq!(settled.0.is_late_at(end_of("2027-01-01")), outcome == Outcome::Late, "{end}");
    }
}

/// REP-08: early before the due session, late after the due instant, though it is the same day.
#[test]
fn a_limit_in_hours_is_late_within_the_day() {
    let received_at = "2026-11-23 10:00";
    let four_hours = || Some(promise(received_at, "4wh", Some("2026-11-23 13:30")));
    assert_eq!(four_hours().unwrap().due_at, moment("2026-11-23 16:00"));
    let ends = [
        (moment("2026-11-23 13:29:59"), Outcome::Early),
        (moment("2026-11-23 13:30"), Outcome::OnTime),
        (moment("2026-11-23 16:00"), Outcome::OnTime),
        (just_after(moment("2026-11-23 16:00")), Outcome::Late),
    ];
    for (end, outcome) in ends {
        let life = Life::begins(received_at, received(four_hours())).then(received_at, transfer());
        assert_eq!(life.then_at(end, Happening::Settled).0.outcome(), Some(outcome), "{end}");
    }
}

/// REP-09: without a due date nothing is late, and nothing is evaluated.
#[test]
fn without_a_due_date_nothing_is_late() {
    let open = Life::begins("2026-08-25 09:00", received(None)).then("2026-08-25 09:00", transfer());
    assert!(!open.0.is_late_at(moment("2036-08-25 09:00")));
    assert_eq!(open.then("2026-12-25 09:00", Happening::Settled).0.outcome(), None);
}

/// END-03, REP-10, REP-11, SUP-06: what stopped the clock in time was in time, however long it stood.
#[test]
fn what_ends_while_the_clock_stands_still_is_judged_where_it_stopped() {
    let ends: [fn() -> Happening; 2] = [withdrawn, stopped];
    for end in ends {
        for (asked, outcome) in
            [(end_of("2026-08-28"), Outcome::OnTime), (just_after(end_of("2026-08-28")), Outcome::Late)]
        {
            let waiting = Life::due_on_friday().then_at(asked, supplement());
            assert_eq!(waiting.0.is_late_at(moment("2026-12-01 09:00")), outcome == Outcome::Late);
            let ended = waiting.then("2026-12-01 09:00", end());
            assert_eq!(ended.0.outcome(), Some(outcome), "asked at {asked}");
        }
        let late = Life::due_on_friday().then("2026-08-31 09:00", end());
        assert_eq!(late.0.outcome(), Some(Outcome::Late));
        let in_time = Life::due_on_friday().then("2026-08-26 09:00", end());
        assert_eq!(in_time.0.outcome(), Some(Outcome::OnTime), "never early (REP-10)");
    }
}

/// SUP-04, SUP-08, STOP-01: every promise is kept; the last is in force, the first is the original.
#[test]
fn promises_are_added_and_never_replaced() {
    let again = Promise { cause: Cause::SupplementRestart, ..promise("2026-09-08 09:00", "3wd", None) };
    let second = Promise { cause: Cause::SecondAppointment, ..promise("2026-09-15 09:00", "3wd", None) };
    let life = Life::due_on_friday()
        .then("2026-08-26 09:00", supplement())
        .then("2026-09-08 09:00", Happening::Supplemented { promise: Some(again.clone()) })
        .then("2026-09-09 09:00", Happening::PaymentRequested { reason: "Thuế".to_owned() })
        .then("2026-09-15 09:00", Happening::Paid { promise: Some(second.clone()) });
    let first = promise("2026-08-25 09:00", "3wd", None);
    assert_eq!(life.0.promises, [first.clone(), again, second.clone()]);
    assert_eq!((life.0.original_promise(), life.0.promise()), (Some(&first), Some(&second)));
    let stops: Vec<_> = life.0.stops.iter().map(|stop| (stop.kind, stop.from, stop.to)).collect();
    assert_eq!(
        stops,
        [
            (StopKind::Supplement, moment("2026-08-26 09:00"), Some(moment("2026-09-08 09:00"))),
            (StopKind::FinancialObligation, moment("2026-09-09 09:00"), Some(moment("2026-09-15 09:00"))),
        ]
    );
    assert!(!life.0.is_late_at(end_of("2026-09-18")) && life.0.is_late_at(just_after(end_of("2026-09-18"))));
}

/// LATE-10, LATE-11, defects 3 and 4 of section 17: a letter moves no due date and cures nothing.
#[test]
fn an_apology_does_not_move_the_due_date() {
    let before = Life::due_on_friday();
    let after = before.clone().then("2026-08-27 09:00", letter("2026-08-27", Some("2026-09-07")));
    assert_eq!(after.0.promises, before.0.promises);
    assert_eq!(after.0.reappointment.unwrap().due_on, "2026-09-07".parse().unwrap());
    let settled = after.then("2026-09-03 09:00", Happening::Settled);
    assert_eq!(settled.0.outcome(), Some(Outcome::Late), "before the new date, and late all the same");
}

/// LATE-02, LATE-07, LATE-16, LATE-17: one letter, one exemption, delivered once sent, none without cause.
#[test]
fn one_letter_and_one_exemption_fit_into_a_life() {
    let fits = |life: &Life, what: Happening| {
        life.0.clone().after(&event(life.0.version + 1, life.0.last_at, what)).is_ok()
    };
    let open = Life::due_on_friday();
    assert!(!fits(&open, delivered()), "no receipt for what was not sent");
    let sent = open.then("2026-08-27 09:00", letter("2026-08-27", Some("2026-09-07")));
    assert!(fits(&sent, delivered()) && !fits(&sent, letter("2026-08-27", Some("2026-09-08"))));
    let exempt = sent.then("2026-08-27 09:00", exempted());
    assert!(!fits(&exempt, exempted()));
    let in_time = Life::due_on_friday().then("2026-08-28 09:00", Happening::Settled);
    assert!(!fits(&in_time, letter("2026-08-28", None)) && !fits(&in_time, exempted()));
    let late = Life::due_on_friday().then("2026-08-31 09:00", Happening::Settled);
    assert!(fits(&late, letter("2026-08-31", None)) && fits(&late, exempted()));
    let unpromised = Life::begins("2026-08-25 09:00", Happening::Submitted { filing: filing() });
    assert!(!fits(&unpromised, letter("2026-08-25", None)) && !fits(&unpromised, exempted()));
}

/// SUP-01, ACC-02: a request before acceptance is none during settlement.
#[test]
fn requests_are_counted_from_the_receipt_on() {
    let online = Life::begins("2026-08-25 09:00", Happening::Submitted { filing: filing() })
        .then("2026-08-25 10:00", supplement());
    assert_eq!(online.0.supplement_requests, 0);
    let promise = Some(promise("2026-08-26 09:00", "3wd", None));
    let received = online.then("2026-08-26 09:00", Happening::Supplemented { promise });
    assert_eq!(received.0.received_at, Some(moment("2026-08-26 09:00")));
    assert_eq!(received.0.ruleset.as_deref(), Some("nd118-2025"), "LAW-01");
    assert_eq!(received.then("2026-08-26 10:00", supplement()).0.supplement_requests, 1);
}

/// ACC-03, LIFE-02, REP-02: what form 03 turns away before the receipt was never promised and counts nowhere;
/// a refusal after it ends a dossier like any other.
#[test]
fn a_refusal_before_the_receipt_is_no_end_of_a_promise() {
    let refused = || Happening::Refused { reason: "Không thuộc thẩm quyền".to_owned() };
    let before = Life::begins("2026-08-25 09:00", Happening::Submitted { filing: filing() })
        .then("2026-08-25 10:00", refused());
    assert_eq!((before.0.state, before.0.received_at, before.0.outcome()), (State::NotReceived, None, None));
    assert!(!before.0.is_late_at(moment("2027-01-04 09:00")));
    let after = Life::begins("2026-08-25 09:00", received(Some(promise("2026-08-25 09:00", "3wd", None))))
        .then("2026-08-26 09:00", refused());
    assert_eq!((after.0.state, after.0.outcome()), (State::Stopped, Some(Outcome::OnTime)));
}

/// LIFE-03: 10 stands in for a missing 9 in what another system tells.
#[test]
fn of_an_imported_life_the_settlement_decides_and_else_the_return() {
    let life = |settled: Option<&str>, returned: Option<&str>| {
        let day = |text: &str| text[..10].to_owned();
        let what: Happening = serde_json::from_value(serde_json::json!({
            "kind": "imported", "filing": filing(),
            "received_at": moment("2026-08-25 09:00"), "received_on": "2026-08-25",
            "promise": promise("2026-08-25 09:00", "3wd", None),
            "settled_at": settled.map(moment), "settled_on": settled.map(day),
            "returned_at": returned.map(moment), "returned_on": returned.map(day), "officer": null,
        }))
        .unwrap();
        Dossier::begin(&event(1, moment("2026-08-25 09:00"), what)).unwrap()
    };
    let both = life(Some("2026-08-28 09:00"), Some("2026-09-30 09:00"));
    assert_eq!((both.state, both.outcome()), (State::Returned, Some(Outcome::OnTime)));
    let returned = life(None, Some("2026-09-30 09:00"));
    assert_eq!((returned.state, returned.outcome()), (State::Returned, Some(Outcome::Late)));
    let open = life(None, None);
    assert_eq!((open.state, open.outcome()), (State::Processing, None));
}

fn excluded() -> Happening {
    Happening::ExclusionBegan {
        exclusion: Exclusion::Verification,
        basis: "Điều 14 Luật Hộ tịch".to_owned(),
        document: Some("CV 12/UBND".to_owned()),
    }
}

fn exclusion_ended(promise: Option<Promise>) -> Happening {
    Happening::ExclusionEnded { document: Some("CV 15/CA".to_owned()), promise }
}

fn reopened() -> Happening {
    Happening::Reopened { reason: "Kết quả có sai sót".to_owned() }
}

fn fits(life: &Life, when: &str, what: Happening) -> bool {
    life.0.clone().after(&event(life.0.version + 1, moment(when), what)).is_ok()
}

/// STOP-02, STOP-04: an excluded time is kept with basis, papers and author, and overlaps with nothing.
#[test]
fn an_excluded_time_stands_alone_and_ends_before_the_result() {
    let registered = Life::begins("2026-08-25 09:00", Happening::Submitted { filing: filing() });
    assert!(!fits(&registered, "2026-08-25 10:00", excluded()), "not before the receipt");
    let open = Life::due_on_friday();
    assert!(!fits(&open, "2026-08-26 09:00", exclusion_ended(None)), "nothing to end");
    let waiting = open.clone().then("2026-08-26 09:00", supplement());
    assert!(!fits(&waiting, "2026-08-26 10:00", excluded()), "no overlap with a supplement");

    let stopped = open.then("2026-08-26 09:00", excluded());
    assert_eq!(
        (stopped.0.state, stopped.0.stopped_since()),
        (State::Processing, Some(moment("2026-08-26 09:00")))
    );
    assert_eq!(stopped.standing("2026-12-01 09:00"), Some(crate::domain::standing::Standing::ClockStopped));
    let payment = Happening::PaymentRequested { reason: "Thuế".to_owned() };
    for barred in [excluded(), supplement(), payment, Happening::Settled] {
        assert!(!fits(&stopped, "2026-08-27 09:00", barred.clone()), "{barred:?}");
    }
    assert!(fits(&stopped, "2026-08-27 09:00", transfer()), "work goes on");
    let moved = Promise { cause: Cause::ExclusionPause, ..promise("2026-09-03 09:00", "3wd", None) };
    let goes_on = stopped.then("2026-09-03 09:00", exclusion_ended(Some(moved.clone())));
    let stop = &goes_on.0.stops[0];
    assert_eq!(
        (stop.kind, stop.to),
        (StopKind::Exclusion(Exclusion::Verification), Some(moment("2026-09-03 09:00")))
    );
    assert_eq!((stop.basis.as_deref(), stop.author), (Some("Điều 14 Luật Hộ tịch"), StaffId(1)));
    assert_eq!(stop.documents, ["CV 12/UBND", "CV 15/CA"]);
    assert_eq!(goes_on.0.promise(), Some(&moved));
    assert!(fits(&goes_on, "2026-09-04 09:00", Happening::Settled));
}

/// SUP-06 for every stop: what was late before it stays late, and what ends in it is judged there.
#[test]
fn an_excluded_time_cures_no_lateness() {
    let late = Life::due_on_friday().then("2026-08-29 00:00:01", excluded());
    let moved = promise("2026-09-10 09:00", "3wd", None);
    let goes_on = late.then("2026-09-10 09:00", exclusion_ended(Some(moved)));
    assert!(goes_on.0.is_late_at(moment("2026-09-10 09:00")));
    assert_eq!(goes_on.then("2026-09-10 10:00", Happening::Settled).0.outcome(), Some(Outcome::Late));
    let in_time = Life::due_on_friday().then("2026-08-28 09:00", excluded());
    let ended = in_time.then("2026-12-01 09:00", withdrawn());
    assert_eq!(
        (ended.0.outcome(), ended.0.stops[0].to),
        (Some(Outcome::OnTime), Some(moment("2026-12-01 09:00")))
    );
}

/// SUP-02, IDX-05: more than one request during settlement counts as late under index 766.
#[test]
fn a_second_supplement_counts_as_late_under_index_766() {
    let again = || Happening::Supplemented { promise: Some(promise("2026-08-27 09:00", "3wd", None)) };
    let once = Life::due_on_friday().then("2026-08-26 09:00", supplement()).then("2026-08-27 09:00", again());
    assert!(!once.0.counts_late_under_766());
    let twice = once.then("2026-08-27 10:00", supplement()).then("2026-08-27 11:00", again());
    assert!(twice.0.counts_late_under_766());
    let settled = twice.then("2026-08-28 09:00", Happening::Settled);
    assert_eq!(settled.0.outcome(), Some(Outcome::Early), "officially it is measured by its promise");
}

/// LIFE-01, LIFE-05: 9→4 by a record that keeps the first settlement and moves no promise.
#[test]
fn a_settled_dossier_is_opened_again_and_keeps_its_first_settlement() {
    let settled = Life::due_on_friday().then("2026-08-28 09:00", Happening::Settled);
    assert!(!fits(&Life::due_on_friday(), "2026-08-28 09:00", reopened()), "only from 9");
    let open = settled.clone().then("2026-08-28 10:00", reopened());
    assert_eq!((open.0.state, open.0.ended_at, open.0.outcome()), (State::Processing, None, None));
    let first = open.0.settled_before[0];
    assert_eq!((first.at, first.outcome), (moment("2026-08-28 09:00"), Some(Outcome::OnTime)));
    assert_eq!(open.0.promises, settled.0.promises);
    assert_eq!(open.clone().then("2026-08-28 16:00", Happening::Settled).0.outcome(), Some(Outcome::OnTime));
    assert_eq!(open.then("2026-09-03 09:00", Happening::Settled).0.outcome(), Some(Outcome::Late));
    let late = Life::due_on_friday()
        .then("2026-09-03 09:00", Happening::Settled)
        .then("2026-09-03 10:00", reopened());
    assert!(late.0.is_late_at(moment("2026-09-03 10:00")), "and no later one becomes early");
    let returned = settled.then("2026-08-28 10:00", Happening::Returned { method: ReturnMethod::Counter });
    assert!(!fits(&returned, "2026-08-28 11:00", reopened()));
}

/// A life of events by hand, and by another hand where an approval is meant.
fn told(life: &[(&str, i64, Happening)]) -> Vec<Event> {
    let events = (1..).zip(life);
    events
        .map(|(seq, (when, who, what))| Event {
            actor: StaffId(*who),
            ..event(seq, moment(when), what.clone())
        })
        .collect()
}

fn true_time(corrects: i64, at: &str, proposed_by: i64, promises: Vec<(i64, Promise)>) -> Happening {
    Happening::Corrected {
        corrects,
        reason: "Có hai người xác nhận".to_owned(),
        words: None,
        time: Some(TrueTime { at: moment(at), proposed_by: StaffId(proposed_by), promises }),
    }
}

/// LIFE-05, LATE-11: a corrected time takes two persons; the printed promise stays in the ledger.
#[test]
fn a_time_is_corrected_by_two_persons_and_the_printed_promise_is_kept() {
    let printed = promise("2026-08-25 09:00", "3wd", None);
    let right = Promise { cause: Cause::Correction, ..promise("2026-08-26 09:00", "3wd", None) };
    let proposed = Happening::CorrectionProposed {
        corrects: 1,
        at: moment("2026-08-26 09:00"),
        reason: "Ghi nhầm ngày tiếp nhận".to_owned(),
    };
    let life = |approver: i64, at: &str| {
        told(&[
            ("2026-08-25 09:00", 1, received(Some(printed.clone()))),
            ("2026-08-26 10:00", 1, transfer()),
            ("2026-08-27 09:00", 7, proposed.clone()),
            ("2026-08-27 10:00", approver, true_time(1, at, 7, vec![(1, right.clone())])),
        ])
    };
    let dossier = Dossier::fold(&life(8, "2026-08-26 09:00")).unwrap().unwrap();
    assert_eq!(dossier.received_at, Some(moment("2026-08-26 09:00")));
    assert_eq!(dossier.promises, [printed.clone(), right.clone()]);
    assert_eq!((dossier.original_promise(), dossier.promise()), (Some(&printed), Some(&right)));
    assert_eq!(dossier.proposal, None);
    let in_force: Vec<_> = dossier.promises_in_force().map(|(no, _)| no).collect();
    assert_eq!(in_force, [1]);
    assert!(Dossier::fold(&life(7, "2026-08-26 09:00")).is_err(), "the one who proposed does not approve");
    assert!(Dossier::fold(&life(8, "2026-08-26 08:00")).is_err(), "another time than was proposed");
    let open = Dossier::fold(&life(8, "2026-08-26 09:00")[..3]).unwrap().unwrap();
    assert_eq!((open.promises.len(), open.proposal.unwrap().seq), (1, 3), "one person alone changes nothing");
}

/// SUP-06, LATE-11: with the true instant of a stop it is decided anew whether it came in time.
#[test]
fn a_corrected_stop_is_judged_where_it_truly_was() {
    let proposed = Happening::CorrectionProposed {
        corrects: 3,
        at: moment("2026-08-28 16:00"),
        reason: "Phiếu đã gửi chiều thứ Sáu".to_owned(),
    };
    let mut life = told(&[
        ("2026-08-25 09:00", 1, received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        ("2026-08-25 09:00", 1, transfer()),
        ("2026-08-31 08:00", 1, supplement()),
        ("2026-08-31 09:00", 7, proposed),
        ("2026-08-31 10:00", 8, true_time(3, "2026-08-28 16:00", 7, Vec::new())),
    ]);
    assert!(Dossier::fold(&life[..4]).unwrap().unwrap().late_before_stop);
    let dossier = Dossier::fold(&life).unwrap().unwrap();
    assert!(!dossier.late_before_stop && !dossier.is_late_at(moment("2026-12-01 09:00")));
    assert_eq!(dossier.stopped_since(), Some(moment("2026-08-28 16:00")));
    // In words a correction moves nothing, and it names an event that there is.
    let words = |corrects| Happening::Corrected {
        corrects,
        reason: "Ghi nhầm nội dung".to_owned(),
        words: Some("Thiếu bản sao, không phải bản chính".to_owned()),
        time: None,
    };
    let before = dossier.clone();
    life.push(event(6, moment("2026-08-31 11:00"), words(3)));
    let after = Dossier::fold(&life).unwrap().unwrap();
    assert_eq!((&after.promises, &after.stops), (&before.promises, &before.stops));
    assert!(before.clone().after(&event(6, moment("2026-08-31 11:00"), words(6))).is_err());
    assert!(
        before
            .after(&event(6, moment("2026-08-31 11:00"), true_time(3, "2026-08-28 15:00", 7, Vec::new())))
            .is_err()
    );
}

/// COORD-01, COORD-02, STOP-03: waiting for an opinion stops no clock; a late answer is the other agency's.
#[test]
fn an_opinion_is_waited_for_within_the_limit() {
    let unit: UnitCode = "H35.06".parse().unwrap();
    let asked = Happening::OpinionRequested {
        unit: unit.clone(),
        question: "Nguồn gốc đất".to_owned(),
        due_at: moment("2026-08-27 17:00"),
    };
    let answer = Happening::OpinionGiven { unit: unit.clone(), answer: "Đồng ý".to_owned() };
    let open = Life::due_on_friday();
    assert!(!fits(&open, "2026-08-26 09:00", answer.clone()), "nobody was asked");
    let waiting = open.then("2026-08-26 09:00", asked);
    assert_eq!((waiting.0.stopped_since(), waiting.0.coordinating.clone()), (None, vec![unit]));
    assert!(waiting.0.is_late_at(moment("2026-08-29 00:00:01")), "the host is not released");
    assert!(!waiting.0.opinions[0].is_late_at(moment("2026-08-27 17:00")));
    let answered = waiting.then("2026-08-27 17:00:01", answer.clone());
    assert!(answered.0.opinions[0].is_late_at(moment("2026-08-27 17:00:01")));
    assert!(!fits(&answered, "2026-08-28 09:00", answer), "answered once");
}

/// TIME-18, SUP-05: each run says what it was given, used and left; a pause carries what was left.
#[test]
fn the_runs_of_the_clock_add_up() {
    let office = crate::domain::deadline::fixture::office();
    let moved = {
        let mut moved = Promise { cause: Cause::SupplementPause, ..promise("2026-08-25 09:00", "3wd", None) };
        // Stopped on the 26th, resumed on 4/9: 27, 28/8, 3 and 4/9 were worked.
        moved.counted_from = moment("2026-09-04 09:00");
        (moved.due_at, moved.due_on) = (moment("2026-09-08 17:00"), "2026-09-08".parse().unwrap());
        moved.late_from = end_of("2026-09-08");
        moved.basis.as_mut().unwrap().counting_starts = None;
        moved
    };
    let life = Life::due_on_friday()
        .then("2026-08-26 09:00", supplement())
        .then("2026-09-04 09:00", Happening::Supplemented { promise: Some(moved) });
    let days = Counted::WorkingDays;
    let runs = |now: &str| {
        let runs = life.0.runs(&office, moment(now));
        runs.iter().map(|run| (run.allowance, run.used, run.left)).collect::<Vec<_>>()
    };
    let first = (days(3), days(1), days(2));
    assert_eq!(runs("2026-09-04 09:00"), [first, (days(2), days(0), days(2))]);
    assert_eq!(runs("2026-09-07 09:00"), [first, (days(2), days(1), days(1))]);
    assert_eq!(runs("2026-09-09 09:00"), [first, (days(2), days(3), days(-1))]);
    let time = life.0.working_time(&office, moment("2026-09-04 09:00")).unwrap();
    // 25/8 from 9:00 is 6 h, 26, 27, 28/8 and 3/9 are 7.5 h each, 4/9 until 9:00 is 1.5 h.
    assert_eq!((time.elapsed.as_mins(), time.excluded.as_mins()), (37 * 60 + 30, 30 * 60));
}
