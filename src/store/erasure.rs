//! Personal data whose time is over: which, and taking them away (S24).

use crate::db::{Result, Tx};
use crate::domain::time::{Day, Moment};

/// Why a letter went nowhere.
const NOT_SENT: &str = "hết thời hạn lưu dữ liệu của người nhận";

/// Where a walk over ended dossiers has got to.
pub type Cursor = (Day, i64);

/// A dossier whose time is over: the day on which it ended, itself, and its applicant, which one that
/// another system keeps has not here.
pub type Due = (Day, i64, Option<i64>);

/// Dossiers over since before `before` whose applicants' data, or words about them, are still there, in
/// the order in which they ended. Those with a result that nobody has fetched are not over. Of another
/// system's, only those that an apology or an exemption was written for here hold words.
pub async fn due(tx: &mut Tx, before: Day, after: Option<Cursor>, limit: i64) -> Result<Vec<Due>> {
    tx.query(
        "select d.ended_on, d.id, d.applicant_id
         from dossiers d left join applicants a on a.id = d.applicant_id
         where d.ended_on < $1 and d.state in ('returned', 'withdrawn', 'stopped', 'not_received')
            and ((a.id is not null and a.erased_at is null) or d.erased_version is distinct from d.version)
            and (d.applicant_id is not null or exists (select 1 from dossier_events e where e.dossier_id = d.id
                and e.kind in ('apology_issued', 'apology_delivered', 'exempted')))
            and ($2 is null or (d.ended_on, d.id) > ($2, $3))
         order by d.ended_on, d.id limit $4",
    )
    .bind(before)
    .bind(after.map(|(day, _)| day))
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all()
    .await
}

/// Takes an applicant's data away. The row stays, so that dossiers and figures stay whole.
pub async fn erase_applicant(tx: &mut Tx, applicant: i64, now: Moment) -> Result<()> {
    tx.query(
        "update applicants set sealed = $2, key_id = '', identifier_code = null, phone_code = null,
            erased_at = coalesce(erased_at, $3)
         where id = $1",
    )
    .bind(applicant)
    .bind(&[][..])
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Takes away what a dossier leads to its applicant by, and holds it as erased up to its present version.
pub async fn erase_traces(tx: &mut Tx, dossier: i64, now: Moment) -> Result<()> {
    // The letters to the applicant, with what they are known by; one that still waits is not sent any more.
    tx.query(
        "update outbox set sealed = null, address_code = null, token = null, leased_until = null,
            last_reply = case when state in ('queued', 'sending') then $3 end, done_at = coalesce(done_at, $2),
            state = case when state in ('queued', 'sending') then 'dead' else state end
         where dossier_id = $1 and recipient_id is null",
    )
    .bind(dossier)
    .bind(now)
    .bind(NOT_SENT)
    .execute()
    .await?;
    // What is written into the dossier after this is erased in its turn.
    tx.query("update dossiers set erased_version = version where id = $1").bind(dossier).execute().await?;
    // And what the request that filed the dossier hashed to.
    tx.query("delete from idempotency_keys where dossier_id = $1").bind(dossier).execute().await?;
    Ok(())
}
