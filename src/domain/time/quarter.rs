//! Quarters of a year.

use std::str::FromStr;

use super::{Day, Month, TimeError};

/// A quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarter {
    last: Month,
}

impl Quarter {
    /// March, June, September or December.
    #[must_use]
    pub fn last_month(self) -> Month {
        self.last
    }
}

/// `2026-Q3` and nothing else.
impl FromStr for Quarter {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::new(text, "a quarter (2026-Q3)");
        let (year, number) = text.split_once('-').filter(|(year, _)| year.len() == 4).ok_or_else(wrong)?;
        let month = match number {
            "Q1" | "q1" => 3,
            "Q2" | "q2" => 6,
            "Q3" | "q3" => 9,
            "Q4" | "q4" => 12,
            _ => return Err(wrong()),
        };
        let first = Day::new(year.parse().map_err(|_| wrong())?, month, 1)?;
        Ok(Self { last: first.month() })
    }
}
