//! A procedure's settings as officials say them.

use super::VI;
use crate::domain::limit::{CutOff, CutOffEffect, DueTime, TimeLimit};
use crate::domain::procedure::{Channel, Competent, Procedure, Stage, Step, StepTime};
use crate::domain::ruleset::{RuleSet, SupplementClock};
use crate::domain::unit::Tier;
use crate::web::views::procedures::{StageRow, StepRow, VersionRow};
use crate::work::desk::Desk;

/// What a citizen asks: how long, where, how, for how much.
pub(super) fn public_facts(desk: &Desk, procedure: &Procedure) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Thời hạn", limit(procedure)), ("Cơ quan giải quyết", competent(desk, procedure))];
    facts.push(("Cách nộp", list(procedure.channels.iter().map(|one| channel(*one)))));
    facts.extend(procedure.fee.clone().map(|fee| ("Phí, lệ phí", fee)));
    facts
}

/// The same, and how the clock runs.
pub(super) fn facts(
    desk: &Desk,
    procedure: &Procedure,
    rules: Option<&RuleSet>,
) -> Vec<(&'static str, String)> {
    let mut facts = public_facts(desk, procedure);
    facts.insert(1, ("Cấp thực hiện", list(procedure.tiers.iter().map(|one| tier(*one)))));
    if let Some(second) = procedure.second_limit {
        facts.push(("Hẹn lần hai", format!("{} sau khi hoàn thành nghĩa vụ tài chính", VI.limit(second))));
    }
    let Some(rules) = rules else { return facts };
    let terms = procedure.terms(rules);
    if terms.limit != TimeLimit::None {
        facts.push(("Giờ chốt nhận", cutoff(terms.cutoff, terms.cutoff_effect, terms.limit)));
        facts.push(("Giờ hẹn trả", due_time(terms.due_time)));
        facts.push(("Khi bổ sung", supplement(procedure.supplement_clock(rules))));
    }
    if let Some(days) = procedure.supplement_deadline_wd(rules) {
        facts.push(("Hạn bổ sung", format!("{days} ngày làm việc từ ngày thông báo")));
    }
    facts
}

pub(super) fn step(step: &Step) -> StepRow {
    StepRow { name: step.name.clone(), role: step.role.name_vi().to_owned(), time: step.time.map(time) }
}

pub(super) fn stage(desk: &Desk, stage: &Stage) -> StageRow {
    let after: Vec<_> = stage.after.iter().map(|place| (place + 1).to_string()).collect();
    StageRow {
        name: stage.name.clone(),
        unit: agency(desk, &stage.unit),
        limit: VI.limit(stage.limit),
        after: (!after.is_empty()).then(|| after.join(", ")),
    }
}

pub(super) fn version(one: &Procedure, in_force: &Procedure) -> VersionRow {
    let valid = match (one.valid_from, one.valid_to) {
        (Some(from), Some(to)) => format!("{} – {}", VI.short_day(from), VI.short_day(to)),
        (Some(from), None) => format!("từ {}", VI.short_day(from)),
        (None, Some(to)) => format!("đến {}", VI.short_day(to)),
        (None, None) => "không thời hạn".to_owned(),
    };
    VersionRow { version: one.version, valid, limit: limit(one), in_force: one.version == in_force.version }
}

/// `12 ngày làm việc (luật định 15 ngày làm việc)` (PROC-05).
fn limit(procedure: &Procedure) -> String {
    let promised = VI.limit(procedure.limit());
    match procedure.committed_limit {
        Some(_) => format!("{promised} (luật định {})", VI.limit(procedure.statutory_limit)),
        None => promised,
    }
}

fn competent(desk: &Desk, procedure: &Procedure) -> String {
    agency(desk, &procedure.competent)
}

fn agency(desk: &Desk, competent: &Competent) -> String {
    match competent {
        Competent::Unit(unit) => desk.unit_name(unit),
        Competent::CommuneOfReceipt => "Ủy ban nhân dân xã, phường nơi nộp hồ sơ".to_owned(),
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Province => "cấp tỉnh",
        Tier::District => "cấp huyện",
        Tier::Commune => "cấp xã",
    }
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => "trực tiếp",
        Channel::Online => "trực tuyến",
        Channel::Post => "bưu chính công ích",
    }
}

fn cutoff(cutoff: CutOff, effect: CutOffEffect, limit: TimeLimit) -> String {
    let missed = match cutoff {
        CutOff::None => return "không quy định".to_owned(),
        CutOff::After15h => "Nộp sau 15:00",
        CutOff::LastHour => "Nộp trong giờ làm việc cuối ngày",
        CutOff::After17hOrOffDay => "Nộp sau 17:00 hoặc vào ngày nghỉ",
        CutOff::AfterClose => "Nộp sau giờ đóng cửa",
    };
    let then = match (limit, effect) {
        (TimeLimit::SameDay, _) => "giải quyết trong ngày làm việc tiếp theo",
        (TimeLimit::WorkingHours(_), _) | (_, CutOffEffect::CountStartsNextWd) => {
            "tính từ ngày làm việc tiếp theo"
        }
        (_, CutOffEffect::TreatAsReceivedNextWd) => "coi như nhận ngày làm việc tiếp theo",
    };
    format!("{missed} thì {then}")
}

fn due_time(due_time: DueTime) -> String {
    match due_time {
        DueTime::EndOfDay => "cuối ngày làm việc".to_owned(),
        DueTime::SameClock => "cùng giờ nhận hồ sơ".to_owned(),
        DueTime::Fixed(at) => format!("{at}"),
    }
}

fn supplement(clock: SupplementClock) -> String {
    match clock {
        SupplementClock::Restart => "tính lại thời hạn từ đầu",
        SupplementClock::Pause => "tạm dừng, không tính thời gian chờ bổ sung",
    }
    .to_owned()
}

/// `0,5 ngày`, `3 giờ`.
fn time(time: StepTime) -> String {
    let text = time.to_string().replace('.', ",");
    match (text.strip_suffix("wd"), text.strip_suffix("wh")) {
        (Some(days), _) => format!("{days} ngày"),
        (_, Some(hours)) => format!("{hours} giờ"),
        _ => text,
    }
}

fn list<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
