//! `dunghen check`: configuration, database, calendar, mail and clock, each with a verdict.

use std::path::Path;
use std::process::ExitCode;

use super::setup::{self, Failed};
use crate::config::Configuration;
use crate::db::Purpose;

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
        detail: configuration.summary(today, setup::LANGUAGE).join("; "),
    }];
    verdicts.push(Verdict {
        what: "tệp cấu hình",
        holds: true,
        detail: format!("{}.", configuration.sources(setup::LANGUAGE).join("; ")),
    });
    verdicts.push(database(&configuration).await);
    verdicts.push(calendar(&configuration));
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
        Err(error) => (false, error.to_string()),
    };
    Verdict { what: "cơ sở dữ liệu", holds, detail }
}

/// A year that is not final stops promises from mid-December on (TIME-15).
fn calendar(configuration: &Configuration) -> Verdict {
    let today = configuration.zone().day(setup::clock(configuration).now());
    let this = configuration.calendar.is_final(today.year());
    let next = configuration.calendar.is_final(today.year() + 1);
    let state = |is_final: bool| if is_final { "chính thức" } else { "chưa chính thức" };
    let detail = format!(
        "{}: năm {} {}, năm {} {}.",
        configuration.calendar.label(),
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
