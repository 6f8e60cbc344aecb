//! The vectors of the rules (section 5.2) and what the engine refuses.

use super::fixture::{at, calendar, data, day, office, terms, timetable};
use super::*;
use crate::domain::calendar::{Calendar, YearStatus};
use crate::domain::limit::{CutOff, CutOffEffect, DueTime};
use crate::domain::time::ClockTime;

mod derivations;
mod measures;
mod pauses;
mod properties;
mod tables;

const A: &str = "07:30-11:30,13:30-17:30";
const B: &str = "07:30-11:30,13:30-17:00";
const C: &str = "07:00-11:30,13:30-17:00";

/// The local date and time of a due instant, to the minute.
fn due(unit: &Timetable, received: &str, terms: &Terms) -> Result<String, DeadlineError> {
    let due = unit.due(at(unit, received), terms)?;
    Ok(due.map_or_else(|| "none".to_owned(), |due| unit.zone().rfc3339(due.at)[..16].to_owned()))
}

fn due_date(unit: &Timetable, received: &str, limit: &str) -> Result<String, DeadlineError> {
    due(unit, received, &terms(limit)).map(|due| due[..10].to_owned())
}

fn not_final(year: i16) -> DeadlineError {
    DeadlineError::CalendarNotFinal { year }
}

#[test]
fn working_day_limits_fall_due_as_the_vectors_say() {
    // TIME-01, TIME-04, TIME-13
    let vectors = [
        ("2019-08-21", 5, "2019-08-28"),
        ("2019-01-04", 1, "2019-01-05"),
        ("2019-01-31", 5, "2019-02-14"),
        ("2019-04-12", 1, "2019-04-16"),
        ("2019-04-26", 3, "2019-05-04"),
        ("2023-04-28", 3, "2023-05-08"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-01-24", 2, "2025-02-04"),
        ("2025-04-25", 3, "2025-04-29"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-12-31", 3, "2026-01-07"),
        ("2026-01-09", 1, "2026-01-10"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-24", 2, "2026-04-29"),
        ("2026-08-21", 5, "2026-08-27"),
        ("2026-08-28", 3, "2026-09-07"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-11-20", 10, "2026-12-07"),
        ("2026-12-30", 1, "2026-12-31"),
    ];
    let unit = office();
    for (received, count, expected) in vectors {
        let answer = due_date(&unit, &format!("{received}T09:00"), &format!("{count}wd"));
        assert_eq!(answer.as_deref(), Ok(expected), "{received} + {count}");
    }
    assert_eq!(due_date(&unit, "2026-12-30T09:00", "2wd"), Err(not_final(2027)));
}

#[test]
fn calendar_day_limits_roll_off_days_off_but_not_off_make_up_days() {
    // TIME-02
    let vectors = [
        ("2019-08-21", 20, "2019-09-10"),
        ("2025-04-10", 20, "2025-05-05"),
        ("2026-02-02", 15, "2026-02-23"),
        ("2026-08-02", 20, "2026-08-22"),
        ("2026-11-09", 15, "2026-11-25"),
        ("2019-04-04", 30, "2019-05-04"),
    ];
    let unit = office();
    for (received, count, expected) in vectors {
        let answer = due_date(&unit, &format!("{received}T09:00"), &format!("{count}cd"));
        assert_eq!(answer.as_deref(), Ok(expected), "{received} + {count}");
    }
}

#[test]
fn working_hours_run_through_the_sessions_of_the_unit() {
    // TIME-07, TIME-10 and the boundary convention
    let vectors = [
        ("2026-11-20T16:00", 8, "2026-11-23T16:00", "2026-11-23T16:30", "2026-11-23T16:00"),
        ("2026-11-23T16:45", 8, "2026-11-25T16:45", "2026-11-26T07:45", "2026-11-25T16:45"),
        ("2026-11-23T10:00", 4, "2026-11-23T16:00", "2026-11-23T16:00", "2026-11-23T16:00"),
        ("2026-11-23T11:45", 2, "2026-11-23T15:30", "2026-11-23T15:30", "2026-11-23T15:30"),
        ("2026-11-21T09:00", 2, "2026-11-23T09:30", "2026-11-23T09:30", "2026-11-23T09:00"),
        ("2026-11-23T06:00", 8, "2026-11-23T17:30", "2026-11-25T08:00", "2026-11-23T17:00"),
        ("2026-11-20T18:05", 2, "2026-11-23T09:30", "2026-11-23T09:30", "2026-11-23T09:00"),
        ("2025-04-25T16:00", 8, "2025-04-26T16:00", "2025-04-26T16:30", "2025-04-26T16:00"),
        ("2019-05-03T16:30", 2, "2019-05-04T08:30", "2019-05-04T09:00", "2019-05-04T08:30"),
    ];
    for (received, count, a, b, c) in vectors {
        for (hours, expected) in [(A, a), (B, b), (C, c)] {
            let answer = due(&timetable(hours), received, &terms(&format!("{count}wh")));
            assert_eq!(answer.as_deref(), Ok(expected), "{received} + {count} in {hours}");
        }
    }
}

#[test]
fn a_missed_cut_off_counts_from_the_next_working_day() {
    // TIME-05, TIME-06: per limit the effects count_starts, treat_as_received, and no cut-off.
    let vectors = [
        ("2026-11-20T14:59", "same-day", "2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-11-20T15:01", "same-day", "2026-11-23", "2026-11-23", "2026-11-20"),
        ("2026-11-23T15:01", "same-day", "2026-11-25", "2026-11-25", "2026-11-23"),
        ("2026-11-20T16:00", "3wd", "2026-11-26", "2026-11-27", "2026-11-26"),
        ("2026-11-21T09:00", "3wd", "2026-11-26", "2026-11-27", "2026-11-26"),
        ("2026-11-20T16:00", "10cd", "2026-12-02", "2026-12-03", "2026-11-30"),
    ];
    let unit = office();
    for (received, limit, literal, deemed, none) in vectors {
        let answer = |cutoff, cutoff_effect| {
            let terms = Terms { cutoff, cutoff_effect, ..terms(limit) };
            due(&unit, received, &terms).unwrap()[..10].to_owned()
        };
        assert_eq!(answer(CutOff::After15h, CutOffEffect::CountStartsNextWd), literal, "{received} {limit}");
        assert_eq!(
            answer(CutOff::After15h, CutOffEffect::TreatAsReceivedNextWd),
            deemed,
            "{received} {limit}"
        );
        assert_eq!(answer(CutOff::None, CutOffEffect::TreatAsReceivedNextWd), none, "{received} {limit}");
    }
}

#[test]
fn after_a_cut_off_is_strict_to_the_second() {
    // TIME-06, TRF-03: each cut-off at its last second in time and one later.
    let unit = office();
    let vectors = [
        (CutOff::After15h, "15:00:00", "15:00:01"),
        (CutOff::After15h, "15:00:00.9", "15:00:01"),
        (CutOff::LastHour, "16:00:00", "16:00:01"),
        (CutOff::After17hOrOffDay, "17:00:00", "17:00:01"),
        (CutOff::AfterClose, "17:00:00", "17:00:01"),
    ];
    for (cutoff, in_time, late) in vectors {
        let terms = Terms { cutoff, ..terms("same-day") };
        let on = |clock: &str| due(&unit, &format!("2026-11-20T{clock}"), &terms).unwrap()[..10].to_owned();
        assert_eq!(on(in_time), "2026-11-20", "{cutoff} {in_time}");
        assert_eq!(on(late), "2026-11-23", "{cutoff} {late}");
    }
}

#[test]
fn a_month_ends_on_the_same_date_or_the_last_of_a_shorter_month() {
    // Section 5.1, month
    let unit = office();
    assert_eq!(due_date(&unit, "2025-12-31T09:00", "2mo").unwrap(), "2026-03-02", "28/2 is a Saturday");
    assert_eq!(due_date(&unit, "2026-01-30T09:00", "1mo").unwrap(), "2026-03-02");
    assert_eq!(due_date(&unit, "2024-01-31T09:00", "1mo").unwrap(), "2024-02-29");
    assert_eq!(due_date(&unit, "2026-06-15T09:00", "3mo").unwrap(), "2026-09-15");
    // Fri 20/11 after the cut-off: D1 is Mon 23/11, so the base is Sunday 22/11 or Monday 23/11.
    let base = Terms { cutoff: CutOff::After15h, ..terms("1mo") };
    assert_eq!(due(&unit, "2026-11-20T16:00", &base).unwrap(), "2026-12-22T17:00");
    let base = Terms { cutoff_effect: CutOffEffect::TreatAsReceivedNextWd, ..base };
    assert_eq!(due(&unit, "2026-11-20T16:00", &base).unwrap(), "2026-12-23T17:00");
}

#[test]
fn the_same_clock_time_is_kept_inside_sessions_only() {
    // TIME-08
    let unit = office();
    let terms = Terms { due_time: DueTime::SameClock, ..terms("3wd") };
    for (received, expected) in [
        ("2026-11-20T09:15:30", "2026-11-26T09:15"),
        ("2026-11-20T11:30", "2026-11-26T11:30"),
        ("2026-11-20T12:00", "2026-11-26T13:30"),
        ("2026-11-20T17:00", "2026-11-26T17:00"),
        ("2026-11-20T06:00", "2026-11-26T17:00"),
        ("2026-11-20T19:00", "2026-11-26T17:00"),
        ("2026-11-21T09:15", "2026-11-26T17:00"),
    ] {
        assert_eq!(due(&unit, received, &terms).unwrap(), expected, "{received}");
    }
    let missed = Terms { cutoff: CutOff::After15h, ..terms };
    assert_eq!(due(&unit, "2026-11-20T15:30", &missed).unwrap(), "2026-11-26T17:00");
}

#[test]
fn a_fixed_time_that_would_not_lie_after_the_receipt_becomes_the_closing() {
    // TIME-08
    let unit = office();
    let fixed = |limit| Terms { due_time: "fixed=16:30".parse().unwrap(), ..terms(limit) };
    assert_eq!(due(&unit, "2026-11-20T09:00", &fixed("3wd")).unwrap(), "2026-11-26T16:30");
    assert_eq!(due(&unit, "2026-11-20T16:29:59", &fixed("same-day")).unwrap(), "2026-11-20T16:30");
    assert_eq!(due(&unit, "2026-11-20T16:30", &fixed("same-day")).unwrap(), "2026-11-20T17:00");
    assert_eq!(due(&unit, "2026-11-20T17:30", &fixed("same-day")).unwrap(), "2026-11-23T16:30");
}

#[test]
fn a_same_day_limit_received_after_closing_or_on_a_day_off_is_due_the_next_working_day() {
    let unit = office();
    assert_eq!(due(&unit, "2026-11-20T17:00", &terms("same-day")).unwrap(), "2026-11-20T17:00");
    assert_eq!(due(&unit, "2026-11-20T17:00:01", &terms("same-day")).unwrap(), "2026-11-23T17:00");
    assert_eq!(due(&unit, "2026-11-21T09:00", &terms("same-day")).unwrap(), "2026-11-23T17:00");
}

#[test]
fn no_limit_gives_no_due_date_in_any_year() {
    assert_eq!(due(&office(), "2031-01-01T09:00", &terms("none")).unwrap(), "none");
}

#[test]
fn the_receiving_unit_decides_the_cut_off_and_the_competent_unit_the_rest() {
    // TIME-14
    let (commune, department) = (timetable("07:00-11:00"), office());
    let terms = Terms { cutoff: CutOff::AfterClose, ..terms("same-day") };
    let received = at(&department, "2026-11-20T13:45");
    let on =
        |receiving, competent| due_between_units(receiving, competent, received, &terms).unwrap().unwrap();
    assert_eq!(on(&department, &department).on, day("2026-11-20"));
    assert_eq!(on(&commune, &department).on, day("2026-11-23"));
    assert_eq!(department.zone().rfc3339(on(&commune, &department).at), "2026-11-23T17:00:00+07:00");
    let closed = department.clone().with_local_days_off([(day("2026-11-20"), "Bão số 12".to_owned())]);
    assert_eq!(on(&closed, &department).on, day("2026-11-23"), "received on a day off");
}

#[test]
fn a_local_day_off_does_not_count_and_is_named() {
    // TIME-14
    let unit = office().with_local_days_off([(day("2026-11-25"), "Bão số 12".to_owned())]);
    let derivation = unit.explain(at(&unit, "2026-11-20T16:00"), &terms("3wd")).unwrap();
    assert_eq!(derivation.due_date, Some(day("2026-11-27")));
    let step = derivation.steps.iter().find(|step| step.date == day("2026-11-25")).unwrap();
    assert_eq!((step.reason, step.name.as_deref()), (Some(StepReason::Local), Some("Bão số 12")));
    let without = office();
    assert_eq!(
        due_date(&without, "2026-11-20T16:00", "3wd").unwrap(),
        "2026-11-26",
        "the calendar itself is untouched"
    );
}

#[test]
fn hours_change_with_their_period() {
    // TIME-10: four hours a day from 25/11 on.
    let unit = office().with_later_hours(vec![(day("2026-11-25"), "08:00-12:00".parse().unwrap())]).unwrap();
    assert_eq!(due(&unit, "2026-11-23T13:30", &terms("4wh")).unwrap(), "2026-11-25T08:30");
    assert_eq!(due(&unit, "2026-11-23T13:30", &terms("8wh")).unwrap(), "2026-11-26T08:30");
    assert_eq!(due(&unit, "2026-11-23T13:30", &terms("1wd")).unwrap(), "2026-11-25T12:00");
    let between = unit.working_time_between(at(&unit, "2026-11-23T13:30"), at(&unit, "2026-11-26T08:30"));
    assert_eq!(between.as_hours(), 8);
}

#[test]
fn a_year_that_is_not_final_is_refused_only_where_the_answer_depends_on_it() {
    // TIME-15: 2018 is partial, 2027 an estimate, 2028 missing.
    let unit = office();
    let refused = |received: &str, terms: &Terms| due(&unit, received, terms).unwrap_err();
    assert!(due(&unit, "2018-12-31T09:00", &terms("1wd")).is_ok(), "the receipt day is not counted");
    let same_clock = Terms { due_time: DueTime::SameClock, ..terms("1wd") };
    assert_eq!(refused("2018-12-31T09:00", &same_clock), not_final(2018));
    assert!(due(&unit, "2018-12-31T20:00", &same_clock).is_ok(), "closing whatever the receipt day was");
    let deemed = Terms {
        cutoff: CutOff::After15h,
        cutoff_effect: CutOffEffect::TreatAsReceivedNextWd,
        ..terms("1wd")
    };
    assert_eq!(refused("2018-12-31T09:00", &deemed), not_final(2018));
    assert_eq!(due(&unit, "2018-12-31T15:30", &deemed).unwrap(), "2019-01-03T17:00", "missed by the clock");
    let literal = Terms { cutoff: CutOff::After15h, ..terms("1wd") };
    assert_eq!(due(&unit, "2018-12-31T09:00", &literal).unwrap(), "2019-01-02T17:00", "the same either way");
    assert_eq!(refused("2018-12-31T09:00", &terms("8wh")), not_final(2018));
    assert!(due(&unit, "2018-12-31T17:00", &terms("8wh")).is_ok(), "nothing is left of the receipt day");
    assert_eq!(refused("2018-12-31T09:00", &terms("same-day")), not_final(2018));
    assert!(due(&unit, "2018-12-10T09:00", &terms("30cd")).is_ok(), "only the last day matters");
    assert_eq!(refused("2018-06-10T09:00", &terms("30cd")), not_final(2018));
    assert_eq!(refused("2026-12-30T09:00", &terms("1mo")), not_final(2027));
    assert_eq!(refused("2026-12-30T09:00", &terms("30mo")), not_final(2029));
    assert_eq!(refused("2026-12-31T16:30", &terms("2wh")), not_final(2027));
    assert!(due(&unit, "2026-12-31T16:00", &terms("1wh")).is_ok());
}

#[test]
fn a_preview_says_that_it_is_provisional() {
    // TIME-15
    let unit = office();
    let received = at(&unit, "2026-12-30T09:00");
    let preview = unit.preview(received, &terms("2wd")).unwrap();
    assert!(preview.provisional);
    assert_eq!(preview.due.unwrap().on, day("2027-01-04"), "1/1/2027 is recorded as off");
    assert!(!unit.preview(received, &terms("1wd")).unwrap().provisional);
    let far = unit.preview(at(&unit, "2060-01-01T09:00"), &terms("3wd")).unwrap();
    assert_eq!(far.due.unwrap().on, day("2060-01-06"), "by the weekday");
    let derivation = unit.explain_preview(received, &terms("2wd")).unwrap();
    assert_eq!(serde_json::to_value(&derivation).unwrap()["provisional"], true);
}

#[test]
fn a_week_of_rest_days_has_no_working_time() {
    let mut data = data();
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    data.weekend = week.map(str::to_owned).to_vec().try_into().unwrap();
    for year in &mut data.years {
        (year.off, year.makeup) = (Vec::new(), Vec::new());
    }
    let unit = Timetable::new(Calendar::compile(data).unwrap().into(), B.parse().unwrap());
    for limit in ["1wd", "1cd", "1wh", "1mo", "same-day"] {
        assert_eq!(
            due(&unit, "2026-11-20T09:00", &terms(limit)),
            Err(DeadlineError::NoWorkingTime),
            "{limit}"
        );
        let preview = unit.preview(at(&unit, "2026-11-20T09:00"), &terms(limit));
        assert_eq!(preview, Err(DeadlineError::NoWorkingTime), "{limit}");
    }
}

#[test]
fn the_derivation_is_what_the_interface_shows() {
    let unit = office();
    let derivation = unit.explain(at(&unit, "2026-11-20T16:00"), &terms("3wd")).unwrap().under("nd118-2025");
    let expected = r#"{"received":"2026-11-20T16:00:00+07:00","limit":"3wd","counting_starts":"2026-11-23","due":"2026-11-26T17:00:00+07:00","due_date":"2026-11-26","ruleset":"nd118-2025","calendar":"vn-state@2026.1","steps":[{"date":"2026-11-21","counts":false,"reason":"weekend"},{"date":"2026-11-22","counts":false,"reason":"weekend"},{"date":"2026-11-23","counts":true,"n":1},{"date":"2026-11-24","counts":false,"reason":"public","name":"Ngày Văn hóa Việt Nam"},{"date":"2026-11-25","counts":true,"n":2},{"date":"2026-11-26","counts":true,"n":3}]}"#;
    assert_eq!(serde_json::to_string(&derivation).unwrap(), expected);
}

#[test]
fn the_minutes_of_an_hour_limit_add_up_to_it() {
    let unit = office();
    let derivation = unit.explain(at(&unit, "2026-11-20T16:00:30"), &terms("20wh")).unwrap();
    let minutes: Vec<_> = derivation.steps.iter().filter_map(|step| step.minutes).collect();
    assert_eq!(minutes, [59, 450, 450, 241]);
    assert_eq!(derivation.steps[0].date, day("2026-11-20"));
}

#[test]
fn a_rolled_calendar_day_limit_shows_why() {
    // TIME-02: 24/11/2026 is off.
    let unit = office();
    let steps = unit.explain(at(&unit, "2026-11-09T09:00"), &terms("15cd")).unwrap().steps;
    let [.., last, landed] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((last.n, last.reason), (Some(15), Some(StepReason::Public)));
    assert_eq!((landed.date, landed.counts, landed.reason), (day("2026-11-25"), false, None));
    assert_eq!(steps.len(), 16);
}

#[test]
fn a_working_day_before_the_count_is_marked_so() {
    // TIME-05
    let unit = office();
    let deemed = Terms {
        cutoff: CutOff::After15h,
        cutoff_effect: CutOffEffect::TreatAsReceivedNextWd,
        ..terms("1wd")
    };
    let derivation = unit.explain(at(&unit, "2026-11-20T16:00"), &deemed).unwrap();
    assert_eq!(derivation.counting_starts, Some(day("2026-11-25")));
    let monday = derivation.steps.iter().find(|step| step.date == day("2026-11-23")).unwrap();
    assert_eq!(monday.reason, Some(StepReason::BeforeStart));
}

#[test]
fn a_day_promise_is_broken_at_midnight_and_an_instant_at_its_second() {
    // LATE-00, TIME-03
    let unit = office();
    let received = at(&unit, "2026-11-20T09:00");
    let late_from = |limit: &str| {
        let terms = terms(limit);
        unit.late_from(terms.limit, &unit.due(received, &terms).unwrap().unwrap())
    };
    for limit in ["1wd", "3cd"] {
        assert_eq!(late_from(limit), at(&unit, "2026-11-24T00:00"), "{limit}");
    }
    assert_eq!(late_from("1mo"), at(&unit, "2026-12-22T00:00"), "20/12 is a Sunday");
    assert_eq!(late_from("8wh"), at(&unit, "2026-11-23T09:30"));
    assert_eq!(late_from("same-day"), at(&unit, "2026-11-20T17:00"));
    let promised = super::late_from(Promise::Day(day("2026-11-20")), unit.zone());
    assert_eq!(promised, at(&unit, "2026-11-21T00:00"));
}

#[test]
fn the_transfer_is_due_on_the_day_up_to_15_00_00_and_the_next_morning_after() {
    // TRF-01, TRF-03
    let unit = office();
    let transfer = |received: &str| transfer_due(at(&unit, received), &unit, ClockTime::hm(15, 0)).unwrap();
    assert_eq!(transfer("2026-11-20T15:00:00"), at(&unit, "2026-11-20T17:00"));
    assert_eq!(transfer("2026-11-20T15:00:01"), at(&unit, "2026-11-23T07:30"));
    assert_eq!(transfer("2026-11-21T09:00"), at(&unit, "2026-11-23T07:30"));
    assert_eq!(transfer("2026-11-23T16:00"), at(&unit, "2026-11-25T07:30"));
    // Where the day closes before the cut-off, its closing is the last moment.
    let morning = timetable("08:00-12:00");
    let transfer =
        |received: &str| transfer_due(at(&morning, received), &morning, ClockTime::hm(15, 0)).unwrap();
    assert_eq!(transfer("2026-11-20T12:00:00"), at(&morning, "2026-11-20T12:00"));
    assert_eq!(transfer("2026-11-20T12:00:01"), at(&morning, "2026-11-23T08:00"));
}

#[test]
fn a_pause_moves_each_kind_of_limit_in_its_own_unit() {
    // SUP-05: stopped Fri 20/11 10:00, resumed Wed 25/11 14:00; 24/11 is off.
    let unit = office();
    let (stop, resume) = (at(&unit, "2026-11-20T10:00"), at(&unit, "2026-11-25T14:00"));
    let paused = |limit: &str, due_time: &str, stop, resume| {
        let terms = Terms { due_time: due_time.parse().unwrap(), ..terms(limit) };
        let due = unit.due(at(&unit, "2026-11-18T09:00"), &terms).unwrap().unwrap();
        let moved = unit.pause(&due, &terms, stop, resume).unwrap();
        assert_eq!((moved.on, moved.counting_starts), (unit.zone().day(moved.at), due.counting_starts));
        (unit.zone().rfc3339(due.at)[..16].to_owned(), unit.zone().rfc3339(moved.at)[..16].to_owned())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(paused("5wd", "end_of_day", stop, resume), pair("2026-11-26T17:00", "2026-11-30T17:00"));
    assert_eq!(paused("5wd", "same_clock", stop, resume), pair("2026-11-26T09:00", "2026-11-30T09:00"));
    assert_eq!(paused("12cd", "end_of_day", stop, resume), pair("2026-11-30T17:00", "2026-12-07T17:00"));
    // Stopped for 5 h of Friday, 7.5 h of Monday, 4.5 h of Wednesday; taken up again for the
    // last hour of Friday, Monday, Wednesday and an hour of Thursday.
    assert_eq!(paused("20wh", "end_of_day", stop, resume), pair("2026-11-20T16:00", "2026-11-26T08:30"));
    assert_eq!(paused("5wd", "end_of_day", stop, stop), pair("2026-11-26T17:00", "2026-11-26T17:00"));
    let terms = terms("5wd");
    let due = unit.due(stop, &terms).unwrap().unwrap();
    assert!(matches!(unit.pause(&due, &terms, resume, stop), Err(DeadlineError::InvalidInput { .. })));
}

/// SUP-05: hours that were promised on a day which is closed since then go on with the next working day.
#[test]
fn hours_paused_from_a_day_closed_since_go_on_with_the_next() {
    let (unit, terms) = (office(), terms("20wh"));
    let due = unit.due(at(&unit, "2026-11-18T09:00"), &terms).unwrap().unwrap();
    assert_eq!(due.at, at(&unit, "2026-11-20T16:00"));
    let closed = unit.clone().with_local_days_off([(day("2026-11-20"), "Bão".to_owned())]);
    let stopped = (at(&unit, "2026-11-19T09:00"), at(&unit, "2026-11-19T10:00"));
    let moved = closed.pause(&due, &terms, stopped.0, stopped.1).unwrap();
    assert_eq!((moved.at, moved.on), (at(&unit, "2026-11-23T08:30"), day("2026-11-23")));
    // A whole day of them, from one closing to the next.
    let due = unit.due(at(&unit, "2026-11-18T07:30"), &Terms::of("15wh".parse().unwrap())).unwrap().unwrap();
    let moved =
        unit.pause(&due, &terms, at(&unit, "2026-11-19T07:30"), at(&unit, "2026-11-20T07:30")).unwrap();
    assert_eq!((due.at, moved.at), (at(&unit, "2026-11-19T17:00"), at(&unit, "2026-11-20T17:00")));
}

#[test]
fn what_remains_is_counted_in_the_unit_of_the_limit() {
    // TIME-18
    let unit = office();
    let remaining = |limit: &str, now: &str| {
        let terms = terms(limit);
        let due = unit.due(at(&unit, "2026-11-20T09:00"), &terms).unwrap().unwrap();
        unit.remaining(at(&unit, now), &due, terms.limit)
    };
    assert_eq!(remaining("3wd", "2026-11-23T08:00"), Counted::WorkingDays(2));
    assert_eq!(remaining("3wd", "2026-11-26T18:00"), Counted::WorkingDays(0));
    assert_eq!(remaining("3wd", "2026-11-30T08:00"), Counted::WorkingDays(-2));
    assert_eq!(remaining("5cd", "2026-11-23T08:00"), Counted::CalendarDays(2));
    let hours = |hours: i64, minutes: i64| {
        Counted::WorkingTime(jiff::SignedDuration::from_mins(hours * 60 + minutes))
    };
    assert_eq!(remaining("8wh", "2026-11-20T16:00"), hours(3, 0));
    assert_eq!(remaining("8wh", "2026-11-23T10:00"), hours(-0, -30));
}

#[test]
fn working_days_are_added_forwards_and_backwards() {
    // MON-03, MON-04
    let unit = office();
    let add = |from: &str, count| unit.add_working_days_provisional(day(from), count).unwrap();
    assert_eq!(add("2026-11-25", -1), day("2026-11-23"));
    assert_eq!(add("2026-11-25", -2), day("2026-11-20"));
    assert_eq!(add("2026-11-21", 0), day("2026-11-23"));
    assert_eq!(add("2026-11-23", 0), day("2026-11-23"));
    assert_eq!(add("2026-11-23", 1), day("2026-11-25"));
    assert_eq!(add("2026-12-31", 1), day("2027-01-04"));
    assert_eq!(unit.add_working_days(day("2026-12-31"), 1), Err(not_final(2027)));
    assert_eq!(unit.working_days_between(day("2026-11-20"), day("2026-11-25")), 2);
    assert_eq!(unit.working_days_between(day("2026-11-25"), day("2026-11-20")), -2);
    assert_eq!(
        unit.official_working_days_between(day("2026-12-30"), day("2027-01-04")),
        Err(not_final(2027))
    );
}

#[test]
fn a_zone_with_daylight_saving_keeps_its_office_hours() {
    // 25 October 2026: Amsterdam goes from +02:00 to +01:00.
    let mut data = data();
    data.zone = "Europe/Amsterdam".to_owned();
    let unit = Timetable::new(Calendar::compile(data).unwrap().into(), B.parse().unwrap());
    let received = at(&unit, "2026-10-23T16:00");
    let due = |limit: &str| unit.zone().rfc3339(unit.due(received, &terms(limit)).unwrap().unwrap().at);
    assert_eq!(due("1wd"), "2026-10-26T17:00:00+01:00");
    assert_eq!(due("2wh"), "2026-10-26T08:30:00+01:00");
    let night = at(&unit, "2026-10-24T23:30:00Z");
    assert_eq!(
        unit.zone().rfc3339(unit.due(night, &terms("1cd")).unwrap().unwrap().at),
        "2026-10-26T17:00:00+01:00"
    );
}

#[test]
fn instants_are_read_with_or_without_an_offset_but_never_without_a_time() {
    let zone = calendar().zone().clone();
    let read = |text: &str| parse_received(text, &zone).map(|moment| zone.rfc3339(moment));
    for text in [
        "2026-11-20T16:00",
        "2026-11-20 16:00:00",
        "2026-11-20T09:00Z",
        "2026-11-20T11:00:00+02:00",
        "2026-11-20T04:00-05:00",
    ] {
        assert_eq!(read(text).as_deref(), Ok("2026-11-20T16:00:00+07:00"), "{text}");
    }
    assert!(read("0001-06-01T09:00").is_ok(), "the first year that there is");
    assert_eq!(read("2026-11-20T15:00:00.9").as_deref(), Ok("2026-11-20T15:00:00+07:00"));
    for text in [
        "",
        "2026-11-20",
        "2026-11-20T",
        "2026-11-20T16",
        "2026-11-20T16:00:60",
        "2026-11-20T24:00",
        "20/11/2026 16:00",
        "2026-02-30T09:00",
        "2026-11-20T16:00:00.",
        "2026-11-20T16:00.5",
        "2026-11-20T16:00+7",
        "2026-11-20T16:00+24:00",
        "2026-11-20T16:00 ",
        "0000-01-01T00:00",
        "2026-11-20T16:00Zé",
        "２026-11-20T16:00",
    ] {
        assert!(matches!(read(text), Err(DeadlineError::InvalidInput { .. })), "{text}");
    }
    assert_eq!(read("9999-12-31T23:59"), Err(DeadlineError::OutOfRange));
}

#[test]
fn every_refusal_is_said_in_both_languages() {
    let refusals = [
        DeadlineError::CalendarNotFinal { year: 2027 },
        DeadlineError::NoWorkingTime,
        DeadlineError::OutOfRange,
        DeadlineError::invalid("limit", "x"),
    ];
    for refusal in refusals {
        assert_ne!(refusal.say(Language::Vietnamese), refusal.say(Language::English));
    }
    assert!(DeadlineError::CalendarNotFinal { year: 2027 }.say(Language::Vietnamese).contains("2027"));
}

#[test]
fn an_estimate_is_not_final() {
    assert_eq!(calendar().status(2027), Some(YearStatus::Estimate));
}

/// What can't be used is named with its field, what it holds and what it takes, in the reader's words.
#[test]
fn what_cant_be_used_is_said_with_its_field_and_what_that_takes() {
    use crate::domain::refusal::Language::{English, Vietnamese};
    let two_points =
        "cần ngày 2026-11-20, hoặc ngày và giờ 2026-11-20T16:00; điểm cuối không trước điểm đầu.";
    for (field, wanted) in [
        ("received", "cần ngày và giờ, như 2026-11-20T16:00."),
        ("from", two_points),
        ("to", two_points),
        ("limit", "cần 10wd, 20cd, 8wh, 2mo, same-day hoặc none."),
        ("cutoff", "cần none, after_15h, last_hour, after_17h_or_off_day hoặc after_close."),
        ("cutoff_effect", "cần count_starts_next_wd hoặc treat_as_received_next_wd."),
        ("due_time", "cần end_of_day, same_clock hoặc fixed=16:30."),
        ("hours", "cần các buổi tăng dần trong một ngày, như 07:30-11:30,13:30-17:00."),
    ] {
        let named = DeadlineError::invalid(field, "\"x y\" is no such thing");
        assert_eq!(named.say(Vietnamese), format!("Giá trị “x y” của “{field}” không dùng được: {wanted}"));
        let unnamed = DeadlineError::invalid(field, "nothing was given");
        assert_eq!(unnamed.say(Vietnamese), format!("Giá trị của “{field}” không dùng được: {wanted}"));
        let english = format!("The value of “{field}” can't be used: nothing was given");
        assert_eq!(unnamed.say(English), english);
    }
    let other = DeadlineError::invalid("x", "is odd");
    assert_eq!(other.say(Vietnamese), "Giá trị của “x” không dùng được: “is odd”");
}
