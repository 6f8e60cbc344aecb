//! What officers write in the demonstration: reasons, requests and receipts.

use crate::domain::apology::LateReason;

use super::dice::{Dice, Weighted};

/// Reasons as often as offices give them.
#[must_use]
pub fn reasons() -> Weighted<LateReason> {
    Weighted::new([
        (26, LateReason::Volume),
        (21, LateReason::Coordination),
        (16, LateReason::Verification),
        (11, LateReason::StaffAbsence),
        (8, LateReason::LegalUnclear),
        (6, LateReason::SystemFault),
        (5, LateReason::DataSync),
        (4, LateReason::NotUpdated),
        (2, LateReason::Applicant),
        (1, LateReason::ForceMajeure),
    ])
}

/// The reason in the words of a letter to a citizen.
#[must_use]
pub fn reason(reason: LateReason, dice: &mut Dice) -> &'static str {
    let words: &[&'static str] = match reason {
        LateReason::Volume => &[
            "Số hồ sơ tiếp nhận trong tuần tăng cao so với ngày thường nên đơn vị chưa thẩm định kịp.",
            "Cùng thời điểm có nhiều hồ sơ phải đi kiểm tra thực tế, đơn vị chưa bố trí kịp lịch.",
        ],
        LateReason::Coordination => &[
            "Đơn vị đã gửi văn bản lấy ý kiến nhưng chưa nhận được trả lời của cơ quan phối hợp.",
            "Phiếu chuyển thông tin sang cơ quan thuế chưa có kết quả phản hồi đúng thời gian.",
        ],
        LateReason::Verification => &[
            "Thông tin trong hồ sơ cần xác minh thêm tại địa bàn trước khi ra quyết định.",
            "Cần đối chiếu lại với hồ sơ lưu trữ trước đây để bảo đảm quyền lợi của ông/bà.",
        ],
        LateReason::StaffAbsence => &[
            "Công chức thụ lý nghỉ ốm, người được phân công thay cần thời gian nhận bàn giao.",
            "Đơn vị đang thiếu người ở bộ phận chuyên môn sau khi sắp xếp lại tổ chức.",
        ],
        LateReason::LegalUnclear => {
            &["Quy định áp dụng cho trường hợp này còn vướng mắc, đơn vị đã xin hướng dẫn của cấp trên."]
        }
        LateReason::SystemFault => {
            &["Hệ thống thông tin bị gián đoạn nên không ký số được kết quả đúng hẹn."]
        }
        LateReason::DataSync => {
            &["Dữ liệu chưa đồng bộ từ cơ sở dữ liệu quốc gia về hệ thống giải quyết của tỉnh."]
        }
        LateReason::NotUpdated => &["Kết quả đã được ký nhưng chưa cập nhật lên hệ thống đúng thời điểm."],
        LateReason::Applicant => &["Thông tin bổ sung của tổ chức, cá nhân đến sau thời gian đã thống nhất."],
        LateReason::ForceMajeure => &["Mưa lũ gây chia cắt đường vào địa bàn nên chưa thể kiểm tra thực tế."],
        LateReason::Other => &["Đơn vị cần thêm thời gian để hoàn thiện kết quả giải quyết."],
    };
    dice.pick::<&'static str>(words)
}

pub const SUPPLEMENTS: &[&str] = &[
    "Bản chụp chưa rõ, đề nghị nộp lại bản đọc được toàn bộ nội dung.",
    "Thông tin trong tờ khai chưa khớp với giấy tờ kèm theo, đề nghị kê khai lại.",
    "Thành phần hồ sơ còn thiếu so với danh mục đã công bố.",
    "Giấy tờ đã hết hiệu lực, đề nghị nộp bản còn hiệu lực.",
];

pub const PAYMENTS: &[&str] = &[
    "Đã chuyển phiếu thông tin xác định nghĩa vụ tài chính; chờ chứng từ nộp lệ phí trước bạ và thuế.",
    "Thông báo nộp tiền sử dụng đất đã gửi đến ông/bà; chờ chứng từ nộp tiền.",
];

pub const WITHDRAWALS: &[&str] = &[
    "Công dân xin rút hồ sơ do thay đổi nhu cầu.",
    "Công dân rút hồ sơ để chuẩn bị lại giấy tờ.",
    "Công dân nộp nhầm thủ tục, xin rút để nộp lại.",
];

pub const STOPS: &[&str] = &[
    "Hồ sơ không đủ điều kiện theo quy định, đã có văn bản trả lời nêu rõ lý do.",
    "Thửa đất đang có tranh chấp, dừng giải quyết theo văn bản của cơ quan có thẩm quyền.",
];

pub const LAPSED: &str = "Quá thời hạn bổ sung mà chưa nhận được giấy tờ, dừng giải quyết hồ sơ.";

pub const REFUSALS: &[&str] = &[
    "Thủ tục không thuộc thẩm quyền giải quyết của đơn vị, đã hướng dẫn nơi nộp đúng.",
    "Hồ sơ trùng với hồ sơ đã nộp trước đó.",
];

pub const EXEMPTION: &str = "Chậm do tổ chức, cá nhân chưa cung cấp được thông tin theo yêu cầu của đơn vị.";
