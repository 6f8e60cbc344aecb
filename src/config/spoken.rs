//! What the reader of TOML and the settings say of a value, in Vietnamese.
//!
//! They speak English; each phrase of theirs that a person may meet is known here. What is not known
//! is repeated in quotation marks.

/// Phrases with which a message begins, and what is said instead; the rest is repeated.
const BEGINNINGS: &[(&str, &str)] = &[
    ("unknown field ", "không có mục "),
    ("missing field ", "thiếu mục "),
    ("duplicate field ", "mục ghi hai lần: "),
    ("duplicate key", "khóa ghi hai lần"),
    ("unknown variant ", "không có giá trị "),
    ("invalid type: ", "sai kiểu: "),
    ("invalid value: ", "sai giá trị: "),
    ("invalid length ", "sai độ dài "),
    ("data did not match any variant", "không phải giá trị dùng được ở đây"),
    ("it is neither sqlite:PATH nor postgres://…", "phải là sqlite:ĐƯỜNG_DẪN hoặc postgres://…"),
    ("it is no instant ", "không phải thời điểm "),
];

/// Phrases inside of such a message.
const INSIDE: &[(&str, &str)] = &[
    (", expected one of ", ", chỉ có "),
    (", expected ", ", cần "),
    (", there are no fields", ", không nhận mục nào"),
    (" is no IP address or network ", " không phải địa chỉ IP hay dải mạng "),
    (" is no address ", " không phải địa chỉ "),
    (" is no cron expression ", " không phải biểu thức cron "),
    (" is not from ", " không nằm trong khoảng từ "),
    (" to ", " đến "),
    ("string ", "chuỗi chữ "),
    ("a string", "một chuỗi chữ"),
    ("integer ", "số "),
    ("boolean ", "giá trị đúng sai "),
    ("a boolean", "true hoặc false"),
    ("floating point ", "số lẻ "),
    ("sequence", "danh sách"),
    ("a map", "một bảng"),
    ("map", "bảng"),
];

/// The message in Vietnamese.
#[must_use]
pub fn vietnamese(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let begun = BEGINNINGS.iter().find_map(|(english, said)| {
        message.strip_prefix(english).map(|rest| format!("{said}{}", phrases(rest)))
    });
    let is_own = INSIDE[3..7].iter().any(|(english, _)| message.contains(english));
    match begun {
        Some(said) => said,
        None if is_own => phrases(message),
        None => format!("“{message}”"),
    }
}

/// Everything outside of quotation marks and backticks, which hold what was written in the file.
fn phrases(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '`']) {
        let mark = &rest[at..=at];
        let end = rest[at + 1..].find(mark).map_or(rest.len(), |end| at + end + 2);
        said.push_str(&translated(&rest[..at]));
        said.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    said + &translated(rest)
}

fn translated(text: &str) -> String {
    INSIDE.iter().fold(text.to_owned(), |text, (english, said)| text.replace(english, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_reader_says_is_told_in_vietnamese_and_what_was_written_stays() {
        for (english, said) in [
            (
                "unknown field `expected one of`, expected one of `a`, `b`",
                "không có mục `expected one of`, chỉ có `a`, `b`",
            ),
            ("missing field `date`", "thiếu mục `date`"),
            (
                "invalid type: string \"to sequence\", expected u64",
                "sai kiểu: chuỗi chữ \"to sequence\", cần u64",
            ),
            ("7 is not from 8 to 90", "7 không nằm trong khoảng từ 8 đến 90"),
            (
                "\"x\" is no cron expression (0 7 * * Mon-Fri)",
                "\"x\" không phải biểu thức cron (0 7 * * Mon-Fri)",
            ),
            ("expected a newline", "“expected a newline”"),
        ] {
            assert_eq!(vietnamese(english), said, "{english}");
        }
    }
}
