//! Claims what is due and works it off: each task in a hand of its own, so that none holds up another.
//!
//! A claim is kept by heartbeats while its task is done. Who loses it stops; what he wrote too
//! late is refused by its token. A task that fails, panics or takes too long is tried again
//! later, ten times at most; then it is given up and somebody told.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;

use super::kernel::Kernel;
use super::tasks::Task;
use super::turn::Turn;
use crate::db::Result;
use crate::random;
use crate::store::alarms::{self, Cause};
use crate::store::ticks::{self, Claim, Ending, Terms};

pub(super) const NAME: &str = "ticks";
const PERIOD: Duration = Duration::from_secs(10);
/// How often a task is begun for one due time.
pub const ATTEMPTS: i64 = 10;
const LONGEST_BACKOFF: Duration = Duration::from_secs(3_600);
/// How often it is tried to put an ending down, and the pause between.
const PUT_DOWN: (u32, Duration) = (10, Duration::from_secs(2));

/// Tasks that this node is at.
#[derive(Default)]
struct Hands {
    at_work: JoinSet<&'static str>,
    busy: BTreeSet<&'static str>,
}

pub(super) async fn run(kernel: Kernel) {
    let mut hands = Hands::default();
    loop {
        match take(&kernel, &mut hands).await {
            Ok(()) => kernel.app.progress.note(NAME, PERIOD),
            Err(error) => tracing::error!(%error, "what is due could not be claimed"),
        }
        tokio::select! {
            () = kernel.app.stop.cancelled() => break,
            () = tokio::time::sleep(kernel.rhythm.look) => {}
            Some(ended) = hands.at_work.join_next() => match ended {
                Ok(task) => _ = hands.busy.remove(task),
                Err(error) => return tracing::error!(%error, "a hand broke"),
            },
        }
    }
    // Each gives back what it has in hand.
    while hands.at_work.join_next().await.is_some() {}
}

/// Claims what is due of the tasks that this node is not at, and sets a hand to each.
async fn take(kernel: &Kernel, hands: &mut Hands) -> Result<()> {
    let now = kernel.app.clock.now();
    let open = kernel.db.ask(async |tx| ticks::open_tasks(tx, now).await).await?;
    for id in open {
        let Some(task) = kernel.task(&id).filter(|task| !hands.busy.contains(task.id)) else { continue };
        if let Some(claim) = claim(kernel, task).await? {
            hands.busy.insert(task.id);
            let (kernel, task) = (kernel.clone(), task.clone());
            hands.at_work.spawn(async move {
                work_off(&kernel, &task, claim).await;
                task.id
            });
        }
    }
    Ok(())
}

/// Claims the earliest due time of a task, where nobody is at it.
///
/// # Errors
/// Those of the database.
pub async fn claim(kernel: &Kernel, task: &Task) -> Result<Option<Claim>> {
    let (id, node, time) = (task.id, kernel.node.clone(), kernel.time.clone());
    let (now, lasts) = (kernel.app.clock.now(), kernel.rhythm.claim);
    let token = random::ulid(now);
    let (claimed, dead) = kernel
        .db
        .write(async move |tx| {
            let db_now = time.now(tx).await?;
            let (until, too_far) = (Kernel::after(db_now, lasts), Kernel::after(db_now, lasts * 2));
            let terms = Terms { now, db_now, until, too_far, most_attempts: ATTEMPTS };
            let dead = ticks::bury(tx, id, &terms).await?;
            for due_at in &dead {
                alarms::raise(tx, &cause(id), now, &format!("{due_at}")).await?;
            }
            Ok((ticks::claim(tx, id, &node.name, &token, &terms).await?, dead))
        })
        .await?;
    for due_at in dead {
        tracing::error!(task = id, %due_at, "given up: whoever was at it was never heard of again");
    }
    Ok(claimed)
}

/// Works a claim off and puts down what became of it.
pub async fn work_off(kernel: &Kernel, task: &Task, claim: Claim) {
    let turn = Turn::of(kernel.app.clone(), claim.clone());
    let doing = AssertUnwindSafe((task.job)(turn)).catch_unwind();
    let ended = tokio::select! {
        done = doing => match done {
            Ok(Ok(said)) => Ok(said),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it panicked".to_owned()),
        },
        () = lost(kernel, &claim) => {
            return tracing::warn!(task = task.id, due_at = %claim.due_at, "another node is at it");
        }
        () = tokio::time::sleep(task.longest) => Err(format!("it took longer than {} s", task.longest.as_secs())),
        () = kernel.app.stop.cancelled() => return put_down(kernel, task, &claim, None).await,
    };
    put_down(kernel, task, &claim, Some(ended)).await;
}

/// Returns once the claim is lost, or can't be renewed and so is another's soon.
async fn lost(kernel: &Kernel, claim: &Claim) {
    let Kernel { rhythm, app, .. } = kernel;
    let mut kept = app.clock.uptime();
    loop {
        tokio::time::sleep(rhythm.beat).await;
        let asked = app.clock.uptime();
        match keep(kernel, claim).await {
            Ok(true) => kept = asked,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, task = claim.task, "a claim could not be renewed");
                if app.clock.uptime().saturating_sub(kept) + rhythm.beat >= rhythm.claim {
                    return;
                }
            }
        }
    }
}

/// Keeps a claim for as long again; false where it is lost.
///
/// # Errors
/// Those of the database.
pub async fn keep(kernel: &Kernel, claim: &Claim) -> Result<bool> {
    let (claim, time, lasts) = (claim.clone(), kernel.time.clone(), kernel.rhythm.claim);
    let deed = async move |tx: &mut crate::db::Tx| {
        let until = Kernel::after(time.now(tx).await?, lasts);
        ticks::keep(tx, &claim, until).await
    };
    kernel.db.write(deed).await
}

/// Puts down what became of a claim: what was done, why not, or nothing where it is given back.
async fn put_down(
    kernel: &Kernel,
    task: &Task,
    claim: &Claim,
    ended: Option<std::result::Result<String, String>>,
) {
    let (tries, pause) = PUT_DOWN;
    for _ in 0..tries {
        match end(kernel, task, claim, ended.clone()).await {
            Ok(true) => return,
            Ok(false) => {
                return tracing::warn!(task = task.id, due_at = %claim.due_at, "another node is at it");
            }
            Err(error) => tracing::error!(%error, task = task.id, "what became of it could not be put down"),
        }
        tokio::time::sleep(pause).await;
    }
}

/// Ends a claim; false where it is lost.
///
/// # Errors
/// Those of the database.
pub async fn end(
    kernel: &Kernel,
    task: &Task,
    claim: &Claim,
    ended: Option<std::result::Result<String, String>>,
) -> Result<bool> {
    let gives_up = claim.attempts >= ATTEMPTS;
    match &ended {
        Some(Ok(said)) => tracing::info!(task = task.id, said, "done"),
        Some(Err(why)) if gives_up => {
            tracing::error!(task = task.id, due_at = %claim.due_at, why, "given up");
        }
        Some(Err(why)) => {
            tracing::warn!(task = task.id, attempt = claim.attempts, why, "failed; it will be tried again");
        }
        None => {}
    }
    let rest = backoff(kernel.rhythm.backoff, claim.attempts, random::fraction());
    let (id, claim, time, now) = (task.id, claim.clone(), kernel.time.clone(), kernel.app.clock.now());
    kernel
        .db
        .write(async move |tx| {
            let ending = match ended.clone() {
                None => Ending::Returned,
                Some(Ok(said)) => Ending::Done { said },
                Some(Err(why)) if gives_up => Ending::Dead { why },
                Some(Err(why)) => {
                    Ending::Failed { why, not_before: Kernel::after(time.now(tx).await?, rest) }
                }
            };
            let held = ticks::end(tx, &claim, now, &ending).await?;
            match &ending {
                Ending::Done { .. } if held => drop(alarms::clear(tx, &cause(id), now).await?),
                Ending::Dead { why } if held => drop(alarms::raise(tx, &cause(id), now, why).await?),
                _ => {}
            }
            Ok(held)
        })
        .await
}

fn cause(task: &str) -> Cause {
    Cause { kind: "task_dead", subject: task.to_owned(), node: String::new() }
}

/// Doubles with every attempt, a fifth more or less by chance.
fn backoff(first: Duration, attempts: i64, chance: f64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let rest = first.saturating_mul(1 << doublings).min(LONGEST_BACKOFF);
    rest.mul_f64(0.8 + 0.4 * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_fails_rests_twice_as_long_each_time_up_to_an_hour() {
        let first = Duration::from_secs(15);
        let rests: Vec<u64> = (1..=ATTEMPTS).map(|attempt| backoff(first, attempt, 0.5).as_secs()).collect();
        assert_eq!(rests, [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(backoff(first, 2, 0.0), Duration::from_secs(24));
        assert_eq!(backoff(first, 2, 1.0), Duration::from_secs(36));
    }
}
