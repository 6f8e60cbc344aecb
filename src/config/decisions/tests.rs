//! CAL-08 and CAL-10 for decisions: every fault with its line and field.

use super::*;
use crate::config::{Configuration, Environment};
use crate::domain::calendar::DayKind;

fn province() -> std::sync::Arc<Province> {
    Configuration::built_in(&Environment::default()).unwrap().province
}

fn told(text: &str) -> Vec<String> {
    told_beside(text, &Beside::default())
}

fn told_beside(text: &str, beside: &Beside) -> Vec<String> {
    let faults = read("qd.toml", text, beside, &province(), &[]).unwrap_err();
    faults
        .iter()
        .map(|fault| format!("{}: {}", fault.place.map_or(0, |place| place.line), fault.field))
        .collect()
}

fn under(text: &str, beside: &Beside) -> Province {
    let province = province();
    let handed = read("qd.toml", text, beside, &province, &[]).unwrap();
    province.under(province.law.after(&[(2, handed.amendment)]), 2).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

const STORM: &str = r#"
[decision]
document = "12/QĐ-UBND"
signer = "Chủ tịch UBND xã"
effective = "2026-09-17"
reason = "Mưa lũ chia cắt đường vào xã"

[[day_off]]
unit = "H35.22"
date = "2026-09-17"
name = "Nghỉ do bão"
makeup = "2026-09-26"

[[day_off]]
unit = "H35.22"
date = "2026-09-18"
name = "Nghỉ do bão"
alone = true
"#;

#[test]
fn time_14_a_storm_closes_a_commune_with_its_centre_and_a_saturday_makes_up_for_it() {
    let after = under(STORM, &Beside::default());
    let kind = |unit: &str, on: &str| {
        let timetable = after.timetable(&unit.parse().unwrap());
        match timetable.kind(day(on)) {
            DayKind::Working => "working".to_owned(),
            DayKind::Weekend { .. } => "weekend".to_owned(),
            DayKind::Off { name, .. } => name.to_owned(),
        }
    };
    assert_eq!(kind("H35.22", "2026-09-17"), "Nghỉ do bão (12/QĐ-UBND)");
    assert_eq!(kind("H35.22.01", "2026-09-17"), "Nghỉ do bão (12/QĐ-UBND)", "what lies below closes too");
    assert_eq!(kind("H35.22", "2026-09-18"), "Nghỉ do bão (12/QĐ-UBND)");
    assert_eq!(kind("H35.22.01", "2026-09-18"), "working", "that day the commune alone is closed");
    assert_eq!(kind("H35.22", "2026-09-26"), "working", "TIME-13: a local make-up Saturday");
    assert_eq!(kind("H35.23", "2026-09-17"), "working");
    assert_eq!(kind("H35.23", "2026-09-26"), "weekend");
    let label = after.timetable(&"H35.23".parse().unwrap()).calendar().label().to_owned();
    assert_eq!(label, "vn-state@2026.1+2", "CAL-09: dossiers name the edition");
}

#[test]
fn the_header_of_a_decision_is_read_with_it() {
    let handed = read("qd.toml", STORM, &Beside::default(), &province(), &[]).unwrap();
    assert_eq!(handed.header.document.as_deref(), Some("12/QĐ-UBND"));
    assert_eq!(handed.header.signer.as_deref(), Some("Chủ tịch UBND xã"));
    assert_eq!(handed.header.effective, Some(day("2026-09-17")));
    assert_eq!(handed.header.reason.as_deref(), Some("Mưa lũ chia cắt đường vào xã"));
}

/// Each wrong line of a closure, by its number and field.
#[test]
fn cal_08_wrong_days_off_are_told_with_line_and_field() {
    let off = |rest: &str| {
        format!("[[day_off]]\nunit = \"H35.22\"\nname = \"Bão\"\ndocument = \"12/QĐ\"\n{rest}\n")
    };
    for (text, expected) in [
        (off("date = \"2026-09-19\""), "5: day_off[1].date"),
        (off("date = \"2026-09-02\""), "5: day_off[1].date"),
        (off("date = \"2031-09-02\""), "5: day_off[1].date"),
        (off("date = \"2026-09-31\""), "5: day_off[1].date"),
        (off("date = \"2026-09-17\"\nmakeup = \"2026-09-22\""), "5: day_off[1].makeup"),
        (off("date = \"2026-04-23\"\nmakeup = \"2026-04-26\""), "5: day_off[1].makeup"),
        (off("date = \"2026-09-17\"\nkind = \"storm\""), "6: day_off[1].kind"),
        (
            STORM.replacen("effective = \"2026-09-17\"", "effective = \"2026-09-18\"", 1),
            "10: day_off[1].date",
        ),
        (STORM.replacen("date = \"2026-09-18\"", "date = \"2026-09-17\"", 1), "16: day_off[2].date"),
        (STORM.replacen("H35.22", "H35.99", 1), "10: day_off[1].unit"),
        ("[decision]\ndocument = \"1\"\n".to_owned(), "1: day_off"),
        ("[[hours]]\nsessions = \"08:00-12:00\"\n".to_owned(), "1: hours[1].valid_from"),
        (
            "[[hours]]\nvalid_to = \"2027-01-01\"\nvalid_from = \"2027-05-01\"\nsessions = \"08:00-12:00\"\n"
                .to_owned(),
            "3: hours[1].valid_to",
        ),
        (
            "[[day_off]]\nunit = \"H35.22\"\ndate = \"2026-09-17\"\nname = \"a\"\n".to_owned(),
            "1: day_off[1].document",
        ),
    ] {
        let told = told(&text);
        assert!(told.iter().any(|place| place == expected), "{expected}: {told:?}\n{text}");
    }
}

/// A notice of a late swap, as of 25/12/2025: the whole year again, with two more days.
#[test]
fn cal_10_a_year_is_checked_together_with_its_neighbours() {
    let year = |off: &str, makeup: &str| {
        format!(
            "[[year]]\nyear = 2028\nstatus = \"final\"\nsource = \"TB 1\"\noff = [\n  {off}\n]\nmakeup = [{makeup}]\n"
        )
    };
    let swapped = r#"{ date = "2028-01-03", kind = "swap", name = "Nghỉ hoán đổi", makeup = "2027-12-25" },"#;
    assert_eq!(told(&year(swapped, "")), ["6: off[1].makeup"], "nobody works on 25/12/2027 for it");
    let both = format!(
        "{}[[year]]\nyear = 2027\nstatus = \"final\"\nmakeup = [{{ date = \"2027-12-25\", replaces = \"2028-01-03\" }}]\n",
        year(swapped, "")
    );
    let after = under(&both, &Beside::default());
    let kind = |on| after.general_timetable().kind(day(on)).is_working();
    assert!(kind("2027-12-25") && !kind("2028-01-03") && kind("2028-01-04"));
    let weekend = r#"{ date = "2028-01-01", kind = "public", name = "Tết Dương lịch" },"#;
    assert_eq!(told(&year(weekend, "")), ["6: off[1].date"]);
    let taken_back = "[[year]]\nyear = 2026\nstatus = \"estimate\"\n";
    assert!(told(taken_back).contains(&"2: year[1].status".to_owned()), "{:?}", told(taken_back));
    let twice = "[[year]]\nyear = 2028\nstatus = \"final\"\n[[year]]\nyear = 2028\nstatus = \"final\"\n";
    assert!(told(twice).contains(&"5: year[2].year".to_owned()), "{:?}", told(twice));
    assert_eq!(
        told("timezone = \"Asia/Shanghai\"\n[[year]]\nyear = 2028\nstatus = \"final\"\n"),
        ["1: timezone"]
    );
}

/// Invariant 9: a notice re-dates only what its effect covers.
#[test]
fn a_year_can_t_be_changed_before_the_decision_takes_effect() {
    let text = "[decision]\neffective = \"2026-11-01\"\n[[year]]\nyear = 2026\nstatus = \"final\"\n";
    let told = told(text);
    assert_eq!(told, ["4: year[1].off"], "2/9 and others would become working days");
}

#[test]
fn law_01_no_rule_set_goes_that_dossiers_were_received_under() {
    let text = include_str!("../../../config/rulesets.toml");
    assert!(read("qd.toml", text, &Beside::default(), &province(), &[]).is_ok());
    let without = text.split("[ruleset.laichau-88-2025]").next().unwrap();
    assert_eq!(told(without), ["1: ruleset"]);
}

#[test]
fn a_revocation_names_an_edition_that_is_there() {
    let province = province();
    let storm = read("qd.toml", STORM, &Beside::default(), &province, &[]).unwrap().amendment;
    let revoke = Amendment::Revocation { edition: 2 };
    let before = [(2, storm)];
    assert!(province.check_amendment(&revoke, Day::BEFORE_ALL, &before).is_empty());
    assert_eq!(province.check_amendment(&revoke, Day::BEFORE_ALL, &[]).len(), 1);
    let both = [before[0].clone(), (3, revoke.clone())];
    assert_eq!(province.check_amendment(&revoke, Day::BEFORE_ALL, &both).len(), 1, "revoked already");
    let law = province.law.after(&both);
    assert_eq!(law.overlay, province.law.overlay, "as if it had never been");
    assert_eq!(law.calendar.version, "2026.1+3");
}

#[test]
fn days_of_an_icalendar_file_close_the_unit_that_they_are_meant_for() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260917\r\nDTEND;VALUE=DATE:20260922\r\nSUMMARY:Nghỉ do \r\n bão\\, lũ\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let unit: UnitCode = "H35.22".parse().unwrap();
    let header = Header { document: Some("12/QĐ-UBND".to_owned()), ..Header::default() };
    let beside = Beside { header, unit: Some(unit.clone()) };
    let after = under(text, &beside);
    let closed = |on| match after.timetable(&unit).kind(day(on)) {
        DayKind::Off { name, .. } => name.to_owned(),
        _ => String::new(),
    };
    assert_eq!(closed("2026-09-17"), "Nghỉ do bão, lũ (12/QĐ-UBND)");
    assert_eq!([closed("2026-09-18"), closed("2026-09-21")], [closed("2026-09-17"), closed("2026-09-17")]);
    assert_eq!(closed("2026-09-22"), "", "the end is the day after the last");
    let wrong = text.replacen("20260917", "20260931", 1);
    assert_eq!(told_beside(&wrong, &beside)[0], "3: DTSTART");
}

#[test]
fn a_swapped_day_of_an_icalendar_file_must_name_its_make_up_day() {
    let text =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20280103\nSUMMARY:Nghỉ hoán đổi\nEND:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(told(text), ["3: X-DUNGHEN-DAY"]);
}

/// What is exported comes in again as it was; nothing in it is lost or told twice.
#[test]
fn an_exported_year_is_read_as_the_year_that_it_was() {
    let province = province();
    for year in 2019..=2026 {
        let days = province.general_timetable().marked_days(year);
        let text =
            crate::config::calendar::ical::write("Lịch, làm việc", "vn-state@1", "20261127T000000Z", &days);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "RFC 5545 3.1");
        let source = Source::new("lich.ics", &text);
        let (handed, _) = handed(&source, &Beside::default(), &province);
        assert!(source.is_sound(), "{year}: {:?}", source.faults());
        let Some(Handed { amendment: Amendment::Calendar { years }, .. }) = handed else { panic!("{year}") };
        let was = province.law.calendar.years.iter().find(|one| one.year == year).unwrap();
        let sorted = |mut one: crate::domain::calendar::CalendarYear| {
            one.off.sort_by_key(|off| off.day);
            one.makeup.sort_by_key(|makeup| makeup.day);
            one.weekend_holiday.sort_by_key(|named| named.day);
            one.source = String::new();
            one
        };
        assert_eq!(years.into_iter().map(sorted).collect::<Vec<_>>(), [sorted(was.clone())], "{year}");
    }
}

/// A name is a name, whatever is in it: it begins no property of its own.
#[test]
fn no_name_begins_a_property_of_an_exported_calendar() {
    let mut days = province().general_timetable().marked_days(2026);
    days.truncate(1);
    days[0].name = "Nghỉ\r\nATTACH:https://evil.example\rEND:VEVENT\u{85}X;Y".into();
    let text = crate::config::calendar::ical::write("a\rb\nc", "y", "20261127T000000Z", &days);
    let lines: Vec<&str> = text.split(['\r', '\n', '\u{85}']).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("END:VEVENT")).count(), 1, "{text}");
    assert!(!lines.iter().any(|line| line.starts_with("ATTACH")), "{text}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("X-WR-CALNAME:ab\\nc")).count(), 1, "{text}");
}

#[test]
fn an_exported_calendar_of_a_unit_gives_its_own_closures_alone() {
    let after = under(STORM, &Beside::default());
    let unit: UnitCode = "H35.22".parse().unwrap();
    let text = crate::config::calendar::ical::write(
        "x",
        "y",
        "20261127T000000Z",
        &after.timetable(&unit).marked_days(2026),
    );
    assert!(text.contains("X-DUNGHEN-DAY:20260926") && text.contains("CATEGORIES:MAKEUP"), "{text}");
    let header = Header { document: Some("12/QĐ-UBND".to_owned()), ..Header::default() };
    let handed = read("a.ics", &text, &Beside { header, unit: Some(unit) }, &province(), &[]).unwrap();
    let Amendment::Overlay(overlay) = handed.amendment else { panic!() };
    let days: Vec<_> = overlay.off.iter().map(|off| (off.day, off.makeup)).collect();
    assert_eq!(days, [(day("2026-09-17"), Some(day("2026-09-26"))), (day("2026-09-18"), None)]);
}
