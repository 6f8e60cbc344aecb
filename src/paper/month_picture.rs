//! The month picture: the weeks from receipt to promise, each day with what it counted for.
//!
//! Draws what it is given and counts nothing itself: which day counts is the deadline
//! engine's answer. Colours are plain attributes, so that the picture stands alone on
//! paper; its classes let a style sheet recolour it.

mod grid;
mod sentence;

use crate::domain::time::{ClockTime, Day};
use crate::paper::{Language, Svg};

/// No picture may weigh more bytes: it travels by mobile networks and in letters.
const WEIGHT: usize = 6 * 1024;

/// What a day was for the promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayMark {
    /// Before counting begins, the day of receipt among them.
    Before,
    /// The n-th day of the limit.
    Counted(u32),
    /// A day of a limit in hours: the minutes that counted.
    Worked(u32),
    /// The n-th day of a run that a lawful restart set aside (SUP-04).
    SetAside(u32),
    /// A day off; a weekend has no name.
    Off(Option<String>),
    /// The clock stood still (STOP-02).
    Stopped,
    /// The n-th working day after the promise.
    Late(u32),
}

/// One day from receipt onwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureDay {
    pub day: Day,
    pub mark: DayMark,
    /// A weekend day on which the state works to make up for a swapped day off.
    pub make_up: bool,
}

impl PictureDay {
    #[must_use]
    pub fn new(day: Day, mark: DayMark) -> Self {
        Self { day, mark, make_up: false }
    }
}

/// A dossier's days, from the day of receipt to the promise or, where it is late, to today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthPicture {
    pub received: (Day, ClockTime),
    /// Ascending, each day once, the day of receipt first.
    pub days: Vec<PictureDay>,
    /// The day promised; none where the procedure has no limit.
    pub promise: Option<Day>,
    /// Today, if the picture should show it.
    pub today: Option<Day>,
    /// The day on which the result was there.
    pub settled: Option<Day>,
    /// Whether the limit counts days off too (TIME: calendar days or months).
    pub every_day_counts: bool,
}

impl MonthPicture {
    /// The picture, under 6 KB and readable at 240 px; very long lives leave middle weeks out.
    ///
    /// # Errors
    /// Where the template cannot be rendered, which only a formatter's failure brings about.
    pub fn svg(&self, language: Language) -> Result<Svg, askama::Error> {
        let mut svg = Svg::render(&grid::Grid::of(self, language, grid::WEEKS[0]))?;
        for weeks in grid::WEEKS {
            if svg.as_str().len() < WEIGHT {
                break;
            }
            svg = Svg::render(&grid::Grid::of(self, language, weeks))?;
        }
        Ok(svg)
    }

    /// The same in words: "Nhận 16:00 Thứ Sáu 20/11. Tính từ Thứ Hai 23/11. …"
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Vietnamese => sentence::vietnamese(self),
            Language::English => sentence::english(self),
        }
    }

    /// Which signs the picture uses, for a legend beside it.
    #[must_use]
    pub fn signs(&self) -> Signs {
        let any = |test: fn(&PictureDay) -> bool| self.days.iter().any(test);
        Signs {
            counted: any(|d| matches!(d.mark, DayMark::Counted(_) | DayMark::Worked(_))),
            set_aside: any(|d| matches!(d.mark, DayMark::SetAside(_))),
            off: any(|d| matches!(d.mark, DayMark::Off(_))),
            make_up: any(|d| d.make_up),
            stopped: any(|d| d.mark == DayMark::Stopped),
            late: any(|d| matches!(d.mark, DayMark::Late(_))),
            today: self.today.is_some_and(|today| self.days.iter().any(|d| d.day == today)),
            promise: self.promise.is_some(),
        }
    }
}

/// The signs that a picture uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Signs {
    pub counted: bool,
    pub set_aside: bool,
    pub off: bool,
    pub make_up: bool,
    pub stopped: bool,
    pub late: bool,
    pub today: bool,
    pub promise: bool,
}
