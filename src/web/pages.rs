//! The pages: each handler asks `work`, fills a view, and takes what its forms send.
//!
//! No rule, no statement, no clock here. A form that is refused comes back with what was
//! typed in it and the reason beside its field.

mod board;
mod deeds;
mod dossier;
mod dossiers;
mod events;
mod figure;
mod imports;
mod intake;
mod look_up;
mod outbox;
mod parts;
mod published;
mod rates;
mod sign_in;
mod slip;
mod story;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Every page that people read, with the forms on it.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(sign_in::home))
        .route("/sign-in", get(sign_in::form).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/board", get(board::show))
        .route("/intake", get(intake::blank).post(intake::send))
        .route("/dossiers", get(dossiers::list))
        .route("/dossiers/{code}", get(dossier::show))
        .route("/dossiers/{code}/events", post(events::add))
        .route("/dossiers/{code}/slip", get(slip::show))
        .route("/rates", get(rates::show))
        .route("/outbox", get(outbox::list))
        .route("/outbox/{id}", get(outbox::letter))
        .route("/outbox/{id}/content", get(outbox::content))
        .route("/imports", get(imports::runs))
        .route("/imports/quarantine", get(imports::quarantine))
        .route("/imports/quarantine.csv", get(imports::quarantine_csv))
        .route("/imports/findings", get(imports::findings))
        .route("/imports/findings.csv", get(imports::findings_csv))
        .route("/tra-cuu", get(look_up::form).post(look_up::find))
        .route("/cong-khai", get(published::show))
}
