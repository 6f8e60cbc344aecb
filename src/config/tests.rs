//! The files that come with the program, and files that are wrong.

use super::*;
use crate::domain::law::Timetables;
use crate::domain::procedure::{Channel, Competent};
use crate::domain::ruleset::{Circular, RuleSetId};
use crate::domain::time::Day;
use crate::domain::unit::{Tier, UnitKind};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn unit(text: &str) -> UnitCode {
    text.parse().unwrap()
}

fn built_in() -> Configuration {
    Configuration::built_in(&Environment::default()).unwrap()
}

/// `line:column: field` of each fault, in the order of the file.
fn places<T>(read: Result<T, Vec<Fault>>) -> Vec<String> {
    let Err(faults) = read else { return Vec::new() };
    let shown = |fault: &Fault| {
        let place = fault.place.unwrap_or(fault::Place { line: 0, column: 0 });
        format!("{}:{}: {}", place.line, place.column, fault.field)
    };
    faults.iter().map(shown).collect()
}

#[test]
fn the_files_that_come_with_the_program_have_no_fault() {
    let told = |read: Result<Configuration, Vec<Fault>>| {
        read.unwrap_or_else(|faults| {
            panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>())
        })
    };
    let built_in = told(Configuration::built_in(&Environment::default()));
    let demonstration = told(Configuration::demonstration(&Environment::default()));
    assert!(!built_in.settings.demonstration);
    assert!(demonstration.settings.demonstration);
}

#[test]
fn org_07_the_province_has_38_communes_with_a_centre_each() {
    let units = built_in().province.units.clone();
    let today = day("2026-11-23");
    let communes: Vec<_> = units.at(today).filter(|unit| unit.kind == UnitKind::Commune).collect();
    assert_eq!(communes.len(), 38);
    assert_eq!(communes.iter().filter(|unit| unit.short_name.starts_with("Phường")).count(), 2);
    for commune in communes {
        let centres = units.children(&commune.code, today).filter(|unit| unit.kind == UnitKind::Centre);
        assert_eq!(centres.count(), 1, "{}", commune.name_vi);
        assert!(commune.area.is_some());
    }
    let districts = |on| units.at(day(on)).filter(|unit| unit.tier == Tier::District).count();
    assert_eq!((districts("2025-06-30"), districts("2025-07-01")), (8, 0), "ORG-01");
}

#[test]
fn only_the_demonstration_counts_a_year_as_final_that_nobody_announced() {
    let built_in = built_in();
    let demonstration = Configuration::demonstration(&Environment::default()).unwrap();
    assert!(!built_in.calendar.is_final(2027), "TIME-15");
    assert!(demonstration.calendar.is_final(2027));
    assert_ne!(built_in.calendar.label(), demonstration.calendar.label());
}

#[test]
fn law_02_the_day_of_receipt_decides_about_the_rule_set() {
    let rulesets = built_in().province.rulesets.clone();
    let of = |on| rulesets.for_receipt(day(on)).map(|set| set.id.to_string());
    assert_eq!(of("2018-06-20"), None);
    assert_eq!(of("2018-06-21").as_deref(), Some("nd61-2018"));
    assert_eq!(of("2025-06-30").as_deref(), Some("nd61-2018"));
    assert_eq!(of("2025-07-01").as_deref(), Some("nd118-2025"));
    let land = |on| rulesets.for_receipt_in("Đất đai", day(on)).map(|set| set.id.to_string());
    assert_eq!(land("2025-11-30").as_deref(), Some("nd118-2025"));
    assert_eq!(land("2025-12-01").as_deref(), Some("laichau-88-2025"));
    let other = rulesets.for_receipt_in("Hộ tịch", day("2025-12-01")).map(|set| set.id.to_string());
    assert_eq!(other.as_deref(), Some("nd118-2025"));
}

#[test]
fn a_rule_set_inherits_what_it_does_not_say() {
    let rulesets = built_in().province.rulesets.clone();
    let get = |id: &str| rulesets.get(&id.parse::<RuleSetId>().unwrap()).unwrap().clone();
    let (new, old) = (get("nd118-2025"), get("nd61-2018"));
    assert_eq!(old.forms.circular, Circular::Tt01Of2018);
    assert_eq!(new.forms.circular, Circular::Tt03Of2025);
    assert_ne!(old.forms.apology_title_vi, new.forms.apology_title_vi, "FORM-02");
    assert_eq!(old.supplement_notice_wd, new.supplement_notice_wd);
    assert_eq!(old.escalation_wd, [0, 1, 3, 5], "MON-04");
    assert_eq!(get("laichau-88-2025").forms.circular, Circular::Tt03Of2025);
}

#[test]
fn a_procedure_overrides_the_rule_set_only_where_it_says_so() {
    let configuration = built_in();
    let today = day("2026-11-23");
    let rules = configuration.province.rulesets.for_receipt(today).unwrap();
    let procedure = |code: &str| configuration.province.catalogue.at(&code.parse().unwrap(), today).unwrap();
    let copies = procedure("2.000815").terms(rules);
    assert_eq!(
        (copies.cutoff.to_string(), copies.limit.to_string()),
        ("after_15h".to_owned(), "same-day".to_owned())
    );
    let marriage = procedure("1.000894");
    assert_eq!(marriage.terms(rules).limit.to_string(), "2wd", "PROC-05: the committed limit is promised");
    assert_eq!(marriage.statutory_terms(rules).limit.to_string(), "5wd");
    assert_eq!(marriage.terms(rules).cutoff, rules.cutoff);
    assert_eq!(marriage.channels, Channel::ALL);
}

#[test]
fn org_04_the_competent_unit_is_not_always_where_the_dossier_was_received() {
    let configuration = built_in();
    let (units, today) = (&configuration.province.units, day("2026-11-23"));
    let of = |code: &str, receiving: &str| {
        let procedure = configuration.province.catalogue.at(&code.parse().unwrap(), today).unwrap();
        procedure.competent_for(&unit(receiving), today, units)
    };
    assert_eq!(of("1.004873", "H35.21.01"), Some(unit("H35.21")));
    assert_eq!(of("1.004873", "H35.01.01"), None, "the provincial centre must name the commune");
    assert_eq!(of("1.001853", "H35.21.01"), Some(unit("H35.02")));
}

#[test]
fn every_unit_of_the_catalogue_exists_and_every_kind_of_limit_occurs() {
    let configuration = built_in();
    let limits: Vec<String> = configuration
        .province
        .catalogue
        .iter()
        .map(|procedure| procedure.statutory_limit.to_string())
        .collect();
    for kind in ["wd", "cd", "wh", "mo", "same-day"] {
        assert!(limits.iter().any(|limit| limit.ends_with(kind)), "{kind}");
    }
    for procedure in configuration.province.catalogue.iter() {
        assert!(procedure.demonstration, "{}", procedure.code);
        if let Competent::Unit(unit) = &procedure.competent {
            assert!(configuration.province.units.get(unit).is_some());
        }
    }
}

const RULES: &str = include_str!("../../config/rulesets.toml");

/// The shipped rule sets with one line of them changed.
fn rules_with(from: &str, to: &str) -> Vec<String> {
    assert_eq!(RULES.matches(from).count(), 1, "{from}");
    places(rulesets::read("r.toml", &RULES.replace(from, to)))
}

fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).unwrap() + 1
}

#[test]
fn wrong_rule_sets_are_told_with_line_and_field() {
    for (from, to, field) in [
        ("paper_transfer_wd = 1 ", "paper_transfer_wd = -1 ", "nd118-2025.paper_transfer_wd"),
        ("acceptance_wh = 8 ", "acceptance_wh = \"8\" ", "nd118-2025.acceptance_wh"),
        ("transfer_cutoff = \"15:00\"", "transfer_cutoff = \"15h\"", "nd118-2025.transfer_cutoff"),
        ("supplement_clock = \"restart\"", "supplement_clock = \"stop\"", "nd118-2025.supplement_clock"),
        ("due_time = \"end_of_day\"", "due_time = \"fixed=25:00\"", "nd118-2025.due_time"),
        ("cutoff = \"none\"", "cutoff = \"after_16h\"", "nd118-2025.cutoff"),
        ("due_soon_hours_percent = 25", "due_soon_hours_percent = 125", "nd118-2025.due_soon_hours_percent"),
        ("[0, 1, 3, 5]", "[0, 3, 1, 5]", "nd118-2025.escalation_wd"),
        ("valid_to = \"2025-06-30\"", "valid_to = \"2018-06-20\"", "nd61-2018.valid_to"),
        ("forms = \"tt01-2018\"", "forms = \"tt01\"", "nd61-2018.forms"),
        ("valid_from = \"2018-06-21\"", "valid_from = \"2018-06-31\"", "nd61-2018.valid_from"),
    ] {
        let line = line_of(RULES, from);
        let told = rules_with(from, to);
        assert!(
            told.iter().any(|place| place.starts_with(&format!("{line}:")) && place.ends_with(field)),
            "{field}: {told:?}"
        );
    }
}

#[test]
fn a_missing_field_is_told_once_for_each_rule_set_that_lacks_it() {
    let told = rules_with("lateness_base = ", "latness_base = ");
    let at = |needle| line_of(RULES, needle);
    assert_eq!(
        told,
        [
            format!("{}:2: ruleset.nd118-2025.lateness_base", at("[ruleset.nd118-2025]")),
            format!("{}:1: ruleset.nd118-2025.latness_base", at("lateness_base")),
            format!("{}:2: ruleset.nd61-2018.lateness_base", at("[ruleset.nd61-2018]")),
            format!("{}:2: ruleset.laichau-88-2025.lateness_base", at("[ruleset.laichau-88-2025]")),
        ]
        .map(|place| place.replace(":2:", ":10:"))
    );
}

#[test]
fn rule_sets_that_overlap_or_leave_days_open_are_refused() {
    let begins = line_of(RULES, "valid_from = \"2025-07-01\"");
    let expected = [format!("{begins}:14: ruleset.nd118-2025.valid_from")];
    assert_eq!(rules_with("valid_to = \"2025-06-30\"", "valid_to = \"2025-06-29\""), expected, "a day open");
    assert_eq!(rules_with("valid_to = \"2025-06-30\"", "valid_to = \"2025-07-01\""), expected, "a day twice");
    assert_eq!(rules_with("valid_to = \"2025-06-30\"\n", "\n"), expected, "no end");
}

#[test]
fn inheritance_that_leads_nowhere_or_in_a_circle_is_told() {
    let unknown = RULES.replacen("inherits = \"nd118-2025\"", "inherits = \"nd119\"", 1);
    let line = line_of(&unknown, "nd119");
    let told = places(rulesets::read("r.toml", &unknown));
    assert_eq!(
        told,
        [format!("{line}:12: ruleset.nd61-2018.inherits")],
        "and nothing that only follows from it"
    );
    let circle = "[ruleset.a]\nvalid_from = \"2020-01-01\"\ninherits = \"b\"\n[ruleset.b]\nvalid_from = \"2020-01-01\"\ninherits = \"a\"\n";
    let told = places(rulesets::read("r.toml", circle));
    assert_eq!(told, ["3:12: ruleset.a.inherits", "6:12: ruleset.b.inherits"]);
}

#[test]
fn wrong_units_are_told_with_line_and_field() {
    let head = "[[unit]]\ncode = \"H35\"\nname = \"A\"\nkind = \"province\"\ntier = \"province\"\n";
    for (more, expected) in [
        (
            "[[unit]]\ncode = \"H3\"\nname = \"B\"\nkind = \"office\"\ntier = \"province\"\n",
            "7:8: unit[2].code",
        ),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \" \"\nkind = \"office\"\ntier = \"province\"\n",
            "8:8: unit[2].name",
        ),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"bureau\"\ntier = \"province\"\n",
            "9:8: unit[2].kind",
        ),
        ("[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"office\"\n", "6:1: unit[2].tier"),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"office\"\ntier = \"province\"\nboss = 1\n",
            "11:1: unit[2].boss",
        ),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"office\"\ntier = \"province\"\nparent = \"H35.9\"\n",
            "6:1: unit[2].parent",
        ),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"office\"\ntier = \"province\"\nparent = \"H35.1\"\n",
            "6:1: unit[2].parent",
        ),
        (
            "[[unit]]\ncode = \"H35\"\nname = \"B\"\nkind = \"office\"\ntier = \"province\"\n",
            "6:1: unit[2].code",
        ),
        (
            "[[unit]]\ncode = \"H35.1\"\nname = \"B\"\nkind = \"commune\"\ntier = \"commune\"\narea = \"3388\"\n",
            "11:8: unit[2].area",
        ),
        ("unit = 3\n", "6:1: "),
    ] {
        let told = places(units::read("u.toml", &format!("{head}{more}")));
        assert!(told.iter().any(|place| place.starts_with(expected)), "{expected}: {told:?}");
    }
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let text = "[[unit]]\ncode = \"no\"\nname = 5\nkind = \"x\"\ntier = \"y\"\nextra = true\n[[unit]]\ncode = \"no\"\n";
    assert_eq!(
        places(units::read("u.toml", text)),
        [
            "2:8: unit[1].code",
            "3:8: unit[1].name",
            "4:8: unit[1].kind",
            "5:8: unit[1].tier",
            "6:1: unit[1].extra",
            "7:1: unit[2].name",
            "7:1: unit[2].kind",
            "7:1: unit[2].tier",
            "8:8: unit[2].code",
        ]
    );
}

#[test]
fn wrong_procedures_are_told_with_line_and_field() {
    let units = built_in().province.units.clone();
    let entry = |lines: &str| {
        format!(
            "[[procedure]]\ncode = \"1.001193\"\nname = \"A\"\nfield = \"F\"\ncompetent = \"H35.02\"\n{lines}"
        )
    };
    for (lines, expected) in [
        ("limit = \"10d\"\n", "6:9: procedure[1].limit"),
        ("limit = \"0wd\"\n", "6:9: procedure[1].limit"),
        ("limit = \"4000wd\"\n", "6:9: procedure[1].limit"),
        ("limit = \"5wd\"\ncommitted_limit = \"6wd\"\n", "7:19: procedure[1].committed_limit"),
        ("limit = \"5wd\"\ncommitted_limit = \"8wh\"\n", "7:19: procedure[1].committed_limit"),
        ("limit = \"5wd\"\nchannels = [\"counter\", \"fax\"]\n", "7:24: procedure[1].channels[2]"),
        (
            "limit = \"5wd\"\nsteps = [{ name = \"a\", role = \"boss\" }]\n",
            "7:31: procedure[1].steps[1].role",
        ),
        (
            "limit = \"5wd\"\nsteps = [{ name = \"a\", role = \"clerk\", time = \"4.5wd\" }]\n",
            "7:9: procedure[1].steps",
        ),
        (
            "limit = \"5wd\"\nvalid_from = \"2026-02-01\"\nvalid_to = \"2026-01-31\"\n",
            "8:12: procedure[1].valid_to",
        ),
        ("limit = \"5wd\"\nversion = 0.5\n", "7:11: procedure[1].version"),
        ("name_vi = \"A\"\nlimit = \"5wd\"\n", "6:1: procedure[1].name_vi"),
    ] {
        let told = places(procedures::read("p.toml", &entry(lines), Some(&units)));
        assert_eq!(told, [expected], "{lines}");
    }
    let stranger = entry("limit = \"5wd\"\n").replace("H35.02", "H35.99");
    assert_eq!(places(procedures::read("p.toml", &stranger, Some(&units))), ["5:13: procedure[1].competent"]);
    let twice = entry("limit = \"5wd\"\n").repeat(2);
    assert_eq!(places(procedures::read("p.toml", &twice, Some(&units))), ["7:1: procedure[2].version"]);
}

#[test]
fn proc_02_the_steps_of_real_processes_add_up() {
    let units = built_in().province.units.clone();
    for (limit, days) in [
        ("12wd", &["0.25", "0.5", "5.5", "0.5", "1", "0.25", "4"][..]),
        ("20wd", &["0.5", "0.5", "15", "2", "1", "1"]),
    ] {
        let steps: String = days
            .iter()
            .map(|n| format!("{{ name = \"a\", role = \"clerk\", time = \"{n}wd\" }}, "))
            .collect();
        let text = format!(
            "[[procedure]]\ncode = \"1.001193\"\nname = \"A\"\nfield = \"F\"\ncompetent = \"H35.02\"\nlimit = \"{limit}\"\nsteps = [{steps}]\n"
        );
        assert!(procedures::read("p.toml", &text, Some(&units)).is_ok(), "{limit}");
    }
}

#[test]
fn link_04_stages_that_do_not_fit_are_told_with_line_and_field() {
    let units = built_in().province.units.clone();
    let entry = |limit: &str, second: &str| {
        format!(
            "[[procedure]]\ncode = \"1.001193\"\nname = \"A\"\nfield = \"F\"\ncompetent = \"H35.02\"\nlimit = \"{limit}\"\nstages = [\n  {{ name = \"a\", unit = \"H35.02\", limit = \"3wd\" }},\n  {second},\n]\n"
        )
    };
    let read = |limit: &str, second: &str| procedures::read("p.toml", &entry(limit, second), Some(&units));
    let in_a_row = "{ name = \"b\", unit = \"H35.03\", limit = \"3wd\" }";
    let in_parallel = "{ name = \"b\", unit = \"H35.03\", limit = \"3wd\", after = [] }";
    let stages = read("6wd", in_a_row).unwrap();
    let procedure = stages.iter().next().unwrap();
    assert_eq!(
        procedure.stages.iter().map(|stage| stage.after.clone()).collect::<Vec<_>>(),
        [vec![], vec![0]]
    );
    assert!(read("5wd", in_parallel).is_ok(), "LINK-02: side by side the longer one counts");
    for (limit, second, expected) in [
        ("5wd", in_a_row.to_owned(), "9:42: procedure[1].stages[2].limit"),
        ("6wd", in_a_row.replace("3wd", "8wh"), "9:42: procedure[1].stages[2].limit"),
        ("6wd", in_a_row.replace("H35.03", "H35.99"), "9:24: procedure[1].stages[2].unit"),
        ("6wd", in_parallel.replace("[]", "[\"x\"]"), "9:57: procedure[1].stages[2].after"),
        ("6wd", in_a_row.replace("\"b\"", "\"a\""), "9:12: procedure[1].stages[2].name"),
    ] {
        assert_eq!(places(read(limit, &second)), [expected], "{limit} {second}");
    }
}

#[test]
fn wrong_hours_are_told_with_line_and_field() {
    let units = built_in().province.units.clone();
    let general = "[[hours]]\nsessions = \"07:30-11:30,13:30-17:00\"\n";
    for (text, expected) in [
        (String::new(), "1:1: hours"),
        ("[[hours]]\nsessions = \"13:30-17:00,07:30-11:30\"\n".to_owned(), "2:12: hours[1].sessions"),
        (format!("{general}{general}"), "3:1: hours[2].valid_from"),
        (
            format!("{general}[[hours]]\nunit = \"H35.99\"\nsessions = \"08:00-12:00\"\n"),
            "4:8: hours[2].unit",
        ),
        (
            format!(
                "{general}[[hours]]\nunit = \"H35.21\"\nvalid_from = \"2026-05-01\"\nvalid_to = \"2026-04-30\"\nsessions = \"08:00-12:00\"\n"
            ),
            "3:1: hours[2].valid_to",
        ),
        (
            format!(
                "{general}[[day_off]]\nunit = \"H35.21\"\ndate = \"2026-09-31\"\nname = \"a\"\ndocument = \"b\"\n"
            ),
            "5:8: day_off[1].date",
        ),
        (
            format!("{general}[[day_off]]\nunit = \"H35.21\"\ndate = \"2026-09-30\"\nname = \"a\"\n"),
            "3:1: day_off[1].document",
        ),
    ] {
        let told = places(hours::read("h.toml", &text, Some(&units)));
        assert!(told.iter().any(|place| place == expected), "{expected}: {told:?}");
    }
}

#[test]
fn time_10_hours_follow_the_unit_and_the_day() {
    let configuration = built_in();
    let text = "[[hours]]\nsessions = \"07:30-11:30,13:30-17:00\"\n\
        [[hours]]\nunit = \"H35.21\"\nvalid_from = \"2026-04-16\"\nvalid_to = \"2026-10-15\"\nsessions = \"07:00-11:00,14:00-17:30\"\n\
        [[day_off]]\nunit = \"H35.22\"\ndate = \"2026-09-18\"\nname = \"Bão\"\ndocument = \"12/QĐ\"\n";
    let hours = hours::read("h.toml", text, Some(&configuration.province.units)).unwrap();
    let timetables = Timetables::compile(&configuration.calendar, &hours, &configuration.province.units);
    let opening = |code: &str, on| timetables.of(&unit(code)).hours(day(on)).opening().to_string();
    assert_eq!(opening("H35.21.01", "2026-04-15"), "07:30");
    assert_eq!(opening("H35.21.01", "2026-04-16"), "07:00", "the centre follows its commune");
    assert_eq!(opening("H35.21", "2026-10-15"), "07:00");
    assert_eq!(opening("H35.21", "2026-10-16"), "07:30", "afterwards the general hours hold again");
    assert_eq!(opening("H35.23", "2026-06-01"), "07:30");
    let closed = day("2026-09-18");
    assert!(!timetables.of(&unit("H35.22.01")).kind(closed).is_working(), "TIME-14");
    assert!(timetables.of(&unit("H35.23")).kind(closed).is_working());
    assert_eq!(timetables.distinct(), 3, "units that work alike share a timetable");
    assert!(Arc::ptr_eq(timetables.of(&unit("H35.23")), timetables.of(&unit("x-unknown"))));
}

#[test]
fn a_folder_gives_its_files_and_the_program_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let load = || Configuration::load(folder.path(), &Environment::default());
    assert_eq!(
        load().unwrap().province.units.at(day("2026-11-23")).count(),
        built_in().province.units.at(day("2026-11-23")).count()
    );
    write("units.toml", "[[unit]]\ncode = \"H36\"\nname = \"A\"\nkind = \"province\"\ntier = \"province\"\n");
    write("procedures.toml", "");
    write("dunghen.toml", "[province]\nroot = \"H36\"\n");
    let configuration = load().unwrap();
    assert_eq!(configuration.province.units.iter().count(), 1);
    assert_eq!(configuration.settings.province.root, Some(unit("H36")));
}

#[test]
fn a_calendar_is_read_under_either_name_and_every_part_tells_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let edited = CALENDAR.1.replace("version = \"2026.1\"", "version = \"2026.7\"");
    let inner = folder.path().join("calendar");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(folder.path().join("dunghen.toml"), "").unwrap();
    std::fs::write(inner.join("vn-state.toml"), edited).unwrap();
    let load = || Configuration::load(&folder.path().join("dunghen.toml"), &Environment::default()).unwrap();
    let configuration = load();
    assert_eq!(configuration.calendar.label(), "vn-state@2026.7");
    let told = configuration.sources(Language::English);
    let calendar = format!("calendar from {}", inner.join("vn-state.toml").display());
    assert!(told.contains(&calendar) && told.contains(&"units built in".to_owned()), "{told:?}");

    let other = CALENDAR.1.replace("version = \"2026.1\"", "version = \"2026.8\"");
    std::fs::write(folder.path().join("calendar.toml"), other).unwrap();
    assert_eq!(load().calendar.label(), "vn-state@2026.8", "calendar.toml goes before");
}

#[test]
fn the_faults_of_all_files_come_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("dunghen.toml", "[province]\nroot = \"H99\"\n[calendar]\ndemonstration_final_years = [2027]\n");
    write("rulesets.toml", "[ruleset]\n");
    write("hours.toml", "[[hours]]\nsessions = \"7\"\n");
    write("procedures.toml", "[[procedure]]\n");
    write("calendar.toml", "timezone = \"Mars\"\nweekend = [\"sunday\"]\nyear = []\n");
    let faults = Configuration::load(folder.path(), &Environment::default()).unwrap_err();
    for name in [
        "dunghen.toml:2:",
        "dunghen.toml:4:",
        "rulesets.toml:1:",
        "hours.toml:2:",
        "procedures.toml:1:",
        "calendar.toml:1:",
    ] {
        assert!(faults.iter().any(|fault| fault.to_string().contains(name)), "{name} in {faults:#?}");
    }
    let missing =
        Configuration::load(&folder.path().join("absent.toml"), &Environment::default()).unwrap_err();
    assert!(missing[0].to_string().contains("absent.toml"));
}

#[test]
fn the_summary_says_what_is_invented() {
    let demonstration = Configuration::demonstration(&Environment::default()).unwrap();
    let lines = demonstration.summary(day("2026-11-23"), Language::English);
    assert!(lines.iter().any(|line| line.contains("nd118-2025")));
    assert!(lines.iter().any(|line| line.contains("38 communes")));
    assert!(lines.iter().any(|line| line.contains("not official")));
}
