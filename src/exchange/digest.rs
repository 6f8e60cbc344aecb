//! What tells one record of a source from another, whatever file it comes in.

use sha2::{Digest as _, Sha256};

use super::mapping::Mapping;
use crate::work::import::record::Digest;

/// The parts of one record, each told apart from the next.
pub(super) struct Parts(Sha256);

impl Parts {
    /// A record that is read in another way is another record.
    pub(super) fn of(mapping: &Mapping) -> Self {
        Self(Sha256::new_with_prefix(mapping.fingerprint))
    }

    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update(part.len().to_le_bytes());
        self.0.update(part);
    }

    pub(super) fn digest(self) -> Digest {
        let mut digest = Digest::default();
        digest.copy_from_slice(&self.0.finalize()[..16]);
        digest
    }
}
