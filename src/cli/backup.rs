//! `dunghen backup FILE`: a proved copy of everything, while the service works.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::setup::{self, Failed};
use crate::backup::{self, Fault, Keys, Made, Proof, Proved};
use crate::config::Configuration;
use crate::db::{Engine, Purpose};
use crate::domain::refusal::Said;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where the copy is to lie; best on another disk.
    file: PathBuf,
    /// Put it in the place of an older file of that name, once it is proved.
    #[arg(long)]
    replace: bool,
}

pub(super) async fn run(config: Option<&Path>, args: &BackupArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let url = configuration.settings.database.url.as_str();
    refuse_nothing(url)?;
    let inspector = setup::inspector(&configuration)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let made = backup::make(&db, url, &args.file, args.replace, &inspector).await;
    db.close().await;
    match made {
        Ok(made) => Ok(tell(&made, &configuration)),
        Err(fault) => Ok(refused(&fault)),
    }
}

/// A copy of a database that is only now being made would be worth nothing.
fn refuse_nothing(url: &str) -> Result<(), Failed> {
    match Engine::of(url)? {
        Engine::Sqlite(path) if !path.exists() => Err(Failed::Unusable(format!(
            "không có cơ sở dữ liệu nào ở {}; kiểm tra thư mục làm việc, --config và DUNGHEN_DATABASE_URL",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Prints why there is no copy; 1 where something does not hold, 2 where it could not be done.
pub(super) fn refused(fault: &Fault) -> ExitCode {
    let code = setup::unusable(fault.said().to(setup::LANGUAGE));
    if fault.is_about_content() { ExitCode::from(1) } else { code }
}

fn tell(made: &Made, configuration: &Configuration) -> ExitCode {
    let (text, holds) = match &made.proved {
        Proved::Whole(proof) => (contents(proof), proof.findings.is_empty()),
        Proved::ReadThrough { account } => (read_through(account), true),
    };
    let head = Said::new(
        format!("Đã sao lưu vào {}: {}, mất {}.", made.file.display(), size(made.bytes), seconds(made.took)),
        format!("Backed up to {}: {}, in {}.", made.file.display(), size(made.bytes), seconds(made.took)),
    );
    let mut lines = vec![head, text];
    if let Proved::Whole(proof) = &made.proved {
        lines.extend(doubts(proof));
    }
    let key_file = configuration.settings.key_file();
    let key_file = std::path::absolute(&key_file).unwrap_or(key_file);
    lines.push(Said::new(
        format!(
            "Khóa KHÔNG nằm trong bản sao này. Cất một bản của {} ở nơi khác: thiếu nó thì không đọc lại được tên và liên hệ của người dân.",
            key_file.display()
        ),
        format!(
            "The keys are NOT in this backup. Keep a copy of {} elsewhere: without it nobody's name or contact can be read again.",
            key_file.display()
        ),
    ));
    for line in lines {
        setup::print(line.to(setup::LANGUAGE));
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// What is in a copy that was looked through.
pub(super) fn contents(proof: &Proof) -> Said {
    let counts = &proof.counts;
    let (dossiers, events, letters, audit) =
        (counts.dossiers, counts.events, counts.letters, counts.audit_seq);
    Said::new(
        format!(
            "Trong đó có {dossiers} hồ sơ, {events} sự việc, {letters} thư, nhật ký đến dòng {audit}. Đã đọc lại và đối chiếu toàn bộ."
        ),
        format!(
            "It holds {dossiers} dossiers, {events} events, {letters} letters, the audit log up to row {audit}. All of it was read back and replayed."
        ),
    )
}

fn read_through(account: &str) -> Said {
    Said::new(
        format!(
            "Đã đọc lại từ đầu đến cuối, nhưng CHƯA khôi phục thử: tài khoản {account} không được tạo cơ sở dữ liệu tạm (alter role {account} createdb)."
        ),
        format!(
            "It was read from end to end but NOT restored to try: the account {account} may not make a temporary database (alter role {account} createdb)."
        ),
    )
}

/// What the administrator must know about a copy that is kept all the same.
pub(super) fn doubts(proof: &Proof) -> Vec<Said> {
    let mut doubts = Vec::new();
    if let Some(first) = proof.findings.first() {
        let (count, first) = (proof.findings.len(), format!("{}: {}", first.subject, first.what));
        doubts.push(Said::new(
            format!(
                "CẢNH BÁO: {count} chỗ không khớp khi đối chiếu ({first}). Chạy `dunghen verify` để xem hết."
            ),
            format!(
                "WARNING: {count} places differ when replayed ({first}). Run `dunghen verify` to see all."
            ),
        ));
    }
    if let Keys::Closed { key_id } = &proof.keys {
        doubts.push(Said::new(
            format!("CẢNH BÁO: tệp khóa đang có không mở được dữ liệu đã mã hóa bằng khóa số {key_id}."),
            format!("WARNING: the key file at hand does not open what is sealed with key {key_id}."),
        ));
    }
    doubts
}

/// `12,3 MB`, in steps of a thousand.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{},{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

pub(super) fn seconds(took: jiff::SignedDuration) -> String {
    format!("{},{} s", took.as_secs(), took.subsec_millis() / 100)
}
