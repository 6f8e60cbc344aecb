//! Years of the calendar, in the shape of the calendar file.

use std::ops::Range;

use super::{Nowhere, Places};
use crate::config::calendar::Years;
use crate::config::fault::Source;
use crate::domain::law::{Amendment, Spot};
use crate::domain::province::Province;
use crate::domain::refusal::Said;

impl Places for Years {
    fn place(&self, spot: &Spot) -> Range<usize> {
        if spot.list.is_empty() {
            return 0..0;
        }
        let at = self.offset_of(spot.entry, spot.inner);
        at..at
    }
}

pub(super) fn read(source: &Source, province: &Province) -> (Option<Amendment>, Box<dyn Places>) {
    let years: Years = match toml::from_str(source.text()) {
        Ok(years) => years,
        Err(error) => {
            source.note_syntax(&error);
            return (None, Box::new(Nowhere));
        }
    };
    let calendar = &province.law.calendar;
    let other_zone = years.timezone.as_ref().filter(|zone| *zone.get_ref() != calendar.zone);
    let other_weekend = years.weekend.as_ref().filter(|weekend| *weekend.get_ref() != calendar.weekend);
    let spans = [
        (other_zone.map(toml::Spanned::span), "timezone"),
        (other_weekend.map(toml::Spanned::span), "weekend"),
    ];
    for (span, field) in spans {
        let Some(span) = span else { continue };
        source.note(
            span,
            field,
            Said::new(
                "Khác với lịch đang áp dụng; quyết định chỉ thay đổi từng năm.",
                "This is not what the calendar says; a decision changes years alone.",
            ),
            Said::new("Bỏ dòng này.", "Remove this line."),
        );
    }
    (Some(Amendment::Calendar { years: years.data() }), Box::new(years))
}
