//! When something may be said to have happened (LATE-11, SUP-06, REP-18).
//!
//! Who tells of a thing afterwards may tell it truly, but not so that the telling changes how the
//! dossier stands or what a month's figures say: that is a correction and takes two persons.

use jiff::SignedDuration;

use super::desk::Desk;
use crate::db::Result;
use crate::domain::dossier::Dossier;
use crate::domain::refusal::Refusal;
use crate::domain::time::Moment;

/// How far a clock may lag behind ours in what is said to happen now.
const NOW: SignedDuration = SignedDuration::from_mins(1);

/// When it happened: as it is said, else now.
///
/// A clock that was set back must not bar every deed: what happens now follows what was.
///
/// # Errors
/// With field `at`, where it can't have happened then or may not be told afterwards.
pub fn happened(desk: &Desk, dossier: &Dossier, said: Option<Moment>) -> Result<Moment> {
    let at = said.unwrap_or_else(|| present(desk, dossier));
    check(desk, dossier, at)?;
    Ok(at)
}

/// A letter is signed and goes out now; one that was not recorded did not go out (LATE-01, LATE-17).
///
/// # Errors
/// With field `at`, where another time than now is said.
pub fn issued(desk: &Desk, dossier: &Dossier, said: Option<Moment>) -> Result<Moment> {
    let now = present(desk, dossier);
    if let Some(at) = said {
        check_order(desk, dossier, at)?;
        if at < desk.now.plus(-NOW) {
            return Err(not_then(
                "Văn bản xin lỗi được ký và gửi vào lúc ghi nhận. Bỏ trống thời điểm.",
                "The letter is signed and sent as it is recorded. Leave the time out.",
            ));
        }
    }
    Ok(now)
}

/// Now, or the dossier's last event where the clock was set back behind it.
fn present(desk: &Desk, dossier: &Dossier) -> Moment {
    desk.now.max(dossier.last_at)
}

/// An event lies in its order, and in the past only where that changes no standing and no closed month.
///
/// # Errors
/// With field `at`.
pub fn check(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<()> {
    check_order(desk, dossier, at)?;
    if at >= desk.now {
        return Ok(());
    }
    check_standing(desk, dossier, at)?;
    check_month(desk, at)
}

/// An event lies neither in the future nor before the one that it follows.
fn check_order(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<()> {
    if at > present(desk, dossier) {
        return Err(not_then(
            "Thời điểm nằm trong tương lai. Kiểm tra lại ngày giờ.",
            "The time lies in the future. Check date and time.",
        ));
    }
    if at < dossier.last_at {
        return Err(not_then(
            "Thời điểm sớm hơn sự việc trước đó của hồ sơ. Kiểm tra lại ngày giờ.",
            "The time is before the dossier's previous event. Check date and time.",
        ));
    }
    Ok(())
}

/// The dossier has not become late, or late a second time, between `at` and now (LATE-00, LATE-09).
fn check_standing(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<()> {
    if !dossier.state.is_open() || dossier.stopped_since().is_some() {
        return Ok(());
    }
    let promised = dossier.promise().map(|promise| promise.late_from);
    let again = dossier.reappointment.map(|second| second.late_from);
    if promised.into_iter().chain(again).any(|late_from| at <= late_from && late_from < desk.now) {
        return Err(not_then(
            "Từ thời điểm này đến nay hồ sơ đã quá hạn; ghi lùi ngày sẽ xóa việc quá hạn. Bỏ trống thời điểm để ghi nhận lúc này. Nếu việc thực sự xảy ra trước hạn, báo đơn vị kiểm soát thủ tục hành chính: đính chính phải có hai người duyệt.",
            "The dossier has become late since then, and an earlier time would undo that. Leave the time out to record it now. If it did happen in time, tell the control office: a correction takes two persons.",
        ));
    }
    Ok(())
}

/// What a past month's figures counted stays as it was counted (REP-18).
fn check_month(desk: &Desk, at: Moment) -> Result<()> {
    if desk.province.zone().day(at).month() == desk.today().month() {
        return Ok(());
    }
    Err(not_then(
        "Thời điểm thuộc tháng trước, số liệu tháng đó đã khép. Bỏ trống thời điểm để ghi nhận lúc này. Nếu cần ghi vào tháng trước, báo đơn vị kiểm soát thủ tục hành chính: đính chính phải có hai người duyệt.",
        "The time lies in an earlier month, whose figures are closed. Leave the time out to record it now. If it belongs there, tell the control office: a correction takes two persons.",
    ))
}

fn not_then(vietnamese: &str, english: &str) -> crate::db::Error {
    Refusal::invalid("at", vietnamese, english).into()
}
