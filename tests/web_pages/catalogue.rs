//! The catalogue's pages and what is printed: the list of dates, one procedure, the slip, form 04.

use serde_json::{Value, json};

use super::office::{Browser, CENTRE, Office, PROCEDURE};

#[tokio::test]
async fn the_counter_sees_every_procedure_with_its_day_and_finds_it_without_accents() {
    let office = Office::open().await;
    let mai = Browser::of(&office, "mai").await;
    let all = mai.get("/procedures").await;
    assert_eq!(all.status, 200);
    // Three working days from Monday the 23rd, over a public holiday; its own centre is chosen.
    all.shows("Cấp giấy xác nhận tình trạng hôn nhân");
    all.shows("Thứ Sáu 27/11/2026, 17:00");
    all.shows(&format!("<option value=\"{CENTRE}\" selected>"));
    let found = mai.get("/procedures?q=tinh+trang+hon+nhan").await;
    assert_eq!(found.text.matches("data-found=").count(), 1);
    let none = mai.get("/procedures?q=khong+co").await;
    none.shows("Không có thủ tục nào khớp");
    assert_eq!(Browser::new(&office).get("/procedures").await.status, 303);
    office.close().await;
}

#[tokio::test]
async fn one_procedure_shows_its_limits_papers_process_and_versions() {
    let office = Office::open().await;
    let yen = Browser::of(&office, "yen").await;
    let page = yen.get("/procedures/1.013225").await;
    page.shows("10 ngày (luật định 15 ngày)");
    page.shows("Nộp tại");
    page.shows("Bản vẽ thiết kế");
    page.shows("Phiên bản 1");
    page.shows("Phiên bản 2, đang áp dụng");
    page.shows("Dữ liệu trình diễn");
    let steps = yen.get("/procedures/1.004873").await;
    steps.shows("1,75 ngày");
    steps.shows("Công chức thụ lý");
    steps.shows("Ngày Văn hóa Việt Nam");
    assert_eq!(yen.get("/procedures/9.999999").await.status, 404);
    office.close().await;
}

/// PUB-01: anyone may see what a procedure takes, and nobody's process or name.
#[tokio::test]
async fn a_citizen_sees_the_days_without_signing_in() {
    let office = Office::open().await;
    office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let anyone = Browser::new(&office);
    let list = anyone.get(&format!("/cong-khai/thu-tuc?unit={CENTRE}&q=hon+nhan")).await;
    assert_eq!(list.status, 200);
    list.shows("Thứ Sáu 27/11/2026, 17:00");
    list.shows("href=\"/cong-khai/thu-tuc/1.004873?unit=H35.21.01\"");
    let central = anyone.get("/cong-khai/thu-tuc?q=hon+nhan").await;
    central.shows("Nộp tại Trung tâm Phục vụ hành chính công của xã, phường.");
    let one = anyone.get(&format!("/cong-khai/thu-tuc/1.004873?unit={CENTRE}")).await;
    one.shows("15.000 đồng");
    one.shows("Ngày làm việc thứ 3 là Thứ Sáu 27/11");
    one.hides("Quy trình nội bộ");
    one.hides("Tẩn Thị Sua");
    assert_eq!(anyone.get("/cong-khai/thu-tuc/9.999999").await.status, 404);
    office.close().await;
}

#[tokio::test]
async fn the_interface_quotes_all_procedures_of_a_counter_in_both_languages() {
    let office = Office::open().await;
    assert_eq!(Browser::new(&office).get("/api/v1/quotes").await.status, 401);
    let mai = Browser::of(&office, "mai").await;
    let read = async |path: &str| serde_json::from_str::<Value>(&mai.get(path).await.text).unwrap();
    let all = read(&format!("/api/v1/quotes?unit={CENTRE}")).await;
    assert!(all["items"].as_array().unwrap().len() >= 60);
    assert_eq!((&all["receiving_unit"], &all["next"]), (&json!(CENTRE), &Value::Null));
    let one = read(&format!("/api/v1/quotes?unit={CENTRE}&q=tinh+trang+hon+nhan")).await;
    let item = &one["items"][0];
    assert_eq!(item["procedure"], json!(PROCEDURE));
    assert_eq!(item["due_date"], json!("2026-11-27"));
    assert_eq!(item["due_words"], json!("Thứ Sáu 27/11/2026, 17:00"));
    assert_eq!((&item["provisional"], &item["warnings"]), (&json!(false), &json!([])));
    let land = read(&format!("/api/v1/quotes?unit={CENTRE}&q=1.012781")).await;
    assert_eq!(land["items"][0]["warnings"][0]["kind"], json!("settled_elsewhere"));
    let versions = read("/api/v1/procedures/1.013225").await;
    assert_eq!(versions["items"][0]["version"], json!(2));
    assert_eq!(versions["items"][1]["valid_to"], json!("2025-06-30"));
    assert_eq!(versions["items"][0]["due_time"], json!("fixed=16:30"));
    let found = read("/api/v1/procedures?q=ket+hon&limit=1").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(mai.get("/api/v1/quotes?unit=H35.99").await.status, 422);
    office.close().await;
}

#[tokio::test]
async fn the_slip_carries_its_picture_and_a_code_that_leads_to_the_look_up() {
    let office = Office::open().await;
    let code = office.receive("2026-11-23T08:00:00+07:00", PROCEDURE).await;
    let slip = Browser::of(&office, "mai").await.get(&format!("/dossiers/{code}/slip")).await;
    slip.shows("class=\"qr\"");
    slip.shows("class=\"month-picture\"");
    slip.shows("Ngày làm việc thứ 3 là Thứ Sáu 27/11");
    // Where the code leads, the dossier's code is filled in already.
    let form = Browser::new(&office).get(&format!("/tra-cuu?code={code}")).await;
    assert_eq!(form.input("code"), code);
    office.close().await;
}

/// LATE-04 to LATE-06: who may see the applicant prints the letter as it was signed.
#[tokio::test]
async fn form_04_is_printed_as_it_was_signed() {
    let office = Office::open().await;
    let code = office.in_processing("2026-11-16T08:00:00+07:00", PROCEDURE).await;
    let path = format!("/dossiers/{code}/apology");
    let mai = Browser::of(&office, "mai").await;
    assert_eq!(mai.get(&path).await.status, 404, "nothing is signed yet");
    let words = "Cán bộ xác minh nghỉ ốm trong tuần";
    let letter = json!({
        "kind": "apology_issued", "reason": "staff_absence", "words": words, "new_due_on": "2026-11-26",
    });
    office.happen("2026-11-23T09:00:00+07:00", "thang", &code, 2, letter).await;
    mai.get(&format!("/dossiers/{code}")).await.shows(&format!("href=\"{path}\""));
    let printed = mai.get(&path).await;
    assert_eq!(printed.status, 200);
    for part in ["012345671234", "Tẩn Thị Sua", words, "Thứ Năm 26/11/2026, 17:00", "Nguyễn Văn Thắng"]
    {
        printed.shows(part);
    }
    printed.shows("đến nay vẫn chưa có kết quả");
    let policy = printed.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    // What happens afterwards changes no letter.
    office.happen("2026-11-23T09:20:00+07:00", "hoa", &code, 3, json!({ "kind": "settled" })).await;
    mai.get(&path).await.shows("đến nay vẫn chưa có kết quả");
    for (login, status) in [("khac", 404), ("huy", 403), ("quantri", 404)] {
        let kept_out = Browser::of(&office, login).await.get(&path).await;
        assert_eq!(kept_out.status, status, "{login}");
        kept_out.hides("Tẩn Thị Sua");
    }
    let seen = office.app.db.read(async |tx| {
        tx.query("select count(*) from audit where action = 'person_viewed' and subject = $1")
            .bind(&code)
            .fetch_scalar::<i64>()
            .await
    });
    assert_eq!(seen.await.unwrap(), 2, "DATA-06");
    office.close().await;
}
