//! 200,000 random questions, answered by the binary and by the second program, line by line.

#[path = "support/dice.rs"]
mod dice;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dice::Dice;

const CUTOFFS: [&str; 5] = ["none", "after_15h", "last_hour", "after_17h_or_off_day", "after_close"];
const HOURS: [&str; 8] = [
    "07:30-11:30,13:30-17:00",
    "07:30-11:30,13:30-17:30",
    "07:00-11:30,13:30-17:00",
    "08:00-12:00",
    "07:00-09:00,09:00-11:15,13:00-14:59:59,15:30-18:00",
    "00:00-24:00",
    "00:00-00:30,23:15-24:00",
    "01:30-03:30",
];
/// Clock times on and just beside what decides something.
const CLOCKS: [&str; 24] = [
    "00:00",
    "02:30",
    "06:59:59",
    "07:00",
    "07:30",
    "08:00:01",
    "11:15",
    "11:30",
    "11:30:01",
    "12:10",
    "13:30",
    "14:59:59",
    "15:00",
    "15:00:00.9",
    "15:00:01",
    "16:00",
    "16:00:01",
    "16:29:59",
    "16:30",
    "17:00",
    "17:00:01",
    "17:30",
    "17:30:01",
    "23:59:59",
];
const NONSENSE: [&str; 8] =
    ["", "x", "0wd", "2026-11-20", "after_16h", "8wd ", "99999999999wd", "17:00-08:00"];

fn received(dice: &mut Dice, years: (u64, u64)) -> String {
    let year = years.0 + dice.up_to(years.1 - years.0 + 1);
    let (mut month, mut day) = (1 + dice.up_to(12), 1 + dice.up_to(28));
    if dice.one_in(6) {
        (month, day) = (12, 25 + dice.up_to(7));
    }
    let clock = if dice.one_in(2) {
        (*dice.pick(&CLOCKS)).to_owned()
    } else {
        format!("{:02}:{:02}:{:02}", dice.up_to(24), dice.up_to(60), dice.up_to(60))
    };
    let offset = if dice.one_in(8) { *dice.pick(&["Z", "+07:00", "-05:30", "+13:45"]) } else { "" };
    format!("{year:04}-{month:02}-{day:02}T{clock}{offset}")
}

fn limit(dice: &mut Dice) -> String {
    let small = !dice.one_in(50);
    match dice.up_to(10) {
        0..=3 => format!("{}wd", 1 + dice.up_to(if small { 40 } else { 600 })),
        4 | 5 => format!("{}cd", 1 + dice.up_to(if small { 60 } else { 3_700 })),
        6 | 7 => format!("{}wh", 1 + dice.up_to(if small { 80 } else { 3_000 })),
        8 => format!("{}mo", 1 + dice.up_to(if small { 14 } else { 125 })),
        _ if dice.one_in(8) => "none".to_owned(),
        _ => "same-day".to_owned(),
    }
}

fn question(dice: &mut Dice, years: (u64, u64)) -> String {
    if dice.one_in(400) {
        return (*dice.pick(&["", "  ", "{", "[]", "null", "3", "\"wd\"", "{\"received\":}"])).to_owned();
    }
    let mut keys = vec![("received", received(dice, years)), ("limit", limit(dice))];
    if dice.one_in(2) {
        keys.push(("cutoff", (*dice.pick(&CUTOFFS)).to_owned()));
    }
    if dice.one_in(2) {
        let effect = *dice.pick(&["count_starts_next_wd", "treat_as_received_next_wd"]);
        keys.push(("cutoff_effect", effect.to_owned()));
    }
    if dice.one_in(2) {
        let times = ["end_of_day", "same_clock", "same_clock", "fixed=16:30", "fixed=02:30", "fixed=00:00"];
        keys.push(("due_time", (*dice.pick(&times)).to_owned()));
    }
    if dice.one_in(2) {
        keys.push(("hours", (*dice.pick(&HOURS)).to_owned()));
    }
    if dice.one_in(100) {
        let place = usize::try_from(dice.up_to(keys.len() as u64)).unwrap();
        match dice.up_to(3) {
            0 => keys[place].1 = (*dice.pick(&NONSENSE)).to_owned(),
            1 => keys[place].0 = "ngày",
            _ => drop(keys.remove(place)),
        }
    }
    let pairs: Vec<_> = keys.iter().map(|(key, value)| format!("{key:?}:{value:?}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// Years that are final, estimated, partial and missing in turn, New Year's Day worked, a long
/// closure and local days off around the turn of the year.
fn gaps(weekend: &str, zone: &str) -> String {
    let year = |year: u32, status: &str, off: &[String]| {
        let off = off.join(",\n");
        format!("[[year]]\nyear = {year}\nstatus = \"{status}\"\noff = [{off}]\n")
    };
    let off = |date: &str, kind: &str| format!("{{ date = \"{date}\", kind = \"{kind}\", name = \"Bão\" }}");
    let storm = ["2024-12-30", "2024-12-31", "2024-02-29"].map(|day| off(day, "local"));
    // 2 March 2026 is a Monday.
    let closure = ["02", "03", "04", "05", "09", "10", "11", "12", "16", "17", "18", "19"];
    let closure = closure.map(|day| off(&format!("2026-03-{day}"), "public"));
    [
        format!("timezone = \"{zone}\"\nweekend = [{weekend}]\n"),
        year(2022, "final", &[]),
        year(2023, "partial", &[off("2023-12-28", "public")]),
        year(2024, "final", &storm),
        year(2026, "final", &closure),
        year(2027, "estimate", &[]),
        year(2028, "final", &[]),
    ]
    .concat()
}

/// A calendar in which nobody ever works.
const NO_WORK: &str = "timezone = \"Asia/Ho_Chi_Minh\"\n\
    weekend = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"]\n\
    [[year]]\nyear = 2026\nstatus = \"final\"\n";

struct Case {
    name: &'static str,
    calendar: String,
    questions: usize,
    /// Years of receipt.
    years: (u64, u64),
}

fn cases() -> Vec<Case> {
    let state = include_str!("../config/calendar/vn-state.toml");
    let case = |name, calendar, questions, years| Case { name, calendar, questions, years };
    vec![
        case("state", state.to_owned(), 100_000, (2017, 2028)),
        case("gaps", gaps(r#""saturday", "sunday""#, "Asia/Ho_Chi_Minh"), 50_000, (2021, 2029)),
        case("amsterdam", state.replace("Asia/Ho_Chi_Minh", "Europe/Amsterdam"), 25_000, (2019, 2026)),
        case("new-york", gaps(r#""friday""#, "America/New_York"), 23_000, (2021, 2029)),
        case("no-work", NO_WORK.to_owned(), 2_000, (2025, 2027)),
    ]
}

fn write_questions(path: &Path, case: &Case, seed: u64) {
    let mut dice = Dice(seed);
    let mut out = BufWriter::new(File::create(path).unwrap());
    for _ in 0..case.questions {
        writeln!(out, "{}", question(&mut dice, case.years)).unwrap();
    }
    out.flush().unwrap();
}

/// Runs a program over the questions and gives what it wrote.
fn answers(program: &mut Command, questions: &Path) -> Vec<String> {
    let output = program.stdin(File::open(questions).unwrap()).stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The answer without the wording of errors, which is the program's own.
fn essence(answer: &str) -> serde_json::Value {
    let mut answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer.as_object_mut().unwrap().remove("detail");
    answer
}

fn compare(case: &Case, folder: &Path, seed: u64) {
    let file = |end: &str| -> PathBuf { folder.join(format!("{}.{end}", case.name)) };
    let (calendar, questions) = (file("toml"), file("jsonl"));
    fs::write(&calendar, &case.calendar).unwrap();
    write_questions(&questions, case, seed);
    let mut engine = Command::new(env!("CARGO_BIN_EXE_dunghen"));
    engine.args(["calendar", "due", "--batch", "-", "--calendar"]).arg(&calendar);
    let mut second = Command::new("python3");
    second.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/deadline.py")).arg(&calendar);
    let (engine, second) = std::thread::scope(|scope| {
        let engine = scope.spawn(|| answers(&mut engine, &questions));
        let second = answers(&mut second, &questions);
        (engine.join().unwrap(), second)
    });
    assert_eq!(engine.len(), case.questions, "{}: an answer to every question", case.name);
    assert_eq!(second.len(), case.questions, "{}: an answer to every question", case.name);
    let asked = fs::read_to_string(&questions).unwrap();
    let mut due = 0;
    for ((question, engine), second) in asked.lines().zip(&engine).zip(&second) {
        due += usize::from(engine.starts_with(r#"{"due":""#));
        if engine != second {
            assert_eq!(essence(engine), essence(second), "{}: {question}", case.name);
        }
    }
    println!("{}: {due} of {} have a due date", case.name, case.questions);
    assert!(case.name == "no-work" || due * 3 > case.questions, "{}: too few due dates to tell", case.name);
}

#[test]
fn two_hundred_thousand_answers_agree_with_the_second_program() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    assert_eq!(cases.iter().map(|case| case.questions).sum::<usize>(), 200_000);
    for (seed, case) in (20_261_123..).zip(&cases) {
        compare(case, folder.path(), seed);
    }
}
