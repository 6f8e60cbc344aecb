//! The defects seen in running systems (section 17 of the rules), each with the test that fails if it
//! is put in here; and that every rule about time is cited by a test.

use std::path::Path;

/// A defect by its number, what was seen, and the file and name of the test.
type Defect = (u32, &'static str, (&'static str, &'static str));

const DEFECTS: [Defect; 18] = [
    (
        1,
        "make-up Saturdays are ignored (TIME-13)",
        ("src/domain/deadline/tests.rs", "working_day_limits_fall_due_as_the_vectors_say"),
    ),
    (
        2,
        "an hourly limit is never late inside the day (REP-08)",
        ("src/domain/dossier/tests.rs", "a_limit_in_hours_is_late_within_the_day"),
    ),
    (
        3,
        "an apology overwrites the due date (LATE-10)",
        ("src/domain/dossier/tests.rs", "an_apology_does_not_move_the_due_date"),
    ),
    (
        4,
        "extended and released before the new date counts as early (LATE-10)",
        ("src/domain/dossier/tests.rs", "an_apology_does_not_move_the_due_date"),
    ),
    (
        5,
        "a score of exactly 15 falls through the bands (EVAL-01)",
        ("src/domain/evaluation.rs", "every_sum_lies_in_its_band_and_exactly_15_is_excellent"),
    ),
    (
        6,
        "zero dossiers are 100 % on time (RATE-04)",
        ("src/domain/statistics.rs", "where_nothing_was_evaluable_there_is_no_rate"),
    ),
    (
        7,
        "rates are cut to whole numbers (RATE-05)",
        ("src/domain/statistics.rs", "a_rate_is_rounded_half_up_but_never_up_to_a_hundred"),
    ),
    (
        8,
        "the last day is judged by the weekday of the first (TIME-02)",
        ("src/domain/deadline/tests.rs", "calendar_day_limits_roll_off_days_off_but_not_off_make_up_days"),
    ),
    (
        9,
        "due exactly now is overdue in one place and within in another (REP-12)",
        ("src/domain/standing/tests.rs", "what_is_due_exactly_now_is_within_its_limit_wherever_it_is_asked"),
    ),
    (
        10,
        "a missing due date is early here and on time there (REP-09)",
        ("src/domain/dossier/tests.rs", "without_a_due_date_nothing_is_late"),
    ),
    (
        11,
        "the afternoon opens at a wrong minute (TIME-10)",
        ("src/domain/deadline/tests.rs", "working_hours_run_through_the_sessions_of_the_unit"),
    ),
    (
        12,
        "a receipt after closing is left where it is (TIME-07)",
        ("src/domain/deadline/tests.rs", "working_hours_run_through_the_sessions_of_the_unit"),
    ),
    (
        13,
        "limits in days are converted to hours of another day (TIME-09)",
        ("src/domain/slip/tests.rs", "time_09_a_fraction_of_a_day_is_that_fraction_of_the_offices_day"),
    ),
    (
        14,
        "counts over several years take what was carried over twice (REP-19)",
        ("src/domain/periodic/tests.rs", "what_is_carried_over_is_not_added_up_over_periods"),
    ),
    (
        15,
        "withdrawn in time is counted late (END-03)",
        ("src/domain/dossier/tests.rs", "what_ends_while_the_clock_stands_still_is_judged_where_it_stopped"),
    ),
    (
        16,
        "without next year's calendar only weekends are off (TIME-15)",
        (
            "src/domain/deadline/tests.rs",
            "a_year_that_is_not_final_is_refused_only_where_the_answer_depends_on_it",
        ),
    ),
    (
        17,
        "an ad-hoc swap is missing (CAL-05)",
        ("src/domain/calendar/tests.rs", "a_swapped_friday_is_off_and_its_saturday_worked"),
    ),
    (
        18,
        "Tết is taken from a Chinese table (CAL-07)",
        (
            "src/domain/lunar/tests.rs",
            "cal_07_tet_is_by_vietnamese_time_where_chinese_tables_have_another_day",
        ),
    ),
];

/// Beside each test lies the defect as a patch: `tests/protections/run` puts it in and sees the test fail.
#[test]
fn every_defect_has_its_test_and_the_patch_that_puts_it_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let patches: Vec<String> = std::fs::read_dir(root.join("tests/protections"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "patch"))
        .map(|path| format!("{}\n{}", path.display(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    for (place, (number, what, (file, name))) in DEFECTS.iter().enumerate() {
        assert_eq!(*number as usize, place + 1);
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("fn {name}(")), "{number} ({what}): no {name} in {file}");
        let puts_it_in = |patch: &&String| patch.contains(&format!("/defect-{number:02}-"));
        let patch = patches.iter().find(puts_it_in).unwrap_or_else(|| panic!("{number} ({what}): no patch"));
        assert!(patch.contains(&format!("::{name}\n")), "{number} ({what}): its patch names another test");
    }
}

/// The rules about time by their letters, with the first and the last number of each.
const RULES: [(&str, std::ops::RangeInclusive<u32>); 9] = [
    ("ACC", 1..=7),
    ("TRF", 1..=5),
    ("SUP", 1..=8),
    ("STOP", 1..=4),
    ("LINK", 1..=6),
    ("PROC", 1..=5),
    ("TIME", 1..=18),
    ("LATE", 0..=19),
    ("CAL", 1..=10),
];

/// Those that no test can cite yet, each with why.
const UNCITED: [(&str, &str); 1] = [("ACC-07", "a duty of applicants, who keep it elsewhere")];

#[test]
fn every_rule_about_time_is_cited_by_a_test() {
    let cited = cited_by_tests();
    let uncited: Vec<String> = RULES
        .iter()
        .flat_map(|(letters, numbers)| numbers.clone().map(move |number| format!("{letters}-{number:02}")))
        .filter(|rule| !cited.contains(rule) && !UNCITED.iter().any(|(known, _)| known == rule))
        .collect();
    assert!(uncited.is_empty(), "no test cites {uncited:?}");
}

/// What stands in the tests, a file at a time: those that are tests wholly, and the tests of the others.
fn cited_by_tests() -> std::collections::BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut cited) =
        (vec![root.join("tests"), root.join("src")], std::collections::BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests/defects.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let is_test = name.contains("tests");
                let from = if is_test { 0 } else { text.find("#[cfg(test)]").unwrap_or(text.len()) };
                cited.extend(rules_in(&text[from..]));
            }
        }
    }
    cited
}

/// `TIME-05`, the three of `TIME-04 to TIME-06`, and `time_05` in a test's name.
fn rules_in(text: &str) -> Vec<String> {
    let text = text.to_uppercase().replace('_', "-");
    let number = |at: usize| text.get(at..at + 2)?.parse::<u32>().ok();
    let mut found = Vec::new();
    for (letters, _) in RULES {
        for (at, start) in text.match_indices(&format!("{letters}-")) {
            let end = at + start.len();
            let Some(first) = number(end) else { continue };
            let to = format!(" TO {letters}-");
            let last = text
                .get(end + 2..)
                .filter(|rest| rest.starts_with(&to))
                .and_then(|_| number(end + 2 + to.len()));
            found.extend((first..=last.unwrap_or(first)).map(|one| format!("{letters}-{one:02}")));
        }
    }
    found
}
