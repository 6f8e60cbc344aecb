//! The pages over a real server: what people see, what their forms do, and who is kept out.

#[path = "web_pages/calendars.rs"]
mod calendars;
#[path = "web_pages/catalogue.rs"]
mod catalogue;
#[path = "web_pages/languages.rs"]
mod languages;
#[path = "web_pages/office.rs"]
mod office;
#[path = "web_pages/province.rs"]
mod province;
#[path = "web_pages/reading.rs"]
mod reading;

use std::collections::HashSet;

use dunghen::domain::procedure::Channel;
use dunghen::domain::time::Moment;
use dunghen::store::alarms::{self, Cause};
use dunghen::store::lease;
use dunghen::store::ticks::{self, NewTick};
use office::{Browser, CENTRE, Office, PASSWORD, PROCEDURE, WARD};
use serde_json::{Value, json};

/// A form of intake that is right in every field.
fn filing() -> Vec<(&'static str, &'static str)> {
    vec![
        ("deed", "receive"),
        ("procedure", PROCEDURE),
        ("receiving_unit", CENTRE),
        ("channel", "counter"),
        ("kind", "citizen"),
        ("name", "Tẩn Thị Sua"),
        ("identifier", "012345671234"),
        ("phone", "0912 345 678"),
        ("components", "Tờ khai theo mẫu"),
        ("other_components", "Giấy ủy quyền\n\nBản sao hộ chiếu"),
        ("return_method", "counter"),
    ]
}

fn with<'a>(mut fields: Vec<(&'a str, &'a str)>, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.retain(|(field, _)| *field != name);
    fields.push((name, value));
    fields
}

/// Nothing that was typed is lost with the session: it comes back unsent, and once more for a look.
#[tokio::test]
async fn a_form_typed_over_the_end_of_a_session_is_kept() {
    let office = Office::open().await;
    let stranger = Browser::new(&office);
    let (csrf, name) = (("csrf", "old"), ("name", "Tẩn \"Sua\" <b>"));
    let typed: Vec<_> = with(filing(), name.0, name.1).into_iter().chain([csrf]).collect();
    let ended = stranger.post("/intake", &typed).await;
    assert_eq!(ended.status, 401);
    ended.shows("chưa được gửi và chưa mất");
    ended.shows("Đăng nhập ở thẻ mới");
    assert!(ended.text.contains("action=\"/intake\""), "{}", ended.text);
    assert_eq!(ended.input("name"), "Tẩn &#34;Sua&#34; &#60;b&#62;");
    assert_eq!(ended.input("csrf"), "", "a token of another session is no use");

    let browser = Browser::of(&office, "mai").await;
    let again = browser.post("/intake", &typed).await;
    assert_eq!(again.status, 403);
    again.shows("thuộc phiên làm việc trước");
    assert_eq!(again.input("name"), "Tẩn &#34;Sua&#34; &#60;b&#62;");
    let mine = again.input("csrf");
    assert!(!mine.is_empty() && mine != "old");
    let sent = browser.post("/intake", &with(typed, "csrf", &mine)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
}

/// ACC-01: what came online is registered; there is no appointment before it is received.
#[tokio::test]
async fn what_is_only_registered_has_no_appointment_to_print() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let csrf = browser.get("/intake").await.input("csrf");
    let online: Vec<_> =
        with(filing(), "channel", "online").into_iter().chain([("csrf", csrf.as_str())]).collect();
    let sent = browser.post("/intake", &online).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let page = browser.get(sent.location()).await;
    page.shows("Đã đăng ký hồ sơ, chưa tiếp nhận");
    page.shows("Chưa tiếp nhận</span>");
    page.hides("ấn định ngày hẹn trả");
    page.hides("Không có thời hạn");
    page.hides("/slip");
    let code = sent.location().trim_start_matches("/dossiers/").split('?').next().unwrap();
    let slip = browser.get(&format!("/dossiers/{code}/slip")).await;
    assert_eq!(slip.status, 409);
    slip.shows("chưa được tiếp nhận nên chưa có giấy hẹn");
}

#[tokio::test]
async fn who_is_not_signed_in_learns_what_this_is_and_is_led_back_after_signing_in() {
    let office = Office::open().await;
    let browser = Browser::new(&office);
    browser.get("/").await.shows("Đăng nhập cho công chức");
    let door = browser.get("/dossiers?standing=overdue&unit=H35.21.01").await;
    assert_eq!(door.status, 303);
    let form = browser.get(door.location()).await;
    let next = form.input("next").replace("&#38;", "&");
    assert_eq!(next, "/dossiers?standing=overdue&unit=H35.21.01");
    let wrong = browser.post("/sign-in", &[("name", "mai"), ("password", "đoán"), ("next", &next)]).await;
    assert_eq!(wrong.status, 401);
    wrong.shows("Tên đăng nhập hoặc mật khẩu chưa đúng");
    assert_eq!(wrong.input("name"), "mai");
    assert_eq!(wrong.input("next").replace("&#38;", "&"), next);
    let right = browser.post("/sign-in", &[("name", "mai"), ("password", PASSWORD), ("next", &next)]).await;
    assert_eq!((right.status, right.location()), (303, next.as_str()));
    let cookie = right.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(browser.get(&next).await.status, 200);
    office.close().await;
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let office = Office::open().await;
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let browser = Browser::new(&office);
        let fields = [("name", "mai"), ("password", PASSWORD), ("next", elsewhere)];
        assert_eq!(browser.post("/sign-in", &fields).await.location(), "/", "{elsewhere}");
    }
    office.close().await;
}

#[tokio::test]
async fn after_signing_out_the_session_is_worth_nothing() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let csrf = browser.get("/intake").await.input("csrf");
    assert_eq!(browser.post("/sign-out", &[("csrf", "0")]).await.status, 403);
    assert_eq!(browser.get("/intake").await.status, 200);
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(browser.get("/intake").await.status, 303);
    office.close().await;
}

/// `/` leads each person to the page they need first.
#[tokio::test]
async fn the_first_page_is_that_of_the_role() {
    let office = Office::open().await;
    for (login, first) in [("mai", "/intake"), ("yen", "/board"), ("quantri", "/outbox")] {
        let browser = Browser::of(&office, login).await;
        assert_eq!(browser.get("/").await.location(), first, "{login}");
        assert_eq!(browser.get(first).await.status, 200, "{login}");
    }
    office.close().await;
}

/// Received on Monday the 23rd with three working days; the 24th is a public holiday.
#[tokio::test]
async fn an_intake_by_form_leads_to_the_dossier_with_its_promise_in_words() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let form = browser.get("/intake").await;
    let (csrf, once) = (form.input("csrf"), form.input("once"));
    let own = [("csrf", csrf.as_str()), ("once", once.as_str())];
    let quote = browser.post("/intake", &[&own[..], &with(filing(), "deed", "quote")].concat()).await;
    assert_eq!(quote.status, 200);
    quote.shows("27/11/2026");
    quote.shows("Ngày Văn hóa Việt Nam");
    let sent = browser.post("/intake", &[&own[..], &filing()].concat()).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let page = browser.get(sent.location()).await;
    page.shows("Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả.");
    page.shows("Thứ Sáu 27/11/2026, 17:00");
    page.shows("còn 3 ngày làm việc");
    page.shows("Bản sao hộ chiếu");
    page.shows("Tẩn Thị Sua");
    page.shows("********1234");
    page.hides("012345671234");
    let slip = browser.get(&format!("{}/slip", sent.location().split('?').next().unwrap())).await;
    slip.shows("Thứ Sáu");
    slip.shows("3 ngày làm việc");
    slip.shows("Lò Thị Mai");
    office.close().await;
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_dossier_and_never_another_one() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let form = browser.get("/intake").await;
    let (csrf, once) = (form.input("csrf"), form.input("once"));
    let own = [("csrf", csrf.as_str()), ("once", once.as_str())];
    let fields = [&own[..], &filing()].concat();
    let (first, second) = tokio::join!(browser.post("/intake", &fields), browser.post("/intake", &fields));
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.location(), second.location());
    let other = [&own[..], &with(filing(), "name", "Người khác")].concat();
    let refused = browser.post("/intake", &other).await;
    assert_eq!(refused.status, 409);
    refused.shows("Biểu mẫu này đã được dùng");
    assert_ne!(refused.input("once"), once);
    office.close().await;
}

#[tokio::test]
async fn a_wrong_field_is_named_and_everything_typed_is_kept() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let csrf = browser.get("/intake").await.input("csrf");
    let wrong = with(filing(), "identifier", "12<345");
    let answer = browser.post("/intake", &[&[("csrf", csrf.as_str())][..], &wrong].concat()).await;
    assert_eq!(answer.status, 422);
    answer.shows("Số định danh gồm 12 chữ số");
    assert!(answer.part("identifier", ">").contains("aria-invalid"), "the field is not marked");
    assert_eq!(answer.input("identifier"), "12&#60;345");
    assert_eq!(answer.input("name"), "Tẩn Thị Sua");
    assert_eq!(answer.input("phone"), "0912 345 678");
    answer.shows("Giấy ủy quyền\n\nBản sao hộ chiếu");
    answer.shows("27/11/2026");
    let unknown = with(filing(), "procedure", "9.999999");
    let answer = browser.post("/intake", &[&[("csrf", csrf.as_str())][..], &unknown].concat()).await;
    assert_eq!(answer.status, 422);
    assert!(answer.part("procedure", ">").contains("aria-invalid"), "the field is not marked");
    office.close().await;
}

#[tokio::test]
async fn a_dossier_goes_from_the_counter_to_its_return_by_forms() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (mai, yen, hoa) = (
        Browser::of(&office, "mai").await,
        Browser::of(&office, "yen").await,
        Browser::of(&office, "hoa").await,
    );
    let path = format!("/dossiers/{code}");
    let sent = mai.event(&code, &[("kind", "transfer"), ("to_unit", WARD), ("to_officer", "")]).await;
    assert_eq!((sent.status, sent.location()), (303, &*format!("/dossiers/{code}?done=transfer")));
    let page = yen.get(&path).await;
    page.shows("Chuyển đến Ủy ban nhân dân phường Đoàn Kết");
    page.shows("id=\"step_done\"");
    page.hides("id=\"returned\"");
    let yen_id = office.actor("yen").await.staff_id.0.to_string();
    let step = [("kind", "step_done"), ("step", "Thẩm định, dự thảo kết quả"), ("to_officer", &*yen_id)];
    assert_eq!(yen.event(&code, &step).await.status, 303);
    yen.get(&path).await.shows("Hoàng Thị Yến, Ủy ban nhân dân phường Đoàn Kết");
    assert_eq!(hoa.event(&code, &[("kind", "settled")]).await.status, 303);
    mai.get(&path).await.shows("Trước hạn");
    assert_eq!(mai.event(&code, &[("kind", "returned"), ("method", "post")]).await.status, 303);
    let page = mai.get(&path).await;
    page.shows("Trả kết quả qua bưu chính công ích");
    page.shows("không còn việc phải làm");
    office.close().await;
}

/// SUP-01, STOP-01: the clock stands still until the applicant has done their part.
#[tokio::test]
async fn a_supplement_is_asked_for_line_by_line_and_stops_the_clock() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (mai, yen) = (Browser::of(&office, "mai").await, Browser::of(&office, "yen").await);
    let empty = [("kind", "supplement_requested"), ("items", "\n \n"), ("reason", "Thiếu giấy tờ")];
    let refused = yen.event(&code, &empty).await;
    assert_eq!(refused.status, 422);
    refused.shows("Thiếu giấy tờ");
    let items = "Giấy ủy quyền\r\nBản sao sổ đỏ";
    let asked = [("kind", "supplement_requested"), ("items", items), ("reason", "Thiếu giấy tờ")];
    assert_eq!(yen.event(&code, &asked).await.status, 303);
    let page = mai.get(&format!("/dossiers/{code}")).await;
    page.shows("Yêu cầu bổ sung: Giấy ủy quyền; Bản sao sổ đỏ");
    page.shows("Tạm dừng");
    page.shows("Ngày hẹn trả mới được tính khi thời hạn chạy tiếp.");
    assert_eq!(mai.event(&code, &[("kind", "supplemented")]).await.status, 303);
    mai.get(&format!("/dossiers/{code}")).await.shows("Bổ sung xong, tính lại từ đầu");
    office.close().await;
}

/// LIFE-04, PROC-04, STOP-02, STOP-04: the slip, the clock and an excluded time, on the page and as JSON.
#[tokio::test]
async fn a_dossier_shows_its_control_slip_its_clock_and_its_stops() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (yen, thang) = (Browser::of(&office, "yen").await, Browser::of(&office, "thang").await);
    let path = format!("/dossiers/{code}");
    let page = yen.get(&path).await;
    page.shows("Phiếu kiểm soát quá trình giải quyết");
    page.shows("Tiếp nhận, kiểm tra hồ sơ");
    page.shows("Đã dùng 0 ngày làm việc trong 3 ngày làm việc, còn 3 ngày làm việc.");
    let begins = [("kind", "exclusion_began"), ("exclusion", "verification"), ("document", "")];
    let without = yen.event(&code, &[&begins[..], &[("basis", " ")]].concat()).await;
    assert_eq!(without.status, 422, "no excluded time without its basis");
    assert_eq!(yen.event(&code, &[&begins[..], &[("basis", "Khoản 2 Điều 9")]].concat()).await.status, 303);
    let page = thang.get(&path).await;
    page.shows("Tạm dừng tính thời hạn: xác minh");
    page.shows("Khoản 2 Điều 9");
    page.shows("id=\"exclusion_ended\"");
    page.hides("id=\"settled\"");
    let told: Value = serde_json::from_str(&yen.get(&format!("/api/v1{path}")).await.text).unwrap();
    assert_eq!(
        (&told["stops"][0]["kind"], &told["stops"][0]["basis"]),
        (&json!("verification"), &json!("Khoản 2 Điều 9"))
    );
    assert_eq!((&told["standing"], &told["state"]), (&json!("clock_stopped"), &json!("processing")));
    let (first, second) = (&told["steps"][0], &told["steps"][1]);
    assert_eq!(
        (&first["no"], &first["timeliness"], &first["overdue"]),
        (&json!(1), &json!("early"), &json!(false))
    );
    assert_eq!(
        (&second["no"], &second["done_at"], &second["to_unit"]),
        (&json!(2), &json!(null), &json!(null))
    );
    assert_eq!(told["clock"]["runs"][0]["allowance"], json!({ "unit": "wd", "amount": 3 }));
    assert_eq!(yen.event(&code, &[("kind", "exclusion_ended"), ("document", "")]).await.status, 303);
    yen.get(&path).await.shows("Cộng thời gian không tính theo quy định");
    office.close().await;
}

/// LATE-11: the page offers the approval to a second person alone.
#[tokio::test]
async fn a_correction_is_proposed_and_another_approves_it() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (yen, thang) = (Browser::of(&office, "yen").await, Browser::of(&office, "thang").await);
    let path = format!("/dossiers/{code}");
    let wrong = [("kind", "correction_proposed"), ("corrects", "1"), ("reason", "Ghi nhầm giờ tiếp nhận")];
    let unread = yen.event(&code, &[&wrong[..], &[("true_at", "hôm qua")]].concat()).await;
    assert_eq!(unread.status, 422);
    unread.shows("Thời điểm chưa đúng");
    let right = [&wrong[..], &[("true_at", "2026-11-23 07:45")]].concat();
    assert_eq!(yen.event(&code, &right).await.status, 303);
    yen.get(&path).await.hides("Duyệt đính chính");
    yen.get("/board").await.hides("Đính chính chờ duyệt");
    let page = thang.get(&path).await;
    page.shows("Duyệt đính chính");
    page.shows("“Tiếp nhận chính thức”, 23/11/2026, 08:00; thời điểm đúng: 23/11/2026, 07:45. Ghi nhầm giờ tiếp nhận");
    let board = thang.get("/board").await;
    assert!(board.part("corrections", "</section>").contains(&code), "it waits for the head");
    board.shows("<b>1</b> Đính chính chờ duyệt");
    let approve = [("kind", "corrected"), ("proposal", "3"), ("reason", "Đã đối chiếu sổ tiếp nhận")];
    assert_eq!(thang.event(&code, &approve).await.status, 303);
    thang.get(&path).await.shows("Đính chính thời điểm ghi sai, có hai người xác nhận");
    thang.get("/board").await.hides("Đính chính chờ duyệt");
    office.close().await;
}

/// LATE-11, LIFE-05: a proposal can be refused; nothing changes, and another may be made.
#[tokio::test]
async fn a_correction_is_refused_and_another_may_be_proposed() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (yen, thang) = (Browser::of(&office, "yen").await, Browser::of(&office, "thang").await);
    let path = format!("/dossiers/{code}");
    let wrong = [("kind", "correction_proposed"), ("corrects", "1"), ("reason", "Ghi nhầm giờ tiếp nhận")];
    let right = [&wrong[..], &[("true_at", "23/11/2026, 07:45")]].concat();
    assert_eq!(yen.event(&code, &right).await.status, 303);
    let refuse =
        [("kind", "correction_refused"), ("proposal", "3"), ("reason", "Sổ tiếp nhận ghi đúng 8 giờ")];
    assert_eq!(yen.event(&code, &refuse).await.status, 403);
    assert_eq!(thang.event(&code, &refuse).await.status, 303);
    let page = thang.get(&path).await;
    page.shows("Không duyệt đề nghị đính chính");
    page.hides("có hai người xác nhận");
    page.hides("value=\"correction_refused\"");
    thang.get("/board").await.hides("Đính chính chờ duyệt");
    assert_eq!(yen.event(&code, &right).await.status, 303, "another may be made");
    thang.get("/board").await.shows("Đính chính chờ duyệt");
    office.close().await;
}

#[tokio::test]
async fn a_form_about_an_older_version_is_refused_and_its_words_are_kept() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let yen = Browser::of(&office, "yen").await;
    let csrf = yen.get(&format!("/dossiers/{code}")).await.input("csrf");
    let old =
        [("csrf", &*csrf), ("expected_version", "1"), ("kind", "step_done"), ("step", "Đã xác minh tại bản")];
    let refused = yen.post(&format!("/dossiers/{code}/events"), &old).await;
    assert_eq!(refused.status, 409);
    refused.shows("Hồ sơ đã thay đổi");
    refused.shows("Đã xác minh tại bản");
    assert_eq!(refused.input("expected_version"), "2");
    office.close().await;
}

/// S10: every form needs the token of its own session, and no form comes from elsewhere.
#[tokio::test]
async fn a_form_without_the_token_of_its_session_is_refused() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let mai = Browser::of(&office, "mai").await;
    let others = Browser::of(&office, "mai").await.get("/intake").await.input("csrf");
    let events = format!("/dossiers/{code}/events");
    for csrf in ["", "0123456789abcdef", &others] {
        let transfer = [("csrf", csrf), ("expected_version", "1"), ("kind", "transfer"), ("to_unit", WARD)];
        assert_eq!(mai.post(&events, &transfer).await.status, 403, "{csrf:?}");
        let intake = [&[("csrf", csrf)][..], &filing()].concat();
        assert_eq!(mai.post("/intake", &intake).await.status, 403, "{csrf:?}");
        assert_eq!(mai.post("/sign-out", &[("csrf", csrf)]).await.status, 403, "{csrf:?}");
    }
    let own = mai.get("/intake").await.input("csrf");
    let transfer = [("csrf", &*own), ("expected_version", "1"), ("kind", "transfer"), ("to_unit", WARD)];
    for origin in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(mai.post_with(&events, &transfer, &[origin]).await.status, 403, "{origin:?}");
    }
    mai.get(&format!("/dossiers/{code}")).await.shows("Được tiếp nhận");
    office.close().await;
}

/// ORG-13: what lies outside of one's units does not exist.
#[tokio::test]
async fn another_units_dossier_is_not_there() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let outsider = Browser::of(&office, "khac").await;
    for path in [format!("/dossiers/{code}"), format!("/dossiers/{code}/slip")] {
        let answer = outsider.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.hides("Tẩn Thị Sua");
    }
    let found = outsider.get(&format!("/dossiers?q={code}")).await;
    assert_eq!(found.status, 200);
    found.shows("Không có hồ sơ nào khớp");
    assert_eq!(outsider.get(&format!("/board?unit={WARD}")).await.status, 403);
    let csrf = outsider.get("/board").await.input("csrf");
    let deed = [
        ("csrf", &*csrf),
        ("expected_version", "1"),
        ("kind", "withdrawn"),
        ("reason", "không phải của tôi"),
    ];
    assert_eq!(outsider.post(&format!("/dossiers/{code}/events"), &deed).await.status, 404);
    let admin = Browser::of(&office, "quantri").await;
    assert_eq!(admin.get(&format!("/dossiers/{code}")).await.status, 404);
    assert_eq!(admin.get("/dossiers").await.status, 403);
    assert_eq!(admin.get("/board").await.status, 403);
    let watcher = Browser::of(&office, "huy").await.get(&format!("/dossiers/{code}")).await;
    assert_eq!(watcher.status, 200);
    watcher.hides("Tẩn Thị Sua");
    watcher.hides("1234");
    assert_eq!(Browser::of(&office, "huy").await.get(&format!("/dossiers/{code}/slip")).await.status, 403);
    office.close().await;
}

/// LATE-04, LATE-12, LATE-13: the head signs, with a reason in words and a new working day.
#[tokio::test]
async fn only_the_head_apologises_and_says_why_and_until_when() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-16T08:00:00+07:00", PROCEDURE).await;
    office.sweep().await;
    let path = format!("/dossiers/{code}");
    let (yen, thang) = (Browser::of(&office, "yen").await, Browser::of(&office, "thang").await);
    let words = "Cán bộ xác minh nghỉ ốm trong tuần";
    let letter = |day: &'static str| {
        [("kind", "apology_issued"), ("reason", "staff_absence"), ("words", words), ("new_due_on", day)]
    };
    yen.get(&path).await.hides("value=\"apology_issued\"");
    assert_eq!(yen.event(&code, &letter("2026-11-26")).await.status, 403);
    let page = thang.get(&path).await;
    page.shows("value=\"apology_issued\"");
    page.shows("Chưa gửi lời xin lỗi");
    assert!(page.part("apology_issued-new_due_on", ">").contains("max=\"2026-11-27\""));
    page.shows("Ngày hẹn trả mới muộn nhất là Thứ Sáu 27/11/2026.");
    let later = thang.event(&code, &letter("2026-11-30")).await;
    later.shows("nhiều nhất 3 ngày làm việc, muộn nhất là Thứ Sáu 27/11/2026");
    let holiday = thang.event(&code, &letter("2026-11-24")).await;
    assert_eq!(holiday.status, 422);
    holiday.shows("Ngày hẹn mới phải là ngày làm việc");
    holiday.shows(words);
    assert!(holiday.part("apology_issued-new_due_on", ">").contains("aria-invalid"));
    let wordless =
        [("kind", "apology_issued"), ("reason", ""), ("words", "ngắn"), ("new_due_on", "2026-11-26")];
    thang.event(&code, &wordless).await.shows("lý do (chọn trong danh sách)");
    assert_eq!(thang.event(&code, &letter("2026-11-26")).await.status, 303);
    let page = thang.get(&path).await;
    page.shows("Ngày hẹn lại, không thay hạn chính thức");
    page.shows(words);
    page.hides("value=\"apology_issued\"");
    let list = thang.get("/outbox").await;
    list.shows("Người nộp hồ sơ");
    let id =
        list.text.split("/outbox/").find_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).unwrap();
    thang.get(&format!("/outbox/{id}")).await.shows(words);
    let content = thang.get(&format!("/outbox/{id}/content")).await;
    content.shows(words);
    content.shows("0213 3000");
    let policy = content.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    office.close().await;
}

#[tokio::test]
async fn letters_are_for_those_who_answer_for_them() {
    let office = Office::open().await;
    for login in ["mai", "yen", "hoa", "khac", "pha"] {
        let browser = Browser::of(&office, login).await;
        assert_eq!(browser.get("/outbox").await.status, 403, "{login}");
        browser.get("/dossiers").await.hides("href=\"/outbox\"");
    }
    for login in ["thang", "huy", "quantri"] {
        assert_eq!(Browser::of(&office, login).await.get("/outbox").await.status, 200, "{login}");
    }
    assert_eq!(Browser::of(&office, "thang").await.get("/outbox/4711").await.status, 404);
    office.close().await;
}

/// What the service does by itself, and what is wrong with it, is for those who see to it.
#[tokio::test]
async fn the_administrator_sees_who_leads_what_comes_next_and_what_is_wrong() {
    let office = Office::open().await;
    let due = |text: &str| -> Moment { text.parse().unwrap() };
    let (last, next) = (due("2026-11-23T07:15:00+07:00"), due("2026-11-25T07:15:00+07:00"));
    office
        .app
        .db
        .write(async move |tx| {
            lease::seen(tx, "01", "may-chu-1", last).await?;
            lease::take(tx, "01", last, next, next).await?;
            ticks::know(tx, "digest", last).await?;
            let tick = NewTick { due_at: last, due_local: "2026-11-23T07:15".to_owned(), state: "waiting" };
            ticks::insert(tx, "digest", 1, &[tick]).await?;
            ticks::advance(tx, "digest", Some(last), Some(next)).await?;
            let cause =
                Cause { kind: "loop_stuck", subject: "sweep".to_owned(), node: "may-chu-1".to_owned() };
            alarms::raise(tx, &cause, last, "61").await
        })
        .await
        .unwrap();
    let page = Browser::of(&office, "quantri").await.get("/outbox").await;
    for text in [
        "Máy may-chu-1 điều phối; 1 máy",
        "Thư tổng hợp buổi sáng",
        "Thứ Tư 25/11/2026, 07:15",
        "Tiến trình nền sweep trên máy may-chu-1 không hoạt động (61 giây)",
        "Chưa hết",
    ] {
        page.shows(text);
    }
    for login in ["thang", "huy"] {
        Browser::of(&office, login).await.get("/outbox").await.hides("Việc tự động");
    }
    office.close().await;
}

/// MON-01: the board says what is late first, and who is owed an apology.
#[tokio::test]
async fn the_board_puts_the_late_first_and_offers_each_role_its_deed() {
    let office = Office::open().await;
    let late = office.in_processing("2026-11-16T08:00:00+07:00", PROCEDURE).await;
    let today = office.in_processing("2026-11-18T08:00:00+07:00", PROCEDURE).await;
    let waiting = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    office.sweep().await;
    let board = Browser::of(&office, "thang").await.get("/board").await;
    let group = |id: &str| board.part(id, "</section>");
    assert!(group("late").contains(&late) && group("late").contains("quá hạn 2 ngày làm việc"));
    assert!(group("due-today").contains(&today) && !group("late").contains(&today));
    assert!(group("apologies").contains("Gửi lời xin lỗi"));
    board.hides(&waiting);
    let yen = Browser::of(&office, "yen").await.get("/board").await;
    assert!(yen.part("late", "</section>").contains("Bàn giao"));
    yen.hides("Gửi lời xin lỗi");
    office.close().await;
}

#[tokio::test]
async fn a_whole_code_in_the_search_opens_its_dossier() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let browser = Browser::of(&office, "mai").await;
    let found = browser.get(&format!("/dossiers?q={}", code.to_lowercase())).await;
    assert_eq!((found.status, found.location()), (303, &*format!("/dossiers/{code}")));
    // Numbers of a person are taken from the field, never from an address, and not repeated.
    let csrf = browser.get("/dossiers").await.input("csrf");
    let search = async |q: &str| browser.post("/dossiers/search", &[("csrf", &csrf), ("q", q)]).await;
    for number in ["012345671234", "0123 4567 1234", "0912345678", "+84 912 345 678"] {
        let found = search(number).await;
        found.shows(&code);
        found.hides(number);
        assert_eq!(browser.get(&format!("/dossiers?q={}", number.replace([' ', '+'], ""))).await.status, 422);
    }
    search("0912345679").await.hides(&code);
    let found = search(&code).await;
    assert_eq!((found.status, found.location()), (303, &*format!("/dossiers?q={code}")));
    // A scanned slip and a code without what separates it lead there as well; a number of the day lists it.
    for typed in
        [format!("https://dunghen.example/tra-cuu?code={code}"), code.replace(['.', '-'], "").to_lowercase()]
    {
        let found = search(&typed).await;
        assert_eq!(found.status, 303, "{typed}");
        let opened = browser.get(found.location()).await;
        assert_eq!((opened.status, opened.location()), (303, &*format!("/dossiers/{code}")), "{typed}");
    }
    browser.get(search("1").await.location()).await.shows(&code);
    office.close().await;
}

/// A procedure is found by words without accents in any order, where they find one alone.
#[tokio::test]
async fn the_intake_takes_words_of_a_procedure() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let csrf = browser.get("/intake").await.input("csrf");
    let quote = async |typed: &str| {
        let fields =
            [("csrf", csrf.as_str()), ("deed", "quote"), ("procedure", typed), ("receiving_unit", CENTRE)];
        browser.post("/intake", &fields).await
    };
    let named = "Xác nhận tình trạng hôn nhân";
    let whole = browser.get("/api/v1/procedures?q=tinh%20trang%20hon%20nhan").await;
    let items: Value = serde_json::from_str(&whole.text).unwrap();
    let [only] = items["items"].as_array().unwrap().as_slice() else { panic!("{items}") };
    assert!(only["name"].as_str().unwrap().contains("tình trạng hôn nhân"), "{named}: {items}");
    let found = quote("hon nhan tinh trang").await;
    found.shows(only["name"].as_str().unwrap());
    found.shows("Ngày hẹn trả");
    found.hides("chưa tính được");
    let several = quote("khai sinh").await;
    several.shows("thủ tục khớp với “khai sinh”");
    // Words at whose beginning the typed ones stand come first.
    let items: Value =
        serde_json::from_str(&browser.get("/api/v1/procedures?q=sinh%20khai").await.text).unwrap();
    assert!(items["items"][0]["name"].as_str().unwrap().contains("khai sinh"), "{items}");
    office.close().await;
}

/// RATE-01, RATE-04, PUB-01: what is published is what officers see, and names nobody.
#[tokio::test]
async fn the_rates_are_those_of_the_units_one_sees() {
    let office = Office::open().await;
    for (received, settled) in [("2026-11-02", "2026-11-03"), ("2026-11-02", "2026-11-12")] {
        let code = office.in_processing(&format!("{received}T08:00:00+07:00"), PROCEDURE).await;
        office
            .happen(&format!("{settled}T10:00:00+07:00"), "hoa", &code, 2, json!({ "kind": "settled" }))
            .await;
    }
    let rates = Browser::of(&office, "thang").await.get("/rates?month=2026-11").await;
    rates.shows("50,00 %");
    rates.shows("Ủy ban nhân dân phường Đoàn Kết");
    Browser::of(&office, "khac").await.get("/rates?month=2026-11").await.shows("không phát sinh");
    let public = Browser::new(&office).get("/cong-khai?month=2026-11").await;
    assert_eq!(public.status, 200);
    public.shows("50,00 %");
    public.hides("Tẩn Thị Sua");
    office.close().await;
}

/// LATE-19, PUB-02: late dossiers by unit and reason, and each by its code with whether it was apologised
/// for; nothing of its applicant, who can be looked up by nobody without their own secret.
#[tokio::test]
async fn late_dossiers_are_published_without_their_applicants() {
    let office = Office::open().await;
    let receive = async |at: &str| office.in_processing(&format!("{at}T08:00:00+07:00"), PROCEDURE).await;
    let settle = async |at: &str, code: &str, version: i64| {
        office
            .happen(&format!("{at}T10:00:00+07:00"), "hoa", code, version, json!({ "kind": "settled" }))
            .await;
    };
    // Three working days: due on 5/11, 19/11 and, on 30/11, after the page is asked for.
    let in_time = receive("2026-11-02").await;
    settle("2026-11-03", &in_time, 2).await;
    let late = receive("2026-11-02").await;
    settle("2026-11-12", &late, 2).await;
    let open = receive("2026-11-16").await;
    let other_month = receive("2026-10-01").await;
    settle("2026-11-12", &other_month, 2).await;
    let anyone = Browser::new(&office);
    let page = anyone.get("/cong-khai/qua-han?month=2026-11").await;
    assert_eq!(page.status, 200);
    for shown in [
        late.as_str(),
        open.as_str(),
        "Đã xử lý xong",
        "Đang xử lý",
        "Chưa xin lỗi",
        "Thứ Năm 05/11/2026, 17:00",
    ] {
        page.shows(shown);
    }
    page.shows(
        "<td class=\"num\">2</td><td class=\"num\">0</td><td class=\"num\">0</td><td class=\"num\">2</td>",
    );
    for hidden in [in_time.as_str(), other_month.as_str(), "Tẩn Thị Sua"] {
        page.hides(hidden);
    }
    anyone.get("/cong-khai?month=2026-11").await.shows("/cong-khai/qua-han?month=2026-11");
    anyone.get("/cong-khai/qua-han?month=2026-10").await.shows(&other_month);
    let elsewhere = anyone.get("/cong-khai/qua-han?month=2026-11&unit=H35.05").await;
    elsewhere.hides(&late);
    let after = anyone.get("/cong-khai/qua-han?month=2026-11&cursor=2026-11-05.999999").await;
    after.hides(&late);
    after.shows(&open);
    assert_eq!(anyone.get("/cong-khai/qua-han?month=2026-11&cursor=x").await.status, 422);
    office.close().await;
}

/// PUB-03: nothing without the secret, the same answer for a wrong one and an unknown code.
#[tokio::test]
async fn a_citizen_sees_their_dossier_by_code_and_secret_alone() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-16T08:00:00+07:00", PROCEDURE).await;
    let anyone = Browser::new(&office);
    let form = anyone.get(&format!("/tra-cuu?code={code}&secret=1234")).await;
    form.hides("Quá hạn");
    let wrong = anyone.post("/tra-cuu", &[("code", &code), ("secret", "9999")]).await;
    let unknown = anyone.post("/tra-cuu", &[("code", "H35.21.01-261123-9999"), ("secret", "1234")]).await;
    let none = anyone.post("/tra-cuu", &[("code", &code), ("secret", "")]).await;
    assert_eq!((wrong.status, unknown.status, none.status), (422, 422, 422));
    assert_eq!(wrong.text, unknown.text.replace("H35.21.01-261123-9999", &code));
    for secret in ["1234", "678"] {
        let seen = anyone.post("/tra-cuu", &[("code", &code.to_lowercase()), ("secret", secret)]).await;
        assert_eq!(seen.status, 200);
        seen.shows("Quá hạn");
        seen.shows("Thứ Năm 19/11/2026, 17:00");
        seen.shows("chưa trả kết quả đúng hẹn: đã hẹn Thứ Năm 19/11/2026, 17:00");
        seen.hides("xin lỗi");
        for personal in ["Tẩn Thị Sua", "1234", "0912", "sua@example.vn", "Nậm Loỏng", "Hoàng Thị Yến"]
        {
            seen.hides(personal);
        }
    }
    office.close().await;
}

/// SUP-01, SUP-06: late and waiting for papers is both told, with what to bring and whom to ask.
#[tokio::test]
async fn a_citizen_is_told_which_papers_are_missing_and_that_the_office_is_late() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-16T08:00:00+07:00", PROCEDURE).await;
    let asked = json!({
        "kind": "supplement_requested", "items": ["Giấy ủy quyền", "Bản sao sổ đỏ"],
        "reason": "Hồ sơ còn thiếu giấy tờ", "contact": "Phòng 3, 0213 3876 543",
    });
    office.happen("2026-11-23T09:00:00+07:00", "yen", &code, 2, asked).await;
    let seen = Browser::new(&office).post("/tra-cuu", &[("code", &code), ("secret", "1234")]).await;
    for part in [
        "<li lang=\"vi\">Giấy ủy quyền</li><li lang=\"vi\">Bản sao sổ đỏ</li>",
        "Lý do: Hồ sơ còn thiếu giấy tờ. Liên hệ: Phòng 3, 0213 3876 543.",
        "chưa trả kết quả đúng hẹn: đã hẹn Thứ Năm 19/11/2026, 17:00",
        "Đến Thứ Sáu 20/11 đã quá hạn 1 ngày làm việc.",
        "Ngày hẹn trả mới được tính khi thời hạn chạy tiếp.",
        "href=\"tel:02133000",
    ] {
        seen.shows(part);
    }
    seen.hides("xin lỗi");
    office.close().await;
}

/// LATE-09, LATE-17: the second day that passed, why, and the letter that was signed.
#[tokio::test]
async fn a_citizen_is_told_of_the_second_day_that_passed() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-09T08:00:00+07:00", PROCEDURE).await;
    let letter = json!({
        "kind": "apology_issued", "reason": "staff_absence", "words": "Cán bộ xác minh nghỉ ốm",
        "new_due_on": "2026-11-17",
    });
    office.happen("2026-11-11T08:00:00+07:00", "thang", &code, 2, letter).await;
    let seen = Browser::new(&office).post("/tra-cuu", &[("code", &code), ("secret", "1234")]).await;
    for part in [
        "Quá hạn lần hai",
        "chưa trả kết quả đúng hẹn: đã hẹn Thứ Năm 12/11/2026, 17:00",
        "đã xin lỗi ông/bà bằng văn bản số",
        "Lý do: thiếu người. Hẹn lại Thứ Ba 17/11/2026, 17:00.",
        "Ngày hẹn lại Thứ Ba 17/11/2026, 17:00 cũng đã qua mà chưa có kết quả.",
        "href=\"tel:02133000",
    ] {
        seen.shows(part);
    }
    office.close().await;
}

/// LIFE-06, LATE-17: when it was returned, and which promise that missed; no apology that nobody signed.
#[tokio::test]
async fn a_citizen_is_told_when_it_was_returned_and_that_it_was_late() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-09T08:00:00+07:00", PROCEDURE).await;
    office.happen("2026-11-16T09:00:00+07:00", "mai", &code, 2, json!({ "kind": "settled" })).await;
    office.happen("2026-11-17T10:32:00+07:00", "mai", &code, 3, json!({ "kind": "returned" })).await;
    let look = async || Browser::new(&office).post("/tra-cuu", &[("code", &code), ("secret", "1234")]).await;
    let seen = look().await;
    seen.shows("Kết quả đã được trả Thứ Ba 17/11/2026, 10:32.");
    seen.shows(
        "đã hẹn trả Thứ Năm 12/11/2026, 17:00; kết quả có Thứ Hai 16/11/2026, 09:00, muộn hơn lời hẹn.",
    );
    seen.hides("xin lỗi");
    let letter = json!({ "kind": "apology_issued", "reason": "volume", "words": "Khối lượng hồ sơ lớn" });
    office.happen("2026-11-18T08:00:00+07:00", "thang", &code, 4, letter).await;
    look().await.shows("đã xin lỗi ông/bà bằng văn bản số");
    office.close().await;
}

/// LATE-16: settled in time after all, nothing about the letter is left to do; before that, who has told
/// of the delay is not asked to tell of it.
#[tokio::test]
async fn who_apologised_in_advance_is_asked_for_no_notice_and_on_time_for_no_delivery() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-19T08:00:00+07:00", PROCEDURE).await;
    let mai = Browser::of(&office, "mai").await;
    let path = format!("/dossiers/{code}");
    mai.get(&path).await.shows("Cần báo trễ");
    let listed = async |standing: &str| mai.get(&format!("/dossiers?standing={standing}")).await;
    listed("apology_window").await.shows(&code);
    let letter = json!({
        "kind": "apology_issued", "reason": "volume", "words": "Khối lượng hồ sơ lớn",
        "new_due_on": "2026-11-27",
    });
    office.happen("2026-11-23T08:00:00+07:00", "thang", &code, 2, letter).await;
    let page = mai.get(&path).await;
    page.shows("Đã xin lỗi trước hạn");
    page.hides("Cần báo trễ");
    listed("apology_window").await.hides(&code);
    assert_eq!(mai.event(&code, &[("kind", "settled")]).await.status, 303);
    let page = mai.get(&path).await;
    page.shows("Không còn phải xin lỗi");
    page.hides("value=\"apology_delivered\"");
    office.close().await;
}

/// TIME-18: distances are told in the limit's unit, lateness of calendar days in working days beside.
#[tokio::test]
async fn a_limit_in_calendar_days_is_told_in_calendar_days() {
    const TWENTY_DAYS: &str = "1.012222";
    let office = Office::open().await;
    let late = office.in_processing("2026-10-28T08:00:00+07:00", TWENTY_DAYS).await;
    let open = office.in_processing("2026-11-05T08:00:00+07:00", TWENTY_DAYS).await;
    let mai = Browser::of(&office, "mai").await;
    let page = mai.get(&format!("/dossiers/{late}")).await;
    page.shows("quá hạn 6 ngày (4 ngày làm việc)");
    page.shows("quá hạn 6 ngày.");
    let page = mai.get(&format!("/dossiers/{open}")).await;
    page.shows("còn 2 ngày<");
    page.hides("còn 1 ngày làm việc");
    assert!(page.text.matches("data-label=\"Phải xong\"><time").count() >= 5, "every counted step is due");
    mai.get("/board").await.shows("quá hạn 6 ngày (4 ngày làm việc)");
    office.close().await;
}

/// S11, on what works and on what fails alike.
#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let (mai, anyone) = (Browser::of(&office, "mai").await, Browser::new(&office));
    let mut answers = Vec::new();
    let dossier = format!("/dossiers/{code}");
    let slip = format!("{dossier}/slip");
    for path in ["/", "/intake", "/board", "/dossiers", &dossier, &slip, "/rates", "/outbox", "/nothing"] {
        answers.push((path, mai.get(path).await));
    }
    for path in ["/", "/sign-in", "/tra-cuu", "/cong-khai", "/board", "/healthz", "/outbox/x"] {
        answers.push((path, anyone.get(path).await));
    }
    answers.push(("/intake", mai.post("/intake", &[]).await));
    answers.push(("/sign-in", anyone.post("/sign-in", &[("name", "mai")]).await));
    let mut statuses = HashSet::new();
    for (path, answer) in answers {
        let header =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        statuses.insert(answer.status);
    }
    for status in [200, 303, 401, 403, 404] {
        assert!(statuses.contains(&status), "no answer had the status {status}");
    }
    office.close().await;
}

/// S12: what people type is text wherever it is shown.
#[tokio::test]
async fn what_is_typed_is_never_markup() {
    let office = Office::open().await;
    let code =
        office.receive_by("mai", CENTRE, Channel::Online, "2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let mai = Browser::of(&office, "mai").await;
    let bad = "<img src=x onerror=alert(1)>\"'</textarea><script>alert(2)</script>";
    assert_eq!(mai.event(&code, &[("kind", "refused"), ("reason", bad)]).await.status, 303);
    let page = mai.get(&format!("/dossiers/{code}?done=%3Cscript%3E")).await;
    page.shows("&#60;img src=x");
    page.hides("<img src=x");
    page.hides("<script>");
    let csrf = mai.get("/intake").await.input("csrf");
    let fields =
        ["procedure", "name", "identifier", "phone", "email", "address", "components", "other_components"];
    let typed: Vec<_> = fields.iter().map(|field| (*field, bad)).chain([("csrf", &*csrf)]).collect();
    let refused = mai.post("/intake", &typed).await;
    assert_eq!(refused.status, 422);
    refused.hides("<img src=x");
    refused.hides("<script>");
    Browser::new(&office).get("/tra-cuu?code=%22%3E%3Cimg+src%3Dx%3E").await.hides("<img src=x");
    office.close().await;
}

/// ORG-13: what a page offers, the service takes; what it does not offer, it refuses.
#[tokio::test]
async fn no_form_is_offered_that_the_person_may_not_send() {
    let office = Office::open().await;
    let at = "2026-11-23T08:00:00+07:00";
    let received = office.receive(at, PROCEDURE).await;
    let processing = office.in_processing(at, PROCEDURE).await;
    let filed = office.receive_by("mai", CENTRE, Channel::Online, at, PROCEDURE).await;
    let kinds = [
        "received",
        "transfer",
        "step_done",
        "supplement_requested",
        "payment_requested",
        "stopped",
        "withdrawn",
        "refused",
        "settled",
    ];
    for login in ["mai", "yen", "thang", "hoa", "huy"] {
        let browser = Browser::of(&office, login).await;
        for code in [&received, &processing, &filed] {
            let page = browser.get(&format!("/dossiers/{code}")).await;
            for kind in kinds {
                let offered = page.text.contains(&format!("name=\"kind\" value=\"{kind}\""));
                let csrf = browser.get("/dossiers").await.input("csrf");
                // An old version: whoever may do it hears of that, and nothing is done.
                let fields = [
                    ("csrf", &*csrf),
                    ("expected_version", "0"),
                    ("kind", kind),
                    ("reason", "một lý do nào đó"),
                    ("to_unit", WARD),
                    ("step", "một bước"),
                    ("items", "một giấy tờ"),
                ];
                let needed: &[&str] = match kind {
                    "transfer" => &["to_unit"],
                    "step_done" => &["step"],
                    "supplement_requested" => &["items", "reason"],
                    "received" | "settled" => &[],
                    _ => &["reason"],
                };
                let sent: Vec<_> = fields
                    .into_iter()
                    .filter(|(name, _)| {
                        ["csrf", "expected_version", "kind"].contains(name) || needed.contains(name)
                    })
                    .collect();
                let answer = browser.post(&format!("/dossiers/{code}/events"), &sent).await.status;
                assert!(!offered || answer == 409, "{login} is offered {kind} of {code} and gets {answer}");
            }
        }
    }
    office.close().await;
}

/// Records that could not be taken in and what is odd in others: a page, a filter, a file; and
/// nobody sees them who may not import.
#[tokio::test]
async fn what_an_import_could_not_take_in_is_listed_with_what_to_do() {
    let office = Office::open().await;
    let mut rows = String::from("code,intake,planned,settled\n");
    rows.extend((0..35).map(|n| format!("bad-{n},soon,,\n")));
    rows.push_str(",2026-09-01,,\n=odd,2026-09-01,,2026-09-20\n");
    office.import("old-desk", &rows).await;
    office.import("other-desk", "code,intake,planned,settled\n,2026-09-01,,\n").await;

    let huy = Browser::of(&office, "huy").await;
    let runs = huy.get("/imports").await;
    for text in [
        "old-desk · lần 1",
        "other-desk · lần 2",
        "href=\"/imports\" aria-current",
        "/imports/quarantine?run=1",
    ] {
        runs.shows(text);
    }
    let first = huy.get("/imports/quarantine?source=old-desk").await;
    for text in ["Không đọc được ngày tiếp nhận. Thêm định dạng vào", "intake", "old-desk.csv", "Trang sau"]
    {
        first.shows(text);
    }
    assert_eq!(first.text.matches("data-label=\"Dòng\"").count(), 30);
    let next = first.text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = huy.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
    assert_eq!(second.text.matches("data-label=\"Dòng\"").count(), 6);
    second.hides("other-desk.csv");
    huy.get("/imports/quarantine?source=old-desk&kind=no_code").await.shows("<b>37</b>");
    huy.get("/imports/quarantine?run=2").await.shows("other-desk.csv");
    huy.get("/imports/quarantine?run=x").await.shows("Không có bản ghi bị cách ly nào khớp");

    let findings = huy.get("/imports/findings").await;
    for text in
        ["Đã kết thúc nhưng không có ngày hẹn trả", "Bổ sung ngày hẹn trả ở nguồn", "/dossiers/%3Dodd"]
    {
        findings.shows(text);
    }
    let file = huy.get("/imports/quarantine.csv?source=old-desk").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().count(), 1 + 36);
    assert!(
        file.text.contains("/old-desk.csv,37,code,no_code,\"Thiếu mã hồ sơ")
            || file.text.contains("/old-desk.csv,37,code,no_code,Thiếu mã hồ sơ"),
        "{}",
        file.text
    );
    // No cell of a file computes.
    huy.get("/imports/findings.csv").await.shows(",\"'=odd\",");

    // Who keeps the service running sees what it met, but no dossier.
    let admin = Browser::of(&office, "quantri").await;
    admin.get("/imports/findings").await.hides("/dossiers/%3Dodd");
    for login in ["mai", "yen", "thang"] {
        let browser = Browser::of(&office, login).await;
        for path in [
            "/imports",
            "/imports/quarantine",
            "/imports/findings",
            "/imports/quarantine.csv",
            "/imports/findings.csv",
        ] {
            assert_eq!(browser.get(path).await.status, 403, "{login} {path}");
        }
        browser.get("/dossiers").await.hides("href=\"/imports\"");
    }
    office.close().await;
}
