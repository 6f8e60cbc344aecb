//! Today's board of a unit: what is late, what is due, whom an apology is owed.

use askama::Template;

use super::parts::{Choice, Standing, Tone, When};
use super::shell::Shell;
use crate::domain::refusal::Language;

/// `/board`.
#[derive(Clone, Debug, Template)]
#[template(path = "board.html")]
pub struct Board {
    pub shell: Shell,
    pub unit: String,
    /// `Thứ Hai 23/11/2026`
    pub today: String,
    /// When the figures were taken.
    pub as_of: When,
    /// The units this person may choose from; one or none hides the chooser.
    pub units: Vec<Choice>,
    /// Most late first.
    pub late: Group,
    pub due_today: Group,
    /// The last chance for an apology in advance (MON-03).
    pub in_advance: Group,
    pub due_soon: Group,
    pub apologies: Group,
    /// Corrections that this person may approve or refuse; none where none wait (LATE-11).
    pub corrections: Option<Group>,
}

impl Board {
    /// The groups in the order of urgency, each with what it is.
    #[must_use]
    pub fn groups(&self) -> [(GroupKind, &Group); 5] {
        [
            (GroupKind::Late, &self.late),
            (GroupKind::DueToday, &self.due_today),
            (GroupKind::InAdvance, &self.in_advance),
            (GroupKind::DueSoon, &self.due_soon),
            (GroupKind::Apologies, &self.apologies),
        ]
    }
}

/// The rows of a group; `count` may be more than the rows shown.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Group {
    pub count: u32,
    pub rows: Vec<Row>,
    /// Where all of them are listed, if not here.
    pub all: Option<String>,
}

/// One dossier in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub code: String,
    pub procedure: String,
    /// Who filed it, where it was found by that.
    pub person: Option<String>,
    /// Who has it now, an officer or a unit.
    pub holder: String,
    /// The step it is in.
    pub step: String,
    /// None without a time limit.
    pub due: Option<When>,
    pub standing: Standing,
    pub next: Option<NextDeed>,
}

/// The deed that brings a dossier on, and the page that begins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextDeed {
    pub word: String,
    pub href: String,
}

/// Which of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    Late,
    DueToday,
    InAdvance,
    DueSoon,
    Apologies,
}

impl GroupKind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::DueToday => "due-today",
            Self::InAdvance => "in-advance",
            Self::DueSoon => "due-soon",
            Self::Apologies => "apologies",
        }
    }

    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Late => ("Quá hạn", "Overdue"),
            Self::DueToday => ("Đến hạn hôm nay", "Due today"),
            Self::InAdvance => ("Cần báo trễ", "Apology due"),
            Self::DueSoon => ("Sắp đến hạn", "Due soon"),
            Self::Apologies => ("Chưa xin lỗi", "Apology owed"),
        };
        language.choose(vietnamese, english)
    }

    /// What it means that there are none.
    #[must_use]
    pub fn empty(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Late => ("Hôm nay không có hồ sơ quá hạn.", "No dossier is overdue today."),
            Self::DueToday => {
                ("Hôm nay không còn hồ sơ nào phải trả.", "No dossier is left to be returned today.")
            }
            Self::InAdvance => (
                "Không có hồ sơ nào sắp hết thời gian xin lỗi trước hạn.",
                "For no dossier is the time for an apology in advance running out.",
            ),
            Self::DueSoon => (
                "Không có hồ sơ nào sắp đến hạn trong những ngày làm việc tới.",
                "No dossier falls due within the next working days.",
            ),
            Self::Apologies => (
                "Đơn vị không còn nợ lời xin lỗi nào. Đơn vị giải quyết ký lời xin lỗi của hồ sơ mình làm trễ.",
                "The unit owes no apology. The competent agency signs the apology for what it made late.",
            ),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::Late | Self::Apologies => Tone::Late,
            Self::DueToday | Self::InAdvance | Self::DueSoon => Tone::Soon,
        }
    }

    /// The symbol that draws its shape.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Late => "s-late",
            Self::DueToday => "s-soon",
            Self::InAdvance => "s-window",
            Self::DueSoon => "s-soon",
            Self::Apologies => "s-letter",
        }
    }
}
