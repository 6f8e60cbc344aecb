//! What becomes of one dossier, before its instants are known.

use crate::domain::limit::TimeLimit;
use crate::domain::procedure::Channel;

use super::demand::Intake;
use super::dice::Dice;
use super::manner;

/// The course of a life. Days are working days, minutes working time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// What becomes of an online filing.
    pub acceptance: Acceptance,
    pub supplement: Option<Supplement>,
    pub payment: Option<Payment>,
    pub ending: Ending,
    pub letter: Letter,
    /// Whether a letter's receipt came back.
    pub delivered: bool,
    /// How long the result lies ready; none where nobody comes for it.
    pub collected: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    After(i64),
    Refused,
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supplement {
    pub after_days: i64,
    pub reply: Reply,
}

/// What the applicant does when papers are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Complete(i64),
    Withdraw(i64),
    /// Nothing, until the office stops the dossier.
    Lapse(i64),
    /// Nothing so far.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    pub after_days: i64,
    pub paid_after: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Settled(Timing),
    Withdrawn,
    Stopped,
    /// Nobody gets to it.
    Unsettled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    Early(i64),
    DueDay,
    Late(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    None,
    /// Before the due day, with so many days more.
    InAdvance(i64),
    /// So many days after due, with so many more if the dossier is still open.
    After {
        due: i64,
        extension: i64,
    },
    Exempt,
}

impl Course {
    /// Nothing happens after the dossier got to its officer.
    pub const OPEN: Self = Self {
        acceptance: Acceptance::After(60),
        supplement: None,
        payment: None,
        ending: Ending::Unsettled,
        letter: Letter::None,
        delivered: true,
        collected: None,
    };

    /// A course as it comes, by the manners of the competent unit at that time. Of a thousand
    /// that nobody does at once, so many are `forgotten`.
    pub fn by_chance(intake: &Intake<'_>, months_ago: u32, forgotten: u32, dice: &mut Dice) -> Self {
        let limit = intake.procedure.limit();
        let same_day = limit == TimeLimit::SameDay;
        let unit = intake.competent.as_str();
        if !same_day && forgotten > 0 && dice.per_mille(forgotten) {
            return Self {
                acceptance: Acceptance::After(dice.between(10, 400)),
                letter: letter(unit, Some(late_days(dice)), dice),
                ..Self::OPEN
            };
        }
        let late = dice.per_mille(manner::late_per_mille(unit, months_ago, same_day));
        let late_days = late.then(|| late_days(dice));
        Self {
            acceptance: acceptance(dice),
            supplement: if same_day { None } else { supplement(intake, dice) },
            payment: payment(intake, dice),
            ending: ending(late_days, days_of(limit), dice),
            letter: letter(unit, late_days, dice),
            delivered: dice.per_mille(930),
            collected: dice.per_mille(960).then(|| dice.between(5, 900) * dice.between(1, 3)),
        }
    }
}

/// Roughly how many days a limit gives, for planning within it.
fn days_of(limit: TimeLimit) -> i64 {
    match limit {
        TimeLimit::WorkingDays(days) => i64::from(days.get()),
        TimeLimit::CalendarDays(days) => i64::from(days.get()) * 5 / 7,
        TimeLimit::WorkingHours(hours) => i64::from(hours.get()) / 8,
        TimeLimit::Months(months) => i64::from(months.get()) * 21,
        TimeLimit::SameDay => 0,
        TimeLimit::None => 10,
    }
}

fn late_days(dice: &mut Dice) -> i64 {
    match dice.below(100) {
        0..=41 => 1,
        42..=63 => 2,
        64..=77 => 3,
        78..=85 => 4,
        86..=90 => 5,
        91..=97 => dice.between(6, 10),
        _ => dice.between(11, 20),
    }
}

fn acceptance(dice: &mut Dice) -> Acceptance {
    match dice.below(1_000) {
        0..=24 => Acceptance::Refused,
        25..=54 => Acceptance::After(dice.between(490, 900)),
        _ => Acceptance::After(dice.between(10, 400)),
    }
}

fn supplement(intake: &Intake<'_>, dice: &mut Dice) -> Option<Supplement> {
    // What comes over the counter has been looked at there.
    let share = if intake.channel == Channel::Counter { 45 } else { 85 };
    dice.per_mille(share).then(|| {
        let reply = match dice.below(100) {
            0..=81 => Reply::Complete(dice.between(1, 9)),
            82..=89 => Reply::Withdraw(dice.between(2, 6)),
            _ => Reply::Lapse(dice.between(16, 20)),
        };
        Supplement { after_days: dice.between(0, 2), reply }
    })
}

fn payment(intake: &Intake<'_>, dice: &mut Dice) -> Option<Payment> {
    let half = (days_of(intake.procedure.second_limit.map(|_| intake.procedure.limit())?) / 2).max(1);
    dice.per_mille(760)
        .then(|| Payment { after_days: dice.between(1, half), paid_after: Some(dice.between(1, 12)) })
}

fn ending(late_days: Option<i64>, limit_days: i64, dice: &mut Dice) -> Ending {
    if let Some(days) = late_days {
        return Ending::Settled(Timing::Late(days));
    }
    match dice.below(1_000) {
        0..=11 => Ending::Withdrawn,
        12..=17 => Ending::Stopped,
        18..=720 => {
            let most = (limit_days - 1).clamp(1, 12);
            let days = dice.between(1, most).min(dice.between(1, most));
            Ending::Settled(Timing::Early(days))
        }
        _ => Ending::Settled(Timing::DueDay),
    }
}

/// The letter about a dossier that comes so many days late, or in time.
pub fn letter(unit: &str, late_days: Option<i64>, dice: &mut Dice) -> Letter {
    let Some(late) = late_days else {
        return if dice.per_mille(4) { Letter::InAdvance(dice.between(2, 4)) } else { Letter::None };
    };
    if dice.per_mille(manner::in_advance_per_mille(unit)) {
        let kept = dice.per_mille(800);
        return Letter::InAdvance(if kept { late + dice.between(0, 2) } else { (late - 1).max(1) });
    }
    if dice.per_mille(manner::silent_per_mille(unit)) {
        Letter::None
    } else if dice.per_mille(35) {
        Letter::Exempt
    } else {
        Letter::After { due: dice.between(0, 2), extension: dice.between(2, 5) }
    }
}
