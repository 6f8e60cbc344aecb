//! The calendar as tables over consecutive days, so that counting working days is two
//! look-ups however many there are.
//!
//! Covers some years before and after the recorded ones by the weekday rule, for what may be
//! provisional; which days are final is kept beside them (TIME-15).

use super::{Calendar, Day};

/// Years on either side of the recorded ones: as long as the longest limit, and then some.
const MARGIN: i16 = 12;

/// A stretch of indices, from the first to before the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::domain) struct Block {
    pub(in crate::domain) from: u32,
    pub(in crate::domain) to: u32,
}

impl Block {
    pub(in crate::domain) fn contains(self, index: u32) -> bool {
        self.from <= index && index < self.to
    }
}

/// Days by index, from the first day of the table on.
#[derive(Debug)]
pub(in crate::domain) struct DayTable {
    first: i32,
    dates: Vec<Day>,
    /// How many working days lie before each index; one entry more than there are days.
    rank: Vec<u32>,
    /// The index of each working day.
    working: Vec<u32>,
    /// Stretches of final years, latest first: most receipts are recent.
    finals: Vec<Block>,
}

impl DayTable {
    pub(super) fn empty() -> Self {
        Self { first: 0, dates: Vec::new(), rank: vec![0], working: Vec::new(), finals: Vec::new() }
    }

    pub(super) fn compile(calendar: &Calendar, works: impl Fn(Day) -> bool) -> Self {
        let years =
            (calendar.years().map(|(year, _)| year).min(), calendar.years().map(|(year, _)| year).max());
        let (Some(first), Some(last)) = years else { return Self::empty() };
        let (Ok(start), Ok(end)) = (Day::new(first - MARGIN, 1, 1), Day::new(last + MARGIN, 12, 31)) else {
            return Self::empty();
        };
        let mut table = Self { first: start.number(), ..Self::empty() };
        let mut day = Some(start);
        let (mut index, mut rank) = (0, 0);
        while let Some(today) = day.filter(|day| *day <= end) {
            if works(today) {
                table.working.push(index);
                rank += 1;
            }
            if calendar.is_final(today.year()) {
                table.extend_finals(index);
            }
            table.dates.push(today);
            table.rank.push(rank);
            index += 1;
            day = today.next();
        }
        table.finals.reverse();
        table
    }

    fn extend_finals(&mut self, index: u32) {
        match self.finals.last_mut() {
            Some(block) if block.to == index => block.to += 1,
            _ => self.finals.push(Block { from: index, to: index + 1 }),
        }
    }

    /// Its first and last day.
    pub(super) fn span(&self) -> Option<(Day, Day)> {
        Some((*self.dates.first()?, *self.dates.last()?))
    }

    /// The index of the day with this number since 1970-01-01.
    pub(in crate::domain) fn index(&self, number: i32) -> Option<u32> {
        let index = u32::try_from(number.checked_sub(self.first)?).ok()?;
        ((index as usize) < self.dates.len()).then_some(index)
    }

    pub(in crate::domain) fn date(&self, index: u32) -> Option<Day> {
        self.dates.get(index as usize).copied()
    }

    /// Midnight of the day in seconds since 1970-01-01T00:00, as a local clock shows it.
    pub(in crate::domain) fn midnight(&self, index: u32) -> i64 {
        (i64::from(self.first) + i64::from(index)) * 86_400
    }

    pub(in crate::domain) fn works(&self, index: u32) -> Option<bool> {
        let (before, after) = (self.working_before(index)?, self.working_before(index + 1)?);
        Some(before < after)
    }

    /// How many working days lie before this one.
    pub(in crate::domain) fn working_before(&self, index: u32) -> Option<u32> {
        self.rank.get(index as usize).copied()
    }

    /// The index of the working day that has `before` working days before it.
    pub(in crate::domain) fn working_day(&self, before: u32) -> Option<u32> {
        self.working.get(before as usize).copied()
    }

    /// The stretch of final years that this day lies in.
    pub(in crate::domain) fn final_block(&self, index: u32) -> Option<Block> {
        self.finals.iter().copied().find(|block| block.contains(index))
    }

    pub(in crate::domain) fn whole(&self) -> Block {
        Block { from: 0, to: u32::try_from(self.dates.len()).unwrap_or(u32::MAX) }
    }
}
