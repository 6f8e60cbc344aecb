//! Intake.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::config::spoken;
use crate::db::Tx;
use crate::domain::deadline::Derivation;
use crate::domain::refusal::Refusal;
use crate::web::failure::{Failure, Problem, Result};
use crate::web::session::Caller;
use crate::work::desk::Desk;
use crate::work::intake::{self, NewDossier, Receipt};

/// What is filed: see [`NewDossier`].
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the request for the document; NewDossier reads it")]
pub struct IntakeBody {
    #[schema(example = "1.004873")]
    procedure: String,
    receiving_unit: String,
    /// `counter`, `online` or `post`.
    #[schema(example = "counter")]
    channel: String,
    applicant: ApplicantBody,
    #[schema(required = false)]
    components: Vec<String>,
    /// `counter` or `post`.
    #[schema(required = false, example = "counter")]
    return_method: String,
}

/// Who files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the request for the document; Applicant reads it")]
pub struct ApplicantBody {
    /// `citizen`, `business`, `state_agency` or `organisation`.
    #[schema(required = false, example = "citizen")]
    kind: String,
    name: String,
    identifier: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
}

/// The receipt: the promise and how it came about.
#[derive(Serialize, ToSchema)]
pub struct ReceiptBody {
    pub code: String,
    pub version: i64,
    pub state: String,
    pub registered_at: String,
    pub received_at: Option<String>,
    pub due_at: Option<String>,
    pub due_date: Option<String>,
    #[schema(value_type = Object)]
    pub derivation: Option<Derivation>,
}

impl ReceiptBody {
    fn of(app: &App, receipt: Receipt) -> Self {
        let province = app.province();
        let zone = province.zone();
        Self {
            code: receipt.code,
            version: receipt.version,
            state: receipt.state.id().to_owned(),
            registered_at: zone.rfc3339(receipt.registered_at),
            received_at: receipt.received_at.map(|at| zone.rfc3339(at)),
            due_at: receipt.promise.as_ref().map(|promise| zone.rfc3339(promise.due_at)),
            due_date: receipt.promise.as_ref().map(|promise| promise.due_on.to_string()),
            derivation: receipt.derivation,
        }
    }
}

/// Takes in a dossier and promises a date.
///
/// The same request under the same Idempotency-Key is answered with the same dossier.
#[utoipa::path(
    post, path = "/api/v1/dossiers", tag = "dossiers",
    request_body = IntakeBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")),
    responses(
        (status = 201, description = "Taken in", body = ReceiptBody),
        (status = 409, description = "The key was used for another request", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field can't be taken, or no lawful date can be given", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn receive(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<serde_json::Value>,
) -> Result<(StatusCode, Json<ReceiptBody>)> {
    let new = read(body)?;
    let key = idempotency_key(&headers)?;
    let receipt = take_in(&app, &caller, new, key).await?;
    Ok((StatusCode::CREATED, Json(ReceiptBody::of(&app, receipt))))
}

/// Reads a request and names what is wrong with it in the caller's words.
pub fn read<T: serde::de::DeserializeOwned>(body: serde_json::Value) -> Result<T> {
    serde_json::from_value(body).map_err(|error| {
        let said = error.to_string();
        Refusal::invalid(
            field_of(&said).to_owned(),
            format!("Dữ liệu gửi lên chưa đúng: {}.", spoken::vietnamese(&said)),
            format!("The request can't be read: {said}."),
        )
        .into()
    })
}

/// The field that is missing or not known, where the reader names one.
fn field_of(said: &str) -> &str {
    let named = ["missing field `", "unknown field `"].iter().find_map(|start| said.strip_prefix(start));
    named.and_then(|rest| rest.split_once('`')).map_or("body", |(field, _)| field)
}

/// The header's key, if there is one and it can be kept.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=200).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Refusal::invalid(
            "Idempotency-Key",
            "Idempotency-Key gồm 1 đến 200 ký tự ASCII.",
            "An Idempotency-Key has 1 to 200 ASCII characters.",
        )
        .into()
    })
}

/// Takes in; of two under one key at the same instant the second gets the first one's answer.
pub async fn take_in(app: &App, caller: &Caller, new: NewDossier, key: Option<String>) -> Result<Receipt> {
    let actor = caller.writer()?.clone();
    let attempt = async || {
        let deed = |desk: Desk| {
            let (actor, new, key) = (actor.clone(), new.clone(), key.clone());
            async move |tx: &mut Tx| intake::receive(tx, &desk, &actor, &new, key.as_deref()).await
        };
        app.write(deed).await
    };
    match attempt().await {
        Err(error) if key.is_some() && error.is_unique_violation() => attempt().await,
        outcome => outcome,
    }
    .map_err(Failure::from)
}
