//! The control slip (phiếu kiểm soát quá trình giải quyết hồ sơ): who had the dossier from when to
//! when, until when it was to be handed on, and whether it was (LIFE-04).
//!
//! Falls out of the events; nobody keeps one.

use super::dossier::{Dossier, Misfit};
use super::event::{Event, HandOver, Happening};
use super::process::Process;
use super::promise::Outcome;
use super::staff::{Role, StaffId};
use super::time::Moment;
use super::unit::UnitCode;

/// A unit, and there perhaps an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    pub unit: UnitCode,
    pub officer: Option<StaffId>,
}

/// One line of the slip: a step in one pair of hands.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The step's place in the process, and its name as the catalogue or the officer says it.
    pub no: Option<usize>,
    pub step: Option<String>,
    pub role: Option<Role>,
    /// Who had it; none of a step that has not begun.
    pub giver: Option<Hand>,
    pub receiver: Option<Hand>,
    pub from: Option<Moment>,
    pub due_at: Option<Moment>,
    pub done_at: Option<Moment>,
    /// Trước hạn, đúng hạn or quá hạn of the giver, as it was recorded at the hand-over.
    pub timeliness: Option<Outcome>,
    /// The dossier's life ended in it: nobody handed anything over.
    pub broken_off: bool,
    /// Since when it is at rest though it is not done: the clock lawfully stands still (STOP-02).
    pub halted_at: Option<Moment>,
}

impl Line {
    /// Whether it is past its due instant: handed over late, or not yet and late by now.
    #[must_use]
    pub fn is_late_at(&self, now: Moment) -> bool {
        match self.timeliness {
            Some(timeliness) => timeliness == Outcome::Late,
            None => {
                let decides = self.halted_at.unwrap_or(now);
                self.from.is_some() && self.done_at.is_none() && self.due_at.is_some_and(|due| decides > due)
            }
        }
    }
}

/// The whole slip: what was handed over, what goes on, and what is to come.
///
/// # Errors
/// Where the events are no life.
pub fn slip(events: &[Event], process: &Process<'_>) -> Result<Vec<Line>, Misfit> {
    let mut slip = Slip { process, lines: Vec::new(), since: None };
    let dossier = Dossier::fold_with(events, |before, event| slip.show(before, event))?;
    if let Some(dossier) = dossier {
        slip.go_on(&dossier);
    }
    Ok(slip.lines)
}

struct Slip<'p> {
    process: &'p Process<'p>,
    lines: Vec<Line>,
    /// Since when whoever has it has it.
    since: Option<Moment>,
}

impl Slip<'_> {
    fn show(&mut self, before: Option<&Dossier>, event: &Event) {
        match &event.what {
            Happening::Received { .. } | Happening::Reopened { .. } => self.since = Some(event.at),
            Happening::Supplemented { .. } => self.since = self.since.or(Some(event.at)),
            Happening::Transfer { to_unit, to_officer, giver } => {
                let receiver = Hand { unit: to_unit.clone(), officer: *to_officer };
                self.hand_over(before, event, None, Some(receiver), *giver);
            }
            Happening::StepDone { step, to_officer, giver } => {
                let unit = before.map(|before| before.holder.unit.clone());
                let receiver = unit.map(|unit| Hand { unit, officer: *to_officer });
                self.hand_over(before, event, Some(step), receiver, *giver);
            }
            Happening::Settled => self.hand_over(before, event, None, None, None),
            Happening::Withdrawn { .. } | Happening::Stopped { .. } | Happening::Refused { .. } => {
                self.break_off(before, event);
            }
            Happening::Returned { .. } => self.returned(event),
            _ => {}
        }
    }

    fn hand_over(
        &mut self,
        before: Option<&Dossier>,
        event: &Event,
        step: Option<&String>,
        receiver: Option<Hand>,
        recorded: Option<HandOver>,
    ) {
        let (Some(before), Some(from)) = (before, self.since) else { return };
        let no = self.process.place(step.map(String::as_str)).or_else(|| self.process.current(before));
        let mut line = self.line(before, no);
        line.step = step.cloned().or(line.step);
        line.from = Some(from);
        line.receiver = receiver;
        line.done_at = Some(event.at);
        line.due_at = recorded.map(|recorded| recorded.due_at).or(line.due_at);
        let derived = line.due_at.map(|due| self.process.handed_over(before, due, event.at));
        line.timeliness = recorded.map(|recorded| recorded.timeliness).or(derived);
        // Reception knows no officer before the first hand-over: it is whoever hands over.
        if let Some(giver) = &mut line.giver
            && giver.unit == event.unit
        {
            giver.officer = giver.officer.or(Some(event.actor));
        }
        line.halted_at = None;
        self.lines.push(line);
        self.since = Some(event.at);
    }

    /// The step in which the life ended: it was not handed over, by nobody, whoever recorded the end;
    /// what was late by then stays late (END-03).
    fn break_off(&mut self, before: Option<&Dossier>, event: &Event) {
        let Some(before) = before.filter(|_| self.since.is_some()) else { return };
        let mut line = self.line(before, self.process.current(before));
        let verdict = line.due_at.map(|due| self.process.handed_over(before, due, event.at));
        line.timeliness = verdict.filter(|verdict| *verdict == Outcome::Late);
        line.done_at = Some(event.at);
        line.broken_off = true;
        line.halted_at = None;
        self.lines.push(line);
        self.since = Some(event.at);
    }

    /// The result waits to be fetched: that is no time of settlement (LIFE-06).
    fn returned(&mut self, event: &Event) {
        let last = self.process.steps.iter().enumerate().rfind(|(_, step)| step.time.is_none());
        self.lines.push(Line {
            no: last.map(|(no, _)| no),
            step: last.map(|(_, step)| step.name.clone()),
            role: last.map(|(_, step)| step.role),
            giver: Some(Hand { unit: event.unit.clone(), officer: Some(event.actor) }),
            receiver: None,
            from: self.since,
            due_at: None,
            done_at: Some(event.at),
            timeliness: None,
            broken_off: false,
            halted_at: None,
        });
    }

    fn line(&self, dossier: &Dossier, no: Option<usize>) -> Line {
        let step = no.and_then(|no| self.process.steps.get(no));
        Line {
            no,
            step: step.map(|step| step.name.clone()),
            role: step.map(|step| step.role),
            giver: Some(Hand { unit: dossier.holder.unit.clone(), officer: dossier.holder.officer }),
            receiver: None,
            from: self.since,
            due_at: no.and_then(|no| self.process.due(dossier, dossier.promise(), no)),
            done_at: None,
            timeliness: None,
            broken_off: false,
            halted_at: dossier.stopped_since(),
        }
    }

    /// The step it is at, and those after it.
    fn go_on(&mut self, dossier: &Dossier) {
        let Some(current) = self.process.current(dossier) else { return };
        let now = self.line(dossier, Some(current));
        self.lines.push(now);
        for no in current + 1..self.process.steps.len() {
            let later = Line { giver: None, from: None, ..self.line(dossier, Some(no)) };
            self.lines.push(later);
        }
    }
}

#[cfg(test)]
mod tests;
