//! Letters on their way out, and one of them.

use askama::Template;

use super::parts::{Choice, Tone, When};
use super::shell::Shell;
use crate::domain::refusal::Language;

/// `/outbox`.
#[derive(Clone, Debug, Template)]
#[template(path = "outbox.html")]
pub struct Outbox {
    pub shell: Shell,
    /// How the service stands, for those who see to it.
    pub service: Option<ServiceLines>,
    /// How backups stand, for those who see to the service; empty for others.
    pub backups: Vec<BackupLine>,
    pub states: Vec<Choice>,
    /// Newest first.
    pub letters: Vec<LetterRow>,
    pub next: Option<String>,
}

/// What the service does by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceLines {
    /// The node that leads.
    pub leader: Option<String>,
    pub nodes: usize,
    pub tasks: Vec<TaskLine>,
    /// Open ones first.
    pub alarms: Vec<AlarmLine>,
}

/// One task and its latest due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLine {
    pub name: String,
    pub state: TaskState,
    pub last: Option<When>,
    pub next: Option<When>,
    /// What it came to, or why it failed.
    pub text: String,
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmLine {
    pub is_open: bool,
    pub at: When,
    pub text: String,
}

/// Where a task's latest due time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    NotYet,
    Waiting,
    Running,
    Done,
    GivenUp,
}

impl TaskState {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::NotYet => ("Chưa lần nào", "Never yet"),
            Self::Waiting => ("Đang chờ", "Waiting"),
            Self::Running => ("Đang chạy", "Running"),
            Self::Done => ("Đã xong", "Done"),
            Self::GivenUp => ("Không xong", "Given up"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::Done | Self::Running => Tone::Neutral,
            Self::GivenUp => Tone::Late,
            Self::NotYet | Self::Waiting => Tone::Soon,
        }
    }

    /// The symbol that draws its shape.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Done => "s-done",
            Self::Running => "s-track",
            Self::GivenUp => "s-late",
            Self::NotYet | Self::Waiting => "s-soon",
        }
    }
}

/// The last backup, or the last restore drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupLine {
    /// `Sao lưu`, `Diễn tập khôi phục`
    pub what: &'static str,
    pub state: BackupState,
    /// When it began; none where there was none yet.
    pub at: Option<When>,
    /// What was counted, or why it failed.
    pub text: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupState {
    Good,
    Failed,
    NotYet,
    Off,
}

impl BackupState {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Good => ("Tốt", "Good"),
            Self::Failed => ("Không thành công", "Failed"),
            Self::NotYet => ("Chưa lần nào", "Never yet"),
            Self::Off => ("Chưa bật", "Off"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Neutral,
            Self::Failed => Tone::Late,
            Self::NotYet | Self::Off => Tone::Soon,
        }
    }

    /// The symbol that draws its shape.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Good => "s-done",
            Self::Failed => "s-late",
            Self::NotYet | Self::Off => "s-soon",
        }
    }
}

/// One letter in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    pub id: String,
    pub state: LetterState,
    /// In what capacity it is received: `Thủ trưởng đơn vị`, `Người nộp hồ sơ` …
    pub recipient_role: String,
    pub subject: String,
    /// Written, or last tried.
    pub at: When,
    pub attempts: u32,
    /// What the mail server answered last.
    pub last_reply: Option<String>,
    /// The last three letters to this address were refused for good: it is most likely wrong.
    pub address_fails: bool,
}

/// `/outbox/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "letter.html")]
pub struct LetterPage {
    pub shell: Shell,
    pub letter: LetterRow,
    /// The address, where the reader may know it.
    pub to: Option<String>,
    pub text: String,
    /// Where a sandboxed frame gets the letter as its reader sees it.
    pub frame: Option<String>,
    /// The dossiers it speaks of.
    pub dossiers: Vec<String>,
    /// Whether it may be sent once more; then `POST /outbox/{id}/retry`.
    pub may_retry: bool,
}

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    Waiting,
    Sending,
    Sent,
    /// Refused for now; it will be tried again.
    Deferred,
    /// Given up.
    Failed,
    /// Handed over, but whether it arrived is unknown.
    Uncertain,
}

impl LetterState {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Waiting => ("Chờ gửi", "Queued"),
            Self::Sending => ("Đang gửi", "Sending"),
            Self::Sent => ("Đã gửi", "Sent"),
            Self::Deferred => ("Sẽ gửi lại", "Will be sent again"),
            Self::Failed => ("Không gửi được", "Not delivered"),
            Self::Uncertain => ("Chưa rõ đã đến", "Arrival unknown"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::Waiting | Self::Sending | Self::Sent => Tone::Neutral,
            Self::Deferred | Self::Uncertain => Tone::Soon,
            Self::Failed => Tone::Late,
        }
    }

    /// The symbol that draws its shape.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Waiting | Self::Sending => "s-track",
            Self::Sent => "s-done",
            Self::Deferred | Self::Uncertain => "s-soon",
            Self::Failed => "s-late",
        }
    }
}
