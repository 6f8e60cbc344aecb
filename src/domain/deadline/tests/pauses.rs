//! Where a limit in hours falls due after the clock stood still (SUP-05), by the day as well as by the instant.

use super::*;

/// Due on Friday 20 November or the Saturday after it, at `due`; when it is after a stop on Friday.
fn paused(hours: &str, due: &str, stopped: &str, resumed: &str) -> (Moment, Day) {
    let unit = timetable(hours);
    let due = Due { at: at(&unit, due), on: day(&due[..10]), counting_starts: day("2026-11-20") };
    let friday = |clock: &str| at(&unit, &format!("2026-11-20T{clock}"));
    let moved = unit.pause(&due, &terms("2wh"), friday(stopped), friday(resumed)).unwrap();
    (moved.at, moved.on)
}

#[test]
fn sup_05_hours_move_by_the_working_time_of_the_stop_and_name_their_day() {
    let office = "07:30-11:30,13:30-17:00";
    for (due, stopped, resumed, moved) in [
        ("2026-11-20T09:30", "08:00", "08:00", "2026-11-20T09:30"),
        ("2026-11-20T09:30", "08:00", "09:00", "2026-11-20T10:30"),
        // Two hours of the morning are over; five and a half are left of the day.
        ("2026-11-20T09:30", "08:00", "15:30", "2026-11-20T17:00"),
        ("2026-11-20T09:30", "08:00", "16:00", "2026-11-23T08:00"),
        // The day was declared off after it had been promised.
        ("2026-11-21T10:00", "08:00", "09:00", "2026-11-23T08:30"),
    ] {
        let expected = (at(&timetable(office), moved), day(&moved[..10]));
        assert_eq!(paused(office, due, stopped, resumed), expected, "{due}, {stopped} to {resumed}");
    }
}

#[test]
fn sup_05_a_closing_at_midnight_belongs_to_the_day_that_it_ends() {
    let late = "16:00-24:00";
    let closing = at(&timetable(late), "2026-11-21T00:00");
    assert_eq!(paused(late, "2026-11-20T20:00", "16:00", "20:00"), (closing, day("2026-11-20")));
}
