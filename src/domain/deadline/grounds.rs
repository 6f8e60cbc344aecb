//! What a due date rests on besides the days that it counts: the cut-off that was missed and a
//! year that is not final. For those who explain a date; it decides none.

use super::Timetable;
use crate::domain::limit::{CutOff, Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day, Moment};

/// How a cut-off was missed (TIME-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// It came after this clock time.
    After(ClockTime),
    /// It came on a day on which the receiving unit does not work.
    OnDayOff,
}

/// A missed cut-off, and the working day on which the dossier is taken up instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenUpLater {
    pub missed: Missed,
    pub on: Day,
}

/// The grounds of one due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grounds {
    pub terms: Terms,
    pub later: Option<TakenUpLater>,
    /// The first year between receipt and due date that is missing or not final (TIME-15).
    pub estimated: Option<i16>,
}

impl Grounds {
    /// A receipt in time, in years that are final.
    #[must_use]
    pub fn of(terms: Terms) -> Self {
        Self { terms, later: None, estimated: None }
    }

    /// The grounds of a due date between two units (TIME-14), by what is recorded.
    #[must_use]
    pub fn between_units(
        receiving: &Timetable,
        competent: &Timetable,
        received: Moment,
        terms: &Terms,
        due_on: Option<Day>,
    ) -> Self {
        let day = competent.zone().day(received);
        let missed = missed(receiving, received, terms.cutoff);
        let later = missed.and_then(|missed| {
            let on = competent.add_working_days_provisional(day, 1).ok()?;
            Some(TakenUpLater { missed, on })
        });
        let mut years = day.year()..=due_on.unwrap_or(day).year();
        let estimated = years.find(|year| !competent.calendar().is_final(*year));
        let limited = terms.limit != TimeLimit::None;
        Self { terms: *terms, later: later.filter(|_| limited), estimated: estimated.filter(|_| limited) }
    }
}

/// Whether a receipt came too late to count on its day, and how (TIME-06).
#[must_use]
pub fn missed(receiving: &Timetable, received: Moment, cutoff: CutOff) -> Option<Missed> {
    let (day, clock) = receiving.zone().local(received);
    let last = cutoff.last_in_time(receiving.hours(day).closing())?;
    if !receiving.is_working(day) {
        return Some(Missed::OnDayOff);
    }
    (clock > last).then_some(Missed::After(last))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, day, office};
    use super::*;

    fn grounds(received: &str, cutoff: &str) -> Grounds {
        let office = office();
        let terms =
            Terms { cutoff: cutoff.parse().unwrap(), ..Terms::of(TimeLimit::working_days(3).unwrap()) };
        let received = at(&office, received);
        let due = office.preview(received, &terms).unwrap().due.map(|due| due.on);
        Grounds::between_units(&office, &office, received, &terms, due)
    }

    #[test]
    fn time_06_a_cut_off_is_missed_after_its_second_or_on_a_day_off() {
        let later = |received: &str, cutoff: &str| grounds(received, cutoff).later;
        let after = |hour, minute| Missed::After(ClockTime::hm(hour, minute));
        assert_eq!(later("2026-11-20T15:00:00", "after_15h"), None);
        let monday = Some(TakenUpLater { missed: after(15, 0), on: day("2026-11-23") });
        assert_eq!(later("2026-11-20T15:00:01", "after_15h"), monday);
        assert_eq!(later("2026-11-20T23:00", "none"), None);
        // The office closes at 17:00.
        for (cutoff, hour) in [("last_hour", 16), ("after_17h_or_off_day", 17), ("after_close", 17)] {
            let missed = later("2026-11-20T17:30", cutoff).unwrap().missed;
            assert_eq!(missed, after(hour, 0), "{cutoff}");
        }
        let saturday = later("2026-11-21T09:00", "after_close").unwrap();
        assert_eq!(saturday, TakenUpLater { missed: Missed::OnDayOff, on: day("2026-11-23") });
        // The 24th is a public holiday.
        assert_eq!(later("2026-11-23T15:01", "after_15h").unwrap().on, day("2026-11-25"));
    }

    #[test]
    fn time_15_the_first_year_that_is_not_final_is_named() {
        assert_eq!(grounds("2026-12-24T09:00", "none").estimated, None);
        assert_eq!(grounds("2026-12-30T09:00", "none").estimated, Some(2027));
    }
}
