//! What the loader accepts, and that it points at what it refuses.

use super::*;

const HEAD: &str = "schema = 1\ntimezone = \"Asia/Ho_Chi_Minh\"\nweekend = [\"saturday\", \"sunday\"]\n";

fn problems(year: &str) -> Vec<FileProblem> {
    let text = format!("{HEAD}[[year]]\n{year}");
    match parse(&text, Path::new("lich.toml")) {
        Err(CalendarFileError::Wrong(problems)) => problems,
        Err(CalendarFileError::NotToml(problem)) => vec![problem],
        other => panic!("{other:?}"),
    }
}

/// Field and line of every problem.
fn places(year: &str) -> Vec<(String, usize)> {
    problems(year).into_iter().map(|problem| (problem.field, problem.line)).collect()
}

#[test]
fn the_built_in_calendar_holds() {
    let calendar = built_in().unwrap();
    assert_eq!(calendar.label(), "vn-state@2026.1");
    assert_eq!(calendar.status(2018), Some(YearStatus::Partial));
    assert!(calendar.is_final(2026));
    assert!(!calendar.is_final(2027));
}

#[test]
fn a_file_without_name_and_version_is_the_state_calendar() {
    let calendar =
        parse(&format!("{HEAD}[[year]]\nyear = 2026\nstatus = \"final\"\n"), Path::new("x")).unwrap();
    assert_eq!(calendar.label(), "vn-state@2026.1");
}

#[test]
fn what_breaks_a_check_is_named_with_file_line_and_field() {
    // CAL-08; line 5 is the year, 6 its status, 7 and later what is wrong.
    let off = |entries: &str| format!("year = 2026\nstatus = \"final\"\noff = [\n{entries}\n]\n");
    let place = |field: &str, line| vec![(field.to_owned(), line)];
    let public = |date: &str| format!("{{ date = \"{date}\", kind = \"public\", name = \"x\" }}");
    assert_eq!(places(&off(&public("2026-01-03"))), place("off.date", 8), "a Saturday");
    assert_eq!(places(&off(&public("2027-01-01"))), place("off.date", 8), "another year");
    let twice = format!("{},\n{}", public("2026-01-01"), public("2026-01-01"));
    assert_eq!(places(&off(&twice)), place("off.date", 9), "twice");
    assert_eq!(
        places(&off("{ date = \"2026-01-02\", kind = \"swap\", name = \"x\" }")),
        place("off.makeup", 8)
    );
    let unpaired = "{ date = \"2026-01-02\", kind = \"swap\", name = \"x\", makeup = \"2026-01-10\" }";
    assert_eq!(places(&off(unpaired)), place("off.makeup", 8));
    let makeup =
        "year = 2026\nstatus = \"final\"\nmakeup = [{ date = \"2026-01-10\", replaces = \"2026-01-02\" }]";
    assert_eq!(places(makeup), place("makeup.replaces", 7));
    let monday = "year = 2026\nstatus = \"final\"\noff = [{ date = \"2026-01-02\", kind = \"swap\", name = \"x\", makeup = \"2026-01-12\" }]\nmakeup = [{ date = \"2026-01-12\", replaces = \"2026-01-02\" }]";
    assert_eq!(places(monday), place("makeup.date", 8));
    let years = "year = 2026\nstatus = \"final\"\n[[year]]\nyear = 2026\nstatus = \"final\"\n";
    assert_eq!(places(years), place("year.year", 8));
    let named = problems(&off(&public("2026-01-03")));
    assert!(named[0].say(Language::Vietnamese).starts_with("lich.toml:8: off.date: ngày nghỉ 2026-01-03"));
}

#[test]
fn what_is_no_calendar_is_named_with_its_line() {
    assert_eq!(places("year = 2026\nstatus = \"sure\"\n"), vec![("status".to_owned(), 6)]);
    assert_eq!(places("year = 2026\nstatus = \"final\"\nof = []\n")[0].1, 7);
    assert_eq!(places("year = 2026\nstatus = \n")[0].1, 6);
    let day = "year = 2026\nstatus = \"final\"\noff = [{ date = \"2026-02-30\", kind = \"public\", name = \"x\" }]\n";
    assert_eq!(places(day)[0].1, 7);
    let error = parse(
        &HEAD.replace("Ho_Chi_Minh", "Hanoi").replace("schema = 1\n", "schema = 1\nyear = []\n"),
        Path::new("x"),
    );
    assert!(error.unwrap_err().to_string().starts_with("x:3: timezone: "));
}

#[test]
fn a_swap_may_be_made_up_for_in_the_next_year() {
    // CAL-10: 31/12/2018 and 5/1/2019 are in the built-in calendar.
    let calendar = built_in().unwrap();
    assert!(calendar.kind(Day::new(2019, 1, 5).unwrap()).is_working());
    assert!(!calendar.kind(Day::new(2018, 12, 31).unwrap()).is_working());
}
