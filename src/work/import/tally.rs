//! What an import run has done to each dossier, counted without asking the database again.

use super::life::Life;
use super::{Group, Run};

/// Dossiers by what a run did to each; of one batch it is what the batch changes in that, so that
/// a dossier that an earlier batch left unchanged may be taken away there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
}

/// What a run has done to a dossier so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Created,
    Updated,
    Unchanged,
}

impl Tally {
    /// What a batch changes: whether its dossiers count elsewhere now than before it.
    pub(super) fn of_batch(run: &Run, groups: &[Group<'_>], lives: &[Life]) -> Self {
        let mut tally = Self::default();
        for (group, life) in groups.iter().zip(lives) {
            let before = group.fate_before(run);
            let after = group.fate_after(run, life);
            if before != Some(after) {
                *tally.of(after) += 1;
                if let Some(before) = before {
                    *tally.of(before) -= 1;
                }
            }
        }
        tally
    }

    pub(super) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
    }

    fn of(&mut self, fate: Fate) -> &mut i64 {
        match fate {
            Fate::Created => &mut self.created,
            Fate::Updated => &mut self.updated,
            Fate::Unchanged => &mut self.unchanged,
        }
    }
}

impl Group<'_> {
    /// What this run had done to the dossier before the batch; none where it had not seen it.
    fn fate_before(&self, run: &Run) -> Option<Fate> {
        let known = self.known.filter(|known| known.seen_batch == Some(run.id))?;
        Some(if known.created_batch == Some(run.id) {
            Fate::Created
        } else if known.changed_batch == Some(run.id) {
            Fate::Updated
        } else {
            Fate::Unchanged
        })
    }

    fn fate_after(&self, run: &Run, life: &Life) -> Fate {
        match self.fate_before(run) {
            None if self.known.is_none() => Fate::Created,
            None | Some(Fate::Unchanged) if !life.added.is_empty() => Fate::Updated,
            None => Fate::Unchanged,
            Some(before) => before,
        }
    }
}
