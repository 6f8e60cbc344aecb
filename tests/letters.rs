//! What the letters say, and that a real mail server and a foreign parser read the same.

#![expect(clippy::disallowed_methods, reason = "whoever runs the tests names a Python")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use dunghen::domain::alert::AlertRule;
use dunghen::domain::apology::LateReason;
use dunghen::domain::statistics::Rate;
use dunghen::domain::time::{ClockTime, Day, Moment};
use dunghen::letters::{
    APOLOGY_TITLE_2018, APOLOGY_TITLE_2025, Addressee, Alert, ApologyLetter, Complaint, Contact, Digest,
    DossierLine, Fault, Letter, NewTime, Reason, Signature, UnitAlert, UnitDigest, When,
};
use dunghen::mail::{
    Channel, Correspondent, Draft, Mail, MessageId, Outcome, Relay, RelaySettings, Security, Timeouts,
};

const UNIT: &str = "Sở Nông nghiệp và Môi trường";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str, hour: u32, minute: u32) -> When {
    When { day: day(text), time: ClockTime::hm(hour, minute) }
}

fn line(number: u32, distance: &str, due: &str) -> DossierLine {
    let procedures = [
        "Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất lần đầu",
        "Cấp giấy phép khai thác nước dưới đất",
        "Xác nhận nguồn gốc gỗ trước khi xuất khẩu",
    ];
    let code = format!("H35.08-261102-{number:04}");
    DossierLine {
        url: format!("https://dunghen.laichau.gov.vn/ho-so/{code}"),
        code,
        procedure: procedures[number as usize % 3].to_owned(),
        due_words: due.to_owned(),
        distance_words: distance.to_owned(),
    }
}

fn late_lines() -> Vec<DossierLine> {
    vec![
        line(12, "quá hạn 5 ngày làm việc", "Thứ Hai 16/11/2026, 17:00"),
        line(31, "quá hạn 3 ngày làm việc", "Thứ Tư 18/11/2026, 17:00"),
        line(47, "quá hạn 5 giờ làm việc", "Thứ Sáu 20/11/2026, 10:30"),
    ]
}

fn alert(alert: Alert) -> Letter {
    let url = "https://dunghen.laichau.gov.vn/ho-so?unit=H35.08".to_owned();
    UnitAlert { alert, unit: UNIT.to_owned(), lines: late_lines(), url }.render().unwrap()
}

fn digest(units: Vec<UnitDigest>) -> Digest {
    Digest {
        office: UNIT.to_owned(),
        day: day("2026-11-23"),
        month: day("2026-11-23").month(),
        units,
        on_time_rate: Rate::of(964, 1000),
        url: "https://dunghen.laichau.gov.vn/hom-nay".to_owned(),
    }
}

fn busy_unit() -> UnitDigest {
    UnitDigest {
        unit: UNIT.to_owned(),
        late: late_lines(),
        due_today: vec![line(52, "đến hạn hôm nay", "Thứ Hai 23/11/2026, 17:00")],
        due_soon: vec![
            line(55, "còn 1 ngày làm việc", "Thứ Tư 25/11/2026, 17:00"),
            line(58, "còn 2 ngày làm việc", "Thứ Năm 26/11/2026, 17:00"),
        ],
        apologies: vec![line(31, "quá hạn 3 ngày làm việc", "Thứ Tư 18/11/2026, 17:00")],
        on_time_rate: Rate::of(964, 1000),
    }
}

fn apology() -> ApologyLetter {
    ApologyLetter {
        title: APOLOGY_TITLE_2025.to_owned(),
        parent_agency: Some("Ủy ban nhân dân tỉnh Lai Châu".to_owned()),
        agency: UNIT.to_owned(),
        number: "128/PXL".to_owned(),
        place: "Lai Châu".to_owned(),
        issued_on: day("2026-11-25"),
        addressee: Addressee::Person { name: "Nguyễn Thị Lụa".to_owned() },
        identifier: "012345678901".to_owned(),
        dossier_code: "H35.08-261102-0031".to_owned(),
        procedure: "Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất lần đầu".to_owned(),
        receiving_agency: "Trung tâm Phục vụ hành chính công tỉnh Lai Châu".to_owned(),
        received: at("2026-11-02", 9, 40),
        appointed: at("2026-11-26", 17, 0),
        fault: Fault::WillMiss,
        reason: Reason {
            code: LateReason::Verification,
            words: "Thửa đất giáp suối, nên cán bộ phải đo lại ranh giới cùng hai hộ liền kề. Mưa lũ tuần trước làm buổi đo phải lùi lại.".to_owned(),
        },
        new_time: NewTime::Appointed(at("2026-12-03", 17, 0)),
        contact: Contact {
            name: "Trần Văn Minh".to_owned(),
            position: "Trưởng phòng Đăng ký đất đai".to_owned(),
            phone: Some("0213 3876 543".to_owned()),
            email: Some("minhtv.snnmt@laichau.gov.vn".to_owned()),
        },
        complaint: Complaint {
            office: "Văn phòng UBND tỉnh Lai Châu".to_owned(),
            phone: Some("0213 3791 022".to_owned()),
            url: Some("https://pakn.dichvucong.gov.vn".to_owned()),
        },
        signature: Signature {
            position: "Giám đốc".to_owned(),
            name: "Lò Văn Thắng".to_owned(),
            mark: Some("Đã ký số 25/11/2026, 09:12".to_owned()),
        },
        url: "https://dunghen.laichau.gov.vn/tra-cuu?ma=H35.08-261102-0031".to_owned(),
    }
}

/// Letters of every kind, by name.
fn all() -> Vec<(&'static str, Letter)> {
    let second = UnitDigest { unit: "Chi cục Kiểm lâm".to_owned(), ..UnitDigest::default() };
    vec![
        ("reception-waiting", alert(Alert::ReceptionWaiting)),
        ("due-soon", alert(Alert::DueSoon)),
        ("apology-window", alert(Alert::ApologyWindow)),
        ("apology-last-day", alert(Alert::ApologyLastDay)),
        ("apology-owed", alert(Alert::ApologyOwed)),
        ("overdue-0", alert(Alert::Overdue { level: 0 })),
        ("overdue-1", alert(Alert::Overdue { level: 1 })),
        ("overdue-3", alert(Alert::Overdue { level: 3 })),
        ("overdue-5", alert(Alert::Overdue { level: 5 })),
        ("overdue-twice", alert(Alert::OverdueTwice)),
        ("digest", digest(vec![busy_unit()]).render().unwrap()),
        ("digest-units", digest(vec![busy_unit(), second]).render().unwrap()),
        ("apology", apology().render().unwrap()),
    ]
}

#[test]
fn a_subject_says_what_is_wrong_and_names_no_person() {
    let subjects: Vec<_> = all().into_iter().map(|(_, letter)| letter.subject.to_string()).collect();
    insta::assert_snapshot!(subjects.join("\n"), @r"
    3 hồ sơ trực tuyến chờ tiếp nhận – Sở Nông nghiệp và Môi trường
    3 hồ sơ sắp đến hạn – Sở Nông nghiệp và Môi trường
    3 hồ sơ cần xin lỗi trước hạn nếu không kịp – Sở Nông nghiệp và Môi trường
    Ngày cuối để xin lỗi trước hạn: 3 hồ sơ – Sở Nông nghiệp và Môi trường
    3 lời xin lỗi chưa gửi – Sở Nông nghiệp và Môi trường
    3 hồ sơ vừa quá hạn – Sở Nông nghiệp và Môi trường
    3 hồ sơ quá hạn 1 ngày làm việc – Sở Nông nghiệp và Môi trường
    3 hồ sơ quá hạn 3 ngày làm việc – Sở Nông nghiệp và Môi trường
    3 hồ sơ quá hạn 5 ngày làm việc – Sở Nông nghiệp và Môi trường
    3 hồ sơ trễ hẹn lần thứ hai – Sở Nông nghiệp và Môi trường
    3 hồ sơ quá hạn, 1 lời xin lỗi chưa gửi – Sở Nông nghiệp và Môi trường
    3 hồ sơ quá hạn, 1 lời xin lỗi chưa gửi – Sở Nông nghiệp và Môi trường
    Xin lỗi ông/bà: hồ sơ được hẹn lại Thứ Năm 03/12/2026 – Sở Nông nghiệp và Môi trường
    ");
    for subject in subjects {
        assert!(!subject.contains("Lụa") && !subject.contains("H35"), "{subject}");
    }
}

#[test]
fn the_digest_reads_well_as_text_alone() {
    let mut unit = busy_unit();
    unit.late.truncate(1);
    unit.due_soon.clear();
    insta::assert_snapshot!(digest(vec![unit]).render().unwrap().text, @r"
    1 hồ sơ quá hạn, 1 lời xin lỗi chưa gửi.
    1 hồ sơ phải trả trong hôm nay.
    Thứ Hai 23/11/2026: từ đầu tháng 11/2026, 96,40 % hồ sơ được trả đúng hạn.

    QUÁ HẠN (1)

    1. H35.08-261102-0012 – quá hạn 5 ngày làm việc
       Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất lần đầu
       Hẹn trả: Thứ Hai 16/11/2026, 17:00
       https://dunghen.laichau.gov.vn/ho-so/H35.08-261102-0012

    CHƯA XIN LỖI (1)

    1. H35.08-261102-0031 – quá hạn 3 ngày làm việc
       Cấp giấy phép khai thác nước dưới đất
       Hẹn trả: Thứ Tư 18/11/2026, 17:00
       https://dunghen.laichau.gov.vn/ho-so/H35.08-261102-0031

    ĐẾN HẠN HÔM NAY (1)

    1. H35.08-261102-0052 – đến hạn hôm nay
       Cấp giấy phép khai thác nước dưới đất
       Hẹn trả: Thứ Hai 23/11/2026, 17:00
       https://dunghen.laichau.gov.vn/ho-so/H35.08-261102-0052

    Mở danh sách: https://dunghen.laichau.gov.vn/hom-nay

    Sở Nông nghiệp và Môi trường
    Bản tin này được gửi lúc 07:15 mỗi ngày làm việc cho lãnh đạo đơn vị. Không cần trả lời thư này.
    ");
}

#[test]
fn several_units_each_have_their_heading_and_their_rate() {
    let quiet = UnitDigest { unit: "Chi cục Kiểm lâm".to_owned(), ..UnitDigest::default() };
    let busy = UnitDigest { unit: "Chi cục Quản lý đất đai".to_owned(), ..busy_unit() };
    let Letter { text, html, .. } = digest(vec![busy, quiet]).render().unwrap();
    for body in [text, html] {
        for words in [
            "Chi cục Quản lý đất đai",
            "Từ đầu tháng 11/2026, 96,40 % hồ sơ được trả đúng hạn.",
            "Chi cục Kiểm lâm",
            "Hôm nay không có hồ sơ quá hạn hay đến hạn; từ đầu tháng 11/2026 không phát sinh hồ sơ đã giải quyết.",
        ] {
            assert!(body.contains(words), "{words}");
        }
    }
}

#[test]
fn an_empty_digest_says_what_its_emptiness_means() {
    let unit = UnitDigest { unit: UNIT.to_owned(), ..UnitDigest::default() };
    let letter = digest(vec![unit]).render().unwrap();
    assert_eq!(letter.subject.as_str(), format!("Hôm nay không có hồ sơ quá hạn hay đến hạn – {UNIT}"));
    let first: Vec<_> = letter.text.lines().take(2).collect();
    let soon = "Không có hồ sơ nào đến hạn hôm nay hay sắp đến hạn.";
    assert_eq!(first, ["Hôm nay không có hồ sơ quá hạn hay đến hạn.", soon]);
}

#[test]
fn every_dossier_of_a_letter_has_its_row_with_one_link() {
    for (name, letter) in all().into_iter().filter(|(name, _)| *name != "apology") {
        for line in late_lines() {
            let link = format!("href=\"{}\"", line.url);
            let expected = if name.starts_with("digest") && line.code.ends_with("0031") { 2 } else { 1 };
            assert_eq!(letter.html.matches(&link).count(), expected, "{name}: {}", line.code);
            assert_eq!(
                letter.text.matches(&format!("{}\n", line.url)).count(),
                expected,
                "{name}: {}",
                line.code
            );
            for words in [&line.due_words, &line.distance_words, &line.procedure] {
                assert!(
                    letter.html.contains(words.as_str()) && letter.text.contains(words.as_str()),
                    "{name}: {words}"
                );
            }
        }
    }
}

/// MON-04: who else is told now, or will be.
#[test]
fn an_overdue_alert_says_who_hears_of_it() {
    for (rule, level, words) in [
        (AlertRule::Overdue, 0, "cảnh báo tiếp theo được gửi tới thủ trưởng đơn vị."),
        (AlertRule::Overdue, 1, "cảnh báo tiếp theo được gửi tới Văn phòng UBND tỉnh."),
        (AlertRule::Overdue, 3, "Văn phòng UBND tỉnh được báo cùng lúc với thư này."),
        (AlertRule::Overdue, 5, "Các hồ sơ này có trong danh sách tuần của Chủ tịch UBND tỉnh."),
        (AlertRule::OverdueTwice, 0, "Không được hẹn lại lần nữa"),
    ] {
        let letter = alert(Alert::of(rule, level));
        let message: Vec<_> = letter.text.lines().take(3).collect();
        assert!(message.join("\n").contains(words), "{rule:?} {level}: {message:?}");
    }
}

#[test]
fn the_apology_reads_as_if_it_were_meant() {
    insta::assert_snapshot!(apology().render().unwrap().text, @r"
    Kính gửi ông/bà Nguyễn Thị Lụa,

    Sở Nông nghiệp và Môi trường xin lỗi ông/bà vì sẽ không trả được kết quả đúng hẹn.
    Chúng tôi đã hẹn ông/bà Thứ Năm 26/11/2026, 17:00, nhưng sẽ chưa có kết quả vào lúc đó.
    Ngày hẹn mới: Thứ Năm 03/12/2026, 17:00.

    VÌ SAO CHẬM
    Thửa đất giáp suối, nên cán bộ phải đo lại ranh giới cùng hai hộ liền kề. Mưa lũ tuần trước làm buổi đo phải lùi lại.
    Việc chậm này là trách nhiệm của cơ quan chúng tôi, không phải lỗi của ông/bà.

    TỪ NAY ĐẾN LÚC CÓ KẾT QUẢ
    Mỗi hồ sơ chỉ được hẹn lại một lần, nên đây là ngày chúng tôi phải giữ. Nếu có kết quả sớm hơn, chúng tôi sẽ báo ngay cho ông/bà.
    Xem hồ sơ đang ở đâu: https://dunghen.laichau.gov.vn/tra-cuu?ma=H35.08-261102-0031

    AI TRẢ LỜI ÔNG/BÀ
    Trần Văn Minh, Trưởng phòng Đăng ký đất đai
    Điện thoại: 0213 3876 543
    Thư điện tử: minhtv.snnmt@laichau.gov.vn

    PHẢN ÁNH, KHIẾU NẠI
    Nếu chưa đồng ý với lý do hoặc ngày hẹn mới, ông/bà có quyền phản ánh, kiến nghị hoặc khiếu nại; việc đó không ảnh hưởng đến việc giải quyết hồ sơ.
    Nơi tiếp nhận: Văn phòng UBND tỉnh Lai Châu, điện thoại 0213 3791 022
    https://pakn.dichvucong.gov.vn

    HỒ SƠ
    Người nộp: Nguyễn Thị Lụa
    Số định danh: ********8901
    Mã hồ sơ: H35.08-261102-0031
    Thủ tục: Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất lần đầu
    Nơi tiếp nhận: Trung tâm Phục vụ hành chính công tỉnh Lai Châu
    Nhận lúc: Thứ Hai 02/11/2026, 09:40
    Đã hẹn trả: Thứ Năm 26/11/2026, 17:00
    Lý do chậm: cần xác minh
    Ngày hẹn mới: Thứ Năm 03/12/2026, 17:00

    Lai Châu, ngày 25 tháng 11 năm 2026
    Giám đốc
    Lò Văn Thắng
    Đã ký số 25/11/2026, 09:12

    Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết
    Số: 128/PXL
    Sở Nông nghiệp và Môi trường
    ");
}

/// LATE-06, piece by piece, in the mail and on paper.
#[test]
fn an_apology_holds_everything_that_the_law_asks_for() {
    let letter = apology();
    let Letter { text, html, .. } = letter.render().unwrap();
    let print = letter.print("/dossiers/H35").unwrap();
    let mandatory = [
        ("applicant", "Nguyễn Thị Lụa"),
        ("dossier code", "H35.08-261102-0031"),
        ("procedure", "Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất"),
        ("receiving agency", "Trung tâm Phục vụ hành chính công tỉnh Lai Châu"),
        ("date received", "Thứ Hai 02/11/2026, 09:40"),
        ("appointed time", "Thứ Năm 26/11/2026, 17:00"),
        ("statement", "vì sẽ không trả được kết quả đúng hẹn"),
        ("reason", "Mưa lũ tuần trước làm buổi đo phải lùi lại."),
        ("coded reason", "cần xác minh"),
        ("apology", "Sở Nông nghiệp và Môi trường xin lỗi ông/bà"),
        ("new return time", "Thứ Năm 03/12/2026, 17:00"),
        ("signature", "Lò Văn Thắng"),
        ("signer's position", "Giám đốc"),
        ("electronic signature", "Đã ký số 25/11/2026, 09:12"),
        ("number", "128/PXL"),
        ("place and date", "Lai Châu, ngày 25 tháng 11 năm 2026"),
        ("title", APOLOGY_TITLE_2025),
        ("who answers", "Trần Văn Minh"),
        ("their phone", "0213 3876 543"),
        ("how to complain", "Văn phòng UBND tỉnh Lai Châu"),
        ("the right to", "có quyền phản ánh, kiến nghị hoặc khiếu nại"),
    ];
    for (body, bytes) in [("text", &text), ("HTML", &html), ("print", &print)] {
        for (what, words) in mandatory {
            assert!(bytes.contains(words), "{what} is missing in the {body}");
        }
    }
    assert!(print.contains("012345678901"));
    for body in [&text, &html] {
        assert!(body.contains("********8901") && !body.contains("012345678901"));
    }
}

#[test]
fn an_apology_speaks_of_the_fault_that_was_made_and_of_no_other() {
    let missed = ApologyLetter { fault: Fault::Missed, ..apology() }.render().unwrap().text;
    assert!(
        missed.contains("vì đã không trả kết quả đúng hẹn") && missed.contains("đến nay vẫn chưa có kết quả")
    );
    let ready = NewTime::Ready(at("2026-12-01", 9, 0));
    let late = ApologyLetter { fault: Fault::ReturnedLate, new_time: ready, ..apology() }.render().unwrap();
    assert!(late.text.contains("vì đã trả kết quả muộn hơn lời hẹn"));
    assert!(late.text.contains("Kết quả có từ: Thứ Ba 01/12/2026, 09:00"));
    assert!(!late.text.contains("Ngày hẹn mới:") && !late.subject.as_str().contains("hẹn lại"));
}

/// LATE-06: who has collected is not invited, and what has no new date speaks of none.
#[test]
fn a_letter_after_the_end_invites_nobody_twice_and_speaks_of_no_new_date() {
    let (ready, returned) = (at("2026-12-01", 9, 0), at("2026-12-01", 10, 32));
    let told = |fault, new_time| {
        let letter = ApologyLetter { fault, new_time, ..apology() };
        let Letter { subject, text, html } = letter.render().unwrap();
        let print = letter.print("/dossiers/H35").unwrap();
        for body in [subject.as_str(), text.as_str(), html.as_str(), print.as_str()] {
            assert!(
                !body.to_lowercase().contains("hẹn mới") || body.contains("không có ngày hẹn mới"),
                "{body}"
            );
            assert!(!body.contains("TỪ NAY ĐẾN LÚC"), "{body}");
        }
        text
    };
    let collected = told(Fault::ReturnedLate, NewTime::Returned { ready, returned });
    assert!(collected.contains("Kết quả có từ: Thứ Ba 01/12/2026, 09:00"));
    assert!(collected.contains("Kết quả đã được trả cho ông/bà Thứ Ba 01/12/2026, 10:32."));
    assert!(!collected.contains("Kính mời"), "{collected}");
    let waiting = told(Fault::ReturnedLate, NewTime::Ready(ready));
    assert!(waiting.contains("Kính mời ông/bà đến nhận"), "{waiting}");
    let withdrawn = told(Fault::NeverCame, NewTime::Ended(ready));
    assert!(withdrawn.contains("đến khi hồ sơ kết thúc vẫn chưa có kết quả"), "{withdrawn}");
    assert!(!withdrawn.contains("Kết quả có từ") && !withdrawn.contains("Kính mời"), "{withdrawn}");
}

#[test]
fn an_office_takes_no_blame_that_is_not_its_own_and_puts_none_on_the_reader() {
    let ours = "Việc chậm này là trách nhiệm của cơ quan chúng tôi, không phải lỗi của ông/bà.";
    assert!(apology().render().unwrap().text.contains(ours));
    for code in [LateReason::ForceMajeure, LateReason::Applicant] {
        let reason = Reason { code, ..apology().reason };
        let letter = ApologyLetter { reason, ..apology() }.render().unwrap().text;
        assert!(!letter.contains("trách nhiệm của cơ quan") && !letter.contains("lỗi của ông/bà"));
    }
}

#[test]
fn what_is_not_known_leaves_no_gap_behind() {
    let mut letter = apology();
    (letter.contact.phone, letter.contact.email) = (None, None);
    (letter.complaint.phone, letter.complaint.url, letter.signature.mark) = (None, None, None);
    let Letter { text, html, .. } = letter.render().unwrap();
    assert!(text.contains("Trần Văn Minh, Trưởng phòng Đăng ký đất đai\n\nPHẢN ÁNH"), "{text}");
    assert!(text.contains("Nơi tiếp nhận: Văn phòng UBND tỉnh Lai Châu\n\n"), "{text}");
    for body in [text, html, letter.print("/dossiers/H35").unwrap()] {
        assert!(!body.contains("iện thoại") && !body.contains("Thư điện tử") && !body.contains("Đã ký số"));
    }
}

#[test]
fn an_organisation_is_addressed_as_one_and_a_title_is_what_the_office_calls_it() {
    let letter = ApologyLetter {
        addressee: Addressee::Organisation { name: "Công ty TNHH Chè Tam Đường".to_owned() },
        title: APOLOGY_TITLE_2018.to_owned(),
        ..apology()
    };
    let Letter { text, html, .. } = letter.render().unwrap();
    for body in [text, html, letter.print("/dossiers/H35").unwrap()] {
        assert!(body.contains("Công ty TNHH Chè Tam Đường") && body.contains("quý tổ chức"));
        assert!(body.contains(APOLOGY_TITLE_2018) && !body.contains("ông/bà"));
    }
}

#[test]
fn what_people_typed_is_never_markup() {
    let mut letter = apology();
    letter.reason.words = "<script>alert(1)</script> & \"đo lại\" ranh giới".to_owned();
    letter.addressee = Addressee::Person { name: "<b>Lụa</b>".to_owned() };
    let html = letter.render().unwrap().html + &letter.print("/dossiers/H35").unwrap();
    assert!(!html.contains("<script") && !html.contains("<b>"));
    assert!(letter.render().unwrap().text.contains("<script>alert(1)</script> & \"đo lại\""));
}

/// A letter must look the same offline and tell nobody that it was opened.
#[test]
fn no_letter_fetches_anything() {
    let mut bodies: Vec<_> = all().into_iter().map(|(name, letter)| (name, letter.html)).collect();
    bodies.push(("print", apology().print("/dossiers/H35").unwrap()));
    for (name, html) in bodies {
        for fetching in ["<img", "src=", "url(", "@import", "<link", "<script", "<iframe"] {
            assert!(!html.contains(fetching), "{name}: {fetching}");
        }
        std::fs::create_dir_all(folder("letters")).unwrap();
        std::fs::write(folder("letters").join(name).with_extension("html"), html).unwrap();
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// aiosmtpd in a process of its own, by `DUNGHEN_TEST_PYTHON` or `python3`.
struct Sink {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Sink {
    fn start() -> Self {
        let python = std::env::var("DUNGHEN_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/aiosmtpd_sink.py");
        let mut process = Command::new(&python)
            .arg(script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim().parse().unwrap_or_else(|_| {
            panic!("{python} can't run aiosmtpd; install it (pip install aiosmtpd) and name its python in DUNGHEN_TEST_PYTHON")
        });
        Self { process, port, folder }
    }

    fn read(&self, number: usize) -> serde_json::Value {
        let bytes = std::fs::read(self.folder.path().join(format!("{number:04}.json"))).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_real_server_receives_every_letter_and_a_foreign_parser_reads_the_same_words() {
    let sink = Sink::start();
    let relay = Relay::new(RelaySettings {
        host: "127.0.0.1".to_owned(),
        port: sink.port,
        security: Security::PlainLoopbackOnly,
        credentials: None,
        hello: "motcua.laichau.gov.vn".to_owned(),
        timeouts: Timeouts::default(),
        extra_roots: None,
    });
    let mut channel = Channel::new(relay.unwrap());
    let from = Correspondent::new("Đúng Hẹn – tỉnh Lai Châu", "motcua@laichau.gov.vn".parse().unwrap());
    let to = Correspondent::new("Nguyễn Thị Lụa", "lua@example.vn".parse().unwrap());
    let letters = all();
    for (number, (name, letter)) in letters.iter().enumerate() {
        let id = MessageId::new(&format!("01JDEN{number:04}"), "motcua.laichau.gov.vn").unwrap();
        let mail = Mail::build(&Draft {
            id: &id,
            date: "2026-11-23T07:15:00+07:00".parse::<Moment>().unwrap(),
            from: &from,
            to: &to,
            subject: &letter.subject,
            text: &letter.text,
            html: &letter.html,
        });
        let outcome = channel.send(&mail.unwrap()).await;
        assert!(matches!(outcome, Outcome::Sent { .. }), "{name}: {outcome:?}");

        let read = sink.read(number);
        let header = |name: &str| read["headers"][name].as_str().unwrap().to_owned();
        assert_eq!(header("Subject"), letter.subject.as_str(), "{name}");
        assert_eq!(header("Message-ID"), id.as_str(), "{name}");
        assert_eq!(header("Date"), "Mon, 23 Nov 2026 00:15:00 +0000", "{name}");
        assert_eq!(header("From"), "Đúng Hẹn – tỉnh Lai Châu <motcua@laichau.gov.vn>", "{name}");
        assert_eq!(header("To"), "Nguyễn Thị Lụa <lua@example.vn>", "{name}");
        assert_eq!(header("Auto-Submitted"), "auto-generated", "{name}");
        assert_eq!(read["content_type"], "multipart/alternative", "{name}");
        assert_eq!(read["rcpt_tos"], serde_json::json!(["lua@example.vn"]), "{name}");
        assert_eq!(read["defects"], serde_json::json!([]), "{name}");
        for (part, kind, words) in [(0, "text/plain", &letter.text), (1, "text/html", &letter.html)] {
            assert_eq!(read["parts"][part]["type"], kind, "{name}");
            let text = read["parts"][part]["text"].as_str().unwrap();
            assert_eq!(text.trim_end().replace("\r\n", "\n"), words.trim_end(), "{name}: {kind}");
        }
        assert_eq!(read["parts"].as_array().unwrap().len(), 2, "{name}");
    }
    channel.close().await;
}
