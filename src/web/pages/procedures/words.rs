//! A procedure's settings as officials say them.

use crate::domain::limit::{CutOff, CutOffEffect, DueTime, TimeLimit};
use crate::domain::procedure::{Channel, Competent, Procedure, Stage, Step, StepTime};
use crate::domain::ruleset::{RuleSet, SupplementClock};
use crate::domain::unit::Tier;
use crate::web::pages::front::Front;
use crate::web::views::procedures::{StageRow, StepRow, VersionRow};

/// What a citizen asks: how long, where, how, for how much.
pub(super) fn public_facts(desk: &Front, procedure: &Procedure) -> Vec<(&'static str, String)> {
    let channels = procedure.channels.iter().map(|one| channel(desk, *one));
    let mut facts = vec![
        (desk.say("Thời hạn", "Time limit"), limit(desk, procedure)),
        (desk.say("Cơ quan giải quyết", "Competent agency"), competent(desk, procedure)),
        (desk.say("Cách nộp", "Ways of filing"), list(channels)),
    ];
    facts.extend(procedure.fee.as_ref().map(|fee| (desk.say("Phí, lệ phí", "Fee"), desk.name(fee))));
    facts
}

/// The same, and how the clock runs.
pub(super) fn facts(
    desk: &Front,
    procedure: &Procedure,
    rules: Option<&RuleSet>,
) -> Vec<(&'static str, String)> {
    let mut facts = public_facts(desk, procedure);
    let tiers = procedure.tiers.iter().map(|one| tier(desk, *one));
    facts.insert(1, (desk.say("Cấp thực hiện", "Tier"), list(tiers)));
    if let Some(second) = procedure.second_limit {
        let limit = desk.language().limit(second);
        let when = desk.say(
            format!("{limit} sau khi hoàn thành nghĩa vụ tài chính"),
            format!("{limit} once the financial obligation is met"),
        );
        facts.push((desk.say("Hẹn lần hai", "Second appointment"), when));
    }
    let Some(rules) = rules else { return facts };
    let terms = procedure.terms(rules);
    if terms.limit != TimeLimit::None {
        let supplement = supplement(desk, procedure.supplement_clock(rules));
        facts.extend([
            (
                desk.say("Giờ chốt nhận", "Cut-off"),
                cutoff(desk, terms.cutoff, terms.cutoff_effect, terms.limit),
            ),
            (desk.say("Giờ hẹn trả", "Hour of return"), due_time(desk, terms.due_time)),
            (desk.say("Khi bổ sung", "On a supplement"), supplement),
        ]);
    }
    if let Some(days) = procedure.supplement_deadline_wd(rules) {
        let by = desk.say(
            format!("{days} ngày làm việc từ ngày thông báo"),
            format!("{days} working days from the day of the notice"),
        );
        facts.push((desk.say("Hạn bổ sung", "Supplement due"), by));
    }
    facts
}

pub(super) fn step(desk: &Front, step: &Step) -> StepRow {
    StepRow {
        name: step.name.clone(),
        role: step.role.name(desk.language()).to_owned(),
        time: step.time.map(|time| told(desk, time)),
    }
}

pub(super) fn stage(desk: &Front, stage: &Stage) -> StageRow {
    let after: Vec<_> = stage.after.iter().map(|place| (place + 1).to_string()).collect();
    StageRow {
        name: stage.name.clone(),
        unit: agency(desk, &stage.unit),
        limit: desk.language().limit(stage.limit),
        after: (!after.is_empty()).then(|| after.join(", ")),
    }
}

pub(super) fn version(desk: &Front, one: &Procedure, in_force: &Procedure) -> VersionRow {
    let day = |day| desk.language().short_day(day);
    let valid = match (one.valid_from, one.valid_to) {
        (Some(from), Some(to)) => format!("{} – {}", day(from), day(to)),
        (Some(from), None) => format!("{} {}", desk.say("từ", "from"), day(from)),
        (None, Some(to)) => format!("{} {}", desk.say("đến", "until"), day(to)),
        (None, None) => desk.say("không thời hạn", "without end").to_owned(),
    };
    let limit = limit(desk, one);
    VersionRow { version: one.version, valid, limit, in_force: one.version == in_force.version }
}

/// `12 ngày làm việc (luật định 15 ngày làm việc)` (PROC-05).
fn limit(desk: &Front, procedure: &Procedure) -> String {
    let promised = desk.language().limit(procedure.limit());
    let by_law = desk.language().limit(procedure.statutory_limit);
    match procedure.committed_limit {
        Some(_) => format!("{promised} ({} {by_law})", desk.say("luật định", "by law")),
        None => promised,
    }
}

fn competent(desk: &Front, procedure: &Procedure) -> String {
    agency(desk, &procedure.competent)
}

fn agency(desk: &Front, competent: &Competent) -> String {
    match competent {
        Competent::Unit(unit) => desk.unit(unit),
        Competent::CommuneOfReceipt => desk
            .say(
                "Ủy ban nhân dân xã, phường nơi nộp hồ sơ",
                "People's Committee of the commune or ward of filing",
            )
            .to_owned(),
    }
}

fn tier(desk: &Front, tier: Tier) -> &'static str {
    match tier {
        Tier::Province => desk.say("cấp tỉnh", "province"),
        Tier::District => desk.say("cấp huyện", "district"),
        Tier::Commune => desk.say("cấp xã", "commune"),
    }
}

fn channel(desk: &Front, channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => desk.say("trực tiếp", "at the counter"),
        Channel::Online => desk.say("trực tuyến", "online"),
        Channel::Post => desk.say("bưu chính công ích", "public post"),
    }
}

fn cutoff(desk: &Front, cutoff: CutOff, effect: CutOffEffect, limit: TimeLimit) -> String {
    let missed = match cutoff {
        CutOff::None => return desk.say("không quy định", "none").to_owned(),
        CutOff::After15h => desk.say("Nộp sau 15:00", "Filed after 15:00"),
        CutOff::LastHour => {
            desk.say("Nộp trong giờ làm việc cuối ngày", "Filed in the last working hour of the day")
        }
        CutOff::After17hOrOffDay => {
            desk.say("Nộp sau 17:00 hoặc vào ngày nghỉ", "Filed after 17:00 or on a day off")
        }
        CutOff::AfterClose => desk.say("Nộp sau giờ đóng cửa", "Filed after closing"),
    };
    let then = match (limit, effect) {
        (TimeLimit::SameDay, _) => {
            desk.say("giải quyết trong ngày làm việc tiếp theo", "settled within the next working day")
        }
        (TimeLimit::WorkingHours(_), _) | (_, CutOffEffect::CountStartsNextWd) => {
            desk.say("tính từ ngày làm việc tiếp theo", "counted from the next working day")
        }
        (_, CutOffEffect::TreatAsReceivedNextWd) => {
            desk.say("coi như nhận ngày làm việc tiếp theo", "taken as received on the next working day")
        }
    };
    desk.say(format!("{missed} thì {then}"), format!("{missed}: {then}"))
}

fn due_time(desk: &Front, due_time: DueTime) -> String {
    match due_time {
        DueTime::EndOfDay => desk.say("cuối ngày làm việc", "end of the working day").to_owned(),
        DueTime::SameClock => desk.say("cùng giờ nhận hồ sơ", "the hour of receipt").to_owned(),
        DueTime::Fixed(at) => format!("{at}"),
    }
}

fn supplement(desk: &Front, clock: SupplementClock) -> String {
    let (vietnamese, english) = match clock {
        SupplementClock::Restart => ("tính lại thời hạn từ đầu", "the time limit is counted anew"),
        SupplementClock::Pause => {
            ("tạm dừng, không tính thời gian chờ bổ sung", "the clock stands still, waiting does not count")
        }
    };
    desk.say(vietnamese, english).to_owned()
}

/// `0,5 ngày`, `3 giờ`.
fn told(desk: &Front, time: StepTime) -> String {
    let text = time.to_string();
    let text = desk.say(text.replace('.', ","), text);
    match (text.strip_suffix("wd"), text.strip_suffix("wh")) {
        (Some(days), _) => format!("{days} {}", desk.say("ngày", "d")),
        (_, Some(hours)) => format!("{hours} {}", desk.say("giờ", "h")),
        _ => text,
    }
}

fn list<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
