//! The service as its five users meet it: in a browser, by keyboard and on a phone.

#[path = "browser/driver.rs"]
mod driver;

use driver::{Browser, PASSWORD, Screen, Service};
use serde_json::{Value, json};

/// Settled by the department of construction within three working days.
const PROCEDURE: &str = "1.002835";

/// Settled by the commune where it is filed, within three working days.
const OF_THE_COMMUNE: &str = "1.004873";

/// Every text's size on the page, the largest first.
const LARGEST: &str = "return [...document.querySelectorAll('main *')]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.textContent])
    .sort((a, b) => b[0] - a[0])[0][1]";

#[tokio::test]
async fn a_dossier_goes_over_the_counter_and_back_by_keyboard() {
    let service = Service::start();
    let browser = Browser::open(&service, Screen::Desk).await;
    sign_in_at_the_second_try(&browser).await;
    let (code, promise) = take_in_by_keyboard(&browser).await;

    browser.type_keys("t").await;
    browser.until("document.activeElement.name === 'to_unit'").await;
    browser.send().await;
    browser.shows("Đã chuyển hồ sơ.").await;
    browser.shows("Chuyển đến Sở Xây dựng").await;

    browser.sign_in("truongso").await;
    browser.type_keys("/").await;
    browser.type_keys(&code).await;
    browser.enter().await;
    browser.until(&format!("location.pathname === '/dossiers/{code}'")).await;
    browser.click("#settled button").await;
    browser.shows("Đã ghi nhận kết quả.").await;
    assert!(browser.text(".crown").await.contains("Trước hạn"));

    browser.sign_in("motcua").await;
    browser.go(&format!("/dossiers/{code}")).await;
    browser.click("#returned button").await;
    browser.shows("Đã ghi nhận trả kết quả.").await;
    browser.shows("không còn việc phải làm").await;
    assert_eq!(browser.attribute(".ledger .now time", "datetime").await, promise);
    browser.close().await;
}

/// Whoever comes from a link is led back to it; a wrong password keeps the name.
async fn sign_in_at_the_second_try(browser: &Browser) {
    browser.go("/dossiers?standing=overdue").await;
    assert_eq!(browser.path().await, "/sign-in");
    browser.until("document.activeElement.id === 'name'").await;
    browser.type_keys("motcua").await;
    browser.click("#password").await;
    browser.type_keys("đoán thử").await;
    browser.enter().await;
    browser.shows("Tên đăng nhập hoặc mật khẩu chưa đúng").await;
    browser.until("document.activeElement.id === 'password'").await;
    assert_eq!(browser.js("return document.querySelector('#name').value").await, "motcua");
    browser.type_keys(PASSWORD).await;
    browser.enter().await;
    browser.until("location.pathname + location.search === '/dossiers?standing=overdue'").await;
}

/// Gives the code and the promise, which is the same before, after and over the API.
async fn take_in_by_keyboard(browser: &Browser) -> (String, String) {
    browser.type_keys("n").await;
    browser.until("document.activeElement.id === 'procedure'").await;
    browser.click("button.primary").await;
    browser.shows("Cần nhập mã hoặc tên thủ tục").await;
    browser.shows("Cần nhập họ tên người nộp hồ sơ").await;
    browser.until("document.activeElement.id === 'procedure'").await;
    browser.type_keys(PROCEDURE).await;
    browser.until("document.querySelector('#promise svg')").await;
    let quoted = browser.attribute("#promise time", "datetime").await;
    // The 24th is a day off: the 25th, the 26th, the 27th.
    assert_eq!(quoted, "2026-11-27T17:00:00+07:00");
    assert_eq!(browser.text_of(LARGEST).await, "27/11/2026", "the promise is not the largest thing");
    let sentence = browser.text("#promise figcaption").await;
    assert!(sentence.contains("Nghỉ 24/11 (Ngày Văn hóa Việt Nam)"), "{sentence}");

    browser.enter_until("#name").await;
    browser.type_keys("Lò Thị Ún").await;
    browser.enter_until("#identifier").await;
    browser.type_keys("12").await;
    browser.enter_until("button.primary").await;
    browser.enter().await;
    browser.shows("Số định danh gồm 12 chữ số").await;
    browser.until("document.activeElement.id === 'identifier'").await;
    browser.type_keys("012345671234").await;
    browser.enter_until("button.primary").await;
    browser.enter().await;
    browser.shows("Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả").await;

    let code = browser.text("h1").await;
    assert_eq!(browser.attribute(".crown time", "datetime").await, quoted);
    let api: Value =
        serde_json::from_str(&browser.fetched(&format!("/api/v1/dossiers/{code}"), json!({})).await).unwrap();
    assert_eq!(api["due_at"], quoted.as_str());
    (code, quoted)
}

/// A procedure is chosen by words without accents, and a dossier found by its applicant's name.
#[tokio::test]
async fn words_find_a_procedure_and_a_name_finds_a_dossier_by_keyboard() {
    let service = Service::start();
    let browser = Browser::open(&service, Screen::Desk).await;
    browser.sign_in("motcua").await;
    browser.go("/intake").await;
    browser.until("document.activeElement.id === 'procedure'").await;
    browser.type_keys("hon nhan tinh trang").await;
    browser.until("document.querySelector('#procedures-found li')").await;
    let offered = browser.text("#procedures-found").await;
    assert!(offered.contains("tình trạng hôn nhân"), "{offered}");
    // Enter takes the first that is offered and moves on; the promise is there before anything is sent.
    browser.enter_until("#name").await;
    assert!(browser.text("#procedure-name").await.contains("tình trạng hôn nhân"));
    browser
        .until("document.querySelector('#promise svg') || document.querySelector('#promise .error')")
        .await;
    browser
        .js("document.querySelector('#procedure').value = ''; document.querySelector('#procedure').focus()")
        .await;
    browser.type_keys(PROCEDURE).await;
    browser.until("document.querySelector('#promise svg')").await;
    browser.enter_until("#name").await;
    browser.type_keys("Khoàng Thị Xuyến").await;
    browser.enter_until("#phone").await;
    browser.type_keys("0987650321").await;
    browser.enter_until("button.primary").await;
    browser.enter().await;
    browser.shows("Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả").await;
    let code = browser.text("h1").await;

    for typed in ["xuyen khoang", "Khoàng Thị X", "650321"] {
        browser.go("/board").await;
        browser.type_keys("/").await;
        browser.until("document.activeElement.id === 'command'").await;
        browser.type_keys(typed).await;
        browser.enter().await;
        browser.shows("Khoàng Thị Xuyến · *******321").await;
        assert_eq!(browser.path().await, "/dossiers/search", "what was typed stands in no address");
        assert_eq!(browser.text("a.open").await, code, "{typed}");
    }
    browser.type_keys("j").await;
    browser.enter().await;
    browser.until(&format!("location.pathname === '/dossiers/{code}'")).await;
    browser.close().await;
}

/// LATE-02, LATE-04, LATE-12: the head signs one apology; it is told, kept and sent, and there is no second.
#[tokio::test]
async fn the_head_apologises_once_for_a_late_dossier_from_the_board() {
    let service = Service::start();
    let browser = Browser::open(&service, Screen::Phone).await;
    browser.sign_in("truongso").await;
    browser.go("/board").await;
    let late = "[...document.querySelectorAll('#apologies tbody tr')].find((row) => row.querySelector('.far.late')?.closest('tr').innerText.includes('Đang xử lý'))";
    browser.until(late).await;
    let code = browser.text_of(&format!("return ({late}).querySelector('a.open').textContent")).await;
    browser.js(&format!("({late}).querySelector('a.deed').click()")).await;
    browser.until("document.querySelector('#apology form')").await;
    let promise = browser.attribute(".crown time", "datetime").await;

    let words = "Cán bộ thẩm định nghỉ ốm, chúng tôi chưa kịp bố trí người thay.";
    browser.fill("#apology_issued-reason", "staff_absence").await;
    browser.fill("#apology_issued-words", words).await;
    browser.fill("#apology_issued-new_due_on", "2026-11-25").await;
    let letter = browser.js("return [...new FormData(document.querySelector('#apology form'))]").await;
    browser.click("#apology form button").await;
    browser.shows("Đã ký và gửi lời xin lỗi.").await;
    browser.shows("Gửi văn bản xin lỗi số").await;
    browser.shows(words).await;
    let ledger = browser.text(".ledger").await;
    assert!(ledger.contains("Thứ Tư 25/11/2026"), "{ledger}");
    assert_eq!(browser.attribute(".ledger .now time", "datetime").await, promise, "the promise has moved");

    // The letter is carried at once, and its proof is part of the story.
    browser.reload_until_shown(&format!("/dossiers/{code}"), "Lời xin lỗi được gửi qua thư điện tử").await;
    assert_eq!(browser.js("return document.querySelector('#apology_issued-words')").await, Value::Null);
    let refused = browser.fetched(&format!("/dossiers/{code}/events"), second(&browser, &letter).await).await;
    assert!(refused.contains("pháp luật không cho hẹn lại lần hai"), "{refused}");

    browser.go(&format!("/dossiers/{code}/apology")).await;
    assert!(browser.text("h1").await.to_lowercase().contains("xin lỗi"));
    browser.fits().await;
    letters_can_be_read(&browser, words).await;
    browser.close().await;
}

/// The same form again, about the dossier as it is now.
async fn second(browser: &Browser, letter: &Value) -> Value {
    let version = browser.attribute("#deeds [name=expected_version]", "value").await;
    let field = |pair: &Value| match (pair[0].as_str(), pair[1].as_str()) {
        (Some("expected_version"), _) => format!("expected_version={version}"),
        (Some(name), Some(value)) => format!("{name}={}", escaped(value)),
        _ => String::new(),
    };
    let fields: Vec<_> = letter.as_array().into_iter().flatten().map(field).collect();
    json!({
        "method": "POST",
        "headers": { "content-type": "application/x-www-form-urlencoded" },
        "body": fields.join("&"),
    })
}

/// An alert, the morning's digest and the apology: each as text, and laid out in a frame of its own.
async fn letters_can_be_read(browser: &Browser, words: &str) {
    for (subject, said) in [
        ("hồ sơ sắp đến hạn", "sắp đến hạn trả kết quả"),
        ("hồ sơ quá hạn,", "lời xin lỗi chưa gửi"),
        ("được hẹn lại", words),
    ] {
        browser.go("/outbox").await;
        let link = format!(
            "[...document.querySelectorAll('a.open')].find((one) => one.innerText.includes({}))",
            json!(subject)
        );
        browser.until(&link).await;
        browser.js(&format!("({link}).click()")).await;
        browser.until("document.querySelector('pre.letter') && document.querySelector('iframe')").await;
        let text = browser.text("pre.letter").await;
        assert!(text.contains(said), "{text}");
        let frame = browser.attribute("iframe", "src").await;
        browser.go(&frame).await;
        let html = browser.text("body").await;
        assert!(html.contains(said) && html.contains("hồ sơ"), "{html}");
    }
}

/// TIME-16: one of the control office closes a commune for a storm, another one sees whose dates that
/// moves and publishes it, and the dossier says by which decision its date was moved.
#[tokio::test]
async fn a_storm_closure_takes_two_of_the_control_office_and_is_named_by_what_it_moves() {
    let service = Service::start();
    let browser = Browser::open(&service, Screen::Desk).await;
    browser.sign_in("doanket").await;
    let code = take_in(&browser, OF_THE_COMMUNE).await;
    // The 24th is a day off: the 25th, the 26th, the 27th.
    let promised = "2026-11-27T17:00:00+07:00";
    assert_eq!(browser.attribute(".crown time", "datetime").await, promised);

    browser.sign_in("kstt").await;
    browser.go("/calendars").await;
    browser.click("a[href='/calendars/new']").await;
    browser.until("document.querySelector('#unit')").await;
    for (field, value) in [
        ("#unit", "H35.21"),
        ("#first", "2026-11-26"),
        ("#last", "2026-11-27"),
        ("#name", "Nghỉ do bão số 12"),
        ("#document", "21/QĐ-UBND"),
        ("#signer", "Chủ tịch UBND phường"),
        ("#reason", "Mưa lũ chia cắt đường"),
    ] {
        browser.fill(field, value).await;
    }
    browser.click("button.primary").await;
    browser.shows("sẽ lùi ngày trả; không hồ sơ nào phải trả sớm hơn").await;
    browser.shows("Người đề xuất không tự công bố").await;
    let preview = browser.path().await;
    assert_eq!(browser.js("return document.querySelector('form[action$=\"/publish\"]')").await, Value::Null);

    browser.sign_in("kstt2").await;
    browser.go("/calendars").await;
    browser.click(&format!("a.open[href='{preview}']")).await;
    browser.until(&format!("location.pathname === '{preview}'")).await;
    let row = format!("[...document.querySelectorAll('tr')].find((row) => row.innerText.includes('{code}'))");
    browser.until(&row).await;
    let times = format!("return [...({row}).querySelectorAll('time')].map((one) => one.dateTime)");
    let moved = "2026-12-01T17:00:00+07:00";
    assert_eq!(browser.js(&times).await, json!([promised, moved]), "the 30th and the 1st instead");
    browser.click("form[action$='/publish'] button").await;
    browser.shows("Đã công bố.").await;
    browser.reload_until_shown(&preview.replace("/preview", ""), "đổi ngày hẹn trả của").await;

    browser.sign_in("doanket").await;
    browser.go(&format!("/dossiers/{code}")).await;
    browser.shows("Tính lại ngày hẹn trả theo 21/QĐ-UBND: Mưa lũ chia cắt đường").await;
    assert_eq!(browser.attribute(".crown time", "datetime").await, moved);
    let derivation = browser.text("section[aria-labelledby='month-title']").await;
    assert!(derivation.contains("26/11–27/11 (Nghỉ do bão số 12, 21/QĐ-UBND)"), "{derivation}");
    browser.close().await;
}

/// Takes in a dossier at the counter of whoever is signed in; gives its code and stays on its page.
async fn take_in(browser: &Browser, procedure: &str) -> String {
    browser.go("/intake").await;
    browser.until("document.activeElement.id === 'procedure'").await;
    browser.type_keys(procedure).await;
    browser.until("document.querySelector('#promise svg')").await;
    browser.fill("#name", "Lò Thị Ún").await;
    browser.fill("#identifier", "012345671234").await;
    browser.click("button.primary").await;
    browser.shows("Đã tiếp nhận hồ sơ và ấn định ngày hẹn trả").await;
    browser.text("h1").await
}

/// What anybody sees, and what each role sees, on a citizen's or a head's phone.
#[tokio::test]
async fn every_page_fits_a_phone_and_says_its_name() {
    let service = Service::start();
    let browser = Browser::open(&service, Screen::Phone).await;
    for (path, title) in [
        ("/", "Lời hẹn được giữ"),
        ("/sign-in", "Đăng nhập"),
        ("/tra-cuu", "Tra cứu hồ sơ"),
        ("/cong-khai", "Công khai tỷ lệ đúng hạn"),
        ("/cong-khai/qua-han", "Công khai hồ sơ quá hạn"),
        ("/nowhere", "Chưa thực hiện được"),
    ] {
        browser.visit(path, title).await;
    }
    browser.sign_in("motcua").await;
    browser.visit("/intake", "Tiếp nhận").await;
    browser.go("/dossiers").await;
    let code = browser.text("a.open").await;
    browser.visit(&format!("/dossiers/{code}"), &code).await;
    browser.visit(&format!("/dossiers/{code}/slip"), &format!("Giấy hẹn {code}")).await;
    browser.sign_in("kstt").await;
    for (path, title) in [
        ("/board", "Hôm nay"),
        ("/dossiers", "Hồ sơ"),
        ("/rates?month=2026-10", "Tỷ lệ đúng hạn"),
        ("/outbox", "Thư gửi đi"),
    ] {
        browser.visit(path, title).await;
    }
    browser.click("a.open").await;
    browser.until("document.querySelector('pre.letter')").await;
    let letter = browser.path().await;
    browser.visit(&letter, "Thư").await;
    browser.close().await;
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
