//! Corrections of recorded events (LIFE-05) and of the times that dates hang on (LATE-11).
//!
//! A corrected event stays as it was written. The life is folded as the correction tells it: at the
//! true time, and with the promise that the engine makes of it beside the one that was printed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Dossier, Misfit};
use crate::domain::event::{Event, Happening};
use crate::domain::promise::{Cause, Promise};
use crate::domain::staff::StaffId;
use crate::domain::time::Moment;

/// What one person says and another has not approved yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The proposing event's own number.
    pub seq: i64,
    /// The number of the event that was recorded wrongly.
    pub corrects: i64,
    pub at: Moment,
    pub reason: String,
    pub by: StaffId,
}

/// What the corrections in a life come to.
#[derive(Debug, Default)]
pub struct Corrections<'e> {
    times: BTreeMap<i64, Moment>,
    promises: BTreeMap<i64, Vec<&'e Promise>>,
}

/// Why a corrected time leads nowhere.
#[derive(Debug)]
pub enum Unfit<E> {
    Misfit(Misfit),
    /// There is no lawful promise of it.
    Promise(E),
}

/// The promises that differ once event number `corrects` was at `at`: each with the number of the
/// event that made it. `make` is the engine: what an event promises where the dossier stood so.
///
/// # Errors
/// Where the life does not fit together any more, or there is no promise of it.
pub fn replay<E>(
    events: &[Event],
    corrects: i64,
    at: Moment,
    mut make: impl FnMut(Option<&Dossier>, &Event) -> Result<Option<Promise>, E>,
) -> Result<Vec<(i64, Promise)>, Unfit<E>> {
    let references: Vec<&Event> = events.iter().collect();
    let corrections = Corrections::of(&references);
    let mut changed = Vec::new();
    let mut dossier: Option<Dossier> = None;
    for event in &references {
        let mut event = corrections.applied_to(event).into_owned();
        if event.seq == corrects {
            event.at = at;
        }
        let so_far = corrections.promises_of(event.seq).last().or(event.what.promise()).cloned();
        let mut promise = so_far.clone();
        if event.seq >= corrects && so_far.is_some() {
            promise = make(dossier.as_ref(), &event).map_err(Unfit::Promise)?;
        }
        let mut next = match dossier {
            None => Dossier::begin(&event),
            Some(before) => before.go_on(&event),
        }
        .map_err(Unfit::Misfit)?;
        next.has_corrected_times = true;
        if let (Some(new), Some(old)) = (promise, &so_far)
            && (new.counted_from, new.due_at, new.late_from) != (old.counted_from, old.due_at, old.late_from)
        {
            let new = Promise { cause: Cause::Correction, ..new };
            next.promises.push(new.clone());
            changed.push((event.seq, new));
        } else {
            next.promises.extend(corrections.promises_of(event.seq).cloned());
        }
        dossier = Some(next);
    }
    Ok(changed)
}

impl<'e> Corrections<'e> {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Of the events of one life, in their order; the later correction of the same event holds.
    #[must_use]
    pub fn of(events: &[&'e Event]) -> Self {
        let mut all = Self::default();
        for event in events {
            if let Happening::Corrected { corrects, time: Some(time), .. } = &event.what {
                all.times.insert(*corrects, time.at);
                for (seq, promise) in &time.promises {
                    all.promises.entry(*seq).or_default().push(promise);
                }
            }
        }
        all
    }

    /// When an event truly was.
    #[must_use]
    pub fn time_of(&self, event: &Event) -> Moment {
        self.times.get(&event.seq).copied().unwrap_or(event.at)
    }

    /// The event as it truly was.
    #[must_use]
    pub fn applied_to(&self, event: &'e Event) -> Cow<'e, Event> {
        match self.times.get(&event.seq) {
            Some(at) => Cow::Owned(Event { at: *at, ..event.clone() }),
            None => Cow::Borrowed(event),
        }
    }

    /// The promises that took the place of the one which this event made, oldest first.
    pub fn promises_of(&self, seq: i64) -> impl DoubleEndedIterator<Item = &'e Promise> + '_ {
        self.promises.get(&seq).into_iter().flatten().copied()
    }
}
