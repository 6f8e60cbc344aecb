//! Each obligation of a period with its letter: number, day, signer, channel and receipt (PAR-05).
//!
//! Names no applicant.

use std::collections::HashMap;

use super::{Asked, question};
use crate::db::{Result, Tx};
use crate::domain::apology::ObligationState;
use crate::domain::event::{Event, Happening};
use crate::domain::staff::Actor;
use crate::domain::time::{Day, Moment};
use crate::store;
use crate::store::obligations::Listed;
use crate::store::obligations::period as rows;
use crate::work::desk::Desk;
use crate::work::report::{Names, as_of, units_of};

/// One obligation and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub code: String,
    pub unit: String,
    pub unit_code: String,
    pub procedure: String,
    pub due_on: Option<Day>,
    pub opened_at: Moment,
    pub state: ObligationState,
    pub reason: Option<String>,
    pub number: Option<String>,
    pub issued_at: Option<Moment>,
    pub delivered_at: Option<Moment>,
    pub letter: Option<Letter>,
}

/// What the dossier's events tell of the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub signed_on: Day,
    pub signer: String,
    /// How it reached the applicant, once it has.
    pub channel: Option<&'static str>,
    pub receipt: Option<String>,
}

/// Lists what `actor` may see, the oldest first.
///
/// # Errors
/// As [`super::apologies`].
pub async fn evidence(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Vec<Evidence>> {
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let listed = rows::list(tx, &question(desk, asked, units.as_deref())?).await?;
    let names = Names::of_units(tx).await?;
    let signers: HashMap<i64, String> = store::staff::names(tx).await?.into_iter().collect();
    let mut found = Vec::new();
    for some in listed.chunks(usize::try_from(as_of::BATCH).unwrap_or(1)) {
        let sent = some.iter().filter(|one| one.issued_at.is_some()).map(|one| one.dossier_id);
        let lives = store::events::of_many(tx, &sent.collect::<Vec<i64>>()).await?;
        for one in some {
            let letter = lives.get(&one.dossier_id).and_then(|events| letter(events, &signers));
            found.push(of(one, &names, letter));
        }
    }
    Ok(found)
}

fn of(listed: &Listed, names: &Names, letter: Option<Letter>) -> Evidence {
    Evidence {
        code: listed.code.clone(),
        unit: names.unit(&listed.unit),
        unit_code: listed.unit.clone(),
        procedure: listed.procedure_name.clone(),
        due_on: listed.due_on,
        opened_at: listed.opened_at,
        state: listed.state(),
        reason: listed.reason.clone(),
        number: listed.form_number.clone(),
        issued_at: listed.issued_at,
        delivered_at: listed.delivered_at,
        letter,
    }
}

/// The letter, of which a dossier has one (LATE-16).
fn letter(events: &[Event], signers: &HashMap<i64, String>) -> Option<Letter> {
    let (signer, signed_on) = events.iter().find_map(|event| match &event.what {
        Happening::ApologyIssued { signer, signed_on, .. } => Some((signer.0, *signed_on)),
        _ => None,
    })?;
    let delivered = events.iter().find_map(|event| match &event.what {
        Happening::ApologyDelivered { channel, receipt } => Some((channel.id(), receipt.clone())),
        _ => None,
    });
    let signer = signers.get(&signer).cloned().unwrap_or_default();
    let (channel, receipt) = delivered.unzip();
    Some(Letter { signed_on, signer, channel, receipt })
}
