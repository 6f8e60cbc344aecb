//! The rules of a dossier's life, written down once more from the text of the rules.
//!
//! Shares with the service the calendar, the engine that finds due dates, and nothing else.

use dunghen::db::{Error, Result};
use dunghen::domain::calendar::Timetable;
use dunghen::domain::deadline::{Due, due_between_units};
use dunghen::domain::limit::{CutOff, Terms};
use dunghen::domain::refusal;
use dunghen::domain::time::{ClockTime, Day, Moment};
use jiff::SignedDuration;

use crate::office::*;

/// A procedure as far as its clock goes.
#[derive(Debug)]
pub struct Kind {
    pub procedure: &'static str,
    pub competent: &'static str,
    limit: &'static str,
    cutoff: CutOff,
    pauses: bool,
    second: Option<&'static str>,
    unit: Unit,
    /// Minutes of the steps that are counted, a day having 480.
    steps: &'static [i64],
}

/// What the steps are called where there are any; the last is not counted.
pub const STEPS: [&str; 6] = [
    "Tiếp nhận, kiểm tra hồ sơ",
    "Phân công xử lý",
    "Thẩm định, dự thảo kết quả",
    "Ký kết quả",
    "Vào sổ, đóng dấu",
    "Trả kết quả",
];

/// What the limit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Working or calendar days, with their number.
    Days(u32),
    Months,
    Hours(i64),
    SameDay,
}

const fn kind(procedure: &'static str, competent: &'static str, limit: &'static str, unit: Unit) -> Kind {
    Kind { procedure, competent, limit, cutoff: CutOff::None, pauses: false, second: None, unit, steps: &[] }
}

pub const KINDS: [Kind; 9] = [
    Kind { steps: &[120, 120, 840, 240, 120], ..kind(THREE_DAYS, COMMUNE, "3wd", Unit::Days(3)) },
    Kind { cutoff: CutOff::After15h, ..kind(SAME_DAY, COMMUNE, "same-day", Unit::SameDay) },
    Kind {
        steps: &[120, 120, 3_480, 480, 120],
        ..kind(TWENTY_CALENDAR_DAYS, COMMUNE, "20cd", Unit::Days(20))
    },
    Kind { steps: &[120, 120, 360, 240, 120], ..kind("2.001035", COMMUNE, "2wd", Unit::Days(2)) },
    Kind { steps: &[60, 60, 240, 60, 60], ..kind(EIGHT_HOURS, "H35.05", "8wh", Unit::Hours(8)) },
    Kind {
        pauses: true,
        steps: &[120, 120, 7_800, 480, 120],
        ..kind(PAUSING, "H35.04", "35cd", Unit::Days(35))
    },
    Kind {
        second: Some("3wd"),
        steps: &[240, 240, 7_080, 480, 120],
        ..kind(SECOND_LIMIT, "H35.06.01", "17wd", Unit::Days(17))
    },
    Kind { steps: &[240, 240, 2_760, 480, 120], ..kind(NO_SECOND_LIMIT, "H35.06.01", "8wd", Unit::Days(8)) },
    Kind { steps: &[120, 120, 6_360, 480, 120], ..kind("1.012786", "H35.06.01", "1mo", Unit::Months) },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Counter,
    Specialist,
    Head,
    Stranger,
}

impl Who {
    pub const ALL: [Self; 4] = [Self::Counter, Self::Specialist, Self::Head, Self::Stranger];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Accept,
    Transfer,
    StepDone,
    Supplement,
    Supplemented,
    Payment,
    Paid,
    Withdraw,
    Stop,
    Refuse,
    Settle,
    Return,
    Apologise,
    Deliver,
    Exempt,
    /// A time that the law excludes begins, and ends.
    Exclude,
    EndExclusion,
    Reopen,
}

impl What {
    pub const ALL: [Self; 18] = [
        Self::Accept,
        Self::Transfer,
        Self::StepDone,
        Self::Supplement,
        Self::Supplemented,
        Self::Payment,
        Self::Paid,
        Self::Withdraw,
        Self::Stop,
        Self::Refuse,
        Self::Settle,
        Self::Return,
        Self::Apologise,
        Self::Deliver,
        Self::Exempt,
        Self::Exclude,
        Self::EndExclusion,
        Self::Reopen,
    ];
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub what: What,
    pub at: Option<Moment>,
    pub new_date: Option<Day>,
    /// The place of the step that is done.
    pub step: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Accepted,
    /// With one of these kinds, where several things are wrong at once.
    Refused(Vec<refusal::Kind>),
}

impl Verdict {
    pub fn allows<T>(&self, outcome: &Result<T>) -> bool {
        match (self, outcome) {
            (Self::Accepted, Ok(_)) => true,
            (Self::Refused(kinds), Err(Error::Refused(refusal))) => kinds.contains(&refusal.kind),
            _ => false,
        }
    }
}

/// A promise as the rules see it.
#[derive(Clone, Debug)]
pub struct Pledge {
    pub from: Moment,
    pub due_at: Moment,
    pub due_on: Day,
    pub unit: UnitOf,
}

/// What decides when a promise is broken and when a result is early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitOf {
    Day { short: bool, one_day: bool },
    Hours(i64),
    SameDay,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    at: Moment,
    pub in_advance: bool,
    pub delivered: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Model {
    kind: &'static Kind,
    /// The national code.
    pub state: u8,
    pub version: i64,
    pub received_at: Option<Moment>,
    pub pledges: Vec<Pledge>,
    pub stopped: Option<Moment>,
    /// Whether the clock stands still for a time that the law excludes.
    excluded: bool,
    online: bool,
    /// The place of the step that it is at, once it was handed over.
    pub step: usize,
    requests: u32,
    pub late_at_stop: bool,
    /// The end, and the instant that decides lateness.
    pub end: Option<(Moment, Moment)>,
    pub letter: Option<Letter>,
    /// The last instant that keeps the re-appointed date.
    pub second: Option<Moment>,
    pub exempted: Option<Moment>,
    pub row: Option<ObligationRow>,
    pub next_check: Option<Moment>,
    last_at: Moment,
}

impl Kind {
    /// Whether its steps are called as in [`STEPS`].
    pub fn is_followed(&self) -> bool {
        self.unit != Unit::SameDay
    }
}

fn what_excludes(what: What) -> bool {
    what == What::Exclude
}

fn timetable(kind: &Kind) -> &'static Timetable {
    static PROVINCE: std::sync::LazyLock<std::sync::Arc<dunghen::domain::province::Province>> =
        std::sync::LazyLock::new(province);
    PROVINCE.timetable(&kind.competent.parse().unwrap())
}

fn instant(day: Day, clock: ClockTime) -> Moment {
    province().zone().instant(day, clock).unwrap()
}

/// When the office opens.
fn opening(day: Day) -> Moment {
    instant(day, ClockTime::hm(7, 30))
}

fn civil(moment: Moment) -> Day {
    province().zone().day(moment)
}

/// ACC-05: a quarter of the two working hours of the counter is left.
fn told_at_the_counter(filed: Moment) -> Moment {
    let mut left = 90 * 60;
    let mut day = civil(filed);
    loop {
        for (opens, closes) in [((7, 30), (11, 30)), ((13, 30), (17, 0))] {
            let opens = instant(day, ClockTime::hm(opens.0, opens.1)).max(filed);
            let worked = instant(day, ClockTime::hm(closes.0, closes.1)).since(opens).as_secs();
            if province().timetable(&CENTRE.parse().unwrap()).is_working(day) && worked > 0 {
                if worked >= left {
                    return opens.plus(SignedDuration::from_secs(left));
                }
                left -= worked;
            }
        }
        day = day.next().unwrap();
    }
}

fn after(moment: Moment) -> Moment {
    moment.plus(SignedDuration::from_micros(1))
}

impl Pledge {
    /// LATE-00, TIME-03.
    pub fn late_from(&self) -> Moment {
        match self.unit {
            UnitOf::Day { .. } => instant(self.due_on, ClockTime::END_OF_DAY),
            UnitOf::Hours(_) | UnitOf::SameDay => self.due_at,
        }
    }

    /// REP-06, REP-08: before the due day, or before the session in which it falls due.
    fn is_early(&self, end: Moment) -> bool {
        match self.unit {
            UnitOf::Day { .. } => civil(end) < self.due_on,
            // The sessions are 07:30-11:30 and 13:30-17:00; what fills one ends at its closing.
            UnitOf::Hours(_) | UnitOf::SameDay => {
                let noon = instant(self.due_on, ClockTime::hm(11, 30));
                let morning = self.due_at <= noon;
                let start = if morning { ClockTime::hm(7, 30) } else { ClockTime::hm(13, 30) };
                let closed = self.due_at > instant(self.due_on, ClockTime::hm(17, 0));
                end < if closed { self.due_at } else { instant(self.due_on, start) }
            }
        }
    }
}

impl Model {
    /// ∅→1 online, ∅→2 at the counter.
    pub fn filed(kind: &'static Kind, online: bool, now: Moment) -> Self {
        let mut model = Self {
            kind,
            state: 1,
            version: 1,
            received_at: None,
            pledges: Vec::new(),
            stopped: None,
            excluded: false,
            online,
            step: 1,
            requests: 0,
            late_at_stop: false,
            end: None,
            letter: None,
            second: None,
            exempted: None,
            row: None,
            next_check: None,
            last_at: now,
        };
        if online {
            model.next_check = Some(told_at_the_counter(now));
        } else {
            model.state = 2;
            model.promise_from(now, kind.limit);
        }
        model
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, 1 | 2 | 4 | 5 | 6)
    }

    fn runs(&self) -> bool {
        self.is_open() && self.stopped.is_none()
    }

    pub fn pledge(&self) -> Option<&Pledge> {
        self.pledges.last()
    }

    /// LATE-00, SUP-06, END-03.
    pub fn is_late(&self, now: Moment) -> bool {
        let decides = self.end.map(|(_, decides)| decides).or(self.stopped).unwrap_or(now);
        self.late_at_stop || self.pledge().is_some_and(|pledge| decides > pledge.late_from())
    }

    /// REP-06 to REP-10.
    pub fn outcome(&self) -> Option<&'static str> {
        let ((end, _), pledge) = (self.end?, self.pledge()?);
        Some(match self.state {
            _ if self.is_late(end) => "late",
            9 | 10 if pledge.is_early(end) => "early",
            _ => "on_time",
        })
    }

    fn ended_in_time(&self) -> bool {
        self.outcome().is_some_and(|outcome| outcome != "late")
    }

    /// LIFE-01, and what may happen to a dossier without moving it.
    pub fn next(&self, what: What) -> Option<u8> {
        let letter_is_due = self.pledge().is_some() && !self.ended_in_time();
        // STOP-04.
        let overlaps = matches!(what, What::Supplement | What::Payment | What::Settle | What::Exclude);
        if self.excluded && overlaps {
            return None;
        }
        Some(match (self.state, what) {
            (state @ (2 | 4), What::Exclude) => state,
            (state, What::EndExclusion) if self.excluded => state,
            (9, What::Reopen) => 4,
            (1, What::Accept) => 2,
            (1, What::Refuse) => 3,
            (2 | 4, What::Transfer) | (4, What::StepDone) | (6, What::Paid) => 4,
            (1 | 2 | 4, What::Supplement) => 5,
            (5, What::Supplemented) => {
                if self.received_at.is_some() {
                    4
                } else {
                    2
                }
            }
            (4, What::Payment) => 6,
            (1 | 2 | 4 | 5 | 6, What::Withdraw) => 7,
            (2 | 4 | 5 | 6, What::Stop) | (2 | 4, What::Refuse) => 8,
            (4, What::Settle) => 9,
            // ACC-06.
            (2, What::Settle) if self.kind.unit == Unit::SameDay => 9,
            (9, What::Return) => 10,
            // LATE-02, LATE-08, LATE-17.
            (state, What::Apologise) if letter_is_due && self.letter.is_none() && self.exempted.is_none() => {
                state
            }
            (state, What::Exempt) if letter_is_due && self.exempted.is_none() => state,
            (state, What::Deliver) if self.letter.is_some() => state,
            _ => return None,
        })
    }

    /// Section 3.3, of the four who act here.
    pub fn may(&self, who: Who, what: What) -> bool {
        let supplement_again = what == What::Supplement && self.requests > 0;
        match what {
            What::Supplement if supplement_again => who == Who::Head,
            What::Transfer | What::StepDone | What::Supplement => who != Who::Stranger,
            What::Payment => matches!(who, Who::Specialist | Who::Head),
            What::Paid => matches!(who, Who::Counter | Who::Specialist),
            What::Refuse if self.state == 1 => who == Who::Counter,
            What::Stop | What::Refuse | What::Settle => matches!(who, Who::Counter | Who::Head),
            What::Apologise | What::Exempt | What::Reopen => who == Who::Head,
            What::Exclude | What::EndExclusion => matches!(who, Who::Specialist | Who::Head),
            What::Accept | What::Supplemented | What::Withdraw | What::Return | What::Deliver => {
                who == Who::Counter
            }
        }
    }

    pub fn judge(&self, who: Who, asked: &Asked, expected: i64, now: Moment) -> Verdict {
        use refusal::Kind as No;
        if who == Who::Stranger {
            return Verdict::Refused(vec![No::NotFound]);
        }
        if !self.may(who, asked.what) {
            return Verdict::Refused(vec![No::NotAllowed]);
        }
        if expected != self.version {
            return Verdict::Refused(vec![No::StaleVersion]);
        }
        let mut wrong = Vec::new();
        if self.next(asked.what).is_none() {
            wrong.push(No::IllegalMove);
        }
        let said = asked.at.unwrap_or(now.max(self.last_at));
        if said < self.last_at || said > now.max(self.last_at) || self.falsifies(asked.what, said, now) {
            wrong.push(No::InvalidInput);
        }
        if asked.what == What::Apologise && !self.takes_date(asked.new_date, now) {
            wrong.push(No::InvalidInput);
        }
        if wrong.is_empty() { Verdict::Accepted } else { Verdict::Refused(wrong) }
    }

    /// LATE-11, REP-18: whether telling it as of `said` hides that the dossier became late, or reopens a month.
    fn falsifies(&self, what: What, said: Moment, now: Moment) -> bool {
        if said >= now {
            return false;
        }
        if what == What::Apologise {
            return said < now.plus(SignedDuration::from_mins(-1));
        }
        let limits = self.pledge().map(Pledge::late_from).into_iter().chain(self.second);
        let hidden = self.runs() && limits.into_iter().any(|limit| said <= limit && limit < now);
        hidden || civil(said).month() != civil(now).month()
    }

    /// A letter is issued when it is recorded (LATE-17).
    fn at(&self, asked: &Asked, now: Moment) -> Moment {
        asked.at.filter(|_| asked.what != What::Apologise).unwrap_or(now.max(self.last_at))
    }

    /// From where a new date is counted: the due date, or today where that is past (LATE-13).
    pub fn latest_date(&self, now: Moment) -> Day {
        self.pledge().map_or(civil(now), |pledge| pledge.due_on.max(civil(now)))
    }

    /// LATE-13: a working day after both, at most the original limit away; none for what has ended.
    fn takes_date(&self, new_date: Option<Day>, now: Moment) -> bool {
        let (Some(date), Some(pledge)) = (new_date, self.pledge()) else { return !self.is_open() };
        let limit = self.working_days(civil(pledge.from), pledge.due_on).max(1);
        let extension = self.working_days(self.latest_date(now), date);
        self.is_open()
            && date > self.latest_date(now)
            && timetable(self.kind).is_working(date)
            && extension <= limit
    }

    /// The working days d with `from` < d ≤ `to`, one by one.
    fn working_days(&self, from: Day, to: Day) -> usize {
        std::iter::successors(from.next(), |day| day.next())
            .take_while(|day| *day <= to)
            .filter(|day| timetable(self.kind).is_working(*day))
            .count()
    }

    /// What an accepted request does.
    pub fn apply(&mut self, asked: &Asked, now: Moment) {
        let at = self.at(asked, now);
        let next = self.next(asked.what).unwrap();
        let was_received = self.received_at.is_some();
        let was_handed_over = self.state == 4;
        match asked.what {
            What::Supplement | What::Payment | What::Exclude => {
                self.late_at_stop = self.is_late(at);
                self.stopped = Some(at);
                self.excluded = what_excludes(asked.what);
                self.requests += u32::from(asked.what == What::Supplement && was_received);
                self.next_check = None;
            }
            What::Withdraw | What::Stop | What::Refuse | What::Settle => {
                self.end = Some((at, self.stopped.unwrap_or(at)));
                self.stopped = None;
                self.excluded = false;
                self.next_check = None;
            }
            _ => {}
        }
        self.state = next;
        self.version += 1;
        self.last_at = at;
        match asked.what {
            What::Accept => self.promise_from(at, self.kind.limit),
            What::Supplemented => self.resume(at, false),
            What::Paid => self.resume(at, true),
            What::EndExclusion => self.go_on(at),
            What::Transfer if was_handed_over => {}
            What::Transfer => self.watch_step(),
            What::StepDone => {
                let known = self.kind.is_followed() && self.step < STEPS.len();
                self.step = if known { self.step + 1 } else { 1 };
                self.watch_step();
            }
            What::Reopen => {
                self.end = None;
                let from = self.pledge().unwrap().from;
                self.next_check = self.milestones().into_iter().filter(|when| *when >= from).min();
            }
            What::Apologise => self.apologise(at, asked.new_date),
            What::Deliver => {
                let letter = self.letter.as_mut().unwrap();
                letter.delivered.get_or_insert(at);
            }
            What::Exempt => self.exempted = Some(at),
            _ => {}
        }
        self.keep_row(asked.what, at, now.max(at));
    }

    fn apologise(&mut self, at: Moment, new_date: Option<Day>) {
        let pledge = self.pledge().unwrap();
        // LATE-14, LATE-15: judged by the promise that the letter speaks of.
        let in_advance = match pledge.unit {
            UnitOf::Day { one_day: false, .. } => civil(at) < pledge.due_on,
            _ => at <= pledge.due_at,
        };
        let day_limit = matches!(pledge.unit, UnitOf::Day { .. });
        let end = if day_limit { ClockTime::END_OF_DAY } else { ClockTime::hm(17, 0) };
        self.letter = Some(Letter { at, in_advance: in_advance && !self.is_late(at), delivered: None });
        self.second = new_date.map(|date| instant(date, end));
        if self.runs()
            && let Some(second) = self.second
        {
            let waits = self.next_check.into_iter().chain([after(second)]).min();
            self.next_check = waits;
        }
    }

    /// LATE-16: one row, opened by whoever sees the lateness first, closed by an end in time.
    fn keep_row(&mut self, what: What, at: Moment, now: Moment) {
        if self.pledge().is_none() {
            return;
        }
        if self.letter.is_some() || self.exempted.is_some() || self.is_late(now) {
            self.open_row(now);
        }
        let ended_in_time = self.ended_in_time();
        let letter = self.letter.clone();
        if let Some(row) = &mut self.row {
            if ended_in_time && row.delivered_at.is_none() {
                row.closed_at.get_or_insert(now);
            }
            if what == What::Reopen {
                row.closed_at = None;
            }
            match (what, letter) {
                (What::Apologise, Some(letter)) => {
                    row.issued_at = Some(letter.at);
                    row.in_advance = Some(letter.in_advance);
                }
                (What::Deliver, _) => drop(row.delivered_at.get_or_insert(at)),
                (What::Exempt, _) => drop(row.exempted_at.get_or_insert(at)),
                _ => {}
            }
        }
    }

    fn open_row(&mut self, at: Moment) {
        self.row.get_or_insert(ObligationRow {
            opened_at: at,
            issued_at: None,
            in_advance: None,
            delivered_at: None,
            exempted_at: None,
            closed_at: None,
        });
    }

    fn promise_from(&mut self, from: Moment, limit: &str) {
        let terms = Terms { cutoff: self.kind.cutoff, ..Terms::of(limit.parse().unwrap()) };
        let receiving = province();
        let receiving = receiving.timetable(&CENTRE.parse().unwrap());
        let due = due_between_units(receiving, timetable(self.kind), from, &terms).unwrap().unwrap();
        self.pledge_for(from, due);
    }

    fn pledge_for(&mut self, from: Moment, due: Due) {
        let unit = match self.kind.unit {
            Unit::Days(days) => UnitOf::Day { short: days <= 5, one_day: days <= 1 },
            Unit::Months => UnitOf::Day { short: false, one_day: false },
            Unit::Hours(hours) => UnitOf::Hours(hours),
            Unit::SameDay => UnitOf::SameDay,
        };
        self.received_at.get_or_insert(from);
        self.pledges.push(Pledge { from, due_at: due.at, due_on: due.on, unit });
        self.next_check = self.milestones().into_iter().filter(|at| *at >= from).min();
    }

    /// SUP-04, SUP-05, STOP-01.
    fn resume(&mut self, at: Moment, paid: bool) {
        let stopped = self.stopped.take().unwrap();
        match (self.pledge().cloned(), self.kind.second.filter(|_| paid)) {
            (_, Some(limit)) => {
                self.promise_from(at, limit);
                let pledge = self.pledges.last_mut().unwrap();
                pledge.unit = UnitOf::Day { short: true, one_day: false };
                self.next_check = self.milestones().into_iter().filter(|when| *when >= at).min();
            }
            (Some(pledge), None) if self.kind.pauses || paid => {
                let terms = Terms { cutoff: self.kind.cutoff, ..Terms::of(self.kind.limit.parse().unwrap()) };
                let due = Due { at: pledge.due_at, on: pledge.due_on, counting_starts: pledge.due_on };
                let due = timetable(self.kind).pause(&due, &terms, stopped, at).unwrap();
                self.pledge_for(at, due);
            }
            _ => self.promise_from(at, self.kind.limit),
        }
    }

    /// STOP-02: the promise moves by the excluded time, whatever limit it is of.
    fn go_on(&mut self, at: Moment) {
        let stopped = self.stopped.take().unwrap();
        self.excluded = false;
        let pledge = self.pledge().unwrap().clone();
        let terms = Terms { cutoff: self.kind.cutoff, ..Terms::of(self.kind.limit.parse().unwrap()) };
        let due = Due { at: pledge.due_at, on: pledge.due_on, counting_starts: pledge.due_on };
        let due = timetable(self.kind).pause(&due, &terms, stopped, at).unwrap();
        self.pledges.push(Pledge { from: at, due_at: due.at, due_on: due.on, unit: pledge.unit });
        self.next_check = self.milestones().into_iter().filter(|when| *when >= at).min();
    }

    /// MON-05: a new step is waited for as well, while the clock runs.
    fn watch_step(&mut self) {
        if self.runs() {
            self.next_check = self.next_check.into_iter().chain(self.step_overdue()).min();
        }
    }

    /// PROC-04: a step leaves the time of those after it; what is due with the dossier is not told twice.
    fn step_overdue(&self) -> Option<Moment> {
        let pledge = self.pledge()?;
        let place = if self.state == 2 { 0 } else { self.step };
        let planned = self.kind.steps.get(place).map(|_| {
            let rest: i64 = self.kind.steps[place + 1..].iter().sum();
            self.leaving(pledge, rest).min(pledge.due_at).max(pledge.from)
        });
        let transfer = (place == 0 && self.kind.unit != Unit::SameDay).then(|| self.transfer_due());
        let due = planned.into_iter().chain(transfer).min()?;
        (due < pledge.due_at).then(|| after(due))
    }

    fn leaving(&self, pledge: &Pledge, rest: i64) -> Moment {
        if rest == 0 {
            return pledge.due_at;
        }
        if let UnitOf::Hours(_) = pledge.unit {
            let begins = self.minutes_before(pledge.due_at, rest);
            // What exactly fills a session ends at the closing before it.
            return self.minutes_before(begins, 1).plus(SignedDuration::from_mins(1));
        }
        let (days, part) = (usize::try_from(rest / 480).unwrap(), rest % 480);
        let day = if days == 0 { pledge.due_on } else { self.working_day_before(pledge.due_on, days) };
        let worked = (480 - part) * 27_000 / 480;
        // Four hours before noon, three and a half after it.
        let clock = if worked <= 14_400 { 27_000 + worked } else { 48_600 + worked - 14_400 };
        instant(day, ClockTime::from_seconds(u32::try_from(clock).unwrap()).unwrap())
    }

    /// TRF-01 for what was filed online, TRF-02 for paper.
    fn transfer_due(&self) -> Moment {
        let (day, clock) = province().zone().local(self.received_at.unwrap());
        let next = self.working_day_after(day, 1);
        if !self.online {
            return instant(next, ClockTime::hm(17, 0));
        }
        let in_time = clock <= ClockTime::hm(15, 0) && timetable(self.kind).is_working(day);
        if in_time { instant(day, ClockTime::hm(17, 0)) } else { opening(next) }
    }

    /// MON-02 to MON-05 and LATE-00: every instant at which something may become owed.
    fn milestones(&self) -> Vec<Moment> {
        let Some(pledge) = self.pledge() else { return Vec::new() };
        let late = pledge.late_from();
        let within = |at: Moment| at.max(pledge.from).min(late);
        let mut all = vec![after(late)];
        all.push(within(self.soon(pledge)));
        all.extend(self.window(pledge).map(|(opens, _)| opens));
        all.extend(
            [1, 3, 5].map(|days| opening(self.working_day_after(pledge.due_on, days)).max(after(late))),
        );
        all.extend(self.second.map(after));
        all.extend(self.step_overdue());
        all
    }

    /// MON-02: when little time is left.
    fn soon(&self, pledge: &Pledge) -> Moment {
        match pledge.unit {
            UnitOf::Day { short, .. } => {
                opening(self.working_day_before(pledge.due_on, if short { 1 } else { 3 }))
            }
            UnitOf::SameDay => opening(pledge.due_on),
            UnitOf::Hours(hours) => self.minutes_before(pledge.due_at, hours * 60 / 4),
        }
    }

    /// MON-03: from two working days before due to the end of the one before; none for LATE-15.
    pub fn window(&self, pledge: &Pledge) -> Option<(Moment, Moment)> {
        let UnitOf::Day { one_day: false, .. } = pledge.unit else { return None };
        let opens = opening(self.working_day_before(pledge.due_on, 2));
        let shuts = instant(self.working_day_before(pledge.due_on, 1), ClockTime::END_OF_DAY);
        let within = |at: Moment| at.max(pledge.from).min(pledge.late_from());
        Some((within(opens), within(shuts)))
    }

    fn working_day_before(&self, day: Day, count: usize) -> Day {
        let days = std::iter::successors(day.previous(), |day| day.previous());
        days.filter(|day| timetable(self.kind).is_working(*day)).nth(count - 1).unwrap()
    }

    fn working_day_after(&self, day: Day, count: usize) -> Day {
        let days = std::iter::successors(day.next(), |day| day.next());
        days.filter(|day| timetable(self.kind).is_working(*day)).nth(count - 1).unwrap()
    }

    /// Walks back minute by minute through the working time before `end`.
    fn minutes_before(&self, end: Moment, minutes: i64) -> Moment {
        let (mut at, mut left) = (end, minutes);
        while left > 0 {
            at = at.plus(SignedDuration::from_mins(-1));
            let (day, clock) = province().zone().local(at);
            let morning = ClockTime::hm(7, 30) <= clock && clock < ClockTime::hm(11, 30);
            let afternoon = ClockTime::hm(13, 30) <= clock && clock < ClockTime::hm(17, 0);
            left -= i64::from((morning || afternoon) && timetable(self.kind).is_working(day));
        }
        at
    }

    /// What the sweep does to this dossier at `now`.
    pub fn sweep(&mut self, now: Moment) {
        if self.next_check.is_none_or(|at| at > now) {
            return;
        }
        if self.is_late(now) {
            self.open_row(now);
        }
        let runs = self.runs();
        self.next_check = self.milestones().into_iter().filter(|at| *at > now && runs).min();
    }

    /// MON-01.
    pub fn standing(&self, now: Moment) -> Option<&'static str> {
        let pledge = self.pledge().filter(|_| self.is_open())?;
        let late = self.is_late(now);
        let within = |at: Moment| at.max(pledge.from).min(pledge.late_from());
        Some(if late && self.second.is_some_and(|second| now > second) {
            "overdue_twice"
        } else if late {
            "overdue"
        } else if self.stopped.is_some() {
            "clock_stopped"
        } else if self.letter.is_none()
            && self.exempted.is_none()
            && self.window(pledge).is_some_and(|(opens, shuts)| opens <= now && now <= shuts)
        {
            "apology_window"
        } else if within(self.soon(pledge)) <= now {
            "due_soon"
        } else {
            "on_track"
        })
    }

    /// Section 6.1.
    pub fn obligation(&self, now: Moment) -> Option<&'static str> {
        let pledge = self.pledge()?;
        if self.exempted.is_some() {
            return Some("exempt");
        }
        if let Some(letter) = &self.letter {
            return Some(match letter {
                Letter { delivered: Some(_), .. } => "delivered",
                _ if self.ended_in_time() => "closed",
                Letter { in_advance: true, .. } => "issued_in_advance",
                _ => "issued_late",
            });
        }
        if self.is_late(now) {
            return Some("owed_overdue");
        }
        let (opens, _) = self.window(pledge).filter(|_| self.runs())?;
        let last_day = instant(pledge.due_on.previous()?, ClockTime::END_OF_DAY);
        let last_moment = last_day.max(pledge.from).min(pledge.late_from());
        match now {
            now if now < opens => None,
            now if now <= last_moment => Some("forecast"),
            _ => Some("owed"),
        }
    }
}
