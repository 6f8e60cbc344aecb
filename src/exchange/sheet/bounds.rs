//! Looks at a workbook before anything is made of it: how much it unpacks to.
//!
//! A workbook is a ZIP archive, and what its directory says of sizes may be a lie, so
//! everything in it is unpacked once and thrown away while it is counted.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use crate::domain::refusal::Said;
use crate::exchange::fault::Fault;

/// Parts that a workbook may have; a hundred sheets have a few hundred.
const MOST_PARTS: usize = 10_000;
/// Where the table of texts must have said how many there are.
const HEAD_BYTES: usize = 8 << 10;

/// Refuses what is no workbook, is damaged, or unpacks to more than `most` bytes.
///
/// # Errors
/// What is wrong, and what to do instead.
pub(super) fn check(path: &Path, file: File, length: u64, most: u64) -> Result<(), Fault> {
    if length > most {
        return Err(too_large(path, most));
    }
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| no_workbook(path, &error))?;
    if archive.len() > MOST_PARTS {
        return Err(too_large(path, most));
    }
    let mut left = most;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|error| no_workbook(path, &error))?;
        let name = part.name().map_err(|error| no_workbook(path, &error))?.to_ascii_lowercase();
        let texts = name.ends_with("sharedstrings.xml");
        let mut part = part.take(left.saturating_add(1));
        let mut head = Vec::new();
        let broken = |error: io::Error| no_workbook(path, &error);
        (&mut part).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(broken)?;
        let unpacked = io::copy(&mut part, &mut io::sink()).map_err(broken)? + head.len() as u64;
        left = left.checked_sub(unpacked).ok_or_else(|| too_large(path, most))?;
        if texts && !promises_at_most(&head, unpacked) {
            return Err(no_workbook(path, &"the table of texts promises more than it holds"));
        }
    }
    Ok(())
}

/// Whether `<sst uniqueCount="…">` is a number that so many bytes can hold: room is made for that
/// many texts before the first of them is read.
fn promises_at_most(head: &[u8], bytes: u64) -> bool {
    let head = String::from_utf8_lossy(head);
    let Some((_, from_tag)) = head.split_once("sst") else { return false };
    let Some((tag, _)) = from_tag.split_once('>') else { return false };
    tag.split("uniqueCount").skip(1).all(|rest| {
        let digits: String = rest
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | '+'))
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.is_empty() || digits.parse().is_ok_and(|count: u64| count <= bytes)
    })
}

fn too_large(path: &Path, most: u64) -> Fault {
    let most = most >> 20;
    let said = Said::new(
        format!(
            "Bảng tính lớn quá {most} MB khi giải nén. Lưu trang tính thành CSV UTF-8 rồi nhập với --format csv \
             (CSV không giới hạn cỡ tệp), hoặc tăng [import] workbook_mb."
        ),
        format!(
            "The workbook unpacks to more than {most} MB. Save the sheet as CSV UTF-8 and import that with \
             --format csv (which has no limit), or raise [import] workbook_mb."
        ),
    );
    Fault::new(path, None, "", said)
}

fn no_workbook(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    let said = Said::new(
        format!(
            "Đây không phải bảng tính .xlsx đọc được ({error}). Nếu tệp có mật khẩu, bỏ mật khẩu; nếu là .xls \
             hoặc .ods, lưu thành .xlsx hoặc CSV."
        ),
        format!(
            "This is no .xlsx workbook that can be read ({error}). If it has a password, remove it; if it is \
             .xls or .ods, save it as .xlsx or CSV."
        ),
    );
    Fault::new(path, None, "", said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_of_more_texts_than_fit_is_seen() {
        assert!(promises_at_most(br#"<?xml?><sst count="9" uniqueCount="3"><si/>"#, 40));
        assert!(promises_at_most(b"<x:sst xmlns:x='urn:x'>", 40));
        for wrong in [
            &br#"<sst uniqueCount="99999999999">"#[..],
            br#"<sst uniqueCount = '99999999999999999999999'>"#,
            br#"<sst uniqueCount="1" uniqueCount="41">"#,
            b"<!-- nothing -->",
        ] {
            assert!(!promises_at_most(wrong, 40), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
