//! What must be in the database before anything else: the province as configured.

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::law::FIRST_EDITION;
use crate::store;

/// Copies units and procedures from the configuration, so that rows can point to them, and what its
/// files say of the law as the first edition, where there is none yet.
pub async fn keep_province(tx: &mut Tx, desk: &Desk) -> Result<()> {
    for unit in desk.province.units.iter() {
        let kind = unit.kind.id();
        let parent = unit.parent.as_ref().map(ToString::to_string);
        store::catalogue::keep_unit(tx, unit.code.as_str(), &unit.name_vi, kind, parent.as_deref(), None)
            .await?;
    }
    for procedure in desk.province.catalogue.iter() {
        let version = procedure.version;
        let (name, field) = (&procedure.name_vi, &procedure.field);
        store::catalogue::keep_procedure(tx, procedure.code.as_str(), version, name, field).await?;
    }
    store::staff::keep_system(tx, desk.province.root.as_str(), desk.now).await?;
    if desk.province.edition == FIRST_EDITION {
        store::decisions::keep_first(tx, &desk.province.law, desk.now).await?;
    }
    Ok(())
}
