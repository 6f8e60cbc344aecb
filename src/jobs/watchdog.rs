//! Looks whether every loop moves and whether somebody has set the clock, and raises alarms.
//!
//! What it finds it says at once in the log and, by [`Progress`](crate::telemetry::Progress), at
//! `/readyz`; the rows follow as soon as the database takes them.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use jiff::SignedDuration;

use super::kernel::Kernel;
use super::rest;
use crate::db::Result;
use crate::domain::time::Moment;
use crate::store::alarms::{self, Cause};

pub(super) const NAME: &str = "watchdog";
const LOOK: Duration = Duration::from_secs(1);
const PERIOD: Duration = Duration::from_secs(10);
/// A clock that goes so wrong between two looks was set; a time server's slewing is far less.
const SET: SignedDuration = SignedDuration::from_secs(2);
/// Rows kept for a database that takes none; the oldest are told by the log alone.
const MOST_UNWRITTEN: usize = 200;

pub(super) async fn run(kernel: Kernel) {
    let mut watch = Watch::default();
    loop {
        watch.look(&kernel);
        kernel.app.progress.note(NAME, PERIOD);
        if let Err(error) = watch.write(&kernel).await {
            tracing::error!(%error, "alarms could not be put down and will be");
        }
        if !rest(&kernel.app, LOOK).await {
            return;
        }
    }
}

/// What was seen so far.
#[derive(Default)]
pub struct Watch {
    /// The wall clock and the uptime at the last look.
    last: Option<(Moment, Duration)>,
    stuck: BTreeSet<&'static str>,
    unwritten: VecDeque<(Change, Cause, Moment, String)>,
}

#[derive(Clone, Copy)]
enum Change {
    Raise,
    Clear,
    /// Is over as soon as it has happened.
    Note,
}

impl Watch {
    /// Looks around; says nothing twice.
    pub fn look(&mut self, kernel: &Kernel) {
        let app = &kernel.app;
        let (now, uptime) = (app.clock.now(), app.clock.uptime());
        let stuck: BTreeSet<&'static str> = app.progress.stuck().into_iter().collect();
        for name in stuck.difference(&self.stuck.clone()) {
            tracing::error!(name, "this loop is stuck");
            let ages = app.progress.ages();
            let age =
                ages.iter().find(|silence| silence.name == *name).map_or(0, |silence| silence.age.as_secs());
            self.remember(kernel, Change::Raise, "loop_stuck", name, now, age.to_string());
        }
        for name in self.stuck.clone().difference(&stuck) {
            tracing::info!(name, "this loop moves again");
            self.remember(kernel, Change::Clear, "loop_stuck", name, now, String::new());
        }
        self.stuck = stuck;
        let last = self.last.replace((now, uptime)).filter(|_| app.clock.runs());
        if let Some(by) = last.and_then(|last| was_set(last, (now, uptime))) {
            tracing::error!(seconds = by.as_secs_f64(), "the clock of this machine was set");
            let seconds = by.as_secs().to_string();
            self.remember(kernel, Change::Note, "clock_moved", "", now, seconds);
        }
    }

    fn remember(
        &mut self,
        kernel: &Kernel,
        change: Change,
        kind: &'static str,
        subject: &str,
        now: Moment,
        detail: String,
    ) {
        let cause = Cause { kind, subject: subject.to_owned(), node: kernel.node.name.clone() };
        self.unwritten.push_back((change, cause, now, detail));
        if self.unwritten.len() > MOST_UNWRITTEN {
            self.unwritten.pop_front();
        }
    }

    /// Puts down what was found and is not down yet.
    ///
    /// # Errors
    /// Those of the database; it is put down the next time.
    pub async fn write(&mut self, kernel: &Kernel) -> Result<()> {
        while let Some((change, cause, now, detail)) = self.unwritten.front().cloned() {
            let deed = async move |tx: &mut crate::db::Tx| match change {
                Change::Raise => alarms::raise(tx, &cause, now, &detail).await.map(drop),
                Change::Clear => alarms::clear(tx, &cause, now).await.map(drop),
                Change::Note => alarms::note(tx, &cause, now, &detail).await,
            };
            kernel.db.write(deed).await?;
            self.unwritten.pop_front();
        }
        Ok(())
    }
}

/// By how much the wall clock was set between two looks, where it was.
fn was_set((wall, up): (Moment, Duration), (now, uptime): (Moment, Duration)) -> Option<SignedDuration> {
    let passed = SignedDuration::try_from(uptime.saturating_sub(up)).ok()?;
    let by = now.since(wall).checked_sub(passed)?;
    (by.abs() > SET).then_some(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_told_from_time_that_passes() {
        let at = |text: &str| -> Moment { text.parse().unwrap() };
        let before = (at("2026-11-23T09:00:00Z"), Duration::from_secs(100));
        let after = |text: &str, up: u64| was_set(before, (at(text), Duration::from_secs(up)));
        assert_eq!(after("2026-11-23T09:00:05Z", 105), None);
        assert_eq!(after("2026-11-23T09:00:07Z", 105), None, "slewed");
        assert_eq!(after("2026-11-23T09:10:00Z", 700), None, "the machine slept");
        assert_eq!(after("2026-11-23T06:00:05Z", 105), Some(SignedDuration::from_hours(-3)));
        assert_eq!(after("2027-01-02T09:00:05Z", 105), Some(SignedDuration::from_hours(24 * 40)));
    }
}
