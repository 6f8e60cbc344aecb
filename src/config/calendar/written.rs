//! Writes down a drafted year in the shape of the calendar file, each day with the rule that it
//! comes from, for a person to compare with the notice and to hand in.

use crate::domain::calendar::{Draft, DraftDay, Why};
use crate::domain::words::Language;

const VI: Language = Language::Vietnamese;

/// The draft as a file; the same one for the same year, always.
#[must_use]
pub fn draft(draft: &Draft) -> String {
    let year = draft.year;
    let mut text = format!(
        "# Lịch dự kiến năm {year}, soạn từ luật và âm lịch Việt Nam (UTC+7). CHƯA CÓ GIÁ TRỊ PHÁP LÝ (LUN-01).\n\
         # So từng ngày với thông báo của Thủ tướng; sửa, ghi số thông báo vào source, thêm ngày hoán đổi nếu có\n\
         # (kind = \"swap\" với makeup, và một dòng trong makeup = [...]), rồi đổi status thành \"final\" (CAL-04, CAL-05).\n\
         schema = 1\n\
         timezone = \"Asia/Ho_Chi_Minh\"\n\
         weekend = [\"saturday\", \"sunday\"]\n\
         \n\
         [[year]]\n\
         year = {year}\n\
         status = \"estimate\"\n\
         source = \"\"\n\
         off = [\n"
    );
    for day in draft.days.iter().filter(|day| !day.rests) {
        let kind = if matches!(day.why, Why::InLieuOf(_)) { "compensatory" } else { "public" };
        text.push_str(&format!(
            "  # {}: {}\n  {{ date = \"{}\", kind = \"{kind}\", name = \"{}\" }},\n",
            VI.day(day.day),
            because(day),
            day.day,
            day.name
        ));
    }
    text.push_str("]\nmakeup = []\n");
    let resting: Vec<&DraftDay> = draft.days.iter().filter(|day| day.rests).collect();
    if resting.is_empty() {
        text.push_str("weekend_holiday = []\n");
        return text;
    }
    text.push_str("weekend_holiday = [\n");
    for day in resting {
        text.push_str(&format!(
            "  # {}: {}; được nghỉ bù\n  {{ date = \"{}\", name = \"{}\" }},\n",
            VI.day(day.day),
            because(day),
            day.day,
            day.name
        ));
    }
    text.push_str("]\n");
    text
}

/// The rule that a day comes from.
fn because(day: &DraftDay) -> String {
    match day.why {
        Why::Fixed => "Bộ luật Lao động, Điều 112 khoản 1 (CAL-01)".to_owned(),
        Why::Tet { before } => format!(
            "Tết, {before} ngày cuối năm và {} ngày đầu năm âm lịch; Thủ tướng quyết định hằng năm (CAL-01, CAL-04)",
            5 - before
        ),
        Why::HungKings => "ngày 10 tháng 3 âm lịch (CAL-01)".to_owned(),
        Why::NationalDay { beside: false } => "Quốc khánh (CAL-01)".to_owned(),
        Why::NationalDay { beside: true } => {
            "ngày liền kề Quốc khánh, trước hay sau do Thủ tướng quyết định (CAL-01, CAL-04)".to_owned()
        }
        Why::CultureDay => "Nghị quyết 28/2026/QH16 (CAL-02)".to_owned(),
        Why::InLieuOf(lost) => {
            format!("nghỉ bù cho {}, Điều 111 khoản 3 (CAL-03)", VI.day(lost))
        }
    }
}
