//! A month's on-time rates per unit and over twelve months, from the official report.

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::parts::{self, escaped, html};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::staff::{Actor, watched_root};
use crate::domain::statistics::Figures;
use crate::domain::time::{Day, Month};
use crate::paper::chart::{FEW, MonthPoint, RateBar, answer, month_line, rate_bars, wilson};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::prose;
use crate::web::views::rates::{RateRow, Rates};
use crate::web::views::shell::{Place, Shell};
use crate::work::report::{self, Basis, Dimension, OnTime, PeriodStyle};
use crate::work::wording;

pub mod behind;

/// RATE-01 to RATE-05 in one sentence.
pub fn formula(desk: &Front) -> &'static str {
    desk.say(
        "Tỷ lệ = (trước hạn + đúng hạn) / hồ sơ được đánh giá; tính hồ sơ có kết quả trong tháng, theo cơ quan giải quyết.",
        "Rate = (early + on time) / dossiers evaluated; of dossiers settled within the month, by competent agency.",
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    unit: String,
}

impl Asked {
    /// The month asked for, else the present one.
    fn month(&self, desk: &Front) -> Month {
        self.month.parse().unwrap_or_else(|_| desk.today().month())
    }
}

/// `/rates?month=&unit=`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let month = asked.month(&desk);
    let unit = Some(asked.unit.as_str()).filter(|unit| !unit.is_empty());
    let (units, months) = app
        .db
        .report(async |tx| {
            let units = counted(tx, &desk, &caller.actor, (month, month), unit, Dimension::Unit).await?;
            let year = (before(month, 11), month);
            Ok((units, counted(tx, &desk, &caller.actor, year, unit, Dimension::Month).await?))
        })
        .await?;
    let whole = watched_root(&caller.actor, &desk.province.units).unwrap_or(&desk.province.root);
    let who = unit.map_or_else(|| desk.unit(whole), |unit| desk.name(&wording::unit_name(&desk, unit)));
    let shell = parts::shell(&desk, &caller, desk.say("Tỷ lệ đúng hạn", "On-time rates"), Some(Place::Rates));
    html(&page(&desk, shell, month, &asked.unit, &who, &Counted { units, months })?)
}

/// The official figures of whole calendar months, by one dimension.
pub async fn counted(
    tx: &mut Tx,
    desk: &Front,
    actor: &Actor,
    (from, to): (Month, Month),
    unit: Option<&str>,
    by: Dimension,
) -> db::Result<OnTime> {
    let asked = report::Asked {
        from: from.first(),
        to: to.last(),
        basis: Basis::Settled,
        by,
        and_by: None,
        unit: unit.map(str::to_owned),
        period_style: PeriodStyle::Calendar,
    };
    report::on_time(tx, desk, actor, &asked).await
}

/// The month so many months before.
pub fn before(month: Month, count: u8) -> Month {
    (0..count).fold(month, |month, _| month.first().previous().map_or(month, Day::month))
}

/// Each unit's code, name and figures, the lowest rate first, those without one last.
pub fn worst_first(report: &OnTime) -> Vec<(String, String, Figures)> {
    let row = |row: &report::Row| {
        let label = row.labels.first();
        let name = label.and_then(|label| label.name.clone()).unwrap_or_default();
        (label.and_then(|label| label.code.clone()).unwrap_or_default(), name, row.figures)
    };
    let mut units: Vec<_> = report.rows.iter().map(row).collect();
    units.sort_by_key(|(_, name, figures)| (figures.rate().is_none(), figures.rate(), name.clone()));
    units
}

struct Counted {
    units: OnTime,
    months: OnTime,
}

impl Counted {
    fn of(&self, month: Month) -> Figures {
        let label = month.to_string();
        let named =
            |row: &&report::Row| row.labels.first().is_some_and(|one| one.name.as_ref() == Some(&label));
        self.months.rows.iter().find(named).map_or_else(Figures::default, |row| row.figures)
    }
}

fn page(desk: &Front, shell: Shell, month: Month, unit: &str, who: &str, counted: &Counted) -> Result<Rates> {
    let units = worst_first(&counted.units);
    let total = counted.units.total;
    let months: Vec<_> =
        (0..12).rev().map(|back| before(month, back)).map(|one| (one, counted.of(one))).collect();
    let previous = parts_of(counted.of(before(month, 1)));
    let title = answer(who, parts_of(total), Some(previous).filter(|(_, all)| *all > 0), desk.language());
    let bars: Vec<_> =
        units.iter().map(|(code, name, figures)| bar(short(desk, code, name), *figures)).collect();
    let points: Vec<_> = months.iter().map(|(month, figures)| point(desk, *month, *figures)).collect();
    let months_answer = months_answer(desk, who, &months);
    let known = months.iter().any(|(_, figures)| figures.evaluable() > 0);
    let next = month.last().next().map(Day::month).filter(|next| *next <= desk.today().month());
    let month_row = |(month, figures): &(Month, Figures)| {
        rate_row(desk, &capital(&desk.language().month(*month)), *figures)
    };
    Ok(Rates {
        shell,
        month: month.to_string(),
        month_words: desk.language().month(month),
        previous: Some(address(before(month, 1), unit)),
        next: next.map(|next| address(next, unit)),
        as_of: parts::at(desk, desk.now),
        formula: formula(desk).to_owned(),
        bars: (total.evaluable() > 0)
            .then(|| rate_bars(&prose::plain(&title), &bars, desk.language()))
            .transpose()?,
        answer: unbroken(&title),
        rows: units
            .iter()
            .map(|(code, name, figures)| {
                with_dossiers(rate_row(desk, &desk.name(name), *figures), month, unit, code)
            })
            .collect(),
        total: with_dossiers(rate_row(desk, desk.say("Cộng", "Total"), total), month, unit, ""),
        line: known
            .then(|| {
                let title = prose::plain(&months_answer);
                month_line(&title, &points, desk.language())
            })
            .transpose()?,
        months_answer: unbroken(&months_answer),
        months: months.iter().rev().map(month_row).collect(),
        csv: csv(month, unit),
    })
}

/// No line ends between a number and its per cent sign.
fn unbroken(text: &str) -> String {
    text.replace(" %", "\u{a0}%")
}

fn csv(month: Month, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!("&unit={}", escaped(unit)) };
    format!("/api/v1/reports/on-time?month={month}&format=csv{unit}")
}

fn capital(text: &str) -> String {
    let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
    format!("{first}{}", text.chars().skip(1).collect::<String>())
}

fn address(month: Month, unit: &str) -> String {
    format!("/rates?month={month}&unit={}", escaped(unit))
}

/// RATE-07: every number leads to exactly the dossiers that it counts.
fn with_dossiers(row: RateRow, month: Month, unit: &str, only: &str) -> RateRow {
    let (unit, only) = (escaped(unit), escaped(only));
    let behind = format!("/rates/dossiers?month={month}&unit={unit}&only={only}&counted=");
    RateRow { behind: Some(behind), ..row }
}

/// How many were met of how many, as charts take them.
fn parts_of(figures: Figures) -> (u32, u32) {
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    (small(figures.early + figures.on_time), small(figures.evaluable()))
}

/// The name that fits beside a bar.
fn short<'d>(desk: &'d Front, code: &str, name: &'d str) -> &'d str {
    let unit = code.parse().ok().and_then(|code| desk.province.units.get(&code));
    unit.map_or(name, |unit| &unit.short_name)
}

fn bar(name: &str, figures: Figures) -> RateBar {
    let (met, evaluable) = parts_of(figures);
    RateBar { label: name.to_owned(), met, evaluable }
}

fn point(desk: &Front, month: Month, figures: Figures) -> MonthPoint {
    let (met, evaluable) = parts_of(figures);
    MonthPoint { label: desk.language().brief_month(month), met, evaluable }
}

fn months_answer(desk: &Front, who: &str, months: &[(Month, Figures)]) -> String {
    let rated = months.iter().filter_map(|(month, figures)| Some((figures.rate()?, *month)));
    match rated.min_by_key(|(rate, _)| *rate) {
        Some((rate, month)) => {
            let (rate, month) = (desk.language().percent(rate), desk.language().month(month));
            desk.say(
                format!("{who}: thấp nhất trong 12 tháng là {rate} ({month})"),
                format!("{who}: the lowest of 12 months is {rate} ({month})"),
            )
        }
        None => desk.say(
            format!("{who}: 12 tháng qua không phát sinh hồ sơ đến kỳ đánh giá"),
            format!("{who}: no dossier came up for evaluation within 12 months"),
        ),
    }
}

/// One line of the table; with few dossiers also how far the rate may be off.
pub fn rate_row(desk: &Front, label: &str, figures: Figures) -> RateRow {
    let (met, all) = parts_of(figures);
    let interval = wilson(met, all).filter(|_| all < FEW);
    let percent = |share: f64| {
        let text = format!("{:.1}", share * 100.0);
        desk.say(text.replace('.', ","), text)
    };
    RateRow {
        label: label.to_owned(),
        behind: None,
        early: figures.early.to_string(),
        on_time: figures.on_time.to_string(),
        late: figures.late.to_string(),
        evaluable: figures.evaluable().to_string(),
        without_due: figures.without_due.to_string(),
        rate: figures.rate().map(|rate| desk.language().percent(rate)),
        interval: interval.map(|(low, high)| format!("{}–{} %", percent(low), percent(high))),
    }
}
