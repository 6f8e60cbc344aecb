//! Whether a dossier that nobody gave a due date kept within the maximum limit of its procedure
//! (TIME-17). Promises nothing: what was promised is judged by its promise alone (LATE-00).

use jiff::{SignedDuration, ToSpan};

use super::{Counted, Moment, Timetable};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::time::Day;

impl Timetable {
    /// TIME-17: end − start − the times that do not count ≤ limit, all in the unit of the limit; always
    /// where there is no limit. Months are as many days as they have from the day of receipt on, and a
    /// same-day limit is the working time until its end. Years that are not final are taken as they are
    /// recorded, as by everything that only measures.
    #[must_use]
    pub fn keeps_within(
        &self,
        limit: TimeLimit,
        from: Moment,
        to: Moment,
        uncounted: impl IntoIterator<Item = (Moment, Moment)>,
    ) -> bool {
        let Some(most) = self.most(limit, from) else { return true };
        let all = self.consumed(from, to, limit);
        let counted = uncounted
            .into_iter()
            .fold(all, |left, (begun, ended)| left.minus(self.consumed(begun, ended, limit)));
        !counted.exceeds(most)
    }

    /// The whole limit from `from` on; none where there is none.
    fn most(&self, limit: TimeLimit, from: Moment) -> Option<Counted> {
        let whole = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        match limit {
            TimeLimit::WorkingDays(days) => Some(Counted::WorkingDays(whole(days.get()))),
            TimeLimit::CalendarDays(days) => Some(Counted::CalendarDays(whole(days.get()))),
            TimeLimit::Months(months) => {
                let first = self.zone().day(from);
                let last = first.0.checked_add(i64::from(months.get()).months()).ok()?;
                Some(Counted::CalendarDays(Day(last).since(first)))
            }
            TimeLimit::WorkingHours(hours) => {
                Some(Counted::WorkingTime(SignedDuration::from_hours(hours.get().into())))
            }
            TimeLimit::SameDay => {
                let due = self.preview(from, &Terms::of(limit)).ok()?.due?;
                Some(Counted::WorkingTime(self.working_time_between(from, due.at)))
            }
            TimeLimit::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, office};
    use super::*;

    fn moment(text: &str) -> Moment {
        at(&office(), text)
    }

    fn kept(limit: &str, from: &str, to: &str, stops: &[(&str, &str)]) -> bool {
        let stops = stops.iter().map(|(begun, ended)| (moment(begun), moment(ended)));
        office().keeps_within(limit.parse().unwrap(), moment(from), moment(to), stops)
    }

    /// TIME-17: the last end that keeps the limit, and the first that does not.
    #[test]
    fn time_17_what_has_no_due_date_is_measured_by_the_maximum_limit() {
        for (limit, from, last, first_late) in [
            // 24/11 is off: the third working day after Friday is Thursday.
            ("3wd", "2026-11-20 09:00", "2026-11-26 23:59", "2026-11-27 00:00"),
            ("1wd", "2026-11-20 09:00", "2026-11-23 17:00", "2026-11-25 07:00"),
            ("10cd", "2026-11-10 09:00", "2026-11-20 23:59", "2026-11-21 00:00"),
            // November has 30 days; the last of January has no namesake in February.
            ("1mo", "2026-11-10 09:00", "2026-12-10 23:59", "2026-12-11 00:00"),
            ("1mo", "2026-01-31 09:00", "2026-02-28 23:59", "2026-03-01 00:00"),
            // Of seven and a half hours a day.
            ("8wh", "2026-11-20 16:00", "2026-11-23 16:30:00", "2026-11-23 16:30:01"),
            ("same-day", "2026-11-20 09:00", "2026-11-20 17:00:00", "2026-11-23 07:30:01"),
            ("same-day", "2026-11-21 09:00", "2026-11-23 17:00:00", "2026-11-25 07:30:01"),
        ] {
            assert!(kept(limit, from, last, &[]), "{limit} from {from} to {last}");
            assert!(!kept(limit, from, first_late, &[]), "{limit} from {from} to {first_late}");
        }
        assert!(kept("none", "2016-11-20 09:00", "2026-11-20 09:00", &[]), "there is no limit");
        assert!(kept("3wd", "2026-11-20 09:00", "2026-11-19 09:00", &[]), "told to end before it began");
    }

    /// TIME-17: the time that a supplement took is taken off, in the unit of the limit.
    #[test]
    fn time_17_the_time_of_a_supplement_is_taken_off() {
        // Monday 16/11 to Friday 20/11 are four working days.
        let week: &[_] = &[("2026-11-16 10:00", "2026-11-20 10:00")];
        assert!(kept("3wd", "2026-11-13 09:00", "2026-11-25 16:00", week));
        assert!(!kept("2wd", "2026-11-13 09:00", "2026-11-25 16:00", week));
        let twice: &[_] = &[week[0], ("2026-11-23 08:00", "2026-11-25 08:00")];
        assert!(kept("2wd", "2026-11-13 09:00", "2026-11-25 16:00", twice));
        assert!(!kept("1wd", "2026-11-13 09:00", "2026-11-25 16:00", twice));
        // An hour on Friday and seven and a half of Monday, of which six are taken off.
        let most: &[_] = &[("2026-11-23 07:30", "2026-11-23 15:30")];
        assert!(kept("3wh", "2026-11-20 16:00", "2026-11-23 17:00", most));
        assert!(!kept("2wh", "2026-11-20 16:00", "2026-11-23 17:00", most));
        assert!(kept("5cd", "2026-11-13 09:00", "2026-11-22 09:00", week));
        assert!(!kept("4cd", "2026-11-13 09:00", "2026-11-22 09:00", week));
    }
}
