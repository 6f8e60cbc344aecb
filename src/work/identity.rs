//! Accounts and who their owners are at the identity provider (S19).
//!
//! An account belongs to a subject of an issuer because an administrator said so: neither a name nor
//! an e-mail address that the provider tells links anything by itself.

use super::desk::Desk;
use super::people::{self, found, login_of, note};
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed};
use crate::seal::digest;
use crate::store::identities::{self, NewIdentity};
use crate::store::sessions;
use crate::store::staff::Person;

/// What OpenID Connect allows a subject to be long.
const LONGEST_SUBJECT: usize = 255;

fn code(desk: &Desk, issuer: &str, subject: &str) -> Vec<u8> {
    // An issuer is an address and holds no line break.
    desk.keys.search_code("identity", &format!("{issuer}\n{subject}"))
}

/// Links an account to whom the provider calls `subject`; an older link of the account ends.
pub async fn link(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    id: i64,
    issuer: &str,
    subject: &str,
) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    let subject = subject.trim();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "subject",
            "Nhập mã định danh của người này bên nhà cung cấp (sub), không quá 255 ký tự.",
            "Enter what the provider calls this person (sub), in no more than 255 characters.",
        )
        .into());
    }
    let code = code(desk, issuer, subject);
    if identities::holder(tx, &code).await?.is_some_and(|holder| holder != id) {
        return Err(Refusal::invalid(
            "subject",
            "Mã này đã gắn với một tài khoản khác. Gỡ ở tài khoản kia trước.",
            "This is linked to another account. Unlink it there first.",
        )
        .into());
    }
    let new = NewIdentity { code: &code, issuer, staff_id: id, now: desk.now, linked_by: actor.staff_id.0 };
    identities::replace(tx, &new).await?;
    // Whoever came by an older link, or by what was before it, has to come again.
    sessions::remove_all(tx, id, None).await?;
    note(tx, desk, actor, "identity_linked", login_of(&person), &detail(issuer)).await?;
    Ok(person)
}

/// Ends the link of an account to the provider.
pub async fn unlink(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64, issuer: &str) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    if identities::remove(tx, id, issuer).await? {
        sessions::remove_all(tx, id, None).await?;
        note(tx, desk, actor, "identity_unlinked", login_of(&person), &detail(issuer)).await?;
    }
    Ok(person)
}

fn detail(issuer: &str) -> String {
    serde_json::json!({ "issuer": issuer }).to_string()
}

/// The account, by its name, for whoever has the machine.
pub async fn link_named(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    login: &str,
    issuer: &str,
    subject: Option<&str>,
) -> Result<Person> {
    let person = people::named(tx, desk, actor, login).await?;
    match subject {
        Some(subject) => link(tx, desk, actor, person.id, issuer, subject).await,
        None => unlink(tx, desk, actor, person.id, issuer).await,
    }
}

/// Takes an answer of the provider to what was asked with `state`; it counts once.
pub async fn take_answer(tx: &mut Tx, desk: &Desk, state: &str) -> Result<()> {
    if identities::take_answer(tx, &digest(state.as_bytes()), desk.now).await? {
        return Ok(());
    }
    Err(not_ours().into())
}

/// Whose account it is that the provider has signed in.
pub async fn holder(tx: &mut Tx, desk: &Desk, issuer: &str, subject: &str) -> Result<Option<Person>> {
    let Some(id) = identities::holder(tx, &code(desk, issuer, subject)).await? else { return Ok(None) };
    Ok(crate::store::staff::by_id(tx, id).await?.filter(|person| person.active))
}

/// An answer that nobody here has asked for, or that was taken already.
#[must_use]
pub fn not_ours() -> Refusal {
    Refusal::new(
        Kind::NotAllowed,
        "Lượt đăng nhập này đã hết hạn hoặc không bắt đầu từ trình duyệt này. Quay lại trang đăng nhập và làm lại.",
        "This sign-in has run out or was not begun in this browser. Go back to the sign-in page and begin anew.",
    )
}

/// The provider's word was not taken, for a reason that only the log tells.
#[must_use]
pub fn not_believed() -> Refusal {
    Refusal::new(
        Kind::NotAllowed,
        "Không xác nhận được danh tính từ nhà cung cấp. Đăng nhập lại; nếu vẫn lỗi, báo người quản trị kèm giờ đăng nhập.",
        "What the provider answered could not be believed. Sign in again; if it fails again, tell the administrator the time.",
    )
}

/// Somebody whom the provider knows and nobody here has linked.
#[must_use]
pub fn not_linked(subject: &str) -> Refusal {
    Refusal::new(
        Kind::NotAllowed,
        format!(
            "Danh tính này chưa gắn với tài khoản nào đang dùng. Gửi cho người quản trị mã định danh: {subject}"
        ),
        format!(
            "This identity is not linked to any open account. Give the administrator your subject: {subject}"
        ),
    )
}

/// This service has no identity provider.
#[must_use]
pub fn no_provider() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Hệ thống này không dùng nhà cung cấp danh tính. Đăng nhập bằng tên và mật khẩu.",
        "No identity provider is set up here. Sign in with name and password.",
    )
}
