//! Lunar dates in Vietnamese time (CAL-07), only to draft next year's calendar and to warn:
//! the signed notice decides (LUN-01).
//!
//! A lunar month begins on the civil day, at UTC+7, on which the moon is new. The month with the
//! winter solstice is the eleventh; where thirteen months lie between two of those, the first
//! without a major solar term (a multiple of 30° of the sun's longitude) is a leap month.

mod astronomy;

use astronomy::{new_moon, sun_longitude};

use super::time::Day;

/// Mean length of a lunar month in days.
const MONTH: f64 = 29.530_588_861;
/// Julian day of 1970-01-01T00:00 UTC.
const EPOCH: f64 = 2_440_587.5;
/// UTC+7, in days (TIME-11).
const VIETNAM: f64 = 7.0 / 24.0;
/// The sun stands at 270°, the ninth sector of 30°, from the winter solstice on.
const SOLSTICE: i32 = 9;
/// Outside of these years the published series are not worth their digits.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// The civil day of a date of the lunar year that begins in the civil year `year`, in its regular
/// month, not a leap one; none outside of 1900–2199 or where there is no such date.
#[must_use]
pub fn civil_day(year: i16, month: u8, day: u8) -> Option<Day> {
    let length = month_length(year, month)?;
    let first = month_start(year, month)?;
    (1..=length).contains(&day).then(|| first.plus(i32::from(day) - 1)).flatten()
}

/// How many days a regular lunar month has: 29 or 30.
#[must_use]
pub fn month_length(year: i16, month: u8) -> Option<u8> {
    let first = month_start(year, month)?;
    let number = nearest_new_moon(first.number() + 30);
    let next = (number - 1..=number + 1).map(first_day).find(|next| *next > first.number() + 1)?;
    u8::try_from(next - first.number()).ok()
}

/// The first day of a regular lunar month; Tết is the first of month 1.
fn month_start(year: i16, month: u8) -> Option<Day> {
    if !YEARS.contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    // Months 11 and 12 belong to the lunar year's end, after the next winter solstice.
    let first = if month <= 10 { Year::before(year)? } else { Year::before(year + 1)? };
    let place = if month <= 10 { usize::from(month) + 1 } else { usize::from(month) - 11 };
    let shifted = place + usize::from(first.leap.is_some_and(|leap| leap <= place));
    Day::new(1970, 1, 1).ok()?.plus(*first.starts.get(shifted)?)
}

/// The months from one with a winter solstice to before the next.
struct Year {
    /// The first day of each, in days since 1970-01-01; the first is month 11.
    starts: Vec<i32>,
    /// Which of them is the leap month.
    leap: Option<usize>,
}

impl Year {
    /// Those that begin with month 11 before the civil year `year`.
    fn before(year: i16) -> Option<Self> {
        let (first, next) = (eleventh(year - 1)?, eleventh(year)?);
        let starts: Vec<i32> = (first..=next).map(first_day).collect();
        // Twelve months and the eleventh after them, or thirteen.
        let has_leap = starts.len() == 14;
        let leap = starts.windows(2).skip(1).position(|month| sector(month[0]) == sector(month[1]));
        Some(Self { leap: leap.map(|place| place + 1).filter(|_| has_leap), starts })
    }
}

/// The number of the new moon that begins the month with the winter solstice of a year.
fn eleventh(year: i16) -> Option<i32> {
    let from = Day::new(year, 12, 18).ok()?.number();
    let solstice =
        (from..from + 8).find(|&day| sector(day + 1) == SOLSTICE && sector(day) == SOLSTICE - 1)?;
    let number = nearest_new_moon(solstice);
    (number - 1..=number + 1).rev().find(|&number| first_day(number) <= solstice)
}

/// In which twelfth of its circle the sun stands as a Vietnamese day begins; the major terms
/// are where it enters one.
fn sector(day: i32) -> i32 {
    let degrees = sun_longitude(EPOCH + f64::from(day) - VIETNAM);
    whole(degrees / 30.0)
}

/// The Vietnamese day on which the new moon of this number falls.
fn first_day(number: i32) -> i32 {
    whole(new_moon(number) - EPOCH + VIETNAM)
}

/// The number of a new moon at most a month away from a day.
fn nearest_new_moon(day: i32) -> i32 {
    whole((EPOCH + f64::from(day) - astronomy::FIRST_NEW_MOON) / MONTH + 0.5)
}

#[expect(clippy::cast_possible_truncation, reason = "days and months of three centuries")]
fn whole(number: f64) -> i32 {
    number.floor() as i32
}

#[cfg(test)]
mod tests;
