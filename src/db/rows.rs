//! Texts of statements: where the engines part, and many rows in one parameter.

use std::fmt::Display;

use serde::Serializer;

/// The text of a statement for both engines, put together when the program is built.
///
/// A clause that only one engine knows, or that each spells in its own way:
///
/// ```
/// use dunghen::db::{Sql, sql};
/// const CLAIM: Sql = sql!("select id from outbox limit $1", postgres " for update skip locked");
/// const MATCH: Sql = sql!("select id from t where ", sqlite "a match $1", postgres "a @@ to_tsquery($1)");
/// ```
///
/// Thousands of rows at once, from one parameter that is bound as `Json(&rows)`; `r` names them.
/// Of an inner type `json`, the whole value is taken.
///
/// ```
/// use dunghen::db::{Sql, sql};
/// const ADD: Sql = sql!(
///     "insert into line (id, name, at) select r.id, r.name, r.at from ",
///     rows "$1" as r { id: integer, name: text, at: moment },
///     " where true on conflict do nothing"
/// );
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __dunghen_sql {
    ($($part:tt)+) => {
        $crate::db::Sql::per_engine(
            $crate::__dunghen_sql_for!(sqlite [] $($part)+),
            $crate::__dunghen_sql_for!(postgres [] $($part)+),
        )
    };
}
pub use crate::__dunghen_sql as sql;

#[doc(hidden)]
#[macro_export]
macro_rules! __dunghen_sql_for {
    ($engine:ident [$($done:tt)*]) => { concat!($($done)*) };
    ($engine:ident [$($done:tt)*] , $($rest:tt)*) => {
        $crate::__dunghen_sql_for!($engine [$($done)*] $($rest)*)
    };
    ($engine:ident [$($done:tt)*] $text:literal $($rest:tt)*) => {
        $crate::__dunghen_sql_for!($engine [$($done)* $text,] $($rest)*)
    };
    (sqlite [$($done:tt)*] sqlite $text:literal $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(sqlite [$($done)* $text,] $($rest)*)
    };
    (sqlite [$($done:tt)*] postgres $text:literal $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(sqlite [$($done)*] $($rest)*)
    };
    (postgres [$($done:tt)*] sqlite $text:literal $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(postgres [$($done)*] $($rest)*)
    };
    (postgres [$($done:tt)*] postgres $text:literal $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(postgres [$($done)* $text,] $($rest)*)
    };
    (sqlite [$($done:tt)*] rows $from:literal as $row:ident
        { $first:ident : $kind:ident $(, $name:ident : $next:ident)* $(,)? } $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(sqlite [$($done)*
            "(select ", $crate::__dunghen_sql_column!(sqlite $first $kind),
            $(", ", $crate::__dunghen_sql_column!(sqlite $name $next),)*
            " from jsonb_each(", $from, ")) as ", stringify!($row),
        ] $($rest)*)
    };
    (postgres [$($done:tt)*] rows $from:literal as $row:ident
        { $first:ident : $kind:ident $(, $name:ident : $next:ident)* $(,)? } $($rest:tt)*) => {
        $crate::__dunghen_sql_for!(postgres [$($done)*
            "jsonb_to_recordset(", $from, ") as ", stringify!($row), " (",
            $crate::__dunghen_sql_column!(postgres $first $kind),
            $(", ", $crate::__dunghen_sql_column!(postgres $name $next),)* ")",
        ] $($rest)*)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __dunghen_sql_column {
    (sqlite $name:ident json) => {
        concat!("value -> '", stringify!($name), "' as ", stringify!($name))
    };
    (sqlite $name:ident $kind:ident) => {
        concat!("value ->> '", stringify!($name), "' as ", stringify!($name))
    };
    (postgres $name:ident integer) => {
        concat!(stringify!($name), " bigint")
    };
    (postgres $name:ident text) => {
        concat!(stringify!($name), " text")
    };
    (postgres $name:ident boolean) => {
        concat!(stringify!($name), " boolean")
    };
    (postgres $name:ident moment) => {
        concat!(stringify!($name), " timestamptz")
    };
    (postgres $name:ident day) => {
        concat!(stringify!($name), " date")
    };
    (postgres $name:ident json) => {
        concat!(stringify!($name), " jsonb")
    };
}

/// How a [`Moment`](crate::domain::time::Moment) goes into such rows:
/// `#[serde(serialize_with = "as_text")]`, by [`AsText`] also for an `Option`.
///
/// # Errors
/// Those of the serializer.
pub fn as_text<S: Serializer>(value: &impl AsText, serializer: S) -> Result<S::Ok, S::Error> {
    match value.text() {
        Some(text) => serializer.collect_str(text),
        None => serializer.serialize_none(),
    }
}

/// What [`as_text`] can write.
pub trait AsText {
    fn text(&self) -> Option<&impl Display>;
}

impl AsText for crate::domain::time::Moment {
    fn text(&self) -> Option<&impl Display> {
        Some(self)
    }
}

impl AsText for Option<crate::domain::time::Moment> {
    fn text(&self) -> Option<&impl Display> {
        self.as_ref()
    }
}
