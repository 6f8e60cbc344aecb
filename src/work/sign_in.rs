//! Signing in and out, and who is behind a session or token.
//!
//! Passwords are hashed elsewhere, before the deed: hashing takes longer than a
//! deed may.

use jiff::SignedDuration;

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::time::Moment;
use crate::seal::digest;
use crate::store;
use crate::store::audit::Entry;
use crate::store::staff::Person;

/// How long a session lasts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Without a request.
    pub idle: SignedDuration,
    /// In all.
    pub absolute: SignedDuration,
}

/// Sessions in use are noted at most this often, so that reading pages does not write.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Whoever a session or token belongs to.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub person: Person,
    /// Whether it may change anything.
    pub may_write: bool,
    /// Whether the session's last use should be noted now.
    pub is_due_for_a_note: bool,
}

/// Wrong name and wrong password get the same answer.
#[must_use]
pub fn wrong_name_or_password() -> Refusal {
    Refusal::new(
        Kind::NotSignedIn,
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra rồi nhập lại.",
        "The name or the password is wrong. Check them and try again.",
    )
}

/// Begins a session for a person whose password was right.
pub async fn begin(tx: &mut Tx, desk: &Desk, person: &Person, token: &[u8], limits: Limits) -> Result<()> {
    let ends_at = desk.now.plus(limits.absolute);
    store::sessions::insert(tx, &digest(token), person.id, desk.now, ends_at).await?;
    note(tx, desk, person, "signed_in").await
}

/// Ends a session.
pub async fn end(tx: &mut Tx, desk: &Desk, person: &Person, token: &[u8]) -> Result<()> {
    store::sessions::remove(tx, &digest(token)).await?;
    note(tx, desk, person, "signed_out").await
}

/// Notes a failed attempt against a known account.
pub async fn failed(tx: &mut Tx, desk: &Desk, person: &Person) -> Result<()> {
    note(tx, desk, person, "sign_in_failed").await
}

async fn note(tx: &mut Tx, desk: &Desk, person: &Person, action: &str) -> Result<()> {
    let actor = person.actor()?;
    let subject = person.login.as_deref().unwrap_or_default();
    let entry = Entry { at: desk.now, actor: &actor, action, subject, detail: "{}" };
    store::audit::append(tx, &entry).await
}

/// Whose session it is, if it has not ended by itself or by hand.
pub async fn of_session(tx: &mut Tx, token: &[u8], now: Moment, limits: Limits) -> Result<Option<SignedIn>> {
    let found = store::sessions::find(tx, &digest(token)).await?;
    Ok(found.and_then(|session| {
        let idle = now.since(session.seen_at);
        let is_good = now < session.ends_at && idle < limits.idle && session.person.active;
        let is_due_for_a_note = idle >= TOUCH_EVERY;
        is_good.then_some(SignedIn { person: session.person, may_write: true, is_due_for_a_note })
    }))
}

/// Whose bearer token it is, if it is still good.
pub async fn of_token(tx: &mut Tx, token: &str, now: Moment) -> Result<Option<SignedIn>> {
    let found = store::sessions::find_token(tx, &digest(token.as_bytes())).await?;
    Ok(found.and_then(|token| {
        let is_good = token.revoked_at.is_none() && now < token.expires_at && token.person.active;
        let may_write = token.scope == "write";
        is_good.then_some(SignedIn { person: token.person, may_write, is_due_for_a_note: false })
    }))
}
