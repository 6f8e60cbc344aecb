//! An applicant in full, for a purpose that is put on record.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::intake::read;
use super::shapes::name;
use crate::app::App;
use crate::domain::applicant::Applicant;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::person::{self, Purpose};

/// Why the applicant's data are needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealBody {
    /// `contact`, `check` or `complaint`.
    #[schema(example = "contact")]
    pub purpose: String,
}

/// Who filed, in full.
#[derive(Serialize, ToSchema)]
pub struct ApplicantShape {
    pub kind: String,
    pub name: String,
    pub identifier: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
}

impl From<Applicant> for ApplicantShape {
    fn from(applicant: Applicant) -> Self {
        let Applicant { kind, name: own, identifier, phone, email, address } = applicant;
        Self { kind: name(&kind), name: own, identifier, phone, email, address }
    }
}

/// Shows the applicant in full and puts on record who asked and why (DATA-06).
///
/// Null where a dossier has none, or their data were erased.
#[utoipa::path(
    post, path = "/api/v1/dossiers/{code}/applicant", tag = "dossiers",
    params(("code" = String, Path, description = "The dossier's code")),
    request_body = RevealBody,
    responses(
        (status = 200, description = "The applicant", body = Option<ApplicantShape>),
        (status = 403, description = "Not for this role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "None that the caller may see", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No such purpose", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reveal(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<Option<ApplicantShape>>> {
    let body: RevealBody = read(body)?;
    let (desk, actor, purpose) = (app.desk(), caller.actor, Purpose::chosen(&body.purpose)?);
    let deed = async move |tx: &mut crate::db::Tx| {
        person::reveal(tx, &desk, &actor, &code, purpose).await.map(|(_, found)| found)
    };
    Ok(Json(app.db.write(deed).await?.map(ApplicantShape::from)))
}
