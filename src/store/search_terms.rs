//! The keyed index by which persons are found; what its terms give away, `seal::terms` says.
//!
//! No row here has a reference that the database checks: an applicant's row is never removed, and
//! nine checks at each intake would cost more than the rest of it.

use sqlx::FromRow;
use sqlx::types::Json;

use super::catalogue::is_everywhere;
use crate::db::{Result, Sql, Tx, sql};

/// More terms than this find nobody else.
pub const MOST_TERMS: usize = 4;

/// A person who has all the terms, sealed, and their dossier.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    pub applicant: i64,
    pub dossier: i64,
    pub sealed: Vec<u8>,
    pub key_id: String,
}

const COUNT: &str = "select count(*) from (select 1 from search_terms where term = $1 limit $2) as counted";

/// How many have this term, as far as anybody wants to know.
pub async fn count(tx: &mut Tx, term: i64, most: i64) -> Result<i64> {
    tx.query(COUNT).bind(term).bind(most).fetch_scalar().await
}

pub(super) const FLOOR: Sql = Sql::both(
    "select applicant_id from search_terms where term = $1 and applicant_id < $2
     order by applicant_id desc limit 1 offset $3",
);

/// How far down a walk over those who have this term goes that looks at so many; none where it
/// comes to the end.
pub async fn floor(tx: &mut Tx, term: i64, before: i64, looked_at: i64) -> Result<Option<i64>> {
    tx.query(FLOOR).bind(term).bind(before).bind(looked_at).fetch_optional_scalar().await
}

/// Those who have all the terms, the last to be taken in first.
macro_rules! having {
    ($units:literal $(, $name:literal $term:literal)*) => {
        concat!(
            "select a.id as applicant, d.id as dossier, a.sealed, a.key_id
             from search_terms t",
            $(" cross join search_terms ", $name,)*
            " cross join dossiers d cross join applicants a
             where t.term = $6 and t.applicant_id < $3 and t.applicant_id >= $4",
            $(" and ", $name, ".term = ", $term, " and ", $name, ".applicant_id = t.applicant_id and ",
                $name, ".applicant_id < $3 and ", $name, ".applicant_id >= $4",)*
            " and d.applicant_id = t.applicant_id and a.id = t.applicant_id and a.erased_at is null
             and ($2 or d.competent_unit in ", $units, " or d.receiving_unit in ", $units,
            " or d.holder_unit in ", $units, ")
             order by t.applicant_id desc limit $5"
        )
    };
}

macro_rules! having_on_both {
    ($($name:literal $term:literal),*) => {
        Sql::per_engine(
            having!("(select value from json_each($1))" $(, $name $term)*),
            having!("(select jsonb_array_elements_text($1::jsonb))" $(, $name $term)*),
        )
    };
}

pub(super) const HAVING: [Sql; MOST_TERMS] = [
    having_on_both!(),
    having_on_both!("t2" "$7"),
    having_on_both!("t2" "$7", "t3" "$8"),
    having_on_both!("t2" "$7", "t3" "$8", "t4" "$9"),
];

/// Where a walk goes: applicants with numbers from `floor` on and below `before`.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub before: i64,
    pub floor: i64,
}

/// Of a stretch those who have all `terms` and a dossier of one of `units`, the last first. The
/// first term is the one that fewest have.
pub async fn having(
    tx: &mut Tx,
    units: &str,
    terms: &[i64],
    stretch: Stretch,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let terms = &terms[..terms.len().min(MOST_TERMS)];
    let Some(last) = terms.len().checked_sub(1) else { return Ok(Vec::new()) };
    let everywhere = is_everywhere(tx, units).await?;
    let query = tx.query(HAVING[last]).bind(units).bind(everywhere);
    let query = query.bind(stretch.before).bind(stretch.floor).bind(limit);
    terms.iter().fold(query, |query, term| query.bind(*term)).fetch_all().await
}

/// Applicants taken in before there was an index, the last first.
pub async fn not_findable(tx: &mut Tx, limit: i64) -> Result<Vec<(i64, Vec<u8>, String)>> {
    tx.query(
        "select id, sealed, key_id from applicants where findable is null and erased_at is null
         order by id desc limit $1",
    )
    .bind(limit)
    .fetch_all()
    .await
}

const ADD: Sql = sql!(
    "insert into search_terms (term, applicant_id) select r.term, r.applicant_id from ",
    rows "$1" as r { term: integer, applicant_id: integer },
    " where true order by 1, 2 on conflict do nothing"
);

/// A term and whom it finds.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Row {
    pub term: i64,
    pub applicant_id: i64,
}

pub async fn add(tx: &mut Tx, rows: &[Row]) -> Result<()> {
    tx.query(ADD).bind(Json(rows)).execute().await.map(drop)
}

const MARK: Sql = sql!(
    "update applicants set findable = $2 where findable is null and id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)"
);

/// Notes of these applicants whether they can be found now.
pub async fn mark(tx: &mut Tx, applicants: &[i64], findable: bool) -> Result<()> {
    tx.query(MARK).bind(Json(applicants)).bind(i64::from(findable)).execute().await.map(drop)
}

const REMOVE: Sql = sql!(
    "delete from search_terms where applicant_id = $1 and term in (select ",
    sqlite "value from json_each($2))",
    postgres "jsonb_array_elements_text($2)::bigint)"
);

/// Takes the terms of an applicant away.
pub async fn remove(tx: &mut Tx, applicant: i64, terms: &[i64]) -> Result<()> {
    tx.query(REMOVE).bind(applicant).bind(Json(terms)).execute().await.map(drop)
}

/// Takes all terms of an applicant away whose terms are not known; reads the whole index.
pub async fn remove_all(tx: &mut Tx, applicant: i64) -> Result<()> {
    tx.query("delete from search_terms where applicant_id = $1").bind(applicant).execute().await.map(drop)
}
