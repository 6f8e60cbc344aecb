//! Terms of the index by which persons are found: codes of pieces of what they told.
//!
//! What the index gives away, to whoever has the database and not the keys: which persons share a
//! piece, and how many have it. A piece that very many have can be guessed from that ("thị"), one
//! that few have can't, and no guess can be tried. Hence terms have a key for their use alone, and
//! no longer pieces than finding needs.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Keyring;

/// Makes terms; ready to make many.
#[derive(Clone)]
pub struct TermKey(Option<Hmac<Sha256>>);

impl std::fmt::Debug for TermKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TermKey")
    }
}

impl Keyring {
    /// The key of the index of persons, derived from the one for search codes: it stays when the
    /// keys that seal are exchanged.
    #[must_use]
    pub fn term_key(&self) -> TermKey {
        TermKey(Hmac::new_from_slice(&self.mac(&[b"person terms 1"])).ok())
    }
}

impl TermKey {
    /// The term of a piece of this kind. Two pieces may share one by chance, so what is found is
    /// compared again.
    #[must_use]
    pub fn term(&self, kind: &str, piece: &str) -> i64 {
        let Some(mut mac) = self.0.clone() else { return 0 };
        for part in [kind, piece] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        let code = mac.finalize().into_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&code[..8]);
        i64::from_be_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_hangs_on_key_kind_and_piece_and_not_on_the_key_that_seals() {
        let keys = Keyring::generate();
        let term = keys.term_key().term("word", "nguy");
        assert_eq!(keys.term_key().term("word", "nguy"), term);
        let turned = keys.with_new_key().sealing_with_newest().unwrap();
        assert_eq!(turned.term_key().term("word", "nguy"), term);
        for other in [
            keys.term_key().term("word", "ngu"),
            keys.term_key().term("tail", "nguy"),
            Keyring::generate().term_key().term("word", "nguy"),
        ] {
            assert_ne!(other, term);
        }
        // It is no beginning of an exact search code either.
        assert_ne!(keys.search_code("word", "nguy")[..8], term.to_be_bytes());
    }
}
