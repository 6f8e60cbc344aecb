//! Makes promises: asks the one engine for the due date and says what it rests on.

use super::desk::Desk;
use crate::db::Result;
use crate::domain::calendar::Timetable;
use crate::domain::deadline::{
    DeadlineError, Derivation, Due, Grounds, due_between_units, explain_between_units,
};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::procedure::Procedure;
use crate::domain::promise::{Basis, Cause, Promise};
use crate::domain::refusal::{Kind, Language, Refusal};
use crate::domain::ruleset::RuleSet;
use crate::domain::time::{ClockTime, Day, Moment, Zone};
use crate::domain::unit::UnitCode;

/// Who received and who must settle; the cut-off is the one's, all else the other's (TIME-14).
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    pub receiving: &'a Timetable,
    pub competent: &'a Timetable,
}

impl<'a> Between<'a> {
    #[must_use]
    pub fn units(desk: &'a Desk, receiving: &UnitCode, competent: &UnitCode) -> Self {
        Self { receiving: desk.province.timetable(receiving), competent: desk.province.timetable(competent) }
    }
}

/// The promise for a procedure counted from `from`; none where the law sets no limit.
pub fn promise(
    between: Between<'_>,
    procedure: &Procedure,
    rules: &RuleSet,
    from: Moment,
    cause: Cause,
) -> Result<Option<Promise>> {
    let terms = procedure.terms(rules);
    let statutory = procedure.statutory_terms(rules);
    let Some(due) = due(between, from, &terms)? else { return Ok(None) };
    let mut promise = of_due(between.competent, &due, &terms, rules, from, cause);
    if let Some(basis) = &mut promise.basis
        && statutory.limit != terms.limit
    {
        basis.statutory_due_on = self::due(between, from, &statutory)?.map(|due| due.on);
    }
    Ok(Some(promise))
}

/// The promise of explicit terms, for the second appointment (STOP-01).
pub fn promise_by(
    between: Between<'_>,
    terms: &Terms,
    rules: &RuleSet,
    from: Moment,
    cause: Cause,
) -> Result<Option<Promise>> {
    let due = due(between, from, terms)?;
    Ok(due.map(|due| of_due(between.competent, &due, terms, rules, from, cause)))
}

/// The promise in force, moved by a stop from `stopped` to `resumed` (SUP-05).
pub fn shifted(
    between: Between<'_>,
    before: &Promise,
    rules: &RuleSet,
    stopped: Moment,
    resumed: Moment,
    cause: Cause,
) -> Result<Option<Promise>> {
    let Some(basis) = &before.basis else { return Ok(None) };
    let due = Due { at: before.due_at, on: before.due_on, counting_starts: before.due_on };
    let moved = between.competent.pause(&due, &basis.terms, stopped, resumed).map_err(no_due_date)?;
    let mut promise = of_due(between.competent, &moved, &basis.terms, rules, resumed, cause);
    if let Some(basis) = &mut promise.basis {
        basis.counting_starts = None;
    }
    Ok(Some(promise))
}

fn due(between: Between<'_>, from: Moment, terms: &Terms) -> Result<Option<Due>> {
    Ok(due_between_units(between.receiving, between.competent, from, terms).map_err(no_due_date)?)
}

fn of_due(
    timetable: &Timetable,
    due: &Due,
    terms: &Terms,
    rules: &RuleSet,
    from: Moment,
    cause: Cause,
) -> Promise {
    Promise {
        cause,
        counted_from: from,
        due_at: due.at,
        due_on: due.on,
        early_before: early_before(timetable, due, terms.limit),
        late_from: timetable.late_from(terms.limit, due),
        basis: Some(Basis {
            terms: *terms,
            counting_starts: Some(due.counting_starts),
            statutory_due_on: None,
            ruleset: rules.id.to_string(),
            calendar: timetable.calendar().label().to_owned(),
        }),
    }
}

/// The promise that counting `before` anew comes to (TIME-16). `statutory` are the terms of the law's
/// own limit, where a shorter one was promised.
#[must_use]
pub fn recounted(between: Between<'_>, before: &Promise, due: &Due, statutory: Option<Terms>) -> Promise {
    let timetable = between.competent;
    let limit = before.basis.as_ref().map_or(TimeLimit::None, |basis| basis.terms.limit);
    let basis = before.basis.as_ref().map(|basis| {
        let counted = statutory.and_then(|terms| {
            due_between_units(between.receiving, timetable, before.counted_from, &terms).ok().flatten()
        });
        let statutory_due_on = counted.map(|due| due.on).max(basis.statutory_due_on);
        // A promise that a stop had moved still carries on its run.
        let counting_starts = basis.counting_starts.map(|_| due.counting_starts);
        Basis {
            counting_starts,
            statutory_due_on,
            calendar: timetable.calendar().label().to_owned(),
            ..basis.clone()
        }
    });
    Promise {
        cause: Cause::CalendarChange,
        counted_from: before.counted_from,
        due_at: due.at,
        due_on: due.on,
        early_before: early_before(timetable, due, limit),
        late_from: timetable.late_from(limit, due),
        basis,
    }
}

/// REP-06 and REP-08: the due day's beginning; for hour and same-day limits that of the due session.
fn early_before(timetable: &Timetable, due: &Due, limit: TimeLimit) -> Moment {
    let zone = timetable.zone();
    let start = match limit {
        TimeLimit::WorkingHours(_) | TimeLimit::SameDay => {
            let clock = zone.local(due.at).1;
            let hours = timetable.hours(due.on);
            let session = hours.sessions().iter().find(|one| one.from < clock && clock <= one.to);
            session.map_or(clock, |session| session.from)
        }
        _ => ClockTime::MIDNIGHT,
    };
    at(zone, due, start)
}

fn at(zone: &Zone, due: &Due, clock: ClockTime) -> Moment {
    zone.instant(due.on, clock).unwrap_or(due.at)
}

/// How a promise of ours came about, day by day, by today's calendar. None where that does not
/// lead to the promise: one that a stop has moved was not counted in one run (SUP-05).
#[must_use]
pub fn derivation(between: Between<'_>, promise: &Promise) -> Option<Derivation> {
    let basis = promise.basis.as_ref()?;
    let derivation =
        explain_between_units(between.receiving, between.competent, promise.counted_from, &basis.terms)
            .ok()?;
    let leads_there = derivation.due.is_some_and(|due| due.at == promise.due_at);
    leads_there.then(|| derivation.under(&basis.ruleset))
}

/// What a date under these terms rests on besides its days.
#[must_use]
pub fn grounds(between: Between<'_>, from: Moment, terms: &Terms, due_on: Option<Day>) -> Grounds {
    Grounds::between_units(between.receiving, between.competent, from, terms, due_on)
}

/// No lawful date, in both languages.
#[must_use]
pub fn no_due_date(error: DeadlineError) -> Refusal {
    Refusal::new(Kind::NoDueDate, error.say(Language::Vietnamese), error.say(Language::English))
}
