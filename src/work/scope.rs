//! Which units a person sees, as the list that the statements take (ORG-13).

use super::desk::Desk;
use super::digest::scope;
use crate::db::{Result, Tx};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed, monitors_province, watched_root};
use crate::domain::unit::UnitCode;
use crate::store;

/// The codes of all units that `actor` sees, or of the one they ask for and everything below it.
pub async fn of(tx: &mut Tx, desk: &Desk, actor: &Actor, unit: Option<&str>) -> Result<String> {
    let units = &desk.province.units;
    desk.allow_in(actor, Deed::View, &actor.unit)?;
    if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
        let code: UnitCode = unit.parse().map_err(|_| no_such_unit(unit))?;
        if code.is_external() && monitors_province(actor, units) {
            return Ok(scope(&[code]));
        }
        desk.allow_in(actor, Deed::View, &code)?;
        return Ok(scope(&units.codes_within(&code).into_iter().cloned().collect::<Vec<_>>()));
    }
    match watched_root(actor, units) {
        Some(root) => Ok(scope(&units.codes_within(root).into_iter().cloned().collect::<Vec<_>>())),
        None => {
            let all = store::catalogue::units(tx).await?;
            let codes: Vec<String> = all.into_iter().map(|(code, ..)| code).collect();
            Ok(serde_json::Value::from(codes).to_string())
        }
    }
}

fn no_such_unit(unit: &str) -> Refusal {
    Refusal::invalid(
        "unit",
        format!("Không có đơn vị mã “{unit}”. Chọn đơn vị trong danh sách."),
        format!("There is no unit {unit:?}. Choose one from the list of units."),
    )
}
