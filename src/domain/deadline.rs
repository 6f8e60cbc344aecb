//! From receipt and time limit to the promised instant (section 5 of the rules).
//!
//! One engine for promise, preview, countdown and statistics. [`Timetable::due`] answers from
//! tables; where a table can't, a walk day by day does (`walk`), which is also what says
//! exactly which year a refusal is about (TIME-15). Reads no clock.

mod count;
mod derivation;
mod elapsed;
mod grounds;
mod lateness;
mod pause;
mod received;
mod step;
mod sub_deadline;
mod table;
mod walk;

#[cfg(test)]
pub(in crate::domain) mod fixture;
#[cfg(test)]
mod tests;

use super::calendar::Timetable;
use super::limit::{LimitError, Terms, TimeLimit};
use super::refusal::Language;
use super::time::{Day, Moment};

pub use count::Counted;
pub use derivation::{Derivation, LocalTime, Step, StepReason};
pub use grounds::{Grounds, Missed, TakenUpLater, missed};
pub use lateness::{Promise, late_from};
pub use received::parse_received;
pub use sub_deadline::{acceptance_due, paper_transfer_due, transfer_due, working_days_later};

/// When a result is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The promised instant.
    pub at: Moment,
    /// The promised civil day.
    pub on: Day,
    /// The first counted day (D1 of TIME-04); for hours the day on which they start to count.
    pub counting_starts: Day,
}

/// A due date that is no promise yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// None where the law sets no limit.
    pub due: Option<Due>,
    /// True where it rests on a year that is missing or not final (TIME-15).
    pub provisional: bool,
}

/// Why there is no due date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// The first year, in walking order, that the answer depends on and that is missing or
    /// not final (TIME-15).
    #[error("the calendar of {year} is not final")]
    CalendarNotFinal { year: i16 },
    #[error("the calendar has no working time left")]
    NoWorkingTime,
    #[error("the answer lies beyond what can be computed")]
    OutOfRange,
    #[error("{field}: {detail}")]
    InvalidInput { field: String, detail: String },
}

impl DeadlineError {
    #[must_use]
    pub fn invalid(field: &str, detail: impl ToString) -> Self {
        Self::InvalidInput { field: field.to_owned(), detail: detail.to_string() }
    }

    /// What is wrong and what to do, for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (language, self) {
            (Language::Vietnamese, Self::CalendarNotFinal { year }) => format!(
                "Chưa tính được ngày hẹn trả: lịch làm việc năm {year} chưa có hoặc chưa chính thức. Hãy nhập lịch năm {year} theo thông báo nghỉ lễ rồi tính lại."
            ),
            (Language::Vietnamese, Self::NoWorkingTime) => {
                "Không tính được ngày hẹn trả: lịch không còn ngày làm việc nào. Hãy kiểm tra ngày nghỉ hằng tuần trong lịch.".to_owned()
            }
            (Language::Vietnamese, Self::OutOfRange) => {
                "Thời hạn vượt quá giới hạn: nhiều nhất 3650 ngày, 29200 giờ hoặc 120 tháng, trong các năm 1 đến 9999.".to_owned()
            }
            (Language::Vietnamese, Self::InvalidInput { field, detail }) => in_vietnamese(field, detail),
            (Language::English, Self::CalendarNotFinal { year }) => format!(
                "No due date can be issued: the working calendar of {year} is missing or not final. Enter the calendar of {year} from the official notice and try again."
            ),
            (Language::English, Self::NoWorkingTime) => {
                "No due date can be issued: the calendar has no working day left. Check its weekly rest days.".to_owned()
            }
            (Language::English, Self::OutOfRange) => {
                "The limit is out of range: at most 3650 days, 29200 hours or 120 months, within the years 1 to 9999.".to_owned()
            }
            (Language::English, Self::InvalidInput { field, detail }) => {
                format!("The value of “{field}” can't be used: {detail}")
            }
        }
    }
}

/// The field, what it holds and what it takes; the reason itself is told in English alone.
fn in_vietnamese(field: &str, detail: &str) -> String {
    let given = detail.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(given, _)| given);
    let given = given.map(|given| format!(" “{given}”")).unwrap_or_default();
    let wanted = match field {
        "received" => "cần ngày và giờ, như 2026-11-20T16:00",
        "from" | "to" => {
            "cần ngày 2026-11-20, hoặc ngày và giờ 2026-11-20T16:00; điểm cuối không trước điểm đầu"
        }
        "limit" => "cần 10wd, 20cd, 8wh, 2mo, same-day hoặc none",
        "cutoff" => "cần none, after_15h, last_hour, after_17h_or_off_day hoặc after_close",
        "cutoff_effect" => "cần count_starts_next_wd hoặc treat_as_received_next_wd",
        "due_time" => "cần end_of_day, same_clock hoặc fixed=16:30",
        "hours" => "cần các buổi tăng dần trong một ngày, như 07:30-11:30,13:30-17:00",
        _ => return format!("Giá trị của “{field}” không dùng được: “{detail}”"),
    };
    format!("Giá trị{given} của “{field}” không dùng được: {wanted}.")
}

impl From<LimitError> for DeadlineError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::OutOfRange => Self::OutOfRange,
            _ => Self::invalid("limit", error),
        }
    }
}

/// Which years may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Years {
    /// Final ones only, as an official due date must.
    Final,
    /// All: what is not final as recorded, what is missing by the weekday.
    Any,
}

/// Who received and who must settle (TIME-14): the receiving unit's calendar and hours decide
/// whether the cut-off was missed, the competent unit's everything else.
#[derive(Clone, Copy, Debug)]
struct Units<'a> {
    receiving: &'a Timetable,
    competent: &'a Timetable,
}

impl Timetable {
    /// When a dossier received at `received` by the unit that settles it falls due; none where
    /// there is no limit. The receipt is cut to the second.
    ///
    /// # Errors
    /// Where it depends on a year that is not final (TIME-15), where there is no working time,
    /// and beyond the year 9999.
    pub fn due(&self, received: Moment, terms: &Terms) -> Result<Option<Due>, DeadlineError> {
        due_between_units(self, self, received, terms)
    }

    /// The same for planning: years that are not final are taken as they are recorded, missing
    /// ones by the weekday, and the answer says whether it rests on one (TIME-15).
    ///
    /// # Errors
    /// Where there is no working time, and beyond the year 9999.
    pub fn preview(&self, received: Moment, terms: &Terms) -> Result<Preview, DeadlineError> {
        preview_between_units(self, self, received, terms)
    }

    /// How the due date comes about, day by day; the same date as [`Self::due`].
    ///
    /// # Errors
    /// As [`Self::due`].
    pub fn explain(&self, received: Moment, terms: &Terms) -> Result<Derivation, DeadlineError> {
        explain_between_units(self, self, received, terms)
    }

    /// The derivation of [`Self::preview`].
    ///
    /// # Errors
    /// As [`Self::preview`].
    pub fn explain_preview(&self, received: Moment, terms: &Terms) -> Result<Derivation, DeadlineError> {
        let preview = self.preview(received, terms)?;
        Ok(Derivation::new(self, received, terms, preview))
    }
}

/// [`Timetable::due`] where one unit receives for another (ORG-04, TIME-14).
///
/// # Errors
/// As [`Timetable::due`].
pub fn due_between_units(
    receiving: &Timetable,
    competent: &Timetable,
    received: Moment,
    terms: &Terms,
) -> Result<Option<Due>, DeadlineError> {
    if terms.limit == TimeLimit::None {
        return Ok(None);
    }
    let units = Units { receiving, competent };
    match table::due(units, received, terms, Years::Final) {
        Some(due) => Ok(Some(due)),
        None => walk::due(units, received, terms, Years::Final).map(|preview| preview.due),
    }
}

/// [`Timetable::preview`] where one unit receives for another.
///
/// # Errors
/// As [`Timetable::preview`].
pub fn preview_between_units(
    receiving: &Timetable,
    competent: &Timetable,
    received: Moment,
    terms: &Terms,
) -> Result<Preview, DeadlineError> {
    match due_between_units(receiving, competent, received, terms) {
        Ok(due) => Ok(Preview { due, provisional: false }),
        Err(DeadlineError::CalendarNotFinal { .. }) => {
            let units = Units { receiving, competent };
            match table::due(units, received, terms, Years::Any) {
                Some(due) => Ok(Preview { due: Some(due), provisional: true }),
                None => walk::due(units, received, terms, Years::Any),
            }
        }
        Err(error) => Err(error),
    }
}

/// [`Timetable::explain`] where one unit receives for another.
///
/// # Errors
/// As [`Timetable::due`].
pub fn explain_between_units(
    receiving: &Timetable,
    competent: &Timetable,
    received: Moment,
    terms: &Terms,
) -> Result<Derivation, DeadlineError> {
    let due = due_between_units(receiving, competent, received, terms)?;
    Ok(Derivation::new(competent, received, terms, Preview { due, provisional: false }))
}
