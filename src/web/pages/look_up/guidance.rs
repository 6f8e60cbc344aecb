//! What a citizen is told of their dossier: where it is, what they can do, whom they can ask.
//!
//! It says what is so and nothing more: that a promise was missed whether or not the clock stands
//! still since (SUP-06), and words of apology only once a letter was signed and sent (LATE-17).

use super::super::front::Front;
use super::super::parts;
use crate::domain::dossier::{Dossier, StopKind};
use crate::domain::event::{Event, Happening};
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::web::views::look_up::Contact;
use crate::web::views::parts::When;
use crate::work::process;

/// One dossier, for whoever filed it.
pub(super) struct Guidance<'a> {
    pub desk: &'a Front,
    pub dossier: &'a Dossier,
    pub events: &'a [Event],
}

impl Guidance<'_> {
    /// Where it is and what to do, in one or two sentences.
    pub(super) fn what_now(&self) -> String {
        let (dossier, office) = (self.dossier, self.office());
        let (vietnamese, english) = match dossier.state {
            State::Registered => (
                "Hồ sơ đã gửi và đang chờ Trung tâm kiểm tra, tiếp nhận.",
                "The dossier was sent and waits to be checked and received by the centre.",
            ),
            State::NotReceived => (
                "Hồ sơ chưa được tiếp nhận. Ông/bà xem lý do trong thông báo đã gửi.",
                "The dossier was not received. The notice that was sent says why.",
            ),
            State::SupplementRequested => return self.supplement_by(),
            State::PaymentRequested => (
                "Hồ sơ đang chờ ông/bà thực hiện nghĩa vụ tài chính theo thông báo đã gửi. Thời hạn tạm dừng cho đến khi có chứng từ nộp tiền.",
                "The dossier waits for you to meet the financial obligation in the notice that was sent. The clock stands still until there is proof of payment.",
            ),
            State::Settled => {
                let since = self.when(dossier.ended_at);
                return self.desk.say(
                    format!(
                        "Đã có kết quả từ {since}. Mời ông/bà đến nhận hoặc chờ bưu chính giao theo đăng ký."
                    ),
                    format!(
                        "The result has been there since {since}. Please come for it, or wait for the post if you chose that."
                    ),
                );
            }
            State::Returned => {
                let at = self.when(dossier.returned_at);
                return self
                    .desk
                    .say(format!("Kết quả đã được trả {at}."), format!("The result was returned on {at}."));
            }
            State::Withdrawn => {
                ("Hồ sơ đã được rút theo yêu cầu.", "The dossier was withdrawn as you asked.")
            }
            State::Stopped => (
                "Hồ sơ đã dừng giải quyết. Ông/bà xem lý do trong thông báo đã gửi.",
                "The dossier was stopped. The notice that was sent says why.",
            ),
            State::Received | State::Processing if dossier.is_late_at(self.desk.now) => (
                "Ông/bà không phải nộp thêm giấy tờ; có thể hỏi hoặc phản ánh theo số điện thoại dưới đây.",
                "You need not hand in anything more; you can ask or complain at the telephone number below.",
            ),
            State::Received | State::Processing => {
                return self.desk.say(
                    format!("{office} đang giải quyết. Ông/bà không phải làm gì thêm."),
                    format!("{office} is working on it. You need not do anything."),
                );
            }
        };
        self.desk.say(vietnamese, english).to_owned()
    }

    /// What else they should know: a promise that was missed, and what was written to them about it.
    pub(super) fn notes(&self) -> Vec<String> {
        [self.lateness(), self.apology(), self.second_miss(), self.request()].into_iter().flatten().collect()
    }

    /// The papers that are waited for (SUP-01).
    pub(super) fn papers(&self) -> Vec<String> {
        self.supplement().map(|(items, ..)| items.to_vec()).unwrap_or_default()
    }

    /// Who settles it, and where it was filed.
    pub(super) fn contacts(&self) -> Vec<Contact> {
        let filing = &self.dossier.filing;
        let mut units = vec![&filing.competent_unit, &filing.receiving_unit];
        units.dedup();
        let contact = |unit| Contact { name: self.desk.unit_name(unit), phone: self.desk.phone_of(unit) };
        units.into_iter().map(contact).collect()
    }

    /// The promise that was missed, with what came of it (LATE-00, SUP-06).
    fn lateness(&self) -> Option<String> {
        let missed = self.dossier.missed_promise(self.desk.now)?;
        let (office, due) = (self.office(), self.when(Some(missed.due_at)));
        let say = |vietnamese, english| self.desk.say(vietnamese, english);
        Some(match self.dossier.state {
            State::Settled | State::Returned => {
                let ended = self.when(self.dossier.ended_at);
                say(
                    format!("{office} đã hẹn trả {due}; kết quả có {ended}, muộn hơn lời hẹn."),
                    format!(
                        "{office} had promised {due}; the result was there on {ended}, later than promised."
                    ),
                )
            }
            State::Withdrawn | State::Stopped => say(
                format!("{office} đã hẹn trả {due}; đến khi hồ sơ kết thúc chưa có kết quả."),
                format!("{office} had promised {due}; when the dossier ended there was no result."),
            ),
            _ => say(
                format!("{office} chưa trả kết quả đúng hẹn: đã hẹn {due}."),
                format!("{office} has not kept its promise: the result was promised for {due}."),
            ),
        })
    }

    /// Only once it is signed and sent (LATE-17).
    fn apology(&self) -> Option<String> {
        let (number, reason, again) = self.events.iter().find_map(|event| match &event.what {
            Happening::ApologyIssued { number, reason, reappointed, .. } => {
                Some((number, reason, reappointed))
            }
            _ => None,
        })?;
        let signed = self.dossier.apology.as_ref()?.signed_on;
        let again = again.map_or_else(String::new, |second| {
            format!(" {} {}.", self.desk.say("Hẹn lại", "New return date:"), self.when(Some(second.due_at)))
        });
        let (office, signed) = (self.office(), self.desk.language().day(signed));
        let (number, reason) = (self.desk.name(number), reason.word(self.desk.language()));
        Some(self.desk.say(
            format!("{office} đã xin lỗi ông/bà bằng văn bản số {number}, {signed}. Lý do: {reason}.{again}"),
            format!("{office} apologised to you by letter no. {number}, {signed}. Reason: {reason}.{again}"),
        ))
    }

    /// LATE-09: there is no third day.
    fn second_miss(&self) -> Option<String> {
        let second = self.dossier.reappointment?;
        let open = self.dossier.state.is_open() && self.dossier.stopped_since().is_none();
        (open && self.desk.now > second.late_from && self.dossier.is_late_at(self.desk.now)).then(|| {
            let day = self.when(Some(second.due_at));
            self.desk.say(
                format!(
                    "Ngày hẹn lại {day} cũng đã qua mà chưa có kết quả. Hồ sơ không được hẹn thêm lần nữa và phải được giải quyết ngay."
                ),
                format!(
                    "The new date {day} has passed without a result, too. No further date may be given; the dossier must be settled at once."
                ),
            )
        })
    }

    /// Why papers are asked for, and who answers questions about them (SUP-01).
    fn request(&self) -> Option<String> {
        let (_, reason, contact) = self.supplement()?;
        let ends = |text: &str| text.trim_end_matches(['.', ' ']).to_owned();
        let told = |text: &str| self.desk.name(&ends(text));
        let contact = contact.map_or_else(String::new, |contact| {
            format!(" {}: {}.", self.desk.say("Liên hệ", "Contact"), told(contact))
        });
        Some(format!("{}: {}.{contact}", self.desk.say("Lý do", "Reason"), told(reason)))
    }

    fn supplement_by(&self) -> String {
        let stop = self.dossier.open_stop().filter(|stop| stop.kind == StopKind::Supplement);
        let by = stop.and_then(|stop| process::answer_by(self.desk, self.dossier, stop));
        let by = match by.map(|day| self.desk.language().day(day)) {
            None => self
                .desk
                .say("Nộp càng sớm, kết quả có càng sớm", "The sooner they come, the sooner the result")
                .to_owned(),
            Some(day) => self.desk.say(
                format!("Nộp chậm nhất {day}; quá ngày đó hồ sơ có thể bị dừng giải quyết"),
                format!("Hand them in by {day}; after that day the dossier may be stopped"),
            ),
        };
        self.desk.say(
            format!("Hồ sơ đang chờ ông/bà bổ sung giấy tờ. {by}. Thời hạn tạm dừng cho đến khi bổ sung đủ."),
            format!(
                "The dossier waits for papers from you. {by}. The clock stands still until it is complete."
            ),
        )
    }

    /// What the last request asks for, while it is waited for.
    fn supplement(&self) -> Option<(&[String], &str, Option<&str>)> {
        if self.dossier.state != State::SupplementRequested {
            return None;
        }
        self.events.iter().rev().find_map(|event| match &event.what {
            Happening::SupplementRequested { items, reason, contact, .. } => {
                Some((items.as_slice(), reason.as_str(), contact.as_deref()))
            }
            _ => None,
        })
    }

    fn office(&self) -> String {
        self.desk.unit(&self.dossier.filing.competent_unit)
    }

    fn when(&self, at: Option<Moment>) -> String {
        at.map(|at| parts::at(self.desk, at)).map_or_else(String::new, |When { text, .. }| text)
    }
}
