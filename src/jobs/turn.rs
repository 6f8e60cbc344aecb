//! A task's turn: what it is done for, and the token under which it writes.

use crate::app::App;
use crate::db::{Deed, Result, begin};
use crate::domain::time::{Day, Moment};
use crate::store::ticks::{self, Claim};

/// One due time in hand, or a task done by hand outside of any schedule.
#[derive(Clone)]
pub struct Turn {
    pub app: App,
    pub due_at: Moment,
    claim: Option<Claim>,
}

impl Turn {
    #[must_use]
    pub fn of(app: App, claim: Claim) -> Self {
        Self { app, due_at: claim.due_at, claim: Some(claim) }
    }

    /// Done by hand, as for `due_at`.
    #[must_use]
    pub fn by_hand(app: App, due_at: Moment) -> Self {
        Self { app, due_at, claim: None }
    }

    /// The civil day that it is done for.
    #[must_use]
    pub fn day(&self) -> Day {
        self.app.province().zone().day(self.due_at)
    }

    /// Does a deed, unless somebody else has claimed the due time meanwhile: then nothing is kept.
    ///
    /// # Errors
    /// Those of the deed and [`Error::Overtaken`](crate::db::Error::Overtaken).
    pub async fn write<T: Send + 'static>(&self, deed: impl Deed<T>) -> Result<T> {
        let Some(claim) = self.claim.clone() else { return self.app.db.write(deed).await };
        self.app
            .db
            .write(async move |tx| {
                ticks::hold(tx, &claim).await?;
                begin(deed, tx).await
            })
            .await
    }
}
