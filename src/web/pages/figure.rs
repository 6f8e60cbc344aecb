//! The month picture of a dossier: what the engine counted, and for a late one the days since.

use super::parts::VI;
use crate::domain::calendar::{DayKind, Timetable};
use crate::domain::deadline::Derivation;
use crate::domain::dossier::Dossier;
use crate::domain::limit::{Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day};
use crate::paper::month_picture::{DayMark, MonthPicture, PictureDay};
use crate::web::views::parts::MonthFigure;
use crate::work::appointment::{self, Between};
use crate::work::desk::Desk;

/// The picture of the promise in force; none for a promise that another system made.
pub fn of(desk: &Desk, dossier: &Dossier) -> Option<MonthFigure> {
    let filing = &dossier.filing;
    let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
    let derivation = appointment::derivation(between, dossier.promise()?)?;
    let open = dossier.ended_at.is_none();
    let mut picture = MonthPicture::of(&derivation, open.then(|| desk.today()));
    picture.settled = dossier.ended_at.map(|at| desk.province.zone().day(at));
    if dossier.is_late_at(desk.now) && dossier.stopped_since().is_none() {
        show_lateness(&mut picture, between.competent, picture_end(desk, dossier));
    }
    MonthFigure::of(&picture, VI).ok()
}

fn picture_end(desk: &Desk, dossier: &Dossier) -> Day {
    desk.province.zone().day(dossier.ended_at.unwrap_or(desk.now))
}

/// The days after the promise, each with how late it was.
fn show_lateness(picture: &mut MonthPicture, timetable: &Timetable, until: Day) {
    let mut late = 0;
    let mut next = picture.promise.and_then(Day::next);
    while let Some(day) = next.filter(|day| *day <= until) {
        let mark = match timetable.kind(day) {
            DayKind::Off { name, .. } => DayMark::Off(Some(name.to_owned())),
            kind if kind.is_working() => {
                late += 1;
                DayMark::Late(late)
            }
            _ => DayMark::Off(None),
        };
        picture.days.push(PictureDay::new(day, mark));
        next = day.next();
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
