//! Alerts that were raised, each once under its unique key.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::alert::Alert;
use crate::domain::time::Moment;

/// Raises an alert for one recipient where it was not raised before; says its id if it is new.
pub async fn raise(
    tx: &mut Tx,
    dossier: i64,
    promise_no: i64,
    alert: &Alert,
    recipient: i64,
    now: Moment,
) -> Result<Option<i64>> {
    tx.query(
        "insert into alerts (dossier_id, promise_no, rule, level, recipient_id, since, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (dossier_id, promise_no, rule, level, recipient_id) do nothing
         returning id",
    )
    .bind(dossier)
    .bind(promise_no)
    .bind(alert.rule.id())
    .bind(i64::from(alert.level))
    .bind(recipient)
    .bind(alert.since)
    .bind(now)
    .fetch_optional_scalar()
    .await
}

/// Says by which letter an alert went out.
pub async fn tell(tx: &mut Tx, alert: i64, letter: i64) -> Result<()> {
    tx.query("update alerts set letter_id = $2 where id = $1").bind(alert).bind(letter).execute().await?;
    Ok(())
}

#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: i64,
    pub code: String,
    pub rule: String,
    pub level: i64,
    pub since: Moment,
    pub created_at: Moment,
    pub letter_id: Option<i64>,
}

/// A person's alerts, newest first, before the alert `before`.
pub async fn of_recipient(
    tx: &mut Tx,
    recipient: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Listed>> {
    tx.query(
        "select a.id, d.code, a.rule, a.level, a.since, a.created_at, a.letter_id
         from alerts a join dossiers d on d.id = a.dossier_id
         where a.recipient_id = $1 and ($2 is null or a.id < $2)
         order by a.id desc limit $3",
    )
    .bind(recipient)
    .bind(before)
    .bind(limit)
    .fetch_all()
    .await
}
