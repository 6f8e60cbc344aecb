//! The codes by which other systems' units and procedures are known here.
//!
//! A code depends on source and name alone, so that rows in any order give the same.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::domain::unit::UnitCode;

/// As much as a code may hold after `x-`.
const LONGEST: usize = 60;
const HASH_CHARS: usize = 6;

/// The name of a source: it begins every code made for it.
#[must_use]
pub fn is_source_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=24).contains(&text.len()) && text.bytes().all(plain)
}

/// `x-wabo-receipt-customer-contact`: readable, and of two names never the same. Where
/// the name can't be read back from the code, a piece of its hash tells it from others.
#[must_use]
pub fn external_code(source: &str, name: &str) -> String {
    let slug = slug(name);
    let room = LONGEST - source.len() - 1;
    if !slug.is_empty() && slug.len() <= room && reads_back(&slug, name) {
        return format!("x-{source}-{slug}");
    }
    let hash = crate::seal::hex(&Sha256::digest(name.as_bytes()));
    let short: String = slug.chars().take(room - HASH_CHARS - 1).collect();
    let short = short.trim_end_matches('-');
    let dash = if short.is_empty() { "" } else { "-" };
    format!("x-{source}-{short}{dash}{}", &hash[..HASH_CHARS])
}

/// The same as a unit's code; none where `source` is no source's name.
#[must_use]
pub fn external_unit(source: &str, name: &str) -> Option<UnitCode> {
    external_code(source, name).parse().ok()
}

/// Small letters and digits without accents, everything else a hyphen.
fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    let unaccented = name.nfd().map(|c| if c == 'đ' || c == 'Đ' { 'd' } else { c });
    for c in unaccented {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if c.is_ascii() && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    while slug.ends_with('-') {
        slug.pop();
    }
    slug
}

/// Whether the name is the code with a capital first letter and blanks for hyphens.
fn reads_back(slug: &str, name: &str) -> bool {
    let mut read = slug.replace('-', " ");
    if let Some(first) = read.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    read == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_names_apart_that_look_alike() {
        let code = |name| external_code("src", name);
        assert_eq!(code("Customer contact"), "x-src-customer-contact");
        let alike = ["customer contact", "Customer-contact", "CUSTOMER CONTACT", "Cüstomer contact"];
        let mut codes: Vec<_> = alike.iter().map(|name| code(name)).collect();
        codes.push(code("Customer contact"));
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 5, "{codes:?}");
    }

    #[test]
    fn any_name_gives_a_code_that_a_unit_may_have() {
        let long = "Trung tâm Phục vụ hành chính công và rất nhiều chữ nữa ở phía sau".repeat(3);
        for name in ["Sở Xây dựng", "PWDx", "GEN_", "…", "市役所", "--", &long, "Đ"] {
            let unit = external_unit("a-source-of-24-characters"[..24].trim_end_matches('-'), name);
            assert!(unit.is_some(), "{name}");
        }
        assert!(external_code("src", "Sở Xây dựng").starts_with("x-src-so-xay-dung-"));
    }
}
