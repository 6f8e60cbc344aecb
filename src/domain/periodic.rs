//! Form II.06: which dossiers a period counts, and in which of its columns (domain section 9).
//!
//! Counts what it is shown; which dossiers there are, and how each stood, is told to it.

mod period;
#[cfg(test)]
mod tests;

use super::promise::Outcome;
use super::statistics::Rate;
use super::time::Day;

pub use period::{Period, PeriodError};

/// What the form asks of one dossier, as it stood when the period ended (REP-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The day of official receipt; none before it, and then no form counts it (REP-02).
    pub received_on: Option<Day>,
    pub online: bool,
    /// The day that ended settlement (REP-04).
    pub ended_on: Option<Day>,
    /// How it ended; none where it is open or had no due date.
    pub outcome: Option<Outcome>,
    /// Open and past its limit, or late before the clock was stopped (REP-11, REP-12).
    pub late: bool,
}

/// How a dossier came into the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Column 4: trực tuyến.
    Online,
    /// Column 5: trực tiếp, dịch vụ bưu chính.
    Direct,
    /// Column 6: từ kỳ trước. Relative to this period's own first day, so that the columns 6 of
    /// several periods do not add up to that of the whole (REP-19).
    Carried,
}

/// How it stood at the period's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Column 8.
    Early,
    /// Column 9.
    OnTime,
    /// Column 10.
    Late,
    /// Column 12.
    Within,
    /// Column 13.
    Past,
}

impl Standing {
    /// Its columns in the form of `period`; none where the form does not count it (REP-02 to REP-05).
    #[must_use]
    pub fn columns(&self, period: Period) -> Option<(Arrival, Course)> {
        let received_on = self.received_on.filter(|day| *day <= period.to())?;
        let ended_on = self.ended_on.filter(|day| *day <= period.to());
        if ended_on.is_some_and(|day| day < period.from()) {
            return None;
        }
        let arrival = match (received_on < period.from(), self.online) {
            (true, _) => Arrival::Carried,
            (false, true) => Arrival::Online,
            (false, false) => Arrival::Direct,
        };
        Some((arrival, self.course(ended_on.is_some())))
    }

    /// Without a due date: on time, or within (REP-09).
    fn course(&self, ended: bool) -> Course {
        match (ended, self.outcome) {
            (true, Some(Outcome::Early)) => Course::Early,
            (true, Some(Outcome::OnTime) | None) => Course::OnTime,
            (true, Some(Outcome::Late)) => Course::Late,
            (false, _) if self.late => Course::Past,
            (false, _) => Course::Within,
        }
    }
}

/// One row of the form: how many dossiers each column that is not a sum of others counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub online: u64,
    pub direct: u64,
    pub carried: u64,
    pub early: u64,
    pub on_time: u64,
    pub late: u64,
    pub within: u64,
    pub past: u64,
}

impl Line {
    /// Counts `dossiers` that stand alike.
    pub fn count(&mut self, (arrival, course): (Arrival, Course), dossiers: u64) {
        *match arrival {
            Arrival::Online => &mut self.online,
            Arrival::Direct => &mut self.direct,
            Arrival::Carried => &mut self.carried,
        } += dossiers;
        *match course {
            Course::Early => &mut self.early,
            Course::OnTime => &mut self.on_time,
            Course::Late => &mut self.late,
            Course::Within => &mut self.within,
            Course::Past => &mut self.past,
        } += dossiers;
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            online: self.online + other.online,
            direct: self.direct + other.direct,
            carried: self.carried + other.carried,
            early: self.early + other.early,
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            within: self.within + other.within,
            past: self.past + other.past,
        }
    }

    /// Columns 3 to 13, in their order. The sums are made of their parts (REP-01).
    #[must_use]
    pub fn columns(self) -> [u64; 11] {
        let Self { online, direct, carried, early, on_time, late, within, past } = self;
        let received = online + direct + carried;
        let done = early + on_time + late;
        [received, online, direct, carried, done, early, on_time, late, within + past, within, past]
    }

    /// The share of what is done that was not late (RATE-01).
    #[must_use]
    pub fn done_on_time_rate(self) -> Option<Rate> {
        Rate::of(self.early + self.on_time, self.early + self.on_time + self.late)
    }

    /// The share of all that is done in time or still within its limit (RATE-02).
    #[must_use]
    pub fn progress_rate(self) -> Option<Rate> {
        Rate::of(self.early + self.on_time + self.within, self.columns()[0])
    }

    /// Whether whatever came in is either done or open: 3 = 7 + 11. A form where it is not is not
    /// given out (REP-01).
    #[must_use]
    pub fn balances(self) -> bool {
        let [received, _, _, _, done, _, _, _, open, _, _] = self.columns();
        received == done + open
    }
}
