//! Two-dimensional codes (QR) as one path of squares.

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use super::Svg;

/// The quiet zone that readers need around a code, in squares.
const MARGIN: usize = 4;

#[derive(Template)]
#[template(path = "qr.svg", escape = "html")]
struct Picture<'a> {
    label: &'a str,
    side: usize,
    path: String,
}

/// The code of `text`, read aloud as `label`; none where the text is too long for one.
///
/// # Errors
/// Where the picture can't be drawn.
pub fn svg(text: &str, label: &str) -> Result<Option<Svg>, askama::Error> {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return Ok(None) };
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN));
    let picture = Picture { label, side: width + 2 * MARGIN, path: squares.collect() };
    Svg::render(&picture).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 1 has 21 squares a side; its three corners are finder patterns.
    #[test]
    fn a_short_text_is_a_code_of_the_first_version() {
        let svg = svg("0912345678", "<mã>").unwrap().unwrap().to_string();
        assert!(svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
        for corner in ["M4 4h1", "M24 4h1", "M4 24h1"] {
            assert!(svg.contains(corner), "{corner}");
        }
        assert!(svg.contains("&#60;mã&#62;"));
        assert!(super::svg(&"x".repeat(5_000), "").unwrap().is_none());
    }
}
