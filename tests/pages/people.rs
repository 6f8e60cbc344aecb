//! Believable matter for the pages about accounts and the log.

use dunghen::domain::staff::Role;
use dunghen::paper::{Language, qr};
use dunghen::web::reader::Reader;
use dunghen::web::views::account::{
    Absence, Account, DutyRow, Factor, FactorPage, FactorStep, SessionRow, TokenForm, TokenRow,
};
use dunghen::web::views::audit::{Anchor, Audit, AuditRow};
use dunghen::web::views::parts::{Choice, Field, When};
use dunghen::web::views::people::{
    Activate, Identity, NewPerson, Particulars, People, PersonPage, PersonRow, PersonState,
};
use dunghen::web::views::proof::Proof;
use dunghen::web::views::shell::{Place, Shell};
use dunghen::web::views::sign_in::CodeWanted;

use super::sample::shell;

const DEPARTMENT: &str = "Sở Nông nghiệp và Môi trường";

fn at(text: &str) -> When {
    When::at(text, "2026-11-23T09:30:00+07:00")
}

fn units(chosen: &str) -> Vec<Choice> {
    [("H35.05", DEPARTMENT), ("H35.07", "Sở Xây dựng"), ("H35.21", "Ủy ban nhân dân phường Đoàn Kết")]
        .map(|(code, name)| Choice::new(code, name, code == chosen))
        .to_vec()
}

fn absence(action: &str) -> Absence {
    Absence {
        action: action.to_owned(),
        colleagues: vec![Choice::new("7", "Hoàng Thị Yến", false), Choice::new("9", "Vàng Thị Hoa", false)],
        today: "2026-11-23".to_owned(),
        error: None,
        deputies: vec![DutyRow {
            id: 3,
            what: "Hoàng Thị Yến".to_owned(),
            when: "01/12/2026 – 04/12/2026".to_owned(),
            may_end: true,
        }],
    }
}

pub fn account() -> Account {
    let session = |id: &str, agent: &str, network: &str, this| SessionRow {
        id: id.to_owned(),
        agent: agent.to_owned(),
        network: network.to_owned(),
        began: at("23/11/2026, 07:31"),
        seen: at("23/11/2026, 09:30"),
        this,
    };
    Account {
        shell: shell("Tài khoản của tôi", Role::UnitHead, None),
        login: "thang".to_owned(),
        name: "Nguyễn Văn Thắng".to_owned(),
        email: Some("thang@laichau.example".to_owned()),
        unit: DEPARTMENT.to_owned(),
        roles: vec!["Thủ trưởng cơ quan, đơn vị".to_owned()],
        shortest: 12,
        proof: Proof::Password,
        current: Field::wrong("", "Mật khẩu hiện nay chưa đúng."),
        password: Field::default(),
        sessions: vec![
            session("a1", "Edge, Windows", "10.35.5.0/24", true),
            session("b2", "Chrome, Android", "203.0.113.0/24", false),
        ],
        factor: Factor { codes_left: Some(8), wanted: true },
        tokens: vec![TokenRow {
            id: "c3".to_owned(),
            label: "Bảng tin sảnh chính".to_owned(),
            scope: "chỉ đọc",
            unit: Some(DEPARTMENT.to_owned()),
            ends: at("21/02/2027, 09:30"),
            used: None,
        }],
        token_form: TokenForm { days: Field::of("90"), units: units("H35.05"), ..TokenForm::default() },
        fresh_token: Some("dh_Zk3mQ0tq0m1o8b2u4E9pXr7vYw5sTnLcJhGfDdSaKiU".to_owned()),
        absence: Some(absence("/account/stand-in")),
    }
}

pub fn scan() -> FactorPage {
    let uri = "otpauth://totp/Dung%20Hen:thang?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Dung%20Hen";
    let picture = qr::svg(uri, "Hình để quét bằng ứng dụng xác thực").expect("a picture");
    let typed = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned();
    let step = FactorStep::Scan { picture, typed, code: Field::default() };
    FactorPage { shell: shell("Xác thực hai lớp", Role::UnitHead, None), step, proof: Proof::Password }
}

pub fn recovery_codes() -> FactorPage {
    let codes = ["K7QXA-2MZPD", "R4TWE-9UHCB", "M3NLV-5SYGF", "P6DJK-8XQRA"].map(str::to_owned).to_vec();
    FactorPage {
        shell: shell("Xác thực hai lớp", Role::UnitHead, None),
        step: FactorStep::Codes(codes),
        proof: Proof::Password,
    }
}

pub fn code_wanted() -> CodeWanted {
    CodeWanted {
        shell: Shell {
            csrf: "3f1c9a7e".to_owned(),
            ..Shell::outside(&Reader::default(), "Xác thực hai lớp")
        },
        office: "UBND tỉnh Lai Châu".to_owned(),
        code: Field::wrong(
            "",
            "Mã xác thực chưa đúng hoặc đã dùng. Chờ mã mới trên điện thoại rồi nhập lại.",
        ),
        ticket: "1.abc".to_owned(),
        next: "/board".to_owned(),
    }
}

pub fn people() -> People {
    let row = |id, login: &str, name: &str, unit: &str, roles: &str, state| PersonRow {
        id,
        login: login.to_owned(),
        name: name.to_owned(),
        unit: unit.to_owned(),
        roles: roles.to_owned(),
        state,
    };
    People {
        shell: shell("Tài khoản", Role::Administrator, Some(Place::People)),
        query: String::new(),
        units: units(""),
        states: vec![Choice::new("", "Tất cả", true), Choice::new("active", "Đang dùng", false)],
        rows: vec![
            row(1, "yen", "Hoàng Thị Yến", DEPARTMENT, "Công chức thụ lý", PersonState::Active),
            row(2, "seo.pha", "Lý Seo Phà", "Sở Xây dựng", "Tiếp nhận và trả kết quả", PersonState::Waiting),
            row(
                3,
                "thang",
                "Nguyễn Văn Thắng",
                DEPARTMENT,
                "Thủ trưởng cơ quan, đơn vị",
                PersonState::Closed,
            ),
        ],
        first: None,
        next: Some("/people?after=x&id=3".to_owned()),
    }
}

fn particulars() -> Particulars {
    Particulars {
        name: Field::of("Lý Seo Phà"),
        email: Field::wrong("seo@", "Địa chỉ thư điện tử chưa đúng."),
        units: units("H35.07"),
        unit_error: None,
        roles: [Role::Reception, Role::Specialist, Role::DivisionHead, Role::UnitHead, Role::Administrator]
            .map(|role| Choice::new(role.id(), role.name(Language::Vietnamese), role == Role::Reception))
            .to_vec(),
        roles_error: None,
    }
}

pub fn new_person() -> NewPerson {
    NewPerson {
        shell: shell("Thêm tài khoản", Role::Administrator, Some(Place::People)),
        login: Field::of("seo.pha"),
        form: particulars(),
        proof: Proof::Password,
        current: Field::default(),
    }
}

pub fn person() -> PersonPage {
    PersonPage {
        shell: shell("Lý Seo Phà", Role::Administrator, Some(Place::People)),
        id: 2,
        login: "seo.pha".to_owned(),
        name: "Lý Seo Phà".to_owned(),
        state: PersonState::Waiting,
        form: particulars(),
        from_on: Field::default(),
        proof: Proof::Password,
        current: Field::default(),
        has_factor: true,
        identity: Some(Identity {
            issuer: "dangnhap.laichau.example".to_owned(),
            since: None,
            subject: Field::default(),
        }),
        sessions: 2,
        duties: vec![DutyRow {
            id: 5,
            what: "Tiếp nhận và trả kết quả, Sở Xây dựng".to_owned(),
            when: "từ 23/11/2026".to_owned(),
            may_end: false,
        }],
        absence: Some(absence("/people/2/stand-in")),
        link: Some("/activate?token=Zk3mQ0tq0m1o8b2u4E9pXr7vYw5sTnLcJhGfDdSaKiU".to_owned()),
        alike: vec!["Cùng họ tên với seo.pha.2".to_owned()],
    }
}

pub fn activate() -> Activate {
    Activate {
        shell: Shell {
            csrf: "3f1c9a7e".to_owned(), ..Shell::outside(&Reader::default(), "Đặt mật khẩu")
        },
        office: "UBND tỉnh Lai Châu".to_owned(),
        login: "seo.pha".to_owned(),
        name: "Lý Seo Phà".to_owned(),
        token: "Zk3m".to_owned(),
        shortest: 12,
        password: Field::default(),
    }
}

pub fn audit() -> Audit {
    let row = |seq, time: &str, who: &str, what: &str, subject: &str, detail: &str| AuditRow {
        seq,
        at: at(time),
        who: who.to_owned(),
        unit: DEPARTMENT.to_owned(),
        what: what.to_owned(),
        subject: subject.to_owned(),
        href: subject.starts_with("H35").then(|| format!("/dossiers/{subject}")),
        detail: detail.to_owned(),
    };
    Audit {
        shell: shell("Nhật ký kiểm soát", Role::Inspector, Some(Place::Audit)),
        person: String::new(),
        subject: String::new(),
        actions: vec![Choice::new("", "Mọi việc", true), Choice::new("signed_in", "Đăng nhập", false)],
        from: "2026-11-23".to_owned(),
        to: String::new(),
        rows: vec![
            row(
                4711,
                "23/11/2026, 09:30",
                "Hoàng Thị Yến",
                "Xem thông tin cá nhân",
                "H35.05-261120-0007",
                "mục đích: liên hệ",
            ),
            row(4710, "23/11/2026, 09:28", "Đúng Hẹn", "Đăng nhập sai", "thang", "từ: 203.0.113.0/24"),
        ],
        narrowed: true,
        sees_persons: true,
        csv: "/audit.csv".to_owned(),
        first: None,
        next: Some("/audit?before=4710".to_owned()),
        anchor: Some(Anchor {
            seq: 4600,
            at: at("Thứ Hai 23/11/2026, 09:00"),
            hash: "9f2c41d07be3a855".to_owned(),
        }),
    }
}
