//! The month picture in words, for those who cannot or would rather not look at it.
//!
//! Finds what there is to say, once for every language; how it is said is the phrases' matter.

mod phrases;

use super::{DayMark, MonthPicture, PictureDay};
use crate::domain::deadline::Missed;
use crate::domain::limit::{CutOffEffect, DueTime, TimeLimit};
use crate::domain::time::{ClockTime, Day};
use crate::paper::Language;
use phrases::Speech;
pub(super) use phrases::without_brackets;

/// Neighbouring days that share a name.
#[derive(Clone, Copy)]
struct Stretch<'p> {
    first: Day,
    last: Day,
    name: Option<&'p str>,
}

/// What a missed cut-off makes of a receipt (TIME-05).
enum Instead {
    /// Counting starts on this day.
    CountsFrom(Day),
    /// It counts as received on this day.
    ReceivedOn(Day),
    /// It is settled within this day.
    SettledOn(Day),
}

/// One thing to say.
enum Fact<'p> {
    Received {
        at: ClockTime,
        on: Day,
        missed: Option<(Missed, Instead)>,
    },
    CountsFrom {
        day: Day,
        anew: bool,
    },
    Closed {
        stretches: Vec<Stretch<'p>>,
        more: usize,
    },
    MadeUp(Vec<Day>),
    Stopped(Vec<Stretch<'p>>),
    SameDay(Day),
    WithinDay(Day),
    Ends {
        on: Day,
        by: Measure,
    },
    /// The limit ends on a day off, so the promise moves on (TIME-02).
    MovesOn {
        ends: Option<(Day, Measure)>,
        to: Day,
    },
    Appointed {
        at: ClockTime,
        as_received: bool,
    },
    StandsStill,
    NoLimit,
    Estimated {
        year: i16,
    },
    /// In working days, and where the limit counts every day, in those (TIME-18).
    Late {
        on: Day,
        days: u32,
        civil: Option<u32>,
    },
    SettledLate {
        on: Day,
        days: u32,
        civil: Option<u32>,
    },
}

/// How much of the limit is over at its end.
#[derive(Clone, Copy)]
enum Measure {
    WorkingDays(u32),
    Days(u32),
    Months(u32),
    Minutes(u32, Option<ClockTime>),
}

/// Everything about the picture, in the order in which one tells it; at most so many closures one by one.
pub(super) fn of(picture: &MonthPicture, language: Language, most_closures: usize) -> String {
    let speech = Speech::new(language, picture.received.0.year());
    let said: Vec<String> = facts(picture, most_closures).iter().map(|fact| speech.say(fact)).collect();
    said.join(" ")
}

fn facts(picture: &MonthPicture, most_closures: usize) -> Vec<Fact<'_>> {
    let mut facts = beginning(picture);
    let mut stretches = closures(picture);
    if !stretches.is_empty() {
        let more = stretches.len().saturating_sub(most_closures);
        stretches.truncate(most_closures);
        facts.push(Fact::Closed { stretches, more });
    }
    let made_up: Vec<Day> = picture.days.iter().filter(|day| day.make_up).map(|day| day.day).collect();
    if !made_up.is_empty() {
        facts.push(Fact::MadeUp(made_up));
    }
    let pauses = stretches_of(picture, |day| (day.mark == DayMark::Stopped).then_some(None));
    if !pauses.is_empty() {
        facts.push(Fact::Stopped(pauses));
    }
    facts.extend(end(picture));
    facts.extend(picture.grounds.estimated.map(|year| Fact::Estimated { year }));
    facts.extend(lateness(picture));
    if picture.promise.is_some() && picture.settled.is_none() && stands_still(picture) {
        facts.push(Fact::StandsStill);
    }
    facts
}

/// The receipt, and from when on is counted where that is worth a word.
fn beginning(picture: &MonthPicture) -> Vec<Fact<'_>> {
    let (on, at) = picture.received;
    let (anew, first) = (starts_anew(picture), first_counted(picture));
    let missed = picture.grounds.later.map(|later| {
        let instead = match (picture.grounds.terms.limit, picture.grounds.terms.cutoff_effect) {
            (TimeLimit::SameDay, _) => Instead::SettledOn(later.on),
            (TimeLimit::WorkingHours(_), _) | (_, CutOffEffect::CountStartsNextWd) => {
                Instead::CountsFrom(later.on)
            }
            (_, CutOffEffect::TreatAsReceivedNextWd) => Instead::ReceivedOn(later.on),
        };
        (later.missed, instead)
    });
    let is_said = !anew
        && match missed {
            Some((_, Instead::CountsFrom(day) | Instead::SettledOn(day))) => first == Some(day),
            _ => first == Some(on) || is_same_day(picture),
        };
    let mut facts = vec![Fact::Received { at, on, missed }];
    facts.extend(first.filter(|_| !is_said).map(|day| Fact::CountsFrom { day, anew }));
    facts
}

/// How the promised day came out of the count.
fn end(picture: &MonthPicture) -> Vec<Fact<'_>> {
    let Some(promise) = picture.promise else {
        // What has a limit and no promised day waits for its clock to go on.
        let unlimited = picture.grounds.terms.limit == TimeLimit::None;
        return vec![if unlimited { Fact::NoLimit } else { Fact::StandsStill }];
    };
    let minutes: u32 = picture.days.iter().filter_map(|day| day.mark.minutes()).sum();
    let mark = picture.days.iter().find(|day| day.day == promise).and_then(|day| day.mark.number());
    let hour = picture.hour;
    match (picture.grounds.terms.limit, mark) {
        _ if minutes > 0 => {
            return vec![Fact::Ends { on: promise, by: Measure::Minutes(minutes, hour) }];
        }
        (TimeLimit::SameDay, _) if promise == picture.received.0 => vec![Fact::SameDay(promise)],
        (TimeLimit::SameDay, _) => vec![Fact::WithinDay(promise)],
        (_, Some(n)) => vec![Fact::Ends { on: promise, by: measure(picture, n) }],
        (_, None) => {
            let numbered = picture.days.iter().rev().find_map(|day| Some((day.day, day.mark.number()?)));
            let ends = numbered.map(|(day, n)| (day, measure(picture, n)));
            vec![Fact::MovesOn { ends, to: promise }]
        }
    }
    .into_iter()
    .chain(hour.map(|at| Fact::Appointed { at, as_received: is_receipts_hour(picture, at) }))
    .collect()
}

fn measure(picture: &MonthPicture, n: u32) -> Measure {
    match picture.grounds.terms.limit {
        TimeLimit::Months(count) => Measure::Months(count.get()),
        TimeLimit::CalendarDays(_) => Measure::Days(n),
        _ => Measure::WorkingDays(n),
    }
}

fn is_receipts_hour(picture: &MonthPicture, hour: ClockTime) -> bool {
    picture.grounds.terms.due_time == DueTime::SameClock && hour == picture.received.1
}

fn is_same_day(picture: &MonthPicture) -> bool {
    picture.grounds.terms.limit == TimeLimit::SameDay
}

fn lateness(picture: &MonthPicture) -> Option<Fact<'_>> {
    let late = picture.days.iter().rev().find_map(|day| match day.mark {
        DayMark::Late(days) => Some((day.day, days)),
        _ => None,
    });
    let (on, days) = late.filter(|(_, days)| *days > 0)?;
    let until = picture.settled.unwrap_or(on);
    let civil = picture.promise.filter(|_| picture.every_day_counts()).map(|due| until.since(due));
    let civil = civil.and_then(|days| u32::try_from(days).ok()).filter(|days| *days > 0);
    Some(match picture.settled {
        Some(on) => Fact::SettledLate { on, days, civil },
        None => Fact::Late { on, days, civil },
    })
}

/// The days of one kind as stretches of neighbouring days with the same name; days off
/// without a name in between (a weekend in the Tết week) do not part a stretch.
fn stretches_of<'p>(
    picture: &'p MonthPicture,
    pick: impl Fn(&'p PictureDay) -> Option<Option<&'p str>>,
) -> Vec<Stretch<'p>> {
    let mut found: Vec<Stretch<'p>> = Vec::new();
    let mut unbroken = false;
    for day in &picture.days {
        match pick(day) {
            Some(name) => {
                match found.last_mut() {
                    Some(last) if unbroken && last.name == name => last.last = day.day,
                    _ => found.push(Stretch { first: day.day, last: day.day, name }),
                }
                unbroken = true;
            }
            None if day.mark == DayMark::Off(None) => {}
            None => unbroken = false,
        }
    }
    found
}

/// The days off that have a name, the one among them on which a limit ends included.
fn closures(picture: &MonthPicture) -> Vec<Stretch<'_>> {
    stretches_of(picture, |day| match &day.mark {
        DayMark::Off(Some(name)) => Some(Some(name)),
        _ => day.falls_on.as_deref().map(Some),
    })
}

/// Whether the clock stands still up to the picture's end.
fn stands_still(picture: &MonthPicture) -> bool {
    let last = picture.days.iter().rev().find(|day| !matches!(day.mark, DayMark::Off(_)));
    last.is_some_and(|day| day.mark == DayMark::Stopped)
}

fn first_counted(picture: &MonthPicture) -> Option<Day> {
    let counts = |day: &&PictureDay| matches!(day.mark, DayMark::Counted(_) | DayMark::Worked(_));
    picture.days.iter().find(counts).map(|day| day.day)
}

fn starts_anew(picture: &MonthPicture) -> bool {
    picture.days.iter().any(|day| matches!(day.mark, DayMark::SetAside(_)))
}

impl DayMark {
    fn number(&self) -> Option<u32> {
        if let Self::Counted(n) = self { Some(*n) } else { None }
    }

    fn minutes(&self) -> Option<u32> {
        if let Self::Worked(minutes) = self { Some(*minutes) } else { None }
    }
}
