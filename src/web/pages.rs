//! The pages: each handler asks `work`, fills a view, and takes what its forms send.
//!
//! No rule, no statement, no clock here. A form that is refused comes back with what was
//! typed in it and the reason beside its field.

mod absence;
mod account;
mod audit;
mod board;
mod calendars;
mod course;
mod deeds;
mod dossier;
mod dossiers;
mod events;
mod figure;
mod form_04;
mod front;
mod imports;
mod intake;
mod language;
mod look_up;
mod outbox;
mod parts;
mod people;
mod person_data;
mod procedures;
mod provider;
mod published;
mod rates;
mod sign_in;
mod slip;
mod story;

pub(super) use language::page_above;

use super::routes::Routes;

/// Every page that people read, with the forms on it. A route that is added here needs its line
/// in the matrix of rights (`tests/access/matrix.txt`), or the tests fail.
pub fn routes() -> Routes {
    Routes::default()
        .get("/", sign_in::home)
        .get("/sign-in", sign_in::form)
        .post("/sign-in", sign_in::enter)
        .post("/sign-in/code", sign_in::prove)
        .get("/sign-in/provider", provider::ask)
        .get("/sign-in/provider/return", provider::hear)
        .post("/sign-out", sign_in::leave)
        .post("/language", language::choose)
        .get("/activate", people::activation)
        .post("/activate", people::activate)
        .get("/account", account::show)
        .post("/account/password", account::password)
        .post("/account/sessions/end", account::end_sessions)
        .post("/account/tokens", account::issue_token)
        .post("/account/tokens/revoke", account::revoke_token)
        .post("/account/stand-in", account::name_stand_in)
        .post("/account/stand-in/end", account::end_stand_in)
        .get("/account/second-factor", account::factor::show)
        .post("/account/second-factor/begin", account::factor::begin)
        .post("/account/second-factor/confirm", account::factor::confirm)
        .post("/account/second-factor/change", account::factor::change)
        .get("/people", people::list)
        .post("/people", people::add)
        .get("/people/new", people::blank)
        .get("/people/{id}", people::show)
        .post("/people/{id}", people::change)
        .post("/people/{id}/state", people::set_state)
        .post("/people/{id}/link", people::give_link)
        .post("/people/{id}/sessions/end", people::end_sessions)
        .post("/people/{id}/second-factor/reset", people::reset_factor)
        .post("/people/{id}/identity", people::identity::link)
        .post("/people/{id}/identity/remove", people::identity::unlink)
        .post("/people/{id}/stand-in", people::name_stand_in)
        .post("/people/{id}/stand-in/end", people::end_stand_in)
        .get("/audit", audit::list)
        .get("/audit.csv", audit::csv)
        .get("/person-data", person_data::show)
        .post("/person-data/report", person_data::report)
        .post("/person-data/breach", person_data::extent)
        .get("/board", board::show)
        .get("/intake", intake::blank)
        .post("/intake", intake::send)
        .get("/dossiers", dossiers::list)
        .post("/dossiers/search", dossiers::find)
        .get("/dossiers/{code}", dossier::show)
        .post("/dossiers/{code}/events", events::add)
        .post("/dossiers/{code}/person", dossier::reveal)
        .get("/dossiers/{code}/slip", slip::show)
        .get("/dossiers/{code}/apology", form_04::show)
        .get("/procedures", procedures::list)
        .get("/procedures/{code}", procedures::one)
        .get("/calendars", calendars::list)
        .post("/calendars", calendars::forms::close)
        .get("/calendars/new", calendars::forms::blank)
        .get("/calendars/import", calendars::forms::blank_notice)
        .post("/calendars/import", calendars::forms::hand_in)
        .get("/calendars/lich.ics", calendars::ical)
        .get("/calendars/{id}", calendars::decision::show)
        .get("/calendars/{id}/preview", calendars::preview::show)
        .post("/calendars/{id}/publish", calendars::decision::publish)
        .post("/calendars/{id}/withdraw", calendars::decision::withdraw)
        .post("/calendars/{id}/revoke", calendars::decision::revoke)
        .get("/rates", rates::show)
        .get("/rates/dossiers", rates::behind::show)
        .get("/outbox", outbox::list)
        .get("/outbox/{id}", outbox::letter)
        .get("/outbox/{id}/content", outbox::content)
        .get("/imports", imports::runs)
        .get("/imports/quarantine", imports::quarantine)
        .get("/imports/quarantine.csv", imports::quarantine_csv)
        .get("/imports/findings", imports::findings)
        .get("/imports/findings.csv", imports::findings_csv)
        .get("/tra-cuu", look_up::form)
        .post("/tra-cuu", look_up::find)
        .get("/cong-khai", published::show)
        .get("/cong-khai/qua-han", published::late::show)
        .get("/cong-khai/thu-tuc", procedures::public_list)
        .get("/cong-khai/thu-tuc/{code}", procedures::public_one)
}
