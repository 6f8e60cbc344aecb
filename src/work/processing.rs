//! Everything that may happen to a dossier after intake, one request at a time.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::appointment::{self, Between};
use super::desk::Desk;
use super::free_text::{line, text};
use super::ledger::{self, Addition, Opened, rules_of};
use super::{apology, intake, timing};
use crate::db::{Result, Tx};
use crate::domain::apology::{DeliveryChannel, LateReason};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Happening, ReturnMethod};
use crate::domain::limit::TimeLimit;
use crate::domain::procedure::Procedure;
use crate::domain::promise::{Cause, Promise};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::ruleset::{RuleSet, SupplementClock};
use crate::domain::staff::{Actor, Deed, StaffId};
use crate::domain::state::State;
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;
use crate::store;

/// What is asked for, by the event's kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
// What has no fields is written with braces: serde lets anything pass beside a unit variant.
pub enum Change {
    /// Accepts a dossier that was filed online (1→2).
    Received {},
    Transfer {
        to_unit: String,
        #[serde(default)]
        to_officer: Option<i64>,
    },
    StepDone {
        step: String,
        #[serde(default)]
        to_officer: Option<i64>,
    },
    SupplementRequested {
        items: Vec<String>,
        reason: String,
    },
    Supplemented {},
    PaymentRequested {
        reason: String,
    },
    Paid {},
    Stopped {
        reason: String,
    },
    Withdrawn {
        reason: String,
    },
    Refused {
        reason: String,
    },
    Settled {},
    Returned {
        #[serde(default)]
        method: Option<ReturnMethod>,
    },
    ApologyIssued {
        reason: LateReason,
        words: String,
        #[serde(default)]
        new_due_on: Option<Day>,
        #[serde(default)]
        number: Option<String>,
    },
    ApologyDelivered {
        channel: DeliveryChannel,
        receipt: String,
    },
    Exempted {
        reason: LateReason,
        words: String,
    },
}

/// A request to add an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The version that the caller saw.
    pub expected_version: i64,
    /// When it happened; now, where it is not said.
    pub at: Option<Moment>,
    pub change: Change,
}

impl Request {
    /// Reads `{"kind":…,"expected_version":…,"at":…,…}`.
    ///
    /// # Errors
    /// With the field at fault.
    pub fn from_json(body: Value) -> Result<Self, Refusal> {
        let Value::Object(mut fields) = body else {
            return Err(unreadable("body", "a JSON object"));
        };
        let version = fields.remove("expected_version").and_then(|value| value.as_i64());
        let expected_version = version.ok_or_else(|| unreadable("expected_version", "a whole number"))?;
        let at = moment(&mut fields)?;
        let change = serde_json::from_value(Value::Object(fields)).map_err(|error| unknown_change(&error))?;
        Ok(Self { expected_version, at, change })
    }
}

fn moment(fields: &mut Map<String, Value>) -> Result<Option<Moment>, Refusal> {
    match fields.remove("at") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let at = value.as_str().and_then(|text| text.parse().ok());
            at.map(Some).ok_or_else(|| unreadable("at", "an instant such as 2026-11-23T16:00:00+07:00"))
        }
    }
}

fn unreadable(field: &'static str, expected: &str) -> Refusal {
    Refusal::invalid(
        field,
        format!("Giá trị của “{field}” chưa đúng; cần {expected}."),
        format!("{field:?} must be {expected}."),
    )
}

fn unknown_change(error: &serde_json::Error) -> Refusal {
    let said = error.to_string();
    let unknown = said.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
    Refusal::invalid(
        unknown.map_or("kind".to_owned(), |(field, _)| field.to_owned()),
        format!("Yêu cầu chưa đúng: {error}. Xem tài liệu API về các loại sự việc và trường dữ liệu."),
        format!(
            "The request can't be read: {error}. See the API's documentation for kinds and their fields."
        ),
    )
}

impl Change {
    /// The right that it takes.
    #[must_use]
    pub fn deed(&self, dossier: &Dossier) -> Deed {
        match self {
            Self::Received {} => Deed::Receive,
            Self::Transfer { .. } => Deed::Transfer,
            Self::StepDone { .. } => Deed::Step,
            Self::SupplementRequested { .. } if dossier.supplement_requests > 0 => {
                Deed::RequestSecondSupplement
            }
            Self::SupplementRequested { .. } => Deed::RequestSupplement,
            Self::Supplemented {} => Deed::ReceiveSupplement,
            Self::PaymentRequested { .. } => Deed::RequestPayment,
            Self::Paid {} => Deed::ConfirmPayment,
            Self::Stopped { .. } => Deed::Stop,
            Self::Withdrawn { .. } => Deed::Withdraw,
            Self::Refused { .. } if dossier.state == State::Registered => Deed::RefuseReceipt,
            Self::Refused { .. } => Deed::Stop,
            Self::Settled {} => Deed::Settle,
            Self::Returned { .. } => Deed::Return,
            Self::ApologyIssued { .. } => Deed::IssueApology,
            Self::ApologyDelivered { .. } => Deed::DeliverApology,
            Self::Exempted { .. } => Deed::ApproveExemption,
        }
    }
}

/// Adds what was asked for to the dossier with this code.
pub async fn change(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    code: &str,
    request: &Request,
) -> Result<Opened> {
    let opened = ledger::open(tx, desk, actor, code, Deed::View).await?;
    desk.allow(actor, request.change.deed(&opened.dossier), opened.parties())?;
    ledger::check_version(&opened, request.expected_version)?;
    let at = match request.change {
        Change::ApologyIssued { .. } => timing::issued(desk, &opened.dossier, request.at)?,
        _ => timing::happened(desk, &opened.dossier, request.at)?,
    };
    let what = happening(tx, desk, actor, &opened, at, &request.change).await?;
    let addition = Addition { actor, at, what };
    let opened = ledger::add(tx, desk, opened, request.expected_version, addition).await?;
    apology::follow_up(tx, desk, actor, &opened, &request.change, at).await?;
    Ok(opened)
}

/// What the request comes to, once everything it rests on is looked up.
async fn happening(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    opened: &Opened,
    at: Moment,
    change: &Change,
) -> Result<Happening> {
    let dossier = &opened.dossier;
    refuse_imported(dossier, change)?;
    Ok(match change {
        Change::Received {} => accept(desk, dossier, at)?,
        Change::Transfer { to_unit, to_officer } => {
            let to_unit = ledger::unit_in_force(desk, "to_unit", to_unit)?;
            let to_officer = officer(tx, desk, *to_officer, &to_unit).await?;
            Happening::Transfer { to_unit, to_officer }
        }
        Change::StepDone { step, to_officer } => Happening::StepDone {
            step: line("step", step)?,
            to_officer: officer(tx, desk, *to_officer, &dossier.holder.unit).await?,
        },
        Change::SupplementRequested { items, reason } => supplement_request(items, reason)?,
        Change::Supplemented {} => Happening::Supplemented { promise: resumed(desk, dossier, at)? },
        Change::PaymentRequested { reason } => {
            Happening::PaymentRequested { reason: text("reason", reason, 1)? }
        }
        Change::Paid {} => Happening::Paid { promise: second_appointment(desk, dossier, at)? },
        Change::Stopped { reason } => Happening::Stopped { reason: text("reason", reason, 1)? },
        Change::Withdrawn { reason } => Happening::Withdrawn { reason: text("reason", reason, 1)? },
        Change::Refused { reason } => Happening::Refused { reason: text("reason", reason, 1)? },
        Change::Settled {} => settled(dossier)?,
        Change::Returned { method } => {
            Happening::Returned { method: method.unwrap_or(dossier.filing.return_method) }
        }
        Change::ApologyIssued { reason, words, new_due_on, number } => {
            let letter = apology::NewLetter {
                reason: *reason,
                words,
                new_due_on: *new_due_on,
                number: number.as_deref(),
            };
            apology::issued(tx, desk, actor, dossier, at, &letter).await?
        }
        Change::ApologyDelivered { channel, receipt } => {
            Happening::ApologyDelivered { channel: *channel, receipt: line("receipt", receipt)? }
        }
        Change::Exempted { reason, words } => {
            Happening::Exempted { reason: *reason, words: text("words", words, apology::SHORTEST_REASON)? }
        }
    })
}

/// A dossier that another system keeps is changed there; here it can only be apologised for.
fn refuse_imported(dossier: &Dossier, change: &Change) -> Result<()> {
    let ours = matches!(
        change,
        Change::ApologyIssued { .. } | Change::ApologyDelivered { .. } | Change::Exempted { .. }
    );
    if dossier.imported && !ours {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ này được theo dõi từ hệ thống khác. Cập nhật ở hệ thống đó rồi nhập lại dữ liệu.",
            "This dossier is kept by another system. Change it there and import again.",
        )
        .into());
    }
    Ok(())
}

/// Official receipt of an online dossier: the clock starts (LIFE-01) under the procedure's version
/// at intake and the rule set of this day (LAW-01).
pub fn accept(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Happening> {
    let (procedure, rules) = (procedure_of(desk, dossier)?, rules_at(desk, dossier, at)?);
    let between = between(desk, dossier);
    let promise = appointment::promise(between, procedure, rules, at, Cause::Receipt)?;
    Ok(Happening::Received { filing: None, ruleset: rules.id.to_string(), promise })
}

/// The rule set of an official receipt at `at` (LAW-01).
fn rules_at<'d>(desk: &'d Desk, dossier: &Dossier, at: Moment) -> Result<&'d RuleSet> {
    let day = desk.province.zone().day(at);
    Ok(desk.province.rules(&dossier.filing.field, day).ok_or_else(intake::no_rules)?)
}

fn between<'d>(desk: &'d Desk, dossier: &Dossier) -> Between<'d> {
    Between::units(desk, &dossier.filing.receiving_unit, &dossier.filing.competent_unit)
}

/// The version of the procedure that the dossier was received under (LAW-01).
fn procedure_of<'d>(desk: &'d Desk, dossier: &Dossier) -> Result<&'d Procedure> {
    let code = dossier.filing.procedure.parse().ok();
    let found =
        code.and_then(|code| desk.province.catalogue.version(&code, dossier.filing.procedure_version));
    found.ok_or_else(|| {
        Refusal::new(
            Kind::NoDueDate,
            format!(
                "Danh mục không còn thủ tục {} phiên bản {}.",
                dossier.filing.procedure, dossier.filing.procedure_version
            ),
            format!(
                "The catalogue no longer has procedure {} version {}.",
                dossier.filing.procedure, dossier.filing.procedure_version
            ),
        )
        .into()
    })
}

/// The promise after a supplement: anew by default, or moved by the time it took (SUP-04, SUP-05).
pub fn resumed(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Option<Promise>> {
    let procedure = procedure_of(desk, dossier)?;
    let received = dossier.received_at.and_then(|_| rules_of(desk, dossier));
    let rules = received.map_or_else(|| rules_at(desk, dossier, at), Ok)?;
    let between = between(desk, dossier);
    let policy = procedure.supplement_clock.unwrap_or(rules.supplement_clock);
    match (dossier.promise(), dossier.stopped_since(), policy) {
        (Some(promise), Some(stopped), SupplementClock::Pause) => {
            appointment::shifted(between, promise, rules, stopped, at, Cause::SupplementPause)
        }
        (Some(_), _, _) => appointment::promise(between, procedure, rules, at, Cause::SupplementRestart),
        // Completed before it was ever accepted: this is the receipt.
        (None, ..) => appointment::promise(between, procedure, rules, at, Cause::Receipt),
    }
}

/// After proof of payment: the procedure's second limit, or what was left of the first (STOP-01).
pub fn second_appointment(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Option<Promise>> {
    let procedure = procedure_of(desk, dossier)?;
    let Some(rules) = rules_of(desk, dossier) else { return Ok(None) };
    let between = between(desk, dossier);
    if let Some(terms) = procedure.second_terms(rules) {
        return appointment::promise_by(between, &terms, rules, at, Cause::SecondAppointment);
    }
    match (dossier.promise(), dossier.stopped_since()) {
        (Some(promise), Some(stopped)) => {
            appointment::shifted(between, promise, rules, stopped, at, Cause::SecondAppointment)
        }
        _ => Ok(None),
    }
}

/// 2→9 is for same-day procedures alone; others go to the competent agency first (LIFE-01, ACC-06).
fn settled(dossier: &Dossier) -> Result<Happening> {
    let basis = dossier.promise().and_then(|promise| promise.basis.as_ref());
    let same_day = basis.is_some_and(|basis| basis.terms.limit == TimeLimit::SameDay);
    if dossier.state == State::Received && !same_day {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ chưa được chuyển cho cơ quan giải quyết. Chuyển hồ sơ trước khi ghi nhận kết quả.",
            "The dossier has not been handed to the competent agency. Transfer it before settling.",
        )
        .on_field("kind")
        .into());
    }
    Ok(Happening::Settled)
}

fn supplement_request(items: &[String], reason: &str) -> Result<Happening> {
    let items: Vec<String> =
        items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
    if items.is_empty() {
        return Err(Refusal::required("items", "giấy tờ cần bổ sung", "what has to be supplied").into());
    }
    for item in &items {
        line("items", item)?;
    }
    Ok(Happening::SupplementRequested { items, reason: text("reason", reason, 1)? })
}

/// Who gets it: somebody of the unit that has it then, or of one below (LIFE-04, ORG-13).
async fn officer(tx: &mut Tx, desk: &Desk, id: Option<i64>, unit: &UnitCode) -> Result<Option<StaffId>> {
    let Some(id) = id else { return Ok(None) };
    let person = store::staff::by_id(tx, id).await?.filter(|person| person.active);
    let person = person.ok_or_else(|| {
        Refusal::invalid(
            "to_officer",
            "Không có công chức này. Chọn người trong danh sách của đơn vị.",
            "There is no such officer. Choose one from the unit's list.",
        )
    })?;
    if desk.province.units.is_within(&person.actor()?.unit, unit) {
        return Ok(Some(StaffId(id)));
    }
    let name = desk.unit_name(unit);
    Err(Refusal::invalid(
        "to_officer",
        format!("Công chức này không thuộc {name}. Chọn người của đơn vị đang giữ hồ sơ."),
        format!("This officer does not belong to {name}. Choose one of the unit that holds the dossier."),
    )
    .into())
}
