//! What the pages share: the frame, times in words, one dossier as a row.

use askama::Template;
use axum::response::Html;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::deeds;
use crate::domain::promise::Outcome;
use crate::domain::staff::Actor;
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::domain::words::Language;
use crate::store::lists::Listed;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::board::Row;
use crate::web::views::parts::{Choice, Standing, Tone, When};
use crate::web::views::shell::{Flash, Person, Place, Shell};
use crate::work::coming_year;
use crate::work::desk::Desk;
use crate::work::wording::{self, Deadline};

pub const VI: Language = Language::Vietnamese;

/// A finished page.
pub fn html(page: &impl Template) -> Result<Html<String>> {
    Ok(Html(page.render()?))
}

/// The frame around a page of `caller`.
pub fn shell(desk: &Desk, caller: &Caller, title: impl Into<String>, here: Option<Place>) -> Shell {
    let person = Person {
        name: caller.person.name.clone(),
        unit: desk.unit_name(&caller.actor.unit),
        places: Place::of_roles(caller.actor.roles.iter().copied()),
        waiting: None,
    };
    // From 1 December on, to whom it concerns (MON-05).
    let missing = coming_year::missing_for(desk, caller.actor.roles.iter().copied());
    let flashes = missing.map(|missing| Flash { good: false, text: year_missing(missing) });
    let flashes = flashes.into_iter().collect();
    Shell {
        flashes,
        title: title.into(),
        person: Some(person),
        here,
        csrf: caller.csrf.clone(),
        ..Shell::default()
    }
}

fn year_missing(missing: coming_year::Missing) -> String {
    let coming_year::Missing { year, estimated } = missing;
    let state = if estimated { "mới là dự kiến" } else { "chưa có" };
    format!(
        "Lịch làm việc năm {year} {state}: hồ sơ có hạn sang năm {year} chưa ấn định được ngày hẹn trả. Nhập lịch theo thông báo nghỉ lễ, tết."
    )
}

/// The sentence about a deed just done, by the fixed word in the address.
pub fn done(word: &str) -> Option<Flash> {
    let text = match word {
        "intake" => "Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả. Bấm p hoặc nút “In giấy hẹn” để in.",
        "registered" => {
            "Đã đăng ký hồ sơ, chưa tiếp nhận: kiểm tra rồi tiếp nhận chính thức, yêu cầu bổ sung hoặc từ chối."
        }
        "received" => "Đã tiếp nhận chính thức; thời hạn giải quyết bắt đầu được tính.",
        "transfer" => "Đã chuyển hồ sơ.",
        "step_done" => "Đã ghi nhận xong bước và bàn giao.",
        "supplement_requested" => "Đã ghi nhận yêu cầu bổ sung; thời hạn tạm dừng.",
        "supplemented" => "Đã ghi nhận bổ sung; ngày hẹn trả đã được tính lại.",
        "payment_requested" => "Đã ghi nhận thông báo nghĩa vụ tài chính; thời hạn tạm dừng.",
        "paid" => "Đã ghi nhận nộp tiền; ngày hẹn trả đã được tính lại.",
        "exclusion_began" => "Đã ghi nhận; thời hạn tạm dừng theo quy định.",
        "exclusion_ended" => "Đã ghi nhận; ngày hẹn trả đã được tính lại.",
        "opinion_requested" => "Đã gửi lấy ý kiến; thời hạn vẫn được tính.",
        "opinion_given" => "Đã ghi nhận ý kiến phối hợp.",
        "stage_done" => "Đã ghi nhận kết quả của khâu.",
        "reopened" => "Đã mở lại hồ sơ; hạn trả không thay đổi.",
        "correction_proposed" => "Đã gửi đề nghị đính chính, chờ người khác duyệt.",
        "corrected" => "Đã đính chính.",
        "correction_refused" => "Đã ghi nhận không duyệt đề nghị đính chính.",
        "stopped" => "Đã dừng giải quyết hồ sơ.",
        "withdrawn" => "Đã ghi nhận rút hồ sơ.",
        "refused" => "Đã ghi nhận từ chối hồ sơ.",
        "settled" => "Đã ghi nhận kết quả.",
        "returned" => "Đã ghi nhận trả kết quả.",
        "apology_issued" => "Đã ký và gửi lời xin lỗi.",
        "apology_delivered" => "Đã ghi nhận việc giao lời xin lỗi.",
        "exempted" => "Đã ghi nhận miễn xin lỗi.",
        _ => return None,
    };
    Some(Flash { good: true, text: text.to_owned() })
}

/// What must not stand in a segment or value of an address; a dossier's code reads as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as one segment or value of an address.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// `Thứ Năm 26/11/2026, 17:00`.
pub fn at(desk: &Desk, moment: Moment) -> When {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(moment);
    When::at(VI.day_time(day, clock.to_the_minute()), zone.rfc3339(moment))
}

/// `26/11/2026, 17:00`, where many times stand below each other.
pub fn briefly(desk: &Desk, moment: Moment) -> When {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(moment);
    When::at(format!("{}, {}", VI.short_day(day), clock.to_the_minute()), zone.rfc3339(moment))
}

/// A promise with how far away it is, while that says anything.
pub fn due(desk: &Desk, unit: &str, deadline: Deadline, standing: Standing) -> When {
    let timetable = wording::timetable(desk, unit);
    let when = When::at(deadline.words(timetable), desk.province.zone().rfc3339(deadline.due_at));
    match standing {
        Standing::ClockStopped => when.far("đang tạm dừng tính hạn", Tone::Stopped),
        Standing::Early | Standing::OnTime | Standing::Late | Standing::Closed => when,
        open => when.far(deadline.distance(timetable, desk.now), open.tone()),
    }
}

/// How a listed dossier stands or ended.
pub fn standing(listed: &Listed, now: Moment) -> Standing {
    let outcome =
        |id| [Outcome::Early, Outcome::OnTime, Outcome::Late].into_iter().find(|one| one.id() == id);
    if listed.ended_at.is_some() {
        return listed.outcome.as_deref().and_then(outcome).map_or(Standing::Closed, Standing::from);
    }
    match listed.standing(now) {
        None => Standing::NotYet,
        Some(_) if listed.due_at.is_none() && listed.stopped_at.is_none() => Standing::NoLimit,
        Some(live) => live.into(),
    }
}

/// One dossier of a list with the deed that brings it on.
pub fn row(desk: &Desk, actor: &Actor, listed: &Listed) -> Row {
    let standing = standing(listed, desk.now);
    let unit = &listed.holder_name;
    Row {
        code: listed.code.clone(),
        procedure: listed.procedure_name.clone(),
        person: None,
        holder: listed.officer.as_ref().map_or_else(|| unit.clone(), |name| format!("{name}, {unit}")),
        step: State::from_id(&listed.state).map(|state| state.vietnamese().to_owned()).unwrap_or_default(),
        due: Deadline::of_listed(desk, listed).map(|one| due(desk, &listed.competent_unit, one, standing)),
        standing,
        next: deeds::next_of_listed(desk, actor, listed),
    }
}

/// The units that `actor` may choose between, the one asked for marked; the first is all of them.
pub fn units(desk: &Desk, actor: &Actor, chosen: Option<&str>) -> Vec<Choice> {
    use crate::domain::staff::watched_root;
    let chosen = chosen.unwrap_or_default();
    let tree = &desk.province.units;
    let root = watched_root(actor, tree);
    let whole =
        root.map_or_else(|| "Toàn tỉnh".to_owned(), |root| format!("{} (tất cả)", desk.unit_name(root)));
    let within = tree.subtree(root.unwrap_or(&desk.province.root), desk.today());
    let units = within.into_iter().skip(1);
    let choice = |unit: &crate::domain::unit::Unit| {
        Choice::new(unit.code.as_str(), unit.name_vi.clone(), unit.code.as_str() == chosen)
    };
    std::iter::once(Choice::new("", whole, chosen.is_empty())).chain(units.map(choice)).collect()
}

/// A count as the views show it.
pub fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// `1.250.000`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(".")
}

/// How far something has come, in whole percent.
pub fn percent(reached: i64, whole: i64) -> u32 {
    count((reached.saturating_mul(100)).checked_div(whole).unwrap_or(100)).min(100)
}

/// The limit of a database's answer that means "as many as fit a page".
pub const ROWS: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands_and_parts_are_whole_percent() {
        let shown = [0, 999, 1_000, 25_041, 1_250_000].map(number);
        assert_eq!(shown, ["0", "999", "1.000", "25.041", "1.250.000"]);
        assert_eq!([percent(0, 3), percent(2, 3), percent(9, 3), percent(0, 0)], [0, 66, 100, 100]);
    }
}
