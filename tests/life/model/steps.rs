//! Random lives: what is asked, by whom, when, and what else happens in between.

use dunghen::domain::apology::{DeliveryChannel, LateReason};
use dunghen::domain::event::Exclusion;
use dunghen::domain::procedure::Channel;
use dunghen::domain::time::Moment;
use dunghen::work::intake::NewDossier;
use dunghen::work::processing::{Change, Request};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::reference::{Asked, KINDS, Kind, Model, STEPS, What, Who};
use super::vec;
use crate::office::*;

#[derive(Clone, Debug)]
pub struct Life {
    pub kind: usize,
    pub online: bool,
    start: i64,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub enum Step {
    /// In minutes.
    Wait(i64),
    Sweep,
    /// The clock is set back by so many minutes.
    SetBack(i64),
    /// The process ends and begins anew.
    Restart,
    /// The process is killed and another begins on what it left.
    Crash,
    Ask(Ask),
    TwoClerks(Ask, Ask),
}

/// A request before it is known how the dossier then stands.
#[derive(Clone, Debug)]
pub struct Ask {
    what: What,
    /// Takes a move that is possible instead, and the person whose it is.
    sensible: bool,
    /// Which of the possible moves, and which of the people whose it may be.
    pick: (usize, usize),
    /// Whether a possible move may be one that ends the life.
    may_end: bool,
    who: Who,
    pub version_off: i64,
    /// Minutes from now at which it is said to have happened.
    at: Option<i64>,
    /// The new date of an apology, in days after the later of due date and today.
    new_date: Option<i32>,
}

pub fn lives() -> impl Strategy<Value = Life> {
    // From 17/8 to 20/9/2026: a make-up Saturday and three days off lie on the way.
    (0..KINDS.len(), proptest::bool::weighted(0.3), 0..35 * 1440_i64, vec(step(), 5..60))
        .prop_map(|(kind, online, start, steps)| Life { kind, online, start, steps })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..1440_i64).prop_map(Step::Wait),
        2 => (1440..6 * 1440_i64).prop_map(Step::Wait),
        4 => Just(Step::Sweep),
        12 => ask().prop_map(Step::Ask),
        1 => (ask(), ask()).prop_map(|(first, second)| Step::TwoClerks(first, second)),
        1 => (1..3000_i64).prop_map(Step::SetBack),
        1 => (0..10_u8).prop_map(|dice| match dice {
            0 => Step::Restart,
            1 => Step::Crash,
            _ => Step::Sweep,
        }),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let version_off = prop_oneof![18 => Just(0_i64), 1 => Just(-1_i64), 1 => Just(1_i64)];
    let when = prop_oneof![
        12 => Just(None),
        2 => (-2000..0_i64).prop_map(Some),
        1 => (1..500_i64).prop_map(Some),
    ];
    let new_date =
        prop_oneof![6 => (1..8_i32).prop_map(Some), 1 => (-5..40_i32).prop_map(Some), 1 => Just(None)];
    let what = proptest::sample::select(What::ALL.to_vec());
    let who = proptest::sample::select(Who::ALL.to_vec());
    let sensible =
        (proptest::bool::weighted(0.8), (0..64_usize, 0..64_usize), proptest::bool::weighted(0.15));
    (what, sensible, who, version_off, when, new_date).prop_map(
        |(what, (sensible, pick, may_end), who, version_off, at, new_date)| Ask {
            what,
            sensible,
            pick,
            may_end,
            who,
            version_off,
            at,
            new_date,
        },
    )
}

impl Life {
    pub fn start(&self) -> Moment {
        at("2026-08-17 00:00").plus(SignedDuration::from_mins(self.start))
    }

    pub fn filing(&self, kind: &Kind) -> NewDossier {
        let channel = if self.online { Channel::Online } else { Channel::Counter };
        NewDossier { channel, ..filed(kind.procedure) }
    }
}

impl Ask {
    pub fn resolve(&self, model: &Model, now: Moment) -> (Who, Asked) {
        // Lives go on for a while: only now and then is one brought to its end.
        let goes_on = |what: &What| {
            self.may_end || !matches!(what, What::Withdraw | What::Stop | What::Refuse | What::Settle)
        };
        let possible = What::ALL.into_iter().filter(|what| model.next(*what).is_some() && goes_on(what));
        let possible: Vec<What> = possible.collect();
        let sensible = self.sensible && !possible.is_empty();
        let what = if sensible { possible[self.pick.0 % possible.len()] } else { self.what };
        let able: Vec<Who> = Who::ALL.into_iter().filter(|who| model.may(*who, what)).collect();
        let who = if sensible && !able.is_empty() { able[self.pick.1 % able.len()] } else { self.who };
        let new_date = (what == What::Apologise).then_some(self.new_date).flatten();
        let new_date = new_date.filter(|_| model.is_open() || !sensible);
        let asked = Asked {
            what,
            at: self.at.map(|minutes| now.plus(SignedDuration::from_mins(minutes))),
            new_date: new_date.and_then(|days| model.latest_date(now).plus(days)),
            step: model.step,
        };
        (who, asked)
    }
}

pub fn request(asked: &Asked, expected_version: i64) -> Request {
    Request { expected_version, at: asked.at, change: body(asked) }
}

fn body(asked: &Asked) -> Change {
    let words = || "Lý do dài hơn mười ký tự".to_owned();
    match asked.what {
        What::Accept => Change::Received {},
        What::Transfer => transfer(COMMUNE),
        What::StepDone => Change::StepDone {
            step: STEPS.get(asked.step).map_or_else(words, |step| (*step).to_owned()),
            to_officer: None,
        },
        What::Supplement => supplement(),
        What::Exclude => Change::ExclusionBegan {
            exclusion: Exclusion::Verification,
            basis: "Khoản 2 Điều 9".to_owned(),
            document: None,
        },
        What::EndExclusion => Change::ExclusionEnded { document: None },
        What::Reopen => Change::Reopened { reason: words() },
        What::Supplemented => Change::Supplemented {},
        What::Payment => Change::PaymentRequested { reason: words() },
        What::Paid => Change::Paid {},
        What::Withdraw => Change::Withdrawn { reason: words() },
        What::Stop => Change::Stopped { reason: words() },
        What::Refuse => Change::Refused { reason: words() },
        What::Settle => Change::Settled {},
        What::Return => Change::Returned { method: None },
        What::Apologise => Change::ApologyIssued {
            reason: LateReason::Coordination,
            words: words(),
            new_due_on: asked.new_date,
            number: None,
        },
        What::Deliver => {
            Change::ApologyDelivered { channel: DeliveryChannel::Counter, receipt: "Đã ký".to_owned() }
        }
        What::Exempt => Change::Exempted { reason: LateReason::Applicant, words: words() },
    }
}
