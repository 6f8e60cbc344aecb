//! The month picture: the weeks from receipt to promise, each day with what it counted for.
//!
//! Draws what it is given and counts nothing itself: which day counts is the deadline
//! engine's answer. Colours are plain attributes, so that the picture stands alone on
//! paper; its classes let a style sheet recolour it.

mod grid;
mod sentence;

use jiff::civil::Weekday;

use crate::domain::deadline::{Derivation, Step, StepReason};
use crate::domain::limit::TimeLimit;
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

    fn of(step: &Step, every_day_counts: bool) -> Self {
        let mark = match (step.n, step.minutes, step.reason) {
            (Some(n), ..) if step.counts => DayMark::Counted(n),
            (_, Some(minutes), _) if step.counts => DayMark::Worked(minutes),
            (.., Some(StepReason::Stopped)) => DayMark::Stopped,
            (.., Some(StepReason::Weekend)) => DayMark::Off(None),
            (.., None | Some(StepReason::BeforeStart)) => DayMark::Before,
            (.., Some(_)) => DayMark::Off(step.name.clone()),
        };
        let weekend = matches!(step.date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Self { day: step.date, mark, make_up: step.counts && weekend && !every_day_counts }
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
    /// The picture of a promise as the deadline engine explains it.
    #[must_use]
    pub fn of(derivation: &Derivation, today: Option<Day>) -> Self {
        let (day, clock) = derivation.received.civil();
        let received = (day, clock.to_the_minute());
        let every_day_counts = matches!(derivation.limit, TimeLimit::CalendarDays(_) | TimeLimit::Months(_));
        let mut days: Vec<_> =
            derivation.steps.iter().map(|step| PictureDay::of(step, every_day_counts)).collect();
        if days.first().is_none_or(|first| first.day != received.0) {
            days.insert(0, PictureDay::new(received.0, DayMark::Before));
        }
        Self { received, days, promise: derivation.due_date, today, settled: None, every_day_counts }
    }

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
