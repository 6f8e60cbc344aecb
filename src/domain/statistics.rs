//! On-time figures and their rates.
//!
//! A rate is computed from integers and never flatters: nothing evaluable is no
//! rate, and 100 % is shown only where nobody was late (RATE-04, RATE-05).

use serde::Serialize;

use super::promise::Outcome;
use super::time::Day;

/// How many ended early, on the day and late, and how many had no due date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub early: u64,
    pub on_time: u64,
    pub late: u64,
    /// Ended without a due date; listed beside, never evaluated.
    pub without_due: u64,
}

impl Figures {
    pub fn count(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(Outcome::Early) => self.early += 1,
            Some(Outcome::OnTime) => self.on_time += 1,
            Some(Outcome::Late) => self.late += 1,
            None => self.without_due += 1,
        }
    }

    /// Sums, never means: an aggregate's rate is the ratio of its sums (RATE-06).
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            early: self.early + other.early,
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            without_due: self.without_due + other.without_due,
        }
    }

    #[must_use]
    pub fn evaluable(self) -> u64 {
        self.early + self.on_time + self.late
    }

    /// The share that was not late; none where nothing was evaluable (RATE-01, RATE-04).
    #[must_use]
    pub fn rate(self) -> Option<Rate> {
        Rate::of(self.early + self.on_time, self.evaluable())
    }
}

/// A half of a month, from the 1st to the 14th or from the 15th to the end: both the calendar's
/// months and those of the reports (REP-15) are whole numbers of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfMonth(Day);

impl HalfMonth {
    /// The one that holds `day`.
    #[must_use]
    pub fn of(day: Day) -> Self {
        let first = day.month().first();
        Self(first.plus(14).filter(|middle| *middle <= day).unwrap_or(first))
    }

    #[must_use]
    pub fn first(self) -> Day {
        self.0
    }

    #[must_use]
    pub fn last(self) -> Day {
        if self.0.0.day() == 1 { self.0.plus(13).unwrap_or(self.0) } else { self.0.month().last() }
    }

    /// The first and the last one that lie wholly between two days, both included.
    #[must_use]
    pub fn within(from: Day, to: Day) -> Option<(Self, Self)> {
        let first = Self::of(from);
        let first = if first.first() == from { first } else { Self::of(first.last().next()?) };
        let last = Self::of(to);
        let last = if last.last() == to { last } else { Self::of(last.first().previous()?) };
        (first <= last).then_some((first, last))
    }
}

/// A share in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u64);

impl Rate {
    /// Two decimals, half up, but never 100 % while anything is missing from it (RATE-05).
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        let rounded = (u128::from(part) * 20_000 + u128::from(whole)) / (2 * u128::from(whole));
        let capped = if part < whole { rounded.min(9_999) } else { rounded };
        u64::try_from(capped).ok().map(Self)
    }

    #[must_use]
    pub fn hundredths(self) -> u64 {
        self.0
    }

    /// As officers write it: `75,77 %`.
    #[must_use]
    pub fn vietnamese(self) -> String {
        format!("{},{:02} %", self.0 / 100, self.0 % 100)
    }
}

/// `75.77`.
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_lies_in_one_half_month_and_whole_ones_are_told_from_parts() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let within = |from, to| {
            HalfMonth::within(day(from), day(to))
                .map(|(first, last)| (first.first().to_string(), last.last().to_string()))
        };
        let first = day("2023-12-20");
        for day in (0..500).map(|days| first.plus(days).unwrap()) {
            let half = HalfMonth::of(day);
            assert!(half.first() <= day && day <= half.last(), "{day}");
            assert_eq!(HalfMonth::within(half.first(), half.last()), Some((half, half)));
        }
        let whole = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(within("2024-02-01", "2024-02-29"), whole("2024-02-01", "2024-02-29"));
        assert_eq!(within("2024-01-15", "2024-02-14"), whole("2024-01-15", "2024-02-14"));
        assert_eq!(within("2024-01-02", "2024-02-28"), whole("2024-01-15", "2024-02-14"));
        assert_eq!(within("2024-01-02", "2024-01-30"), None);
        assert_eq!(within("2024-01-15", "2024-01-31"), whole("2024-01-15", "2024-01-31"));
    }

    /// RATE-05: half up from integers; 99.996 % is not 100 %.
    #[test]
    fn a_rate_is_rounded_half_up_but_never_up_to_a_hundred() {
        let shown = |part, whole| Rate::of(part, whole).map(|rate| rate.to_string());
        assert_eq!(shown(1007, 1329).as_deref(), Some("75.77"));
        assert_eq!(shown(1, 8).as_deref(), Some("12.50"));
        assert_eq!(shown(1, 3).as_deref(), Some("33.33"));
        assert_eq!(shown(2, 3).as_deref(), Some("66.67"));
        assert_eq!(shown(99_996, 100_000).as_deref(), Some("99.99"));
        assert_eq!(shown(24_999, 25_000).as_deref(), Some("99.99"));
        assert_eq!(shown(7, 7).as_deref(), Some("100.00"));
        assert_eq!(shown(0, 7).as_deref(), Some("0.00"));
    }

    /// RATE-04: nothing evaluable is "không phát sinh", neither 0 % nor 100 %.
    #[test]
    fn where_nothing_was_evaluable_there_is_no_rate() {
        assert_eq!(Figures { without_due: 4, ..Figures::default() }.rate(), None);
    }
}
