//! What each step is given, until when, and how the giver stood (PROC-01 to PROC-04, LIFE-04).

use super::*;
use crate::domain::calendar::Timetable;
use crate::domain::deadline::Due;
use crate::domain::deadline::fixture::{at, office, terms, timetable};
use crate::domain::dossier::fixture::{
    event, filing, moment, promise, received, rules, supplement, transfer, withdrawn,
};
use crate::domain::event::Filing;
use crate::domain::procedure::{Step, StepTime};
use crate::domain::ruleset::RuleSet;

/// Steps of these times and, last, the return that is not counted (LIFE-06).
fn steps(times: &[&str]) -> Vec<Step> {
    let counted = times.iter().enumerate().map(|(no, time)| Step {
        name: format!("Bước {no}"),
        role: Role::Specialist,
        time: Some(time.parse().unwrap()),
    });
    counted.chain([Step { name: "Trả kết quả".to_owned(), role: Role::Reception, time: None }]).collect()
}

/// An office with a rule set and some steps.
struct Office {
    steps: Vec<Step>,
    rules: RuleSet,
    timetable: Timetable,
}

impl Office {
    fn with(times: &[&str]) -> Self {
        Self { steps: steps(times), rules: rules(), timetable: office() }
    }

    fn process(&self) -> Process<'_> {
        let timetable = &self.timetable;
        Process { steps: &self.steps, rules: &self.rules, receiving: timetable, competent: timetable }
    }

    /// When the steps of a limit that is counted from `from` fall due.
    fn dues(&self, from: &str, limit: &str) -> Vec<String> {
        let promise = promise(from, limit, None);
        let dossier = Dossier::begin(&event(1, moment(from), received(Some(promise.clone())))).unwrap();
        let process = self.process();
        let transferred = dossier.after(&event(2, moment(from), transfer())).unwrap();
        let due = |no| process.due(&transferred, Some(&promise), no);
        (1..self.steps.len()).filter_map(due).map(|at| self.shown(at)).collect()
    }

    fn shown(&self, at: Moment) -> String {
        self.timetable.zone().rfc3339(at)[..16].replace('T', " ")
    }
}

fn step_done(step: &str) -> Happening {
    Happening::StepDone { step: step.to_owned(), to_officer: Some(StaffId(5)), giver: None }
}

/// PROC-02: the two real processes, step by step; the last counted one falls due with the dossier.
#[test]
fn proc_02_the_steps_of_real_processes_fill_the_limit() {
    let twelve = Office::with(&["0.25wd", "0.5wd", "5.5wd", "0.5wd", "1wd", "0.25wd", "4wd"]);
    assert_eq!(promise("2026-11-02 09:00", "12wd", None).due_at, moment("2026-11-18 17:00"));
    // D1 is 3/11. Of 7 h 30 a quarter is 1 h 52 min 30 s, a half 3 h 45, three quarters 5 h 37 min 30 s.
    assert_eq!(
        twelve.dues("2026-11-02 09:00", "12wd"),
        [
            "2026-11-03 15:07",
            "2026-11-11 09:22",
            "2026-11-11 15:07",
            "2026-11-12 15:07",
            "2026-11-12 17:00",
            "2026-11-18 17:00",
        ]
    );
    let twenty = Office::with(&["0.5wd", "0.5wd", "15wd", "2wd", "1wd", "1wd"]);
    assert_eq!(promise("2026-06-01 09:00", "20wd", None).due_at, moment("2026-06-29 17:00"));
    assert_eq!(
        twenty.dues("2026-06-01 09:00", "20wd"),
        ["2026-06-02 17:00", "2026-06-23 17:00", "2026-06-25 17:00", "2026-06-26 17:00", "2026-06-29 17:00"]
    );
    let sum = |office: &Office| -> u32 {
        office.steps.iter().filter_map(|step| step.time).map(StepTime::minutes).sum()
    };
    assert_eq!((sum(&twelve), sum(&twenty)), (12 * 480, 20 * 480), "PROC-03");
}

/// PROC-03, TIME-09, defect 13 of section 17: half a day is half of the office's own day, and limits in
/// days never drift through hours.
#[test]
fn time_09_a_fraction_of_a_day_is_that_fraction_of_the_offices_day() {
    for (hours, half, whole) in [
        ("07:30-11:30,13:30-17:30", "11:30", "17:30"),
        ("07:30-11:30,13:30-17:00", "11:15", "17:00"),
        ("08:00-12:00", "10:00", "12:00"),
    ] {
        let unit = timetable(hours);
        let terms = terms("15wd");
        let due = unit.due(at(&unit, "2026-06-01T09:00"), &terms).unwrap().unwrap();
        let clock = |rest| unit.zone().rfc3339(unit.leaving(&due, terms.limit, rest))[..16].to_owned();
        assert_eq!(clock(0), format!("2026-06-22T{whole}"), "{hours}");
        assert_eq!(clock(240), format!("2026-06-22T{half}"), "{hours}");
        assert_eq!(clock(480), format!("2026-06-19T{whole}"), "{hours}");
        assert_eq!(clock(15 * 480 - 240), format!("2026-06-02T{half}"), "{hours}");
    }
}

/// PROC-03: of limits in hours an hour is an hour; what fills a session ends at its closing.
#[test]
fn an_hour_of_a_step_is_an_hour() {
    let office = Office::with(&["1wh", "1wh", "4wh", "1wh", "1wh"]);
    // Due on Wednesday 25/11 at 10:30; 24/11 is off, 23/11 works until 17:00.
    assert_eq!(promise("2026-11-23 10:00", "8wh", None).due_at, moment("2026-11-25 10:30"));
    assert_eq!(
        office.dues("2026-11-23 10:00", "8wh"),
        ["2026-11-23 14:00", "2026-11-25 08:30", "2026-11-25 09:30", "2026-11-25 10:30"]
    );
    let due = Due {
        at: moment("2026-11-25 10:30"),
        on: "2026-11-25".parse().unwrap(),
        counting_starts: "2026-11-23".parse().unwrap(),
    };
    let leaving = |rest| office.timetable.leaving(&due, "8wh".parse().unwrap(), rest);
    assert_eq!(leaving(180), moment("2026-11-23 17:00"), "three hours fill the morning");
}

/// TRF-01 to TRF-04: the counter's step has a due instant of its own, which moves no promise.
#[test]
fn trf_04_the_transfer_is_due_on_its_own() {
    let office = Office::with(&["2wd", "3wd"]);
    let due = |channel: &str, from: &str| {
        let filing = Filing { channel: channel.to_owned(), ..filing() };
        let promise = promise(from, "5wd", None);
        let what = Happening::Received {
            filing: Some(filing),
            ruleset: "nd118-2025".to_owned(),
            promise: Some(promise),
        };
        let dossier = Dossier::begin(&event(1, moment(from), what)).unwrap();
        office.shown(office.process().due(&dossier, dossier.promise(), 0).unwrap())
    };
    // The step itself would have until the closing of 24/6.
    assert_eq!(due("online", "2026-06-22 15:00"), "2026-06-22 17:00", "TRF-01");
    assert_eq!(due("online", "2026-06-22 15:00:01"), "2026-06-23 07:30", "TRF-03");
    assert_eq!(due("counter", "2026-06-22 15:00:01"), "2026-06-23 17:00", "TRF-02");
    assert_eq!(due("post", "2026-06-26 09:00"), "2026-06-29 17:00", "TRF-02");
}

/// ACC-04: eight working hours for an answer to an online filing.
#[test]
fn acc_04_an_online_filing_is_answered_within_eight_working_hours() {
    let office = Office::with(&[]);
    let filing = Filing { channel: "online".to_owned(), ..filing() };
    let filed =
        Dossier::begin(&event(1, moment("2026-11-20 16:00"), Happening::Submitted { filing })).unwrap();
    let due = office.process().acceptance_due(&filed).unwrap();
    assert_eq!(office.shown(due), "2026-11-23 16:30", "as the vector of section 5.2 for hours B");
}

/// ACC-04, TIME-15: whoever is told until when to answer is told so at the turn of the year, too.
#[test]
fn acc_04_what_is_said_of_an_answer_lies_in_any_year() {
    let office = Office::with(&[]);
    let filed = |when: &str| {
        let filing = Filing { channel: "online".to_owned(), ..filing() };
        Dossier::begin(&event(1, moment(when), Happening::Submitted { filing })).unwrap()
    };
    let process = office.process();
    let known = filed("2026-11-20 16:00");
    assert_eq!(process.acceptance_preview(&known), process.acceptance_due(&known));
    let beyond = filed("2029-12-31 16:00");
    assert_eq!(process.acceptance_due(&beyond), None, "no promise is made there");
    assert!(process.acceptance_preview(&beyond).is_some());
}

/// ACC-05: two working hours, of which a quarter is left when those at the counter are alerted.
#[test]
fn acc_05_the_counter_is_alerted_before_two_working_hours_are_over() {
    let mut office = Office::with(&[]);
    let submitted = |channel: &str, when: &str| {
        let filing = Filing { channel: channel.to_owned(), ..filing() };
        Dossier::begin(&event(1, moment(when), Happening::Submitted { filing })).unwrap()
    };
    let alert = |office: &Office, dossier: &Dossier| {
        office.process().reception_alert_at(dossier).map(|at| office.shown(at))
    };
    for (filed, told) in [
        ("2026-11-20 08:00", "2026-11-20 09:30"),
        // Over noon: what fills the morning ends with it.
        ("2026-11-20 10:00", "2026-11-20 11:30"),
        ("2026-11-20 11:00", "2026-11-20 14:30"),
        // Over the weekend and the holiday of 24/11.
        ("2026-11-20 16:30", "2026-11-23 08:30"),
        ("2026-11-21 09:00", "2026-11-23 09:00"),
        ("2026-11-23 16:00", "2026-11-25 08:00"),
    ] {
        assert_eq!(alert(&office, &submitted("online", filed)).as_deref(), Some(told), "{filed}");
    }
    assert_eq!(alert(&office, &submitted("counter", "2026-11-20 08:00")), None, "no portal sent it");
    let filed = submitted("online", "2026-11-20 08:00");
    let accepted = Happening::Received { filing: None, ruleset: "nd118-2025".to_owned(), promise: None };
    for what in [accepted, supplement(), withdrawn()] {
        let answered = filed.clone().after(&event(2, moment("2026-11-20 08:30"), what)).unwrap();
        assert_eq!(alert(&office, &answered), None, "it was answered");
    }
    office.rules.due_soon_hours_percent = 0;
    assert_eq!(alert(&office, &filed).as_deref(), Some("2026-11-20 10:00"), "at the last moment");
    office.rules.due_soon_hours_percent = 100;
    assert_eq!(alert(&office, &filed).as_deref(), Some("2026-11-20 08:00"), "at once");
    office.rules.reception_alert_wh = 0;
    assert_eq!(alert(&office, &filed), None, "switched off");
}

/// LIFE-04: a slip as it falls out of the events.
#[test]
fn life_04_the_slip_falls_out_of_the_events() {
    let office = Office::with(&["0.25wd", "0.25wd", "1.75wd", "0.5wd", "0.25wd"]);
    let promise = promise("2026-08-25 09:00", "3wd", None);
    let mut events = vec![
        event(1, moment("2026-08-25 09:00"), received(Some(promise))),
        event(2, moment("2026-08-25 10:00"), transfer()),
        event(3, moment("2026-08-26 11:15"), step_done("Bước 1")),
        event(4, moment("2026-08-27 17:00"), step_done("Bước 2")),
    ];
    let told = |events: &[Event]| {
        let lines = slip(events, &office.process()).unwrap();
        lines
            .iter()
            .map(|line| {
                let shown = |at: Option<Moment>| {
                    at.map_or_else(|| "-".to_owned(), |at| office.shown(at)[5..].to_owned())
                };
                let timeliness = line.timeliness.map_or("-", Outcome::id);
                (line.no.unwrap(), shown(line.due_at), shown(line.done_at), timeliness)
            })
            .collect::<Vec<_>>()
    };
    let line = |no, due: &str, done: &str, timeliness| (no, due.to_owned(), done.to_owned(), timeliness);
    // Due on Friday 28/8 at 17:00: a quarter day is 1 h 52:30, three quarters end at 15:07:30.
    let first = [
        line(0, "08-26 09:22", "08-25 10:00", "early"),
        line(1, "08-26 11:15", "08-26 11:15", "on_time"),
        line(2, "08-28 09:22", "08-27 17:00", "early"),
    ];
    let mut open = first.to_vec();
    open.extend([line(3, "08-28 15:07", "-", "-"), line(4, "08-28 17:00", "-", "-"), line(5, "-", "-", "-")]);
    assert_eq!(told(&events), open);

    events.push(event(5, moment("2026-08-28 16:00"), step_done("Bước 3")));
    events.push(event(6, moment("2026-08-28 20:00"), Happening::Settled));
    events.push(event(
        7,
        moment("2026-09-10 09:00"),
        Happening::Returned { method: crate::domain::event::ReturnMethod::Counter },
    ));
    let mut done = first.to_vec();
    done.extend([
        line(3, "08-28 15:07", "08-28 16:00", "late"),
        // What is due with the dossier is kept until the end of the day (TIME-03).
        line(4, "08-28 17:00", "08-28 20:00", "on_time"),
        line(5, "-", "09-10 09:00", "-"),
    ]);
    assert_eq!(told(&events), done);
}

/// LIFE-04: what was recorded at a hand-over stays, whatever the engine would say today.
#[test]
fn a_recorded_verdict_is_kept() {
    let office = Office::with(&["0.5wd", "2.5wd"]);
    let recorded = HandOver { due_at: moment("2026-08-25 17:00"), timeliness: Outcome::Late };
    let handed =
        Happening::Transfer { to_unit: "H35.21".parse().unwrap(), to_officer: None, giver: Some(recorded) };
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-25 17:30"), handed),
    ];
    let lines = slip(&events, &office.process()).unwrap();
    assert_eq!((lines[0].due_at, lines[0].timeliness), (Some(recorded.due_at), Some(Outcome::Late)));
    assert_eq!(lines[0].giver.as_ref().unwrap().officer, Some(StaffId(1)), "whoever hands over");
}

/// LIFE-04, END-03: a withdrawal hands nothing over, least of all by whoever recorded it.
#[test]
fn a_withdrawal_is_no_hand_over_of_whoever_recorded_it() {
    let office = Office::with(&["0.5wd", "0.5wd", "2wd"]);
    let to = Happening::Transfer { to_unit: "H35.07".parse().unwrap(), to_officer: None, giver: None };
    let last = |when: &str| {
        let at_the_counter = Event { actor: StaffId(9), ..event(3, moment(when), withdrawn()) };
        let events = [
            event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
            event(2, moment("2026-08-25 10:00"), to.clone()),
            at_the_counter,
        ];
        let lines = slip(&events, &office.process()).unwrap();
        assert_eq!(lines.len(), 2, "and nothing is to come");
        lines.into_iter().next_back().unwrap()
    };
    let held = Hand { unit: "H35.07".parse().unwrap(), officer: None };
    let early = last("2026-08-26 09:00");
    assert_eq!((early.giver.as_ref(), early.receiver.as_ref(), early.timeliness), (Some(&held), None, None));
    assert!(early.broken_off && !early.is_late_at(moment("2026-12-01 09:00")));
    assert_eq!(last("2026-08-27 09:00").timeliness, Some(Outcome::Late), "END-03: it stays late");
}

/// STOP-02, PROC-04: while the clock stands still no step falls behind, however long it stands.
#[test]
fn a_step_falls_no_further_behind_while_the_clock_stands_still() {
    let office = Office::with(&["0.5wd", "0.5wd", "2wd"]);
    let now = |stopped_at: &str| {
        let events = [
            event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
            event(2, moment("2026-08-25 10:00"), transfer()),
            event(3, moment(stopped_at), Happening::PaymentRequested { reason: "Thuế".to_owned() }),
        ];
        let lines = slip(&events, &office.process()).unwrap();
        assert_eq!(lines[1].due_at, Some(moment("2026-08-26 17:00")));
        lines[1].is_late_at(moment("2026-12-01 09:00"))
    };
    assert!(!now("2026-08-26 17:00"), "in time when the clock stopped");
    assert!(now("2026-08-26 17:01"), "late by then, and that is kept");
}

/// STOP-02, LIFE-04: who hands on while the clock stands still is judged where it stopped.
#[test]
fn a_hand_over_in_a_stop_is_judged_where_the_clock_stopped() {
    let office = Office::with(&["0.5wd", "0.5wd", "2wd"]);
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-25 10:00"), transfer()),
        event(
            3,
            moment("2026-08-26 16:00"),
            Happening::ExclusionBegan {
                exclusion: crate::domain::event::Exclusion::Verification,
                basis: "Điều 14 Luật Hộ tịch".to_owned(),
                document: None,
            },
        ),
        event(4, moment("2026-09-03 09:00"), step_done("Bước 1")),
    ];
    let lines = slip(&events, &office.process()).unwrap();
    assert_eq!(lines[1].timeliness, Some(Outcome::OnTime), "it was due at the closing of 26/8");
}

/// PROC-04, SUP-04: after a restart the steps that are left are planned in the new run.
#[test]
fn steps_follow_the_promise_in_force() {
    let office = Office::with(&["0.5wd", "0.5wd", "2wd"]);
    let again = promise("2026-09-08 09:00", "3wd", None);
    let events = [
        event(1, moment("2026-08-25 09:00"), received(Some(promise("2026-08-25 09:00", "3wd", None)))),
        event(2, moment("2026-08-25 10:00"), transfer()),
        event(3, moment("2026-08-26 09:00"), supplement()),
        event(4, moment("2026-09-08 09:00"), Happening::Supplemented { promise: Some(again) }),
    ];
    let lines = slip(&events, &office.process()).unwrap();
    let dues: Vec<_> = lines.iter().filter_map(|line| line.due_at).map(|at| office.shown(at)).collect();
    assert_eq!(dues, ["2026-08-26 11:15", "2026-09-09 17:00", "2026-09-11 17:00"]);
}

/// SUP-03: three working days from the agency's receipt; what was asked before it is no notice of it.
#[test]
fn sup_03_a_supplement_is_asked_for_within_three_working_days() {
    let office = Office::with(&[]);
    let late = |asked: &str| {
        let promise = promise("2026-08-20 09:00", "20wd", None);
        let received =
            Dossier::begin(&event(1, moment("2026-08-20 09:00"), received(Some(promise)))).unwrap();
        let there = received.after(&event(2, moment("2026-08-20 16:00"), transfer())).unwrap();
        let asked = there.after(&event(3, moment(asked), supplement())).unwrap();
        assert_eq!(
            office.process().supplement_notice_by(&asked),
            "2026-08-24".parse().ok(),
            "22/8 is worked"
        );
        office.process().is_late_notice(&asked, &asked.stops[0])
    };
    assert!(!late("2026-08-24 23:59") && late("2026-08-25 00:00"));
}
