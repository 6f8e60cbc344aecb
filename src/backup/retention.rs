//! Which copies are kept: the newest of each of the last hours, days and months that have one.
//!
//! Counts hours that have a copy, not hours that have passed: time alone removes nothing, so that
//! a service that stood still for a month still has what it had.

use std::collections::BTreeSet;

use super::name::CopyName;

/// How many of each are kept; the newest copy is kept in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub hourly: usize,
    pub daily: usize,
    pub monthly: usize,
}

/// The copies that need not be kept, the oldest first.
#[must_use]
pub fn to_remove(copies: &[CopyName], keep: Keep) -> Vec<CopyName> {
    let mut newest_first: Vec<&CopyName> = copies.iter().collect();
    newest_first.sort_by_key(|copy| std::cmp::Reverse(copy.at));
    let mut kept = BTreeSet::from_iter(newest_first.first().map(|newest| newest.at));
    type Period = fn(&CopyName) -> &str;
    let periods: [(usize, Period); 3] =
        [(keep.hourly, CopyName::hour), (keep.daily, CopyName::day), (keep.monthly, CopyName::month)];
    for (count, period) in periods {
        let mut seen = BTreeSet::new();
        for copy in &newest_first {
            if seen.len() < count && seen.insert(period(copy)) {
                kept.insert(copy.at);
            }
        }
    }
    let removed = newest_first.into_iter().rev().filter(|copy| !kept.contains(&copy.at));
    removed.cloned().collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::backup::name::Kind;
    use crate::domain::time::{Moment, Zone};

    const KEEP: Keep = Keep { hourly: 24, daily: 31, monthly: 12 };

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn copies(moments: impl IntoIterator<Item = Moment>) -> Vec<CopyName> {
        let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
        moments.into_iter().map(|at| CopyName::new(at, &zone, Kind::Sqlite)).collect()
    }

    fn kept(copies: &[CopyName], keep: Keep) -> Vec<&CopyName> {
        let removed = to_remove(copies, keep);
        copies.iter().filter(|copy| !removed.contains(copy)).collect()
    }

    #[test]
    fn of_two_years_of_hours_a_day_of_hours_a_month_of_days_and_a_year_of_months_are_kept() {
        // From 00:00 on 1 January 2025 to 12:00 on 20 December 2026, local time.
        let first = at("2024-12-31T17:00:00Z");
        let hours = 24 * (365 + 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 19) + 12;
        let all = copies((0..=hours).map(|hour| first.plus(SignedDuration::from_hours(hour))));
        assert_eq!(all.last().unwrap().hour(), "2026-12-20T12");
        let kept: Vec<String> = kept(&all, KEEP).iter().map(|copy| copy.hour().to_owned()).collect();

        let mut expected = BTreeSet::new();
        expected.extend((13..=23).map(|hour| format!("2026-12-19T{hour}")));
        expected.extend((0..=12).map(|hour| format!("2026-12-20T{hour:02}")));
        expected.extend((1..=19).map(|day| format!("2026-12-{day:02}T23")));
        expected.extend((20..=30).map(|day| format!("2026-11-{day}T23")));
        let ends = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30];
        expected.extend((1..=11).map(|month| format!("2026-{month:02}-{}T23", ends[month - 1])));
        assert_eq!(kept, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_long_silence_removes_nothing_and_the_newest_is_kept_whatever_the_settings_say() {
        let old =
            copies([at("2020-01-01T00:00:00Z"), at("2020-01-02T00:00:00Z"), at("2026-11-23T00:00:00Z")]);
        assert_eq!(to_remove(&old, KEEP), []);
        let none = Keep { hourly: 0, daily: 0, monthly: 0 };
        assert_eq!(kept(&old, none), [&old[2]]);
    }

    proptest! {
        /// Whatever there is: nothing is removed without a newer one of its hour, or enough newer
        /// hours; no more is kept than was asked for; a second round removes nothing.
        #[test]
        fn what_is_removed_is_never_needed(
            seconds in prop::collection::btree_set(0_i64..100_000_000, 0..200),
            hourly in 0_usize..30, daily in 0_usize..40, monthly in 0_usize..15,
        ) {
            let keep = Keep { hourly, daily, monthly };
            let all = copies(seconds.iter().map(|second| Moment::from_seconds(1_700_000_000 + second).unwrap()));
            let removed = to_remove(&all, keep);
            let kept: Vec<CopyName> = kept(&all, keep).into_iter().cloned().collect();
            prop_assert!(kept.len() <= (hourly + daily + monthly).max(1));
            prop_assert_eq!(kept.last(), all.last());
            prop_assert_eq!(to_remove(&kept, keep), []);
            for gone in &removed {
                let same_hour = kept.iter().any(|copy| copy.hour() == gone.hour() && copy.at > gone.at);
                let newer_hours: BTreeSet<_> = all.iter().filter(|copy| copy.at > gone.at).map(CopyName::hour).collect();
                prop_assert!(same_hour || newer_hours.len() >= hourly);
                let newer_days: BTreeSet<_> = all.iter().filter(|copy| copy.at > gone.at).map(CopyName::day).collect();
                prop_assert!(newer_days.contains(gone.day()) || newer_days.len() >= daily);
                let newer_months: BTreeSet<_> = all.iter().filter(|copy| copy.at > gone.at).map(CopyName::month).collect();
                prop_assert!(newer_months.contains(gone.month()) || newer_months.len() >= monthly);
            }
        }
    }
}
