//! The month picture of a dossier: what the engine counted, and for a late one the days since.

use jiff::civil::Weekday;

use super::front::Front;
use crate::domain::calendar::{DayKind, Timetable};
use crate::domain::deadline::{Derivation, Grounds};
use crate::domain::dossier::{Dossier, Stop};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::promise::{Cause, Promise};
use crate::domain::time::{ClockTime, Day, Moment};
use crate::paper::month_picture::{DayMark, MonthPicture, PictureDay};
use crate::web::views::parts::MonthFigure;
use crate::work::appointment::{self, Between};

/// The picture of the promise in force, with the stops on the way to it; none where the days
/// do not tell how it came about: another system made it, or a stop moved it by hours.
pub fn of(desk: &Front, dossier: &Dossier) -> Option<MonthFigure> {
    let filing = &dossier.filing;
    let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
    let days = Days { desk, timetable: between.competent, between };
    let mut earlier: Vec<&Promise> = dossier.promises_in_force().map(|(_, promise)| promise).collect();
    let in_force = earlier.pop()?;
    let mut picture = if is_moved(in_force) {
        days.with_pauses(dossier, in_force, &mut earlier)?
    } else {
        days.picture(in_force)?
    };
    let open = dossier.ended_at.is_none();
    picture.today = open.then(|| desk.today());
    picture.settled = dossier.ended_at.map(|at| desk.province.zone().day(at));
    if let Some(stop) = dossier.open_stop() {
        days.stand_still(&mut picture, in_force, stop);
    } else if dossier.is_late_at(desk.now) {
        days.show_lateness(&mut picture, desk.province.zone().day(dossier.ended_at.unwrap_or(desk.now)));
    }
    for promise in earlier.iter().rev() {
        let stop = dossier.stops.iter().find(|stop| stop.from >= promise.counted_from)?;
        days.set_before(&mut picture, promise, stop)?;
    }
    MonthFigure::of(&picture, desk.language()).ok()
}

/// How the promise in force came about, in words: for where [`of`] has no picture, as of limits in hours
/// or months that stops have moved.
pub fn in_words(desk: &Front, dossier: &Dossier) -> Option<String> {
    let promise = dossier.promise()?;
    let at = |moment| super::parts::at(desk, moment).text;
    let Some(basis) = &promise.basis else {
        let due = at(promise.due_at);
        return Some(desk.say(
            format!("Ngày hẹn {due} do hệ thống khác ấn định."),
            format!("The return date {due} was fixed by another system."),
        ));
    };
    let run = dossier.promises.iter().rfind(|one| !is_moved(one) && one.cause != Cause::CalendarChange)?;
    let (limit, from) = (desk.language().limit(basis.terms.limit), at(run.counted_from));
    let mut words =
        vec![desk.say(format!("Tính {limit} từ {from}."), format!("Counted: {limit} from {from}."))];
    let paused = |stop: &Stop| {
        let from = at(stop.from);
        match stop.to.map(at) {
            Some(to) => desk.say(
                format!("Tạm dừng từ {from} đến {to}, không tính."),
                format!("Clock stopped from {from} to {to}, which does not count."),
            ),
            None => desk.say(
                format!("Tạm dừng từ {from}; khi tính tiếp mới có ngày hẹn."),
                format!("Clock stopped since {from}; there is a return date once it runs again."),
            ),
        }
    };
    words.extend(dossier.stops.iter().filter(|stop| stop.from >= run.counted_from).map(paused));
    if dossier.stopped_since().is_none() {
        words.push(format!("{} {}.", desk.say("Hẹn trả", "Return due"), at(promise.due_at)));
    }
    Some(words.join(" "))
}

/// The days of one dossier.
struct Days<'a> {
    desk: &'a Front,
    timetable: &'a Timetable,
    between: Between<'a>,
}

impl Days<'_> {
    /// How a promise was counted, if the days alone explain it.
    fn picture(&self, promise: &Promise) -> Option<MonthPicture> {
        let derivation = appointment::derivation(self.between, promise)?;
        let leads_there = derivation.due_date == Some(promise.due_on);
        let grounds = self.grounds(promise)?;
        leads_there.then(|| MonthPicture::of(&derivation, &grounds, None))
    }

    /// A promise that stops have moved: the run that they interrupted, with their days left out of
    /// the count (SUP-05). Takes that run off the promises before it.
    fn with_pauses(
        &self,
        dossier: &Dossier,
        in_force: &Promise,
        earlier: &mut Vec<&Promise>,
    ) -> Option<MonthPicture> {
        let mut run = earlier.pop()?;
        while is_moved(run) {
            run = earlier.pop()?;
        }
        let limit = run.basis.as_ref()?.terms.limit;
        let mut picture = self.picture(run)?;
        let starts = picture.days.iter().find(|one| matches!(one.mark, DayMark::Counted(_)))?.day;
        let stops: Vec<(Day, Day)> = dossier
            .stops
            .iter()
            .filter(|stop| stop.from >= run.counted_from)
            .filter_map(|stop| Some((self.day(stop.from), self.day(stop.to?))))
            .collect();
        let whole = match limit {
            TimeLimit::WorkingDays(days) | TimeLimit::CalendarDays(days) => days.get(),
            TimeLimit::SameDay => 1,
            _ => return None,
        };
        picture.days.retain(|one| one.day < starts);
        let every_day = picture.every_day_counts();
        picture.days.extend(self.counted_around(&stops, starts, in_force.due_on, whole, every_day)?);
        let clock = self.desk.province.zone().local(in_force.due_at).1;
        picture.hour = picture.hour.map(|_| clock.to_the_minute());
        picture.promise = Some(in_force.due_on);
        Some(picture)
    }

    /// The days from `starts` to `due` with a count that passes over the stops; none where it does not
    /// end at `whole`, as where a stop began after the count was over.
    fn counted_around(
        &self,
        stops: &[(Day, Day)],
        starts: Day,
        due: Day,
        whole: u32,
        every_day: bool,
    ) -> Option<Vec<PictureDay>> {
        let mut n = 0;
        let mut days = Vec::new();
        for day in days_from(starts).take_while(|day| *day <= due) {
            let works = self.timetable.is_working(day);
            let stopped = stops.iter().any(|(from, to)| *from < day && day <= *to);
            if stopped {
                days.push(self.marked(day, DayMark::Stopped));
            } else if n < whole && (works || every_day) {
                n += 1;
                let is_rest = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                let make_up = works && is_rest && !every_day;
                days.push(PictureDay { make_up, ..PictureDay::new(day, DayMark::Counted(n)) });
            } else {
                days.push(self.marked(day, DayMark::Before));
            }
        }
        let last = days.iter().rev().find(|one| one.mark == DayMark::Counted(whole))?;
        (last.day == due || every_day && !self.timetable.is_working(last.day)).then_some(days)
    }

    fn grounds(&self, promise: &Promise) -> Option<Grounds> {
        let terms = &promise.basis.as_ref()?.terms;
        Some(appointment::grounds(self.between, promise.counted_from, terms, Some(promise.due_on)))
    }

    fn day(&self, at: Moment) -> Day {
        self.desk.province.zone().day(at)
    }

    /// `mark` on a working day, what it is on any other.
    fn marked(&self, day: Day, mark: DayMark) -> PictureDay {
        let mark = match self.timetable.kind(day) {
            DayKind::Working => mark,
            DayKind::Weekend { holiday } => DayMark::Off(holiday.map(str::to_owned)),
            DayKind::Off { name, .. } => DayMark::Off(Some(name.to_owned())),
        };
        PictureDay::new(day, mark)
    }

    fn stopped(&self, from: Day, until: Day) -> impl Iterator<Item = PictureDay> {
        let days = days_from(from).take_while(move |day| *day < until);
        days.map(|day| self.marked(day, DayMark::Stopped))
    }

    /// The count up to a stop that lasts; when it will end nobody knows, and so no day is promised. What
    /// was late by then stays so: the promise that was missed and the days after it are shown (SUP-06).
    fn stand_still(&self, picture: &mut MonthPicture, promise: &Promise, stop: &Stop) {
        let from = self.day(stop.from);
        let tomorrow = self.desk.today().next().unwrap_or(from);
        if promise.is_missed_at(stop.from) {
            self.show_lateness(picture, from.previous().unwrap_or(from));
            let after = promise.due_on.next().unwrap_or(from);
            picture.days.extend(self.stopped(from.max(after), tomorrow));
            return;
        }
        picture.days.retain(|one| one.day < from);
        picture.days.extend(self.stopped(from, tomorrow));
        picture.promise = None;
    }

    /// The days after the promise, each with how late it was.
    fn show_lateness(&self, picture: &mut MonthPicture, until: Day) {
        let mut late = 0;
        let mut next = picture.promise.and_then(Day::next);
        while let Some(day) = next.filter(|day| *day <= until) {
            late += u32::from(self.timetable.kind(day).is_working());
            picture.days.push(self.marked(day, DayMark::Late(late)));
            next = day.next();
        }
    }

    /// What was counted for an earlier promise, set aside by the stop that followed (SUP-04).
    fn set_before(&self, picture: &mut MonthPicture, promise: &Promise, stop: &Stop) -> Option<()> {
        let mut before = self.picture(promise)?;
        let (from, until) = (self.day(stop.from), self.day(stop.to.unwrap_or(self.desk.now)));
        let aside = |one: PictureDay| match one.mark {
            DayMark::Counted(n) => PictureDay { mark: DayMark::SetAside(n), ..one },
            DayMark::Worked(_) => PictureDay { mark: DayMark::Before, ..one },
            _ => one,
        };
        if promise.is_missed_at(stop.from) {
            self.show_lateness(&mut before, from.previous().unwrap_or(from));
        }
        let received = before.received;
        let counted = before.days.into_iter().filter(|one| one.day < from).map(aside);
        let first = picture.days.first().map_or(until, |one| one.day);
        let mut days: Vec<_> =
            counted.chain(self.stopped(from, until)).filter(|one| one.day < first).collect();
        days.append(&mut picture.days);
        if days.first().is_none_or(|one| one.day > received.0) {
            days.insert(0, PictureDay::new(received.0, DayMark::Before));
        }
        picture.days = days;
        picture.received = received;
        Some(())
    }
}

/// Whether a stop moved it instead of having it counted anew.
fn is_moved(promise: &Promise) -> bool {
    matches!(promise.cause, Cause::SupplementPause | Cause::ExclusionPause)
}

fn days_from(first: Day) -> impl Iterator<Item = Day> {
    std::iter::successors(Some(first), |day| day.next())
}

/// The picture of a promise that would be made.
pub fn of_derivation(desk: &Front, derivation: &Derivation, grounds: &Grounds) -> Option<MonthFigure> {
    MonthFigure::of(&MonthPicture::of(derivation, grounds, Some(desk.today())), desk.language()).ok()
}

/// Five working days from nine o'clock today, for those who see it for the first time.
pub fn example(desk: &Front) -> Option<MonthFigure> {
    let timetable = desk.province.timetable(&desk.province.root);
    let nine = desk.province.zone().instant(desk.today(), ClockTime::hm(9, 0))?;
    let terms = Terms::of(TimeLimit::working_days(5).ok()?);
    let derivation = timetable.explain_preview(nine, &terms).ok()?;
    let grounds = Grounds::between_units(timetable, timetable, nine, &terms, derivation.due_date);
    MonthFigure::of(&MonthPicture::of(&derivation, &grounds, None), desk.language()).ok()
}
