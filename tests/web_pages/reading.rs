//! A page as somebody reads it: its words apart from its names, as its markup tells them apart.

use std::collections::BTreeSet;

/// What the Vietnamese alphabet has and the English one has not.
const DIACRITICS: &str = "àáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễìíịỉĩòóọỏõôồốộổỗơờớợởỡùúụủũưừứựửữỳýỵỷỹđ";
const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "hr"];
/// Attributes that people see or hear.
const SPOKEN: [&str; 5] = ["placeholder", "aria-label", "title", "data-label", "alt"];

/// The texts of one page.
#[derive(Debug, Default)]
pub struct Reading {
    /// Of the `html` element.
    pub language: String,
    /// Where markup can tell names from words.
    pub words: Vec<String>,
    /// Where it can't: in attributes, titles and options.
    pub bare: Vec<String>,
    /// What is marked as a name: `lang` of another language, or `translate="no"`.
    pub names: BTreeSet<String>,
}

impl Reading {
    pub fn of(html: &str) -> Self {
        let mut reading = Self::default();
        let mut open: Vec<(String, Kind)> = Vec::new();
        for piece in html.split('<').skip(1) {
            let Some((tag, text)) = end_of_tag(piece) else { continue };
            let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
            let name = name.to_ascii_lowercase();
            if tag.starts_with('/') {
                while open.pop().is_some_and(|(closed, _)| closed != name) {}
            } else if !tag.starts_with('!') {
                if name == "html" {
                    reading.language = attribute(tag, "lang").unwrap_or_default();
                }
                let above = open.last().map_or(Kind::Words, |(_, kind)| *kind);
                let kind = above.within(&name, tag, &reading.language);
                for spoken in SPOKEN.iter().filter_map(|spoken| attribute(tag, spoken)) {
                    let into = if kind == Kind::Name { None } else { Some(&mut reading.bare) };
                    into.into_iter().for_each(|bare| bare.push(spoken.clone()));
                }
                if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
                    open.push((name, kind));
                }
            }
            let kind = open.last().map_or(Kind::Words, |(_, kind)| *kind);
            reading.take(kind, text);
        }
        reading
    }

    fn take(&mut self, kind: Kind, text: &str) {
        let text = unescaped(text).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        match kind {
            Kind::Words => self.words.push(text),
            Kind::Bare => self.bare.push(text),
            Kind::Name => drop(self.names.insert(text)),
            Kind::Code => {}
        }
    }

    /// All texts of the interface with a word in them. A name that the page marks elsewhere, and the
    /// service's own, may stand where there can be no marks.
    pub fn texts(&self) -> BTreeSet<String> {
        let mut names: Vec<_> = self.names.iter().map(String::as_str).chain(["Đúng Hẹn"]).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let without = |text: &String| names.iter().fold(text.clone(), |text, name| text.replace(name, ""));
        let bare = self.bare.iter().map(without);
        self.words.iter().cloned().chain(bare).filter(|text| has_word(text)).collect()
    }
}

/// Whether a letter stands in it that English does not have.
pub fn is_vietnamese(text: &str) -> bool {
    text.to_lowercase().chars().any(|c| DIACRITICS.contains(c))
}

/// What a text is by the elements around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    Bare,
    Name,
    /// Typed or read as it is: codes, keys, what a style sheet or a picture's drawing says.
    Code,
}

impl Kind {
    fn within(self, name: &str, tag: &str, page: &str) -> Self {
        let lang = attribute(tag, "lang").filter(|_| name != "html");
        let class = attribute(tag, "class").unwrap_or_default();
        match self {
            Self::Name | Self::Code => self,
            _ if attribute(tag, "translate").as_deref() == Some("no") => Self::Name,
            _ if lang.is_some_and(|lang| lang != page || page == "vi" && lang == "vi") && name != "svg" => {
                Self::Name
            }
            _ if matches!(name, "script" | "style" | "code" | "kbd" | "pre") => Self::Code,
            _ if class.split(' ').any(|one| one == "code" || one == "secret") => Self::Code,
            _ if matches!(name, "title" | "option" | "desc") => Self::Bare,
            _ => self,
        }
    }
}

/// The tag, and what stands after it.
fn end_of_tag(piece: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = piece.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })?;
    Some((&piece[..end], &piece[end + 1..]))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let plain = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    plain.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// Whether two small letters follow each other, or a Vietnamese one stands alone.
fn has_word(text: &str) -> bool {
    let letters: Vec<bool> = text.chars().map(|c| c.is_alphabetic() && !c.is_uppercase()).collect();
    is_vietnamese(text) || letters.windows(2).any(|two| two == [true, true])
}
