//! Reads `rulesets.toml`: one table a legal regime, each inheriting what it doesn't say (LAW-02).
//!
//! Demands that every day of receipt from the first regime on falls under exactly one.

use std::ops::Range;

use super::fault::{Fault, Source};
use super::table::{At, Field, Table, parse};
use crate::domain::refusal::Said;
use crate::domain::ruleset::{Forms, RuleSet, RuleSetId, RuleSets, SupplementClock};
use crate::domain::time::Day;

/// A rule set and where its first day is written.
struct Loaded {
    set: RuleSet,
    begins: Range<usize>,
}

/// # Errors
/// Everything that is wrong in the file.
pub fn read(file: &str, text: &str) -> Result<RuleSets, Vec<Fault>> {
    let source = Source::new(file, text);
    let parsed = parse(&source);
    let mut root = Table::new(&source, String::new(), &parsed);
    let sets = root.table("ruleset");
    // What a decision says of itself is read with it.
    let _ = root.table("decision");
    root.finish();
    let names: Vec<At<String>> = sets.iter().flat_map(Table::named_tables).map(|(name, _)| name).collect();
    let loaded: Vec<Loaded> =
        sets.iter().flat_map(|sets| names.iter().filter_map(|name| one(&source, sets, name))).collect();
    check_periods(&source, &loaded);
    if loaded.is_empty() && source.is_sound() {
        source.note(
            0..0,
            "ruleset",
            Said::new("Chưa có bộ quy tắc nào.", "There is no rule set."),
            Said::new("Thêm một bảng [ruleset.TÊN].", "Add a table [ruleset.NAME]."),
        );
    }
    if source.is_sound() {
        Ok(RuleSets::new(loaded.into_iter().map(|loaded| loaded.set).collect()))
    } else {
        Err(source.faults())
    }
}

/// A rule set's own table, then the one it inherits from, and so on.
struct Chain<'t> {
    tables: Vec<Table<'t>>,
    /// Inheritance leads nowhere: what is missing then is not worth telling.
    broken: bool,
}

impl<'t> Chain<'t> {
    /// Follows `inherits`; a stranger or a circle is told and ends the chain.
    fn of(sets: &Table<'t>, name: &str) -> Self {
        let find = |name: &str| {
            sets.named_tables().into_iter().find(|(key, _)| key.value == name).map(|(_, table)| table)
        };
        let mut tables: Vec<Table<'t>> = find(name).into_iter().collect();
        let mut broken = false;
        let mut seen = vec![name.to_owned()];
        while let Some(last) = tables.last_mut() {
            let Some(parent) = last.maybe::<RuleSetId>("inherits") else { break };
            let parent = parent.to_string();
            let next = find(&parent).filter(|_| !seen.contains(&parent));
            let Some(next) = next else {
                note_inherits(last, &parent, seen.contains(&parent));
                broken = true;
                break;
            };
            seen.push(parent);
            tables.push(next);
        }
        Self { tables, broken }
    }

    fn maybe<T: Field>(&mut self, field: &'static str) -> Option<T> {
        // Each is asked, so that the first knows all of its fields as taken.
        let found: Vec<Option<T>> = self.tables.iter_mut().map(|table| table.maybe(field)).collect();
        found.into_iter().flatten().next()
    }

    fn value<T: Field>(&mut self, field: &'static str) -> Option<T> {
        let found = self.maybe(field);
        if found.is_none() && !self.broken && !self.tables.iter().any(|table| table.has(field)) {
            return self.tables.first_mut()?.value(field);
        }
        found
    }

    /// A number of which 0 means none.
    fn number_or_none(&mut self, field: &'static str) -> Option<Option<u32>> {
        self.value::<u32>(field).map(|number| (number > 0).then_some(number))
    }

    fn percent(&mut self, field: &'static str) -> Option<u32> {
        let percent = self.value::<u32>(field);
        if percent.is_some_and(|percent| percent > 100)
            && let Some(table) = self.tables.iter().find(|table| table.has(field))
        {
            table.note(
                field,
                Said::new("Quá 100 phần trăm.", "This is more than 100 percent."),
                Said::new("Ghi từ 0 đến 100.", "Write 0 to 100."),
            );
        }
        percent
    }

    fn escalation(&mut self) -> Option<Vec<u32>> {
        if !self.broken && !self.tables.iter().any(|table| table.has("escalation_wd")) {
            self.tables.first()?.note_missing("escalation_wd", "[0, 1, 3, 5]", "[0, 1, 3, 5]");
        }
        let lists: Vec<Vec<At<u32>>> =
            self.tables.iter_mut().map(|table| table.list("escalation_wd")).collect();
        let days: Vec<u32> =
            lists.into_iter().find(|list| !list.is_empty())?.iter().map(|at| at.value).collect();
        if !days.is_sorted_by(|a, b| a < b) {
            self.tables.iter().find(|table| table.has("escalation_wd"))?.note(
                "escalation_wd",
                Said::new("Các mốc không tăng dần.", "The levels do not ascend."),
                Said::new("Ghi tăng dần, ví dụ [0, 1, 3, 5].", "Write them ascending, as [0, 1, 3, 5]."),
            );
        }
        Some(days)
    }
}

fn note_inherits(table: &Table<'_>, parent: &str, in_circle: bool) {
    let (what, remedy) = if in_circle {
        (
            Said::new("Các bộ quy tắc kế thừa vòng tròn.", "The rule sets inherit in a circle."),
            Said::new("Bỏ inherits ở một bộ.", "Remove inherits from one of them."),
        )
    } else {
        (
            Said::new(format!("Không có bộ quy tắc {parent}."), format!("There is no rule set {parent}.")),
            Said::new("Ghi tên một bộ có trong tệp này.", "Name one of this file."),
        )
    };
    table.note("inherits", what, remedy);
}

fn one(source: &Source, sets: &Table<'_>, name: &At<String>) -> Option<Loaded> {
    let Ok(id) = name.value.parse::<RuleSetId>() else {
        source.note(
            name.span.clone(),
            &sets.path_of(&name.value),
            Said::new("Tên bộ quy tắc không hợp lệ.", "This is no name for a rule set."),
            Said::new(
                "Chỉ dùng chữ thường không dấu, chữ số và gạch nối.",
                "Use small letters, digits and hyphens only.",
            ),
        );
        return None;
    };
    let mut chain = Chain::of(sets, &name.value);
    let (begins, valid_to, fields) = period(chain.tables.first_mut()?);
    let set = body(&mut chain, id, begins.as_ref().map(|at| at.value));
    chain.tables.into_iter().next()?.finish();
    Some(Loaded { set: RuleSet { valid_to, fields, ..set? }, begins: begins?.span })
}

/// What a rule set never inherits: its first and last day, and the fields it is for.
fn period(own: &mut Table<'_>) -> (Option<At<Day>>, Option<Day>, Vec<String>) {
    let valid_from: Option<At<Day>> = own.required("valid_from");
    let valid_to = own.maybe("valid_to");
    if let (Some(from), Some(to)) = (&valid_from, valid_to)
        && to < from.value
    {
        own.note(
            "valid_to",
            Said::new("Ngày hết hiệu lực trước ngày có hiệu lực.", "It ends before it begins."),
            Said::new("Sửa một trong hai ngày.", "Correct one of the two days."),
        );
    }
    let fields = own.list::<String>("fields").into_iter().map(|at| at.value).collect();
    (valid_from, valid_to, fields)
}

/// Reads every field before it gives up on any, so that all faults are told.
fn body(chain: &mut Chain<'_>, id: RuleSetId, valid_from: Option<Day>) -> Option<RuleSet> {
    let circular = chain.value("forms");
    let apology_title_vi = chain.value("apology_title");
    let transfer_cutoff = chain.value("transfer_cutoff");
    let paper_transfer_wd = chain.value("paper_transfer_wd");
    let acceptance_wh = chain.value("acceptance_wh");
    let reception_alert_wh = chain.value("reception_alert_wh");
    let supplement_max_requests = chain.value("supplement_max_requests");
    let supplement_notice_wd = chain.value("supplement_notice_wd");
    let supplement_clock = chain.value("supplement_clock");
    let exclusion_clock = chain.maybe("exclusion_clock").unwrap_or(SupplementClock::Pause);
    let supplement_deadline_wd = chain.number_or_none("supplement_deadline_wd");
    let apology_lead_days = chain.value("apology_lead_days");
    let apology_lead_unit = chain.value("apology_lead_unit");
    let reappoint_max = chain.value("reappoint_max");
    let max_extension_wd = chain.number_or_none("max_extension_wd");
    let due_time = chain.value("due_time");
    let cutoff = chain.value("cutoff");
    let cutoff_effect = chain.value("cutoff_effect");
    let lateness_base = chain.value("lateness_base");
    let due_soon_short_limit_days = chain.value("due_soon_short_limit_days");
    let due_soon_short_wd = chain.value("due_soon_short_wd");
    let due_soon_wd = chain.value("due_soon_wd");
    let due_soon_hours_percent = chain.percent("due_soon_hours_percent");
    let apology_window_wd = chain.value("apology_window_wd");
    let escalation_wd = chain.escalation();
    Some(RuleSet {
        id,
        valid_from: valid_from?,
        valid_to: None,
        fields: Vec::new(),
        forms: Forms { circular: circular?, apology_title_vi: apology_title_vi? },
        transfer_cutoff: transfer_cutoff?,
        paper_transfer_wd: paper_transfer_wd?,
        acceptance_wh: acceptance_wh?,
        reception_alert_wh: reception_alert_wh?,
        supplement_max_requests: supplement_max_requests?,
        supplement_notice_wd: supplement_notice_wd?,
        supplement_clock: supplement_clock?,
        exclusion_clock,
        supplement_deadline_wd: supplement_deadline_wd?,
        apology_lead_days: apology_lead_days?,
        apology_lead_unit: apology_lead_unit?,
        reappoint_max: reappoint_max?,
        max_extension_wd: max_extension_wd?,
        due_time: due_time?,
        cutoff: cutoff?,
        cutoff_effect: cutoff_effect?,
        lateness_base: lateness_base?,
        due_soon_short_limit_days: due_soon_short_limit_days?,
        due_soon_short_wd: due_soon_short_wd?,
        due_soon_wd: due_soon_wd?,
        due_soon_hours_percent: due_soon_hours_percent?,
        apology_window_wd: apology_window_wd?,
        escalation_wd: escalation_wd?,
    })
}

/// The general regimes follow each other without gap or overlap, and so do those of one field
/// without overlap (LAW-02).
fn check_periods(source: &Source, loaded: &[Loaded]) {
    let mut general: Vec<&Loaded> = loaded.iter().filter(|one| !one.set.is_overlay()).collect();
    general.sort_by_key(|one| one.set.valid_from);
    for pair in general.windows(2) {
        let (earlier, later) = (&pair[0].set, pair[1]);
        let follows = earlier.valid_to.and_then(Day::next);
        if follows == Some(later.set.valid_from) {
            continue;
        }
        let gap = follows.is_some_and(|next| next < later.set.valid_from);
        let (vi, en) = if gap { ("hở ngày", "leaves days open") } else { ("chồng ngày", "overlaps") };
        note_period(source, later, earlier, vi, en);
    }
    for (index, later) in loaded.iter().enumerate() {
        let shares = |earlier: &&Loaded| {
            let fields = &earlier.set.fields;
            let both = fields.iter().any(|field| later.set.fields.contains(field));
            both && (earlier.set.in_force(later.set.valid_from) || later.set.in_force(earlier.set.valid_from))
        };
        if let Some(earlier) = loaded[..index].iter().find(shares) {
            note_period(source, later, &earlier.set, "chồng ngày", "overlaps");
        }
    }
}

fn note_period(source: &Source, later: &Loaded, earlier: &RuleSet, vi: &str, en: &str) {
    source.note(
        later.begins.clone(),
        &format!("ruleset.{}.valid_from", later.set.id),
        Said::new(
            format!("Hiệu lực {vi} với bộ {}.", earlier.id),
            format!("Its period {en} with that of {}.", earlier.id),
        ),
        Said::new(
            "Cho bộ sau bắt đầu ngay hôm sau ngày hết hiệu lực của bộ trước.",
            "Let it begin on the day after the other one's valid_to.",
        ),
    );
}
