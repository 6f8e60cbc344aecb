//! What an import says to people.

use crate::domain::refusal::Language;
use crate::store::imports::Quarantined;
use crate::work::import::Summary;
use crate::work::import::finding::Oddity;
use crate::work::import::record::Reason;

pub(super) fn summary(summary: &Summary, dry_run: bool, language: Language) -> String {
    let Summary { read, created, updated, unchanged, duplicates, quarantined, findings, .. } = summary;
    let mut text = match language {
        Language::Vietnamese => format!(
            "{}Đã đọc {read} bản ghi: {created} hồ sơ mới, {updated} hồ sơ cập nhật, {unchanged} hồ sơ không đổi; \
             {duplicates} bản ghi trùng, {quarantined} bản ghi bị cách ly, {findings} điểm cần rà soát.",
            if dry_run { "Chạy thử, chưa ghi gì. " } else { "" }
        ),
        Language::English => format!(
            "{}Read {read} records: {created} dossiers created, {updated} updated, {unchanged} unchanged; \
             {duplicates} duplicates, {quarantined} quarantined, {findings} findings.",
            if dry_run { "A dry run, nothing was written. " } else { "" }
        ),
    };
    for (reason, count) in &summary.reasons {
        let said = Reason::from_id(reason).map(Reason::said);
        let said = said.as_ref().map_or(*reason, |said| said.to(language));
        text.push_str(&format!("\n  {count} × {said}"));
    }
    for (kind, count) in &summary.findings_by_kind {
        let said = Oddity::from_id(kind).map(Oddity::said);
        let said = said.as_ref().map_or(kind.as_str(), |said| said.to(language));
        text.push_str(&format!("\n  {count} × {said}"));
    }
    text
}

/// `receipt.csv:12: case:startdate: …`
pub(super) fn quarantined(row: &Quarantined, language: Language) -> String {
    let said = Reason::from_id(&row.reason).map(Reason::said);
    let said = said.as_ref().map_or(row.reason.as_str(), |said| said.to(language));
    let field = row.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
    format!("{}:{}: {field}{said}", row.file, row.line)
}
