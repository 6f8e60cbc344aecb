//! All that is kept of one person, and who has looked at it: the answer to whoever asks for their
//! own data, and the extent of a breach (DATA-03, DATA-04).

use serde::Serialize;

use super::apology::applicant_of;
use super::desk::Desk;
use super::ledger;
use crate::db::{Result, Tx};
use crate::domain::applicant::{Applicant, phone_key};
use crate::domain::refusal::Language;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed};
use crate::store;
use crate::store::audit::{self, Entry, Wanted};

/// More looks at one dossier than this are told by their number alone.
const MOST_LOOKS: i64 = 1_000;
/// What counts as a look.
pub(super) const LOOKS: [&str; 2] = ["person_viewed", "letter_read"];

/// What one dossier keeps of the person.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub code: String,
    pub procedure: String,
    pub received_at: Option<String>,
    /// What they told, in full.
    pub applicant: Option<Applicant>,
    /// Letters to them whose text is still kept.
    pub letters: i64,
    pub looks: Vec<Look>,
}

/// One look at the person's data.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    pub at: String,
    pub by: String,
    pub unit: String,
    pub what: String,
    pub detail: String,
}

/// Why somebody needs to know all that is kept of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They have asked (DATA-04).
    Request,
    /// Their data may have got into wrong hands (DATA-03).
    Breach,
    Complaint,
}

impl Reason {
    pub const ALL: [Self; 3] = [Self::Request, Self::Breach, Self::Complaint];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Breach => "breach",
            Self::Complaint => "complaint",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Request => ("trả lời yêu cầu của chính người đó", "answering that person's own request"),
            Self::Breach => ("xác định phạm vi vi phạm dữ liệu", "finding the extent of a breach"),
            Self::Complaint => ("giải quyết khiếu nại", "handling a complaint"),
        };
        language.choose(vietnamese, english)
    }

    /// # Errors
    /// Where it is none of those.
    pub fn of(id: &str) -> std::result::Result<Self, Refusal> {
        Self::ALL.into_iter().find(|reason| reason.id() == id).ok_or_else(|| {
            Refusal::invalid(
                "purpose",
                "Chọn mục đích: request, breach hoặc complaint.",
                "Choose the purpose: request, breach or complaint.",
            )
        })
    }
}

/// Everything about whoever has this identifier or phone number, as they have asked for.
pub async fn of(tx: &mut Tx, desk: &Desk, actor: &Actor, number: &str) -> Result<Vec<Kept>> {
    for_reason(tx, desk, actor, number, Reason::Request).await
}

/// Everything about whoever has this identifier or phone number; that it was asked for is on the log.
pub async fn for_reason(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    number: &str,
    reason: Reason,
) -> Result<Vec<Kept>> {
    desk.allow_whole(actor, Deed::ViewProvince)?;
    let codes = [("identifier", number.trim().to_owned()), ("phone", phone_key(number))];
    let mut found = Vec::new();
    for (kind, key) in codes {
        let code = desk.keys.search_code(kind, &key);
        for (_, id, code) in store::applicants::of_code(tx, &code).await? {
            if !found.contains(&(id, code.clone())) {
                found.push((id, code));
            }
        }
    }
    let mut kept = Vec::new();
    for (id, code) in found {
        kept.push(of_dossier(tx, desk, id, &code).await?);
    }
    let detail = serde_json::json!({ "dossiers": kept.len(), "purpose": reason.id() }).to_string();
    let entry = Entry { at: desk.now, actor, action: "person_report", subject: "", detail: &detail };
    audit::append(tx, &entry).await?;
    Ok(kept)
}

async fn of_dossier(tx: &mut Tx, desk: &Desk, id: i64, code: &str) -> Result<Kept> {
    let known = store::dossiers::known(tx, code).await?;
    let known = known.ok_or_else(|| crate::db::Error::corrupt("dossiers", "code", id))?;
    let opened = ledger::load(tx, known).await?;
    let zone = desk.province.zone();
    let mut looks = Vec::new();
    for action in LOOKS {
        let wanted =
            Wanted { subject: Some(code), action: Some(action), limit: MOST_LOOKS, ..Wanted::default() };
        looks.extend(audit::list(tx, &wanted).await?.into_iter().map(|row| Look {
            at: zone.rfc3339(row.at),
            by: row.actor.unwrap_or_default(),
            unit: row.unit,
            what: row.action,
            detail: row.detail,
        }));
    }
    Ok(Kept {
        code: code.to_owned(),
        procedure: opened.dossier.filing.procedure.clone(),
        received_at: opened.dossier.received_at.map(|at| zone.rfc3339(at)),
        applicant: applicant_of(tx, desk, &opened.dossier).await?,
        letters: store::outbox::kept_for_applicant(tx, id).await?,
        looks,
    })
}
