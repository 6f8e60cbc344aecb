//! Form 01, the receipt and appointment slip, as a page to print.

use askama::Template;

use super::dossier::Applicant;
use super::intake::Promised;
use super::parts::{MonthFigure, When};
use super::shell::Shell;
use crate::paper::Svg;

/// `/dossiers/{code}/slip`: the fields of form 01 (domain section 7.2).
#[derive(Clone, Debug, Template)]
#[template(path = "slip.html")]
pub struct Slip {
    pub shell: Shell,
    /// `UBND TỈNH LAI CHÂU`
    pub authority: String,
    /// The centre that received it.
    pub centre: String,
    /// `123/TTPVHCC`
    pub number: String,
    /// `Lai Châu, ngày 20 tháng 11 năm 2026`
    pub place_and_day: String,
    pub code: String,
    pub applicant: Applicant,
    /// The procedure's name.
    pub content: String,
    pub components: Vec<String>,
    /// `01 (một) bộ`
    pub sets: String,
    /// `3 ngày làm việc`
    pub limit: String,
    pub received: When,
    /// None without a time limit.
    pub promise: Option<Promised>,
    pub return_method: String,
    /// `Quyển số 01, số thứ tự 245`
    pub ledger: Option<String>,
    pub received_by: String,
    /// Where the dossier can be looked up.
    pub look_up: String,
    /// The second secret for looking up, printed here alone.
    pub secret: Option<String>,
    /// A QR code of the look-up address.
    pub qr: Option<Svg>,
    pub figure: Option<MonthFigure>,
}
