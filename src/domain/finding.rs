//! By what a dossier is looked for: what somebody typed, and the pieces of an applicant that find it.
//!
//! Pure: it cuts words and digits and compares them. How pieces are keyed and kept is not known
//! here. What was typed may be personal data: `Debug` never shows it (DATA-05).

mod typed;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use super::applicant::Applicant;
use super::words::folded;

pub use typed::{CodeSought, PersonSought, Sought, plain_code};

/// So many digits at the end of a number find who has it.
pub const SHORTEST_TAIL: usize = 4;
/// One letter finds too many.
const SHORTEST_WORD: usize = 2;
/// What a word is found by ends here; the rest is compared once a person is found.
const LONGEST_PIECE: usize = 4;
/// An organisation's name goes on; these are enough to find it.
const MOST_WORDS: usize = 12;
/// More pieces together find nobody else.
const MOST_PIECES: usize = 4;

/// A piece of what an applicant told, by which they are found.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// The beginning of a word of the name, without accents.
    Word(String),
    /// The last digits of a phone number or identifier.
    Tail(String),
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Word(_) => "Word",
            Self::Tail(_) => "Tail",
        })
    }
}

/// The words of a name as they are searched.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn beginning(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

/// The last four digits, where there are as many.
fn tail(number: &str) -> Option<Piece> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let from = digits.len().checked_sub(SHORTEST_TAIL)?;
    Some(Piece::Tail(digits[from..].to_owned()))
}

/// All by which this applicant is found.
#[must_use]
pub fn pieces_of(applicant: &Applicant) -> BTreeSet<Piece> {
    let mut pieces = BTreeSet::new();
    for word in words(&applicant.name).iter().take(MOST_WORDS) {
        let length = word.chars().count().min(LONGEST_PIECE);
        pieces.extend((SHORTEST_WORD..=length).map(|letters| Piece::Word(beginning(word, letters))));
    }
    let numbers = [applicant.identifier_key(), applicant.phone_key()];
    pieces.extend(numbers.into_iter().flatten().filter_map(|number| tail(&number)));
    pieces
}

impl PersonSought {
    /// The pieces that everybody who is meant has, those that fewest have first; none where too
    /// little was typed.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        match self {
            Self::Number { digits, .. } | Self::Tail(digits) => tail(digits).into_iter().collect(),
            Self::Name(words) => {
                let long = words.iter().filter(|word| word.chars().count() >= SHORTEST_WORD);
                let pieces: BTreeSet<_> =
                    long.map(|word| Piece::Word(beginning(word, LONGEST_PIECE))).collect();
                let mut pieces: Vec<_> = pieces.into_iter().collect();
                pieces.sort_by_key(|piece| Reverse(piece.letters()));
                pieces.truncate(MOST_PIECES);
                pieces
            }
        }
    }

    /// Whether this applicant is meant: every word that was typed begins another word of the name,
    /// in any order, or a number ends in the digits.
    #[must_use]
    pub fn is(&self, applicant: &Applicant) -> bool {
        match self {
            Self::Number { digits, .. } | Self::Tail(digits) => {
                let numbers = [applicant.identifier_key(), applicant.phone_key()];
                numbers.into_iter().flatten().any(|number| number.ends_with(digits.as_str()))
            }
            Self::Name(asked) => begins_words(asked, words(&applicant.name)),
        }
    }
}

impl Piece {
    fn letters(&self) -> usize {
        match self {
            Self::Word(text) | Self::Tail(text) => text.chars().count(),
        }
    }
}

/// Of two words that were typed the longer one chooses first: what it may begin, the shorter may
/// as well, or nothing of it.
fn begins_words(asked: &[String], mut words: Vec<String>) -> bool {
    let mut asked: Vec<&String> = asked.iter().collect();
    asked.sort_by_key(|word| Reverse(word.chars().count()));
    asked.into_iter().all(|asked| {
        let place = words.iter().position(|word| word.starts_with(asked.as_str()));
        place.map(|place| words.swap_remove(place)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Applicant {
        Applicant { name: name.to_owned(), ..Applicant::default() }
    }

    fn found(typed: &str, applicant: &Applicant) -> bool {
        let Some(person) = Sought::of(typed).person else { return false };
        let (asked, has) = (person.pieces(), pieces_of(applicant));
        let kept = !asked.is_empty() && asked.iter().all(|piece| has.contains(piece));
        // Whoever is meant is never kept from being found by the pieces.
        assert!(kept || asked.is_empty() || !person.is(applicant), "{typed}");
        kept && person.is(applicant)
    }

    #[test]
    fn a_name_is_found_without_accents_in_any_order_and_by_the_beginnings_of_its_words() {
        let one = named("Nguyễn Thị Phượng Ánh");
        for typed in [
            "Nguyễn Thị Phượng Ánh",
            "nguyen thi phuong anh",
            "ANH NGUYEN",
            "phuong t",
            "Nguyễn T",
            "nguyen thi phuong a",
            "ng ph",
            "Phươ",
            "  thi,   phuong ",
        ] {
            assert!(found(typed, &one), "{typed}");
        }
        for typed in ["nguyen van", "phuongg", "guyen", "anh anh", "a", "thi thi"] {
            assert!(!found(typed, &one), "{typed}");
        }
        assert!(found("dinh dao", &named("Đào Đình Đức")));
        assert!(found("Hoa\u{300}ng", &named("Hoàng")), "the same letters in parts");
        assert!(found("pao gi a", &named("Giàng A Páo")));
        assert!(found("cong ty 36", &named("Công ty TNHH Xây dựng 36")));
    }

    #[test]
    fn a_number_is_found_by_its_last_digits() {
        let one = Applicant {
            identifier: Some("012345671234".into()),
            phone: Some("+84 912 345 678".into()),
            ..named("Lò Thị Mai")
        };
        for typed in
            ["1234", "5678", "71234", "345678", "345 678", "12345678", "+84 912 345 678", "0912345678"]
        {
            assert!(found(typed, &one), "{typed}");
        }
        for typed in ["678", "0123", "4678", "9 345 678", "0000"] {
            assert!(!found(typed, &one), "{typed}");
        }
    }

    #[test]
    fn pieces_are_few_and_say_nothing_by_debug() {
        let one =
            Applicant { phone: Some("0912345678".into()), ..named("Nguyễn Thị Phượng Phương A") };
        let pieces = pieces_of(&one);
        let words =
            ["ng", "ngu", "nguy", "th", "thi", "ph", "phu", "phuo"].map(|word| Piece::Word(word.into()));
        assert_eq!(pieces, words.into_iter().chain([Piece::Tail("5678".into())]).collect());
        let shown = format!("{pieces:?} {:?} {:?}", Sought::of("Nguyễn Thị"), Sought::of("5678"));
        assert!(!shown.contains("nguy") && !shown.contains("Nguy") && !shown.contains("5678"), "{shown}");
        assert!(pieces_of(&named(&"Từ ".repeat(100))).len() < 5);
    }
}
