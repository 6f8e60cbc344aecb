//! Codes of a second factor by the clock (RFC 6238, SHA-1, six digits, thirty seconds), and the
//! codes that stand in for them when the telephone is lost.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::random;

const STEP_S: i64 = 30;
/// A telephone's clock may be so many steps off.
const DRIFT: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret that the service and a telephone share. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Secret([u8; 20]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    #[must_use]
    pub fn generate() -> Self {
        Self(random::bytes())
    }

    /// As one types it into an application that can't take a picture.
    #[must_use]
    pub fn typed(&self) -> String {
        base32(&self.0)
    }

    /// What the picture says to the application.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let escaped = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let (issuer, account) = (escaped(issuer), escaped(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.typed())
    }

    /// The code of a step.
    #[must_use]
    pub fn code(&self, step: i64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return String::new() };
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 0x0f);
        let chosen =
            digest.iter().skip(offset).take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
        format!("{:06}", (chosen & 0x7fff_ffff) % 1_000_000)
    }

    /// The step that `code` is of, if it is one of now and later than `last`: each counts once.
    #[must_use]
    pub fn step_of(&self, code: &str, seconds: i64, last: i64) -> Option<i64> {
        let now = seconds.div_euclid(STEP_S);
        (now - DRIFT..=now + DRIFT).find(|step| *step > last && same(&self.code(*step), code))
    }
}

/// Compares without telling by the time taken where two texts part.
fn same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differing == 0
}

/// A code for the day the telephone is lost: `ABCDE-FGHIJ`, fifty bits.
#[must_use]
pub fn recovery_code() -> String {
    let text = base32(&random::bytes::<7>());
    format!("{}-{}", &text[..5], &text[5..10])
}

/// A recovery code as it is compared: without what people put between or change in size.
#[must_use]
pub fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut group = [0; 5];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = group.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        for index in 0..(chunk.len() * 8).div_ceil(5) {
            let shift = 35 - 5 * index;
            let digit = usize::try_from((bits >> shift) & 31).unwrap_or(0);
            text.push(char::from(BASE32[digit]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: Secret = Secret(*b"12345678901234567890");

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(RFC.code(seconds / 30), code, "{seconds}");
        }
    }

    /// S7: a code counts once, within half a minute of its time.
    #[test]
    fn a_code_counts_once_and_near_its_time_alone() {
        let now = 1_234_567_890;
        let step = RFC.step_of("005924", now, 0).unwrap();
        assert_eq!(step, now / 30);
        assert_eq!(RFC.step_of("005924", now, step), None, "again");
        assert_eq!(RFC.step_of("005924", now + 30, 0), Some(step));
        assert_eq!(RFC.step_of("005924", now + 60, 0), None);
        assert_eq!(RFC.step_of("005924", now - 60, 0), None);
        for wrong in ["", "5924", "005925", "0059240"] {
            assert_eq!(RFC.step_of(wrong, now, 0), None, "{wrong:?}");
        }
    }

    /// RFC 4648, section 10, without its padding.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in
            [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(RFC.typed().len(), 32);
        assert_eq!(plain(" abcde-fgh2j "), "ABCDEFGH2J");
        assert_eq!(plain(&recovery_code()).len(), 10);
    }
}
