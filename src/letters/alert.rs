//! Alerts to a unit: filings that wait (ACC-05), due soon, an apology to write, overdue by level (MON-02 to MON-04).
//!
//! Who is owed which alert, and when, is decided in `domain`; here it only gets its words.

use super::sheet::{Group, Section, Sheet, Tone};
use super::{DossierLine, Letter, LetterError};
use crate::domain::alert::AlertRule;
use crate::domain::words::{Amount, Language, Subject};

const VI: Language = Language::Vietnamese;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// What the portal sent still waits to be received (ACC-05).
    ReceptionWaiting,
    /// A step of the process is past its due instant (MON-05).
    StepOverdue,
    DueSoon,
    /// An apology can still go out in advance (MON-03).
    ApologyWindow,
    /// The last day on which it can (LATE-01).
    ApologyLastDay,
    /// The day for it has passed without one (LATE-03).
    ApologyOwed,
    /// Late by so many working days after due, a rung of the ladder (MON-04).
    Overdue {
        level: u32,
    },
    /// The re-appointed day was missed too (LATE-09).
    OverdueTwice,
}

impl Alert {
    /// What is said for an alert that the rules owe.
    #[must_use]
    pub fn of(rule: AlertRule, level: u32) -> Self {
        match rule {
            AlertRule::ReceptionWaiting => Self::ReceptionWaiting,
            AlertRule::StepOverdue => Self::StepOverdue,
            AlertRule::DueSoon => Self::DueSoon,
            AlertRule::ApologyOwed => Self::ApologyWindow,
            AlertRule::Overdue => Self::Overdue { level },
            AlertRule::OverdueTwice => Self::OverdueTwice,
        }
    }
}

/// One alert to one unit, about one dossier or many.
#[derive(Clone, Debug)]
pub struct UnitAlert {
    pub alert: Alert,
    pub unit: String,
    pub lines: Vec<DossierLine>,
    /// The list of these dossiers in the service.
    pub url: String,
}

impl UnitAlert {
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let count = self.lines.len();
        let words = words(self.alert, count, &self.unit);
        let until = match self.alert {
            Alert::ReceptionWaiting => "Trả lời trước",
            _ => Section::DUE,
        };
        let section = Section { title: words.table.to_owned(), tone: words.tone, until, rows: &self.lines };
        Sheet {
            subject: Subject::new(&format!("{} – {}", words.subject, self.unit)),
            unit: &self.unit,
            tone: words.tone,
            message: words.message,
            groups: vec![Group { heading: None, note: None, sections: vec![section] }],
            url: &self.url,
            because: "Thư này gửi tới người chịu trách nhiệm về các hồ sơ nêu trên.",
        }
        .render()
    }
}

struct Words {
    subject: String,
    message: [String; 3],
    table: &'static str,
    tone: Tone,
}

fn words(alert: Alert, count: usize, unit: &str) -> Words {
    match alert {
        Alert::ReceptionWaiting => Words {
            subject: format!("{count} hồ sơ trực tuyến chờ tiếp nhận"),
            message: [
                format!("{count} hồ sơ nộp trực tuyến tới {unit} chưa được tiếp nhận."),
                "Kiểm tra và tiếp nhận, hoặc yêu cầu bổ sung, trước thời điểm ghi ở từng hồ sơ.".to_owned(),
                "Hồ sơ nộp sớm nhất đứng đầu danh sách.".to_owned(),
            ],
            table: "Chờ tiếp nhận",
            tone: Tone::DueSoon,
        },
        Alert::StepOverdue => Words {
            subject: format!("{count} hồ sơ có bước xử lý quá hạn"),
            message: [
                format!("{count} hồ sơ của {unit} có bước xử lý đã quá hạn."),
                "Hồ sơ chưa quá hạn trả, nhưng các bước sau không còn đủ thời gian.".to_owned(),
                "Làm xong bước này và bàn giao ngay, hoặc báo lãnh đạo nếu không kịp.".to_owned(),
            ],
            table: "Bước xử lý quá hạn",
            tone: Tone::DueSoon,
        },
        Alert::DueSoon => Words {
            subject: format!("{count} hồ sơ sắp đến hạn"),
            message: [
                format!("{count} hồ sơ của {unit} sắp đến hạn trả kết quả."),
                "Nếu biết là không kịp, hãy xin lỗi và hẹn lại trước ngày hẹn trả, đừng đợi quá hạn."
                    .to_owned(),
                "Hồ sơ gần hạn nhất đứng đầu danh sách.".to_owned(),
            ],
            table: "Sắp đến hạn",
            tone: Tone::DueSoon,
        },
        Alert::ApologyWindow => Words {
            subject: format!("{count} hồ sơ cần xin lỗi trước hạn nếu không kịp"),
            message: [
                format!("{count} hồ sơ của {unit} sắp hết thời gian để xin lỗi trước hạn."),
                "Nếu biết là không kịp, lời xin lỗi phải gửi chậm nhất 1 ngày trước ngày hẹn trả.".to_owned(),
                "Văn bản cần có lý do, ngày hẹn mới và chữ ký của thủ trưởng đơn vị.".to_owned(),
            ],
            table: "Còn kịp xin lỗi trước hạn",
            tone: Tone::DueSoon,
        },
        Alert::ApologyLastDay => Words {
            subject: format!("Ngày cuối để xin lỗi trước hạn: {count} hồ sơ"),
            message: [
                format!("Hôm nay là ngày cuối để xin lỗi trước hạn cho {count} hồ sơ của {unit}."),
                "Từ ngày mai, lời xin lỗi vẫn phải gửi nhưng được tính là gửi muộn.".to_owned(),
                "Văn bản cần có lý do, ngày hẹn mới và chữ ký của thủ trưởng đơn vị.".to_owned(),
            ],
            table: "Cần xin lỗi hôm nay",
            tone: Tone::DueSoon,
        },
        Alert::ApologyOwed => Words {
            subject: format!("{count} lời xin lỗi chưa gửi"),
            message: [
                format!("{unit} chưa gửi lời xin lỗi cho {count} hồ sơ chậm hẹn."),
                "Người nộp hồ sơ đang chờ lý do và ngày hẹn mới; lời xin lỗi phải gửi ngay.".to_owned(),
                "Mỗi hồ sơ chỉ được hẹn lại một lần: hãy chọn ngày chắc chắn giữ được.".to_owned(),
            ],
            table: "Chưa xin lỗi",
            tone: Tone::Overdue,
        },
        Alert::Overdue { level } => overdue(level, count, unit),
        Alert::OverdueTwice => overdue_twice(count, unit),
    }
}

fn overdue(level: u32, count: usize, unit: &str) -> Words {
    const ACT: &str = "Cần trả kết quả ngay, hoặc xin lỗi và hẹn lại (mỗi hồ sơ chỉ một lần).";
    let (second, third) = match level {
        0 => (ACT, "Nếu vẫn chưa xong, cảnh báo tiếp theo được gửi tới thủ trưởng đơn vị."),
        1..=2 => (ACT, "Nếu vẫn chưa xong, cảnh báo tiếp theo được gửi tới Văn phòng UBND tỉnh."),
        3..=4 => (
            "Văn phòng UBND tỉnh được báo cùng lúc với thư này.",
            "Nếu vẫn chưa xong, hồ sơ vào danh sách tuần của Chủ tịch UBND tỉnh.",
        ),
        _ => ("Các hồ sơ này có trong danh sách tuần của Chủ tịch UBND tỉnh.", ACT),
    };
    let (subject, first) = match level {
        0 => (
            format!("{count} hồ sơ vừa quá hạn"),
            format!("{count} hồ sơ của {unit} vừa quá ngày hẹn trả mà chưa có kết quả."),
        ),
        _ => {
            let late = VI.overdue(Amount::working_days(level));
            (format!("{count} hồ sơ {late}"), format!("{count} hồ sơ của {unit} đã {late}."))
        }
    };
    let message = [first, second.to_owned(), third.to_owned()];
    Words { subject, message, table: "Quá hạn", tone: Tone::Overdue }
}

fn overdue_twice(count: usize, unit: &str) -> Words {
    Words {
        subject: format!("{count} hồ sơ trễ hẹn lần thứ hai"),
        message: [
            format!("{count} hồ sơ của {unit} đã quá cả ngày hẹn lại."),
            "Không được hẹn lại lần nữa; hồ sơ còn quá hạn cho đến khi có kết quả.".to_owned(),
            "Văn phòng UBND tỉnh được báo cùng lúc với thư này.".to_owned(),
        ],
        table: "Quá hạn lần thứ hai",
        tone: Tone::Overdue,
    }
}
