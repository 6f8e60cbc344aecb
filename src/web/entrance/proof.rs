//! Proving once more who one is, before a deed by which whoever sits down at an unlocked screen could
//! come back later: tokens, second factors, identities, passwords, accounts, their units and roles (ASVS 7.5).
//!
//! The password proves it, or the code of the second factor. Whoever has neither, as they sign in at
//! the identity provider alone, does so within a few minutes of signing in.

use jiff::SignedDuration;

use super::{Origin, count, is_password_of, limits};
use crate::app::App;
use crate::db::Tx;
use crate::domain::refusal::{Kind, Refusal};
use crate::store::second_factors;
use crate::store::sessions;
use crate::store::staff::Person;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::proof::Proof;
use crate::work::second_factor;
use crate::work::sign_in as work;
use crate::work::throttle::Knock;

const CODE: usize = 6;

/// Lets the deed go on where `given` is the caller's password or the code of now. Guessing at it is
/// slowed down like signing in, and what is wrong is on the log.
///
/// # Errors
/// In the field `current` where it is neither; `429` after too many attempts.
pub async fn prove_again(app: &App, caller: &Caller, origin: &Origin, given: String) -> Result<()> {
    let person = &caller.person;
    if person.password_hash.is_none() && is_fresh(app, caller).await? {
        return Ok(());
    }
    let is_code = is_like_a_code(&given) && has_factor(app, person).await?;
    if person.password_hash.is_none() && !is_code {
        // Nothing was guessed at: there is nothing that it could have been.
        return Err(stale(minutes(app)).into());
    }
    let is_right = if is_code {
        is_code_of(app, person, given).await?
    } else {
        is_password_of(app, person, given).await?
    };
    if is_right {
        return Ok(());
    }
    let (desk, whence, whose) = (app.desk(), origin.whence_of_nobody(), person.clone());
    let deed = async move |tx: &mut Tx| work::failed(tx, &desk, Some(&whose), &whence).await;
    app.db.in_turn().write(deed).await?;
    Err(if person.password_hash.is_some() { wrong() } else { stale(minutes(app)) }.into())
}

/// By what the caller can prove it, for the forms that ask for it.
///
/// # Errors
/// Those of the database.
pub async fn proof_of(app: &App, caller: &Caller) -> Result<Proof> {
    if caller.person.password_hash.is_some() {
        return Ok(Proof::Password);
    }
    if is_fresh(app, caller).await? {
        return Ok(Proof::Fresh);
    }
    Ok(if has_factor(app, &caller.person).await? { Proof::Code } else { Proof::Anew })
}

/// Lets the deed go on for a program whose owner has proved it with the token, or whoever has signed in
/// just now: where there is no field for a password.
///
/// # Errors
/// For a session that is older.
pub async fn proved_lately(app: &App, caller: &Caller) -> Result<()> {
    if caller.session.is_none() || is_fresh(app, caller).await? {
        Ok(())
    } else {
        Err(long_ago(minutes(app)).into())
    }
}

/// Six digits, in groups or not; no password is as short.
fn is_like_a_code(given: &str) -> bool {
    given.chars().all(|c| c.is_ascii_digit() || c == ' ') && given.matches(char::is_numeric).count() == CODE
}

async fn has_factor(app: &App, person: &Person) -> Result<bool> {
    Ok(app.db.read(async |tx| second_factors::is_confirmed(tx, person.id).await).await?)
}

async fn is_code_of(app: &App, person: &Person, code: String) -> Result<bool> {
    let knock = Knock::at(format!("proof-code:{}", person.id));
    count(app, &knock).await?;
    let (desk, limits, person) = (app.desk(), limits(&app.settings), person.clone());
    let deed = async move |tx: &mut Tx| {
        let is_right = second_factor::prove(tx, &desk, &person, &code).await?;
        if is_right {
            knock.right(tx, &desk, limits).await?;
        }
        Ok(is_right)
    };
    Ok(app.db.in_turn().write(deed).await?)
}

/// Whether the caller has signed in just now.
async fn is_fresh(app: &App, caller: &Caller) -> Result<bool> {
    let Some(session) = caller.session else { return Ok(false) };
    let began = app.db.read(async |tx| sessions::began_at(tx, caller.person.id, &session).await).await?;
    let fresh = SignedDuration::from_mins(minutes(app));
    Ok(began.is_some_and(|began| app.clock.now().since(began) < fresh))
}

/// So long a sign-in is proof enough.
fn minutes(app: &App) -> i64 {
    i64::try_from(app.settings.sign_in.proof_min.get()).unwrap_or(0)
}

fn wrong() -> Refusal {
    Refusal::invalid("current", "Mật khẩu hiện nay chưa đúng.", "The present password is wrong.")
}

fn long_ago(minutes: i64) -> Refusal {
    Refusal {
        field: Some("current".into()),
        ..Refusal::new(
            Kind::NotAllowed,
            format!(
                "Phiên này đã mở quá {minutes} phút. Đăng nhập lại rồi làm trong {minutes} phút, dùng trang Tài khoản, hoặc gửi bằng mã truy cập."
            ),
            format!(
                "This session is older than {minutes} minutes. Sign in anew and do it within {minutes} minutes, use the accounts page, or send it with a bearer token."
            ),
        )
    }
}

fn stale(minutes: i64) -> Refusal {
    Refusal {
        field: Some("current".into()),
        ..Refusal::new(
            Kind::NotAllowed,
            format!(
                "Việc này cần xác nhận lại: đăng xuất, đăng nhập lại bên nhà cung cấp rồi làm trong {minutes} phút, hoặc nhập mã xác thực."
            ),
            format!(
                "This has to be confirmed: sign out, sign in at the provider again and do it within {minutes} minutes, or enter a code."
            ),
        )
    }
}
