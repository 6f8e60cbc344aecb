//! Second factors: setting one up, proving oneself by it, taking it away (S7).

use super::desk::{Desk, sealing_failed};
use super::own::Own;
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::seal::Use;
use crate::seal::totp::{self, Secret};
use crate::store::audit::{self, Entry};
use crate::store::staff::{self, Person};
use crate::store::{second_factors, sessions};

const RECOVERY_CODES: usize = 10;

/// How a person's second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    None,
    /// Set up, and so many recovery codes left.
    On {
        codes_left: i64,
    },
}

pub async fn state(tx: &mut Tx, person: &Person) -> Result<State> {
    if !second_factors::is_confirmed(tx, person.id).await? {
        return Ok(State::None);
    }
    Ok(State::On { codes_left: second_factors::codes_left(tx, person.id).await? })
}

/// A new secret to be put into a telephone. It counts once [`confirm`] has seen a code of it. One's other
/// sessions end first: whoever has the password alone does not read the secret along (S7).
pub async fn propose(tx: &mut Tx, desk: &Desk, own: &Own) -> Result<Secret> {
    own.still_in(tx).await?;
    if second_factors::is_confirmed(tx, own.person.id).await? {
        return Err(on_already().into());
    }
    let secret = Secret::generate();
    let sealed = desk.keys.seal(&secret, Use::SecondFactor).map_err(sealing_failed)?;
    sessions::remove_all(tx, own.person.id, own.kept()).await?;
    second_factors::propose(tx, own.person.id, &sealed, desk.now).await?;
    Ok(secret)
}

/// The secret that was proposed last and waits for its first code; for the session alone in which it was,
/// the only one that is older.
pub async fn proposed(
    tx: &mut Tx,
    desk: &Desk,
    person: &Person,
    session: Option<&[u8]>,
) -> Result<Option<Secret>> {
    let Some(session) = session else { return Ok(None) };
    let Some(began) = sessions::began_at(tx, person.id, session).await? else { return Ok(None) };
    let waits = |row: &second_factors::Row| row.confirmed_at.is_none() && began <= row.created_at;
    let row = second_factors::find(tx, person.id).await?.filter(waits);
    row.map(|row| desk.keys.open(&row.sealed(), Use::SecondFactor).map_err(sealing_failed)).transpose()
}

/// Takes the first code as proof that the secret is in a telephone; answers the recovery codes,
/// which are never shown again. No session but this one outlives it: the others were begun without.
pub async fn confirm(tx: &mut Tx, desk: &Desk, own: &Own, code: &str) -> Result<Vec<String>> {
    own.still_in(tx).await?;
    let person = &own.person;
    let Some(secret) = proposed(tx, desk, person, own.kept()).await? else { return Err(on_already().into()) };
    let Some(step) = secret.step_of(&totp::plain(code), desk.now.seconds(), 0) else {
        return Err(wrong_code().into());
    };
    if !second_factors::confirm(tx, person.id, step, desk.now).await? {
        return Err(on_already().into());
    }
    sessions::remove_all(tx, person.id, own.kept()).await?;
    let codes = new_codes(tx, desk, person).await?;
    note(tx, desk, &own.actor, person, "second_factor_on").await?;
    Ok(codes)
}

/// New recovery codes in the place of the old ones.
pub async fn renew_codes(tx: &mut Tx, desk: &Desk, own: &Own) -> Result<Vec<String>> {
    own.still_in(tx).await?;
    let person = &own.person;
    if !second_factors::is_confirmed(tx, person.id).await? {
        return Err(not_on().into());
    }
    let codes = new_codes(tx, desk, person).await?;
    note(tx, desk, &own.actor, person, "recovery_codes_renewed").await?;
    Ok(codes)
}

async fn new_codes(tx: &mut Tx, desk: &Desk, person: &Person) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| totp::recovery_code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hashed(desk, person, code)).collect();
    second_factors::keep_codes(tx, person.id, &hashes).await?;
    Ok(codes)
}

fn hashed(desk: &Desk, person: &Person, code: &str) -> Vec<u8> {
    desk.keys.search_code("recovery", &format!("{} {}", person.id, totp::plain(code)))
}

/// Whether `code` is one of now, or a recovery code that was not used; it is used up by this.
pub async fn prove(tx: &mut Tx, desk: &Desk, person: &Person, code: &str) -> Result<bool> {
    let row = second_factors::find(tx, person.id).await?.filter(|row| row.confirmed_at.is_some());
    let Some(row) = row else { return Ok(false) };
    let plain = totp::plain(code);
    if plain.len() > 6 {
        return second_factors::use_code(tx, person.id, &hashed(desk, person, code), desk.now).await;
    }
    let secret: Secret = desk.keys.open(&row.sealed(), Use::SecondFactor).map_err(sealing_failed)?;
    match secret.step_of(&plain, desk.now.seconds(), row.last_step) {
        Some(step) => second_factors::use_step(tx, person.id, step).await,
        None => Ok(false),
    }
}

/// Takes one's own second factor away; one's other sessions end.
pub async fn turn_off(tx: &mut Tx, desk: &Desk, own: &Own) -> Result<()> {
    own.still_in(tx).await?;
    remove(tx, desk, &own.actor, &own.person, own.kept()).await
}

/// Takes somebody's second factor away, as for a lost telephone; all their sessions end.
pub async fn reset(tx: &mut Tx, desk: &Desk, actor: &Actor, person: &Person) -> Result<()> {
    // First the account, as when its owner sets one up: the two don't wait for each other.
    staff::hold(tx, person.id).await?;
    remove(tx, desk, actor, person, None).await
}

async fn remove(tx: &mut Tx, desk: &Desk, actor: &Actor, person: &Person, keep: Option<&[u8]>) -> Result<()> {
    if second_factors::remove(tx, person.id).await? {
        sessions::remove_all(tx, person.id, keep).await?;
        note(tx, desk, actor, person, "second_factor_off").await?;
    }
    Ok(())
}

async fn note(tx: &mut Tx, desk: &Desk, actor: &Actor, person: &Person, action: &str) -> Result<()> {
    let subject = person.login.as_deref().unwrap_or_default();
    audit::append(tx, &Entry { at: desk.now, actor, action, subject, detail: "{}" }).await
}

#[must_use]
pub fn wrong_code() -> Refusal {
    Refusal {
        field: Some("code".into()),
        ..Refusal::new(
            Kind::NotSignedIn,
            "Mã xác thực chưa đúng hoặc đã dùng. Chờ mã mới trên điện thoại rồi nhập lại.",
            "The code is wrong or was used. Wait for a new one and enter that.",
        )
    }
}

fn on_already() -> Refusal {
    Refusal::new(
        Kind::IllegalMove,
        "Xác thực hai lớp đã được bật cho tài khoản này. Tải lại trang.",
        "The second factor is set up already. Load the page again.",
    )
}

fn not_on() -> Refusal {
    Refusal::new(
        Kind::IllegalMove,
        "Xác thực hai lớp chưa được bật. Bật trước rồi tạo mã dự phòng.",
        "There is no second factor yet. Set it up first.",
    )
}
