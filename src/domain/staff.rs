//! Who works here and what they may do (section 3.3, ORG-11 to ORG-13).
//!
//! One table of roles and deeds and one function over it; passwords and sessions are elsewhere.

pub mod likeness;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::unit::{Tier, UnitCode, UnitKind, UnitTree};
use crate::domain::refusal::Language;

/// A member of staff's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StaffId(pub i64);

impl StaffId {
    /// What the service does by itself.
    pub const SYSTEM: Self = Self(0);
}

/// The part that somebody plays in settling dossiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Reception,
    Clerk,
    Specialist,
    DivisionHead,
    UnitHead,
    Coordinator,
    CentreManager,
    ControlOffice,
    Inspector,
    Chair,
    Applicant,
    Public,
    Administrator,
    System,
}

impl Role {
    pub const ALL: [Self; 14] = [
        Self::Reception,
        Self::Clerk,
        Self::Specialist,
        Self::DivisionHead,
        Self::UnitHead,
        Self::Coordinator,
        Self::CentreManager,
        Self::ControlOffice,
        Self::Inspector,
        Self::Chair,
        Self::Applicant,
        Self::Public,
        Self::Administrator,
        Self::System,
    ];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Reception => "reception",
            Self::Clerk => "clerk",
            Self::Specialist => "specialist",
            Self::DivisionHead => "division_head",
            Self::UnitHead => "unit_head",
            Self::Coordinator => "coordinator",
            Self::CentreManager => "centre_manager",
            Self::ControlOffice => "control_office",
            Self::Inspector => "inspector",
            Self::Chair => "chair",
            Self::Applicant => "applicant",
            Self::Public => "public",
            Self::Administrator => "administrator",
            Self::System => "system",
        }
    }

    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Reception => ("Tiếp nhận và trả kết quả", "Reception and return"),
            Self::Clerk => ("Văn thư", "Clerk"),
            Self::Specialist => ("Công chức thụ lý", "Specialist"),
            Self::DivisionHead => ("Lãnh đạo phòng", "Head of division"),
            Self::UnitHead => ("Thủ trưởng cơ quan, đơn vị", "Head of unit"),
            Self::Coordinator => ("Đầu mối phối hợp", "Coordinator"),
            Self::CentreManager => ("Lãnh đạo Trung tâm PVHCC", "Manager of the service centre"),
            Self::ControlOffice => ("Kiểm soát thủ tục hành chính", "Control office"),
            Self::Inspector => ("Thanh tra, Sở Nội vụ", "Inspector, Home Affairs"),
            Self::Chair => ("Chủ tịch UBND", "Chair of the People's Committee"),
            Self::Applicant => ("Tổ chức, cá nhân", "Applicant"),
            Self::Public => ("Công chúng", "Public"),
            Self::Administrator => ("Quản trị hệ thống", "System administrator"),
            Self::System => ("Hệ thống", "System"),
        };
        language.choose(vietnamese, english)
    }

    /// Whether somebody with an account may have it.
    #[must_use]
    pub fn is_held_by_staff(self) -> bool {
        !matches!(self, Self::Applicant | Self::Public | Self::System)
    }

    /// Whether it looks at the whole province whatever its unit (ORG-13).
    #[must_use]
    pub fn sees_province(self) -> bool {
        matches!(self, Self::ControlOffice | Self::Inspector | Self::Chair | Self::System)
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.id() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role")]
pub struct UnknownRole(pub String);

/// Whoever does something: every deed demands one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub staff_id: StaffId,
    /// The unit in which and below which they act.
    pub unit: UnitCode,
    pub roles: BTreeSet<Role>,
    /// Whether nothing outside of that unit is theirs, whatever their roles: so acts a token that
    /// was narrowed to it.
    pub confined: bool,
}

impl Actor {
    #[must_use]
    pub fn new(staff_id: StaffId, unit: UnitCode, roles: impl IntoIterator<Item = Role>) -> Self {
        Self { staff_id, unit, roles: roles.into_iter().collect(), confined: false }
    }

    /// The service itself, acting for the whole province of `root`.
    #[must_use]
    pub fn system(root: UnitCode) -> Self {
        Self::new(StaffId::SYSTEM, root, [Role::System])
    }

    /// The same person with nothing but `unit` and what is below it.
    #[must_use]
    pub fn confined_to(self, unit: UnitCode) -> Self {
        Self { unit, confined: true, ..self }
    }

    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// What may be done to a dossier, to people or to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Register or take in a dossier, accept an online one (form 01).
    Receive,
    /// Refuse to receive (form 03).
    RefuseReceipt,
    /// Hand over to the next unit or person (LIFE-04).
    Transfer,
    /// Give a step to somebody.
    Assign,
    /// Begin or finish a step of the internal process.
    Step,
    /// Ask for what is missing (form 02).
    RequestSupplement,
    /// Ask a second time, with a reason (SUP-02).
    RequestSecondSupplement,
    /// Take in what was missing.
    ReceiveSupplement,
    RequestPayment,
    ConfirmPayment,
    /// Stop the clock for a reason that the law names (STOP-02).
    ExcludeTime,
    AskOpinion,
    AnswerOpinion,
    /// Record the signed result (RES-01).
    Settle,
    /// Hand the result to the applicant (RES-03).
    Return,
    Withdraw,
    /// Stop settling (form 05 of 2025).
    Stop,
    /// Open a settled dossier again (LIFE-01).
    Reopen,
    DraftApology,
    /// Sign form 04 (LATE-04).
    IssueApology,
    DeliverApology,
    /// LATE-08.
    ApproveExemption,
    /// Correct a recorded event (LIFE-05).
    Correct,
    /// Be the second person of a corrected due date (LATE-11).
    ApproveCorrection,
    Urge,
    /// Answer an urging with an explanation.
    Explain,
    /// See a dossier and the figures of one's units.
    View,
    /// See the applicant's contact and full identifier; logged (DATA-06).
    ViewPerson,
    /// See the dossiers and figures of every unit.
    ViewProvince,
    ViewAudit,
    /// See letters on their way out and what they say.
    ReadLetters,
    /// Close a month, publish figures.
    Publish,
    ManageCalendar,
    ManageCatalogue,
    /// Recompute promises after a change of the calendar (TIME-16).
    Recompute,
    ManagePeople,
    ManageService,
    Import,
    /// What the clock does: sweep, digest, snapshots.
    RunJobs,
}

/// A deed in words, to end the sentence "you may not …".
#[derive(Clone, Copy, Debug)]
pub struct InWords {
    pub vietnamese: &'static str,
    pub english: &'static str,
}

impl Deed {
    #[must_use]
    pub fn said(self) -> InWords {
        let (vietnamese, english) = match self {
            Self::Receive => ("tiếp nhận hồ sơ", "take in dossiers"),
            Self::RefuseReceipt => ("từ chối tiếp nhận hồ sơ", "refuse dossiers"),
            Self::Transfer => ("chuyển hồ sơ", "hand dossiers over"),
            Self::Assign => ("phân công xử lý", "assign work"),
            Self::Step => ("ghi nhận bước xử lý", "record steps"),
            Self::RequestSupplement => ("yêu cầu bổ sung hồ sơ", "ask for a supplement"),
            Self::RequestSecondSupplement => {
                ("yêu cầu bổ sung lần hai", "ask for a supplement a second time")
            }
            Self::ReceiveSupplement => ("tiếp nhận bổ sung", "take in a supplement"),
            Self::RequestPayment => ("thông báo nghĩa vụ tài chính", "announce a financial obligation"),
            Self::ConfirmPayment => ("xác nhận đã nộp tiền", "confirm a payment"),
            Self::ExcludeTime => ("tạm dừng tính thời hạn", "stop the clock"),
            Self::AskOpinion | Self::AnswerOpinion => ("lấy ý kiến phối hợp", "exchange opinions"),
            Self::Settle => ("ghi nhận kết quả giải quyết", "record the result"),
            Self::Return => ("trả kết quả", "return results"),
            Self::Withdraw => ("ghi nhận rút hồ sơ", "record a withdrawal"),
            Self::Stop => ("dừng giải quyết hồ sơ", "stop a dossier"),
            Self::Reopen => ("mở lại hồ sơ", "open a settled dossier again"),
            Self::DraftApology => ("soạn văn bản xin lỗi", "draft an apology"),
            Self::IssueApology => ("ký văn bản xin lỗi", "sign an apology"),
            Self::DeliverApology => ("ghi nhận đã trao văn bản xin lỗi", "record the delivery of an apology"),
            Self::ApproveExemption => ("phê duyệt miễn xin lỗi", "approve an exemption"),
            Self::Correct | Self::ApproveCorrection => ("đính chính dữ liệu", "correct records"),
            Self::Urge => ("đôn đốc", "urge a settlement"),
            Self::Explain => ("giải trình", "explain a delay"),
            Self::View => ("xem hồ sơ", "see dossiers"),
            Self::ViewPerson => ("xem thông tin cá nhân", "see personal data"),
            Self::ViewProvince => ("xem số liệu toàn tỉnh", "see the whole province"),
            Self::ViewAudit => ("xem nhật ký kiểm soát", "see the audit log"),
            Self::ReadLetters => ("xem thư gửi đi", "read outgoing letters"),
            Self::Publish => ("công bố số liệu", "publish figures"),
            Self::ManageCalendar => ("sửa lịch làm việc", "change the calendar"),
            Self::ManageCatalogue => ("sửa danh mục thủ tục", "change the catalogue"),
            Self::Recompute => ("tính lại ngày hẹn trả", "recompute promises"),
            Self::ManagePeople => ("quản lý tài khoản", "manage accounts"),
            Self::ManageService => ("quản trị hệ thống", "manage the service"),
            Self::Import => ("nhập dữ liệu", "import data"),
            Self::RunJobs => ("chạy tác vụ định kỳ", "run scheduled work"),
        };
        InWords { vietnamese, english }
    }
}

/// In which capacity a role touches a dossier: through which of its units.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The unit that received it or holds it now.
    Counter,
    /// The competent unit or the one that holds it now.
    Settlement,
    /// The competent unit alone, whoever holds it now: its head answers for the delay.
    Competence,
    Coordination,
    /// Any of these.
    Any,
}

/// The table: which roles may do a deed, each on its side.
fn allowed(deed: Deed) -> &'static [Role] {
    use Role::{
        Administrator, CentreManager, Chair, Clerk, ControlOffice, Coordinator, DivisionHead, Inspector,
        Reception, Specialist, System, UnitHead,
    };
    match deed {
        Deed::Receive | Deed::RefuseReceipt | Deed::ReceiveSupplement | Deed::Return | Deed::Withdraw => {
            &[Reception]
        }
        Deed::Transfer => &[Reception, Specialist, DivisionHead, UnitHead],
        Deed::Assign => &[DivisionHead, UnitHead],
        Deed::Step => &[Reception, Clerk, Specialist, DivisionHead, UnitHead],
        Deed::RequestSupplement => &[Reception, Specialist, DivisionHead, UnitHead],
        Deed::RequestSecondSupplement
        | Deed::Reopen
        | Deed::IssueApology
        | Deed::ApproveExemption
        | Deed::ApproveCorrection => &[UnitHead],
        Deed::RequestPayment | Deed::ExcludeTime | Deed::AskOpinion | Deed::DraftApology => {
            &[Specialist, DivisionHead, UnitHead]
        }
        Deed::ConfirmPayment => &[Reception, Specialist],
        Deed::AnswerOpinion => &[Coordinator],
        Deed::Settle => &[Reception, Clerk, UnitHead],
        Deed::Stop => &[Reception, UnitHead],
        Deed::DeliverApology => &[Reception, Clerk],
        Deed::Correct => &[Reception, Clerk, Specialist, DivisionHead, UnitHead],
        Deed::Urge => &[CentreManager, ControlOffice, Chair],
        Deed::Explain => &[DivisionHead, UnitHead],
        Deed::View => &[
            Reception,
            Clerk,
            Specialist,
            DivisionHead,
            UnitHead,
            Coordinator,
            CentreManager,
            ControlOffice,
            Inspector,
            Chair,
            System,
        ],
        Deed::ViewPerson => &[Reception, Clerk, Specialist, DivisionHead, UnitHead, CentreManager],
        Deed::ViewProvince => &[ControlOffice, Inspector, Chair, System],
        Deed::ViewAudit => &[Inspector, ControlOffice, Administrator],
        Deed::ReadLetters => &[UnitHead, ControlOffice, Administrator],
        Deed::Publish | Deed::ManageCalendar | Deed::ManageCatalogue | Deed::Recompute => &[ControlOffice],
        Deed::ManagePeople | Deed::ManageService => &[Administrator],
        Deed::Import => &[ControlOffice, Administrator, System],
        Deed::RunJobs => &[System, Administrator],
    }
}

impl Role {
    fn side(self) -> Side {
        match self {
            Self::Reception => Side::Counter,
            Self::Clerk | Self::Specialist | Self::DivisionHead | Self::UnitHead => Side::Settlement,
            Self::Coordinator => Side::Coordination,
            _ => Side::Any,
        }
    }
}

/// The units that have to do with a dossier (ORG-04, ORG-13).
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    pub receiving: &'a UnitCode,
    pub competent: &'a UnitCode,
    /// Who does the current step, where that is settled.
    pub current: Option<&'a UnitCode>,
    pub coordinating: &'a [UnitCode],
}

/// What a deed is done to.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// The service or the province as a whole.
    Whole,
    /// A unit: its figures, its people, an intake at its counter.
    Unit(&'a UnitCode),
    Dossier(Parties<'a>),
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("none of your roles may do this ({0:?})")]
    Role(Deed),
    #[error("this belongs to units outside of yours ({0:?})")]
    Unit(Deed),
}

/// Whether `actor` may do `deed`: some role allows it, and the subject lies in that role's reach.
///
/// # Errors
/// [`Forbidden::Role`] where no role of theirs ever may, [`Forbidden::Unit`] where one may elsewhere.
pub fn may(actor: &Actor, deed: Deed, subject: Subject<'_>, units: &UnitTree) -> Result<(), Forbidden> {
    if deed == Deed::ViewProvince && monitors_province(actor, units) {
        return Ok(());
    }
    let mut fitting = actor.roles.iter().copied().filter(|role| allowed(deed).contains(role)).peekable();
    if fitting.peek().is_none() {
        return Err(Forbidden::Role(deed));
    }
    let reached = fitting.any(|role| reaches(actor, role, deed, subject, units));
    if reached { Ok(()) } else { Err(Forbidden::Unit(deed)) }
}

/// Whether every unit of the province may be seen: by role, or as the head of the provincial
/// centre, which watches over all agencies (ORG-11).
#[must_use]
pub fn monitors_province(actor: &Actor, units: &UnitTree) -> bool {
    let provincial_centre = || {
        units
            .get(&actor.unit)
            .is_some_and(|unit| unit.kind == UnitKind::Centre && unit.tier == Tier::Province)
    };
    !actor.confined
        && (actor.roles.iter().any(|role| role.sees_province())
            || (actor.is(Role::CentreManager) && provincial_centre()))
}

/// The unit in whose subtree an actor sees dossiers and figures, or none where that is the
/// whole province. The head of a commune's centre watches over the commune itself (ORG-12).
#[must_use]
pub fn watched_root<'a>(actor: &'a Actor, units: &'a UnitTree) -> Option<&'a UnitCode> {
    if monitors_province(actor, units) { None } else { Some(root_of(actor, Role::CentreManager, units)) }
}

fn root_of<'a>(actor: &'a Actor, role: Role, units: &'a UnitTree) -> &'a UnitCode {
    let above_centre = || {
        let unit = units.get(&actor.unit).filter(|unit| unit.kind == UnitKind::Centre)?;
        unit.parent.as_ref()
    };
    let watches = role == Role::CentreManager && actor.is(role) && !actor.confined;
    above_centre().filter(|_| watches).unwrap_or(&actor.unit)
}

/// The head of the competent agency signs, exempts and overrides; that of one that merely holds the
/// dossier does not (LATE-04, LATE-08, SUP-02).
fn side_of(deed: Deed, role: Role) -> Side {
    match deed {
        Deed::View => Side::Any,
        Deed::IssueApology | Deed::ApproveExemption | Deed::RequestSecondSupplement => Side::Competence,
        _ => role.side(),
    }
}

fn reaches(actor: &Actor, role: Role, deed: Deed, subject: Subject<'_>, units: &UnitTree) -> bool {
    let watching = matches!(deed, Deed::View | Deed::Urge) && monitors_province(actor, units);
    if !actor.confined && (role.sees_province() || watching) {
        return true;
    }
    let root = root_of(actor, role, units);
    let mine = |unit: &UnitCode| units.is_within(unit, root);
    match subject {
        // The service is one: who may manage it need not sit at the top of the tree.
        Subject::Whole => !actor.confined && role.side() == Side::Any,
        Subject::Unit(unit) => (!actor.confined && role == Role::Administrator) || mine(unit),
        Subject::Dossier(parties) => parties.on(side_of(deed, role)).any(mine),
    }
}

impl<'a> Parties<'a> {
    fn on(self, side: Side) -> impl Iterator<Item = &'a UnitCode> {
        let counter = matches!(side, Side::Counter | Side::Any).then_some(self.receiving);
        let competent =
            matches!(side, Side::Settlement | Side::Competence | Side::Any).then_some(self.competent);
        let current = self.current.filter(|_| !matches!(side, Side::Coordination | Side::Competence));
        let coordinating =
            if matches!(side, Side::Coordination | Side::Any) { self.coordinating } else { &[] };
        counter.into_iter().chain(competent).chain(current).chain(coordinating)
    }
}

#[cfg(test)]
mod tests;
