//! Walks through all open dossiers: while one batch is written, the next is looked at.

use super::batch::{Found, Step, foresee, step, take};
use crate::db::{Db, Error, Result};
use crate::domain::refusal::Kind;
use crate::work::desk::Desk;

/// A SQLite journal begins anew only when nobody reads in it: after so many steps one is taken while
/// nothing is foreseen, so that it does not grow without end.
const STEPS_BESIDE_A_LOOK: u32 = 8;

/// How far a walk has seen ahead. Whoever forgets it loses nothing but that.
#[derive(Debug, Default)]
pub struct Walk {
    ahead: Option<Found>,
    steps: u32,
}

impl Walk {
    /// Takes the next step, up to `limit` dossiers of it, and looks at those after them meanwhile.
    ///
    /// # Errors
    /// Those of the database; steps before it stay taken.
    pub async fn step(&mut self, db: &Db, desk: &Desk, limit: i64) -> Result<Step> {
        let found = match self.ahead.take() {
            Some(found) => Some(found),
            // Where nothing can be looked at now, the step is taken by itself.
            None => look(db, desk, None, limit).await.unwrap_or_default(),
        };
        let Some(found) = found else {
            let desk = desk.clone();
            return db.write(async move |tx| step(tx, &desk, limit).await).await;
        };
        self.steps += 1;
        let alone = self.steps.is_multiple_of(STEPS_BESIDE_A_LOOK);
        let next = found.reached();
        let look_further = async { if alone { Ok(None) } else { look(db, desk, Some(next), limit).await } };
        let (taken, ahead) = tokio::join!(keep(db, desk, found, limit), look_further);
        // What could not be looked at beside is looked at when it is its turn.
        self.ahead = ahead.unwrap_or_default();
        taken
    }
}

async fn look(db: &Db, desk: &Desk, after: Option<i64>, limit: i64) -> Result<Option<Found>> {
    db.report(async |tx| foresee(tx, desk, after, limit).await).await
}

/// Keeps what was found; where a dossier has changed since, the step is taken without having looked ahead.
async fn keep(db: &Db, desk: &Desk, found: Found, limit: i64) -> Result<Step> {
    let known = desk.clone();
    match db.write(async move |tx| take(tx, &known, &found, limit).await).await {
        Err(Error::Refused(refusal)) if refusal.kind == Kind::LawChanged => {
            let desk = desk.clone();
            db.write(async move |tx| step(tx, &desk, limit).await).await
        }
        taken => taken,
    }
}
