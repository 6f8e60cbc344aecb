//! `dunghen check`: configuration, database, backups, scheduled work, calendar, mail and clock, each
//! with a verdict.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::SignedDuration;

use super::setup::{self, Failed};
use crate::config::Configuration;
use crate::config::jobs::TASKS;
use crate::db::Purpose;
use crate::domain::province::Province;
use crate::domain::time::Moment;
use crate::jobs::schedule::Schedule;
use crate::work::backups::{Overview, Told, overview};
use crate::work::{law, watch};

/// The longest that a backup may take.
const UNDER_WAY: SignedDuration = SignedDuration::from_hours(2);

/// What was found about one thing.
struct Verdict {
    what: &'static str,
    holds: bool,
    detail: String,
}

pub(super) async fn run(config: Option<&Path>) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let today = configuration.zone().day(setup::clock(&configuration).now());
    let mut verdicts = vec![Verdict {
        what: "cấu hình",
        holds: true,
        detail: configuration.summary(today, setup::LANGUAGE).join(" "),
    }];
    verdicts.push(Verdict {
        what: "tệp cấu hình",
        holds: true,
        detail: format!("{}.", configuration.sources(setup::LANGUAGE).join("; ")),
    });
    verdicts.push(database(&configuration).await);
    verdicts.push(backups(&configuration).await);
    verdicts.push(scheduled(&configuration).await);
    let (law, province) = law_in_force(&configuration).await;
    verdicts.push(law);
    verdicts.push(calendar(&configuration, &province));
    verdicts.push(mail(&configuration));
    verdicts.push(clock(&configuration));
    for verdict in &verdicts {
        let mark = if verdict.holds { "đạt" } else { "KHÔNG ĐẠT" };
        setup::print(&format!("{}: {mark}. {}", verdict.what, verdict.detail));
    }
    let holds = verdicts.iter().all(|verdict| verdict.holds);
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn database(configuration: &Configuration) -> Verdict {
    let opened = setup::database(configuration, Purpose::Command).await;
    let (holds, detail) = match opened {
        Ok(db) => {
            db.close().await;
            (true, "mở được, đúng phiên bản.".to_owned())
        }
        Err(error) => (false, error.shown()),
    };
    Verdict { what: "cơ sở dữ liệu", holds, detail }
}

/// Whether copies are made, and how the last of them and the last drill went.
async fn backups(configuration: &Configuration) -> Verdict {
    let what = "sao lưu";
    let Some(folder) = configuration.settings.backup_folder() else {
        let detail = "tự động: chưa bật; đặt [backup] folder trong cấu hình, hoặc chạy `dunghen backup TỆP`.";
        return Verdict { what, holds: true, detail: detail.to_owned() };
    };
    let shown = folder.display();
    if !folder.is_dir() {
        let detail = format!("không có thư mục {shown}; tạo hoặc gắn lại ổ đĩa (dịch vụ không tự tạo).");
        return Verdict { what, holds: false, detail };
    }
    let (backup, drill) = match last_runs(configuration).await {
        Ok(overview) => (overview.backup, overview.drill),
        Err(error) => return Verdict { what, holds: false, detail: error.shown() },
    };
    let good = |told: &Option<Told>| told.as_ref().is_none_or(|told| told.fault.is_none());
    let late =
        backup.as_ref().and_then(|told| told.last_good).is_some_and(|last| is_late(configuration, last));
    let lines = [
        format!("vào {shown}"),
        told("bản gần nhất", backup.as_ref(), configuration),
        told("diễn tập khôi phục", drill.as_ref(), configuration),
    ];
    let mut detail = lines.join("; ");
    if late {
        detail.push_str("; ĐÃ LỠ các lần sau đó: dịch vụ có đang chạy không");
    }
    Verdict { what, holds: good(&backup) && good(&drill) && !late, detail: format!("{detail}.") }
}

async fn last_runs(configuration: &Configuration) -> Result<Overview, Failed> {
    let db = setup::database(configuration, Purpose::Command).await?;
    let overview = db.read(async |tx| overview(tx).await).await;
    db.close().await;
    Ok(overview?)
}

/// Whether more has been due since the last good one than can still be under way.
fn is_late(configuration: &Configuration, last_good: Moment) -> bool {
    let now = setup::clock(configuration).now().plus(-UNDER_WAY);
    let plan = configuration.settings.table.plan("backup");
    let schedule = plan.and_then(|plan| plan.cron.as_str().parse::<Schedule>().ok());
    schedule.is_some_and(|schedule| schedule.latest(configuration.zone(), last_good, now).is_some())
}

fn told(what: &str, told: Option<&Told>, configuration: &Configuration) -> String {
    let Some(told) = told else { return format!("{what}: chưa lần nào") };
    let at = |moment| at(configuration, moment);
    let when = at(told.started_at);
    match (&told.fault, told.last_good) {
        (None, _) => {
            let dossiers = told.counted.dossiers.map(|count| format!(", {count} hồ sơ")).unwrap_or_default();
            format!("{what}: {when} tốt{dossiers}")
        }
        (Some(fault), None) => {
            format!("{what}: {when} HỎNG, chưa lần nào tốt. {}", fault.to(setup::LANGUAGE))
        }
        (Some(fault), Some(good)) => {
            format!("{what}: {when} HỎNG, lần tốt gần nhất {}. {}", at(good), fault.to(setup::LANGUAGE))
        }
    }
}

fn at(configuration: &Configuration, moment: Moment) -> String {
    let whole = Moment::from_seconds(moment.seconds()).unwrap_or(moment);
    configuration.zone().rfc3339(whole)
}

/// Who leads, what was done last and comes next, and what somebody should look at.
async fn scheduled(configuration: &Configuration) -> Verdict {
    let what = "việc tự động";
    let table = &configuration.settings.table;
    let now = setup::clock(configuration).now();
    let stands = async {
        let db = setup::database(configuration, Purpose::Command).await?;
        let stands = db.read(async |tx| watch::overview(tx, now).await).await;
        db.close().await;
        Ok::<_, Failed>(stands?)
    };
    let stands = match stands.await {
        Ok(stands) => stands,
        Err(error) => return Verdict { what, holds: false, detail: error.shown() },
    };
    let leader = stands
        .leader
        .name
        .map_or("chưa có máy nào điều phối".to_owned(), |name| format!("{name} điều phối"));
    let tasks = TASKS.iter().filter_map(|task| {
        let plan = table.plan(task)?;
        let told = stands.tasks.iter().find(|told| told.task == *task);
        let last = told.and_then(|told| told.last.as_ref()).map_or("chưa lần nào".to_owned(), |last| {
            format!("gần nhất {} {}", at(configuration, last.due_at), word_of(&last.state))
        });
        let next = told
            .and_then(|told| told.next)
            .map_or(String::new(), |next| format!(", kế tiếp {}", at(configuration, next)));
        Some(format!("{task} ({}, {}): {last}{next}", plan.cron.shown(), plan.missed.id()))
    });
    let open: Vec<_> = stands.alarms.iter().filter(|alarm| alarm.is_open).collect();
    let alarms = open.iter().map(|alarm| {
        format!(
            "CẢNH BÁO {}: {}",
            at(configuration, alarm.raised_at),
            alarm.what.to(setup::LANGUAGE).trim_end_matches('.')
        )
    });
    let lines: Vec<String> = std::iter::once(leader).chain(tasks).chain(alarms).collect();
    Verdict { what, holds: open.is_empty(), detail: format!("{}.", lines.join("; ")) }
}

fn word_of(state: &str) -> &str {
    match state {
        "waiting" => "đang chờ",
        "running" => "đang chạy",
        "done" => "xong",
        "dead" => "KHÔNG XONG",
        other => other,
    }
}

/// By which edition is counted, and whether the files say something that is not in it.
async fn law_in_force(configuration: &Configuration) -> (Verdict, Arc<Province>) {
    let what = "luật đang áp dụng";
    let files = Arc::clone(&configuration.province);
    let asked = async {
        let db = setup::database(configuration, Purpose::Command).await?;
        let known = Arc::clone(&files);
        let found = db
            .read(async |tx| Ok((law::in_force(tx, &known).await?, law::drift(tx, &known.law).await?)))
            .await;
        db.close().await;
        Ok::<_, Failed>(found?)
    };
    match asked.await {
        Ok((province, drift)) if drift.is_empty() => {
            let detail =
                format!("bản {}, {}.", province.edition, province.general_timetable().calendar().label());
            (Verdict { what, holds: true, detail }, province)
        }
        Ok((province, drift)) => {
            let detail = setup::edited_files(&drift, province.edition);
            (Verdict { what, holds: false, detail }, province)
        }
        Err(error) => (Verdict { what, holds: false, detail: error.shown() }, files),
    }
}

/// A year that is not final stops promises from mid-December on (TIME-15).
fn calendar(configuration: &Configuration, province: &Province) -> Verdict {
    let today = configuration.zone().day(setup::clock(configuration).now());
    let calendar = province.general_timetable().calendar();
    let this = calendar.is_final(today.year());
    let next = calendar.is_final(today.year() + 1);
    let state = |is_final: bool| if is_final { "chính thức" } else { "chưa chính thức" };
    let detail = format!(
        "{}: năm {} {}, năm {} {}.",
        calendar.label(),
        today.year(),
        state(this),
        today.year() + 1,
        state(next)
    );
    // From 1 December on the next year is needed (MON-05).
    let holds = this && (next || today.0.month() < 12);
    Verdict { what: "lịch làm việc", holds, detail }
}

fn mail(configuration: &Configuration) -> Verdict {
    let mail = &configuration.settings.mail;
    let detail = if mail.host.is_empty() {
        "chưa cấu hình máy chủ thư; thư nằm chờ trong hộp gửi.".to_owned()
    } else {
        format!("gửi qua {}:{}.", mail.host, mail.port)
    };
    Verdict { what: "thư điện tử", holds: true, detail }
}

fn clock(configuration: &Configuration) -> Verdict {
    let clock = setup::clock(configuration);
    let shown = configuration.zone().rfc3339(clock.now());
    let fixed = if clock.is_system() { "" } else { " (cố định bằng DUNGHEN_NOW)" };
    Verdict { what: "đồng hồ", holds: true, detail: format!("{shown}{fixed}.") }
}
