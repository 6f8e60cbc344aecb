//! The apologies of a period: how many of each unit came to what, and which they are.

use sqlx::FromRow;

use super::Listed;
use crate::db::{Result, Sql, Tx};
use crate::domain::time::Moment;

/// Obligations that came up from one instant to before another, of competent units.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub from: Moment,
    pub before: Moment,
    /// As a JSON array of codes; none for all.
    pub units: Option<&'a str>,
}

/// What became of a unit's obligations. Each is in one of the first five; `delivered` are those of the
/// first two whose receipt has come.
#[derive(Clone, Debug, FromRow)]
pub struct Counts {
    pub unit: String,
    pub in_advance: i64,
    pub afterwards: i64,
    pub unsent: i64,
    pub exempt: i64,
    pub closed: i64,
    pub delivered: i64,
}

macro_rules! of_period {
    ($units:literal) => {
        concat!("o.opened_at >= $2 and o.opened_at < $3 and ($1 is null or o.unit in ", $units, ")")
    };
}

macro_rules! counts {
    ($units:literal) => {
        concat!(
            "select o.unit as unit,
                count(*) filter (where o.issued_at is not null and coalesce(o.in_advance, false)) as in_advance,
                count(*) filter (where o.issued_at is not null and not coalesce(o.in_advance, false)) as afterwards,
                count(*) filter (where o.issued_at is null and o.exempted_at is null and o.closed_at is null)
                    as unsent,
                count(*) filter (where o.issued_at is null and o.exempted_at is not null) as exempt,
                count(*) filter (where o.issued_at is null and o.exempted_at is null and o.closed_at is not null)
                    as closed,
                count(*) filter (where o.issued_at is not null and o.delivered_at is not null) as delivered
             from obligations o where ",
            of_period!($units),
            " group by o.unit order by o.unit"
        )
    };
}

macro_rules! list {
    ($units:literal) => {
        concat!(
            "select o.dossier_id, d.code, o.unit, p.name as procedure_name, d.due_at, d.due_on, d.late_from,
                d.ended_at, o.opened_at, o.issued_at, o.in_advance, o.form_number, o.reason, o.delivered_at,
                o.exempted_at, o.closed_at
             from obligations o
             join dossiers d on d.id = o.dossier_id
             join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
             where ",
            of_period!($units),
            " order by o.opened_at, o.dossier_id"
        )
    };
}

pub(in crate::store) const COUNTS: Sql = Sql::per_engine(
    counts!("(select value from json_each($1))"),
    counts!("(select jsonb_array_elements_text($1::jsonb))"),
);
pub(in crate::store) const LIST: Sql = Sql::per_engine(
    list!("(select value from json_each($1))"),
    list!("(select jsonb_array_elements_text($1::jsonb))"),
);

/// How many of each unit came to what.
pub async fn counts(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<Counts>> {
    tx.query(COUNTS).bind(asked.units).bind(asked.from).bind(asked.before).fetch_all().await
}

/// Which they are, the oldest first.
pub async fn list(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<Listed>> {
    tx.query(LIST).bind(asked.units).bind(asked.from).bind(asked.before).fetch_all().await
}
