//! Nanoseconds per deadline, instant to instant through the public API, zone included.
//!
//! `cargo bench --bench deadline`. Absolute figures mean little on a shared machine: run the
//! floor probe (a bare table over naive local time, `rustc -O floor.rs && ./floor`) in the same
//! minute and compare the ratio.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use dunghen::config::calendar;
use dunghen::domain::calendar::{CalendarData, OfficeHours, Timetable};
use dunghen::domain::deadline::due_between_units;
use dunghen::domain::limit::{Terms, TimeLimit};
use dunghen::domain::time::Moment;

const RECEIPTS: usize = 4_096;
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = calendar::built_in()?;
    let data = CalendarData { zone: "Europe/Amsterdam".to_owned(), ..state.data().clone() };
    let amsterdam =
        dunghen::domain::calendar::Calendar::compile(data).map_err(|problems| format!("{problems:?}"))?;
    let office = Timetable::new(Arc::new(state), OfficeHours::default());
    let abroad = Timetable::new(Arc::new(amsterdam), OfficeHours::default());
    let receipts = receipts()?;
    let (days, hours) = (Terms::of(TimeLimit::working_days(15)?), Terms::of(TimeLimit::working_hours(40)?));
    println!("median of {ROUNDS}, {RECEIPTS} receipts; floor probe beside it: floor.rs");
    measure("15 working days", &receipts, 500, |at| office.due(at, &days).is_ok());
    measure("40 working hours", &receipts, 500, |at| office.due(at, &hours).is_ok());
    measure("15 working days, a zone whose clock changes", &receipts, 100, |at| {
        abroad.due(at, &days).is_ok()
    });
    measure("40 working hours, a zone whose clock changes", &receipts, 100, |at| {
        abroad.due(at, &hours).is_ok()
    });
    measure("15 working days with derivation", &receipts, 5, |at| office.explain(at, &days).is_ok());
    re_date()?;
    let started = Instant::now();
    calendar::read(Path::new("config/calendar/vn-state.toml"))?;
    println!("{:>12.1} µs  reading and compiling the calendar", started.elapsed().as_secs_f64() * 1e6);
    Ok(())
}

/// An open dossier as far as its date goes.
struct Open {
    received: Moment,
    terms: Terms,
    /// Who received it and who settles it, by their places.
    units: (usize, usize),
    due_at: Moment,
}

/// A day off is announced: every open dossier is dated again and compared with what it was promised.
fn re_date() -> Result<(), Box<dyn std::error::Error>> {
    const OPEN: usize = 1_000_000;
    let hours = ["07:30-11:30,13:30-17:30", "07:00-11:30,13:30-17:00", "07:30-11:30,13:30-17:00"];
    let calendar = Arc::new(calendar::built_in()?);
    let mut units: Vec<Timetable> = Vec::new();
    for hours in hours {
        units.push(Timetable::new(Arc::clone(&calendar), hours.parse()?));
    }
    let limits = ["3wd", "15wd", "20cd", "8wh", "40wh", "1mo", "same-day", "10wd"];
    let mut terms = Vec::new();
    for limit in limits {
        let cutoff = if terms.len() % 2 == 0 { "none" } else { "after_15h" };
        terms.push(Terms { cutoff: cutoff.parse()?, ..Terms::of(limit.parse()?) });
    }
    let receipts = receipts()?;
    let mut open = Vec::with_capacity(OPEN);
    for number in 0..OPEN {
        let (received, terms) = (receipts[number % RECEIPTS], terms[number % terms.len()]);
        let units_of = (number % 3, number / 3 % 3);
        let due = due_between_units(&units[units_of.0], &units[units_of.1], received, &terms)?;
        let due_at = due.map_or(received, |due| due.at);
        open.push(Open { received, terms, units: units_of, due_at });
    }
    let storm: Vec<_> = ["2024-09-09", "2024-09-10"]
        .into_iter()
        .map(|day| Ok((day.parse()?, "Bão".to_owned())))
        .collect::<Result<_, dunghen::domain::time::TimeError>>()?;
    let closed: Vec<Timetable> =
        units.iter().map(|unit| unit.clone().with_local_days_off(storm.clone())).collect();
    let started = Instant::now();
    let moved = open.iter().filter(|one| {
        let (receiving, competent) = (&closed[one.units.0], &closed[one.units.1]);
        let due = due_between_units(receiving, competent, one.received, &one.terms);
        due.is_ok_and(|due| due.is_some_and(|due| due.at != one.due_at))
    });
    let moved = black_box(moved.count());
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds:>12.3} s   {OPEN} open dossiers dated again, {moved} of them moved");
    Ok(())
}

/// Instants over the years 2020 to 2025, always the same.
fn receipts() -> Result<Vec<Moment>, Box<dyn std::error::Error>> {
    let mut state = 88_172_645_463_325_252u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Moment::from_seconds(1_577_836_800 + i64::try_from(state % 180_000_000)?).map_err(Into::into)
    };
    (0..RECEIPTS).map(|_| next()).collect()
}

fn measure(name: &str, receipts: &[Moment], times: usize, due: impl Fn(Moment) -> bool) {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..times {
                for &received in receipts {
                    black_box(due(black_box(received)));
                }
            }
            started.elapsed().as_secs_f64() * 1e9
                / f64::from(u32::try_from(times * receipts.len()).unwrap_or(u32::MAX))
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{:>12.1} ns  {name}", rounds[ROUNDS / 2]);
}
