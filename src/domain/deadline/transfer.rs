//! Until when the receiving unit must have handed a dossier over (TRF-01, TRF-03).

use super::{DeadlineError, Moment, Timetable};
use crate::domain::time::ClockTime;

/// Up to 15:00:00 of a working day the dossier goes to the competent agency on that day, at
/// the latest by its closing; after 15:00:00, on a day off, and where the day is already
/// closed, by the opening of the next working day. Does not move the due date (TRF-04).
///
/// # Errors
/// Where the answer depends on a year that is not final (TIME-15).
pub fn transfer_due(received: Moment, receiving: &Timetable) -> Result<Moment, DeadlineError> {
    let (day, clock) = receiving.zone().local(received);
    let after = clock > ClockTime::hm(15, 0) || clock > receiving.hours(day).closing();
    if !after && receiving.works_on(day)? {
        return receiving.closing(day);
    }
    receiving.opening(receiving.add_working_days(day.next().ok_or(DeadlineError::OutOfRange)?, 0)?)
}
