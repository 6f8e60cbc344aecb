//! What time it is: the only place that asks.
//!
//! Everything else is given an instant. The wall clock may be fixed, for
//! demonstrations and tests; the monotonic clock that limits waiting may not.

use std::sync::Arc;

use crate::domain::time::Moment;

/// The clock of one process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Hands>);

#[derive(Debug)]
enum Hands {
    System,
    /// Stands at one instant for ever.
    Fixed(Moment),
    /// Runs on from an instant that was given at the start.
    From {
        shown: Moment,
        started: Moment,
    },
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Hands::System))
    }

    #[must_use]
    pub fn fixed(at: Moment) -> Self {
        Self(Arc::new(Hands::Fixed(at)))
    }

    /// A clock that shows `shown` now and goes on from there, for demonstrations.
    #[must_use]
    pub fn from(shown: Moment) -> Self {
        Self(Arc::new(Hands::From { shown, started: system_now() }))
    }

    #[must_use]
    pub fn now(&self) -> Moment {
        match *self.0 {
            Hands::System => system_now(),
            Hands::Fixed(at) => at,
            Hands::From { shown, started } => shown.plus(system_now().since(started)),
        }
    }

    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(*self.0, Hands::System)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn system_now() -> Moment {
    Moment::new(jiff::Timestamp::now())
}
