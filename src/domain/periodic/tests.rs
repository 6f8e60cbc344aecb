//! The form's own worked example and its periods.

use super::{Course, Line, Period, Standing};
use crate::domain::promise::Outcome;
use crate::domain::statistics::Rate;
use crate::domain::time::{Day, Quarter};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn third_quarter() -> Period {
    Period::quarter("2026-Q3".parse().unwrap()).unwrap()
}

fn case(received: &str, ended: Option<&str>, outcome: Option<Outcome>, online: bool, late: bool) -> Standing {
    Standing { received_on: Some(day(received)), online, ended_on: ended.map(day), outcome, late }
}

/// REP-15, with the examples of its table.
#[test]
fn the_periods_run_from_the_fifteenth_to_the_fourteenth() {
    let shown = |period: Result<Period, _>| {
        let period = period.unwrap();
        (period.from().to_string(), period.to().to_string())
    };
    let quarter = |text: &str| shown(Period::quarter(text.parse().unwrap()));
    let days = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(shown(Period::month(day("2026-11-01").month())), days("2026-10-15", "2026-11-14"));
    assert_eq!(shown(Period::month(day("2026-01-01").month())), days("2025-12-15", "2026-01-14"));
    assert_eq!(quarter("2026-Q1"), days("2025-12-15", "2026-03-14"));
    assert_eq!(quarter("2026-Q2"), days("2026-03-15", "2026-06-14"));
    assert_eq!(quarter("2026-q3"), days("2026-06-15", "2026-09-14"));
    assert_eq!(quarter("2026-Q4"), days("2026-09-15", "2026-12-14"));
    assert_eq!(shown(Period::half(2026)), days("2025-12-15", "2026-06-14"));
    assert_eq!(shown(Period::nine_months(2026)), days("2025-12-15", "2026-09-14"));
    assert_eq!(shown(Period::year(2026)), days("2025-12-15", "2026-12-14"));
    let (from, to) = Period::year(2026).unwrap().calendar_days();
    assert_eq!((from.to_string(), to.to_string()), days("2026-01-01", "2026-12-31"));
    let (from, to) = Period::month(day("2024-02-01").month()).unwrap().calendar_days();
    assert_eq!((from.to_string(), to.to_string()), days("2024-02-01", "2024-02-29"));
    for wrong in ["2026-Q5", "2026-Q0", "2026Q3", "26-Q3", "2026-3", "Q3-2026", ""] {
        assert!(wrong.parse::<Quarter>().is_err(), "{wrong:?}");
    }
    assert!(Period::year(12_000).is_err());
}

/// Section 9.3: D1 to D10 of the third quarter of 2026, REP-01, RATE-01 and RATE-02.
#[test]
fn the_worked_example_has_its_row() {
    let dossiers = [
        case("2026-06-10", Some("2026-06-23"), Some(Outcome::Early), false, false),
        case("2026-06-12", Some("2026-06-30"), Some(Outcome::Late), false, false),
        case("2026-07-01", Some("2026-07-08"), Some(Outcome::OnTime), true, false),
        case("2026-07-03", Some("2026-07-07"), Some(Outcome::OnTime), true, false),
        case("2026-08-20", None, None, false, false),
        case("2026-09-03", None, None, false, true),
        case("2026-09-10", None, None, false, false),
        case("2026-05-04", Some("2026-06-12"), Some(Outcome::Late), false, false),
        Standing { received_on: None, online: true, ended_on: None, outcome: None, late: false },
        case("2026-09-15", None, None, false, false),
    ];
    let mut line = Line::default();
    for columns in dossiers.iter().filter_map(|dossier| dossier.columns(third_quarter())) {
        line.count(columns, 1);
    }
    assert_eq!(line.columns(), [7, 2, 3, 2, 4, 1, 2, 1, 3, 2, 1]);
    assert!(line.balances());
    let shown = |rate: Option<Rate>| rate.unwrap().to_string();
    assert_eq!(
        (shown(line.done_on_time_rate()), shown(line.progress_rate())),
        ("75.00".into(), "71.43".into())
    );
    assert_eq!(Line::default().progress_rate(), None);
}

/// REP-09: what has no due date is on time once it has ended, and within its limit before.
#[test]
fn without_a_due_date_it_is_on_time_or_within() {
    let ended = case("2026-07-01", Some("2026-09-14"), None, false, false);
    let open = case("2026-07-01", None, None, false, false);
    assert_eq!(ended.columns(third_quarter()).unwrap().1, Course::OnTime);
    assert_eq!(open.columns(third_quarter()).unwrap().1, Course::Within);
}

/// REP-03 to REP-05: what ended after the period was open at its end, and both of its days belong to it.
#[test]
fn what_ends_after_the_period_is_open_at_its_end() {
    let ends =
        |on: &str| case("2026-06-14", Some(on), Some(Outcome::Late), false, true).columns(third_quarter());
    assert_eq!(ends("2026-06-14"), None);
    assert_eq!(ends("2026-06-15").unwrap().1, Course::Late);
    assert_eq!(ends("2026-09-14").unwrap().1, Course::Late);
    assert_eq!(ends("2026-09-15").unwrap().1, Course::Past);
}

/// REP-19: what is received and done adds up over the quarters; what is carried over is counted once
/// from the first day of the longer period, and not once for each quarter.
#[test]
fn what_is_carried_over_is_not_added_up_over_periods() {
    // One from before the year, and one from its first quarter.
    let dossiers = ["2025-11-01", "2026-01-10"]
        .map(|received| case(received, Some("2026-09-01"), Some(Outcome::Late), false, false));
    let counted = |period: Result<Period, _>| {
        let (period, mut line) = (period.unwrap(), Line::default());
        for columns in dossiers.iter().filter_map(|dossier| dossier.columns(period)) {
            line.count(columns, 1);
        }
        line
    };
    let quarters =
        ["2026-Q1", "2026-Q2", "2026-Q3"].map(|text| counted(Period::quarter(text.parse().unwrap())));
    let added = quarters.into_iter().fold(Line::default(), Line::plus);
    let whole = counted(Period::nine_months(2026));
    assert_eq!((added.carried, whole.carried), (5, 1));
    assert_eq!((added.direct, whole.direct), (1, 1));
    assert_eq!((added.late, whole.late), (2, 2));
}

/// REP-01: a row whose parts were counted from different dossiers is told.
#[test]
fn a_row_that_does_not_balance_is_told() {
    assert!(!Line { online: 2, on_time: 1, ..Line::default() }.balances());
    assert!(Line { online: 2, on_time: 1, past: 1, ..Line::default() }.balances());
}
