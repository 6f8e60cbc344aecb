//! The commands by which a control office keeps the calendar, run as processes beside the service.

#![allow(dead_code, reason = "the service is shared with other test programs")]

#[path = "support/mod.rs"]
mod support;

#[path = "support/service.rs"]
mod service;

use std::process::Output;

use dunghen::domain::time::Moment;
use serde_json::json;

use crate::service::{CENTRE, PROCEDURE, Site, WARD};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Monday; Tuesday the 24th is a public holiday.
fn now() -> Moment {
    "2026-11-23T09:30:00+07:00".parse().unwrap()
}

const STORM: &str = r#"
[decision]
document = "12/QĐ-UBND"
signer = "Chủ tịch UBND phường"
effective = "2026-11-26"
reason = "Mưa lũ chia cắt đường"

[[day_off]]
unit = "H35.21"
date = "2026-11-26"
name = "Nghỉ do bão"
makeup = "2026-11-28"

[[day_off]]
unit = "H35.21"
date = "2026-11-27"
name = "Nghỉ do bão"
"#;

/// Two people of the control office and a counter, whose token it gives.
async fn site(db: &mut TestDb) -> (Site, String) {
    db.close().await;
    let site = Site::new(&db.url, None);
    let counter = site.account("mai", CENTRE, "reception", now());
    site.account("huy", "H35.01", "control_office", now());
    site.account("nga", "H35.01", "control_office", now());
    (site, counter)
}

/// Runs a command that is refused and says with which code; what it said is on the log.
fn refused(site: &Site, words: &[&str]) -> Option<i32> {
    let Output { status, stdout, .. } = site.command(words, now()).output().unwrap();
    assert!(!status.success(), "{words:?}: {}", String::from_utf8_lossy(&stdout));
    status.code()
}

/// The number in `Đề xuất số 2. …`.
fn number(printed: &str) -> String {
    let rest = printed.strip_prefix("Đề xuất số ").unwrap_or_else(|| panic!("{printed}"));
    rest.split('.').next().unwrap().to_owned()
}

on_both! {
    /// TIME-16 from end to end: drafted, handed in, looked at, published by another person, told.
    async fn a_notice_comes_in_as_a_proposal_and_moves_dates_once_a_second_person_publishes_it(mut db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        let (site, counter) = site(&mut db).await;
        let mut service = site.serve(now()).await;
        let filing = json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter",
            "applicant": { "name": "Tẩn Thị Sua" } });
        let (_, receipt) = service.caller(&counter).post("/api/v1/dossiers", None, &filing).await.unwrap();
        assert_eq!(receipt["due_date"], "2026-11-27");
        let code = receipt["code"].as_str().unwrap().to_owned();
        service.stop().await;

        let file = folder.path().join("qd.toml");
        std::fs::write(&file, STORM).unwrap();
        let file = file.to_str().unwrap();
        let printed = site.run(&["calendar", "import", file, "--account", "huy"], "", now());
        let id = number(&printed);
        assert!(printed.contains("Chưa có gì thay đổi"), "{printed}");

        let preview = site.run(&["calendar", "preview", &id], "", now());
        let line = format!("{code}  2026-11-27T17:00:00+07:00 -> 2026-11-30T17:00:00+07:00  {WARD}");
        assert!(preview.starts_with(&line), "{preview}");
        assert!(preview.contains(&format!("publish {id} --seen 1")), "{preview}");

        let publish = |account| ["calendar", "publish", &*id, "--account", account, "--seen", "1"];
        assert_eq!(refused(&site, &publish("huy")), Some(2));
        assert!(site.last_words().contains("Người đề xuất không tự công bố"), "{}", site.last_words());
        assert_eq!(refused(&site, &publish("mai")), Some(2), "the counter may not");
        let done = site.run(&publish("nga"), "", now());
        assert!(done.starts_with("Bản 2 có hiệu lực; 1 hồ sơ đổi ngày hẹn trả"), "{done}");
        assert_eq!(refused(&site, &["calendar", "preview", &id]), Some(2), "it is no proposal any more");

        // What a program and a person then read names the decision.
        let mut service = site.serve(now()).await;
        let (_, dossier) = service.caller(&counter).get(&format!("/api/v1/dossiers/{code}")).await.unwrap();
        assert_eq!(
            (&dossier["due_date"], &dossier["original_due_at"]),
            (&json!("2026-11-30"), &json!("2026-11-27T17:00:00+07:00"))
        );
        let steps = dossier["derivation"]["steps"].as_array().unwrap();
        let closed: Vec<_> = steps.iter().filter(|step| step["reason"] == "local").collect();
        assert_eq!(closed.len(), 2);
        assert_eq!(closed[0]["name"], "Nghỉ do bão (12/QĐ-UBND)");
        let (_, year) =
            service.caller(&counter).get(&format!("/api/v1/calendars/2026?unit={WARD}")).await.unwrap();
        let days = year["days"].as_array().unwrap();
        let makeup = days.iter().find(|day| day["date"] == "2026-11-28").unwrap();
        assert_eq!((&makeup["kind"], &makeup["other"]), (&json!("makeup"), &json!("2026-11-26")));
        service.stop().await;

        let ical = site.run(&["calendar", "export", "--unit", WARD], "", now());
        assert!(ical.contains("SUMMARY:Nghỉ do bão (12/QĐ-UBND)") && ical.contains("X-DUNGHEN-DAY:20261128"));
        let general = site.run(&["calendar", "export"], "", now());
        assert!(!general.contains("12/QĐ-UBND") && general.contains("DTSTART;VALUE=DATE:20261124"));
        assert_eq!(refused(&site, &["calendar", "export", "--unit", "H35.99"]), Some(2));
        site.verify(now());
    }

    /// CAL-04 and CAL-08: the draft of a year, corrected, becomes the year that dates are promised by.
    async fn a_drafted_year_is_corrected_handed_in_and_published(mut db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        let (site, _) = site(&mut db).await;
        let draft = site.run(&["calendar", "propose", "2027"], "", now());
        assert!(draft.contains("status = \"estimate\"") && draft.contains("2027-02-05"), "{draft}");
        let file = folder.path().join("2027.toml");
        let path = file.to_str().unwrap();
        let import = |extra: &[&'static str]| {
            let mut words = vec!["calendar", "import", path, "--account", "huy", "--document", "TB 1/TB-BNV"];
            words.extend(["--signer", "Bộ trưởng Bộ Nội vụ", "--reason", "Lịch nghỉ năm 2027"]);
            words.extend(extra);
            words
        };
        // What is wrong is told with its line, and nothing is kept.
        let wrong = draft.replacen("2027-01-01", "2027-01-02", 1);
        let line = wrong.lines().position(|line| line.contains("2027-01-02")).unwrap() + 1;
        std::fs::write(&file, &wrong).unwrap();
        assert_eq!(refused(&site, &import(&[])), Some(2));
        assert!(site.last_words().contains(&format!("2027.toml:{line}:")), "{}", site.last_words());
        let right = draft.replacen("status = \"estimate\"", "status = \"final\"", 1);
        std::fs::write(&file, &right).unwrap();
        let id = number(&site.run(&import(&[]), "", now()));
        let due = ["calendar", "check", path];
        site.run(&due, "", now());
        assert_eq!(refused(&site, &["calendar", "publish", &id, "--account", "nga", "--seen", "1"]), Some(2));
        assert!(site.last_words().contains("Chưa có bản xem trước"), "{}", site.last_words());
        site.run(&["calendar", "preview", &id], "", now());
        site.run(&["calendar", "publish", &id, "--account", "nga", "--seen", "1"], "", now());
        let check = site.command(&["check"], now()).output().unwrap();
        let told = String::from_utf8(check.stdout).unwrap();
        assert!(told.contains("năm 2027 chính thức"), "the year in force, not the file's: {told}");
        assert!(told.contains("luật đang áp dụng: đạt. bản 2"), "{told}");
    }

    /// Whoever edits a file after the first start learns that it is not in force, and what to do.
    async fn edited_files_are_told_by_check_and_at_the_start_with_the_way_to_publish_them(mut db: TestDb) {
        let (site, _) = site(&mut db).await;
        let calendar = site.folder().join("vn-state.toml");
        std::fs::write(site.folder().join("dunghen.toml"), "[files]\ncalendar = \"vn-state.toml\"\n").unwrap();
        let text = include_str!("../config/calendar/vn-state.toml");
        std::fs::write(&calendar, text).unwrap();
        let told = |site: &Site| {
            String::from_utf8(site.command(&["check"], now()).output().unwrap().stdout).unwrap()
        };
        assert!(told(&site).contains("luật đang áp dụng: đạt"), "{}", told(&site));

        let edited = text.replace("status = \"estimate\"", "status = \"final\"");
        assert_ne!(edited, text);
        std::fs::write(&calendar, &edited).unwrap();
        let verdict = told(&site);
        assert!(verdict.contains("luật đang áp dụng: KHÔNG ĐẠT"), "{verdict}");
        for part in ["lịch năm 2027", "CHƯA có hiệu lực", "bản 1", "dunghen calendar import"] {
            assert!(verdict.contains(part), "{part}: {verdict}");
        }
        assert!(verdict.contains("năm 2027 chưa chính thức"), "{verdict}");
        let mut service = site.serve(now()).await;
        service.stop().await;
        assert!(site.words().contains("Tệp cấu hình đã sửa sau lần khởi động đầu: lịch năm 2027"));

        // As it says: the whole file may be handed in.
        let words =
            ["calendar", "import", calendar.to_str().unwrap(), "--account", "huy", "--document", "TB 1"];
        let said = ["--signer", "Bộ trưởng", "--reason", "Lịch năm 2027", "--effective", "2027-01-01"];
        let id = number(&site.run(&[&words[..], &said[..]].concat(), "", now()));
        site.run(&["calendar", "preview", &id], "", now());
        site.run(&["calendar", "publish", &id, "--account", "nga", "--seen", "1"], "", now());
        let verdict = told(&site);
        assert!(verdict.contains("luật đang áp dụng: đạt. bản 2"), "{verdict}");
    }
}
