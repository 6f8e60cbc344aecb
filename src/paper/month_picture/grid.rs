//! Where each day of a month picture stands and how it is drawn.
//!
//! Geometry only: the words around it are the sentence's.

use std::fmt::Write as _;
use std::ops::Range;

use askama::Template;

use super::{DayMark, MonthPicture, PictureDay, sentence};
use crate::domain::time::Day;
use crate::paper::Language;

const COLUMN: usize = 34;
const ROW: usize = 38;
const HEAD: usize = 18;

/// How much is drawn and said at most.
pub(super) struct Size {
    /// Beyond so many weeks the middle is left out.
    weeks: usize,
    /// So many closures are named in its sentence.
    closures: usize,
}

/// From the largest on: the smaller ones are for pictures that many names make heavy.
pub(super) const SIZES: [Size; 4] = [
    Size { weeks: 9, closures: usize::MAX },
    Size { weeks: 9, closures: 12 },
    Size { weeks: 7, closures: 8 },
    Size { weeks: 4, closures: 6 },
];

/// A text at a place in its row.
struct Label {
    x: usize,
    text: String,
}

impl Label {
    /// Whether it needs smaller letters to fit its day (`20/11` beside a border).
    fn long(&self) -> bool {
        self.text.chars().count() > 4
    }

    /// Whether it needs smaller letters than a count has (`7g30` beside `12`).
    fn hours(&self) -> bool {
        self.text.chars().count() > 3
    }
}

/// The texts of one week. What stands on filled days is apart: its ink is white.
struct Row {
    date_y: usize,
    mark_y: usize,
    dates: Vec<Label>,
    words: Vec<Label>,
    counted_dates: Vec<Label>,
    counted: Vec<Label>,
    late: Vec<Label>,
}

/// The days off of one name, drawn apart for their title.
struct NamedDays {
    path: String,
    name: String,
}

/// The weeks left out of the middle.
struct Gap {
    y: usize,
    text: String,
}

/// The squares of each kind, each kind one path.
#[derive(Default)]
struct Squares {
    counted: String,
    set_aside: String,
    off: String,
    stopped: String,
    late: String,
    make_up: String,
    received: String,
    promise: String,
    today: String,
}

/// The whole picture, ready to be written.
#[derive(Template)]
#[template(path = "month_picture.svg")]
pub(super) struct Grid {
    language: &'static str,
    height: usize,
    sentence: String,
    heads: Vec<Label>,
    rows: Vec<Row>,
    gap: Option<Gap>,
    named: Vec<NamedDays>,
    squares: Squares,
}

/// Words that stand inside a day.
struct Words {
    heads: [&'static str; 7],
    received: &'static str,
    off: &'static str,
    stopped: &'static str,
    hour: &'static str,
}

const VIETNAMESE: Words = Words {
    heads: ["T2", "T3", "T4", "T5", "T6", "T7", "CN"],
    received: "nhận",
    off: "nghỉ",
    stopped: "dừng",
    hour: "g",
};

const ENGLISH: Words = Words {
    heads: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    received: "in",
    off: "off",
    stopped: "stop",
    hour: "h",
};

impl Grid {
    pub(super) fn of(picture: &MonthPicture, language: Language, size: &Size) -> Self {
        let (words, tag) = match language {
            Language::Vietnamese => (&VIETNAMESE, "vi"),
            Language::English => (&ENGLISH, "en"),
        };
        let mut grid = Self {
            language: tag,
            height: 0,
            sentence: sentence::of(picture, language, size.closures),
            heads: words.heads.iter().enumerate().map(|(i, head)| label(i, (*head).to_owned())).collect(),
            rows: Vec::new(),
            gap: None,
            named: Vec::new(),
            squares: Squares::default(),
        };
        let weeks = weeks(&picture.days);
        let left_out = left_out(weeks.len(), size.weeks);
        let mut y = HEAD;
        for (index, week) in weeks.iter().enumerate() {
            if !left_out.contains(&index) {
                grid.draw_week(picture, week, y, words, index == left_out.end);
                y += ROW;
            } else if index == left_out.start {
                let days = weeks.get(left_out.clone()).unwrap_or_default().concat();
                grid.gap = Some(Gap { y: y + 15, text: gap_text(&days, left_out.len(), language) });
                y += 24;
            }
        }
        grid.height = y;
        grid
    }

    /// After a gap the first day says its month again.
    fn draw_week(
        &mut self,
        picture: &MonthPicture,
        week: &[&PictureDay],
        y: usize,
        words: &Words,
        after_gap: bool,
    ) {
        let mut row = Row {
            date_y: y + 14,
            mark_y: y + 30,
            dates: Vec::new(),
            words: Vec::new(),
            counted_dates: Vec::new(),
            counted: Vec::new(),
            late: Vec::new(),
        };
        for (place, day) in week.iter().enumerate() {
            let column = column(day.day);
            let cell = self.outline(picture, day, column, y);
            let starts = day.day == picture.received.0 || day.day.0.day() == 1 || after_gap && place == 0;
            let with_month = starts || picture.promise == Some(day.day);
            let date = label(column, date_text(day.day, with_month));
            if matches!(day.mark, DayMark::Counted(_) | DayMark::Worked(_)) {
                row.counted_dates.push(date);
            } else {
                row.dates.push(date);
            }
            let received = day.day == picture.received.0;
            self.mark(day, received, column, &cell, &mut row, words);
        }
        self.rows.push(row);
    }

    /// Rings the promise, outlines today, and gives the square left inside of these.
    fn outline(&mut self, picture: &MonthPicture, day: &PictureDay, column: usize, y: usize) -> String {
        let mut inset = 2;
        if picture.promise == Some(day.day) {
            self.squares.promise = square(column, y, 1);
            inset = 4;
        }
        if picture.today == Some(day.day) {
            self.squares.today = square(column, y, inset - 1);
            inset += 2;
        }
        if day.make_up {
            let (x, top) = (column * COLUMN + COLUMN - inset - 9, y + inset);
            let _ = write!(self.squares.make_up, "M{x} {top}h8v8z");
        }
        square(column, y, inset)
    }

    fn mark(
        &mut self,
        day: &PictureDay,
        received: bool,
        column: usize,
        cell: &str,
        row: &mut Row,
        words: &Words,
    ) {
        let squares = &mut self.squares;
        match &day.mark {
            DayMark::Counted(n) => {
                squares.counted.push_str(cell);
                row.counted.push(label(column, n.to_string()));
            }
            DayMark::Worked(minutes) => {
                squares.counted.push_str(cell);
                row.counted.push(label(column, hours_text(*minutes, words.hour)));
            }
            DayMark::SetAside(n) => {
                squares.set_aside.push_str(cell);
                row.words.push(label(column, n.to_string()));
            }
            DayMark::Off(Some(name)) => {
                match self.named.iter_mut().find(|named| named.name == *name) {
                    Some(named) => named.path.push_str(cell),
                    None => self.named.push(NamedDays { path: cell.to_owned(), name: name.clone() }),
                }
                row.words.push(label(column, words.off.to_owned()));
            }
            DayMark::Off(None) => squares.off.push_str(cell),
            DayMark::Stopped => {
                squares.stopped.push_str(cell);
                row.words.push(label(column, words.stopped.to_owned()));
            }
            DayMark::Late(n) => {
                squares.late.push_str(cell);
                row.late.push(label(column, format!("+{n}")));
            }
            DayMark::Before => {}
        }
        if received && !matches!(day.mark, DayMark::Counted(_) | DayMark::Worked(_)) {
            squares.received.push_str(cell);
            row.words.retain(|word| word.x != label(column, String::new()).x);
            row.words.push(label(column, words.received.to_owned()));
        }
    }
}

/// A day's square, `inset` from its column and row.
fn square(column: usize, y: usize, inset: usize) -> String {
    let (width, height) = (COLUMN - 2 * inset, ROW - 2 * inset);
    format!("M{} {}h{width}v{height}h-{width}z", column * COLUMN + inset, y + inset)
}

fn label(column: usize, text: String) -> Label {
    Label { x: column * COLUMN + COLUMN / 2, text }
}

/// 0 for Monday to 6 for Sunday.
fn column(day: Day) -> usize {
    usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())
}

/// `20`, or `20/11` where the month should be said.
fn date_text(day: Day, with_month: bool) -> String {
    let date = day.0;
    if with_month { format!("{}/{}", date.day(), date.month()) } else { date.day().to_string() }
}

/// `4g` or `2g15`.
fn hours_text(minutes: u32, hour: &str) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    if minutes == 0 { format!("{hours}{hour}") } else { format!("{hours}{hour}{minutes:02}") }
}

/// The days by weeks that begin on Monday.
fn weeks(days: &[PictureDay]) -> Vec<Vec<&PictureDay>> {
    let mut weeks: Vec<Vec<&PictureDay>> = Vec::new();
    for day in days {
        let last = weeks.last().and_then(|week| week.last());
        let fits = last.is_some_and(|last| day.day.since(last.day) < 7 && column(last.day) < column(day.day));
        match weeks.last_mut() {
            Some(week) if fits => week.push(day),
            _ => weeks.push(vec![day]),
        }
    }
    weeks
}

/// Which of `count` weeks are left out of a picture of at most `most`.
fn left_out(count: usize, most: usize) -> Range<usize> {
    let first = most / 2;
    if count <= most { 0..0 } else { first..count - (most - first) }
}

/// `⋮ 17 tuần, ngày 27–145, nghỉ 9 ngày lễ ⋮`: how long, what was counted, what was named.
fn gap_text(days: &[&PictureDay], weeks: usize, language: Language) -> String {
    let numbers =
        || days.iter().filter_map(|day| if let DayMark::Counted(n) = day.mark { Some(n) } else { None });
    let named = days.iter().filter(|day| matches!(day.mark, DayMark::Off(Some(_)))).count();
    let stopped = days.iter().any(|day| day.mark == DayMark::Stopped);
    let mut parts = vec![match language {
        Language::Vietnamese => format!("{weeks} tuần"),
        Language::English if weeks == 1 => "1 week".to_owned(),
        Language::English => format!("{weeks} weeks"),
    }];
    if let (Some(first), Some(last)) = (numbers().next(), numbers().next_back()) {
        parts.push(match language {
            Language::Vietnamese => format!("ngày {first}–{last}"),
            Language::English => format!("days {first}–{last}"),
        });
    }
    if named > 0 {
        parts.push(match language {
            Language::Vietnamese => format!("nghỉ {named} ngày lễ"),
            Language::English => format!("{named} off"),
        });
    }
    if stopped {
        parts.push(match language {
            Language::Vietnamese => "tạm dừng".to_owned(),
            Language::English => "stopped".to_owned(),
        });
    }
    format!("⋮ {} ⋮", parts.join(", "))
}
