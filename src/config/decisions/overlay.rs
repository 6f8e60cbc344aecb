//! Days off and office hours of units, in the shape of `hours.toml`.

use std::ops::Range;

use super::Places;
use crate::config::hours::{day_off, period};
use crate::config::table::Table;
use crate::domain::law::{Amendment, Overlay, Spot};

/// Where the entries stand.
#[derive(Default)]
struct Entries {
    hours: Vec<Range<usize>>,
    off: Vec<Range<usize>>,
}

impl Places for Entries {
    fn place(&self, spot: &Spot) -> Range<usize> {
        let list = if spot.list == "hours" { &self.hours } else { &self.off };
        list.get(spot.entry).cloned().unwrap_or_default()
    }
}

/// Days off that name no document are by `document`, the decision itself.
pub(super) fn read(mut root: Table<'_>, document: Option<&str>) -> (Option<Amendment>, Box<dyn Places>) {
    let (hours, days) = (root.tables("hours"), root.tables("day_off"));
    root.finish();
    let (mut overlay, mut entries) = (Overlay::default(), Entries::default());
    let mut whole = true;
    for mut table in hours {
        let read = period(&mut table);
        whole &= read.is_some();
        entries.hours.push(table.place_of("valid_from"));
        overlay.hours.extend(read);
        table.finish();
    }
    for mut table in days {
        let read = day_off(&mut table, document);
        whole &= read.is_some();
        entries.off.push(table.place_of("date"));
        overlay.off.extend(read);
        table.finish();
    }
    (whole.then_some(Amendment::Overlay(overlay)), Box::new(entries))
}
