//! What is odd in an imported life: taken in all the same and listed (XCH-05).
//!
//! A pure function of the life, so that the order of records does not matter and a
//! later record that puts something right clears it.

use crate::domain::event::Imported;
use crate::domain::refusal::Said;
use crate::domain::time::Moment;

/// The kinds of oddities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    SettledBeforeIntake,
    ReturnedBeforeSettled,
    DueBeforeIntake,
    SettledWithoutDue,
    EventBeforeIntake,
    EventAfterReturn,
    InTheFuture,
    /// The source went back behind what had been reached here; that was not followed.
    StatusLowered,
    /// A value that could not be read was left out.
    Unreadable,
    /// The source held the same record more than once.
    RepeatedRecord,
}

impl Oddity {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::SettledBeforeIntake => "settled_before_intake",
            Self::ReturnedBeforeSettled => "returned_before_settled",
            Self::DueBeforeIntake => "due_before_intake",
            Self::SettledWithoutDue => "settled_without_due",
            Self::EventBeforeIntake => "event_before_intake",
            Self::EventAfterReturn => "event_after_return",
            Self::InTheFuture => "in_the_future",
            Self::StatusLowered => "status_lowered",
            Self::Unreadable => "unreadable",
            Self::RepeatedRecord => "repeated_record",
        }
    }

    /// In a few words.
    #[must_use]
    pub fn said(self) -> Said {
        let (vietnamese, english) = match self {
            Self::SettledBeforeIntake => ("kết thúc trước khi tiếp nhận", "settled before intake"),
            Self::ReturnedBeforeSettled => {
                ("trả kết quả trước khi có kết quả", "returned before being settled")
            }
            Self::DueBeforeIntake => ("hẹn trả trước ngày tiếp nhận", "due before intake"),
            Self::SettledWithoutDue => {
                ("đã kết thúc nhưng không có ngày hẹn trả", "settled without a due date")
            }
            Self::EventBeforeIntake => ("có bước xử lý trước khi tiếp nhận", "a step before intake"),
            Self::EventAfterReturn => ("có bước xử lý sau khi trả kết quả", "a step after the return"),
            Self::InTheFuture => ("có thời điểm trong tương lai", "a time in the future"),
            Self::StatusLowered => ("nguồn lùi trạng thái, đã bỏ qua", "the source went back; not followed"),
            Self::Unreadable => {
                ("có giá trị không đọc được, đã để trống", "a value that can't be read was left out")
            }
            Self::RepeatedRecord => ("có bản ghi lặp lại y nguyên", "the same record more than once"),
        };
        Said::new(vietnamese, english)
    }

    /// What those who answer for the data do about it.
    #[must_use]
    pub fn advice(self) -> Said {
        let (vietnamese, english) = match self {
            Self::SettledBeforeIntake | Self::ReturnedBeforeSettled => (
                "Kiểm tra ngày tiếp nhận, ngày có kết quả và ngày trả ở hệ thống nguồn, sửa rồi nhập lại.",
                "Check the days of intake, settlement and return in the source, correct them, import again.",
            ),
            Self::DueBeforeIntake => (
                "Kiểm tra ngày hẹn trả; hồ sơ này luôn bị tính là quá hạn.",
                "Check the promised day; this dossier always counts as late.",
            ),
            Self::SettledWithoutDue => (
                "Bổ sung ngày hẹn trả ở nguồn; khi chưa có, hồ sơ không được tính vào tỷ lệ đúng hạn.",
                "Add the promised day in the source; without it the dossier is left out of the rates.",
            ),
            Self::EventBeforeIntake | Self::EventAfterReturn => (
                "Kiểm tra thời điểm của các bước xử lý; thường là ghi chậm hoặc ghi nhầm ngày.",
                "Check when the steps happened; they were probably recorded late, or under a wrong day.",
            ),
            Self::InTheFuture => (
                "Kiểm tra ngày giờ và múi giờ (“zone” của tệp ánh xạ).",
                "Check the times, and the time zone (“zone” in the mapping).",
            ),
            Self::StatusLowered => (
                "Nguồn ghi lại hồ sơ đã kết thúc là chưa xong. Nếu hồ sơ được mở lại thật, ghi nhận việc mở lại ở đây.",
                "The source calls a dossier open that was settled. If it was opened again, record that here.",
            ),
            Self::Unreadable => (
                "Thêm định dạng vào “dates” của tệp ánh xạ, hoặc sửa giá trị ở nguồn, rồi nhập lại.",
                "Add the format to “dates” in the mapping or correct the value in the source, and import again.",
            ),
            Self::RepeatedRecord => (
                "Chỉ được tính một lần. Kiểm tra cách xuất dữ liệu nếu có nhiều bản ghi lặp.",
                "It was counted once. Check the export if there are many of them.",
            ),
        };
        Said::new(vietnamese, english)
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::all().find(|oddity| oddity.id() == id)
    }

    /// Every kind there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_records = [Self::StatusLowered, Self::Unreadable, Self::RepeatedRecord];
        Self::OF_THE_LIFE.into_iter().chain(of_records)
    }

    /// Those that follow from the life alone and are found anew whenever it changes.
    pub const OF_THE_LIFE: [Self; 7] = [
        Self::SettledBeforeIntake,
        Self::ReturnedBeforeSettled,
        Self::DueBeforeIntake,
        Self::SettledWithoutDue,
        Self::EventBeforeIntake,
        Self::EventAfterReturn,
        Self::InTheFuture,
    ];
}

/// What is odd in a life with steps at these instants, seen at `now`.
#[must_use]
pub fn oddities(life: &Imported, steps: &[Moment], now: Moment) -> Vec<Oddity> {
    let intake = life.received_at;
    let end = life.end().map(|(at, _)| at);
    let gone = life.returned_at.or(end);
    let first = steps.iter().min();
    let last = steps.iter().max();
    let latest = [Some(intake), end, life.returned_at, last.copied()].into_iter().flatten().max();
    let early_return = life.settled_at.zip(life.returned_at).is_some_and(|(settled, back)| back < settled);
    let due_early = life.promise.as_ref().is_some_and(|promise| promise.due_on < life.received_on);
    [
        (Oddity::SettledBeforeIntake, end.is_some_and(|end| end < intake)),
        (Oddity::ReturnedBeforeSettled, early_return),
        (Oddity::DueBeforeIntake, due_early),
        (Oddity::SettledWithoutDue, end.is_some() && life.promise.is_none()),
        (Oddity::EventBeforeIntake, first.is_some_and(|first| *first < intake)),
        (Oddity::EventAfterReturn, last.zip(gone).is_some_and(|(last, gone)| *last > gone)),
        (Oddity::InTheFuture, latest.is_some_and(|latest| latest > now)),
    ]
    .into_iter()
    .filter_map(|(oddity, holds)| holds.then_some(oddity))
    .collect()
}
