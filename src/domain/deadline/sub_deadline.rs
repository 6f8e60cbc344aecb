//! Until when the counter must have accepted a dossier and handed it over, and the agency must have
//! asked for what is missing. None of these moves the due date (TRF-04).

use super::{DeadlineError, Moment, Timetable};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day};

/// Up to the cut-off (15:00:00) of a working day an electronic dossier goes to the competent agency on
/// that day, at the latest by its closing; after it, on a day off, and where the day is already
/// closed, by the opening of the next working day (TRF-01, TRF-03).
///
/// # Errors
/// Where the answer depends on a year that is not final (TIME-15).
pub fn transfer_due(
    received: Moment,
    receiving: &Timetable,
    cutoff: ClockTime,
) -> Result<Moment, DeadlineError> {
    let (day, clock) = receiving.zone().local(received);
    let after = clock > cutoff || clock > receiving.hours(day).closing();
    if !after && receiving.works_on(day)? {
        return receiving.closing(day);
    }
    receiving.opening(receiving.add_working_days(next(day)?, 0)?)
}

/// A paper dossier is handed over by the closing of the `wd`-th working day after its receipt (TRF-02).
///
/// # Errors
/// As [`transfer_due`].
pub fn paper_transfer_due(received: Moment, receiving: &Timetable, wd: u32) -> Result<Moment, DeadlineError> {
    let day = receiving.zone().day(received);
    let wd = i32::try_from(wd).map_err(|_| DeadlineError::OutOfRange)?;
    receiving.closing(receiving.add_working_days(day, wd)?)
}

/// An online dossier is answered within so many working hours after the portal received it (ACC-04).
///
/// # Errors
/// As [`transfer_due`].
pub fn acceptance_due(filed: Moment, receiving: &Timetable, wh: u32) -> Result<Moment, DeadlineError> {
    let due = receiving.due(filed, &Terms::of(TimeLimit::working_hours(wh)?))?;
    Ok(due.map_or(filed, |due| due.at))
}

/// The last day on which a supplement may still be asked for in time: so many working days after the
/// agency got the dossier (SUP-03). The same count closes one that was never answered (SUP-07).
///
/// # Errors
/// As [`transfer_due`].
pub fn working_days_later(from: Moment, timetable: &Timetable, wd: u32) -> Result<Day, DeadlineError> {
    let wd = i32::try_from(wd).map_err(|_| DeadlineError::OutOfRange)?;
    timetable.add_working_days(timetable.zone().day(from), wd)
}

fn next(day: Day) -> Result<Day, DeadlineError> {
    day.next().ok_or(DeadlineError::OutOfRange)
}
