//! The calendar as the control office keeps it: a closure announced, looked at, published, and found
//! again on the dossier that it has moved.

use dunghen::db::Tx;
use dunghen::domain::staff::Role;
use dunghen::jobs::law;
use dunghen::seal::password;
use dunghen::store::staff::{self, NewPerson};
use serde_json::Value;

use super::office::{Answer, Browser, CENTRE, Office, PASSWORD, PROCEDURE, WARD};

/// A second person of the control office.
async fn hire_nga(office: &Office) {
    let (desk, hash) = (office.app.desk(), password::hash(PASSWORD).unwrap());
    let deed = async move |tx: &mut Tx| {
        let new = NewPerson {
            login: Some("nga"),
            name: "Phan Thị Nga",
            email: None,
            unit: "H35.01",
            roles: &[Role::ControlOffice],
            password_hash: Some(&hash),
            source: None,
            created_at: desk.now,
        };
        staff::insert(tx, &new).await
    };
    office.app.db.write(deed).await.unwrap();
}

/// A storm from Thursday to Friday, made up for on Saturday.
fn storm() -> Vec<(&'static str, &'static str)> {
    vec![
        ("unit", WARD),
        ("first", "2026-11-26"),
        ("last", "2026-11-29"),
        ("makeup", "2026-11-28"),
        ("makeup", ""),
        ("name", "Nghỉ do bão"),
        ("document", "12/QĐ-UBND"),
        ("signer", "Chủ tịch UBND phường"),
        ("effective_on", ""),
        ("reason", "Mưa lũ chia cắt đường"),
    ]
}

/// Sends a form with the key and token of the page it stands on.
async fn send(browser: &Browser, page: &Answer, to: &str, fields: &[(&str, &str)]) -> Answer {
    let (csrf, once) = (page.input("csrf"), page.input("once"));
    let own = [("csrf", csrf.as_str()), ("once", once.as_str())];
    browser.post(to, &[&own, fields].concat()).await
}

/// What was tried in vain is told with its reason, by page and interface, and publishes nothing.
#[tokio::test]
async fn a_preview_that_cant_be_counted_says_why() {
    let office = Office::open().await;
    office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let huy = Browser::of(&office, "huy").await;
    let form = huy.get("/calendars/new").await;
    let preview = send(&huy, &form, "/calendars", &storm()).await.location().to_owned();
    huy.get(&preview).await.shows("hồ sơ đã hẹn với người dân sẽ lùi ngày trả");
    let give_up = "update previews set done_at = null, attempts = 6, failure = 'dossier_events.body of 7'";
    office.app.db.write(async move |tx| tx.query(give_up).execute().await).await.unwrap();
    let failed = huy.get(&preview).await;
    assert_eq!(failed.status, 200);
    failed.shows("Không tính được xem trước");
    failed.shows("dossier_events.body of 7");
    failed.hides("Công bố một lần cho tất cả hồ sơ trên");
    let id = preview.split('/').nth(2).unwrap();
    let told = huy.get(&format!("/api/v1/calendars/decisions/{id}/preview")).await;
    assert_eq!(told.status, 503);
    told.shows("\"state\":\"failed\"");
    told.shows("dossier_events.body of 7");
    office.close().await;
}

#[tokio::test]
async fn a_closure_is_announced_previewed_published_by_a_second_person_and_named_by_the_dossier() {
    let office = Office::open().await;
    hire_nga(&office).await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let huy = Browser::of(&office, "huy").await;
    let form = huy.get("/calendars/new").await;
    let sent = send(&huy, &form, "/calendars", &storm()).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let preview = sent.location().to_owned();
    // The same form once more makes no second proposal.
    assert_eq!(send(&huy, &form, "/calendars", &storm()).await.location(), preview);
    let seen = huy.get(&preview).await;
    seen.shows("1 hồ sơ đã hẹn với người dân sẽ lùi ngày trả; không hồ sơ nào phải trả sớm hơn.");
    seen.shows(&code);
    seen.shows("Thứ Sáu 27/11/2026, 17:00");
    seen.shows("Thứ Hai 30/11/2026, 17:00");
    seen.shows("làm bù Thứ Bảy 28/11/2026");
    seen.shows("Người đề xuất không tự công bố");
    huy.get("/calendars").await.shows("Chờ người thứ hai công bố");
    let publish = preview.replace("/preview", "/publish");
    let edition = [("csrf", seen.input("csrf")), ("expected_edition", "1".to_owned())];
    let edition: Vec<_> = edition.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(huy.post(&publish, &edition).await.status, 403);

    let nga = Browser::of(&office, "nga").await;
    let seen = nga.get(&preview).await;
    let (csrf, expected) = (seen.input("csrf"), seen.input("expected_edition"));
    let stale = nga.post(&publish, &[("csrf", &csrf), ("expected_edition", "7")]).await;
    assert_eq!(stale.status, 409);
    stale.shows("Lịch đã thay đổi từ khi xem trước");
    let done = nga.post(&publish, &[("csrf", &csrf), ("expected_edition", &expected)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    nga.get(done.location()).await.shows("Đang tính lại");
    law::until_counted(&office.app).await.unwrap();
    law::until_counted(&office.app).await.unwrap();
    let page = nga.get(&preview.replace("/preview", "")).await;
    page.shows("Đã công bố");
    page.shows("Bản 2; đổi ngày hẹn trả của 1 hồ sơ");
    page.shows(&code);

    let dossier = nga.get(&format!("/dossiers/{code}")).await;
    dossier.shows("Thứ Hai 30/11/2026, 17:00");
    dossier.shows("Tính lại ngày hẹn trả theo 12/QĐ-UBND: Mưa lũ chia cắt đường");
    assert!(dossier.part("month-title", "</section>").contains("Nghỉ do bão (12/QĐ-UBND)"));
    let mai = Browser::of(&office, "mai").await;
    // The counter reads the decision, and of whose date it moved only what lies in its units.
    mai.get(&preview.replace("/preview", "")).await.hides(&code);
    let year = mai.get(&format!("/calendars?year=2026&unit={WARD}")).await;
    year.shows("Nghỉ do bão (12/QĐ-UBND)");
    let file = mai.get(&format!("/calendars/lich.ics?unit={CENTRE}")).await;
    assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
    file.shows("SUMMARY:Nghỉ do bão (12/QĐ-UBND)");
    office.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_closure_stands_beside_its_field_and_nothing_typed_is_lost() {
    let office = Office::open().await;
    let huy = Browser::of(&office, "huy").await;
    let form = huy.get("/calendars/new").await;
    let with = |name: &'static str, value: &'static str| {
        let mut fields = storm();
        fields.iter_mut().find(|(field, _)| *field == name).unwrap().1 = value;
        fields
    };
    for (fields, field, words) in [
        (with("unit", ""), "unit", "Cần nhập đơn vị nghỉ."),
        (with("first", ""), "first", "Cần nhập ngày nghỉ đầu tiên."),
        (with("last", "2026-11-25"), "last", "Ngày cuối phải từ ngày đầu trở đi"),
        (with("makeup", "2026-12-01"), "makeup", "không phải ngày nghỉ hằng tuần"),
        (with("effective_on", "2026-11-27"), "first", "trước ngày quyết định có hiệu lực"),
        (with("document", ""), "document", "Cần nhập số quyết định"),
        (with("signer", " "), "signer", "Cần nhập người ký quyết định"),
    ] {
        let again = send(&huy, &form, "/calendars", &fields).await;
        assert_eq!(again.status, 422, "{field}");
        assert!(again.part(&format!("{field}-error"), "</p>").contains(words), "{field}: {}", again.text);
        assert_eq!(again.input("reason"), "Mưa lũ chia cắt đường");
    }
    // One day alone is judged by its name.
    let mut holiday = with("first", "2026-11-24");
    holiday.retain(|(field, _)| *field != "last" && *field != "makeup");
    send(&huy, &form, "/calendars", &holiday).await.shows("Ngày 2026-11-24 đã nghỉ: Ngày Văn hóa Việt Nam");
    let mut sunday = with("first", "2026-11-28");
    sunday.iter_mut().find(|(field, _)| *field == "last").unwrap().1 = "2026-11-29";
    send(&huy, &form, "/calendars", &sunday).await.shows("đơn vị vốn không làm việc");
    huy.get("/calendars").await.hides("Chờ người thứ hai công bố");
    office.close().await;
}

#[tokio::test]
async fn a_notice_is_handed_in_as_text_and_its_faults_are_told_by_line() {
    let office = Office::open().await;
    let huy = Browser::of(&office, "huy").await;
    let drafted = huy.get("/calendars/import?year=2028").await;
    drafted.shows("Dự thảo năm 2028");
    drafted.shows("2028-01-26");
    let header =
        [("document", "TB 1/TB-BNV"), ("signer", "Bộ trưởng"), ("reason", "Lịch năm 2028"), ("unit", "")];
    let wrong = "[[day_off]]\nunit = \"H35.99\"\ndate = \"2026-11-31\"\nname = \"Bão\"\n";
    let fields = [&header[..], &[("text", wrong)]].concat();
    let again = send(&huy, &drafted, "/calendars/import", &fields).await;
    assert_eq!(again.status, 422);
    again.shows("Dòng 3, day_off[1].date");
    again.shows("H35.99");
    let ical = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261126\r\nSUMMARY:Nghỉ do bão\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let fields = [&[("unit", WARD), ("text", ical)], &header[..3]].concat();
    let sent = send(&huy, &drafted, "/calendars/import", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    huy.get(sent.location())
        .await
        .shows("Thứ Năm 26/11/2026: Ủy ban nhân dân phường Đoàn Kết và các đơn vị trực thuộc nghỉ");
    // What was proposed can be taken back by whoever keeps the calendar.
    let page = sent.location().replace("/preview", "");
    let csrf = huy.get(&page).await.input("csrf");
    assert_eq!(huy.post(&format!("{page}/withdraw"), &[("csrf", &csrf)]).await.status, 303);
    huy.get(&page).await.shows("Đã rút");
    let api: Value = serde_json::from_str(&huy.get("/api/v1/calendars/decisions").await.text).unwrap();
    assert_eq!(api["items"][0]["state"], "withdrawn");
    assert_eq!(api["items"][1]["kind"], "first");
    office.close().await;
}
