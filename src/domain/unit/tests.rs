//! What units and their trees promise.

use super::*;

pub(crate) fn code(text: &str) -> UnitCode {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn unit(at: &str, kind: UnitKind, tier: Tier, parent: &str) -> Unit {
    Unit {
        code: code(at),
        name_vi: at.to_owned(),
        name_en: None,
        short_name: at.to_owned(),
        kind,
        tier,
        parent: (!parent.is_empty()).then(|| code(parent)),
        valid_from: None,
        valid_to: None,
        successor: None,
        area: None,
        phone: None,
        former_codes: Vec::new(),
        demonstration: true,
    }
}

/// A province whose district is abolished on 30/6/2025 and followed by a commune (ORG-01).
fn reformed() -> Vec<Unit> {
    let mut district = unit("H35.20", UnitKind::District, Tier::District, "H35");
    district.valid_to = Some(day("2025-06-30"));
    district.successor = Some(code("H35.40"));
    let mut old = unit("H35.20.01", UnitKind::Commune, Tier::Commune, "H35.20");
    old.valid_to = Some(day("2025-06-30"));
    old.successor = Some(code("H35.40"));
    let mut new = unit("H35.40", UnitKind::Commune, Tier::Commune, "H35");
    new.valid_from = Some(day("2025-07-01"));
    new.former_codes = vec![FormerCode { code: code("001.20.00.H35"), valid_to: Some(day("2025-06-30")) }];
    let centre = unit("H35.40.01", UnitKind::Centre, Tier::Commune, "H35.40");
    vec![unit("H35", UnitKind::Province, Tier::Province, ""), district, old, new, centre]
}

fn codes(units: &[&Unit]) -> Vec<String> {
    units.iter().map(|unit| unit.code.to_string()).collect()
}

#[test]
fn org_01_the_tree_is_another_before_and_after_the_reform() {
    let tree = UnitTree::new(reformed()).unwrap();
    let (before, after) = (day("2025-06-30"), day("2025-07-01"));
    assert_eq!(codes(&tree.subtree(&code("H35"), before)), ["H35", "H35.20", "H35.20.01"]);
    assert_eq!(codes(&tree.subtree(&code("H35"), after)), ["H35", "H35.40", "H35.40.01"]);
    assert_eq!(codes(&tree.ancestors(&code("H35.20.01"), before)), ["H35.20", "H35"]);
    assert!(tree.ancestors(&code("H35.20.01"), after).is_empty());
    assert_eq!(tree.children(&code("H35.20"), after).count(), 0);
}

#[test]
fn org_02_a_successor_answers_for_the_abolished_unit() {
    let tree = UnitTree::new(reformed()).unwrap();
    assert!(tree.is_within(&code("H35.20.01"), &code("H35.40")));
    assert!(tree.is_within(&code("H35.40.01"), &code("H35")));
    assert!(!tree.is_within(&code("H35.40"), &code("H35.40.01")));
    assert!(!tree.is_within(&code("x-unknown"), &code("H35")));
    let answers = |on| tree.answerable(&code("H35.20"), day(on)).unwrap().code.to_string();
    assert_eq!((answers("2025-06-30"), answers("2025-07-01")), ("H35.20".to_owned(), "H35.40".to_owned()));
    assert!(tree.codes_within(&code("H35.40")).contains(&&code("H35.20")));
}

#[test]
fn code_07_a_former_code_leads_to_the_unit_of_today() {
    let tree = UnitTree::new(reformed()).unwrap();
    assert_eq!(tree.resolve(&code("001.20.00.H35")).unwrap().code, code("H35.40"));
    assert!(tree.get(&code("001.20.00.H35")).is_none());
}

#[test]
fn a_unit_that_moves_has_another_parent_from_that_day_on() {
    let mut before = unit("H35.9", UnitKind::Centre, Tier::Province, "H35.20");
    before.valid_to = Some(day("2025-06-30"));
    let mut after = unit("H35.9", UnitKind::Centre, Tier::Province, "H35");
    after.valid_from = Some(day("2025-07-01"));
    let mut units = reformed();
    units.extend([after, before]);
    let tree = UnitTree::new(units).unwrap();
    assert_eq!(codes(&tree.ancestors(&code("H35.9"), day("2025-06-30"))), ["H35.20", "H35"]);
    assert_eq!(codes(&tree.ancestors(&code("H35.9"), day("2025-07-01"))), ["H35"]);
    assert!(!tree.is_within(&code("H35.9"), &code("H35.20")), "the last parent decides");
}

#[test]
fn every_fault_of_a_tree_is_told_at_once() {
    let mut twice = unit("H35", UnitKind::Province, Tier::Province, "");
    twice.valid_from = Some(day("2025-07-01"));
    twice.valid_to = Some(day("2025-06-30"));
    let mut orphan = unit("H35.2", UnitKind::Department, Tier::Province, "H35.7");
    orphan.successor = Some(code("H35.8"));
    let a = unit("H35.3", UnitKind::Department, Tier::Province, "H35.4");
    let b = unit("H35.4", UnitKind::Department, Tier::Province, "H35.3");
    let mut heir = unit("H35.5", UnitKind::Department, Tier::Province, "");
    heir.successor = Some(code("H35.5"));
    heir.former_codes = vec![FormerCode { code: code("H35.3"), valid_to: None }];
    let root = unit("H35", UnitKind::Province, Tier::Province, "");
    let errors = UnitTree::new(vec![root, twice, orphan, a, b, heir]).unwrap_err();
    let told: Vec<(usize, String)> = errors.iter().map(|e| (e.at(), e.to_string())).collect();
    for expected in [
        (1, "H35 ends before it begins"),
        (2, "H35.2 belongs to H35.7, which is not there"),
        (2, "H35.2 is succeeded by H35.8, which is not there"),
        (3, "H35.3 belongs to itself through its parents"),
        (4, "H35.4 belongs to itself through its parents"),
        (5, "H35.5 has succeeded itself"),
        (5, "H35.5 names the former code H35.3, which is another unit's"),
    ] {
        assert!(told.iter().any(|(at, text)| (*at, text.as_str()) == expected), "{expected:?} in {told:?}");
    }
}

#[test]
fn a_code_may_come_twice_only_at_different_times() {
    let units = vec![
        unit("H35", UnitKind::Province, Tier::Province, ""),
        unit("H35", UnitKind::Province, Tier::Province, ""),
    ];
    assert_eq!(UnitTree::new(units).unwrap_err(), [UnitError::Twice { code: code("H35"), at: 1 }]);
}
