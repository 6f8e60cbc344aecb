//! Believable matter for every page: a provincial centre on Monday 23 November 2026.

use dunghen::domain::apology::ObligationState;
use dunghen::domain::deadline::Grounds;
use dunghen::domain::limit::Terms;
use dunghen::domain::staff::Role;
use dunghen::domain::time::{ClockTime, Day};
use dunghen::paper::Language;
use dunghen::paper::chart::{MonthPoint, RateBar, answer, month_line, percent, rate_bars, wilson};
use dunghen::paper::month_picture::{DayMark, MonthPicture, PictureDay};
use dunghen::web::reader::Reader;
use dunghen::web::views::board::{Board, Group, NextDeed, Row};
use dunghen::web::views::course::Course;
use dunghen::web::views::deeds::DeedForm;
use dunghen::web::views::dossier::{Apology, Applicant, DossierPage, Promise, PromisePart, Stop, StoryEvent};
use dunghen::web::views::dossiers::DossierList;
use dunghen::web::views::intake::{Intake, Promised, Quote};
use dunghen::web::views::outbox::{
    AlarmLine, BackupLine, BackupState, LetterPage, LetterRow, LetterState, Outbox, ServiceLines, TaskLine,
    TaskState,
};
use dunghen::web::views::parts::{Choice, Field, MonthFigure, Standing, Tone, When};
use dunghen::web::views::problem::Problem;
use dunghen::web::views::procedures::{
    FieldRows, Procedure, ProcedureList, ProcedurePage, ProcedureRow, Procedures, PublicProcedure,
    PublicProcedures, StageRow, StepRow, VersionRow,
};
use dunghen::web::views::rates::{RateRow, Rates};
use dunghen::web::views::shell::{Flash, Person, Place, Shell};
use dunghen::web::views::sign_in::{SignIn, Welcome};
use dunghen::web::views::slip::Slip;

const LAND: &str = "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất trong các trường hợp \
                    chuyển nhượng, thừa kế, tặng cho";
const BUSINESS: &str = "Đăng ký thành lập hộ kinh doanh";
const BIRTH: &str = "Đăng ký khai sinh";
const BUILD: &str = "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ";
const CENTRE: &str = "Trung tâm Phục vụ hành chính công tỉnh";
const LAND_OFFICE: &str = "Văn phòng đăng ký đất đai";

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn marks(from: &str, marks: Vec<DayMark>) -> Vec<PictureDay> {
    let mut day = day(from);
    let mut days = Vec::new();
    for mark in marks {
        days.push(PictureDay::new(day, mark));
        day = day.next().expect("a day");
    }
    days
}

fn weekend() -> DayMark {
    DayMark::Off(None)
}

fn culture_day() -> DayMark {
    DayMark::Off(Some("Ngày Văn hóa Việt Nam".to_owned()))
}

fn figure(picture: &MonthPicture) -> Option<MonthFigure> {
    Some(MonthFigure::of(picture, Language::Vietnamese).expect("a picture"))
}

/// Received Friday 20 November at 16:00, three working days.
fn short_picture() -> MonthPicture {
    use DayMark::{Before, Counted};
    MonthPicture {
        received: (day("2026-11-20"), ClockTime::hm(16, 0)),
        days: marks(
            "2026-11-20",
            vec![Before, weekend(), weekend(), Counted(1), culture_day(), Counted(2), Counted(3)],
        ),
        promise: Some(day("2026-11-26")),
        today: Some(day("2026-11-23")),
        settled: None,
        hour: None,
        grounds: Grounds::of(Terms::of("3wd".parse().expect("a limit"))),
    }
}

/// Ten working days, over since Thursday.
fn late_picture() -> MonthPicture {
    let mut days = marks("2026-11-05", vec![DayMark::Before]);
    for number in 1..=18 {
        let date = day("2026-11-05").plus(number).expect("a day");
        let counted = days.iter().filter(|d| matches!(d.mark, DayMark::Counted(_))).count();
        let late = days.iter().filter(|d| matches!(d.mark, DayMark::Late(_))).count();
        let next = |n: usize| u32::try_from(n).expect("small") + 1;
        let mark = match (date.0.weekday().to_monday_one_offset(), counted) {
            (6 | 7, _) => weekend(),
            (_, 10) => DayMark::Late(next(late)),
            _ => DayMark::Counted(next(counted)),
        };
        days.push(PictureDay::new(date, mark));
    }
    MonthPicture {
        received: (day("2026-11-05"), ClockTime::hm(9, 12)),
        days,
        promise: Some(day("2026-11-19")),
        today: Some(day("2026-11-23")),
        settled: None,
        hour: None,
        grounds: Grounds::of(Terms::of("3wd".parse().expect("a limit"))),
    }
}

/// A stop in October, counted anew since, with a make-up Saturday.
fn stopped_picture() -> MonthPicture {
    use DayMark::{Before, Counted, SetAside, Stopped};
    let mut days =
        marks("2026-08-12", vec![Before, SetAside(1), SetAside(2), weekend(), weekend(), SetAside(3)]);
    days.extend(marks("2026-08-18", vec![Stopped, Stopped, Stopped, Counted(1), Counted(2), weekend()]));
    days.extend(marks(
        "2026-08-24",
        vec![Counted(3), Counted(4), Counted(5), Counted(6), Counted(7), weekend(), weekend()],
    ));
    let national = || DayMark::Off(Some("Quốc khánh".to_owned()));
    let swap = DayMark::Off(Some("Nghỉ hoán đổi".to_owned()));
    days.extend(marks(
        "2026-08-31",
        vec![swap, national(), national(), Counted(8), Counted(9), weekend(), weekend(), Counted(10)],
    ));
    if let Some(saturday) = days.iter_mut().find(|d| d.day == day("2026-08-22")) {
        saturday.make_up = true;
    }
    MonthPicture {
        received: (day("2026-08-12"), ClockTime::hm(14, 40)),
        days,
        promise: Some(day("2026-09-07")),
        today: Some(day("2026-08-26")),
        settled: None,
        hour: None,
        grounds: Grounds::of(Terms::of("3wd".parse().expect("a limit"))),
    }
}

pub fn shell(title: &str, role: Role, here: Option<Place>) -> Shell {
    let (name, unit) = match role {
        Role::Reception => ("Lò Thị Mai", CENTRE),
        Role::ControlOffice => ("Đỗ Quang Huy", "Văn phòng UBND tỉnh"),
        _ => ("Nguyễn Văn Thắng", "Sở Nông nghiệp và Môi trường"),
    };
    Shell {
        title: title.to_owned(),
        person: Some(Person {
            name: name.to_owned(),
            unit: unit.to_owned(),
            places: Place::of_roles([role]),
            waiting: Some(6),
        }),
        here,
        csrf: "3f1c9a7e".to_owned(),
        flashes: vec![],
        query: String::new(),
        live: None,
        language: Language::Vietnamese,
        address: "/".to_owned(),
    }
}

fn when(text: &str, iso: &str, far: &str, tone: Tone) -> When {
    When::at(text, iso).far(far, tone)
}

fn row(
    code: &str,
    procedure: &str,
    holder: (&str, &str),
    due: Option<When>,
    standing: Standing,
    next: &str,
) -> Row {
    Row {
        code: code.to_owned(),
        procedure: procedure.to_owned(),
        person: None,
        holder: holder.0.to_owned(),
        step: holder.1.to_owned(),
        due,
        standing,
        next: (!next.is_empty())
            .then(|| NextDeed { word: next.to_owned(), href: format!("/dossiers/{code}?deed=next#deeds") }),
    }
}

fn late_rows() -> Vec<Row> {
    vec![
        row(
            "H35.20.12-261030-0007",
            LAND,
            ("Vàng A Chứ", "Thẩm định hồ sơ"),
            Some(when(
                "Thứ Năm 12/11/2026, 17:00",
                "2026-11-12T17:00:00+07:00",
                "quá hạn 7 ngày làm việc",
                Tone::Late,
            )),
            Standing::OverdueTwice,
            "Ghi nhận kết quả",
        ),
        row(
            "H35.20.12-261105-0041",
            LAND,
            ("Trần Thị Hương", "Xác định nghĩa vụ tài chính"),
            Some(when(
                "Thứ Năm 19/11/2026, 17:00",
                "2026-11-19T17:00:00+07:00",
                "quá hạn 2 ngày làm việc",
                Tone::Late,
            )),
            Standing::Overdue,
            "Gửi lời xin lỗi",
        ),
        row(
            "H35.14-261119-0112",
            BUSINESS,
            ("Lý Seo Phà", "Thẩm định hồ sơ"),
            Some(when(
                "Thứ Hai 23/11/2026, 10:30",
                "2026-11-23T10:30:00+07:00",
                "quá hạn 1 giờ làm việc",
                Tone::Late,
            )),
            Standing::Overdue,
            "Gửi lời xin lỗi",
        ),
    ]
}

fn soon_rows() -> Vec<Row> {
    vec![
        row(
            "H35.14-261120-0120",
            BIRTH,
            ("Phường Tân Phong", "Ký kết quả"),
            Some(when(
                "Thứ Tư 25/11/2026, 17:00",
                "2026-11-25T17:00:00+07:00",
                "còn 1 ngày làm việc",
                Tone::Soon,
            )),
            Standing::ApologyWindow,
            "Ghi nhận kết quả",
        ),
        row(
            "H35.14-261120-0245",
            BUILD,
            ("Giàng A Páo", "Thẩm định hồ sơ"),
            Some(when(
                "Thứ Năm 26/11/2026, 17:00",
                "2026-11-26T17:00:00+07:00",
                "còn 2 ngày làm việc",
                Tone::Soon,
            )),
            Standing::DueSoon,
            "Bàn giao",
        ),
    ]
}

fn group(rows: Vec<Row>) -> Group {
    Group { count: u32::try_from(rows.len()).expect("few"), rows, all: None }
}

fn units() -> Vec<Choice> {
    vec![
        Choice::new("H35.20", "Sở Nông nghiệp và Môi trường", true),
        Choice::new("H35.20.12", LAND_OFFICE, false),
        Choice::new("H35.14", "Sở Xây dựng", false),
    ]
}

pub fn board() -> Board {
    let mut late = group(late_rows());
    late.count = 3;
    let today = row(
        "H35.20-261109-0033",
        "Cấp giấy phép khai thác nước dưới đất",
        ("Hoàng Thị Yến", "Trình ký"),
        Some(when(
            "Thứ Hai 23/11/2026, 17:00",
            "2026-11-23T17:00:00+07:00",
            "còn 5 giờ làm việc",
            Tone::Soon,
        )),
        Standing::DueSoon,
        "Ghi nhận kết quả",
    );
    Board {
        shell: Shell {
            live: Some("/live/board".to_owned()),
            ..shell("Hôm nay", Role::UnitHead, Some(Place::Board))
        },
        unit: "Sở Nông nghiệp và Môi trường".to_owned(),
        today: "Thứ Hai 23/11/2026".to_owned(),
        as_of: When::at("11:32", "2026-11-23T11:32:00+07:00"),
        units: units(),
        late,
        due_today: group(vec![today]),
        in_advance: Group::default(),
        due_soon: Group { count: 12, rows: soon_rows(), all: Some("/dossiers?standing=due_soon".to_owned()) },
        apologies: group(late_rows().into_iter().skip(1).collect()),
        corrections: None,
    }
}

pub fn quiet_board() -> Board {
    let mut board = board();
    board.units.truncate(1);
    for group in [&mut board.late, &mut board.due_today, &mut board.due_soon, &mut board.apologies] {
        *group = Group::default();
    }
    board
}

fn promised() -> Promised {
    Promised {
        weekday: "Thứ Năm".to_owned(),
        date: "26/11/2026".to_owned(),
        hour: "17:00".to_owned(),
        iso: "2026-11-26T17:00:00+07:00".to_owned(),
        limit: "3 ngày làm việc".to_owned(),
        figure: figure(&short_picture()),
        warnings: vec!["Đã sau 15:00, hồ sơ được tính sang Thứ Hai 23/11/2026.".to_owned()],
    }
}

pub fn intake() -> Intake {
    Intake {
        shell: shell("Tiếp nhận", Role::Reception, Some(Place::Intake)),
        error: None,
        procedures: vec![
            Choice::new("1.001612", BUSINESS, false),
            Choice::new("1.004873", LAND, false),
            Choice::new("1.001193", BIRTH, false),
        ],
        procedure: Field::of("1.001612"),
        procedure_name: Some(BUSINESS.to_owned()),
        units: vec![Choice::new("H35.00", CENTRE, true), Choice::new("H35.61", "Phường Tân Phong", false)],
        channels: vec![
            Choice::new("counter", "Trực tiếp", true),
            Choice::new("online", "Trực tuyến", false),
            Choice::new("post", "Bưu chính", false),
        ],
        kinds: vec![
            Choice::new("citizen", "Người dân", true),
            Choice::new("business", "Doanh nghiệp", false),
            Choice::new("agency", "Cơ quan nhà nước", false),
            Choice::new("other", "Tổ chức khác", false),
        ],
        name: Field::of("Tao Văn Inh"),
        identifier: Field::of("012088001234"),
        phone: Field::of("0912 345 678"),
        email: Field::default(),
        address: Field::of("Bản Nậm Loỏng, phường Tân Phong, tỉnh Lai Châu"),
        components: vec![
            Choice::new("Giấy đề nghị đăng ký hộ kinh doanh", "Giấy đề nghị đăng ký hộ kinh doanh", true),
            Choice::new("Bản sao căn cước của chủ hộ", "Bản sao căn cước của chủ hộ", true),
            Choice::new("Văn bản ủy quyền (nếu có)", "Văn bản ủy quyền (nếu có)", false),
        ],
        other_components: Field::default(),
        return_methods: vec![
            Choice::new("counter", "Tại Trung tâm", true),
            Choice::new("post", "Qua bưu chính công ích", false),
        ],
        quote: Quote::Promise(promised()),
        once: "01JDBX5Y".to_owned(),
    }
}

pub fn intake_wrong() -> Intake {
    Intake {
        error: Some("Có 2 ô cần sửa trước khi tiếp nhận; những gì đã nhập vẫn còn nguyên.".to_owned()),
        name: Field::wrong("", "Xin nhập họ tên người nộp hoặc tên tổ chức."),
        identifier: Field::wrong("01208800", "Số định danh có 12 chữ số; ô này mới có 8."),
        quote: Quote::Refused(
            "Ngày hẹn trả chưa tính được: lịch làm việc năm 2027 chưa được ban hành. Liên hệ Văn phòng UBND tỉnh."
                .to_owned(),
        ),
        ..intake()
    }
}

fn applicant() -> Applicant {
    Applicant {
        kind: "người dân".to_owned(),
        name: "Tao Văn Inh".to_owned(),
        identifier: Some("012088001234".to_owned()),
        phone: Some("0912 345 678".to_owned()),
        email: None,
        address: Some("Bản Nậm Loỏng, phường Tân Phong, tỉnh Lai Châu".to_owned()),
        purposes: vec![Choice::new("contact", "liên hệ người nộp", false)],
    }
}

fn event(at: &str, who: &str, what: &str, said: Option<&str>, weighty: bool) -> StoryEvent {
    StoryEvent {
        at: When::at(at, "2026-11-05T09:12:00+07:00"),
        who: who.to_owned(),
        what: what.to_owned(),
        said: said.map(str::to_owned),
        weighty,
    }
}

pub fn dossier() -> DossierPage {
    let officers = vec![
        Choice::new("", "– Người do đơn vị phân công –", true),
        Choice::new("yen", "Hoàng Thị Yến", false),
        Choice::new("chu", "Vàng A Chứ", false),
    ];
    let due =
        when("Thứ Năm 19/11/2026, 17:00", "2026-11-19T17:00:00+07:00", "quá hạn 2 ngày làm việc", Tone::Late);
    DossierPage {
        shell: Shell {
            flashes: vec![Flash { good: true, text: "Hồ sơ đã chuyển cho Trần Thị Hương.".to_owned() }],
            live: Some("/live/dossiers/H35.20.12-261105-0041".to_owned()),
            ..shell("H35.20.12-261105-0041", Role::UnitHead, Some(Place::Dossiers))
        },
        code: "H35.20.12-261105-0041".to_owned(),
        version: 7,
        procedure: LAND.to_owned(),
        procedure_code: "1.004873".to_owned(),
        state: "Đang xử lý".to_owned(),
        standing: Standing::Overdue,
        due: Some(due.clone()),
        without_due: "Không có thời hạn",
        is_received: true,
        received: When::at("Thứ Năm 5/11/2026, 09:12", "2026-11-05T09:12:00+07:00"),
        holder: "Trần Thị Hương, Văn phòng đăng ký đất đai, bước Xác định nghĩa vụ tài chính".to_owned(),
        receiving_unit: CENTRE.to_owned(),
        competent_unit: LAND_OFFICE.to_owned(),
        channel: "nộp trực tiếp".to_owned(),
        return_method: "Tại Trung tâm".to_owned(),
        components: vec![
            "Đơn đăng ký biến động (Mẫu số 18)".to_owned(),
            "Giấy chứng nhận quyền sử dụng đất, bản gốc".to_owned(),
            "Hợp đồng chuyển nhượng đã công chứng".to_owned(),
        ],
        applicant: Some(applicant()),
        promises: vec![Promise {
            due,
            made: When::at("Thứ Năm 5/11/2026, 09:12", "2026-11-05T09:12:00+07:00"),
            why: "Hẹn khi tiếp nhận, 10 ngày làm việc".to_owned(),
            part: PromisePart::Official,
        }],
        figure: figure(&late_picture()),
        explained: None,
        story: vec![
            event("20/11/2026, 08:05", "Nguyễn Văn Thắng, Sở Nông nghiệp và Môi trường", "Đôn đốc lần 1", Some("Đề nghị chị Hương báo tiến độ trước 16:00 hôm nay."), false),
            event("19/11/2026, 17:00", "Đúng Hẹn", "Hết hạn mà chưa có kết quả", None, true),
            event("16/11/2026, 10:22", "Vàng A Chứ, Văn phòng đăng ký đất đai", "Bàn giao cho Trần Thị Hương, bước Xác định nghĩa vụ tài chính (quá hạn bước 1 ngày làm việc)", None, false),
            event("05/11/2026, 14:30", "Lò Thị Mai, Trung tâm Phục vụ hành chính công tỉnh", "Chuyển đến Văn phòng đăng ký đất đai", None, true),
            event("05/11/2026, 09:12", "Lò Thị Mai, Trung tâm Phục vụ hành chính công tỉnh", "Tiếp nhận hồ sơ, hẹn trả Thứ Năm 19/11/2026", None, true),
        ],
        course: Course::default(),
        stops: vec![],
        apology: Some(Apology {
            state: ObligationState::OwedOverdue,
            meaning: "Văn phòng đăng ký đất đai chưa trả kết quả đúng hẹn và chưa xin lỗi ông/bà Tao Văn Inh. Văn bản xin lỗi phải do thủ trưởng đơn vị ký.".to_owned(),
            when: Some(when("Muộn nhất Thứ Tư 18/11/2026", "2026-11-18T17:00:00+07:00", "chậm 3 ngày làm việc", Tone::Late)),
            letter: None,
            issue: Some(
                DeedForm::apologise(Language::Vietnamese, Some("2026-11-25".to_owned()), true)
                    .filled("words", Field::wrong("Đang chờ", "Xin viết ít nhất 10 ký tự để ông/bà hiểu vì sao trễ.")),
            ),
            exempt: Some(DeedForm::exempt(Language::Vietnamese)),
            deliver: None,
        }),
        deeds: vec![
            DeedForm::step_done(Language::Vietnamese, "Xác định nghĩa vụ tài chính", Some("Trình ký"), officers.clone()).next(),
            DeedForm::transfer(Language::Vietnamese, units(), officers),
            DeedForm::settle(Language::Vietnamese),
            DeedForm::supplement(Language::Vietnamese),
            DeedForm::request_payment(Language::Vietnamese),
            DeedForm::withdraw(Language::Vietnamese),
            DeedForm::stop(Language::Vietnamese),
        ],
        no_deed: None,
    }
}

pub fn stopped_dossier() -> DossierPage {
    let due =
        when("Thứ Hai 7/9/2026, 17:00", "2026-09-07T17:00:00+07:00", "còn 8 ngày làm việc", Tone::Neutral);
    let stop = When::at("18/8/2026, 08:00", "2026-08-18T08:00:00+07:00");
    DossierPage {
        standing: Standing::ClockStopped,
        state: "Yêu cầu bổ sung giấy tờ".to_owned(),
        due: Some(due.clone()),
        apology: None,
        figure: figure(&stopped_picture()),
        explained: None,
        promises: vec![
            Promise {
                due: When::at("Thứ Tư 26/8/2026, 17:00", "2026-08-26T17:00:00+07:00"),
                made: When::at("Thứ Tư 12/8/2026, 14:40", "2026-08-12T14:40:00+07:00"),
                why: "Hẹn khi tiếp nhận, 10 ngày làm việc".to_owned(),
                part: PromisePart::Past,
            },
            Promise {
                due,
                made: When::at("Thứ Năm 20/8/2026, 16:10", "2026-08-20T16:10:00+07:00"),
                why: "Tính lại từ đầu sau khi hồ sơ được bổ sung đủ".to_owned(),
                part: PromisePart::Official,
            },
        ],
        course: Course::default(),
        stops: vec![Stop {
            kind: "Chờ bổ sung giấy tờ".to_owned(),
            basis: Some("Nghị định 118/2025/NĐ-CP".to_owned()),
            from: stop.clone(),
            to: Some(When::at("20/8/2026, 16:10", "2026-08-20T16:10:00+07:00")),
            length: "3 ngày làm việc".to_owned(),
        }],
        deeds: vec![
            DeedForm::supplemented(Language::Vietnamese, true).next(),
            DeedForm::withdraw(Language::Vietnamese),
            DeedForm::stop(Language::Vietnamese),
        ],
        ..dossier()
    }
}

pub fn dossiers() -> DossierList {
    let mut rows = late_rows();
    rows.extend(soon_rows());
    rows.push(row(
        "H35.20-261118-0009",
        LAND,
        (LAND_OFFICE, "Chờ chứng từ nộp thuế"),
        Some(when(
            "Thứ Sáu 4/12/2026, 17:00",
            "2026-12-04T17:00:00+07:00",
            "tạm dừng, còn 6 ngày làm việc",
            Tone::Stopped,
        )),
        Standing::ClockStopped,
        "Đã nộp tiền",
    ));
    rows.push(row(
        "H35.20-261120-0051",
        BUILD,
        ("Giàng A Páo", "Thẩm định hồ sơ"),
        Some(when(
            "Thứ Hai 7/12/2026, 17:00",
            "2026-12-07T17:00:00+07:00",
            "còn 9 ngày làm việc",
            Tone::Neutral,
        )),
        Standing::OnTrack,
        "Bàn giao",
    ));
    rows.push(row(
        "H35.14-261102-0018",
        BIRTH,
        (CENTRE, "Chờ trả kết quả"),
        Some(When::at("Thứ Năm 5/11/2026, 17:00", "2026-11-05T17:00:00+07:00")),
        Standing::Early,
        "Trả kết quả",
    ));
    rows.push(row(
        "H35.14-261002-0003",
        BUILD,
        (CENTRE, ""),
        Some(When::at("Thứ Ba 3/11/2026, 17:00", "2026-11-03T17:00:00+07:00")),
        Standing::Late,
        "",
    ));
    let mut units = units();
    units.insert(0, Choice::new("", "Mọi đơn vị", false));
    DossierList {
        shell: shell("Hồ sơ", Role::Specialist, Some(Place::Dossiers)),
        units,
        standings: vec![Choice::new("", "Mọi tình trạng", true), Choice::new("overdue", "Quá hạn", false)],
        q: String::new(),
        of_persons: None,
        rows,
        next: Some("/dossiers?cursor=abc".to_owned()),
        first: None,
    }
}

pub fn no_dossiers() -> DossierList {
    DossierList { rows: vec![], next: None, q: "giấy phép bay".to_owned(), ..dossiers() }
}

fn rate_row(label: &str, early: u32, on_time: u32, late: u32, without_due: u32) -> RateRow {
    let (met, all) = (early + on_time, early + on_time + late);
    let comma = |share: f64| format!("{:.1}", share * 100.0).replace('.', ",");
    RateRow {
        label: label.to_owned(),
        behind: Some("/rates/dossiers?month=2026-11&only=H35.20&counted=".to_owned()),
        early: early.to_string(),
        on_time: on_time.to_string(),
        late: late.to_string(),
        evaluable: all.to_string(),
        without_due: without_due.to_string(),
        rate: percent(met, all, Language::Vietnamese),
        interval: wilson(met, all)
            .filter(|_| all < 100)
            .map(|(low, high)| format!("{}–{} %", comma(low), comma(high))),
    }
}

pub fn rates() -> Rates {
    let figures = [
        ("Sở Xây dựng", 31, 9, 8, 0),
        ("Sở Nông nghiệp và Môi trường", 812, 174, 61, 4),
        ("Sở Y tế", 14, 3, 1, 0),
        ("Sở Tư pháp", 402, 66, 9, 0),
        ("Sở Nội vụ", 120, 31, 2, 1),
        ("Sở Tài chính", 288, 54, 1, 0),
        ("Sở Công Thương", 22, 4, 0, 0),
        ("Ban Quản lý Khu kinh tế cửa khẩu", 0, 0, 0, 0),
    ];
    let bars: Vec<_> = figures
        .iter()
        .map(|(label, early, on_time, late, _)| RateBar {
            label: (*label).to_owned(),
            met: early + on_time,
            evaluable: early + on_time + late,
        })
        .collect();
    let title = answer("Toàn tỉnh", (2030, 2112), Some((1944, 2080)), Language::Vietnamese);
    let title = format!("{title}; thấp nhất là Sở Xây dựng");
    let months: Vec<_> = (0..12_u32)
        .map(|i| {
            let month = (i + 11) % 12 + 1;
            let year = if i == 0 { 2025 } else { 2026 };
            let late =
                [140, 96, 210, 150, 120, 118, 99, 101, 160, 130, 136, 82][usize::try_from(i).expect("small")];
            (format!("{month}/{year}"), 2080 - late, late)
        })
        .collect();
    let points: Vec<_> = months
        .iter()
        .map(|(label, met, late)| MonthPoint { label: label.clone(), met: *met, evaluable: met + late })
        .collect();
    let months_answer = "Mười hai tháng qua thấp nhất là tháng 2/2026, từ đó tăng trở lại".to_owned();
    Rates {
        shell: shell("Tỷ lệ đúng hạn", Role::ControlOffice, Some(Place::Rates)),
        month: "2026-11".to_owned(),
        month_words: "tháng 11/2026".to_owned(),
        previous: Some("/rates?month=2026-10".to_owned()),
        next: None,
        as_of: When::at("Thứ Hai 23/11/2026, 11:32", "2026-11-23T11:32:00+07:00"),
        formula: "Tỷ lệ đúng hạn = (trước hạn + đúng hạn) ÷ số hồ sơ được đánh giá.".to_owned(),
        bars: Some(rate_bars(&title, &bars, Language::Vietnamese).expect("a chart")),
        answer: title,
        rows: figures.iter().map(|(l, e, o, late, w)| rate_row(l, *e, *o, *late, *w)).collect(),
        total: RateRow { behind: None, ..rate_row("Toàn tỉnh", 1689, 341, 82, 5) },
        line: Some(month_line(&months_answer, &points, Language::Vietnamese).expect("a chart")),
        months_answer,
        months: months.iter().map(|(label, met, late)| rate_row(label, met - 400, 400, *late, 0)).collect(),
        csv: "/api/v1/reports/on-time?month=2026-11&format=csv".to_owned(),
    }
}

fn letter_row(
    id: &str,
    state: LetterState,
    role: &str,
    subject: &str,
    attempts: u32,
    reply: Option<&str>,
) -> LetterRow {
    LetterRow {
        id: id.to_owned(),
        state,
        recipient_role: role.to_owned(),
        subject: subject.to_owned(),
        at: When::at("Thứ Hai 23/11/2026, 07:15", "2026-11-23T07:15:00+07:00"),
        attempts,
        last_reply: reply.map(str::to_owned),
        address_fails: state == LetterState::Failed,
    }
}

fn service() -> ServiceLines {
    let task = |name: &str, state, text: &str| TaskLine {
        name: name.to_owned(),
        state,
        last: Some(When::at("Thứ Hai 23/11/2026, 07:15", "2026-11-23T07:15:00+07:00")),
        next: Some(When::at("Thứ Tư 25/11/2026, 07:15", "2026-11-25T07:15:00+07:00")),
        text: text.to_owned(),
    };
    ServiceLines {
        leader: Some("may-chu-1:4711".to_owned()),
        nodes: 2,
        tasks: vec![
            task("Thư tổng hợp buổi sáng", TaskState::Done, "42 letters"),
            task("Thống kê tháng", TaskState::GivenUp, "it panicked"),
        ],
        alarms: vec![AlarmLine {
            is_open: true,
            at: When::at("Thứ Hai 23/11/2026, 08:00", "2026-11-23T08:00:00+07:00"),
            text: "Đồng hồ của máy may-chu-1 bị chỉnh -10800 giây. Kiểm tra đồng bộ giờ (NTP).".to_owned(),
        }],
    }
}

pub fn outbox() -> Outbox {
    Outbox {
        shell: shell("Thư gửi đi", Role::UnitHead, Some(Place::Outbox)),
        service: Some(service()),
        backups: vec![
            BackupLine {
                what: "Sao lưu tự động",
                state: BackupState::Good,
                at: Some(When::at("Thứ Hai 23/11/2026, 16:00", "2026-11-23T16:00:00+07:00")),
                text: "dunghen-2026-11-23T16.00.04+07.00.db: 6000 hồ sơ, đã đối chiếu toàn bộ, 4 giây."
                    .to_owned(),
            },
            BackupLine {
                what: "Diễn tập khôi phục",
                state: BackupState::NotYet,
                at: None,
                text: String::new(),
            },
        ],
        states: vec![Choice::new("", "Mọi thư", true), Choice::new("failed", "Không gửi được", false)],
        letters: vec![
            letter_row(
                "01A",
                LetterState::Sent,
                "Thủ trưởng đơn vị",
                "3 hồ sơ quá hạn, 1 lời xin lỗi chưa gửi – Sở Nông nghiệp và Môi trường",
                1,
                Some("250 2.0.0 OK"),
            ),
            letter_row(
                "01B",
                LetterState::Deferred,
                "Người nộp hồ sơ",
                "Lời xin lỗi về hồ sơ H35.20.12-261030-0007",
                2,
                Some("451 4.7.1 Greylisted, try again later"),
            ),
            letter_row(
                "01C",
                LetterState::Failed,
                "Công chức thụ lý",
                "Hồ sơ H35.14-261119-0112 đã quá hạn",
                5,
                Some("550 5.1.1 No such user"),
            ),
            letter_row(
                "01D",
                LetterState::Waiting,
                "Lãnh đạo Trung tâm",
                "Danh sách đôn đốc ngày 23/11",
                0,
                None,
            ),
        ],
        next: None,
    }
}

pub fn letter() -> LetterPage {
    let text = "Kính gửi ông Tao Văn Inh,\n\nVăn phòng đăng ký đất đai chưa trả kết quả hồ sơ của ông đúng hẹn (Thứ Năm 19/11/2026, 17:00). Chúng tôi xin lỗi ông.\n\nLý do: cơ quan thuế trả lời chậm về nghĩa vụ tài chính.\nNgày hẹn mới: Thứ Sáu 27/11/2026, 17:00.\n";
    LetterPage {
        shell: shell("Thư", Role::UnitHead, Some(Place::Outbox)),
        letter: letter_row(
            "01B",
            LetterState::Deferred,
            "Người nộp hồ sơ",
            "Lời xin lỗi về hồ sơ H35.20.12-261030-0007",
            2,
            Some("451 4.7.1 Greylisted, try again later"),
        ),
        to: Some("t***@gmail.com".to_owned()),
        text: text.to_owned(),
        frame: Some("/outbox/4711/content".to_owned()),
        dossiers: vec!["H35.20.12-261030-0007".to_owned()],
        may_retry: true,
    }
}

pub fn problem() -> Problem {
    Problem {
        shell: Shell::outside(&Reader::default(), "Không tìm thấy"),
        what: "Không có hồ sơ mang mã H35.20-261105-9999 trong phạm vi ông/bà được xem.".to_owned(),
        remedies: vec![
            "Kiểm tra lại mã in trên giấy hẹn; mã có dạng H35.20-261105-0041.".to_owned(),
            "Nếu hồ sơ thuộc đơn vị khác, xin liên hệ đơn vị ấy.".to_owned(),
        ],
        on: Some(("/dossiers".to_owned(), "Tìm trong danh sách hồ sơ".to_owned())),
        request_id: "01JDBX5YQ3T8".to_owned(),
        kept: None,
    }
}

pub fn slip() -> Slip {
    Slip {
        shell: shell("Giấy hẹn H35.14-261120-0120", Role::Reception, None),
        authority: "UBND TỈNH LAI CHÂU".to_owned(),
        centre: CENTRE.to_owned(),
        number: "120/TTPVHCC".to_owned(),
        place_and_day: "Lai Châu, ngày 20 tháng 11 năm 2026".to_owned(),
        code: "H35.14-261120-0120".to_owned(),
        applicant: applicant(),
        content: BUSINESS.to_owned(),
        components: vec![
            "Giấy đề nghị đăng ký hộ kinh doanh".to_owned(),
            "Bản sao căn cước của chủ hộ".to_owned(),
        ],
        sets: "01 (một) bộ".to_owned(),
        limit: "3 ngày làm việc".to_owned(),
        received: When::at("16:00, Thứ Sáu 20/11/2026", "2026-11-20T16:00:00+07:00"),
        promise: Some(promised()),
        return_method: "Tại Trung tâm".to_owned(),
        ledger: Some("Quyển số 01, số thứ tự 245".to_owned()),
        received_by: "Lò Thị Mai".to_owned(),
        look_up: "motcua.laichau.gov.vn/tra-cuu".to_owned(),
        secret: Some("K7P-2MX".to_owned()),
        qr: dunghen::paper::qr::svg(
            "motcua.laichau.gov.vn/tra-cuu?code=H35.14-261120-0120",
            "Mã QR tra cứu hồ sơ",
        )
        .expect("a picture"),
        figure: figure(&MonthPicture { today: None, ..short_picture() }),
    }
}

pub fn welcome() -> Welcome {
    Welcome {
        shell: Shell::outside(&Reader::default(), "Một cửa tỉnh Lai Châu"),
        office: "UBND tỉnh Lai Châu".to_owned(),
        figure: figure(&MonthPicture { today: None, ..short_picture() }),
    }
}

pub fn sign_in() -> SignIn {
    SignIn {
        shell: Shell { csrf: "3f1c9a7e".to_owned(), ..Shell::outside(&Reader::default(), "Đăng nhập") },
        office: "UBND tỉnh Lai Châu".to_owned(),
        name: Field::wrong("mai", "Tên đăng nhập hoặc mật khẩu không đúng. Xin thử lại."),
        next: "/board".to_owned(),
        provider: Some("Đăng nhập bằng tài khoản của tỉnh".to_owned()),
        accounts: vec![
            ("mai".to_owned(), "Tiếp nhận và trả kết quả".to_owned()),
            ("thang".to_owned(), "Thủ trưởng đơn vị".to_owned()),
        ],
    }
}

fn procedure_list(path: &'static str) -> ProcedureList {
    let row = |code: &str, name: &str, limit: &str| ProcedureRow {
        href: format!("{path}/{code}?unit=H35.21.01"),
        code: code.to_owned(),
        name: name.to_owned(),
        found_by: dunghen::domain::words::folded(name),
        limit: limit.to_owned(),
        instead_of: None,
        competent: Some("Ủy ban nhân dân phường Đoàn Kết".to_owned()),
        due: Some(When::at("Thứ Năm 26/11/2026, 17:00", "2026-11-26T17:00:00+07:00")),
        notes: vec![],
        provisional: false,
    };
    ProcedureList {
        path,
        office: "Ủy ban nhân dân tỉnh Lai Châu".to_owned(),
        q: String::new(),
        units: units(),
        now: When::at("Thứ Sáu 20/11/2026, 16:00", "2026-11-20T16:00:00+07:00"),
        notice: None,
        fields: vec![
            FieldRows {
                field: "Hộ tịch".to_owned(),
                rows: vec![
                    ProcedureRow {
                        notes: vec!["Đã sau 15:00, hồ sơ được tính sang Thứ Hai 23/11/2026.".to_owned()],
                        ..row("1.001193", BIRTH, "trong ngày làm việc")
                    },
                    row("1.004873", "Cấp giấy xác nhận tình trạng hôn nhân", "3 ngày làm việc"),
                ],
            },
            FieldRows {
                field: "Đất đai".to_owned(),
                rows: vec![ProcedureRow {
                    instead_of: Some("8 ngày làm việc".to_owned()),
                    competent: None,
                    due: None,
                    notes: vec!["Nộp tại Trung tâm Phục vụ hành chính công của xã, phường.".to_owned()],
                    ..row("1.012781", LAND, "7 ngày làm việc")
                }],
            },
        ],
    }
}

pub fn procedures() -> Procedures {
    Procedures {
        shell: shell("Nếu nhận bây giờ", Role::Reception, Some(Place::Procedures)),
        list: procedure_list("/procedures"),
    }
}

pub fn public_procedures() -> PublicProcedures {
    PublicProcedures {
        shell: Shell::outside(&Reader::default(), "Nộp hôm nay, khi nào có kết quả?"),
        list: ProcedureList { fields: vec![], ..procedure_list("/cong-khai/thu-tuc") },
    }
}

fn one_procedure(path: &'static str) -> Procedure {
    Procedure {
        path,
        unit: "H35.21.01".to_owned(),
        units: units(),
        code: "1.001612".to_owned(),
        name: BUSINESS.to_owned(),
        field: "Hộ kinh doanh".to_owned(),
        demonstration: true,
        facts: vec![("Thời hạn", "2 ngày làm việc (luật định 3 ngày làm việc)".to_owned())],
        components: vec!["Giấy đề nghị đăng ký hộ kinh doanh".to_owned()],
        quote: Quote::Promise(promised()),
    }
}

pub fn procedure() -> ProcedurePage {
    ProcedurePage {
        shell: shell(BUSINESS, Role::Reception, Some(Place::Procedures)),
        one: one_procedure("/procedures"),
        steps: vec![
            StepRow {
                name: "Thẩm định".to_owned(),
                role: "Công chức thụ lý".to_owned(),
                time: Some("1,5 ngày".to_owned()),
            },
            StepRow {
                name: "Trả kết quả".to_owned(),
                role: "Tiếp nhận và trả kết quả".to_owned(),
                time: None,
            },
        ],
        stages: vec![StageRow {
            name: "Xác nhận nghĩa vụ thuế".to_owned(),
            unit: "Thuế tỉnh Lai Châu".to_owned(),
            limit: "5 ngày làm việc".to_owned(),
            after: Some("1".to_owned()),
        }],
        versions: vec![
            VersionRow {
                version: 2,
                valid: "từ 01/07/2025".to_owned(),
                limit: "2 ngày làm việc".to_owned(),
                in_force: true,
            },
            VersionRow {
                version: 1,
                valid: "đến 30/06/2025".to_owned(),
                limit: "3 ngày làm việc".to_owned(),
                in_force: false,
            },
        ],
    }
}

pub fn public_procedure() -> PublicProcedure {
    PublicProcedure {
        shell: Shell::outside(&Reader::default(), BUSINESS),
        one: one_procedure("/cong-khai/thu-tuc"),
    }
}
