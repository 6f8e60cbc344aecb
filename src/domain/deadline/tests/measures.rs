//! Amounts of time in a limit's own unit, and which years a count may rest on (TIME-15, TIME-18).

use jiff::SignedDuration;

use super::*;
use crate::domain::deadline::fixture::{at, day, timetable};
use crate::domain::limit::TimeLimit;

const OFFICE: &str = "07:30-11:30,13:30-17:00";

/// TIME-18: each unit is counted by itself, and behind is negative.
#[test]
fn amounts_of_one_unit_are_taken_from_each_other_and_those_of_two_are_not() {
    let hours = |count| Counted::WorkingTime(SignedDuration::from_hours(count));
    for of in [Counted::WorkingDays as fn(i32) -> Counted, Counted::CalendarDays] {
        assert_eq!(of(7).minus(of(3)), of(4));
        assert_eq!((of(7).min(of(3)), of(3).min(of(7))), (of(3), of(3)));
        assert_eq!(-of(5), of(-5));
        assert_eq!((of(7).minus(hours(3)), of(7).min(hours(3))), (of(7), of(7)));
    }
    assert_eq!(hours(7).minus(hours(3)), hours(4));
    assert_eq!((hours(7).min(hours(3)), hours(3).min(hours(7))), (hours(3), hours(3)));
    assert_eq!(-hours(5), hours(-5));
    assert_eq!(Counted::WorkingDays(7).minus(Counted::CalendarDays(3)), Counted::WorkingDays(7));
}

#[test]
fn time_18_what_is_overdue_is_what_remained_the_other_way_round() {
    let office = timetable(OFFICE);
    let due = Due {
        at: at(&office, "2026-11-20T17:00"),
        on: day("2026-11-20"),
        counting_starts: day("2026-11-18"),
    };
    let limit = |text: &str| text.parse::<TimeLimit>().unwrap();
    // The 24th is a day off.
    let end = at(&office, "2026-11-25T09:30");
    assert_eq!(office.overdue(end, &due, limit("3wd")), Counted::WorkingDays(2));
    assert_eq!(office.overdue(end, &due, limit("3cd")), Counted::CalendarDays(5));
    let hours = Counted::WorkingTime(SignedDuration::from_mins(7 * 60 + 30 + 2 * 60));
    assert_eq!(office.overdue(end, &due, limit("24wh")), hours);
    assert_eq!(office.overdue(at(&office, "2026-11-19T09:00"), &due, limit("3wd")), Counted::WorkingDays(-1));
}

/// Far back, where days are told by the weekday alone: as many as are counted one by one.
#[test]
fn working_time_over_long_stretches_is_the_sum_of_its_days() {
    let office = timetable(OFFICE);
    let (first, last) = (day("1970-01-02"), day("1972-09-27"));
    let days = std::iter::successors(Some(first), |day| day.next()).take_while(|day| *day < last);
    let worked = days.filter(|day| office.is_working(*day)).count();
    let time = office.working_time_between(at(&office, "1970-01-02T00:00"), at(&office, "1972-09-27T00:00"));
    assert_eq!(time, SignedDuration::from_mins(450 * i64::try_from(worked).unwrap()));
    let back = office.working_time_between(at(&office, "1972-09-27T00:00"), at(&office, "1970-01-02T00:00"));
    assert_eq!(back, -time);
}

/// TIME-15: a year is asked for only where a moment of it could have been worked.
#[test]
fn time_15_working_time_rests_only_on_years_in_which_some_of_it_may_lie() {
    let office = timetable(OFFICE);
    let year = |from: &str, to: &str| match office
        .official_working_time_between(at(&office, from), at(&office, to))
    {
        Ok(_) => None,
        Err(DeadlineError::CalendarNotFinal { year }) => Some(year),
        Err(error) => panic!("{error}"),
    };
    // 2018 is known in part alone.
    assert_eq!(year("2018-12-31T08:00", "2019-01-03T09:00"), Some(2018));
    assert_eq!(year("2018-12-31T16:59:59", "2019-01-03T09:00"), Some(2018));
    assert_eq!(year("2018-12-31T17:00", "2019-01-03T09:00"), None, "it had closed");
    assert_eq!(year("2018-12-31T18:00", "2019-01-03T09:00"), None);
    // 2027 is an estimate.
    assert_eq!(year("2026-12-30T09:00", "2027-01-01T06:00"), None);
    assert_eq!(year("2026-12-30T09:00", "2027-01-01T07:30"), None, "it only opens");
    assert_eq!(year("2026-12-30T09:00", "2027-01-01T07:30:01"), Some(2027));
    assert_eq!(year("2027-01-01T09:00", "2026-12-30T09:00"), Some(2027), "either way round");
    assert_eq!(year("2027-01-04T09:00", "2027-01-04T09:00"), None, "no time at all rests on nothing");
}

/// TIME-15: beyond the cap is beyond what is computed, and no mistake of typing.
#[test]
fn a_limit_beyond_the_cap_is_out_of_range() {
    let refused = |text: &str| DeadlineError::from(text.parse::<TimeLimit>().unwrap_err());
    assert_eq!(refused("3651wd"), DeadlineError::OutOfRange);
    assert!(matches!(refused("0wd"), DeadlineError::InvalidInput { field, .. } if field == "limit"));
}

#[test]
fn a_counter_open_on_saturday_takes_in_on_saturday_and_counts_from_monday() {
    // TIME-12
    let unit = office();
    let saturday = at(&unit, "2026-11-21T09:00");
    let derivation = unit.explain(saturday, &terms("2wd")).unwrap();
    assert_eq!(serde_json::to_value(&derivation).unwrap()["received"], "2026-11-21T09:00:00+07:00");
    let counted: Vec<_> = derivation.steps.iter().filter(|step| step.counts).map(|step| step.date).collect();
    assert_eq!(counted, [day("2026-11-23"), day("2026-11-25")]);
    assert_eq!(unit.working_days_between(day("2026-11-20"), day("2026-11-21")), 0);
    assert_eq!(unit.working_days_between(day("2026-08-21"), day("2026-08-22")), 1, "made up for");
}

#[test]
fn a_supplement_that_never_came_may_be_closed_after_its_working_days_and_not_by_itself() {
    // SUP-07: asked on Fri 20/11; 24/11 is off.
    use crate::domain::dossier::fixture::{Life, supplement};
    let unit = office();
    let asked = at(&unit, "2026-11-20T16:00");
    assert_eq!(working_days_later(asked, &unit, 7), Ok(day("2026-12-02")));
    assert_eq!(working_days_later(asked, &unit, 15), Ok(day("2026-12-14")));
    assert_eq!(working_days_later(asked, &unit, 30), Err(not_final(2027)));
    let waiting = Life::due_on_friday().then("2026-08-26 09:00", supplement());
    assert!(waiting.0.state.is_open() && waiting.0.stopped_since().is_some(), "an officer closes it");
}
