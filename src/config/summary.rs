//! The configuration in a few lines, as `dunghen check` tells it.

use super::Configuration;
use crate::domain::calendar::YearStatus;
use crate::domain::refusal::{Language, Said};
use crate::domain::time::Day;
use crate::domain::unit::UnitKind;

impl Configuration {
    /// What is configured, a line each, as of a day.
    #[must_use]
    pub fn summary(&self, today: Day, language: Language) -> Vec<String> {
        let lines =
            [self.law(today), self.calendar_line(), self.province_line(today), self.catalogue_line(today)];
        lines.into_iter().chain(self.marks()).map(|said| said.to(language).to_owned()).collect()
    }

    /// Which file each part was read from, or that it is built in.
    #[must_use]
    pub fn sources(&self, language: Language) -> Vec<String> {
        self.sources.said().iter().map(|said| said.to(language).to_owned()).collect()
    }

    fn law(&self, today: Day) -> Said {
        let count = self.province.rulesets.iter().count();
        match self.province.rulesets.for_receipt(today) {
            Some(set) => Said::new(
                format!("Bộ quy tắc: {count}; hôm nay áp dụng {}.", set.id),
                format!("Rule sets: {count}; in force today: {}.", set.id),
            ),
            None => Said::new(
                format!("Bộ quy tắc: {count}; hôm nay KHÔNG có bộ nào có hiệu lực."),
                format!("Rule sets: {count}; NONE is in force today."),
            ),
        }
    }

    fn calendar_line(&self) -> Said {
        let years = |status| {
            let of = self.calendar.years().filter(|(_, is)| *is == status);
            of.map(|(year, _)| year.to_string()).collect::<Vec<_>>().join(", ")
        };
        let (label, sure, estimated) =
            (self.calendar.label(), years(YearStatus::Final), years(YearStatus::Estimate));
        Said::new(
            format!("Lịch {label}: chính thức {sure}; dự kiến {}.", dash(&estimated, "không có")),
            format!("Calendar {label}: final {sure}; estimated {}.", dash(&estimated, "none")),
        )
    }

    fn province_line(&self, today: Day) -> Said {
        let all = self.province.units.at(today).count();
        let of = |kind| self.province.units.at(today).filter(|unit| unit.kind == kind).count();
        let (departments, communes, centres) =
            (of(UnitKind::Department), of(UnitKind::Commune), of(UnitKind::Centre));
        let timetables = self.province.distinct_timetables();
        Said::new(
            format!(
                "Đơn vị: {all} ({departments} sở, {communes} xã, phường, {centres} trung tâm); {timetables} bộ giờ làm việc."
            ),
            format!(
                "Units: {all} ({departments} departments, {communes} communes, {centres} centres); {timetables} timetables."
            ),
        )
    }

    fn catalogue_line(&self, today: Day) -> Said {
        let offered = self.province.catalogue.offered(today).count();
        let mut fields: Vec<&str> =
            self.province.catalogue.offered(today).map(|procedure| procedure.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        let fields = fields.len();
        Said::new(
            format!("Thủ tục đang áp dụng: {offered} trong {fields} lĩnh vực."),
            format!("Procedures in force: {offered} in {fields} fields."),
        )
    }

    /// Says aloud what is invented.
    fn marks(&self) -> Option<Said> {
        let invented = self.province.units.iter().any(|unit| unit.demonstration)
            || self.province.catalogue.iter().any(|procedure| procedure.demonstration);
        (self.settings.demonstration || invented).then(|| {
            Said::new(
                "Có dữ liệu trình diễn: mã đơn vị, thủ tục và thời hạn không phải số liệu chính thức.",
                "There is demonstration data: unit codes, procedures and limits are not official.",
            )
        })
    }
}

fn dash<'t>(text: &'t str, none: &'t str) -> &'t str {
    if text.is_empty() { none } else { text }
}
