//! How a dossier went through the hands, in words.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::parts;
use crate::domain::attribution::{Attribution, Party};
use crate::domain::deadline::Counted;
use crate::domain::dossier::{Dossier, Run, RunEnd, StopKind};
use crate::domain::event::Event;
use crate::domain::promise::Cause;
use crate::domain::refusal::Language;
use crate::domain::slip::{Hand, Line};
use crate::domain::staff::StaffId;
use crate::domain::stage::StageRun;
use crate::domain::time::Moment;
use crate::domain::words::{Amount, TimeUnit};
use crate::web::pages::front::Front;
use crate::web::views::course::{Course, Lateness, ShareLine, SlipLine, StageLine};
use crate::work::process;

/// The names of the people in it.
type Names = BTreeMap<StaffId, String>;

/// The slip, the stages, the clock and the lateness of one dossier.
pub fn of(desk: &Front, dossier: &Dossier, events: &[Event], names: &Names) -> Course {
    let lines = process::slip_of(desk, dossier, events).unwrap_or_default();
    let stages = process::stages_of(desk, dossier);
    let attribution = process::attribution_of(desk, dossier, &lines, &stages);
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let runs = dossier.runs(timetable, desk.now);
    Course {
        slip: lines.iter().map(|line| slip_line(desk, line, names)).collect(),
        stages: stages.iter().map(|(name, run)| stage_line(desk, dossier, name, run)).collect(),
        runs: runs.iter().map(|run| run_words(desk, run)).collect(),
        stood: stood(desk, dossier),
        notes: notes(desk, dossier),
        lateness: lateness(desk, &attribution),
    }
}

fn slip_line(desk: &Front, line: &Line, names: &Names) -> SlipLine {
    let hand = |hand: &Hand| {
        let unit = desk.unit_name(&hand.unit);
        hand.officer.and_then(|id| names.get(&id)).map_or(unit.clone(), |name| format!("{name}, {unit}"))
    };
    SlipLine {
        step: line
            .step
            .as_ref()
            .map_or_else(|| desk.say("Bàn giao", "Handing over").to_owned(), |step| desk.name(step)),
        giver: line.giver.as_ref().map(hand),
        receiver: line.receiver.as_ref().map(hand),
        due: line.due_at.map(|at| parts::briefly(desk, at)),
        done: line.done_at.map(|at| parts::briefly(desk, at)),
        timeliness: line.timeliness.map(|outcome| outcome.word(desk.language())),
        late: line.is_late_at(desk.now),
        aside: match line {
            Line { broken_off: true, .. } => {
                Some(desk.say("hồ sơ kết thúc, không bàn giao", "the dossier ended, not handed over"))
            }
            Line { halted_at: Some(_), giver: Some(_), .. } => {
                Some(desk.say("đang tạm dừng tính hạn", "clock stopped"))
            }
            _ => None,
        },
        now: line.giver.is_some() && line.done_at.is_none(),
    }
}

fn stage_line(desk: &Front, dossier: &Dossier, name: &str, run: &StageRun) -> StageLine {
    let procedure = process::procedure_of(&desk.province.catalogue, dossier);
    let limit = procedure.and_then(|procedure| procedure.stages.get(run.no)).map(|stage| stage.limit);
    let shown = |at: Option<Moment>| at.map(|at| parts::briefly(desk, at));
    StageLine {
        name: name.to_owned(),
        unit: desk.unit_name(&run.unit),
        limit: limit.map(|limit| desk.language().limit(limit)).unwrap_or_default(),
        planned: shown(run.planned_due),
        started: shown(run.started_at),
        due: shown(run.due_at),
        ended: shown(run.ended_at),
        timeliness: run
            .timeliness(desk.province.timetable(&run.unit))
            .map(|outcome| outcome.word(desk.language())),
        late: run.is_late_at(desk.now),
    }
}

/// `Đã dùng 2 trong 3 ngày làm việc, còn 1 ngày làm việc.`
fn run_words(desk: &Front, run: &Run<'_>) -> String {
    let how = match run.ended {
        RunEnd::Stopped(kind) => {
            let kind = kind.word(desk.language()).to_lowercase();
            desk.say(format!(" thì dừng: {kind}"), format!(", then stopped ({kind})"))
        }
        RunEnd::Ended => desk.say(" thì kết thúc", ", then ended").to_owned(),
        RunEnd::StillRuns => String::new(),
    };
    let left = if is_negative(run.left) {
        let over = amount(desk, -run.left);
        desk.say(format!("quá hạn {over}"), format!("{over} overdue"))
    } else {
        let left = amount(desk, run.left);
        desk.say(format!("còn {left}"), format!("{left} left"))
    };
    let counts_anew = run.promise.basis.as_ref().is_some_and(|basis| basis.counting_starts.is_some());
    let used = match run.promise.cause {
        Cause::SecondAppointment if counts_anew => desk.say(
            "Lần hẹn thứ hai có thời hạn riêng: đã dùng",
            "The second appointment has a time limit of its own: used",
        ),
        _ => desk.say("Đã dùng", "Used"),
    };
    let of = desk.say("trong", "of");
    format!("{used} {} {of} {}{how}, {left}.", amount(desk, run.used), amount(desk, run.allowance))
}

fn is_negative(counted: Counted) -> bool {
    match counted {
        Counted::WorkingDays(days) | Counted::CalendarDays(days) => days < 0,
        Counted::WorkingTime(time) => time.is_negative(),
    }
}

fn amount(desk: &Front, counted: Counted) -> String {
    let whole = |days: i32| days.unsigned_abs();
    match counted {
        Counted::WorkingDays(days) => desk.language().amount(Amount::working_days(whole(days))),
        Counted::CalendarDays(days) => {
            desk.language().amount(Amount::new(whole(days), TimeUnit::CalendarDay))
        }
        Counted::WorkingTime(time) => working_time(desk, time.as_secs().unsigned_abs()),
    }
}

/// `5 giờ 30 phút làm việc`.
fn working_time(desk: &Front, seconds: u64) -> String {
    let told = |hours: &str, minutes: &str, seconds_word: &str| match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) if seconds == 0 => format!("0 {hours}"),
        (0, 0) => format!("{seconds} {seconds_word}"),
        (0, whole) => format!("{whole} {minutes}"),
        (whole, 0) => format!("{whole} {hours}"),
        (whole, rest) => format!("{whole} {hours} {rest:02} {minutes}"),
    };
    match desk.language() {
        Language::Vietnamese => format!("{} làm việc", told("giờ", "phút", "giây")),
        Language::English => format!("{} of working time", told("h", "min", "s")),
    }
}

/// STOP-04; nothing is said where the clock never stood still.
fn stood(desk: &Front, dossier: &Dossier) -> Option<String> {
    if dossier.stops.is_empty() {
        return None;
    }
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let time = dossier.working_time(timetable, desk.now)?;
    let words = |time: SignedDuration| working_time(desk, time.as_secs().unsigned_abs());
    let (elapsed, excluded) = (words(time.elapsed), words(time.excluded));
    Some(desk.say(
        format!("Từ khi tiếp nhận đã qua {elapsed}, trong đó {excluded} không tính vào thời hạn."),
        format!("Since receipt {elapsed} have passed, {excluded} of which do not count."),
    ))
}

fn notes(desk: &Front, dossier: &Dossier) -> Vec<String> {
    let mut notes = Vec::new();
    if dossier.open_stop().is_some_and(|stop| stop.kind == StopKind::FinancialObligation)
        && let Some(second) = process::procedure_of(&desk.province.catalogue, dossier)
            .and_then(|procedure| procedure.second_limit)
    {
        let limit = desk.language().limit(second);
        notes.push(desk.say(
            format!("Khi có chứng từ nộp tiền, lần hẹn thứ hai có thời hạn riêng: {limit}."),
            format!(
                "Once there is proof of payment, the second appointment has a time limit of its own: {limit}."
            ),
        ));
    }
    if dossier.counts_late_under_766() {
        let count = dossier.supplement_requests;
        notes.push(desk.say(
            format!("Đã yêu cầu bổ sung {count} lần: Bộ chỉ số 766 tính hồ sơ này là quá hạn."),
            format!("A supplement was asked for {count} times: index 766 counts this dossier as late."),
        ));
    }
    if let Some(process) = process::process_of(desk, dossier)
        && dossier.stops.iter().any(|stop| process.is_late_notice(dossier, stop))
    {
        let wd = process.rules.supplement_notice_wd;
        notes.push(desk.say(
            format!("Phiếu yêu cầu bổ sung gửi muộn hơn {wd} ngày làm việc từ khi nhận hồ sơ."),
            format!("The request for a supplement was sent later than {wd} working days after receipt."),
        ));
    }
    notes.extend(dossier.settled_before.iter().map(|settled| {
        let outcome = settled.outcome.map(|one| one.word(desk.language())).unwrap_or_default();
        let at = |moment| parts::briefly(desk, moment).text;
        let (first, again) = (at(settled.at), at(settled.reopened_at));
        desk.say(
            format!("Đã có kết quả lần đầu {first} ({outcome}), mở lại {again}."),
            format!("First settled {first} ({outcome}), opened again {again}."),
        )
    }));
    notes
}

fn lateness(desk: &Front, attribution: &Attribution) -> Option<Lateness> {
    if attribution.shares.is_empty() {
        return None;
    }
    let shares = attribution
        .shares
        .iter()
        .map(|share| ShareLine { party: party(desk, &share.party), time: working_time(desk, share.seconds) });
    Some(Lateness { whole: working_time(desk, attribution.seconds), shares: shares.collect() })
}

fn party(desk: &Front, party: &Party) -> String {
    match party {
        Party::Step { name, unit, .. } if name.is_empty() => desk.unit(unit),
        Party::Step { name, unit, .. } | Party::Stage { name, unit, .. } => {
            desk.name(&format!("{name}, {}", desk.unit_name(unit)))
        }
        Party::Host(unit) => format!("{}, {}", desk.unit(unit), desk.say("cơ quan chủ trì", "host agency")),
        Party::Coordinator(unit) => {
            format!("{}, {}", desk.unit(unit), desk.say("cơ quan phối hợp", "coordinating agency"))
        }
    }
}
