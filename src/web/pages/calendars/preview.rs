//! Whose dates a proposal would move, before a second person publishes it; how far that is counted, where
//! there are so many dossiers that it takes a while.

use axum::extract::{Path, State};
use axum::response::Html;

use super::super::front::Front;
use super::super::parts::{self, html};
use super::words;
use crate::app::App;
use crate::domain::law::Amendment;
use crate::domain::staff::Deed;
use crate::domain::time::Moment;
use crate::store::decisions::Row;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::calendars::{CountingPage, FailedPage, MoveRow, PreviewPage};
use crate::web::views::parts::When;
use crate::web::views::shell::{Flash, Place, Shell};
use crate::work::decisions as work;
use crate::work::recount::{self, Foretold, Move, Pace, Preview};
use crate::work::wording;

/// So many dates are shown.
const SHOWN: usize = 100;

/// `GET /calendars/{id}/preview`.
pub async fn show(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<Html<String>> {
    app.desk().allow_whole(&caller.actor, Deed::ManageCalendar)?;
    page(&app, &caller, id, None).await
}

/// The preview, or how far it has come.
pub(super) async fn page(app: &App, caller: &Caller, id: i64, flash: Option<Flash>) -> Result<Html<String>> {
    app.renew().await?;
    let desk = Front::of(app, &caller.reader);
    let (row, amendment) = app.db.read(async |tx| work::open(tx, id).await).await?;
    let mut shell = parts::shell(&desk, caller, desk.say("Xem trước", "Preview"), Some(Place::Calendars));
    shell.flashes.extend(flash);
    match recount::foretell(&app.db, &desk, id, Pace::default()).await? {
        Foretold::Whole { preview, edition, as_of } => {
            let is_proposer = row.proposed_by == caller.actor.staff_id.0;
            let page = whole(&desk, shell, &row, &amendment, &preview, (edition, as_of));
            html(&PreviewPage { is_proposer, ..page })
        }
        Foretold::Counting { looked_at, reached, up_to } => {
            html(&counting(&desk, shell, &row, Some((looked_at, reached, up_to))))
        }
        Foretold::Failed { looked_at, attempts, why } => html(&FailedPage {
            shell,
            row: words::row(&desk, &row),
            looked_at: parts::number(&desk, looked_at),
            attempts,
            why: why.unwrap_or_else(|| {
                desk.say("tiến trình tính dừng giữa chừng", "whoever counted it was never heard of again")
                    .to_owned()
            }),
        }),
        Foretold::Waits => html(&counting(&desk, shell, &row, None)),
    }
}

fn whole(
    desk: &Front,
    shell: Shell,
    row: &Row,
    amendment: &Amendment,
    preview: &Preview,
    (edition, as_of): (i64, Moment),
) -> PreviewPage {
    let moves: Vec<MoveRow> = preview.moves().take(SHOWN).map(|one| move_row(desk, one)).collect();
    let units = preview.by_unit().into_iter();
    PreviewPage {
        shell,
        content: words::content(desk, amendment),
        answer: answer(desk, preview),
        as_of: when(desk, as_of),
        edition,
        looked_at: parts::number(desk, preview.looked_at),
        stays: stays(desk, preview),
        units: units
            .map(|(unit, count)| (wording::unit_name(desk, unit), parts::number(desk, count)))
            .collect(),
        more: preview.moved().saturating_sub(moves.len() as u64),
        moves,
        is_proposer: false,
        row: words::row(desk, row),
    }
}

/// What is counted so far; none while another decision's dates are being counted.
fn counting(desk: &Front, shell: Shell, row: &Row, so_far: Option<(u64, i64, i64)>) -> CountingPage {
    CountingPage {
        shell,
        row: words::row(desk, row),
        looked_at: so_far.map(|(looked_at, ..)| parts::number(desk, looked_at)),
        percent: so_far.map_or(0, |(_, reached, up_to)| parts::percent(reached, up_to)),
    }
}

/// TIME-16 as an answer.
fn answer(desk: &Front, preview: &Preview) -> String {
    let moved = preview.moved();
    if moved == 0 {
        return desk.say("Không hồ sơ nào đổi ngày hẹn trả.", "No dossier's return date changes.").to_owned();
    }
    let (count, english) = (parts::number(desk, moved), if moved == 1 { "dossier" } else { "dossiers" });
    desk.say(
        format!("{count} hồ sơ đã hẹn với người dân sẽ lùi ngày trả; không hồ sơ nào phải trả sớm hơn."),
        format!(
            "{count} {english} promised to citizens will be returned later; none has to be returned earlier."
        ),
    )
}

/// What is looked at and keeps its date, where there is any.
fn stays(desk: &Front, preview: &Preview) -> Vec<(String, &'static str)> {
    let all = [
        (preview.late, "đã quá hạn, vẫn là quá hạn", "overdue, and stay overdue"),
        (preview.kept_earlier, "lẽ ra sớm hơn, giữ ngày đã hẹn", "would be earlier, and keep their date"),
        (
            preview.stopped,
            "đang tạm dừng, sẽ tính theo lịch mới khi tính tiếp",
            "with a stopped clock, counted by the new calendar once it runs",
        ),
        (
            preview.impossible,
            "cần lịch của năm chưa chính thức, giữ ngày đã hẹn",
            "need a year that is not final, and keep their date",
        ),
        (
            preview.unpromised,
            "chưa tiếp nhận, sẽ hẹn theo lịch mới",
            "not received, promised by the new calendar",
        ),
    ];
    let some = all.into_iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, vi, en)| (parts::number(desk, count), desk.say(vi, en))).collect()
}

fn move_row(desk: &Front, one: &Move) -> MoveRow {
    MoveRow {
        code: one.code.clone(),
        procedure: desk.procedure(&one.procedure, desk.today()).map(|procedure| procedure.name_vi.clone()),
        unit: wording::unit_name(desk, &one.unit),
        before: when(desk, one.due_before),
        after: when(desk, one.due_after),
    }
}

fn when(desk: &Front, moment: Moment) -> When {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(moment);
    When::at(desk.language().day_time(day, clock.to_the_minute()), zone.rfc3339(moment))
}
