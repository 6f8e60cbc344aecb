//! Why the database did not do it, for people at the prompt: what is wrong and what to do.
//!
//! What a server or SQLite said itself is repeated in quotation marks, in its own words.

use super::error::{Error, lock_of};
use crate::domain::refusal::Said;

impl Error {
    /// The same as `Display`, in both languages, with what to do.
    #[must_use]
    pub fn said(&self) -> Said {
        let vietnamese = match self {
            Self::Refused(refusal) => return refusal.said.clone(),
            Self::Unsuitable(said) => return (**said).clone(),
            Self::Missing => {
                "Cơ sở dữ liệu thiếu một dòng phải có. Chạy `dunghen verify` để biết chỗ hỏng.".to_owned()
            }
            Self::Statement(error) => format!(
                "Cơ sở dữ liệu không nhận một câu lệnh: “{error}”. Đây là lỗi của chương trình; báo người phát triển."
            ),
            Self::Contended(_) => "Một thay đổi khác chen vào giữa; chưa lưu gì. Làm lại lần nữa.".to_owned(),
            Self::Unavailable(said) => format!(
                "Không dùng được cơ sở dữ liệu: “{said}”. Kiểm tra địa chỉ, máy chủ và quyền trên tệp."
            ),
            Self::Busy => "Quá nhiều thay đổi đang chờ; chưa làm gì. Đợi một lát rồi làm lại.".to_owned(),
            Self::TimedOut => {
                "Cơ sở dữ liệu không trả lời kịp; chưa lưu gì. Làm lại lúc ít việc hơn.".to_owned()
            }
            Self::CommitUnknown(_) => {
                "Mất kết nối đúng lúc lưu: không rõ đã lưu hay chưa. Kiểm tra rồi hãy làm lại.".to_owned()
            }
            Self::Panicked => {
                "Thay đổi hỏng vì một lỗi của chương trình; chưa lưu gì. Báo người phát triển.".to_owned()
            }
            Self::Overtaken => "Máy khác đã nhận việc này; chưa lưu gì.".to_owned(),
            Self::Stopped => "Cơ sở dữ liệu đã đóng.".to_owned(),
            Self::Full(_) => {
                "Hết chỗ trên đĩa của cơ sở dữ liệu; chưa lưu gì. Giải phóng chỗ rồi làm lại.".to_owned()
            }
            Self::Corrupt(error) => format!(
                "Cơ sở dữ liệu có chỗ không đọc được: “{error}”. Chạy `dunghen verify`; nếu tệp hỏng, khôi phục từ bản sao lưu."
            ),
            Self::Locked(path) => format!(
                "{} đang được một tiến trình khác dùng (giữ khóa {}). Dừng tiến trình ấy trước.",
                path.display(),
                lock_of(path).display()
            ),
            Self::Schema(said) => format!(
                "Lược đồ cơ sở dữ liệu không khớp với chương trình (“{said}”). Chạy `dunghen migrate`, hoặc dùng đúng phiên bản chương trình."
            ),
        };
        Said::new(vietnamese, self.to_string())
    }
}
