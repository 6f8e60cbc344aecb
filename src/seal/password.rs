//! Passwords as argon2id hashes. Hashing takes tens of milliseconds and megabytes:
//! never in a transaction, never on a thread that serves others.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A password that can't be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password can't be hashed")]
pub struct Unhashable;

/// The hash to be stored, with its own salt.
///
/// # Errors
/// Where argon2 refuses the input.
pub fn hash(password: &str) -> Result<String, Unhashable> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| Unhashable)
}

/// The memory that a hash fills, kept from one password to the next: given back, each thread that
/// ever had some would keep its own.
#[derive(Default)]
pub struct Workspace(Vec<Block>);

impl Workspace {
    fn of(&mut self, params: &Params) -> &mut [Block] {
        let blocks = params.block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        &mut self.0[..blocks]
    }
}

/// Whether `password` is the one behind `hash`.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    verify_in(&mut Workspace::default(), password, hash)
}

/// The same in memory that is there already.
///
/// Without a hash, as for a name that nobody has, the work is done all the same, so
/// that the time taken does not tell which names exist.
#[must_use]
pub fn verify_in(workspace: &mut Workspace, password: &str, hash: Option<&str>) -> bool {
    let stand_in =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K1xGyPzHkXqWkJvhLkMIH0ZXlJQJ5wJTvHzj3cWn0vY";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(stand_in)) else { return false };
    matches(workspace, password, &parsed) == Some(true) && hash.is_some()
}

/// None where the hash is not argon2's.
fn matches(workspace: &mut Workspace, password: &str, hash: &PasswordHash) -> Option<bool> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
    let params = Params::try_from(hash).ok()?;
    let (salt, expected) = hash.salt.as_ref().zip(hash.hash.as_ref())?;
    let mut out = vec![0; expected.len()];
    let blocks = workspace.of(&params);
    let argon = Argon2::new(algorithm, version, params);
    argon.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, blocks).ok()?;
    // Outputs are compared in constant time.
    Output::new(&out).ok().map(|out| out == *expected)
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    Short,
    Long,
    /// A list of common passwords, a keyboard's row or what everyone knows of its owner leads to it.
    Guessable,
}

/// Longer ones are refused: they'd only cost time.
pub const LONGEST: usize = 128;

/// What is wrong with a new password, if anything (S6): any characters are taken, none is asked
/// for; `known` is what others know of its owner.
#[must_use]
pub fn weakness(password: &str, shortest: usize, known: &[&str]) -> Option<Weakness> {
    let length = password.chars().count();
    if length < shortest {
        return Some(Weakness::Short);
    }
    if length > LONGEST {
        return Some(Weakness::Long);
    }
    let known: Vec<String> = known.iter().flat_map(|text| words_of(text)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).chain(HOUSE_WORDS).collect();
    // People who guess leave the marks out, and so does whoever types in a hurry.
    let is_weak = |password: &str| zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Three;
    (is_weak(password) || is_weak(&bare(password))).then_some(Weakness::Guessable)
}

/// A text's words without their marks, one by one and as one: `nguyen`, `van`, `thang`, `nguyenvanthang`.
fn words_of(text: &str) -> Vec<String> {
    let bare = bare(text);
    let words = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.clone().map(str::to_owned).chain([words.collect()]).collect()
}

/// Small letters without marks.
fn bare(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    letters.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// What everyone would try here.
const HOUSE_WORDS: [&str; 14] = [
    "dunghen",
    "dung",
    "hen",
    "laichau",
    "motcua",
    "hanhchinh",
    "congchuc",
    "hoso",
    "matkhau",
    "mat",
    "khau",
    "quantri",
    "vietnam",
    "trungtam",
];

/// Whether a hash was made with less effort than is usual now, so that it should be made anew (S4).
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return true };
    let Ok(params) = Params::try_from(&parsed) else { return true };
    let now = Params::DEFAULT;
    params.m_cost() < now.m_cost() || params.t_cost() < now.t_cost() || params.p_cost() < now.p_cost()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S6.
    #[test]
    fn what_others_would_try_is_no_password() {
        let known = ["nguyen.van.thang", "Nguyễn Văn Thắng", "H35.21"];
        for (password, expected) in [
            ("ngắn quá", Some(Weakness::Short)),
            ("123456789012", Some(Weakness::Guessable)),
            ("qwertyuiop[]", Some(Weakness::Guessable)),
            ("password1234", Some(Weakness::Guessable)),
            ("matkhau123456", Some(Weakness::Guessable)),
            ("aaaaaaaaaaaaaaaa", Some(Weakness::Guessable)),
            ("nguyenvanthang", Some(Weakness::Guessable)),
            ("laichau2026!", Some(Weakness::Guessable)),
            ("bốn con ngựa uống trà", None),
            ("x7-Quế-lang-thang-09", None),
        ] {
            assert_eq!(weakness(password, 12, &known), expected, "{password}");
        }
        assert_eq!(weakness(&"một câu dài ".repeat(11), 12, &known), Some(Weakness::Long));
        let long: String = "kể chuyện ngày xưa ở bản xa ".repeat(3).chars().take(64).collect();
        assert_eq!(weakness(&long, 12, &known), None);
    }

    #[test]
    fn a_hash_of_less_effort_is_outdated() {
        let strong = hash("một mật khẩu dài").unwrap();
        assert!(!is_outdated(&strong));
        assert!(is_outdated(&strong.replace("m=19456", "m=9728")));
        assert!(is_outdated(&strong.replace("t=2", "t=1")));
        assert!(is_outdated("không phải băm"));
    }

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let hash = hash("một mật khẩu dài").unwrap();
        assert!(verify("một mật khẩu dài", Some(&hash)));
        assert!(!verify("một mật khẩu khác", Some(&hash)));
        assert!(!verify("một mật khẩu dài", None));
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
