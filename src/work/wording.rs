//! Dossiers and their time left in the words of letters and lists.

use super::desk::Desk;
use super::process::process_of;
use crate::domain::calendar::Timetable;
use crate::domain::deadline::{Counted, Due};
use crate::domain::dossier::Dossier;
use crate::domain::limit::TimeLimit;
use crate::domain::state::State;
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;
use crate::domain::words::{Amount, Language, TimeUnit};
use crate::letters::DossierLine;
use crate::store::lists::Listed;
use crate::store::obligations::Listed as Owed;

const VI: Language = Language::Vietnamese;

/// A promise as far as distances need it.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    pub due_at: Moment,
    pub due_on: Day,
    pub late_from: Moment,
    /// The limit in whose unit distances are told (TIME-18).
    unit: TimeLimit,
    /// Since when the clock stands still: it is as late as it was then (SUP-06).
    stopped_at: Option<Moment>,
    /// It was late before a stop, which no new promise cures.
    late_before: bool,
}

impl Deadline {
    #[must_use]
    pub fn of(dossier: &Dossier) -> Option<Self> {
        let promise = dossier.promise()?;
        let limit = promise.basis.as_ref().map(|basis| basis.terms.limit);
        let counted = Self::counted_in(limit, promise.due_at, promise.due_on, promise.late_from);
        Some(counted.after_stops(dossier.stopped_since(), dossier.late_before_stop))
    }

    /// Until when an online filing is to be answered (ACC-04).
    fn of_receipt(desk: &Desk, dossier: &Dossier) -> Option<Self> {
        let due_at = process_of(desk, dossier)?.acceptance_preview(dossier)?;
        Some(Self::counted_in(None, due_at, desk.province.zone().day(due_at), due_at))
    }

    #[must_use]
    pub fn of_listed(desk: &Desk, listed: &Listed) -> Option<Self> {
        let procedure = desk.procedure(&listed.procedure_code, desk.today());
        let limit = procedure.map(crate::domain::procedure::Procedure::limit);
        let counted = Self::counted_in(limit, listed.due_at?, listed.due_on?, listed.late_from?);
        Some(counted.after_stops(listed.stopped_at, listed.late_before_stop))
    }

    #[must_use]
    pub fn of_owed(owed: &Owed) -> Option<Self> {
        Some(Self::counted_in(None, owed.due_at?, owed.due_on?, owed.late_from?))
    }

    /// Whether the promise names an instant or a day (LATE-00) says more of its unit than a limit that
    /// may have changed since.
    fn counted_in(limit: Option<TimeLimit>, due_at: Moment, due_on: Day, late_from: Moment) -> Self {
        let unit = match limit {
            _ if late_from == due_at => hours(),
            Some(TimeLimit::CalendarDays(_) | TimeLimit::Months(_)) => civil_days(),
            _ => days(),
        };
        Self { due_at, due_on, late_from, unit, stopped_at: None, late_before: false }
    }

    fn after_stops(self, stopped_at: Option<Moment>, late_before: bool) -> Self {
        Self { stopped_at, late_before, ..self }
    }

    /// `Thứ Năm 26/11/2026, 17:00`.
    #[must_use]
    pub fn words(self, timetable: &Timetable, language: Language) -> String {
        let (day, time) = timetable.zone().local(self.due_at);
        language.day_time(day, time)
    }

    /// `còn 2 ngày làm việc`, `quá hạn 5 giờ làm việc`, in the unit of the limit (TIME-18); of limits that
    /// count every day also the working days by which they are escalated: `quá hạn 5 ngày (3 ngày làm việc)`.
    #[must_use]
    pub fn distance(self, timetable: &Timetable, now: Moment, language: Language) -> String {
        let due = Due { at: self.due_at, on: self.due_on, counting_starts: self.due_on };
        let now = self.stopped_at.map_or(now, |since| since.min(now));
        if now <= self.late_from {
            let left = language.left(amount(timetable.remaining(now, &due, self.unit)));
            let before = language.choose("lần hẹn trước đã quá hạn", "the promise before was missed");
            return if self.late_before { format!("{left}, {before}") } else { left };
        }
        let late = amount(timetable.overdue(now, &due, self.unit));
        let in_days = || amount(timetable.overdue(now, &due, days()));
        let overdue = match self.unit {
            TimeLimit::CalendarDays(_) => {
                format!("{} ({})", language.overdue(late), language.passed(in_days()))
            }
            TimeLimit::WorkingHours(_) if late.count > MOST_HOURS => language.overdue(in_days()),
            _ => language.overdue(late),
        };
        let stopped = language.choose("đang tạm dừng tính hạn", "clock stopped");
        if self.stopped_at.is_some() { format!("{overdue}, {stopped}") } else { overdue }
    }
}

/// More working hours than these are said as days: nobody has a picture of 482 hours.
const MOST_HOURS: u32 = 24;

fn hours() -> TimeLimit {
    TimeLimit::working_hours(1).unwrap_or(TimeLimit::SameDay)
}

fn civil_days() -> TimeLimit {
    TimeLimit::calendar_days(1).unwrap_or(TimeLimit::None)
}

fn days() -> TimeLimit {
    TimeLimit::working_days(1).unwrap_or(TimeLimit::None)
}

/// Whole units, so that "0 left" is said in words.
fn amount(counted: Counted) -> Amount {
    let whole = |count: i64| u32::try_from(count.max(0)).unwrap_or(u32::MAX);
    match counted {
        Counted::WorkingTime(time) => Amount::working_hours(whole(time.as_hours())),
        Counted::WorkingDays(days) => Amount::working_days(whole(days.into())),
        Counted::CalendarDays(days) => Amount::new(whole(days.into()), TimeUnit::CalendarDay),
    }
}

/// `3 ngày làm việc`, `trong ngày làm việc`.
#[must_use]
pub fn limit(limit: TimeLimit) -> String {
    VI.limit(limit)
}

/// One dossier as a row of a letter to those who work on it: until when it is promised, or until when an
/// online filing is to be answered.
#[must_use]
pub fn line(desk: &Desk, dossier: &Dossier) -> DossierLine {
    let waits = dossier.state == State::Registered;
    let filing = &dossier.filing;
    let unit = if waits { &filing.receiving_unit } else { &filing.competent_unit };
    let timetable = desk.province.timetable(unit);
    let deadline = if waits { Deadline::of_receipt(desk, dossier) } else { Deadline::of(dossier) };
    let procedure = desk.procedure(&dossier.filing.procedure, desk.today());
    DossierLine {
        code: dossier.filing.code.clone(),
        procedure: procedure.map_or_else(|| dossier.filing.procedure.clone(), |one| one.name_vi.clone()),
        due_words: deadline.map(|deadline| deadline.words(timetable, VI)).unwrap_or_default(),
        distance_words: deadline
            .map(|deadline| deadline.distance(timetable, desk.now, VI))
            .unwrap_or_default(),
        url: format!("{}/dossiers/{}", desk.house.public_url, dossier.filing.code),
    }
}

/// One listed dossier as a row of a letter.
#[must_use]
pub fn listed_line(desk: &Desk, listed: &Listed) -> DossierLine {
    let timetable = timetable(desk, &listed.competent_unit);
    let deadline = Deadline::of_listed(desk, listed);
    DossierLine {
        code: listed.code.clone(),
        procedure: listed.procedure_name.clone(),
        due_words: deadline.map(|deadline| deadline.words(timetable, VI)).unwrap_or_default(),
        distance_words: deadline
            .map(|deadline| deadline.distance(timetable, desk.now, VI))
            .unwrap_or_default(),
        url: format!("{}/dossiers/{}", desk.house.public_url, listed.code),
    }
}

/// One apology owed as a row of a letter.
#[must_use]
pub fn owed_line(desk: &Desk, owed: &Owed) -> DossierLine {
    let timetable = timetable(desk, &owed.unit);
    let deadline = Deadline::of_owed(owed);
    // What is settled grows no later; the apology is owed all the same.
    let distance = |deadline: Deadline| match owed.ended_at {
        Some(ended) => format!("đã có kết quả, {}", deadline.distance(timetable, ended, VI)),
        None => deadline.distance(timetable, desk.now, VI),
    };
    DossierLine {
        code: owed.code.clone(),
        procedure: owed.procedure_name.clone(),
        due_words: deadline.map(|deadline| deadline.words(timetable, VI)).unwrap_or_default(),
        distance_words: deadline.map(distance).unwrap_or_default(),
        url: format!("{}/dossiers/{}", desk.house.public_url, owed.code),
    }
}

/// The timetable of a unit by its stored code.
#[must_use]
pub fn timetable<'d>(desk: &'d Desk, unit: &str) -> &'d Timetable {
    let code = unit.parse::<UnitCode>().ok();
    desk.province.timetable(code.as_ref().unwrap_or(&desk.province.root))
}

/// A unit's name by its stored code.
#[must_use]
pub fn unit_name(desk: &Desk, unit: &str) -> String {
    unit.parse().map_or_else(|_| unit.to_owned(), |code| desk.unit_name(&code))
}
