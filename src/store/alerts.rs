//! Alerts as their recipients read them.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

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
