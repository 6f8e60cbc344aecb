//! The deeds around the clock and the record: excluded times, opinions, stages, re-opening, corrections.

use super::{Days, DeedForm, Input, InputKind, reason};
use crate::domain::event::Exclusion;
use crate::web::views::parts::Choice;

impl DeedForm {
    /// A time that the law excludes begins (STOP-02).
    #[must_use]
    pub fn exclude() -> Self {
        let kinds = Exclusion::ALL.map(|one| Choice::new(one.id(), one.vietnamese(), false));
        let kind =
            Input::new("exclusion", "Thời gian không tính", InputKind::Choose(kinds.to_vec())).required();
        let basis = Input::new("basis", "Căn cứ pháp lý", InputKind::Line)
            .required()
            .hint("Điều, khoản của văn bản quy định thời gian này không tính vào thời hạn.");
        let document = Input::new("document", "Văn bản kèm theo", InputKind::Line);
        let inputs = vec![kind, basis, document];
        Self::new("exclusion_began", "Tạm dừng theo quy định", "Tạm dừng tính thời hạn", inputs)
            .hinted("Chỉ khi pháp luật quy định. Chờ cơ quan phối hợp vẫn tính vào thời hạn.")
    }

    #[must_use]
    pub fn end_exclusion() -> Self {
        let document = Input::new("document", "Văn bản kèm theo", InputKind::Line);
        Self::new("exclusion_ended", "Hết thời gian không tính", "Tính tiếp thời hạn", vec![document])
            .hinted("Thời hạn được tính tiếp với ngày hẹn trả mới.")
    }

    /// COORD-01.
    #[must_use]
    pub fn ask_opinion(units: Vec<Choice>, first_day: Option<String>) -> Self {
        let unit = Input::new("unit", "Cơ quan được hỏi", InputKind::Choose(units)).required();
        let question = Input::new("question", "Nội dung", InputKind::Lines(1)).required();
        let day =
            Input::new("due_on", "Trả lời trước hết ngày", InputKind::Day(Days::from(first_day))).required();
        Self::new("opinion_requested", "Lấy ý kiến phối hợp", "Gửi lấy ý kiến", vec![unit, question, day])
            .hinted("Thời hạn giải quyết vẫn được tính trong khi chờ trả lời.")
    }

    #[must_use]
    pub fn opinion_given(units: Vec<Choice>) -> Self {
        let unit = Input::new("unit", "Cơ quan trả lời", InputKind::Choose(units)).required();
        let answer = Input::new("answer", "Ý kiến", InputKind::Lines(1)).required();
        Self::new("opinion_given", "Ghi nhận ý kiến phối hợp", "Ghi nhận ý kiến", vec![unit, answer])
    }

    /// LINK-02.
    #[must_use]
    pub fn stage_done(stages: Vec<Choice>) -> Self {
        let stage = Input::new("stage", "Khâu vừa có kết quả", InputKind::Choose(stages)).required();
        Self::new("stage_done", "Có kết quả của khâu liên thông", "Ghi nhận kết quả khâu", vec![stage])
    }

    /// LIFE-01, LIFE-05.
    #[must_use]
    pub fn reopen() -> Self {
        Self::new("reopened", "Mở lại hồ sơ", "Mở lại", vec![reason()])
            .hinted("Kết quả lần đầu vẫn được lưu. Hạn trả không thay đổi.")
            .ends()
    }

    /// LIFE-05, LATE-11. `events` are those whose times may be corrected.
    #[must_use]
    pub fn propose_correction(events: Vec<Choice>) -> Self {
        let event = Input::new("corrects", "Sự việc ghi sai", InputKind::Choose(events)).required();
        let time = Input::new("true_at", "Thời điểm đúng", InputKind::Line)
            .required()
            .hint("Ví dụ 27/08/2026 16:00.");
        Self::new("correction_proposed", "Đề nghị đính chính", "Gửi đề nghị", vec![event, time, reason()])
            .hinted("Cần một người khác có thẩm quyền duyệt thì mới có hiệu lực.")
    }

    /// `what` says which event and which time.
    #[must_use]
    pub fn approve_correction(seq: i64, what: String) -> Self {
        let which = vec![Choice::new(seq.to_string(), what, true)];
        let proposal = Input::new("proposal", "Đề nghị", InputKind::Choose(which)).required();
        Self::new("corrected", "Duyệt đính chính", "Duyệt", vec![proposal, reason()])
            .hinted("Ngày hẹn trả được tính lại theo thời điểm đúng; ngày đã in vẫn được lưu.")
    }

    /// The second person does not vouch for it.
    #[must_use]
    pub fn refuse_correction(seq: i64, what: String) -> Self {
        let which = vec![Choice::new(seq.to_string(), what, true)];
        let proposal = Input::new("proposal", "Đề nghị", InputKind::Choose(which)).required();
        Self::new("correction_refused", "Không duyệt đính chính", "Không duyệt", vec![proposal, reason()])
            .hinted("Đề nghị kết thúc; thời điểm đã ghi được giữ nguyên.")
    }
}
