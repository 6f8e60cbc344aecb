//! What this node knows about who leads.
//!
//! A term is trusted for a little less than the lease, counted by the machine's uptime from
//! before the lease was asked for: whatever became of the answer on its way, this node stops
//! first. It saves useless work and no more; what is written is refused by the epoch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a term is trusted.
pub const TRUST: Duration = Duration::from_secs(14);
/// Not having heard of the lease for so long, this node doesn't know who leads.
const HEARD: Duration = Duration::from_secs(30);

/// Shared by the loop that asks for the lease and everybody who wants to know.
#[derive(Clone, Debug, Default)]
pub struct Lead(Arc<Mutex<Known>>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// When the lease was asked for last with an answer, as uptime.
    heard: Option<Duration>,
    /// The epoch that this node leads under.
    epoch: Option<i64>,
}

/// Who leads, as far as this node knows at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Unknown,
    Follows,
    /// This node does, under this epoch.
    Leads(i64),
}

impl Lead {
    /// The lease was asked for at `asked` and granted under `epoch`, or is another's.
    pub fn heard(&self, asked: Duration, epoch: Option<i64>) {
        *self.known() = Known { heard: Some(asked), epoch };
    }

    /// This node has given the lease back.
    pub fn resign(&self) {
        self.known().epoch = None;
    }

    #[must_use]
    pub fn standing(&self, uptime: Duration) -> Standing {
        let Known { heard: Some(heard), epoch } = *self.known() else { return Standing::Unknown };
        let ago = uptime.saturating_sub(heard);
        match epoch {
            Some(epoch) if ago < TRUST => Standing::Leads(epoch),
            _ if ago < HEARD => Standing::Follows,
            _ => Standing::Unknown,
        }
    }

    /// The epoch under which this node may act.
    #[must_use]
    pub fn epoch(&self, uptime: Duration) -> Option<i64> {
        match self.standing(uptime) {
            Standing::Leads(epoch) => Some(epoch),
            Standing::Follows | Standing::Unknown => None,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_term_is_trusted_for_fourteen_seconds_from_when_it_was_asked_for() {
        let lead = Lead::default();
        assert_eq!(lead.standing(SECOND), Standing::Unknown);
        lead.heard(SECOND, Some(7));
        assert_eq!(lead.standing(SECOND * 15 - Duration::from_nanos(1)), Standing::Leads(7));
        assert_eq!(lead.standing(SECOND * 15), Standing::Follows);
        assert_eq!(lead.standing(SECOND * 31), Standing::Unknown);
    }

    #[test]
    fn a_slow_answer_does_not_extend_trust() {
        let lead = Lead::default();
        lead.heard(SECOND, Some(7));
        // Asked at 5 s; the answer took until 14 s.
        lead.heard(SECOND * 5, Some(7));
        assert_eq!(lead.epoch(SECOND * 18), Some(7));
        assert_eq!(lead.epoch(SECOND * 19), None);
    }

    #[test]
    fn who_resigns_or_hears_of_another_leads_no_more() {
        let lead = Lead::default();
        lead.heard(SECOND, Some(7));
        lead.resign();
        assert_eq!(lead.standing(SECOND * 2), Standing::Follows);
        lead.heard(SECOND * 2, Some(9));
        lead.heard(SECOND * 3, None);
        assert_eq!(lead.standing(SECOND * 4), Standing::Follows);
    }
}
