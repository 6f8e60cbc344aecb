//! Anchors of the audit chain: the number and hash of its last row, written down elsewhere every
//! hour. A chain alone shows neither a cut-off end nor that it was written anew as a whole (S21).

use super::desk::Desk;
use super::verify::{Finding, Verdict};
use crate::db::{Db, Result, Tx};
use crate::domain::time::Moment;
use crate::seal::{Keyring, hex};
use crate::store::audit::{self, Head};

/// The chain's last row at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub at: Moment,
    pub head: Head,
}

/// A line that is no anchor of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    #[error("the line is no anchor (INSTANT NUMBER HASH SEAL)")]
    Unreadable,
    #[error("the anchor was not written with the keys at hand, or was changed")]
    Forged,
}

impl Anchor {
    /// The chain's head now.
    pub async fn now(tx: &mut Tx, desk: &Desk) -> Result<Self> {
        Ok(Self { at: desk.now, head: audit::head(tx).await? })
    }

    /// `2026-11-27T05:00:00.000000Z 4711 HASH SEAL`.
    #[must_use]
    pub fn line(&self, keys: &Keyring) -> String {
        let told = self.told();
        format!("{told} {}", keys.anchor_code(&told))
    }

    fn told(&self) -> String {
        format!("{} {} {}", self.at, self.head.seq, hex(&self.head.hash))
    }

    /// Reads what [`Self::line`] wrote.
    ///
    /// # Errors
    /// Where it is no such line, or not one of these keys.
    pub fn read(line: &str, keys: &Keyring) -> std::result::Result<Self, NotOurs> {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [at, seq, hash, seal] = parts.as_slice() else { return Err(NotOurs::Unreadable) };
        let at = at.parse().map_err(|_| NotOurs::Unreadable)?;
        let seq = seq.parse().map_err(|_| NotOurs::Unreadable)?;
        let hash = crate::seal::unhex(hash).ok_or(NotOurs::Unreadable)?.to_vec();
        let anchor = Self { at, head: Head { seq, hash } };
        if keys.anchor_code(&anchor.told()).is(seal.as_bytes()) { Ok(anchor) } else { Err(NotOurs::Forged) }
    }
}

/// Compares the log with anchors that were written down elsewhere, oldest first.
pub async fn check(db: &Db, anchors: &[Anchor], verdict: &mut Verdict) -> Result<()> {
    let mut sound = 0;
    for anchor in anchors {
        let seq = anchor.head.seq;
        let there = if seq == 0 {
            Some(Head::default().hash)
        } else {
            db.read(async |tx| audit::hash_of(tx, seq).await).await?
        };
        let what = match there {
            Some(hash) if hash == anchor.head.hash => {
                sound = seq;
                continue;
            }
            Some(_) => format!("rows {} to {seq} are not those that were there at {}", sound + 1, anchor.at),
            None => format!("the log had {seq} rows at {}; those at its end are gone", anchor.at),
        };
        verdict.findings.push(Finding { subject: format!("audit row {}", sound + 1), what });
        return Ok(());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_reads_back_and_no_other_keys_make_one() {
        let keys = Keyring::generate();
        let head = Head { seq: 4711, hash: vec![7; 32] };
        let anchor = Anchor { at: Moment::from_seconds(1_700_000_000).unwrap(), head };
        let line = anchor.line(&keys);
        assert_eq!(Anchor::read(&line, &keys), Ok(anchor));
        assert_eq!(Anchor::read(&line, &Keyring::generate()), Err(NotOurs::Forged));
        assert_eq!(Anchor::read(&line.replace("4711", "4712"), &keys), Err(NotOurs::Forged));
        assert_eq!(Anchor::read("", &keys), Err(NotOurs::Unreadable));
    }
}
