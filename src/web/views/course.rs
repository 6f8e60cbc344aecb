//! How a dossier went through the hands: the control slip, the stages, the clock and its stops, and
//! whose the lateness is.

use super::parts::When;

/// Everything below the promises; a part without lines is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub slip: Vec<SlipLine>,
    pub stages: Vec<StageLine>,
    /// One sentence a run of the clock (TIME-18).
    pub runs: Vec<String>,
    /// Excluded beside elapsed working time (STOP-04).
    pub stood: Option<String>,
    /// What else is to be known: a second supplement, a settlement that was opened again.
    pub notes: Vec<String>,
    pub lateness: Option<Lateness>,
}

/// One line of the control slip (LIFE-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipLine {
    pub step: String,
    /// Who has or had it; none of a step that is to come.
    pub giver: Option<String>,
    pub receiver: Option<String>,
    pub due: Option<When>,
    pub done: Option<When>,
    /// `trước hạn`, `đúng hạn`, `quá hạn`.
    pub timeliness: Option<&'static str>,
    pub late: bool,
    /// What else there is to say of it.
    pub aside: Option<&'static str>,
    /// The step that the dossier is at.
    pub now: bool,
}

/// One stage of an interlinked procedure (LINK-01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLine {
    pub name: String,
    pub unit: String,
    pub limit: String,
    pub planned: Option<When>,
    pub started: Option<When>,
    pub due: Option<When>,
    pub ended: Option<When>,
    pub timeliness: Option<&'static str>,
    pub late: bool,
}

/// The late working time and its parts, which add up to it (LINK-05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lateness {
    pub whole: String,
    pub shares: Vec<ShareLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareLine {
    pub party: String,
    pub time: String,
}
