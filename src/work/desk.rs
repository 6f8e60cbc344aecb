//! What every deed needs at hand: the province's law, the keys and the instant.

use std::sync::Arc;

use crate::db::Result;
use crate::domain::procedure::Procedure;
use crate::domain::province::Province;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed, Forbidden, Parties, Subject, may};
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;
use crate::seal::Keyring;

/// Cheap to clone, so that a deed can be run again.
#[derive(Clone, Debug)]
pub struct Desk {
    pub province: Arc<Province>,
    pub keys: Arc<Keyring>,
    pub house: Arc<House>,
    /// The instant of this deed.
    pub now: Moment,
}

/// How the service calls itself in letters, and how many it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct House {
    /// Where its pages are reached, without a slash at the end.
    pub public_url: String,
    /// The domain of its message ids.
    pub mail_domain: String,
    /// Where its letters are written, as they name it beside the date.
    pub place: String,
    /// How many alerts one person gets in an hour.
    pub alerts_per_hour: u64,
}

impl Desk {
    #[must_use]
    pub fn today(&self) -> Day {
        self.province.zone().day(self.now)
    }

    #[must_use]
    pub fn procedure(&self, code: &str, day: Day) -> Option<&Procedure> {
        self.province.procedure(code, day)
    }

    /// The name of a unit for people, or its code where the configuration does not know it.
    #[must_use]
    pub fn unit_name(&self, code: &UnitCode) -> String {
        self.province.units.get(code).map_or_else(|| code.to_string(), |unit| unit.name_vi.clone())
    }

    /// Where people reach a unit, or the nearest above it that can be reached.
    #[must_use]
    pub fn phone_of(&self, code: &UnitCode) -> Option<String> {
        let own = self.province.units.get(code).and_then(|unit| unit.phone.clone());
        let above = || self.province.units.ancestors(code, self.today());
        own.or_else(|| above().iter().find_map(|unit| unit.phone.clone()))
    }

    /// Lets `actor` do `deed` to a dossier of these units, or says why not (ORG-13).
    pub fn allow(&self, actor: &Actor, deed: Deed, parties: Parties<'_>) -> Result<()> {
        self.permit(actor, deed, Subject::Dossier(parties))
    }

    /// Lets `actor` do `deed` for a unit as a whole.
    pub fn allow_in(&self, actor: &Actor, deed: Deed, unit: &UnitCode) -> Result<()> {
        self.permit(actor, deed, Subject::Unit(unit))
    }

    /// Lets `actor` do `deed` to the service or the province as a whole.
    pub fn allow_whole(&self, actor: &Actor, deed: Deed) -> Result<()> {
        self.permit(actor, deed, Subject::Whole)
    }

    fn permit(&self, actor: &Actor, deed: Deed, subject: Subject<'_>) -> Result<()> {
        may(actor, deed, subject, &self.province.units).map_err(|forbidden| refused(forbidden, deed).into())
    }
}

fn refused(forbidden: Forbidden, deed: Deed) -> Refusal {
    let said = deed.said();
    match forbidden {
        Forbidden::Role(_) => Refusal::not_allowed(said.vietnamese, said.english),
        Forbidden::Unit(_) => Refusal::outside_of_unit(said.vietnamese, said.english),
    }
}

/// A value could not be sealed or opened; the caller learns only that.
#[must_use]
pub fn sealing_failed(error: crate::seal::SealError) -> crate::db::Error {
    crate::db::Error::corrupt("sealed", "value", error)
}
