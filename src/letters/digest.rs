//! The 07:15 digest: what is wrong today, unit by unit, in three lines and a few tables.
//!
//! Its figures come ready; it only puts them in order, the worst first.

use super::sheet::{Group, Section, Sheet, Tone};
use super::{DossierLine, Letter, LetterError};
use crate::domain::statistics::Rate;
use crate::domain::time::{Day, Month};
use crate::domain::words::{Language, Subject};

const VI: Language = Language::Vietnamese;

/// One unit's part.
#[derive(Clone, Debug, Default)]
pub struct UnitDigest {
    pub unit: String,
    pub late: Vec<DossierLine>,
    pub due_today: Vec<DossierLine>,
    pub due_soon: Vec<DossierLine>,
    /// Dossiers that are owed an apology, late or about to be.
    pub apologies: Vec<DossierLine>,
    /// On-time rate of the month so far (RATE-05); none where nothing arose (RATE-04).
    pub on_time_rate: Option<Rate>,
}

/// The whole digest of one reader.
#[derive(Clone, Debug)]
pub struct Digest {
    /// The office in whose name the reader gets it.
    pub office: String,
    pub day: Day,
    pub month: Month,
    pub units: Vec<UnitDigest>,
    /// Of all the units together; a ratio of sums (RATE-06).
    pub on_time_rate: Option<Rate>,
    pub url: String,
}

impl Digest {
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let (late, apologies) = (self.count(|unit| &unit.late), self.count(|unit| &unit.apologies));
        let (today, soon) = (self.count(|unit| &unit.due_today), self.count(|unit| &unit.due_soon));
        let headline = headline(late, apologies, today);
        Sheet {
            subject: Subject::new(&format!("{headline} – {}", self.office)),
            unit: &self.office,
            tone: tone(late + apologies, today),
            message: [format!("{headline}."), upcoming(today, soon), self.rate()],
            groups: self.units.iter().map(|unit| self.group(unit)).collect(),
            url: &self.url,
            because: "Bản tin này được gửi lúc 07:15 mỗi ngày làm việc cho lãnh đạo đơn vị.",
        }
        .render()
    }

    fn count(&self, list: impl Fn(&UnitDigest) -> &Vec<DossierLine>) -> usize {
        self.units.iter().map(|unit| list(unit).len()).sum()
    }

    fn rate(&self) -> String {
        let day = VI.day(self.day);
        format!("{day}: {}.", month_so_far(self.month, self.on_time_rate))
    }

    /// One office has its tables without a heading; several have theirs each.
    fn group<'a>(&self, unit: &'a UnitDigest) -> Group<'a> {
        let sections = [
            ("Quá hạn", Tone::Overdue, &unit.late),
            ("Chưa xin lỗi", Tone::Overdue, &unit.apologies),
            ("Đến hạn hôm nay", Tone::DueSoon, &unit.due_today),
            ("Sắp đến hạn", Tone::DueSoon, &unit.due_soon),
        ];
        let sections: Vec<_> = sections
            .into_iter()
            .filter(|(_, _, rows)| !rows.is_empty())
            .map(|(title, tone, rows)| Section { title: title.to_owned(), tone, until: Section::DUE, rows })
            .collect();
        if self.units.len() == 1 {
            return Group { heading: None, note: None, sections };
        }
        let rate = month_so_far(self.month, unit.on_time_rate);
        let quiet = if sections.is_empty() {
            "Hôm nay không có hồ sơ quá hạn hay đến hạn; "
        } else {
            ""
        };
        let note = if quiet.is_empty() { capital(&rate) } else { rate };
        Group { heading: Some(unit.unit.clone()), note: Some(format!("{quiet}{note}.")), sections }
    }
}

fn headline(late: usize, apologies: usize, today: usize) -> String {
    match (late, apologies, today) {
        (0, 0, 0) => "Hôm nay không có hồ sơ quá hạn hay đến hạn".to_owned(),
        (0, 0, today) => format!("Không có hồ sơ quá hạn; {today} hồ sơ đến hạn hôm nay"),
        (0, apologies, _) => format!("{apologies} lời xin lỗi chưa gửi"),
        (late, 0, _) => format!("{late} hồ sơ quá hạn"),
        (late, apologies, _) => format!("{late} hồ sơ quá hạn, {apologies} lời xin lỗi chưa gửi"),
    }
}

fn upcoming(today: usize, soon: usize) -> String {
    match (today, soon) {
        (0, 0) => "Không có hồ sơ nào đến hạn hôm nay hay sắp đến hạn.".to_owned(),
        (0, soon) => format!("Hôm nay không có hồ sơ đến hạn; {soon} hồ sơ sắp đến hạn."),
        (today, 0) => format!("{today} hồ sơ phải trả trong hôm nay."),
        (today, soon) => format!("{today} hồ sơ phải trả trong hôm nay; {soon} hồ sơ sắp đến hạn."),
    }
}

fn month_so_far(month: Month, rate: Option<Rate>) -> String {
    let month = VI.month(month);
    match rate {
        Some(rate) => format!("từ đầu {month}, {} hồ sơ được trả đúng hạn", VI.percent(rate)),
        None => format!("từ đầu {month} không phát sinh hồ sơ đã giải quyết"),
    }
}

fn tone(wrong: usize, today: usize) -> Tone {
    match (wrong, today) {
        (0, 0) => Tone::Neutral,
        (0, _) => Tone::DueSoon,
        _ => Tone::Overdue,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
