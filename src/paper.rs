//! What a reader holds or looks at apart from a page's own text: pictures as SVG.
//!
//! Pure: plain data in, markup out. No clock, no database, no HTTP.

use std::fmt;

pub use crate::domain::refusal::Language;

pub mod chart;
pub mod month_picture;
pub mod qr;

/// One finished SVG element. Only the templates of this module make it, with every
/// text in it escaped; so a page may show it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    fn render(template: &impl askama::Template) -> Result<Self, askama::Error> {
        let markup = template.render()?;
        Ok(Self(markup.lines().map(str::trim).collect::<String>()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Svg {}
