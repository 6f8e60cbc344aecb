//! What most commands begin with: the configuration, the clock, the database, the keys.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::backup::Inspector;
use crate::clock::Clock;
use crate::config::{Configuration, Environment};
use crate::db::{Db, DbSettings, Error, Purpose};
use crate::domain::law::Drift;
use crate::domain::obstacle;
use crate::domain::refusal::Language;
use crate::random;
use crate::seal::{KeyFileError, Keyring};
use crate::work::desk::{Desk, House};
use crate::work::{law, start};

/// What answers go to people as.
pub const LANGUAGE: Language = Language::Vietnamese;

/// For what a command has left running.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Why a command could not do its work; each prints one clear message and exits with its code.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The configuration's faults, all of them.
    #[error("{0}")]
    Configuration(String),
    #[error("{0}")]
    Unusable(String),
    #[error(transparent)]
    Database(#[from] Error),
}

impl Failed {
    /// The message for people.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Configuration(text) | Self::Unusable(text) => text.clone(),
            Self::Database(error) => error.said().to(LANGUAGE).to_owned(),
        }
    }

    /// Prints the message and says the exit code.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        unusable(&self.shown())
    }
}

/// What the operating system said, for people.
#[must_use]
pub fn why(error: &std::io::Error) -> String {
    obstacle::why(error).to(LANGUAGE).to_owned()
}

/// Prints to standard output; a reader that has gone away is no failure.
pub fn print(text: &str) {
    _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints one line to standard error.
pub fn complain(message: &str) {
    _ = writeln!(std::io::stderr(), "{message}");
}

/// Prints one message to standard error: the input can't be used.
#[must_use]
pub fn unusable(message: &str) -> ExitCode {
    complain(&format!("dunghen: {message}"));
    ExitCode::from(2)
}

/// Runs a command on a runtime of its own.
pub fn block_on(command: impl Future<Output = Result<ExitCode, Failed>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(command).unwrap_or_else(|failed| failed.report());
            // A thread that is still reading a large file is not waited for.
            runtime.shutdown_timeout(LEFTOVERS);
            code
        }
        Err(error) => unusable(&format!("không khởi động được chương trình: {}", why(&error))),
    }
}

/// Reads the configuration: the one named, `dunghen.toml` here, or what is built in.
///
/// # Errors
/// With everything that is wrong in it.
pub fn configuration(path: Option<&Path>) -> Result<Configuration, Failed> {
    let environment = Environment::of_process();
    let here = Path::new("dunghen.toml");
    let read = match path {
        Some(path) => Configuration::load(path, &environment),
        None if here.exists() => Configuration::load(here, &environment),
        None => Configuration::built_in(&environment),
    };
    read.map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| fault.to(LANGUAGE)).collect();
        Failed::Configuration(lines.join("\ndunghen: "))
    })
}

/// How this node calls itself: as it is configured, else as the machine and the process.
#[must_use]
pub fn node_name(configured: &str) -> String {
    if !configured.is_empty() {
        return configured.to_owned();
    }
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = Some(machine.trim()).filter(|name| !name.is_empty()).unwrap_or("dunghen");
    format!("{machine}:{}", std::process::id())
}

/// The wall clock, or the one that a demonstration or test has fixed.
#[must_use]
pub fn clock(configuration: &Configuration) -> Clock {
    configuration.settings.fixed_now.map_or_else(Clock::system, Clock::fixed)
}

/// How the database is opened for `purpose`.
#[must_use]
pub fn db_settings(configuration: &Configuration, purpose: Purpose) -> DbSettings {
    let limits = &configuration.settings.database;
    DbSettings {
        purpose,
        postgres_connections: u32::try_from(limits.max_connections.get()).unwrap_or(u32::MAX),
        // Where the disk is slow, there must be room left for those who only look.
        waiting_deeds: (configuration.settings.web.max_requests.size() * 3 / 4).max(1),
        statement_timeout: Duration::from_millis(limits.statement_timeout_ms.get()),
        report_statement_timeout: Duration::from_millis(limits.report_timeout_ms.get()),
        ballast_bytes: configuration.settings.data.ballast_mb.get() * 1_048_576,
        ..DbSettings::default()
    }
}

/// Opens the configured database, whose schema must be current.
///
/// # Errors
/// Where it can't be opened or has another schema.
pub async fn database(configuration: &Configuration, purpose: Purpose) -> Result<Db, Failed> {
    database_with(configuration, &db_settings(configuration, purpose)).await
}

/// The same with settings of one's own.
///
/// # Errors
/// As [`database`].
pub async fn database_with(configuration: &Configuration, settings: &DbSettings) -> Result<Db, Failed> {
    let db = Db::open(configuration.settings.database.url.as_str(), settings).await?;
    if !db.schema_is_current().await? {
        return Err(Failed::Unusable(
            "lược đồ cơ sở dữ liệu chưa đúng phiên bản; chạy `dunghen migrate` trước".to_owned(),
        ));
    }
    Ok(db)
}

/// A desk whose province the database knows, for a command that writes.
///
/// # Errors
/// Those of the keys and the database.
pub async fn prepared_desk(configuration: &Configuration, db: &Db) -> Result<Desk, Failed> {
    let keys = keys(configuration, db).await?;
    let desk = desk(configuration, keys, &clock(configuration));
    keep_province(db, &desk).await?;
    in_force(db, desk).await
}

/// The same desk under the edition of the law that the database has in force.
///
/// # Errors
/// Those of the database.
pub async fn in_force(db: &Db, desk: Desk) -> Result<Desk, Failed> {
    let province = db.read(async |tx| law::in_force(tx, &desk.province).await).await?;
    Ok(Desk { province, ..desk })
}

/// The keys that seal personal data, made at the first start of an empty database.
///
/// # Errors
/// Where the file can't be read, or is gone while there is something that only it opens.
pub async fn keys(configuration: &Configuration, db: &Db) -> Result<Keyring, Failed> {
    let file = configuration.settings.key_file();
    let shown = file.display();
    match file.try_exists() {
        Ok(true) => read_keys(&file),
        Ok(false) => {
            if db.read(async |tx| crate::store::applicants::any(tx).await).await? {
                return Err(Failed::Unusable(format!(
                    "không thấy tệp khóa {shown}, trong khi cơ sở dữ liệu đã có dữ liệu cá nhân được mã hóa; khôi phục tệp khóa từ bản sao lưu"
                )));
            }
            let keys = Keyring::generate();
            match write_secret(&file, &keys.to_file()) {
                Ok(()) => Ok(keys.kept_in(&file)),
                // Another command was faster; its keys are the ones.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => read_keys(&file),
                Err(error) => {
                    Err(Failed::Unusable(format!("không ghi được tệp khóa {shown}: {}", why(&error))))
                }
            }
        }
        Err(error) => Err(Failed::Unusable(format!("không đọc được tệp khóa {shown}: {}", why(&error)))),
    }
}

/// The keys as they lie there; none where there is no file. Makes none.
///
/// # Errors
/// Where the file can't be read.
pub fn keys_at_hand(configuration: &Configuration) -> Result<Option<Keyring>, Failed> {
    let file = configuration.settings.key_file();
    match file.try_exists() {
        Ok(true) => read_keys(&file).map(Some),
        Ok(false) => Ok(None),
        Err(error) => {
            Err(Failed::Unusable(format!("không đọc được tệp khóa {}: {}", file.display(), why(&error))))
        }
    }
}

/// Whoever looks through a copy: with the law as configured and the keys at hand.
///
/// # Errors
/// As [`keys_at_hand`].
pub fn inspector(configuration: &Configuration) -> Result<Inspector, Failed> {
    let keys = keys_at_hand(configuration)?;
    let clock = clock(configuration);
    // Replaying needs no keys; only what is sealed does.
    let desk = desk(configuration, keys.clone().unwrap_or_else(Keyring::generate), &clock);
    let key_file = configuration.settings.key_file();
    let key_file = std::path::absolute(&key_file).unwrap_or(key_file);
    Ok(Inspector { desk, clock, keys: keys.map(Arc::new), key_file })
}

fn read_keys(file: &Path) -> Result<Keyring, Failed> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failed::Unusable(format!("không đọc được tệp khóa {shown}: {}", why(&error))))?;
    let keys = Keyring::from_file(&text)
        .map_err(|error| Failed::Unusable(format!("{shown}: {}", misread(error))))?;
    Ok(keys.kept_in(file))
}

/// What is wrong with a key file; its content is never repeated.
fn misread(error: KeyFileError) -> String {
    let cure = "Khôi phục tệp khóa từ bản sao lưu.";
    match error {
        KeyFileError::Line(line) => format!(
            "dòng {line} không phải `current SỐ`, `key SỐ KHÓA` hay `search KHÓA` (64 chữ số thập lục phân). {cure}"
        ),
        KeyFileError::Incomplete => {
            format!("phải có `current SỐ`, dòng `key` của số ấy và `search KHÓA`. {cure}")
        }
    }
}

/// Puts other keys into the key file, wholly or not at all.
///
/// # Errors
/// Where the file can't be written; the old one is there then.
pub fn replace_keys(file: &Path, keys: &Keyring) -> Result<(), Failed> {
    let draft = draft_beside(file);
    let written = write_secret(&draft, &keys.to_file()).and_then(|()| std::fs::rename(&draft, file));
    written.map_err(|error| {
        Failed::Unusable(format!("không ghi được tệp khóa {}: {}", file.display(), why(&error)))
    })
}

fn draft_beside(file: &Path) -> PathBuf {
    file.with_added_extension(format!("{:016x}.new", u64::from_ne_bytes(random::bytes())))
}

/// Writes a file that only its owner may read, wholly or not at all, where there is none yet.
///
/// It gets its name only once it is whole and on the disk: whoever dies before leaves a draft
/// that nobody looks at, and nothing is sealed with keys that could still get lost.
fn write_secret(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = draft_beside(file);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&draft)?;
    let written = opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.sync_all())
        .and_then(|()| std::fs::hard_link(&draft, file));
    _ = std::fs::remove_file(&draft);
    written?;
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// What was edited in the files after the first start, that it is not in force, and what to do.
#[must_use]
pub fn edited_files(drift: &[Drift], edition: i64) -> String {
    let changed: Vec<String> = drift.iter().map(|one| one.say(LANGUAGE)).collect();
    format!(
        "Tệp cấu hình đã sửa sau lần khởi động đầu: {}. Phần sửa CHƯA có hiệu lực; ngày hẹn trả vẫn tính theo \
         bản {edition} trong cơ sở dữ liệu. Để áp dụng: ghi phần mới vào một tệp (riêng lịch năm dùng được cả tệp \
         lịch), `dunghen calendar import TỆP --account TÊN --document SỐ --signer NGƯỜI_KÝ --reason LÝ_DO`, xem \
         trước, rồi người thứ hai công bố; hoặc làm ở trang /calendars. Nếu sửa nhầm, trả tệp về như cũ.",
        changed.join(", ")
    )
}

/// What a deed needs at hand, outside of the running service.
#[must_use]
pub fn desk(configuration: &Configuration, keys: Keyring, clock: &Clock) -> Desk {
    let settings = &configuration.settings;
    let house = House {
        public_url: settings.web.public_url.as_str().trim_end_matches('/').to_owned(),
        mail_domain: settings.mail.domain.clone(),
        place: settings.province.name.clone(),
        alerts_per_hour: settings.mail.alerts_per_hour.get(),
    };
    Desk {
        province: Arc::clone(&configuration.province),
        keys: Arc::new(keys),
        house: Arc::new(house),
        now: clock.now(),
    }
}

/// Copies the province into the database, so that rows can point to its units and procedures.
///
/// # Errors
/// Those of the database.
pub async fn keep_province(db: &Db, desk: &Desk) -> Result<(), Failed> {
    let desk = desk.clone();
    Ok(db.write(async move |tx| start::keep_province(tx, &desk).await).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_never_written_over_and_leave_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data").join("dunghen.keys");
        write_secret(&file, "the first").unwrap();
        let second = write_secret(&file, "the second").unwrap_err();
        assert_eq!(second.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "the first");
        assert_eq!(file.parent().unwrap().read_dir().unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
    }
}
