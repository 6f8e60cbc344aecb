//! The catalogue with the day on which each procedure would be returned if it were filed now: for
//! the counter inside of the frame, for citizens without.

use askama::Template;

use super::intake::Quote;
use super::parts::{Choice, When};
use super::shell::Shell;

/// `/procedures`.
#[derive(Clone, Debug, Template)]
#[template(path = "procedures.html")]
pub struct Procedures {
    pub shell: Shell,
    pub list: ProcedureList,
}

/// `/cong-khai/thu-tuc`.
#[derive(Clone, Debug, Template)]
#[template(path = "procedures_public.html")]
pub struct PublicProcedures {
    pub shell: Shell,
    pub list: ProcedureList,
}

/// What both show.
#[derive(Clone, Debug)]
pub struct ProcedureList {
    /// Where the list is asked for again.
    pub path: &'static str,
    pub office: String,
    /// What was searched for.
    pub q: String,
    /// The counters that might receive.
    pub units: Vec<Choice>,
    /// The instant that "now" is.
    pub now: When,
    /// What holds for everything today, as that it is a day off.
    pub notice: Option<String>,
    pub fields: Vec<FieldRows>,
}

/// The procedures of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRows {
    pub field: String,
    pub rows: Vec<ProcedureRow>,
}

/// One procedure in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcedureRow {
    pub href: String,
    pub code: String,
    pub name: String,
    /// What it is found by, without accents.
    pub found_by: String,
    /// `3 ngày làm việc`
    pub limit: String,
    /// The law's own limit, where a shorter one is promised.
    pub instead_of: Option<String>,
    /// Who settles it; none where that is known once a commune is chosen.
    pub competent: Option<String>,
    pub due: Option<When>,
    /// Why there is no day, or what to know about it.
    pub notes: Vec<String>,
    /// Whether the day rests on a year that is not final.
    pub provisional: bool,
}

impl ProcedureList {
    #[must_use]
    pub fn count(&self) -> usize {
        self.fields.iter().map(|field| field.rows.len()).sum()
    }
}

/// `/procedures/{code}`.
#[derive(Clone, Debug, Template)]
#[template(path = "procedure.html")]
pub struct ProcedurePage {
    pub shell: Shell,
    pub one: Procedure,
    /// The internal process, for those who work by it.
    pub steps: Vec<StepRow>,
    /// What each agency does of an interlinked procedure (LINK-01).
    pub stages: Vec<StageRow>,
    /// Every version, the newest first.
    pub versions: Vec<VersionRow>,
}

/// `/cong-khai/thu-tuc/{code}`.
#[derive(Clone, Debug, Template)]
#[template(path = "procedure_public.html")]
pub struct PublicProcedure {
    pub shell: Shell,
    pub one: Procedure,
}

/// What both show of one procedure.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Back to the list.
    pub path: &'static str,
    /// The counter that would receive it.
    pub unit: String,
    pub units: Vec<Choice>,
    pub code: String,
    pub name: String,
    pub field: String,
    pub demonstration: bool,
    /// Names and values in the order in which they are shown.
    pub facts: Vec<(&'static str, String)>,
    pub components: Vec<String>,
    pub quote: Quote,
}

/// One step of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    pub name: String,
    pub role: String,
    /// `0,5 ngày`; none where it is not counted.
    pub time: Option<String>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRow {
    pub name: String,
    pub unit: String,
    pub limit: String,
    /// The stages that it waits for: `1, 2`; none where it starts with the receipt.
    pub after: Option<String>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    pub version: i64,
    /// `từ 01/07/2025`
    pub valid: String,
    pub limit: String,
    pub in_force: bool,
}
