//! The working time of one unit as a line without gaps, so that what officers do falls
//! into their office hours.

use crate::domain::calendar::{OfficeHours, Timetable};
use crate::domain::time::{Day, Moment};

use super::dice::Dice;

/// A point on a unit's working time: seconds worked since the line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot(i64);

impl Spot {
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60)
    }

    /// The point after so many thousandths of the way to `end`.
    #[must_use]
    pub fn towards(self, end: Self, per_mille: i64) -> Self {
        Self(self.0 + (end.0 - self.0) * per_mille / 1_000)
    }
}

/// One working day on the line.
#[derive(Clone, Debug)]
struct WorkDay {
    day: Day,
    begins: i64,
    hours: OfficeHours,
}

/// A unit's working days, in order.
#[derive(Clone, Debug)]
pub struct Office<'t> {
    timetable: &'t Timetable,
    days: Vec<WorkDay>,
}

impl<'t> Office<'t> {
    /// The working days from `from` to `to`, both included, by what is recorded.
    #[must_use]
    pub fn new(timetable: &'t Timetable, from: Day, to: Day) -> Self {
        let mut days = Vec::new();
        let mut begins = 0;
        let mut next = Some(from);
        while let Some(day) = next.filter(|day| *day <= to) {
            if timetable.is_working(day) {
                let hours = timetable.hours(day).clone();
                let seconds = i64::from(hours.seconds());
                days.push(WorkDay { day, begins, hours });
                begins += seconds;
            }
            next = day.next();
        }
        Self { timetable, days }
    }

    /// The instant of a point; beyond the line's ends, its first opening or last closing.
    #[must_use]
    pub fn at(&self, spot: Spot) -> Option<Moment> {
        let index = self.days.partition_point(|one| one.begins <= spot.0).saturating_sub(1);
        let one = self.days.get(index)?;
        let worked = u32::try_from((spot.0 - one.begins).max(0)).unwrap_or(u32::MAX);
        self.timetable.zone().instant(one.day, one.hours.clock_after(worked))
    }

    /// The point up to which had been worked at `moment`.
    #[must_use]
    pub fn spot(&self, moment: Moment) -> Spot {
        let (day, clock) = self.timetable.zone().local(moment);
        let Some(one) = self.days.get(self.index(day)) else { return self.end() };
        let worked = if one.day == day { one.hours.worked_before(clock) } else { 0 };
        Spot(one.begins + i64::from(worked))
    }

    fn end(&self) -> Spot {
        Spot(self.days.last().map_or(0, |one| one.begins + i64::from(one.hours.seconds())))
    }

    /// The number of `day` among the working days, or of the next one.
    #[must_use]
    pub fn index(&self, day: Day) -> usize {
        self.days.partition_point(|one| one.day < day)
    }

    /// The working day `later` after the one with this number (before it, where negative).
    #[must_use]
    pub fn shifted(&self, index: usize, later: i64) -> usize {
        let index = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(later);
        usize::try_from(index).unwrap_or(0).min(self.days.len().saturating_sub(1))
    }

    /// The point at which a day is opened.
    #[must_use]
    pub fn opens(&self, index: usize) -> Spot {
        self.days.get(index).map_or_else(|| self.end(), |one| Spot(one.begins))
    }

    #[must_use]
    pub fn day(&self, index: usize) -> Option<Day> {
        self.days.get(index).map(|one| one.day)
    }

    pub fn days(&self) -> impl Iterator<Item = Day> {
        self.days.iter().map(|one| one.day)
    }

    /// Some point of a working day, not before `earliest`.
    pub fn some_time(&self, index: usize, earliest: Spot, dice: &mut Dice) -> Spot {
        let Some(one) = self.days.get(index) else { return earliest };
        let opens = Spot(one.begins);
        let closes = Spot(one.begins + i64::from(one.hours.seconds()));
        let from = earliest.max(opens);
        if from >= closes { earliest } else { from.towards(closes, dice.between(30, 970)) }
    }

    /// A point of the day as people come: most in the first half of the morning, few at noon.
    pub fn busy_time(&self, index: usize, dice: &mut Dice) -> Option<Spot> {
        let one = self.days.get(index)?;
        let sessions = one.hours.sessions();
        let early = dice.per_mille(630);
        let session = if early { sessions.first() } else { sessions.last() }?;
        let length = i64::from(session.seconds());
        let share = dice.between(0, 999).min(dice.between(80, 999));
        let before = i64::from(one.hours.worked_before(session.from));
        Some(Spot(one.begins + before + length * share / 1_000))
    }
}
