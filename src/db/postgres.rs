//! PostgreSQL: its connections, what must be true of the server, and its deeds.
//!
//! Each deed has a task and a transaction of its own and is done again when the
//! server asks for it, but never after the commit was sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use super::deed::{Deed, run};
use super::error::{Error, Result};
use super::limit::{monotonic, within};
use super::meter::Meter;
use super::pool::{Held, Pool};
use super::tx::Link;
use super::{DbSettings, Sql};

pub(super) const READ: &str = "begin isolation level repeatable read read only";
/// Its commit does not wait for the disk: it would keep its row locks meanwhile, and every deed
/// locks the head of the audit chain.
const WRITE: &str = "begin isolation level read committed; set local synchronous_commit to off";
/// Hence a second commit right behind it, which writes next to nothing and does wait, as the
/// server is set to. The log is in order: once this one is kept, so is the deed.
const KEEP: &str = "commit; select pg_logical_emit_message(true, 'dunghen', '')";

const OLDEST_VERSION: u32 = 150_000;
/// How often a deed is done at most.
const ATTEMPTS: u32 = 5;
/// The part of a deed's time that is kept for its commit.
const COMMIT_SHARE: u32 = 5;
const ROLLBACK_LIMIT: Duration = Duration::from_secs(1);

/// How to connect.
pub(super) struct PostgresSource {
    options: PgConnectOptions,
}

impl PostgresSource {
    /// # Errors
    /// [`Error::Unsuitable`] where `url` is none.
    pub(super) fn new(url: &str, settings: &DbSettings, statement_timeout: Duration) -> Result<Self> {
        let options = url
            .parse::<PgConnectOptions>()?
            .application_name(&settings.application_name)
            .statement_cache_capacity(settings.statement_cache)
            .options([
                ("statement_timeout", millis(statement_timeout)),
                ("lock_timeout", millis(settings.lock_timeout)),
                ("idle_in_transaction_session_timeout", millis(settings.call_limit)),
                ("timezone", "UTC".to_owned()),
                // A server must not hold locks for a client that is gone.
                ("tcp_keepalives_idle", "30".to_owned()),
                ("tcp_keepalives_interval", "10".to_owned()),
                ("tcp_keepalives_count", "3".to_owned()),
            ])
            .disable_statement_logging();
        Ok(Self { options })
    }

    pub(super) async fn connect(&self) -> Result<Link> {
        Ok(Link::Postgres(PgConnection::connect_with(&self.options).await?))
    }
}

fn millis(length: Duration) -> String {
    format!("{}ms", length.as_millis())
}

/// Makes sure that the server keeps what it says it has committed.
///
/// # Errors
/// [`Error::Unsuitable`] where it is too old or set to forget, [`Error::Statement`] where one that
/// is to be `written` to does not let this account do what a commit needs.
pub(super) async fn check(pool: &Arc<Pool>, written: bool) -> Result<()> {
    let mut held = pool.begin(READ).await?;
    let tx = held.tx()?;
    let setting = Sql::both("select current_setting($1)");
    let version: String = tx.query(setting).bind("server_version_num").fetch_scalar().await?;
    let synchronous: String = tx.query(setting).bind("synchronous_commit").fetch_scalar().await?;
    held.end(if written { KEEP } else { "commit" }).await?;
    if version.parse().is_ok_and(|version: u32| version < OLDEST_VERSION) {
        return Err(Error::unsuitable(
            format!("Cần PostgreSQL 15 trở lên; máy chủ này là {version}."),
            format!("PostgreSQL 15 or newer is needed, this server is {version}"),
        ));
    }
    if !matches!(&*synchronous, "on" | "remote_apply") {
        return Err(Error::unsuitable(
            format!(
                "synchronous_commit đang là {synchronous}: thay đổi đã báo xong vẫn có thể mất. Đặt lại thành on."
            ),
            format!("synchronous_commit is {synchronous}: acknowledged changes could be lost; set it to on"),
        ));
    }
    Ok(())
}

/// Does `deed` in a transaction of its own until it is kept or finally is not, within `limit` in all.
pub(super) async fn write<T>(
    pool: Arc<Pool>,
    meter: Arc<Meter>,
    limit: Duration,
    deed: impl Deed<T>,
) -> Result<T> {
    let for_commit = limit / COMMIT_SHARE;
    let end = monotonic() + limit.saturating_sub(for_commit);
    let mut attempt = 1;
    loop {
        let mut held = within(left(end), pool.begin(WRITE)).await?;
        let outcome = match run(deed.clone(), held.tx()?, left(end)).await {
            Ok(value) => {
                let begun = monotonic();
                let kept = commit(held, for_commit).await;
                meter.commits.note(begun.elapsed());
                kept.map(|()| value)
            }
            Err(error) => {
                give_back(held, &error).await;
                Err(error)
            }
        };
        match outcome {
            Err(error) if error.wants_another_try() && attempt < ATTEMPTS && !left(end).is_zero() => {
                tokio::time::sleep(pause(attempt)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn left(end: Instant) -> Duration {
    end.saturating_duration_since(monotonic())
}

/// Grows with every attempt, and differs between those who clashed.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(5_u64 << attempt).mul_f64(crate::random::fraction())
}

/// Once the commit is sent, only the server's own refusal says that nothing was kept.
async fn commit(held: Held, limit: Duration) -> Result<()> {
    match within(limit, held.end(KEEP)).await {
        Err(error @ (Error::Unavailable(_) | Error::TimedOut | Error::Full(_))) => {
            Err(Error::CommitUnknown(error.to_string().into()))
        }
        outcome => outcome,
    }
}

/// A transaction that failed by itself can be ended in order; one cut off is left to the pool.
async fn give_back(held: Held, error: &Error) {
    if !matches!(error, Error::Unavailable(_) | Error::TimedOut) {
        _ = within(ROLLBACK_LIMIT, held.end("rollback")).await; // nothing is kept either way
    }
}

/// A connection for migrations: they may take their time, but not hold others up for a lock.
pub(super) async fn migration_connection(url: &str, settings: &DbSettings) -> Result<PgConnection> {
    let options = url
        .parse::<PgConnectOptions>()?
        .application_name(&settings.application_name)
        .options([
            ("lock_timeout", millis(settings.migration_lock_timeout)),
            ("statement_timeout", "0".to_owned()),
        ])
        .disable_statement_logging();
    Ok(PgConnection::connect_with(&options).await?)
}
