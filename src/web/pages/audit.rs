//! The log of who did what, for inspectors: a page at a time, and as a file.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::parts::{self, ROWS, escaped, html};
use crate::app::App;
use crate::domain::staff::{Deed, Subject, may};
use crate::seal::hex;
use crate::store::audit::Listed;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::audit::{Anchor, Audit, AuditRow};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::audit_log::{self, Question};
use crate::work::report::csv as sheet;
use crate::work::wording;

/// A file has so many rows at most; whoever wants more narrows the time.
const MOST_ROWS: i64 = 50_000;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    person: String,
    subject: String,
    action: String,
    from: String,
    to: String,
    before: Option<i64>,
}

impl Asked {
    fn question(&self, limit: i64) -> Question {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Question {
            person: some(&self.person),
            subject: some(&self.subject),
            action: some(&self.action),
            from: self.from.parse().ok(),
            to: self.to.parse().ok(),
            before: self.before,
            limit,
        }
    }

    fn is_narrowed(&self) -> bool {
        [&self.person, &self.subject, &self.action, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    fn address(&self, path: &str, before: Option<i64>) -> String {
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        let fields = [
            ("person", &self.person),
            ("subject", &self.subject),
            ("action", &self.action),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &before),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<_> = filled.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// `GET /audit?person=&subject=&action=&from=&to=&before=`.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let (desk, question) = (Front::of(&app, &caller.reader), asked.question(ROWS));
    let found = app.db.report(async |tx| audit_log::list(tx, &desk, &caller.actor, &question).await).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let last = found.last().filter(|_| full);
    let sees_dossiers = may(&caller.actor, Deed::ViewProvince, Subject::Whole, &desk.province.units).is_ok();
    html(&Audit {
        shell: parts::shell(&desk, &caller, desk.say("Nhật ký kiểm soát", "Audit log"), Some(Place::Audit)),
        person: asked.person.clone(),
        subject: asked.subject.clone(),
        actions: actions(&desk, &asked.action),
        from: asked.from.clone(),
        to: asked.to.clone(),
        rows: found.iter().map(|row| shown(&desk, row, sees_dossiers)).collect(),
        narrowed: asked.is_narrowed(),
        sees_persons: sees_dossiers,
        csv: asked.address("/audit.csv", None),
        first: asked.before.map(|_| asked.address("/audit", None)),
        next: last.map(|last| asked.address("/audit", Some(last.seq))),
        anchor: app.last_anchor().map(|anchor| Anchor {
            seq: anchor.head.seq,
            at: parts::at(&desk, anchor.at),
            hash: hex(&anchor.head.hash).chars().take(16).collect(),
        }),
    })
}

fn shown(desk: &Front, row: &Listed, sees_dossiers: bool) -> AuditRow {
    let is_dossier = DOSSIERS.iter().any(|(id, ..)| *id == row.action) && !row.subject.is_empty();
    AuditRow {
        seq: row.seq,
        at: parts::briefly(desk, row.at),
        who: row.actor.clone().unwrap_or_else(|| format!("{} {}", desk.say("số", "no."), row.actor_id)),
        unit: wording::unit_name(desk, &row.unit),
        what: word(desk, &row.action),
        href: (is_dossier && sees_dossiers).then(|| format!("/dossiers/{}", escaped(&row.subject))),
        subject: row.subject.clone(),
        detail: detail(desk, &row.detail),
    }
}

fn word(desk: &Front, action: &str) -> String {
    let known = DOSSIERS.iter().chain(OTHERS).find(|(id, ..)| *id == action);
    known.map_or(action, |(_, vietnamese, english)| desk.say(*vietnamese, *english)).to_owned()
}

/// `unit: H35.21, roles: unit_head`.
fn detail(desk: &Front, json: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return String::new() };
    let told = fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let known = FIELDS.iter().find(|(id, ..)| id == name);
        let word = known.map_or(name.as_str(), |(_, vietnamese, english)| desk.say(*vietnamese, *english));
        format!("{word}: {}", desk.name(&value))
    });
    told.collect::<Vec<_>>().join(", ")
}

fn actions(desk: &Front, chosen: &str) -> Vec<Choice> {
    let all = DOSSIERS.iter().chain(OTHERS);
    let choices =
        all.map(|(id, vietnamese, english)| Choice::new(*id, desk.say(*vietnamese, *english), *id == chosen));
    let every = Choice::new("", desk.say("Mọi việc", "All actions"), chosen.is_empty());
    std::iter::once(every).chain(choices).collect()
}

/// `GET /audit.csv`: what was narrowed down, as a file; that it was taken is on the log as well.
pub async fn csv(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response> {
    let (desk, question, actor) = (app.desk(), asked.question(MOST_ROWS), caller.actor.clone());
    let found = app.db.report(async |tx| audit_log::list(tx, &desk, &actor, &question).await).await?;
    let mut text = String::from(sheet::BYTE_ORDER_MARK);
    let header = ["seq", "at", "actor_id", "actor", "unit", "action", "subject", "detail"];
    sheet::line(&mut text, header.map(str::to_owned));
    for row in found {
        let at = desk.province.zone().rfc3339(row.at);
        let (seq, id) = (row.seq.to_string(), row.actor_id.to_string());
        let actor = row.actor.unwrap_or_default();
        sheet::line(&mut text, [seq, at, id, actor, row.unit, row.action, row.subject, row.detail]);
    }
    app.db.write(async move |tx| audit_log::exported(tx, &desk, &actor, "audit").await).await?;
    let name = "attachment; filename=\"dung-hen-nhat-ky.csv\"".to_owned();
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], text)
        .into_response())
}

const FIELDS: &[(&str, &str, &str)] = &[
    ("from", "từ", "from"),
    ("to", "đến", "to"),
    ("on", "ngày", "on"),
    ("unit", "đơn vị", "unit"),
    ("roles", "vai trò", "roles"),
    ("purpose", "mục đích", "purpose"),
    ("method", "kiểu yêu cầu", "method"),
    ("sessions", "số phiên", "sessions"),
    ("scope", "quyền", "scope"),
    ("days", "số ngày", "days"),
    ("deputy", "người thay", "stand-in"),
    ("by", "theo", "by"),
    ("alike", "giống tài khoản", "looks like"),
    ("alike_before", "trước đó giống tài khoản", "looked like"),
    ("changed", "đã sửa", "changed"),
    ("dossiers", "số hồ sơ", "dossiers"),
    ("events", "sự việc", "events"),
];

/// What is done to a dossier, and to see it.
const DOSSIERS: &[(&str, &str, &str)] = &[
    ("submitted", "Nộp hồ sơ", "Filed"),
    ("received", "Tiếp nhận", "Received"),
    ("transfer", "Chuyển hồ sơ", "Transferred"),
    ("step_done", "Xong bước", "Step done"),
    ("supplement_requested", "Yêu cầu bổ sung", "Supplement requested"),
    ("supplemented", "Bổ sung xong", "Supplemented"),
    ("payment_requested", "Thông báo nộp tiền", "Payment requested"),
    ("paid", "Đã nộp tiền", "Paid"),
    ("withdrawn", "Rút hồ sơ", "Withdrawn"),
    ("refused", "Từ chối", "Refused"),
    ("stopped", "Dừng giải quyết", "Stopped"),
    ("settled", "Có kết quả", "Settled"),
    ("returned", "Trả kết quả", "Returned"),
    ("apology_issued", "Ký lời xin lỗi", "Apology signed"),
    ("apology_delivered", "Trao lời xin lỗi", "Apology delivered"),
    ("exempted", "Miễn xin lỗi", "Exempted from the apology"),
    ("person_viewed", "Xem thông tin cá nhân", "Personal data looked at"),
    ("letter_read", "Đọc thư gửi công dân", "Letter to a citizen read"),
];

const OTHERS: &[(&str, &str, &str)] = &[
    ("decision_proposed", "Đề xuất thay đổi lịch", "Calendar change proposed"),
    ("decision_withdrawn", "Rút đề xuất thay đổi lịch", "Calendar proposal withdrawn"),
    ("decision_published", "Công bố thay đổi lịch", "Calendar change published"),
    ("dates_recounted", "Tính lại ngày hẹn trả", "Return dates counted anew"),
    ("signed_in", "Đăng nhập", "Signed in"),
    ("signed_out", "Đăng xuất", "Signed out"),
    ("sign_in_failed", "Đăng nhập sai", "Sign-in failed"),
    ("not_allowed", "Bị từ chối quyền", "Not allowed"),
    ("exported", "Xuất tệp", "File taken out"),
    ("person_searched", "Tìm hồ sơ theo tên hoặc số của một người", "Searched by a person's name or number"),
    ("password_changed", "Đổi mật khẩu", "Password changed"),
    ("sessions_ended", "Kết thúc phiên", "Sessions ended"),
    ("second_factor_on", "Bật xác thực hai lớp", "Two-factor sign-in on"),
    ("second_factor_off", "Tắt xác thực hai lớp", "Two-factor sign-in off"),
    ("recovery_codes_renewed", "Tạo lại mã dự phòng", "Recovery codes renewed"),
    ("token_issued", "Cấp mã truy cập", "Access token issued"),
    ("token_revoked", "Thu hồi mã truy cập", "Access token revoked"),
    ("account_added", "Thêm tài khoản", "Account added"),
    ("account_changed", "Sửa tài khoản", "Account changed"),
    ("account_closed", "Khoá tài khoản", "Account closed"),
    ("account_opened", "Mở lại tài khoản", "Account reopened"),
    ("account_activated", "Kích hoạt tài khoản", "Account activated"),
    ("link_given", "Cấp liên kết đặt mật khẩu", "Password link given"),
    ("identity_linked", "Gắn danh tính", "Identity linked"),
    ("identity_unlinked", "Gỡ danh tính", "Identity unlinked"),
    ("stand_in_named", "Cử người thay", "Stand-in named"),
    ("stand_in_ended", "Kết thúc cử người thay", "Stand-in ended"),
    ("person_report", "Lập báo cáo dữ liệu một người", "Report on one person made"),
    ("breach_report", "Xác định phạm vi vi phạm dữ liệu", "Extent of a breach found"),
    ("person_erased", "Xoá dữ liệu cá nhân", "Personal data erased"),
    ("keys_rotated", "Đổi khóa mã hoá", "Encryption keys rotated"),
    ("demonstration", "Dựng tỉnh trình diễn", "Demonstration built"),
    ("import", "Nhập hồ sơ", "Dossier imported"),
    ("import_batch", "Lần nhập dữ liệu", "Import run"),
];
