//! `dunghen restore FILE`: everything back from a copy, into an empty place.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::backup::{contents, doubts, refused, seconds};
use super::setup::{self, Failed};
use crate::backup::{self, Keys, Restored};
use crate::domain::refusal::Said;

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The copy, as `dunghen backup` or the schedule made it.
    file: PathBuf,
    /// Restore also what differs when it is replayed, because no better copy is left.
    #[arg(long)]
    accept_findings: bool,
}

pub(super) async fn run(config: Option<&Path>, args: &RestoreArgs) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let inspector = setup::inspector(&configuration)?;
    let url = configuration.settings.database.url.as_str();
    match backup::restore(url, &args.file, args.accept_findings, &inspector).await {
        Ok(restored) => Ok(tell(&restored, &args.file)),
        Err(fault) => Ok(refused(&fault)),
    }
}

fn tell(restored: &Restored, file: &Path) -> ExitCode {
    let took = seconds(restored.took);
    let mut lines = vec![
        Said::new(
            format!("Đã khôi phục từ {}, mất {took}.", file.display()),
            format!("Restored from {}, in {took}.", file.display()),
        ),
        contents(&restored.proof),
    ];
    if let Some(step) = restored.migrated_from {
        lines.push(Said::new(
            format!("Lược đồ cũ (bước {step}) đã được nâng lên phiên bản của chương trình này."),
            format!("The older schema (step {step}) was brought to this program's."),
        ));
    }
    if restored.proof.keys == Keys::Open {
        lines.push(Said::new(
            "Tệp khóa đang có mở được dữ liệu cá nhân trong đó.",
            "The key file at hand opens the personal data in it.",
        ));
    }
    lines.extend(doubts(&restored.proof));
    lines.push(Said::new(
        "Tiếp theo: `dunghen check`, rồi `dunghen serve`. Thư còn chờ gửi lúc sao lưu sẽ được gửi lại.",
        "Next: `dunghen check`, then `dunghen serve`. Letters that waited when the copy was made are sent again.",
    ));
    for line in lines {
        setup::print(line.to(setup::LANGUAGE));
    }
    if restored.proof.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
