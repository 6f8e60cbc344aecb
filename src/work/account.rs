//! What people do with their own account: password, sessions, tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::desk::Desk;
use super::free_text::line;
use super::own::Own;
use super::people::{login_of, note};
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, monitors_province};
use crate::domain::unit::UnitCode;
use crate::random;
use crate::seal::digest;
use crate::seal::password::{LONGEST, Weakness, weakness};
use crate::store::staff::Person;
use crate::store::tokens::NewToken;
use crate::store::{self, activations, sessions, tokens};

const LONGEST_LIFE_DAYS: i64 = 365;

/// What others know of this person, of which no password may consist.
#[must_use]
pub fn known_of(person: &Person) -> Vec<&str> {
    let texts = [person.login.as_deref(), Some(person.name.as_str()), person.email.as_deref()];
    texts.into_iter().flatten().chain([person.unit.as_str()]).collect()
}

/// # Errors
/// With what is wrong with a new password (S6).
pub fn check_password(given: &str, shortest: usize, person: &Person) -> Result<(), Refusal> {
    let Some(weakness) = weakness(given, shortest, &known_of(person)) else { return Ok(()) };
    Err(match weakness {
        Weakness::Short => Refusal::invalid(
            "password",
            format!("Mật khẩu cần ít nhất {shortest} ký tự. Một câu dễ nhớ là tốt nhất."),
            format!("A password needs at least {shortest} characters. A sentence is best."),
        ),
        Weakness::Long => Refusal::invalid(
            "password",
            format!("Mật khẩu không quá {LONGEST} ký tự."),
            format!("A password has at most {LONGEST} characters."),
        ),
        Weakness::Guessable => Refusal::invalid(
            "password",
            "Mật khẩu này dễ đoán. Ghép vài từ không liên quan với nhau, không dùng tên, đơn vị hay dãy phím.",
            "This password is easy to guess. Join a few unrelated words; no name, unit or row of keys.",
        ),
    })
}

/// Puts a new password in force; every session that the old one began ends, and every link that would
/// set another.
pub async fn change_password(tx: &mut Tx, desk: &Desk, own: &Own, hash: &str) -> Result<()> {
    own.still_in(tx).await?;
    let person = &own.person;
    store::staff::set_password(tx, person.id, hash).await?;
    sessions::remove_all(tx, person.id, None).await?;
    activations::forget(tx, person.id).await?;
    note(tx, desk, &own.actor, "password_changed", login_of(person), "{}").await
}

/// Which of one's sessions to end.
#[derive(Clone, Debug)]
pub enum Which {
    One(Vec<u8>),
    /// All but this one, and the one-time links.
    Others([u8; 32]),
}

pub async fn end_sessions(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    person: &Person,
    which: &Which,
) -> Result<u64> {
    let ended = match which {
        Which::One(hash) => u64::from(sessions::remove_of(tx, person.id, hash).await?),
        Which::Others(keep) => {
            activations::forget(tx, person.id).await?;
            sessions::remove_all(tx, person.id, Some(keep)).await?
        }
    };
    if ended > 0 {
        let detail = serde_json::json!({ "sessions": ended }).to_string();
        note(tx, desk, actor, "sessions_ended", login_of(person), &detail).await?;
    }
    Ok(ended)
}

/// A token that somebody wants for a program of theirs.
#[derive(Clone, Debug)]
pub struct WantedToken {
    pub label: String,
    pub may_write: bool,
    /// Narrows it to this unit and what is below.
    pub unit: Option<String>,
    pub days: i64,
}

/// `dh_` and 256 bits that nobody can guess (S18).
#[must_use]
pub fn new_token() -> String {
    format!("dh_{}", URL_SAFE_NO_PAD.encode(random::bytes::<32>()))
}

/// Issues `token`, of which only the hash is kept.
pub async fn issue_token(
    tx: &mut Tx,
    desk: &Desk,
    own: &Own,
    wanted: &WantedToken,
    token: &str,
) -> Result<()> {
    own.still_in(tx).await?;
    let label = line("label", &wanted.label)?;
    if !(1..=LONGEST_LIFE_DAYS).contains(&wanted.days) {
        return Err(Refusal::invalid(
            "days",
            format!("Thời hạn từ 1 đến {LONGEST_LIFE_DAYS} ngày."),
            format!("A token lasts 1 to {LONGEST_LIFE_DAYS} days."),
        )
        .into());
    }
    let unit = wanted.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
    if let Some(unit) = unit {
        own_unit(desk, &own.actor, unit)?;
    }
    let scope = if wanted.may_write { "write" } else { "read" };
    let new = NewToken {
        token_hash: &digest(token.as_bytes()),
        staff_id: own.person.id,
        label: &label,
        scope,
        unit,
        now: desk.now,
        expires_at: desk.now.plus(SignedDuration::from_hours(24 * wanted.days)),
    };
    tokens::insert(tx, &new).await?;
    let detail = serde_json::json!({ "scope": scope, "unit": unit, "days": wanted.days }).to_string();
    note(tx, desk, &own.actor, "token_issued", login_of(&own.person), &detail).await
}

/// Nobody gives away more than they have.
fn own_unit(desk: &Desk, actor: &Actor, unit: &str) -> Result<()> {
    let units = &desk.province.units;
    let code: Option<UnitCode> = unit.parse().ok().filter(|code| units.get(code).is_some());
    let within = |code: &UnitCode| monitors_province(actor, units) || units.is_within(code, &actor.unit);
    if code.as_ref().is_some_and(within) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "unit",
        "Chỉ giới hạn mã truy cập vào đơn vị của ông/bà hoặc đơn vị trực thuộc.",
        "A token can be narrowed to your own unit or one below it.",
    )
    .into())
}

/// Revokes a token of one's own.
pub async fn revoke_token(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    person: &Person,
    hash: &[u8],
) -> Result<()> {
    if !tokens::revoke(tx, person.id, hash, desk.now).await? {
        return Err(Refusal::new(
            Kind::NotFound,
            "Mã truy cập này không còn. Tải lại trang.",
            "There is no such token any more. Load the page again.",
        )
        .into());
    }
    note(tx, desk, actor, "token_revoked", login_of(person), "{}").await
}
