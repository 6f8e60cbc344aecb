//! Compares what is stored and derived with the model, all of it, after every step.

use dunghen::domain::apology::{ObligationState, obligation};
use dunghen::domain::standing::Standing;
use dunghen::domain::state::State;
use dunghen::domain::time::Moment;
use dunghen::store;
use dunghen::store::dossiers::Projection;
use dunghen::work::ledger::{load, milestones_of};

use super::reference::Model;
use crate::office::*;
use crate::support::db::TestDb;

#[track_caller]
fn state_of(code: u8) -> State {
    State::ALL.into_iter().find(|state| state.code() == code).unwrap()
}

pub async fn agrees(office: &Office, db: &TestDb, code: &str, model: &Model, now: Moment) {
    let (opened, stored, listed) = db
        .read(async |tx| {
            let known = store::dossiers::known(tx, code).await?.unwrap();
            let stored = store::dossiers::projection(tx, known.id).await?.unwrap();
            let listed = store::lists::one(tx, code).await?.unwrap();
            Ok((load(tx, known).await?, stored, listed))
        })
        .await
        .unwrap();
    let row = obligation_row(db, opened.known.id).await;
    let dossier = &opened.dossier;
    let desk = office.desk(now);
    let milestones = milestones_of(&desk, dossier);
    let replayed = Projection::of(dossier, milestones.as_ref(), desk.province.zone());
    assert_eq!(stored, replayed, "the row is what the events give");

    assert_eq!(dossier.state, state_of(model.state));
    assert_eq!((stored.version, opened.known.version), (model.version, model.version));
    assert_eq!(dossier.received_at, model.received_at);
    let promised: Vec<_> =
        dossier.promises.iter().map(|one| (one.due_at, one.due_on, one.late_from)).collect();
    let pledged: Vec<_> = model.pledges.iter().map(|one| (one.due_at, one.due_on, one.late_from())).collect();
    assert_eq!(promised, pledged);
    assert_eq!((stored.stopped_at, stored.late_before_stop), (model.stopped, model.late_at_stop));
    assert_eq!(stored.ended_at, model.end.map(|(end, _)| end));
    assert_eq!(stored.outcome.as_deref(), model.outcome());
    assert_eq!(stored.second_late_from, model.second);
    assert_eq!(opened.known.next_check_at, model.next_check, "the next check");
    assert_eq!(row, model.row);

    assert_eq!(dossier.is_late_at(now), model.is_late(now));
    let standing = milestones.as_ref().and_then(|one| one.standing(dossier, now));
    assert_eq!(standing.map(Standing::id), model.standing(now));
    assert_eq!(listed.standing(now).map(Standing::id), model.standing(now), "in lists");
    let owed = milestones.as_ref().and_then(|one| obligation(dossier, one, now));
    assert_eq!(owed.map(ObligationState::id), model.obligation(now));
}
