//! Decisions in words: what they change, and how they stand.

use super::super::parts::{self, VI};
use crate::domain::calendar::{CalendarYear, OffKind, OfficeHours, YearStatus};
use crate::domain::law::{Amendment, HoursPeriod, Kind, LocalDayOff};
use crate::store::decisions::Row;
use crate::web::views::calendars::DecisionRow;
use crate::work::desk::Desk;

pub(super) fn row(desk: &Desk, row: &Row) -> DecisionRow {
    let kind = Kind::from_id(&row.kind);
    let is_first = kind == Some(Kind::First);
    let published = row.publisher.as_ref().zip(row.published_at);
    let (by, at) = published.map_or((&row.proposer, row.proposed_at), |(by, at)| (by, at));
    DecisionRow {
        id: row.id,
        document: if is_first { "Tệp cấu hình".to_owned() } else { row.document.clone() },
        kind: kind.map_or("", Kind::vietnamese),
        reason: row.reason.clone(),
        signer: row.signer.clone(),
        effective: if is_first { "từ đầu".to_owned() } else { VI.short_day(row.effective_on) },
        stage: row.stage(),
        edition: row.edition,
        by: if is_first { "Khi cài đặt".to_owned() } else { by.clone() },
        at: parts::briefly(desk, at),
        moved: (row.moved > 0).then(|| format!("{} hồ sơ", row.moved)),
    }
}

/// What an amendment changes, a line each.
pub(super) fn content(desk: &Desk, amendment: &Amendment) -> Vec<String> {
    match amendment {
        Amendment::Overlay(overlay) => {
            let off = overlay.off.iter().map(|off| day_off(desk, off));
            off.chain(overlay.hours.iter().map(|period| hours(desk, period))).collect()
        }
        Amendment::Calendar { years } => years.iter().flat_map(year).collect(),
        Amendment::RuleSets { sets } => {
            let ids: Vec<_> = sets.iter().map(|set| set.id.to_string()).collect();
            vec![format!("Toàn bộ bộ quy tắc: {}", ids.join(", "))]
        }
        Amendment::Revocation { edition } => {
            vec![format!("Thu hồi những gì bản {edition} đã thay đổi")]
        }
    }
}

fn day_off(desk: &Desk, off: &LocalDayOff) -> String {
    let unit = desk.unit_name(&off.unit);
    let below = if off.alone {
        ", không gồm đơn vị trực thuộc"
    } else {
        " và các đơn vị trực thuộc"
    };
    let makeup = off.makeup.map(|day| format!("; làm bù {}", VI.day(day))).unwrap_or_default();
    format!("{}: {unit}{below} nghỉ – {}{makeup}", VI.day(off.day), off.name)
}

fn hours(desk: &Desk, period: &HoursPeriod) -> String {
    let unit = period.unit.as_ref().map_or_else(|| "Toàn tỉnh".to_owned(), |unit| desk.unit_name(unit));
    let from = period.valid_from.map(|day| format!(" từ {}", VI.short_day(day))).unwrap_or_default();
    let to = period.valid_to.map(|day| format!(" đến hết {}", VI.short_day(day))).unwrap_or_default();
    format!("{unit} làm việc {}{from}{to}", sessions(&period.sessions))
}

fn year(year: &CalendarYear) -> Vec<String> {
    let mut lines = vec![format!(
        "Năm {}: {}, {} ngày nghỉ",
        year.year,
        status(year.status).to_lowercase(),
        year.off.len()
    )];
    lines.extend(year.off.iter().map(|off| {
        let kind = match off.kind {
            OffKind::Compensatory => " (nghỉ bù)",
            OffKind::Swap => " (hoán đổi)",
            OffKind::Public | OffKind::Local => "",
        };
        let makeup = off.makeup.map(|day| format!("; làm bù {}", VI.day(day))).unwrap_or_default();
        format!("{}: {}{kind}{makeup}", VI.day(off.day), off.name)
    }));
    lines
}

pub(super) fn status(status: YearStatus) -> &'static str {
    match status {
        YearStatus::Final => "Chính thức",
        YearStatus::Estimate => "Dự kiến",
        YearStatus::Partial => "Chưa đủ",
    }
}

/// `07:30–11:30 và 13:30–17:00`
pub(super) fn sessions(hours: &OfficeHours) -> String {
    hours.to_string().replace('-', "–").replace(',', " và ")
}
