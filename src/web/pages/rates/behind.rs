//! The dossiers behind a figure of a month's rates (RATE-07).

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::Asked as Month;
use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::store::lists::ended::{self, Behind, Counted, Last};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::pages::parts::{self, ROWS, escaped, html};
use crate::web::session::Caller;
use crate::web::views::rates::BehindFigure;
use crate::web::views::shell::Place;
use crate::work::{report, wording};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// As the page of the rates was asked.
    #[serde(flatten)]
    page: Month,
    /// The row's own unit; none for the whole table.
    only: String,
    counted: String,
    cursor: String,
}

/// `/rates/dossiers?month=&unit=&only=&counted=&cursor=`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let month = asked.page.month(&desk);
    let counted = Counted::from_id(&asked.counted).unwrap_or(Counted::Evaluable);
    let after = Some(asked.cursor.as_str()).filter(|text| !text.is_empty()).map(last).transpose()?;
    let unit = Some(asked.page.unit.as_str()).filter(|unit| !unit.is_empty());
    let only = Some(asked.only.as_str()).filter(|unit| !unit.is_empty());
    let found = app
        .db
        .read(async |tx| {
            let units = report::units_of(tx, &desk, &caller.actor, unit).await?;
            let figure = Behind {
                units,
                unit: only.map(str::to_owned),
                from: month.first(),
                to: month.last(),
                counted,
            };
            ended::behind(tx, &figure, after, ROWS).await
        })
        .await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let next = found.last().filter(|_| full).and_then(Last::of);
    let who = only.or(unit).map_or_else(
        || desk.say("Tất cả đơn vị", "All units").to_owned(),
        |unit| desk.name(&wording::unit_name(&desk, unit)),
    );
    let (word, month_words) = (word(&desk, counted), desk.language().month(month));
    let what = desk
        .say(format!("{word}, có kết quả trong {month_words}"), format!("{word}, settled in {month_words}"));
    html(&BehindFigure {
        shell: parts::shell(
            &desk,
            &caller,
            desk.say("Hồ sơ đằng sau con số", "Dossiers behind the figure"),
            Some(Place::Rates),
        ),
        who,
        what,
        rows: found.iter().map(|listed| parts::row(&desk, &caller.actor, listed)).collect(),
        back: super::address(month, &asked.page.unit),
        first: after.is_some().then(|| address(&asked, counted, None)),
        next: next.map(|last| address(&asked, counted, Some(last))),
    })
}

fn address(asked: &Asked, counted: Counted, last: Option<Last>) -> String {
    let page = format!(
        "/rates/dossiers?month={}&unit={}&only={}&counted={}",
        escaped(&asked.page.month),
        escaped(&asked.page.unit),
        escaped(&asked.only),
        counted.id()
    );
    last.map_or_else(|| page.clone(), |last| format!("{page}&cursor={}.{}", last.ended_on, last.id))
}

/// Where the page before ended, as [`address`] says it.
pub fn last(cursor: &str) -> Result<Last, Refusal> {
    let parts = cursor.split_once('.').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?)));
    parts.map(|(ended_on, id)| Last { ended_on, id }).ok_or_else(|| {
        Refusal::invalid(
            "cursor",
            "Địa chỉ trang này không đúng. Mở lại danh sách từ đầu.",
            "This is no page of the list. Open it from the beginning.",
        )
    })
}

fn word(desk: &Front, counted: Counted) -> &'static str {
    match counted {
        Counted::Early => desk.say("Trước hạn", "Early"),
        Counted::OnTime => desk.say("Đúng hạn", "On time"),
        Counted::Late => desk.say("Quá hạn", "Late"),
        Counted::Evaluable => desk.say("Được đánh giá", "Evaluated"),
        Counted::WithoutDue => desk.say("Không có thời hạn", "No time limit"),
    }
}
