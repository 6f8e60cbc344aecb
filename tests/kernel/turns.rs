//! A due time is worked off by one hand at a time, and only whoever holds it writes.

use std::sync::Arc;
use std::time::Duration;

use dunghen::clock::Clock;
use dunghen::config::Settings;
use dunghen::config::jobs::{Missed, TASKS};
use dunghen::db::{Db, Error, Tx};
use dunghen::jobs::kernel::{Kernel, Rhythm};
use dunghen::jobs::tasks::{self, Task};
use dunghen::jobs::turn::Turn;
use dunghen::jobs::{lease, runner, scheduler, tidy};
use dunghen::store::ticks;
use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::is_long;
use crate::nodes::*;
use crate::office::at;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Two nodes over one task, the first of them leading, at the task's first due time.
async fn two(db: &Db, tasks: impl Fn() -> Vec<Task>) -> (Kernel, Kernel, Clock) {
    let time = Clock::by_hand(start());
    let [a, b] = ["a", "b"].map(|name| node(db, name, &time, &time, tasks()));
    know(&a, start()).await;
    time.pass(HOUR);
    lease::seek(&a).await.unwrap();
    scheduler::round(&a).await.unwrap();
    (a, b, time)
}

fn hourly(job: tasks::Job) -> Vec<Task> {
    vec![task("hourly", "0 * * * *", Missed::Every, job)]
}

async fn make_effects(db: &Db) {
    db.write(async |tx| tx.query("create table effect (due text not null)").execute().await).await.unwrap();
}

async fn effect(tx: &mut Tx, due: String) -> dunghen::db::Result<u64> {
    tx.query("insert into effect (due) values ($1)").bind(due).execute().await
}

/// Waits until the claim's end is where a heartbeat puts it now.
async fn a_heartbeat(db: &Db, time: &Clock) {
    let until = Clock::now(time).plus(SignedDuration::from_secs(60));
    let kept = "select count(*) > 0 from job_ticks where leased_until = $1";
    let seen = async {
        while !db.read(async |tx| tx.query(kept).bind(until).fetch_scalar::<bool>().await).await.unwrap() {}
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("no heartbeat");
}

on_both! {
    async fn a_task_that_takes_five_times_as_long_as_its_claim_is_not_done_twice_at_once(db: TestDb) {
        let (end, runs) = (Arc::new(Notify::new()), Runs::default());
        let job: tasks::Job = {
            let (end, count) = (end.clone(), runs.job());
            Arc::new(move |turn| {
                let (end, counted) = (end.clone(), count(turn));
                async move { end.notified().await; counted.await }.boxed()
            })
        };
        let (a, b, time) = two(&db, || hourly(job.clone())).await;
        let a = Kernel { rhythm: Rhythm { beat: Duration::from_millis(20), ..a.rhythm }, ..a };
        let claim_of_a = claim(&a).await.unwrap();
        let working = runner::work_off(&a, &a.tasks[0], claim_of_a);
        let watching = async {
            for _ in 0..6 {
                time.pass(SECOND * 55);
                a_heartbeat(&db, &time).await;
                assert_eq!(claim(&b).await, None, "a is still at it");
            }
            end.notify_one();
        };
        tokio::join!(working, watching);
        assert_eq!(runs.all().into_values().collect::<Vec<_>>(), [1]);
        assert_eq!(in_state(&db, "hourly", "done").await, 1);
    }

    /// A node freezes in the middle of its work; another does it; the first one thaws and goes on.
    async fn what_a_frozen_node_writes_too_late_is_refused(db: TestDb) {
        make_effects(&db).await;
        let (a, b, time) = two(&db, || hourly(idle())).await;
        let rounds = if is_long() { 100 } else { 20 };
        for round in 0..rounds {
            let frozen = claim(&a).await.unwrap();
            time.pass(SECOND * 61);
            let other = claim(&b).await.expect("its claim has ended");
            assert_eq!((other.due_at, other.attempts), (frozen.due_at, 2));
            let [late, right] = [(&a, &frozen), (&b, &other)].map(|(node, claim)| Turn::of(node.app.clone(), claim.clone()));
            let due = frozen.due_at.to_string();
            let write = async |turn: &Turn| {
                let due = due.clone();
                turn.write(async move |tx| effect(tx, due).await).await
            };
            let thaws_first = round % 2 == 0;
            if thaws_first {
                assert!(matches!(write(&late).await, Err(Error::Overtaken)));
            }
            write(&right).await.unwrap();
            assert!(runner::end(&b, &b.tasks[0], &other, Some(Ok("done".to_owned()))).await.unwrap());
            assert!(matches!(write(&late).await, Err(Error::Overtaken)));
            assert!(!runner::keep(&a, &frozen).await.unwrap());
            assert!(!runner::end(&a, &a.tasks[0], &frozen, Some(Err("too late".to_owned()))).await.unwrap());
            time.pass(HOUR);
            lease::seek(&a).await.unwrap();
            scheduler::round(&a).await.unwrap();
        }
        assert_eq!(number(&db, "select count(*) from effect").await, rounds);
        assert_eq!(number(&db, "select count(distinct due) from effect").await, rounds);
        assert_eq!(in_state(&db, "hourly", "done").await, usize::try_from(rounds).unwrap());
    }

    /// The erasure writes in batches; none of them may come from a node whose turn is over.
    async fn who_has_lost_the_tidying_erases_nobody(db: TestDb) {
        use dunghen::domain::staff::Role;
        use crate::office::{CENTRE, Office, change, filed};
        let office = Office::open(&db).await;
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let received = office.receive(&db, start(), &clerk, &filed("1.004873")).await.unwrap();
        let withdrawn = change(serde_json::json!({ "kind": "withdrawn", "reason": "Theo đơn" }));
        office.act(&db, start(), &clerk, &received.code, withdrawn).await.unwrap();
        let (a, b, time) = two(&db, || vec![task("tidy", "0 * * * *", Missed::Every, idle())]).await;
        let frozen = claim(&a).await.unwrap();
        time.pass(SECOND * 61);
        let other = claim(&b).await.expect("its claim has ended");
        let erase = async |node: &Kernel, claim| {
            let turn = Turn::of(node.app.clone(), claim);
            tidy::erase(&turn, &office.desk(time.now()), "2027-01-01".parse().unwrap()).await
        };
        let erased = "select count(*) from applicants where erased_at is not null";
        assert!(matches!(erase(&a, frozen).await, Err(Error::Overtaken)));
        assert_eq!(number(&db, erased).await, 0);
        assert_eq!(erase(&b, other).await.unwrap(), 1);
        assert_eq!(number(&db, erased).await, 1);
    }

    /// Whoever claims next waits for no crash: the due time is done anew, and the next one too.
    async fn a_crash_in_whatever_task_blocks_neither_it_nor_its_next_due_time(db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.backup.folder = folder.path().to_owned();
        let time = Clock::by_hand(start());
        let app = app(&db, &time);
        let app = dunghen::app::App { settings: Arc::new(settings), ..app };
        let every_kind: Vec<Task> = tasks::all(&app).unwrap();
        let ids: Vec<&str> = every_kind.iter().map(|task| task.id).collect();
        assert_eq!(ids, TASKS);
        let runs: Vec<Runs> = ids.iter().map(|_| Runs::default()).collect();
        let counted = || every_kind.iter().zip(&runs).map(|(task, runs)| Task { job: runs.job(), ..task.clone() }).collect::<Vec<_>>();
        let [a, b] = ["a", "b"].map(|name| node(&db, name, &time, &time, counted()));
        know(&a, start()).await;
        time.pass(DAY * 32);
        lease::seek(&a).await.unwrap();
        scheduler::round(&a).await.unwrap();
        for task in a.tasks.iter() {
            assert!(runner::claim(&a, task).await.unwrap().is_some(), "{}", task.id);
            assert_eq!(runner::claim(&b, task).await.unwrap(), None, "{}", task.id);
        }
        // And now a dies in the middle of all of them.
        time.pass(SECOND * 61);
        round(&b).await;
        let crashed: Vec<usize> = runs.iter().map(|runs| runs.all().len()).collect();
        assert_eq!(crashed, [1; 5], "done after all");
        time.pass(DAY * 31);
        round(&b).await;
        for (runs, task) in runs.iter().zip(&ids) {
            assert_eq!(runs.all().len(), 2, "{task}: the next due time");
            assert!(rows(&db, task).await.iter().all(|(_, state)| state == "done" || state == "coalesced"), "{task}");
        }
    }

    async fn a_poisoned_task_is_given_up_after_ten_attempts_and_harms_no_other(db: TestDb) {
        let good = Runs::default();
        let first = at("2026-08-03 07:00");
        let tasks = vec![
            task("daily", "0 7 * * *", Missed::Every, poisoned(first)),
            task("minutely", "* * * * *", Missed::Every, good.job()),
        ];
        let (kernel, clock) = alone(&db, tasks);
        know(&kernel, start()).await;
        clock.pass(HOUR);
        let mut attempts = Vec::new();
        while in_state(&db, "daily", "dead").await == 0 {
            round(&kernel).await;
            let now: i64 = number(&db, "select attempts from job_ticks where task = 'daily'").await;
            attempts.push(now);
            assert!(attempts.len() < 400, "{attempts:?}");
            clock.pass(MINUTE);
        }
        attempts.dedup();
        assert_eq!(attempts, (1..=10).collect::<Vec<_>>());
        assert_eq!(open_alarms(&db).await, ["task_dead"]);
        round(&kernel).await;
        let minutes = clock.now().since(start()).as_secs() / 60;
        assert_eq!(good.all().len(), usize::try_from(minutes).unwrap(), "the other task did all of its own");
        // The next due time is done, and nobody need look any more.
        clock.pass(DAY);
        round(&kernel).await;
        assert_eq!((in_state(&db, "daily", "dead").await, in_state(&db, "daily", "done").await), (1, 1));
        assert!(open_alarms(&db).await.is_empty());
    }

    /// It dies each time it is begun, so that nobody can say why.
    async fn a_task_that_kills_its_node_is_given_up_too(db: TestDb) {
        let (kernel, clock) = alone(&db, hourly(idle()));
        know(&kernel, start()).await;
        clock.pass(HOUR);
        lease::seek(&kernel).await.unwrap();
        scheduler::round(&kernel).await.unwrap();
        for attempt in 1..=10 {
            assert_eq!(claim(&kernel).await.unwrap().attempts, attempt);
            assert_eq!(claim(&kernel).await, None);
            clock.pass(SECOND * 60);
        }
        assert_eq!(claim(&kernel).await, None);
        assert_eq!(in_state(&db, "hourly", "dead").await, 1);
        assert_eq!(open_alarms(&db).await, ["task_dead"]);
    }

    async fn what_is_in_hand_when_the_service_stops_is_given_back_and_costs_no_attempt(db: TestDb) {
        let never: tasks::Job = Arc::new(|_| futures_util::future::pending().boxed());
        let (a, b, _) = two(&db, || hourly(never.clone())).await;
        let mine = claim(&a).await.unwrap();
        let stop = a.app.stop.clone();
        tokio::join!(runner::work_off(&a, &a.tasks[0], mine), async { stop.cancel() });
        assert_eq!(claim(&b).await.unwrap().attempts, 1, "at once, and as if for the first time");
    }

    async fn a_task_that_takes_too_long_has_failed(db: TestDb) {
        let never: tasks::Job = Arc::new(|_| futures_util::future::pending().boxed());
        let (a, _, time) = two(&db, || {
            hourly(never.clone()).into_iter().map(|task| Task { longest: Duration::from_millis(5), ..task }).collect()
        }).await;
        let mine = claim(&a).await.unwrap();
        runner::work_off(&a, &a.tasks[0], mine).await;
        assert_eq!(claim(&a).await, None, "it rests");
        time.pass(SECOND * 19);
        let told: String = db.read(async |tx| tx.query("select outcome from job_ticks").fetch_scalar().await).await.unwrap();
        assert!(told.contains("longer"), "{told}");
        assert_eq!(claim(&a).await.unwrap().attempts, 2);
    }

    async fn two_that_claim_at_once_get_different_tasks_and_never_two_of_one(db: TestDb) {
        let tasks = || ["one", "two"].map(|id| task(id, "* * * * *", Missed::Every, idle())).to_vec();
        let (a, b, _) = two(&db, tasks).await;
        for _ in 0..30 {
            let claims = tokio::join!(
                runner::claim(&a, &a.tasks[0]),
                runner::claim(&b, &b.tasks[0]),
                runner::claim(&a, &a.tasks[1]),
                runner::claim(&b, &b.tasks[1])
            );
            let claims = [claims.0, claims.1, claims.2, claims.3].map(|claim| claim.unwrap());
            for pair in claims.chunks(2) {
                assert!(pair.iter().flatten().count() <= 1, "{pair:?}");
            }
            for claim in claims.into_iter().flatten() {
                let task = a.tasks.iter().find(|task| task.id == claim.task).unwrap();
                assert!(runner::end(&a, task, &claim, Some(Ok(String::new()))).await.unwrap());
            }
        }
    }

    /// Only one process has a SQLite file, and only its start lets go what a dead one held.
    async fn what_a_killed_process_held_is_free_when_sqlite_starts_anew(db: TestDb) {
        let (a, _, time) = two(&db, || hourly(idle())).await;
        claim(&a).await.unwrap();
        let anew = node(&db, "anew", &time, &time, hourly(idle()));
        anew.start().await.unwrap();
        let leads = anew.app.lead.epoch(time.uptime());
        assert_eq!((leads, claim(&anew).await.is_some()), if db.is_sqlite() { (Some(2), true) } else { (None, false) });
    }

    async fn the_digest_of_a_missed_morning_is_written_once_for_its_day(db: TestDb) {
        use dunghen::domain::staff::Role;
        let office = crate::office::Office::open(&db).await;
        office.hire(&db, crate::office::COMMUNE, &[Role::UnitHead]).await;
        let clock = Clock::by_hand(at("2026-08-03 06:00"));
        let app = app(&db, &clock);
        let digest = tasks::all(&app).unwrap().into_iter().filter(|task| task.id == "digest").collect();
        let kernel = node(&db, "alone", &clock, &clock, digest);
        know(&kernel, clock.now()).await;
        clock.pass(DAY * 2);
        for _ in 0..2 {
            round(&kernel).await;
        }
        assert_eq!(number(&db, "select count(*) from outbox where kind = 'digest' and dedupe_key like '%:2026-08-04'").await, 1);
        assert_eq!(number(&db, "select count(*) from outbox").await, 1);
        let told = db.read(async |tx| ticks::last(tx, "digest").await).await.unwrap().unwrap();
        assert_eq!((told.due_at, told.outcome.as_deref()), (at("2026-08-04 07:15"), Some("1 letters")));
    }
}
