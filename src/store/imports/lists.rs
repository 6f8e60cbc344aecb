//! What imports did and could not do, page by page, for those who put it right.

use crate::db::Query;

use super::{FromRow, Json, Moment, Result, Serialize, Tx};

/// A run of `dunghen import`.
#[derive(Clone, Debug, FromRow)]
pub struct RunRow {
    pub id: i64,
    pub source: String,
    pub file: String,
    pub actor: String,
    pub started_at: Moment,
    /// None while it goes on, and where it broke off.
    pub finished_at: Option<Moment>,
    pub summary: Option<Json<serde_json::Value>>,
}

/// The runs before number `before`, newest first.
pub async fn runs(tx: &mut Tx, source: Option<&str>, before: Option<i64>, limit: i64) -> Result<Vec<RunRow>> {
    tx.query(
        "select b.id, b.source, b.file, s.name as actor, b.started_at, b.finished_at, b.summary
         from import_batches b join staff s on s.id = b.actor_id
         where ($1 is null or b.source = $1) and ($2 is null or b.id < $2)
         order by b.id desc limit $3",
    )
    .bind(source)
    .bind(before)
    .bind(limit)
    .fetch_all()
    .await
}

/// The names of all sources that anything was ever taken over from.
pub async fn sources(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        tx.query("select distinct source from import_batches order by source").fetch_all().await?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

/// Which part of a list is wanted; everything where nothing is named.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub source: Option<String>,
    /// The run that met it last.
    pub run: Option<i64>,
    /// A reason of quarantine, or a kind of finding.
    pub kind: Option<String>,
    /// Only what has a greater number.
    pub after: i64,
    pub limit: i64,
}

impl Wanted {
    /// Binds the five parameters of a list.
    fn bind<'t>(&self, page: Query<'t>) -> Query<'t> {
        page.bind(self.source.as_deref())
            .bind(self.run)
            .bind(self.kind.as_deref())
            .bind(self.after)
            .bind(self.limit)
    }
}

/// A record in quarantine, and the file it came in.
#[derive(Clone, Debug, FromRow, Serialize)]
pub struct Quarantined {
    pub id: i64,
    pub source: String,
    pub run: i64,
    pub file: String,
    pub line: i64,
    pub field: Option<String>,
    pub reason: String,
}

/// A page of the quarantine, oldest first.
pub async fn quarantined(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Quarantined>> {
    let page = tx.query(
        "select q.id, q.source, q.batch as run, b.file, q.line, q.field, q.reason
         from import_quarantine q join import_batches b on b.id = q.batch
         where q.id > $4 and ($1 is null or q.source = $1) and ($2 is null or q.batch = $2)
            and ($3 is null or q.reason = $3)
         order by q.id limit $5",
    );
    wanted.bind(page).fetch_all().await
}

/// Something odd about an imported dossier, and the run that met it.
#[derive(Clone, Debug, FromRow, Serialize)]
pub struct Found {
    pub id: i64,
    pub source: String,
    pub run: i64,
    pub file: String,
    pub code: String,
    pub kind: String,
    /// The column at fault, where there is one.
    pub detail: String,
}

/// A page of the findings, oldest first.
pub async fn found(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Found>> {
    let page = tx.query(
        "select f.id, f.source, f.batch as run, b.file, f.code, f.kind, f.detail
         from import_findings f join import_batches b on b.id = f.batch
         where f.id > $4 and ($1 is null or f.source = $1) and ($2 is null or f.batch = $2)
            and ($3 is null or f.kind = $3)
         order by f.id limit $5",
    );
    wanted.bind(page).fetch_all().await
}
