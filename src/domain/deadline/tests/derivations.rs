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

/// TIME-02, TIME-04: a limit in months counts the days up to its namesake, and what it rolls over no more; a
/// day off that counts is a day like any other.
#[test]
fn months_and_calendar_days_count_up_to_their_last_day() {
    let unit = office();
    let steps = |limit: &str, received: &str| {
        unit.explain(at(&unit, received), &Terms::of(limit.parse().unwrap())).unwrap().steps
    };
    // Saturday 25/4 is the namesake; 26/4 is a Sunday, 27/4 a compensatory day off.
    let month = steps("1mo", "2026-03-25T09:00");
    let counted: Vec<_> = month.iter().filter(|step| step.counts).map(|step| (step.date, step.n)).collect();
    assert_eq!(counted.len(), 31);
    assert_eq!(counted.last(), Some(&(day("2026-04-25"), Some(31))));
    assert_eq!(month.last().map(|step| (step.date, step.counts)), Some((day("2026-04-28"), false)));
    let ten = steps("10cd", "2026-11-16T09:00");
    let holiday = ten.iter().find(|step| step.date == day("2026-11-24")).unwrap();
    assert_eq!((holiday.counts, holiday.n, &holiday.reason, &holiday.name), (true, Some(8), &None, &None));
}
