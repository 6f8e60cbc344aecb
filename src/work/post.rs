//! Puts letters into the outbox, sealed, in the transaction that owes them.

use serde::{Deserialize, Serialize};

use super::desk::{Desk, sealing_failed};
use crate::db::{Error, Result, Tx};
use crate::letters::{Letter, LetterError};
use crate::random;
use crate::seal::{Sealed, Use};
use crate::store;
use crate::store::outbox::NewLetter;

/// What of a letter is sealed: to whom it goes and what it says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosed {
    pub to_name: String,
    pub to_address: String,
    pub text: String,
    pub html: String,
}

/// Shows nothing of a letter.
impl std::fmt::Debug for Enclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enclosed(…)")
    }
}

/// A letter and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    /// What makes it the same letter: a second one under this key is not put in.
    pub dedupe_key: &'a str,
    pub kind: &'a str,
    pub unit: &'a str,
    pub to_name: &'a str,
    pub to_address: &'a str,
    pub recipient_id: Option<i64>,
    pub dossier_id: Option<i64>,
}

/// Puts a letter in, once; says its id if it is new.
pub async fn put(tx: &mut Tx, desk: &Desk, posting: Posting<'_>, letter: &Letter) -> Result<Option<i64>> {
    let enclosed = Enclosed {
        to_name: posting.to_name.to_owned(),
        to_address: posting.to_address.to_owned(),
        text: letter.text.clone(),
        html: letter.html.clone(),
    };
    let sealed = desk.keys.seal(&enclosed, Use::Letter).map_err(sealing_failed)?;
    let address_code = desk.keys.search_code("mail", &posting.to_address.to_lowercase());
    let message_id = format!("<{}@{}>", random::ulid(desk.now).to_lowercase(), desk.house.mail_domain);
    let new = NewLetter {
        dedupe_key: posting.dedupe_key,
        kind: posting.kind,
        unit: posting.unit,
        recipient_id: posting.recipient_id,
        dossier_id: posting.dossier_id,
        subject: letter.subject.as_str(),
        sealed: &sealed,
        address_code: &address_code,
        message_id: &message_id,
        now: desk.now,
    };
    store::outbox::put(tx, &new).await
}

/// Opens what [`put`] sealed.
pub fn open(desk: &Desk, sealed: &Sealed) -> Result<Enclosed> {
    desk.keys.open(sealed, Use::Letter).map_err(sealing_failed)
}

/// A letter that could not be written is a defect of the program, told as such.
#[must_use]
pub fn unwritten(error: LetterError) -> Error {
    Error::corrupt("outbox", "letter", error)
}
