//! Seals personal data before it reaches the database, and codes it for exact search.
//!
//! The keys come from outside of the database. A sealed value says by key id which
//! key opens it, so that keys can be exchanged; it is bound to its use, so that an
//! applicant's record can't be passed off as a letter.

pub mod password;
pub mod terms;
pub mod totp;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::random;

const NONCE_LENGTH: usize = 24;

/// The keys in use, the same for all clones: one that seals, older ones that still open, and one
/// for search codes.
#[derive(Clone)]
pub struct Keyring {
    ring: Arc<RwLock<Ring>>,
    /// Where they lie: read again where something was sealed with a key that came later.
    file: Option<PathBuf>,
}

#[derive(Clone)]
struct Ring {
    current: String,
    keys: BTreeMap<String, [u8; 32]>,
    search: [u8; 32],
}

/// Says which keys there are, never what they are.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("current", &self.current()).finish_non_exhaustive()
    }
}

/// What a sealed value is for; it opens for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Applicant,
    Letter,
    /// The secret that a telephone shares with us.
    SecondFactor,
    /// That somebody's password was right, for as long as their code is asked for.
    Ticket,
    /// What a browser keeps while its owner signs in at the identity provider.
    Journey,
}

impl Use {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Applicant => b"dunghen applicant 1",
            Self::Letter => b"dunghen letter 1",
            Self::SecondFactor => b"dunghen second factor 1",
            Self::Ticket => b"dunghen ticket 1",
            Self::Journey => b"dunghen journey 1",
        }
    }
}

/// A sealed value as it is stored: nonce and ciphertext, and the key that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub key_id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the key {0:?} is not in the key file; the value can't be opened without it")]
    UnknownKey(String),
    #[error("a sealed value was damaged or sealed for another use")]
    Broken,
    #[error("a value can't be written as JSON")]
    Unwritable,
}

impl Keyring {
    /// A keyring whose `current` key seals; `keys` must hold it.
    ///
    /// # Errors
    /// Where the current key is missing.
    pub fn new(
        current: impl Into<String>,
        keys: BTreeMap<String, [u8; 32]>,
        search: [u8; 32],
    ) -> Result<Self, SealError> {
        let current = current.into();
        if !keys.contains_key(&current) {
            return Err(SealError::UnknownKey(current));
        }
        Ok(Self::of(Ring { current, keys, search }))
    }

    fn of(ring: Ring) -> Self {
        Self { ring: Arc::new(RwLock::new(ring)), file: None }
    }

    /// The same keys, known to lie in `file`.
    #[must_use]
    pub fn kept_in(self, file: &Path) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that seals.
    #[must_use]
    pub fn current(&self) -> String {
        self.ring().current.clone()
    }

    /// Reads the file again, as after another process has put a new key into it.
    pub fn read_again(&self) {
        let Some(text) = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()) else {
            return;
        };
        let Ok(fresh) = Self::from_file(&text) else { return };
        let fresh = fresh.ring().clone();
        // Whoever takes keys away while something needs them would close it for ever.
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if ring.keys.keys().all(|id| fresh.keys.contains_key(id)) && ring.search == fresh.search {
            *ring = fresh;
        }
    }

    /// The same keys and a new one, which does not seal yet.
    #[must_use]
    pub fn with_new_key(&self) -> Self {
        let mut ring = self.ring().clone();
        let last = ring.keys.keys().filter_map(|id| id.parse::<u64>().ok()).max().unwrap_or(0);
        ring.keys.insert((last + 1).to_string(), random::bytes());
        Self { ring: Arc::new(RwLock::new(ring)), file: self.file.clone() }
    }

    /// The same keys, of which the newest seals; nothing where it does already.
    #[must_use]
    pub fn sealing_with_newest(&self) -> Option<Self> {
        let mut ring = self.ring().clone();
        let newest = ring.keys.keys().max_by_key(|id| id.parse::<u64>().unwrap_or(0))?.clone();
        if newest == ring.current {
            return None;
        }
        ring.current = newest;
        Some(Self { ring: Arc::new(RwLock::new(ring)), file: self.file.clone() })
    }

    /// Fresh keys, for a demonstration or a first start.
    #[must_use]
    pub fn generate() -> Self {
        let current = "1".to_owned();
        let keys = BTreeMap::from([(current.clone(), random::bytes())]);
        Self::of(Ring { current, keys, search: random::bytes() })
    }

    /// The key file's lines: `current ID`, `key ID HEX` and `search HEX`.
    #[must_use]
    pub fn to_file(&self) -> String {
        let ring = self.ring();
        let mut text = format!("current {}\n", ring.current);
        for (id, key) in &ring.keys {
            text.push_str(&format!("key {id} {}\n", hex(key)));
        }
        text.push_str(&format!("search {}\n", hex(&ring.search)));
        text
    }

    /// Reads what [`Self::to_file`] wrote.
    ///
    /// # Errors
    /// With the number of the first line that is not understood; never with its content.
    pub fn from_file(text: &str) -> Result<Self, KeyFileError> {
        let (mut current, mut keys, mut search) = (None, BTreeMap::new(), None);
        for (index, line) in text.lines().enumerate() {
            let wrong = || KeyFileError::Line(index + 1);
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [] => {}
                ["current", id] => current = Some((*id).to_owned()),
                ["key", id, key] => {
                    keys.insert((*id).to_owned(), unhex(key).ok_or_else(wrong)?);
                }
                ["search", key] => search = Some(unhex(key).ok_or_else(wrong)?),
                _ => return Err(wrong()),
            }
        }
        let (Some(current), Some(search)) = (current, search) else { return Err(KeyFileError::Incomplete) };
        Self::new(current, keys, search).map_err(|_| KeyFileError::Incomplete)
    }

    /// Seals `value`, each time differently.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn seal<T: Serialize>(&self, value: &T, purpose: Use) -> Result<Sealed, SealError> {
        let plain = serde_json::to_vec(value).map_err(|_| SealError::Unwritable)?;
        self.close(&plain, purpose)
    }

    fn close(&self, plain: &[u8], purpose: Use) -> Result<Sealed, SealError> {
        let nonce: [u8; NONCE_LENGTH] = random::bytes();
        let current = self.current();
        let payload = Payload { msg: plain, aad: purpose.label() };
        let cipher = self.cipher(&current)?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok(Sealed { bytes, key_id: current })
    }

    /// The same value sealed with the present key.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reseal(&self, sealed: &Sealed, purpose: Use) -> Result<Sealed, SealError> {
        self.close(&self.plain(sealed, purpose)?, purpose)
    }

    /// Opens what was sealed for the same use.
    ///
    /// # Errors
    /// Where the key is gone, or the value was damaged or sealed for another use.
    pub fn open<T: DeserializeOwned>(&self, sealed: &Sealed, purpose: Use) -> Result<T, SealError> {
        serde_json::from_slice(&self.plain(sealed, purpose)?).map_err(|_| SealError::Broken)
    }

    fn plain(&self, sealed: &Sealed, purpose: Use) -> Result<Vec<u8>, SealError> {
        let (nonce, body) = sealed.bytes.split_at_checked(NONCE_LENGTH).ok_or(SealError::Broken)?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| SealError::Broken)?;
        let payload = Payload { msg: body, aad: purpose.label() };
        let cipher = self.cipher(&sealed.key_id)?;
        cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)
    }

    fn cipher(&self, key_id: &str) -> Result<XChaCha20Poly1305, SealError> {
        let known = || self.ring().keys.get(key_id).copied();
        let key = known().or_else(|| {
            self.read_again();
            known()
        });
        let key = key.ok_or_else(|| SealError::UnknownKey(key_id.to_owned()))?;
        Ok(XChaCha20Poly1305::new(&key.into()))
    }

    /// A code by which an equal value can be found again, and nothing else be learned.
    #[must_use]
    pub fn search_code(&self, kind: &str, value: &str) -> Vec<u8> {
        self.mac(&[b"search", kind.as_bytes(), value.as_bytes()])
    }

    /// A token that only this service can make for `session`, for its forms.
    #[must_use]
    pub fn form_token(&self, session: &[u8]) -> Mark {
        Mark(hex(&self.mac(&[b"form", session])[..16]).into_bytes())
    }

    /// The mark of a device on which `account` was signed in; `nonce` tells devices apart.
    #[must_use]
    pub fn device_mark(&self, account: &str, nonce: &[u8]) -> Mark {
        Mark(self.mac(&[b"device", nonce, account.as_bytes()])[..16].to_vec())
    }

    /// The seal of an anchor of the audit log, which nobody else can make.
    #[must_use]
    pub fn anchor_code(&self, anchor: &str) -> Mark {
        Mark(hex(&self.mac(&[b"anchor", anchor.as_bytes()])).into_bytes())
    }

    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.ring().search) else {
            return Vec::new();
        };
        for part in parts {
            mac.update(part);
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

/// What this service alone can make, and others bring back to it. How long it takes to compare says nothing
/// about how much of it was guessed; it can't be compared in another way:
///
/// ```compile_fail
/// let keys = dunghen::seal::Keyring::generate();
/// assert!(keys.form_token(b"one") != keys.form_token(b"another"));
/// ```
#[derive(Clone, Default)]
pub struct Mark(Vec<u8>);

impl Mark {
    /// Whether `given` is this one. Nothing is what was never made.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        !self.0.is_empty() && self.0.ct_eq(given).into()
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// As it stands in forms and files.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// Says nothing of it: whoever has it may be taken for its owner.
impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark")
    }
}

/// Why a key file can't be used. Its content is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("line {0} is neither `current ID`, `key ID HEX` nor `search HEX` (64 hexadecimal digits)")]
    Line(usize),
    #[error("it must have `current ID`, that key's `key ID HEX` and `search HEX`")]
    Incomplete,
}

/// The SHA-256 of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Reads 64 hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_again_and_shows_nothing_of_itself() {
        let keys = Keyring::generate();
        let sealed = keys.seal(&"Nguyễn Văn A", Use::Applicant).unwrap();
        assert_eq!(keys.open::<String>(&sealed, Use::Applicant).unwrap(), "Nguyễn Văn A");
        assert!(!String::from_utf8_lossy(&sealed.bytes).contains("Nguy"));
        assert_ne!(keys.seal(&"Nguyễn Văn A", Use::Applicant).unwrap(), sealed);
    }

    #[test]
    fn a_sealed_value_opens_for_no_other_use_key_or_content() {
        let keys = Keyring::generate();
        let sealed = keys.seal(&"secret", Use::Applicant).unwrap();
        assert_eq!(keys.open::<String>(&sealed, Use::Letter), Err(SealError::Broken));
        assert_eq!(Keyring::generate().open::<String>(&sealed, Use::Applicant), Err(SealError::Broken));
        let mut damaged = sealed;
        damaged.bytes[30] ^= 1;
        assert_eq!(keys.open::<String>(&damaged, Use::Applicant), Err(SealError::Broken));
    }

    #[test]
    fn a_mark_is_itself_alone_and_shows_nothing_of_itself() {
        let keys = Keyring::generate();
        let mark = keys.form_token(b"session");
        let told = mark.to_string();
        assert!(mark.is(told.as_bytes()) && keys.form_token(b"session").is(told.as_bytes()));
        assert!(!keys.form_token(b"another").is(told.as_bytes()));
        for other in ["", &told[1..], &told[..told.len() - 1], &format!("{told}0"), &told.to_uppercase()] {
            assert_eq!(mark.is(other.as_bytes()), other == told, "{other:?}");
        }
        assert!(!Mark::default().is(b""), "what was never made");
        assert!(!format!("{mark:?}").contains(&told));
    }

    #[test]
    fn a_key_file_reads_back_and_names_only_the_line_at_fault() {
        let keys = Keyring::generate();
        let sealed = keys.seal(&7, Use::Letter).unwrap();
        let again = Keyring::from_file(&keys.to_file()).unwrap();
        assert_eq!(again.open::<i32>(&sealed, Use::Letter), Ok(7));
        assert_eq!(again.search_code("phone", "0912"), keys.search_code("phone", "0912"));
        assert_eq!(Keyring::from_file("current 1\nkey 1 abc\n").unwrap_err(), KeyFileError::Line(2));
        assert_eq!(Keyring::from_file("current 1\n").unwrap_err(), KeyFileError::Incomplete);
    }

    #[test]
    fn a_new_key_seals_from_its_turn_on_and_the_old_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let old = Keyring::generate();
        std::fs::write(&file, old.to_file()).unwrap();
        let running = Keyring::from_file(&old.to_file()).unwrap().kept_in(&file);
        let before = running.seal(&"Lò Thị Mai", Use::Applicant).unwrap();
        assert!(old.sealing_with_newest().is_none());
        let prepared = old.with_new_key();
        assert_eq!(prepared.current(), "1");
        let turned = prepared.sealing_with_newest().unwrap();
        let after = turned.reseal(&before, Use::Applicant).unwrap();
        assert_eq!(after.key_id, "2");
        assert_eq!(turned.search_code("phone", "0912"), running.search_code("phone", "0912"));
        assert_eq!(running.open::<String>(&after, Use::Applicant), Err(SealError::UnknownKey("2".into())));
        // As soon as the file has it, whoever runs reads it without a restart.
        std::fs::write(&file, turned.to_file()).unwrap();
        assert_eq!(running.open::<String>(&after, Use::Applicant).unwrap(), "Lò Thị Mai");
        assert_eq!(running.open::<String>(&before, Use::Applicant).unwrap(), "Lò Thị Mai");
        assert_eq!(running.current(), "2");
        // A file that lost a key is not taken.
        std::fs::write(&file, Keyring::generate().to_file()).unwrap();
        running.read_again();
        assert_eq!(running.current(), "2");
    }
}
