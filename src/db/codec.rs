//! How the domain's time types look in each engine.
//!
//! SQLite keeps them as ISO 8601 text of fixed width, so that text order is time
//! order; PostgreSQL as `timestamptz` and `date`, in binary.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Type};

use crate::domain::time::{Day, Moment};

// By number: a name would cost each connection a look into the catalogue.
const TIMESTAMPTZ: Oid = Oid(1184);
const DATE: Oid = Oid(1082);

/// PostgreSQL counts from 2000-01-01, Unix from 1970-01-01.
const EPOCHS_APART_MICROS: i64 = 946_684_800_000_000;
const EPOCHS_APART_DAYS: i32 = 10_957;

impl Type<Sqlite> for Moment {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Moment {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.to_string(), buffer)
    }
}

impl Decode<'_, Sqlite> for Moment {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<Sqlite>>::decode(value)?.parse()?)
    }
}

impl Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl Encode<'_, Postgres> for Moment {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.micros() - EPOCHS_APART_MICROS, buffer)
    }
}

impl Decode<'_, Postgres> for Moment {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let micros = <i64 as Decode<Postgres>>::decode(binary(value)?)?;
        let micros = micros.checked_add(EPOCHS_APART_MICROS).ok_or("an infinite timestamp")?;
        Ok(Self::from_micros(micros)?)
    }
}

impl Type<Sqlite> for Day {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Day {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.to_string(), buffer)
    }
}

impl Decode<'_, Sqlite> for Day {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<Sqlite>>::decode(value)?.parse()?)
    }
}

impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(DATE)
    }
}

impl Encode<'_, Postgres> for Day {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.number() - EPOCHS_APART_DAYS, buffer)
    }
}

impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let days = <i32 as Decode<Postgres>>::decode(binary(value)?)?;
        let days = days.checked_add(EPOCHS_APART_DAYS).ok_or("an infinite date")?;
        Day::new(1970, 1, 1)?.plus(days).ok_or_else(|| "a date beyond the year 9999".into())
    }
}

/// Prepared statements always answer in binary; only the simple protocol speaks text.
fn binary(value: PgValueRef<'_>) -> Result<PgValueRef<'_>, BoxDynError> {
    match value.format() {
        PgValueFormat::Binary => Ok(value),
        PgValueFormat::Text => Err("times are read by prepared statements only".into()),
    }
}
