//! Which deeds a page offers: what the state allows (LIFE-01) and the reader may do (ORG-13).
//!
//! Offering decides nothing: `work` checks every deed again when its form arrives.

use crate::domain::dossier::{Dossier, StopKind};
use crate::domain::event::Event;
use crate::domain::limit::TimeLimit;
use crate::domain::refusal::Language;
use crate::domain::ruleset::SupplementClock;
use crate::domain::staff::{Actor, Deed, Parties, Role, Subject, may};
use crate::domain::state::State;
use crate::domain::unit::UnitCode;
use crate::store::lists::Listed;
use crate::store::staff::Person;
use crate::web::pages::front::Front;
use crate::web::views::board::NextDeed;
use crate::web::views::deeds::DeedForm;
use crate::web::views::parts::Choice;
use crate::work::ledger::{Opened, rules_of};
use crate::work::{process, processing};

use super::parts::{briefly, escaped};
use super::story;

/// What may happen to a dossier next, apart from the apology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Accept,
    Refuse,
    Transfer,
    Step,
    Supplement,
    Supplemented,
    RequestPayment,
    Paid,
    Settle,
    Return,
    Withdraw,
    Stop,
    Exclude,
    EndExclusion,
    AskOpinion,
    OpinionGiven,
    StageDone,
    Reopen,
    ProposeCorrection,
    ApproveCorrection,
    RefuseCorrection,
}

impl Way {
    /// What may be done beside, where there is cause for it (STOP-02, COORD-01, LINK-02, LIFE-05).
    fn beside(dossier: &Dossier, desk: &Front, actor: &Actor) -> Vec<Self> {
        let settling = matches!(dossier.state, State::Received | State::Processing);
        let excluded = is_excluded(dossier);
        let awaited = dossier.opinions.iter().any(|one| one.answered_at.is_none());
        let proposed = dossier.proposal.as_ref().is_some_and(|proposal| proposal.by != actor.staff_id);
        let stages = settling && !running_stages(desk, dossier).is_empty();
        [
            (excluded, Self::EndExclusion),
            (stages, Self::StageDone),
            (settling && awaited, Self::OpinionGiven),
            (settling, Self::AskOpinion),
            (settling && !excluded, Self::Exclude),
            (dossier.state == State::Settled, Self::Reopen),
            (proposed, Self::ApproveCorrection),
            (dossier.proposal.is_some(), Self::RefuseCorrection),
            (dossier.proposal.is_none(), Self::ProposeCorrection),
        ]
        .into_iter()
        .filter_map(|(fits, way)| fits.then_some(way))
        .collect()
    }

    /// What an excluded time must end before (STOP-04).
    fn waits_for_exclusion(self) -> bool {
        matches!(self, Self::Supplement | Self::RequestPayment | Self::Settle)
    }

    /// What a state allows, the likeliest for this person first.
    fn of(state: State, same_day: bool, actor: &Actor) -> &'static [Self] {
        use Way::{
            Accept, Paid, Refuse, RequestPayment, Return, Settle, Step, Stop, Supplement, Supplemented,
            Transfer, Withdraw,
        };
        match state {
            State::Registered => &[Accept, Supplement, Refuse, Withdraw],
            State::Received if same_day => &[Settle, Transfer, Supplement, Withdraw, Stop],
            State::Received => &[Transfer, Supplement, Withdraw, Stop],
            State::Processing if actor.is(Role::Specialist) || actor.is(Role::DivisionHead) => {
                &[Step, Transfer, Settle, Supplement, RequestPayment, Withdraw, Stop]
            }
            State::Processing => &[Settle, Step, Transfer, Supplement, RequestPayment, Withdraw, Stop],
            State::SupplementRequested => &[Supplemented, Withdraw, Stop],
            State::PaymentRequested => &[Paid, Withdraw, Stop],
            State::Settled => &[Return],
            State::NotReceived | State::Withdrawn | State::Stopped | State::Returned => &[],
        }
    }

    /// The right that it takes; a supplement beyond the rule set takes the head's (SUP-02).
    fn deed(self, exceptional: bool) -> Deed {
        match self {
            Self::Accept => Deed::Receive,
            Self::Refuse => Deed::RefuseReceipt,
            Self::Transfer => Deed::Transfer,
            Self::Step => Deed::Step,
            Self::Supplement if exceptional => Deed::RequestSecondSupplement,
            Self::Supplement => Deed::RequestSupplement,
            Self::Supplemented => Deed::ReceiveSupplement,
            Self::RequestPayment => Deed::RequestPayment,
            Self::Paid => Deed::ConfirmPayment,
            Self::Settle => Deed::Settle,
            Self::Return => Deed::Return,
            Self::Withdraw => Deed::Withdraw,
            Self::Stop => Deed::Stop,
            Self::Exclude | Self::EndExclusion => Deed::ExcludeTime,
            Self::AskOpinion => Deed::AskOpinion,
            Self::OpinionGiven => Deed::AnswerOpinion,
            Self::StageDone => Deed::Step,
            Self::Reopen => Deed::Reopen,
            Self::ProposeCorrection => Deed::Correct,
            Self::ApproveCorrection | Self::RefuseCorrection => Deed::ApproveCorrection,
        }
    }

    /// The event's name and the word of a link to its form.
    fn named(self, language: Language) -> (&'static str, &'static str) {
        let (kind, vietnamese, english) = match self {
            Self::Accept => ("received", "Tiếp nhận", "Receive"),
            Self::Refuse => ("refused", "Từ chối", "Refuse"),
            Self::Transfer => ("transfer", "Chuyển", "Transfer"),
            Self::Step => ("step_done", "Bàn giao", "Hand over"),
            Self::Supplement => ("supplement_requested", "Yêu cầu bổ sung", "Ask for supplement"),
            Self::Supplemented => ("supplemented", "Ghi nhận bổ sung", "Record supplement"),
            Self::RequestPayment => ("payment_requested", "Yêu cầu nộp tiền", "Ask for payment"),
            Self::Paid => ("paid", "Ghi nhận đã nộp tiền", "Record payment"),
            Self::Settle => ("settled", "Ghi nhận kết quả", "Record result"),
            Self::Return => ("returned", "Trả kết quả", "Return result"),
            Self::Withdraw => ("withdrawn", "Rút hồ sơ", "Withdraw"),
            Self::Stop => ("stopped", "Dừng", "Stop"),
            Self::Exclude => ("exclusion_began", "Tạm dừng", "Stop the clock"),
            Self::EndExclusion => ("exclusion_ended", "Tính tiếp", "Resume the clock"),
            Self::AskOpinion => ("opinion_requested", "Lấy ý kiến", "Ask for opinion"),
            Self::OpinionGiven => ("opinion_given", "Ghi nhận ý kiến", "Record opinion"),
            Self::StageDone => ("stage_done", "Xong khâu", "Stage done"),
            Self::Reopen => ("reopened", "Mở lại", "Reopen"),
            Self::ProposeCorrection => ("correction_proposed", "Đính chính", "Correct"),
            Self::ApproveCorrection => ("corrected", "Duyệt đính chính", "Approve correction"),
            Self::RefuseCorrection => ("correction_refused", "Không duyệt đính chính", "Refuse correction"),
        };
        (kind, language.choose(vietnamese, english))
    }
}

fn allowed(desk: &Front, actor: &Actor, deed: Deed, parties: Parties<'_>) -> bool {
    may(actor, deed, Subject::Dossier(parties), &desk.province.units).is_ok()
}

/// Whether `actor` may do `deed` to this dossier.
pub fn may_do(desk: &Front, actor: &Actor, deed: Deed, opened: &Opened) -> bool {
    allowed(desk, actor, deed, opened.parties())
}

/// The deed that brings a listed dossier on, where this person may do one.
pub fn next_of_listed(desk: &Front, actor: &Actor, listed: &Listed) -> Option<NextDeed> {
    let unit = |code: &str| code.parse::<UnitCode>().ok();
    let (receiving, competent) = (unit(&listed.receiving_unit)?, unit(&listed.competent_unit)?);
    let holder = unit(&listed.holder_unit);
    let parties =
        Parties { receiving: &receiving, competent: &competent, current: holder.as_ref(), coordinating: &[] };
    if receiving.is_external() {
        return None;
    }
    let procedure = desk.procedure(&listed.procedure_code, desk.today());
    let same_day = procedure.is_some_and(|procedure| procedure.limit() == TimeLimit::SameDay);
    let ways = Way::of(State::from_id(&listed.state)?, same_day, actor);
    let ends = |way: &Way| matches!(way, Way::Withdraw | Way::Stop | Way::Refuse | Way::Supplement);
    let way = ways.iter().find(|way| !ends(way) && allowed(desk, actor, way.deed(false), parties))?;
    let (kind, word) = way.named(desk.language());
    Some(NextDeed { word: word.to_owned(), href: format!("/dossiers/{}#{kind}", escaped(&listed.code)) })
}

/// The letter as the next deed, for whoever may sign it.
pub fn apology_of_listed(desk: &Front, actor: &Actor, listed: &Listed) -> Option<NextDeed> {
    let unit = |code: &str| code.parse::<UnitCode>().ok();
    let (receiving, competent) = (unit(&listed.receiving_unit)?, unit(&listed.competent_unit)?);
    let parties = Parties { receiving: &receiving, competent: &competent, current: None, coordinating: &[] };
    let href = format!("/dossiers/{}#apology", escaped(&listed.code));
    allowed(desk, actor, Deed::IssueApology, parties)
        .then(|| NextDeed { word: desk.say("Gửi lời xin lỗi", "Send apology").to_owned(), href })
}

/// The forms for an opened dossier, the next one open. `colleagues` are the people of the actor's unit.
pub fn forms(
    desk: &Front,
    actor: &Actor,
    opened: &Opened,
    events: &[Event],
    colleagues: &[Person],
) -> Vec<DeedForm> {
    let dossier = &opened.dossier;
    if dossier.imported {
        return Vec::new();
    }
    let basis = dossier.promise().and_then(|promise| promise.basis.as_ref());
    let same_day = basis.is_some_and(|basis| basis.terms.limit == TimeLimit::SameDay);
    let excluded = is_excluded(dossier);
    let ways = Way::of(dossier.state, same_day, actor).iter().copied();
    let ways = ways.filter(|way| !excluded || !way.waits_for_exclusion());
    let ways = ways.chain(Way::beside(dossier, desk, actor));
    let exceptional = dossier.received_at.is_some()
        && dossier.supplement_requests >= processing::most_requests(desk, dossier);
    let mine = ways.filter(|way| may_do(desk, actor, way.deed(exceptional), opened));
    let case = Case { desk, actor, opened, events };
    let mut forms: Vec<_> = mine.map(|way| form(way, case, colleagues)).collect();
    let waits = |kind: &str| matches!(kind, "supplement_requested" | "correction_proposed");
    if let Some(first) = forms.first_mut().filter(|form| !form.danger && !waits(form.kind)) {
        first.next = true;
    }
    forms
}

/// A dossier before somebody.
#[derive(Clone, Copy)]
struct Case<'c> {
    desk: &'c Front,
    actor: &'c Actor,
    opened: &'c Opened,
    events: &'c [Event],
}

fn form(way: Way, case: Case<'_>, colleagues: &[Person]) -> DeedForm {
    let Case { desk, actor, opened, events } = case;
    let language = desk.language();
    match way {
        Way::Accept => DeedForm::accept(language),
        Way::Refuse => DeedForm::refuse(language),
        Way::Transfer => DeedForm::transfer(language, targets(desk, opened), Vec::new()),
        Way::Step => step(desk, opened, colleagues),
        Way::Supplement => DeedForm::supplement(language),
        Way::Supplemented => DeedForm::supplemented(language, restarts(desk, opened)),
        Way::RequestPayment => DeedForm::request_payment(language),
        Way::Paid => DeedForm::paid(language),
        Way::Settle => DeedForm::settle(language),
        Way::Return => DeedForm::return_result(language),
        Way::Withdraw => DeedForm::withdraw(language),
        Way::Stop => DeedForm::stop(language),
        Way::Exclude => DeedForm::exclude(language),
        Way::EndExclusion => DeedForm::end_exclusion(language),
        Way::AskOpinion => DeedForm::ask_opinion(language, agencies(desk, opened), tomorrow(desk)),
        Way::OpinionGiven => DeedForm::opinion_given(language, asked(desk, actor, opened)),
        Way::StageDone => DeedForm::stage_done(language, running_stages(desk, &opened.dossier)),
        Way::Reopen => DeedForm::reopen(language),
        Way::ProposeCorrection => DeedForm::propose_correction(language, correctable(desk, events)),
        Way::ApproveCorrection => answer(desk, opened, events, DeedForm::approve_correction),
        Way::RefuseCorrection => answer(desk, opened, events, DeedForm::refuse_correction),
    }
}

fn is_excluded(dossier: &Dossier) -> bool {
    dossier.open_stop().is_some_and(|stop| matches!(stop.kind, StopKind::Exclusion(_)))
}

fn running_stages(desk: &Front, dossier: &Dossier) -> Vec<Choice> {
    let stages = process::stages_of(desk, dossier).into_iter();
    let running = stages.filter(|(_, run)| run.started_at.is_some() && run.ended_at.is_none());
    running.map(|(name, _)| Choice::new(name.clone(), desk.name(&name), false)).collect()
}

/// Everyone but the agency that asks.
fn agencies(desk: &Front, opened: &Opened) -> Vec<Choice> {
    let host = &opened.dossier.filing.competent_unit;
    let units = desk.province.units.at(desk.today()).map(|unit| &unit.code);
    let others = units.filter(|code| *code != host && **code != desk.province.root);
    others.map(|code| Choice::new(code.as_str(), desk.unit(code), false)).collect()
}

/// The agencies that have still to answer and for which the actor may.
fn asked(desk: &Front, actor: &Actor, opened: &Opened) -> Vec<Choice> {
    let theirs = |unit: &UnitCode| desk.allow_in(actor, Deed::AnswerOpinion, unit).is_ok();
    let open = opened.dossier.opinions.iter().filter(|one| one.answered_at.is_none() && theirs(&one.unit));
    open.map(|one| Choice::new(one.unit.as_str(), desk.unit(&one.unit), false)).collect()
}

fn tomorrow(desk: &Front) -> Option<String> {
    desk.today().next().map(|day| day.to_string())
}

/// Events whose times may be corrected, the newest first.
fn correctable(desk: &Front, events: &[Event]) -> Vec<Choice> {
    let may = events.iter().rev().filter(|event| event.what.has_correctable_time());
    may.map(|event| {
        let words = story::named(desk, events, event.seq);
        Choice::new(event.seq.to_string(), words, false)
    })
    .collect()
}

/// The form that answers the proposal: which deed it corrects, the time that is said, and why.
fn answer(
    desk: &Front,
    opened: &Opened,
    events: &[Event],
    form: fn(Language, i64, String) -> DeedForm,
) -> DeedForm {
    let language = desk.language();
    let Some(proposal) = &opened.dossier.proposal else {
        return DeedForm::propose_correction(language, Vec::new());
    };
    let (wrong, right) = (story::named(desk, events, proposal.corrects), briefly(desk, proposal.at).text);
    let (right, reason) = (format!("{}: {right}", desk.say("thời điểm đúng", "true time")), &proposal.reason);
    form(language, proposal.seq, format!("{wrong}; {right}. {}", desk.name(reason)))
}

/// Whether a correction of this dossier waits for `actor` (LATE-11).
pub fn may_approve(desk: &Front, actor: &Actor, opened: &Opened) -> bool {
    let proposal = opened.dossier.proposal.as_ref();
    proposal.is_some_and(|proposal| proposal.by != actor.staff_id)
        && may_do(desk, actor, Deed::ApproveCorrection, opened)
}

/// The deed that answers a listed dossier's proposal.
pub fn approval_of(language: Language, listed: &Listed) -> NextDeed {
    let (kind, word) = Way::ApproveCorrection.named(language);
    NextDeed { word: word.to_owned(), href: format!("/dossiers/{}#{kind}", escaped(&listed.code)) }
}

fn officers<'p>(desk: &Front, colleagues: impl Iterator<Item = &'p Person>) -> Vec<Choice> {
    let none = Choice::new("", desk.say("– Chưa phân công –", "– Nobody yet –"), true);
    let people = colleagues.map(|person| Choice::new(person.id.to_string(), desk.name(&person.name), false));
    std::iter::once(none).chain(people).collect()
}

/// Units a dossier may go to: the one that must settle it first, then the one that received it.
fn targets(desk: &Front, opened: &Opened) -> Vec<Choice> {
    let filing = &opened.dossier.filing;
    let at_its_unit = opened.dossier.holder.unit == filing.competent_unit;
    let (first, second) = (&filing.competent_unit, &filing.receiving_unit);
    let chosen = if at_its_unit { second } else { first };
    let choice = |code: &UnitCode| Choice::new(code.as_str(), desk.unit(code), code == chosen);
    let likely = [first, second].into_iter().take(if first == second { 1 } else { 2 });
    let others = desk.province.units.at(desk.today()).map(|unit| &unit.code);
    let others = others.filter(|code| *code != first && *code != second && **code != desk.province.root);
    likely.chain(others).map(choice).collect()
}

/// The step after the one last done, as the procedure lists them; intake itself is the first.
fn step(desk: &Front, opened: &Opened, colleagues: &[Person]) -> DeedForm {
    let dossier = &opened.dossier;
    let code = dossier.filing.procedure.parse().ok();
    let procedure =
        code.and_then(|code| desk.province.catalogue.version(&code, dossier.filing.procedure_version));
    let steps = procedure.map_or(&[][..], |procedure| &procedure.steps);
    let done = dossier.holder.step.as_ref().and_then(|last| steps.iter().position(|step| step.name == *last));
    let now = done.unwrap_or(0) + 1;
    let name = |index: usize| steps.get(index).map(|step| step.name.as_str());
    let units = &desk.province.units;
    let takes_it =
        |person: &&Person| person.unit.parse().is_ok_and(|unit| units.is_within(&unit, &dossier.holder.unit));
    let officers = officers(desk, colleagues.iter().filter(takes_it));
    DeedForm::step_done(desk.language(), name(now).unwrap_or_default(), name(now + 1), officers)
}

/// Whether the limit begins anew after a supplement (SUP-04) or goes on (SUP-05).
fn restarts(desk: &Front, opened: &Opened) -> bool {
    let filing = &opened.dossier.filing;
    let code = filing.procedure.parse().ok();
    let procedure = code.and_then(|code| desk.province.catalogue.version(&code, filing.procedure_version));
    match (procedure, rules_of(desk, &opened.dossier)) {
        (Some(procedure), Some(rules)) => procedure.supplement_clock(rules) == SupplementClock::Restart,
        _ => true,
    }
}
