//! Everything that is filed, in the order of filing and under its numbers: a day at a
//! time, so that a province of ten million dossiers takes no more memory than a small one.

use std::collections::{BTreeMap, VecDeque};

use crate::db::Result;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::time::{Day, Zone};
use crate::domain::unit::UnitCode;
use crate::store::bulk::LastNumber;

use super::demand::{Demand, Intake};
use super::dice::Dice;

/// Draws that may find nothing to file, for each dossier.
const TRIES: u32 = 50;

/// An intake under its numbers.
#[derive(Debug)]
pub struct Filed<'p> {
    pub id: i64,
    pub day: Day,
    /// The agency's number of the day (CODE-03).
    pub number: u32,
    pub intake: Intake<'p>,
}

/// What is still to be filed.
#[derive(Debug)]
pub struct Filings<'d, 'p> {
    demand: &'d Demand<'p>,
    zone: &'d Zone,
    dice: Dice,
    /// How many are drawn on each day, the next one first.
    days: VecDeque<(Day, u64)>,
    /// Drawn, but perhaps with others of that day to come: who files online may do so days later.
    drawn: BTreeMap<Day, Vec<Intake<'p>>>,
    /// Numbered, the next one first.
    ready: VecDeque<Filed<'p>>,
    last_id: i64,
    last_numbers: Vec<LastNumber>,
}

impl<'d, 'p> Filings<'d, 'p> {
    /// `scenes` and so many more by chance, `wanted` together.
    pub fn new(
        demand: &'d Demand<'p>,
        zone: &'d Zone,
        scenes: Vec<Intake<'p>>,
        wanted: u32,
        dice: Dice,
    ) -> Self {
        let by_chance = usize::try_from(wanted).unwrap_or(usize::MAX).saturating_sub(scenes.len());
        let mut drawn: BTreeMap<Day, Vec<Intake<'p>>> = BTreeMap::new();
        for intake in scenes {
            drawn.entry(zone.day(intake.at)).or_default().push(intake);
        }
        let days = shared_out(u64::try_from(by_chance).unwrap_or(u64::MAX), demand.days());
        Self { demand, zone, dice, days, drawn, ready: VecDeque::new(), last_id: 0, last_numbers: Vec::new() }
    }

    /// The next ones, up to so many; nothing once all has been filed.
    ///
    /// # Errors
    /// Where nothing in the configuration can be filed.
    pub fn next_batch(&mut self, size: usize) -> Result<Vec<Filed<'p>>> {
        while self.ready.len() < size && self.go_on()? {}
        Ok(self.ready.drain(..size.min(self.ready.len())).collect())
    }

    /// The last numbers of the agencies on the days that have been numbered since this was asked.
    pub fn take_last_numbers(&mut self) -> Vec<LastNumber> {
        std::mem::take(&mut self.last_numbers)
    }

    /// Draws one more day and numbers the days to which nothing can be added any more.
    fn go_on(&mut self) -> Result<bool> {
        let Some((day, count)) = self.days.pop_front() else {
            let Some((day, intakes)) = self.drawn.pop_first() else { return Ok(false) };
            self.number(day, intakes);
            return Ok(true);
        };
        for _ in 0..count {
            let found = (0..TRIES).find_map(|_| self.demand.draw(day, &mut self.dice));
            let intake = found.ok_or_else(nothing_to_file)?;
            self.drawn.entry(self.zone.day(intake.at)).or_default().push(intake);
        }
        if let Some(&(next, _)) = self.days.front() {
            while let Some(entry) = self.drawn.first_entry().filter(|entry| *entry.key() < next) {
                let (day, intakes) = entry.remove_entry();
                self.number(day, intakes);
            }
        }
        Ok(true)
    }

    fn number(&mut self, day: Day, mut intakes: Vec<Intake<'p>>) {
        intakes.sort_by_key(|intake| (intake.at, intake.seed));
        let mut last: BTreeMap<UnitCode, u32> = BTreeMap::new();
        for intake in intakes {
            let number = last.entry(intake.receiving.clone()).or_default();
            *number += 1;
            self.last_id += 1;
            self.ready.push_back(Filed { id: self.last_id, day, number: *number, intake });
        }
        let row = |(agency, last): (UnitCode, u32)| LastNumber {
            agency: agency.to_string(),
            day,
            last: last.into(),
        };
        self.last_numbers.extend(last.into_iter().map(row));
    }
}

/// So many things, each day its share by its weight, without remainder.
fn shared_out(things: u64, days: impl Iterator<Item = (u32, Day)>) -> VecDeque<(Day, u64)> {
    let days: Vec<(u32, Day)> = days.collect();
    let whole = days.iter().map(|(weight, _)| u128::from(*weight)).sum::<u128>().max(1);
    let (mut weighed, mut given) = (0, 0);
    let share = |(weight, day): (u32, Day)| {
        weighed += u128::from(weight);
        let until = u64::try_from(u128::from(things) * weighed / whole).unwrap_or(things);
        let share = until - given;
        given = until;
        (day, share)
    };
    days.into_iter().map(share).collect()
}

fn nothing_to_file() -> Refusal {
    Refusal::new(
        Kind::InvalidInput,
        "Cấu hình không có thủ tục nào nộp được. Kiểm tra danh mục thủ tục và đơn vị.",
        "Nothing in the configuration can be filed. Check the catalogue and the units.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thing_is_given_out_and_each_day_gets_its_share() {
        let first = Day::new(2026, 11, 2).unwrap();
        let weights = [3_u32, 1, 0, 2];
        let days = weights.into_iter().zip((0..).map_while(|days| first.plus(days)));
        let shared = |things| shared_out(things, days.clone()).into_iter().map(|(_, share)| share).collect();
        let shared: [Vec<u64>; 3] = [shared(6), shared(7), shared(0)];
        assert_eq!(shared, [vec![3, 1, 0, 2], vec![3, 1, 0, 3], vec![0; 4]]);
    }
}
