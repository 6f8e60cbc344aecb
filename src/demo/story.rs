//! Tells a dossier's life: finds the instants and hands for its course.
//!
//! What the law decides (promises, re-appointments) is asked of the same functions that
//! serve the counter; officers act in their office hours alone.

use crate::domain::event::{Filing, Happening, ReturnMethod};
use crate::domain::limit::TimeLimit;
use crate::domain::procedure::{Channel, Competent};
use crate::domain::promise::Cause;
use crate::domain::staff::{Role, StaffId};
use crate::domain::time::{ClockTime, Moment};
use crate::domain::unit::UnitCode;
use crate::work::appointment::{self, Between};
use crate::work::desk::Desk;
use crate::work::resumption;

use super::course::{Acceptance, Course, Payment, Reply, Supplement};
use super::demand::{Intake, Offices};
use super::dice::{Dice, Weighted};
use super::life::{End, Hand, Life};
use super::office::{Office, Spot};
use super::people::Roster;
use super::words;

mod finale;

pub use finale::FormNumbers;

/// What all stories share.
#[derive(Debug)]
pub struct Teller<'p> {
    /// At the instant of the demonstration, behind which no story looks.
    pub desk: &'p Desk,
    pub offices: &'p Offices<'p>,
    pub roster: &'p Roster,
    pub reasons: Weighted<crate::domain::apology::LateReason>,
    /// Of a thousand that take their time, how many nobody ever gets to.
    pub forgotten_per_mille: u32,
}

/// How one dossier is known.
#[derive(Clone, Debug)]
pub struct Names {
    pub code: String,
    pub applicant: i64,
    /// Whether the applicant reads mail.
    pub mail: bool,
}

/// A story under way.
struct Story<'t, 'p> {
    teller: &'t Teller<'p>,
    intake: &'t Intake<'p>,
    course: Course,
    names: &'t Names,
    forms: &'t mut FormNumbers,
    dice: Dice,
    life: Life,
}

/// Tells the life of one dossier, up to the instant of the demonstration.
///
/// # Errors
/// Where something is asked for that the law does not allow or the province does not have.
pub fn tell(
    teller: &Teller<'_>,
    intake: &Intake<'_>,
    names: &Names,
    forms: &mut FormNumbers,
) -> Result<Life, crate::db::Error> {
    let mut dice = Dice::new(intake.seed);
    let course = match intake.scene {
        Some(scene) => scene.course.clone(),
        None => {
            let months_ago = months_ago(teller, intake);
            Course::by_chance(intake, months_ago, teller.forgotten_per_mille, &mut dice)
        }
    };
    let told = begin(teller, intake, names, &mut dice).and_then(|life| {
        let mut story = Story { teller, intake, course, names, forms, dice, life };
        match story.run() {
            Ok(()) | Err(End::Future) => Ok(story.life),
            Err(fault) => Err(fault),
        }
    });
    told.map_err(|end| match end {
        End::Fault(error) => error,
        End::Future => crate::db::Error::Missing,
    })
}

/// Calendar months between the intake and now.
fn months_ago(teller: &Teller<'_>, intake: &Intake<'_>) -> u32 {
    let number = |at: Moment| {
        let month = teller.desk.province.zone().day(at).month();
        i32::from(month.year()) * 12 + i32::from(month.number())
    };
    u32::try_from(number(teller.desk.now) - number(intake.at)).unwrap_or(0)
}

fn begin(teller: &Teller<'_>, intake: &Intake<'_>, names: &Names, dice: &mut Dice) -> Result<Life, End> {
    let return_method = if dice.per_mille(120) { ReturnMethod::Post } else { ReturnMethod::Counter };
    let filing = Filing {
        code: names.code.clone(),
        procedure: intake.procedure.code.as_str().to_owned(),
        procedure_version: intake.procedure.version,
        field: intake.procedure.field.clone(),
        receiving_unit: intake.receiving.clone(),
        competent_unit: intake.competent.clone(),
        channel: intake.channel.id().to_owned(),
        return_method,
        applicant: Some(names.applicant),
        components: intake.procedure.components.clone(),
    };
    if intake.channel == Channel::Online {
        let portal = Hand { who: StaffId::SYSTEM, unit: &teller.desk.province.root };
        return Life::begin(intake.at, portal, Happening::Submitted { filing });
    }
    let desk = teller.desk;
    let day = desk.province.zone().day(intake.at);
    let rules = desk.province.rules(&intake.procedure.field, day).ok_or(crate::db::Error::Missing)?;
    let between = Between::units(desk, &intake.receiving, &intake.competent);
    let promise = appointment::promise(between, intake.procedure, rules, intake.at, Cause::Receipt)?;
    let what = Happening::Received { filing: Some(filing), ruleset: rules.id.to_string(), promise };
    Life::begin(intake.at, teller.hand(&intake.receiving, &[Role::Reception], dice)?, what)
}

impl<'p> Teller<'p> {
    fn hand(&self, unit: &UnitCode, roles: &[Role], dice: &mut Dice) -> Result<Hand<'p>, End> {
        let officer = self.roster.any(unit, roles, dice).ok_or(crate::db::Error::Missing)?;
        Ok(Hand { who: officer.id, unit: &officer.unit })
    }

    fn office(&self, unit: &UnitCode) -> Result<&'p Office<'p>, End> {
        Ok(self.offices.get(unit).ok_or(crate::db::Error::Missing)?)
    }
}

impl<'p> Story<'_, 'p> {
    fn run(&mut self) -> Result<(), End> {
        if self.intake.channel == Channel::Online && !self.accept()? {
            return Ok(());
        }
        if !self.settled_at_the_counter() {
            self.hand_over()?;
            self.assign()?;
        }
        if let Some(supplement) = self.course.supplement
            && !self.supplement(supplement)?
        {
            return Ok(());
        }
        if let Some(payment) = self.course.payment {
            self.payment(payment)?;
        }
        self.finish()
    }

    /// What a commune does at once, at its counter (ACC-06).
    fn settled_at_the_counter(&self) -> bool {
        self.intake.procedure.limit() == TimeLimit::SameDay
            && self.intake.procedure.competent == Competent::CommuneOfReceipt
    }

    /// Receipt of an online filing; says whether there was one (ACC-04).
    fn accept(&mut self) -> Result<bool, End> {
        let counter = self.hand(&self.intake.receiving, &[Role::Reception])?;
        let filed = self.counter()?.spot(self.intake.at);
        match self.course.acceptance {
            Acceptance::Waiting => Ok(false),
            Acceptance::Refused => {
                let reason = (*self.dice.pick(words::REFUSALS)).to_owned();
                let minutes = self.dice.between(20, 300);
                let at = self.counter_at(filed.plus_minutes(minutes))?;
                self.add(at, counter, Happening::Refused { reason })?;
                Ok(false)
            }
            Acceptance::After(minutes) => {
                let at = self.counter_at(filed.plus_minutes(minutes))?;
                let what = resumption::accept(&self.desk_at(at), &self.life.dossier, at)?;
                self.add(at, counter, what)?;
                Ok(true)
            }
        }
    }

    /// TRF-01: at once, or with the next opening where it came after 15:00.
    fn hand_over(&mut self) -> Result<(), End> {
        let office = self.counter()?;
        let received = self.life.dossier.last_at;
        let (day, clock) = self.teller.desk.province.zone().local(received);
        let spot = if clock > ClockTime::hm(15, 0) {
            office.opens(office.index(day.next().unwrap_or(day))).plus_minutes(self.dice.between(4, 35))
        } else {
            office.spot(received).plus_minutes(self.dice.between(6, 45))
        };
        let forgotten = if self.dice.per_mille(25) { self.dice.between(300, 600) } else { 0 };
        let hand = self.hand(&self.intake.receiving, &[Role::Reception])?;
        let at = self.counter_at(spot.plus_minutes(forgotten))?;
        let to = &self.intake.competent;
        let first = self.hand(to, &[Role::DivisionHead, Role::Specialist])?.who;
        self.add(at, hand, Happening::Transfer { to_unit: to.clone(), to_officer: Some(first), giver: None })
    }

    /// The head of a division gives it to a specialist (PROC-01).
    fn assign(&mut self) -> Result<(), End> {
        let Some(step) = self.step_of(Role::DivisionHead) else { return Ok(()) };
        let by = self.hand(&self.intake.competent, &[Role::DivisionHead, Role::UnitHead])?;
        let chosen = self.intake.scene.and_then(|_| self.first_specialist());
        let specialist = match chosen {
            Some(officer) => officer,
            None => self.hand(&self.intake.competent, &[Role::Specialist])?.who,
        };
        let minutes = self.dice.between(15, 170);
        let at = self.at(self.now()?.plus_minutes(minutes))?;
        self.add(at, by, Happening::StepDone { step, to_officer: Some(specialist), giver: None })
    }

    fn first_specialist(&self) -> Option<StaffId> {
        self.teller.roster.first(&self.intake.competent, Role::Specialist).map(|officer| officer.id)
    }

    /// Papers are missing (SUP-01); says whether the dossier goes on.
    fn supplement(&mut self, supplement: Supplement) -> Result<bool, End> {
        let by = self.specialist()?;
        let spot = self.days_later(supplement.after_days)?;
        let components = &self.intake.procedure.components;
        let items = vec![if components.is_empty() {
            "Tờ khai".to_owned()
        } else {
            self.dice.pick(components).clone()
        }];
        let reason = (*self.dice.pick(words::SUPPLEMENTS)).to_owned();
        self.add(
            self.at(spot)?,
            by,
            Happening::SupplementRequested { items, reason, contact: None, exceptional: false },
        )?;
        match supplement.reply {
            Reply::Silence => Ok(false),
            Reply::Complete(days) => {
                let (at, by) = self.at_counter_after(days)?;
                let promise = resumption::resumed(&self.desk_at(at), &self.life.dossier, at)?;
                self.add(at, by, Happening::Supplemented { promise })?;
                Ok(true)
            }
            Reply::Withdraw(days) => {
                let (at, by) = self.at_counter_after(days)?;
                let reason = (*self.dice.pick(words::WITHDRAWALS)).to_owned();
                self.add(at, by, Happening::Withdrawn { reason })?;
                Ok(false)
            }
            Reply::Lapse(days) => {
                let (at, by) = self.at_counter_after(days)?;
                self.add(at, by, Happening::Stopped { reason: words::LAPSED.to_owned() })?;
                Ok(false)
            }
        }
    }

    /// The applicant must pay first: the second appointment follows (STOP-01).
    fn payment(&mut self, payment: Payment) -> Result<(), End> {
        let by = self.specialist()?;
        let spot = self.days_later(payment.after_days)?;
        let reason = (*self.dice.pick(words::PAYMENTS)).to_owned();
        self.add(self.at(spot)?, by, Happening::PaymentRequested { reason })?;
        let Some(days) = payment.paid_after else { return Err(End::Future) };
        let (at, by) = self.at_counter_after(days)?;
        let promise = resumption::second_appointment(&self.desk_at(at), &self.life.dossier, at)?;
        self.add(at, by, Happening::Paid { promise })
    }

    /// The name of the first step that is a role's.
    fn step_of(&self, role: Role) -> Option<String> {
        let step = self.intake.procedure.steps.iter().find(|step| step.role == role);
        step.map(|step| step.name.clone())
    }

    /// The specialist who has it, or one of the competent unit.
    fn specialist(&mut self) -> Result<Hand<'p>, End> {
        let hand = self.hand(&self.intake.competent, &[Role::Specialist, Role::UnitHead])?;
        Ok(Hand { who: self.life.dossier.holder.officer.unwrap_or(hand.who), ..hand })
    }

    fn hand(&mut self, unit: &UnitCode, roles: &[Role]) -> Result<Hand<'p>, End> {
        self.teller.hand(unit, roles, &mut self.dice)
    }

    fn add(&mut self, at: Moment, hand: Hand<'_>, what: Happening) -> Result<(), End> {
        self.life.add(self.teller.desk.now, at, hand, what)
    }

    fn office(&self) -> Result<&'p Office<'p>, End> {
        self.teller.office(&self.intake.competent)
    }

    fn counter(&self) -> Result<&'p Office<'p>, End> {
        self.teller.office(&self.intake.receiving)
    }

    /// The instant of a point on the competent unit's working time.
    fn at(&self, spot: Spot) -> Result<Moment, End> {
        Ok(self.office()?.at(spot).ok_or(crate::db::Error::Missing)?)
    }

    fn counter_at(&self, spot: Spot) -> Result<Moment, End> {
        Ok(self.counter()?.at(spot).ok_or(crate::db::Error::Missing)?)
    }

    /// Where the competent unit's work stands after the last event.
    fn now(&self) -> Result<Spot, End> {
        Ok(self.office()?.spot(self.life.dossier.last_at))
    }

    /// Some time of the working day so many days on, at least a few minutes from now.
    fn days_later(&mut self, days: i64) -> Result<Spot, End> {
        let office = self.office()?;
        let index = office.index(self.teller.desk.province.zone().day(self.life.dossier.last_at));
        let soon = self.now()?.plus_minutes(self.dice.between(5, 40));
        Ok(office.some_time(office.shifted(index, days), soon, &mut self.dice))
    }

    /// The applicant comes to the counter so many days on.
    fn at_counter_after(&mut self, days: i64) -> Result<(Moment, Hand<'p>), End> {
        let office = self.counter()?;
        let index = office.index(self.teller.desk.province.zone().day(self.life.dossier.last_at));
        let soon = office.spot(self.life.dossier.last_at).plus_minutes(5);
        let spot = office.some_time(office.shifted(index, days), soon, &mut self.dice);
        let hand = self.hand(&self.intake.receiving, &[Role::Reception])?;
        Ok((self.counter_at(spot)?, hand))
    }

    /// The desk as it was at an earlier instant.
    fn desk_at(&self, at: Moment) -> Desk {
        Desk { now: at, ..self.teller.desk.clone() }
    }
}
