//! Who stands in for a head who is away, from a day to a day.

use super::desk::Desk;
use super::duties;
use super::people::{found, login_of, note};
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed, Role};
use crate::domain::time::Day;
use crate::store;
use crate::store::duties::NewDuty;
use crate::store::staff::Person;

/// A longer absence is a new term.
const LONGEST_DAYS: i32 = 366;
/// The roles in which somebody can stand in.
const LEADING: [Role; 3] = [Role::DivisionHead, Role::UnitHead, Role::CentreManager];

/// Who stands in for whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Absence {
    pub absent: i64,
    pub deputy: i64,
    pub from_on: Day,
    /// The last day.
    pub to_on: Day,
}

/// The roles of `person` in which somebody may stand in for them.
#[must_use]
pub fn leading_roles(person: &Person) -> Vec<Role> {
    person.roles.0.iter().copied().filter(|role| LEADING.contains(role)).collect()
}

/// Names a deputy: by the head who will be away, or by whoever keeps the accounts.
pub async fn name(tx: &mut Tx, desk: &Desk, actor: &Actor, absence: Absence) -> Result<()> {
    may(desk, actor, absence.absent)?;
    let absent = found(tx, absence.absent).await?;
    // Nobody hands on what was only lent to them.
    let absent = duties::today_in_own_right(tx, desk, absent).await?;
    let deputy = found(tx, absence.deputy).await?;
    let deputy = duties::today(tx, desk, deputy).await?;
    let roles = leading_roles(&absent);
    if roles.is_empty() {
        return Err(refused(
            "absent",
            "Chỉ người giữ vai trò lãnh đạo mới cần người thay.",
            "Only those who lead have a deputy.",
        )
        .into());
    }
    if deputy.id == absent.id || deputy.unit != absent.unit || !deputy.active {
        return Err(refused(
            "deputy",
            "Người thay phải là đồng nghiệp cùng đơn vị và có tài khoản đang hoạt động.",
            "A deputy must be a colleague of the same unit with an active account.",
        )
        .into());
    }
    let days = absence.to_on.since(absence.from_on);
    if absence.from_on < desk.today() || !(0..LONGEST_DAYS).contains(&days) {
        return Err(refused(
            "to_on",
            "Thời gian thay bắt đầu từ hôm nay trở đi và không quá một năm.",
            "A deputy's time begins today or later and is no longer than a year.",
        )
        .into());
    }
    let duty = NewDuty {
        staff_id: deputy.id,
        unit: &absent.unit,
        roles: &roles,
        from_on: absence.from_on,
        to_on: Some(absence.to_on),
        stands_in_for: Some(absent.id),
        noted_by: actor.staff_id.0,
        now: desk.now,
    };
    store::duties::insert(tx, &duty).await?;
    let detail = serde_json::json!({
        "deputy": login_of(&deputy), "from": absence.from_on.to_string(), "to": absence.to_on.to_string(), "roles": roles,
    });
    note(tx, desk, actor, "stand_in_named", login_of(&absent), &detail.to_string()).await
}

/// Takes a deputy's time back, as when the head returns early.
pub async fn end(tx: &mut Tx, desk: &Desk, actor: &Actor, absent: i64, duty: i64) -> Result<()> {
    may(desk, actor, absent)?;
    let person = found(tx, absent).await?;
    if !store::duties::take_back(tx, duty, absent, desk.now).await? {
        return Err(Refusal::new(
            Kind::NotFound,
            "Việc cử người thay này không còn. Tải lại trang.",
            "There is no such deputy any more. Load the page again.",
        )
        .into());
    }
    let detail = serde_json::json!({ "duty": duty }).to_string();
    note(tx, desk, actor, "stand_in_ended", login_of(&person), &detail).await
}

/// Whose deputies `actor` names: their own, and anybody's who keeps the accounts.
pub fn may(desk: &Desk, actor: &Actor, absent: i64) -> Result<()> {
    if actor.staff_id.0 == absent { Ok(()) } else { desk.allow_whole(actor, Deed::ManagePeople) }
}

fn refused(field: &'static str, vietnamese: &str, english: &str) -> Refusal {
    Refusal::invalid(field, vietnamese, english)
}
