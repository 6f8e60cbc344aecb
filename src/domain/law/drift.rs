//! What the files say that is not in force: somebody has edited them after the first start.
//!
//! The files make the first edition alone; from then on decisions change the law (CAL-09).

use super::Law;
use crate::domain::refusal::Language;

/// A part of the law that the files now say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    Year(i16),
    /// Time zone or weekly rest days.
    Calendar,
    Hours,
    DaysOff,
    RuleSet(String),
}

impl Drift {
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::Year(year), Language::Vietnamese) => format!("lịch năm {year}"),
            (Self::Year(year), Language::English) => format!("the year {year}"),
            (Self::Calendar, Language::Vietnamese) => "múi giờ hoặc ngày nghỉ hằng tuần".to_owned(),
            (Self::Calendar, Language::English) => "the time zone or the weekly rest days".to_owned(),
            (Self::Hours, Language::Vietnamese) => "giờ làm việc".to_owned(),
            (Self::Hours, Language::English) => "office hours".to_owned(),
            (Self::DaysOff, Language::Vietnamese) => "ngày nghỉ của đơn vị".to_owned(),
            (Self::DaysOff, Language::English) => "days off of units".to_owned(),
            (Self::RuleSet(id), Language::Vietnamese) => format!("bộ quy tắc {id}"),
            (Self::RuleSet(id), Language::English) => format!("the rule set {id}"),
        }
    }
}

impl Law {
    /// What these files say otherwise than they did at the first start, and than is in force. What a
    /// decision has brought in meanwhile is nothing to be told.
    #[must_use]
    pub fn drift(&self, first: &Self, in_force: &Self) -> Vec<Drift> {
        let mut found = Vec::new();
        let other = |here: bool, drift: Drift, found: &mut Vec<Drift>| {
            if here {
                found.push(drift);
            }
        };
        let general = |law: &Self| (law.calendar.zone.clone(), law.calendar.weekend);
        other(general(self) != general(first), Drift::Calendar, &mut found);
        let record = |law: &Self, year: i16| law.calendar.years.iter().find(|one| one.year == year).cloned();
        let mut years: Vec<i16> =
            [self, first].iter().flat_map(|law| law.calendar.years.iter().map(|one| one.year)).collect();
        years.sort_unstable();
        years.dedup();
        for year in years {
            let here = record(self, year);
            let new = here != record(first, year) && here != record(in_force, year);
            other(new, Drift::Year(year), &mut found);
        }
        let (mine, theirs, now) = (&self.overlay, &first.overlay, &in_force.overlay);
        let hours = mine.hours != theirs.hours && mine.hours.iter().any(|one| !now.hours.contains(one));
        let gone = theirs.hours.iter().any(|one| !mine.hours.contains(one));
        other(hours || gone, Drift::Hours, &mut found);
        let off = mine.off.iter().any(|one| !theirs.off.contains(one) && !now.off.contains(one));
        let gone = theirs.off.iter().any(|one| !mine.off.contains(one));
        other(off || gone, Drift::DaysOff, &mut found);
        for set in self.rulesets.iter() {
            let here = Some(set);
            let new = here != first.rulesets.get(&set.id) && here != in_force.rulesets.get(&set.id);
            other(new, Drift::RuleSet(set.id.to_string()), &mut found);
        }
        for gone in first.rulesets.iter().filter(|one| self.rulesets.get(&one.id).is_none()) {
            found.push(Drift::RuleSet(gone.id.to_string()));
        }
        found
    }
}
