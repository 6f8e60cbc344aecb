//! What was taken over from other systems, what could not be, and what is odd in it.

mod export;
mod lists;

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::parts::{self, ROWS, escaped, html};
use crate::app::App;
use crate::store::imports::RunRow;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::imports::{Imports, RunView, SourceFile, Sums};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::import::review;

pub use export::{findings as findings_csv, quarantine as quarantine_csv};
pub use lists::{findings, quarantine};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    source: String,
    before: Option<i64>,
}

/// `/imports?source=&before=`.
pub async fn runs(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let source = Some(asked.source.as_str()).filter(|source| !source.is_empty());
    let (found, names) = app
        .db
        .read(async |tx| {
            let runs = review::runs(tx, &desk, &caller.actor, source, asked.before, ROWS).await?;
            Ok((runs, review::sources(tx, &desk, &caller.actor).await?))
        })
        .await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let last = found.last().filter(|_| full);
    html(&Imports {
        shell: parts::shell(&desk, &caller, desk.say("Dữ liệu nhập", "Imports"), Some(Place::Imports)),
        sources: sources(&desk, &names, &asked.source),
        next: last.map(|last| format!("/imports?source={}&before={}", escaped(&asked.source), last.id)),
        runs: found.into_iter().map(|run| view(&desk, run)).collect(),
    })
}

/// The sources to choose between, the first being all of them.
fn sources(desk: &Front, names: &[String], chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", desk.say("Mọi nguồn", "All sources"), !names.iter().any(|name| name == chosen));
    let each = names.iter().map(|name| Choice::new(name, desk.name(name), name == chosen));
    std::iter::once(all).chain(each).collect()
}

fn view(desk: &Front, run: RunRow) -> RunView {
    let sums = run.summary.filter(|_| run.finished_at.is_some()).map(|summary| {
        let sum = |key: &str| summary.0.get(key).map(ToString::to_string).unwrap_or_default();
        Sums {
            read: sum("read"),
            created: sum("created"),
            updated: sum("updated"),
            unchanged: sum("unchanged"),
            duplicates: sum("duplicates"),
            quarantined: sum("quarantined"),
            findings: sum("findings"),
        }
    });
    let started = parts::briefly(desk, run.started_at);
    RunView {
        number: run.id,
        source: run.source,
        file: SourceFile::new(run.file),
        actor: run.actor,
        started,
        sums,
    }
}
