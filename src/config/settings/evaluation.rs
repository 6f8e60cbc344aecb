//! `[evaluation]`: the scales by which others evaluate, none of which is certain in law.

use serde::Deserialize;

use super::Count;
use crate::domain::scales::{ParScale, Partial, Scales};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evaluation {
    /// Points of indicator 2.1 of index 766 at 100 % (IDX-08).
    pub idx766_progress_points: Count<0, 100>,
    /// PAR-03.
    pub par_full_percent: Count<0, 100>,
    pub par_partial_percent: Count<0, 100>,
    /// `half` or `proportional`.
    pub par_partial_mode: Partial,
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            idx766_progress_points: Count(20),
            par_full_percent: Count(100),
            par_partial_percent: Count(95),
            par_partial_mode: Partial::Half,
        }
    }
}

impl Evaluation {
    #[must_use]
    pub fn scales(&self) -> Scales {
        let whole = |count: Count<0, 100>| u32::try_from(count.get()).unwrap_or(100);
        Scales {
            progress_points: whole(self.idx766_progress_points),
            par: ParScale {
                full_percent: whole(self.par_full_percent),
                partial_percent: whole(self.par_partial_percent),
                partial: self.par_partial_mode,
            },
        }
    }
}
