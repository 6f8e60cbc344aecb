//! Late dossiers of a stretch of appointed days, as anyone may read of them: how many of each unit, what
//! was apologised for and why, and each by its code alone (LATE-19). Nothing here leads to an applicant.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::domain::time::{Day, Moment};

use super::FROM_DUE_TO_LATE;

/// Dossiers that were promised from `from` to `to`, both included, and were late or are at `now`.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub from: Day,
    pub to: Day,
    /// When the first of these days begins and the last one ends.
    pub begins: Moment,
    pub ends: Moment,
    pub now: Moment,
}

/// A unit's late dossiers and what became of the apologies for them; `unknown` are those of which
/// another system told, which does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct OfUnit {
    pub unit: String,
    pub name: String,
    pub late: i64,
    pub apologised: i64,
    pub exempt: i64,
    pub unknown: i64,
}

/// How many letters gave a reason.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OfReason {
    pub reason: String,
    pub letters: i64,
}

/// One late dossier: no name, phone, address or identifier.
#[derive(Clone, Debug, FromRow)]
pub struct Late {
    pub id: i64,
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub due_at: Moment,
    pub due_on: Day,
    pub state: String,
    pub issued_at: Option<Moment>,
    pub exempted_at: Option<Moment>,
    pub unknown: bool,
}

/// Where the page before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    pub due_on: Day,
    pub id: i64,
}

// What has ended and what is open, each along its own index.
macro_rules! late {
    () => {
        late!("")
    };
    ($of_those:literal) => {
        concat!(
            "from (select e.id from dossiers e
                where e.ended_on is not null and e.due_on >= $1 and e.due_on <= $2 and e.outcome = 'late'",
            $of_those,
            " union all
             select e.id from dossiers e
                where e.ended_at is null and e.urgency >= $3 and e.urgency < $4
                    and e.due_on >= $1 and e.due_on <= $2 and e.received_at is not null
                    and (e.late_before_stop or coalesce(e.stopped_at, $5) > e.urgency)",
            $of_those,
            ") as l
             join dossiers d on d.id = l.id
             left join obligations o on o.dossier_id = d.id "
        )
    };
}

// What was late before an import took effect has no obligation here: whoever told of it does not say.
macro_rules! is_unknown {
    () => {
        "(o.dossier_id is null and d.effects_from is not null and coalesce(d.late_from < d.effects_from, false))"
    };
}

const BY_UNIT: &str = concat!(
    "select d.competent_unit as unit, u.name, count(*) as late,
        count(*) filter (where o.issued_at is not null) as apologised,
        count(*) filter (where o.issued_at is null and o.exempted_at is not null) as exempt,
        count(*) filter (where ",
    is_unknown!(),
    ") as unknown ",
    late!(),
    "join units u on u.code = d.competent_unit
     group by d.competent_unit, u.name order by late desc, u.name, unit"
);

const BY_REASON: &str = concat!(
    "select o.reason, count(*) as letters ",
    late!(),
    "where o.issued_at is not null and o.reason is not null
     group by o.reason order by letters desc, o.reason"
);

const PAGE: &str = concat!(
    "select d.id, d.code, p.name as procedure, u.name as unit, d.due_at, d.due_on, d.state, o.issued_at,
        o.exempted_at, ",
    is_unknown!(),
    " as unknown ",
    // Those of earlier pages and of other units are left out before anything is joined to them.
    late!(
        " and ($6 is null or e.competent_unit = $6)
            and e.due_on >= $7 and (e.due_on > $7 or e.id > $8)"
    ),
    "join units u on u.code = d.competent_unit
     join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
     order by d.due_on, d.id limit $9"
);

pub(in crate::store) const LATE_PAGE: Sql = Sql::per_engine(PAGE, PAGE);

/// How many of each unit, the most first.
pub async fn by_unit(tx: &mut Tx, asked: &Asked) -> Result<Vec<OfUnit>> {
    let query = tx.query(BY_UNIT).bind(asked.from).bind(asked.to).bind(asked.begins);
    query.bind(asked.ends.plus(FROM_DUE_TO_LATE)).bind(asked.now).fetch_all().await
}

/// How many letters gave each reason, the most first.
pub async fn by_reason(tx: &mut Tx, asked: &Asked) -> Result<Vec<OfReason>> {
    let query = tx.query(BY_REASON).bind(asked.from).bind(asked.to).bind(asked.begins);
    query.bind(asked.ends.plus(FROM_DUE_TO_LATE)).bind(asked.now).fetch_all().await
}

/// A page of them, whoever was promised the soonest first.
pub async fn page(
    tx: &mut Tx,
    asked: &Asked,
    unit: Option<&str>,
    after: Option<Last>,
    limit: i64,
) -> Result<Vec<Late>> {
    let after = after.unwrap_or(Last { due_on: asked.from.previous().unwrap_or(asked.from), id: 0 });
    let query = tx.query(LATE_PAGE).bind(asked.from).bind(asked.to).bind(asked.begins);
    let query = query.bind(asked.ends.plus(FROM_DUE_TO_LATE)).bind(asked.now).bind(unit);
    query.bind(after.due_on).bind(after.id).bind(limit).fetch_all().await
}
