//! The deeds that may happen to a dossier, each a form with words of its own.
//!
//! Names of kinds and fields are those of `POST /api/v1/dossiers/{code}/events`.

mod lawful;

use super::parts::{Choice, Field};
use super::prose;
use crate::domain::apology::{DeliveryChannel, LateReason};
use crate::domain::refusal::Language;

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
fn late_reason(language: Language) -> Input {
    let mut reasons = vec![Choice::new("", language.choose("– Chọn lý do –", "– Choose a reason –"), true)];
    reasons.extend(LateReason::ALL.into_iter().map(|reason| {
        let word = reason.word(language);
        let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        Choice::new(reason.id(), format!("{first}{}", word.chars().skip(1).collect::<String>()), false)
    }));
    Input::new("reason", language.choose("Lý do", "Reason"), InputKind::Choose(reasons)).required()
}

/// Why something is asked or ended, in at least ten characters.
fn reason(language: Language) -> Input {
    Input::new("reason", language.choose("Lý do", "Reason"), InputKind::Lines(10)).required()
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
    pub fn accept(language: Language) -> Self {
        Self::new(
            "received",
            language.choose("Tiếp nhận chính thức", "Receive officially"),
            language.choose("Tiếp nhận", "Receive"),
            vec![],
        )
        .hinted(language.choose(
            "Đồng hồ giải quyết bắt đầu chạy và ngày hẹn trả được ấn định.",
            "The clock starts and the return date is fixed.",
        ))
    }

    #[must_use]
    pub fn refuse(language: Language) -> Self {
        Self::new(
            "refused",
            language.choose("Từ chối tiếp nhận", "Refuse receipt"),
            language.choose("Từ chối", "Refuse"),
            vec![reason(language)],
        )
        .ends()
    }

    /// Hands the dossier to a unit, and there to an officer where the unit is one's own.
    #[must_use]
    pub fn transfer(language: Language, units: Vec<Choice>, officers: Vec<Choice>) -> Self {
        let mut inputs = vec![
            Input::new(
                "to_unit",
                language.choose("Chuyển đến đơn vị", "Transfer to unit"),
                InputKind::Choose(units),
            )
            .required(),
        ];
        if !officers.is_empty() {
            inputs.push(Input::new(
                "to_officer",
                language.choose("Người nhận", "Received by"),
                InputKind::Choose(officers),
            ));
        }
        let mut deed = Self::new(
            "transfer",
            language.choose("Chuyển hồ sơ", "Transfer the dossier"),
            language.choose("Chuyển", "Transfer"),
            inputs,
        );
        deed.key = Some('t');
        deed
    }

    /// Ends `step` and hands over to the next.
    #[must_use]
    pub fn step_done(language: Language, step: &str, next_step: Option<&str>, officers: Vec<Choice>) -> Self {
        let mut inputs = vec![
            Input::new("step", language.choose("Bước vừa xong", "Step just done"), InputKind::Line)
                .required(),
        ];
        if !officers.is_empty() {
            inputs.push(Input::new(
                "to_officer",
                language.choose("Bàn giao cho", "Hand over to"),
                InputKind::Choose(officers),
            ));
        }
        let deed = Self::new(
            "step_done",
            language.choose("Xong bước này, bàn giao", "Step done, hand over"),
            language.choose("Bàn giao", "Hand over"),
            inputs,
        );
        let deed = deed.filled("step", Field::of(step));
        match next_step {
            Some(next) => {
                let word = language.choose("Bước tiếp theo", "Next step");
                deed.hinted(format!("{word}: {}.", prose::name(language, next)))
            }
            None => deed,
        }
    }

    #[must_use]
    pub fn supplement(language: Language) -> Self {
        let items = Input::new(
            "items",
            language.choose("Giấy tờ cần bổ sung", "Papers to supplement"),
            InputKind::Lines(1),
        )
        .required()
        .hint(language.choose(
            "Mỗi dòng một loại. Chỉ được yêu cầu một lần, nên xin nêu đủ.",
            "One a line. It can be asked only once, so name them all.",
        ));
        Self::new(
            "supplement_requested",
            language.choose("Yêu cầu bổ sung", "Ask for a supplement"),
            language.choose("Gửi phiếu yêu cầu", "Send the request"),
            vec![items, reason(language)],
        )
        .hinted(language.choose(
            "Thời hạn tạm dừng cho đến khi hồ sơ được bổ sung đủ.",
            "The clock stands still until the dossier is complete.",
        ))
    }

    #[must_use]
    pub fn supplemented(language: Language, restarts: bool) -> Self {
        Self::new(
            "supplemented",
            language.choose("Đã nhận bổ sung", "Supplement received"),
            language.choose("Ghi nhận bổ sung", "Record supplement"),
            vec![],
        )
        .hinted(if restarts {
            language.choose("Thời hạn được tính lại từ đầu.", "The time limit is counted anew.")
        } else {
            language.choose("Thời hạn được tính tiếp phần còn lại.", "The rest of the time limit runs on.")
        })
    }

    #[must_use]
    pub fn request_payment(language: Language) -> Self {
        Self::new(
            "payment_requested",
            language.choose("Yêu cầu nghĩa vụ tài chính", "Ask for a financial obligation"),
            language.choose("Gửi thông báo", "Send the notice"),
            vec![reason(language)],
        )
        .hinted(language.choose(
            "Thời hạn tạm dừng cho đến khi có chứng từ nộp tiền.",
            "The clock stands still until there is proof of payment.",
        ))
    }

    #[must_use]
    pub fn paid(language: Language) -> Self {
        Self::new(
            "paid",
            language.choose("Đã nộp nghĩa vụ tài chính", "Financial obligation met"),
            language.choose("Ghi nhận đã nộp", "Record payment"),
            vec![],
        )
        .hinted(language.choose(
            "Đã xem chứng từ nộp tiền. Thời hạn chạy tiếp với ngày hẹn trả mới.",
            "Proof of payment was seen. The clock runs on with a new return date.",
        ))
    }

    #[must_use]
    pub fn settle(language: Language) -> Self {
        Self::new(
            "settled",
            language.choose("Đã có kết quả", "Result is there"),
            language.choose("Ghi nhận kết quả", "Record result"),
            vec![],
        )
        .hinted(language.choose(
            "Thời điểm này quyết định hồ sơ đúng hạn hay quá hạn.",
            "This moment decides whether the dossier is on time or late.",
        ))
    }

    #[must_use]
    pub fn return_result(language: Language) -> Self {
        let how = choices(
            &[
                ("counter", language.choose("Tại Trung tâm", "At the centre")),
                ("post", language.choose("Qua bưu chính công ích", "By public post")),
            ],
            "counter",
        );
        let how = Input::new("method", language.choose("Cách trả", "Way of return"), InputKind::Choose(how))
            .required();
        Self::new(
            "returned",
            language.choose("Trả kết quả", "Return result"),
            language.choose("Ghi nhận đã trả", "Record return"),
            vec![how],
        )
    }

    #[must_use]
    pub fn withdraw(language: Language) -> Self {
        Self::new(
            "withdrawn",
            language.choose("Rút hồ sơ", "Withdraw the dossier"),
            language.choose("Rút hồ sơ", "Withdraw the dossier"),
            vec![reason(language)],
        )
        .hinted(language.choose(
            "Theo yêu cầu của người nộp, khi chưa có kết quả.",
            "At the applicant's request, while there is no result.",
        ))
        .ends()
    }

    #[must_use]
    pub fn stop(language: Language) -> Self {
        Self::new(
            "stopped",
            language.choose("Dừng giải quyết", "Stop the procedure"),
            language.choose("Dừng giải quyết", "Stop the procedure"),
            vec![reason(language)],
        )
        .ends()
    }

    /// Form 04: the apology with its reason and the new day (LATE-02, LATE-12, LATE-13).
    /// `first_day` is the first day that may be promised, `may_reappoint` whether one still may.
    #[must_use]
    pub fn apologise(language: Language, first_day: Option<String>, may_reappoint: bool) -> Self {
        let words = Input::new(
            "words",
            language.choose("Nói rõ với ông/bà", "Explanation to the applicant"),
            InputKind::Lines(10),
        )
        .required()
        .hint(language.choose(
            "Ít nhất 10 ký tự. Người nhận sẽ đọc đúng những lời này.",
            "At least 10 characters, in Vietnamese. The applicant will read these very words.",
        ));
        let mut inputs = vec![late_reason(language), words];
        if may_reappoint {
            let day = Input::new(
                "new_due_on",
                language.choose("Ngày hẹn trả mới", "New return date"),
                InputKind::Day(Days::from(first_day)),
            )
            .required()
            .hint(language.choose(
                "Là ngày làm việc, sau hạn cũ. Chỉ được hẹn lại một lần.",
                "A working day after the old one. A new date can be given only once.",
            ));
            inputs.push(day);
        }
        Self::new(
            "apology_issued",
            language.choose("Gửi văn bản xin lỗi", "Send the apology"),
            language.choose("Ký và gửi lời xin lỗi", "Sign and send the apology"),
            inputs,
        )
        .next()
    }

    /// Bounds the day that may be chosen; `words` say which day that is (LATE-13).
    #[must_use]
    pub fn no_later_than(mut self, language: Language, last: String, words: &str) -> Self {
        for input in &mut self.inputs {
            if let InputKind::Day(days) = &mut input.kind {
                days.last = Some(last.clone());
            }
        }
        let latest = language.choose("Ngày hẹn trả mới muộn nhất là", "The new return date is at the latest");
        self.hinted(format!("{latest} {words}."))
    }

    /// The proof that the apology went out (LATE-17).
    #[must_use]
    pub fn deliver_apology(language: Language) -> Self {
        let channels = [
            DeliveryChannel::Counter,
            DeliveryChannel::Post,
            DeliveryChannel::Email,
            DeliveryChannel::Portal,
        ];
        let ways = channels.map(|channel| {
            Choice::new(channel.id(), channel.word(language), channel == DeliveryChannel::Counter)
        });
        let how = Input::new(
            "channel",
            language.choose("Lời xin lỗi được giao", "The apology was delivered"),
            InputKind::Choose(ways.to_vec()),
        )
        .required();
        let proof = Input::new("receipt", language.choose("Bằng chứng", "Proof"), InputKind::Line)
            .required()
            .hint(language.choose(
                "Người ký nhận, số giấy báo phát hoặc mã thư.",
                "Who signed for it, the number of the delivery notice or the letter's code.",
            ));
        Self::new(
            "apology_delivered",
            language.choose("Ghi nhận đã giao lời xin lỗi", "Record delivery of the apology"),
            language.choose("Ghi nhận đã giao", "Record delivery"),
            vec![how, proof],
        )
    }

    /// Release from the apology by the head of unit (LATE-08); it stays visible in the figures.
    #[must_use]
    pub fn exempt(language: Language) -> Self {
        let words = Input::new(
            "words",
            language.choose("Vì sao không phải xin lỗi", "Why no apology is owed"),
            InputKind::Lines(10),
        )
        .required();
        Self::new(
            "exempted",
            language.choose("Miễn xin lỗi", "Exempt from the apology"),
            language.choose("Miễn xin lỗi", "Exempt from the apology"),
            vec![late_reason(language), words],
        )
        .hinted(language.choose(
            "Chỉ khi đơn vị không có lỗi. Hồ sơ vẫn được thống kê là được miễn.",
            "Only where the unit is not at fault. The dossier is counted as exempted.",
        ))
    }
}
