//! Values that a setting may have, and what is told where it has another one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use crate::domain::time::{TimeError, Zone};

/// A time zone's name that exists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ZoneName(String);

impl ZoneName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ZoneName {
    type Error = TimeError;

    fn try_from(name: String) -> Result<Self, TimeError> {
        Zone::named(&name).map(|_| Self(name))
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "u64")]
pub struct Count<const MIN: u64, const MAX: u64>(pub(super) u64);

impl<const MIN: u64, const MAX: u64> Count<MIN, MAX> {
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// For sizes and numbers of things, where it is sure to fit.
    #[must_use]
    pub fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> TryFrom<u64> for Count<MIN, MAX> {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is not from {MIN} to {MAX}"))
        }
    }
}

/// Networks and single addresses, as a list or in one text with commas between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TextOrList")]
pub struct Networks(pub(super) Vec<IpNet>);

impl Networks {
    /// This very machine.
    #[must_use]
    pub fn loopback() -> Self {
        let (four, six) = (Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8), Ipv6Net::from(Ipv6Addr::LOCALHOST));
        Self(vec![four.into(), six.into()])
    }

    /// Whether `address` is in one of them.
    #[must_use]
    pub fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let wanted = texts.map(str::trim).filter(|text| !text.is_empty());
        let read = wanted.map(|text| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| format!("{text:?} is no IP address or network (10.0.0.0/8)"))
        });
        read.collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::of(text.split(','))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrList {
    Text(String),
    List(Vec<String>),
}

impl TryFrom<TextOrList> for Networks {
    type Error = String;

    fn try_from(given: TextOrList) -> Result<Self, String> {
        match given {
            TextOrList::Text(text) => text.parse(),
            TextOrList::List(texts) => Self::of(texts.iter().map(String::as_str)),
        }
    }
}

/// An address that begins with `http://` or `https://` and names a host; without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(pub(super) String);

impl PublicUrl {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']));
        if host && !text.contains(char::is_whitespace) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(format!("{text:?} is no address (https://motcua.example.vn)"))
        }
    }
}

/// `sqlite:PATH` or `postgres://…`; shown without what may be a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(pub(super) String);

impl DatabaseUrl {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0.split_once(':') {
            Some(("sqlite", _)) => &self.0,
            _ => "postgres://…",
        })
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = ["postgres://", "postgresql://", "sqlite:"].into_iter();
        let known = known.filter_map(|scheme| text.strip_prefix(scheme)).any(|rest| !rest.is_empty());
        // The text itself is not told: it may hold a password.
        if known { Ok(Self(text)) } else { Err("it is neither sqlite:PATH nor postgres://…") }
    }
}

/// A cron expression of five fields, or six with seconds first; kept with seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cron(pub(super) String);

impl Cron {
    /// With seconds first, as the scheduler reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it: without seconds, where there are none.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.0.strip_prefix("0 ").unwrap_or(&self.0)
    }
}

impl TryFrom<String> for Cron {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fields = text.split_whitespace().count();
        let full = if fields == 5 { format!("0 {text}") } else { text.clone() };
        match full.parse::<cron::Schedule>() {
            Ok(_) => Ok(Self(full)),
            Err(_) => Err(format!("{text:?} is no cron expression (0 7 * * Mon-Fri)")),
        }
    }
}
