//! Sentences with names in them: the names of units, procedures and people are data and stay as they
//! are, so within a foreign sentence they are marked for whoever has it read aloud.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::domain::refusal::Language;

/// Around a name, as Unicode isolates a text of another kind within a sentence.
const OPEN: char = '\u{2068}';
const CLOSE: char = '\u{2069}';

/// A name, ready to stand within a sentence of this language.
#[must_use]
pub fn name(language: Language, name: &str) -> String {
    match language {
        Language::Vietnamese => name.to_owned(),
        Language::English => format!("{OPEN}{name}{CLOSE}"),
    }
}

/// The sentence without its marks, for where there can be none: in an attribute, a picture, a title.
#[must_use]
pub fn plain(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}

/// Whether a text is one name from its beginning to its end.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let inner = text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(CLOSE));
    inner.is_some_and(|inner| !inner.contains([OPEN, CLOSE]))
}

/// A sentence as a page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Prose<'t>(pub &'t str);

impl HtmlSafe for Prose<'_> {}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut in_name = false;
        for c in self.0.chars() {
            match c {
                OPEN if !in_name => f.write_str("<span lang=\"vi\">")?,
                CLOSE if in_name => f.write_str("</span>")?,
                OPEN | CLOSE => continue,
                '&' => f.write_str("&#38;")?,
                '<' => f.write_str("&#60;")?,
                '>' => f.write_str("&#62;")?,
                '"' => f.write_str("&#34;")?,
                '\'' => f.write_str("&#39;")?,
                other => fmt::Write::write_char(f, other)?,
            }
            in_name = match c {
                OPEN => true,
                CLOSE => false,
                _ => in_name,
            };
        }
        if in_name { f.write_str("</span>") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_marked_in_english_alone_and_nothing_in_it_is_markup() {
        let shown = |language| Prose(&format!("to {}.", name(language, "Sở <b> & \"A\""))).to_string();
        let escaped = "Sở &#60;b&#62; &#38; &#34;A&#34;";
        assert_eq!(shown(Language::English), format!("to <span lang=\"vi\">{escaped}</span>."));
        assert_eq!(shown(Language::Vietnamese), format!("to {escaped}."));
    }

    #[test]
    fn marks_that_somebody_typed_leave_the_page_in_balance() {
        let told = name(Language::English, "a\u{2069}b\u{2068}c\u{2068}");
        assert_eq!(Prose(&told).to_string(), "<span lang=\"vi\">a</span>b<span lang=\"vi\">c</span>");
        assert_eq!(plain(&told), "abc");
    }
}
