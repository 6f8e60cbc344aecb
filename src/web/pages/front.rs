//! The desk turned to one reader: the same facts, in the words that they chose.

use std::ops::Deref;

use crate::app::App;
use crate::domain::event::ERASED;
use crate::domain::refusal::{Language, Said};
use crate::domain::unit::UnitCode;
use crate::web::reader::Reader;
use crate::web::views::prose;
use crate::work::desk::Desk;

/// Stands wherever a desk is wanted.
#[derive(Clone, Debug)]
pub struct Front {
    desk: Desk,
    pub reader: Reader,
}

impl Front {
    pub fn of(app: &App, reader: &Reader) -> Self {
        Self { desk: app.desk(), reader: reader.clone() }
    }

    /// The same for papers that are Vietnamese by law, whoever prints them.
    pub fn of_paper(desk: Desk) -> Self {
        Self { desk, reader: Reader::default() }
    }

    pub fn language(&self) -> Language {
        self.reader.language
    }

    /// The one of both that the reader understands.
    pub fn say<T>(&self, vietnamese: T, english: T) -> T {
        self.language().choose(vietnamese, english)
    }

    /// What a refusal says to the reader.
    pub fn told(&self, said: &Said) -> String {
        said.to(self.language()).to_owned()
    }

    /// A name within a sentence: it is data, and keeps its language.
    pub fn name(&self, name: &str) -> String {
        match name {
            ERASED => self.written(name),
            _ => prose::name(self.language(), name),
        }
    }

    /// What somebody wrote, or that it is erased (S24).
    pub fn written(&self, words: &str) -> String {
        let words = if words == ERASED { self.say(ERASED, "(erased)") } else { words };
        words.to_owned()
    }

    /// A unit's name within a sentence.
    pub fn unit(&self, code: &UnitCode) -> String {
        self.name(&self.desk.unit_name(code))
    }
}

impl Deref for Front {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}
