//! Where each part of the configuration is read from: a file that is named, one that lies beside, or
//! the program itself.
//!
//! Finds and reads files; what they say is read elsewhere.

use std::path::{Path, PathBuf};

use super::fault::{self, Fault};
use super::{BuiltIn, CALENDAR, HOURS, JOBS, PROCEDURES, RULE_SETS, UNITS, kept, settings};
use crate::domain::refusal::Said;

/// A file's name, under which its faults are told, and its text.
pub(super) type Text = (String, String);

/// The texts of the files.
pub(super) struct Texts {
    pub(super) settings: Text,
    pub(super) calendar: Text,
    pub(super) rulesets: Text,
    pub(super) units: Text,
    pub(super) hours: Text,
    pub(super) procedures: Text,
    pub(super) jobs: Text,
    pub(super) sources: Sources,
}

/// From which file each part came; from none where it is built in.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    settings: Option<PathBuf>,
    calendar: Option<PathBuf>,
    rulesets: Option<PathBuf>,
    units: Option<PathBuf>,
    hours: Option<PathBuf>,
    procedures: Option<PathBuf>,
    jobs: Option<PathBuf>,
}

/// In a folder of its own the calendar may keep the name under which it comes with the program.
const CALENDARS: &[&str] = &["calendar.toml", "calendar/vn-state.toml"];

impl Texts {
    pub(super) fn built_in(settings: BuiltIn) -> Self {
        Self {
            settings: owned(settings),
            calendar: owned(CALENDAR),
            rulesets: owned(RULE_SETS),
            units: owned(UNITS),
            hours: owned(HOURS),
            procedures: owned(PROCEDURES),
            jobs: owned(JOBS),
            sources: Sources::default(),
        }
    }

    /// The files that the settings name, or that lie in the folder, or that are built in.
    pub(super) fn beside(
        settings: Text,
        settings_file: Option<&Path>,
        folder: &Path,
        files: &settings::Files,
    ) -> Result<Self, Vec<Fault>> {
        let find = |named: &Option<PathBuf>, beside: &[&str]| match named {
            Some(named) => Some(folder.join(named)),
            None => beside.iter().map(|name| folder.join(name)).find(|path| path.exists()),
        };
        let sources = Sources {
            settings: settings_file.map(Path::to_owned),
            calendar: find(&files.calendar, CALENDARS),
            rulesets: find(&files.rulesets, &["rulesets.toml"]),
            units: find(&files.units, &["units.toml"]),
            hours: find(&files.hours, &["hours.toml"]),
            procedures: find(&files.procedures, &["procedures.toml", "procedures.csv"]),
            jobs: find(&files.jobs, &["jobs.toml"]),
        };
        let mut faults = Vec::new();
        let mut text = |file: &Option<PathBuf>, built_in: BuiltIn| match file {
            Some(path) => kept(from_file(path), &mut faults).unwrap_or_default(),
            None => owned(built_in),
        };
        let texts = Self {
            settings,
            calendar: text(&sources.calendar, CALENDAR),
            rulesets: text(&sources.rulesets, RULE_SETS),
            units: text(&sources.units, UNITS),
            hours: text(&sources.hours, HOURS),
            procedures: text(&sources.procedures, PROCEDURES),
            jobs: text(&sources.jobs, JOBS),
            sources,
        };
        if faults.is_empty() { Ok(texts) } else { Err(faults) }
    }
}

impl Sources {
    /// `calendar /etc/dunghen/calendar.toml`, or `calendar built in`, for each part.
    pub(super) fn said(&self) -> Vec<Said> {
        let parts = [
            ("thiết lập", "settings", &self.settings),
            ("lịch", "calendar", &self.calendar),
            ("bộ quy tắc", "rule sets", &self.rulesets),
            ("đơn vị", "units", &self.units),
            ("giờ làm việc", "hours", &self.hours),
            ("thủ tục", "procedures", &self.procedures),
            ("việc tự động", "jobs", &self.jobs),
        ];
        let one = |(vietnamese, english, file): (&str, &str, &Option<PathBuf>)| match file {
            Some(file) => {
                let file = file.display();
                Said::new(format!("{vietnamese} từ {file}"), format!("{english} from {file}"))
            }
            None => {
                Said::new(format!("{vietnamese} có sẵn trong chương trình"), format!("{english} built in"))
            }
        };
        parts.into_iter().map(one).collect()
    }
}

pub(super) fn owned((name, text): BuiltIn) -> Text {
    (name.to_owned(), text.to_owned())
}

pub(super) fn from_file(path: &Path) -> Result<Text, Vec<Fault>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| vec![fault::unreadable(&name, &error)])?;
    Ok((name, text))
}
