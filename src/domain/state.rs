//! The ten national states of a dossier and the moves between them (LIFE-01).

use crate::domain::refusal::Language;

use serde::{Deserialize, Serialize};

/// National status list, domain section 15.4, with the interface's English ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Registered = 1,
    Received = 2,
    NotReceived = 3,
    Processing = 4,
    SupplementRequested = 5,
    PaymentRequested = 6,
    Withdrawn = 7,
    Stopped = 8,
    Settled = 9,
    Returned = 10,
}

impl State {
    pub const ALL: [Self; 10] = [
        Self::Registered,
        Self::Received,
        Self::NotReceived,
        Self::Processing,
        Self::SupplementRequested,
        Self::PaymentRequested,
        Self::Withdrawn,
        Self::Stopped,
        Self::Settled,
        Self::Returned,
    ];

    /// The national code, 1 to 10.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Received => "received",
            Self::NotReceived => "not_received",
            Self::Processing => "processing",
            Self::SupplementRequested => "supplement_requested",
            Self::PaymentRequested => "payment_requested",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// The national name, as officers know it.
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Registered => ("Mới đăng ký", "Newly registered"),
            Self::Received => ("Được tiếp nhận", "Received"),
            Self::NotReceived => ("Không được tiếp nhận", "Not received"),
            Self::Processing => ("Đang xử lý", "Processing"),
            Self::SupplementRequested => ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
            Self::PaymentRequested => {
                ("Yêu cầu thực hiện nghĩa vụ tài chính", "Financial obligation requested")
            }
            Self::Withdrawn => ("Công dân yêu cầu rút hồ sơ", "Withdrawn"),
            Self::Stopped => ("Dừng xử lý", "Stopped"),
            Self::Settled => ("Đã xử lý xong", "Settled"),
            Self::Returned => ("Đã trả kết quả", "Returned"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        self.word(Language::Vietnamese)
    }

    /// Whether the settlement clock runs or may yet run.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Registered
                | Self::Received
                | Self::Processing
                | Self::SupplementRequested
                | Self::PaymentRequested
        )
    }

    /// Whether the settlement clock stands still, waiting for the applicant (domain section 4.1).
    #[must_use]
    pub fn stops_the_clock(self) -> bool {
        matches!(self, Self::SupplementRequested | Self::PaymentRequested)
    }
}
