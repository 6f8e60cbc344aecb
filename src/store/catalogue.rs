//! Units and procedures as dossiers and reports name them.

use crate::db::{Result, Sql, Tx, sql};

/// Keeps a unit's name, as the configuration or an import gives it.
pub async fn keep_unit(
    tx: &mut Tx,
    code: &str,
    name: &str,
    kind: &str,
    parent: Option<&str>,
    source: Option<&str>,
) -> Result<()> {
    tx.query(
        "insert into units (code, name, kind, parent, source) values ($1, $2, $3, $4, $5)
         on conflict (code) do update set name = excluded.name, kind = excluded.kind, parent = excluded.parent",
    )
    .bind(code)
    .bind(name)
    .bind(kind)
    .bind(parent)
    .bind(source)
    .execute()
    .await?;
    Ok(())
}

/// Keeps a procedure version's name and field.
pub async fn keep_procedure(tx: &mut Tx, code: &str, version: i64, name: &str, field: &str) -> Result<()> {
    tx.query(
        "insert into procedures (code, version, name, field) values ($1, $2, $3, $4)
         on conflict (code, version) do update set name = excluded.name, field = excluded.field",
    )
    .bind(code)
    .bind(version)
    .bind(name)
    .bind(field)
    .execute()
    .await?;
    Ok(())
}

/// All units with their names and parents.
pub async fn units(tx: &mut Tx) -> Result<Vec<(String, String, Option<String>)>> {
    tx.query("select code, name, parent from units order by code").fetch_all().await
}

/// The units that an import made, for people who see the whole province.
pub async fn external_units(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    tx.query("select code, name from units where source is not null order by name").fetch_all().await
}

/// Every procedure's code with the name of its newest version.
pub async fn procedure_names(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    tx.query(
        "select p.code, p.name from procedures p
         where p.version = (select max(o.version) from procedures o where o.code = p.code) order by p.code",
    )
    .fetch_all()
    .await
}

const LEFT_OUT: Sql = sql!(
    "select exists (select 1 from units where code not in (select ",
    sqlite "value from json_each($1)))",
    postgres "jsonb_array_elements_text($1::jsonb)))"
);

/// Whether no unit is left out of these, so that nothing need be compared with them.
pub async fn is_everywhere(tx: &mut Tx, units: &str) -> Result<bool> {
    let left_out: bool = tx.query(LEFT_OUT).bind(units).fetch_scalar().await?;
    Ok(!left_out)
}
