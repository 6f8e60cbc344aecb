//! Who works where and as what, through time.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Error, Result, Tx};
use crate::domain::duty::Duty;
use crate::domain::staff::{Role, StaffId};
use crate::domain::time::{Day, Moment};

/// One duty as it is kept.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub id: i64,
    pub staff_id: i64,
    pub unit: String,
    pub roles: Json<Vec<Role>>,
    pub from_on: Day,
    pub to_on: Option<Day>,
    pub stands_in_for: Option<i64>,
    pub noted_at: Moment,
}

impl Row {
    pub fn duty(&self) -> Result<Duty> {
        Ok(Duty {
            unit: self.unit.parse().map_err(|_| Error::corrupt("duties", "unit", self.id))?,
            roles: self.roles.0.clone(),
            from_on: self.from_on,
            to_on: self.to_on,
            stands_in_for: self.stands_in_for.map(StaffId),
        })
    }
}

/// A duty to be noted.
#[derive(Clone, Copy, Debug)]
pub struct NewDuty<'a> {
    pub staff_id: i64,
    pub unit: &'a str,
    pub roles: &'a [Role],
    pub from_on: Day,
    pub to_on: Option<Day>,
    pub stands_in_for: Option<i64>,
    pub noted_by: i64,
    pub now: Moment,
}

pub async fn insert(tx: &mut Tx, new: &NewDuty<'_>) -> Result<i64> {
    tx.query(
        "insert into duties (staff_id, unit, roles, from_on, to_on, stands_in_for, noted_by, noted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(new.staff_id)
    .bind(new.unit)
    .bind(Json(new.roles))
    .bind(new.from_on)
    .bind(new.to_on)
    .bind(new.stands_in_for)
    .bind(new.noted_by)
    .bind(new.now)
    .fetch_scalar()
    .await
}

/// One person's duties that are in force on a day.
pub async fn in_force(tx: &mut Tx, staff_id: i64, day: Day) -> Result<Vec<Row>> {
    tx.query(
        "select id, staff_id, unit, roles, from_on, to_on, stands_in_for, noted_at from duties
         where staff_id = $1 and from_on <= $2 and (to_on is null or to_on >= $2) and ended_at is null
         order by from_on, id",
    )
    .bind(staff_id)
    .bind(day)
    .fetch_all()
    .await
}

/// Everybody's duties that are in force on a day.
pub async fn all_in_force(tx: &mut Tx, day: Day) -> Result<Vec<Row>> {
    tx.query(
        "select id, staff_id, unit, roles, from_on, to_on, stands_in_for, noted_at from duties
         where from_on <= $1 and (to_on is null or to_on >= $1) and ended_at is null
         order by staff_id, from_on, id",
    )
    .bind(day)
    .fetch_all()
    .await
}

/// All that was noted of a person, and who stands in for them: the latest first.
pub async fn concerning(tx: &mut Tx, staff_id: i64) -> Result<Vec<Row>> {
    tx.query(
        "select id, staff_id, unit, roles, from_on, to_on, stands_in_for, noted_at from duties
         where (staff_id = $1 or stands_in_for = $1) and ended_at is null
         order by from_on desc, id desc limit 100",
    )
    .bind(staff_id)
    .fetch_all()
    .await
}

/// Takes a deputy's time back; says whether it was there. The row stays for the record. A term in one's own
/// right is none: it ends by another term alone.
pub async fn take_back(tx: &mut Tx, id: i64, concerning: i64, now: Moment) -> Result<bool> {
    let ended = tx
        .query(
            "update duties set ended_at = $3
             where id = $1 and (staff_id = $2 or stands_in_for = $2) and stands_in_for is not null
                and ended_at is null",
        )
        .bind(id)
        .bind(concerning)
        .bind(now)
        .execute()
        .await?;
    Ok(ended == 1)
}

/// Ends, from `day` on, that somebody stands in for this person or this person for somebody.
pub async fn end_standing_in(tx: &mut Tx, staff_id: i64, day: Day, now: Moment) -> Result<u64> {
    tx.query(
        "update duties set ended_at = $3
         where (staff_id = $1 or stands_in_for = $1) and stands_in_for is not null and ended_at is null
            and (to_on is null or to_on >= $2)",
    )
    .bind(staff_id)
    .bind(day)
    .bind(now)
    .execute()
    .await
}

/// Ends a person's terms that would go on from `day`, as a new one takes their place.
pub async fn end_terms(tx: &mut Tx, staff_id: i64, day: Day, now: Moment) -> Result<()> {
    tx.query(
        "update duties set ended_at = $3
         where staff_id = $1 and stands_in_for is null and ended_at is null
            and (to_on is null or to_on >= $2)",
    )
    .bind(staff_id)
    .bind(day)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}
