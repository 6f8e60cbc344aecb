//! Letters as those who answer for them read them: which, how they fared, what they say.

use super::desk::Desk;
use super::digest::scope;
use super::post::{self, Enclosed};
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed, Subject, may, monitors_province};
use crate::store;
use crate::store::audit::Entry;
use crate::store::outbox::Listed;

/// The letters of the units whose head the actor is, or of all for those who watch over all.
pub async fn list(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    state: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Listed>> {
    desk.allow_in(actor, Deed::ReadLetters, &actor.unit)?;
    let units = &desk.province.units;
    let everywhere = monitors_province(actor, units)
        || may(actor, Deed::ReadLetters, Subject::Unit(&desk.province.root), units).is_ok();
    let mine = || scope(&units.codes_within(&actor.unit).into_iter().cloned().collect::<Vec<_>>());
    let scope = (!everywhere).then(mine);
    store::outbox::list(tx, scope.as_deref(), state, before, limit).await
}

/// One letter and, as long as it is kept, what it says. To read what a citizen was
/// written is put on record (DATA-06).
pub async fn read(tx: &mut Tx, desk: &Desk, actor: &Actor, id: i64) -> Result<(Listed, Option<Enclosed>)> {
    let found = store::outbox::one(tx, id).await?;
    let listed = found.filter(|letter| {
        letter.unit.parse().is_ok_and(|unit| desk.allow_in(actor, Deed::ReadLetters, &unit).is_ok())
    });
    let Some(listed) = listed else { return Err(no_letter().into()) };
    let content = store::outbox::content(tx, id).await?.and_then(|(.., sealed)| sealed);
    let enclosed = content.map(|sealed| post::open(desk, &sealed)).transpose()?;
    if enclosed.is_some() && listed.recipient.is_none() {
        let subject = listed.code.as_deref().unwrap_or_default();
        let entry = Entry { at: desk.now, actor, action: "letter_read", subject, detail: "{}" };
        store::audit::append(tx, &entry).await?;
    }
    Ok((listed, enclosed))
}

fn no_letter() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Không có thư này trong phạm vi ông/bà được xem. Kiểm tra lại địa chỉ.",
        "There is no such letter that you may see. Check the address.",
    )
}
