//! How units are evaluated by others: index 766 (domain section 11) and PAR INDEX (12.2).
//!
//! Scores what was counted. Which scale is right is not certain in law, so each comes from the settings.

use serde::Deserialize;

use super::calendar::Timetable;
use super::dossier::Dossier;
use super::limit::TimeLimit;
use super::statistics::Rate;
use super::time::Moment;

/// The scales, as the settings have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales {
    /// Points of indicator 2.1 of index 766 at a rate of 100 % (IDX-08).
    pub progress_points: u32,
    pub par: ParScale,
}

/// What a tier's on-time rate is worth, of one point (PAR-02, PAR-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParScale {
    /// From so many percent on it is worth all of it.
    pub full_percent: u32,
    /// From so many percent on it is worth a part, below nothing.
    pub partial_percent: u32,
    pub partial: Partial,
}

/// Which part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    #[default]
    Half,
    /// As much as the rate.
    Proportional,
}

/// Hundredths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(u64);

impl Scales {
    /// What a progress rate is worth (IDX-08).
    #[must_use]
    pub fn progress(&self, rate: Rate) -> Points {
        Points((rate.hundredths() * u64::from(self.progress_points) + 50) / 100)
    }
}

impl ParScale {
    /// What a tier's on-time rate is worth (PAR-03).
    #[must_use]
    pub fn on_time(&self, rate: Rate) -> Points {
        let hundredths = rate.hundredths();
        if hundredths >= u64::from(self.full_percent) * 100 {
            Points(100)
        } else if hundredths < u64::from(self.partial_percent) * 100 {
            Points(0)
        } else {
            match self.partial {
                Partial::Half => Points(50),
                Partial::Proportional => Points((hundredths + 50) / 100),
            }
        }
    }

    /// The apologies: all of the point where every late dossier got its letter, else none (PAR-04).
    #[must_use]
    pub fn apologies(&self, unsent: u64) -> Points {
        if unsent == 0 { Points(100) } else { Points(0) }
    }
}

/// `17.14`.
impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The longest that the law gives a procedure, by whose timetable it is measured.
#[derive(Clone, Copy, Debug)]
pub struct Maximum<'a> {
    pub limit: TimeLimit,
    pub timetable: &'a Timetable,
}

/// Whether index 766 counts a dossier as in time at `at`: by the due instant itself, not by the end of
/// its day (IDX-04); by the request while a supplement is waited for, and never with a second one
/// (IDX-05). Without an appointment the maximum limit of its procedure decides, where that is known: from
/// receipt to the end or to `at`, less the times that waited for the applicant (IDX-06, TIME-17).
#[must_use]
pub fn is_in_time_under_766(dossier: &Dossier, at: Moment, maximum: Option<Maximum<'_>>) -> bool {
    if dossier.counts_late_under_766() {
        return false;
    }
    let ended = dossier.ended_at.filter(|end| *end <= at);
    let decides = ended.or_else(|| dossier.stopped_since()).unwrap_or(at);
    if let Some(promise) = dossier.promise() {
        return decides <= promise.due_at;
    }
    let Some((received, maximum)) = dossier.received_at.zip(maximum) else { return true };
    let stops = dossier.stops.iter().filter_map(|stop| Some((stop.from, stop.to?)));
    maximum.timetable.keeps_within(maximum.limit, received, decides, stops.filter(|(_, to)| *to <= decides))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::deadline::fixture::office;
    use crate::domain::dossier::fixture::{Life, moment, promise, received, supplement, transfer};
    use crate::domain::event::Happening;

    const SCALES: Scales = Scales {
        progress_points: 20,
        par: ParScale { full_percent: 100, partial_percent: 95, partial: Partial::Half },
    };

    fn rate(part: u64, whole: u64) -> Rate {
        Rate::of(part, whole).unwrap()
    }

    /// IDX-08 on the worked example of section 9.3: 5 of 7.
    #[test]
    fn progress_is_worth_its_share_of_the_points() {
        assert_eq!(SCALES.progress(rate(5, 7)).to_string(), "14.29");
        assert_eq!(SCALES.progress(rate(7, 7)).to_string(), "20.00");
        assert_eq!(SCALES.progress(rate(0, 7)).to_string(), "0.00");
    }

    /// PAR-03, PAR-04: full, a part, nothing; the thresholds belong to what is above them.
    #[test]
    fn a_tier_gets_its_point_its_part_or_nothing() {
        let half = |part, whole| SCALES.par.on_time(rate(part, whole)).to_string();
        assert_eq!(
            (half(10, 10), half(19, 20), half(9_499, 10_000)),
            ("1.00".into(), "0.50".into(), "0.00".into())
        );
        let proportional = ParScale { partial: Partial::Proportional, ..SCALES.par };
        assert_eq!(proportional.on_time(rate(9_750, 10_000)).to_string(), "0.98");
        assert_eq!(proportional.on_time(rate(9_749, 10_000)).to_string(), "0.97");
        assert_eq!(
            (SCALES.par.apologies(0).to_string(), SCALES.par.apologies(1).to_string()),
            ("1.00".into(), "0.00".into())
        );
    }

    /// IDX-04, IDX-05: the due instant decides and not the end of its day, the wait for a supplement
    /// does not count, and a second request makes it late.
    #[test]
    fn index_766_goes_by_the_due_instant_and_the_supplements() {
        let in_time = |life: &Life, at: &str| is_in_time_under_766(&life.0, moment(at), None);
        let open = Life::due_on_friday();
        assert!(in_time(&open, "2026-08-28 17:00") && !in_time(&open, "2026-08-28 17:01"));
        assert!(!open.0.is_late_at(moment("2026-08-28 17:01")), "by law the day is not over (LATE-00)");
        let settled = open.clone().then("2026-08-28 18:00", Happening::Settled);
        assert!(!in_time(&settled, "2026-09-30 09:00") && in_time(&settled, "2026-08-28 16:00"));
        let waits = open.then("2026-08-27 09:00", supplement());
        assert!(in_time(&waits, "2026-12-01 09:00"));
        let again = promise("2026-08-28 09:00", "3wd", None);
        let resumed = waits.then("2026-08-28 09:00", Happening::Supplemented { promise: Some(again) });
        assert!(in_time(&resumed, "2026-08-31 09:00"));
        let twice = resumed.then("2026-08-28 10:00", supplement());
        assert!(!in_time(&twice, "2026-08-28 11:00"));
        let without = Life::begins("2026-08-25 09:00", received(None));
        assert!(in_time(&without, "2030-01-01 09:00"), "nothing says how long it may take");
    }

    /// IDX-06, TIME-17: without an appointment the procedure's maximum limit decides, by the end or by the
    /// instant that is asked of, less what a supplement took; an appointment goes before it.
    #[test]
    fn without_an_appointment_index_766_goes_by_the_maximum_limit() {
        let office = office();
        let in_time = |life: &Life, limit: &str, at: &str| {
            let maximum = Maximum { limit: limit.parse().unwrap(), timetable: &office };
            is_in_time_under_766(&life.0, moment(at), Some(maximum))
        };
        // 29/8 to 2/9 are off: the third working day is Friday 28/8, the fourth Thursday 3/9.
        let open = Life::begins("2026-08-25 09:00", received(None)).then("2026-08-25 09:00", transfer());
        assert!(in_time(&open, "3wd", "2026-08-28 23:00") && !in_time(&open, "3wd", "2026-09-03 08:00"));
        assert!(in_time(&open, "none", "2030-01-01 09:00"));
        let settled = open.clone().then("2026-08-28 18:00", Happening::Settled);
        assert!(
            in_time(&settled, "3wd", "2026-12-01 09:00") && !in_time(&settled, "2wd", "2026-12-01 09:00")
        );
        assert!(in_time(&settled, "3wd", "2026-08-27 09:00"), "it had not ended by then");
        let waits = open.then("2026-08-26 09:00", supplement());
        assert!(in_time(&waits, "1wd", "2026-12-01 09:00"), "the request decides while it waits");
        let resumed = waits.then("2026-09-04 09:00", Happening::Supplemented { promise: None });
        let settled = resumed.then("2026-09-07 09:00", Happening::Settled);
        // 26, 27, 28/8, 3, 4, 7/9, of which 27, 28/8, 3 and 4/9 waited.
        assert!(
            in_time(&settled, "2wd", "2026-12-01 09:00") && !in_time(&settled, "1wd", "2026-12-01 09:00")
        );
        assert!(in_time(&Life::due_on_friday(), "1wd", "2026-08-28 16:00"), "the appointment decides");
    }
}
