//! Whole lives, told by the engine and by the second program: promises, stops, runs, steps, stages
//! and lateness are the same (reliability: the deadline is a function of the events).

#[path = "support/lives.rs"]
#[allow(dead_code, reason = "shared with the tests of the service")]
mod lives;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use dunghen::domain::calendar::Timetable;
use dunghen::domain::deadline::Counted;
use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::{Event, Happening};
use dunghen::domain::limit::TimeLimit;
use dunghen::domain::time::Moment;
use dunghen::work::desk::Desk;
use lives::{Closures, Dice, Life, answer, desk, live, write_province};
use serde_json::Value;

const PROCEDURES: usize = 400;

/// `DUNGHEN_TEST_LIVES` of them, where it is set.
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn number_of_lives() -> usize {
    let asked = std::env::var("DUNGHEN_TEST_LIVES").ok().and_then(|number| number.parse().ok());
    let long = std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1");
    asked.unwrap_or(if long { 1_000_000 } else { 20_000 })
}

/// Under the law of the files, or while a closure is announced.
fn some_life(desk: &Desk, dice: &mut Dice) -> Life {
    let closures = if number_of_lives() > 20_000 { 240 } else { 24 };
    match dice.one_in(2) {
        true => Life::random(&desk.province, dice, "2019-01-07", 2_570),
        false => Life::under_changing_law(&desk.province, dice, closures),
    }
}

/// What there was among the lives.
#[derive(Default)]
struct Seen {
    /// Dates that a decision moved.
    moved: usize,
    /// Lives that nothing limits.
    unlimited: usize,
    /// Times that were corrected after a decision had moved the date.
    corrected: usize,
}

impl Seen {
    fn note(&mut self, events: &[Event]) {
        let moved = |event: &&Event| matches!(event.what, Happening::Recalculated { .. });
        let corrected = |event: &&Event| matches!(event.what, Happening::Corrected { .. });
        let unlimited = |event: &Event| matches!(event.what, Happening::Received { promise: None, .. });
        self.moved += events.iter().filter(moved).count();
        self.unlimited += usize::from(events.iter().any(unlimited));
        let first = events.iter().position(|event| moved(&event)).unwrap_or(events.len());
        self.corrected += events[first..].iter().filter(corrected).count();
    }
}

/// Writes lives and the engine's answers beside each other, and notes what there was among them.
fn tell(desk: &Desk, closures: &Closures, folder: &Path, seed: u64, count: usize) -> Seen {
    let mut dice = Dice(seed);
    let file =
        |name: &str| BufWriter::new(File::create(folder.join(format!("{name}-{seed}.jsonl"))).unwrap());
    let (mut asked, mut told) = (file("lives"), file("engine"));
    let mut seen = Seen::default();
    for _ in 0..count {
        let life = some_life(desk, &mut dice);
        writeln!(asked, "{}", life.line(&desk.province)).unwrap();
        let events = live(desk, closures, &life);
        seen.note(&events);
        let desk = Desk { province: closures.at_the_end(desk, &life), ..desk.clone() };
        writeln!(told, "{}", answer(&desk, &events, life.now)).unwrap();
    }
    seen
}

fn second_program(folder: &Path, seed: u64) {
    let calendar = concat!(env!("CARGO_MANIFEST_DIR"), "/config/calendar/vn-state.toml");
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/lives.py"))
        .arg(calendar)
        .arg(folder)
        .stdin(File::open(folder.join(format!("lives-{seed}.jsonl"))).unwrap())
        .stdout(File::create(folder.join(format!("second-{seed}.jsonl"))).unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Compares line by line and names the first difference with its life.
fn compare(folder: &Path, seed: u64) -> (usize, usize) {
    let lines = |name: &str| {
        BufReader::new(File::open(folder.join(format!("{name}-{seed}.jsonl"))).unwrap())
            .lines()
            .map(Result::unwrap)
    };
    let (mut all, mut late) = (0, 0);
    for ((life, engine), second) in lines("lives").zip(lines("engine")).zip(lines("second")) {
        let engine: Value = serde_json::from_str(&engine).unwrap();
        let second: Value = serde_json::from_str(&second).unwrap();
        for (name, value) in second.as_object().unwrap() {
            assert_eq!(&engine[name], value, "{name} of {life}\n{engine}\n{second}");
        }
        assert_eq!(engine, second, "{life}");
        all += 1;
        late += usize::from(engine["late"] == true);
    }
    (all, late)
}

/// What a run was given, used and left, as a number in its own unit.
fn amount(counted: Counted) -> i64 {
    match counted {
        Counted::WorkingDays(days) | Counted::CalendarDays(days) => days.into(),
        Counted::WorkingTime(time) => time.as_secs(),
    }
}

/// The runs of one life: nothing of a limit is lost or gained by a stop.
fn check_runs(dossier: &Dossier, timetable: &Timetable, now: Moment) {
    let runs = dossier.runs(timetable, now);
    for (place, run) in runs.iter().enumerate() {
        let (given, used, left) = (amount(run.allowance), amount(run.used), amount(run.left));
        assert_eq!(used + left, given, "{run:?}");
        let basis = run.promise.basis.as_ref().unwrap();
        let carried = basis.counting_starts.is_none();
        match (carried, basis.terms.limit) {
            (false, TimeLimit::WorkingDays(days)) => assert_eq!(given, i64::from(days.get()), "{run:?}"),
            (false, TimeLimit::WorkingHours(hours)) => {
                assert_eq!(given, i64::from(hours.get()) * 3_600, "{run:?}")
            }
            // A last day that rolls off days off adds to what there was (TIME-02).
            (false, TimeLimit::CalendarDays(days)) => assert!(given >= i64::from(days.get()), "{run:?}"),
            (true, TimeLimit::CalendarDays(_) | TimeLimit::Months(_)) => {
                assert!(given >= amount(runs[place - 1].left), "{run:?}");
            }
            (true, _) => assert_eq!(given, amount(runs[place - 1].left), "{run:?}"),
            _ => {}
        }
        if carried {
            let before = runs[place - 1].promise;
            assert!(run.promise.due_at >= before.due_at && run.promise.late_from >= before.late_from);
            if run.from == runs[place - 1].until {
                assert_eq!(run.promise.due_at, before.due_at, "a stop of no length changes nothing");
            }
        }
    }
}

/// Once late it stays late: nothing but a correction cures it (SUP-06, LATE-10, LATE-11).
fn check_lateness(events: &[Event]) {
    let mut was_late = false;
    for place in 1..=events.len() {
        let dossier = Dossier::fold(&events[..place]).unwrap().unwrap();
        let at = events[place - 1].at;
        let corrected = matches!(events[place - 1].what, Happening::Corrected { .. });
        let late = dossier.is_late_at(at);
        assert!(late || !was_late || corrected, "{:?} cured a lateness", events[place - 1]);
        was_late = late;
    }
}

/// Reliability 8 and 9 over whole lives: SUP-04 to SUP-06, STOP-04, LATE-11.
#[test]
fn no_stop_loses_or_gains_time_and_none_cures_a_lateness() {
    let folder = tempfile::tempdir().unwrap();
    write_province(folder.path(), &mut Dice(20_261_129), 200);
    let desk = desk(folder.path());
    let (mut dice, closures) = (Dice(5), Closures::default());
    let mut stops = 0;
    for _ in 0..number_of_lives() / 10 {
        let life = Life::random(&desk.province, &mut dice, "2019-01-07", 2_570);
        let events = live(&desk, &closures, &life);
        let dossier = Dossier::fold(&events).unwrap().unwrap();
        check_runs(&dossier, desk.province.timetable(&dossier.filing.competent_unit), life.now);
        check_lateness(&events);
        stops += dossier.stops.len();
    }
    assert!(stops > 1_000, "too few stops to tell: {stops}");
}

#[test]
fn the_engine_tells_every_life_as_the_second_program_does() {
    let folder = tempfile::tempdir().unwrap();
    write_province(folder.path(), &mut Dice(20_261_127), PROCEDURES);
    let desk = desk(folder.path());
    let batch = number_of_lives() / 2;
    let seeds = [1, 2];
    let closures = Closures::default();
    let seen = std::thread::scope(|scope| {
        let running = seeds.map(|seed| {
            let (desk, closures, folder) = (&desk, &closures, folder.path());
            scope.spawn(move || {
                let seen = tell(desk, closures, folder, seed, batch);
                second_program(folder, seed);
                seen
            })
        });
        running.map(|one| one.join().unwrap())
    });
    let sum = |of: fn(&Seen) -> usize| seen.iter().map(of).sum::<usize>();
    let (moved, unlimited, corrected) =
        (sum(|one| one.moved), sum(|one| one.unlimited), sum(|one| one.corrected));
    let (mut all, mut late) = (0, 0);
    for seed in seeds {
        let (some, some_late) = compare(folder.path(), seed);
        all += some;
        late += some_late;
    }
    println!(
        "{all} lives, {late} of them late, {unlimited} without a limit; {moved} dates moved by decisions, {corrected} times corrected after that"
    );
    assert_eq!(all, number_of_lives(), "an answer to every life");
    assert!(moved * 100 > all, "too few dates were moved to tell: {moved} in {all}");
    assert!(unlimited * 50 > all && corrected * 200 > all, "too few to tell: {unlimited} and {corrected}");
    assert!(late * 10 > all && late * 10 < all * 9, "too one-sided to tell: {late} of {all}");
}
