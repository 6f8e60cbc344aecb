//! What decisions come to, and that a day off never brings a date forward.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{Calendar, OfficeHours, Timetable};
use crate::domain::deadline::fixture;
use crate::domain::limit::Terms;
use crate::domain::ruleset::RuleSets;
use crate::domain::time::{Day, Moment};
use crate::domain::unit::tests::{code, unit};
use crate::domain::unit::{Tier, UnitKind, UnitTree};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn law() -> Law {
    let general =
        HoursPeriod { unit: None, valid_from: None, valid_to: None, sessions: OfficeHours::default() };
    let overlay = Overlay { hours: vec![general], off: Vec::new() };
    Law { calendar: fixture::data(), overlay, rulesets: RuleSets::default() }
}

fn units() -> UnitTree {
    let commune = unit("H35.22", UnitKind::Commune, Tier::Commune, "H35");
    let centre = unit("H35.22.01", UnitKind::Centre, Tier::Commune, "H35.22");
    let other = unit("H35.23", UnitKind::Commune, Tier::Commune, "H35");
    UnitTree::new(vec![unit("H35", UnitKind::Province, Tier::Province, ""), commune, centre, other]).unwrap()
}

fn compiled(law: &Law) -> Timetables {
    let calendar = Arc::new(Calendar::compile(law.calendar.clone()).unwrap());
    Timetables::compile(&calendar, &law.overlay, &units())
}

fn closure(unit: &str, on: Day) -> Amendment {
    let off = LocalDayOff {
        unit: code(unit),
        day: on,
        name: "Nghỉ do bão".to_owned(),
        document: "12/QĐ-UBND".to_owned(),
        makeup: None,
        alone: false,
    };
    Amendment::Overlay(Overlay { hours: Vec::new(), off: vec![off] })
}

fn hours(unit: Option<&str>, from: &str, to: Option<&str>, sessions: &str) -> Amendment {
    let period = HoursPeriod {
        unit: unit.map(code),
        valid_from: Some(day(from)),
        valid_to: to.map(day),
        sessions: sessions.parse().unwrap(),
    };
    Amendment::Overlay(Overlay { hours: vec![period], off: Vec::new() })
}

#[test]
fn a_closure_changes_the_unit_and_what_lies_below_it_and_nobody_else() {
    let before = compiled(&law());
    let after = compiled(&law().after(&[(2, closure("H35.22", day("2026-09-17")))]));
    assert_eq!(before.changes_to(&after), Change::Units(vec![code("H35.22"), code("H35.22.01")]));
    assert_eq!(after.changes_to(&after), Change::Nobody);
    let again = compiled(
        &law().after(&[(2, closure("H35.22", day("2026-09-17"))), (3, Amendment::Revocation { edition: 2 })]),
    );
    assert_eq!(before.changes_to(&again), Change::Nobody, "revoked, it is as if it had never been");
}

#[test]
fn a_year_that_becomes_final_changes_everybody_though_no_day_does() {
    let mut year = law().calendar.years.iter().find(|year| year.year == 2027).unwrap().clone();
    year.status = crate::domain::calendar::YearStatus::Final;
    let after = law().after(&[(2, Amendment::Calendar { years: vec![year] })]);
    assert_eq!(compiled(&law()).changes_to(&compiled(&after)), Change::All);
}

/// TIME-10: among decisions the latest one that holds on a day goes before.
#[test]
fn later_hours_go_before_earlier_ones_while_they_hold() {
    let summer = hours(Some("H35.22"), "2026-04-16", Some("2026-10-15"), "07:00-11:00,14:00-17:30");
    let flood = hours(Some("H35.22"), "2026-05-01", Some("2026-05-31"), "08:00-11:00,14:00-16:00");
    let general = hours(None, "2026-05-10", None, "08:00-12:00,13:00-17:00");
    let after = compiled(&law().after(&[(2, summer), (3, flood), (4, general)]));
    let opening = |unit: &str, on| after.of(&code(unit)).hours(day(on)).opening().to_string();
    assert_eq!(opening("H35.22.01", "2026-04-15"), "07:30");
    assert_eq!(opening("H35.22.01", "2026-04-16"), "07:00");
    assert_eq!(opening("H35.22", "2026-05-20"), "08:00");
    assert_eq!(opening("H35.22", "2026-06-01"), "07:00", "the summer's hours hold again");
    assert_eq!(opening("H35.22", "2026-10-16"), "08:00", "afterwards the province's new ones");
    assert_eq!(opening("H35.23", "2026-05-10"), "08:00");
}

#[test]
fn a_law_and_its_amendments_survive_being_stored() {
    let amendments = [
        closure("H35.22", day("2026-09-17")),
        hours(Some("H35.22"), "2026-04-16", None, "07:00-11:00"),
        Amendment::Calendar { years: law().calendar.years.clone() },
        Amendment::RuleSets { sets: RuleSets::default() },
        Amendment::Revocation { edition: 2 },
    ];
    for amendment in amendments {
        let stored = serde_json::to_string(&amendment).unwrap();
        assert_eq!(serde_json::from_str::<Amendment>(&stored).unwrap(), amendment);
    }
    let stored = serde_json::to_string(&law()).unwrap();
    assert_eq!(serde_json::from_str::<Law>(&stored).unwrap(), law());
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let limits = prop_oneof![
        (1_u32..40).prop_map(|n| format!("{n}wd")),
        (1_u32..60).prop_map(|n| format!("{n}cd")),
        (1_u32..90).prop_map(|n| format!("{n}wh")),
        (1_u32..4).prop_map(|n| format!("{n}mo")),
        Just("same-day".to_owned()),
    ];
    limits.prop_map(|limit| fixture::terms(&limit))
}

/// Compiled once: only what units have of their own differs.
static CALENDAR: std::sync::LazyLock<Arc<Calendar>> =
    std::sync::LazyLock::new(|| Arc::new(fixture::calendar()));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Section 5.2: adding days off never makes a due date earlier, whoever is closed.
    #[test]
    fn a_decision_to_close_never_brings_a_date_forward(
        receipt in 0_i64..330 * 86_400,
        terms in any_terms(),
        closed in prop::collection::btree_set(0_i32..500, 1..12),
        where_it_closes in prop::sample::select(vec!["H35", "H35.22", "H35.22.01", "H35.23"]),
    ) {
        let start: Moment = "2025-01-01T00:00:00+07:00".parse().unwrap();
        let received = start.plus(jiff::SignedDuration::from_secs(receipt));
        let first = day("2025-01-01");
        let amendments: Vec<_> =
            (2..).zip(closed.iter().map(|days| closure(where_it_closes, first.plus(*days).unwrap()))).collect();
        let over = |law: &Law| Timetables::compile(&CALENDAR, &law.overlay, &units());
        let (before, after) = (over(&law()), over(&law().after(&amendments)));
        let due = |timetable: &Timetable| timetable.due(received, &terms).unwrap().unwrap();
        let unit = code("H35.22.01");
        let (was, is) = (due(before.of(&unit)), due(after.of(&unit)));
        prop_assert!(is.at >= was.at && is.on >= was.on);
        if where_it_closes == "H35.23" {
            prop_assert_eq!(is, was, "another commune's closure is nobody else's");
        }
    }
}
