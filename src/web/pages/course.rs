//! How a dossier went through the hands, in words.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::parts::{self, VI};
use crate::domain::attribution::{Attribution, Party};
use crate::domain::deadline::Counted;
use crate::domain::dossier::{Dossier, Run, RunEnd, StopKind};
use crate::domain::event::Event;
use crate::domain::promise::{Cause, Outcome};
use crate::domain::slip::{Hand, Line};
use crate::domain::staff::StaffId;
use crate::domain::stage::StageRun;
use crate::domain::time::Moment;
use crate::domain::words::{Amount, TimeUnit};
use crate::web::views::course::{Course, Lateness, ShareLine, SlipLine, StageLine};
use crate::work::desk::Desk;
use crate::work::{process, wording};

/// The names of the people in it.
type Names = BTreeMap<StaffId, String>;

/// The slip, the stages, the clock and the lateness of one dossier.
pub fn of(desk: &Desk, dossier: &Dossier, events: &[Event], names: &Names) -> Course {
    let lines = process::slip_of(desk, dossier, events).unwrap_or_default();
    let stages = process::stages_of(desk, dossier);
    let attribution = process::attribution_of(desk, dossier, &lines, &stages);
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let runs = dossier.runs(timetable, desk.now);
    Course {
        slip: lines.iter().map(|line| slip_line(desk, line, names)).collect(),
        stages: stages.iter().map(|(name, run)| stage_line(desk, dossier, name, run)).collect(),
        runs: runs.iter().map(run_words).collect(),
        stood: stood(desk, dossier),
        notes: notes(desk, dossier),
        lateness: lateness(desk, &attribution),
    }
}

fn slip_line(desk: &Desk, line: &Line, names: &Names) -> SlipLine {
    let hand = |hand: &Hand| {
        let unit = desk.unit_name(&hand.unit);
        hand.officer.and_then(|id| names.get(&id)).map_or(unit.clone(), |name| format!("{name}, {unit}"))
    };
    SlipLine {
        step: line.step.clone().unwrap_or_else(|| "Bàn giao".to_owned()),
        giver: line.giver.as_ref().map(hand),
        receiver: line.receiver.as_ref().map(hand),
        due: line.due_at.map(|at| parts::briefly(desk, at)),
        done: line.done_at.map(|at| parts::briefly(desk, at)),
        timeliness: line.timeliness.map(Outcome::vietnamese),
        late: line.is_late_at(desk.now),
        aside: match line {
            Line { broken_off: true, .. } => Some("hồ sơ kết thúc, không bàn giao"),
            Line { halted_at: Some(_), giver: Some(_), .. } => Some("đang tạm dừng tính hạn"),
            _ => None,
        },
        now: line.giver.is_some() && line.done_at.is_none(),
    }
}

fn stage_line(desk: &Desk, dossier: &Dossier, name: &str, run: &StageRun) -> StageLine {
    let procedure = process::procedure_of(&desk.province.catalogue, dossier);
    let limit = procedure.and_then(|procedure| procedure.stages.get(run.no)).map(|stage| stage.limit);
    let shown = |at: Option<Moment>| at.map(|at| parts::briefly(desk, at));
    StageLine {
        name: name.to_owned(),
        unit: desk.unit_name(&run.unit),
        limit: limit.map(wording::limit).unwrap_or_default(),
        planned: shown(run.planned_due),
        started: shown(run.started_at),
        due: shown(run.due_at),
        ended: shown(run.ended_at),
        timeliness: run.timeliness(desk.province.timetable(&run.unit)).map(Outcome::vietnamese),
        late: run.is_late_at(desk.now),
    }
}

/// `Đã dùng 2 trong 3 ngày làm việc, còn 1 ngày làm việc.`
fn run_words(run: &Run<'_>) -> String {
    let how = match run.ended {
        RunEnd::Stopped(kind) => format!(" thì dừng: {}", kind.vietnamese().to_lowercase()),
        RunEnd::Ended => " thì kết thúc".to_owned(),
        RunEnd::StillRuns => String::new(),
    };
    let left = if is_negative(run.left) {
        format!("quá hạn {}", amount(-run.left))
    } else {
        format!("còn {}", amount(run.left))
    };
    let counts_anew = run.promise.basis.as_ref().is_some_and(|basis| basis.counting_starts.is_some());
    let used = match run.promise.cause {
        Cause::SecondAppointment if counts_anew => "Lần hẹn thứ hai có thời hạn riêng: đã dùng",
        _ => "Đã dùng",
    };
    format!("{used} {} trong {}{how}, {left}.", amount(run.used), amount(run.allowance))
}

fn is_negative(counted: Counted) -> bool {
    match counted {
        Counted::WorkingDays(days) | Counted::CalendarDays(days) => days < 0,
        Counted::WorkingTime(time) => time.is_negative(),
    }
}

fn amount(counted: Counted) -> String {
    let whole = |days: i32| days.unsigned_abs();
    match counted {
        Counted::WorkingDays(days) => VI.amount(Amount::working_days(whole(days))),
        Counted::CalendarDays(days) => VI.amount(Amount::new(whole(days), TimeUnit::CalendarDay)),
        Counted::WorkingTime(time) => working_time(time.as_secs().unsigned_abs()),
    }
}

/// `5 giờ 30 phút làm việc`.
fn working_time(seconds: u64) -> String {
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) if seconds == 0 => "0 giờ làm việc".to_owned(),
        (0, 0) => format!("{seconds} giây làm việc"),
        (0, minutes) => format!("{minutes} phút làm việc"),
        (hours, 0) => format!("{hours} giờ làm việc"),
        (hours, minutes) => format!("{hours} giờ {minutes:02} phút làm việc"),
    }
}

/// STOP-04; nothing is said where the clock never stood still.
fn stood(desk: &Desk, dossier: &Dossier) -> Option<String> {
    if dossier.stops.is_empty() {
        return None;
    }
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let time = dossier.working_time(timetable, desk.now)?;
    let words = |time: SignedDuration| working_time(time.as_secs().unsigned_abs());
    Some(format!(
        "Từ khi tiếp nhận đã qua {}, trong đó {} không tính vào thời hạn.",
        words(time.elapsed),
        words(time.excluded)
    ))
}

fn notes(desk: &Desk, dossier: &Dossier) -> Vec<String> {
    let mut notes = Vec::new();
    if dossier.open_stop().is_some_and(|stop| stop.kind == StopKind::FinancialObligation)
        && let Some(second) = process::procedure_of(&desk.province.catalogue, dossier)
            .and_then(|procedure| procedure.second_limit)
    {
        let limit = wording::limit(second);
        notes.push(format!("Khi có chứng từ nộp tiền, lần hẹn thứ hai có thời hạn riêng: {limit}."));
    }
    if dossier.counts_late_under_766() {
        let count = dossier.supplement_requests;
        notes.push(format!("Đã yêu cầu bổ sung {count} lần: Bộ chỉ số 766 tính hồ sơ này là quá hạn."));
    }
    if let Some(process) = process::process_of(desk, dossier)
        && dossier.stops.iter().any(|stop| process.is_late_notice(dossier, stop))
    {
        let wd = process.rules.supplement_notice_wd;
        notes.push(format!("Phiếu yêu cầu bổ sung gửi muộn hơn {wd} ngày làm việc từ khi nhận hồ sơ."));
    }
    notes.extend(dossier.settled_before.iter().map(|settled| {
        let outcome = settled.outcome.map(Outcome::vietnamese).unwrap_or_default();
        format!(
            "Đã có kết quả lần đầu {} ({outcome}), mở lại {}.",
            parts::briefly(desk, settled.at).text,
            parts::briefly(desk, settled.reopened_at).text
        )
    }));
    notes
}

fn lateness(desk: &Desk, attribution: &Attribution) -> Option<Lateness> {
    if attribution.shares.is_empty() {
        return None;
    }
    let shares = attribution
        .shares
        .iter()
        .map(|share| ShareLine { party: party(desk, &share.party), time: working_time(share.seconds) });
    Some(Lateness { whole: working_time(attribution.seconds), shares: shares.collect() })
}

fn party(desk: &Desk, party: &Party) -> String {
    match party {
        Party::Step { name, unit, .. } if name.is_empty() => desk.unit_name(unit),
        Party::Step { name, unit, .. } | Party::Stage { name, unit, .. } => {
            format!("{name}, {}", desk.unit_name(unit))
        }
        Party::Host(unit) => format!("{}, cơ quan chủ trì", desk.unit_name(unit)),
        Party::Coordinator(unit) => format!("{}, cơ quan phối hợp", desk.unit_name(unit)),
    }
}
