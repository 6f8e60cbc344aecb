//! What the operating system answers when something can't be read, written or opened, in words.
//!
//! Its own words are English and come with a number; those who mend a configuration read neither.

use std::io::{Error, ErrorKind};

use super::refusal::Said;

/// Why it did not go, as part of a sentence.
#[must_use]
pub fn why(error: &Error) -> Said {
    let (vietnamese, english) = match error.kind() {
        ErrorKind::NotFound => ("không có tệp hoặc thư mục này", "there is no such file or folder"),
        ErrorKind::PermissionDenied => ("không có quyền", "permission is denied"),
        ErrorKind::AlreadyExists => ("đã có tệp này", "the file exists already"),
        ErrorKind::IsADirectory => ("đây là thư mục, không phải tệp", "it is a folder, not a file"),
        ErrorKind::NotADirectory => {
            ("một phần của đường dẫn không phải thư mục", "a part of the path is no folder")
        }
        ErrorKind::InvalidData => ("nội dung không phải chữ UTF-8", "it is not text in UTF-8"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("hết chỗ trên đĩa", "no room is left on the disk")
        }
        ErrorKind::ReadOnlyFilesystem => ("ổ đĩa chỉ cho đọc", "the disk can only be read"),
        ErrorKind::AddrInUse => ("địa chỉ đang được chương trình khác dùng", "the address is in use"),
        ErrorKind::AddrNotAvailable => ("máy này không có địa chỉ ấy", "this machine has no such address"),
        ErrorKind::ConnectionRefused => ("bên kia từ chối kết nối", "the connection was refused"),
        ErrorKind::TimedOut => ("quá thời gian chờ", "it took too long"),
        ErrorKind::UnexpectedEof => ("tệp kết thúc giữa chừng", "the file ends too early"),
        _ => return other(error),
    };
    Said::new(vietnamese, english)
}

fn other(error: &Error) -> Said {
    match error.raw_os_error() {
        Some(number) => Said::new(format!("lỗi hệ thống số {number}"), error.to_string()),
        None => Said::new(format!("“{error}”"), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_without_its_own_words() {
        for (number, vietnamese, english) in [
            (2, "không có tệp hoặc thư mục này", "there is no such file or folder"),
            (13, "không có quyền", "permission is denied"),
            (28, "hết chỗ trên đĩa", "no room is left on the disk"),
            (98, "địa chỉ đang được chương trình khác dùng", "the address is in use"),
        ] {
            assert_eq!(why(&Error::from_raw_os_error(number)), Said::new(vietnamese, english));
        }
        assert_eq!(why(&Error::from_raw_os_error(5)).vietnamese, "lỗi hệ thống số 5");
    }
}
