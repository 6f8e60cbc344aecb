//! The codes on paper: agencies, dossiers and procedures, in the old and the new style.
//!
//! Reads and writes their shapes (CODE-01 to CODE-08); whether an agency or a
//! procedure of that code exists is not asked here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::time::Day;

/// Text that is not the code it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("{0:?} is no agency code (H35.10.02, 000.10.02.H35 or x-name)")]
    Agency(String),
    #[error("{0:?} is no dossier code (H35.10-261123-0001 or 000.00.01.H35-190821-0001)")]
    Dossier(String),
    #[error("{0:?} is no procedure code (1.001193, 1.012753.H35 or 1.001193.000.00.00.H35)")]
    Procedure(String),
    #[error("the middle of dossier code {0:?} is no day (yyMMdd)")]
    DossierDay(String),
    #[error("agency {0} does not issue dossier codes: its own code is not a national one")]
    ForeignAgency(UnitCode),
    #[error("a dossier code holds days of 2000 to 2099, not {0}")]
    Century(Day),
    #[error("{0} is no sequence number that an agency may issue (1 to 99999 a day)")]
    Sequence(u32),
}

/// An agency's identifier (CODE-06): `H35[.bb[.cc[.dd]]]` since QĐ 20/2020, `aaa.bb.cc.H35`
/// before, or `x-…` for a unit of another system whose dossiers were imported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitCode(String);

impl UnitCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an imported unit's code rather than a national identifier.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.0.starts_with("x-")
    }

    /// Whether it is written as QCVN 102:2016 asked, the province last.
    #[must_use]
    pub fn is_old_style(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_digit())
    }
}

impl FromStr for UnitCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        if new_agency(text) || old_agency(text) || external(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeError::Agency(text.to_owned()))
        }
    }
}

/// `H35` and up to three further levels of one to three digits.
fn new_agency(text: &str) -> bool {
    let mut levels = text.split('.');
    let top = levels.next().is_some_and(top_level);
    let deeper: Vec<&str> = levels.collect();
    top && deeper.len() <= 3 && deeper.iter().all(|level| level.len() <= 3 && digits(level))
}

/// `aaa.bb.cc.H35`.
fn old_agency(text: &str) -> bool {
    let levels: Vec<&str> = text.split('.').collect();
    let [a, b, c, top] = levels[..] else { return false };
    let sized = |level: &str, length| level.len() == length && digits(level);
    sized(a, 3) && sized(b, 2) && sized(c, 2) && top_level(top)
}

/// A letter for the kind of authority and its two digits: `H35`.
fn top_level(text: &str) -> bool {
    text.len() == 3 && text.starts_with(['G', 'H', 'K']) && digits(&text[1..])
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `x-` and up to 60 small letters, digits, dots, underscores and hyphens.
fn external(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    text.strip_prefix("x-").is_some_and(|name| (1..=60).contains(&name.len()) && name.bytes().all(plain))
}

/// A dossier's code, its public name (CODE-01): `{agency}-{yyMMdd}-{sequence}`.
///
/// Look-up accepts both styles for ever (CODE-02); a dossier taken over from another
/// system keeps the name that it had there. A code is no secret (CODE-05).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DossierCode(String);

impl DossierCode {
    /// The code of an agency's `sequence`-th receipt of `day`: four digits, five beyond 9999,
    /// never wrapped and never the six that belong to ministries (CODE-03, CODE-04).
    ///
    /// # Errors
    /// Where the agency has no national code, or day or sequence do not fit.
    pub fn issue(agency: &UnitCode, day: Day, sequence: u32) -> Result<Self, CodeError> {
        if agency.is_external() {
            return Err(CodeError::ForeignAgency(agency.clone()));
        }
        if !(2000..2100).contains(&day.year()) {
            return Err(CodeError::Century(day));
        }
        if !(1..=99_999).contains(&sequence) {
            return Err(CodeError::Sequence(sequence));
        }
        let date = day.0;
        let (year, month, day) = (date.year() - 2000, date.month(), date.day());
        Ok(Self(format!("{agency}-{year:02}{month:02}{day:02}-{sequence:04}")))
    }

    /// A code as another system gave it: any printable text of up to 100 characters.
    ///
    /// # Errors
    /// Where it is empty, too long, or has control characters or outer blanks.
    pub fn imported(text: &str) -> Result<Self, CodeError> {
        let fits = (1..=100).contains(&text.chars().count());
        if fits && text.trim() == text && !text.contains(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeError::Dossier(text.to_owned()))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts, where it is a national code and not one of another system.
    #[must_use]
    pub fn parts(&self) -> Option<DossierCodeParts> {
        read_dossier(&self.0).ok()
    }
}

/// What a national dossier code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierCodeParts {
    pub agency: UnitCode,
    pub received_on: Day,
    pub sequence: u32,
    /// The two digits of the ministry whose system issued it (CODE-03), if a ministry did.
    pub ministry: Option<u8>,
}

impl DossierCodeParts {
    /// The issuing ministry's field, as far as its prefix is known (CODE-03).
    #[must_use]
    pub fn ministry_name(&self) -> Option<&'static str> {
        Some(match self.ministry? {
            2 => "Công Thương",
            3 => "Giáo dục và Đào tạo",
            6 => "Khoa học và Công nghệ",
            9 => "Nội vụ",
            10 => "Nông nghiệp và Môi trường",
            15 => "Tư pháp",
            16 => "Văn hóa, Thể thao và Du lịch",
            17 => "Xây dựng",
            18 => "Y tế",
            _ => return None,
        })
    }
}

fn read_dossier(text: &str) -> Result<DossierCodeParts, CodeError> {
    let wrong = || CodeError::Dossier(text.to_owned());
    let (rest, sequence) = text.rsplit_once('-').ok_or_else(wrong)?;
    let (agency, date) = rest.rsplit_once('-').ok_or_else(wrong)?;
    let agency: UnitCode = agency.parse().map_err(|_| wrong())?;
    let shaped = date.len() == 6 && digits(date) && (4..=7).contains(&sequence.len()) && digits(sequence);
    if agency.is_external() || !shaped {
        return Err(wrong());
    }
    let received_on = format!("20{}-{}-{}", &date[..2], &date[2..4], &date[4..])
        .parse()
        .map_err(|_| CodeError::DossierDay(text.to_owned()))?;
    let ministry = if sequence.len() >= 6 { sequence[..2].parse().ok() } else { None };
    Ok(DossierCodeParts { agency, received_on, sequence: sequence.parse().map_err(|_| wrong())?, ministry })
}

/// National codes only (CODE-04), in either style; see [`DossierCode::imported`] for others.
impl FromStr for DossierCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        read_dossier(text).map(|_| Self(text.to_owned()))
    }
}

/// A procedure's code (CODE-08): national `1.001193`, local `1.012753.H35` or
/// `1.001193.000.00.00.H35`, or `x-…` for a procedure of another system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProcedureCode(String);

impl ProcedureCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The national part, `1.001193`, without the province that may follow.
    #[must_use]
    pub fn national(&self) -> Option<&str> {
        self.0.get(..8).filter(|_| !self.0.starts_with("x-"))
    }

    /// The province or ministry that added it locally: `H35`.
    #[must_use]
    pub fn local(&self) -> Option<&str> {
        let national = self.national()?;
        self.0.get(national.len()..)?.rsplit_once('.').map(|(_, top)| top)
    }
}

impl FromStr for ProcedureCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let parts: Vec<&str> = text.split('.').collect();
        let national =
            |kind: &str, number: &str| matches!(kind, "1" | "2" | "3") && number.len() == 6 && digits(number);
        let shaped = match parts[..] {
            [kind, number] => national(kind, number),
            [kind, number, top] | [kind, number, "000", "00", "00", top] => {
                national(kind, number) && top_level(top)
            }
            _ => false,
        };
        if shaped || external(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeError::Procedure(text.to_owned()))
        }
    }
}

/// Each of the codes is shown, stored and read as its text.
macro_rules! as_text {
    ($code:ident, $read:expr) => {
        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $code {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$code> for String {
            fn from(code: $code) -> Self {
                code.0
            }
        }

        impl TryFrom<String> for $code {
            type Error = CodeError;

            fn try_from(text: String) -> Result<Self, CodeError> {
                $read(&text)
            }
        }
    };
}

as_text!(UnitCode, str::parse);
as_text!(DossierCode, DossierCode::imported);
as_text!(ProcedureCode, str::parse);

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> UnitCode {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn code_06_agencies_are_read_in_both_styles() {
        for good in ["H35", "H35.10", "H35.10.02", "H15.50.05.13", "000.00.01.H35", "G12.3", "x-permits"] {
            assert_eq!(good.parse::<UnitCode>().unwrap().to_string(), good);
        }
        for bad in
            ["", "h35", "H3", "H355", "H35.", "H35.1000", "H35.1.2.3.4", "00.00.01.H35", "x-", "x-A", "Q10"]
        {
            assert_eq!(bad.parse::<UnitCode>(), Err(CodeError::Agency(bad.to_owned())), "{bad}");
        }
        assert!(unit("000.00.01.H35").is_old_style());
        assert!(!unit("H35.10").is_old_style());
    }

    #[test]
    fn code_02_both_styles_of_dossier_codes_are_read_for_ever() {
        let old: DossierCode = "000.00.01.H35-190821-0001".parse().unwrap();
        let parts = old.parts().unwrap();
        assert_eq!(
            (parts.agency, parts.received_on, parts.sequence),
            (unit("000.00.01.H35"), day("2019-08-21"), 1)
        );
        let new: DossierCode = "H15.50.05.13-261008-0975".parse().unwrap();
        let parts = new.parts().unwrap();
        assert_eq!(
            (parts.agency, parts.received_on, parts.sequence),
            (unit("H15.50.05.13"), day("2026-10-08"), 975)
        );
    }

    #[test]
    fn code_04_the_middle_must_be_a_real_day() {
        for bad in ["H35-190229-0001", "H35-191301-0001", "H35-190100-0001", "H35-000000-0001"] {
            assert_eq!(bad.parse::<DossierCode>(), Err(CodeError::DossierDay(bad.to_owned())), "{bad}");
        }
        assert!("H35-240229-0001".parse::<DossierCode>().is_ok(), "2024 is a leap year");
    }

    #[test]
    fn code_04_wrong_shapes_are_no_codes() {
        for bad in [
            "",
            "H35",
            "H35-190821",
            "H35-190821-001",
            "H35-190821-00000001",
            "H35-19082-0001",
            "H35 -190821-0001",
            "x-permits-190821-0001",
            "H35-190821-0001 ",
            "00.00.01.H35-190821-0001",
            "H35-190821-٠٠٠١",
            "H35-19０８21-0001",
        ] {
            assert!(matches!(bad.parse::<DossierCode>(), Err(CodeError::Dossier(_))), "{bad}");
        }
    }

    #[test]
    fn code_03_a_sequence_widens_to_five_digits_and_leaves_six_to_the_ministries() {
        let issue = |sequence| DossierCode::issue(&unit("H35.10"), day("2026-11-23"), sequence);
        assert_eq!(issue(1).unwrap().as_str(), "H35.10-261123-0001");
        assert_eq!(issue(9_999).unwrap().as_str(), "H35.10-261123-9999");
        assert_eq!(issue(10_000).unwrap().as_str(), "H35.10-261123-10000");
        assert_eq!(issue(99_999).unwrap().as_str(), "H35.10-261123-99999");
        assert_eq!(issue(100_000), Err(CodeError::Sequence(100_000)));
        assert_eq!(issue(0), Err(CodeError::Sequence(0)));
    }

    #[test]
    fn code_03_six_digits_name_the_ministry_that_issued_them() {
        let parts = "H35.10-261123-150042".parse::<DossierCode>().unwrap().parts().unwrap();
        assert_eq!((parts.ministry, parts.ministry_name()), (Some(15), Some("Tư pháp")));
        let own = "H35.10-261123-15004".parse::<DossierCode>().unwrap().parts().unwrap();
        assert_eq!(own.ministry, None);
    }

    #[test]
    fn only_an_agency_with_a_national_code_issues_dossier_codes_of_this_century() {
        let external = unit("x-permits");
        assert_eq!(
            DossierCode::issue(&external, day("2026-11-23"), 1),
            Err(CodeError::ForeignAgency(external.clone()))
        );
        let early = day("1999-12-31");
        assert_eq!(DossierCode::issue(&unit("H35"), early, 1), Err(CodeError::Century(early)));
    }

    #[test]
    fn an_imported_dossier_keeps_its_foreign_name() {
        assert_eq!(DossierCode::imported("case-10011").unwrap().parts(), None);
        assert!(DossierCode::imported("H35-261123-0001").unwrap().parts().is_some());
        let long = "7".repeat(101);
        for bad in ["", " 1", "1\n", "a\u{7}b", &long] {
            assert!(DossierCode::imported(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn code_08_procedures_are_national_or_local() {
        for (text, national, local) in [
            ("1.001193", "1.001193", None),
            ("3.000123", "3.000123", None),
            ("1.012753.H19", "1.012753", Some("H19")),
            ("2.001193.000.00.00.H35", "2.001193", Some("H35")),
        ] {
            let code: ProcedureCode = text.parse().unwrap();
            assert_eq!((code.national(), code.local()), (Some(national), local), "{text}");
        }
        for bad in
            ["", "4.001193", "1.00119", "1.0011930", "1.001193.", "1.001193.000.00.01.H35", "1.001193.35"]
        {
            assert!(bad.parse::<ProcedureCode>().is_err(), "{bad}");
        }
        assert_eq!("x-311-pothole".parse::<ProcedureCode>().unwrap().national(), None);
    }
}
