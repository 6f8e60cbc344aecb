//! What is asked of the engine, as text: from arguments or from a line of JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::domain::calendar::OfficeHours;
use crate::domain::deadline::{DeadlineError, parse_received};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::time::{Moment, Zone};

/// The keys of the interface, still unread.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) received: Option<Cow<'a, str>>,
    pub(super) limit: Option<Cow<'a, str>>,
    pub(super) cutoff: Option<Cow<'a, str>>,
    pub(super) cutoff_effect: Option<Cow<'a, str>>,
    pub(super) due_time: Option<Cow<'a, str>>,
    pub(super) hours: Option<Cow<'a, str>>,
}

/// A request that was understood.
pub(super) struct Asked {
    pub(super) received: Moment,
    pub(super) terms: Terms,
    pub(super) hours: OfficeHours,
}

impl<'a> Request<'a> {
    /// One line of a batch.
    pub(super) fn from_line(line: &'a [u8]) -> Result<Self, DeadlineError> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(DeadlineError::invalid("line", "the line is not UTF-8"));
        };
        if text.trim().is_empty() {
            return Err(DeadlineError::invalid("line", "the line is blank"));
        }
        let parsed: Parsed =
            serde_json::from_str(text).map_err(|error| DeadlineError::invalid("line", error))?;
        parsed.0
    }

    /// Unusable input is reported before an answer that is out of range, in the order of the
    /// keys.
    pub(super) fn read(&self, zone: &Zone) -> Result<Asked, DeadlineError> {
        let hours = self.hours.as_deref().map_or(Ok(OfficeHours::default()), str::parse);
        match (self.read_known_hours(zone), hours) {
            (Ok((received, terms)), Ok(hours)) => Ok(Asked { received, terms, hours }),
            (Err(error @ DeadlineError::InvalidInput { .. }), _) | (Err(error), Ok(_)) => Err(error),
            (_, Err(error)) => Err(DeadlineError::invalid("hours", error)),
        }
    }

    /// All but the hours, where those are known already.
    pub(super) fn read_known_hours(&self, zone: &Zone) -> Result<(Moment, Terms), DeadlineError> {
        let received =
            required("received", self.received.as_ref()).and_then(|text| parse_received(text, zone));
        match (received, self.terms()) {
            (Ok(received), Ok(terms)) => Ok((received, terms)),
            (Err(error @ DeadlineError::InvalidInput { .. } | error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn terms(&self) -> Result<Terms, DeadlineError> {
        let limit = required("limit", self.limit.as_ref())
            .and_then(|text| text.parse::<TimeLimit>().map_err(DeadlineError::from));
        if let Err(error @ DeadlineError::InvalidInput { .. }) = limit {
            return Err(error);
        }
        let cutoff = optional("cutoff", self.cutoff.as_ref())?;
        let cutoff_effect = optional("cutoff_effect", self.cutoff_effect.as_ref())?;
        let due_time = optional("due_time", self.due_time.as_ref())?;
        Ok(Terms { limit: limit?, cutoff, cutoff_effect, due_time })
    }
}

fn required<'t>(field: &str, text: Option<&'t Cow<str>>) -> Result<&'t str, DeadlineError> {
    text.map(|text| &**text).ok_or_else(|| DeadlineError::invalid(field, "it is missing"))
}

fn optional<T>(field: &str, text: Option<&Cow<str>>) -> Result<T, DeadlineError>
where
    T: Default + std::str::FromStr,
    T::Err: fmt::Display,
{
    let Some(text) = text else { return Ok(T::default()) };
    text.parse().map_err(|error| DeadlineError::invalid(field, error))
}

/// A line that is JSON: a request, or why its keys are unusable.
struct Parsed<'a>(Result<Request<'a>, DeadlineError>);

impl<'de: 'a, 'a> Deserialize<'de> for Parsed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys).map(Self)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Result<Request<'de>, DeadlineError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut request = Request::default();
        let mut wrong = None;
        while let Some(Text(key)) = map.next_key::<Text>()? {
            let key = key.unwrap_or_default();
            let Text(value) = map.next_value()?;
            let place = match &*key {
                "received" => &mut request.received,
                "limit" => &mut request.limit,
                "cutoff" => &mut request.cutoff,
                "cutoff_effect" => &mut request.cutoff_effect,
                "due_time" => &mut request.due_time,
                "hours" => &mut request.hours,
                _ => {
                    wrong.get_or_insert_with(|| DeadlineError::invalid(&key, "there is no such key"));
                    continue;
                }
            };
            let problem = match (&*place, &value) {
                (Some(_), _) => Some("it is given twice"),
                (None, None) => Some("it is not text"),
                (None, Some(_)) => None,
            };
            if let Some(problem) = problem {
                wrong.get_or_insert_with(|| DeadlineError::invalid(&key, problem));
            }
            *place = value;
        }
        Ok(wrong.map_or(Ok(request), Err))
    }
}

/// A JSON string, borrowed where it can be; none for any other value.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
