//! Decisions that change the law: one person proposes, another publishes (TIME-16).
//!
//! A proposal changes nothing. Publishing makes the next edition at once; whose dates it moves is
//! counted afterwards, batch by batch, by `recount`.

use serde_json::json;

use super::desk::Desk;
use super::free_text::line;
use super::{law, recount, second_person};
use crate::db::{Error, Result, Tx};
use crate::domain::law::{Amendment, Change, LocalDayOff, Overlay};
use crate::domain::province::Province;
use crate::domain::refusal::{Kind, Language, Refusal};
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::seal::digest;
use crate::store;
use crate::store::audit::Entry;
use crate::store::decisions::{New, Row};

/// What is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub amendment: Amendment,
    /// The file, where it came as one.
    pub original: Option<String>,
    /// Number of the document.
    pub document: String,
    pub signer: String,
    /// From which day on it has effect; the first day that it speaks of, where it does not say.
    pub effective_on: Option<Day>,
    pub reason: String,
}

/// Keeps a proposal and says its number. The same request under the same key makes one.
pub async fn propose(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    proposal: &Proposal,
    key: Option<&str>,
) -> Result<i64> {
    desk.allow_whole(actor, Deed::ManageCalendar)?;
    let hash = request_hash(proposal);
    if let Some(key) = key
        && let Some((id, before)) = store::decisions::made(tx, actor.staff_id.0, key).await?
    {
        return if before == hash { Ok(id) } else { Err(key_reused().into()) };
    }
    let document = line("document", &proposal.document)?;
    let signer = line("signer", &proposal.signer)?;
    let reason = line("reason", &proposal.reason)?;
    let effective_on =
        proposal.effective_on.or_else(|| proposal.amendment.first_day()).unwrap_or_else(|| desk.today());
    let in_force = store::decisions::amendments(tx).await?;
    check(&desk.province, &proposal.amendment, effective_on, &in_force)?;
    let new = New {
        amendment: &proposal.amendment,
        original: proposal.original.as_deref(),
        document: &document,
        signer: &signer,
        effective_on,
        reason: &reason,
        proposed_by: actor.staff_id.0,
        now: desk.now,
        request: key.map(|key| (key, hash.as_slice())),
    };
    let id = store::decisions::insert(tx, &new).await?;
    note(
        tx,
        desk,
        actor,
        "decision_proposed",
        &document,
        &json!({ "id": id, "kind": proposal.amendment.kind() }),
    )
    .await?;
    Ok(id)
}

fn request_hash(proposal: &Proposal) -> [u8; 32] {
    let said = json!([
        proposal.amendment,
        proposal.document,
        proposal.signer,
        proposal.effective_on,
        proposal.reason
    ]);
    digest(said.to_string().as_bytes())
}

fn key_reused() -> Refusal {
    Refusal::new(
        Kind::KeyReused,
        "Khóa Idempotency-Key này đã dùng cho một đề xuất khác. Tạo khóa mới rồi gửi lại.",
        "This Idempotency-Key was used for another proposal. Send it again under a new key.",
    )
}

/// What is wrong with an amendment, as the first fault that is found.
fn check(
    province: &Province,
    amendment: &Amendment,
    effective: Day,
    in_force: &[(i64, Amendment)],
) -> Result<()> {
    let found = province.check_amendment(amendment, effective, in_force);
    let Some(first) = found.first() else { return Ok(()) };
    let say = |language| {
        let said = first.wrong.say(language);
        let mut letters = said.chars();
        let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{capital}{}.", letters.as_str())
    };
    Err(Refusal::invalid(first.spot.path(), say(Language::Vietnamese), say(Language::English)).into())
}

/// A unit that is closed from one day to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub unit: UnitCode,
    pub first: Day,
    pub last: Day,
    /// The rest days that are worked instead, each for one of the days, in their order.
    pub makeup: Vec<Day>,
    /// The reason, as derivations name it.
    pub name: String,
    pub document: String,
    /// What lies below the unit works on.
    pub alone: bool,
}

/// The longest closure, in days.
const LONGEST_CLOSURE: i32 = 62;

impl Closure {
    /// The days off that it comes to: those of the stretch that the unit would have worked.
    ///
    /// # Errors
    /// Where the stretch is none, or nobody would have worked in it.
    pub fn amendment(&self, province: &Province) -> Result<Amendment, Refusal> {
        let Self { first, last, .. } = *self;
        if last < first || last.since(first) >= LONGEST_CLOSURE {
            return Err(Refusal::invalid(
                "last",
                format!("Ngày cuối phải từ ngày đầu trở đi, không quá {LONGEST_CLOSURE} ngày."),
                format!(
                    "The last day must not lie before the first, nor {LONGEST_CLOSURE} days or more after it."
                ),
            ));
        }
        let timetable = province.timetable(&self.unit);
        let days = std::iter::successors(Some(first), |day| day.next()).take_while(|day| *day <= last);
        // A stretch of one day is judged as it is, so that its fault is told by its name.
        let days: Vec<Day> = days.filter(|day| first == last || timetable.kind(*day).is_working()).collect();
        if days.is_empty() {
            return Err(Refusal::invalid(
                "first",
                "Trong những ngày này đơn vị vốn không làm việc; kiểm tra lại ngày.",
                "The unit does not work on these days anyway; check the dates.",
            ));
        }
        if self.makeup.len() > days.len() {
            return Err(Refusal::invalid(
                "makeup",
                "Nhiều ngày làm bù hơn ngày nghỉ; bỏ bớt.",
                "There are more make-up days than days off; remove some.",
            ));
        }
        let makeup = self.makeup.iter().copied().map(Some).chain(std::iter::repeat(None));
        let off = days.into_iter().zip(makeup).map(|(day, makeup)| LocalDayOff {
            unit: self.unit.clone(),
            day,
            name: self.name.clone(),
            document: self.document.clone(),
            makeup,
            alone: self.alone,
        });
        Ok(Amendment::Overlay(Overlay { off: off.collect(), ..Overlay::default() }))
    }
}

/// Takes a proposal back.
pub async fn withdraw(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64) -> Result<()> {
    desk.allow_whole(actor, Deed::ManageCalendar)?;
    let row = found(tx, id).await?;
    if !store::decisions::withdraw(tx, id, actor.staff_id.0, desk.now).await? {
        return Err(not_open(&row).into());
    }
    note(tx, desk, actor, "decision_withdrawn", &row.document, &json!({ "id": id })).await
}

/// Makes a proposal the law: the next edition. The publisher is another person than the proposer
/// and has seen the whole preview under `expected_edition`; says the new edition.
pub async fn publish(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64, expected_edition: i64) -> Result<i64> {
    desk.allow_whole(actor, Deed::Recompute)?;
    let (row, amendment) = open(tx, id).await?;
    if row.proposed_by == actor.staff_id.0 {
        return Err(by_the_proposer().into());
    }
    second_person::check(tx, row.proposed_by, actor.staff_id.0).await?;
    let head = store::decisions::head(tx).await?;
    law::check(desk, head.edition)?;
    if expected_edition != head.edition {
        return Err(seen_before().into());
    }
    if head.recounting {
        return Err(under_way().into());
    }
    if !recount::is_seen(tx, id, head.edition, desk.now).await? {
        let failure = recount::failure(tx, id, desk.now).await?;
        return Err(failure.map_or_else(unseen, |why| uncountable(&why)).into());
    }
    let in_force = store::decisions::amendments(tx).await?;
    check(&desk.province, &amendment, row.effective_on, &in_force)?;
    let candidate = candidate(tx, &desk.province, &amendment).await?;
    let scope = match desk.province.changes_to(&candidate) {
        Change::All => None,
        Change::Nobody => Some(Vec::new()),
        Change::Units(units) => Some(units),
    };
    let staff = actor.staff_id.0;
    if !store::decisions::publish(tx, id, head.edition, staff, desk.now, scope.as_deref()).await? {
        return Err(Refusal::law_changed().into());
    }
    let edition = head.edition + 1;
    let content = digest(json!(amendment).to_string().as_bytes());
    let detail = json!({
        "id": id,
        "edition": edition,
        "kind": amendment.kind(),
        "effective_on": row.effective_on,
        "content": crate::seal::hex(&content),
    });
    note(tx, desk, actor, "decision_published", &row.document, &detail).await?;
    Ok(edition)
}

/// Decisions whose number is below `before`, the newest first. What they say is known to all.
pub async fn list(tx: &mut Tx, before: Option<i64>, limit: i64) -> Result<Vec<Row>> {
    store::decisions::list(tx, before, limit).await
}

/// All that was published, with its editions.
pub async fn in_force(tx: &mut Tx) -> Result<Vec<(i64, Amendment)>> {
    store::decisions::amendments(tx).await
}

/// A decision and what it changes; the first edition changes nothing.
pub async fn whole(tx: &mut Tx, id: i64) -> Result<(Row, Option<Amendment>)> {
    Ok((found(tx, id).await?, store::decisions::amendment(tx, id).await?))
}

/// A proposal that is still one, and what it would change.
pub async fn open(tx: &mut Tx, id: i64) -> Result<(Row, Amendment)> {
    let row = found(tx, id).await?;
    if row.edition.is_some() || row.withdrawn_at.is_some() {
        return Err(not_open(&row).into());
    }
    let amendment = amendment(tx, id).await?;
    Ok((row, amendment))
}

/// The decision with this number.
pub async fn found(tx: &mut Tx, id: i64) -> Result<Row> {
    store::decisions::one(tx, id).await?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            format!("Không có quyết định số thứ tự {id}. Xem danh sách."),
            format!("There is no decision {id}. See the list."),
        )
        .into()
    })
}

/// What it changes.
async fn amendment(tx: &mut Tx, id: i64) -> Result<Amendment> {
    store::decisions::amendment(tx, id).await?.ok_or_else(|| Error::corrupt("decisions", "content", id))
}

/// The province as it would be under one more amendment.
pub async fn candidate(tx: &mut Tx, province: &Province, amendment: &Amendment) -> Result<Province> {
    let first = store::decisions::first(tx).await?.unwrap_or_else(|| (*province.law).clone());
    let mut amendments = store::decisions::amendments(tx).await?;
    let edition = store::decisions::head(tx).await?.edition + 1;
    amendments.push((edition, amendment.clone()));
    province
        .under(first.after(&amendments), edition)
        .map_err(|_| Error::corrupt("decisions", "content", edition))
}

/// The units whose dossiers may move under `candidate`; none: those of all.
#[must_use]
pub fn scope(province: &Province, candidate: &Province) -> Option<Vec<String>> {
    let names = |units: Vec<UnitCode>| units.iter().map(ToString::to_string).collect();
    match province.changes_to(candidate) {
        Change::All => None,
        Change::Nobody => Some(Vec::new()),
        Change::Units(units) => Some(names(units)),
    }
}

async fn note(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    action: &str,
    subject: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let detail = detail.to_string();
    store::audit::append(tx, &Entry { at: desk.now, actor, action, subject, detail: &detail }).await
}

fn not_open(row: &Row) -> Refusal {
    let (vietnamese, english) = if row.edition.is_some() {
        ("đã được công bố", "was published already")
    } else {
        ("đã được rút", "was taken back already")
    };
    Refusal::new(
        Kind::IllegalMove,
        format!("Đề xuất này {vietnamese}. Tải lại trang để xem."),
        format!("This proposal {english}. Load it again to see."),
    )
}

fn by_the_proposer() -> Refusal {
    Refusal::new(
        Kind::NotAllowed,
        "Người đề xuất không tự công bố. Nhờ người thứ hai của đơn vị kiểm soát thủ tục hành chính xem lại và công bố.",
        "Who proposes does not publish. Ask a second person of the control office to look it through and publish it.",
    )
}

fn seen_before() -> Refusal {
    Refusal {
        field: Some("expected_edition".into()),
        ..Refusal::new(
            Kind::StaleVersion,
            "Lịch đã thay đổi từ khi xem trước. Xem lại hồ sơ sẽ đổi ngày rồi công bố.",
            "The law has changed since the preview. Look at the preview again, then publish.",
        )
    }
}

fn unseen() -> Refusal {
    Refusal::new(
        Kind::StaleVersion,
        "Chưa có bản xem trước tính xong trong vòng một giờ qua. Xem hồ sơ nào sẽ đổi ngày, rồi công bố.",
        "There is no whole preview of it from within the last hour. See whose dates would move, then publish.",
    )
}

fn uncountable(why: &str) -> Refusal {
    Refusal::new(
        Kind::StaleVersion,
        format!(
            "Không tính được bản xem trước nên chưa công bố được: “{why}”. Báo người quản trị hệ thống, rồi xem trước lại."
        ),
        format!(
            "It can't be published: its preview can't be counted ({why}). Tell the administrator, then see the preview again."
        ),
    )
}

fn under_way() -> Refusal {
    Refusal::new(
        Kind::IllegalMove,
        "Đang tính lại ngày hẹn trả theo quyết định trước. Đợi xong rồi công bố.",
        "Dates are still being counted anew by the decision before. Publish when that is done.",
    )
}
