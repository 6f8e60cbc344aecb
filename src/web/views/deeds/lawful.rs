//! The deeds around the clock and the record: excluded times, opinions, stages, re-opening, corrections.

use super::{Days, DeedForm, Input, InputKind, reason};
use crate::domain::event::Exclusion;
use crate::domain::refusal::Language;
use crate::web::views::parts::Choice;

impl DeedForm {
    /// A time that the law excludes begins (STOP-02).
    #[must_use]
    pub fn exclude(language: Language) -> Self {
        let kinds = Exclusion::ALL.map(|one| Choice::new(one.id(), one.word(language), false));
        let kind = Input::new(
            "exclusion",
            language.choose("Thời gian không tính", "Excluded time"),
            InputKind::Choose(kinds.to_vec()),
        )
        .required();
        let basis = Input::new("basis", language.choose("Căn cứ pháp lý", "Legal basis"), InputKind::Line)
            .required()
            .hint(language.choose(
                "Điều, khoản của văn bản quy định thời gian này không tính vào thời hạn.",
                "The article and clause by which this time does not count.",
            ));
        let document =
            Input::new("document", language.choose("Văn bản kèm theo", "Document attached"), InputKind::Line);
        let inputs = vec![kind, basis, document];
        Self::new(
            "exclusion_began",
            language.choose("Tạm dừng theo quy định", "Stop the clock by law"),
            language.choose("Tạm dừng tính thời hạn", "Stop the clock"),
            inputs,
        )
        .hinted(language.choose(
            "Chỉ khi pháp luật quy định. Chờ cơ quan phối hợp vẫn tính vào thời hạn.",
            "Only where the law says so. Waiting for a coordinating agency counts.",
        ))
    }

    #[must_use]
    pub fn end_exclusion(language: Language) -> Self {
        let document =
            Input::new("document", language.choose("Văn bản kèm theo", "Document attached"), InputKind::Line);
        Self::new(
            "exclusion_ended",
            language.choose("Hết thời gian không tính", "Excluded time is over"),
            language.choose("Tính tiếp thời hạn", "Resume the clock"),
            vec![document],
        )
        .hinted(language.choose(
            "Thời hạn được tính tiếp với ngày hẹn trả mới.",
            "The clock runs on with a new return date.",
        ))
    }

    /// COORD-01.
    #[must_use]
    pub fn ask_opinion(language: Language, units: Vec<Choice>, first_day: Option<String>) -> Self {
        let unit =
            Input::new("unit", language.choose("Cơ quan được hỏi", "Agency asked"), InputKind::Choose(units))
                .required();
        let question =
            Input::new("question", language.choose("Nội dung", "Question"), InputKind::Lines(1)).required();
        let day = Input::new(
            "due_on",
            language.choose("Trả lời trước hết ngày", "To be answered by"),
            InputKind::Day(Days::from(first_day)),
        )
        .required();
        Self::new(
            "opinion_requested",
            language.choose("Lấy ý kiến phối hợp", "Ask for an opinion"),
            language.choose("Gửi lấy ý kiến", "Send the question"),
            vec![unit, question, day],
        )
        .hinted(language.choose(
            "Thời hạn giải quyết vẫn được tính trong khi chờ trả lời.",
            "The clock runs on while the answer is awaited.",
        ))
    }

    #[must_use]
    pub fn opinion_given(language: Language, units: Vec<Choice>) -> Self {
        let unit = Input::new(
            "unit",
            language.choose("Cơ quan trả lời", "Agency that answered"),
            InputKind::Choose(units),
        )
        .required();
        let answer =
            Input::new("answer", language.choose("Ý kiến", "Opinion"), InputKind::Lines(1)).required();
        Self::new(
            "opinion_given",
            language.choose("Ghi nhận ý kiến phối hợp", "Record an opinion"),
            language.choose("Ghi nhận ý kiến", "Record opinion"),
            vec![unit, answer],
        )
    }

    /// LINK-02.
    #[must_use]
    pub fn stage_done(language: Language, stages: Vec<Choice>) -> Self {
        let stage = Input::new(
            "stage",
            language.choose("Khâu vừa có kết quả", "Stage that has its result"),
            InputKind::Choose(stages),
        )
        .required();
        Self::new(
            "stage_done",
            language.choose("Có kết quả của khâu liên thông", "Result of an interlinked stage"),
            language.choose("Ghi nhận kết quả khâu", "Record the stage's result"),
            vec![stage],
        )
    }

    /// LIFE-01, LIFE-05.
    #[must_use]
    pub fn reopen(language: Language) -> Self {
        Self::new(
            "reopened",
            language.choose("Mở lại hồ sơ", "Reopen the dossier"),
            language.choose("Mở lại", "Reopen"),
            vec![reason(language)],
        )
        .hinted(language.choose(
            "Kết quả lần đầu vẫn được lưu. Hạn trả không thay đổi.",
            "The first result stays on record. The return date does not change.",
        ))
        .ends()
    }

    /// LIFE-05, LATE-11. `events` are those whose times may be corrected.
    #[must_use]
    pub fn propose_correction(language: Language, events: Vec<Choice>) -> Self {
        let event = Input::new(
            "corrects",
            language.choose("Sự việc ghi sai", "Event recorded wrongly"),
            InputKind::Choose(events),
        )
        .required();
        let time = Input::new("true_at", language.choose("Thời điểm đúng", "True time"), InputKind::Line)
            .required()
            .hint(language.choose("Ví dụ 27/08/2026 16:00.", "For instance 27 Aug 2026 16:00."));
        Self::new(
            "correction_proposed",
            language.choose("Đề nghị đính chính", "Propose a correction"),
            language.choose("Gửi đề nghị", "Send the proposal"),
            vec![event, time, reason(language)],
        )
        .hinted(language.choose(
            "Cần một người khác có thẩm quyền duyệt thì mới có hiệu lực.",
            "It takes effect only once somebody else who may has approved it.",
        ))
    }

    /// `what` says which event and which time.
    #[must_use]
    pub fn approve_correction(language: Language, seq: i64, what: String) -> Self {
        let which = vec![Choice::new(seq.to_string(), what, true)];
        let proposal =
            Input::new("proposal", language.choose("Đề nghị", "Proposal"), InputKind::Choose(which))
                .required();
        Self::new(
            "corrected",
            language.choose("Duyệt đính chính", "Approve the correction"),
            language.choose("Duyệt", "Approve"),
            vec![proposal, reason(language)],
        )
        .hinted(language.choose(
            "Ngày hẹn trả được tính lại theo thời điểm đúng; ngày đã in vẫn được lưu.",
            "The return date is counted anew from the true time; the printed date stays on record.",
        ))
    }

    /// The second person does not vouch for it.
    #[must_use]
    pub fn refuse_correction(language: Language, seq: i64, what: String) -> Self {
        let which = vec![Choice::new(seq.to_string(), what, true)];
        let proposal =
            Input::new("proposal", language.choose("Đề nghị", "Proposal"), InputKind::Choose(which))
                .required();
        Self::new(
            "correction_refused",
            language.choose("Không duyệt đính chính", "Refuse the correction"),
            language.choose("Không duyệt", "Refuse"),
            vec![proposal, reason(language)],
        )
        .hinted(language.choose(
            "Đề nghị kết thúc; thời điểm đã ghi được giữ nguyên.",
            "The proposal ends; the recorded time stays.",
        ))
    }
}
