//! The common shape of letters to those who work on dossiers: three lines, then tables.
//!
//! Knows nothing of what the lines say; alerts and digests fill it.

use askama::Template;

use super::{DossierLine, Letter, LetterError};
use crate::domain::words::Subject;

/// What a colour means; a word always says it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Neutral,
    DueSoon,
    Overdue,
}

impl Tone {
    /// The class that dark mode recolours.
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::DueSoon => "soon",
            Self::Overdue => "late",
        }
    }

    /// The colour in light mode: at least 4.5:1 on white.
    fn colour(self) -> &'static str {
        match self {
            Self::Neutral => "#0b5d5a",
            Self::DueSoon => "#8a5200",
            Self::Overdue => "#b3161b",
        }
    }

    /// A shape beside the word, for those who see no colour.
    fn mark(self) -> &'static str {
        match self {
            Self::Neutral => "●",
            Self::DueSoon => "◆",
            Self::Overdue => "▲",
        }
    }
}

/// A titled table of dossiers.
pub(super) struct Section<'a> {
    pub(super) title: String,
    pub(super) tone: Tone,
    /// What the instant of each row is.
    pub(super) until: &'static str,
    pub(super) rows: &'a [DossierLine],
}

impl Section<'_> {
    /// The instant that was promised.
    pub(super) const DUE: &'static str = "Hẹn trả";
}

/// Sections of one unit, under its name where there are several.
pub(super) struct Group<'a> {
    pub(super) heading: Option<String>,
    /// A line under the heading.
    pub(super) note: Option<String>,
    pub(super) sections: Vec<Section<'a>>,
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetHtml<'a>(&'a Sheet<'a>);

#[derive(Template)]
#[template(path = "sheet.txt")]
struct SheetText<'a>(&'a Sheet<'a>);

/// A whole letter of this shape.
pub(super) struct Sheet<'a> {
    pub(super) subject: Subject,
    /// The office that the letter is about.
    pub(super) unit: &'a str,
    pub(super) tone: Tone,
    /// The message: the first line is said loudest.
    pub(super) message: [String; 3],
    pub(super) groups: Vec<Group<'a>>,
    /// Where the whole list is.
    pub(super) url: &'a str,
    /// Why the reader gets this letter.
    pub(super) because: &'a str,
}

impl Sheet<'_> {
    pub(super) fn render(&self) -> Result<Letter, LetterError> {
        let (text, html) = (SheetText(self).render()?, SheetHtml(self).render()?);
        Ok(Letter { subject: self.subject.clone(), text, html })
    }
}
