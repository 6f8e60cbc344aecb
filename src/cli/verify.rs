//! `dunghen verify`: replays events, compares the rows, counts figures again, checks the audit chain.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::seal::Keyring;
use crate::work::anchors::{self, Anchor, NotOurs};
use crate::work::verify::{self, Verdict};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The audit chain alone.
    #[arg(long)]
    audit: bool,
    /// A file of anchors of the audit log, as kept on another machine; the one of this service, where none is named.
    #[arg(long)]
    anchors: Option<PathBuf>,
    /// The verdict as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Option<&Path>, args: &VerifyArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let db = setup::database(&configuration, Purpose::Command).await?;
    let keys = setup::keys(&configuration, &db).await?;
    let desk = setup::desk(&configuration, keys, &setup::clock(&configuration));
    let mut verdict = Verdict::default();
    if !args.audit {
        verdict = verify::dossiers(&db, &desk, verdict).await?;
        verdict = verify::figures(&db, verdict).await?;
    }
    verdict = verify::audit(&db, verdict).await?;
    let own = configuration.settings.anchor_file().filter(|file| file.exists());
    if let Some(file) = args.anchors.clone().or(own) {
        let anchors = anchors_of(&file, &desk.keys)?;
        anchors::check(&db, &anchors, &mut verdict).await?;
        verdict.anchors = u64::try_from(anchors.len()).unwrap_or(u64::MAX);
    }
    db.close().await;
    report(&verdict, args.json);
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The anchors of a file, each made with these keys.
fn anchors_of(file: &Path, keys: &Keyring) -> Result<Vec<Anchor>, Failed> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failed::Unusable(format!("--anchors: không đọc được {shown}: {}", setup::why(&error)))
    })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            Anchor::read(line, keys).map_err(|error| {
                Failed::Unusable(format!("--anchors: {shown}, dòng {}: {}", index + 1, misfit(&error)))
            })
        })
        .collect()
}

fn misfit(error: &NotOurs) -> &'static str {
    match error {
        NotOurs::Unreadable => "không phải mốc niêm phong (THỜI_ĐIỂM SỐ MÃ_BĂM DẤU)",
        NotOurs::Forged => "mốc này không do các khóa hiện có tạo ra, hoặc đã bị sửa",
    }
}

fn report(verdict: &Verdict, json: bool) {
    if json {
        setup::print(&serde_json::to_string(verdict).unwrap_or_default());
        return;
    }
    for finding in &verdict.findings {
        setup::print(&format!("{}: {}", finding.subject, finding.what));
    }
    setup::print(&format!(
        "Đã đối chiếu {} hồ sơ, {} sự việc, {} dòng nhật ký, {} mốc neo: {}.",
        verdict.dossiers,
        verdict.events,
        verdict.audit_rows,
        verdict.anchors,
        if verdict.holds() {
            "khớp".to_owned()
        } else {
            format!("{} chỗ không khớp", verdict.findings.len())
        }
    ));
}
