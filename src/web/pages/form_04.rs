//! Form 04 to print, for an applicant who reads no mail: who may see the applicant in full may
//! print it, and that is on record (DATA-06).

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Html;

use super::parts;
use crate::app::App;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::work::form_04;
use crate::work::post::unwritten;

/// The sheet carries its own style and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/dossiers/{code}/apology`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Html<String>)> {
    let (desk, actor) = (app.desk(), caller.actor.clone());
    let back = format!("/dossiers/{}", parts::escaped(&code));
    let deed = async move |tx: &mut crate::db::Tx| form_04::on_paper(tx, &desk, &actor, &code).await;
    let letter = app.db.write(deed).await?;
    Ok(([(CONTENT_SECURITY_POLICY, POLICY)], Html(letter.print(&back).map_err(unwritten)?)))
}
