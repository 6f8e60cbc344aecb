//! What a derivation says of each day where the count does not begin on the day after the receipt
//! (TIME-05), and where it begins on the day itself.

use super::*;

/// Each day with its number, if it counts, and else why not.
fn steps(
    limit: &str,
    effect: CutOffEffect,
    received: &str,
) -> Vec<(String, Option<u32>, Option<StepReason>)> {
    let unit = office();
    let terms = Terms { cutoff: CutOff::After15h, cutoff_effect: effect, ..terms(limit) };
    let derivation = unit.explain(at(&unit, received), &terms).unwrap();
    let told = derivation.steps.into_iter().map(|step| {
        assert_eq!(step.counts, step.n.is_some() || step.minutes.is_some(), "{step:?}");
        (step.date.to_string()[5..].to_owned(), step.n.or(step.minutes), step.reason)
    });
    told.collect()
}

#[test]
fn every_calendar_day_has_its_number_from_the_first_counted_one_on() {
    use StepReason::{BeforeStart, Weekend};
    let day = |day: &str, n, why| (day.to_owned(), n, why);
    let literal = steps("4cd", CutOffEffect::CountStartsNextWd, "2026-11-20T16:00");
    let days_off = [day("11-21", None, Some(Weekend)), day("11-22", None, Some(Weekend))];
    let counted = [day("11-23", Some(1), None), day("11-24", Some(2), None), day("11-25", Some(3), None)];
    assert_eq!(literal, [&days_off[..], &counted, &[day("11-26", Some(4), None)]].concat());
    // Received on Monday, so that the day off itself is the first that counts.
    let deemed = steps("2cd", CutOffEffect::TreatAsReceivedNextWd, "2026-11-20T16:00");
    let counted =
        [day("11-23", None, Some(BeforeStart)), day("11-24", Some(1), None), day("11-25", Some(2), None)];
    assert_eq!(deemed, [&days_off[..], &counted].concat());
}

#[test]
fn every_working_hour_is_told_on_its_day_from_the_first_counted_one_on() {
    use StepReason::{Public, Weekend};
    let day = |day: &str, minutes, why| (day.to_owned(), minutes, why);
    let missed = steps("10wh", CutOffEffect::CountStartsNextWd, "2026-11-20T16:00");
    let days_off = [day("11-21", None, Some(Weekend)), day("11-22", None, Some(Weekend))];
    let after =
        [day("11-23", Some(450), None), day("11-24", None, Some(Public)), day("11-25", Some(150), None)];
    assert_eq!(missed, [&days_off[..], &after].concat());
    let in_time = steps("2wh", CutOffEffect::CountStartsNextWd, "2026-11-20T14:30");
    assert_eq!(in_time, [day("11-20", Some(120), None)]);
}

/// TIME-02: a limit in months counts every day up to the one that has its number, and rolls from there.
#[test]
fn every_day_of_a_limit_in_months_has_its_number_up_to_where_it_rolls() {
    use StepReason::Weekend;
    let told = steps("1mo", CutOffEffect::CountStartsNextWd, "2026-10-22T09:00");
    let numbers: Vec<Option<u32>> = told.iter().map(|(_, n, _)| *n).collect();
    // 23/10 to 31/10 are nine days, 1/11 to 22/11 the other 22.
    assert_eq!(numbers, (1..=31).map(Some).chain([None]).collect::<Vec<_>>());
    assert_eq!(told[0], ("10-23".to_owned(), Some(1), None));
    assert_eq!(told[30], ("11-22".to_owned(), Some(31), Some(Weekend)), "the last day is a Sunday");
    assert_eq!(told[31], ("11-23".to_owned(), None, None), "the day that it rolls to");
    assert!(told[..30].iter().all(|(.., why)| why.is_none()), "weekends between count like any other day");
}

/// A day off has its name where it is the reason for something, and none where it counts like any other.
#[test]
fn a_holiday_that_counts_is_not_named_but_at_the_end() {
    let unit = office();
    let names = |limit: &str| -> Vec<Option<String>> {
        let derivation = unit.explain(at(&unit, "2026-11-22T09:00"), &terms(limit)).unwrap();
        derivation.steps.into_iter().map(|step| step.name).collect()
    };
    let holiday = Some("Ngày Văn hóa Việt Nam".to_owned());
    assert_eq!(names("3cd"), [None, None, None]);
    assert_eq!(names("2cd"), [None, holiday, None], "it rolls over the 24th");
}
