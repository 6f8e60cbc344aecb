//! Letters that wait, travel and have arrived.
//!
//! A letter is claimed in one transaction, spoken about outside of any, and its
//! outcome recorded in another under the token of the claim: whoever lost the
//! claim records nothing.

use jiff::SignedDuration;
use sqlx::FromRow;

use crate::db::{Result, Sql, Tx, sql};
use crate::domain::time::Moment;
use crate::seal::Sealed;

/// A letter to be put into the outbox.
#[derive(Clone, Debug)]
pub struct NewLetter<'a> {
    /// What makes it the same letter, however often it is written.
    pub dedupe_key: &'a str,
    pub kind: &'a str,
    pub unit: &'a str,
    pub recipient_id: Option<i64>,
    pub dossier_id: Option<i64>,
    /// Without personal data.
    pub subject: &'a str,
    pub sealed: &'a Sealed,
    /// By which letters to the same address are known as such.
    pub address_code: &'a [u8],
    pub message_id: &'a str,
    pub now: Moment,
}

/// Puts a letter in where it is not yet; says its id if it is new.
pub async fn put(tx: &mut Tx, new: &NewLetter<'_>) -> Result<Option<i64>> {
    tx.query(
        "insert into outbox (dedupe_key, kind, unit, recipient_id, dossier_id, subject, sealed, key_id, address_code,
            message_id, state, attempts, unknown_tries, next_try_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', 0, 0, $11, $11)
         on conflict (dedupe_key) do nothing
         returning id",
    )
    .bind(new.dedupe_key)
    .bind(new.kind)
    .bind(new.unit)
    .bind(new.recipient_id)
    .bind(new.dossier_id)
    .bind(new.subject)
    .bind(new.sealed.bytes.as_slice())
    .bind(new.sealed.key_id.as_str())
    .bind(new.address_code)
    .bind(new.message_id)
    .bind(new.now)
    .fetch_optional_scalar()
    .await
}

/// A claimed letter.
#[derive(Clone, Debug, FromRow)]
pub struct Claimed {
    pub id: i64,
    pub kind: String,
    pub dossier_id: Option<i64>,
    pub subject: String,
    pub sealed: Vec<u8>,
    pub key_id: String,
    pub message_id: String,
    pub attempts: i64,
    pub unknown_tries: i64,
    pub created_at: Moment,
}

// A letter whose sender's lease ran out is up for another try.
pub(super) const CLAIM: Sql = sql!(
    "update outbox set state = 'sending', token = $1, leased_until = $2, attempts = attempts + 1
     where id in (select id from outbox
                  where state in ('queued', 'sending') and next_try_at <= $3
                    and (state = 'queued' or leased_until <= $3)
                  order by next_try_at, id limit $4 ",
    postgres "for update skip locked",
    ") and sealed is not null
     returning id, kind, dossier_id, subject, sealed, key_id, message_id, attempts, unknown_tries, created_at"
);

/// Claims up to `limit` letters that are due, until `leased_until`.
pub async fn claim(
    tx: &mut Tx,
    token: &str,
    now: Moment,
    leased_until: Moment,
    limit: i64,
) -> Result<Vec<Claimed>> {
    tx.query(CLAIM).bind(token).bind(leased_until).bind(now).bind(limit).fetch_all().await
}

/// Whether a claimed letter may be spoken of to the relay now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It may, and this counts as a try.
    Now,
    /// The relay has had its letters of this minute.
    Later,
    /// The claim was lost to another sender.
    Lost,
}

/// Nodes that ask at once are told one after the other; SQLite has one writer anyway.
const IN_TURN: &str = "select pg_advisory_xact_lock(hashtext('dunghen.outbox.turn'))";

/// Asks for a claimed letter's turn: the relay gets at most `per_minute` letters in any minute.
///
/// A sender that was held up for longer than its lease learns here that the letter is another's.
pub async fn take_turn(tx: &mut Tx, id: i64, token: &str, now: Moment, per_minute: i64) -> Result<Turn> {
    if !tx.is_sqlite() {
        tx.query(IN_TURN).execute().await?;
    }
    let minute_ago = now.plus(SignedDuration::from_secs(-60));
    // What lies in the future is from before the clock was set back, and holds nobody up.
    let tried: i64 = tx
        .query("select count(*) from outbox where tried_at > $1 and tried_at <= $2")
        .bind(minute_ago)
        .bind(now)
        .fetch_scalar()
        .await?;
    if tried >= per_minute {
        return Ok(Turn::Later);
    }
    let is_mine = tx
        .query("update outbox set tried_at = $3 where id = $1 and token = $2 and state = 'sending'")
        .bind(id)
        .bind(token)
        .bind(now)
        .execute()
        .await?;
    Ok(if is_mine == 1 { Turn::Now } else { Turn::Lost })
}

/// What became of a claimed letter.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    pub state: &'a str,
    pub next_try_at: Moment,
    pub done_at: Option<Moment>,
    pub unknown_tries: i64,
    pub burns_attempt: bool,
    pub reply: &'a str,
}

/// Records the outcome if the claim still holds; says whether it did.
pub async fn record(tx: &mut Tx, id: i64, token: &str, verdict: &Verdict<'_>) -> Result<bool> {
    let recorded = tx
        .query(
            "update outbox set state = $3, next_try_at = $4, done_at = $5, unknown_tries = $6,
                attempts = attempts - (case when $7 then 0 else 1 end), last_reply = $8,
                token = null, leased_until = null
             where id = $1 and token = $2 and state = 'sending'",
        )
        .bind(id)
        .bind(token)
        .bind(verdict.state)
        .bind(verdict.next_try_at)
        .bind(verdict.done_at)
        .bind(verdict.unknown_tries)
        .bind(verdict.burns_attempt)
        .bind(verdict.reply)
        .execute()
        .await?;
    Ok(recorded == 1)
}

/// Puts claimed letters back as if they had never been claimed, but for the one in hand.
pub async fn give_back(tx: &mut Tx, token: &str, in_hand: Option<i64>) -> Result<u64> {
    tx.query(
        "update outbox set state = 'queued', attempts = attempts - 1, token = null, leased_until = null
         where token = $1 and state = 'sending' and id <> coalesce($2, 0)",
    )
    .bind(token)
    .bind(in_hand)
    .execute()
    .await
}

/// When the next letter is due, if one waits.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Moment>> {
    tx.query("select min(next_try_at) from outbox where state in ('queued', 'sending')").fetch_scalar().await
}

/// The letters that are under way, found by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct UnderWay {
    pub queued: i64,
    pub sending: i64,
    /// When the one that waits longest was due.
    pub oldest: Option<Moment>,
}

pub async fn under_way(tx: &mut Tx) -> Result<UnderWay> {
    tx.query(
        "select count(*) filter (where state = 'queued') as queued,
            count(*) filter (where state = 'sending') as sending, min(next_try_at) as oldest
         from outbox where state in ('queued', 'sending')",
    )
    .fetch_one()
    .await
}

/// A letter as the outbox page lists it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: i64,
    pub kind: String,
    pub unit: String,
    pub unit_name: String,
    pub recipient: Option<String>,
    pub code: Option<String>,
    pub subject: String,
    pub state: String,
    pub attempts: i64,
    pub created_at: Moment,
    pub next_try_at: Moment,
    pub done_at: Option<Moment>,
    pub last_reply: Option<String>,
    /// The last three letters to this address were refused for good.
    pub address_fails: bool,
}

macro_rules! columns {
    () => {
        "select o.id, o.kind, o.unit, u.name as unit_name, s.name as recipient, d.code, o.subject,
            o.state, o.attempts, o.created_at, o.next_try_at, o.done_at, o.last_reply,
            (select count(*) = 3 from (
                select f.state from outbox f where f.address_code = o.address_code and f.done_at is not null
                order by f.done_at desc, f.id desc limit 3
            ) as latest where latest.state = 'failed') as address_fails
         from outbox o join units u on u.code = o.unit
         left join staff s on s.id = o.recipient_id
         left join dossiers d on d.id = o.dossier_id "
    };
}

/// The newest before the cursor, along one index.
macro_rules! newest {
    ($which:expr) => {
        concat!("select l.id from outbox l where l.id < $3 and ", $which, " order by l.id desc limit $4")
    };
}

macro_rules! listed {
    ($newest:expr) => {
        concat!(
            columns!(),
            "where o.id in (select id from (",
            $newest,
            ") as newest) order by o.id desc limit $4"
        )
    };
}

// Unit by unit, so that a unit with few letters does not look through those of all.
macro_rules! listed_of_each {
    ($which:expr) => {
        Sql::per_engine(
            listed!(concat!(
                "select one.value as id from json_each($1) as u,
                    json_each((select json_group_array(id) from (",
                newest!(concat!("l.unit = u.value and ", $which)),
                "))) as one"
            )),
            listed!(concat!(
                "select one.id from jsonb_array_elements_text($1::jsonb) as u (value) cross join lateral (",
                newest!(concat!("l.unit = u.value and ", $which)),
                ") as one"
            )),
        )
    };
}

pub(super) const OF_UNITS: Sql = listed_of_each!("($2 is null or l.state = $2)");
pub(super) const EVERYWHERE: Sql = Sql::both(listed!(newest!("true")));
pub(super) const EVERYWHERE_IN_STATE: Sql = Sql::both(listed!(newest!("l.state = $2")));

/// Letters of the `units` (a JSON array of codes) or of all, in one state or in any, newest
/// first, before the letter `before`.
pub async fn list(
    tx: &mut Tx,
    units: Option<&str>,
    state: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let sql = match (units, state) {
        (Some(_), _) => OF_UNITS,
        (None, Some(_)) => EVERYWHERE_IN_STATE,
        (None, None) => EVERYWHERE,
    };
    tx.query(sql).bind(units).bind(state).bind(before.unwrap_or(i64::MAX)).bind(limit).fetch_all().await
}

/// One letter as a list shows it.
pub async fn one(tx: &mut Tx, id: i64) -> Result<Option<Listed>> {
    tx.query(concat!(columns!(), "where o.id = $1")).bind(id).fetch_optional().await
}

#[derive(FromRow)]
struct Content {
    unit: String,
    subject: String,
    sealed: Option<Vec<u8>>,
    key_id: String,
}

/// One letter's unit, subject and sealed content; the content is gone after its keeping time.
pub async fn content(tx: &mut Tx, id: i64) -> Result<Option<(String, String, Option<Sealed>)>> {
    let row: Option<Content> = tx
        .query("select unit, subject, sealed, key_id from outbox where id = $1")
        .bind(id)
        .fetch_optional()
        .await?;
    Ok(row.map(|row| {
        let sealed = row.sealed.map(|bytes| Sealed { bytes, key_id: row.key_id });
        (row.unit, row.subject, sealed)
    }))
}

/// Erases the bodies of letters that arrived before `before`.
pub async fn forget_bodies(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("update outbox set sealed = null where state = 'sent' and done_at < $1 and sealed is not null")
        .bind(before)
        .execute()
        .await
}

/// How many letters to a dossier's applicant still have their text.
pub async fn kept_for_applicant(tx: &mut Tx, dossier: i64) -> Result<i64> {
    tx.query(
        "select count(*) from outbox where dossier_id = $1 and recipient_id is null and sealed is not null",
    )
    .bind(dossier)
    .fetch_scalar()
    .await
}
