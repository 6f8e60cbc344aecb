//! Reads `units.toml`: the agencies, each on a line, and who belongs to whom (ORG-01).

use super::fault::{Fault, Source};
use super::table::{AreaCode, Phone, Table, parse};
use crate::domain::refusal::Said;
use crate::domain::unit::{FormerCode, Unit, UnitError, UnitTree};

/// # Errors
/// Everything that is wrong in the file.
pub fn read(file: &str, text: &str) -> Result<UnitTree, Vec<Fault>> {
    let source = Source::new(file, text);
    let parsed = parse(&source);
    let mut root = Table::new(&source, String::new(), &parsed);
    let demonstration = root.maybe("demonstration").unwrap_or(false);
    let tables = root.tables("unit");
    root.finish();
    let places: Vec<_> = tables.iter().map(|table| (table.span.clone(), table.path().to_owned())).collect();
    let units: Vec<Option<Unit>> = tables.into_iter().map(|table| one(table, demonstration)).collect();
    if !source.is_sound() {
        return Err(source.faults());
    }
    UnitTree::new(units.into_iter().flatten().collect()).map_err(|errors| {
        for error in errors {
            let (span, path) = places.get(error.at()).cloned().unwrap_or_default();
            let (field, what, remedy) = told(&error);
            source.note(span, &format!("{path}.{field}"), what, remedy);
        }
        source.faults()
    })
}

fn one(mut table: Table<'_>, demonstration: bool) -> Option<Unit> {
    let code = table.value("code");
    let name_vi = table.value::<String>("name");
    let name_en = table.maybe("name_en");
    let short_name = table.maybe("short");
    let kind = table.value("kind");
    let tier = table.value("tier");
    let parent = table.maybe("parent");
    let valid_from = table.maybe("valid_from");
    let valid_to = table.maybe("valid_to");
    let successor = table.maybe("successor");
    let area = table.maybe::<AreaCode>("area").map(AreaCode::text);
    let phone = table.maybe::<Phone>("phone").map(Phone::text);
    let former = table.tables("former");
    let demonstration = table.maybe("demonstration").unwrap_or(demonstration);
    table.finish();
    let former_codes = former.into_iter().filter_map(former_code).collect();
    let name_vi = name_vi?;
    Some(Unit {
        code: code?,
        short_name: short_name.unwrap_or_else(|| name_vi.clone()),
        name_vi,
        name_en,
        kind: kind?,
        tier: tier?,
        parent,
        valid_from,
        valid_to,
        successor,
        area,
        phone,
        former_codes,
        demonstration,
    })
}

fn former_code(mut table: Table<'_>) -> Option<FormerCode> {
    let code = table.value("code");
    let valid_to = table.maybe("valid_to");
    table.finish();
    Some(FormerCode { code: code?, valid_to })
}

/// The field at fault, what is wrong with it and what to do.
fn told(error: &UnitError) -> (&'static str, Said, Said) {
    let known =
        Said::new("Ghi mã của một đơn vị có trong tệp này.", "Write the code of a unit of this file.");
    let apart = Said::new("Bỏ bớt một liên kết.", "Remove one of the links.");
    let english = format!("{error}.");
    match error {
        UnitError::Twice { code, .. } => (
            "code",
            Said::new(format!("{code} có hai lần trong cùng một thời gian."), english),
            Said::new(
                "Đổi mã, hoặc ghi valid_from và valid_to không chồng nhau.",
                "Change the code, or give periods that do not overlap.",
            ),
        ),
        UnitError::EndsBeforeItBegins { code, .. } => (
            "valid_to",
            Said::new(format!("{code} kết thúc trước khi bắt đầu."), english),
            Said::new("Sửa valid_from hoặc valid_to.", "Correct valid_from or valid_to."),
        ),
        UnitError::NoParent { code, parent, .. } => {
            ("parent", Said::new(format!("{code} thuộc {parent}, nhưng không có đơn vị đó."), english), known)
        }
        UnitError::NoSuccessor { code, successor, .. } => (
            "successor",
            Said::new(format!("{code} do {successor} kế thừa, nhưng không có đơn vị đó."), english),
            known,
        ),
        UnitError::Cycle { code, .. } => {
            ("parent", Said::new(format!("{code} là cấp trên của chính mình."), english), apart)
        }
        UnitError::SuccessionCycle { code, .. } => {
            ("successor", Said::new(format!("{code} kế thừa chính mình."), english), apart)
        }
        UnitError::FormerTaken { code, former, .. } => (
            "former",
            Said::new(format!("{code} ghi mã cũ {former}, là mã của đơn vị khác."), english),
            Said::new("Bỏ mã cũ này.", "Remove this former code."),
        ),
    }
}
