//! What a citizen may learn of their dossier without signing in (PUB-03).
//!
//! A code alone says nothing: it takes something that stands on the applicant's own papers.
//! Whether the code or the secret was wrong is never told.

use super::apology::applicant_of;
use super::desk::Desk;
use super::ledger::{self, Opened};
use super::throttle::Knock;
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::event::Event;
use crate::store;

/// What is longer is no code.
const LONGEST_CODE: usize = 100;

/// What a look-up counts against, whether or not there is such a dossier (S16).
#[must_use]
pub fn knock(code: &str, network: &str) -> Knock {
    let code: String = code.trim().to_uppercase().chars().take(LONGEST_CODE).collect();
    Knock { network: Some(format!("look-up {network}")), ..Knock::at(format!("dossier:{code}")) }
}

/// The dossier of this code with its events, for whoever knows the last four digits of the applicant's
/// identifier or the last three of their phone number.
pub async fn look_up(
    tx: &mut Tx,
    desk: &Desk,
    code: &str,
    secret: &str,
) -> Result<Option<(Opened, Vec<Event>)>> {
    let typed = code.trim();
    let mut known = store::dossiers::known(tx, typed).await?;
    if known.is_none() {
        // Our codes are in capitals; those that other systems gave may not be.
        known = store::dossiers::known(tx, &typed.to_uppercase()).await?;
    }
    let Some(known) = known else { return Ok(None) };
    let opened = ledger::load(tx, known).await?;
    let applicant = applicant_of(tx, desk, &opened.dossier).await?;
    if !applicant.is_some_and(|applicant| knows(&applicant, secret.trim())) {
        return Ok(None);
    }
    let events = store::events::of(tx, opened.known.id).await?;
    Ok(Some((opened, events)))
}

fn knows(applicant: &Applicant, secret: &str) -> bool {
    let number = match secret.chars().count() {
        4 => applicant.identifier_key(),
        3 => applicant.phone_key(),
        _ => None,
    };
    let is_digits = secret.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && number.is_some_and(|number| number.ends_with(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tail_of_a_number_opens_a_dossier() {
        let one = Applicant {
            name: "Lò Thị Mai".into(),
            identifier: Some("012345671234".into()),
            phone: Some("+84 912 345 678".into()),
            ..Applicant::default()
        };
        assert!(knows(&one, "1234") && knows(&one, "678"));
        for wrong in ["", "234", "5678", "0123", "34", "012345671234", "Mai", "67A"] {
            assert!(!knows(&one, wrong), "{wrong:?}");
        }
        assert!(!knows(&Applicant { identifier: None, ..one }, "1234"));
    }
}
