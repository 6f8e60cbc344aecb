//! What can happen to a dossier.
//!
//! Events are the truth and are only ever added (LIFE-05). They name people by
//! id alone; what an applicant is called lies elsewhere, sealed.

mod exclusion;
mod handover;
mod words;

use serde::{Deserialize, Serialize};

use super::apology::{DeliveryChannel, LateReason};
use super::promise::Promise;
use super::staff::StaffId;
use super::time::{Day, Moment};
use super::unit::UnitCode;

pub use exclusion::Exclusion;
pub use handover::HandOver;
pub use words::ERASED;

/// One thing that happened, with who saw to it, when it was and when it was written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// 1 for the first; the dossier's version is its last event's number.
    pub seq: i64,
    pub at: Moment,
    pub recorded_at: Moment,
    pub actor: StaffId,
    pub unit: UnitCode,
    pub what: Happening,
}

/// How the result goes back to the applicant (FILE-02).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMethod {
    #[default]
    Counter,
    Post,
}

impl ReturnMethod {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Post => "post",
        }
    }
}

/// What was asked for, where and by whom: the facts that do not change over a dossier's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filing {
    pub code: String,
    pub procedure: String,
    /// The catalogue's version that was in force (LAW-01).
    pub procedure_version: i64,
    pub field: String,
    /// Where it was taken in (ORG-04).
    pub receiving_unit: UnitCode,
    /// Who decides and answers for lateness (ORG-04).
    pub competent_unit: UnitCode,
    /// `counter`, `online`, `post`, or what an imported source calls it.
    pub channel: String,
    pub return_method: ReturnMethod,
    /// The applicant's record, which lies apart and sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicant: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
}

/// The kinds of events, as both the stored log and the interface name them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// Filed online, not yet accepted: the settlement clock does not run.
    Submitted { filing: Filing },
    /// Official receipt: the clock starts and the first promise is made; none where no limit is set.
    Received {
        /// Given where receipt is the first event; an accepted online dossier has filed before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filing: Option<Filing>,
        /// The rule set in force at receipt, for the whole life (LAW-01).
        ruleset: String,
        promise: Option<Promise>,
    },
    /// Handed to a unit, and there perhaps to an officer (LIFE-04).
    Transfer {
        to_unit: UnitCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_officer: Option<StaffId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        giver: Option<HandOver>,
    },
    /// A step of the internal process is done; the dossier goes to the next officer (LIFE-04).
    StepDone {
        step: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_officer: Option<StaffId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        giver: Option<HandOver>,
    },
    /// Form 02 (ACC-02, SUP-01). The clock stops; whether the unit was late by then is kept (SUP-06).
    SupplementRequested {
        items: Vec<String>,
        reason: String,
        /// Whom the applicant may ask (SUP-01).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<String>,
        /// Beyond what the rule set allows, by the head's override (SUP-02).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exceptional: bool,
    },
    /// The dossier is complete; the clock starts again with a new promise (SUP-04, SUP-05).
    Supplemented { promise: Option<Promise> },
    /// Notice of a financial obligation (STOP-01).
    PaymentRequested { reason: String },
    /// Proof of payment: the second appointment (STOP-01).
    Paid { promise: Option<Promise> },
    /// A time that the law excludes begins (STOP-02); the clock stands still until it ends.
    ExclusionBegan {
        exclusion: Exclusion,
        /// The provision that excludes it.
        basis: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
    },
    /// The excluded time is over; the clock goes on with a new promise (LATE-11).
    ExclusionEnded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
        promise: Option<Promise>,
    },
    /// Another agency is asked; waiting for it consumes the limit (COORD-01, STOP-03).
    OpinionRequested { unit: UnitCode, question: String, due_at: Moment },
    /// It has answered (COORD-01).
    OpinionGiven { unit: UnitCode, answer: String },
    /// The result of a stage has arrived; the stages after it begin (LINK-02).
    StageDone {
        stage: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        giver: Option<HandOver>,
    },
    /// The applicant takes the dossier back (END-01).
    Withdrawn { reason: String },
    /// Settlement stops without a decision.
    Stopped { reason: String },
    /// Before receipt: not received (form 03). Afterwards: refused to settle (LIFE-02).
    Refused { reason: String },
    /// The signed result is available (RES-01).
    Settled,
    /// A settled dossier is opened again; the first settlement stays on record (LIFE-01, LIFE-05).
    Reopened { reason: String },
    /// One person says when an event truly was (LATE-11); without a second one it changes nothing.
    CorrectionProposed { corrects: i64, at: Moment, reason: String },
    /// An event was recorded wrongly (LIFE-05): what is right, in words, or as a time that two
    /// persons vouch for (LATE-11). In words of a proposal itself: it is refused.
    Corrected {
        corrects: i64,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<TrueTime>,
    },
    /// Handed over to the applicant (RES-03).
    Returned { method: ReturnMethod },
    /// Form 04 signed and sent (LATE-06). The new date, where there is one, is a re-appointment.
    ApologyIssued {
        number: String,
        signer: StaffId,
        signed_on: Day,
        reason: LateReason,
        words: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reappointed: Option<Reappointment>,
    },
    /// A channel's receipt for the apology (LATE-17).
    ApologyDelivered { channel: DeliveryChannel, receipt: String },
    /// Released from the apology, with its reason and approver (LATE-08).
    Exempted { reason: LateReason, words: String },
    /// A decision that was published later changed working time, and the date was counted anew: the
    /// new promise, the date before it, and the decision (TIME-16).
    Recalculated {
        promise: Promise,
        due_before: Moment,
        due_on_before: Day,
        /// The edition of the law.
        edition: i64,
        document: String,
        reason: String,
    },
    /// The life of a dossier as another system tells it, as far as it is known (XCH-05).
    Imported(Imported),
    /// A step that another system recorded.
    ImportedStep {
        step: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<StaffId>,
    },
}

/// When an event truly was, and what follows for the promises that were made since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueTime {
    pub at: Moment,
    /// Who proposed it; whoever approves is another person (LATE-11).
    pub proposed_by: StaffId,
    /// The promises that the engine makes of the true time, each with the number of the event
    /// whose promise it replaces.
    pub promises: Vec<(i64, Promise)>,
}

/// The new date that form 04 names; it never replaces the due date (LATE-10).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reappointment {
    pub due_at: Moment,
    pub due_on: Day,
    /// From when on this second date is missed (LATE-09).
    pub late_from: Moment,
}

/// What another system says of a dossier. Its promise is kept as it was made, never recomputed,
/// and its civil days are those of that system's own zone, by which it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    pub filing: Filing,
    pub received_at: Moment,
    pub received_on: Day,
    pub promise: Option<Promise>,
    pub settled_at: Option<Moment>,
    pub settled_on: Option<Day>,
    pub returned_at: Option<Moment>,
    #[serde(default)]
    pub returned_on: Option<Day>,
    /// Who answers for it as a whole; its steps name others.
    pub officer: Option<StaffId>,
}

impl Imported {
    /// What decides lateness, and its civil day: 10 stands in for a missing 9 (LIFE-03).
    #[must_use]
    pub fn end(&self) -> Option<(Moment, Day)> {
        let settled = self.settled_at.zip(self.settled_on);
        settled.or_else(|| self.returned_at.zip(self.returned_on))
    }
}

impl Happening {
    /// The promise that it makes.
    #[must_use]
    pub fn promise(&self) -> Option<&Promise> {
        match self {
            Self::Received { promise, .. }
            | Self::Supplemented { promise }
            | Self::Paid { promise }
            | Self::ExclusionEnded { promise, .. } => promise.as_ref(),
            Self::Imported(life) => life.promise.as_ref(),
            _ => None,
        }
    }

    /// Whether it tells of other events and not of the dossier itself.
    #[must_use]
    pub fn is_about_the_record(&self) -> bool {
        matches!(self, Self::CorrectionProposed { .. } | Self::Corrected { .. })
    }

    /// Whether it may have happened at another time than was written down (LATE-11). A letter goes
    /// out as it is recorded, and another system's life is corrected there.
    #[must_use]
    pub fn has_correctable_time(&self) -> bool {
        !matches!(
            self,
            Self::ApologyIssued { .. }
                | Self::ApologyDelivered { .. }
                | Self::Exempted { .. }
                | Self::CorrectionProposed { .. }
                | Self::Corrected { .. }
                | Self::Imported(_)
                | Self::ImportedStep { .. }
        )
    }

    /// The name under which it is stored and sent.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Submitted { .. } => "submitted",
            Self::Received { .. } => "received",
            Self::Transfer { .. } => "transfer",
            Self::StepDone { .. } => "step_done",
            Self::SupplementRequested { .. } => "supplement_requested",
            Self::Supplemented { .. } => "supplemented",
            Self::PaymentRequested { .. } => "payment_requested",
            Self::Paid { .. } => "paid",
            Self::ExclusionBegan { .. } => "exclusion_began",
            Self::ExclusionEnded { .. } => "exclusion_ended",
            Self::OpinionRequested { .. } => "opinion_requested",
            Self::OpinionGiven { .. } => "opinion_given",
            Self::StageDone { .. } => "stage_done",
            Self::Reopened { .. } => "reopened",
            Self::CorrectionProposed { .. } => "correction_proposed",
            Self::Corrected { .. } => "corrected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Stopped { .. } => "stopped",
            Self::Refused { .. } => "refused",
            Self::Settled => "settled",
            Self::Returned { .. } => "returned",
            Self::ApologyIssued { .. } => "apology_issued",
            Self::ApologyDelivered { .. } => "apology_delivered",
            Self::Exempted { .. } => "exempted",
            Self::Recalculated { .. } => "recalculated",
            Self::Imported(_) => "imported",
            Self::ImportedStep { .. } => "imported_step",
        }
    }
}
