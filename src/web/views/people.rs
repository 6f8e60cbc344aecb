//! Accounts as their administrators keep them.

use askama::Template;

use super::account::{Absence, DutyRow};
use super::parts::{Choice, Field, When};
use super::proof::Proof;
use super::shell::Shell;
use crate::domain::refusal::Language;

/// `/people`.
#[derive(Clone, Debug, Template)]
#[template(path = "people.html")]
pub struct People {
    pub shell: Shell,
    pub query: String,
    pub units: Vec<Choice>,
    pub states: Vec<Choice>,
    pub rows: Vec<PersonRow>,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// One account in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub id: i64,
    pub login: String,
    pub name: String,
    pub unit: String,
    pub roles: String,
    pub state: PersonState,
}

/// Whether somebody can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    Active,
    /// Has not followed the link yet.
    Waiting,
    Closed,
}

impl PersonState {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Active => ("Đang dùng", "In use"),
            Self::Waiting => ("Chờ kích hoạt", "Awaiting activation"),
            Self::Closed => ("Đã khoá", "Closed"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Active => "s-done",
            Self::Waiting => "s-soon",
            Self::Closed => "s-stop",
        }
    }

    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Active => "",
            Self::Waiting => "soon",
            Self::Closed => "stop",
        }
    }
}

/// The fields of an account, as they stand or were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    pub name: Field,
    pub email: Field,
    pub units: Vec<Choice>,
    pub unit_error: Option<String>,
    pub roles: Vec<Choice>,
    pub roles_error: Option<String>,
}

/// `/people/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "person_new.html")]
pub struct NewPerson {
    pub shell: Shell,
    pub login: Field,
    pub form: Particulars,
    /// By what the administrator proves once more who they are.
    pub proof: Proof,
    /// What is wrong with it.
    pub current: Field,
}

/// How an account stands to the identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// Since when it is linked; none where it is not.
    pub since: Option<When>,
    /// What the provider calls its owner, as it is typed.
    pub subject: Field,
}

/// `/people/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    pub shell: Shell,
    pub id: i64,
    pub login: String,
    pub name: String,
    pub state: PersonState,
    pub form: Particulars,
    /// The day from which a change holds.
    pub from_on: Field,
    /// By what the administrator proves once more who they are.
    pub proof: Proof,
    /// What is wrong with it.
    pub current: Field,
    pub has_factor: bool,
    /// Who they are at the identity provider, where there is one.
    pub identity: Option<Identity>,
    pub sessions: usize,
    /// Terms and times of standing in, the latest first.
    pub duties: Vec<DutyRow>,
    pub absence: Option<Absence>,
    /// A one-time link just made: shown now and never again.
    pub link: Option<String>,
    /// In what it looks like other accounts, which then count as the same person's.
    pub alike: Vec<String>,
}

/// `/activate`.
#[derive(Clone, Debug, Template)]
#[template(path = "activate.html")]
pub struct Activate {
    pub shell: Shell,
    pub office: String,
    pub login: String,
    pub name: String,
    pub token: String,
    pub shortest: usize,
    pub password: Field,
}
