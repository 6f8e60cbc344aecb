//! A dossier's due date counted anew by other timetables, from what its promises rest on (TIME-16).
//!
//! Never earlier than any date that was promised; what another system promised stays as it is.

mod preview;

use super::calendar::Timetable;
use super::deadline::{DeadlineError, Due, due_between_units};
use super::dossier::{Dossier, Stop};
use super::promise::{Cause, Promise};
use super::time::Moment;

pub use preview::{Move, NAMED, Preview};

/// The timetables to count by (TIME-14), and what the dossier itself does not tell.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub receiving: &'a Timetable,
    pub competent: &'a Timetable,
    /// The procedure has a limit of its own after a payment: the second appointment was counted
    /// from the payment, not moved by the time until then (STOP-01).
    pub second_is_counted: bool,
}

/// What counting anew comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recount {
    /// The date in force stays: it would be the same.
    Same,
    /// It would be an earlier one, and so stays (TIME-16).
    Earlier,
    Later(Due),
    /// Its clock stands still: its date is counted by the law in force when it goes on.
    Stopped,
    /// The dossier was late already; what was declared changes only by a correction (LATE-11).
    Late,
    /// No lawful date can be given (TIME-15); the one in force stays.
    Impossible(DeadlineError),
    /// There is no promise, or another system made it.
    NotOurs,
}

/// Counts a dossier's date anew. `now` decides whether it was late before.
#[must_use]
pub fn recount(dossier: &Dossier, by: By<'_>, now: Moment) -> Recount {
    let Some(promise) = dossier.promise().filter(|_| !dossier.imported) else { return Recount::NotOurs };
    if promise.basis.is_none() {
        return Recount::NotOurs;
    }
    if dossier.stopped_since().is_some() {
        return Recount::Stopped;
    }
    let last = dossier.promises.len() - 1;
    let due = match counted(dossier, last, by) {
        Ok(Some(due)) => due,
        Ok(None) => return Recount::NotOurs,
        Err(error) => return Recount::Impossible(error),
    };
    match due.at.cmp(&promise.due_at) {
        std::cmp::Ordering::Equal => Recount::Same,
        std::cmp::Ordering::Less => Recount::Earlier,
        std::cmp::Ordering::Greater if dossier.is_late_at(now) => Recount::Late,
        std::cmp::Ordering::Greater => Recount::Later(due),
    }
}

/// The date of the promise at `place`, counted as it was made.
fn counted(dossier: &Dossier, place: usize, by: By<'_>) -> Result<Option<Due>, DeadlineError> {
    let promise = &dossier.promises[place];
    let Some(basis) = &promise.basis else { return Ok(Some(kept(promise))) };
    let anew = || due_between_units(by.receiving, by.competent, promise.counted_from, &basis.terms);
    match (basis.counting_starts, promise.cause) {
        (Some(_), _) | (None, Cause::Receipt | Cause::SupplementRestart | Cause::ExclusionRestart) => anew(),
        (None, Cause::SecondAppointment) if by.second_is_counted => anew(),
        // It was itself counted anew: from what the one before it rests on.
        (None, Cause::CalendarChange) => {
            place.checked_sub(1).map_or(Ok(None), |one| at_least(dossier, one, by))
        }
        (
            None,
            Cause::SupplementPause | Cause::ExclusionPause | Cause::SecondAppointment | Cause::Correction,
        ) => shifted(dossier, place, by),
        (None, Cause::Imported) => Ok(Some(kept(promise))),
    }
}

/// The same, but not before the date that was promised.
fn at_least(dossier: &Dossier, place: usize, by: By<'_>) -> Result<Option<Due>, DeadlineError> {
    let promised = kept(&dossier.promises[place]);
    let due = counted(dossier, place, by)?;
    Ok(Some(due.filter(|due| due.at > promised.at).unwrap_or(promised)))
}

/// The date that a stop interrupted, moved by the stop after which the clock ran again with the promise
/// at `place` (SUP-05): the last before it, as several may have ended at the same instant.
fn shifted(dossier: &Dossier, place: usize, by: By<'_>) -> Result<Option<Due>, DeadlineError> {
    let promise = &dossier.promises[place];
    let ended_so = |stop: &&Stop| stop.to == Some(promise.counted_from) && stop.promise_no < Some(place);
    let stop = dossier.stops.iter().rfind(ended_so).and_then(|stop| Some((stop, stop.promise_no?)));
    let (Some((stop, before)), Some(basis)) = (stop, &promise.basis) else {
        return Ok(Some(kept(promise)));
    };
    let Some(due) = at_least(dossier, before, by)? else { return Ok(Some(kept(promise))) };
    by.competent.pause(&due, &basis.terms, stop.from, promise.counted_from).map(Some)
}

fn kept(promise: &Promise) -> Due {
    Due { at: promise.due_at, on: promise.due_on, counting_starts: promise.due_on }
}

#[cfg(test)]
mod tests;
