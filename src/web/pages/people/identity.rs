//! The part of an account's page that says who its owner is at the identity provider.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::again;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::time::Moment;
use crate::store::identities;
use crate::web::entrance::{self, Origin};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::pages::parts;
use crate::web::session::Caller;
use crate::web::views::parts::Field;
use crate::web::views::people::Identity;
use crate::work::identity as work;

/// Since when the account is linked to the provider that this service has.
pub(super) async fn linked_at(tx: &mut Tx, app: &App, id: i64) -> db::Result<Option<Moment>> {
    match &app.provider {
        Some(provider) => identities::linked_at(tx, id, provider.issuer()).await,
        None => Ok(None),
    }
}

/// What the page shows of it; nothing where there is no provider.
pub(super) fn shown(
    app: &App,
    desk: &Front,
    linked_at: Option<Moment>,
    error: Option<String>,
) -> Option<Identity> {
    let provider = app.provider.as_ref()?;
    Some(Identity {
        issuer: provider.issuer().to_owned(),
        since: linked_at.map(|at| parts::at(desk, at)),
        subject: Field { value: String::new(), error },
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    subject: String,
    /// The administrator's own password once more, or a code.
    #[serde(default)]
    current: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    #[serde(default)]
    csrf: String,
}

/// `POST /people/{id}/identity`.
pub async fn link(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response> {
    let wanted = Wanted::Linked { subject: given.subject, proof: given.current };
    change(&app, &caller, &origin, id, &given.csrf, wanted).await
}

/// `POST /people/{id}/identity/remove`.
pub async fn unlink(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(pressed): Form<Pressed>,
) -> Result<Response> {
    change(&app, &caller, &origin, id, &pressed.csrf, Wanted::Unlinked).await
}

/// What the account is to be.
enum Wanted {
    /// Known to the provider by this name; a new way in, for which its maker proves to be themselves.
    Linked {
        subject: String,
        proof: String,
    },
    Unlinked,
}

async fn change(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    id: i64,
    csrf: &str,
    wanted: Wanted,
) -> Result<Response> {
    caller.check_form(csrf)?;
    let actor = caller.writer()?.clone();
    let desk = Front::of(app, &caller.reader);
    desk.allow_whole(&actor, crate::domain::staff::Deed::ManagePeople)?;
    let issuer = app.provider.as_ref().map(|provider| provider.issuer().to_owned());
    let issuer = issuer.ok_or_else(work::no_provider)?;
    let (subject, done) = match wanted {
        Wanted::Linked { subject, proof } => {
            if let Err(failure) = entrance::prove_again(app, caller, origin, proof).await {
                return again(app, caller, id, None, failure).await;
            }
            (Some(subject), "identity")
        }
        Wanted::Unlinked => (None, "identity_removed"),
    };
    let deed = async move |tx: &mut Tx| match &subject {
        Some(subject) => work::link(tx, &desk, &actor, id, &issuer, subject).await,
        None => work::unlink(tx, &desk, &actor, id, &issuer).await,
    };
    match app.db.write(deed).await {
        Ok(_) => Ok(Redirect::to(&format!("/people/{id}?done={done}")).into_response()),
        Err(error) => again(app, caller, id, None, error.into()).await,
    }
}
