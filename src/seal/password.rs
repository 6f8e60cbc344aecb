//! Passwords as argon2id hashes. Hashing takes tens of milliseconds and megabytes:
//! never in a transaction, never on a thread that serves others.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

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

/// Whether `password` is the one behind `hash`.
///
/// Without a hash, as for a name that nobody has, the work is done all the same, so
/// that the time taken does not tell which names exist.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let stand_in =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K1xGyPzHkXqWkJvhLkMIH0ZXlJQJ5wJTvHzj3cWn0vY";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(stand_in)) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let hash = hash("một mật khẩu dài").unwrap();
        assert!(verify("một mật khẩu dài", Some(&hash)));
        assert!(!verify("một mật khẩu khác", Some(&hash)));
        assert!(!verify("một mật khẩu dài", None));
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
