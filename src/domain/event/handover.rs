//! What the receiving side puts down about the giver at a hand-over (LIFE-04).

use serde::{Deserialize, Serialize};

use crate::domain::promise::Outcome;
use crate::domain::time::Moment;

/// How the giver stood to the due instant of what they hand over. Kept with the event: a later
/// calendar changes no verdict that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub due_at: Moment,
    /// Trước hạn, đúng hạn, quá hạn.
    pub timeliness: Outcome,
}
