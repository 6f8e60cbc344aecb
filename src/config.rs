//! The files and the environment from which the service knows its law, its province and itself.
//!
//! Everything is read and checked together, once, and every fault told with its place. Only here
//! is the environment read.

pub mod calendar;
pub mod decisions;
pub mod fault;
pub mod hours;
pub mod jobs;
pub mod procedures;
pub mod rulesets;
pub mod settings;
pub mod spoken;
mod stages;
pub mod table;
pub mod units;

use std::path::Path;
use std::sync::Arc;

use crate::domain::calendar::{Calendar, Timetable, YearStatus};
use crate::domain::law::Law;
use crate::domain::province::Province;
use crate::domain::refusal::{Language, Said};
use crate::domain::time::Zone;
use crate::domain::unit::{UnitCode, UnitKind, UnitTree};

pub use fault::Fault;
pub use settings::{
    Environment, IdentityProvider, LogFormat, MailTls, Networks, SecondFactor, Settings, Web,
};
use texts::{Sources, Texts};

mod summary;
#[cfg(test)]
mod tests;
mod texts;

/// A file that comes with the program: its name in the sources and its text.
type BuiltIn = (&'static str, &'static str);

macro_rules! built_in {
    ($path:literal) => {
        (concat!("config/", $path), include_str!(concat!("../config/", $path)))
    };
}

const SETTINGS: BuiltIn = built_in!("dunghen.toml");
const DEMONSTRATION: BuiltIn = built_in!("demo/dunghen.toml");
const RULE_SETS: BuiltIn = built_in!("rulesets.toml");
const UNITS: BuiltIn = built_in!("units.toml");
const HOURS: BuiltIn = built_in!("hours.toml");
const PROCEDURES: BuiltIn = built_in!("procedures.toml");
const JOBS: BuiltIn = built_in!("jobs.toml");
const CALENDAR: BuiltIn = built_in!("calendar/vn-state.toml");

/// All that the service knows before it opens its database.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub settings: Settings,
    pub calendar: Arc<Calendar>,
    /// Units, rule sets, catalogue and timetables, checked together.
    pub province: Arc<Province>,
    sources: Sources,
}

impl Configuration {
    /// Reads a folder, or a `dunghen.toml` and what lies beside it. A file that is not there is
    /// taken from the program.
    ///
    /// # Errors
    /// Everything that is wrong in any of the files or in the environment.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, Vec<Fault>> {
        let (folder, file) = if path.is_dir() {
            (path.to_owned(), path.join("dunghen.toml"))
        } else {
            (path.parent().map(Path::to_owned).unwrap_or_default(), path.to_owned())
        };
        let own = (!path.is_dir() || file.exists()).then_some(file.as_path());
        let settings = own.map_or_else(|| Ok(texts::owned(SETTINGS)), texts::from_file)?;
        let read = settings::read(&settings.0, &settings.1, environment)?;
        let texts = Texts::beside(settings, own, &folder, &read.files)?;
        Self::of(&texts, environment)
    }

    /// What comes with the program: enough to run with no file at all.
    ///
    /// # Errors
    /// Where the environment overrides something wrongly.
    pub fn built_in(environment: &Environment) -> Result<Self, Vec<Fault>> {
        Self::of(&Texts::built_in(SETTINGS), environment)
    }

    /// The demonstration province, whose calendar counts the next year as final and says so.
    ///
    /// # Errors
    /// Where the environment overrides something wrongly.
    pub fn demonstration(environment: &Environment) -> Result<Self, Vec<Fault>> {
        Self::of(&Texts::built_in(DEMONSTRATION), environment)
    }

    fn of(texts: &Texts, environment: &Environment) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let settings = kept(settings::read(&texts.settings.0, &texts.settings.1, environment), &mut faults);
        let calendar = kept(read_calendar(&texts.calendar, settings.as_ref()), &mut faults);
        let rulesets = kept(rulesets::read(&texts.rulesets.0, &texts.rulesets.1), &mut faults);
        let units = kept(units::read(&texts.units.0, &texts.units.1), &mut faults);
        let hours = kept(hours::read(&texts.hours.0, &texts.hours.1, units.as_ref()), &mut faults);
        let catalogue =
            kept(procedures::read(&texts.procedures.0, &texts.procedures.1, units.as_ref()), &mut faults);
        let jobs = jobs::read(&texts.jobs.0, &texts.jobs.1, Some(&jobs::CronTable::default()));
        let table = kept(jobs, &mut faults).unwrap_or_default();
        if let Some(settings) = &settings {
            faults.extend(settings_faults(&texts.settings, settings, calendar.as_deref(), units.as_ref()));
        }
        let root = settings.as_ref().zip(units.as_ref()).and_then(|(settings, units)| root(settings, units));
        match (settings, calendar, rulesets, units, hours, catalogue, root) {
            (
                Some(settings),
                Some(calendar),
                Some(rulesets),
                Some(units),
                Some(hours),
                Some(catalogue),
                Some(root),
            ) if faults.is_empty() => {
                let settings = Settings { table: table.overridden(&settings), ..settings };
                let law = Law { calendar: calendar.data().clone(), overlay: hours, rulesets };
                let province = Province::new(units, law, catalogue, root, &calendar);
                let (province, sources) = (Arc::new(province), texts.sources.clone());
                Ok(Self { settings, calendar, province, sources })
            }
            _ => Err(faults),
        }
    }

    /// What a unit works by (TIME-14); the province's hours where the unit is not known.
    #[must_use]
    pub fn timetable(&self, unit: &UnitCode) -> &Timetable {
        self.province.timetable(unit)
    }

    /// The zone in which days begin and end (TIME-11).
    #[must_use]
    pub fn zone(&self) -> &Zone {
        self.calendar.zone()
    }
}

/// The value, or its faults put with the others.
fn kept<T>(read: Result<T, Vec<Fault>>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|found| faults.extend(found)).ok()
}

/// The calendar; in a demonstration with the years that it is told to count as final.
fn read_calendar(
    (file, text): &(String, String),
    settings: Option<&Settings>,
) -> Result<Arc<Calendar>, Vec<Fault>> {
    let calendar = calendar::parse(text, Path::new(file)).map_err(|error| calendar_faults(file, &error))?;
    let counted = settings.filter(|settings| settings.demonstration);
    let years = counted.map_or(&[][..], |settings| &settings.calendar.demonstration_final_years);
    if years.is_empty() {
        return Ok(Arc::new(calendar));
    }
    let mut data = calendar.data().clone();
    data.id = format!("{}-demo", data.id);
    for year in data.years.iter_mut().filter(|year| years.contains(&year.year)) {
        year.status = YearStatus::Final;
    }
    // Nothing that is checked has changed, so the calendar itself stands in for the impossible.
    Ok(Arc::new(Calendar::compile(data).unwrap_or(calendar)))
}

fn calendar_faults(file: &str, error: &calendar::CalendarFileError) -> Vec<Fault> {
    let problems = match error {
        calendar::CalendarFileError::Unreadable { source, .. } => {
            return vec![fault::unreadable(file, source)];
        }
        calendar::CalendarFileError::NotToml(problem) => std::slice::from_ref(problem),
        calendar::CalendarFileError::Wrong(problems) => problems,
    };
    let told = |problem: &calendar::FileProblem| {
        let prefix = match &*problem.field {
            "" => format!("{}:{}: ", problem.path.display(), problem.line),
            field => format!("{}:{}: {field}: ", problem.path.display(), problem.line),
        };
        let bare = |language| {
            let said = problem.say(language);
            format!("{}.", said.strip_prefix(&prefix).unwrap_or(&said))
        };
        Fault {
            file: file.to_owned(),
            place: Some(fault::Place { line: problem.line, column: 1 }),
            field: problem.field.clone(),
            what: Said::new(bare(Language::Vietnamese), bare(Language::English)),
            remedy: Said::new("Sửa dòng này.", "Correct this line."),
        }
    };
    problems.iter().map(told).collect()
}

/// The unit at the top: the one that is named, else the first province of the tree.
fn root(settings: &Settings, units: &UnitTree) -> Option<UnitCode> {
    let first = || units.iter().find(|unit| unit.kind == UnitKind::Province).map(|unit| unit.code.clone());
    settings.province.root.clone().or_else(first)
}

/// What the settings say that doesn't go together with the rest.
fn settings_faults(
    (file, text): &(String, String),
    settings: &Settings,
    calendar: Option<&Calendar>,
    units: Option<&UnitTree>,
) -> Vec<Fault> {
    let source = fault::Source::new(file, text);
    let line_of = |key: &str| {
        let at = text
            .lines()
            .take_while(|line| !line.trim_start().starts_with(key))
            .map(|line| line.len() + 1)
            .sum();
        if at < text.len() { at..at } else { 0..0 }
    };
    if let (Some(root), Some(units)) = (&settings.province.root, units)
        && units.get(root).is_none()
    {
        source.note(
            line_of("root"),
            "province.root",
            Said::new(format!("Không có đơn vị {root}."), format!("There is no unit {root}.")),
            Said::new("Ghi mã có trong units.toml.", "Write a code of units.toml."),
        );
    }
    if let Some(units) = units
        && root(settings, units).is_none()
    {
        source.note(
            0..0,
            "province.root",
            Said::new("Không có đơn vị nào là cấp tỉnh.", "No unit is of kind province."),
            Said::new(
                "Ghi province.root, hoặc thêm đơn vị vào units.toml.",
                "Set province.root, or add the unit to units.toml.",
            ),
        );
    }
    if let (Some(zone), Some(calendar)) = (&settings.zone, calendar)
        && Zone::named(zone.as_str()).as_ref() != Ok(calendar.zone())
    {
        source.note(
            line_of("zone"),
            "zone",
            Said::new("Khác múi giờ của lịch.", "This is not the calendar's zone."),
            Said::new("Bỏ dòng này, hoặc sửa lịch.", "Remove this line, or correct the calendar."),
        );
    }
    if !settings.demonstration && !settings.calendar.demonstration_final_years.is_empty() {
        source.note(
            line_of("demonstration_final_years"),
            "calendar.demonstration_final_years",
            Said::new(
                "Chỉ bản trình diễn mới được coi năm chưa công bố là chính thức (TIME-15).",
                "Only a demonstration may count a year as final that was not announced (TIME-15).",
            ),
            Said::new(
                "Bỏ dòng này, hoặc ghi demonstration = true.",
                "Remove this line, or set demonstration = true.",
            ),
        );
    }
    source.faults()
}
