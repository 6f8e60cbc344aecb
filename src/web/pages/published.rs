//! Published figures: a month's on-time rates per unit, for anyone (PUB-01).

pub mod late;

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::front::Front;
use super::parts::{self, html};
use super::rates;
use crate::app::App;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::domain::time::Day;
use crate::web::failure::Result;
use crate::web::reader::Reader;
use crate::web::views::published::Published;
use crate::web::views::shell::Shell;
use crate::work::report::Dimension;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
}

/// `/cong-khai?month=`; the last whole month where none is asked for.
pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    if !app.settings.publish.figures {
        return Err(unpublished().into());
    }
    let desk = Front::of(&app, &reader);
    let running = desk.today().month();
    let month = asked.month.parse().unwrap_or_else(|_| rates::before(running, 1)).min(running);
    let everyone = Actor::system(app.province().root.clone());
    let counted = app
        .db
        .report(async |tx| rates::counted(tx, &desk, &everyone, (month, month), None, Dimension::Unit).await)
        .await?;
    let units = rates::worst_first(&counted);
    let next = month.last().next().map(Day::month).filter(|next| *next <= running);
    html(&Published {
        shell: Shell::outside(&reader, desk.say("Công khai tỷ lệ đúng hạn", "Published on-time rates")),
        office: desk.unit_name(&app.province().root),
        month_words: desk.language().month(month),
        running: month == running,
        previous: format!("/cong-khai?month={}", rates::before(month, 1)),
        next: next.map(|next| format!("/cong-khai?month={next}")),
        late: app.settings.publish.names_late_dossiers().then(|| late::address(month, "", None)),
        as_of: parts::at(&desk, desk.now),
        rows: units
            .iter()
            .map(|(_, name, figures)| rates::rate_row(&desk, &desk.name(name), *figures))
            .collect(),
        total: rates::rate_row(&desk, desk.say("Cộng", "Total"), counted.total),
        formula: rates::formula(&desk).to_owned(),
    })
}

fn unpublished() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "Số liệu chưa được công khai tại đây. Liên hệ Văn phòng UBND tỉnh.",
        "Figures are not published here. Ask the provincial office.",
    )
}
