//! The service's own settings: `dunghen.toml`, each overridden by `DUNGHEN__SECTION__KEY`.
//!
//! Holds what a node needs to run, nothing of the law. Every field has a default, unknown
//! ones are refused.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::jobs::CronTable;
use crate::domain::code::UnitCode;
use crate::domain::time::Moment;

mod evaluation;
mod identity;
mod read;
mod values;

pub use evaluation::Evaluation;
pub use identity::IdentityProvider;
pub use read::{Environment, read};
pub use values::{Count, Cron, DatabaseUrl, Networks, PublicUrl, ZoneName};

/// `dunghen.toml` with what the environment overrides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Allows a fixed clock and other conveniences that a public service must not have.
    pub development: bool,
    /// Whether province, procedures and calendar are invented; every page says so.
    pub demonstration: bool,
    /// Only to be sure: it must be the calendar's, by which days begin and end (TIME-11).
    pub zone: Option<ZoneName>,
    pub province: ProvinceSettings,
    pub web: Web,
    pub database: Database,
    pub mail: Mail,
    pub jobs: Jobs,
    pub import: Import,
    pub session: Sessions,
    pub sign_in: SignIn,
    pub identity: IdentityProvider,
    pub keys: Keys,
    pub audit: Audit,
    pub data: Data,
    pub backup: Backup,
    pub files: Files,
    pub calendar: CalendarSettings,
    pub publish: Publish,
    pub evaluation: Evaluation,
    pub log: Log,
    /// `DUNGHEN_NOW`: where the clock stands still; refused by `serve` unless in development.
    #[serde(skip)]
    pub fixed_now: Option<Moment>,
    /// When the service does what it does by itself: `jobs.toml`, and what goes before it here.
    #[serde(skip)]
    pub table: CronTable,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvinceSettings {
    pub name: String,
    /// The unit at the top of the tree.
    #[serde(deserialize_with = "optional_unit")]
    pub root: Option<UnitCode>,
}

impl Default for ProvinceSettings {
    fn default() -> Self {
        Self { name: "Lai Châu".to_owned(), root: None }
    }
}

/// `root = ""` in the environment takes it away again.
fn optional_unit<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<UnitCode>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(serde::de::Error::custom) }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    pub listen: SocketAddr,
    /// How people reach it: `https://motcua.example.vn`; its scheme decides about secure cookies.
    pub public_url: PublicUrl,
    /// The certificate, with those above it, and its key, in PEM: TLS ends here. Without them it ends
    /// at a proxy before this, or this is for this machine alone.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Peers whose word about the client's address is taken.
    pub trusted_proxies: Networks,
    /// Clients that may read `/metrics`.
    pub metrics_from: Networks,
    pub max_connections: Count<1, 100_000>,
    /// Of these, how many one client may have open: an address, or a /64 of IPv6. Whoever comes through
    /// a trusted proxy is counted there, not here.
    pub max_connections_per_client: Count<1, 100_000>,
    /// Requests under way at once; whoever comes beyond them is asked to come back.
    pub max_requests: Count<1, 100_000>,
    pub body_limit_bytes: Count<1_024, 1_073_741_824>,
    pub header_timeout_s: Count<1, 3_600>,
    pub body_timeout_s: Count<1, 3_600>,
    pub handler_timeout_s: Count<1, 3_600>,
    /// How long a connection may lie idle between two requests.
    pub idle_timeout_s: Count<1, 3_600>,
    /// How long requests under way may take once the service is told to stop.
    pub drain_s: Count<0, 3_600>,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: PublicUrl("http://127.0.0.1:8080".to_owned()),
            certificate: None,
            key: None,
            trusted_proxies: Networks::default(),
            metrics_from: Networks::loopback(),
            max_connections: Count(1_024),
            max_connections_per_client: Count(256),
            max_requests: Count(128),
            body_limit_bytes: Count(1_048_576),
            header_timeout_s: Count(10),
            body_timeout_s: Count(30),
            handler_timeout_s: Count(30),
            idle_timeout_s: Count(60),
            drain_s: Count(20),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; `DUNGHEN_DATABASE_URL` goes before it.
    pub url: DatabaseUrl,
    pub max_connections: Count<1, 1_000>,
    pub statement_timeout_ms: Count<1, 3_600_000>,
    pub report_timeout_ms: Count<1, 3_600_000>,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl("sqlite:dunghen.db".to_owned()),
            max_connections: Count(10),
            statement_timeout_ms: Count(5_000),
            report_timeout_ms: Count(60_000),
        }
    }
}

/// How the relay is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Plain text, for a relay on the same machine.
    None,
    #[default]
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// Empty: mail stays in the outbox, where pages show it.
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    /// `Trung tâm PVHCC <motcua@example.vn>`.
    pub from: String,
    /// The domain of message ids.
    pub domain: String,
    /// Empty: no sign-in at the relay.
    pub user: String,
    #[serde(deserialize_with = "secret")]
    pub password: Option<SecretString>,
    /// Read at the start where `password` is not given.
    pub password_file: Option<PathBuf>,
    /// How many letters the relay gets in a minute, from all nodes together.
    pub per_minute: Count<1, 1_000_000>,
    /// How many alerts one person gets in an hour; what is more waits and comes in one letter.
    pub alerts_per_hour: Count<1, 1_000_000>,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: MailTls::default(),
            from: "Đúng Hẹn <dunghen@localhost>".to_owned(),
            domain: "localhost".to_owned(),
            user: String::new(),
            password: None,
            password_file: None,
            per_minute: Count(60),
            alerts_per_hour: Count(20),
        }
    }
}

fn secret<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(from)?;
    Ok((!text.is_empty()).then(|| text.into()))
}

/// What of the scheduled work is set here and not in `jobs.toml`, or goes before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// How this node calls itself; empty: as the machine and the process.
    pub node: String,
    pub sweep_batch: Count<1, 100_000>,
    pub sweep_s: Option<Count<1, 86_400>>,
    /// When the heads of units get their digest, in the configured zone.
    pub digest: Option<Cron>,
    /// How far back a due time that was missed is made up for, of whatever task.
    pub catch_up_days: Option<Count<0, 3_660>>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            node: String::new(),
            sweep_batch: Count(500),
            sweep_s: None,
            digest: None,
            catch_up_days: None,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Import {
    /// How much a workbook that is imported may unpack to; its texts are held in memory.
    pub workbook_mb: Count<1, 4_096>,
}

impl Default for Import {
    fn default() -> Self {
        Self { workbook_mb: Count(256) }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    pub idle_min: Count<1, 10_080>,
    pub absolute_h: Count<1, 720>,
    pub min_password_length: Count<8, 128>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_min: Count(30), absolute_h: Count(12), min_password_length: Count(12) }
    }
}

/// Whether a second factor is asked of administrators, heads of units and the control office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// Of all three (S7).
    Required,
    /// Of administrators alone; the others may set one up.
    Administrators,
    /// Of nobody; whoever has set one up is asked for it.
    Offered,
}

/// How signing in is kept from being guessed (S5, S7).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Wrong passwords in a row for one account, and for all accounts from one network, before
    /// the waits begin.
    pub attempts: Count<1, 100>,
    pub network_attempts: Count<1, 10_000>,
    /// Waits double up to this.
    pub longest_wait_min: Count<1, 1_440>,
    /// So long after signing in nobody is asked once more who they are where there is no field for it.
    pub proof_min: Count<1, 60>,
    /// By default that of administrators, of nobody in a demonstration.
    pub second_factor: Option<SecondFactor>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            attempts: Count(5),
            network_attempts: Count(30),
            longest_wait_min: Count(15),
            proof_min: Count(5),
            second_factor: None,
        }
    }
}

impl Settings {
    /// Of whom a second factor is asked.
    #[must_use]
    pub fn second_factor(&self) -> SecondFactor {
        let by_default =
            if self.demonstration { SecondFactor::Offered } else { SecondFactor::Administrators };
        self.sign_in.second_factor.unwrap_or(by_default)
    }
}

/// The file with the keys that seal personal data, outside of the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    pub file: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self { file: "dunghen.keys".into() }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Where the service keeps its files; relative paths start here.
    pub dir: PathBuf,
    /// Days after which the text of a mail that was sent is erased.
    pub keep_mail_days: Count<0, 36_600>,
    /// Years after a dossier's end after which its applicant's data are erased; 0: never (KEEP-01).
    pub keep_person_years: Count<0, 200>,
    /// Megabytes kept in reserve beside a SQLite file and let go when the disk is full; 0: none.
    pub ballast_mb: Count<0, 65_536>,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            dir: ".".into(),
            keep_mail_days: Count(30),
            keep_person_years: Count(0),
            ballast_mb: Count(16),
        }
    }
}

/// Copies that the service makes by itself, and proves by restoring one now and then.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    /// Where they lie, best on another disk; empty: none are made.
    pub folder: PathBuf,
    /// When one is made, in the configured zone; goes before `jobs.toml`.
    pub at: Option<Cron>,
    /// When the newest one is restored into a temporary place and looked through; the same.
    pub drill: Option<Cron>,
    /// Of how many hours, days and months the newest copy is kept.
    pub keep_hourly: Count<0, 10_000>,
    pub keep_daily: Count<0, 10_000>,
    pub keep_monthly: Count<0, 10_000>,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            at: None,
            drill: None,
            keep_hourly: Count(24),
            keep_daily: Count(31),
            keep_monthly: Count(12),
        }
    }
}

/// The log of who did what.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Where its last row is written down every hour; empty: in the service's own log alone.
    pub anchors: PathBuf,
}

impl Default for Audit {
    fn default() -> Self {
        Self { anchors: "dunghen.anchors".into() }
    }
}

impl Settings {
    /// Where the audit log's anchors are written.
    #[must_use]
    pub fn anchor_file(&self) -> Option<PathBuf> {
        let file = &self.audit.anchors;
        (!file.as_os_str().is_empty()).then(|| self.data.dir.join(file))
    }

    /// Where the service lays its copies; none where it makes none.
    #[must_use]
    pub fn backup_folder(&self) -> Option<PathBuf> {
        let folder = &self.backup.folder;
        (!folder.as_os_str().is_empty()).then(|| self.data.dir.join(folder))
    }

    /// Where the keys lie that seal personal data.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.data.dir.join(&self.keys.file)
    }
}

/// Other files of the configuration; those not named are looked for beside this one and else
/// taken from the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    pub calendar: Option<PathBuf>,
    pub rulesets: Option<PathBuf>,
    pub units: Option<PathBuf>,
    pub hours: Option<PathBuf>,
    pub procedures: Option<PathBuf>,
    pub jobs: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarSettings {
    /// Years that count as final though nobody announced them: for demonstrations only (TIME-15).
    pub demonstration_final_years: Vec<i16>,
}

/// What the public may see (PUB-02).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    pub figures: bool,
    /// Late dossiers, each by its code and without its applicant. No national duty is confirmed (U17).
    pub late_dossiers: bool,
}

impl Publish {
    /// Whoever publishes no figures names no late dossiers either.
    #[must_use]
    pub fn names_late_dossiers(&self) -> bool {
        self.figures && self.late_dossiers
    }
}

impl Default for Publish {
    fn default() -> Self {
        Self { figures: true, late_dossiers: true }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Json,
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A filter as of `RUST_LOG`.
    pub filter: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Json }
    }
}
