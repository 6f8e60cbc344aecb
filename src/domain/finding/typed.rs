//! What somebody typed, or a scanner did for them: a code or a part of one, a name, a number's end.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use super::{SHORTEST_TAIL, words};
use crate::domain::applicant::phone_key;
use crate::domain::code::UnitCode;
use crate::domain::time::Day;

/// A person's number has at least so many digits.
const SHORTEST_PHONE: usize = 9;
const LONGEST_PHONE: usize = 11;
const IDENTIFIER: usize = 12;
/// An agency gives no number of a day that is longer (CODE-03).
const LONGEST_RUNNING: usize = 5;
const LONGEST_MINISTRY: usize = 7;

/// What is looked for: a code, a person, or either where it may be both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    pub code: Option<CodeSought>,
    pub person: Option<PersonSought>,
}

/// A code, as far as it is known; what looks like one may be the end of a number or a name.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeSought {
    /// The beginning of a code as it is written.
    Written(String),
    /// The same without what separates its parts, in capitals.
    Plain(String),
    /// The number that an agency gave on a day, or on one of the last.
    Running { number: u32, day: Option<Day> },
}

/// A person by what they are known by.
#[derive(Clone, PartialEq, Eq)]
pub enum PersonSought {
    /// A whole identifier or phone number.
    Number { kind: NumberKind, digits: String },
    /// The last digits of one.
    Tail(String),
    /// Words of a name, without accents, each whole or its beginning.
    Name(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    Identifier,
    Phone,
}

impl NumberKind {
    /// By which its exact search code is made.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Phone => "phone",
        }
    }
}

impl fmt::Debug for CodeSought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Written(_) => "Written",
            Self::Plain(_) => "Plain",
            Self::Running { .. } => "Running",
        })
    }
}

impl fmt::Debug for PersonSought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl PersonSought {
    /// What it is, as the log keeps it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::Tail(_) => "tail",
            Self::Name(_) => "name",
        }
    }
}

impl Sought {
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let typed = typed.trim();
        if typed.is_empty() {
            return Self::default();
        }
        if let Some(code) = of_an_address(typed) {
            return Self { code: Some(CodeSought::Written(code)), person: None };
        }
        match (typed.contains(|c: char| c.is_ascii_digit()), typed.contains(char::is_alphabetic)) {
            (true, false) => of_digits(typed),
            (true, true) => of_letters_and_digits(typed),
            (false, _) => of_letters(typed),
        }
    }

    /// The same as far as it may be a code: no person is looked for, and nothing finds everything.
    #[must_use]
    pub fn code_of(typed: &str) -> Self {
        let written =
            || Some(typed.trim().to_owned()).filter(|text| !text.is_empty()).map(CodeSought::Written);
        Self { code: Self::of(typed).code.or_else(written), person: None }
    }

    /// Whether this plainly names a person, and so must not stand in an address.
    #[must_use]
    pub fn is_plainly_personal(&self) -> bool {
        match &self.person {
            Some(PersonSought::Number { .. }) => true,
            Some(PersonSought::Name(_)) => self.code.is_none(),
            Some(PersonSought::Tail(_)) | None => false,
        }
    }
}

/// The code in a scanned address: that of our slip or of a dossier's page.
fn of_an_address(typed: &str) -> Option<String> {
    let rest = ["/tra-cuu?code=", "/dossiers/"].iter().find_map(|marker| typed.split_once(marker))?.1;
    let code = rest.split(['&', '#', '/', '?']).next()?;
    let code = percent_decode_str(code).decode_utf8().ok()?.trim().to_owned();
    (!code.is_empty()).then_some(code)
}

/// Digits and what people put between them.
fn of_digits(typed: &str) -> Sought {
    let code = |sought| Sought { code: Some(sought), person: None };
    let written = || CodeSought::Written(typed.to_owned());
    let plain = typed.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '.' | '-' | '(' | ')'));
    if !plain {
        return code(written());
    }
    if let Some(sought) = day_and_number(typed) {
        return code(sought);
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let number = |kind, digits| Sought { code: None, person: Some(PersonSought::Number { kind, digits }) };
    match digits.len() {
        IDENTIFIER => number(NumberKind::Identifier, digits),
        SHORTEST_PHONE..=LONGEST_PHONE => number(NumberKind::Phone, phone_key(typed)),
        length if length > IDENTIFIER => code(written()),
        length => Sought {
            // The older codes begin with digits and dots.
            code: if typed.contains('.') { Some(written()) } else { running(&digits, None) },
            person: (length >= SHORTEST_TAIL).then_some(PersonSought::Tail(digits)),
        },
    }
}

/// `261123-0012`: no phone number begins like a day of this century's later decades.
fn day_and_number(typed: &str) -> Option<CodeSought> {
    let (date, number) = typed.split_once(['-', ' ', '.'])?;
    let is_date = date.len() == 6 && !date.starts_with('0') && date.bytes().all(|b| b.is_ascii_digit());
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if !is_date || !is_number || number.len() > LONGEST_MINISTRY {
        return None;
    }
    let day = Day::from_str(&format!("20{}-{}-{}", &date[..2], &date[2..4], &date[4..])).ok()?;
    Some(CodeSought::Running { number: number.parse().ok()?, day: Some(day) })
}

fn running(digits: &str, day: Option<Day>) -> Option<CodeSought> {
    let number = digits.parse().ok().filter(|number| *number > 0)?;
    (digits.len() <= LONGEST_RUNNING).then_some(CodeSought::Running { number, day })
}

fn of_letters_and_digits(typed: &str) -> Sought {
    let written = CodeSought::Written(typed.to_owned());
    if begins_a_code(&typed.to_uppercase()) {
        return Sought { code: Some(written), person: None };
    }
    let plain = plain_code(typed);
    if begins_a_plain_code(&plain) {
        return Sought { code: Some(CodeSought::Plain(plain)), person: None };
    }
    // An organisation's name may have a number in it, and so may another system's code.
    let is_name = typed.contains(char::is_whitespace) || !typed.is_ascii();
    let person = is_name.then(|| PersonSought::Name(words(typed))).filter(|name| !name.pieces().is_empty());
    Sought { code: person.is_none().then_some(written), person }
}

fn of_letters(typed: &str) -> Sought {
    let person = Some(PersonSought::Name(words(typed))).filter(|name| !name.pieces().is_empty());
    // One plain word may also begin another system's code.
    let is_name_alone = typed.contains(char::is_whitespace) || !typed.is_ascii();
    let written = || CodeSought::Written(typed.to_owned());
    let code = (person.is_none() || !is_name_alone).then(written);
    Sought { code, person }
}

/// Whether this is a national code as it is written, or its beginning.
fn begins_a_code(text: &str) -> bool {
    let mut parts = text.split('-');
    let agency = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let digits = |text: &&str| text.bytes().all(|b| b.is_ascii_digit());
    let whole = agency.parse::<UnitCode>().is_ok_and(|agency| !agency.is_external());
    let partial = || {
        let agency = agency.trim_end_matches('.');
        agency.parse::<UnitCode>().is_ok()
    };
    match rest.as_slice() {
        [] => whole || partial(),
        [date] => whole && date.len() <= 6 && digits(date),
        [date, number] => whole && date.len() == 6 && digits(date) && digits(number),
        _ => false,
    }
}

/// Letters and digits alone, in capitals: a code without what separates its parts.
#[must_use]
pub fn plain_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// A province's letter and two digits, at the beginning or, in the older codes, after seven digits.
fn begins_a_plain_code(plain: &str) -> bool {
    let province = |text: &str| {
        let (top, rest) = text.split_at(text.len().min(3));
        top.len() == 3
            && top.starts_with(['G', 'H', 'K'])
            && [&top[1..], rest].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    let older = || plain.get(7..).filter(|_| plain[..7].bytes().all(|b| b.is_ascii_digit()));
    province(plain) || older().is_some_and(province)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(typed: &str) -> Option<CodeSought> {
        Sought::of(typed).code
    }

    fn person(typed: &str) -> &'static str {
        Sought::of(typed).person.map_or("", |person| person.kind())
    }

    #[test]
    fn code_01_a_code_is_known_however_it_was_typed_or_scanned() {
        let whole = "H35.21.01-261123-0012";
        for written in
            [whole, "h35.21.01-261123-0012", "H35.21", "H35.21.", "H35.21.01-2611", "000.00.01.H35-19"]
        {
            assert_eq!(code(written), Some(CodeSought::Written(written.into())), "{written}");
            assert_eq!(person(written), "", "{written}");
        }
        for plain in
            ["H3521012611230012", "h35 21 01 261123 0012", "h35-21-01-261123-0012", "H35/2101/261123/0012"]
        {
            assert_eq!(code(plain), Some(CodeSought::Plain("H3521012611230012".into())), "{plain}");
            assert_eq!(person(plain), "", "{plain}");
        }
        assert_eq!(code("0000001h351908210001"), Some(CodeSought::Plain("0000001H351908210001".into())));
        for scanned in [
            "https://motcua.laichau.gov.vn/tra-cuu?code=H35.21.01-261123-0012",
            "http://10.0.0.1:8080/tra-cuu?code=H35.21.01-261123-0012&x=1",
            "https://motcua.laichau.gov.vn/dossiers/H35.21.01-261123-0012?done=intake#story",
            "motcua.laichau.gov.vn/tra-cuu?code=H35%2E21.01-261123-0012 ",
        ] {
            assert_eq!(
                Sought::of(scanned),
                Sought { code: Some(CodeSought::Written(whole.into())), person: None }
            );
        }
    }

    #[test]
    fn code_03_a_number_of_the_day_is_enough() {
        let running = |number, day: Option<&str>| {
            Some(CodeSought::Running { number, day: day.map(|day| day.parse().unwrap()) })
        };
        assert_eq!((code("12"), person("12")), (running(12, None), ""));
        // Four digits may be either.
        assert_eq!((code("0012"), person("0012")), (running(12, None), "tail"));
        assert_eq!((code("261123-0012"), person("261123-0012")), (running(12, Some("2026-11-23")), ""));
        assert_eq!((code("345678"), person("345678")), (None, "tail"));
        assert_eq!(code("0"), None);
        // Where no person is to be looked for, nobody is found, and not everybody.
        for typed in ["Nguyễn Văn A", "345678"] {
            let written = Sought { code: Some(CodeSought::Written(typed.into())), person: None };
            assert_eq!(Sought::code_of(typed), written);
        }
        assert_eq!(Sought::code_of("0012"), Sought { code: running(12, None), person: None });
        assert_eq!(Sought::code_of(" "), Sought::default());
    }

    /// DATA-05: what names a person is told from what does not.
    #[test]
    fn names_and_numbers_stand_in_no_address() {
        for personal in [
            "Nguyễn Văn A",
            "nguyen van",
            "Lò",
            "0912345678",
            "+84 912 345 678",
            "0123 4567 1234",
            "cong ty 36",
        ] {
            assert!(Sought::of(personal).is_plainly_personal(), "{personal}");
        }
        for other in [
            "",
            "H35.21.01-261123-0012",
            "case",
            "case-10011",
            "x-permits",
            "12",
            "77190000",
            "%",
            "261123-0012",
        ] {
            assert!(!Sought::of(other).is_plainly_personal(), "{other}");
        }
        assert_eq!((code("Nguyen"), person("Nguyen")), (Some(CodeSought::Written("Nguyen".into())), "name"));
        assert_eq!(
            (code("case-10011"), person("case-10011")),
            (Some(CodeSought::Written("case-10011".into())), "")
        );
        assert_eq!((code("a"), person("a")), (Some(CodeSought::Written("a".into())), ""));
    }
}
