//! One dossier's life as it is told, event by event.
//!
//! Each event is folded as it is added, so that a life that the law does not know can't
//! be told; what would lie in the future ends the telling.

use crate::db::Error;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Happening};
use crate::domain::staff::StaffId;
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;

/// Who does something, and for which unit.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    pub who: StaffId,
    pub unit: &'a UnitCode,
}

/// A life so far.
#[derive(Clone, Debug)]
pub struct Life {
    pub events: Vec<Event>,
    pub dossier: Dossier,
}

/// Why a life is told no further.
#[derive(Debug)]
pub enum End {
    /// The next event lies after the instant of the demonstration.
    Future,
    /// The story asks for something that is not lawful or not there.
    Fault(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl Life {
    /// # Errors
    /// Where a life can't begin so.
    pub fn begin(at: Moment, hand: Hand<'_>, what: Happening) -> Result<Self, End> {
        let event = event(1, at, hand, what);
        let dossier = Dossier::begin(&event).map_err(|misfit| unlawful(&misfit))?;
        Ok(Self { events: vec![event], dossier })
    }

    /// Adds an event of `at`, or of the event before it where that is later.
    ///
    /// # Errors
    /// Where it lies after `as_of`, or does not follow.
    pub fn add(&mut self, as_of: Moment, at: Moment, hand: Hand<'_>, what: Happening) -> Result<(), End> {
        let at = at.max(self.dossier.last_at);
        if at > as_of {
            return Err(End::Future);
        }
        let event = event(self.dossier.version + 1, at, hand, what);
        self.dossier = self.dossier.clone().after(&event).map_err(|misfit| unlawful(&misfit))?;
        self.events.push(event);
        Ok(())
    }
}

fn event(seq: i64, at: Moment, hand: Hand<'_>, what: Happening) -> Event {
    Event { seq, at, recorded_at: at, actor: hand.who, unit: hand.unit.clone(), what }
}

fn unlawful(misfit: &crate::domain::dossier::Misfit) -> End {
    End::Fault(Error::corrupt("dossier_events", "body", misfit))
}
