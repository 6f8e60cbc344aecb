//! The month picture of a dossier: what the engine counted, and for a late one the days since.

use super::parts::VI;
use crate::domain::calendar::{DayKind, Timetable};
use crate::domain::deadline::Derivation;
use crate::domain::dossier::{Dossier, Stop};
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::promise::Promise;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::paper::month_picture::{DayMark, MonthPicture, PictureDay};
use crate::web::views::parts::MonthFigure;
use crate::work::appointment::{self, Between};
use crate::work::desk::Desk;

/// The picture of the promise in force, with the stops on the way to it; none where the days
/// do not tell how it came about: another system made it, or a stop moved it by hours.
pub fn of(desk: &Desk, dossier: &Dossier) -> Option<MonthFigure> {
    let filing = &dossier.filing;
    let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
    let days = Days { desk, timetable: between.competent, between };
    let mut earlier: Vec<&Promise> = dossier.promises_in_force().map(|(_, promise)| promise).collect();
    let last = earlier.pop()?;
    let derivation = days.derivation(last)?;
    let open = dossier.ended_at.is_none();
    let mut picture = MonthPicture::of(&derivation, open.then(|| desk.today()));
    picture.settled = dossier.ended_at.map(|at| desk.province.zone().day(at));
    if dossier.stopped_since().is_some() {
        days.stand_still(&mut picture, dossier.stops.last()?);
    } else if dossier.is_late_at(desk.now) {
        days.show_lateness(&mut picture, desk.province.zone().day(dossier.ended_at.unwrap_or(desk.now)));
    }
    for promise in earlier.iter().rev() {
        let stop = dossier.stops.iter().find(|stop| stop.from >= promise.counted_from)?;
        days.set_before(&mut picture, promise, stop)?;
    }
    MonthFigure::of(&picture, VI).ok()
}

/// The days of one dossier.
struct Days<'a> {
    desk: &'a Desk,
    timetable: &'a Timetable,
    between: Between<'a>,
}

impl Days<'_> {
    /// How a promise was counted, if the days alone explain it.
    fn derivation(&self, promise: &Promise) -> Option<Derivation> {
        let derivation = appointment::derivation(self.between, promise)?;
        (derivation.due_date == Some(promise.due_on)).then_some(derivation)
    }

    fn day(&self, at: Moment) -> Day {
        self.desk.province.zone().day(at)
    }

    /// `mark` on a working day, what it is on any other.
    fn marked(&self, day: Day, mark: DayMark) -> PictureDay {
        let mark = match self.timetable.kind(day) {
            DayKind::Working => mark,
            DayKind::Weekend { .. } => DayMark::Off(None),
            DayKind::Off { name, .. } => DayMark::Off(Some(name.to_owned())),
        };
        PictureDay::new(day, mark)
    }

    fn stopped(&self, from: Day, until: Day) -> impl Iterator<Item = PictureDay> {
        let days = std::iter::successors(Some(from), |day| day.next()).take_while(move |day| *day < until);
        days.map(|day| self.marked(day, DayMark::Stopped))
    }

    /// The count up to a stop that lasts; when it will end nobody knows, and so no day is promised.
    fn stand_still(&self, picture: &mut MonthPicture, stop: &Stop) {
        let from = self.day(stop.from);
        picture.days.retain(|one| one.day < from);
        picture.days.extend(self.stopped(from, self.desk.today().next().unwrap_or(from)));
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
        let before = MonthPicture::of(&self.derivation(promise)?, None);
        let (from, until) = (self.day(stop.from), self.day(stop.to.unwrap_or(self.desk.now)));
        let aside = |one: PictureDay| match one.mark {
            DayMark::Counted(n) => PictureDay { mark: DayMark::SetAside(n), ..one },
            DayMark::Worked(_) => PictureDay { mark: DayMark::Before, ..one },
            _ => one,
        };
        let counted = before.days.into_iter().filter(|one| one.day < from).map(aside);
        let first = picture.days.first().map_or(until, |one| one.day);
        let mut days: Vec<_> =
            counted.chain(self.stopped(from, until)).filter(|one| one.day < first).collect();
        days.append(&mut picture.days);
        if days.first().is_none_or(|one| one.day > before.received.0) {
            days.insert(0, PictureDay::new(before.received.0, DayMark::Before));
        }
        picture.days = days;
        picture.received = before.received;
        Some(())
    }
}

/// The picture of a promise that would be made.
pub fn of_derivation(desk: &Desk, derivation: &Derivation) -> Option<MonthFigure> {
    MonthFigure::of(&MonthPicture::of(derivation, Some(desk.today())), VI).ok()
}

/// Five working days from nine o'clock today, for those who see it for the first time.
pub fn example(desk: &Desk) -> Option<MonthFigure> {
    let timetable = desk.province.timetable(&desk.province.root);
    let nine = desk.province.zone().instant(desk.today(), ClockTime::hm(9, 0))?;
    let terms = Terms::of(TimeLimit::working_days(5).ok()?);
    let derivation = timetable.explain_preview(nine, &terms).ok()?;
    MonthFigure::of(&MonthPicture::of(&derivation, None), VI).ok()
}
