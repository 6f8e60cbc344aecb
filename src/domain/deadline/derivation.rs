//! How a due date comes about, day by day, in the shape that the interface fixes.
//!
//! Explains a due date that is already computed; computes none.

use jiff::tz::Offset;
use serde::{Serialize, Serializer};

use super::{Due, Preview, Timetable};
use crate::domain::calendar::{DayKind, OffKind};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day, Moment, Zone};

/// An instant with the offset that its zone then has; serialises as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    pub at: Moment,
    offset: Offset,
}

impl LocalTime {
    #[must_use]
    pub fn new(at: Moment, zone: &Zone) -> Self {
        Self { at, offset: zone.time_zone().to_offset(at.timestamp()) }
    }

    /// The civil day and clock time that it shows.
    #[must_use]
    pub fn civil(self) -> (Day, ClockTime) {
        Zone::fixed(self.offset).local(self.at)
    }
}

impl std::fmt::Display for LocalTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.at.timestamp().display_with_offset(self.offset), f)
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a day does not count, or why a last day rolls forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepReason {
    Weekend,
    Public,
    Compensatory,
    Swap,
    Local,
    /// The clock stood still.
    Stopped,
    /// A working day before the first counted one (TIME-05).
    BeforeStart,
}

/// One day on the way from receipt to due date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub date: Day,
    pub counts: bool,
    /// The counted day's number, of limits in days and months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The counted minutes, of limits in hours. They add up to the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<StepReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A due date with its reasons. The steps run from the day after receipt to the due date;
/// hours that count on the day of receipt begin with that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// Cut to the second, as all that is counted.
    pub received: LocalTime,
    pub limit: TimeLimit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counting_starts: Option<Day>,
    pub due: Option<LocalTime>,
    pub due_date: Option<Day>,
    /// The rule set that the terms came from (LAW-01), where the caller names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruleset: Option<String>,
    pub calendar: String,
    /// True where a year that is not final was relied on (TIME-15).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    pub steps: Vec<Step>,
}

impl Derivation {
    /// The derivation of a due date that `unit` computed.
    pub(super) fn new(unit: &Timetable, received: Moment, terms: &Terms, preview: Preview) -> Self {
        let received = Moment::from_seconds(received.seconds()).unwrap_or(received);
        let time = |at| LocalTime::new(at, unit.zone());
        let due = preview.due;
        Self {
            received: time(received),
            limit: terms.limit,
            counting_starts: due.map(|due| due.counting_starts),
            due: due.map(|due| time(due.at)),
            due_date: due.map(|due| due.on),
            ruleset: None,
            calendar: unit.calendar().label().to_owned(),
            provisional: preview.provisional,
            steps: due.map_or_else(Vec::new, |due| Steps { unit, received, due }.of(terms.limit)),
        }
    }

    /// The same, naming the rule set.
    #[must_use]
    pub fn under(mut self, ruleset: &str) -> Self {
        self.ruleset = Some(ruleset.to_owned());
        self
    }
}

struct Steps<'a> {
    unit: &'a Timetable,
    received: Moment,
    due: Due,
}

impl Steps<'_> {
    fn of(&self, limit: TimeLimit) -> Vec<Step> {
        match limit {
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay => self.working_days(),
            TimeLimit::CalendarDays(count) => self.every_day(i32::try_from(count.get()).ok()),
            TimeLimit::Months(count) => self.every_day(self.days_of(i64::from(count.get()))),
            TimeLimit::WorkingHours(count) => self.working_hours(count.get()),
            TimeLimit::None => Vec::new(),
        }
    }

    fn days(&self, first: Option<Day>) -> impl Iterator<Item = Day> {
        let last = self.due.on;
        std::iter::successors(first, |day| day.next()).take_while(move |day| *day <= last)
    }

    fn day_after_receipt(&self) -> Option<Day> {
        self.unit.zone().day(self.received).next()
    }

    fn working_days(&self) -> Vec<Step> {
        let mut n = 0;
        let step = |day| {
            let off = self.off(day);
            if off.reason.is_some() || day < self.due.counting_starts {
                return off.or(StepReason::BeforeStart);
            }
            n += 1;
            Step { counts: true, n: Some(n), ..off }
        };
        self.days(self.day_after_receipt()).map(step).collect()
    }

    /// Every day counts from the first counted one up to `count`; what follows is rolled over
    /// (TIME-02), and the last counted day then says why.
    fn every_day(&self, count: Option<i32>) -> Vec<Step> {
        let starts = self.due.counting_starts;
        let step = |day: Day| {
            let off = self.off(day);
            let n = day.since(starts) + 1;
            if n < 1 {
                return off.or(StepReason::BeforeStart);
            }
            match count {
                Some(count) if n > count => off,
                Some(count) if n == count => Step { counts: true, n: u32::try_from(n).ok(), ..off },
                _ => Step { counts: true, n: u32::try_from(n).ok(), reason: None, name: None, ..off },
            }
        };
        self.days(self.day_after_receipt()).map(step).collect()
    }

    /// How many days a limit in months counts before it rolls.
    fn days_of(&self, months: i64) -> Option<i32> {
        use jiff::ToSpan;
        let base = self.due.counting_starts.previous()?;
        Some(Day(base.0.checked_add(months.months()).ok()?).since(base))
    }

    fn working_hours(&self, count: u32) -> Vec<Step> {
        let (receipt, clock) = self.unit.zone().local(self.received);
        let starts_today = self.due.counting_starts == receipt;
        let limit = count * 3_600;
        let mut passed = 0;
        let step = |day: Day| {
            let off = self.off(day);
            if off.reason.is_some() || day < self.due.counting_starts {
                return off.or(StepReason::BeforeStart);
            }
            let hours = self.unit.hours(day);
            let gone = if day == receipt { hours.worked_before(clock) } else { 0 };
            let before = passed / 60;
            passed = limit.min(passed + hours.seconds() - gone);
            Step { counts: true, minutes: Some(passed / 60 - before), ..off }
        };
        let first = if starts_today { Some(receipt) } else { receipt.next() };
        self.days(first).map(step).collect()
    }

    /// A step that does not count, with the reason why the day is off, where it is.
    fn off(&self, date: Day) -> Step {
        let (reason, name) = match self.unit.kind(date) {
            DayKind::Working => (None, None),
            DayKind::Weekend { holiday } => (Some(StepReason::Weekend), holiday),
            DayKind::Off { kind, name } => (Some(kind.into()), Some(name)),
        };
        Step { date, counts: false, n: None, minutes: None, reason, name: name.map(str::to_owned) }
    }
}

impl Step {
    fn or(mut self, reason: StepReason) -> Self {
        self.reason = self.reason.or(Some(reason));
        self
    }
}

impl From<OffKind> for StepReason {
    fn from(kind: OffKind) -> Self {
        match kind {
            OffKind::Public => Self::Public,
            OffKind::Compensatory => Self::Compensatory,
            OffKind::Swap => Self::Swap,
            OffKind::Local => Self::Local,
        }
    }
}
