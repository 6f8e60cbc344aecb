//! The obligation as a state machine (section 6.1) and its vectors (section 6.2).

use super::*;
use crate::domain::dossier::fixture::*;
use crate::domain::event::Happening;
use crate::domain::standing::Standing;
use ObligationState as O;

/// Section 6.1, each arrow.
#[test]
fn every_state_of_the_obligation_is_reached_as_the_rules_draw_it() {
    let life = Life::due_on_friday();
    // none → forecast → owed → owed_overdue, by time alone.
    for (now, state) in [
        ("2026-08-26 07:29:59", None),
        ("2026-08-26 07:30", Some(O::Forecast)),
        ("2026-08-28 00:00", Some(O::Forecast)),
        ("2026-08-28 00:00:01", Some(O::Owed)),
        ("2026-08-29 00:00", Some(O::Owed)),
        ("2026-08-29 00:00:01", Some(O::OwedOverdue)),
        ("2027-01-29 00:00:01", Some(O::OwedOverdue)),
    ] {
        assert_eq!(life.obligation(now), state, "{now}");
    }
    // forecast → none, settled on time.
    let settled = life.clone().then("2026-08-28 09:00", Happening::Settled);
    assert_eq!(settled.obligation("2026-09-28 09:00"), None);
    // A stopped clock forecasts nothing.
    let waiting = life.clone().then("2026-08-26 09:00", supplement());
    assert_eq!(waiting.obligation("2026-09-28 09:00"), None);
    // forecast → issued_in_advance → delivered.
    let in_advance = life.clone().then("2026-08-27 09:00", letter("2026-08-27", Some("2026-09-07")));
    assert_eq!(in_advance.obligation("2026-09-28 09:00"), Some(O::IssuedInAdvance));
    assert_eq!(
        in_advance.then("2026-08-27 10:00", delivered()).obligation("2026-09-28 09:00"),
        Some(O::Delivered)
    );
    // owed_overdue → issued_late → delivered.
    let late = life.clone().then("2026-09-03 09:00", letter("2026-09-03", Some("2026-09-07")));
    assert_eq!(late.obligation("2026-09-03 09:00"), Some(O::IssuedLate));
    assert_eq!(late.then("2026-09-03 10:00", delivered()).obligation("2026-09-28 09:00"), Some(O::Delivered));
    // any → exempt.
    for when in ["2026-08-26 09:00", "2026-08-28 09:00", "2026-09-03 09:00"] {
        assert_eq!(
            life.clone().then(when, exempted()).obligation("2026-09-28 09:00"),
            Some(O::Exempt),
            "{when}"
        );
    }
}

/// A letter may count as in advance on a day off before the due day: until then it is forecast, not owed.
#[test]
fn over_a_day_off_the_letter_is_forecast_as_long_as_it_would_be_in_advance() {
    let receipt = received(Some(promise("2026-11-20 09:00", "2wd", None)));
    let life = Life::begins("2026-11-20 09:00", receipt);
    assert_eq!(life.obligation("2026-11-24 12:00"), Some(O::Forecast));
    assert_eq!(life.obligation("2026-11-25 00:00:01"), Some(O::Owed));
    assert_eq!(
        life.standing("2026-11-24 12:00"),
        Some(Standing::DueSoon),
        "the alert's window shut on Monday"
    );
}

/// LATE-15: a short limit knows no letter in advance; it is owed once the limit is past.
#[test]
fn a_short_limit_is_never_forecast() {
    let receipt = received(Some(promise("2026-11-23 10:00", "4wh", Some("2026-11-23 13:30"))));
    let life = Life::begins("2026-11-23 10:00", receipt).then("2026-11-23 10:00", transfer());
    assert_eq!(life.obligation("2026-11-23 16:00"), None);
    assert_eq!(life.obligation("2026-11-23 16:00:01"), Some(O::OwedOverdue));
}

/// Section 6.2, row by row: limit end, form 04, result; then the obligation and the official status.
#[test]
fn the_vectors_of_the_rules_hold() {
    let at_the_end = "2026-09-07 16:00";
    let friday = Life::due_on_friday;
    let settled = |life: Life, when: &str| life.then(when, Happening::Settled);
    let new_date = Some("2026-09-07");

    let first =
        settled(friday().then("2026-08-27 09:00", letter("2026-08-27", new_date)), "2026-09-07 09:00");
    assert_eq!(first.obligation(at_the_end), Some(O::IssuedInAdvance));
    assert_eq!(first.0.outcome(), Some(Outcome::Late));
    assert!(
        first.0.ended_at <= first.0.reappointment.map(|second| second.late_from),
        "the new date was kept"
    );

    let second =
        settled(friday().then("2026-08-28 09:00", letter("2026-08-28", new_date)), "2026-09-07 09:00");
    assert_eq!(
        (second.obligation(at_the_end), second.0.outcome()),
        (Some(O::IssuedLate), Some(Outcome::Late))
    );

    let third = settled(friday(), "2026-09-07 09:00");
    assert_eq!(
        (third.obligation(at_the_end), third.0.outcome()),
        (Some(O::OwedOverdue), Some(Outcome::Late))
    );

    let fourth =
        settled(friday().then("2026-08-27 09:00", letter("2026-08-27", new_date)), "2026-08-27 16:00");
    assert_eq!(fourth.obligation(at_the_end), Some(O::Closed));
    assert_ne!(fourth.0.outcome(), Some(Outcome::Late));
    assert!(fourth.0.apology.is_some(), "the letter is kept on record");

    for signed in ["2026-11-23", "2026-11-24"] {
        let receipt = received(Some(promise("2026-11-20 09:00", "2wd", None)));
        let life = Life::begins("2026-11-20 09:00", receipt);
        let sent = life.then(&format!("{signed} 10:00"), letter(signed, Some("2026-11-30")));
        assert_eq!(sent.obligation("2026-11-24 12:00"), Some(O::IssuedInAdvance), "{signed}");
        assert_eq!(
            sent.milestones().apology_window.unwrap().1,
            end_of("2026-11-23"),
            "the alert is Monday's"
        );
    }

    let missed = friday().then("2026-08-27 09:00", letter("2026-08-27", new_date));
    let again =
        event(missed.0.version + 1, moment("2026-09-08 09:00"), letter("2026-09-08", Some("2026-09-14")));
    assert!(missed.0.clone().after(&again).is_err(), "rejected (LATE-02)");
    assert_eq!(missed.standing("2026-09-08 09:00"), Some(Standing::OverdueTwice));
}
