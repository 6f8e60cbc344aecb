//! Proves that a database is whole: its file, its references, its history, its audit chain,
//! and that the keys at hand open what is sealed in it.

use std::path::PathBuf;
use std::sync::Arc;

use super::fault::{Fault, Result};
use crate::clock::Clock;
use crate::db::Db;
use crate::seal::{Keyring, Sealed, Use};
use crate::store::soundness::{self, Counts};
use crate::work::desk::Desk;
use crate::work::verify::{self, Finding, Verdict};

/// Whoever looks: the law to replay with, the keys to try, the clock to measure by.
#[derive(Clone, Debug)]
pub struct Inspector {
    pub desk: Desk,
    pub clock: Clock,
    /// The keys at hand; none where their file is not there.
    pub keys: Option<Arc<Keyring>>,
    /// Where the keys should lie, for people to be told.
    pub key_file: PathBuf,
}

/// What was proved.
#[derive(Clone, Debug)]
pub struct Proof {
    pub counts: Counts,
    /// Where replayed events and stored rows differ, or the audit chain is broken.
    pub findings: Vec<Finding>,
    pub keys: Keys,
}

/// How the keys at hand stand to what is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    NothingSealed,
    /// A value sealed with each key was opened.
    Open,
    /// The first key of which a value does not open.
    Closed {
        key_id: String,
    },
}

impl Inspector {
    /// Looks through everything; `name` is how people know the database.
    ///
    /// # Errors
    /// [`Fault::Damaged`] where the file is not whole; findings are no error here.
    pub async fn inspect(&self, db: &Db, name: &str) -> Result<Proof> {
        let damaged = |what: String| Fault::Damaged { what, where_: name.to_owned() };
        let wrong = || Fault::reading_back(name);
        let damages = db.report(async |tx| soundness::damages(tx).await).await.map_err(wrong())?;
        if let Some(first) = damages.into_iter().next() {
            return Err(damaged(first));
        }
        let dangling = db.report(async |tx| soundness::dangling(tx).await).await.map_err(wrong())?;
        if dangling > 0 {
            return Err(damaged(format!("{dangling} rows point to rows that are not there")));
        }
        let counts = db.report(async |tx| soundness::counts(tx).await).await.map_err(wrong())?;
        let verdict = verify::dossiers(db, &self.desk, Verdict::default()).await.map_err(wrong())?;
        let verdict = verify::figures(db, verdict).await.map_err(wrong())?;
        let verdict = verify::audit(db, verdict).await.map_err(wrong())?;
        Ok(Proof { counts, findings: verdict.findings, keys: self.try_keys(db, name).await? })
    }

    async fn try_keys(&self, db: &Db, name: &str) -> Result<Keys> {
        let wrong = || Fault::reading_back(name);
        let applicants =
            db.report(async |tx| soundness::sealed_applicants(tx).await).await.map_err(wrong())?;
        let letters = db.report(async |tx| soundness::sealed_letters(tx).await).await.map_err(wrong())?;
        let applicants = applicants.into_iter().map(|sealed| (sealed, Use::Applicant));
        let samples: Vec<_> =
            applicants.chain(letters.into_iter().map(|sealed| (sealed, Use::Letter))).collect();
        if samples.is_empty() {
            return Ok(Keys::NothingSealed);
        }
        let closed = samples.into_iter().find(|(sealed, purpose)| !self.opens(sealed, *purpose));
        Ok(closed.map_or(Keys::Open, |(sealed, _)| Keys::Closed { key_id: sealed.key_id }))
    }

    fn opens(&self, sealed: &Sealed, purpose: Use) -> bool {
        let opened = self.keys.as_ref().map(|keys| keys.open::<serde_json::Value>(sealed, purpose));
        matches!(opened, Some(Ok(_)))
    }
}
