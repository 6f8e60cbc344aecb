//! Letters on their way out, for those who answer for them.

use axum::extract::{Path, Query, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Html;
use serde::Deserialize;

use super::parts::{self, ROWS, html};
use crate::app::App;
use crate::domain::refusal::{Kind, Refusal};
use crate::store::outbox::Listed;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::outbox::{
    AlarmLine, BackupLine, BackupState, LetterPage, LetterRow, LetterState, Outbox, ServiceLines, TaskLine,
    TaskState,
};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::backups::{self, Overview, Told};
use crate::work::correspondence;
use crate::work::post::Enclosed;
use crate::work::watch::{self, AlarmTold, TaskTold};

/// A letter carries its own style and nothing else; only our own page may frame it.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'; sandbox";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: Option<i64>,
}

/// `/outbox?state=&before=`.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let state = STATES.iter().map(|(id, _)| *id).find(|id| *id == asked.state);
    let (found, overview, service) = app
        .db
        .read(async |tx| {
            let found = correspondence::list(tx, &desk, &caller.actor, state, asked.before, ROWS).await?;
            let backups = backups::overview_for(tx, &desk, &caller.actor).await?;
            Ok((found, backups, watch::overview_for(tx, &desk, &caller.actor).await?))
        })
        .await?;
    let is_on = app.settings.backup_folder().is_some();
    let overview = overview.filter(|_| asked.before.is_none());
    let service = service.filter(|_| asked.before.is_none());
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let next = found.last().filter(|_| full);
    html(&Outbox {
        shell: parts::shell(&desk, &caller, desk.say("Thư gửi đi", "Letters"), Some(Place::Outbox)),
        service: service.map(|service| service_lines(&desk, &service)),
        backups: overview.map_or_else(Vec::new, |overview| backup_lines(&desk, is_on, &overview)),
        states: states(&desk, state),
        letters: found.iter().map(|letter| row(&desk, letter)).collect(),
        next: next.map(|last| format!("/outbox?state={}&before={}", state.unwrap_or_default(), last.id)),
    })
}

fn service_lines(desk: &Front, service: &watch::Overview) -> ServiceLines {
    let task = |told: &TaskTold| {
        let last = told.last.as_ref();
        TaskLine {
            name: desk.told(&told.name),
            state: last.map_or(TaskState::NotYet, |last| task_state(&last.state)),
            last: last.map(|last| parts::at(desk, last.due_at)),
            next: told.next.map(|next| parts::at(desk, next)),
            text: last.and_then(|last| last.outcome.clone()).unwrap_or_default(),
        }
    };
    let alarm = |told: &AlarmTold| AlarmLine {
        is_open: told.is_open,
        at: parts::at(desk, told.raised_at),
        text: desk.told(&told.what),
    };
    ServiceLines {
        leader: service.leader.name.clone(),
        nodes: service.nodes.len(),
        tasks: service.tasks.iter().map(task).collect(),
        alarms: service.alarms.iter().map(alarm).collect(),
    }
}

fn task_state(state: &str) -> TaskState {
    match state {
        "running" => TaskState::Running,
        "done" => TaskState::Done,
        "dead" => TaskState::GivenUp,
        _ => TaskState::Waiting,
    }
}

fn backup_lines(desk: &Front, is_on: bool, overview: &Overview) -> Vec<BackupLine> {
    let line = |what, told: Option<&Told>| match told {
        None if !is_on => BackupLine {
            what,
            state: BackupState::Off,
            at: None,
            text: desk
                .say(
                    "Đặt [backup] folder trong tệp cấu hình rồi khởi động lại dịch vụ.",
                    "Set [backup] folder in the configuration and restart the service.",
                )
                .to_owned(),
        },
        None => BackupLine { what, state: BackupState::NotYet, at: None, text: String::new() },
        Some(told) => {
            let state = if told.fault.is_some() { BackupState::Failed } else { BackupState::Good };
            BackupLine {
                what,
                state,
                at: Some(parts::at(desk, told.started_at)),
                text: backup_text(desk, told),
            }
        }
    };
    vec![
        line(desk.say("Sao lưu tự động", "Scheduled backup"), overview.backup.as_ref()),
        line(desk.say("Diễn tập khôi phục", "Restore drill"), overview.drill.as_ref()),
    ]
}

/// What was counted and how long it took, or why it failed and since when.
fn backup_text(desk: &Front, told: &Told) -> String {
    if let Some(fault) = &told.fault {
        let since = told.last_good.map_or_else(
            || desk.say("Chưa lần nào thành công.", "It never succeeded yet.").to_owned(),
            |good| {
                let last = desk.say("Lần thành công gần nhất", "Last success");
                format!("{last}: {}.", parts::at(desk, good).text)
            },
        );
        return format!("{} {since}", desk.told(fault));
    }
    let counted = &told.counted;
    let seconds = counted.took_ms / 1000;
    let file = told.file.as_deref().unwrap_or_default();
    let proved = if counted.replayed {
        desk.say("đã đối chiếu toàn bộ", "compared as a whole")
    } else {
        desk.say("đã đọc lại, chưa khôi phục thử", "read back, not restored on trial")
    };
    let (kept, seconds_word) = (desk.say("hồ sơ", "dossiers"), desk.say("giây", "s"));
    match counted.dossiers {
        Some(dossiers) => format!("{file}: {dossiers} {kept}, {proved}, {seconds} {seconds_word}."),
        None => format!("{file}: {proved}, {seconds} {seconds_word}."),
    }
}

/// Where a letter may be, as it is stored and as it is said.
const STATES: [(&str, LetterState); 6] = [
    ("queued", LetterState::Waiting),
    ("sending", LetterState::Sending),
    ("sent", LetterState::Sent),
    ("failed", LetterState::Failed),
    ("dead", LetterState::Failed),
    ("unknown", LetterState::Uncertain),
];

fn states(desk: &Front, chosen: Option<&str>) -> Vec<Choice> {
    let all = Choice::new("", desk.say("Mọi thư", "All letters"), chosen.is_none());
    let each = STATES.iter().filter(|(id, _)| *id != "dead");
    std::iter::once(all)
        .chain(each.map(|(id, state)| Choice::new(*id, state.word(desk.language()), chosen == Some(id))))
        .collect()
}

fn row(desk: &Front, letter: &Listed) -> LetterRow {
    let state =
        STATES.iter().find(|(id, _)| *id == letter.state).map_or(LetterState::Waiting, |(_, state)| *state);
    let deferred = state == LetterState::Waiting && letter.attempts > 0;
    let applicant = || desk.say("Người nộp hồ sơ", "Applicant").to_owned();
    let recipient = letter.recipient.as_ref().map_or_else(applicant, |name| desk.name(name));
    LetterRow {
        id: letter.id.to_string(),
        state: if deferred { LetterState::Deferred } else { state },
        recipient_role: format!("{recipient} · {}", desk.name(&letter.unit_name)),
        subject: letter.subject.clone(),
        at: parts::at(desk, letter.done_at.unwrap_or(letter.created_at)),
        attempts: parts::count(letter.attempts),
        last_reply: letter.last_reply.clone(),
        address_fails: letter.address_fails,
    }
}

async fn opened(app: &App, caller: &Caller, id: i64) -> Result<(Listed, Option<Enclosed>)> {
    let (desk, actor) = (app.desk(), caller.actor.clone());
    Ok(app.db.write(async move |tx| correspondence::read(tx, &desk, &actor, id).await).await?)
}

/// `/outbox/{id}`.
pub async fn letter(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<Html<String>> {
    let (listed, enclosed) = opened(&app, &caller, id).await?;
    let desk = Front::of(&app, &caller.reader);
    let to = enclosed.as_ref().filter(|_| listed.recipient.is_some()).map(|one| one.to_address.clone());
    let forgotten = desk.say(
        "Nội dung thư đã được xóa sau thời gian lưu giữ.",
        "The letter's text was erased once it was no longer to be kept.",
    );
    html(&LetterPage {
        shell: parts::shell(&desk, &caller, desk.say("Thư", "Letter"), Some(Place::Outbox)),
        letter: row(&desk, &listed),
        to,
        frame: enclosed.as_ref().map(|_| format!("/outbox/{id}/content")),
        text: enclosed.map_or_else(|| forgotten.to_owned(), |one| one.text),
        dossiers: listed.code.into_iter().collect(),
        may_retry: false,
    })
}

/// `/outbox/{id}/content`: the letter as its reader sees it, for a frame on its page.
pub async fn content(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<([(HeaderName, &'static str); 1], Html<String>)> {
    let (_, enclosed) = opened(&app, &caller, id).await?;
    let gone = Refusal::new(Kind::NotFound, "Nội dung thư đã được xóa.", "The letter's text was erased.");
    let enclosed = enclosed.ok_or(gone)?;
    Ok(([(CONTENT_SECURITY_POLICY, LETTER_POLICY)], Html(enclosed.html)))
}
