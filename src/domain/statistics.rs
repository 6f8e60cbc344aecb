//! On-time figures and their rates.
//!
//! A rate is computed from integers and never flatters: nothing evaluable is no
//! rate, and 100 % is shown only where nobody was late (RATE-04, RATE-05).

use serde::Serialize;

use super::promise::Outcome;

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
