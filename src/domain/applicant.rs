//! Who files: the personal data of a dossier, as it is checked before it is sealed.
//!
//! Never shown by `Debug`, so that no log or error can repeat it (DATA-05).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::words::{leaves_its_line, visible_length};

const LONGEST: usize = 300;

/// Subject of a procedure (domain section 15.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    #[default]
    Citizen,
    Business,
    StateAgency,
    Organisation,
}

/// One applicant.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    #[serde(default)]
    pub kind: ApplicantKind,
    pub name: String,
    #[serde(default)]
    pub identifier: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub address: Option<String>,
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applicant").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl Applicant {
    /// # Errors
    /// With the first field that can't be taken.
    pub fn check(&self) -> Result<(), Refusal> {
        self.faults().next().map_or(Ok(()), Err)
    }

    /// Every field that can't be taken, so that a form tells all of them at once.
    pub fn faults(&self) -> impl Iterator<Item = Refusal> {
        let checks = [
            Self::check_name,
            Self::check_lengths,
            Self::check_identifier,
            Self::check_phone,
            Self::check_email,
        ];
        checks.into_iter().filter_map(|check| check(self).err())
    }

    fn check_name(&self) -> Result<(), Refusal> {
        if visible_length(&self.name) == 0 {
            return Err(Refusal::required(
                "applicant.name",
                "họ tên người nộp hồ sơ",
                "the applicant's name",
            ));
        }
        Ok(())
    }

    fn check_lengths(&self) -> Result<(), Refusal> {
        let fields = [
            ("applicant.name", Some(self.name.as_str())),
            ("applicant.identifier", self.identifier.as_deref()),
            ("applicant.phone", self.phone.as_deref()),
            ("applicant.email", self.email.as_deref()),
            ("applicant.address", self.address.as_deref()),
        ];
        for (field, text) in fields {
            let text = text.unwrap_or_default();
            if text.chars().count() > LONGEST || leaves_its_line(text) {
                return Err(Refusal::invalid(
                    field,
                    format!("Nhập một dòng, không quá {LONGEST} ký tự."),
                    format!("Enter one line of at most {LONGEST} characters."),
                ));
            }
        }
        Ok(())
    }

    /// Twelve digits, or nine of the older card, for a citizen (domain section 15.5).
    fn check_identifier(&self) -> Result<(), Refusal> {
        let Some(identifier) = filled(self.identifier.as_ref()) else { return Ok(()) };
        let digits = identifier.bytes().all(|byte| byte.is_ascii_digit());
        let fits = self.kind != ApplicantKind::Citizen || (digits && matches!(identifier.len(), 9 | 12));
        if fits {
            return Ok(());
        }
        Err(Refusal::invalid(
            "applicant.identifier",
            "Số định danh gồm 12 chữ số (hoặc 9 chữ số với CMND cũ). Kiểm tra lại số đã nhập.",
            "A personal identifier has 12 digits (9 on the older card). Check what was entered.",
        ))
    }

    fn check_phone(&self) -> Result<(), Refusal> {
        let Some(phone) = filled(self.phone.as_ref()) else { return Ok(()) };
        let allowed =
            phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '.' | '-' | '(' | ')'));
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if allowed && (8..=15).contains(&digits) {
            return Ok(());
        }
        Err(Refusal::invalid(
            "applicant.phone",
            "Số điện thoại gồm 8 đến 15 chữ số. Kiểm tra lại số đã nhập.",
            "A phone number has 8 to 15 digits. Check what was entered.",
        ))
    }

    fn check_email(&self) -> Result<(), Refusal> {
        let Some(email) = filled(self.email.as_ref()) else { return Ok(()) };
        let parts = email.split_once('@');
        let fits = parts.is_some_and(|(local, host)| {
            !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        }) && email.is_ascii()
            && !email.contains(char::is_whitespace)
            && email.matches('@').count() == 1;
        if fits {
            return Ok(());
        }
        Err(Refusal::invalid(
            "applicant.email",
            "Địa chỉ thư điện tử chưa đúng (ví dụ: ten@example.vn). Kiểm tra lại hoặc để trống.",
            "This is no e-mail address (name@example.vn). Check it or leave it empty.",
        ))
    }

    /// The identifier by which an exact search finds this person.
    #[must_use]
    pub fn identifier_key(&self) -> Option<String> {
        filled(self.identifier.as_ref()).map(str::to_owned)
    }

    /// The phone number as digits alone, `+84` as `0`.
    #[must_use]
    pub fn phone_key(&self) -> Option<String> {
        filled(self.phone.as_ref()).map(phone_key)
    }

    /// Where a letter may be sent.
    #[must_use]
    pub fn email_address(&self) -> Option<&str> {
        filled(self.email.as_ref())
    }

    /// `*******678` (DATA-07).
    #[must_use]
    pub fn masked_phone(&self) -> Option<String> {
        self.phone_key().map(|phone| mask(&phone, 3))
    }

    /// `********1234` (DATA-07).
    #[must_use]
    pub fn masked_identifier(&self) -> Option<String> {
        self.identifier_key().map(|identifier| mask(&identifier, 4))
    }
}

/// A phone number for exact search: its digits, `+84` as `0`.
#[must_use]
pub fn phone_key(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84") {
        Some(rest) if phone.trim_start().starts_with('+') => format!("0{rest}"),
        _ => digits,
    }
}

fn mask(text: &str, shown: usize) -> String {
    let length = text.chars().count();
    let hidden = length.saturating_sub(shown);
    text.chars().enumerate().map(|(index, c)| if index < hidden { '*' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn citizen() -> Applicant {
        Applicant { name: "Lò Thị Mai".into(), ..Applicant::default() }
    }

    /// DATA-07.
    #[test]
    fn masks_show_the_tail_alone() {
        let one = Applicant {
            identifier: Some("012345671234".into()),
            phone: Some("+84 912 345 678".into()),
            ..citizen()
        };
        assert_eq!(one.masked_identifier().as_deref(), Some("********1234"));
        assert_eq!(one.masked_phone().as_deref(), Some("*******678"));
        assert_eq!(one.phone_key().as_deref(), Some("0912345678"));
    }

    #[test]
    fn a_wrong_field_is_named() {
        let wrong = [
            (Applicant { name: "  ".into(), ..citizen() }, "applicant.name"),
            (Applicant { name: "\u{200b}\u{202e} \u{feff}".into(), ..citizen() }, "applicant.name"),
            (Applicant { name: "Lò\u{2028}Thị".into(), ..citizen() }, "applicant.name"),
            (Applicant { identifier: Some("12345".into()), ..citizen() }, "applicant.identifier"),
            (Applicant { phone: Some("không có".into()), ..citizen() }, "applicant.phone"),
            (Applicant { email: Some("mai@localhost".into()), ..citizen() }, "applicant.email"),
            (Applicant { email: Some("a b@c.vn".into()), ..citizen() }, "applicant.email"),
            (Applicant { address: Some("x\r\ny".into()), ..citizen() }, "applicant.address"),
        ];
        for (applicant, field) in wrong {
            let refusal = applicant.check().unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        assert_eq!(citizen().check(), Ok(()));
    }

    /// DATA-05: nothing of a person gets into a log by way of `Debug`.
    #[test]
    fn debug_shows_no_personal_data() {
        let one = Applicant { phone: Some("0912345678".into()), ..citizen() };
        let shown = format!("{one:?}");
        assert!(!shown.contains("Mai") && !shown.contains("0912"));
    }
}
