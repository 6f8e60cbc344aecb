//! What tests of importing and reporting share: a desk, mappings, and what the database then holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dunghen::cli::import::{ImportError, Job, Progress, import, rehearse};
use dunghen::cli::report::ReportArgs;
use dunghen::config::settings::Settings;
use dunghen::config::{Configuration, Environment};
use dunghen::db::Db;
use dunghen::domain::event::Happening;
use dunghen::domain::staff::Actor;
use dunghen::domain::time::Moment;
use dunghen::exchange::input::Format;
use dunghen::exchange::mapping::{self, Mapping};
use dunghen::seal::Keyring;
use dunghen::store;
use dunghen::work::desk::{Desk, House};
use dunghen::work::import::Summary;
use serde_json::Value;

pub const NOW: &str = "2026-11-23T02:00:00Z";

/// The built-in province at a fixed instant.
pub fn desk() -> Desk {
    let configuration = Configuration::built_in(&Environment::default()).unwrap();
    Desk {
        province: configuration.province,
        keys: Arc::new(Keyring::generate()),
        house: Arc::new(House {
            public_url: "https://x.test".into(),
            mail_domain: "x.test".into(),
            place: "X".into(),
            alerts_per_hour: 20,
        }),
        now: NOW.parse().unwrap(),
    }
}

pub fn system(desk: &Desk) -> Actor {
    Actor::system(desk.province.root.clone())
}

/// A mapping in the project's own folder.
pub fn mapping(name: &str) -> Arc<Mapping> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/import").join(name);
    Arc::new(mapping::read(&path).unwrap())
}

/// A file of the real data; none, and a word about it, where that is not there.
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
pub fn real(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var("DUNGHEN_REAL_DATA").map_or(beside, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        println!("skipped: real data not present ({})", path.display());
        return None;
    }
    Some(path)
}

pub async fn take(db: &Db, desk: &Desk, file: &Path, mapping: &Arc<Mapping>) -> Result<Summary, ImportError> {
    take_as(Format::Csv, db, desk, file, mapping).await
}

/// The same from a file of another format.
pub async fn take_as(
    format: Format,
    db: &Db,
    desk: &Desk,
    file: &Path,
    mapping: &Arc<Mapping>,
) -> Result<Summary, ImportError> {
    let job = Job::new(file, format, mapping);
    import(db, desk, &system(desk), &job, &mut Progress::silent()).await
}

pub async fn try_out(
    db: &Db,
    desk: &Desk,
    file: &Path,
    mapping: &Arc<Mapping>,
) -> Result<Summary, ImportError> {
    let job = Job::new(file, Format::Csv, mapping);
    rehearse(db, desk, &system(desk), &job, &mut Progress::silent()).await
}

/// A small source with steps, at a desk in Amsterdam.
pub const MAPPING: &str = r#"
source = "desk"
zone = "Europe/Amsterdam"
planned = "day"
dates = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d"]

[columns]
code = "code"
intake = "intake"
planned = "planned"
settled = "settled"
returned = "returned"
unit = "unit"
channel = "channel"
officer = "officer"

[step]
name = "step"
at = "step_at"
officer = "step_by"
"#;

pub const HEADER: &str = "code,intake,planned,settled,returned,unit,channel,officer,step,step_at,step_by\n";

pub fn mapping_of(text: &str) -> Arc<Mapping> {
    Arc::new(mapping::parse(text, Path::new("mapping.toml")).unwrap())
}

/// A file with the header above and these rows.
pub fn file(rows: &str) -> tempfile::NamedTempFile {
    file_of(&format!("{HEADER}{rows}"))
}

pub fn file_of(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

/// Everything that the database holds of dossiers, with names where it has numbers.
pub async fn contents(db: &Db) -> Vec<String> {
    db.read(async |tx| {
        let names = store::staff::names(tx).await?;
        let name = |id: Option<i64>| {
            names
                .iter()
                .find(|(known, _)| Some(*known) == id)
                .map_or("-".to_owned(), |(_, name)| name.clone())
        };
        let mut lines = Vec::new();
        for (id, code) in store::dossiers::page_of_ids(tx, 0, 1_000_000).await? {
            let mut row = store::dossiers::projection(tx, id).await?.unwrap();
            let officer = name(row.holder_officer.take());
            lines.push(format!("{code} {officer} {row:?}"));
            for event in store::events::of(tx, id).await? {
                lines.push(format!("{code} {} {} {}", event.seq, event.at, told(&event.what, &name)));
            }
        }
        lines.sort();
        Ok(lines)
    })
    .await
    .unwrap()
}

fn told(what: &Happening, name: &impl Fn(Option<i64>) -> String) -> String {
    match what.clone() {
        Happening::Imported(mut life) => {
            let officer = name(life.officer.take().map(|id| id.0));
            format!("{officer} {life:?}")
        }
        Happening::ImportedStep { step, officer } => format!("{step} {}", name(officer.map(|id| id.0))),
        other => format!("{other:?}"),
    }
}

/// Replays every event and compares it with the rows.
pub async fn verify(db: &Db, desk: &Desk) {
    let mut verdict = dunghen::work::verify::Verdict::default();
    let mut after = Some(0);
    while let Some(id) = after {
        let mut page = verdict.clone();
        let (next, told) = db
            .read(async |tx| {
                let next = dunghen::work::verify::page_of_dossiers(tx, desk, id, &mut page).await?;
                Ok((next, page))
            })
            .await
            .unwrap();
        (after, verdict) = (next, told);
    }
    assert!(verdict.holds(), "{:?}", verdict.findings);
}

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: ReportArgs,
}

/// `report on-time` with these words, as the bytes it writes.
pub async fn report_text(db: &Db, desk: &Desk, words: &str) -> Result<String, String> {
    any_report_text(db, desk, &format!("on-time {words}")).await
}

/// `report` with these words, as the bytes it writes.
pub async fn any_report_text(db: &Db, desk: &Desk, words: &str) -> Result<String, String> {
    let words = std::iter::once("report").chain(words.split_whitespace());
    let line = <Line as clap::Parser>::try_parse_from(words).map_err(|error| error.to_string())?;
    let scales = Settings::default().evaluation.scales();
    let bytes = line.args.report.bytes(db, desk, &scales).await.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(bytes).unwrap())
}

pub async fn any_report(db: &Db, desk: &Desk, words: &str) -> Value {
    serde_json::from_str(&any_report_text(db, desk, words).await.unwrap()).unwrap()
}

pub async fn report(db: &Db, desk: &Desk, words: &str) -> Value {
    serde_json::from_str(&report_text(db, desk, words).await.unwrap()).unwrap()
}

/// Early, on the day, late and without a due date.
pub fn figures(row: &Value) -> [u64; 4] {
    ["early", "on_time", "late", "without_due"].map(|key| row[key].as_u64().unwrap())
}

pub fn at(text: &str) -> Moment {
    text.parse().unwrap()
}
