//! Reads another system's dates: several formats, words for "missing", days that stand for none.

use jiff::fmt::strtime::BrokenDownTime;

use crate::domain::time::{Day, Moment, Zone};

/// How a source writes its dates.
#[derive(Clone, Debug)]
pub struct Dates {
    pub zone: Zone,
    /// Tried in this order.
    pub formats: Vec<String>,
    pub missing: Vec<String>,
    /// Days that the source writes where it has none.
    pub sentinels: Vec<Day>,
}

/// What a value turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Missing,
    Unreadable,
    Stamp(Stamp),
}

/// An instant and its civil day in the source's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The beginning of the day where no time was given.
    pub at: Moment,
    pub on: Day,
    pub has_time: bool,
}

impl Dates {
    #[must_use]
    pub fn read(&self, text: &str) -> Reading {
        if self.is_missing(text) {
            return Reading::Missing;
        }
        let text = text.trim();
        self.formats.iter().find_map(|format| self.read_as(format, text)).unwrap_or(Reading::Unreadable)
    }

    /// Whether this stands for nothing: a word of the source's for it, or nothing at all.
    #[must_use]
    pub fn is_missing(&self, text: &str) -> bool {
        text.trim().is_empty() || self.missing.iter().any(|token| token == text)
    }

    fn read_as(&self, format: &str, text: &str) -> Option<Reading> {
        let parts = BrokenDownTime::parse(format, text).ok()?;
        let written = Day(parts.to_date().ok()?);
        // Asked first: the last day of the year 9999 has no instant in many zones.
        if self.sentinels.contains(&written) {
            return Some(Reading::Missing);
        }
        self.stamp(&parts, written).map(Reading::Stamp)
    }

    fn stamp(&self, parts: &BrokenDownTime, written: Day) -> Option<Stamp> {
        let zone = self.zone.time_zone();
        if parts.hour().is_none() {
            let at = zone.to_ambiguous_timestamp(written.0.into()).compatible().ok()?;
            return Some(Stamp { at: Moment::new(at), on: written, has_time: false });
        }
        if parts.offset().is_some() {
            let at = Moment::new(parts.to_timestamp().ok()?);
            return Some(Stamp { at, on: self.zone.day(at), has_time: true });
        }
        let at = zone.to_ambiguous_timestamp(parts.to_datetime().ok()?).compatible().ok()?;
        Some(Stamp { at: Moment::new(at), on: written, has_time: true })
    }
}

/// Whether `format` can be understood and leads to a day.
#[must_use]
pub fn is_date_format(format: &str) -> bool {
    let civil = jiff::civil::date(2022, 12, 31).at(23, 59, 58, 0);
    let example = jiff::tz::TimeZone::UTC.to_ambiguous_zoned_datetime(civil).compatible();
    let Ok(example) = example else { return false };
    let written = jiff::fmt::strtime::format(format, &example);
    let read = written.and_then(|text| BrokenDownTime::parse(format, text)?.to_date());
    read.is_ok_and(|date| date == example.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(formats: &[&str]) -> Dates {
        Dates {
            zone: Zone::named("Europe/Amsterdam").unwrap(),
            formats: formats.iter().map(ToString::to_string).collect(),
            missing: vec![String::new(), " ".to_owned()],
            sentinels: vec!["9999-12-31".parse().unwrap()],
        }
    }

    fn stamp(at: &str, on: &str, has_time: bool) -> Reading {
        Reading::Stamp(Stamp { at: at.parse().unwrap(), on: on.parse().unwrap(), has_time })
    }

    /// The civil day is the zone's, whatever offset the value is written with.
    #[test]
    fn an_offset_gives_the_instant_and_the_zone_the_day() {
        let dates = dates(&["%Y-%m-%d %H:%M:%S%.f%:z"]);
        let read = dates.read("2011-03-31 22:30:00.010000+00:00");
        assert_eq!(read, stamp("2011-03-31T22:30:00.01Z", "2011-04-01", true));
        assert_eq!(
            dates.read("2011-01-01 00:30:00+01:00"),
            stamp("2010-12-31T23:30:00Z", "2011-01-01", true)
        );
    }

    #[test]
    fn the_formats_are_tried_in_order_and_never_guessed() {
        let dates = dates(&["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d"]);
        let noon = stamp("2022-02-01T11:00:00Z", "2022-02-01", true);
        assert_eq!(dates.read("2022-02-01 12:00:00"), noon);
        assert_eq!(dates.read("01/02/2022 12:00:00"), noon);
        assert_eq!(dates.read("2022-02-01"), stamp("2022-01-31T23:00:00Z", "2022-02-01", false));
        for wrong in ["31/02/2022 12:00:00", "02/13/2022 12:00:00", "2022-02-01 12:00:00 PM", "soon"] {
            assert_eq!(dates.read(wrong), Reading::Unreadable, "{wrong}");
        }
    }

    #[test]
    fn words_for_missing_and_sentinel_days_are_no_dates() {
        let dates = dates(&["%Y-%m-%d"]);
        for missing in ["", " ", "9999-12-31"] {
            assert_eq!(dates.read(missing), Reading::Missing, "{missing:?}");
        }
    }

    #[test]
    fn a_format_without_a_whole_day_is_refused() {
        assert!(is_date_format("%Y-%m-%d %H:%M:%S%.f%:z"));
        assert!(is_date_format("%Y%m%d%H%M%S"));
        for wrong in ["%H:%M", "%Y-%m", "yyyy-mm-dd", "%Q", "%Y-%m-%d %!"] {
            assert!(!is_date_format(wrong), "{wrong}");
        }
    }
}
