//! Form 04 on paper, for an applicant who reads no mail: the letter as it was signed (LATE-05).

use super::apology::{self, Form};
use super::desk::Desk;
use super::person::{self, Purpose};
use crate::db::{Error, Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Happening};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::letters::ApologyLetter;
use crate::store;

/// The letter of a dossier, with the applicant in full; that it was taken out is on record (DATA-06).
pub async fn on_paper(tx: &mut Tx, desk: &Desk, actor: &Actor, code: &str) -> Result<ApologyLetter> {
    let (opened, applicant) = person::reveal(tx, desk, actor, code, Purpose::Apology).await?;
    let events = store::events::of(tx, opened.known.id).await?;
    let signed = events.iter().position(|event| matches!(event.what, Happening::ApologyIssued { .. }));
    let signed = signed.ok_or_else(not_signed)?;
    let applicant = applicant.ok_or_else(no_applicant)?;
    // What happened later changes no letter.
    let then = Dossier::fold(events.get(..=signed).unwrap_or_default()).ok().flatten();
    let then = then.ok_or_else(|| Error::corrupt("dossier_events", "dossier_id", opened.known.id))?;
    let signer = signer(tx, events.get(signed)).await?;
    let letter = events.get(signed).and_then(|event| match &event.what {
        Happening::ApologyIssued { number, reason, words, .. } => {
            let form = Form { number, reason: *reason, words, signer: &signer };
            apology::letter(desk, &then, &applicant, form)
        }
        _ => None,
    });
    Ok(letter.ok_or_else(not_signed)?)
}

async fn signer(tx: &mut Tx, event: Option<&Event>) -> Result<String> {
    let Some(Happening::ApologyIssued { signer, .. }) = event.map(|event| &event.what) else {
        return Ok(String::new());
    };
    Ok(store::staff::by_id(tx, signer.0).await?.map_or_else(String::new, |person| person.name))
}

fn not_signed() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Hồ sơ này chưa có văn bản xin lỗi được ký nên chưa in được.",
        "No apology was signed for this dossier, so there is none to print.",
    )
}

fn no_applicant() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Hồ sơ này không lưu thông tin người nộp nên không in được văn bản xin lỗi.",
        "This dossier has no applicant on record, so no apology can be printed.",
    )
}
