//! What may be asked for of a dossier, as the interface says it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::apology::{DeliveryChannel, LateReason};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Exclusion, ReturnMethod};
use crate::domain::refusal::Refusal;
use crate::domain::staff::Deed;
use crate::domain::state::State;
use crate::domain::time::{Day, Moment};

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
        /// Whom the applicant may ask; the unit that asks, where it is not said (SUP-01).
        #[serde(default)]
        contact: Option<String>,
    },
    Supplemented {},
    PaymentRequested {
        reason: String,
    },
    Paid {},
    /// The clock stops for a reason that a law names (STOP-02).
    ExclusionBegan {
        exclusion: Exclusion,
        basis: String,
        #[serde(default)]
        document: Option<String>,
    },
    ExclusionEnded {
        #[serde(default)]
        document: Option<String>,
    },
    /// Asks another agency, which is to answer by the closing of a day (COORD-01).
    OpinionRequested {
        unit: String,
        question: String,
        due_on: Day,
    },
    OpinionGiven {
        /// The agency that was asked; the caller's own, where it is not said.
        #[serde(default)]
        unit: Option<String>,
        answer: String,
    },
    /// The result of a stage has arrived (LINK-02).
    StageDone {
        stage: String,
    },
    /// Opens a settled dossier again (LIFE-01).
    Reopened {
        reason: String,
    },
    /// Says when an event truly was; another person must approve it (LATE-11).
    CorrectionProposed {
        corrects: i64,
        true_at: Moment,
        reason: String,
    },
    /// Says in words what is right about an event, or approves a proposed time.
    Corrected {
        #[serde(default)]
        corrects: Option<i64>,
        #[serde(default)]
        words: Option<String>,
        /// The number of the proposing event.
        #[serde(default)]
        proposal: Option<i64>,
        reason: String,
    },
    /// The second person does not vouch for a proposed time; kept as a correction of the proposal.
    CorrectionRefused {
        /// The number of the proposing event.
        proposal: i64,
        reason: String,
    },
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
    /// The right that it takes; `most_requests` are the supplements that the rule set allows (SUP-01).
    #[must_use]
    pub fn deed(&self, dossier: &Dossier, most_requests: u32) -> Deed {
        match self {
            Self::Received {} => Deed::Receive,
            Self::Transfer { .. } => Deed::Transfer,
            Self::StepDone { .. } => Deed::Step,
            Self::SupplementRequested { .. } if is_exceptional(dossier, most_requests) => {
                Deed::RequestSecondSupplement
            }
            Self::SupplementRequested { .. } => Deed::RequestSupplement,
            Self::Supplemented {} => Deed::ReceiveSupplement,
            Self::PaymentRequested { .. } => Deed::RequestPayment,
            Self::Paid {} => Deed::ConfirmPayment,
            Self::ExclusionBegan { .. } | Self::ExclusionEnded { .. } => Deed::ExcludeTime,
            Self::OpinionRequested { .. } => Deed::AskOpinion,
            Self::OpinionGiven { .. } => Deed::AnswerOpinion,
            Self::StageDone { .. } => Deed::Step,
            Self::Reopened { .. } => Deed::Reopen,
            Self::Corrected { proposal: Some(_), .. } | Self::CorrectionRefused { .. } => {
                Deed::ApproveCorrection
            }
            Self::CorrectionProposed { .. } | Self::Corrected { .. } => Deed::Correct,
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

/// Whether one more request during settlement is beyond what the rule set allows (SUP-01, SUP-02).
pub(super) fn is_exceptional(dossier: &Dossier, most_requests: u32) -> bool {
    dossier.received_at.is_some() && dossier.supplement_requests >= most_requests
}
