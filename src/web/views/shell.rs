//! The frame around every page: the rail by role, the command field, who is signed in.

use crate::web::assets;

/// What a person does in the office (domain section 3.3), as far as the rail needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reception,
    Clerk,
    Specialist,
    DivisionHead,
    UnitHead,
    Coordinator,
    CentreManager,
    ControlOffice,
    Inspector,
    Chair,
}

impl Role {
    /// The role of an id such as `unit_head`.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Some(match id {
            "reception" => Self::Reception,
            "clerk" => Self::Clerk,
            "specialist" => Self::Specialist,
            "division_head" => Self::DivisionHead,
            "unit_head" => Self::UnitHead,
            "coordinator" => Self::Coordinator,
            "centre_manager" => Self::CentreManager,
            "control_office" => Self::ControlOffice,
            "inspector" => Self::Inspector,
            "chair" => Self::Chair,
            _ => return None,
        })
    }

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reception => "Tiếp nhận và trả kết quả",
            Self::Clerk => "Văn thư",
            Self::Specialist => "Công chức thụ lý",
            Self::DivisionHead => "Lãnh đạo phòng",
            Self::UnitHead => "Thủ trưởng đơn vị",
            Self::Coordinator => "Đầu mối phối hợp",
            Self::CentreManager => "Lãnh đạo Trung tâm",
            Self::ControlOffice => "Kiểm soát thủ tục hành chính",
            Self::Inspector => "Thanh tra",
            Self::Chair => "Chủ tịch UBND",
        }
    }

    /// Where the rail leads, what is needed most often first.
    #[must_use]
    pub fn places(self) -> &'static [Place] {
        use Place::{Board, Dossiers, Intake, Outbox, Rates};
        match self {
            Self::Reception => &[Intake, Board, Dossiers, Outbox],
            Self::Clerk => &[Board, Dossiers, Outbox],
            Self::Specialist | Self::Coordinator => &[Board, Dossiers, Rates],
            Self::DivisionHead | Self::UnitHead | Self::ControlOffice => &[Board, Dossiers, Rates, Outbox],
            Self::CentreManager => &[Board, Intake, Dossiers, Rates, Outbox],
            Self::Inspector => &[Dossiers, Rates],
            Self::Chair => &[Board, Rates, Dossiers],
        }
    }
}

/// A page the rail leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Board,
    Intake,
    Dossiers,
    Rates,
    Outbox,
}

impl Place {
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Board => "/board",
            Self::Intake => "/intake",
            Self::Dossiers => "/dossiers",
            Self::Rates => "/rates",
            Self::Outbox => "/outbox",
        }
    }

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Board => "Hôm nay",
            Self::Intake => "Tiếp nhận",
            Self::Dossiers => "Hồ sơ",
            Self::Rates => "Tỷ lệ đúng hạn",
            Self::Outbox => "Thư gửi đi",
        }
    }

    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Board => "i-board",
            Self::Intake => "i-intake",
            Self::Dossiers => "i-dossiers",
            Self::Rates => "i-rates",
            Self::Outbox => "i-outbox",
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub unit: String,
    pub role: Role,
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
}

impl Shell {
    /// A shell for a page that nobody needs to sign in for.
    #[must_use]
    pub fn outside(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
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
