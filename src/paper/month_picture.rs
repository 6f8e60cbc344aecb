//! The month picture: the weeks from receipt to promise, each day with what it counted for.
//!
//! Draws what it is given and counts nothing itself: which day counts is the deadline
//! engine's answer. Colours are plain attributes, so that the picture stands alone on
//! paper; its classes let a style sheet recolour it.

mod grid;
mod sentence;

use std::collections::BTreeSet;

use jiff::civil::Weekday;

use crate::domain::deadline::{Derivation, Grounds, Step, StepReason};
use crate::domain::limit::{DueTime, TimeLimit};
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
    /// A day off; a weekend has a name where a public day falls on it.
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
    /// The name of the day off on which the last counted day falls (TIME-02).
    pub falls_on: Option<String>,
}

impl PictureDay {
    #[must_use]
    pub fn new(day: Day, mark: DayMark) -> Self {
        Self { day, mark, make_up: false, falls_on: None }
    }

    fn of(step: &Step, every_day_counts: bool) -> Self {
        let mark = match (step.n, step.minutes, step.reason) {
            (Some(n), ..) if step.counts => DayMark::Counted(n),
            (_, Some(minutes), _) if step.counts => DayMark::Worked(minutes),
            (.., Some(StepReason::Stopped)) => DayMark::Stopped,
            (.., None | Some(StepReason::BeforeStart)) => DayMark::Before,
            (.., Some(_)) => DayMark::Off(step.name.clone()),
        };
        let weekend = matches!(step.date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Self {
            day: step.date,
            mark,
            make_up: step.counts && weekend && !every_day_counts,
            falls_on: step.name.clone().filter(|_| step.counts),
        }
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
    /// The clock time promised, where it is another than the office's closing.
    pub hour: Option<ClockTime>,
    /// Today, if the picture should show it.
    pub today: Option<Day>,
    /// The day on which the result was there.
    pub settled: Option<Day>,
    /// What the promise rests on besides its days.
    pub grounds: Grounds,
}

impl MonthPicture {
    /// The picture of a promise as the deadline engine explains it.
    #[must_use]
    pub fn of(derivation: &Derivation, grounds: &Grounds, today: Option<Day>) -> Self {
        let (day, clock) = derivation.received.civil();
        let received = (day, clock.to_the_minute());
        let every_day_counts = counts_every_day(derivation.limit);
        let mut days: Vec<_> =
            derivation.steps.iter().map(|step| PictureDay::of(step, every_day_counts)).collect();
        if days.first().is_none_or(|first| first.day != received.0) {
            days.insert(0, PictureDay::new(received.0, DayMark::Before));
        }
        let (promise, hour) = (derivation.due_date, derivation.due.map(|due| due.civil().1));
        let says_hour = grounds.terms.due_time != DueTime::EndOfDay
            || matches!(derivation.limit, TimeLimit::WorkingHours(_));
        let hour = hour.filter(|_| says_hour).map(ClockTime::to_the_minute);
        Self { received, days, promise, hour, today, settled: None, grounds: *grounds }
    }

    /// Whether the limit counts days off too.
    #[must_use]
    pub fn every_day_counts(&self) -> bool {
        counts_every_day(self.grounds.terms.limit)
    }

    /// The picture, under 6 KB and readable at 240 px; a long life leaves its middle weeks out and
    /// says what they hold.
    ///
    /// # Errors
    /// Where the template cannot be rendered, which only a formatter's failure brings about.
    pub fn svg(&self, language: Language) -> Result<Svg, askama::Error> {
        let [first, lighter @ ..] = &grid::SIZES;
        let mut svg = Svg::render(&grid::Grid::of(self, language, first))?;
        for size in lighter {
            if svg.as_str().len() < WEIGHT {
                break;
            }
            svg = Svg::render(&grid::Grid::of(self, language, size))?;
        }
        Ok(svg)
    }

    /// The same in words: "Nhận 16:00 Thứ Sáu 20/11. Tính từ Thứ Hai 23/11. …"
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        sentence::of(self, language, usize::MAX)
    }

    /// The names of days off, as [`Self::sentence`] puts them in brackets.
    #[must_use]
    pub fn names_of_days_off(&self) -> BTreeSet<String> {
        let name = |day: &PictureDay| match &day.mark {
            DayMark::Off(Some(name)) => Some(sentence::without_brackets(name)),
            _ => None,
        };
        self.days.iter().filter_map(name).collect()
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

fn counts_every_day(limit: TimeLimit) -> bool {
    matches!(limit, TimeLimit::CalendarDays(_) | TimeLimit::Months(_))
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
