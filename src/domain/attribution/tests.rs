//! The late time of a life split over those who had it (LINK-05).

use std::sync::LazyLock;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::domain::deadline::fixture::office;
use crate::domain::dossier::fixture::{
    end_of, event, moment, promise, received, rules, supplement, transfer,
};
use crate::domain::event::{Event, Happening};
use crate::domain::process::Process;
use crate::domain::promise::{Cause, Promise};
use crate::domain::slip::slip;
use crate::domain::staff::Role;

fn steps(times: &[&str]) -> Vec<Step> {
    let step = |(no, time): (usize, &&str)| Step {
        name: format!("Bước {no}"),
        role: Role::Specialist,
        time: Some(time.parse().unwrap()),
    };
    times.iter().enumerate().map(step).collect()
}

fn shares(times: &[&str], events: &[Event], now: &str) -> (u64, Vec<(String, u64)>) {
    let (steps, rules, timetable) = (steps(times), rules(), office());
    let process = Process { steps: &steps, rules: &rules, receiving: &timetable, competent: &timetable };
    let (lines, dossier) = (slip(events, &process).unwrap(), Dossier::fold(events).unwrap().unwrap());
    let case = Case {
        dossier: &dossier,
        timetable: &timetable,
        steps: &steps,
        slip: &lines,
        stages: &[],
        now: moment(now),
    };
    let all = attribute(&case);
    let named = all.shares.into_iter().map(|share| {
        let name = match share.party {
            Party::Step { name, .. } => name,
            Party::Coordinator(unit) => unit.to_string(),
            other => format!("{other:?}"),
        };
        (name, share.seconds / 60)
    });
    (all.seconds / 60, named.collect())
}

fn done(step: &str) -> Happening {
    Happening::StepDone { step: step.to_owned(), to_officer: None, giver: None }
}

fn named(shares: &[(&str, u64)]) -> Vec<(String, u64)> {
    shares.iter().map(|(name, minutes)| ((*name).to_owned(), *minutes)).collect()
}

/// LINK-05: who ate the slack answers for it, not who came last.
#[test]
fn the_step_that_took_too_long_answers_and_not_the_last_one() {
    // Three working days: D1 is 26/8, due 28/8. The middle step has a day and takes until Thursday 3/9.
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-26 17:00"), transfer()),
        event(3, moment("2026-09-03 17:00"), done("Bước 1")),
        event(4, moment("2026-09-04 17:00"), Happening::Settled),
    ];
    // Late by 3 and 4/9: fifteen hours, all of them the middle step's: it took 27, 28/8 and 3/9.
    assert_eq!(shares(&["1wd", "1wd", "1wd"], &events, "2026-12-01 09:00"), (900, named(&[("Bước 1", 900)])));
    assert_eq!(
        shares(&["1wd", "1wd", "1wd"], &events[..3], "2026-09-04 09:30"),
        (570, named(&[("Bước 1", 570)]))
    );
    assert_eq!(shares(&["1wd", "1wd", "1wd"], &events[..2], "2026-08-28 17:00").0, 0, "not late");
}

/// LINK-05: two that went beyond share in proportion to the excess.
#[test]
fn several_that_went_beyond_share_by_their_excess() {
    // Bước 0 took 26 and 27/8 (one day beyond), Bước 1 the 28/8 and 3/9 and 4/9 (two days beyond).
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-27 17:00"), transfer()),
        event(3, moment("2026-09-04 17:00"), done("Bước 1")),
        event(4, moment("2026-09-04 17:00"), Happening::Settled),
    ];
    let expected = named(&[("Bước 0", 300), ("Bước 1", 600)]);
    assert_eq!(shares(&["1wd", "1wd", "1wd"], &events, "2026-12-01 09:00"), (900, expected));
}

/// COORD-01: a late answer is the other agency's.
#[test]
fn the_asked_agency_has_its_own_part() {
    let asked = Happening::OpinionRequested {
        unit: "H35.06".parse().unwrap(),
        question: "Nguồn gốc đất".to_owned(),
        due_at: moment("2026-08-27 17:00"),
    };
    let answer = Happening::OpinionGiven { unit: "H35.06".parse().unwrap(), answer: "Đồng ý".to_owned() };
    let received =
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None))));
    let events = [
        received.clone(),
        event(2, moment("2026-08-26 17:00"), transfer()),
        event(3, moment("2026-08-26 17:00"), asked),
        event(4, moment("2026-09-03 17:00"), answer),
        event(5, moment("2026-09-04 17:00"), Happening::Settled),
    ];
    // 28/8 and 3/9 were waited for; of 27/8, 4/9 and the two the step had its two days.
    let expected = named(&[("H35.06", 900)]);
    assert_eq!(shares(&["1wd", "2wd"], &events, "2026-12-01 09:00"), (900, expected));
}

/// SUP-06, STOP-02: a lawful stop is nobody's lateness, nor is a new limit that was kept; what was late
/// before the stop stays, and only who was slow by then answers.
#[test]
fn neither_a_stop_nor_a_restarted_limit_that_was_kept_is_lateness() {
    let received =
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None))));
    let again = promise("2026-09-08 09:00", "3wd", None);
    let events = [
        received,
        event(2, moment("2026-08-26 17:00"), transfer()),
        event(3, moment("2026-09-03 17:00"), supplement()),
        event(4, moment("2026-09-08 09:00"), Happening::Supplemented { promise: Some(again) }),
        event(5, moment("2026-09-10 16:00"), done("Bước 1")),
        event(6, moment("2026-09-11 16:00"), Happening::Settled),
    ];
    // Due on 28/8; 3/9 is the one working day after it before the clock stopped.
    let expected = (450, named(&[("Bước 1", 450)]));
    for so_far in 3..=events.len() {
        assert_eq!(shares(&["1wd", "1wd", "1wd"], &events[..so_far], "2026-09-11 16:00"), expected);
    }
}

/// SUP-05, SUP-06: a limit that goes on after a stop is as late as it was, and grows from there.
#[test]
fn a_paused_limit_is_late_before_and_after_its_stop() {
    let moved = |from: &str| {
        let mut moved = Promise { cause: Cause::SupplementPause, ..promise("2026-08-25 09:00", "3wd", None) };
        moved.counted_from = moment(from);
        // Two working days later: 4 and 7/9 were waited for.
        (moved.due_at, moved.due_on) = (moment("2026-09-04 17:00"), "2026-09-04".parse().unwrap());
        moved.late_from = end_of("2026-09-04");
        moved.basis.as_mut().unwrap().counting_starts = None;
        moved
    };
    let promise = promise("2026-08-25 09:00", "3wd", None);
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise))),
        event(2, moment("2026-08-26 17:00"), transfer()),
        event(3, moment("2026-09-03 17:00"), supplement()),
        event(
            4,
            moment("2026-09-07 17:00"),
            Happening::Supplemented { promise: Some(moved("2026-09-07 17:00")) },
        ),
        event(5, moment("2026-09-08 17:00"), Happening::Settled),
    ];
    assert_eq!(shares(&["1wd", "2wd"], &events, "2026-12-01 09:00").0, 900, "3/9 and 8/9");
}

/// Compiled once: each life asks for them often.
static OFFICE: LazyLock<Timetable> = LazyLock::new(office);
static PROMISES: LazyLock<[Promise; 2]> =
    LazyLock::new(|| ["2026-03-02 09:00", "2026-05-04 09:00"].map(|from| promise(from, "3wd", None)));
static START: LazyLock<Moment> = LazyLock::new(|| moment("2026-03-02 09:00"));

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_to_the_whole_and_follow_the_weights(
        whole in 0..u64::from(u32::MAX), weights in prop::collection::vec(0..1_000_000u64, 1..12),
    ) {
        let parts = split(whole, &weights);
        prop_assert_eq!(parts.iter().sum::<u64>(), whole);
        let sum: u64 = weights.iter().sum();
        for (part, weight) in parts.iter().zip(&weights).filter(|_| sum > 0) {
            let exact = u128::from(whole) * u128::from(*weight);
            let (low, high) = (exact / u128::from(sum), exact.div_ceil(u128::from(sum)));
            prop_assert!((low..=high).contains(&u128::from(*part)));
        }
    }

    /// Integers; whatever happened, nobody's second is lost or told twice.
    #[test]
    fn a_life_s_parts_add_up_to_its_lateness(
        waits in prop::collection::vec((0..200_000i64, 0..5u8), 1..14), after in 0..2_000_000i64,
    ) {
        let (steps, rules, timetable) = (steps(&["0.5wd", "1.5wd", "1wd"]), rules(), &*OFFICE);
        let mut now = *START;
        let first = PROMISES[0].clone();
        let mut dossier = Dossier::begin(&event(1, now, received(Some(first.clone())))).unwrap();
        let mut events = vec![event(1, now, received(Some(first)))];
        for (wait, what) in waits {
            now = now.plus(SignedDuration::from_secs(wait));
            let again = || Some(Promise { counted_from: now, ..PROMISES[1].clone() });
            let what = match what {
                0 => transfer(),
                1 => done("Bước 1"),
                2 => supplement(),
                3 => Happening::Supplemented { promise: again() },
                _ => Happening::Settled,
            };
            let next = event(dossier.version + 1, now, what);
            if let Ok(after) = dossier.clone().after(&next) {
                dossier = after;
                events.push(next);
            }
        }
        let process = Process { steps: &steps, rules: &rules, receiving: timetable, competent: timetable };
        let lines = slip(&events, &process).unwrap();
        let now = now.plus(SignedDuration::from_secs(after));
        let case = Case { dossier: &dossier, timetable, steps: &steps, slip: &lines, stages: &[], now };
        let all = attribute(&case);
        prop_assert_eq!(all.shares.iter().map(|share| share.seconds).sum::<u64>(), all.seconds);
        prop_assert!(all.seconds == 0 || dossier.is_late_at(now));
        prop_assert_eq!(dossier.missed_promise(now).is_some(), dossier.is_late_at(now));
        // STOP-02: no second of a stop is late.
        let time = dossier.working_time(timetable, now).unwrap();
        prop_assert!(all.seconds <= u64::try_from((time.elapsed - time.excluded).as_secs()).unwrap());
    }
}
