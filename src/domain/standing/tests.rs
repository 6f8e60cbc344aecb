//! How an open dossier stands, and the instants at which that changes, on days of section 5.2.

use jiff::SignedDuration;

use super::*;
use crate::domain::deadline::fixture::office;
use crate::domain::dossier::fixture::*;
use crate::domain::event::Happening;
use crate::domain::promise::Outcome;

/// MON-01, all sixty-four ways in which its conditions can meet.
#[test]
fn of_several_standings_that_hold_the_first_in_the_order_is_told() {
    let now = moment("2026-08-28 12:00");
    let past = now.plus(SignedDuration::from_hours(-1));
    let future = now.plus(SignedDuration::from_hours(1));
    for combination in 0..64_u32 {
        let holds = |bit: u32| combination & (1 << bit) != 0;
        let (past_due, was_late, stopped, window) = (holds(0), holds(1), holds(2), holds(3));
        let (soon, second) = (holds(4), holds(5));
        let instants = Instants {
            late_from: Some(if past_due { past } else { future }),
            late_before_stop: was_late,
            // It stopped before the limit ended, so that lateness is what was kept.
            stopped_at: stopped.then(|| past.plus(SignedDuration::from_hours(-1))),
            apology_window: Some(if window { (past, future) } else { (future, future) }),
            due_soon_at: Some(if soon { past } else { future }),
            second_late_from: Some(if second { past } else { future }),
        };
        let late = was_late || (past_due && !stopped);
        let order = [
            (late && second, Standing::OverdueTwice),
            (late, Standing::Overdue),
            (stopped, Standing::ClockStopped),
            (window, Standing::ApologyWindow),
            (soon, Standing::DueSoon),
            (true, Standing::OnTrack),
        ];
        let expected = order.into_iter().find(|(holds, _)| *holds).unwrap().1;
        assert_eq!(instants.standing(now), expected, "{combination:06b}");
    }
}

/// When the window for a letter in advance opens and shuts.
type Window = Option<(Moment, Moment)>;

/// The milestones of a promise: due soon, window, and the escalations after level 0.
fn milestones(received: &str, limit: &str) -> (Moment, Window, Vec<(u32, Moment)>) {
    let promise = promise(received, limit, None);
    let milestones = Milestones::of(&promise, None, &office(), &rules());
    assert_eq!(milestones.escalations[0], (0, just_after(promise.late_from)), "late is late at once");
    (milestones.due_soon_at, milestones.apology_window, milestones.escalations[1..].to_vec())
}

/// MON-02 to MON-04 for limits in days, over 24/11 (off) and the days around it.
#[test]
fn milestones_of_day_limits_lie_on_working_days() {
    // Due on Thursday 26/11: before it are worked 25 and 23/11.
    let (soon, window, escalations) = milestones("2026-11-20 16:00", "3wd");
    assert_eq!(soon, moment("2026-11-25 07:30"));
    assert_eq!(window, Some((moment("2026-11-23 07:30"), end_of("2026-11-25"))));
    assert_eq!(
        escalations,
        [(1, moment("2026-11-27 07:30")), (3, moment("2026-12-01 07:30")), (5, moment("2026-12-03 07:30")),]
    );
    // Due on Monday 7/12: three working days before are 4, 3 and 2/12.
    let (soon, window, _) = milestones("2026-11-20 09:00", "10wd");
    assert_eq!(soon, moment("2026-12-02 07:30"));
    assert_eq!(window, Some((moment("2026-12-03 07:30"), end_of("2026-12-04"))));
    // Saturday 22/8 is worked: due on Thursday 27/8, the fifth; one day is left from the 26th on.
    assert_eq!(milestones("2026-08-21 09:00", "5wd").0, moment("2026-08-26 07:30"));
    assert_eq!(milestones("2026-08-21 09:00", "6wd").0, moment("2026-08-25 07:30"), "above five: three");
    // A month is long; due on 21/9, a Monday: 18, 17 and 16/9.
    assert_eq!(milestones("2026-08-21 09:00", "1mo").0, moment("2026-09-16 07:30"));
}

/// MON-02, MON-03: nothing begins before the promise; here two of them would.
#[test]
fn milestones_do_not_begin_before_the_receipt() {
    let (soon, window, _) = milestones("2026-11-20 09:00", "2wd");
    assert_eq!(soon, moment("2026-11-23 07:30"));
    assert_eq!(window, Some((moment("2026-11-20 09:00"), end_of("2026-11-23"))));
}

/// MON-02: a quarter of an hour limit, counted back through the working time.
#[test]
fn an_hour_limit_is_due_soon_with_a_quarter_left() {
    for (received, limit, due, soon) in [
        ("2026-11-23 10:00", "4wh", "2026-11-23 16:00", "2026-11-23 15:00"),
        ("2026-11-23 10:00", "8wh", "2026-11-25 10:30", "2026-11-25 08:30"),
        // Fifteen minutes of the last morning and 1:45 of the afternoon before 24/11.
        ("2026-11-23 16:45", "8wh", "2026-11-26 07:45", "2026-11-25 15:15"),
        // What begins at an opening begins there and not at the closing before it.
        ("2026-11-23 11:45", "2wh", "2026-11-23 15:30", "2026-11-23 15:00"),
    ] {
        assert_eq!(promise(received, limit, None).due_at, moment(due), "{received} {limit}");
        assert_eq!(milestones(received, limit).0, moment(soon), "{received} {limit}");
    }
}

/// LATE-15: limits too short for a notice the day before have no window for it.
#[test]
fn short_limits_have_no_window() {
    for (limit, long) in [
        ("1wd", false),
        ("1cd", false),
        ("same-day", false),
        ("8wh", false),
        ("24wh", false),
        ("2wd", true),
        ("2cd", true),
        ("1mo", true),
    ] {
        assert_eq!(milestones("2026-08-25 09:00", limit).1.is_some(), long, "{limit}");
    }
    let same_day = milestones("2026-08-25 09:00", "same-day");
    assert_eq!(same_day.0, moment("2026-08-25 09:00"), "due soon from its receipt on");
}

/// LATE-00, MON-06: standing changes at its instants and at no other.
#[test]
fn a_dossier_stands_differently_from_each_instant_on() {
    let life = Life::due_on_friday();
    for (now, standing) in [
        ("2026-08-25 09:00", Standing::OnTrack),
        ("2026-08-26 07:29:59", Standing::OnTrack),
        ("2026-08-26 07:30", Standing::ApologyWindow),
        ("2026-08-27 23:59:59", Standing::ApologyWindow),
        ("2026-08-28 00:00:01", Standing::DueSoon),
        ("2026-08-28 17:00:01", Standing::DueSoon),
        ("2026-08-29 00:00", Standing::DueSoon),
        ("2026-08-29 00:00:01", Standing::Overdue),
    ] {
        assert_eq!(life.standing(now), Some(standing), "{now}");
    }
    let waiting = life.clone().then("2026-08-28 09:00", supplement());
    assert_eq!(waiting.standing("2026-12-01 09:00"), Some(Standing::ClockStopped));
    let twice = life.clone().then("2026-08-27 09:00", letter("2026-08-27", Some("2026-09-07")));
    assert_eq!(twice.standing("2026-09-08 00:00"), Some(Standing::Overdue));
    assert_eq!(twice.standing("2026-09-08 00:00:01"), Some(Standing::OverdueTwice));
    let settled = life.then("2026-08-28 09:00", Happening::Settled);
    assert_eq!(settled.standing("2026-08-29 09:00"), None);
}

/// LATE-00, REP-12, defect 9 of section 17: at the last instant that keeps the promise it is kept in every
/// place that asks, and one later it is broken in every one.
#[test]
fn what_is_due_exactly_now_is_within_its_limit_wherever_it_is_asked() {
    for limit in ["3wd", "5cd", "1mo", "4wh", "same-day"] {
        let promise = promise("2026-08-25 09:00", limit, None);
        let last = promise.late_from;
        let life =
            Life::begins("2026-08-25 09:00", received(Some(promise))).then("2026-08-25 09:00", transfer());
        for (now, late) in [(last, false), (just_after(last), true)] {
            let milestones = life.milestones();
            let debt = crate::domain::apology::obligation(&life.0, &milestones, now);
            let ended = life.clone().then_at(now, Happening::Settled);
            let said = [
                life.0.is_late_at(now),
                milestones.standing(&life.0, now) == Some(Standing::Overdue),
                debt == Some(ObligationState::OwedOverdue),
                ended.0.outcome() == Some(Outcome::Late),
            ];
            assert_eq!(said, [late; 4], "{limit} at {now}");
        }
    }
}

/// LATE-14, LATE-15: by the civil day before the due day; short limits by the due instant.
#[test]
fn a_letter_is_in_advance_up_to_the_day_before() {
    let in_advance = |received: &str, limit: &str, at: &str| {
        let life = Life::begins(
            received,
            super::super::dossier::fixture::received(Some(promise(received, limit, None))),
        );
        let life = life.then(at, letter(&at[..10], None));
        life.milestones().is_in_advance(life.0.apology.as_ref().unwrap())
    };
    // Due on Wednesday 25/11, after a day off: Monday and Tuesday are in advance.
    assert!(in_advance("2026-11-20 09:00", "2wd", "2026-11-23 16:00"));
    assert!(in_advance("2026-11-20 09:00", "2wd", "2026-11-24 23:59"));
    assert!(!in_advance("2026-11-20 09:00", "2wd", "2026-11-25 00:00"));
    // One working day, hours and the same day: no later than the due instant.
    for (limit, last) in
        [("1wd", "2026-11-25 17:00"), ("4wh", "2026-11-23 16:00"), ("same-day", "2026-11-23 17:00")]
    {
        assert!(in_advance("2026-11-23 10:00", limit, last), "{limit}");
        assert!(!in_advance("2026-11-23 10:00", limit, &format!("{last}:01")), "{limit}");
    }
}

/// The sweep is told every instant once, in order, and then that there is no more.
#[test]
fn the_next_milestone_is_the_first_one_after_now() {
    let life = Life::due_on_friday().then("2026-08-27 09:00", letter("2026-08-27", Some("2026-09-07")));
    let milestones = life.milestones();
    let mut now = moment("2026-08-25 09:00");
    let mut told = Vec::new();
    while let Some(next) = milestones.next_after(now) {
        told.push(next);
        now = next;
    }
    assert_eq!(
        told,
        [
            moment("2026-08-26 07:30"),
            moment("2026-08-27 07:30"),
            just_after(end_of("2026-08-28")),
            moment("2026-09-03 07:30"),
            moment("2026-09-07 07:30"),
            just_after(end_of("2026-09-07")),
            moment("2026-09-09 07:30"),
        ]
    );
}

/// LATE-01, LATE-08: the window is the last chance for a letter; who has sent one or owes none has no
/// more use for it.
#[test]
fn no_notice_is_asked_of_who_has_given_it_or_owes_none() {
    let life = Life::due_on_friday();
    assert_eq!(life.standing("2026-08-27 09:00"), Some(Standing::ApologyWindow));
    let told = life.clone().then("2026-08-26 08:00", letter("2026-08-26", Some("2026-09-04")));
    assert_eq!(told.standing("2026-08-26 09:00"), Some(Standing::OnTrack));
    assert_eq!(told.standing("2026-08-27 09:00"), Some(Standing::DueSoon));
    assert_eq!(told.standing("2026-08-29 09:00"), Some(Standing::Overdue), "it is late all the same");
    let exempt = life.then("2026-08-26 08:00", exempted());
    assert_eq!(exempt.standing("2026-08-27 09:00"), Some(Standing::DueSoon));
}
