//! What the pages share: the frame, times in words, one dossier as a row.

use askama::Template;
use axum::response::Html;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::deeds;
use crate::domain::promise::Outcome;
use crate::domain::refusal::{Language, Refusal};
use crate::domain::staff::Actor;
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::store::lists::Listed;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::board::Row;
use crate::web::views::parts::{Choice, Standing, Tone, When};
use crate::web::views::shell::{Flash, Person, Place, Shell};
use crate::work::coming_year;
use crate::work::quote::Warning;
use crate::work::wording::{self, Deadline};

/// A finished page.
pub fn html(page: &impl Template) -> Result<Html<String>> {
    Ok(Html(page.render()?))
}

/// The frame around a page of `caller`.
pub fn shell(desk: &Front, caller: &Caller, title: impl Into<String>, here: Option<Place>) -> Shell {
    let person = Person {
        name: caller.person.name.clone(),
        unit: desk.unit_name(&caller.actor.unit),
        places: Place::of_roles(caller.actor.roles.iter().copied()),
        waiting: None,
    };
    // From 1 December on, to whom it concerns (MON-05).
    let missing = coming_year::missing_for(desk, caller.actor.roles.iter().copied());
    let flashes = missing.map(|missing| Flash { good: false, text: year_missing(desk, missing) });
    let flashes = flashes.into_iter().collect();
    Shell {
        flashes,
        person: Some(person),
        here,
        csrf: caller.csrf.to_string(),
        ..Shell::outside(&desk.reader, title)
    }
}

fn year_missing(desk: &Front, missing: coming_year::Missing) -> String {
    let coming_year::Missing { year, estimated } = missing;
    let (vietnamese, english) =
        if estimated { ("mới là dự kiến", "is an estimate") } else { ("chưa có", "is missing") };
    desk.say(
        format!(
            "Lịch làm việc năm {year} {vietnamese}: hồ sơ có hạn sang năm {year} chưa ấn định được ngày hẹn trả. Nhập lịch theo thông báo nghỉ lễ, tết."
        ),
        format!(
            "The working calendar of {year} {english}: dossiers due in {year} can't be given a return date yet. Hand in the calendar by the notice of holidays."
        ),
    )
}

/// What is wrong with the field `name`, in the reader's words.
pub fn error(desk: &Front, refusal: Option<&Refusal>, name: &str) -> Option<String> {
    let at_fault = refusal.filter(|refusal| refusal.field.as_deref() == Some(name));
    at_fault.map(|refusal| desk.told(&refusal.said))
}

/// The sentence about a deed just done, by the fixed word in the address.
pub fn done(language: Language, word: &str) -> Option<Flash> {
    let (vietnamese, english) = match word {
        "intake" => (
            "Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả. Bấm p hoặc nút “In giấy hẹn” để in.",
            "The dossier is received and its return date fixed. Press p or “Print receipt slip” to print.",
        ),
        "registered" => (
            "Đã đăng ký hồ sơ, chưa tiếp nhận: kiểm tra rồi tiếp nhận chính thức, yêu cầu bổ sung hoặc từ chối.",
            "The dossier is registered and not received yet: check it, then receive it officially, ask for a supplement or refuse it.",
        ),
        "received" => (
            "Đã tiếp nhận chính thức; thời hạn giải quyết bắt đầu được tính.",
            "Officially received; the time limit begins to run.",
        ),
        "transfer" => ("Đã chuyển hồ sơ.", "The dossier was transferred."),
        "step_done" => {
            ("Đã ghi nhận xong bước và bàn giao.", "The step is recorded as done and handed over.")
        }
        "supplement_requested" => (
            "Đã ghi nhận yêu cầu bổ sung; thời hạn tạm dừng.",
            "The request for a supplement is recorded; the clock stands still.",
        ),
        "supplemented" => (
            "Đã ghi nhận bổ sung; ngày hẹn trả đã được tính lại.",
            "The supplement is recorded; the return date was counted anew.",
        ),
        "payment_requested" => (
            "Đã ghi nhận thông báo nghĩa vụ tài chính; thời hạn tạm dừng.",
            "The notice of a financial obligation is recorded; the clock stands still.",
        ),
        "paid" => (
            "Đã ghi nhận nộp tiền; ngày hẹn trả đã được tính lại.",
            "The payment is recorded; the return date was counted anew.",
        ),
        "exclusion_began" => (
            "Đã ghi nhận; thời hạn tạm dừng theo quy định.",
            "Recorded; the clock stands still as the law provides.",
        ),
        "exclusion_ended" => {
            ("Đã ghi nhận; ngày hẹn trả đã được tính lại.", "Recorded; the return date was counted anew.")
        }
        "opinion_requested" => {
            ("Đã gửi lấy ý kiến; thời hạn vẫn được tính.", "The opinion was asked for; the clock runs on.")
        }
        "opinion_given" => ("Đã ghi nhận ý kiến phối hợp.", "The opinion is recorded."),
        "stage_done" => ("Đã ghi nhận kết quả của khâu.", "The result of the stage is recorded."),
        "reopened" => (
            "Đã mở lại hồ sơ; hạn trả không thay đổi.",
            "The dossier is open again; its return date is unchanged.",
        ),
        "correction_proposed" => (
            "Đã gửi đề nghị đính chính, chờ người khác duyệt.",
            "The correction is proposed and awaits somebody else's approval.",
        ),
        "corrected" => ("Đã đính chính.", "Corrected."),
        "correction_refused" => {
            ("Đã ghi nhận không duyệt đề nghị đính chính.", "The correction was refused.")
        }
        "stopped" => ("Đã dừng giải quyết hồ sơ.", "The dossier was stopped."),
        "withdrawn" => ("Đã ghi nhận rút hồ sơ.", "The withdrawal is recorded."),
        "refused" => ("Đã ghi nhận từ chối hồ sơ.", "The refusal is recorded."),
        "settled" => ("Đã ghi nhận kết quả.", "The result is recorded."),
        "returned" => ("Đã ghi nhận trả kết quả.", "The return of the result is recorded."),
        "apology_issued" => ("Đã ký và gửi lời xin lỗi.", "The apology was signed and sent."),
        "apology_delivered" => {
            ("Đã ghi nhận việc giao lời xin lỗi.", "The delivery of the apology is recorded.")
        }
        "exempted" => ("Đã ghi nhận miễn xin lỗi.", "The exemption from the apology is recorded."),
        _ => return None,
    };
    Some(Flash { good: true, text: language.choose(vietnamese, english).to_owned() })
}

/// What must not stand in a segment or value of an address; a dossier's code reads as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as one segment or value of an address.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// `Thứ Năm 26/11/2026, 17:00`.
pub fn at(desk: &Front, moment: Moment) -> When {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(moment);
    When::at(desk.language().day_time(day, clock.to_the_minute()), zone.rfc3339(moment))
}

/// `26/11/2026, 17:00`, where many times stand below each other.
pub fn briefly(desk: &Front, moment: Moment) -> When {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(moment);
    When::at(format!("{}, {}", desk.language().short_day(day), clock.to_the_minute()), zone.rfc3339(moment))
}

/// A promise with how far away it is, while that says anything.
pub fn due(desk: &Front, unit: &str, deadline: Deadline, standing: Standing) -> When {
    let timetable = wording::timetable(desk, unit);
    let when =
        When::at(deadline.words(timetable, desk.language()), desk.province.zone().rfc3339(deadline.due_at));
    match standing {
        Standing::ClockStopped => {
            when.far(desk.say("đang tạm dừng tính hạn", "clock stopped"), Tone::Stopped)
        }
        Standing::Early | Standing::OnTime | Standing::Late | Standing::Closed => when,
        open => when.far(deadline.distance(timetable, desk.now, desk.language()), open.tone()),
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
pub fn row(desk: &Front, actor: &Actor, listed: &Listed) -> Row {
    let standing = standing(listed, desk.now);
    let unit = &listed.holder_name;
    Row {
        code: listed.code.clone(),
        procedure: listed.procedure_name.clone(),
        person: None,
        holder: listed.officer.as_ref().map_or_else(|| unit.clone(), |name| format!("{name}, {unit}")),
        step: State::from_id(&listed.state)
            .map(|state| state.word(desk.language()).to_owned())
            .unwrap_or_default(),
        due: Deadline::of_listed(desk, listed).map(|one| due(desk, &listed.competent_unit, one, standing)),
        standing,
        next: deeds::next_of_listed(desk, actor, listed),
    }
}

/// The units that `actor` may choose between, the one asked for marked; the first is all of them.
pub fn units(desk: &Front, actor: &Actor, chosen: Option<&str>) -> Vec<Choice> {
    use crate::domain::staff::watched_root;
    let chosen = chosen.unwrap_or_default();
    let tree = &desk.province.units;
    let root = watched_root(actor, tree);
    let whole = root.map_or_else(
        || desk.say("Toàn tỉnh", "Whole province").to_owned(),
        |root| format!("{} ({})", desk.unit(root), desk.say("tất cả", "all")),
    );
    let within = tree.subtree(root.unwrap_or(&desk.province.root), desk.today());
    let units = within.into_iter().skip(1);
    let choice = |unit: &crate::domain::unit::Unit| {
        Choice::new(unit.code.as_str(), desk.name(&unit.name_vi), unit.code.as_str() == chosen)
    };
    std::iter::once(Choice::new("", whole, chosen.is_empty())).chain(units.map(choice)).collect()
}

/// What somebody should know of a promise.
pub fn warned(desk: &Front, warning: &Warning) -> String {
    let said = desk.told(&warning.say(desk));
    match warning {
        Warning::SettledElsewhere { unit } => said.replace(&desk.unit_name(unit), &desk.unit(unit)),
        _ => said,
    }
}

/// A count as the views show it.
pub fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// `1.250.000`, `1,250,000`.
pub fn number(desk: &Front, number: u64) -> String {
    grouped(number, desk.say(".", ","))
}

fn grouped(number: u64, by: &str) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(by)
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
        let shown = [0, 999, 1_000, 25_041, 1_250_000].map(|number| grouped(number, "."));
        assert_eq!(shown, ["0", "999", "1.000", "25.041", "1.250.000"]);
        assert_eq!([percent(0, 3), percent(2, 3), percent(9, 3), percent(0, 0)], [0, 66, 100, 100]);
    }
}
