//! The deeds that may happen to a dossier, each a form with words of its own.
//!
//! Names of kinds and fields are those of `POST /api/v1/dossiers/{code}/events`.

mod lawful;

use super::parts::{Choice, Field};
use crate::domain::apology::{DeliveryChannel, LateReason};

/// A form for one deed. It posts `kind`, `expected_version` and its inputs to
/// `/dossiers/{code}/events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeedForm {
    pub kind: &'static str,
    /// The deed as a link to it says it.
    pub word: &'static str,
    /// The button's word.
    pub button: &'static str,
    /// What the deed does to the clock or the promise, if that is not plain.
    pub hint: Option<String>,
    pub inputs: Vec<Input>,
    /// The key that opens it.
    pub key: Option<char>,
    /// Whether this is the deed expected next; it is shown open.
    pub next: bool,
    /// Whether it ends the dossier's life.
    pub danger: bool,
    /// Why it was refused just now.
    pub error: Option<String>,
}

/// One input of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: Option<&'static str>,
    pub kind: InputKind,
    pub field: Field,
    pub required: bool,
}

/// How an input is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    Line,
    /// Several lines of at least so many characters.
    Lines(u32),
    /// A civil day.
    Day(Days),
    Choose(Vec<Choice>),
}

/// The days that may be chosen, both included; none is no bound.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Days {
    pub first: Option<String>,
    pub last: Option<String>,
}

impl Days {
    #[must_use]
    pub fn from(first: Option<String>) -> Self {
        Self { first, last: None }
    }
}

/// Choices from pairs of value and word, with `chosen` marked.
#[must_use]
pub fn choices(pairs: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    pairs.iter().map(|(value, word)| Choice::new(*value, *word, *value == chosen)).collect()
}

impl Input {
    fn new(name: &'static str, label: &'static str, kind: InputKind) -> Self {
        Self { name, label, hint: None, kind, field: Field::default(), required: false }
    }

    fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// The reasons for lateness (LATE-12), none chosen.
fn late_reason() -> Input {
    let mut reasons = vec![Choice::new("", "– Chọn lý do –", true)];
    reasons.extend(LateReason::ALL.into_iter().map(|reason| {
        let word = reason.vietnamese();
        let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        Choice::new(reason.id(), format!("{first}{}", word.chars().skip(1).collect::<String>()), false)
    }));
    Input::new("reason", "Lý do", InputKind::Choose(reasons)).required()
}

/// Why something is asked or ended, in at least ten characters.
fn reason() -> Input {
    Input::new("reason", "Lý do", InputKind::Lines(10)).required()
}

impl DeedForm {
    fn new(kind: &'static str, word: &'static str, button: &'static str, inputs: Vec<Input>) -> Self {
        Self { kind, word, button, hint: None, inputs, key: None, next: false, danger: false, error: None }
    }

    fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn ends(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Marks the deed expected next.
    #[must_use]
    pub fn next(mut self) -> Self {
        self.next = true;
        self
    }

    /// Puts back what was typed and says what was wrong with it.
    #[must_use]
    pub fn filled(mut self, name: &str, field: Field) -> Self {
        if let Some(input) = self.inputs.iter_mut().find(|input| input.name == name) {
            if let InputKind::Choose(choices) = &mut input.kind {
                for choice in choices {
                    choice.chosen = choice.value == field.value;
                }
            }
            input.field = field;
        }
        self
    }

    /// Says why the whole deed was refused, and opens it again.
    #[must_use]
    pub fn refused(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Whether it brings the dossier no further but corrects what was recorded.
    #[must_use]
    pub fn is_about_the_record(&self) -> bool {
        matches!(self.kind, "correction_proposed" | "corrected" | "correction_refused")
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.next || self.error.is_some() || self.inputs.iter().any(|input| input.field.error.is_some())
    }

    #[must_use]
    pub fn accept() -> Self {
        Self::new("received", "Tiếp nhận chính thức", "Tiếp nhận", vec![])
            .hinted("Đồng hồ giải quyết bắt đầu chạy và ngày hẹn trả được ấn định.")
    }

    #[must_use]
    pub fn refuse() -> Self {
        Self::new("refused", "Từ chối tiếp nhận", "Từ chối", vec![reason()]).ends()
    }

    /// Hands the dossier to a unit, and there to an officer where the unit is one's own.
    #[must_use]
    pub fn transfer(units: Vec<Choice>, officers: Vec<Choice>) -> Self {
        let mut inputs =
            vec![Input::new("to_unit", "Chuyển đến đơn vị", InputKind::Choose(units)).required()];
        if !officers.is_empty() {
            inputs.push(Input::new("to_officer", "Người nhận", InputKind::Choose(officers)));
        }
        let mut deed = Self::new("transfer", "Chuyển hồ sơ", "Chuyển", inputs);
        deed.key = Some('t');
        deed
    }

    /// Ends `step` and hands over to the next.
    #[must_use]
    pub fn step_done(step: &str, next_step: Option<&str>, officers: Vec<Choice>) -> Self {
        let mut inputs = vec![Input::new("step", "Bước vừa xong", InputKind::Line).required()];
        if !officers.is_empty() {
            inputs.push(Input::new("to_officer", "Bàn giao cho", InputKind::Choose(officers)));
        }
        let deed = Self::new("step_done", "Xong bước này, bàn giao", "Bàn giao", inputs);
        let deed = deed.filled("step", Field::of(step));
        match next_step {
            Some(next) => deed.hinted(format!("Bước tiếp theo: {next}.")),
            None => deed,
        }
    }

    #[must_use]
    pub fn supplement() -> Self {
        let items = Input::new("items", "Giấy tờ cần bổ sung", InputKind::Lines(1))
            .required()
            .hint("Mỗi dòng một loại. Chỉ được yêu cầu một lần, nên xin nêu đủ.");
        Self::new("supplement_requested", "Yêu cầu bổ sung", "Gửi phiếu yêu cầu", vec![items, reason()])
            .hinted("Thời hạn tạm dừng cho đến khi hồ sơ được bổ sung đủ.")
    }

    #[must_use]
    pub fn supplemented(restarts: bool) -> Self {
        Self::new("supplemented", "Đã nhận bổ sung", "Ghi nhận bổ sung", vec![]).hinted(if restarts {
            "Thời hạn được tính lại từ đầu."
        } else {
            "Thời hạn được tính tiếp phần còn lại."
        })
    }

    #[must_use]
    pub fn request_payment() -> Self {
        Self::new("payment_requested", "Yêu cầu nghĩa vụ tài chính", "Gửi thông báo", vec![reason()])
            .hinted("Thời hạn tạm dừng cho đến khi có chứng từ nộp tiền.")
    }

    #[must_use]
    pub fn paid() -> Self {
        Self::new("paid", "Đã nộp nghĩa vụ tài chính", "Ghi nhận đã nộp", vec![])
            .hinted("Đã xem chứng từ nộp tiền. Thời hạn chạy tiếp với ngày hẹn trả mới.")
    }

    #[must_use]
    pub fn settle() -> Self {
        Self::new("settled", "Đã có kết quả", "Ghi nhận kết quả", vec![])
            .hinted("Thời điểm này quyết định hồ sơ đúng hạn hay quá hạn.")
    }

    #[must_use]
    pub fn return_result() -> Self {
        let how = choices(&[("counter", "Tại Trung tâm"), ("post", "Qua bưu chính công ích")], "counter");
        let how = Input::new("method", "Cách trả", InputKind::Choose(how)).required();
        Self::new("returned", "Trả kết quả", "Ghi nhận đã trả", vec![how])
    }

    #[must_use]
    pub fn withdraw() -> Self {
        Self::new("withdrawn", "Rút hồ sơ", "Rút hồ sơ", vec![reason()])
            .hinted("Theo yêu cầu của người nộp, khi chưa có kết quả.")
            .ends()
    }

    #[must_use]
    pub fn stop() -> Self {
        Self::new("stopped", "Dừng giải quyết", "Dừng giải quyết", vec![reason()]).ends()
    }

    /// Form 04: the apology with its reason and the new day (LATE-02, LATE-12, LATE-13).
    /// `first_day` is the first day that may be promised, `may_reappoint` whether one still may.
    #[must_use]
    pub fn apologise(first_day: Option<String>, may_reappoint: bool) -> Self {
        let words = Input::new("words", "Nói rõ với ông/bà", InputKind::Lines(10))
            .required()
            .hint("Ít nhất 10 ký tự. Người nhận sẽ đọc đúng những lời này.");
        let mut inputs = vec![late_reason(), words];
        if may_reappoint {
            let day = Input::new("new_due_on", "Ngày hẹn trả mới", InputKind::Day(Days::from(first_day)))
                .required()
                .hint("Là ngày làm việc, sau hạn cũ. Chỉ được hẹn lại một lần.");
            inputs.push(day);
        }
        Self::new("apology_issued", "Gửi văn bản xin lỗi", "Ký và gửi lời xin lỗi", inputs).next()
    }

    /// Bounds the day that may be chosen; `words` say which day that is (LATE-13).
    #[must_use]
    pub fn no_later_than(mut self, last: String, words: &str) -> Self {
        for input in &mut self.inputs {
            if let InputKind::Day(days) = &mut input.kind {
                days.last = Some(last.clone());
            }
        }
        self.hinted(format!("Ngày hẹn trả mới muộn nhất là {words}."))
    }

    /// The proof that the apology went out (LATE-17).
    #[must_use]
    pub fn deliver_apology() -> Self {
        let channels = [
            DeliveryChannel::Counter,
            DeliveryChannel::Post,
            DeliveryChannel::Email,
            DeliveryChannel::Portal,
        ];
        let ways = channels.map(|channel| {
            Choice::new(channel.id(), channel.vietnamese(), channel == DeliveryChannel::Counter)
        });
        let how = Input::new("channel", "Lời xin lỗi được giao", InputKind::Choose(ways.to_vec())).required();
        let proof = Input::new("receipt", "Bằng chứng", InputKind::Line)
            .required()
            .hint("Người ký nhận, số giấy báo phát hoặc mã thư.");
        Self::new("apology_delivered", "Ghi nhận đã giao lời xin lỗi", "Ghi nhận đã giao", vec![how, proof])
    }

    /// Release from the apology by the head of unit (LATE-08); it stays visible in the figures.
    #[must_use]
    pub fn exempt() -> Self {
        let words = Input::new("words", "Vì sao không phải xin lỗi", InputKind::Lines(10)).required();
        Self::new("exempted", "Miễn xin lỗi", "Miễn xin lỗi", vec![late_reason(), words])
            .hinted("Chỉ khi đơn vị không có lỗi. Hồ sơ vẫn được thống kê là được miễn.")
    }
}
