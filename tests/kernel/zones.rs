//! A task of every civil day is due once on each, in every zone of the world, whatever its clocks do.

use dunghen::domain::time::{ClockTime, Day, Zone};
use dunghen::jobs::schedule::{Schedule, Tick};
use jiff::SignedDuration;
use jiff::tz::TimeZoneDatabase;

use crate::is_long;

const FROM: i16 = 2024;
const TO: i16 = 2031;
/// Zones with changes at midnight, by half an hour, twice in Ramadan, and far from Greenwich.
const ODD: [&str; 9] = [
    "Asia/Ho_Chi_Minh",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "Pacific/Kiritimati",
    "Asia/Beirut",
];

/// Every zone of the bundled database; in a short run the odd ones and some others.
fn zones() -> Vec<String> {
    let all = TimeZoneDatabase::bundled();
    let names: Vec<String> = all.available().map(|name| name.to_string()).collect();
    assert!(names.len() > 400, "{}", names.len());
    if is_long() {
        return names;
    }
    let some = names.into_iter().step_by(80);
    ODD.into_iter().map(str::to_owned).chain(some).collect()
}

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).unwrap()
}

/// The due times from the first instant of `FROM` on.
fn due(schedule: &Schedule, zone: &Zone) -> Vec<Tick> {
    let start = zone.instant(day(FROM, 1, 1), ClockTime::MIDNIGHT).unwrap();
    let before = start.plus(SignedDuration::from_nanos(-1000));
    schedule.after(zone, before).take_while(|tick| tick.day.year() <= TO).collect()
}

fn is_in_order(ticks: &[Tick]) -> bool {
    ticks.windows(2).all(|two| two[0].at < two[1].at)
}

#[test]
fn every_civil_day_of_eight_years_has_its_due_time_once_and_in_order_in_every_zone() {
    let days: Vec<Day> = std::iter::successors(Some(day(FROM, 1, 1)), |day| day.next())
        .take_while(|day| day.year() <= TO)
        .collect();
    for name in zones() {
        let zone = Zone::named(&name).unwrap();
        for expression in ["0 0 0 * * *", "0 30 1 * * *", "0 30 2 * * *"] {
            let ticks = due(&expression.parse().unwrap(), &zone);
            let found: Vec<Day> = ticks.iter().map(|tick| tick.day).collect();
            assert!(found == days, "{name}: {expression}");
            assert!(is_in_order(&ticks), "{name}: {expression}");
            let happened = ticks.iter().all(|tick| zone.day(tick.at) == tick.day);
            assert!(happened, "{name}: {expression}: on its own day");
        }
    }
}

#[test]
fn the_last_day_of_a_month_is_the_day_before_the_first_in_every_zone() {
    let last_days: Vec<Day> =
        (FROM..=TO).flat_map(|year| (1..=12).map(move |month| day(year, month, 1).month().last())).collect();
    for name in zones() {
        let zone = Zone::named(&name).unwrap();
        for expression in ["0 0 0 1 * *", "0 30 1 1 * *", "0 30 2 1 * *", "0 30 23 1 * *"] {
            let schedule = expression.parse::<Schedule>().unwrap().days_earlier(1);
            let ticks = due(&schedule, &zone);
            assert!(ticks.iter().map(|tick| tick.day).eq(last_days.iter().copied()), "{name}: {expression}");
            assert!(is_in_order(&ticks), "{name}: {expression}");
        }
    }
}
