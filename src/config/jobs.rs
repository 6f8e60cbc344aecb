//! Reads `jobs.toml`: what the service does by itself, and when.
//!
//! Says when a thing is due and what becomes of a due time that was missed; how a due time is
//! kept and worked off is the affair of the jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::fault::{Fault, Source};
use super::settings::{Cron, Settings};
use super::table::{Field, Table, parse};
use crate::domain::refusal::Said;

/// What is done at due times.
pub const TASKS: [&str; 5] = ["backup", "digest", "drill", "statistics", "tidy"];
/// What goes round all the time.
pub const LOOPS: [&str; 2] = ["post", "sweep"];

const WINDOW_DAYS: u32 = 40;

/// When each task is due and how often each loop looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronTable {
    plans: BTreeMap<&'static str, Plan>,
    pauses: BTreeMap<&'static str, Duration>,
}

/// When a task is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub cron: Cron,
    /// So many days before the day that `cron` names.
    pub days_earlier: u32,
    pub missed: Missed,
    /// How far back a due time that was missed is still looked for.
    pub window_days: u32,
}

/// What becomes of due times that passed while nothing ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The latest is made up for.
    OnceLatest,
    /// Each is made up for.
    Every,
    /// None is.
    Skip,
}

impl Missed {
    /// As the file writes it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OnceLatest => "once_latest",
            Self::Every => "every",
            Self::Skip => "skip",
        }
    }
}

/// What comes with the program.
impl Default for CronTable {
    fn default() -> Self {
        let (file, text) = super::JOBS;
        read(file, text, None).unwrap_or(Self { plans: BTreeMap::new(), pauses: BTreeMap::new() })
    }
}

impl CronTable {
    #[must_use]
    pub fn plan(&self, task: &str) -> Option<&Plan> {
        self.plans.get(task)
    }

    /// How long a loop rests when nothing is left to do.
    #[must_use]
    pub fn pause(&self, name: &str) -> Duration {
        self.pauses.get(name).copied().unwrap_or(Duration::from_secs(60))
    }

    /// The same with what the settings or the environment say instead.
    #[must_use]
    pub(super) fn overridden(mut self, settings: &Settings) -> Self {
        let times = [
            ("digest", &settings.jobs.digest),
            ("backup", &settings.backup.at),
            ("drill", &settings.backup.drill),
        ];
        for (task, cron) in times {
            if let (Some(plan), Some(cron)) = (self.plans.get_mut(task), cron) {
                plan.cron = cron.clone();
            }
        }
        if let Some(seconds) = settings.jobs.sweep_s {
            self.pauses.insert("sweep", Duration::from_secs(seconds.get()));
        }
        if let Some(days) = settings.jobs.catch_up_days {
            let days = u32::try_from(days.get()).unwrap_or(WINDOW_DAYS);
            self.plans.values_mut().for_each(|plan| plan.window_days = days);
        }
        self
    }
}

/// Reads a table; what it does not name is as in `base`, and without one must be named.
///
/// # Errors
/// Everything that is wrong in the file.
pub fn read(file: &str, text: &str, base: Option<&CronTable>) -> Result<CronTable, Vec<Fault>> {
    let source = Source::new(file, text);
    let parsed = parse(&source);
    let root = Table::new(&source, String::new(), &parsed);
    let mut read = base.cloned().unwrap_or(CronTable { plans: BTreeMap::new(), pauses: BTreeMap::new() });
    for (name, table) in root.named_tables() {
        let known = |known: &&&'static str| **known == name.value;
        if let Some(task) = TASKS.iter().find(known) {
            read.plans.extend(plan(table).map(|plan| (*task, plan)));
        } else if let Some(name) = LOOPS.iter().find(known) {
            read.pauses.extend(pause(table).map(|pause| (*name, pause)));
        } else {
            let all = [&TASKS[..], &LOOPS[..]].concat().join(", ");
            source.note(
                name.span,
                &name.value,
                Said::new("Không có việc nào tên như vậy.", "There is no task of this name."),
                Said::new(format!("Dùng một trong: {all}."), format!("Use one of: {all}.")),
            );
        }
    }
    let named = |name: &&&str| !read.plans.contains_key(**name) && !read.pauses.contains_key(**name);
    for missing in TASKS.iter().chain(&LOOPS).filter(named) {
        if source.is_sound() {
            source.note(
                0..0,
                missing,
                Said::new("Thiếu việc này.", "This task is missing."),
                Said::new("Ghi thêm.", "Add it."),
            );
        }
    }
    if source.is_sound() { Ok(read) } else { Err(source.faults()) }
}

fn plan(mut table: Table<'_>) -> Option<Plan> {
    let cron = table.value("cron");
    let days_earlier = table.maybe("days_earlier").unwrap_or(0);
    let missed = table.value("missed");
    let window_days = table.maybe("window_days").unwrap_or(WINDOW_DAYS);
    if days_earlier > 27 {
        table.note(
            "days_earlier",
            Said::new("Quá xa.", "That is too far."),
            Said::new("Ghi từ 0 đến 27.", "Write 0 to 27."),
        );
    }
    table.finish();
    Some(Plan { cron: cron?, days_earlier, missed: missed?, window_days })
}

fn pause(mut table: Table<'_>) -> Option<Duration> {
    let seconds = table.value::<u32>("every_s");
    if seconds.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
        table.note(
            "every_s",
            Said::new("Ngoài khoảng cho phép.", "This is out of range."),
            Said::new("Ghi từ 1 đến 86400 giây.", "Write 1 to 86400 seconds."),
        );
    }
    table.finish();
    Some(Duration::from_secs(seconds?.into()))
}

impl Field for Cron {
    const EXPECTED_VI: &'static str = "phút giờ ngày tháng thứ (\"15 7 * * Mon-Fri\")";
    const EXPECTED_EN: &'static str = "minute hour day month weekday (\"15 7 * * Mon-Fri\")";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::String(text) = value else { return None };
        Self::try_from(text.to_string()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Configuration, Environment};

    fn told(text: &str) -> Vec<String> {
        let faults = read("jobs.toml", text, Some(&CronTable::default())).unwrap_err();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_comes_with_the_program_names_every_task_and_loop() {
        let table = CronTable::default();
        assert!(TASKS.iter().all(|task| table.plan(task).is_some()));
        assert_eq!(table.plan("digest").unwrap().cron.as_str(), "0 15 7 * * Mon-Fri");
        assert_eq!(table.plan("digest").unwrap().missed, Missed::OnceLatest);
        assert_eq!(table.plan("statistics").unwrap().missed, Missed::Every);
        assert_eq!(table.plan("backup").unwrap().window_days, 40);
        assert_eq!(table.pause("sweep"), Duration::from_secs(60));
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let text =
            "[digest]\ncron = \"0 6 * * *\"\ndays_earlier = 1\nmissed = \"skip\"\n[post]\nevery_s = 2\n";
        let table = read("jobs.toml", text, Some(&CronTable::default())).unwrap();
        let digest = table.plan("digest").unwrap();
        let found = (digest.cron.as_str(), digest.days_earlier, digest.missed);
        assert_eq!(found, ("0 0 6 * * *", 1, Missed::Skip));
        assert_eq!(table.pause("post"), Duration::from_secs(2));
        assert_eq!(table.plan("backup"), CronTable::default().plan("backup"));
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "[digest]\ncron = \"daily\"\nmissed = \"never\"\n\n[swep]\nevery_s = 1\n\n[sweep]\nevery_s = 0\ncron = \"0 0 * * *\"\n[tidy]\nmissed = \"skip\"\n";
        let starts: Vec<String> = told(text)
            .iter()
            .map(|fault| fault.splitn(5, ':').take(4).collect::<Vec<_>>().join(":"))
            .collect();
        let expected = [
            "jobs.toml:2:8: digest.cron",
            "jobs.toml:3:10: digest.missed",
            "jobs.toml:5:2: swep",
            "jobs.toml:9:11: sweep.every_s",
            "jobs.toml:10:1: sweep.cron",
            "jobs.toml:11:2: tidy.cron",
        ];
        assert_eq!(starts, expected);
    }

    #[test]
    fn settings_and_environment_go_before_the_table() {
        let variables = [
            ("DUNGHEN__JOBS__DIGEST", "0 6 * * *"),
            ("DUNGHEN__JOBS__SWEEP_S", "7"),
            ("DUNGHEN__JOBS__CATCH_UP_DAYS", "3"),
            ("DUNGHEN__BACKUP__AT", "30 * * * *"),
        ];
        let environment: Environment =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let table = Configuration::built_in(&environment).unwrap().settings.table;
        assert_eq!(table.plan("digest").unwrap().cron.as_str(), "0 0 6 * * *");
        assert_eq!(table.plan("backup").unwrap().cron.as_str(), "0 30 * * * *");
        assert_eq!(
            table.plan("drill"),
            CronTable::default().plan("drill").map(|plan| Plan { window_days: 3, ..plan.clone() }).as_ref()
        );
        assert_eq!(table.pause("sweep"), Duration::from_secs(7));
    }
}
