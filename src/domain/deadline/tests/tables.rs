//! The look-up beside the walk: it answers, and the same.

use super::super::{Units, Years, table, walk};
use super::*;

/// Where all days lie in one stretch of final years, the table answers by itself and as the walk does:
/// whoever relies on its speed does not wait for the walk.
#[test]
fn the_table_answers_by_itself_and_as_the_walk_does() {
    let unit = office();
    let units = Units { receiving: &unit, competent: &unit };
    let limits = ["1wd", "10wd", "1cd", "20cd", "1mo", "2mo", "1wh", "8wh", "40wh", "same-day"];
    let receipts = [
        "2026-03-02T06:00",
        "2026-03-02T09:10",
        "2026-03-02T12:00",
        "2026-03-02T15:00:01",
        "2026-03-02T16:30",
        "2026-03-02T17:00",
        "2026-03-02T18:30",
        "2026-03-07T09:00",
        "2026-04-24T16:45",
        "2026-08-21T10:00",
        "2026-01-31T08:00",
    ];
    let effects = [CutOffEffect::CountStartsNextWd, CutOffEffect::TreatAsReceivedNextWd];
    for (limit, received) in limits.iter().flat_map(|limit| receipts.map(|received| (limit, received))) {
        for cutoff in [CutOff::None, CutOff::After15h, CutOff::LastHour, CutOff::AfterClose] {
            for (cutoff_effect, due_time) in effects
                .iter()
                .flat_map(|effect| ["end_of_day", "same_clock", "fixed=16:30"].map(|time| (*effect, time)))
            {
                let terms =
                    Terms { cutoff, cutoff_effect, due_time: due_time.parse().unwrap(), ..terms(limit) };
                let from = at(&unit, received);
                for years in [Years::Final, Years::Any] {
                    let by_table = table::due(units, from, &terms, years);
                    assert!(by_table.is_some(), "{limit} {received} {terms:?}");
                    assert_eq!(
                        by_table,
                        walk::due(units, from, &terms, years).unwrap().due,
                        "{limit} {received} {terms:?}"
                    );
                }
            }
        }
    }
}

/// TIME-15: the year that is named is the first in walking order; a kept clock time asks for the day of
/// receipt before any other.
#[test]
fn the_year_named_is_the_first_that_the_answer_asks_for() {
    let mut data = data();
    for year in data.years.iter_mut().filter(|one| one.year >= 2026) {
        year.status = YearStatus::Estimate;
    }
    let hours = crate::domain::calendar::OfficeHours::default();
    let unit = Timetable::new(std::sync::Arc::new(Calendar::compile(data).unwrap()), hours);
    let refused = |received: &str, due_time: &str| {
        let terms = Terms { due_time: due_time.parse().unwrap(), ..terms("1wd") };
        unit.due(at(&unit, received), &terms).unwrap_err()
    };
    let named = |year| DeadlineError::CalendarNotFinal { year };
    assert_eq!(refused("2026-12-31T10:00", "same_clock"), named(2026));
    assert_eq!(refused("2026-12-31T10:00", "end_of_day"), named(2027));
    // Outside of the sessions no clock time is kept, and nothing hangs on that day.
    assert_eq!(refused("2026-12-31T18:00", "same_clock"), named(2027));
    // Taken as recorded, it says that it rests on such a year; in final ones it does not.
    let walked = |unit: &Timetable, received: &str| {
        let units = Units { receiving: unit, competent: unit };
        walk::due(units, at(unit, received), &terms("1wd"), Years::Any).unwrap().provisional
    };
    assert!(walked(&unit, "2026-12-31T10:00") && !walked(&unit, "2025-03-03T10:00"));
}
