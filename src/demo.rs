//! A living demonstration province: its people, and 13 months of dossiers up to now or, where
//! there are to be many, all that was filed since the agencies of today began.
//!
//! Everything is invented, and the same seed and instant invent the same. Lives are told
//! with the domain's own events and promises, so that nothing stands in the database that
//! could not have happened. Fills an empty database; never touches one that is in use.

use crate::db::{Db, Pace, Result};
use crate::domain::applicant::ApplicantKind;
use crate::domain::code::DossierCode;
use crate::domain::province::Province;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::statistics::Figures;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::domain::unit::UnitCode;
use crate::store;
use crate::store::bulk::{LastNumber, Rows};
use crate::work::desk::Desk;
use crate::work::start::keep_province;

mod course;
mod demand;
mod dice;
mod filing;
mod keep;
mod life;
mod manner;
mod names;
mod office;
mod people;
mod scenes;
mod story;
mod words;

use demand::{Demand, Intake, Offices};
use dice::Dice;
use filing::{Filed, Filings};
use keep::{Batch, Keeper, Sheets, keep};
use office::Office;
use story::{FormNumbers, Names, Teller};

pub use people::{Account, PASSWORD, accounts};

/// From how many dossiers on a province is large: its time reaches back as far as its agencies
/// do, and it has dossiers that nobody ever gets to.
const LARGE: u32 = 200_000;
const FORGOTTEN_PER_MILLE: u32 = 4;
/// How far the offices' working time reaches beyond now, for promises and plans.
const DAYS_AHEAD: i32 = 200;

/// What to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub dossiers: u32,
    pub seed: u64,
    /// The present of the demonstration; nothing happens after it.
    pub as_of: Moment,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub accounts: Vec<Account>,
    /// The password of all of them.
    pub password: &'static str,
    pub dossiers: usize,
    pub open: usize,
    pub events: usize,
    /// Those that were raised on the days before.
    pub alerts: usize,
    /// Of the dossiers that have ended.
    pub figures: Figures,
    pub from: Day,
    pub to: Day,
}

/// Builds the province in a database that holds no dossiers.
///
/// # Errors
/// Where there are dossiers already, where `as_of` lies too early for the present law or so
/// late that no due date can be given, and what the database answers.
pub async fn build(db: &Db, desk: &Desk, plan: &Plan) -> Result<Summary> {
    build_and_tell(db, desk, plan, |_| ()).await
}

/// The same; `told` hears how far it has come, batch after batch.
///
/// # Errors
/// As [`build`].
pub async fn build_and_tell(
    db: &Db,
    desk: &Desk,
    plan: &Plan,
    mut told: impl FnMut(&Summary),
) -> Result<Summary> {
    let desk = Desk { now: plan.as_of, ..desk.clone() };
    refuse_in_use(db).await?;
    let (from, to) = (beginning(&desk, plan.dossiers)?, desk.today());
    let mut dice = Dice::new(plan.seed);
    let kept = desk.clone();
    db.write(async move |tx| keep_province(tx, &kept).await).await?;
    let since = desk.province.zone().instant(from, ClockTime::MIDNIGHT).unwrap_or(plan.as_of);
    let roster = people::hire(db, &desk.province, to, since, &mut dice).await?;
    let offices = offices(&desk.province, from, to);
    let demand = Demand::new(&desk.province, &offices, from, plan.as_of);
    let scenes = scenes(&desk, &demand, &offices, plan, &mut dice);
    let mut filings = Filings::new(&demand, desk.province.zone(), scenes, plan.dossiers, dice);
    let keeper = Keeper {
        terms: desk.keys.term_key(),
        desk: &desk,
        people: db.read(async |tx| store::staff::with_email(tx).await).await?,
        told_until: told_until(&desk, &offices),
    };
    let forgotten_per_mille = if plan.dossiers < LARGE { 0 } else { FORGOTTEN_PER_MILLE };
    let reasons = words::reasons();
    let teller = Teller { desk: &desk, offices: &offices, roster: &roster, reasons, forgotten_per_mille };
    let mut summary = Summary {
        accounts: accounts(&desk.province),
        password: PASSWORD,
        dossiers: 0,
        open: 0,
        events: 0,
        alerts: 0,
        figures: Figures::default(),
        from,
        to,
    };
    let mut forms = FormNumbers::default();
    let pace = Pace::alone();
    let mut batch: Option<Sheets> = None;
    loop {
        // While one batch is written, the next one is told.
        let next = async {
            let filed = filings.next_batch(pace.weight())?;
            let numbers = filings.take_last_numbers();
            if filed.is_empty() && numbers.is_empty() {
                return Ok(None);
            }
            tell(&teller, &keeper, &filed, numbers, &mut forms, &mut summary).map(Some)
        };
        let (kept, next) = tokio::join!(keep_told(db, &desk, batch.take(), &pace), next);
        kept?;
        batch = next?;
        told(&summary);
        if batch.is_none() {
            break;
        }
    }
    let last = Rows::of(&form_numbers(&forms))?;
    db.write(async move |tx| {
        store::bulk::numbers(tx, &last).await?;
        store::bulk::number_on(tx).await
    })
    .await?;
    Ok(summary)
}

async fn keep_told(db: &Db, desk: &Desk, batch: Option<Sheets>, pace: &Pace) -> Result<()> {
    let Some(batch) = batch else { return Ok(()) };
    let weight = batch.dossiers();
    let took = keep(db, desk, batch).await?;
    pace.learn(weight, took);
    Ok(())
}

async fn refuse_in_use(db: &Db) -> Result<()> {
    let some = db.read(async |tx| store::dossiers::page_of_ids(tx, 0, 1).await).await?;
    if some.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::InvalidInput,
        "Cơ sở dữ liệu này đã có hồ sơ. Chọn một thư mục mới cho bản dùng thử (--data).",
        "This database holds dossiers already. Choose a fresh folder for the demonstration (--data).",
    )
    .into())
}

/// Thirteen months back, a large province as far as there is anything; never before the communes
/// of today.
fn beginning(desk: &Desk, dossiers: u32) -> Result<Day> {
    let today = desk.today();
    let months = if dossiers < LARGE { 13 } else { 60 };
    let back = today.0.checked_sub(jiff::Span::new().months(months)).map_or(today, Day);
    let reform = Day::new(2025, 7, 1).unwrap_or(back);
    let from = back.max(reform);
    if today.since(from) >= 30 {
        return Ok(from);
    }
    Err(Refusal::invalid(
        "as_of",
        "Chọn thời điểm từ ngày 31/7/2025 trở đi; bộ máy hai cấp bắt đầu từ ngày 1/7/2025.",
        "Choose an instant from 2025-07-31 on; the present agencies began on 2025-07-01.",
    )
    .into())
}

fn offices(province: &Province, from: Day, to: Day) -> Offices<'_> {
    let until = to.plus(DAYS_AHEAD).unwrap_or(to);
    let office = |code: &UnitCode| (code.clone(), Office::new(province.timetable(code), from, until));
    province.units.at(to).map(|unit| office(&unit.code)).collect()
}

/// What became owed before the last working day began, the sweeps of then have told.
fn told_until(desk: &Desk, offices: &Offices<'_>) -> Moment {
    let today = desk.today();
    let root = offices.get(&desk.province.root);
    let day = root.and_then(|office| office.days().take_while(|day| *day <= today).last()).unwrap_or(today);
    desk.province.zone().instant(day, ClockTime::MIDNIGHT).unwrap_or(desk.now)
}

/// The intakes of the scenes, as many as there is room for.
fn scenes<'p>(
    desk: &'p Desk,
    demand: &Demand<'p>,
    offices: &Offices<'p>,
    plan: &Plan,
    dice: &mut Dice,
) -> Vec<Intake<'p>> {
    let wanted = usize::try_from(plan.dossiers).unwrap_or(usize::MAX);
    let known = scenes::SCENES.iter().filter_map(|scene| scenes::intake(desk, demand, offices, scene, dice));
    known.take(wanted).collect()
}

/// The last number of each unit's letters, as they are counted from the year's first day.
fn form_numbers(forms: &FormNumbers) -> Vec<LastNumber> {
    let row = |(unit, year, last): (&UnitCode, i16, i64)| {
        Some(LastNumber { agency: format!("{unit}/PXL"), day: Day::new(year, 1, 1).ok()?, last })
    };
    forms.last().filter_map(row).collect()
}

/// Tells a batch of lives.
fn tell(
    teller: &Teller<'_>,
    keeper: &Keeper<'_>,
    filed: &[Filed<'_>],
    numbers: Vec<LastNumber>,
    forms: &mut FormNumbers,
    summary: &mut Summary,
) -> Result<Sheets> {
    let mut batch = Batch::with_numbers(numbers);
    for one in filed {
        let intake = &one.intake;
        let code = DossierCode::issue(&intake.receiving, one.day, one.number).map_err(|error| {
            Refusal::invalid(
                "unit",
                format!("Không cấp được mã hồ sơ cho đơn vị {}.", intake.receiving),
                error.to_string(),
            )
        })?;
        let applicant = applicant(teller, intake);
        keeper.applicant(&mut batch, one.id, &applicant)?;
        let names = Names {
            code: code.as_str().to_owned(),
            applicant: one.id,
            mail: applicant.email_address().is_some(),
        };
        let life = story::tell(teller, intake, &names, forms)?;
        if life.dossier.state.is_open() {
            summary.open += 1;
        } else if life.dossier.received_at.is_some() {
            summary.figures.count(life.dossier.outcome());
        }
        keeper.dossier(&mut batch, one.id, life);
    }
    summary.dossiers += batch.dossiers();
    summary.events += batch.events();
    summary.alerts += batch.alerts();
    batch.write_out()
}

/// Who files it: businesses what businesses need, from where the counter is.
fn applicant(teller: &Teller<'_>, intake: &Intake<'_>) -> crate::domain::applicant::Applicant {
    let mut dice = Dice::new(intake.seed.rotate_left(32));
    let kind = match intake.procedure.field.as_str() {
        "Doanh nghiệp"
        | "Đầu tư"
        | "Xúc tiến thương mại"
        | "Lưu thông hàng hóa"
        | "Môi trường"
        | "Du lịch"
        | "Văn hóa"
        | "Hoạt động xây dựng"
        | "Quản lý chất lượng công trình"
        | "An toàn thực phẩm"
        | "Khoa học và công nghệ"
        | "Việc làm" => ApplicantKind::Business,
        "Tôn giáo" | "Tổ chức phi chính phủ" => ApplicantKind::Organisation,
        "Đường bộ" if dice.per_mille(550) => ApplicantKind::Business,
        _ => ApplicantKind::Citizen,
    };
    let units = &teller.desk.province.units;
    let commune = units.get(&intake.receiving).and_then(|unit| units.get(unit.parent.as_ref()?));
    let place = commune.filter(|unit| unit.area.is_some()).map(|unit| unit.short_name.as_str());
    let town = place.is_none_or(|place| place.starts_with("Phường"));
    names::applicant(kind, place.unwrap_or("Phường Tân Phong"), town, &mut dice)
}
