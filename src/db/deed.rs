//! A transaction's worth of work, handed over whole.
//!
//! Says what can be handed over, and runs it once; knows no database.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;

use super::error::{Error, Result};
use super::limit::within;
use super::tx::Tx;

/// What changes something: an async closure, or an `async fn(&mut Tx) -> Result<T>`.
///
/// It is cloned for each attempt, so what it captured is `Clone`, and it does nothing
/// outside of `tx` that may not be done twice. It awaits nothing but `tx`: on SQLite
/// every other writer waits for it.
pub trait Deed<T>: Look<T> + Clone + Send + 'static {}

impl<T, F> Deed<T> for F where F: Look<T> + Clone + Send + 'static {}

/// What asks something: like a [`Deed`], but done once and by the caller itself.
pub trait Look<T>: AsyncFnOnce(&mut Tx) -> Result<T> + for<'t> Begin<'t, T> {}

impl<T, F> Look<T> for F where F: AsyncFnOnce(&mut Tx) -> Result<T> + for<'t> Begin<'t, T> {}

/// Says that the future is `Send`, which `AsyncFnOnce` alone can't on stable Rust.
pub trait Begin<'t, T>: FnOnce(&'t mut Tx) -> Self::Future {
    type Future: Future<Output = Result<T>> + Send;
}

impl<'t, T, F, Doing> Begin<'t, T> for F
where
    F: FnOnce(&'t mut Tx) -> Doing,
    Doing: Future<Output = Result<T>> + Send,
{
    type Future = Doing;
}

/// Does work inside of another transaction.
pub fn begin<'t, T, F: Begin<'t, T>>(work: F, tx: &'t mut Tx) -> F::Future {
    work(tx)
}

/// Runs a deed to its end, be it a result, a refused statement, a panic or the time limit.
pub(super) async fn run<T>(deed: impl Deed<T>, tx: &mut Tx, limit: Duration) -> Result<T> {
    tx.set_deadline(Some(limit));
    let doing = AssertUnwindSafe(async { begin(deed, tx).await }).catch_unwind();
    let outcome = within(limit, async { doing.await.unwrap_or(Err(Error::Panicked)) }).await;
    if !matches!(outcome, Err(Error::TimedOut)) {
        // Otherwise a statement may still be running, which must not go on without end.
        tx.set_deadline(None);
    }
    tx.judge(outcome)
}
