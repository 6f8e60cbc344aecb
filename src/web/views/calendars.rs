//! The working calendar and the decisions that change it, as the control office keeps them.

use askama::Template;

use super::parts::{Choice, Field, When};
use super::shell::Shell;
use crate::domain::law::Stage;

/// `/calendars`.
#[derive(Clone, Debug, Template)]
#[template(path = "calendars.html")]
pub struct Calendars {
    pub shell: Shell,
    /// Whether the reader may propose.
    pub manages: bool,
    /// `vn-state@2026.1+2`
    pub label: String,
    /// Proposals that wait for a second person.
    pub waiting: Vec<DecisionRow>,
    /// Everything else, the newest first.
    pub past: Vec<DecisionRow>,
    pub next: Option<String>,
    pub first: Option<String>,
    pub years: Vec<Choice>,
    pub units: Vec<Choice>,
    pub year: Option<YearView>,
    pub ical: String,
}

/// One decision in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    pub id: i64,
    /// Its number; of the first edition that it comes from the files.
    pub document: String,
    pub kind: &'static str,
    pub reason: String,
    pub signer: String,
    pub effective: String,
    pub stage: Stage,
    pub edition: Option<i64>,
    /// Who proposed or published it, and when.
    pub by: String,
    pub at: When,
    /// `12 hồ sơ`; none where it moved nothing.
    pub moved: Option<String>,
}

/// The shape and the colour that go with the word.
impl Stage {
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Proposed | Self::Recounting => "s-soon",
            Self::Withdrawn => "s-stop",
            Self::Published => "s-done",
        }
    }

    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Proposed | Self::Recounting => "soon",
            Self::Withdrawn => "stop",
            Self::Published => "",
        }
    }
}

/// One year as a unit works by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearView {
    pub year: i16,
    pub unit: String,
    /// `Chính thức`, and what that means.
    pub status: &'static str,
    pub is_final: bool,
    pub source: String,
    pub days: Vec<DayRow>,
    /// `07:30-11:30, 13:30-17:00 từ 1/1/2026`.
    pub hours: Vec<String>,
}

/// A day that is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    pub day: String,
    pub kind: &'static str,
    pub name: String,
    /// `làm bù Thứ Bảy 26/9/2026`
    pub other: Option<String>,
}

/// `/calendars/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "calendar_new.html")]
pub struct NewClosure {
    pub shell: Shell,
    /// What is wrong and has no field of its own.
    pub error: Option<String>,
    pub once: String,
    pub units: Vec<Choice>,
    pub unit_error: Option<String>,
    pub alone: bool,
    pub first: Field,
    pub last: Field,
    pub makeup: Field,
    pub second_makeup: String,
    pub name: Field,
    pub document: Field,
    pub signer: Field,
    pub effective_on: Field,
    pub reason: Field,
}

/// `/calendars/import`.
#[derive(Clone, Debug, Template)]
#[template(path = "calendar_import.html")]
pub struct NewNotice {
    pub shell: Shell,
    pub once: String,
    /// Everything that is wrong, with its line.
    pub faults: Vec<String>,
    pub text: String,
    /// The year whose draft stands in the text.
    pub drafted: Option<i16>,
    pub years: Vec<i16>,
    pub units: Vec<Choice>,
    pub document: Field,
    pub signer: Field,
    pub effective_on: Field,
    pub reason: Field,
}

/// `/calendars/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "decision.html")]
pub struct DecisionPage {
    pub shell: Shell,
    pub row: DecisionRow,
    /// Who proposed it, and when; and the same of its publication.
    pub proposed: String,
    pub published: Option<String>,
    /// What it changes, a line each.
    pub content: Vec<String>,
    /// Whether the reader may preview, withdraw and revoke.
    pub manages: bool,
    /// Whether what it brought can be revoked.
    pub revocable: bool,
    pub document: Field,
    pub signer: Field,
    pub reason: Field,
    pub moved: Vec<MoveRow>,
    /// How many more there are than shown.
    pub more: u64,
}

/// `/calendars/{id}/preview`.
#[derive(Clone, Debug, Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub row: DecisionRow,
    pub content: Vec<String>,
    /// The answer in one sentence, and as of when it is that.
    pub answer: String,
    pub as_of: When,
    pub edition: i64,
    pub looked_at: String,
    /// What is looked at and stays, each with why.
    pub stays: Vec<(String, &'static str)>,
    pub units: Vec<(String, String)>,
    pub moves: Vec<MoveRow>,
    pub more: u64,
    /// Whether the reader proposed it and so can't publish it.
    pub is_proposer: bool,
}

/// The same while it is being counted.
#[derive(Clone, Debug, Template)]
#[template(path = "preview_counting.html")]
pub struct CountingPage {
    pub shell: Shell,
    pub row: DecisionRow,
    /// How many dossiers were looked at; none while it has to wait for another decision.
    pub looked_at: Option<String>,
    pub percent: u32,
}

/// The same page where the preview can't be counted.
#[derive(Clone, Debug, Template)]
#[template(path = "preview_failed.html")]
pub struct FailedPage {
    pub shell: Shell,
    pub row: DecisionRow,
    pub looked_at: String,
    pub attempts: i64,
    /// What the last turn failed of, as it is told to those who run the service.
    pub why: String,
}

/// A date that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveRow {
    pub code: String,
    pub procedure: Option<String>,
    pub unit: String,
    pub before: When,
    pub after: When,
}
