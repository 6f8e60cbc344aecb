//! Apologies owed: one row per late dossier, whoever sees it first (LATE-16).

pub mod period;

use sqlx::FromRow;

use super::catalogue::is_everywhere;
use crate::db::{Result, Sql, Tx};
use crate::domain::apology::ObligationState;
use crate::domain::time::{Day, Moment};

/// Opens the obligation where there is none yet; says whether it did.
pub async fn open(tx: &mut Tx, dossier: i64, unit: &str, at: Moment) -> Result<bool> {
    let opened = tx
        .query(
            "insert into obligations (dossier_id, unit, opened_at) values ($1, $2, $3)
             on conflict (dossier_id) do nothing",
        )
        .bind(dossier)
        .bind(unit)
        .bind(at)
        .execute()
        .await?;
    Ok(opened == 1)
}

/// Records form 04. The form's number is unique.
pub async fn issue(
    tx: &mut Tx,
    dossier: i64,
    at: Moment,
    in_advance: bool,
    number: &str,
    reason: &str,
) -> Result<()> {
    tx.query(
        "update obligations set issued_at = $2, in_advance = $3, form_number = $4, reason = $5
         where dossier_id = $1 and issued_at is null",
    )
    .bind(dossier)
    .bind(at)
    .bind(in_advance)
    .bind(number)
    .bind(reason)
    .execute()
    .await?;
    Ok(())
}

/// Whether a form 04 of this number exists.
pub async fn has_number(tx: &mut Tx, number: &str) -> Result<bool> {
    let found: Option<i64> = tx
        .query("select dossier_id from obligations where form_number = $1")
        .bind(number)
        .fetch_optional_scalar()
        .await?;
    Ok(found.is_some())
}

pub async fn deliver(tx: &mut Tx, dossier: i64, at: Moment) -> Result<()> {
    tx.query("update obligations set delivered_at = $2 where dossier_id = $1 and delivered_at is null")
        .bind(dossier)
        .bind(at)
        .execute()
        .await?;
    Ok(())
}

pub async fn exempt(tx: &mut Tx, dossier: i64, at: Moment) -> Result<()> {
    tx.query("update obligations set exempted_at = $2 where dossier_id = $1 and exempted_at is null")
        .bind(dossier)
        .bind(at)
        .execute()
        .await?;
    Ok(())
}

/// Takes back the end of an obligation whose dossier was not settled on time after all.
pub async fn reopen(tx: &mut Tx, dossier: i64) -> Result<()> {
    tx.query("update obligations set closed_at = null where dossier_id = $1 and closed_at is not null")
        .bind(dossier)
        .execute()
        .await?;
    Ok(())
}

/// Ends an obligation whose dossier was settled on time after all.
pub async fn close(tx: &mut Tx, dossier: i64, at: Moment) -> Result<()> {
    tx.query(
        "update obligations set closed_at = $2
         where dossier_id = $1 and closed_at is null and delivered_at is null",
    )
    .bind(dossier)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

macro_rules! unsent {
    () => {
        "o.issued_at is null and o.exempted_at is null and o.closed_at is null"
    };
}

macro_rules! count_unsent {
    ($units:literal) => {
        concat!("select count(*) from obligations o where o.unit in ", $units, " and ", unsent!())
    };
}

pub(super) const COUNT_UNSENT: Sql = Sql::per_engine(
    count_unsent!("(select value from json_each($1))"),
    count_unsent!("(select jsonb_array_elements_text($1::jsonb))"),
);

/// For how many dossiers a letter is owed and did not go out, and since when the oldest is.
pub async fn owed(tx: &mut Tx) -> Result<(i64, Option<Moment>)> {
    tx.query(
        "select count(*), min(opened_at) from obligations
         where issued_at is null and exempted_at is null and closed_at is null",
    )
    .fetch_one()
    .await
}

/// For how many of the `units`' dossiers a letter is owed and did not go out.
pub async fn count_unsent(tx: &mut Tx, units: &str) -> Result<i64> {
    tx.query(COUNT_UNSENT).bind(units).fetch_scalar().await
}

/// One obligation with what a list shows of its dossier.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub dossier_id: i64,
    pub code: String,
    pub unit: String,
    pub procedure_name: String,
    pub due_at: Option<Moment>,
    pub due_on: Option<Day>,
    pub late_from: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub opened_at: Moment,
    pub issued_at: Option<Moment>,
    pub in_advance: Option<bool>,
    pub form_number: Option<String>,
    pub reason: Option<String>,
    pub delivered_at: Option<Moment>,
    pub exempted_at: Option<Moment>,
    pub closed_at: Option<Moment>,
}

impl Listed {
    /// The state of an obligation that exists (domain section 6.1).
    #[must_use]
    pub fn state(&self) -> ObligationState {
        if self.exempted_at.is_some() {
            ObligationState::Exempt
        } else if self.delivered_at.is_some() {
            ObligationState::Delivered
        } else if self.closed_at.is_some() {
            ObligationState::Closed
        } else if self.issued_at.is_none() {
            ObligationState::OwedOverdue
        } else if self.in_advance == Some(true) {
            ObligationState::IssuedInAdvance
        } else {
            ObligationState::IssuedLate
        }
    }
}

/// The first after the cursor, along one index.
macro_rules! first {
    ($which:expr) => {
        concat!(
            "select o.opened_at, o.dossier_id from obligations o
             where (o.opened_at, o.dossier_id) > ($2, $3) and ",
            $which,
            " order by o.opened_at, o.dossier_id limit $4"
        )
    };
}

/// The same for each of the units.
macro_rules! first_of_each {
    (sqlite $which:expr) => {
        concat!(
            "select o.opened_at, o.dossier_id from json_each($1) as u,
                json_each((select json_group_array(dossier_id) from (",
            first!(concat!("o.unit = u.value and ", $which)),
            "))) as one cross join obligations o where o.dossier_id = one.value"
        )
    };
    (postgres $which:expr) => {
        concat!(
            "select one.opened_at, one.dossier_id from jsonb_array_elements_text($1::jsonb) as u (value)
                cross join lateral (",
            first!(concat!("o.unit = u.value and ", $which)),
            ") as one"
        )
    };
}

macro_rules! listed {
    ($first:expr) => {
        concat!(
            "select o.dossier_id, d.code, o.unit, p.name as procedure_name, d.due_at, d.due_on, d.late_from, d.ended_at,
                o.opened_at, o.issued_at, o.in_advance, o.form_number, o.reason, o.delivered_at, o.exempted_at,
                o.closed_at
             from (select dossier_id from (",
            $first,
            ") as firsts order by opened_at, dossier_id limit $4) as chosen
             join obligations o on o.dossier_id = chosen.dossier_id
             join dossiers d on d.id = o.dossier_id
             join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
             order by o.opened_at, o.dossier_id"
        )
    };
}

macro_rules! listed_of_each {
    ($which:expr) => {
        Sql::per_engine(listed!(first_of_each!(sqlite $which)), listed!(first_of_each!(postgres $which)))
    };
}

pub(super) const UNSENT: Sql = listed_of_each!(unsent!());
pub(super) const ALL: Sql = listed_of_each!("true");
pub(super) const UNSENT_EVERYWHERE: Sql = Sql::both(listed!(first!(unsent!())));
pub(super) const ALL_EVERYWHERE: Sql = Sql::both(listed!(first!("true")));

/// Obligations of the `units` (a JSON array of codes), oldest first, after `after`;
/// with `unsent` only those for which no letter went out.
pub async fn list(
    tx: &mut Tx,
    units: &str,
    unsent: bool,
    after: Option<(Moment, i64)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (opened_at, dossier) = after.unwrap_or((Moment::EPOCH, 0));
    let sql = match (is_everywhere(tx, units).await?, unsent) {
        (false, true) => UNSENT,
        (false, false) => ALL,
        (true, true) => UNSENT_EVERYWHERE,
        (true, false) => ALL_EVERYWHERE,
    };
    tx.query(sql).bind(units).bind(opened_at).bind(dossier).bind(limit).fetch_all().await
}
