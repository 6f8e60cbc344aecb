//! Lives that chance might not bring: one of each kind that somebody wants to see today.

use crate::domain::procedure::Channel;
use crate::domain::promise::Cause;
use crate::domain::province::Province;
use crate::domain::time::{Day, Moment};
use crate::domain::unit::{Tier, UnitCode, UnitKind};
use crate::work::appointment::{self, Between};
use crate::work::desk::Desk;

use super::course::{Acceptance, Course, Ending, Letter, Payment, Reply, Supplement, Timing};
use super::demand::{Demand, Intake, Offices, centre_of};
use super::dice::Dice;

/// One life to be seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Scene {
    pub procedure: &'static str,
    /// The commune where it is filed; the provincial centre where there is none.
    pub commune: Option<&'static str>,
    pub start: Start,
    pub course: Course,
}

/// When it began, as seen from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Such that it is due so many working days from today.
    DueIn(i64),
    /// So many working days ago.
    Received(i64),
    /// Online, so many minutes ago by anybody's clock.
    Submitted(i64),
}

const OPEN: Course = Course::OPEN;

const fn scene(procedure: &'static str, start: Start, course: Course) -> Scene {
    Scene { procedure, commune: None, start, course }
}

const fn in_commune(commune: &'static str, procedure: &'static str, start: Start, course: Course) -> Scene {
    Scene { procedure, commune: Some(commune), start, course }
}

const fn with_letter(letter: Letter) -> Course {
    Course { letter, ..OPEN }
}

const fn waiting_for_papers(after_days: i64) -> Course {
    Course { supplement: Some(Supplement { after_days, reply: Reply::Silence }), ..OPEN }
}

const UNPAID: Course = Course { payment: Some(Payment { after_days: 3, paid_after: None }), ..OPEN };
const NOT_ACCEPTED: Course = Course { acceptance: Acceptance::Waiting, ..OPEN };
const READY: Course = Course { ending: Ending::Settled(Timing::Early(1)), ..OPEN };
const SENT_BUT_NOT_DELIVERED: Course =
    Course { delivered: false, ..with_letter(Letter::After { due: 1, extension: 7 }) };

/// The scenes, the most telling first, so that a small demonstration has those at least.
pub static SCENES: &[Scene] = &[
    scene("1.002835", Start::DueIn(0), OPEN),
    scene("1.013236", Start::DueIn(1), OPEN),
    scene("1.002835", Start::DueIn(-1), OPEN),
    scene("1.013236", Start::DueIn(-8), with_letter(Letter::InAdvance(4))),
    scene("1.013236", Start::Received(6), waiting_for_papers(2)),
    scene("1.009794", Start::Received(2), OPEN),
    in_commune("H35.21", "1.004873", Start::Submitted(55), NOT_ACCEPTED),
    scene("1.009794", Start::DueIn(-3), OPEN),
    scene("1.013236", Start::DueIn(-5), with_letter(Letter::InAdvance(10))),
    scene("1.012781", Start::Received(7), UNPAID),
    in_commune("H35.21", "1.004873", Start::DueIn(0), OPEN),
    in_commune("H35.22", "1.012781", Start::DueIn(0), OPEN),
    scene("1.012289", Start::DueIn(0), OPEN),
    scene("1.002835", Start::DueIn(1), OPEN),
    scene("1.012289", Start::DueIn(1), OPEN),
    scene("1.004616", Start::DueIn(2), OPEN),
    scene("1.009794", Start::DueIn(1), with_letter(Letter::InAdvance(3))),
    in_commune("H35.25", "1.012753", Start::DueIn(1), OPEN),
    in_commune("H35.25", "1.001612", Start::DueIn(1), OPEN),
    scene("2.000674", Start::DueIn(1), OPEN),
    scene("1.012781", Start::DueIn(-1), OPEN),
    in_commune("H35.21", "1.004859", Start::DueIn(-1), OPEN),
    in_commune("H35.51", "1.001776", Start::DueIn(-2), OPEN),
    in_commune("H35.34", "1.001731", Start::DueIn(-3), OPEN),
    in_commune("H35.22", "1.012796", Start::DueIn(-3), SENT_BUT_NOT_DELIVERED),
    scene("1.012753", Start::DueIn(-5), OPEN),
    scene("1.010727", Start::DueIn(-8), with_letter(Letter::After { due: 2, extension: 10 })),
    scene("1.012781", Start::DueIn(-9), with_letter(Letter::InAdvance(5))),
    // Asked for papers when it was late already: that is not cured (SUP-06).
    scene("1.002835", Start::Received(9), waiting_for_papers(6)),
    scene("1.012289", Start::Received(5), waiting_for_papers(1)),
    scene("1.010727", Start::Received(10), waiting_for_papers(3)),
    in_commune("H35.25", "1.012753", Start::Received(12), UNPAID),
    in_commune("H35.25", "2.001199", Start::Submitted(150), NOT_ACCEPTED),
    in_commune("H35.21", "1.001193", Start::Submitted(900), NOT_ACCEPTED),
    scene("2.001199", Start::Submitted(3_100), NOT_ACCEPTED),
    scene("2.001908", Start::Received(4), OPEN),
    scene("2.001908", Start::Received(19), OPEN),
    scene("2.001908", Start::Received(47), OPEN),
    scene("1.013236", Start::Received(1), OPEN),
    scene("1.000049", Start::Received(9), OPEN),
    scene("2.002039", Start::Received(15), OPEN),
    scene("1.002835", Start::DueIn(-2), READY),
    scene("1.012781", Start::DueIn(-4), READY),
];

/// The intake of a scene; none where the province lacks its procedure or no day fits.
pub fn intake<'p>(
    desk: &'p Desk,
    demand: &Demand<'p>,
    offices: &Offices<'p>,
    scene: &'static Scene,
    dice: &mut Dice,
) -> Option<Intake<'p>> {
    let province: &'p Province = &desk.province;
    let today = desk.today();
    let procedure = province.procedure(scene.procedure, today)?;
    let receiving = counter(province, scene, today)?;
    let office = offices.get(&receiving)?;
    let index = office.index(today);
    let seed = dice.throw();
    let channel = match scene.start {
        Start::Submitted(_) => Channel::Online,
        _ => Channel::Counter,
    };
    let begun = |at: Moment| {
        let intake = demand.intake(procedure, receiving.clone(), channel, at, seed)?;
        Some(Intake { scene: Some(scene), ..intake }).filter(|intake| intake.at < desk.now)
    };
    match scene.start {
        Start::Submitted(minutes) => begun(desk.now.plus(jiff::SignedDuration::from_mins(-minutes))),
        Start::Received(days) => {
            let spot = office.busy_time(office.shifted(index, -days), dice)?;
            begun(office.at(spot)?)
        }
        Start::DueIn(days) => {
            let target = office.day(office.shifted(index, days))?;
            (0..120).find_map(|back| {
                let spot = office.busy_time(office.shifted(index, days - back), dice)?;
                begun(office.at(spot)?).filter(|intake| due_on(desk, intake) == Some(target))
            })
        }
    }
}

fn counter(province: &Province, scene: &Scene, today: Day) -> Option<UnitCode> {
    match scene.commune {
        Some(commune) => {
            let commune = province.units.get_at(&commune.parse().ok()?, today)?;
            Some(centre_of(province, commune, today))
        }
        None => {
            let centre = |unit: &&crate::domain::unit::Unit| {
                unit.kind == UnitKind::Centre && unit.tier == Tier::Province
            };
            province.units.at(today).find(centre).map(|unit| unit.code.clone())
        }
    }
}

fn due_on(desk: &Desk, intake: &Intake<'_>) -> Option<Day> {
    let rules = desk.province.rules(&intake.procedure.field, desk.province.zone().day(intake.at))?;
    let between = Between::units(desk, &intake.receiving, &intake.competent);
    let promise = appointment::promise(between, intake.procedure, rules, intake.at, Cause::Receipt);
    promise.ok()?.map(|promise| promise.due_on)
}
