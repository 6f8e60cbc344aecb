//! The last part of a life: work, signature and result, and the letter where it was late.

use std::collections::BTreeMap;

use super::{End, Hand, Spot, Story};
use crate::demo::course::{self, Ending, Letter, Timing};
use crate::demo::words;
use crate::domain::apology::{DeliveryChannel, LateReason};
use crate::domain::event::Happening;
use crate::domain::promise::Outcome;
use crate::domain::staff::{Role, StaffId};
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;
use crate::work::apology;

/// The numbers of the letters that each unit has signed in a year.
#[derive(Clone, Debug, Default)]
pub struct FormNumbers(BTreeMap<(UnitCode, i16), i64>);

impl FormNumbers {
    fn next(&mut self, unit: &UnitCode, year: i16) -> i64 {
        let last = self.0.entry((unit.clone(), year)).or_default();
        *last += 1;
        *last
    }

    /// The last number of each unit and year.
    pub fn last(&self) -> impl Iterator<Item = (&UnitCode, i16, i64)> {
        self.0.iter().map(|((unit, year), last)| (unit, *year, *last))
    }
}

/// Something that is to happen at its time.
#[derive(Clone, Debug)]
enum Beat {
    Step(Role),
    Settled,
    Withdrawn,
    Stopped,
    Returned,
    Letter { extension: i64 },
    Delivered(DeliveryChannel),
    Exempted,
}

impl<'p> Story<'_, 'p> {
    /// Everything after the promise that counts was made.
    pub(super) fn finish(&mut self) -> Result<(), End> {
        let mut beats = Vec::new();
        let ended = self.end(&mut beats)?;
        self.letter(ended, &mut beats)?;
        beats.sort_by_key(|(at, _)| *at);
        beats.into_iter().try_for_each(|(at, beat)| self.play(at, beat))
    }

    /// Plans how it ends; returns when.
    fn end(&mut self, beats: &mut Vec<(Moment, Beat)>) -> Result<Option<Spot>, End> {
        let now = self.now()?;
        match self.course.ending {
            Ending::Unsettled => Ok(None),
            Ending::Withdrawn => {
                let days = self.dice.between(0, 3);
                let (at, _) = self.at_counter_after(days)?;
                beats.push((at, Beat::Withdrawn));
                Ok(Some(self.office()?.spot(at)))
            }
            Ending::Stopped => {
                let spot = self.days_later(2)?;
                beats.push((self.at(spot)?, Beat::Stopped));
                Ok(Some(spot))
            }
            Ending::Settled(timing) => {
                let settled = self.settlement(now, timing)?;
                if !self.settled_at_the_counter() {
                    beats.push((self.at(now.towards(settled, 720))?, Beat::Step(Role::Specialist)));
                    beats.push((self.at(now.towards(settled, 930))?, Beat::Step(Role::UnitHead)));
                }
                let ready = self.at(settled)?;
                beats.push((ready, Beat::Settled));
                if let Some(minutes) = self.course.collected {
                    let spot = self.counter()?.spot(ready).plus_minutes(minutes);
                    beats.push((self.counter_at(spot)?, Beat::Returned));
                }
                Ok(Some(settled))
            }
        }
    }

    /// When the result is ready, by the promise in force.
    fn settlement(&mut self, now: Spot, timing: Timing) -> Result<Spot, End> {
        let office = self.office()?;
        let Some(promise) = self.life.dossier.promise() else {
            let days = self.dice.between(1, 12);
            return self.days_later(days);
        };
        let (due, due_on) = (office.spot(promise.due_at).plus_minutes(-2), office.index(promise.due_on));
        let today = office.index(self.teller.desk.province.zone().day(self.life.dossier.last_at));
        let soon = now.plus_minutes(self.dice.between(8, 90));
        let within =
            |from: Spot, share: i64| if from < due { from.towards(due, share) } else { now.plus_minutes(7) };
        let share = self.dice.between(40, 930);
        if self.settled_at_the_counter() && !matches!(timing, Timing::Late(_)) {
            return Ok(if soon < due { soon } else { within(now, share) });
        }
        Ok(match timing {
            Timing::Late(days) => {
                let earliest = office.opens(office.shifted(due_on, days)).max(now.plus_minutes(5));
                office.some_time(office.shifted(due_on, days), earliest, &mut self.dice)
            }
            Timing::Early(days) if office.shifted(due_on, -days) > today => {
                office.some_time(office.shifted(due_on, -days), soon, &mut self.dice).min(due.max(soon))
            }
            Timing::Early(_) => within(soon, share),
            Timing::DueDay => within(soon.max(office.opens(due_on)), share),
        })
    }

    /// Plans the letter, in the head's office hours.
    fn letter(&mut self, ended: Option<Spot>, beats: &mut Vec<(Moment, Beat)>) -> Result<(), End> {
        let office = self.office()?;
        let Some(promise) = self.life.dossier.promise() else { return Ok(()) };
        let due_on = office.index(promise.due_on);
        let now = self.now()?.plus_minutes(4);
        let planned = matches!(self.course.ending, Ending::Settled(Timing::Late(_)) | Ending::Unsettled);
        let late_from = office.spot(promise.late_from);
        let slipped = !planned && ended.is_some_and(|ended| ended >= late_from);
        let letter = if slipped {
            course::letter(self.intake.competent.as_str(), Some(1), &mut self.dice)
        } else {
            self.course.letter
        };
        let (days, extension) = match letter {
            Letter::None => return Ok(()),
            Letter::InAdvance(extension) => (-1, extension),
            Letter::After { due, extension } => (due, extension),
            Letter::Exempt => {
                let spot = ended.unwrap_or(now).plus_minutes(self.dice.between(30, 600));
                beats.push((self.at(spot)?, Beat::Exempted));
                return Ok(());
            }
        };
        let today = office.index(self.teller.desk.province.zone().day(self.life.dossier.last_at));
        // Where there is no day before the due day, the letter goes out on that day (LATE-15).
        let day = Some(office.shifted(due_on, days)).filter(|day| *day >= today).unwrap_or(due_on);
        let spot = office.some_time(day, now, &mut self.dice);
        let at = self.at(spot)?;
        beats.push((at, Beat::Letter { extension }));
        if self.course.delivered {
            beats.push(self.delivery(at)?);
        }
        Ok(())
    }

    /// The relay's receipt comes at once, a signature with the next errand (LATE-05).
    fn delivery(&mut self, issued: Moment) -> Result<(Moment, Beat), End> {
        if self.names.mail {
            let at = issued.plus(jiff::SignedDuration::from_secs(self.dice.between(20, 240)));
            return Ok((at, Beat::Delivered(DeliveryChannel::Email)));
        }
        let channel = if self.dice.per_mille(250) { DeliveryChannel::Post } else { DeliveryChannel::Counter };
        let minutes = self.dice.between(25, 420);
        let at = self.counter_at(self.counter()?.spot(issued).plus_minutes(minutes))?;
        Ok((at, Beat::Delivered(channel)))
    }

    fn play(&mut self, at: Moment, beat: Beat) -> Result<(), End> {
        if self.is_pointless(&beat) {
            return Ok(());
        }
        let (competent, receiving) = (&self.intake.competent, &self.intake.receiving);
        let (by, what) = match beat {
            Beat::Step(role) => {
                let by = if role == Role::Specialist {
                    self.specialist()?
                } else {
                    self.hand(competent, &[role])?
                };
                let Some(step) = self.step_of(role) else { return Ok(()) };
                (by, Happening::StepDone { step, to_officer: None, giver: None })
            }
            Beat::Settled if self.settled_at_the_counter() => {
                (self.hand(receiving, &[Role::Reception])?, Happening::Settled)
            }
            Beat::Settled => (self.hand(competent, &[Role::Clerk, Role::UnitHead])?, Happening::Settled),
            Beat::Returned => {
                let method = self.life.dossier.filing.return_method;
                (self.hand(receiving, &[Role::Reception])?, Happening::Returned { method })
            }
            Beat::Withdrawn => {
                let reason = (*self.dice.pick(words::WITHDRAWALS)).to_owned();
                (self.hand(receiving, &[Role::Reception])?, Happening::Withdrawn { reason })
            }
            Beat::Stopped => {
                let reason = (*self.dice.pick(words::STOPS)).to_owned();
                (self.hand(competent, &[Role::UnitHead])?, Happening::Stopped { reason })
            }
            Beat::Exempted => {
                let words = words::EXEMPTION.to_owned();
                let what = Happening::Exempted { reason: LateReason::Applicant, words };
                (self.hand(competent, &[Role::UnitHead])?, what)
            }
            Beat::Letter { extension } => return self.apologise(at, extension),
            Beat::Delivered(channel) => (self.deliverer(channel)?, self.receipt(channel)),
        };
        self.add(at, by, what)
    }

    /// What ended in time after all needs no letter, and without a letter there is no receipt (LATE-16).
    fn is_pointless(&self, beat: &Beat) -> bool {
        let dossier = &self.life.dossier;
        match beat {
            Beat::Letter { .. } | Beat::Exempted => {
                dossier.outcome().is_some_and(|outcome| outcome != Outcome::Late)
            }
            Beat::Delivered(_) => dossier.apology.is_none(),
            _ => false,
        }
    }

    /// Form 04, with a new date while the dossier is open (LATE-06, LATE-13).
    fn apologise(&mut self, at: Moment, extension: i64) -> Result<(), End> {
        let at = at.max(self.life.dossier.last_at);
        let Some(promise) = self.life.dossier.promise().cloned() else { return Ok(()) };
        let office = self.office()?;
        let zone = self.teller.desk.province.zone();
        let signed_on = zone.day(at);
        let reappointed = if self.life.dossier.state.is_open() {
            let base = office.index(promise.due_on).max(office.index(signed_on));
            let timetable = self.teller.desk.province.timetable(&self.intake.competent);
            let longest =
                apology::longest_extension(self.teller.desk, &self.life.dossier, &promise, timetable);
            let extension = extension.clamp(1, i64::from(longest).max(1));
            let day = office.day(office.shifted(base, extension)).unwrap_or(signed_on);
            Some(apology::reappointment(&self.desk_at(at), &self.life.dossier, &promise, day)?)
        } else {
            None
        };
        let reason = *self.teller.reasons.draw(&mut self.dice).unwrap_or(&LateReason::Volume);
        let signer = self.hand(&self.intake.competent, &[Role::UnitHead])?;
        let number = self.number(at, signed_on.year());
        let what = Happening::ApologyIssued {
            number,
            signer: signer.who,
            signed_on,
            reason,
            words: words::reason(reason, &mut self.dice).to_owned(),
            reappointed,
        };
        self.add(at, signer, what)
    }

    /// A number of the unit's own; none is used up for a letter that lies in the future.
    fn number(&mut self, at: Moment, year: i16) -> String {
        let unit = &self.intake.competent;
        let next = if at > self.teller.desk.now { 0 } else { self.forms.next(unit, year) };
        format!("{next}/{year}/PXL-{unit}")
    }

    fn deliverer(&mut self, channel: DeliveryChannel) -> Result<Hand<'p>, End> {
        match channel {
            DeliveryChannel::Email => {
                Ok(Hand { who: StaffId::SYSTEM, unit: &self.teller.desk.province.root })
            }
            _ => self.hand(&self.intake.receiving, &[Role::Reception]),
        }
    }

    fn receipt(&mut self, channel: DeliveryChannel) -> Happening {
        let receipt = match channel {
            DeliveryChannel::Email => format!("250 2.0.0 Ok: queued as {:010X}", self.dice.throw() >> 24),
            DeliveryChannel::Post => format!("Bưu gửi số DH{:07}", self.dice.below(10_000_000)),
            _ => "Đã ký nhận tại quầy".to_owned(),
        };
        Happening::ApologyDelivered { channel, receipt }
    }
}
