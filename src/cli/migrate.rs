//! `dunghen migrate`: brings the database to this program's schema.

use std::path::Path;
use std::process::ExitCode;

use super::setup::{self, Failed};
use crate::db::{Db, DbSettings};

pub(super) async fn run(config: Option<&Path>) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let db = Db::open(configuration.settings.database.url.as_str(), &DbSettings::default()).await?;
    db.migrate().await?;
    let keys = setup::keys(&configuration, &db).await?;
    let desk = setup::desk(&configuration, keys, &setup::clock(&configuration));
    setup::keep_province(&db, &desk).await?;
    db.close().await;
    setup::print("Cơ sở dữ liệu đã đúng phiên bản.");
    Ok(ExitCode::SUCCESS)
}
