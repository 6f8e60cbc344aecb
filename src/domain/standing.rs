//! How an open dossier stands, and the instants at which that changes.
//!
//! Standing is a comparison of instants, never a stored flag (MON-06); the
//! milestones are what the sweep waits for.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::apology::ObligationState;
use super::calendar::Timetable;
use super::dossier::{Apology, Dossier};
use super::event::Reappointment;
use super::limit::TimeLimit;
use super::process::StepDue;
use super::promise::Promise;
use super::ruleset::{LeadUnit, RuleSet};
use super::time::{ClockTime, Day, Moment};
use crate::domain::refusal::Language;

/// Live state of an open dossier (MON-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    OnTrack,
    DueSoon,
    /// The last chance for an apology in advance.
    ApologyWindow,
    Overdue,
    /// The re-appointed date is missed as well (LATE-09).
    OverdueTwice,
    ClockStopped,
}

impl Standing {
    pub const ALL: [Self; 6] = [
        Self::OnTrack,
        Self::DueSoon,
        Self::ApologyWindow,
        Self::Overdue,
        Self::OverdueTwice,
        Self::ClockStopped,
    ];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OnTrack => "on_track",
            Self::DueSoon => "due_soon",
            Self::ApologyWindow => "apology_window",
            Self::Overdue => "overdue",
            Self::OverdueTwice => "overdue_twice",
            Self::ClockStopped => "clock_stopped",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.id() == id)
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::OnTrack => ("Trong hạn", "On track"),
            Self::DueSoon => ("Sắp đến hạn", "Due soon"),
            Self::ApologyWindow => ("Cần báo trễ", "Apology due"),
            Self::Overdue => ("Quá hạn", "Overdue"),
            Self::OverdueTwice => ("Quá hạn lần hai", "Overdue twice"),
            Self::ClockStopped => ("Tạm dừng", "Clock stopped"),
        };
        language.choose(vietnamese, english)
    }
}

/// What the standing of an open dossier hangs on, as its row keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Instants {
    pub late_from: Option<Moment>,
    pub late_before_stop: bool,
    pub stopped_at: Option<Moment>,
    pub apology_window: Option<(Moment, Moment)>,
    pub due_soon_at: Option<Moment>,
    pub second_late_from: Option<Moment>,
}

impl Instants {
    /// Where several hold: overdue twice, overdue, stopped, apology window, due soon (MON-01).
    #[must_use]
    pub fn standing(&self, now: Moment) -> Standing {
        let late =
            self.late_before_stop || self.late_from.is_some_and(|from| self.stopped_at.unwrap_or(now) > from);
        if late && self.second_late_from.is_some_and(|second| now > second) {
            Standing::OverdueTwice
        } else if late {
            Standing::Overdue
        } else if self.stopped_at.is_some() {
            Standing::ClockStopped
        } else if self.apology_window.is_some_and(|(opens, shuts)| opens <= now && now <= shuts) {
            Standing::ApologyWindow
        } else if self.due_soon_at.is_some_and(|soon| soon <= now) {
            Standing::DueSoon
        } else {
            Standing::OnTrack
        }
    }
}

/// The instants at which something about an open dossier changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestones {
    /// From when on little time is left (MON-02).
    pub due_soon_at: Moment,
    /// When the window for a letter in advance opens and shuts (MON-03); none for
    /// limits too short for it (LATE-15).
    pub apology_window: Option<(Moment, Moment)>,
    letter_by: LetterBy,
    /// Until when a letter would be in advance, in so far as the limit has not ended before.
    last_moment_in_advance: Option<Moment>,
    pub due_at: Moment,
    pub late_from: Moment,
    /// Working days after due, and the instant (MON-04).
    pub escalations: Vec<(u32, Moment)>,
    pub second_late_from: Option<Moment>,
    /// The step that it is at and its due instant, where that lies before the dossier's own (MON-05).
    pub step: Option<StepDue>,
}

impl Milestones {
    /// The milestones of the promise in force, by the competent unit's timetable (TIME-14).
    ///
    /// Alerts may look into a year that is not final; only due dates may not (TIME-15).
    #[must_use]
    pub fn of(
        promise: &Promise,
        reappointment: Option<Reappointment>,
        timetable: &Timetable,
        rules: &RuleSet,
    ) -> Self {
        let limit = promise.basis.as_ref().map_or(TimeLimit::None, |basis| basis.terms.limit);
        let due = promise.due_on;
        let days = Days { timetable, fallback: promise.due_at };
        let clamp = |at: Moment| at.max(promise.counted_from).min(promise.late_from);
        let long = !is_too_short_for_notice(limit);
        let window = long.then(|| {
            let opens = days.opening(days.before(due, rules.apology_window_wd));
            let shuts = days.end(days.before(due, 1));
            (clamp(opens), clamp(shuts))
        });
        let letter_by = LetterBy::of(promise, &days, rules);
        let last_day = match letter_by {
            LetterBy::Day(day) => Some(day),
            LetterBy::Instant(_) => None,
        };
        let escalations = rules.escalation_wd.iter();
        Self {
            due_soon_at: clamp(due_soon_at(promise, limit, &days, rules)),
            apology_window: window,
            letter_by,
            last_moment_in_advance: last_day.map(|day| clamp(days.end(day))),
            due_at: promise.due_at,
            late_from: promise.late_from,
            escalations: escalations.map(|&level| (level, escalation_at(promise, level, &days))).collect(),
            second_late_from: reappointment.map(|second| second.late_from),
            step: None,
        }
    }

    /// The same milestones with that of the step which the dossier is at. What is due with the dossier
    /// itself is overdue with it.
    #[must_use]
    pub fn with_step(self, step: Option<StepDue>) -> Self {
        let step = step.filter(|step| step.due_at < self.due_at);
        Self { step, ..self }
    }

    /// The first instant at which the step is overdue.
    #[must_use]
    pub fn step_overdue_at(&self) -> Option<Moment> {
        self.step.map(|step| just_after(step.due_at))
    }

    /// The same milestones, but a letter that went out is judged by the promise that it speaks of.
    #[must_use]
    pub fn judging_the_letter_by(self, promise: &Promise, timetable: &Timetable, rules: &RuleSet) -> Self {
        let days = Days { timetable, fallback: promise.due_at };
        Self { letter_by: LetterBy::of(promise, &days, rules), ..self }
    }

    /// The window for a letter in advance while one is waited for: not once it went out, nor where none
    /// has to (LATE-01, LATE-08).
    #[must_use]
    pub fn notice_window(&self, dossier: &Dossier) -> Option<(Moment, Moment)> {
        let answered = dossier.apology.is_some() || dossier.exempted_at.is_some();
        self.apology_window.filter(|_| !answered)
    }

    /// Whether the letter was in advance (LATE-14; LATE-15 for short limits).
    #[must_use]
    pub fn is_in_advance(&self, apology: &Apology) -> bool {
        let in_time = match self.letter_by {
            LetterBy::Day(latest) => apology.signed_on <= latest,
            LetterBy::Instant(due_at) => apology.issued_at <= due_at,
        };
        in_time && !apology.after_lateness
    }

    /// `forecast` while a letter in advance is still possible, then `owed` until the limit ends.
    #[must_use]
    pub fn forecast_at(&self, now: Moment) -> Option<ObligationState> {
        let (opens, shuts) = self.apology_window?;
        if now < opens {
            None
        } else if now <= self.last_moment_in_advance.unwrap_or(shuts) {
            Some(ObligationState::Forecast)
        } else {
            Some(ObligationState::Owed)
        }
    }

    /// How the dossier stands at `now`; none once it is over or before it was received.
    #[must_use]
    pub fn standing(&self, dossier: &Dossier, now: Moment) -> Option<Standing> {
        if !dossier.state.is_open() || dossier.received_at.is_none() {
            return None;
        }
        let instants = Instants {
            late_from: Some(self.late_from),
            late_before_stop: dossier.late_before_stop,
            stopped_at: dossier.stopped_since(),
            apology_window: self.notice_window(dossier),
            due_soon_at: Some(self.due_soon_at),
            second_late_from: self.second_late_from,
        };
        Some(instants.standing(now))
    }

    /// The first instant after `now` at which something becomes owed; none where nothing will.
    #[must_use]
    pub fn next_after(&self, now: Moment) -> Option<Moment> {
        let window = self.apology_window.map(|(opens, _)| opens);
        let escalations = self.escalations.iter().map(|&(_, at)| at);
        [
            Some(self.due_soon_at),
            window,
            self.second_late_from.map(just_after),
            self.step_overdue_at(),
            Some(just_after(self.late_from)),
        ]
        .into_iter()
        .flatten()
        .chain(escalations)
        .filter(|&at| at > now)
        .min()
    }
}

/// What a letter in advance keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LetterBy {
    /// The latest day of signature (LATE-14).
    Day(Day),
    /// For limits that are too short for that, the due instant (LATE-15).
    Instant(Moment),
}

impl LetterBy {
    fn of(promise: &Promise, days: &Days<'_>, rules: &RuleSet) -> Self {
        let limit = promise.basis.as_ref().map_or(TimeLimit::None, |basis| basis.terms.limit);
        let lead = rules.apology_lead_days;
        let latest = match rules.apology_lead_unit {
            LeadUnit::Calendar => promise.due_on.plus(-whole(lead)),
            LeadUnit::Working => Some(days.before(promise.due_on, lead)),
        };
        match latest.filter(|_| !is_too_short_for_notice(limit)) {
            Some(day) => Self::Day(day),
            None => Self::Instant(promise.due_at),
        }
    }
}

/// Late means *after* an instant; the first instant after it is a microsecond later.
#[must_use]
pub fn just_after(instant: Moment) -> Moment {
    instant.plus(SignedDuration::from_micros(1))
}

/// Working days around a due day, by a timetable that may not be final there.
struct Days<'a> {
    timetable: &'a Timetable,
    fallback: Moment,
}

impl Days<'_> {
    fn before(&self, day: Day, count: u32) -> Day {
        self.timetable.add_working_days_provisional(day, -whole(count)).unwrap_or(day)
    }

    fn after(&self, day: Day, count: u32) -> Day {
        self.timetable.add_working_days_provisional(day, whole(count)).unwrap_or(day)
    }

    fn opening(&self, day: Day) -> Moment {
        let opening = self.timetable.hours(day).opening();
        self.timetable.zone().instant(day, opening).unwrap_or(self.fallback)
    }

    fn end(&self, day: Day) -> Moment {
        self.timetable.zone().instant(day, ClockTime::END_OF_DAY).unwrap_or(self.fallback)
    }

    /// The instant from which `seconds` of working time are left until `end` on `day`.
    fn working_time_before(&self, end: Moment, day: Day, seconds: u32) -> Moment {
        let zone = self.timetable.zone();
        let (mut day, mut left) = (day, seconds);
        let mut until = zone.local(end).1;
        loop {
            for session in self.timetable.hours(day).sessions().iter().rev() {
                let closing = session.to.min(until).seconds();
                let opening = session.from.seconds();
                let worked = closing.saturating_sub(opening);
                if worked >= left {
                    let clock = ClockTime::from_seconds(closing.saturating_sub(left));
                    return clock.ok().and_then(|clock| zone.instant(day, clock)).unwrap_or(end);
                }
                left -= worked;
            }
            let before = self.before(day, 1);
            if before == day {
                return end;
            }
            (day, until) = (before, ClockTime::END_OF_DAY);
        }
    }
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// LATE-15: at most one working day, same-day and hourly limits.
fn is_too_short_for_notice(limit: TimeLimit) -> bool {
    match limit {
        TimeLimit::WorkingDays(days) => days.get() <= 1,
        TimeLimit::CalendarDays(days) => days.get() <= 1,
        TimeLimit::WorkingHours(_) | TimeLimit::SameDay => true,
        TimeLimit::Months(_) | TimeLimit::None => false,
    }
}

/// MON-02: one working day for limits up to five, three above, a quarter of an hour limit.
fn due_soon_at(promise: &Promise, limit: TimeLimit, days: &Days<'_>, rules: &RuleSet) -> Moment {
    let count = match limit {
        TimeLimit::WorkingHours(hours) => {
            let seconds = hours.get().saturating_mul(36).saturating_mul(rules.due_soon_hours_percent);
            return days.working_time_before(promise.due_at, promise.due_on, seconds);
        }
        TimeLimit::SameDay => return days.opening(promise.due_on),
        TimeLimit::WorkingDays(count) => count.get(),
        TimeLimit::CalendarDays(count) => count.get(),
        TimeLimit::Months(_) | TimeLimit::None => u32::MAX,
    };
    let short = count <= rules.due_soon_short_limit_days;
    let before = if short { rules.due_soon_short_wd } else { rules.due_soon_wd };
    days.opening(days.before(promise.due_on, before))
}

/// Level 0 is the moment of lateness; the others come with the opening of that working day after due.
fn escalation_at(promise: &Promise, level: u32, days: &Days<'_>) -> Moment {
    let late = just_after(promise.late_from);
    if level == 0 { late } else { days.opening(days.after(promise.due_on, level)).max(late) }
}

#[cfg(test)]
mod tests;
