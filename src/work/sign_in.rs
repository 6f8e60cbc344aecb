//! Signing in and out, and who is behind a session or token.
//!
//! Passwords are hashed elsewhere, before the deed: hashing takes longer than a
//! deed may.

use jiff::SignedDuration;

use super::desk::Desk;
use super::throttle::Knock;
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::domain::time::Moment;
use crate::seal::digest;
use crate::store;
use crate::store::audit::Entry;
use crate::store::sessions::NewSession;
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
    /// The unit that a token is narrowed to.
    pub within: Option<String>,
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

/// Whoever has no session, or none any more.
#[must_use]
pub fn not_signed_in() -> Refusal {
    Refusal::new(
        Kind::NotSignedIn,
        "Cần đăng nhập để tiếp tục. Phiên làm việc có thể đã hết hạn.",
        "Sign in to go on. Your session may have ended.",
    )
}

/// From where somebody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence {
    /// `203.0.113.0/24`.
    pub network: String,
    /// The browser, in a few words.
    pub agent: String,
    /// The mark of a device on which this account was signed in before.
    pub device: Option<String>,
}

impl Whence {
    /// What an attempt at this account counts against. A known device has a count of its own:
    /// strangers who guess at the account, or beside it in its network, do not shut its owner out.
    #[must_use]
    pub fn knock(&self, name: &str) -> Knock {
        match &self.device {
            Some(device) => Knock::at(format!("device:{device}:{name}")),
            None => Knock { network: Some(self.network.clone()), ..Knock::at(format!("account:{name}")) },
        }
    }

    /// The same for the code of a second factor. Nobody guesses at it who does not know the password;
    /// that they do shuts nobody out on a device of theirs, and in other networks only once many were
    /// wrong (ASVS 6.1.1, 6.3.1).
    #[must_use]
    pub fn knock_with_code(&self, id: i64) -> Knock {
        match &self.device {
            Some(device) => Knock::at(format!("code-device:{device}:{id}")),
            None => {
                let whole = Some(format!("code:{id}"));
                Knock { whole, ..Knock::at(format!("code:{id}:{}", self.network)) }
            }
        }
    }

    fn detail(&self) -> String {
        serde_json::json!({ "from": self.network }).to_string()
    }
}

/// Begins a session for whoever has proved in `epoch` to be this person. If anything has changed since
/// by which they would not be let in like this any more, they are not (S9).
pub async fn admit(
    tx: &mut Tx,
    desk: &Desk,
    (person, epoch): (&Person, Option<i64>),
    token: &[u8],
    limits: Limits,
    whence: &Whence,
) -> Result<()> {
    let held = store::staff::held_epoch(tx, person.id).await?;
    if held.is_none() || held != epoch {
        return Err(wrong_name_or_password().into());
    }
    begin(tx, desk, person, token, limits, whence).await
}

/// Begins a session for a person who has proved to be that person.
pub async fn begin(
    tx: &mut Tx,
    desk: &Desk,
    person: &Person,
    token: &[u8],
    limits: Limits,
    whence: &Whence,
) -> Result<()> {
    let new = NewSession {
        token_hash: &digest(token),
        staff_id: person.id,
        now: desk.now,
        ends_at: desk.now.plus(limits.absolute),
        agent: &whence.agent,
        network: &whence.network,
    };
    store::sessions::insert(tx, &new).await?;
    note(tx, desk, person, "signed_in", &whence.detail()).await
}

/// Ends a session.
pub async fn end(tx: &mut Tx, desk: &Desk, person: &Person, token: &[u8]) -> Result<()> {
    store::sessions::remove(tx, &digest(token)).await?;
    note(tx, desk, person, "signed_out", "{}").await
}

/// Notes a failed attempt. A name that nobody has is not repeated: it may be a password.
pub async fn failed(tx: &mut Tx, desk: &Desk, person: Option<&Person>, whence: &Whence) -> Result<()> {
    if let Some(person) = person {
        return note(tx, desk, person, "sign_in_failed", &whence.detail()).await;
    }
    let actor = Actor::system(desk.province.root.clone());
    let detail = whence.detail();
    let entry = Entry { at: desk.now, actor: &actor, action: "sign_in_failed", subject: "", detail: &detail };
    store::audit::append(tx, &entry).await
}

async fn note(tx: &mut Tx, desk: &Desk, person: &Person, action: &str, detail: &str) -> Result<()> {
    let actor = person.actor()?;
    let subject = person.login.as_deref().unwrap_or_default();
    let entry = Entry { at: desk.now, actor: &actor, action, subject, detail };
    store::audit::append(tx, &entry).await
}

/// Whose session it is, if it has not ended by itself or by hand.
pub async fn of_session(tx: &mut Tx, token: &[u8], now: Moment, limits: Limits) -> Result<Option<SignedIn>> {
    let found = store::sessions::find(tx, &digest(token)).await?;
    Ok(found.and_then(|session| {
        let idle = now.since(session.seen_at);
        let is_good = now < session.ends_at && idle < limits.idle && session.person.active;
        let is_due_for_a_note = idle >= TOUCH_EVERY;
        is_good.then_some(SignedIn {
            person: session.person,
            within: None,
            may_write: true,
            is_due_for_a_note,
        })
    }))
}

/// Whose bearer token it is, if it is still good.
pub async fn of_token(tx: &mut Tx, token: &str, now: Moment) -> Result<Option<SignedIn>> {
    let found = store::tokens::find(tx, &digest(token.as_bytes())).await?;
    Ok(found.and_then(|token| {
        let is_good = token.revoked_at.is_none() && now < token.expires_at && token.person.active;
        let may_write = token.scope == "write";
        let is_due_for_a_note = token.last_used_at.is_none_or(|used| now.since(used) >= TOUCH_EVERY);
        is_good.then_some(SignedIn {
            person: token.person,
            within: token.unit_of_token,
            may_write,
            is_due_for_a_note,
        })
    }))
}
