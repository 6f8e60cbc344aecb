//! The two reports in the words of one language.

use crate::domain::refusal::Language;
use crate::web::views::person_data::{Answer, Table};
use crate::work::breach::Extent;
use crate::work::desk::Desk;
use crate::work::person_report::{Kept, Look};
use crate::work::wording;

/// Chooses between the two.
struct Words(Language);

impl Words {
    fn of(&self, vietnamese: &str, english: &str) -> String {
        match self.0 {
            Language::Vietnamese => vietnamese.to_owned(),
            Language::English => english.to_owned(),
        }
    }

    fn all<const N: usize>(&self, pairs: [(&str, &str); N]) -> Vec<String> {
        pairs.iter().map(|(vietnamese, english)| self.of(vietnamese, english)).collect()
    }

    fn id(&self) -> &'static str {
        match self.0 {
            Language::Vietnamese => "vi",
            Language::English => "en",
        }
    }

    /// An entry of the log.
    fn action(&self, id: &str) -> String {
        match id {
            "person_viewed" => self.of("Xem thông tin người nộp", "Looked at the applicant's data"),
            "letter_read" => self.of("Đọc thư gửi người nộp", "Read a letter to the applicant"),
            "person_searched" => {
                self.of("Tìm theo tên hoặc số của một người", "Searched by a person's name or number")
            }
            "person_report" => self.of("Lập báo cáo dữ liệu một người", "Made the report for one person"),
            "exported" => self.of("Xuất tệp", "Took out a file"),
            other => other.to_owned(),
        }
    }
}

/// What is kept of one person, masked (DATA-07).
pub(super) fn person(desk: &Desk, kept: &[Kept], language: Language) -> Answer {
    let words = Words(language);
    let some = |field: Option<&String>| match field {
        Some(_) => words.of("có lưu", "kept"),
        None => words.of("không lưu", "not kept"),
    };
    let dossier = |one: &Kept| {
        let who = one.applicant.as_ref();
        let none = || words.of("đã xoá hoặc không có", "erased or none");
        vec![
            one.code.clone(),
            one.procedure.clone(),
            one.received_at.clone().unwrap_or_default(),
            who.map_or_else(none, |who| who.name.clone()),
            who.and_then(crate::domain::applicant::Applicant::masked_identifier)
                .unwrap_or_else(|| some(None)),
            who.and_then(crate::domain::applicant::Applicant::masked_phone).unwrap_or_else(|| some(None)),
            some(who.and_then(|who| who.email.as_ref())),
            some(who.and_then(|who| who.address.as_ref())),
            one.letters.to_string(),
        ]
    };
    let look = |one: &Kept, look: &Look| {
        let unit = wording::unit_name(desk, &look.unit);
        vec![
            one.code.clone(),
            look.at.clone(),
            format!("{}, {unit}", look.by),
            words.action(&look.what),
            purpose(&look.detail),
        ]
    };
    Answer {
        language: words.id(),
        title: words.of("Dữ liệu đang lưu của một người", "What is kept of one person"),
        about: words.of(
            "Số định danh và điện thoại được che; bản đầy đủ do người giữ máy chủ in bằng dòng lệnh khi người hỏi đã chứng minh mình là ai. Căn cứ: thực hiện thủ tục hành chính; dữ liệu chỉ dùng để giải quyết, theo dõi và thống kê.",
            "Identifier and phone are masked; whoever keeps the server prints the full text once the asker has proved who they are. Ground: settling an administrative procedure; the data serve settlement, monitoring and statistics alone.",
        ),
        facts: vec![(words.of("Số hồ sơ", "Dossiers"), kept.len().to_string())],
        tables: vec![
            Table {
                title: words.of("Hồ sơ", "Dossiers"),
                columns: words.all([
                    ("Mã hồ sơ", "Code"),
                    ("Thủ tục", "Procedure"),
                    ("Tiếp nhận", "Received"),
                    ("Họ tên", "Name"),
                    ("Số định danh", "Identifier"),
                    ("Điện thoại", "Phone"),
                    ("Thư điện tử", "E-mail"),
                    ("Địa chỉ", "Address"),
                    ("Thư còn lưu", "Letters kept"),
                ]),
                rows: kept.iter().map(dossier).collect(),
                none: words.of("Không lưu dữ liệu nào theo số này.", "Nothing is kept under this number."),
            },
            Table {
                title: words.of("Ai đã xem", "Who has looked"),
                columns: words.all([
                    ("Mã hồ sơ", "Code"),
                    ("Lúc", "When"),
                    ("Người xem", "Who"),
                    ("Việc", "What"),
                    ("Mục đích", "Purpose"),
                ]),
                rows: kept.iter().flat_map(|one| one.looks.iter().map(move |seen| look(one, seen))).collect(),
                none: words.of("Chưa ai xem.", "Nobody has looked."),
            },
        ],
    }
}

fn purpose(detail: &str) -> String {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    detail["purpose"].as_str().unwrap_or_default().to_owned()
}

/// What a notice of a breach has to say, as far as the log knows it (DATA-03).
pub(super) fn breach(extent: &Extent, language: Language) -> Answer {
    let words = Words(language);
    let count = |number: usize| if extent.at_least { format!("≥ {number}") } else { number.to_string() };
    let kinds = &extent.kinds;
    let everyone = || words.of("mọi tài khoản", "all accounts");
    let taken = |one: &crate::work::breach::Taken| {
        vec![one.at.clone(), one.by.clone(), words.action(&one.what), one.detail.clone()]
    };
    Answer {
        language: words.id(),
        title: words.of("Phạm vi vi phạm dữ liệu cá nhân", "The extent of a breach of personal data"),
        about: words.of(
            "Theo nhật ký của hệ thống. Bản sao lưu, ảnh chụp màn hình và giấy in nằm ngoài nhật ký. Thông báo cho cơ quan chuyên trách (A05) trong 72 giờ từ khi phát hiện; gửi muộn phải nêu lý do; có thể gửi từng phần.",
            "By this service's own log. Backups, screenshots and printed paper are outside of it. The authority (A05) is told within 72 hours of the discovery; a later notice gives its reasons; it may be sent in stages.",
        ),
        facts: vec![
            (words.of("Thời gian", "Time"), format!("{} – {}", extent.from, extent.to)),
            (words.of("Tài khoản", "Account"), extent.account.clone().unwrap_or_else(everyone)),
            (words.of("Lượt xem", "Looks"), count(extent.looks)),
            (words.of("Số hồ sơ", "Dossiers"), count(extent.dossiers.len())),
            (words.of("Số người", "Persons"), count(extent.persons)),
            (words.of("Họ tên", "Names"), count(kinds.name)),
            (words.of("Số định danh", "Identifiers"), count(kinds.identifier)),
            (words.of("Điện thoại", "Phone numbers"), count(kinds.phone)),
            (words.of("Thư điện tử", "E-mail addresses"), count(kinds.email)),
            (words.of("Địa chỉ", "Addresses"), count(kinds.address)),
            (
                words.of("Thông báo trước, nếu phát hiện lúc này", "Notify before, if discovered now"),
                extent.notify_before.clone(),
            ),
        ],
        tables: vec![
            Table {
                title: words.of("Ai đã xem", "Who has looked"),
                columns: words.all([
                    ("Người", "Who"),
                    ("Đơn vị", "Unit"),
                    ("Lượt", "Looks"),
                    ("Hồ sơ", "Dossiers"),
                ]),
                rows: extent
                    .by
                    .iter()
                    .map(|one| {
                        let (looks, dossiers) = (one.looks.to_string(), one.dossiers.to_string());
                        vec![one.name.clone(), one.unit.clone(), looks, dossiers]
                    })
                    .collect(),
                none: words.of("Không ai xem trong thời gian này.", "Nobody has looked in this time."),
            },
            Table {
                title: words.of("Tìm kiếm, báo cáo và tệp", "Searches, reports and files"),
                columns: words.all([("Lúc", "When"), ("Người", "Who"), ("Việc", "What"), ("Chi tiết", "Detail")]),
                rows: extent.taken.iter().map(taken).collect(),
                none: words.of("Không có.", "None."),
            },
            Table {
                title: words.of("Hồ sơ bị ảnh hưởng", "Dossiers concerned"),
                columns: words.all([("Mã hồ sơ", "Code")]),
                rows: extent.dossiers.iter().map(|code| vec![code.clone()]).collect(),
                none: words.of("Không có.", "None."),
            },
        ],
    }
}
