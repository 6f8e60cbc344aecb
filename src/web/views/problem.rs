//! The page for what could not be done.

use askama::Template;

use super::shell::Shell;

/// Says what happened, what to do, and the number under which it is recorded.
#[derive(Clone, Debug, Template)]
#[template(path = "problem.html")]
pub struct Problem {
    pub shell: Shell,
    /// `Không có hồ sơ mang mã này trong phạm vi ông/bà được xem.`
    pub what: String,
    /// What the reader can do, one a line.
    pub remedies: Vec<String>,
    /// Where to go on: address and word.
    pub on: Option<(String, String)>,
    pub request_id: String,
    /// What was typed and not sent, to be sent again.
    pub kept: Option<Kept>,
}

/// A form as it came, with where it was to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub action: String,
    pub fields: Vec<(String, String)>,
}
