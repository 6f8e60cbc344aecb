//! Mappings that hold, and what is said of those that do not.

use super::*;

const GOOD: &str = r#"
source = "old-desk"
zone = "Asia/Ho_Chi_Minh"
planned = "day"
dates = ["%d/%m/%Y"]

[columns]
code = "ma"
intake = "ngay_nhan"
"#;

fn faults(text: &str) -> Vec<String> {
    parse(text, Path::new("m.toml")).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_mapping_needs_little() {
    let mapping = parse(GOOD, Path::new("m.toml")).unwrap();
    assert_eq!(mapping.duplicate, Duplicate::Word(Whole::Record));
    assert_eq!(mapping.dates.missing, ["", " "]);
    assert_eq!(mapping.source.effects_from, None);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let wrong = GOOD.replace("intake =", "intak =");
    let [told] = &faults(&wrong)[..] else { panic!("one fault") };
    assert!(told.starts_with("m.toml:9: intak: unknown field `intak`"), "{told}");
    let wrong = GOOD.replace("planned = \"day\"", "planned = \"week\"");
    assert!(faults(&wrong)[0].starts_with("m.toml:4: planned:"), "{:?}", faults(&wrong));
}

#[test]
fn every_wrong_value_is_told_with_line_and_key() {
    let wrong = GOOD
        .replace("old-desk", "Old desk")
        .replace("%d/%m/%Y", "dd/mm/yyyy")
        .replace("planned =", "sentinels = [\"1970-01-01\", \"never\"]\ndelimiter = \"||\"\nplanned =");
    let told = faults(&wrong);
    let starts: Vec<&str> = told.iter().map(|fault| fault.split(": ").take(2).last().unwrap()).collect();
    let lines: Vec<&str> = told.iter().map(|fault| fault.split(':').nth(1).unwrap()).collect();
    assert_eq!(starts, ["source", "delimiter", "dates", "sentinels"]);
    assert_eq!(lines, ["2", "5", "7", "4"]);
}

#[test]
fn effects_from_is_local_in_the_sources_zone_where_it_has_no_offset() {
    let with = |at: &str| {
        let text = GOOD.replace("planned =", &format!("effects_from = \"{at}\"\nplanned ="));
        parse(&text, Path::new("m.toml")).unwrap().source.effects_from.unwrap().to_string()
    };
    assert_eq!(with("2026-11-23T00:00:00"), "2026-11-22T17:00:00.000000Z");
    assert_eq!(with("2026-11-23T00:00:00+01:00"), "2026-11-22T23:00:00.000000Z");
}
