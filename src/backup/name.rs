//! What a copy made by the schedule is called, by the civil time of its making, and what a file is.

use std::fmt;
use std::io::Read;
use std::path::Path;

use super::fault::{Fault, Result};
use crate::domain::time::{Moment, Zone};

const PREFIX: &str = "dunghen-";

/// Which database a copy is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    #[must_use]
    pub fn of_engine(is_sqlite: bool) -> Self {
        if is_sqlite { Self::Sqlite } else { Self::Postgres }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Sqlite => ".db",
            Self::Postgres => ".dump",
        }
    }

    /// What a file is by its first bytes.
    ///
    /// # Errors
    /// [`Fault::NoCopy`] where it is neither, [`Fault::File`] where it can't be read.
    pub fn of_file(file: &Path) -> Result<Self> {
        let mut first = Vec::new();
        let opened = std::fs::File::open(file).map_err(Fault::file(file))?;
        opened.take(16).read_to_end(&mut first).map_err(Fault::file(file))?;
        if first == b"SQLite format 3\0" {
            Ok(Self::Sqlite)
        } else if first.starts_with(b"PGDMP") {
            Ok(Self::Postgres)
        } else {
            Err(Fault::NoCopy(file.to_owned()))
        }
    }
}

/// `dunghen-2026-11-24T03.00.05+07.00.db`: sorts by civil time and reads like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyName {
    pub at: Moment,
    pub kind: Kind,
    /// `2026-11-24T03:00:05+07:00`
    civil: String,
}

impl CopyName {
    /// The name of a copy made at an instant, to the second.
    #[must_use]
    pub fn new(at: Moment, zone: &Zone, kind: Kind) -> Self {
        let at = Moment::from_seconds(at.seconds()).unwrap_or(at);
        Self { at, kind, civil: zone.rfc3339(at) }
    }

    /// Reads a file's name; none where the file is not one of ours.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let mut kinds = [Kind::Sqlite, Kind::Postgres].into_iter();
        let (kind, stem) = kinds.find_map(|kind| Some((kind, rest.strip_suffix(kind.ending())?)))?;
        let civil = stem.replace('.', ":");
        let found = Self { at: civil.parse().ok()?, kind, civil };
        // Only what is written exactly as we write it may ever be removed.
        (found.to_string() == name && is_shaped(&found.civil)).then_some(found)
    }

    /// `2026-11-24T03`
    #[must_use]
    pub fn hour(&self) -> &str {
        self.first(13)
    }

    /// `2026-11-24`
    #[must_use]
    pub fn day(&self) -> &str {
        self.first(10)
    }

    /// `2026-11`
    #[must_use]
    pub fn month(&self) -> &str {
        self.first(7)
    }

    fn first(&self, length: usize) -> &str {
        self.civil.get(..length).unwrap_or(&self.civil)
    }
}

/// `2026-11-24T03:00:05+07:00`, or with `Z` for the offset; nothing that only reads alike.
fn is_shaped(civil: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00+00:00";
    let (text, shape) = match civil.strip_suffix('Z') {
        Some(text) => (text, &SHAPE[..19]),
        None => (civil, SHAPE),
    };
    let fits = |(byte, wanted): (u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        b'+' => matches!(byte, b'+' | b'-'),
        wanted => byte == *wanted,
    };
    text.len() == shape.len() && text.bytes().zip(shape).all(fits)
}

impl fmt::Display for CopyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}{}", self.civil.replace(':', "."), self.kind.ending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_called_by_the_civil_time_of_its_making_and_read_back() {
        let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
        let name = CopyName::new("2026-11-23T20:00:05.25Z".parse().unwrap(), &zone, Kind::Sqlite);
        assert_eq!(name.to_string(), "dunghen-2026-11-24T03.00.05+07.00.db");
        assert_eq!((name.hour(), name.day(), name.month()), ("2026-11-24T03", "2026-11-24", "2026-11"));
        assert_eq!(CopyName::read("dunghen-2026-11-24T03.00.05+07.00.db"), Some(name));
    }

    #[test]
    fn what_is_not_called_exactly_so_is_none_of_ours() {
        for name in [
            "dunghen.db",
            "dunghen-before-upgrade.db",
            "dunghen-2026-11-24.db",
            "dunghen-2026-11-24T03.00.05+07.00.db.old",
            "dunghen-2026-11-24 03.00.05+07.00.db",
            "dunghen-2026-11-24T03:00:05+07:00.db",
            ".dunghen-2026-11-24T03.00.05+07.00.db",
            "dunghen-2026-11-31T03.00.05+07.00.db",
        ] {
            assert_eq!(CopyName::read(name), None, "{name}");
        }
    }
}
