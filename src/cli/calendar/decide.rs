//! `dunghen calendar import|preview|publish|export`: a decision comes in as a proposal, is looked at, and
//! is published by a second person (TIME-16); what is in force goes out as a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::cli::setup::{self, Failed};
use crate::config::decisions::{self as files, Beside, Header};
use crate::db::{Db, DbSettings, Error, Purpose};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::store;
use crate::web::api::calendars as ical;
use crate::work::decisions::{self, Proposal};
use crate::work::desk::Desk;
use crate::work::recount::{self, Preview, Step, Walk};

const BATCH: i64 = 1_000;
/// Where nobody waits for the writer.
const BATCH_ALONE: i64 = 10_000;
/// How long such a batch may take, on a slow disk too.
const LONGEST_BATCH: Duration = Duration::from_secs(60);
/// So many dates are printed; the number of all is.
const SHOWN: usize = 50;

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// TOML or iCalendar.
    file: PathBuf,
    /// The account that proposes.
    #[arg(long)]
    account: String,
    /// The unit that the days of an iCalendar file are meant for; without it the whole country.
    #[arg(long)]
    unit: Option<UnitCode>,
    /// The decision's number, where the file does not say it.
    #[arg(long)]
    document: Option<String>,
    #[arg(long)]
    signer: Option<String>,
    /// The first day of its effect.
    #[arg(long)]
    effective: Option<Day>,
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    /// The proposal's number.
    id: i64,
    /// The account that publishes: another person than the one that proposed.
    #[arg(long)]
    account: String,
    /// The edition whose preview was seen.
    #[arg(long)]
    seen: i64,
}

async fn open(config: Option<&Path>) -> Result<(Db, Desk), Failed> {
    open_with(config, |settings| settings).await
}

async fn open_with(
    config: Option<&Path>,
    change: impl Fn(DbSettings) -> DbSettings,
) -> Result<(Db, Desk), Failed> {
    let configuration = setup::configuration(config)?;
    let settings = change(setup::db_settings(&configuration, Purpose::Command));
    let db = setup::database_with(&configuration, &settings).await?;
    let desk = setup::prepared_desk(&configuration, &db).await?;
    Ok((db, desk))
}

async fn actor(db: &Db, name: &str) -> Result<Actor, Failed> {
    let found = db.read(async |tx| store::staff::by_login(tx, name).await).await?;
    let person = found.filter(|person| person.active).ok_or_else(|| {
        let (vietnamese, english) =
            (format!("Không có tài khoản {name}."), format!("There is no account {name}."));
        Error::from(Refusal::new(Kind::NotFound, vietnamese, english))
    })?;
    Ok(person.actor()?)
}

/// Keeps the file as a proposal; says its number.
pub(super) async fn import(config: Option<&Path>, args: &ImportArgs) -> Result<ExitCode, Failed> {
    let name = args.file.display().to_string();
    let text = std::fs::read_to_string(&args.file)
        .map_err(|error| Failed::Unusable(format!("không đọc được {name}: {}", setup::why(&error))))?;
    let (db, desk) = open(config).await?;
    let actor = actor(&db, &args.account).await?;
    let header = Header {
        document: args.document.clone(),
        signer: args.signer.clone(),
        effective: args.effective,
        reason: args.reason.clone(),
    };
    let beside = Beside { header, unit: args.unit.clone() };
    let before = db.read(async |tx| decisions::in_force(tx).await).await?;
    let handed = match files::read(&name, &text, &beside, &desk.province, &before) {
        Ok(handed) => handed,
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(|fault| fault.to(setup::LANGUAGE)).collect();
            return Err(Failed::Unusable(lines.join("\ndunghen: ")));
        }
    };
    let proposal = Proposal {
        amendment: handed.amendment,
        original: Some(text),
        document: handed.header.document.unwrap_or_default(),
        signer: handed.header.signer.unwrap_or_default(),
        effective_on: handed.header.effective,
        reason: handed.header.reason.unwrap_or_default(),
    };
    let id = db.write(async move |tx| decisions::propose(tx, &desk, &actor, &proposal, None).await).await?;
    db.close().await;
    setup::print(&format!(
        "Đề xuất số {id}. Xem trước: dunghen calendar preview {id}. Chưa có gì thay đổi cho đến khi người thứ hai công bố."
    ));
    Ok(ExitCode::SUCCESS)
}

/// Shows whose dates would move, from which to which.
pub(super) async fn preview(config: Option<&Path>, id: i64) -> Result<ExitCode, Failed> {
    let (db, desk) = open(config).await?;
    let (_, amendment) = db.read(async |tx| decisions::open(tx, id).await).await?;
    let preview = recount::preview(&db, &desk, &amendment).await?;
    let kept = recount::keep_whole(&db, &desk, id, preview.clone()).await;
    db.close().await;
    show(&desk, &preview, id);
    match kept {
        // A SQLite file has one writing process: beside the service one only looks.
        Err(Error::Locked(_)) => setup::print("Dịch vụ đang chạy: công bố trên trang Lịch."),
        kept => kept?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(desk: &Desk, preview: &Preview, id: i64) {
    for one in preview.moves().take(SHOWN) {
        let zone = desk.province.zone();
        let (before, after) = (zone.rfc3339(one.due_before), zone.rfc3339(one.due_after));
        setup::print(&format!("{}  {before} -> {after}  {}", one.code, one.unit));
    }
    let Preview { looked_at, stopped, late, kept_earlier, impossible, unpromised, .. } = preview;
    let edition = desk.province.edition;
    setup::print(&format!(
        "{} hồ sơ đã hẹn sẽ lùi ngày trong {looked_at} hồ sơ đang mở; giữ nguyên: {late} đã quá hạn, {kept_earlier} lẽ ra sớm hơn, {stopped} đang tạm dừng, {impossible} cần lịch năm chưa chính thức; {unpromised} chưa hẹn sẽ tính theo lịch mới.",
        preview.moved()
    ));
    setup::print(&format!("Công bố: dunghen calendar publish {id} --seen {edition} --account NGƯỜI_THỨ_HAI"));
}

/// Publishes, and counts all dates anew.
pub(super) async fn publish(config: Option<&Path>, args: &PublishArgs) -> Result<ExitCode, Failed> {
    let large = |settings| DbSettings { large_deeds: true, call_limit: LONGEST_BATCH, ..settings };
    let (db, desk) = open_with(config, large).await?;
    let actor = actor(&db, &args.account).await?;
    let (id, seen, known) = (args.id, args.seen, desk.clone());
    let edition = db.write(async move |tx| decisions::publish(tx, &known, &actor, id, seen).await).await?;
    let desk = setup::in_force(&db, desk).await?;
    let (mut total, mut walk) = (0, Walk::default());
    let batch = if db.is_sqlite() { BATCH_ALONE } else { BATCH };
    loop {
        match walk.step(&db, &desk, batch).await.inspect_err(|_| goes_on(edition))? {
            Step::Went { moved, .. } => total += moved,
            Step::Done { moved, letters } => {
                total += moved;
                setup::print(&format!(
                    "Bản {edition} có hiệu lực; {total} hồ sơ đổi ngày hẹn trả, {letters} thư báo đơn vị."
                ));
                break;
            }
            Step::Waits => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
            // A running service of another node goes on with it.
            Step::Idle => {
                setup::print(&format!("Bản {edition} có hiệu lực; dịch vụ đang tính lại ngày hẹn trả."));
                break;
            }
        }
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What is published stays so; the dates that are not counted yet are the service's.
fn goes_on(edition: i64) {
    setup::print(&format!(
        "Bản {edition} đã được công bố; ngày hẹn trả chưa tính xong sẽ được tính tiếp khi `dunghen serve` chạy."
    ));
}

/// Writes the calendar in force, of a unit or of the province.
pub(super) async fn export(
    config: Option<&Path>,
    unit: Option<&UnitCode>,
    out: Option<&Path>,
) -> Result<ExitCode, Failed> {
    let (db, desk) = open(config).await?;
    db.close().await;
    if let Some(unit) = unit.filter(|unit| desk.province.units.get(unit).is_none()) {
        return Err(Failed::Unusable(format!("--unit: không có đơn vị {unit}")));
    }
    let text = ical::text(&desk, unit);
    match out {
        Some(file) => std::fs::write(file, text).map_err(|error| {
            Failed::Unusable(format!("không ghi được {}: {}", file.display(), setup::why(&error)))
        })?,
        None => setup::print(text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}
