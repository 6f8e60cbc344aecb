//! TIME-16 in the core: later dates alone, from whatever the promise in force rests on.

use super::*;
use crate::domain::deadline::Promise as Promised;
use crate::domain::deadline::{fixture, late_from};
use crate::domain::dossier::fixture::*;
use crate::domain::event::Happening;
use crate::domain::promise::Promise;
use crate::domain::time::Day;

fn closed(days: &[&str]) -> Timetable {
    let off = days.iter().map(|day| (day.parse().unwrap(), "Nghỉ do bão (12/QĐ-UBND)".to_owned()));
    fixture::office().with_local_days_off(off)
}

fn by(timetable: &Timetable) -> By<'_> {
    By { receiving: timetable, competent: timetable, second_is_counted: false }
}

fn later(outcome: Recount) -> String {
    match outcome {
        Recount::Later(due) => due.on.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The promise that a recount makes.
fn moved(before: &Promise, due: Due) -> Promise {
    Promise {
        cause: Cause::CalendarChange,
        due_at: due.at,
        due_on: due.on,
        late_from: late_from(Promised::Day(due.on), fixture::office().zone()),
        ..before.clone()
    }
}

fn recalculated(life: &Life, due: Due) -> Happening {
    let before = life.0.promise().unwrap();
    Happening::Recalculated {
        promise: moved(before, due),
        due_before: before.due_at,
        due_on_before: before.due_on,
        edition: 2,
        document: "12/QĐ-UBND".to_owned(),
        reason: "Bão".to_owned(),
    }
}

#[test]
fn a_closure_before_the_date_moves_it_and_one_after_it_does_not() {
    let life = Life::due_on_friday();
    let now = moment("2026-08-26 08:00");
    assert_eq!(later(recount(&life.0, by(&closed(&["2026-08-27"])), now)), "2026-09-03");
    assert_eq!(recount(&life.0, by(&closed(&["2026-09-03"])), now), Recount::Same);
    assert_eq!(recount(&life.0, by(&closed(&["2026-08-25"])), now), Recount::Same, "the day of receipt");
}

#[test]
fn time_16_a_date_is_never_moved_earlier_than_one_that_was_promised() {
    let life = Life::due_on_friday();
    let storm = closed(&["2026-08-27"]);
    let now = moment("2026-08-26 08:00");
    let Recount::Later(due) = recount(&life.0, by(&storm), now) else { panic!("not moved") };
    let event = recalculated(&life, due);
    let life = life.then("2026-08-26 08:00", event);
    assert_eq!(life.0.original_promise().unwrap().due_on, "2026-08-28".parse::<Day>().unwrap());
    assert_eq!(life.0.promise().unwrap().due_on, "2026-09-03".parse::<Day>().unwrap());
    // The closure is revoked: by the calendar of before it would be the 28th again.
    assert_eq!(recount(&life.0, by(&fixture::office()), now), Recount::Earlier);
    // A second storm is counted from the receipt, not on top of the first.
    let again = recount(&life.0, by(&closed(&["2026-08-26"])), now);
    assert_eq!(again, Recount::Same, "one day was lost, whichever");
    assert_eq!(later(recount(&life.0, by(&closed(&["2026-08-26", "2026-08-27"])), now)), "2026-09-04");
}

#[test]
fn an_event_that_moves_no_date_to_a_later_one_makes_no_promise() {
    let life = Life::due_on_friday();
    let (at, on) = (life.0.promise().unwrap().due_at, "2026-08-28".parse().unwrap());
    let same = Due { at, on, counting_starts: on };
    let event = recalculated(&life, same);
    assert_eq!(life.then("2026-08-26 08:00", event).0.promises.len(), 1);
}

/// Invariant 9, LATE-11: what was declared late stays late, and what was late before a stop.
#[test]
fn a_dossier_that_was_late_already_is_not_moved() {
    let life = Life::due_on_friday();
    let storm = closed(&["2026-08-27"]);
    let last_moment = end_of("2026-08-28");
    assert!(matches!(recount(&life.0, by(&storm), last_moment), Recount::Later(_)));
    let after = last_moment.plus(jiff::SignedDuration::from_micros(1));
    assert_eq!(recount(&life.0, by(&storm), after), Recount::Late);
    let asked = life.then("2026-08-27 09:00", supplement());
    assert_eq!(recount(&asked.0, by(&storm), moment("2026-08-27 10:00")), Recount::Stopped);
}

/// Due on Friday 28/8, stopped from the 26th to the 28th, and so due on Friday 4/9.
fn resumed_on_the_28th() -> Life {
    let office = fixture::office();
    let life = Life::due_on_friday().then("2026-08-26 09:00", supplement());
    let base = life.0.promise().unwrap().clone();
    let terms = base.basis.as_ref().unwrap().terms;
    let (stopped, resumed) = (moment("2026-08-26 09:00"), moment("2026-08-28 09:00"));
    let before = Due { at: base.due_at, on: base.due_on, counting_starts: base.due_on };
    let due = office.pause(&before, &terms, stopped, resumed).unwrap();
    assert_eq!(due.on, "2026-09-04".parse::<Day>().unwrap(), "two working days were paused");
    let mut promise = Promise { cause: Cause::SupplementPause, counted_from: resumed, ..moved(&base, due) };
    promise.basis.as_mut().unwrap().counting_starts = None;
    life.then("2026-08-28 09:00", Happening::Supplemented { promise: Some(promise) })
}

/// SUP-05: what a pause moved is counted from its base and moved by the same stop again.
#[test]
fn a_promise_that_a_stop_moved_is_counted_from_its_base_and_moved_again() {
    let (office, life) = (fixture::office(), resumed_on_the_28th());
    let now = moment("2026-08-28 10:00");
    assert_eq!(recount(&life.0, by(&office), now), Recount::Same);
    // Closed on a day after the pause: one more day.
    assert_eq!(later(recount(&life.0, by(&closed(&["2026-09-03"])), now)), "2026-09-07");
    // Closed on a day of the pause: a day less was paused, and the base is a day later.
    assert_eq!(recount(&life.0, by(&closed(&["2026-08-27"])), now), Recount::Same);
    let by_second = By { second_is_counted: true, ..by(&office) };
    assert_eq!(recount(&life.0, by_second, now), Recount::Same, "a supplement is no second appointment");
}

/// Two stops that end at the same instant are each counted once.
#[test]
fn a_stop_of_no_length_behind_another_moves_the_date_no_second_time() {
    let life = resumed_on_the_28th();
    let promise = Promise { cause: Cause::ExclusionPause, ..life.0.promise().unwrap().clone() };
    let began = Happening::ExclusionBegan {
        exclusion: crate::domain::event::Exclusion::Verification,
        basis: "Điều 3".to_owned(),
        document: None,
    };
    let ended = Happening::ExclusionEnded { document: None, promise: Some(promise) };
    let life = life.then("2026-08-28 09:00", began).then("2026-08-28 09:00", ended);
    let now = moment("2026-08-28 10:00");
    assert_eq!(recount(&life.0, by(&fixture::office()), now), Recount::Same);
    assert_eq!(later(recount(&life.0, by(&closed(&["2026-09-03"])), now)), "2026-09-07");
}

/// LATE-11: a corrected resumption is moved as the one in whose place it is.
#[test]
fn a_date_that_was_corrected_is_moved_by_a_closure_like_any_other() {
    let mut dossier = resumed_on_the_28th().0;
    let corrected = Promise { cause: Cause::Correction, ..dossier.promise().unwrap().clone() };
    dossier.promises.push(corrected);
    let now = moment("2026-08-28 10:00");
    assert_eq!(recount(&dossier, by(&fixture::office()), now), Recount::Same);
    assert_eq!(later(recount(&dossier, by(&closed(&["2026-09-03"])), now)), "2026-09-07");
}

#[test]
fn time_15_no_date_is_moved_into_a_year_that_is_not_final() {
    let promise = promise("2026-12-28 09:00", "3wd", None);
    let life = Life::begins("2026-12-28 09:00", received(Some(promise)));
    let now = moment("2026-12-29 08:00");
    let outcome = recount(&life.0, by(&closed(&["2026-12-30"])), now);
    assert_eq!(outcome, Recount::Impossible(DeadlineError::CalendarNotFinal { year: 2027 }));
}
