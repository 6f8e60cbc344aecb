//! Which alerts a dossier owes those who work on it and their managers, each once (ACC-05, MON-04, MON-05).

use serde::{Deserialize, Serialize};

use super::dossier::Dossier;
use super::staff::Role;
use super::standing::Milestones;
use super::state::State;
use super::time::Moment;

/// What an alert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertRule {
    /// A step of the process is past its due instant (MON-05); its place is the level.
    StepOverdue,
    DueSoon,
    /// The last days in which an apology in advance is possible (LATE-01).
    ApologyOwed,
    /// Late, with the working days after due as its level.
    Overdue,
    /// The re-appointed date is missed (LATE-09).
    OverdueTwice,
    /// What the portal sent still waits to be received (ACC-05). The last: where only so many letters may be
    /// written, those about missed dates go before.
    ReceptionWaiting,
}

impl AlertRule {
    pub const ALL: [Self; 6] = [
        Self::ReceptionWaiting,
        Self::StepOverdue,
        Self::DueSoon,
        Self::ApologyOwed,
        Self::Overdue,
        Self::OverdueTwice,
    ];

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == id)
    }

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ReceptionWaiting => "reception_waiting",
            Self::StepOverdue => "step_overdue",
            Self::DueSoon => "due_soon",
            Self::ApologyOwed => "apology_owed",
            Self::Overdue => "overdue",
            Self::OverdueTwice => "overdue_twice",
        }
    }

    /// Whether there is still reason to tell `dossier` of it: who waits for a letter is not told of what
    /// is over meanwhile.
    #[must_use]
    pub fn still_concerns(self, dossier: &Dossier) -> bool {
        dossier.state.is_open() && (self != Self::ReceptionWaiting || dossier.state == State::Registered)
    }
}

/// One alert that is owed since `since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    pub rule: AlertRule,
    /// Working days after due for `overdue`, the step's place for `step_overdue`, else 0.
    pub level: u32,
    pub since: Moment,
}

/// The alert of what waits at the counter, owed from `since` on (ACC-05).
#[must_use]
pub fn owed_before_receipt(since: Moment, now: Moment) -> Option<Alert> {
    (since <= now).then_some(Alert { rule: AlertRule::ReceptionWaiting, level: 0, since })
}

/// The alerts that `dossier` owes at `now`, the outdated ones left out: who is late
/// is not told that it will soon be due.
#[must_use]
pub fn owed(dossier: &Dossier, milestones: &Milestones, now: Moment) -> Vec<Alert> {
    if !dossier.state.is_open() || dossier.stopped_since().is_some() {
        return Vec::new();
    }
    let mut alerts = Vec::new();
    if dossier.is_late_at(now) {
        let overdue = milestones.escalations.iter().filter(|&&(_, at)| at <= now);
        alerts.extend(overdue.map(|&(level, since)| Alert { rule: AlertRule::Overdue, level, since }));
        if let Some(since) = milestones.second_late_from.filter(|&second| now > second) {
            alerts.push(Alert { rule: AlertRule::OverdueTwice, level: 0, since });
        }
        return alerts;
    }
    if let (Some(step), Some(since)) = (milestones.step, milestones.step_overdue_at())
        && since <= now
    {
        let level = u32::try_from(step.no).unwrap_or(u32::MAX);
        alerts.push(Alert { rule: AlertRule::StepOverdue, level, since });
    }
    if milestones.due_soon_at <= now {
        alerts.push(Alert { rule: AlertRule::DueSoon, level: 0, since: milestones.due_soon_at });
    }
    if let Some((opens, _)) = milestones.apology_window.filter(|&(opens, _)| opens <= now)
        && dossier.apology.is_none()
        && dossier.exempted_at.is_none()
    {
        alerts.push(Alert { rule: AlertRule::ApologyOwed, level: 0, since: opens });
    }
    alerts
}

/// To whom an alert goes: to these roles of the competent unit, or of the whole province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipients {
    pub in_unit: &'static [Role],
    pub in_province: &'static [Role],
    /// The officer who has the dossier is told as well.
    pub officer: bool,
}

/// The ladder of MON-04, the unit's head on every rung of their own unit.
#[must_use]
pub fn recipients(rule: AlertRule, level: u32) -> Recipients {
    const HEADS: &[Role] = &[Role::DivisionHead, Role::UnitHead];
    const HEAD: &[Role] = &[Role::UnitHead];
    // Of the unit that has the step or received the dossier, the others of the competent one.
    const STEP: &[Role] = &[Role::DivisionHead, Role::CentreManager];
    const COUNTER: &[Role] = &[Role::Reception];
    match (rule, level) {
        (AlertRule::ReceptionWaiting, _) => Recipients { in_unit: COUNTER, in_province: &[], officer: false },
        (AlertRule::StepOverdue, _) => Recipients { in_unit: STEP, in_province: &[], officer: true },
        (AlertRule::DueSoon, _) => Recipients { in_unit: HEADS, in_province: &[], officer: false },
        (AlertRule::ApologyOwed, _) => Recipients { in_unit: HEAD, in_province: &[], officer: false },
        (AlertRule::Overdue, 0) => Recipients { in_unit: HEADS, in_province: &[], officer: true },
        (AlertRule::Overdue, 1..=2) => Recipients { in_unit: HEAD, in_province: &[], officer: false },
        (AlertRule::Overdue, 3..=4) => {
            Recipients { in_unit: HEAD, in_province: &[Role::ControlOffice], officer: false }
        }
        (AlertRule::Overdue, _) => Recipients { in_unit: HEAD, in_province: &[Role::Chair], officer: false },
        (AlertRule::OverdueTwice, _) => {
            Recipients { in_unit: HEAD, in_province: &[Role::ControlOffice], officer: false }
        }
    }
}
