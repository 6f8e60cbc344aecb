//! The catalogue as a table: what people edit in a spreadsheet is read with every fault in its
//! place, and is the same catalogue as the TOML that it becomes.

use std::path::Path;
use std::process::{Command, Output};

use dunghen::config::procedures::{COLUMNS, read, read_bytes, to_csv, to_toml};
use dunghen::config::{Configuration, Environment, Fault};
use dunghen::domain::limit::{CutOff, CutOffEffect, DueTime, TimeLimit};
use dunghen::domain::procedure::{Catalogue, Channel, Competent, Procedure, Step, StepTime};
use dunghen::domain::refusal::Language;
use dunghen::domain::ruleset::SupplementClock;
use dunghen::domain::staff::Role;
use dunghen::domain::time::Day;
use dunghen::domain::unit::Tier;
use proptest::prelude::*;

const HEAD: &str = "code;name;field;competent;limit;committed_limit;components;steps\n";

fn shipped() -> Catalogue {
    Configuration::built_in(&Environment::default()).unwrap().province.catalogue.clone()
}

/// `line:column: field` of each fault, in the order of the file.
fn places(read: Result<Catalogue, Vec<Fault>>) -> Vec<String> {
    let Err(faults) = read else { return Vec::new() };
    let place =
        |fault: &Fault| fault.place.map(|place| format!("{}:{}: {}", place.line, place.column, fault.field));
    faults.iter().filter_map(place).collect()
}

fn csv(text: &str) -> Result<Catalogue, Vec<Fault>> {
    let units = Configuration::built_in(&Environment::default()).unwrap().province.units.clone();
    read("p.csv", text, Some(&units))
}

#[test]
fn the_shipped_catalogue_is_the_same_in_every_form() {
    let catalogue = shipped();
    assert_eq!(read("p.toml", &to_toml(&catalogue), None).unwrap(), catalogue);
    assert_eq!(read("p.csv", &to_csv(&catalogue).unwrap(), None).unwrap(), catalogue);
}

/// What the demonstration shows: every level, unit of time, cut-off and policy of the clock.
#[test]
fn the_shipped_catalogue_has_everything_that_the_law_knows() {
    let catalogue = shipped();
    let all: Vec<&Procedure> = catalogue.iter().collect();
    assert!(all.len() >= 60 && all.iter().all(|one| one.demonstration));
    for tier in [Tier::Province, Tier::District, Tier::Commune] {
        assert!(all.iter().any(|one| one.tiers.contains(&tier)), "{tier:?}");
    }
    for limit in ["wd", "cd", "wh", "mo", "same-day", "none"] {
        assert!(all.iter().any(|one| one.statutory_limit.to_string().ends_with(limit)), "{limit}");
    }
    for cutoff in [CutOff::After15h, CutOff::LastHour, CutOff::After17hOrOffDay, CutOff::AfterClose] {
        assert!(all.iter().any(|one| one.cutoff == Some(cutoff)), "{cutoff}");
    }
    assert!(all.iter().any(|one| one.cutoff_effect == Some(CutOffEffect::TreatAsReceivedNextWd)));
    for clock in [SupplementClock::Restart, SupplementClock::Pause] {
        assert!(all.iter().any(|one| one.supplement_clock == Some(clock)), "{clock:?}");
    }
    assert!(all.iter().any(|one| matches!(one.due_time, Some(DueTime::Fixed(_)))));
    assert!(all.iter().any(|one| one.due_time == Some(DueTime::SameClock)));
    assert!(all.iter().any(|one| one.second_limit.is_some()), "STOP-01");
    assert!(all.iter().any(|one| one.committed_limit.is_some()), "PROC-05");
}

/// LAW-01: the level that settled it until 30/6/2025 keeps its version.
#[test]
fn law_01_the_day_of_receipt_decides_about_the_version() {
    let catalogue = shipped();
    let code = "1.013225".parse().unwrap();
    let at = |day: &str| catalogue.at(&code, day.parse().unwrap()).unwrap();
    assert_eq!((at("2025-06-30").version, at("2025-07-01").version), (1, 2));
    assert_eq!(at("2025-06-30").tiers, [Tier::District]);
    assert_eq!(at("2025-07-01").competent, Competent::CommuneOfReceipt);
    assert_eq!(catalogue.versions(&code).len(), 2);
}

/// PROC-02: the real processes of 12 and of 20 working days.
#[test]
fn proc_02_the_steps_of_a_row_add_up_to_its_limit() {
    let row = |limit: &str, days: &[&str]| {
        let steps: Vec<_> = days.iter().map(|days| format!("Bước @clerk {days}wd")).collect();
        csv(&format!("{HEAD}1.001193;A;F;H35.02;{limit};;;{}\n", steps.join(" | ")))
    };
    let twelve = ["0.25", "0.5", "5.5", "0.5", "1", "0.25", "4"];
    assert!(row("12wd", &twelve).is_ok() && row("20wd", &["0.5", "0.5", "15", "2", "1", "1"]).is_ok());
    assert_eq!(places(row("11wd", &twelve)), ["2:28: steps"]);
}

#[test]
fn a_table_may_have_any_separator_a_mark_and_names_of_several_lines() {
    let plain = "code,name,field,competent,limit\n1.001193,Khai sinh,Hộ tịch,commune_of_receipt,5wd\n";
    let one = csv(plain).unwrap();
    let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let tabs = plain.replace(',', "\t");
    let semicolons = plain.replace(',', ";");
    for text in [marked, tabs, semicolons] {
        assert_eq!(csv(&text).unwrap(), one, "{text:?}");
    }
    let quoted = "code;name;field;competent;limit\n\n1.001193;\"Đăng ký \"\"khai sinh\"\";\nlần đầu\";F;H35.02;5wd\n;;;;\n";
    let read = csv(quoted).unwrap();
    let names: Vec<_> = read.iter().map(|one| one.name_vi.as_str()).collect();
    assert_eq!(names, ["Đăng ký \"khai sinh\"; lần đầu"]);
}

#[test]
fn every_fault_of_a_table_is_told_with_its_line_and_column() {
    let row = |text: &str| places(csv(&format!("{HEAD}{text}\n")));
    assert_eq!(row("1.00119;A;F;H35.02;5wd;;;"), ["2:1: code"]);
    assert_eq!(row("1.001193;;F;H35.02;5wd;;;"), ["2:10: name"]);
    assert_eq!(row("1.001193;A;F;H35.99;5wd;;;"), ["2:14: competent"]);
    assert_eq!(row("1.001193;A;F;H35.02;5 ngày;;;"), ["2:21: limit"]);
    assert_eq!(row("1.001193;A;F;H35.02;5wd;6wd;;"), ["2:25: committed_limit"], "PROC-05");
    assert_eq!(row("1.001193;A;F;H35.02;5wd;;;;thừa"), ["2:28: "]);
    assert_eq!(row("1.001193;A"), ["2:1: field", "2:1: competent", "2:1: limit"]);
    // In a cell of several lines the place is that of the part.
    let steps =
        "1.001193;\"Tên \"\"dài\"\"\nhai dòng\";F;H35.02;5wd;;;\"Tiếp nhận @reception 1wd |\nKý @boss 4wd\"";
    assert_eq!(row(steps), ["4:5: steps[2].role"]);
    assert_eq!(row("1.001193;A;F;H35.02;5wd;;;Nhận @clerk 1wd | Ký @clerk 4,5wd"), ["2:55: steps[2].time"]);
    assert_eq!(row("1.001193;A;F;H35.02;5wd;;;Nhận @clerk 5wd | Ký"), ["2:45: steps[2].role"]);
    let twice = "1.001193;A;F;H35.02;5wd;;;\n1.001193;B;F;H35.02;5wd;;;";
    assert_eq!(row(twice), ["3:1: version"]);
    let open = "1.001193;\"A;F;H35.02;5wd;;;\n1.001194;B;F;H35.02;5wd;;;";
    assert!(row(open).contains(&"2:10: ".to_owned()), "{:?}", row(open));
}

/// LINK-01, LINK-04: stages that follow each other.
#[test]
fn link_04_the_stages_of_a_row_fit_into_its_limit() {
    let row = |limit: &str| {
        let stages = "Hộ kinh doanh @H35.04 3wd | An ninh @H35.02 3wd | Karaoke @H35.09 10wd";
        csv(&format!("code;name;field;competent;limit;stages\n1.001193;A;F;H35.02;{limit};{stages}\n"))
    };
    let read = row("16wd").unwrap();
    let after: Vec<_> = read.iter().flat_map(|one| &one.stages).map(|stage| stage.after.clone()).collect();
    assert_eq!(after, [vec![], vec![0], vec![1]]);
    assert!(places(row("15wd"))[0].starts_with("2:"));
}

/// A bar would part one paper into two.
#[test]
fn what_a_table_cannot_hold_is_not_written_into_one() {
    let mut one = shipped().iter().next().unwrap().clone();
    one.components = vec!["Tờ khai | bản sao".to_owned()];
    let error = to_csv(&Catalogue::new([one])).unwrap_err();
    assert!(error.to_string().contains("components"), "{error}");
}

#[test]
fn a_header_that_does_not_fit_is_told() {
    assert_eq!(places(csv("")), ["1:1: code", "1:1: name", "1:1: field", "1:1: competent", "1:1: limit"]);
    assert_eq!(places(csv("code;name;Lĩnh vực;competent;limit\n")), ["1:1: field", "1:11: Lĩnh vực"]);
    assert_eq!(places(csv("code;name;field;competent;limit;name\n")), ["1:33: name"]);
}

#[test]
fn a_file_in_another_encoding_is_told_where_it_begins() {
    let bytes = b"code;name;field;competent;limit\n1.001193;Khai sinh \xe0\xff;F;H35.02;5wd\n";
    let faults = read_bytes("p.csv", bytes, None).unwrap_err();
    assert_eq!(
        faults[0].to(Language::Vietnamese),
        "p.csv:2:20: Từ đây tệp không phải là UTF-8. Lưu lại ở dạng “CSV UTF-8” rồi thử lại."
    );
}

#[test]
fn numbers_and_truth_values_are_read_as_such() {
    let text = "code;name;field;competent;limit;version;supplement_deadline_wd;demonstration\n1.001193;A;F;H35.02;5wd;2;15;true\n";
    let read = csv(text).unwrap();
    let one = read.iter().next().unwrap();
    assert_eq!((one.version, one.supplement_deadline_wd, one.demonstration), (2, Some(15), true));
    assert_eq!(
        places(csv(&text.replace("2;15;true", "hai;15;đúng"))),
        ["2:25: version", "2:32: demonstration"]
    );
}

fn text() -> impl Strategy<Value = String> {
    // Names with everything that a separator, a quote or TOML could trip over.
    "[A-Za-zÀ-ǰẠ-ỹđĐ0-9;,\"'\\\\().:%/-]([A-Za-zÀ-ǰẠ-ỹđĐ0-9 ;,\"'\\\\().:%/-]{0,40}[A-Za-zÀ-ǰẠ-ỹđĐ0-9;,\"')])?"
        .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn procedures() -> impl Strategy<Value = Procedure> {
    let limit = prop_oneof![
        (1..400u32).prop_map(|n| TimeLimit::working_days(n).unwrap()),
        (1..400u32).prop_map(|n| TimeLimit::working_hours(n).unwrap()),
        Just(TimeLimit::SameDay),
        Just(TimeLimit::None),
    ];
    let step = (text(), prop::sample::select(Role::ALL.to_vec())).prop_map(|(name, role)| Step {
        name,
        role,
        time: None,
    });
    let parts = (
        0..999_999u32,
        1..9i64,
        text(),
        prop::option::of(text()),
        text(),
        limit,
        prop::collection::vec(text(), 0..4),
        prop::collection::vec(step, 0..4),
        prop::option::of(text()),
        any::<bool>(),
    );
    parts.prop_map(
        |(number, version, name_vi, name_en, field, limit, components, mut steps, fee, demonstration)| {
            let minutes = match limit {
                TimeLimit::WorkingDays(days) => Some(days.get() * 480),
                TimeLimit::WorkingHours(hours) => Some(hours.get() * 60),
                _ => None,
            };
            if let (Some(first), Some(minutes)) = (steps.first_mut(), minutes) {
                first.time = Some(StepTime::from_minutes(minutes));
            }
            Procedure {
                code: format!("1.{number:06}").parse().unwrap(),
                version,
                valid_from: Some(Day::new(2025, 7, 1).unwrap()),
                valid_to: None,
                name_vi,
                name_en,
                field,
                tiers: vec![Tier::Commune],
                competent: Competent::Unit("H35.02".parse().unwrap()),
                statutory_limit: limit,
                committed_limit: None,
                cutoff: Some(CutOff::LastHour),
                cutoff_effect: None,
                due_time: Some("fixed=16:30".parse().unwrap()),
                supplement_clock: Some(SupplementClock::Pause),
                supplement_deadline_wd: None,
                second_limit: None,
                channels: vec![Channel::Counter, Channel::Post],
                fee,
                components,
                steps,
                stages: Vec::new(),
                demonstration,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_it_was(procedures in prop::collection::vec(procedures(), 0..5)) {
        let catalogue = Catalogue::new(procedures);
        prop_assert_eq!(&read("p.toml", &to_toml(&catalogue), None).unwrap(), &catalogue);
        let table = to_csv(&catalogue).unwrap();
        prop_assert_eq!(&read("p.csv", &table, None).unwrap(), &catalogue, "{}", table);
    }

    /// Any bytes are a catalogue or are told what is wrong with them.
    #[test]
    fn no_file_is_too_strange_to_be_told_what_is_wrong(text in "[a-z0-9;,\"\\n\\r|@ .ăđ\u{feff}]{0,200}", header in any::<bool>()) {
        let text = if header { format!("{HEAD}{text}") } else { text };
        match csv(&text) {
            Ok(catalogue) => prop_assert!(catalogue.iter().count() <= text.lines().count()),
            Err(faults) => prop_assert!(faults.iter().all(|fault| fault.place.is_some_and(|place| place.line <= text.lines().count() + 1))),
        }
    }
}

fn dunghen(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dunghen"));
    command.current_dir(folder).env_remove("DUNGHEN_CONFIG").args(arguments).output().unwrap()
}

#[test]
fn a_table_is_checked_and_turned_into_toml_at_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let said = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    write("good.csv", &to_csv(&shipped()).unwrap());
    let checked = dunghen(&["catalogue", "check", "good.csv"], folder.path());
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked.stderr));
    assert!(said(&checked.stdout).contains("không có lỗi"));

    write("bad.csv", &format!("{HEAD}1.001193;A;F;H35.99;5 ngày;;;\n"));
    for (language, unit, limit) in [
        (
            "vi",
            "bad.csv:2:14: competent: Không có đơn vị H35.99.",
            "bad.csv:2:21: limit: 5 ngày không hợp lệ.",
        ),
        (
            "en",
            "bad.csv:2:14: competent: There is no unit H35.99.",
            "bad.csv:2:21: limit: 5 ngày does not fit here.",
        ),
    ] {
        let refused = dunghen(&["catalogue", "check", "bad.csv", "--lang", language], folder.path());
        let told = said(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1));
        assert!(told.contains(unit) && told.contains(limit), "{told}");
    }
    assert_eq!(dunghen(&["catalogue", "check", "absent.csv"], folder.path()).status.code(), Some(2));

    let convert = ["catalogue", "convert", "good.csv", "--out", "good.toml"];
    assert_eq!(dunghen(&convert, folder.path()).status.code(), Some(0));
    let toml = std::fs::read_to_string(folder.path().join("good.toml")).unwrap();
    assert_eq!(read("good.toml", &toml, None).unwrap(), shipped());
    assert_eq!(dunghen(&convert, folder.path()).status.code(), Some(2), "nothing is written over");
    let columns = dunghen(&["catalogue", "columns"], folder.path());
    for column in COLUMNS {
        assert!(said(&columns.stdout).contains(column.name), "{}", column.name);
    }
}

/// A folder may hold the table itself.
#[test]
fn a_configuration_takes_its_catalogue_from_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let one = "code;name;field;competent;limit\n1.001193;Khai sinh;Hộ tịch;commune_of_receipt;5wd\n";
    std::fs::write(folder.path().join("procedures.csv"), one).unwrap();
    let configuration = Configuration::load(folder.path(), &Environment::default()).unwrap();
    assert_eq!(configuration.province.catalogue.iter().count(), 1);
}
