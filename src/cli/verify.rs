//! `dunghen verify`: replays events, compares the rows, checks the audit chain.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::setup::{self, Failed};
use crate::db::{Db, Purpose};
use crate::store::audit::Head;
use crate::work::desk::Desk;
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
        verdict = dossiers(&db, &desk, verdict).await?;
    }
    verdict = audit(&db, verdict).await?;
    db.close().await;
    report(&verdict, args.json);
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// All dossiers, a snapshot per page.
async fn dossiers(db: &Db, desk: &Desk, mut verdict: Verdict) -> Result<Verdict, Failed> {
    let mut after = 0;
    loop {
        let (next, so_far) = db
            .report(async |tx| {
                let mut verdict = verdict.clone();
                let next = verify::page_of_dossiers(tx, desk, after, &mut verdict).await?;
                Ok((next, verdict))
            })
            .await?;
        verdict = so_far;
        match next {
            Some(id) => after = id,
            None => return Ok(verdict),
        }
    }
}

async fn audit(db: &Db, mut verdict: Verdict) -> Result<Verdict, Failed> {
    let mut link = Head::default();
    loop {
        let (next, so_far) = db
            .report(async |tx| {
                let mut verdict = verdict.clone();
                let next = verify::page_of_audit(tx, link.clone(), &mut verdict).await?;
                Ok((next, verdict))
            })
            .await?;
        verdict = so_far;
        match next {
            Some(next) => link = next,
            None => return Ok(verdict),
        }
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
