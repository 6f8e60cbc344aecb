//! How well each unit keeps its promises, month by month: one is exemplary, two had a
//! bad month, one gets better, one commune struggles, the others differ a little.

use super::dice::Dice;

/// Out of a thousand dossiers received so many months ago, how many come late.
#[must_use]
pub fn late_per_mille(unit: &str, months_ago: u32, same_day: bool) -> u32 {
    let late = match unit {
        "H35.04" => 5,
        "H35.06.01" if months_ago == 4 => 270,
        "H35.06.01" => 62,
        "H35.07" if months_ago == 1 => 260,
        "H35.07" => 48,
        "H35.11" => 12 + months_ago.min(13) * 15,
        "H35.34" => 130,
        _ if unit.len() > "H35.20".len() || unit > "H35.20" => 14 + own(unit) % 30,
        _ => 16 + own(unit) % 34,
    };
    if same_day { late.div_ceil(4) } else { late }
}

/// Out of a thousand letters, how many the unit sends in advance.
#[must_use]
pub fn in_advance_per_mille(unit: &str) -> u32 {
    match unit {
        "H35.04" => 850,
        "H35.07" => 250,
        "H35.06.01" => 330,
        _ => 350 + own(unit) % 350,
    }
}

/// Out of a thousand late dossiers without a letter in advance, how many get none at all.
#[must_use]
pub fn silent_per_mille(unit: &str) -> u32 {
    match unit {
        "H35.04" => 0,
        "H35.07" => 260,
        "H35.34" => 400,
        _ => 60 + own(unit) % 120,
    }
}

/// A number of the unit's own, always the same.
fn own(unit: &str) -> u32 {
    let seed = unit.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Dice::new(seed).below(10_000)
}
