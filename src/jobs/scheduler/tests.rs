//! What is to be written down, for each policy and whatever the clock did.

use std::sync::Arc;

use futures_util::FutureExt;

use super::*;
use crate::config::jobs::Plan;
use crate::config::settings::Cron;

fn task(cron: &str, missed: Missed) -> Task {
    let cron = Cron::try_from(cron.to_owned()).unwrap();
    let plan = Plan { cron, days_earlier: 0, missed, window_days: 40 };
    let job = Arc::new(|_| async { Ok(String::new()) }.boxed());
    Task::new("some", &plan, Duration::from_secs(1), job).unwrap()
}

fn at(text: &str) -> Moment {
    format!("{text}:00+07:00").parse().unwrap()
}

fn noted(last: Option<&str>) -> Noted {
    Noted {
        task: "some".to_owned(),
        known_since: at("2026-01-05T07:00"),
        last_due_at: last.map(at),
        next_due_at: None,
    }
}

fn found(task: &Task, noted: &Noted, now: &str) -> Option<Due> {
    due(task, &Zone::named("Asia/Ho_Chi_Minh").unwrap(), noted, at(now))
}

/// `state` of each tick, with its local time.
fn states(due: &Due) -> Vec<(&str, &'static str)> {
    due.ticks.iter().map(|tick| (tick.due_local.split_once(' ').unwrap().0, tick.state)).collect()
}

#[test]
fn of_missed_mornings_the_latest_is_made_up_for_and_the_others_are_noted() {
    let daily = task("15 7 * * *", Missed::OnceLatest);
    let due = found(&daily, &noted(Some("2026-11-20T07:15")), "2026-11-23T06:00").unwrap();
    assert_eq!(states(&due), [("2026-11-21T07:15", "coalesced"), ("2026-11-22T07:15", "waiting")]);
    assert_eq!(due.supersedes, Some(at("2026-11-22T07:15")));
    assert_eq!(due.next, Some(at("2026-11-23T07:15")));
}

#[test]
fn every_missed_month_is_made_up_for() {
    let monthly = task("10 0 1 * *", Missed::Every);
    let monthly = Task { window: SignedDuration::from_hours(24 * 400), ..monthly };
    let due = found(&monthly, &noted(Some("2026-08-01T00:10")), "2026-11-23T06:00").unwrap();
    let expected = ["2026-09-01T00:10", "2026-10-01T00:10", "2026-11-01T00:10"].map(|at| (at, "waiting"));
    assert_eq!(states(&due), expected);
    assert_eq!(due.supersedes, None);
}

#[test]
fn what_is_not_made_up_for_runs_only_on_time() {
    let skips = task("15 7 * * *", Missed::Skip);
    let state = |now| states(&found(&skips, &noted(Some("2026-11-22T07:15")), now).unwrap())[0].1;
    assert_eq!(state("2026-11-23T07:17"), "waiting");
    assert_eq!(state("2026-11-23T07:18"), "skipped");
}

#[test]
fn a_task_without_history_begins_when_it_became_known_and_looks_back_no_further_than_its_window() {
    let daily = task("15 7 * * *", Missed::Every);
    let due = found(&daily, &noted(None), "2026-01-06T07:15").unwrap();
    assert_eq!(states(&due), [("2026-01-05T07:15", "waiting"), ("2026-01-06T07:15", "waiting")]);
    let due = found(&daily, &noted(None), "2026-11-23T06:00").unwrap();
    assert_eq!((due.ticks.len(), states(&due)[0].0), (40, "2026-10-14T07:15"));
}

#[test]
fn nothing_is_written_down_before_it_is_due_nor_twice() {
    let daily = task("15 7 * * *", Missed::OnceLatest);
    let known = Noted { next_due_at: Some(at("2026-11-23T07:15")), ..noted(Some("2026-11-22T07:15")) };
    assert_eq!(found(&daily, &known, "2026-11-23T07:14"), None);
    let due = found(&daily, &known, "2026-11-23T07:15").unwrap();
    assert_eq!(states(&due), [("2026-11-23T07:15", "waiting")]);
    // The clock is set back by less than an hour: what was written down stays.
    let known = Noted { next_due_at: Some(at("2026-11-24T07:15")), ..noted(Some("2026-11-23T07:15")) };
    assert_eq!(found(&daily, &known, "2026-11-23T06:30"), None);
}

#[test]
fn what_a_clock_that_ran_ahead_wrote_down_is_struck_out() {
    let daily = task("15 7 * * *", Missed::OnceLatest);
    let due = found(&daily, &noted(Some("2027-01-02T07:15")), "2026-11-23T07:30").unwrap();
    assert_eq!(due, Due { strike_after: Some(at("2026-11-23T07:30")), ..Due::default() });
}

#[test]
fn a_long_absence_is_written_down_in_batches_of_which_the_last_alone_runs() {
    let by_minute = task("* * * * *", Missed::OnceLatest);
    let due = found(&by_minute, &noted(Some("2026-11-22T00:00")), "2026-11-23T00:00").unwrap();
    assert_eq!(due.ticks.len(), BATCH);
    assert!(due.ticks.iter().all(|tick| tick.state == "coalesced"));
    let last = due.ticks.last().map(|tick| tick.due_at);
    let rest = found(&by_minute, &Noted { last_due_at: last, ..noted(None) }, "2026-11-23T00:00").unwrap();
    assert_eq!((rest.ticks.len(), rest.ticks.last().unwrap().state), (440, "waiting"));
}
