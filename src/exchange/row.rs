//! What one row of a table says, by its mapping.
//!
//! A row without a usable code or intake is rejected; a value that can't be read
//! elsewhere is left out and named, the rest is taken in (XCH-05).

use csv::ByteRecord;

use super::columns::Places;
use super::dates::{Reading, Stamp};
use super::mapping::{Mapping, Planned};
use super::names::{external_code, external_unit};
use crate::domain::code::DossierCode;
use crate::domain::promise::{Cause, Promise};
use crate::domain::standing::just_after;
use crate::domain::time::{ClockTime, Day, Moment, Zone};
use crate::work::import::record::{Named, Reason, Rejected, Step, TheirUnit, Told, When};

/// One second before midnight: when a planned day ends, to be shown as that day.
const LAST_SECOND: u32 = 86_399;

/// Understands rows of one table.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub mapping: &'a Mapping,
    pub places: &'a Places,
}

impl Reader<'_> {
    /// # Errors
    /// Why the row can't become part of a dossier.
    pub fn told(&self, row: &ByteRecord) -> Result<Told, Rejected> {
        if row.len() != self.places.header.len() {
            return Err(Rejected { field: None, reason: Reason::RaggedRow });
        }
        let code = self.code(row)?;
        let intake = self.intake(row)?;
        let mut unreadable = Vec::new();
        let planned = self.stamp(row, self.places.planned, &mut unreadable)?;
        let settled = self.stamp(row, self.places.settled, &mut unreadable)?;
        let returned = self.stamp(row, self.places.returned, &mut unreadable)?;
        let settled = settled.map(|stamp| end(stamp, when(intake)));
        let returned = returned.map(|stamp| end(stamp, settled.unwrap_or(when(intake))));
        let step = match self.places.step {
            Some(places) => self.step(row, places, &mut unreadable)?,
            None => None,
        };
        let defaults = &self.mapping.defaults;
        let source = &self.mapping.source.name;
        let or_default = |value: Option<&str>, default: &Option<String>| {
            value.map(str::to_owned).or_else(|| default.clone())
        };
        let procedure = or_default(self.text(row, self.places.procedure)?, &defaults.procedure);
        let channel = or_default(self.text(row, self.places.channel)?, &defaults.channel);
        Ok(Told {
            code,
            intake: when(intake),
            promise: planned.and_then(|planned| self.promise(intake.at, planned)),
            settled,
            returned,
            unit: self.unit(or_default(self.text(row, self.places.unit)?, &defaults.unit))?,
            procedure: named(source, procedure),
            field: or_default(self.text(row, self.places.field)?, &defaults.field),
            channel: channel.unwrap_or_else(|| "unknown".to_owned()),
            officer: self.text(row, self.places.officer)?.map(str::to_owned),
            steps: step.into_iter().collect(),
            unreadable,
        })
    }

    fn code(&self, row: &ByteRecord) -> Result<DossierCode, Rejected> {
        let at = self.places.code;
        let text = self.text(row, Some(at))?.ok_or_else(|| self.rejected(at, Reason::NoCode))?;
        DossierCode::imported(text).map_err(|_| self.rejected(at, Reason::BadCode))
    }

    fn intake(&self, row: &ByteRecord) -> Result<Stamp, Rejected> {
        let at = self.places.intake;
        match self.mapping.dates.read(self.raw(row, at)?) {
            Reading::Stamp(stamp) => Ok(stamp),
            Reading::Missing => Err(self.rejected(at, Reason::NoIntake)),
            Reading::Unreadable => Err(self.rejected(at, Reason::BadIntake)),
        }
    }

    fn stamp(
        &self,
        row: &ByteRecord,
        at: Option<usize>,
        unreadable: &mut Vec<String>,
    ) -> Result<Option<Stamp>, Rejected> {
        let Some(at) = at else { return Ok(None) };
        match self.mapping.dates.read(self.raw(row, at)?) {
            Reading::Stamp(stamp) => Ok(Some(stamp)),
            Reading::Missing => Ok(None),
            Reading::Unreadable => {
                unreadable.extend(self.places.header.get(at).cloned());
                Ok(None)
            }
        }
    }

    fn step(
        &self,
        row: &ByteRecord,
        (name, at, officer): (usize, usize, Option<usize>),
        unreadable: &mut Vec<String>,
    ) -> Result<Option<Step>, Rejected> {
        let (Some(name), Some(stamp)) = (self.text(row, Some(name))?, self.stamp(row, Some(at), unreadable)?)
        else {
            return Ok(None);
        };
        let officer = self.text(row, officer)?.map(str::to_owned);
        Ok(Some(Step { name: name.to_owned(), at: stamp.at, officer }))
    }

    /// A column's text, or none where it is missing.
    fn text<'r>(&self, row: &'r ByteRecord, at: Option<usize>) -> Result<Option<&'r str>, Rejected> {
        let Some(at) = at else { return Ok(None) };
        let raw = self.raw(row, at)?;
        Ok((!self.mapping.dates.is_missing(raw)).then(|| raw.trim()))
    }

    fn raw<'r>(&self, row: &'r ByteRecord, at: usize) -> Result<&'r str, Rejected> {
        let bytes = row.get(at).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| self.rejected(at, Reason::NotUtf8))
    }

    fn rejected(&self, at: usize, reason: Reason) -> Rejected {
        Rejected { field: self.places.header.get(at).cloned(), reason }
    }

    fn unit(&self, name: Option<String>) -> Result<TheirUnit, Rejected> {
        let source = &self.mapping.source.name;
        let name = name.unwrap_or_else(|| source.clone());
        if let Some(ours) = self.mapping.units.get(&name) {
            return Ok(TheirUnit::Ours(ours.clone()));
        }
        let code = external_unit(source, &name);
        let code = code.ok_or(Rejected { field: None, reason: Reason::BadCode })?;
        Ok(TheirUnit::External { code, name })
    }

    /// A time without an hour names a day even where the source plans instants (LATE-00).
    fn promise(&self, intake: Moment, planned: Stamp) -> Option<Promise> {
        let zone = &self.mapping.dates.zone;
        if self.mapping.planned == Planned::Instant && planned.has_time {
            instant_promise(intake, planned, zone)
        } else {
            day_promise(intake, planned.on, zone)
        }
    }
}

fn when(stamp: Stamp) -> When {
    When { at: stamp.at, on: stamp.on }
}

/// An end that names only its day lies within that day: after its midnight, which still belongs
/// to the day before (LATE-00), and not before what went ahead of it on that day.
fn end(stamp: Stamp, before: When) -> When {
    if stamp.has_time {
        return when(stamp);
    }
    let within = just_after(stamp.at);
    let at = if before.on == stamp.on { within.max(before.at) } else { within };
    When { at, on: stamp.on }
}

fn named(source: &str, name: Option<String>) -> Named {
    let name = name.unwrap_or_else(|| source.to_owned());
    Named { code: external_code(source, &name), name }
}

/// Late after 24:00 of the planned day, early before its beginning (LATE-00, REP-06).
fn day_promise(counted_from: Moment, due_on: Day, zone: &Zone) -> Option<Promise> {
    let last_second = ClockTime::from_seconds(LAST_SECOND).ok()?;
    Some(Promise {
        cause: Cause::Imported,
        counted_from,
        due_at: zone.instant(due_on, last_second)?,
        due_on,
        early_before: zone.instant(due_on, ClockTime::MIDNIGHT)?,
        late_from: zone.instant(due_on, ClockTime::END_OF_DAY)?,
        basis: None,
    })
}

/// Late after the planned instant, early before the beginning of its day (LATE-00, REP-08).
fn instant_promise(counted_from: Moment, planned: Stamp, zone: &Zone) -> Option<Promise> {
    Some(Promise {
        cause: Cause::Imported,
        counted_from,
        due_at: planned.at,
        due_on: planned.on,
        early_before: zone.instant(planned.on, ClockTime::MIDNIGHT)?,
        late_from: planned.at,
        basis: None,
    })
}
