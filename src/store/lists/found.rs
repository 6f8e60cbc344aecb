//! Lists of dossiers that were found: by a code without its separators, by whole codes, by number.

use sqlx::types::Json;

use super::Listed;
use crate::db::{Result, Sql, Tx};
use crate::store::catalogue::is_everywhere;

/// As the index `dossiers_by_plain_code` has it.
macro_rules! plain {
    ($code:literal) => {
        concat!("upper(replace(replace(", $code, ", '.', ''), '-', ''))")
    };
}

// As in `by_code`, in the order of the other index.
macro_rules! by_plain_code {
    ($units:literal $collation:literal) => {
        concat!(
            columns!(),
            "where d.id in (select id from (select d.id from dossiers d
                where ",
            plain!("d.code"),
            $collation,
            " >= $12 and ",
            plain!("d.code"),
            $collation,
            " < $13
                and (",
            plain!("d.code"),
            $collation,
            ", d.id)
                    > (coalesce((select ",
            plain!("code"),
            $collation,
            " from dossiers where id = $6), ''), $6)
                and (not $16 or d.ended_at is null) and ",
            in_sight!($units),
            " and ",
            fits!(),
            " order by ",
            plain!("d.code"),
            $collation,
            ", d.id limit $7) as found)
             order by ",
            plain!("d.code"),
            $collation,
            ", d.id"
        )
    };
}

pub(in crate::store) const BY_PLAIN_CODE: Sql = Sql::per_engine(
    by_plain_code!("(select value from json_each($1))" ""),
    by_plain_code!("(select jsonb_array_elements_text($1::jsonb))" " collate \"C\""),
);

macro_rules! of_codes {
    ($codes:literal $units:literal) => {
        concat!(
            columns!(),
            "where d.code in ",
            $codes,
            " and ($3 or d.competent_unit in ",
            $units,
            " or d.receiving_unit in ",
            $units,
            " or d.holder_unit in ",
            $units,
            ") order by d.id desc limit $4"
        )
    };
}

pub(in crate::store) const OF_CODES: Sql = Sql::per_engine(
    of_codes!("(select value from json_each($2))" "(select value from json_each($1))"),
    of_codes!("(select jsonb_array_elements_text($2))" "(select jsonb_array_elements_text($1::jsonb))"),
);

/// Those of these codes that one of `units` has a part in, the last first.
pub async fn of_codes(tx: &mut Tx, units: &str, codes: &[String], limit: i64) -> Result<Vec<Listed>> {
    let everywhere = is_everywhere(tx, units).await?;
    tx.query(OF_CODES).bind(units).bind(Json(codes)).bind(everywhere).bind(limit).fetch_all().await
}

macro_rules! of_numbers {
    ($numbers:literal) => {
        concat!(columns!(), "where d.id in ", $numbers, " order by d.id desc")
    };
}

const OF_NUMBERS: Sql = Sql::per_engine(
    of_numbers!("(select value from json_each($1))"),
    of_numbers!("(select jsonb_array_elements_text($1)::bigint)"),
);

/// The dossiers of these numbers, the last first.
pub async fn of_numbers(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<Listed>> {
    tx.query(OF_NUMBERS).bind(Json(numbers)).fetch_all().await
}
