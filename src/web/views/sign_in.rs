//! The pages before sign-in: what the service is, and the door.

use askama::Template;

use super::parts::{Field, MonthFigure};
use super::shell::Shell;

/// `/` where nobody is signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "welcome.html")]
pub struct Welcome {
    pub shell: Shell,
    /// Whose service it is, `UBND tỉnh Lai Châu`.
    pub office: String,
    /// An example of the month picture.
    pub figure: Option<MonthFigure>,
}

/// The sign-in form.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    pub shell: Shell,
    pub office: String,
    /// The name typed before; its error is the form's.
    pub name: Field,
    /// The path to go to afterwards.
    pub next: String,
    /// What stands on the button to the identity provider, where there is one.
    pub provider: Option<String>,
    /// Demonstration accounts to try, name, and role with unit; empty in a real service.
    pub accounts: Vec<(String, String)>,
}

/// The password was right, the code of the second factor is asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor.html")]
pub struct CodeWanted {
    pub shell: Shell,
    pub office: String,
    pub code: Field,
    /// That the password was right; the code comes back with it.
    pub ticket: String,
    pub next: String,
}
