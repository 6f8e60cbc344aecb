//! What people file, where and when: certification and civil status at the communes most,
//! land next, the departments' licences seldom; Mondays and mornings are the busiest.

use std::collections::BTreeMap;

use crate::domain::procedure::{Channel, Competent, Procedure};
use crate::domain::province::Province;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::domain::unit::{Tier, Unit, UnitCode, UnitKind};

use super::dice::{Dice, Weighted};
use super::office::Office;
use super::scenes::Scene;

/// The working time of every unit.
pub type Offices<'p> = BTreeMap<UnitCode, Office<'p>>;

/// A dossier that is to be: what is filed, where and when.
#[derive(Clone, Debug)]
pub struct Intake<'p> {
    pub at: Moment,
    pub channel: Channel,
    pub procedure: &'p Procedure,
    pub receiving: UnitCode,
    pub competent: UnitCode,
    /// For the dice that tell the rest of its life.
    pub seed: u64,
    /// A life that is told for what it shows, instead of one by chance.
    pub scene: Option<&'static Scene>,
}

/// Where intakes come from.
#[derive(Debug)]
pub struct Demand<'p> {
    province: &'p Province,
    offices: &'p Offices<'p>,
    as_of: Moment,
    days: Vec<(u32, Day)>,
    procedures: Weighted<&'p Procedure>,
    communes: Weighted<&'p Unit>,
    centre: Option<UnitCode>,
}

impl<'p> Demand<'p> {
    #[must_use]
    pub fn new(province: &'p Province, offices: &'p Offices<'p>, from: Day, as_of: Moment) -> Self {
        let today = province.zone().day(as_of);
        let communes = province.units.at(today).filter(|unit| unit.kind == UnitKind::Commune);
        let centre = province
            .units
            .at(today)
            .find(|unit| unit.kind == UnitKind::Centre && unit.tier == Tier::Province)
            .map(|unit| unit.code.clone());
        let root = offices.get(&province.root);
        let days: Vec<Day> = root
            .map(|office| office.days().filter(|day| (from..=today).contains(day)).collect())
            .unwrap_or_default();
        let opened = root
            .and_then(|office| office.at(office.opens(office.index(today)).plus_minutes(20)))
            .is_some_and(|soon_after| soon_after < as_of);
        Self {
            province,
            offices,
            as_of,
            days: busyness(&days, today, opened),
            procedures: Weighted::new(province.catalogue.offered(today).map(|one| (weight(one), one))),
            communes: Weighted::new(communes.map(|unit| (size(unit), unit))),
            centre,
        }
    }

    /// The working days up to now, each with how busy it is.
    pub fn days(&self) -> impl Iterator<Item = (u32, Day)> {
        self.days.iter().copied()
    }

    /// An intake of a working day (online perhaps of a day or two after it); none where a draw
    /// falls on nothing that can be filed.
    pub fn draw(&self, day: Day, dice: &mut Dice) -> Option<Intake<'p>> {
        let procedure = *self.procedures.draw(dice)?;
        if !in_season(procedure, day) {
            return None;
        }
        let receiving = self.counter(procedure, dice)?;
        let channel = channel(procedure, dice);
        let at = match channel {
            Channel::Online => self.online(day, dice)?,
            _ => {
                let office = self.offices.get(&receiving)?;
                office.at(office.busy_time(office.index(day), dice)?)?
            }
        };
        self.intake(procedure, receiving, channel, at, dice.throw()).filter(|intake| intake.at < self.as_of)
    }

    /// An intake of the given facts, if the procedure may be filed so.
    #[must_use]
    pub fn intake(
        &self,
        procedure: &'p Procedure,
        receiving: UnitCode,
        channel: Channel,
        at: Moment,
        seed: u64,
    ) -> Option<Intake<'p>> {
        let day = self.province.zone().day(at);
        let competent = procedure.competent_for(&receiving, day, &self.province.units)?;
        Some(Intake { at, channel, procedure, receiving, competent, seed, scene: None })
    }

    /// Where people go with it: their commune's centre, or the provincial one.
    fn counter(&self, procedure: &Procedure, dice: &mut Dice) -> Option<UnitCode> {
        let near = match procedure.competent {
            Competent::CommuneOfReceipt => 1_000,
            Competent::Unit(_) if procedure.tiers.contains(&Tier::Commune) => 700,
            Competent::Unit(_) => 25,
        };
        if !dice.per_mille(near) {
            return self.centre.clone();
        }
        let commune = self.communes.draw(dice)?;
        Some(centre_of(self.province, commune, self.province.zone().day(self.as_of)))
    }

    /// From a sofa as well, but not at night.
    fn online(&self, day: Day, dice: &mut Dice) -> Option<Moment> {
        let weekend = if dice.per_mille(90) { dice.between(1, 2) } else { 0 };
        let day = day.plus(i32::try_from(weekend).ok()?)?;
        let hour = if dice.per_mille(650) { dice.between(7, 17) } else { dice.between(18, 22) };
        let seconds = hour * 3_600 + dice.between(0, 3_599);
        let clock = ClockTime::from_seconds(u32::try_from(seconds).ok()?).ok()?;
        self.province.zone().instant(day, clock)
    }
}

/// The centre at which a commune receives, or the commune itself.
#[must_use]
pub fn centre_of(province: &Province, commune: &Unit, day: Day) -> UnitCode {
    let centre = province.units.children(&commune.code, day).find(|unit| unit.kind == UnitKind::Centre);
    centre.map_or_else(|| commune.code.clone(), |unit| unit.code.clone())
}

/// How many people come on each day, next to others. Today counts once the counters have `opened`.
fn busyness(days: &[Day], today: Day, opened: bool) -> Vec<(u32, Day)> {
    let count = u32::try_from(days.len()).unwrap_or(u32::MAX).max(1);
    let mut before: Option<Day> = None;
    let weigh = |(index, &day): (u32, &Day)| {
        let weekday = match day.weekday().to_monday_one_offset() {
            1 => 132,
            2 => 106,
            3 => 100,
            4 => 96,
            _ => 84,
        };
        let after_a_break = before.replace(day).is_some_and(|last| day.since(last) > 3);
        let crowd = if after_a_break { weekday * 14 / 10 } else { weekday };
        // Online filing grows, and so does the whole.
        let grown = crowd * (880 + 240 * index / count) / 100;
        (if day == today { grown * 6 / 10 } else { grown }, day)
    };
    (0..).zip(days).map(weigh).filter(|(_, day)| *day < today || opened).collect()
}

/// How large a commune's demand is.
fn size(unit: &Unit) -> u32 {
    match unit.area.as_deref() {
        Some("03388" | "03408") => 62,
        Some("03595" | "03598" | "03549" | "03390" | "03478" | "03618") => 30,
        Some("03445" | "03434" | "03433" | "03601" | "03637" | "03424") => 18,
        _ => 9,
    }
}

/// How often a procedure is asked for.
fn weight(procedure: &Procedure) -> u32 {
    match procedure.code.as_str() {
        "2.000815" => 1_000,
        "1.012781" => 420,
        "1.001193" => 380,
        "1.004873" => 330,
        "2.000884" | "2.001035" => 290,
        "1.004194" | "1.005142" => 240,
        "1.012753" => 220,
        "1.004222" => 180,
        "1.004859" => 170,
        "1.000894" => 150,
        "1.002001" | "1.011441" => 140,
        "1.001612" | "1.002835" | "2.001199" | "2.002621" => 130,
        "1.001776" | "1.012768" => 120,
        "1.000656" => 110,
        "1.012289" => 100,
        "2.001474" | "1.005092" => 90,
        "1.012796" | "1.003348" | "1.004616" => 80,
        "2.000720" | "1.001731" | "1.011609" | "1.012789" | "1.013225" => 60,
        "1.010833" | "1.013236" | "2.002009" => 50,
        "1.009794" | "2.001610" | "1.012786" | "2.002286" | "1.013001.H35" => 40,
        "2.000674" | "1.004237" | "2.001827" | "1.004363" | "1.001022" => 28,
        "3.000301" | "1.000105" | "2.000615" => 20,
        "1.000049" | "2.002039" | "1.012927" | "2.000806" | "1.000963" | "1.012278" => 5,
        _ => 12,
    }
}

/// The final examination is registered for in spring alone.
fn in_season(procedure: &Procedure, day: Day) -> bool {
    procedure.code.as_str() != "1.005142" || matches!(day.month().number(), 4 | 5)
}

fn channel(procedure: &Procedure, dice: &mut Dice) -> Channel {
    let wanted = match dice.below(100) {
        0..=59 => Channel::Counter,
        60..=94 => Channel::Online,
        _ => Channel::Post,
    };
    let offered = &procedure.channels;
    if offered.contains(&wanted) { wanted } else { offered.first().copied().unwrap_or(Channel::Counter) }
}
