//! One's own account: who one is, where one is signed in, the second factor, tokens, who stands in.

use askama::Template;

use super::parts::{Choice, Field, When};
use super::proof::Proof;
use super::shell::Shell;
use crate::paper::Svg;

/// `/account`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    pub shell: Shell,
    pub login: String,
    pub name: String,
    pub email: Option<String>,
    pub unit: String,
    pub roles: Vec<String>,
    /// So many characters a new password has at least.
    pub shortest: usize,
    /// By what its owner proves once more who they are.
    pub proof: Proof,
    /// What is wrong with the password given as the present one.
    pub current: Field,
    /// What is wrong with the new one.
    pub password: Field,
    pub sessions: Vec<SessionRow>,
    pub factor: Factor,
    pub tokens: Vec<TokenRow>,
    pub token_form: TokenForm,
    /// A token just issued: shown now and never again.
    pub fresh_token: Option<String>,
    /// None for whoever needs no deputy.
    pub absence: Option<Absence>,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Names it in the form that ends it.
    pub id: String,
    pub agent: String,
    pub network: String,
    pub began: When,
    pub seen: When,
    /// The one that this page is read in.
    pub this: bool,
}

/// How the second factor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Recovery codes left, where it is on.
    pub codes_left: Option<i64>,
    /// Whether this person's work asks for one.
    pub wanted: bool,
}

/// One token for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: String,
    pub label: String,
    /// `chỉ đọc`, `đọc và ghi`.
    pub scope: &'static str,
    pub unit: Option<String>,
    pub ends: When,
    pub used: Option<When>,
}

/// What was typed for a new token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenForm {
    pub label: Field,
    pub days: Field,
    pub units: Vec<Choice>,
    pub unit_error: Option<String>,
    pub may_write: bool,
    /// What is wrong with the password given once more.
    pub current: Field,
}

/// Who stands in for this person, and the form that names somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Where the forms go.
    pub action: String,
    pub colleagues: Vec<Choice>,
    /// The first day that may be chosen.
    pub today: String,
    pub error: Option<String>,
    pub deputies: Vec<DutyRow>,
}

/// A time in which somebody has roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow {
    pub id: i64,
    pub what: String,
    /// `03/08/2026 – 07/08/2026`
    pub when: String,
    /// Whether it can be taken back here.
    pub may_end: bool,
}

/// `/account/second-factor`: setting it up.
#[derive(Clone, Debug, Template)]
#[template(path = "factor.html")]
pub struct FactorPage {
    pub shell: Shell,
    pub step: FactorStep,
    /// By what its owner proves once more who they are.
    pub proof: Proof,
}

/// How far the setting up has come.
#[derive(Clone, Debug)]
pub enum FactorStep {
    /// Nothing was begun; whether one's work asks for it.
    Begin { wanted: bool, password: Field },
    /// A secret waits for its first code.
    Scan { picture: Option<Svg>, typed: String, code: Field },
    /// The recovery codes, shown once.
    Codes(Vec<String>),
    /// It is on.
    On { codes_left: i64, password: Field },
}
