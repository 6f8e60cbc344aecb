//! Accounts as their administrators keep them: made without a password, changed, closed.
//!
//! Nobody but its owner ever knows a password: an account is opened by a one-time link that
//! its owner follows, shown once and good for an hour (S31).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::Deserialize;

use super::desk::Desk;
use super::duties;
use super::free_text::line;
use crate::db::{Error, Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed, Role, StaffId};
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::random;
use crate::seal::{digest, hex};
use crate::store::audit::{self, Entry};
use crate::store::duties::NewDuty;
use crate::store::staff::{NewPerson, Person, Wanted};
use crate::store::{self, activations, sessions, tokens};

/// How long a one-time link is good.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_LOGIN: usize = 64;

/// What a person with an account is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// For others to read.
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    pub unit: String,
    pub roles: Vec<Role>,
}

/// A one-time link: what of it travels, and what of it is kept.
#[derive(Clone, Debug)]
pub struct Link(String);

impl Link {
    /// Made before the deed, which may be run again.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()))
    }

    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(token.trim().to_owned())
    }

    /// Where its owner sets their password.
    #[must_use]
    pub fn url(&self, desk: &Desk) -> String {
        format!("{}/activate?token={}", desk.house.public_url, self.0)
    }

    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        digest(self.0.as_bytes())
    }
}

/// Makes an account that nobody can sign in to before its link was followed.
pub async fn add(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    login: &str,
    of: &Particulars,
    link: &Link,
) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let login = checked_login(login)?;
    let of = checked(desk, of)?;
    if store::staff::by_login(tx, &login).await?.is_some() {
        return Err(Refusal::invalid(
            "login",
            format!("Tên đăng nhập “{login}” đã có. Chọn tên khác."),
            format!("There is an account {login:?} already. Choose another name."),
        )
        .into());
    }
    let new = NewPerson {
        login: Some(&login),
        name: &of.name,
        email: of.email.as_deref(),
        unit: &of.unit,
        roles: &of.roles,
        password_hash: None,
        source: None,
        created_at: desk.now,
    };
    let id = store::staff::insert(tx, &new).await?;
    activations::replace(tx, &link.hash(), id, desk.now, desk.now.plus(LINK_LASTS)).await?;
    let person = found(tx, id).await?;
    let alike = alike(tx, &person).await?;
    let detail = serde_json::json!({ "unit": of.unit, "roles": of.roles, "alike": alike }).to_string();
    note(tx, desk, actor, "account_added", &login, &detail).await?;
    Ok(person)
}

/// Makes the first administrator, by whoever has the machine; refused once there is one (S31).
pub async fn bootstrap(
    tx: &mut Tx,
    desk: &Desk,
    login: &str,
    of: &Particulars,
    link: &Link,
) -> Result<Person> {
    if has_administrator(tx).await? {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Đã có người quản trị. Người ấy thêm tài khoản trên trang Tài khoản; mất mật khẩu thì dùng `dunghen user link TÊN`.",
            "There is an administrator, who adds accounts on the accounts page; for a lost password use `dunghen user link NAME`.",
        )
        .into());
    }
    let keeper = Actor::new(StaffId::SYSTEM, desk.province.root.clone(), [Role::Administrator]);
    match store::staff::by_login(tx, &checked_login(login)?).await? {
        // The link ran out before anybody followed it.
        Some(person) if person.password_hash.is_none() => give_link(tx, desk, &keeper, person.id, link).await,
        _ => add(tx, desk, &keeper, login, of, link).await,
    }
}

/// Whether somebody who has set a password can keep the accounts.
pub async fn has_administrator(tx: &mut Tx) -> Result<bool> {
    let everyone = store::staff::active_with_login(tx).await?;
    Ok(everyone.iter().any(|one| one.roles.0.contains(&Role::Administrator) && one.password_hash.is_some()))
}

/// A new one-time link, as for a lost password; the old password stays good until it is followed.
pub async fn give_link(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64, link: &Link) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    if !person.active {
        return Err(closed().into());
    }
    activations::replace(tx, &link.hash(), id, desk.now, desk.now.plus(LINK_LASTS)).await?;
    note(tx, desk, actor, "link_given", login_of(&person), "{}").await?;
    Ok(person)
}

/// Whose link it is.
pub async fn holder(tx: &mut Tx, desk: &Desk, link: &Link) -> Result<Option<Person>> {
    let Some(id) = activations::holder(tx, &link.hash(), desk.now).await? else { return Ok(None) };
    Ok(store::staff::by_id(tx, id).await?.filter(|person| person.active))
}

/// Follows a link: its owner has the password behind `hash` from now on, and nothing that was
/// begun or issued with an older one goes on: whoever needs a link may have lost the old one to somebody.
pub async fn activate(tx: &mut Tx, desk: &Desk, link: &Link, hash: &str) -> Result<Person> {
    let Some(person) = holder(tx, desk, link).await? else { return Err(no_link().into()) };
    // First the account, as whatever ends its links does.
    if !store::staff::hold(tx, person.id).await? || !activations::take(tx, &link.hash()).await? {
        return Err(no_link().into());
    }
    store::staff::set_password(tx, person.id, hash).await?;
    sessions::remove_all(tx, person.id, None).await?;
    tokens::revoke_all(tx, person.id, desk.now).await?;
    note(tx, desk, &person.actor()?, "account_activated", login_of(&person), "{}").await?;
    Ok(person)
}

/// Changes what is known of a person, from a day on. Whoever has other roles or another unit
/// now signs in anew, and not by a link that was given before.
pub async fn change(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    id: i64,
    to: &Particulars,
    from_on: Option<Day>,
) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    let before = duties::today(tx, desk, person.clone()).await?;
    let to = checked(desk, to)?;
    let from_on = from_on.unwrap_or_else(|| desk.today());
    let moves = before.unit != to.unit || before.roles.0 != to.roles;
    let is_later = from_on > desk.today();
    if moves && !to.roles.contains(&Role::Administrator) {
        not_the_last(tx, &before).await?;
    }
    let alike_before = alike(tx, &person).await?;
    let (unit, roles) = if moves && is_later {
        (person.unit.as_str(), person.roles.0.as_slice())
    } else {
        (to.unit.as_str(), to.roles.as_slice())
    };
    store::staff::update(tx, id, &to.name, to.email.as_deref(), unit, roles).await?;
    if moves {
        if !is_later {
            store::duties::end_terms(tx, id, desk.today(), desk.now).await?;
            sessions::remove_all(tx, id, None).await?;
            activations::forget(tx, id).await?;
        }
        let duty = NewDuty {
            staff_id: id,
            unit: &to.unit,
            roles: &to.roles,
            from_on,
            to_on: None,
            stands_in_for: None,
            noted_by: actor.staff_id.0,
            now: desk.now,
        };
        store::duties::insert(tx, &duty).await?;
    }
    let changed = found(tx, id).await?;
    let detail = serde_json::json!({
        "from": { "unit": before.unit, "roles": before.roles.0, "email": email_code(desk, &person) },
        "to": { "unit": to.unit, "roles": to.roles, "email": email_code(desk, &changed) },
        "on": from_on.to_string(),
        "changed": changes(&person, &changed),
        "alike_before": alike_before,
        "alike": alike(tx, &changed).await?,
    });
    note(tx, desk, actor, "account_changed", login_of(&person), &detail.to_string()).await?;
    Ok(changed)
}

/// By what a person is told from others, and whether it is another now: whoever makes one person two, if only
/// for a moment, is found in the log.
fn changes(before: &Person, after: &Person) -> Option<Vec<&'static str>> {
    let name = (before.name != after.name).then_some("name");
    let email = (before.email != after.email).then_some("email");
    let changed: Vec<_> = name.into_iter().chain(email).collect();
    Some(changed).filter(|changed| !changed.is_empty())
}

/// An address for the log, which is kept for ever and holds nobody's: equal ones are known as equal.
fn email_code(desk: &Desk, person: &Person) -> Option<String> {
    let email = person.email.as_deref()?;
    Some(hex(&desk.keys.search_code("staff_email", &email.to_lowercase())))
}

/// The accounts that look like the same person's, for the log: neither counts as a second person for
/// the other's deeds.
async fn alike(tx: &mut Tx, person: &Person) -> Result<Option<Vec<String>>> {
    let alike = super::second_person::alike(tx, person).await?;
    let logins: Vec<String> = alike.iter().map(|(other, _)| login_of(other).to_owned()).collect();
    Ok(Some(logins).filter(|logins| !logins.is_empty()))
}

/// Closes an account or opens it again. What was signed in, issued or lent ends with it: sessions,
/// tokens, one-time links, and the rights of whoever stands in for its owner or whom they stand in for.
pub async fn set_active(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64, active: bool) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    if !active {
        let in_office = duties::today(tx, desk, person.clone()).await?;
        not_the_last(tx, &in_office).await?;
        sessions::remove_all(tx, id, None).await?;
        tokens::revoke_all(tx, id, desk.now).await?;
        activations::forget(tx, id).await?;
        store::duties::end_standing_in(tx, id, desk.today(), desk.now).await?;
    }
    store::staff::set_active(tx, id, active).await?;
    let action = if active { "account_opened" } else { "account_closed" };
    note(tx, desk, actor, action, login_of(&person), "{}").await?;
    found(tx, id).await
}

/// Ends all that a person has signed in, and the one-time links with which somebody would.
pub async fn end_sessions(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    let ended = sessions::remove_all(tx, id, None).await?;
    activations::forget(tx, id).await?;
    let detail = serde_json::json!({ "sessions": ended }).to_string();
    note(tx, desk, actor, "sessions_ended", login_of(&person), &detail).await?;
    Ok(person)
}

/// Takes away the second factor of somebody who has lost their telephone and codes.
pub async fn reset_factor(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    let person = found(tx, id).await?;
    super::second_factor::reset(tx, desk, actor, &person).await?;
    Ok(person)
}

/// The accounts, by name.
pub async fn list(tx: &mut Tx, desk: &Desk, actor: &Actor, wanted: &Wanted<'_>) -> Result<Vec<Person>> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    store::staff::page(tx, wanted).await
}

/// One account.
pub async fn one(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    found(tx, id).await
}

/// One account by its login.
pub async fn named(tx: &mut Tx, desk: &Desk, actor: &Actor, login: &str) -> Result<Person> {
    desk.allow_whole(actor, Deed::ManagePeople)?;
    store::staff::by_login(tx, login).await?.ok_or_else(|| nobody().into())
}

/// Puts terms that have begun meanwhile where lists of colleagues look for them.
pub async fn settle_terms(tx: &mut Tx, desk: &Desk) -> Result<u64> {
    let mut settled = 0;
    for row in store::duties::all_in_force(tx, desk.today()).await? {
        if row.stands_in_for.is_some() {
            continue;
        }
        let Some(person) = store::staff::by_id(tx, row.staff_id).await? else { continue };
        let mut now = person.clone();
        now.unit.clone_from(&row.unit);
        now.roles.0.clone_from(&row.roles.0);
        let now = duties::today(tx, desk, now).await?;
        let base = (row.unit.as_str(), &row.roles.0);
        let is_term_of_today =
            now.unit == row.unit && row.roles.0.iter().all(|role| now.roles.0.contains(role));
        if is_term_of_today && base != (person.unit.as_str(), &person.roles.0) {
            let email = person.email.as_deref();
            store::staff::update(tx, person.id, &person.name, email, &row.unit, &row.roles.0).await?;
            sessions::remove_all(tx, person.id, None).await?;
            activations::forget(tx, person.id).await?;
            settled += 1;
        }
    }
    Ok(settled)
}

/// Whoever keeps the accounts can't lock everybody out.
async fn not_the_last(tx: &mut Tx, person: &Person) -> Result<()> {
    if !person.roles.0.contains(&Role::Administrator) || !person.active {
        return Ok(());
    }
    let everyone = store::staff::active_with_login(tx).await?;
    let others = everyone.iter().any(|one| {
        one.id != person.id && one.roles.0.contains(&Role::Administrator) && one.password_hash.is_some()
    });
    if others {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::IllegalMove,
        "Đây là người quản trị cuối cùng. Trao vai trò quản trị cho một tài khoản khác trước.",
        "This is the last administrator. Give the role to another account first.",
    )
    .into())
}

pub(super) async fn found(tx: &mut Tx, id: i64) -> Result<Person> {
    let person = store::staff::by_id(tx, id).await?.filter(|person| person.login.is_some());
    person.ok_or_else(|| Error::from(nobody()))
}

pub(super) fn login_of(person: &Person) -> &str {
    person.login.as_deref().unwrap_or_default()
}

pub(super) async fn note(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    audit::append(tx, &Entry { at: desk.now, actor, action, subject, detail }).await
}

fn checked_login(given: &str) -> Result<String> {
    let login = given.trim().to_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if (2..=LONGEST_LOGIN).contains(&login.len()) && login.chars().all(plain) {
        return Ok(login);
    }
    Err(Refusal::invalid(
        "login",
        "Tên đăng nhập gồm 2 đến 64 ký tự: chữ cái không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới.",
        "A name to sign in with has 2 to 64 characters: letters, digits, dot, hyphen, underscore.",
    )
    .into())
}

fn checked(desk: &Desk, given: &Particulars) -> Result<Particulars> {
    let name = line("name", &given.name)?;
    let email = given.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    if email.is_some_and(|email| !is_address(email)) {
        return Err(Refusal::invalid(
            "email",
            "Địa chỉ thư điện tử chưa đúng (ví dụ: ten@laichau.gov.vn). Kiểm tra lại hoặc để trống.",
            "This is no e-mail address (name@example.vn). Check it or leave it empty.",
        )
        .into());
    }
    let unit = given.unit.trim();
    let today = desk.today();
    let code: Option<UnitCode> = unit.parse().ok();
    if code.is_none_or(|code| desk.province.units.get_at(&code, today).is_none()) {
        return Err(Refusal::invalid(
            "unit",
            format!("Không có đơn vị mã “{unit}” đang hoạt động. Chọn đơn vị trong danh sách."),
            format!("There is no unit {unit:?} at present. Choose one from the list of units."),
        )
        .into());
    }
    let mut roles = Vec::new();
    for role in given.roles.iter().filter(|role| role.is_held_by_staff()) {
        if !roles.contains(role) {
            roles.push(*role);
        }
    }
    if roles.is_empty() || roles.len() < given.roles.len() {
        return Err(Refusal::invalid(
            "roles",
            "Chọn ít nhất một vai trò trong danh sách, mỗi vai trò một lần.",
            "Choose at least one role from the list, each once.",
        )
        .into());
    }
    Ok(Particulars { name, email: email.map(str::to_owned), unit: unit.to_owned(), roles })
}

fn is_address(email: &str) -> bool {
    let parts = email.split_once('@');
    parts.is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.ends_with('.'))
        && email.is_ascii()
        && email.len() <= 254
        && email.matches('@').count() == 1
        && !email
            .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
}

fn nobody() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Không có tài khoản này. Kiểm tra lại trong danh sách.",
        "There is no such account. Check the list.",
    )
}

fn closed() -> Refusal {
    Refusal::new(
        Kind::IllegalMove,
        "Tài khoản này đã khoá. Mở lại trước khi cấp liên kết.",
        "This account is closed. Open it before you give a link.",
    )
}

#[must_use]
pub fn no_link() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Liên kết này không còn dùng được: đã hết một giờ hoặc đã được dùng. Xin người quản trị cấp liên kết mới.",
        "This link is no longer good: its hour is over or it was used. Ask the administrator for a new one.",
    )
}
