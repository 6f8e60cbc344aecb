//! The frame around every page: the rail by role, the command field, who is signed in.

use super::prose::Prose;
use crate::domain::refusal::Language;
use crate::domain::staff::Role;
use crate::web::assets;
use crate::web::reader::Reader;

/// A page the rail leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Board,
    Intake,
    Procedures,
    Calendars,
    Dossiers,
    Rates,
    Outbox,
    Imports,
    People,
    Audit,
}

impl Place {
    /// Where the rail leads a person with these roles, what is needed most often first.
    #[must_use]
    pub fn of_roles(roles: impl IntoIterator<Item = Role>) -> Vec<Self> {
        let mut places = Vec::new();
        for place in roles.into_iter().flat_map(|role| Self::of_role(role).iter().copied()) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    fn of_role(role: Role) -> &'static [Self] {
        use Place::{Audit, Board, Calendars, Dossiers, Imports, Intake, Outbox, People, Procedures, Rates};
        match role {
            Role::Reception => &[Intake, Procedures, Board, Dossiers],
            Role::Clerk => &[Board, Dossiers, Procedures],
            Role::Specialist | Role::Coordinator | Role::DivisionHead | Role::CentreManager => {
                &[Board, Dossiers, Rates, Procedures]
            }
            Role::UnitHead => &[Board, Dossiers, Rates, Outbox, Procedures],
            Role::ControlOffice => &[Board, Dossiers, Rates, Calendars, Outbox, Imports, Audit, Procedures],
            Role::Inspector => &[Dossiers, Rates, Audit, Procedures],
            Role::Chair => &[Board, Rates, Dossiers],
            Role::Administrator => &[Outbox, Imports, People, Audit],
            Role::Applicant | Role::Public | Role::System => &[],
        }
    }

    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Board => "/board",
            Self::Intake => "/intake",
            Self::Procedures => "/procedures",
            Self::Calendars => "/calendars",
            Self::Dossiers => "/dossiers",
            Self::Rates => "/rates",
            Self::Outbox => "/outbox",
            Self::Imports => "/imports",
            Self::People => "/people",
            Self::Audit => "/audit",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Board => ("Hôm nay", "Today"),
            Self::Intake => ("Tiếp nhận", "Intake"),
            Self::Procedures => ("Thủ tục", "Procedures"),
            Self::Calendars => ("Lịch", "Calendar"),
            Self::Dossiers => ("Hồ sơ", "Dossiers"),
            Self::Rates => ("Tỷ lệ đúng hạn", "On-time rates"),
            Self::Outbox => ("Thư gửi đi", "Letters"),
            Self::Imports => ("Dữ liệu nhập", "Imports"),
            Self::People => ("Tài khoản", "Accounts"),
            Self::Audit => ("Nhật ký", "Audit log"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Board => "i-board",
            Self::Intake => "i-intake",
            Self::Procedures => "i-procedures",
            Self::Calendars => "i-calendars",
            Self::Dossiers => "i-dossiers",
            Self::Rates => "i-rates",
            Self::Outbox => "i-outbox",
            Self::Imports => "i-imports",
            Self::People => "i-people",
            Self::Audit => "i-audit",
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub unit: String,
    /// Where the rail leads, by role.
    pub places: Vec<Place>,
    /// What waits for this person, shown at the board's place in the rail; none at zero.
    pub waiting: Option<u32>,
}

/// A sentence about the deed just done, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    pub good: bool,
    pub text: String,
}

/// What every page carries besides its own matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Shell {
    /// The page's name in the window's title.
    pub title: String,
    pub person: Option<Person>,
    pub here: Option<Place>,
    /// The session's token for forms; empty where nobody is signed in.
    pub csrf: String,
    pub flashes: Vec<Flash>,
    /// What stands in the command field.
    pub query: String,
    /// An event stream that says when this page is out of date.
    pub live: Option<String>,
    pub language: Language,
    /// Where this page can be asked for again, in the other language.
    pub address: String,
}

impl Shell {
    /// A shell for a page that nobody needs to sign in for.
    #[must_use]
    pub fn outside(reader: &Reader, title: impl Into<String>) -> Self {
        let (language, address) = (reader.language, reader.address.clone());
        Self { title: title.into(), language, address, ..Self::default() }
    }

    /// The one of both that the reader understands: in a template both stand beside each other.
    #[must_use]
    pub fn say(&self, vietnamese: &'static str, english: &'static str) -> &'static str {
        self.language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn lang(&self) -> Language {
        self.language
    }

    /// A sentence with names in it.
    #[must_use]
    pub fn prose<'t>(&self, text: &'t str) -> Prose<'t> {
        Prose(text)
    }

    #[must_use]
    pub fn css(&self) -> String {
        assets::address("app.css")
    }

    #[must_use]
    pub fn script(&self) -> String {
        assets::address("app.js")
    }

    #[must_use]
    pub fn icon(&self) -> String {
        assets::address("icon.svg")
    }

    #[must_use]
    pub fn is_here(&self, place: &Place) -> bool {
        self.here.as_ref() == Some(place)
    }
}
