//! Makes applicants findable by name and by the last digits of their numbers, and unfindable again
//! once their data are erased.
//!
//! What is kept are keyed terms and nothing that can be read (DATA-05).

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::finding::{Piece, pieces_of};
use crate::seal::terms::TermKey;
use crate::seal::{Sealed, Use};
use crate::store;
use crate::store::search_terms::{self, Row};

/// The term of a piece.
#[must_use]
pub fn term(key: &TermKey, piece: &Piece) -> i64 {
    match piece {
        Piece::Word(text) => key.term("word", text),
        Piece::Tail(text) => key.term("tail", text),
    }
}

/// All terms by which this applicant is found, each once.
#[must_use]
pub fn terms(key: &TermKey, applicant: &Applicant) -> Vec<i64> {
    let mut terms: Vec<i64> = pieces_of(applicant).iter().map(|piece| term(key, piece)).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Makes up to so many applicants findable who were taken in before there was an index; says how
/// many there were.
pub async fn catch_up(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<usize> {
    let key = desk.keys.term_key();
    let (mut rows, mut done, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for (id, bytes, key_id) in search_terms::not_findable(tx, limit).await? {
        match desk.keys.open::<Applicant>(&Sealed { bytes, key_id }, Use::Applicant) {
            Ok(applicant) => {
                rows.extend(terms(&key, &applicant).into_iter().map(|term| Row { term, applicant_id: id }));
                done.push(id);
            }
            Err(error) => {
                tracing::warn!(applicant = id, %error, "cannot be made findable");
                closed.push(id);
            }
        }
    }
    search_terms::add(tx, &rows).await?;
    search_terms::mark(tx, &done, true).await?;
    search_terms::mark(tx, &closed, false).await?;
    Ok(done.len() + closed.len())
}

/// Takes from the index whatever finds this applicant, while it can still be known what that is.
pub async fn forget(tx: &mut Tx, desk: &Desk, applicant: i64) -> Result<()> {
    let Some(sealed) = store::applicants::get(tx, applicant).await? else { return Ok(()) };
    match desk.keys.open::<Applicant>(&sealed, Use::Applicant) {
        Ok(known) => search_terms::remove(tx, applicant, &terms(&desk.keys.term_key(), &known)).await,
        Err(_) => search_terms::remove_all(tx, applicant).await,
    }
}
