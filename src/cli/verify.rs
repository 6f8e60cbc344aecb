//! `dunghen verify`: replays events, compares the rows, checks the audit chain.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::work::verify::{self, Verdict};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The audit chain alone.
    #[arg(long)]
    audit: bool,
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
    }
    verdict = verify::audit(&db, verdict).await?;
    db.close().await;
    report(&verdict, args.json);
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::from(1) })
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
        "Đã đối chiếu {} hồ sơ, {} sự việc, {} dòng nhật ký: {}.",
        verdict.dossiers,
        verdict.events,
        verdict.audit_rows,
        if verdict.holds() {
            "khớp".to_owned()
        } else {
            format!("{} chỗ không khớp", verdict.findings.len())
        }
    ));
}
