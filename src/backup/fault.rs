//! Why there is no copy, or nothing came back from one: what, where, what to do.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::db;
use crate::domain::obstacle;
use crate::domain::refusal::Said;
use crate::work::verify::Finding;

/// The result of everything in this room.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
#[error("{}", self.said().english)]
pub enum Fault {
    /// Nothing is overwritten unasked.
    Exists(PathBuf),
    /// A copy was to be written over the database itself.
    IsTheDatabase(PathBuf),
    /// A file or folder can't be read or written.
    File { path: PathBuf, error: std::io::Error },
    /// No room is left where this was to be written.
    Full(PathBuf),
    /// Neither a SQLite database nor a dump of PostgreSQL.
    NoCopy(PathBuf),
    /// A copy of the other kind of database.
    OtherEngine { file: PathBuf, is_sqlite: bool },
    /// What is in the file or database can't be what was written.
    Damaged { what: String, where_: String },
    /// A newer program wrote it.
    Newer { last: i64, known: i64 },
    /// It came back, but does not hold together.
    Unsound(Vec<Finding>),
    /// What is sealed in it does not open with the keys at hand.
    Keys { key_id: String, file: PathBuf },
    /// There is something already where it was to come back.
    Occupied(String),
    /// Somebody else works there.
    InUse(String),
    /// The tools of PostgreSQL are not installed, or too old for the server.
    NoTools { major: i64 },
    /// A tool of PostgreSQL has failed.
    Tool { tool: &'static str, said: String },
    /// The account may not make the database for a rehearsal.
    MayNotRehearse(String),
    /// The folder has no copy to rehearse with.
    NothingToRehearse(PathBuf),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl Fault {
    /// A file that can't be read or written; a full disk is told as such.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(path.to_owned()),
            _ => Self::File { path: path.to_owned(), error },
        }
    }

    /// What a database says that is being read back: a refused statement is a damage there.
    pub(super) fn reading_back(where_: &str) -> impl FnOnce(db::Error) -> Self + '_ {
        move |error| match error {
            db::Error::Corrupt(what) | db::Error::Statement(what) => {
                Self::Damaged { what: what.to_string(), where_: where_.to_owned() }
            }
            db::Error::Schema(what) => Self::Damaged { what: what.to_string(), where_: where_.to_owned() },
            db::Error::Missing => {
                Self::Damaged { what: "a row is missing".to_owned(), where_: where_.to_owned() }
            }
            error => Self::Database(error),
        }
    }

    pub(super) fn other_sum(where_: impl std::fmt::Display) -> Self {
        Self::Damaged {
            what: "its sum is not the one it was made with".to_owned(),
            where_: where_.to_string(),
        }
    }

    /// Whether something was looked at and does not hold, rather than not being there to look at.
    #[must_use]
    pub fn is_about_content(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Unsound(_) | Self::Keys { .. } | Self::NoCopy(_))
    }

    /// For people, in both languages.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Exists(file) => Said::new(
                format!("{} đã có; chọn tên khác, hoặc thêm --replace để ghi đè.", file.display()),
                format!("{} is there already; choose another name, or add --replace.", file.display()),
            ),
            Self::IsTheDatabase(file) => Said::new(
                format!("{} chính là cơ sở dữ liệu đang dùng; chọn tên khác cho bản sao.", file.display()),
                format!("{} is the database itself; choose another name for the copy.", file.display()),
            ),
            Self::File { path, error } if error.kind() == ErrorKind::NotFound => Said::new(
                format!("Không có {}; kiểm tra tên, tạo thư mục hoặc gắn lại ổ đĩa.", path.display()),
                format!("There is no {}; check the name, make the folder or mount its disk.", path.display()),
            ),
            Self::File { path, error } => Said::new(
                format!("Không đọc hoặc ghi được {}: {}.", path.display(), obstacle::why(error).vietnamese),
                format!("{} can't be read or written: {}.", path.display(), obstacle::why(error).english),
            ),
            Self::Full(path) => Said::new(
                format!(
                    "Hết chỗ trên đĩa khi ghi {}; chưa để lại gì ở đó. Giải phóng chỗ rồi làm lại.",
                    path.display()
                ),
                format!(
                    "No room is left on the disk for {}; nothing was left there. Make room and try again.",
                    path.display()
                ),
            ),
            Self::NoCopy(file) => Said::new(
                format!(
                    "{} không phải bản sao lưu của Đúng Hẹn, hoặc đã hỏng từ đầu tệp; dùng bản khác.",
                    file.display()
                ),
                format!(
                    "{} is no backup of Đúng Hẹn, or damaged from its first bytes; use another one.",
                    file.display()
                ),
            ),
            Self::OtherEngine { file, is_sqlite } => other_engine(file, *is_sqlite),
            Self::Damaged { what, where_ } => Said::new(
                format!("{where_} bị hỏng, không dùng được: {what}. Dùng bản sao lưu khác."),
                format!("{where_} is damaged and can't be used: {what}. Use another backup."),
            ),
            Self::Newer { last, known } => Said::new(
                format!(
                    "Bản sao do chương trình mới hơn ghi (lược đồ bước {last}, chương trình này biết đến bước {known}); cài bản mới rồi làm lại."
                ),
                format!(
                    "A newer program wrote this backup (schema step {last}, this one knows up to {known}); install the newer program."
                ),
            ),
            Self::Unsound(findings) => unsound(findings),
            Self::Keys { key_id, file } => keys(key_id, file),
            Self::Occupied(what) => Said::new(
                format!(
                    "{what} đã có dữ liệu; chỉ khôi phục vào nơi trống. Chuyển dữ liệu cũ đi nơi khác trước."
                ),
                format!(
                    "{what} is not empty; a backup is restored into an empty place only. Move the old data away first."
                ),
            ),
            Self::InUse(what) => Said::new(
                format!("{what} đang có tiến trình khác dùng; dừng tiến trình đó rồi làm lại."),
                format!("{what} is in use by another process; stop that one first."),
            ),
            Self::NoTools { major } => Said::new(
                format!(
                    "Không thấy pg_dump và pg_restore cho PostgreSQL {major} trong PATH hay /usr/lib/postgresql; cài gói postgresql-client-{major}."
                ),
                format!(
                    "pg_dump and pg_restore for PostgreSQL {major} are neither in PATH nor in /usr/lib/postgresql; install the package postgresql-client-{major}."
                ),
            ),
            Self::Tool { tool, said } => {
                Said::new(format!("{tool} không làm được: {said}"), format!("{tool} has failed: {said}"))
            }
            Self::MayNotRehearse(account) => Said::new(
                format!(
                    "Tài khoản {account} không được tạo cơ sở dữ liệu tạm để diễn tập; cho phép bằng: alter role {account} createdb."
                ),
                format!(
                    "The account {account} may not make a temporary database for the drill; allow it: alter role {account} createdb."
                ),
            ),
            Self::NothingToRehearse(folder) => Said::new(
                format!("{} chưa có bản sao lưu nào để diễn tập khôi phục.", folder.display()),
                format!("{} has no backup yet to rehearse with.", folder.display()),
            ),
            Self::Database(error) => error.said(),
        }
    }
}

fn other_engine(file: &Path, is_sqlite: bool) -> Said {
    let (of, for_) = if is_sqlite { ("SQLite", "PostgreSQL") } else { ("PostgreSQL", "SQLite") };
    Said::new(
        format!(
            "{} là bản sao của {of}, còn DUNGHEN_DATABASE_URL trỏ tới {for_}; sửa địa chỉ cơ sở dữ liệu.",
            file.display()
        ),
        format!(
            "{} is a backup of {of}, but DUNGHEN_DATABASE_URL names {for_}; correct the database's address.",
            file.display()
        ),
    )
}

fn unsound(findings: &[Finding]) -> Said {
    let first = findings.first().map(|one| format!("{}: {}", one.subject, one.what)).unwrap_or_default();
    let count = findings.len();
    Said::new(
        format!(
            "Dữ liệu trong bản sao có {count} chỗ không khớp khi đối chiếu ({first}). Dùng bản khác, hoặc thêm --accept-findings để khôi phục như vậy rồi chạy `dunghen verify`."
        ),
        format!(
            "The data in the backup differ in {count} places when replayed ({first}). Use another one, or add --accept-findings to restore them as they are and run `dunghen verify`."
        ),
    )
}

fn keys(key_id: &str, file: &Path) -> Said {
    Said::new(
        format!(
            "Khóa ở {} không mở được dữ liệu cá nhân trong bản sao (khóa số {key_id}). Khóa không nằm trong bản sao lưu: đặt đúng tệp khóa của hệ thống cũ vào đó rồi làm lại.",
            file.display()
        ),
        format!(
            "The keys at {} don't open the personal data in the backup (key {key_id}). Keys are in no backup: put the old system's key file there and try again.",
            file.display()
        ),
    )
}
