//! Reads a decision that is to change the law: years of the calendar, days and hours of units, or
//! rule sets, as TOML; or days as iCalendar. Says where it is wrong, with line and field (CAL-08).
//!
//! What is read is a proposal and changes nothing; the rules are the domain's.

mod ical;
mod overlay;
mod years;

use std::ops::Range;

use super::fault::{Fault, Source};
use super::rulesets;
use super::table::{Table, parse};
use crate::domain::law::{Amendment, Spot, WrongAt};
use crate::domain::province::Province;
use crate::domain::refusal::{Language, Said};
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;

/// What a decision says of itself, as far as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its number: `12/QĐ-UBND`.
    pub document: Option<String>,
    pub signer: Option<String>,
    /// From which day on it takes effect.
    pub effective: Option<Day>,
    pub reason: Option<String>,
}

impl Header {
    /// This one, and what it does not say from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            document: self.document.or(other.document),
            signer: self.signer.or(other.signer),
            effective: self.effective.or(other.effective),
            reason: self.reason.or(other.reason),
        }
    }
}

/// A decision as it was handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Handed {
    pub amendment: Amendment,
    pub header: Header,
}

/// What is known beside the text: the header that goes before its own, and the unit for which the
/// days of an iCalendar file are meant (none: the national calendar).
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub header: Header,
    pub unit: Option<UnitCode>,
}

/// Something of a file with the places of its parts.
trait Places {
    fn place(&self, spot: &Spot) -> Range<usize>;
}

/// Reads and checks a decision by the law that it would change; `before` are the amendments in
/// force with their editions.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(
    file: &str,
    text: &str,
    beside: &Beside,
    province: &Province,
    before: &[(i64, Amendment)],
) -> Result<Handed, Vec<Fault>> {
    let source = Source::new(file, text);
    let (handed, places) = handed(&source, beside, province);
    let Some(handed) = handed.filter(|_| source.is_sound()) else { return Err(source.faults()) };
    let effective = handed.header.effective.or_else(|| handed.amendment.first_day());
    let effective = effective.unwrap_or(Day::BEFORE_ALL);
    for wrong in province.check_amendment(&handed.amendment, effective, before) {
        note(&source, places.as_ref(), &wrong);
    }
    if source.is_sound() { Ok(handed) } else { Err(source.faults()) }
}

fn handed(source: &Source, beside: &Beside, province: &Province) -> (Option<Handed>, Box<dyn Places>) {
    if source.text().trim_start().starts_with("BEGIN:VCALENDAR") {
        let (amendment, places) = ical::read(source, beside, province);
        let header = beside.header.clone();
        return (amendment.map(|amendment| Handed { amendment, header }), places);
    }
    let parsed = parse(source);
    let mut root = Table::new(source, String::new(), &parsed);
    let header = beside.header.clone().or(header(&mut root));
    let (amendment, places): (Option<Amendment>, Box<dyn Places>) = if root.has("ruleset") {
        let read = rulesets::read(source.file(), source.text());
        let sets = read.map_err(|faults| source.take(faults)).ok();
        (sets.map(|sets| Amendment::RuleSets { sets }), Box::new(Nowhere))
    } else if root.has("year") {
        years::read(source, province)
    } else {
        overlay::read(root, header.document.as_deref())
    };
    (amendment.map(|amendment| Handed { amendment, header }), places)
}

/// `[decision]`, which any of the shapes may begin with.
fn header(root: &mut Table<'_>) -> Header {
    let Some(mut table) = root.table("decision") else { return Header::default() };
    let header = Header {
        document: table.maybe("document"),
        signer: table.maybe("signer"),
        effective: table.maybe("effective"),
        reason: table.maybe("reason"),
    };
    table.finish();
    header
}

/// Where nothing has a place of its own.
struct Nowhere;

impl Places for Nowhere {
    fn place(&self, _: &Spot) -> Range<usize> {
        0..0
    }
}

fn note(source: &Source, places: &dyn Places, wrong: &WrongAt) {
    let sentence = |language| {
        let said = wrong.wrong.say(language);
        let mut letters = said.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}.", letters.as_str())
    };
    source.note(
        places.place(&wrong.spot),
        &wrong.spot.path(),
        Said::new(sentence(Language::Vietnamese), sentence(Language::English)),
        Said::new("Sửa dòng này.", "Correct this line."),
    );
}

#[cfg(test)]
mod tests;
