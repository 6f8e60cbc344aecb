//! Every due time is there once, whatever happened when it came.

use std::collections::BTreeMap;
use std::net::ToSocketAddrs;
use std::time::Duration;

use dunghen::clock::Clock;
use dunghen::config::jobs::Missed;
use dunghen::db::{Db, DbSettings, Error, Purpose};
use dunghen::domain::time::Moment;
use dunghen::jobs::{lease, scheduler};
use jiff::SignedDuration;

use crate::is_long;
use crate::nodes::*;
use crate::office::at;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::support::proxy::{Proxy, Weather};

/// Whole minutes after `from`, up to `to`.
fn minutes(from: Moment, to: Moment) -> Vec<Moment> {
    let count = to.since(from).as_secs() / 60;
    (1..=count).map(|minute| from.plus(SignedDuration::from_mins(minute))).collect()
}

fn states(rows: &[(Moment, String)]) -> BTreeMap<&str, usize> {
    rows.iter().fold(BTreeMap::new(), |mut counts, (_, state)| {
        *counts.entry(state.as_str()).or_default() += 1;
        counts
    })
}

on_both! {
    /// Five nodes whose clocks differ by up to half a minute each way, and that die at random.
    async fn five_nodes_write_each_due_time_down_and_do_it_once(db: TestDb) {
        let due = if is_long() { 1_000 } else { 120 };
        let end = start().plus(SignedDuration::from_mins(due + 1));
        let time = Clock::by_hand(start());
        let runs = Runs::default();
        let born = |number: usize| {
            let skew = SignedDuration::from_millis(rand::random_range(-30_000..=30_000));
            let clock = Clock::by_hand(time.now().plus(skew));
            let tasks = vec![task("minutely", "* * * * *", Missed::Every, runs.job())];
            (node(&db, &format!("node {number}"), &clock, &time, tasks), clock)
        };
        let mut nodes: Vec<_> = (0..5).map(born).collect();
        know(&nodes[0].0, start()).await;
        while time.now() < end {
            let number = rand::random_range(0..5);
            match rand::random_range(0..30) {
                0 => nodes[number] = born(number),
                1 => _ = claim(&nodes[number].0).await, // and then it dies
                2..=8 => lease::seek(&nodes[number].0).await.unwrap(),
                _ => round(&nodes[number].0).await,
            }
            let passed = Duration::from_millis(rand::random_range(0..10_000));
            time.pass(passed);
            nodes.iter().for_each(|(_, clock)| clock.pass(passed));
        }
        // Claims of the dead end, and whoever is left does the rest.
        for _ in 0..2 {
            time.pass(MINUTE * 2);
            nodes.iter().for_each(|(_, clock)| clock.pass(MINUTE * 2));
            for (node, _) in &nodes {
                round(node).await;
            }
        }
        let written = rows(&db, "minutely").await;
        let sure = time.now().plus(SignedDuration::from_secs(-31));
        let until_sure: Vec<Moment> = written.iter().map(|(due_at, _)| *due_at).filter(|due| *due <= sure).collect();
        assert_eq!(until_sure, minutes(start(), sure));
        assert!(until_sure.len() >= usize::try_from(due).unwrap());
        assert_eq!(states(&written), [("done", written.len())].into(), "each has been done");
        let done = runs.all();
        assert_eq!(done.len(), written.len());
        assert!(done.values().all(|count| *count == 1), "{done:?}");
    }

    async fn without_the_key_that_makes_a_tick_one_nothing_starts(db: TestDb) {
        let (kernel, _) = alone(&db, vec![task("daily", "15 7 * * *", Missed::OnceLatest, idle())]);
        kernel.start().await.unwrap();
        let drop_key = dunghen::db::Sql::per_engine(
            "create table without_key as select * from job_ticks",
            "alter table job_ticks drop constraint job_ticks_pkey",
        );
        db.write(async move |tx| tx.query(drop_key).execute().await).await.unwrap();
        if db.is_sqlite() {
            for sql in ["drop table job_ticks", "alter table without_key rename to job_ticks"] {
                db.write(async move |tx| tx.query(sql).execute().await).await.unwrap();
            }
        }
        assert!(matches!(kernel.start().await, Err(Error::Statement(_))));
    }

    /// All nodes were down for 26 hours; each task says what becomes of what it missed.
    async fn after_a_day_without_any_node_each_task_has_its_due_times_as_it_says(db: TestDb) {
        let runs = ["latest", "each", "none"].map(|id| (id, Runs::default()));
        let tasks = || {
            let policies = [Missed::OnceLatest, Missed::Every, Missed::Skip];
            let made = runs.iter().zip(policies);
            made.map(|((id, runs), missed)| task(id, "0 * * * *", missed, runs.job())).collect::<Vec<_>>()
        };
        let time = Clock::by_hand(start());
        let before = node(&db, "before", &time, &time, tasks());
        know(&before, start()).await;
        time.pass(HOUR + SECOND);
        round(&before).await;
        time.pass(HOUR * 26);
        let after = node(&db, "after", &time, &time, tasks());
        round(&after).await;
        for (id, expected, ran) in [
            ("latest", vec![("coalesced", 25), ("done", 2)], 2),
            ("each", vec![("done", 27)], 27),
            ("none", vec![("done", 2), ("skipped", 25)], 2),
        ] {
            let written = rows(&db, id).await;
            assert_eq!(states(&written), expected.into_iter().collect(), "{id}");
            let hours: Vec<_> = (1..=27).map(|hour| start().plus(SignedDuration::from_hours(hour))).collect();
            assert_eq!(written.iter().map(|(due_at, _)| *due_at).collect::<Vec<_>>(), hours, "{id}");
            let done = runs.iter().find(|(of, _)| *of == id).unwrap().1.all();
            assert_eq!(done.values().sum::<u32>(), ran, "{id}");
        }
    }

    async fn a_month_that_was_missed_is_made_up_for_and_so_is_the_next(db: TestDb) {
        let time = Clock::by_hand(at("2026-08-31 23:00"));
        let runs = Runs::default();
        let monthly = task("monthly", "10 0 1 * *", Missed::Every, runs.job());
        let monthly = dunghen::jobs::tasks::Task { window: SignedDuration::from_hours(24 * 400), ..monthly };
        let kernel = node(&db, "alone", &time, &time, vec![monthly]);
        know(&kernel, time.now()).await;
        time.pass(DAY * 62);
        round(&kernel).await;
        let made_up: Vec<Moment> = runs.all().into_keys().collect();
        let first = ["2026-09-01 00:10", "2026-10-01 00:10", "2026-11-01 00:10"].map(at);
        assert_eq!(made_up, first);
    }

    /// Forty days ahead and back again, then three hours back: nothing is lost, and what was
    /// done for days that had not come is done when they come.
    async fn a_clock_that_is_set_loses_no_due_time_and_leaves_none_in_the_future(db: TestDb) {
        let runs = Runs::default();
        let (kernel, clock) = alone(&db, vec![task("hourly", "0 * * * *", Missed::OnceLatest, runs.job())]);
        let time = Clock::by_hand(start());
        let kernel = dunghen::jobs::kernel::Kernel { time: dunghen::jobs::kernel::DatabaseTime::Given(time.clone()), ..kernel };
        know(&kernel, start()).await;
        let live = async |hours: u32| {
            for _ in 0..hours * 4 {
                clock.pass(MINUTE * 15);
                time.pass(MINUTE * 15);
                round(&kernel).await;
            }
        };
        live(3).await;
        for jump in [SignedDuration::from_hours(24 * 40), SignedDuration::from_hours(-3), SignedDuration::from_mins(-20), SignedDuration::from_hours(5)] {
            clock.set(clock.now().plus(jump));
            live(2).await;
            clock.set(time.now());
            live(2).await;
        }
        let written = rows(&db, "hourly").await;
        let hours: Vec<Moment> =
            (1..=19).map(|hour| start().plus(SignedDuration::from_hours(hour))).collect();
        assert_eq!(written.iter().map(|(due_at, _)| *due_at).collect::<Vec<_>>(), hours);
        assert!(written.iter().all(|(_, state)| state == "done" || state == "coalesced"), "{written:?}");
        let done = runs.all();
        let last = written.iter().filter(|(_, state)| state == "done");
        assert!(last.clone().count() >= 12);
        assert!(last.clone().all(|(due_at, _)| done.contains_key(due_at)));
    }

    async fn a_task_s_history_begins_once_and_survives_a_restart_before_its_first_due_time(db: TestDb) {
        let runs = Runs::default();
        let daily = || vec![task("daily", "15 7 * * *", Missed::OnceLatest, runs.job())];
        let time = Clock::by_hand(start());
        let first = node(&db, "first", &time, &time, daily());
        know(&first, time.now()).await;
        time.pass(HOUR * 3);
        let second = node(&db, "second", &time, &time, daily());
        know(&second, time.now()).await;
        round(&second).await;
        assert_eq!(runs.all(), [(at("2026-08-03 07:15"), 1)].into());
    }
}

/// The network to the database is silent when the due time comes; SQLite has none.
#[test]
fn what_became_due_while_the_database_was_away_is_written_down_when_it_is_back() {
    on_postgres(async |db: TestDb| {
        let url = &db.url;
        let address = url.split('@').nth(1).unwrap().split('/').next().unwrap();
        let server = address.to_socket_addrs().unwrap().next().unwrap();
        let proxy = Proxy::before(server).await;
        let second = Duration::from_secs(1);
        let settings = DbSettings {
            purpose: Purpose::Serve,
            call_limit: second * 2,
            acquire_limit: second,
            ..DbSettings::default()
        };
        let far = Db::open(&url.replace(address, &proxy.address.to_string()), &settings).await.unwrap();
        let clock = Clock::by_hand(start());
        let runs = Runs::default();
        let kernel =
            node(&far, "far", &clock, &clock, vec![task("minutely", "* * * * *", Missed::Every, runs.job())]);
        know(&kernel, start()).await;
        round(&kernel).await;
        proxy.set(Weather::Silence);
        clock.pass(SECOND * 10);
        assert!(lease::seek(&kernel).await.is_err());
        clock.pass(SECOND * 3);
        assert!(scheduler::round(&kernel).await.is_err());
        clock.pass(MINUTE * 3);
        assert_eq!(scheduler::round(&kernel).await.unwrap(), 0, "it leads no more and asks nobody");
        proxy.set(Weather::Fair);
        round(&kernel).await;
        assert_eq!(runs.all().into_keys().collect::<Vec<_>>(), minutes(start(), clock.now()));
        far.close().await;
    });
}
