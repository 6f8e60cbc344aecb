//! The same lists as CSV for a spreadsheet, sent while they are read, however long they are.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use super::lists::Asked;
use crate::app::App;
use crate::db;
use crate::domain::staff::Deed;
use crate::store::imports::Wanted;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::work::audit_log;
use crate::work::import::review;
use crate::work::report::csv;

/// Rows that are read and sent at once.
const PAGE: i64 = 1_000;

#[derive(Clone, Copy)]
enum List {
    Quarantine,
    Findings,
}

/// `/imports/quarantine.csv`.
pub async fn quarantine(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    send(app, caller, &asked, List::Quarantine).await
}

/// `/imports/findings.csv`.
pub async fn findings(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    send(app, caller, &asked, List::Findings).await
}

async fn send(app: App, caller: Caller, asked: &Asked, list: List) -> Result<Response> {
    // Asked before the answer has begun: afterwards no refusal could be said any more.
    app.desk().allow_whole(&caller.actor, Deed::Import)?;
    let (name, header) = match list {
        List::Quarantine => {
            ("cach-ly", &["source", "run", "file", "line", "column", "reason", "what_to_do"][..])
        }
        List::Findings => (
            "ra-soat",
            &["source", "run", "file", "code", "column", "finding", "explanation", "what_to_do"][..],
        ),
    };
    let (desk, actor) = (app.desk(), caller.actor.clone());
    app.db.write(async move |tx| audit_log::exported(tx, &desk, &actor, name).await).await?;
    let mut first = String::from(csv::BYTE_ORDER_MARK);
    csv::line(&mut first, header.iter().map(ToString::to_string));
    let wanted = Wanted { after: 0, ..asked.wanted(PAGE) };
    let state = Some((first, Some(wanted), app, Arc::new(caller)));
    let pieces = stream::try_unfold(state, move |state| async move {
        let Some((text, wanted, app, caller)) = state else { return Ok::<_, db::Error>(None) };
        let next = match wanted {
            None => None,
            Some(wanted) => {
                let (more, after) = page(&app, &caller, &wanted, list).await?;
                let wanted = after.map(|after| Wanted { after, ..wanted });
                Some((more, wanted, app, caller))
            }
        };
        Ok(Some((Bytes::from(text), next)))
    });
    let file = format!("attachment; filename=\"dung-hen-{name}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, file)];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// One page of lines, and after which number the next one begins.
async fn page(app: &App, caller: &Caller, wanted: &Wanted, list: List) -> db::Result<(String, Option<i64>)> {
    let (desk, actor, language) = (app.desk(), &caller.actor, caller.reader.language);
    let mut text = String::new();
    let (count, last) = match list {
        List::Quarantine => {
            let rows = app.db.read(async |tx| review::quarantine(tx, &desk, actor, wanted).await).await?;
            for row in &rows {
                let said = review::reason(&row.reason);
                let (run, line) = (row.run.to_string(), row.line.to_string());
                let column = row.field.as_deref().unwrap_or_default();
                let cells = [&row.source, &run, &row.file, &line, column, &row.reason, said.to(language)];
                csv::line(&mut text, cells.map(str::to_owned));
            }
            (rows.len(), rows.last().map(|row| row.id))
        }
        List::Findings => {
            let rows = app.db.read(async |tx| review::findings(tx, &desk, actor, wanted).await).await?;
            for row in &rows {
                let (what, advice) = review::oddity(&row.kind);
                let run = row.run.to_string();
                let cells = [
                    &row.source,
                    &run,
                    &row.file,
                    &row.code,
                    &row.detail,
                    &row.kind,
                    what.to(language),
                    advice.to(language),
                ];
                csv::line(&mut text, cells.map(str::to_owned));
            }
            (rows.len(), rows.last().map(|row| row.id))
        }
    };
    let full = i64::try_from(count).is_ok_and(|count| count == wanted.limit);
    Ok((text, last.filter(|_| full)))
}
