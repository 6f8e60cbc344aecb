//! Decisions in words: what they change, and how they stand.

use super::super::front::Front;
use super::super::parts;
use crate::domain::calendar::{CalendarYear, OffKind, OfficeHours, YearStatus};
use crate::domain::law::{Amendment, HoursPeriod, Kind, LocalDayOff};
use crate::domain::time::Day;
use crate::store::decisions::Row;
use crate::web::views::calendars::DecisionRow;

pub(super) fn row(desk: &Front, row: &Row) -> DecisionRow {
    let kind = Kind::from_id(&row.kind);
    let is_first = kind == Some(Kind::First);
    let published = row.publisher.as_ref().zip(row.published_at);
    let (by, at) = published.map_or((&row.proposer, row.proposed_at), |(by, at)| (by, at));
    DecisionRow {
        id: row.id,
        document: if is_first {
            desk.say("Tệp cấu hình", "Configuration file").to_owned()
        } else {
            desk.name(&row.document)
        },
        kind: kind.map_or("", |kind| kind.word(desk.language())),
        reason: row.reason.clone(),
        signer: row.signer.clone(),
        effective: if is_first {
            desk.say("từ đầu", "from the start").to_owned()
        } else {
            desk.language().short_day(row.effective_on)
        },
        stage: row.stage(),
        edition: row.edition,
        by: if is_first { desk.say("Khi cài đặt", "At installation").to_owned() } else { desk.name(by) },
        at: parts::briefly(desk, at),
        moved: (row.moved > 0).then(|| dossiers(desk, row.moved)),
    }
}

/// What an amendment changes, a line each.
pub(super) fn content(desk: &Front, amendment: &Amendment) -> Vec<String> {
    match amendment {
        Amendment::Overlay(overlay) => {
            let off = overlay.off.iter().map(|off| day_off(desk, off));
            off.chain(overlay.hours.iter().map(|period| hours(desk, period))).collect()
        }
        Amendment::Calendar { years } => years.iter().flat_map(|one| year(desk, one)).collect(),
        Amendment::RuleSets { sets } => {
            let ids: Vec<_> = sets.iter().map(|set| set.id.to_string()).collect();
            vec![format!("{}: {}", desk.say("Toàn bộ bộ quy tắc", "All rule sets"), ids.join(", "))]
        }
        Amendment::Revocation { edition } => {
            vec![desk.say(
                format!("Thu hồi những gì bản {edition} đã thay đổi"),
                format!("Revokes what edition {edition} changed"),
            )]
        }
    }
}

fn day_off(desk: &Front, off: &LocalDayOff) -> String {
    let (unit, day, name) = (desk.unit(&off.unit), desk.language().day(off.day), desk.name(&off.name));
    let below = if off.alone {
        desk.say(", không gồm đơn vị trực thuộc", ", without the units below it,")
    } else {
        desk.say(" và các đơn vị trực thuộc", " and the units below it")
    };
    let makeup = makeup(desk, off.makeup);
    desk.say(
        format!("{day}: {unit}{below} nghỉ – {name}{makeup}"),
        format!("{day}: {unit}{below} closed – {name}{makeup}"),
    )
}

/// `; làm bù Thứ Bảy 26/09/2026`.
fn makeup(desk: &Front, day: Option<Day>) -> String {
    day.map(|day| format!("; {} {}", desk.say("làm bù", "made up on"), desk.language().day(day)))
        .unwrap_or_default()
}

fn hours(desk: &Front, period: &HoursPeriod) -> String {
    let whole = || desk.say("Toàn tỉnh", "Whole province").to_owned();
    let unit = period.unit.as_ref().map_or_else(whole, |unit| desk.unit(unit));
    let bound = |word: &str, day: Option<Day>| {
        day.map(|day| format!(" {word} {}", desk.language().short_day(day))).unwrap_or_default()
    };
    let from = bound(desk.say("từ", "from"), period.valid_from);
    let to = bound(desk.say("đến hết", "to"), period.valid_to);
    let works = desk.say("làm việc", "works");
    format!("{unit} {works} {}{from}{to}", sessions(desk, &period.sessions))
}

fn year(desk: &Front, year: &CalendarYear) -> Vec<String> {
    let (number, status, off) = (year.year, status(desk, year.status).to_lowercase(), year.off.len());
    let mut lines = vec![desk.say(
        format!("Năm {number}: {status}, {off} ngày nghỉ"),
        format!("{number}: {status}, {off} days off"),
    )];
    lines.extend(year.off.iter().map(|off| {
        let kind = match off.kind {
            OffKind::Compensatory => desk.say(" (nghỉ bù)", " (in lieu)"),
            OffKind::Swap => desk.say(" (hoán đổi)", " (swapped)"),
            OffKind::Public | OffKind::Local => "",
        };
        let (day, name) = (desk.language().day(off.day), desk.name(&off.name));
        format!("{day}: {name}{kind}{}", makeup(desk, off.makeup))
    }));
    lines
}

pub(super) fn status(desk: &Front, status: YearStatus) -> &'static str {
    match status {
        YearStatus::Final => desk.say("Chính thức", "Final"),
        YearStatus::Estimate => desk.say("Dự kiến", "Estimate"),
        YearStatus::Partial => desk.say("Chưa đủ", "Incomplete"),
    }
}

/// `12 hồ sơ`.
fn dossiers(desk: &Front, count: i64) -> String {
    let english = if count == 1 { "dossier" } else { "dossiers" };
    format!("{count} {}", desk.say("hồ sơ", english))
}

/// `07:30–11:30 và 13:30–17:00`
pub(super) fn sessions(desk: &Front, hours: &OfficeHours) -> String {
    hours.to_string().replace('-', "–").replace(',', desk.say(" và ", " and "))
}
