//! The small parts that pages share: a time, a standing, a field, the month picture with its words.

use askama::Template;
use askama::filters::HtmlSafe;

use super::prose::{self, Prose};
use crate::domain::promise::Outcome;
use crate::domain::standing::Standing as Live;
use crate::paper::month_picture::{MonthPicture, Signs};
use crate::paper::{Language, Svg};

/// An instant as people say it, and beside it how far away it is in working time.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "parts/when.html")]
pub struct When {
    /// `Thứ Năm 26/11/2026, 17:00`
    pub text: String,
    /// RFC 3339 with offset, for machines.
    pub iso: String,
    /// `còn 2 ngày làm việc`; none where distance says nothing.
    pub far: Option<String>,
    /// The meaning that colours the distance.
    pub tone: Tone,
}

impl HtmlSafe for When {}

impl When {
    /// A time whose distance says nothing.
    #[must_use]
    pub fn at(text: impl Into<String>, iso: impl Into<String>) -> Self {
        Self { text: text.into(), iso: iso.into(), far: None, tone: Tone::Neutral }
    }

    #[must_use]
    pub fn far(mut self, far: impl Into<String>, tone: Tone) -> Self {
        self.far = Some(far.into());
        self.tone = tone;
        self
    }
}

/// The four meanings that own a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Neutral,
    Soon,
    Late,
    Stopped,
}

impl Tone {
    /// The style-sheet class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Soon => "soon",
            Self::Late => "late",
            Self::Stopped => "stop",
        }
    }
}

/// Where a dossier stands: its live standing (MON-01) while open, its outcome afterwards.
/// Shown as a word, a shape and a colour together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    OnTrack,
    DueSoon,
    ApologyWindow,
    Overdue,
    OverdueTwice,
    ClockStopped,
    Early,
    OnTime,
    Late,
    /// Over without an outcome, or never counted.
    Closed,
    /// Open without a time limit.
    NoLimit,
    /// Filed and not yet received: no clock runs.
    NotYet,
}

impl Standing {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::OnTrack => return Live::OnTrack.word(language),
            Self::DueSoon => return Live::DueSoon.word(language),
            Self::ApologyWindow => return Live::ApologyWindow.word(language),
            Self::Overdue => return Live::Overdue.word(language),
            Self::OverdueTwice => return Live::OverdueTwice.word(language),
            Self::ClockStopped => return Live::ClockStopped.word(language),
            Self::Early => ("Trước hạn", "Early"),
            Self::OnTime => ("Đúng hạn", "On time"),
            Self::Late => ("Đã trả quá hạn", "Late"),
            Self::Closed => ("Đã kết thúc", "Closed"),
            Self::NoLimit => ("Không có hạn", "No time limit"),
            Self::NotYet => ("Chưa tính hạn", "Clock not started"),
        };
        language.choose(vietnamese, english)
    }

    /// What stands where the promise would, if there is none.
    #[must_use]
    pub fn no_due(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::NotYet => ("Ngày hẹn trả được tính khi tiếp nhận", "The return date is counted at receipt"),
            Self::ClockStopped => {
                ("Ngày hẹn trả được tính khi thời hạn chạy", "The return date is counted once the clock runs")
            }
            _ => ("Không có thời hạn", "No time limit"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::DueSoon | Self::ApologyWindow => Tone::Soon,
            Self::Overdue | Self::OverdueTwice | Self::Late => Tone::Late,
            Self::ClockStopped => Tone::Stopped,
            Self::OnTrack | Self::Early | Self::OnTime | Self::Closed | Self::NoLimit | Self::NotYet => {
                Tone::Neutral
            }
        }
    }

    /// The symbol in the layout that draws its shape.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::OnTrack | Self::NoLimit | Self::NotYet => "s-track",
            Self::DueSoon => "s-soon",
            Self::ApologyWindow => "s-window",
            Self::Overdue => "s-late",
            Self::OverdueTwice => "s-twice",
            Self::ClockStopped => "s-stop",
            Self::Early | Self::OnTime | Self::Closed => "s-done",
            Self::Late => "s-done-late",
        }
    }

    /// As a line of text with its shape.
    #[must_use]
    pub fn line(self, language: Language) -> Badge {
        Badge { standing: self, chip: false, language }
    }

    /// On its own ground, where it is the first thing to see.
    #[must_use]
    pub fn chip(self, language: Language) -> Badge {
        Badge { standing: self, chip: true, language }
    }
}

impl From<Live> for Standing {
    fn from(live: Live) -> Self {
        match live {
            Live::OnTrack => Self::OnTrack,
            Live::DueSoon => Self::DueSoon,
            Live::ApologyWindow => Self::ApologyWindow,
            Live::Overdue => Self::Overdue,
            Live::OverdueTwice => Self::OverdueTwice,
            Live::ClockStopped => Self::ClockStopped,
        }
    }
}

impl From<Outcome> for Standing {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Early => Self::Early,
            Outcome::OnTime => Self::OnTime,
            Outcome::Late => Self::Late,
        }
    }
}

/// A standing as drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Template)]
#[template(path = "parts/standing.html")]
pub struct Badge {
    pub standing: Standing,
    pub chip: bool,
    pub language: Language,
}

impl Badge {
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.standing.word(self.language)
    }
}

impl HtmlSafe for Badge {}

/// The month picture with its sentence and the legend of the signs it uses.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "parts/month.html")]
pub struct MonthFigure {
    pub picture: Svg,
    pub sentence: String,
    pub signs: Signs,
    pub language: Language,
}

impl HtmlSafe for MonthFigure {}

impl MonthFigure {
    /// # Errors
    /// Where the picture cannot be drawn.
    pub fn of(picture: &MonthPicture, language: Language) -> Result<Self, askama::Error> {
        Ok(Self {
            picture: picture.svg(language)?,
            sentence: with_names(picture, language),
            signs: picture.signs(),
            language,
        })
    }

    #[must_use]
    pub fn prose(&self) -> Prose<'_> {
        Prose(&self.sentence)
    }
}

/// The sentence of a picture with the names of its holidays marked as names.
fn with_names(picture: &MonthPicture, language: Language) -> String {
    let names = picture.names_of_days_off();
    names.iter().fold(picture.sentence(language), |said, name| {
        said.replace(&format!("({name})"), &format!("({})", prose::name(language, name)))
    })
}

/// One of several values to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub word: String,
    pub chosen: bool,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl Into<String>, word: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), word: word.into(), chosen }
    }

    /// Whether its word is a name and nothing else.
    #[must_use]
    pub fn is_name(&self) -> bool {
        prose::is_name(&self.word)
    }

    /// The word, where there can be no marks in it.
    #[must_use]
    pub fn plain(&self) -> String {
        prose::plain(&self.word)
    }
}

/// What was typed into a field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Field {
    pub value: String,
    /// What is wrong and what to do, in one sentence.
    pub error: Option<String>,
}

impl Field {
    #[must_use]
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    #[must_use]
    pub fn wrong(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self { value: value.into(), error: Some(error.into()) }
    }
}
