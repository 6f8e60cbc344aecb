//! The quarantine and the findings, a page at a time.

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::front::Front;
use super::super::parts::{self, ROWS, escaped, html};
use super::sources;
use crate::app::App;
use crate::domain::staff::{Deed, Subject, may};
use crate::store::imports::Wanted;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::imports::{Filters, FindingView, Findings, Quarantine, QuarantineView, SourceFile};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::import::finding::Oddity;
use crate::work::import::record::Reason;
use crate::work::import::review;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    source: String,
    run: String,
    kind: String,
    after: Option<i64>,
}

impl Asked {
    /// The part of a list that is asked for. A run that is no number has nothing.
    pub(super) fn wanted(&self, limit: i64) -> Wanted {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Wanted {
            source: some(&self.source),
            run: some(&self.run).map(|run| run.parse().unwrap_or(0)),
            kind: some(&self.kind),
            after: self.after.unwrap_or(0),
            limit,
        }
    }

    fn address(&self, path: &str, after: Option<i64>) -> String {
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        let fields = [("source", &self.source), ("run", &self.run), ("kind", &self.kind), ("after", &after)];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<_> = filled.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// `ids` are the numbers of the rows on this page.
    fn filters(
        &self,
        desk: &Front,
        path: &'static str,
        names: &[String],
        kinds: Vec<Choice>,
        ids: impl ExactSizeIterator<Item = i64>,
    ) -> Filters {
        let full = i64::try_from(ids.len()).is_ok_and(|count| count == ROWS);
        let last = ids.last().filter(|_| full);
        Filters {
            path,
            sources: sources(desk, names, &self.source),
            kinds,
            run: self.run.clone(),
            csv: self.address(&format!("{path}.csv"), None),
            next: last.map(|last| self.address(path, Some(last))),
            first: self.after.map(|_| self.address(path, None)),
        }
    }
}

fn kinds(desk: &Front, all: impl Iterator<Item = (&'static str, String)>, chosen: &str) -> Vec<Choice> {
    let choices: Vec<Choice> = all.map(|(id, word)| Choice::new(id, word, id == chosen)).collect();
    let any = Choice::new("", desk.say("Mọi loại", "All kinds"), !choices.iter().any(|choice| choice.chosen));
    std::iter::once(any).chain(choices).collect()
}

/// `/imports/quarantine?source=&run=&kind=&after=`.
pub async fn quarantine(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let wanted = asked.wanted(ROWS);
    let (found, names) = app
        .db
        .read(async |tx| {
            let found = review::quarantine(tx, &desk, &caller.actor, &wanted).await?;
            Ok((found, review::sources(tx, &desk, &caller.actor).await?))
        })
        .await?;
    let reasons = Reason::ALL
        .into_iter()
        .map(|reason| (reason.id(), first_sentence(reason.said().to(desk.language()))));
    let filters = asked.filters(
        &desk,
        "/imports/quarantine",
        &names,
        kinds(&desk, reasons, &asked.kind),
        found.iter().map(|row| row.id),
    );
    let row = |row: crate::store::imports::Quarantined| QuarantineView {
        line: row.line,
        field: row.field,
        reason: desk.told(&review::reason(&row.reason)),
        file: SourceFile::new(row.file),
        source: row.source,
        run: row.run,
    };
    html(&Quarantine {
        shell: parts::shell(
            &desk,
            &caller,
            desk.say("Bản ghi bị cách ly", "Quarantined records"),
            Some(Place::Imports),
        ),
        filters,
        rows: found.into_iter().map(row).collect(),
    })
}

/// What is wrong, without what to do about it.
fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.').to_owned()
}

/// `/imports/findings?source=&run=&kind=&after=`.
pub async fn findings(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let wanted = asked.wanted(ROWS);
    let (found, names) = app
        .db
        .read(async |tx| {
            let found = review::findings(tx, &desk, &caller.actor, &wanted).await?;
            Ok((found, review::sources(tx, &desk, &caller.actor).await?))
        })
        .await?;
    let oddities = Oddity::all().map(|oddity| (oddity.id(), capital(oddity.said().to(desk.language()))));
    let filters = asked.filters(
        &desk,
        "/imports/findings",
        &names,
        kinds(&desk, oddities, &asked.kind),
        found.iter().map(|row| row.id),
    );
    // Who keeps the service running may see what an import met, but no dossier.
    let sees = may(&caller.actor, Deed::ViewProvince, Subject::Whole, &desk.province.units).is_ok();
    let row = |row: crate::store::imports::Found| {
        let (what, advice) = review::oddity(&row.kind);
        FindingView {
            href: sees.then(|| format!("/dossiers/{}", escaped(&row.code))),
            code: row.code,
            what: capital(what.to(desk.language())),
            field: Some(row.detail).filter(|detail| !detail.is_empty()),
            advice: desk.told(&advice),
            file: SourceFile::new(row.file),
            source: row.source,
            run: row.run,
        }
    };
    html(&Findings {
        shell: parts::shell(
            &desk,
            &caller,
            desk.say("Điểm cần rà soát", "Findings to check"),
            Some(Place::Imports),
        ),
        filters,
        rows: found.into_iter().map(row).collect(),
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
