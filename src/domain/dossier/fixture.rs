//! Lives written as short as they are told, for the tests of the domain.

use crate::domain::apology::{DeliveryChannel, LateReason, ObligationState, obligation};
use crate::domain::calendar::Timetable;
use crate::domain::deadline::fixture::{at, office};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Filing, Happening, Reappointment, ReturnMethod};
use crate::domain::limit::{CutOff, CutOffEffect, DueTime, Terms};
use crate::domain::promise::{Basis, Cause, Promise};
use crate::domain::ruleset::{Circular, Forms, LatenessBase, LeadUnit, RuleSet, SupplementClock};
use crate::domain::staff::StaffId;
use crate::domain::standing::{Milestones, Standing};
use crate::domain::time::{ClockTime, Day, Moment};

pub(in crate::domain) fn moment(text: &str) -> Moment {
    at(&office(), &text.replacen(' ', "T", 1))
}

/// The end of a day: 24:00 of it.
pub(in crate::domain) fn end_of(text: &str) -> Moment {
    let day: Day = text.parse().unwrap();
    office().zone().instant(day, ClockTime::END_OF_DAY).unwrap()
}

/// The general rule set with the defaults of section 19.
pub(in crate::domain) fn rules() -> RuleSet {
    RuleSet {
        id: "nd118-2025".parse().unwrap(),
        valid_from: "2025-07-01".parse().unwrap(),
        valid_to: None,
        fields: Vec::new(),
        forms: Forms { circular: Circular::Tt03Of2025, apology_title_vi: "Văn bản xin lỗi".to_owned() },
        transfer_cutoff: ClockTime::hm(15, 0),
        paper_transfer_wd: 1,
        acceptance_wh: 8,
        reception_alert_wh: 2,
        supplement_max_requests: 1,
        supplement_notice_wd: 3,
        supplement_clock: SupplementClock::Restart,
        exclusion_clock: SupplementClock::Pause,
        supplement_deadline_wd: None,
        apology_lead_days: 1,
        apology_lead_unit: LeadUnit::Calendar,
        reappoint_max: 1,
        max_extension_wd: None,
        due_time: DueTime::EndOfDay,
        cutoff: CutOff::None,
        cutoff_effect: CutOffEffect::CountStartsNextWd,
        lateness_base: LatenessBase::OriginalDue,
        due_soon_short_limit_days: 5,
        due_soon_short_wd: 1,
        due_soon_wd: 3,
        due_soon_hours_percent: 25,
        apology_window_wd: 2,
        escalation_wd: vec![0, 1, 3, 5],
    }
}

/// What the engine promises for `limit` counted from `from`; `early_before` as the rules say it for
/// limits in days, or as the test says it.
pub(in crate::domain) fn promise(from: &str, limit: &str, early_before: Option<&str>) -> Promise {
    let (office, from) = (office(), moment(from));
    let terms = Terms::of(limit.parse().unwrap());
    let due = office.due(from, &terms).unwrap().unwrap();
    let midnight = office.zone().instant(due.on, ClockTime::MIDNIGHT).unwrap();
    Promise {
        cause: Cause::Receipt,
        counted_from: from,
        due_at: due.at,
        due_on: due.on,
        early_before: early_before.map_or(midnight, moment),
        late_from: office.late_from(terms.limit, &due),
        basis: Some(Basis {
            terms,
            counting_starts: Some(due.counting_starts),
            statutory_due_on: None,
            ruleset: "nd118-2025".to_owned(),
            calendar: "test".to_owned(),
        }),
    }
}

pub(in crate::domain) fn filing() -> Filing {
    Filing {
        code: "H35.21-260825-0001".to_owned(),
        procedure: "1.004873".to_owned(),
        procedure_version: 1,
        field: "Hộ tịch".to_owned(),
        receiving_unit: "H35.21".parse().unwrap(),
        competent_unit: "H35.21".parse().unwrap(),
        channel: "counter".to_owned(),
        return_method: ReturnMethod::Counter,
        applicant: None,
        components: Vec::new(),
    }
}

pub(in crate::domain) fn received(promise: Option<Promise>) -> Happening {
    Happening::Received { filing: Some(filing()), ruleset: "nd118-2025".to_owned(), promise }
}

pub(in crate::domain) fn transfer() -> Happening {
    Happening::Transfer { to_unit: "H35.21".parse().unwrap(), to_officer: None, giver: None }
}

pub(in crate::domain) fn supplement() -> Happening {
    Happening::SupplementRequested {
        items: vec!["Giấy".to_owned()],
        reason: "Thiếu".to_owned(),
        contact: None,
        exceptional: false,
    }
}

pub(in crate::domain) fn withdrawn() -> Happening {
    Happening::Withdrawn { reason: "Rút".to_owned() }
}

pub(in crate::domain) fn stopped() -> Happening {
    Happening::Stopped { reason: "Dừng".to_owned() }
}

/// Form 04 of a day, with its new date.
pub(in crate::domain) fn letter(signed_on: &str, new_date: Option<&str>) -> Happening {
    let reappointed = new_date.map(|day| Reappointment {
        due_at: moment(&format!("{day} 17:00")),
        due_on: day.parse().unwrap(),
        late_from: end_of(day),
    });
    Happening::ApologyIssued {
        number: "1/PXL".to_owned(),
        signer: StaffId(1),
        signed_on: signed_on.parse().unwrap(),
        reason: LateReason::Volume,
        words: "Khối lượng hồ sơ lớn".to_owned(),
        reappointed,
    }
}

pub(in crate::domain) fn delivered() -> Happening {
    Happening::ApologyDelivered { channel: DeliveryChannel::Counter, receipt: "Đã ký".to_owned() }
}

pub(in crate::domain) fn exempted() -> Happening {
    Happening::Exempted { reason: LateReason::ForceMajeure, words: "Bão lũ chia cắt".to_owned() }
}

pub(in crate::domain) fn event(seq: i64, when: Moment, what: Happening) -> Event {
    Event { seq, at: when, recorded_at: when, actor: StaffId(1), unit: "H35.21".parse().unwrap(), what }
}

/// A dossier and what happens to it.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Life(pub Dossier);

impl Life {
    pub(in crate::domain) fn begins(when: &str, what: Happening) -> Self {
        Self(Dossier::begin(&event(1, moment(when), what)).unwrap())
    }

    /// Received on 25/8/2026 with three working days, and handed over: due on Friday 28/8.
    pub(in crate::domain) fn due_on_friday() -> Self {
        let promise = promise("2026-08-25 09:00", "3wd", None);
        assert_eq!(promise.due_on, "2026-08-28".parse().unwrap());
        Self::begins("2026-08-25 09:00", received(Some(promise))).then("2026-08-25 09:00", transfer())
    }

    pub(in crate::domain) fn then(self, when: &str, what: Happening) -> Self {
        self.then_at(moment(when), what)
    }

    pub(in crate::domain) fn then_at(self, when: Moment, what: Happening) -> Self {
        let seq = self.0.version + 1;
        Self(self.0.after(&event(seq, when, what)).unwrap())
    }

    pub(in crate::domain) fn milestones(&self) -> Milestones {
        let (office, rules): (Timetable, RuleSet) = (office(), rules());
        let promise = self.0.promise().unwrap();
        let milestones = Milestones::of(promise, self.0.reappointment, &office, &rules);
        match self.0.apology.as_ref().and_then(|letter| self.0.promises.get(letter.promise_no)) {
            Some(answered) => milestones.judging_the_letter_by(answered, &office, &rules),
            None => milestones,
        }
    }

    pub(in crate::domain) fn standing(&self, now: &str) -> Option<Standing> {
        self.milestones().standing(&self.0, moment(now))
    }

    pub(in crate::domain) fn obligation(&self, now: &str) -> Option<ObligationState> {
        obligation(&self.0, &self.milestones(), moment(now))
    }
}
