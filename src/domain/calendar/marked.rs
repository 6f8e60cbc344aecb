//! The days of a year that are not what their weekday says, as people and other programs read them.

use super::{DayKind, OffKind, Timetable};
use crate::domain::refusal::Language;
use crate::domain::time::Day;

/// What such a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Off(OffKind),
    /// A weekly rest day that is worked (TIME-13).
    MakeUp,
    /// A public day on a weekly rest day: without effect.
    Holiday,
}

impl Mark {
    /// As it is sent and written down.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Off(OffKind::Public) => "public",
            Self::Off(OffKind::Compensatory) => "compensatory",
            Self::Off(OffKind::Swap) => "swap",
            Self::Off(OffKind::Local) => "local",
            Self::MakeUp => "makeup",
            Self::Holiday => "holiday",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Off(OffKind::Public) => ("Nghỉ lễ, tết", "Public holiday"),
            Self::Off(OffKind::Compensatory) => ("Nghỉ bù", "Day off in lieu"),
            Self::Off(OffKind::Swap) => ("Nghỉ hoán đổi", "Swapped day off"),
            Self::Off(OffKind::Local) => ("Nghỉ theo quyết định của địa phương", "Closed by local decision"),
            Self::MakeUp => ("Làm việc bù", "Make-up working day"),
            Self::Holiday => ("Ngày lễ vào ngày nghỉ hằng tuần", "Holiday on a weekly day of rest"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        self.word(Language::Vietnamese)
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedDay {
    pub day: Day,
    pub mark: Mark,
    pub name: String,
    /// Of a day off the one that is worked for it, of a make-up day the one that it makes up for.
    pub other: Option<Day>,
}

impl Timetable {
    /// The days of a year that are not what their weekday says, in order.
    #[must_use]
    pub fn marked_days(&self, year: i16) -> Vec<MarkedDay> {
        let first = Day::new(year, 1, 1).ok();
        let days = std::iter::successors(first, |day| day.next()).take_while(|day| day.year() == year);
        days.filter_map(|day| self.marked(day)).collect()
    }

    fn marked(&self, day: Day) -> Option<MarkedDay> {
        let calendar = self.calendar();
        let rests = calendar.data().weekend.contains(day.weekday());
        let (mark, name, other) = match self.kind(day) {
            DayKind::Off { kind: OffKind::Local, name } => {
                let worked = self.local_makeup.iter().find(|(_, off)| **off == day);
                (Mark::Off(OffKind::Local), name, worked.map(|(worked, _)| *worked))
            }
            DayKind::Off { kind, name } => {
                let (year, entry) = calendar.off.get(&day)?;
                (Mark::Off(kind), name, calendar.data().years[*year].off[*entry].makeup)
            }
            DayKind::Weekend { holiday } => (Mark::Holiday, holiday?, None),
            DayKind::Working if rests => {
                let replaced = calendar.makeup.get(&day).or_else(|| self.local_makeup.get(&day));
                (Mark::MakeUp, "Làm việc bù", replaced.copied())
            }
            DayKind::Working => return None,
        };
        Some(MarkedDay { day, mark, name: name.to_owned(), other })
    }
}
