//! Properties of the rules over random receipts, and the tables against the walk.

use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use proptest::prelude::*;

use super::super::{Years, table, walk};
use super::*;
use crate::domain::calendar::{CalendarData, DayOff, OffKind};
use crate::domain::limit::TimeLimit;

const HOURS: [&str; 6] = [A, B, C, "00:00-24:00", "08:00-12:00", "07:00-09:00,09:00-11:15,15:00-15:00:01"];
/// 2017 to 2029: before, within and after the recorded years.
const RECEIPTS: std::ops::Range<i64> = 1_483_228_800..1_893_456_000;
/// From 2019 on, early enough for any limit asked for below.
const SAFE_RECEIPTS: std::ops::Range<i64> = 1_546_300_800..1_704_067_200;

fn data_in(zone: &str) -> CalendarData {
    CalendarData { zone: zone.to_owned(), ..data() }
}

fn units_in(zone: &str) -> Vec<Timetable> {
    let calendar = Arc::new(Calendar::compile(data_in(zone)).unwrap());
    HOURS.iter().map(|hours| Timetable::new(Arc::clone(&calendar), hours.parse().unwrap())).collect()
}

static OFFICES: LazyLock<Vec<Timetable>> = LazyLock::new(|| units_in("Asia/Ho_Chi_Minh"));

/// The offices, their like where clocks change, one with local days off, one whose hours change.
static UNITS: LazyLock<Vec<Timetable>> = LazyLock::new(|| {
    let storms = ["2024-03-04", "2025-04-26", "2026-11-25"].map(|date| (day(date), "Bão".to_owned()));
    let shorter = vec![
        (day("2022-03-01"), A.parse().unwrap()),
        (day("2024-09-03"), "08:00-12:00".parse().unwrap()),
        (day("2026-11-25"), B.parse().unwrap()),
    ];
    let mut units = OFFICES.clone();
    units.extend(units_in("Europe/Amsterdam"));
    units.push(OFFICES[1].clone().with_local_days_off(storms));
    units.push(OFFICES[1].clone().with_later_hours(shorter).unwrap());
    units
});

fn unit() -> impl Strategy<Value = &'static Timetable> {
    (0..UNITS.len()).prop_map(|place| &UNITS[place])
}

/// Offices in Vietnam, where no clock ever changes.
fn office_of_some_kind() -> impl Strategy<Value = &'static Timetable> {
    (0..OFFICES.len()).prop_map(|place| &OFFICES[place])
}

fn moments(range: std::ops::Range<i64>) -> impl Strategy<Value = Moment> {
    // Half of them on a quarter of an hour, where sessions begin and end.
    prop_oneof![range.clone(), range.prop_map(|seconds| seconds / 900 * 900)]
        .prop_map(|seconds| Moment::from_seconds(seconds).unwrap())
}

fn limits() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        (1..400u32).prop_map(|n| TimeLimit::working_days(n).unwrap()),
        (1..400u32).prop_map(|n| TimeLimit::calendar_days(n).unwrap()),
        (1..600u32).prop_map(|n| TimeLimit::working_hours(n).unwrap()),
        (1..30u32).prop_map(|n| TimeLimit::months(n).unwrap()),
        Just(TimeLimit::SameDay),
    ]
}

fn all_terms() -> impl Strategy<Value = Terms> {
    let cutoffs =
        [CutOff::None, CutOff::After15h, CutOff::LastHour, CutOff::After17hOrOffDay, CutOff::AfterClose];
    let effects = [CutOffEffect::CountStartsNextWd, CutOffEffect::TreatAsReceivedNextWd];
    let times = ["end_of_day", "same_clock", "fixed=16:30", "fixed=02:30"].map(|time| time.parse().unwrap());
    use prop::sample::select;
    (limits(), select(cutoffs.to_vec()), select(effects.to_vec()), select(times.to_vec()))
        .prop_map(|(limit, cutoff, cutoff_effect, due_time)| Terms { limit, cutoff, cutoff_effect, due_time })
}

fn due_at(unit: &Timetable, received: Moment, terms: &Terms) -> Due {
    unit.due(received, terms).unwrap().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tables_answer_as_the_walk_does(
        receiving in unit(), competent in unit(), alone in any::<bool>(),
        received in moments(RECEIPTS), terms in all_terms(),
    ) {
        let units = Units { receiving: if alone { competent } else { receiving }, competent };
        let walked = walk::due(units, received, &terms, Years::Final);
        if let Some(due) = table::due(units, received, &terms, Years::Final) {
            prop_assert_eq!(walked, Ok(Preview { due: Some(due), provisional: false }));
        }
        let walked = walk::due(units, received, &terms, Years::Any).unwrap();
        if let Some(due) = table::due(units, received, &terms, Years::Any) {
            prop_assert_eq!(walked.due, Some(due));
        }
    }

    #[test]
    fn a_due_date_is_refused_only_where_its_preview_is_provisional(
        unit in unit(), received in moments(RECEIPTS), terms in all_terms(),
    ) {
        let preview = unit.preview(received, &terms).unwrap();
        match unit.due(received, &terms) {
            Ok(due) => prop_assert_eq!(preview, Preview { due, provisional: false }),
            Err(error) => {
                prop_assert!(preview.provisional);
                let DeadlineError::CalendarNotFinal { year } = error else { panic!("{error}") };
                prop_assert!(!unit.calendar().is_final(year));
            }
        }
    }

    #[test]
    fn due_is_never_before_the_receipt_and_on_a_working_day(
        unit in unit(), received in moments(SAFE_RECEIPTS), terms in all_terms(),
    ) {
        let due = due_at(unit, received, &terms);
        prop_assert!(due.at.seconds() >= received.seconds());
        prop_assert!(unit.is_working(due.on));
        prop_assert!(due.counting_starts <= due.on);
    }

    #[test]
    fn a_longer_limit_is_never_due_earlier(
        unit in unit(), received in moments(SAFE_RECEIPTS), terms in all_terms(), n in 1..100u32, more in 0..20u32,
    ) {
        let kinds = [TimeLimit::working_days, TimeLimit::calendar_days, TimeLimit::working_hours];
        for of in kinds {
            let due = |n| due_at(unit, received, &Terms { limit: of(n).unwrap(), ..terms });
            prop_assert!(due(n).at <= due(n + more).at);
        }
    }

    #[test]
    fn without_a_cut_off_an_earlier_receipt_is_never_due_later(
        unit in office_of_some_kind(), received in moments(SAFE_RECEIPTS), later in 0..400_000i64, limit in limits(),
    ) {
        let terms = Terms::of(limit);
        let second = received.plus(SignedDuration::from_secs(later));
        prop_assert!(due_at(unit, received, &terms).at <= due_at(unit, second, &terms).at);
    }

    #[test]
    fn a_further_day_off_never_makes_a_due_date_earlier(
        place in 0..OFFICES.len(), received in moments(SAFE_RECEIPTS), terms in all_terms(), after in 0..60i32,
    ) {
        let unit = &OFFICES[place];
        let closed = unit.zone().day(received).plus(after).unwrap();
        let with = unit.clone().with_local_days_off([(closed, "Bão".to_owned())]);
        prop_assert!(due_at(unit, received, &terms).on <= due_at(&with, received, &terms).on);
        if terms.due_time == DueTime::EndOfDay {
            prop_assert!(due_at(unit, received, &terms).at <= due_at(&with, received, &terms).at);
        }
    }

    #[test]
    fn a_limit_may_be_split_and_chained(
        unit in office_of_some_kind(), received in moments(SAFE_RECEIPTS), a in 1..60u32, b in 1..60u32,
    ) {
        let due = |from, limit: Result<TimeLimit, _>| due_at(unit, from, &Terms::of(limit.unwrap()));
        let whole = due(received, TimeLimit::working_hours(a + b));
        let part = due(received, TimeLimit::working_hours(a));
        prop_assert_eq!(whole.at, due(part.at, TimeLimit::working_hours(b)).at);
        let whole = due(received, TimeLimit::working_days(a + b));
        let part = due(received, TimeLimit::working_days(a));
        // A closing at 24:00 is an instant of the next day already.
        let part = unit.opening(part.on).unwrap();
        prop_assert_eq!(whole.at, due(part, TimeLimit::working_days(b)).at);
    }

    #[test]
    fn the_derivation_counts_what_the_limit_says(
        unit in unit(), received in moments(SAFE_RECEIPTS), terms in all_terms(),
    ) {
        let derivation = unit.explain(received, &terms).unwrap();
        let due = due_at(unit, received, &terms);
        prop_assert_eq!(derivation.due_date, Some(due.on));
        prop_assert_eq!(derivation.due.unwrap().at, due.at);
        let last_n = derivation.steps.iter().filter_map(|step| step.n).max();
        let minutes: u32 = derivation.steps.iter().filter_map(|step| step.minutes).sum();
        match terms.limit {
            TimeLimit::WorkingDays(n) => prop_assert_eq!(last_n, Some(n.get())),
            TimeLimit::CalendarDays(n) => prop_assert_eq!(last_n, Some(n.get())),
            TimeLimit::WorkingHours(n) => prop_assert_eq!(minutes, n.get() * 60),
            _ => {}
        }
        prop_assert!(derivation.steps.windows(2).all(|pair| pair[0].date.next() == Some(pair[1].date)));
        prop_assert!(derivation.steps.last().is_none_or(|step| step.date == due.on));
    }

    #[test]
    fn working_time_is_used_and_left_in_full(
        unit in office_of_some_kind(), received in moments(SAFE_RECEIPTS), hours in 1..200u32, gone in 0..2_000_000i64,
    ) {
        let due = due_at(unit, received, &Terms::of(TimeLimit::working_hours(hours).unwrap()));
        let now = received.plus(SignedDuration::from_secs(gone));
        let (used, left) = (unit.working_time_between(received, now), unit.working_time_between(now, due.at));
        prop_assert_eq!(used + left, SignedDuration::from_hours(i64::from(hours)));
    }

    #[test]
    fn working_time_between_is_what_counting_second_by_session_gives(
        unit in unit(), from in moments(RECEIPTS), length in 0..4_000_000i64,
    ) {
        let to = from.plus(SignedDuration::from_secs(length));
        let ((mut today, start), (last, end)) = (unit.zone().local(from), unit.zone().local(to));
        let mut seconds = 0i64;
        while today <= last {
            for session in unit.hours(today).sessions().iter().filter(|_| unit.is_working(today)) {
                let from = if today == unit.zone().day(from) { session.from.max(start) } else { session.from };
                let to = if today == last { session.to.min(end) } else { session.to };
                seconds += (i64::from(to.seconds()) - i64::from(from.seconds())).max(0);
            }
            today = today.next().unwrap();
        }
        prop_assert_eq!(unit.working_time_between(from, to).as_secs(), seconds);
        prop_assert_eq!(unit.working_time_between(to, from).as_secs(), -seconds);
    }

    #[test]
    fn a_pause_is_never_earlier_and_conserves_the_time_left(
        unit in office_of_some_kind(), received in moments(SAFE_RECEIPTS), terms in all_terms(),
        after in 0..900_000i64, length in 0..3_000_000i64,
    ) {
        let due = due_at(unit, received, &terms);
        let stopped = received.plus(SignedDuration::from_secs(after));
        let resumed = stopped.plus(SignedDuration::from_secs(length));
        prop_assert_eq!(unit.pause(&due, &terms, stopped, stopped), Ok(due));
        let moved = unit.pause(&due, &terms, stopped, resumed).unwrap();
        prop_assert!(moved.at >= due.at && moved.on >= due.on);
        // Calendar days roll and so may gain some.
        if matches!(terms.limit, TimeLimit::WorkingDays(_) | TimeLimit::WorkingHours(_)) {
            let (before, after) = (unit.remaining(stopped, &due, terms.limit), unit.remaining(resumed, &moved, terms.limit));
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn working_days_between_and_adding_undo_each_other(
        unit in unit(), from in moments(RECEIPTS), count in 1..500i32,
    ) {
        let from = unit.zone().day(from);
        let to = unit.add_working_days_provisional(from, count).unwrap();
        prop_assert_eq!(unit.working_days_between(from, to), count);
        let back = unit.add_working_days_provisional(to, -count).unwrap();
        prop_assert!(back <= from && unit.working_days_between(back, to) == count);
    }
}

#[test]
fn counting_beyond_the_tables_goes_by_the_weekday() {
    let unit = &OFFICES[1];
    // 1950-01-02 is a Monday.
    assert_eq!(unit.working_days_between(day("1950-01-01"), day("1950-01-08")), 5);
    assert_eq!(unit.working_days_between(day("2018-12-28"), day("2019-01-07")), 5);
}

#[test]
fn a_day_off_on_the_receipt_day_alone_moves_no_working_day_limit() {
    let mut data = data();
    let off = DayOff { day: day("2026-11-20"), kind: OffKind::Local, name: "Bão".to_owned(), makeup: None };
    data.years.iter_mut().find(|year| year.year == 2026).unwrap().off.push(off);
    let unit = Timetable::new(Calendar::compile(data).unwrap().into(), B.parse().unwrap());
    assert_eq!(due_date(&unit, "2026-11-20T09:00", "3wd").unwrap(), "2026-11-26");
}
