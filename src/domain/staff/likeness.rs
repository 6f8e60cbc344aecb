//! Whether two accounts may be one person's: where the law wants a second person, a second account of the
//! first one is none (LATE-11, TIME-16).
//!
//! What is known of an account is what its administrator wrote down; nothing here looks at what its owner did.

use crate::domain::words::folded;

/// What is known of whoever has an account.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub name: &'a str,
    pub email: Option<&'a str>,
}

/// By what two accounts look like one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    Email,
    /// The same name, and no addresses that tell its bearers apart.
    Name,
}

/// In what two accounts are alike; nothing where they are two persons' as far as anybody knows.
///
/// Namesakes are two persons once each of them has an address of their own.
#[must_use]
pub fn likeness(one: Known, other: Known) -> Option<Likeness> {
    match (one.email.map(mailbox), other.email.map(mailbox)) {
        (Some(one), Some(other)) => (one == other).then_some(Likeness::Email),
        _ => (plain(one.name) == plain(other.name)).then_some(Likeness::Name),
    }
}

/// Where a letter arrives: capitals make no other mailbox, nor does what stands behind a plus sign.
fn mailbox(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, host)) = email.split_once('@') else { return email };
    let local = local.split('+').next().unwrap_or(local);
    format!("{local}@{host}")
}

/// However it was typed.
fn plain(name: &str) -> String {
    folded(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_one_person_and_one_name_is_unless_addresses_tell_its_bearers_apart() {
        let mai = |email| Known { name: "Lò Thị Mai", email };
        let other = |name, email| Known { name, email };
        for (two, expected) in [
            (other("Lò Thị Mai", None), Some(Likeness::Name)),
            (other("  lo thi  MAI ", None), Some(Likeness::Name)),
            (other("Lò Thị Mai", Some("mai@laichau.gov.vn")), Some(Likeness::Name)),
            (other("Lò Thị May", None), None),
        ] {
            assert_eq!(likeness(mai(None), two), expected, "{two:?}");
            assert_eq!(likeness(two, mai(None)), expected, "{two:?} the other way round");
        }
        for (two, expected) in [
            (other("Lò Thị Mai", Some("mai.2@laichau.gov.vn")), None),
            (other("Hoàng Thị Yến", Some(" Mai@LaiChau.gov.vn")), Some(Likeness::Email)),
            (other("Hoàng Thị Yến", Some("mai+2@laichau.gov.vn")), Some(Likeness::Email)),
            (other("Hoàng Thị Yến", Some("mai@sonla.gov.vn")), None),
            (other("Lò Thị Mai", None), Some(Likeness::Name)),
            (other("Hoàng Thị Yến", None), None),
        ] {
            assert_eq!(likeness(mai(Some("mai@laichau.gov.vn")), two), expected, "{two:?}");
        }
    }
}
