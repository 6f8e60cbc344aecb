//! What others tell, and what is told again: imported lives, and times corrected afterwards.

use std::convert::Infallible;

use super::Dossier;
use super::correction::replay;
use super::fixture::*;
use crate::domain::deadline::fixture::office;
use crate::domain::event::{Event, Happening, ReturnMethod, TrueTime};
use crate::domain::promise::{Cause, Outcome, Promise};
use crate::domain::staff::StaffId;
use crate::domain::state::State;
use crate::domain::time::Day;

fn day(text: &str) -> Option<Day> {
    Some(text.parse().unwrap())
}

fn imported(settled: Option<(&str, &str)>) -> Happening {
    serde_json::from_value(serde_json::json!({
        "kind": "imported", "filing": filing(),
        "received_at": moment("2026-08-25 23:30"), "received_on": "2026-08-26",
        "promise": promise("2026-08-25 09:00", "3wd", None),
        "settled_at": settled.map(|(at, _)| moment(at)), "settled_on": settled.map(|(_, on)| on),
        "returned_at": null, "officer": null,
    }))
    .unwrap()
}

fn step(name: &str, officer: i64) -> Happening {
    Happening::ImportedStep { step: name.to_owned(), officer: Some(StaffId(officer)) }
}

/// REP-15: the civil day is the one that was told; of a life of ours it is cut in the province's zone.
#[test]
fn a_day_that_was_told_stands_before_one_that_is_cut() {
    let zone = office().zone().clone();
    let told = Life::begins("2026-08-25 23:30", imported(Some(("2026-08-27 23:50", "2026-08-28")))).0;
    assert_eq!((told.received_on(&zone), told.ended_on(&zone)), (day("2026-08-26"), day("2026-08-28")));
    let ours = Life::due_on_friday().then("2026-08-27 23:50", Happening::Settled).0;
    assert_eq!((ours.received_on(&zone), ours.ended_on(&zone)), (day("2026-08-25"), day("2026-08-27")));
    let open = Life::due_on_friday().0;
    assert_eq!((open.ended_on(&zone), open.returned_at), (None, None));
    let fetched = Life(ours).then("2026-08-28 08:00", Happening::Returned { method: ReturnMethod::Counter });
    assert_eq!(fetched.0.returned_at, Some(moment("2026-08-28 08:00")));
}

/// XCH-04, XCH-05: steps come in any order, the latest says where it stands, and none of them moves a state.
#[test]
fn the_latest_step_of_another_system_says_where_a_dossier_stands() {
    // All of it is told in one evening.
    let told = |seq, at: &str, what| Event {
        recorded_at: moment("2026-08-27 20:00"),
        ..event(seq, moment(at), what)
    };
    let dossier = Life::begins("2026-08-25 23:30", imported(None)).0;
    let dossier = dossier.after(&told(2, "2026-08-27 09:00", step("Thẩm định", 3))).unwrap();
    let dossier = dossier.after(&told(3, "2026-08-26 09:00", step("Phân công", 2))).unwrap();
    assert_eq!((dossier.state, dossier.holder.step.as_deref()), (State::Processing, Some("Thẩm định")));
    assert_eq!(
        (dossier.holder.officer, dossier.holder.since),
        (Some(StaffId(3)), moment("2026-08-27 09:00"))
    );
    assert_eq!(dossier.last_at, moment("2026-08-27 09:00"), "an earlier step takes nothing back");
    let same = Life(dossier).then("2026-08-27 09:00", step("Trình ký", 4)).0;
    assert_eq!(same.holder.step.as_deref(), Some("Trình ký"), "of two at one instant the later told holds");

    // What lies in the future there bars nothing here.
    let future = Event {
        recorded_at: moment("2026-08-28 08:00"),
        ..event(5, moment("2027-01-01 08:00"), step("Ký", 5))
    };
    assert_eq!(same.after(&future).unwrap().last_at, moment("2026-08-28 08:00"));
    let ours = Life::due_on_friday().0;
    assert!(ours.clone().after(&event(3, moment("2026-08-26 09:00"), step("Ký", 5))).is_err());
    assert!(ours.after(&event(3, moment("2026-08-26 09:00"), imported(None))).is_err());
}

/// REP-02: what was refused before receipt has no outcome.
#[test]
fn a_refusal_before_receipt_is_no_result() {
    let submitted = Happening::Submitted { filing: filing() };
    let refused = Happening::Refused { reason: "Sai thẩm quyền".to_owned() };
    let dossier = Life::begins("2026-08-25 09:00", submitted).then("2026-08-25 10:00", refused).0;
    assert_eq!((dossier.state, dossier.outcome()), (State::NotReceived, None));
}

type Made = Result<Option<Promise>, Infallible>;

/// LATE-11: once a time is corrected, each promise from there on is made anew, and those that differ are told.
#[test]
fn a_replay_tells_the_promises_that_a_corrected_time_changes() {
    let life = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-25 09:30"), transfer()),
        event(3, moment("2026-08-26 09:00"), supplement()),
        event(
            4,
            moment("2026-08-27 09:00"),
            Happening::Supplemented { promise: Some(promise("2026-08-27 09:00", "3wd", None)) },
        ),
    ];
    let engine = |at: &Event| -> Made {
        let at = office().zone().rfc3339(at.at);
        Ok(Some(promise(&at[..16].replace('T', " "), "3wd", None)))
    };
    // The receipt a day earlier: its promise alone is another one, the restart counts from where it did.
    let mut asked = Vec::new();
    let changed = replay(&life, 1, moment("2026-08-24 09:00"), |before, event| {
        asked.push((before.map(|dossier| dossier.version), event.seq, event.at));
        engine(event)
    })
    .unwrap();
    let expected = Promise { cause: Cause::Correction, ..promise("2026-08-24 09:00", "3wd", None) };
    assert_eq!(changed, [(1, expected)]);
    assert_eq!(asked, [(None, 1, moment("2026-08-24 09:00")), (Some(3), 4, moment("2026-08-27 09:00"))]);

    // Only what comes from the corrected event on is made anew.
    let changed = replay(&life, 4, moment("2026-08-28 09:00"), |_, event| engine(event)).unwrap();
    assert_eq!(changed.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [4]);
    assert_eq!(changed[0].1.counted_from, moment("2026-08-28 09:00"));
    // A time that moves no date tells nothing.
    assert!(replay(&life, 2, moment("2026-08-25 10:00"), |_, event| engine(event)).unwrap().is_empty());
}

/// LIFE-05: a life knows whether its times were corrected, and shows the dossier each event found.
#[test]
fn only_a_corrected_life_says_so() {
    let proposed = Happening::CorrectionProposed {
        corrects: 1,
        at: moment("2026-08-25 08:00"),
        reason: "Ghi nhầm giờ".to_owned(),
    };
    let approved = Happening::Corrected {
        corrects: 1,
        reason: "Ghi nhầm giờ".to_owned(),
        words: None,
        time: Some(TrueTime {
            at: moment("2026-08-25 08:00"),
            proposed_by: StaffId(7),
            promises: Vec::new(),
        }),
    };
    let by = |who, one: Event| Event { actor: StaffId(who), ..one };
    let life = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        by(7, event(2, moment("2026-08-25 10:00"), proposed)),
        by(8, event(3, moment("2026-08-25 11:00"), approved)),
    ];
    let plain = Dossier::fold(&life[..2]).unwrap().unwrap();
    assert!(!plain.has_corrected_times);
    assert_eq!(plain.outcome(), None::<Outcome>);
    let mut shown = Vec::new();
    let corrected =
        Dossier::fold_with(&life, |before, event| shown.push((before.map(|one| one.version), event.at)))
            .unwrap();
    assert!(corrected.unwrap().has_corrected_times);
    assert_eq!(shown[0], (None, moment("2026-08-25 08:00")));
    assert_eq!(shown[2].0, Some(2));
}
